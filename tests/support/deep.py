"""Every tool that takes a graph, run on graphs a million operations deep or wide, in threads with a stack of 512 KB.

`python -m tests.support.deep [SHAPE ...]` does so and prints the cost of each tool. It runs in a process of its own, so that a
crash of the interpreter is a failure and not the end of pytest.
"""

import copy
import faulthandler
import functools
import gc
import math
import operator
import pickle
import re
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

import autograd
import nn
from autograd import StaleGraphError, Value, anomaly, diagnosis, gradients, no_grad, scope
from autograd.lessons.misconceptions import BUGS
from autograd.sweeps import topological_order
from tests.support.soak import SOAK, count
from tests.support.threads import in_a_small_stack

MILLION = 10**6
BOUNDED = 500_000  # characters: enough for the picture of a folded graph


# -- shapes ------------------------------------------------------------------------------------------


class Jet:
    """A number and its first two derivatives: forward mode that shares no code with the engine."""

    def __init__(self, z, dz=0.0, ddz=0.0):
        self.z, self.dz, self.ddz = z, dz, ddz

    def __add__(self, other):
        other = other if isinstance(other, Jet) else Jet(other)
        return Jet(self.z + other.z, self.dz + other.dz, self.ddz + other.ddz)

    def __mul__(self, factor):
        return Jet(self.z * factor, self.dz * factor, self.ddz * factor)

    def relu(self):
        return self if self.z > 0.0 else Jet(0.0)

    def tanh(self):
        t = math.tanh(self.z)
        slope = 1.0 - t * t
        return Jet(t, slope * self.dz, slope * (self.ddz - 2.0 * t * self.dz**2))


def chain(x, depth):
    return functools.reduce(lambda y, _: (y + x).tanh(), range(depth // 2), x)


def ladder(x, depth):
    """Each rung uses the last and the third-last one: far too many paths to walk."""
    a = b = c = x
    for _ in range(depth // 4):
        a, b, c = b, c, (a * 0.5 + c * 0.5).relu()
    return c.tanh()


def fan_in(x, depth):
    terms = [x.tanh() for _ in range(depth)]
    return autograd.sum(terms) if type(x) is Value else functools.reduce(operator.add, terms)


def recurrent(x, depth):
    """A neuron fed with its own output: every step calls a module."""
    if type(x) is not Value:
        return functools.reduce(lambda h, _: (h * 0.75 + x * 0.5 + 0.25).tanh(), range(depth // 2), x)
    neuron = nn.Neuron(2, "tanh", seed=0)
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = 0.75, 0.5, 0.25
    return functools.reduce(lambda h, _: neuron([h, x]), range(depth // 2), x)


SHAPES = {"chain": chain, "ladder": ladder, "fan-in": fan_in, "recurrent": recurrent}


class Recorded(NamedTuple):
    """`f` recorded at x = 0.5, and the expected derivatives."""

    x: Value
    y: Value
    f: functools.partial
    jet: Jet
    depth: int

    def agrees(self, ours, jets):
        """Assert that they agree: all terms have one sign, so the error is a few roundings per node."""
        ours = ours.data if type(ours) is Value else ours  # `recurrent` captures its weights
        assert math.isclose(ours, jets, rel_tol=4.0 * self.depth * 2.0**-53), (ours, jets)


def graph_of(shape, depth):
    f = functools.partial(SHAPES[shape], depth=depth)
    x = Value(0.5, label="x")
    y = f(x)
    y.label = "y"
    return Recorded(x, y, f, f(Jet(0.5, 1.0)), depth)


# -- tools -------------------------------------------------------------------------------------------
# Each takes a graph and returns the texts that it shows.


def swept(g):
    g.y.backward()
    once = g.x.grad
    g.agrees(once, g.jet.dz)
    g.agrees(gradients(g.y, g.x), g.jet.dz)
    g.y.backward()
    assert g.x.grad == 2.0 * once
    dead = [node * 2.0 for node in topological_order([g.y])[1:-1:7]]  # uses outside the graph must not matter
    g.x.grad = 0.0
    g.y.backward()
    g.agrees(g.x.grad, g.jet.dz)
    assert not any(node.grad for node in dead)
    return [repr(g.y), str(g.y)]


def freed(g):
    """Assert that a graph is freed at once and completely, without the garbage collector."""
    g.f(Value(0.5))  # the interpreter keeps some of it for later
    gc.disable()
    before = sys.getallocatedblocks()
    y = g.f(Value(0.5))
    y.backward()
    held = sys.getallocatedblocks() - before
    del y
    left = sys.getallocatedblocks() - before
    gc.enable()
    assert left < 100 < held
    return []


def recorded_in_modes(g):
    with no_grad():
        assert g.f(Value(0.5)).args == ()
    with anomaly(), scope("all"):
        x = Value(0.5)
        y = g.f(x)
        y.backward()
    g.agrees(x.grad, g.jet.dz)
    assert y.origin[0] == __file__ or g.f.func is recurrent
    return [repr(y.scope)]


def refused(copied):
    def refuse(g):
        for held in (g.y, [g.x, {"y": g.y}]):
            with pytest.raises(TypeError, match="detach first"):
                copied(held)
        return [str(copied(g.x)), str(copied(g.y.detach()))]

    return refuse


def traced(g):
    nodes, edges = autograd.trace(g.y)
    assert g.depth / 2 < len(nodes) <= len(edges) + 1
    return []


def kinked(g):
    found = diagnosis.kinks(g.y)
    assert len(found) == (g.depth // 4 if g.f.func is ladder else 0)
    return [repr(found)]


def profiled(g):
    found = diagnosis.profile(g.y)
    longest = {ladder: g.depth // 4 * 3 + 1, fan_in: 2}
    assert found.depth == longest.get(g.f.func, g.depth)
    return [repr(found)]


def drawn(g):
    picture = autograd.draw_dot(g.y, flow="both")
    return [picture.source, str(picture), *picture._repr_mimebundle_().values()]


def explained(g):
    told = autograd.explain(g.x, of=g.y)
    g.agrees(told.value, g.jet.dz)
    return [told.text, told.latex]


def examined(g):
    if g.f.func is recurrent:
        return [repr(nn.health(g.y.scope.owner, g.y))]
    with pytest.raises(ValueError, match="not computed by this model"):
        nn.health(nn.Neuron(1, seed=0), g.y)
    return []


def counted(g):
    found = autograd.paths(g.x, of=g.y)
    g.agrees(found.sum, g.jet.dz)
    assert found.total > 2 ** (g.depth // 9) if g.f.func is ladder else found.total >= g.depth // 2
    return [repr(found)]


def stepped(g):
    steps = autograd.steps(g.y)
    g.agrees(steps.gradients()[g.x], g.jet.dz)
    return [repr(steps), str(steps[-1])]


def nudged(g):
    found = autograd.nudge(g.y, {g.x: 0.5})
    g.agrees(found.predicted, 0.5 * g.jet.dz)
    return [repr(found)]


def written(g):
    program = {}
    for block in blocks(autograd.to_python(g.y).splitlines(), 1000):  # compiling takes Python 13 KB per line
        exec("\n".join(block), program)
    assert program["y"] == g.y.data
    g.agrees(program["dx"], g.jet.dz)
    return []


def blocks(lines, size):
    block = []
    for line in lines:
        if len(block) >= size and line[:1].isidentifier():
            yield block
            block = []
        block.append(line)
    yield block


def transformed(g):
    (z, dz), (w, pullback), (u, du) = autograd.value_and_grad(g.f)(0.5), autograd.vjp(g.f, 0.5), autograd.jvp(g.f, [0.5], [1.0])
    for ours in (z, w, u):
        g.agrees(ours, g.jet.z)
    for ours in (dz, *pullback(1.0), du, autograd.jacobian(g.f)(0.5)):
        g.agrees(ours, g.jet.dz)
    return []


def differentiated_again(g):
    first = gradients(g.y, g.x, create_graph=True)
    g.agrees(first, g.jet.dz)
    g.agrees(gradients(first, g.x), g.jet.ddz)
    g.agrees(autograd.hvp(g.f, [0.5], [1.0]), g.jet.ddz)
    g.x.data = 0.25
    with pytest.raises(StaleGraphError):
        gradients(g.y, g.x, create_graph=True)
    return [repr(first)]


# Each tool, with its depth in the unit run.
TOOLS = {
    "backward": (10_000, swept),
    "deletion": (10_000, freed),
    "deepcopy": (10_000, refused(copy.deepcopy)),
    "pickle": (10_000, refused(lambda held: pickle.loads(pickle.dumps(held)))),
    "trace": (10_000, traced),
    "modes": (2000, recorded_in_modes),
    "kinks": (2000, kinked),
    "profile": (2000, profiled),
    "explain": (2000, explained),
    "health": (2000, examined),
    "misconception": (2000, lambda g: [str(autograd.misconception(g.y, bug)) for bug in BUGS]),
    "nudge": (2000, nudged),
    "paths": (2000, counted),
    "quiz": (2000, lambda g: [repr(autograd.quiz(g.y))]),
    "steps": (2000, stepped),
    "to_latex": (2000, lambda g: [autograd.to_latex(g.y)]),
    "to_python": (1000, written),
    "why": (2000, lambda g: [str(autograd.why(g.y)), str(autograd.why(g.x, of=g.y))]),
    "transforms": (1000, transformed),
    "gradients": (1000, differentiated_again),
    "draw_dot": (2000, drawn),
    "player": (2000, lambda g: [repr(autograd.player(g.y))]),
    "widget": (2000, lambda g: [repr(autograd.widget(g.y).values)]),
}
LAID_OUT = {"draw_dot": "recurrent", "player": "ladder", "widget": "fan-in"}  # the unit run does this for one shape each


def tools_for(shape):
    return [name for name in TOOLS if SOAK or LAID_OUT.get(name, shape) == shape]


def use_tools(shape):
    """Print the cost of each tool; if one raises, report it on stderr and continue with the next."""
    assert sys.getrecursionlimit() <= 1000
    faulthandler.enable()
    for name in tools_for(shape):
        unit, tool = TOOLS[name]
        depth = count(unit, MILLION)
        print(f"{shape:<10} {name:<16}", end="", flush=True)
        start = time.process_time()
        try:
            in_a_small_stack(functools.partial(use, tool, shape, depth))
            outcome = "done"
        except Exception as failure:
            outcome = "FAILED"
            print(name, type(failure).__name__, failure, file=sys.stderr)
        peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024
        print(f"{depth:>9} nodes {time.process_time() - start:8.2f} s, at most {peak:6} MB, {outcome}", flush=True)


def use(tool, shape, depth):
    texts = tool(graph_of(shape, depth))
    assert max(map(len, texts), default=0) < BOUNDED, list(map(len, texts))


if __name__ == "__main__":
    for each in sys.argv[1:] or SHAPES:
        use_tools(each)
