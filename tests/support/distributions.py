"""The sdist and the wheel, built once for all processes of a test run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shared import locked, shared_folder

ROOT = Path(__file__).parent.parent.parent


def distributions(factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist and the wheel built from it; the first process to ask builds them."""
    folder = shared_folder(factory) / "distributions"
    with locked(folder):
        if not folder.exists():
            built(factory.mktemp("built")).rename(folder)
    return folder


def built(folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return folder
