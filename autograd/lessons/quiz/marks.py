"""Marking an answer: is it right, and if not, which slip explains it?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from autograd._format import shown
from autograd.diagnosis.words import Edge
from autograd.formulas.notation import listed
from autograd.formulas.paths import paths
from autograd.lessons import misconceptions
from autograd.lessons.quiz.facts import Facts
from autograd.value import Value

DIGITS = 3  # significant ones that have to be right
NOTHING = 1e-9  # what differs by no more is the same: a gradient of 0 may come out as 1e-17
MOST_PATHS = 20
MOST_NODES = 10_000  # of a graph that is gone through again and again
MOST_FACTORS = 100  # along a chain
# What a sweep of `misconceptions` has done somewhere, if its gradient of a node is the answer.
SWEEPS = {
    "assign": "as if only the last of several contributions were kept (`=` in place of `+=`)",
    "once_per_edge": "as if an operation that uses a node more than once passed its gradient on to it only once",
    "depth_first": "as if a node passed its gradient on before all of it had arrived",
}


@dataclass(frozen=True, eq=False)
class Mark:
    """One answer, marked. `slip` is the likely mistake in words, empty if the answer is right or none explains it.

    `answer` is None if it was left for later.
    """

    answer: float | None
    right: bool
    slip: str
    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


class Marks(tuple[Mark, ...]):
    """Several answers, marked: one a line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(str, self))

    __str__ = __repr__


def agree(answer: float, gradient: float) -> bool:
    """Is the answer right to three significant digits, as one rounds by hand or reads off a picture?

    It may be off by half a unit of the third digit of the gradient, and always by 1e-9.

    >>> agree(0.333, 1 / 3), agree(0.33, 1 / 3), agree(200.0, 201.0), agree(0.0, 6e-17)
    (True, False, False, True)
    """
    half_a_unit = 0.5 * 10.0 ** (Decimal(gradient).adjusted() + 1 - DIGITS) if gradient else 0.0
    return abs(answer - gradient) <= max(half_a_unit * (1.0 + NOTHING), NOTHING)


def mark(facts: Facts, x: Value, answer: float | None) -> Mark:
    """The answer for the gradient of x, marked; what is said of a wrong one does not hold the right one."""
    name, gradient = facts.spelled[x], facts.gradient(x)
    if answer is None:
        return Mark(None, False, "", f"{name}: not answered yet")
    if agree(answer, gradient):
        return Mark(answer, True, "", f"{name}: right, {facts.quotient(x)} = {shown(gradient)}")
    explained = (sentence for number, sentence in _slips(facts, x) if _is(answer, number))
    slip = next(explained, "")
    return Mark(answer, False, slip, f"{name}: {shown(answer)} is not it{slip and f': {slip}'}")


def _is(answer: float, number: float) -> bool:
    return math.isfinite(number) and abs(number) > NOTHING and agree(answer, number)


def _slips(facts: Facts, x: Value) -> Iterator[tuple[float, str]]:
    """What each slip leads to, the likeliest slip first."""
    root, names, gradient, uses = facts.root, facts.spelled, facts.gradient(x), facts.uses(x)
    yield -gradient, "look at the sign"
    if len(uses) > 1:
        for edge in uses:
            alone = f"that is one contribution alone, from {names[edge.node]}"
            amount = facts.gradient(edge.node) * partial_of(edge)
            yield amount, f"{alone}; gradient arrives from {len(uses):,} places, and adds up (`+=`)"
    for user, edges in facts.by_user(x).items():
        if user is not root:
            local, arriving = facts.quotient(x, user), f"what arrives at {names[user]}"
            total = math.fsum(map(partial_of, edges))
            yield total, f"that is the local derivative {local} alone; multiply it by {arriving}, {facts.quotient(user)}"
            yield facts.gradient(user), f"that is {facts.quotient(user)}, {arriving}; multiply it by the derivative {local}"
    for edge in _chain(facts, x):
        if partial_of(edge):
            yield gradient / partial_of(edge), f"the inner derivative {facts.quotient(edge.arg, edge.node)} is missing"
    yield gradient / 2.0, "a factor 2 is missing"
    yield gradient * 2.0, "there is a factor 2 too many"
    for node in (x, root):
        yield node.data, f"that is the value of {names[node]}, not a gradient"
    if len(facts.order) > MOST_NODES:
        return
    for bug, sentence in SWEEPS.items():
        yield misconceptions.run(root, bug).wrong[x], sentence
    found = paths(x, root, MOST_PATHS)
    for path in found if found.total > 1 else ():
        route = " → ".join("…" if i is None else names[path.nodes[i]] for i in listed(len(path.nodes)))
        yield path.product, f"that is the path {route} alone; there are others, and all of them add up"


def _chain(facts: Facts, x: Value) -> Iterator[Edge]:
    """The edges from x towards the root, as long as nothing is used twice."""
    for _ in range(MOST_FACTORS):
        uses = facts.uses(x)
        if len(uses) != 1:
            return
        yield uses[0]
        x = uses[0].node


def partial_of(edge: Edge) -> float:
    """The partial along an edge on which gradient flows."""
    assert edge.partial is not None
    return edge.partial
