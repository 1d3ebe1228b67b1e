"""Folding: modules and scopes become boxes, any box opens, and very large graphs can still be drawn."""

import contextlib
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, draw_dot, scope, trace
from tests.support.drawings import edges, texts


def mlp_loss(samples=1, **options):
    net = nn.MLP(2, [16, 16, 1], seed=0, **options)
    rows = [[0.1 * i, 1.0 - 0.2 * i] for i in range(samples)]
    loss = nn.MSELoss()([net(row) for row in rows], [1.0] * samples)
    loss.label = "loss"
    loss.backward()
    return net, loss


def boxes(drawing):
    return set(drawing.box_ids.values())


def test_a_large_network_is_drawn_by_layers_and_says_so():
    _, loss = mlp_loss()
    shown = texts(draw_dot(loss))
    assert {"layers[0]", "layers[1]", "layers[2]", "Layer(2, 16, 'relu')", "loss"} <= set(shown)
    assert any(text.startswith("405 nodes, folded: expand=") for text in shown)


def test_a_folded_box_tells_its_values_parameters_and_gradient_norm():
    net, loss = mlp_loss(samples=2)
    shown = texts(draw_dot(loss))
    norm = autograd.norm([p.grad for p in net.layers[1].parameters()])
    assert {"2 × 16 values", "272 params", f"|grad| {norm:.4g}"} <= set(shown)


def test_a_network_that_would_be_taller_than_a_screen_folds_to_its_neurons_and_fits():
    y = nn.MLP(3, [4, 4, 1], seed=0)([2.0, 3.0, -1.0])
    y.backward()
    drawing = draw_dot(y)
    assert {"layers[0]", "layers[1]", "neurons[0]", "neurons[3]", "Neuron(3, 'relu')"} <= set(texts(drawing))
    svg = ET.fromstring(drawing.pipe("svg"))
    assert float(svg.get("width")) <= 1280
    assert float(svg.get("height")) <= 800
    assert min(float(text.get("font-size")) for text in svg.iter("{http://www.w3.org/2000/svg}text")) >= 11
    opened = draw_dot(y, expand="layers[1].neurons[2]")
    assert {"w[0]", "w[3]", "b", "relu"} <= set(texts(opened))


def test_all_calls_of_a_module_are_one_box():
    _, loss = mlp_loss(samples=20)
    drawing = draw_dot(loss, fold="module")
    assert len(boxes(drawing)) == 4
    assert {"Layer(16, 16, 'relu') · used 20 times", "20 × 16 values"} <= set(texts(drawing))


@pytest.mark.parametrize("name", ["layers[2]", "MSELoss"])
def test_a_box_opens_by_its_name(name):
    _, loss = mlp_loss(samples=20)
    closed, opened = draw_dot(loss, fold="module"), draw_dot(loss, fold="module", expand=name, max_nodes=500)
    assert len(boxes(opened)) > len(boxes(closed))
    assert boxes(draw_dot(loss, fold="module", expand=[name], max_nodes=500)) == boxes(opened)
    other = "layers[0]"
    assert other in texts(opened)


def test_a_small_network_is_folded_only_when_asked():
    net = nn.MLP(2, [3, 2], "sigmoid", seed=0)
    loss = nn.MSELoss()([net([1.0, 0.0])], [[1.0, 0.0]])
    assert len(boxes(draw_dot(loss))) == len(trace(loss)[0])
    assert len(boxes(draw_dot(loss, fold="module"))) == 3
    assert len(boxes(draw_dot(loss, fold="none", max_nodes=10))) == 10


def test_scopes_fold_and_leaves_of_a_list_become_one_box():
    W, b = [[Value(0.1 * (i + j)) for j in range(2)] for i in range(3)], [Value(0.0) for _ in range(3)]
    x = [Value(1.0), Value(2.0)]
    with scope("z = Wx + b"):
        z = autograd.linear(W, x, b)
    with scope("a = g(z)"):
        a = [autograd.sigmoid(v) for v in z]
    total = autograd.sum(a)
    total.backward()
    drawing = draw_dot(total, fold="module", flow="both")
    assert {"z = Wx + b", "a = g(z)", "W", "b", "x[0]", "x[1]", "total"} <= set(texts(drawing))
    assert len(boxes(drawing)) == 7
    assert len(edges(drawing, "class=forward")) == len(edges(drawing, "class=backward")) == 6


def test_the_tooltip_of_a_box_says_how_to_open_it():
    with scope("norm"):
        y = Value(2.0) * 3.0
    assert b"<title>norm: expand=&#x27;norm&#x27; opens it</title>" in draw_dot(y + 1.0, fold="module").pipe()


def test_one_arrow_between_folded_boxes_carries_the_sum_of_all_contributions_to_a_value():
    x = Value(3.0, label="x")
    with scope("f"):
        y = x * 2.0 + x * 5.0
    y.backward()
    assert "7" in texts(draw_dot(y, fold="module", flow="both", show=("grad",)))


@settings(max_examples=30)
@given(st.data())
def test_folding_shows_every_node_in_exactly_one_box_and_at_most_max_nodes_boxes(data):
    nodes = [Value(1.0), Value(2.0)]
    for _ in range(data.draw(st.integers(1, 30))):
        picked = st.sampled_from(nodes)
        path = data.draw(st.lists(st.sampled_from("abc"), max_size=2))
        left, right = data.draw(picked), data.draw(picked)
        if not path:
            nodes.append(left + right)
        elif len(path) == 1:
            with scope(path[0]):
                nodes.append(left + right)
        else:
            with scope(path[0]), scope(path[1]):
                nodes.append(left + right)
    most = data.draw(st.integers(2, 20))
    for fold in ("auto", "module", "none"):
        drawing = draw_dot(nodes[-1], fold=fold, max_nodes=most)
        assert set(drawing.box_ids) == set(trace(nodes[-1])[0])
        assert len(boxes(drawing)) <= most
        texts(drawing)


def test_frames_that_graphviz_gave_up_on_are_laid_out():
    # found at random; for each sum, the indices of its two arguments, and its scopes
    sums = [(0, 0), (0, 2), (0, 0), (0, 0), (0, 3), (0, 0), (5, 6, "b", "a"), (7, 4), (0, 8), (0, 10), (0, 1)]
    sums += [(9, 11, "c"), (0, 13), (2, 12), (11, 14, "b", "a"), (0, 15), (16, 17, "c")]
    nodes = [Value(1.0), Value(2.0)]
    for left, right, *scopes in sums:
        with contextlib.ExitStack() as stack:
            for name in scopes:
                stack.enter_context(scope(name))
            nodes.append(nodes[left] + nodes[right])
    drawing = draw_dot(nodes[-1], max_nodes=18)
    assert "cluster" in drawing.source
    assert {"b", "c"} <= set(texts(drawing))  # the names of the frames


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["chain", "ladder", "fan", "scopes"])
def test_a_graph_of_thirty_thousand_nodes_draws_folded_and_says_how_much_is_folded(shape):
    leaf = y = before = Value(0.999)
    if shape == "fan":
        y = autograd.sum([Value(1.0) for _ in range(30_000)])
    for i in range(30_000 if shape != "fan" else 0):
        if shape == "scopes" and i % 1000 == 0:
            with scope(f"part {i}"):
                y = y * leaf
        elif shape == "ladder":
            before, y = y, 0.5 * y + 0.5 * before if i % 4 == 0 else y * leaf
        else:
            y = y * leaf
    y.backward()
    drawing = draw_dot(y, flow="both")
    assert len(boxes(drawing)) <= 100
    said = [text for text in texts(drawing) if "folded" in text]
    assert re.match(r"[\d,]+ of [\d,]+ nodes are folded into one box, since max_nodes is 100", said[0])
    assert len(str(drawing).splitlines()) <= 201


def test_of_a_long_chain_that_is_cut_off_a_few_steps_remain():
    y = Value(0.5)
    for _ in range(200):
        y = y.tanh()
    assert len(boxes(draw_dot(y))) == 10
    assert len(boxes(draw_dot(y, max_nodes=180))) == 17


def test_an_input_used_far_away_has_a_stub_there_and_one_used_once_has_none():
    x, far = Value(0.5, label="x"), Value(2.0, label="far")
    y = x
    for _ in range(8):
        y = y.tanh()
    y = y * x + far
    y.backward()
    assert texts(draw_dot(y)).count("x") == 2
    assert texts(draw_dot(y)).count("far") == 1


def test_a_narrow_drawing_goes_from_top_to_bottom_and_folds_to_layers():
    y = nn.MLP(3, [4, 4, 1], seed=0)([2.0, 3.0, -1.0])
    y.backward()
    drawing = draw_dot(y, narrow=True)
    assert drawing.graph_attr["rankdir"] == "TB"
    assert "neurons[0]" not in texts(drawing)
    assert float(ET.fromstring(drawing.pipe("svg")).get("width")) <= 390
    with pytest.raises(TypeError, match="narrow must be True or False, got 1"):
        draw_dot(y, narrow=1)


def test_a_value_used_everywhere_gets_stand_ins_in_place_of_arrows_across_the_picture():
    x = y = Value(0.9, label="x")
    for _ in range(60):
        y = y * x
    y.backward()
    drawing = draw_dot(y, flow="both")
    assert "a name without a card refers to the card with that name" in texts(drawing)
    assert texts(drawing).count("x") > 40
    assert len(edges(drawing, "class=backward")) == 120


@pytest.mark.slow
def test_scopes_nested_deeply_are_drawn():
    y = Value(1.0)
    for depth in range(300):
        with scope(f"s{depth}"):
            y = y * 2.0

    def nested(depth):
        with scope(f"d{depth}"):
            return nested(depth - 1) * 2.0 if depth else Value(1.0) * 2.0

    for fold in ("auto", "none"):
        texts(draw_dot(nested(120), fold=fold, max_nodes=500))
        texts(draw_dot(y, fold=fold, max_nodes=500))


def test_parameters_that_two_boxes_share_stand_outside_of_both():
    net = nn.MLP(1, [2, 1], seed=0)
    with scope("first"):
        one = net([1.0])
    with scope("second"):
        other = net([2.0])
    loss = one + other
    loss.backward()
    drawing = draw_dot(loss, fold="module", expand=["first", "second"], flow="both")
    assert "layers[0].neurons" in texts(drawing)  # the box of the shared parameters
    arrows = [line.split(" -> ")[0].strip() for line in edges(drawing, "class=forward")]
    assert drawing.box_ids[net.layers[0].neurons[0].w[0]] in arrows


def test_two_networks_and_two_nodes_of_one_label_are_told_apart():
    net, other = nn.Neuron(1, seed=0), nn.Neuron(1, seed=1)
    a, b = Value(1.0, label="w"), Value(2.0, label="w")
    y = net([a]) * other([b])
    y.label = "w"
    names = autograd.names.node_names(trace(y)[0])
    assert [names[y], sorted([names[a], names[b]])] == ["w", ["w_2", "w_3"]]
    assert (names[net.w[0]], names[other.w[0]]) == ("net.w[0]", "other.w[0]")
    assert {"Neuron", "Neuron_2"} <= set(texts(draw_dot(y, fold="module")))


def test_a_dot_too_long_to_be_expanded_stays_one_node_and_the_picture_says_so():
    y = autograd.dot([Value(1.0)] * 100, [Value(2.0)] * 100, Value(0.0))
    drawing = draw_dot(y, expand=True)
    assert len(drawing.source) < 100_000
    assert "dot products that need more than 100 boxes are not expanded" in texts(drawing)
