"""How the reporting of one development went: for each aspect a band of statuses over time, accounts for and against it.

What an account says is told by its row and its shape, not by its colour alone: a full triangle asserts or denies, a
circle concedes, an open triangle repeats, and a cross where an account is no longer in force. Accounts of the same
sort that would hide one another are one mark with their number.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from msgspec import Struct

from dashboards.figures.bars import solid
from dashboards.figures.gantt import Figure, plain_layout, time_axis
from dashboards.figures.scale import DAY, Scale
from dashboards.theme import Palette
from dashboards.words import listed
from timeline.domain.legibility import isolated
from timeline.domain.vocabulary import Stance, Status

_SHAPES: Mapping[Stance, tuple[int, str, str]] = {
    Stance.ASSERTS: (1, "triangle-down", "for"),
    Stance.CONCEDES: (1, "circle", "conceding"),
    Stance.REPEATS: (1, "triangle-down-open", "repeating"),
    Stance.DENIES: (-1, "triangle-up", "against"),
}
"""Row, shape, and what is said of an account of each stance."""
LEGEND = "Accounts: ▼ for, ● conceding, ▽ repeating (above the band), ▲ against (below it), × no longer in force."
_LEVEL = 26
"""Height of a level in pixels: a band takes a whole one, a row of marks a part."""
_STEP = 0.62
"""How far rows of marks stand apart, in levels."""
_NEAR = 12.0
"""Marks that are closer than this (pixels) would hide one another."""
_CHARACTER = 6.2
_MOST_NAMED = 6
"""How many of the sources that share a mark are named."""


class Turn(Struct, frozen=True):
    """From when on (milliseconds) the aspect stood so."""

    at: float
    status: Status


class Voice(Struct, frozen=True):
    """An account of the aspect: when it was given (milliseconds), by whom, what it says, and whether it stands."""

    at: float
    name: str
    stance: Stance
    withdrawn: bool = False


class Spoken(Struct, frozen=True):
    """An aspect that somebody spoke to: what it is called, how it stood, and the accounts of it."""

    name: str
    turns: Sequence[Turn]
    voices: Sequence[Voice]


class _Group(Struct):
    """Accounts that share a mark: of one stance, at nearly the same time; the level is counted from the band."""

    voices: list[Voice]
    level: int = 0

    @property
    def at(self) -> float:
        return self.voices[0].at

    @property
    def side(self) -> int:
        return _SHAPES[self.voices[0].stance][0]

    def wide(self) -> float:
        """Its width in pixels, with its number."""
        return _NEAR + (18 if len(self.voices) > 1 else 0)


def reporting_chart(spoken: Sequence[Spoken], until: float, width: float, colours: Palette) -> Figure:
    """The chart up to a moment (milliseconds): accounts for an aspect above its band, those against it below."""
    left = min(
        [one.at for aspect in spoken for one in aspect.turns] + [one.at for aspect in spoken for one in aspect.voices]
    )
    until = max(until, left + DAY)
    room = (until - left) * 0.05
    margin = max(len(aspect.name) for aspect in spoken) * _CHARACTER + 10
    scale = Scale(left - room, until + room, max(width - margin, 100))
    traces: list[dict[str, Any]] = []
    bands: list[float] = []
    below = 0.0
    for aspect in spoken:
        groups = _groups(aspect.voices, scale)
        band = below - 1 - _reach(groups, 1)
        below = band - 0.2 - _reach(groups, -1)
        bands.append(band)
        ends = [*(turn.at for turn in aspect.turns[1:]), until]
        traces += [_band(turn, end, band, colours) for turn, end in zip(aspect.turns, ends, strict=True)]
        for stance in Stance:
            own = [group for group in groups if group.voices[0].stance is stance]
            if own:
                traces.append(_accounts(stance, own, band, colours))
    return {
        "data": traces,
        "layout": plain_layout(colours) | {
            "height": round(46 - (below - 0.5) * _LEVEL), "margin": {"l": round(margin), "r": 4, "t": 4, "b": 38},
            "barmode": "overlay", "dragmode": False, "hovermode": "closest",
            "xaxis": time_axis(scale, colours, hours=_has_hours(spoken))
            | {"fixedrange": True, "ticks": "outside", "minallowed": scale.left},
            "yaxis": {"range": [below - 0.5, 0], "fixedrange": True, "showgrid": False,
                      "zeroline": False, "tickvals": bands, "ticktext": [aspect.name for aspect in spoken],
                      "tickfont": {"size": 11, "color": colours.muted}},
        },
    }  # fmt: skip


def _has_hours(spoken: Sequence[Spoken]) -> bool:
    """Whether anything is told by the hour: what is known to the day only stands at its beginning."""
    return any(one.at % DAY for aspect in spoken for one in aspect.turns) or any(
        one.at % DAY for aspect in spoken for one in aspect.voices
    )


def _groups(voices: Sequence[Voice], scale: Scale) -> list[_Group]:
    """The marks of an aspect, so placed that none hides another."""
    groups: list[_Group] = []
    for voice in sorted(voices, key=lambda voice: voice.at):
        like = (
            group for group in groups
            if (group.voices[0].stance, group.voices[0].withdrawn) == (voice.stance, voice.withdrawn)
            and scale.pixels(voice.at - group.at) < _NEAR
        )  # fmt: skip
        if group := next(like, None):
            group.voices.append(voice)
        else:
            groups.append(_Group([voice]))
    for number, group in enumerate(groups):
        near = {
            other.level for other in groups[:number]
            if other.side == group.side and scale.pixels(group.at - other.at) < other.wide()
        }  # fmt: skip
        group.level = next(level for level in range(1, len(groups) + 1) if level not in near)
    return groups


def _reach(groups: Sequence[_Group], side: int) -> float:
    """How far marks reach on a side of the band, in levels."""
    return max((group.level for group in groups if group.side == side), default=0) * _STEP


def _band(turn: Turn, end: float, row: float, colours: Palette) -> dict[str, Any]:
    return {"type": "bar", "orientation": "h", "base": [turn.at], "x": [end - turn.at], "y": [row], "width": 0.7,
            "marker": solid(colours.styles[turn.status]), "showlegend": False,
            "hovertemplate": f"{turn.status.capitalize()}<extra></extra>"}  # fmt: skip


def _accounts(stance: Stance, own: Sequence[_Group], band: float, colours: Palette) -> dict[str, Any]:
    side, symbol, said = _SHAPES[stance]
    colour = colours.styles[Status.DENIED if stance is Stance.DENIES else Status.CORROBORATED].line
    return {
        "type": "scatter", "mode": "markers+text", "x": [group.at for group in own],
        "y": [round(band + side * (0.1 + group.level * _STEP), 3) for group in own],
        "marker": {"symbol": ["x-thin" if group.voices[0].withdrawn else symbol for group in own], "size": 11,
                   "color": colour, "line": {"width": 1.6, "color": colour}},
        "text": [f"  {len(group.voices)}" if len(group.voices) > 1 else "" for group in own],
        "textposition": "middle right", "textfont": {"size": 11, "color": colours.ink},
        "hovertext": [_named(group) for group in own],
        "showlegend": False, "hovertemplate": f"%{{hovertext}}: {said}<extra></extra>",
    }  # fmt: skip


def _named(group: _Group) -> str:
    names = [escape(isolated(voice.name), quote=False) for voice in group.voices[:_MOST_NAMED]]
    if len(group.voices) > _MOST_NAMED:
        names.append(f"{len(group.voices) - _MOST_NAMED} more")
    return listed(names) + (", no longer in force" if group.voices[0].withdrawn else "")
