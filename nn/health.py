"""The layers of a net under a loss: what they put out, what flows back to them, which units are dead or saturated."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from autograd import Value, gradients
from autograd._tree import tree_leaves
from autograd.context import Scope
from nn.layer_calls import Ran, layer_calls
from nn.layers import Layer, Neuron
from nn.module import Module

SATURATED = 0.01  # a slope below it: tanh beyond ±3, sigmoid beyond ±4.6
MOST = 0.9  # the share of the samples at which a unit has to be saturated to be called so
FAR = 1000.0  # how many times smaller or larger a gradient may be than at the last layer
HEADER = ("layer", "units", "samples", "dead", "saturated", "mean |out|", "|∂L/∂params|", "|∂L/∂out|", "verdict")


class LayerHealth(NamedTuple):
    """One layer, or one activation module, over all its calls in the graph of a loss.

    `dead` units have a slope of 0 in every sample, `saturated` ones hardly any in nearly every sample. `activation`
    is the mean size of what the layer put out; the gradients are Euclidean lengths, that of the parameters is None
    if there are none, or all are frozen.
    """

    name: str
    units: int
    samples: int
    dead: int
    saturated: int
    activation: float
    parameter_gradient: float | None
    output_gradient: float
    verdict: str

    def cells(self) -> list[str]:
        """The row as text."""
        *columns, verdict = self
        return [*(f"{x:.3g}" if isinstance(x, float) else "" if x is None else str(x) for x in columns), verdict]


@dataclass(frozen=True)
class Health:
    """What `health` found: one row a layer, in the order in which they ran. It prints as a table."""

    rows: tuple[LayerHealth, ...]

    def __str__(self) -> str:
        table = [list(HEADER), *(row.cells() for row in self.rows)]
        wide = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join("  ".join(_aligned(line, wide)).rstrip() for line in table)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row.cells()) for row in self.rows]
        header = "".join(f"<th>{html.escape(cell)}</th>" for cell in HEADER)
        return f"<table><tr>{header}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _aligned(line: Sequence[str], wide: Sequence[int]) -> list[str]:
    """Numbers to the right, the words at both ends to the left."""
    cells = [cell.rjust(width) for cell, width in zip(line, wide, strict=True)]
    return [line[0].ljust(wide[0]), *cells[1:-1], line[-1]]


def health(model: Module, loss: Value) -> Health:
    """How the layers of `model` fare under `loss`: dead and saturated units, vanishing and exploding gradients.

    It is read off the recorded graph of the loss, best of a whole batch; nothing is run again and no `grad` is
    touched, so it works before `backward()` and after. A ValueError says that the loss was not computed by the model.

    >>> from nn import MLP, MSELoss
    >>> net = MLP(1, [2, 1], seed=0)
    >>> net.layers[0].neurons[1].b.data = -100.0
    >>> loss = MSELoss()([net([x]) for x in (0.5, 1.0)], [0.0, 1.0])
    >>> [row.verdict for row in health(net, loss).rows]
    ['dead: 1 of 2', 'ok']
    """
    found = layer_calls(model, loss)
    bars = dict(zip(found.nodes, gradients(loss, found.nodes), strict=True))
    position = {node: i for i, node in enumerate(found.nodes)}
    rows = []
    for layer in found.ran:
        responses = [
            _response(out, call, i, found.inside, position) for call, outs in layer.calls.items() for i, out in enumerate(outs)
        ]
        rows.append(_row(layer, responses, bars))
    last = rows[-1].output_gradient
    return Health(
        (
            *(row._replace(verdict=_verdict(row, last)) for row in rows),
            *(
                LayerHealth(name, 0, 0, 0, 0, 0.0, 0.0, 0.0, "not used by this loss")
                for name, module in found.unused
                if module.parameters()
            ),
        )
    )


class _Response(NamedTuple):
    """How one output of one call follows what goes into its activation: which unit it is, its slope, and whether it has kinks."""

    unit: int
    slope: float
    kinked: bool


def _response(
    out: Value, call: Scope, rank: int, inside: Mapping[Value, Scope | None], position: Mapping[Value, int]
) -> _Response:
    """Found by a sweep from `out` back to what the call was given, and to its parameters."""
    neurons = call.owner.neurons if isinstance(call.owner, Layer) else [call.owner] if isinstance(call.owner, Neuron) else []
    biases = {neuron.b for neuron in neurons}
    bars, reached, kinked = {out: 1.0}, dict[Value, float](), False
    waiting = [(-position[out], out)]
    while waiting:
        _, node = heappop(waiting)
        assert node.op is not None
        kinked = kinked or node.op.kinks is not None
        for arg, partial in zip(node.args, node.partials, strict=True):
            if type(arg) is Value:
                share = bars[node] * (1.0 if arg in biases else partial or 0.0)  # 1 for a frozen bias as well
                if inside[arg] is not call:
                    reached[arg] = reached.get(arg, 0.0) + share
                elif arg in bars:
                    bars[arg] += share
                else:
                    bars[arg] = share
                    heappush(waiting, (-position[arg], arg))
    for i, neuron in enumerate(neurons):
        if neuron.b in reached:  # a bias goes in with a factor of 1
            return _Response(i, reached[neuron.b], kinked)
    given = [(reached[arg], i) for i, arg in enumerate(tree_leaves(call.args)) if type(arg) is Value and arg in reached]
    if not given or call.owner.parameters():
        return _Response(rank, max(map(abs, reached.values()), default=0.0), kinked)
    slope, unit = max(given)  # of softmax, too, the own input is the one that an output grows with
    return _Response(unit, slope, kinked)


def _row(layer: Ran, responses: Sequence[_Response], bars: Mapping[Value, float]) -> LayerHealth:
    units: dict[int, list[_Response]] = {}
    for response in responses:
        units.setdefault(response.unit, []).append(response)
    saturated = [[not r.kinked and abs(r.slope) < SATURATED for r in unit] for unit in units.values()]
    module, outs = layer.module, layer.outputs
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    return LayerHealth(
        layer.name,
        len(module.neurons) if isinstance(module, Layer) else max(units) + 1,
        len(layer.calls),
        sum(all(r.kinked and r.slope == 0.0 for r in unit) for unit in units.values()),
        sum(sum(unit) >= MOST * len(unit) for unit in saturated),
        math.fsum(abs(out.data) for out in outs) / len(outs),
        math.hypot(*(bars.get(parameter, 0.0) for parameter in parameters)) if parameters else None,
        math.hypot(*(bars[out] for out in outs)),
        "",
    )


def _number(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio < 1e6 else f"{ratio:.3g}"


def _verdict(row: LayerHealth, last: float) -> str:
    """In words; `last` is the gradient of the outputs of the last layer."""
    gradient = row.output_gradient
    found = []
    if not math.isfinite(gradient + (row.parameter_gradient or 0.0)):
        found.append("its gradient is not finite, see why(loss)")
    elif gradient == 0.0:
        found.append("no gradient arrives")
    elif gradient < last / FAR:
        found.append(f"vanishing: {_number(last / gradient)} times smaller than at the last layer")
    elif gradient > last * FAR > 0.0:
        found.append(f"exploding: {_number(gradient / last)} times larger than at the last layer")
    found += [f"{what}: {count} of {row.units}" for what, count in (("dead", row.dead), ("saturated", row.saturated)) if count]
    return "; ".join(found) or "ok"
