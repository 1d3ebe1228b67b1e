"""The pages in a real browser: whatever the control, each step shows what the engine computes."""

import json
import math
from pathlib import Path

import pytest

import nn
from autograd import Value, _format
from autograd.graph import Graph
from autograd.lessons.steps import Passes, steps
from autograd.sweeps import topological_order
from autograd.viz.page import as_json
from autograd.viz.player import player, player_of
from autograd.viz.style import Options
from tests.support.browser import WIDE, chromium, opened

pytestmark = pytest.mark.slow

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\"><b>&amp;{}\n\u2028'"


def graph():
    a, b, w1 = Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.1, label="w1")
    c = a * b
    c.label = "c"
    L = (c * w1 + c).tanh() + a
    L.label = "L"
    return L


@pytest.fixture
def page(browser, tmp_path):
    with opened(browser, saved(graph(), tmp_path), viewport=WIDE, reduced_motion="reduce") as page:
        yield page


@pytest.fixture
def stopped(browser, tmp_path):
    """The same page, with a clock that only the test advances."""
    with opened(browser, saved(graph(), tmp_path), alone=True, viewport=WIDE) as page:
        page.clock.install(time=0)
        page.clock.pause_at(1000)
        yield page


def saved(y, folder):
    return player(y).save_html(folder / "page.html")


def table(frame):
    """The value and the gradient of each node in the table, with all digits; None where none is shown."""
    if not frame.locator(".numbers-side").is_visible():
        frame.get_by_role("button", name="Numbers").click()
    cells = "[...row.querySelectorAll('td')].map(cell => [cell.title, cell.textContent])"
    rows = frame.locator("tr[data-node]").evaluate_all(f"rows => rows.map(row => [row.dataset.node, ...{cells}])")
    for _, *cells in rows:
        for exact, shown in cells:
            assert shown == (_format.shown(float(exact)) if exact else "")
    return {int(node): tuple(float(exact) if exact else None for exact, _ in cells) for node, *cells in rows}


def expected(y, i):
    """The same, computed by the engine, after step i."""
    passes, order = steps(y), topological_order([y])
    reached = passes.gradients(i)
    computed = {step.node for step in passes[: passes[i].index + 1] if step.phase == "forward"}
    return {k: (node.data if node.op is None or node in computed else None, reached.get(node)) for k, node in enumerate(order)}


def at(frame):
    """The index of the current step."""
    shown = int(frame.locator(".counter").inner_text().split()[1])
    assert frame.locator(".track input").input_value() == str(shown - 1)
    return shown - 1


def sentence(frame):
    return "; ".join(frame.locator("p.sentence strong").all_inner_texts())


def test_at_every_step_the_page_shows_the_values_gradients_and_sentence_of_the_engine(page):
    passes = Passes(Graph(graph())).beside_a_picture()
    y = graph()
    for i, step in enumerate(steps(y)):
        assert at(page) == i
        assert table(page) == expected(y, i)
        assert sentence(page) == passes.step(step.index).sentence
        page.keyboard.press("ArrowRight")
    upstream = _format.shown(steps(y)[-1].upstream, digits=4)
    assert page.locator("p.sentence .phase").inner_text() == f"Backward: c passes on ∂L/∂c = {upstream}"
    assert "local derivative b; the gradient of a goes from" in page.locator(".details").inner_text()


def test_back_and_far_away_each_step_shows_the_same(page):
    y = graph()
    for i in (10, 9, 8, 7, 6, 5, 4, 3, 0, 8, 2, 10, 5, 9):
        go_to(page, i)
        assert table(page) == expected(y, i)


def go_to(frame, i):
    frame.get_by_role("slider", name="Step", exact=True).fill(str(i))


def test_at_every_step_the_drawing_shows_what_is_computed_and_what_has_flowed_back(page):
    y = graph()
    order = topological_order([y])
    for i, step in enumerate(steps(y)):
        now = [order.index(step.node)]
        assert page.locator(".node.now").evaluate_all("all => all.map(g => g.id)") == [f"n{k}" for k in now]
        values, passed = expected(y, i), {other.node for other in steps(y)[: i + 1] if other.contributions}
        for k, node in enumerate(order):
            card = page.locator(f"#n{k}")
            for name, number in zip(("value", "grad"), values[k], strict=True):
                texts = card.locator(f"text.{name}").evaluate_all(
                    "all => all.filter(text => getComputedStyle(text).visibility === 'visible').map(text => text.textContent)"
                )
                assert [text for text in texts if text] == ([] if number is None else [_format.shown(number, digits=4)])
            assert ("ahead" in card.get_attribute("class").split()) == (values[k][0] is None)
            for arrow in page.locator(f"[id^='b{k}-']").all():
                assert arrow.locator(".tip").is_visible() == (node in passed)
        page.keyboard.press("ArrowRight")


POINT = """g => {
  const text = g.querySelector("text.grad");
  const [whole] = text.textContent.split(".");
  return [Number(g.dataset.point), Number(text.getAttribute("x")) + text.getSubStringLength(0, whole.length)];
}"""


def test_a_number_that_changes_keeps_its_decimal_point_in_its_place(page):
    seen = set()
    for _ in steps(graph()):
        if text := page.locator("#n2 text.grad").text_content():
            wanted, there = page.locator("#n2").evaluate(POINT)
            assert there == pytest.approx(wanted, abs=0.6)
            seen.add(text)
        page.keyboard.press("ArrowRight")
    assert len(seen) == 2


def test_the_buttons_go_to_the_first_previous_next_and_last_step(page):
    last = len(steps(graph())) - 1
    for name, place in [("Next", 1), ("Next", 2), ("Previous", 1), ("Last", last), ("Next", last), ("First", 0), ("Previous", 0)]:
        page.get_by_role("button", name=f"{name} step").click(force=True)  # even a button that has nowhere to go
        assert at(page) == place
    assert page.get_by_role("button", name="Previous step").get_attribute("aria-disabled") == "true"
    page.get_by_role("button", name="backward").click()
    assert sentence(page) == "∂L/∂L = 1"


def test_the_keys_go_there_too_wherever_the_focus_is(page):
    last = len(steps(graph())) - 1
    table(page)  # opens it
    for focus in ("body", "input[type=range]", "button.main", ".stage", ".table"):
        page.locator(focus).focus()
        for key, place in [("End", last), ("ArrowLeft", last - 1), ("Home", 0), ("ArrowRight", 1)]:
            page.keyboard.press(key)
            assert at(page) == place, focus
    page.keyboard.press("Control+ArrowRight")  # reserved for the browser
    assert at(page) == 1
    for key, place in [("PageDown", 2), ("PageUp", 1)]:  # sent by a presenter's clicker
        page.keyboard.press(key)
        assert at(page) == place


def test_the_slider_goes_to_any_step_and_says_which_it_is(page):
    for i in (7, 2, 5):
        go_to(page, i)
        assert (at(page), table(page)) == (i, expected(graph(), i))
    slider = page.get_by_role("slider", name="Step", exact=True)
    assert slider.get_attribute("aria-valuetext") == "step 6 of 11: Backward begins at L"
    for i, first_or_last in ((0, "step 1 of 11"), (10, "step 11 of 11")):
        go_to(page, i)
        assert page.locator(".counter").inner_text() == first_or_last


def test_play_reaches_the_end_and_reads_nothing_out_on_the_way(stopped):
    stopped.get_by_role("button", name="Play").click()
    stopped.clock.run_for(2000)
    assert at(stopped) == 2
    assert stopped.get_by_role("status").get_attribute("aria-live") == "off"
    stopped.keyboard.press(" ")  # the focus is on the button: pause
    stopped.clock.run_for(5000)
    assert (at(stopped), stopped.get_by_role("status").get_attribute("aria-live")) == (2, "polite")
    stopped.get_by_role("slider", name="Step", exact=True).press(" ")
    stopped.clock.run_for(60_000)
    assert table(stopped) == expected(graph(), -1)
    assert stopped.get_by_role("button", name="Play").is_visible()
    stopped.get_by_role("button", name="Play").click()  # again from the start
    assert at(stopped) == 0


def test_the_speed_can_be_chosen_while_it_plays(stopped):
    stopped.get_by_label("Speed").select_option("2×")
    stopped.get_by_role("button", name="Play").click()
    stopped.clock.run_for(2000)
    assert at(stopped) == 4
    stopped.get_by_label("Speed").select_option("0.25×")
    stopped.clock.run_for(4000)
    assert at(stopped) == 5


def test_every_control_has_a_name_and_gets_the_focus_in_reading_order(page):
    order = []
    for _ in range(16):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert order[0].startswith("Drawing of L")
    assert order[1:4] == ["Zoom in (+)", "Zoom out (−)", "Fit (0)"]
    assert order[4:11] == ["First step", "Previous step", "Play", "Next step", "Last step", "Step", "backward"]
    assert order[11:] == ["Speed", "Find a node by name", "Copy link to this step", "Numbers of all nodes", ANY_LOOK]


ANY_LOOK = "Switch between light and dark"


# -- other numbers


# The distances of each text from the sides of its card, and of each number from its word.
INSIDE = """cards => cards.flatMap((g) => {
  const place = (part) => part.getBoundingClientRect();
  const card = place(g.querySelector(".card"));
  const sides = [...g.querySelectorAll("text")].map(place).flatMap((r) => [r.left - card.left, card.right - r.right]);
  return [...sides, ...[...g.querySelectorAll(".word")].map((word) => place(word.nextElementSibling).left - place(word).right)];
})"""


@pytest.mark.parametrize(("number", "moved"), [(3.0, False), (-0.123456, True)], ids=["that have room", "that need more room"])
def test_other_numbers_keep_the_layout_if_they_have_room_in_it(page, number, moved):
    def program(a):
        y = Value(a, label="a") * Value(3.0, label="b")
        y.label = "y"
        return y

    page.evaluate("data => { window.update = mount(document.querySelector('main'), data); }", plain(program(2.0)))
    page.keyboard.press("End")
    before = page.locator("#n2").bounding_box()
    page.evaluate("data => window.update(data)", plain(program(number)))
    assert table(page) == expected(program(number), -1)
    page.get_by_role("button", name="Numbers").click()
    assert page.locator("#n0 .value").text_content() == _format.shown(number, digits=4)
    assert page.locator("h1").text_content() == f"y = {_format.shown(3.0 * number, 4)}, forward and backward"
    assert min(page.locator(".node").evaluate_all(INSIDE)) > 0
    assert (page.locator("#n2").bounding_box() != before) == moved


def test_a_player_that_was_out_of_sight_shows_its_numbers_in_their_places(page):
    page.evaluate("document.querySelector('main').style.display = 'none'")
    go = "i => { const s = document.querySelector('.track input'); s.value = i; s.dispatchEvent(new Event('input')); }"
    page.evaluate(go, 10)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")
    page.evaluate("document.querySelector('main').style.display = ''")
    page.locator(".callout-words").wait_for()
    assert table(page) == expected(graph(), -1)
    wanted, there = page.locator("#n2").evaluate(POINT)
    assert there == pytest.approx(wanted, abs=0.6)


def plain(y):
    return json.loads(as_json(player(y).data))


# -- stepping by layer and by module


def net():
    x = [Value(1.0, label="x1"), Value(-2.0, label="x2")]
    return (nn.MLP(2, [3, 1], "tanh", seed=0)(x) - 1.0) ** 2


def test_steps_through_layers_and_modules_end_where_each_of_them_does(browser, tmp_path):
    L = net()
    last = len(steps(L)) - 1
    with opened(browser, saved(L, tmp_path), viewport=WIDE) as page:
        # two operations in each neuron of the first layer, one in that of the second, two in the loss; then the seed
        for name, stops in (("by layer", [5, 6, 8, 9, 11, 12, 18]), ("by module", [1, 3, 5, 6, 8, 9, 11, 12, 14, 16, 18])):
            page.get_by_label("Step by").select_option(name)
            go_to(page, 0)
            reached = []
            while at(page) < last:
                page.keyboard.press("ArrowRight")
                reached.append(at(page))
                assert table(page) == expected(L, reached[-1])
            assert reached == stops
            page.keyboard.press("ArrowLeft")
            assert at(page) == stops[-2]
        page.get_by_label("Step by").select_option("by layer")
        go_to(page, 5)
        assert page.locator("p.sentence .phase").inner_text() == "Forward through MLP.layers[0], 6 operations; the last one:"
        assert page.locator(".node.now").count() == 6
        page.get_by_label("Step by").select_option("by operation")
        page.keyboard.press("ArrowRight")
        assert at(page) == 6


def test_without_modules_there_is_no_choice_of_how_to_step(page):
    assert not page.get_by_label("Step by").is_visible()


def test_a_node_is_found_by_its_name_as_it_is_typed(page):
    field = page.get_by_label("Find a node by name")
    for name, i, card in (("w1", 1, "n3"), ("V5", 2, "n5"), ("l", 4, "n7")):
        field.fill(name)
        field.press("Enter")
        assert at(page) == i
        assert page.locator(".found").evaluate_all("all => all.map(g => g.id)") == [card]
        assert page.evaluate("document.activeElement.className").startswith("stage")
    page.keyboard.press("ArrowLeft")
    assert page.locator(".found").count() == 0
    field.fill("nobody")
    field.press("Enter")
    assert (at(page), field.get_attribute("aria-invalid")) == (3, "true")
    field.fill("v")
    assert page.locator("datalist option").evaluate_all("all => all.map(one => one.value)") == ["v₄", "v₅", "v₆"]


def test_the_address_says_which_step_it_is_and_is_obeyed(browser, tmp_path):
    path = saved(graph(), tmp_path)
    with opened(browser, path, viewport=WIDE) as page:
        page.goto(f"{path_url(path)}#step=8")
        page.reload()
        assert (at(page), table(page)) == (7, expected(graph(), 7))
        page.evaluate("location.hash = '#step=3'")
        page.locator(".counter", has_text="step 3 of 11").wait_for()
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**#step=4")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy link to this step").click()
        page.get_by_title("Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == f"{path_url(path)}#step=4"
        page.evaluate("location.hash = '#step=99999'")
        page.locator(".counter", has_text="step 11 of 11").wait_for()


def test_a_page_with_the_middle_of_many_steps_counts_them_as_steps_does(browser, tmp_path):
    y = graph()
    cut = player_of(Passes(Graph(y)), Options("player"), 4)
    cut.save_html(tmp_path / "cut.html")
    passes = Passes(Graph(y)).beside_a_picture()
    first = passes.step(cut.data["start"] - 1)
    with opened(browser, tmp_path / "cut.html", viewport=WIDE) as page:
        assert page.locator(".counter").inner_text() == f"step {first.index + 1} of {len(steps(y))}"
        assert sentence(page) == first.sentence
        page.evaluate(f"location.hash = '#step={first.index + 3}'")
        page.locator(".counter", has_text=f"step {first.index + 3} of").wait_for()
        assert sentence(page) == passes.step(first.index + 2).sentence


def test_the_parameters_that_are_rows_on_a_card_get_their_gradients_at_their_step(browser, tmp_path):
    net = nn.MLP(2, [3, 2], "tanh", seed=0)
    y = nn.MSELoss()([net([1.0, 2.0])], [[1.0, 0.0]])
    passes, (w, *_) = steps(y), net.layers[1].neurons[0].w
    reached = next(step.index for step in passes if any(passed.arg is w for passed in step.contributions))
    shown = player(y, fold="none")
    index = topological_order([y]).index(w)
    with opened(browser, shown.save_html(tmp_path / "rows.html"), viewport=WIDE, reduced_motion="reduce") as page:
        row = page.locator(f"#n{index}")
        for step, grad in ((reached - 1, ""), (reached, _format.shown(passes.gradients(reached)[w], 4))):
            go_to(page, step)
            assert row.locator(".grad").text_content() == grad
        assert row.get_attribute("class") == "node leaf receives"


def path_url(path):
    return Path(path).resolve().as_uri()


def test_ten_thousand_steps_are_all_there_and_right(browser, tmp_path):
    y = Value(1.0, label="x")
    for _ in range(2500):
        y = y * 1.0001 + 0.5
    passes, order = Passes(Graph(y)).beside_a_picture(), topological_order([y])
    with opened(browser, saved(y, tmp_path), viewport=WIDE, reduced_motion="reduce") as page:
        assert page.locator(".counter").inner_text() == f"step 1 of {len(steps(y))}"
        for i in (7000, 12, 10_000, 4999, 5001):
            go_to(page, i)
            assert page.locator(".node.now").count() == 1
            assert sentence(page) == passes.step(i).sentence
            rows, wanted = table(page), expected(y, i)
            assert len(rows) < 200
            assert rows == {k: wanted[k] for k in rows}
            assert order.index(passes.step(i).node) in rows


def test_names_and_labels_of_all_kinds_stay_text(browser, tmp_path):
    x = Value(2.0, label=HOSTILE)
    y = x * 3.0
    y.label = HOSTILE
    with opened(browser, saved(y, tmp_path), viewport=WIDE) as page:
        page.keyboard.press("End")
        assert page.title() != "broken"
        assert page.locator("img, main b").count() == 0
        assert table(page) == {0: (2.0, 3.0), 1: (6.0, 1.0)}
        assert "</script><img" in page.locator("th[scope=row]").first.inner_text()
        assert "</script><img" in page.locator("p.sentence").inner_text()


def test_numbers_that_are_not_finite_are_shown(browser, tmp_path):
    y = Value(math.inf, label="x") * Value(0.5, label="w") * Value(math.nan, label="n")
    with opened(browser, saved(y, tmp_path), viewport=WIDE) as page:
        page.keyboard.press("End")
        table(page)
        shown = page.locator("tr[data-node] td:nth-child(2)").all_inner_texts()
        assert shown == ["inf", "0.5", "NaN", "inf", "NaN"]


def test_numbers_are_written_as_python_writes_them(page):
    numbers = [
        0.0,
        1.0,
        -1.0,
        0.1,
        1 / 3,
        123456.0,
        1234567.0,
        0.0001,
        0.00001234567,
        5e-324,
        1.7976931348623157e308,
        999999.5,
        99999.95,
        *(
            12345.678,
            -54321.5,
            54322.5,
            9999.4999,
            999.5,
            1234.5,
            1235.5,
            -151.5625,
            151.5635,
            0.0000152587890625,
            99999.5,
            9999.5,
            12345.25,
            1e22,
        ),  # ties in rounding, and near ties
    ]
    numbers += [math.sin(i) * 10.0 ** (i % 40 - 20) for i in range(400)]
    for digits in (3, 4, 6):
        written = page.evaluate("([all, digits]) => all.map(x => showNumber(x, digits))", [numbers, digits])
        assert written == [_format.shown(x, digits) for x in numbers]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_in_both_looks_all_text_stands_out_from_its_background(browser, tmp_path, look):
    with opened(browser, saved(graph(), tmp_path), viewport=WIDE, color_scheme=look, reduced_motion="reduce") as page:
        page.keyboard.press("End")
        table(page)
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 60
        assert {text: ratio for text, ratio in contrasts if ratio < 4.5} == {}
        dark = page.evaluate("getComputedStyle(document.querySelector('main')).colorScheme") == "dark"
        assert dark == (look == "dark")
        page.get_by_role("button", name=ANY_LOOK).click()
        assert (page.evaluate("document.querySelector('main').dataset.theme") == "dark") != dark
        assert {text: ratio for text, ratio in page.evaluate(CONTRASTS) if ratio < 4.5} == {}


def test_on_paper_a_page_is_light_and_afterwards_as_it_was(browser, tmp_path):
    with opened(browser, saved(graph(), tmp_path), viewport=WIDE, color_scheme="dark", reduced_motion="reduce") as page:
        for theme in ("dark", "light", "dark"):  # like the system, then twice as the reader asks
            for medium, expected in (("print", "light"), ("screen", theme)):
                page.emulate_media(media=medium)
                page.locator(f"main[data-theme={expected}]").wait_for()
            page.get_by_role("button", name=ANY_LOOK).click()


# The contrast ratio (WCAG) of each visible text to the paper, or to the box that it is in.
CONTRASTS = """() => {
  const rgb = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (colour) => {
    const [r, g, b] = rgb(colour).map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = (node) => getComputedStyle(node);
  const behind = (node) => {
    const box = node.closest("g.node")?.querySelector(node.matches(".name, .symbol") ? ".head, .card" : ".card");
    if (box) return style(box).fill;
    for (; node; node = node.parentElement) {
      const colour = style(node).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)" && colour !== "transparent") return colour;
    }
  };
  return [...document.querySelectorAll("svg text, h1, p.sentence *, .details *, .callout *, .counter, select, th, td")]
    .filter((node) => node.textContent.trim() && style(node).visibility === "visible")
    .map((node) => {
      const [one, other] = [light(node.matches("svg *") ? style(node).fill : style(node).color), light(behind(node))];
      return [node.outerHTML.slice(0, 160), (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
    });
}"""


def test_nothing_moves_for_those_who_want_it_so(browser, tmp_path):
    moving = "getComputedStyle(document.querySelector('.node rect')).transitionDuration"
    with opened(browser, saved(graph(), tmp_path), reduced_motion="reduce") as page:
        assert page.evaluate(moving) == "0s"
    with opened(browser, saved(graph(), tmp_path), reduced_motion="no-preference") as page:
        assert page.evaluate(moving) != "0s"


def test_a_step_inside_a_folded_box_marks_the_box_and_says_so(browser, tmp_path):
    x = [Value(1.0, label="x1"), Value(-2.0, label="x2")]
    L = (nn.MLP(2, [16, 16, 1], seed=1)(x) - 1.0) ** 2
    with opened(browser, saved(L, tmp_path), viewport=WIDE) as page:
        for i in (0, 40, 68, 90, 134):
            go_to(page, i)
            assert page.locator(".node.now").count() == 1
            assert table(page) == expected(L, i)
        assert page.locator("[id^=g].now").count() == 1
        assert page.locator("#g0 .later").count() == 0  # every contribution to its gradients has arrived
        assert page.locator(".callout").inner_text().startswith("inside layers[0]\n∂")


def test_a_page_in_a_frame_steps_as_well_whatever_the_encoding_of_the_page_around_it(browser, tmp_path):
    y = graph()
    around = f'<!DOCTYPE html><meta charset="windows-1252"><title>notebook</title>{player(y)._repr_html_()}'
    (tmp_path / "outside.html").write_text(around, encoding="utf-8")
    with opened(browser, tmp_path / "outside.html", viewport=WIDE) as page:
        frame = page.frame_locator("iframe")
        go_to(frame, len(steps(y)) - 1)
        assert table(frame) == expected(y, -1)


def test_a_missing_browser_skips_here_and_fails_where_changes_are_accepted(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        chromium()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="set CHROMIUM"):
        chromium()
