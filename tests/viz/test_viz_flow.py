"""The flow of gradients in a drawing: backward arrows, their numbers, and that contributions sum to gradients."""

import re
import xml.etree.ElementTree as ET
from collections import defaultdict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, draw_dot, no_grad, trace
from tests.support.drawings import edges, texts
from tests.support.programs import run, tame_programs
from tools.scenes import SCENES

SVG = "{http://www.w3.org/2000/svg}"


def arrows(drawing, kind):
    """The arrows of that class as (source box, target box), from the DOT source."""
    found = [re.match(r'\s*"?(\w+)"? -> "?(\w+)"? ', line) for line in edges(drawing, f"class={kind}")]
    return [match.groups() for match in found]


def number_of(text):
    return float(text.replace("−", "-"))


def box_of_argument(drawing, line):
    """The box id of the argument where an arrow of the DOT source starts, which may be at a stub `rTURN-POSITION`."""
    start = re.match(r'\s*"?([\w-]+)"? ->', line)[1]
    if start in drawing.box_ids.values():
        return start
    turn, position = map(int, start.removeprefix("r").split("-"))
    return drawing.box_ids[drawing.diagram.graph.nodes[turn].args[position]]


@settings(max_examples=30)
@given(tame_programs(most=8))
@example(([("sin", (0,)), ("expm1", (1,)), ("neg", (2,)), ("atan", (3,)), ("less", (0, 4))], [-0.186]))  # a long arrow
def test_the_contributions_that_arrive_at_a_box_add_up_to_its_gradient(program):
    steps, numbers = program
    leaves = [Value(x) for x in numbers]
    root = run(steps, leaves)[-1]
    if root.op is None:
        return
    root.backward()
    drawing = draw_dot(root, flow="both", max_nodes=1000)
    arrived = defaultdict(float)
    for line in edges(drawing, "class=backward"):
        if "dotted" in line and "no gradient flows here" in line:
            continue
        # the tooltip has all digits: gradient A times partial B is C
        arrived[box_of_argument(drawing, line)] += float(re.search(r" is (\S+?)\"", line)[1])
    for node, box in drawing.box_ids.items():
        if node is not root:
            assert arrived[box] == pytest.approx(node.grad, rel=1e-9, abs=1e-12)


def test_every_forward_arrow_has_a_backward_arrow_beside_it():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    y = a * b + a
    y.backward()
    drawing = draw_dot(y, flow="both")
    assert sorted(arrows(drawing, "forward")) == sorted(arrows(drawing, "backward"))
    assert len(arrows(draw_dot(y, flow="backward"), "forward")) == 0
    assert {"1 · (−3) = −3", "1 · 1 = 1", "= 1 − 3"} <= set(texts(drawing))


def test_where_a_gradient_dies_stands_why_and_behind_that_only_zero():
    x = Value(-3.0, label="x")
    y = (0.5 * x).relu() * 2.0
    y.backward()
    drawing = draw_dot(y)
    found = texts(drawing)
    assert {"1 · 2 = 2", "2 · 0 = 0"} <= set(found)
    assert "0 · 0.5 = 0" not in found
    back = [
        edge for edge in ET.fromstring(drawing.pipe("svg")).iter(f"{SVG}g") if edge.get("class", "").startswith("edge backward")
    ]
    assert [len(edge.findall(f"{SVG}path")) for edge in back] == [2, 2, 2]  # a line and its head


def test_a_leaf_that_kept_an_earlier_gradient_shows_it_in_the_sum():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    assert "= 3 + 3" in texts(draw_dot(y, flow="both"))
    y.backward()
    assert "= 6 from earlier + 3 + 3" in texts(draw_dot(y, flow="both"))


def test_a_leaf_used_once_shows_what_an_earlier_sweep_left_and_one_set_to_zero_says_so():
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    y = w * x
    y.backward()
    y.backward()
    assert "= 2 from earlier + 2" in texts(draw_dot(y, flow="both"))
    w.grad = 0.0
    assert "since reset to 0" in texts(draw_dot(y, flow="both"))


def test_gradients_of_another_root_are_called_so():
    x = Value(3.0, label="x")
    c = x * 2.0
    L = c * 5.0
    L.backward()
    assert any(text.startswith("the root's own gradient is 5, not 1:") for text in texts(draw_dot(c)))
    assert not any("own gradient" in text for text in texts(draw_dot(L)))


def test_no_sum_is_claimed_for_a_gradient_of_another_sweep_or_of_nodes_that_are_not_drawn():
    x = Value(3.0, label="x")
    a = x * 2.0
    y = a * a
    y.backward()
    assert "= 6 + 6" in texts(draw_dot(y))
    note = "≠: this gradient comes from another backward(), or partly from nodes that aren't drawn"
    for root in (a, y + a):
        root.backward()
        assert {"≠ 6 + 6", note} <= {*texts(draw_dot(y))}
        assert "= 6 + 6" not in texts(draw_dot(y))
    y.backward()
    assert note not in texts(draw_dot(y))


def test_what_leaves_kept_from_before_is_not_shown_as_a_gradient_of_a_new_graph():
    x = Value(3.0, label="x")
    (x * 2.0).backward()
    assert "grad" not in texts(draw_dot(x * 3.0))


def test_a_leaf_changed_since_recording_is_named_in_the_picture():
    x, w = Value(3.0, label="x"), Value(2.0, label="w")
    y = x * w
    y.backward()
    assert not any("changed since" in text for text in texts(draw_dot(y)))
    x.data = 10.0
    assert "x changed since recording: the gradients are those at the recorded numbers" in texts(draw_dot(y))


def test_without_colour_sign_and_strength_are_still_told_apart():
    x = [Value(1.0, label=f"x{i}") for i in range(5)]
    y = autograd.dot([100.0, -100.0, 1e-7, 0.0, float("nan")], x)
    y.backward()
    lines = edges(draw_dot(y, flow="both"), "class=backward")
    styles = [(re.search(r"style=(\w+)", line)[1], float(re.search(r"penwidth=([\d.]+)", line)[1])) for line in lines]
    assert len(set(styles)) == 5
    positive, negative, vanishing, nothing, _ = styles
    assert [style for style, _ in styles] == ["solid", "dashed", "solid", "dotted", "solid"]
    assert nothing[1] == vanishing[1] < positive[1] == negative[1]
    labels = texts(draw_dot(y, flow="both"))
    assert {"1 · (−100) = −100", "1 · 100 = 100", "1 · 1e−07 = 1e−07", "0", "⚠ 1 · NaN = NaN"} <= set(labels)


def test_the_legend_has_the_arrow_of_gradients_that_are_nan():
    x = Value(2.0, label="x")
    y = x * float("nan")
    y.backward()
    legend = draw_dot(y).pipe("svg", encoding="utf-8").partition('class="legend"')[2]
    entry = next(part for part in legend.split("<g ") if "NaN or infinite" in part)
    assert entry.count("<path") == 2  # a line and its head


def test_the_legend_of_a_drawing_without_nan_does_not_speak_of_it_though_a_card_is_framed():
    assert "NaN or infinite" not in texts(SCENES["wrong-partial"].draw(False))
    with autograd.context.quiet():
        broken = autograd.log(Value(-1.0, label="x"))
    assert "NaN or infinite" in texts(draw_dot(broken))


def test_the_width_of_an_arrow_back_is_in_proportion_to_its_gradient_and_the_legend_has_the_scale():
    x = [Value(1.0, label=f"x{i}") for i in range(3)]
    y = autograd.dot([8.0, -4.0, 2.0], x)
    y.backward()
    drawing = draw_dot(y)
    widths = [float(re.search(r"penwidth=([\d.]+)", line)[1]) for line in edges(drawing, "class=backward")]
    assert widths == pytest.approx([7.0, 3.5, 1.75])
    assert "gradient back: width 0 to 8" in texts(drawing)


def test_before_backward_there_are_no_gradients_and_it_says_so():
    y = Value(3.0, label="x") * 2.0
    for flow in ("forward", "backward", "both"):
        drawing = draw_dot(y, flow=flow)
        assert "no gradients yet: call backward()" in texts(drawing)
        assert "grad" not in texts(drawing)
    y.backward()
    assert "no gradients yet: call backward()" not in texts(draw_dot(y))


def test_show_says_what_is_written():
    x = Value(3.0, label="x")
    y = x * 2.0
    y.backward()
    assert "grad" not in texts(draw_dot(y, show=("data",)))
    assert "data" not in texts(draw_dot(y, show=("grad",)))
    assert "1 · 2 = 2" in texts(draw_dot(y, flow="both"))
    assert "1 · 2 = 2" not in texts(draw_dot(y, flow="both", show=("data", "grad")))


def test_the_source_line_stands_in_the_tooltip_where_it_is_known():
    with autograd.anomaly():
        y = Value(3.0) * 2.0
    for flow in ("forward", "both"):
        assert "recorded at test_viz_flow.py:" in draw_dot(y, flow=flow).source


def test_in_an_expanded_dot_the_contributions_are_those_of_the_dot():
    w, x = [Value(2.0, label="w1"), Value(3.0, label="w2")], [Value(0.5, label="x1"), Value(-1.0, label="x2")]
    y = autograd.dot(w, x, Value(0.25, label="b"))
    y.backward()
    drawing = draw_dot(y, flow="both", expand=True)
    assert {"1 · 0.5 = 0.5", "1 · (−1) = −1", "1 · 3 = 3"} <= set(texts(drawing))
    assert texts(drawing).count("×") == 2


def test_arrows_and_boxes_have_the_ids_of_their_nodes():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    drawing = draw_dot(y, flow="both")
    groups = {element.get("id"): element.get("class") for element in ET.fromstring(drawing.pipe("svg")).iter(f"{SVG}g")}
    assert groups["n0"] == "node leaf"
    assert groups["n1"] == "node operation"
    assert [groups[id] for id in ("f1-0", "f1-1", "b1-0", "b1-1")] == ["edge forward"] * 2 + ["edge backward positive"] * 2
    assert drawing.box_ids == {x: "n0", y: "n1"}


def test_the_box_where_a_nan_was_born_is_framed():
    with autograd.context.quiet():
        z = autograd.log(Value(-1.0)) * 2.0
    framed = [line for line in draw_dot(z).body if 'color="#b0007a"' in line and "penwidth=3" in line]
    assert len(framed) == 1
    assert framed[0].strip().startswith("n1 ")


names = st.text(st.one_of(st.characters(), st.sampled_from('<>&"{}|\\\n\t\x00[]')), max_size=12)


@settings(max_examples=40)
@given(names, names, st.sampled_from(["forward", "backward", "both"]), st.sampled_from(["module", "none"]))
def test_any_label_and_any_scope_name_give_a_sound_picture(label, name, flow, fold):
    x = Value(1.0, label=label)
    with autograd.scope(name):
        y = x * 2.0
    z = y + x
    z.label = label
    z.backward()
    drawing = draw_dot(z, flow=flow, fold=fold)
    assert len(texts(drawing)) >= 4
    assert len(trace(z)[0]) == len(drawing.box_ids)
    str(drawing)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e300, 5e-324])
@pytest.mark.parametrize("flow", ["backward", "both"])
def test_any_number_gives_a_sound_flow(number, flow):
    x = Value(number, label="x")
    y = x * 1.0
    y.backward(number)
    assert "x" in texts(draw_dot(y, flow=flow))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"flow": "up"}, "flow must be one of forward, backward, both, got 'up'"),
        ({"fold": "all"}, "fold must be one of auto, module, none, got 'all'"),
        ({"show": ("data", "x")}, "show must be one of data, grad, partial, got 'x'"),
        ({"max_nodes": 1}, "max_nodes must be at least 2, got 1"),
        ({"expand": "nobody"}, "expand='nobody' is not a box of this graph; its boxes are: none"),
    ],
)
def test_bad_choices_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        draw_dot(Value(1.0) * 2.0, **arguments)


def test_arguments_of_another_type_are_refused_by_name():
    with pytest.raises(TypeError, match="show must be a tuple of 'data', 'grad', 'partial', got 'data'"):
        draw_dot(Value(1.0), show="data")
    with pytest.raises(TypeError, match="max_nodes must be an integer, got True"):
        draw_dot(Value(1.0), max_nodes=True)
    with pytest.raises(TypeError, match="expand must be True, the name of a box, or a list of names, got 3"):
        draw_dot(Value(1.0), expand=3)


def test_a_frozen_leaf_is_drawn_without_a_gradient():
    x, frozen = Value(2.0, "x"), Value(3.0, "f", requires_grad=False)
    y = x * frozen + frozen.exp() + Value(1.0, "b")
    y.backward()
    drawing = draw_dot(y)
    (box,) = [line for line in drawing.source.splitlines() if "<B>f</B>" in line]
    assert "data" in box
    assert "grad" not in box
    assert drawing.source.count("no gradient flows back: branch not taken, or leaf frozen or detached") == 2


def unrecorded(x):
    with no_grad():
        return +x


@pytest.mark.parametrize("seen", [Value.detach, unrecorded], ids=["detach", "no_grad"])
def test_a_detached_leaf_is_drawn_as_detached_and_without_a_gradient_until_that_is_asked_for(seen):
    x = Value(3.0, "x")
    d = seen(x)
    d.label = "d"
    y = d * x
    y.label = "y"
    y.backward()

    def box():
        return next(line for line in draw_dot(y).source.splitlines() if "<B>d</B>" in line)

    assert "detached" in box()
    assert "grad" not in box()
    assert draw_dot(y).source.count("no gradient flows back: branch not taken, or leaf frozen or detached") == 1
    assert "largest gradient 3 at x" in draw_dot(y).pipe("svg").decode()
    assert d.grad == 3.0
    assert "detached" not in box()
    assert "grad" in box()


@pytest.mark.parametrize("ask", [Value.zero_grad, lambda d: setattr(d, "requires_grad", True), lambda d: d.grad])
def test_a_detached_leaf_with_which_one_goes_on_is_a_leaf_as_any(ask):
    d = Value(3.0).detach()
    ask(d)
    y = d * d
    y.backward()
    assert "detached" not in draw_dot(y).source


def test_as_long_as_nothing_flows_back_the_local_derivative_stands_at_the_arrow():
    x = Value(2.0, label="x")
    h = (5 * x + 3) ** 2
    labels = re.findall(r'<g id="f[^>]*class="edge forward".*?class="label"[^>]*>([^<]*)<', draw_dot(h).pipe("svg").decode())
    assert labels == ["5", "1", "26"]
    assert 'class="label"' not in draw_dot(h, show=["data"]).pipe("svg").decode()
    h.backward()
    assert re.findall(r'class="edge forward"[^\n]*class="label"', draw_dot(h).pipe("svg").decode()) == []
