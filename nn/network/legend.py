"""The legend of a network view: what its marks mean, and only those that it uses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from autograd.extend import shown
from autograd.viz.palette import COLOURS
from autograd.viz.text_size import text_width
from nn.network.heat import mark
from nn.network.layout import FONT, Box, Text
from nn.network.maps import Maps
from nn.network.marks import Shades, stroke
from nn.network.numbers import Known
from nn.network.svg import EDGE, INK, QUIET, element, rectangle, text
from nn.network.words import WORDS

LINE, RAMP_WIDTH = 30.0, 60.0  # widths of marks
ROW = 20.0


class Entry(NamedTuple):
    """A mark, as SVG around the origin, its width, and what it means."""

    mark: str
    width: float
    words: str


def entries(
    show: str,
    xs: Known,
    largest: float,
    widest: float,
    shades: tuple[Shades, Shades] | None,
    images: bool,
    answered: bool,
    maps: Maps | None,
    plane: Box | None,
) -> Iterator[Entry]:
    """The marks of a picture whose links show these numbers."""
    word, known = WORDS[show], [x for x in xs if x is not None]
    for sign, kind in ((1.0, "positive"), (-1.0, "negative")):
        if any(sign * x > 0.0 for x in known):
            yield _line(stroke(sign * 0.5, 1.0, widest).look(), f"{kind} {word}")
    if largest > 0.0:
        yield _line({**stroke(1.0, 1.0, widest).look(), "stroke": EDGE}, f"{shown(largest, 4)}: width is size")
    if any(x == 0.0 for x in known):
        yield _line(stroke(0.0, 1.0).look(), "0")
    if any(not math.isfinite(x) for x in known):
        yield _line(stroke(math.nan, 1.0, widest).look(), "⚠ NaN or infinite")
    ring = element("circle", cx=9.0, cy=0.0, r=7.0, fill="none", **stroke(0.4, 1.0).look())
    yield Entry(ring, 18.0, "ring: bias" if show == "weight" else f"ring: {word} of the bias")
    if images:
        square = rectangle(Box(2, -5, 12, 5), fill=COLOURS["positive"].light)
        yield Entry(square, 14.0, f"area: {word} of a pixel, in each image")
    if answered:
        yield Entry(element("path", d="M2 0l8 -5v10z", fill=INK), 12.0, "largest output")
    if maps is not None:
        yield Entry(_ramp(Shades([0.0, 1.0])), RAMP_WIDTH, "value over the inputs, least to most")
        if plane is not None:
            yield _line({"stroke": INK, "stroke_width": 2.0}, "boundary")
        for i, label in enumerate(maps.labels if plane is not None and len(maps.labels) > 1 else ()):
            yield Entry(mark(5.0, 0.0, i), 8.0, f"sample of {label}")
        return
    for name, shade in zip(("inputs", "neurons"), shades or (), strict=shades is not None):
        yield Entry(_ramp(shade), RAMP_WIDTH, f"value of {name}: {shown(shade.low, 4)} to {shown(shade.high, 4)}")


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


def _line(look: dict[str, str | float], words: str) -> Entry:
    return Entry(element("path", d=f"M0 0H{LINE:g}", **look), LINE, words)


def _ramp(shades: Shades) -> str:
    """Five shades, from the lowest number to the highest."""
    width = RAMP_WIDTH / 5
    fills = [shades.fill(shades.low + k / 4 * (shades.high - shades.low)) for k in range(5)]
    cells = (rectangle(Box(k * width, -5, (k + 1) * width, 5), fill=fill) for k, fill in enumerate(fills))
    return "".join(cells) + rectangle(Box(0, -5, RAMP_WIDTH, 5), fill="none", stroke=EDGE)
