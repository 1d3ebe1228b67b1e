"""The layout of drawings, measured on the SVG: lanes, neurons, weights and decimal points."""

from collections import defaultdict

import pytest

import nn
from autograd import draw_dot
from autograd.viz.text_size import sides
from tests.support.geometry import ROUNDING, Geometry
from tests.viz.test_viz_geometry import random_graph
from tools.scenes import SCENES, inputs, neuron, neuron_of_nn

NUMBER = 12.0  # font size
NETWORKS = {"closed": "auto", "opened": "none"}  # neurons as cards, and as frames


def geometry(root, **options):
    return Geometry(draw_dot(root, **options).pipe("svg"))


def pairs(drawn):
    """The forward and the backward line of each arrow that has both, from its source to its target."""
    lines = {line.owner: line.points for line in drawn.lines}
    for id, points in lines.items():
        if id[0] == "f" and f"b{id[1:]}" in lines:
            yield points, lines[f"b{id[1:]}"][::-1]


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
@pytest.mark.parametrize("fold", ["none", "module"])
def test_the_forward_lane_is_above_the_backward_one_and_left_of_it_where_time_runs_down(direction, fold):
    across = 1 if direction in ("LR", "RL") else 0
    drawn = [pair for seed in range(8) for pair in pairs(geometry(random_graph(seed), direction=direction, fold=fold))]
    assert drawn
    for forward, backward in drawn:
        for end in (0, -1):
            assert forward[end][across] < backward[end][across]


def layers(drawn, across):
    """The names of each layer's neurons, in the order of their positions."""
    found = defaultdict(list)
    for text in drawn.texts:
        if text.words.startswith("neurons["):
            around = sorted((box for box in drawn.frames if box.holds(text.box)), key=lambda box: box.right - box.left)
            layer = around[0 if text.owner else 1]  # the smallest box around a frame's head is that frame
            found[layer].append((text.box[across], text.words))
    return [[words for _, words in sorted(layer)] for layer in found.values()]


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("fold", NETWORKS.values(), ids=NETWORKS)
def test_neurons_stand_in_their_order(direction, fold):
    y = nn.MLP(3, [4, 4, 1], "tanh", seed=0)(inputs(2.0, 3.0, -1.0))
    y.backward()
    found = layers(geometry(y, direction=direction, fold=fold), across=1 if direction == "LR" else 0)
    assert sorted(found) == [[f"neurons[{k}]" for k in range(size)] for size in (1, 4, 4)]


def heads(drawn):
    """The names on the cards of each column, from top to bottom."""
    columns = defaultdict(list)
    for text in drawn.texts:
        if text.kind == "name" and text.owner in drawn.cards:
            columns[drawn.cards[text.owner].left].append((text.box.top, text.words))
    return [[words for _, words in sorted(column)] for _, column in sorted(columns.items())]


def test_a_weight_stands_beside_the_input_that_it_multiplies():
    leaves, *_ = heads(geometry(neuron(), direction="LR"))
    assert leaves == ["w₁", "x₁", "w₂", "x₂"]


def test_the_weights_of_a_dot_product_stand_in_the_order_of_their_inputs():
    columns = heads(geometry(neuron_of_nn(), direction="LR"))
    assert sorted(columns[:2]) == [["w₁", "w₂", "b"], ["x₁", "x₂"]]


@pytest.mark.parametrize("name", ["neuron", "neuron-expanded", "square", "softmax", "second-order", "mlp"])
def test_numbers_in_a_column_of_cards_have_their_decimal_points_below_each_other(name):
    drawn = Geometry(SCENES[name].draw(False).pipe("svg"))
    points = defaultdict(set)
    for text in drawn.texts:
        if text.kind.split(" ")[0] in ("value", "grad"):
            card = drawn.cards[text.owner]
            points[card.left, card.right].add(text.box.left + sides(text.words, NUMBER)[0])
    assert points
    assert {column: found for column, found in points.items() if max(found) - min(found) > 2 * ROUNDING} == {}
