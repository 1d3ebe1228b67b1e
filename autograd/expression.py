"""Expressions written as text, parsed with `ast` and recorded with the ops; never evaluated as Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any

from autograd import functions as composites
from autograd import ops
from autograd._format import did_you_mean
from autograd.foreign_names import OTHER_NAMES
from autograd.op import TABLE, number
from autograd.value import Value


class ExpressionError(ValueError):
    """The text is not an expression in the known variables and ops; the mistake is from `column` (from 1) up to `end`."""

    def __init__(self, message: str, column: int, end: int = 0) -> None:
        super().__init__(message)
        self.column, self.end = column, max(column + 1, end)


_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: ops.add,
    ast.Sub: ops.sub,
    ast.Mult: ops.mul,
    ast.Div: ops.div,
    ast.Mod: ops.mod,
    ast.Pow: ops.pow,
    ast.USub: ops.neg,
    ast.UAdd: ops.pos,
    ast.Eq: ops.equal,
    ast.NotEq: ops.not_equal,
    ast.Lt: ops.less,
    ast.LtE: ops.less_equal,
    ast.Gt: ops.greater,
    ast.GtE: ops.greater_equal,
}
_OF_A_LIST = {"mean", "var"}
_OF_A_NUMBER = {"square", "reciprocal", "clip", "leaky_relu", "elu", "gelu", "silu", "hardtanh", "logsigmoid"}
_CONSTANTS = {  # letters that stand for numbers in formulas
    "e": "; the exponential function is exp(x), and for the number give e=2.718281828459045",
    "pi": "; for the number give pi=3.141592653589793",
    "π": "; for the number give π=3.141592653589793",
}
_PRODUCT = "write a product with *"
MAX_DEPTH = 250
MAX_LENGTH = 2000  # characters: longer texts may be nested so deeply that Python's own parser overflows a small stack


def functions() -> list[str]:
    """The names an expression may call, sorted."""
    return sorted((set(TABLE) - {"dot"}) | _OF_A_LIST | _OF_A_NUMBER)


def variables(text: str) -> list[str]:
    """The variables of an expression, in the order they appear.

    >>> variables("tanh(w*x + b)")
    ['w', 'x', 'b']
    """
    tree = _parse(text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    return list(dict.fromkeys(name.id for name in sorted(names, key=lambda name: name.col_offset)))


def evaluate(text: str, values: Mapping[str, Value | float]) -> tuple[Value | float, dict[Value, str]]:
    """Record the expression; return its result and, for every node, the text it came from.

    >>> result, texts = evaluate("x*x + 1", {"x": Value(3.0, label="x")})
    >>> result.data, texts[result]
    (10.0, 'x*x + 1')
    """
    texts: dict[Value, str] = {}

    def recorded(node: ast.expr, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ExpressionError(f"nested more than {MAX_DEPTH} levels deep", *_columns(node))
        if isinstance(node, ast.Name):
            result: Any = _variable(node, values)
        elif isinstance(node, ast.Constant):
            result = _constant(node)
        else:
            function, operands = _operation(node)
            args = [recorded(operand, depth + 1) for operand in operands]
            try:
                result = function(*args)
            except (TypeError, ValueError) as error:
                raise ExpressionError(str(error), *_columns(node)) from None
        if type(result) is Value and result not in texts:
            texts[result] = " ".join(text[node.col_offset : node.end_col_offset].split())
        return result

    return recorded(_parse(text), 0), texts


def _parse(text: str) -> ast.expr:
    """The syntax tree of the text; the columns of its nodes count characters from the start of the text."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters", MAX_LENGTH + 1)
    starts = [0, *(end.end() for end in re.finditer(r"\r\n?|\n", text))]  # of lines, as Python counts them
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        _explain_slip(text)
        start, end = starts[min(error.lineno or 1, len(starts)) - 1], len(text.rstrip())
        if not error.offset or start + error.offset > end:  # Python's column is 0 where the text ends too early
            raise ExpressionError("something is missing at the end" if end else "there is no expression", end + 1) from None
        last = start + (error.end_offset or 0) if error.end_lineno == error.lineno else 0
        raise ExpressionError(error.msg, start + error.offset, last) from None
    except (ValueError, RecursionError, MemoryError):  # a NUL byte; nested too deep for the parser
        raise ExpressionError("this cannot be parsed", 1) from None

    def column(line: int, in_bytes: int) -> int:  # Python counts bytes of UTF-8, people count characters
        start = starts[line - 1]
        return start + len(text[start:].encode()[:in_bytes].decode())

    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            node.col_offset = column(node.lineno, node.col_offset)
            node.end_col_offset = column(node.end_lineno, node.end_col_offset)
            if isinstance(node, ast.Name) and "·" in node.id:  # Python takes · for a letter
                raise ExpressionError(f"{_PRODUCT}: {node.id.replace('·', '*')}", *_columns(node))
    return tree


def _columns(node: ast.expr) -> tuple[int, int]:
    """The first column of a node, counted from 1, and the column after its last."""
    return node.col_offset + 1, (node.end_col_offset or 0) + 1


_NUMBER = r"(?<![\w.])\d++(?:\.\d*+)?+(?:[eE][+-]?\d++)?+|(?<![\w.])\.\d++(?:[eE][+-]?\d++)?+"
_NAME = r"[^\W\d]\w*"
_ASCII = {"≤": "<=", "≥": ">=", "≠": "!=", "∞": "inf"}
_SLIPS: list[tuple[str, Callable[[re.Match[str]], str]]] = [  # common ones that Python cannot parse
    (r"\\[a-zA-Z]+", lambda found: f"{found[0]} is LaTeX: write formulas as in sqrt(x)/2"),
    (r"(?<![\w.,])\d{1,3}(?:,\d{3}){2,}", lambda found: f"write {found[0].replace(',', '')}, not {found[0]}"),
    (r"(?<![\w.,])(\d++),(\d++)(?!,)", lambda found: _decimal_comma(found)),
    (r"[¼-¾⅐-⅞]", lambda found: f"write a fraction as 1/2, not {found[0]}"),
    (r"°", lambda found: "angles are in radians: 30° is 30*pi/180"),
    (r"∂|(?<=[\w)])['′]", lambda found: f"leave {found[0]} out: every derivative is computed"),
    (r"(?<=[\w)])!(?!=)", lambda found: "write x! as exp(lgamma(x + 1))"),
    (r"(?<=[\w)])\s+mod\b", lambda found: "write a remainder as x % 3"),
    (rf"({_NUMBER})\s+({_NUMBER})", lambda found: f"write +, or * for a product, between {found[1]} and {found[2]}"),
    (rf"({_NUMBER})\s*({_NAME})", lambda found: f"{_PRODUCT}: {found[1]}*{found[2]}"),
    (r"[×·⋅∙]", lambda found: f"{_PRODUCT}, not {found[0]}"),
    (r"[÷∕]", lambda found: f"write a quotient with /, not {found[0]}"),
    (r"[−–—]", lambda found: f"write minus as -, not {found[0]}"),
    (r"[⁰¹²³⁴⁵⁶⁷⁸⁹]", lambda found: f"write a power with **, not {found[0]}"),
    (r"[≤≥≠∞]", lambda found: f"write {_ASCII[found[0]]}, not {found[0]}"),
    (r"⌊", lambda found: "write floor(x), not ⌊x⌋"),
    (r"⌈", lambda found: "write ceil(x), not ⌈x⌉"),
    (r"√", lambda found: "write a square root as sqrt(x)"),
    (r"\|", lambda found: "write an absolute value as abs(x), not |x|"),
    (r"(?<![<>=!:])=(?!=)", lambda found: "give only the expression, without a name and ="),
    (r"\)\s*(?=[\w.])", lambda found: _PRODUCT),
    (rf"({_NAME})\s+({_NAME}|{_NUMBER})", lambda found: _side_by_side(found[1], found[2])),
    (rf"(?<!\w){_NAME}", lambda found: _as_variable(found[0])),
]
_OF_EXPRESSIONS = {"if", "else", "and", "or", "not", "in", "is", "None", "True", "False"}


def _explain_slip(text: str) -> None:
    """Raise an ExpressionError that says what to write if the text, which cannot be parsed, has one of the usual slips."""
    for pattern, told in _SLIPS:
        for found in re.finditer(pattern, text):
            message = told(found)
            if message:
                raise ExpressionError(message, found.start() + 1, found.end() + 1)


def _decimal_comma(found: re.Match[str]) -> str:
    """The message for a comma in a number; "" inside parentheses, where it may separate arguments."""
    before = found.string[: found.start()]
    either = f"{found[1]}{found[2]} or " if len(found[2]) == 3 and found[1].strip("0") else ""
    return f"write {either}{found[1]}.{found[2]}, not {found[0]}" if before.count("(") == before.count(")") else ""


def _side_by_side(name: str, operand: str) -> str:
    if iskeyword(name) or iskeyword(operand):
        return ""
    return f"call an op with parentheses: {name}({operand})" if name in functions() else f"{_PRODUCT}: {name}*{operand}"


def _as_variable(name: str) -> str:
    """The message for a keyword used as a variable; "" for keywords that may stand in an expression."""
    if not iskeyword(name) or name in _OF_EXPRESSIONS:
        return ""
    return f"{name} is a Python keyword and cannot be a variable name: choose another"


def _meant(name: str) -> str:
    """The end of an error about an unknown function: what was probably meant."""
    if len(name) == 1:
        return f": {_PRODUCT}"
    other = OTHER_NAMES.get(name.lower())
    return f": did you mean {other}?" if other else did_you_mean(name, functions())


def _unknown(name: str, values: Mapping[str, Value | float]) -> str:
    """The end of an error about a name without a value: what was probably meant."""
    if name in functions():
        return f"; {name} is a function: write {name}(x)"
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    for i in range(1, len(name)):
        if name[i:] in values:
            if name[:i] in functions():
                return f"; call an op with parentheses: {name[:i]}({name[i:]})"
            if name[:i] in values:
                return f"; {_PRODUCT}: {name[:i]}*{name[i:]}"
    return did_you_mean(name, values).replace(":", ";")


def _variable(node: ast.Name, values: Mapping[str, Value | float]) -> Value | float:
    if node.id not in values:
        raise ExpressionError(f"no value for {node.id!r}: give {node.id}=…{_unknown(node.id, values)}", *_columns(node))
    return values[node.id]


def _constant(node: ast.Constant) -> float:
    if type(node.value) not in (int, float):
        raise ExpressionError(f"{node.value!r} is not a real number", *_columns(node))
    try:
        return number(node.value)
    except ValueError as error:
        raise ExpressionError(str(error), *_columns(node)) from None


_AND_OR = "and, or: multiply comparisons, as in (x > 0)*(x < 1)"


def _operation(node: ast.expr) -> tuple[Callable[..., Any], list[ast.expr]]:
    """The op of a node and its operands, or ExpressionError if it is not allowed."""
    match node:
        case ast.BinOp() if type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)], [node.left, node.right]
        case ast.UnaryOp() if type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)], [node.operand]
        case ast.Compare(ops=[operator]) if type(operator) in _OPERATORS:
            return _OPERATORS[type(operator)], [node.left, node.comparators[0]]
        case ast.Call():
            return _function(node), node.args
        case ast.IfExp():
            return ops.where, [node.test, node.body, node.orelse]
        case ast.BinOp():
            hints = {ast.BitXor: ": write a power with **", ast.BitAnd: f"; {_AND_OR}", ast.BitOr: f"; {_AND_OR}"}
            hint = hints.get(type(node.op), "")
            raise ExpressionError(f"the operators are + - * / % and **{hint}", node.left.col_offset + 1, _columns(node)[1])
    refusals = {
        ast.Attribute: "attributes are not allowed",
        ast.Subscript: "indexing is not allowed",
        ast.Lambda: "functions cannot be defined here",
        ast.Compare: "only one comparison at a time",
        ast.Starred: "write the arguments out one by one",
        ast.List: "write the arguments out one by one",
        ast.BoolOp: _AND_OR,
        ast.Not: "not: compare with 0, as in x == 0",
        ast.Set: "use round brackets",
        ast.Tuple: "one expression at a time; write 3.5, not 3,5",
    }
    kind = type(node.op) if isinstance(node, ast.UnaryOp) else type(node)
    raise ExpressionError(refusals.get(kind, f"{kind.__name__} is not allowed here"), *_columns(node))


def _function(node: ast.Call) -> Callable[..., Any]:
    """The function that is called; ExpressionError if it is unknown or isn't called by its name alone."""
    called = node.func
    if not isinstance(called, ast.Name):
        name = called.attr if isinstance(called, ast.Attribute) else ""
        if name and name not in functions():
            raise ExpressionError(f"{name!r} is not an op{_meant(name)}", *_columns(called))
        hint = f"write {name}(…)" if name else _PRODUCT
        raise ExpressionError(f"only ops can be called, by name: {hint}", *_columns(called))
    name = called.id
    if name not in functions():
        raise ExpressionError(f"{name!r} is not an op{_meant(name)}", *_columns(called))
    if node.keywords:
        raise ExpressionError(f"{name} takes no keyword arguments", *_columns(node.keywords[0].value))
    if name in TABLE:
        return TABLE[name]
    function: Callable[..., Any] = getattr(composites, name)
    return (lambda *xs: function(xs)) if name in _OF_A_LIST else function
