"""Functions that read a graph say what to write when they get anything but a Value."""

import re

import numpy
import pytest

import autograd
from autograd import Value, draw_dot
from nn import MLP

VERBS = {  # how each is called
    "draw_dot({})": draw_dot,
    "trace({})": autograd.trace,
    "steps({})": autograd.steps,
    "player({})": autograd.player,
    "widget({})": autograd.widget,
    "quiz({})": autograd.quiz,
    "to_latex({})": autograd.to_latex,
    "to_python({})": autograd.to_python,
    "why({})": autograd.why,
    "why(x, of={})": lambda y: autograd.why(Value(1.0), of=y),
    "explain(x, of={})": lambda y: autograd.explain(Value(1.0), of=y),
    "paths(x, of={})": lambda y: autograd.paths(Value(1.0), of=y),
    "nudge({}, changes)": lambda y: autograd.nudge(y, {}),
    "misconception({}, bug)": lambda y: autograd.misconception(y, "assign"),
    "profile({})": autograd.profile,
    "kinks({})": autograd.kinks,
}


def square(x):
    return x * x


SLIPS = {  # what was given, what the error calls it, and what it says to write
    "a network": (MLP(2, [1], seed=0), "MLP", "net(x)"),
    "a function": (square, "a function", "square(x)"),
    "a lambda": (lambda x: x, "a function", "f(x)"),
    "an op": (autograd.tanh, "a function", "tanh(x)"),
    "a class": (Value, "the class Value", "y"),
    "a number": (3.0, "float", "y"),
    "a NumPy number": (numpy.float32(3.0), "float32", "y"),
    "backward without parentheses": ((Value(2.0) * 2.0).backward, "its method backward", "y"),
    "tanh without parentheses": (Value(2.0).tanh, "its method tanh", "y.tanh()"),
    "the result of backward": ((Value(2.0) * 2.0).backward(), "NoneType", "y"),
    "a name as text": ("y", "str", "y"),
    "a list of lists": ([[Value(1.0)]], "list", "ys[0]"),
    "an array": (numpy.array([1.0]), "ndarray", "ys[0]"),
    "a generator": ((Value(x) for x in (1.0,)), "generator", "ys[0]"),
}


ALL = [(call, slip) for call in VERBS for slip in SLIPS if (call, slip) != ("why(x, of={})", "the result of backward")]


@pytest.mark.parametrize(("call", "slip"), ALL)
def test_what_is_no_value_says_what_to_write(call, slip):
    given, kind, write = SLIPS[slip]
    with pytest.raises(TypeError) as error:
        VERBS[call](given)
    message = str(error.value)
    assert message.startswith(call.partition("(")[0] + ": ")
    assert f"must be a Value, got {kind}: " in message
    assert call.format(write) in message


def test_explain_and_paths_of_one_argument_say_what_to_write():
    for function in autograd.explain, autograd.paths:
        name = function.__name__
        with pytest.raises(TypeError, match=re.escape(f"call it first, {name}(x, of=net(x))")):
            function(MLP(2, [1], seed=0))
        with pytest.raises(
            TypeError, match=re.escape(f"{name}: of must be a Value, got NoneType: pass the Value itself, {name}(x, of=y)")
        ):
            function(Value(1.0))


# -- several roots, and the direction ------------------------------------------------------------------------------------


def test_draw_dot_of_a_list_draws_all_its_graphs_once():
    x = Value(3.0, label="x")
    y, z = x * x, x.tanh()
    alone = x.exp()
    y.label, z.label, alone.label = "y", "z", "alone"
    drawing = draw_dot([y, z, alone])
    assert set(drawing.box_ids) == {x, y, z, alone}
    assert drawing.source.count(" -> ") == draw_dot(y).source.count(" -> ") + 2
    assert str(drawing).splitlines() == [
        "no gradients yet: call backward()",
        "y = ×  data 9",
        "├─ x  data 3",
        "└─ x (above)",
        "z = tanh  data 0.995055",
        "└─ x (above)",
        "alone = exp  data 20.0855",
        "└─ x (above)",
    ]


def test_draw_dot_of_a_list_of_one_is_draw_dot_of_it():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    assert draw_dot([y]).source == draw_dot((y,)).source == draw_dot(y).source


def test_draw_dot_of_a_list_says_that_there_are_no_gradients_only_if_no_root_has_one():
    x = Value(3.0)
    y, z = x * x, x * 2.0
    assert "no gradients yet" in draw_dot([y, z]).source
    z.backward()
    assert "no gradients yet" not in draw_dot([y, z]).source
    assert "no gradients yet" not in str(draw_dot([y, z]))


def test_draw_dot_of_an_empty_list_says_so():
    with pytest.raises(ValueError, match="draw_dot: root must be a Value or a list of at least one Value, got an empty list"):
        draw_dot([])


def test_the_outputs_of_a_network_are_drawn_as_they_come():
    out = MLP(2, [3, 2], seed=0)([1.0, 2.0])
    assert set(out) <= set(draw_dot(out, fold="none").box_ids)


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_rankdir_is_direction(direction):
    y = Value(3.0, label="x") * 2.0
    assert draw_dot(y, rankdir=direction).source == draw_dot(y, direction=direction).source


def test_a_rankdir_that_cannot_be_is_named():
    with pytest.raises(ValueError, match="draw_dot: rankdir must be one of LR, RL, TB, BT, got 'up'"):
        draw_dot(Value(1.0), rankdir="up")
