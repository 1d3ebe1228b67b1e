"""JupyterLite: the notebooks, run in the browser by the Python that the playground runs, from files of the site alone.

`python -m tools.lite` writes site/lab. Needs the npm packages of the playground and, the first time, the package index.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from tools.playground import SOURCES, install

ROOT = Path(__file__).parent.parent
WHEELS = ROOT / "build" / "lite" / "wheels"
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LABEXTENSIONS = Path(sysconfig.get_path("data")) / "share" / "jupyter" / "labextensions"
EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget")
KERNEL = LABEXTENSIONS / "@jupyterlite/pyodide-kernel-extension"
KERNEL_WHEELS = ("piplite", "pyodide_kernel", "ipykernel")  # which the kernel's extension carries

# Wheels in plain Python. What each needs is listed, too: which those are differs between this machine and the browser.
PACKAGES = (
    "micropip==0.11.1", "packaging==26.4",
    "ipython==9.10.1", "ipython_pygments_lexers==1.1.1", "asttokens==3.0.2", "comm==0.2.3", "decorator==5.3.1",
    "executing==2.3.0",
    "jedi==0.20.1", "matplotlib_inline==0.2.2", "parso==0.8.7", "prompt_toolkit==3.0.53", "pure_eval==0.2.4", "pygments==2.21.0",
    "six==1.17.0", "stack_data==0.6.3", "traitlets==5.16.1", "typing_extensions==4.16.0", "wcwidth==0.9.4",
    "anywidget==0.11.0", "ipywidgets==8.1.9", "jupyterlab_widgets==3.0.17", "psygnal==0.16.1",
    "graphviz==0.21", "tqdm==4.70.1", "hypothesis==6.155.7", "sortedcontainers==2.4.0", "micrograd==0.1.0",
)  # fmt: skip
PURE = ("--no-deps", "--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none", "--python-version=3.14")
LATER = {"scalar-autograd", "hypothesis", "sortedcontainers", "micrograd"}  # loaded when a cell imports them
NEEDED = {"scalar-autograd": ["graphviz", "tqdm"], "hypothesis": ["sortedcontainers"]}  # among those and what they need


def build(out: Path) -> None:
    """Write JupyterLite with the notebooks to `out`."""
    install()
    with TemporaryDirectory() as folder:
        stage = Path(folder)
        runtime = stage / "static" / "pyodide"
        runtime.mkdir(parents=True)
        for name in RUNTIME:
            shutil.copy(SOURCES / "node_modules" / "pyodide" / name, runtime)
        wheels = [*_downloaded(), *_of_kernel(), _own(stage / "own")]
        for wheel in wheels:
            shutil.copy(wheel, runtime)
        lock = _lock(wheels)
        (runtime / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
        (stage / "files").mkdir()
        for notebook in (ROOT / "notebooks").glob("*.ipynb"):
            shutil.copy(notebook, stage / "files")
        first = sorted(name for name in lock["packages"] if name not in LATER)
        (stage / "jupyter-lite.json").write_text(json.dumps(_settings(first)), encoding="utf-8")
        (stage / "jupyter_lite_config.json").write_text(json.dumps(_config(stage, out)), encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "jupyterlite_core", "build"], cwd=stage, check=True)


def _downloaded() -> list[Path]:
    """The wheels of PACKAGES, fetched once."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    found = {tuple(wheel.name.split("-")[:2]): wheel for wheel in WHEELS.glob("*.whl")}
    wanted = [tuple(package.split("==")) for package in PACKAGES]
    missing = ["==".join(package) for package in wanted if package not in found]
    if missing:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "-d", WHEELS, *PURE, *missing], check=True)
        return _downloaded()
    return [found[package] for package in wanted]


def _of_kernel() -> list[Path]:
    return [next((KERNEL / "static/pypi").glob(f"{name}-*.whl")) for name in KERNEL_WHEELS]


def _own(folder: Path) -> Path:
    """The wheel of this project."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    return next(folder.glob("*.whl"))


def _lock(wheels: Iterable[Path]) -> dict[str, Any]:
    """Pyodide's list of packages: these wheels and no others."""
    text = (SOURCES / "node_modules/pyodide/pyodide-lock.json").read_text(encoding="utf-8")
    packages = {entry["name"]: entry for entry in map(_entry, wheels)}
    return {**json.loads(text), "packages": packages}


def _entry(wheel: Path) -> dict[str, Any]:
    distribution, version = wheel.name.split("-")[:2]
    name = re.sub(r"[-_.]+", "-", distribution).lower()
    return {
        "name": name,
        "version": version,
        "file_name": wheel.name,
        "sha256": sha256(wheel.read_bytes()).hexdigest(),
        "imports": _modules(wheel),
        "depends": NEEDED.get(name, []),
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
    }


def _modules(wheel: Path) -> list[str]:
    """The names that can be imported from it."""
    with ZipFile(wheel) as packed:
        tops = {name.split("/")[0].removesuffix(".py") for name in packed.namelist() if name.endswith(".py")}
    return sorted(top for top in tops if top.isidentifier())


def _settings(packages: list[str]) -> dict[str, Any]:
    """What the pages are told: the kernel, which takes everything from the site."""
    kernel = {"disablePyPIFallback": True, "loadPyodideOptions": {"packages": packages}}
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "scalar-autograd: notebooks",
            "exposeAppInBrowser": True,  # so that tests can run a notebook and read its cells
            "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
        },
    }


def _config(stage: Path, out: Path) -> dict[str, Any]:
    return {
        "LiteBuildConfig": {
            "contents": [str(stage / "files")],
            "output_dir": str(out.resolve()),
            "cache_dir": str(stage / "cache"),
            "apps": ["lab", "notebooks"],
            "federated_extensions": [str(LABEXTENSIONS / name) for name in EXTENSIONS],
            "ignore_sys_prefix": ["federated_extensions"],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
        }
    }


if __name__ == "__main__":
    build(ROOT / "site" / "lab")
