"""The quiz tab in Chromium."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from playground.tests.actions import LONG, told, write


def test_answers_are_marked_and_slips_named(page: Any) -> None:
    write(page, "a*t + a**2")
    expect(page.locator("#expression .leaves .leaf")).to_have_count(2, timeout=LONG)
    page.click("#tab-quiz")
    page.get_by_role("button", name="My expression").click()
    told(page, "0 of 4 right", "#quiz .score")
    item = page.locator("#quiz li", has_text="∂y/∂a")
    item.locator("input").fill("-3")  # t, as the expression tab begins: of a, 2, there is another path
    item.locator("input").press("Enter")
    expect(item.locator(".mark-text")).to_contain_text("that is the contribution from v₂ alone")
    item.locator("input").fill("1")
    item.locator("input").press("Enter")
    expect(item).to_have_class("right")
    told(page, "1 of 4 right", "#quiz .score")


def test_new_numbers_and_another_graph_ask_anew(page: Any) -> None:
    page.click("#tab-quiz")
    told(page, "0 of 3 right", "#quiz .score")
    before = page.evaluate("document.querySelector('#quiz .stage-picture').textContent")
    page.get_by_role("button", name="New numbers").click()
    expect(page.locator("#quiz .stage-picture")).not_to_have_text(before, timeout=LONG)
    page.get_by_role("button", name="Another graph").click()
    told(page, "0 of 4 right", "#quiz .score")
    write(page, "tanh(w x)", "quiz")
    told(page, "a product is written with *: w*x", "#quiz .slip")


def test_the_sign_of_an_answer_has_a_key_and_a_comma_will_do(page: Any) -> None:
    write(page, "-0.5*x")
    expect(page.locator("#expression .leaves .leaf")).to_have_count(1, timeout=LONG)
    page.click("#tab-quiz")
    page.get_by_role("button", name="My expression").click()
    item = page.locator("#quiz li", has_text="grad of x (∂y/∂x)")
    field = item.get_by_role("textbox")
    expect(field).to_have_attribute("inputmode", "decimal", timeout=LONG)
    field.fill("0,5")
    item.get_by_role("button", name="Change the sign").click()
    field.press("Enter")
    expect(item).to_have_class("right")
