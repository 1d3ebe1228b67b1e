"""The functions of the table in other languages: Python's syntax trees, written as C or JavaScript.

So that a formula is written once: an op's `plain` column and the functions it calls, those of `scalar_math` and of
`library`, are read as text. They need only a small part of Python: numbers, truth values, lists of numbers and pairs;
conditionals and loops. Both languages share its operators, so a `Writer` says only where they differ.
"""

from __future__ import annotations

import ast
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from autograd import scalar_math
from autograd.compiler.exports import library
from autograd.compiler.exports.declarations import Declarations, declarations
from autograd.errors import CompileError

NUMBER, TRUTH, LIST, PAIR = "number", "truth", "list", "pair"
CONDITIONAL, OR, AND, EQUAL, ORDER, SUM, PRODUCT, UNARY, ATOM = range(9)  # precedence, from loosest to tightest
INDENT = "    "

_KINDS = {"float": NUMBER, "bool": TRUTH, "tuple[float, float]": PAIR, "list[float]": LIST, "Sequence[float]": LIST}
_OPERATORS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Add: ("+", SUM),
    ast.Sub: ("-", SUM),
    ast.Mult: ("*", PRODUCT),
    ast.Div: ("/", PRODUCT),
    ast.Lt: ("<", ORDER),
    ast.LtE: ("<=", ORDER),
    ast.Gt: (">", ORDER),
    ast.GtE: (">=", ORDER),
    ast.Eq: ("==", EQUAL),
    ast.NotEq: ("!=", EQUAL),
    ast.And: ("&&", AND),
    ast.Or: ("||", OR),
}
_CALLED = {ast.Pow: "pow", ast.Mod: "modulo", ast.FloorDiv: "floor_quotient"}
_RESULTS = {"isfinite": TRUTH, "isinf": TRUTH, "isnan": TRUTH, "frexp": PAIR}  # of functions that a language has; else a number


def pairs(text: str) -> dict[str, str]:
    """A table written as text: `name = other`, one per line or comma."""
    return dict(re.findall(r"(\w+) = ([\w.]+)", text))


_IN_LIBRARY = pairs(
    "hypot = length, fsum = exact_sum, round = nearest_even, remainder = nearest_rest, erf = error_function, erfc = complement"
)


class Text(NamedTuple):
    """An expression: how it is written, its precedence, and what it is."""

    text: str
    precedence: int = ATOM
    kind: str = NUMBER

    def within(self, precedence: int) -> str:
        """It as an operand: in brackets if it binds less tightly than this."""
        return self.text if self.precedence >= precedence else f"({self.text})"


@cache
def function_trees() -> Mapping[str, ast.FunctionDef]:
    """The functions that can be translated, by name."""
    trees = [ast.parse(inspect.getsource(module)) for module in (library, scalar_math)]
    return {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


def kind_of(annotation: ast.expr | None) -> str:
    """What a parameter or a result is."""
    return _KINDS[ast.unparse(annotation)] if annotation is not None else NUMBER


@dataclass
class Scope:
    """A function that is being written.

    kinds        what its variables are
    home         where they are declared
    result       what it returns
    lines        its statements so far
    hoisted      declarations that stand before them
    temporaries  how many variables were made up
    """

    kinds: dict[str, str]
    home: Declarations
    result: str
    lines: list[str] = field(default_factory=list)
    hoisted: list[str] = field(default_factory=list)
    temporaries: int = 0


class Writer:
    """Writes expressions and functions in one language; a subclass is the language.

    functions   the translated functions so far, in an order in which each comes after those it calls
    elementary  the functions of `math` they call that are not exact, so that their digits depend on who computes them
    """

    language = ""
    truths = ("0", "1")  # false and true
    equality = ""  # what follows == and !=
    native: Mapping[str, str] = {}  # what functions of Python are called that the language has
    snippets: Mapping[str, str] = {}  # those of them that are written by hand
    available: Set[str] = frozenset()  # elementary functions

    def __init__(self) -> None:
        self.functions: dict[str, str] = {}
        self.elementary: set[str] = set()
        self.what = ""
        self.scope = Scope({}, Declarations({}, {}), NUMBER)

    # -- what a language says ------------------------------------------------------------------------

    def number(self, x: float) -> str:
        raise NotImplementedError

    def declared(self, kind: str, name: str, value: str) -> str:
        raise NotImplementedError

    def undeclared(self, kind: str, name: str) -> str:
        raise NotImplementedError

    def for_each(self, name: str, items: Text) -> str:
        raise NotImplementedError

    def for_numbers(self, name: str, numbers: Sequence[float]) -> str:
        raise NotImplementedError

    def new_list(self, elements: Sequence[ast.expr]) -> Text:
        raise NotImplementedError

    def comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> Text:
        raise NotImplementedError

    def indexed(self, items: Text, index: str) -> str:
        raise NotImplementedError

    def count(self, items: Text) -> str:
        raise NotImplementedError

    def method(self, items: str, name: str, value: str) -> str:
        raise NotImplementedError

    def rest_of(self, items: Text) -> Text:
        raise NotImplementedError

    def arguments(self, tree: ast.FunctionDef, args: Sequence[ast.expr]) -> list[str]:
        raise NotImplementedError

    def returned(self, value: ast.expr, kind: str) -> str:
        raise NotImplementedError

    def function(self, tree: ast.FunctionDef, body: Sequence[str]) -> str:
        raise NotImplementedError

    # -- functions -----------------------------------------------------------------------------------

    def translated(self, expression: ast.expr, kinds: Mapping[str, str], what: str) -> Text:
        """An expression in variables of these kinds; CompileError, which names `what`, if the language cannot say it."""
        self.what = what
        self.scope = Scope(dict(kinds), Declarations({}, {}), NUMBER)
        found = self.expression(expression)
        if self.scope.lines:
            raise self.refusal(f"{ast.unparse(expression)!r} is not one expression there")
        return found

    def require(self, name: str) -> None:
        """Write a function, unless that is done."""
        if name in self.functions:
            return
        if name in self.snippets:
            self.functions[name] = self.snippets[name]
            return
        tree = function_trees()[name]
        outer = self.scope
        kinds = {arg.arg: kind_of(arg.annotation) for arg in tree.args.args}
        if tree.args.vararg is not None:
            kinds[tree.args.vararg.arg] = LIST
        self.scope = Scope(kinds, declarations(tree), kind_of(tree.returns))
        self.functions[name] = ""  # it may call itself
        self.block(tree.body[1:], indented=True)
        body = [*self.scope.hoisted, *self.scope.lines]
        del self.functions[name]
        self.functions[name] = self.function(tree, body)
        self.scope = outer

    def temporary(self) -> str:
        """A name that nothing bears yet."""
        self.scope.temporaries += 1
        return f"t{self.scope.temporaries}"

    # -- statements ----------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt], indented: bool = False) -> None:
        outer, self.scope.lines = self.scope.lines, []
        for name in self.scope.home.at_start.get(id(statements[0]), ()):
            self.scope.lines.append(f"@declare {name}")
        for statement in statements:
            self._dispatch("statement", statement)
        lines = [line for line in map(self._with_declaration, self.scope.lines) if line]
        self.scope.lines = outer
        self.scope.lines += [INDENT + line for line in lines] if indented else lines

    def _with_declaration(self, line: str) -> str:
        # A variable's kind is known only once its first assignment has been read.
        start, _, name = line.partition("@declare ")
        return start + self.undeclared(self.scope.kinds[name], name) if name else line

    def _dispatch(self, role: str, node: ast.AST) -> Text | None:
        write = getattr(self, f"{role}_{type(node).__name__}", None)
        if write is None:
            raise self.refusal(f"{ast.unparse(node)!r} cannot be translated")
        found: Text | None = write(node)
        return found

    def refusal(self, why: str) -> CompileError:
        """The error for what the language cannot say."""
        return CompileError(f"{self.what} has no {self.language} form: {why}")

    def assign(self, target: str, value: Text, at: ast.stmt) -> None:
        """`target = value`, and the declaration of the variable if this is its first assignment."""
        self.scope.kinds.setdefault(target, value.kind)
        declare = self.scope.home.at_assignment.get(target) == id(at)
        self.scope.lines.append(self.declared(value.kind, target, value.text) if declare else f"{target} = {value.text};")

    def unpack(self, target: ast.expr, value: ast.expr, at: ast.stmt) -> None:
        """`target = value`, where the target may be several variables."""
        if isinstance(target, ast.Name):
            self.assign(target.id, self.expression(value), at)
        elif isinstance(target, ast.Subscript):
            self.scope.lines.append(f"{self.expression(target).text} = {self.expression(value).text};")
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            self._unpack_each(target.elts, value.elts, at)
        elif isinstance(target, ast.Tuple):
            items = self.named(self.expression(value))
            for i, part in enumerate(target.elts):
                if isinstance(part, ast.Starred) and isinstance(part.value, ast.Name):
                    self.assign(part.value.id, self.rest_of(items), at)  # only `first, *rest`
                elif isinstance(part, ast.Name) and part.id != "_":
                    self.assign(part.id, Text(self.indexed(items, str(i))), at)

    def _unpack_each(self, targets: Sequence[ast.expr], values: Sequence[ast.expr], at: ast.stmt) -> None:
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        read = {node.id for value in values[1:] for node in ast.walk(value) if isinstance(node, ast.Name)}
        if names & read:  # a swap: read everything before writing anything
            found = [self.named(self.expression(value), copy=True) for value in values]
            for target, text in zip(targets, found, strict=True):
                self.assign(ast.unparse(target), text, at)
            return
        for target, value in zip(targets, values, strict=True):
            self.unpack(target, value, at)

    def named(self, value: Text, copy: bool = False) -> Text:
        """The value as a variable."""
        if value.text.isidentifier() and not copy:
            return value
        name = self.temporary()
        self.scope.kinds[name] = value.kind
        self.scope.lines.append(self.declared(value.kind, name, value.text))
        return Text(name, ATOM, value.kind)

    def statement_Assign(self, node: ast.Assign) -> None:
        self.unpack(node.targets[0], node.value, node)

    def statement_AnnAssign(self, node: ast.AnnAssign) -> None:
        assert node.value is not None
        self.unpack(node.target, node.value, node)

    def statement_AugAssign(self, node: ast.AugAssign) -> None:
        symbol, _ = _OPERATORS[type(node.op)]
        self.scope.lines.append(f"{self.expression(node.target).text} {symbol}= {self.expression(node.value).text};")

    def statement_Return(self, node: ast.Return) -> None:
        assert node.value is not None
        self.scope.lines.append(self.returned(node.value, self.scope.result))

    def statement_Expr(self, node: ast.Expr) -> None:
        call = node.value
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Attribute)
        self.scope.lines.append(self.method(ast.unparse(call.func.value), call.func.attr, self.expression(call.args[0]).text))

    def statement_Delete(self, node: ast.Delete) -> None:
        (target,) = node.targets
        assert isinstance(target, ast.Subscript)
        assert isinstance(target.slice, ast.Slice)
        assert target.slice.lower is not None
        self.scope.lines.append(self.method(ast.unparse(target.value), "truncate", self.expression(target.slice.lower).text))

    def statement_If(self, node: ast.If) -> None:
        self.scope.lines.append(f"if ({self.truth(node.test).text}) {{")
        self.block(node.body, indented=True)
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            start = len(self.scope.lines)
            self.block(node.orelse)
            self.scope.lines[start] = f"}} else {self.scope.lines[start]}"
            return
        if node.orelse:
            self.scope.lines.append("} else {")
            self.block(node.orelse, indented=True)
        self.scope.lines.append("}")

    def statement_While(self, node: ast.While) -> None:
        self._loop(f"while ({self.truth(node.test).text})", node.body)

    def statement_For(self, node: ast.For) -> None:
        assert isinstance(node.target, ast.Name)
        name = node.target.id
        if isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range":
            start, stop, step = _range(node.iter)
            self.scope.kinds.setdefault(name, NUMBER)
            ahead, by = ("<", f"{name} += {step}") if step > 0 else (">", f"{name} -= {-step}")
            self._loop(f"for ({self.declared(NUMBER, name, str(start))} {name} {ahead} {stop}; {by})", node.body)
            return
        numbers = _numbers(node.iter)
        header = self.for_each(name, self.expression(node.iter)) if numbers is None else self.for_numbers(name, numbers)
        self.scope.kinds[name] = NUMBER
        self._loop(header, node.body)

    def _loop(self, header: str, body: Sequence[ast.stmt]) -> None:
        opening, *first = header.split("\n")
        self.scope.lines.append(f"{opening} {{")
        self.scope.lines += [INDENT + line for line in first]
        self.block(body, indented=True)
        self.scope.lines.append("}")

    def statement_Break(self, node: ast.Break) -> None:
        self.scope.lines.append("break;")

    def statement_Continue(self, node: ast.Continue) -> None:
        self.scope.lines.append("continue;")

    # -- expressions ---------------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> Text:
        """An expression as text."""
        constant = _constant(node)
        if constant is not None:
            text = self.number(constant)
            return Text(text, UNARY if text.startswith("-") else ATOM)
        found = self._dispatch("expression", node)
        assert found is not None
        return found

    def truth(self, node: ast.expr) -> Text:
        """An expression as a condition: a number is true unless it is 0, a list unless it is empty."""
        found = self.expression(node)
        if found.kind == TRUTH:
            return found
        if found.kind == LIST:
            return Text(f"{self.count(found)} > 0", ORDER, TRUTH)
        return Text(f"{found.within(ORDER)} {self.symbol(ast.NotEq())} {self.number(0.0)}", EQUAL, TRUTH)

    def symbol(self, operator: ast.AST) -> str:
        symbol, _ = _OPERATORS[type(operator)]
        return symbol + self.equality if isinstance(operator, (ast.Eq, ast.NotEq)) else symbol

    def expression_Name(self, node: ast.Name) -> Text:
        if node.id in self.scope.kinds:
            return Text(node.id, ATOM, self.scope.kinds[node.id])
        raise self.refusal(f"{node.id!r} is unknown")

    def expression_Constant(self, node: ast.Constant) -> Text:
        if type(node.value) is not bool:
            raise self.refusal(f"{node.value!r} is no number")
        return Text(self.truths[node.value], ATOM, TRUTH)

    def expression_BinOp(self, node: ast.BinOp) -> Text:
        if isinstance(node.op, ast.FloorDiv) and _constant(node.right) == 1.0:
            return self.call("floor", [node.left])
        if type(node.op) in _CALLED:
            return self.call(_CALLED[type(node.op)], [node.left, node.right])
        if type(node.op) not in _OPERATORS:
            raise self.refusal(f"{ast.unparse(node)!r} is no arithmetic on floats")
        symbol, precedence = _OPERATORS[type(node.op)]
        left, right = self.expression(node.left).within(precedence), self.expression(node.right).within(precedence + 1)
        return Text(f"{left} {symbol} {right}", precedence)

    def expression_UnaryOp(self, node: ast.UnaryOp) -> Text:
        if isinstance(node.op, ast.Not):
            return Text(f"!{self.truth(node.operand).within(UNARY)}", UNARY, TRUTH)
        operand = self.expression(node.operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        inner = operand.within(UNARY)
        return Text(f"-({inner})" if inner.startswith("-") else f"-{inner}", UNARY)

    def expression_BoolOp(self, node: ast.BoolOp) -> Text:
        symbol, precedence = _OPERATORS[type(node.op)]
        # `a || b && c` needs no brackets, but C compilers ask for them.
        parts = [self.truth(part) for part in node.values]
        return Text(f" {symbol} ".join(part.within(max(precedence + 1, EQUAL)) for part in parts), precedence, TRUTH)

    def expression_Compare(self, node: ast.Compare) -> Text:
        operands = [self.expression(operand) for operand in (node.left, *node.comparators)]
        parts = []
        for operator, left, right in zip(node.ops, operands, operands[1:], strict=False):
            if type(operator) not in _OPERATORS:
                raise self.refusal(f"{ast.unparse(node)!r} is no comparison of numbers")
            parts.append(f"{left.within(SUM)} {self.symbol(operator)} {right.within(SUM)}")
        precedence = AND if len(parts) > 1 else EQUAL if isinstance(node.ops[0], (ast.Eq, ast.NotEq)) else ORDER
        return Text(" && ".join(parts), precedence, TRUTH)

    def expression_IfExp(self, node: ast.IfExp) -> Text:
        test, yes, no = self.truth(node.test), self.expression(node.body), self.expression(node.orelse)
        return Text(f"{test.within(OR)} ? {yes.within(OR)} : {no.within(CONDITIONAL)}", CONDITIONAL, yes.kind)

    def expression_Subscript(self, node: ast.Subscript) -> Text:
        index = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return Text(self.indexed(self.expression(node.value), self.expression(node.slice).text if index is None else str(index)))

    def expression_List(self, node: ast.List | ast.Tuple) -> Text:
        return self.new_list(node.elts)

    expression_Tuple = expression_List

    def expression_ListComp(self, node: ast.ListComp | ast.GeneratorExp) -> Text:
        return self.comprehension(node)

    expression_GeneratorExp = expression_ListComp

    def expression_Call(self, node: ast.Call) -> Text:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self.refusal(f"{ast.unparse(node)!r} cannot be translated")
        name, args = node.func.id, node.args
        special: Callable[[Sequence[ast.expr]], Text] | None = getattr(self, f"call_{name}", None)
        return special(args) if special else self.call(name, args)

    # -- calls ---------------------------------------------------------------------------------------

    def call(self, name: str, args: Sequence[ast.expr]) -> Text:
        """The call of a function that the language has, or of one that is translated."""
        if name in self.native or name in self.available:
            if name in self.available:
                self.elementary.add(name)
            written = self.native.get(name, name)
            if written in self.snippets:
                self.require(written)
            texts = [self.expression(arg).text for arg in args]
            return Text(f"{written}({', '.join(texts)})", ATOM, _RESULTS.get(name, NUMBER))
        name = _IN_LIBRARY.get(name, name)
        tree = function_trees().get(name)
        if tree is None:
            if hasattr(math, name):
                raise self.refusal(f"{self.language} has no {name}")
            raise self.refusal("tell custom_op its source, an expression of operators and functions of math")
        self.require(name)
        return Text(f"{name}({', '.join(self.arguments(tree, args))})", ATOM, kind_of(tree.returns))

    def call_float(self, args: Sequence[ast.expr]) -> Text:
        return self.as_number(self.expression(args[0]))

    def as_number(self, x: Text) -> Text:
        raise NotImplementedError

    def call_int(self, args: Sequence[ast.expr]) -> Text:
        return self.call("trunc", args)

    def call_list(self, args: Sequence[ast.expr]) -> Text:
        return self.new_list([ast.Starred(args[0], ast.Load())])

    def call_len(self, args: Sequence[ast.expr]) -> Text:
        return Text(self.count(self.expression(args[0])))

    def call_max(self, args: Sequence[ast.expr]) -> Text:
        return self._extreme("larger", "largest_of", args)

    def call_min(self, args: Sequence[ast.expr]) -> Text:
        return self._extreme("smaller", "smallest_of", args)

    def _extreme(self, of_two: str, of_all: str, args: Sequence[ast.expr]) -> Text:
        plain = len(args) == 2 and not any(isinstance(arg, ast.Starred) for arg in args)
        return self.call(of_two if plain else of_all, args)


# -- constants -----------------------------------------------------------------------------------------


def _constant(node: ast.expr) -> float | None:
    """The number that an expression of numbers alone is."""
    match node:
        case ast.Constant(value=float() | int() as value) if type(value) is not bool:
            return float(value)
        case ast.Name(id="inf" | "nan" | "pi" | "e" | "tau" as name):
            return float(getattr(math, name)) if name != "e" else None
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _constant(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow(), right=right):
            if _constant(left) is None or _constant(right) is None:
                return None
            try:
                return float(eval(ast.unparse(node), {"__builtins__": {}}, vars(math)))
            except (ArithmeticError, ValueError, TypeError):
                return None
    return None


def _numbers(node: ast.expr) -> list[float] | None:
    """The numbers of a literal tuple, tuples in it unpacked; None if it is something else."""
    if not isinstance(node, ast.Tuple):
        return None
    found: list[float] = []
    for part in node.elts:
        inner = _numbers(part.value) if isinstance(part, ast.Starred) else [_constant(part)]
        if inner is None or None in inner:
            return None
        found += [x for x in inner if x is not None]
    return found


def _range(call: ast.Call) -> tuple[int, int, int]:
    """Start, stop and step of a range between constants."""
    bounds: list[int] = [ast.literal_eval(arg) for arg in call.args]
    start, stop, step = (0, *bounds, 1)[:3] if len(bounds) == 1 else (*bounds, 1)[:3]
    return start, stop, step


FACTORIALS = [float(math.factorial(n)) for n in range(171)]  # all that are floats


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(re.findall(r"\w+", text))


def by_name(*texts: str) -> dict[str, str]:
    """Functions written in a language, by their names: that before the first bracket."""
    return {text.partition("(")[0].split()[-1]: text for text in texts}


def lines_of(texts: Iterable[str], width: int = 100) -> list[str]:
    """Texts separated by commas, on lines of about this width."""
    lines = [""]
    for text in texts:
        if lines[-1] and len(lines[-1]) + len(text) > width:
            lines.append("")
        lines[-1] += f"{text}, "
    return [line.rstrip() for line in lines]
