"""Recorded: a recorded graph as a Program, run on other numbers for its leaves."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, custom_op
from autograd.compiler.executors.python import run
from autograd.compiler.recorded import Recorded
from autograd.graph import Graph
from autograd.op import TABLE
from tests.support.programs import any_floats, run_ops, wild_programs

more_examples = settings(max_examples=2 * settings.default.max_examples)


def exact(found):
    return list(map(repr, found))


@more_examples
@given(wild_programs())
def test_the_same_leaves_give_what_was_recorded_bit_for_bit(drawn):
    program, data = drawn
    graph = Graph(*run_ops(program, [Value(x) for x in data]))
    at = Recorded(graph).at({})
    assert exact(at.values[node] for node in graph) == exact(node.data for node in graph)
    assert exact(at.partials[node] for node in graph) == exact(node.partials for node in graph)


@more_examples
@given(wild_programs(), st.lists(any_floats, min_size=4, max_size=4))
def test_other_leaves_give_what_recording_anew_would(drawn, others):
    program, data = drawn
    leaves = [Value(x) for x in data]
    results = run_ops(program, leaves)
    anew = run_ops(program, [Value(x) for x in others[: len(leaves)]])
    at = Recorded(Graph(*results)).at(dict(zip(leaves, others, strict=False)))
    assert exact(at.values[node] for node in results) == exact(node.data for node in anew)
    assert exact(at.partials[node] for node in results) == exact(node.partials for node in anew)
    assert exact(node.data for node in results[: len(leaves)]) == exact(data)


@given(wild_programs())
def test_its_program_computes_the_roots(drawn):
    program, data = drawn
    results = run_ops(program, [Value(x) for x in data])
    recorded = Recorded(Graph(*results))
    assert exact(run(recorded.program, [leaf.data for leaf in recorded.leaves])) == exact(node.data for node in results)


def test_where_may_choose_the_other_branch():
    x = Value(1.0)
    y = autograd.where(autograd.greater(x, 0.0), x * 2.0, x * 3.0)
    at = Recorded(Graph(y)).at({x: -1.0})
    assert (at.values[y], at.partials[y]) == (-3.0, (None, None, 1.0))


def test_leaves_that_are_not_moved_have_the_numbers_they_have_now():
    x = Value(3.0)
    y = x * x
    recorded = Recorded(Graph(y))
    x.data = 5.0
    assert recorded.at({}).values[y] == 25.0


def test_a_chain_of_30_000_operations_is_run():
    x = Value(1.0)
    y = x
    for _ in range(30_000):
        y = y + 1.0
    at = Recorded(Graph(y)).at({x: 2.0})
    assert (at.values[y], at.partials[y]) == (30_002.0, (1.0, None))


def test_a_rule_that_computes_with_numbers_alone_is_called_on_them():
    bend = custom_op(lambda x: abs(x), partials=lambda z, x: 1.0 if x * x * x > 0.0 else -1.0, name="bend")
    wave = custom_op(math.sin, partials=lambda z, x: math.cos(x), name="wave")
    try:
        x = Value(2.0)
        bent, waved = bend(x), wave(x)
        bounded = waved.tanh()
        y = bent * bounded
        at = Recorded(Graph(y)).at({x: -1.0})
        assert (at.partials[bent], at.partials[waved]) == ((-1.0,), (math.cos(-1.0),))
        assert at.partials[bounded] == (autograd.grad(autograd.tanh)(math.sin(-1.0)),)
        assert at.partials[y] == (math.tanh(math.sin(-1.0)), 1.0)
    finally:
        del TABLE["bend"], TABLE["wave"]


def test_a_node_may_be_computed_by_another_op():
    x = Value(3.0)
    y = x * x
    at = Recorded(Graph(y + 1.0), {y: autograd.ops.add}).at({})
    assert (at.values[y], at.partials[y]) == (6.0, (1.0, 1.0))


def test_frozen_leaves_have_partials_that_no_gradient_takes():
    x, w = Value(3.0), Value(2.0, requires_grad=False)
    y = x * w
    at = Recorded(Graph(y)).at({})
    assert (at.partials[y], at.flowing(y)) == ((2.0, 3.0), (2.0, None))
