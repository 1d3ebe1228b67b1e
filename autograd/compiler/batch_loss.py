"""BatchLoss: a loss per sample, compiled to sum it and its gradient over a batch. `nn.fit` trains with it.

The chunks of a Dask array are computed where they live, and their results are summed pairwise.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from autograd._frames import place, raised_at
from autograd._tree import tree_map
from autograd.compiler import derived, files
from autograd.compiler.any_array import needed_numpy
from autograd.compiler.executors.chunks import is_chunked, pairwise_total
from autograd.compiler.optimize import prepare
from autograd.compiler.program import Program
from autograd.compiler.runners import Runner, fast_runner
from autograd.compiler.traced import Traced, check_lookups
from autograd.errors import CompileError, TracingWarning
from autograd.value import Value

needed_numpy("losses of batches")  # checked on import, so that callers can fall back

Made = tuple[bytes, int, tuple[int, ...], str]  # what a worker needs to rebuild the program


class Sums(NamedTuple):
    """The sum of a batch's losses, its gradient, and the outputs of every sample, of shape (numbers, samples).

    `missed` are the positions in the gradient of leaves that it didn't reach, since no sample took the branch of a `where`
    that leads to them.
    """

    loss: float
    gradient: Any
    outputs: Any
    missed: list[int]


class BatchProgram(NamedTuple):
    """The program of a traced function that returns a loss and outputs.

    program    its outputs are the sums over lanes of the loss, its derivatives and the gates; then each lane's outputs
    reached    the positions among the captured leaves of those with a derivative
    gates      for each gate, the positions of the derivatives behind it, which no gradient reaches if the gate's sum is 0
    """

    program: Program
    reached: list[int]
    gates: list[list[int]]

    @classmethod
    def of(cls, traced: Traced, wanted: Iterable[int]) -> BatchProgram:
        """The program, with derivatives for the captured leaves at the `wanted` positions that a gradient reaches."""
        first = sum([argument.count for argument in traced.arguments])
        rest = first + len(traced.captured)
        program = derived.with_lanes(prepare(traced.program), (*range(first), *range(rest, len(traced.program.inputs))))
        inputs = [first + i for i in wanted]
        found, reached = derived.gradient_of_leaves(program, inputs, program.outputs[1:])
        return cls(found, [inputs[i] - first for i in reached.inputs], reached.gates)

    @property
    def sums(self) -> int:
        """The number of outputs that are sums."""
        return 1 + len(self.reached) + len(self.gates)

    def missed(self, sums: Sequence[float]) -> list[int]:
        """Positions of the derivatives that no gradient reached."""
        first = 1 + len(self.reached)
        return [i for behind, gate in zip(self.gates, sums[first:], strict=True) if gate == 0.0 for i in behind]


class BatchLoss:
    """A function from a sample and its target to a loss and outputs, traced once and run on batches.

    One program has to serve all samples: if it can't, CompileError says why, in one sentence, and in which line.

    captured    the leaves that the function takes from outside
    reached     the positions among them of those that a gradient reaches; empty without `gradient`
    outputs     zeros, nested like the outputs
    draws       the number of random draws per sample
    drawn       those of the last run, one row per sample

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
        traced = traced._replace(result=tree_map(lambda _: 0.0, traced.result), closure=None)  # keeps no recorded graph alive
        self.captured, self.outputs = traced.captured, traced.result[1]
        self._traced, self._executor = traced, executor
        self._wanted = [i for i, leaf in enumerate(self.captured) if gradient and leaf.requires_grad]
        self._program = BatchProgram.of(traced, self._wanted)
        self.reached = self._program.reached
        self.draws = len(traced.samplers)
        self.drawn: list[list[float]] = []

    def is_outdated(self) -> bool:
        """True if anything that the function reads has changed, other than the numbers of `captured`."""
        assert self._closure is not None
        return self._closure.changed() is not None

    @cached_property
    def _runner(self) -> Runner:
        return fast_runner(self._program.program, self._executor, "plain")

    @cached_property
    def _packed(self) -> Made:
        """What a worker needs to rebuild the program. Random draws are sent to it, so in its program they are leaves."""
        draws = [Value(0.0) for _ in self._traced.samplers]
        whole = self._traced._replace(captured=[*self.captured, *draws], samplers=[])
        return files.to_bytes(whole), len(draws), tuple(self._wanted), self._executor

    def run(self, numbers: Any, columns: Sequence[Any], samples: int, outputs: bool = True) -> Sums:
        """The sums over a batch, given the numbers of `captured`, and samples and targets with one row each per sample.

        Samples and targets may be Dask arrays, whose chunks are computed where they live. `outputs=False` omits the outputs.
        """
        if self._traced.samplers:
            self.drawn = [[sampler() for sampler in self._traced.samplers] for _ in range(samples)]
            columns = [*columns, self.drawn]
        end = self._program.sums
        wanted = range(end, len(self._program.program.outputs) if outputs else end)
        if any(map(is_chunked, columns)):
            sums, rows = _summed_over_chunks(self._packed, wanted, numbers, columns)
        else:
            found = self._runner.run([numbers], columns, samples)
            sums, rows = found.span(0, end), found.span(wanted.start, wanted.stop, samples)
        return Sums(float(sums[0]), sums[1 : 1 + len(self.reached)], rows, self._program.missed(sums))


def _traced(f: Callable[[Any, Any], Any], sample: Any, target: Any) -> Traced:
    """Trace f; CompileError if one trace can't serve all samples."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TracingWarning)
        try:
            check_lookups(f, (sample, target))
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
        raise CompileError("the loss depends on neither a sample nor a parameter")
    return traced


# -- samples in Dask arrays ------------------------------------------------------------------------------


def _summed_over_chunks(made: Made, wanted: range, numbers: Any, columns: Sequence[Any]) -> tuple[Any, Any]:
    """The sums over all samples, and the `wanted` outputs of every sample, of shape (outputs, samples).

    `columns` are arrays with one row per sample, at least one a Dask array, the others NumPy's.
    """
    import numpy
    from dask.delayed import delayed

    lengths = next(x.chunks[0] for x in columns if is_chunked(x))
    if any(length != length for length in lengths):
        raise CompileError("the chunk sizes of X are unknown: call X.compute_chunk_sizes() first")
    # Both are sent once, instead of with every chunk.
    program, leaves = delayed(made, pure=True, traverse=False), delayed(numpy.asarray(numbers), pure=True, traverse=False)
    parts = [delayed(_on_chunk)(program, wanted, leaves, *blocks) for blocks in zip(*_blocks(columns, lengths), strict=True)]
    found: tuple[Any, Any] = pairwise_total(parts, _joined).compute()
    return found


def _blocks(columns: Sequence[Any], lengths: Sequence[int]) -> list[list[Any]]:
    """For each column, its part in every nonempty chunk."""
    ends = list(accumulate(lengths, initial=0))
    used = [i for i, length in enumerate(lengths) if length]
    found = []
    for x in columns:
        if is_chunked(x):
            blocks = x.rechunk({0: tuple(lengths), 1: -1}).to_delayed().ravel()
            found.append([blocks[i] for i in used])
        else:
            found.append([x[ends[i] : ends[i + 1]] for i in used])
    return found


@lru_cache(maxsize=8)
def _runner_of(content: bytes, draws: int, wanted: tuple[int, ...], executor: str) -> Runner:
    """The runner, built once per process."""
    whole = files.from_bytes(content)
    traced = whole._replace(captured=whole.captured[: len(whole.captured) - draws])
    return fast_runner(BatchProgram.of(traced, wanted).program, executor, "plain")


def _on_chunk(made: Made, wanted: range, numbers: Any, *columns: Any) -> tuple[Any, Any]:
    import numpy

    runner, samples = _runner_of(*made), len(columns[0])
    found = runner.run([numbers], [numpy.asarray(x, float) for x in columns], samples)
    outputs = found.span(wanted.start, wanted.stop, samples)
    return numpy.array(found.span(0, wanted.start)), numpy.array(outputs, float).reshape(-1, samples)


def _joined(one: tuple[Any, Any], other: tuple[Any, Any]) -> tuple[Any, Any]:
    import numpy

    return one[0] + other[0], numpy.concatenate([one[1], other[1]], axis=1)
