"""The bars of spans: what is certain as a core, what is only possible shaded and within a dotted outline.

Every status keeps its pattern or outline in both, so that a span without any certain part is told from
others by more than its colour.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dashboards.figures.marks import Mark
from dashboards.figures.packing import Placed, centre, drawn_as_point
from dashboards.figures.scale import Scale
from dashboards.theme import Style, faded

_BAR = 0.72
"""Height of a bar, in rows."""
_INSET = 0.56
"""Height of the second outline inside a bar, in rows."""
_INSET_PIXELS = 2.0
"""How far in from the ends of the bar it stands, in pixels."""
_FADE_STEP = 4.0
"""Width of one step of a fade, in pixels; at least 5 steps, at most 24."""
_CLEAR = "rgba(0,0,0,0)"

Part = tuple[Placed, float, float]
"""A mark with the start and the length of a bar of it (milliseconds)."""


def spans(own: Sequence[Placed], style: Style, scale: Scale) -> list[dict[str, Any]]:
    """The traces of one status's spans, the uncertain below the certain."""
    return _fades(own, style, scale) + _vague(own, style, scale) + _cores(own, style, scale)


def hover(mark: Mark) -> str:
    """What is told of a mark on hovering, as Plotly's markup."""
    title, *rest = escape(mark.told, quote=False).split("\n")
    return "<br>".join([f"<b>{title}</b>", *rest])


def _cores(own: Iterable[Placed], style: Style, scale: Scale) -> list[dict[str, Any]]:
    certain = [part for one in own if one.mark.core and (part := _within(one, *one.mark.core, scale))]
    if not certain:
        return []
    marker: dict[str, Any] = {"color": style.fill, "line": {"color": style.line, "width": style.weight}}
    if style.pattern:
        marker["pattern"] = _pattern(style, style.fill)
    traces = [_bars(certain, marker)]
    if style.inset:
        traces += _inset(certain, style.inset, scale)
    return traces


def _inset(parts: Iterable[Part], colour: str, scale: Scale) -> list[dict[str, Any]]:
    """The second outline, in the bars that are wide enough for it."""
    margin = _INSET_PIXELS * scale.ms_per_pixel
    inner = [(one, start + margin, wide - 2 * margin) for one, start, wide in parts if wide > 6 * margin]
    return [_bars(inner, {"color": _CLEAR, "line": {"color": colour, "width": 1}}, _INSET)] if inner else []


def _vague(own: Iterable[Placed], style: Style, scale: Scale) -> list[dict[str, Any]]:
    """Over the fades of what has no core: the pattern of its status, and a dotted outline."""
    parts = [
        part
        for one in own
        if not one.mark.core and not drawn_as_point(one.mark, scale)
        if (part := _within(one, one.mark.first, one.mark.last, scale))
    ]
    if not parts:
        return []
    traces = []
    if style.pattern:
        traces.append(_bars(parts, {"color": _CLEAR, "line": {"width": 0}, "pattern": _pattern(style, _CLEAR)}))
    if style.inset:
        traces += _inset(parts, faded(style.line, 0.8), scale)
    return [*traces, _outlines(parts, style)]


def _outlines(parts: Iterable[Part], style: Style) -> dict[str, Any]:
    """Rectangles as one dotted line, broken between them: bars can have no dotted outline."""
    x: list[float | None] = []
    y: list[float | None] = []
    for one, start, wide in parts:
        top, bottom = one.row - _BAR / 2, one.row + _BAR / 2
        x += [start, start + wide, start + wide, start, start, None]
        y += [top, top, bottom, bottom, top, None]
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "hoverinfo": "skip", "showlegend": False,
        "line": {"color": faded(style.line, 0.85), "width": min(style.weight, 2) - 0.3, "dash": "2px,2px"},
    }  # fmt: skip


def _pattern(style: Style, under: str) -> dict[str, Any]:
    return {
        "shape": style.pattern, "fgcolor": faded(style.line, 0.55), "bgcolor": under,
        "fillmode": "replace", "size": 7, "solidity": 0.22,
    }  # fmt: skip


def _fades(own: Iterable[Placed], style: Style, scale: Scale) -> list[dict[str, Any]]:
    """The possible but uncertain ends, in steps that fade away from the core (or from the middle)."""
    steps: list[Part] = []
    shades: list[str] = []
    for one in own:
        for start, end, towards_right in _uncertain(one.mark, scale):
            steps_here = int(min(max(scale.pixels(end - start) / _FADE_STEP, 5), 24))
            wide = (end - start) / steps_here
            for n in range(steps_here):
                part = _within(one, start + n * wide, start + (n + 1) * wide, scale)
                if part is None:
                    continue
                strength = (n + 0.5) / steps_here
                steps.append(part)
                shades.append(faded(style.line, style.fade * (1 - strength if towards_right else strength)))
    return [_bars(steps, {"color": shades, "line": {"width": 0}})] if steps else []


def _uncertain(mark: Mark, scale: Scale) -> list[tuple[float, float, bool]]:
    """The stretches that are possible but not certain: start, end, and whether they fade to the right."""
    if drawn_as_point(mark, scale):
        return []
    if mark.core:
        begun, there = mark.core
        ends = [(mark.first, begun, False), (there, mark.last, True)]
    else:
        ends = [(mark.first, centre(mark), False), (centre(mark), mark.last, True)]
    return [(start, end, towards_right) for start, end, towards_right in ends if end > start]


def _within(one: Placed, start: float, end: float, scale: Scale) -> Part | None:
    """What of a stretch lies in the window; None where nothing does."""
    left, right = max(start, scale.left), min(end, scale.right)
    return (one, left, right - left) if right > left else None


def _bars(parts: Sequence[Part], marker: dict[str, Any], height: float = _BAR) -> dict[str, Any]:
    return {
        "type": "bar", "orientation": "h", "width": height, "marker": marker, "showlegend": False,
        "base": [start for _, start, _ in parts],
        "x": [length for _, _, length in parts],
        "y": [one.row for one, _, _ in parts],
        "customdata": [one.mark.id for one, _, _ in parts],
        "hovertext": [hover(one.mark) for one, _, _ in parts],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
