"""Random expressions: reverse, forward and nested sweeps against the oracle, within the rounding error they may have.

No tolerance is set by hand: `tests.support.rounding` computes the bounds.
"""

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from autograd import Value, gradients, jvp, sweeps
from autograd.context import quiet
from autograd.staleness import same_number
from tests.support import oracle
from tests.support.oracle import mp
from tests.support.programs import as_program, run, tame_programs, wild_programs
from tests.support.rounding import analyse

more_examples = settings(max_examples=2 * settings.default.max_examples)


def check(got, exact, errors, what):
    for k, (one, right, error) in enumerate(zip(got, exact, errors, strict=True)):
        assert abs(one - right) <= error, (
            f"{what}, leaf {k}: got {one!r}, exact {mp.nstr(right, 20)}, may err {mp.nstr(error, 3)}"
        )


@more_examples
@given(tame_programs())
def test_value_and_reverse_and_forward_sweeps_agree_with_the_oracle(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    exact, gradient = oracle.evaluate(program, numbers)
    bound = analyse(program, numbers)
    y = run(program, leaves)[-1]
    y.backward()
    check([y.data], [exact], [bound.value_error], "value")
    check([leaf.grad for leaf in leaves], gradient, bound.gradient_errors, "backward")
    check(gradients(y, leaves), gradient, bound.gradient_errors, "gradients")
    forward = [
        jvp(lambda *xs: run(program, xs)[-1], numbers, [float(i == k) for i in range(len(leaves))]) for k in range(len(leaves))
    ]
    assert {repr(value) for value, _ in forward} == {repr(y.data)}
    check([dot for _, dot in forward], gradient, bound.gradient_errors, "jvp")


@given(wild_programs(), st.integers(0, 7), st.floats())
def test_quick_sweeps_have_the_bits_of_the_general_ones(drawn, frozen, seed):
    program, numbers = drawn
    leaves = [Value(x, requires_grad=not frozen >> k & 1) for k, x in enumerate(numbers)]
    with quiet():
        y = run(program, leaves)[-1]
    order = sweeps.topological_order([y])
    dots = {leaf: seed * k for k, leaf in enumerate(leaves) if leaf.requires_grad}
    for quick, general in (
        (sweeps.recorded_adjoints(order, {y: seed}), sweeps.adjoints(order, {y: seed}, sweeps.recorded)),
        (sweeps.recorded_tangents(order, dots), sweeps.tangents(order, dots, sweeps.recorded)),
    ):
        assert quick.keys() == general.keys()
        assert all(same_number(quick[node], general[node]) for node in quick)


@more_examples
@given(tame_programs(), st.lists(st.integers(-20, 20).map(lambda n: n / 10), min_size=4, max_size=4))
def test_a_forward_sweep_along_any_direction_agrees_with_the_oracle(drawn, direction):
    program, numbers = drawn
    direction = direction[: len(numbers)]
    _, gradient = oracle.evaluate(program, numbers)
    # The same program as a function of t alone, at t = 0: the new leaf t moves the others along the direction.
    n = len(numbers)
    shifted = [("add", (numbers[i], 1 + i)) for i in range(n)]
    moved = [("mul", (0, d)) for d in direction] + shifted
    program_of_t = moved + [(name, tuple(arg + 1 + n if isinstance(arg, int) else arg for arg in args)) for name, args in program]
    bound = analyse(program_of_t, [0.0])
    exact = mp.fsum(d * g for d, g in zip(direction, gradient, strict=True))
    got = jvp(lambda *xs: run(program, xs)[-1], numbers, direction)[1]
    check([got], [exact], bound.gradient_errors, "jvp")


@more_examples
@given(tame_programs())
def test_the_gradient_as_a_graph_is_bit_for_bit_the_gradient(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    y = run(program, leaves)[-1]
    assert [repr(g.data) for g in gradients(y, leaves, create_graph=True)] == list(map(repr, gradients(y, leaves)))


@more_examples
@given(tame_programs(most=8))
def test_second_derivatives_by_nested_sweeps_agree_with_the_oracle(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    try:
        rows = oracle.hessian(program, numbers)
    except ZeroDivisionError:
        reject()  # hypot(0, 0) has no second derivative
    analyse(program, numbers)  # rejects points on a kink
    for first, row in zip(gradients(run(program, leaves)[-1], leaves, create_graph=True), rows, strict=True):
        bound = analyse(as_program(first, leaves), numbers).gradient_errors
        check(gradients(first, leaves), row, bound, "gradients of gradients")
        for leaf in leaves:
            leaf.grad = 0.0
        first.backward()
        check([leaf.grad for leaf in leaves], row, bound, "backward of gradients")


def test_the_analysis_is_not_so_generous_as_to_excuse_a_wrong_gradient():
    program = [("mul", (0, 0)), ("sin", (1,)), ("prod", (2, 0, 1)), ("logsumexp", (3, 0, 1.0))]
    bound = analyse(program, [1.3])
    _, (exact,) = oracle.evaluate(program, [1.3])
    assert bound.gradient_errors[0] < 1e-13 * abs(exact)
    with pytest.raises(AssertionError, match="backward, leaf 0"):
        check([float(exact) * (1 + 1e-13)], [exact], bound.gradient_errors, "backward")
