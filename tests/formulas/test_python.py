"""The generated Python code gives the engine's numbers bit for bit: all ops, all floats, all names."""

import ast
import builtins
import keyword
import math
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, custom_op, gradients, ops
from autograd.formulas import to_python
from autograd.formulas.python import _Program
from autograd.graph import Graph
from autograd.op import TABLE, Op
from autograd.python_source import constant, helpers, operation, variable
from autograd.sweeps import topological_order
from tests.support.programs import any_floats, run_ops, tame_floats, wild_programs

ROW_OF = {"cube_root": "cbrt", "floored": "floor", "ceiled": "ceil", "rounded": "round", "log_gamma": "lgamma"}
INNER = {"halves", "log_gamma_from_1", "trigamma", "zeta_tail", "factorial_over_power"}  # called only by other helpers

labels = st.one_of(
    st.just(""),
    st.text(max_size=8),
    st.sampled_from([*keyword.kwlist, *dir(builtins), *sorted(ops.BUILT_IN), *dir(math), *helpers()]),
    st.sampled_from(
        ["x", "dx", "ddx", "x_2", "t1", "v3", "dv3", "x y", "x-y", "w[0]", "layers[0].b", "ﬁ", "fi", "²", "\ud800", "#\n"]
    ),
)


def executed(source):
    """Run the program and return its variables; fails unless it is straight-line code that imports only `math`."""
    tree = ast.parse(source)
    for line in tree.body:
        assert isinstance(line, (ast.Assign, ast.AugAssign, ast.FunctionDef, ast.ImportFrom)), ast.dump(line)
        assert not isinstance(line, ast.ImportFrom) or line.module == "math"
    found = {}
    exec(compile(tree, "<source>", "exec"), found)
    return found


def check(_y):
    """Check that a root's program gives its value and gradient bit for bit. (Variables with a leading _ don't name nodes.)"""
    _order = topological_order([_y])
    source, program = to_python(_y), _Program(Graph(_y))  # the latter only for its names
    _leaves = [node for node in _order if node.op is None]
    assert len({*program.names.values(), *program.adjoints.values()}) == 2 * len(_order)
    found = executed(source)
    assert repr(found[program.names[_y]]) == repr(_y.data), source
    assert [repr(found[program.adjoints[leaf]]) for leaf in _leaves] == list(map(repr, gradients(_y, _leaves))), source
    return source


# -- properties --------------------------------------------------------------------------------------


@given(wild_programs())
def test_the_program_gives_value_and_gradient_bit_for_bit_for_all_ops_and_all_floats(drawn):
    program, numbers = drawn
    check(run_ops(program, [Value(x) for x in numbers])[-1])


@given(wild_programs(numbers=tame_floats, most=20))
def test_the_program_gives_value_and_gradient_bit_for_bit_at_ordinary_numbers(drawn):
    program, numbers = drawn
    check(run_ops(program, [Value(x) for x in numbers])[-1])


@given(wild_programs(numbers=tame_floats, most=6), st.lists(labels, min_size=10, max_size=10))
def test_any_names_become_valid_and_different_ones(drawn, names):
    program, numbers = drawn
    results = run_ops(program, [Value(x) for x in numbers])
    for node, name in zip(results, names, strict=False):
        if name:
            node.label = name
    check(results[-1])


@given(st.sampled_from(sorted(set(helpers()) - INNER)), st.lists(any_floats, min_size=3, max_size=3))
def test_every_helper_is_its_row_bit_for_bit(name, args):
    row = TABLE[ROW_OF.get(name, name)]
    names = dict(vars(math))
    for text in helpers().values():
        exec(text, names)
    args = args[: row.arity]
    try:
        got = names[name](*args)
    except (ArithmeticError, ValueError):
        got = row.fallback(*args)
    assert repr(got) == repr(row(*args))


# -- the code means what it computes ------------------------------------------------------------------

# Sources that users may write, including the loosest operators and Python's special bracketing.
ODD = {
    "a conditional": "{0} if {2} > 0.0 else {1}",
    "a chain of comparisons": "float({} < {} <= {})",
    "a bare comparison": "{} != {}",
    "not": "not {}",
    "and": "{} and {}",
    "or": "{} or 1.0",
    "a lambda": "(lambda t: t * t + {1})({0})",
    "a bare lambda": "(lambda: {} or {})()",
    "a starred list": "max(*[{}, {}], 0.0)",
    "a tuple": "max(({}, {}))",
    "an attribute of an argument": "{}.real",
    "a method of an argument": "{}.hypot({})",
    "an item of an argument": "{}[0]",
    "an argument by keyword": "round({}, ndigits={})",
    "a power": "{} ** 3",
    "a power of a negative": "(-{}) ** {}",
    "a negative of a power": "-{} ** {}",
    "a remainder": "{} % {}",
    "the same argument twice": "{0} * {0} - {1}",
    "brackets of its own": "(({} + 1.0))",
    "a complement": "~{}",
    "a walrus": "(t := {}) * t",
}
CONSTANTS = [2.0, -2.0, 0.0, -0.0, 1e300, -1e-300, math.inf, -math.inf, math.nan, 1e22]


def places(source):
    """The number of arguments in a source."""
    found = re.findall(r"\{(\d?)\}", source)
    return len(set(found)) if all(found) else len(found)


def odd_op(source, count):
    return Op("odd", max, *[lambda z, *args: 0.0] * count, source=source)


NESTED = {name: (TABLE[name], TABLE[name].arity or 3) for name in sorted(ops.BUILT_IN)}
NESTED |= {name: (odd_op(source, count), count) for name, source in ODD.items() for count in [places(source)]}


def in_brackets(op, texts):
    """The operation with every argument parenthesized, so that it is unambiguous."""
    texts = [f"({text})" for text in texts]
    if op.name in ("sum", "prod"):
        return (" + " if op.name == "sum" else " * ").join(texts)
    if op.name == "dot":
        half = len(texts) // 2
        return " + ".join([texts[-1], *(f"{w} * {x}" for w, x in zip(texts[:half], texts[half:-1], strict=True))])
    return op.plain.format(", ".join(texts)) if op.arity is None else op.plain.format(*texts)


def assert_read_as_meant(tree, meant):
    """Check that the tree's text and the fully parenthesized text both parse to the tree."""
    read, whole = (ast.dump(ast.parse(text, mode="eval").body) for text in (ast.unparse(tree), meant))
    assert read == whole == ast.dump(tree), ast.unparse(tree)


@pytest.mark.parametrize("outer", NESTED)
def test_every_op_in_every_place_of_every_op_is_read_as_it_is_meant(outer):
    op, count = NESTED[outer]
    plain = [(variable(name), name) for name in "abc"]
    inner = [(operation(row, [tree for tree, _ in plain[:n]]), in_brackets(row, "abc"[:n])) for row, n in NESTED.values()]
    inner += [(constant(x), repr(x)) for x in CONSTANTS]
    for place in range(count):
        for part in inner:
            args = [*plain[:place], part, *plain[place + 1 : count]]
            assert_read_as_meant(operation(op, [tree for tree, _ in args]), in_brackets(op, [text for _, text in args]))


@given(st.lists(st.tuples(st.sampled_from(sorted(NESTED)), st.randoms(use_true_random=False)), min_size=1, max_size=6))
def test_deeper_nested_ops_are_read_as_they_are_meant(steps):
    known = [(variable(name), name) for name in "abc"] + [(constant(x), repr(x)) for x in CONSTANTS]
    for name, random in steps:
        op, count = NESTED[name]
        args = [random.choice(known[-5:] if random.random() < 0.5 else known) for _ in range(count)]
        known.append((operation(op, [tree for tree, _ in args]), in_brackets(op, [text for _, text in args])))
    assume(len(known[-1][1]) < 3000)
    assert_read_as_meant(*known[-1])


@given(st.lists(st.sampled_from(["add", "sub", "mul", "div", "pow", "neg"]), min_size=6, max_size=12), st.randoms())
def test_an_expression_is_computed_in_the_order_of_its_parentheses(names, random):
    numbers = dict(zip("abc", (1.1, -2.3, 0.7), strict=True))
    known = [(variable(name), x) for name, x in numbers.items()] + [(constant(-0.3), -0.3)]
    for name in names:
        row = TABLE[name]
        args = [random.choice(known) for _ in range(row.arity)]
        z = row(*(x for _, x in args))
        if math.isfinite(z):
            known.append((operation(row, [tree for tree, _ in args]), z))
    for tree, z in known:
        assert repr(eval(ast.unparse(tree), dict(numbers))) == repr(z), ast.unparse(tree)


# -- its form ----------------------------------------------------------------------------------------


def test_operators_names_and_the_sweep_read_as_one_writes_them():
    x, y = Value(3.0), Value(-2.0)
    z = x**2 / y - x
    assert (
        to_python(z)
        == """\
x = 3.0
y = -2.0

v1 = x ** 2.0
v3 = v1 / y
z = v3 - x

# backward
dz = 1.0
dv3 = dz
dx = -dz
dv1 = dv3 * (1.0 / y)
dy = dv3 * (-v3 / y)  # -(v1 / y ** 2.0)
dx += dv1 * (2.0 * x)"""
    )


def test_a_helper_and_an_import_come_only_where_they_are_needed():
    x = Value(2.0, "x")
    assert "import" not in to_python(x * x)
    assert "def relu(x):" in to_python(x.relu())
    source = to_python(autograd.sin(x))
    assert source.startswith("from math import cos, sin\n\nx = 2.0")


def test_what_a_partial_needs_twice_is_computed_once():
    x = Value(2.0)
    y = autograd.atan(x)
    assert to_python(y).endswith("dy = 1.0\nt1 = 1.0 / hypot(1.0, x)\ndx = dy * (t1 * t1)  # 1.0 / (1.0 + x ** 2.0)")


def test_the_sum_of_negative_zeros_is_positive_as_the_engine_has_it():
    assert "v1 = 0.0 + x" in check(autograd.sum([Value(-0.0, "x")]))


def test_what_python_raises_at_stands_as_a_number_with_a_comment():
    x = Value(0.0, "x")
    with pytest.warns(RuntimeWarning):
        y = 1.0 / x
    y.label = "y"
    source = check(y)
    assert "y = inf  # 1.0 / x: Python raises here\n" in source
    assert "dx = dy * -inf  # -y / x: Python raises here" in source


def test_a_leaf_that_no_gradient_reaches_has_gradient_0():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    assert check(autograd.where(1.0, x, y)).endswith("dx = dv2\ndy = 0.0")


@given(wild_programs(numbers=tame_floats, most=6), st.sets(st.integers(0, 3)))
def test_frozen_leaves_have_no_gradient_and_change_no_other(drawn, frozen):
    program, numbers = drawn
    _leaves = [Value(x, f"x{i}", requires_grad=i not in frozen) for i, x in enumerate(numbers)]
    _y = run_ops(program, _leaves)[-1]
    found = executed(to_python(_y))
    for leaf in set(_leaves).intersection(topological_order([_y])):
        assert (f"d{leaf.label}" in found) is leaf.requires_grad
        assert not leaf.requires_grad or repr(found[f"d{leaf.label}"]) == repr(gradients(_y, leaf))


def test_a_frozen_leaf_alone_has_no_sweep():
    assert to_python(Value(2.0, "x", requires_grad=False)) == "x = 2.0\n\n# backward"


def test_a_leaf_is_a_program_too():
    assert to_python(Value(2.0, "x")) == "x = 2.0\n\n# backward\ndx = 1.0"


def test_it_computes_with_the_leaves_as_they_are_now():
    x = Value(2.0, "x")
    y = x * x
    x.data = 5.0
    found = executed(to_python(y))
    assert (found["y"], found["dx"]) == (25.0, 10.0)


def test_no_mode_is_in_the_way():
    x = Value(0.5, "x")
    y = x.log() * x.tanh()
    plain = to_python(y)
    for mode in (autograd.no_grad(), autograd.anomaly(), autograd.scope("here")):
        with mode:
            inside = to_python(y)
        assert inside == plain


def test_a_network_keeps_the_paths_of_its_parameters():
    net = nn.MLP(3, [4, 1], "tanh", seed=0)
    loss = (net([0.5, -1.0, 2.0]) - 1.0) ** 2
    source = check(loss)
    assert "dlayers_0_neurons_3_w_2 = dv" in source


@pytest.mark.slow
def test_long_sums_and_products_do_not_nest_deeper_than_python_parses():
    xs = [Value(1.0 + i / 1e6) for i in range(1_500)]
    total = autograd.sum(xs) + autograd.prod(xs) + autograd.dot(xs, xs, 1.0) + autograd.logsumexp(xs)
    check(total)


@pytest.mark.slow
def test_three_thousand_operations_are_written_and_run():
    x = Value(1.0, "x")
    y = x
    for _ in range(1_000):
        y = (y * 0.5).tanh() + x
    check(y)


def test_a_notebook_and_a_prompt_show_the_source_as_it_is():
    assert repr(to_python(Value(2.0, "x"))) == str(to_python(Value(2.0, "x")))


# -- custom ops --------------------------------------------------------------------------------------


def test_an_op_with_a_source_is_written_by_it():
    cube = custom_op(lambda x: x**3, partials=lambda z, x: 3.0 * x * x, name="cube", source="{} ** 3")
    gamma = custom_op(math.gamma, partials=lambda z, x: z * math.cos(x), name="gamma", source="gamma({})")
    x = Value(-1.5, "x")
    source = check(cube(x + 1.0))
    assert "= v1 ** 3\n" in source
    assert "* (3.0 * v1 * v1)" in source
    source = to_python(gamma(Value(1.5, "gamma")))  # its rule works only on floats
    assert source.startswith("from math import gamma\n\ngamma_ = 1.5")
    assert "  # as recorded" in source


def test_what_a_custom_rule_detaches_is_a_number():
    held = custom_op(
        lambda x: x * x, partials=lambda z, x: x * (x.detach() if type(x) is Value else x), name="held", source="{0} * {0}"
    )
    assert "* (x * 3.0)" in check(held(Value(3.0, "x")))


@pytest.mark.parametrize("source", [None, "numpy.sin({})", "({}).real", "[{}][0]", "(t := {}) * t", "{}.hypot(1.0)"])
def test_an_op_without_a_source_that_python_runs_is_refused(source):
    f = custom_op(math.sin, partials=lambda z, x: autograd.cos(x), name="wave", source=source)
    with pytest.raises(ValueError, match="pass source=… to custom_op for wave") as error:
        to_python(f(Value(1.0)))
    assert "_argument_" not in str(error.value)


@given(st.sampled_from([-2.0, 0.0, 0.5]), st.sampled_from([-1.0, 3.0]))
def test_a_nested_choice_of_the_users_own_is_computed_as_it_is_recorded(x, y):
    pick = custom_op(
        lambda x, y, c: x if c > 0.0 else y,
        partials=[lambda z, x, y, c: autograd.greater(c, 0.0), lambda z, x, y, c: autograd.less_equal(c, 0.0), lambda *_: 0.0],
        name="pick",
        source="{0} if {2} > 0.0 else {1}",
    )
    chosen = custom_op(
        lambda x, y: x,
        partials=[lambda z, x, y: pick(pick(y, x, y), x, x), lambda z, x, y: pick(x, pick(x, y, x), y)],
        name="chosen",
        source="{0} + 0.0 * {1}",
    )
    check(chosen(Value(x, "x"), Value(y, "y")))


def test_the_variable_of_a_lambda_hides_no_variable_of_the_program():
    square = custom_op(lambda x: x * x, partials=lambda z, x: 2.0 * x, name="square_of", source="(lambda t: t * t)({})")
    same = custom_op(lambda x: x, partials=lambda z, x: 1.0, name="same", source="(lambda t: {})(0.0)")
    t = Value(3.0, "t")
    assert "t_ = 3.0" in check(same(t))
    source = check(square(t) + square(square(t)))
    assert "t_ = 3.0" in source


def test_a_root_that_is_no_value_is_refused():
    with pytest.raises(TypeError, match="to_python: y must be a Value, got float"):
        to_python(1.0)


@pytest.mark.parametrize("op", [autograd.maximum, autograd.minimum])
def test_the_program_has_the_gradient_at_a_tie_with_a_constant(op):
    x = Value(1.0, "x")
    y = op(x, 1.0)
    y.backward()
    scope = {}
    exec(str(to_python(y)), scope)
    assert scope["dx"] == x.grad == 0.5


def test_a_detached_leaf_has_no_derivative_in_the_program():
    x = Value(3.0, "x")
    d = x.detach()
    d.label = "d"
    y = d * x
    y.label = "y"
    assert "dx = dy * d" in str(to_python(y))
    assert "dd" not in str(to_python(y))
