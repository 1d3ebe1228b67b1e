"""Functions in, derivatives out: grad, jvp, vjp, jacobian, hessian, hvp, to any order.

Arguments may be numbers or nested lists, tuples and dicts of them; a gradient has the shape of its
argument. Results are plain floats, unless the function also depends on Values from outside
(an enclosing `grad`, a closure): then those that depend on them are Values, to differentiate again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd import graph, modes
from autograd.errors import StaleGraphError
from autograd.primitive import number
from autograd.tree import same_shape, tree_build, tree_leaves, tree_leaves_like, tree_map
from autograd.value import Value, take_partials


def gradients(y: Value, xs: Any, create_graph: bool = False) -> Any:
    """∂y/∂x for every Value in `xs`, from the graph as recorded; no `grad` is touched.

    `xs` is a Value or a nested list, tuple or dict of them, and the result has its shape. One that y does
    not depend on gets 0.0. With `create_graph` the results are Values with a graph of their own, to
    differentiate again; that needs the numbers of recording time, so a leaf changed since then is a
    StaleGraphError.

    >>> x = Value(3.0)
    >>> (first,) = gradients(x**3, [x], create_graph=True)
    >>> first.data, gradients(first, x)
    (27.0, 18.0)
    """
    for x in (y, *tree_leaves(xs)):
        if type(x) is not Value:
            raise TypeError(f"gradients: y and xs must be Values, got {type(x).__name__}")
    inputs = tree_leaves(xs)
    order = graph.topological_order([y])
    results = _pull(order, {y: 1.0}, inputs, create_graph)
    return tree_build(xs, (Value(g) if create_graph and type(g) is not Value else g for g in results))


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives the gradient of `f`, which returns one number.

    `argnums` says by which argument (an int), or by which ones (a tuple: then a tuple is returned).

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p["w"] * p["x"][0])({"w": 2.0, "x": [3.0]})
    {'w': 3.0, 'x': [2.0]}
    """

    def gradient(*args: Any, **kwargs: Any) -> Any:
        return value_and_grad(f, argnums)(*args, **kwargs)[1]

    return gradient


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives `f` and its gradient, from one evaluation.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """

    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = _Run(f, args, argnums, kwargs)
        return run.output(run.scalar()), run.shaped(run.pull({run.scalar(): 1.0}))

    return both


def vjp(f: Callable[..., Any], *xs: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(*xs), and the pullback: from a cotangent in the shape of the output to one for each x.

    >>> y, pullback = vjp(lambda x: [x * x, 3 * x], 2.0)
    >>> y, pullback([1.0, 10.0])
    ([4.0, 6.0], (34.0,))
    """
    run = _Run(f, xs, range(len(xs)))

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        if not same_shape(cotangent, run.y):
            raise ValueError(f"vjp: the cotangent must have the shape of the output, {run.output(run.y)!r}, got {cotangent!r}")
        seeds: dict[Value, Any] = {}
        for y, bar in zip(tree_leaves(run.y), tree_leaves_like(run.y, cotangent), strict=True):
            if type(y) is Value:
                bar = bar if type(bar) is Value else number(bar)
                seeds[y] = seeds[y] + bar if y in seeds else bar
        return tuple(run.shaped(run.pull(seeds)))

    return run.output(run.y), pullback


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(*primals), and how it changes along `tangents`: forward mode, on the same recorded edges.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    (6.0, 23.0)
    """
    if not same_shape(tuple(primals), tuple(tangents)):
        raise ValueError(f"jvp: tangents must have the shape of primals, {primals!r}, got {tangents!r}")
    run = _Run(f, tuple(primals), range(len(primals)))
    dots = [dot if type(dot) is Value else number(dot) for dot in tree_leaves_like(tuple(primals), tuple(tangents))]
    return run.output(run.y), run.push(dots)


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives, for every number that `f` returns, its gradient: shape of output, then of argument.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    def matrix(*args: Any, **kwargs: Any) -> Any:
        run = _Run(f, args, argnums, kwargs)
        return tree_map(lambda y: run.shaped(run.pull({y: 1.0} if type(y) is Value else {})), run.y)

    return matrix


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives the second derivatives of `f`, which returns one number.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of `f` times a vector, without the Hessian: forward mode over reverse mode.

    One result for each primal; with a single primal, that one alone.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    [6.0, 4.0]
    """
    argnums = tuple(range(len(primals))) if len(primals) != 1 else 0
    return jvp(grad(f, argnums), primals, tangents)[1]


class _Run:
    """One recorded evaluation of `f`, by which its transforms differentiate."""

    def __init__(
        self, f: Callable[..., Any], args: Sequence[Any], argnums: int | Sequence[int], kwargs: dict[str, Any] | None = None
    ) -> None:
        self.single = isinstance(argnums, int)
        chosen = [argnums] if isinstance(argnums, int) else list(argnums)
        for i in chosen:
            if not -len(args) <= i < len(args):
                raise ValueError(f"argnums={argnums!r} names argument {i}, but {_name(f)} was called with {len(args)}")
        self.name = _name(f)
        with modes.enable_grad():
            self.shape = [tree_map(_as_input, args[i]) for i in chosen]
            self.inputs = tree_leaves(self.shape)
            given = list(args)
            for i, shape in zip(chosen, self.shape, strict=True):
                given[i] = tree_build(shape, iter(tree_leaves(shape)))  # a copy, which f may change
            self.y = f(*given, **(kwargs or {}))
        roots = [y for y in tree_leaves(self.y) if type(y) is Value]
        self.order = graph.topological_order(roots, until=self.inputs)
        own = set(self.inputs)
        # Values from outside: an argument that was one (its input is a node), or a leaf that is no input.
        self.linked = any(x.op is not None for x in own) or any(x.op is None and x not in own for x in self.order)

    def scalar(self) -> Any:
        """The output, which has to be one number."""
        if type(self.y) is not Value:
            try:
                number(self.y)
            except TypeError:
                raise TypeError(
                    f"the function must return one number; {self.name} returned {type(self.y).__name__}: use jacobian or vjp"
                ) from None
        return self.y

    def output(self, y: Any) -> Any:
        return tree_map(lambda v: v.data if type(v) is Value and not self.linked else v, y)

    def shaped(self, results: list[Any]) -> Any:
        shaped = tree_build(self.shape, iter(results))
        return shaped[0] if self.single else tuple(shaped)

    def pull(self, seeds: dict[Any, Any]) -> list[Any]:
        """The reverse sweep, to all inputs."""
        seeds = {y: bar for y, bar in seeds.items() if type(y) is Value}
        return _pull(self.order, seeds, self.inputs, self.linked or _any_value(seeds.values()))

    def push(self, dots: list[Any]) -> Any:
        """The forward sweep, from all inputs."""
        create_graph = self.linked or _any_value(dots)
        if create_graph:
            _refuse_stale(self.order)
        with modes.enable_grad(), modes.quiet():
            seeds = dict(zip(self.inputs, dots, strict=True))
            partials = _rules if create_graph else graph.recorded
            found = graph.tangents(self.order, seeds, partials, watch=modes.watching.get())
        return tree_map(lambda y: found.get(y, 0.0) if type(y) is Value else 0.0, self.y)


def _pull(order: Sequence[Value], seeds: dict[Value, Any], inputs: Sequence[Value], create_graph: bool) -> list[Any]:
    if create_graph:
        _refuse_stale(order)
    with modes.enable_grad(), modes.quiet():  # a rule may compute a branch that it does not take
        partials = _rules if create_graph else graph.recorded
        bars = graph.adjoints(order, seeds, partials, towards=set(inputs), watch=modes.watching.get())
    return [bars.get(x, 0.0) for x in inputs]


def _rules(node: Value) -> list[Any]:
    """The partials of a node as graph: its rules, called on the Values themselves."""
    assert node.op is not None
    wanted = [partial is not None for partial in node.partials]
    try:
        return node.op.partials_at(node, node.args, wanted)
    except (ArithmeticError, ValueError):  # Python raises at 1/0.0 with a constant 0: Values compute it as IEEE-754 has it
        own = {node, *(arg for arg in node.args if type(arg) is Value)}
        args = [arg if type(arg) is Value else Value(arg) for arg in node.args]
        return [_without_constants(partial, own) for partial in node.op.partials_at(node, args, wanted)]


def _without_constants(partial: Any, own: set[Value]) -> Any:
    """A partial that was made from Values of constants alone is a constant."""
    if type(partial) is Value and own.isdisjoint(graph.topological_order([partial], until=own)):
        return partial.data
    return partial


def _as_input(x: Any) -> Value:
    # A Value comes from an outer function: a node of its own keeps the two derivatives apart.
    return +x if type(x) is Value else Value(x)


def _any_value(xs: Any) -> bool:
    return any(type(x) is Value for x in xs)


def _name(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", repr(f))


def _refuse_stale(order: Sequence[Value]) -> None:
    """Does every node still follow from its arguments? Rules called on Values would mix old and new numbers."""
    for node in order:
        if node.op is None:
            continue
        numbers = [arg if type(arg) is float else arg.data for arg in node.args]
        wanted = [partial is not None for partial in node.partials]
        again = [node.op(*numbers), *take_partials(node.op, node.data, numbers, wanted)]
        if not all(map(_alike, again, [node.data, *node.partials])):
            changed = [arg for arg in node.args if type(arg) is not float and arg.op is None] or [node]
            names = " or ".join(dict.fromkeys(leaf.label or repr(leaf) for leaf in changed))
            raise StaleGraphError(
                f"the number of {names} was changed after {node.op.name} was recorded with it: "
                "record the function again to differentiate it further"
            )


def _alike(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return bool(one == other or (math.isnan(one) and math.isnan(other)))
