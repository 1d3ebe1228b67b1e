"""Unusual inputs: their values, warnings and gradients."""

import copy
import inspect
import math
import operator
import pickle
import re
import warnings
from collections import Counter, OrderedDict
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import AnomalyError, StaleGraphError, Value, anomaly, gradients, jvp, ops
from autograd.extend import draw
from autograd.op import TABLE, Op
from autograd.testing import gradcheck
from tests.support import oracle

INF, NAN = math.inf, math.nan
HERE = __file__
NUMBERS = st.floats(-1e6, 1e6)


def same(got, expected):
    """True for the same float: NaN is the same as NaN, and -0.0 is not the same as 0.0."""
    return repr(got) == repr(expected)


def alike(got, expected):
    return got == expected or (math.isnan(got) and math.isnan(expected))


# -- the page -----------------------------------------------------------------------------------------

PAGE = (Path(__file__).parent.parent / "docs" / "semantics.md").read_text(encoding="utf-8")
NAMES = {name: getattr(module, name) for module in (nn, autograd) for name in module.__all__}
NAMES |= {
    "inf": INF,
    "nan": NAN,
    "np": np,
    "math": math,
    "copy": copy,
    "pickle": pickle,
    "gradcheck": gradcheck,
    "Decimal": Decimal,
    "Fraction": Fraction,
    "OrderedDict": OrderedDict,
    "SGD": nn.optim.SGD,
    "Random": Random,
    "draw": draw,
}


def rows(header):
    """The rows of all tables of the page with this header, as lists of cells."""
    found = []
    inside = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line[1:-1].split("|")] if line.startswith("|") else []
        inside = bool(cells) and (inside or line == header)
        if inside and line != header and not line.startswith("|---"):
            found.append(cells)
    return found


def code(cell):
    return cell.partition("`")[2].partition("`")[0]


def numbers(cell):
    return [float(eval(part, {"inf": INF, "nan": NAN})) for part in code(cell).split(",")]


def as_written(got, cell):
    """True if these are the cell's numbers, up to the signs of zeros and, for numbers of four digits, rounding."""
    return all(same_digits(*pair) for pair in zip(got, code(cell).split(","), strict=True))


def same_digits(got, written):
    expected = float(written)
    four = re.fullmatch(r"\s*-?(\d\.\d{3}|0\.\d{4})(e-?\d+)?\s*", written)
    return (
        alike(got, expected)
        or bool(four and math.isclose(got, expected, rel_tol=1e-3))
        or math.isclose(got, expected, rel_tol=1e-15)
    )


NUMBER_ROWS = {f"{code(row[0])} at {code(row[1])}": row for row in rows("| input | at | value | gradient | second derivatives |")}


@pytest.mark.parametrize("row", NUMBER_ROWS.values(), ids=NUMBER_ROWS)
def test_the_page_says_which_value_and_derivatives_an_input_gets(row):
    text, at, value, gradient, seconds = row
    leaves = [Value(x) for x in numbers(at)]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        y = eval(code(text), NAMES | dict(zip("xyz", leaves, strict=False)))
    assert bool(told) == ("warns" in value)
    assert {warning.category for warning in told} <= {RuntimeWarning}
    assert as_written([y.data], value)
    assert y.data != 0.0 or same(y.data, float(code(value)))
    assert as_written(gradients(y, leaves), gradient)
    firsts = gradients(y, leaves, create_graph=True)
    assert as_written([first.data for first in firsts], gradient)
    if seconds:
        assert as_written([x for first in firsts for x in gradients(first, leaves)], seconds)


REFUSAL_ROWS = {code(row[0]): row for row in rows("| input | error | it says |")}


@pytest.mark.parametrize("row", REFUSAL_ROWS.values(), ids=REFUSAL_ROWS)
def test_the_page_says_what_is_refused_and_in_which_words(row):
    text, error, words = row
    with pytest.raises(Exception, match=re.escape(words)) as refusal:
        exec(code(text), dict(NAMES))
    assert type(refusal.value).__name__ == code(error)


HOLDING_ROWS = {code(row[0]): row for row in rows("| expression | is |")}


@pytest.mark.parametrize("row", HOLDING_ROWS.values(), ids=HOLDING_ROWS)
def test_the_page_says_what_holds(row):
    expression, result = (eval(code(cell), dict(NAMES)) for cell in row)
    assert type(expression) is type(result)
    assert expression == result


HAPPENING_ROWS = {f"{code(row[0])}: {code(row[1])}": row for row in rows("| after | expression | is |")}


@pytest.mark.parametrize("row", HAPPENING_ROWS.values(), ids=HAPPENING_ROWS)
def test_the_page_says_what_happens_to_a_graph(row):
    after, expression, result = map(code, row)
    names = dict(NAMES)
    exec(after, names)
    assert repr(eval(expression, names)) == repr(eval(result))


FILE_ROWS = {code(row[1]): row for row in rows("| file | holds | it says |")}


@pytest.mark.parametrize("row", FILE_ROWS.values(), ids=FILE_ROWS)
def test_the_page_says_which_model_files_are_refused(row, tmp_path):
    file, holds, words = row
    model = nn.MLP(1, [1], seed=0)
    before = model.state_dict()
    nn.save(model, tmp_path / "saved.json")
    text = (tmp_path / "saved.json").read_text()
    path = tmp_path / code(file)
    path.write_text(eval(code(holds), {"text": text}))
    with pytest.raises(nn.ModelFileError, match=re.escape(f"{path}: ") + ".*" + re.escape(words)):
        nn.load(model, path)
    assert model.state_dict() == before


def test_the_page_is_read_whole():
    tables = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(tables) == sum(map(len, (NUMBER_ROWS, REFUSAL_ROWS, HOLDING_ROWS, HAPPENING_ROWS, FILE_ROWS)))


# -- single operations -------------------------------------------------------------------------------


class Case(NamedTuple):
    """An operation at a point, its value, its gradient, and the operation named in the warning (empty without one)."""

    f: object
    args: tuple
    value: float
    gradient: tuple
    told: str = ""


def op_case(name, args, value, gradient, told=False):
    return Case(getattr(ops, name), args, value, gradient, f"{name}({', '.join(map(repr, args))})" if told else "")


def power_of(p):
    """x**p with a constant p, which gets no partial."""
    return lambda x: x**p


HUGE = 1.7e308

CASES = {
    # overflow is an infinity
    "exp(710)": op_case("exp", (710.0,), INF, (INF,), told=True),
    "expm1(710)": op_case("expm1", (710.0,), INF, (INF,), told=True),
    "sinh(-711)": op_case("sinh", (-711.0,), -INF, (INF,), told=True),
    "cosh(-711)": op_case("cosh", (-711.0,), INF, (-INF,), told=True),
    "10 ** 400 with a constant": Case(power_of(400.0), (10.0,), INF, (INF,), "pow(10.0, 400.0)"),
    "constant ** 400": Case(lambda y: 10.0**y, (400.0,), INF, (INF,), "pow(10.0, 400.0)"),
    "10 ** 400": op_case("pow", (10.0, 400.0), INF, (INF, INF), told=True),
    "-10 ** 401": Case(power_of(401.0), (-10.0,), -INF, (INF,), "pow(-10.0, 401.0)"),
    "-10 ** 400": Case(power_of(400.0), (-10.0,), INF, (-INF,), "pow(-10.0, 400.0)"),
    "huge + huge": op_case("add", (HUGE, HUGE), INF, (1.0, 1.0), told=True),
    "-huge - huge": op_case("sub", (-HUGE, HUGE), -INF, (1.0, -1.0), told=True),
    "huge * -10": op_case("mul", (HUGE, -10.0), -INF, (-10.0, HUGE), told=True),
    "huge / 0.1": op_case("div", (HUGE, 0.1), INF, (10.0, -INF), told=True),
    "sum of huge": op_case("sum", (HUGE, HUGE, 1.0), INF, (1.0, 1.0, 1.0), told=True),
    "prod of huge": op_case("prod", (HUGE, 10.0), INF, (10.0, HUGE), told=True),
    "dot of huge": op_case("dot", (HUGE, 10.0, 1.0), INF, (10.0, HUGE, 1.0), told=True),
    "exp(inf) tells nothing": op_case("exp", (INF,), INF, (INF,)),
    "exp(-inf)": op_case("exp", (-INF,), 0.0, (0.0,)),
    # division by zero
    "1 / 0": op_case("div", (1.0, 0.0), INF, (INF, -INF), told=True),
    "1 / -0": op_case("div", (1.0, -0.0), -INF, (-INF, -INF), told=True),
    "-1 / 0": op_case("div", (-1.0, 0.0), -INF, (INF, INF), told=True),
    "0 / 0": op_case("div", (0.0, 0.0), NAN, (INF, NAN), told=True),
    "inf / 0 tells nothing": op_case("div", (INF, 0.0), INF, (INF, -INF)),
    # logarithms and roots at and beyond the edge
    "log(0)": op_case("log", (0.0,), -INF, (INF,), told=True),
    "log(-1)": op_case("log", (-1.0,), NAN, (NAN,), told=True),
    "log2(0)": op_case("log2", (0.0,), -INF, (INF,), told=True),
    "log2(-1)": op_case("log2", (-1.0,), NAN, (NAN,), told=True),
    "log10(0)": op_case("log10", (0.0,), -INF, (INF,), told=True),
    "log10(-1)": op_case("log10", (-1.0,), NAN, (NAN,), told=True),
    "log1p(-1)": op_case("log1p", (-1.0,), -INF, (INF,), told=True),
    "log1p(-2)": op_case("log1p", (-2.0,), NAN, (NAN,), told=True),
    "log(inf)": op_case("log", (INF,), INF, (0.0,)),
    "sqrt(0)": op_case("sqrt", (0.0,), 0.0, (INF,)),
    "sqrt(-1)": op_case("sqrt", (-1.0,), NAN, (NAN,), told=True),
    "cbrt(0)": op_case("cbrt", (0.0,), 0.0, (INF,)),
    "cbrt(-8)": op_case("cbrt", (-8.0,), -2.0, (1 / 12,)),
    # powers
    "0 ** 3 with a constant": Case(power_of(3.0), (0.0,), 0.0, (0.0,)),
    "-0 ** 3 with a constant": Case(power_of(3.0), (-0.0,), -0.0, (0.0,)),
    "0 ** 1.5 with a constant": Case(power_of(1.5), (0.0,), 0.0, (0.0,)),
    "0 ** 1 with a constant": Case(power_of(1.0), (0.0,), 0.0, (1.0,)),
    "0 ** 0 with a constant": Case(power_of(0.0), (0.0,), 1.0, (0.0,)),
    "0 ** 0.5 with a constant": Case(power_of(0.5), (0.0,), 0.0, (INF,)),
    "0 ** 0.25 with a constant": Case(power_of(0.25), (0.0,), 0.0, (INF,)),
    "0 ** -1 with a constant": Case(power_of(-1.0), (0.0,), INF, (-INF,), "pow(0.0, -1.0)"),
    "0 ** -0.5 with a constant": Case(power_of(-0.5), (0.0,), INF, (-INF,), "pow(0.0, -0.5)"),
    "0 ** 3": op_case("pow", (0.0, 3.0), 0.0, (0.0, 0.0)),
    "0 ** 1": op_case("pow", (0.0, 1.0), 0.0, (1.0, 0.0)),
    "0 ** 0.5": op_case("pow", (0.0, 0.5), 0.0, (INF, 0.0)),
    "0 ** 0.25": op_case("pow", (0.0, 0.25), 0.0, (INF, 0.0)),
    "0 ** 0": op_case("pow", (0.0, 0.0), 1.0, (0.0, 0.0)),
    "0 ** -2": op_case("pow", (0.0, -2.0), INF, (-INF, -INF), told=True),
    "-8 ** third with a constant": Case(power_of(1 / 3), (-8.0,), NAN, (NAN,), f"pow(-8.0, {1 / 3!r})"),
    "-8 ** -1.5 with a constant": Case(power_of(-1.5), (-8.0,), NAN, (NAN,), "pow(-8.0, -1.5)"),
    "-8 ** third": op_case("pow", (-8.0, 1 / 3), NAN, (NAN, NAN), told=True),
    "-2 ** 3 with a constant": Case(power_of(3.0), (-2.0,), -8.0, (12.0,)),
    "-2 ** 3": op_case("pow", (-2.0, 3.0), -8.0, (12.0, NAN)),
    "-2 ** -1": op_case("pow", (-2.0, -1.0), -0.5, (-0.25, NAN)),
    "-2 ** 0": op_case("pow", (-2.0, 0.0), 1.0, (0.0, NAN)),
    # kinks
    "relu(0)": op_case("relu", (0.0,), 0.0, (0.0,)),
    "relu(-0)": op_case("relu", (-0.0,), 0.0, (0.0,)),
    "relu(nan)": op_case("relu", (NAN,), NAN, (NAN,)),
    "abs(0)": op_case("abs", (0.0,), 0.0, (0.0,)),
    "abs(-0)": op_case("abs", (-0.0,), 0.0, (0.0,)),
    "sign(0)": op_case("sign", (0.0,), 0.0, (0.0,)),
    "sign(-0)": op_case("sign", (-0.0,), 0.0, (0.0,)),
    "step(0)": op_case("step", (0.0,), 0.0, (0.0,)),
    "sign(-3)": op_case("sign", (-3.0,), -1.0, (0.0,)),
    "step(3)": op_case("step", (3.0,), 1.0, (0.0,)),
    "maximum at a tie": op_case("maximum", (2.0, 2.0), 2.0, (0.5, 0.5)),
    "minimum at a tie": op_case("minimum", (2.0, 2.0), 2.0, (0.5, 0.5)),
    "maximum(a, a)": Case(lambda a: ops.maximum(a, a), (2.0,), 2.0, (1.0,)),
    "minimum(a, a)": Case(lambda a: ops.minimum(a, a), (2.0,), 2.0, (1.0,)),
    "maximum(nan, 1)": op_case("maximum", (NAN, 1.0), NAN, (NAN, NAN)),
    "maximum(1, nan)": op_case("maximum", (1.0, NAN), NAN, (NAN, NAN)),
    "minimum(nan, 1)": op_case("minimum", (NAN, 1.0), NAN, (NAN, NAN)),
    "minimum(1, nan)": op_case("minimum", (1.0, NAN), NAN, (NAN, NAN)),
    "hypot(0, 0)": op_case("hypot", (0.0, 0.0), 0.0, (0.0, 0.0)),
    "norm at 0": Case(lambda x, y, z: autograd.norm([x, y, z]), (0.0, 0.0, 0.0), 0.0, (0.0, 0.0, 0.0)),
    # saturation
    "softplus(800)": op_case("softplus", (800.0,), 800.0, (1.0,)),
    "softplus(-800)": op_case("softplus", (-800.0,), 0.0, (0.0,)),
    "sigmoid(-800)": op_case("sigmoid", (-800.0,), 0.0, (0.0,)),
    "sigmoid(800)": op_case("sigmoid", (800.0,), 1.0, (0.0,)),
    "logsumexp of all -inf": op_case("logsumexp", (-INF, -INF), -INF, (0.0, 0.0)),
    "logsumexp with a -inf": op_case("logsumexp", (-INF, 3.0), 3.0, (0.0, 1.0)),
    "logsumexp far apart": op_case("logsumexp", (1e300, -1e300), 1e300, (1.0, 0.0)),
    # the ends of asin, acos, atanh, acosh
    "asin(1)": op_case("asin", (1.0,), math.pi / 2, (INF,)),
    "asin(-1)": op_case("asin", (-1.0,), -math.pi / 2, (INF,)),
    "asin(2)": op_case("asin", (2.0,), NAN, (NAN,), told=True),
    "acos(1)": op_case("acos", (1.0,), 0.0, (-INF,)),
    "acos(-1)": op_case("acos", (-1.0,), math.pi, (-INF,)),
    "acos(-2)": op_case("acos", (-2.0,), NAN, (NAN,), told=True),
    "atanh(1)": op_case("atanh", (1.0,), INF, (INF,), told=True),
    "atanh(-1)": op_case("atanh", (-1.0,), -INF, (INF,), told=True),
    "atanh(2)": op_case("atanh", (2.0,), NAN, (NAN,), told=True),
    "acosh(1)": op_case("acosh", (1.0,), 0.0, (INF,)),
    "acosh(0)": op_case("acosh", (0.0,), NAN, (NAN,), told=True),
}
PLAIN = {name: case for name, case in CASES.items() if isinstance(case.f, Op)}
TOLD = {name: case for name, case in CASES.items() if case.told}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
every_told_case = pytest.mark.parametrize("case", TOLD.values(), ids=TOLD)


def run(case):
    """The leaves and the result; checks that exactly the expected warning is issued."""
    leaves = [Value(x) for x in case.args]
    if not case.told:
        return leaves, case.f(*leaves)
    with pytest.warns(RuntimeWarning, match=re.escape(f"{case.told} is {case.value!r}")) as told:
        y = case.f(*leaves)
    assert [(record.filename, len(told)) for record in told] == [(HERE, 1)]
    return leaves, y


@every_case
def test_an_unusual_input_gets_its_value_and_its_warning(case):
    _, y = run(case)
    assert same(y.data, case.value)


@pytest.mark.parametrize("case", PLAIN.values(), ids=PLAIN)
def test_an_operation_on_plain_numbers_gives_the_same_value_silently(case):
    assert same(case.f(*case.args), case.value)


@every_case
def test_an_unusual_input_gets_its_gradient(case):
    leaves, y = run(case)
    y.backward()
    assert all(map(alike, [leaf.grad for leaf in leaves], case.gradient)), [leaf.grad for leaf in leaves]


@every_case
def test_an_unusual_input_gets_the_same_gradient_from_gradients_and_as_a_graph(case):
    leaves, y = run(case)
    plain = gradients(y, leaves)
    graph = [g.data for g in gradients(y, leaves, create_graph=True)]
    assert all(map(alike, plain, case.gradient)), plain
    assert all(map(alike, graph, case.gradient)), graph


@every_told_case
def test_anomaly_raises_in_place_of_the_warning(case):
    leaves = [Value(x) for x in case.args]
    with anomaly(), pytest.raises(AnomalyError, match=re.escape(f"{case.told} is {case.value!r}")) as told:
        case.f(*leaves)
    assert "test_semantics.py:" in str(told.value)


def test_anomaly_names_the_line_that_recorded_the_operation():
    x = Value(0.0)
    line = inspect.currentframe().f_lineno + 2
    with anomaly(), pytest.raises(AnomalyError) as told:
        x.log()
    assert str(told.value) == f"log(0.0) is -inf at {HERE}:{line}"


def test_anomaly_names_operation_operands_adjoint_and_line_in_a_backward_sweep():
    with anomaly():
        line = inspect.currentframe().f_lineno + 1
        root = autograd.sqrt(Value(0.0))
        y = root * 3.0
        with pytest.raises(AnomalyError) as told:
            y.backward()
    message = str(told.value)
    assert "sqrt(0.0)" in message
    assert "adjoint 3.0" in message
    assert "inf" in message
    assert f"{HERE}:{line}" in message


def test_the_warning_names_the_line_that_recorded_the_operation():
    x = Value(0.0)
    line = inspect.currentframe().f_lineno + 1
    sites = [lambda: x.log(), lambda: ops.log(x), lambda: 1.0 / x, lambda: autograd.reciprocal(x)]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for site in sites:
            site()
    assert [(record.filename, record.lineno) for record in told] == [(HERE, line)] * len(sites)


def test_the_warning_names_the_line_that_called_a_function_of_numpys():
    xs = np.array([Value(1e200), Value(1.0)])
    line = inspect.currentframe().f_lineno + 3
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        np.linalg.norm(xs)
    ours = [record for record in told if str(record.message).endswith(" is inf")]  # NumPy may warn of an overflow, too
    assert {(record.filename, record.lineno) for record in ours} == {(HERE, line)}


def test_the_warning_comes_once_for_a_call_site():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for _ in range(3):
            Value(0.0).log()
    assert [str(record.message) for record in told] == ["log(0.0) is -inf"]


def test_the_warning_comes_once_for_a_call_site_whatever_the_operands_were():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for x in (-1.0, -2.0, 0.0, -3.0):
            Value(x).log() + Value(x + 800.0).exp()
        assert [str(record.message) for record in told] == ["log(-1.0) is nan", "exp(799.0) is inf"]
        warnings.simplefilter("always")
        for x in (-4.0, -5.0):
            Value(x).log()
    assert [str(record.message) for record in told[2:]] == ["log(-4.0) is nan", "log(-5.0) is nan"]


def test_a_filter_that_comes_later_is_obeyed_at_a_call_site_that_has_warned():
    def log(x):
        return Value(x).log()

    with warnings.catch_warnings(record=True):
        warnings.simplefilter("default")
        log(-1.0)
        log(-2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match=r"log\(-3.0\) is nan"):
            log(-3.0)


@pytest.mark.parametrize("x", [NAN, INF, -INF])
def test_a_nan_or_infinity_that_is_passed_on_is_not_told(x):
    v = Value(x)
    for y in (v + 1.0, v * 2.0, v - v, v * 0.0, v.sin(), ops.sum(v, v), ops.dot(v, v, v), v.tanh()):
        assert isinstance(y, Value)


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_a_nan_of_an_infinite_angle_is_nan_in_value_and_gradient(name):
    x = Value(INF)
    y = TABLE[name](x)
    y.backward()
    assert math.isnan(y.data)
    assert math.isnan(x.grad)


UNARY = sorted(name for name, row in TABLE.items() if name in ops.BUILT_IN and row.arity == 1)
FLAT = {"sign", "step", "floor", "ceil", "round"}  # their partial is 0 everywhere
LINEAR = {"pos", "neg"}


@pytest.mark.parametrize("name", UNARY)
def test_nan_gives_nan_in_value_and_gradient(name):
    x = Value(NAN)
    y = TABLE[name](x)
    y.backward()
    assert math.isnan(y.data)
    assert name in FLAT | LINEAR or math.isnan(x.grad)


# Some derivative of these is constant, even at NaN; comparisons and roundings have a partial of 0 everywhere.
POLYNOMIALS = {"pos", "neg", "add", "sub", "sum", "mul", "dot", "prod", "div"}
COMPARISONS = {
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "where",
    "floor",
    "ceil",
    "round",
    "copysign",
}
OUTSIDE = {
    "log": (-1.5,), "log2": (-1.5,), "log10": (-1.5,), "log1p": (-2.5,), "sqrt": (-2.0,), "asin": (1.5,), "acos": (-1.5,),
    "acosh": (0.5,), "atanh": (1.5,), "leg": (1.0, 2.0), "pow": (-2.0, 0.5), "direction": (2.5, -1.0),
    "erfinv": (1.5,), "log1mexp": (-0.5,),
}  # fmt: skip


def places_that_are_nan():
    for row in (TABLE[name] for name in sorted(ops.BUILT_IN)):
        count = row.arity or 3
        if row.name not in COMPARISONS:
            ones = (2.0,) * count if row.name == "leg" else (0.5,) * count
            yield from (pytest.param(row, (*ones[:i], NAN, *ones[i + 1 :]), id=f"{row.name} {i}") for i in range(count))
        if row.name in OUTSIDE:
            yield pytest.param(row, OUTSIDE[row.name], id=f"{row.name} outside")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("row", "at"), list(places_that_are_nan()))
def test_outside_the_domain_and_at_nan_every_partial_of_every_order_is_nan(row, at):
    leaves = [Value(x) for x in at]
    y = row(*leaves)
    assert math.isnan(y.data)
    nodes = [] if row.name in POLYNOMIALS else [y]
    for order in (1, 2, 3):
        nodes = [partial for node in nodes for partial in gradients(node, leaves, create_graph=True)]
        assert all(math.isnan(node.data) for node in nodes), (order, [node.data for node in nodes])


@pytest.mark.parametrize(("base", "exponent"), [(1.0, NAN), (NAN, 0.0), (1.0, INF), (-1.0, INF), (-1.0, -INF)])
def test_a_power_that_c99_says_is_one_is_one(base, exponent):
    assert (Value(base) ** exponent).data == 1.0
    assert (Value(base) ** Value(exponent)).data == 1.0


def test_a_constant_exponent_never_asks_for_the_logarithm_of_the_base():
    x = Value(-2.0)
    y = x**3
    assert y.partials == (12.0, None)


@pytest.mark.parametrize("n", [-5.0, -2.0, 1.0, 2.0, 3.0, 7.0, 12.0])
@pytest.mark.parametrize("x", [-3.0, -1.1, -0.01, -1e10])
def test_a_negative_base_has_the_exact_partial_at_an_integer_exponent(x, n):
    constant = (Value(x) ** n).partials[0]
    both = (Value(x) ** Value(n)).partials
    exact = oracle.partials("pow", x, n)[0]
    assert oracle.ulps(constant, exact) <= 4
    assert same(both[0], constant)
    assert math.isnan(both[1])


@pytest.mark.parametrize(
    ("name", "x", "value", "gradient"),
    [
        ("tanh", 20.0, 1.0, 1.699e-17),
        ("sigmoid", 40.0, 1.0, 4.248e-18),
        ("erf", 8.0, 1.0, 1.810e-28),
        ("softplus", -40.0, 4.248e-18, 4.248e-18),
    ],
)
def test_tails_are_exact_and_not_one_minus_one(name, x, value, gradient):
    y = TABLE[name](Value(x))
    assert float(f"{y.data:.4g}") == value
    assert float(f"{y.partials[0]:.4g}") == gradient
    assert oracle.ulps(y.partials[0], oracle.partials(name, x)[0]) <= 4


@pytest.mark.parametrize("name", ["asin", "acos", "atanh"])
@pytest.mark.parametrize("x", [sign * (1.0 - k * 2.0**-53) for sign in (1.0, -1.0) for k in (1, 2, 3, 1000)])
def test_next_to_one_the_partial_is_computed_as_a_product_and_not_as_one_minus_the_square(name, x):
    y = TABLE[name](Value(x))
    assert oracle.ulps(y.data, oracle.value(name, x)) <= 4
    assert oracle.ulps(y.partials[0], oracle.partials(name, x)[0]) <= 4


# -- where, and 0 times infinity ---------------------------------------------------------------------

UNTAKEN = {
    "an infinite partial": (lambda x: ops.where(ops.greater(x, 0.0), ops.sqrt(x), 5.0 * x), 0.0, 5.0, 0.0),
    "a NaN": (lambda x: ops.where(ops.greater(x, 0.0), x.log(), x * x), -3.0, -6.0, 2.0),
    "a NaN at 0/0": (lambda x: ops.where(ops.equal(x, 0.0), 1.0 + x, ops.sin(x) / x), 0.0, 1.0, 0.0),
    "an overflow": (lambda x: ops.where(ops.less(x, 0.0), x.exp(), 3.0 * x * x), 800.0, 4800.0, 6.0),
    "a constant infinity": (lambda x: ops.where(ops.less(x, 1.0), x**3, INF * x), 0.5, 0.75, 3.0),
    "a NaN inside another": (
        lambda x: ops.where(ops.less(x, 0.0), x**3, ops.where(ops.greater(x, 1.0), x, ops.log(x))),
        -2.0,
        12.0,
        -12.0,
    ),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("f", "at", "first", "second"), UNTAKEN.values(), ids=UNTAKEN)
def test_a_branch_not_taken_gives_exactly_nothing(f, at, first, second):
    x = Value(at)
    y = f(x)
    y.backward()
    (graph,) = gradients(y, [x], create_graph=True)
    assert same(x.grad, first)
    assert same(gradients(y, x), first)
    assert same(jvp(f, (at,), (1.0,))[1], first)
    assert same(graph.data, first)
    assert same(gradients(graph, x), second)
    graph.backward()
    assert same(x.grad, first + second)
    assert same(autograd.grad(autograd.grad(f))(at), second)
    assert same(autograd.hvp(f, (at,), (1.0,)), second)
    assert same(jvp(autograd.grad(f), (at,), (1.0,))[1], second)


@pytest.mark.parametrize("condition", [1.0, 0.0])
def test_a_node_of_the_branch_not_taken_has_gradient_zero_even_if_it_had_another_before(condition):
    x = Value(2.0)
    taken, untaken = (x * 3.0, x * 5.0) if condition else (x * 5.0, x * 3.0)
    untaken.backward()
    branches = (taken, untaken) if condition else (untaken, taken)
    ops.where(condition, *branches).backward()
    assert (taken.grad, untaken.grad) == (1.0, 0.0)


def test_a_condition_gets_no_gradient():
    c, x = Value(1.0), Value(2.0)
    ops.where(c, x, INF).backward()
    assert (c.grad, x.grad) == (0.0, 1.0)


def test_a_nan_condition_is_not_zero_and_so_takes_the_first():
    assert ops.where(NAN, Value(2.0), 3.0).data == 2.0


def test_a_genuine_zero_times_infinity_in_a_sweep_is_nan():
    x = Value(0.0)
    y = 0.0 * x.sqrt()
    y.backward()
    assert y.data == 0.0
    assert math.isnan(x.grad)
    assert math.isnan(gradients(y, x))
    assert math.isnan(jvp(lambda x: 0.0 * x.sqrt(), (0.0,), (1.0,))[1])


def test_anomaly_names_a_genuine_zero_times_infinity():
    with anomaly():
        y = 0.0 * Value(0.0).sqrt()
        with pytest.raises(AnomalyError, match=r"sqrt\(0\.0\): adjoint 0\.0 times partial inf is nan"):
            y.backward()


def nothing_times_root(x):
    return 0.0 * x.sqrt()


SWEEPS = {
    "gradients": lambda x: gradients(nothing_times_root(x), x),
    "gradients as a graph": lambda x: gradients(nothing_times_root(x), x, create_graph=True),
    "grad": lambda x: autograd.grad(nothing_times_root)(x.data),
    "vjp": lambda x: autograd.vjp(nothing_times_root, x.data)[1](1.0),
    "jvp": lambda x: jvp(nothing_times_root, (x.data,), (1.0,)),
}


@pytest.mark.parametrize("sweep", SWEEPS.values(), ids=SWEEPS)
def test_anomaly_names_a_genuine_zero_times_infinity_in_every_other_sweep(sweep):
    with anomaly(), pytest.raises(AnomalyError, match="sqrt"):
        sweep(Value(0.0))


# -- numbers of other kinds --------------------------------------------------------------------------

KINDS = {
    "bool": (True, 1.0),
    "int": (3, 3.0),
    "Fraction": (Fraction(1, 3), 1 / 3),
    "numpy bool": (np.bool_(True), 1.0),
    "numpy int8": (np.int8(3), 3.0),
    "numpy uint64": (np.uint64(7), 7.0),
    "numpy float16": (np.float16(0.5), 0.5),
    "numpy float32": (np.float32(0.1), float(np.float32(0.1))),
    "numpy float64": (np.float64(0.1), 0.1),
    "numpy array of no dimensions": (np.array(2.5), 2.5),
}
every_kind = pytest.mark.parametrize(("number", "float_of_it"), KINDS.values(), ids=KINDS)
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
WITH_MOD = [*OPERATORS, operator.mod]  # of a str, % is formatting


@every_kind
def test_a_number_of_another_kind_becomes_a_float(number, float_of_it):
    v = Value(number)
    assert type(v.data) is float
    assert same(v.data, float_of_it)


@every_kind
@pytest.mark.parametrize("operate", WITH_MOD)
def test_a_number_of_another_kind_mixes_on_the_right(number, float_of_it, operate):
    v, w = Value(2.5), Value(2.5)
    y, expected = operate(v, number), operate(w, float_of_it)
    y.backward()
    expected.backward()
    assert type(y) is Value
    assert (y.data, v.grad, y.args) == (expected.data, w.grad, (v, float_of_it))
    assert all(type(x) is float for x in (y.data, v.grad, y.args[1]))


@every_kind
@pytest.mark.parametrize("operate", WITH_MOD)
def test_a_number_of_another_kind_mixes_on_the_left(number, float_of_it, operate):
    v, w = Value(2.5), Value(2.5)
    y, expected = operate(number, v), operate(float_of_it, w)
    y.backward()
    expected.backward()
    assert type(y) is Value
    assert (y.data, v.grad, y.args) == (expected.data, w.grad, (float_of_it, v))
    assert all(type(x) is float for x in (y.data, v.grad, y.args[0]))


@every_kind
def test_a_number_of_another_kind_is_read_by_functions_too(number, float_of_it):
    v = Value(2.0)
    assert same(ops.hypot(v, number).data, math.hypot(2.0, float_of_it))
    assert same(ops.exp(number), math.exp(float_of_it) if float_of_it < 700 else INF)
    assert (v < number) is (float_of_it > 2.0)
    assert (number == v) == (float_of_it == 2.0)


@pytest.mark.parametrize("operate", WITH_MOD)
def test_an_array_times_a_value_is_an_array_of_values(operate):
    v = Value(2.0)
    for y, x in zip(operate(np.array([1.0, 3.0]), v), (1.0, 3.0), strict=True):
        assert type(y) is Value
        assert y.data == operate(x, 2.0)
        assert (y.args[0], y.args[1]) == (x, v)
    for y, x in zip(operate(v, np.array([1.0, 3.0])), (1.0, 3.0), strict=True):
        assert type(y) is Value
        assert y.data == operate(2.0, x)
        assert (y.args[0], y.args[1]) == (v, x)


def test_an_array_times_a_value_has_the_gradient_of_its_elements():
    v = Value(2.0)
    first, second = np.array([1.0, 3.0]) * v
    (first + second).backward()
    assert v.grad == 4.0


def test_numpy_functions_record_the_operation():
    v = Value(0.5)
    y = np.exp(v) + np.arctan2(v, 2.0) + np.maximum(v, 0.25)
    y.backward()
    assert type(y) is Value
    assert v.grad == pytest.approx(math.exp(0.5) + 2.0 / 4.25 + 1.0, rel=1e-15, abs=0.0)


def test_a_numpy_function_without_a_counterpart_says_so():
    with pytest.raises(TypeError, match=r"np.isnan has no counterpart here: write math.isnan\(v.data\)"):
        np.isnan(Value(0.5))


REFUSED = {
    "complex": (1 + 2j, "real numbers"),
    "numpy complex": (np.complex128(1 + 2j), "pass .real"),
    "short numpy complex": (np.complex64(1 + 2j), "pass .real"),
    "numpy str": (np.str_("0.1"), r"convert it with float\(...\)"),
    "named tuple": (Case(abs, (0.0,), 0.0, (0.0,)), r"\[Value\(x\) for x in"),
    "Counter": (Counter("a"), r"Value\(x\) for"),
    "Decimal": (Decimal("0.1"), "float"),
    "str": ("0.1", "float"),
    "None": (None, "pass a number"),
    "list": ([1.0], r"\[Value\(x\) for x in"),
    "tuple": ((1.0,), r"\[Value\(x\) for x in"),
    "dict": ({"a": 1.0}, r"Value\(x\) for"),
    "array": (np.array([1.0, 2.0]), r"\[Value\(x\) for x in"),
    "Value": (Value(1.0), "detach"),
}


@pytest.mark.parametrize(("thing", "advice"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_real_number_is_refused_with_advice(thing, advice):
    with pytest.raises(TypeError, match=advice) as refusal:
        Value(thing)
    assert type(thing).__name__ in str(refusal.value)


MIXED = {name: REFUSED[name] for name in ("complex", "Decimal", "str", "None", "dict")}
MIXED |= {"list": ([1.0], r"for v in …\]|for x in …\]"), "tuple": ((1.0,), r"for v in …\]|for x in …\]")}


@pytest.mark.parametrize("operate", OPERATORS)
@pytest.mark.parametrize(("thing", "advice"), MIXED.values(), ids=MIXED)
def test_an_operand_that_is_no_real_number_is_refused_with_advice_on_either_side(thing, advice, operate):
    with pytest.raises(TypeError, match=advice):
        operate(Value(2.0), thing)
    with pytest.raises(TypeError, match=advice):
        operate(thing, Value(2.0))


@pytest.mark.parametrize(("thing", "advice"), MIXED.values(), ids=MIXED)
def test_a_function_refuses_what_is_no_real_number_with_advice(thing, advice):
    for f in (ops.exp, partial(ops.hypot, Value(1.0)), partial(ops.maximum, 1.0)):
        with pytest.raises(TypeError, match=advice):
            f(thing)


@pytest.mark.parametrize("thing", [1 + 2j, "0.1", None, [1.0]], ids=repr)
def test_data_and_grad_refuse_what_is_no_real_number(thing):
    v = Value(1.0)
    with pytest.raises(TypeError, match="expected a real number"):
        v.data = thing
    with pytest.raises(TypeError, match="expected a real number"):
        v.grad = thing
    assert (v.data, v.grad) == (1.0, 0.0)


@pytest.mark.parametrize("huge", [10**400, -(10**400), Fraction(10**400)], ids=["int", "negative int", "Fraction"])
def test_a_number_too_large_for_a_float_is_a_value_error_that_says_so(huge):
    for make in (Value, lambda x: Value(2.0) + x, lambda x: x * Value(2.0), ops.exp):
        with pytest.raises(ValueError, match=r"too large for a float.* 401 digits"):
            make(huge)


# -- Python's own functions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "convert", [float, math.exp, math.sqrt, lambda v: math.hypot(v, 1.0)], ids=["float", "math.exp", "math.sqrt", "math.hypot"]
)
def test_a_value_is_not_cut_into_a_float_silently(convert):
    with pytest.raises(TypeError) as refusal:
        convert(Value(2.0))
    assert all(advice in str(refusal.value) for advice in ("v.data", "v.item()", "autograd.exp(v)"))


def test_a_value_formats_as_its_number():
    v = Value(math.pi)
    assert f"{v:.3f}" == "3.142"
    assert f"{v:8.2e}" == "3.14e+00"
    assert f"{v}" == str(v) == "Value(data=3.141592653589793, grad=0.0)"


def test_a_value_rounds_to_a_plain_number():
    assert round(Value(2.567), 2) == 2.57
    assert round(Value(2.5)) == 2
    assert type(round(Value(2.5))) is int


def test_abs_records_the_absolute_value():
    v = Value(-2.0)
    y = abs(v)
    y.backward()
    assert (type(y), y.data, v.grad) == (Value, 2.0, -1.0)


def test_the_builtin_sum_adds_values():
    vs = [Value(1.0), Value(2.0), Value(3.0)]
    y = sum(vs)
    y.backward()
    assert y.data == 6.0
    assert [v.grad for v in vs] == [1.0, 1.0, 1.0]


def test_the_builtins_max_and_min_give_the_value_itself():
    a, b = Value(2.0), Value(3.0)
    assert max(a, b) is b
    assert min(a, b) is a
    assert sorted([b, a]) == [a, b]


def test_comparisons_compare_the_numbers():
    a, b, c = Value(2.0), Value(3.0), Value(2.0)
    assert a == c == 2
    assert a != b
    assert a < b <= 3
    assert 3 >= b > a
    assert Value(NAN) != Value(NAN)
    assert (a == "2") is False
    assert (a != None) is True  # noqa: E711


def test_hashing_is_by_identity():
    a, b = Value(2.0), Value(2.0)
    assert len({a, b}) == 2
    assert hash(a) != hash(b)


def test_a_value_is_true_unless_it_is_zero():
    assert Value(0.5)
    assert not Value(-0.0)


def test_an_augmented_assignment_rebinds_and_leaves_the_old_node_intact():
    x = Value(2.0)
    v = old = x * 3.0
    v += 1
    v *= 2
    assert (v.data, old.data, old.args) == (14.0, 6.0, (x, 3.0))
    old.backward()
    assert x.grad == 3.0
    v.backward()
    assert x.grad == 3.0 + 6.0


# -- leaves, nodes and sweeps ------------------------------------------------------------------------


def test_data_changed_after_recording_leaves_the_gradient_of_the_recorded_point():
    x, w = Value(2.0, label="x"), Value(5.0)
    y = x * w + x.exp()
    x.data = 100.0
    y.backward()
    assert (x.grad, w.grad) == (5.0 + math.exp(2.0), 2.0)
    assert gradients(y, [x, w]) == [5.0 + math.exp(2.0), 2.0]
    assert y.data == 10.0 + math.exp(2.0)


@pytest.mark.parametrize("f", [lambda x, w: x * w, lambda x, w: (x.exp() + 1.0).log() * w, lambda x, w: ops.dot(x, w, 1.0)])
def test_data_changed_after_recording_refuses_create_graph_and_names_the_leaf(f):
    x, w = Value(2.0, label="speed"), Value(5.0, label="mass")
    y = f(x, w)
    x.data = 3.0
    with pytest.raises(StaleGraphError, match="the number of speed was changed"):
        gradients(y, [x, w], create_graph=True)
    x.data = 2.0
    gradients(y, [x, w], create_graph=True)


def test_data_changed_to_the_same_number_is_not_stale():
    x = Value(2.0)
    y = x * x
    x.data = 2
    assert gradients(y, [x], create_graph=True)[0].data == 4.0


@given(st.lists(st.tuples(NUMBERS, st.sampled_from(["mul", "sin", "tanh", "self", "n-ary"])), min_size=1, max_size=30), NUMBERS)
def test_a_second_backward_doubles_the_leaves_exactly(terms, at):
    x, unused = Value(at), Value(1.0)
    kinds = {
        "mul": lambda c: c * x,
        "sin": lambda c: (c * x).sin() * c,
        "tanh": lambda c: (x + c).tanh(),
        "self": lambda c: x,
        "n-ary": lambda c: autograd.dot([x, c, 0.1], [c, x, x], bias=x),
    }
    y = sum((kinds[kind](c) for c, kind in terms), start=0.1 * x)
    y.backward()
    once = x.grad
    y.backward()
    assert x.grad == 2.0 * once
    assert unused.grad == 0.0


def test_a_second_backward_leaves_interior_nodes_unchanged():
    x = Value(0.3)
    inner = x.sin()
    middle = inner * x
    y = middle * inner
    y.backward()
    once = [node.grad for node in (inner, middle, y)]
    y.backward()
    assert [node.grad for node in (inner, middle, y)] == once
    assert once[2] == 1.0


def test_backward_of_another_root_starts_interior_nodes_anew_and_adds_to_leaves():
    x = Value(3.0)
    square = x * x
    (square * 5.0).backward()
    (square * 7.0).backward()
    assert square.grad == 7.0
    assert x.grad == (5.0 + 7.0) * 6.0


def test_backward_on_a_leaf_gives_one_to_itself():
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0
    x.backward()
    assert x.grad == 2.0


def test_backward_takes_a_seed_of_any_number_and_refuses_what_is_none():
    x = Value(3.0)
    (x * x).backward(Fraction(1, 2))
    assert x.grad == 3.0
    with pytest.raises(TypeError, match="expected a real number"):
        (x * x).backward("1")


def test_an_unused_input_gets_zero_and_not_none():
    x, unused = Value(3.0), Value(4.0)
    y = x * x
    y.backward()
    assert unused.grad == 0.0
    assert gradients(y, [x, unused]) == [6.0, 0.0]
    assert [g.data for g in gradients(y, [x, unused], create_graph=True)] == [6.0, 0.0]
    assert autograd.grad(lambda x, unused: x * x, argnums=(0, 1))(3.0, 4.0) == (6.0, 0.0)
    assert autograd.jvp(lambda x, unused: x * x, (3.0, 4.0), (0.0, 1.0)) == (9.0, 0.0)
    assert autograd.hessian(lambda xs: xs[0] * xs[0])([3.0, 4.0]) == [[2.0, 0.0], [0.0, 0.0]]
    assert autograd.vjp(lambda x, unused: x * x, 3.0, 4.0)[1](1.0) == (6.0, 0.0)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))], ids=["copy", "deepcopy", "pickle"]
)
def test_a_leaf_can_be_copied_and_pickled(copied):
    leaf = Value(0.1, label="w")
    leaf.grad = 0.3
    twin = copied(leaf)
    assert twin is not leaf
    assert (twin.data, twin.grad, twin.label, twin.args) == (0.1, 0.3, "w", ())
    (twin * 2.0).backward()
    assert leaf.grad == 0.3


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps], ids=["copy", "deepcopy", "pickle"])
def test_a_node_refuses_to_be_copied_or_pickled_and_says_detach_first(copied):
    node = Value(2.0) * 3.0
    with pytest.raises(TypeError, match="detach first"):
        copied(node)
    assert copied(node.detach())


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps], ids=["copy", "deepcopy", "pickle"])
def test_an_argument_being_differentiated_refuses_to_be_copied_since_the_copy_would_have_no_gradient(copied):
    outside = Value(1.0)

    def f(x):
        assert copied(outside)
        assert copied(x.detach())
        copied(x)
        return x * x

    for differentiate in autograd.grad(f), lambda x: autograd.jvp(f, (x,), (1.0,)), autograd.grad(autograd.grad(f)):
        with pytest.raises(TypeError, match=r"is an argument of the function being differentiated .*detach first"):
            differentiate(2.0)
    assert copied(Value(2.0))
