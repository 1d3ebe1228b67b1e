"""Training: `fit`, a loop over mini-batches with a progress bar, early stopping, and a history."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from autograd import Value, enable_grad, no_grad
from autograd.extend import checked_choice, checked_integer, threadless_bar
from nn._check import generator
from nn._data_checks import check_widths, checked_run, checked_validation_data
from nn.data import batches
from nn.losses import Loss
from nn.lr_scheduler import LRScheduler, ReduceLROnPlateau
from nn.metrics import plain
from nn.module import Module, in_mode
from nn.optim import Optimizer

Metric = Callable[[Sequence[Any], Sequence[Any]], float]
Callback = Callable[[Module, "History"], object]
Batch = tuple[Value, list[Any], list[Any]]  # its loss, outputs and targets


@dataclass
class History:
    """How a training run went: one number per epoch in each list, empty where nothing was asked for.

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


class Diverged(ArithmeticError):
    """The loss of a training step is NaN or infinite."""


class EarlyStopping:
    """A callback that stops training once `monitor` has not improved by more than `min_delta` for `patience` epochs.

    `monitor` names a list of the History; lower is better, but for "metric" and "val_metric" higher. With `restore_best`
    the model gets the parameters of its best epoch back when training stops. That needs "val_loss" or "val_metric", since
    the numbers of the training are measured before each step.
    """

    def __init__(
        self, patience: int = 10, *, monitor: str = "val_loss", min_delta: float = 0.0, restore_best: bool = True
    ) -> None:
        checked_integer("patience", patience, at_least=1)
        checked_choice("monitor", monitor, ("loss", "val_loss", "metric", "val_metric"))
        if restore_best and not monitor.startswith("val_"):
            raise ValueError(f"restore_best needs monitor='val_loss' or 'val_metric', got {monitor!r}")
        self.patience, self.monitor, self.min_delta, self.restore_best = patience, monitor, min_delta, restore_best
        self._restart()

    def _restart(self) -> None:
        self.best, self.waited = math.inf, 0
        self.best_state: dict[str, Any] = {}

    def __call__(self, model: Module, history: History) -> bool:
        recorded = getattr(history, self.monitor)
        if not recorded:
            raise ValueError(f"monitor: the history has no {self.monitor}; give fit a metric or validation_data")
        if history.epochs == 1:  # a new run
            self._restart()
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

    X and y may be lists, arrays, DataFrames or Series. A number in them that is not finite is an error that names its row
    and column, before anything has changed.

    Each epoch goes once through all samples, in an order shuffled by `seed`, in batches of `batch_size`
    (None: all at once). `metric(outputs, targets)` is a number such as `accuracy`. Each of `callbacks` is called as
    `callback(model, history)` after every epoch, and stops the training if it returns True.
    The scheduler steps once per epoch, a ReduceLROnPlateau by the validation loss, or the loss if there is none.

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
    X, y = checked_run(model, X, y, loss, optimizer, batch_size, metric)
    held_out = None if validation_data is None else checked_validation_data(validation_data, X[0])
    if held_out is not None:
        check_widths(model, *held_out, loss, "validation_data: ")
    if scheduler is not None and not isinstance(scheduler, (LRScheduler, ReduceLROnPlateau)):
        raise TypeError(f"scheduler must be one of nn.lr_scheduler, got {scheduler!r}")
    if not isinstance(callbacks, (list, tuple)) or not all(map(callable, callbacks)):
        raise TypeError(f"callbacks must be a list of functions, got {callbacks!r}")
    checked_integer("epochs", epochs, at_least=1)
    order, history = generator(seed), History()
    try:
        with in_mode(model, training=True), progress_bar(epochs, "epoch", progress) as advance:
            for epoch in range(1, epochs + 1):
                steps = training_steps(model, X, y, loss, optimizer, batch_size, order, epoch)
                reached = {"lr": optimizer.lr, **_train(steps, len(X), loss, metric, advance)}
                if held_out is not None:
                    reached.update(_validate(model, *held_out, loss, metric))
                for name, number in reached.items():
                    getattr(history, name).append(number)
                if isinstance(scheduler, ReduceLROnPlateau):
                    scheduler.step((history.val_loss or history.loss)[-1])
                elif scheduler is not None:
                    scheduler.step()
                advance(1, **{name: f"{number:.4g}" for name, number in reached.items()})
                if [callback for callback in callbacks if callback(model, history) is True]:  # all of them see the epoch
                    history.stopped_early = True
                    break
    except KeyboardInterrupt:
        history.interrupted = True
    return history


def _train(
    steps: Iterator[Batch], samples: int, loss: Loss, metric: Metric | None, advance: Callable[..., None]
) -> dict[str, float]:
    """One epoch of steps; its loss and metric, of the outputs as they were before each step."""
    outputs: list[Any] = []
    targets: list[Any] = []
    total = 0.0
    for cost, scores, wanted in steps:
        advance(0)
        total += cost.data * (1 if loss.reduction == "sum" else len(wanted))
        outputs += plain(scores)
        targets += wanted
    reached = {"loss": total if loss.reduction == "sum" else total / samples}
    return reached if metric is None else {**reached, "metric": metric(outputs, targets)}


def _validate(model: Module, X: Any, y: Any, loss: Loss, metric: Metric | None) -> dict[str, float]:
    with in_mode(model, training=False), no_grad():
        outputs = [model(row) for row in X]
        reached = {"val_loss": loss(outputs, y).data}
        return reached if metric is None else {**reached, "val_metric": metric(outputs, y)}


def training_steps(
    model: Module, X: Any, y: Any, loss: Loss, optimizer: Optimizer, batch_size: int | None, order: Random, epoch: int
) -> Iterator[Batch]:
    """One epoch, step by step: yields each batch once its gradients are there; the update comes when the next is asked for."""
    for rows, wanted in batches(X, y, batch_size or len(X), shuffle=batch_size is not None, random_state=order):
        with enable_grad():
            scores = [model(row) for row in rows]
            cost = loss(scores, wanted)
        if type(cost) is not Value:
            raise TypeError(f"loss must give one Value, got {type(cost).__name__}: use reduction='mean' or 'sum'")
        if not math.isfinite(cost.data):
            raise Diverged(f"the loss is {cost.data} in epoch {epoch}: a smaller learning rate may help")
        optimizer.zero_grad()
        cost.backward()
        yield cost, scores, wanted
        optimizer.step()


@contextmanager
def progress_bar(total: int, unit: str, progress: bool) -> Iterator[Callable[..., None]]:
    """A bar that counts to `total`, or nothing if not `progress`; it appears at the first `advance`.

    So an error before the first batch has a loss is shown without a bar. `advance(1, loss="0.5")` counts one and writes
    the loss behind the bar.
    """
    bar: Any = None

    def advance(count: int = 1, **numbers: str) -> None:
        nonlocal bar
        if progress and bar is None:
            from tqdm.auto import tqdm

            bar = threadless_bar(tqdm, total=total, unit=unit)
        if bar is not None:
            bar.update(count)
            if numbers:
                bar.set_postfix(numbers)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.close()
