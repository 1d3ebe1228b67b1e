"""Real pages in the system's Chromium, for the tests of pages."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest

LOCAL = ("file:", "about:", "data:", "blob:")
WITH_WINDOWS = ("chromium", "chromium-browser", "google-chrome")
PROGRAMS = ("chromium-headless-shell", *WITH_WINDOWS)  # the same without windows, which takes a quarter less of the processor
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Features of Chromium that are left out: those that Playwright names, since Chromium reads only the last such list …
FEATURES = ["AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"]
FEATURES += ["DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter"]
FEATURES += ["NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"]
FEATURES += ["ThirdPartyStoragePartitioning"]
# … and the pages behind the address bar: each window loads them, for a second and a half of the processor.
FEATURES += ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"]
ARGUMENTS += [f"--disable-features={','.join(FEATURES)}"]


def chromium(programs: tuple[str, ...] = PROGRAMS) -> str:
    """The program; without one the test is skipped, on the machine that accepts changes it fails."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, programs)), "")
    if not program:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no Chromium was found: set CHROMIUM to its path")
    return program


WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
WAYS = [  # in which a page may be seen: each look and each width in `make test`, and the other two in `make site-test`
    pytest.param("light", WIDE, id="light-wide"),
    pytest.param("dark", PHONE, id="dark-phone"),
    pytest.param("dark", WIDE, id="dark-wide", marks=pytest.mark.matrix),
    pytest.param("light", PHONE, id="light-phone", marks=pytest.mark.matrix),
]
WINDOWS: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()
IDLE: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()  # pages of a window at which nobody looks


@contextmanager
def launched(programs: tuple[str, ...] = PROGRAMS) -> Iterator[Any]:
    """A browser."""
    program = chromium(programs)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")  # of the session there would be one for every module that imports it
def browser() -> Iterator[Any]:
    """One browser for all tests of a module; those in tests/pages/ share one."""
    with launched() as running:
        yield running


def shared_window(browser: Any, options: dict[str, Any]) -> Any:
    """The window of all pages with these options: to open one takes twice as long as a page in it."""
    windows = WINDOWS.setdefault(browser, {})
    name = repr(options)
    if name not in windows:
        windows[name] = browser.new_context(**options)
        IDLE[windows[name]] = [windows[name].new_page()]  # a window that loses its last page is made anew
    return windows[name]


@contextmanager
def lent(window: Any) -> Iterator[Any]:
    """A page of a shared window, which goes from file to file: a new one takes twice as long."""
    page = IDLE[window].pop() if IDLE[window] else window.new_page()
    yield page
    page.mouse.move(0, 0)
    page.goto("about:blank")
    IDLE[window].append(page)  # not after a failure


@contextmanager
def alone_in_a_window(browser: Any, options: dict[str, Any]) -> Iterator[Any]:
    window = browser.new_context(**options)
    yield window.new_page()
    window.close()


def await_frame(page: Any) -> None:
    """Wait until the page has been drawn again: its scripts have then heard of its size."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def await_documents(page: Any) -> None:
    """Wait until its frames have theirs: a sandboxed one is a process of its own, and may seem empty when the page is loaded."""
    for frame in page.frames[1:]:
        frame.locator("body > *").first.wait_for(state="attached")


@contextmanager
def opened(browser: Any, path: str | Path, alone: bool = False, **options: Any) -> Iterator[Any]:
    """The file in a page that shows nothing else. It may ask the network for nothing and report no error.

    Pages share a window, its clock and what it stores, except those that are alone. Only the latter may be changed for good.
    """
    wrong: list[str] = []
    listeners = {
        "console": lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None,
        "pageerror": lambda error: wrong.append(str(error)),
        "request": lambda request: None if request.url.startswith(LOCAL) else wrong.append(request.url),
    }
    with alone_in_a_window(browser, options) if alone else lent(shared_window(browser, options)) as page:
        for event, listener in listeners.items():
            page.on(event, listener)
        page.goto(Path(path).resolve().as_uri())
        await_frame(page)
        await_documents(page)
        try:
            yield page
        except Exception as error:
            if wrong:
                error.add_note(f"errors of the page: {wrong}")
            raise
        assert wrong == []
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
