"""The sdist and the wheel, built once for all processes of a test run."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 300.0  # seconds after which a test fails, rather than hangs


def distributions(factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist, and the wheel that is built from it. The first process that asks for them builds them."""
    base = factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, lock = run / "distributions", run / "distributions.lock"
    end = time.monotonic() + PATIENCE
    while not folder.exists():
        assert time.monotonic() < end, "another process builds them, and does not come to an end"
        try:
            lock.mkdir()
        except FileExistsError:
            time.sleep(0.1)
            continue
        try:
            if not folder.exists():
                built(factory.mktemp("built")).rename(folder)
        finally:
            lock.rmdir()
    return folder


def built(folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return folder
