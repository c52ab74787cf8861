"""Requests as the application takes them, and what it answers."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from timeline.server.wsgi import PART_BYTES, call, environ_of, next_part


def scope(**more: Any) -> dict[str, Any]:
    return {
        "method": "GET",
        "raw_path": b"/developments/%D0%91%ff%2Fx",
        "query_string": b"q=%D0%91",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 8050),
        "client": ("192.0.2.7", 4711),
        "headers": [],
        **more,
    }


def test_path_and_query_are_those_that_were_sent_byte_for_byte() -> None:
    environ = environ_of(scope(), BytesIO())

    assert environ["PATH_INFO"].encode("latin1") == b"/developments/\xd0\x91\xff/x"
    assert environ["QUERY_STRING"] == "q=%D0%91"
    assert (environ["REMOTE_ADDR"], environ["SERVER_PORT"]) == ("192.0.2.7", "8050")


def test_headers_that_come_twice_are_joined_and_none_is_taken_for_another() -> None:
    headers = [
        (b"accept", b"a"),
        (b"accept", b"b"),
        (b"cookie", b"c=1"),
        (b"cookie", b"d=2"),
        (b"x_forwarded_for", b"me"),
    ]
    environ = environ_of(
        scope(headers=[*headers, (b"content-length", b"3"), (b"content-type", b"text/plain")]), BytesIO()
    )

    assert environ["HTTP_ACCEPT"] == "a,b"
    assert environ["HTTP_COOKIE"] == "c=1; d=2"
    assert (environ["CONTENT_LENGTH"], environ["CONTENT_TYPE"]) == ("3", "text/plain")
    assert "HTTP_X_FORWARDED_FOR" not in environ


def application(parts: Iterable[bytes]) -> Any:
    def answer(_: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return parts

    return answer


def test_an_answer_that_is_there_is_one_body() -> None:
    answer = call(application([b"a", b"b"]), {})

    assert (answer.status, answer.headers, answer.body, answer.parts) == (
        200, [(b"content-type", b"text/plain")], b"ab", None,
    )  # fmt: skip


def test_of_an_answer_that_is_made_part_by_part_no_more_is_made_than_is_sent() -> None:
    made = []

    def parts() -> Iterator[bytes]:
        for number in range(10):
            made.append(number)
            yield b"x" * (PART_BYTES // 2)

    answer = call(application(parts()), {})
    assert made == []
    assert answer.parts is not None
    first = next_part(answer.parts)

    assert (len(first.body), first.is_last, made) == (PART_BYTES, False, [0, 1])
    rest = [next_part(answer.parts) for _ in range(5)]
    assert [part.is_last for part in rest] == [False, False, False, False, True]


def test_an_answer_that_breaks_off_is_told_apart_from_one_that_ends() -> None:
    def parts() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the disk is gone")

    part = next_part(parts())

    assert (part.body, part.is_last, part.failed) == (b"half", True, True)
