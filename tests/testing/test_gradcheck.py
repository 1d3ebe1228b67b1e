"""gradcheck: refuses wrong gradients and names the operation, passes right ones however odd, and reports its sensitivity."""

import bisect
import math
import random
import re
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, _progress, custom_op, ops
from autograd.op import TABLE
from autograd.sweeps import topological_order
from autograd.testing import GradientError, check_grads, expressions, gradcheck, points
from autograd.testing.expression_tree import Expression
from autograd.testing.gradcheck.op_checks import checked_partials
from autograd.viz import style
from tests.support import oracle
from tests.support.oracle import mp
from tests.support.programs import as_program

# -- right gradients are never refused ---------------------------------------------------------------


@st.composite
def drawn(draw, **options):
    f = draw(expressions(**options))
    return f, draw(points(f))


@given(drawn())
def test_a_right_gradient_is_never_refused(pair):
    f, point = pair
    assert gradcheck(f, point, conventions="accept")


# Waves that are shorter than the differences' smallest steps, or than the distance between floats.
SHORT_WAVES = {
    "a modulus below the rounding of its operand": (lambda x: x % -9.034703565804234e-36, -0.8964832209548308),
    "a modulus whose count of waves overflows": (lambda x: x % -2.609591389e-314, 4.768209683262459e-08),
    "a slope beside the modulus": (lambda x: x % -4.492803665864144e-18 + x, -0.9655996065535299),
    "an op inside the modulus": (lambda x: autograd.asin(x) % 4.419117944184256e-286, 0.25),
    "a subnormal modulus": (lambda x: x % 3.805037e-318, 3.805037e-318),
    "a jump at a distance of 0": (lambda x: x % 1.401298464324817e-45, 0.0),
    "between two poles": (lambda x: autograd.digamma(x / 2.854663299600769e-16), -0.33920151336450277),
}


@pytest.mark.parametrize(("f", "x"), SHORT_WAVES.values(), ids=SHORT_WAVES)
def test_a_right_gradient_is_not_refused_where_waves_are_too_short_to_be_seen(f, x):
    assert gradcheck(f, (x,), conventions="accept")


# Beside a large number, steps of about 1 see these waves; the large steps that rounding calls for jump over them.
SMALL_WAVES = {
    "below the rounding of its neighbour": (lambda y: autograd.hypot(1e7, autograd.cos(y)), 1e5),
    "a chance agreement of large steps": (lambda y: 0.0 * y + autograd.hypot(y, autograd.sin(y)), 1e6),
    "on a steep parabola": (lambda y: (12345.678 - 1e6) * (y * y) + autograd.sin(y), 12345.678),
    "too fast for any step": (lambda y: autograd.sin(autograd.sinh(autograd.sqrt(y))), 1e3),
    "a bump": (lambda y: autograd.hypot(1e8, autograd.tanh(y - 1e5)), 1e5 + 0.5),
    "a wave at a kink": (lambda y: autograd.hypot(1e7, autograd.cos(y)) + autograd.relu(y - 1e5), 1e5),
}


@pytest.mark.parametrize(("f", "x"), SMALL_WAVES.values(), ids=SMALL_WAVES)
def test_a_small_wave_on_a_large_number_is_not_jumped_over(f, x):
    assert gradcheck(f, (x,))


@example((Expression(("add", "x", ("asin", 1.0))), (0.5,)))  # asin is steep there, but no gradient reaches it
@given(drawn(ops="smooth"))
def test_what_differences_give_is_as_close_to_the_truth_as_they_say(pair):
    f, point = pair
    leaves = [Value(x) for x in point]
    _, gradient = oracle.evaluate(as_program(f(*leaves), leaves), point)
    for check, exact in zip(gradcheck(f, point).checks, gradient, strict=True):
        if check.differences.known:
            assert abs(mp.mpf(check.numeric) - exact) <= mp.mpf(check.error) + mp.mpf(check.slack)


def slopes_overflow(f, point):
    """True if some partial in the graph of f's gradient is not finite."""
    xs = [Value(x) for x in point]
    slopes = [slope for slope in autograd.gradients(f(*xs), xs, create_graph=True) if isinstance(slope, Value)]
    partials = [partial for node in topological_order(slopes) for partial in node.partials or () if partial is not None]
    return not all(map(math.isfinite, partials))


@example((Expression(("acosh", ("sinh", "x"))), (594.0,)))  # the second partial of acosh underflows to 0 there
@settings(max_examples=settings.default.max_examples // 2)
@given(drawn(depth=2))
def test_right_second_derivatives_are_never_refused(pair):
    f, point = pair
    assume(not slopes_overflow(f, point))  # 0 times infinity is NaN, and refused
    assert gradcheck(f, point, order=2, conventions="accept")


AT_KINKS = {
    "relu(x) - relu(-x)": (lambda x: autograd.relu(x) - autograd.relu(-x), 0.0),
    "relu of relu": (lambda x: autograd.relu(autograd.relu(x)), 0.0),
    "maximum(x, x)": (lambda x: autograd.maximum(x, x), 1.0),
    "a tie": (lambda x: autograd.maximum(x, 1.0), 1.0),
    "two ties": (lambda x: autograd.maximum(x, 1.0) * autograd.minimum(x, 1.0), 1.0),
    "abs": (lambda x: abs(x) * autograd.exp(x), 0.0),
    "a square of abs": (lambda x: abs(x) * abs(x), 0.0),
    "norm": (lambda x: autograd.norm([x, 2.0 * x, 0.0]), 0.0),
    "a jump": (lambda x: autograd.step(x), 0.0),
    "a comparison with itself": (lambda x: autograd.equal(x, x) * x, 0.0),
    "an isolated point": (lambda x: autograd.equal(x, 0.0) * x, 0.0),
    "leaky_relu": (autograd.leaky_relu, 0.0),
    "elu": (autograd.elu, 0.0),
    "hardtanh": (autograd.hardtanh, 1.0),
    "softsign": (autograd.softsign, 0.0),
    "huber": (lambda x: nn.HuberLoss()([x], [0.0]), 1.0),
    "where of a number": (lambda x: autograd.where(x, 2.0 * x, x), 0.0),
    "relu of a cancelled sum": (lambda x: autograd.relu(x + 0.2 - 0.2), 0.0),
    "an `if`": (lambda x: 2.0 * x if x > 0.0 else 3.0 * x, 0.0),
    "the max of Python": (lambda x: max(x, 0.5 * x), 0.0),
}


@pytest.mark.parametrize("name", AT_KINKS)
@pytest.mark.parametrize("order", [1, 2])
def test_the_stated_gradient_at_a_kink_is_never_refused(name, order):
    f, x = AT_KINKS[name]
    assert gradcheck(f, (x,), order=order, conventions="accept")


@pytest.mark.parametrize("name", AT_KINKS)
@pytest.mark.parametrize("distance", [1e-300, 1e-14, 1e-9, 1e-4, -1e-300, -1e-12, -1e-7])
def test_next_to_a_kink_the_steps_stay_on_its_side(name, distance):
    f, x = AT_KINKS[name]
    assert gradcheck(f, (x + distance,))


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (autograd.sqrt, 0.0),
        (autograd.cbrt, 0.0),
        (autograd.asin, 1.0),
        (autograd.acos, -1.0),
        (autograd.acosh, 1.0),
        (lambda x: x**1.5, 0.0),
        (lambda x: x**0.5, 0.0),
        (lambda x: x**2, 0.0),
        (lambda x: x**3, -2.0),
        (lambda x: autograd.atan2(x, -1.0), 0.0),
        (autograd.sin, 1e300),
        (autograd.sin, 1e8),
        (autograd.log, 5e-324),
        (autograd.exp, 709.0),
        (autograd.tanh, 400.0),
        (lambda x: autograd.sin(1e8 * x), 1e-8),
        (lambda x: 1.0 + autograd.tanh(x / 1e8), 0.0),
        (lambda x: autograd.cos(autograd.exp(x)), 100.0),
        (lambda x: autograd.log(autograd.softmax([x, 0.0, -800.0])[0]), 30.0),
    ],
)
def test_ends_of_domains_and_of_the_float_range_are_no_reason_to_refuse(f, x):
    assert gradcheck(f, (x,))


def inside(x):
    assert 0.0 < x < 1.0
    return autograd.log(x / (1.0 - x))


def interpolated(x):
    xs, ys = [0.0, 1.0, 2.0], [1.0, 3.0, 2.0]
    i = bisect.bisect_right(xs, x) - 1
    return ys[i] + (ys[i + 1] - ys[i]) * (x - xs[i]) / (xs[i + 1] - xs[i])


def in_pieces(x):
    if 0.0 <= x < 1.0:
        return x * x
    if 1.0 <= x < 2.0:
        return 2.0 * x - 1.0
    return None


@pytest.mark.parametrize("f", [inside, interpolated, in_pieces, lambda x: {0: autograd.exp(x)}[int(x > 1.0)]])
def test_a_function_may_refuse_points_beside_the_one_that_is_checked_in_any_way(f):
    assert gradcheck(f, (0.9,))


def test_an_op_of_the_users_may_refuse_what_is_outside_its_domain_by_an_assertion():
    def logit(p):
        assert 0.0 < p < 1.0
        return math.log(p / (1.0 - p))

    op = custom_op(logit, partials=lambda z, p: 1.0 / (p * (1.0 - p)), name="asserting_logit")
    assert gradcheck(lambda x: op(x) * x, (0.99,))
    assert gradcheck(lambda x: autograd.relu(op(x) - 1.0) + op(x * x), (0.99,))


def test_what_a_function_raises_when_it_is_called_again_is_raised():
    stock = [1.0]
    with pytest.raises(IndexError, match="pop from empty list"):
        gradcheck(lambda x: x * stock.pop(), (0.5,))


def test_a_function_may_use_plain_numbers_that_cancel_out():
    def softmax(xs):
        shift = max(x.data for x in xs)
        powers = [autograd.exp(x - shift) for x in xs]
        return [power / autograd.sum(powers) for power in powers]

    assert gradcheck(softmax, ([0.5, -1.0, 2.0],))
    assert gradcheck(softmax, ([0.5, 0.5],))


def test_an_op_of_the_users_need_not_be_exact_to_the_last_bit():
    rough = custom_op(lambda x: math.sin(x) + 1e-11 * math.sin(1e15 * x), partials=lambda z, x: autograd.cos(x), name="rough")
    report = gradcheck(lambda x: rough(x) * x, (0.7,))
    assert 1e-12 < report.sensitivity < 1e-6


# -- wrong gradients are refused, and the operation named --------------------------------------------

TAME = {
    "acosh": (1.7,),
    "atanh": (0.4,),
    "asin": (0.4,),
    "acos": (0.4,),
    "where": (1.0, 0.4, 0.7),
    "atan2": (0.6, 0.8),
    "leg": (1.3, 0.6),
}
TAME |= {"sum": (0.3, 0.4, 0.9), "prod": (0.3, 0.4, -0.7), "dot": (0.3, 0.4, -0.7, 1.1, 0.2), "logsumexp": (0.3, -0.4, 0.9)}


def tame_point(op):
    return TAME.get(op.name, (0.6, 1.3)[: op.arity])


def planted(op, position, change, name="planted"):
    """A copy of the op with one partial changed."""
    if op.arity is None:

        def rule(z, *args):
            slopes = op.partials[0](z, *args)
            return [change(slope) if i == position else slope for i, slope in enumerate(slopes)]

        partials = rule
    else:
        partials = [
            (lambda z, *args, rule=rule: change(rule(z, *args))) if i == position else rule for i, rule in enumerate(op.partials)
        ]
    columns = {"domain": op.domain, "kinks": op.kinks, "fallback": op.fallback, "variadic": op.arity is None}
    return custom_op(op, partials=partials, name=name, select=op.select, **columns)


CHANGES = {
    "a factor of 1 + 1e-8": lambda slope: slope * (1.0 + 1e-8),
    "the sign": lambda slope: -slope,
    "nothing at all": lambda slope: 0.0 * slope,
    "a term too many": lambda slope: slope + 1e-7,
}


def partial_of(op, position):
    return op(*map(Value, tame_point(op))).partials[position] or 0.0


PLANTED = [
    (name, position, change)
    for name in sorted(ops.BUILT_IN - {"polygamma"})  # its order is a constant
    for position in range(len(tame_point(TABLE[name])))
    for change in CHANGES
    if CHANGES[change](partial_of(TABLE[name], position)) != partial_of(TABLE[name], position)
]


@pytest.mark.parametrize(("name", "position", "change"), PLANTED)
def test_a_wrong_partial_of_any_row_is_refused_and_named(name, position, change):
    wrong = planted(TABLE[name], position, CHANGES[change])
    with pytest.raises(
        GradientError, match=rf"the partial of planted\(.*\) with respect to args\[{position}\] is wrong"
    ) as caught:
        gradcheck(lambda *args: autograd.tanh(0.5 * wrong(*args)), tame_point(TABLE[name]))
    assert [(partial.node.op.name, partial.position) for partial in caught.value.wrong] == [("planted", position)]


def test_an_unchanged_copy_of_any_row_is_not_refused():
    for name in sorted(ops.BUILT_IN - {"polygamma"}):
        op = TABLE[name]
        same = planted(op, 0, lambda slope: slope)
        assert gradcheck(lambda *args, same=same: autograd.tanh(0.5 * same(*args)), tame_point(op))


@given(st.randoms(use_true_random=False), st.floats(-2.0, 2.0), st.floats(0.25, 2.0))
def test_the_wrong_operation_is_named_wherever_it_stands(source, x, y):
    wrong = custom_op(math.atan, partials=lambda z, x: (1.0 + 1e-8) / (1.0 + x * x), name="wrong_atan")
    place = source.randrange(4)

    def f(x, y):
        steps = [autograd.sin, lambda v: v * y, autograd.sigmoid, lambda v: v - 0.25 * y]
        for i, step in enumerate(steps):
            x = step(wrong(x) if i == place else x)
        return x

    with pytest.raises(GradientError) as caught:
        gradcheck(f, (x, y))
    assert {partial.node.op.name for partial in caught.value.wrong} == {"wrong_atan"}


def test_swapped_partials_are_refused_and_both_are_named():
    wrong = custom_op(lambda x, y: x * y, partials=[lambda z, x, y: x, lambda z, x, y: y], name="swapped")
    with pytest.raises(
        GradientError, match=r"swapped\(2, 5\) with respect to x is wrong: got 2\.0, finite differences of the op give 5\."
    ) as caught:
        gradcheck(wrong, (2.0, 5.0))
    assert [partial.position for partial in caught.value.wrong] == [0, 1]


def test_the_error_tells_input_numbers_estimate_operation_arguments_and_line():
    wrong = custom_op(math.sin, partials=lambda z, x: (1.0 + 1e-8) * autograd.cos(x), name="wrong_sine")

    def wave(first, second):
        return wrong(first) * second

    with pytest.raises(GradientError) as caught:
        gradcheck(wave, (0.7, 2.0))
    error = caught.value
    message = str(error)
    assert message.startswith("gradcheck: the gradient of wave with respect to first at 0.7 is wrong: got 1.52968438")
    assert "finite differences give 1.529684374" in message
    assert "(relative error 1e-08)" in message
    assert "the partial of wrong_sine(0.7) with respect to first is wrong: got 0.76484219493" in message
    assert f"recorded at {__file__}:{wave.__code__.co_firstlineno + 1}" in message
    assert "= wrong_sine" in message.splitlines()[-2]
    assert (error.check.input, error.check.point) == ("first", 0.7)
    assert abs(error.check.numeric - 2.0 * math.cos(0.7)) <= error.check.error < 1e-11
    (partial,) = error.wrong
    assert (partial.node.op.name, partial.position) == ("wrong_sine", 0)


def test_the_error_draws_the_graph_with_the_wrong_operation_marked():
    wrong = custom_op(math.sin, partials=lambda z, x: 2.0 * autograd.cos(x), name="wrong_sine")
    with pytest.raises(GradientError) as caught:
        gradcheck(lambda x: wrong(x) * 3.0, (0.7,))
    drawing = caught.value.drawing
    framed = [line for line in drawing.body if style.BROKEN in line]
    assert len(framed) == 1
    assert "v₁: WRONG partial for x" in framed[0]
    assert "wrong_sine" in str(drawing)


def test_an_argument_that_an_operation_has_twice_is_told_by_its_place():
    wrong = custom_op(lambda x, y: x * y, partials=[lambda z, x, y: y, lambda z, x, y: 2.0 * x], name="product")
    with pytest.raises(GradientError, match=r"the partial of product\(3, 3\) with respect to argument 2, x, is wrong: got 6"):
        gradcheck(lambda x: wrong(x, x), (3.0,))


def test_the_message_of_a_large_graph_is_short():
    wrong = custom_op(math.sin, partials=lambda z, x: 2.0 * autograd.cos(x), name="wrong_sine")

    def deep(x):
        for _ in range(300):
            x = autograd.tanh(x + 0.1)
        return wrong(x)

    with pytest.raises(GradientError) as caught:
        gradcheck(deep, (0.7,))
    assert len(str(caught.value).splitlines()) < 20
    assert caught.value.drawing.source


def test_a_wrong_partial_that_the_whole_gradient_hides_is_still_found():
    wrong = custom_op(math.sin, partials=lambda z, x: (1.0 + 1e-6) * autograd.cos(x), name="wrong_sine")
    with pytest.raises(GradientError, match="below the error of finite differences") as caught:
        gradcheck(lambda x: wrong(x) + 1e12, (0.7,))
    assert caught.value.check is None


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (lambda x: x * x.data, r"argument 2 of mul \(.*\) is a plain number that changes with x, from 0.7 to 0.70"),
        (lambda x: x * x.detach(), "is a leaf that changes with x"),
        (lambda x: x.data * 2.0, "depends on the input in a way its graph does not show"),
        (
            lambda x: autograd.exp(x) if round(1e6 * x.data) % 2 else autograd.exp(x.data) + 0.0 * x,
            "different ops when x changes",
        ),
    ],
)
def test_a_value_used_as_a_plain_number_is_found_out(f, why):
    with pytest.raises(GradientError, match=why) as caught:
        gradcheck(f, (0.7,))
    assert caught.value.wrong == ()


def test_at_the_end_of_a_domain_the_conventions_are_the_reason():
    with pytest.raises(GradientError, match=r"pow\(0, 0\) is at the end of its domain, where its partials are conventions"):
        gradcheck(lambda x: x**x, (0.0,))


@pytest.mark.parametrize("f", [lambda x, y: x**2 + 0.0 * y, lambda x, y: autograd.sqrt(y)])
def test_an_op_with_no_end_there_or_of_another_input_is_not_the_reason(f):
    with pytest.raises(GradientError, match="depends on the input in a way its graph does not show"):
        gradcheck(lambda x, y: f(x, y) + (x.data if abs(x.data) < 1e-4 else 0.0), (0.0, 0.0))


@pytest.mark.parametrize("x", [1.0, 9.1e-31, 1e-60])
def test_a_wrong_gradient_close_to_a_pole_is_refused(x):
    twice = custom_op(lambda x: 1.0 / x, partials=lambda z, x: -2.0 * z * z, name="twice_too_steep")
    with pytest.raises(GradientError, match="relative error 1"):
        gradcheck(twice, (x,))


@pytest.mark.parametrize("x", [0.3, 0.49999, 0.5 - 1e-8, 2.5 + 1e-6])
def test_a_straight_through_gradient_is_refused_close_to_a_jump_too(x):
    rounded = custom_op(lambda x: float(round(x)), partials=lambda z, x: 1.0, name="rounded")
    with pytest.raises(GradientError, match="finite differences give 0"):
        gradcheck(rounded, (x,))


def test_a_gradient_that_is_nan_or_infinite_where_the_slope_is_not_is_refused():
    with pytest.raises(GradientError, match=r"got nan, finite differences give 0\.0"):
        gradcheck(lambda x: autograd.sqrt(x * x), (0.0,))
    with pytest.raises(GradientError, match=r"anomaly\(\)"):
        gradcheck(lambda x: autograd.sqrt(x * x), (0.0,))


def test_at_a_kink_only_the_stated_partial_passes():
    for name, slope in (("relu", 1.0), ("abs", 1.0), ("hypot", 1.0), ("maximum", 1.0)):
        op = TABLE[name]
        point = (0.0,) * op.arity
        made = op(*[Value(x) for x in point])
        partials = list(made.partials)
        partials[0] = slope
        made._da = slope
        partials = checked_partials([*made.args, made], made.args, [made], lambda partial: 0.0)
        wrong = [partial for partial in partials if not partial.right]
        assert [partial.position for partial in wrong] == [0]
        assert wrong[0].stated


def test_at_the_kink_of_an_op_of_the_users_the_partial_must_lie_between_the_sides():
    def kinked(slope):
        return custom_op(
            lambda x: max(x, 0.0),
            partials=lambda z, x: autograd.step(x) + slope * autograd.equal(x, 0.0),
            name=f"kinked_{abs(int(10 * slope))}",
            kinks=lambda x: x,
        )

    assert gradcheck(lambda x: kinked(0.3)(x) * 2.0, (0.0,))
    with pytest.raises(GradientError, match=r"got -0\.5, finite differences of the op give 0\.0 to 1\.0"):
        gradcheck(lambda x: kinked(-0.5)(x) * 2.0, (0.0,))


def test_at_a_kink_that_only_python_knows_the_gradient_must_lie_between_the_sides():
    assert gradcheck(lambda x: 2.0 * x if x > 0.0 else 3.0 * x, (0.0,))
    with pytest.raises(GradientError, match=r"finite differences give 2\.0.* to 3\.0"):
        gradcheck(lambda x: 2.0 * x if x > 0.0 else 3.0 * x if x < 0.0 else 7.0 * x, (0.0,))


@given(st.sampled_from(["tanh", "exp", "sin"]), st.floats(-1.0, 1.0), st.sampled_from([1e-8, -1e-8, 1e-3]))
def test_a_wrong_partial_behind_kinks_that_meet_is_refused(name, x, error):
    op = TABLE[name]
    wrong = planted(op, 0, lambda slope: slope * (1.0 + error))
    with pytest.raises(GradientError, match="planted"):
        gradcheck(lambda x, y: wrong(x) + autograd.relu(y) - autograd.relu(-y) + autograd.maximum(y, -y), (x, 0.0))


def test_a_wrong_second_derivative_is_refused_at_order_two_alone():
    flat = custom_op(math.sin, partials=lambda z, x: autograd.cos(x.data if type(x) is Value else x), name="flat_sine")
    assert gradcheck(flat, (0.7,))
    with pytest.raises(GradientError, match="∂flat_sine/∂x"):
        gradcheck(flat, (0.7,), order=2)


def test_a_wrong_third_derivative_is_refused_at_order_three_alone():
    def rule(z, x):
        return autograd.cos(x) if type(x) is not Value else third(x)

    third = custom_op(math.cos, partials=lambda z, x: -autograd.sin(x.data if type(x) is Value else x), name="third")
    wave = custom_op(math.sin, partials=rule, name="wave")
    assert gradcheck(wave, (0.7,), order=2)
    with pytest.raises(GradientError):
        gradcheck(wave, (0.7,), order=3)


# -- arguments and outputs checked -------------------------------------------------------------------


def test_containers_and_several_outputs_are_checked_by_name():
    report = gradcheck(lambda p, q: [p["a"] * p["b"][0], autograd.exp(p["a"])], ({"a": 0.5, "b": [2.0]}, 3.0))
    assert [(check.output, check.input) for check in report.checks] == [
        ("<lambda>[0]", "p['a']"),
        ("<lambda>[0]", "p['b'][0]"),
        ("<lambda>[0]", "q"),
        ("<lambda>[1]", "p['a']"),
        ("<lambda>[1]", "p['b'][0]"),
        ("<lambda>[1]", "q"),
    ]


def test_the_parameters_of_a_module_are_checked_by_name_and_left_as_they_were():
    net = nn.MLP(2, [2, 1], "tanh", seed=3)
    before = [(parameter.data, parameter.grad) for parameter in net.parameters()]
    report = gradcheck(net, ([0.5, -1.0],))
    assert [check.input for check in report.checks][:3] == ["x[0]", "x[1]", "layers[0].neurons[0].w[0]"]
    assert [(parameter.data, parameter.grad) for parameter in net.parameters()] == before
    whole = gradcheck(lambda net, x: nn.MSELoss()([net(x)], [1.0]), (net, [0.5, -1.0]))
    assert [check.input for check in whole.checks][2] == "net.layers[0].neurons[0].w[0]"


def test_a_wrong_activation_in_a_network_is_found_at_its_parameters():
    wrong = custom_op(math.tanh, partials=lambda z, x: 1.0 - z, name="wrong_tanh")
    with pytest.raises(GradientError, match="wrong_tanh"):
        gradcheck(nn.MLP(2, [2, 1], wrong), ([0.5, -1.0],))


def test_parameters_are_restored_when_the_module_raises():
    class Picky(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def forward(self, x):
            if self.w.data != 0.5:
                raise RuntimeError("moved")
            return self.w * x

    picky = Picky()
    with pytest.raises(RuntimeError, match="moved"):
        gradcheck(picky, (1.0,))
    assert picky.w.data == 0.5


def test_losses_are_checked_with_their_labels_handed_on():
    report = gradcheck(nn.CrossEntropyLoss(), ([[0.3, -0.2], [1.0, 2.0]], [1, 0]), order=2)
    assert report.skipped == 2
    assert "not checked (not a float): 2 inputs" in repr(report)


def test_arrays_and_numpy_numbers_are_checked():
    numpy = pytest.importorskip("numpy")
    report = gradcheck(nn.MLP(2, [1], "tanh"), (numpy.array([0.5, 1.5]),))
    assert [check.point for check in report.checks][:2] == [0.5, 1.5]
    assert gradcheck(autograd.exp, (numpy.float32(0.5),)).checks[0].point == 0.5
    assert gradcheck(autograd.exp, (numpy.array(0.5),)).checks[0].point == 0.5


def test_a_function_of_arrays_is_given_arrays_and_labels_as_they_are():
    numpy = pytest.importorskip("numpy")
    matrix, rows = numpy.array([[0.5, 1.5], [2.0, -1.0]]), numpy.array([1, 1])
    report = gradcheck(
        lambda given: (given["matrix"].T @ given["matrix"][given["rows"]]).sum(), ({"matrix": matrix, "rows": rows},)
    )
    assert [check.input for check in report.checks][:2] == ["given['matrix'][0, 0]", "given['matrix'][0, 1]"]
    assert report.skipped == 2
    assert check_grads(lambda x: (x**3).sum(), (matrix,), order=2)


@pytest.mark.parametrize(
    ("returned", "words"), [(None, "returned None: is a `return` missing?"), ([1.0, "1"], "that holds a str at [1]")]
)
def test_what_is_no_number_in_the_output_is_told(returned, words):
    with pytest.raises(TypeError, match=f"^gradcheck: <lambda> .*{re.escape(words)}"):
        gradcheck(lambda x: returned, (0.5,))


def test_a_value_among_the_inputs_is_checked_and_left_alone():
    x = Value(0.5, label="mine")
    gradcheck(lambda x: x * x, (x,))
    assert (x.data, x.grad) == (0.5, 0.0)


def test_what_is_frozen_is_a_constant_and_counted():
    net = nn.MLP(2, [2, 1], "tanh", seed=3)
    for parameter in net.layers[0].parameters():
        parameter.requires_grad = False
    fixed = Value(2.0, requires_grad=False)
    report = gradcheck(lambda net, xs, fixed: net(xs) * fixed, (net, [0.5, -1.0], fixed), order=2)
    assert {check.input for check in report.checks} == {
        "xs[0]",
        "xs[1]",
        *(f"net.layers[1].neurons[0].{w}" for w in ("w[0]", "w[1]", "b")),
    }
    assert report.frozen == 7
    assert "not checked (frozen): 7 Values" in repr(report)
    assert check_grads(lambda xs: net(xs) * fixed, ([0.5, -1.0],), order=2)
    with pytest.raises(ValueError, match="Values with requires_grad=False are passed on as constants"):
        gradcheck(autograd.exp, (fixed,))
    assert not any(parameter.requires_grad for parameter in net.layers[0].parameters())


def test_check_grads_takes_the_arguments_of_jax():
    f = lambda x, y: autograd.sin(x) * y  # noqa: E731
    assert check_grads(f, (0.5, 2.0), 2, ("fwd", "rev"), 1e-6, 1e-6, 1e-3)
    assert check_grads(f, (0.5, 2.0), order=1, modes="fwd")
    names = [check.output for check in check_grads(f, (0.5, 2.0), order=2).checks]
    assert names.count("∂<lambda>/∂x") == names.count("∂<lambda>/∂x (fwd)") == 2
    wrong = custom_op(math.sin, partials=lambda z, x: 2.0 * autograd.cos(x), name="wrong_sine")
    for modes in (("fwd",), ("rev",), ("fwd", "rev")):
        with pytest.raises(GradientError, match="check_grads: the gradient of wrong_sine with respect to x"):
            check_grads(wrong, (0.5,), 1, modes=modes)


def test_a_rule_that_raises_at_a_constant_is_the_same_to_both_sweeps():
    product = custom_op(lambda x, y: x * y, partials=[lambda z, x, y: 1.0 / (1.0 / y), lambda z, x, y: x], name="product")
    for modes in ("fwd", "rev"):
        assert check_grads(lambda x: product(x, 0.0) + x * x, (2.0,), order=2, modes=modes)


def test_what_is_tolerated_besides_can_be_given():
    wrong = custom_op(math.sin, partials=lambda z, x: autograd.cos(x) + 1e-5, name="a_little_wrong")
    for allowed in ({"atol": 1e-4}, {"rtol": 1e-4}):
        assert gradcheck(wrong, (0.5,), **allowed)
    with pytest.raises(GradientError):
        gradcheck(wrong, (0.5,), atol=1e-6)


def test_the_error_of_differences_that_are_all_0_is_shown_as_0():
    report = gradcheck(lambda x: autograd.abs(x) ** 2, (0.0,))
    assert "0.0e+00" in str(report)
    assert "e-3" not in str(report)


def keeping():
    """A function that keeps its first result."""
    memo = {}
    return lambda x: memo.setdefault("square", x * x) + x


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gradcheck(lambda: 1.0, ()), ValueError, "gradcheck: inputs must contain at least one float to check"),
        (lambda: gradcheck(autograd.exp, (2,)), ValueError, "write 2.0 for 2"),
        (lambda: gradcheck(autograd.exp, 2.0), TypeError, r"arguments of f, got float: for one argument x, write \(x,\)"),
        (
            lambda: gradcheck(lambda p: p[0], [1.0, 2.0]),
            TypeError,
            r"got 2 items, but <lambda> takes one: for a list x, write \(x,\)",
        ),
        (lambda: gradcheck(Value(2.0), (2.0,)), TypeError, r"f must be a function, got a Value: write gradcheck\(f, …\), not"),
        (lambda: gradcheck(autograd.exp, {"x": 2.0}), TypeError, "inputs must be a tuple of the arguments of f, got dict"),
        (lambda: gradcheck(autograd.exp, (1.0,), order=0), ValueError, "order must be at least 1, got 0"),
        (lambda: gradcheck(autograd.exp, (1.0,), rtol=-1.0), ValueError, "rtol must be a finite number >= 0, got -1.0"),
        (lambda: gradcheck(autograd.exp, (math.nan,)), ValueError, "x must be finite, got nan"),
        (lambda: gradcheck(autograd.log, (-1.0,)), ValueError, "log is nan at x=-1.0, so there is no gradient to check"),
        (lambda: check_grads(autograd.exp, (1.0,), 1, modes="both"), ValueError, "modes must be one of fwd, rev, got 'both'"),
        (lambda: check_grads(autograd.exp, (1.0,), 1, eps=0.0), ValueError, "eps must be a finite number > 0, got 0.0"),
        (lambda: gradcheck(lambda x: x * random.random(), (1.0,)), ValueError, "is not deterministic at x=1.0"),
        (lambda: gradcheck(keeping(), (2.0,)), ValueError, "<lambda> depends on a Value that it kept from an earlier call"),
        (lambda: gradcheck(nn.Dropout(0.5, seed=0), ([1.0] * 20,)), ValueError, r"call .eval\(\) on a module with Dropout"),
    ],
)
def test_what_cannot_be_checked_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()


# -- the report --------------------------------------------------------------------------------------


def test_the_report_is_true_and_says_how_sharp_the_check_was():
    report = gradcheck(lambda x, y: autograd.tanh(x) * y, (0.5, 2.0))
    assert bool(report) is True
    assert 0.0 < report.sensitivity < 1e-11
    table = repr(report)
    assert table.splitlines()[0].split() == ["input", "of", "gradient", "differences", "±", "detects", "errors", "above"]
    assert "3 partials of single ops: errors above" in table


def test_the_sensitivity_is_the_error_that_is_just_caught():
    def off_by(error):
        return custom_op(lambda x: math.sin(x) + 1e6, partials=lambda z, x: (1.0 + error) * autograd.cos(x), name="shifted")

    sensitivity = gradcheck(off_by(0.0), (0.7,)).sensitivity
    assert 1e-11 < sensitivity < 1e-6
    assert gradcheck(off_by(0.1 * sensitivity), (0.7,))
    with pytest.raises(GradientError):
        gradcheck(off_by(3.0 * sensitivity), (0.7,))


def test_a_difference_of_equal_numbers_is_no_reason_to_see_nothing():
    with pytest.raises(GradientError, match=r"relative error 0.5"):
        gradcheck(lambda x: autograd.hypot((x - x) * x, x + x) * x.detach(), (0.3,))


def test_where_rounding_hides_the_gradient_the_report_says_so():
    report = gradcheck(lambda x: autograd.log((x + 1.0) - 1.0) * x.detach(), (2.0**-50,))
    assert "rounding hides the gradient here" in repr(report)
    assert "1 of 1 derivative could not be checked: rounding hides the gradient there" in repr(report)


@pytest.mark.parametrize(("f", "x"), [(autograd.sqrt, 0.0), (autograd.acos, 1.0)])
def test_an_infinite_gradient_that_differences_confirm_is_not_hidden(f, x):
    report = gradcheck(f, (x,))
    assert "rounding hides" not in repr(report)
    assert report.checks[0].numeric == report.checks[0].analytic


def test_where_nothing_can_be_seen_the_report_says_so():
    assert "finite differences show nothing here" in repr(gradcheck(autograd.sin, (1e300,)))
    assert "at a kink" in repr(gradcheck(autograd.relu, (0.0,)))


def test_a_long_report_is_cut():
    assert "… and 13 more" in repr(gradcheck(autograd.sum, ([0.5] * 33,)))


@example((Expression(("exp", ("exp", ("mul", "x", "x")))), (1.0,)))  # 10²³ one step away, with rounding to match
@given(drawn(ops=["add", "sub", "mul", "tanh", "sin", "exp", "sigmoid"]))
def test_on_everyday_functions_an_error_of_1e_8_would_be_caught_wherever_the_slope_is_not_lost_in_the_value(pair):
    f, point = pair
    if not all(abs(x) < 3.0 for x in point):
        return
    for check in gradcheck(f, point).checks:
        slope, value = abs(check.analytic), abs(f(*point)) + 1.0
        if slope > 1e-3 * value and slope < 1e3:
            assert check.sensitivity < 1e-8


# -- infinite operands -------------------------------------------------------------------------------

INFINITE = {
    "1/x": lambda x: 1.0 / x,
    "-1/(x*x)": lambda x: -1.0 / (x * x),
    "log(x)": autograd.log,
    "exp(1000*(x + 1))": lambda x: autograd.exp(1000.0 * (x + 1.0)),
    "log(x - 1)": lambda x: autograd.log(x - 1.0),  # NaN
}
OF_IT = {
    "1/u": lambda u, x: 1.0 / u,
    "1/(1 + u)": lambda u, x: 1.0 / (1.0 + u),
    "minimum": lambda u, x: autograd.minimum(u, 3.0) + x,
    "where": lambda u, x: autograd.where(u > 3.0, x, u * x),
    "u**x": lambda u, x: u**x,
} | {name: lambda u, x, op=op: op(u) for name, op in TABLE.items() if op.arity == 1}


@pytest.mark.parametrize(("inner", "mode"), [*((name, "rev") for name in INFINITE), ("1/x", "fwd"), ("log(x - 1)", "fwd")])
@pytest.mark.parametrize("outer", OF_IT)
def test_an_operand_that_is_infinite_or_nan_is_no_crash(inner, mode, outer):
    found: object = None
    try:
        found = check_grads(lambda x: OF_IT[outer](INFINITE[inner](x), x), (0.0,), order=2, modes=mode)
    except (GradientError, ValueError) as error:  # a gradient of 0·inf is NaN: wrong, and without derivatives
        found = error
    assert re.search("errors above|is wrong: got|so there is no gradient to check", str(found))


@pytest.mark.parametrize("f", [lambda x: autograd.atan(1.0 / x), lambda x: autograd.minimum(1.0 / x, 3.0) + x])
def test_what_is_right_beside_an_infinite_operand_passes(f):
    assert gradcheck(f, (0.0,))


def test_what_is_wrong_beside_an_infinite_operand_is_named():
    with pytest.raises(GradientError, match=r"got nan, finite differences give 1\.0"):
        gradcheck(lambda y: 1.0 / (1.0 / y), (0.0,))


# -- the progress bar --------------------------------------------------------------------------------


def test_a_check_that_is_quick_imports_no_bar():
    code = "import sys; from autograd.testing import gradcheck; gradcheck(lambda x: x * x, (2.0,)); print('tqdm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_check_that_takes_long_shows_a_bar_and_starts_no_thread(monkeypatch, capsys):
    monkeypatch.setattr(_progress, "DELAY", 0.0)
    threads = threading.enumerate()
    assert gradcheck(autograd.sum, ([0.5] * 3,))
    assert "gradcheck:   0%" in capsys.readouterr().err
    assert threading.enumerate() == threads


def test_the_bar_begins_where_the_check_is_and_is_closed_if_it_fails(monkeypatch, capsys):
    monkeypatch.setattr(_progress, "DELAY", 0.01)
    wrong = custom_op(lambda x: x, partials=lambda z, x: 2.0, name="doubled")

    def f(x, y):
        time.sleep(0.001)
        return x + wrong(y)

    with pytest.raises(GradientError):
        gradcheck(f, (1.0, 2.0))
    assert "gradcheck:  50%" in capsys.readouterr().err
