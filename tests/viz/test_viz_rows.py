"""In a large picture the parameters of a neuron are rows on its card."""

import xml.etree.ElementTree as ET

import pytest

import nn
from autograd import Value, draw_dot
from autograd.viz.diagram import Quantities
from autograd.viz.style import short
from tests.support.geometry import SVG, collisions


def loss_of(net, inputs):
    loss = nn.MSELoss()([net([Value(float(i + 1), label=f"x{i}") for i in range(inputs)])], [[1.0] * len(net.layers[-1].neurons)])
    loss.backward()
    return loss


def drawn(y, **options):
    return ET.fromstring(draw_dot(y, fold="none", **options).pipe("svg"))


def rows(root):
    """The texts of each row, by the row's id."""
    groups = [group for group in root.iter(f"{SVG}g") if group.get("class") == "node leaf" and group.get("data-point") is None]
    return {group.get("id"): [text.text for text in group.findall(f"{SVG}text")] for group in groups}


def test_each_row_has_the_name_the_value_and_the_gradient_of_a_parameter():
    net = nn.MLP(2, [3, 2], "tanh", seed=0)
    shown = rows(drawn(loss_of(net, 2))).values()
    assert {name for name, *_ in shown} == {"w[0]", "w[1]", "w[2]", "b"}
    assert sorted(numbers for _, *numbers in shown) == sorted([short(p.data), short(p.grad)] for p in net.parameters())


def test_no_arrow_leads_from_a_row_and_one_leads_from_each_input_to_each_neuron():
    root = drawn(loss_of(nn.MLP(2, [3, 2], "tanh", seed=0), 2))
    sources = {group.get("data-source") for group in root.iter(f"{SVG}g") if group.get("class") == "edge forward"}
    assert rows(root)
    assert not sources & set(rows(root))


def test_a_small_picture_has_a_card_for_each_parameter():
    assert rows(drawn(loss_of(nn.MLP(2, [1], "tanh", seed=0), 2))) == {}


def test_a_parameter_of_two_neurons_has_a_card_and_two_arrows():
    net = nn.MLP(2, [3, 2], "tanh", seed=0)
    first, second, _ = net.layers[0].neurons
    second.w[0] = first.w[0]
    drawing = draw_dot(loss_of(net, 2), fold="none")
    shown = rows(ET.fromstring(drawing.pipe("svg")))
    assert drawing.box_ids[first.w[1]] in shown
    assert drawing.box_ids[first.w[0]] not in shown


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
@pytest.mark.parametrize("show", [("data", "grad", "partial"), ("data",), ("grad",), ()])
def test_nothing_lies_on_anything_else(direction, show):
    y = loss_of(nn.MLP(2, [4, 3, 2], "tanh", seed=0), 2)
    drawing = draw_dot(y, fold="none", direction=direction, show=show)
    assert rows(ET.fromstring(drawing.pipe("svg")))
    assert collisions(drawing) == []


def test_graphviz_gets_every_arrow():
    y = loss_of(nn.MLP(2, [3, 2], "tanh", seed=0), 2)
    drawing = draw_dot(y, fold="none")
    assert drawing.source.count("forward: ") == len(drawing.diagram.arrows)


def test_new_numbers_take_the_place_of_the_old_ones():
    picture = draw_dot(loss_of(nn.MLP(2, [3, 2], "tanh", seed=0), 2), fold="none").picture
    moved = picture.at(Quantities(lambda node: 0.25))
    before, after = (rows(ET.fromstring(one.svg)) for one in (picture, moved))
    assert {id: name for id, (name, *_) in before.items()} == {id: name for id, (name, *_) in after.items()}
    assert {value for _, value, _ in after.values()} == {"0.25"}
    assert moved.plan.along == picture.plan.along
