"""The charts of the README and the site: the other engines' times as multiples of ours."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.compiled.figures import OURS, Figure, shown

TITLE = "Time relative to ours"
NOTE = ("Logarithmic axis. Right of the line: slower than ours.", "In double precision, on one thread; medians of one run.")
RIGHT, TOP, LINE, BOTTOM = 40, 70, 22, 60
MARK, TALL = 12, 11  # size of a mark and height of a number, in pixels
CROWDED = 10  # marks closer than this many pixels are moved apart
ASIDE = (0, -9, 9)
APART = 40  # minimum pixels between the centres of two axis labels


class Layout(NamedTuple):
    """A chart's width, the left end of its axis, the height of a row, and the positions of our time and the marks in it."""

    width: int
    left: int
    row: int
    time: str
    marks: int


class Box(NamedTuple):
    """A rectangle: its centre, width and height in pixels."""

    x: float
    y: float
    width: float
    height: float

    def hides(self, other: Box) -> bool:
        """True if the boxes overlap."""
        return abs(self.x - other.x) < (self.width + other.width) / 2 and abs(self.y - other.y) < (self.height + other.height) / 2


WIDE = Layout(width=720, left=250, row=50, time='x="16" dy="32"', marks=25)
NARROW = Layout(width=390, left=36, row=72, time='x="374" dy="16" text-anchor="end"', marks=46)  # words above the marks
LAYOUTS = {"": WIDE, "-narrow": NARROW}  # by file name suffix
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


class Mark(NamedTuple):
    """How a contender is drawn: its colours on light and dark pages, and an outline centred at (0, 0)."""

    light: str
    dark: str
    outline: str


MARKS = {
    "NumPy by hand": Mark("#0b7a5b", "#4fd0a5", "M-5.5,0A5.5,5.5 0 1 1 5.5,0A5.5,5.5 0 1 1 -5.5,0Z"),
    "JAX, jit": Mark("#7a6200", "#dcc04a", "M-5,-5H5V5H-5Z"),
    "PyTorch": Mark("#a8327d", "#ef8fc9", "M0,-6L6,5H-6Z"),
    "CasADi": Mark("#6a4fb3", "#b7a2f2", "M0,-7L7,0L0,7L-7,0Z"),
    "C": Mark("#3f4a55", "#c3ccd5", "M-2,-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z"),
    "micrograd": Mark("#7a3b2e", "#e0a294", "M0,6L-6,-5H6Z"),
    "40 lines": Mark("#7a6200", "#dcc04a", "M-6,-3H6V3H-6Z"),
    "XAD": Mark("#3f4a55", "#c3ccd5", "M-6.5,0L-3.2,-5.5H3.2L6.5,0L3.2,5.5H-3.2Z"),
}

STYLE = """
:root { --paper: #ffffff; --ink: #222222; --quiet: #595959; --grid: #dcdcdc; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e8e8e8; --quiet: #a9b0b8; --grid: #3a4048; } }
text { font: 13px Arial, "Liberation Sans", sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
text { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.title { font-size: 16px; font-weight: bold; }
.quiet { fill: var(--quiet); font-size: 12px; }
.number { font-size: 11px; text-anchor: middle; }
.tick { text-anchor: middle; }
.grid { stroke: var(--grid); }
.ours { stroke: var(--ink); stroke-width: 2; }
.mark { stroke: var(--paper); }
"""


class Chart:
    """Figures as SVG, one row each on a logarithmic axis; its colours follow the reader's light or dark page."""

    def __init__(self, figures: Sequence[Figure], layout: Layout = WIDE) -> None:
        self.figures, self.layout = figures, layout
        self.names = [name for name in MARKS if any(name in figure.seconds for figure in figures)]
        ratios = [ratio for figure in figures for ratio in figure.slower.values()]
        self.low, self.high = 0.8 * min(1.0, *ratios), 1.4 * max(ratios)
        self.legend = list(self._legend())
        self.top = TOP + LINE * (self.legend_lines - 1) + 22
        self.bottom = self.top + layout.row * len(figures)

    @property
    def svg(self) -> str:
        """The chart as SVG."""
        width, height = self.layout.width, self.bottom + BOTTOM
        size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{TITLE}">',
                f"<title>{TITLE}</title>",
                f"<style>{STYLE}{self._colours()}</style>",
                f'<rect width="{width}" height="{height}" fill="var(--paper)"/>',
                f'<text class="title" x="16" y="28">{TITLE}</text>',
                *self.legend,
                *self._axis(),
                *(part for i, figure in enumerate(self.figures) for part in self._row(figure, self.top + self.layout.row * i)),
                "</svg>\n",
            ]
        )

    def _colours(self) -> str:
        light, dark = (
            " ".join(f".mark{i} {{ fill: {getattr(MARKS[name], page)}; }}" for i, name in enumerate(self.names))
            for page in ("light", "dark")
        )
        return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n"

    def _legend(self) -> Iterator[str]:
        x, line = 24.0, 0
        for name in self.names:
            after = x + 44.0 + 7.0 * len(name)
            if after > self.layout.width:
                x, line, after = 24.0, line + 1, 68.0 + 7.0 * len(name)
            yield self._mark(name, x, 54.0 + LINE * line)
            yield f'<text x="{x + 12:.1f}" y="{58.5 + LINE * line}">{html.escape(name)}</text>'
            x = after
        self.legend_lines = line + 1

    def _axis(self) -> Iterator[str]:
        before = -math.inf
        for tick in TICKS:
            if self.low <= tick <= self.high:
                x, kind, text = self._place(tick), "grid", f"{tick:,}×"
                if tick == 1:
                    kind = text = "ours"
                yield f'<line class="{kind}" x1="{x:.1f}" y1="{self.top - 8}" x2="{x:.1f}" y2="{self.bottom}"/>'
                if x - before >= APART:
                    yield f'<text class="quiet tick" x="{x:.1f}" y="{self.bottom + 18}">{text}</text>'
                    before = x
        for i, note in enumerate(NOTE):
            yield f'<text class="quiet" x="16" y="{self.bottom + 38 + 16 * i}">{note}</text>'

    def _row(self, figure: Figure, y: float) -> Iterator[str]:
        yield f'<text x="16" y="{y + 16:.1f}">{html.escape(figure.title)}</text>'
        yield f'<text class="quiet" y="{y:.1f}" {self.layout.time}>ours {shown(figure.seconds[OURS])}</text>'
        ratios = dict(sorted(figure.slower.items(), key=lambda item: item[1]))
        marks = _apart([self._place(ratio) for ratio in ratios.values()], y + self.layout.marks)
        taken = [Box(x, y, MARK, MARK) for x, y in marks]
        for (name, ratio), (x, y) in zip(ratios.items(), marks, strict=True):
            text = times(ratio)
            box = _free(x, y, 6.4 * len(text), taken)
            taken.append(box)
            yield self._mark(name, x, y)
            kind = f"number mark{self.names.index(name)}"
            yield f'<text class="{kind}" x="{box.x:.1f}" y="{box.y + 4:.1f}">{text}</text>'

    def _mark(self, name: str, x: float, y: float) -> str:
        drawn = f'class="mark mark{self.names.index(name)}" transform="translate({x:.1f} {y:.1f})" d="{MARKS[name].outline}"'
        return f"<path {drawn}><title>{html.escape(name)}</title></path>"

    def _place(self, ratio: float) -> float:
        width, left = self.layout.width, self.layout.left
        return left + (width - left - RIGHT) * math.log(ratio / self.low) / math.log(self.high / self.low)


def _apart(xs: Sequence[float], y: float) -> list[tuple[float, float]]:
    """A point for each mark: on the line or, where that is taken, slightly above or below."""
    found: list[tuple[float, float]] = []
    for x in xs:
        points = [(x, y + up) for up in ASIDE]
        found.append(max(points, key=lambda point: min([CROWDED, *(math.dist(point, other) for other in found)])))
    return found


def _free(x: float, y: float, width: float, taken: Sequence[Box]) -> Box:
    """A free box for a mark's number: above, below, to the right, or as near as possible."""
    side = (MARK + width) / 2 + 2
    near = [Box(x, y - 13, width, TALL), Box(x, y + 13, width, TALL), Box(x + side, y, width, TALL)]
    further = (Box(x + side + 4 * i, y + up, width, TALL) for i in range(1, 100) for up in (0, -13, 13))
    return next(box for box in (*near, *further) if not any(map(box.hides, taken)))


def times(ratio: float) -> str:
    """A ratio as text, with two or three digits."""
    if ratio >= 100.0:
        return f"{float(f'{ratio:.3g}'):,.0f}×"
    return f"{ratio:.0f}×" if ratio >= 9.95 else f"{ratio:.1f}×" if ratio >= 1.0 else f"{ratio:.2f}×"
