"""to_python: a recorded graph as a straight-line Python program, forward and backward."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from autograd import context
from autograd._check import checked_value
from autograd._format import unique_names
from autograd.compiler.recorded import Recorded
from autograd.formulas.partials import simplified, textbook_partial
from autograd.graph import Graph
from autograd.op import Op, number
from autograd.python_source import (
    Source,
    called_words,
    constant,
    expressions,
    identifier,
    operation,
    preamble,
    reserved_words,
    variable,
)
from autograd.sweeps import topological_order
from autograd.value import Value, operands, takes_gradient

MAX_RULE = 120  # characters of a partial in one expression


def to_python(y: Value) -> Source:
    """The computation of y and of its gradient as a short Python program that needs nothing but `math`.

    Leaves first, then one line per operation, then `# backward`: the reverse sweep, `dx` for ∂y/∂x (frozen and detached
    leaves have none). Names are yours as far as Python allows (`layers[0].b` is `layers_0_b`, `lambda` is `lambda_`). The
    value agrees bit for bit, as does the gradient with that of `gradients(y, leaves)`; `backward()` may add in another
    order and differ in the last digits. A partial written for accuracy has its textbook form as a comment. The program
    is for the leaves as they are now: its backward pass goes through the branch that `where` takes here, and where Python
    raises but IEEE-754 has a result (1/0, log(0), exp(800)), that result is written as a number, with a comment.

    TypeError if y is not a Value; ValueError if a custom op has no `source` of operators and `math`. If a custom
    rule cannot be written out, its partial is a number.

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
    parts = [*preamble(code, program.functions), *map("\n".join, (leaves, forward, ["# backward", *backward]))]
    return Source("\n\n".join(part for part in parts if part))


class _Program:
    """The lines for each node of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        here = Recorded(graph).at({})
        self.values = here.values
        self.partials = {node: here.flowing(node) for node in graph}
        self.functions = reserved_words().union(*(called_words(node.op, "to_python") for node in graph if node.op is not None))
        self.names = unique_names(graph.names, lambda name: identifier(name, self.functions))
        taken = {*self.names.values(), *self.functions}
        self.adjoints = unique_names({node: f"d{name}" for node, name in self.names.items()}, str, taken)
        taken.update(self.adjoints.values())
        self._temporaries = (name for i in count(1) if (name := f"t{i}") not in taken)

    def forward(self, node: Value, op: Op) -> list[str]:
        name, args = self.names[node], [self._written(arg) for arg in node.args]
        if _raises(op, operands(node, self.values)):
            return [f"{name} = {self.values[node]!r}  # {ast.unparse(operation(op, args))}: Python raises here"]
        return _assigned(name, op, args, self.values[node])

    def backward(self) -> Iterator[str]:
        """The lines of the sweep: what each node passes on to its arguments."""
        (root,) = self.graph.roots
        reached = {root}
        if root.requires_grad:
            yield f"{self.adjoints[root]} = 1.0"
        for node in reversed(self.graph.nodes):
            if node.op is not None and node in reached:
                yield from self._contributions(node, node.op, reached)
        leaves = (node for node in self.graph if node.op is None and takes_gradient(node))
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
        """The lines needed first; then for each argument its partial, and a comment on it."""
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
        except Exception:  # a custom rule, which may do anything with a Value
            return [], [constant(partial or 0.0) for partial in recorded], ["  # as recorded"] * len(args)
        found = [partial if type(partial) is Value else number(0.0 if partial is None else partial) for partial in partials]
        lines, rules, raising = self._derived(found, known)
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
        """Expressions as Python: lines for the parts they share, each expression, and whether Python raises in it."""
        nodes = topological_order([partial for partial in partials if type(partial) is Value])
        same = simplified(nodes, choose=True)
        results = [same[partial] if type(partial) is Value else partial for partial in partials]
        uses = Counter(result for result in results if type(result) is Value)
        for node in reversed(nodes):
            if node in uses:
                uses.update(arg for arg in (same[arg] for arg in node.args if type(arg) is Value) if type(arg) is Value)
        detached = {node: constant(node.data) for node in nodes if node.op is None}  # by a custom rule
        written, raising, lines = {**detached, **known}, set[Value](), list[str]()
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
                lines += _assigned(name, node.op, parts, node.data)
                written[node] = variable(name)
        rules = [written[result] if type(result) is Value else constant(result) for result in results]
        return lines, rules, [type(result) is Value and result in raising for result in results]

    def _written(self, arg: Value | float) -> ast.expr:
        return variable(self.names[arg]) if type(arg) is Value else constant(arg)


def _raises(op: Op, numbers: Sequence[float]) -> bool:
    """True if plain Python raises when it computes this."""
    try:
        op.forward(*numbers)
    except (ArithmeticError, ValueError):
        return True
    return False


def _assigned(name: str, op: Op, args: Sequence[ast.expr], z: float) -> list[str]:
    """`name = …` for an operation with the result z."""
    found = expressions(op, args, variable(name), from_zero=repr(z) == "0.0")
    return [f"{name} = {ast.unparse(expression)}" for expression in found]
