"""What is compiled computes what eager code computes: random graphs, special values, composites, activations and losses.

The scalar executor agrees to the last bit. The others may err by 4 ulps more in every op: what that makes of a value and of
its gradient is bounded by `tests.support.rounding`, against 60 digits. Where arithmetic is exact, all agree to the last bit.
"""

import math
import warnings
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, compile, value_and_grad
from tests.support import oracle
from tests.support.arrays import ulps_apart
from tests.support.compiled import bits
from tests.support.oracle import mp
from tests.support.programs import as_program, run_ops, tame_programs, wild_programs
from tests.support.rounding import ULPS, analyse
from tests.test_semantics import CASES, NAMES, NUMBER_ROWS, as_written, code, numbers, same

VECTORS = ("numpy", "numba")
fewer_examples = settings(max_examples=settings.default.max_examples // 2)
EXECUTORS = ("python", *VECTORS)


@pytest.fixture(autouse=True)
def silent():
    """NaN and infinity are no news here."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def function_of(program):
    return lambda *xs: run_ops(program, xs)[-1]


def eager(f, xs):
    """Value and gradient, as floats."""
    value, slopes = value_and_grad(f, argnums=tuple(range(len(xs))))(*xs)
    return [value, *slopes]


def on_lanes(f, points, executor):
    """Value and gradient at each point, computed side by side."""
    program = compile(f, *points[0], executor=executor)
    value, slopes = program.value_and_grad(*np.array(points).T, argnums=tuple(range(len(points[0]))))
    return np.stack([value, *slopes], axis=1).tolist()


# -- random graphs ---------------------------------------------------------------------------------------


@given(st.one_of(tame_programs(), wild_programs()))
def test_the_scalar_executor_computes_random_graphs_to_the_last_bit(drawn):
    program, xs = drawn
    f = function_of(program)
    compiled = compile(f, *xs, executor="python")
    value, slopes = compiled.value_and_grad(*xs, argnums=tuple(range(len(xs))))
    assert bits([value, *slopes]) == bits(eager(f, xs))
    points = [xs, [-x for x in xs]]
    assert bits(on_lanes(f, points, "python")) == bits([eager(f, point) for point in points])


@fewer_examples
@given(tame_programs())
def test_the_others_compute_random_graphs_within_the_error_of_their_ops(drawn):
    program, xs = drawn
    points = [xs, [x / 2.0 for x in xs]]
    expected = [exact_and_errors(program, point) for point in points]
    for executor in VECTORS:
        check(expected, on_lanes(function_of(program), points, executor))


def exact_and_errors(program, xs):
    """Value and gradient in 60 digits, each with the error that it may have."""
    (value, gradient), bound = oracle.evaluate(program, xs), analyse(program, xs, 2 * ULPS)
    return [*zip([value, *gradient], [bound.value_error, *bound.gradient_errors], strict=True)]


def check(expected, found):
    """Both have a row for each point."""
    for pairs, row in zip(expected, found, strict=True):
        for (exact, error), got in zip(pairs, row, strict=True):
            assert abs(got - exact) <= error, f"got {got!r}, exact {mp.nstr(exact, 20)}, may err {mp.nstr(error, 3)}"


@settings(max_examples=2)  # XLA takes a second for each
@given(tame_programs())
def test_jax_computes_random_graphs_within_the_error_of_their_ops_under_jit(drawn):
    import jax

    program, xs = drawn
    points = [xs, [x / 2.0 for x in xs]]
    compiled = compile(function_of(program), *xs)
    with jax.enable_x64(True):
        traced = jax.jit(lambda *columns: compiled.value_and_grad(*columns, argnums=tuple(range(len(xs)))))
        value, slopes = traced(*map(jax.numpy.asarray, np.array(points).T))
    check([exact_and_errors(program, point) for point in points], np.stack([value, *slopes], axis=1).tolist())


SPECIAL = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, math.inf, -math.inf, math.nan])
EXACT = [
    "add",
    "sub",
    "mul",
    "neg",
    "pos",
    "abs",
    "relu",
    "sign",
    "step",
    "floor",
    "maximum",
    "minimum",
    "where",
    "sum",
    "prod",
    "dot",
]
EXACT += ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]


@pytest.mark.parametrize("executor", VECTORS)
@given(wild_programs(SPECIAL, EXACT, most=8, widest=5), st.lists(SPECIAL, min_size=4, max_size=4))
def test_where_arithmetic_is_exact_all_agree_to_the_last_bit_with_the_same_nan_and_infinities(executor, drawn, others):
    program, xs = drawn
    points = [xs, others[: len(xs)], xs]
    f = function_of(program)
    wanted = [eager(f, point) for point in points]
    assume(all(stays_exact(program, point) for point in points))
    found = on_lanes(f, points, executor)
    if executor == "numpy":  # a BLAS starts its sums from 0.0, so a sum of nothing but -0.0 is 0.0
        found, wanted = (np.add(numbers, 0.0).tolist() for numbers in (found, wanted))
    assert bits(found) == bits(wanted)


def stays_exact(program, xs):
    """Are all numbers of a graph and its sweep so small that none of their sums and products is rounded?"""
    leaves = [Value(x) for x in xs]
    nodes = run_ops(program, leaves)
    nodes[-1].backward()
    return not any(2.0**20 < abs(x) < math.inf for node in nodes for x in (node.data, node.grad))


# -- special values --------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", NUMBER_ROWS.values(), ids=NUMBER_ROWS)
def test_the_page_of_special_values_says_what_every_executor_computes(row):
    text, at, value, gradient, seconds = row
    xs = numbers(at)
    f = eval(f"lambda {', '.join('xyz'[: len(xs)])}: {code(text)}", dict(NAMES))
    for executor in EXECUTORS:
        ((found, *slopes),) = on_lanes(f, [xs], executor)
        assert as_written([found], value)
        assert found != 0.0 or same(found, float(code(value)))
        assert as_written(slopes, gradient)
        if executor == "python":
            assert bits([found, *slopes]) == bits(eager(f, xs))
        if seconds:
            rows = compile(f, *xs, executor=executor).hessian(*np.array([xs]).T, argnums=tuple(range(len(xs))))
            assert as_written([x for row in rows for (x,) in row], seconds)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_unusual_input_gets_its_value_and_gradient_from_every_executor(case):
    wanted = eager(case.f, case.args)  # `test_semantics` says that these are right
    for executor in EXECUTORS:
        (found,) = on_lanes(case.f, [case.args], executor)
        assert bits(found) == bits(wanted) if executor == "python" else np.all(ulps_apart(found, wanted) <= 4), (found, wanted)


# -- functions made of ops, activations and losses ---------------------------------------------------------

F = autograd
LISTS = {
    "sum": F.sum,
    "prod": F.prod,
    "dot": lambda xs: F.dot(xs[:2], xs[2:], xs[0]),
    "linear": lambda xs: F.linear([xs[:2], xs[2:]], xs[1:3], [xs[0], 1.0])[0],
    "logsumexp": F.logsumexp,
    "mean": F.mean,
    "var": F.var,
    "sample var": lambda xs: F.var(xs, correction=1.0),
    "norm": F.norm,
    **{f"softmax {i}": lambda xs, i=i: F.softmax(xs)[i] for i in (0, 3)},
    **{f"log_softmax {i}": lambda xs, i=i: F.log_softmax(xs)[i] for i in (0, 3)},
    "clip": lambda xs: F.clip(xs[0], xs[1] - 1.0, xs[1] + 1.0),
    "square": lambda xs: F.square(xs[0]),
    "reciprocal": lambda xs: F.reciprocal(xs[0]),
}
ACTIVATIONS = {name: lambda xs, name=name: nn.activations.activation_function(name)(xs[0]) for name in nn.activations.NAMES}
ACTIVATIONS["mish"] = lambda xs: F.mish(F.abs(xs[0]))  # near a zero of its slope errors are those of larger terms
ACTIVATIONS |= {"leaky_relu 0.3": lambda xs: nn.LeakyReLU(0.3)(xs[0]), "elu 2": lambda xs: nn.ELU(2.0)(xs[0])}


def loss_function(loss, target, count=1):
    """The loss of one sample, as `fit` records it."""
    return lambda xs: loss.sample_loss(xs[:count] if count > 1 else xs[0], target)


LOSSES = {
    "MSE": loss_function(nn.MSELoss(), 1.5),
    "L1": loss_function(nn.L1Loss(), 0.5),
    "Huber": loss_function(nn.HuberLoss(), 0.25),
    "smooth L1": loss_function(nn.SmoothL1Loss(beta=0.5), 0.25),
    "KL divergence": loss_function(nn.KLDivLoss(), [0.25, 0.5, 0.25, 0.0], 4),
    "BCE with logits": loss_function(nn.BCEWithLogitsLoss(pos_weight=2.0), 0.75),
    "BCE": lambda xs: nn.BCELoss().sample_loss(F.sigmoid(xs[0]), 1.0),
    "hinge": loss_function(nn.HingeLoss(), -1.0),
    "NLL": lambda xs: nn.NLLLoss().sample_loss(F.log_softmax(xs), 2.0),
    "cross-entropy": loss_function(nn.CrossEntropyLoss(weight=[1.0, 2.0, 0.5, 1.0]), 2.0, 4),
    "cross-entropy of shares": loss_function(nn.CrossEntropyLoss(label_smoothing=0.1), [0.25, 0.25, 0.5, 0.0], 4),
}
FUNCTIONS = {**LISTS, **ACTIVATIONS, **LOSSES}
FOUR = st.lists(st.integers(-4000, 4000).filter(bool).map(lambda n: n / 1000), min_size=4, max_size=4)
ODD = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 20.0, -40.0, 800.0, -800.0, math.inf, -math.inf, math.nan])
RECORDED_OTHERWISE = ("softmax", "log_softmax", "NLL")  # eagerly they branch on which number is the largest
few_examples = settings(max_examples=max(settings.default.max_examples // 20, 1))
every_function = pytest.mark.parametrize("name", FUNCTIONS)


@lru_cache(maxsize=len(EXECUTORS))
def compiled_function(name, executor):
    return compile(lambda *xs: FUNCTIONS[name](list(xs)), *[0.5, -0.25, 0.125, 2.0], executor=executor)


def found_at(points, name, executor):
    value, slopes = compiled_function(name, executor).value_and_grad(*np.array(points).T, argnums=(0, 1, 2, 3))
    return np.stack([value, *slopes], axis=1).tolist()


@every_function
@few_examples
@given(st.lists(FOUR, min_size=1, max_size=3))
def test_functions_activations_and_losses_are_within_the_error_of_their_ops(name, points):
    expected = []
    for xs in points:
        leaves = [Value(x) for x in xs]
        expected.append(exact_and_errors(as_program(FUNCTIONS[name](leaves), leaves), xs))
    for executor in EXECUTORS:
        check(expected, found_at(points, name, executor))


@every_function
@few_examples
@given(st.lists(st.lists(ODD, min_size=4, max_size=4), min_size=20, max_size=20))
def test_functions_activations_and_losses_of_special_values_have_the_same_nan_infinities_and_zeros(name, points):
    wanted = [eager(lambda *xs: FUNCTIONS[name](list(xs)), xs) for xs in points]
    for executor in EXECUTORS:
        found = found_at(points, name, executor)
        assert np.all(ulps_apart(found, wanted) < math.inf), executor
        if executor == "python" and not name.startswith(RECORDED_OTHERWISE):
            assert bits(found) == bits(wanted)


# -- no lanes ----------------------------------------------------------------------------------------------

OVER_NO_LANES = {
    "added": lambda w, x: x * x + w,
    "bias": lambda w, x: F.dot([x, 2.0], [w, w], w),
    "alone": lambda w, x: w * w,
    "factor": lambda w, x: w * x,
    "matrix": lambda w, x: F.sum([F.tanh(F.dot([x, 2.0], [w, w + i], w)) for i in range(5)]),
}


@pytest.mark.parametrize("w", [2.0, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("f", OVER_NO_LANES.values(), ids=OVER_NO_LANES)
@pytest.mark.parametrize("executor", EXECUTORS)
def test_sums_over_no_lanes_are_zero_whatever_all_lanes_share(executor, f, w):
    program = compile(f, w, 1.0, in_axes=(None, 0), executor=executor)
    value, slope = program.value_and_grad(w, np.empty(0), reduction="sum")
    assert bits([value, slope]) == bits([0.0, 0.0])
