"""The output of every neuron of a network with two inputs, over the plane of its inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value, no_grad
from autograd.extend import counted, number_between, peek
from autograd.viz.palette import CLASSES
from nn._check import one_column, plain_lists
from nn._decision_plane import surroundings
from nn.module import in_mode
from nn.network.numbers import sample_of
from nn.network.structure import Network

CORNERS = 25  # points of the grid along each side

Grid = list[list[float]]  # rows from the top


@dataclass(frozen=True)
class Maps:
    """Every unit's numbers on a grid from border to border, and the samples, each with the index of its label."""

    x: tuple[float, float]
    y: tuple[float, float]
    grids: Sequence[Grid]
    points: Sequence[tuple[float, float, int]]
    labels: Sequence[Any]


def finer(grid: Grid, count: int) -> Grid:
    """A map at the middles of count × count cells, interpolated."""
    last = CORNERS - 1
    ats = [(j + 0.5) * last / count for j in range(count)]
    places = [(min(int(at), last - 1), at - min(int(at), last - 1)) for at in ats]  # the index before, and the fraction beyond it
    found = []
    for k, s in places:
        row = [(1 - s) * a + s * b for a, b in zip(grid[k], grid[k + 1], strict=True)]
        found.append([(1 - t) * row[m] + t * row[m + 1] for m, t in places])
    return found


def boundary_level(grid: Grid) -> float:
    """The output on the boundary between two classes: 0, or 0.5 if all are probabilities."""
    return 0.5 if all(0.0 <= x <= 1.0 for row in grid for x in row) else 0.0


def maps_over(network: Network, over: Any) -> Maps:
    """The maps of a network over the plane of some samples, rows of two numbers, or a pair of those and their labels."""
    if len(network.columns[0].units) != 2:
        raise ValueError(f"over: the model must have 2 inputs, got {len(network.columns[0].units)}")
    points, labels = _samples(over)
    across, up = surroundings(points)
    places = [[low + (high - low) * i / (CORNERS - 1) for i in range(CORNERS)] for low, high in (across, up)]
    with in_mode(network.model, training=False):
        outputs = _outputs(network, [places[0][0], places[1][0]])
        rows = [[outputs([x, y]) for x in places[0]] for y in reversed(places[1])]
    grids = [[[numbers[k] for numbers in row] for row in rows] for k in range(len(network.units))]
    names = _kinds(labels)
    marked = [(x, y, names.index(label)) for (x, y), label in zip(points, labels, strict=True)]
    return Maps(across, up, grids, marked, names)


def _outputs(network: Network, point: list[float]) -> Callable[[list[float]], list[float]]:
    """A function for the numbers of all units at a point: layer by layer, if the model does the same at this `point`."""

    def by_layers(row: list[float]) -> list[float]:
        found, given = [], row
        with no_grad():
            for column in network.columns:
                for step in column.steps:
                    given = step(given)
                given = given if isinstance(given, list) else [given]
                found += [peek(x) if isinstance(x, Value) else x for x in given]
        return found

    def by_graph(row: list[float]) -> list[float]:
        sample = sample_of(network.model, row, None, None)
        assert sample is not None
        nodes = [node for column in sample.columns() for node in column]
        return [peek(node) if isinstance(node, Value) else math.nan if node is None else node for node in nodes]

    return by_layers if by_layers(point) == by_graph(point) else by_graph


def _samples(over: Any) -> tuple[list[tuple[float, float]], list[Any]]:
    """Points and their labels; without labels, all the same one."""
    pair = isinstance(over, tuple) and len(over) == 2
    rows, labels = (plain_lists(over[0]), plain_lists(one_column(over[1]))) if pair else (plain_lists(over), None)
    if not isinstance(rows, list) or not rows or any(not isinstance(row, list) or len(row) != 2 for row in rows):
        raise ValueError("over must be rows of 2 numbers, or a pair of those and their labels: over=X, or over=(X, y)")
    points = [tuple(number_between("over: a number", number) for number in row) for row in rows]
    if labels is None:
        labels = [0] * len(rows)
    if not isinstance(labels, list) or len(labels) != len(rows):
        given = counted(len(labels), "label") if isinstance(labels, list) else repr(labels)
        raise ValueError(f"over: expected a label for each row, got {given} for {counted(len(rows), 'row')}")
    if len(_kinds(labels)) > len(CLASSES):
        raise ValueError(f"over: expected at most {len(CLASSES)} different labels, got {len(_kinds(labels))}")
    return points, labels  # type: ignore[return-value]


def _kinds(labels: list[Any]) -> list[Any]:
    """The distinct labels, in ascending order."""
    try:
        return sorted(set(labels))
    except TypeError:
        raise TypeError(f"over: expected one number or string as the label of each row, got {labels[0]!r} first") from None
