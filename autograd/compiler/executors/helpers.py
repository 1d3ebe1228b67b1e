"""Helpers: threads that run ranges of lanes alongside the calling thread.

Waking a thread takes tens of microseconds. So a thread that has just finished spins for a while, without the GIL, looking
for more work before it sleeps.
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

MAX_LOOKS = 1_000_000  # before it sleeps: a few tenths of a millisecond, to bridge other work of a training step between calls
MAX_WAIT = 50_000  # looks, after which Python gets a chance to notice an interrupt

STATUS, STOPPED, FUNCTION, STATE, THREAD = range(5)  # words
IDLE, POSTED, RUNNING, ASLEEP = range(4)


def _serve(words, looks):  # type: ignore[no-untyped-def]
    """Run posted jobs until there has been none for many looks; false once the thread is to stop."""
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
    """Post a job; true if the thread is asleep."""
    job = integers(words)
    job[FUNCTION], job[STATE], job[THREAD] = function, state, thread
    return exchange(words, POSTED) == ASLEEP


def _finish(words, looks):  # type: ignore[no-untyped-def]
    """Withdraw a job that hasn't begun, else wait for its end; false if it is still running."""
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
    """A thread and its next job."""

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
        """Let the thread run ranges of lanes."""
        self.end()  # an earlier call may have been interrupted before its job ended
        self._job = state, thread  # kept alive until the job has ended
        if post(self._address, function, state.address, thread.address):
            self._wake.release()

    def end(self) -> None:
        """Wait until the job has ended; withdraw one that hasn't begun, since by now no ranges are left."""
        while not finish(self._address, MAX_WAIT):
            time.sleep(0)
        self._job = None

    def stop(self) -> None:
        """End the thread."""
        self._words[STOPPED] = 1
        with suppress(RuntimeError):  # it is being woken already
            self._wake.release()
        self._thread.join()


class Helpers:
    """The helpers of this process, for all programs."""

    def __init__(self) -> None:
        self._all: list[Helper] = []
        self._free: list[Helper] = []

    def take(self, count: int, most: int) -> list[Helper]:
        """Up to `count` free helpers; new ones are started only while there are fewer than `most` in all."""
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
        """Make these helpers free again."""
        self._free += helpers

    def forget(self) -> None:
        """Forget all helpers after a fork, in which their threads don't exist."""
        self._all, self._free = [], []

    def stop(self) -> None:
        """End all threads before Python frees the code that they run."""
        for helper in self._all:
            helper.stop()


HELPERS = Helpers()
atexit.register(HELPERS.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=HELPERS.forget)
