"""The quiz tab in Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from playground.tests.actions import linked, told, write
from playground.tests.conftest import window
from tests.support.axe import violations


def test_answers_are_marked_and_slips_named(page: Any) -> None:
    write(page, "a*t + a**2")
    expect(page.locator("#expression .leaves .leaf")).to_have_count(2)
    page.click("#tab-quiz")
    page.get_by_role("button", name="My expression").click()
    told(page, "0 of 4 right", "#quiz .score")
    item = page.locator("#quiz li", has_text="∂y/∂a")
    item.locator("input").fill("1")  # t = 1 is the share by a*t; a**2 adds another
    item.locator("input").press("Enter")
    expect(item.locator(".mark-text")).to_contain_text("that is the contribution from v₂ alone")
    item.locator("input").fill("5")
    item.locator("input").press("Enter")
    expect(item).to_have_class("right")
    told(page, "1 of 4 right", "#quiz .score")


def test_new_numbers_and_another_graph_ask_anew(page: Any) -> None:
    page.click("#tab-quiz")
    told(page, "0 of 3 right", "#quiz .score")
    before = page.evaluate("document.querySelector('#quiz .stage-picture').textContent")
    page.get_by_role("button", name="New numbers").click()
    expect(page.locator("#quiz .stage-picture")).not_to_have_text(before)
    page.get_by_role("button", name="Another graph").click()
    told(page, "0 of 4 right", "#quiz .score")
    write(page, "tanh(w x)", "quiz")
    told(page, "write a product with *: w*x", "#quiz .slip")


def test_the_sign_of_an_answer_has_a_key_and_a_comma_will_do(page: Any) -> None:
    write(page, "-0.5*x")
    expect(page.locator("#expression .leaves .leaf")).to_have_count(1)
    page.click("#tab-quiz")
    page.get_by_role("button", name="My expression").click()
    told(page, "0 of 1 right", "#quiz .score")
    item = page.locator("#quiz li", has_text="grad of x (∂y/∂x)")
    field = item.get_by_role("textbox")
    expect(field).to_have_attribute("inputmode", "decimal")
    field.fill("0,5")
    item.get_by_role("button", name="Change the sign").click()
    field.press("Enter")
    expect(item).to_have_class("right")


def test_a_right_answer_needs_no_buttons_and_the_last_one_leads_on(page: Any) -> None:
    page.click("#tab-quiz")
    item = page.locator("#quiz li").first
    item.locator("input").fill("-5")  # the right answer to the initial quiz
    item.locator("input").press("Enter")
    expect(item).to_have_class("right")
    expect(item.get_by_role("button")).to_have_count(0)
    on = page.get_by_role("button", name="Next graph")
    expect(on).to_be_hidden()
    for other in page.locator("#quiz li:not(.right)").all():
        other.get_by_role("button", name="Show the answer").click()
    on.click()
    told(page, "0 of 4 right", "#quiz .score")
    expect(on).to_be_hidden()


def test_a_finger_on_the_graph_scrolls_the_page(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{address}/index.html")
    page.click("#tab-quiz")
    expect(page.locator("#quiz li").first).to_be_in_viewport(ratio=0.5)
    view = page.locator("#quiz .stage-picture").get_attribute("style")
    box = page.locator("#quiz .stage").bounding_box()
    x, y = box["x"] + 0.4 * box["width"], box["y"] + 0.8 * box["height"]
    client = context.new_cdp_session(page)
    for kind, *at in (("touchStart", 0), *(("touchMove", 20 * i) for i in range(1, 11)), ("touchEnd",)):
        points = [{"x": x, "y": y - up} for up in at]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.wait_for_function("() => scrollY > 100")
    assert page.locator("#quiz .stage-picture").get_attribute("style") == view
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_quiz_is_there_before_python(browser: Any, address: str, scheme: str) -> None:
    context = window(browser, color_scheme=scheme)
    page = context.new_page()
    page.route("**/python/*", lambda route: None)  # Python never loads
    page.goto(f"{address}/index.html?embed=quiz")
    told(page, "0 of 3 right", "#quiz .score")
    item = page.locator("#quiz li").first
    item.locator("input").fill("-5")
    item.locator("input").press("Enter")
    expect(item).to_have_class("right")
    assert violations(page) == []
    page.get_by_role("button", name="Another graph").click()
    told(page, "In a moment: the next quiz.", "#quiz .quiz-coming")
    context.close()


def test_a_linked_quiz_says_what_is_coming_while_python_loads(page: Any, browser: Any, address: str) -> None:
    page.click("#tab-quiz")
    told(page, "0 of 3 right", "#quiz .score")
    write(page, "tanh(w*x + b)", "quiz")
    told(page, "0 of 5 right", "#quiz .score")
    linked(page, "quiz", lambda state: state["text"] == "tanh(w*x + b)")
    other = browser.new_page()
    other.route("**/python/*", lambda route: None)
    other.goto(page.url.replace("#", "?embed#"))
    told(other, "In a moment: the graph of this formula, with a question for each gradient.", "#quiz .quiz-coming")
    assert violations(other) == []
    other.close()
