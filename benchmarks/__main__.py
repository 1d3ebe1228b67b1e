"""Measure and print tables: the eager engine in this process, compiled programs and the playground in their own."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import autograd
import nn
from autograd.op import TABLE
from benchmarks import speed_page, workloads
from benchmarks.compiled.figures import Figure, shown
from benchmarks.detection_limit import detection_limit
from benchmarks.peers import Micrograd, peers
from benchmarks.player import smoothness
from benchmarks.timing import ROUNDS, alternate

LENGTHS = (10**3, 10**4, 10**5, 10**6)
WORKLOADS = (
    ("micrograd's demo step, single + and *", workloads.moons_step, workloads.mlp_point()),
    ("a chain of 10⁵ multiply-adds", workloads.chain, workloads.CHAIN_POINT),
    ("1000 Black–Scholes prices with Greeks", workloads.black_scholes, workloads.BLACK_SCHOLES_POINT),
    ("Rosenbrock in 100 variables, 20 times", workloads.rosenbrock, workloads.ROSENBROCK_POINT),
    ("a transformer of 4064 weights, 8 tokens", workloads.transformer, workloads.transformer_point()),
    ("40 steps of a recurrent policy", workloads.recurrent_policy, workloads.recurrent_point()),
)


def main() -> None:
    """Run all workloads."""
    print(f"CPython {platform.python_version()}, {platform.machine()}; medians of {ROUNDS} rounds, garbage collector on\n")
    speed_page.keep("eager", list(_eager()))
    print(f"\nbackward over 20,000 rounds, with and without a use outside the graph: {_dead_uses()}")
    print("slowest ops to record, by number of arguments:", _slowest_ops())
    print("jacobian of 2 inputs and 200 outputs, and two jvp calls:", _jacobian_times())
    print(f"page of a player with 500 steps: {_player_size() / 1e3:.0f} kB\n")
    drawing = [*_drawing_times(), _demo_time(), *smoothness()]
    for part, rows in {"eager, more": _more(), "drawing": drawing, "checking": detection_limit()}.items():
        for row in rows:
            print(": ".join(row), flush=True)
        speed_page.keep(part, rows)
    print()
    subprocess.run([sys.executable, "-m", "benchmarks.compiled"], check=True)
    subprocess.run([sys.executable, "-m", "benchmarks.playground"], check=True)


def _eager() -> Iterator[Figure]:
    """Figures of all engines, one per workload."""
    contenders = peers()
    print(f"{'workload':<44}" + "".join(f"{peer.name:>12}" for peer in contenders) + "   ours vs. each")
    for title, function, point in WORKLOADS:
        runs = {peer.name: _run(peer, function, point) for peer in contenders if _can(peer, function)}
        _agree(title, {name: run() for name, run in runs.items()})
        yield _measured(title, contenders, runs)
    runs = {peer.name: _run(peer, workloads.moons_step, workloads.mlp_point()) for peer in contenders}
    runs["ours"] = _through_nn()
    if "micrograd" in runs:
        runs["micrograd"] = _through_micrograd_nn()
    yield _measured("micrograd's demo step, through nn", contenders, runs)


def _measured(title: str, contenders: list[Any], runs: dict[str, Callable[[], Any]]) -> Figure:
    medians = alternate(runs)
    _print_row(title, contenders, medians)
    return Figure(title, medians)


def _run(peer: Any, function: Any, point: list[float]) -> Callable[[], tuple[float, list[float]]]:
    return lambda: peer.gradient(function, point)  # type: ignore[no-any-return]


NEEDS = {workloads.black_scholes: "erf", workloads.transformer: "exp", workloads.recurrent_policy: "exp"}


def _can(peer: Any, function: Any) -> bool:
    return hasattr(peer.functions, NEEDS.get(function, "make"))


def _agree(title: str, results: dict[str, tuple[float, list[float]]]) -> None:
    value, gradient = results["ours"]
    for name, (other_value, other_gradient) in results.items():
        pairs = [(value, other_value), *zip(gradient, other_gradient, strict=True)]
        if any(abs(a - b) > 1e-9 * max(1.0, abs(a), abs(b)) for a, b in pairs):
            raise SystemExit(f"{title}: ours and {name} disagree")


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


def _dead_uses() -> str:
    def rounds(watch: bool) -> autograd.Value:
        y, w = autograd.Value(0.5), autograd.Value(0.9)
        for _ in range(20_000):
            y = y * w + w
            if watch:
                watched.append(y * 2.0)
        return y

    watched: list[autograd.Value] = []
    times = alternate({"without": rounds(False).backward, "with": rounds(True).backward})
    return f"{1e3 * times['with']:.1f} and {1e3 * times['without']:.1f} ms, {times['with'] / times['without']:.2f} times"


def _slowest_ops() -> str:
    """The fastest op for each number of arguments, and the ops that take more than four times as long."""
    points = {"polygamma": [1.0, 2.5], "leg": [2.0, 0.5], "acosh": [2.5], "log1mexp": [1.5]}
    by_arity: dict[int, list[tuple[float, str]]] = {}
    for name in sorted(autograd.ops.BUILT_IN):
        op = TABLE[name]
        values = points.get(name) or [0.7, 0.4, 0.2][: op.arity or 3]
        seconds = alternate({name: _many(op, [autograd.Value(x) for x in values])})[name]
        by_arity.setdefault(op.arity or 9, []).append((seconds, name))
    cells = []
    for arity, found in sorted(by_arity.items()):
        fastest = min(found)
        slow = [f"{name} {seconds * 1e3:.1f}" for seconds, name in sorted(found) if seconds > 4.0 * fastest[0]]
        number = "any number" if arity == 9 else str(arity)
        cells.append(f"{number}: {fastest[1]} {fastest[0] * 1e3:.2f} µs, more than four times that: {', '.join(slow) or 'none'}")
    return "; ".join(cells)


def _many(op: Any, args: list[Any]) -> Callable[[], None]:
    def record() -> None:
        for _ in range(1000):
            op(*args)

    return record


def _jacobian_times() -> str:
    def f(x: list[Any]) -> list[Any]:
        return [autograd.sin(i * x[0]) * autograd.exp(x[1]) for i in range(200)]

    def forward() -> object:
        return [autograd.jvp(f, ([0.3, 0.2],), (seed,)) for seed in ([1.0, 0.0], [0.0, 1.0])]

    times = alternate({"jacobian": lambda: autograd.jacobian(f)([0.3, 0.2]), "jvp": forward})
    return f"{1e3 * times['jacobian']:.1f} and {1e3 * times['jvp']:.1f} ms"


def _more() -> list[tuple[str, str]]:
    """Further measurements of the eager engine, as (what, result) pairs."""
    return [
        ("bytes per operation, recorded and swept", f"{_bytes_per_op(100):.0f}"),
        ("the same in a graph more than 256 deep", f"{_bytes_per_op(10**5):.0f}"),
        *((f"time per operation in a chain of {length:,}, recorded and swept", shown(_per_op(length))) for length in LENGTHS),
        ("`import autograd`", shown(_import_time())),
    ]


def _bytes_per_op(length: int) -> float:
    """Bytes per operation, averaged over 10⁵ operations in chains of this length."""
    leaf, other = autograd.Value(0.999), autograd.Value(0.5)
    kept = []
    gc.collect()
    tracemalloc.start()
    for _ in range(10**5 // length):
        y = leaf
        for _ in range(length // 2):
            y = y * leaf + other
        y.backward()
        kept.append(y)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return size / 10**5


def _per_op(length: int) -> float:
    seconds = []
    for _ in range(max(3, 10**5 // length)):
        gc.collect()
        start = time.perf_counter()
        leaf = y = autograd.Value(0.9999999)
        for _ in range(length):
            y = y * leaf
        y.backward()
        del y
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) / length


def _chain(length: int) -> autograd.Value:
    x = y = autograd.Value(0.9)
    for i in range(length):
        y = y * x if i % 2 else y + 0.1
    y.backward()
    return y


def _draw(y: autograd.Value) -> None:
    autograd.draw_dot(y, flow="both").pipe("svg")


def _drawing_times() -> list[tuple[str, str]]:
    rows = []
    for length in (10, 10**3, 10**5):
        y = _chain(length)
        seconds = alternate({length: partial(_draw, y)})[length]
        rows.append((f'`draw_dot(y).pipe("svg")`, {length:,} nodes', shown(seconds)))
    return rows


def _demo_time() -> tuple[str, str]:
    seconds = statistics.median(_seconds_of([sys.executable, "-m", "tools.demo", "--no-open"]) for _ in range(3))
    return "`make demo`, after the first run", shown(seconds)


def _seconds_of(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _player_size() -> int:
    return len(autograd.player(_chain(250)).html.encode())  # 250 operations: 250 steps forward and 250 back


def _import_time() -> float:
    plain, ours = "pass", "import autograd"
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # caches bytecode

    def start(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True, env=compiled)

    times = alternate({code: start(code) for code in (plain, ours)})
    return times[ours] - times[plain]


if __name__ == "__main__":
    main()
