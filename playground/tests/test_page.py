"""Tests of the page as a whole."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from playground.tests.actions import LONG, finger, told, write
from playground.tests.conftest import live, window
from tests.support.axe import violations

TABS = {  # tab: selector that matches once the tab is complete
    "expression": "#expression .said .answer",
    "network": "#network .play:enabled",
    "check": "#check .answer :text('contribution')",
    "quiz": "#quiz .score:has-text('0 of 3 right')",
    "lesson": "#lesson .lesson-shelf li",
}
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tab", TABS)
def test_a_tab_passes_axe(page: Any, tab: str, theme: str) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.click(f"#tab-{tab}")
    page.locator(TABS[tab]).first.wait_for(timeout=LONG)
    assert violations(page) == []


@pytest.fixture
def without_python(browser: Any, address: str) -> Any:
    """The page with Python never loading."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.route("**/*.wasm", lambda route: None)
    page.goto(f"{address}/index.html")
    yield page
    context.close()


def test_the_neuron_plays_before_python_is_there(without_python: Any) -> None:
    page = without_python
    told(page, "∂y/∂w₁ += 0.5 · 2 = 1", "#expression p.sentence")  # the last step
    assert page.get_attribute("#expression .result", "data-exact") == repr(math.tanh(-3.0 * 2.0 + 6.8813735870195432))
    assert "Python is" in page.inner_text("#state")
    assert page.locator("#expression .leaves input[type=range]").count() == 5
    assert "0.5·2 = 1" in page.inner_text("#expression .closer")


def test_what_was_typed_and_dragged_before_python_was_there_is_taken_up(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    held: list[Any] = []
    page.route("**/*.wasm", lambda route: held.append(route))
    page.goto(f"{address}/index.html")
    slider = page.locator('#expression input[type=range][aria-label="w₁"]')
    slider.fill("2")
    write(page, "w1*x1 + 1")
    assert "Python is" in page.inner_text("#state")
    while not held:
        page.wait_for_timeout(50)
    for route in held:
        route.continue_()
    expect(page.locator("#expression .result")).to_have_attribute("data-exact", "5")
    assert slider.input_value() == "2"
    context.close()


def test_python_that_could_not_be_loaded_is_told_of_once_and_loaded_at_another_try(browser: Any, address: str) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.route("**/*.wasm", lambda route: route.abort())
    page.goto(f"{address}/index.html")
    told(page, "Python could not be loaded", "#state")
    write(page, "w1*x1 + 1")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#state")).to_have_attribute("data-state", "failed")
    assert page.inner_text("#expression .slip >> nth=0") == ""
    page.unroute("**/*.wasm")
    page.get_by_role("button", name="Try again").click()
    told(page, "y = −5", "#expression .result")
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    context.close()


def test_nothing_moves_while_the_page_loads(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(
        "window.moved = 0; const add = ({ value }) => { window.moved += value; };"
        "new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(f"{address}/index.html")
    page.wait_for_selector("#state[data-state=ready]", timeout=LONG)
    page.wait_for_selector("#expression .said .answer", state="attached", timeout=LONG)
    assert page.evaluate("window.moved") < 0.02
    context.close()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["wide", "phone"])
def test_a_first_visit_is_greeted_with_a_lesson_until_the_line_is_closed(browser: Any, address: str, viewport: Any) -> None:
    context = browser.new_context(viewport=viewport)
    page = context.new_page()
    page.goto(f"{address}/index.html")
    greeting = page.locator("#greeting")
    expect(greeting).to_contain_text("New here?")
    expect(page.locator("#tab-lesson")).to_be_in_viewport(ratio=1)
    assert violations(page) == []
    greeting.get_by_role("button", name="Ten-minute lesson").click()
    told(page, "Backpropagation in ten minutes", "#lesson, .lesson-dock")
    expect(greeting).to_be_hidden()
    page.goto(f"{address}/index.html?again")
    expect(greeting).to_be_hidden()
    page.evaluate("localStorage.clear()")
    page.reload()
    greeting.get_by_role("button", name="Close").click()
    expect(greeting).to_be_hidden()
    page.reload()
    expect(greeting).to_be_hidden()
    context.close()


def test_on_a_phone_the_letters_of_a_drawing_can_be_read_and_the_step_is_in_sight(page: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size(PHONE)
    write(page, "tanh(w1*x1 + w2*x2 + b) * exp(a*c + d) + sigmoid(f*g + h*k)")
    expect(page.locator("#expression .gradient")).to_have_count(12)
    letters = (
        "g => parseFloat(getComputedStyle(g).fontSize) * new DOMMatrix(getComputedStyle(g.closest('.stage-picture')).transform).a"
    )
    assert page.locator("#expression .node text").first.evaluate(letters) >= 9 - 0.01
    page.locator("#expression .stage").scroll_into_view_if_needed()
    expect(page.locator("#expression .node.now").first).to_be_in_viewport()


@pytest.mark.parametrize("tab", TABS)
def test_a_phone_scrolls_in_one_direction_and_reaches_everything(page: Any, tab: str) -> None:
    page.set_viewport_size(PHONE)
    page.click(f"#tab-{tab}")
    page.locator(TABS[tab]).first.wait_for(timeout=LONG)
    for width in (PHONE["width"], 320):  # 320 pixels: the narrowest page WCAG requires
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("#greeting").evaluate("part => part.scrollHeight <= part.clientHeight")
    if tab == "expression":
        for part in (".cm-content", ".stage", ".leaves input[type=range]"):
            page.locator(f"#expression {part}").first.scroll_into_view_if_needed()
            expect(page.locator(f"#expression {part}").first).to_be_in_viewport()


def test_the_switch_changes_the_whole_page_and_is_remembered(page: Any) -> None:
    colour = "getComputedStyle(document.querySelector('#expression .stage')).backgroundColor"
    before = page.evaluate(colour)
    page.click("#theme button")
    assert page.evaluate(colour) != before
    page.reload()
    page.wait_for_selector("#expression .stage svg", timeout=LONG)
    assert page.evaluate(colour) != before


def test_arrows_go_from_tab_to_tab_and_the_title_follows(page: Any) -> None:
    page.focus("#tab-expression")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-network"
    expect(page).to_have_title("Network · scalar-autograd playground")
    page.keyboard.press("Home")
    expect(page).to_have_title("tanh(w1*x1 + w2*x2 + b) · scalar-autograd playground")


def test_the_build_carries_its_licences(address: str) -> None:
    from urllib.request import urlopen

    with urlopen(f"{address}/index.html") as answer:
        assert b"licences.txt" in answer.read()
    assert json.loads((Path(__file__).parent.parent / "package.json").read_text())["private"] is True


@pytest.mark.parametrize("tab", ["expression", "network", "check", "quiz"])
def test_buttons_and_fields_are_as_high_as_a_fingertip_on_a_touch_screen(browser: Any, address: str, tab: str) -> None:
    context = window(browser, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/index.html")
    live(page)
    page.tap(f"#tab-{tab}")
    page.locator(f"#{tab} button:visible").first.wait_for()
    low = page.evaluate(
        """[...document.querySelectorAll(".playground :is(button:not(.mark), select, input[type=text])")]
            .filter((one) => one.offsetHeight > 0 && one.offsetHeight < 44 && !one.closest(".cm-editor"))
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert low == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


@pytest.fixture
def phone(browser: Any, address: str) -> Iterator[Any]:
    """A phone with Python loaded."""
    context = window(browser, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/index.html")
    live(page)
    yield page
    context.close()


LEAF = '#expression .leaves input[type=range][aria-label="b"]'  # its number lies between two steps of the slider
TIMELINE = "#expression .track input"
NOISE = '#network .field input[type=range][aria-label="Noise"]'


def thumb(page: Any, slider: str, share: float) -> tuple[float, float]:
    """The point at a share of a slider's width."""
    box = page.locator(slider).bounding_box()
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


@pytest.mark.parametrize("slider", [LEAF, TIMELINE, NOISE])
def test_a_finger_that_scrolls_the_page_from_a_slider_leaves_its_number(phone: Any, slider: str) -> None:
    phone.emulate_media(reduced_motion="reduce")
    if slider == NOISE:
        phone.tap("#tab-network")
        phone.click("#network button:text-is('Step')")
        told(phone, "step 1 ", "#network .numbers")
    else:
        told(phone, "step 11 of 11", "#expression .counter")
    shown = "#network .numbers" if slider == NOISE else "#expression .counter"
    seen = f"""slider => [slider.value, document.querySelector("{shown}").textContent,
        document.querySelector("#expression .result").dataset.exact]"""
    moving = phone.locator(slider)
    moving.evaluate("slider => slider.scrollIntoView({ block: 'center' })")
    moving.evaluate("slider => { window.heard = []; slider.addEventListener('input', () => heard.push(slider.value)); }")
    before, top = moving.evaluate(seen), phone.evaluate("scrollY")
    x, y = thumb(phone, slider, 0.6)
    finger(phone, *((x + up / 20, y - up) for up in range(0, 200, 10)))
    phone.wait_for_function("top => scrollY > top + 100", arg=top)
    landed, *_, back = phone.evaluate("heard")
    assert landed != before[0]
    assert back == before[0]
    phone.wait_for_timeout(300)
    assert moving.evaluate(seen) == before


@pytest.mark.parametrize("slider", [LEAF, TIMELINE, NOISE])
def test_a_slider_follows_a_tap_and_a_finger_that_moves_sideways(phone: Any, slider: str) -> None:
    phone.emulate_media(reduced_motion="reduce")
    phone.tap(f"#tab-{'network' if slider == NOISE else 'expression'}")
    phone.locator(slider).evaluate("slider => slider.scrollIntoView({ block: 'center' })")
    share = "slider => (slider.value - slider.min) / (slider.max - slider.min)"
    finger(phone, thumb(phone, slider, 0.2))
    assert phone.locator(slider).evaluate(share) == pytest.approx(0.2, abs=0.08)
    finger(phone, *(thumb(phone, slider, 0.2 + 0.05 * k) for k in range(11)))
    assert phone.locator(slider).evaluate(share) == pytest.approx(0.7, abs=0.08)
