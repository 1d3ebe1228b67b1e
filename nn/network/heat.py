"""Maps over the plane of two inputs: inside a circle, or as a square with the samples on it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from autograd.extend import shown
from autograd.viz.palette import CLASSES
from nn.network.layout import RADIUS, Rectangle, TextLine
from nn.network.maps import Grid, Maps, boundary_level, finer
from nn.network.marks import Shades, SignedShades
from nn.network.svg import EDGE, INK, PAPER, QUIET, element, rectangle, text, xy

FINE, COARSE = 105, 30  # cells along the side of the square, and of a circle
LEVELS = 17  # shades
MARK = 4.5  # radius of a sample
MAX_SAMPLES = 200
LEAST = 0.36  # place in the palette of the least number, if all have one sign
OVERLAP = 0.5  # of cells, or the paper would show between them
TINT = 0.4  # opacity of the colours of classes behind their samples


def in_circle(grid: Grid, x: float, y: float) -> str:
    """The map of a unit, cut to its circle."""
    cell = 2 * RADIUS / COARSE
    box = Rectangle(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS)
    halves = [math.sqrt(RADIUS**2 - ((row + 0.5) * cell - RADIUS) ** 2) for row in range(COARSE)]
    limits = [(x - half, x + half) for half in halves]
    return element("g", _cells(_shaded(finer(grid, COARSE)), box, limits), class_="map")


def square(maps: Maps, grids: Sequence[Grid], box: Rectangle, name: str) -> str:
    """The plane of the inputs: the map of one output, or the classes, with their boundary, the samples and axes."""
    fine = [finer(grid, FINE) for grid in grids]
    if len(fine) == 1:
        level = boundary_level(grids[0])
        line = contour([[x - level for x in row] for row in grids[0]], box)
        sides = [[x > level for x in row] for row in fine[0]]
        cells = _tinted(sides, box) if tells_classes(maps) else _cells(_shaded(fine[0]), box)
    else:
        line = "".join(contour(_margin(grids, k), box) for k in range(len(grids)))
        points = (zip(*rows, strict=True) for rows in zip(*fine, strict=True))  # the outputs at each, row by row
        cells = _tinted([[xs.index(max(xs)) for xs in row] for row in points], box)
    halo = element("path", d=line, fill="none", stroke=PAPER, stroke_width=4.0)
    boundary = element("path", class_="boundary", d=line, fill="none", stroke=INK, stroke_width=2.0)
    frame = rectangle(box, fill="none", stroke=EDGE)
    title = text(TextLine((box.left + box.right) / 2, box.top - 8, name), fill=QUIET)
    return element("g", cells + frame + halo + boundary + "".join(_marks(maps, box)) + title + _axes(maps, box), class_="plane")


def tells_classes(maps: Maps) -> bool:
    """True if a single output tells two classes apart by the side of its boundary: labels 0 and 1, or -1 and 1."""
    return list(maps.labels) in ([0, 1], [-1, 1])


def _tinted(classes: Sequence[Sequence[int]], box: Rectangle) -> str:
    """The plane in the colours of classes, paler than the samples."""
    colours = [[CLASSES[k].light for k in row] for row in classes]
    return element("g", _cells(colours, box), opacity=TINT)


def _margin(grids: Sequence[Grid], k: int) -> Grid:
    """The lead of an output over the largest of the others."""
    others = [grid for i, grid in enumerate(grids) if i != k]
    return [[x - max(other[i][j] for other in others) for j, x in enumerate(row)] for i, row in enumerate(grids[k])]


def contour(grid: Grid, box: Rectangle) -> str:
    """The line where a map is 0, by marching squares: a straight segment through each cell between four points."""
    last = len(grid) - 1
    width, height = (box.right - box.left) / last, (box.bottom - box.top) / last
    parts = []
    for i in range(last):
        for j in range(last):
            corners = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
            ends = []
            for (r1, c1), (r2, c2) in zip(corners, (*corners[1:], corners[0]), strict=True):
                a, b = grid[r1][c1], grid[r2][c2]
                if (a < 0.0) != (b < 0.0):
                    t = a / (a - b)
                    ends.append((box.left + (c1 + t * (c2 - c1)) * width, box.top + (r1 + t * (r2 - r1)) * height))
            parts += [f"M{xy(one)}L{xy(other)}" for one, other in zip(ends[::2], ends[1::2], strict=True)]
    return "".join(parts)


def _axes(maps: Maps, box: Rectangle) -> str:
    """Ticks with a few round numbers at the sides."""
    drawn = []
    for x, share in _ticks(*maps.x):
        at = box.left + share * (box.right - box.left)
        drawn.append(element("path", d=f"M{at:.1f} {box.bottom:.1f}v4", stroke=EDGE))
        drawn.append(text(TextLine(at, box.bottom + 15, shown(x, 3)), fill=QUIET))
    for y, share in _ticks(*maps.y):
        at = box.bottom - share * (box.bottom - box.top)
        drawn.append(element("path", d=f"M{box.left:.1f} {at:.1f}h-4", stroke=EDGE))
        drawn.append(text(TextLine(box.left - 7, at + 4, shown(y, 3), "end"), fill=QUIET))
    return "".join(drawn)


def _ticks(low: float, high: float) -> Iterator[tuple[float, float]]:
    """Two to five round numbers in a range, each with its position, from 0 at the low end to 1 at the high end."""
    power = 10.0 ** math.floor(math.log10(high - low))
    step = next((size * power for size in (0.5, 1.0) if (high - low) / (size * power) <= 4.5), 2.0 * power)
    for k in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield k * step, (k * step - low) / (high - low)


def _shaded(grid: Grid) -> list[list[str]]:
    """A map as colours."""
    xs = [x for row in grid for x in row]
    finite = [x for x in xs if math.isfinite(x)] or [0.0]
    # With both signs, shades jump at 0. Otherwise most of the map may be what relu cuts off, which should not be black.
    shades = SignedShades(xs) if min(finite) < 0.0 < max(finite) else Shades(xs, LEAST)
    return [[shades.step(x, LEVELS) for x in row] for row in grid]


def _cells(colours: list[list[str]], box: Rectangle, limits: Sequence[tuple[float, float]] = ()) -> str:
    """One path per colour, with neighbouring cells of a row drawn as one if they share it. `limits` cut off each row."""
    limits = limits or [(box.left, box.right)] * len(colours)
    width, height = (box.right - box.left) / len(colours[0]), (box.bottom - box.top) / len(colours)
    paths: dict[str, list[str]] = {}
    for i, (row, (first, last)) in enumerate(zip(colours, limits, strict=True)):
        middle, end = box.top + (i + 0.5) * height, 0
        for colour, run in groupby(row):
            start, end = end, end + len(list(run))
            left, right = max(first, box.left + start * width), min(last, box.left + end * width)
            if right > left:
                paths.setdefault(colour, []).append(f"M{left:.1f} {middle:.1f}h{min(right + OVERLAP, last) - left:.1f}")
    drawn = "".join(element("path", d="".join(runs), stroke=fill) for fill, runs in paths.items())
    return element("g", drawn, stroke_width=round(height + OVERLAP, 2))


def _marks(maps: Maps, box: Rectangle) -> Iterator[str]:
    """The samples, each in the colour and the shape of its class."""
    (low, high), (bottom, top) = maps.x, maps.y
    for x, y, label in maps.points[:MAX_SAMPLES]:
        at = box.left + (x - low) / (high - low) * (box.right - box.left)
        up = box.bottom - (y - bottom) / (top - bottom) * (box.bottom - box.top)
        yield mark(at, up, label)


def mark(x: float, y: float, label: int) -> str:
    """The mark of a class: a circle, or a polygon with its own number of corners."""
    look = {"fill": CLASSES[label].light, "stroke": PAPER, "stroke_width": 1.2}
    if label == 0:
        return element("circle", cx=round(x, 1), cy=round(y, 1), r=MARK - 0.5, **look)
    corners, turn = (3, -90.0) if label == 1 else (4, 45.0 * (label % 2)) if label < 4 else (label, -90.0)
    angles = (math.radians(turn + 360.0 * k / corners) for k in range(corners))
    points = " ".join(f"{x + 1.15 * MARK * math.cos(a):.1f},{y + 1.15 * MARK * math.sin(a):.1f}" for a in angles)
    return element("polygon", points=points, **look)
