"""How much a function does, by a measure that no busy or slow machine changes."""

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
