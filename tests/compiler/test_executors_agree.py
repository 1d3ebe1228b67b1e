"""Every executor agrees with eager code: on random graphs, special values, activations and losses.

Executors that use Python's elementary functions agree to the last bit. On the others, every op may err by 4 more ulps:
`tests.support.rounding` bounds the resulting errors of values and gradients, measured against 60 digits. Where arithmetic is
exact, all agree to the last bit. `tests.support.executors` lists the executors; each gets all functions of a test at once.
"""

import math
import warnings
from functools import cache

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
from tests.support.executors import EXECUTORS, Job
from tests.support.foreign import collected
from tests.support.oracle import mp
from tests.support.programs import as_program, run_ops, tame_programs, wild_programs
from tests.support.rounding import ULPS, analyse
from tests.test_semantics import CASES, NAMES, NUMBER_ROWS, as_written, code, numbers, same

COUNT = settings.default.max_examples
OF_ARRAYS = ("numpy", "array_api_strict", "dask")


def executors(names):
    return pytest.mark.parametrize("executor", [pytest.param(x, marks=[pytest.mark.slow] * (x == "jax")) for x in names])


every_executor = executors(EXECUTORS)
all_but_jax = executors(name for name in EXECUTORS if name != "jax")  # XLA takes a second to compile some functions; see below


@pytest.fixture(autouse=True)
def silent():
    """Silence warnings about NaN and infinity."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def function_of(program):
    return lambda *xs: run_ops(program, xs)[-1]


def eager(f, xs):
    """Value and gradient, as floats."""
    value, slopes = value_and_grad(f, argnums=tuple(range(len(xs))))(*xs)
    return [value, *slopes]


def job_of(f, points):
    """A job, and the results of eager code at each point."""
    return Job(f, points), [eager(f, point) for point in points]


def results(executor, work):
    """The job, its result and its list entry for each point of each job; refused points are skipped."""
    for (job, wanted), rows in zip(work, executor.run([job for job, _ in work]), strict=True):
        yield from ((job, row, want) for row, want in zip(rows, wanted, strict=True) if row is not None)


# -- random graphs ---------------------------------------------------------------------------------------


@given(st.one_of(tame_programs(), wild_programs()))
def test_the_scalar_executor_computes_random_graphs_to_the_last_bit_without_lanes_too(drawn):
    program, xs = drawn
    f = function_of(program)
    value, slopes = compile(f, *xs, executor="python").value_and_grad(*xs, argnums=tuple(range(len(xs))))
    job, wanted = job_of(f, [xs, [-x for x in xs]])
    assert bits([value, *slopes]) == bits(wanted[0])
    assert bits(EXECUTORS["python"].run([job])) == bits([wanted])


@cache
def any_graphs():
    drawn = collected(st.one_of(tame_programs(), wild_programs()), COUNT)
    return [job_of(function_of(program), [xs, [-x for x in xs]]) for program, xs in drawn]


@executors(name for name, executor in EXECUTORS.items() if executor.has_functions_of_python)
def test_with_the_elementary_functions_of_python_random_graphs_are_computed_to_the_last_bit(executor):
    work = [(job, wanted) for job, wanted in any_graphs() if EXECUTORS[executor].is_exact(job)]
    assert len(work) > COUNT / 2
    for _, row, want in results(EXECUTORS[executor], work):
        assert bits(row) == bits(want)


@cache
def tame_graphs():
    """Jobs with tame graphs, their exact results, and bounds on the errors caused by their ops."""

    def known(drawn):
        program, xs = drawn
        points = [xs, [x / 2.0 for x in xs]]
        return Job(function_of(program), points), [exact_and_errors(program, point) for point in points]

    return collected(tame_programs().map(known), COUNT // 2)


@pytest.mark.slow
@all_but_jax
def test_random_graphs_are_computed_within_the_error_of_their_ops(executor):
    for _, row, want in results(EXECUTORS[executor], tame_graphs()):
        check(want, row)


def exact_and_errors(program, xs):
    """The value and gradient in 60 digits, each with its error bound."""
    (value, gradient), bound = oracle.evaluate(program, xs), analyse(program, xs, 2 * ULPS)
    return [*zip([value, *gradient], [bound.value_error, *bound.gradient_errors], strict=True)]


def check(want, row):
    for (exact, error), got in zip(want, row, strict=True):
        assert abs(got - exact) <= error, f"got {got!r}, exact {mp.nstr(exact, 20)}, may err {mp.nstr(error, 3)}"


def test_jax_computes_random_graphs_within_the_error_of_their_ops_under_jit():
    import jax

    work = tame_graphs()[:2]  # XLA takes a second to compile each
    with jax.enable_x64(True):
        for job, wanted in work:
            compiled = compile(job.f, *job.points[0])
            traced = jax.jit(lambda *columns, f=compiled, by=job.by: f.value_and_grad(*columns, argnums=by))
            value, slopes = traced(*map(jax.numpy.asarray, job.columns))
            for row, want in zip(job.rows([value, *slopes]), wanted, strict=True):
                check(want, row)


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


@cache
def exact_graphs():
    @st.composite
    def graphs(draw):
        program, xs = draw(wild_programs(SPECIAL, EXACT, most=8, widest=5))
        points = [xs, draw(st.lists(SPECIAL, min_size=len(xs), max_size=len(xs))), xs]
        assume(all(stays_exact(program, point) for point in points))
        return job_of(function_of(program), points)

    return collected(graphs(), COUNT)


@pytest.mark.slow
@all_but_jax
def test_where_arithmetic_is_exact_all_agree_to_the_last_bit_with_the_same_nan_and_infinities(executor):
    for _, *pair in results(EXECUTORS[executor], exact_graphs()):
        if executor in OF_ARRAYS:  # BLAS starts its sums at 0.0, so a sum of -0.0 alone is 0.0
            pair = [np.add(numbers, 0.0).tolist() for numbers in pair]
        assert bits(pair[0]) == bits(pair[1])


def stays_exact(program, xs):
    """True if all numbers of a graph and its sweep are so small that no sum or product of them is rounded."""
    leaves = [Value(x) for x in xs]
    nodes = run_ops(program, leaves)
    nodes[-1].backward()
    return not any(2.0**20 < abs(x) < math.inf for node in nodes for x in (node.data, node.grad))


# -- special values --------------------------------------------------------------------------------------


def page():
    """The special values documented in semantics.md: one job per function, and one for its second derivatives."""
    work = []
    for text in dict.fromkeys(row[0] for row in NUMBER_ROWS.values()):
        rows = [row for row in NUMBER_ROWS.values() if row[0] == text]
        f = eval(f"lambda {', '.join('xyz'[: len(numbers(rows[0][1]))])}: {code(text)}", dict(NAMES))
        work.append((Job(f, [numbers(row[1]) for row in rows]), rows))
        if curved := [row for row in rows if row[4]]:
            work.append((Job(f, [numbers(row[1]) for row in curved], "hessian"), curved))
    return work


@pytest.mark.slow
@every_executor
def test_the_page_of_special_values_says_what_is_computed(executor):
    check_page(EXECUTORS[executor])


def check_page(executor):
    for job, row, (text, at, value, gradient, seconds) in results(executor, page()):
        if job.what == "hessian":
            assert as_written(row, seconds), (text, at, row, seconds)
            continue
        assert as_written(row[:1], value), (text, at, row, value)
        assert row[0] != 0.0 or same(row[0], float(code(value))), (text, at, row, value)
        assert as_written(row[1:], gradient), (text, at, row, gradient)
        if executor.is_exact(job):
            assert bits(row) == bits(eager(job.f, numbers(at))), (text, at)


@pytest.mark.slow
@every_executor
def test_an_unusual_input_gets_its_value_and_gradient(executor):
    check_cases(EXECUTORS[executor])


def check_cases(executor):
    work = [(Job(case.f, [case.args]), [name]) for name, case in CASES.items()]
    for job, row, name in results(executor, work):
        wanted = eager(job.f, CASES[name].args)  # checked by `test_semantics`
        exact = executor.is_exact(job)
        assert bits(row) == bits(wanted) if exact else np.all(ulps_apart(row, wanted) <= 4), (name, row, wanted)


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
ACTIVATIONS["mish"] = lambda xs: F.mish(F.abs(xs[0]))  # near the zero of its slope, larger terms cancel
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
RECORDED_OTHERWISE = ("softmax", "log_softmax", "NLL")  # eager code branches on which number is largest


def of_four(f):
    return lambda *xs: f(list(xs))


@cache
def functions_at_points():
    """Jobs with the functions at ordinary points, their exact results, and error bounds."""

    def known(name, xs):
        leaves = [Value(x) for x in xs]
        return xs, (name, exact_and_errors(as_program(FUNCTIONS[name](leaves), leaves), xs))

    work = []
    for name, f in FUNCTIONS.items():
        points, wanted = zip(*collected(FOUR.map(lambda xs, name=name: known(name, xs)), max(COUNT // 8, 1)), strict=True)
        work.append((Job(of_four(f), points), wanted))
    return work


@pytest.mark.slow
@all_but_jax
def test_functions_activations_and_losses_are_within_the_error_of_their_ops(executor):
    for _, row, (_, want) in results(EXECUTORS[executor], functions_at_points()):
        check(want, row)


@cache
def functions_of_special_values():
    points = [[0.5, -0.25, 0.125, 2.0], *collected(st.lists(ODD, min_size=4, max_size=4), COUNT)]
    return [(Job(of_four(f), points), [(name, xs, eager(of_four(f), xs)) for xs in points]) for name, f in FUNCTIONS.items()]


@pytest.mark.slow
@all_but_jax
def test_functions_activations_and_losses_of_special_values_have_the_same_nan_infinities_and_zeros(executor):
    for job, row, (name, xs, want) in results(EXECUTORS[executor], functions_of_special_values()):
        assert np.all(ulps_apart(row, want) < math.inf), (name, xs, row, want)
        if EXECUTORS[executor].is_exact(job) and not name.startswith(RECORDED_OTHERWISE):
            assert bits(row) == bits(want), (name, xs)


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
@pytest.mark.parametrize("executor", ["python", "numpy", "numba"])
def test_sums_over_no_lanes_are_zero_whatever_all_lanes_share(executor, f, w):
    program = compile(f, w, 1.0, in_axes=(None, 0), executor=executor)
    value, slope = program.value_and_grad(w, np.empty(0), reduction="sum")
    assert bits([value, slope]) == bits([0.0, 0.0])
