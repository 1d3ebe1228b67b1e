"""Neurons, layers and networks of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from autograd import Value, dot, linear
from autograd.extend import below_one, checked_flag, checked_integer, counted, draw
from nn._check import generator, plain_lists
from nn.activations import Activation, activation_function
from nn.init import Initialiser, initialiser
from nn.module import Module


class _Default(str):
    """A default, distinguishable from an equal string passed by the caller."""


RELU = _Default("relu")


class Neuron(Module):
    """activation(w·x + b), with `nin` weights drawn by `init` and a bias of 0.

    It records one `dot` node and one activation, or with `expand` single multiplies and adds, for drawing and teaching.
    `activation` is a name or a function, and so is `init` ("he", "xavier", "uniform"). As in micrograd, `nonlin=False`
    means the activation "linear", and `nonlin=True` "relu".

    `seed` is an int, or a random.Random that several neurons share. Without one the weights are different each time, as
    in micrograd and PyTorch, whatever `random.seed` was called with: with a fixed default, layers made one by one would be
    copies of each other.

    >>> neuron = Neuron(2, "tanh", seed=0)
    >>> len(neuron.parameters())
    3
    >>> neuron([1.0, 2.0]).op
    <op tanh(x)>
    """

    def __init__(
        self,
        nin: int,
        activation: str | Activation = RELU,
        *,
        nonlin: bool | None = None,
        seed: int | Random | None = None,
        init: str | Initialiser = "he",
        fan_out: int = 1,
        expand: bool = False,
    ) -> None:
        checked_integer("nin", nin, at_least=1)
        activation = _checked_nonlin(activation, nonlin)
        draw, source = initialiser(init), generator(seed)
        self.w = [Value(draw(nin, fan_out, source)) for _ in range(nin)]
        self.b = Value(0.0)
        self.activation = activation_function(activation)
        self.expand = expand

    def forward(self, x: Sequence[Any]) -> Any:
        """The output for a list of `nin` numbers or Values, or an array."""
        x = _row(x, len(self.w))
        if not self.expand:
            return self.activation(dot(self.w, x, self.b))
        total: Any = self.b
        for weight, item in zip(self.w, x, strict=True):
            total = total + weight * item
        return self.activation(total)

    def _described(self) -> str:
        return f"{len(self.w)}, {_name(self.activation)!r}" if neurons_of(self) else ""


class Layer(Module):
    """`nout` neurons side by side with the same inputs; the output is a list. The other arguments are those of Neuron.

    >>> layer = Layer(2, 3, seed=0)
    >>> len(layer([1.0, 2.0])), len(layer.parameters())
    (3, 9)
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: str | Activation = RELU,
        *,
        nonlin: bool | None = None,
        seed: int | Random | None = None,
        init: str | Initialiser = "he",
        expand: bool = False,
    ) -> None:
        checked_integer("nout", nout, at_least=1)
        source = generator(seed)
        self.neurons = [
            Neuron(nin, activation, nonlin=nonlin, seed=source, init=init, fan_out=nout, expand=expand) for _ in range(nout)
        ]

    def forward(self, x: Sequence[Any]) -> list[Any]:
        """One output per neuron."""
        if not self.neurons:
            raise ValueError(f"{type(self).__name__} has no neurons: give it at least one")
        first = self.neurons[0]
        x = _row(x, len(first.w) if type(first).forward is Neuron.forward else None)
        if any(type(neuron).forward is not Neuron.forward or neuron.expand for neuron in self.neurons):
            return [neuron(x) for neuron in self.neurons]
        scores = linear([neuron.w for neuron in self.neurons], x, [neuron.b for neuron in self.neurons])
        return [neuron.activation(score) for neuron, score in zip(self.neurons, scores, strict=True)]

    def __repr__(self) -> str:
        neurons = neurons_of(self)
        if not neurons:
            return super().__repr__()
        return f"Layer({len(neurons[0].w)}, {len(neurons)}, {_name(neurons[0].activation)!r})"


class MLP(Module):
    """A multi-layer perceptron: `MLP(2, [16, 16, 1])` has two inputs, two hidden layers of 16 and one output.

    Hidden layers use `activation`, the last one `output_activation` ("linear": scores, or logits).
    A single output is one Value, several are a list.

    Two MLPs of the same widths start with equal weights, since `seed` is 0 by default; Neuron and Layer without a seed
    are random. For an ensemble write `[MLP(2, [16, 1], seed=i) for i in range(5)]`; with seed=None the weights are
    different each time.

    >>> net = MLP(2, [16, 16, 1])
    >>> len(net.parameters())
    337
    >>> MLP(2, [1]).state_dict() == MLP(2, [1]).state_dict(), MLP(2, [1]).state_dict() == MLP(2, [1], seed=1).state_dict()
    (True, False)
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str | Activation = "relu",
        output_activation: str | Activation = "linear",
        *,
        seed: int | Random | None = 0,
        init: str | Initialiser = "he",
        expand: bool = False,
    ) -> None:
        nouts = plain_lists(nouts)
        given: tuple[Any, ...] = (activation, output_activation)
        more = [width for width in given if type(width) is int]
        if not isinstance(nouts, list) or not nouts or more:
            widths = [*(nouts if isinstance(nouts, list) else [nouts]), *more]
            instead = f": write MLP({nin}, {widths})" if all(type(width) is int for width in widths) and widths else ""
            got = ", ".join(map(repr, (nouts, *more)))
            raise ValueError(f"nouts must be a list with the width of each layer, at least one, got {got}{instead}")
        inner, outer = activation_function(activation), activation_function(output_activation)
        source = generator(seed)
        functions = [inner] * (len(nouts) - 1) + [outer]
        self.layers = [
            Layer(before, after, function, seed=source, init=init, expand=expand)
            for before, after, function in zip([nin, *nouts], nouts, functions, strict=False)
        ]

    def forward(self, x: Any) -> Any:
        """The output for a list of `nin` numbers or Values, or an array."""
        for layer in self.layers:
            x = layer(x)
        return x[0] if len(x) == 1 else x


class Sequential(Module):
    """Modules applied one after the other.

    >>> from nn import Tanh
    >>> net = Sequential(Layer(2, 3, "linear", seed=0), Tanh(), Layer(3, 1, "linear", seed=1))
    >>> len(net([1.0, 2.0]))
    1
    """

    def __init__(self, *modules: Module) -> None:
        if not modules:
            raise ValueError("modules: Sequential needs at least one")
        for module in modules:
            if isinstance(module, type):
                name = module.__name__
                raise TypeError(f"modules: Sequential takes modules, got the class {name}: make an instance, {name}()")
            if not callable(module):
                instead = ": write Sequential(*modules)" if isinstance(module, (list, tuple)) else ""
                raise TypeError(f"modules: Sequential takes modules one by one, got {type(module).__name__}{instead}")
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
    """In training, each input becomes 0 with probability `p`, and the others are scaled by 1/(1-p) (Srivastava et al., 2014).

    After `eval()` it changes nothing. Without a `seed` (an int or a random.Random) it drops different ones each time.

    >>> Dropout(0.5, seed=0).eval()([1.0, 2.0])
    [1.0, 2.0]
    """

    def __init__(self, p: float = 0.5, *, seed: int | Random | None = None) -> None:
        self.p = below_one("p", p)
        self.generator = generator(seed)

    def forward(self, x: Sequence[Any]) -> list[Any]:
        """The list with some of its items replaced by 0."""
        row = _row(x)
        if not self.training or self.p == 0.0:
            return row
        scale = 1.0 / (1.0 - self.p)

        def factor() -> float:
            return 0.0 if self.generator.random() < self.p else scale

        return [item * draw(factor) for item in row]

    def _described(self) -> str:
        return repr(self.p)


def neurons_of(module: Any) -> Sequence[Neuron]:
    """The neurons of a layer, or a neuron itself in a list; empty for any other module, and if the user made them differently."""
    neurons = vars(module).get("neurons") if isinstance(module, Layer) else [module]
    return neurons if isinstance(neurons, (list, tuple)) and all(map(_is_ours, neurons)) else []


def _is_ours(neuron: Any) -> bool:
    """True for a neuron with the attributes that our constructor sets."""
    if not isinstance(neuron, Neuron):
        return False
    own = vars(neuron)
    return hasattr(own.get("w"), "__len__") and {"b", "activation"} <= own.keys()


def _name(activation: Activation) -> str:
    return getattr(activation, "__name__", repr(activation))


def _checked_nonlin(activation: str | Activation, nonlin: bool | None) -> str | Activation:
    """The activation, which may also be given as micrograd's `nonlin`."""
    if nonlin is None:
        return activation
    if activation is not RELU:
        raise TypeError(f"nonlin and activation mean the same: give only one, got nonlin={nonlin!r} and {activation!r}")
    return "relu" if checked_flag("nonlin", nonlin) else "linear"


def _row(x: Any, nin: int | None = None) -> list[Any]:
    """The inputs as a list; an error unless they are one row of numbers or Values, `nin` of them if that is given."""
    row = x if type(x) is list else plain_lists(x)
    expected = "numbers" if nin is None else counted(nin, "number")
    if not isinstance(row, list):
        instead = ": write net([x])" if nin == 1 and isinstance(x, (int, float, Value)) else ""
        raise TypeError(f"x: expected a list of {expected}, got {type(x).__name__}{instead}")
    if row and isinstance(row[0], str):
        raise TypeError(f"x: expected {expected}, got the string {row[0]!r}")
    if row and hasattr(row[0], "__len__"):
        got = f"got {counted(len(row), 'row')}: write [net(row) for row in X]"
        raise ValueError(f"x: expected one row of {expected}, {got}")
    if nin is not None and len(row) != nin:
        raise ValueError(f"x: expected {expected}, got {len(row)}")
    return row
