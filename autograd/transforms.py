"""Functions in, derivatives out: grad, jvp, vjp, jacobian, hessian, hvp, to any order.

Arguments may be numbers, nested lists, tuples and dicts of numbers, and NumPy arrays (the function receives an array of
Values); a gradient has the shape of its argument. pandas objects raise a TypeError: pass `.to_numpy()`.

Results are plain floats, except those that depend on a Value from outside, such as an input of an enclosing `grad` or a leaf in
a closure: these are Values, which can be differentiated again. Values created while the function runs are constants, and so are
frozen ones and those that the function kept from an earlier call; but an argument selected by `argnums` is always differentiated,
even if it is a frozen Value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import count, islice

from autograd import context, sweeps
from autograd._tree import as_array, block_map, fits, is_array, tree_build, tree_leaves, tree_leaves_like, tree_map
from autograd._typing import Any, Never
from autograd.foreign_names import OPTIONS_OF_GRAD, OPTIONS_OF_GRADIENTS, refuse_options
from autograd.op import number
from autograd.staleness import refuse_stale
from autograd.teaching import teach_kept_value
from autograd.value import ENDED, Value, take_partials


def gradients(y: Value, xs: Any, create_graph: bool = False, **others: Never) -> Any:
    """∂y/∂x for every Value in `xs`, from the graph as recorded; `grad` attributes are left unchanged.

    `xs` is a Value or a nested list, tuple, dict or array of them, and the result has the same shape: 0.0 for Values that
    y does not depend on. With `create_graph`, the results are Values with a graph of their own, which can be differentiated
    again. That requires the numbers at recording time, so a leaf changed since then raises a StaleGraphError.

    >>> x = Value(3.0)
    >>> (first,) = gradients(x**3, [x], create_graph=True)
    >>> first.data, gradients(first, x)
    (27.0, 18.0)
    """
    if others:
        refuse_options("gradients", others, OPTIONS_OF_GRADIENTS)
    inputs = tree_leaves(xs)
    if not all(type(x) is Value for x in (y, *inputs)):
        from autograd import _transform_checks

        _transform_checks.not_values("gradients", y, xs)
    if not create_graph and (trace := context.current_trace()) is not None:
        trace.was_read("a gradient, from gradients(…) without create_graph=True,")
    order = sweeps.topological_order([y])
    found = _Sweep(order, inputs, outer=order if create_graph else ()).reverse({y: 1.0})
    found = [g if x.requires_grad else 0.0 for x, g in zip(inputs, found, strict=True)]
    return tree_build(xs, (Value(g) if create_graph and type(g) is not Value else g for g in found))


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False, **others: Never) -> Callable[..., Any]:
    """The function that computes the gradient of `f`, which must return one number.

    `argnums` selects the argument to differentiate with respect to (an int), or several (a tuple: then the result is a tuple).
    With `has_aux`, `f` returns a pair (number, aux), and the result is (gradient, aux).

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p["w"] * p["x"][0])({"w": 2.0, "x": [3.0]})
    {'w': 3.0, 'x': [2.0]}
    >>> grad(lambda x: (x**3, "three"), has_aux=True)(2.0)
    (12.0, 'three')
    """
    if others:
        refuse_options("grad", others, OPTIONS_OF_GRAD)
    return _gradient("grad", f, argnums, has_aux)


def _gradient(verb: str, f: Callable[..., Any], argnums: int | Sequence[int], has_aux: bool = False) -> Callable[..., Any]:
    by = _checked(verb, f, argnums)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        run = _Run(verb, f, args, by, kwargs, has_aux)
        found = run.shaped(run.gradient())
        return (found, run.aux()) if has_aux else found

    return _named_after(f, gradient)


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that computes `f` and its gradient in one evaluation.

    With `has_aux`, `f` returns a pair (number, aux), and the result is ((number, aux), gradient).

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """
    by = _checked("value_and_grad", f, argnums)

    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = _Run("value_and_grad", f, args, by, kwargs, has_aux)
        found = run.shaped(run.gradient())
        return ((run.output(), run.aux()) if has_aux else run.output()), found

    return _named_after(f, both)


def vjp(f: Callable[..., Any], *xs: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(*xs) and the pullback, which maps a cotangent with the shape of the output to one cotangent per x.

    >>> y, pullback = vjp(lambda x: [x * x, 3 * x], 2.0)
    >>> y, pullback([1.0, 10.0])
    ([4.0, 6.0], (34.0,))
    """
    _checked("vjp", f)
    run = _Run("vjp", f, xs, range(len(xs)))

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        if not fits(cotangent, run.y):
            raise ValueError(f"vjp: the cotangent must have the shape of the output, {run.output()!r}, got {cotangent!r}")
        seeds: dict[Value, Any] = {}
        with context.enable_grad():
            for y, bar in zip(run.ys, map(_flow, tree_leaves_like(run.y, cotangent)), strict=True):
                if type(y) is Value:
                    seeds[y] = seeds[y] + bar if y in seeds else bar
        return tuple(run.shaped(run.sweep.reverse(seeds)))

    return run.output(), pullback


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(*primals) and its directional derivative along `tangents`: forward mode, on the same recorded edges.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    (6.0, 23.0)
    """
    _checked("jvp", f)
    check_tangents("jvp", primals, tangents)
    return _jvp("jvp", f, primals, tangents)


def _jvp(verb: str, f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    try:
        run = _Run(verb, f, tuple(primals), range(len(primals)))
    except TypeError:
        from autograd import _transform_checks

        _transform_checks.refuse_items_for_primals(verb, f, primals)
        raise
    dots = map(_flow, tree_leaves_like(tuple(primals), tuple(tangents)))
    found = run.sweep.forward(dict(zip(run.inputs, dots, strict=True)))
    return run.output(), tree_build(run.y, (found.get(y, 0.0) if type(y) is Value else 0.0 for y in run.ys))


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, mode: str = "auto") -> Callable[..., Any]:
    """The function that computes the gradient of every number `f` returns, in the shape of the output, then of the argument.

    For an array output and an array argument, this is an array of shape output.shape + argument.shape. If an argument
    is a list, tuple or dict without arrays, array outputs are treated as nested lists.

    `mode` is "forward" (one sweep per input), "reverse" (one sweep per output) or "auto": forward if there are
    fewer inputs than outputs. The results differ only by rounding.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    if mode not in ("auto", "forward", "reverse"):
        raise ValueError(f"jacobian: mode must be 'auto', 'forward' or 'reverse', got {mode!r}")
    by = _checked("jacobian", f, argnums)
    return _matrix("jacobian", f, by, mode)


def _matrix(verb: str, f: Callable[..., Any], by: int | tuple[int, ...], mode: str) -> Callable[..., Any]:
    def matrix(*args: Any, **kwargs: Any) -> Any:
        run = _Run(verb, f, args, by, kwargs)
        forward = mode == "forward" or (mode == "auto" and len(run.inputs) < len(run.ys))
        return run.blocks(run.sweep.forward_rows(run.ys) if forward else run.sweep.reverse_rows(run.ys))

    return _named_after(f, matrix)


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that computes the second derivatives of `f`, which must return one number: the Jacobian of its gradient.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    by = _checked("hessian", f, argnums)
    return _matrix("hessian", _gradient("hessian", f, by), by, "auto")


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of `f` times a vector, without the Hessian: forward mode over reverse mode.

    One result per primal; with a single primal, just that result.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    [6.0, 4.0]
    """
    _checked("hvp", f)
    check_tangents("hvp", primals, tangents)
    by = tuple(range(len(primals))) if len(primals) != 1 else 0
    return _jvp("hvp", _gradient("hvp", f, by), primals, tangents)[1]


class _Sweep:
    """Sweeps over a recorded graph, to and from its inputs.

    They use the recorded partials, except at nodes that depend on an `outer` one: there they record the rules as more graph.
    """

    def __init__(self, order: Sequence[Value], inputs: Sequence[Value], outer: Collection[Value]) -> None:
        self.order, self.inputs = order, inputs
        self.live = sweeps.depending_on(outer, order) if outer else set[Value]()
        self._rules: dict[Value, Sequence[Any]] = {}  # so that each rule is called once for all sweeps

    def reverse(self, seeds: Mapping[Value, Any]) -> list[Any]:
        """The adjoint of each input."""
        if self._is_plain(seeds):
            bars = sweeps.recorded_adjoints(self.order, seeds)
            return [bars.get(x, 0.0) for x in self.inputs]
        with context.enable_grad(), context.quiet():
            bars = sweeps.adjoints(self.order, seeds, self._taken(), self._within(), context.watching.get())
        return [bars.get(x, 0.0) for x in self.inputs]

    def forward(self, seeds: Mapping[Value, Any]) -> dict[Value, Any]:
        """The tangent of each node."""
        if self._is_plain(seeds):
            return sweeps.recorded_tangents(self.order, seeds)
        with context.enable_grad(), context.quiet():
            return sweeps.tangents(self.order, seeds, self._taken(), context.watching.get())

    def reverse_rows(self, ys: Sequence[Any]) -> list[list[Any]]:
        """Each output's derivatives with respect to all inputs, by one sweep per output over only the nodes it was made from."""
        adjoints: Callable[..., dict[Value, Any]] = sweeps.recorded_adjoints
        if not self._is_plain({}):
            adjoints = partial(sweeps.adjoints, partials=self._taken(), within=self._within(), watch=context.watching.get())
        rows = []
        with context.enable_grad(), context.quiet():
            for y in ys:
                order = sweeps.topological_order([y] if type(y) is Value else [], until=self.inputs)
                bars = adjoints(order, {y: 1.0} if order else {})
                rows.append([bars.get(x, 0.0) for x in self.inputs])
        return rows

    def forward_rows(self, ys: Sequence[Any]) -> list[list[Any]]:
        """The same, by one sweep per input over only the nodes that depend on it."""
        with context.enable_grad(), context.quiet():
            columns = [
                [dots.get(y, 0.0) if type(y) is Value else 0.0 for y in ys]
                for dots in sweeps.tangents_by(self.inputs, self.order, self._taken(), context.watching.get())
            ]
        return [[column[i] for column in columns] for i in range(len(ys))]

    def _is_plain(self, seeds: Mapping[Value, Any]) -> bool:
        """True if a sweep records nothing, since seeds and partials are floats, and `anomaly()` is off."""
        return not self.live and not context.watching.get() and all(type(seed) is float for seed in seeds.values())

    def _taken(self) -> sweeps.Partials:
        """The source of a sweep's partials; StaleGraphError if rules would mix old and new numbers."""
        if not self.live:
            return sweeps.recorded
        refuse_stale([node for node in self.order if node in self.live])
        return self._partials

    def _partials(self, node: Value) -> Sequence[Any]:
        if node not in self.live:
            return node._partials
        if node not in self._rules:
            assert node.op is not None
            args = [arg if type(arg) is float or arg in self.live else arg._number for arg in node.args]
            self._rules[node] = take_partials(node.op, node, args, [partial is not None for partial in node._partials])
        return self._rules[node]

    def _within(self) -> set[Value]:
        """The nodes that depend on the inputs; a reverse sweep skips all others."""
        return sweeps.depending_on(self.inputs, self.order)


class _Run:
    """One recorded evaluation of `f`, which the transforms differentiate."""

    def __init__(
        self,
        verb: str,
        f: Callable[..., Any],
        args: Sequence[Any],
        argnums: int | Sequence[int],
        kwargs: Mapping[str, Any] | None = None,
        has_aux: bool = False,
    ) -> None:
        self.verb, self.name, self.single = verb, name_of(f), isinstance(argnums, int)
        chosen = positions(verb, self.name, argnums, len(args))
        self.started = context.start()
        with context.enable_grad():
            self.shape = [self._as_inputs(i, args[i]) for i in chosen]
            self.inputs = tree_leaves(self.shape)
            given, inputs = list(args), iter(self.inputs)
            for i, shape in zip(chosen, self.shape, strict=True):
                given[i] = tree_build(shape, inputs)  # a copy, so f may modify it
            with context.differentiating(self.inputs):
                self.y = f(*given, **(kwargs or {}))
        if has_aux:
            if not isinstance(self.y, tuple) or len(self.y) != 2:
                raise TypeError(f"{verb}: with has_aux {self.name} must return a pair (number, aux), got {_kind(self.y)}")
            self.y, self._aux = self.y
        self.ys = self._outputs()
        self.order = sweeps.topological_order([y for y in self.ys if type(y) is Value], until=self.inputs)
        outer = self._outer(self.order)
        self.sweep = _Sweep(self.order, self.inputs, outer)
        if not outer:  # the results are floats: a Value that depends on these inputs later is one that f kept
            for x in self.inputs:
                x._db = ENDED

    def _as_inputs(self, i: int, arg: Any) -> Any:
        try:
            return tree_map(_as_input, arg)
        except TypeError:
            from autograd import _transform_checks

            raise _transform_checks.argument(self.verb, self.name, i, arg) from None

    def _outputs(self) -> list[Any]:
        """The numbers in the output, as Values and floats."""
        ys = tree_leaves(self.y)
        if all(type(y) is Value or type(y) is float for y in ys):
            return ys
        from autograd import _transform_checks

        _transform_checks.check_output(self.verb, self.name, self.y)
        return [y if type(y) is Value else number(y) for y in ys]

    def _outer(self, order: Sequence[Value]) -> list[Value]:
        """The nodes of the graph that are Values from outside, or stand for them."""
        given = [x for x in self.inputs if x.op is not None]
        older = [x for x in order if x.op is None and x._a < self.started]
        if (trace := context.current_trace()) is not None:  # the program will compute some leaves anew in every run
            return given + older + [x for x in order if x.op is None and x._a >= self.started and trace.computes(x)]
        if not older:
            return given
        if any(x._db is ENDED for x in older):
            teach_kept_value(self.name)
        return given + [x for x in older if x.requires_grad and x._db is not ENDED]

    def gradient(self) -> list[Any]:
        """The derivatives of the output, which must be one number, with respect to all inputs."""
        if isinstance(self.y, (list, tuple, dict)) or (is_array(self.y) and self.y.ndim):
            advice = "return the number in it, .item()" if getattr(self.y, "size", 0) == 1 else "use jacobian or vjp"
            raise TypeError(f"{self.verb}: {self.name} must return one number, but returned {_kind(self.y)}: {advice}")
        (y,) = self.ys
        return self.sweep.reverse({y: 1.0} if type(y) is Value else {})

    def output(self) -> Any:
        """The result of f: Values where it depends on Values from outside, otherwise floats."""
        live = self.sweep.live
        return tree_build(self.y, (y._number if type(y) is Value and y not in live else y for y in self.ys))

    def aux(self) -> Any:
        """The aux that f returned with its number; Values of this run that do not depend on outside Values become floats."""
        values = [x for x in tree_leaves(self._aux) if type(x) is Value]
        if not values:
            return self._aux
        order = sweeps.topological_order(values, until=self.inputs)
        live = sweeps.depending_on(self._outer(order), order)
        if live:  # then aux carries its graph outside
            for x in self.inputs:
                x._db = None

        def result(x: Any) -> Any:
            if is_array(x):
                return tree_map(result, x) if any(type(item) is Value for item in tree_leaves(x)) else x
            ours = type(x) is Value and x not in live and (x.op is not None or x._a >= self.started)
            return x._number if ours else x

        return block_map(result, self._aux)

    def shaped(self, found: list[Any]) -> Any:
        """The results for the inputs, in the shape of the arguments."""
        return self._arguments(tree_build(self.shape, iter(found)))

    def blocks(self, rows: list[list[Any]]) -> Any:
        """The rows of a Jacobian, in the shape of the output, then of the arguments; a single array if both are arrays."""
        y = self.y
        if any(isinstance(arg, (list, tuple, dict)) and not _holds_array(arg) for arg in self.shape):
            y = block_map(lambda leaf: leaf.tolist() if is_array(leaf) else leaf, y)
        left = iter(rows)

        def block(leaf: Any) -> Any:
            return self._block(list(islice(left, leaf.size)), leaf) if is_array(leaf) else self.shaped(next(left))

        return block_map(block, y)

    def _block(self, rows: list[list[Any]], y: Any) -> Any:
        """The derivatives of an output array: one array per input array or number."""
        position = count()

        def block(x: Any) -> Any:
            columns = list(islice(position, x.size if is_array(x) else 1))
            return as_array([row[i] for row in rows for i in columns], y.shape + (x.shape if is_array(x) else ()))

        return self._arguments(block_map(block, self.shape))

    def _arguments(self, shaped: list[Any]) -> Any:
        return shaped[0] if self.single else tuple(shaped)


def _checked(verb: str, f: Any, argnums: Any = 0) -> int | tuple[int, ...]:
    """`argnums` as ints; TypeError if it is anything else, or if f is not a function."""
    if callable(f) and type(argnums) is int:
        return argnums
    from autograd import _transform_checks

    _transform_checks.check_function(verb, f)
    return _transform_checks.argnums(verb, argnums)


def check_tangents(verb: str, primals: Any, tangents: Any, advice: str = "") -> None:
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            advice = advice or f"{verb}(f, (x,), (v,))"
            raise TypeError(f"{verb}: {name} must be a tuple with one item per argument, got {_kind(given)}: write {advice}")
    if not fits(tuple(tangents), tuple(primals)):
        raise ValueError(f"{verb}: tangents must have the shape of primals, {primals!r}, got {tangents!r}")


def positions(verb: str, name: str, argnums: int | Sequence[int], arguments: int) -> list[int]:
    """The positions of the selected arguments, counted from the start."""
    chosen = [argnums] if isinstance(argnums, int) else list(argnums)
    for i in chosen:
        if not -arguments <= i < arguments:
            from autograd._format import counted

            given = counted(arguments, "positional argument")
            raise ValueError(f"{verb}: argnums={argnums!r} names argument {i}, but {name} was called with {given}")
    chosen = [i % arguments for i in chosen]
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"{verb}: argnums={argnums!r} names an argument twice")
    return chosen


def _as_input(x: Any) -> Value:
    if type(x) is not Value:
        return Value(x)
    # It comes from an enclosing function: a separate node keeps the two derivatives apart.
    return Value(x._number) if _is_frozen_number(x) else +x


def _flow(x: Any) -> Any:
    """A tangent or cotangent from the caller, as a float or a Value."""
    return number(x) if type(x) is not Value else x._number if _is_frozen_number(x) else x


def _is_frozen_number(x: Value) -> bool:
    """True for a frozen Value, which is used as a number, except while tracing: the program will read it in every run."""
    return not x.requires_grad and context.current_trace() is None


def _holds_array(tree: Any) -> bool:
    found: list[bool] = []
    block_map(lambda x: found.append(is_array(x)), tree)
    return any(found)


def _named_after(f: Callable[..., Any], derived: Any) -> Callable[..., Any]:
    """The derived function, with the name of f and, for `inspect.signature`, its arguments."""
    derived.__name__, derived.__wrapped__ = name_of(f), f
    return derived  # type: ignore[no-any-return]


def name_of(f: Callable[..., Any]) -> str:
    """The name of a function, or of the one that a `partial` calls; of other callables, the name of their type.

    >>> name_of(grad), name_of(partial(partial(grad), argnums=1))
    ('grad', 'grad')
    """
    while isinstance(f, partial):
        f = f.func
    return getattr(f, "__name__", None) or type(f).__name__


def _kind(x: Any) -> str:
    from autograd import _transform_checks

    return _transform_checks.kind(x)
