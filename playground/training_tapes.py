"""Programs for training, which the page runs on all samples, points and parameters side by side.

Their results match the eager engine's to the last bit, so gradients are summed in the same order as in
`backward()` adds it up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import autograd
from autograd import Value, linear, maximum, sqrt
from autograd.compiler.builder import Builder
from autograd.compiler.derived import with_lanes
from autograd.compiler.exports.javascript_ops import tape_json
from autograd.compiler.instructions import lane_sum
from autograd.compiler.optimize import optimize
from autograd.compiler.program import Output, Program
from autograd.compiler.tape import Tape
from autograd.compiler.traced import Traced
from autograd.sweeps import adjoints, topological_order
from nn import Sequential
from nn.losses import Loss
from nn.optim import Arithmetic, Optimizer

Features = Callable[[Any, Any], list[Any]]
ON_VALUES = Arithmetic(sqrt, maximum)
PENALTY_OF = {"L1": lambda w, rate: rate * abs(w), "L2": lambda w, rate: rate / 2 * (w * w)}


def passing_order(root: Value) -> list[Value]:
    """The nodes of a graph in the order `backward()` visits them: level by level."""
    depths: dict[Value, int] = {}
    for node in topological_order([root]):
        depths[node] = 1 + max((depths[arg] for arg in node.args if type(arg) is Value), default=-1)
    levels: list[list[Value]] = [[] for _ in range(depths[root] + 1)]
    levels[depths[root]].append(root)
    reached, order = {root}, []
    for level in reversed(levels):
        while level:
            node = level.pop()
            order.append(node)
            for arg in node.args[::-1] if len(node.args) == 2 else node.args:
                if type(arg) is Value and arg not in reached:
                    reached.add(arg)
                    levels[depths[arg]].append(arg)
    return order


def gradients_of(root: Value, seed: Any) -> dict[Value, Any]:
    """The gradient of every node as more graph, summed in `backward()`'s order."""

    def partials(node: Value) -> Sequence[Any]:
        assert node.op is not None
        return node.op.partials_at(node, node.args, [type(arg) is Value for arg in node.args])

    return adjoints(passing_order(root)[::-1], {root: seed}, partials)


class Tapes:
    """A model's programs, each as a tape with the indices of its parameters among the model's."""

    def __init__(self, model: Sequential, loss: Loss, features: Features) -> None:
        self.model, self.loss, self.features = model, loss, features
        self.parameters = list(model.parameters())
        self.place = {parameter: i for i, parameter in enumerate(self.parameters)}

    def _columns(self, point: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """The outputs of the units in all columns, and the neurons' scores."""
        row = self.features(*point)
        units, scores = list(row), []
        for layer in self.model.items:
            neurons: Any = layer.neurons  # type: ignore[attr-defined]
            before = linear([neuron.w for neuron in neurons], row, [neuron.b for neuron in neurons])
            row = [neuron.activation(score) for neuron, score in zip(neurons, before, strict=True)]
            units += row
            scores += before
        return units, scores

    def step(self) -> dict[str, Any]:
        """For a batch: each sample's loss, and the sum over samples of the parameters' gradients times `share`."""

        def f(x1: Any, x2: Any, target: Any, share: Any) -> list[Any]:
            cost = self.loss.sample_loss(self._columns([x1, x2])[0][-1], target)
            bars = gradients_of(cost, share)
            return [cost, *(bars[p] for p in self.parameters)]

        return self._taped(f, 3, 1, summed=True)

    def evaluate(self) -> dict[str, Any]:
        """Each sample's output and loss."""

        def f(x1: Any, x2: Any, target: Any) -> list[Any]:
            output = self._columns([x1, x2])[0][-1]
            return [output, self.loss.sample_loss(output, target)]

        return self._taped(f, 3)

    def outputs(self) -> dict[str, Any]:
        """Each point's output."""
        return self._taped(lambda x1, x2: [self._columns([x1, x2])[0][-1]], 2)

    def units(self) -> dict[str, Any]:
        """The outputs of all units for each point."""
        return self._taped(lambda x1, x2: self._columns([x1, x2])[0], 2)

    def sample(self) -> dict[str, Any]:
        """For a sample: the outputs of all units, its loss, and the gradients of all units and scores."""

        def f(x1: Any, x2: Any, target: Any) -> list[Any]:
            units, scores = self._columns([x1, x2])
            cost = self.loss.sample_loss(units[-1], target)
            bars = gradients_of(cost, Value(1.0))
            wanted = [*units, *scores]
            return [*units, cost, *(bars.get(unit, 0.0) for unit in wanted)]

        return self._taped(f, 3)

    def _taped(self, f: Callable[..., Any], lanes: int, uniform: int = 0, summed: bool = False) -> dict[str, Any]:
        count = lanes + uniform
        traced = Traced.of(f, [0.5 + 0.25 * i for i in range(count)], [0] * lanes + [None] * uniform)
        program = with_lanes(traced.program, range(lanes))
        if summed:
            builder = Builder.of(program)
            cost, *slopes = program.outputs
            program = builder.program([cost, *(Output(name, builder.add(lane_sum, (arg,))) for name, arg in slopes)])
        return taped(optimize(program), [self.place[leaf] for leaf in traced.captured])


def taped(program: Program, at: Sequence[int] = ()) -> dict[str, Any]:
    """An optimized program, and the indices of its parameters for the page."""
    return {"program": program, "at": list(at)}


def update_tape(optimizer: Optimizer) -> dict[str, Any]:
    """The optimizer's step on a parameter, one per lane; rate and counts are shared."""
    group, names = optimizer.param_groups[0].data, list(optimizer.lowest)

    def step(data: Any, grad: Any, rate: Any, *memory: Any) -> Any:
        moved, kept = optimizer.rule({**group, "lr": rate}, ON_VALUES)(data, grad, dict(zip(names, memory, strict=True)))
        return [moved, *(kept[name] for name in names)]

    counts = [is_count(low) for low in optimizer.lowest.values()]
    axes = [None if count else 0 for count in counts]
    examples = [1.0 if count else 0.5 for count in counts]
    made = autograd.compile(step, 0.5, 0.25, group["lr"], *examples, in_axes=(0, 0, None, *axes), executor="python")
    return taped(made.program_of())


def penalty_tape(kind: str) -> dict[str, Any]:
    """The gradient of the penalty by a weight, one per lane."""

    def slope(w: Any, rate: Any) -> Any:
        cost = PENALTY_OF[kind](w, rate)
        return gradients_of(cost, Value(1.0))[w]

    traced = Traced.of(slope, [0.5, 0.25], [0, None])
    return taped(optimize(with_lanes(traced.program, [0])))


def is_count(low: float) -> bool:
    """True if an optimizer's state with this lower bound is a count, which all parameters share."""
    return isinstance(low, int)


def as_json_tape(made: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `taped`, ready for JSON."""
    return {"tape": json.loads(tape_json(Tape.of(made["program"]))), "at": made["at"]}
