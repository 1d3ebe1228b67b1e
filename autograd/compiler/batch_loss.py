"""BatchLoss: the loss of one sample as a program that adds it up over a batch, with its gradient. `nn.fit` trains with it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from autograd._frames import place, raised_at
from autograd._tree import tree_map
from autograd.compiler import derived
from autograd.compiler.optimize import prepare
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
        self.captured, self.outputs = traced.captured, tree_map(lambda _: 0.0, traced.result[1])
        self._samplers, self._executor = traced.samplers, executor
        first = sum([argument.count for argument in traced.arguments])
        rest = first + len(self.captured)
        program = derived.with_lanes(prepare(traced.program), (*range(first), *range(rest, len(traced.program.inputs))))
        wanted = [first + i for i, leaf in enumerate(self.captured) if gradient and leaf.requires_grad]
        self._program, reached = derived.gradient_of_leaves(program, wanted, program.outputs[1:])
        self.reached, self._gates = [wanted[i] - first for i in reached.inputs], reached.gates

    @cached_property
    def _runner(self) -> Runner:
        return fast_runner(self._program, self._executor, "plain")

    def run(self, numbers: Any, columns: Sequence[Any], samples: int) -> Sums:
        """The sums over a batch, given the numbers of `captured`, and the samples and targets, one row of numbers for each."""
        if self._samplers:
            columns = [*columns, [[sampler() for sampler in self._samplers] for _ in range(samples)]]
        found = self._runner.run([numbers], columns, samples)
        slopes, outputs = 1 + len(self.reached), len(self._program.outputs)
        gates = slopes + len(self._gates)
        shut = [gate for gate in range(slopes, gates) if found[gate] == 0.0]
        missed = [i for gate in shut for i in self._gates[gate - slopes]]
        return Sums(float(found[0]), found.span(1, slopes), found.span(gates, outputs, samples), missed)


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
            raise CompileError(f"{at}{type(error).__name__} on Values in the place of the numbers: {error}") from error
    read = [warning for warning in caught if issubclass(warning.category, TracingWarning)]
    for warning in caught:
        if warning not in read:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if traced.guards:
        raise CompileError(
            f"{traced.guards[0]}\nthis branch depends on the sample or on a parameter: write it with autograd.where"
        )
    if read:
        raise CompileError(f"{place((read[0].filename, read[0].lineno))}: {read[0].message}")
    if type(traced.program.outputs[0].arg) is not int:
        raise CompileError("the loss depends on no sample and on no parameter")
    return traced
