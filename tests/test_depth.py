"""Deep and wide graphs in every tool, long sessions, many threads, and the same bits in every process."""

import gc
import hashlib
import inspect
import operator
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn
from autograd import Value, anomaly, gradients, no_grad, scope, testing
from nn import MLP, MSELoss
from nn.optim import SGD, Adam
from tests.support.deep import MILLION, SHAPES, TOOLS, tools_for
from tests.support.programs import random_program, run
from tests.support.soak import count
from tests.support.threads import in_threads

ROOT = Path(__file__).parent.parent
MOST_BYTES = 6000  # per node, including a tool's working memory


@pytest.mark.slow
def test_a_graph_of_any_depth_and_shape_goes_through_every_tool_in_a_small_stack():
    done = in_a_process("-m", "tests.support.deep")
    print(done.stdout)
    assert done.returncode == 0, f"{done.stdout[-500:]}\n{done.stderr[-5000:]}"
    assert done.stderr == ""
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        [shape, name] for shape in SHAPES for name in tools_for(shape)
    ]
    assert int(done.stdout.split()[-3]) << 20 < (100 << 20) + MOST_BYTES * count(10_000, MILLION)


def test_every_exported_function_that_takes_a_graph_is_one_of_the_tools():
    exported = [getattr(module, name) for module in (autograd, testing, nn) for name in module.__all__]
    for f in filter(inspect.isfunction, exported):
        if any(p.annotation == "Value" for p in inspect.signature(f).parameters.values()):
            assert f.__name__ in TOOLS


def in_a_process(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )


READ = """
import faulthandler
from autograd import Value
from autograd.expression import ExpressionError, evaluate
from tests.support.threads import in_a_small_stack

def read(before, after):
    try:
        evaluate(before * 20_000 + "x" + after * 20_000, {"x": Value(0.5)})
    except ExpressionError:
        print("refused:", before, after, flush=True)

faulthandler.enable()
pairs = ("x+", ""), ("x**", ""), ("tanh(", ")"), ("(", ""), ("", ".y"), ("", "[0]"), ("-", ""), ("not ", ""), ("lambda:", "")
for before, after in pairs:
    in_a_small_stack(lambda: read(before, after))
"""


def test_an_expression_that_is_nested_too_deep_is_refused_in_a_small_stack():
    done = in_a_process("-c", READ)
    assert done.returncode == 0, f"{done.stdout}{done.stderr[:1000]}"
    assert done.stdout.count("refused") == 9


# -- long sessions -----------------------------------------------------------------------------------


def test_training_for_long_without_the_collector_does_not_grow():
    steps = count(1000, 10**5)
    done = in_a_process("-c", f"from tests.test_depth import growth; print(*growth({steps}))")  # with nothing else running
    assert done.returncode == 0, done.stderr
    unreachable, grown, pages = map(int, done.stdout.split())
    print(f"{steps} steps: {unreachable} objects for the collector, {grown} blocks and {pages} pages more")
    assert unreachable == 0
    assert grown < 100
    assert pages < 256


def growth(steps):
    """Objects left to the garbage collector by this many training steps, and the growth in memory blocks and pages."""
    net = MLP(2, [3, 1], seed=0)
    loss_of, optimizer = MSELoss(), SGD(net.parameters(), lr=0.01, momentum=0.9)
    points = [([0.5, -1.0], 0.25), ([-0.25, 2.0], -0.5)]

    def train(n):
        for k in range(n):
            x, y = points[k % 2]
            optimizer.zero_grad()
            with scope("step"):
                loss = loss_of(net(x), y) + autograd.sum([p * p for p in net.parameters()]) * 1e-4
            loss.backward()
            if k % 50 == 0:
                gradients(loss, net.parameters(), create_graph=True)
            optimizer.step()

    gc.collect()
    gc.disable()
    train(500)
    gc.collect()  # also clears the interpreter's free lists
    before = in_use()
    train(steps)
    return gc.collect(), *map(operator.sub, in_use(), before)


def in_use():
    return sys.getallocatedblocks(), int(Path("/proc/self/statm").read_text().split()[1])


# -- threads -----------------------------------------------------------------------------------------


def gradient_bits(seed, size=60):
    program, numbers = random_program(random.Random(seed), size)
    leaves = [Value(x) for x in numbers]
    y = run(program, leaves)[-1]
    y.backward()
    return [leaf.grad.hex() for leaf in leaves] + [g.hex() for g in gradients(y, leaves)]


def test_32_threads_on_graphs_of_their_own_get_the_bits_they_get_alone_whatever_mode_others_are_in():
    alone = [gradient_bits(k) for k in range(32)]

    def work(k):
        for _ in range(count(3, 300)):
            match k % 4:
                case 0:
                    with no_grad():
                        x = Value(0.5)
                        for _ in range(50):
                            x = x * 0.5 + x.tanh()
                            assert x.op is None
                case 1:
                    with scope(f"mine {k}"):
                        assert (Value(1.0) + 1.0).scope.name == f"mine {k}"
                        assert gradient_bits(k) == alone[k]
                case 2:
                    with anomaly():
                        assert (Value(1.0) + 1.0).origin[0] == __file__
            assert gradient_bits(k) == alone[k]
            y = Value(1.0) + 1.0
            assert (y.op.name, y.scope, y.origin) == ("add", None, None)

    in_threads(32, work)


def test_32_threads_that_sweep_record_and_ask_on_one_graph_lose_and_invent_nothing():
    rounds = count(20, 2000)
    x, w = Value(3.0), Value(2.0)
    trunk = (x * w + x) * (x - w) + x.relu()  # whole numbers: their sums are exact in any order
    root = trunk * 2.0 + trunk * x
    by_root, by_trunk = gradients(root, [x, w]), gradients(trunk, [x, w])

    def work(k):
        for _ in range(rounds):
            match k % 4:
                case 0:
                    root.backward()
                case 1:
                    (trunk * 3.0 + trunk).backward()  # new uses of a node that other threads sweep
                case 2:
                    with anomaly():
                        assert gradients(root, [x, w]) == by_root
                case _:
                    with no_grad():
                        assert (trunk * 2.0).op is None
                    assert gradients(trunk * 5.0, [x, w]) == [5.0 * g for g in by_trunk]

    in_threads(32, work)
    assert [x.grad, w.grad] == [8 * rounds * (g + 4.0 * t) for g, t in zip(by_root, by_trunk, strict=True)]


# -- processes ---------------------------------------------------------------------------------------


def fingerprint():
    """A hash of gradients of random programs, second derivatives, a drawing and a training run."""
    bits = [gradient_bits(seed, 5 + 5 * seed) for seed in range(30)]
    program, numbers = random_program(random.Random(0), 30)
    bits += [[g.hex() for g in row] for row in autograd.hessian(lambda xs: run(program, xs)[-1])(numbers)]
    y = run(program, [Value(x) for x in numbers])[-1]
    X, labels = nn.make_moons(20, noise=0.1, random_state=0)
    net = MLP(2, [4, 1], seed=0)
    nn.fit(net, X, labels, loss=MSELoss(), optimizer=Adam(net.parameters(), lr=0.05), epochs=3, progress=False)
    bits.append([p.data.hex() for p in net.parameters()])
    return hashlib.sha256(f"{bits}{autograd.draw_dot(y).source}".encode()).hexdigest()


@pytest.mark.slow
def test_gradients_training_and_drawing_have_the_same_bits_in_every_process_whatever_the_hash_seed():
    here = fingerprint()
    for seed in (0, 1, 12345, *range(2, count(2, 20))):
        done = in_a_process("-c", "from tests import test_depth; print(test_depth.fingerprint())", PYTHONHASHSEED=str(seed))
        assert (done.stdout.strip(), done.stderr) == (here, "")
