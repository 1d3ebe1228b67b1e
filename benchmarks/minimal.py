"""The shortest engine that is still fast: our yardstick on programs in plain operators."""

from __future__ import annotations

import math
from typing import Any


class Node:
    """A number, the nodes it was computed from, and its partial derivatives with respect to them."""

    __slots__ = ("args", "data", "grad", "partials")

    def __init__(self, data: float, args: tuple[Any, ...] = (), partials: tuple[float, ...] = ()) -> None:
        self.data, self.grad, self.args, self.partials = data, 0.0, args, partials

    def __add__(self, other: Any) -> Node:
        other = other if isinstance(other, Node) else Node(other)
        return Node(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Any) -> Node:
        other = other if isinstance(other, Node) else Node(other)
        return Node(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, power: float) -> Node:
        return Node(self.data**power, (self,), (power * self.data ** (power - 1.0),))

    def exp(self) -> Node:
        z = math.exp(self.data)
        return Node(z, (self,), (z,))

    def log(self) -> Node:
        return Node(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self) -> Node:
        return Node(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def __neg__(self) -> Node:
        return self * -1.0

    def __sub__(self, other: Any) -> Node:
        return self + -other

    def __rsub__(self, other: Any) -> Node:
        return -self + other

    def __truediv__(self, other: Any) -> Node:
        return self * other**-1.0

    def __rtruediv__(self, other: Any) -> Node:
        return self**-1.0 * other

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self) -> None:
        order, seen = [], set()

        def visit(node: Node) -> None:
            if node not in seen:
                seen.add(node)
                for arg in node.args:
                    visit(arg)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for arg, partial in zip(node.args, node.partials):  # noqa: B905  # of one length, and this is the inner loop
                arg.grad += partial * node.grad
