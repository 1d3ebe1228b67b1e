"""How much a function does, by a measure that no busy or slow machine changes; and functions that Ctrl-C breaks off."""

import itertools
import sys


def lines_run(function):
    """How many lines of Python a call of `function` runs."""
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
    """Calls `function`, with a Ctrl-C at so many lines into the code of a module; False if it was over before."""
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
