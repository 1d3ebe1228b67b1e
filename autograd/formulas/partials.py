"""The partials of an op as formulas: ∂out/∂arg in terms of the arguments' names."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from autograd import context
from autograd.expression import evaluate
from autograd.formulas.printer import LATEX, TEXT, Formula, Printer, abridged
from autograd.op import Op, number
from autograd.sweeps import topological_order
from autograd.value import Value, operands

MAX_NODES = 40  # in a partial that is written out
_NUMBER = re.compile(r"[-−]?\d+(\.\d*)?(e[-−+]?\d+)?")


def partial_text(op: Op, position: int, names: Sequence[str | float], result: str = "z") -> str:
    """∂out/∂arg for the argument at `position`, as text in terms of the arguments' and the result's names.

    A float among the names, or a text that reads as a number, is a constant. A partial that cannot be written out
    (of a custom op whose rule works only on floats) is just `∂z/∂x`.
    TypeError if op is not an Op, IndexError if there is no such argument.

    >>> from autograd import ops
    >>> partial_text(ops.tanh, 0, ["n"], "o"), partial_text(ops.mul, 0, ["w", "x"]), partial_text(ops.pow, 0, ["x", 2.0])
    ('1 − o²', 'x', '2·x')
    """
    return _partial(TEXT, op, position, names, result)


def partial_latex(op: Op, position: int, names: Sequence[str | float], result: str = "z") -> str:
    r"""`partial_text` in LaTeX.

    >>> from autograd import ops
    >>> print(partial_latex(ops.sin, 0, ["x1"]), partial_latex(ops.sigmoid, 0, ["z"], "a"))
    \cos\left(x_{1}\right) a \cdot \left(1 - a\right)
    """
    return _partial(LATEX, op, position, names, result)


def _partial(printer: Printer, op: Op, position: int, names: Sequence[str | float], result: str) -> str:
    args: list[Formula | float] = []
    for name in names:
        if isinstance(name, str) and not _NUMBER.fullmatch(name):
            args.append(printer.variable(name))
        else:
            args.append(float(str(name).replace("−", "-")))
    formula = partial_formula(printer, op, position, args, printer.variable(result))
    return formula.text if formula else printer.derivative(printer.name(result), printer.name(str(names[position])))


def partial_formula(printer: Printer, op: Op, position: int, args: Sequence[Formula | float], z: Formula) -> Formula | None:
    """The partial of `op` by the argument at `position`, None if it cannot be written out."""
    if not isinstance(op, Op):
        raise TypeError(f"op must be an Op, got {type(op).__name__}")
    op.checked(tuple(args))
    if not 0 <= position < len(args):
        raise IndexError(f"{op.name} has no argument {position} here: it has {len(args)}")
    known = op.built_in and 0.0 not in args  # −0.0 would share its cache entry
    return (_known_formula if known else _formula)(printer, op, position, tuple(args), z)


def _formula(printer: Printer, op: Op, position: int, args: tuple[Formula | float, ...], z: Formula) -> Formula | None:
    if op.terms is not None:  # the product of the other factors in its term
        factors = [args[i] for term in op.terms(len(args)) if position in term for i in term if i != position]
        return printer.product(abridged(factors, printer.dots))
    found = _recorded_formula(printer, op, position, args, z, at=0.5)
    # A custom rule may take numbers out of Values, with .data or detach(): such a number is not a constant of the formula.
    return found if op.built_in or found == _recorded_formula(printer, op, position, args, z, at=0.25) else None


def _recorded_formula(
    printer: Printer, op: Op, position: int, args: tuple[Formula | float, ...], z: Formula, at: float
) -> Formula | None:
    """The formula that the rule records for Values that hold the number `at`."""
    leaves: dict[Value, Formula] = {}

    def leaf(arg: Formula | float) -> Value | float:
        if isinstance(arg, float):
            return arg
        leaves[node := Value(at)] = arg
        return node

    given, result = [leaf(arg) for arg in args], leaf(z)
    try:
        with context.enable_grad(), context.quiet():
            partial = textbook_partial(op, position, given, result)
    except Exception:  # a custom rule, which may do anything with a Value
        return None
    return _written(printer, partial, leaves)


# A live page asks for all partials of a graph again and again: more than a small cache would keep.
_known_formula = lru_cache(maxsize=8192)(_formula)


def textbook_partial(op: Op, position: int, args: Sequence[Value | float], z: Value | float) -> Value | float:
    """The partial, recorded in args and z: the textbook form if the op has one, else its rule."""
    if not op.textbook:
        wanted = [i == position for i in range(len(args))]
        partial: Value | float = op.partials_at(z, args, wanted)[position]
        return partial
    named = {"x": args[position], "y": args[0]} if op.arity is None else dict(zip("xy", args, strict=False))
    known: dict[str, Any] = {"z": z, **named}
    return evaluate(op.textbook[min(position, len(op.textbook) - 1)], known)[0]


def _written(printer: Printer, partial: Value | float, leaves: Mapping[Value, Formula]) -> Formula | None:
    if type(partial) is not Value:
        return printer.constant(number(partial))
    nodes = topological_order([partial])
    if len(nodes) > MAX_NODES:
        return None
    written = {node: leaves.get(node) or printer.constant(node.data) for node in nodes if node.op is None}
    same = simplified(nodes)

    def formula(node: Value | float) -> Formula:
        node = same[node] if type(node) is Value else node
        return written[node] if type(node) is Value else printer.constant(node)

    for node in nodes:
        if node.op is not None and same[node] is node:
            written[node] = printer.operation(node.op, [formula(arg) for arg in node.args])
    return formula(partial)


def simplified(nodes: Sequence[Value], choose: bool = False) -> dict[Value, Value | float]:
    """What each node simplifies to: 1·x and x¹ to x. With `choose`, `where` becomes the branch it takes."""
    same: dict[Value, Value | float] = {}
    for node in nodes:
        args = [same[arg] if type(arg) is Value else arg for arg in node.args]
        same[node] = node if node.op is None else _simplified(node, node.op, args, choose)
    return same


# If a built-in op of these and a constant returns each of them bit for bit, it is the identity.
_PROBES = (0.0, -0.0, 1.5, -2.25, 1e300, 5e-324, math.inf, -math.inf, math.nan)


def _simplified(node: Value, op: Op, args: Sequence[Any], choose: bool) -> Value | float:
    if not op.built_in:
        return node
    if choose and op.select:
        numbers = operands(node)
        branch: Value | float = args[op.partials_at(node.data, numbers, [True] * len(args)).index(1.0)]
        return branch
    unknown = [arg for arg in args if type(arg) is Value]
    if not unknown:
        constant: float = op(*args)
        return constant
    if len(args) == 2 and len(unknown) == 1 and op.kinks is None:  # with kinks, a few numbers prove nothing
        results = [repr(op(*(x if arg is unknown[0] else arg for arg in args))) for x in _PROBES]
        if results == [repr(x) for x in _PROBES]:
            return unknown[0]
        if len(set(results)) == 1:
            return float(results[0])
    return node
