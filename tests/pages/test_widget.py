"""The live player in a real browser, with the real widget behind a model like a notebook's."""

import json
import math
from contextlib import contextmanager

import pytest

import autograd
from autograd import Value, _format
from autograd.sweeps import topological_order
from autograd.viz.widget import widget
from tests.support.axe import violations
from tests.support.browser import PHONE, opened

pytestmark = pytest.mark.slow
WIDE = {"width": 1280, "height": 900}


def program(w, b=-0.25):
    w, x, b = Value(w, label="w"), Value(2.0, label="x"), Value(b, label="b")
    n = w * x + b
    y = autograd.where(autograd.greater(w, 0.0), n.tanh(), n * 3.0)
    y.label = "y"
    return y, [w, b]


class Live:
    """The page, and what Python computed for it."""

    def __init__(self, page, behind):
        self.page, self.behind, self.computed = page, behind, []
        if not hasattr(page, "live"):  # a reused page keeps its exposed functions
            page.expose_function("compute", lambda values: page.live.compute(values))
        page.live = self

    def compute(self, values):
        self.behind.set_state({"values": values})
        self.computed.append(self.behind.values)
        return self.behind.page

    def slider(self, name):
        return self.page.get_by_role("slider", name=name, exact=True)

    def field(self, name):
        return self.page.get_by_role("textbox", name=f"{name}, as a number")

    def type(self, name, text):
        self.field(name).fill(text)
        self.field(name).press("Enter")

    def titled(self, y):
        self.page.locator("h1").filter(has_text=f"y = {_format.shown(y, 4)}, forward and backward").wait_for()

    def numbers(self):
        """The value and the gradient of each node, with all digits; gradient 0 where none arrives."""
        rows = self.page.locator("tr[data-node]").evaluate_all(
            "rows => rows.map(row => [row.dataset.node, ...[...row.querySelectorAll('td')].map(cell => cell.title)])"
        )
        return {int(node): (float(value), float(gradient or 0.0)) for node, value, gradient in rows}


def expected(y):
    y.backward()
    return {i: (node.data, node.grad) for i, node in enumerate(topological_order([y]))}


@contextmanager
def live(browser, folder, y, leaves, **window):
    behind = widget(y, leaves)
    texts = {"style": behind._css, "script": behind._esm}
    texts["state"] = {"values": behind.get_state("values")["values"], "page": behind.page}
    page = PAGE.replace("{texts}", json.dumps(texts).replace("<", "\\u003c"))
    (folder / "live.html").write_text(page, encoding="utf-8")
    with opened(browser, folder / "live.html", **{"viewport": WIDE, "reduced_motion": "reduce", **window}) as page:
        shown = Live(page, behind)
        page.evaluate("render()")
        page.get_by_role("button", name="Numbers of all nodes").click()
        page.get_by_role("slider", name="Step").press("End")
        yield shown


# Once `window.held` is a list, it collects the replies instead of delivering them.
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>live</title>
<style>body { margin: 0 }</style><main id="here"></main>
<script id="texts" type="application/json">{texts}</script>
<script>
  const { style, script, state } = JSON.parse(document.getElementById("texts").textContent);
  document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const heard = [];
  const tell = (name) => heard.filter(([heard]) => heard === name).forEach(([, listener]) => listener());
  window.held = null;
  const model = {
    get: (name) => state[name],
    set(name, value) { state[name] = value; tell(`change:${name}`); },
    on(name, listener) { heard.push([name, listener]); },
    off(name, listener) { heard.splice(heard.findIndex(([n, l]) => n === name && l === listener), 1); },
    async save_changes() {
      const page = await window.compute(state.values);
      if (window.held) window.held.push(page);
      else this.set("page", page);
    },
  };
  async function render() {
    window.cleanup = (await import(url)).default.render({ model, el: document.getElementById("here") });
  }
</script></html>"""


def test_a_slider_computes_the_graph_again(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        assert shown.numbers() == expected(program(0.5)[0])
        for number in (0.8, 0.25, -0.5):  # the last one takes the other branch, with other arrows
            shown.slider("w").fill(str(number))
            y, _ = program(number)
            shown.titled(y.data)
            assert shown.numbers() == expected(y)
            assert shown.field("w").input_value() == _format.shown(number)
            assert _format.shown(number) in shown.page.locator("#n0").text_content()


def test_what_is_written_stays_where_it_was(browser, tmp_path):
    places = """() => [...document.querySelectorAll(".stage-picture :is(g.node, text.sentence)")].map((part) => {
        const { x, y } = part.getBoundingClientRect();
        return [Math.round(x), Math.round(y)];
    })"""
    with live(browser, tmp_path, *program(0.5)) as shown:
        before = shown.page.evaluate(places)
        for number in (0.54, 0.8):
            shown.type("w", str(number))
            shown.titled(program(number)[0].data)
            assert shown.page.evaluate(places) == before


DOWN = """() => {
  const [leaf, result] = ["#n0", ".node:not(.leaf)"].map((card) => document.querySelector(card).getBoundingClientRect());
  return result.y - leaf.y > Math.abs(result.x - leaf.x);
}"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll(".stage-picture text")].map(
  (text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a,
))"""


def test_on_a_phone_time_runs_down_and_a_moved_leaf_can_be_read(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5), viewport=PHONE) as shown:
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for number in (0.8, -0.5):  # the last one takes the other branch, with other arrows
            shown.slider("w").fill(str(number))
            shown.titled(program(number)[0].data)
            assert shown.page.evaluate(DOWN)
        shown.page.get_by_role("button", name="Previous step").click()
        shown.page.wait_for_function(f"() => ({SMALLEST})() > 10.99")


SCALE = "() => new DOMMatrix(getComputedStyle(document.querySelector('.stage-picture')).transform).a"
PLACE = """() => {
  const { e, f } = new DOMMatrix(getComputedStyle(document.querySelector(".stage-picture")).transform);
  return [e, f];
}"""


def test_where_the_page_scrolls_one_finger_moves_the_drawing_across(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5), viewport=PHONE, has_touch=True, is_mobile=True) as shown:
        page = shown.page
        k = page.evaluate(SCALE)
        for _ in range(3):
            page.get_by_role("button", name="Zoom in (+)").tap()
        page.wait_for_function(f"k => ({SCALE})() > 2.7 * k", arg=k)
        stage, before = page.locator(".stage").bounding_box(), page.evaluate(PLACE)
        client = page.context.new_cdp_session(page)
        x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
        for kind, points in (("Start", [x]), *(("Move", [x - 10 * i]) for i in range(1, 6)), ("End", [])):
            touches = [{"x": point, "y": y} for point in points]
            client.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})
        after = page.evaluate(PLACE)
        assert after[0] - before[0] == pytest.approx(-50, abs=15)
        assert after[1] == before[1]


NUMBERS = {" -2.5 ": -2.5, "−.5": -0.5, "+1e-3": 1e-3, "3.": 3.0, "1e400": math.inf, "-inf": -math.inf, "nan": math.nan}


def test_any_number_can_be_typed(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        for text, number in NUMBERS.items():
            shown.type("b", text)
            y, _ = program(0.5, number)
            shown.titled(y.data)
            assert shown.computed.pop() == [0.5, pytest.approx(number, abs=0, nan_ok=True)]
            assert shown.numbers() == {node: pytest.approx(pair, abs=0, nan_ok=True) for node, pair in expected(y).items()}
        shown.slider("b").fill("1.5")
        shown.titled(program(0.5, 1.5)[0].data)


def test_a_number_beyond_the_slider_widens_it(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        shown.type("w", "40")
        shown.titled(program(40.0)[0].data)
        ends = shown.slider("w").evaluate("slider => [slider.min, slider.max, slider.value].map(Number)")
        assert ends == [-40.0, 120.0, 40.0]
        shown.slider("w").press("End")
        shown.titled(program(120.0)[0].data)


WRITE = "write 0.5, -2, 1e-3, inf or nan"
REFUSED = {
    "1,2,3": f"“1,2,3” is not a number: {WRITE}",
    "": f"A number is missing: {WRITE}",
    "1/3": f"“1/3” is not a number: {WRITE}",
    "constructor": f"“constructor” is not a number: {WRITE}",
}


def test_what_is_no_number_is_refused_at_the_field_and_nothing_moves(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        alert = shown.page.get_by_role("alert").first
        for text, message in REFUSED.items():
            shown.type("w", text)
            assert alert.inner_text() == message
            assert shown.field("w").get_attribute("aria-describedby") == alert.get_attribute("id")
            shown.slider("w").focus()
            assert (shown.field("w").input_value(), shown.computed) == (text, [])
        shown.type("w", "0,75")
        shown.titled(program(0.75)[0].data)
        assert (alert.inner_text(), shown.field("w").get_attribute("aria-invalid")) == ("", None)
        shown.type("w", "x")
        shown.field("w").press("Escape")
        assert (alert.inner_text(), shown.field("w").input_value()) == ("", "0.75")


def test_looking_at_a_number_does_not_round_it(browser, tmp_path):
    with live(browser, tmp_path, *program(1.0 / 3.0)) as shown:
        assert shown.field("w").input_value() == "0.333333"
        shown.field("w").focus()
        assert shown.field("w").input_value() == repr(1.0 / 3.0)
        shown.slider("w").focus()
        assert (shown.field("w").input_value(), shown.computed) == ("0.333333", [])


def test_of_rapid_motion_only_the_newest_numbers_are_computed_next(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        page = shown.page
        page.evaluate("window.held = []")
        for i in range(1, 21):
            shown.slider("w").fill(str(i / 25))
        assert shown.field("w").input_value() == "0.8"  # the requested number, not the computed one
        assert shown.computed == [[0.04, -0.25]]
        page.get_by_role("status").filter(has_text="Computing").wait_for()
        page.wait_for_function("() => held.length === 1")
        page.evaluate("{ const [answer] = held; held = null; model.set('page', answer); }")
        shown.titled(program(0.8)[0].data)
        assert shown.computed == [[0.04, -0.25], [0.8, -0.25]]
        page.get_by_role("status").filter(has_text="Computing").wait_for(state="detached")


def test_numbers_that_python_sets_are_shown_and_two_views_agree(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        page = shown.page
        page.evaluate("render()")
        page.locator(".live").nth(1).wait_for()
        shown.behind.values = [0.6, math.inf]
        state = [shown.behind.get_state("values")["values"], shown.behind.page]
        page.evaluate("([values, page]) => { model.set('values', values); model.set('page', page); }", state)
        for view in page.locator(".live").all():
            assert view.locator(".leaf input:not([type=range])").evaluate_all("all => all.map(f => f.value)") == ["0.6", "inf"]
        page.locator(".live").nth(1).get_by_role("slider", name="w", exact=True).fill("0.7")
        page.wait_for_function("() => document.querySelector('.leaf input:not([type=range])').value === '0.7'")
        page.locator(".live").first.locator("#n0", has_text="0.7").wait_for()
        assert shown.computed == [[0.7, math.inf]]


def test_a_view_that_is_closed_hears_nothing_any_more(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        page = shown.page
        assert page.evaluate("heard.length") == 2
        page.evaluate("cleanup(); document.getElementById('here').replaceChildren()")
        assert page.evaluate("heard.length") == 0
        page.evaluate("state => model.set('page', state)", shown.behind.page)
        page.evaluate("render()")
        page.locator(".live").wait_for()
        assert page.evaluate("heard.length") == 2


def test_axe_finds_nothing_in_the_live_player(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        shown.type("w", "two")
        for _ in ("light", "dark"):
            assert violations(shown.page) == []
            shown.page.get_by_role("button", name="Switch between light and dark").click()


def test_keys_in_the_live_player_go_no_further(browser, tmp_path):
    with live(browser, tmp_path, *program(0.5)) as shown:
        page = shown.page
        page.evaluate("window.keys = []; document.addEventListener('keydown', event => keys.push(event.key))")
        page.get_by_role("slider", name="Step").press("Home")
        shown.field("w").press("d")
        shown.slider("w").press("ArrowRight")
        page.get_by_role("button", name="Next step").press("ArrowRight")
        page.get_by_role("button", name="Next step").press("Control+s")
        assert page.evaluate("keys") == ["Control", "s"]
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("End")
        assert page.get_by_role("slider", name="Step").input_value() == "1"
