"""The replies of a quiz: right or wrong, the slip that explains a wrong answer, and hints."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from autograd import ops
from autograd._format import listed, shown
from autograd._html import MARKS, card, lines
from autograd.formulas.explanation import TEXT_WORDING, ChainRule, arrivals
from autograd.formulas.partials import partial_formula
from autograd.formulas.path_sum import paths, route
from autograd.formulas.printer import TEXT, Formula, abridged, named
from autograd.graph import Edge, Graph
from autograd.lessons.misconceptions import BUGS
from autograd.lessons.steps import Passes
from autograd.value import Value, op_of

DIGITS = 3  # significant digits that must be right
MAX_NEGLIGIBLE = 1e-9  # a difference that doesn't count: a gradient of 0 may come out as 1e-17
MAX_PATHS = 20
MAX_NODES = 10_000  # of a graph that is swept again for every slip
MAX_FACTORS = 100  # along a chain
MAX_USERS = 6  # of a node, with their rules in a hint
# Mistakes in a learner's backward pass, recognized by the gradients they produce.
SLIPS = {
    "assign": "as if only the last of several contributions were kept (`=` in place of `+=`)",
    "once_per_edge": "as if an operation that uses a node more than once passed its gradient on to it only once",
    "depth_first": "as if a node passed its gradient on before all of it had arrived",
}
NUMBERED = TEXT.numbered
_NUMBER = re.compile(r"[−\d][\d.e+−]*")


class SolvedGraph:
    """A graph and its gradients, kept apart from any that its nodes hold; `spelled` has the names as shown."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        (self.root,) = graph.roots
        self.spelled = graph.spelled
        self.passes = Passes(graph)
        self.gradients_with = cache(lambda bug: BUGS[bug].go_backward(graph).gradients)  # by a backward pass with a bug
        self._users = arrivals(graph, graph.users)
        rules = ChainRule(graph, TEXT_WORDING, self.spelled, self._users)
        self.chain_rule = rules.line  # how a gradient is computed, in one line

    def gradient(self, x: Value) -> float:
        return self.passes.bars.get(x, 0.0)

    def uses(self, x: Value) -> Mapping[Value, Sequence[Edge]]:
        """The edges along which gradient arrives at x, in order of arrival, grouped by the node they come from."""
        return self._users.get(x, {})

    def quotient(self, below: Value, above: Value | None = None) -> str:
        """∂above/∂below as text; without `above`, ∂root/∂below."""
        return TEXT.derivative(self.spelled[self.root if above is None else above], self.spelled[below])


# -- marks -------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Mark:
    """One marked answer. `slip` is the likely mistake in words, empty if the answer is right or no slip explains it.

    `answer` is None if the question was left for later.
    """

    answer: float | None
    right: bool
    slip: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return card(self.text, holds=None if self.answer is None else self.right)


class Marks(tuple[Mark, ...]):
    """Several marked answers, one per line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(str, self))

    def _repr_html_(self) -> str:
        signs = (MARKS[None if mark.answer is None else mark.right] for mark in self)
        return card("", lines(f"{sign or '?'} {mark.text}" for sign, mark in zip(signs, self, strict=True)))


def is_right(answer: float, gradient: float) -> bool:
    """True if the answer is right to three significant digits, as when rounded by hand or read off a picture.

    It may be off by half a unit of the third digit of the gradient, and always by 1e-9.

    >>> is_right(0.333, 1 / 3), is_right(0.33, 1 / 3), is_right(200.0, 201.0), is_right(0.0, 6e-17)
    (True, False, False, True)
    """
    return abs(answer - gradient) <= allowance(gradient)


def allowance(gradient: float) -> float:
    """The distance from the gradient up to which an answer is right."""
    half_a_unit = 0.5 * 10.0 ** (Decimal(gradient).adjusted() + 1 - DIGITS) if gradient else 0.0
    return max(half_a_unit * (1.0 + MAX_NEGLIGIBLE), MAX_NEGLIGIBLE)


def mark(solved: SolvedGraph, x: Value, answer: float | None) -> Mark:
    """The answer for the gradient of x, marked; the mark of a wrong answer does not give the right one away."""
    name, gradient = solved.spelled[x], solved.gradient(x)
    if answer is None:
        return Mark(None, False, "", f"{name}: not answered yet")
    if is_right(answer, gradient):
        return Mark(answer, True, "", praise(solved, x))
    slip = next((slip for number, slip in slips(solved, x) if is_right(answer, number)), "")
    return Mark(answer, False, slip, f"{name}: {shown(answer)} is wrong{slip and f': {slip}'}")


def praise(solved: SolvedGraph, x: Value) -> str:
    """The reply to a right answer."""
    return f"{solved.spelled[x]}: right, {solved.quotient(x)} = {shown(solved.gradient(x))}"


def slips(solved: SolvedGraph, x: Value) -> Iterator[tuple[float, str]]:
    """The wrong answers that slips lead to, each with the slip in words, the likeliest first."""
    return ((number, slip) for number, slip in _slips(solved, x) if math.isfinite(number) and abs(number) > MAX_NEGLIGIBLE)


def _slips(solved: SolvedGraph, x: Value) -> Iterator[tuple[float, str]]:
    graph, root, names, gradient, uses = solved.graph, solved.root, solved.spelled, solved.gradient(x), solved.uses(x)
    yield -gradient, "look at the sign"
    edges = [edge for by_user in uses.values() for edge in by_user]
    if len(edges) > 1:
        for edge in edges:
            alone = f"that is the contribution from {names[edge.node]} alone"
            amount = solved.gradient(edge.node) * _partial(edge)
            yield amount, f"{alone}; contributions arrive from {len(edges):,} places and add up (`+=`)"
    for user, by_user in uses.items():
        if user is not root:
            local, arriving = solved.quotient(x, user), f"the gradient arriving at {names[user]}"
            total = ops.sum(*map(_partial, by_user))
            yield total, f"that is the local derivative {local} alone; multiply it by {arriving}, {solved.quotient(user)}"
            yield solved.gradient(user), f"that is {solved.quotient(user)}, {arriving}; multiply it by the derivative {local}"
    for edge in _chain(solved, x):
        asked = edge.arg is x and edge.node is root
        if _partial(edge) and not asked:
            yield gradient / _partial(edge), f"the factor {solved.quotient(edge.arg, edge.node)} is missing"
    yield gradient / 2.0, "a factor of 2 is missing"
    yield gradient * 2.0, "there is an extra factor of 2"
    for digits in range(1, DIGITS):
        rounded = float(f"{gradient:.{digits - 1}e}")
        if not is_right(rounded, gradient):
            yield rounded, f"that is rounded too much; {DIGITS} significant digits must be right"
    for node in (x, root):
        yield node.data, f"that is the value of {names[node]}, not a gradient"
    if len(graph) > MAX_NODES:
        return
    for bug, slip in SLIPS.items():
        yield solved.gradients_with(bug)[x], slip
    found = paths(x, of=root, max_paths=MAX_PATHS)
    for path in found if found.total > 1 else ():
        yield path.product, f"that is the path {route(path, names)} alone; there are others, and they all add up"


def _chain(solved: SolvedGraph, x: Value) -> Iterator[Edge]:
    """The edges from x towards the root, as far as each node is used only once."""
    for _ in range(MAX_FACTORS):
        edges = [edge for by_user in solved.uses(x).values() for edge in by_user]
        if len(edges) != 1:
            return
        yield edges[0]
        x = edges[0].node


def _partial(edge: Edge) -> float:
    """The partial of an edge along which gradient flows."""
    assert edge.partial is not None
    return edge.partial


# -- hints -------------------------------------------------------------------------------------------


def hint_rules(solved: SolvedGraph, x: Value) -> str:
    """The local rule of each operation that uses x, with the known numbers put in but nothing worked out."""
    uses = solved.uses(x)
    if not uses:
        unused = "used only in a condition or a branch not taken"
        reason = unused if x.requires_grad else "frozen (requires_grad=False)"
        return f"{solved.spelled[x]} is {reason}, so no gradient reaches it"
    lines = [_rule(solved, x, user, uses) for user in [*uses][:MAX_USERS]]
    return "\n".join([*lines, f"… and {len(uses) - MAX_USERS:,} more"] if len(uses) > MAX_USERS else lines)


def _rule(solved: SolvedGraph, x: Value, user: Value, uses: Mapping[Value, Sequence[Edge]]) -> str:
    name, edges = solved.spelled, uses[user]
    written = _written(edges, named(user.args, name), Formula(name[user]))
    is_the_answer = user is solved.root and len(uses) == 1
    computed = solved.passes.operation(user)
    if not written or (is_the_answer and _NUMBER.fullmatch(written)):
        return f"{computed}. How many times as fast as {name[x]} does {name[user]} change if nothing else changes?"
    one_of_several = user is solved.root and not is_the_answer  # the quotient would cover all of them
    along = f"along the arrow from {name[x]} to {name[user]} the derivative is"
    what = along if one_of_several else f"{solved.quotient(x, user)} ="
    terms = [written]
    if not is_the_answer and frozenset(solved.graph.stale).isdisjoint(user.args):
        numbers = [arg if type(arg) is float else NUMBERED.constant(arg.data) for arg in user.args]
        terms.append(_written(edges, numbers, NUMBERED.constant(user.data)))
    return f"{computed}, so {what} {' = '.join(dict.fromkeys(terms))}"


def _written(edges: Sequence[Edge], args: Sequence[Formula | float], z: Formula) -> str:
    """The partial as text, a sum if the node is used more than once; empty if a rule cannot be written."""
    op = op_of(edges[0].node)
    terms = [partial_formula(NUMBERED, op, edge.position, args, z) for edge in abridged(edges)]
    if len(terms) < len(edges):
        terms.insert(-1, NUMBERED.dots)
    written = [term for term in terms if term is not None]
    return NUMBERED.sum(written).text if len(written) == len(terms) else ""


def hint_places(solved: SolvedGraph, x: Value) -> str:
    """The uses of x, and how its gradient comes from them."""
    name, quotient, uses = solved.spelled, solved.quotient, solved.uses(x)
    places = [name[user] + " again" * (i > 0) for user, edges in uses.items() for i in range(len(edges))]
    if not places:
        return f"nothing passes a gradient back to {name[x]}, so its gradient is 0"
    if len(places) > 1:
        passed = "each of these arrows carries back the gradient at its end times the local derivative; add them up"
        return f"{name[x]} is used {len(places):,} times, for {listed(places)}: {passed}"
    (user,) = uses
    if user is solved.root:
        return f"{name[x]} is used once, for {name[user]} itself, so its gradient is the local derivative alone"
    product = f"{quotient(user)}, the gradient of {name[user]}, times {quotient(x, user)}"
    return f"{name[x]} is used once, for {name[user]}: its gradient is {product}"
