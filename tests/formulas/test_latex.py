"""to_latex: a graph as one formula or a chain of definitions."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value
from autograd.formulas import to_latex
from autograd.op import TABLE
from tests.support.formulas import from_latex, value
from tests.support.programs import run_ops, wild_programs


def definitions(latex):
    """The (name, formula) lines of a chain of definitions."""
    lines = str(latex).removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}").split(" \\\\\n")
    return [tuple(line.split(" &= ")) for line in lines]


# Rounding in the last digit must make no difference: no kinks, no poles, no cancellation of large terms. A sum of four grows
# an error fourfold, so it takes more than twelve steps to reach the digits that are compared.
SMOOTH = ["add", "sub", "mul", "neg", "sin", "tanh", "sigmoid", "exp_difference", "gaussian", "sum", "prod", "dot", "pow"]


@st.composite
def smooth_programs(draw):
    leaves = draw(st.lists(st.integers(1, 30).map(lambda n: n / 10), min_size=1, max_size=4))
    steps = []
    small = list(range(len(leaves)))
    for _ in range(draw(st.integers(1, 12))):
        name = draw(st.sampled_from(SMOOTH))
        known = st.sampled_from(small)
        count = {"sum": 4, "prod": 3, "dot": 5}.get(name, TABLE[name].arity)
        args = draw(st.lists(known, min_size=count, max_size=count))
        steps.append((name, (args[0], draw(st.sampled_from([2.0, 3.0]))) if name == "pow" else tuple(args)))
        steps.append(("sin", (len(leaves) + len(steps) - 1,)))  # keeps the numbers small
        small.append(len(leaves) + len(steps) - 1)
    return steps, leaves


@given(smooth_programs(), st.lists(st.booleans(), min_size=60, max_size=60))
def test_a_chain_of_definitions_read_line_by_line_has_the_number_of_the_graph(drawn, labelled):
    program, numbers = drawn
    _leaves = [Value(x, f"x{i}") for i, x in enumerate(numbers)]
    _results = run_ops(program, _leaves)
    for i, (node, named) in enumerate(zip(_results[len(_leaves) :], labelled, strict=False)):
        if named:
            node.label = f"h{i}"
    _results[-1].label = "y"
    latex = to_latex(_results[-1])
    known = {leaf.label: leaf.data for leaf in _leaves}
    assume("vdots" not in latex)
    lines = definitions(latex) if "aligned" in latex else [tuple(latex.split(" = "))]
    for name, formula in lines:
        assert len(formula) < 2000
        known[from_latex(name)] = value(from_latex(formula), **known)
    assert known["y"] == pytest.approx(_results[-1].data, rel=1e-6, abs=1e-6)


@given(wild_programs(most=20))
def test_any_graph_has_a_formula_of_bounded_length_without_nan_or_infinity_in_the_way(drawn):
    program, numbers = drawn
    latex = to_latex(run_ops(program, [Value(x) for x in numbers])[-1])
    assert len(latex) < 100_000
    assert latex.count("{") == latex.count("}")


def test_a_short_formula_stands_alone_and_under_its_name_if_it_has_one():
    w, x, b = Value(2.0), Value(3.0), Value(1.0)
    nameless = to_latex((w * x + b).tanh())
    assert nameless == r"\tanh\left(w \cdot x + b\right)"
    a = (w * x + b).sigmoid()
    assert to_latex(a) == r"a = \sigma\left(w \cdot x + b\right)"


def test_parentheses_stand_where_they_are_needed_and_only_there():
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    for y, latex in [
        ((a + b) * c, r"\left(a + b\right) \cdot c"),
        (a + b * c, r"a + b \cdot c"),
        (a - (b - c), r"a - \left(b - c\right)"),
        (a - b - c, "a - b - c"),
        (-(a - b), r"-\left(a - b\right)"),
        (-a * b, r"\left(-a\right) \cdot b"),
        (-(a * b), r"-a \cdot b"),
        (a + -b, r"a + \left(-b\right)"),
        ((a**b) ** c, r"{\left({a}^{b}\right)}^{c}"),
        (a ** (b**c), "{a}^{{b}^{c}}"),
        ((-a) ** 2, r"{\left(-a\right)}^{2}"),
        (-(a**2), "-{a}^{2}"),
        ((a / b) ** 2, r"{\left(\frac{a}{b}\right)}^{2}"),
        (a * -2.0, r"a \cdot \left(-2\right)"),
        (-2.0 * a, r"-2 \cdot a"),
        (autograd.sin(a) ** 2, r"{\sin\left(a\right)}^{2}"),
        (autograd.dot([a, b], [c, a], b), r"a \, c + b \, a + b"),
        (autograd.dot([a, b], [2.0, c]), r"a \cdot 2 + b \cdot c"),
        (autograd.sum([a, b, c]) * a, r"\left(a + b + c\right) \cdot a"),
        (autograd.sum([a + b]) * c, r"\left(a + b\right) \cdot c"),
        (autograd.logsumexp([a, b]), r"\ln\left(e^{a} + e^{b}\right)"),
        (autograd.where(a, b, c), r"\begin{cases}b & \text{if } a\\c & \text{otherwise}\end{cases}"),
    ]:  # fmt: skip
        assert to_latex(y).removeprefix("y = ") == latex


def test_what_has_a_name_and_is_used_twice_gets_a_line_of_its_own():
    w, x = Value(2.0), Value(3.0)
    a = (w * x).tanh()
    y = a * (1.0 - a)
    assert to_latex(y) == (
        "\\begin{aligned}\n"
        "a &= \\tanh\\left(w \\cdot x\\right) \\\\\n"
        "y &= a \\cdot \\left(1 - a\\right)\n"
        "\\end{aligned}"
    )  # fmt: skip


def test_what_has_no_name_and_is_used_twice_gets_one_unless_it_is_short():
    a, b = Value(2.0, "a"), Value(3.0, "b")

    def twice(_x):  # variables with a leading _ don't name nodes
        return to_latex(_x.exp() - _x)

    assert twice(a * b) == r"e^{a \cdot b} - a \cdot b"
    assert definitions(twice((a * b + 1.0).sin())) == [
        ("v_{4}", r"\sin\left(a \cdot b + 1\right)"),
        ("v_{6}", r"e^{v_{4}} - v_{4}"),
    ]


def test_a_long_formula_is_a_chain_of_all_that_has_a_name():
    net = nn.MLP(2, [2, 1], "tanh", seed=0)
    x1, x2 = Value(0.5), Value(-1.0)
    out = net([x1, x2])
    loss = (out - 1.0) ** 2
    assert [name for name, _ in definitions(to_latex(loss))][-2:] == [r"\mathrm{out}", r"\mathrm{loss}"]


def test_two_values_of_one_name_are_told_apart():
    h = Value(1.0, "h")
    for _ in range(2):
        h = h.tanh() * h
        h.label = "h"
    names = [name for name, _ in definitions(to_latex(h))]
    assert names == ["h_{3}", "h"]


@pytest.mark.slow
def test_a_large_graph_is_cut_and_says_how_much_is_left_out():
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0
    latex = to_latex(y)
    assert len(latex) < 20_000
    lines = latex.split(" \\\\\n")
    assert len(lines) == 41
    assert re.fullmatch(r"&\\;\\;\\vdots \\quad \\text\{[\d,]+ more lines\}", lines[-2])
    assert lines[-1].startswith("y &= ")


def test_what_is_left_out_of_a_chain_may_be_one_line():
    y = Value(0.5, "x")
    for i in range(41):
        y = y * y.sin() * y
        y.label = f"y{i}"
    assert r"\text{1 more line}" in to_latex(y)


def test_a_graph_of_2_to_the_500_paths_is_written_in_short():
    y = Value(0.5)
    for _ in range(500):
        y = y * y
    assert len(to_latex(y)) < 20_000


def test_a_leaf_is_its_name():
    assert to_latex(Value(2.0, "w1")) == "w_{1}"


def test_a_notebook_shows_a_formula_and_a_prompt_the_source():
    latex = to_latex(Value(2.0, "x") * 2.0)
    assert latex._repr_latex_() == r"$\displaystyle x \cdot 2$"
    assert repr(latex) == str(latex) == r"x \cdot 2"


def test_a_root_that_is_no_value_is_refused():
    with pytest.raises(TypeError, match="to_latex: y must be a Value, got float"):
        to_latex(1.0)
