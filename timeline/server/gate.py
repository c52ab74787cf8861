"""One request from its head to its end, on the event loop.

Probes are answered at once. For all else: the body is read, then a thread of the pool has the application answer, then
the answer is sent. What the application leaves to the loop (a wait, a stream of events) is waited for here.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from io import BytesIO
from typing import Any

from timeline.access.keeping import Tokens
from timeline.access.tokens import Scope
from timeline.api.handover import HANDOVER, Handover
from timeline.api.limits import REFUSED
from timeline.api.metrics import Metrics
from timeline.api.requests import HEADER, name_of, tell_at_once
from timeline.errors import StoreUnusable, TimelineError
from timeline.server.answers import alive, refusal
from timeline.server.append_lane import AppendLane
from timeline.server.bodies import Body, BodyLimits, Receive, read_body
from timeline.server.budgets import Budgets, Kind
from timeline.server.connections import body_that_came
from timeline.server.followers import Follower, Followers
from timeline.server.incoming import Incoming
from timeline.server.pool import ClientGone, Pool
from timeline.server.sending import PIECE_BYTES, Send
from timeline.server.turnstile import Turnstile
from timeline.server.wsgi import Answer, Application, call, environ_of, next_part

PROBE_SECONDS = 5.0
"""A probe that takes longer is answered by that."""
_REQUEST_ID = HEADER.lower().encode()
_ALIVE = ("/healthz",)
_PROBES = ("/readyz", "/metrics")
_WRITES_MUCH = (Scope.APPEND, Scope.ASSESS)


class Gate:
    """The server's application (ASGI), in front of ours (WSGI)."""

    def __init__(
        self,
        application: Application,
        lane: AppendLane | None,
        pool: Pool,
        budgets: Budgets,
        followers: Followers,
        metrics: Metrics,
        tokens: Tokens,
        limits: BodyLimits,
        proxies: int,
    ) -> None:
        self._application = application
        self._lane = lane
        self._pool = pool
        self._budgets = budgets
        self._followers = followers
        self._metrics = metrics
        self._tokens = tokens
        self._limits = limits
        self._proxies = proxies
        self._turnstile = Turnstile()
        self._probes = ThreadPoolExecutor(2, thread_name_prefix="probe")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["path"] not in _ALIVE:
            await self._turnstile.passed()
        incoming = Incoming(scope, receive, send, self._proxies)
        try:
            if incoming.path in _ALIVE and incoming.method in ("GET", "HEAD"):
                await self._answer_itself(incoming, alive, "/healthz")
            elif incoming.path in _PROBES:
                await self._probe(incoming)
            else:
                await self._serve(incoming)
        except ClientGone:
            return
        except TimelineError as error:  # before the application was asked, or while it told part by part
            if incoming.sender.has_begun:
                incoming.sender.abort()
            else:
                await self._refuse(incoming, error)

    def close(self) -> None:
        """Answer no probe any more."""
        self._probes.shutdown(wait=False, cancel_futures=True)

    async def _serve(self, incoming: Incoming) -> None:
        with self._budgets.held(incoming.kind, incoming.address) if incoming.kind else nullcontext():
            body = await self._body(incoming)
            with body.file:
                refused = await self._append(incoming, body)
                if not incoming.sender.has_begun:
                    await self._ask_application(incoming, body, refused)

    async def _body(self, incoming: Incoming) -> Body:
        if not incoming.has_body:
            return Body(BytesIO())
        if (whole := body_that_came(incoming.cycle)) is not None:
            return Body(BytesIO(whole))
        with self._budgets.held(Kind.UPLOAD, incoming.address):
            return await read_body(
                incoming.receive, incoming.length, self._limits, partial(self._may_send_much, incoming)
            )

    async def _append(self, incoming: Incoming, body: Body) -> TimelineError | None:
        """Append one event at once, where that is what is asked, and send its receipt.

        A refusal of the log is returned: the application words it. Where nothing was sent the application has to say.
        """
        lane, secret = self._lane, incoming.secret
        if lane is None or secret is None:
            return None
        if not lane.takes(incoming.method, incoming.path, incoming.query, incoming.headers):
            return None
        message, name = body.file.read(), incoming.text(_REQUEST_ID)
        body.file.seek(0)
        outcome = await lane.answer(message, secret, incoming.address, name, incoming.began)
        if isinstance(outcome, Answer):
            await incoming.sender.send_whole(outcome)
            return None
        return outcome

    async def _ask_application(self, incoming: Incoming, body: Body, refused: TimelineError | None) -> None:
        """Have the application answer, as often as it has something to wait for, and send what it answers."""
        handover = Handover()
        answer = await self._ask(incoming, body, handover, refused)
        try:
            if handover.wait:
                follower = Follower()
                with self._followers.following(follower, incoming.connection, incoming.secret):
                    while handover.wait:
                        wait, handover.wait = handover.wait, None
                        handover.looked_to = await self._followers.wait(wait, follower, incoming.address)
                        if incoming.is_abandoned():
                            raise ClientGone
                        if follower.is_over:  # by time, token, or the end of the service: it is answered as things are
                            handover.until = time.monotonic()
                        answer = await self._ask(incoming, body, handover, None)
            await self._send(incoming, answer, handover)
        finally:
            if answer.close:
                await asyncio.get_running_loop().run_in_executor(None, answer.close)

    async def _ask(self, incoming: Incoming, body: Body, handover: Handover, refused: TimelineError | None) -> Answer:
        """What the application answers, in a thread; where the log `refused` the event already, how it words that."""
        environ = environ_of(incoming.scope, body.file)
        environ[HANDOVER] = handover
        if refused:
            environ[REFUSED] = refused
        answer = await self._pool.run(
            incoming.address,
            partial(call, self._application, environ),
            incoming.is_abandoned,
            in_background=incoming.kind is not None,
        )
        if not body.is_whole:
            answer.headers.append((b"connection", b"close"))
        return answer

    async def _send(self, incoming: Incoming, answer: Answer, handover: Handover) -> None:
        sender = incoming.sender
        if handover.stream:
            await sender.begin(answer)
            await self._followers.send_events(
                handover.stream, sender, incoming.connection, incoming.address, incoming.secret
            )
            await sender.end()
        elif answer.parts is not None:
            await self._send_parts(incoming, answer)
        elif len(answer.body) > PIECE_BYTES:
            with self._budgets.held(Kind.ANSWER, incoming.address):
                await sender.send_whole(answer)
        else:
            await sender.send_whole(answer)

    async def _send_parts(self, incoming: Incoming, answer: Answer) -> None:
        sender, parts = incoming.sender, answer.parts
        assert parts is not None  # noqa: S101 - looked at by whoever calls
        await sender.begin(answer)
        while not sender.is_lost:
            part = await self._pool.run(
                incoming.address, partial(next_part, parts), incoming.is_abandoned, in_background=True
            )
            if part.failed:
                await sender.send(part.body)
                sender.abort()
                return
            if part.is_last:
                await sender.end(part.body)
                return
            await sender.send(part.body)

    async def _probe(self, incoming: Incoming) -> None:
        """Ask what is asked by those who watch over the service, in threads that nobody else takes."""
        environ = environ_of(incoming.scope, (await self._body(incoming)).file)
        loop = asyncio.get_running_loop()
        try:
            answer = await asyncio.wait_for(
                loop.run_in_executor(self._probes, call, self._application, environ), PROBE_SECONDS
            )
        except TimeoutError:
            late = f"nothing was found out within {PROBE_SECONDS:g} seconds"
            await self._refuse(incoming, StoreUnusable(late, late))
        else:
            await incoming.sender.send_whole(answer)

    async def _answer_itself(self, incoming: Incoming, answer_of: Callable[[str], Answer], route: str) -> None:
        request_id = name_of(incoming.text(_REQUEST_ID))
        answer = answer_of(request_id)
        taken = time.perf_counter() - incoming.began
        tell_at_once(self._metrics, incoming.method, route, answer.status, taken, request_id)
        await incoming.sender.send_whole(answer)

    async def _refuse(self, incoming: Incoming, error: TimelineError) -> None:
        await self._answer_itself(incoming, partial(refusal, error, incoming.path), "refused")

    async def _may_send_much(self, incoming: Incoming) -> bool:
        """Whether it brings a token that may write; nobody else sends more than fits in memory."""
        secret = incoming.secret
        if secret is None or incoming.method != "POST" or not incoming.path.startswith("/api/v1/events"):
            return False
        try:
            token = await self._pool.run(incoming.address, partial(self._tokens.find, secret))
        except StoreUnusable:
            return False
        return token is not None and any(token.allows(scope) for scope in _WRITES_MUCH)
