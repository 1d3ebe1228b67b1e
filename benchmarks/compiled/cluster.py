"""Worker processes: a batch as Dask arrays with chunks in one process or two."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from typing import Any

import numpy as np

import autograd
from benchmarks import timing
from benchmarks.compiled.networks import Network

BATCH = 10**6
CHUNKS = 8
ROUNDS = 5


def cluster() -> Iterator[tuple[str, str]]:
    """The speedup of two workers over one, each on its own core; nothing without Linux and the `distributed` extra."""
    if find_spec("distributed") is None or not hasattr(os, "sched_setaffinity"):
        return
    with ExitStack() as stack:
        times = timing.alternate({count: _gradient(count, stack) for count in (1, 2)}, ROUNDS)
    yield f"two worker processes on micrograd's demo, batch {BATCH:,}", f"{times[1] / times[2]:.2f} times as fast as one"


def _gradient(workers: int, stack: ExitStack) -> Callable[[], Any]:
    from distributed import Client, LocalCluster

    local = stack.enter_context(LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0"))
    client = stack.enter_context(Client(local, set_as_default=False))
    cores = sorted(os.sched_getaffinity(0))
    for worker, core in zip(local.scheduler_info["workers"], cores, strict=False):
        client.run(os.sched_setaffinity, 0, {core}, workers=[worker])
    network = Network((2, 16, 16, 1), "hinge", 1000)
    parameters, (X, y) = network.parameters(), network.data()
    program = autograd.compile(network.sample_loss, parameters.tolist(), X[0].tolist(), y[0].tolist(), in_axes=(None, 0, 0))
    held = [_held(client, np.resize(x, (BATCH, *x.shape[1:]))) for x in (X, y)]

    def run() -> Any:
        with client.as_current():
            return program.value_and_grad(parameters, *held, reduction="mean")

    run()
    return run


def _held(client: Any, array: np.ndarray) -> Any:
    """A Dask array with its chunks already on the workers."""
    import dask.array

    chunks = np.split(array, CHUNKS)
    futures = client.scatter(chunks)
    return dask.array.concatenate(
        [dask.array.from_delayed(future, chunk.shape, float) for future, chunk in zip(futures, chunks, strict=True)]
    )
