"""Training: `fit`, a loop over mini-batches with a progress bar, early stopping, and a history."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from dis import get_instructions
from random import Random
from types import CodeType, FunctionType
from typing import Any, Literal

from autograd import CompileError
from autograd.extend import any_number, checked_choice, checked_flag, checked_integer, counted, finite_from_zero, threadless_bar
from nn._cards import series_card
from nn._check import generator
from nn._chunks import Chunks
from nn._data_checks import check_labels, check_widths, checked_run, checked_validation_data
from nn._eager_training import EagerTraining, Metric, Run
from nn._interrupts import never_half
from nn.foreign_names import advising
from nn.losses import Loss
from nn.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR, ReduceLROnPlateau, SequentialLR
from nn.metrics import accuracy
from nn.module import Module, in_mode
from nn.optim import Optimizer

Callback = Callable[[Module, "History"], object]
# Approximate time of eager training per sample and epoch, what each parameter adds to it, and the time to compile, per
# parameter. To a step a parameter adds twice as much as to a sample. A compiled step takes a tenth of an eager one's time with
# NumPy and a hundredth with Numba, which takes a second to load, and longer on its first use on a machine.
SAMPLE_SECONDS, PARAMETER_SECONDS, COMPILING_SECONDS = 3e-5, 3e-7, 6e-5
MIN_SECONDS, MIN_NUMBA_SECONDS = 2.0, 20.0


@dataclass
class History:
    """How a training run went: lists with one number per epoch, empty for what was not requested.

    `interrupted` is True after Ctrl-C; the lists and the model then hold the progress made.

    >>> import nn
    >>> neuron = nn.Neuron(1, seed=0)
    >>> optimizer = nn.optim.SGD(neuron.parameters(), lr=0.1)
    >>> history = nn.fit(neuron, [[0.0], [1.0]], [1.0, 3.0], loss=nn.MSELoss(), optimizer=optimizer, epochs=3, progress=False)
    >>> history.epochs, history.loss[2] < history.loss[0], history.val_loss
    (3, True, [])
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
        """The number of completed epochs."""
        return len(self.loss)

    def _repr_html_(self) -> str:
        named = {"loss": self.loss, "metric": self.metric, "val. loss": self.val_loss, "val. metric": self.val_metric}
        columns = {name: column for name, column in {**named, "learning rate": self.lr}.items() if column}
        ended = ", interrupted" * self.interrupted + ", stopped early" * self.stopped_early
        return series_card(f"{counted(self.epochs, 'epoch')}{ended}", "epoch", columns)


class EarlyStopping:
    """A callback that stops training once `monitor` has not improved by more than `min_delta` for `patience` epochs.

    `monitor` names a list of the History; lower is better, except for "metric" and "val_metric", where higher is. With
    `restore_best` the model gets back the parameters of its best epoch when this callback stops the training; a run that
    completes all epochs keeps the last ones. It needs "val_loss" or "val_metric", since the training loss and metric are
    measured before each step.

    >>> import nn
    >>> neuron = nn.Neuron(1, seed=0)
    >>> options = {"loss": nn.MSELoss(), "optimizer": nn.optim.SGD(neuron.parameters(), lr=0.1), "progress": False}
    >>> data, validation_data = ([[0.0], [1.0]], [1.0, 3.0]), ([[0.5]], [1.0])
    >>> history = nn.fit(
    ...     neuron, *data, validation_data=validation_data, epochs=100, callbacks=[EarlyStopping(patience=3)], **options
    ... )
    >>> history.stopped_early, history.epochs < 100
    (True, True)
    """

    @advising
    def __init__(
        self, patience: int = 10, *, monitor: str = "val_loss", min_delta: float = 0.0, restore_best: bool = True
    ) -> None:
        checked_integer("patience", patience, at_least=1)
        checked_choice("monitor", monitor, ("loss", "val_loss", "metric", "val_metric"))
        finite_from_zero("min_delta", min_delta)
        if checked_flag("restore_best", restore_best) and not monitor.startswith("val_"):
            raise ValueError(f"restore_best needs monitor='val_loss' or 'val_metric', got {monitor!r}")
        self.patience, self.monitor, self.min_delta, self.restore_best = patience, monitor, min_delta, restore_best
        self._restart()

    def _restart(self) -> None:
        self.best, self.waited = math.inf, 0
        self.best_state: dict[str, Any] = {}

    def check(self, validated: bool, measured: bool) -> None:
        """ValueError unless `fit`, with validation data and a metric or without, records what is monitored."""
        missing = [] if validated or not self.monitor.startswith("val_") else ["validation_data"]
        missing += [] if measured or "metric" not in self.monitor else ["metric"]
        if missing:
            raise ValueError(f"callbacks: EarlyStopping monitors {self.monitor}, for which fit needs {' and '.join(missing)}")

    def __call__(self, model: Module, history: History) -> bool:
        self.check(bool(history.val_loss), bool(history.metric))  # fit does, but for one inside another function
        recorded = getattr(history, self.monitor)
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


@advising
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
    compiled: bool | Literal["auto"] = "auto",
) -> History:
    """Train a model on samples X (a list of rows) and targets y; returns the History.

    X and y may be lists, arrays, DataFrames or Series. A number in them that is not finite is an error that names its row
    and column, before anything changes. A sample may also be a sequence of any length, a list of lists, for a `forward`
    of your own that goes through it. X may also be a Dask array, one row per sample, whose chunks are computed where they are
    stored: all of them for each step, or with a `batch_size` the one or few that hold the batch, since then whole chunks are
    shuffled, and the rows within each. `X.persist()` keeps it in the memory of the workers.

    Each epoch goes once through all samples, in an order shuffled by `seed`, in batches of `batch_size`
    (None: all at once). `metric(outputs, targets)` returns a number, as `accuracy` does. Each of `callbacks` is called as
    `callback(model, history)` after every epoch, and stops the training if it returns True.
    The scheduler steps once per epoch, a ReduceLROnPlateau on the validation loss, or the loss if there is none.

    Ctrl-C ends the training, not the program: the history so far is returned, with `interrupted` set.
    A loss that is NaN or infinite is an ArithmeticError that names the epoch. Any error that ends the training carries the
    history so far in its attribute `history`.

    Training is `compiled` if it is long enough to benefit: the loss is recorded once, for one sample, and computed for all
    samples of a batch side by side, with the same numbers up to rounding. What cannot be compiled, such as a model with a
    Python branch on its numbers, is trained eagerly, with a warning that says why; with compiled=True it is a CompileError.
    While an epoch runs, parameters lag behind; they are up to date for callbacks and schedulers, and at the end.
    Values that `forward` keeps in attributes are not there afterwards: call the model for them.

    >>> from nn import MLP, MSELoss
    >>> from nn.optim import SGD
    >>> net = MLP(1, [1], seed=0)
    >>> history = fit(net, [[0.0], [1.0]], [1.0, 3.0], loss=MSELoss(), optimizer=SGD(net.parameters(), lr=0.5),
    ...               epochs=100, progress=False)
    >>> round(net([2.0]).data, 3)
    5.0
    """
    columns = getattr(X, "columns", None)
    X, y = checked_run(model, X, y, loss, optimizer, batch_size, metric)
    held_out = None if validation_data is None else checked_validation_data(validation_data, X[0], columns)
    if held_out is not None:
        check_widths(model, *held_out, loss, "validation_data: ")
        check_labels(model, held_out[1], metric, "validation_data: ")
    if not isinstance(callbacks, (list, tuple)) or not all(map(callable, callbacks)):
        raise TypeError(f"callbacks must be a list of functions, got {callbacks!r}")
    for callback in callbacks:
        if isinstance(callback, type):
            raise TypeError(f"callbacks must be functions, got a class: write {callback.__name__}()")
        if isinstance(callback, EarlyStopping):
            callback.check(held_out is not None, metric is not None)
    checked_integer("epochs", epochs, at_least=1)
    if scheduler is not None:
        _check_scheduler(scheduler, optimizer, epochs)
    if compiled != "auto" and not isinstance(compiled, bool):
        raise TypeError(f"compiled must be True, False or 'auto', got {compiled!r}")
    if compiled is False and isinstance(X, Chunks):
        raise ValueError("compiled must be True or 'auto' for Dask arrays, got False")
    run = Run(model, X, y, loss, optimizer, batch_size, metric, held_out)
    history = History()
    try:
        with in_mode(model, training=True), progress_bar(epochs, "epoch", progress) as advance:
            _train(run, compiled, epochs, generator(seed), scheduler, callbacks, history, advance)
    except KeyboardInterrupt:
        history.interrupted = True
    except Exception as error:
        error.history = history  # type: ignore[attr-defined]
        raise
    return history


def _check_scheduler(scheduler: Any, optimizer: Optimizer, epochs: int) -> None:
    if not isinstance(scheduler, (LRScheduler, ReduceLROnPlateau)):
        raise TypeError(f"scheduler must be from nn.lr_scheduler, got {scheduler!r}")
    if scheduler.optimizer is not optimizer:
        write = f"write {type(scheduler).__name__}(optimizer, …)"
        raise ValueError(f"scheduler must have the optimizer passed to fit, got one with a different optimizer: {write}")
    if isinstance(scheduler, OneCycleLR) and (left := scheduler.total_steps - scheduler.last_epoch) < epochs:
        has = f"this OneCycleLR has {left} left: raise its total_steps"
        raise ValueError(f"scheduler: {epochs} epochs need as many steps, but {has}")


def _is_true(answer: Any) -> bool:
    """True if a callback returned True, or NumPy's, which is not a bool; anything else it returns is ignored."""
    return answer is True or (type(answer).__module__ == "numpy" and type(answer).__name__ in ("bool", "bool_") and bool(answer))


def _train(
    run: Run,
    compiled: bool | str,
    epochs: int,
    order: Random,
    scheduler: LRScheduler | ReduceLROnPlateau | None,
    callbacks: Sequence[Callback],
    history: History,
    advance: Callable[..., None],
) -> None:
    """Run the epochs, and append the numbers of each to `history`."""
    training = _started(run, compiled, epochs)
    looked_at = bool(callbacks) or may_look(scheduler)
    # A metric or a scheduler may set something that the model reads.
    may_change_model = looked_at or scheduler is not None or run.metric is not None
    try:
        for epoch in range(1, epochs + 1):
            reached = {"lr": run.optimizer.lr, **_epoch(training, order, epoch, advance)}
            if run.held_out is not None:
                reached.update(training.validation())
            for name, number in reached.items():
                getattr(history, name).append(any_number("the result of metric", number))
            if looked_at:
                training.write()
            if isinstance(scheduler, ReduceLROnPlateau):
                scheduler.step((history.val_loss or history.loss)[-1])
            elif scheduler is not None:
                scheduler.step()
            advance(1, **{name: f"{getattr(history, name)[-1]:.4g}" for name in reached})
            answers = [callback(run.model, history) for callback in callbacks]  # a list, so that every callback is called
            if (may_change_model and training.is_outdated()) or (looked_at and not training.read()):
                if not looked_at:
                    training.write()
                training = _started(run, compiled, epochs)
            if any(map(_is_true, answers)):
                history.stopped_early = True
                break
    finally:
        never_half(training.write)


def _started(run: Run, compiled: bool | str, epochs: int) -> EagerTraining:
    """The training to start with: compiled if that is wanted and possible."""
    parameters = len(run.optimizer.params)
    samples, batches = len(run.X), math.ceil(len(run.X) / (run.batch_size or len(run.X)))
    eager = epochs * (samples * SAMPLE_SECONDS + (samples + 2 * batches) * parameters * PARAMETER_SECONDS)
    seconds = eager - parameters * COMPILING_SECONDS  # the most that compiling can save
    if isinstance(run.X, Chunks):
        compiled = True
    if compiled is False or (compiled == "auto" and seconds < MIN_SECONDS):
        return EagerTraining(run)
    reason = 'it needs NumPy 2: pip install "scalar-autograd[compile]"'
    try:
        from nn._compiled_training import CompiledTraining
    except ImportError:
        if compiled is True:
            raise ImportError(f"compiled=True: {reason}") from None
        return EagerTraining(run, reason)
    try:
        return CompiledTraining(run, "numpy" if compiled == "auto" and seconds < MIN_NUMBA_SECONDS else "auto")
    except CompileError as error:
        if compiled is True:
            raise
        return EagerTraining(run, str(error))


def _epoch(training: EagerTraining, order: Random, epoch: int, advance: Callable[..., None]) -> dict[str, float]:
    """Run the steps of one epoch; returns its loss and metric, from the outputs before each step."""
    loss, metric = training.run.loss, training.run.metric
    outputs: list[Any] = []
    targets: list[Any] = []
    total, samples = 0.0, 0
    for cost, scores, wanted in training.steps(order, epoch):
        advance(0)
        total += cost * (1 if loss.reduction == "sum" else len(wanted))
        samples += len(wanted)
        if metric is not None:
            outputs += scores
            targets += wanted
    reached = {"loss": total if loss.reduction == "sum" else total / samples}
    if metric is None:
        return reached
    if metric is not accuracy:
        training.write()  # the metric may look at the model
    return {**reached, "metric": metric(outputs, targets)}


def may_look(scheduler: Any) -> bool:
    """True if a scheduler may look at parameters, so that compiled training has to write them back for it.

    The schedulers of nn.lr_scheduler only set rates, but some call functions of the user's.
    """
    if type(scheduler) is LambdaLR:
        return not all(map(knows_numbers_alone, scheduler.lr_lambdas))
    if scheduler is None or type(scheduler) is SequentialLR:
        return any(map(may_look, scheduler.schedulers if scheduler else ()))
    return type(scheduler).__module__ != LRScheduler.__module__


def knows_numbers_alone(function: Any) -> bool:
    """True if it is a function that refers only to numbers, text, `math` and functions of numbers."""
    if type(function) is not FunctionType or any(isinstance(item, CodeType) for item in function.__code__.co_consts):
        return False
    steps = [(step.opname, step.argval) for step in get_instructions(function)]
    names = [name for op, name in steps if op.startswith("LOAD_GLOBAL")]
    outer = [function.__globals__.get(name, getattr(builtins, name, None)) for name in names]
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    known = (math, abs, bool, divmod, float, int, max, min, pow, range, round, sum)
    imports = any(op.startswith("IMPORT") for op, _ in steps)
    return not imports and all(
        isinstance(item, (bool, int, float, str)) or any(item is one for one in known) for item in (*cells, *outer, *defaults)
    )


@contextmanager
def progress_bar(total: int, unit: str, progress: bool) -> Iterator[Callable[..., None]]:
    """A bar that counts to `total`, or none if not `progress`; it appears at the first `advance`.

    So an error before the first batch's loss shows no bar. `advance(1, loss="0.5")` counts one and writes the loss after
    the bar.
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
