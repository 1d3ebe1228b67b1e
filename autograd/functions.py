"""Functions composed of ops, for which ops of their own would gain no accuracy and save no nodes.

All take plain numbers and Values, and return plain numbers if given no Value.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Iterable, Mapping, Sequence

from autograd import context, ops
from autograd._typing import Any, Never
from autograd.foreign_names import OPTIONS_OF_LISTS, refuse_options
from autograd.kernels import sums_of_others
from autograd.op import LISTS, number, refuse_list
from autograd.value import Value, record_dots

Scalar = Any  # a float or a Value


# -- of lists ------------------------------------------------------------------------------------------


def sum(xs: Iterable[Scalar], *more: Never, **others: Never) -> Scalar:
    """The sum of a list, recorded as one node; 0.0 for an empty list.

    >>> sum([1.0, 2.0, 3.0])
    6.0
    """
    return ops.sum(*_one_list("sum", xs, more, others))


def prod(xs: Iterable[Scalar], *more: Never, **others: Never) -> Scalar:
    """The product of a list, recorded as one node; 1.0 for an empty list. The gradient is correct at zeros too.

    >>> prod([2.0, 3.0, 4.0])
    24.0
    """
    return ops.prod(*_one_list("prod", xs, more, others))


def dot(weights: Iterable[Scalar], inputs: Iterable[Scalar], bias: Scalar = 0.0) -> Scalar:
    """bias + w₁x₁ + w₂x₂ + …, recorded as one node; ValueError if the lengths differ.

    >>> dot([1.0, 2.0], [3.0, 4.0], bias=0.5)
    11.5
    """
    ws, xs = [_as_sequence("dot", numbers, write="a * b, or dot([a], [b])") for numbers in (weights, inputs)]
    if len(ws) != len(xs):
        raise ValueError(f"dot: weights and inputs must have the same length, got {len(ws)} and {len(xs)}")
    return ops.dot(*ws, *xs, bias)


def linear(weights: Iterable[Iterable[Scalar]], inputs: Iterable[Scalar], biases: Iterable[Scalar]) -> list[Scalar]:
    """W·x + b for a matrix of weights: one `dot` node per row. ValueError if lengths differ.

    >>> linear([[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0], [0.5, 0.25])
    [17.5, 39.25]
    """
    write = "linear([[w]], [x], [b])"
    matrix, xs, bs = [_as_sequence("linear", numbers, write=write) for numbers in (weights, inputs, biases)]
    rows = [_as_sequence("linear", row, write=write) for row in matrix]
    if len(rows) != len(bs):
        raise ValueError(f"linear: biases must have one number for each row of weights, {len(rows)}, got {len(bs)}")
    for row in rows:
        if len(row) != len(xs):
            raise ValueError(f"linear: inputs must have as many numbers as each row of weights, {len(row)}, got {len(xs)}")
    if set(map(type, bs)) == {Value}:
        return record_dots(rows, xs, bs)
    return [ops.dot(*row, *xs, bias) for row, bias in zip(rows, bs, strict=True)]


def logsumexp(xs: Iterable[Scalar], *more: Never, **others: Never) -> Scalar:
    """log(exp(x₁) + exp(x₂) + …), without overflow; -inf for an empty list.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    return ops.logsumexp(*_one_list("logsumexp", xs, more, others))


def mean(xs: Iterable[Scalar], *more: Never, **others: Never) -> Scalar:
    """The arithmetic mean; ValueError for an empty list.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    xs = _non_empty("mean", xs, more, others)
    total = sum(xs)
    return total if len(xs) == 1 else total / float(len(xs))


def var(xs: Iterable[Scalar], correction: float = 0.0, **others: Never) -> Scalar:
    """The variance: the sum of squared distances from the mean over n - correction (1 gives the sample variance).

    >>> var([1.0, 2.0, 6.0])
    4.666666666666667
    """
    xs = _non_empty("var", xs, (), others)
    if not len(xs) > correction:
        raise ValueError(f"var: correction must be below the number of values, {len(xs)}, got {correction}")
    shifted = [x - xs[0] for x in xs]  # rounds less where the xs are close together
    center = mean(shifted)
    return sum([square(x - center) for x in shifted]) / (len(xs) - correction)


def norm(xs: Iterable[Scalar], *more: Never, **others: Never) -> Scalar:
    """The Euclidean length √(x₁² + x₂² + …), without overflow, recorded as one node. The gradient at 0 is 0.

    For the squared length, sum the squares: the length has no second derivatives at 0.

    >>> norm([2.0, 3.0, 6.0])
    7.0
    """
    return ops.norm(*_one_list("norm", xs, more, others))


def softmax(xs: Iterable[Scalar], *more: Never, **others: Never) -> list[Scalar]:
    """exp(xᵢ) / Σ exp(xⱼ): positive numbers that sum to 1. ValueError for an empty list.

    Adding a constant to all xs changes no value.

    >>> softmax([0.0, 0.0]), softmax([1e16, 1e16])
    ([0.5, 0.5], [0.5, 0.5])
    """
    xs = _non_empty("softmax", xs, more, others)
    if context.current_trace() is not None:
        return [ops.fraction(term, rest) for term, rest in _traced_terms(xs)[1]]
    numbers = _numbers(xs)
    i = numbers.index(max(numbers))
    terms, rest = _terms(xs, numbers, i)
    total = terms[i] + rest
    shares = [term / total for term in terms]
    shares[i] = ops.fraction(terms[i], rest)  # the only share that may be close to 1, where 1 - p cancels
    return shares


def log_softmax(xs: Iterable[Scalar], *more: Never, **others: Never) -> list[Scalar]:
    """The logarithm of softmax, accurate where softmax is tiny and where it is close to 1.

    >>> log_softmax([40.0, 0.0])
    [-4.248354255291589e-18, -40.0]
    """
    xs = _non_empty("log_softmax", xs, more, others)
    if context.current_trace() is not None:
        largest, terms = _traced_terms(xs)
        return [_log_share(x - largest, *term) for x, term in zip(xs, terms, strict=True)]
    numbers = _numbers(xs)
    largest = max(numbers)
    i = numbers.index(largest)
    if math.fsum([math.exp(x - largest) for x in numbers]) > 2.0:  # no share is above ½
        terms, rest = _terms(xs, numbers, i)
        total = ops.log(terms[i] + rest)
        return [(x - largest) - total for x in xs]
    own = ops.log_softmax(xs[i], *xs[:i], *xs[i + 1 :])  # it computes 1 - p from the other terms
    return [own if j == i else (x - xs[i]) + own for j, x in enumerate(xs)]


def _terms(xs: Sequence[Scalar], numbers: Sequence[float], i: int) -> tuple[list[Scalar], Scalar]:
    """exp(x - xs[i]) for each x, where xs[i] is the largest, and the sum of these terms without that of xs[i].

    The largest is a constant here, since adding a constant to all xs changes no share.
    """
    terms = [ops.exp_difference(x, numbers[i]) for x in xs]
    others = sorted({*range(len(xs))} - {i}, key=numbers.__getitem__)  # smallest first, to round least
    return terms, ops.sum(*[terms[j] for j in others])


def _traced_terms(xs: Sequence[Scalar]) -> tuple[Scalar, list[tuple[Scalar, Scalar]]]:
    """The largest x, and exp(x - largest) for each x with the sum of the others, without a branch on which x is largest."""
    with context.no_grad():
        largest = xs[0]
        for x in xs[1:]:
            largest = ops.maximum(largest, x)
    terms = [ops.exp_difference(x, largest) for x in xs]
    return largest, list(zip(terms, sums_of_others(terms), strict=True))


def _log_share(x: Scalar, term: Scalar, rest: Scalar) -> Scalar:
    """The logarithm of term / (term + rest), where term is exp(x); computed from `rest` where the share is above ½."""
    ratio = ops.where(ops.greater(term, rest), rest / ops.where(ops.greater(term, rest), term, 1.0), 0.0)
    return ops.where(ops.greater(term, rest), -ops.log1p(ratio), x - ops.log(term + rest))


def _numbers(xs: Sequence[Scalar]) -> list[float]:
    return [x._number if type(x) is Value else number(x) for x in xs]


def _non_empty(name: str, xs: Iterable[Scalar], more: tuple[Scalar, ...], others: Mapping[str, Any]) -> Sequence[Scalar]:
    listed = _one_list(name, xs, more, others)
    if not len(listed):
        raise ValueError(f"{name} of an empty list")
    return listed


def _one_list(name: str, xs: Iterable[Scalar], more: tuple[Scalar, ...], others: Mapping[str, Any]) -> Sequence[Scalar]:
    """The numbers as a sequence; if they are not in one list or are rows of numbers, a TypeError says what to write."""
    if others:
        refuse_options(name, others, OPTIONS_OF_LISTS)
    listed = _as_sequence(name, xs, more)
    first = listed[0] if listed else 0.0
    if type(first) is not Value and (isinstance(first, (list, tuple)) or getattr(first, "ndim", 0) > 0):
        got = f"a list of {type(first).__name__}s"
        raise TypeError(f"{name}() takes one list of numbers, got {got}: write [{name}(row) for row in …]")
    return listed


def _as_sequence(name: str, xs: Iterable[Scalar], more: tuple[Scalar, ...] = (), write: str = "") -> Sequence[Scalar]:
    """The numbers as a sequence; if they are not in a list, a TypeError says what to write."""
    if not more and isinstance(xs, (list, tuple)):  # nearly always: every row of a layer comes here
        return xs
    other = "" if more or not hasattr(xs, "keys") else _instead_of_keys(xs)
    if more or other or not hasattr(xs, "__iter__"):
        from autograd._transform_checks import kind  # here, since only errors need it

        got = f"{1 + len(more)} arguments" if more else kind(xs) + ", which gives its keys" * bool(other)
        if more and hasattr(xs, "__iter__") and not hasattr(more[0], "__iter__"):
            write = f"{name}([*xs, b]), or Python's own builtins.{name}(xs, b)" if hasattr(builtins, name) else f"{name}(xs)"
        write = f"{name}({other})" if other else write or f"{name}([a, b])"
        raise TypeError(f"{name}() takes its numbers in a list, got {got}: write {write}")
    return tuple(xs)


def _instead_of_keys(xs: Any) -> str:
    """The expression to write for a dict with names or Values, or a DataFrame: looping over these gives keys, maybe numbers."""
    if isinstance(xs, dict):
        return "d.values()" if any(isinstance(key, str) or type(x) is Value for key, x in xs.items()) else ""
    return "table.to_numpy().ravel()" if getattr(xs, "ndim", 0) == 2 else ""


# -- of numbers --------------------------------------------------------------------------------------


def square(x: Scalar) -> Scalar:
    """x·x.

    >>> square(3.0)
    9.0
    """
    if type(x) in LISTS:
        refuse_list("square(v)", x)
    return x * x


def reciprocal(x: Scalar) -> Scalar:
    """1/x, ±inf at ±0.

    >>> reciprocal(4.0)
    0.25
    """
    if type(x) in LISTS:
        refuse_list("reciprocal(v)", x)
    return ops.div(1.0, x)


def clip(x: Scalar, low: Scalar, high: Scalar) -> Scalar:
    """x limited to [low, high]. At a bound the gradient is ½, as at every tie.

    >>> clip(3.0, 0.0, 1.0)
    1.0
    """
    if type(x) in LISTS:
        refuse_list("clip(v, …, …)", x)
    if low is None or high is None:
        raise TypeError("clip: each bound must be a number or a Value, got None: write -inf or inf for no bound")
    return ops.minimum(ops.maximum(x, low), high)


def leaky_relu(x: Scalar, slope: float = 0.01) -> Scalar:
    """x where it is positive, slope·x elsewhere.

    >>> leaky_relu(-2.0)
    -0.02
    """
    if type(x) in LISTS:
        refuse_list("leaky_relu(v)", x)
    return ops.where(ops.less_equal(x, 0.0), slope * x, ops.relu(x))  # relu keeps NaN, at every order


def elu(x: Scalar, alpha: float = 1.0) -> Scalar:
    """x where it is positive, alpha·(exp(x) - 1) elsewhere (Clevert et al., 2015).

    >>> elu(2.0), elu(-1.0)
    (2.0, -0.6321205588285577)
    """
    if type(x) in LISTS:
        refuse_list("elu(v)", x)
    positive = ops.greater(x, 0.0)
    return ops.where(positive, x, alpha * ops.expm1(ops.where(positive, 0.0, x)))


def gelu(x: Scalar) -> Scalar:
    """x·Φ(x), with the exact normal distribution function Φ (Hendrycks and Gimpel, 2016).

    >>> gelu(1.0)
    0.8413447460685429
    """
    if type(x) in LISTS:
        refuse_list("gelu(v)", x)
    return x * ops.normal_cdf(x)


def silu(x: Scalar) -> Scalar:
    """x·sigmoid(x), also called swish (Elfwing et al., 2017).

    >>> silu(1.0)
    0.7310585786300049
    """
    if type(x) in LISTS:
        refuse_list("silu(v)", x)
    return x * ops.sigmoid(x)


def hardtanh(x: Scalar) -> Scalar:
    """x limited to [-1, 1].

    >>> hardtanh(3.0)
    1.0
    """
    if type(x) in LISTS:
        refuse_list("hardtanh(v)", x)
    return clip(x, -1.0, 1.0)


def logsigmoid(x: Scalar) -> Scalar:
    """log(sigmoid(x)), without overflow.

    >>> logsigmoid(-800.0)
    -800.0
    """
    if type(x) in LISTS:
        refuse_list("logsigmoid(v)", x)
    return -ops.softplus(-x)
