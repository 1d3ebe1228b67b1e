"""The forward pass and then the backward pass, one node at a time, as data."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, overload

from autograd._check import checked_value
from autograd._html import MAX_ROWS as MAX_HTML_ROWS
from autograd._html import card, note, table
from autograd.formulas.explanation import TEXT_WORDING
from autograd.formulas.latex import latex_names
from autograd.formulas.partials import partial_formula
from autograd.formulas.printer import LATEX, PICTURE, TEXT, Formula, Printer, enough_arguments, named, telling
from autograd.graph import Graph, uses_in
from autograd.staleness import gives, stale_leaves
from autograd.sweeps import Partials
from autograd.value import Value, flowing, op_of

MAX_ROWS = 40  # of a table
MAX_SENTENCES = 6  # of one step, in text


@dataclass(frozen=True, eq=False)
class Contribution:
    """The contribution of a node to the gradient of one of its arguments in the backward pass.

    The gradient of `arg`, the argument at `position`, goes from `before` to `after`, by upstream · partial. The partial is
    None if no gradient flows there, as in the branch that `where` did not take.

    >>> from autograd import Value, steps
    >>> first, _ = steps(Value(3.0, label="x") * Value(2.0, label="w"))[-1].contributions
    >>> first.name, first.upstream, first.partial, first.after
    ('x', 1.0, 2.0, 2.0)
    """

    node: Value
    arg: Value
    position: int
    upstream: float
    partial: float | None
    before: float
    after: float
    passes: Passes = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the argument."""
        return self.passes.names[self.arg]

    @property
    def amount(self) -> float:
        """The amount added to the gradient of the argument."""
        return 0.0 if self.partial is None else self.upstream * self.partial

    @property
    def rule(self) -> str:
        """The partial derivative in symbols: `x₁` for that of w₁·x₁ by w₁."""
        return self._rule(self.passes.text, self.passes.spelled)

    @property
    def rule_latex(self) -> str:
        """The partial derivative in symbols, as LaTeX."""
        return self._rule(LATEX, self.passes.latex_names)

    def _rule(self, printer: Printer, names: dict[Value, str]) -> str:
        z, args = Formula(names[self.node]), named(self.node.args, names)
        formula = partial_formula(printer, op_of(self.node), self.position, args, z)
        return formula.text if formula else printer.derivative(names[self.node], names[self.arg])

    @property
    def sentence(self) -> str:
        """The chain rule in numbers: `∂L/∂w₁ += 0.5 · 2 = 1`."""
        return self._written(self.passes.text.numbered, self.passes.spelled, "{}", "+=", "·")

    @property
    def latex(self) -> str:
        """The sentence as LaTeX."""
        return self._written(LATEX.numbered, self.passes.latex_names, r"\text{{{}}}", r"\mathrel{+}=", r"\cdot")

    def _written(self, printer: Printer, names: dict[Value, str], words: str, adds: str, times: str) -> str:
        derivative = printer.derivative(names[self.passes.root], names[self.arg])
        if self.partial is None:
            return derivative + words.format(": no gradient flows here")
        upstream, amount = map(printer.number, (self.upstream, self.amount))
        factor = printer.bracketed(printer.constant(self.partial), before=times)
        return f"{derivative} {adds} {upstream} {times} {factor} = {amount}"


@dataclass(frozen=True, eq=False)
class Step:
    """One node's turn: in the forward pass it is computed, in the backward pass it passes its gradient on.

    A forward step has its `operation` in symbols and numbers, a backward step the `upstream` gradient and the
    `contributions` to the arguments. The first backward step is the seed, ∂L/∂L = 1, and contributes nothing.
    Two steps are equal if they have the same index in the passes of the same root.

    >>> from autograd import Value, steps
    >>> print(steps(Value(3.0, label="x") * Value(2.0, label="w"))[-1])
    ∂v₂/∂x += 1 · 2 = 2; ∂v₂/∂w += 1 · 3 = 3
    """

    index: int
    phase: str
    node: Value
    name: str
    passes: Passes = field(repr=False)
    operation: str = ""
    upstream: float | None = None
    contributions: tuple[Contribution, ...] = field(default=(), repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self.passes.root is other.passes.root and self.index == other.index

    def __hash__(self) -> int:
        return hash((self.passes.root, self.index))

    @property
    def sentence(self) -> str:
        """The step in symbols and numbers."""
        if self.operation:
            return self.operation
        sentences = [contribution.sentence for contribution in self.contributions[:MAX_SENTENCES]]
        more = len(self.contributions) - len(sentences)
        root = self.passes.spelled[self.passes.root]
        return "; ".join(sentences + [f"… and {more:,} more"] * bool(more)) or f"∂{root}/∂{root} = 1"

    def __str__(self) -> str:
        return self.sentence


class Steps(Sequence[Step]):
    """The steps of a forward and a backward pass: a sequence to index, slice and iterate over in both directions.

    >>> from autograd import Value, steps
    >>> passes = steps(Value(3.0, label="x").exp())
    >>> [(step.phase, step.name) for step in passes]
    [('forward', 'v1'), ('backward', 'v1'), ('backward', 'v1')]
    """

    def __init__(self, passes: Passes, indices: range) -> None:
        self._passes, self._indices = passes, indices

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Steps: ...
    def __getitem__(self, index: Any) -> Step | Steps:
        if isinstance(index, slice):
            return Steps(self._passes, self._indices[index])
        if not hasattr(index, "__index__"):
            raise TypeError(f"steps: a step's index must be an int or a slice, got {type(index).__name__}")
        try:
            place = self._indices[operator.index(index)]
        except IndexError:
            raise IndexError(f"steps: index {index} is out of range: there are {len(self)} steps") from None
        return self._passes.step(place)

    def __repr__(self) -> str:
        cells = self._rows(MAX_ROWS)
        rows = [f"{place:>6}  {phase:<8}  {text}" if place else f"        {text}" for place, phase, text in cells]
        return "\n".join([*self._stale_note(), self._title(), *rows])

    def _repr_html_(self) -> str:
        rows = table(("step", "pass", "what happens"), self._rows(MAX_HTML_ROWS - 2), kinds="t")
        return card(self._title(), *map(note, self._stale_note()), rows)

    def _rows(self, most: int) -> list[tuple[str, str, str]]:
        """Ordinal, phase and sentence of each step; if there are too many, of the first and the last ones."""
        half = most // 2
        steps = self if len(self) <= most else [*self[:half], *self[-half:]]
        rows = [(str(step.index + 1), step.phase, step.sentence) for step in steps]
        if len(steps) < len(self):
            rows.insert(half, ("", "", f"… and {len(self) - len(steps):,} more"))
        return rows

    def _stale_note(self) -> list[str]:
        """A note on leaves changed since recording, as of the time of printing."""
        passes = self._passes
        return TEXT_WORDING.stale_note([passes.spelled[leaf] for leaf in stale_leaves(passes.graph.nodes)])

    def _title(self) -> str:
        return f"{len(self):,} steps of {self._passes.spelled[self._passes.root]}"

    def gradients(self, index: int = -1) -> dict[Value, float]:
        """The gradients after the step with this index, for the nodes that gradient has reached by then; without steps, none."""
        if not self._indices and index == -1:
            return {}
        return self._passes.gradients(self[index].index)


class Passes:
    """The forward and the backward pass over a graph, as a sequence of steps.

    `data` and `partials` read the numbers, from the nodes or from a replay. `text` prints the sentences.
    """

    text = TEXT

    def __init__(
        self, graph: Graph, data: Callable[[Value], float] = operator.attrgetter("data"), partials: Partials = flowing
    ) -> None:
        self.graph, self.names, self.data, self.partials = graph, graph.names, data, partials
        (self.root,) = graph.roots
        self.forward = [node for node in graph if node.op is not None] or [self.root]
        # Each node that passes a gradient on, with that gradient and its arguments' gradients before (None: not reached yet).
        self.backward: list[tuple[Value, float, list[float | None]]] = []
        bars = self.bars = {self.root: 1.0}
        for node in reversed(graph.nodes):
            bar = bars.get(node)
            if bar is None or node.op is None:
                continue
            before: list[float | None] = []
            for _, arg, partial in uses_in(node, partials):
                before.append(bars.get(arg))
                if partial is not None:
                    bars[arg] = _after(before[-1], bar * partial)
            self.backward.append((node, bar, before))

    def beside_a_picture(self) -> Passes:
        """The same passes, whose sentences show as many digits as a picture."""
        same = copy(self)
        same.text = PICTURE
        return same

    @property
    def spelled(self) -> dict[Value, str]:
        return self.graph.spelled

    @cached_property
    def latex_names(self) -> dict[Value, str]:
        return latex_names(self.names)

    def __len__(self) -> int:
        return len(self.forward) + 1 + len(self.backward)

    def step(self, index: int) -> Step:
        """The step with this index, from 0."""
        turn = index - len(self.forward)
        if turn < 0:
            node = self.forward[index]
            return Step(index, "forward", node, self.names[node], self, self.operation(node))
        node, upstream, _ = self.backward[turn - 1] if turn else (self.root, 1.0, [])
        passed_on = tuple(self.contributions(turn - 1)) if turn else ()
        return Step(index, "backward", node, self.names[node], self, "", upstream, passed_on)

    def gradients(self, index: int) -> dict[Value, float]:
        """The gradients after the step with this index."""
        reached = {} if index < len(self.forward) else {self.root: 1.0}
        for turn in range(index - len(self.forward)):
            reached.update((passed.arg, passed.after) for passed in self.contributions(turn) if passed.partial is not None)
        return reached

    def contributions(self, turn: int) -> Iterator[Contribution]:
        """The contributions of the node at index `turn` of `backward`."""
        node, bar, before = self.backward[turn]
        for (position, arg, partial), had in zip(uses_in(node, self.partials), before, strict=True):
            after = had or 0.0 if partial is None else _after(had, bar * partial)
            yield Contribution(node, arg, position, bar, partial, had or 0.0, after, self)

    def operation(self, node: Value) -> str:
        """How the node is computed: `c = a·b = 2·3 = 6`, but without the arguments' numbers if one has changed since."""
        write, number, parts = self.text.numbered, self.data(node), [self.spelled[node]]
        if node.op is not None:
            few = enough_arguments(node.op, len(node.args))
            parts.append(write.operation(node.op, named((node.args[i] for i in few), self.spelled)).text)
            data = [arg if type(arg) is float else self.data(arg) for arg in node.args]
            if gives(node.op, data, number):
                parts.append(telling(write, node.op, data, number).operation(node.op, [data[i] for i in few]).text)
        result = write.number(number)
        return " = ".join([*parts, result] if parts[-1] != result else parts)


def steps(y: Value) -> Steps:
    """The forward pass and then the backward pass of y, one node at a time.

    Leaves are given, so each forward step computes one operation; each backward step passes a node's gradient on to its
    arguments. It doesn't need `backward()` and changes no gradient. The first is step 1, here and in the player; its index
    is 0, as in any list. TypeError if y is not a Value.

    >>> w, x = Value(2.0, label="w1"), Value(-3.0, label="x1")
    >>> c = w * x
    >>> c.label = "c"
    >>> print(steps(c))
    3 steps of c
         1  forward   c = w₁·x₁ = 2·(−3) = −6
         2  backward  ∂c/∂c = 1
         3  backward  ∂c/∂w₁ += 1 · (−3) = −3; ∂c/∂x₁ += 1 · 2 = 2
    >>> to_w = steps(c)[-1].contributions[0]
    >>> to_w.before, to_w.after, to_w.rule
    (0.0, -3.0, 'x₁')
    """
    passes = Passes(Graph(checked_value("steps({})", "y", y)))
    return Steps(passes, range(len(passes)))


def _after(before: float | None, amount: float) -> float:
    return amount if before is None else before + amount
