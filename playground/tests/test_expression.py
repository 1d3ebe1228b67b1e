"""The expression tab in Chromium."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from autograd import Value, tanh
from playground.tests.actions import LONG, told, write


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
