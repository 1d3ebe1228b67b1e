"""audit: forms of losses and claims, agreement, and the report."""

import math
from html.parser import HTMLParser

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, atan, exp, log, maximum, minimum, relu, sigmoid, sin, sqrt, tanh
from autograd.audit import Proofreading, audit

SLOPES = {  # functions of one number, with textbook derivatives
    "square": (lambda x: x**2, lambda x: 2 * x),
    "inverse": (lambda x: 1 / x, lambda x: -1 / x**2),
    "root": (lambda x: sqrt(1 + x * x), lambda x: x / math.sqrt(1 + x * x)),
    "logistic": (lambda x: 1 / (1 + exp(-x)), lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2),
    "sigmoid": (sigmoid, lambda x: 1 / (1 + math.exp(-x)) * (1 - 1 / (1 + math.exp(-x)))),
    "tanh": (tanh, lambda x: 1 - math.tanh(x) ** 2),
    "log": (lambda x: log(1 + x * x), lambda x: 2 * x / (1 + x**2)),
    "softplus": (lambda x: log(1 + exp(x)), lambda x: 1 / (1 + math.exp(-x))),
    "difference": (lambda x: (x + 1) ** 3 - x**3, lambda x: 6 * x + 3),
    "quotient": (lambda x: (x - 1) / (x * x + 1), lambda x: (1 + 2 * x - x * x) / (x * x + 1) ** 2),
    "exponential": (lambda x: exp(-(x**2)), lambda x: -2 * x * math.exp(-x * x)),
    "relu": (relu, lambda x: float(x >= 0)),
    "absolute": (lambda x: abs(x) * x, lambda x: 2 * abs(x)),
    "nothing": (lambda x: x * 0.0 + 3.0, lambda x: 0.0),
}


@pytest.mark.parametrize("name", SLOPES)
@given(x=st.floats(-30.0, 30.0) | st.sampled_from([0.0, -0.0, 1e-9, -1e-300, 5e-324, 1e5]))
def test_the_derivatives_of_the_books_are_never_accused(name, x):
    f, slope = SLOPES[name]
    assume(name != "inverse" or abs(x) > 1e-100)
    assume(name not in ("logistic", "softplus", "sigmoid") or abs(x) < 600)
    assert audit(f, slope, at=x)
    assert audit(f, slope(x), at=x)


@given(x=st.floats(0.1, 3.0), off=st.sampled_from([1e-7, -1e-4, 0.5]))
@pytest.mark.parametrize("name", [name for name in SLOPES if name not in ("nothing", "relu")])
def test_a_derivative_that_is_a_little_off_is_refused(name, x, off):
    f, slope = SLOPES[name]
    assert not audit(f, lambda x: slope(x) + off * max(1.0, abs(slope(x))), at=x)


def test_parameters_are_given_by_name_by_position_or_alone():
    def f(w, b):
        return (w[0] * 2.0 + w[1] * 3.0 + b) ** 2

    def claim(w, b):
        r = 2 * (w[0] * 2.0 + w[1] * 3.0 + b)
        return [2 * r, 3 * r], r

    at = {"w": [0.5, -1.0], "b": 0.25}
    assert audit(f, claim, at=at)
    assert audit(f, lambda w, b: dict(zip("wb", claim(w, b), strict=True)), at=at)
    assert audit(f, {"w": lambda w, b: claim(w, b)[0], "b": lambda w, b: claim(w, b)[1]}, at=at)
    assert audit(f, claim([0.5, -1.0], 0.25), at=at)
    by_position = audit(f, claim, at=([0.5, -1.0], 0.25))
    assert by_position
    assert list(by_position.parameters) == ["w", "b"]
    assert audit(lambda w: f(w, 0.25), lambda w: claim(w, 0.25)[0], at=[0.5, -1.0])
    assert audit(lambda *w: f(w, 0.25), lambda *w: tuple(claim(w, 0.25)[0]), at=(0.5, -1.0)).parameters.keys() == {
        "argument 1",
        "argument 2",
    }


def test_a_loss_written_with_numpy_gets_arrays_of_values_and_the_claim_arrays():
    x = numpy.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])

    def claim(w):
        assert isinstance(w, numpy.ndarray)
        assert w.dtype == float
        return 2 * x.T @ (x @ w)

    assert audit(lambda w: ((x @ w) ** 2).sum(), claim, at=numpy.array([0.3, -0.2]))
    assert audit(lambda w: 3.0 * w, numpy.float64(3.0), at=numpy.float64(2.0))


def test_a_claim_that_holds_at_the_given_point_alone_is_told_so():
    report = audit(lambda w: (w - 1.0) ** 2 + 0.5 * w**2, lambda w: 2 * (w - 1.0), at=0.0)
    assert not report
    assert "(at a nearby point; it agrees at the given one)" in report["w"].sentence()
    assert report["w"].diagnosis.mistake == "penalty"
    numbers = audit(lambda w: (w - 1.0) ** 2 + 0.5 * w**2, -2.0, at=0.0)
    assert numbers
    assert numbers["w"].sentence() == "agrees at the given point, the only one checked"


def test_a_function_that_gives_one_number_is_judged_nearby_if_it_is_right_there():
    constant = audit(lambda w: 3.0 * w, lambda w: 3.0, at=0.5)
    assert constant["w"].sentence() == "agrees"
    by_chance = audit(lambda w: w * w, lambda w: 1.0, at=0.5)
    assert by_chance["w"].sentence() == "agrees at the given point, the only one checked"
    notes = Proofreading("notes")
    notes.claim("d(3w)/dw = 3", lambda w: 3.0 * w, lambda w: 3.0, at=0.5)
    notes.claim("d(w²)/dw = 1", lambda w: w * w, lambda w: 1.0, at=0.5)
    assert [statement.verdict for statement in notes] == ["holds", "holds at this point"]


def test_a_claim_may_take_either_side_of_a_kink_and_nothing_beyond():
    for slope in (0.0, 1.0, 0.5):
        assert audit(relu, slope, at=0.0)
        assert audit(lambda y, w, x: relu(1 - y * w * x), (-slope, -slope, None), at=(1.0, 1.0, 1.0))
    assert not audit(relu, 1.1, at=0.0)
    sentence = audit(lambda w, x: relu(1 - w * x), (lambda w, x: -x, None), at=(1.0, 1.0))["w"].sentence()
    assert "agrees at the given one" in sentence
    assert sentence.endswith("; the given point is at a kink of relu, where either side is accepted")
    assert not audit(relu, 0.5, at=0.1)
    assert audit(lambda w, b: relu(w[0] * 2.0 + b) + relu(w[1] * 3.0 + b), ([2.0, 3.0], 2.0), at=([0.0, 0.0], 0.0))


@pytest.mark.parametrize(
    "f", [lambda x: relu(x) - relu(-x), lambda x: maximum(x, 0.0) + minimum(x, 0.0), lambda x: x + abs(0 * x)]
)
def test_where_ops_have_kinks_and_f_is_smooth_only_its_derivative_is_right(f):
    assert audit(f, 1.0, at=0.0)
    assert audit(f, lambda x: 1.0, at=0.0)
    for slope in (0.0, 0.5, 2.0, -1.0):
        assert not audit(f, slope, at=0.0)


def test_what_backward_gives_by_convention_is_told_where_f_is_smooth():
    verdict = audit(lambda x: relu(x) - relu(-x), 0.0, at=0.0)["x"]
    assert verdict.diagnosis.mistake == "convention"
    assert "claimed 0, should be 1" in verdict.sentence()


def test_no_side_of_a_kink_is_right_beyond_its_slopes():
    for slope in (-0.5, -1.0, 1.1):
        assert not audit(relu, slope, at=0.0)
        assert not audit(lambda w, x: relu(1 - w * x), (-slope, None), at=(1.0, 1.0))


@given(st.floats(0, 1), st.floats(-1, 2))
def test_claims_at_a_tie_hold_if_they_are_between_its_sides_together(share, other):
    at = (1.0, 1.0)
    assert audit(maximum, (share, 1.0 - share), at=at)
    assert audit(lambda x, z: abs(x - 1.0) - abs(z - 1.0), (2 * share - 1.0, 1.0 - 2 * share), at=at)
    assume(abs(share + other - 1.0) > 1e-6)
    report = audit(maximum, (share, other), at=at)
    assert not report
    if 0.0 <= other <= 1.0:
        assert report["x"].apart
        assert "no side gives all these numbers" in report["y"].sentence()


def test_a_forgotten_square_is_found():
    for f, claim, taken in (
        (lambda w, x: tanh(w * x), lambda w, x: x * (1 - math.tanh(w * x)), "1 − a instead of 1 − a²"),
        (lambda w, x: atan(w * x), lambda w, x: x / (1 + w * x), "1/(1 + x) instead of 1/(1 + x²)"),
    ):
        likely = audit(f, (claim, None), at=(0.7, 1.3))["w"].likely()
        assert likely.startswith("a square is missing: ")
        assert likely.endswith(taken)


def test_saturated_units_allow_for_the_digits_a_textbook_loses():
    def claim(w):
        a = 1 / (1 + math.exp(-w))
        return 2 * (a - 1.0) * a * (1 - a)

    for w in (10.0, 20.0, 30.0, 36.0, 40.0, -30.0):
        assert audit(lambda w: (sigmoid(w) - 1.0) ** 2, claim, at=w)
        assert audit(lambda w: (1 / (1 + exp(-w)) - 1.0) ** 2, claim, at=w)


def cross_entropy(z, t):
    return -(t * log(sigmoid(z)) + (1 - t) * log(1 - sigmoid(z)))


@pytest.mark.parametrize("quarters", [1, 2, 3, 5])
@pytest.mark.parametrize("f", [sin, autograd.cos, lambda x: exp(sin(x))])
def test_a_slope_that_is_0_but_for_the_rounding_of_the_point_may_be_claimed_as_0(quarters, f):
    slope = autograd.grad(f)(quarters * math.pi / 2)
    assert audit(f, 0.0 if abs(slope) < 1e-9 else slope, at=quarters * math.pi / 2)
    assert not audit(f, 1e-9 if abs(slope) < 1e-9 else 0.0, at=quarters * math.pi / 2)


@pytest.mark.parametrize("claimed", [-20.0, 0.0, 34.0, -34.0])
@pytest.mark.parametrize("t", [1.0, 0.0])
def test_where_rounding_hides_the_gradient_no_claim_is_right_or_wrong(claimed, t):
    report = audit(cross_entropy, (lambda z, t: 1 / (1 + math.exp(-z)) - t, claimed), at=(34.0, t))
    assert not report
    assert report["t"].undecided
    assert not report["t"].agrees
    assert report["t"].likely() == ""
    assert "rounding hides which is right; choose another point" in report["t"].sentence()
    assert "cannot be judged" in report.headline()


@pytest.mark.parametrize("claimed", [0.0, 1.0, lambda x: 0.0, lambda x: -x / 12])
def test_where_paths_cancel_but_for_rounding_no_claim_is_right_or_wrong(claimed):
    verdict = audit(lambda x: (1 - autograd.cos(x)) / x**2, claimed, at=1e-5)["x"]
    assert (verdict.agrees, verdict.undecided) == (False, True)


def power(x):
    def forward(x):
        if x < 0.0:
            raise ValueError("x is negative")
        return x**1.5

    return autograd.custom_op(forward, partials=lambda z, x: 1.5 * autograd.sqrt(x), name="three_halves_power")(x)


@pytest.mark.parametrize("f", [lambda x: (1 - x) ** 1.5, lambda x: power(1 - x), lambda x: (-x) ** autograd.Value(3.0) - 3 * x])
def test_at_the_edge_of_its_domain_a_claim_is_judged(f):
    verdict = audit(f, 5.0, at=1.0)["x"]
    assert (verdict.agrees, verdict.undecided) == (False, False)


@pytest.mark.parametrize("f", [lambda x: (2 - x * x - 1) ** 1.5, lambda x: power(2 - x * x - 1)])
def test_where_rounding_may_leave_the_domain_a_wrong_claim_cannot_be_judged(f):
    assert audit(f, 5.0, at=1.0)["x"].undecided


@pytest.mark.parametrize(
    ("f", "claimed", "at"),
    [
        (lambda x: relu(x - 0.3), 2.0, 0.1 + 0.2),
        (lambda x: abs(autograd.cos(x)), -2.5, math.pi / 2),
        (lambda x: abs(1 / autograd.tan(x)), -1.3, math.pi / 2),
    ],
)
def test_within_rounding_of_a_kink_a_claim_is_judged_on_the_side_of_the_point(f, claimed, at):
    verdict = audit(f, claimed, at=at)["x"]
    assert (verdict.agrees, verdict.undecided) == (False, False)


@pytest.mark.parametrize(("z", "wrong"), [(5.0, -5.001), (20.0, -20.01), (25.0, -26.0), (28.0, -29.0)])
def test_where_rounding_hides_little_claims_are_judged(z, wrong):
    claimed = [lambda z, t: 1 / (1 + math.exp(-z)) - t, lambda z, t: -z]
    assert audit(cross_entropy, tuple(claimed), at=(z, 1.0))
    verdict = audit(cross_entropy, (claimed[0], wrong), at=(z, 1.0))["t"]
    assert (verdict.agrees, verdict.undecided) == (False, False)


def test_points_nearby_judge_where_the_one_given_cannot():
    def f(x):
        return log(1 + exp(-28 / x) - 1)  # −28/x, with few correct digits at 1

    right = audit(f, lambda x: 28 / x**2, at=1.0)
    assert right
    assert right["x"].sentence() == "agrees at 3 nearby points; at the given point, rounding hides which is right"
    wrong = audit(f, lambda x: 28 / x, at=1.0)["x"].sentence()
    assert wrong.startswith("differs (at a nearby point; at the given point, rounding hides which is right): claimed")


def test_a_sigmoid_written_out_is_known_as_one():
    def f(w):
        return (1 / (1 + exp(-3.0 * w)) - 0.2) ** 2

    report = audit(f, lambda w: 6 * (1 / (1 + math.exp(-3 * w)) - 0.2), at=0.3)
    assert report["w"].diagnosis.text == "the derivative of sigmoid is missing, as if it were 1"


def test_sizes_explain_factors():
    report = audit(lambda w: w**2 / 50, lambda w: 2 * w, at=1.5, sizes={"the batch size": 50})
    assert report["w"].diagnosis.text == "the claim is 50 times the gradient (50 is the batch size)"
    report = audit(lambda w: w**2 / 50, lambda w: 2 * w, at=1.5)
    assert report["w"].diagnosis.text == "the constant factor in the derivative of w²/50 is missing"
    assert "the claim is 50 times the gradient" in report["w"].others()
    report = audit(lambda w: (w[0] * w[1] * w[2]) / 3, lambda w: [w[1] * w[2], w[0] * w[2], w[0] * w[1]], at=[1.5, 2.5, 0.5])
    assert report["w"].diagnosis.text == "the claim is 3 times the gradient (3 is the length of w)"


def test_half_of_half_is_a_quarter():
    report = audit(lambda w: (w[0] * w[1]) ** 2, lambda w: [w[0] * w[1] ** 2 / 2, w[0] ** 2 * w[1] / 2], at=[1.5, 2.5])
    assert report["w"].likely() == "the claim is 1/4 times the gradient"


def test_figures_as_printed_are_audited_with_the_digits_they_have():
    f = lambda w: tanh(w[0]) + tanh(w[1]) ** 2 / 2  # noqa: E731
    a, b = 1 - math.tanh(1.3) ** 2, math.tanh(0.4) * (1 - math.tanh(0.4) ** 2)
    right = [round(a, 4), round(b, 4)]
    assert audit(f, right, at=[1.3, 0.4], rtol=1e-3)
    assert not audit(f, right, at=[1.3, 0.4])
    report = audit(f, [round(2 * a, 4), round(2 * b, 4)], at=[1.3, 0.4], rtol=1e-3)
    assert report["w"].diagnosis.mistake == "constant factor"


def test_numbers_that_are_only_rounded_are_told_so_and_how_to_accept_them():
    f = lambda x: x[0] ** 2 * x[1]  # noqa: E731
    verdict = audit(f, [2.7, 1.69], at=[1.3, 1.05])["x"]
    assert verdict.diagnosis.text == "the claim is the gradient, rounded: pass rtol=0.02 to accept it"
    assert audit(f, [2.7, 1.69], at=[1.3, 1.05], rtol=0.02)
    assert "rounded" not in audit(f, [2.8, 1.69], at=[1.3, 1.05])["x"].likely()
    for claimed in (0.12, 0.13, -0.13):  # a half is rounded to even, or away from 0
        at = math.copysign(0.125, claimed)
        assert "gradient, rounded: pass rtol=0.05 " in audit(lambda x: x**2 / 2, claimed, at=at)["x"].likely()
    assert "rounded" not in audit(tanh, 1.0, at=0.6)["x"].likely()
    assert "rounded" not in audit(lambda x: x**3, 100.0, at=5.9)["x"].likely()  # 104.43, or a mistake


def test_numbers_in_single_precision_are_told_so_and_how_to_accept_them():
    def claim(w):
        return (2 * numpy.tanh(w) * (1 - numpy.tanh(w) ** 2)).astype(numpy.float32)

    f, at = (lambda w: numpy.sum(numpy.tanh(w) ** 2)), numpy.array([0.3, -0.6, 1.1])
    assert audit(f, claim, at=at)["w"].likely() == "the claim is the gradient, in single precision: pass rtol=1e-06 to accept it"
    assert audit(f, claim, at=at, rtol=1e-6)
    assert "precision" not in audit(lambda x: x**2, 2.25, at=1.0)["x"].likely()


@pytest.mark.parametrize(
    "penalty",
    [
        lambda w: 0.1 * sum(x * x for x in w),
        lambda w: sum(x**2 for x in w) / 20,
        lambda w: 0.1 * autograd.dot(w, w),
        lambda w: 0.1 * w[0] * w[0] + w[1] * 0.1 * w[1],
        lambda w: 0.1 * autograd.sum([abs(x) for x in w]),
        lambda w: 0.1 * autograd.norm(w),
        lambda w: -(-0.1 * sqrt(autograd.dot(w, w))),
    ],
)
def test_a_penalty_is_known_whatever_way_it_is_written(penalty):
    def f(w, b):
        return (tanh(2 * w[0] - 3 * w[1] + b) + penalty(w)) / 3

    def claim(w, b):
        slope = (1 - math.tanh(2 * w[0] - 3 * w[1] + b) ** 2) / 3
        return [2 * slope, -3 * slope], slope

    report = audit(f, claim, at=([0.5, 0.3], 0.2))
    assert report["w"].diagnosis.text == "the gradient of the penalty on w is missing"
    assert "which f does not have" not in report["w"].others()
    assert report["b"].agrees


def test_a_cross_entropy_of_weights_alone_is_no_penalty():
    samples = [([1.0, 2.0], 0), ([-0.5, 0.3], 2), ([0.8, -1.2], 1), ([0.1, 0.4], 2)]

    def loss(W, count=4):
        logits = [[autograd.dot(row, x) for row in W] for x, _ in samples[:count]]
        return -autograd.mean([autograd.log_softmax(row)[k] for row, (_, k) in zip(logits, samples, strict=False)])

    def last_left_out(W):
        return [[0.75 * g for g in row] for row in autograd.grad(lambda W: loss(W, 3))(W)]

    report = audit(loss, last_left_out, at={"W": [[0.1, -0.2], [0.3, 0.4], [-0.5, 0.2]]})
    assert report["W"].likely() == "the last of the 4 samples is left out"


def test_a_squared_error_is_no_penalty():
    def f(w):
        return sum((autograd.dot(w, x) - y) ** 2 for x, y in (([1.0, 2.0], 3.0), ([0.5, 1.0], 1.0))) + 0.1 * autograd.dot(w, w)

    def claim(w):
        errors = [w[0] + 2 * w[1] - 3, 0.5 * w[0] + w[1] - 1]
        return [2 * errors[0] + errors[1], 4 * errors[0] + 2 * errors[1]]

    assert audit(f, claim, at=[0.5, 0.3])["w"].diagnosis.text == "the gradient of the penalty on w is missing"


@pytest.mark.parametrize(
    ("f", "without_the_inner_derivative"),
    [
        (lambda x: exp(-(x**2)), lambda x: -math.exp(-x * x)),
        (lambda x: 1 / (2 + x**2), lambda x: -1 / (2 + x * x) ** 2),
        (lambda x: sin(x**2), lambda x: math.cos(x * x)),
        (lambda x: log(1 + abs(x)), lambda x: x / (1 + abs(x))),
    ],
)
@pytest.mark.parametrize("x", [0.7, -0.7])
def test_a_square_or_a_distance_inside_another_function_is_no_error_of_a_loss(f, without_the_inner_derivative, x):
    verdict = audit(f, without_the_inner_derivative, at=x)["x"]
    assert not any("error" in text for text in (verdict.likely(), verdict.others()))


def test_without_a_squared_error_in_f_none_is_spoken_of():
    verdict = audit(lambda x: x + sigmoid(x), lambda x: 2.0, at=0.3)["x"]
    assert verdict.likely() == "the derivative of sigmoid is missing, as if it were 1 (at this point)"
    assert verdict.also_possible == ()


def test_the_gradient_of_a_penalty_is_told_if_the_numbers_show_its_form():
    def likely(penalty, claim, w):
        return audit(lambda w, x: penalty(w) - 2.0 * x, {"w": claim, "x": None}, at=(w, 1.0))["w"].likely()

    taken = "the gradient of the penalty on w is taken as"
    absolute = likely(lambda w: abs(w[0]) + abs(w[1]), lambda w, x: [5.0 * w[0], 5.0 * w[1]], [0.7, -0.4])
    assert absolute == f"{taken} 5·w instead of 1·sign(w)"
    assert likely(lambda w: w[0] ** 3 + w[1] ** 3, [5.0, 10.0], [1.0, 2.0]) == f"{taken} 5·w instead of 3·w² (at this point)"
    of_v = audit(lambda v, x: v[0] ** 3 + v[1] ** 3 - x, {"v": [5.0, 10.0], "x": None}, at=([1.0, 2.0], 1.0))["v"]
    assert of_v.likely() == "the gradient of the penalty on v is taken as 5·v instead of 3·v² (at this point)"
    alike = likely(lambda w: w[0] ** 3 + w[1] ** 3, lambda w, x: [5.0 * w[0], 5.0 * w[1]], [0.7, 0.7])
    assert alike == f"{taken} 5·w instead of 3·w²"


def test_a_forgotten_bias_is_not_called_a_penalty_of_the_wrong_sign():
    report = audit(lambda w, b: ((w * 2 + b) ** 2 + (b - w) ** 2) / 2, {"w": None, "b": lambda w, b: w}, at={"w": 0.4, "b": 0.3})
    assert "penalty" not in report["b"].likely()


def test_a_constant_that_is_off_is_no_penalty():
    def with_a_constant_mean(x):
        return [2 * t / 3 for t in x]

    for f, claim in (
        (lambda x: autograd.var(x), with_a_constant_mean),
        (lambda x: -autograd.sum([t * autograd.log2(t) for t in x]), lambda x: [-math.log2(t) - 1 for t in x]),
    ):
        assert audit(f, claim, at=[0.2, 0.3, 0.5])["x"].likely() == "no single known mistake explains it"


def test_a_term_of_the_product_rule_that_is_left_out_is_told_by_its_function():
    report = audit(lambda x: x * tanh(x), lambda x: math.tanh(x), at=0.7)
    assert report["x"].likely() == "in the derivative of x·tanh(x), the term with the derivative of tanh(x) is missing"
    assert report["x"].others() == "the derivative of tanh is taken as 0, as if the result were constant"


def test_a_term_that_is_left_out_is_not_taken_for_a_derivative_that_is_nearly_0():
    f, claim = lambda x: sqrt(x) * log(4 * x**2 + 1), lambda x: math.log(4 * x * x + 1) / (2 * math.sqrt(x))
    taken = "the derivative of log in layer 1 is taken as 0, as if the result were constant"
    assert audit(f, claim, at=2.0)["x"].others() == taken


def test_a_claim_of_0_is_not_taken_for_the_gradient_of_an_unused_parameter():
    report = audit(lambda w, unused: w * w + w, (0.0, None), at=(1.3, 2.0))
    assert report["w"].likely() == "the claim is 0, but the gradient is not (at this point)"
    assert report["w"].also_possible == ()


def test_uses_of_a_number_that_are_made_of_one_another_are_no_samples():
    f, claim = lambda x: x * log(3 * x), lambda x: math.log(3 * x)
    last = "only the last of the 2 uses of x counts, as if `=` were used instead of `+=`"
    assert last in audit(f, claim, at=2.0)["x"].others()
    assert audit(f, lambda x: 2 * (math.log(3 * x) + 1), at=2.0)["x"].likely().endswith("(2 is the number of uses of x)")
    mean = audit(lambda w: (tanh(w * 2.0) + tanh(w * 3.0)) / 2, lambda w: 3 - 3 * math.tanh(3 * w) ** 2, at=0.3)
    assert mean["w"].likely() == "only the last of the 2 samples counts, times 2, as if `=` were used instead of `+=`"


def test_uses_that_do_not_just_add_up_are_no_samples():
    def without_the_first_gate(h, w):
        s, t, u = 1 / (1 + math.exp(-w[0] * h)), math.tanh(w[1] * h), math.tanh(w[2] * h)
        return s * (1 - t * t) * w[1] * u + s * t * (1 - u * u) * w[2]

    gates = lambda h, w: sigmoid(w[0] * h) * tanh(w[1] * h) * tanh(w[2] * h)  # noqa: E731
    report = audit(gates, (without_the_first_gate, None), at=(0.7, [0.4, -0.9, 1.2]))
    assert report["h"].likely() == "the first of the 3 uses of h is left out"

    def without_the_first_step(u, v):
        h = math.tanh(v[0] * math.tanh(u) + 3 * u)
        return 2 * h * (1 - h * h) * 3

    steps = lambda u, v: tanh(v[0] * tanh(u * 1.0) + u * 3.0) ** 2  # noqa: E731
    report = audit(steps, (without_the_first_step, None), at=(0.3, [0.8]))
    assert "only the last of the 2 uses of u counts" in report["u"].likely()


@pytest.mark.parametrize("c", [4.0, 4.5])
def test_a_constant_equal_to_the_squared_error_by_chance_is_not_taken_for_a_parameter(c):
    weight = Value(c)
    report = audit(lambda w: weight * (w - 1.0) ** 2.0, c, at=3.0)  # as for c·|w − 1|
    assert "the claim is exact for the absolute error, but f has the squared one" in repr(report)


def test_a_sample_whose_prediction_is_written_twice_is_not_counted_twice():
    samples = [(1.0, 1.0), (2.0, 0.0), (-0.5, 1.0), (1.5, 1.0)]

    def cross_entropy(w):
        return -autograd.sum([y * log(sigmoid(w * x)) + (1 - y) * log(1 - sigmoid(w * x)) for x, y in samples]) / 4

    def without_the_mean(w):
        return sum((1 / (1 + math.exp(-w * x)) - y) * x for x, y in samples)

    entry = audit(cross_entropy, without_the_mean, at=0.3)["w"]
    assert entry.likely() == "the constant factor in the derivative of (−(… + … + … + …))/4 is missing"
    assert "the claim is ½·8 times the gradient (8 is the number of uses of w)" in entry.others()


def test_other_numbers_in_another_shape_are_told_as_that():
    report = audit(lambda w: w[0] * w[1] * w[2], [1.0, 2.0], at=[1.5, 0.5, 3.0])
    assert report["w"].sentence() == "does not hold"
    assert report["w"].diagnosis.text == "the claim is of length 2, the parameter of length 3"
    report = audit(lambda w: w[0] * w[1] * w[2], [[1.5], [4.5], [0.75]], at=[1.5, 0.5, 3.0])
    assert report["w"].diagnosis.text == "the claim is 3×1, the parameter of length 3, but the numbers are right"


def test_a_small_difference_is_not_explained_by_what_leaves_it_open():
    report = audit(lambda w: 500 * w[0] ** 2 + 5e-7 * w[1] ** 2, [1000.0, 1.7e-6], at=[1.0, 1.0])
    assert report["w"].diagnosis.text == "only [1] of 2 entries is wrong"


def test_one_number_at_one_point_tells_no_factor_of_which_nothing_else_is_known():
    assert audit(lambda w: w * w, 7.3, at=2.5)["w"].likely() == "no single known mistake explains it"
    half = "the claim is ½ times the gradient (2 is an exponent in f) (at this point)"
    assert audit(lambda w: w * w, 2.5, at=2.5)["w"].likely() == half
    assert audit(lambda w: w * w, lambda w: 1.46 * w, at=2.5)["w"].likely() == "the claim is 0.73 times the gradient"


def test_a_factor_close_to_one_is_given_in_full():
    report = audit(lambda w: w[0] ** 2 + w[1] ** 2, lambda w: [2.000001 * x for x in w], at=[1.0, 1.5])
    assert report["w"].diagnosis.text.startswith("the claim is 1.0000005")


def test_two_mistakes_in_one_claim_are_told_apart_if_one_is_in_the_penalty():
    xs = [0.5, -1.0, 2.0, 0.7, 1.1]

    def f(w):
        return sum((tanh(w * x) - 0.3) ** 2 for x in xs) / 5 + 0.1 * w**2

    def claim(w):
        return sum(2 * (math.tanh(w * x) - 0.3) * x * (1 - math.tanh(w * x) ** 2) for x in xs) + 0.1 * w**2

    text = audit(f, claim, at=0.6)["w"].diagnosis.text
    assert text == (
        "two mistakes: the gradient of the penalty on w is taken as 0.1·w² instead of 0.2·w; "
        "and the rest is 5 times what it should be (5 is the number of samples)"
    )


def test_cross_entropy_where_the_loss_is_squared_is_also_said_to_be_a_missing_derivative():
    report = audit(lambda z: 0.5 * (sigmoid(z) - 1.0) ** 2, lambda z: 1 / (1 + math.exp(-z)) - 1.0, at=0.3)
    assert report["z"].diagnosis.text == "the inner derivative, that of sigmoid(z) − 1, is missing"
    assert [one.text for one in report["z"].also_possible] == [
        "the derivative of sigmoid is missing, as if it were 1",
        "the claim is exact for cross-entropy, but f has the squared error",
    ]


def with_softplus(logits, targets):
    return autograd.mean([autograd.softplus(z) - y * z for z, y in zip(logits, targets, strict=True)])


@pytest.mark.parametrize(
    ("loss", "activation", "slope", "says"),
    [
        (nn.BCELoss(), sigmoid, lambda a: a * (1 - a), "the squared error, but f is cross-entropy"),
        (nn.BCEWithLogitsLoss(), lambda z: z, lambda a: a * (1 - a), "the squared error, but f is cross-entropy"),
        (with_softplus, lambda z: z, lambda a: a * (1 - a), "the squared error, but f is cross-entropy"),
        (nn.MSELoss(), sigmoid, lambda a: 1.0, "cross-entropy, but f has the squared error, up to the factor ½"),
    ],
    ids=lambda x: type(x).__name__ if isinstance(x, nn.Module) else "",
)
def test_losses_of_nn_are_told_from_each_other(loss, activation, slope, says):
    xs, ys = [[0.5, -1.0], [1.5, 0.3], [-0.7, 2.0]], [1.0, 0.0, 1.0]

    def claim(w, b):
        outputs = [1 / (1 + math.exp(-w[0] * x[0] - w[1] * x[1] - b)) for x in xs]
        deltas = [(a - y) * slope(a) / 3 for a, y in zip(outputs, ys, strict=True)]
        return [sum(d * x[i] for d, x in zip(deltas, xs, strict=True)) for i in (0, 1)], sum(deltas)

    report = audit(lambda w, b: loss([activation(autograd.dot(w, x, b)) for x in xs], ys), claim, at=([0.4, -0.6], 0.2))
    assert {verdict.likely() for verdict in report} == {f"the claim is exact for {says}"}


def test_the_report_says_what_where_and_why():
    report = audit(lambda a, b: a[0] * a[1] + b**2, {"a": [3.0, 3.0], "b": 9.0}, at={"a": [2.0, 3.0], "b": 4.5})
    assert not report
    assert str(report) == repr(report)
    assert str(report).splitlines() == [
        "1 of 2 claimed gradients does not hold.",
        "a (of length 2): 1 of 2 entries differs, at [1]: claimed 3, should be 2",
        "    likely: only [1] of 2 entries is wrong (at this point)",
        "b (a number): agrees at the given point, the only one checked",
    ]
    assert [row[:4] + row[5:6] for row in report.table()] == [
        ("a", "[0]", 3.0, 3.0, True),
        ("a", "[1]", 3.0, 2.0, False),
        ("b", "", 9.0, 9.0, True),
    ]
    assert [verdict.name for verdict in report] == ["a", "b"]
    assert str(audit(lambda x: x * 2.0, 2.0, at=1.0)).startswith("All claimed gradients agree (1).")
    assert "claimed 2.0000001, should be 2.0" in str(audit(lambda x: x * 2.0, 2.0000001, at=1.0))


class Cells(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


def test_the_notebook_table_is_bounded_and_escapes_every_name():
    name = "<script>alert(1)</script>&\n\ud800"
    report = audit(lambda **p: autograd.sum(p[name]) ** 2, {name: [7.0] * 50}, at={name: [1.0] * 50})
    cells = Cells(report._repr_html_())
    assert "script" not in cells.tags
    assert "<script>alert(1)</script>&\n�" in cells.texts
    assert "38 more rows" in cells.texts  # 12 of 50 are shown
    assert report._repr_html_().encode()
    assert str(report).encode()


def test_the_notebook_table_has_no_empty_column_and_says_nothing_twice():
    cells = Cells(audit(lambda w: 3.0 * w + 7.0 * w**3, lambda w: -3.0 - 21.0 * w**2, at=0.5)._repr_html_())
    assert cells.tags.count("table") == 1
    assert [text for text in cells.texts if text in ("parameter", "also possible")] == ["parameter"]
    cells = Cells(audit(lambda w: w[0] * w[1], lambda w: [w[1], 2.0 * w[0]], at=[2.0, 3.0])._repr_html_())
    assert cells.tags.count("table") == 2
    assert "Entries that differ" in cells.texts


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: audit(3.0, 1.0, at=1.0), TypeError, "f must be a function, got float"),
        (lambda: audit(lambda x: 2.0, 1.0, at=1.0), TypeError, "f must return a Value, got float"),
        (lambda: audit(lambda x: [x], 1.0, at=1.0), TypeError, "f must return a Value, got list"),
        (lambda: audit(tanh, 1.0, at={}), ValueError, "at must hold at least one parameter, got none"),
        (lambda: audit(tanh, 1.0, at={1: 2.0}), TypeError, "the names of at must be str, got int"),
        (lambda: audit(tanh, 1.0, at="w"), TypeError, "at 'x': expected a real number, got str"),
        (
            lambda: audit(lambda w: w[0][0], 1.0, at=[[1.0], [2.0, 3.0]]),
            ValueError,
            "at 'w' must be .* got rows of different lengths",
        ),
        (
            lambda: audit(lambda w: w[0], 1.0, at=[]),
            ValueError,
            "at 'w' must be a number, a vector or a matrix, got an empty one",
        ),
        (lambda: audit(lambda w: w[1], [0.0, 1.0], at=[0.0, math.nan]), ValueError, r"at 'w'\[1\] must be finite, got nan"),
        (lambda: audit(lambda w: w[1], [0.0, math.inf], at=[0.0, 1.0]), ValueError, r"claimed 'w'\[1\] must be finite, got inf"),
        (
            lambda: audit(lambda a, b: a * b, {"a": 1.0}, at=(1.0, 2.0)),
            ValueError,
            "claimed has no gradient for 'b': .* 'a' and 'b'",
        ),
        (
            lambda: audit(lambda a: a * 2, {"a": 2.0, "c": 1.0}, at=(1.0,)),
            ValueError,
            "a gradient for 'c', which is not in at: 'a'",
        ),
        (lambda: audit(lambda a, b: a * b, (1.0,), at=(1.0, 2.0)), ValueError, "a gradient for each of 'a' and 'b', got 1"),
        (lambda: audit(lambda a, b: a * b, 1.0, at=(1.0, 2.0)), TypeError, "a dict or a tuple with .* 'a' and 'b', got float"),
        (
            lambda: audit(lambda a: a * 2, 2.0, at=1.0, sizes=[50]),
            TypeError,
            'sizes must be a dict such as {"the batch size": 50}, got list',
        ),
        (
            lambda: audit(lambda a: a * 2, 2.0, at=1.0, sizes={"m": 0}),
            ValueError,
            "sizes: 'm' must be a positive integer, got 0",
        ),
        (lambda: audit(sqrt, 1.0, at=0.0), ValueError, "the gradient of f with respect to x must be finite, got inf"),
    ],
)
def test_bad_input_is_told_by_name(call, error, message):
    with pytest.raises(error, match=f"^audit: .*{message}|^audit: {message}"):
        call()


def test_neither_the_values_nor_the_point_given_are_changed():
    w, array = Value(2.0), numpy.array([1.0, 2.0])
    at = {"w": w, "v": array}
    assert audit(lambda w, v: w * v[0] * v[1], lambda w, v: {"w": v[0] * v[1], "v": w * v[::-1]}, at=at)
    assert (w.data, w.grad, w.args, list(array)) == (2.0, 0.0, (), [1.0, 2.0])


@pytest.mark.parametrize("refuses", [ValueError, ZeroDivisionError, AssertionError, IndexError, KeyError, None])
def test_a_function_that_is_not_defined_nearby_is_judged_where_it_is(refuses):
    def f(x):
        if x.data != 0.5:
            if refuses is None:
                return None
            raise refuses("outside of the domain")
        return x * x

    report = audit(f, lambda x: 2 * x, at=0.5)
    assert report
    assert report["x"].points == 1


@pytest.mark.slow
def test_a_deep_loss_is_audited_without_recursion():
    def f(x):
        y = x
        for _ in range(5_000):
            y = y + 1.0
        return y * y

    report = audit(f, lambda x: x + 5_000, at=0.5)
    assert report["x"].diagnosis.text == "the claim is ½ times the gradient (2 is an exponent in f)"


# -- proofreading a document ---------------------------------------------------------------------------


def line(w, b):
    return (w * 3.0 + b) ** 2


def test_a_proofreading_tells_of_every_statement_whether_it_holds_and_what_else_does():
    notes = Proofreading("notes <1>")
    at = (0.5, 0.25)
    notes.claim("∂/∂w = ∂/∂b = 2(wx+b)", line, lambda w, b: (2 * (3 * w + b),) * 2, at=at, right="∂/∂w = 2(wx+b)·x")
    notes.claim("∂/∂w = 2(wx+b)·x", line, lambda w, b: (6 * (3 * w + b), 2 * (3 * w + b)), at=at)
    assert [statement.holds for statement in notes] == [False, True]
    assert notes.statements[0].likely == f"w: {notes.statements[0].report['w'].likely()}"
    assert repr(notes).splitlines()[0] == "notes <1>: 1 of 2 statements does not hold"
    page = notes._repr_html_()
    assert "notes &lt;1&gt;" in page
    assert page.count(">does not hold</td>") == page.count(">holds</td>") == 1
    assert ">∂/∂w = 2(wx+b)·x</td>" in page


def test_a_proofreading_tells_what_cannot_be_judged_from_what_does_not_hold():
    notes = Proofreading("notes")
    notes.claim("d(log(1 − σ))/dz = −1", lambda z: log(1 - sigmoid(z)), -1.0, at=34.0)
    assert repr(notes).splitlines() == [
        "notes: 1 of 1 statements cannot be judged",
        "d(log(1 − σ))/dz = −1: cannot be judged at this point",
    ]
    notes.claim("∂max/∂x = ∂max/∂y = 1", maximum, (1.0, 1.0), at=(2.0, 2.0))
    assert notes.headline() == "notes: 1 of 2 statements does not hold, 1 cannot be judged"
    assert repr(notes).splitlines()[-2:] == [
        "∂max/∂x = ∂max/∂y = 1: does not hold",
        "    likely: at the kink of maximum, no side gives all these numbers",
    ]


def test_a_proofreading_in_which_all_holds_says_so():
    notes = Proofreading("notes")
    assert notes.headline() == "notes: no statements yet"
    notes.claim("∂/∂w = 2(wx+b)·x", line, lambda w, b: (6 * (3 * w + b), 2 * (3 * w + b)), at=(0.5, 0.25))
    assert notes.headline() == "notes: the one statement holds"
    notes.claim("d(w²)/dw = 1.41, rounded", lambda w: w * w, 1.41, at=math.sqrt(0.5), rtol=0.01)
    assert notes.headline() == "notes: all 2 hold"


@pytest.mark.parametrize(("rtol", "error"), [("1e-3", TypeError), (-1.0, ValueError), (math.nan, ValueError)])
def test_a_tolerance_that_is_none_is_refused(rtol, error):
    with pytest.raises(error, match=r"audit: rtol|expected a real number"):
        audit(lambda w: w * w, 1.0, at=0.5, rtol=rtol)


def test_a_right_form_beside_a_statement_that_holds_is_refused():
    with pytest.raises(ValueError, match="right must be empty, since 'd' already holds, got '2w'"):
        Proofreading("notes").claim("d", lambda w: w * w, lambda w: 2 * w, at=0.5, right="2w")


def test_a_gradient_that_is_not_claimed_is_not_judged_and_its_parameter_is_another_nearby():
    report = audit(lambda w, x: w * x * x, {"w": None, "x": lambda w, x: 2 * x}, at={"w": 1.0, "x": 3.0})
    assert list(report.parameters) == ["x"]
    assert report["x"].only_nearby
    assert repr(report).startswith("1 of 1 claimed gradients does not hold.")
    with pytest.raises(ValueError, match="claimed contains no gradient"):
        audit(lambda w: w, None, at=1.0)
    with pytest.raises(TypeError, match="claimed 'w': expected a real number, got NoneType"):
        audit(lambda w, x: w * x, {"w": lambda w, x: None, "x": lambda w, x: w}, at={"w": 1.0, "x": 3.0})


def test_a_branch_that_was_not_taken_is_no_penalty():
    def loss(x, w):
        return autograd.where(w > 0, w * x, w**2)

    assert audit(loss, {"x": lambda x, w: w, "w": lambda x, w: x}, at={"x": 2.0, "w": 0.5})
    assert "claimed 1, should be 2" in str(audit(loss, {"x": None, "w": lambda x, w: 2 * w}, at={"x": 2.0, "w": 0.5}))
