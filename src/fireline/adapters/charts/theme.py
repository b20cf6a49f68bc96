"""Colours of pictures, for light and for dark pages."""

from dataclasses import dataclass

from fireline.usecases.views import SpanKind


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours; bands and lines are by how much budget is left, best first."""

    paper: str
    ink: str
    faint: str
    grid: str
    bands: tuple[tuple[float, float, str], ...]
    spent_band: str
    lines: tuple[tuple[float, str], ...]
    spent: str
    calm: str
    slow: str
    fast: str
    spans: dict[SpanKind, str]
    series: tuple[str, ...]
    dpi: int = 200

    def line(self, left: float) -> str:
        """The colour of a budget with this share left."""
        return next((colour for above, colour in self.lines if left > above), self.spent)


LIGHT = Theme(
    paper="white",
    ink="#1d1c1d",
    faint="#616061",
    grid="#e4e4e4",
    bands=((0.5, 1.0, "#e9f5ee"), (0.25, 0.5, "#fdf4dc"), (0.0, 0.25, "#fdebdd")),
    spent_band="#fbe3e4",
    lines=((0.5, "#1a7f4b"), (0.25, "#b07d08"), (0.0, "#cc5c12")),
    spent="#c9252d",
    calm="#8fbfa5",
    slow="#e8912d",
    fast="#c9252d",
    spans={
        SpanKind.PAGE: "#c9252d",
        SpanKind.TICKET: "#e8912d",
        SpanKind.FALSE: "#c9252d",
        SpanKind.INCIDENT: "#5b4bb7",
        SpanKind.MAINTENANCE: "#7b8794",
    },
    series=("#9fc5e8", "#4a90d9", "#1d5fa8", "#12355b"),
)
DARK = Theme(
    paper="#1a1d21",
    ink="#e8e8e8",
    faint="#ababad",
    grid="#3a3d42",
    bands=((0.5, 1.0, "#1c3328"), (0.25, 0.5, "#38301a"), (0.0, 0.25, "#3b2819")),
    spent_band="#3d1f22",
    lines=((0.5, "#4cc38a"), (0.25, "#e0b341"), (0.0, "#f08c4a")),
    spent="#f2656c",
    calm="#4b7a61",
    slow="#e8912d",
    fast="#f2656c",
    spans={
        SpanKind.PAGE: "#f2656c",
        SpanKind.TICKET: "#e8912d",
        SpanKind.FALSE: "#f2656c",
        SpanKind.INCIDENT: "#a99bf5",
        SpanKind.MAINTENANCE: "#9aa5b1",
    },
    series=("#2f77bb", "#4a90d9", "#8cc0f2", "#dcefff"),
)
