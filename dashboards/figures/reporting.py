"""How the reporting of one development went: a band of statuses over time, accounts for and against it."""

from collections.abc import Sequence
from html import escape
from typing import Any

from msgspec import Struct

from dashboards.figures.gantt import Figure, plain_layout, time_axis
from dashboards.figures.scale import DAY, Scale
from dashboards.theme import Palette
from timeline.domain.vocabulary import Status


class Turn(Struct, frozen=True):
    """From when on (milliseconds) the occurrence stood so."""

    at: float
    status: Status


class Voice(Struct, frozen=True):
    """An account: when it was given (milliseconds), by whom, and whether it is for the development or against it."""

    at: float
    name: str
    against: bool


def reporting_chart(
    turns: Sequence[Turn], voices: Sequence[Voice], until: float, width: float, colours: Palette
) -> Figure:
    """The chart up to a moment (milliseconds): accounts for it above the band, those against it below."""
    left = min([turn.at for turn in turns] + [voice.at for voice in voices])
    room = max(until - left, DAY) * 0.04
    scale = Scale(left - room, max(until, left + DAY) + room, width)
    ends = [turn.at for turn in turns[1:]] + [max(until, left + DAY)]
    traces: list[dict[str, Any]] = []
    for turn, end in zip(turns, ends, strict=True):
        style = colours.styles[turn.status]
        marker: dict[str, Any] = {"color": style.fill, "line": {"color": style.line, "width": style.weight}}
        if style.pattern:
            marker["pattern"] = {"shape": style.pattern, "fgcolor": style.line, "bgcolor": style.fill, "size": 7,
                                 "solidity": 0.2, "fillmode": "replace"}  # fmt: skip
        traces.append(
            {"type": "bar", "orientation": "h", "base": [turn.at], "x": [end - turn.at], "y": [0], "width": 0.8,
             "marker": marker, "showlegend": False, "hovertemplate": f"{turn.status.capitalize()}<extra></extra>"}
        )  # fmt: skip
    for against, symbol, row in ((False, "triangle-down", 1), (True, "triangle-up", -1)):
        own = [voice for voice in voices if voice.against is against]
        traces.append(
            {"type": "scatter", "mode": "markers", "x": [voice.at for voice in own], "y": [row] * len(own),
             "marker": {"symbol": symbol, "size": 11, "color": colours.styles[Status.DENIED].line if against else
                        colours.styles[Status.CORROBORATED].line, "line": {"width": 0}},
             "hovertext": [escape(voice.name, quote=False) for voice in own], "showlegend": False,
             "hovertemplate": f"%{{hovertext}}: {'against' if against else 'for'}<extra></extra>"}
        )  # fmt: skip
    return {
        "data": traces,
        "layout": plain_layout(colours) | {
            "height": 118, "margin": {"l": 56, "r": 4, "t": 4, "b": 38}, "barmode": "overlay", "dragmode": False,
            "hovermode": "closest",
            "xaxis": time_axis(scale, colours) | {"fixedrange": True, "ticks": "outside"},
            "yaxis": {"range": [-1.7, 1.7], "fixedrange": True, "showgrid": False, "zeroline": False,
                      "tickvals": [1, 0, -1], "ticktext": ["for", "status", "against"],
                      "tickfont": {"size": 11, "color": colours.muted}},
        },
    }  # fmt: skip
