"""JupyterLite: the notebooks, run in the browser by the playground's Python, from files of the site alone.

`python -m tools.lite` writes site/lab. It needs the npm packages of the playground and, the first time, the package index.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen
from zipfile import ZipFile

from tools.playground import SOURCES, install

HERE = Path(__file__).parent
ROOT = HERE.parent
WHEELS = ROOT / "build" / "lite" / "wheels"
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LABEXTENSIONS = Path(sysconfig.get_path("data")) / "share" / "jupyter" / "labextensions"
EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget")
KERNEL = LABEXTENSIONS / "@jupyterlite/pyodide-kernel-extension"
KERNEL_WHEELS = ("piplite", "pyodide_kernel", "ipykernel")  # shipped with the kernel's extension

# Pure-Python wheels, with their dependencies listed by hand, since those differ between this machine and the browser.
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
NEEDED = {"scalar-autograd": ["graphviz", "tqdm"], "hypothesis": ["sortedcontainers"]}  # dependencies among these
RELEASE = "https://cdn.jsdelivr.net/pyodide/v314.0.7/full"
NUMPY = re.compile(r"^\s*(?:import|from) numpy|plot\.decision_boundary\(", re.MULTILINE)
NOTE = """> **On this page**, NumPy isn't available: cells that need it say so when they run. Plots are sketches. Everything runs
> on your computer: `pip install 'scalar-autograd[lab]'`."""


def build(out: Path) -> None:
    """Write JupyterLite with the notebooks to `out`."""
    install()
    with TemporaryDirectory() as folder:
        stage = Path(folder)
        runtime = stage / "static" / "pyodide"
        runtime.mkdir(parents=True)
        for name in RUNTIME:
            shutil.copy(SOURCES / "node_modules" / "pyodide" / name, runtime)
        compiled = _compiled()
        wheels = [*_downloaded(), *_of_kernel(), _own(stage / "own"), *(() if compiled else _stand_ins(stage))]
        for wheel in [*wheels, *(WHEELS / entry["file_name"] for entry in compiled)]:
            shutil.copy(wheel, runtime)
        lock = _lock(wheels, compiled)
        (runtime / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
        (stage / "files").mkdir()
        for notebook in (ROOT / "notebooks").glob("*.ipynb"):
            text = notebook.read_text(encoding="utf-8")
            (stage / "files" / notebook.name).write_text(text if compiled else without_numpy(text), encoding="utf-8")
        first = sorted(name for name in lock["packages"] if name not in LATER | {entry["name"] for entry in compiled})
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


def has_numpy() -> bool:
    """True if NumPy is available to the notebooks in the browser."""
    install()
    return bool(_compiled())


@cache
def _compiled() -> list[dict[str, Any]]:
    """Pyodide's entries for NumPy, Matplotlib and their dependencies, with wheels fetched; empty if they are unavailable."""
    packages = _pyodide_lock()["packages"]
    wanted, found = ["matplotlib"], []
    ours = {package.partition("==")[0] for package in PACKAGES}
    for name in wanted:
        wanted += [needed for needed in packages[name]["depends"] if needed not in wanted]
    try:
        for name in wanted:
            if name not in ours:
                fetch(packages[name], RELEASE, WHEELS)
                found.append(packages[name] | {"name": name})  # the name that others depend on: "pillow" is listed as "Pillow"
    except (OSError, HTTPException) as error:
        print(f"the notebooks' pages have no NumPy, and their plots are sketches: {error}")
        return []
    return found


def fetch(entry: Mapping[str, Any], release: str, folder: Path) -> None:
    """Fetch the wheel of an entry unless it is in the folder; OSError if that fails or the hash differs."""
    path = folder / entry["file_name"]
    if path.exists() and sha256(path.read_bytes()).hexdigest() == entry["sha256"]:
        return
    with urlopen(f"{release}/{path.name}", timeout=20) as answer:
        content = answer.read()
    if sha256(content).hexdigest() != entry["sha256"]:
        raise OSError(f"the hash of {path.name} differs from the one in pyodide-lock.json")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _stand_ins(folder: Path) -> Iterator[Path]:
    """Wheels in place of NumPy and Matplotlib: one says that NumPy is missing, the other sketches plots."""
    for source in sorted((HERE / "stand_ins").iterdir()):
        wheel = folder / f"{source.name}-0-py3-none-any.whl"
        with ZipFile(wheel, "w") as packed:
            for path in sorted(source.glob("*.py")):
                packed.write(path, f"{source.name}/{path.name}")
            packed.writestr(f"{source.name}-0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {source.name}\nVersion: 0\n")
        yield wheel


def needs_numpy(content: Mapping[str, Any]) -> bool:
    """True if a cell of the notebook does not run without NumPy."""
    return any(cell["cell_type"] == "code" and NUMPY.search("".join(cell["source"])) for cell in content["cells"])


def without_numpy(notebook: str) -> str:
    """The notebook for a page without NumPy: if any cell needs it, a note below the title says so."""
    content = json.loads(notebook)
    if needs_numpy(content):
        content["cells"].insert(1, {"cell_type": "markdown", "id": "without-numpy", "metadata": {}, "source": [NOTE]})
    return json.dumps(content)


def _pyodide_lock() -> dict[str, Any]:
    text = (SOURCES / "node_modules/pyodide/pyodide-lock.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _lock(wheels: Iterable[Path], compiled: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Pyodide's lock file, with only these packages."""
    packages = {entry["name"]: entry for entry in [*map(_entry, wheels), *map(dict, compiled)]}
    if compiled:
        _load_with(packages["matplotlib"], packages["scalar-autograd"], "nn")
    return {**_pyodide_lock(), "packages": packages}


def _load_with(needed: dict[str, Any], package: dict[str, Any], module: str) -> None:
    """Load `needed` when a cell imports the package's module, which imports it inside functions, where Pyodide can't see that."""
    package["imports"] = [name for name in package["imports"] if name != module]
    needed["imports"] = [*needed["imports"], module]
    needed["depends"] = [*needed["depends"], package["name"]]


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
    """The top-level modules of a wheel."""
    with ZipFile(wheel) as packed:
        tops = {name.split("/")[0].removesuffix(".py") for name in packed.namelist() if name.endswith(".py")}
    return sorted(top for top in tops if top.isidentifier())


def _settings(packages: list[str]) -> dict[str, Any]:
    """The configuration of the pages: a kernel that loads everything from the site."""
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
