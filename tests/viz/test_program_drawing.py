"""Drawings of programs."""

import re

from hypothesis import given, settings

from autograd import Value, compile
from autograd.compiler.optimize import optimize
from autograd.viz.program_drawing import MAX_BOXES, MAX_LINES, MAX_READERS, draw_program
from tests.support.compiled import programs
from tests.support.drawings import edges, texts


def chain(x, w, b):
    for _ in range(500):
        x = (x * w + b).tanh()
    return x


def boxes(drawing):
    return [line for line in drawing.body if "label=" in line and " -> " not in line]


@given(programs())
@settings(max_examples=20)
def test_any_program_gives_a_sound_picture_before_and_after_the_passes(drawn):
    given, _, _ = drawn
    for program in (given, optimize(given)):
        assert "→" in " ".join(texts(draw_program(program)))


@given(programs())
@settings(max_examples=100)
def test_every_arrow_goes_from_a_box_to_a_later_one(drawn):
    program, _, _ = drawn
    drawing = draw_program(optimize(program))
    order = [box.split()[0] for box in boxes(drawing)]
    for edge in edges(drawing):
        source, target = re.findall(r"\b[bio]\d+\b", edge)[:2]
        assert order.index(source) < order.index(target)


def test_x_times_x_has_two_arrows():
    assert len(edges(compile(lambda x: x * x, 2.0).draw())) == 2


def test_constants_and_inputs_that_all_lanes_share_are_named_where_they_are_read():
    w = Value(2.0, label="w")
    drawing = compile(lambda x: (w * x).sin() + 1.0, 2.0).draw()
    assert {"w ×", "+ 1"} <= set(texts(drawing))
    assert len(boxes(drawing)) == 4


def test_outputs_are_named_in_the_boxes_that_compute_them():
    drawing = compile(lambda x, y: x.sin() * y, 2.0, 3.0).draw("value_and_grad", argnums=(0, 1))
    assert {"→ y", "→ d_x", "→ d_y"} <= set(texts(drawing))


def test_an_output_that_is_an_input_or_a_constant_is_shown():
    assert {"x", "→ y0", "→ y1", "5"} <= set(texts(compile(lambda x: [x, 5.0], 2.0).draw()))


def test_rows_that_do_the_same_at_the_same_depth_share_a_box_in_a_long_program():
    drawing = compile(lambda x: [t.sin() for t in x], [0.5] * 30).draw()
    assert {"x_0 … x_29", "sin", "30 rows", "→ y0 … y29"} <= set(texts(drawing))
    assert len(edges(drawing)) == 1


def test_a_deep_program_is_shown_by_its_ends_and_goes_down():
    drawing = compile(chain, 1.0, 0.9, 0.1, in_axes=None).draw()
    assert f"{1000 - MAX_BOXES} more rows" in texts(drawing)
    assert len(boxes(drawing)) == MAX_BOXES + 2
    assert drawing.graph_attr["rankdir"] == "TB"


def test_an_input_that_many_boxes_read_has_no_box_of_its_own():
    drawing = compile(lambda x: [(x + n).sin() for n in range(MAX_READERS + 1)], 1.0, in_axes=None).draw()
    assert not any(re.search(r"\bi0\b", edge) for edge in edges(drawing))
    assert "x + 2" in texts(drawing)


def test_zeros_show_their_sign():
    assert {"× 0", "× −0"} <= set(texts(compile(lambda x: [x * 0.0, x * -0.0], 1.0).draw()))


def test_names_are_shortened_and_listed_on_a_few_lines():
    drawing = compile(
        lambda p: sum(sum(numbers) for numbers in p.values()), {f"{c * 30}": [0.5] * 3 for c in "abcdefgh"}, in_axes=None
    ).draw()
    assert all(len(text) < 60 for text in texts(drawing))
    assert len(texts(drawing)) < 30 * MAX_LINES


def test_printed_it_is_the_program():
    program = compile(lambda x: x * 2.0, 1.0)
    assert str(program.draw()) == str(program) == program.draw()._repr_mimebundle_()["text/plain"]
