"""Hypothesis profiles (the same examples on every run; with SOAK=1, many fresh ones), and a clean op table per test."""

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from autograd.op import TABLE

# A busy machine must not fail a test: no deadlines, no health check for slow data.
settings.register_profile("suite", deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", settings.get_profile("suite"), derandomize=False, max_examples=2000)
settings.register_profile("fresh", settings.get_profile("suite"), derandomize=False, max_examples=20)  # for `make flakes`
settings.register_profile("unshrunk", settings.get_profile("suite"), phases=[Phase.explicit, Phase.generate])  # for mutants
settings.register_profile("second", settings.get_profile("suite"), max_examples=16)  # on a second Python
settings.register_profile("pyodide", settings.get_profile("unshrunk"), max_examples=16)  # Python in a browser is slow
settings.load_profile("soak" if os.environ.get("SOAK") else "suite")

sys.modules.setdefault("rfc3987_syntax", None)  # jsonschema's IRI grammar takes a second, and Jupyter doesn't use it

LONGEST = ("test_notebooks.py", "test_site.py", "test_lab.py")  # at least ten seconds each


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several processes, start the longest files first, then the pages, which share a browser."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: (item.path.name not in LONGEST, item.path.parent.name != "pages"))


def freeze() -> None:
    """Exempt modules, collected tests and caches from garbage collection: they live to the end."""
    gc.collect()
    gc.freeze()


def pytest_collection_finish() -> None:
    freeze()


@pytest.fixture(autouse=True, scope="module")
def frozen() -> Iterator[None]:
    """Also freeze a test module's imports: JAX and the like are a million objects."""
    yield
    freeze()


@pytest.fixture(autouse=True)
def clean_table() -> Iterator[None]:
    """Remove the ops that a test has added to the table."""
    before = dict(TABLE)
    yield
    if before != TABLE:
        TABLE.clear()
        TABLE.update(before)
