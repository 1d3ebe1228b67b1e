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
PROGRAMS = ("chromium-headless-shell", *WITH_WINDOWS)  # without windows, a quarter less processor time
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Features of Chromium to disable: those that Playwright disables, since Chromium reads only the last such list …
FEATURES = ["AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"]
FEATURES += ["DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter"]
FEATURES += ["NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"]
FEATURES += ["ThirdPartyStoragePartitioning"]
# … and the pages behind the address bar, which each window loads, at 1.5 s of processor time.
FEATURES += ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"]
ARGUMENTS += [f"--disable-features={','.join(FEATURES)}"]


def chromium(programs: tuple[str, ...] = PROGRAMS) -> str:
    """The path of Chromium; without one the test is skipped, or fails in CI."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, programs)), "")
    if not program:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no Chromium was found: set CHROMIUM to its path")
    return program


WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
WAYS = [  # to view a page: each look and each width once in `make test`, the other two in `make site-test`
    pytest.param("light", WIDE, id="light-wide"),
    pytest.param("dark", PHONE, id="dark-phone"),
    pytest.param("dark", WIDE, id="dark-wide", marks=pytest.mark.matrix),
    pytest.param("light", PHONE, id="light-phone", marks=pytest.mark.matrix),
]
WINDOWS: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()
IDLE: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()  # pages of a window that are not in use


@contextmanager
def launched(programs: tuple[str, ...] = PROGRAMS) -> Iterator[Any]:
    """A running browser, closed at the end of the block."""
    program = chromium(programs)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")  # at session scope there would be one per module that imports it
def browser() -> Iterator[Any]:
    """One browser for all tests of a module; those in tests/pages/ share one."""
    with launched() as running:
        yield running


def shared_window(browser: Any, options: dict[str, Any]) -> Any:
    """The window of all pages with these options; opening one takes twice as long as opening a page in it."""
    windows = WINDOWS.setdefault(browser, {})
    name = repr(options)
    if name not in windows:
        windows[name] = browser.new_context(**options)
        IDLE[windows[name]] = [windows[name].new_page()]  # a window that loses its last page has to be recreated
    return windows[name]


@contextmanager
def lent(window: Any) -> Iterator[Any]:
    """A page of a shared window, reused from file to file; a new one takes twice as long."""
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
    """Wait until the page has been redrawn, so that its scripts know its size."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def await_documents(page: Any) -> None:
    """Wait until frames have loaded: a sandboxed one has its own process, and may still be empty once the page has loaded."""
    for frame in page.frames[1:]:
        frame.locator("body > *").first.wait_for(state="attached")


@contextmanager
def opened(browser: Any, path: str | Path, alone: bool = False, **options: Any) -> Iterator[Any]:
    """The file, open in a page; fails if the page uses the network or reports an error.

    Pages share a window, its clock and its storage, unless they are `alone`. Only the latter may be changed for good.
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
