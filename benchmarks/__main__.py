"""Measure, and print one table: medians, with the garbage collector on, contenders taking turns in one process."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import autograd
import nn
from benchmarks import workloads
from benchmarks.checking import sensitivity
from benchmarks.peers import Micrograd, peers

ROUNDS = 11


def main() -> None:
    """Run all workloads."""
    print(f"CPython {platform.python_version()}, {platform.machine()}; medians of {ROUNDS} rounds, collector on\n")
    contenders = peers()
    print(f"{'workload':<44}" + "".join(f"{peer.name:>12}" for peer in contenders) + "   ours against each")
    for title, function, point in (
        ("micrograd demo step, plain + and *", workloads.moons_step, workloads.mlp_point()),
        ("chain of 10^5 multiply-adds", workloads.chain, workloads.CHAIN_POINT),
        ("1000 Black-Scholes prices, 5 derivatives", workloads.black_scholes, workloads.BLACK_SCHOLES_POINT),
        ("Rosenbrock, 100 variables, 20 times", workloads.rosenbrock, workloads.ROSENBROCK_POINT),
    ):
        runs = {peer.name: _run(peer, function, point) for peer in contenders if _can(peer, function)}
        _agree(title, {name: run() for name, run in runs.items()})
        _print_row(title, contenders, _alternate(runs))
    runs = {peer.name: _run(peer, workloads.moons_step, workloads.mlp_point()) for peer in contenders}
    runs["ours"] = _through_nn()
    if "micrograd" in runs:
        runs["micrograd"] = _through_micrograd_nn()
    _print_row("micrograd demo step, through nn", contenders, _alternate(runs))
    print(f"\nbytes an operation (recorded and swept): {_bytes_an_op():.0f}")
    print("ns an operation by length of a chain, record + backward:", _by_length())
    _print_import_time()
    print("drawing, in ms (the graph as DOT + its layout as SVG):", _drawing_times())
    print(f"page of a player of 500 steps: {_player_size() / 1e3:.0f} kB")
    print(f"gradcheck of random expressions, error that is caught: {sensitivity()}")


def _run(peer: Any, function: Any, point: list[float]) -> Callable[[], tuple[float, list[float]]]:
    return lambda: peer.gradient(function, point)  # type: ignore[no-any-return]


def _can(peer: Any, function: Any) -> bool:
    return function is not workloads.black_scholes or hasattr(peer.functions, "erf")


def _agree(title: str, results: dict[str, tuple[float, list[float]]]) -> None:
    value, gradient = results["ours"]
    for name, (other_value, other_gradient) in results.items():
        pairs = [(value, other_value), *zip(gradient, other_gradient, strict=True)]
        if any(abs(a - b) > 1e-9 * max(1.0, abs(a), abs(b)) for a, b in pairs):
            raise SystemExit(f"{title}: ours and {name} disagree")


def _alternate(runs: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The median seconds of each, taking turns so that a busy moment of the machine hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            gc.collect()  # micrograd leaves cycles behind: its own garbage, not the next one's
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def _print_row(title: str, contenders: list[Any], medians: dict[str, float]) -> None:
    ours = medians["ours"]
    cells = "".join(f"{1e3 * medians[p.name]:>9.2f} ms" if p.name in medians else f"{'—':>12}" for p in contenders)
    ratios = ", ".join(f"{seconds / ours:.2f}× {name}" for name, seconds in medians.items() if name != "ours")
    print(f"{title:<44}{cells}   {ratios}", flush=True)


def _through_nn() -> Callable[[], float]:
    model, hinge = nn.MLP(2, [16, 16, 1], init="uniform"), nn.HingeLoss()
    parameters = model.parameters()

    def step() -> float:
        model.zero_grad()
        scores = [model(row) for row in workloads.MOONS]
        loss = hinge(scores, workloads.SIGNS) + 1e-4 * autograd.dot(parameters, parameters)
        loss.backward()
        return float(loss.data)

    return step


def _through_micrograd_nn() -> Callable[[], float]:
    from micrograd.nn import MLP

    peer = Micrograd()
    model = MLP(2, [16, 16, 1])

    def step() -> float:
        model.zero_grad()
        scores = [model([peer.make(x) for x in row]) for row in workloads.MOONS]
        losses = [(1 + -sign * score).relu() for sign, score in zip(workloads.SIGNS, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        loss.backward()
        return float(loss.data)

    return step


def _bytes_an_op() -> float:
    leaf, other = autograd.Value(0.999), autograd.Value(0.5)
    gc.collect()
    tracemalloc.start()
    y = leaf
    for _ in range(10**5):
        y = y * leaf + other
    y.backward()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return size / (2 * 10**5)


def _by_length() -> str:
    cells = []
    for exponent in range(3, 7):
        length = 10**exponent
        seconds = []
        for _ in range(max(3, 10 ** (6 - exponent) // 10)):
            gc.collect()
            start = time.perf_counter()
            leaf = y = autograd.Value(0.9999999)
            for _ in range(length):
                y = y * leaf
            y.backward()
            del y
            seconds.append(time.perf_counter() - start)
        cells.append(f"10^{exponent}: {1e9 * statistics.median(seconds) / length:.0f}")
    return ", ".join(cells)


def _chain(length: int) -> autograd.Value:
    x = y = autograd.Value(0.9)
    for i in range(length):
        y = y * x if i % 2 else y + 0.1
    y.backward()
    return y


def _drawing_times() -> str:
    cells = []
    for length in (10, 10**3, 10**5):
        y = _chain(length)
        seconds: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            drawing = autograd.draw_dot(y, flow="both")
            drawn = time.perf_counter()
            drawing.pipe("svg")
            seconds.append((drawn - start, time.perf_counter() - drawn))
        described, laid_out = (1e3 * statistics.median(column) for column in zip(*seconds, strict=True))
        cells.append(f"{length} nodes {described:.0f} + {laid_out:.0f}")
    return ", ".join(cells)


def _player_size() -> int:
    return len(autograd.player(_chain(250)).html.encode())  # 250 operations: as many steps forward, and as many back


def _print_import_time() -> None:
    plain, ours = "pass", "import autograd"
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as installed

    def start(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True, env=compiled)

    times = _alternate({code: start(code) for code in (plain, ours)})
    listing = "import sys; before = set(sys.modules); import autograd; print(*set(sys.modules) - before)"
    loaded = subprocess.run([sys.executable, "-c", listing], check=True, capture_output=True, text=True).stdout.split()
    foreign = sorted({name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names) - {"autograd"})
    milliseconds = 1e3 * (times[ours] - times[plain])
    print(f"import autograd: {milliseconds:.1f} ms; beside the standard library it imports {foreign or 'nothing'}")


if __name__ == "__main__":
    main()
