"""docs/numpy.md, on NumPy with Values: every row of its tables is run, and recorded results are checked by differences."""

import ast
import math
import operator
import re
from pathlib import Path

import numpy as np
import pytest
import scipy.special

import autograd
from autograd import Value, custom_op

PAGE = (Path(__file__).parent.parent / "docs" / "numpy.md").read_text(encoding="utf-8")
WORKS, REFUSED = (
    [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| `")]
    for part in PAGE.split("## What raises an error")
)
NAMES = {"np": np, "math": math, "autograd": autograd}
NAN = math.nan
DTYPE_ASKED = ("np.sinc(v)", "np.percentile(w, 30.0)")  # only by newer NumPy versions
AT = (2.0, 1.5, 2.5)  # v, and the elements of w


def run(code, v, w):
    """The value of the code or, for an assignment, of the assigned name."""
    known = NAMES | {"Value": Value, "v": v, "a": np.array([1.0, 3.0]), "w": w}
    tree = ast.parse(code)
    if isinstance(tree.body[-1], ast.Expr):
        return eval(code, known)
    exec(code, known)
    (name,) = re.findall(r"^\w+", code)
    return known[name]


def with_values(code):
    leaves = [Value(x) for x in AT]
    return run(code, leaves[0], np.array(leaves[1:])), leaves


def with_floats(code, numbers=AT):
    return run(code, numbers[0], np.array(numbers[1:]))


def flat(result):
    return list(np.ravel(np.asarray(result, dtype=object))) if not isinstance(result, Value) else [result]


def number(x):
    return x.data if isinstance(x, Value) else float(x)


KINDS = {
    "Value": lambda result: type(result) is Value,
    "Values": lambda result: result.dtype == object and all(type(x) is Value for x in flat(result)),
    "Values and numbers": lambda result: result.dtype == object and {type(x) is Value for x in flat(result)} == {True, False},
    "bool": lambda result: type(result) is bool,
    "bools": lambda result: result.dtype == bool,
    "numbers": lambda result: not any(type(x) is Value for x in flat(result)),
}


def test_a_value_assigned_to_an_item_of_a_float_array_is_answered_with_the_dtype_that_holds_it():
    out = np.zeros(2)
    with pytest.raises(TypeError, match=r"np.zeros\(n, dtype=object\) for an array that holds Values"):
        out[0] = Value(3.0)


@pytest.mark.parametrize(("code", "kind"), [row[:2] for row in WORKS], ids=[row[0] for row in WORKS])
def test_what_works_gives_what_it_says_and_the_numbers_it_gives_for_floats(code, kind):
    result, _ = with_values(code)
    assert KINDS[kind](result), result
    expected = with_floats(code)
    assert np.shape(result) == np.shape(expected)
    assert [number(x) for x in flat(result)] == pytest.approx([number(x) for x in flat(expected)], rel=1e-12)


@pytest.mark.parametrize("code", [row[0] for row in WORKS if row[1].startswith("Value")])
def test_what_is_recorded_has_the_derivatives_that_floats_show(code):
    result, leaves = with_values(code)
    recorded = [x for x in flat(result) if type(x) is Value]
    weights = [1.0 + 0.5 * i for i in range(len(recorded))]
    at = [i for i, x in enumerate(flat(result)) if type(x) is Value]
    got = autograd.gradients(autograd.dot(weights, recorded, Value(0.0)), leaves)

    def total(numbers):
        elements = flat(with_floats(code, numbers))
        return math.fsum(weight * float(elements[i]) for weight, i in zip(weights, at, strict=True))

    for i, leaf in enumerate(AT):
        ahead, behind = ([*AT[:i], leaf + step, *AT[i + 1 :]] for step in (1e-5, -1e-5))
        assert got[i] == pytest.approx((total(ahead) - total(behind)) / 2e-5, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize(("code", "instead"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused_raises_and_what_to_write_instead_runs(code, instead):
    if code not in DTYPE_ASKED:
        with pytest.raises((TypeError, AttributeError)):
            with_values(code)
    try:
        expected = with_floats(code)
    except TypeError:  # autograd's functions don't take float arrays either
        expected = with_floats(instead)
    assert [number(x) for x in flat(with_values(instead)[0])] == pytest.approx([number(x) for x in flat(expected)], rel=1e-12)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("a += v", r"an array of float64 cannot hold Values: write a = a \+ v .* a = a\.astype\(object\)"),
        ("np.isinf(v)", r"np\.isinf has no counterpart here: write math\.isinf\(v\.data\)"),
        ("np.floor_divide(a, v)", r"write autograd\.floor\(v / y\)"),
        ("np.spacing(v)", r"np\.spacing has no counterpart here: write it with the functions of autograd"),
        ("np.fmax(v, a)", r"np\.fmax has no counterpart here: write np\.maximum\(v, y\), which keeps a NaN"),
        ("np.fmin(v, math.nan)", r"write np\.minimum\(v, y\)"),
        ("np.floor(w)", r"\[autograd\.floor\(v\) for v in array\]"),
        ("np.ceil(w)", r"\[autograd\.ceil\(v\) for v in array\]"),
        ("w // 2.0", r"write autograd\.floor\(x / y\)"),
        ("2.0 // v", r"write autograd\.floor\(x / y\)"),
        ("divmod(v, 2.0)", r"divmod is not recorded: write \(autograd\.floor\(x / y\), x % y\)"),
        ("divmod(2.0, v)", r"divmod is not recorded: write \(autograd\.floor\(x / y\), x % y\)"),
        ("v ^ 2", r"for \^, which is not a power in Python: write x\*\*2"),
        ("2.0 ^ v", r"for \^, which is not a power in Python: write x\*\*2"),
        ("w ^ 2", r"for \^, which is not a power in Python: write x\*\*2"),
        ("autograd.exp(w)", r"\[autograd\.exp\(x\) for x in array\] or np\.exp\(array\)"),
        ("math.floor(v)", r"use autograd\.floor\(v\)"),
        ("math.ceil(v)", r"use autograd\.ceil\(v\)"),
        ("math.trunc(v)", r"use autograd\.copysign\(autograd\.floor\(abs\(v\)\), v\)"),
        ("a[0] = v", r"use v\.data or v\.item\(\)"),
    ],
)
def test_the_refusal_says_what_to_write(code, words):
    with pytest.raises(TypeError, match=words):
        with_values(code)


@pytest.mark.parametrize("code", [*DTYPE_ASKED, "np.linalg.norm(w, 3)"])
def test_where_numpy_asks_for_a_dtype_the_error_says_that_it_wants_an_array(code):
    try:
        result, _ = with_values(code)
    except AttributeError as error:
        told = str(error)
    else:  # older NumPy doesn't ask for a dtype
        assert code in DTYPE_ASKED
        assert number(result) == pytest.approx(with_floats(code), rel=1e-12)
        return
    assert "where NumPy needs a dtype, pass an array that holds the Value" in told


SCIPY = {"expit": "sigmoid", "psi": "digamma", "gammaln": "lgamma", "ndtr": "normal_cdf", "erf": "erf", "erfinv": "erfinv"}


@pytest.mark.parametrize(("name", "op"), SCIPY.items(), ids=SCIPY)
def test_a_function_of_scipy_that_is_an_op_under_another_name_records_it(name, op):
    function = getattr(scipy.special, name)
    v = Value(0.25)
    y = function(v)
    assert (y.op.name, y.args) == (op, (v,))
    assert y.data == pytest.approx(function(0.25), rel=1e-14)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gamma", r"^gamma has no counterpart here: write autograd\.exp\(autograd\.lgamma\(v\)\) for v > 0"),
        ("logit", r"^logit has no counterpart here: write autograd\.log\(v / \(1\.0 - v\)\)"),
        ("j0", "^j0 has no counterpart here: write it with the functions of autograd"),
    ],
)
def test_a_function_of_scipy_that_is_not_an_op_is_refused_under_its_own_name(name, words):
    with pytest.raises(TypeError, match=words):
        getattr(scipy.special, name)(Value(0.25))


@pytest.mark.parametrize("number", [np.float64(NAN), np.float32(NAN), np.longdouble(NAN), np.array(NAN), np.array([NAN])])
def test_numpy_adds_no_warning_of_its_own_to_those_of_an_operation(number):
    v = Value(2.0)
    for result in (number * v, v - number, number < v, np.hypot(number, v)):
        assert np.shape(result) == np.shape(number)


def test_extended_precision_is_compared_element_by_element():
    assert (np.array([1.5, 3.5], np.longdouble) < Value(2.0)).tolist() == [True, False]
    assert [x.data for x in np.array([1.5, 3.5], np.longdouble) * Value(2.0)] == [3.0, 7.0]


def test_a_refused_assignment_in_place_changes_nothing():
    a = np.array([1.0, 3.0])
    with pytest.raises(TypeError, match="cannot hold Values"):
        a += Value(2.0)
    assert a.tolist() == [1.0, 3.0]


def test_a_place_for_the_result_and_a_mask_are_respected():
    v, a = Value(2.0), np.array([1.0, 3.0])
    out, truth = np.array([None, None]), np.zeros(2, bool)
    assert np.multiply(a, v, out=out) is out
    assert np.exp(v, out=np.array(None)).item().data == math.exp(2.0)
    assert [type(x) for x in np.add(a, v, where=a > 1.0, out=np.array([7.0, 7.0], object))] == [float, Value]
    assert [x.data for x in out] == [2.0, 6.0]
    assert np.less(a, v, out=truth).tolist() == [True, False]


W = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
OF_ARRAYS = {
    "sum": lambda x: autograd.sum(x),
    "prod": lambda x: autograd.prod(x),
    "mean": lambda x: autograd.mean(x),
    "var": lambda x: autograd.var(x),
    "norm": lambda x: autograd.norm(x),
    "logsumexp": lambda x: autograd.logsumexp(x),
    "softmax": lambda x: autograd.softmax(x),
    "log_softmax": lambda x: autograd.log_softmax(x),
    "dot": lambda x: autograd.dot(x, x, x[0]),
    "dot with floats": lambda x: autograd.dot(x, np.array([1.0, 2.0])),
    "linear": lambda x: autograd.linear(W, x, x),
    "linear with floats": lambda x: autograd.linear(np.eye(2), x, np.array([1.0, 2.0])),
}


@pytest.mark.parametrize("function", OF_ARRAYS.values(), ids=OF_ARRAYS)
def test_a_function_of_a_list_gives_the_same_for_an_array(function):
    def gradient(kind):
        leaves = [Value(1.5), Value(2.5)]
        result = function(kind(leaves))
        roots = result if isinstance(result, list) else [result]
        return [x.data for x in roots], [autograd.gradients(x, leaves) for x in roots]

    assert gradient(np.array) == gradient(list)


@pytest.mark.parametrize("function", [autograd.mean, autograd.var, autograd.softmax])
def test_an_empty_array_is_refused_as_an_empty_list_is(function):
    with pytest.raises(ValueError, match="of an empty list"):
        function(np.array([]))


@pytest.mark.parametrize("operate", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow])
def test_a_masked_array_and_a_value_give_values_or_a_type_error(operate):
    v, masked = Value(2.0), np.ma.array([1.0, 3.0])
    for left, right in ((masked, v), (v, masked)):
        try:
            result = operate(left, right)
        except TypeError:
            continue
        assert {type(x) for x in result} == {Value}


def test_an_op_of_the_user_changes_no_function_of_numpy_that_has_its_name():
    custom_op(lambda x: x * x, partials=lambda z, x: x, name="square")
    v = Value(2.0)
    np.square(v).backward()
    assert v.grad == 4.0
