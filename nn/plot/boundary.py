"""The decision boundary of a model on points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd.extend import checked_integer, number_between, shown
from nn._data_checks import checked_data, gives_a_probability
from nn._decision_plane import MIDDLE, NOT_A_NUMBER, Plane, plane_of
from nn.losses import BCEWithLogitsLoss
from nn.metrics import refuse_threshold_of_a_sigmoid
from nn.module import Module, checked_module
from nn.plot.style import HATCHES, SMALL, Look, axes, checked_ax, checked_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import BoundaryNorm, Colormap

LEVELS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)  # of the bands, between the two ends of the outputs
FAR = 1e100  # the largest lead of a class; infinity would leave a hole
TINY = 1e-100  # the lead of the first of two equal classes, which is the one predicted, as in `accuracy`


def decision_boundary(
    model: Module,
    X: Any,
    y: Any,
    *,
    threshold: float = 0.0,
    steps: int = 60,
    target_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The outputs of a model on a grid over the plane of its samples, and the boundary between classes; returns the Axes.

    X are rows of 2 numbers, y their classes. A model of one output predicts the upper class above `threshold`, as in
    `nn.accuracy`: 0 for scores and logits, 0.5 for probabilities; the thick line is the threshold, and the colour bar says
    what the bands stand for. A model with one output per class predicts the largest. If the targets are not classes, the
    bands go from the smallest to the largest of them. The grid has `steps` × `steps` points, computed in evaluation mode,
    and is blank where the output is NaN. `target_names` are the names of the classes, the lowest first.

    >>> from matplotlib.figure import Figure
    >>> from nn import MLP, make_moons
    >>> X, y = make_moons(20, random_state=0)
    >>> ax = decision_boundary(MLP(2, [4, 1], seed=0), X, y, steps=10, ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['class 0', 'class 1']
    """
    checked_ax(ax)
    checked_module(model)
    X, y = checked_data(X, y)
    checked_integer("steps", steps, at_least=2)
    middle = number_between("threshold", threshold)
    plane = plane_of(model, X, y, BCEWithLogitsLoss(), steps)
    if plane.kind == "score":
        if middle <= 0.0 and gives_a_probability(model):
            refuse_threshold_of_a_sigmoid(threshold)
        plane = replace(plane, middle=middle, half=plane.half if middle == 0.0 else 0.5 * (plane.labels[1] - plane.labels[0]))
    if target_names is not None and plane.kind == "number":
        raise ValueError("target_names: the targets are numbers, not classes")
    names = checked_names(target_names, len(plane.labels))
    outputs = plane.outputs(model)
    ax = axes(ax)
    if plane.kind == "class":
        _draw_classes(ax, plane, _leads(plane, outputs))
    else:
        _draw_bands(ax, plane, bytes(map(plane.byte, outputs)))
    _draw_points(ax, plane, names)
    draw_bar(ax, plane)
    return ax


def draw_plane(ax: Axes, plane: Plane, cells: bytes) -> None:
    """Draw a grid, given as one byte per point, with the samples and their classes."""
    if plane.kind == "class":
        _draw_classes(ax, plane, _smooth_leads(plane, cells))
    else:
        _draw_bands(ax, plane, cells)
    _draw_points(ax, plane)


def draw_bar(ax: Axes, plane: Plane) -> None:
    """Draw a colour bar with the output that each band stands for; classes have the legend instead."""
    from matplotlib.cm import ScalarMappable

    if plane.kind == "class":
        return
    cmap, norm = _bands(Look(ax), plane)
    figure: Any = ax.figure
    bar = figure.colorbar(ScalarMappable(norm, cmap), ax=ax, ticks=LEVELS[1:-1], label="output of the model")
    distances = [math.atanh(level) if plane.kind == "score" else level for level in LEVELS[1:-1]]
    bar.ax.set_yticklabels([shown(plane.middle + plane.half * distance, 2) for distance in distances])
    if plane.kind == "score":
        bar.ax.axhline(0.0, color=Look(ax)["ink"], linewidth=2.5)


def _bands(look: Look, plane: Plane) -> tuple[Colormap, BoundaryNorm]:
    """The colours of the bands: those of two classes, stronger where the output is surer, or the ramp."""
    from matplotlib.colors import BoundaryNorm, ListedColormap

    count = len(LEVELS) - 1
    if plane.kind == "number":
        colours = [*look.sequence().resampled(count)(range(count))]
    else:
        middles = [(low + high) / 2.0 for low, high in pairwise(LEVELS)]
        colours = [look.faded(look.of_class(int(middle > 0.0)), 0.1 + 0.45 * abs(middle)) for middle in middles]
    return ListedColormap(colours), BoundaryNorm(LEVELS, count)


def _draw_bands(ax: Axes, plane: Plane, cells: bytes) -> None:
    import numpy

    grid = _grid(plane, numpy.frombuffer(cells, numpy.uint8).astype(float))
    shares = _share(numpy.where(grid == NOT_A_NUMBER, numpy.nan, grid))
    look = Look(ax)
    cmap, norm = _bands(look, plane)
    ax.contourf(*_coordinates(plane), shares, LEVELS, cmap=cmap, norm=norm)
    if plane.kind == "number":
        return
    if (shares > 0.0).any():
        _hatch(ax, plane, shares, 1)
    if (shares < 0.0).any() and (shares > 0.0).any():
        for width, name in ((4.0, "paper"), (2.0, "ink")):
            ax.contour(*_coordinates(plane), shares, [0.0], colors=look[name], linewidths=width)


def _hatch(ax: Axes, plane: Plane, lead: Any, mark: int) -> None:
    """Hatch the region where this class leads."""
    from matplotlib.colors import to_rgba

    hatched = ax.contourf(*_coordinates(plane), lead, [0.0, FAR], colors="none", hatches=[HATCHES[mark % len(HATCHES)]])
    hatched.set(edgecolor=to_rgba(Look(ax)["ink"], 0.3), linewidth=0.0)


def _draw_classes(ax: Axes, plane: Plane, leads: dict[int, Any]) -> None:
    at, look = _coordinates(plane), Look(ax)
    for mark, lead in leads.items():
        if not (lead > 0.0).any():
            continue
        ax.contourf(*at, lead, [0.0, FAR], colors=[look.faded(look.of_class(mark), 0.4)])
        _hatch(ax, plane, lead, mark)
        if (lead < 0.0).any():
            ax.contour(*at, lead, [0.0], colors=look["ink"], linewidths=1.5)


def _coordinates(plane: Plane) -> list[Any]:
    import numpy

    return [numpy.linspace(low, high, plane.resolution) for low, high in (plane.x, plane.y)]


def _grid(plane: Plane, numbers: Any) -> Any:
    """The numbers of the points as a table whose first row is the lowest, as in Matplotlib."""
    return numbers.reshape(plane.resolution, -1)[::-1]


def _leads(plane: Plane, outputs: list[list[float]]) -> dict[int, Any]:
    """The lead of each class over the best of the others, at each point."""
    import numpy

    columns = numpy.clip(numpy.array(outputs).T, -FAR / 2.0, FAR / 2.0)
    first = columns.argmax(0)
    leads = {}
    for mark in range(len(columns)):
        lead = columns[mark] - numpy.delete(columns, mark, 0).max(0)
        lead[lead == 0.0] = numpy.where(first == mark, TINY, -TINY)[lead == 0.0]
        leads[mark] = _grid(plane, lead)
    return leads


def _smooth_leads(plane: Plane, cells: bytes) -> dict[int, Any]:
    """The same if only the best class is known, from the shares of the classes among each point and its neighbours."""
    import numpy

    grid = _grid(plane, numpy.frombuffer(cells, numpy.uint8))
    shares = {}
    for mark in range(len(plane.labels)):
        if (grid == mark).any():
            padded = numpy.pad((grid == mark).astype(float), 1, mode="edge")  # smoothed: no staircases
            rows = padded[:-2] + 2.0 * padded[1:-1] + padded[2:]
            shares[mark] = (rows[:, :-2] + 2.0 * rows[:, 1:-1] + rows[:, 2:]) / 16.0
    leads = {}
    for mark, share in shares.items():
        others = [other for at, other in shares.items() if at != mark]
        leads[mark] = numpy.where(grid == NOT_A_NUMBER, numpy.nan, share - numpy.maximum.reduce(others, initial=0.0))
    return leads


def _draw_points(ax: Axes, plane: Plane, names: Sequence[str] = ()) -> None:
    """Draw the samples, the legend and the labels of the axes."""
    look = Look(ax)
    ax.set(xlim=plane.x, ylim=plane.y, xlabel="first feature", ylabel="second feature", title="Decision boundary")
    if plane.kind == "number":
        cmap, norm = _bands(look, plane)
        xs, ys, marks = zip(*plane.points, strict=True)
        points = ax.scatter(xs, ys, c=[_share(mark) for mark in marks], cmap=cmap, norm=norm, edgecolors=look["ink"], zorder=3)
        points.set_path_effects([look.outline()])
        return
    for mark, name in enumerate(names or [f"class {shown(label)}" for label in plane.labels]):
        mine = [(x, y) for x, y, at in plane.points if at == mark]
        if mine:
            xs, ys = zip(*mine, strict=True)
            points = ax.scatter(xs, ys, s=42, marker=look.marker(mark), linewidths=0.9, label=name, zorder=3)
            points.set(facecolor=look.of_class(mark), edgecolor=look["paper"])
    for text in ax.legend(framealpha=0.9, fontsize=SMALL).get_texts():
        text.set_parse_math(False)


def _share(cell: Any) -> Any:
    """The position of a byte from `Plane.byte` between the two ends: from -1 to 1."""
    distance = (cell - MIDDLE) / MIDDLE
    return distance * abs(distance)
