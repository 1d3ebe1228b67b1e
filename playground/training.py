"""A training as tapes: the loss of a sample with its gradient, the outputs, and the optimizer's step on one parameter.

The page runs the tapes on all samples, points and parameters side by side; `check` runs the same in Python.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import autograd
import nn
from autograd import maximum, sqrt
from autograd.compiler.batch_loss import BatchLoss
from autograd.compiler.executors.python import run
from autograd.compiler.exports.javascript_ops import tape_json
from autograd.compiler.optimize import optimize
from autograd.compiler.program import Program
from autograd.compiler.tape import Tape
from autograd.viz.palette import MARKERS, RAMP
from nn import optim
from nn.datasets.toys import shuffled_order
from nn.network.numbers import numbers_of
from nn.network.page import NetworkPage
from nn.network.structure import read_network
from nn.optim import Arithmetic, Optimizer

RESOLUTION = 60
EPOCHS = 20  # whose orders are drawn ahead; then they come again
ON_VALUES = Arithmetic(sqrt, maximum)
DATA: dict[str, Callable[[int, float, int], Any]] = {
    "moons": lambda n, noise, seed: nn.make_moons(n, noise=noise, random_state=seed),
    "circles": lambda n, noise, seed: nn.make_circles(n, noise=noise, factor=0.5, random_state=seed),
    "xor": lambda n, noise, seed: nn.make_xor(n, noise=noise, random_state=seed),
    "spirals": lambda n, noise, seed: nn.make_spirals(n, noise=noise, random_state=seed),
    "blobs": lambda n, noise, seed: nn.make_blobs(n, centers=2, cluster_std=0.3 + noise, random_state=seed),
}
LOSSES = {"logistic": nn.BCEWithLogitsLoss, "hinge": nn.HingeLoss, "squared error": nn.MSELoss}
OPTIMIZERS = {"SGD": optim.SGD, "Adam": optim.Adam, "RMSprop": optim.RMSprop, "Adagrad": optim.Adagrad}


class Training:
    """A network, its data, and the programs that train it."""

    def __init__(self, setting: Mapping[str, Any]) -> None:
        self.X, self.labels = DATA[setting["data"]](setting["samples"], setting["noise"], setting["seed"])
        self.loss = LOSSES[setting["loss"]]()
        self.y = [2 * label - 1 if setting["loss"] == "hinge" else label for label in self.labels]
        self.model = nn.MLP(2, [*setting["layers"], 1], setting["activation"], seed=setting["seed"])
        self.seed, self.rate = setting["seed"], setting["rate"]
        kind = OPTIMIZERS[setting["optimizer"]]
        more = {"momentum": setting["momentum"]} if setting["momentum"] else {}
        self.optimizer = kind(self.model.parameters(), lr=self.rate, **more)
        model, loss = self.model, self.loss

        def loss_and_output(sample: Any, target: Any) -> tuple[Any, Any]:
            output = model(sample)
            return loss.sample_loss(output, target), output

        self.batch = BatchLoss(loss_and_output, self.X[0], self.y[0], executor="python")
        self.outputs = autograd.compile(lambda sample: model(sample), self.X[0], executor="python")
        self.neurons = autograd.compile(lambda sample: _all_outputs(model, sample), self.X[0], executor="python")
        self.update = _update(self.optimizer)

    def page(self) -> dict[str, Any]:
        """What the page trains and shows: tapes, the numbers they begin with, the network's view and the plane."""
        captured = self.batch.captured
        network = read_network(self.model)
        return {
            "tapes": {
                "loss": _tape(self._loss_program()),
                "outputs": _tape(self.outputs.program_of()),
                "neurons": _tape(self.neurons.program_of()),
                "update": _tape(self.update.program_of()),
                "numbers": [leaf.data for leaf in captured],
                "reached": self.batch.reached,
                "parameters": [captured.index(p) for p in network.parameters],
                "memory": [is_count(low) for low in self.optimizer.lowest.values()],
                "rate": self.rate,
                "orders": self._orders(),
                "X": self.X,
                "y": self.y,
            },
            "view": NetworkPage(network).data(numbers_of(network)),
            "plane": self._plane(),
            "loss": type(self.loss).__name__,
        }

    def _plane(self) -> dict[str, Any]:
        """As the picture of a decision boundary takes it."""
        sides = {}
        for axis, column in zip("xy", zip(*self.X, strict=True), strict=True):
            room = 0.1 * (max(column) - min(column))
            sides[axis] = [min(column) - room, max(column) + room]
        points = [[*row, label] for row, label in zip(self.X, self.labels, strict=True)]
        return {**sides, "resolution": RESOLUTION, "kind": "score", "labels": [0, 1], "points": points, "hidden": 0,
                "markers": MARKERS, "ramp": RAMP, "cells": [""]}  # fmt: skip

    def _loss_program(self) -> Program:
        return optimize(self.batch.program)

    def _orders(self) -> list[list[int]]:
        """The orders of the samples in some epochs, as `fit` draws them."""
        rng = Random(self.seed)
        return [shuffled_order(len(self.X), True, rng) for _ in range(EPOCHS)]

    def check(self, steps: int, batch: int) -> list[float]:
        """The parameters after so many steps of the same programs, run by Python."""
        numbers = [leaf.data for leaf in self.batch.captured]
        reached, count = self.batch.reached, len(self.X)
        memory: list[Any] = [type(low)() if is_count(low) else [0.0] * len(reached) for low in self.optimizer.lowest.values()]
        whole = not 0 < batch < count
        starts = range(0, count, batch) if not whole else range(1)
        parts = [order[start : start + batch] if not whole else range(count) for order in self._orders() for start in starts]
        programs = self._loss_program(), self.update.program_of()
        for step in range(steps):
            part = parts[step % len(parts)]
            columns = [[self.X[i][j] for i in part] for j in range(2)]
            found = run(programs[0], [*columns, [float(self.y[i]) for i in part], *numbers], len(part))
            gradient = [found[1 + i] * (1.0 / len(part)) for i in range(len(reached))]
            data = [numbers[i] for i in reached]
            moved, *memory = run(programs[1], [data, gradient, self.rate, *memory], len(reached))
            memory = [
                x if is_count(low) or isinstance(x, list) else [x] * len(reached)
                for x, low in zip(memory, self.optimizer.lowest.values(), strict=True)
            ]
            for i, x in zip(reached, moved, strict=True):
                numbers[i] = x
        return numbers


def _all_outputs(model: Any, sample: Any) -> list[Any]:
    """What every neuron gives, layer by layer."""
    found: list[Any] = []
    for layer in model.layers:
        sample = layer(sample)
        found += sample if isinstance(sample, list) else [sample]
    return found


def is_count(low: float) -> bool:
    return isinstance(low, int)


def _tape(program: Program) -> Any:
    return json.loads(tape_json(Tape.of(program)))


def _update(optimizer: Optimizer) -> autograd.Compiled:
    """The optimizer's step on one parameter, which is a lane; its rate and its counts are the same for all."""
    group, names = optimizer.param_groups[0].data, list(optimizer.lowest)

    def step(data: Any, grad: Any, rate: Any, *memory: Any) -> Any:
        moved, kept = optimizer.rule({**group, "lr": rate}, ON_VALUES)(data, grad, dict(zip(names, memory, strict=True)))
        return [moved, *(kept[name] for name in names)]

    axes = [None if is_count(low) else 0 for low in optimizer.lowest.values()]
    examples = [1.0 if is_count(low) else 0.5 for low in optimizer.lowest.values()]
    return autograd.compile(step, 0.5, 0.25, group["lr"], *examples, in_axes=(0, 0, None, *axes), executor="python")


training: Training | None = None


def prepare(setting: dict[str, Any]) -> dict[str, Any]:
    """A network and its data, ready to be trained by the page."""
    global training
    training = Training(setting)
    return training.page()


def check(steps: int, batch: int) -> list[str]:
    """The bits of all parameters after so many steps of the same training in Python."""
    assert training is not None
    return [f"{struct.unpack('<Q', struct.pack('<d', x))[0]:x}" for x in training.check(steps, batch)]
