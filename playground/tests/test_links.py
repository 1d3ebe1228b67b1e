"""The address holds what the page shows, so that it can be shared."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from PIL import Image
from playwright.sync_api import expect

from playground.tests.actions import LONG, linked, told, write
from playground.tests.conftest import live, window
from tests.support.axe import violations

ROOT = Path(__file__).parent.parent.parent


def link(shown: Any, level: int = 9) -> str:
    text = shown if isinstance(shown, bytes) else json.dumps(shown).encode()
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return "#a" + base64.urlsafe_b64encode(packer.compress(text) + packer.flush()).decode().rstrip("=")


TEXT = "tanh(u*v) - 0.25"
GOOD = ["expression", {"text": TEXT, "numbers": {"u": 0.75, "v": -1.5}}]
BROKEN = {
    "#agarbage%%%": "broken",
    "#a": "broken",
    link(GOOD)[:-12]: "broken",
    "#zAAAA": "newer",
    link(["nowhere", {}]): "tab",
    link(["__proto__", {}]): "tab",
    link({"tab": "expression"}): "broken",
    link([7, {}]): "broken",
    link(b"\xff\xfe"): "broken",
    link(b"[" * 20_000): "broken",
    link(bytes(10_000_000)): "holds too much",
    link(["expression", {"text": "x" * 1_000_000}]): "holds too much",
    "#a" + "A" * 10_000_000: "too long",
}
WRONG = [
    *(None, 5, "text", [], [1, 2], {}, {"text": 5}, {"text": None, "numbers": 3}, {"numbers": {"u": "x", "v": None}}),
    *({"text": TEXT, "numbers": [1]}, {"text": TEXT, "node": "x", "delta": {}}, {"name": 3, "step": "a"}, {"layers": "x"}),
]


@pytest.fixture
def other(browser: Any, address: str) -> Iterator[Any]:
    """An empty page that collects its errors."""
    context = window(browser)
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    context.close()


def shared(page: Any, entry: str) -> None:
    page.click("#share > button")
    page.click(f"#share [role=menuitem]:text-is('{entry}')")


def saved(page: Any, entry: str) -> bytes:
    with page.expect_download(timeout=LONG) as download:
        shared(page, entry)
    return Path(download.value.path()).read_bytes()


def shown_text(page: Any, tab: str = "expression") -> str:
    return str(page.locator(f"#{tab} .cm-content").inner_text())


def moved(page: Any, text: str) -> str:
    """Write a text in two variables and move one by its slider; the result."""
    result, slider = page.locator("#expression .result"), page.locator("#expression .leaves input[type=range]").first
    before, there = result.get_attribute("data-exact"), page.locator("#expression .cm-content").inner_text()
    write(page, text)
    if there != text:  # the graph on the page may have two variables too
        expect(result).not_to_have_attribute("data-exact", str(before))
    expect(page.locator("#expression .gradient")).to_have_count(2)
    before = result.get_attribute("data-exact")
    slider.press("ArrowRight")
    expect(result).not_to_have_attribute("data-exact", before)
    name, x = slider.get_attribute("aria-label"), float(slider.input_value())
    written = f"{name} = Value({x!r})" if "Value" in text else text  # programs contain their numbers
    linked(page, "expression", lambda state: state["numbers"].get(name) == x and written in state["text"])
    return str(result.get_attribute("data-exact"))


def test_a_link_shows_on_another_page_what_was_shown_on_the_first(page: Any, other: Any) -> None:
    result = moved(page, TEXT)
    assert "#a" in page.url
    other.goto(page.url)
    live(other)
    expect(other.locator("#expression .result")).to_have_attribute("data-exact", result)
    assert shown_text(other) == TEXT
    assert other.errors == []


def test_a_link_shows_the_step_of_the_player_that_was_shown(page: Any, other: Any) -> None:
    write(page, TEXT)
    told(page, "step 7 of 7", "#expression .counter")
    page.locator("#expression .stage").focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    linked(page, "expression", lambda state: state["text"] == TEXT and state.get("step") == 5)
    other.goto(page.url)
    told(other, "step 5 of 7", "#expression .counter")
    other.locator("#expression .stage").focus()
    other.keyboard.press("End")
    linked(other, "expression", lambda state: "step" not in state)
    page.goto(other.url)
    told(page, "step 7 of 7", "#expression .counter")


def test_a_link_to_a_step_that_is_not_there_shows_the_last(other: Any, address: str) -> None:
    other.goto(f"{address}/index.html{link(['expression', {**GOOD[1], 'step': 10_000}])}")
    told(other, "step 7 of 7", "#expression .counter")


SAID = {
    "expression": "Gradients say how much the result changes when an input changes a little.",
    "network": "A small network learns to tell ● from ▲. Press Play.",
    "check": "Press Check.",
    "quiz": "Fill them in.",
}


@pytest.mark.parametrize("tab", SAID)
def test_a_page_opened_from_a_link_says_what_it_is_until_that_is_closed(other: Any, address: str, tab: str) -> None:
    other.set_viewport_size({"width": 390, "height": 844})
    other.goto(f"{address}/index.html{link([tab, {}])}")
    greeting = other.locator("#greeting")
    told(other, SAID[tab], "#greeting")
    assert greeting.bounding_box()["height"] < 64  # fits the space reserved for it
    greeting.get_by_role("button", name="Close").click()
    expect(greeting).to_be_hidden()
    other.goto("about:blank")  # the page has dropped the initial state from its address, so load the link again
    other.goto(f"{address}/index.html{link([tab, {}])}")
    expect(other.locator(f"#tab-{tab}")).to_have_attribute("aria-selected", "true")
    expect(greeting).to_be_hidden()
    assert other.errors == []


@pytest.mark.parametrize(("tab", "place"), [("expression", ".player"), ("network", ".network"), ("network", ".plots")])
def test_while_a_link_is_drawn_the_page_says_so(other: Any, address: str, tab: str, place: str) -> None:
    other.route("**/*.wasm", lambda route: None)  # Python never loads
    other.goto(f"{address}/index.html{link([tab, {'text': TEXT}])}")
    expect(other.locator(f"#tab-{tab}")).to_have_attribute("aria-selected", "true")
    assert "Drawing the" in other.locator(f"#{tab} {place}").evaluate("e => getComputedStyle(e, '::before').content")


def test_options_of_the_optimizer_that_a_link_sets_are_seen_within_their_panel(other: Any, address: str) -> None:
    other.goto(f"{address}/index.html{link(['network', {'optimizer': 'SGD', 'options': {'momentum': 0.9}}])}")
    momentum = other.locator("#network .settings").get_by_label("momentum")
    expect(momentum).to_have_value("0.9")
    expect(momentum).to_be_visible()
    panel, field = other.locator("#network .settings").bounding_box(), momentum.bounding_box()
    assert field["x"] + field["width"] <= panel["x"] + panel["width"] - 12
    other.goto(f"{address}/index.html{link(['network', {'optimizer': 'Adam'}])}")
    other.reload()
    expect(other.locator("#network .settings").get_by_label("β₁")).to_be_hidden()


def test_what_a_link_shows_is_explained_by_a_lesson(other: Any, address: str) -> None:
    other.goto(f"{address}/index.html{link(['network', {}])}")
    other.get_by_role("button", name="What is this?").click()
    told(other, "Backpropagation in ten minutes", ".lesson")
    expect(other.locator("#greeting")).to_be_hidden()


def test_a_page_that_is_embedded_greets_nobody(other: Any, address: str) -> None:
    other.goto(f"{address}/index.html?embed{link(GOOD)}")
    expect(other.locator("#expression .cm-content")).to_have_text(TEXT)
    expect(other.locator("#greeting")).to_be_hidden()


def test_a_device_that_sends_links_is_asked_to_first(other: Any, address: str) -> None:
    other.add_init_script("Navigator.prototype.share = async (what) => { window.sent = what; };")
    other.goto(f"{address}/index.html{link(GOOD)}")
    expect(other.locator("#expression .cm-content")).to_have_text(TEXT)
    other.click("#share > button")
    expect(other.locator("#share [role=menuitem]").first).to_have_text("Send …")
    other.click("#share [role=menuitem]:text-is('Send …')")
    other.wait_for_function("() => window.sent?.url.includes('#a')")


def test_another_link_in_the_same_window_is_followed(page: Any) -> None:
    page.evaluate("hash => { location.hash = hash; }", link(GOOD))
    expect(page.locator("#expression .cm-content")).to_have_text(TEXT)
    expect(page.locator("#expression .gradient")).to_have_count(2)
    page.evaluate("hash => { location.hash = hash; }", link(["check", {"text": "audit"}]))
    expect(page.locator("#tab-check")).to_have_attribute("aria-selected", "true")


def seen(page: Any, tab: str) -> None:
    expect(page.locator(f"#tab-{tab}")).to_have_attribute("aria-selected", "true")
    expect(page.locator(f"#{tab}")).to_be_visible()


def entries(page: Any) -> int:
    return int(page.evaluate("history.length"))


def test_back_and_forward_go_from_tab_to_tab_and_nothing_that_was_typed_is_lost(page: Any) -> None:
    before = entries(page)
    page.click("#tab-check")
    page.click("#tab-expression")
    write(page, TEXT)
    linked(page, "expression", lambda state: state["text"] == TEXT)
    page.click("#tab-quiz")
    seen(page, "quiz")
    assert entries(page) == before + 3
    for tab in ("expression", "check", "expression"):
        page.go_back()
        seen(page, tab)
    assert shown_text(page) == TEXT
    linked(page, "expression", lambda state: state["text"] == TEXT)
    for tab in ("check", "expression", "quiz"):
        page.go_forward()
        seen(page, tab)
    assert shown_text(page) == TEXT
    assert entries(page) == before + 3


def test_what_is_typed_and_moved_adds_no_entry(page: Any) -> None:
    before = entries(page)
    moved(page, TEXT)
    page.click("#expression .controls button[aria-label=Play]")
    page.wait_for_timeout(1000)
    assert entries(page) == before


def test_back_goes_from_step_to_step_of_a_lesson_to_the_list_and_to_where_it_was_opened(page: Any) -> None:
    before = entries(page)
    head, finish = page.locator(".lesson-head"), page.locator(".lesson-foot button").last
    page.click("#tab-lesson")
    page.get_by_role("button", name="Start: Backpropagation in ten minutes").click()
    for step in range(1, 9):
        told(page, f"Step {step} of 9", ".lesson-head")
        page.wait_for_timeout(50)
        finish.click()
    seen(page, "network")  # the last step is docked beside it
    expect(page.locator(".lesson-dock")).to_be_visible()
    page.get_by_role("button", name="All lessons").click()
    expect(page.locator(".lesson-shelf")).to_be_visible()
    assert entries(page) == before + 11
    page.go_back()
    seen(page, "network")
    expect(page.locator(".lesson-dock")).to_contain_text("Step 9 of 9")
    page.go_back()
    seen(page, "lesson")
    expect(head).to_contain_text("Step 8 of 9")
    page.evaluate("history.go(-8)")
    expect(page.locator(".lesson-shelf")).to_be_visible()
    page.go_back()
    seen(page, "expression")
    page.evaluate("history.go(10)")
    seen(page, "network")
    page.reload()
    seen(page, "network")
    expect(page.locator(".lesson-dock")).to_contain_text("Step 9 of 9")
    assert entries(page) == before + 11


def test_a_lesson_that_the_greeting_opens_is_left_by_going_back_once(other: Any, address: str) -> None:
    other.goto(f"{address}/index.html")
    before = entries(other)
    other.get_by_role("button", name="Ten-minute lesson").click()
    told(other, "Step 1 of 9", ".lesson-head")
    assert entries(other) == before + 1
    other.go_back()
    seen(other, "expression")
    assert other.errors == []


def test_going_back_from_a_link_brings_back_what_was_typed_before_it(page: Any) -> None:
    write(page, "u*v + 7")
    linked(page, "expression", lambda state: state["text"] == "u*v + 7")
    page.click("#tab-check")
    seen(page, "check")
    page.wait_for_timeout(600)
    page.evaluate("hash => { location.hash = hash; }", link(GOOD))
    seen(page, "expression")
    expect(page.locator("#expression .cm-content")).to_have_text(TEXT)
    page.go_back()
    seen(page, "check")
    page.go_back()
    seen(page, "expression")
    expect(page.locator("#expression .cm-content")).to_have_text("u*v + 7")
    page.evaluate("history.go(2)")
    expect(page.locator("#expression .cm-content")).to_have_text(TEXT)


def test_a_page_that_is_embedded_adds_no_entries(other: Any, address: str) -> None:
    other.goto(f"{address}/index.html?embed{link(GOOD)}")
    before = entries(other)
    for tab in ("check", "quiz", "expression"):
        other.evaluate("tab => document.getElementById(`tab-${tab}`).click()", tab)  # hidden, but reachable by keyboard
        seen(other, tab)
        other.wait_for_timeout(100)
    assert entries(other) == before


REFUSED = "for (const name of ['localStorage', 'sessionStorage']) {" + (
    "Object.defineProperty(window, name, { get() { throw new DOMException('refused', 'SecurityError'); } }); }"
)


@pytest.mark.parametrize("refused", [False, True])
def test_a_reload_on_another_tab_keeps_the_text_and_numbers_of_the_others(other: Any, address: str, refused: bool) -> None:
    if refused:
        other.add_init_script(REFUSED)
    other.goto(f"{address}/index.html{link(GOOD)}")
    live(other)
    result = moved(other, "u*v - 3")
    other.click("#tab-quiz")
    told(other, "0 of", "#quiz .score")
    write(other, "tanh(w*x + b)", "quiz")
    linked(other, "quiz", lambda state: state["text"] == "tanh(w*x + b)")
    other.click("#tab-check")
    linked(other, "check", lambda state: True)
    other.reload()
    seen(other, "check")
    other.click("#tab-quiz")
    expect(other.locator("#quiz .cm-content")).to_have_text("tanh(w*x + b)")
    for _ in range(3):  # Check, Quiz, Expression
        other.go_back()
    seen(other, "expression")
    expect(other.locator("#expression .cm-content")).to_have_text("u*v - 3")
    expect(other.locator("#expression .result")).to_have_attribute("data-exact", result)
    other.goto("about:blank")
    other.goto(f"{address}/index.html{link(GOOD)}")  # a link wins
    expect(other.locator("#expression .cm-content")).to_have_text(TEXT)
    assert other.errors == []


def test_a_broken_link_says_so_and_shows_the_page_as_it_begins(page: Any, address: str, other: Any) -> None:
    beginning = shown_text(page)
    for hash_, word in BROKEN.items():
        page.evaluate("hash => { location.hash = hash; }", hash_)
        told(page, word, ".toast")
        assert shown_text(page) == beginning
        page.evaluate("document.querySelector('.toast').replaceChildren()")
    other.goto(f"{address}/index.html#agarbage")
    told(other, "broken", ".toast")
    live(other)
    assert shown_text(other) == beginning
    assert other.errors == []


@pytest.mark.parametrize("tab", ["expression", "network", "check"])
def test_a_link_of_wrong_types_falls_back_field_by_field(page: Any, tab: str) -> None:
    for state in WRONG:
        page.evaluate("hash => { location.hash = hash; }", link([tab, state]))
        expect(page.locator(f"#tab-{tab}")).to_have_attribute("aria-selected", "true")
        page.wait_for_timeout(100)
    assert page.locator(".toast").inner_text() == ""


def test_what_is_too_long_for_a_link_is_said_and_a_reload_keeps_it(page: Any) -> None:
    import random

    rng = random.Random(0)
    write(page, "x  # " + "".join(rng.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(60_000)))
    shared(page, "Copy link")
    told(page, "too long for a link", ".toast")
    page.wait_for_timeout(1000)
    assert "#" not in page.url
    page.reload()
    told(page, "x  # ", "#expression .cm-content")


def test_a_link_is_copied_or_offered_to_copy(page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, TEXT)
    linked(page, "expression", lambda state: state["text"] == TEXT)
    shared(page, "Copy link")
    told(page, "Link copied", ".toast")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    shared(page, "Copy link")
    expect(page.locator(".toast textarea")).to_have_value(page.url)
    assert violations(page) == []


def ran(code: str, tmp_path: Path) -> str:
    (tmp_path / "program.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("text", [TEXT, "a = Value(0.1)\nb = Value(0.2)\nloss = (a * b - exp(a)) ** 2"])
def test_the_notebook_is_valid_and_its_program_gives_the_number_on_the_page_to_the_last_bit(
    page: Any, tmp_path: Path, text: str
) -> None:
    exact = moved(page, text)
    notebook = nbformat.reads(saved(page, "Open in a notebook").decode(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    about, install, program, drawing = notebook.cells
    assert page.url in about.source
    assert "pip install" in install.source
    assert "scalar-autograd" in install.source
    assert "draw_dot" in drawing.source
    printed = ran(program.source, tmp_path)
    assert float(printed.split("\n")[0].rpartition(" = ")[2]) == float(exact)
    ran(f"{program.source}\n{drawing.source}", tmp_path)


def test_the_program_that_is_copied_runs(page: Any, tmp_path: Path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, "(a*b + c) / 3 - sqrt(a)")
    expect(page.locator("#expression .gradient")).to_have_count(3)
    shared(page, "Copy as Python")
    told(page, "Program copied", ".toast")
    exact = page.locator("#expression .result").get_attribute("data-exact")
    printed = ran(page.evaluate("navigator.clipboard.readText()"), tmp_path)
    assert float(printed.split("\n")[0].rpartition(" = ")[2]) == float(exact)


@pytest.mark.parametrize("tab", ["expression", "network", "check", "quiz"])
def test_a_program_says_what_to_install_once_in_a_notebook_too(page: Any, tab: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click(f"#tab-{tab}")
    shared(page, "Copy as Python")
    told(page, "Program copied", ".toast")
    first, rest = page.evaluate("navigator.clipboard.readText()").split("\n", 1)
    assert first == "# pip install scalar-autograd"
    notebook = nbformat.reads(saved(page, "Open in a notebook").decode(), as_version=4)
    assert [cell.source for cell in notebook.cells if cell.id == "program"] == [rest.rstrip()]
    assert "install" not in rest


def test_a_program_for_pytorch_is_copied_or_refused_by_name(page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, "w = Value(2.0)\ny = relu(w)*3")
    told(page, "y = 6", "#expression .result")
    shared(page, "Copy as PyTorch")
    told(page, "Program for PyTorch copied", ".toast")
    assert "w = torch.tensor(2.0, requires_grad=True)\ny = torch.relu(w) * 3.0\n" in page.evaluate(
        "navigator.clipboard.readText()"
    )
    write(page, "w = Value(2.0)\nfor i in range(2):\n    y = w*w\n    y.backward()")
    told(page, "y = 4", "#expression .result")
    shared(page, "Copy as PyTorch")
    told(page, "Program for PyTorch copied. It contains only the last graph, not the loop or the steps before it.", ".toast")
    write(page, "step(x)")
    told(page, "y = 1", "#expression .result")
    shared(page, "Copy as PyTorch")
    told(page, "Copy as PyTorch: PyTorch has no step.", ".toast")
    page.click("#tab-network")
    shared(page, "Copy as PyTorch")
    told(page, "Program for PyTorch copied", ".toast")
    assert "nn.Linear(2, 4)" in page.evaluate("navigator.clipboard.readText()")
    page.click("#tab-check")
    shared(page, "Copy as PyTorch")
    told(page, "Copy as PyTorch: the Expression and the Network tab write programs for PyTorch.", ".toast")


def test_a_picture_that_is_saved_while_the_player_plays_is_that_of_the_last_step(page: Any) -> None:
    page.locator("#expression .stage").focus()
    for key in ("End", "Home", " "):
        page.keyboard.press(key)
    svg = ElementTree.fromstring(saved(page, "Download picture (SVG)"))
    told(page, "step 11 of 11", "#expression .counter")
    styled = " ".join(part.get("style", "") for part in svg.iter() if part.get("style"))
    assert "opacity: 0" not in styled
    assert sum(text.text in {"1", "−1.5", "0.5"} for text in svg.iter("{http://www.w3.org/2000/svg}text")) > 5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_stands_alone_as_svg_and_as_png(page: Any, theme: str) -> None:
    page.emulate_media(color_scheme=theme)
    page.wait_for_selector(f"html[theme={theme}]", state="attached")
    write(page, TEXT)
    told(page, "step 7 of 7", "#expression .counter")
    text = saved(page, "Download picture (SVG)").decode()
    svg = ElementTree.fromstring(text)
    assert "var(" not in text
    assert "class=" not in text
    assert not [name for name in ("script", "style", "foreignObject") if f"<{name}" in text]
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    image = Image.open(io.BytesIO(saved(page, "Download picture (PNG)"))).convert("RGB")
    assert abs(image.width - 2 * width) <= 1
    assert abs(image.height - 2 * height) <= 1
    assert image.getpixel((0, 0)) == ((255, 255, 255) if theme == "light" else (0x15, 0x18, 0x1C))
    assert len(image.getcolors(1 << 24) or []) > 20


def test_the_share_menu_is_worked_with_the_keyboard(page: Any) -> None:
    button = page.locator("#share > button")
    focused = page.locator(":focus")
    button.focus()
    page.keyboard.press("Enter")
    expect(focused).to_have_text("Copy link")
    page.keyboard.press("ArrowUp")
    expect(focused).to_have_text("Copy embed code")
    page.keyboard.press("o")
    expect(focused).to_have_text("Open in a notebook")
    page.keyboard.press("Home")
    expect(focused).to_have_text("Copy link")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(focused).to_have_text("Copy link")
    page.keyboard.press("Tab")
    expect(page.locator("#share [role=menu]")).to_be_hidden()


def test_a_lecture_page_embeds_one_tab_and_links_to_the_playground(page: Any, other: Any, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, TEXT)
    linked(page, "expression", lambda state: state["text"] == TEXT)
    shared(page, "Copy embed code")
    told(page, "Embed code copied", ".toast")
    snippet = page.evaluate("navigator.clipboard.readText()")
    assert "?embed#a" in snippet
    other.route(
        f"{address}/lecture.html",
        lambda route: route.fulfill(body=f"<!DOCTYPE html><title>Lecture</title>{snippet}", content_type="text/html"),
    )
    other.goto(f"{address}/lecture.html")
    frame = other.frame_locator("iframe").first
    expect(frame.locator("#state")).to_have_attribute("data-state", "ready")
    expect(frame.locator("#expression .cm-content")).to_have_text(TEXT)
    expect(frame.locator("[role=tablist]")).to_be_hidden()
    with other.context.expect_page() as opened:
        frame.locator("a.whole").click()
    assert opened.value.url == page.url
    assert other.errors == []


def test_the_tab_to_embed_may_be_named(other: Any, address: str) -> None:
    other.goto(f"{address}/index.html?embed=check")
    expect(other.locator("#check")).to_be_visible()
    expect(other.locator("#expression")).to_be_hidden()
