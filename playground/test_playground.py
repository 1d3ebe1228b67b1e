"""`make site-test`: the playground in Chromium, built and served on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from autograd import Value, tanh
from tests.support.axe import violations
from tests.support.browser import browser  # noqa: F401
from tools.playground import build

LONG = 60_000  # milliseconds: the machine may be busy


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    build(folder / "play")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder / "play")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:  # noqa: F811
    """The playground once Python is there. It asks nobody else for anything, and reports no error."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith((address, "data:", "blob:")) else wrong.append(sent.url))
    page.goto(f"{address}/index.html")
    page.wait_for_selector("#state[data-state=ready]", timeout=LONG)
    page.wait_for_selector("#expression .stage svg", timeout=LONG)
    yield page
    assert wrong == []
    context.close()


def write(page: Any, text: str, tab: str = "expression") -> None:
    page.click(f"#{tab} .cm-content")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def told(page: Any, text: str, where: str) -> None:
    expect(page.locator(where).first).to_contain_text(text, timeout=LONG)


def test_an_expression_has_the_value_and_the_gradients_of_the_engine(page: Any) -> None:
    write(page, "tanh(w*x + b) * w")
    told(page, "y = ", "#expression h1")
    expect(page.locator("#expression .leaves > .leaf")).to_have_count(3, timeout=LONG)
    w, x, b = Value(2.0, label="w"), Value(-3.0, label="x"), Value(1.0, label="b")
    y = tanh(w * x + b) * w
    y.backward()
    page.locator("#expression .stage").focus()
    page.keyboard.press("End")
    shown = page.evaluate("[...document.querySelectorAll('#expression .node.leaf .grad')].map((text) => text.textContent)")
    assert sorted(shown) == sorted(f"{node.grad:.4g}".replace("-", "−") for node in (w, x, b))


def test_a_slider_moves_the_numbers(page: Any) -> None:
    title = page.locator("#expression h1")
    before = title.inner_text()
    page.locator("#expression .leaves input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(title).not_to_have_text(before, timeout=LONG)


def test_a_slip_is_told_in_the_words_of_the_engine(page: Any) -> None:
    write(page, "tanh(w x)")
    told(page, "a product is written with *: w*x", "#expression .slip")
    assert page.locator("#expression svg.autograd-graph").count() == 1  # the last good picture


def test_lines_of_python_are_run(page: Any) -> None:
    write(page, "a = Value(2.0)\nb = Value(3.0)\nloss = (a * b - 5) ** 2")
    told(page, "loss = 1", "#expression h1")


def test_a_loop_that_never_ends_is_stopped_and_the_page_goes_on(page: Any) -> None:
    write(page, "a = Value(1.0)\nwhile True: a = a + 1")
    told(page, "is there a loop that never ends?", "#expression .slip")
    write(page, "sin(t)")
    told(page, "y = ", "#expression h1")
    expect(page.locator("#expression .leaves > .leaf")).to_have_count(1, timeout=LONG)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "RMSprop", "Adagrad"])
def test_training_in_the_page_is_bit_for_bit_that_of_python(page: Any, optimizer: str) -> None:
    page.click("#tab-network")
    page.wait_for_selector("#network .plane", timeout=LONG)
    page.select_option("#network select[name=optimizer]", optimizer)
    told(page, "0 steps", "#network .sentence[role=status]")
    for steps in range(1, 4):
        page.click('#network button:text-is("Step")')
        told(page, f"{steps} steps, loss", "#network .sentence[role=status]")
    page.click("#network button:has-text('Same numbers')")
    told(page, "numbers are those of the engine in Python, to the last bit", "#network .sentence[role=status]")


def test_a_gradient_derived_by_hand_is_proofread(page: Any) -> None:
    page.click("#tab-check")
    told(page, "the derivative of tanh in layer 1 is missing", "#check .answer")


@pytest.mark.parametrize("tab", ["expression", "network", "check"])
def test_a_tab_passes_axe(page: Any, tab: str) -> None:
    page.click(f"#tab-{tab}")
    page.wait_for_timeout(3000)
    assert violations(page) == []


def test_the_build_carries_its_licences(address: str) -> None:
    from urllib.request import urlopen

    with urlopen(f"{address}/index.html") as answer:
        assert b"licences.txt" in answer.read()
    assert json.loads((Path(__file__).parent / "package.json").read_text())["private"] is True
