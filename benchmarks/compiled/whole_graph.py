"""One graph without batches: micrograd's demo loss over all its 100 samples, 65,000 nodes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks import workloads


class Casadi:
    """CasADi: the loss and its gradient as one SX graph, evaluated by its virtual machine."""

    name = "CasADi"

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

    def result(self) -> tuple[float, np.ndarray]:
        """The loss and its gradient."""
        self.step()
        return float(self.results[0][0]), self.results[1].copy()


def loss(functions: Any) -> Any:
    """The loss as a function of the parameters, for an engine with these functions."""
    return lambda parameters: workloads.moons_step(functions, parameters)
