"""The charts of the README and the site: how many times as long as ours the others take."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.compiled.figures import OURS, Figure, shown

TITLE = "Time of the others, in multiples of ours"
NOTE = ("Logarithmic axis. Right of the line: slower than ours.", "In double precision, on one thread; medians of one run.")
RIGHT, TOP, LINE, BOTTOM = 40, 70, 22, 60
CROWDED = 9  # marks closer than this many pixels move towards their numbers
APART = 40  # pixels between the middles of two numbers on one line


class Layout(NamedTuple):
    """The width of a chart, where its axis begins, the height of a row, and where in it our time and the marks stand."""

    width: int
    left: int
    row: int
    time: str
    marks: int


WIDE = Layout(width=720, left=250, row=50, time='x="16" dy="32"', marks=25)
NARROW = Layout(width=390, left=36, row=68, time='x="374" dy="16" text-anchor="end"', marks=44)  # words above the marks
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


class Mark(NamedTuple):
    """How a contender is drawn: its colour on light and on dark pages, and an outline around (0, 0)."""

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
        """The picture."""
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
        y += self.layout.marks
        ends = {-11.0: -math.inf, 20.0: -math.inf}  # how far the numbers above and below the marks reach by now
        places = {name: self._place(ratio) for name, ratio in figure.slower.items()}
        for name, ratio in sorted(figure.slower.items(), key=lambda item: item[1]):
            x = places[name]
            side = min(ends, key=lambda side: (max(x, ends[side] + APART), side))
            ends[side] = max(x, ends[side] + APART)
            crowded = sum(abs(place - x) < CROWDED for place in places.values()) > 1
            yield self._mark(name, x, y + math.copysign(4.0, side) if crowded else y)
            yield f'<text class="number" x="{ends[side]:.1f}" y="{y + side:.1f}">{_times(ratio)}</text>'

    def _mark(self, name: str, x: float, y: float) -> str:
        drawn = f'class="mark mark{self.names.index(name)}" transform="translate({x:.1f} {y:.1f})" d="{MARKS[name].outline}"'
        return f"<path {drawn}><title>{html.escape(name)}</title></path>"

    def _place(self, ratio: float) -> float:
        width, left = self.layout.width, self.layout.left
        return left + (width - left - RIGHT) * math.log(ratio / self.low) / math.log(self.high / self.low)


def _times(ratio: float) -> str:
    return f"{float(f'{ratio:.3g}'):,.0f}×" if ratio >= 100.0 else f"{ratio:.2g}×" if ratio >= 1.0 else f"{ratio:.2f}×"
