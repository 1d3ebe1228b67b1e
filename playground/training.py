"""The network tab's side in Python: a network and its data as tapes, and the views of a single step.

The exported program makes the data, the model and the optimizer; `check` runs its updates.
"""

from __future__ import annotations

import struct
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from random import Random
from typing import Any

from autograd import Value
from autograd.viz.palette import MARKERS, RAMP
from autograd.viz.player import player
from nn.data import batch_indices
from nn.layers import Sequential
from nn.module import Module
from nn.network.numbers import numbers_of
from nn.network.page import NetworkPage
from nn.network.structure import Network, read_network
from playground.torch.training import torch_text
from playground.training_choices import FEATURES, LOSSES
from playground.training_data import source_of
from playground.training_program import program_text
from playground.training_rules import rule_lines, rule_page
from playground.training_tapes import Tapes, as_json_tape, is_count, penalty_tape, update_tape
from playground.typed import Slip

MARGIN = 0.1  # on each side, relative to the extent of the samples
MAX_SECONDS = 1.0  # for one answer of `check`


def begun(setting: Mapping[str, Any]) -> dict[str, Any]:
    """The exported program's names before its first update."""
    scope: dict[str, Any] = {}
    exec(compile(program_text(setting, 0).begin, "<program>", "exec"), scope)
    return scope


class Training:
    """A network, its data and its optimizer, made by the exported program."""

    def __init__(self, setting: Mapping[str, Any]) -> None:
        self.setting = setting
        self.classes = source_of(setting).classes
        choice = LOSSES[setting["loss"]]
        if not (choice.classes if self.classes else choice.numbers):
            raise Slip(f"{setting['loss']} loss needs {'classes' if choice.classes else 'numbers'}: choose squared error")
        self.scope = begun(setting)
        self.X, self.y, self.model, self.optimizer = (self.scope[name] for name in ("X", "y", "model", "optimizer"))
        self.test = self.scope.get("X_test", []), self.scope.get("y_test", [])
        self.network = _counted(read_network(self.model, inputs=[FEATURES[name].name for name in setting["features"]]))
        for parameter, name in self.network.parameters.items():
            parameter.label = name
        self.order = Random(setting["seed"])

    def page(self, width: float) -> dict[str, Any]:
        """What the page trains and shows: tapes, their initial numbers, the view of the network and the plane."""
        tapes = Tapes(self.model, self.scope["loss"], self.scope["features"])
        made = {name: getattr(tapes, name)() for name in ("step", "evaluate", "outputs", "units", "sample")}
        made["update"] = update_tape(self.optimizer)
        if self.setting["penalty"] != "none":
            made["penalty"] = penalty_tape(self.setting["penalty"])
        parameters = list(self.model.parameters())
        memory = self.optimizer.state[0]
        return {
            "tapes": {name: as_json_tape(tape) for name, tape in made.items()},
            "numbers": [p.data for p in parameters],
            "weights": [i for i, p in enumerate(parameters) if not self.network.parameters[p].endswith(".b")],
            "memory": [[name, is_count(low), memory[name]] for name, low in self.optimizer.lowest.items()],
            "train": {"X": self.X, "y": [float(y) for y in self.y]},
            "test": {"X": self.test[0], "y": [float(y) for y in self.test[1]]},
            "view": self._view(width),
            "plane": self._plane(),
        }

    def _view(self, width: float) -> dict[str, Any]:
        """The view of the network, with parameters also named after their neurons."""
        view = NetworkPage(self.network, width=width).data(numbers_of(self.network))
        return {**view, "parameters": [self.network.parameters[p] for p in self.model.parameters()]}

    def _plane(self) -> dict[str, Any]:
        """The plane for the picture of the decision boundary, and how outputs map to its colours."""
        choice, targets = LOSSES[self.setting["loss"]], [*self.y, *self.test[1]]
        rows = [*self.X, *self.test[0]]
        columns = list(zip(*rows, strict=True))
        half_side = (0.5 + MARGIN) * max(max(column) - min(column) for column in columns) or 1.0
        middles = [(min(column) + max(column)) / 2 for column in columns]
        sides = {axis: [middle - half_side, middle + half_side] for axis, middle in zip("xy", middles, strict=True)}
        low, high = min(targets), max(targets)
        if self.classes:
            middle, half, labels = choice.middle, choice.half, [0, 1]
            marks = [int(target > middle) for target in targets]
        else:
            middle, half, labels = (low + high) / 2, (high - low) / 2 or 1.0, [low, high]
            marks = [round(127 + 127 * (target - middle) / half) for target in targets]
        points = [[*row, mark] for row, mark in zip(rows, marks, strict=True)]
        return {**sides, "kind": "score" if self.classes else "number", "labels": labels, "points": points, "hidden": 0,
                "middle": middle, "half": half, "markers": MARKERS, "ramp": RAMP, "tested": len(self.test[0])}  # fmt: skip

    def orders(self, count: int) -> list[list[int]]:
        """The order of the samples in each of the next epochs, as `batches` draws them."""
        size = len(self.X)
        return [batch_indices(size, size, True, self.order)[0] for _ in range(count)]

    def at(self, numbers: Sequence[float]) -> None:
        """Set the model's parameters."""
        for p, x in zip(self.model.parameters(), numbers, strict=True):
            p.data = float(x)

    def loss_page(self, numbers: Sequence[float], samples: Sequence[Sequence[float]]) -> dict[str, Any]:
        """The forward and the backward pass of the loss of some samples [x1, x2, target], for the player."""
        self.at(numbers)
        loss, features = self.scope["loss"], self.scope["features"]
        model = _replayed(self.network)
        costs = []
        for i, (x1, x2, target) in enumerate(samples, 1):
            point = [Value(float(x1), label="x1"), Value(float(x2), label="x2")]
            (score,) = model(features(*point))
            costs.append(loss([score], [_whole(target)]))
            costs[-1].label = f"loss{i}"
        root = costs[0] if len(costs) == 1 else sum(costs[1:], costs[0]) / len(costs)
        root.label = "loss"
        page: dict[str, Any] = player(root).data
        return page


class Counted(Network):
    """A network whose names count from 1, as formulas do: layer 1, its second neuron a₁₂, whose first weight is a₁₂.w₁; the
    output is y. Only exported programs use Python's indices."""

    @cached_property
    def parameters(self) -> dict[Value, str]:
        names: dict[Value, str] = {}
        for unit in self.units:
            names |= {weight: f"{unit.name}.w{_subscript(k)}" for k, weight in enumerate(unit.weights, 1)}
            if unit.bias is not None:
                names[unit.bias] = f"{unit.name}.b"
        return names


def _counted(network: Network) -> Counted:
    columns = [network.columns[0]]
    for k, column in enumerate(network.columns[1:], 1):
        names = (
            ["y"] if k == len(network.columns) - 1 else [f"a{_lowered(k)}{_lowered(i)}" for i in range(1, len(column.units) + 1)]
        )
        units = [replace(unit, name=name, label=name) for unit, name in zip(column.units, names, strict=True)]
        columns.append(replace(column, title="output" if names == ["y"] else f"layer {k}", units=tuple(units)))
    return Counted(network.model, tuple(columns))


def _lowered(number: int) -> str:
    """A number as a subscript; from 10 on with a comma before it, as in a₁‚₁₂."""
    return _subscript(number) if number < 10 else f"‚{_subscript(number)}"


def _subscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


class _Replayed(Module):
    """A module that labels its parts with the page's names."""

    def __init__(self, module: Module, parts: dict[str, Module]) -> None:
        self.module, self.parts = module, parts

    def forward(self, x: Any) -> Any:
        return self.module.forward(x)

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        yield from [("", self), *self.parts.items()]

    def __repr__(self) -> str:
        return repr(self.module)


def _replayed(network: Network) -> Module:
    def called(module: Any, parts: dict[str, Module]) -> Module:
        kind: type[_Replayed] = type(type(module).__name__, (_Replayed,), {})
        return kind(module, parts)

    layers: dict[str, Module] = {}
    for column in network.columns[1:]:
        (layer,) = column.steps
        layers[column.title] = called(
            layer, {unit.name: neuron for unit, neuron in zip(column.units, layer.neurons, strict=True)}
        )
    return called(Sequential(*layers.values()), layers)


def _whole(target: float) -> float:
    return int(target) if target == int(target) else target


training: Training | None = None
checked: Check | None = None


class Check:
    """Runs the exported program update by update."""

    def __init__(self, setting: Mapping[str, Any]) -> None:
        self.scope = begun(setting)
        self.updates = self.scope["updates"]()
        self.steps = 0

    def until(self, steps: int, seconds: float) -> None:
        """Continue to this step, or until the time is up."""
        end = time.monotonic() + seconds
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            while self.steps < steps and time.monotonic() < end:
                next(self.updates)
                self.steps += 1

    def bits(self) -> list[str]:
        """The bits of all parameters."""
        return [bits_of(p.data) for p in self.scope["model"].parameters()]


def bits_of(x: float) -> str:
    """A float as the hexadecimal digits of its bits; every NaN is "nan"."""
    return "nan" if x != x else f"{struct.unpack('<Q', struct.pack('<d', x))[0]:x}"


def prepare(setting: dict[str, Any], width: float) -> dict[str, Any]:
    """Make a network and its data, ready for the page to train."""
    global training, checked
    training, checked = Training(setting), None
    return training.page(width)


def orders(count: int) -> list[list[int]]:
    """The order of the samples in each of the next epochs."""
    assert training is not None
    return training.orders(count)


def check(setting: dict[str, Any], steps: int) -> dict[str, Any]:
    """Run the exported program up to this step, for at most a second: the step it reached, and there its parameters' bits."""
    global checked
    if checked is None or checked.steps > steps:
        checked = Check(setting)
    checked.until(steps, MAX_SECONDS)
    return {"steps": checked.steps, "bits": checked.bits() if checked.steps == steps else []}


def exported(setting: dict[str, Any], steps: int) -> str:
    """The exported program."""
    return program_text(setting, steps).whole


def exported_for_torch(setting: dict[str, Any], steps: int) -> str:
    """The same training as a PyTorch program."""
    scope = begun(setting)
    return torch_text(setting, scope["X"], scope["y"], steps)


def replay(numbers: list[float], samples: list[list[float]]) -> dict[str, Any]:
    """The player's page for the loss of these samples at these parameters."""
    assert training is not None
    return training.loss_page(numbers, samples)


def rule(rate: float, w: Any, g: Any, memory: dict[str, Any]) -> dict[str, Any]:
    """The optimizer's update of one weight, as lines and as a player's page. NaN and infinity arrive as strings."""
    assert training is not None
    optimizer = training.optimizer
    w, g, memory = float(w), float(g), {name: float(x) for name, x in memory.items()}
    return {"lines": rule_lines(optimizer, rate, w, g, memory), "page": rule_page(optimizer, rate, w, g, memory)}
