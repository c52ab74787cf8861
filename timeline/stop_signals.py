"""A signal to stop is heard at once, and the main thread acts on it.

Python runs signal handlers in the main thread alone, the next time that it runs. The system may give a signal to any
thread, and a main thread that waits for a lock, as a server's does, then goes on waiting: now and then, under load,
SIGTERM did nothing. What is told of every signal, whichever thread got it, is the wake-up file descriptor; so a thread
listens there, and passes the signal on to the main thread until the process has ended.
"""

import signal
import socket
import time
from collections.abc import Callable
from threading import Thread, main_thread

STOPS = frozenset((signal.SIGTERM, signal.SIGINT))
_AGAIN = 1.0
"""Seconds between one attempt to wake the main thread and the next."""


def hear(on_stop: Callable[[], None] = lambda: None) -> None:
    """Call back, once and in a thread of its own, when the first signal to stop arrives; whoever handles it.

    To be called from the main thread, before or after handlers are set.
    """
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    # The thread holds both ends, so that neither is closed while it listens.
    Thread(target=_listen, args=(heard, told, on_stop), name="stop-signals", daemon=True).start()


def _listen(heard: socket.socket, _told: socket.socket, on_stop: Callable[[], None]) -> None:
    while (number := heard.recv(1)[0]) not in STOPS:
        pass
    Thread(target=on_stop, name="on-stop", daemon=True).start()
    while True:
        signal.pthread_kill(main_thread().ident or 0, number)
        time.sleep(_AGAIN)
