"""Exports of made-up developments: what they are of, and their bytes in any format."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from tests.scenarios import BAKHMUT, NOW, at, given, identity_of, instant, reported
from tests.strategies import CONTROLS
from timeline.domain.facts import Fact, Recorded
from timeline.domain.history import Cuts, fold_development
from timeline.domain.legibility import fault_of
from timeline.exporters import EXPORTERS
from timeline.exporters.export import Export, Of
from timeline.readmodel.cuts import HeldCuts
from timeline.readmodel.entries import Entry

AS_OF = datetime(2023, 6, 1, 12, tzinfo=UTC)
CHECKPOINT = "example.org/log\n7\nx5b0BDs2bqtRCLrAwTDyN7dSU5ChQBvmWXj8dxAXrAw=\n\n— example.org/log AAAA+/==\n"

any_text = (
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters=CONTROLS), min_size=1, max_size=30)
    .filter(str.strip)
    .filter(lambda text: fault_of(text) is None)
)
"""Any text that an event may hold."""
tricky_text = any_text | st.sampled_from(
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1", "'tis", "\uff1d1", 'a "b", c;d', "a\r\nb", "a\nb",
     "a\rb", "C:\\New\\n\\N", "a\\,b\\;c", "<b>&amp;</b>", "</script><img src=x onerror=alert(1)>", "\ufffe\uffff",
     "a\u2028b\u2029c\x85d", " a ", "é" * 80, "\N{GRINNING FACE}" * 40, "BEGIN:VEVENT", "]]>"]
)  # fmt: skip


def entry(
    fact: Fact | None = None, *more: Fact, id: UUID = BAKHMUT, as_of: datetime = AS_OF, **described: Any
) -> Entry:
    """A development of which these facts were told, one a day from 20 May 2023 on."""
    facts = (fact or reported(**described), *more)
    told = [at(number, f"2023-05-{19 + number}", one, id) for number, one in enumerate(facts, 1)]
    state = fold_development(id, told)
    return Entry(state, state.statuses(identity_of), state.described.occurred.open_on(as_of))


def disputed(**described: Any) -> Entry:
    """A development that one source asserts and another denies."""
    return entry(reported("ru-mod", **described), given("ua-mod", "denies", extent="concedes", quote="Not so."))


def events() -> list[Recorded]:
    """A report and an account of it, as recorded."""
    return [at(1, "2023-05-20", reported()), at(2, "2023-05-21", given("ua-mod", "denies"))]


def export_of(of: Of = Of.DEVELOPMENTS, as_of: datetime = AS_OF, **filters: Any) -> Export:
    """What an export is of."""
    held = HeldCuts(Cuts(as_of, instant("2023-05-31T00:00:00Z"), 7), NOW)
    return Export("A war", of, held, filters, CHECKPOINT, {"bakhmut": "Bakhmut & around"})


def written(format: str, *items: Any, of: Of | None = None, as_of: datetime = AS_OF, **filters: Any) -> bytes:
    """The bytes of an export of these."""
    wanted = EXPORTERS[format]
    return b"".join(wanted.write(export_of(of or wanted.of[0], as_of, **filters), items))
