"""The picture in docs/explanation/checking.md: the error of a difference quotient against its step."""

from __future__ import annotations

import math
from collections.abc import Iterator

from autograd.testing import differentiate
from autograd.viz.palette import CLASSES, COLOURS, standalone

TITLE = "The error of (f(x + h) − f(x − h)) / 2h, for tanh at 0.5"
ABOUT = (
    "As the step h shrinks from 0.1, the error first falls with its square, down to about 1e−11 near h = 1e−5; "
    "then rounding takes over and it grows again. The error of differentiate is below all of these."
)
WIDTH, HEIGHT = 380, 290
LEFT, RIGHT, TOP, BOTTOM = 48, 24, 42, 240
STEPS, ERRORS = (-13, -1), (-16, -2)  # powers of ten at the ends of the axes
INK, QUIET, LINE = (COLOURS[name].light for name in ("ink", "quiet", "line"))
CURVE, BEST = CLASSES[0].light, CLASSES[1].light


def svg() -> str:
    """The picture, in colours that follow the reader's light or dark page."""
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    font = 'font-family="Arial, Helvetica, \'Liberation Sans\', sans-serif" font-size="12"'
    return standalone(
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} {font} fill="{INK}">\n'
        f"<title>{TITLE}</title><desc>{ABOUT}</desc>\n" + "\n".join((*_axes(), *_curve(), *_best())) + "\n</svg>\n"
    )


def _axes() -> Iterator[str]:
    yield f'<text x="12" y="22" font-weight="bold">{TITLE}</text>'
    for power in range(STEPS[1], STEPS[0] - 1, -4):
        yield f'<line x1="{_x(power):.1f}" x2="{_x(power):.1f}" y1="{TOP}" y2="{BOTTOM}" stroke="{LINE}"/>'
        yield f'<text x="{_x(power):.1f}" y="{BOTTOM + 17}" text-anchor="middle" fill="{QUIET}">{_power(power)}</text>'
    for power in range(ERRORS[1], ERRORS[0] - 1, -4):
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(power):.1f}" y2="{_y(power):.1f}" stroke="{LINE}"/>'
        yield f'<text x="{LEFT - 6}" y="{_y(power) + 4:.1f}" text-anchor="end" fill="{QUIET}">{_power(power)}</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{BOTTOM + 36}" text-anchor="middle" fill="{QUIET}">step h</text>'


def _curve() -> Iterator[str]:
    slope = 1.0 - math.tanh(0.5) ** 2
    places = []
    for k in range(4 * STEPS[0], 4 * STEPS[1] + 1):
        h = 10.0 ** (k / 4)
        error = abs((math.tanh(0.5 + h) - math.tanh(0.5 - h)) / (2.0 * h) - slope)
        places.append(f"{_x(k / 4):.1f},{_y(math.log10(max(error, 1e-16))):.1f}")
    yield f'<polyline points="{" ".join(places)}" fill="none" stroke="{CURVE}" stroke-width="2"/>'
    yield f'<text x="{_x(-10.6):.1f}" y="{_y(-4.6):.1f}" text-anchor="middle" fill="{CURVE}">rounding</text>'
    yield f'<text x="{_x(-4.3):.1f}" y="{_y(-4.6):.1f}" text-anchor="middle" fill="{CURVE}">the curve bends</text>'


def _best() -> Iterator[str]:
    y, end = _y(math.log10(differentiate(math.tanh, 0.5).error)), WIDTH - RIGHT
    yield f'<line x1="{LEFT}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}" stroke="{BEST}" stroke-width="2" stroke-dasharray="6 4"/>'
    yield f'<text x="{end}" y="{y + 16:.1f}" text-anchor="end" fill="{BEST}">differentiate: its estimated error</text>'


def _x(power: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (power - STEPS[0]) / (STEPS[1] - STEPS[0])


def _y(power: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * (power - ERRORS[0]) / (ERRORS[1] - ERRORS[0])


def _power(power: int) -> str:
    return f'10<tspan dy="-4" font-size="11">−{-power}</tspan>'
