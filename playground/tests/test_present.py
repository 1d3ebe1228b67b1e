"""Presentation mode: full screen, with keys that step without a click first."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from playground.tests.actions import LONG, told, write

OWN = "h1 = tanh(a*x + b)\nh2 = tanh(c*x + d)\nL = (u*h1 + v*h2 - t)**2"  # two layers
LETTERS = "#expression .stage-picture .node .value"
HEIGHT = f"document.querySelector('{LETTERS}').getBoundingClientRect().height"
COUNTER = "#expression .counter"


def present(page: Any) -> None:
    page.locator("#expression").get_by_role("button", name="Present", exact=True).click()
    page.wait_for_function("() => document.fullscreenElement?.matches('#expression > .player')")


def at(page: Any, step: int, of: int, where: str = COUNTER) -> None:
    expect(page.locator(where)).to_have_text(f"step {step} of {of}")


def test_present_begins_at_the_first_step_and_a_clicker_steps_until_the_button_ends_it(page: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press("End")
    leave = page.get_by_role("button", name="Exit (Esc)")
    expect(leave).to_be_hidden()
    before = page.evaluate(HEIGHT)
    present(page)
    at(page, 1, 11)
    for key, step in [("PageDown", 2), ("PageDown", 3), ("PageUp", 2), ("ArrowRight", 3)]:
        page.keyboard.press(key)
        at(page, step, 11)
    page.wait_for_function(f"before => {HEIGHT} > 1.2 * before", arg=before)
    page.click("#expression p.sentence")  # takes the focus away
    page.keyboard.press("PageDown")
    at(page, 4, 11)
    leave.click()
    page.wait_for_function("() => document.fullscreenElement === null")
    page.wait_for_function(f"before => Math.abs({HEIGHT} - before) < 0.1", arg=before)


def test_present_keeps_the_step_that_is_looked_at(page: Any) -> None:
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    present(page)
    at(page, 2, 11)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080)])
def test_a_long_graph_is_laid_out_for_the_full_screen(page: Any, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    write(page, OWN)
    at(page, 23, 23)
    page.get_by_role("button", name="Fit (0)").first.click()
    page.wait_for_selector("#expression .stage.fitted")
    before = page.evaluate(HEIGHT)
    present(page)
    page.wait_for_function(f"before => {HEIGHT} > 1.3 * before", arg=before)
    page.wait_for_selector("#expression .stage.fitted")
    for _ in range(22):
        assert page.eval_on_selector("#expression p.sentence", "line => line.scrollHeight <= line.clientHeight")
        page.keyboard.press("PageDown")
    at(page, 23, 23)


def test_arrow_keys_step_before_anything_was_clicked_but_move_the_cursor_in_a_text(page: Any) -> None:
    page.keyboard.press("Home")
    at(page, 1, 11)
    page.keyboard.press("ArrowRight")
    at(page, 2, 11)
    page.click("#expression .cm-content")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("slider", name="x₁").press("ArrowRight")
    at(page, 2, 11)


def test_arrow_keys_step_the_player_of_a_lesson_and_of_the_replay(page: Any) -> None:
    page.click("#tab-lesson")
    page.get_by_role("button", name="Start: Backward, one node at a time").click()
    page.get_by_role("button", name="Step 2:").click()
    counter = page.locator("#lesson .player .counter")
    page.locator(".lesson h2").focus()
    page.keyboard.press("Home")
    expect(counter).to_contain_text("step 1 of")
    page.keyboard.press("ArrowRight")
    expect(counter).to_contain_text("step 2 of")
    page.click("#tab-network")
    page.get_by_role("button", name="Replay: chosen sample, now").click(timeout=LONG)
    replay = page.locator("dialog .counter")
    expect(replay).to_contain_text("step 1 of")
    page.keyboard.press("ArrowRight")
    expect(replay).to_contain_text("step 2 of")


def test_what_changes_the_result_most_is_told_at_the_last_step_only(page: Any) -> None:
    said = page.locator("#expression .stage-picture").get_by_text("changes most with")
    scale = page.locator("#expression .stage-picture").get_by_text("gradient back: width")
    page.keyboard.press("Home")
    for part in (said, scale):
        expect(part).to_be_hidden()
    page.keyboard.press("End")
    for part in (said, scale):
        expect(part).to_be_visible()


def test_a_link_says_whether_it_shows_the_gradients_or_asks_for_them(page: Any) -> None:
    for tab, said in (
        ("expression", "shows the gradients; one from the Quiz tab asks for them"),
        ("quiz", "asks for the gradients"),
    ):
        page.click(f"#tab-{tab}")
        page.get_by_role("button", name="Share", exact=True).click()
        page.get_by_role("menuitem", name="Copy link").click()
        told(page, said, ".toast")
