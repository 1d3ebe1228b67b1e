"""Steps: the forward and backward passes one node at a time, adding up to the gradients of any graph."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, gradients
from autograd.formulas.printer import TEXT
from autograd.lessons.steps import steps
from autograd.op import TABLE
from autograd.sweeps import topological_order
from tests.support.formulas import from_text, value
from tests.support.programs import run, tame_programs
from tests.support.work import lines_run


def recorded(program):
    """The root of a random program and all its nodes in topological order; None if it is a constant or a leaf."""
    root = run(program[0], [Value(x) for x in program[1]])[-1]
    return (root, topological_order([root])) if type(root) is Value and root.op is not None else (None, [])


@given(tame_programs())
def test_the_gradients_after_the_last_step_are_those_of_the_engine_bit_for_bit(program):
    root, order = recorded(program)
    if root is not None:
        reached = steps(root).gradients()
        assert [reached.get(node, 0.0) for node in order] == gradients(root, order)


@given(tame_programs())
def test_every_contribution_takes_a_gradient_from_before_to_after_by_upstream_times_partial(program):
    root, _ = recorded(program)
    if root is None:
        return
    now = {}
    for step in steps(root):
        if step.phase == "backward" and not step.contributions:
            now[step.node] = step.upstream
        for change in step.contributions:
            assert step.upstream == now[step.node] == change.upstream
            assert change.before == now.get(change.arg, 0.0)
            assert change.after == change.before + change.amount
            assert change.amount == (0.0 if change.partial is None else step.upstream * change.partial)
            assert change.partial == step.node.partials[change.position]
            assert step.node.args[change.position] is change.arg
            now[change.arg] = change.after


@given(tame_programs())
def test_a_node_is_computed_after_its_arguments_and_passes_on_after_its_users(program):
    root, order = recorded(program)
    if root is None:
        return
    passes = steps(root)
    forward = [step.node for step in passes if step.phase == "forward"]
    back = [step.node for step in passes if step.phase == "backward"]
    assert forward == [node for node in order if node.op is not None]
    assert back[0] is back[1] is root
    place = {node: i for i, node in enumerate(back)}
    for node in back:
        assert all(place[node] < place[arg] for arg in node.args if arg in place)


@given(tame_programs(), st.slices(60), st.integers(-80, 80))
def test_steps_are_a_sequence_like_a_tuple_of_them(program, part, index):
    root, _ = recorded(program)
    if root is None:
        return
    passes = steps(root)
    plain = [str(step) for step in passes]
    assert len(plain) == len(passes)
    assert [str(step) for step in passes[part]] == plain[part]
    assert [str(step) for step in reversed(passes)] == plain[::-1]
    assert [step.index for step in passes[part]] == list(range(len(passes)))[part]
    if -len(passes) <= index < len(passes):
        assert str(passes[index]) == plain[index]
    else:
        with pytest.raises(IndexError, match=rf"index {index} is out of range: there are {len(passes)} steps"):
            passes[index]


def test_listings_count_steps_from_1_as_readers_do():
    passes = steps((Value(2.0, label="x") * 3.0).exp())
    for part in (passes, passes[2:]):
        expected = [str(step.index + 1) for step in part]
        assert [line.split()[0] for line in repr(part).splitlines()[1:]] == expected
        assert re.findall(r"<th scope=.row.[^>]*>(\d+)</th>", part._repr_html_()) == expected
    assert expected[-1] == str(len(passes))


def test_a_slice_of_nothing_is_empty_and_shows_itself():
    nothing = steps(Value(2.0) * 3.0)[1:1]
    assert (len(nothing), list(nothing), repr(nothing)) == (0, [], "0 steps of v₁")


def test_the_sentences_tell_the_operation_and_the_chain_rule_in_numbers():
    a, b, w1 = Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.5, label="w1")
    c = a * b
    L = c * w1 + c
    assert [str(step) for step in steps(L)] == [
        "c = a·b = 2·(−3) = −6",
        "v₄ = c·w₁ = −6·0.5 = −3",
        "L = v₄ + c = −3 + (−6) = −9",
        "∂L/∂L = 1",
        "∂L/∂v₄ += 1 · 1 = 1; ∂L/∂c += 1 · 1 = 1",
        "∂L/∂c += 1 · 0.5 = 0.5; ∂L/∂w₁ += 1 · (−6) = −6",
        "∂L/∂a += 1.5 · (−3) = −4.5; ∂L/∂b += 1.5 · 2 = 3",
    ]
    to_c = steps(L)[5].contributions[0]
    assert (to_c.before, to_c.after, to_c.name, to_c.rule, to_c.rule_latex) == (1.0, 1.5, "c", "w₁", "w_{1}")
    assert to_c.latex == r"\frac{\partial L}{\partial c} \mathrel{+}= 1 \cdot 0.5 = 0.5"
    assert steps(L)[6].contributions[0].latex.endswith(r"1.5 \cdot \left(-3\right) = -4.5")


def test_a_number_is_not_said_twice_in_a_row():
    x, y = Value(3.0, label="x"), Value(-2.0, label="y")
    assert str(steps(-x)[0]) == "v₁ = −x = −3"
    assert str(steps(-y)[0]) == "v₁ = −y = −(−2) = 2"
    assert str(steps(autograd.sum([x]))[0]) == "v₁ = x = 3"


def test_a_factor_used_twice_gets_two_contributions():
    x = Value(3.0, label="x")
    first, second = steps(x * x)[-1].contributions
    assert (first.position, first.before, first.after) == (0, 0.0, 3.0)
    assert (second.position, second.before, second.after) == (1, 3.0, 6.0)


def test_to_the_branch_not_taken_no_gradient_flows():
    x, y = Value(3.0, label="x"), Value(4.0, label="y")
    taken = autograd.where(x > 1.0, x, y * 2.0)
    last = steps(taken)[-1]
    assert str(last) == "∂taken/∂x += 1 · 1 = 1; ∂taken/∂v₂: no gradient flows here"
    assert last.contributions[1].latex.endswith(r"\text{: no gradient flows here}")
    assert (last.contributions[1].partial, last.contributions[1].amount, last.contributions[1].after) == (None, 0.0, 0.0)
    assert y not in steps(taken).gradients()


def test_a_root_that_is_a_leaf_has_a_step_forward_and_the_seed():
    x = Value(3.0, label="x")
    assert [str(step) for step in steps(x)] == ["x = 3", "∂x/∂x = 1"]
    assert steps(x).gradients() == {x: 1.0}


def test_gradients_after_a_step_are_those_so_far():
    a, b = Value(2.0), Value(3.0)
    y = a * b
    assert [steps(y).gradients(i) for i in range(3)] == [{}, {y: 1.0}, {y: 1.0, a: 3.0, b: 2.0}]


def test_no_gradient_of_the_graph_is_touched():
    x = Value(3.0)
    y = x * x
    list(steps(y))
    assert not hasattr(x, "_grad")
    assert not hasattr(y, "_grad")


def test_numbers_that_are_not_finite_and_names_of_all_kinds_are_told():
    x = Value(float("inf"), label='</b>"\n{}\\')
    y = x * 0.5
    assert str(steps(y)[0]) == 'y = “</b>" {}\\”·0.5 = inf·0.5 = inf'


def test_a_long_table_is_cut_and_says_by_how_much():
    y = Value(1.0)
    for _ in range(500):
        y = y * 1.0
    table = repr(steps(y))
    assert len(table.splitlines()) == 42
    assert "… and 961 more" in table


def test_a_step_with_very_many_contributions_is_cut():
    y = autograd.sum([Value(1.0) for _ in range(1000)])
    assert str(steps(y)[-1]).endswith("; … and 994 more")
    assert len(steps(y)[-1].contributions) == 1000


def test_ten_times_as_many_nodes_take_ten_times_the_work():
    def work(count):
        y = Value(1.0)
        for _ in range(count):
            y = y * 1.0
        passes = steps(y)
        assert len(passes) == 2 * count + 1
        assert str(passes[-1]).endswith("+= 1 · 1 = 1")
        return lines_run(lambda: str(steps(y)[-1]))

    assert work(5000) < 11 * work(500)


def test_of_a_leaf_that_was_changed_it_says_so_first_and_no_equation_is_false():
    x, w = Value(3.0), Value(2.0)
    y = x * w
    L = y + 1.0
    x.data = 10.0
    assert repr(steps(L)).splitlines() == [
        "x was changed after this was recorded: the gradients are those of the recorded numbers",
        "5 steps of L",
        "     1  forward   y = x·w = 6",
        "     2  forward   L = y + 1 = 6 + 1 = 7",
        "     3  backward  ∂L/∂L = 1",
        "     4  backward  ∂L/∂y += 1 · 1 = 1",
        "     5  backward  ∂L/∂x += 1 · 2 = 2; ∂L/∂w += 1 · 3 = 3",
    ]


def test_a_step_is_found_among_the_steps_it_comes_from():
    y = Value(2.0) * 3.0
    passes = steps(y)
    assert [passes.index(step) for step in passes] == [0, 1, 2]
    assert passes[0] in passes[:1]
    assert passes[0] not in passes[1:]
    assert passes[0] in steps(y)
    assert passes[0] not in steps(Value(2.0) * 3.0)
    assert len({passes[0], passes[0], passes[1]}) == 2


def test_what_is_no_index_is_refused_by_name():
    with pytest.raises(TypeError, match="steps: a step's index must be an int or a slice, got str"):
        steps(Value(2.0) * 3.0)["a"]


def test_without_steps_there_are_no_gradients():
    assert steps(Value(2.0) * 3.0)[0:0].gradients() == {}
    with pytest.raises(IndexError, match=r"index 0 is out of range: there are 0 steps"):
        steps(Value(2.0) * 3.0)[0:0].gradients(0)


def test_the_root_is_called_the_same_in_the_header_and_in_the_rows():
    y = Value(2.0, "x") * 3.0
    y.label = "two\nlines"
    assert repr(steps(y)).splitlines()[:2] == ["3 steps of “two lines”", "     1  forward   “two lines” = x·3 = 2·3 = 6"]


def test_what_is_no_value_is_refused():
    with pytest.raises(TypeError, match="steps: y must be a Value, got float"):
        steps(3.0)


STEPS = [op for op in TABLE.values() if op.built_in and op.jumps and op.arity == 1]
COMPARISONS = [op for op in TABLE.values() if op.built_in and op.jumps and op.arity == 2 and op.symbol in "=≠<≤>≥"]


@given(st.sampled_from(STEPS + COMPARISONS), st.integers(-3, 3), st.sampled_from([0.0, 1e-15, -1e-9, 1e-7, -1e-4, 0.5]))
def test_numbers_at_a_jump_have_the_digits_that_say_on_which_side_they_are(op, near, beside):
    leaves = [Value(near + beside, "x"), Value(float(near), "w")][: op.arity]
    y = op(*leaves)
    y.label = "y"
    symbols = TEXT.operation(op, [TEXT.variable(leaf.label) for leaf in leaves]).text
    numbers, _, result = steps(y)[0].sentence.removeprefix(f"y = {symbols} = ").rpartition(" = ")
    assert value(from_text(numbers)) == value(from_text(result)) == y.data
