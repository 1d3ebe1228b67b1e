"""Typed text, exported as a standalone program."""

from __future__ import annotations

import contextlib
import io
import math
import struct
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from playground import expression, program
from playground.typed import Slip

EXPRESSIONS = [
    "tanh(w1*x1 + w2*x2 + b)",
    "a/b + 1/3 - 7**0.5",
    "where(x < y, x*x, y) + (a == b) + (a != b)",
    "x*(2**0.5) + 1e308*10 - exp(3)",
    "max_ + abs(x) % 3 + round(y) + sum(x, y)",
    "(a +\n b)",
    "y*f*z",
    "3**40*x + 9007199254740993*3",
    "mean(a, b) * var(a, b, c)",
]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Warnings ignored, as in the page."""
    with warnings.catch_warnings(action="ignore"):
        yield


def ran(code: str) -> dict[str, object]:
    scope: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "<program>", "exec"), scope)
    return scope


def bits(x: float) -> bytes:
    return b"nan" if math.isnan(x) else struct.pack("<d", x)


@pytest.mark.parametrize("text", EXPRESSIONS)
@settings(deadline=None, max_examples=30)  # machines are busy
@given(numbers=st.lists(st.floats(-50, 50) | st.sampled_from([0.0, -0.0, math.inf, math.nan]), min_size=5, max_size=5))
def test_the_program_of_an_expression_gives_the_value_on_the_page_to_the_last_bit(text: str, numbers: list[float]) -> None:
    named = dict(zip(("w1", "x1", "b", "x", "y"), numbers, strict=True))
    shown = expression.show(text, named)
    made = expression.program(text, named)
    scope = ran(made["code"])
    root = scope[made["drawing"].rpartition("(")[2].rstrip(")")]
    assert isinstance(root, Value)
    assert bits(root.data) == bits(shown["value"])


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("a = Value(2.0)\nb = Value(3.0, label='é'); loss = (a * b - 5) ** 2", {"a": 7.25}),
        ("x = [Value(1.0), Value(2.0)]\nsum([v*v for v in x])", {}),
        ("a = Value(1)\n(a\n * tanh(a))  # a comment", {"a": 0.5}),
        ("import random\nrandom.seed(1)\nw = Value(random.random())\ny = w * math.pi\ny.backward()", {}),
        ("net = nn.MLP(2, [2, 1], seed=0)\nnet([1.0, 2.0])", {}),
    ],
)
def test_the_program_of_lines_gives_the_value_on_the_page_to_the_last_bit(text: str, moved: dict[str, float]) -> None:
    shown = expression.show(text, moved)
    made = expression.program(text, moved)
    scope = ran(made["code"])
    root = scope[made["drawing"].rpartition("(")[2].rstrip(")")]
    assert isinstance(root, Value)
    assert bits(root.data) == bits(shown["value"])
    assert any(type(x) is Value and x.grad for x in scope.values()) or "nn" in text or "[" in text


def test_an_expression_whose_variable_has_the_name_of_a_function_says_so() -> None:
    with pytest.raises(Slip, match="exp is a function: write exp"):
        expression.program("exp*exp(x)", {})


@pytest.mark.parametrize("begin", ["", "from autograd import *\nfrom autograd.audit import audit\n"])
def test_the_script_of_lines_that_answer_prints_the_answer(begin: str) -> None:
    text = f"{begin}def loss(w):\n    return tanh(w) ** 2\n\naudit(loss, lambda w: 2 * math.tanh(w), at=(0.5,))\n"
    code = program.script(text)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "<program>", "exec"), {})
    assert "tanh" in out.getvalue()
    assert code.count("import audit") == 1
