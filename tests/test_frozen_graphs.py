"""Frozen graphs: given the recorded partials, a sweep errs by no more than its own rounding, and not at all on integers.

The adjoints are recomputed from the recorded partials at 60 digits, over the edges of the program
(`tests.support.rounding`). `test_ops` checks the partials themselves.
"""

import math
from decimal import Decimal, localcontext
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, dot, gradients, sum
from tests.support.polynomials import random_polynomial
from tests.support.programs import random_program, run
from tests.support.rounding import SIXTY, adjoints
from tests.support.soak import count

SEEDS = (1.0, 1.0, 1.0, -0.3, 1e-9, 7e12)


def errors(got, sums):
    """The error of each number as a multiple of its bound: at most 1 is right."""
    with localcontext(SIXTY):
        for i, number in got:
            exact, slack = sums.get(i, (0, 0))
            error = abs(Decimal(number) - exact)
            yield 0.0 if not error else float(error / slack) if slack else math.inf


def judged(program, numbers, random):
    """The worst error of both sweeps, as a multiple of its bound; None if the gradient may overflow."""
    seed = random.choice(SEEDS)
    nodes = run(program, [Value(x) for x in numbers])
    root = len(nodes) - 1
    sums = adjoints(program, nodes, {root: seed})
    if sums is None:
        return None
    nodes[root].backward(seed)
    worst = max(errors(((i, node.grad) for i, node in enumerate(nodes)), sums))
    some = [*range(len(numbers)), *(random.randrange(root + 1) for _ in range(2))]
    functional = gradients(nodes[root], [nodes[i] for i in some])
    of_one = sums if seed == 1.0 else adjoints(program, nodes, {root: 1.0})
    return max(worst, *errors(zip(some, functional, strict=True), of_one))


def test_no_gradient_of_a_random_graph_errs_by_more_than_its_roundings():
    graphs, nodes, beyond, worst, largest = count(300, 10**5), 0, 0, 0.0, 0
    for k in range(graphs):
        random = Random(k)
        program, numbers = random_program(random, int(5 * 400 ** random.random() ** 2))
        ratio = judged(program, numbers, random)
        nodes += len(program) + len(numbers)
        largest = max(largest, len(program) + len(numbers))
        if ratio is None:
            beyond += 1
            continue
        worst = max(worst, ratio)
        assert ratio <= 1.0, f"graph {k}: {ratio} times the bound"
    print(f"{graphs} graphs, {nodes} nodes, the largest of {largest}; {beyond} left out; worst error {worst:.3f} of its bound")
    assert beyond <= graphs / 1000


@given(st.randoms(use_true_random=False), st.integers(5, 60))
def test_no_gradient_of_a_drawn_graph_errs_by_more_than_its_roundings(random, size):
    program, numbers = random_program(random, size)
    ratio = judged(program, numbers, random)
    assert ratio is not None
    assert ratio <= 1.0


@pytest.mark.parametrize("many", [1000, count(10**4, 10**6)])
@pytest.mark.parametrize("gather", ["sum", "dot", "chain of uses"])
def test_a_huge_fan_in_of_the_same_and_of_other_nodes_errs_by_no_more_than_its_roundings(gather, many):
    leaves = [Value(x) for x in (0.1, -0.7, 1.3)]
    program = [("mul", (0, 1)), ("sin", (2,)), ("tanh", (3,))]
    if gather == "sum":
        program.append(("sum", tuple(k % 6 for k in range(many))))
    elif gather == "dot":
        program.append(("dot", tuple(k % 5 for k in range(many)) + tuple(k % 6 for k in range(many)) + (5,)))
    else:
        program += [("add", (5 + k, k % 5)) for k in range(many)]
    nodes = run(program, leaves)
    sums = adjoints(program, nodes, {len(nodes) - 1: 1.0})
    nodes[-1].backward()
    assert max(errors(((i, node.grad) for i, node in enumerate(nodes)), sums)) <= 1.0
    assert max(errors(enumerate(gradients(nodes[-1], nodes[:6])), sums)) <= 1.0


def test_the_bound_is_not_so_generous_as_to_excuse_a_wrong_gradient():
    x, y = Value(0.3), Value(-1.7)
    program = [("mul", (0, 1)), ("tanh", (2,)), ("dot", (0, 3, 1, 2, 3))]
    nodes = run(program, [x, y])
    nodes[-1].backward()
    sums = adjoints(program, nodes, {4: 1.0})
    assert max(errors([(0, x.grad), (1, y.grad)], sums)) <= 1.0
    assert max(errors([(0, x.grad * (1 + 1e-14))], sums)) > 1.0
    assert max(errors([(1, y.grad * (1 - 1e-14))], sums)) > 1.0


# -- integers ----------------------------------------------------------------------------------------


def assert_exact(polynomial):
    program, numbers, values, bars = polynomial
    nodes = run(program, [Value(x) for x in numbers])
    assert [node.data for node in nodes] == values
    nodes[-1].backward()
    assert [node.grad for node in nodes] == bars
    assert gradients(nodes[-1], nodes) == bars
    assert [g.data for g in gradients(nodes[-1], nodes[: len(numbers)], create_graph=True)] == bars[: len(numbers)]


def test_values_and_gradients_of_integer_polynomials_are_exact():
    polynomials, nodes, largest = count(300, 10**5), 0, 0
    for k in range(polynomials):
        random = Random(k)
        polynomial = random_polynomial(random, int(5 * 40 ** random.random()))
        nodes += len(polynomial.values)
        largest = max(largest, *map(abs, polynomial.adjoints))
        assert_exact(polynomial)
    print(f"{polynomials} polynomials, {nodes} nodes, the largest adjoint {largest}")


@given(st.randoms(use_true_random=False), st.integers(2, 40))
def test_values_and_gradients_of_drawn_integer_polynomials_are_exact(random, size):
    assert_exact(random_polynomial(random, size))


def test_an_adjoint_next_to_the_largest_exact_integer_is_exact():
    x = Value(3.0)
    y = sum([x * (2.0**51), x * (2.0**51 - 1.0), dot([x, 2.0], [2.0**50, x], x)])
    y.backward()
    assert x.grad == 2**51 + 2**51 - 1 + 2**50 + 2 + 1
