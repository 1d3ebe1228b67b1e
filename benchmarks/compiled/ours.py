"""Our side: compiled programs, called as a user calls them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

import autograd
from benchmarks import workloads
from benchmarks.compiled.figures import OURS
from benchmarks.compiled.networks import Network


class OurNetwork:
    """The loss of one sample, compiled: the samples are its lanes."""

    name = OURS

    def __init__(self, network: Network) -> None:
        parameters, (X, y) = network.parameters(), network.data()
        examples = (parameters.tolist(), X[0].tolist(), y[0].tolist())
        program = autograd.compile(network.sample_loss, *examples, in_axes=(None, 0, 0))
        self.step = lambda: program.value_and_grad(parameters, X, y, reduction="mean")

    def result(self) -> tuple[float, np.ndarray]:
        """The loss and the flat gradient."""
        loss, gradient = self.step()
        return float(loss), np.asarray(gradient)


class OurGraph:
    """The demo's loss over all its samples as one function of the parameters, compiled without lanes."""

    name = OURS

    def __init__(self) -> None:
        functions = SimpleNamespace(relu=autograd.relu, make=float)
        self.parameters = np.array(workloads.mlp_point())
        self.program = autograd.compile(lambda p: workloads.moons_step(functions, p), self.parameters.tolist())
        self.step()

    def step(self) -> Any:
        """The value and the gradient; the first call ends the compiling."""
        return self.program.value_and_grad(self.parameters)

    def result(self) -> tuple[float, np.ndarray]:
        """The loss and its gradient."""
        loss, gradient = self.step()
        return float(loss), np.asarray(gradient)
