"""Helpers: threads that run ranges of lanes beside the one that calls.

To wake a thread takes tens of microseconds. So one that has just worked watches for more, without Python's lock, before
it sleeps.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from contextlib import suppress

import numpy as np
from numba import types

from autograd.compiler.executors.lane_interpreter import RUN
from autograd.compiler.executors.lane_memory import State, Thread, aligned
from autograd.compiler.executors.machine_code import entry
from autograd.compiler.executors.vectors import call, exchange, integers, replace, seen

MAX_LOOKS = 1_000_000  # before it sleeps: some tenths of a millisecond, as a step of training does other things between calls
MAX_WAIT = 50_000  # looks before Python may notice an interrupt

STATUS, STOPPED, FUNCTION, STATE, THREAD = range(5)  # words
IDLE, POSTED, RUNNING, ASLEEP = range(4)


def _serve(words, looks):  # type: ignore[no-untyped-def]
    """Run what is posted, until there has been nothing for many looks; false once it is stopped."""
    left = looks
    while left > 0 and seen(words + 8 * STOPPED) == 0:
        left -= 1
        if seen(words) == POSTED and replace(words, POSTED, RUNNING):
            job = integers(words)
            call(job[FUNCTION], job[STATE], job[THREAD], RUN, 0, 0)
            exchange(words, IDLE)
            left = looks
        if left == 0 and not replace(words, IDLE, ASLEEP):
            left = looks
    return seen(words + 8 * STOPPED) == 0


def _post(words, function, state, thread):  # type: ignore[no-untyped-def]
    """Hand in a run; true if the thread sleeps."""
    job = integers(words)
    job[FUNCTION], job[STATE], job[THREAD] = function, state, thread
    return exchange(words, POSTED) == ASLEEP


def _finish(words, looks):  # type: ignore[no-untyped-def]
    """Withdraw a run that has not begun, else watch for its end; false if it has not come yet."""
    if replace(words, POSTED, IDLE):
        return True
    for _ in range(looks):  # noqa: SIM110  # machine code has no generators
        if seen(words) != RUNNING:
            return True
    return False


serve = entry([types.boolean(types.int64, types.int64)], _serve)
post = entry([types.boolean(*[types.int64] * 4)], _post)
finish = entry([types.boolean(types.int64, types.int64)], _finish)


class Helper:
    """A thread, and what it runs next."""

    def __init__(self) -> None:
        self._words = aligned(5, np.int64)
        self._address = self._words.ctypes.data
        self._job: tuple[State, Thread] | None = None
        self._wake = threading.Lock()
        self._wake.acquire()
        self._thread = threading.Thread(target=self._work, name="lanes", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while serve(self._address, MAX_LOOKS):
            self._wake.acquire()

    def begin(self, function: int, state: State, thread: Thread) -> None:
        """Let it run ranges of lanes."""
        self.end()  # an interrupt may have come before it had ended
        self._job = state, thread  # kept in memory until it has ended
        if post(self._address, function, state.address, thread.address):
            self._wake.release()

    def end(self) -> None:
        """Wait until it has ended; what it has not begun it leaves, since nothing is left to do then."""
        while not finish(self._address, MAX_WAIT):
            time.sleep(0)
        self._job = None

    def stop(self) -> None:
        """End the thread."""
        self._words[STOPPED] = 1
        with suppress(RuntimeError):  # it is being woken
            self._wake.release()
        self._thread.join()


class Helpers:
    """The helpers of this process, for all programs."""

    def __init__(self) -> None:
        self._all: list[Helper] = []
        self._free: list[Helper] = []

    def take(self, count: int, most: int) -> list[Helper]:
        """That many, or fewer if others are at work: new ones are made only while there are fewer than `most`."""
        taken: list[Helper] = []
        while len(taken) < count:
            try:
                taken.append(self._free.pop())
            except IndexError:
                if len(self._all) >= most:
                    break
                taken.append(Helper())
                self._all.append(taken[-1])
        return taken

    def give_back(self, helpers: list[Helper]) -> None:
        """For others to take."""
        self._free += helpers

    def forget(self) -> None:
        """After a fork, which has no threads."""
        self._all, self._free = [], []

    def stop(self) -> None:
        """End all threads, before Python frees the code that they run."""
        for helper in self._all:
            helper.stop()


HELPERS = Helpers()
atexit.register(HELPERS.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=HELPERS.forget)
