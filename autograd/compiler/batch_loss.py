"""BatchLoss: the loss of one sample as a program that adds it up over a batch, with its gradient. `nn.fit` trains with it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from autograd._frames import place, raised_at
from autograd._tree import tree_map
from autograd.compiler import batch_chunks
from autograd.compiler.batch_program import BatchProgram
from autograd.compiler.program import Program
from autograd.compiler.runners import Runner, fast_runner
from autograd.compiler.traced import Traced
from autograd.errors import CompileError, TracingWarning


class Sums(NamedTuple):
    """The sum of the losses of a batch, its gradient, and the outputs of every sample, of shape (numbers, samples).

    `missed` are the positions in the gradient of the leaves that it has not reached, since no sample took the branch of
    a `where` that leads to them.
    """

    loss: float
    gradient: Any
    outputs: Any
    missed: list[int]


class BatchLoss:
    """A function of a sample and its target that returns its loss and its outputs, traced once, to be run on batches.

    The program is the same for every sample: CompileError says in one sentence what stands in the way, and in which line.

    captured    the leaves that the function takes from outside
    reached     the positions in it of those that a gradient reaches; empty without `gradient`
    outputs     zeros in the nesting of the outputs
    drawn       the random draws of the last run, one row per sample

    >>> from autograd import Value
    >>> w = Value(2.0)
    >>> loss = BatchLoss(lambda x, y: ((w * x - y) ** 2, w * x), 1.0, 1.0)
    >>> found = loss.run([3.0], [[[1.0], [2.0]], [[1.0], [1.0]]], 2)
    >>> found.loss, found.gradient.tolist(), found.outputs.tolist()
    (29.0, [24.0], [[3.0, 6.0]])
    """

    def __init__(
        self,
        f: Callable[[Any, Any], tuple[Any, Any]],
        sample: Any,
        target: Any,
        gradient: bool = True,
        executor: str = "auto",
    ) -> None:
        traced = _traced(f, sample, target)
        self._closure = traced.closure
        traced = traced._replace(result=tree_map(lambda _: 0.0, traced.result), closure=None)  # not what was recorded
        self.captured, self.outputs = traced.captured, traced.result[1]
        self._traced, self._executor = traced, executor
        self._wanted = [i for i, leaf in enumerate(self.captured) if gradient and leaf.requires_grad]
        self._program = BatchProgram.of(traced, self._wanted)
        self.reached = self._program.reached
        self.drawn: list[list[float]] = []

    @property
    def program(self) -> Program:
        """Its outputs are sums over the lanes, of the loss and of its derivatives by what is `reached`; then the outputs."""
        return self._program.program

    def is_outdated(self) -> bool:
        """True if something has changed that the function reads, other than the numbers of `captured`."""
        try:
            assert self._closure is not None
            self._closure.check()
        except CompileError:
            return True
        return False

    @cached_property
    def _runner(self) -> Runner:
        return fast_runner(self.program, self._executor, "plain")

    @cached_property
    def _packed(self) -> batch_chunks.Made:
        return batch_chunks.packed(self._traced, self._wanted, self._executor)

    def run(self, numbers: Any, columns: Sequence[Any], samples: int, outputs: bool = True) -> Sums:
        """The sums over a batch, given the numbers of `captured`, and the samples and targets, one row of numbers for each.

        Samples and targets may be Dask arrays, whose chunks are computed where they live. There are none of the outputs if
        they are not wanted.
        """
        if self._traced.samplers:
            self.drawn = [[sampler() for sampler in self._traced.samplers] for _ in range(samples)]
            columns = [*columns, self.drawn]
        end = self._program.sums
        wanted = range(end, len(self._program.program.outputs) if outputs else end)
        if batch_chunks.are_chunked(columns):
            sums, rows = batch_chunks.run(self._packed, wanted, numbers, columns)
        else:
            found = self._runner.run([numbers], columns, samples)
            sums, rows = found.span(0, end), found.span(wanted.start, wanted.stop, samples)
        return Sums(float(sums[0]), sums[1 : 1 + len(self.reached)], rows, self._program.missed(sums))


def _traced(f: Callable[[Any, Any], Any], sample: Any, target: Any) -> Traced:
    """CompileError if one trace does not serve all samples."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TracingWarning)
        try:
            traced = Traced.of(f, (sample, target), (0, 0))
        except CompileError:
            raise
        except Exception as error:
            where = raised_at(error.__traceback__)
            at = f"{place(where)}: " if where else ""
            raise CompileError(f"{at}{type(error).__name__} on Values in place of numbers: {error}") from error
    read = [warning for warning in caught if issubclass(warning.category, TracingWarning)]
    for warning in caught:
        if warning not in read:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if traced.guards:
        raise CompileError(
            f"{traced.guards[0].line}\nthis branch depends on the sample or on a parameter: write it with autograd.where"
        )
    if read:
        raise CompileError(f"{place((read[0].filename, read[0].lineno))}: {read[0].message}")
    if type(traced.program.outputs[0].arg) is not int:
        raise CompileError("the loss depends on no sample and on no parameter")
    return traced
