"""What becomes of each test in Pyodide, written line by line, so that it is known even if the interpreter dies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

BROWSER = ("axe_playwright_python", "playwright")
JUPYTER = ("jupytext", "nbformat")
COMPILED = (  # NumPy, and what needs it: no package index has them for WebAssembly
    "array_api_compat", "array_api_strict", "dask", "distributed", "jax", "matplotlib", "numba", "numpy", "pandas", "safetensors",
    "scipy", "torch",
)  # fmt: skip
ABSENT = dict.fromkeys(COMPILED, "no NumPy") | dict.fromkeys(BROWSER, "no browser")
ABSENT |= dict.fromkeys(JUPYTER, "no Jupyter")
WORDS = {
    r"does not support processes|fork": "no processes",
    r"can't start new thread": "no threads",
    r"scalar-autograd\[(compile|distributed|plot|safetensors)\]": "no NumPy",
    r"scalar-autograd\[render\]|Graphviz": "no Graphviz",
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

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.write("begin", nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Iterator[None]:
        report = yield
        if report.failed:
            why = cause(call.excinfo.value)
            self.write("test", item.nodeid, "cannot" if why else "failed", why or str(report.longrepr)[-2000:])
        elif report.skipped:
            self.write("test", item.nodeid, "skipped", str(report.longrepr)[-200:])
        elif report.when == "call":
            self.write("test", item.nodeid, "passed", "")
        return report
