"""The loss around the current parameters, on a plane through them."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from autograd import Value, no_grad
from autograd.extend import any_number, checked_integer, finite_above_zero, shown
from nn._check import generator
from nn.losses import Loss
from nn.module import Module, checked_module, in_mode
from nn.plot.style import SMALL, Look, axes, checked_ax
from nn.training import progress_bar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CONTOURS = 12  # lines of equal loss


def loss_landscape(
    model: Module,
    loss: Callable[[], Value | float],
    *,
    seed: int | Random | None = 0,
    span: float = 1.0,
    steps: int = 21,
    progress: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """The loss on a plane through the current parameters, along two random directions; returns the Axes.

    `loss()` computes the loss of the model. Both directions are drawn from a Gaussian and filter-normalised (H. Li,
    Z. Xu, G. Taylor, C. Studer, T. Goldstein, "Visualizing the Loss Landscape of Neural Nets", NeurIPS 2018,
    arXiv:1712.09913): one unit along an axis moves the weights of each neuron by a vector of their own length, and each
    bias likewise, so a bias of 0 stays. The axes go from −`span` to `span`, with `steps` points each, an odd number so that
    the current parameters, marked by a cross, are one of them. Another `seed` draws other directions.

    The contour lines are logarithmically spaced if the losses are above 0 and span more than a factor of 10. Where the
    loss is not finite, the picture is blank. The model is in evaluation mode meanwhile; afterwards, even after Ctrl-C or
    an error, its parameters and modes are exactly as they were.

    >>> from matplotlib.figure import Figure
    >>> from nn import MLP, MSELoss
    >>> net = MLP(1, [2, 1], seed=0)
    >>> ax = loss_landscape(net, lambda: MSELoss()([net([1.0])], [2.0]), steps=5, progress=False, ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['here: loss 12.4']
    """
    checked_ax(ax)
    checked_module(model)
    if not callable(loss) or isinstance(loss, Loss):
        write = ": write lambda: loss([model(row) for row in X], y)" if isinstance(loss, Loss) else ""
        raise TypeError(f"loss must be a function of no arguments that returns the model's loss, got {loss!r}{write}")
    source = generator(seed)
    finite_above_zero("span", span)
    if checked_integer("steps", steps, at_least=3) % 2 == 0:
        raise ValueError(f"steps must be odd, so that the middle step is at the current parameters, got {steps!r}")
    parameters = model.parameters()
    if not parameters:
        raise ValueError(f"model has no parameters: {model!r}")
    places = [span * (2 * i - (steps - 1)) / (steps - 1) for i in range(steps)]
    directions = [_direction(model, source) for _ in range(2)]
    start = [p.data for p in parameters]
    losses: list[list[float]] = []
    try:
        with in_mode(model, training=False), no_grad(), progress_bar(steps**2, "place", progress) as advance:
            for up in places:
                losses.append([])
                for across in places:
                    for p, at, one, other in zip(parameters, start, *directions, strict=True):
                        p.data = at + across * one + up * other
                    losses[-1].append(any_number("loss()", loss()))
                    advance()
    finally:
        for p, at in zip(parameters, start, strict=True):
            p.data = at
    return _draw(axes(ax, 5.6, 4.4), places, losses)


def _direction(model: Module, source: Random) -> list[float]:
    """A random direction, scaled in each group of weights to the length of the weights."""
    groups: dict[str, list[float]] = {}
    for name, parameter in model.named_parameters():
        rest, _, index = name.rpartition(".")
        groups.setdefault(rest if index.isdecimal() else name, []).append(parameter.data)
    direction: list[float] = []
    for numbers in groups.values():
        drawn = [source.gauss(0.0, 1.0) for _ in numbers]
        factor = math.hypot(*numbers) / math.hypot(*drawn)
        direction += [factor * x for x in drawn]
    return direction


def _draw(ax: Axes, places: list[float], losses: list[list[float]]) -> Axes:
    import numpy

    look = Look(ax)
    table = numpy.ma.masked_invalid(losses)
    middle = losses[len(places) // 2][len(places) // 2]
    finite = table.compressed()
    low, high = finite.min(initial=math.inf), finite.max(initial=-math.inf)
    if high - low > 1e-9 * max(abs(low), abs(high)):  # else it is flat up to rounding
        levels = numpy.geomspace(low, high, CONTOURS) if 0.0 < 10.0 * low < high else numpy.linspace(low, high, CONTOURS)
        ax.contourf(places, places, table, levels, colors=look.sequence().resampled(CONTOURS - 1)(range(CONTOURS - 1)))
        lines = ax.contour(places, places, table, levels[1:-1], colors=look["paper"], linewidths=0.6)
        for text in ax.clabel(lines, list(levels[1:-1:2]), fmt=lambda level: shown(level, 2), fontsize=SMALL, colors=look["ink"]):
            text.set_path_effects([look.outline()])
    here = f"here: loss {shown(middle, 3)}"
    ax.plot(0.0, 0.0, "X", color=look["ink"], markeredgecolor=look["paper"], markersize=11, linestyle="", label=here)
    ax.legend(fontsize=SMALL)
    ax.locator_params(nbins=5)  # even where there is little room
    ends = (places[0], places[-1])
    ax.set(xlim=ends, ylim=ends, title="Loss landscape")
    ax.set(xlabel="direction 1 (in units of the weights' length)", ylabel="direction 2")
    return ax
