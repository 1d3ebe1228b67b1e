"""One graph without lanes: the loss of micrograd's demo over all 100 samples, 65,000 nodes."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

import autograd
from benchmarks import peers as eager_peers
from benchmarks import timing, workloads
from benchmarks.compiled.figures import OURS, Figure, agree


class Ours:
    """The loss compiled as a function of the parameters; construction includes a first run."""

    def __init__(self) -> None:
        functions = SimpleNamespace(relu=autograd.relu, make=float)
        parameters = np.array(workloads.mlp_point())
        program = autograd.compile(lambda p: workloads.moons_step(functions, p), parameters.tolist())
        self.step = lambda: program.value_and_grad(parameters)
        with timing.processors(1):
            self.step()

    def result(self) -> Any:
        """The loss and its gradient."""
        return self.step()


class Casadi:
    """The loss and its gradient as one SX graph of CasADi, evaluated by its virtual machine."""

    def __init__(self) -> None:
        import casadi

        p = casadi.SX.sym("p", len(workloads.mlp_point()))
        functions = SimpleNamespace(relu=lambda x: casadi.fmax(0.0, x), make=casadi.SX)
        loss = workloads.moons_step(functions, casadi.vertsplit(p))
        self.function = casadi.Function("demo", [p], [loss, casadi.gradient(loss, p)])
        self.parameters = np.array(workloads.mlp_point())
        self.results = [np.zeros(1), np.zeros(len(self.parameters))]
        self.buffer, self.step = self.function.buffer()
        self.buffer.set_arg(0, memoryview(self.parameters))
        for i, array in enumerate(self.results):
            self.buffer.set_res(i, memoryview(array))
        self.step()

    def result(self) -> Any:
        """The loss and its gradient."""
        self.step()
        return self.results[0][0], self.results[1].copy()


def figures() -> Iterator[Figure]:
    """Time to evaluate the graph, and time from the function to the first result."""
    makers = {OURS: Ours, "CasADi": Casadi}
    if importlib.util.find_spec("casadi") is None:
        del makers["CasADi"]
    made = {name: make() for name, make in makers.items()}
    reference = eager_peers.Ours().gradient(workloads.moons_step, workloads.mlp_point())
    for name, contender in made.items():
        agree(f"a graph of 65,000 nodes, {name}", contender.result(), reference)
    yield Figure(
        "a graph of 65,000 nodes, evaluated",
        timing.alternate_short({name: contender.step for name, contender in made.items()}),
        {"CasADi": 1.0},
    )
    yield Figure("the same, from source to first result", timing.alternate(makers, rounds=3), {"CasADi": 1.0})
