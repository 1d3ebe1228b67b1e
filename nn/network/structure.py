"""The structure of a model: its layers, and which neurons of one feed which of the next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

from autograd import Value
from autograd.extend import as_index, counted, listed
from nn.layers import MLP, Layer, Neuron, Sequential, neurons_of
from nn.module import Module, children

MIN_PIXELS = 49  # the fewest inputs that are shown as an image


class NotLayered(ValueError):
    """The model cannot be shown as layers that feed one another; the message says why."""


@dataclass(frozen=True)
class Unit:
    """A neuron, or an input, which has no weights. `label` is the text below its circle."""

    name: str
    label: str
    weights: tuple[Value, ...] = ()
    bias: Value | None = None
    activation: str = ""


@dataclass(frozen=True)
class Column:
    """A layer, or the inputs: its units, and the steps that compute them: the layer, activation modules, dropout."""

    title: str
    units: tuple[Unit, ...]
    steps: list[Any]

    @property
    def then(self) -> list[str]:
        """Names of the steps after the layer."""
        others = [step for step in self.steps if not is_layer(step) and type(step).__name__ != "Identity"]
        return [getattr(step, "__name__", repr(step)) for step in others]

    @property
    def note(self) -> str:
        """The number of units and their activation, in words."""
        if not self.units[0].weights:
            return ", ".join(self.then)
        activations = dict.fromkeys(unit.activation for unit in self.units)
        count = counted(len(self.units), "neuron")
        return ", ".join([count, *(name for name in activations if name != "linear" or not self.then), *self.then])


@dataclass(frozen=True)
class Network:
    """The columns of a model: its inputs, then its layers. `shape` has the rows and columns of inputs shown as an image."""

    model: Module
    columns: tuple[Column, ...]
    shape: tuple[int, int] | None = None

    @cached_property
    def units(self) -> list[Unit]:
        """All units, column by column: the order of everything that has one entry per neuron."""
        return [unit for column in self.columns for unit in column.units]

    @cached_property
    def firsts(self) -> list[int]:
        """The index of the first unit of each column."""
        return list(accumulate((len(column.units) for column in self.columns[:-1]), initial=0))

    @cached_property
    def parameters(self) -> dict[Value, str]:
        """The parameters with their attribute paths, in the order of `named_parameters`."""
        return {parameter: name for name, parameter in self.model.named_parameters()}

    @property
    def title(self) -> str:
        """The kind of the model and its widths."""
        return f"{type(self.model).__name__} {' → '.join(str(len(column.units)) for column in self.columns)}"


def read_network(
    model: Module,
    steps: Iterable[tuple[str, Any]] | None = None,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    shape: tuple[int, int] | None = None,
) -> Network:
    """The layers of a model, in the order of its attributes or of `steps`; NotLayered if they do not fit.

    The inputs are an image of the given `shape`, or a square one if at least 49 have no names.

    >>> from nn import MLP
    >>> net = read_network(MLP(2, [3, 1]))
    >>> net.title, net.units[2].name
    ('MLP 2 → 3 → 1', 'layers[0].neurons[0]')
    """
    columns: list[Column] = []
    before: list[Any] = []  # steps before the first layer
    for path, step in parts(model) if steps is None else steps:
        neurons = neurons_of(step)
        if not neurons:
            if isinstance(step, Module) and (step is model or step.parameters()):  # its parameters would be hidden
                raise NotLayered(f"{as_index(path) or type(model).__name__} is not made of layers")
            (columns[-1].steps if columns else before).append(step)
            continue
        width = len(neurons[0].w)
        if not columns:
            columns.append(_inputs(width, inputs, before))
        elif len(columns[-1].units) != width:
            name = as_index(path)
            other = f"{columns[-1].title} before it has a different number of outputs"
            raise NotLayered(f"{name} takes {counted(width, 'input')}, but {other}")
        columns.append(_layer(path, step, neurons))
    if not columns:
        raise NotLayered(f"{type(model).__name__} has no layers")
    if outputs is not None:
        columns[-1] = _named(columns[-1], outputs)
    first = columns[0].units
    network = Network(model, tuple(columns), shape or _square(first))
    held = {value for unit in network.units for value in (*unit.weights, unit.bias)}
    loose = [as_index(name) for parameter, name in network.parameters.items() if parameter not in held]
    if loose:
        raise NotLayered(f"{type(model).__name__} has parameters outside its layers: {listed(loose, 4)}")
    if shape is not None and math.prod(shape) != len(first):
        given = f"{shape[0]} × {shape[1]} pixels are {counted(math.prod(shape), 'input')}"
        raise ValueError(f"inputs: {given}, but the model has {len(first)}")
    return network


def _square(inputs: Sequence[Unit]) -> tuple[int, int] | None:
    """The rows and columns of a square image of these inputs; None if they are few, have names, or make no square."""
    side = math.isqrt(len(inputs))
    named = any(unit.name != f"x[{i}]" for i, unit in enumerate(inputs))
    return (side, side) if side * side == len(inputs) >= MIN_PIXELS and not named else None


def is_layer(module: Any) -> bool:
    """True for a module that becomes a column."""
    return isinstance(module, (Layer, Neuron))


def parts(module: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The layers, and the functions between them, in the order of the attributes, with their paths."""
    if is_layer(module) or not isinstance(module, Module):
        yield path, module
        return
    name = "layers" if isinstance(module, MLP) else "items" if isinstance(module, Sequential) else ""
    if name:
        inner: list[tuple[str, Any]] = [(f"{name}.{i}", part) for i, part in enumerate(getattr(module, name))]
    else:
        inner = [part for name, held in vars(module).items() for part in children(name, held)]
    if not inner:
        yield path, module
    for name, part in inner:
        yield from parts(part, f"{path}.{name}" if path else name)


def _inputs(width: int, names: Sequence[str] | None, steps: list[Any]) -> Column:
    if names is not None and len(names) != width:
        raise ValueError(f"inputs: expected {counted(width, 'name')}, one for each input, got {len(names)}")
    shown = [f"x[{i}]" for i in range(width)] if names is None else list(names)
    return Column("inputs", tuple(Unit(name, name) for name in shown), steps)


def _layer(path: str, layer: Any, neurons: Sequence[Neuron]) -> Column:
    title = as_index(path) or type(layer).__name__
    units = []
    for i, neuron in enumerate(neurons):
        inside = f"neurons[{i}]" if isinstance(layer, Layer) else ""
        name = ".".join(part for part in (as_index(path), inside) if part) or "neuron"
        if any(type(held) is not Value for held in (*neuron.w, neuron.b)):
            raise NotLayered(
                f"{name} has a plain number for a weight or its bias (a constant is Value(0.0, requires_grad=False))"
            )
        activation = getattr(neuron.activation, "__name__", repr(neuron.activation))
        units.append(Unit(name, inside or name, tuple(neuron.w), neuron.b, activation))
    return Column(title, tuple(units), [layer])


def _named(column: Column, names: Sequence[str]) -> Column:
    if len(names) != len(column.units):
        raise ValueError(f"outputs: expected {counted(len(column.units), 'name')}, one for each output, got {len(names)}")
    units = (replace(unit, label=name) for unit, name in zip(column.units, names, strict=True))
    return replace(column, units=tuple(units))
