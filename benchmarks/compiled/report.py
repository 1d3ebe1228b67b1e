"""All figures of compiled programs: measure them, print them and store them for the page."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain

from benchmarks import speed_page, timing
from benchmarks.compiled import network_figures, options, training, whole_graph
from benchmarks.compiled.chart import times
from benchmarks.compiled.cluster import cluster
from benchmarks.compiled.figures import shown
from benchmarks.compiled.growth import growth


def report() -> None:
    """Print each figure as soon as it is measured."""
    machine = f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    print(f"{machine}; medians of {timing.ROUNDS} rounds on one thread; in brackets ours, as a multiple of the other\n")
    figures = []
    for part in (network_figures, whole_graph, options, training):
        for figure in part.figures():
            print(figure, flush=True)
            figures.append(figure)
    speed_page.keep("compiled", figures)
    print(flush=True)
    rows = []
    for row in chain(synchronous_jax(), growth(), cluster(), training.digits(), training.first_fit()):
        print(": ".join(row), flush=True)
        rows.append(row)
    speed_page.keep("compiled, more", rows)


def synchronous_jax() -> Iterator[tuple[str, str]]:
    """JAX without asynchronous dispatch: in its own process, because JAX decides this once per process."""
    if find_spec("jax") is not None:
        command = [sys.executable, "-m", "benchmarks.compiled.synchronous_jax"]
        ours, jax = map(float, subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split())
        title, _ = network_figures.WORKLOADS[0]
        yield f"{title}, by JAX without asynchronous dispatch", f"{shown(jax)}, {times(jax / ours)} ours"
