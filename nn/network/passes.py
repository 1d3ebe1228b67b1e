"""What a recorded graph says about a network: the order in which layers ran, and the output of every neuron."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograd import Value
from autograd.extend import Graph, Scope, tree_leaves
from nn._check import plain_lists
from nn.layers import neurons_of
from nn.module import Module
from nn.network.structure import NotLayered, is_layer


class ModelCall:
    """The last call of a model in the graph of `roots`, which are its `loss`, if there is one, or its outputs.

    `calls` are the calls of its layers, in the order in which they ran; `outputs` is what the model returned, if known.
    """

    def __init__(self, model: Module, roots: Sequence[Value], outputs: Any = None, loss: Value | None = None) -> None:
        self.graph, self.loss = Graph(*roots), loss
        self.outputs = None if outputs is None else _row(outputs)
        self.scope = self._last_call(model)
        calls = {scope: self._layer_call(scope) for scope in set(self.graph.scopes.values())}
        around = ((node, calls[scope]) for node, scope in self.graph.scopes.items())
        self.inside = {node: call for node, call in around if call is not None}  # the call of a layer that recorded a node
        self.calls = list(dict.fromkeys(self.inside[node] for node in self.graph if node in self.inside))

    def _last_call(self, model: Module) -> Scope:
        for scope in dict.fromkeys(self.graph.scopes[node] for node in reversed(self.graph.nodes)):
            for around in [] if scope is None else scope.path():
                if around.owner is model:
                    return around
        raise ValueError("loss was not computed by this model: none of its calls is in the graph")

    def _layer_call(self, scope: Scope | None) -> Scope | None:
        """The layer call, inside the model's call, that a scope is in, if any."""
        path = [] if scope is None else scope.path()
        if self.scope not in path:
            return None
        return next((around for around in path[path.index(self.scope) :] if is_layer(around.owner)), None)

    # -- structure -----------------------------------------------------------------------------------

    def steps(self, model: Module) -> Iterator[tuple[str, Any]]:
        """The layers and activation modules that ran, in order, with their attribute paths; NotLayered if they form no chain."""
        paths = {id(module): path for path, module in model.named_modules()}
        for before, call in zip(self.calls, self.calls[1:], strict=False):
            self._check_link(before, call)
        reached: set[Scope] = set()
        for node in self.graph:
            scope = self.graph.scopes[node]
            for around in [] if scope is None else scope.path():
                owner = around.owner
                if around in reached or owner is None or id(owner) not in paths or self.scope not in around.path():
                    continue
                reached.add(around)
                layer = self._layer_call(around)
                if layer is around or (layer is None and owner is not model and not owner.modules()[1:]):
                    yield paths[id(owner)], owner

    def _check_link(self, before: Scope, call: Scope) -> None:
        """NotLayered unless a layer's input comes from the layer before it, and from nothing else."""
        given = {arg for arg in tree_leaves(self.scope.args) if type(arg) is Value}
        waiting = [arg for arg in _row(call.args[0]) if type(arg) is Value]
        seen: set[Value] = set()
        while waiting:
            node = waiting.pop()
            if node in seen or self.inside.get(node) is before:
                continue
            seen.add(node)
            if node in self.inside or node in given:
                raise NotLayered(f"the layers of {self.scope.name} do not feed one another in a chain")
            waiting += [arg for arg in node.args if type(arg) is Value]

    # -- neurons -------------------------------------------------------------------------------------

    def columns(self) -> list[list[Value | float | None]]:
        """The output of every unit, column by column; None where the graph does not say."""
        found: list[list[Value | float | None]] = [_row(self.calls[0].args[0])]
        for call, after in zip(self.calls, [*self.calls[1:], None], strict=True):
            own = self._results(call)
            given = self.outputs if after is None else _row(after.args[0])
            found.append(own if given is None or len(given) != len(own) else given)
        return found

    def sums(self) -> list[list[Value | None]]:
        """For every neuron the node that adds its bias, layer by layer."""
        return [[self._sum(neuron, call) for neuron in neurons_of(call.owner)] for call in self.calls]

    def _sum(self, neuron: Any, call: Scope) -> Value | None:
        return next(self._uses(neuron.b, call), None)

    def _uses(self, node: Value, call: Scope) -> Iterator[Value]:
        """The nodes inside a call that use a node as an argument."""
        return (edge.node for edge in self.graph.users.get(node, ()) if self.inside.get(edge.node) is call)

    def _results(self, call: Scope) -> list[Value | float | None]:
        """The result of each neuron: the last node that its sum leads to inside the call."""
        found: list[Value | float | None] = []
        for neuron in neurons_of(call.owner):
            node = self._sum(neuron, call)
            while node is not None and (after := list(self._uses(node, call))):
                node = after[-1]
            found.append(node)
        return found


def _row(x: Any) -> list[Any]:
    row = plain_lists(x)
    return row if isinstance(row, list) else [row]
