"""A recorded graph as an indented tree of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd._format import one_line, shown
from autograd.value import Value
from autograd.viz.diagram import grad_of

MAX_LINES = 200
MAX_INDENT = 48  # characters


def text_tree(roots: Sequence[Value], names: Mapping[Value, str], above: Sequence[str] = ()) -> list[str]:
    """The lines `above`, then one per node, arguments below their result; a node that was shown above is only named.

    It stops after 200 lines, and says so.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.backward()
    >>> print("\\n".join(text_tree([y], {x: "x", y: "y"})))
    y = ×  data 9  grad 1
    ├─ x  data 3  grad 6
    └─ x (above)
    """
    lines = list(above)
    seen: set[Value] = set()
    stack: list[tuple[Value | float, str, str]] = [(root, "", "") for root in roots[::-1]]
    while stack:
        if len(lines) == MAX_LINES:
            lines.append("… and more")
            break
        node, branch, indent = stack.pop()
        if type(node) is not Value:
            lines.append(f"{branch}{shown(node)}")
        elif node in seen:
            lines.append(f"{branch}{one_line(names.get(node, 'v'))} (above)")
        else:
            seen.add(node)
            lines.append(branch + _described(node, names))
            last = len(node.args) - 1
            for k, arg in reversed(list(enumerate(node.args))):
                bend, rest = ("└─ ", "   ") if k == last else ("├─ ", "│  ")
                stack.append((arg, indent + bend, indent + rest if len(indent) < MAX_INDENT else indent))
    return lines


def _described(node: Value, names: Mapping[Value, str]) -> str:
    parts = [one_line(names.get(node, "")), "" if node.op is None else f"= {node.op.symbol}"]
    grad = grad_of(node)
    numbers = f"data {shown(node.data)}" if grad is None else f"data {shown(node.data)}  grad {shown(grad)}"
    return f"{' '.join(part for part in parts if part)}  {numbers}"
