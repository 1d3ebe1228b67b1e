"""The computations of the gallery: what each shows, how to record it, and how to draw it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nn
from autograd import Value, compile, custom_op, draw_dot, gradients, log, softmax, why
from autograd.context import quiet
from autograd.graph import Graph
from autograd.op import TABLE
from autograd.testing import GradientError, gradcheck
from autograd.viz.drawing import draw_graph
from autograd.viz.style import Options

WEIGHTS = Path(__file__).parent / "weights"  # of the trained networks, written by tools/trained.py


class Scene(NamedTuple):
    """A picture of the gallery. `draw(narrow)` returns the drawing; `sees` is a sentence on what it shows."""

    title: str
    sees: str
    draw: Callable[[bool], Any]


# -- what is drawn ---------------------------------------------------------------------------------------


def inputs(*numbers: float) -> list[Value]:
    """Leaves named x1, x2, …"""
    return [Value(number, label=f"x{i}") for i, number in enumerate(numbers, 1)]


def neuron() -> Value:
    """Karpathy's neuron."""
    x1, x2 = inputs(2.0, 0.0)
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    y = (w1 * x1 + w2 * x2 + b).tanh()
    return swept(y, "y")


def neuron_of_nn() -> Value:
    """A neuron of nn: one dot product and one activation."""
    made = nn.Neuron(2, "tanh", seed=0)
    for value, label in zip((*made.w, made.b), ("w1", "w2", "b"), strict=True):
        value.label = label
    return swept(made(inputs(1.0, -2.0)), "y")


def square() -> Value:
    """A first exercise in the chain rule, swept backward."""
    return swept(local(), "y")


def local() -> Value:
    """The same before `backward()`."""
    x = Value(2.0, label="x")
    y = (5.0 * x + 3.0) ** 2
    y.label = "y"
    return y


@cache
def xor_net(trained: bool = True) -> nn.MLP:
    """A network with two inputs, three hidden neurons, and one output per class."""
    return _loaded(nn.MLP(2, [3, 2], "sigmoid", "sigmoid", seed=1), "xor" if trained else "")


def _loaded(net: nn.MLP, name: str) -> nn.MLP:
    """The network, with the weights of this name if it isn't empty."""
    if name:
        nn.load(net, WEIGHTS / f"{name}.json")
    return net


def xor() -> Value:
    """The loss of `xor_net` at one point."""
    net = xor_net(trained=False)
    net.zero_grad()
    return swept(nn.MSELoss()([net(inputs(1.0, 0.0))], [[1.0, 0.0]]), "loss")


@cache
def mlp() -> nn.MLP:
    """The network of micrograd's README."""
    return nn.MLP(3, [4, 4, 1], "tanh", "tanh", seed=0)


MLP_POINT = (2.0, 3.0, -1.0)


def mlp_output() -> Value:
    """The output of `mlp` at the point of Karpathy's lecture."""
    mlp().zero_grad()
    return swept(mlp()(inputs(*MLP_POINT)), "y")


@cache
def moons_net(trained: bool = True) -> nn.MLP:
    """The network of micrograd's demo."""
    return _loaded(nn.MLP(2, [16, 16, 1], seed=0), "moons" if trained else "")


def moons_loss(samples: int = 20) -> Value:
    """The loss of `moons_net` on twenty samples: 1,700 nodes."""
    net = moons_net(trained=False)
    net.zero_grad()
    X, y = nn.make_moons(samples, noise=0.1, random_state=0)
    return swept(nn.HingeLoss()([net(row) for row in X], [2 * label - 1 for label in y]), "loss")


@cache
def digits_net(trained: bool = True) -> nn.MLP:
    """A network that reads digits."""
    return _loaded(nn.MLP(64, [32, 10], seed=0), "digits" if trained else "")


def digit() -> tuple[list[float], int]:
    """A handwritten digit, and its class."""
    digits = nn.load_digits()
    return [pixel / 16.0 for pixel in digits.X[0]], digits.y[0]


def cross_entropy() -> Value:
    """Softmax and cross-entropy, written out; the second class is correct."""
    z = [Value(number, label=f"z{i}") for i, number in enumerate((2.0, 1.0, -1.0), 1)]
    p = softmax(z)
    for i, one in enumerate(p, 1):
        one.label = f"p{i}"
    return swept(-log(p[1]), "loss")


def nan() -> tuple[Value, str]:
    """A loss with the logarithm of a negative number, and the diagnosis of `why`."""
    w, x = Value(-0.5, label="w"), Value(2.0, label="x")
    with quiet():
        p = log(w * x)
        loss = (p - 1.0) ** 2
    p.label = "p"
    return swept(loss, "loss"), why(loss).verdict


def dead_relu() -> tuple[Value, str]:
    """The loss of a neuron whose relu passes no gradient, and the diagnosis of `why`."""
    x1, x2 = inputs(1.0, 2.0)
    w1, w2, b = Value(0.5, label="w1"), Value(-1.0, label="w2"), Value(-0.25, label="b")
    h = (w1 * x1 + w2 * x2 + b).relu()
    h.label = "h"
    loss = swept((h - 1.0) ** 2, "loss")
    return loss, why(w1, of=loss).verdict


def second_order() -> Value:
    """The derivative of x·tanh(x), itself a graph."""
    x = Value(0.5, label="x")
    (slope,) = gradients(x * x.tanh(), [x], create_graph=True)
    return swept(slope, "slope")


def large() -> Value:
    """The loss of micrograd's demo on 1,300 moons: 89,000 nodes."""
    return moons_loss(1300)


def swept(y: Value, label: str) -> Value:
    """y, labelled and after `backward()`."""
    y.label = label
    y.backward()
    return y


# -- how it is drawn -------------------------------------------------------------------------------------


def graph(make: Callable[[], Value], on_a_phone: Mapping[str, Any] | None = None, **options: Any) -> Callable[[bool], Any]:
    """A function that draws what `make` returns with `draw_dot`, on a phone with `on_a_phone` if given."""
    return lambda narrow: draw_dot(make(), narrow=narrow, **(on_a_phone if narrow and on_a_phone else options))


def diagnosed(make: Callable[[], tuple[Value, str]]) -> Callable[[bool], Any]:
    """A function that draws what `make` returns, with its caption."""

    def draw(narrow: bool) -> Any:
        root, caption = make()
        return draw_graph(Graph(root), Options(direction="TB" if narrow else "LR", narrow=narrow), captions=[caption])

    return draw


def network(model: Callable[[], nn.MLP], *sample: Any, **options: Any) -> Callable[[bool], Any]:
    """A function that draws a model at a sample with `nn.draw`."""
    return lambda narrow: nn.draw(model(), *sample, direction="TB" if narrow else "LR", **options)


def program(narrow: bool) -> Any:
    """The compiled loss and gradient of a 2-3-1 network."""
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    return compile(lambda x, target: (net(x) - target) ** 2, [0.0, 0.0], 0.0).draw("backward", narrow=narrow)


def wrong_partial(narrow: bool) -> Any:
    """gradcheck's drawing for an op with a wrong partial: tanh with 1 − x² in place of 1 − z²."""
    wrong = custom_op(math.tanh, partials=lambda z, x: 1 - x * x, name="my_tanh")
    try:
        gradcheck(lambda w, x, b: (wrong(w * x + b) - 1) ** 2, (0.5, 2.0, -0.7))
    except GradientError as error:
        return error.draw(narrow)
    finally:
        del TABLE["my_tanh"]


SCENES = {
    "neuron": Scene(
        "A neuron",
        "Values run forward on thin grey arrows; on the coloured ones the gradient runs back, each labelled with what arrives.",
        graph(neuron),
    ),
    "neuron-of-nn": Scene(
        "A neuron of nn",
        "One dot product with its weights beside their inputs, and one activation.",
        graph(neuron_of_nn),
    ),
    "neuron-expanded": Scene(
        "A neuron of nn, expanded",
        "A dot product is nothing but multiplications and additions.",
        graph(neuron_of_nn, expand=True),
    ),
    "square": Scene(
        "(5x + 3)²",
        "The chain rule: multiply the local derivatives along the way, 26 · 5.",
        graph(square),
    ),
    "local": Scene(
        "(5x + 3)² before the backward pass",
        "Each arrow shows its local derivative, computed when the operation was recorded.",
        graph(local),
    ),
    "xor": Scene(
        "A 2-3-2 network on XOR, folded",
        "One box for each layer: what goes in, what comes out, and how large its gradients are.",
        graph(xor, fold="module"),
    ),
    "xor-open": Scene(
        "The same network, opened",
        "Boxes open where they stand: layers into neurons and, on a wide screen, neurons into their parameters, as rows.",
        graph(xor, {"fold": "module", "expand": "layers[1]"}, fold="module", expand=[f"neurons[{i}]" for i in range(3)]),
    ),
    "xor-network": Scene(
        "The same network as a network, trained",
        "Each circle shows its neuron's output over the plane, lighter where larger: hidden ones draw lines, outputs join them.",
        network(xor_net, over=nn.make_xor(4, shuffle=False), outputs=["class 0", "class 1"]),
    ),
    "mlp-network": Scene(
        "MLP(3, [4, 4, 1]) as a network",
        "The network of micrograd's README at one point: three inputs, two hidden layers of four, one output.",
        network(mlp, list(MLP_POINT)),
    ),
    "mlp": Scene(
        "MLP(3, [4, 4, 1]) as a graph",
        "The same network as a graph of operations.",
        graph(mlp_output),
    ),
    "moons": Scene(
        "MLP(2, [16, 16, 1]) with its loss",
        "Twenty samples, 1,700 nodes: three layers and a loss.",
        graph(moons_loss, fold="module"),
    ),
    "moons-network": Scene(
        "MLP(2, [16, 16, 1]) as a network, trained",
        "Each neuron's output over the plane: edges in the first layer, corners in the second, two moons at the output.",
        network(moons_net, over=nn.make_moons(100, noise=0.1, random_state=0)),
    ),
    "digits": Scene(
        "A network that reads digits, 64-32-10",
        "The input is the image itself, and the weights of a hidden neuron are an image: what it looks for.",
        network(digits_net, digit()[0], outputs=[str(i) for i in range(10)]),
    ),
    "softmax": Scene(
        "Softmax with cross-entropy",
        "At each score the gradient is the probability, minus one at the right class.",
        graph(cross_entropy),
    ),
    "nan": Scene(
        "A loss that became NaN",
        "The thick frame marks where NaN first appeared; the caption is why()'s diagnosis.",
        diagnosed(nan),
    ),
    "dead-relu": Scene(
        "A dead relu",
        "Dotted: nothing flows. Since relu got a negative number, none of its weights can learn from this sample.",
        diagnosed(dead_relu),
    ),
    "wrong-partial": Scene(
        "A wrong partial, found by gradcheck",
        "The thick frame marks the operation whose derivative is wrong: 1 − x² was written for 1 − z².",
        wrong_partial,
    ),
    "second-order": Scene(
        "The graph of a derivative",
        "A gradient is a graph too: here d/dx of x · tanh(x), differentiated once more.",
        graph(second_order),
    ),
    "large": Scene(
        "89,000 nodes, folded",
        "1,300 samples through the same network as above: still three layers and a loss.",
        graph(large, fold="module"),
    ),
    "program": Scene(
        "A compiled program",
        "Layers became matrix products: the loss of a 2-3-1 network with its gradient, as rows of operations on registers.",
        program,
    ),
}
