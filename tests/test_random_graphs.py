"""Random expressions: reverse, forward and nested sweeps against the oracle, within the rounding error they may have.

No tolerance is chosen. `analyse` carries four numbers through a program: how large a value's error can be, how large
the error of a partial can be (through its second partials), the sum |S| of all paths to a leaf, and what the errors
of the partials make of it. A sweep of m operations then errs by at most gamma(m)·|S| besides.
"""

import operator
from typing import NamedTuple

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from autograd import Value, gradients, jvp, ops
from tests.support import oracle
from tests.support.oracle import mp

ROUNDING = mp.ldexp(1, -53)
ULPS = 4  # what `test_ops` holds every value and every partial to

more_examples = settings(max_examples=4 * settings.default.max_examples)

# -- programs ----------------------------------------------------------------------------------------

TIMID = ["neg", "tanh", "sin", "cos", "sigmoid", "softplus", "relu", "abs", "asinh", "atan", "erf", "gaussian", "step"]
PAIRS = ["add", "sub", "mul", "maximum", "minimum", "hypot", "less"]
LISTS = ["sum", "prod", "logsumexp", "dot"]
COMPARISONS = ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]
# These round nothing, neither their values nor their partials.
EXACT = {"pos", "neg", "abs", "relu", "sign", "step", "maximum", "minimum", "where", *COMPARISONS}
OPERATORS = {"pos": operator.pos, "neg": operator.neg, "abs": abs, "add": operator.add, "sub": operator.sub}
OPERATORS |= {"mul": operator.mul, "div": operator.truediv, "pow": operator.pow}
# What is not defined or not tame on the whole line is asked inside its domain. `a` and `b` are operands.
COMPOSED = {
    "exp of a bounded number": lambda step, a, b: step("exp", step("tanh", a)),
    "expm1 of a bounded number": lambda step, a, b: step("expm1", step("sin", a)),
    "logarithm": lambda step, a, b: step("log", step("add", step("softplus", a), 0.5)),
    "root": lambda step, a, b: step("sqrt", step("add", step("mul", a, a), 1.0)),
    "quotient": lambda step, a, b: step("div", a, step("add", step("mul", b, b), 1.0)),
    "power": lambda step, a, b: step("pow", step("add", step("sigmoid", a), 0.5), step("tanh", b)),
    "constant power": lambda step, a, b: step("pow", step("tanh", a), 3.0),
    "angle": lambda step, a, b: step("atan2", step("tanh", a), step("cosh", step("sin", b))),
    "arcsine": lambda step, a, b: step("asin", step("mul", 0.75, step("sin", a))),
    "choice": lambda step, a, b: step("where", step("greater", a, 0.25), step("sin", b), a),
}


def size_of(name, sizes):
    """A bound on |result|, from bounds on |arguments|."""
    if name in ("sin", "tanh"):
        return 1.0
    if name in ("mul", "prod"):
        return mp.fprod(sizes)
    if name == "dot":
        half = len(sizes) // 2
        return sum(w * x for w, x in zip(sizes[:half], sizes[half:-1], strict=True)) + sizes[-1]
    return sum(sizes) + 3.0


@st.composite
def programs(draw, most=16):
    """A program and its leaves; some results are used often, some leaves never."""
    leaves = draw(st.lists(st.integers(-2000, 2000).map(lambda n: n / 1000), min_size=1, max_size=4))
    steps, sizes = [], [2.0] * len(leaves)

    def step(name, *args):
        steps.append((name, args))
        sizes.append(size_of(name, [sizes[arg] if isinstance(arg, int) else abs(arg) for arg in args]))
        return len(sizes) - 1

    def node():
        return draw(st.integers(0, len(sizes) - 1))

    def operand():
        constant = draw(st.integers(0, 4)) == 0
        return draw(st.integers(-30, 30)) / 10 if constant else node()

    kinds = st.sampled_from([*TIMID, *PAIRS, *LISTS, *COMPOSED])
    for _ in range(draw(st.integers(3, most))):
        kind = draw(kinds)
        if kind in COMPOSED:
            COMPOSED[kind](step, node(), node())
        elif kind in TIMID:
            step(kind, node())
        elif kind in PAIRS:
            step(kind, *draw(st.permutations([node(), operand()])))
        else:
            count = 2 * draw(st.integers(1, 2)) + 1 if kind == "dot" else draw(st.integers(1, 4))
            step(kind, node(), *(operand() for _ in range(count - 1)))
        if sizes[-1] > 100.0:
            step("sin", len(sizes) - 1)  # so that nothing grows out of hand
    if draw(st.booleans()):  # so that every result matters
        used = {arg for _, args in steps for arg in args if isinstance(arg, int)}
        step("sum", *(i for i in range(len(leaves), len(sizes)) if i not in used))
    return steps, leaves


def run(program, leaves):
    """The program on the engine, written with Python's operators where there is one."""
    results = list(leaves)
    for name, args in program:
        results.append(OPERATORS.get(name, ops.TABLE[name])(*(results[arg] if isinstance(arg, int) else arg for arg in args)))
    return results[-1]


def as_program(root, leaves):
    """What was recorded, as plain data."""
    index = {leaf: i for i, leaf in enumerate(leaves)}
    program, stack = [], [root]
    while stack:
        node = stack[-1]
        missing = [arg for arg in node.args if isinstance(arg, Value) and arg not in index]
        if node in index or missing:
            stack.pop() if node in index else stack.extend(missing)
            continue
        if node.op is None:  # a constant
            program.append(("pos", (node.data,)))
        else:
            program.append((node.op.name, tuple(index[arg] if isinstance(arg, Value) else arg for arg in node.args)))
        index[node] = len(leaves) + len(program) - 1
    return program or [("pos", (index[root],))]


# -- error analysis ----------------------------------------------------------------------------------


class Analysis(NamedTuple):
    value: object  # as the oracle has it
    value_error: object  # how far the computed value may be from it
    gradient_errors: list  # the same for every entry of the gradient


def gamma(m):
    return m * ROUNDING / (1 - m * ROUNDING)


def analyse(program, leaves):
    """How large the rounding errors of a program and of its sweeps can be, to first order in 2**-53."""
    n = len(leaves)
    values = [mp.mpf(x) for x in leaves]
    value_errors = [mp.zero] * n
    sizes = [[mp.mpf(i == k) for k in range(n)] for i in range(n)]  # |S|
    drifts = [[mp.zero] * n for _ in range(n)]
    edges = 0
    for name, args in program:
        numbers = [values[arg] if isinstance(arg, int) else mp.mpf(arg) for arg in args]
        errors = [value_errors[arg] if isinstance(arg, int) else mp.zero for arg in args]
        refuse_undecided(name, args, numbers, errors)
        value, firsts, seconds = ask(name, numbers)
        values.append(value)
        value_errors.append(total(zip(firsts, errors, strict=True)) + born(name, firsts, numbers, value))
        partial_errors = [
            total((abs(second), error) for second, error in zip(row, errors, strict=True))
            + (mp.zero if name in EXACT else ULPS * oracle.spacing(first))
            for first, row in zip(firsts, seconds, strict=True)
        ]
        used = [i for i, arg in enumerate(args) if isinstance(arg, int)]
        edges += len(used)
        sizes.append([total((firsts[i], sizes[args[i]][k]) for i in used) for k in range(n)])
        drifts.append(
            [
                total((firsts[i], drifts[args[i]][k]) for i in used) + total((partial_errors[i], sizes[args[i]][k]) for i in used)
                for k in range(n)
            ]
        )
    swept = gamma(2 * edges)  # a multiplication and an addition for each edge
    return Analysis(
        values[-1], value_errors[-1], [swept * s + (1 + swept) * d for s, d in zip(sizes[-1], drifts[-1], strict=True)]
    )


def ask(name, numbers):
    """Value, |partials| and second partials; NaN where one divides by zero, as in a branch not taken."""
    rule = oracle.RULES[name]
    n = len(numbers)
    firsts = or_nan(rule.firsts, numbers, [mp.nan] * n)
    return or_nan(rule.value, numbers, mp.nan), list(map(abs, firsts)), or_nan(rule.seconds, numbers, [[mp.nan] * n] * n)


def or_nan(rule, numbers, nan):
    try:
        return rule(*numbers)
    except ZeroDivisionError:
        return nan


def total(pairs):
    """Σ a·b, where 0 times anything is nothing."""
    return mp.fsum(a * b for a, b in pairs if a and b)


def born(name, firsts, numbers, value):
    """The rounding error of one operation itself."""
    if name in EXACT:
        return mp.zero
    if name in ("sum", "dot", "prod"):
        return gamma(len(numbers)) * total(zip(firsts, map(abs, numbers), strict=True))
    scale = max(map(abs, (*numbers, value))) if name == "logsumexp" else value
    return ULPS * oracle.spacing(scale)


def refuse_undecided(name, args, numbers, errors):
    """Where rounding may carry a number over a kink, there is nothing to compare."""
    kinks = ops.TABLE[name].kinks
    if kinks is None or not any(errors) or (name in EXACT and len(args) == 2 and args[0] == args[1]):
        return
    margin = errors[0] if name == "where" else sum(errors)
    distance = mp.hypot(*numbers) if name == "hypot" else kinks(*numbers)
    # hypot bends as 1/distance near its kink, where an analysis to first order has nothing to say
    assume(abs(distance) > (1e6 * margin if name == "hypot" else margin))


# -- the sweeps --------------------------------------------------------------------------------------


def check(got, exact, errors, what):
    for k, (one, right, error) in enumerate(zip(got, exact, errors, strict=True)):
        assert abs(one - right) <= error, (
            f"{what}, leaf {k}: got {one!r}, exact {mp.nstr(right, 20)}, may err {mp.nstr(error, 3)}"
        )


@more_examples
@given(programs())
def test_value_and_reverse_and_forward_sweeps_agree_with_the_oracle(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    exact, gradient = oracle.evaluate(program, numbers)
    bound = analyse(program, numbers)
    y = run(program, leaves)
    y.backward()
    check([y.data], [exact], [bound.value_error], "value")
    check([leaf.grad for leaf in leaves], gradient, bound.gradient_errors, "backward")
    check(gradients(y, leaves), gradient, bound.gradient_errors, "gradients")
    forward = [
        jvp(lambda *xs: run(program, xs), numbers, [float(i == k) for i in range(len(leaves))]) for k in range(len(leaves))
    ]
    assert {repr(value) for value, _ in forward} == {repr(y.data)}
    check([dot for _, dot in forward], gradient, bound.gradient_errors, "jvp")


@more_examples
@given(programs(), st.lists(st.integers(-20, 20).map(lambda n: n / 10), min_size=4, max_size=4))
def test_a_forward_sweep_along_any_direction_agrees_with_the_oracle(drawn, direction):
    program, numbers = drawn
    direction = direction[: len(numbers)]
    _, gradient = oracle.evaluate(program, numbers)
    # One more leaf t, moved along the direction: the same program as a function of t alone, at t = 0.
    n = len(numbers)
    shifted = [("add", (numbers[i], 1 + i)) for i in range(n)]
    moved = [("mul", (0, d)) for d in direction] + shifted
    program_of_t = moved + [(name, tuple(arg + 1 + n if isinstance(arg, int) else arg for arg in args)) for name, args in program]
    bound = analyse(program_of_t, [0.0])
    exact = mp.fsum(d * g for d, g in zip(direction, gradient, strict=True))
    got = jvp(lambda *xs: run(program, xs), numbers, direction)[1]
    check([got], [exact], bound.gradient_errors, "jvp")


@more_examples
@given(programs())
def test_the_gradient_as_a_graph_is_bit_for_bit_the_gradient(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    y = run(program, leaves)
    assert [repr(g.data) for g in gradients(y, leaves, create_graph=True)] == list(map(repr, gradients(y, leaves)))


@more_examples
@given(programs(most=8))
def test_second_derivatives_by_nested_sweeps_agree_with_the_oracle(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    try:
        rows = oracle.hessian(program, numbers)
    except ZeroDivisionError:
        reject()  # hypot(0, 0) has no second derivative
    analyse(program, numbers)  # refuses points on a kink
    for first, row in zip(gradients(run(program, leaves), leaves, create_graph=True), rows, strict=True):
        bound = analyse(as_program(first, leaves), numbers).gradient_errors
        check(gradients(first, leaves), row, bound, "gradients of gradients")
        for leaf in leaves:
            leaf.grad = 0.0
        first.backward()
        check([leaf.grad for leaf in leaves], row, bound, "backward of gradients")


@more_examples
@given(programs())
def test_uses_outside_of_the_graph_do_not_change_the_gradient(drawn):
    program, numbers = drawn
    alone, watched = [Value(x) for x in numbers], [Value(x) for x in numbers]
    run(program, alone).backward()
    y = run(program, watched)
    others = [leaf * 2.0 for leaf in watched] + [y + leaf for leaf in watched]  # uses outside of y's graph
    y.backward()
    bound = analyse(program, numbers)
    check(
        [leaf.grad for leaf in watched], [leaf.grad for leaf in alone], [2 * error for error in bound.gradient_errors], "backward"
    )
    assert len(others) == 2 * len(numbers)


def test_the_analysis_is_not_so_generous_as_to_excuse_a_wrong_gradient():
    program = [("mul", (0, 0)), ("sin", (1,)), ("prod", (2, 0, 1)), ("logsumexp", (3, 0, 1.0))]
    bound = analyse(program, [1.3])
    _, (exact,) = oracle.evaluate(program, [1.3])
    assert bound.gradient_errors[0] < 1e-13 * abs(exact)
    with pytest.raises(AssertionError, match="backward, leaf 0"):
        check([float(exact) * (1 + 1e-13)], [exact], bound.gradient_errors, "backward")
