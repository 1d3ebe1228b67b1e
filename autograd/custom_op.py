"""custom_op: operations of your own, with checks that report a mistake where it is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword

from autograd._typing import TYPE_CHECKING, Any, Never
from autograd.op import TABLE, number, op, python_tree, slots

if TYPE_CHECKING:
    import inspect

Rule = Callable[..., Any]


def custom_op(
    forward: Callable[..., float] | None = None,
    *more: Never,
    partials: Rule | Sequence[Rule] | None = None,
    vjp: Rule | None = None,
    name: str | None = None,
    **columns: Any,
) -> Any:
    """Add an operation of your own to the table: it is recorded, differentiated, drawn and checked like a built-in one.

    `forward` takes floats and returns a float. `partials` is one function per argument (or a single function), called
    with the result first and then the arguments: `lambda z, x: 2 * x`. If you come from PyTorch or JAX, you may give `vjp`
    instead: called with the gradient of the result, the result and the arguments, it returns the gradients of the
    arguments as a tuple (or a single gradient), with None for no gradient, and must be linear in its first argument:
    `lambda bar, z, x, y: (bar * y, bar * x)`. Write either with operators and `autograd` functions and without `if`,
    and higher derivatives work too.

    Other keywords are columns of `autograd.op.Op`: `symbol`, `latex`, `source`, `textbook`, `domain`, `kinks`,
    `fallback` (the result where `forward` raises a ValueError or ArithmeticError; without it the exception propagates).
    `source` and `latex` have a place for each argument, `"{} ** 3"` or `"{0} if {2} > 0 else {1}"`; ValueError if a
    place is missing, or if `source` is not a Python expression.

    Compiled programs run the op in plain Python and on NumPy arrays; with `source`, it can be exported as C or JavaScript.

    Works as a decorator too. Defining a name again replaces your earlier op; a built-in op can't be replaced.

    >>> cube = custom_op(lambda x: x**3, partials=lambda z, x: 3 * x * x, name="cube")
    >>> cube(2.0)
    8.0
    >>> @custom_op(partials=[lambda z, x, y: 2 * x, lambda z, x, y: -1.0])
    ... def parabola(x, y):
    ...     return x * x - y
    >>> parabola(3.0, 1.0)
    8.0
    >>> area = custom_op(lambda x, y: x * y, vjp=lambda bar, z, x, y: (bar * y, bar * x), name="area")
    >>> area(3.0, 2.0)
    6.0
    """
    if more:
        raise TypeError("custom_op: give its rules by name, partials=… or vjp=…")
    if (partials is None) == (vjp is None):
        raise TypeError(f"custom_op: give either partials=… or vjp=…, got {'neither' if vjp is None else 'both'}")
    if forward is None:
        return lambda function: custom_op(function, partials=partials, vjp=vjp, name=name, **columns)
    label = str(name or getattr(forward, "__name__", ""))
    if not label.isidentifier() or iskeyword(label):
        raise ValueError(f"custom_op: name must be an identifier and not a keyword, got {label!r}; pass name=...")
    if label in TABLE and TABLE[label].built_in:
        raise ValueError(f"custom_op: name {label!r} is a built-in op; choose another")
    variadic = bool(columns.get("variadic"))
    columns = {"doc": forward.__doc__ or "", "fallback": _raising_again(label), **columns}
    _check_functions(label, forward=forward, fallback=columns["fallback"])
    if vjp is not None:
        _check_functions(label, vjp=vjp)
        rules = _partials_of(vjp, label, forward, variadic)
        _check_count(label, forward, rules, "vjp must take bar, z and")
    else:
        rules = [*partials] if isinstance(partials, (list, tuple)) else [partials]  # type: ignore[list-item]  # checked next
        _check_functions(label, **{f"partials[{i}]" if len(rules) > 1 else "partials": rule for i, rule in enumerate(rules)})
        _check_count(label, forward, rules, "partials must be one function for")
    if not variadic:
        _check_partials(label, rules)
    if columns.get("kinks") is not None:
        _check_functions(label, kinks=columns["kinks"])
        distance = columns["kinks"]
        columns["kinks"] = _naming_itself(f"kinks of {label}", lambda *args: number(distance(*args)))
    if columns.get("domain") is not None:
        _check_domain(label, columns["domain"], len(rules))
    _check_templates(columns, None if variadic else len(rules))
    return op(label, forward, *rules, **columns)


def _raising_again(label: str) -> Callable[..., float]:
    """The fallback that raises the exception of `forward` again, with a note of the op and its arguments."""

    def fallback(*args: float) -> float:
        raise

    return _naming_itself(label, fallback)


def _naming_itself(who: str, function: Callable[..., float]) -> Callable[..., float]:
    """The function; a note on its exceptions names it and its arguments."""

    def named(*args: float) -> float:
        try:
            return function(*args)
        except Exception as error:
            from autograd._format import listed  # here, since only errors need it

            error.add_note(f"raised by {who}, called with {listed([*map(repr, args)])}")
            raise

    return named


# -- a vjp as partials -----------------------------------------------------------------------------------


def _partials_of(vjp: Rule, label: str, forward: Callable[..., float], variadic: bool) -> list[Rule]:
    """The partials of an op, computed by calling its vjp with a gradient of 1."""
    checked = False

    def partials(z: Any, *args: Any) -> list[Any]:
        nonlocal checked
        found = _gradients(vjp, label, 1.0, z, args)
        if not checked and all(type(x) is float for x in args):
            for one, other in zip(found, _gradients(vjp, label, -2.0, z, args), strict=True):
                one, other = number(one), number(other)
                if math.isfinite(one) and not math.isclose(other, -2.0 * one, rel_tol=1e-6, abs_tol=1e-300):
                    raise TypeError(f"{label}: vjp must be linear in bar, got {one!r} for bar = 1.0 and {other!r} for bar = -2.0")
            checked = True
        return found

    if variadic:
        return [partials]
    count = _required_arguments(vjp)
    count = _required_arguments(forward) if count is None else max(count - 2, 0)
    if count is None:
        raise TypeError(f"custom_op: vjp of {label} must name its arguments, as in lambda bar, z, x, y: (bar * y, bar * x)")
    return [lambda z, *args, i=i: partials(z, *args)[i] for i in range(count)]


def _gradients(vjp: Rule, label: str, bar: float, z: Any, args: Sequence[Any]) -> list[Any]:
    """The vjp's gradient for each argument; None in a tuple means no gradient, as in PyTorch."""
    given = vjp(bar, z, *args)
    found = list(given) if isinstance(given, (tuple, list)) else [given]
    if given is None or len(found) != len(args):
        raise TypeError(f"{label}: vjp must return one gradient per argument, so {len(args)}, got {given!r}")
    return [0.0 if gradient is None else gradient for gradient in found]


def _required_arguments(function: Rule) -> int | None:
    """The number of arguments that a function requires; None if its signature doesn't say."""
    signature = _signature(function)
    parameters = signature.parameters.values() if signature else ()
    if not signature or any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len([p for p in positional if p.default is p.empty])


# -- checks ----------------------------------------------------------------------------------------------


def _check_functions(label: str, **functions: Any) -> None:
    """TypeError if one of the functions is not callable."""
    for what, function in functions.items():
        if not callable(function):
            raise TypeError(f"custom_op: {what} of {label} must be a function, got {function!r}")


def _check_count(label: str, forward: Callable[..., float], rules: Sequence[Rule], what: str) -> None:
    """TypeError unless the function takes as many arguments as there are rules."""
    signature = _signature(forward)
    if signature and not _takes(signature, *rules):
        raise TypeError(f"custom_op: {what} each argument of {label}{signature}, got {len(rules)}")


def _check_partials(label: str, rules: Sequence[Rule]) -> None:
    """TypeError if a rule does not take the result and all arguments."""
    for i, rule in enumerate(rules):
        signature = _signature(rule)
        if signature and not _takes(signature, None, *rules):
            names = ", ".join(f"x{k}" for k in range(1, len(rules) + 1)) if len(rules) > 1 else "x"
            raise TypeError(
                f"custom_op: partials[{i}] of {label} must take the result first and then each argument, "
                f"as in lambda z, {names}: …, got one that takes {signature}"
            )


def _takes(signature: inspect.Signature, *args: Any) -> bool:
    try:
        signature.bind(*args)
    except TypeError:
        return False
    return True


def _signature(function: Rule) -> inspect.Signature | None:
    """The signature of a function; None for built-in functions that have none."""
    import inspect  # takes longer to load than the rest of the package

    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _check_domain(label: str, domain: Any, count: int) -> None:
    """ValueError unless there are intervals for each of `count` arguments."""
    try:
        found = [[(number(low), number(high)) for low, high in intervals] for intervals in domain]
    except (TypeError, ValueError):
        found = []
    if len(found) != count:
        each = "a list of intervals for each argument, as in [[(0.0, math.inf)]] for one that must be positive"
        raise ValueError(f"custom_op: domain of {label} must have {each}, got {domain!r}")


def _check_templates(columns: Mapping[str, Any], arity: int | None) -> None:
    """ValueError if `source` or `latex` cannot be filled with arguments."""
    if columns.get("source") is not None:
        _check_places("custom_op: source", columns["source"], arity)
        _check_python("custom_op: source", columns["source"], arity)
    if columns.get("latex") is not None:
        _check_places("custom_op: latex", columns["latex"], arity)


def _check_places(who: str, template: Any, arity: int | None) -> None:
    """ValueError unless the template has a place for every argument and nothing else in braces."""
    from string import Formatter

    if not isinstance(template, str):
        raise TypeError(f"{who} must be a str, got {type(template).__name__}")
    count = 1 if arity is None else arity
    numbered = ", ".join(f"{{{i}}}" for i in range(count))
    wanted = "one {} for all the arguments" if arity is None else f"a {{}} for each argument, or {numbered}"
    try:
        fields = [parts[1:] for parts in Formatter().parse(template) if parts[1] is not None]
    except ValueError as error:
        raise ValueError(f"{who} must have {wanted}, got {template!r}: {error} (write a literal brace twice)") from None
    names = [name for name, form, conversion in fields if not form and conversion is None]
    if names == [""] * count or (len(names) == len(fields) and set(names) == set(map(str, range(count)))):
        return
    raise ValueError(f"{who} must have {wanted}, got {template!r}")


def _check_python(who: str, source: str, arity: int | None) -> None:
    """ValueError if the template is not a Python expression in its arguments."""
    import ast
    from string import Formatter

    count = 2 if arity is None else arity
    try:
        tree = python_tree(source, count, arity is None)
    except ValueError as error:
        raise ValueError(f"{who} must be an expression: {error}") from None
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    places = sum(name is not None for _, name, *_ in Formatter().parse(source))
    if sum(map(names.count, slots(count))) != (count if arity is None else places):
        raise ValueError(f"{who} must use its arguments as operands, not inside names or strings, got {source!r}")
