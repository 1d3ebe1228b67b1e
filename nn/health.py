"""The layers of a net under a loss: their outputs, the gradients that reach them, dead and saturated units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from autograd import Value
from autograd.extend import Graph, Scope, as_index, edges_of, html_card, html_table, one_line, text_table, tree_leaves
from nn.layers import Layer, Neuron, neurons_of
from nn.module import Module, checked_module

MAX_SATURATED_SLOPE = 0.01  # saturated below it: tanh beyond ±3, sigmoid beyond ±4.6
MIN_SATURATED_SHARE = 0.9  # of the samples in which a unit must have such a slope to count as saturated
MAX_RATIO = 1000.0  # how many times smaller or larger a gradient may be than at the last layer
HEADER = ("layer", "units", "samples", "dead", "saturated", "mean |out|", "|∂L/∂params|", "|∂L/∂out|", "verdict")


class LayerHealth(NamedTuple):
    """One layer, or one activation module, over all its calls in the graph of a loss.

    `dead` units have a slope of 0 in every sample, `saturated` ones a tiny slope in nearly every sample. `activation` is
    the mean |output|; the gradients are Euclidean norms, that of the parameters None if there are none or all are frozen.
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
        return [f"{x:.3g}" if isinstance(x, float) else "" if x is None else str(x) for x in self]


@dataclass(frozen=True)
class Health:
    """The result of `health`: one row per layer, in the order in which they ran. It prints as a table.

    >>> import nn
    >>> net = nn.MLP(1, [2, 1], seed=0)
    >>> print(nn.health(net, net([0.5])))
    layer                            units  samples  dead  saturated  mean |out|  |∂L/∂params|  |∂L/∂out|  verdict
    layers[0] Layer(1, 2, 'relu')        2        1     0          0       0.738         0.983      0.879  ok
    layers[1] Layer(2, 1, 'linear')      1        1     0          0        0.76          1.45          1  ok
    """

    rows: tuple[LayerHealth, ...]

    def __str__(self) -> str:
        columns = len(HEADER)
        return "\n".join(text_table([HEADER, *(row.cells() for row in self.rows)], "l" + "r" * (columns - 2) + "l"))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        cells = ([row[0], row[-1], *row[1:-1]] for row in ([*HEADER], *(row.cells() for row in self.rows)))
        header, *rows = cells  # the verdict beside the name, so that a phone shows both
        return html_card("", html_table(header, rows, "Health of the layers", kinds="ttn"))


def health(model: Module, loss: Value) -> Health:
    """How the layers of `model` fare under `loss`: dead and saturated units, vanishing and exploding gradients.

    It is read off the recorded graph of the loss, ideally that of a whole batch; nothing is run again and no `grad` is
    touched, so it works before `backward()` and after. ValueError if the loss was not computed by the model.

    >>> from nn import MLP, MSELoss
    >>> net = MLP(1, [2, 1], seed=0)
    >>> net.layers[0].neurons[1].b.data = -100.0
    >>> loss = MSELoss()([net([x]) for x in (0.5, 1.0)], [0.0, 1.0])
    >>> [row.verdict for row in health(net, loss).rows]
    ['dead: 1 of 2', 'ok']
    """
    found = layer_calls(model, loss)
    position = {node: i for i, node in enumerate(found.graph)}
    rows = []
    for layer in found.called:
        responses = [
            _response(out, call, i, found.inside, position) for call, outs in layer.calls.items() for i, out in enumerate(outs)
        ]
        rows.append(_layer_health(layer, responses, found.graph.adjoints))
    last = rows[-1].output_gradient
    unused = [
        LayerHealth(name, 0, 0, 0, 0, 0.0, 0.0, 0.0, "not used by this loss")
        for name, module in found.unused
        if module.parameters()
    ]
    return Health((*(row._replace(verdict=_verdict(row, last)) for row in rows), *unused))


# -- the calls of layers -----------------------------------------------------------------------------


class CalledLayer(NamedTuple):
    """A layer or an activation module that was called, its name, and the outputs of each call."""

    name: str
    module: Module
    calls: Mapping[Scope, list[Value]]

    @property
    def outputs(self) -> list[Value]:
        return [out for outs in self.calls.values() for out in outs]


class LayerCalls(NamedTuple):
    """The layers of a model in the order of their calls, those that were not called, and the graph they ran in.

    `inside` maps every node to the layer call that recorded it, or None.
    """

    called: list[CalledLayer]
    unused: list[tuple[str, Module]]
    graph: Graph
    inside: Mapping[Value, Scope | None]


def layer_calls(model: Module, loss: Value) -> LayerCalls:
    """Read the calls of a model's layers off the recorded graph of a loss; ValueError if there are none in it."""
    checked_module(model)
    if type(loss) is not Value:
        raise TypeError(f"loss must be a Value, got {type(loss).__name__}")
    graph = Graph(loss)
    layers = {id(module): (one_line(name), module) for name, module in _layers(model)}
    scopes = {scope for scope in graph.scopes.values() if scope is not None}
    around = {scope: next((call for call in scope.path() if id(call.owner) in layers), None) for scope in scopes}
    inside = {node: scope and around[scope] for node, scope in graph.scopes.items()}
    leaving = {edge.arg for edge in graph.edges() if inside[edge.arg] is not inside[edge.node]} | {loss}
    outputs: dict[int, dict[Scope, list[Value]]] = {}
    for node in graph:
        call = inside[node]
        if call is not None and node in leaving:
            outputs.setdefault(id(call.owner), {}).setdefault(call, []).append(node)
    if not outputs:
        raise ValueError("loss was not computed by this model: none of its calls is in the graph")
    unused = [named for key, named in layers.items() if key not in outputs]
    return LayerCalls([CalledLayer(*layers[key], calls) for key, calls in outputs.items()], unused, graph, inside)


def _layers(model: Module) -> Iterator[tuple[str, Module]]:
    """The modules that get a row: whole layers and neurons, and modules with no modules in them."""
    covered: set[int] = set()
    for name, module in model.named_modules():
        parts = module.modules()[1:]
        if id(module) not in covered and (isinstance(module, (Layer, Neuron)) or not parts):
            covered.update(map(id, parts))
            yield f"{as_index(name)} {module!r}".strip(), module


# -- the health of one layer -------------------------------------------------------------------------


class _Response(NamedTuple):
    """How one output of one call responds to the input of its activation: its unit, its slope, and the kind of its graph.

    A function that is linear throughout, such as dropout, may have a small slope but has no flat part to saturate in.
    """

    unit: int
    slope: float
    kinked: bool
    linear: bool


def _response(
    out: Value, call: Scope, rank: int, inside: Mapping[Value, Scope | None], position: Mapping[Value, int]
) -> _Response:
    """Found by a sweep from `out` back to the arguments and parameters of the call."""
    neurons = neurons_of(call.owner)
    biases = {neuron.b for neuron in neurons}
    bars, reached, kinked, linear = {out: 1.0}, dict[Value, float](), False, True
    waiting = [(-position[out], out)]
    while waiting:
        _, node = heappop(waiting)
        assert node.op is not None
        kinked = kinked or node.op.kinks is not None
        linear = linear and _is_linear(node)
        for _, _, arg, partial in edges_of(node):
            share = bars[node] * (1.0 if arg in biases else partial or 0.0)  # 1 for a frozen bias too
            if inside[arg] is not call:
                reached[arg] = reached.get(arg, 0.0) + share
            elif arg in bars:
                bars[arg] += share
            else:
                bars[arg] = share
                heappush(waiting, (-position[arg], arg))
    own = [i for i, neuron in enumerate(neurons) if neuron.b in reached]
    if own:  # several if they share a bias, whose derivative is the slope, since it enters with a factor of 1
        unit = next((i for i in own if all(weight in reached for weight in neurons[i].w)), own[0])
        return _Response(unit, reached[neurons[unit].b], kinked, linear)
    given = [(reached[arg], i) for i, arg in enumerate(tree_leaves(call.args)) if type(arg) is Value and arg in reached]
    if not given or call.owner.parameters():
        return _Response(rank, max(map(abs, reached.values()), default=0.0), kinked, linear)
    slope, unit = max(given)  # for softmax too, an output grows with its own input
    return _Response(unit, slope, kinked, linear)


def _is_linear(node: Value) -> bool:
    """True if a node is linear in its arguments, where leaves, such as weights, count as constants."""
    assert node.op is not None
    if node.op.linear or node.op.terms is None:
        return node.op.linear
    constant = [type(arg) is float or arg.op is None for arg in node.args]
    return all(sum(not constant[i] for i in factors) <= 1 for factors in node.op.terms(len(constant)))


def _layer_health(layer: CalledLayer, responses: Sequence[_Response], bars: Mapping[Value, float]) -> LayerHealth:
    units: dict[int, list[_Response]] = {}
    for response in responses:
        units.setdefault(response.unit, []).append(response)
    module, outs = layer.module, layer.outputs
    flat = [[abs(r.slope) < MAX_SATURATED_SLOPE and not r.kinked and not r.linear for r in unit] for unit in units.values()]
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    return LayerHealth(
        layer.name,
        len(module.neurons) if isinstance(module, Layer) else max(units) + 1,
        len(layer.calls),
        sum(all(r.kinked and r.slope == 0.0 for r in unit) for unit in units.values()),
        sum(sum(unit) >= MIN_SATURATED_SHARE * len(unit) for unit in flat),
        math.fsum(abs(out.data) / len(outs) for out in outs),  # the sum of large ones would overflow
        math.hypot(*(bars.get(parameter, 0.0) for parameter in parameters)) if parameters else None,
        math.hypot(*(bars.get(out, 0.0) for out in outs)),
        "",
    )


def _verdict(row: LayerHealth, last: float) -> str:
    """The verdict in words; `last` is the gradient of the last layer's outputs."""
    gradient = row.output_gradient
    found = []
    if not math.isfinite(gradient + (row.parameter_gradient or 0.0)):
        found.append("its gradient is not finite, see why(loss)")
    elif gradient == 0.0:
        found.append("no gradient arrives")
    elif gradient < last / MAX_RATIO:
        found.append(f"vanishing: {_times(last / gradient)} smaller than at the last layer")
    elif gradient > last * MAX_RATIO > 0.0:
        found.append(f"exploding: {_times(gradient / last)} larger than at the last layer")
    found += [f"{what}: {count} of {row.units}" for what, count in (("dead", row.dead), ("saturated", row.saturated)) if count]
    return "; ".join(found) or "ok"


def _times(ratio: float) -> str:
    return f"{ratio:.0f} times" if ratio < 1e6 else f"{ratio:.3g} times"
