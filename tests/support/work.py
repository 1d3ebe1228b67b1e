"""The work of a function, measured independently of the machine's speed and load; and functions interrupted by Ctrl-C."""

import itertools
import sys


def lines_run(function):
    """The number of Python lines that a call of `function` runs."""
    lines = 0

    def trace(frame, event, arg):
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return lines


def interrupted(function, line, module):
    """Call `function`, with a Ctrl-C after this many lines of a module's code; False if it finished before."""
    lines = itertools.count()
    reached = False

    def trace(frame, event, arg):
        nonlocal reached
        if frame.f_code.co_filename != module.__file__:
            return None
        if event == "line" and next(lines) == line:
            reached = True
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    except KeyboardInterrupt:
        assert reached
    finally:
        sys.settrace(before)
    return reached
