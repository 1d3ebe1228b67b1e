"""Drawings of programs."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings

import nn
from autograd import Value, compile
from autograd.compiler.optimize import optimize
from autograd.compiler.program import Input, Output, Program, Row
from autograd.ops import add
from autograd.viz.program_drawing import MAX_CARDS, MAX_LINES, MAX_READERS, REFERENCES, draw_program
from tests.support.compiled import programs
from tests.support.drawings import edges, texts
from tests.support.geometry import SVG, Geometry, collisions

PHONE = 390


def chain(x, w, b):
    for _ in range(500):
        x = (x * w + b).tanh()
    return x


def network():
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    return compile(lambda x, target: (net(x) - target) ** 2, [0.0, 0.0], 0.0)


def cards(drawing):
    return re.findall(r"^\t([bio]\d+) \[", drawing.source, re.MULTILINE)


def piled(drawing):
    """The names on the cards with one number per lane."""
    nodes = [group for group in ET.fromstring(drawing.pipe("svg")).iter(f"{SVG}g") if "node" in group.get("class", "")]
    heads = {group.find(f"{SVG}text").text: group.find(f"{SVG}rect[@class='lane']") for group in nodes}
    return {name for name, lane in heads.items() if lane is not None}


@given(programs())
@settings(max_examples=10)
def test_in_the_picture_of_any_program_nothing_lies_on_anything_else(drawn):
    given, _, _ = drawn
    for program in (given, optimize(given)):
        for narrow in (False, True):
            assert collisions(draw_program(program, narrow=narrow)) == []


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("make", [lambda: compile(chain, 1.0, 0.9, 0.1, in_axes=None), network], ids=["deep", "network"])
def test_in_large_programs_nothing_lies_on_anything_else(make, narrow):
    assert collisions(make().draw("value_and_grad", narrow=narrow)) == []


def test_the_gradient_of_a_network_fits_a_phone():
    assert Geometry(network().draw("backward", narrow=True).pipe("svg")).size.right <= PHONE


@given(programs())
@settings(max_examples=40)
def test_every_arrow_goes_from_a_card_to_a_later_one(drawn):
    program, _, _ = drawn
    drawing = draw_program(optimize(program))
    order = cards(drawing)
    for edge in edges(drawing):
        source, target = re.findall(r"\b[bior][-\w]+", edge)[:2]
        assert source.startswith("r") or order.index(source) < order.index(target)


def test_a_matrix_product_names_its_matrix_and_the_gradient_of_the_matrix_is_a_sum_over_lanes():
    shown = texts(network().draw("backward"))
    assert {"W·x + b", "W", "layers_0_neurons_0…2_w_0…1", "b", "layers_0_neurons_0…2_b", "Σ x·yᵀ over lanes"} <= set(shown)


def test_what_has_a_number_for_every_lane_is_a_pile_of_cards():
    w = Value(2.0, label="w")
    assert piled(compile(lambda x: (w * x).sin(), 2.0).draw("backward")) == {"x", "w ×", "cos", "sin"}
    assert piled(compile(lambda x: x.sin(), 2.0, in_axes=None).draw()) == set()


def test_a_long_arrow_begins_at_a_name():
    rows = tuple(Row(add, (i, 0 if i == 11 else 1.0), i + 1) for i in range(12))
    drawing = draw_program(Program((Input("x"),), rows, (Output("y", 12),), 13))
    assert texts(drawing).count("x") == 2
    assert REFERENCES in texts(drawing)


def test_x_times_x_has_two_arrows():
    assert len(edges(compile(lambda x: x * x, 2.0).draw())) == 2


def test_constants_and_inputs_that_all_lanes_share_are_named_where_they_are_read():
    w = Value(2.0, label="w")
    drawing = compile(lambda x: (w * x).sin() + 1.0, 2.0).draw()
    assert {"w ×", "+ 1"} <= set(texts(drawing))
    assert len(cards(drawing)) == 4


def test_outputs_are_named_in_the_boxes_that_compute_them():
    drawing = compile(lambda x, w: x.sin() * w, 2.0, 3.0).draw("value_and_grad", argnums=(0, 1))
    assert {"→", "y", "d_x", "d_w"} <= set(texts(drawing))


def test_an_output_is_not_called_like_an_input():
    drawing = compile(lambda x, y: x.sin() * y, 2.0, 3.0).draw("value_and_grad", argnums=(0, 1))
    assert texts(drawing).count("y") == 1
    assert {"result y", "d_x", "d_y"} <= set(texts(drawing))
    assert "computes result y, d_x and d_y from x and y." in drawing.words()[1]


def test_an_output_that_is_an_input_or_a_constant_is_shown():
    assert {"x", "→", "y0", "y1", "5"} <= set(texts(compile(lambda x: [x, 5.0], 2.0).draw()))


def test_rows_that_do_the_same_at_the_same_depth_share_a_box_in_a_long_program():
    drawing = compile(lambda x: [t.sin() for t in x], [0.5] * 30).draw()
    assert {"x_0…29", "sin", "v30…59", "y0…29"} <= set(texts(drawing))
    assert len(edges(drawing)) == 1


def test_a_deep_program_is_shown_by_its_ends_and_goes_down():
    drawing = compile(chain, 1.0, 0.9, 0.1, in_axes=None).draw()
    assert f"{1000 - MAX_CARDS} more rows" in texts(drawing)
    assert len(cards(drawing)) == MAX_CARDS + 2
    assert drawing.graph_attr["rankdir"] == "TB"


def test_an_input_that_many_boxes_read_has_no_box_of_its_own():
    drawing = compile(lambda x: [(x + n).sin() for n in range(MAX_READERS + 1)], 1.0, in_axes=None).draw()
    assert not any(re.search(r"\bi0\b", edge) for edge in edges(drawing))
    assert "x + 2" in texts(drawing)


def test_the_constants_of_rows_that_share_a_card_are_listed():
    drawing = compile(lambda x: [x[i] ** (2.0 + i % 2) for i in range(30)], [0.5] * 30, in_axes=None).draw()
    assert "2, 3" in texts(drawing)


def test_zeros_show_their_sign():
    assert {"× 0", "× −0"} <= set(texts(compile(lambda x: [x * 0.0, x * -0.0], 1.0).draw()))


def test_names_are_shortened_and_listed_on_a_few_lines():
    drawing = compile(
        lambda p: sum(sum(numbers) for numbers in p.values()), {f"{c * 30}": [0.5] * 3 for c in "abcdefgh"}, in_axes=None
    ).draw()
    assert all(len(text) < 60 for text in texts(drawing)[1:])  # after the title
    assert len(texts(drawing)) < 30 * MAX_LINES


@pytest.mark.parametrize(
    ("f", "title"),
    [
        (lambda xy, x1y: xy * x1y, "xy and x1y"),
        (lambda x1, x: x1 * x, "x1 and x"),
        (lambda w, w1, w2: w * w1 + w2, "w and w1…2"),
    ],
)
def test_names_are_one_series_only_if_they_have_numbers_at_the_same_places(f, title):
    assert f"Program of {title}" in texts(compile(f, *[1.0] * f.__code__.co_argcount).draw())


def test_results_that_share_a_card_are_named_even_if_an_input_is_called_as_one_of_them():
    rows = tuple(Row(add, (0, float(i)), i + 1) for i in range(30))
    program = Program((Input("v7"),), rows, (Output("y", 30),), 31)
    assert "29 of v1…30, v7_2" in texts(draw_program(program))


def test_printed_it_is_the_program():
    program = compile(lambda x: x * 2.0, 1.0)
    assert str(program.draw()) == str(program) == program.draw()._repr_mimebundle_()["text/plain"]
