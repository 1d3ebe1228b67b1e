"""All figures: measured, printed, and those that compare us with others drawn."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from autograd._files import write_atomically
from benchmarks import timing
from benchmarks.compiled import network_figures, options, training, whole_graph
from benchmarks.compiled.chart import NARROW, WIDE, Chart
from benchmarks.compiled.cluster import cluster
from benchmarks.compiled.growth import growth

DOCS = Path(__file__).parent.parent.parent / "docs"
PICTURES = {"speed.svg": WIDE, "speed-narrow.svg": NARROW}


def report() -> None:
    """Print each figure as soon as it is there."""
    machine = f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    print(f"{machine}; medians of {timing.ROUNDS} rounds on one thread; in brackets ours, as a multiple of the other\n")
    figures = []
    for part in (network_figures, whole_graph, options, training):
        for figure in part.figures():
            print(figure, flush=True)
            figures.append(figure)
    for name, layout in PICTURES.items():
        write_atomically(DOCS / name, Chart(figures, layout).svg.encode())
    print(flush=True)
    if find_spec("jax") is not None:
        subprocess.run([sys.executable, "-m", "benchmarks.compiled.synchronous_jax"], check=True)
    for line in (training.digits(), *growth(), cluster()):
        print(line, flush=True)
