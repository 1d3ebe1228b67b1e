"""Turns typed text into a standalone program that prints what the page shows."""

from __future__ import annotations

import ast
import math
from collections.abc import Container, Iterable, Mapping
from typing import Any

import autograd
from autograd import Value
from autograd.expression import ExpressionError, evaluate, variables
from autograd.graph import Graph
from autograd.op import TABLE
from autograd.value import is_detached
from playground.free import CONSTANTS
from playground.syntax import Edit, around, edit, edited, imported_in, names_in
from playground.typed import COMPARISONS, names, places

FROM = {"audit": "autograd.audit", "gradcheck": "autograd.testing"}  # other names come from autograd or are modules
MODULES = ("autograd", "nn", "random", "math", "builtins")
OF_A_LIST = ("sum", "prod", "mean", "var", "norm", "logsumexp")  # take their numbers as separate arguments in expressions
OF_THE_FIRST = ("softmax", "log_softmax")  # return the first number's share in expressions
RESULTS = ("y", "f", "z", "result")  # names for an unnamed result


def of_expression(text: str, numbers: Mapping[str, float], root: str = "") -> tuple[str, str]:
    """The program for an expression, and the name of its result: `root` if given.

    >>> print(of_expression("tanh(w*x)", {"w": 2.0, "x": -0.5})[0])
    from autograd import Value, tanh
    <BLANKLINE>
    w = Value(2.0, label="w")
    x = Value(-0.5, label="x")
    y = tanh(w*x)
    y.label = "y"
    y.backward()
    <BLANKLINE>
    print("y =", y.data)
    print("w.grad =", w.grad)
    print("x.grad =", x.grad)
    <BLANKLINE>
    """
    text = text.strip()
    found = variables(text)
    leaves = [name for name in found if name not in CONSTANTS]
    root = root or result_name(leaves)
    tree, python = as_python(text)
    called = names_in(*(node.func for node in ast.walk(tree) if isinstance(node, ast.Call)))
    if {*called, "Value", "print", "float"} & {*found, root}:
        raise ExpressionError("a variable has the name of a function; a program needs another name", 1)
    given = {name: CONSTANTS[name] if name in CONSTANTS else Value(numbers[name]) for name in found}
    lines = [*given_lines(given), f"{root} = {python}", f'{root}.label = "{root}"', f"{root}.backward()"]
    return "\n".join([_imports({"Value", *called} - {"float"}), "", *lines, "", *_prints(root, leaves), ""]), root


def of_lines(text: str, scope: dict[str, Any], root: Value | None, left: Mapping[str, float]) -> tuple[str, str]:
    """The program for lines that ran and left `scope`, and the name of its result. Comments give the numbers in `left`.

    Without a `root`, the program prints the value of its last line.
    """
    tree = ast.parse(text)
    name = next((name for name, x in reversed(scope.items()) if x is root and name != "_"), "")
    edits: list[Edit] = []
    if not name:
        name, edits = _result(tree, result_name(scope) if root is not None else "", text)
    own = imported_in(tree)
    used = names_in(tree) & set(names()) - own - set(autograd.__all__ if "*" in own else ())
    told = [f"# on the page, {at} was {number_source(x)}" for at, x in left.items()]
    parts = [_imports(used), "\n".join([*told, edited(text, edits).strip("\n")])]
    if name and root is not None:
        inputs = {node for node in Graph(root) if node.op is None and not is_detached(node)}
        leaves = [at for at, x in scope.items() if type(x) is Value and x in inputs and at not in {name, "_"}]
        parts[1] += "" if ".backward(" in text else f"\n{name}.backward()"
        parts.append("\n".join(_prints(name, leaves)))
    return "\n\n".join(filter(None, parts)) + "\n", name


def result_name(taken: Container[str]) -> str:
    """An unused name for an unnamed result."""
    return next(name for name in (*RESULTS, "_" * 9) if name not in taken)


def with_values(text: str, free: Mapping[str, Value | float]) -> str:
    """The text, preceded by lines that give these names their numbers."""
    given = [f"{line}\n" for line in given_lines(free)]
    return "".join([*given, "\n" if given else "", text])


def given_lines(free: Mapping[str, Value | float]) -> list[str]:
    """Assignments of these names to their numbers; constants are plain numbers."""
    return [
        f'{name} = Value({number_source(x.data)}, label="{name}")' if type(x) is Value else f"{name} = {number_source(float(x))}"
        for name, x in free.items()
    ]


def _result(tree: ast.Module, name: str, text: str) -> tuple[str, list[Edit]]:
    """Edits that give the result this name, or print it if it can't be named."""
    for line in reversed(tree.body):
        match line:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=root, attr="backward") as method)) if name:
                return name, [(edit(line, "")[0], edit(method, "")[1], f"{name} = {ast.unparse(root)}\n{name}.backward")]
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        return "", []
    name = "" if ".backward(" in text else name
    return name, around(last, f"{name} = " if name else "print(", "" if name else ")")


def with_numbers(text: str, numbers: Mapping[int, float]) -> str:
    """The text with these numbers where Values are made.

    >>> with_numbers("w = Value(2.0)\\ny = w*Value(1)", {0: 3.0})
    'w = Value(3.0)\\ny = w*Value(1)'
    """
    found = [number for _, number in places(ast.parse(text))]
    return edited(text, [edit(found[place], number_source(x)) for place, x in numbers.items()])


def script(text: str) -> str:
    """The program for lines whose answer is their last expression; it prints that."""
    return of_lines(text, {}, None, {})[0]


def number_source(x: float) -> str:
    """A number as Python source."""
    return repr(x) if math.isfinite(x) else f'float("{x}")'


def _prints(root: str, leaves: Iterable[str]) -> list[str]:
    return [f'print("{root} =", {root}.data)', *(f'print("{name}.grad =", {name}.grad)' for name in leaves)]


def _imports(used: set[str]) -> str:
    modules = [f"import {name}" for name in sorted(MODULES) if name in used]
    others: dict[str, list[str]] = {}
    for name in sorted(used - set(MODULES)):
        others.setdefault(FROM.get(name, "autograd"), []).append(name)
    return "\n".join([*modules, *(f"from {module} import {', '.join(found)}" for module, found in sorted(others.items()))])


def as_python(text: str) -> tuple[ast.expr, str]:
    """The expression as Python: comparisons become ops; constants that plain Python computes differently become numbers."""
    tree = ast.parse(text, mode="eval").body
    for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call)]:
        name = ast.unparse(call.func)
        if name in TABLE and not TABLE[name].built_in:
            where = "by lines that stood here before: a program needs them, too"
            raise ExpressionError(f"{name} was defined {where}", call.col_offset + 1)
    rewritten = _Rewritten(text).visit(tree)
    return rewritten, text if ast.dump(rewritten) == ast.dump(ast.parse(text, mode="eval").body) else ast.unparse(rewritten)


class _Rewritten(ast.NodeTransformer):
    """Rewrites an expression of the page as Python: comparisons and lists become calls, constants the page's numbers."""

    def __init__(self, text: str) -> None:
        self.text = text

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call)) and not _has_variables(node):
            found, _ = evaluate(ast.unparse(node), CONSTANTS)
            if not _same(node, float(found)):
                return ast.parse(number_source(float(found)), mode="eval").body
            return node
        self.generic_visit(node)
        match node:
            case ast.Compare(left=x, ops=[op], comparators=[y]) if type(op).__name__ in COMPARISONS:
                return ast.Call(ast.Name(COMPARISONS[type(op).__name__][0].name), [x, y], [])
            case ast.IfExp(test=test, body=this, orelse=that):
                return ast.Call(ast.Name("where"), [test, this, that], [])
            case ast.Call(func=ast.Name(id=name), args=args) if name in OF_A_LIST:
                node.args = [ast.List(args)]
            case ast.Call(func=ast.Name(id=name) as op, args=args) if name in OF_THE_FIRST:
                return ast.Subscript(ast.Call(op, [ast.List(args)], []), ast.Constant(0))
        return node


def _has_variables(node: ast.AST) -> bool:
    called = {id(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
    names = (found.id for found in ast.walk(node) if isinstance(found, ast.Name) and id(found) not in called)
    return any(name not in CONSTANTS for name in names)


def _same(node: ast.AST, found: float) -> bool:
    """True if plain Python arithmetic gives the same number to the last bit."""
    try:
        scope = {name: getattr(autograd, name) for name in autograd.__all__} | CONSTANTS
        x = float(eval(compile(ast.Expression(node), "<expression>", "eval"), scope))  # type: ignore[arg-type]
    except (ArithmeticError, ValueError, TypeError):
        return False
    return x.hex() == found.hex()
