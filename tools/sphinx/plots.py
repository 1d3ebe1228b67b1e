"""A small SVG of a function of one number and its derivative, in the colours of the surrounding page."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from autograd import Value
from autograd.op import Op

WIDTH, HEIGHT, MARGIN = 340, 220, 14
LABELS = 12  # pixels below a tick
SAMPLES = 240
MAX_HALVINGS = 60  # of the interval in which a function jumps
SLICES = (1.5, 1.0, 0.5)  # values at which the other argument of a function of two may be held
Curve = Callable[[float], float]
Point = tuple[float, float]


class Plot(NamedTuple):
    """A plot of `f`, under the label `name`, over the interval from `start` to `end`."""

    name: str
    f: Callable[[Value], Value]
    start: float
    end: float


def plot_of(op: Op) -> Plot | None:
    """The plot of an op of one argument, or of two with one of them held; None if there is nothing to see."""
    if op.linear or op.comparison or op.arity not in (1, 2):
        return None
    if op.arity == 1:
        return Plot(f"{op.name}({op.parameters[0]})", op, *window(op.domain[0]))
    for position in (0, 1):
        for held in SLICES:
            found = _slice(op, position, held)
            if found:
                return found
    return None


def _slice(op: Op, position: int, held: float) -> Plot | None:
    """The op as a function of the argument at `position`; None unless its derivative is finite at some points."""
    if not any(low < held < high for low, high in op.domain[1 - position]):
        return None

    def f(x: Value) -> Value:
        result: Value = op(x, held) if position == 0 else op(held, x)
        return result

    start, end = window(op.domain[position])
    known = [derivative(f)(start + (end - start) * i / 8) for i in range(1, 8)]
    if sum(map(math.isfinite, known)) < 3:
        return None
    names = [name if i == position else f"{held:g}" for i, name in enumerate(op.parameters)]
    return Plot(f"{op.name}({', '.join(names)})", f, start, end)


def window(domain: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The interval to draw: the domain and a little beyond."""
    low, high = domain[0][0], domain[-1][1]
    if math.isinf(low) and math.isinf(high):
        return -4.0, 4.0
    if math.isinf(high):
        return low - 1.0, low + 5.0
    if math.isinf(low):
        return high - 5.0, high + 1.0
    return low - 0.2 * (high - low), high + 0.2 * (high - low)


def value(f: Callable[[Value], Value]) -> Curve:
    """The function on floats."""

    def at(x: float) -> float:
        with warnings.catch_warnings(action="ignore"):
            return f(Value(x)).data

    return at


def derivative(f: Callable[[Value], Value]) -> Curve:
    """The derivative on floats."""

    def at(x: float) -> float:
        leaf = Value(x)
        with warnings.catch_warnings(action="ignore"):
            f(leaf).backward()
        return leaf.grad

    return at


class Branches(NamedTuple):
    """A curve in pieces without jumps; each jump is (x, the curve's value there, the ends of the pieces left and right)."""

    pieces: list[list[Point]]
    jumps: list[tuple[float, float, float, float]]


def branches(curve: Curve, start: float, end: float, tall: float) -> Branches:
    """Sample a curve, leaving out what is not finite; `tall` is the height of the picture in the curve's units."""
    xs = [start + (end - start) * i / SAMPLES for i in range(SAMPLES + 1)]
    ys = [curve(x) for x in xs]
    pieces: list[list[Point]] = [[]]
    jumps = []
    for (a, ya), (b, yb) in pairwise(zip(xs, ys, strict=True)):
        if math.isfinite(ya):
            pieces[-1].append((a, ya))
        if math.isfinite(ya) and math.isfinite(yb) and abs(yb - ya) < 0.02 * tall:
            continue
        if not math.isfinite(ya) and not math.isfinite(yb):
            continue
        (left, y_left), (right, y_right) = _closest(curve, (a, ya), (b, yb), 0.01 * tall)
        both = math.isfinite(y_left) and math.isfinite(y_right)
        if both and abs(y_right - y_left) < 0.01 * tall:
            continue
        pieces[-1] += [(left, y_left)] if math.isfinite(y_left) else []
        pieces.append([(right, y_right)] if math.isfinite(y_right) else [])
        where = round((left + right) / 2.0, 9)
        if both and abs(y_left) < tall and abs(y_right) < tall:
            jumps.append((where, curve(where), y_left, y_right))
    if math.isfinite(ys[-1]):
        pieces[-1].append((xs[-1], ys[-1]))
    return Branches([piece for piece in pieces if len(piece) > 1], jumps)


def _closest(curve: Curve, one: Point, other: Point, near: float) -> tuple[Point, Point]:
    """The closest two points between which the curve jumps, begins or ends; or two whose heights differ by less than `near`."""
    for _ in range(MAX_HALVINGS):
        x = (one[0] + other[0]) / 2.0
        if x in (one[0], other[0]) or abs(other[1] - one[1]) < near:
            break
        middle = (x, curve(x))
        if math.isfinite(one[1]) == math.isfinite(other[1]):
            first = abs(middle[1] - one[1]) > abs(other[1] - middle[1]) or not math.isfinite(middle[1])
        else:
            first = math.isfinite(middle[1]) != math.isfinite(one[1])
        one, other = (one, middle) if first else (middle, other)
    return one, other


class Frame(NamedTuple):
    """The ranges of numbers that the picture shows."""

    start: float
    end: float
    low: float
    high: float

    def at(self, x: float, y: float) -> Point:
        """The position of a point in pixels."""
        across = MARGIN + (x - self.start) / (self.end - self.start) * (WIDTH - 2 * MARGIN)
        down = HEIGHT - MARGIN - (y - self.low) / (self.high - self.low) * (HEIGHT - 2 * MARGIN)
        return across, min(max(down, -HEIGHT), 2.0 * HEIGHT)


def svg(plot: Plot) -> str:
    """The picture for use in a page, whose colours it takes."""
    curves = {"value": value(plot.f), "derivative": derivative(plot.f)}
    frame = Frame(plot.start, plot.end, *_heights(list(curves.values()), plot.start, plot.end))
    drawn = "".join(_drawn(name, curve, frame) for name, curve in reversed(curves.items()))
    about = f"{plot.name} and its derivative, from {_tick(plot.start)} to {_tick(plot.end)}"
    return (
        f'<svg class="plot" role="img" aria-label="{about}" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f"{''.join(_axes(frame))}{drawn}</svg>"
    )


def _heights(curves: Sequence[Curve], start: float, end: float) -> tuple[float, float]:
    """The lowest and the highest number shown."""
    ys = [y for curve in curves for i in range(161) if math.isfinite(y := curve(start + (end - start) * i / 160))]
    low, high = max(min(ys, default=-1.0), -4.0), min(max(ys, default=1.0), 4.0)
    low, high = min(low, 0.0), max(high, 0.0)
    space = 0.06 * (high - low)
    return low - space, high + space


def _axes(frame: Frame) -> Iterator[str]:
    x0, y0 = frame.at(min(max(0.0, frame.start), frame.end), 0.0)
    yield f'<path class="axis" d="M{MARGIN} {y0:.1f}H{WIDTH - MARGIN}M{x0:.1f} {MARGIN}V{HEIGHT - MARGIN}"/>'
    for x in _ticks(frame.start, frame.end):
        px, py = frame.at(x, 0.0)
        yield f'<path class="axis" d="M{px:.1f} {py - 2:.1f}v4"/><text x="{px:.1f}" y="{py + LABELS + 2:.1f}">{_tick(x)}</text>'
    for y in _ticks(frame.low, frame.high):
        px, py = x0, frame.at(0.0, y)[1]
        side = (px - 5, "end") if px > 30 else (px + 5, "start")
        yield f'<path class="axis" d="M{px - 2:.1f} {py:.1f}h4"/>'
        yield f'<text x="{side[0]:.1f}" y="{py + 4:.1f}" style="text-anchor: {side[1]}">{_tick(y)}</text>'


def _ticks(low: float, high: float) -> list[float]:
    """Up to five round numbers between two, without 0."""
    step = next(step for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if (high - low) / step <= 5.0)
    first = math.ceil(low / step + 0.15)
    return [k * step for k in range(first, math.floor(high / step - 0.15) + 1) if k]


def _tick(x: float) -> str:
    return f"{round(x, 3):g}".replace("-", "−")


def _drawn(name: str, curve: Curve, frame: Frame) -> str:
    found = branches(curve, frame.start, frame.end, frame.high - frame.low)
    lines = "".join(_line([frame.at(*point) for point in piece]) for piece in found.pieces)
    dots = "".join(_dots(frame, *jump) for jump in found.jumps)
    return f'<g class="{name}"><path d="{lines}"/>{dots}</g>'


def _dots(frame: Frame, where: float, there: float, left: float, right: float) -> str:
    """Open dots at the ends of two pieces, a filled one at the curve's value between them."""
    tall = frame.high - frame.low
    ends = [y for y in (left, right) if abs(y - there) > 0.01 * tall or not math.isfinite(there)]
    open_dots = "".join(f'<circle class="open" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in (frame.at(where, y) for y in ends))
    if not math.isfinite(there):
        return open_dots
    x, y = frame.at(where, there)
    return f'{open_dots}<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def _line(points: Sequence[Point]) -> str:
    """A path through the points, omitting those on a straight line between others."""
    kept = [points[0]]
    skipped: list[Point] = []
    for point, following in pairwise(points[1:]):
        skipped.append(point)
        if any(_distance(each, kept[-1], following) > 0.12 for each in skipped):
            kept.append(point)
            skipped = []
    kept.append(points[-1])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept)


def _distance(point: Point, start: Point, end: Point) -> float:
    across, down = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, down) or 1.0
    return abs(across * (point[1] - start[1]) - down * (point[0] - start[0])) / length
