"""The steps of a training, batch by batch, as compiled programs on a flat array of parameters."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from random import Random
from typing import Any

import numpy

from autograd import CompileError, Value, no_grad
from autograd.compiler.batch_loss import BatchLoss, Sums
from autograd.extend import drawn_again, same_shape, tree_leaves, tree_leaves_like, tree_map
from nn._check import plain_lists
from nn._chunks import Chunks
from nn._eager_training import Batch, Diverged, EagerTraining, Run
from nn._flat_parameters import FlatParameters
from nn._restoring import unchanged
from nn.data import batch_indices
from nn.losses import Loss
from nn.metrics import accuracy, plain
from nn.module import in_mode

CHECKED_SAMPLES = 10  # of which the outputs are compared with the model's own
SUMS_UP = ("forward", "elements", "pairs", "shares", "row", "element")  # the methods that make a loss a sum over samples


class CompiledTraining(EagerTraining):
    """Records the loss of one sample, and computes it for all samples of a batch side by side.

    A batch whose loss or gradient is not finite is computed eagerly as well, for the same behaviour and the same messages.
    CompileError says in one sentence why a run cannot be compiled.
    """

    def __init__(self, run: Run, executor: str) -> None:
        super().__init__(run)
        self.executor = executor
        _check_loss(run.loss)
        self.samples = _Samples(run.X, run.y)
        self.held_out = None if run.held_out is None else _Samples(*run.held_out)
        recorded = [vars(module) for module in (*run.model.modules(), run.loss)]
        with unchanged(*recorded):  # neither engine must start with what recording left behind
            self._start()
            # Numbers that `forward` assigns stay, since the program was recorded with them.
            known = set(self.program.program.captured)
            numbers = [{name: held for name, held in own.items() if not _is_of_trace(held, known)} for own in recorded]
            self._check_outputs()
        for own, assigned in zip(recorded, numbers, strict=True):
            own.update(assigned)

    def _start(self) -> None:
        """Record the loss with a gradient, as in training, and without one, as in validation."""
        run = self.run
        program = _recorded(run, self.samples, True, self.executor)
        reached = {program.captured[place]: i for i, place in enumerate(program.reached)}
        moved = [p for p in run.optimizer.params if p in reached]
        if not moved:
            raise CompileError("no gradient reaches a parameter that the optimizer holds")
        # In the optimizer's order, in which it moves them all at once.
        leaves = list(dict.fromkeys([*moved, *reached]))
        self.flat = FlatParameters(leaves, run.optimizer)
        self.order = numpy.array([reached[p] for p in leaves])
        self.program = _OnFlat(program, self.flat)
        self.samples.weigh(run.loss, program.outputs)
        if self.held_out is not None:
            try:
                with in_mode(run.model, training=False):
                    validated = _recorded(run, self.held_out, False, self.executor)
                self.held_out.weigh(run.loss, validated.outputs)
            except CompileError as error:
                raise CompileError(f"validation_data: {error}") from None
            self.validated = _OnFlat(validated, self.flat)
            if math.isnan(self._divisor(self.held_out, None)):
                self._check_held_out()
        self.trained = [p.requires_grad for p in program.captured]

    def _check_outputs(self) -> None:
        """CompileError if for some of the samples the program gives other outputs than the model.

        Its inputs were Values when it was recorded, and Python finds no Value in a set or dict of numbers.
        """
        run = self.run
        if isinstance(run.X, Chunks) or self.program.program.draws:
            return
        part = [*range(0, len(run.X), math.ceil(len(run.X) / CHECKED_SAMPLES))]
        found = self.program.outputs_of(self.program.sums(self.samples, part, True))
        with no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = [plain(run.model(row)) for row in plain_lists([run.X[i] for i in part])]
        one, other = (numpy.array(tree_leaves(outputs), float) for outputs in (found, expected))
        if one.shape != other.shape or not numpy.allclose(one, other, rtol=1e-4, atol=1e-6, equal_nan=True):
            raise CompileError(
                f"{type(run.model).__name__} returns something else when recorded than when called: its inputs are Values then, "
                "which sets, dicts and isinstance don't treat as numbers"
            )

    def steps(self, order: Random, epoch: int) -> Iterator[Batch]:
        run, count = self.run, len(self.run.X)
        if run.batch_size and isinstance(run.X, Chunks):
            parts = run.X.shuffled_batches(run.batch_size, order)
        else:
            parts = batch_indices(count, run.batch_size or count, run.batch_size is not None, order)
        for part in parts:
            targets = [run.y[i] for i in part]
            yield self._gradients(part, targets, epoch) or self._eager_gradients(part, targets, epoch)
            self.flat.step()

    def _gradients(self, part: list[int], targets: list[Any], epoch: int) -> Batch | None:
        """Compute a batch, with gradients in the flat array; None if its loss or a gradient is not finite."""
        run = self.run
        whole = run.batch_size is None
        sums = self.program.sums(self.samples, None if whole else part, run.metric is not None)
        divisor = self._divisor(self.samples, part)
        loss, gradient = sums.loss / divisor, numpy.asarray(sums.gradient)
        if not math.isfinite(loss) or not numpy.isfinite(gradient).all():
            if not (whole and isinstance(run.X, Chunks)):
                return None
            if not math.isfinite(loss):
                raise Diverged(f"the loss is {loss} in epoch {epoch}: a smaller learning rate may help")
        program = self.program.program
        missed = [self.flat.place[program.captured[program.reached[i]]] for i in sums.missed]
        self.flat.take(gradient[self.order] * (1.0 / divisor), missed)
        return Batch(loss, self.program.outputs_of(sums) if run.metric else [], targets)

    def _eager_gradients(self, part: list[int], targets: list[Any], epoch: int) -> Batch:
        self.write()
        with self.program.drawn_again():
            batch = self.batch(plain_lists([self.run.X[i] for i in part]), targets, epoch)
        self.flat.read()
        self.flat.grad = numpy.array([p.grad for p in self.flat.leaves])
        self.flat.missed = [i for i, p in enumerate(self.flat.leaves) if not p.has_grad]
        return batch._replace(outputs=plain(batch.outputs))

    def validation(self) -> dict[str, float]:
        run, samples = self.run, self.held_out
        assert samples is not None
        sums = self.validated.sums(samples, None, run.metric is not None)
        divisor = self._divisor(samples, None)
        loss = sums.loss / divisor
        if not math.isfinite(loss) and not isinstance(samples.X, Chunks):
            self.write()
            with self.validated.drawn_again():
                return super().validation()
        if run.metric is None:
            return {"val_loss": loss}
        outputs = self.validated.outputs_of(sums)
        if run.metric is accuracy:
            return {"val_loss": loss, "val_metric": accuracy(outputs, samples.y)}
        with in_mode(run.model, training=False), no_grad():  # the metric may call the model
            return {"val_loss": loss, "val_metric": run.metric(outputs, samples.y)}

    def _divisor(self, samples: _Samples, part: list[int] | None) -> float:
        """The divisor of the sum of the losses; NaN for a mean in which no sample counts."""
        if self.run.loss.reduction == "sum":
            return 1.0
        return float(samples.weights.sum() if part is None else samples.weights[part].sum()) or math.nan

    def write(self) -> None:
        self.flat.write()

    def is_outdated(self) -> bool:
        return self.program.program.is_outdated()

    def read(self) -> bool:
        if [p.requires_grad for p in self.program.program.captured] != self.trained:
            return False
        self.flat.read()
        for program in (self.program, self.validated) if self.held_out else (self.program,):
            program.read()
        return True


class _Samples:
    """Samples and targets as tables of numbers, one row per sample, and what each adds to the divisor of a mean."""

    def __init__(self, X: Any, y: list[Any]) -> None:
        self.X, self.y = X, y
        self.targets = _table("targets", y)
        chunked = isinstance(X, Chunks)
        self.columns = [X.table, X.beside(self.targets)] if chunked else [_table("samples", X), self.targets]

    def rows(self, part: list[int] | None) -> list[Any]:
        """The rows of these samples, or of all for None, in each table."""
        if part is None:
            return self.columns
        X = self.X.rows(part) if isinstance(self.X, Chunks) else self.columns[0].take(part, axis=0)
        return [X, self.targets.take(part, axis=0)]

    def weigh(self, loss: Loss, outputs: Any) -> None:
        """Check all targets, and store their weights."""
        known: dict[Any, float] = {}
        weights = []
        for target in self.y:
            key = None if isinstance(target, (list, dict)) else (type(target), target)
            if key is None or key not in known:
                try:
                    known[key] = loss.elements([outputs], [target])[1]
                except (TypeError, ValueError) as error:
                    raise CompileError(str(error)) from None
            weights.append(known[key])
        self.weights = numpy.array(weights, float)


class _OnFlat:
    """A program that is fed from a flat array of parameters, and from the leaves that are not in it."""

    def __init__(self, program: BatchLoss, flat: FlatParameters) -> None:
        self.program, self.flat = program, flat
        self.at = numpy.array([i for i, leaf in enumerate(program.captured) if leaf in flat.place], int)
        self.places = numpy.array([flat.place[program.captured[i]] for i in self.at], int)
        self.read()

    def read(self) -> None:
        """Reload the numbers of the leaves that are not in the flat array."""
        self.numbers = numpy.array([leaf.data for leaf in self.program.captured])

    def sums(self, samples: _Samples, part: list[int] | None, outputs: bool) -> Sums:
        """The sums over these samples, or all for None, and the outputs if `outputs` is True."""
        self.numbers[self.at] = self.flat.data[self.places]
        return self.program.run(self.numbers, samples.rows(part), len(samples.y if part is None else part), outputs)

    def drawn_again(self) -> AbstractContextManager[None]:
        """Inside, the eager engine repeats the random draws of the last run."""
        return drawn_again(chain.from_iterable(self.program.drawn))

    def outputs_of(self, sums: Sums) -> list[Any]:
        """The outputs of every sample as the model gives them, with numbers in place of Values."""
        shape = plain_lists(self.program.outputs)
        if not isinstance(shape, (list, dict)):
            return list(sums.outputs[0].tolist())
        rows = sums.outputs.T.tolist()
        flat = isinstance(shape, list) and not any(isinstance(item, (list, dict)) for item in shape)
        return rows if flat else [_built(shape, row) for row in rows]


def _built(shape: Any, numbers: Sequence[float]) -> Any:
    rest = iter(numbers)
    return tree_map(lambda _: next(rest), shape)


def _recorded(run: Run, samples: _Samples, gradient: bool, executor: str) -> BatchLoss:
    model, loss = run.model, run.loss  # not `run`: all that a function refers to is examined when it is recorded

    def loss_and_output(sample: Any, target: Any) -> tuple[Any, Any]:
        output = model(sample)
        return loss.sample_loss(output, target), output

    loss_and_output.__name__ = "the model or its loss"  # as errors name it
    return BatchLoss(loss_and_output, samples.X[0], samples.y[0], gradient, executor)


def _is_of_trace(held: Any, known: set[Value]) -> bool:
    """True if there is a Value in it that recording made; those that the program takes from outside are known."""
    return any(type(leaf) is Value and leaf not in known for leaf in tree_leaves(held))


def _check_loss(loss: Loss) -> None:
    """CompileError unless the loss is known to be a sum over samples."""
    kind = type(loss)
    if loss.reduction == "none":
        raise CompileError(f"{kind.__name__} returns a list, not one number: use reduction='mean' or 'sum'")
    own = [name for name in SUMS_UP if getattr(getattr(kind, name, None), "__module__", Loss.__module__) != Loss.__module__]
    if kind.branch_free is Loss.branch_free and "element" in own:
        own.remove("element")  # recorded as it is
    if own:
        raise CompileError(
            f"{kind.__name__} defines {own[0]} itself: to have it compiled, subclass Loss directly and define only `element`"
        )


def _table(what: str, rows: Sequence[Any]) -> Any:
    """Nested rows of one shape as an array of numbers, one row for each."""
    try:
        table = numpy.array(rows, float)
    except (TypeError, ValueError):  # lists of unequal length, dicts, Values
        if any(not same_shape(row, rows[0]) for row in rows):
            raise CompileError(f"not all {what} have the same shape") from None
        leaves = [tree_leaves_like(rows[0], row) for row in rows]
        if any(type(leaf) is Value for row in leaves for leaf in row):
            raise CompileError(f"there are Values among the {what}") from None
        table = numpy.array(leaves, float)
    return table.reshape(len(rows), table.size // len(rows))
