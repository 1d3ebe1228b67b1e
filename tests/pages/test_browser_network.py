"""The network view in a real browser: hovered, opened and switched, it shows the engine's numbers."""

import json
from itertools import combinations

import pytest

import nn
from autograd import Value
from autograd._format import shown
from autograd.extend import Graph
from autograd.viz.page import as_json
from nn.network.layout import lay_out
from nn.network.numbers import numbers_of, sample_of
from nn.network.page import NetworkPage
from nn.network.structure import read_network
from nn.network.words import NetworkWords
from tests.support.axe import violations
from tests.support.browser import PHONE, WAYS, WIDE, opened

pytestmark = pytest.mark.slow

CARDS = """cards => cards.map(card => ["name", "number.value", "number.gradient", "number.update"].map(
  part => card.querySelector("." + part)?.textContent ?? null))"""
WATCH = """() => {
  const animate = Element.prototype.animate;
  window.times = [];
  Element.prototype.animate = function (frames, options) {
    window.times.push(options.duration);
    return animate.call(this, frames, options);
  };
}"""
X, Y = [1.0, -2.0, 3.0], 1.0


def mlp():
    return nn.MLP(3, [4, 4, 1], "tanh", seed=0)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return nn.draw(mlp(), X, Y, loss=nn.MSELoss()).save_html(tmp_path_factory.mktemp("network") / "page.html")


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    image = [pixel / 16 for pixel in nn.load_digits().X[3]]
    drawing = nn.draw(nn.MLP(64, [32, 10], seed=0), image, 3, loss=nn.CrossEntropyLoss(), outputs=list("0123456789"))
    return drawing.save_html(tmp_path_factory.mktemp("digits") / "page.html")


@pytest.fixture(scope="module")
def moons(tmp_path_factory):
    drawing = nn.draw(nn.MLP(2, [16, 16, 1], "tanh"), [0.5, 0.5], over=nn.make_moons(40, random_state=0))
    return drawing.save_html(tmp_path_factory.mktemp("moons") / "page.html")


@pytest.fixture
def page(browser, path):
    with opened(browser, path, viewport=WIDE, reduced_motion="reduce") as page:
        yield page


def neuron(page, unit):
    return page.locator(f".network-picture [data-unit='{unit}']")


def tip(page, about=""):
    """The lines of the tooltip, once it mentions `about`: the browser takes a while to see a touch as a tap."""
    told = page.locator(".network-tip").filter(has_text=about)
    told.wait_for()
    return told.inner_text().split("\n")


def engine(model):
    """The values of all neurons, their gradients, and the parameters' gradients, from a separate pass."""
    columns = [[Value(x) for x in X]]
    for layer in model.layers:
        columns.append(layer(columns[-1]))
    loss = nn.MSELoss()([columns[-1][0]], [Y])
    gradients = Graph(loss).adjoints
    units = [unit for column in columns for unit in column]
    return [unit.data for unit in units], [gradients[unit] for unit in units], [gradients[p] for p in model.parameters()]


def test_hover_and_focus_tell_name_value_and_gradient_of_every_neuron(page):
    model = mlp()
    values, gradients, _ = engine(model)
    names = ["x[0]", "x[1]", "x[2]"]
    names += [f"layers[{i}].neurons[{j}]" for i, layer in enumerate(model.layers) for j in range(len(layer.neurons))]
    for ask in ("hover", "focus"):
        for unit, name in enumerate(names):
            getattr(neuron(page, unit), ask)()
            told = tip(page)
            assert told[:3] == [name, f"value {shown(values[unit])}", f"gradient {shown(gradients[unit])}"]
            assert neuron(page, unit).get_attribute("aria-label").startswith(", ".join(told))
    page.mouse.move(2, 2)
    assert tip(page)[0] == names[-1]  # it still has the focus
    neuron(page, len(names) - 1).blur()
    page.locator(".network-tip").wait_for(state="hidden")


def test_a_neuron_that_is_asked_shows_its_own_links_alone(page):
    neuron(page, 4).hover()
    near = page.locator(".network-picture .link.near")
    assert near.count() == 3 + 4
    ends = near.evaluate_all("links => links.map(link => [link.dataset.from, link.dataset.to])")
    assert all("4" in pair for pair in ends)
    page.mouse.move(2, 2)
    page.locator(".network-picture:not(.asked)").wait_for()


# For each link, by its number, its point farthest from all other links, away from its ends, where the neurons are.
PLACES = """links => {
  const places = links.map(link => Array.from({ length: 49 }, (_, k) =>
    link.getPointAtLength(((k + 6) / 60) * link.getTotalLength()).matrixTransform(link.getScreenCTM())));
  return Object.fromEntries(links.map((link, i) => {
    const others = places.filter((_, j) => j !== i).flat();
    const alone = ({ x, y }) => others.reduce((least, other) => Math.min(least, Math.hypot(other.x - x, other.y - y)), Infinity);
    const { x, y } = places[i].reduce((best, place) => (alone(place) > alone(best) ? place : best));
    return [link.dataset.p, [x, y]];
  }));
}"""


def links(page):
    """The links that are drawn, by the number of their parameter."""
    drawn = page.locator(".network-picture .link").evaluate_all("all => all.map(link => Number(link.dataset.p))")
    return {p: page.locator(f".network-picture .link[data-p='{p}']") for p in drawn}


def link_facts(model):
    """The tooltip of each link: name, weight, gradient, update and ends."""
    *_, gradients = engine(model)
    facts, first, p = {}, 0, 0
    for i, layer in enumerate(model.layers):
        before = [f"x[{k}]" for k in range(len(X))] if i == 0 else [f"layers[{i - 1}].neurons[{k}]" for k in range(first)]
        for j, neuron in enumerate(layer.neurons):
            for k, weight in enumerate(neuron.w):
                numbers = [
                    f"weight {shown(weight.data)}",
                    f"gradient {shown(gradients[p])}",
                    f"update {shown(-0.1 * gradients[p])}",
                ]
                name = f"layers[{i}].neurons[{j}]"
                facts[p] = [f"{name}.w[{k}]", *numbers, f"{before[k]} → {name}"]
                p += 1
            p += 1  # its bias
        first = len(layer.neurons)
    return facts


# For a link: the tooltip, the highlighted links, its focus and label, and the left and right of the tooltip and its box.
TOLD = """link => {
  const sides = (part) => { const box = document.querySelector(part).getBoundingClientRect(); return [box.left, box.right]; };
  const near = [...document.querySelectorAll(".network-picture .link.near")].map(lit => lit.dataset.p);
  const told = document.querySelector(".network-tip").innerText;
  const [focus, label] = [link === document.activeElement, link.getAttribute("aria-label")];
  return [told, near, focus, label, sides(".network-tip"), sides(".network-box")];
}"""


@pytest.mark.parametrize(
    ("size", "way"),
    [
        pytest.param(WIDE, "hover", id="desktop-hover"),
        pytest.param(WIDE, "focus", id="desktop-focus"),
        pytest.param(PHONE, "tap", id="phone-tap"),
        pytest.param(WIDE, "tap", id="desktop-tap", marks=pytest.mark.matrix),
        pytest.param(PHONE, "hover", id="phone-hover", marks=pytest.mark.matrix),
        pytest.param(PHONE, "focus", id="phone-focus", marks=pytest.mark.matrix),
    ],
)
def test_every_link_tells_its_weight_its_gradient_and_its_update(browser, path, size, way):
    facts = link_facts(mlp())
    with opened(browser, path, viewport=size, reduced_motion="reduce", has_touch=True) as page:
        drawn = links(page)
        assert drawn.keys() == facts.keys()
        places = page.locator(".network-picture .link").evaluate_all(PLACES)
        for p, link in drawn.items():
            x, y = places[str(p)]
            if way == "hover":
                page.mouse.move(x, y)
            elif way == "tap":
                page.touchscreen.tap(x, y)
            else:
                link.focus()
            page.locator(".network-tip").filter(has_text=facts[p][0]).wait_for()
            told, near, focus, label, [left, right], [first, last] = link.evaluate(TOLD)
            assert told.split("\n") == facts[p]
            assert near == [str(p)]
            if way != "hover":
                assert focus
                assert label == ", ".join(facts[p])
            assert left >= first - 1
            assert right <= last + 1
        if way == "hover":
            page.mouse.move(2, 2)
        else:
            page.get_by_role("heading", level=1).click()
        page.locator(".network-tip").wait_for(state="hidden")


def test_a_tap_beside_a_thin_link_means_it_and_one_far_from_all_means_none(browser, tmp_path):
    model = nn.MLP(1, [1], seed=0)
    drawing = nn.draw(model, [0.5], 1.0, loss=nn.MSELoss())
    with opened(browser, drawing.save_html(tmp_path / "page.html"), viewport=PHONE, has_touch=True) as page:
        x, y = page.locator(".network-picture .link").evaluate_all(PLACES)["0"]
        for aside in (0, 10, -10):
            page.touchscreen.tap(x + aside, y)
            assert tip(page)[0] == "layers[0].neurons[0].w[0]"
            page.touchscreen.tap(x + 60, y)
            page.locator(".network-tip").wait_for(state="hidden")


def test_what_a_link_tells_follows_the_numbers(browser, path):
    with opened(browser, path, viewport=WIDE) as page:
        page.evaluate(
            """() => {
              const [main, data] = [document.querySelector("main"), JSON.parse(document.getElementById("data").textContent)];
              main.replaceChildren();
              window.view = networkView(main, data);
            }"""
        )
        links(page)[1].focus()
        page.evaluate("view.update({ weight: Array(41).fill(0.25), grad: null, update: Array(41).fill(-2) })")
        assert tip(page) == ["layers[0].neurons[0].w[1]", "weight 0.25", "update −2", "x[1] → layers[0].neurons[0]"]
        links(page)[2].focus()
        assert links(page)[1].get_attribute("aria-label") == "layers[0].neurons[0].w[1]"  # without numbers, which would go stale


def stops(page):
    """The elements of the picture that the Tab key reaches."""
    return page.locator(".network-picture [tabindex='0']").evaluate_all("all => all.map(e => e.dataset.p ?? e.dataset.unit)")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desktop", "phone"])
def test_arrow_keys_reach_every_link_and_tab_finds_one_of_them(browser, path, size):
    ways = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"]
    along, back, across, opposite = ways if size == WIDE else ways[2:] + ways[:2]
    with opened(browser, path, viewport=size) as page:
        page.locator(".network-switch input:checked").focus()
        page.keyboard.press("Tab")
        at = "document.activeElement.dataset.p"
        assert page.evaluate(at) == "0"
        reached = []
        for _ in range(3):  # columns of links, each of which wraps around
            while (here := page.evaluate(at)) not in reached:
                assert len(stops(page)) == 2  # a link and a neuron
                reached.append(here)
                page.keyboard.press(across)
            page.keyboard.press(along)
        assert sorted(map(int, reached)) == sorted(links(page))
        page.keyboard.press(opposite)
        assert page.evaluate(at) == reached[-1]
        page.keyboard.press(back)
        assert page.evaluate(at) in reached[12:28]
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.dataset.unit") is not None
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.network-picture')") is None


def test_the_link_that_tab_finds_is_one_of_the_chosen_neuron(page):
    for unit in range(12):
        neuron(page, unit).focus()
        page.keyboard.press("Shift+Tab")
        ends = page.evaluate("(({ from, to }) => [from, to])(document.activeElement.dataset)")
        assert str(unit) in ends
        assert page.locator(".network-picture .halo.inside").evaluate("halo => getComputedStyle(halo).display") == "inline"
    page.keyboard.press("Escape")
    page.locator(".network-tip").wait_for(state="hidden")


@pytest.mark.parametrize("key", ["click", "Enter", " ", "tap"])
def test_a_neuron_opens_in_place_and_escape_closes_it_and_gives_the_focus_back(browser, path, key):
    with opened(browser, path, viewport=WIDE, has_touch=True) as page:
        if key in ("click", "tap"):
            getattr(neuron(page, 8), key)()
        else:
            neuron(page, 8).focus()
            page.keyboard.press(key)
        panel = page.get_by_role("dialog", name="Scalar graph of layers[1].neurons[1]")
        panel.wait_for()
        assert panel.locator("button").evaluate("button => button === document.activeElement")
        page.keyboard.press("Escape")
        panel.wait_for(state="hidden")
        assert neuron(page, 8).evaluate("neuron => neuron === document.activeElement")


def test_the_graph_of_a_neuron_has_the_numbers_of_the_engine(page):
    model = mlp()
    values, gradients, by_parameter = engine(model)
    unit, one = 8, model.layers[1].neurons[1]
    index = {p: i for i, p in enumerate(model.parameters())}
    neuron(page, unit).click()
    cards = page.locator(".neuron-graph .card").evaluate_all(CARDS)
    delta = by_parameter[index[one.b]]
    expected = []
    for k, weight in enumerate(one.w):
        gradient = by_parameter[index[weight]]
        expected.append([f"layers[0].neurons[{k}]", values[3 + k], gradients[3 + k], None])
        expected.append([f"w[{k}]", weight.data, gradient, -0.1 * gradient])
        expected.append(["×", weight.data * values[3 + k], delta, None])
    total = sum(weight.data * value for weight, value in zip(one.w, values[3:7], strict=True))
    expected += [["b", one.b.data, delta, -0.1 * delta], ["+", total, delta, None], ["tanh", values[unit], gradients[unit], None]]
    assert cards == [[name, *(x if x is None else shown(x, 4) for x in numbers)] for name, *numbers in expected]
    labels = page.locator(".neuron-graph .label").all_text_contents()
    assert len(labels) == 2 * len(one.w) + 1


def test_an_input_of_an_open_neuron_opens_next(page):
    neuron(page, 8).click()
    page.get_by_role("button", name="Open the graph of layers[0].neurons[2]").click()
    panel = page.get_by_role("dialog", name="Scalar graph of layers[0].neurons[2]")
    panel.wait_for()
    page.get_by_role("button", name="Close").click()
    panel.wait_for(state="hidden")
    assert neuron(page, 5).evaluate("neuron => neuron === document.activeElement")


def test_arrow_keys_go_from_neuron_to_neuron_and_tab_finds_one_after_a_link(page):
    page.locator(".network-switch input:checked").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    at = "document.activeElement.dataset.unit"
    assert page.evaluate(at) == "0"
    for key, unit in (
        ("ArrowDown", 1),
        ("ArrowRight", 4),
        ("ArrowRight", 8),
        ("ArrowDown", 9),
        ("ArrowRight", 11),
        ("ArrowRight", 11),
    ):
        page.keyboard.press(key)
        assert page.evaluate(at) == str(unit)
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(at) in ("8", "9")
    page.keyboard.press("Tab")
    assert page.evaluate(at) is None


def test_the_switch_shows_gradients_and_updates(page):
    model = mlp()
    *_, gradients = engine(model)
    largest = max(map(abs, gradients))
    for what, factor in (("gradient", 1.0), ("update", -0.1)):
        page.get_by_role("radio", name=what).check(force=True)
        for i in (0, 5, 29):
            link = page.locator(f".network-picture .link[data-p='{i}']")
            x = gradients[i] * factor
            assert link.get_attribute("class").split()[1] == ("positive" if x > 0 else "negative")
            assert float(link.get_attribute("stroke-width")) == pytest.approx(
                max(0.7, 6 * abs(gradients[i]) / largest), abs=0.006
            )
    network = read_network(model)
    numbers = numbers_of(network, sample_of(model, X, Y, nn.MSELoss()))
    words = NetworkWords(network, numbers, "update", None, lay_out(network))
    assert page.locator(".network-sentence").inner_text() == words.sentence()


def test_of_a_wide_layer_the_page_says_as_the_picture_which_neurons_are_drawn(browser, tmp_path):
    drawing = nn.draw(nn.MLP(64, [32, 10], seed=0))
    said = drawing.text.splitlines()[1]
    assert "which is not drawn" in said
    with opened(browser, drawing.save_html(tmp_path / "page.html")) as page:
        assert page.locator(".network-sentence").inner_text() == said


def test_without_a_gradient_the_switch_offers_none(browser, tmp_path):
    with opened(browser, nn.draw(mlp()).save_html(tmp_path / "page.html")) as page:
        assert [page.get_by_role("radio", name=name).is_disabled() for name in ("weight", "gradient", "update")] == [
            False,
            True,
            True,
        ]
        neuron(page, 4).hover()
        assert tip(page) == ["layers[0].neurons[1]", "bias 0"]
        neuron(page, 4).click()
        assert page.locator(".neuron-graph .gradient").count() == 12
        assert page.locator(".neuron-graph .update").count() == 0


def test_an_update_repaints_what_the_engine_says(browser, tmp_path, path):
    """The result equals a new drawing of the network with the numbers of the next step."""
    model = mlp()
    network = read_network(model)
    view = NetworkPage(network)
    numbers = numbers_of(network, sample_of(model, X, Y, nn.MSELoss()))
    for p, gradient in zip(model.parameters(), numbers["grad"], strict=True):
        p.data -= 0.5 * gradient
    after = as_json(view.update(numbers_of(network, sample_of(model, X, Y, nn.MSELoss()))))
    fresh = nn.draw(model, X, Y, loss=nn.MSELoss()).save_html(tmp_path / "after.html")
    state = """() => [...document.querySelectorAll('.network-picture :is(.link, .ring, .disc, .value)')].map(
        part => [part.getAttribute('class'), part.getAttribute('stroke-width'), part.getAttribute('fill'), part.textContent])"""
    with opened(browser, fresh, viewport=WIDE) as page:
        expected = page.evaluate(state)
    with opened(browser, path, viewport=WIDE) as page:
        page.evaluate(
            """(after) => {
              const [main, data] = [document.querySelector("main"), JSON.parse(document.getElementById("data").textContent)];
              main.replaceChildren();
              networkView(main, data).update(JSON.parse(after));
            }""",
            after,
        )
        assert page.evaluate(state) == expected


def test_on_a_phone_the_network_runs_from_top_to_bottom_and_nothing_scrolls_sideways(browser, path, digits):
    for file in (path, digits):
        with opened(browser, file, viewport=PHONE, reduced_motion="reduce") as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            parts = page.locator(".network-picture [data-unit]").first, page.locator(".network-picture .neuron").last
            tops = [part.bounding_box()["y"] for part in parts]
            assert tops[0] < tops[1]
            page.locator(".network-picture g[data-unit]").last.click()
            page.get_by_role("dialog").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390


SMALL = """() => [...document.querySelectorAll('main :is(text, p, span, strong, label, legend, h1)')]
  .filter(part => part.checkVisibility() && part.textContent.trim())
  .filter(part => ![...part.children].some(child => child.textContent.trim()))
  .map(part => {
    const svg = part.closest('svg');
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    return [parseFloat(getComputedStyle(part).fontSize) * scale, part.textContent];
  })"""


def check_texts(page):
    assert [text for text in page.evaluate(SMALL) if text[0] < 10.99] == []
    boxes = page.locator("main svg text:visible").evaluate_all(
        "texts => texts.filter(t => t.textContent).map(t => [t.textContent, t.getBoundingClientRect().toJSON()])"
    )
    for (one, a), (other, b) in combinations(boxes, 2):
        beside = a["right"] <= b["left"] or b["right"] <= a["left"]
        assert beside or a["bottom"] - 2 <= b["top"] or b["bottom"] - 2 <= a["top"], (one, other)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desktop", "phone"])
def test_no_text_is_smaller_than_eleven_pixels_and_no_two_overlap(browser, path, digits, moons, size):
    for file in (path, digits, moons):
        with opened(browser, file, viewport=size, reduced_motion="reduce") as page:
            check_texts(page)
            page.locator(".network-picture g[data-unit]").last.click()
            page.get_by_role("dialog").wait_for()
            check_texts(page)


@pytest.mark.parametrize(("look", "size"), WAYS)
def test_axe_finds_nothing_closed_or_open(browser, path, digits, moons, size, look):
    for file in (path, digits, moons):
        with opened(browser, file, viewport=size, color_scheme=look, reduced_motion="reduce") as page:
            assert violations(page) == []
            page.locator(".network-picture .link").first.focus()
            assert violations(page) == []
            page.locator(".network-picture g[data-unit]").last.click()
            page.get_by_role("dialog").wait_for()
            assert violations(page) == []


def test_pixels_and_weights_of_the_digits_are_there_and_can_be_asked(browser, digits):
    image = [pixel / 16 for pixel in nn.load_digits().X[3]]
    with opened(browser, digits, viewport=WIDE) as page:
        neuron(page, 12).hover()
        assert tip(page)[:2] == ["x[12]", f"value {shown(image[12])}"]
        assert page.locator(".network-picture .weights").count() == 10
        page.keyboard.press("Tab")
        page.locator(".network-picture .neuron").first.focus()
        page.keyboard.press("ArrowLeft")
        assert int(page.evaluate("document.activeElement.dataset.unit")) < 64


def test_maps_stay_when_numbers_change_and_their_marks_are_explained(browser, moons):
    with opened(browser, moons, viewport=WIDE) as page:
        picture = "document.querySelector('.network-picture .map').outerHTML"
        before = page.evaluate(picture)
        legend = page.locator(".network-legend").inner_text()
        assert "sample of 0" in legend
        assert "sample of 1" in legend
        page.get_by_role("radio", name="weight").check(force=True)
        assert page.evaluate(picture) == before
        assert page.locator(".network-picture .value").all_text_contents() == [""] * 23
        neuron(page, 0).hover()
        assert tip(page) == ["x[0]", "value 0.5"]


def test_a_module_in_a_notebook_plays_in_its_frame_wide_and_opens(browser, tmp_path):
    cell = f'<!DOCTYPE html><meta charset="utf-8"><title>cell</title><div style="width: 828px">{mlp()._repr_html_()}</div>'
    (tmp_path / "cell.html").write_text(cell, encoding="utf-8")
    with opened(browser, tmp_path / "cell.html", viewport=WIDE) as page:
        frame = page.frame_locator("iframe")
        first, last = (frame.locator(f".network-picture [data-unit='{unit}']").bounding_box() for unit in (0, 11))
        assert last["x"] > first["x"] + 600
        frame.locator(".network-picture [data-unit='8']").click()
        frame.get_by_role("dialog", name="Scalar graph of layers[1].neurons[1]").wait_for()
        frame.get_by_role("button", name="Close").press("Escape")
        frame.get_by_role("dialog").wait_for(state="hidden")
        page.get_by_text("layers[1]", exact=True).wait_for()


def test_motion_takes_two_hundred_milliseconds_and_none_where_it_is_not_wanted(browser, path):
    for motion, duration in (("no-preference", 200), ("reduce", 0)):
        with opened(browser, path, viewport=WIDE, reduced_motion=motion) as page:
            page.evaluate(WATCH)
            neuron(page, 4).click()
            assert page.evaluate("window.times") == [duration]


def test_names_of_inputs_are_text_and_nothing_else(browser, tmp_path):
    hostile = "</script><img src=x onerror=\"document.title='broken'\"><b>"
    drawing = nn.draw(nn.MLP(1, [1]), inputs=[hostile])
    with opened(browser, drawing.save_html(tmp_path / "page.html")) as page:
        neuron(page, 0).hover()
        assert tip(page)[0] == hostile
        assert page.title() != "broken"
    assert json.loads(as_json(drawing.page.data))["neurons"][0]["name"] == hostile
