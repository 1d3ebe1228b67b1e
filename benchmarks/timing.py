"""Timing: medians, with the garbage collector on and the contenders taking turns."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

ROUNDS = 11
SHORTEST = 0.01  # seconds: a shorter run is repeated until its round takes this long


def alternate(runs: Mapping[Any, Callable[[], Any]], rounds: int = ROUNDS) -> dict[Any, float]:
    """The median seconds of each run. They take turns, so that a busy moment of the machine slows them all."""
    times: dict[Any, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(seconds(run))
    return {name: statistics.median(found) for name, found in times.items()}


def alternate_short(runs: Mapping[Any, Callable[[], Any]], rounds: int = ROUNDS) -> dict[Any, float]:
    """The same for runs of microseconds: a round repeats each run and counts the median of its repetitions."""
    repetitions = {}
    for name, run in runs.items():
        run()  # exclude the work of a first call, such as compiling
        repetitions[name] = max(1, min(1000, int(SHORTEST / seconds(run))))
    times: dict[Any, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            with _collected():
                times[name].append(statistics.median(_seconds(run) for _ in range(repetitions[name])))
    return {name: statistics.median(found) for name, found in times.items()}


def seconds(run: Callable[[], Any]) -> float:
    """The duration of one run."""
    with _collected():
        return _seconds(run)


def _seconds(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


@contextmanager
def _collected() -> Iterator[None]:
    """Start without earlier garbage, and let collections scan only objects created inside, not all imported modules."""
    gc.collect()  # micrograd leaves cycles behind; the others must not pay for them
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def processors(count: int) -> Iterator[None]:
    """Limit the process to `count` processors. A compiled program counts them in its first run and keeps that number."""
    if not hasattr(os, "sched_setaffinity"):  # only Linux has it
        yield
        return
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(usable)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)
