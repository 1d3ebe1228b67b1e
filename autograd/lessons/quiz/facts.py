"""What is true of a graph: its gradients, where each node is used, and how that is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd._format import unique_names
from autograd.diagnosis.words import Edge
from autograd.formulas.spelling import name_text
from autograd.formulas.telling import IN_TEXT, Account
from autograd.lessons.stepping import Sweep
from autograd.staleness import stale_leaves
from autograd.value import Value


class Facts:
    """The backward pass of a graph, kept beside it: no gradient of the graph is looked at or changed."""

    def __init__(self, order: Sequence[Value], names: Mapping[Value, str]) -> None:
        self.order, self.names, self.root = order, names, order[-1]
        self.spelled = unique_names(names, name_text)
        self.sweep = Sweep(order, names)
        self.changed = frozenset(stale_leaves(order))
        # In the order in which the gradient arrives. Where none flows, there is no use.
        self._uses: dict[Value, list[Edge]] = {}
        for user, _, _ in self.sweep.backward:
            for i, (arg, partial) in enumerate(zip(user.args, user.partials, strict=True)):
                if partial is not None:
                    self._uses.setdefault(arg, []).append(Edge(arg, user, i))

    def gradient(self, node: Value) -> float:
        """∂root/∂node."""
        return self.sweep.bars.get(node, 0.0)

    def uses(self, node: Value) -> Sequence[Edge]:
        """The edges on which gradient arrives at the node."""
        return self._uses.get(node, ())

    def by_user(self, node: Value) -> dict[Value, list[Edge]]:
        """The same edges, together where one operation uses the node more than once."""
        users: dict[Value, list[Edge]] = {}
        for edge in self.uses(node):
            users.setdefault(edge.node, []).append(edge)
        return users

    def quotient(self, below: Value, above: Value | None = None) -> str:
        """The sign for ∂above/∂below, or for that of the root."""
        return f"∂{self.spelled[self.root if above is None else above]}/∂{self.spelled[below]}"

    def chain_rule(self, node: Value) -> str:
        """How its gradient comes about, in one line."""
        if not self.uses(node):
            why_none = IN_TEXT.not_taken if node.requires_grad else IN_TEXT.frozen
            return why_none.format(self.spelled[self.root], self.spelled[node])
        users = dict.fromkeys([self.root, *self.by_user(node)])  # its own line asks for no others
        return Account(IN_TEXT, self.spelled, [*users, node], self.sweep.bars, [*self.changed]).lines()[0]
