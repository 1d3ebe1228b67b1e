"""gradcheck at kinks: it says where a function is smooth after all; elsewhere the convention applies."""

import math

import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import custom_op
from autograd.names import as_index
from autograd.testing import check_grads, gradcheck, gradcheck_given, networks
from autograd.testing.gradcheck.slopes import Smoothness
from tests.support import oracle
from tests.support.oracle import mp
from tests.support.programs import run_ops, wild_programs
from tests.support.soak import few

relu, maximum, minimum, hypot, where = autograd.relu, autograd.maximum, autograd.minimum, autograd.hypot, autograd.where
half = settings(max_examples=settings.default.max_examples // 2)


# -- a second judge ----------------------------------------------------------------------------------

OPS = {"relu": 1, "abs": 1, "neg": 1, "maximum": 2, "minimum": 2, "add": 2, "sub": 2, "mul": 2, "hypot": 2}
small = st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5])


def kinky(names=tuple(OPS)):
    """A short program with kinks, and a point at which many of its ops are at a kink."""
    return wild_programs(small, names, leaves=2, most=7)


@st.composite
def sums_of_kinks(draw):
    """Kinks in a few linear forms that are 0 at the point, with simple factors: they often cancel."""
    point = tuple(draw(st.lists(small, min_size=1, max_size=2)))
    steps = [("sub", (i, x)) for i, x in enumerate(point)]

    def add(name, *args):
        steps.append((name, args))
        return len(point) + len(steps) - 1

    moved = [len(point) + i for i in range(len(point))]
    forms = [moved[0], add("neg", moved[0])]
    if len(point) == 2:
        form = draw(st.sampled_from(["add", "sub"]))
        forms += [moved[1], add(form, *moved), add(form, *moved[::-1]), add("neg", add(form, *moved))]
    forms = draw(st.lists(st.sampled_from(forms), min_size=1, max_size=2, unique=True))
    forms += [add("neg", form) for form in forms]
    factors = st.sampled_from([1.0, -1.0, 2.0])
    total = add("mul", draw(st.sampled_from(forms)), draw(factors))
    for _ in range(draw(st.integers(1, 3))):
        name, form = draw(st.sampled_from(["relu", "abs", "maximum", "minimum"])), draw(st.sampled_from(forms))
        args = (form,) if OPS[name] == 1 else (form, draw(st.sampled_from([0.0, *forms])))
        total = add(draw(st.sampled_from(["add", "sub", "sub"])), total, add("mul", add(name, *args), draw(factors)))
    return steps, point


def function_of(steps):
    return lambda *xs: run_ops(steps, xs)[-1]


def along(steps, point, direction):
    """The two one-sided slopes along a line."""
    sides = [[x + side * mp.mpf("1e-25") * d for x, d in zip(point, direction, strict=True)] for side in (-1, 1)]
    return [mp.fdot(oracle.evaluate(steps, there)[1], direction) for there in sides]


def lines(point):
    """Directions all around that no kink with simple coefficients runs along."""
    n = len(point)
    return [[mp.mpf(i == j) for j in range(n)] for i in range(n)] + [
        [mp.sqrt(p) if k & (1 << j) else -mp.sqrt(q) for j in range(n)] for k in range(2**n) for p, q in ((2, 3), (7, 5))
    ]


def is_smooth(steps, point):
    """True if f has the same slope on both sides in every direction."""
    return all(abs(one - other) < mp.mpf("1e-15") for one, other in (along(steps, point, line) for line in lines(point)))


@example(([("relu", (0,)), ("neg", (0,)), ("relu", (2,)), ("sub", (1, 3))], (0.0,)))
@example(([("add", (0, 1)), ("sub", (1, 0)), ("relu", (2,)), ("relu", (3,)), ("sub", (4, 5))], (0.0, 0.0)))
@half
@given(st.one_of(kinky(), sums_of_kinks()))
def test_what_is_told_to_be_smooth_is_so_with_the_slope_that_is_told(drawn):
    steps, point = drawn
    for i, check in enumerate(gradcheck(function_of(steps), point).checks):
        if check.smooth:
            left, right = along(steps, point, lines(point)[i])
            assert is_smooth(steps, point)
            assert abs(left - check.numeric) <= check.error
            assert abs(right - check.numeric) <= check.error
            assert abs(left - check.analytic) > 0.1


@half
@given(st.one_of(kinky(names=[name for name in OPS if name != "hypot"]), sums_of_kinks()))
def test_what_is_smooth_against_the_convention_is_told(drawn):
    steps, point = drawn
    assume(is_smooth(steps, point))
    report = gradcheck(function_of(steps), point)
    for i, check in enumerate(report.checks):
        left, _ = along(steps, point, lines(point)[i])
        if abs(left - check.analytic) > 0.1:
            assert check.smooth or check.smoothness is Smoothness.UNCLEAR
            assert not report or check.smoothness is Smoothness.UNCLEAR
        else:
            assert not check.smooth


@few
@given(st.one_of(kinky(), sums_of_kinks()), st.booleans())
def test_what_is_told_to_be_smooth_at_order_two_has_the_second_derivatives_that_are_told(drawn, squared):
    steps, point = drawn
    n = len(point)
    last = n + len(steps) - 1
    steps = [*steps, ("mul", (last, last))] if squared else steps
    report = gradcheck(function_of(steps), point, order=2)
    for j, check in enumerate(report.checks[n:]):
        k, i = divmod(j, n)
        for side in (-1, 1) if check.smooth else ():
            there = [x + side * mp.mpf("1e-25") * d for x, d in zip(point, lines(point)[i], strict=True)]
            assert abs(oracle.hessian(steps, there)[k][i] - check.numeric) <= check.error


# -- examples ----------------------------------------------------------------------------------------

CANCEL = {  # name: (function, point, order of the derivative, result by differences, result by convention)
    "relu(x) - relu(-x)": (lambda x: relu(x) - relu(-x), (0.0,), 1, 1.0, 0.0),
    "a relu of a relu": (lambda x: relu(relu(x)) - relu(-x), (0.0,), 1, 1.0, 0.0),
    "two kinks of one neuron": (lambda w, x: w * relu(x + 1.0) - w * relu(-x - 1.0), (2.0, -1.0), 1, 2.0, 0.0),
    "an isolated point": (lambda x: autograd.equal(x, 0.0) * x, (0.0,), 1, 0.0, 1.0),
    "the same branches": (lambda x: where(x, 2.0 * x, x), (0.0,), 1, 2.0, 1.0),
    "a kink farther on": (lambda x: relu(x) - relu(-x) + relu(x - 1e-3), (0.0,), 1, 1.0, 0.0),
    "on a large scale": (lambda x: 1e9 * (relu(1e6 * x) - relu(-1e6 * x)), (0.0,), 1, 1e15, 0.0),
    "on a small scale": (lambda x: 1e-9 * (relu(1e-6 * x) - relu(-1e-6 * x)), (0.0,), 1, 1e-15, 0.0),
    "next to curvature": (lambda x: autograd.exp(x) + 3.0 * (relu(x) - relu(-x)), (0.0,), 1, 4.0, 1.0),
    "abs(x)**2": (lambda x: abs(x) ** 2, (0.0,), 2, 2.0, 0.0),
    "abs(x)*abs(x)": (lambda x: abs(x) * abs(x), (0.0,), 2, 2.0, 0.0),
    "norm(x)**2": (lambda x, y: autograd.norm([x, y]) ** 2, (0.0, 0.0), 2, 2.0, 0.0),
    "hypot(x, y)**2": (lambda x, y: hypot(x, y) ** 2, (0.0, 0.0), 2, 2.0, 0.0),
    "two ties": (lambda x: maximum(x, 1.0) * minimum(x, 1.0), (1.0,), 2, 0.0, 0.5),
    "relu(x*x)": (lambda x: relu(x * x), (0.0,), 2, 2.0, 0.0),
}
STAND = {
    "relu": (relu, (0.0,)),
    "abs": (autograd.abs, (0.0,)),
    "x*abs(x)": (lambda x: x * abs(x), (0.0,)),
    "max(x, y) + min(x, y)": (lambda x, y: maximum(x, y) + minimum(x, y), (1.0, 1.0)),
    "a tie": (maximum, (1.0, 1.0)),
    "clip at its bounds": (lambda x, y: autograd.clip(x, 0.0, 1.0) + autograd.clip(y, 0.0, 1.0), (0.0, 1.0)),
    "norm": (lambda x, y: autograd.norm([x, y]), (0.0, 0.0)),
    "leaky_relu": (autograd.leaky_relu, (0.0,)),
    "softsign": (autograd.softsign, (0.0,)),
    "elu": (autograd.elu, (0.0,)),
    "huber": (lambda x: nn.HuberLoss()([x], [0.0]), (1.0,)),
    "a kink that hardly shows": (lambda x: x + 1e-6 * relu(x), (0.0,)),
    "a kink among others that cancel": (lambda x: relu(x) - relu(-x) + 0.001 * relu(x), (0.0,)),
    "smooth along each input alone": (lambda x, y: relu(x + y) - relu(y - x), (0.0, 0.0)),
    "smooth along each input and both together": (
        lambda x, y: relu(x + y) - relu(-x - y) - relu(relu(x) - abs(y)), (0.0, 0.0)),
    "a jump": (autograd.step, (0.0,)),
    "a jump halfway": (autograd.sign, (0.0,)),
    "a wave at a kink": (lambda x: hypot(1e7, autograd.cos(x)) + maximum(x, 1e5) + minimum(x, 1e5), (1e5,)),
    "a remainder": (lambda x: x % 1.0, (2.0,)),
    "a remainder of tiny numbers": (lambda x: +(x % x), (2.148534536194126e-103,)),
    "a number made of its parts": (lambda x: autograd.floor(x) + x % 1.0, (2.0,)),
    "nothing flows": (lambda x, w: relu(x * w), (0.0, 2.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", CANCEL)
def test_a_smooth_function_whose_conventions_give_another_slope_is_told(name):
    f, point, order, right, stated = CANCEL[name]
    reports = [gradcheck(f, point, order=order), check_grads(f, point, order, modes="fwd")]
    for report in reports:
        assert not report
        told = [check for check in report.checks if check.smooth]
        assert {check.analytic for check in told} == {stated}
        assert all(abs(check.numeric - right) <= check.error <= 1e-6 * (abs(right) + 1.0) for check in told)


@pytest.mark.parametrize("name", STAND)
@pytest.mark.parametrize("order", [1, 2])
def test_where_the_sides_differ_or_the_convention_is_right_it_stands(name, order):
    f, point = STAND[name]
    report = gradcheck(f, point, order=order)
    assert report
    assert "smooth" not in repr(report)


@pytest.mark.parametrize("name", CANCEL)
@pytest.mark.parametrize("distance", [1e-9, -1e-9, 1e-4, -1e-2])
def test_next_to_its_kinks_a_smooth_function_is_checked_as_any_other(name, distance):
    f, point, order, _, _ = CANCEL[name]
    assert gradcheck(f, [x + distance for x in point], order=order)


def test_the_report_says_where_it_is_smooth_and_what_was_found():
    report = gradcheck(lambda x: relu(x) - relu(-x), (0.0,))
    (check,) = report.checks
    assert (check.analytic, check.numeric, check.smooth) == (0.0, 1.0, True)
    lines = repr(report).splitlines()
    assert lines[1].split()[:4] == ["x", "<lambda>", "0", "1"]
    assert lines[1].endswith("the function is smooth here")
    assert lines[2].startswith(
        "<lambda> with respect to x at 0.0: the function is smooth here, and finite differences give 1.0 ± "
    )
    assert lines[2].endswith("; the recorded convention gives 0.0")
    assert lines[3] == "the report is therefore false: pass conventions='accept' to accept the conventional derivatives"
    accepted = gradcheck(lambda x: relu(x) - relu(-x), (0.0,), conventions="accept")
    assert accepted
    assert repr(accepted).splitlines() == [*lines[:3], *lines[4:]]
    assert check_grads(lambda x: relu(x) - relu(-x), (0.0,), 2, conventions="accept")


def test_many_are_cut():
    report = gradcheck(lambda xs: autograd.sum([relu(x) - relu(-x) for x in xs]), ([0.0] * 5,))
    assert "… and 2 more where the function is smooth" in repr(report).splitlines()


def test_what_the_differences_cannot_tell_is_said_and_not_held_against_the_function():
    report = gradcheck(lambda x: 1e17 + relu(x) - relu(-x), (0.0,))
    assert report
    assert [check.smoothness for check in report.checks] == [Smoothness.UNCLEAR]
    assert "at a kink; the differences are too coarse to tell whether f is smooth" in repr(report)
    assert "1 derivative by convention, at kinks: finite differences are too coarse to tell" in repr(report)


def test_kinks_of_an_op_of_the_users_own_are_asked_too():
    mine = custom_op(lambda x: max(x, 0.0), partials=lambda z, x: autograd.step(x), name="mine", kinks=lambda x: x)
    assert gradcheck(mine, (0.0,))
    assert not gradcheck(lambda x: mine(x) - mine(-x), (0.0,))


def test_a_wrong_gradient_at_kinks_that_cancel_is_refused_whatever_is_accepted():
    wrong = custom_op(math.sin, partials=lambda z, x: 1.001 * autograd.cos(x), name="wrong_sine")
    for conventions in ("check", "accept"):
        with pytest.raises(autograd.testing.GradientError, match="wrong_sine"):
            gradcheck(lambda x: wrong(x) + relu(x) - relu(-x), (0.0,), conventions=conventions)


def test_gradcheck_given_fails_at_a_point_where_kinks_cancel_unless_conventions_are_accepted():
    def f(x):
        return relu(x) - relu(-x)

    points = st.sampled_from([1.0, 0.0])
    with pytest.raises(AssertionError, match="the function is smooth here, and finite differences give 1"):
        settings(database=None, phases=[Phase.generate])(gradcheck_given(x=points)(f))()
    gradcheck_given(x=points, conventions="accept")(f)()


@pytest.mark.parametrize("check", [gradcheck, lambda f, x, **named: check_grads(f, x, 1, **named)])
def test_other_ways_to_take_conventions_are_refused(check):
    with pytest.raises(ValueError, match="conventions must be one of check, accept, got 'ignore'"):
        check(relu, (0.0,), conventions="ignore")


@few
@given(networks())
def test_a_right_network_is_never_refused_and_told_to_be_smooth_at_its_kinks_only_where_it_is(drawn):
    net, x = drawn
    report = gradcheck(net, (x,))
    assert len({check.input for check in report.checks}) == len(x) + len(net.parameters())
    for check in report.checks:
        if check.smooth:
            beside = [slope_of(net, x, check, step) for step in (-1e-7, 1e-7)]
            assert all(slope == pytest.approx(check.numeric, rel=1e-5, abs=1e-5) for slope in beside)


def slope_of(net, x, check, step):
    """The derivative of a check beside the point, where no convention applies."""
    parameters = dict(net.named_parameters())
    x, name = list(x), check.input
    if name.startswith("x["):
        x[int(name[2:-1])] += step
        moved = None
    else:
        moved = next(value for key, value in parameters.items() if as_index(key) == name)
        moved.data += step
    try:
        (near,) = [found for found in gradcheck(net, (x,)).checks if (found.input, found.output) == (name, check.output)]
    finally:
        if moved is not None:
            moved.data -= step
    return near.analytic
