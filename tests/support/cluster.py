"""A real cluster of two worker processes, and chunks that wait in them until a test lets them go on."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

PATIENCE = 60.0  # seconds after which a test fails, rather than hangs


@contextmanager
def two_workers(folder: Path) -> Iterator[Any]:
    """The client of two worker processes with one thread each; they are gone in the end."""
    from distributed import Client, LocalCluster

    settings = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with (
        LocalCluster(**settings, local_directory=str(folder), silence_logs=logging.CRITICAL) as cluster,  # kills are no news here
        Client(cluster, set_as_default=False) as client,
        client.as_current(),
    ):
        yield client


class Gate:
    """Chunks of one number each: most are computed at once, those from `first` on when the gate is open.

    Every computation leaves a note in a folder, named after the number and the process.
    """

    def __init__(self, folder: Path, first: int) -> None:
        self.folder, self.first = folder, first
        folder.mkdir()

    def pass_through(self, block: Any) -> Any:
        """The same block, from a worker."""
        if block.size:
            number = int(block.flat[0])
            (self.folder / f"{number} {os.getpid()}").touch()
            end = time.monotonic() + PATIENCE
            while number >= self.first and not (self.folder / "open").exists() and time.monotonic() < end:
                time.sleep(0.01)
        return block

    def array(self, numbers: Any, size: int) -> Any:
        """A Dask array of the numbers, in chunks of this size."""
        import dask.array as da

        return da.from_array(np.asarray(numbers, float), chunks=size).map_blocks(self.pass_through, dtype=float, meta=np.zeros(0))

    def computed(self) -> list[tuple[int, int]]:
        """The first numbers of the chunks that were begun, and the processes that did it."""
        notes = [path.name.split() for path in self.folder.iterdir() if path.name != "open"]
        return [(int(number), int(process)) for number, process in notes]

    def kill_a_worker_that_has_something_to_lose(self) -> int:
        """Kill a process that has computed a chunk and is at work on another; then open the gate."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            begun = self.computed()
            for number, process in begun:
                if number >= self.first and any(other < self.first and process == its for other, its in begun):
                    os.kill(process, signal.SIGKILL)
                    (self.folder / "open").touch()
                    return process
            time.sleep(0.01)
        raise AssertionError(f"no worker got as far: {self.computed()}")
