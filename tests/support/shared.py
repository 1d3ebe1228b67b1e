"""Shared by the processes of a test run: a folder, and locks on what is built there once."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The same folder in all processes of the run."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let in one process at a time."""
    import fcntl  # may be missing from a browser's Python

    with open(folder.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
