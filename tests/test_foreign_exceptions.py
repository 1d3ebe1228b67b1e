"""Whatever numbers go in, only floats come out, and no exceptions but those in docs/semantics.md.

Every function takes every other's result, at the edges of floating point and with numbers of other types: value,
gradient and second derivatives.
"""

import math
import operator
import warnings
from contextlib import suppress
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from random import Random
from typing import NamedTuple

import numpy as np
import pytest

import autograd
from autograd import AnomalyError, Value, anomaly, gradients, hvp, jvp
from autograd.op import TABLE
from autograd.sweeps import topological_order
from tests.support.programs import APPLY
from tests.support.soak import count

INF, NAN = math.inf, math.nan
LARGEST = 1.7976931348623157e308
EDGES = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 5e-324, -5e-324, 1e-310, 2.2250738585072014e-308, 1.4e-154, -1.5e-154]
EDGES += [math.nextafter(1.0, k) for k in (0.0, 2.0)] + [math.nextafter(-1.0, k) for k in (0.0, -2.0)]
EDGES += [LARGEST, -LARGEST, 9e307, -9e307, 1.34e154, -1.35e154, 709.78, 709.79, 710.5, -708.4, -745.1, -745.2, 1e16, -1e16]
EDGES += [0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1 / 3, 30.1, 1024.0, -1074.0, 2.0**53, 2.0**53 + 2.0, math.pi / 2, 1e22]


class Color(IntEnum):
    RED = 3


# Numbers of other types, and numbers too large for a float.
OTHERS = [True, False, 0, 7, -3, 2**53 + 1, 2**1023, -(2**1023), 10**308, Color.RED]
OTHERS += [Fraction(1, 3), Fraction(-22, 7), Fraction(10**400, 10**399), Fraction(1, 10**400), Fraction(-1, 2**1074)]
OTHERS += [np.float64(2.5), np.float32(0.1), np.float16(-65504), np.float32(np.inf), np.float64(np.nan), np.longdouble(1.5)]
OTHERS += [np.int8(-128), np.int64(-(2**63)), np.uint64(2**64 - 1), np.bool_(True), np.bool_(False), np.array(2.0), np.array(3)]
TOO_LARGE = [10**400, -(10**400), 2**1024, Fraction(10**400), Fraction(-(10**400), 3)]
NO_REALS = [1 + 2j, 1j, np.complex128(1j), Decimal(1), "1", None, [1.0], (1.0,), {}]

COMPOSITES = ["square", "reciprocal", "clip", "leaky_relu", "elu", "gelu", "silu", "mish", "softsign", "hardtanh", "logsigmoid"]


def of_list(name):
    function = getattr(autograd, name)
    return lambda *xs: function(xs)


# Every function of numbers, with its possible numbers of arguments.
CALLS = {row.name: (row, (row.arity,) if row.arity else (3, 5) if row.name == "dot" else (1, 2, 3)) for row in TABLE.values()}
CALLS |= {f"{name}, as an operator": (call, CALLS[name][1]) for name, call in APPLY.items() if call is not TABLE[name]}
CALLS |= {name: (getattr(autograd, name), (3,) if name == "clip" else (1,)) for name in COMPOSITES}
CALLS |= {name: (of_list(name), (1, 2, 3)) for name in ("softmax", "log_softmax", "mean", "var", "norm")}

OURS = r"\w+\(.*\) is (nan|-?inf)$"  # our warning about a new NaN or infinity


@pytest.fixture(autouse=True)
def only_our_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", OURS, RuntimeWarning)
        yield


def call(name, args):
    result = CALLS[name][0](*args)
    return result[-1] if isinstance(result, list) else result


# -- one function of another -------------------------------------------------------------------------


class Number(NamedTuple):
    number: object
    varies: bool  # a Value that we differentiate with respect to


RESULT = Number(None, False)  # stands for the result of the first function


class Pair(NamedTuple):
    """Two functions and their arguments; one argument of the second is the result of the first."""

    first: str
    xs: list
    second: str
    ys: list

    def __call__(self, *leaves):
        given = iter(leaves)
        y = call(self.first, [next(given) if x.varies else x.number for x in self.xs])
        return call(self.second, [y if x is RESULT else next(given) if x.varies else x.number for x in self.ys])

    def at(self):
        return [x.number for x in (*self.xs, *self.ys) if x.varies]

    def is_refused(self):
        return any(is_too_large(x.number) for x in (*self.xs, *self.ys))


def any_number(random):
    return random.choice(random.choices((EDGES, OTHERS, TOO_LARGE), (85, 14, 1))[0])


def any_pair(first, second, random):
    arguments = []
    for name in (first, second):
        numbers = [Number(any_number(random), False) for _ in range(random.choice(CALLS[name][1]))]
        for i in range(len(numbers)):
            if random.random() < 0.6:
                numbers[i] = Number(random.choice(EDGES), True)
        arguments.append(numbers)
    xs, ys = arguments
    xs[random.randrange(len(xs))] = Number(random.choice(EDGES), True)  # at least one
    ys[random.randrange(len(ys))] = RESULT
    return Pair(first, xs, second, ys)


def is_too_large(x):
    return any(x is large for large in TOO_LARGE)


def try_it(pair, random):
    if pair.is_refused():
        with pytest.raises((ValueError, OverflowError), match="too large for a float") as caught:
            pair(*map(Value, pair.at()))
        # Fraction ** Value: the Fraction converts itself to a float before it calls Value.__rpow__
        assert caught.type is ValueError or caught.traceback[-1].frame.code.name == "__float__"
        return
    with suppress(AnomalyError), anomaly():
        pair(*map(Value, pair.at()))
    leaves = [Value(x) for x in pair.at()]
    z = pair(*leaves)
    assert type(z) is Value
    assert {type(number) for node in topological_order([z]) for number in (node.data, *node.partials)} <= {float, type(None)}
    z.backward()
    firsts = gradients(z, leaves, create_graph=True)
    for leaf, first in zip(leaves, firsts, strict=True):
        assert type(leaf.grad) is type(first.data) is float
        first.backward()
        assert all(type(second) is float for second in [leaf.grad, *gradients(first, leaves)])
    if random.random() < 0.1:
        ones = [1.0] * len(leaves)
        along = [*jvp(pair, pair.at(), ones), *hvp(lambda xs: pair(*xs), (pair.at(),), (ones,))]
        assert all(type(number) is float for number in along)


@pytest.mark.slow
@pytest.mark.parametrize("first", CALLS)
def test_every_function_of_every_others_result_gives_floats_and_raises_nothing_foreign(first):
    random = Random(first)
    for _ in range(count(1, 90)):  # rounds of two calls for each of 75² pairs: in soak, more than 10⁶
        for second in CALLS:
            pair = any_pair(first, second, random)
            try:
                try_it(pair, random)
            except BaseException as error:
                error.add_note(str(pair))
                raise


# -- one function alone ------------------------------------------------------------------------------


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_an_operation_on_plain_numbers_of_any_kind_gives_a_float(row):
    random = Random(row.name)
    for _ in range(count(50, 5000)):
        args = [any_number(random) for _ in range(random.choice(CALLS[row.name][1]))]
        if any(map(is_too_large, args)):
            with pytest.raises(ValueError, match="too large for a float"):
                row(*args)
        else:
            assert type(row(*args)) is float


@pytest.mark.parametrize("name", [name for name, (_, sizes) in CALLS.items() if sizes != (1,)])
def test_what_is_no_real_number_is_a_type_error_wherever_it_stands(name):
    size = CALLS[name][1][-1]
    for thing in NO_REALS:
        for at in range(size):
            with pytest.raises(TypeError):
                call(name, [thing if i == at else Value(2.0) for i in range(size)])


def described(x):
    return f"{type(x).__name__} {x}"[:30]


every_number = pytest.mark.parametrize("x", [*OTHERS, *EDGES, *TOO_LARGE], ids=described)


@every_number
def test_a_number_of_any_kind_is_read_as_a_float_or_refused_as_too_large(x):
    v = Value(2.0)
    uses = [lambda: v.backward(x), lambda: setattr(v, "grad", x), lambda: setattr(v, "data", x), lambda: Value(x)]
    if is_too_large(x):
        for use in uses:
            with pytest.raises(ValueError, match="too large for a float"):
                use()
        assert (v.data, v.grad) == (2.0, 0.0)
    else:
        made = [use() for use in uses][-1]
        assert {repr(number) for number in (v.data, v.grad, made.data)} == {repr(float(x))}


@every_number
def test_a_value_compares_with_a_number_of_any_kind_as_its_float_does(x):
    v = Value(2.0)
    for compare in (operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt):
        for got, expected in [(compare(v, x), compare(v.data, x)), (compare(x, v), compare(x, v.data))]:
            assert type(got) is bool
            assert got == expected
