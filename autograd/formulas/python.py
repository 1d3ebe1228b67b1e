"""to_python: a recorded graph as a straight-line Python program, forward and backward."""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import reduce
from itertools import count
from typing import Any, cast

from autograd import context, ops, scalar_math
from autograd._check import checked_value
from autograd._format import one_line, unique_names
from autograd.compiler.recorded import Recorded
from autograd.formulas.partials import simplified, textbook_partial
from autograd.graph import Graph
from autograd.op import Op, number, python_tree, slots
from autograd.sweeps import topological_order
from autograd.value import Value, operands

MAX_RULE = 120  # characters of a partial in one expression
MAX_TERMS_PER_LINE = 10  # of a sum or product, which Python's parser nests


def _bare_source(function: Callable[..., Any]) -> str:
    """The text of a function without its types, its docstring as a comment."""
    header, _, body = inspect.getsource(function).partition("\n")
    header = re.sub(r": \w+(?=[,)])| -> .+(?=:$)", "", header)
    body = re.sub(r'    """(.*?)\.?"""', r"    # \1", body, count=1, flags=re.DOTALL)
    return f"{header}\n{body}"


# Functions that a program may need beyond operators and `math`.
HELPERS = {
    name: _bare_source(function)
    for name, function in vars(scalar_math).items()
    if inspect.isfunction(function) and function.__module__ == scalar_math.__name__
}
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
RESERVED = (
    frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "inf", "nan", *HELPERS])
    | ops.BUILT_IN
    | frozenset(word for text in HELPERS.values() for word in _WORD.findall(text) if hasattr(math, word))
)
_FUNCTIONS = frozenset(("abs", "float", "max", "min"))
_ALLOWED = (
    *(ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.Compare, ast.Call, ast.Name, ast.Constant),
    *(ast.Lambda, ast.arguments, ast.arg, ast.List, ast.Tuple, ast.Starred),
    *(ast.operator, ast.boolop, ast.unaryop, ast.cmpop, ast.expr_context),
)


class Source(str):
    """Python source whose repr is the source itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def to_python(y: Value) -> Source:
    """The computation of y and of its gradient as a short Python program that needs nothing but `math`.

    Leaves first, then one line per operation, then `# backward`: the reverse sweep, `dx` for ∂y/∂x (frozen leaves have
    none). Names are yours as far as Python allows (`layers[0].b` is `layers_0_b`, `lambda` is `lambda_`). The program
    gives bit for bit the value, and the gradient as `gradients(y, leaves)` gives it; `backward()` may add in another
    order and differ in the last digits. A partial that is written for exactness has the textbook form as a comment. It
    is a program for the leaves as they are now: the branch that `where` takes is the one taken here, and where Python
    raises but IEEE-754 has a result (1/0, log(0), exp(800)), this result stands as a number, with a comment.

    TypeError if y is not a Value; ValueError if an op of your own has no `source` of operators and `math`. Where a
    rule of your own cannot be written out, its partial stands as a number.

    >>> x, w = Value(3.0, "x"), Value(2.0, "w")
    >>> y = x * w + x
    >>> y.label = "y"
    >>> print(to_python(y))
    x = 3.0
    w = 2.0
    <BLANKLINE>
    v2 = x * w
    y = v2 + x
    <BLANKLINE>
    # backward
    dy = 1.0
    dv2 = dy
    dx = dy
    dx += dv2 * w
    dw = dv2 * x
    """
    program = _Program(Graph(checked_value("to_python({})", "y", y)))
    leaves = [f"{program.names[node]} = {program.values[node]!r}" for node in program.graph if node.op is None]
    forward = [line for node in program.graph if node.op is not None for line in program.forward(node, node.op)]
    backward = list(program.backward())
    code = "\n".join(line.partition("  #")[0] for line in [*leaves, *forward, *backward])
    parts = [*_preamble(code, program.functions), *map("\n".join, (leaves, forward, ["# backward", *backward]))]
    return Source("\n\n".join(part for part in parts if part))


class _Program:
    """The lines for each node of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        here = Recorded(graph).at({})
        self.values = here.values
        self.partials = {node: here.without_frozen(node) for node in graph}
        self.functions = RESERVED.union(*(_words(node.op) for node in graph if node.op is not None))
        self.names = unique_names(graph.names, lambda name: identifier(name, self.functions))
        taken = {*self.names.values(), *self.functions}
        self.adjoints = unique_names({node: f"d{name}" for node, name in self.names.items()}, str, taken)
        taken.update(self.adjoints.values())
        self._temporaries = (name for i in count(1) if (name := f"t{i}") not in taken)

    def forward(self, node: Value, op: Op) -> list[str]:
        """The operation."""
        name, args = self.names[node], [self._written(arg) for arg in node.args]
        if _raises(op, operands(node, self.values)):
            return [f"{name} = {self.values[node]!r}  # {ast.unparse(operation(op, args))}: Python raises here"]
        return _assignments(name, op, args, self.values[node])

    def backward(self) -> Iterator[str]:
        """The sweep: what each node passes on to its arguments."""
        (root,) = self.graph.roots
        reached = {root}
        if root.requires_grad:
            yield f"{self.adjoints[root]} = 1.0"
        for node in reversed(self.graph.nodes):
            if node.op is not None and node in reached:
                yield from self._contributions(node, node.op, reached)
        leaves = (node for node in self.graph if node.op is None and node.requires_grad)
        yield from (f"{self.adjoints[node]} = 0.0" for node in leaves if node not in reached)

    def _contributions(self, node: Value, op: Op, reached: set[Value]) -> Iterator[str]:
        before, rules, comments = self._rules(node, op)
        yield from before
        for arg, partial, rule, comment in zip(node.args, self.partials[node], rules, comments, strict=True):
            if partial is None:
                continue
            sign, contribution = "", variable(self.adjoints[node])
            if (text := ast.unparse(rule)) == "-1.0":
                sign = "-"
            elif text != "1.0":
                contribution = ast.BinOp(contribution, ast.Mult(), rule)
            assign = f"{sign or '+'}= " if arg in reached else f"= {sign}"
            reached.add(arg)
            yield f"{self.adjoints[arg]} {assign}{ast.unparse(contribution)}{comment}"

    def _rules(self, node: Value, op: Op) -> tuple[list[str], list[ast.expr], list[str]]:
        """The lines needed first; for each argument its partial, and a comment on it."""
        recorded = self.partials[node]
        wanted = [partial is not None for partial in recorded]
        z, args = Value(self.values[node]), [arg if type(arg) is float else Value(self.values[arg]) for arg in node.args]
        known = {leaf: self._written(arg) for leaf, arg in zip(args, node.args, strict=True) if type(leaf) is Value}
        known[z] = self._written(node)
        textbook: list[Value | float | None] = [None] * len(args)
        try:
            with context.enable_grad(), context.quiet():
                partials = op.partials_at(z, args, wanted)
                if op.textbook:
                    textbook = [textbook_partial(op, i, args, z) if want else None for i, want in enumerate(wanted)]
        except Exception:  # a rule of the user's, which may do anything with a Value
            return [], [constant(partial or 0.0) for partial in recorded], ["  # as recorded"] * len(args)
        lines, rules, raising = self._derived([0.0 if partial is None else _number(partial) for partial in partials], known)
        comments = [""] * len(args)
        for i, partial in enumerate(recorded):
            if partial is not None and raising[i]:
                comments[i] = f"  # {ast.unparse(rules[i])}: Python raises here"
                rules[i] = constant(partial)
            elif (form := textbook[i]) is not None:
                text = ast.unparse(self._derived([form], known)[1][0])
                comments[i] = f"  # {text}" if text != ast.unparse(rules[i]) else ""
        return lines, rules, comments

    def _derived(
        self, partials: Sequence[Value | float], known: Mapping[Value, ast.expr]
    ) -> tuple[list[str], list[ast.expr], list[bool]]:
        """Expressions as Python: lines for what they share; each written out; whether Python raises in it."""
        nodes = topological_order([partial for partial in partials if type(partial) is Value])
        same = simplified(nodes, choose=True)
        results = [same[partial] if type(partial) is Value else partial for partial in partials]
        uses = Counter(result for result in results if type(result) is Value)
        for node in reversed(nodes):
            if node in uses:
                uses.update(arg for arg in (same[arg] for arg in node.args if type(arg) is Value) if type(arg) is Value)
        written, raising, lines = dict(known), set[Value](), list[str]()
        for node in nodes:
            if node.op is None or node not in uses:
                continue
            args = [same[arg] if type(arg) is Value else arg for arg in node.args]
            parts = [written[arg] if type(arg) is Value else constant(arg) for arg in args]
            written[node] = operation(node.op, parts)
            numbers = [arg.data if type(arg) is Value else arg for arg in args]
            if _raises(node.op, numbers) or any(type(arg) is Value and arg in raising for arg in args):
                raising.add(node)
            elif uses[node] > 1 or node.op.arity is None or len(ast.unparse(written[node])) > MAX_RULE:
                name = next(self._temporaries)
                lines += _assignments(name, node.op, parts, node.data)
                written[node] = variable(name)
        rules = [written[result] if type(result) is Value else constant(result) for result in results]
        return lines, rules, [type(result) is Value and result in raising for result in results]

    def _written(self, arg: Value | float) -> ast.expr:
        return variable(self.names[arg]) if type(arg) is Value else constant(arg)


def _number(partial: Any) -> Value | float:
    return partial if type(partial) is Value else number(partial)


def _raises(op: Op, numbers: Sequence[float]) -> bool:
    """Does plain Python raise when it computes this?"""
    try:
        op.forward(*numbers)
    except (ArithmeticError, ValueError):
        return True
    return False


# -- syntax trees, which `ast.unparse` puts into text ------------------------------------------------


def variable(name: str) -> ast.expr:
    """A name."""
    return ast.Name(name, ast.Load())


def constant(x: float) -> ast.expr:
    """A number: a negative one is minus a number, as Python parses it; infinity and NaN are those of `math`."""
    if math.isnan(x):
        return variable("nan")
    if math.copysign(1.0, x) < 0.0:
        return ast.UnaryOp(ast.USub(), constant(-x))
    return variable("inf") if math.isinf(x) else ast.Constant(x)


def operation(op: Op, args: Sequence[ast.expr]) -> ast.expr:
    """The operation on arguments that are expressions."""
    if op.terms is not None and op.arity is None:
        return _chained(ast.Add(), [_chained(ast.Mult(), [args[i] for i in term]) for term in op.terms(len(args))])
    template = python_tree(op.plain, len(args), op.arity is None)
    return cast(ast.expr, filled(template, dict(zip(slots(len(args)), args, strict=True))))


def _chained(operator: ast.operator, operands: Sequence[ast.expr]) -> ast.expr:
    return reduce(lambda one, other: ast.BinOp(one, operator, other), operands)


def filled(node: Any, args: Mapping[str, ast.expr]) -> Any:
    """A copy of a part of a syntax tree, with the arguments in the places of these names."""
    if isinstance(node, list):
        return [filled(part, args) for part in node]
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, ast.Name) and node.id in args:
        return args[node.id]
    return type(node)(**{field: filled(part, args) for field, part in ast.iter_fields(node)})


def _assignments(name: str, op: Op, args: Sequence[ast.expr], z: float) -> list[str]:
    """`name = …` for an operation with the result z; a long sum or product on several lines, `name = name + …`.

    A sum starts from +0.0. That matters if all its terms are -0.0, so a sum that is +0.0 is written with it.
    """
    if op.terms is None or op.arity is not None:
        return [f"{name} = {ast.unparse(operation(op, args))}"]
    terms = [[args[i] for i in term] for term in op.terms(len(args))]
    operator: ast.operator = ast.Add()
    if all(len(term) == 1 for term in terms) and repr(z) == "0.0":
        parts = [constant(0.0), *args]
    elif len(terms) == 1:
        operator, parts = ast.Mult(), terms[0] or [constant(1.0)]
    else:
        parts = [_chained(ast.Mult(), term) for term in terms]
    pieces = [parts[i : i + MAX_TERMS_PER_LINE] for i in range(0, len(parts), MAX_TERMS_PER_LINE)]
    lines = [pieces[0], *([variable(name), *piece] for piece in pieces[1:])]
    return [f"{name} = {ast.unparse(_chained(operator, line))}" for line in lines]


# -- names and functions -----------------------------------------------------------------------------


def identifier(name: str, reserved: Collection[str] = RESERVED) -> str:
    """A valid identifier that shadows nothing, as close as possible to the given name.

    >>> identifier("layers[0].w[1]"), identifier("lambda"), identifier("2nd try"), identifier("??")
    ('layers_0_w_1', 'lambda_', 'v2nd_try', 'v')
    """
    letters = [c if f"v{c}".isidentifier() else "_" for c in unicodedata.normalize("NFKC", one_line(name))]
    word = re.sub("__+", "_", "".join(letters)).strip("_")
    word = word if word.isidentifier() else f"v{word}"
    return f"{word}_" if word in reserved else word


def _words(op: Op) -> set[str]:
    """The functions that the source of a custom op calls; ValueError if Python does not know them.

    (Those of the built-in ops are reserved anyway.) The variables of a `lambda` count too: they would shadow an argument.
    """
    if op.built_in:
        return set()
    count = op.arity or 2
    nodes = list(ast.walk(python_tree(op.plain, count, op.arity is None)))
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    words = {node.id for node in nodes if isinstance(node, ast.Name)}.difference(slots(count))
    if not words <= {*vars(math), *_FUNCTIONS, *bound} or not all(isinstance(node, _ALLOWED) for node in nodes):
        raise ValueError(
            f"to_python: {op.plain!r} is not Python that the program can run: "
            f"tell custom_op the source of {op.name}, an expression of operators and functions of math"
        )
    return words | bound


def _preamble(code: str, functions: Collection[str]) -> Iterator[str]:
    """The import and the helper functions that the code needs."""
    words = set(_WORD.findall(code))
    needed: dict[str, str] = {}
    while more := {name: text for name, text in HELPERS.items() if name in words and name not in needed}:
        needed |= more
        words.update(word for text in more.values() for word in _WORD.findall(re.sub("#.*", "", text)))
    imported = sorted(word for word in words - set(HELPERS) if word in functions and hasattr(math, word))
    if imported:
        yield f"from math import {', '.join(imported)}"
    yield from (text.rstrip() for name, text in HELPERS.items() if name in needed)
