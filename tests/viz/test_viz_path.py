"""The path of the data: which files the root given to draw_dot passes through."""

import os
import sys
from pathlib import Path

import pytest

import autograd
import nn
from autograd import Value, draw_dot

HOME = f"{Path(autograd.__file__).parent}{os.sep}"


def holds(x, root, depth=4):
    """True if x is the root or holds it."""
    if x is root or isinstance(x, Value) or depth == 0:
        return x is root
    if isinstance(x, dict):
        return any(holds(item, root, depth - 1) for pair in x.items() for item in pair)
    if isinstance(x, (list, tuple, set, frozenset)):
        return any(holds(item, root, depth - 1) for item in x)
    own = type(x).__module__.partition(".")[0] == "autograd" and hasattr(x, "__dict__")
    return own and holds(vars(x), root, depth)


def is_read(frame):
    """True if the call comes from a Graph or a Value being read: names, scopes and stale leaves are found on demand."""
    while frame is not None:
        path, name = frame.f_code.co_filename, frame.f_code.co_name
        if path == f"{HOME}value.py" or (path == f"{HOME}graph.py" and name != "__init__"):
            return True
        frame = frame.f_back
    return False


def files_passed(call, root):
    """The files of autograd whose functions receive the root, or something that holds it, in call order."""
    passed = []

    def note(frame, event, _):
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(HOME) and frame.f_code.co_name != "<module>":
            given = list(frame.f_locals.values())  # at a call, the arguments
            name = path.removeprefix(HOME)
            if name not in passed[-1:] and not is_read(frame) and holds(given, root):
                passed.append(name)

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return passed


def a_formula():
    x, w = Value(3.0), Value(2.0)
    return (x * w + 1.0).tanh()


def a_network():
    return (nn.MLP(2, [16, 16, 1], seed=0)([1.0, 2.0]) - 1.0) ** 2


@pytest.mark.parametrize("record", [a_formula, a_network])
@pytest.mark.parametrize("flow", ["forward", "both"])
def test_the_root_given_to_draw_dot_passes_through_at_most_9_files_and_returns_to_none(record, flow):
    root = record()
    root.backward()
    draw_dot(root, flow=flow)
    passed = files_passed(lambda: draw_dot(root, flow=flow), root)
    assert len(passed) <= 9, passed
    assert len(set(passed)) == len(passed), passed
