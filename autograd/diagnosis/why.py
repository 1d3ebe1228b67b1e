"""Why a number or a gradient is NaN, infinite, zero, vanishing or huge: found in the graph as it was recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograd._check import checked_value
from autograd._format import shown
from autograd.diagnosis.flow import HUGE, VANISHING, Flow
from autograd.diagnosis.values import Finding, Kind, find_value, is_zero
from autograd.diagnosis.words import Edge, Words, listed
from autograd.names import node_names
from autograd.sweeps import adjoints, recorded, topological_order
from autograd.value import Value

LONGEST_WAY = 8
VALUES: dict[str, Kind] = {"NaN": math.isnan, "infinite": math.isinf, "zero": is_zero}
GRADIENTS: dict[str, Kind] = {
    **VALUES,
    "huge": lambda bar: HUGE < abs(bar) < math.inf,
    "vanishing": lambda bar: 0.0 < abs(bar) < VANISHING,
}


@dataclass(frozen=True, eq=False)
class Why:
    """What `why` found. It prints as `text`, whose first line is the `verdict`.

    `cause` is the node where it began, `edge` the use of a node (arg, node, position) that did it, if one did, and
    `chain` the nodes from the cause to the one asked about. All three are empty if nothing is wrong, if no path
    leads from the one to the other, or if the one asked about is frozen.
    """

    verdict: str
    text: str
    cause: Value | None = None
    edge: Edge | None = None
    chain: tuple[Value, ...] = ()

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def why(x: Value, of: Value | None = None) -> Why:
    """Why the gradient ∂of/∂x is NaN, infinite, zero, vanishing or huge; without `of`, why x is, or its leaves' gradients are.

    It is told from the graph as recorded: nothing is computed again, no `grad` is read or set, and no `backward()`
    is needed before. Operations recorded inside `anomaly()` are named by file and line, others by the name of
    their result.

    >>> x = Value(-0.3, label="x")
    >>> y = x.relu()
    >>> y.label = "y"
    >>> print(why(x, of=y))
    ∂y/∂x is 0, since relu (y) got −0.3: its partial is 0.
    the way from there: y → x
    """
    checked_value("why({})", "x", x)
    if of is not None:
        checked_value("why(x, of={})", "of", of)
    order = topological_order([x if of is None else of])
    connected = x in set(order)
    answers = _Answers(order, Words(node_names(order if connected else [*order, x])))
    if of is None:
        return answers.root()
    return answers.gradient(x) if connected else answers.no_path(x)


class _Answers:
    def __init__(self, order: Sequence[Value], words: Words) -> None:
        self._root, self._order, self._words = order[-1], order, words
        self._bars: dict[Value, float] = adjoints(order, {self._root: 1.0}, recorded)
        self._name, self._result = words.name(self._root), shown(self._root.data)

    def gradient(self, x: Value) -> Why:
        """About the gradient of the root by x."""
        if not x.requires_grad:
            name = self._words.name(x)
            return self._why(f"∂{self._name}/∂{name} is 0, since {name} is frozen (requires_grad=False).", [])
        finding = self._finding(x)
        lines = list(finding.details)
        if _kind(self._bar(x), GRADIENTS) is not None:
            return self._why(f"{self._sentence(x, finding)}.", lines, finding)
        if not math.isfinite(self._root.data):
            lines.append(f"{self._name} itself is {self._result}: why({self._name}) tells")
        return self._why(f"nothing is wrong: {self._sentence(x, finding)}.", lines)

    def root(self) -> Why:
        """About the number of the root; and about the gradients of its leaves, of each kind of trouble the first."""
        finding: Finding | None = None
        lines: list[str] = []
        leaves = [node for node in self._order if node.op is None and node.requires_grad and node is not self._root]
        kind = _kind(self._root.data, VALUES)
        harmless = self._root.data == 0.0 and not all(math.isfinite(self._bar(leaf)) for leaf in leaves)
        if kind is not None and not harmless:
            finding = find_value(self._root, self._order, VALUES[kind], self._words)
            since = f"{self._name} is {self._result}, since " if self._root.op is not None else ""
            verdict = f"{since}{finding.reason}."
            lines += finding.details
        for kind, is_kind in GRADIENTS.items():
            troubled = [leaf for leaf in leaves if is_kind(self._bar(leaf))]
            if not troubled:
                continue
            found = self._finding(troubled[0])
            names = listed([self._words.name(leaf) for leaf in troubled])
            line = f"leaves whose gradient is {kind}: {names} ({len(troubled)} of {len(leaves)})"
            if finding is None:
                finding, verdict = found, f"{self._name} is {self._result}, but {self._sentence(troubled[0], found)}."
                lines += [*found.details, line]
            elif found.reason == finding.reason:
                lines.append(f"{line}, for the same reason")
            else:
                lines.append(f"{line}: {self._sentence(troubled[0], found)}")
        if finding is None:
            verdict = f"nothing is wrong: {self._name} is {self._result}, and no gradient of its leaves is out of the ordinary."
        return self._why(verdict, lines, finding)

    def no_path(self, x: Value) -> Why:
        """About an x that is not in the graph of the root."""
        name, root = self._words.name(x), self._name
        if self._root in set(topological_order([x])):
            return self._why(f"∂{root}/∂{name} is 0, since {name} was made from {root}: ask why({root}, of={name}).", [])
        lines = []
        if any(leaf.op is None and leaf.label == x.label and str(leaf.data) == str(x.data) for leaf in self._order if x.label):
            lines.append(f"another leaf with the name and the number of {name} is there: it may be a detached copy")
        verdict = f"∂{root}/∂{name} is 0, since there is no path from {name} to {root}"
        guesses = "not used, or detached, overwritten, used as a plain number, or recorded inside no_grad()"
        return self._why(f"{verdict}: {name} was {guesses}.", lines)

    def _bar(self, x: Value) -> float:
        return self._bars.get(x, 0.0)

    def _finding(self, x: Value) -> Finding:
        return Flow(x, self._order, self._bars, self._words).find()

    def _sentence(self, x: Value, finding: Finding) -> str:
        bar = self._bar(x)
        gradient = f"∂{self._name}/∂{self._words.name(x)} is {shown(bar) if bar else 0}"
        if x is self._root:
            return gradient
        return f"{gradient}, {'which is' if _kind(bar, GRADIENTS) is None else 'since'} {finding.reason}"

    def _why(self, verdict: str, lines: list[str], finding: Finding | None = None) -> Why:
        if finding is None:
            return Why(verdict, "\n".join([verdict, *lines]))
        chain = _without_loops(finding.chain)
        if len(chain) > 1:
            names = [self._words.name(node) for node in chain]
            if len(names) > LONGEST_WAY:
                names[4:-3] = [f"… {len(names) - 7} more …"]
            lines = [*lines, f"the way from there: {' → '.join(names)}"]
        return Why(verdict, "\n".join([verdict, *lines]), chain[0], finding.edge, tuple(chain))


def _kind(number: float, kinds: Mapping[str, Kind]) -> str | None:
    return next((kind for kind, is_kind in kinds.items() if is_kind(number)), None)


def _without_loops(chain: Sequence[Value]) -> list[Value]:
    """What the way meets twice is cut short: a number that spoilt others may spoil the gradients on the way back as well."""
    last = {node: i for i, node in enumerate(chain)}
    way, i = [], 0
    while i < len(chain):
        way.append(chain[i])
        i = last[chain[i]] + 1
    return way
