"""The chain rule told in text or in LaTeX: in symbols, then in numbers, then the rules it takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from autograd import ops
from autograd.formulas.notation import ATOM, LATEX, PRODUCT, TEXT, Notation, Written, enough, listed
from autograd.formulas.rules import quotient_latex, rule
from autograd.value import Value

MOST_LINES = 40
MOST_NAMES = 5  # of leaves that were changed


class Voice(NamedTuple):
    """The words around the formulas, in text or in LaTeX."""

    notation: Notation
    quotient: Callable[[str, str], str]
    times: str
    equals: str
    since: str
    so: str
    directly: str
    left_out: str
    more: str
    independent: str
    not_taken: str
    frozen: str
    both: str
    stale: str


IN_TEXT = Voice(
    TEXT,
    "∂{}/∂{}".format,
    times="·",
    equals="{} = {}",
    since="{}, since {}",
    so="    {}, so {}",
    directly="    {}, directly {}",
    left_out="… ({:,} more)",
    more="… and {:,} more lines",
    independent="{} does not depend on {}: the gradient is 0",
    not_taken="{} does not depend on {}, which is in a branch that was not taken: the gradient is 0",
    frozen="no gradient flows from {} to {}, which is frozen (requires_grad=False): the gradient is 0",
    both=" and ",
    stale="{} {} changed after this was recorded: the gradients are those of the recorded numbers",
)
IN_LATEX = Voice(
    LATEX,
    quotient_latex,
    times=r" \cdot ",
    equals="{} &= {}",
    since=r"{} \quad\text{{since }} {}",
    so=r"&\quad {} \;\Rightarrow\; {}",
    directly=r"&\quad {} \quad\text{{directly }} {}",
    left_out=r"\cdots\text{{ ({:,} more)}}",
    more=r"&\text{{… and {:,} more lines}}",
    independent=r"{} \text{{ does not depend on }} {} \text{{: the gradient is 0}}",
    not_taken=r"{} \text{{ does not depend on }} {} \text{{, which is in a branch that was not taken: the gradient is 0}}",
    frozen=r"\text{{no gradient flows from }} {} \text{{ to }} {} \text{{, which is frozen: the gradient is 0}}",
    both=r"\text{ and }",
    stale=r"&{}\text{{ {} changed after this was recorded: the gradients are those of the recorded numbers}}",
)


def stale(voice: Voice, changed: Sequence[str]) -> str:
    """What is said first if leaves of these names were changed."""
    shown = changed if len(changed) <= MOST_NAMES else [*changed[: MOST_NAMES - 1], f"{len(changed) - MOST_NAMES + 1:,} others"]
    names = ", ".join(shown[:-1]) + voice.both + shown[-1] if len(shown) > 1 else shown[0]
    return voice.stale.format(names, "was" if len(changed) == 1 else "were")


class Account:
    """The chain rule for the nodes from the root back to x: `turns`, in this order.

    Symbols that would stand for leaves that were `changed` are left out.
    """

    def __init__(
        self,
        voice: Voice,
        names: Mapping[Value, str],
        turns: Sequence[Value],
        bars: Mapping[Value, float],
        changed: Sequence[Value],
    ) -> None:
        self.voice, self.names, self.turns, self.bars = voice, names, turns, bars
        self.changed = frozenset(changed)
        self.root, self.x = turns[0], turns[-1]
        # For each node what uses it, and at which positions with which partials.
        self.users: dict[Value, dict[Value, list[tuple[int, float]]]] = {node: {} for node in turns}
        for user in reversed(turns):
            for i, (arg, partial) in enumerate(zip(user.args, user.partials, strict=True)):
                if partial is not None and arg in self.users:
                    self.users[arg].setdefault(user, []).append((i, partial))

    def lines(self) -> list[str]:
        """The chain rule for x, and then for what lies between; as many lines as are shown."""
        if self.x is self.root:
            return [self.voice.equals.format(self._quotient(self.root, self.x), "1")]
        told = [self.x, *self.turns[1:-1]]
        total = sum(1 if self._direct(node) else 1 + len(self._shown(node)) for node in told)
        found: list[str] = []
        for node in told:
            if len(found) >= MOST_LINES:
                break
            found += self._told(node)
        return found if total <= MOST_LINES else [*found[:MOST_LINES], self.voice.more.format(total - MOST_LINES)]

    def _shown(self, node: Value) -> list[Value]:
        users = list(self.users[node])
        return [users[i] for i in listed(len(users)) if i is not None]

    def _direct(self, node: Value) -> bool:
        """Is the root all that uses it?"""
        return self.users[node].keys() == {self.root}

    def _told(self, node: Value) -> list[str]:
        """∂root/∂node in symbols and in numbers, and a line for each rule."""
        voice = self.voice
        symbols: list[Written] = []
        numbers: list[Written] = []
        rules: list[str] = []
        for user in self._shown(node):
            partial, terms = self._partial(user, node)
            if user is self.root:
                symbols.append(terms[0])
                numbers.append(terms[1])
                rules.append(voice.directly.format(self._operation(user), _equal(terms)))
            else:
                quotient = self._quotient(user, node)
                symbols.append(Written(self._quotient(self.root, user) + voice.times + quotient, PRODUCT))
                numbers.append(self._share(user, node, partial, first=not numbers))
                rules.append(voice.so.format(self._operation(user), f"{quotient} = {_equal(terms, quotient)}"))
        count = len(self.users[node])
        terms = [self._sum(symbols, count), self._sum(numbers, count), voice.notation.constant(self.bars[node])]
        quotient = self._quotient(self.root, node)
        line = voice.equals.format(quotient, _equal(terms, quotient))
        if self._direct(node):
            return [voice.since.format(line, self._operation(self.root))]
        return [line, *rules]

    def _partial(self, user: Value, node: Value) -> tuple[float, list[Written]]:
        """∂user/∂node, and how it is written: in symbols, as a sum of numbers if node is used twice, as one number."""
        constant = self.voice.notation.constant
        flows = self.users[node][user]
        shown = [flows[i] for i in listed(len(flows)) if i is not None]
        symbols = [self._rule(user, i) or Written(self._quotient(user, node), ATOM) for i, _ in shown]
        numbers = [constant(partial) for _, partial in shown]
        total = ops.sum(*(partial for _, partial in flows))
        return total, [self._sum(symbols, len(flows)), self._sum(numbers, len(flows)), constant(total)]

    def _rule(self, user: Value, position: int) -> Written | None:
        """The partial in symbols, None if it cannot be written: as when they stand for other numbers by now."""
        assert user.op is not None
        if not self.changed.isdisjoint(user.args):
            return None
        n = len(user.args)
        few = enough(user.op, n, position) if user.op.name in ops.BUILT_IN else [*range(n)]  # a mean divides by n
        args = [arg if type(arg) is float else Written(self.names[arg], ATOM) for arg in map(user.args.__getitem__, few)]
        return rule(self.voice.notation, user.op, few.index(position), args, Written(self.names[user], ATOM))

    def _sum(self, terms: list[Written], count: int) -> Written:
        """The sum of terms, which are `count` with those left out before the last."""
        if len(terms) < count:
            terms = [*terms[:-1], Written(self.voice.left_out.format(count - len(terms)), ATOM), terms[-1]]
        return self.voice.notation.operation(ops.sum, terms)

    def _share(self, user: Value, node: Value, partial: float, first: bool) -> Written:
        """What arrives at node from this user, in numbers: one product, unless its terms overflow one by one."""
        bar, flows = self.bars[user], self.users[node][user]
        if len(flows) == 1 or not any(math.isinf(bar * part) for _, part in flows):
            return self._product(bar, partial, first)
        parts = [flows[i][1] for i in listed(len(flows)) if i is not None]
        return self._sum([self._product(bar, part, first and not i) for i, part in enumerate(parts)], len(flows))

    def _product(self, bar: float, partial: float, first: bool) -> Written:
        constant, (opening, closing) = self.voice.notation.constant, self.voice.notation.parentheses
        one, other = (constant(x).text for x in (bar, partial))
        if not first and one[0] in "-−":
            one = f"{opening}{one}{closing}"
        if other[0] in "-−":
            other = f"{opening}{other}{closing}"
        return Written(one + self.voice.times + other, PRODUCT)

    def _operation(self, node: Value) -> str:
        assert node.op is not None
        notation = self.voice.notation
        shown = map(node.args.__getitem__, enough(node.op, len(node.args)))
        args = [notation.constant(arg) if type(arg) is float else Written(self.names[arg], ATOM) for arg in shown]
        return f"{self.names[node]} = {notation.operation(node.op, args).text}"

    def _quotient(self, above: Value, below: Value) -> str:
        return self.voice.quotient(self.names[above], self.names[below])


def _equal(terms: Sequence[Written], known: str = "") -> str:
    """`y = 3`: the same thing in several ways, each said once and not as it is known already."""
    return " = ".join(dict.fromkeys(term.text for term in terms if term.text != known))
