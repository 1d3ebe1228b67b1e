"""Neurons, layers and networks of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from autograd import Value, dot, linear
from nn.activations import Activation, activation_function
from nn.arguments import checked_integer, generator
from nn.init import Initialiser, initialiser
from nn.module import Module


class Neuron(Module):
    """activation(w·x + b), with `nin` weights drawn by `init` and a bias of 0.

    It records one `dot` node and one activation; with `expand` single multiplies and adds, for drawing
    and teaching. `seed` is an int, or a random.Random that several neurons share; `activation` is a name
    or a function, `init` too ("he", "xavier", "uniform").

    >>> neuron = Neuron(2, "tanh", seed=0)
    >>> len(neuron.parameters())
    3
    >>> neuron([1.0, 2.0]).op
    <op tanh>
    """

    def __init__(
        self,
        nin: int,
        activation: str | Activation = "relu",
        *,
        seed: int | Random,
        init: str | Initialiser = "he",
        fan_out: int = 1,
        expand: bool = False,
    ) -> None:
        checked_integer("nin", nin, at_least=1)
        draw, source = initialiser(init), generator(seed)
        self.w = [Value(draw(nin, fan_out, source)) for _ in range(nin)]
        self.b = Value(0.0)
        self.activation = activation_function(activation)
        self.expand = expand
        self._shown = getattr(self.activation, "__name__", repr(self.activation))

    def forward(self, x: Sequence[Any]) -> Any:
        """The output for a list of `nin` numbers or Values."""
        _check_inputs(x, len(self.w))
        return self.activation(self._expanded(x) if self.expand else dot(self.w, x, self.b))

    def _expanded(self, x: Sequence[Any]) -> Any:
        total: Any = self.b
        for weight, item in zip(self.w, x, strict=True):
            total = total + weight * item
        return total

    def _described(self) -> str:
        return f"{len(self.w)}, {self._shown!r}"


class Layer(Module):
    """`nout` neurons side by side on the same inputs; the output is a list.

    >>> layer = Layer(2, 3, seed=0)
    >>> len(layer([1.0, 2.0])), len(layer.parameters())
    (3, 9)
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: str | Activation = "relu",
        *,
        seed: int | Random,
        init: str | Initialiser = "he",
        expand: bool = False,
    ) -> None:
        checked_integer("nout", nout, at_least=1)
        source = generator(seed)
        self.neurons = [Neuron(nin, activation, seed=source, init=init, fan_out=nout, expand=expand) for _ in range(nout)]

    def forward(self, x: Sequence[Any]) -> list[Any]:
        """One output for each neuron."""
        _check_inputs(x, len(self.neurons[0].w))
        if self.neurons[0].expand:
            return [neuron(x) for neuron in self.neurons]
        scores = linear([neuron.w for neuron in self.neurons], x, [neuron.b for neuron in self.neurons])
        return [neuron.activation(score) for neuron, score in zip(self.neurons, scores, strict=True)]

    def __repr__(self) -> str:
        first = self.neurons[0]
        return f"Layer({len(first.w)}, {len(self.neurons)}, {first._shown!r})"


class MLP(Module):
    """A multi-layer perceptron: `MLP(2, [16, 16, 1])` has two inputs, two hidden layers of 16 and one output.

    Hidden layers use `activation`, the last one `output_activation` ("linear": scores, or logits).
    A single output comes as one Value, several as a list. The same seed gives the same weights.

    >>> net = MLP(2, [16, 16, 1])
    >>> len(net.parameters())
    337
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str | Activation = "relu",
        output_activation: str | Activation = "linear",
        *,
        seed: int | Random = 0,
        init: str | Initialiser = "he",
        expand: bool = False,
    ) -> None:
        if not isinstance(nouts, (list, tuple)) or not nouts:
            raise ValueError(f"nouts must be a list with the width of each layer, at least one, got {nouts!r}")
        inner, outer = activation_function(activation), activation_function(output_activation)
        source = generator(seed)
        widths = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [
            Layer(before, after, outer if i == last else inner, seed=source, init=init, expand=expand)
            for i, (before, after) in enumerate(zip(widths, nouts, strict=False))
        ]

    def forward(self, x: Any) -> Any:
        """The output for a list of `nin` numbers or Values (or a NumPy row)."""
        x = x.tolist() if hasattr(x, "tolist") else x
        for layer in self.layers:
            x = layer(x)
        return x[0] if len(x) == 1 else x


class Sequential(Module):
    """Modules one after the other.

    >>> from nn import Tanh
    >>> net = Sequential(Layer(2, 3, "linear", seed=0), Tanh(), Layer(3, 1, "linear", seed=1))
    >>> len(net([1.0, 2.0]))
    1
    """

    def __init__(self, *modules: Module) -> None:
        if not modules:
            raise ValueError("modules: Sequential needs at least one")
        for module in modules:
            if not callable(module):
                raise TypeError(f"modules: Sequential takes modules one by one, got {type(module).__name__}")
        self.items = list(modules)

    def forward(self, x: Any) -> Any:
        """The output of the last module."""
        for module in self.items:
            x = module(x)
        return x

    def __getitem__(self, index: int) -> Module:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)


class Dropout(Module):
    """In training each input becomes 0 with probability `p`, the others grow by 1/(1-p) (Srivastava et al., 2014).

    After `eval()` it changes nothing.

    >>> Dropout(0.5, seed=0).eval()([1.0, 2.0])
    [1.0, 2.0]
    """

    def __init__(self, p: float = 0.5, *, seed: int | Random) -> None:
        if not 0.0 <= p < 1.0:
            raise ValueError(f"p must be at least 0 and below 1, got {p!r}")
        self.p = p
        self.generator = generator(seed)

    def forward(self, x: Sequence[Any]) -> list[Any]:
        """The list with some of its items replaced by 0."""
        if not self.training or self.p == 0.0:
            return list(x)
        scale = 1.0 / (1.0 - self.p)
        return [item * (0.0 if self.generator.random() < self.p else scale) for item in x]

    def _described(self) -> str:
        return repr(self.p)


def _check_inputs(x: Any, nin: int) -> None:
    try:
        given = len(x)
    except TypeError:
        raise TypeError(f"x: expected a list of {nin} numbers, got {type(x).__name__}") from None
    if given != nin:
        raise ValueError(f"x: expected {nin} numbers, got {given}")
