"""What a reader need not be sent again, and how long it may be kept (RFC 9110, RFC 9111, RFC 8246).

An answer with a fixed recorded cut is the same for ever. Any other holds until the log grows, and at most for the rest
of the minute, since with time what was announced comes about. Both are told by a tag that is made of the question, so
that asking again costs no more than looking where the log stands. A file is asked for each time, even where it is the
same for ever: one that broke off on its way must not be kept.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from flask import Request, Response, g, request
from msgspec import Struct, field, structs
from werkzeug.datastructures import ETags
from werkzeug.http import parse_list_header

from timeline.api.following import Wanted
from timeline.api.handover import handover_of, leave_if_time_remains
from timeline.api.http import answer
from timeline.api.kept_answers import KeptAnswers
from timeline.errors import InvalidValue, NotThereYet, RowsBehind
from timeline.projections.projection import VERSION
from timeline.store.epochs import Tip
from timeline.store.log import ConflictLog
from timeline.wire.positions import Place, guard_awaited

ROWS_BEHIND = "Timeline-Rows-Behind"
"""Header of an answer from rows that could not be brought up to date: how many records of the log they lack."""
LONGEST_WAIT = 60
"""Seconds."""
_SOFTWARE = f"{version('conflict-timeline')}/{VERSION}"
_FIXED, _PASSING = "f", "p"
_FILES = "/api/v1/exports/"
_FEEDS = ("/changes.atom", "/changes.json")
_SECONDS = re.compile(r"[0-9]{1,9}")


class Freshness(Struct, frozen=True):
    """Tags answers, and tells whether the one that a reader holds is still the answer."""

    log: ConflictLog
    now: Callable[[], datetime]
    public: bool
    """Whether what is kept between may be given to others."""
    kept: KeptAnswers
    generation: Callable[[], int]
    """The number of the build of the rows that is read: another may tell what could not be handled before."""
    withdrawn: set[str] = field(default_factory=set)
    """The tags of files that broke off, which say nothing any more."""

    def at_hand(self) -> Response | None:
        """What can be answered at once: 304 to a request that holds what it would be given, or what is kept of it."""
        if (told := self.unchanged()) or request.method != "GET" or _waits():
            return told
        g.generation = self.generation()
        question, tip = question_of(request.environ), g.tip
        tag = _fixed_tag(question, tip)
        if (body := self.kept.find((g.generation, tag))) is None:
            tag = _passing_tag(question, tip, g.asked_at)
            body = self.kept.find((g.generation, tag))
        if body is None:
            return None
        return Response(body, content_type="application/json", headers=self._marks(tag, question))

    def unchanged(self) -> Response | None:
        """The answer 304 to a request that holds what it would be given, otherwise None."""
        g.asked_at = self.now()
        g.tip = self.log.tip()  # before anything is read: what is read while the log is restored is of no later epoch
        if request.method not in ("GET", "HEAD") or _waits():
            return None
        marks = self.unchanged_marks(request.if_none_match, question_of(request.environ), g.tip)
        return None if marks is None else _unchanged(marks)

    def unchanged_marks(self, held: ETags, question: str, tip: Tip | None = None) -> dict[str, str] | None:
        """The headers of a 304 to a reader who holds answers with these tags; None where none of them holds.

        A question is its path and query, `tip` where the log stands, which is asked for where it is not given. Of `*`,
        any answer that there is, only `marked` can tell whether it holds.
        """
        if not held or held.star_tag:
            return None
        tip = tip or self.log.tip()
        for tag in (_fixed_tag(question, tip), _passing_tag(question, tip, self.now())):
            if self._holds(held, tag):
                return self._marks(tag, question)
        return None

    def is_fixed(self, *recorded: int | datetime | None) -> bool:
        """Whether an answer is the same for ever: these are its recorded cuts, and all lie in the past of the log."""
        return all(one <= self.now() if isinstance(one, datetime) else one is not None for one in recorded)

    def answer(self, body: Any, position: int, *, fixed: bool) -> Response:
        """A JSON answer with its tag, as `marked`; it is kept for the next who asks."""
        response = answer(body)
        marked = self.marked(response, position, fixed=fixed)
        if marked is response and "generation" in g:
            self.kept.keep((g.generation, _bare(marked.headers["ETag"])), marked.get_data())
        return marked

    def marked(self, response: Response, position: int, *, fixed: bool) -> Response:
        """An answer with its tag; `fixed` where it is the same for ever, else of the log as it stood at a position.

        That is where the answer was read, and not where the log stands by now: it may have grown meanwhile. Where the
        reader holds it already they are told so instead. Where the rows could not be brought up to where the log
        stands, the answer says by how many records they are behind. Raises `RowsBehind` where those are awaited.
        """
        question = question_of(request.environ)
        behind = 0 if fixed else max(0, g.tip.position - position)
        if behind and position < g.get("awaited", 0):
            detail = f"min_position: the rows stand at position {position} and can not be brought up to date now"
            raise RowsBehind(detail, detail)
        tip = structs.replace(g.tip, position=position)
        tag = _fixed_tag(question, tip) if fixed else _passing_tag(question, tip, g.asked_at)
        marks = self._marks(tag, question)
        if behind:
            marks[ROWS_BEHIND] = str(behind)
        if request.if_none_match and self._holds(request.if_none_match, tag):
            return _unchanged(marks)
        response.headers.update(marks)
        return response

    def withdraw(self, tag: str) -> None:
        """Say of nobody who holds an answer with this tag (as in its header) that they hold the answer."""
        self.withdrawn.add(_bare(tag))

    def await_position(self, wanted: Place | None) -> None:
        """Wait until the log is where the reader saw it (`min_position`), as long as `Prefer: wait` allows.

        Raises `NotThereYet`, and `OtherEpoch` where it never will be there, because it was restored.
        """
        if wanted is None:
            return
        g.awaited = wanted.position
        guard_awaited(self.log, wanted, "min_position")
        handover, seconds = handover_of(), wait_of(request)
        if handover is None:
            self.log.await_position(wanted.position, seconds)
            guard_awaited(self.log, wanted, "min_position")
        g.tip = self.log.tip()
        if (position := g.tip.position) < wanted.position:
            if handover and seconds:
                leave_if_time_remains(handover, Place(wanted.position - 1, g.tip.epoch), Wanted(), seconds)
            raise NotThereYet(
                f"min_position: the log stands at position {position}; `Prefer: wait=10` waits for it",
                ({"field": "min_position", "value": str(wanted), "allowed": f"a position up to {position}, for now"},),
            )

    def _holds(self, held: ETags, tag: str) -> bool:
        return held.contains_weak(tag) and tag not in self.withdrawn

    def _marks(self, tag: str, question: str) -> dict[str, str]:
        scope = "public" if self.public else "private"
        is_kept = tag.startswith(_FIXED) and not question.startswith(_FILES)
        kept = "max-age=31536000, immutable" if is_kept else "no-cache"
        return {"ETag": f'W/"{tag}"', "Cache-Control": f"{scope}, {kept}"}


def _unchanged(marks: dict[str, str]) -> Response:
    """The answer 304. It has no content, and its type is told so that nobody takes it for a page."""
    return Response(status=304, headers=marks, content_type="application/json")


def question_of(environ: Mapping[str, Any]) -> str:
    """What is asked: path and query, byte for byte as they came, whatever they are.

    Of feeds, which have addresses in them, also at which host.
    """
    path = environ["PATH_INFO"]
    question = f"{path}?{environ.get('QUERY_STRING', '')}"
    return f"{_host_of(environ)} {question}" if path.endswith(_FEEDS) else question


def _host_of(environ: Mapping[str, Any]) -> str:
    """Where the request was sent, as far as that stands in an answer: scheme, host and port."""
    return f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}"


def wait_of(asked: Request) -> int:
    """How many seconds a reader would wait (`Prefer: wait=10`, RFC 7240, section 4.3); at most `LONGEST_WAIT`."""
    for one in parse_list_header(asked.headers.get("Prefer", "")):
        name, _, value = one.partition(";")[0].partition("=")
        if name.strip().lower() == "wait":
            seconds = value.strip().strip('"')
            if not _SECONDS.fullmatch(seconds):
                raise InvalidValue("Prefer", one, f"wait=<seconds>, a whole number up to {LONGEST_WAIT}")
            return min(int(seconds), LONGEST_WAIT)
    return 0


def _waits() -> bool:
    """Whether the request may have to wait for its answer: then all that could be said now is said after that."""
    return "min_position" in request.args or "Prefer" in request.headers


def _bare(tag: str) -> str:
    """A tag without what it has around it in its header."""
    return tag.removeprefix("W/").strip('"')


def _fixed_tag(question: str, tip: Tip) -> str:
    return _FIXED + _digest(question, tip.origin, tip.epoch)


def _passing_tag(question: str, tip: Tip, now: datetime) -> str:
    return _PASSING + _digest(question, tip.origin, tip.epoch, str(tip.position), str(int(now.timestamp()) // 60))


def _digest(*parts: str) -> str:
    told = "\n".join((_SOFTWARE, *parts)).encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(sha256(told).digest()[:15]).decode()
