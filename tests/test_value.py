"""Value: the published examples, arithmetic against the table, and the record it keeps."""

import math
from contextlib import nullcontext
from random import Random
from struct import unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, ops, scope
from autograd.op import TABLE
from autograd.value import record
from tests.support.soak import count

numbers = st.floats(allow_nan=True, allow_infinity=True)
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 1e308, -1e308, 5e-324, math.inf, -math.inf, math.nan]


def test_the_example_of_micrograds_readme_gives_its_numbers():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert [f"{x:.4f}" for x in (g.data, a.grad, b.grad)] == ["24.7041", "138.8338", "645.5773"]


def test_karpathys_neuron_gives_its_gradients():
    x1, x2, w1, w2 = Value(2.0), Value(0.0), Value(-3.0), Value(1.0)
    y = (x1 * w1 + x2 * w2 + 6.8813735870195432).tanh()
    y.backward()
    assert round(y.data, 4) == 0.7071
    assert [round(v.grad, 12) for v in (x1, w1, x2, w2)] == [-1.5, 1.0, 0.5, 0.0]


def same(one, other):
    """True if bit-equal, with all NaNs equal; None equals only None."""
    if one is None or other is None:
        return one is other
    return (math.isnan(one) and math.isnan(other)) or (one == other and math.copysign(1, one) == math.copysign(1, other))


INLINE = {
    "add": (lambda x, y: x + y, ops.add),
    "sub": (lambda x, y: x - y, ops.sub),
    "mul": (lambda x, y: x * y, ops.mul),
    "div": (lambda x, y: x / y, ops.div),
    "pow": (lambda x, y: x**y, ops.pow),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", INLINE)
@given(x=numbers | st.sampled_from(SPECIAL), y=numbers | st.sampled_from(SPECIAL), in_scope=st.booleans())
def test_an_operator_is_bit_equal_to_its_row_inside_a_scope_too(name, x, y, in_scope):
    operator, row = INLINE[name]
    for args in ((Value(x), Value(y)), (Value(x), y), (x, Value(y))):
        table = record(row, args)
        with scope("here") if in_scope else nullcontext():
            inline = operator(*args)
        assert same(inline.data, table.data)
        assert len(inline.partials) == len(table.partials) == 2
        assert all(map(same, inline.partials, table.partials))
        assert inline.args == args or any(map(math.isnan, (x, y)))
        assert (inline.scope is not None) is in_scope


def arguments(row, times):
    """Arguments for a row, each a Value or a constant, at least one a Value; the same on every run."""
    rng = Random(row.name)
    for _ in range(times):
        size = row.arity or rng.choice((1, 3, 5))
        xs = [rng.choice((rng.choice(SPECIAL), rng.gauss(0.0, 2.0), unpack("d", rng.randbytes(8))[0])) for _ in range(size)]
        variables = [rng.random() < 0.5 for _ in xs]
        variables[rng.randrange(size)] = True
        yield [Value(x) if variable else x for x, variable in zip(xs, variables, strict=True)]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_the_short_ways_to_record_a_row_are_bit_equal_to_the_long_one(row):
    for args in arguments(row, count(300, 100_000)):
        with scope("here"):
            inside = row(*args)
        long = record(row, tuple(args))
        for short in (row(*args), inside):
            assert same(short.data, long.data), args
            assert len(short.partials) == len(long.partials) == len(args)
            assert all(map(same, short.partials, long.partials)), args
            assert all(one is other for one, other in zip(short.args, long.args, strict=True) if type(other) is Value)
            assert (short._depth, short._reached) == (long._depth, long._reached) == (1, 0)
        assert inside.scope.name == "here"


def deep(x, depth):
    """A Value with this number and depth."""
    node = Value(x)
    for _ in range(depth):
        node = +node
    return node


depths = st.integers(0, 2)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5), numbers, st.booleans(), st.tuples(depths, depths, depths))
def test_the_short_way_to_record_a_dot_is_bit_equal_to_the_long_one(pairs, bias, constant, depths):
    weights = [deep(w, depths[0]) for w, _ in pairs]
    inputs = [x if constant else deep(x, depths[1]) for _, x in pairs]
    b = deep(bias, depths[2])
    long = record(ops.dot, (*weights, *inputs, b))
    for short in (autograd.dot(weights, inputs, b), *autograd.linear([weights], inputs, [b])):
        assert same(short.data, long.data)
        assert all(map(same, short.partials, long.partials))
        assert all(map(lambda one, other: one is other, short.args[: len(pairs)], long.args))
        assert (short._depth, short._reached) == (long._depth, long._reached)


def test_a_dot_of_floats_and_values_mixed_is_recorded_the_long_way():
    w, x = [Value(2.0), Value(3.0)], [Value(5.0), 7]
    y = autograd.dot(w, x, Value(1.0))
    y.backward()
    assert (y.data, w[1].grad, x[0].grad) == (32.0, 7.0, 2.0)


def test_args_keep_order_repeats_and_constants():
    x = Value(3.0)
    assert [arg is x for arg in (x * x).args] == [True, True]
    assert (2.0 - x).args == (2.0, x)
    assert (x - 2).args == (x, 2.0)
    assert (2.0 - x).partials == (None, -1.0)
    assert x.args == x.partials == ()


def test_every_node_keeps_its_gradient():
    x = Value(2.0)
    y = x * x
    z = y * 3.0
    z.backward()
    assert (z.grad, y.grad, x.grad) == (1.0, 3.0, 12.0)


def test_backward_takes_a_seed():
    x = Value(3.0)
    (x * x).backward(seed=10)
    assert x.grad == 60.0


@given(st.lists(st.sampled_from(["+", "*", "-", "relu", "dead"]), min_size=1, max_size=30), st.randoms())
def test_the_sweep_by_depth_equals_the_sweep_in_order(steps, random):
    nodes = [Value(0.5), Value(-1.5), Value(2.0)]
    for step in steps:
        a, b = random.choice(nodes), random.choice(nodes)
        match step:
            case "+":
                nodes.append(a + b)
            case "*":
                nodes.append(a * b * 0.25)
            case "-":
                nodes.append(a - b)
            case "relu":
                nodes.append(a.relu())
            case "dead":
                a + b  # a use in no root's graph
    root = nodes[-1]
    root.backward()
    expected = autograd.gradients(root, nodes)
    # Both add the same products, perhaps in another order.
    assert all(math.isclose(node.grad, g, rel_tol=1e-12, abs_tol=1e-12) for node, g in zip(nodes, expected, strict=True))


def test_a_label_is_shown_and_must_be_a_string():
    x = Value(2.0, label="x")
    assert repr(x) == "Value(data=2.0, grad=0.0, label='x')"
    with pytest.raises(TypeError, match="label must be a str, got int"):
        x.label = 3


def test_value_cannot_be_subclassed():
    with pytest.raises(TypeError, match="cannot be subclassed"):
        type("Parameter", (Value,), {})


def test_detach_makes_a_leaf_with_the_same_number():
    x = Value(3.0)
    y = (x * x).detach()
    assert (y.data, y.op, y.args) == (9.0, None, ())


def test_a_value_is_compared_with_an_integer_of_any_size_as_a_float_is():
    assert Value(1.0) < 10**400
    assert Value(1.0) != 10**400
    assert Value(2.0**60) != 2**60 + 1
