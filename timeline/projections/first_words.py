"""Developments of which one report is all that there is, a whole stretch of the log at a time.

Most developments are of this sort. Their rows follow from a few fields of the report alone, so no more than those is
decoded, and nothing is checked that was checked before. Whatever is not as it should be is left to the projection,
which also says what the rows must be: a property test holds the two together.
"""

from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from timeline.domain.facts import DevelopmentReported
from timeline.domain.moments import to_micros
from timeline.domain.vocabulary import Aspect, Kind, Stance
from timeline.plausibility.developments import report_doubts
from timeline.projections.pieces import DensityRow, LabelChange, Names, Piece, density_of_rows
from timeline.projections.projection import statuses_alone
from timeline.readmodel.casts import ACTOR, KEYWORD, SOURCE, Actors, Sources, cast_of, digest_of, keywords_of, labels_of
from timeline.readmodel.cubes import actor_label, label_changes, sort_changes, source_label
from timeline.readmodel.search import actor_word, external_word, origin_word, source_word, words_of
from timeline.readmodel.versions import bounds_of, number_of, packed


class _Place(Struct, gc=False):
    name: str
    lat: float | None = None
    lon: float | None = None
    country: str | None = None
    description: str | None = None


class _Actor(Struct, gc=False):
    name: str
    role: str


class _Occurred(Struct, gc=False):
    edtf: str
    exact_start: datetime | None = None
    exact_end: datetime | None = None


class _Description(Struct, gc=False):
    front: str
    kind: Kind
    title: str
    occurred: _Occurred
    summary: str | None = None
    place: _Place | None = None
    actors: tuple[_Actor, ...] = ()
    tags: tuple[str, ...] = ()
    external_id: str | None = None
    language: str | None = None


class _Account(Struct, gc=False):
    source: str
    stance: dict[Aspect, Stance]
    quote: str | None = None
    gist: str | None = None
    origin: str | None = None
    published: str | None = None


class _Fact(Struct, gc=False):
    description: _Description
    account: _Account


class _State(Struct, gc=False):
    reported_at: datetime
    fact: _Fact
    fact_version: int = 1


_DECODE = msgspec.json.Decoder(_State).decode


class FirstWords:
    """Collects the rows of such developments."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._words: list[tuple[int, str]] = []
        self._told: list[DensityRow] = []
        self._spoken: list[tuple[int, int]] = []
        self._sorts: list[tuple[int, int, int, int, int, None]] = []
        self._labels: list[LabelChange] = []
        self._fronts, self._sources, self._actors = Names(), Names(), Names()
        self._casts: dict[int, tuple[str, Actors | Sources]] = {}

    def add(self, position: int, id: bytes, state: bytes) -> bool:
        """Take in the report of a development, as it is stored; False where that can not be done here."""
        try:
            decoded = _DECODE(state)
            if decoded.fact_version != DevelopmentReported.VERSION:
                return False
            description, account = decoded.fact.description, decoded.fact.account
            occurred, place = description.occurred, description.place
            span, start_at, end_at, further_days, exact_start, exact_end = bounds_of(
                occurred.edtf, occurred.exact_start, occurred.exact_end
            )
            status, aspects = packed(statuses_alone(tuple(account.stance.items())), withdrawn=False)
            found_by = _found_by(description, account)
            actors, sources = cast_of((one.name, one.role) for one in description.actors), (account.source,)
            parties, speakers = digest_of(ACTOR, actors), digest_of(SOURCE, sources)
            labels = labels_of(actors)
            keywords = keywords_of(place.name if place else None, description.tags, description.language)
            keywords_digest = digest_of(KEYWORD, keywords)
            kind = number_of(description.kind)
            since = to_micros(decoded.reported_at)
            point = (place.lat, place.lon, place.country) if place else None
            doubts = report_doubts(
                occurred.edtf, occurred.exact_start, occurred.exact_end, since, point, account.published
            )
        except Exception:  # the projection will find the same, and set the event aside
            return False
        self._rows.append(
            (
                description.front, span, start_at, id, since, position, None, None, end_at,
                further_days, status, kind, aspects, position, description.title, occurred.edtf, exact_start,
                exact_end, place.lat if place else None, place.lon if place else None,
                parties, speakers, doubts, keywords_digest, since, position,
            )
        )  # fmt: skip
        self._words.append((position, " ".join(found_by)))
        front, source = self._fronts.place(description.front, position), self._sources.place(account.source, position)
        self._told.append((front, start_at, further_days, status, since, None))
        self._spoken.append((since, source * 2))
        self._sorts.append((front, kind, status, start_at, since, None))
        self._labels.append((since, source_label(source), front, start_at, 1))
        for label, times in labels:
            self._labels.append((since, actor_label(self._actors.place(label, position)), front, start_at, times))
        self._casts[speakers] = SOURCE, sources
        if actors:
            self._casts[parties] = ACTOR, actors
        if keywords:
            self._casts[keywords_digest] = KEYWORD, keywords
        return True

    def piece(self) -> Piece:
        """What was taken in."""
        given = np.array([(since, code, 1) for since, code in self._spoken], dtype=np.int64).reshape(-1, 3)
        in_force = given + np.array([0, 1, 0], dtype=np.int64)
        times = [since for since, _ in self._spoken]
        return Piece(
            len(self._rows),
            self._rows,
            self._words,
            density_of_rows(self._told),
            np.concatenate([given, in_force]),
            sort_changes(self._sorts),
            label_changes(self._labels),
            self._fronts,
            self._sources,
            self._actors,
            self._casts,
            [],
            [],
            (min(times), max(times)) if times else None,
        )


def _found_by(description: _Description, account: _Account) -> set[str]:
    """As `search.indexed` has it."""
    place = description.place
    where = (place.name, place.description) if place else ()
    found = words_of((description.title, description.summary, *where, account.quote, account.gist))
    found.add(source_word(account.source))
    if account.origin:
        found.add(origin_word(account.origin))
    found.update(actor_word(actor.name) for actor in description.actors)
    if description.external_id:
        found.add(external_word(description.external_id))
    return found
