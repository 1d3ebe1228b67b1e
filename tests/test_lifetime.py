"""Deep graphs are freed in steps: in a small stack on every Python, immediately, and whoever drops them."""

import gc
import subprocess
import sys
import tracemalloc
from contextlib import nullcontext
from operator import add, mul, sub, truediv
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, scope, value
from autograd.lifetime import REACH, Past, _Queue
from autograd.sweeps import topological_order
from tests.support.programs import random_program, run
from tests.support.threads import in_a_small_stack

DEEP = 6_000


class Ignores(nn.Module):
    """Ignores its argument, which its result keeps alive only through the scope."""

    def __init__(self):
        self.w = Value(2.0)

    def forward(self, x):
        return self.w * 2.0


class Nested(nn.Module):
    def __init__(self):
        self.inner, self.w = Ignores(), Value(0.2)

    def forward(self, x):
        return (self.inner(x) * x[0] * self.w).tanh()


def repeated(step, y):
    for _ in range(DEEP):
        y = step(y)
    return y


def horner():
    x = Value(0.5) * 0.5
    return repeated(lambda y: y * x + 0.1, Value(1.0))


def ladder(operator, start, other=0.5):
    """Each rung depends on the two below it; `other` keeps the numbers near the start."""
    a = b = Value(start) * 1.0
    for _ in range(DEEP):
        a, b = b, operator(b * 0.5, a * other)
    return b


def layers():
    net = nn.MLP(2, [3, 2], "tanh", seed=0)
    return repeated(net, [Value(0.5), Value(0.3)])


def in_a_cycle():
    class Owner:
        pass

    owner = Owner()
    owner.itself, owner.graph = owner, repeated(lambda y: (y * 0.9).relu(), Value(0.5))
    return owner


x = Value(0.5)
SHAPES = {
    "chain": lambda: repeated(lambda y: (y + x).relu(), x),
    "horner": horner,
    "ladder of sums": lambda: ladder(add, 1.0),
    "ladder of differences": lambda: ladder(sub, 0.0),
    "ladder of products": lambda: ladder(mul, 1.0, other=2.0),
    "ladder of quotients": lambda: ladder(truediv, 1.0),
    "sums": lambda: repeated(lambda y: autograd.sum([y, x, y]) * 0.3, x),
    "choices": lambda: repeated(lambda y: autograd.where(y > 0.0, y * 0.99, x), x),
    "softmaxes": lambda: repeated(lambda y: autograd.softmax([y, x, x])[0], x),
    "labels": lambda: repeated(lambda y: named(y * x), x),
    "layers": layers,
    "nested modules": lambda: repeated(lambda y: NESTED([y]), x),
    "a module that ignores its input": lambda: repeated(lambda y: IGNORES([y]), x),
    "in a cycle": in_a_cycle,
}
NESTED, IGNORES = Nested(), Ignores()


def named(node):
    node.label = "y"
    return node


@pytest.mark.parametrize("shape", SHAPES)
def test_a_deep_graph_is_freed_in_a_small_stack(shape):
    def record_and_free():
        graph = SHAPES[shape]()
        assert graph is not None
        del graph
        gc.collect()

    in_a_small_stack(record_and_free)


@pytest.mark.parametrize("context", [nullcontext, lambda: scope("inside")], ids=["outside", "in a scope"])
@settings(max_examples=5 * settings.default.max_examples)  # few programs are deep
@given(st.integers(0, 2**32))
def test_no_path_leads_through_more_than_twice_the_reach_before_it_meets_a_protected_node(context, seed):
    program, numbers = random_program(Random(seed), size=100)
    with context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(value, "REACH", 4)
        patch.setattr(value, "MASK", 3)
        results = [node for node in run(program, [Value(x) for x in numbers]) if type(node) is Value]
    assert longest_path(results) <= 8


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "in a cycle"])
def test_so_it_is_whatever_records_a_deep_graph(shape):
    graph = SHAPES[shape]()
    assert longest_path(graph if type(graph) is list else [graph]) <= 2 * REACH


def longest_path(results):
    """The most operations on a path before it meets a protected node."""
    unprotected = {}
    for node in topological_order(results):
        below = [unprotected[arg] for arg in node.args if type(arg) is Value and not protected(arg)]
        unprotected[node] = (node.op is not None) + max(below, default=0)
    return max(unprotected.values())


def protected(node):
    return type(getattr(node, "_note", None)) is Past


def test_what_is_noted_of_a_protected_node_stays_and_can_change():
    y = x
    nodes = [y := (y * 0.5) for _ in range(3 * REACH)]
    node = next(node for node in nodes if protected(node))
    assert (node.label, node.origin, node.scope) == ("", None, None)
    node.label = "h"
    assert (node.label, protected(node)) == ("h", True)


def bytes_of_the_engine():
    """The memory that the engine's code has allocated and not freed; other threads of the test run allocate, too."""
    found = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, value.__file__)])
    return sum(trace.size for trace in found.traces)


def test_a_deep_graph_is_freed_at_once_and_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        before = bytes_of_the_engine()
        graph = SHAPES["chain"]()
        assert bytes_of_the_engine() > before + 100 * DEEP
        del graph
        assert bytes_of_the_engine() < before + DEEP
    finally:
        tracemalloc.stop()
        gc.enable()


class Dying:
    """Calls a function when it is freed."""

    def __init__(self, last):
        self.last = last

    def __del__(self):
        self.last()


def test_what_dies_while_something_is_freed_is_freed_after_it():
    queue, told = _Queue(), []

    def hand_on():
        queue.waiting.append((1, Dying(lambda: told.append("its argument")), None))
        queue.free()
        told.append("a node")

    queue.waiting.append((2, Dying(hand_on), None))
    queue.free()
    assert told == ["a node", "its argument"]


def test_what_dies_while_the_collector_runs_is_freed_after_it_the_deepest_first():
    queue, told = _Queue(), []
    queue.collector("start", {})
    for depth in (2, 3, 1):
        queue.waiting.append((depth, Dying(lambda depth=depth: told.append(depth)), None))
        queue.free()
    assert told == []
    queue.collector("stop", {})
    assert told == [3, 2, 1]


AT_EXIT = """
from tests.test_lifetime import SHAPES
chain, cycle = SHAPES["chain"](), SHAPES["in a cycle"]()
"""


def test_a_deep_graph_that_lives_until_the_program_ends_is_freed_in_silence():
    done = subprocess.run([sys.executable, "-c", AT_EXIT], cwd=".", capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
