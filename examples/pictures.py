"""The pictures of the README: `make pictures` writes them to docs/."""

from __future__ import annotations

from pathlib import Path

from autograd import Value, draw_dot
from autograd.files import write_atomically
from autograd.viz.drawing import Drawing

DOCS = Path(__file__).parent.parent / "docs"


def neuron() -> Drawing:
    """Karpathy's neuron, after backward()."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    y = (w1 * x1 + w2 * x2 + b).tanh()
    y.label = "y"
    y.backward()
    return draw_dot(y)


if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    write_atomically(DOCS / "neuron.svg", neuron().pipe("svg"))
