"""Fixtures: the browser; the site and the demo, built once per run and shared by its processes."""

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


@pytest.fixture(scope="package")  # with session scope, its event loop would run beside those that tests start
def browser():
    """One browser for all tests of pages: processes switch between modules, and starting a browser takes a second."""
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
    """The index page of `make demo`, which is written last."""
    page = shared_folder / tools.demo.FOLDER / "index.html"
    with locked(page.parent), contextlib.chdir(shared_folder):
        if not page.exists():
            tools.demo.main(["--no-open"])
    return page
