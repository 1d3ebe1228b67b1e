"""The layers of a net under a loss: what they put out, what flows back to them, which units are dead or saturated."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, NamedTuple

from autograd import Value, gradients
from autograd.scopes import Scope, scopes_of
from autograd.tree import tree_leaves
from autograd.wording import one_line
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
    if there are none.
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
    if not isinstance(model, Module):
        raise TypeError(f"health: model must be a Module, got {type(model).__name__}")
    if type(loss) is not Value:
        raise TypeError(f"health: loss must be a Value, got {type(loss).__name__}")
    from autograd import trace  # here, since it loads all that draws, which training has no use for

    nodes, edges = trace(loss)
    bars = dict(zip(nodes, gradients(loss, nodes), strict=True))
    layers = {id(module): (name, module) for name, module in _layers(model)}
    inside = _calls(nodes, layers)
    seen_outside = {arg for arg, node in edges if type(arg) is Value and inside[arg] is not inside[node]} | {loss}
    outputs: dict[int, dict[Scope, list[Value]]] = {}  # of each layer, in each of its calls
    for node in nodes:
        call = inside[node]
        if call is not None and node in seen_outside:
            outputs.setdefault(id(call.owner), {}).setdefault(call, []).append(node)
    if not outputs:
        raise ValueError("health: the loss was not computed by this model: none of its calls is in the graph")
    position = {node: i for i, node in enumerate(nodes)}
    rows = []
    for key, calls in outputs.items():
        responses = [_response(out, call, i, inside, position) for call, outs in calls.items() for i, out in enumerate(outs)]
        rows.append(_row(*layers[key], responses, len(calls), [out for outs in calls.values() for out in outs], bars))
    last = rows[-1].output_gradient
    unused = [name for key, (name, module) in layers.items() if key not in outputs and module.parameters()]
    return Health(
        (
            *(row._replace(verdict=_verdict(row, last)) for row in rows),
            *(LayerHealth(one_line(name), 0, 0, 0, 0, 0.0, 0.0, 0.0, "not used by this loss") for name in unused),
        )
    )


def _layers(model: Module) -> Iterator[tuple[str, Module]]:
    """The modules that get a row: layers and neurons as a whole, and what has no modules in it."""
    covered: set[int] = set()
    for name, module in model.named_modules():
        parts = module.modules()[1:]
        if id(module) not in covered and (isinstance(module, (Layer, Neuron)) or not parts):
            covered.update(map(id, parts))
            yield f"{name} {module!r}".strip(), module


def _calls(nodes: Sequence[Value], layers: Mapping[int, Any]) -> dict[Value, Scope | None]:
    """Inside which call of which layer each node was made."""
    found: dict[Scope | None, Scope | None] = {None: None}
    scopes = scopes_of(nodes)
    for made_in in scopes.values():
        if made_in is not None and made_in not in found:
            found[made_in] = next((scope for scope in made_in.path() if id(scope.owner) in layers), None)
    return {node: found[made_in] for node, made_in in scopes.items()}


class _Response(NamedTuple):
    """How one output of one call follows what goes into its activation: which unit it is, its slope, and whether it has kinks."""

    unit: int
    slope: float
    kinked: bool


def _response(
    out: Value, call: Scope, rank: int, inside: Mapping[Value, Scope | None], position: Mapping[Value, int]
) -> _Response:
    """Found by a sweep from `out` back to what the call was given, and to its parameters."""
    bars, reached, kinked = {out: 1.0}, dict[Value, float](), False
    waiting = [(-position[out], out)]
    while waiting:
        _, node = heappop(waiting)
        assert node.op is not None
        kinked = kinked or node.op.kinks is not None
        for arg, partial in zip(node.args, node.partials, strict=True):
            if type(arg) is Value:
                share = bars[node] * (partial or 0.0)
                if inside[arg] is not call:
                    reached[arg] = reached.get(arg, 0.0) + share
                elif arg in bars:
                    bars[arg] += share
                else:
                    bars[arg] = share
                    heappush(waiting, (-position[arg], arg))
    neurons = call.owner.neurons if isinstance(call.owner, Layer) else [call.owner] if isinstance(call.owner, Neuron) else []
    for i, neuron in enumerate(neurons):
        if neuron.b in reached:  # a bias goes in with a factor of 1
            return _Response(i, reached[neuron.b], kinked)
    given = [(reached[arg], i) for i, arg in enumerate(tree_leaves(call.args)) if type(arg) is Value and arg in reached]
    if not given or call.owner.parameters():
        return _Response(rank, max(map(abs, reached.values()), default=0.0), kinked)
    slope, unit = max(given)  # of softmax, too, the own input is the one that an output grows with
    return _Response(unit, slope, kinked)


def _row(
    name: str, module: Module, responses: Sequence[_Response], samples: int, outs: Sequence[Value], bars: Mapping[Value, float]
) -> LayerHealth:
    units: dict[int, list[_Response]] = {}
    for response in responses:
        units.setdefault(response.unit, []).append(response)
    saturated = [[not r.kinked and abs(r.slope) < SATURATED for r in unit] for unit in units.values()]
    parameters = module.parameters()
    return LayerHealth(
        one_line(name),
        len(module.neurons) if isinstance(module, Layer) else max(units) + 1,
        samples,
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
