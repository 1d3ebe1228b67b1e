"""The decision boundary of a model on points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograd._format import shown
from nn._check import checked_integer, number_between
from nn.data_checks import checked_data
from nn.decision_plane import MIDDLE, NOT_A_NUMBER, Plane, plane_of
from nn.losses import BCEWithLogitsLoss
from nn.module import Module, checked_module
from nn.plot.style import COLOURS, HATCHES, MARKERS, SEQUENTIAL, SMALL, axes, checked_ax, checked_names, light

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import BoundaryNorm, Colormap

LEVELS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)  # between the two ends of what the model says
FAR = 1e100  # ahead of the other classes; infinity would leave a hole
TINY = 1e-100  # what the first of two is ahead that are level, since it is taken, as in `accuracy`


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
    """What a model says all over the plane of its samples, and where it changes its mind; returns the Axes.

    X are rows of 2 numbers, y their classes. A model of one output decides for the upper class above `threshold`, as in
    `nn.accuracy`: 0 for scores and logits, 0.5 for probabilities; the thick line is the threshold, the bands are read
    off the bar beside. A model with an output a class decides for the largest. If the targets are no classes, the
    bands go from the smallest to the largest of them. `steps` × `steps` places are asked, in evaluation mode.
    It is blank where the output is NaN. `target_names` are what the classes are called, the lowest first.

    >>> from matplotlib.figure import Figure
    >>> from nn import MLP, make_moons
    >>> X, y = make_moons(20, random_state=0)
    >>> ax = decision_boundary(MLP(2, [4, 1], seed=0), X, y, steps=10, ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['class 0', 'class 1']
    """
    checked_ax(ax)
    checked_module("model", model)
    X, y = checked_data(X, y)
    checked_integer("steps", steps, at_least=2)
    middle = number_between("threshold", threshold)
    plane = plane_of(model, X, y, BCEWithLogitsLoss(), steps)
    if plane.kind == "score":
        plane = replace(plane, middle=middle, half=plane.half if middle == 0.0 else 0.5 * (plane.labels[1] - plane.labels[0]))
    if target_names is not None and plane.kind == "number":
        raise ValueError("target_names: the targets are numbers, not classes")
    names = checked_names(target_names, len(plane.labels))
    outputs = plane.outputs(model)
    ax = axes(ax)
    if plane.kind == "class":
        _draw_classes(ax, plane, _leads(plane, outputs))
    else:
        _draw_bands(ax, plane, _shares(plane, bytes(map(plane.byte, outputs))))
    _finish(ax, plane, names)
    draw_bar(ax, plane)
    return ax


def draw_plane(ax: Axes, plane: Plane, cells: bytes) -> None:
    """A byte for each place as a picture, with the samples and their classes."""
    if plane.kind == "class":
        _draw_classes(ax, plane, _smooth_leads(plane, cells))
    else:
        _draw_bands(ax, plane, _shares(plane, cells))
    _finish(ax, plane)


def draw_bar(ax: Axes, plane: Plane) -> None:
    """Beside the picture, which output a band stands for; classes have the legend instead."""
    from matplotlib.cm import ScalarMappable

    if plane.kind == "class":
        return
    cmap, norm = _bands()
    figure: Any = ax.figure
    bar = figure.colorbar(ScalarMappable(norm, cmap), ax=ax, ticks=LEVELS[1:-1], label="output of the model")
    bar.ax.set_yticklabels([shown(_output(plane, level), 2) for level in LEVELS[1:-1]])
    if plane.kind == "score":
        bar.ax.axhline(0.0, color="black", linewidth=2.5)


def _bands() -> tuple[Colormap, BoundaryNorm]:
    from matplotlib import colormaps
    from matplotlib.colors import BoundaryNorm, ListedColormap

    count = len(LEVELS) - 1
    return ListedColormap(light(colormaps[SEQUENTIAL].resampled(count)(range(count)))), BoundaryNorm(LEVELS, count)


def _output(plane: Plane, share: float) -> float:
    """The output that a share between the two ends stands for."""
    return plane.middle + plane.half * (math.atanh(share) if plane.kind == "score" else share)


def _draw_bands(ax: Axes, plane: Plane, shares: Any) -> None:
    import numpy

    cmap, norm = _bands()
    xs, ys = (numpy.linspace(low, high, plane.resolution) for low, high in (plane.x, plane.y))
    ax.contourf(xs, ys, shares, LEVELS, cmap=cmap, norm=norm)
    if plane.kind == "score" and (shares < 0.0).any() and (shares > 0.0).any():
        for width, colour in ((4.0, "white"), (2.0, "black")):
            ax.contour(xs, ys, shares, [0.0], colors=colour, linewidths=width)


def _shares(plane: Plane, cells: bytes) -> Any:
    """How far the output is, at each place, towards one of the two ends: from -1 to 1."""
    import numpy

    rows = _from_the_bottom(plane, numpy.frombuffer(cells, numpy.uint8).astype(float))
    return _share(numpy.where(rows == NOT_A_NUMBER, numpy.nan, rows))


def _draw_classes(ax: Axes, plane: Plane, leads: dict[int, Any]) -> None:
    import numpy

    xs, ys = (numpy.linspace(low, high, plane.resolution) for low, high in (plane.x, plane.y))
    for mark, lead in leads.items():
        colour, hatch = COLOURS[mark % len(COLOURS)], HATCHES[mark % len(HATCHES)]
        if not (lead > 0.0).any():
            continue
        ax.contourf(xs, ys, lead, [0.0, FAR], colors=light([colour]))
        hatched = ax.contourf(xs, ys, lead, [0.0, FAR], colors="none", hatches=[hatch])
        hatched.set(edgecolor=(0.0, 0.0, 0.0, 0.3), linewidth=0.0)
        if (lead < 0.0).any():
            ax.contour(xs, ys, lead, [0.0], colors="black", linewidths=1.5)


def _leads(plane: Plane, outputs: list[list[float]]) -> dict[int, Any]:
    """Of each class, how far it is ahead of the best of the others at each place."""
    import numpy

    columns = numpy.clip(numpy.array(outputs).T, -FAR / 2.0, FAR / 2.0)
    first = columns.argmax(0)
    leads = {}
    for mark in range(len(columns)):
        lead = columns[mark] - numpy.delete(columns, mark, 0).max(0)
        lead[lead == 0.0] = numpy.where(first == mark, TINY, -TINY)[lead == 0.0]
        leads[mark] = _from_the_bottom(plane, lead)
    return leads


def _smooth_leads(plane: Plane, cells: bytes) -> dict[int, Any]:
    """The same where only the best class is known: of the shares that the classes have in a place and its neighbours."""
    import numpy

    rows = _from_the_bottom(plane, numpy.frombuffer(cells, numpy.uint8))
    shares = {mark: _smooth(rows == mark) for mark in range(len(plane.labels)) if (rows == mark).any()}
    leads = {}
    for mark, mine in shares.items():
        others = [share for other, share in shares.items() if other != mark]
        leads[mark] = numpy.where(rows == NOT_A_NUMBER, numpy.nan, mine - numpy.maximum.reduce(others, initial=0.0))
    return leads


def _smooth(mine: Any) -> Any:
    """The share of a place and its neighbours that are of a class, so that a slanted boundary is no staircase."""
    import numpy

    padded = numpy.pad(mine.astype(float), 1, mode="edge")
    rows = padded[:-2] + 2.0 * padded[1:-1] + padded[2:]
    return (rows[:, :-2] + 2.0 * rows[:, 1:-1] + rows[:, 2:]) / 16.0


def _from_the_bottom(plane: Plane, numbers: Any) -> Any:
    """As a table whose first row is the lowest, which is how Matplotlib has it."""
    return numbers.reshape(plane.resolution, -1)[::-1]


def _finish(ax: Axes, plane: Plane, names: Sequence[str] = ()) -> None:
    """The samples, and what is what."""
    _draw_points(ax, plane, names or [f"class {shown(label)}" for label in plane.labels])
    ax.set(xlim=plane.x, ylim=plane.y, xlabel="first feature", ylabel="second feature", title="Decision boundary")


def _draw_points(ax: Axes, plane: Plane, names: Sequence[str]) -> None:
    if plane.kind == "number":
        cmap, norm = _bands()
        xs, ys, marks = zip(*plane.points, strict=True)
        ax.scatter(xs, ys, c=[_share(mark) for mark in marks], cmap=cmap, norm=norm, edgecolors="black", zorder=3)
        return
    for mark, name in enumerate(names):
        mine = [(x, y) for x, y, at in plane.points if at == mark]
        if mine:
            sign, colour, edge = MARKERS[mark % len(MARKERS)], *_point_colours(plane, mark)
            xs, ys = zip(*mine, strict=True)
            ax.scatter(xs, ys, s=36, marker=sign, color=colour, edgecolors=edge, linewidths=0.8, label=name, zorder=3)
    for text in ax.legend(framealpha=0.9, fontsize=SMALL).get_texts():
        text.set_parse_math(False)


def _point_colours(plane: Plane, mark: int) -> tuple[Any, str]:
    """Of the samples of a class: the inside and the edge."""
    if plane.kind == "class":
        return COLOURS[mark % len(COLOURS)], "black"
    from matplotlib import colormaps

    return colormaps[SEQUENTIAL](float(mark)), "black" if mark else "white"


def _share(cell: Any) -> Any:
    """How far towards one of the two ends a byte is, as `Plane.byte` makes it: from -1 to 1."""
    distance = (cell - MIDDLE) / MIDDLE
    return distance * abs(distance)
