"""Entries for the charts, made from the EDTF string and the status that matter."""

from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

from dashboards.figures.marks import Mark, mark_of_entry
from dashboards.figures.scale import milliseconds
from timeline.domain.descriptions import Description
from timeline.domain.history import DevelopmentState
from timeline.domain.moments import Occurred, parse_cut
from timeline.domain.vocabulary import Aspect, Kind, Status
from timeline.readmodel.entries import Entry

AS_OF = parse_cut("2023-05-22", "as_of")


def entry(
    edtf: str,
    status: Status = Status.CLAIMED,
    *,
    title: str = "Something happened",
    front: str = "bakhmut",
    as_of: datetime = AS_OF,
    also: dict[Aspect, Status] | None = None,
    **exact: datetime,
) -> Entry:
    """A development in view on `as_of`."""
    occurred = Occurred(edtf, **exact)
    seen = datetime(2023, 5, 22, tzinfo=UTC)
    state = DevelopmentState(
        uuid5(NAMESPACE_OID, f"{edtf}{title}{front}{status}"),
        version=1,
        position=1,
        description=Description(front, Kind.OTHER, title, occurred),
        first_reported_at=seen,
        last_reported_at=seen,
    )
    return Entry(state, {Aspect.OCCURRENCE: status, **(also or {})}, occurred.open_on(as_of))


def drawn(edtf: str, status: Status = Status.CLAIMED, **more: object) -> Mark:
    """The mark of such an entry."""
    one = entry(edtf, status, **more)  # type: ignore[arg-type]
    return mark_of_entry(one, one.state.described.front, milliseconds(AS_OF))
