"""How numbers look in a network view: colours, widths, shades and digits. The script of the page follows the same rules."""

from __future__ import annotations

import math
from collections.abc import Iterable

from autograd.extend import shown
from autograd.viz.palette import COLOURS, RAMP, sequence

MAX_WIDTH = 6.0  # of a line
MAX_CROWDED = 3.5  # of one among many
MIN_WIDTH = 0.7  # of one that is not zero
MAX_FITTING = 6.5  # digits in a circle
LIGHT, DARK = RAMP[-1], RAMP[0]
MAX_NEGATIVE, ZERO = 0.38, 0.6  # places in the palette


def stroke(x: float | None, largest: float, widest: float = MAX_WIDTH) -> dict[str, str | float]:
    """The line style for a weight, a gradient or an update, in a picture where the size `largest` is drawn widest.

    >>> stroke(-0.5, 1.0)
    {'stroke': '#a94008', 'stroke_width': 3.0, 'stroke_dasharray': '7 4'}
    """
    if x is not None and not math.isfinite(x):
        return {"stroke": COLOURS["broken"].light, "stroke_width": widest, "stroke_dasharray": "2 3"}
    if not x:
        return {"stroke": COLOURS["nothing"].light, "stroke_width": 0.6, "stroke_dasharray": "1 3"}
    width = round(max(MIN_WIDTH, widest * min(1.0, abs(x) / largest)) if largest > 0.0 else MIN_WIDTH, 2)
    if x > 0.0:
        return {"stroke": COLOURS["positive"].light, "stroke_width": width}
    return {"stroke": COLOURS["negative"].light, "stroke_width": width, "stroke_dasharray": "7 4"}


def largest(xs: Iterable[float | None]) -> float:
    """The largest finite magnitude; 0 if there is none."""
    return max((abs(x) for x in xs if x is not None and math.isfinite(x)), default=0.0)


class Shades:
    """The sequence palette, or its part above `least`, spread from the smallest to the largest of some numbers: for images."""

    def __init__(self, xs: Iterable[float | None], least: float = 0.0) -> None:
        self.least = least
        finite = [x for x in xs if x is not None and math.isfinite(x)]
        self.known = bool(finite)
        self.low, self.high = (min(finite), max(finite)) if finite else (0.0, 0.0)

    def share(self, x: float) -> float:
        """The place of a number in the palette, from 0 (dark) to 1 (light)."""
        part = (x - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.least + (1.0 - self.least) * part

    def fill(self, x: float) -> str:
        """The colour of a number."""
        return sequence(self.share(x)) if math.isfinite(x) else COLOURS["paper"].light

    def ink(self, x: float) -> str:
        """The colour of text on the colour of a number."""
        return COLOURS["broken"].light if not math.isfinite(x) else DARK if self.share(x) > 0.5 else LIGHT

    def step(self, x: float, levels: int) -> str:
        """The colour of a number, rounded down to one of so many levels."""
        if not math.isfinite(x) or self.high == self.low:
            return self.fill(x)
        part = min(levels - 1, int((x - self.low) / (self.high - self.low) * levels)) / (levels - 1)
        return self.fill(self.low + part * (self.high - self.low))


class SignedShades(Shades):
    """The sequence palette for circles: 0 is medium and quiet, positive numbers are lighter, negative ones dark.

    The shades between, on which no text is readable, are left out.

    >>> [SignedShades([-2.0, 1.0]).share(x) for x in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    [0.0, 0.19, 0.6, 0.8, 1.0]
    """

    def share(self, x: float) -> float:
        """The place of a number in the palette, farther from that of 0 the larger it is."""
        most = max(-self.low, self.high)
        part = min(1.0, abs(x) / most) if most > 0.0 else 0.0
        return MAX_NEGATIVE * (1.0 - part) if x < 0.0 else ZERO + (1.0 - ZERO) * part

    def step(self, x: float, levels: int) -> str:
        """The colour of a number, one of about half as many levels for each sign."""
        most = max(-self.low, self.high)
        if not math.isfinite(x) or most == 0.0:
            return self.fill(x)
        steps = (levels + 1) // 2
        return self.fill(math.copysign(most * min(steps - 1, int(abs(x) / most * steps)) / (steps - 1), x))


def fitted(x: float) -> str:
    """A number for a circle, with as many digits, up to four, as there is room for.

    >>> fitted(-0.53124), fitted(0.00053124), fitted(12345.6)
    ('−0.5312', '0.00053', '12346')
    """
    for digits in (4, 3, 2):
        text = shown(x, digits)
        if sum(0.5 if c == "." else 1.0 for c in text) <= MAX_FITTING:
            return text
    return shown(x, 1)
