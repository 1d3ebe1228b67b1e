"""Training that is kept step by step: values, gradients and the decision boundary, to be looked at afterwards."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import count
from random import Random
from typing import Any

from autograd import Value
from nn.arguments import checked_integer, generator
from nn.boundary import plane_of
from nn.losses import Loss
from nn.metrics import plain
from nn.module import Module
from nn.optim import SGD, Optimizer
from nn.training import Diverged, Metric, ProgressBar, check_parts, checked_data, in_training, training_steps
from nn.training_record import Frame, TrainingRecord
from nn.widths import check_widths

MOST_SINGLE_VALUES = 50  # of a model with more parameters one norm a layer is kept, if nothing was chosen
MOST_MEGABYTES = 20  # of the page of a record

Kept = dict[str, list[Value]]  # by name a parameter, or all those that one norm is of


def record_training(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    optimizer: Optimizer,
    steps: int,
    batch_size: int | None = None,
    seed: int | Random | None = 0,
    metric: Metric | None = None,
    keep: Sequence[str | Value] | None = None,
    boundary: int | None = None,
    every: int = 1,
    progress: bool = True,
) -> TrainingRecord:
    """Train as `fit` does, number for number, for so many updates, and keep how it went step by step.

    `keep` chooses parameters: names, patterns (`"layers.0.*"`) or the Values themselves; None keeps all, or one norm a
    layer if there are more than 50. `boundary=40` keeps what the model says at 40 × 40 places of the plane that samples
    of 2 numbers lie in. `every=10` keeps every tenth step; the first and the last one are kept in any case. The loss, the
    `metric` and the gradients of a frame are those of the next batch, so a run of `steps` updates has `steps + 1` frames.

    Ctrl-C ends the training, not the program: what was kept so far is returned, with `interrupted` set. A loss that is NaN
    or infinite ends it too, with a RuntimeWarning. ValueError if the record would exceed 20 MB, saying what helps.

    >>> from nn import MLP, MSELoss
    >>> net = MLP(1, [1], seed=0)
    >>> record = record_training(net, [[0.0], [1.0]], [1.0, 3.0], loss=MSELoss(), optimizer=SGD(net.parameters(), lr=0.5),
    ...                          steps=100, progress=False)
    >>> len(record), record[100].step, round(record[0].loss, 4), round(record[100].loss, 4)
    (101, 100, 1.3616, 0.0)
    >>> {name: round(number, 6) for name, number in record[-1].parameters.items()}
    {'layers.0.neurons.0.w.0': 2.0, 'layers.0.neurons.0.b': 1.0}
    """
    X, y = checked_data(X, y)
    check_parts(model, loss, optimizer, metric)
    check_widths(model, X, y, loss)
    checked_integer("steps", steps, at_least=1)
    checked_integer("every", every, at_least=1)
    if batch_size is not None:
        checked_integer("batch_size", batch_size, at_least=1)
    kept = _kept(model, keep)
    plane = None if boundary is None else plane_of(model, X, y, loss, boundary)
    _check_size(steps, every, len(kept), boundary or 0)
    updates = _updates(model, X, y, loss, optimizer, batch_size, generator(seed))
    batches = f"{batch_size} samples in each step" if batch_size else f"all {len(X)} samples in each step"
    source = "seed from a generator" if isinstance(seed, Random) else "another seed each time" if seed is None else f"seed {seed}"
    setting = f"{_model(model)}, {type(loss).__name__}, {_optimizer(optimizer)}, {batches}, {source}"
    record = TrainingRecord(setting, _rate(optimizer), plane)
    try:
        with in_training(model), ProgressBar(steps, "step", progress) as bar:
            for step, (epoch, cost, outputs, targets) in enumerate(updates):
                if step % every == 0 or step == steps:
                    reached = None if metric is None else float(metric(plain(outputs), targets))
                    parameters = {name: _number([p.data for p in group]) for name, group in kept.items()}
                    gradients = {name: _number([p.grad for p in group]) for name, group in kept.items()}
                    cells = None if plane is None else plane.cells(model)
                    record.frames.append(Frame(step, epoch, cost, reached, parameters, gradients, cells))
                if step == steps:
                    break  # before the update that would follow
                bar.update()
    except KeyboardInterrupt:
        record.interrupted = True
    except Diverged as error:
        record.diverged = str(error)
        warnings.warn(f"record_training: {error}; the steps before it are returned", RuntimeWarning, stacklevel=2)
    return record


def _updates(
    model: Module, X: Any, y: Any, loss: Loss, optimizer: Optimizer, batch_size: int | None, order: Random
) -> Iterator[tuple[int, float, list[Any], list[Any]]]:
    """The steps of `fit` without end: epoch, loss, outputs and targets, each given just before its update."""
    for epoch in count(1):
        for cost, outputs, targets in training_steps(model, X, y, loss, optimizer, batch_size, order, epoch):
            yield epoch, cost.data, outputs, targets


def _kept(model: Module, keep: Any) -> Kept:
    """What is to be kept, by name, in the order of the model's parameters."""
    names = dict(model.named_parameters())
    if keep is None:
        if len(names) <= MOST_SINGLE_VALUES:
            return {name: [parameter] for name, parameter in names.items()}
        groups: Kept = {}
        for name, parameter in names.items():
            groups.setdefault(f"‖{layer_of(name)}‖", []).append(parameter)
        return groups
    if not isinstance(keep, (list, tuple)) or not all(isinstance(chosen, (str, Value)) for chosen in keep):
        raise TypeError(f"keep must be a list of names, patterns or Values, got {keep!r}")
    chosen_names: set[str] = set()
    for chosen in keep:
        found = [name for name, p in names.items() if p is chosen or (isinstance(chosen, str) and fnmatchcase(name, chosen))]
        if not found:
            shown = ", ".join(list(names)[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
            raise ValueError(f"keep: no parameter of the model is {chosen!r}; there are {shown}")
        chosen_names.update(found)
    return {name: [parameter] for name, parameter in names.items() if name in chosen_names}


def layer_of(name: str) -> str:
    """The layer that a parameter belongs to, by its name: what stands before its neuron, or up to the first index of a module.

    >>> layer_of("layers.0.neurons.1.w.0"), layer_of("hidden.neurons.3.b"), layer_of("head.w.3"), layer_of("slope")
    ('layers.0', 'hidden', 'head.w', 'slope')
    """
    layer, inside, _ = name.partition("neurons.")
    if inside:
        return layer.rstrip(".") or "neurons"
    parts = name.split(".")
    for i, part in enumerate(parts):
        if part.isdecimal():
            return ".".join(parts[: i + 1] if any(not rest.isdecimal() for rest in parts[i + 1 :]) else parts[:i])
    return name


def _number(numbers: list[float]) -> float:
    """A number, or the norm of several."""
    return numbers[0] if len(numbers) == 1 else math.hypot(*numbers)


def _check_size(steps: int, every: int, values: int, resolution: int) -> None:
    frames, size = steps // every + 2, 40 * values + 4 * resolution**2 // 3 + 60  # bytes of a frame on a page
    fitting = MOST_MEGABYTES * 1_000_000 // size
    if frames > fitting:
        message = f"{frames} frames of {size} bytes are more than {MOST_MEGABYTES} MB, which {fitting} would fit in"
        raise ValueError(f"every={every}, boundary={resolution}, {values} values to keep: {message}")


def _model(model: Module) -> str:
    return f"{type(model).__name__} with {len(model.parameters())} parameters"


def _optimizer(optimizer: Optimizer) -> str:
    groups = []
    for group in optimizer.param_groups:
        settings = "".join(f", {name}={group[name]}" for name in optimizer.settings if group[name])
        groups.append(f"lr={group['lr']:g}{settings}")
    return f"{type(optimizer).__name__}({'; '.join(groups)})"


def _rate(optimizer: Optimizer) -> float | None:
    groups = optimizer.param_groups
    plain = type(optimizer) is SGD and not any(group["momentum"] or group["weight_decay"] for group in groups)
    rates = {group["lr"] for group in groups}
    return rates.pop() if plain and len(rates) == 1 else None
