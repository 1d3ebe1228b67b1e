"""The steps of a training, batch by batch, on the eager engine."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from autograd import Value, enable_grad, no_grad
from autograd.extend import same_shape, tree_leaves
from nn._check import plain_lists
from nn._restoring import unchanged
from nn.data import batches
from nn.losses import Loss
from nn.metrics import plain
from nn.module import Module, in_mode
from nn.optim import Optimizer

Metric = Callable[[Sequence[Any], Sequence[Any]], float]


class Batch(NamedTuple):
    """The loss of a batch, its outputs and its targets."""

    loss: float
    outputs: list[Any]
    targets: list[Any]


class Diverged(ArithmeticError):
    """The loss of a training step is NaN or infinite."""


class Run(NamedTuple):
    """What is trained, on what, and how."""

    model: Module
    X: list[Any]
    y: list[Any]
    loss: Loss
    optimizer: Optimizer
    batch_size: int | None
    metric: Metric | None = None
    held_out: tuple[list[Any], list[Any]] | None = None


class EagerTraining:
    """The engine of `fit`: the steps of an epoch, with plain outputs for the metric, and validation.

    `write` brings parameters and optimizer up to date with the last step, before anybody looks at them; `read` picks
    up changes made to them. Eager training has nothing to do for either.
    """

    def __init__(self, run: Run, reason: str = "") -> None:
        self.run, self._reason = run, reason

    def steps(self, order: Random, epoch: int) -> Iterator[Batch]:
        """One epoch: yields each batch once its gradients are computed, and updates when the next one is asked for."""
        run = self.run
        size, shuffle = run.batch_size or len(run.X), run.batch_size is not None
        for i, (rows, wanted) in enumerate(batches(run.X, run.y, size, shuffle=shuffle, random_state=order)):
            batch = self.batch(rows, wanted, epoch)
            if epoch == 1 and i == 0:
                self._check_held_out()
            if self._reason:  # only once the first batch has shown that training works at all
                warnings.warn(f"fit trains without compiling: {self._reason}", stacklevel=6)
                self._reason = ""
            yield batch if run.metric is None else batch._replace(outputs=plain(batch.outputs))
            run.optimizer.step()

    def batch(self, rows: Sequence[Any], targets: list[Any], epoch: int) -> Batch:
        """Compute the outputs, the loss and the gradients of a batch."""
        run = self.run
        with enable_grad():
            scores = [run.model(row) for row in rows]
            cost = run.loss(scores, targets)
        if type(cost) is float:
            why = "the outputs of the model are plain numbers, so no gradient reaches its parameters: don't use .data in forward"
            if any(type(score) is Value for score in tree_leaves(scores)):
                why = "the outputs of the model are Values: compute the loss from them, without .data"
            raise TypeError(f"loss must return one Value, got {cost!r}: {why}")
        if type(cost) is not Value:
            raise TypeError(f"loss must return one Value, got {type(cost).__name__}: use reduction='mean' or 'sum'")
        if not math.isfinite(cost.data):
            raise Diverged(f"the loss is {cost.data} in epoch {epoch}: a smaller learning rate may help")
        run.optimizer.zero_grad()
        cost.backward()
        return Batch(cost.data, scores, targets)

    def _check_held_out(self) -> None:
        """An error, before anything changes, if the loss does not take the model's output with targets of the validation data."""
        if self.run.held_out is None:
            return
        model, (X, y) = self.run.model, self.run.held_out
        y = [target for target in y if same_shape(target, y[0])]  # those of longer sequences have other outputs
        with unchanged(*map(vars, model.modules())), in_mode(model, training=False), no_grad():
            output = plain(model(plain_lists(X[0])))
            try:
                self.run.loss([output] * len(y), y)
            except (TypeError, ValueError) as error:
                raise type(error)(f"validation_data: {error}") from None

    def validation(self) -> dict[str, float]:
        """The loss, and the metric if there is one, of the validation data."""
        model, loss, metric = self.run.model, self.run.loss, self.run.metric
        X, y = self.run.held_out or ([], [])
        with in_mode(model, training=False), no_grad():
            outputs = [model(row) for row in plain_lists(X)]  # copies, which the model may change
            reached = {"val_loss": plain(loss(outputs, y))}
            return reached if metric is None else {**reached, "val_metric": metric(plain(outputs), y)}

    def write(self) -> None:
        """Bring parameters and optimizer up to date with the last step."""

    def is_outdated(self) -> bool:
        """True if training has to be set up anew, since something that the model reads has changed."""
        return False

    def read(self) -> bool:
        """Pick up changes made to parameters and optimizer; False if one was frozen or unfrozen, which needs a new start."""
        return True
