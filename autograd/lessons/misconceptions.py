"""Wrong ways to go backward, beside the right one: why +=, why a topological order, why zero_grad, why every edge.

All of them add up what arrives at a node in one order, that of the right sweep, so that a wrong one differs by its
mistake alone and not by rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import NamedTuple

from autograd._check import checked_value
from autograd._format import one_line, shown
from autograd.diagnosis.words import listed
from autograd.names import node_names
from autograd.sweeps import topological_order
from autograd.value import Value

MOST_ROWS = 12
Gradients = dict[Value, float]
Name = Callable[[Value], str]


@dataclass(frozen=True, eq=False)
class Misconception:
    """A wrong backward beside the right one: the gradients of all nodes by both, and the first in the sweep that differs.

    `first` is None if this graph does not show the mistake; then `reason` says what kind of graph does.
    """

    bug: str
    question: str
    right: Gradients
    wrong: Gradients
    first: Value | None
    reason: str
    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def run(y: Value, bug: str) -> Misconception:
    """Go backward from `y` in a wrong way as well, and show the first node whose gradient it gets wrong, and why.

    `bug` is "assign" (`=` in place of `+=`), "depth_first" (a node passes its gradient on when it is first reached),
    "stale" (a second backward() on top of the gradients of the first) or "once_per_edge" (each parent counts once).
    The graph stays as it is.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> print(run(y, "assign"))
    Why are gradients added with `+=`, and not set with `=`?
    With `=` in place of `+=`: x is used twice, by y and by y again; the contribution of y (3) was overwritten by that of y (3).
    node  right  wrong
    x         6      3
    """
    checked_value("misconceptions.run({}, bug)", "y", y)
    if not isinstance(bug, str) or bug not in BUGS:
        raise ValueError(f"misconceptions.run: bug must be one of {', '.join(map(repr, BUGS))}, got {bug!r}")
    order = topological_order([y])
    names = node_names(order)
    question, go_backward, why, shown_by = BUGS[bug]
    right, wrong = _in_order(order), go_backward(order)
    if bug == "stale":  # two sweeps, over which leaves add up and the other nodes start anew
        right.gradients.update((leaf, 2.0 * right.gradients[leaf]) for leaf in order if leaf.op is None)
    apart = [node for node in reversed(order) if _differ(right.gradients[node], wrong.gradients[node])]
    if apart:
        reason = why(apart[0], right, wrong, lambda node: one_line(names[node]))
    else:
        reason = f"On this graph the two agree. They can part only where {shown_by}."
    rows = [(one_line(names[node]), *_told_apart(right.gradients[node], wrong.gradients[node])) for node in apart[:MOST_ROWS]]
    more = [f"… and {len(apart) - MOST_ROWS} more nodes"] if len(apart) > MOST_ROWS else []
    text = "\n".join([question, reason, *_table(rows), *more])
    return Misconception(bug, question, right.gradients, wrong.gradients, apart[0] if apart else None, reason, text)


def _differ(one: float, other: float) -> bool:
    return one != other and (one == one or other == other)


def _told_apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart."""
    pair = shown(one), shown(other)
    return pair if pair[0] != pair[1] else (repr(one), repr(other))


def _table(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    table = [("node", "right", "wrong"), *rows] if rows else []
    wide = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [f"{name:{wide[0]}}  {right:>{wide[1]}}  {wrong:>{wide[2]}}" for name, right, wrong in table]


# -- sweeps ------------------------------------------------------------------------------------------


class Arrival(NamedTuple):
    """A contribution: what `user` passed on to its argument at `position`, when `time` nodes had passed on before it."""

    rank: int  # the place of the user in the right sweep
    position: int
    user: Value
    amount: float
    time: int


class Sweep:
    """What has arrived at each node, what each one has passed on and when, and the gradients it all ends with."""

    def __init__(self, order: Sequence[Value]) -> None:
        self.order, self.root = order, order[-1]
        self.arrivals: dict[Value, list[Arrival]] = {node: [] for node in order}
        self.sent: dict[Value, tuple[float, int]] = {}
        self.gradients: Gradients = {}
        self._rank = {node: -i for i, node in enumerate(order)}

    def total(self, node: Value) -> float:
        """The sum of what has arrived so far; the root starts with 1."""
        if node is self.root:
            return 1.0
        return reduce(add, (arrival.amount for arrival in sorted(self.arrivals[node], key=lambda a: a[:2])), 0.0)

    def pass_on(self, node: Value, bar: float, repeats: bool = True) -> list[Value]:
        """Give each argument its contribution; returns those that got one, without repeats."""
        time = len(self.sent)
        self.sent[node] = bar, time
        reached: dict[Value, None] = {}
        for position, (arg, partial) in enumerate(zip(node.args, node.partials, strict=True)):
            if partial is not None and (repeats or arg not in reached):
                reached[arg] = None
                self.arrivals[arg].append(Arrival(self._rank[node], position, node, bar * partial, time))
        return list(reached)


def _in_order(order: Sequence[Value], gradient: Callable[[Sweep, Value], float] = Sweep.total, repeats: bool = True) -> Sweep:
    """From the root to the leaves, each node after all that use it: with the defaults, the right way."""
    sweep = Sweep(order)
    for node in reversed(order):
        sweep.gradients[node] = gradient(sweep, node)
        if sweep.arrivals[node] or node is sweep.root:  # a branch not taken passes nothing on, not even 0 · NaN
            sweep.pass_on(node, sweep.gradients[node], repeats)
    return sweep


def _assign(order: Sequence[Value]) -> Sweep:
    def last(sweep: Sweep, node: Value) -> float:
        arrived = sweep.arrivals[node]
        return arrived[-1].amount if arrived else sweep.total(node)

    return _in_order(order, last)


def _depth_first(order: Sequence[Value]) -> Sweep:
    sweep = Sweep(order)
    stack = [sweep.root]
    while stack:
        node = stack.pop()
        if node not in sweep.sent:
            stack += sweep.pass_on(node, sweep.total(node))[::-1]
    sweep.gradients.update((node, sweep.total(node)) for node in order)
    return sweep


def _stale(order: Sequence[Value]) -> Sweep:
    held = _in_order(order).gradients
    if order[-1].op is not None:
        held[order[-1]] = 0.0  # backward() sets the gradient of its root
    return _in_order(order, lambda sweep, node: held[node] + sweep.total(node))


def _once_per_edge(order: Sequence[Value]) -> Sweep:
    return _in_order(order, repeats=False)


# -- reasons: about the first node that differs, behind which everything is still as it should be --------------


def _overwritten(x: Value, right: Sweep, wrong: Sweep, name: Name) -> str:
    *lost, last = right.arrivals[x]
    users = [(node, i) for node in reversed(right.order) for i, use in enumerate(u for u in node.args if u is x)]
    by = [f"by {name(user)}{' again' if i else ''}" for user, i in users]
    amounts = listed([f"{name(arrival.user)} ({shown(arrival.amount)})" for arrival in lost])
    were = f"contributions of {amounts} were" if len(lost) > 1 else f"contribution of {amounts} was"
    return (
        f"With `=` in place of `+=`: {name(x)} is used {_times(len(users))}, {listed(by)}; "
        f"the {were} overwritten by that of {name(last.user)} ({shown(last.amount)})."
    )


def _too_early(x: Value, right: Sweep, wrong: Sweep, name: Name) -> str:
    # both sweeps reach the same nodes, so that x got the same number of contributions: one of another size, at least
    early = next(a.user for a in wrong.arrivals[x] if _differ(wrong.sent[a.user][0], right.sent[a.user][0]))
    sent, time = wrong.sent[early]
    late = [f"{name(arrival.user)} ({shown(arrival.amount)})" for arrival in wrong.arrivals[early] if arrival.time > time]
    what = f"contributions of {listed(late)}" if len(late) > 1 else f"contribution of {late[0]}"
    return (
        f"{name(early)} passed on {shown(sent)} when it was first reached, before the {what} had arrived: its gradient is "
        f"{shown(right.sent[early][0])}. The backward pass goes through a topological order from its end: whatever uses "
        f"{name(early)} has its turn before it."
    )


def _not_reset(x: Value, right: Sweep, wrong: Sweep, name: Name) -> str:
    once, twice = shown(right.gradients[x]), shown(wrong.gradients[x])
    return (
        f"{name(x)} still held {once} from the first backward(). The second added {once} to it and passed on {twice} in "
        f"place of {once}. Leaves add up over backward() calls, until zero_grad(); the nodes in between have to start anew. "
        "Both columns are the gradients after two backward() calls. Those of leaves are then twice as large, rightly."
    )


def _counted_once(x: Value, right: Sweep, wrong: Sweep, name: Name) -> str:
    shares: dict[Value, list[float]] = {}
    for arrival in right.arrivals[x]:
        shares.setdefault(arrival.user, []).append(arrival.amount)
    user, amounts = next((user, amounts) for user, amounts in shares.items() if any(amounts[1:]))
    uses = sum(arg is x for arg in user.args)
    return (
        f"A set of parents holds {name(x)} once, though {name(user)} uses it {_times(uses)}: "
        f"of its contributions {listed([shown(amount) for amount in amounts])} only the first was counted."
    )


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


class Bug(NamedTuple):
    """What learners ask, the backward that they would write, the reason it is wrong, and where that shows."""

    question: str
    go_backward: Callable[[Sequence[Value]], Sweep]
    why: Callable[[Value, Sweep, Sweep, Name], str]
    shown_by: str


BUGS: Mapping[str, Bug] = {
    "assign": Bug(
        "Why are gradients added with `+=`, and not set with `=`?",
        _assign,
        _overwritten,
        "a node gets more than one contribution, as in `y = x * x`",
    ),
    "depth_first": Bug(
        "Why a topological order? Could a node not pass its gradient on as soon as it is reached?",
        _depth_first,
        _too_early,
        "more arrives at a node after it was first reached, as in `a = x * 2; y = a + a * a`",
    ),
    "stale": Bug(
        "What if backward() runs again, and the nodes in between keep the gradients that are there?",
        _stale,
        _not_reset,
        "a node lies between y and its leaves, as in `y = x * 2 * 3`",
    ),
    "once_per_edge": Bug(
        "Why count every edge? Could a node not keep its parents in a set?",
        _once_per_edge,
        _counted_once,
        "an operation uses a node more than once, as in `y = x * x`",
    ),
}
