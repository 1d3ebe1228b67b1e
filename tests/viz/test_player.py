"""Step-through pages, without a browser: their contents, the escaping of texts, and their size."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, gradients, steps
from autograd.sweeps import topological_order
from autograd.viz import style
from autograd.viz.page import as_json, styles
from autograd.viz.player import player
from autograd.viz.widget import widget
from tests.support.programs import run, tame_programs

HOSTILE = "</script><img src=x onerror=alert(1)>&\"'\\ \n\u2028]]>{}<!--"


def data_of(page):
    """The data in a page, read as a browser does."""
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def last_gradients(data):
    """The last gradient of each node by its index, from the steps alone."""
    return {node: after for step in data["steps"] for node, after in step.get("changes", ())}


def chain(steps):
    y = Value(1.0)
    for _ in range(steps):
        y = y * 1.001 + 0.5
    return y


class Tags(HTMLParser):
    """All tags of a page, with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@settings(max_examples=30)
@given(tame_programs(most=10))
def test_the_gradients_and_values_in_a_page_are_those_of_the_engine(program):
    root = run(program[0], [Value(x) for x in program[1]])[-1]
    if type(root) is not Value or root.op is None:
        return
    data, order = data_of(player(root).html), topological_order([root])
    assert [data["nodes"][str(i)]["value"] for i in range(len(order))] == [node.data for node in order]
    reached = last_gradients(data)
    assert [reached.get(i, 0.0) for i in range(len(order))] == gradients(root, order)


def test_a_page_asks_for_nothing_from_outside():
    page = player(Value(2.0, label="x") * 3.0).html
    tags = Tags(page).found
    assert not [attrs for _, attrs in tags if {"src", "href"} & set(attrs)]
    assert [tag for tag, _ in tags].count("script") == 2
    policy = next(attrs["content"] for tag, attrs in tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'")
    assert not re.findall(r"https?://(?!www\.w3\.org/)", page)
    assert "innerHTML" not in page


@settings(max_examples=30)
@example(label="Infinity")
@given(label=st.text(max_size=20))
def test_no_label_breaks_out_of_a_page_or_its_drawing(label):
    x = Value(2.0, label=label + HOSTILE)
    y = x * 3.0
    y.label = HOSTILE + label
    shown = player(y)
    assert [tag for tag, _ in Tags(shown.html).found].count("script") == 2
    assert "img" not in [tag for tag, _ in Tags(shown.html).found]
    ET.fromstring(shown.data["svg"])
    assert data_of(shown.html) == json.loads(json.dumps(shown.data, default=str))
    shown.html.encode()


@given(st.recursive(st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False), st.lists))
def test_what_is_written_as_json_reads_back_and_holds_no_tag(data):
    text = as_json(data)
    assert json.loads(text) == data
    assert not set("<>&\u2028\u2029") & set(text)
    text.encode()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e300, 5e-324])
def test_numbers_that_json_does_not_know_are_in_the_page(number):
    x = Value(number, label="x")
    data = data_of(player(x * 1.0).html)
    assert float(data["nodes"]["0"]["value"]) == pytest.approx(number, nan_ok=True, abs=0)


def test_a_notebook_gets_the_page_in_a_frame_without_privileges():
    shown = player(Value(2.0, label=HOSTILE) * 3.0)
    (attrs,) = [attrs for tag, attrs in Tags(shown._repr_html_()).found if tag == "iframe"]
    assert (attrs["sandbox"], attrs["srcdoc"]) == ("allow-scripts", shown.html)
    assert repr(shown).startswith("<Player: ")


def test_a_page_is_written_whole_or_not_at_all(tmp_path):
    shown = player(Value(2.0) * 3.0)
    assert shown.save_html(tmp_path / "page.html") == str(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == shown.html
    with pytest.raises(FileNotFoundError, match=r"cannot write: .*nowhere"):
        shown.save_html(tmp_path / "nowhere" / "page.html")
    with pytest.raises(IsADirectoryError, match="cannot write"):
        shown.save_html(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_no_gradient_of_the_graph_is_touched_and_none_is_needed():
    x = Value(3.0, label="x")
    y = x * x
    data = data_of(player(y).html)
    assert last_gradients(data) == {1: 1.0, 0: 6.0}
    assert not hasattr(x, "_grad")
    assert "no gradients yet" not in data["svg"]
    x.grad = 17.0  # from another sweep
    assert data_of(player(y).html) == data


def test_a_box_tells_on_hover_where_it_was_recorded_and_no_gradient_that_is_yet_to_come():
    with autograd.anomaly():
        y = Value(2.0, label="x") * 3.0
    svg = player(y).data["svg"]
    assert svg.count("<title>recorded at test_player.py:") == 1
    assert "xlink:title" not in svg


def test_every_arrow_of_the_drawing_has_its_edges_and_they_are_passed_once():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    y = (a * b + a).tanh()
    data = data_of(player(y).html)
    ids = {g.get("id") for g in ET.fromstring(data["svg"]).iter("{http://www.w3.org/2000/svg}g")}
    assert {name[1:] for name in ids if name and re.fullmatch(r"[fb]\d+-\d+", name)} == set(data["arrows"])
    for edges in data["arrows"].values():
        for arg, result, step in edges:
            assert data["steps"][step]["node"] == result
            assert arg in [node for node, _ in data["steps"][step]["changes"]]


def test_in_a_folded_drawing_every_step_has_a_box_and_every_arrow_its_edges():
    x = [Value(1.0, label="x1"), Value(-2.0, label="x2")]
    loss = (nn.MLP(2, [16, 16, 1], seed=0)(x) - 1.0) ** 2
    data = data_of(player(loss).html)
    ids = {g.get("id") for g in ET.fromstring(data["svg"]).iter("{http://www.w3.org/2000/svg}g")}
    assert {node["box"] for node in data["nodes"].values()} <= ids
    assert {name[1:] for name in ids if name and re.fullmatch(r"[fb]\d+-\d+", name)} <= set(data["arrows"])
    opened = data_of(player(loss, expand="layers[0]").html)
    assert len(opened["svg"]) > len(data["svg"])


@given(tame_programs(), st.integers(2, 12))
@example(([("sin", (0,)), ("sin", (2,)), ("dot", (1, 3, 2, 3, 0.5))], [1.0, 2.0]), 3)
def test_the_arrows_of_a_page_are_those_of_its_drawing(program, max_nodes):
    root = run(program[0], [Value(x) for x in program[1]])[-1]
    if type(root) is Value:
        data = player(root, max_nodes=max_nodes).data
        for drawn in (data, data.get("narrow", data)):
            found = {name[1:] for name in ids(drawn["svg"]) if re.fullmatch(r"[fb]\d+-\d+", name)}
            assert found == drawn["arrows"].keys()


def test_every_colour_of_the_drawing_has_one_for_the_dark_look():
    css = styles("player.css")
    colours = {value for value in vars(style).values() if isinstance(value, str) and re.fullmatch("#[0-9a-f]{6}", value)}
    assert len(colours) > 5
    assert [colour for colour in colours if f'="{colour}"' not in css] == []


def test_the_page_of_500_steps_is_below_600_kilobytes():
    for options in ({}, {"fold": "none", "max_nodes": 1000}):
        shown = player(chain(125), **options)
        assert len(shown.data["steps"]) == 501
        assert len(shown.html.encode()) < 600_000


def test_a_page_of_ten_thousand_steps_has_them_all():
    data = player(chain(2500)).data
    assert len(data["steps"]) == 10_001
    assert data["note"] == ""


@pytest.mark.slow
def test_of_twenty_thousand_nodes_a_page_has_the_steps_around_the_root_and_says_so():
    y = chain(10_000)
    data = data_of(page := player(y).html)
    assert len(data["steps"]) == 12_001
    assert data["note"] == "Steps 14,001 to 26,001 of 40,001, around y."
    computed = [text.split(" = ")[:2] for text in (steps(y)[data["start"] - 1].sentence, data["steps"][0]["texts"][0][0])]
    assert computed[0] == computed[1]
    assert len(page) < 3_000_000


def ids(svg):
    return {group.get("id") for group in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}g")} - {None}


@pytest.mark.parametrize("sizes", [[1], [4, 4, 1]])
def test_a_narrow_page_gets_a_drawing_of_its_own_unless_that_would_be_too_long(sizes):
    x = [Value(2.0, label="x1"), Value(3.0, label="x2")]
    data = player(nn.MLP(2, sizes, "tanh", seed=0)(x)).data
    narrow = data["narrow"]
    assert narrow["boxes"].keys() == data["nodes"].keys()
    assert {*narrow["boxes"].values()} <= ids(narrow["svg"])
    assert {f"f{arrow}" for arrow in narrow["arrows"]} <= ids(narrow["svg"])
    width = float(ET.fromstring(narrow["svg"]).get("width"))
    assert width <= 400
    x = x[0]
    assert "narrow" not in player(x * 3.0, direction="TB").data
    assert "narrow" not in player(chain(125), fold="none", max_nodes=1000).data


def test_every_operation_has_its_module_and_every_leaf_its_first_use():
    x = Value(2.0, label="x")
    data = player((nn.MLP(1, [2, 1], seed=0)([x]) - 1.0) ** 2).data

    def path(group):
        return [] if group is None else [*path(data["groups"][group][1]), data["groups"][group][0]]

    where = [".".join(path(data["nodes"][step["node"]].get("group"))) for step in data["steps"] if "changes" not in step]
    assert where == [f"MLP.layers[{k}].neurons[{i}]" for k, i in ((0, 0), (0, 0), (0, 1), (0, 1), (1, 0))] + [""] * 2
    (first,) = (node["use"] for node in data["nodes"].values() if node["name"] == "x")
    assert first == data["steps"][0]["node"]
    assert all(("use" in node) == node["leaf"] for node in data["nodes"].values())


def test_a_step_with_very_many_arguments_has_a_few_sentences_and_the_first_thousand_changes():
    step = data_of(player(autograd.sum([Value(1.0) for _ in range(3000)])).html)["steps"][-1]
    assert (len(step["texts"]), step["more"], len(step["changes"]), step["beyond"]) == (6, 2994, 1000, 2000)


@pytest.mark.slow
def test_the_page_of_a_sum_of_twenty_thousand_products_is_below_four_megabytes():
    w = Value(0.5)
    page = player(autograd.sum([w * Value(1.0) for _ in range(20_000)])).html
    assert len(page.encode()) < 4_000_000
    data = data_of(page)
    assert all(str(step["node"]) in data["nodes"] for step in data["steps"])


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(TypeError, match="player: y must be a Value, got str"):
        player("y")
    with pytest.raises(ValueError, match=r"^player: direction must be"):
        player(Value(1.0) * 2.0, direction="up")


def test_a_player_needs_no_layout_program(monkeypatch):
    monkeypatch.setattr("autograd.viz.dot._program", lambda: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert "<svg" in player(Value(1.0) * 2.0).data["svg"]


# -- the live page -------------------------------------------------------------------------------------


def model(w, x, b):
    n = w * x + b
    return autograd.where(autograd.greater(n, 0.0), n.tanh(), n * 0.1)


def recorded(numbers):
    leaves = [Value(number, label=name) for name, number in zip("wxb", numbers, strict=True)]
    return model(*leaves), leaves


three = st.tuples(*[st.floats(-3, 3)] * 3)


@settings(max_examples=20)
@given(three, three)
def test_moving_a_leaf_gives_the_page_that_recording_anew_gives(before, after):
    y, leaves = recorded(before)
    live = widget(y, leaves)
    live.values = list(after)
    assert [leaf.data for leaf in leaves] == list(before)
    y, leaves = recorded(after)
    fresh, data = player(y).data, json.loads(live.page)
    order = topological_order([y])
    assert [data["nodes"][str(i)]["value"] for i in range(len(order))] == [node.data for node in order]
    reached = last_gradients(data)
    assert [reached.get(i, 0.0) for i in range(len(order))] == gradients(y, order)
    assert data["svg"] == fresh["svg"]


def test_the_first_leaves_get_sliders_if_none_are_given():
    live = widget(autograd.sum([Value(float(i), label=f"x{i}") for i in range(20)]))
    sliders = json.loads(live.page)["leaves"]
    assert [slider["name"] for slider in sliders[:2]] == ["x₀", "x₁"]
    assert (len(sliders), live.values) == (12, [float(i) for i in range(12)])
    assert sliders[2]["low"] < 0.0 < 2.0 < sliders[2]["high"]


@pytest.mark.parametrize("x", [0.001, -3e-7, 5e-324, 0.0, 2.0, 1e5, 1e299, float("inf")])
def test_a_slider_is_as_fine_as_the_number_it_moves(x):
    (slider,) = json.loads(widget(Value(x) * 1.0).page)["leaves"]
    size = abs(x) if 1e-300 < abs(x) < 1e300 else 0.5
    assert slider["high"] - slider["low"] == pytest.approx(4.0 * size, rel=0.1)
    assert slider["step"] <= size / 10.0
    assert slider["low"] < 0.0 < slider["high"]


def test_as_many_values_as_sliders_are_taken_and_no_others():
    live = widget(Value(2.0) * Value(3.0))
    with pytest.raises(ValueError, match="widget: values must have 2 numbers, one per slider, got 1"):
        live.values = [1.0]
    assert live.values == [2.0, 3.0]


def test_leaves_that_are_no_list_are_refused():
    x = Value(2.0)
    with pytest.raises(TypeError, match="widget: leaves must be a list of Values, got Value"):
        widget(x * 3.0, leaves=x)


def test_a_leaf_that_is_not_in_the_graph_is_refused():
    x = Value(2.0)
    y = x * 3.0
    for wrong in (Value(1.0), y, 3.0):
        with pytest.raises(ValueError, match=r"leaves\[1\] must be a leaf of the graph of y"):
            widget(y, [x, wrong])
    with pytest.raises(ValueError, match=r"^widget: fold must be"):
        widget(y, fold="no")
    with pytest.raises(TypeError, match="widget: y must be a Value, got int"):
        widget(3)


def test_without_anywidget_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ImportError, match=r"pip install 'scalar-autograd\[notebook\]'"):
        widget(Value(2.0) * 3.0)


def test_a_player_needs_no_anywidget():
    code = "import sys; from autograd import Value; from autograd.viz.player import player; player(Value(1.0) * 2.0).html; "
    code += "print('anywidget' in sys.modules, 'IPython' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("page", [lambda y: player(y).data, lambda y: json.loads(widget(y).page)], ids=["player", "widget"])
@pytest.mark.parametrize("frozen", [Value(3.0, "f", requires_grad=False), Value(3.0, "f").detach()], ids=["frozen", "detached"])
def test_no_step_gives_a_frozen_or_detached_leaf_a_gradient(page, frozen):
    x = Value(2.0, "x")
    y = x * frozen + frozen.exp()
    y.backward()
    shown = page(y)
    (number,) = [i for i, node in shown["nodes"].items() if node["name"] == "f"]
    assert all(int(number) != node for step in shown["steps"] for node, _ in step.get("changes", ()))
    assert "no gradient flows here" in str(shown["steps"])


def test_a_detached_leaf_gets_no_slider_unless_it_is_asked_for():
    x = Value(2.0, "x")
    d = x.detach()
    d.label = "d"
    sliders = [[slider["name"] for slider in json.loads(made.page)["leaves"]] for made in (widget(d * x), widget(d * x, [d]))]
    assert sliders == [["x"], ["d"]]
