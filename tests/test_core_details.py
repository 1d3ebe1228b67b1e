"""Details of the engine that a change could break unnoticed by any other test, found by planting such changes.

Operators, records and rows are here; sweeps and transforms are in test_core_sweeps.py.
"""

import copy
import math
import operator
from functools import partial

import pytest

from autograd import (
    AnomalyError,
    Value,
    anomaly,
    dot,
    elu,
    enable_grad,
    gradients,
    leaky_relu,
    linear,
    no_grad,
    ops,
    softmax,
    value_and_grad,
)
from autograd.op import TABLE, Op, number
from autograd.staleness import same_number

INF, NAN = math.inf, math.nan

# -- recording ---------------------------------------------------------------------------------------

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
SIDES = {"two Values": (Value, Value), "a constant on the right": (Value, float), "a constant on the left": (float, Value)}
PLACES = [(2.0, 3.0), (1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (0.5, 2.0), (1.0, 2.0), (4.0, 0.5)]  # results include 0, ½ and 1


def operations():
    """Names and calls of every operator, with Values and constants on either side."""
    for side, (left, right) in SIDES.items():
        for x, y in PLACES:
            for function in OPERATORS:
                yield f"{function.__name__}, {side}", partial(function, left(x), right(y))
    for x in (0.0, 1.0, 2.0):
        yield from ((function.__name__, partial(function, Value(x))) for function in (operator.neg, operator.abs, ops.relu))
        yield "dot of constants", partial(dot, [Value(1.0), Value(1.0)], [x, 0.0], Value(0.0))
        yield "dot", partial(dot, [Value(1.0), Value(1.0)], [Value(x), Value(0.0)], Value(0.0))
        yield "linear", lambda x=x: linear([[Value(1.0), Value(1.0)]], [Value(x), Value(0.0)], [Value(0.0)])[0]
        yield "softmax", lambda x=x: softmax([Value(x), Value(1.0), Value(0.5)])[0]


def test_inside_no_grad_no_operator_records_whatever_the_result():
    for name, operation in operations():
        with no_grad():
            result = operation()
        assert result.op is None, name
        assert same_number(result.data, operation().data), name
        with no_grad(), enable_grad():
            assert operation().op is not None, name
        assert operation().op is not None, name


def test_inside_anomaly_every_operator_notes_its_line_whatever_the_result():
    for name, operation in operations():
        with anomaly():
            assert operation().origin is not None, name
        assert operation().origin is None, name


OVERFLOWS = {operator.add: (1e308, 1e308), operator.sub: (1e308, -1e308), operator.mul: (1e308, 10.0)}
OVERFLOWS |= {operator.truediv: (1e308, 0.1), operator.pow: (1e200, 2.0)}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("function", OPERATORS)
def test_every_operator_tells_of_an_overflow_raises_inside_anomaly_and_records_nothing_inside_no_grad(function, side):
    x, y = (kind(number) for kind, number in zip(SIDES[side], OVERFLOWS[function], strict=True))
    with pytest.warns(RuntimeWarning, match="is inf"):
        assert function(x, y).op is not None
    with anomaly(), pytest.raises(AnomalyError, match="is inf"):
        function(x, y)
    with no_grad(), pytest.warns(RuntimeWarning, match="is inf"):
        assert function(x, y).op is None


def test_a_node_of_one_or_two_arguments_makes_no_tuple():
    x, y = Value(2.0), Value(3.0)
    for node in (
        x + y,
        x * 2.0,
        2.0 - x,
        -x,
        ops.add(x, y),
        ops.maximum(x, y),
        ops.pow(2.0, x),
        ops.pos(x),
        ops.sum(x, y),
        ops.sum(x),
    ):
        assert type(node._a) is not tuple, node.op
        assert type(node._b) is not tuple, node.op


def test_an_op_of_any_number_of_arguments_takes_a_thousand():
    leaves = [Value(1.0) for _ in range(1000)]
    ops.sum(*leaves).backward()
    dot(leaves, leaves, Value(1.0)).backward()
    linear([leaves], [1.0] * 1000, [Value(1.0)])[0].backward()
    assert {leaf.grad for leaf in leaves} == {1.0 + 2.0 + 1.0}


# -- rows --------------------------------------------------------------------------------------------

REAL, POSITIVE, UNIT = ((-INF, INF),), ((0.0, INF),), ((-1.0, 1.0),)
NONZERO = ((-INF, 0.0), (0.0, INF))
DOMAINS = dict.fromkeys(("log", "log2", "log10", "sqrt"), (POSITIVE,)) | dict.fromkeys(("asin", "acos", "atanh"), (UNIT,))
DOMAINS |= {"div": (REAL, NONZERO), "pow": (POSITIVE, REAL), "log1p": (((-1.0, INF),),), "acosh": (((1.0, INF),),)}
NO_POLE = (*((-n - 1.0, -float(n)) for n in range(4)), (0.0, INF))
DOMAINS |= {"mod": (REAL, NONZERO), "copysign": (REAL, NONZERO), "log1mexp": (POSITIVE,), "erfinv": (UNIT,)}
DOMAINS |= {"lgamma": (NO_POLE,), "digamma": (NO_POLE,), "polygamma": (((-1.0, 101.0),), NO_POLE)}
DOMAINS |= {"cbrt": (NONZERO,), "tan": (((-1.5, 1.5),),), "atan2": (NONZERO, NONZERO)}
DOMAINS |= {"leg": (((1.0, INF),), UNIT), "direction": (REAL, POSITIVE), "fraction": (POSITIVE, POSITIVE)}


@pytest.mark.parametrize("name", sorted(ops.BUILT_IN))
def test_a_row_tells_where_its_function_is_defined_and_smooth(name):
    row = TABLE[name]
    assert row.domain == DOMAINS.get(name, (REAL,) * len(row.partials))


def test_a_division_by_zero_in_a_branch_that_a_rule_does_not_take_does_no_harm_to_any_order():
    by_x, by_y = (lambda z, x, y: ops.where(ops.equal(y, 0.0), 3.0 * x, 1.0 / y)), (lambda z, x, y: by_x(z, y, x))
    row = Op("row", lambda x, y: 1.5 * (x * x + y * y), by_x, by_y)
    x = Value(2.0)
    assert row(x, Value(0.0)).partials == (6.0, 0.5)
    assert row(Value(0.0), x).partials == (0.5, 6.0)
    for y in (row(x, 0.0), row(0.0, x)):
        first = gradients(y, x, create_graph=True)
        assert (first.data, gradients(first, x)) == (6.0, 3.0)


@pytest.mark.parametrize("partials", [[1.0], [1.0, 1.0, 1.0]])
def test_a_wrong_number_of_partials_is_named(partials):
    both = Op("both", lambda x, y: x + y, lambda z, *xs: partials, variadic=True)
    with pytest.raises(ValueError, match=f"both: its rule returns {len(partials)} partials for 2 arguments"):
        both(Value(1.0), Value(2.0))


def test_a_wrong_number_of_arguments_is_told_in_the_right_number():
    with pytest.raises(TypeError, match=r"exp\(\) takes 1 argument, got 2"):
        ops.exp(Value(1.0), 2.0)
    with pytest.raises(TypeError, match=r"add\(\) takes 2 arguments, got 1"):
        ops.add(Value(1.0))


def test_the_digits_of_a_number_too_large_are_counted():
    with pytest.raises(ValueError, match="int too large for a float: it has 310 digits"):
        number(10**309)
    with pytest.raises(ValueError, match="int too large for a float: it has 400 digits"):
        number(-(10**399))


@pytest.mark.parametrize("numbers", [(NAN,), (NAN, 1.0), (1.0, NAN), (NAN, INF), (INF, NAN), (-INF, NAN), (NAN, -INF)])
def test_nan_wins_in_logsumexp_and_in_extrema_even_over_infinity(numbers):
    assert math.isnan(ops.logsumexp(*numbers))
    if len(numbers) == 2:
        assert math.isnan(ops.maximum(*numbers))
        assert math.isnan(ops.minimum(*numbers))


@pytest.mark.parametrize("x", [-2.0, -0.5, 0.0, 0.5, 2.0])
def test_leaky_relu_and_elu_change_their_formula_at_zero(x):
    for function, below, slope in (
        (lambda x: leaky_relu(x, slope=0.25), 0.25 * x, 0.25),
        (leaky_relu, 0.01 * x, 0.01),
        (lambda x: elu(x, alpha=2.0), 2.0 * math.expm1(x), 2.0 * math.exp(x)),
        (elu, math.expm1(x), math.exp(x)),
    ):
        assert value_and_grad(function)(x) == ((x, 1.0) if x > 0.0 else (below, slope))


@pytest.mark.parametrize("kind", [float, int, Value])
@pytest.mark.parametrize("name", sorted(name for name in ops.BUILT_IN if TABLE[name].arity))
def test_a_wrong_number_of_arguments_of_any_kind_is_refused(name, kind):
    row = TABLE[name]
    for count in (0, row.arity - 1, row.arity + 1):
        with pytest.raises(TypeError, match=rf"{name}\(\) takes {row.arity} arguments?, got {count}"):
            row(*[kind(1)] * count)


# -- frozen leaves, and gradients not delivered yet ----------------------------------------------------


def test_a_frozen_leaf_gets_no_gradient_in_any_sweep_and_the_others_get_theirs():
    w, x = Value(2.0, "w"), Value(3.0, "x", requires_grad=False)
    y = w * x + x.tanh() + ops.dot(w, x, x, 3.0, 0.0)
    y.backward()
    assert (w.grad, x.grad, x.has_grad) == (6.0, 0.0, False)
    with anomaly():
        y.backward()
    assert (w.grad, x.grad, x.has_grad) == (12.0, 0.0, False)
    assert gradients(y, [w, x]) == [6.0, 0.0]
    (slope,) = gradients(y * w, [w], create_graph=True)
    assert gradients(slope, [w, x]) == [12.0, 0.0]
    assert (w * x).partials == (3.0, None)


def test_a_leaf_can_be_frozen_and_thawed_after_recording():
    w, x = Value(2.0), Value(3.0)
    y = w * x
    y.backward()
    x.requires_grad = False
    y.backward()
    assert (w.grad, x.grad) == (6.0, 0.0)
    x.requires_grad = True
    assert not x.has_grad
    y.backward()
    assert (w.grad, x.grad) == (9.0, 2.0)


def test_freezing_refuses_what_cannot_be():
    x = Value(3.0, requires_grad=False)
    with pytest.raises(ValueError, match="frozen"):
        x.backward()
    with pytest.raises(ValueError, match="frozen"):
        x.grad = 1.0
    x.grad = 0.0  # allowed, for loops that zero all gradients
    with pytest.raises(ValueError, match="only on leaves"):
        (x * x).requires_grad = False
    with pytest.raises(TypeError, match="True or False"):
        Value(3.0, requires_grad=0)


def test_a_copy_of_a_leaf_is_as_frozen_and_has_as_much_of_a_gradient():
    x, y, z = Value(1.0, requires_grad=False), Value(2.0), Value(3.0)
    z.grad = 0.0
    copies = [copy.deepcopy(v) for v in (x, y, z)]
    assert [(v.requires_grad, v.has_grad) for v in copies] == [(False, False), (True, False), (True, True)]


def test_the_gradient_of_a_leaf_without_one_is_one_for_another_leaf():
    x, y, z = Value(3.0), Value(3.0), Value(3.0)
    y.zero_grad()
    for without in (x, y):
        z.zero_grad()
        z.grad = without.grad
        assert (z.has_grad, without.has_grad) == (True, False)
        without.grad = without.grad
        assert without.has_grad


def test_zero_grad_forgets_a_gradient_and_a_gradient_of_zero_is_one():
    x = Value(3.0)
    assert not x.has_grad
    (0.0 * x).backward()
    assert (x.grad, x.has_grad) == (0.0, True)
    x.zero_grad()
    x.zero_grad()
    assert (x.grad, x.has_grad) == (0.0, False)
