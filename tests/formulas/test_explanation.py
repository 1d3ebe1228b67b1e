"""explain: the chain rule in symbols and numbers, checked against the engine."""

import math
import re
import time
import warnings

import pytest
from hypothesis import given

import autograd
import nn
from autograd import Value, custom_op, gradients
from autograd.formulas import explain, paths
from autograd.op import TABLE
from tests.support.formulas import from_text, value
from tests.support.programs import run_ops, tame_floats, wild_programs

NUMBER = r"\(?−?[\d.]+(?:e[+−]\d+)?\)?"
RESULT = rf"{NUMBER}|NaN|−?inf"


@given(wild_programs())
def test_the_number_is_the_gradient_bit_for_bit(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    root = run_ops(program, leaves)[-1]
    for leaf in leaves:
        told = explain(leaf, of=root)
        assert repr(told.value) == repr(gradients(root, leaf))
        assert len(told.text.splitlines()) <= 41
        assert told.latex.count("{") == told.latex.count("}")


@given(wild_programs(numbers=tame_floats, most=12, widest=5))
def test_what_is_said_in_numbers_is_true(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    root = run_ops(program, leaves)[-1]
    for line in explain(leaves[0], of=root).text.splitlines():
        sides = [side for side in re.split(" = |, ", line) if re.fullmatch(rf"{NUMBER}((·| \+ ){NUMBER})+", side)]
        result = re.search(rf" = ({RESULT})(,|$)", line)
        for side in sides:
            assert result, line
            summands = [math.prod(as_number(x) for x in term.split("·")) for term in side.split(" + ")]
            size = sum(map(abs, summands))
            slack = 1e-4 * size if math.isfinite(size) else 0.0
            assert sum(summands) == pytest.approx(as_number(result[1]), rel=1e-4, abs=slack, nan_ok=True), line


def as_number(text):
    return float(text.strip("()").replace("−", "-"))


@pytest.mark.parametrize("x", [-3.0, -1.0, 2.0, math.inf, math.nan])
@pytest.mark.parametrize("op", [op for op in TABLE.values() if op.built_in and op.arity == 1], ids=lambda op: op.name)
def test_where_a_partial_is_nan_no_rule_that_is_a_number_is_said_to_equal_it(op, x):
    leaf = Value(x, "x")
    with warnings.catch_warnings(action="ignore"):
        root = op(leaf)
    root.label = "y"
    _, *terms = re.split(" = |, since", explain(leaf, of=root).text)[:-2]
    if terms[-1:] == ["NaN"] and len(terms) > 1:
        assert math.isnan(value(from_text(terms[0]), x=x, y=root.data)), terms


def test_outside_its_domain_the_rule_of_a_logarithm_is_not_told():
    x = Value(-1.0, "x")
    with pytest.warns(RuntimeWarning, match="log"):
        y = autograd.log(x)
    assert str(explain(x, of=y)) == "∂y/∂x = NaN, since y = ln(x)"
    n = Value(math.nan, "n")
    z = n.sin()
    assert str(explain(n, of=z)) == "∂z/∂n = cos(n) = NaN, since z = sin(n)"


def test_shares_that_overflow_one_by_one_are_said_one_by_one():
    x = Value(1e-300, "x")
    L = x / x / 1e-296
    line = str(explain(x, of=L)).splitlines()[0]
    assert line.endswith(" = 1e+296·1e+300 + 1e+296·(−1e+300) = NaN")  # not 1e+296·0
    u = Value(1e-10, "u")
    L = autograd.dot([1.2e308, 1.2e308], [u, u]) * 1e-300
    line = str(explain(u, of=L)).splitlines()[0]
    assert line.endswith(" = 1e−300·1.2e+308 + 1e−300·1.2e+308 = 2.4e+08")  # not 1e−300·inf


@given(wild_programs(numbers=tame_floats, most=8))
def test_every_gradient_that_a_line_uses_has_a_line_that_says_what_it_is(drawn):
    program, numbers = drawn
    leaves = [Value(x, f"x{i}") for i, x in enumerate(numbers)]
    results = run_ops(program, leaves)
    for i, node in enumerate(results[len(leaves) :]):
        node.label = f"h{i}"
    results[-1].label = "L"
    text = explain(leaves[0], of=results[-1]).text
    first = [line.split(" = ")[0] for line in text.splitlines() if not line.startswith(" ")]
    if "…" not in text:
        assert set(re.findall(r"∂L/∂\w+(?=·)", text)) <= set(first)
        assert len(first) == len(set(first))


def test_the_sum_over_paths_is_said_in_symbols_and_then_in_numbers():
    x, y = Value(3.0), Value(2.0)
    a, b = x * y, -4.0 * x
    L = a * 2.0 + b
    told = explain(x, of=L)
    assert (
        str(told)
        == """\
∂L/∂x = ∂L/∂b·∂b/∂x + ∂L/∂a·∂a/∂x = 1·(−4) + 2·2 = 0
    b = −4·x, so ∂b/∂x = −4
    a = x·y, so ∂a/∂x = y = 2
∂L/∂b = 1, since L = v₃ + b
∂L/∂v₃ = 1, since L = v₃ + b
∂L/∂a = ∂L/∂v₃·∂v₃/∂a = 1·2 = 2
    v₃ = a·2, so ∂v₃/∂a = 2"""
    )
    assert told.latex.splitlines()[1] == (
        r"\frac{\partial L}{\partial x} &= \frac{\partial L}{\partial b} \cdot \frac{\partial b}{\partial x} + "
        r"\frac{\partial L}{\partial a} \cdot \frac{\partial a}{\partial x} = 1 \cdot \left(-4\right) + 2 \cdot 2 = 0 \\"
    )
    assert told._repr_latex_() == rf"$\displaystyle {told.latex}$"
    assert repr(told) == told.text
    assert not hasattr(x, "_grad")


def test_a_root_that_uses_x_itself_adds_its_own_partial():
    x, y = Value(3.0), Value(2.0)
    L = x * y
    assert explain(x, of=L).text == "∂L/∂x = y = 2, since L = x·y"
    a = x + 1.0
    L = x * a
    assert explain(x, of=L).text.splitlines()[:3] == [
        "∂L/∂x = a + ∂L/∂a·∂a/∂x = 4 + 3·1 = 7",
        "    L = x·a, directly a = 4",
        "    a = x + 1, so ∂a/∂x = 1",
    ]


def test_x_used_twice_by_one_operation_adds_both_partials():
    x = Value(3.0)
    a = x * x
    L = 2.0 * a
    assert explain(x, of=L).text.splitlines()[:2] == [
        "∂L/∂x = ∂L/∂a·∂a/∂x = 2·6 = 12",
        "    a = x·x, so ∂a/∂x = x + x = 3 + 3 = 6",
    ]
    assert explain(x, of=a).text == "∂a/∂x = x + x = 3 + 3 = 6, since a = x·x"


def test_swapped_arguments_are_told_as_that():
    w = Value(2.0, "w")
    L = w * w
    told = explain(L, of=w)
    assert (told.value, told.text) == (0.0, "w does not depend on L, but L depends on w: swap x and of")
    assert str(told.latex) == r"w \text{ does not depend on } L \text{, but } L \text{ depends on } w \text{: swap x and of}"
    assert str(paths(L, of=w)) == "0 paths; sum of products 0; the paths lead the other way: swap x and of"


def test_what_is_no_part_of_the_root_has_gradient_0_and_the_root_itself_1():
    x, L = Value(3.0), Value(2.0) * 2.0
    told = explain(x, of=L)
    assert (told.value, told.text) == (0.0, "L does not depend on x: the gradient is 0")
    told = explain(L, of=L)
    assert (told.value, told.text) == (1.0, "∂L/∂L = 1")


def test_a_branch_that_is_not_taken_passes_nothing_on_and_neither_does_a_condition():
    x, y, c = Value(3.0), Value(2.0), Value(1.0)
    L = autograd.where(x > 0.0, y, x)
    why = "which is used only in a condition or a branch not taken: the gradient is 0"
    assert explain(x, of=L).text == f"no gradient flows from L to x, {why}"
    assert explain(c, of=autograd.where(autograd.greater(c, 0.0), y, 2.0)).text.endswith(f"to c, {why}")
    assert explain(y, of=L).text == "∂L/∂y = 1, since L = y if 1 else x"


def test_it_tells_of_the_graph_as_recorded():
    x = Value(3.0, "x")
    L = x * x * x
    x.data = 100.0
    assert explain(x, of=L).value == explain(x, L).value == 27.0


def test_of_a_leaf_that_was_changed_it_says_so_first_and_no_symbol_stands_for_another_number():
    x, w = Value(3.0), Value(2.0)
    y = x * w
    L = y * y
    x.data = 10.0
    told = explain(w, L)
    said = "was changed after this was recorded: the gradients are those of the recorded numbers"
    assert str(told).splitlines() == [
        f"x {said}",
        "∂L/∂w = ∂L/∂y·∂y/∂w = 12·3 = 36",
        "    y = x·w, so ∂y/∂w = 3",
        "∂L/∂y = y + y = 6 + 6 = 12, since L = y·y",
    ]
    assert told.latex.splitlines()[1] == rf"&x\text{{ {said}}} \\"
    w.data = 5.0
    assert str(explain(w, of=L)).startswith("x and w were changed after")
    many = [Value(1.0, f"x{i}") for i in range(9)]
    L = autograd.prod(many) * autograd.sum([x * Value(2.0) for x in many])
    for leaf in many:
        leaf.data = 2.0
    assert str(explain(many[0], of=L)).startswith("x₀, x₁, x₂, x₃, x₄ and 4 more were changed after")


@pytest.mark.parametrize(
    "wide", [autograd.sum, autograd.prod, lambda xs: autograd.dot(xs[:50], xs[50:], 1.0), autograd.logsumexp]
)
def test_a_wide_operation_is_written_as_if_all_its_arguments_were(wide, monkeypatch):
    xs = [Value(1.0, f"x{i}") for i in range(100)]
    L = wide(xs) * 2.0
    short = [str(explain(xs[i], of=L)) for i in (0, 5, 20, 48, 49, 50, 70, 98, 99)]
    monkeypatch.setattr("autograd.formulas.explanation.enough_arguments", lambda op, n, position=0: [*range(n)])
    assert short == [str(explain(xs[i], of=L)) for i in (0, 5, 20, 48, 49, 50, 70, 98, 99)]


@pytest.mark.slow
def test_a_sum_of_20_000_products_is_explained_in_seconds():
    w = Value(0.5)
    L = autograd.sum([w * Value(1.0) for _ in range(20_000)])
    start = time.process_time()
    assert explain(w, of=L).value == 20_000.0
    assert time.process_time() - start < 4.0  # 0.4 s on an idle machine


def test_a_value_in_the_middle_can_be_asked_about():
    x = Value(2.0)
    a = x * x
    L = a.exp() * x
    assert explain(a, of=L).value == gradients(L, a)


@pytest.mark.slow
def test_a_long_account_is_cut_and_says_how_much_is_left_out():
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0
    lines = explain(x, of=y).text.splitlines()
    assert len(lines) == 41
    assert lines[-1] == "… and 39,959 more lines"
    fan = autograd.sum([x * float(i) for i in range(1000)])
    assert "… (993 more)" in explain(x, of=fan).text.splitlines()[0]


def test_what_is_left_out_of_an_account_may_be_one_line():
    x = Value(1.0)
    y = x
    for _ in range(21):
        y = y.sin()
    found = explain(x, of=y)
    assert found.text.endswith("\n… and 1 more line")
    assert r"\text{… and 1 more line}" in found.latex


def test_names_of_two_values_that_are_the_same_are_told_apart():
    h = x = Value(0.5, "h")
    for _ in range(2):
        h = h.tanh()
        h.label = "h"
    assert explain(x, of=h).text.splitlines()[0] == "∂h/∂h₂ = ∂h/∂h₃·∂h₃/∂h₂ = 0.813542·0.786448 = 0.639808"


def test_a_rule_of_the_users_own_that_cannot_be_written_is_given_in_numbers():
    bend = custom_op(lambda x: x**2, partials=lambda z, x: float(2 * x), name="bend")
    x = Value(3.0)
    L = bend(x) * 2.0
    assert explain(x, of=L).text.splitlines()[1] == "    v₁ = bend(x), so ∂v₁/∂x = 6"
    L = bend(x)
    assert explain(x, of=L).text == "∂L/∂x = 6, since L = bend(x)"


@pytest.mark.parametrize("taken_out", [Value.detach, Value.item, lambda x: x.data * x], ids=["detach", "item", "data"])
def test_a_custom_rule_that_takes_numbers_out_of_values_is_given_as_a_number(taken_out):
    held = custom_op(lambda x: x, partials=lambda z, x: 2.0 * (taken_out(x) if type(x) is Value else x), name="held")
    x = Value(3.0)
    L = held(x)
    assert explain(x, of=L).text == "∂L/∂x = 6, since L = held(x)"


def test_a_value_of_a_custom_rule_that_is_always_the_same_is_a_constant():
    double = custom_op(lambda x: 2.0 * x, partials=lambda z, x: Value(2.0) * 1.0 if type(x) is Value else 2.0, name="double")
    x = Value(3.0)
    L = double(x)
    assert explain(x, of=L).text == "∂L/∂x = 2, since L = double(x)"


def test_a_network_is_explained_under_the_names_of_its_parameters():
    net = nn.MLP(2, [2, 1], "tanh", seed=0)
    loss = (net([0.5, -1.0]) - 1.0) ** 2
    weight = net.layers[0].neurons[0].w[0]
    told = explain(weight, of=loss)
    assert told.value == gradients(loss, weight)
    assert told.text.startswith("∂loss/∂weight = ")


def test_bad_arguments_of_explain_are_refused_by_name():
    x = Value(1.0)
    with pytest.raises(TypeError, match="explain: x must be a Value, got float"):
        explain(1.0, of=x)
    with pytest.raises(TypeError, match="explain: of must be a Value, got NoneType"):
        explain(x, of=None)


def test_a_frozen_leaf_is_told_to_be_one_and_the_others_as_ever():
    w, x = Value(2.0, "w", requires_grad=False), Value(3.0, "x")
    y = w * x
    y.label = "y"
    explanation = explain(w, of=y)
    assert explanation.value == 0.0
    assert str(explanation) == "no gradient flows from y to w, which is frozen (requires_grad=False): the gradient is 0"
    assert r"\text{, which is frozen: the gradient is 0}" in explanation.latex
    assert str(explain(x, of=y)) == "∂y/∂x = w = 2, since y = w·x"
    assert explain(w, of=w).value == 0.0
    assert "does not depend on" in str(explain(Value(1.0, "other", requires_grad=False), of=y))


def test_a_detached_leaf_is_told_to_pass_its_gradient_on_to_nothing():
    x = Value(3.0, "x")
    d = x.detach()
    d.label = "d"
    y = d * x
    y.label = "y"
    explanation = explain(d, of=y)
    assert explanation.value == 3.0
    assert str(explanation).splitlines() == [
        "d is detached: no gradient flows to what it was computed from",
        "∂y/∂d = x = 3, since y = d·x",
    ]
    assert r"\text{ is detached: no gradient flows to" in explanation.latex
    assert str(explain(x, of=y)) == "∂y/∂x = d = 3, since y = d·x"
