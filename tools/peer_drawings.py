"""The scenes of the gallery as drawn by micrograd's draw_dot and torchviz's make_dot."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import graphviz
import torch
from micrograd.engine import Value
from micrograd.nn import MLP
from torchviz import make_dot

import nn
from tools import scenes

# -- micrograd -------------------------------------------------------------------------------------------


def unary(name: str, function: Callable[[float], float], slope: Callable[[float, float], float]) -> Callable[[Any], Any]:
    """An operation that micrograd lacks, written as Karpathy writes tanh in his lecture."""

    def apply(x: Any) -> Any:
        out = Value(function(x.data), (x,), name)

        def backward() -> None:
            x.grad += slope(x.data, out.data) * out.grad

        out._backward = backward
        return out

    return apply


tanh = unary("tanh", math.tanh, lambda x, z: 1 - z * z)
exp = unary("exp", math.exp, lambda x, z: z)
log = unary("log", math.log, lambda x, z: 1 / x)
sigmoid = unary("sigmoid", lambda x: 1 / (1 + math.exp(-x)), lambda x, z: z * (1 - z))


def draw_dot(root: Any) -> graphviz.Digraph:
    """The drawing of Karpathy's lecture: a record per value, an ellipse per operation."""
    dot = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
    nodes: dict[Any, None] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node not in nodes:
            nodes[node] = None
            waiting += node._prev
    for node in nodes:
        name = str(id(node))
        label = getattr(node, "label", "")
        dot.node(name, f"{{ {label} | data {node.data:.4f} | grad {node.grad:.4f} }}", shape="record")
        if node._op:
            dot.node(name + node._op, node._op)
            dot.edge(name + node._op, name)
        for argument in node._prev:
            dot.edge(str(id(argument)), name + node._op)
    return dot


def leaf(number: float, label: str) -> Any:
    value = Value(number)
    value.label = label
    return value


def inputs(*numbers: float) -> list[Any]:
    return [leaf(number, f"x{i}") for i, number in enumerate(numbers, 1)]


def drawn(y: Any, label: str) -> graphviz.Digraph:
    y.label = label
    y.backward()
    return draw_dot(y)


def like(model: nn.MLP) -> MLP:
    """micrograd's MLP with the weights of ours."""
    widths = [len(layer.neurons) for layer in model.layers]
    copy = MLP(len(model.layers[0].neurons[0].w), widths)
    for ours, theirs in zip(model.parameters(), ordered(copy), strict=True):
        theirs.data = ours.data
    return copy


def ordered(model: MLP) -> list[Any]:
    return [p for layer in model.layers for neuron in layer.neurons for p in (*neuron.w, neuron.b)]


def forward(model: MLP, x: list[Any], activation: Callable[[Any], Any], last: Callable[[Any], Any]) -> list[Any]:
    """The outputs with these activations in place of relu."""
    for layer in model.layers:
        function = last if layer is model.layers[-1] else activation
        x = [function(sum((w * one for w, one in zip(neuron.w, x, strict=True)), neuron.b)) for neuron in layer.neurons]
    return x


def micrograd_neuron() -> Any:
    x1, x2 = inputs(2.0, 0.0)
    w1, w2, b = leaf(-3.0, "w1"), leaf(1.0, "w2"), leaf(6.8813735870195432, "b")
    return drawn(tanh(x1 * w1 + x2 * w2 + b), "y")


def micrograd_neuron_of_nn() -> Any:
    made = nn.Neuron(2, "tanh", seed=0)
    w1, w2, b = (leaf(p.data, name) for p, name in zip((*made.w, made.b), ("w1", "w2", "b"), strict=True))
    x1, x2 = inputs(1.0, -2.0)
    return drawn(tanh(b + w1 * x1 + w2 * x2), "y")


def micrograd_square() -> Any:
    return drawn((5.0 * leaf(2.0, "x") + 3.0) ** 2, "y")


def micrograd_xor() -> Any:
    outputs = forward(like(scenes.xor_net(trained=False)), inputs(1.0, 0.0), sigmoid, sigmoid)
    return drawn(((outputs[0] - 1.0) ** 2 + outputs[1] ** 2) * 0.5, "loss")


def micrograd_mlp() -> Any:
    return drawn(forward(like(scenes.mlp()), inputs(*scenes.MLP_POINT), tanh, tanh)[0], "y")


def micrograd_moons() -> Any:
    """The loss of one sample: with twenty, Graphviz doesn't finish."""
    X, y = nn.make_moons(1, noise=0.1, random_state=0)
    score = like(scenes.moons_net(trained=False))([Value(x) for x in X[0]])
    return drawn((1 + -(2 * y[0] - 1) * score).relu(), "loss")


def micrograd_cross_entropy() -> Any:
    z = [leaf(number, f"z{i}") for i, number in enumerate((2.0, 1.0, -1.0), 1)]
    powers = [exp(one) for one in z]
    return drawn(-log(powers[1] / sum(powers)), "loss")


def micrograd_dead_relu() -> Any:
    x1, x2 = inputs(1.0, 2.0)
    w1, w2, b = leaf(0.5, "w1"), leaf(-1.0, "w2"), leaf(-0.25, "b")
    return drawn(((w1 * x1 + w2 * x2 + b).relu() - 1.0) ** 2, "loss")


MICROGRAD: dict[str, Callable[[], Any]] = {
    "neuron": micrograd_neuron,
    "neuron-of-nn": micrograd_neuron_of_nn,
    "neuron-expanded": micrograd_neuron_of_nn,
    "square": micrograd_square,
    "xor": micrograd_xor,
    "xor-open": micrograd_xor,
    "xor-network": micrograd_xor,
    "mlp": micrograd_mlp,
    "mlp-network": micrograd_mlp,
    "moons": micrograd_moons,
    "moons-network": micrograd_moons,
    "softmax": micrograd_cross_entropy,
    "dead-relu": micrograd_dead_relu,
}

# -- torchviz --------------------------------------------------------------------------------------------


def number(x: float) -> Any:
    return torch.tensor(x, requires_grad=True)


def torch_like(model: nn.MLP, activation: Callable[[], Any], last: Callable[[], Any] | None = None) -> Any:
    """The same network in PyTorch."""
    parts: list[Any] = []
    for layer in model.layers:
        linear = torch.nn.Linear(len(layer.neurons[0].w), len(layer.neurons))
        with torch.no_grad():
            linear.weight.copy_(torch.tensor([[w.data for w in neuron.w] for neuron in layer.neurons]))
            linear.bias.copy_(torch.tensor([neuron.b.data for neuron in layer.neurons]))
        parts += [linear, activation()]
    parts.pop()
    return torch.nn.Sequential(*parts, *([last()] if last else []))


def torch_neuron(x1: float, x2: float, w1: float, w2: float, b: float) -> Any:
    named = {name: number(x) for name, x in zip(("x1", "x2", "w1", "w2", "b"), (x1, x2, w1, w2, b), strict=True)}
    y = torch.tanh(named["w1"] * named["x1"] + named["w2"] * named["x2"] + named["b"])
    return make_dot(y, named)


def torch_neuron_of_nn() -> Any:
    made = nn.Neuron(2, "tanh", seed=0)
    return torch_neuron(1.0, -2.0, made.w[0].data, made.w[1].data, made.b.data)


def torch_square() -> Any:
    x = number(2.0)
    return make_dot((5 * x + 3) ** 2, {"x": x})


def torch_xor() -> Any:
    net = torch_like(scenes.xor_net(trained=False), torch.nn.Sigmoid, torch.nn.Sigmoid)
    loss = torch.nn.functional.mse_loss(net(torch.tensor([[1.0, 0.0]])), torch.tensor([[1.0, 0.0]]))
    return make_dot(loss, dict(net.named_parameters()))


def torch_mlp() -> Any:
    net = torch_like(scenes.mlp(), torch.nn.Tanh, torch.nn.Tanh)
    return make_dot(net(torch.tensor([scenes.MLP_POINT])), dict(net.named_parameters()))


def torch_moons(samples: int = 20) -> Any:
    net = torch_like(scenes.moons_net(trained=False), torch.nn.ReLU)
    X, y = nn.make_moons(samples, noise=0.1, random_state=0)
    signs = torch.tensor([[2.0 * label - 1.0] for label in y])
    loss = (1 - signs * net(torch.tensor(X))).relu().mean()
    return make_dot(loss, dict(net.named_parameters()))


def torch_digits() -> Any:
    net = torch_like(scenes.digits_net(), torch.nn.ReLU)
    return make_dot(net(torch.tensor([scenes.digit()[0]])), dict(net.named_parameters()))


def torch_cross_entropy() -> Any:
    z = torch.tensor([2.0, 1.0, -1.0], requires_grad=True)
    return make_dot(-torch.log(torch.softmax(z, 0)[1]), {"z": z})


def torch_nan() -> Any:
    w, x = number(-0.5), number(2.0)
    return make_dot((torch.log(w * x) - 1) ** 2, {"w": w, "x": x})


def torch_dead_relu() -> Any:
    named = {name: number(x) for name, x in {"x1": 1.0, "x2": 2.0, "w1": 0.5, "w2": -1.0, "b": -0.25}.items()}
    h = torch.relu(named["w1"] * named["x1"] + named["w2"] * named["x2"] + named["b"])
    return make_dot((h - 1) ** 2, named)


def torch_second_order() -> Any:
    x = number(0.5)
    (slope,) = torch.autograd.grad(x * torch.tanh(x), x, create_graph=True)
    return make_dot(slope, {"x": x})


TORCHVIZ: dict[str, Callable[[], Any]] = {
    "neuron": lambda: torch_neuron(2.0, 0.0, -3.0, 1.0, 6.8813735870195432),
    "neuron-of-nn": torch_neuron_of_nn,
    "neuron-expanded": torch_neuron_of_nn,
    "square": torch_square,
    "xor": torch_xor,
    "xor-open": torch_xor,
    "xor-network": torch_xor,
    "mlp": torch_mlp,
    "mlp-network": torch_mlp,
    "moons": torch_moons,
    "moons-network": torch_moons,
    "digits": torch_digits,
    "softmax": torch_cross_entropy,
    "nan": torch_nan,
    "dead-relu": torch_dead_relu,
    "second-order": torch_second_order,
    "large": lambda: torch_moons(1300),
}
