"""Hypothesis strategies for Values, expressions, points, networks and data sets, and gradient checks as property tests."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd._check import checked_integer
from autograd.op import TABLE, Op
from autograd.testing.expression_tree import Expression, Tree, constants_inside, has_variable, nearest_inside
from autograd.testing.gradcheck import gradcheck
from autograd.value import Value

try:
    import hypothesis
    from hypothesis import strategies as st
except ModuleNotFoundError as error:
    raise ImportError("autograd.testing needs Hypothesis: pip install 'scalar-autograd[testing]'") from error

if TYPE_CHECKING:
    from nn import Module

COMPARISONS = [op.name for op in TABLE.values() if op.comparison]
VARIABLES = ("x", "y", "z")


def numbers() -> st.SearchStrategy[float]:
    """Floats, mostly of everyday size, but of any scale up to 1e8; the simplest is 0.

    >>> from hypothesis import find
    >>> find(numbers(), lambda x: x > 2.5)
    3.0
    """
    scaled = st.builds(lambda m, power: m * 10.0**power, st.floats(-10.0, 10.0), st.integers(-8, 7))
    return st.one_of(st.integers(-4, 4).map(float), st.floats(-4.0, 4.0), scaled)


def values(elements: st.SearchStrategy[float] | None = None) -> st.SearchStrategy[Value]:
    """Leaves with random numbers, drawn from `elements` or, by default, from `numbers()`.

    >>> from hypothesis import find
    >>> find(values(), lambda x: x > 2)
    Value(data=3.0, grad=0.0)
    """
    return (numbers() if elements is None else elements).map(Value)


def expressions(ops: str | Collection[str | Op] = "all", depth: int = 3) -> st.SearchStrategy[Expression]:
    """Random functions of one to three variables, as callables that print as Python, each defined somewhere.

    `ops` is "all", "smooth" (without kinks), or the names of the ops to use, custom ops included;
    `depth` is how deep they are nested.

    >>> from hypothesis import find
    >>> find(expressions(ops=["sin", "mul"]), lambda f: f.source.count("sin") > 1)
    lambda x: sin(sin(x))
    """
    checked_integer("expressions: depth", depth, at_least=1)
    names = _chosen(ops)
    constants = st.one_of(st.integers(-3, 3).map(float), st.floats(-4.0, 4.0), st.sampled_from([0.1, 0.5, 10.0, 1e-3, 1e3]))
    leaves = _weighted(4, st.sampled_from(VARIABLES), 1, constants)
    trees: st.SearchStrategy[Tree] = leaves
    nodes: st.SearchStrategy[Tree] = st.nothing()
    for _ in range(depth):
        nodes = _nodes(names, trees)
        trees = _weighted(1, leaves, 2, nodes)
    found = nodes.filter(has_variable).map(Expression).filter(lambda f: constants_inside(f.tree))
    return found.filter(lambda f: nearest_inside(f, [0.0] * len(f.names)) is not None)


def points(f: Callable[..., Any], elements: st.SearchStrategy[float] | None = None) -> st.SearchStrategy[tuple[float, ...]]:
    """Points at which f, a function of numbers, is defined: one float for each of its arguments.

    At such a point every op that f records is inside its domain, and its result and partials are finite.

    >>> from autograd import log
    >>> from hypothesis import find
    >>> find(points(log), lambda point: point[0] > 1.0)
    (2.0,)
    """
    count = _arity(f)
    drawn = st.tuples(*[numbers() if elements is None else elements] * count)
    found = drawn.map(lambda point: nearest_inside(f, point))
    return found.filter(lambda point: point is not None)  # type: ignore[return-value]


class SmallNetwork(NamedTuple):
    """A small module of `nn` and a row of inputs for it.

    >>> from hypothesis import given
    >>> @given(networks())
    ... def test_a_network_has_parameters(network):
    ...     assert network.net.parameters() and network.x
    >>> test_a_network_has_parameters()
    """

    net: Module
    x: list[float]


class LabelledRows(NamedTuple):
    """Rows of features and a class index for each.

    >>> from hypothesis import given
    >>> @given(datasets())
    ... def test_each_row_has_a_label(rows):
    ...     assert len(rows.X) == len(rows.y)
    >>> test_each_row_has_a_label()
    """

    X: list[list[float]]
    y: list[int]


def networks() -> st.SearchStrategy[SmallNetwork]:
    """Small networks with inputs: one or two layers of one to three neurons, any activation, random parameters.

    >>> from hypothesis import find
    >>> net, x = find(networks(), lambda drawn: len(drawn.x) == 2)
    >>> net, x
    (MLP(
      (layers.0): Layer(2, 1, 'linear')
    ), [0.0, 0.0])
    """
    from nn import MLP
    from nn.activations import ACTIVATIONS

    activations = st.sampled_from(list(ACTIVATIONS))
    weights = st.one_of(st.integers(-2, 2).map(float), st.floats(-2.0, 2.0))

    @st.composite
    def network(draw: st.DrawFn) -> SmallNetwork:
        nin = draw(st.integers(1, 3))
        net = MLP(nin, draw(st.lists(st.integers(1, 3), min_size=1, max_size=2)), draw(activations), draw(activations))
        for parameter in net.parameters():
            parameter.data = draw(weights)
        return SmallNetwork(net, draw(st.lists(weights, min_size=nin, max_size=nin)))

    return network()


def datasets(*, classes: int = 2) -> st.SearchStrategy[LabelledRows]:
    """Small data sets: one to eight rows of one to three features, with a class index for each row.

    They include single rows, duplicate rows and classes without a row.

    >>> from hypothesis import find
    >>> find(datasets(), lambda data: 1 in data.y)
    LabelledRows(X=[[0.0]], y=[1])
    """
    checked_integer("datasets: classes", classes, at_least=1)
    feature = st.one_of(st.integers(-2, 2).map(float), st.floats(-3.0, 3.0))

    def of_width(width: int) -> st.SearchStrategy[LabelledRows]:
        row = st.tuples(st.lists(feature, min_size=width, max_size=width), st.integers(0, classes - 1))
        return st.lists(row, min_size=1, max_size=8).map(lambda rows: LabelledRows([x for x, _ in rows], [y for _, y in rows]))

    return st.integers(1, 3).flatmap(of_width)


def gradcheck_given(
    *strategies: Any, conventions: str = "check", **named: Any
) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Turn a function into a property test: its gradient is checked at points that Hypothesis draws.

    Takes strategies the way `hypothesis.given` does; `@settings` and `@example` may go above or below it. pytest
    collects the test under the function's name, whether or not that starts with `test`. The test fails where the
    conventions at kinks do not give the derivative of a smooth function, unless `conventions="accept"`.

    >>> from hypothesis.strategies import floats
    >>> @gradcheck_given(x=floats(-10, 10))
    ... def softsign(x):
    ...     return x / (1.0 + abs(x))
    >>> softsign()
    """

    def test_of(f: Callable[..., Any]) -> Callable[..., None]:
        signature = inspect.signature(f)
        for parameter in signature.parameters.values():
            if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
                raise TypeError(f"gradcheck_given: arguments must be positional, got {parameter.name!r} of {f.__name__}")

        @functools.wraps(f)
        def check(*args: Any, **kwargs: Any) -> None:
            report = gradcheck(f, signature.bind(*args, **kwargs).args, conventions=conventions)
            if not report:
                raise AssertionError("\n".join(["gradcheck_given:", *report.at_kinks()]))

        given: Any = hypothesis.given(*strategies, **named)
        test = given(check)
        test.__test__ = True  # pytest collects a function that has this, whatever its name
        return test  # type: ignore[no-any-return]

    return test_of


def _chosen(ops: str | Collection[str | Op]) -> list[str]:
    """The names of the ops, simple ones first, since examples shrink towards them."""
    if isinstance(ops, str):
        if ops not in ("all", "smooth"):
            raise ValueError(f"expressions: ops must be 'all', 'smooth' or names of ops, got {ops!r}")
        return [op.name for op in TABLE.values() if op.built_in and (ops == "all" or op.kinks is None)]
    names = [op.name if isinstance(op, Op) else op for op in ops]
    for name in names:
        if name not in TABLE:
            raise ValueError(f"expressions: ops must be names of ops, got {name!r}")
    if not names:
        raise ValueError("expressions: ops must name at least one op")
    return names


def _nodes(names: Sequence[str], trees: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Trees that apply one of these ops to `trees`."""

    def node(name: str) -> st.SearchStrategy[Tree]:
        if TABLE[name].select:
            compared = st.tuples(st.sampled_from(COMPARISONS), trees, trees)
            return st.tuples(st.just(name), compared, trees, trees)
        if name == "polygamma":
            return st.tuples(st.just(name), st.integers(0, 3).map(float), trees)
        arity = TABLE[name].arity
        if arity is None:
            count = st.sampled_from((3, 5)) if name == "dot" else st.integers(1, 3)
            return count.flatmap(lambda n: st.tuples(st.just(name), *[trees] * n))
        different = st.tuples(st.just(name), *[trees] * arity)
        return _weighted(4, different, 1, trees.map(lambda tree: (name, tree, tree))) if arity == 2 else different

    return st.sampled_from(names).flatmap(node)


def _weighted(one: int, first: st.SearchStrategy[Any], other: int, second: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A mix of two strategies in the ratio `one` to `other`; examples shrink towards the first."""
    return st.integers(1, one + other).flatmap(lambda k: first if k <= one else second)


def _arity(f: Callable[..., Any]) -> int:
    needed = [parameter for parameter in inspect.signature(f).parameters.values() if parameter.default is parameter.empty]
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if not needed or any(parameter.kind not in positional for parameter in needed):
        raise TypeError(f"points: f must take a fixed number of positional arguments, got {f!r}")
    return len(needed)
