"""The fast tests on several Pythons: the newest patch of each minor version of CPython on PATH or in pyenv's folder.

    python -m tests.support.pythons            every minor version found, type checks included
    python -m tests.support.pythons --newest   the newest except the one running this, and only the engine's tests
    python -m tests.support.pythons --lowest   the oldest, with the lowest versions of all libraries that pyproject.toml allows

Each gets an environment in .venv/pythons, rebuilt when its version or pyproject.toml has changed.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent.parent
PROJECT = ROOT / "pyproject.toml"
NONE = "No CPython >= 3.11 is on PATH or in pyenv's folder."
LOWEST = (3, 11)
ABOUT = "import ensurepip, sys, venv; print(sys.implementation.name, *sys.version_info[:4])"
PAGES_TOO = ("test_demo.py", "test_readme.py")  # the others need Jupyter, Sphinx or a browser, set up for one Python only
# Tests in the engine's folders that are not about it: drawings, the compiler, and the sources, the same everywhere.
NOT_ENGINE = ("test_nn_plot", "test_network_view", "test_compiled", "test_chunked", "test_benchmarks", "test_imports")
COMPILER = "--ignore=autograd/compiler"  # its machine code is compiled anew for each Python


class Python(NamedTuple):
    version: tuple[int, ...]
    path: Path

    @property
    def minor(self) -> str:
        return ".".join(map(str, self.version[:2]))


def candidates() -> list[Path]:
    """Paths whose names look like a Python."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep) if folder]
    found = [path for folder in [*folders, *versions.glob("*/bin")] for path in folder.glob("python3*")]
    return [path for path in found if re.fullmatch(r"python3(\.\d+)?", path.name)]


def checked(path: Path) -> Python | None:
    """A released CPython that is new enough and can create environments; None for anything else."""
    try:
        done = subprocess.run([path, "-c", ABOUT], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    answer = re.fullmatch(r"cpython (\d+) (\d+) (\d+) final\n", done.stdout)
    if done.returncode or not answer:  # a pyenv shim, one without venv, or a beta
        return None
    version = tuple(map(int, answer.groups()))
    return Python(version, path) if version >= LOWEST else None


def newest_of_each_minor() -> list[Python]:
    """The newest patch of each minor version, in order."""
    found = sorted(filter(None, map(checked, candidates())))
    return list({python.version[:2]: python for python in found}.values())


def project() -> dict[str, Any]:
    """The project table of pyproject.toml."""
    return tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]


def environment(python: Python, lowest: bool = False) -> Path:
    """The Python of an environment with this project and its fast tests' needs, in the lowest versions or the newest."""
    folder = ROOT / ".venv" / "pythons" / ("lowest" if lowest else python.minor)
    program, ready, versions = folder / "bin" / "python", folder / "ready", folder / "versions.txt"
    needed = f"{python}\n{PROJECT.read_text(encoding='utf-8')}"
    if not ready.exists() or ready.read_text(encoding="utf-8") != needed:
        subprocess.run([python.path, "-m", "venv", "--clear", folder], check=True)
        versions.write_text("\n".join(lowest_versions("fast") if lowest else []), encoding="utf-8")
        install = [program, "-m", "pip", "install", "--quiet", "--no-compile", "--constraint", versions]
        subprocess.run([*install, "--editable", f"{ROOT}[fast]"], check=True)
        ready.write_text(needed, encoding="utf-8")
    return program


def requirements(extra: str) -> list[str]:
    """The requirements of an extra, including those of the extras it names."""
    extras, found, waiting = project()["optional-dependencies"], [], [extra]
    while waiting:
        for text in extras[waiting.pop()]:
            own = re.fullmatch(r"scalar-autograd\[(.*)\]", text)
            if own:
                waiting += own[1].split(",")
            else:
                found.append(text)
    return found


def lowest_versions(extra: str) -> list[str]:
    """The lowest versions that an extra allows, as pip constraints; of two bounds for a library, the higher one."""
    lowest: dict[str, str] = {}
    for text in [*project()["dependencies"], *requirements(extra)]:
        name, version = re.match(r"([\w-]+)(?:\[.*\])?[>=]=([\d.]+)", text).groups()
        lowest[name] = max(lowest.get(name, "0"), version, key=lambda version: [*map(int, version.split("."))])
    return [f"{name}=={version}" for name, version in sorted(lowest.items())]


def tests(engine_only: bool) -> list[Path]:
    """The files of the fast tests; the engine's are at the top of the folder and in nn/."""
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    found = [path for path in found if path.parent.name != "pages" or path.name in PAGES_TOO]
    if not engine_only:
        return found
    return [path for path in found if path.parent.name in ("tests", "nn") and not path.name.startswith(NOT_ENGINE)]


def run(python: Python, engine_only: bool = False, lowest: bool = False) -> int:
    """Run the doctests and the fast tests, and return pytest's exit status."""
    print(f"CPython {'.'.join(map(str, python.version))}, {python.path}", flush=True)
    options = ["-n", "2", "-q", "-m", "not slow", "--doctest-modules"]
    options += [COMPILER, "--hypothesis-profile=second"] if engine_only else []
    command = [environment(python, lowest), "-m", "pytest", *options, "autograd", "nn", *tests(engine_only)]
    return subprocess.run(command, cwd=ROOT).returncode


def types(python: Python) -> int:
    """Run mypy on the packages against this Python's libraries, which may be newer, and return its exit status."""
    options = ["--python-version", python.minor, "--python-executable", environment(python)]
    return subprocess.run([sys.executable, "-m", "mypy", *options, "autograd", "nn"], cwd=ROOT).returncode


def main() -> None:
    found = newest_of_each_minor()
    if "--lowest" in sys.argv:
        sys.exit(run(found[0], lowest=True) if found else NONE)
    if "--newest" not in sys.argv:
        failed = [run(python) + types(python) != 0 for python in found]
        sys.exit(any(failed) if found else NONE)
    others = [python for python in found if python.version[:2] != sys.version_info[:2]]
    if others:
        sys.exit(run(others[-1], engine_only=True))
    print("No other CPython >= 3.11 is on PATH or in pyenv's folder: nothing was tested on a second Python.")


if __name__ == "__main__":
    main()
