"""A recorded graph as an indented tree of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd._format import one_line, shown
from autograd.value import Value
from autograd.viz.scene import grad_of

MOST_LINES = 200
DEEPEST_INDENT = 48  # characters; deeper nodes are not indented further
NO_GRADIENTS = "no gradients yet: call backward()"


def text_tree(root: Value, names: Mapping[Value, str]) -> str:
    """One line a node, arguments below their result; a node met again is only named.

    It stops after 200 lines, and says so.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.backward()
    >>> print(text_tree(y, {x: "x", y: "y"}))
    y = ×  data 9  grad 1
    ├─ x  data 3  grad 6
    └─ x (above)
    """
    return text_trees([root], names)


def text_trees(roots: Sequence[Value], names: Mapping[Value, str]) -> str:
    """The same for several roots, one tree below the other."""
    lines = [NO_GRADIENTS] if all(grad_of(root) is None for root in roots) else []
    seen: set[Value] = set()
    stack: list[tuple[Value | float, str, str]] = [(root, "", "") for root in roots[::-1]]
    while stack:
        if len(lines) == MOST_LINES:
            lines.append("… and more")
            break
        node, branch, indent = stack.pop()
        if not isinstance(node, Value):
            lines.append(f"{branch}{shown(node)}")
        elif node in seen:
            lines.append(f"{branch}{one_line(names.get(node, 'v'))} (above)")
        else:
            seen.add(node)
            lines.append(branch + _described(node, names))
            last = len(node.args) - 1
            for k, arg in reversed(list(enumerate(node.args))):
                bend, rest = ("└─ ", "   ") if k == last else ("├─ ", "│  ")
                deeper = indent + rest if len(indent) < DEEPEST_INDENT else indent
                stack.append((arg, indent + bend, deeper))
    return "\n".join(lines)


def _described(node: Value, names: Mapping[Value, str]) -> str:
    parts = [one_line(names.get(node, "")), "" if node.op is None else f"= {node.op.symbol}"]
    grad = grad_of(node)
    numbers = f"data {shown(node.data)}" if grad is None else f"data {shown(node.data)}  grad {shown(grad)}"
    return f"{' '.join(part for part in parts if part)}  {numbers}"
