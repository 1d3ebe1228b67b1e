"""Wrong backward passes beside the right one: why +=, why a topological order, why zero_grad, why every edge.

All of them sum the arrivals at a node in the same order as the right sweep, so a wrong one differs only by its mistake
and not by rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from operator import add
from typing import NamedTuple

from autograd._check import checked_choice, checked_value
from autograd._format import counted, listed, shown, text_table, told_apart
from autograd._html import card, lines, table
from autograd.graph import Edge, Graph, edges_of
from autograd.staleness import same_number
from autograd.value import Value

HEADER = ("node", "right", "wrong")
MAX_ROWS = 12
Gradients = dict[Value, float]
Name = Callable[[Value], str]


@dataclass(frozen=True, eq=False)
class Misconception:
    """A wrong backward pass beside the right one: all gradients by both, and the first node in the sweep where they differ.

    `first` is None if this graph does not expose the mistake; `reason` then says what kind of graph does.

    >>> x = Value(3.0, label="x")
    >>> found = misconception(x * x, "assign")
    >>> found.first is x, found.right[x], found.wrong[x]
    (True, 6.0, 3.0)
    """

    bug: str
    question: str
    right: Gradients
    wrong: Gradients
    first: Value | None
    reason: str
    rows: tuple[tuple[str, str, str], ...]  # of the nodes that differ: name, right and wrong gradient

    @property
    def text(self) -> str:
        """The question, the answer, and a table of the nodes that differ."""
        table = text_table([HEADER, *self.rows[:MAX_ROWS]], align="lr") if self.rows else []
        more = [f"… and {counted(len(self.rows) - MAX_ROWS, 'more node')}"] if len(self.rows) > MAX_ROWS else []
        return "\n".join([self.question, self.reason, *table, *more])

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return card(self.question, lines([self.reason]), table(HEADER, self.rows, kinds="ts") if self.rows else "")


def misconception(y: Value, bug: str) -> Misconception:
    """Run a wrong backward pass beside the right one; show the first node whose gradient comes out wrong, and why.

    `bug` is "assign" (`=` in place of `+=`), "depth_first" (a node passes its gradient on when it is first reached),
    "stale" (a second backward() on top of the gradients of the first) or "once_per_edge" (each parent counts once).
    The graph is left unchanged. TypeError if y is not a Value or `bug` is not a string, ValueError if there is no such bug.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> print(misconception(y, "assign"))
    Why add gradients with `+=` instead of setting them with `=`?
    With `=` in place of `+=`: x is used twice, by y and by y again; the contribution of y (3) was overwritten by that of y (3).
    node  right  wrong
    x         6      3
    """
    graph = Graph(checked_value("misconception({}, bug)", "y", y))
    names = graph.spelled
    question, go_backward, why, shown_by = BUGS[checked_choice("misconception: bug", bug, BUGS)]
    right, wrong = in_order(graph), go_backward(graph)
    if bug == "stale":  # two sweeps: leaf gradients accumulate, other nodes start anew
        right.gradients.update((leaf, 2.0 * right.gradients[leaf]) for leaf in graph if leaf.op is None)
    apart = [node for node in reversed(graph.nodes) if not same_number(right.gradients[node], wrong.gradients[node])]
    if apart:
        reason = why(apart[0], right, wrong, names.__getitem__)
    else:
        reason = f"On this graph the two agree. They can differ only where {shown_by}."
    first = apart[0] if apart else None
    rows = tuple((names[node], *told_apart(right.gradients[node], wrong.gradients[node])) for node in apart)
    return Misconception(bug, question, right.gradients, wrong.gradients, first, reason, rows)


# -- backward passes -----------------------------------------------------------------------------------


class Arrival(NamedTuple):
    """The amount that flowed back along an edge, after `time` nodes had passed their gradients on."""

    edge: Edge
    amount: float
    time: int


class BackwardPass:
    """A backward pass: what has arrived at each node, what each node passed on and when, and the final gradients."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        (self.root,) = graph.roots
        self.arrivals: dict[Value, list[Arrival]] = {node: [] for node in graph}
        self.sent: dict[Value, tuple[float, int]] = {}
        self.gradients: Gradients = {}
        self._rank = {node: -i for i, node in enumerate(graph)}  # a node's place in the right sweep

    def total(self, node: Value) -> float:
        """The sum of what has arrived so far; the root starts with 1."""
        if node is self.root:
            return 1.0
        arrived = sorted(self.arrivals[node], key=lambda arrival: (self._rank[arrival.edge.node], arrival.edge.position))
        return reduce(add, (arrival.amount for arrival in arrived), 0.0)

    def pass_on(self, node: Value, bar: float, repeats: bool = True) -> list[Value]:
        """Give each argument its contribution; return those that got one, without repeats."""
        time = len(self.sent)
        self.sent[node] = bar, time
        reached: dict[Value, None] = {}
        for edge in edges_of(node):
            if edge.partial is not None and (repeats or edge.arg not in reached):
                reached[edge.arg] = None
                self.arrivals[edge.arg].append(Arrival(edge, bar * edge.partial, time))
        return list(reached)


def in_order(
    graph: Graph, gradient: Callable[[BackwardPass, Value], float] = BackwardPass.total, repeats: bool = True
) -> BackwardPass:
    """A backward pass from the root to the leaves, each node after all its users; with the defaults, the right one."""
    sweep = BackwardPass(graph)
    for node in reversed(graph.nodes):
        sweep.gradients[node] = gradient(sweep, node)
        if sweep.arrivals[node] or node is sweep.root:  # a branch not taken passes nothing on, not even 0 · NaN
            sweep.pass_on(node, sweep.gradients[node], repeats)
    return sweep


def _assign(graph: Graph) -> BackwardPass:
    return in_order(graph, lambda sweep, node: sweep.arrivals[node][-1].amount if sweep.arrivals[node] else sweep.total(node))


def _depth_first(graph: Graph) -> BackwardPass:
    sweep = BackwardPass(graph)
    stack = [sweep.root]
    while stack:
        node = stack.pop()
        if node not in sweep.sent:
            stack += sweep.pass_on(node, sweep.total(node))[::-1]
    sweep.gradients.update((node, sweep.total(node)) for node in graph)
    return sweep


def _stale(graph: Graph) -> BackwardPass:
    first = in_order(graph)
    held = first.gradients
    if first.root.op is not None:
        held[first.root] = 0.0  # backward() sets the gradient of its root
    return in_order(graph, lambda sweep, node: held[node] + sweep.total(node))


# -- reasons why the first node that differs does so; up to there, both sweeps agree --------------------------------


def _overwritten(x: Value, right: BackwardPass, wrong: BackwardPass, name: Name) -> str:
    *lost, last = right.arrivals[x]
    users = [edge.node for edge in reversed(right.graph.users[x])]
    by = [f"by {name(user)}{' again' if user is before else ''}" for user, before in zip(users, [None, *users], strict=False)]
    were = "contributions of {} were" if len(lost) > 1 else "contribution of {} was"
    return (
        f"With `=` in place of `+=`: {name(x)} is used {_times(len(by))}, {listed(by)}; "
        f"the {were.format(_amounts(lost, name))} overwritten by that of {_amounts([last], name)}."
    )


def _too_early(x: Value, right: BackwardPass, wrong: BackwardPass, name: Name) -> str:
    # Both sweeps reach the same nodes, so x got the same number of contributions, at least one of them different.
    users = (arrival.edge.node for arrival in wrong.arrivals[x])
    early = next(user for user in users if not same_number(wrong.sent[user][0], right.sent[user][0]))
    sent, time = wrong.sent[early]
    late = [arrival for arrival in wrong.arrivals[early] if arrival.time > time]
    return (
        f"{name(early)} passed on {shown(sent)} when it was first reached, before the contribution{'s' * (len(late) > 1)} of "
        f"{_amounts(late, name)} had arrived: its gradient is {shown(right.sent[early][0])}. The backward pass follows "
        f"a topological order from its end: every user of {name(early)} comes before {name(early)}."
    )


def _not_reset(x: Value, right: BackwardPass, wrong: BackwardPass, name: Name) -> str:
    once, twice = shown(right.gradients[x]), shown(wrong.gradients[x])
    return (
        f"{name(x)} still held {once} from the first backward(). The second added {once} to it and passed on {twice} in "
        f"place of {once}. Leaf gradients accumulate over backward() calls until zero_grad(); the nodes in between must start "
        "anew. Both columns are the gradients after two backward() calls: those of leaves are correctly twice as large."
    )


def _counted_once(x: Value, right: BackwardPass, wrong: BackwardPass, name: Name) -> str:
    shares: dict[Value, list[float]] = {}
    for arrival in right.arrivals[x]:
        shares.setdefault(arrival.edge.node, []).append(arrival.amount)
    user, amounts = next((user, amounts) for user, amounts in shares.items() if any(amounts[1:]))
    return (
        f"A set of parents holds {name(x)} once, though {name(user)} uses it {_times(sum(arg is x for arg in user.args))}: "
        f"of its contributions {listed([shown(amount) for amount in amounts])} only the first was counted."
    )


def _amounts(arrivals: list[Arrival], name: Name) -> str:
    return listed([f"{name(arrival.edge.node)} ({shown(arrival.amount)})" for arrival in arrivals])


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count:,} times"


class Bug(NamedTuple):
    """A learner's question, the backward pass that it suggests, the reason it is wrong, and the graphs that show it."""

    question: str
    go_backward: Callable[[Graph], BackwardPass]
    why: Callable[[Value, BackwardPass, BackwardPass, Name], str]
    shown_by: str


BUGS: Mapping[str, Bug] = {
    "assign": Bug(
        "Why add gradients with `+=` instead of setting them with `=`?",
        _assign,
        _overwritten,
        "a node gets more than one contribution, as in `y = x * x`",
    ),
    "depth_first": Bug(
        "Why a topological order? Couldn't a node pass its gradient on as soon as it is reached?",
        _depth_first,
        _too_early,
        "a node gets another contribution after it was first reached, as in `a = x * 2; y = a + a * a`",
    ),
    "stale": Bug(
        "What if backward() runs again, and the nodes in between keep their gradients?",
        _stale,
        _not_reset,
        "a node lies between y and its leaves, as in `y = x * 2 * 3`",
    ),
    "once_per_edge": Bug(
        "Why count every edge? Couldn't a node keep its parents in a set?",
        partial(in_order, repeats=False),
        _counted_once,
        "an operation uses a node more than once, as in `y = x * x`",
    ),
}
