"""Colours and marks of each status, light and dark.

A status is told by fill, by outline and by pattern or shape, so that it can be read in greyscale and
by colour-blind readers. The colours of the page itself stand in `assets/style.css`.
"""

from msgspec import Struct

from timeline.domain.vocabulary import Status


class Style(Struct, frozen=True):
    """How a status is drawn: `fill` inside, `line` around, `pattern` over it, `symbol` for a moment.

    `fade` is the strength (0 to 1) with which possible but uncertain time is shaded in the colour of the line.
    """

    fill: str
    line: str
    symbol: str
    pattern: str = ""
    weight: float = 1.5
    """Width of the line around, in pixels."""
    inset: str | None = None
    """Colour of a second line inside the outline; None: there is none."""
    fade: float = 0.36
    on_fill: str | None = None
    """Colour of a label that stands on the fill; None: the ink of the page."""


class Palette(Struct, frozen=True):
    """The colours of a chart."""

    ink: str
    muted: str
    grid: str
    band: str
    paper: str
    as_of: str
    veil: str
    density: tuple[tuple[float, str], ...]
    """The shades of counts, by their share of the greatest. They go about with its root, so that a front with a tenth
    of the developments of another one still has a shape."""
    spread: tuple[tuple[float, str], ...]
    """The same for what began on a day that is not known: nearer to the paper, and bluish, so that no shade is both."""
    styles: dict[Status, Style]
    water: str
    land: str
    shore: str
    border: str
    """Of the map; `border` is also the colour of names on it."""


class _Inks(Struct, frozen=True):
    """The colours from which the styles of a palette are made."""

    blue: str
    green: str
    amber: str
    pale_amber: str
    violet: str
    pale_violet: str
    red: str
    pale_red: str
    grey: str
    paper: str
    on_solid: str

    def styles(self) -> dict[Status, Style]:
        return {
            Status.CONFIRMED: Style(
                self.green, self.green, "circle", inset=self.on_solid, fade=0.62, on_fill=self.on_solid
            ),
            Status.CORROBORATED: Style(self.blue, self.blue, "diamond", fade=0.62, on_fill=self.on_solid),
            Status.CLAIMED: Style(self.pale_amber, self.amber, "diamond-open"),
            Status.DISPUTED: Style(self.pale_violet, self.violet, "diamond-x", pattern="/"),
            Status.DENIED: Style(self.paper, self.red, "x-thin-open", pattern="x", fade=0.25),
            Status.REFUTED: Style(self.pale_red, self.red, "square-x-open", pattern="|", weight=2.6, fade=0.25),
            Status.RETRACTED: Style(self.paper, self.grey, "circle-x-open", pattern="-", fade=0.25),
        }


LIGHT = Palette(
    ink="#161b26",
    muted="#586173",
    grid="#dfe3ea",
    band="#f5f7f9",
    paper="#ffffff",
    as_of="#b3261e",
    veil="rgba(236,238,242,0.6)",
    density=((0.0, "#ffffff"), (1e-6, "#d8dce3"), (0.16, "#9aa3b2"), (1.0, "#3c4556")),
    spread=((0.0, "#dfeaf8"), (0.16, "#c4d9f2"), (1.0, "#93b8e2")),
    styles=_Inks(
        blue="#0b5aa5",
        green="#1b6e53",
        amber="#a86200",
        pale_amber="#f7ecdd",
        violet="#973a8e",
        pale_violet="#efdcec",
        red="#b5371c",
        pale_red="#f9e4df",
        grey="#5f6878",
        paper="#ffffff",
        on_solid="#ffffff",
    ).styles(),
    water="#e6edf4",
    land="#fcfcfb",
    shore="#a3b1c2",
    border="#7d8899",
)

DARK = Palette(
    ink="#e8ebf0",
    muted="#98a2b3",
    grid="#2b323d",
    band="#181e26",
    paper="#11161d",
    as_of="#ff8a80",
    veil="rgba(17,22,29,0.54)",
    density=((0.0, "#11161d"), (1e-6, "#2e3641"), (0.16, "#667285"), (1.0, "#cdd5e1")),
    spread=((0.0, "#15233a"), (0.16, "#1f3a5f"), (1.0, "#3f6fa8")),
    styles=_Inks(
        blue="#5cabf2",
        green="#4fc596",
        amber="#f2b042",
        pale_amber="#352a17",
        violet="#df86d6",
        pale_violet="#38253a",
        red="#ff8a6b",
        pale_red="#3b211b",
        grey="#8f99aa",
        paper="#11161d",
        on_solid="#0d1117",
    ).styles(),
    water="#0c1117",
    land="#1b222b",
    shore="#3d4a5a",
    border="#7b8798",
)


def palette(theme: str) -> Palette:
    """The palette of a theme (`light` or `dark`)."""
    return DARK if theme == "dark" else LIGHT


def faded(colour: str, alpha: float) -> str:
    """A colour `#rrggbb` with an opacity from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:.2f})"
