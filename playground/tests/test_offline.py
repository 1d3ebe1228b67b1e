"""Once loaded, the playground works without its server; a new build replaces the old one as a whole."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from playground.tests.actions import told, write
from playground.tests.conftest import Quiet, live, served
from tools.playground import offline_worker

KEPT = "async () => (await navigator.serviceWorker.ready).active.state"


@pytest.fixture
def visitor(browser: Any) -> Iterator[Any]:
    """A page in a fresh browser profile."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of the build under a subpath, as on a host with many projects."""
    shutil.copytree(built, tmp_path / "some/project/play")
    return tmp_path


def visit(page: Any, address: str) -> None:
    """Open the playground and wait until it is cached."""
    page.goto(f"{address}/some/project/play/")
    assert page.evaluate(KEPT) in ("activating", "activated")


def works(page: Any) -> None:
    """Check that Python answers typed input."""
    live(page)
    write(page, "sin(t)*t")
    told(page, "y = ", "#expression .result")
    expect(page.locator("#expression .gradient")).to_have_count(1)


def rebuild(folder: Path, mark: str) -> None:
    """Change the page and its script together, as a new build does."""
    play = folder / "some/project/play"
    for name in ("index.html", "main.js"):
        text = (play / name).read_text(encoding="utf-8")
        (play / name).write_text(text.replace("Python is loading", f"{mark} is loading"), encoding="utf-8")
    (play / "sw.js").write_text(offline_worker(play), encoding="utf-8")


def test_the_page_works_when_its_server_is_gone(visitor: Any, folder: Path) -> None:
    with served(folder) as address:
        visit(visitor, address)
    visitor.reload()
    works(visitor)
    visitor.goto(f"{address}/some/project/play/index.html?embed=check")
    expect(visitor.locator("#check")).to_be_visible()


def test_python_starts_from_its_memory_and_draws_other_numbers_each_time(visitor: Any, folder: Path) -> None:
    drawn = set()
    with served(folder) as address:
        visit(visitor, address)
        for _ in range(2):
            with visitor.expect_response("**/python/memory.bin"):
                visitor.reload()
            live(visitor)
            write(visitor, "import random\nz = Value(random.random())")
            told(visitor, "z = 0.", "#expression .result")
            drawn.add(visitor.locator("#expression .result").first.inner_text())
    assert len(drawn) == 2


def test_python_starts_without_a_memory_that_it_cannot_take(visitor: Any, folder: Path) -> None:
    play = folder / "some/project/play"
    (play / "python/memory.bin").write_bytes(gzip.compress(bytes(65_536)))
    (play / "sw.js").write_text(offline_worker(play), encoding="utf-8")
    with served(folder) as address:
        visit(visitor, address)
        visitor.reload()
        works(visitor)


def test_nothing_is_loaded_a_second_time_to_be_kept(visitor: Any, folder: Path) -> None:
    class Counting(Quiet):
        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

    asked: list[str] = []
    with served(folder, Counting) as address:
        visit(visitor, address)
    assert [path for path, count in Counter(asked).items() if count > 1] == []


def test_a_new_build_is_shown_after_a_reload_and_not_in_part(visitor: Any, folder: Path) -> None:
    with served(folder) as address:
        visit(visitor, address)
        rebuild(folder, "Snake")
        visitor.reload()
        told(visitor, "A new version", ".toast")
        assert "Snake" not in visitor.content()  # still the old build
        visitor.reload()
        expect(visitor.locator("#state")).to_have_attribute("data-state", "ready")
        files = [visitor.evaluate("async (name) => (await fetch(name)).text()", name) for name in ("index.html", "main.js")]
        assert ["Snake is loading" in text for text in files] == [True, True]
    visitor.reload()
    live(visitor)


def test_a_build_whose_files_do_not_belong_together_is_not_kept(visitor: Any, folder: Path) -> None:
    with served(folder) as address:
        visit(visitor, address)
        rebuild(folder, "Snake")
        (folder / "some/project/play/main.js").write_text("half", encoding="utf-8")
        visitor.reload()
        live(visitor)
        visitor.evaluate("async () => { try { await (await navigator.serviceWorker.ready).update(); } catch {} }")
        for _ in range(60):
            visitor.wait_for_timeout(500)
            if visitor.evaluate(
                "async () => (await caches.keys()).length === 1 && !(await navigator.serviceWorker.ready).installing"
            ):
                break
        else:
            pytest.fail("half a build is kept")
    visitor.reload()
    live(visitor)


def test_the_page_works_where_there_are_no_service_workers(page: Any) -> None:
    assert page.evaluate("navigator.serviceWorker === undefined")
    write(page, "sin(t)")
    told(page, "y = ", "#expression .result")
