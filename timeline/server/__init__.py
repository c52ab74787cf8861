"""The web server: an event loop in front of the web application.

Whoever waits (for an event, for a body that comes slowly, for a reader who takes an answer slowly) waits on the loop
and costs no thread. The application, which is synchronous, runs in a bounded pool of threads, for as long as it has
something to do and no longer.

    listener      the socket that is listened on, and how many descriptors there may be
    connections   the connections: deadlines for heads, bodies and answers; how many an address may have
    budgets       how many requests of a kind are held at once, in all and for each address
    pool          the threads, given out fairly among addresses
    bodies        the body of a request, read on the loop before a thread is needed
    errors        why a request, or the server itself, is refused before the application is asked
    wsgi          a request as the application takes it, and what the application answers
    answers       what the loop says by itself: that the process lives, and why it refuses
    followers     who follows the log: streams of events and long polls
    gate          one request from its head to its end; all of the above put together
    web_server    starting, stopping, and the order in which things end
"""
