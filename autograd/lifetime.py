"""How a deep graph is freed: in steps, so that the stack does not grow with its depth.

When the last reference to a graph goes, each node is freed inside the freeing of the node that used it. CPython bounds how
deep that nests, but not by the stack there is: 3.13 nests 10,000 calls, which overflows a stack of 1 MB. So a node that is
used across a multiple of REACH in depth is protected: its own arguments are not freed inside its freeing, but queued for
the loop that is already freeing. Nodes less deep than REACH are not protected: the terms of a long sum are many, and their
graphs are small. Depth falls along every path, so no path passes more than 2·REACH nodes before it meets a protected one.
"""

from __future__ import annotations

import gc

from autograd._typing import Any

REACH = 512  # nodes: 3.13 needs some 200 bytes of stack for one, and several times that for a module's call
MASK = REACH - 1


class _Queue:
    """The arguments of protected nodes that have died. (The methods use no globals, which are gone at exit.)"""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, Any, Any]] = []  # with the depth of the node
        self.freeing = self.collecting = False

    def free(self) -> None:
        """Free them one by one, unless a loop is doing so already."""
        while self.waiting and not self.freeing and not self.collecting:  # again: another thread may have added some
            self.freeing = True
            try:
                while self.waiting:
                    self.waiting.pop()
            finally:
                self.freeing = False

    def collector(self, phase: str, info: object) -> None:
        """Hold all of them while the garbage collector runs: it finalizes every Past of a garbage graph before it frees any node.

        What is left of the graph hangs on protected nodes, and the deepest of these has to go first.
        """
        self.collecting = phase == "start"
        if self.waiting and not self.collecting:
            self.waiting.sort(key=lambda past: past[0])
            self.free()


_queue = _Queue()


class Past:
    """The note of a protected node, which also holds its arguments.

    A dying node releases it last; it then queues what it holds.
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
