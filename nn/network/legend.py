"""The legend of a network view: what its marks mean, and only those that it uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from autograd.viz.text_size import text_width
from nn.network.layout import FONT, Box, Text
from nn.network.marks import Shades
from nn.network.svg import EDGE, QUIET, element, rectangle, text

LINE, RAMP_WIDTH = 30.0, 60.0  # widths of marks
ROW = 20.0


class Entry(NamedTuple):
    """A mark, as SVG around the origin, its width, and what it means."""

    mark: str
    width: float
    words: str


def legend(listed: Iterator[Entry], room: float) -> tuple[str, float]:
    """The entries in as many rows as they take, and the height of them all."""
    x, y, written = 0.0, 14.0, []
    for entry in listed:
        width = entry.width + 6 + text_width(entry.words, FONT)
        if x > 0.0 and x + width > room:
            x, y = 0.0, y + ROW
        words = text(Text(entry.width + 6, 4, entry.words, "start"), fill=QUIET)
        written.append(element("g", entry.mark + words, transform=f"translate({x:.1f} {y:g})"))
        x += width + 18
    return "".join(written), y + 8


def line_entry(look: dict[str, str | float], words: str) -> Entry:
    """A line as long as those of other entries."""
    return Entry(element("path", d=f"M0 0H{LINE:g}", **look), LINE, words)


def ramp_entry(shades: Shades, words: str) -> Entry:
    """Five shades, from the lowest number to the highest."""
    width = RAMP_WIDTH / 5
    fills = [shades.fill(shades.low + k / 4 * (shades.high - shades.low)) for k in range(5)]
    cells = (rectangle(Box(k * width, -5, (k + 1) * width, 5), fill=fill) for k, fill in enumerate(fills))
    frame = rectangle(Box(0, -5, RAMP_WIDTH, 5), fill="none", stroke=EDGE)
    return Entry("".join(cells) + frame, RAMP_WIDTH, words)
