"""Training: a loop with mini-batches, a progress bar, early stopping, and a history of how it went."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from autograd import Value, enable_grad, no_grad
from autograd._progress import threadless_bar
from nn.arguments import check_finite, checked_choice, checked_integer, checked_list, counted, generator, one_column
from nn.data import batches
from nn.losses import Loss
from nn.lr_scheduler import LRScheduler, ReduceLROnPlateau
from nn.metrics import plain
from nn.module import Module, checked_module
from nn.optim import Optimizer
from nn.widths import check_widths

Metric = Callable[[Sequence[Any], Sequence[Any]], float]
Callback = Callable[[Module, "History"], object]
Step = tuple[Value, list[Any], list[Any]]  # the loss, the outputs and the targets of a batch


@dataclass
class History:
    """How a training run went: one number an epoch in each list, empty where nothing was asked for.

    `interrupted` is True after Ctrl-C; the lists and the model then hold what was reached.
    """

    loss: list[float] = field(default_factory=list)
    metric: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_metric: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    interrupted: bool = False
    stopped_early: bool = False

    @property
    def epochs(self) -> int:
        """How many epochs were completed."""
        return len(self.loss)

    def append(self, reached: dict[str, float]) -> None:
        """Add an epoch: a number for each of the lists that are kept."""
        for name, number in reached.items():
            getattr(self, name).append(number)


class Diverged(ArithmeticError):
    """The loss of a training step is NaN or infinite."""


class EarlyStopping:
    """A callback that stops once `monitor` has not gone down by `min_delta` for `patience` epochs.

    `monitor` names a list of the History; for "metric" and "val_metric" up is better. With `restore_best`
    the model gets the parameters of its best epoch back when it is stopped; that takes "val_loss" or
    "val_metric", since the numbers of the training are those of the parameters before each step.
    """

    def __init__(
        self, patience: int = 10, *, monitor: str = "val_loss", min_delta: float = 0.0, restore_best: bool = True
    ) -> None:
        checked_integer("patience", patience, at_least=1)
        checked_choice("monitor", monitor, ("loss", "val_loss", "metric", "val_metric"))
        if restore_best and not monitor.startswith("val_"):
            raise ValueError(f"restore_best needs monitor='val_loss' or 'val_metric', got {monitor!r}")
        self.patience, self.monitor, self.min_delta, self.restore_best = patience, monitor, min_delta, restore_best
        self.best, self.waited = math.inf, 0
        self.best_state: dict[str, Any] = {}

    def __call__(self, model: Module, history: History) -> bool:
        recorded = getattr(history, self.monitor)
        if not recorded:
            raise ValueError(f"monitor: the history has no {self.monitor}; give fit a metric or validation_data")
        if history.epochs == 1:  # a new run
            self.best, self.waited, self.best_state = math.inf, 0, {}
        now = -recorded[-1] if "metric" in self.monitor else recorded[-1]
        if now < self.best - self.min_delta:
            self.best, self.waited, self.best_state = now, 0, model.state_dict()
            return False
        self.waited += 1
        if self.waited < self.patience:
            return False
        if self.restore_best and self.best_state:
            model.load_state_dict(self.best_state)
        return True


def fit(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = None,
    seed: int | Random | None = 0,
    metric: Metric | None = None,
    validation_data: tuple[Any, Any] | None = None,
    scheduler: LRScheduler | ReduceLROnPlateau | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool = True,
) -> History:
    """Train a model on samples X (a list of rows) and targets y; returns the History.

    X and y may be lists, arrays, DataFrames or Series. What is not a finite number in them is an error that names its row and
    column, before anything has changed.

    Each epoch goes once through all samples, in an order shuffled by `seed`, in batches of `batch_size`
    (None: all at once). `metric(outputs, targets)` is a number such as `accuracy`. A callback
    `callback(model, history)` is called after each epoch, and stops the training if it returns True.
    The scheduler steps once an epoch, a ReduceLROnPlateau by the validation loss, or the loss if there is none.

    Ctrl-C ends the training, not the program: the history so far is returned, with `interrupted` set.
    A loss that is NaN or infinite is an ArithmeticError that says in which epoch.

    >>> from nn import MLP, MSELoss
    >>> from nn.optim import SGD
    >>> net = MLP(1, [1], seed=0)
    >>> history = fit(net, [[0.0], [1.0]], [1.0, 3.0], loss=MSELoss(), optimizer=SGD(net.parameters(), lr=0.5),
    ...               epochs=100, progress=False)
    >>> round(net([2.0]).data, 3)
    5.0
    """
    X, y = checked_data(X, y)
    held_out = None if validation_data is None else _checked_pair(validation_data, X[0])
    check_parts(model, loss, optimizer, metric)
    check_widths(model, X, y, loss)
    if held_out is not None:
        check_widths(model, *held_out, loss, "validation_data: ")
    _check_followers(scheduler, callbacks)
    checked_integer("epochs", epochs, at_least=1)
    if batch_size is not None:
        checked_integer("batch_size", batch_size, at_least=1)
    order = generator(seed)
    history = History()
    try:
        with in_training(model), ProgressBar(epochs, "epoch", progress) as bar:
            for epoch in range(1, epochs + 1):
                steps = training_steps(model, X, y, loss, optimizer, batch_size, order, epoch)
                reached = {"lr": optimizer.lr, **_train(steps, len(X), loss, metric, bar)}
                if held_out is not None:
                    reached.update(_validate(model, *held_out, loss, metric))
                history.append(reached)
                _step(scheduler, history)
                bar.update()
                bar.set_postfix({name: f"{number:.4g}" for name, number in reached.items()})
                if [callback for callback in callbacks if callback(model, history) is True]:  # all of them see the epoch
                    history.stopped_early = True
                    break
    except KeyboardInterrupt:
        history.interrupted = True
    return history


@contextmanager
def in_training(model: Module) -> Iterator[None]:
    """All modules behave as in training; afterwards each as it did before."""
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def _train(steps: Iterator[Step], samples: int, loss: Loss, metric: Metric | None, bar: ProgressBar) -> dict[str, float]:
    """One epoch of steps; what it reached, on the outputs as they were before each step."""
    outputs: list[Any] = []
    targets: list[Any] = []
    total = 0.0
    for cost, scores, wanted in steps:
        bar.show()
        total += cost.data * (1 if loss.reduction == "sum" else len(wanted))
        outputs += plain(scores)
        targets += wanted
    reached = {"loss": total if loss.reduction == "sum" else total / samples}
    if metric is not None:
        reached["metric"] = metric(outputs, targets)
    return reached


def training_steps(
    model: Module, X: Any, y: Any, loss: Loss, optimizer: Optimizer, batch_size: int | None, order: Random, epoch: int
) -> Iterator[Step]:
    """One epoch, step by step: the loss, the outputs and the targets of each batch.

    Each is given when the gradients are there and the update is yet to come; it comes when the next is asked for.
    """
    for rows, wanted in batches(X, y, batch_size or len(X), shuffle=batch_size is not None, random_state=order):
        with enable_grad():
            scores = [model(row) for row in rows]
            cost = loss(scores, wanted)
        _refuse_divergence(cost, epoch)
        optimizer.zero_grad()
        cost.backward()
        yield cost, scores, wanted
        optimizer.step()


def _validate(model: Module, X: Any, y: Any, loss: Loss, metric: Metric | None) -> dict[str, float]:
    model.eval()
    try:
        with no_grad():
            outputs = [model(row) for row in X]
            reached = {"val_loss": loss(outputs, y).data}
            if metric is not None:
                reached["val_metric"] = metric(outputs, y)
            return reached
    finally:
        model.train()


def checked_data(X: Any, y: Any, name: str = "") -> tuple[list[Any], list[Any]]:
    """Samples and targets as lists, if there are as many of both, at least one, and all are alike and finite numbers.

    `name` is of the argument that holds both, if there is one.
    """
    rows, targets = checked_list(f"{name}X", X), checked_list(f"{name}y", one_column(y))
    who = name or "X, y: "
    if len(rows) != len(targets):
        raise ValueError(
            f"{who}expected one target for each sample, got {counted(len(rows), 'sample')} and {counted(len(targets), 'target')}"
        )
    if not rows:
        raise ValueError(f"{who}there is no data")
    kinds = [isinstance(row, list) for row in rows]
    if len(set(kinds)) > 1:
        places = " and ".join(f"row {i}" for i in sorted((kinds.index(True), kinds.index(False))))
        raise ValueError(f"{who}all samples must be rows or all single numbers, got both, in {places} (counted from 0)")
    first, *others = [(i, len(row)) for i, row in enumerate(rows) if isinstance(row, list)] or [(0, 0)]
    for i, width in others:
        if width != first[1]:
            got = f"{first[1]} in row {first[0]} and {width} in row {i} (counted from 0)"
            raise ValueError(f"{who}all samples must have the same number of features, got {got}")
    check_finite(f"{name}X", rows, _columns(X))
    for i, target in enumerate(targets):
        if isinstance(target, str):
            raise TypeError(
                f"{name}y: expected numbers, got the text {target!r} in row {i} (counted from 0): "
                "number the classes, such as y = [names.index(label) for label in y]"
            )
    check_finite(f"{name}y", targets, _columns(y))
    return rows, targets


def _columns(table: Any) -> list[Any] | None:
    """What a DataFrame calls its columns."""
    return list(table.columns) if hasattr(table, "columns") else None


def _checked_pair(data: Any, sample: Any) -> tuple[list[Any], list[Any]]:
    """Validation data, whose samples must be like this one."""
    if not isinstance(data, (list, tuple)) or len(data) != 2:
        raise ValueError(f"validation_data must be a pair (X, y), got {type(data).__name__}")
    X, y = checked_data(data[0], data[1], "validation_data: ")
    expected, got = (
        f"samples of {counted(len(row), 'number')}" if isinstance(row, list) else "single numbers" for row in (sample, X[0])
    )
    if expected != got:
        raise ValueError(f"validation_data: expected {expected}, as in X, got {got}")
    return X, y


def check_parts(model: Any, loss: Any, optimizer: Any, metric: Any) -> None:
    """Find what cannot work before the first step, while nothing has changed."""
    checked_module("model", model)
    if not isinstance(loss, Loss):
        raise TypeError(f"loss must be a Loss, such as nn.MSELoss(), got {loss!r}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an Optimizer, such as nn.optim.Adam(model.parameters()), got {optimizer!r}")
    parameters = model.parameters()
    if parameters and set(parameters).isdisjoint(optimizer.params):
        raise ValueError("optimizer must hold parameters of the model, got one made for another: make it from model.parameters()")
    if metric is not None and not callable(metric):
        raise TypeError(f"metric must be a function of outputs and targets, such as nn.accuracy, got {metric!r}")


def _check_followers(scheduler: Any, callbacks: Any) -> None:
    if scheduler is not None and not isinstance(scheduler, (LRScheduler, ReduceLROnPlateau)):
        raise TypeError(f"scheduler must be one of nn.lr_scheduler, got {scheduler!r}")
    if not isinstance(callbacks, (list, tuple)) or not all(map(callable, callbacks)):
        raise TypeError(f"callbacks must be a list of functions, got {callbacks!r}")


def _refuse_divergence(cost: Any, epoch: int) -> None:
    if type(cost) is not Value:
        raise TypeError(f"loss must give one Value, got {type(cost).__name__}: use reduction='mean' or 'sum'")
    if not math.isfinite(cost.data):
        raise Diverged(f"the loss is {cost.data} in epoch {epoch}: a smaller learning rate may help")


def _step(scheduler: LRScheduler | ReduceLROnPlateau | None, history: History) -> None:
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step((history.val_loss or history.loss)[-1])
    elif scheduler is not None:
        scheduler.step()


class ProgressBar:
    """A bar that counts to `total`, or nothing; it appears once the first batch has a loss, so an error before stands alone."""

    def __init__(self, total: int, unit: str, progress: bool) -> None:
        self.total, self.unit, self.progress = total, unit, progress
        self._bar: Any = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self) -> None:
        """Let it appear, if it has not yet."""
        if self.progress and self._bar is None:
            from tqdm.auto import tqdm

            self._bar = threadless_bar(tqdm, total=self.total, unit=self.unit)

    def update(self) -> None:
        """Count one."""
        self.show()
        if self._bar is not None:
            self._bar.update()

    def set_postfix(self, numbers: dict[str, str]) -> None:
        """Write these numbers behind it."""
        if self._bar is not None:
            self._bar.set_postfix(numbers)
