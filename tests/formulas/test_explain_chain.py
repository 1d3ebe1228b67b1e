"""explain and paths: the chain rule in words and numbers, held to the engine and to brute force."""

import math
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, custom_op, gradients
from autograd.formulas import explain, paths
from autograd.sweeps import topological_order
from tests.support.programs import run_ops, tame_floats, wild_programs

more_examples = settings(max_examples=3 * settings.default.max_examples)
NUMBER = r"\(?−?[\d.]+(?:e[+−]\d+)?\)?"
RESULT = rf"{NUMBER}|NaN|−?inf"

# -- explain -----------------------------------------------------------------------------------------


@more_examples
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


@more_examples
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


def test_shares_that_overflow_one_by_one_are_said_one_by_one():
    x = Value(1e-300, "x")
    L = x / x / 1e-296
    line = str(explain(x, of=L)).splitlines()[0]
    assert line.endswith(" = 1e+296·1e+300 + 1e+296·(−1e+300) = NaN")  # not 1e+296·0


@more_examples
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
∂L/∂x = ∂L/∂a·∂a/∂x + ∂L/∂b·∂b/∂x = 2·2 + 1·(−4) = 0
    a = x·y, so ∂a/∂x = y = 2
    b = −4·x, so ∂b/∂x = −4
∂L/∂b = 1, since L = v₃ + b
∂L/∂v₃ = 1, since L = v₃ + b
∂L/∂a = ∂L/∂v₃·∂v₃/∂a = 1·2 = 2
    v₃ = a·2, so ∂v₃/∂a = 2"""
    )
    assert told.latex.splitlines()[1] == (
        r"\frac{\partial L}{\partial x} &= \frac{\partial L}{\partial a} \cdot \frac{\partial a}{\partial x} + "
        r"\frac{\partial L}{\partial b} \cdot \frac{\partial b}{\partial x} = 2 \cdot 2 + 1 \cdot \left(-4\right) = 0 \\"
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
        "∂L/∂x = ∂L/∂a·∂a/∂x + a = 3·1 + 4 = 7",
        "    a = x + 1, so ∂a/∂x = 1",
        "    L = x·a, directly a = 4",
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


def test_what_is_no_part_of_the_root_has_gradient_0_and_the_root_itself_1():
    x, L = Value(3.0), Value(2.0) * 2.0
    told = explain(x, of=L)
    assert (told.value, told.text) == (0.0, "L does not depend on x: the gradient is 0")
    told = explain(L, of=L)
    assert (told.value, told.text) == (1.0, "∂L/∂L = 1")


def test_a_branch_that_is_not_taken_passes_nothing_on():
    x, y = Value(3.0), Value(2.0)
    L = autograd.where(x > 0.0, y, x)
    assert explain(x, of=L).text == "L does not depend on x, which is in a branch that was not taken: the gradient is 0"
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
    monkeypatch.setattr("autograd.formulas.chain_rule.enough_arguments", lambda op, n, position=0: [*range(n)])
    assert short == [str(explain(xs[i], of=L)) for i in (0, 5, 20, 48, 49, 50, 70, 98, 99)]


@pytest.mark.slow
def test_a_sum_of_a_hundred_thousand_products_is_explained_in_seconds():
    w = Value(0.5)
    L = autograd.sum([w * Value(1.0) for _ in range(100_000)])
    start = time.process_time()
    assert explain(w, of=L).value == 100_000.0
    assert time.process_time() - start < 20.0  # 4 s on an idle machine


def test_a_value_in_the_middle_can_be_asked_about():
    x = Value(2.0)
    a = x * x
    L = a.exp() * x
    assert explain(a, of=L).value == gradients(L, a)


@pytest.mark.slow
def test_a_long_account_is_cut_and_says_how_much_is_left_out():
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = y * 1.0
    lines = explain(x, of=y).text.splitlines()
    assert len(lines) == 41
    assert lines[-1] == "… and 199,959 more lines"
    fan = autograd.sum([x * float(i) for i in range(1000)])
    assert "… (993 more)" in explain(x, of=fan).text.splitlines()[0]


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


# -- paths -------------------------------------------------------------------------------------------


def all_paths(x, root):
    """The products of all paths, each multiplied from the root down, by brute force."""
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


@more_examples
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


@more_examples
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
def test_a_chain_of_100_000_operations_is_one_path():
    x = Value(1.0, "x")
    y = x
    for _ in range(100_000):
        y = y * 1.0
    found = paths(x, y)
    assert (found.total, len(found[0].nodes)) == (1, 100_001)
    assert len(repr(found)) < 1000


@pytest.mark.slow
def test_a_ladder_of_100_000_rungs_has_a_number_of_paths_with_30_000_digits():
    x = Value(1e-300, "x")
    y = x
    for _ in range(100_000):
        y = y * 0.5
        y = y + y
    found = paths(x, y, max_paths=2)
    assert found.total == 2**100_000
    assert "about 9.99·10^30102 paths" in repr(found)


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


def test_no_path_leads_to_a_frozen_leaf():
    x, frozen = Value(2.0, "x"), Value(3.0, "f", requires_grad=False)
    assert str(paths(frozen, x * frozen)) == "0 paths; sum of products 0"
