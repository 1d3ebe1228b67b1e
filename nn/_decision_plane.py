"""The outputs of a net on a grid over the plane of its samples, one byte per point: the decision boundary."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import no_grad
from autograd.extend import checked_integer, counted, tree_leaves
from nn.losses import BCEWithLogitsLoss, Loss
from nn.metrics import plain
from nn.module import Module, in_mode

MIDDLE = 127  # the byte on the boundary; 0 and 254 are the two ends
NOT_A_NUMBER = 255
MARGIN = 0.15  # of the extent of the samples, on each side


@dataclass(frozen=True)
class Plane:
    """The part of the plane around the samples, a grid over it, and how an output becomes the byte of its point.

    For the `kind` "score" (one output, two classes) the byte says how far the output is from the `middle` between the
    classes; for "class" (one output per class) it is the class; for "number" (one output, no classes) it runs from the
    smallest target to the largest.
    """

    resolution: int
    x: tuple[float, float]
    y: tuple[float, float]
    kind: str
    labels: Sequence[float]  # the two classes, all classes, or the smallest and the largest target
    middle: float
    half: float
    points: list[tuple[float, float, int]]  # each sample, with the index of its label or with its byte

    def cells(self, model: Module) -> bytes:
        return bytes(map(self.byte, self.outputs(model)))

    def outputs(self, model: Module) -> list[list[float]]:
        """The outputs on the grid, which runs from border to border: rows from the top, left to right."""
        last = self.resolution - 1
        xs, ys = ([low + (high - low) * i / last for i in range(last + 1)] for low, high in (self.x, self.y))
        return _outputs(model, [[x, y] for y in reversed(ys) for x in xs])

    def byte(self, output: list[float]) -> int:
        """The byte of an output, a list of one number or of one per class."""
        if any(map(math.isnan, output)):
            return NOT_A_NUMBER
        if self.kind == "class":
            return output.index(max(output))
        distance = (output[0] - self.middle) / self.half
        share = math.tanh(distance) if self.kind == "score" else max(-1.0, min(1.0, distance))
        return MIDDLE + round(MIDDLE * math.copysign(math.sqrt(abs(share)), share))  # the root makes it finest near the boundary


def plane_of(model: Module, X: Any, y: Any, loss: Loss, resolution: Any) -> Plane:
    """The plane of already checked samples; ValueError if they are not points, or if an output cannot be drawn."""
    checked_integer("boundary", resolution, at_least=2)
    rows = plain(X)
    if any(not isinstance(row, list) or len(row) != 2 for row in rows):
        raise ValueError("boundary: the samples must be points, rows of 2 numbers")
    points = [list(map(float, row)) for row in rows]
    (first,) = _outputs(model, points[:1])
    targets = [_target(target, len(first)) for target in y]
    kind, labels = _labels(targets, len(first))
    logits = kind == "score" and isinstance(loss, BCEWithLogitsLoss)
    middle = 0.0 if logits else (labels[0] + labels[-1]) / 2
    half = 2.0 if logits else (labels[-1] - labels[0]) / 2 or 1.0
    across, up = surroundings(points)
    plane = Plane(resolution, across, up, kind, labels, middle, half, [])
    marks = [plane.byte([target]) if kind == "number" else list(labels).index(target) for target in targets]
    plane.points.extend((x, y, mark) for (x, y), mark in zip(points, marks, strict=True))
    return plane


def _outputs(model: Module, rows: list[list[float]]) -> list[list[float]]:
    with in_mode(model, training=False), no_grad():
        return [tree_leaves(plain(model(row))) for row in rows]


def _labels(targets: list[float], width: int) -> tuple[str, Sequence[float]]:
    if width > 1:
        if width > MIDDLE or not all(target in range(width) for target in targets):
            expected = f"targets that are classes from 0 to {width - 1}, at most {MIDDLE} of them"
            raise ValueError(f"boundary: {width} outputs need {expected}")
        return "class", range(width)
    seen = sorted(set(targets))
    for pair in ((0, 1), (-1, 1), tuple(seen)):
        if len(pair) == 2 and set(seen) <= set(pair):
            return "score", pair
    return "number", (seen[0], seen[-1])


def _target(target: Any, width: int) -> float:
    """The single number of a target; for a row with one number per class, the class."""
    numbers = list(map(float, tree_leaves(plain(target))))
    if len(numbers) == width > 1:
        return numbers.index(max(numbers))
    if len(numbers) != 1:
        counts = f"{counted(width, 'output')} cannot be drawn against targets of {counted(len(numbers), 'number')}"
        raise ValueError(f"boundary: {counts}")
    return numbers[0]


def surroundings(points: Iterable[Sequence[float]]) -> Iterator[tuple[float, float]]:
    """The range of each coordinate, with a margin on both sides."""
    for numbers in zip(*points, strict=True):
        low, high = min(numbers), max(numbers)
        margin = MARGIN * (high - low) or 1.0
        yield low - margin, high + margin
