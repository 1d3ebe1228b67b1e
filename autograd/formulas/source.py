"""A recorded graph as straight-line Python, forward and backward."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from autograd import context, ops
from autograd._check import checked_value
from autograd._format import unique_names
from autograd.formulas.python import RESERVED, assigned, constant, identifier, operation, preamble, variable, words_of
from autograd.formulas.rules import derive, reduce
from autograd.names import node_names
from autograd.op import Op, number
from autograd.replay import numbers_of, replay, replay_partials, without_frozen
from autograd.sweeps import topological_order
from autograd.value import Value

LONGEST_RULE = 120  # characters, beyond which a partial is computed in steps


class Source(str):
    """Python source; it shows itself as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def to_python(y: Value) -> Source:
    """The computation of y and of its gradient as a short Python program that needs nothing but `math`.

    Leaves first, then one line for each operation, then `# backward`: the reverse sweep, `dx` for ∂y/∂x, which a frozen
    leaf has not. Names are yours as far as Python takes them (`layers[0].b` is `layers_0_b`, `lambda` is `lambda_`). Run,
    it gives bit for bit the value, and the gradient as `gradients(y, leaves)` gives it; `backward()` may add in another
    order, and differ in the last digits. A partial that is exact where the textbook's is not has the textbook's as a
    comment. It is a program for the leaves as they are now: the branch that `where` takes is the one taken here, and
    where Python raises but IEEE-754 has a result (1/0, log(0), exp(800)), this result stands as a number, with a comment.

    A TypeError if y is no Value; a ValueError if an op of your own has no `source` of operators and `math`. Where a
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
    checked_value("to_python({})", "y", y)
    order = topological_order([y])
    program = _Program(order, node_names(order))
    leaves = [f"{program.names[node]} = {program.values[node]!r}" for node in order if node.op is None]
    forward = [line for node in order if node.op is not None for line in program.forward(node)]
    backward = list(program.backward())
    code = "\n".join(line.partition("  #")[0] for line in [*leaves, *forward, *backward])
    parts = [*preamble(code, program.functions), *map("\n".join, (leaves, forward, ["# backward", *backward]))]
    return Source("\n\n".join(part for part in parts if part))


class _Program:
    """The lines for each node of a graph."""

    def __init__(self, order: Sequence[Value], names: Mapping[Value, str]) -> None:
        self.order = order
        self.values = replay(order, {})
        self.partials = {node: without_frozen(node, partials) for node, partials in replay_partials(order, self.values).items()}
        self.functions = RESERVED.union(*(words_of(node.op) for node in order if node.op is not None))
        self.names = unique_names(names, lambda name: identifier(name, self.functions))
        taken = {*self.names.values(), *self.functions}
        self.bars = unique_names({node: f"d{name}" for node, name in self.names.items()}, str, taken)
        taken.update(self.bars.values())
        self._temporaries = (name for i in count(1) if (name := f"t{i}") not in taken)

    def forward(self, node: Value) -> list[str]:
        """The operation."""
        assert node.op is not None
        name, args = self.names[node], [self._written(arg) for arg in node.args]
        if not _runs(node.op, numbers_of(node, self.values)):
            return [f"{name} = {self.values[node]!r}  # {ast.unparse(operation(node.op, args))}: Python raises here"]
        return assigned(name, node.op, args, from_zero=self.values[node] == 0.0)

    def backward(self) -> Iterator[str]:
        """The sweep: what each node hands on to its arguments."""
        root = self.order[-1]
        reached = {root}
        if root.requires_grad:
            yield f"{self.bars[root]} = 1.0"
        for node in reversed(self.order):
            if node.op is not None and node in reached:
                yield from self._shares(node, reached)
        leaves = (node for node in self.order if node.op is None and node.requires_grad)
        yield from (f"{self.bars[node]} = 0.0" for node in leaves if node not in reached)

    def _shares(self, node: Value, reached: set[Value]) -> Iterator[str]:
        before, rules, comments = self._rules(node)
        yield from before
        for arg, partial, rule, comment in zip(node.args, self.partials[node], rules, comments, strict=True):
            if partial is None:
                continue
            sign, share = "", variable(self.bars[node])
            if (text := ast.unparse(rule)) == "-1.0":
                sign = "-"
            elif text != "1.0":
                share = operation(ops.mul, [share, rule])
            assign = f"{sign or '+'}= " if arg in reached else f"= {sign}"
            reached.add(arg)
            yield f"{self.bars[arg]} {assign}{ast.unparse(share)}{comment}"

    def _rules(self, node: Value) -> tuple[list[str], list[ast.expr], list[str]]:
        """The lines that go before; for each argument its partial, and a comment on it."""
        assert node.op is not None
        recorded = self.partials[node]
        wanted = [partial is not None for partial in recorded]
        z, args = Value(self.values[node]), [arg if type(arg) is float else Value(self.values[arg]) for arg in node.args]
        known = {leaf: self._written(arg) for leaf, arg in zip(args, node.args, strict=True) if type(leaf) is Value}
        known[z] = self._written(node)
        textbook: list[Value | float | None] = [None] * len(args)
        try:
            with context.enable_grad(), context.quiet():
                partials = node.op.partials_at(z, args, wanted)
                if node.op.textbook:
                    textbook = [derive(node.op, i, args, z) if want else None for i, want in enumerate(wanted)]
        except Exception:  # a rule of the user's, which may do anything with a Value
            return [], [constant(partial or 0.0) for partial in recorded], ["  # as recorded"] * len(args)
        lines, rules, raising = self._derived([0.0 if partial is None else _number(partial) for partial in partials], known)
        comments = [""] * len(args)
        for i, partial in enumerate(recorded):
            if partial is not None and raising[i]:
                comments[i] = f"  # {ast.unparse(rules[i])}: Python raises here"
                rules[i] = constant(partial)
            elif (taught := textbook[i]) is not None:
                text = ast.unparse(self._derived([taught], known)[1][0])
                comments[i] = f"  # {text}" if text != ast.unparse(rules[i]) else ""
        return lines, rules, comments

    def _derived(
        self, partials: Sequence[Value | float], known: Mapping[Value, ast.expr]
    ) -> tuple[list[str], list[ast.expr], list[bool]]:
        """Expressions as Python: the lines for what they share; each written out; does Python raise in it?"""
        order = topological_order([partial for partial in partials if isinstance(partial, Value)])
        same = reduce(order, choose=True)
        results = [same[partial] if isinstance(partial, Value) else partial for partial in partials]
        uses = Counter(result for result in results if isinstance(result, Value))
        for node in reversed(order):
            if node in uses:
                uses.update(arg for arg in (same[arg] for arg in node.args if type(arg) is Value) if isinstance(arg, Value))
        written, raising, lines = dict(known), set[Value](), list[str]()
        for node in order:
            if node.op is None or node not in uses:
                continue
            args = [same[arg] if isinstance(arg, Value) else arg for arg in node.args]
            parts = [written[arg] if isinstance(arg, Value) else constant(arg) for arg in args]
            written[node] = operation(node.op, parts)
            numbers = [arg.data if isinstance(arg, Value) else arg for arg in args]
            if not _runs(node.op, numbers) or any(isinstance(arg, Value) and arg in raising for arg in args):
                raising.add(node)
            elif uses[node] > 1 or node.op.arity is None or len(ast.unparse(written[node])) > LONGEST_RULE:
                name = next(self._temporaries)
                lines += assigned(name, node.op, parts, from_zero=node.data == 0.0)
                written[node] = variable(name)
        rules = [written[result] if isinstance(result, Value) else constant(result) for result in results]
        return lines, rules, [isinstance(result, Value) and result in raising for result in results]

    def _written(self, arg: Value | float) -> ast.expr:
        return variable(self.names[arg]) if isinstance(arg, Value) else constant(arg)


def _number(partial: Any) -> Value | float:
    return partial if isinstance(partial, Value) else number(partial)


def _runs(op: Op, numbers: Sequence[float]) -> bool:
    """Does plain Python compute this, or does it raise?"""
    try:
        op.forward(*numbers)
    except (ArithmeticError, ValueError):
        return False
    return True
