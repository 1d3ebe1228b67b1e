"""Every op and every composite against finite differences, at points that Hypothesis picks."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, ops, trace
from autograd.op import TABLE
from autograd.testing import gradcheck
from tests.support import oracle
from tests.support.oracle import mp, ulps
from tests.support.points import points
from tests.support.soak import few

# Points are inside the domain and of moderate size: in the tails, which test_ops covers, finite differences lose their digits.


def inside(intervals, low=-4.0, high=4.0, margin=0.02):
    """Numbers in a domain, between low and high and a margin away from the ends of its intervals."""
    parts = [(max(a + margin, low), min(b - margin, high)) for a, b in intervals]
    return st.one_of(*[st.floats(a, b) for a, b in parts if a < b])


NAMES = sorted(ops.BUILT_IN)
FIXED = {"polygamma": partial(ops.polygamma, 2)}  # its order is a constant


def arguments(op):
    if op.name in FIXED:
        return st.tuples(inside(op.domain[-1]))
    if op.arity is None:
        return st.tuples(*[st.floats(-3.0, 3.0)] * (5 if op.name == "dot" else 3))
    return st.tuples(*[inside(intervals) for intervals in op.domain])


def smooth_at(op, args):
    return op.kinks is None or abs(op.kinks(*args)) > 1e-3


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=settings.default.max_examples // 16)  # `test_ops` covers more; `test_gradcheck` covers kinks
@given(data=st.data())
def test_the_first_and_second_derivatives_of_a_row_are_the_ones_its_values_show(name, data):
    op = TABLE[name]
    args = data.draw(arguments(op).filter(lambda args: smooth_at(op, args)))
    assert gradcheck(FIXED.get(name, op), args, order=2)


OF_A_NUMBER = {
    "square": autograd.square,
    "reciprocal": autograd.reciprocal,
    "leaky_relu": autograd.leaky_relu,
    "elu": autograd.elu,
    "gelu": autograd.gelu,
    "silu": autograd.silu,
    "mish": autograd.mish,
    "softsign": autograd.softsign,
    "hardtanh": autograd.hardtanh,
    "logsigmoid": autograd.logsigmoid,
    "clip": lambda x: autograd.clip(x, -0.5, 2.0),
}
OF_A_LIST = {
    "sum": autograd.sum,
    "prod": autograd.prod,
    "logsumexp": autograd.logsumexp,
    "mean": autograd.mean,
    "var": autograd.var,
    "sample var": lambda xs: autograd.var(xs, correction=1),
    "norm": autograd.norm,
    "softmax": autograd.softmax,
    "log_softmax": autograd.log_softmax,
    "dot": lambda xs: autograd.dot(xs, xs[::-1], xs[0]),
}


@pytest.mark.parametrize("name", OF_A_NUMBER)
@few
@given(x=st.floats(-6.0, 6.0).filter(lambda x: abs(x) > 0.05))
def test_the_gradient_of_a_function_of_a_number_is_the_one_its_values_show(name, x):
    assert gradcheck(OF_A_NUMBER[name], (x,))


@pytest.mark.parametrize("name", OF_A_LIST)
@few
@given(xs=st.lists(st.floats(-3.0, 3.0), min_size=2, max_size=4))
def test_the_gradient_of_a_function_of_a_list_is_the_one_its_values_show(name, xs):
    assert gradcheck(OF_A_LIST[name], (xs,))


def test_a_product_that_underflows_on_its_way_is_not_refused():
    assert gradcheck(autograd.prod, ([8.098355090459568e-45, 1.0320777884169997e-297, 0.5, 2.0],))


@pytest.mark.parametrize("name", [name for name in OF_A_NUMBER if name != "square"])  # its second derivative is always 2
def test_nan_keeps_its_derivatives_nan_at_every_order(name):
    f = OF_A_NUMBER[name]
    for _ in range(4):
        assert math.isnan(f(math.nan))
        f = grad(f)


TAILS = {
    "gelu": (autograd.gelu, -10.0, -7.619853024160527e-23),
    "silu": (autograd.silu, -800.0, 0.0),
    "mish": (autograd.mish, -100.0, -3.720075976020836e-42),
    "logsigmoid": (autograd.logsigmoid, -1000.0, -1000.0),
    "elu": (autograd.elu, 800.0, 800.0),
    "softsign": (autograd.softsign, 1e300, 1.0),
}


@pytest.mark.parametrize("name", TAILS)
def test_a_function_neither_overflows_nor_cancels_in_its_tail(name):
    f, x, expected = TAILS[name]
    assert f(x) == pytest.approx(expected, rel=1e-14, abs=0.0)
    assert f(Value(x)).data == f(x)
    assert math.isfinite(grad(f)(x))


# -- digits ------------------------------------------------------------------------------------------

OF_ORDER = (4.0, 4.0, 64.0, 1024.0)  # ulps, as in test_ops
NEXT_TO_ROOT = {"gelu", "silu", "mish"}  # the two terms of the slope cancel between -4 and -0.4
KINKS = {"hardtanh": (-1.0, 1.0)}


def derivatives(f, x):
    """Value, first, second and third derivative."""
    leaf = Value(x)
    found = [f(leaf)]
    for _ in range(3):
        found += autograd.gradients(found[-1], [leaf], create_graph=True)
    return [node.data for node in found]


@pytest.mark.parametrize("name", [name for name in OF_A_NUMBER if name != "clip"])
def test_every_function_of_a_number_keeps_the_digits_of_a_row_at_every_order(name):
    f, exact_of = OF_A_NUMBER[name], oracle.FUNCTIONS[name]
    seen = 0
    for (x,) in points(ops.tanh):
        if not 1e-50 < abs(x) < 1e50 or x in KINKS.get(name, ()):
            continue
        exact = exact_of(mp.mpf(x))
        for order, (got, right) in enumerate(zip(derivatives(f, x), exact, strict=True)):
            if right and not 1e-250 < abs(right) < 1e250:
                continue
            seen += 1
            size = abs(right)
            if not ulps(got, right) <= OF_ORDER[order]:  # near a root, measured as in test_ops
                others = [exact_of(mp.mpf(x * factor))[order] for factor in (0.875, 1.125)]
                size = max([size, *(abs(other) for other in others if other * right <= 0)])
                if name in NEXT_TO_ROOT and order == 1 and -4.0 < x < -0.4:
                    size = max(size, mp.mpf("0.5"))
            assert ulps(got, right) <= OF_ORDER[order] or abs(got - right) <= OF_ORDER[order] * oracle.spacing(size), (x, order)
    assert seen > 300


def test_the_functions_of_the_oracle_are_the_derivatives_of_their_values():
    for name, f in oracle.FUNCTIONS.items():
        for x in (mp.mpf("-1.7"), mp.mpf("0.6")):
            for order in range(3):
                slope = mp.diff(lambda x, f=f, order=order: f(x)[order], x)
                assert mp.almosteq(slope, f(x)[order + 1], 1e-25, 1e-25), (name, x, order)


small = st.lists(st.integers(-60, 60).map(float), min_size=1, max_size=5)
shifts = st.integers(0, 52).flatmap(lambda k: st.sampled_from([2.0**k, -(2.0**k), 0.0]))


@given(small, shifts)
@example([0.0, 0.0, -20.0, -25.0, -36.0], 0.0)
def test_softmax_and_log_softmax_are_exact_however_far_all_numbers_are_shifted(xs, shift):
    shifted = [Value(x + shift) for x in xs]
    for f, name in ((autograd.softmax, "softmax"), (autograd.log_softmax, "log_softmax")):
        for i, y in enumerate(f(shifted)):
            order = [i, *(j for j in range(len(xs)) if j != i)]
            one_first = [xs[j] for j in order]
            assert ulps(y.data, oracle.value(name, *one_first)) <= 4
            exact = dict(zip(order, oracle.partials(name, *one_first), strict=True))
            # The partial for another number is a product of two shares, so the rounding error of their total counts twice.
            # The worst lists of three, four and five such numbers are 4.06, 4.94 and 6.06 ulps off.
            of_two = max(4.0, len(xs) + 1.07) if name == "softmax" else 4.0
            for j, got in enumerate(autograd.gradients(y, shifted)):
                assert ulps(got, exact[j]) <= (4.0 if i == j else of_two)


@given(small)
def test_the_partial_of_the_largest_share_is_minus_the_sum_of_the_others(xs):
    leaves = [Value(x) for x in xs]
    largest = max(range(len(xs)), key=xs.__getitem__)
    own = autograd.gradients(autograd.log_softmax(leaves)[largest], leaves)
    rest = math.fsum(own[:largest] + own[largest + 1 :])
    assert own[largest] == pytest.approx(-rest, rel=1e-15, abs=0.0)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@given(data=st.data())
def test_the_second_derivatives_of_softmax_and_log_softmax_keep_their_digits_in_the_tails(name, data):
    xs = data.draw(st.lists(st.floats(-40.0, 40.0), min_size=1, max_size=4))
    leaves = [Value(x) for x in xs]
    for i, y in enumerate(getattr(autograd, name)(leaves)):
        order = [i, *(j for j in range(len(xs)) if j != i)]
        exact = oracle.second_partials(name, *(xs[j] for j in order))
        for j, first in zip(order, autograd.gradients(y, [leaves[j] for j in order], create_graph=True), strict=True):
            for k, got in zip(order, autograd.gradients(first, [leaves[k] for k in order]), strict=True):
                right = exact[order.index(j)][order.index(k)]
                unit = oracle.spacing(max(abs(right), abs(first.data) / 8.0))  # at a root, all digits cancel
                assert abs(got - right) <= 64 * unit


@pytest.mark.parametrize("function", [autograd.softmax, autograd.log_softmax])
def test_the_graph_of_a_softmax_grows_with_the_list_and_not_with_its_square(function):
    leaves = [Value(float(i % 7)) for i in range(400)]
    nodes, edges = trace(autograd.sum(function(leaves)))
    assert len(nodes) <= 5 * len(leaves)
    assert len(edges) <= 10 * len(leaves)


spread = st.lists(st.integers(-1000, 1000).map(lambda n: n / 8.0), min_size=2, max_size=5)


@given(spread, st.sampled_from([0.0, 1.0, 1e6, -(2.0**40)]))
def test_the_variance_of_close_numbers_keeps_its_digits(xs, shift):
    n, exact = len(xs), [mp.mpf(x) for x in xs]
    middle = mp.fsum(exact) / n
    leaves = [Value(x + shift) for x in xs]
    y = autograd.var(leaves)
    assert ulps(y.data, mp.fsum((x - middle) ** 2 for x in exact) / n) <= 16
    slopes = [2 * (x - middle) / n for x in exact]
    unit = oracle.spacing(max(map(abs, slopes)))  # a number near the mean is only as accurate as the others
    assert all(abs(got - slope) <= 8 * unit for got, slope in zip(autograd.gradients(y, leaves), slopes, strict=True))


@given(st.lists(st.floats(-1e50, 1e50), min_size=1, max_size=5))
def test_the_mean_has_equal_partials_and_no_others(xs):
    leaves = [Value(x) for x in xs]
    assert autograd.gradients(autograd.mean(leaves), leaves) == [1.0 / len(xs)] * len(xs)


def test_empty_lists():
    assert (autograd.sum([]), autograd.prod([]), autograd.logsumexp([]), autograd.dot([], [], 2.0)) == (0.0, 1.0, -math.inf, 2.0)
    for function in (autograd.mean, autograd.var, autograd.softmax):
        with pytest.raises(ValueError, match="of an empty list"):
            function([])


ONE_LIST = ("sum", "prod", "mean", "var", "norm", "logsumexp", "softmax", "log_softmax")


@pytest.mark.parametrize("name", ONE_LIST)
@pytest.mark.parametrize("rows", [[[1.0, 2.0]], ((Value(1.0),),), np.ones((2, 2))], ids=["lists", "tuples", "array"])
def test_rows_of_numbers_are_refused_with_what_to_write(name, rows):
    with pytest.raises(TypeError, match=rf"^{name}\(\) takes one list of numbers, .*: write \[{name}\(row\) for row in …\]"):
        getattr(autograd, name)(rows)


def test_wrong_lengths_and_corrections_are_refused():
    with pytest.raises(ValueError, match="the same length, got 1 and 2"):
        autograd.dot([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="inputs must have as many numbers as each row of weights, 1, got 2"):
        autograd.linear([[1.0]], [1.0, 2.0], [0.0])
    with pytest.raises(ValueError, match="biases must have one number for each row of weights, 1, got 2"):
        autograd.linear([[1.0]], [1.0], [0.0, 0.0])
    with pytest.raises(ValueError, match="correction must be below the number of values, 1, got 1"):
        autograd.var([1.0], correction=1)


@given(st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=20))
def test_sum_and_dot_round_as_single_additions_do(xs):
    total = 0.0
    bias = 0.5
    for x in xs:
        total += x
        bias += x * 0.3
    assert autograd.sum(xs) == total
    assert autograd.dot(xs, [0.3] * len(xs), 0.5) == bias


def test_the_mean_of_one_number_records_no_division():
    x = Value(3.0)
    assert [node.op for node in trace(autograd.mean([x]))[0] if node.op] == [ops.sum]
