"""The size of updates compared with what they update."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from autograd.extend import as_index
from nn.plot.style import LINES, SMALL, Look, axes, checked_ax, checked_record
from nn.recording.recorder import layer_of
from nn.recording.records import Frame, TrainingRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

USUAL = 1e-3

Groups = dict[str, list[str]]  # by layer, the names under which its numbers were kept


def update_ratios(record: TrainingRecord, *, ax: Axes | None = None) -> Axes:
    """By what fraction of itself each layer was moved in each step: ‖update‖ / ‖parameters‖; returns the Axes.

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
    groups: Groups = {}
    for name in record[0].parameters:
        groups.setdefault(_group(name), []).append(name)
    if not groups:
        raise ValueError("record holds no parameters: give record_training keep=None or names")
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
    ax.legend(lines, [*labels, "10⁻³"], fontsize=SMALL)  # Matplotlib ignores a label of a line itself that begins with _
    return ax


def _group(name: str) -> str:
    """The layer of a number or of a norm."""
    return name.strip("‖") if name.startswith("‖") else layer_of(name)


def _update(record: TrainingRecord) -> Callable[[int, str], float]:
    """A function of a frame's index and a name: the size of the update of that number, or norm, after that frame."""
    rate = record.rate
    if rate is not None:
        return lambda at, name: rate * abs(record[at].gradients[name])
    steps = [frame.step for frame in record]
    if any(name.startswith("‖") for name in record[0].parameters) or steps != list(range(steps[0], steps[0] + len(steps))):
        raise ValueError(
            "record: without plain SGD the updates are differences of single numbers, "
            'which record_training keeps with keep=["*"] and every=1'
        )
    return lambda at, name: record[at + 1].parameters[name] - record[at].parameters[name]


def _ratio(update: float, frame: Frame, names: list[str]) -> float:
    size = math.hypot(*(frame.parameters[name] for name in names))
    return update / size if size else math.nan
