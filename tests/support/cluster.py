"""A real cluster of two worker processes, and chunks that wait in them until a test lets them continue."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

PATIENCE = 60.0  # seconds after which a test fails, rather than hangs


@contextmanager
def two_workers(folder: Path) -> Iterator[Any]:
    """The client of two worker processes with one thread each, which end with the block."""
    from dask import config
    from distributed import Client, LocalCluster

    # The address is for the scheduler's web server, which runs even without a dashboard.
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0", "scheduler_kwargs": {"dashboard": False}}
    with (
        config.set({"distributed.comm.timeouts.connect": "10s"}),  # how long a worker tries to reach a killed one
        LocalCluster(**settings, local_directory=str(folder), silence_logs=logging.CRITICAL) as cluster,  # kills are expected
        Client(cluster, set_as_default=False) as client,
        client.as_current(),
    ):
        yield client


class Gate:
    """Chunks, identified by their first numbers: a process computes one at once, the others when the gate is open.

    Every computation leaves a file in a folder, named after the number and the process.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def pass_through(self, block: Any) -> Any:
        """Return the block unchanged, in a worker."""
        if block.size:
            own = os.getpid()
            is_first = all(process != own for _, process in self.computed())
            (self.folder / f"{int(block.flat[0])} {own}").touch()
            end = time.monotonic() + PATIENCE
            while not is_first and not (self.folder / "open").exists() and time.monotonic() < end:
                time.sleep(0.01)
        return block

    def array(self, numbers: Any, size: int) -> Any:
        """A Dask array of the numbers, in chunks of this size."""
        import dask.array as da

        chunked = da.from_array(np.asarray(numbers, float), chunks=size)
        return chunked.map_blocks(self.pass_through, dtype=float, meta=np.zeros(0))

    def open(self) -> None:
        """Let everything pass."""
        (self.folder / "open").touch()

    def close(self) -> None:
        """Close the gate, and forget what was computed."""
        for path in self.folder.iterdir():
            path.unlink()

    def computed(self) -> list[tuple[int, int]]:
        """The first numbers of the chunks that were begun, each with its process."""
        notes = [path.name.split() for path in self.folder.iterdir() if path.name != "open"]
        return [(int(number), int(process)) for number, process in notes]

    def kill_a_worker_that_has_something_to_lose(self) -> int:
        """Kill a process that has computed one chunk and is working on another; then open the gate."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            begun = Counter(process for _, process in self.computed())
            for process, chunks in begun.items():
                if chunks > 1:
                    os.kill(process, signal.SIGKILL)
                    self.open()
                    return process
            time.sleep(0.01)
        raise AssertionError(f"no worker got as far: {self.computed()}")
