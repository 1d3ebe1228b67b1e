"""Maps over the plane of two inputs: inside a circle, or as a square with the samples on it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from autograd.extend import shown
from autograd.viz.palette import CLASSES
from nn.network.layout import RADIUS, Box, Text
from nn.network.maps import Grid, Maps
from nn.network.marks import Shades, SignedShades
from nn.network.svg import EDGE, PAPER, QUIET, element, rectangle, text

FINE, COARSE = 70, 22  # cells along the side of the square, and of a circle
LEVELS = 9  # shades
MARK = 4.5  # radius of a sample
MAX_SAMPLES = 200


def in_circle(maps: Maps, unit: int, x: float, y: float) -> str:
    """The map of a unit, cut to its circle."""
    cell = 2 * RADIUS / COARSE
    box = Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS)

    def chord(row: int) -> tuple[float, float]:
        up = (row + 0.5) * cell - RADIUS
        half = math.sqrt(RADIUS**2 - up**2)
        return x - half, x + half

    limits = [chord(row) for row in range(COARSE)]
    return element("g", _cells(maps.finer(unit, COARSE), box, limits), class_="map")


def square(maps: Maps, unit: int, box: Box, name: str) -> str:
    """The map of a unit as a square with the samples, the ranges of its axes and a name."""
    cells = _cells(maps.finer(unit, FINE), box, [(box.left, box.right)] * FINE)
    marks = "".join(_marks(maps, box))
    (low, high), (bottom, top) = maps.x, maps.y
    words = (
        Text((box.left + box.right) / 2, box.top - 8, name),
        Text(box.left, box.bottom + 14, shown(low, 3), "start"),
        Text(box.right, box.bottom + 14, shown(high, 3), "end"),
        Text(box.left - 4, box.bottom - 1, shown(bottom, 3), "end"),
        Text(box.left - 4, box.top + 9, shown(top, 3), "end"),
    )
    said = "".join(text(line, fill=QUIET) for line in words)
    return element("g", cells + rectangle(box, fill="none", stroke=EDGE) + marks + said, class_="plane")


def _cells(grid: Grid, box: Box, limits: list[tuple[float, float]]) -> str:
    """One path per shade; neighbouring cells of a row that have the same one are drawn at once."""
    xs = [x for row in grid for x in row]
    finite = [x for x in xs if math.isfinite(x)] or [0.0]
    shades = SignedShades(xs) if min(finite) < 0.0 < max(finite) else Shades(xs)  # across 0 there is a step
    width, height = (box.right - box.left) / len(grid[0]), (box.bottom - box.top) / len(grid)
    paths: dict[str, list[str]] = {}
    for i, row in enumerate(grid):
        fills = [shades.step(x, LEVELS) for x in row]
        start = 0
        for j in range(1, len(row) + 1):
            if j == len(row) or fills[j] != fills[start]:
                left = max(limits[i][0], box.left + start * width)
                right = min(limits[i][1], box.left + j * width)
                if right > left:
                    middle = box.top + (i + 0.5) * height
                    paths.setdefault(fills[start], []).append(f"M{left:.1f} {middle:.1f}h{right - left:.1f}")
                start = j
    drawn = "".join(element("path", d="".join(runs), stroke=fill) for fill, runs in paths.items())
    return element("g", drawn, stroke_width=round(height + 0.3, 2))


def _marks(maps: Maps, box: Box) -> Iterator[str]:
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
