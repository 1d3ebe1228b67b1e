"""All figures: measured, printed, and drawn."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import autograd
from autograd._files import write_atomically
from benchmarks import timing
from benchmarks.compiled import options, training, whole_graph
from benchmarks.compiled.chart import Chart
from benchmarks.compiled.figures import OURS, Figure
from benchmarks.compiled.network_peers import peers
from benchmarks.compiled.networks import DEMO, NETWORKS, Network
from benchmarks.compiled.ours import OurGraph, OurNetwork

PICTURE = Path(__file__).parent.parent.parent / "docs" / "speed.svg"
FEW = 16  # samples of a large network whose gradient the eager engine checks
GOALS = {
    DEMO: {"NumPy by hand": 0.35, "PyTorch": 0.1, "JAX, jit": 0.1, "CasADi": 0.1},
    replace(DEMO, batch=1000): {"NumPy by hand": 0.6},
}


def report() -> None:
    """Print one line per figure as soon as it is there, then draw those that compare us with others."""
    cores = os.cpu_count()
    print(f"CPython {platform.python_version()}, {platform.machine()}, {cores} cores; medians of {timing.ROUNDS} rounds, one thread")
    print("the time of ours; then of others, with ours as a multiple of it\n")
    figures = []
    for figure in _figures():
        print(figure, flush=True)
        figures.append(figure)
    write_atomically(PICTURE, Chart(figures).svg.encode())
    print(f"\nchart: docs/{PICTURE.name}")


def _figures() -> Iterator[Figure]:
    for network in NETWORKS:
        yield _network(network)
    yield from _graph()
    yield from _options()
    yield from _training()


def _network(network: Network) -> Figure:
    few = replace(network, batch=min(FEW, network.batch))
    reference = _eager(few)
    for contender in (OurNetwork(few), *peers(few)):
        _agree(f"{network.title}, {contender.name}", contender.result(), reference)
    contenders = [OurNetwork(network), *peers(network)]
    reference = contenders[1].result()
    for contender in contenders:
        _agree(f"{network.title}, {contender.name}", contender.result(), reference)
    times = timing.alternate_short({contender.name: contender.step for contender in contenders})
    return Figure(network.title, times, GOALS.get(network, {"NumPy by hand": 1.0}))


def _eager(network: Network) -> tuple[float, np.ndarray]:
    """The mean loss and its gradient from the eager engine, which records one sample at a time."""
    parameters = [autograd.Value(p) for p in network.parameters()]
    X, y = network.data()
    total = 0.0
    for row, target in zip(X.tolist(), y.tolist(), strict=True):
        loss = network.sample_loss(parameters, row, target) / len(X)
        loss.backward()
        total += loss.data
    return total, np.array([p.grad for p in parameters])


def _agree(who: str, found: tuple[float, Any], reference: tuple[float, Any]) -> None:
    for ours, theirs in zip(found, reference, strict=True):
        scale = np.abs(theirs).max()
        if not np.abs(np.asarray(ours) - theirs).max() <= 1e-12 * scale:
            raise SystemExit(f"{who}: a wrong value or gradient")
