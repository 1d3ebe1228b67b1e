"""The notebooks in JupyterLite, in Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from benchmarks.static_host import StaticHost
from tests.support.lite import run_notebook
from tools import lite
from tools.lite import build, fetch, without_numpy


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site") / "lab"
    build(folder)
    with StaticHost(folder) as host:
        yield host.address


@pytest.mark.parametrize("name", ["03-backward-step-by-step", "05-your-first-network"])
def test_a_notebook_runs_to_its_end_and_asks_nobody_else_for_anything(browser: Any, lab: str, name: str) -> None:
    run = run_notebook(browser, lab, f"{name}.ipynb")
    assert run.foreign == []
    assert run.errors == []
    assert run.ran == len(run.cells)


def test_a_wheel_is_taken_if_it_is_the_one_that_is_listed(tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "some-1-py3-none-any.whl").write_bytes(b"wheel")
    entry = {"file_name": "some-1-py3-none-any.whl", "sha256": sha256(b"wheel").hexdigest()}
    with StaticHost(tmp_path / "release") as host:
        fetch(entry, host.address, tmp_path)
        assert (tmp_path / entry["file_name"]).read_bytes() == b"wheel"
        with pytest.raises(OSError, match="differs from the one"):
            fetch(entry | {"sha256": "0"}, host.address, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("there", [True, False], ids=["not found", "nobody answers"])
def test_a_wheel_that_cannot_be_had_is_an_oserror(tmp_path: Path, there: bool) -> None:
    with StaticHost(tmp_path) as host:
        address = host.address
        if not there:
            host.stop()
        with pytest.raises(OSError, match="404" if there else "refused"):
            fetch({"file_name": "some-1-py3-none-any.whl", "sha256": "0"}, address, tmp_path / "wheels")
    assert not (tmp_path / "wheels").exists()


@pytest.mark.parametrize("missing", ["", "numpy-2-cp314.whl"], ids=["all there", "one missing"])
def test_the_notebooks_have_numpy_if_all_that_matplotlib_needs_can_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    needs = {"matplotlib": ["numpy", "packaging", "pillow"], "numpy": [], "packaging": [], "pillow": []}
    packages = {}
    (tmp_path / "release").mkdir()
    for name, depends in needs.items():
        wheel = tmp_path / "release" / f"{name}-2-cp314.whl"
        wheel.write_bytes(name.encode())
        digest = sha256(name.encode()).hexdigest()
        packages[name] = {"name": name.title(), "file_name": wheel.name, "sha256": digest, "depends": depends}
    if missing:
        (tmp_path / "release" / missing).unlink()
    monkeypatch.setattr(lite, "_pyodide_lock", lambda: {"packages": packages})
    monkeypatch.setattr(lite, "WHEELS", tmp_path / "wheels")
    with StaticHost(tmp_path / "release") as host:
        monkeypatch.setattr(lite, "RELEASE", host.address)
        found = [entry["name"] for entry in lite._compiled.__wrapped__()]
    assert found == ([] if missing else ["matplotlib", "numpy", "pillow"])  # packaging comes from the package index


def test_a_cell_that_imports_nn_loads_matplotlib_which_nn_imports_when_it_plots(tmp_path: Path) -> None:
    own = tmp_path / "scalar_autograd-1-py3-none-any.whl"
    with ZipFile(own, "w") as packed:
        for package in ("autograd", "nn"):
            packed.writestr(f"{package}/__init__.py", "")
    plots = {"name": "matplotlib", "imports": ["matplotlib", "pylab"], "depends": ["numpy"]}
    packages = lite._lock([own], [plots])["packages"]
    assert packages["matplotlib"]["imports"] == ["matplotlib", "pylab", "nn"]
    assert packages["matplotlib"]["depends"] == ["numpy", "scalar-autograd"]
    assert packages["scalar-autograd"]["imports"] == ["autograd"]


@pytest.mark.parametrize(("source", "told"), [("import numpy as np", True), ("print(1)", False)])
def test_a_notebook_that_needs_numpy_says_so_below_its_title(source: str, told: bool) -> None:
    cells = [{"cell_type": "markdown", "source": ["# Title"]}, {"cell_type": "code", "source": [source]}]
    found = json.loads(without_numpy(json.dumps({"cells": cells})))["cells"]
    assert [cell["cell_type"] for cell in found] == ["markdown", *(["markdown"] if told else []), "code"]
