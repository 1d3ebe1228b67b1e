"""Hints for the gradient of a node: the rules that it takes, and how many contributions there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from autograd import ops
from autograd.diagnosis import words
from autograd.diagnosis.words import Edge
from autograd.formulas.notation import ATOM, Written, listed
from autograd.formulas.rules import rule
from autograd.lessons.quiz.facts import Facts
from autograd.lessons.stepping import NUMBERED
from autograd.value import Value

MOST_USERS = 6  # of one node, whose rules are told
_NUMBER = re.compile(r"[−\d][\d.e+−]*")


def rules(facts: Facts, x: Value) -> str:
    """The local rule of each operation that uses x, with the numbers that are known put in, but not worked out."""
    users = facts.by_user(x)
    if not x.requires_grad:
        return f"no gradient flows to {facts.spelled[x]}: it is frozen (requires_grad=False)"
    if not users:
        return f"no gradient flows to {facts.spelled[x]}: it is a condition, or in a branch that was not taken"
    lines = [_rule(facts, x, user, edges) for user, edges in islice(users.items(), MOST_USERS)]
    return "\n".join([*lines, f"… and {len(users) - MOST_USERS:,} more"] if len(users) > MOST_USERS else lines)


def _rule(facts: Facts, x: Value, user: Value, edges: Sequence[Edge]) -> str:
    args = [arg if type(arg) is float else Written(facts.spelled[arg], ATOM) for arg in user.args]
    written = _written(edges, args, Written(facts.spelled[user], ATOM))
    is_the_answer = user is facts.root and len(facts.by_user(x)) == 1
    if not written or (is_the_answer and _NUMBER.fullmatch(written)):
        return f"{facts.sweep.operation(user)}: what is its derivative by {facts.spelled[x]}?"
    one_of_several = user is facts.root and not is_the_answer  # the quotient would be that of all of them together
    what = f"the edge from {facts.spelled[x]} to {facts.spelled[user]} has" if one_of_several else f"{facts.quotient(x, user)} ="
    told = [written]
    if not is_the_answer and facts.changed.isdisjoint(user.args):
        numbers = [arg if type(arg) is float else NUMBERED.constant(arg.data) for arg in user.args]
        told.append(_written(edges, numbers, NUMBERED.constant(user.data)))
    return f"{facts.sweep.operation(user)}, so {what} {' = '.join(dict.fromkeys(told))}"


def _written(edges: Sequence[Edge], args: Sequence[Written | float], z: Written) -> str:
    """The partial, as a sum where a node is used more than once; empty if a rule cannot be written."""
    op = edges[0].node.op
    assert op is not None
    shown = [i for i in listed(len(edges)) if i is not None]
    terms = [rule(NUMBERED, op, edges[i].position, args, z) for i in shown]
    if len(shown) < len(edges):
        terms.insert(-1, Written("…", ATOM))
    written = [term for term in terms if term is not None]
    return NUMBERED.operation(ops.sum, written).text if len(written) == len(terms) else ""


def places(facts: Facts, x: Value) -> str:
    """From how many places gradient arrives at x, and what becomes of it there."""
    uses, name = facts.uses(x), facts.spelled[x]
    if not uses:
        return f"gradient arrives at {name} from nowhere"
    users: list[str] = []
    for edge in uses:
        user = facts.spelled[edge.node]
        users.append(f"{user} again" if user in users else user)
    share = "the gradient there times the local derivative"
    if len(uses) == 1:
        return f"gradient arrives at {name} from one place, {users[0]}: {share}"
    return f"gradient arrives at {name} from {len(uses):,} places, {words.listed(users)}: from each {share}, and these add up"
