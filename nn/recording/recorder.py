"""record_training: train, and keep parameters, gradients and the decision boundary step by step."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import count
from random import Random
from typing import Any

from autograd import Value
from autograd.extend import any_number, checked_integer, counted, listed
from nn._check import generator
from nn._data_checks import checked_run
from nn._decision_plane import plane_of
from nn._eager_training import Batch, Diverged, EagerTraining, Metric, Run
from nn.foreign_names import advising
from nn.losses import Loss
from nn.metrics import plain
from nn.module import Module, in_mode
from nn.optim import SGD, Optimizer
from nn.recording.network_states import network_states
from nn.recording.records import Frame, Labels, TrainingRecord
from nn.training import progress_bar

MAX_SINGLE_VALUES = 50  # a model with more parameters has one norm kept per layer, unless `keep` is given
MAX_MEGABYTES = 20  # of the page of a record

Kept = dict[str, list[Value]]  # by name, one parameter, or all those that a norm is taken over


@advising
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
    """Train as `fit` does, number for number, for `steps` updates, and keep a frame per step.

    `keep` chooses parameters: names, patterns (`"layers.0.*"`) or the Values themselves; None keeps all, or one norm per
    layer if there are more than 50. `boundary=40` keeps the outputs on a 40 × 40 grid over the plane of the samples, which
    must be rows of 2 numbers. `every=10` keeps every tenth step, and always the first and the last. The loss, `metric` and
    gradients of a frame are those of the next batch, so a run of `steps` updates has `steps + 1` frames.

    The page of the record shows a model that is made of layers as a live network. For that it holds, beyond what is kept, the
    parameters and gradients of all steps as 32-bit floats, or of evenly spaced steps if all would take more than 1.5 MB.

    Ctrl-C ends the training, not the program: the record so far is returned, with `interrupted` set. A loss that is NaN
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
    features = [str(name) for name in X.columns] if hasattr(X, "columns") else None
    X, y = checked_run(model, X, y, loss, optimizer, batch_size, metric)
    checked_integer("steps", steps, at_least=1)
    checked_integer("every", every, at_least=1)
    kept = _kept(model, keep)
    plane = None if boundary is None else plane_of(model, X, y, loss, boundary)
    _check_size(steps, every, len(kept), boundary or 0)
    order = generator(seed)
    training = _RecordedTraining(Run(model, X, y, loss, optimizer, batch_size))
    batches = ((epoch, *batch) for epoch in count(1) for batch in training.steps(order, epoch))
    record = TrainingRecord(_setting(model, len(X), loss, optimizer, batch_size, seed), _rate(model, optimizer), plane)
    record.labels = Labels(features, getattr(metric, "__name__", "metric"), type(optimizer).__name__)
    record.network = network_states(model, (X, y), features, list(kept), steps // every + 2)
    try:
        with in_mode(model, training=True), progress_bar(steps, "step", progress) as advance:
            for step, (epoch, cost, outputs, targets) in enumerate(batches):
                if step % every == 0 or step == steps:
                    reached = None if metric is None else any_number("the result of metric", metric(plain(outputs), targets))
                    parameters = {name: _size(name, [p.data for p in group]) for name, group in kept.items()}
                    gradients = {name: _size(name, [p.grad for p in group]) for name, group in kept.items()}
                    cells = None if plane is None else plane.cells(model)
                    if record.network is not None:
                        record.network.add(step, len(record), last=step == steps)
                    record.frames.append(Frame(step, epoch, cost, reached, parameters, gradients, cells))
                if step == steps:
                    break  # before the update that would follow
                advance()
    except KeyboardInterrupt:
        record.interrupted = True
    except Diverged as error:
        record.diverged = str(error)
        warnings.warn(f"record_training: {error}; the steps before it are returned", RuntimeWarning, stacklevel=3)
    return record


class _RecordedTraining(EagerTraining):
    """Training in which the gradients of all parameters are those of one batch, even if the optimizer does not hold them."""

    def batch(self, rows: Sequence[Any], targets: list[Any], epoch: int) -> Batch:
        self.run.model.zero_grad()
        return super().batch(rows, targets, epoch)


def _kept(model: Module, keep: Any) -> Kept:
    """The parameters to keep, by name, in the model's order."""
    names = dict(model.named_parameters())
    if keep is None:
        if len(names) <= MAX_SINGLE_VALUES:
            return {name: [parameter] for name, parameter in names.items()}
        norms: Kept = {}
        for name, parameter in names.items():
            norms.setdefault(f"‖{layer_of(name)}‖", []).append(parameter)
        return norms
    if not isinstance(keep, (list, tuple)) or not all(isinstance(chosen, (str, Value)) for chosen in keep):
        raise TypeError(f"keep must be a list of names, patterns or Values, got {keep!r}")
    chosen_names: set[str] = set()
    for chosen in keep:
        found = [name for name, p in names.items() if p is chosen or (isinstance(chosen, str) and fnmatchcase(name, chosen))]
        if not found:
            raise ValueError(f"keep: no parameter of the model matches {chosen!r}; the names are {listed(list(names), most=4)}")
        chosen_names.update(found)
    return {name: [parameter] for name, parameter in names.items() if name in chosen_names}


def layer_of(name: str) -> str:
    """The layer that a parameter belongs to, by its name: up to its neuron, or up to the first index of a module.

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


def _size(name: str, numbers: list[float]) -> float:
    """The number kept under this name: the norm of all numbers, or the only one itself."""
    return math.hypot(*numbers) if name.startswith("‖") else numbers[0]


def _check_size(steps: int, every: int, values: int, resolution: int) -> None:
    frames, size = steps // every + 2, 40 * values + 4 * resolution**2 // 3 + 60  # bytes of a frame on a page
    fitting = MAX_MEGABYTES * 1_000_000 // size
    if frames > fitting:
        message = f"{frames} frames of {size} bytes exceed {MAX_MEGABYTES} MB; at most {fitting} would fit"
        raise ValueError(f"every={every}, boundary={resolution}, {values} values to keep: {message}")


def _setting(model: Module, samples: int, loss: Loss, optimizer: Optimizer, batch_size: int | None, seed: Any) -> str:
    """The model, loss, optimizer, batches and seed in words."""
    groups = []
    for group in optimizer.param_groups:
        settings = "".join(f", {name}={group[name]}" for name in optimizer.settings if group[name])
        groups.append(f"lr={group['lr']:g}{settings}")
    size = counted(samples if batch_size is None else min(batch_size, samples), "sample")
    batches = f"{'all ' if batch_size is None else ''}{size} in each step"
    source = "seed from a generator" if isinstance(seed, Random) else "a new seed each time" if seed is None else f"seed {seed}"
    who = f"{type(model).__name__} with {counted(len(model.parameters()), 'parameter')}, {type(loss).__name__}"
    return f"{who}, {type(optimizer).__name__}({'; '.join(groups)}), {batches}, {source}"


def _rate(model: Module, optimizer: Optimizer) -> float | None:
    """The factor of the gradient in an update, if the optimizer is plain SGD and moves every parameter that isn't frozen."""
    groups = optimizer.param_groups
    plain_sgd = type(optimizer) is SGD and not any(group["momentum"] or group["weight_decay"] for group in groups)
    rates = {group["lr"] for group in groups}
    moves_all = {p for p in model.parameters() if p.requires_grad} <= set(optimizer.params)
    return rates.pop() if plain_sgd and moves_all and len(rates) == 1 else None
