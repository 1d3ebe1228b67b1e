"""Which layers of a model ran on the way to a loss, and what each of their calls put out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from autograd import Value
from autograd._format import one_line
from autograd.calls import scopes_of
from autograd.context import Scope
from nn.layers import Layer, Neuron
from nn.module import Module, checked_module


class Ran(NamedTuple):
    """A layer or an activation module that ran, under its name, and what it put out in each of its calls."""

    name: str
    module: Module
    calls: Mapping[Scope, list[Value]]

    @property
    def outputs(self) -> list[Value]:
        """All that it put out."""
        return [out for outs in self.calls.values() for out in outs]


class LayerCalls(NamedTuple):
    """The layers of a model in the order in which they ran, those that did not, and the graph they ran in.

    `inside` tells of every node in which call of a layer it was made.
    """

    ran: list[Ran]
    unused: list[tuple[str, Module]]
    nodes: Sequence[Value]
    inside: Mapping[Value, Scope | None]


def layer_calls(model: Module, loss: Value) -> LayerCalls:
    """Read the calls of a model's layers off the recorded graph of a loss; ValueError if there are none in it.

    >>> from nn import MLP
    >>> net = MLP(1, [3, 1], seed=0)
    >>> [(layer.name, len(layer.outputs)) for layer in layer_calls(net, net([1.0]) + net([2.0])).ran]
    [("layers.0 Layer(1, 3, 'relu')", 6), ("layers.1 Layer(3, 1, 'linear')", 2)]
    """
    checked_module("model", model)
    if type(loss) is not Value:
        raise TypeError(f"loss must be a Value, got {type(loss).__name__}")
    from autograd import trace  # here, since it loads all that draws, which training has no use for

    nodes, edges = trace(loss)
    layers = {id(module): (one_line(name), module) for name, module in _layers(model)}
    inside = _calls(nodes, layers)
    leaving = {arg for arg, node in edges if type(arg) is Value and inside[arg] is not inside[node]} | {loss}
    outputs: dict[int, dict[Scope, list[Value]]] = {}
    for node in nodes:
        call = inside[node]
        if call is not None and node in leaving:
            outputs.setdefault(id(call.owner), {}).setdefault(call, []).append(node)
    if not outputs:
        raise ValueError("loss was not computed by this model: none of its calls is in the graph")
    unused = [named for key, named in layers.items() if key not in outputs]
    return LayerCalls([Ran(*layers[key], calls) for key, calls in outputs.items()], unused, nodes, inside)


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
