"""`make pictures`: draw the README's pictures and write them to docs/."""

from __future__ import annotations

from pathlib import Path

import nn
from autograd import Value, compile, draw_dot, log, why
from autograd._files import write_atomically
from autograd.context import quiet
from autograd.viz.drawing import Drawing

DOCS = Path(__file__).parent.parent / "docs"


def neuron() -> Drawing:
    """Karpathy's neuron: values flow forward, gradients back."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    y = (w1 * x1 + w2 * x2 + b).tanh()
    y.label = "y"
    y.backward()
    return draw_dot(y, flow="both")


def dot_neuron(expand: bool = False) -> Drawing:
    """A neuron of nn: one dot product and one activation, or expanded into single multiplications and additions."""
    neuron = nn.Neuron(2, "tanh", seed=0)
    x = [Value(1.0, label="x1"), Value(-2.0, label="x2")]
    for value, label in zip((*neuron.w, neuron.b), ("w1", "w2", "b"), strict=True):
        value.label = label
    y = neuron(x)
    y.label = "y"
    y.backward()
    return draw_dot(y, expand=expand)


def xor(fold: str) -> Drawing:
    """A 2-3-2 network at one point of XOR, with its loss."""
    net = nn.MLP(2, [3, 2], "sigmoid", "sigmoid", seed=1)
    loss = nn.MSELoss()([net([Value(1.0, label="x1"), Value(0.0, label="x2")])], [[1.0, 0.0]])
    loss.label = "loss"
    loss.backward()
    return draw_dot(loss, fold=fold, flow="both" if fold == "module" else "forward")


def layers() -> Drawing:
    """MLP(2, [16, 16, 1]) on twenty moons, with its loss: 1,500 nodes, drawn layer by layer."""
    net = nn.MLP(2, [16, 16, 1], seed=0)
    X, y = nn.make_moons(20, noise=0.1, random_state=0)
    loss = nn.HingeLoss()([net(row) for row in X], [2 * label - 1 for label in y])
    loss.label = "loss"
    loss.backward()
    return draw_dot(loss, fold="module", flow="both")


def nan() -> Drawing:
    """A loss that became NaN: the frame shows where, and the caption is `why`'s diagnosis."""
    w, x = Value(-0.5, label="w"), Value(2.0, label="x")
    with quiet():
        p = log(w * x)
        loss = (p - 1.0) ** 2
    p.label, loss.label = "p", "loss"
    loss.backward()
    drawing = draw_dot(loss, flow="both")
    drawing.attr(label=why(loss).verdict, fontsize="12")
    return drawing


def program() -> Drawing:
    """The loss of a 2-3-1 network with its gradient, compiled: matrix products where the network has layers."""
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    return compile(lambda x, target: (net(x) - target) ** 2, [0.0, 0.0], 0.0).draw("backward")


PICTURES = {
    "neuron": neuron,
    "dot": dot_neuron,
    "dot-expanded": lambda: dot_neuron(expand=True),
    "xor": lambda: xor("module"),
    "xor-open": lambda: xor("none"),
    "layers": layers,
    "nan": nan,
    "program": program,
}


if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    for name, picture in PICTURES.items():
        write_atomically(DOCS / f"{name}.svg", picture().pipe("svg"))
