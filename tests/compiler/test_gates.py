"""Gates: gradients through `where` are right for every choice, and cost nothing extra where the branches meet again."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, compile, gradients, ops, where
from autograd.compiler.builder import Builder
from autograd.compiler.executors.python import run
from autograd.compiler.gates import OPEN, SHUT, Gates
from autograd.compiler.gradient import Sweep
from autograd.compiler.program import Input, Output
from autograd.compiler.traced import Traced

conditions = st.lists(st.dictionaries(st.integers(0, 3), st.booleans()), max_size=4).map(
    lambda found: frozenset(frozenset(one.items()) for one in found)
)
truths = st.lists(st.booleans(), min_size=4, max_size=4)


def is_open(gate, truth):
    return any(all(truth[register] is taken for register, taken in one) for one in gate)


@given(one=conditions, other=conditions, truth=truths)
def test_a_gate_of_two_is_open_where_both_or_either_are(one, other, truth):
    gates = Gates(Builder(), [])
    assert is_open(gates.both(one, other), truth) == (is_open(one, truth) and is_open(other, truth))
    assert is_open(gates.either(one, other), truth) == (is_open(one, truth) or is_open(other, truth))


@given(gate=conditions, truth=truths)
def test_a_gate_in_a_program_is_1_where_it_is_open_and_else_0(gate, truth):
    builder = Builder([Input(f"x{i}") for i in range(4)])
    gates = Gates(builder, [])
    symbol = gates.symbol(gates.either(gate, SHUT))
    if type(symbol) is float:
        assert symbol == is_open(gate, truth)
        return
    assert run(builder.program([Output("y", symbol.register)]), [float(t) for t in truth]) == [float(is_open(gate, truth))]


def test_branches_that_meet_again_leave_no_condition():
    gates = Gates(Builder(), [])
    first, rest = frozenset([frozenset([(0, True)])]), frozenset([frozenset([(0, False)])])
    assert gates.either(first, rest) == OPEN
    assert gates.both(first, rest) == SHUT
    chain = SHUT
    for i in range(8):  # where(c0, …, where(c1, …, …))
        chain = gates.either(chain, frozenset([frozenset([*((j, False) for j in range(i)), (i, True)])]))
    assert gates.either(chain, frozenset([frozenset((j, False) for j in range(8))])) == OPEN


def test_very_many_conditions_are_held_by_a_register():
    builder = Builder([Input(f"x{i}") for i in range(600)])
    gates = Gates(builder, [])
    ways = frozenset(frozenset([(i, True)]) for i in range(600))
    assert gates.either(SHUT, ways) == frozenset([frozenset([(builder.registers - 1, True)])])


def table_of_choices(n):
    """A function that fills a table whose cells each choose a neighbour, as in sequence alignment: many paths lead to each."""

    def last(xs):
        table = [[0.0] * (n + 1) for _ in range(n + 1)]
        for i in range(1, n + 1):
            for j in range(1, n + 1):
                up, left = table[i - 1][j], table[i][j - 1]
                table[i][j] = where(xs[i - 1] * up > xs[j - 1], up, left) + xs[i - 1] * xs[j - 1]
        return table[n][n]

    return last


def test_the_gradient_of_a_table_of_choices_grows_with_the_table():
    program = compile(table_of_choices(12), [math.sin(i) for i in range(12)])
    assert len(program.program_of("value_and_grad").rows) < 16 * len(program.traced.program.rows)


def selects(f, *xs):
    """The number of `where` rows in a compiled value and gradient."""
    return sum(row.op is ops.where for row in compile(f, *xs).program_of("value_and_grad").rows)


@pytest.mark.parametrize(
    "function",
    [autograd.leaky_relu, autograd.elu, lambda x: where(ops.greater(x, 0.0), x, -x), lambda x: autograd.log_softmax([x, 1.0])[0]],
)
def test_what_lies_below_branches_that_meet_again_is_not_held_back(function):
    assert selects(function, 0.5) == selects(lambda x: function(autograd.tanh(autograd.sin(x) * 3.0)), 0.5)


WAYS = {
    "nested": lambda a, b, x: where(a, where(b, x * x, ops.log(x)), where(b, ops.sqrt(x), 1.0 / x)),
    "the same condition inside": lambda a, b, x: where(a, where(a, x, ops.log(x)), where(a, 1.0 / x, x * x)),
    "one branch a constant": lambda a, b, x: where(a, 2.0, where(b, ops.log(x), x)) * where(b, 3.0, x),
    "computed twice": lambda a, b, x: where(ops.greater(a, 0.5), ops.log(x), where(ops.greater(a, 0.5), x, 1.0 / x)),
    "a condition that depends on x": lambda a, b, x: where(ops.greater(x, 0.0), ops.log(x), where(ops.equal(x, 0.0), b, -x)),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(
    a=st.sampled_from([0.0, 1.0, math.nan]), b=st.sampled_from([0.0, -2.0]), x=st.sampled_from([-1.5, -0.0, 0.0, 2.0, math.inf])
)
def test_a_gradient_through_branches_is_the_eager_one_bit_for_bit(way, a, b, x):
    leaves = [Value(number) for number in (a, b, x)]
    y = way(*leaves)
    value, found = compile(way, 1.0, 1.0, 2.0, guard="ignore").value_and_grad(a, b, x, argnums=(0, 1, 2))
    expected = gradients(y, leaves) if type(y) is Value else [0.0] * 3
    assert repr(value) == repr(getattr(y, "data", y))
    assert [repr(g) for g in found] == [repr(g) for g in expected]


STEPS = [
    lambda a, b, c: where(a, b, c),
    lambda a, b, c: where(ops.greater(a, 0.5), b, c),
    lambda a, b, c: a * b + c,
    lambda a, b, c: where(b, ops.log(a), c),
    lambda a, b, c: ops.tanh(a) - b,
    lambda a, b, c: where(0.0, a, b) * c,
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), *[st.integers(0, 20)] * 3), min_size=1, max_size=8),
    xs=st.lists(st.sampled_from([0.0, 1.0, -1.5, 0.5, 2.0]), min_size=3, max_size=3),
)
def test_programs_of_many_branches_reach_what_the_eager_engine_reaches(steps, xs):
    def program(*leaves):
        nodes = list(leaves)
        for step, *args in steps:
            nodes.append(step(*[nodes[i % len(nodes)] for i in args]))
        return nodes[-1]

    leaves = [Value(x) for x in xs]
    y = program(*leaves)
    if type(y) is Value and y.op is not None:
        y.backward()
    found = compile(program, 0.25, 0.75, 1.25, executor="python").value_and_grad(*xs, argnums=(0, 1, 2))
    assert repr(found[0]) == repr(getattr(y, "data", y))
    if type(y) is Value and y.op is not None:
        assert found[1] == pytest.approx([p.grad for p in leaves], rel=1e-14, abs=1e-14, nan_ok=True)
        traced = Traced.of(program, [0.25, 0.75, 1.25], [0] * 3).program
        builder = Builder.of(traced)
        sweep = Sweep(builder)
        sweep.reverse(traced.outputs[0].arg, range(3))
        gates = [Output("gate", builder.arg(gate)) for gate in sweep.gates]
        assert [bool(gate) for gate in run(builder.program(gates), xs)] == [p.has_grad for p in leaves]
