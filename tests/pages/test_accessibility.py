"""Every kind of page passes axe-core, in light and dark mode, on a desktop and on a phone."""

import json

import pytest

import autograd
import autograd.testing
import nn
from autograd import Value
from autograd.lessons.quiz import quiz
from autograd.viz.palette import COLOURS
from autograd.viz.player import player
from autograd.viz.widget import widget
from tests.support.axe import violations
from tests.support.browser import PHONE, WAYS, WIDE, opened
from tools.site import names

pytestmark = pytest.mark.slow

BOTH_WAYS = [("light", WIDE), ("dark", PHONE)]


def neuron():
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2, b = Value(-3.0, label="w1"), Value(1.0, label="w2"), Value(6.88, label="b")
    y = (w1 * x1 + w2 * x2 + b).tanh()
    y.label = "y"
    return y


def player_of_a_neuron(path):
    player(neuron()).save_html(path)


def player_of_folded_layers(path):
    net = nn.MLP(2, [16, 16, 1], seed=0)
    player((net([Value(1.0), Value(-2.0)]) - 1.0) ** 2).save_html(path)


def training():
    records = []
    for lr in (0.5, 0.8):
        net = nn.MLP(2, [3, 1], "tanh", seed=0)
        X, y = nn.make_xor(4, shuffle=False)
        options = {"loss": nn.BCEWithLogitsLoss(), "boundary": 8, "progress": False, "metric": nn.accuracy}
        records.append(nn.record_training(net, X, y, steps=12, optimizer=nn.optim.SGD(net.parameters(), lr=lr), **options))
    return records


def training_page(path):
    training()[0].save_html(path)


def two_runs(path):
    one, other = training()
    one.beside(other).save_html(path)


LIVE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>live</title><style>{style}</style><main id="here"></main>
<script id="script" type="application/json">{script}</script><script id="state" type="application/json">{state}</script>
<script type="module">
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const url = URL.createObjectURL(new Blob([read("script")], {{ type: "text/javascript" }}));
  const state = read("state");
  const model = {{ get: (name) => state[name], set() {{}}, on() {{}}, save_changes() {{}} }};
  (await import(url)).default.render({{ model, el: document.getElementById("here") }});
</script></html>"""


def live_page_of_the_widget(path):
    """Write the live page as a notebook would show it; its sliders do nothing."""
    live = widget(neuron())
    script, state = (json.dumps(it).replace("<", "\\u003c") for it in (live._esm, {"values": live.values, "page": live.page}))
    path.write_text(LIVE.format(style=live._css, script=script, state=state), encoding="utf-8")


def quiz_page(path):
    quiz(neuron()).page.save_html(path)


def network_view(path):
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    nn.draw(net, [1.0, -2.0], 1.0, loss=nn.MSELoss()).save_html(path)


ANSWERS = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>answers</title>
<body data-jp-theme-light="{light}" style="background: {paper}; color: {ink}"><main><h1>answers</h1>{parts}</main></html>"""


def answers():
    """One of each object that is displayed as a card or a table."""
    y = neuron()
    y.backward()
    leaf = next(node for node in autograd.graph.Graph(y) if node.label == "x1")
    net = nn.MLP(2, [3, 1], "relu", seed=0)
    X, labels = nn.make_xor(4, shuffle=False)
    optimizer = nn.optim.SGD(net.parameters(), lr=0.1)
    yield nn.fit(net, X, labels, loss=nn.BCEWithLogitsLoss(), optimizer=optimizer, epochs=3, progress=False)
    yield optimizer
    yield net
    yield nn.health(net, nn.BCEWithLogitsLoss()([net(row) for row in X], labels))
    yield autograd.testing.gradcheck(lambda a, b: a.tanh() * b, (0.5, 2.0))
    yield autograd.explain(leaf, of=y)
    yield autograd.paths(leaf, y)
    yield autograd.nudge(y, {leaf: 0.1})
    yield autograd.steps(y)
    yield autograd.why(leaf, of=y)
    yield autograd.misconception(y, bug="assign")
    yield autograd.profile(y)
    yield autograd.kinks(y)


def page_of_answers(mode):
    def write(path):
        parts = "".join(answer._repr_html_() for answer in answers())
        colours = {name: getattr(COLOURS[name], mode) for name in ("paper", "ink")}
        text = ANSWERS.format(light=str(mode == "light").lower(), parts=parts, **colours)
        path.write_text(text, encoding="utf-8")

    return write


PAGES = [
    player_of_a_neuron,
    player_of_folded_layers,
    training_page,
    two_runs,
    live_page_of_the_widget,
    quiz_page,
    network_view,
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("pages")
    for write in PAGES:
        write(made / f"{write.__name__}.html")
    return made


def assert_accessible(browser, path, mode, size):
    with opened(browser, path, viewport=size, color_scheme=mode, reduced_motion="reduce") as page:
        page.wait_for_load_state("load")
        found = violations(page)
        assert found == [], "\n".join(found)


@pytest.mark.parametrize(("mode", "size"), WAYS)
@pytest.mark.parametrize("name", [write.__name__ for write in PAGES])
def test_axe_finds_nothing_in_a_page_that_steps(browser, folder, name, mode, size):
    assert_accessible(browser, folder / f"{name}.html", mode, size)


@pytest.mark.matrix
@pytest.mark.parametrize("name", [write.__name__ for write in PAGES])
def test_a_page_that_steps_is_no_wider_than_the_narrowest_phone(browser, folder, name):
    with opened(browser, folder / f"{name}.html", viewport={"width": 320, "height": 640}) as page:
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.matrix
@pytest.mark.parametrize("name", [write.__name__ for write in PAGES if write is not two_runs])
def test_axe_finds_nothing_in_a_page_whichever_button_was_pressed(browser, folder, name):
    with opened(browser, folder / f"{name}.html", viewport=WIDE, reduced_motion="reduce") as page:
        labels = page.get_by_role("button").evaluate_all("all => all.map((b) => b.ariaLabel || b.textContent)")
        for label in dict.fromkeys(labels):
            button = page.get_by_role("button", name=label, exact=True).first
            if button.is_visible():
                button.click(force=True)
                found = violations(page)
                assert found == [], f"{label}: {found}"


@pytest.mark.parametrize(("mode", "size"), BOTH_WAYS)
def test_axe_finds_nothing_in_the_page_of_the_demo(browser, demo, mode, size):
    assert_accessible(browser, demo, mode, size)


@pytest.mark.parametrize(("mode", "size"), WAYS)
def test_axe_finds_nothing_in_the_answers_of_a_notebook(browser, tmp_path, mode, size):
    page_of_answers(mode)(tmp_path / "answers.html")
    assert_accessible(browser, tmp_path / "answers.html", mode, size)


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "mode", "size"), [(name, *BOTH_WAYS[i % 2]) for i, name in enumerate(names())])
def test_axe_finds_nothing_in_a_page_of_the_site(browser, site, name, mode, size):
    assert_accessible(browser, site / f"{name}.html", mode, size)
