"""What a function reads from outside and what changes there: read anew, or an error, never an old number."""

import functools

import numpy as np
import pytest

import autograd
from autograd import CompileError, Value

RATE = 2.0
OFFSETS = [1.0, 2.0]


def scaled(x):
    return RATE * x


def test_a_leaf_from_outside_is_read_at_every_call():
    w = Value(2.0)
    program = autograd.compile(lambda x: x * w, 3.0)
    w.data = 5.0
    assert program(3.0) == 15.0


@pytest.mark.parametrize(
    ("name", "value"), [("RATE", 3.0), ("OFFSETS", [1.0, 3.0]), ("OFFSETS", [1.0]), ("OFFSETS", None)], ids=str
)
def test_a_number_or_a_list_that_has_changed_is_an_error(monkeypatch, name, value):
    program = autograd.compile(lambda x: scaled(x) + OFFSETS[0], 1.0)
    assert program(2.0) == 5.0
    monkeypatch.setitem(globals(), name, value)
    with pytest.raises(CompileError, match=f"{name}, which <lambda> reads, has changed"):
        program(2.0)


def test_a_list_that_grew_is_an_error():
    weights = [Value(1.0), Value(2.0)]
    program = autograd.compile(lambda x: autograd.sum([w * x for w in weights]), 1.0)
    assert program(2.0) == 6.0
    weights.append(Value(3.0))
    with pytest.raises(CompileError, match="weights"):
        program(2.0)


def test_a_leaf_that_another_has_replaced_is_an_error():
    w = Value(1.0)
    program = autograd.compile(lambda x: w * x, 1.0)
    w = w - 0.5
    with pytest.raises(CompileError, match="w, which <lambda> reads"):
        program(2.0)


def test_an_array_that_was_written_to_is_an_error():
    table = np.array([1.0, np.nan])
    program = autograd.compile(lambda x: x * table[0], 1.0)
    assert program(2.0) == 2.0
    table[0] = 7.0
    with pytest.raises(CompileError, match="table"):
        program(2.0)


def test_a_function_that_does_something_else_at_every_call_is_refused():
    calls = [0]

    def counting(x):
        calls[0] += 1
        return x * calls[0]

    with pytest.raises(CompileError, match="something else at every call"):
        autograd.compile(counting, 1.0)


class Scaled:
    def __init__(self):
        self.rate, self.weight = 2.0, Value(3.0)

    def __call__(self, x):
        return self.rate * x * self.weight

    def method(self, x):
        return self(x)


@pytest.mark.parametrize("function", [lambda held: held, lambda held: held.method, lambda held: lambda x: held(x)], ids=str)
@pytest.mark.parametrize(("name", "value"), [("rate", 3.0), ("weight", Value(3.0))], ids=str)
def test_an_attribute_that_has_changed_is_an_error(function, name, value):
    held = Scaled()
    program = autograd.compile(function(held), 1.0)
    assert program(2.0) == 12.0
    setattr(held, name, value)
    with pytest.raises(CompileError, match=f"{name}, which"):
        program(2.0)


def test_defaults_and_bound_arguments_that_have_changed_are_errors():
    rates = [2.0]

    def with_default(x, rates=rates):
        return x * rates[0]

    def with_two(rates, x):
        return x * rates[0]

    programs = [autograd.compile(f, 1.0) for f in (with_default, functools.partial(with_two, rates))]
    assert [program(3.0) for program in programs] == [6.0, 6.0]
    rates[0] = 5.0
    for program in programs:
        with pytest.raises(CompileError, match="has changed"):
            program(3.0)
