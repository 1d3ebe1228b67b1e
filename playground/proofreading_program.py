"""Turns the fields of the check tab into a Python program."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from textwrap import indent

from autograd.expression import ExpressionError, functions
from playground.free import CONSTANTS
from playground.program import MODULES, as_python, given_lines
from playground.reading import Reading
from playground.syntax import parsed
from playground.typed import Slip

# d/dx x^2 =, df/dx =, the same in LaTeX, f'(x) = or x.grad =
_D = r"(?:[d∂]|\\partial\b)\s*"
DERIVATIVE = re.compile(
    rf"^\s*(?:(?:{_D}\w*\s*/\s*{_D}\w+|\\[dt]?frac\s*\{{\s*{_D}[^{{}}]*\}}\s*\{{\s*{_D}[^{{}}]*\}})[^=\n]*?"
    r"|[^\W\d]\w*['’′]+\s*(?:\([^()=\n]*\))?|[^\W\d]\w*\.grad)\s*=(?!=)\s*"
)


def in_python(text: str, at: Mapping[str, float], claimed: Mapping[str, str]) -> str:
    """The program that proofreads these claims for a function at this point, without the page.

    >>> print(in_python("x*pi", {"x": 2.0}, {"x": "pi"}))
    from autograd import *
    from autograd.audit import audit
    <BLANKLINE>
    pi = 3.141592653589793
    <BLANKLINE>
    def f(x):
        return x*pi
    <BLANKLINE>
    by_hand = {
        "x": lambda x: pi,
    }
    point = {"x": 2.0}
    audit(f, by_hand, at=point)
    <BLANKLINE>
    """
    names = list(at)
    claimed = {name: claimed_in(claim) for name, claim in claimed.items()}
    heads = ["from autograd import *", "from autograd.audit import audit", ""]
    constants = given_lines(
        {name: CONSTANTS[name] for each in (text, *claimed.values()) for name in _free(each) if name in CONSTANTS}
    )
    functions = [_defined("f", names, text), ""]
    entries = []
    for name, claim in claimed.items():
        value = _value(claim) if claim.strip() else "None"
        if value is None:
            functions += [_defined(f"by_{name}", names, claim), ""]
        entry = f"lambda {', '.join(names)}: {value}" if claim.strip() else "None"
        entries.append(f'    "{name}": {entry if value else f"by_{name}"},')
    point = ", ".join(f'"{name}": {x}' for name, x in at.items())
    end = ["by_hand = {", *entries, "}", f"point = {{{point}}}", "audit(f, by_hand, at=point)", ""]
    return "\n".join([*heads, *constants, *[""] * bool(constants), *functions, *end])


def claimed_in(text: str) -> str:
    """The claim, with a derivative before its = replaced by a name of the same length.

    >>> claimed_in("df/dx = 2*x"), claimed_in("f'(x) = 2*x"), claimed_in("g = 2*x")
    ('ddddddd=2*x', 'ddddddd=2*x', 'g = 2*x')
    """
    return DERIVATIVE.sub(lambda found: "d" * (len(found[0]) - 1) + "=", text)


def by_which(text: str) -> str:
    """The variable that the derivative before its = is by; "" if it names none.

    >>> by_which("∂f/∂y = x"), by_which("y.grad = x"), by_which("f'(x) = 2*x")
    ('y', 'y', '')
    """
    head = DERIVATIVE.match(text)
    found = re.search(rf"(?:/|\}}\s*\{{)\s*{_D}(\w+)|^\s*(\w+)\.grad\b", head[0]) if head else None
    return (found[1] or found[2]) if found else ""


def with_its_head(fix: str, text: str) -> str:
    """The corrected claim, after the derivative that the text has before its =.

    >>> with_its_head("ddddddd=3*x**2", "dy/dx = 3x^2"), with_its_head("3*x**2", "3x^2")
    ('dy/dx = 3*x**2', '3*x**2')
    """
    head = DERIVATIVE.match(text)
    return head[0] + fix.partition("=")[2].lstrip() if head and fix else fix


def _free(text: str) -> list[str]:
    try:
        return Reading(text).free
    except Slip:
        return []


def _value(text: str) -> str | None:
    """An expression as Python, without its name; unreadable text unchanged; None for longer programs."""
    try:
        formula = Reading(text).formula
        if formula is not None:
            return as_python(formula.text.strip())[1]
    except (Slip, ExpressionError):
        return text.strip()
    match _body(text):
        case [ast.Expr(value=value)] | [ast.Assign(targets=[ast.Name()], value=value)]:
            return ast.unparse(_Called().visit(value))
    return None


def _defined(name: str, parameters: Sequence[str], text: str) -> str:
    """The definition of a function that returns the field's result."""
    value = _value(text)
    body = _body(text) if value is None else []
    match body:
        case [*before, ast.Expr(value=last)]:
            body = [*before, ast.Return(last)]
        case [*_, ast.Assign(targets=[ast.Name() as last])]:
            body = [*body, ast.Return(last)]
    lines = "\n".join(ast.unparse(_Called().visit(line)) for line in body) if value is None else f"return {value}"
    return f"def {name}({', '.join(parameters)}):\n{indent(lines, '    ')}"


class _Called(ast.NodeTransformer):
    """Turns methods of Value into functions: claims are called with plain numbers, which have no such methods."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=owner, attr=name) if name in functions() and ast.unparse(owner) not in MODULES:
                return ast.Call(ast.Name(name), [owner, *node.args], node.keywords)
        return node


def _body(text: str) -> list[ast.stmt]:
    tree = parsed(text)
    return [] if tree is None else tree.body
