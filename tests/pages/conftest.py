"""The browser; the site and the demo, made once for all tests that look at them: the processes of one run share them."""

import contextlib
import subprocess
import sys

import pytest

import tools.demo
from tests.support import shared
from tests.support.browser import launched
from tests.support.shared import locked
from tools.site import ROOT

BUILD = "import sys; from pathlib import Path; from tools.site import build; build(Path(sys.argv[1]))"


@pytest.fixture(scope="package")  # of the session its event loop would run beside tests that start their own
def browser():
    """One browser for all tests of pages: processes go to and fro between modules, and to start one takes a second."""
    with launched() as running:
        yield running


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    return shared.shared_folder(tmp_path_factory)


@pytest.fixture(scope="session")
def site(shared_folder):
    """The folder of the built pages. Sphinx runs in a process of its own."""
    folder = shared_folder / "site"
    with locked(folder):
        if not (folder / "objects.inv").exists():
            built = subprocess.run([sys.executable, "-c", BUILD, folder], cwd=ROOT, capture_output=True, text=True, check=False)
            assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="session")
def demo(shared_folder):
    """The page of `make demo`, which is written last."""
    page = shared_folder / tools.demo.FOLDER / "index.html"
    with locked(page.parent), contextlib.chdir(shared_folder):
        if not page.exists():
            tools.demo.main(["--no-open"])
    return page
