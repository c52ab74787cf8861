"""Voids: which events of a stream were entered by mistake, and so are in no fold.

A void has its effect on the recorded clock alone. From its own position on, the event that it names is not in the fold
at any `known_at`; an answer with an earlier `recorded_at` stays what it was. A void may be voided in its turn, which
brings back what it had taken out.
"""

from collections.abc import Collection, Iterable, Mapping

from timeline.domain.facts import EntryVoided, Recorded


def voided_in(history: Iterable[Recorded]) -> dict[int, Recorded]:
    """The events of a stream that are voided, by position, each with the void in force that names it."""
    voids = {event.position: event for event in voids_in(history)}
    named = ((position, voided_position(event)) for position, event in voids.items())
    taken_out = voided_by((position, at) for position, at in named if at is not None)
    return {position: voids[void] for position, void in taken_out.items()}


def voided_by(voids: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The positions that are voided, each with that of the void in force; of each void its own and the one it names.

    An event can only void one that was recorded before it, so the latest void is in force, and going back from there
    it is known of each whether a later one took it out.
    """
    voided: dict[int, int] = {}
    for void, named in sorted(voids, reverse=True):
        if void not in voided:
            voided[named] = void
    return voided


def in_force(events: Iterable[Recorded], voided: Collection[int] | None = None) -> list[Recorded]:
    """These events, in their order, without the voids and without what is voided.

    `voided` are the positions that are, where these are not all events of the cut.
    """
    all_events = list(events)
    outside = voided_in(all_events) if voided is None else voided
    return [
        event for event in all_events if event.position not in outside and not isinstance(event.event.fact, EntryVoided)
    ]


def voids_in(history: Iterable[Recorded]) -> list[Recorded]:
    """The voids among these events, in force or not."""
    return [event for event in history if isinstance(event.event.fact, EntryVoided)]


def voided_position(event: Recorded) -> int | None:
    """The position of the event that a recorded void names; None for what is no void."""
    return event.event.fact.position if isinstance(event.event.fact, EntryVoided) else None


def root_of(event: Recorded, by_position: Mapping[int, Recorded]) -> Recorded | None:
    """The event that a chain of voids is about in the end: itself, where it is no void; None where that is missing."""
    at: Recorded | None = event
    while at and isinstance(at.event.fact, EntryVoided):
        at = by_position.get(at.event.fact.position or 0)
    return at
