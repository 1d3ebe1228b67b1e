"""The rule of a row of the table, written out: ∂out/∂arg in the names of the arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from autograd import context, ops
from autograd.expression import evaluate
from autograd.formulas.notation import LATEX, TEXT, Notation, Written
from autograd.formulas.spelling import name_latex, name_text
from autograd.op import Op, number
from autograd.sweeps import topological_order
from autograd.value import Value

MOST_NODES = 40  # of a rule that is written out
_NUMBER = re.compile(r"[-−]?\d+(\.\d*)?(e[-−+]?\d+)?")


def partial_text(op: Op, position: int, names: Sequence[str | float], result: str = "z") -> str:
    """∂out/∂arg for the argument at `position`, as text in the names of the arguments and of the result.

    A float among the names, or a text that reads as a number, is a constant. A rule that cannot be written out
    (one of your own that works on floats alone) gives the bare `∂z/∂x`.
    TypeError if op is no row of the table, IndexError if there is no such argument.

    >>> partial_text(ops.tanh, 0, ["n"], "o"), partial_text(ops.mul, 0, ["w", "x"]), partial_text(ops.pow, 0, ["x", 2.0])
    ('1 − o²', 'x', '2·x')
    """
    written = rule(TEXT, op, position, [_name(TEXT, name) for name in names], TEXT.named(result))
    return written.text if written else f"∂{name_text(result)}/∂{name_text(str(names[position]))}"


def partial_latex(op: Op, position: int, names: Sequence[str | float], result: str = "z") -> str:
    r"""The same as LaTeX.

    >>> print(partial_latex(ops.sin, 0, ["x1"]), partial_latex(ops.sigmoid, 0, ["z"], "a"))
    \cos\left(x_{1}\right) a \cdot \left(1 - a\right)
    """
    written = rule(LATEX, op, position, [_name(LATEX, name) for name in names], LATEX.named(result))
    return written.text if written else quotient_latex(name_latex(result), name_latex(str(names[position])))


def quotient_latex(above: str, below: str) -> str:
    """The sign for a derivative."""
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def _name(notation: Notation, name: str | float) -> Written | float:
    if not isinstance(name, str):
        return float(name)
    return float(name.replace("−", "-")) if _NUMBER.fullmatch(name) else notation.named(name)


def rule(notation: Notation, op: Op, position: int, args: Sequence[Written | float], z: Written) -> Written | None:
    """The partial of `op` by the argument at `position`, None if its rule cannot be written out."""
    if not isinstance(op, Op):
        raise TypeError(f"op must be a row of the table of operations, got {type(op).__name__}")
    op.checked(tuple(args))
    if not 0 <= position < len(args):
        raise IndexError(f"{op.name} has no argument {position} here: it has {len(args)}")
    if op is ops.prod:  # its rule multiplies the product of those before by that of those after
        others = [notation.constant(arg) if isinstance(arg, float) else arg for i, arg in enumerate(args) if i != position]
        return notation.operation(op, others)
    leaves: dict[Value, Written] = {}

    def leaf(arg: Written | float) -> Value | float:
        if isinstance(arg, float):
            return arg
        node = Value(0.5)  # any number: only the names are looked at
        leaves[node] = arg
        return node

    given, result = [leaf(arg) for arg in args], leaf(z)
    try:
        with context.enable_grad(), context.quiet():
            derived = derive(op, position, given, result)
    except Exception:  # a rule of the user's, which may do anything with a Value
        return None
    return _written(notation, derived, leaves)


def derive(op: Op, position: int, args: Sequence[Value | float], z: Value | float) -> Value | float:
    """The partial as an expression in args and z: the textbook's if the row has one, else the rule itself."""
    if not op.textbook:
        wanted = [i == position for i in range(len(args))]
        partial: Value | float = op.partials_at(z, args, wanted)[position]
        return partial
    known: dict[str, Any] = {"z": z}
    if op.arity is None:
        known.update(x=args[position], y=args[0])
        return evaluate(op.textbook[min(position, len(op.textbook) - 1)], known)[0]
    known.update(zip("xy", args, strict=False))
    return evaluate(op.textbook[position], known)[0]


def _written(notation: Notation, derived: Value | float, leaves: Mapping[Value, Written]) -> Written | None:
    if not isinstance(derived, Value):
        return notation.constant(number(derived))
    order = topological_order([derived])
    if len(order) > MOST_NODES:
        return None
    done: dict[Value, Written] = dict(leaves)
    reduced = reduce(order)

    def part(node: Value | float) -> Written:
        same = reduced[node] if isinstance(node, Value) else node
        return done[same] if isinstance(same, Value) else notation.constant(same)

    for node in order:
        if node.op is not None and reduced[node] is node:
            done[node] = notation.operation(node.op, [part(arg) for arg in node.args])
    return part(derived)


def reduce(order: Sequence[Value], choose: bool = False) -> dict[Value, Value | float]:
    """What each node is the same as: 1·x is x, and so is x to the power 1. With `choose`, `where` is the branch it takes."""
    same: dict[Value, Value | float] = {}
    for node in order:
        args = [same[arg] if type(arg) is Value else arg for arg in node.args]
        same[node] = node if node.op is None else _reduced(node, args, choose)
    return same


def _reduced(node: Value, args: Sequence[Any], choose: bool) -> Value | float:
    constant = [arg if type(arg) is float else None for arg in args]
    if choose and node.op is ops.where:
        return args[1 if node.args[0] else 2]  # type: ignore[no-any-return]
    if None not in constant:
        return node.op(*args)  # type: ignore[misc, no-any-return]
    if node.op is ops.mul and 1.0 in constant:
        return args[1 - constant.index(1.0)]  # type: ignore[no-any-return]
    if node.op is ops.pow and constant[1] in (0.0, 1.0):
        return args[0] if constant[1] else 1.0
    return node
