"""Every op of the table against the oracle: value, partials, second and third partials, in ulps.

The points are the same on every run. With SOAK=1 in the environment there are 100 000 per op instead of 120.
"""

import ast
import doctest
import inspect
import math
import operator
import pydoc
import random
import statistics
import warnings

import pytest

from autograd import Value, gradients, ops
from autograd.op import REAL, TABLE, Op
from autograd.value import take_partials
from tests.support import oracle
from tests.support.oracle import mp, ulps
from tests.support.points import POINTS, inside, leaves_of, points, recorded

OPS = [TABLE[name] for name in sorted(ops.BUILT_IN)]
MAX_ERROR = 4.0  # ulps
MAX_MEDIAN = 1.0  # ulps
MAX_OF_ORDER = {2: 64.0, 3: 1024.0}  # ulps of the second and third partials

SMALLEST_NORMAL = 2.0**-1022
LARGEST = float(oracle.LARGEST)
SHIFTED = {"logsumexp", "softmax", "log_softmax"}
ADDS = {"sum", "dot", "logsumexp", "logaddexp"}  # errors of their values are measured relative to the terms added
GAMMAS = {"lgamma", "digamma", "polygamma"}  # likewise
CASES = [(op, end) for op in OPS for end in (False, True)]


# Points where digits are lost before the rule runs: they only appear in the report of `pytest -s`.
LIMITS = {
    "div": lambda value, x, y: 0 < abs(value) < SMALLEST_NORMAL,  # the quotient z in ∂y = -z/y is subnormal
    "pow": lambda value, x, y: not is_ordinary(value),  # likewise the power, or it has overflowed
    "exp2": lambda value, x: 0 < abs(value) < SMALLEST_NORMAL,  # likewise
    "gaussian": lambda value, x: 0 < abs(value) < SMALLEST_NORMAL,  # likewise
    "hypot": lambda value, x, y: not is_ordinary(value),  # the hypotenuse is subnormal or has overflowed
    "atan2": lambda value, y, x: not all(map(is_ordinary, legs(y, x))),  # likewise, or a leg is subnormal beside it
    "direction": lambda value, x, rest: not 1e-150 < mp.hypot(x, mp.sqrt(rest)) < 1e150,  # its square leaves the range
    "fraction": lambda value, x, y: (
        not all(map(is_ordinary, (value, oracle.value("fraction", y, x), *oracle.partials("fraction", x, y))))
    ),  # likewise
    "mish": lambda value, x: -4.0 < x < -0.4 or x < -700.0,  # terms cancel near the root of the slope; exp(x) is subnormal
}
OF_VALUES = {
    "fraction": lambda x, y: x + y > LARGEST,
    "mish": lambda x: x < -700.0,
}


def legs(y, x):
    hypotenuse = oracle.value("hypot", y, x)
    return hypotenuse, y / hypotenuse, x / hypotenuse


def is_ordinary(x):
    return x == 0 or SMALLEST_NORMAL <= abs(x) <= LARGEST


def case_name(case):
    op, end = case
    return op.name + (" at the ends of the float range" if end else "")


@pytest.fixture(scope="module")
def table():
    """A list for the worst point of every op, which `pytest -s` prints."""
    lines = []
    yield lines
    print("\n\n" + "\n".join(lines))


# -- points ------------------------------------------------------------------------------------------


def stratum(op, end):
    """Points, exact results and recorded nodes: all at the ends of the range, else only those with all numbers normal."""
    for point in points(op, end):
        value, partials = oracle.value(op.name, *point), oracle.partials(op.name, *point)
        if end or all(map(is_ordinary, (*point, value, *partials))):
            yield point, value, partials, recorded(op, point)


class Worst:
    """The largest error seen, and where."""

    def __init__(self, what, unit="ulp", most=MAX_ERROR):
        self.what, self.unit, self.most = what, unit, most
        self.error, self.bad = mp.zero, 0
        self.errors: list[float] = []
        self.where = "exact everywhere"

    def see(self, point, got, exact, error):
        self.errors.append(float(error))
        self.bad += not error <= self.most
        if error > self.error or error != error:
            self.error = error
            self.where = f"{point!r}: got {got!r}, exact {mp.nstr(exact, 20)}"

    @property
    def count(self):
        return len(self.errors)

    @property
    def median(self):
        return statistics.median(self.errors)

    def __str__(self):
        over = f" ({self.bad} of {self.count} over {self.most})" if self.bad else ""
        return f"{self.what:24} {mp.nstr(self.error, 4):>10} {self.unit}{over}, median {self.median:.2g}  {self.where}"


# -- the ops -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_every_value_and_partial_of_every_row_is_within_four_ulps_and_half_of_them_within_one(case, table):
    op, end = case
    seen = {"value": Worst(op.name)}
    beyond = Worst(f"∂{op.name}", "ulp, beyond its limit")
    for point, value, exact, node in stratum(op, end):
        if op.name not in OF_VALUES or not OF_VALUES[op.name](*point):
            seen["value"].see(point, node.data, value, error_of_value(op, point, node.data, value))
        if op.name in LIMITS and LIMITS[op.name](value, *point):
            for got, right in zip(node.partials, exact, strict=True):
                beyond.see(point, got, right, ulps(got, right))
            continue
        for i, (got, right) in enumerate(zip(node.partials, exact, strict=True)):
            got = 0.0 if got is None else got
            worst = seen.setdefault(0 if op.arity is None else i, Worst(f"∂{op.name}/∂arg{i}"))
            error = ulps_of_a_gamma(*gamma_order(op, point, 1), got, right) if op.name in GAMMAS else ulps(got, right)
            worst.see(point, got, right, error)
    if beyond.count:
        table.append(f"{beyond} [ends]")
    report(seen.values(), case, table)


def error_of_value(op, point, got, exact):
    if op.name in GAMMAS:
        return ulps_of_a_gamma(*gamma_order(op, point), got, exact)
    return ulps_of_a_sum(op, point, got, exact) if op.name in ADDS else ulps(got, exact)


def report(seen, case, table):
    table.extend(f"{worst}{' [ends]' if case[1] else ''}" for worst in seen)
    values, *partials = (worst.count for worst in seen)
    assert min(values, sum(partials)) > POINTS / 10, "too few points were inside"
    assert not any(worst.bad or worst.median > MAX_MEDIAN for worst in seen), "\n" + "\n".join(map(str, seen))


def ulps_of_a_sum(op, point, got, exact):
    """|got - exact| in ulps of the sum of the |terms|."""
    if math.isinf(got) or abs(exact) > oracle.LARGEST:
        return ulps(got, exact)
    n = len(point) // 2
    terms = {
        "sum": lambda: map(mp.mpf, point),
        "dot": lambda: [*(mp.mpf(w) * x for w, x in zip(point[:n], point[n : 2 * n], strict=True)), mp.mpf(point[-1])],
        "logsumexp": lambda: [mp.mpf(max(point)), exact - max(point)],
        "logaddexp": lambda: [mp.mpf(max(point)), exact - max(point)],
    }
    return abs(mp.mpf(got) - exact) / oracle.spacing(mp.fsum(map(abs, terms[op.name]())))


def gamma_order(op, point, more=0):
    """The order of an op of GAMMAS as a derivative of digamma, plus `more` for its partials; and the point."""
    return (-1 if op.name == "lgamma" else 0 if op.name == "digamma" else int(point[0])) + more, point[-1]


def ulps_of_a_gamma(n, x, got, exact):
    """|got - exact| in ulps of |exact| or, if larger, of the nearest pole's term: there are zeros between the poles."""
    if math.isinf(got) or abs(exact) > oracle.LARGEST or (x > 0.0 and n != 0):
        return ulps(got, exact)
    apart = abs(mp.mpf(x) - min(mp.nint(x), 0))
    term = abs(mp.log(apart)) if n == -1 else mp.factorial(n) / apart ** (n + 1)
    return abs(mp.mpf(got) - exact) / oracle.spacing(max(abs(exact), term))


@pytest.mark.parametrize("op", [op for op in OPS if op.kernel], ids=lambda op: op.name)
def test_a_kernel_gives_bit_for_bit_what_the_rules_of_its_row_give(op):
    for point in [*points(op), *points(op, end=True), *(close_together(op, POINTS) if op.name in SHIFTED else [])]:
        node = recorded(op, point)
        partials = take_partials(op, node.data, point, [type(arg) is Value for arg in node.args])
        assert (repr(node.data), repr([*node.partials])) == (repr(op(*point)), repr(partials)), point


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_every_second_and_third_partial_of_every_row_keeps_its_digits(op, table):
    """Only in the middle of the float range: elsewhere intermediate numbers such as 1/x³ leave it."""
    worst = {order: Worst(f"∂{order}{op.name}", most=most) for order, most in MAX_OF_ORDER.items()}
    for point, value, firsts in stratum_of(op, POINTS // (1, 2, 8)[(op.arity or 3) - 1]):
        if not all(1e-50 < abs(x) < 1e50 or x == 0 for x in (*point, value, *firsts)) or (op.kinks and op.kinks(*point) == 0):
            continue
        exact = {order: exact_partials(op, point, order) for order in worst}
        for index, got in partials_of(op, point, *worst).items():
            right = entry(exact[len(index)], index)
            if right == 0 or 1e-250 < abs(right) < 1e250:
                error = ulps(got, right)
                if error > MAX_ERROR:
                    error = at_its_size(op, point, index, got, right)
                worst[len(index)].see(point, got, right, error)
    table.extend(map(str, worst.values()))
    assert min(seen.count for seen in worst.values()) > POINTS / 10, "too few points were inside"
    assert not any(seen.bad for seen in worst.values()), "\n" + "\n".join(map(str, worst.values()))


def stratum_of(op, count):
    for point in [*points(op, count=count), *(close_together(op, count) if op.name in SHIFTED else [])]:
        yield point, oracle.value(op.name, *point), oracle.partials(op.name, *point)


def close_together(op, count):
    """Numbers close enough together that softmax gives more than 0 and 1."""
    rng = random.Random(op.name)
    return [tuple(rng.uniform(-40.0, 40.0) for _ in range(rng.randint(1, 4))) for _ in range(count)]


def partials_of(op, point, *orders):
    """All partials of the given orders, as gradients of gradients, by argument positions."""
    args = leaves_of(op, point)
    leaves = [arg for arg in args if type(arg) is Value]
    first = len(args) - len(leaves)  # the order of polygamma is a constant, and comes first
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        last = {(): op(*args)}
        found = {}
        for order in range(1, max(orders) + 1):
            last = {
                (*index, first + i): partial
                for index, node in last.items()
                for i, partial in enumerate(gradients(node, leaves, create_graph=True))
            }
            if order in orders:
                found |= {index: partial.data for index, partial in last.items()}
    return found


def exact_partials(op, point, order):
    return (oracle.partials, oracle.second_partials, oracle.third_partials)[order - 1](op.name, *point)


def entry(tensor, index):
    for i in index:
        tensor = tensor[i]
    return tensor


def at_its_size(op, point, index, got, exact):
    """The error in ulps of `exact` or, near a root of this partial, of its size when an argument changes by an eighth.

    At a root all digits cancel, starting with those of the arguments.
    """
    size = abs(exact)
    for i, x in enumerate(point):
        for factor in (0.875, 1.125):
            moved = (*point[:i], x * factor, *point[i + 1 :])
            if all(inside(y, domain) for y, domain in zip(moved, op.domain or [REAL] * len(point), strict=False)):
                other = entry(exact_partials(op, moved, len(index)), index)
                if other * exact <= 0:
                    size = max(size, abs(other))
    return abs(got - exact) / oracle.spacing(size)


# -- the oracle itself -------------------------------------------------------------------------------

PLACES = {"acosh": (1.5,), "where": (1.0, 0.4, 0.7), "pow": (0.4, -1.3), "sum": (0.3, 0.4), "prod": (0.3, 0.4, -0.7, 1.1)}
PLACES |= {"polygamma": (1.0, 0.7), "dot": (0.3, 0.4, -0.7, 1.1, 0.2), "logsumexp": (0.3, -0.4, 0.9)}
PLACES |= {"norm": (0.3, -0.4, 0.9)}
PLACES |= {"softmax": (0.3, -0.4, 0.9), "log_softmax": (0.3, -0.4, 0.9), "leg": (1.3, -0.7)}


@pytest.mark.parametrize("name", sorted(oracle.RULES))
def test_the_formulas_of_the_oracle_are_the_derivatives_of_its_values(name):
    rule = oracle.RULES[name]
    op = TABLE[name]
    place = [mp.mpf(x) for x in PLACES.get(name, (0.3, 0.7)[: op.arity])]
    for i in range(name == "polygamma", len(place)):
        order = [int(i == k) for k in range(len(place))]
        assert mp.almosteq(mp.diff(rule.value, place, order), rule.firsts(*place)[i], 1e-25, 1e-25)
        for j in range(name == "polygamma", len(place)):
            step = [int(j == k) for k in range(len(place))]
            slope = mp.diff(lambda *xs, i=i: rule.firsts(*xs)[i], place, step)
            assert mp.almosteq(slope, rule.seconds(*place)[i][j], 1e-25, 1e-25)
            for k in range(name == "polygamma", len(place)):
                slope = mp.diff(lambda *xs, i=i, k=k: rule.seconds(*xs)[i][k], place, step)
                assert mp.almosteq(slope, rule.thirds(*place)[i][j][k], 1e-25, 1e-25)


def test_the_oracle_has_every_row_and_no_other():
    assert sorted(oracle.RULES) == [op.name for op in OPS]


# -- help and notebooks ------------------------------------------------------------------------------


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_the_example_in_every_docstring_runs(op):
    example = doctest.DocTestParser().get_doctest(op.__doc__, dict(TABLE), op.name, None, None)
    assert example.examples
    assert not doctest.DocTestRunner(verbose=False).run(example).failed


@pytest.mark.parametrize(
    ("name", "signature"),
    [("tanh", "(x, /)"), ("atan2", "(y, x, /)"), ("where", "(condition, x, y, /)"), ("polygamma", "(n, x, /)"), ("sum", "(*xs)")],
)
def test_inspect_and_help_show_the_real_parameters_of_an_op(name, signature):
    told = inspect.signature(TABLE[name])
    assert str(told).replace(": 'float | Value'", "") == f"{signature} -> 'float | Value'"
    title = f"<op {name}{signature}>".replace(", /", "")
    assert pydoc.render_doc(TABLE[name], renderer=pydoc.plaintext).splitlines()[2] == f"{name} = {title}"


def test_editors_are_told_the_same_parameters():
    tree = ast.parse(inspect.getsource(ops))
    classes = [node for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(Op)))) if isinstance(node, ast.ClassDef)]
    calls = {node.name: node.body[0].args for node in classes if [base.id for base in node.bases] == ["Op"]}
    told = {
        node.target.id: calls[node.annotation.id]
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and node.target.id in TABLE
    }
    names = {name: tuple(arg.arg for arg in args.posonlyargs[1:]) or (f"*{args.vararg.arg}",) for name, args in told.items()}
    assert names == {op.name: op.parameters for op in OPS}


def test_the_parameters_of_an_op_of_the_users_own_are_those_of_its_partials_or_its_function():
    def area(width, height):
        return width * height

    with_partials = Op("area", operator.mul, lambda z, w, h: h, lambda z, w, h: w)
    with_function = Op("area", area, lambda *args: args[2], lambda *args: args[1])
    with_neither = Op("area", operator.mul, lambda *args: args[2], lambda *args: args[1])
    assert with_partials.parameters == ("w", "h")
    assert with_function.parameters == ("width", "height")
    assert with_neither.parameters == ("x1", "x2")
    assert inspect.signature(Op).parameters["forward"]  # the class keeps its own signature


def test_an_op_has_few_enough_attributes_to_be_read_fast():
    assert all(len(vars(op)) < 30 for op in OPS)  # from 30 on, CPython's instance dicts don't share their keys
