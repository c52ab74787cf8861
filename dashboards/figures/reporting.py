"""How the reporting of one development went: a band of statuses over time, accounts for and against it.

What an account says is told by its row and its shape, not by its colour alone: a full triangle asserts or denies, a
circle concedes, an open triangle repeats, and a cross stands where a source took its word back.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from msgspec import Struct

from dashboards.figures.gantt import Figure, plain_layout, time_axis
from dashboards.figures.scale import DAY, Scale
from dashboards.theme import Palette
from timeline.domain.vocabulary import Stance, Status

_SHAPES: Mapping[Stance, tuple[int, str, str]] = {
    Stance.ASSERTS: (1, "triangle-down", "for"),
    Stance.CONCEDES: (1, "circle", "conceding"),
    Stance.REPEATS: (1, "triangle-down-open", "repeating"),
    Stance.DENIES: (-1, "triangle-up", "against"),
}
"""Row, shape, and what is said of an account of each stance."""
_STEP = 0.55
"""How far accounts of the same moment stand apart, in rows."""


class Turn(Struct, frozen=True):
    """From when on (milliseconds) the occurrence stood so."""

    at: float
    status: Status


class Voice(Struct, frozen=True):
    """An account of the occurrence: when it was given (milliseconds), by whom, what it says, and whether it stands."""

    at: float
    name: str
    stance: Stance
    withdrawn: bool = False


def reporting_chart(
    turns: Sequence[Turn], voices: Sequence[Voice], until: float, width: float, colours: Palette
) -> Figure:
    """The chart up to a moment (milliseconds): accounts for it above the band, those against it below."""
    left = min([turn.at for turn in turns] + [voice.at for voice in voices])
    until = max(until, left + DAY)
    room = (until - left) * 0.05
    scale = Scale(left - room, until + room, width)
    rows, most = _rows(voices, scale)
    traces = [
        _band(turn, end, colours) for turn, end in zip(turns, [*(turn.at for turn in turns[1:]), until], strict=True)
    ]
    for stance in Stance:
        own = [(voice, row) for voice, row in zip(voices, rows, strict=True) if voice.stance is stance]
        if own:
            traces.append(_accounts(stance, own, colours))
    high = most[1] + most[-1] + 1.2
    return {
        "data": traces,
        "layout": plain_layout(colours) | {
            "height": round(42 + high * 28), "margin": {"l": 56, "r": 4, "t": 4, "b": 38}, "barmode": "overlay",
            "dragmode": False, "hovermode": "closest",
            "xaxis": time_axis(scale, colours) | {"fixedrange": True, "ticks": "outside", "minallowed": scale.left,
                                                  "nticks": max(2, int(width / 130))},
            "yaxis": {"range": [-most[-1] - 0.6, most[1] + 0.6], "fixedrange": True, "showgrid": False,
                      "zeroline": False, "tickvals": [1, 0, -1], "ticktext": ["for", "status", "against"],
                      "tickfont": {"size": 11, "color": colours.muted}},
        },
    }  # fmt: skip


def _rows(voices: Sequence[Voice], scale: Scale) -> tuple[list[float], dict[int, float]]:
    """Where each account stands, so that none hides another, and how far it goes on each side of the band."""
    near = scale.ms_per_pixel * 12
    placed: dict[int, list[tuple[float, float]]] = {1: [], -1: []}
    rows = []
    for voice in voices:
        side = _SHAPES[voice.stance][0]
        taken = {row for at, row in placed[side] if abs(at - voice.at) < near}
        row = next(level for step in range(len(voices) + 1) if (level := 1 + min(step, 4) * _STEP) not in taken
                   or step >= 4)  # fmt: skip
        placed[side].append((voice.at, row))
        rows.append(side * row)
    return rows, {side: max((row for _, row in some), default=1.0) for side, some in placed.items()}


def _band(turn: Turn, end: float, colours: Palette) -> dict[str, Any]:
    style = colours.styles[turn.status]
    marker: dict[str, Any] = {"color": style.fill, "line": {"color": style.line, "width": style.weight}}
    if style.pattern:
        marker["pattern"] = {"shape": style.pattern, "fgcolor": style.line, "bgcolor": style.fill, "size": 7,
                             "solidity": 0.2, "fillmode": "replace"}  # fmt: skip
    return {"type": "bar", "orientation": "h", "base": [turn.at], "x": [end - turn.at], "y": [0], "width": 0.8,
            "marker": marker, "showlegend": False,
            "hovertemplate": f"{turn.status.capitalize()}<extra></extra>"}  # fmt: skip


def _accounts(stance: Stance, own: Sequence[tuple[Voice, float]], colours: Palette) -> dict[str, Any]:
    _, symbol, said = _SHAPES[stance]
    colour = colours.styles[Status.DENIED if stance is Stance.DENIES else Status.CORROBORATED].line
    return {
        "type": "scatter", "mode": "markers", "x": [voice.at for voice, _ in own], "y": [row for _, row in own],
        "marker": {"symbol": ["x-thin" if voice.withdrawn else symbol for voice, _ in own], "size": 11, "color": colour,
                   "line": {"width": 1.6, "color": colour}},
        "hovertext": [_named(voice) for voice, _ in own],
        "showlegend": False, "hovertemplate": f"%{{hovertext}}: {said}<extra></extra>",
    }  # fmt: skip


def _named(voice: Voice) -> str:
    return escape(voice.name, quote=False) + (", taken back" if voice.withdrawn else "")
