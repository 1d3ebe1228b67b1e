"""The pages in a real browser: with every control, each step shows what the engine computes."""

import json
import math
from contextlib import contextmanager

import pytest

import autograd
import nn
from autograd import Value, _format
from autograd.lessons.steps import steps
from autograd.sweeps import topological_order
from autograd.viz.page import bundle
from autograd.viz.player import player
from autograd.viz.widget import widget
from tests.support.browser import browser, chromium, opened

__all__ = ["browser"]
pytestmark = pytest.mark.slow

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\"><b>&amp;{}\n\u2028'"
WIDE = {"width": 1280, "height": 800}
OUTLINE = 6  # pixels that the outline of a box may take beyond it


def graph():
    a, b, w1 = Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.1, label="w1")
    c = a * b
    c.label = "c"
    L = (c * w1 + c).tanh() + a
    L.label = "L"
    return L


@pytest.fixture
def page(browser, tmp_path):
    with opened(browser, saved(graph(), tmp_path), viewport=WIDE) as page:
        yield page


def saved(y, folder):
    return player(y).save_html(folder / "page.html")


def table(frame):
    """For each node of the table, its value and its gradient with all digits; None where none is shown."""
    cells = "[...row.querySelectorAll('td')].map(cell => [cell.title, cell.textContent])"
    rows = frame.locator("tr[data-node]").evaluate_all(f"rows => rows.map(row => [row.dataset.node, ...{cells}])")
    for _, *cells in rows:
        for exact, shown in cells:
            assert shown == (_format.shown(float(exact)) if exact else "")
    return {int(node): tuple(float(exact) if exact else None for exact, _ in cells) for node, *cells in rows}


def expected(y, i):
    """The same from the engine, after step i."""
    passes, order = steps(y), topological_order([y])
    reached = passes.gradients(i)
    computed = {step.node for step in passes[: passes[i].index + 1] if step.phase == "forward"}
    return {k: (node.data if node.op is None or node in computed else None, reached.get(node)) for k, node in enumerate(order)}


def at(frame):
    """Which step is shown, from 0."""
    shown = int(frame.locator(".counter").inner_text().split()[0]) - 1
    assert frame.locator("input").input_value() == str(shown)
    return shown


def test_at_every_step_the_page_shows_the_values_gradients_and_sentence_of_the_engine(page):
    y = graph()
    for i, step in enumerate(steps(y)):
        assert at(page) == i
        assert table(page) == expected(y, i)
        assert "; ".join(page.locator(".sentence strong").all_inner_texts()) == step.sentence
        page.keyboard.press("ArrowRight")
    assert page.locator(".sentence span").first.inner_text() == "Backward: c passes on ∂L/∂c = " + _format.shown(
        steps(y)[-1].upstream
    )


def test_at_every_step_the_drawing_shows_what_is_computed_and_what_has_flowed_back(page):
    y = graph()
    order = topological_order([y])
    for i, step in enumerate(steps(y)):
        now = [order.index(step.node)]
        assert page.locator(".node.now").evaluate_all("all => all.map(g => g.id)") == [f"n{k}" for k in now]
        values, passed = expected(y, i), {other.node for other in steps(y)[: i + 1] if other.contributions}
        for k, node in enumerate(order):
            box = page.locator(f"#n{k}")
            texts = box.locator("text").evaluate_all(
                "all => all.filter(text => getComputedStyle(text).visibility === 'visible').map(text => text.textContent.trim())"
            )
            value, gradient = values[k]
            numbers = [] if value is None else [f"{value:.4g}"]
            numbers += [] if gradient is None else [f"{gradient:.4g}"]
            shown = [text.replace("−", "-") for text in texts[texts.index("data") :] if text and not text.startswith("=")]
            assert [text for text in shown if text not in ("data", "grad")] == numbers
            assert ("ahead" in box.get_attribute("class").split()) == (value is None)
            for arrow in page.locator(f"[id^='b{k}-']").all():
                assert arrow.locator("path").is_visible() == (node in passed)
        page.keyboard.press("ArrowRight")


def test_the_buttons_go_to_the_first_previous_next_and_last_step(page):
    last = len(steps(graph())) - 1
    for name, place in [("Next", 1), ("Next", 2), ("Previous", 1), ("Last", last), ("Next", last), ("First", 0), ("Previous", 0)]:
        page.get_by_role("button", name=f"{name} step").click(force=True)  # even one that has nowhere to go
        assert at(page) == place
    assert page.get_by_role("button", name="Previous step").get_attribute("aria-disabled") == "true"
    page.get_by_role("button", name="backward").click()
    assert page.locator(".sentence strong").inner_text() == "∂L/∂L = 1"


def test_the_keys_go_there_too_wherever_the_focus_is(page):
    last = len(steps(graph())) - 1
    for focus in ("body", "input", "button.main", ".drawing", ".table"):
        page.locator(focus).focus()
        for key, place in [("End", last), ("ArrowLeft", last - 1), ("Home", 0), ("ArrowRight", 1)]:
            page.keyboard.press(key)
            assert at(page) == place, focus
    page.keyboard.press("Control+ArrowRight")  # is the browser's
    assert at(page) == 1
    page.locator("input").focus()
    page.keyboard.press("PageUp")  # the slider's own keys still work
    assert at(page) > 1


def test_the_slider_goes_to_any_step_and_says_which_it_is(page):
    slider = page.get_by_role("slider", name="Step")
    for i in (7, 2, 5):
        slider.fill(str(i))
        assert (at(page), table(page)) == (i, expected(graph(), i))
    assert slider.get_attribute("aria-valuetext") == "step 6 of 11: Backward: L begins with 1"


def test_play_reaches_the_end_and_reads_nothing_out_on_the_way(page):
    page.clock.install()
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(2000)
    assert at(page) == 2
    assert page.get_by_role("status").get_attribute("aria-live") == "off"
    page.keyboard.press(" ")  # the focus is on the button: pause
    page.clock.run_for(5000)
    assert (at(page), page.get_by_role("status").get_attribute("aria-live")) == (2, "polite")
    page.get_by_role("slider", name="Step").press(" ")
    page.clock.run_for(60_000)
    assert table(page) == expected(graph(), -1)
    assert page.get_by_role("button", name="Play").is_visible()
    page.get_by_role("button", name="Play").click()  # again from the start
    assert at(page) == 0


def test_every_control_has_a_name_and_gets_the_focus_in_reading_order(page):
    order = []
    for _ in range(10):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert order[0].startswith("Switch to dark mode")
    assert order[1].startswith("Drawing of L")
    assert order[2:9] == ["First step", "Previous step", "Play", "Next step", "Last step", "Step", "backward"]
    assert order[9] == "Values and gradients so far"


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
        assert "</script><img" in page.locator("#n0").text_content()


def test_numbers_that_are_not_finite_are_shown(browser, tmp_path):
    y = Value(math.inf, label="x") * Value(0.5, label="w") * Value(math.nan, label="n")
    with opened(browser, saved(y, tmp_path), viewport=WIDE) as page:
        page.keyboard.press("End")
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
    ]
    numbers += [math.sin(i) * 10.0 ** (i % 40 - 20) for i in range(400)]
    for digits in (4, 6):
        written = page.evaluate("([all, digits]) => all.map(x => showNumber(x, digits))", [numbers, digits])
        assert written == [f"{x:.{digits}g}".replace("-", "−") for x in numbers]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_in_both_looks_all_text_stands_out_from_its_background(browser, tmp_path, look):
    with opened(browser, saved(graph(), tmp_path), viewport=WIDE, color_scheme=look, reduced_motion="reduce") as page:
        page.keyboard.press("End")
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 60
        assert {text: ratio for text, ratio in contrasts if ratio < 4.5} == {}
        dark = page.evaluate("getComputedStyle(document.querySelector('main')).colorScheme") == "dark"
        assert dark == (look == "dark")
        page.get_by_role("button", name="Switch to").click()
        assert (page.evaluate("document.querySelector('main').dataset.theme") == "dark") != dark
        assert {text: ratio for text, ratio in page.evaluate(CONTRASTS) if ratio < 4.5} == {}


# Of every text that can be seen: its ratio of luminances (WCAG) to the paper, or to the box it stands in.
CONTRASTS = """() => {
  const rgb = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (colour) => {
    const [r, g, b] = rgb(colour).map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = (node) => getComputedStyle(node);
  const behind = (node) => {
    const box = node.closest("g.node")?.querySelector("path");
    if (box && style(box).fill !== "none") return style(box).fill;
    for (; node; node = node.parentElement) {
      const colour = style(node).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)" && colour !== "transparent") return colour;
    }
  };
  return [...document.querySelectorAll("svg text, h1, button.mark, .sentence *, .counter, th, td")]
    .filter((node) => node.textContent.trim() && style(node).visibility === "visible")
    .map((node) => {
      const [one, other] = [light(node.matches("svg *") ? style(node).fill : style(node).color), light(behind(node))];
      return [node.outerHTML.slice(0, 160), (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
    });
}"""


def test_nothing_moves_for_those_who_want_it_so(browser, tmp_path):
    moving = "getComputedStyle(document.querySelector('.node path')).transitionDuration"
    with opened(browser, saved(graph(), tmp_path), reduced_motion="reduce") as page:
        assert page.evaluate(moving) == "0s"
    with opened(browser, saved(graph(), tmp_path), reduced_motion="no-preference") as page:
        assert page.evaluate(moving) != "0s"


@pytest.mark.parametrize("width", [400, 819, 1600])
def test_at_any_width_the_page_fits_and_the_node_whose_turn_it_is_can_be_seen(browser, tmp_path, width):
    path = saved(graph(), tmp_path)
    with opened(browser, path, viewport={"width": width, "height": 800}, reduced_motion="reduce") as page:
        for _ in steps(graph()):
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            seen = page.locator(".drawing").bounding_box()
            node = page.locator(".node.now").bounding_box()
            assert seen["x"] - OUTLINE <= node["x"]
            assert node["x"] + node["width"] <= seen["x"] + seen["width"] + OUTLINE
            page.keyboard.press("ArrowRight")


def test_a_step_inside_a_folded_box_marks_the_box(browser, tmp_path):
    x = [Value(1.0, label="x1"), Value(-2.0, label="x2")]
    L = (nn.MLP(2, [16, 16, 1], seed=1)(x) - 1.0) ** 2
    with opened(browser, saved(L, tmp_path), viewport=WIDE) as page:
        for i in (0, 40, 68, 90, 134):
            page.get_by_role("slider", name="Step").fill(str(i))
            assert page.locator(".node.now").count() == 1
            assert table(page) == expected(L, i)
        assert page.locator("[id^=g].now").count() == 1
        assert page.locator("#g0 .later").count() == 0  # all that its gradients are made of has arrived


def test_a_page_in_a_frame_steps_as_well(browser, tmp_path):
    y = graph()
    (tmp_path / "outside.html").write_text(f"<!DOCTYPE html><title>notebook</title>{player(y)._repr_html_()}", encoding="utf-8")
    with opened(browser, tmp_path / "outside.html", viewport=WIDE) as page:
        frame = page.frame_locator("iframe")
        frame.get_by_role("slider", name="Step").press("End")
        assert table(frame) == expected(y, -1)


def test_a_notebook_that_was_run_and_exported_steps_without_its_kernel(browser, tmp_path):
    import nbformat
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors import ExecutePreprocessor

    code = "from autograd import Value\nfrom autograd.viz.player import player\n"
    code += "a, b = Value(2.0), Value(-3.0)\nL = a * b + a\nplayer(L)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    ExecutePreprocessor(timeout=120, kernel_name="python3").preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    exported, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    (tmp_path / "notebook.html").write_text(f"<!DOCTYPE html><title>notebook</title>{exported}", encoding="utf-8")
    with opened(browser, tmp_path / "notebook.html", viewport=WIDE) as page:
        frame = page.frame_locator("iframe")
        frame.get_by_role("button", name="Last step").click()
        a, b = Value(2.0), Value(-3.0)
        assert table(frame) == expected(a * b + a, -1)


@contextmanager
def live(browser, folder, y, leaves):
    """The live page of y, with the widget itself behind a model like that of a notebook."""
    behind = widget(y, leaves)
    script = json.dumps(bundle("scrubber.js", "player.js", "widget.js")).replace("<", "\\u003c")
    state = json.dumps({"values": behind.values, "page": behind.page}).replace("<", "\\u003c")
    (folder / "live.html").write_text(LIVE.format(style=behind._css, script=script, state=state), encoding="utf-8")

    def compute(values):
        behind.values = values
        return behind.page

    with opened(browser, folder / "live.html", viewport=WIDE) as page:
        page.expose_function("compute", compute)
        page.get_by_role("slider", name="Step").press("End")
        yield page


def move(page, name, number):
    page.get_by_role("slider", name=name, exact=True).fill(str(number))
    page.wait_for_function("x => document.querySelector('[data-node] td').textContent === x", arg=_format.shown(number))
    page.get_by_role("slider", name="Step").press("End")


def test_a_slider_of_the_live_page_computes_the_graph_again_in_the_same_layout(browser, tmp_path):
    def program(number):
        w, x = Value(number, label="w"), Value(3.0, label="x")
        y = autograd.where(autograd.greater(w, 0.0), w * x, (w * x).tanh())
        y.label = "y"
        return y, [w, x]

    with live(browser, tmp_path, *program(2.0)) as page:
        assert table(page) == expected(program(2.0)[0], -1)
        box = page.locator("#n0").bounding_box()
        for number in (1.5, 0.75, -0.5):  # the last one takes the other branch, and other arrows
            move(page, "w", number)
            y, _ = program(number)
            assert table(page) == expected(y, -1)
            assert page.locator("h1").inner_text() == f"y = {_format.shown(y.data)}, forward and backward"
            assert page.locator(".leaves .counter").first.inner_text() == _format.shown(number)
            assert _format.shown(number) in page.locator("#n0").text_content()
            assert number < 0 or page.locator("#n0").bounding_box() == box
        page.get_by_role("slider", name="w").press("ArrowRight")  # moves the leaf, not the step
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Home")  # a key for the notebook around it
        assert at(page.locator(".controls")) == len(steps(y)) - 1


def test_a_number_that_is_longer_than_its_box_was_made_for_is_squeezed_into_it(browser, tmp_path):
    x = Value(1.0, label="x")
    y = x * x + x
    with live(browser, tmp_path, y, [x]) as page:
        move(page, "x", -0.37)
        rows = page.locator(".node").evaluate_all(
            """boxes => boxes.flatMap(box => [...box.querySelectorAll("text")].map((text, i, all) => {
                 const [one, next] = [text.getBoundingClientRect(), all[i + 1]?.getBoundingClientRect()];
                 return [text.textContent, one.left, text.getComputedTextLength(), next?.left, one.y === next?.y];
               }))"""
        )
        assert len([row for row in rows if row[4]]) > 6
        scale = page.locator(".drawing svg").evaluate("svg => svg.getScreenCTM().a")
        spaces = 8  # after the word: they may be run over
        assert [row for row in rows if row[4] and row[1] + scale * (row[2] - spaces) > row[3]] == []


LIVE = """<!DOCTYPE html><title>live</title><style>{style}</style><div id="here"></div>
<script id="script" type="application/json">{script}</script><script id="state" type="application/json">{state}</script>
<script type="module">
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const url = URL.createObjectURL(new Blob([read("script")], {{ type: "text/javascript" }}));
  const state = read("state"), heard = {{}};
  const tell = (name) => (heard[`change:${{name}}`] ?? []).forEach((listener) => listener());
  const model = {{
    get: (name) => state[name],
    set(name, value) {{ state[name] = value; tell(name); }},
    on(name, listener) {{ (heard[name] ??= []).push(listener); }},
    async save_changes() {{ this.set("page", await window.compute(state.values)); }},
  }};
  (await import(url)).default.render({{ model, el: document.getElementById("here") }});
</script>"""


def test_a_missing_browser_skips_here_and_fails_where_changes_are_accepted(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        chromium()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="set CHROMIUM"):
        chromium()
