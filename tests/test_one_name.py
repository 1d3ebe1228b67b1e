"""A node has one name and one number everywhere: in the picture, tables, sentences, LaTeX, the steps and the player.

A caller's variables name nodes, so temporary variables here start with an underscore.
"""

import html
import json
import re
import xml.etree.ElementTree as ET

from hypothesis import example, given
from hypothesis import strategies as st

import nn
from autograd import Value, draw_dot, explain, misconception, nudge, paths, player, steps, to_latex, why
from autograd._format import shown
from autograd._html import FIGURE, POINT
from autograd.diagnosis import kinks
from autograd.formulas.latex import latex_names
from autograd.graph import Graph
from autograd.lessons.quiz import quiz
from tests.support.programs import run, tame_programs

SVG = "{http://www.w3.org/2000/svg}"
LABELS = ("w1", "w_1", "x12", "h", "h", "h_2", "v3", "x_hat", "alpha", "W[0][1]", "W_0", "layers[0].b")
LABELS += ("my loss", "my loss", "a<b&c", "")
LONG = "a rather long name of a node that does not fit into any card at all, nor on a line"


@st.composite
def labelled(draw, most=14):
    """A swept graph whose nodes have labels: some equal, some odd, some empty."""
    program, numbers = draw(tame_programs())
    nodes = run(program, [Value(x) for x in numbers])
    for node in nodes[-most:]:
        node.label = draw(st.sampled_from(LABELS))
    y = nodes[-1]
    y.backward()
    return y


def square_beside_a_sum():
    """Several contributions of different sizes arrive at x."""
    x, w1 = Value(1.25, "x"), Value(-3.0, "w1")
    y = x * w1 + (x * 0.5).tanh() + x * x
    y.label = "y"
    y.backward()
    return y


def group_of(drawing, i):
    """The SVG group of a node's card in the picture."""
    (card,) = (g for g in ET.fromstring(drawing.pipe("svg")).iter(f"{SVG}g") if g.get("id") == f"n{i}")
    return card


def texts_of(card, kind):
    return ["".join(text.itertext()).strip() for text in card.iter(f"{SVG}text") if kind in (text.get("class") or "").split()]


def in_table(form):
    """The rows of all tables in a card, without headings."""
    rows = re.findall("<tr>(.*?)</tr>", re.sub("<thead>.*?</thead>", "", form.partition("</style>")[2]))
    cells = (re.findall(r"<(?:td|th)[^>]*>(.*?)</(?:td|th)>", row) for row in rows)
    return [[html.unescape(cell).rstrip(FIGURE + POINT) for cell in row] for row in cells]


@given(labelled())
@example(square_beside_a_sum())
def test_picture_source_and_tree_show_the_name_that_steps_say_and_its_numbers(y):
    graph = Graph(y)
    drawing = draw_dot(y, fold="none", max_nodes=10**6)
    cards = {g.get("id"): g for g in ET.fromstring(drawing.pipe("svg")).iter(f"{SVG}g")}
    tree, source = drawing.text(), html.unescape(drawing.source)
    for i, _node in enumerate(graph):
        name, card = graph.spelled[_node], cards[f"n{i}"]
        title = card.find(f"{SVG}title").text
        assert title.startswith(f"{name}: data ")
        assert all(text == name or text.endswith("…") for text in texts_of(card, "name"))
        assert texts_of(card, "value") == [shown(_node.data, 4)]
        assert texts_of(card, "grad")[:1] == ([shown(_node.grad, 4)] if hasattr(_node, "_grad") else [])
        assert name in source
        assert name in tree or "and more" in tree
        assert graph.spell(_node) == name


@given(labelled())
@example(square_beside_a_sum())
def test_steps_player_and_the_table_of_steps_agree_on_names_and_numbers(y):
    graph, passes = Graph(y), steps(y)
    data = player(y).data
    _order = list(graph)
    for i, known in data["nodes"].items():
        assert (known["name"], known["value"]) == (graph.spelled[_order[int(i)]], _order[int(i)].data)
    rows = in_table(passes._repr_html_())
    assert [row[2] for row in rows] == [step.sentence for step in passes] or len(passes) > len(rows)
    for step in passes:
        if step.phase == "forward":
            assert step.sentence.startswith(f"{graph.spelled[step.node]} = ")
            assert step.sentence.endswith(f" = {shown(step.node.data)}")
        for passed in step.contributions:
            derivative = f"∂{graph.spelled[y]}/∂{graph.spelled[passed.arg]}"
            assert passed.sentence.startswith(derivative)
            assert passed.partial is None or passed.sentence.endswith(f" = {shown(passed.amount)}")
    said = [step["texts"][0][0] for step in data["steps"]]
    beside = [passes._passes.beside_a_picture().step(step.index) for step in passes]  # with as many digits as the cards
    assert said == [step.sentence.split("; ")[0] if step.contributions else step.sentence for step in beside]


@given(labelled())
@example(square_beside_a_sum())
def test_explain_paths_nudge_and_quiz_agree_with_the_picture_on_names_and_numbers(y):
    graph = Graph(y)
    name = graph.spelled
    for _leaf in [_node for _node in graph if _node.op is None and _node is not y][:2]:
        told = explain(_leaf, of=y)
        _first = told.text.splitlines()[0]
        assert told.value == graph.adjoints.get(_leaf, 0.0)
        if _leaf in graph.adjoints:
            assert _first.startswith(f"∂{name[y]}/∂{name[_leaf]} = ")
            assert f" = {shown(told.value)}" in _first
            plain = html.unescape(re.sub("<[^>]+>", "", told.html[0]))
            assert plain == _first
        else:
            assert name[_leaf] in _first
        found = paths(_leaf, of=y)
        for _path, row in zip(found, in_table(found._repr_html_()), strict=False):
            assert len(_path.nodes) > 8 or row[0] == " → ".join(name[_node] for _node in _path.nodes)
            assert row[2].removeprefix("⚠ ") == shown(_path.product)
        assert f"sum of products {shown(found.sum)}" in str(found)
        row = in_table(nudge(y, {_leaf: 0.5})._repr_html_())[0]
        assert row[0] == name[_leaf]
    if y.op is not None:
        for solution, question in zip((asked := quiz(y)).key().solutions, asked.questions, strict=True):
            assert question.text == f"∂{name[y]}/∂{name[question.node]}"
            assert solution.cells()[2] == shown(graph.adjoints.get(question.node, 0.0))


@given(labelled())
def test_diagnoses_use_the_same_names(y):
    name = Graph(y).spelled
    assert {kink.name for kink in kinks(y)} <= set(name.values())
    for bug in ("assign", "once_per_edge", "depth_first"):
        found = misconception(y, bug)
        assert {row[0] for row in found.rows} <= set(name.values())
        assert found.first is None or found.rows[0][0] == name[found.first]
    found = why(y)
    _path = re.search("path: (.*)", found.text)
    if _path and len(found.chain) <= 8:
        assert _path[1] == " → ".join(name[_node] for _node in found.chain)


@given(labelled())
@example(square_beside_a_sum())
def test_latex_has_each_name_as_all_latex_has_it(y):
    graph = Graph(y)
    latex = latex_names(graph.names)
    written = to_latex(y)
    for _node in graph:
        if _node.op is None and "more lines" not in written and len(graph) < 40:
            assert latex[_node] in written or _node is y or "dots" in written or _node.data == 0.0
    for step in steps(y):
        for passed in step.contributions:
            assert passed.latex.startswith(rf"\frac{{\partial {latex[y]}}}{{\partial {latex[passed.arg]}}}")
    for _leaf in (_node for _node in graph.adjoints if _node.op is None and _node is not y):
        assert rf"\frac{{\partial {latex[y]}}}{{\partial {latex[_leaf]}}} &= " in explain(_leaf, of=y).latex


def amounts(y, x):
    """The contributions to x in the backward pass, in order of arrival."""
    return [passed.amount for step in steps(y) for passed in step.contributions if passed.arg is x and passed.partial is not None]


def test_the_terms_of_a_sum_stand_in_the_order_in_which_they_arrive_in_steps_explain_and_the_picture():
    y = square_beside_a_sum()
    graph = Graph(y)
    x = next(_node for _node in graph if _node.label == "x")
    arrived = amounts(y, x)
    assert len(arrived) == 4
    assert [float(f"{amount:.4f}") for amount in arrived] == [1.25, 1.25, 0.3462, -3.0]  # x·x was recorded last
    (sums,) = texts_of(group_of(draw_dot(y), list(graph).index(x)), "sum")
    assert "4" in sums or sums == "= 1.25 + 1.25 + 0.3462 − 3"
    assert explain(x, of=y).text.splitlines()[0].endswith("= 1·2.5 + 0.692419·0.5 + 1·(−3) = −0.15379")


@given(st.lists(st.floats(-9.0, 9.0).map(lambda x: round(x, 2)).filter(bool), min_size=2, max_size=3, unique=True))
def test_sums_of_a_few_terms_are_written_out_in_their_order(weights):
    x = Value(1.0, "x")
    _terms = [x * weight for weight in weights]
    y = _terms[0]
    for _term in _terms[1:]:
        y = y + _term
    y.label = "y"
    y.backward()
    drawing = draw_dot(y)
    (sums,) = texts_of(group_of(drawing, list(Graph(y)).index(x)), "sum")
    arrived = [shown(amount, 4) for amount in amounts(y, x)]
    assert sums.removeprefix("= ").replace("− ", "+ −").split(" + ") == arrived
    users = re.findall(r"∂y/∂([^\s·]+)·∂", explain(x, of=y).text.splitlines()[0])
    assert users == [Graph(y).spelled[_term] for _term in _terms[::-1]]


def test_an_explicit_label_wins_over_the_variable_and_over_the_path_in_a_module():
    net = nn.MLP(2, [2, 1], seed=0)
    _first = net.layers[0].neurons[0].w[0]
    _out = net([1.0, 2.0])
    loss = (_out[0] if isinstance(_out, list) else _out) ** 2
    assert Graph(loss).spelled[_first] == "layers[0].neurons[0].w[0]"
    _first.label = "mine"
    assert Graph(loss).spelled[_first] == "mine"
    loss.backward()
    assert "mine" in draw_dot(loss, fold="none").source
    assert "∂loss/∂mine" in str(explain(_first, of=loss))
    loss.label = "L1"
    assert str(explain(_first, of=loss)).startswith("∂L₁/∂mine")


def test_parameters_of_a_module_have_one_path_in_graphs_cards_health_and_the_network_view():
    net = nn.MLP(2, [2, 1], seed=0)
    loss = nn.MSELoss()([net([1.0, 2.0])], [0.5])
    loss.backward()
    _parameter = net.layers[0].neurons[1].w[1]
    _path = "layers[0].neurons[1].w[1]"
    assert Graph(loss).spelled[_parameter] == _path
    assert f"∂loss/∂{_path}" in str(explain(_parameter, of=loss))
    assert _path in draw_dot(loss, fold="none").source
    assert _path in json.dumps(player(loss, fold="none").data["nodes"][list(Graph(loss)).index(_parameter)])
    assert {row.name.partition(" ")[0] for row in nn.health(net, loss).rows} == {"layers[0]", "layers[1]"}
    assert "layers[0].neurons[1]." in [neuron["path"] for neuron in nn.draw(net).page.data["neurons"]]


def test_long_names_and_names_of_blanks_stay_apart_and_the_same_everywhere():
    x, z = Value(2.0, LONG + "1"), Value(3.0, LONG + "2")
    y = x * z
    y.label = " "
    y.backward()
    graph = Graph(y)
    assert len(set(graph.spelled.values())) == 3
    for _node in graph:
        assert graph.spell(_node) == graph.spelled[_node]
        card = group_of(draw_dot(y), list(graph).index(_node))
        assert card.find(f"{SVG}title").text.startswith(graph.spelled[_node])
    assert graph.spelled[x] in str(explain(x, of=y))


@given(st.lists(st.sampled_from(["exp(x)", "a + b", "my loss"]), max_size=30))
def test_what_tells_nodes_of_one_label_apart_does_not_read_as_part_of_a_formula(labels):
    names = Graph(*[Value(1.0, label) for label in labels]).spelled.values()
    assert len({*names}) == len(labels)
    for label, name in zip(labels, names, strict=True):
        assert re.fullmatch(rf"“(\d*(1st|2nd|3rd|[04-9]th|1\dth) )?{re.escape(label)}”", name)
