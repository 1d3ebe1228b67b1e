"""Misconceptions of the backward pass: each does what it claims, and is told apart from the correct one where they differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, gradients, greater, log, where
from autograd.lessons.misconceptions import BUGS, misconception
from autograd.sweeps import topological_order
from tests.support.programs import odd_graphs, run, tame_programs

# -- graphs of small whole numbers: every sum and product is exact, in any order ----------------------------


@st.composite
def exact_graphs(draw):
    nodes = [Value(float(draw(st.integers(-2, 2)))) for _ in range(draw(st.integers(1, 2)))]
    for _ in range(draw(st.integers(0, 6))):
        one, other = (nodes[-1 - draw(st.integers(0, min(len(nodes), 3) - 1))] for _ in range(2))
        nodes.append(draw(st.sampled_from([one + other, one - other, one * other, -one, 2.0 * one])))
    return nodes[-1]


def edges(node):
    return [(arg, partial) for arg, partial in zip(node.args, node.partials, strict=True) if partial is not None]


def assign(order):
    found = dict.fromkeys(order, 0.0)
    found[order[-1]] = 1.0
    for node in reversed(order):
        for arg, partial in edges(node):
            found[arg] = found[node] * partial
    return found


def depth_first(order):
    found, seen = dict.fromkeys(order, 0.0), set()
    found[order[-1]] = 1.0

    def visit(node):
        seen.add(node)
        for arg, partial in edges(node):
            found[arg] += found[node] * partial
        for arg, _ in edges(node):
            if arg not in seen:
                visit(arg)

    visit(order[-1])
    return found


def stale(order):
    found = dict.fromkeys(order, 0.0)
    for _ in range(2):
        found[order[-1]] = 1.0 if order[-1].op else found[order[-1]] + 1.0
        for node in reversed(order):
            for arg, partial in edges(node):
                found[arg] += found[node] * partial
    return found


def once_per_edge(order):
    found = dict.fromkeys(order, 0.0)
    found[order[-1]] = 1.0
    for node in reversed(order):
        for arg, partial in dict(reversed(edges(node))).items():
            found[arg] += found[node] * partial
    return found


AS_LEARNERS_WRITE_THEM = {f.__name__: f for f in (assign, depth_first, stale, once_per_edge)}


@pytest.mark.parametrize("bug", AS_LEARNERS_WRITE_THEM)
@given(exact_graphs())
def test_the_wrong_gradients_are_those_of_the_bug_as_a_learner_writes_it(bug, y):
    order = topological_order([y])
    assert misconception(y, bug).wrong == AS_LEARNERS_WRITE_THEM[bug](order)


@pytest.mark.parametrize("bug", BUGS)
@given(exact_graphs())
def test_first_is_the_first_node_in_the_sweep_that_differs(bug, y):
    found = misconception(y, bug)
    differs = [node for node in reversed(topological_order([y])) if found.right[node] != found.wrong[node]]
    assert found.first is (differs[0] if differs else None)
    assert ("the two agree" in found.reason) == (found.first is None)


@given(exact_graphs())
def test_a_wrong_way_is_right_exactly_where_no_node_exposes_it(y):
    order = topological_order([y])
    right = dict(zip(order, gradients(y, order), strict=True))
    arrivals = {node: [] for node in order}
    for node in reversed(order):
        for arg, partial in edges(node):
            arrivals[arg].append((node, right[node] * partial))
    differs = {bug: misconception(y, bug).first is not None for bug in BUGS}
    assert differs["assign"] == any(sum(share for _, share in arrived[:-1]) for arrived in arrivals.values())
    assert differs["stale"] == any(right[node] for node in order if node is not y and node.op is not None)
    lost = [sum(share for i, (user, share) in enumerate(a) if user in {u for u, _ in a[:i]}) for a in arrivals.values()]
    assert differs["once_per_edge"] == any(lost)
    if all(len({user for user, _ in arrived}) < 2 for node, arrived in arrivals.items() if node.op is not None):
        assert not differs["depth_first"]  # no node gets a contribution from a second user


# -- on any graph ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bug", BUGS)
@given(tame_programs())
def test_the_right_gradients_are_bit_for_bit_those_of_the_engine(bug, drawn):
    program, numbers = drawn
    y = run(program, [Value(x) for x in numbers])[-1]
    order = topological_order([y])
    right = misconception(y, bug).right
    if bug == "stale":
        y.backward()
        y.backward()
        assert [right[node] for node in order] == pytest.approx([node.grad for node in order], rel=1e-9, abs=1e-9)
    else:
        assert [right[node] for node in order] == gradients(y, order)


@pytest.mark.parametrize("bug", BUGS)
@given(odd_graphs())
def test_with_nan_infinities_and_untaken_branches_the_right_gradients_are_still_those_of_the_engine(bug, graph):
    y, _ = graph
    order = topological_order([y])
    found = misconception(y, bug)
    once = zip(order, gradients(y, order), strict=True)
    right = [2.0 * bar if bug == "stale" and node.op is None else bar for node, bar in once]
    assert [found.right[node] for node in order] == pytest.approx(right, rel=0.0, abs=0.0, nan_ok=True)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("bug", ["assign", "depth_first", "once_per_edge"])
def test_a_nan_in_the_branch_not_taken_spoils_no_gradient(bug):
    x = Value(-1.0)
    a = x * 1.0
    found = misconception(where(greater(x, 0.0), log(a), x * 2.0), bug)
    assert (found.right[x], found.wrong[x], found.first) == (2.0, 2.0, None)


@pytest.mark.parametrize("bug", BUGS)
@given(tame_programs())
def test_they_differ_by_the_mistake_alone_and_leave_the_graph_as_it_is(bug, drawn):
    program, numbers = drawn
    y = run(program, [Value(x) for x in numbers])[-1]
    order = topological_order([y])
    uses = [node._depth for node in order]
    found = misconception(y, bug)
    assert [node._depth for node in order] == uses
    assert not any(hasattr(node, "_grad") for node in order)
    users = {node: [user for user in order for arg in user.args if arg is node] for node in order}
    if all(len(used) < 2 for used in users.values()) and bug != "stale":  # a tree
        assert found.right == found.wrong


# -- the sentences -----------------------------------------------------------------------------------------------


def test_assign_tells_what_was_overwritten_by_what():
    x = Value(2.0)
    a, b = 3.0 * x, -4.0 * x
    y = a + b
    found = misconception(y, "assign")
    assert "x is used twice, by b and by a; the contribution of b (−4) was overwritten by that of a (3)." in found.reason
    assert (found.first, found.right[x], found.wrong[x]) == (x, -1.0, 3.0)
    assert str(found).splitlines()[2:] == ["node  right  wrong", "x        −1      3"]
    cube = misconception(x * x * x, "assign").reason
    assert "x is used 3 times, by " in cube
    assert "again; the contributions of" in cube


def test_depth_first_tells_who_passed_on_too_early_and_what_came_late():
    x = Value(1.0)
    a = 2.0 * x
    late = a * a
    y = a + late
    found = misconception(y, "depth_first")
    assert (
        "a passed on 1 when it was first reached, before the contributions of late (2) and late (2) had arrived" in found.reason
    )
    assert "its gradient is 5" in found.reason
    assert (found.first, found.right[x], found.wrong[x]) == (x, 10.0, 2.0)


def test_stale_tells_what_was_left_of_the_first_sweep():
    x = Value(1.0)
    a = 2.0 * x
    y = 3.0 * a
    found = misconception(y, "stale")
    assert "a still held 3 from the first backward(). The second added 3 to it and passed on 6 in place of 3" in found.reason
    assert (found.right[x], found.wrong[x]) == (12.0, 18.0)
    assert (found.right[a], found.wrong[a], found.first) == (3.0, 6.0, a)
    assert "after two backward() calls: those of leaves are correctly twice as large" in found.reason


def test_once_per_edge_tells_which_contribution_was_lost():
    x = Value(3.0)
    y = x * x
    found = misconception(y, "once_per_edge")
    assert "A set of parents holds x once, though y uses it twice: of its contributions 3 and 3 only the first" in found.reason
    assert (found.right[x], found.wrong[x]) == (6.0, 3.0)


def test_once_per_edge_names_the_operation_that_uses_a_node_twice_and_no_other():
    x = Value(3.0)
    square = x * x
    y = square + x
    found = misconception(y, "once_per_edge")
    assert "though square uses it twice" in found.reason


@pytest.mark.parametrize("bug", BUGS)
def test_a_graph_that_hides_a_bug_says_what_would_show_it_and_that_does(bug):
    found = misconception(Value(1.0), bug)
    assert (found.first, found.right == found.wrong) == (None, True)
    assert "On this graph the two agree" in str(found)
    example = found.reason.split("`")[1]
    names = {"x": Value(3.0)}
    exec(example, names)
    assert misconception(names["y"], bug).first is not None


def test_a_long_table_is_cut_and_says_so():
    h = Value(1.0)
    for _ in range(50):
        h = 1.0 * h
    assert str(misconception(h, "stale")).endswith("… and 38 more nodes")
    assert len(str(misconception(h, "stale")).splitlines()) == 16


def test_what_is_left_out_of_a_table_may_be_one_node():
    h = Value(1.0)
    for _ in range(13):
        h = 1.0 * h
    assert str(misconception(h, "stale")).endswith("… and 1 more node")


def test_numbers_that_differ_are_shown_with_the_digits_that_do():
    x = Value(1.0)
    y = 1.0 * x + 1e-12 * x
    table = str(misconception(y, "assign")).splitlines()[-1]
    assert "1.000000000001" in table


@pytest.mark.parametrize("bug", BUGS)
def test_a_deep_graph_and_odd_names_are_no_trouble(bug):
    h = Value(1.0, label="a\nb\ud800<&")
    for _ in range(2_000):
        h = 0.5 * h + 0.5 * h
    found = misconception(h, bug)
    str(found).encode()
    assert (found.first is None) == (bug == "once_per_edge")


@pytest.mark.parametrize("bug", BUGS)
def test_nan_and_infinities_are_no_difference_by_themselves(bug):
    x = Value(float("nan"))
    y = x * x
    assert misconception(y, bug).first is None
    infinite = Value(float("inf"))
    str(misconception((infinite * infinite) * (infinite * infinite), bug))


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(TypeError, match="y must be a Value, got float"):
        misconception(3.0, "assign")
    with pytest.raises(ValueError, match="bug must be one of assign, depth_first, stale, once_per_edge, got 'typo'"):
        misconception(Value(1.0), "typo")
    with pytest.raises(TypeError, match=r"bug must be one of assign, .*, got \['a'\]"):
        misconception(Value(1.0), ["a"])


@pytest.mark.parametrize("bug", BUGS)
def test_no_wrong_sweep_gives_a_frozen_leaf_a_gradient(bug):
    x, frozen = Value(2.0, "x"), Value(3.0, "f", requires_grad=False)
    found = misconception(x * frozen + x * frozen.exp(), bug)
    assert (found.right[frozen], found.wrong[frozen]) == (0.0, 0.0)
