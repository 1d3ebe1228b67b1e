"""How numbers look in a network view: colours, widths, shades and digits. The script of the page follows the same rules."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from autograd.extend import shown
from autograd.viz.palette import COLOURS, RAMP, sequence

MAX_WIDTH = 6.0  # of a line
MAX_CROWDED = 3.5  # of one among many
MIN_WIDTH = 0.7  # of one that is not zero
MAX_FITTING = 6.5  # digits in a circle
LIGHT, DARK = RAMP[-1], RAMP[0]


class Stroke(NamedTuple):
    """A line: its colour, width and dashes."""

    colour: str
    width: float
    dash: str

    def attributes(self) -> str:
        """As SVG writes it."""
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        return f'stroke="{self.colour}" stroke-width="{self.width:.3g}"{dash}'


def stroke(x: float | None, largest: float, widest: float = MAX_WIDTH) -> Stroke:
    """The line for a weight, a gradient or an update, in a picture where that of `largest` is the widest.

    >>> stroke(-0.5, 1.0)
    Stroke(colour='#a94008', width=3.0, dash='7 4')
    """
    if x is not None and not math.isfinite(x):
        return Stroke(COLOURS["broken"].light, widest, "2 3")
    if not x:
        return Stroke(COLOURS["nothing"].light, 0.6, "1 3")
    width = max(MIN_WIDTH, widest * min(1.0, abs(x) / largest)) if largest > 0.0 else MIN_WIDTH
    return Stroke(COLOURS["positive" if x > 0.0 else "negative"].light, round(width, 2), "" if x > 0.0 else "7 4")


def largest(xs: Iterable[float | None]) -> float:
    """The largest finite magnitude; 0 if there is none."""
    return max((abs(x) for x in xs if x is not None and math.isfinite(x)), default=0.0)


class Shades:
    """The sequence palette between the smallest and the largest of some numbers."""

    def __init__(self, xs: Iterable[float | None]) -> None:
        finite = [x for x in xs if x is not None and math.isfinite(x)]
        self.low, self.high = (min(finite), max(finite)) if finite else (0.0, 0.0)

    def share(self, x: float) -> float:
        """Where x lies between the smallest, 0, and the largest, 1."""
        return (x - self.low) / (self.high - self.low) if self.high > self.low else 0.5

    def fill(self, x: float) -> str:
        """Its colour."""
        return sequence(self.share(x)) if math.isfinite(x) else COLOURS["paper"].light

    def ink(self, x: float) -> str:
        """The colour of a text on it."""
        return COLOURS["broken"].light if not math.isfinite(x) else DARK if self.share(x) > 0.5 else LIGHT


def fitted(x: float) -> str:
    """A number in a circle: with as many of four digits as there is room for.

    >>> fitted(-0.53124), fitted(0.00053124), fitted(12345.6)
    ('−0.5312', '0.00053', '12346')
    """
    for digits in (4, 3, 2):
        text = shown(x, digits)
        if sum(0.5 if c == "." else 1.0 for c in text) <= MAX_FITTING:
            return text
    return shown(x, 1)
