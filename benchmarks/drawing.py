"""`python -m benchmarks.drawing COMMIT`: time of a drawing here and at a commit, by number of nodes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SIZES = (10, 10**3, 10**5)
ROUNDS = 5
# Prints the milliseconds of drawing as SVG. A string, because the other tree may not have this file.
MEASURE = """
import statistics, sys, time
from autograd import Value, draw_dot
length, rounds = int(sys.argv[1]), int(sys.argv[2])
x = y = Value(0.9)
for i in range(length):
    y = y * x if i % 2 else y + 0.1
y.backward()
times = []
for _ in range(rounds):
    start = time.perf_counter()
    draw_dot(y, flow="both").pipe("svg")
    times.append(time.perf_counter() - start)
print(1e3 * statistics.median(times))
"""


def milliseconds(tree: Path, length: int) -> float:
    """Median time to draw a chain, measured in a separate process with the pinned renderer."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "PATH": ""}
    repetitions = 20 if length < 1000 else 3
    command = [sys.executable, "-c", MEASURE, str(length), str(repetitions)]
    return float(subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure both trees in turn; print the medians and their ratio."""
    commit = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", there, commit], cwd=ROOT, check=True)
        try:
            print(f"{'nodes':>8}{commit[:7]:>12}{'here':>12}{'ratio':>8}")
            for length in SIZES:
                rounds = [[milliseconds(tree, length) for tree in (there, ROOT)] for _ in range(ROUNDS)]
                before, now = (statistics.median(column) for column in zip(*rounds, strict=True))
                print(f"{length:>8}{before:>9.1f} ms{now:>9.1f} ms{now / before:>8.2f}", flush=True)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", there], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
