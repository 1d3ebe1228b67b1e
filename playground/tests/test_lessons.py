"""The lessons in Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from playground.lessons import SHELF
from playground.tests.actions import LONG, write
from tests.support.axe import violations
from tests.support.browser import await_frame

TEN = "backpropagation-in-ten-minutes"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
OWN = {
    "title": "Mine",
    "steps": [
        {
            "title": "<b>One</b>",
            "text": "**Bold**, `code`, <img src=x onerror=alert(1)>",
            "show": {"code": "y = x*x", "at": {"x": 3}, "draw": ["data", "grad"]},
            "predict": {"question": "What is the gradient of `x`?", "answer": "x.grad"},
            "after": "It is {{x.grad}}.",
        }
    ],
}


@pytest.fixture
def phone(browser: Any, address: str) -> Iterator[Any]:
    """A lesson on a phone, before Python has loaded."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{address}/index.html?lesson={TEN}")
    page.wait_for_selector(".lesson-words", timeout=LONG)
    yield page
    assert wrong == []
    context.close()


def answer(page: Any, text: str) -> None:
    page.fill(".lesson-row input", text)
    page.keyboard.press("Enter")


def right(page: Any, step: dict[str, Any]) -> None:
    """Answer a prepared step's question correctly."""
    choices = step["predict"].get("choices")
    if choices is None:
        answer(page, step["predict"]["shown"])
    else:
        page.locator(".lesson-choices button").nth([choice["right"] for choice in choices].index(True)).click()
    expect(page.locator(".lesson-mark")).to_have_attribute("data-right", "true")


def follow(page: Any) -> None:
    page.locator(".lesson-foot button").last.click()


@pytest.mark.parametrize("name", SHELF)
def test_a_lesson_is_gone_through_on_a_phone_and_passes_axe(phone: Any, address: str, name: str) -> None:
    lesson = phone.evaluate("name => fetch(`lessons/${name}.json`).then((answer) => answer.json())", name)
    phone.goto(f"{address}/index.html?lesson={name}")
    phone.wait_for_selector(".lesson-words", timeout=LONG)
    for i, step in enumerate(lesson["steps"], 1):
        expect(phone.locator(".lesson-head")).to_contain_text(f"Step {i} of {len(lesson['steps'])}")
        expect(phone.locator(".lesson h2")).to_have_text(step["title"])
        if step["predict"]:
            right(phone, step)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"step {i} is wider than a phone"
        if i in (1, 6):
            assert violations(phone) == []
        follow(phone)
    asked = sum(step["predict"] is not None for step in lesson["steps"])
    expect(phone.locator(".lesson-words")).to_contain_text(f"You found {asked} of {asked} answers yourself.")


def test_a_wrong_answer_is_told_its_slip_and_a_right_one_opens_the_rest(phone: Any) -> None:
    answer(phone, "10")
    expect(phone.locator(".lesson-mark")).to_contain_text("10 is not it: that is what y will be. How much more is it than 7?")
    expect(phone.locator(".lesson .leaves")).to_have_count(0)
    answer(phone, "3")
    expect(phone.locator(".lesson-mark")).to_have_text("Right: 3")
    expect(phone.locator(".lesson-task")).to_contain_text("Move x until y is 13.")
    expect(phone.locator(".lesson-foot button").last).to_have_text("Skip")
    phone.fill(".lesson .leaf input:not([type=range])", "3")
    phone.keyboard.press("Enter")
    expect(phone.locator(".lesson-change")).to_have_text("x changed by +1, y by +3: 3 times as much.")
    phone.fill(".lesson .leaf input:not([type=range])", "4")
    phone.keyboard.press("Enter")
    expect(phone.locator(".lesson-after")).to_contain_text("called a rate")
    expect(phone.locator(".lesson-foot button").last).to_have_text("Next")


def test_what_was_reached_is_kept_and_storage_that_is_broken_does_no_harm(phone: Any, address: str) -> None:
    def come_back() -> None:
        phone.goto("about:blank")
        phone.goto(f"{address}/index.html?lesson={TEN}")

    answer(phone, "3")
    follow(phone)
    come_back()
    expect(phone.locator(".lesson-head")).to_contain_text("Step 2 of 9")
    phone.get_by_role("button", name="Back", exact=True).click()
    expect(phone.locator(".lesson-mark")).to_have_text("Right: 3")
    phone.evaluate("localStorage.setItem('scalar-autograd lessons', '[1')")
    come_back()
    expect(phone.locator(".lesson-head")).to_contain_text("Step 1 of 9")
    expect(phone.locator(".lesson-mark")).to_have_text("")


def test_a_task_that_was_not_done_is_still_to_do_after_a_reload(phone: Any) -> None:
    task, next_ = phone.locator(".lesson-task"), phone.locator(".lesson-foot button").last
    answer(phone, "3")
    phone.reload()
    expect(phone.locator(".lesson-mark")).to_have_text("Right: 3")
    expect(task).to_have_attribute("data-done", "false")
    expect(next_).to_have_text("Skip")
    phone.fill(".lesson .leaf input:not([type=range])", "4")
    phone.keyboard.press("Enter")
    expect(next_).to_have_text("Next")
    phone.reload()
    expect(phone.locator(".lesson-mark")).to_have_text("Right: 3")
    expect(task).to_have_attribute("data-done", "true")
    expect(next_).to_have_text("Next")


@pytest.mark.parametrize(("step", "text"), [(1, "3"), (3, "5"), (7, "2.6")])
def test_the_verdict_and_the_task_are_in_sight_once_a_question_is_answered(phone: Any, step: int, text: str) -> None:
    phone.locator(".lesson-head button").nth(step - 1).click()
    answer(phone, text)
    expect(phone.locator(".lesson-task")).to_contain_text(f"✓ Right: {text}. Now try: ")
    top, bottom, foot = phone.evaluate(
        """["top", "bottom"].map((edge) => document.querySelector(".lesson-task").getBoundingClientRect()[edge])
            .concat(document.querySelector(".lesson-foot").getBoundingClientRect().top)"""
    )
    assert 0 <= top < bottom <= foot


def test_an_answer_may_be_left_as_arithmetic_but_not_as_names(phone: Any) -> None:
    answer(phone, "x + 1")
    expect(phone.locator(".lesson-mark")).to_have_text("I can’t read this as a number: write one such as 2, −0.25 or 1/3.")
    answer(phone, "2*3")
    expect(phone.locator(".lesson-mark")).to_contain_text("6 is not it")
    answer(phone, "(2**2 + 2)/2")
    expect(phone.locator(".lesson-mark")).to_have_text("Right: 3")


def test_start_again_asks_once_and_forgets_all_answers(phone: Any) -> None:
    again = phone.locator(".lesson-again")
    expect(again).to_be_hidden()
    answer(phone, "3")
    follow(phone)
    again.get_by_role("button", name="Start again").click()
    again.get_by_role("button", name="No").click()
    expect(phone.locator(".lesson-head [data-how]")).to_have_count(1)
    again.get_by_role("button", name="Start again").click()
    again.get_by_role("button", name="Yes").click()
    expect(phone.locator(".lesson-head")).to_contain_text("Step 1 of 9")
    phone.reload()
    expect(phone.locator(".lesson-row input")).to_be_editable()
    expect(phone.locator(".lesson-head [data-how]")).to_have_count(0)


def test_the_shelf_starts_a_lesson_again(phone: Any) -> None:
    answer(phone, "3")
    follow(phone)
    phone.get_by_role("button", name="All lessons").click()
    expect(phone.get_by_role("button", name="Go on with step 2")).to_be_visible()
    phone.get_by_role("button", name="Start again: Backpropagation in ten minutes").click()
    phone.get_by_role("button", name="Yes").click()
    expect(phone.locator(".lesson-head")).to_contain_text("Step 1 of 9")
    expect(phone.locator(".lesson-row input")).to_be_editable()


def test_an_embedded_lesson_starts_afresh_and_leaves_what_was_reached_elsewhere(phone: Any, address: str) -> None:
    answer(phone, "3")
    follow(phone)
    phone.goto(f"{address}/index.html?embed&lesson={TEN}")
    expect(phone.locator(".lesson-head")).to_contain_text("Step 1 of 9")
    expect(phone.locator(".lesson-head [data-how]")).to_have_count(0)
    answer(phone, "3")
    for _ in range(2):
        follow(phone)
    phone.get_by_role("button", name="Back", exact=True).click()
    phone.get_by_role("button", name="Back", exact=True).click()
    expect(phone.locator(".lesson-mark")).to_have_text("Right: 3")
    phone.goto(f"{address}/index.html?lesson={TEN}")
    expect(phone.locator(".lesson-head")).to_contain_text("Step 2 of 9")


@pytest.mark.parametrize("size", [(390, 844), (360, 640)])
@pytest.mark.parametrize(("name", "step"), [(TEN, 6), (TEN, 7), ("the-chain-rule", 4), ("backward-step-by-step", 8)])
def test_picture_question_and_answer_fit_on_a_phone_together(
    phone: Any, address: str, size: tuple[int, int], name: str, step: int
) -> None:
    phone.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    phone.goto(f"{address}/index.html?lesson={name}")
    phone.locator(".lesson-head button").nth(step - 1).click()
    top, bottom, foot = phone.evaluate(
        """[[".lesson-picture", "top"], [".lesson-question", "bottom"], [".lesson-foot", "height"]]
            .map(([part, edge]) => document.querySelector(part).getBoundingClientRect()[edge])"""
    )
    assert bottom - top <= size[1] - foot


def test_an_answer_that_is_close_stays_and_a_number_to_move_may_have_a_comma(phone: Any) -> None:
    phone.locator(".lesson-head ol button").nth(4).click()
    answer(phone, "4,1")
    expect(phone.locator(".lesson-mark")).to_have_text("Right: 4.1 is close to 4")
    expect(phone.locator(".lesson-row input")).to_have_value("4,1")
    phone.fill(".lesson .leaves input:not([type=range])", "0,8")
    phone.keyboard.press("Enter")
    expect(phone.locator(".lesson-change")).to_contain_text("e changed by −1.2")


@pytest.mark.parametrize("text", ["3", " 3,0 ", "6/2", "+3.00", "3e0"])
def test_a_right_answer_may_be_written_in_many_ways(phone: Any, text: str) -> None:
    answer(phone, text)
    expect(phone.locator(".lesson-mark")).to_have_text("Right: 3")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("  ", "Type a number first: a guess will do."),
        ("three", "I can’t read this as a number"),
        ("1e400", "I can’t read this as a number"),
        ("1/0", "I can’t read this as a number"),
        ("− 3", "−3 is not it. Try again, or take a hint."),
    ],
)
def test_a_strange_answer_is_told_what_to_write(phone: Any, text: str, says: str) -> None:
    answer(phone, text)
    expect(phone.locator(".lesson-mark")).to_contain_text(says)
    expect(phone.locator(".lesson-row input")).to_be_editable()


def test_how_far_the_result_moved_says_what_becomes_of_a_rate_that_changes(phone: Any) -> None:
    change, field = phone.locator(".lesson-change"), phone.locator(".lesson .leaf input:not([type=range])")
    phone.locator(".lesson-head button").nth(2).click()
    answer(phone, "5")
    field.nth(1).fill("2")
    field.nth(1).press("Enter")
    expect(change).to_have_text("b changed by −3, y by −12. The rate of a is now 2.")
    phone.locator(".lesson-head button").nth(4).click()
    answer(phone, "4")
    field.fill("0")
    field.press("Enter")
    expect(change).to_have_text("e changed by −2, L by −4: 2 times as much on average.")


def test_the_end_says_what_to_take_home_and_where_to_go(phone: Any) -> None:
    phone.locator(".lesson-head ol button").last.click()
    finish = phone.locator(".lesson-foot button").last
    expect(phone.locator("#network")).to_contain_text("Tap a neuron for its scalar graph")
    expect(finish).not_to_have_class("main")
    phone.locator("#network").get_by_role("button", name="Play").first.click()
    expect(finish).to_have_class("main")
    finish.click()
    expect(phone.locator(".lesson-words li")).to_have_count(3)
    expect(phone.locator(".lesson-head ol button").last).to_have_attribute("data-how", "done")
    phone.get_by_role("button", name="Share this lesson").click()
    expect(phone.locator(".toast")).to_contain_text("Link")
    phone.get_by_role("button", name="Try the quiz").click()
    expect(phone.locator("#quiz")).to_be_visible()


def test_a_link_leads_to_the_step_and_carries_a_lesson_of_ones_own(page: Any, browser: Any) -> None:
    page.click("#tab-lesson")
    page.click("text=For teachers: your own lesson")
    page.set_input_files(
        "#lesson-file", {"name": "mine.json", "mimeType": "application/json", "buffer": json.dumps(OWN).encode()}
    )
    expect(page.locator(".lesson h2")).to_have_text("<b>One</b>")
    expect(page).to_have_url(re.compile("#.{150,}"))  # longer than the shelf's: it contains the lesson
    other = browser.new_page()
    other.goto(page.url)
    expect(other.locator(".lesson h2")).to_have_text("<b>One</b>")
    other.close()


def test_giving_up_shows_the_answer_and_the_hint_is_there_on_request(phone: Any) -> None:
    hint = phone.get_by_role("button", name="Hint")
    expect(hint).to_have_attribute("aria-expanded", "false")
    hint.click()
    expect(phone.locator(".lesson-hint")).to_contain_text("Work out y for x = 3.")
    phone.get_by_role("button", name="Show me").click()
    expect(phone.locator(".lesson-mark")).to_have_text("It is 3")


def test_a_lesson_is_done_by_keyboard_alone(page: Any) -> None:
    page.click("#tab-lesson")
    page.get_by_role("button", name="Start: Backward, one node at a time").press("Enter")
    expect(page.locator(".lesson h2")).to_be_focused()
    page.locator(".lesson-row input").press("Tab")  # past the sign button
    page.locator(".lesson-row input").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator(".lesson-foot button").last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lesson h2")).to_have_text("Watch it")
    expect(page.locator(".lesson .player .stage svg.autograd-graph")).to_have_count(1)


def test_a_formula_that_is_typed_fulfils_a_task(page: Any) -> None:
    page.click("#tab-lesson")
    page.get_by_role("button", name="Start: The chain rule").click()
    page.get_by_role("button", name="Step 11: Make one yourself").click()
    page.click(".lesson .cm-content")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("y = x*")
    expect(page.locator(".lesson .slip")).to_contain_text("something is missing at the end")
    page.keyboard.insert_text("x*x")
    expect(page.locator(".lesson-task")).to_have_attribute("data-done", "true")


def test_a_lesson_stands_beside_another_tab(page: Any) -> None:
    page.click("#tab-lesson")
    page.get_by_role("button", name="Start: Backpropagation in ten minutes").click()
    page.get_by_role("button", name="Step 9: Watch one learn").click()
    expect(page.locator("#tab-network")).to_have_attribute("aria-selected", "true")
    expect(page.locator("main > aside .lesson h2")).to_have_text("Watch one learn")
    expect(page.locator("#network")).to_be_visible()
    follow(page)
    expect(page.locator("#tab-lesson")).to_have_attribute("aria-selected", "true")
    expect(page.locator("main > aside")).to_have_count(0)


def test_play_brings_the_picture_into_sight_and_begins_slowly(phone: Any) -> None:
    phone.locator(".lesson-head ol button").last.click()
    play = phone.locator("#network .play")
    expect(play).to_be_enabled()
    expect(phone.get_by_label("Speed")).to_have_value("0.3333")
    play.click()
    edges = {
        part: phone.locator(part).evaluate("part => ['top', 'bottom'].map((edge) => part.getBoundingClientRect()[edge])")
        for part in ("#network .top", "#network .plane", "#network .curves", ".lesson-foot")
    }
    assert edges["#network .top"][1] <= edges["#network .plane"][0]
    assert edges["#network .curves"][1] <= edges[".lesson-foot"][0]


def test_a_finger_goes_to_a_step_by_a_tap_or_sideways_and_scrolls_up_and_down(phone: Any) -> None:
    phone.locator(".lesson-head ol button").last.click()
    expect(phone.locator("#network .play")).to_be_enabled()
    for _ in range(3):
        phone.get_by_role("button", name="Step", exact=True).click()
    chart = phone.locator("#network .curves .chart[role=slider]")
    expect(chart).to_have_attribute("aria-valuenow", "3")
    chart.evaluate("chart => chart.scrollIntoView({ block: 'center' })")
    box = chart.bounding_box()
    x, y = box["x"] + 0.8 * box["width"], box["y"] + 0.4 * box["height"]  # beyond the last step
    hand, before = phone.context.new_cdp_session(phone), phone.evaluate("scrollY")

    def swipe(start: float, across: float, along: float) -> None:
        ways = [("touchStart", 0.0), *(("touchMove", i / 8) for i in range(1, 9))]
        for kind, part in ways:
            at = {"x": start + part * across, "y": y + part * along}
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    await_frame(phone)
    phone.evaluate("() => addEventListener('scrollend', () => { window.scrolled = true; }, { once: true })")
    swipe(box["x"] + 60, 0, -120)
    phone.wait_for_function("() => window.scrolled")
    assert phone.evaluate("scrollY") > before + 60
    expect(chart).to_have_attribute("aria-valuenow", "3")
    chart.evaluate("chart => chart.scrollIntoView({ block: 'center' })")
    swipe(x, -0.7 * box["width"], 0)
    expect(chart).to_have_attribute("aria-valuenow", "0")
    phone.touchscreen.tap(x, y)
    expect(chart).to_have_attribute("aria-valuenow", "3")


def test_each_part_of_a_task_is_ticked_and_loses_its_tick(phone: Any) -> None:
    phone.locator(".lesson-head ol button").nth(6).click()
    answer(phone, "2,6")
    goals, fields = phone.locator(".lesson-goal"), phone.locator(".lesson .leaf input:not([type=range])")

    def move(i: int, text: str) -> None:
        fields.nth(i).fill(text)
        fields.nth(i).press("Enter")

    expect(goals).to_have_text(["○ w to 3 − 0.05 · 8 = 2.6", "○ b to 1 − 0.05 · 4 = 0.8"])
    move(0, "2.6")
    expect(goals).to_have_text(["✓ w to 3 − 0.05 · 8 = 2.6", "○ b to 1 − 0.05 · 4 = 0.8"])
    change = phone.locator(".lesson-change")
    expect(change).to_have_text("w changed by −0.4, L by −2.56: 6.4 times as much on average.")
    bottom, foot = change.bounding_box(), phone.locator(".lesson-foot").bounding_box()
    assert bottom["y"] + bottom["height"] <= foot["y"]
    move(0, "2.7")
    expect(goals.first).to_have_text("○ w to 3 − 0.05 · 8 = 2.6")
    move(0, "2.6")
    move(1, "0.8")
    expect(phone.locator(".lesson-after")).to_contain_text("trained")
    expect(goals.first).to_have_attribute("data-done", "true")


def test_the_end_of_a_step_has_no_link_that_leads_away_below_next(phone: Any) -> None:
    foot, links = phone.locator(".lesson-foot"), phone.locator("footer")
    phone.evaluate("scrollTo(0, document.body.scrollHeight)")
    box = foot.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(PHONE["viewport"]["height"], abs=1)  # type: ignore[index]
    expect(links).to_be_hidden()
    phone.get_by_role("button", name="All lessons").click()
    expect(links).to_be_visible()


def test_who_leaves_a_lesson_keeps_it_and_is_led_back_to_its_step(phone: Any, address: str) -> None:
    follow(phone)
    phone.click("#tab-quiz")
    docs = phone.locator("footer a").first
    with phone.expect_popup():
        docs.click()
    expect(phone.locator("#quiz")).to_be_visible()
    phone.goto(f"{address}/index.html")
    on = phone.locator("#greeting").get_by_role("button", name="Go on with step 2")
    assert violations(phone) == []
    on.click(timeout=LONG)
    expect(phone.locator(".lesson-head")).to_contain_text("Step 2 of 9")
    phone.locator(".lesson-head ol button").last.click()
    phone.get_by_role("button", name="Finish").click()
    phone.goto(f"{address}/index.html")
    expect(phone.locator("#greeting")).to_contain_text("New here?")


def test_a_teacher_opens_a_lesson_from_a_file_and_text_in_it_stays_text(page: Any) -> None:
    page.click("#tab-lesson")
    page.click("text=For teachers: your own lesson")
    with page.expect_download() as found:
        page.click(".lesson-own a")
    assert json.loads(Path(found.value.path()).read_text(encoding="utf-8"))["title"] == "Backpropagation in ten minutes"
    page.set_input_files(
        "#lesson-file", {"name": "mine.json", "mimeType": "application/json", "buffer": json.dumps(OWN).encode()}
    )
    expect(page.locator(".lesson h2")).to_have_text("<b>One</b>")
    assert page.locator(".lesson img").count() == 0
    assert page.locator(".lesson strong", has_text="Bold").count() == 1
    answer(page, "3")
    expect(page.locator(".lesson-mark")).to_contain_text("that is the contribution from y alone")
    answer(page, "6")
    expect(page.locator(".lesson-after")).to_have_text("It is 6.")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "mine.json, line 1: this is not JSON"),
        (json.dumps(OWN | {"steps": [OWN["steps"][0] | {"hint": 3}]}), "mine.json, step 1: hint must be a text, got 3"),  # type: ignore[operator]
    ],
)
def test_a_wrong_lesson_file_is_told_where(page: Any, text: str, says: str) -> None:
    page.click("#tab-lesson")
    page.set_input_files("#lesson-file", {"name": "mine.json", "mimeType": "application/json", "buffer": text.encode()})
    expect(page.locator("#lesson [role=alert]")).to_contain_text(says)
    page.get_by_role("button", name="All lessons").click()
    expect(page.locator(".lesson-shelf li")).to_have_count(len(SHELF))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["?lesson=the-chain-rule", f"?embed&lesson={TEN}", "?embed=lesson"])
def test_a_lesson_embedded_or_not_passes_axe_in_both_schemes(browser: Any, address: str, place: str, scheme: str) -> None:
    context = browser.new_context(**PHONE, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/index.html{place}")
    page.wait_for_selector("#lesson h2", timeout=LONG)
    if page.locator(".lesson-row input").count():
        answer(page, "12")
    assert violations(page) == []
    context.close()


def test_a_lesson_that_is_not_there_is_told(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/index.html?lesson=nothing")
    expect(page.locator("#lesson [role=alert]")).to_contain_text("There is no lesson “nothing” here")
    page.close()


def own(page: Any, show: dict[str, Any]) -> None:
    """Open a one-step lesson with the given `show`."""
    lesson = {"title": "Mine", "steps": [{"title": "Only one", "text": "Look.", "show": show}]}
    page.click("#tab-lesson")
    page.set_input_files(
        "#lesson-file", {"name": "mine.json", "mimeType": "application/json", "buffer": json.dumps(lesson).encode()}
    )
    expect(page.locator(".lesson h2")).to_have_text("Only one")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_field_beside_a_slider_shows_all_of_its_number(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    sliders = {"w": [-1, 0, 0.01], "x": [-1, 0, 0.01]}
    own(page, {"code": "y = w*x", "at": {"w": -0.6823614, "x": -1.234567e-300}, "sliders": sliders})
    fields = page.locator(".lesson-picture .leaf input:not([type=range])")
    expect(fields).to_have_count(2)
    cut = "all => all.filter((field) => field.scrollWidth > field.clientWidth).map(({ value }) => value)"
    assert fields.evaluate_all(cut) == []
    assert [len(text) for text in fields.evaluate_all("all => all.map(({ value }) => value)")] == [9, 10]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_formula_of_a_step_is_offered_in_pythons_spelling(page: Any) -> None:
    own(page, {"code": "y = x", "edit": True})
    write(page, "y = x² + 3x", "lesson")
    page.get_by_role("button", name="Write y = x**2 + 3*x", exact=True).click(timeout=LONG)
    assert page.locator("#lesson .cm-content").inner_text() == "y = x**2 + 3*x"
    expect(page.locator("#lesson .editor .slip")).to_be_empty()
