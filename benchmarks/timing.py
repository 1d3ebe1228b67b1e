"""How runs are timed: medians, garbage collector on, the contenders taking turns."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

ROUNDS = 11
SHORTEST = 0.01  # seconds: a shorter run is repeated until its round takes this long


def alternate(runs: Mapping[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median seconds of each, taking turns, so that a busy moment of the machine slows all of them."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(seconds(run))
    return {name: statistics.median(found) for name, found in times.items()}


def alternate_short(runs: Mapping[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """The same for runs of microseconds: a round repeats each of them, and counts the median of the repetitions."""
    repetitions = {}
    for name, run in runs.items():
        run()  # what is done at the first call, such as compiling, is not measured
        repetitions[name] = max(1, min(1000, int(SHORTEST / seconds(run))))
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            gc.collect()
            times[name].append(statistics.median(_seconds(run) for _ in range(repetitions[name])))
    return {name: statistics.median(found) for name, found in times.items()}


def seconds(run: Callable[[], Any]) -> float:
    """How long one run takes, not counting what those before it left to the garbage collector."""
    gc.collect()
    return _seconds(run)


def _seconds(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
