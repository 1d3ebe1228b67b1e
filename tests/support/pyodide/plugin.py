"""What becomes of each test in Pyodide, written line by line, so that it is known even if the interpreter dies."""

from __future__ import annotations

import builtins
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest

CAUSES = {
    "ends the interpreter": "Python in WebAssembly does not notice that its stack is full",
    "no Graphviz": "Graphviz is a program of its own; the page draws with our own layout",
    "no Jupyter or Sphinx": "they start kernels, which are processes",
    "no NumPy": "NumPy and what needs it are compiled; PyPI has none for WebAssembly, and the playground runs without",
    "no asyncio.run in this Node": "waiting inside a call needs a Node that switches stacks; the page never waits in Python",
    "no browser": "Chromium is driven from another process, through a socket",
    "no processes": "WebAssembly has none, so no compiler of C, no Node and no second Python",
    "no threads": "the page's Python has none: they need memory that workers share, which few web hosts allow",
    "no umask": "the file system in the browser has none",
}
BROWSER = ("axe_playwright_python", "playwright")
JUPYTER = ("docutils", "imagesize", "jupytext", "myst_nb", "nbclient", "nbconvert", "nbformat", "sphinx")
COMPILED = (  # NumPy, and what comes with it or needs it: no package index has them for WebAssembly
    "array_api_compat", "array_api_strict", "dask", "distributed", "jax", "matplotlib", "numba", "numpy", "pandas", "PIL",
    "safetensors", "scipy", "torch",
)  # fmt: skip
ABSENT = dict.fromkeys(COMPILED, "no NumPy") | dict.fromkeys(BROWSER, "no browser")
ABSENT |= dict.fromkeys(JUPYTER, "no Jupyter or Sphinx")
WORDS = {
    r"does not support processes|fork": "no processes",
    r"can't start new thread": "no threads",
    r"stack switching not supported": "no asyncio.run in this Node",
    r"scalar-autograd\[(compile|distributed|plot|safetensors)\]": "no NumPy",
    r"scalar-autograd\[render\]|Graphviz": "no Graphviz",
    r"no Chromium was found": "no browser",
    r"could not import .numpy.": "no NumPy",
    r"\bAbsent\b": "no NumPy",  # an Absent as an argument
}


KNOWN = {  # by a test's name, what its error does not tell
    "test_the_newest_patch_of_each_minor_version_is_found_on_the_path_and_in_pyenv": "no processes",
    "test_an_overlooked_value_is_refused_in_words_that_say_what_to_write": "no NumPy",
    "test_an_expression_may_begin_with_a_minus_and_hold_any_letters": "no Graphviz",
    "test_a_new_file_has_the_permissions_of_the_umask_and_its_owner_can_always_read_and_write_it": "no umask",
    "test_a_model_saved_under_a_umask_that_denies_everything_is_loaded_again": "no umask",
}


def cause(error: BaseException | None) -> str | None:
    """Why a test that ended like this cannot run here; None if it could and failed."""
    while error is not None:
        name = getattr(error, "name", None) or ""
        package = name.partition(".")[0] if isinstance(name, str) else ""
        if isinstance(error, ImportError) and package in ABSENT:
            return ABSENT[package]
        for words, why in WORDS.items():
            if re.search(words, str(error)):
                return why
        error = error.__cause__ or error.__context__
    return None


class Absent:
    """A package that is not here, as tests import it, and what they take from it: they can run as far as they do not use it.

    While modules are read, in which constants and lists of parameters use it, what is taken from it or computed with it is
    absent, too, and as a float it is NaN, which equals nothing; a class of its own that derives from it derives from nothing.
    """

    reading = True

    def __init__(self, package: str) -> None:
        self._package = package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # pytest looks at what a module holds
            raise AttributeError(f"Absent has no {name}")
        return self()

    def __call__(self, *_: Any, **__: Any) -> Any:
        return Absent(self._package) if Absent.reading else self._missed()

    def _missed(self, *_: Any) -> Any:
        raise ModuleNotFoundError(f"No module named {self._package!r}", name=self._package)

    def __float__(self) -> float:
        return math.nan if Absent.reading else self._missed()

    def __eq__(self, other: object) -> Any:
        if Absent.reading and not isinstance(other, Absent):  # Hypothesis asks it of every argument
            return NotImplemented
        return self()

    def __mro_entries__(self, _: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    __iter__ = __len__ = _missed
    __getitem__ = __setitem__ = __neg__ = __add__ = __radd__ = __sub__ = __mul__ = __rmul__ = __matmul__ = __call__
    __lt__ = __gt__ = __call__
    __hash__ = object.__hash__


def tolerate_absent(tests: str) -> None:
    """Let modules in this folder import what is not here."""
    real = builtins.__import__

    def tolerant(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        try:
            return real(name, globals, locals, fromlist, level)
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package not in ABSENT or not str((globals or {}).get("__file__", "")).startswith(tests):
                raise
        absent = Absent(package)
        for part in fromlist or ():
            vars(absent)[part] = Absent(package)
        return absent

    builtins.__import__ = tolerant


class Recorder:
    """A pytest plugin: one line of JSON per file that could not be read, and per test that began and ended."""

    def __init__(self, path: str) -> None:
        self.file = open(path, "a", encoding="utf-8")  # noqa: SIM115

    def write(self, *line: Any) -> None:
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: Any) -> Iterator[None]:
        report = yield
        if report.failed:
            why = cause(report.call.excinfo.value if getattr(report, "call", None) else None)
            self.write("file", collector.nodeid, "cannot" if why else "error", why or str(report.longrepr)[-2000:])
        return report

    def pytest_collection_finish(self) -> None:
        Absent.reading = False

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.write("begin", nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Iterator[None]:
        report = yield
        if report.failed or report.skipped:
            why = cause(call.excinfo.value) or KNOWN.get(getattr(item, "originalname", None))
            self.write("test", item.nodeid, "cannot" if why else report.outcome, why or str(report.longrepr)[-2000:])
        elif report.when == "call":
            self.write("test", item.nodeid, "passed", "")
        return report
