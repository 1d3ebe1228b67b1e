"""Value and gradient of the mean loss of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

import autograd
from benchmarks import timing
from benchmarks.compiled.contenders import contenders
from benchmarks.compiled.figures import Figure, agree
from benchmarks.compiled.networks import Network

FEW = 16  # samples on which the eager engine checks every contender
WORKLOADS = (
    ("micrograd's demo, batch 100", Network((2, 16, 16, 1), "hinge", 100)),
    ("micrograd's demo, batch 1000", Network((2, 16, 16, 1), "hinge", 1000)),
    ("MLP 64-32-10, batch 256", Network((64, 32, 10), "cross-entropy", 256)),
    ("MLP 64-64-64, batch 256", Network((64, 64, 64), "squares", 256)),
    ("MLP 64-128-128, batch 1024", Network((64, 128, 128), "squares", 1024)),
)
GOALS = {100: {"NumPy by hand": 0.35, "PyTorch": 0.1, "JAX, jit": 0.1, "CasADi": 0.1}, 1000: {"NumPy by hand": 0.6}}


def figures() -> Iterator[Figure]:
    """One figure per network."""
    for title, network in WORKLOADS:
        few = replace(network, batch=FEW)
        for contender in contenders(few):
            agree(f"{title}, {contender.name}", contender.result(), eager(few))
        runs = contenders(network)
        for contender in runs:
            agree(f"{title}, {contender.name}", contender.result(), runs[1].result())
        times = timing.alternate_short({contender.name: contender.step for contender in runs})
        yield Figure(title, times, GOALS.get(network.batch, {"NumPy by hand": 1.0}))


def eager(network: Network) -> tuple[float, np.ndarray]:
    """The mean loss and its gradient from the eager engine, which records one sample at a time."""
    parameters = [autograd.Value(p) for p in network.parameters()]
    X, y = network.data()
    total = 0.0
    for row, target in zip(X.tolist(), y.tolist(), strict=True):
        loss = network.sample_loss(parameters, row, target) / len(X)
        loss.backward()
        total += loss.data
    return total, np.array([p.grad for p in parameters])
