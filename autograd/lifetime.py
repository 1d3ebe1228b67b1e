"""How a deep graph is freed: in steps, so that the stack does not grow with it.

When the last owner of a graph lets go of it, every node is freed from inside the freeing of the one that used it. CPython
bounds how deep that goes, but not always by the stack there is: 3.13 goes 10,000 calls deep, which overflows a stack of 1 MB.
So a node that is used across a multiple of REACH in depth is protected: its own arguments are not freed from inside its
freeing, but handed to whoever is freeing already. Nodes less deep than REACH are not: the terms of a long sum are many, and
their own graphs are small. Depth falls along every path, so none leads through more than 2·REACH nodes before it meets a
protected one.
"""

from __future__ import annotations

import gc

from autograd._typing import Any

REACH = 512  # nodes: 3.13 takes some 200 bytes of stack for one, and several times that for the call of a module
MASK = REACH - 1


class _Queue:
    """The arguments of protected nodes that have died. (Methods name no globals: at exit those are gone.)"""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, Any, Any]] = []  # with the depth of the node
        self.freeing = self.collecting = False

    def free(self) -> None:
        """Let go of them one by one, unless that is going on already."""
        while self.waiting and not self.freeing and not self.collecting:  # again: another thread may have added to them
            self.freeing = True
            try:
                while self.waiting:
                    self.waiting.pop()
            finally:
                self.freeing = False

    def collector(self, phase: str, info: object) -> None:
        """While the garbage collector runs, all are kept: it asks every Past of a garbage graph before it frees any node.

        What it has then freed ends at protected nodes, and the deepest of them is to go first.
        """
        self.collecting = phase == "start"
        if self.waiting and not self.collecting:
            self.waiting.sort(key=lambda past: past[0])
            self.free()


_queue = _Queue()


class Past:
    """The note of a protected node, which also holds its arguments.

    It is the last thing that a dying node lets go of, and then hands on what it holds.
    """

    __slots__ = ("args", "depth", "label", "origin", "scope")

    def __init__(self, label: str, origin: tuple[str, int] | None, scope: Any, args: object, depth: int) -> None:
        self.label, self.origin, self.scope, self.args, self.depth = label, origin, scope, args, depth
        if _queue.collector not in gc.callbacks:  # only programs with deep graphs get here
            gc.callbacks.append(_queue.collector)

    def __del__(self, queue: _Queue = _queue) -> None:
        queue.waiting.append((self.depth, self.args, self.scope))
        self.args = self.scope = None
        queue.free()
