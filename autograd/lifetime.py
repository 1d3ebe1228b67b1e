"""How a deep graph is freed: in steps, so that the stack does not grow with its depth.

When the last reference to a graph goes away, freeing a node frees its arguments in a nested call, and so on. CPython limits
the nesting, but not by the size of the stack: 3.13 allows 10,000 nested calls, which overflow a stack of 1 MB. So a node is
protected if a multiple of REACH lies between its depth and its user's: its arguments are not freed in a nested call, but
queued for the loop that is already freeing. Nodes less deep than REACH are not protected: a long sum has many of them, each
with a small graph. Depth decreases along every path, so no path passes more than 2·REACH nodes before a protected one.
"""

from __future__ import annotations

import gc

from autograd._typing import Any

REACH = 512  # nodes: freeing one takes 3.13 some 200 bytes of stack, and several times that for a module's call
MASK = REACH - 1


class _Queue:
    """The arguments of protected nodes that have died. (The methods use no globals, which are gone at exit.)"""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, Any, Any]] = []  # with the depth of the node
        self.freeing = self.collecting = False

    def free(self) -> None:
        """Free them one by one, unless a loop is already doing so."""
        while self.waiting and not self.freeing and not self.collecting:  # again if another thread has added some
            self.freeing = True
            try:
                while self.waiting:
                    self.waiting.pop()
            finally:
                self.freeing = False

    def collector(self, phase: str, info: object) -> None:
        """Hold the queue while the garbage collector runs, since it finalizes every Past of a garbage graph before any node.

        After that, the queue holds what is left of the graph, and the arguments of the deepest node must go first.
        """
        self.collecting = phase == "start"
        if self.waiting and not self.collecting:
            self.waiting.sort(key=lambda past: past[0])
            self.free()


_queue = _Queue()


class Past:
    """The note of a protected node, which also holds its arguments.

    A dying node releases its note last; the note then queues what it holds.
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
