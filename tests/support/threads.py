"""Threads for the tests: one with a small stack, or many that interrupt each other as often as possible."""

import sys
import threading


def in_a_small_stack(task):
    """Run `task` in a thread with a stack of 512 KB; re-raise any exception."""
    if sys.platform == "emscripten":  # no threads, and a browser's small stack anyway
        return task()
    failures = []

    def run():
        try:
            task()
        except BaseException as failure:
            failures.append(failure)

    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    if failures:
        raise failures[0]


def in_threads(n, work):
    """Run `work(k)` in n threads that start together and are switched as often as possible; re-raise any exception."""
    failures, start = [], threading.Barrier(n)

    def run_one(k):
        try:
            start.wait()
            work(k)
        except BaseException as failure:
            failures.append(failure)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=run_one, args=(k,)) for k in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    if failures:
        raise failures[0]
