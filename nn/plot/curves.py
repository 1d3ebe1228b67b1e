"""Curves over a training run: the loss, and the size of the updates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.extend import any_number, as_index, shown
from nn._check import checked_list
from nn.plot.style import LINES, SMALL, Look, axes, checked_ax, checked_record
from nn.recording.recorder import layer_of
from nn.recording.records import Frame, TrainingRecord
from nn.training import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.ticker import Locator

MARK = "loss curve"  # tells our lines apart from others in the same Axes
USUAL = 1e-3  # ratio of an update

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
            marker="o" if sum(map(math.isfinite, numbers)) == 1 else "",
            label=name,
            gid=MARK,
        )
    ax.set(xlabel=unit, ylabel="loss", title="Loss")
    ax.xaxis.set_major_locator(_whole_numbers())
    _set_scale(ax)
    if len(_drawn(ax)) > 1:
        ax.legend(fontsize=SMALL)
    return ax


def _whole_numbers() -> Locator:
    """Matplotlib's usual ticks, but none between two steps or epochs."""
    from matplotlib.ticker import AutoLocator

    ticks = AutoLocator()
    ticks.set_params(integer=True)
    return ticks


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
        numbers = [any_number(f"losses[{i}]", loss) for i, loss in enumerate(checked_list("losses", losses))]
        curves = [(label, range(len(numbers)), numbers)]
    if not curves or not curves[0][2]:
        raise ValueError("losses: nothing to draw")
    return unit, curves


def update_ratios(record: TrainingRecord, *, ax: Axes | None = None) -> Axes:
    """The size of each layer's updates relative to its parameters, ‖update‖ / ‖parameters‖, per step; returns the Axes.

    Both are Euclidean lengths over the parameters of the layer that `record_training` kept; a ratio has no unit. The line
    at 10⁻³ is the usual target: far below it a layer hardly learns, far above it the learning rate may be too high (a rule
    of thumb, A. Karpathy, CS231n notes, "Neural networks part 3").

    With plain SGD an update is lr·gradient, so any record will do. With any other optimizer the record must hold every
    single number at every step, `record_training(..., keep=["*"], every=1)`, or a ValueError says so. A layer that was
    never moved has no place on the logarithmic axis; the legend says so.

    >>> from matplotlib.figure import Figure
    >>> from nn import MLP, MSELoss, record_training
    >>> from nn.optim import Adam
    >>> net = MLP(1, [2, 1], seed=0)
    >>> record = record_training(net, [[0.0], [1.0]], [1.0, 3.0], loss=MSELoss(), steps=5, progress=False,
    ...                          optimizer=Adam(net.parameters(), lr=0.01))
    >>> ax = update_ratios(record, ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['layers[0]', 'layers[1]', '10⁻³']
    """
    checked_ax(ax)
    checked_record(record, "no update", at_least=2)
    groups: dict[str, list[str]] = {}  # by layer, the names under which its numbers were kept
    for name in record[0].parameters:
        groups.setdefault(name.strip("‖") if name.startswith("‖") else layer_of(name), []).append(name)
    if not groups:
        raise ValueError("record holds no parameters: pass keep=None or names to record_training")
    update = _update(record)
    steps = [frame.step for frame in record.frames[:-1]]
    ax = axes(ax)
    look = Look(ax)
    lines: list[Line2D] = []
    labels: list[str] = []
    for i, (layer, names) in enumerate(groups.items()):
        ratios = [_ratio(math.hypot(*(update(at, name) for name in names)), record[at], names) for at in range(len(record) - 1)]
        still = "" if any(ratio > 0.0 for ratio in ratios) else " (does not move)"
        drawn = [ratio if 0.0 < ratio < math.inf else math.nan for ratio in ratios]
        lines += ax.plot(steps, drawn, color=look.of_line(i), linestyle=LINES[i % len(LINES)])
        labels.append(as_index(layer).replace("$", r"\$") + still)
    lines.append(ax.axhline(USUAL, color=look["quiet"], linewidth=0.8))
    ax.set(yscale="log", xlabel="step", ylabel="‖update‖ / ‖parameters‖", title="Size of the updates")
    ax.xaxis.set_major_locator(_whole_numbers())
    ax.legend(lines, [*labels, "10⁻³"], fontsize=SMALL)  # Matplotlib ignores a line's own label if it begins with _
    return ax


def _update(record: TrainingRecord) -> Callable[[int, str], float]:
    """A function of a frame's index and a name: the size of the update of that number, or norm, after that frame."""
    rate = record.rate
    if rate is not None:
        return lambda at, name: rate * abs(record[at].gradients[name])
    steps = [frame.step for frame in record]
    if any(name.startswith("‖") for name in record[0].parameters) or steps != list(range(steps[0], steps[0] + len(steps))):
        raise ValueError(
            "record: unless the optimizer is plain SGD, updates need every parameter at every step: "
            'pass keep=["*"] and every=1 to record_training'
        )
    return lambda at, name: record[at + 1].parameters[name] - record[at].parameters[name]


def _ratio(update: float, frame: Frame, names: list[str]) -> float:
    size = math.hypot(*(frame.parameters[name] for name in names))
    return update / size if size else math.nan
