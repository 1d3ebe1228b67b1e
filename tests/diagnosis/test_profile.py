"""profile: the size of a graph, and the cost of its gradient by each method."""

import gc
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value
from autograd.diagnosis import profile
from autograd.diagnosis.profile import MAX_OPS
from autograd.op import REAL, TABLE
from autograd.sweeps import topological_order
from autograd.testing import expressions, points


@given(st.data())
def test_counts_agree_with_a_walk_over_the_graph(data):
    f = data.draw(expressions())
    y = f(*map(Value, data.draw(points(f))))
    order = topological_order([y])
    found = profile(y)
    assert found.nodes == len(order)
    assert found.leaves == sum(node.op is None for node in order)
    assert sum(found.ops.values()) == found.nodes - found.leaves
    assert found.edges == sum(isinstance(arg, Value) for node in order for arg in node.args)
    assert found.reverse == sum(partial is not None for node in order for partial in node.partials)
    assert found.forward == found.leaves * found.reverse
    assert found.finite_differences == 2 * found.leaves * found.evaluation


def test_depth_is_the_longest_path():
    x = Value(0.5)
    y = x
    for _ in range(10):
        y = y * x + autograd.sin(x)
    assert profile(y).depth == 20
    assert profile(x).depth == 0


def test_the_cost_of_a_dot_product_is_one_multiply_add_for_each_weight():
    xs = [Value(float(i)) for i in range(7)]
    found = profile(autograd.dot(xs[:3], xs[3:6], xs[6]))
    assert (found.evaluation, found.reverse, found.leaves) == (3, 7, 7)


def test_reverse_mode_is_cheapest_for_a_network():
    found = profile(nn.MLP(2, [16, 16, 1])([1.0, 2.0]))
    assert found.ops == {"dot": 33, "relu": 32}
    assert found.reverse < found.finite_differences
    assert found.forward == 337 * found.reverse


def test_the_bytes_are_what_recording_takes_from_the_allocator():
    def recorded():
        x = Value(1.5)
        for _ in range(5_000):
            x = x * 1.0001 + 0.25
        return x

    recorded()
    gc.collect()
    tracemalloc.start()
    y = recorded()
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert 0.9 < profile(y).bytes / taken < 1.1


def test_a_hundred_thousand_operations_are_profiled():
    y = Value(1.0)
    for _ in range(100_000):
        y = y + 1.0
    found = profile(y)
    assert (found.nodes, found.depth, found.edges) == (100_001, 100_000, 100_000)


def test_the_table_shows_every_figure():
    x, y = Value(2.0), Value(3.0)
    lines = repr(profile(autograd.sin(x * y) + x)).splitlines()
    assert lines[0].split() == ["nodes", "5", "2", "leaves,", "1", "add,", "1", "mul,", "1", "sin"]
    assert [line.split("  ")[0] for line in lines] == [
        "nodes",
        "edges",
        "depth",
        "bytes",
        "one evaluation",
        "reverse mode",
        "forward mode",
        "finite differences",
    ]


def test_what_is_left_out_of_the_counts_may_be_one_op():
    x = Value(0.5)
    anywhere = [op for op in TABLE.values() if op.built_in and op.domain == (REAL,)]
    y = autograd.sum([op(x) for op in anywhere[:MAX_OPS]])
    assert "1 more op\n" in repr(profile(y))


def test_what_is_no_value_is_refused():
    with pytest.raises(TypeError, match="profile: y must be a Value, got float"):
        profile(1.0)
