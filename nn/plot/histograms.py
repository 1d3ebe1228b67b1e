"""Histograms of the outputs and of the gradients of each layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import Value, gradients
from autograd.extend import checked_integer, counted, number_between
from nn._check import checked_list
from nn.health import health, layer_calls
from nn.module import Module
from nn.plot.style import SMALL, Look, axes, checked_ax

if TYPE_CHECKING:
    from matplotlib.axes import Axes


Bins = int | list[float]  # how many, or their edges


class Histogram(NamedTuple):
    """The numbers to draw, and the text above them."""

    numbers: list[float]
    text: str


def activation_histograms(model: Module, loss: Value, *, bins: int | Sequence[float] = 50, ax: Axes | None = None) -> Axes:
    """A histogram of each layer's outputs in the graph of `loss`, the first layer on top; returns the Axes.

    The outputs are read off the recorded graph, ideally that of a whole batch, as by `nn.health`, whose verdict is shown too
    if it is not ok. All layers share the same `bins`, a number or a list of edges; each has a height scale of its own, so
    compare shapes and positions, not heights. Outputs of exactly 0, which relu makes so often that nothing else would be
    visible, those that are not finite and those outside the edges are counted, not drawn.

    >>> from matplotlib.figure import Figure
    >>> from nn import MLP, MSELoss
    >>> net = MLP(1, [3, 1], seed=0)
    >>> loss = MSELoss()([net([x]) for x in (0.5, 1.0)], [0.0, 1.0])
    >>> ax = activation_histograms(net, loss, ax=Figure().subplots())
    >>> print(ax.texts[0].get_text())
    layers[0] Layer(1, 3, 'relu')
    6 numbers, 2 are 0, dead: 1 of 3
    """
    checked_ax(ax)
    checked = _checked_bins(bins)
    verdicts = {row.name: row.verdict for row in health(model, loss).rows}
    layers = layer_calls(model, loss).called
    rows = [_histogram(layer.name, [out.data for out in layer.outputs], verdicts[layer.name], checked) for layer in layers]
    return _draw(rows, checked, ax, "output of the layer", "Activations")


def gradient_histograms(model: Module, loss: Value, *, bins: int | Sequence[float] = 50, ax: Axes | None = None) -> Axes:
    """A histogram of the sizes of the gradients of `loss` in each layer, the first layer on top; returns the Axes.

    They are those of the layer's parameters that are not frozen, or of its outputs if there are none. Their size |∂loss/∂p|
    has a logarithmic axis, on which gradients that vanish from layer to layer move to the left. Gradients of 0 are counted,
    not drawn. Nothing is run again and no `grad` is touched, so it works before `backward()` and after. Bins, whose edges
    must be above 0, and heights are as in `activation_histograms`.

    >>> from matplotlib.figure import Figure
    >>> from nn import MLP, MSELoss
    >>> net = MLP(1, [3, 1], seed=0)
    >>> loss = MSELoss()([net([x]) for x in (0.5, 1.0)], [0.0, 1.0])
    >>> ax = gradient_histograms(net, loss, ax=Figure().subplots())
    >>> print(ax.texts[0].get_text())
    layers[0] Layer(1, 3, 'relu')
    6 numbers, 2 are 0
    """
    checked_ax(ax)
    checked = _checked_bins(bins, above=0.0)
    rows = []
    for layer in layer_calls(model, loss).called:
        trained = [parameter for parameter in layer.module.parameters() if parameter.requires_grad]
        found = gradients(loss, trained or layer.outputs)
        rows.append(_histogram(layer.name, [abs(gradient) for gradient in found], "ok", checked))
    return _draw(rows, checked, ax, "size of the gradient", "Gradients", logarithmic=True)


def _checked_bins(bins: Any, above: float = -math.inf) -> Bins:
    """How many bins, or their edges; else an error about `bins`."""
    if isinstance(bins, Integral):
        return checked_integer("bins", bins, at_least=1)
    edges = [number_between("bins: an edge", edge) for edge in checked_list("bins, if not an integer,", bins)]
    if len(edges) < 2 or not all(left < right for left, right in zip([above, *edges], edges, strict=False)):
        where = f" above {above:g}" if above > -math.inf else ""
        raise ValueError(f"bins: expected two edges or more{where}, each larger than the one before, got {bins!r}")
    return edges


def _histogram(name: str, numbers: Sequence[float], verdict: str, bins: Bins) -> Histogram:
    seen = [number for number in numbers if number and math.isfinite(number)]
    drawn = [number for number in seen if isinstance(bins, int) or bins[0] <= number <= bins[-1]]
    lost = sum(not math.isfinite(number) for number in numbers)
    counts = {"0": len(numbers) - len(seen) - lost, "not finite": lost, "outside": len(seen) - len(drawn)}
    notes = [f"{count:,} {'is' if count == 1 else 'are'} {what}" for what, count in counts.items() if count]
    return Histogram(drawn, f"{name}\n{', '.join([counted(len(numbers), 'number'), *notes, *[verdict] * (verdict != 'ok')])}")


def _edges(numbers: list[float], bins: int) -> Any:
    """The edges of bins from the smallest number to the largest, with room around them if they differ only by rounding."""
    import numpy

    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    size = max(abs(low), abs(high))
    room = 0.0 if high - low > 1e-9 * size else 0.5 * (size or 1.0)
    return numpy.linspace(low - room, high + room, bins + 1)


def _draw(rows: Sequence[Histogram], bins: Bins, ax: Axes | None, xlabel: str, title: str, logarithmic: bool = False) -> Axes:
    """Draw the histograms from top to bottom, one unit apart, over the same bins."""
    import numpy

    places = [numpy.log10(row.numbers) if logarithmic else numpy.array(row.numbers) for row in rows]
    if isinstance(bins, int):
        edges = _edges(numpy.concatenate(places).tolist(), bins)
    else:
        edges = numpy.log10(bins) if logarithmic else numpy.array(bins)
    shown_at = 10.0**edges if logarithmic else edges
    ax = axes(ax, 6.0, 1.2 + 0.9 * len(rows))
    look = Look(ax)
    for i, (row, numbers) in enumerate(zip(rows, places, strict=True)):
        foot = len(rows) - 1.0 - i
        counts = numpy.histogram(numbers, edges)[0]
        heights = foot + 0.6 * counts / max(int(counts.max()), 1)
        ax.stairs(heights, shown_at, baseline=foot, fill=True, color=look["many"])
        ax.axhline(foot, color=look["ink"], linewidth=0.8)
        ax.text(0.01, foot + 0.96, row.text, transform=ax.get_yaxis_transform(), va="top", fontsize=SMALL, parse_math=False)
    if logarithmic:
        ax.set_xscale("log")
    ax.set(xlim=(shown_at[0], shown_at[-1]), ylim=(0.0, len(rows)), yticks=[])
    ax.set(xlabel=xlabel, ylabel="count", title=title)
    return ax
