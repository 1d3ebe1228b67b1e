"""The geometry of drawings, measured on the SVG: the space around labels, and alignment to the grid.

From edge to edge, a label is at least 12 pixels from every card, frame and other text, and from the lines of other arrows.
"""

import random

import pytest

import autograd
import nn
from autograd import Value, draw_dot, scope
from autograd.graph import Graph
from autograd.viz.picture import picture_of
from autograd.viz.style import Options
from autograd.viz.text_size import text_width
from tests.support.geometry import Geometry, collisions
from tools.scenes import SCENES

PAGE = 1280  # pixels
DRAWN = [name for name in SCENES if name != "large" and not name.endswith("network") and name != "digits"]


def random_graph(seed):
    """A graph of a few inputs, constants, repeated arguments, dot products and scopes."""
    chance = random.Random(seed)
    nodes = [Value(chance.uniform(-2.0, 2.0), label=f"x{i}") for i in range(chance.randint(1, 4))]

    def grow(depth=0):
        for _ in range(chance.randint(1, 8)):
            a, b = chance.choice(nodes[-6:]), chance.choice(nodes)
            kind = chance.randrange(8)
            if kind == 0 and depth < 3:
                with scope(chance.choice("fgh") * chance.randint(1, 20)):
                    grow(depth + 1)
            elif kind == 1:
                few = [chance.choice(nodes) for _ in range(4)]
                nodes.append(autograd.dot(few[:2], few[2:], Value(0.1, label=f"b{len(nodes)}")))
            elif kind == 2:
                nodes.append(autograd.maximum(a, 0.0) if seed % 2 else autograd.where(a > 0.0, a, b))
            else:
                nodes.append([a * b, a + b, a.tanh(), a - 1.0, 1000.0 * b][kind - 3])

    grow()
    nodes.append(nodes[-1] * 1.0)
    if seed % 5:
        nodes[-1].backward()
    return nodes[-1]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", DRAWN)
def test_in_the_gallery_nothing_lies_on_anything_else_and_nothing_is_near_a_label(name, narrow):
    assert collisions(SCENES[name].draw(narrow)) == []


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", DRAWN)
def test_in_the_gallery_cards_and_frames_stand_on_a_grid_of_eight_pixels(name, narrow):
    assert Geometry(SCENES[name].draw(narrow).pipe("svg")).off_grid() == {}


@pytest.mark.parametrize("name", [name for name in DRAWN if name != "program"])  # it runs from top to bottom
def test_in_the_gallery_boxes_of_a_column_share_a_width(name):
    assert [*Geometry(SCENES[name].draw(False).pipe("svg")).uneven()] == []


@pytest.mark.parametrize("sizes", [[2, 1], [4, 4, 1]])
@pytest.mark.parametrize("seed", range(4))
def test_in_an_opened_network_boxes_of_a_column_share_a_width(sizes, seed):
    y = nn.MLP(2, sizes, "tanh", seed=seed)([Value(1.0, label="x1"), Value(-2.0, label="x2")])
    loss = (y - 1.0) ** 2
    loss.backward()
    assert [*Geometry(draw_dot(loss, direction="LR", fold="none").pipe("svg")).uneven()] == []


@pytest.mark.slow
def test_in_a_graph_of_a_hundred_thousand_nodes_nothing_collides():
    assert collisions(SCENES["large"].draw(False)) == []


def test_in_the_loss_of_a_classifier_of_digits_nothing_collides():
    images, digits, *_ = nn.load_digits()
    loss = nn.CrossEntropyLoss()([nn.MLP(64, [32, 10], seed=0)([pixel / 16.0 for pixel in images[0]])], [digits[0]])
    loss.backward()
    assert collisions(draw_dot(loss)) == []


WAYS = [(direction, fold) for fold in ("none", "module") for direction in ("LR", "RL", "TB", "BT")]


@pytest.mark.parametrize("seeds", [range(8), *(pytest.param(range(k, k + 64), marks=pytest.mark.slow) for k in (8, 72, 136))])
def test_in_random_graphs_nothing_lies_on_anything_else_and_nothing_is_near_a_label(seeds):
    for seed in seeds:
        root = random_graph(seed)
        for direction, fold in WAYS if seed < 8 else WAYS[seed % 4 :: 4]:  # all combinations take a minute
            assert collisions(draw_dot(root, direction=direction, fold=fold)) == [], (seed, direction, fold)


def upright(root, flat):
    return Geometry(picture_of(Graph(root), Options(direction="TB", flat=flat)).svg)


def test_letters_of_other_alphabets_are_narrower_than_pictures_and_digits_below_the_line_narrower_still():
    widths = [text_width(letter, 10.0) for letter in "₁éσж漢"]
    assert widths == [4.0, 7.0, 7.0, 7.0, 10.15]


@pytest.mark.parametrize("seed", range(8))
def test_on_cards_of_one_line_nothing_is_near_a_label(seed):
    assert [*upright(random_graph(seed), True).collisions()] == []


def test_a_chain_of_cards_of_one_line_takes_two_thirds_of_the_height():
    x = Value(2.0, label="x")
    y = ((3.0 * x + 1.0) ** 2).tanh()
    y.backward()
    flat, usual = (upright(y, flat).cards.values() for flat in (True, False))
    heights = [max(card.bottom for card in cards) - min(card.top for card in cards) for cards in (flat, usual)]
    assert heights[0] < 0.67 * heights[1]


def priced_option():
    """The Black-Scholes price of a call option: 25 nodes, 13 ranks."""
    S, K, r, T, sigma = (Value(number) for number in (100.0, 105.0, 0.02, 0.5, 0.25))
    d1 = (autograd.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * T**0.5)
    d2 = d1 - sigma * T**0.5
    price = S * autograd.normal_cdf(d1) - K * autograd.exp(-r * T) * autograd.normal_cdf(d2)
    price.backward()
    return price


def handwritten(*sizes):
    """The output of a network without modules or scopes, so that it does not fold."""
    chance = random.Random(0)
    values = [Value(chance.random(), label=f"x{i}") for i in range(sizes[0])]
    for size in sizes[1:]:
        sums = [Value(0.1) for _ in range(size)]
        for k, _ in enumerate(sums):
            for value in values:
                sums[k] = sums[k] + Value(chance.random()) * value
        values = [one.tanh() for one in sums]
    y = values[0] if len(values) == 1 else autograd.sum(values)
    y.backward()
    return y


@pytest.mark.parametrize(
    "root", [priced_option(), handwritten(2, 3, 3, 1), handwritten(3, 4, 4, 1)], ids=["option", "deep", "wide"]
)
def test_a_picture_longer_than_a_page_is_wide_turns_and_fits_unless_a_direction_was_given(root):
    turned, given = (Geometry(draw_dot(root, **options).pipe("svg")) for options in ({}, {"direction": "LR"}))
    assert turned.size.right <= PAGE < given.size.right
    assert turned.size.bottom > given.size.bottom
    assert [*turned.collisions()] == []
    assert turned.off_grid() == {}
    assert draw_dot(root).source == draw_dot(root, direction="LR").source


@pytest.mark.slow
def test_no_picture_of_a_random_graph_is_wider_than_a_page():
    for seed in range(200):
        assert Geometry(draw_dot(random_graph(seed), fold="none").pipe("svg")).size.right <= PAGE, seed
