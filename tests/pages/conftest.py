"""The site, built once for all tests that look at it."""

import fcntl
import subprocess
import sys

import pytest

from tools.site import ROOT

BUILD = "import sys; from pathlib import Path; from tools.site import build; build(Path(sys.argv[1]))"


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """The folder of the built pages; the processes of one run share it. Sphinx runs in a process of its own."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "site"
    with open(folder.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "objects.inv").exists():
            built = subprocess.run([sys.executable, "-c", BUILD, folder], cwd=ROOT, capture_output=True, text=True, check=False)
            assert built.returncode == 0, built.stderr
    return folder
