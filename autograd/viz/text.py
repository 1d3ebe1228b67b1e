"""A recorded graph as an indented tree of text."""

from __future__ import annotations

from collections.abc import Mapping

from autograd.value import Value

MOST_LINES = 200
DEEPEST_INDENT = 40


def text_tree(root: Value, names: Mapping[Value, str]) -> str:
    """One line a node, arguments below their result; a node met again is only named.

    It stops after 200 lines, and says so.

    >>> x = Value(3.0, label="x")
    >>> print(text_tree(x * x, {x: "x"}))
    × data=9.0 grad=0.0
      x data=3.0 grad=0.0
      x (above)
    """
    lines: list[str] = []
    shown: set[Value] = set()
    stack: list[tuple[Value | float, int]] = [(root, 0)]
    while stack:
        if len(lines) == MOST_LINES:
            lines.append("… and more")
            break
        node, depth = stack.pop()
        indent = "  " * min(depth, DEEPEST_INDENT)
        if type(node) is not Value:
            lines.append(f"{indent}{node!r}")
            continue
        name = " ".join(part for part in (names.get(node, ""), node.op.symbol if node.op else "") if part)
        if node in shown:
            lines.append(f"{indent}{name} (above)")
            continue
        shown.add(node)
        lines.append(f"{indent}{name} data={node.data!r} grad={node.grad!r}")
        stack.extend((arg, depth + 1) for arg in reversed(node.args))
    return "\n".join(lines)
