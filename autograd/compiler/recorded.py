"""Recorded: a recorded graph as a Program, to evaluate it at other numbers for its leaves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from autograd.compiler.builder import Builder
from autograd.compiler.executors.python import registers
from autograd.compiler.program import Arg, Input, Output, Program, Row
from autograd.graph import Graph
from autograd.op import Op
from autograd.value import Value, take_partials, takes_gradient


class Recorded:
    """A recorded graph as a Program: its leaves are the inputs, and every node has a register.

    `instead` maps nodes to ops that replace their own.

    >>> x = Value(3.0, "x")
    >>> square = Recorded(Graph(x * x))
    >>> print(square.program)
    def program(x):
        v1 = x * x
        return v1
    >>> square.at({x: 4.0}).values[square.graph.roots[0]]
    16.0
    """

    def __init__(self, graph: Graph, instead: Mapping[Value, Op] | None = None) -> None:
        self.graph = graph
        self.leaves = [node for node in graph.nodes if node.op is None]
        found: dict[Value, Arg] = {leaf: i for i, leaf in enumerate(self.leaves)}
        self.rows = []
        for node in graph.nodes:
            if node.op is not None:
                op = instead.get(node, node.op) if instead else node.op
                args = tuple([arg if type(arg) is float else found[arg] for arg in node.args])
                self.rows.append(Row(op, args, len(found)))
                found[node] = len(found)
        self.nodes = list(found)  # in the order of their registers

    @cached_property
    def slopes(self) -> tuple[list[Row], list[list[Arg | None] | None]]:
        """Additional rows that compute the partials, and for each of `rows` the registers or constants of its partials.

        None in place of these if the rule accepts only numbers, as a custom op's with a Python branch does.
        """
        builder = Builder(rows=self.rows, registers=len(self.nodes))
        symbols = [builder.symbol(register) for register in range(len(self.nodes))]
        slopes: list[list[Arg | None] | None] = []
        for op, args, result, _ in self.rows:
            wanted = [type(arg) is int for arg in args]
            size, registers = len(builder.rows), builder.registers
            try:
                partials = op.partials_at(symbols[result], [symbols[arg] if type(arg) is int else arg for arg in args], wanted)
                slopes.append([None if partial is None else builder.arg(partial) for partial in partials])
            except Exception:  # a user's rule may do anything with a Symbol
                del builder.rows[size:]
                builder.registers = registers
                slopes.append(None)
        return builder.rows[len(self.rows) :], slopes

    @property
    def program(self) -> Program:
        """The rows as a Program with named inputs and outputs."""
        at = {node: i for i, node in enumerate(self.nodes)}
        inputs = [Input(leaf.label or f"x{i}") for i, leaf in enumerate(self.leaves)]
        outputs = [Output(root.label or "y", at[root]) for root in self.graph.roots]
        return Program(tuple(inputs), tuple(self.rows), tuple(outputs), len(self.nodes))

    def at(self, moved: Mapping[Value, float]) -> Point:
        """The graph's numbers with these leaves moved; the others keep their current numbers."""
        return Point(self, registers(self.rows, [moved.get(leaf, leaf.data) for leaf in self.leaves]))


class Point:
    """The numbers of a recorded graph at a given point; the graph itself doesn't change.

    values      the number of every node: the same bits as recording the program again would give, without warnings
    partials    the partials of every node, also by frozen leaves, which get no gradient but may be moved; None for constants
                and for the branch that `where` doesn't take here

    >>> x = Value(3.0)
    >>> y = x * x
    >>> at = Recorded(Graph(y)).at({x: 4.0})
    >>> at.values[y], at.partials[y], y.data
    (16.0, (4.0, 4.0), 9.0)
    """

    def __init__(self, recorded: Recorded, numbers: list[float]) -> None:
        self._recorded, self._numbers = recorded, numbers
        self.values: dict[Value, float] = dict(zip(recorded.nodes, numbers, strict=True))

    @cached_property
    def partials(self) -> dict[Value, tuple[float | None, ...]]:
        """The partials of every node."""
        recorded, nodes = self._recorded, self._recorded.nodes
        rows, slopes = recorded.slopes
        numbers = registers(rows, self._numbers)
        found: dict[Value, tuple[float | None, ...]] = dict.fromkeys(recorded.leaves, ())
        for (op, args, result, _), slope in zip(recorded.rows, slopes, strict=True):
            if slope is None:
                given = [numbers[arg] if type(arg) is int else arg for arg in args]
                partials = take_partials(op, numbers[result], given, [type(arg) is int for arg in args])
            else:
                partials = [numbers[arg] if type(arg) is int else arg for arg in slope]
            found[nodes[result]] = tuple([p or None for p in partials] if op.select else partials)
        return found

    def flowing(self, node: Value) -> tuple[float | None, ...]:
        """The partials of a node, with None for frozen and detached leaves."""
        pairs = zip(node.args, self.partials[node], strict=True)
        return tuple([None if type(arg) is Value and not takes_gradient(arg) else partial for arg, partial in pairs])
