"""The decision boundary of a model on points."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograd.wording import shown
from nn.arguments import checked_integer, number_between
from nn.boundary import MIDDLE, NOT_A_NUMBER, Plane, plane_of
from nn.losses import BCEWithLogitsLoss
from nn.module import Module
from nn.plot.style import COLOURS, HATCHES, MARKERS, SEQUENTIAL, SMALL, axes, checked_ax, light
from nn.training import checked_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import BoundaryNorm, Colormap

LEVELS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)  # between the two ends of what the model says


def decision_boundary(model: Module, X: Any, y: Any, *, threshold: float = 0.0, steps: int = 60, ax: Axes | None = None) -> Axes:
    """What a model says all over the plane of its samples, and where it changes its mind; returns the Axes.

    X are rows of 2 numbers, y their classes. A model of one output decides for the upper class above `threshold`, as in
    `nn.accuracy`: 0 for scores and logits, 0.5 for probabilities; the thick line is the threshold, the bands are read
    off the bar beside. A model with an output a class decides for the largest. If the targets are no classes, the
    bands go from the smallest to the largest of them. `steps` × `steps` places are asked, in evaluation mode.
    It is blank where the output is NaN.

    >>> from matplotlib.figure import Figure
    >>> from nn import MLP, make_moons
    >>> X, y = make_moons(20, random_state=0)
    >>> ax = decision_boundary(MLP(2, [4, 1], seed=0), X, y, steps=10, ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['class 0', 'class 1']
    """
    checked_ax(ax)
    if not isinstance(model, Module):
        raise TypeError(f"model must be a Module, got {type(model).__name__}")
    X, y = checked_data("X, y", X, y)
    checked_integer("steps", steps, at_least=2)
    middle = number_between("threshold", threshold)
    plane = plane_of(model, X, y, BCEWithLogitsLoss(), steps)
    if plane.kind == "score":
        plane = replace(plane, middle=middle, half=plane.half if middle == 0.0 else 0.5 * (plane.labels[1] - plane.labels[0]))
    cells = plane.cells(model)
    ax = axes(ax)
    draw_plane(ax, plane, cells)
    draw_bar(ax, plane)
    return ax


def draw_plane(ax: Axes, plane: Plane, cells: bytes) -> None:
    """A byte for each place as a picture, with the samples and the names of the classes."""
    import numpy

    rows = numpy.frombuffer(cells, numpy.uint8).reshape(plane.resolution, -1)[::-1].astype(float)  # from the bottom
    rows[rows == NOT_A_NUMBER] = numpy.nan
    if plane.kind == "class":
        _draw_classes(ax, plane, rows)
    else:
        _draw_bands(ax, plane, _share(rows))
    _draw_points(ax, plane)
    ax.set(xlim=plane.x, ylim=plane.y, xlabel="first feature", ylabel="second feature", title="Decision boundary")


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


def _draw_classes(ax: Axes, plane: Plane, rows: Any) -> None:
    import numpy

    xs, ys = (numpy.linspace(low, high, plane.resolution) for low, high in (plane.x, plane.y))
    shares = {mark: _smooth(rows == mark) for mark in range(len(plane.labels)) if (rows == mark).any()}
    for mark, mine in shares.items():
        colour, hatch = COLOURS[mark % len(COLOURS)], HATCHES[mark % len(HATCHES)]
        others = [share for other, share in shares.items() if other != mark]
        lead = numpy.where(numpy.isnan(rows), numpy.nan, mine - numpy.maximum.reduce(others, initial=0.0))
        if not (lead > 0.0).any():
            continue
        ax.contourf(xs, ys, lead, [0.0, 2.0], colors=light([colour]))
        hatched = ax.contourf(xs, ys, lead, [0.0, 2.0], colors="none", hatches=[hatch])
        hatched.set(edgecolor=(0.0, 0.0, 0.0, 0.3), linewidth=0.0)
        if (lead < 0.0).any():
            ax.contour(xs, ys, lead, [0.0], colors="black", linewidths=1.5)


def _smooth(mine: Any) -> Any:
    """The share of a place and its neighbours that are of a class, so that a slanted boundary is no staircase."""
    import numpy

    padded = numpy.pad(mine.astype(float), 1, mode="edge")
    rows = padded[:-2] + 2.0 * padded[1:-1] + padded[2:]
    return (rows[:, :-2] + 2.0 * rows[:, 1:-1] + rows[:, 2:]) / 16.0


def _draw_points(ax: Axes, plane: Plane) -> None:
    if plane.kind == "number":
        cmap, norm = _bands()
        xs, ys, marks = zip(*plane.points, strict=True)
        ax.scatter(xs, ys, c=[_share(mark) for mark in marks], cmap=cmap, norm=norm, edgecolors="black", zorder=3)
        return
    for mark, label in enumerate(plane.labels):
        mine = [(x, y) for x, y, at in plane.points if at == mark]
        if mine:
            sign, colour, edge = MARKERS[mark % len(MARKERS)], *_point_colours(plane, mark)
            xs, ys = zip(*mine, strict=True)
            name = f"class {shown(label)}"
            ax.scatter(xs, ys, s=36, marker=sign, color=colour, edgecolors=edge, linewidths=0.8, label=name, zorder=3)
    ax.legend(framealpha=0.9, fontsize=SMALL)


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
