"""The bars of spans: what is certain as a core, what is only possible shaded and within a dotted outline.

Shades fade towards the ends of a span, which had the less likely begun, or not yet ended, the farther out; a moment
that may have been at any time of a stretch has one shade throughout.

Every status keeps its pattern or outline in both, so that a span without any certain part is told from others by more
than its colour. Each trace says in `meta` which part of which status it draws, and to which side it fades: the browser
(assets/chart.js) lets the shades fade, dots the outlines, and cuts all of them off at the as-of line.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from dashboards.figures.labels import centre, drawn_as_point
from dashboards.figures.marks import Mark
from dashboards.figures.packing import Placed
from dashboards.figures.scale import Scale
from dashboards.theme import Style, faded
from timeline.domain.vocabulary import Status

_BAR = 0.72
"""Height of a bar, in rows."""
_INSET = 0.56
"""Height of the second outline inside a bar, in rows."""
_INSET_PIXELS = 2.0
"""How far in from the ends of the bar it stands, in pixels."""
_CLEAR = "rgba(0,0,0,0)"

Trace = dict[str, Any]


class Numbered(Struct, frozen=True):
    """A placed mark, and its number among all of the chart."""

    number: int
    mark: Mark
    row: int

    @classmethod
    def all(cls, placed: Iterable[Placed]) -> "list[Numbered]":
        """All of them, numbered in their order."""
        return [cls(number, one.mark, one.row) for number, one in enumerate(placed)]


Part = tuple[Numbered, float, float]
"""A mark with the start and the length of a bar of it (milliseconds)."""


def spans(own: Sequence[Numbered], status: Status, style: Style, scale: Scale) -> list[Trace]:
    """The traces of one status's spans, the uncertain below the certain."""
    drawn = [one for one in own if not drawn_as_point(one.mark, scale)]
    cored = [one for one in drawn if one.mark.core]
    vague = [one for one in drawn if not one.mark.core and not one.mark.moment]
    moments = [one for one in drawn if one.mark.moment]
    # One bar fades to both sides, unless it would be cut off: then what is left of it has its middle elsewhere.
    whole = [one for one in vague if _near(*_whole(one.mark), scale) == _whole(one.mark)]
    cut = [one for one in vague if _near(*_whole(one.mark), scale) != _whole(one.mark)]
    shade = {"color": faded(style.line, style.fade), "line": {"width": 0}}
    outline = {"line": {"color": faded(style.line, 0.85), "width": min(style.weight, 2) - 0.3}}
    pattern = {"pattern": _pattern(style, _CLEAR)} if style.pattern else {}
    traces = [
        _bars("fade-left", status, _parts(cored + cut, _before, scale), shade, fade="left"),
        _bars("fade-right", status, _parts(cored + cut, _after, scale), shade, fade="right"),
        *_faded(status, _parts(whole, _whole, scale), (shade, outline, pattern)),
        _bars("possible", status, _parts(cut, _whole, scale), {"color": _CLEAR, **outline, **pattern}),
        _bars("possible", status, _parts(moments, _whole, scale), _flat(style) | outline),
        _bars("core", status, cores := _parts(cored, _core, scale), solid(style)),
    ]
    if style.inset:
        traces.append(_inset(status, cores, style.inset, scale))
        traces.append(_inset(status, _parts(vague + moments, _whole, scale), faded(style.line, 0.8), scale))
    return [trace for trace in traces if trace["y"]]


def _faded(status: Status, parts: Sequence[Part], looks: tuple[dict[str, Any], ...]) -> list[Trace]:
    """What fades to both sides: one bar with shade and outline, and two where a pattern takes the place of the fill."""
    shade, outline, pattern = looks
    if not pattern:
        return [_bars("possible", status, parts, shade | outline, fade="both")]
    return [
        _bars("fade-both", status, parts, shade, fade="both"),
        _bars("possible", status, parts, {"color": _CLEAR, **outline, **pattern}),
    ]


def _flat(style: Style) -> dict[str, Any]:
    """What is as possible at one time as at another: a moment of which no more is known than its day or month."""
    shade = faded(style.line, style.fade * 0.45)
    return {"color": shade, **({"pattern": _pattern(style, shade)} if style.pattern else {})}


def solid(style: Style) -> dict[str, Any]:
    """What is certain: the fill, the outline and the pattern of a status."""
    marker: dict[str, Any] = {"color": style.fill, "line": {"color": style.line, "width": style.weight}}
    if style.pattern:
        marker["pattern"] = _pattern(style, style.fill)
    return marker


def _pattern(style: Style, under: str) -> dict[str, Any]:
    return {
        "shape": style.pattern, "fgcolor": faded(style.line, 0.55), "bgcolor": under,
        "fillmode": "replace", "size": 7, "solidity": 0.22,
    }  # fmt: skip


def _inset(status: Status, parts: Iterable[Part], colour: str, scale: Scale) -> Trace:
    """The second outline, in the bars that are wide enough for it."""
    margin = _INSET_PIXELS * scale.ms_per_pixel
    inner = [(one, start + margin, wide - 2 * margin) for one, start, wide in parts if wide > 6 * margin]
    return _bars("inset", status, inner, {"color": _CLEAR, "line": {"color": colour, "width": 1}}, _INSET)


def _core(mark: Mark) -> tuple[float, float]:
    return mark.core or (mark.first, mark.first)


def _whole(mark: Mark) -> tuple[float, float]:
    return mark.first, mark.last


def _before(mark: Mark) -> tuple[float, float]:
    """What is possible before the core, or up to the middle of what has none."""
    return mark.first, mark.core[0] if mark.core else centre(mark)


def _after(mark: Mark) -> tuple[float, float]:
    return mark.core[1] if mark.core else centre(mark), mark.last


def _parts(own: Iterable[Numbered], stretch: Callable[[Mark], tuple[float, float]], scale: Scale) -> list[Part]:
    """The stretches of these marks, as far as they are near the window."""
    parts = []
    for one in own:
        start, end = _near(*stretch(one.mark), scale)
        if end > start:
            parts.append((one, start, end - start))
    return parts


def _near(start: float, end: float, scale: Scale) -> tuple[float, float]:
    """As much of a stretch as lies in the window or so near that the reader may pull it in."""
    wide = scale.right - scale.left
    return max(start, scale.left - wide), min(end, scale.right + wide)


def _bars(
    part: str, status: Status, parts: Sequence[Part], marker: dict[str, Any], height: float = _BAR, fade: str = ""
) -> Trace:
    return {
        "type": "bar", "orientation": "h", "width": height, "marker": marker, "showlegend": False, "hoverinfo": "skip",
        "base": [start for _, start, _ in parts],
        "x": [length for _, _, length in parts],
        "y": [one.row for one, _, _ in parts],
        "customdata": [one.number for one, _, _ in parts],
        "meta": {"part": part, "status": str(status), "fade": fade},
    }  # fmt: skip
