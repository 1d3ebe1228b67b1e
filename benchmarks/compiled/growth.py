"""How time grows with lanes and operations, and the gain from a second thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from scipy.optimize import nnls

import autograd
from benchmarks import timing
from benchmarks.compiled.figures import shown
from benchmarks.compiled.networks import Network

SIZES = (10**3, 10**4, 10**5, 10**6)
SMALL = (10, 100, 1000)  # programs this small run in plain Python by default
WARM = 25  # calls after which such a program has become Python code
ROUNDS = 5


def growth() -> Iterator[tuple[str, str]]:
    """Measurements, as (what, result) pairs."""
    for size in (10**4, 10**5):
        times = timing.alternate_short({count: _lanes(size, count) for count in (1, 2)})
        yield f"two threads on micrograd's demo, batch {size:,}", f"{times[1] / times[2]:.2f} times as fast as one"
    yield from _each("micrograd's demo", "lanes", {size: _lanes(size, 1) for size in SIZES})
    chain = "value and gradient of a chain"
    yield from _each(f"{chain}, in machine code", "multiply-adds", {size // 2: _chain(size, "numba") for size in SIZES})
    yield from _each(f"{chain}, in Python code", "multiply-adds", {size // 2: _chain(size, "auto") for size in SMALL})


def _each(what: str, unit: str, runs: dict[int, Callable[[], Any]]) -> Iterator[tuple[str, str]]:
    times = timing.alternate_short(runs, ROUNDS)
    for size, seconds in times.items():
        yield f"{what}, {size:,} {unit}", f"{shown(seconds)}, {shown(seconds / size)} each"
    call, each, farthest = _straight_line(times)
    yield f"{what}, linear fit", f"{shown(call)} per call plus {shown(each)} each; at most {farthest:.0%} off"


def _straight_line(times: Mapping[int, float]) -> tuple[float, float, float]:
    """The fixed time of a call, the time per unit, by least squares of the relative residuals, and the largest residual."""
    sizes, seconds = np.array(list(times)), np.array(list(times.values()))
    relative = np.stack([1 / seconds, sizes / seconds], axis=1)
    (call, each), _ = nnls(relative, np.ones(len(sizes)))  # both times are nonnegative
    return call, each, float(np.max(np.abs(relative @ [call, each] - 1)))


def _lanes(size: int, threads: int) -> Callable[[], Any]:
    network = Network((2, 16, 16, 1), "hinge", 1000)
    parameters, (X, y) = network.parameters(), network.data()
    program = autograd.compile(network.sample_loss, parameters.tolist(), X[0].tolist(), y[0].tolist(), in_axes=(None, 0, 0))
    X, y = np.resize(X, (size, 2)), np.resize(y, size)

    def run() -> Any:
        return program.value_and_grad(parameters, X, y, reduction="mean")

    with timing.processors(threads):
        run()
    return run


def _chain(size: int, executor: str) -> Callable[[], Any]:
    def chain(y: Any, w: Any, b: Any) -> Any:
        for _ in range(size // 2):
            y = y * w + b
        return y

    program = autograd.compile(chain, 1.0, 0.999, 0.001, executor=executor)

    def run() -> Any:
        return program.value_and_grad(1.0, 0.999, 0.001, argnums=(0, 1, 2))

    for _ in range(WARM):
        run()
    return run
