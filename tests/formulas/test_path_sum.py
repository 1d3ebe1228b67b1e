"""paths: the largest paths and the total count, checked against brute force."""

import gc
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, gradients
from autograd.formulas import paths
from autograd.sweeps import topological_order
from tests.support.programs import run_ops, tame_floats, wild_programs


def all_paths(x, root):
    """The products of all paths by brute force, each multiplied from the root down; None if there are too many."""
    stack, products = [(root, 1.0)], []
    while stack:
        node, product = stack.pop()
        if node is x:
            products.append(product)
            continue
        for arg, partial in zip(node.args, node.partials, strict=True):
            if partial is not None:
                stack.append((arg, product * partial))
        if len(products) + len(stack) > 5000:
            return None
    return products


def rank(product):
    return math.inf if math.isnan(product) else abs(product)


@given(wild_programs(numbers=tame_floats, most=12, widest=4), st.integers(1, 30))
def test_the_largest_paths_are_found_and_all_are_counted(drawn, most):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    root = run_ops(program, leaves)[-1]
    products = all_paths(leaves[0], root)
    found = paths(leaves[0], root, max_paths=most)
    if products is not None:
        assert found.total == len(products)
        assert len(found) == min(most, len(products))
        ranked = sorted(map(rank, products), reverse=True)
        assert [rank(path.product) for path in found] == pytest.approx(ranked[: len(found)], rel=1e-12, abs=0.0)
    assert repr(found.sum) == repr(gradients(root, leaves[0]))


@given(wild_programs(most=12, widest=4))
def test_nan_infinity_and_zero_break_no_order(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    root = run_ops(program, leaves)[-1]
    products = all_paths(leaves[0], root)
    found = paths(leaves[0], root, max_paths=5)
    if products is not None:
        assert found.total == len(products)
        everything = paths(leaves[0], root, max_paths=len(products) or 1)
        assert sorted(map(repr, products)) == sorted(repr(path.product) for path in everything)
        wild = [not all(map(math.isfinite, path.partials)) for path in everything]
        assert wild == sorted(wild, reverse=True)
        zero = [0.0 in path.partials for path in everything if all(map(math.isfinite, path.partials))]
        assert zero == sorted(zero)
        assert [path.nodes for path in found] == [path.nodes for path in everything[:5]]


@given(wild_programs(numbers=tame_floats, most=12, widest=4))
def test_a_path_leads_from_x_to_the_root_along_edges(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    root = run_ops(program, leaves)[-1]
    for path in paths(leaves[0], root):
        assert path.nodes[0] is leaves[0]
        assert path.nodes[-1] is root
        for arg, partial, node in zip(path.nodes, path.partials, path.nodes[1:], strict=False):
            assert any(a is arg and repr(p) == repr(partial) for a, p in zip(node.args, node.partials, strict=True))


def test_paths_are_shown_as_a_table_the_largest_first():
    x, y = Value(3.0), Value(2.0)
    a, b = x * y, -4.0 * x
    L = a * b
    assert (
        repr(paths(x, L))
        == """\
x → a → L  2·(−12) = −24
x → b → L  −4·6 = −24
2 paths; sum of products −48"""
    )
    assert repr(paths(x, L, max_paths=1)).splitlines()[1:] == ["… and 1 more", "2 paths; sum of products −48"]


def test_x_times_x_has_two_paths():
    x = Value(3.0)
    y = x * x
    found = paths(x, y)
    assert [path.product for path in found] == [3.0, 3.0]
    assert found[0].nodes == (x, y)
    assert [len(found), found.total, found.sum, len(found[:1])] == [2, 2, 6.0, 1]


def test_no_path_and_the_path_of_no_steps():
    x, y = Value(3.0), Value(2.0)
    assert repr(paths(x, y)) == "0 paths; sum of products 0"
    assert repr(paths(x, x)) == "x  1\n1 path; sum of products 1"
    assert (paths(x, x).total, paths(x, x)[0].nodes) == (1, (x,))


def test_a_branch_that_is_not_taken_is_on_no_path():
    x, y = Value(3.0), Value(2.0)
    L = autograd.where(1.0, y, x) * x
    assert paths(x, L).total == 1


def test_2_to_the_500_paths_are_counted_and_the_largest_found():
    x = Value(1.0, "x")
    y = x
    for _ in range(500):
        y = y * 0.5 + y * 0.75
    found = paths(x, y, max_paths=3)
    assert found.total == 2**500
    assert [path.product for path in found] == pytest.approx([0.75**500, 0.75**499 * 0.5, 0.75**499 * 0.5])
    assert "about 3.27·10^150 paths" in repr(found)


@pytest.mark.parametrize("most", [1, 2, 3, 7, 50])
def test_few_of_many_paths_are_the_largest(most):
    x = Value(1.0)
    y = x
    for i in range(10):
        y = y * (1.0 + 0.37 * i) + y * (2.0 - 0.11 * i * i)
    products = sorted((abs(product) for product in all_paths(x, y)), reverse=True)
    assert [abs(path.product) for path in paths(x, y, max_paths=most)] == pytest.approx(products[:most], rel=1e-12)


def test_nan_and_infinity_come_first_and_zero_last():
    x = Value(1.0)
    y = autograd.sum([x * 0.0, x * 0.25, x * math.inf, x * -1e300, x * math.nan, x * 0.5])
    products = [path.product for path in paths(x, y)]
    assert repr(products) == "[inf, nan, -1e+300, 0.5, 0.25, 0.0]"


def test_products_that_leave_the_range_of_floats_are_ranked_all_the_same():
    x = Value(1.0)
    y = x
    for _ in range(3):
        y = y * 1e-200 + y * 1e-150
    found = paths(x, y)
    assert [path.product for path in found] == [0.0] * 8
    assert [path.partials.count(1e-150) for path in found] == [3, 2, 2, 2, 1, 1, 1, 0]


@pytest.mark.slow
def test_a_chain_of_20_000_operations_is_one_path():
    x = Value(1.0, "x")
    y = x
    for _ in range(20_000):
        y = y * 1.0
    found = paths(x, y)
    assert (found.total, len(found[0].nodes)) == (1, 20_001)
    assert len(repr(found)) < 1000


@pytest.mark.slow
def test_a_ladder_of_20_000_rungs_has_a_number_of_paths_with_6_000_digits():
    x = Value(1e-300, "x")
    y = x
    for _ in range(20_000):
        y = y * 0.5
        y = y + y
    found = paths(x, y, max_paths=2)
    assert found.total == 2**20_000
    assert "about 3.98·10^6020 paths" in repr(found)


def test_bad_arguments_of_paths_are_refused_by_name():
    x = Value(1.0)
    with pytest.raises(TypeError, match="paths: x must be a Value, got float"):
        paths(1.0, x)
    with pytest.raises(TypeError, match="paths: of must be a Value, got str"):
        paths(x, "L")
    with pytest.raises(TypeError, match=r"paths: max_paths must be an integer, got 2\.0"):
        paths(x, x, max_paths=2.0)
    with pytest.raises(ValueError, match="paths: max_paths must be at least 1, got 0"):
        paths(x, x, max_paths=0)
    assert topological_order([x]) == [x]


def test_no_path_leads_to_a_frozen_leaf():
    x, frozen = Value(2.0, "x"), Value(3.0, "f", requires_grad=False)
    assert str(paths(frozen, x * frozen)) == "0 paths; sum of products 0"


def test_a_graph_whose_paths_were_found_is_freed_without_the_collector():
    def values():
        return sum(type(thing) is Value for thing in gc.get_objects())

    x = Value(2.0)
    gc.collect()
    gc.disable()
    try:
        before = values()
        paths(x, x * x + x.tanh())
        assert values() == before
    finally:
        gc.enable()
