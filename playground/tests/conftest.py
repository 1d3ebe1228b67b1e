"""`make site-test`: the playground in Chromium, built and served locally."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from playground.tests.actions import LONG
from tests.support.browser import WITH_WINDOWS, launched
from tools.playground import build

expect.set_options(timeout=LONG)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium with windows, because the player goes full screen."""
    with launched(WITH_WINDOWS) as running:
        yield running


@contextmanager
def served(folder: Path, handler: type[SimpleHTTPRequestHandler] = Quiet, port: int = 0) -> Iterator[str]:
    """Serve the folder locally; the server's address."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "play"
    build(folder)
    return folder


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    with served(built) as address:
        yield address


def window(browser: Any, **options: Any) -> Any:
    """A fresh window without service workers, as on a server without https, so that nothing carries over between tests."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })")
    return context


def live(page: Any) -> None:
    page.wait_for_selector("#state[data-state=ready]", timeout=LONG)


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The playground with Python loaded. Requests to other servers, errors and warnings fail the test."""
    context = window(browser)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith((address, "data:", "blob:")) else wrong.append(sent.url))
    page.goto(f"{address}/index.html")
    live(page)
    page.wait_for_selector("#expression .stage svg", timeout=LONG)
    yield page
    assert wrong == []
    context.close()
