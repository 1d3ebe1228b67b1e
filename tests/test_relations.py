"""Twelve relations that derivatives obey, on random programs: exact where they hold exactly, else within rounding.

No tolerance is set by hand. A `Near` is a computed number with a bound on its distance from what the recorded partials
give exactly (`tests.support.rounding`); sums and products propagate the bound. Two of them agree if their bounds allow it.
"""

from __future__ import annotations

import math
from decimal import Decimal
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import Value, grad, gradients, hessian, hvp, jvp, ops, vjp
from autograd.op import TABLE
from tests.support import oracle
from tests.support.oracle import mp
from tests.support.polynomials import LIMIT, random_polynomial, second_order
from tests.support.programs import as_program, random_program, run, tame_programs
from tests.support.rounding import SIXTY, adjoints, analyse, gamma, tangents
from tests.support.soak import count

ULPS = 4  # the bound of `test_ops` on every value and partial
factors = st.integers(-64, 64).filter(bool).map(lambda n: n / 16)
orders = st.integers(0, 2**32 - 1).map(Random)


@st.composite
def programs(draw, most=40, leaves=0):
    return random_program(draw(orders), draw(st.integers(leaves + 3, most)), leaves)


# -- numbers with their rounding errors --------------------------------------------------------------


class Near(NamedTuple):
    """A number, and a bound on its error."""

    number: Decimal
    slack: Decimal = Decimal(0)

    def __add__(self, other: Near) -> Near:
        return Near(SIXTY.add(self.number, other.number), SIXTY.add(self.slack, other.slack))

    def __mul__(self, other: Near) -> Near:
        mine = SIXTY.multiply(abs(self.number), other.slack)
        its = SIXTY.multiply(abs(other.number) + other.slack, self.slack)
        return Near(SIXTY.multiply(self.number, other.number), SIXTY.add(mine, its))


def exactly(x):
    return Near(Decimal(x))


def total(terms):
    result = exactly(0)
    for term in terms:
        result += term
    return result


def check(ones, others):
    for k, (one, other) in enumerate(zip(ones, others, strict=True)):
        off, allowed = abs(one.number - other.number), one.slack + other.slack
        assert off <= allowed, f"{k}: {one.number:.17g} and {other.number:.17g} are {off:.3g} apart, {allowed:.3g} is allowed"


def near(program, nodes, got, seeds):
    """The gradients that a reverse sweep gave the first nodes, with their bounds."""
    sums = adjoints(program, nodes, seeds)
    assume(sums is not None)
    return [Near(Decimal(number), sums[i].slack if i in sums else Decimal(0)) for i, number in enumerate(got)]


def gradient(program, numbers, root=None):
    """∂root/∂leaves by `backward` on a fresh recording."""
    nodes = run(program, [Value(x) for x in numbers])
    root = len(nodes) - 1 if root is None else root
    nodes[root].backward()
    return near(program, nodes, [leaf.grad for leaf in nodes[: len(numbers)]], {root: 1.0})


def both_sweeps(program, numbers, seed=1.0):
    """The gradient by `gradients` and by `backward`, as reprs."""
    nodes = run(program, [Value(x) for x in numbers])
    leaves = nodes[: len(numbers)]
    functional = gradients(nodes[-1], leaves)
    nodes[-1].backward(seed)
    return list(map(repr, functional)), [repr(leaf.grad) for leaf in leaves]


def last(program, numbers):
    """Indices of two results to combine, the last and the middle one, and the index of the next result."""
    end = len(program) + len(numbers) - 1
    return end, len(numbers) + len(program) // 2, end + 1


def value_of(program, numbers, i):
    return run(program, [Value(x) for x in numbers])[i].data


# -- 1. linearity ------------------------------------------------------------------------------------


@given(programs(), factors, factors)
def test_the_gradient_of_a_weighted_sum_is_the_weighted_sum_of_the_gradients(drawn, a, b):
    program, numbers = drawn
    f, g, n = last(program, numbers)
    combined = [*program, ("mul", (f, a)), ("mul", (b, g)), ("add", (n, n + 1))]
    separate = zip(gradient(program, numbers, f), gradient(program, numbers, g), strict=True)
    check(gradient(combined, numbers), [exactly(a) * df + exactly(b) * dg for df, dg in separate])


# -- 2. product, chain and inverse rules -------------------------------------------------------------


@given(programs())
def test_the_gradient_of_a_product_is_that_of_each_factor_times_the_other(drawn):
    program, numbers = drawn
    f, g, _ = last(program, numbers)
    fx, gx = (exactly(value_of(program, numbers, i)) for i in (f, g))
    separate = zip(gradient(program, numbers, f), gradient(program, numbers, g), strict=True)
    check(gradient([*program, ("mul", (f, g))], numbers), [gx * df + fx * dg for df, dg in separate])


@given(programs())
def test_the_gradient_of_a_quotient_is_by_the_quotient_rule(drawn):
    program, numbers = drawn
    f, g, _ = last(program, numbers)
    fx, gx = (Decimal(value_of(program, numbers, i)) for i in (f, g))
    assume(abs(gx) > 1e-30)
    by_f, by_g = SIXTY.divide(Decimal(1), gx), SIXTY.divide(SIXTY.divide(-fx, gx), gx)
    # 1/g is rounded once, -(f/g)/g twice.
    by_f, by_g = Near(by_f, abs(by_f) * gamma(1)), Near(by_g, abs(by_g) * gamma(2))
    separate = zip(gradient(program, numbers, f), gradient(program, numbers, g), strict=True)
    check(gradient([*program, ("div", (f, g))], numbers), [by_f * df + by_g * dg for df, dg in separate])


@given(programs())
def test_the_gradient_of_a_composition_is_the_outer_one_times_the_inner_jacobian(drawn):
    program, numbers = drawn
    cut = len(program) // 2
    middle = len(numbers) + cut
    outer = program[cut:]
    inside = [node.data for node in run(program[:cut], [Value(x) for x in numbers])]
    outward = gradient(outer, inside)
    used = sorted({arg for _, args in outer for arg in args if type(arg) is int and arg < middle} | {middle - 1})
    rows = [gradient(program[:cut], numbers, i) for i in used]
    composed = [total(outward[i] * row[k] for i, row in zip(used, rows, strict=True)) for k in range(len(numbers))]
    check(gradient(program, numbers), composed)


INVERSES = {
    "exp, log": ("exp", "log", -20.0, 20.0),
    "expm1, log1p": ("expm1", "log1p", -20.0, 20.0),
    "sinh, asinh": ("sinh", "asinh", -20.0, 20.0),
    "tan, atan": ("tan", "atan", -1.57, 1.57),
    "tanh, atanh": ("tanh", "atanh", -9.0, 9.0),
    "sin, asin": ("sin", "asin", -1.57, 1.57),
    "asin, sin": ("asin", "sin", -0.9999999999999999, 0.9999999999999999),
    "cos, acos": ("cos", "acos", 0.001, 3.14),
    "cosh, acosh": ("cosh", "acosh", 0.001, 20.0),
    "neg, neg": ("neg", "neg", -1e300, 1e300),
}


@pytest.mark.parametrize(("there", "back", "low", "high"), INVERSES.values(), ids=INVERSES)
@given(data=st.data())
def test_the_derivatives_of_a_function_and_of_its_inverse_are_reciprocals(there, back, low, high, data):
    x = Value(data.draw(st.floats(low, high).filter(lambda x: abs(x) > 1e-150)))
    y = TABLE[there](x)
    z = TABLE[back](y)
    z.backward()
    # Exact slopes of the inverse at both ends of the interval that contains the computed y.
    exact = oracle.value(there, x.data)
    ends = [exact + k * ULPS * oracle.spacing(exact) for k in (-1, 1)]
    try:
        slopes = [oracle.RULES[back].firsts(end)[0] for end in ends]
    except ZeroDivisionError:
        slopes = [mp.nan]
    assume(all(mp.im(slope) == 0 and mp.isfinite(slope) for slope in slopes))  # the inverse may not exist there
    slope = oracle.partials(there, x.data)[0]
    rounding = sum(ULPS * oracle.spacing(exact) / abs(exact) for exact in (slope, *slopes)) + 2 * mp.ldexp(1, -53)
    # The inverse's slope at y is between those at the ends, up to rounding.
    off = max(abs(slope * back - 1) for back in slopes)
    assert abs(mp.mpf(x.grad) - 1) <= (1 + off) * (1 + rounding) ** 2 - 1


# -- 3. a Jacobian and its transpose -----------------------------------------------------------------


@given(programs(), st.data())
def test_the_jacobian_and_its_transpose_give_one_number_between_two_vectors(drawn, data):
    program, numbers = drawn
    n = len(numbers)
    roots = sorted({n + len(program) - 1, n + len(program) // 2, n + len(program) // 3})
    u = data.draw(st.lists(factors, min_size=n, max_size=n))
    v = data.draw(st.lists(factors, min_size=len(roots), max_size=len(roots)))

    def f(*xs):
        nodes = run(program, xs)
        return [nodes[i] for i in roots]

    nodes = run(program, [Value(x) for x in numbers])
    forward_bounds = tangents(program, nodes, dict(enumerate(u)))
    forward = [Near(Decimal(dot), forward_bounds[i].slack) if i in forward_bounds else exactly(dot)
               for i, dot in zip(roots, jvp(f, numbers, u)[1], strict=True)]  # fmt: skip
    reverse = near(program, nodes, vjp(f, *numbers)[1](v), dict(zip(roots, v, strict=True)))
    one = total(exactly(a) * dot for a, dot in zip(v, forward, strict=True))
    check([one], [total(exactly(b) * bar for b, bar in zip(u, reverse, strict=True))])


# -- 4. symmetric Hessians ---------------------------------------------------------------------------


@settings(max_examples=max(settings.default.max_examples // 4, 1))
@given(tame_programs(most=6))
def test_a_hessian_is_symmetric(drawn):
    program, numbers = drawn
    leaves = [Value(x) for x in numbers]
    first = gradients(run(program, leaves)[-1], leaves, create_graph=True)
    rows = [gradients(g, leaves) for g in first]
    slack = [analyse(as_program(g, leaves), numbers).gradient_errors for g in first]
    for i in range(len(leaves)):
        for j in range(i):
            assert abs(mp.mpf(rows[i][j]) - rows[j][i]) <= slack[i][j] + slack[j][i]


# -- 5. shared and repeated subexpressions -----------------------------------------------------------


@given(programs(), orders)
def test_computing_a_number_once_or_again_for_each_use_gives_the_same_gradient(drawn, random):
    program, numbers = drawn
    copied, copies = [], {i: [i] for i in range(len(numbers))}
    for i, (name, args) in enumerate(program, len(numbers)):
        copies[i] = []
        for _ in range(random.choice((1, 1, 2, 3))):
            copied.append((name, tuple(random.choice(copies[arg]) if type(arg) is int else arg for arg in args)))
            copies[i].append(len(numbers) + len(copied) - 1)
    copied.append(("pos", (copies[len(numbers) + len(program) - 1][0],)))
    check(gradient(program, numbers), gradient(copied, numbers))


@given(programs(), orders)
def test_an_argument_that_is_repeated_gets_what_its_copies_get_together(drawn, random):
    program, numbers = drawn
    apart, place = [], list(range(len(numbers)))
    for name, args in program:
        fresh = []
        for k, arg in enumerate(args):
            if type(arg) is int and arg in args[:k]:
                apart.append(("pos", (place[arg],)))
                fresh.append(len(numbers) + len(apart) - 1)
            else:
                fresh.append(place[arg] if type(arg) is int else arg)
        apart.append((name, tuple(fresh)))
        place.append(len(numbers) + len(apart) - 1)
    check(gradient(program, numbers), gradient(apart, numbers))


# -- 6. commuted operands ----------------------------------------------------------------------------

COMMUTED = {"add": "add", "mul": "mul", "maximum": "maximum", "minimum": "minimum", "hypot": "hypot"}
COMMUTED |= {"less": "greater", "greater": "less", "equal": "equal"}


@given(programs(), orders)
def test_commuted_operands_give_the_same_numbers_and_the_same_gradient(drawn, random):
    program, numbers = drawn
    commuted = []
    for name, args in program:
        n = len(args) // 2
        if name in COMMUTED and random.random() < 0.5:
            name, args = COMMUTED[name], args[::-1]
        elif name == "dot" and random.random() < 0.5:
            args = (*args[n:-1], *args[:n], args[-1])
        commuted.append((name, args))
    plain = run(program, [Value(x) for x in numbers])
    assert [node.data for node in plain] == [node.data for node in run(commuted, [Value(x) for x in numbers])]
    check(gradient(program, numbers), gradient(commuted, numbers))


# -- 7. scaling by powers of two ---------------------------------------------------------------------


@given(programs(), st.integers(-30, 30))
def test_a_power_of_two_scales_the_gradient_exactly(drawn, exponent):
    program, numbers = drawn
    scale = 2.0**exponent
    sums = adjoints(program, run(program, [Value(x) for x in numbers]), {len(program) + len(numbers) - 1: 1.0})
    assume(all(not bar.exact or 1e-250 < abs(bar.exact) < 1e250 for bar in sums.values()))  # far from over- and underflow
    functional, accumulated = both_sweeps(program, numbers)
    scaled = [repr(scale * float(number)) for number in accumulated]
    assert both_sweeps(program, numbers, seed=scale)[1] == scaled
    by_functional = [repr(scale * float(number)) for number in functional]
    last_node = len(program) + len(numbers) - 1
    assert both_sweeps([*program, ("mul", (last_node, scale))], numbers) == (by_functional, scaled)
    # The leaves in other units, converted back by an exact product.
    n = len(numbers)
    moved = [(name, tuple(arg + n if type(arg) is int else arg for arg in args)) for name, args in program]
    units = [("mul", (i, scale)) for i in range(n)]
    assert both_sweeps([*units, *moved], [x / scale for x in numbers]) == (by_functional, scaled)


# -- 8. relabelling ----------------------------------------------------------------------------------


def reordered(program, leaves, random):
    """The program with its leaves and steps in another valid order, and the new position of each node."""
    place = dict(enumerate(random.sample(range(leaves), leaves)))
    steps = []

    def make(node):
        if node in place:
            return
        name, args = program[node - leaves]
        needed = {arg for arg in args if type(arg) is int}
        for arg in random.sample(sorted(needed), len(needed)):
            make(arg)
        steps.append((name, tuple(place[arg] if type(arg) is int else arg for arg in args)))
        place[node] = leaves + len(steps) - 1

    for node in random.sample(range(leaves, leaves + len(program)), len(program)):
        make(node)
    return steps, place


@given(programs(most=25), orders, st.text(max_size=5))
def test_names_and_the_order_of_making_change_no_bit_of_the_gradient(drawn, random, label):
    program, numbers = drawn
    n = len(numbers)
    root = n + len(program) - 1
    functional, accumulated = both_sweeps(program, numbers)
    steps, place = reordered(program, n, random)
    leaves = [None] * n
    for i, x in enumerate(numbers):
        leaves[place[i]] = Value(x, label)
    nodes = run(steps, leaves)
    for node in nodes:
        node.label = label
    mine = [nodes[place[i]] for i in range(n)]
    assert list(map(repr, gradients(nodes[place[root]], mine))) == functional
    nodes[place[root]].backward()
    assert [repr(leaf.grad) for leaf in mine] == accumulated
    by_number = grad(lambda *xs: run(steps, xs)[place[root]], argnums=[place[i] for i in range(n)])
    assert list(map(repr, by_number(*(leaf.data for leaf in leaves)))) == functional


# -- 9. split graphs ---------------------------------------------------------------------------------


@given(programs(), programs())
def test_a_graph_split_at_a_node_gives_the_same_bits_with_a_seeded_adjoint(inner, outer):
    (inside, xs), (outside, ws) = inner, outer

    def f(*xs):
        return run(inside, xs)[-1]

    def g(*ws):
        return run(outside, ws)[-1]

    y, pull_inside = vjp(f, *xs)
    _, pull_outside = vjp(g, y, *ws[1:])
    bar, *bars = pull_outside(1.0)
    assume(bar)  # if g doesn't depend on y, no gradient reaches f, not even -0.0
    whole = vjp(lambda *both: g(f(*both[: len(xs)]), *both[len(xs) :]), *xs, *ws[1:])[1](1.0)
    assert list(map(repr, whole)) == list(map(repr, [*pull_inside(bar), *bars]))


@given(programs())
def test_a_graph_split_at_many_nodes_accumulates_the_same_gradient_from_seeded_sweeps(drawn):
    program, numbers = drawn
    n, cut = len(numbers), len(program) // 2
    inner = run(program[:cut], [Value(x) for x in numbers])
    interface = [node.detach() for node in inner]
    outer = run(program[cut:], interface)
    outer[-1].backward()
    upper = adjoints(program[cut:], outer, {len(outer) - 1: 1.0})
    assume(upper is not None)
    terms = [[] for _ in numbers]
    for i in sorted(set(upper) & set(range(len(interface)))):
        bar = interface[i].grad
        inner[i].backward(bar)
        lower, slopes = (adjoints(program[:cut], inner, {i: seed}) for seed in (bar, 1.0))
        assume(lower is not None and slopes is not None)
        for k in set(lower) & set(range(n)):
            terms[k].append(Near(lower[k].exact, lower[k].slack + upper[i].slack * abs(slopes[k].exact)))
    accumulated = [
        Near(Decimal(leaf.grad), total(parts).slack + gamma(len(parts)) * sum(abs(part.number) + part.slack for part in parts))
        for leaf, parts in zip(inner[:n], terms, strict=True)
    ]
    check(gradient(program, numbers), accumulated)


# -- 10. odd and even functions ----------------------------------------------------------------------

ODD = ("sin", "tan", "atan", "sinh", "tanh", "asinh", "erf", "cbrt", "neg", "sign")
EVEN = ("cos", "cosh", "abs", "gaussian")


@st.composite
def symmetric_programs(draw):
    """A program of odd leaves, and whether each result is odd."""
    random = draw(orders)
    numbers = [random.uniform(0.01, 3.0) for _ in range(draw(st.integers(1, 3)))]
    program, odd = [], [True] * len(numbers)
    for _ in range(draw(st.integers(1, 12))):
        i, j = (draw(st.integers(0, len(odd) - 1)) for _ in range(2))
        match draw(st.sampled_from(["odd", "odd", "even", "mul", "div", "add", "sub", "pow", "hypot", "dot"])):
            case "odd":
                program.append((draw(st.sampled_from(ODD)), (i,)))
                odd.append(odd[i])
            case "even":
                program.append((draw(st.sampled_from(EVEN)), (i,)))
                odd.append(False)
            case "mul" | "div" as name:
                program.append((name, (i, j)))
                odd.append(odd[i] != odd[j])
            case "pow":
                n = draw(st.sampled_from([1.0, 2.0, 3.0, 4.0]))
                program.append(("pow", (i, n)))
                odd.append(odd[i] and n % 2 == 1)
            case "hypot":
                program.append(("hypot", (i, j)))
                odd.append(False)
            case "dot":
                program.append(("dot", (i, i, j, j, next((k for k in range(len(odd)) if odd[k] == (odd[i] != odd[j])), 0.0))))
                odd.append(odd[i] != odd[j])
            case name:
                j = next(k for k in (j, i) if odd[k] == odd[i])
                program.append((name, (i, j)))
                odd.append(odd[i])
    return program, numbers, odd[-1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(symmetric_programs())
def test_an_odd_function_has_an_even_gradient_and_an_even_one_an_odd_gradient(drawn):
    program, numbers, odd = drawn
    here = run(program, [Value(x) for x in numbers])
    there = run(program, [Value(-x) for x in numbers])
    sign = -1.0 if odd else 1.0
    assume(all(math.isfinite(node.data) for node in here))  # x - x is +0.0 on both sides, so 1/(x - x) isn't odd
    assert there[-1].data == sign * here[-1].data
    for one, other in zip(gradients(here[-1], here[: len(numbers)]), gradients(there[-1], there[: len(numbers)]), strict=True):
        assert other == -sign * one or (math.isnan(one) and math.isnan(other))  # 0·inf, as at the kink of hypot


@pytest.mark.parametrize("name", [*ODD, "asin", "atanh", *EVEN])
def test_an_odd_or_even_operation_is_so_to_the_last_bit_and_so_is_its_partial(name):
    random, op, sign = Random(name), TABLE[name], 1.0 if name in EVEN else -1.0
    for _ in range(count(200, 20_000)):
        size = 10.0 ** random.uniform(-8.0, 0.0 if name in ("asin", "atanh") else 2.0)
        here, there = op(Value(size)), op(Value(-size))
        assert there.data == sign * here.data
        assert there.partials[0] == -sign * here.partials[0]


# -- 11. dead code -----------------------------------------------------------------------------------


def with_dead_uses(program, numbers, random):
    nodes = run(program, [Value(x) for x in numbers])
    dead = [nodes[-1] * 2.0]
    for _ in range(5):
        dead.append(ops.add(random.choice(nodes), random.choice([*dead, *nodes])))
    return nodes, dead


@given(programs(most=60), orders)
def test_what_the_root_does_not_use_changes_no_bit_of_gradients(drawn, random):
    program, numbers = drawn
    nodes, _dead = with_dead_uses(program, numbers, random)
    assert list(map(repr, gradients(nodes[-1], nodes[: len(numbers)]))) == both_sweeps(program, numbers)[0]


@given(programs(most=60), orders)
def test_what_the_root_does_not_use_changes_no_bit_of_backward(drawn, random):
    program, numbers = drawn
    nodes, dead = with_dead_uses(program, numbers, random)
    dead[-1].backward()  # the next sweep must not add to its gradients
    for leaf in nodes[: len(numbers)]:
        leaf.grad = 0.0
    nodes[-1].backward()
    assert [repr(leaf.grad) for leaf in nodes[: len(numbers)]] == both_sweeps(program, numbers)[1]


# -- 12. reverse, forward and nested -----------------------------------------------------------------


@given(programs(leaves=2))
def test_forward_mode_gives_the_gradient_of_reverse_mode(drawn):
    program, numbers = drawn
    nodes = run(program, [Value(x) for x in numbers])
    root = len(nodes) - 1
    forward = []
    for k in range(len(numbers)):
        direction = [float(i == k) for i in range(len(numbers))]
        dot = jvp(lambda *xs: run(program, xs)[-1], numbers, direction)[1]
        bounds = tangents(program, nodes, {k: 1.0})
        forward.append(Near(Decimal(dot), bounds[root].slack if root in bounds else Decimal(0)))
    check(gradient(program, numbers), forward)


@given(orders, st.integers(3, 20))
def test_every_way_to_nest_sweeps_gives_the_exact_hessian_of_an_integer_polynomial(random, size):
    polynomial = random_polynomial(random, size)
    bound = second_order(polynomial, majorant=True)
    assume(max(bound.value, *bound.first, *(x for row in bound.second for x in row)) < LIMIT)
    exact = second_order(polynomial)
    numbers = list(map(float, polynomial.numbers))
    n = len(numbers)
    units = [[float(i == k) for i in range(n)] for k in range(n)]

    def f(xs):
        return run(polynomial.program, xs)[-1]

    assert [list(row) for row in zip(*exact.second, strict=True)] == exact.second
    assert grad(f)(numbers) == exact.first
    assert hessian(f)(numbers) == exact.second
    assert [hvp(f, (numbers,), (unit,)) for unit in units] == exact.second  # forward over reverse
    rows = [grad(lambda xs, unit=unit: jvp(f, (xs,), (unit,))[1])(numbers) for unit in units]  # reverse over forward
    assert rows == exact.second
    twice = [[jvp(lambda xs, u=u: jvp(f, (xs,), (u,))[1], (numbers,), (v,))[1] for v in units] for u in units]
    assert twice == exact.second
