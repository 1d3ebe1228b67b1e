"""Real pages in the system's Chromium, for the tests of pages."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

LOCAL = ("file:", "about:", "data:", "blob:")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def chromium() -> str:
    """The program; without one the test is skipped, on the machine that accepts changes it fails."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), "")
    if not program:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no Chromium was found: set CHROMIUM to its path")
    return program


@pytest.fixture(scope="module")  # of the session there would be one for every module that imports it
def browser() -> Iterator[Any]:
    """One browser for all tests of a module."""
    program = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        launched.close()


@contextmanager
def opened(browser: Any, path: str | Path, **options: Any) -> Iterator[Any]:
    """The file as a page in a fresh window. It may ask the network for nothing and report no error."""
    context = browser.new_context(**options)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(LOCAL) else wrong.append(request.url))
    try:
        page.goto(Path(path).resolve().as_uri())
        yield page
        assert wrong == []
    finally:
        context.close()
