"""Weights as a picture."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograd.extend import as_index, one_line, shown
from nn._check import data_of
from nn.layers import neurons_of
from nn.module import Module, checked_module
from nn.plot.style import SMALL, Look, axes, checked_ax, readable_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_NUMBERS = 80  # with more, squares do not show their numbers
MAX_SIGNS = 600  # with more, squares do not show minus signs either
MAX_LETTERS = 60  # side by side above the blocks
INDEX = re.compile(r"\.\d+$")  # of a parameter in its row
INDICES = re.compile(r"(\.\d+)+$")  # of a parameter in its table


class WeightTable:
    """A named table of numbers; `bias` is True if its last column is set apart."""

    def __init__(self, name: str, rows: list[list[float]], bias: bool = False) -> None:
        self.name, self.bias = one_line(as_index(name)) or "weights", bias
        self.rows, self.columns = rows, len(rows[0])


def weights(model: Module, *, ax: Axes | None = None) -> Axes:
    """The parameters of a layer or a whole model as squares, one block per layer; returns the Axes.

    A row is a neuron, a column an input, and the last column, set apart by a line, the bias. Parameters outside any
    Layer or Neuron have blocks of their own: a list is a row, and lists of equal length are a table. Blue is positive, orange
    negative, the background 0 and grey NaN. Up to 80 squares show their numbers, up to 600 a minus sign if they are negative.
    The colour bar is in units of the weights: those of the outputs per those of the inputs.

    >>> from matplotlib.figure import Figure
    >>> from nn import MLP
    >>> ax = weights(MLP(2, [3, 1], seed=0), ax=Figure().subplots())
    >>> [text.get_text() for text in ax.texts][-1]
    'layers[1]'
    """
    checked_ax(ax)
    checked_module(model)
    blocks = list(_blocks(model))
    numbers = [number for block in blocks for row in block.rows for number in row]
    if not numbers:
        raise ValueError(f"model has no parameters: {model!r}")
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0) or 1.0
    width, tallest = sum(block.columns for block in blocks), max(len(block.rows) for block in blocks)
    ax = axes(ax, 6.0, min(7.0, 1.6 + 5.0 * tallest / width))
    colours = ScalarMappable(Normalize(-largest, largest), Look(ax).signs())
    left = 0.0
    for block in blocks:
        _draw(ax, block, left, colours)
        _mark(ax, block, left, colours, len(numbers))
        ax.annotate(
            block.name,
            (left, 0.0),
            xytext=(0.0, 3.0),
            textcoords="offset points",
            fontsize=SMALL,
            annotation_clip=False,
            parse_math=False,
        )
        right = left + max(block.columns, len(block.name) * width / MAX_LETTERS)
        left = right + max(0.5, width / 40)
    ax.set(xlim=(-0.1, right + 0.1), ylim=(tallest + 0.1, -0.1), xticks=[], yticks=[], ylabel="neuron", aspect="equal")
    ax.set_xlabel("input (bias right of the line)")
    ax.set_title("Weights", pad=18.0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    figure: Any = ax.figure
    figure.colorbar(colours, ax=ax, label="weight", location="bottom", aspect=40)
    return ax


def _blocks(model: Module) -> Iterator[WeightTable]:
    drawn: set[int] = set()  # neurons
    seen: set[Any] = set()
    for path, module in model.named_modules():
        neurons = neurons_of(module)
        if neurons and id(neurons[0]) not in drawn:
            drawn.update(map(id, neurons))
            held = {f"{path}.neurons.{i}".lstrip("."): [*neuron.w, neuron.b] for i, neuron in enumerate(neurons)}
            seen.update(parameter for row in held.values() for parameter in row)
            yield from _table(path, {name: list(map(data_of, row)) for name, row in held.items()}, bias=True)
    tables: dict[str, dict[str, list[float]]] = {}  # the rows of each table, all by name
    for name, parameter in model.named_parameters():
        if parameter not in seen:
            row = INDEX.sub("", name)
            tables.setdefault(INDICES.sub("", name), {}).setdefault(row, []).append(parameter.data)
    for name, rows in tables.items():
        yield from _table(name, rows)


def _table(name: str, rows: dict[str, list[float]], bias: bool = False) -> Iterator[WeightTable]:
    """Named rows as one block, or as a block each if their lengths differ."""
    if len({*map(len, rows.values())}) == 1:
        yield WeightTable(name, list(rows.values()), bias)
    else:
        yield from (WeightTable(row, [numbers], bias) for row, numbers in rows.items())


def _draw(ax: Axes, block: WeightTable, left: float, colours: Any) -> None:
    height, right, ink = len(block.rows), left + block.columns, Look(ax)["ink"]
    ax.imshow(block.rows, cmap=colours.cmap, norm=colours.norm, extent=(left, right, height, 0.0), interpolation="nearest")
    ax.plot([left, right, right, left, left], [0.0, 0.0, height, height, 0.0], color=ink, linewidth=0.8, clip_on=False)
    if block.bias:
        ax.plot([right - 1.0] * 2, [0.0, height], color=ink, linewidth=0.8, clip_on=False)


def _mark(ax: Axes, block: WeightTable, left: float, colours: Any, count: int) -> None:
    """Write the numbers into the squares if there are few, or minus signs into the negative ones unless there are many."""
    squares = [(left + j + 0.5, i + 0.5, number) for i, row in enumerate(block.rows) for j, number in enumerate(row)]
    if count <= MAX_NUMBERS:
        for x, y, number in squares:
            ax.text(x, y, shown(number, 2), color=readable_on(colours, number), fontsize="x-small", ha="center", va="center")
    elif count <= MAX_SIGNS:
        below = [(x, y, readable_on(colours, number)) for x, y, number in squares if number < 0.0]
        if below:
            xs, ys, inks = zip(*below, strict=True)
            ax.scatter(xs, ys, s=14.0, c=inks, marker="_", linewidths=1.0)
