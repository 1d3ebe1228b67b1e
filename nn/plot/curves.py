"""The loss during training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

from autograd.extend import shown
from nn._check import checked_list
from nn.plot.style import LINES, SMALL, Look, axes, checked_ax
from nn.recording.records import TrainingRecord
from nn.training import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARK = "loss curve"  # tells our lines apart from others in the same Axes

Curve = tuple[str, Sequence[int], list[float]]  # label, epochs or steps, losses


def loss_curve(losses: History | TrainingRecord | Sequence[float], *, label: str = "loss", ax: Axes | None = None) -> Axes:
    """The loss of a History, as `fit` returns it, of a training record, or of numbers; returns the Axes.

    A History has a point per epoch, and the validation loss too, if there was any. A record has its steps; numbers count
    from 0. Called again with the same `ax` it adds a curve in another line style, under its own `label`. The loss axis is
    logarithmic if all losses drawn there are above 0 and the largest is more than 10 times the smallest. NaN and infinity
    leave a gap.

    >>> from matplotlib.figure import Figure
    >>> ax = loss_curve([3.0, 1.0, 0.1], ax=Figure().subplots())
    >>> ax.get_yscale()
    'log'
    """
    checked_ax(ax)
    if not isinstance(label, str):
        raise TypeError(f"label must be a string, got {label!r}")
    unit, curves = _curves(losses, label)
    ax = axes(ax)
    for name, at, numbers in curves:
        rank = len(_drawn(ax))
        ax.plot(
            at,
            [number if math.isfinite(number) else math.nan for number in numbers],
            color=Look(ax).of_line(rank),
            linestyle=LINES[rank % len(LINES)],
            marker="o" if len(numbers) == 1 else "",
            label=name,
            gid=MARK,
        )
    ax.set(xlabel=unit, ylabel="loss", title="Loss")
    _set_scale(ax)
    if len(_drawn(ax)) > 1:
        ax.legend(fontsize=SMALL)
    return ax


def _drawn(ax: Axes) -> list[Any]:
    return [line for line in ax.lines if line.get_gid() == MARK]


def _set_scale(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    numbers = [number for line in _drawn(ax) for number in line.get_ydata() if math.isfinite(number)]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    ax.set_yscale("log" if 0.0 < 10.0 * low < high else "linear")
    if 0.0 < 10.0 * low < high < 100.0 * low:  # powers of 10 alone would be too few ticks
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda number, _: shown(number)))
        ax.yaxis.set_minor_locator(NullLocator())


def _curves(losses: Any, label: str) -> tuple[str, list[Curve]]:
    unit, curves = "step", list[Curve]()
    if isinstance(losses, History):
        kept = [(label, losses.loss), (f"{label}, validation data", losses.val_loss)]
        unit, curves = "epoch", [(name, range(1, len(numbers) + 1), numbers) for name, numbers in kept if numbers]
    elif isinstance(losses, TrainingRecord):
        curves = [(label, [frame.step for frame in losses], [frame.loss for frame in losses])]
    else:
        numbers = [_loss(loss) for loss in checked_list("losses", losses)]
        curves = [(label, range(len(numbers)), numbers)]
    if not curves or not curves[0][2]:
        raise ValueError("losses: there are none to draw")
    return unit, curves


def _loss(loss: Any) -> float:
    if isinstance(loss, bool) or not isinstance(loss, Real):
        raise TypeError(f"losses must be a History, a TrainingRecord or numbers, got {type(loss).__name__} among them")
    return float(loss)
