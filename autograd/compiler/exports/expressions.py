"""Translates Python expressions to another language."""

from __future__ import annotations

import ast
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field

from autograd.compiler.exports.python_trees import Declarations, constant_of, function_trees, kind_of
from autograd.compiler.exports.texts import (
    AND,
    ATOM,
    CONDITIONAL,
    EQUAL,
    LIST,
    NUMBER,
    OR,
    ORDER,
    PAIR,
    PRODUCT,
    SUM,
    TRUTH,
    UNARY,
    Text,
    pairs,
    words,
)
from autograd.errors import CompileError

OPERATORS: dict[type[ast.AST], tuple[str, int]] = {
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
_RESULTS = {"isfinite": TRUTH, "isinf": TRUTH, "isnan": TRUTH, "frexp": PAIR}  # other native functions return a number
_OF_TWO = words("copysign fmod remainder ldexp atan2 pow")  # take two arguments; other native functions take one
_IN_LIBRARY = pairs(
    "hypot = length, fsum = exact_sum, round = nearest_even, remainder = nearest_rest, erf = error_function, erfc = complement"
)


@dataclass
class OpenFunction:
    """A function that is being written.

    kinds        kinds of its variables
    home         where they are declared
    result       kind of its result
    lines        its statements so far
    hoisted      declarations that come before them
    temporaries  number of temporary variables so far
    """

    kinds: MutableMapping[str, str]
    home: Declarations
    result: str
    lines: list[str] = field(default_factory=list)
    hoisted: list[str] = field(default_factory=list)
    temporaries: int = 0


class Expressions(ABC):
    """Writes expressions in one language, given by a subclass.

    functions   the functions that they need, each after those it calls
    elementary  the inexact functions of `math` that they call, whose last digits depend on the math library
    """

    language = ""
    truths = ("0", "1")  # false and true
    equality = ""  # suffix of == and !=
    native: Mapping[str, str] = {}  # the language's names for functions of Python that it has
    snippets: Mapping[str, str] = {}  # texts of those that are written by hand
    available: Set[str] = frozenset()  # elementary functions

    def __init__(self) -> None:
        self.functions: dict[str, str] = {}
        self.elementary: set[str] = set()
        self.what = ""
        self.scope = OpenFunction({}, Declarations({}, {}), NUMBER)

    # -- defined by each language --------------------------------------------------------------------

    @abstractmethod
    def number(self, x: float) -> str:
        """A number."""

    @abstractmethod
    def declared(self, kind: str, name: str, value: str = "") -> str:
        """The declaration of a variable, with its value if it already has one."""

    @abstractmethod
    def for_each(self, name: str, items: Text) -> str:
        """The header of a loop over a list; a second line, if any, begins the body."""

    @abstractmethod
    def for_numbers(self, name: str, numbers: Sequence[float]) -> str:
        """The header of a loop over these numbers."""

    @abstractmethod
    def new_list(self, elements: Sequence[ast.expr]) -> Text:
        """A list of these elements."""

    @abstractmethod
    def comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> Text:
        """A list comprehension or generator."""

    @abstractmethod
    def indexed(self, items: Text, index: str) -> str:
        """An element of a list or pair."""

    @abstractmethod
    def count(self, items: Text) -> str:
        """The length of a list."""

    @abstractmethod
    def method(self, items: str, name: str, value: str) -> str:
        """A statement that changes a list: append, remove or truncate."""

    @abstractmethod
    def rest_of(self, items: Text) -> Text:
        """A list without its first element."""

    @abstractmethod
    def arguments(self, tree: ast.FunctionDef, args: Sequence[ast.expr]) -> list[str]:
        """The arguments of a translated function."""

    @abstractmethod
    def returned(self, value: ast.expr, kind: str) -> str:
        """A return statement."""

    @abstractmethod
    def signature(self, tree: ast.FunctionDef) -> str:
        """The header of a function, before its body."""

    @abstractmethod
    def as_number(self, x: Text) -> Text:
        """A truth value as 0 or 1; anything else as it is."""

    @abstractmethod
    def require(self, name: str) -> None:
        """Write a function, unless it is already written."""

    def dispatch(self, role: str, node: ast.AST) -> Text | None:
        write = getattr(self, f"{role}_{type(node).__name__}", None)
        if write is None:
            raise self.refusal(f"{ast.unparse(node)!r} cannot be translated")
        found: Text | None = write(node)
        return found

    def refusal(self, why: str) -> CompileError:
        """The error for something that the language can't express."""
        return CompileError(f"{self.what} has no {self.language} form: {why}")

    def temporary(self) -> str:
        """A new variable name."""
        self.scope.temporaries += 1
        return f"t{self.scope.temporaries}"

    # -- expressions ---------------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> Text:
        """The translation of an expression."""
        constant = constant_of(node)
        if constant is not None:
            text = self.number(constant)
            return Text(text, UNARY if text.startswith("-") else ATOM)
        found = self.dispatch("expression", node)
        assert found is not None
        return found

    def numeric(self, node: ast.expr) -> Text:
        """An expression as a number: a truth value is 0 or 1."""
        found = self.expression(node)
        return self.as_number(found) if found.kind == TRUTH else found

    @contextmanager
    def over(self, node: ast.GeneratorExp | ast.ListComp) -> Iterator[tuple[str, Text]]:
        """The variable of a comprehension, a number within this context, and the list that it runs over."""
        (generator,) = node.generators
        assert isinstance(generator.target, ast.Name)
        variable, items = generator.target.id, self.expression(generator.iter)
        before = self.scope.kinds.get(variable)
        self.scope.kinds[variable] = NUMBER
        yield variable, items
        if before is not None:
            self.scope.kinds[variable] = before

    def truth(self, node: ast.expr) -> Text:
        """An expression as a condition: a number is true unless it is 0, a list unless it is empty."""
        if isinstance(node, ast.BoolOp):
            symbol, precedence = OPERATORS[type(node.op)]
            # `a || b && c` needs no parentheses, but C compilers warn without them.
            parts = [self.truth(part).within(max(precedence + 1, EQUAL)) for part in node.values]
            return Text(f" {symbol} ".join(parts), precedence, TRUTH)
        found = self.expression(node)
        if found.kind == TRUTH:
            return found
        if found.kind == LIST:
            return Text(f"{self.count(found)} > 0", ORDER, TRUTH)
        return Text(f"{found.within(ORDER)} {self.symbol(ast.NotEq())} {self.number(0.0)}", EQUAL, TRUTH)

    def symbol(self, operator: ast.AST) -> str:
        symbol, _ = OPERATORS[type(operator)]
        return symbol + self.equality if isinstance(operator, (ast.Eq, ast.NotEq)) else symbol

    def expression_Name(self, node: ast.Name) -> Text:
        if node.id in self.scope.kinds:
            return Text(node.id, ATOM, self.scope.kinds[node.id])
        number = getattr(math, node.id, None)
        if type(number) is not float:
            raise self.refusal(f"{node.id!r} is unknown")
        return Text(self.number(number))

    def expression_Constant(self, node: ast.Constant) -> Text:
        if type(node.value) is not bool:
            raise self.refusal(f"{node.value!r} is not a number")
        return Text(self.truths[node.value], ATOM, TRUTH)

    def expression_BinOp(self, node: ast.BinOp) -> Text:
        if isinstance(node.op, ast.FloorDiv) and constant_of(node.right) == 1.0:
            return self.call("floor", [node.left])
        if type(node.op) in _CALLED:
            return self.call(_CALLED[type(node.op)], [node.left, node.right])
        if type(node.op) not in OPERATORS:
            raise self.refusal(f"{ast.unparse(node)!r} is no arithmetic on floats")
        symbol, precedence = OPERATORS[type(node.op)]
        left, right = self.numeric(node.left).within(precedence), self.numeric(node.right).within(precedence + 1)
        return Text(f"{left} {symbol} {right}", precedence)

    def expression_UnaryOp(self, node: ast.UnaryOp) -> Text:
        if isinstance(node.op, ast.Not):
            return Text(f"!{self.truth(node.operand).within(UNARY)}", UNARY, TRUTH)
        if isinstance(node.op, ast.Invert):
            raise self.refusal(f"{ast.unparse(node)!r} is no arithmetic on floats")
        operand = self.numeric(node.operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        inner = operand.within(UNARY)
        return Text(f"-({inner})" if inner.startswith("-") else f"-{inner}", UNARY)

    def expression_BoolOp(self, node: ast.BoolOp) -> Text:
        if all(self.expression(part).kind == TRUTH for part in node.values):
            return self.truth(node)
        first, *others = node.values  # `a or b` is a if a is true, else b
        rest = others[0] if len(others) == 1 else ast.BoolOp(node.op, others)
        choice = (first, rest) if isinstance(node.op, ast.Or) else (rest, first)
        return self.expression_IfExp(ast.IfExp(first, *choice))

    def expression_Compare(self, node: ast.Compare) -> Text:
        operands = [self.expression(operand) for operand in (node.left, *node.comparators)]
        if any(operand.kind != TRUTH for operand in operands):
            operands = list(map(self.as_number, operands))
        parts = []
        for operator, left, right in zip(node.ops, operands, operands[1:], strict=False):
            if type(operator) not in OPERATORS:
                raise self.refusal(f"{ast.unparse(node)!r} is no comparison of numbers")
            parts.append(f"{left.within(SUM)} {self.symbol(operator)} {right.within(SUM)}")
        precedence = AND if len(parts) > 1 else EQUAL if isinstance(node.ops[0], (ast.Eq, ast.NotEq)) else ORDER
        return Text(" && ".join(parts), precedence, TRUTH)

    def expression_IfExp(self, node: ast.IfExp) -> Text:
        test, yes, no = self.truth(node.test), self.expression(node.body), self.expression(node.orelse)
        if yes.kind != no.kind:
            yes, no = self.as_number(yes), self.as_number(no)
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
        """A call of a native function, or of a translated one."""
        if name in self.native or name in self.available:
            self._check_count(name, args, 2 if name in _OF_TWO else 1)
            if name in self.available:
                self.elementary.add(name)
            written = self.native.get(name, name)
            if written in self.snippets:
                self.require(written)
            texts = [self.numeric(arg).text for arg in args]
            return Text(f"{written}({', '.join(texts)})", ATOM, _RESULTS.get(name, NUMBER))
        written = _IN_LIBRARY.get(name, name)
        tree = function_trees().get(written)
        if tree is None:
            if hasattr(math, name):
                raise self.refusal(f"{self.language} has no {name}")
            raise self.refusal("tell custom_op its source, an expression of operators and functions of math")
        if tree.args.vararg is None:
            self._check_count(name, args, len(tree.args.args))
        self.require(written)
        return Text(f"{written}({', '.join(self.arguments(tree, args))})", ATOM, kind_of(tree.returns))

    def _check_count(self, name: str, args: Sequence[ast.expr], count: int) -> None:
        if len(args) != count:
            raise self.refusal(f"{name} takes {count} argument{'s' * (count > 1)} there, not {len(args)}")

    def call_float(self, args: Sequence[ast.expr]) -> Text:
        self._check_count("float", args, 1)
        return self.numeric(args[0])

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
        starred = any(isinstance(arg, ast.Starred) for arg in args)
        if len(args) < 2 and not starred:
            raise self.refusal("max and min take two arguments or more there")
        return self.call(of_all if starred or len(args) > 2 else of_two, args)
