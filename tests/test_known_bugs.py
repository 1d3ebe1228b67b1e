"""Published bugs of other engines (sweeps, operators, memory, nesting), as tests of ours.

The comments above each test say where the bug was reported and what went wrong. Wrong numbers are in
test_known_bugs_numbers.py, training bugs in test_known_bugs_training.py.
"""

import copy
import gc
import math
import os
import statistics
import subprocess
import sys
from functools import partial
from xml.etree import ElementTree

import numpy as np
import pytest

from autograd import Value, custom_op, draw_dot, grad, gradients, jvp, no_grad, ops, value_and_grad
from autograd.testing import GradientError, gradcheck
from nn import Module
from tests.support.threads import in_a_small_stack, in_threads

near = partial(pytest.approx, rel=1e-15, abs=0.0)  # approx's default abs=1e-12 would hide the digits of small numbers


# -- the reverse sweep -------------------------------------------------------------------------------


# micrograd #53, micrograd #102: a second backward propagated the old gradients of interior nodes again
@pytest.mark.parametrize("used_elsewhere", [False, True])
def test_a_second_backward_doubles_the_leaves_and_leaves_interior_nodes_alone(used_elsewhere):
    a, b, d = Value(3.0), Value(2.0), Value(1.0)
    c = a + b
    e = c * d
    elsewhere = c * c if used_elsewhere else None
    for times in (1.0, 2.0, 3.0):
        e.backward()
        assert [v.grad for v in (a, b, d)] == [times, times, 5.0 * times]
        assert (c.grad, e.grad) == (1.0, 1.0)
    assert elsewhere is None or elsewhere.grad == 0.0


# micrograd #2, micrograd #64: without a topological order, an interior node used twice propagated its gradient too often
def test_a_node_passes_its_gradient_on_once_it_is_complete():
    a = Value(1.0)
    b = a + a
    c = b + b
    c.backward()
    assert (a.grad, b.grad) == (4.0, 2.0)


# micrograd #68: the plain recursion from node to argument, with two shared nodes
def test_two_shared_nodes_have_the_gradient_of_every_path():
    a, b = Value(2.0), Value(3.0)
    c, d = a + b, a * b
    y = (c + d) + c * d
    y.backward()
    assert (c.grad, d.grad, a.grad, b.grad) == (7.0, 6.0, 25.0, 19.0)


# micrograd #77: x * x, where both arguments are one node
def test_an_argument_used_twice_counts_twice():
    for f, slope in ((lambda x: x * x, 6.0), (lambda x: x + x, 2.0), (lambda x: x - x, 0.0), (lambda x: x / x, 0.0)):
        x = Value(3.0)
        f(x).backward()
        assert x.grad == slope


# OneFlow #8248: with in-place accumulation, x and z shared one gradient, so y got x's
def test_adding_to_one_gradient_does_not_change_another():
    x, y = Value(3.0), Value(5.0)
    z = x + y
    (x / z).backward()
    assert (x.grad, y.grad, z.grad) == (5.0 / 64.0, -3.0 / 64.0, -3.0 / 64.0)


# micrograd #90: a RecursionError for a graph deeper than 1000 operations
# PyTorch #5534, MLX #982, nGraph #102, Sleipnir #84: a stack overflow as a deep graph was freed
def test_a_deep_graph_is_swept_and_freed_on_a_small_stack():
    def work():
        x = y = Value(1.0)
        for _ in range(100_000):
            y = y + x
        y.backward()
        assert x.grad == 100_001.0

    in_a_small_stack(work)


# MyGrad #276: nodes are visited by a hash, while == compares numbers
def test_nodes_of_equal_numbers_are_different_nodes():
    x, y, n = Value(1.0), Value(1.0), Value(math.nan)
    assert len({x, y, x * y, n, n}) == 4
    (x * y * x + y).backward()
    assert (x.grad, y.grad) == (2.0, 2.0)


# Warp #1350: backward used the number that a leaf had got after the recording
def test_the_gradient_is_that_of_the_recorded_point():
    x = Value(3.0)
    y = x * x
    x.data = 5.0
    y.backward()
    assert x.grad == 6.0


# burn #5573: a backward in one thread removed what another needed, and a gradient was lost
def test_sweeps_in_many_threads_lose_no_contribution():
    x = Value(2.0)
    shared = x * x

    def work(k):
        for _ in range(100):
            (shared + 3.0 * x + shared).backward()

    in_threads(8, work)
    assert x.grad == 8 * 100 * 11.0


# PyTorch's wiki, "Autograd and Fork": a process forked from one whose threads have swept cannot sweep
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes")
def test_a_child_forked_while_another_thread_sweeps_can_sweep():
    code = """
import os, signal, threading
from autograd import Value, context, no_grad, sweeps
for lock in (sweeps.sweeping, context._lock):
    held = threading.Event()
    def hold():
        with lock:
            held.set()
            threading.Event().wait(0.3)
    threading.Thread(target=hold).start()
    held.wait()
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # ends a child that waits forever
        with no_grad():
            pass
        x = Value(3.0)
        (x * x).backward()
        os._exit(x.grad != 6.0)
    assert os.waitpid(child, 0)[1] == 0
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


# -- operators and numbers ---------------------------------------------------------------------------


# micrograd #22, nn-zero-to-hero #41: unsupported operand type(s) for +: 'int' and 'Value'
def test_the_builtin_sum_starts_with_zero_and_adds_values():
    xs = [Value(1.0), Value(2.0)]
    total = sum(x * x for x in xs)
    total.backward()
    assert (total.data, [x.grad for x in xs]) == (5.0, [2.0, 4.0])


# nn-zero-to-hero #4: __rsub__ was written as self - other
# tinygrad #151 (a draft): all reflected operators were written as the plain ones
# tt-metal #55289: the gradient of base ** x was that of x ** base
def test_a_number_on_the_left_keeps_its_side():
    assert value_and_grad(lambda x: 5.0 - x)(2.0) == (3.0, -1.0)
    assert value_and_grad(lambda x: 5.0 / x)(2.0) == (2.5, -1.25)
    assert value_and_grad(lambda x: 3.0**x)(2.0) == (9.0, near(9.0 * math.log(3.0)))
    assert value_and_grad(lambda x: 3.0**x)(-2.0) == (1 / 9, near(math.log(3.0) / 9.0))


# Chainer #77: Variable had no __array_priority__, so a NumPy operand on the left took over the operation
def test_a_numpy_scalar_on_the_left_gives_a_value():
    for two in (np.float64(2.0), np.float32(2.0), np.int64(2)):
        x = Value(3.0)
        y = two * x + two / x - two**x
        assert type(y) is Value
        y.backward()
        assert x.grad == near(2.0 - 2.0 / 9.0 - 8.0 * math.log(2.0), rel=1e-14)


# MyGrad #363: NumPy's functions worked but weren't recorded
def test_a_numpy_function_of_a_value_is_recorded():
    x = Value(1.2)
    np.multiply(x, np.tanh(x)).backward()
    assert x.grad == near(math.tanh(1.2) + 1.2 / math.cosh(1.2) ** 2)


# HIPS autograd #102: bad operand type for abs(): 'FloatNode'
# HIPS autograd #246: math.exp of a node only said "a float is required"
def test_builtin_abs_is_recorded_and_math_says_what_to_call_instead():
    assert grad(abs)(-2.0) == -1.0
    with pytest.raises(TypeError, match=r"autograd\.exp\(v\) for math\.exp\(v\)"):
        grad(math.exp)(1.0)


@pytest.mark.parametrize("average", [statistics.mean, statistics.variance])
def test_statistics_says_what_to_call_instead(average):
    with pytest.raises(TypeError) as caught:
        average([Value(1.0), Value(2.0)])
    assert "use mean(xs) or var(xs) from autograd" in str(caught.value.__context__)


# HIPS autograd #3, HIPS autograd #482: an int was refused, or would have used integer division
def test_an_int_is_differentiated_as_the_number_that_it_is():
    assert grad(lambda x: x * x / 3)(2) == near(4 / 3)
    assert type(grad(lambda x: x * x)(2)) is float


# PyTorch #9634: the bias of `x += bias` got no gradient, that of `x = x + bias` did
def test_an_augmented_assignment_records_both_sides_and_leaves_the_old_node_alone():
    x, bias = Value(2.0), Value(3.0)
    old = x
    x += bias
    (x * x).backward()
    assert (old.data, old.grad, bias.grad) == (2.0, 10.0, 10.0)


# -- recording and memory ----------------------------------------------------------------------------


# PyTorch #10858: inside no_grad(), a call of a function decorated with no_grad() turned recording on again
# PyTorch #7737 (its review): the decorator left recording off if the function raised
def test_no_grad_as_a_decorator_restores_what_was_there_before():
    @no_grad()
    def square(x):
        if x.data < 0.0:
            raise KeyError
        return x * x

    x = Value(3.0)
    with no_grad():
        assert square(x).args == ()
        assert (x * x).args == ()
    with pytest.raises(KeyError):
        square(Value(-1.0))
    assert len((x * x).args) == 2


# PyTorch #7343, PyTorch #4661: a leaf and its gradient's graph kept each other alive
# HIPS autograd #103: repeated calls of grad didn't free their memory
def test_no_graph_outlives_its_last_name():
    def nodes():
        return sum(type(thing) is Value for thing in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = nodes()
        for _ in range(20):
            x = Value(0.5)
            y = (x * x).tanh()
            y.backward()
            first = gradients(y, x, create_graph=True)
            first.backward()
            grad(grad(lambda x: x.tanh() * x))(0.5)
        del x, y, first
        assert nodes() == before
    finally:
        gc.enable()


# PyTorch #54580: deepcopy of a module that keeps an output in an attribute failed without naming its origin
def test_a_module_that_keeps_an_output_is_copied_once_that_is_detached():
    class Keeps(Module):
        def __init__(self):
            self.w, self.last = Value(2.0), None

        def forward(self, x):
            self.last = self.w * x
            return self.last

    module = Keeps()
    module(3.0)
    with pytest.raises(TypeError, match=r"made by mul .* detach first"):
        copy.deepcopy(module)
    module.last = module.last.data
    twin = copy.deepcopy(module)
    twin.w.data = 5.0
    assert (module.w.data, twin.last) == (2.0, 6.0)


# Drake #20915: names with <, > or & broke the graphviz source
def test_any_character_may_stand_in_the_label_of_a_drawing():
    label = 'a<b>&"c|{d}\\'
    source = draw_dot(Value(2.0, label=label) * 3.0).source
    table = source[source.index("<TABLE") : source.index("</TABLE>") + len("</TABLE>")]
    shown = "".join(ElementTree.fromstring(table).itertext())
    assert shown.replace("\\\\", "\\").startswith(f"“{label}”")


# -- derivatives of derivatives ----------------------------------------------------------------------


def forward(f):
    """The derivative of f, by forward mode."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


DERIVATIVES = pytest.mark.parametrize("D", [grad, forward], ids=["reverse", "forward"])


# ForwardDiff #83 (Siskind and Pearlmutter, 2005): 2, because the inner derivative took the outer perturbation for its own
# ReverseDiff #45: D(x -> x * D(y -> x * y, 1), 4) was not 8
@DERIVATIVES
def test_an_inner_derivative_does_not_confuse_its_variable_with_the_outer_one(D):
    assert D(lambda x: x * D(lambda y: x + y)(1.0))(1.0) == 1.0
    assert D(lambda x: x * D(lambda y: x * y)(1.0))(4.0) == 8.0


# ForwardDiff #313: levels were told apart by the function's type, so two levels of the same callable were confused
@DERIVATIVES
def test_a_callable_that_differentiates_its_own_kind_is_not_confused(D):
    class Confuse:
        def __init__(self, outer, x):
            self.outer, self.x = outer, x

        def __call__(self, xy):
            return xy * D(Confuse(False, xy))(1.0) if self.outer else self.x + xy

    assert D(Confuse(True, 0.0))(1.0) == 1.0


# ForwardDiff #443: 2, because two inner derivatives overwrote a variable of the enclosing function
@DERIVATIVES
def test_an_inner_function_may_overwrite_a_variable_of_the_outer_one(D):
    def outer(x):
        def inner(y):
            nonlocal x
            x = x * y
            return x

        D(inner)(1.0)
        return D(inner)(1.0)

    assert D(outer)(1.0) == 1.0


# TensorFlow #783, Zygote #329, Zygote #275: the gradient of a constant function was None, or nothing
# PyTorch #44189: the third derivative of a * x was an error
def test_what_does_not_depend_on_its_argument_has_the_gradient_zero():
    assert grad(lambda x: 20)(1.0) + 1.0 == 1.0
    assert grad(lambda x, y: y * y, (0, 1))(1.0, 3.0) == (0.0, 6.0)
    assert grad(grad(grad(lambda x: 0.3 * x)))(1.0) == 0.0
    unused, x = Value(1.0), Value(2.0)
    assert gradients(x * x, [unused, x]) == [0.0, 4.0]


# -- custom operations and gradient checks -----------------------------------------------------------


# PyTorch #137219: the error about a wrong number of gradients counted one that the user had not written
def test_an_operation_with_a_wrong_number_of_partials_is_refused_with_the_right_count():
    with pytest.raises(TypeError, match=r"one function for each argument of product\(x, y\), got 1"):
        custom_op(lambda x, y: x * y, partials=[lambda z, x, y: y], name="product")
    short = custom_op(lambda *xs: xs[0] * xs[1], partials=lambda z, *xs: [xs[1]], name="short", variadic=True)
    with pytest.raises(ValueError, match="short: its rule returns 1 partials for 2 arguments"):
        short(Value(2.0), Value(3.0))


# Theano #144: beside a gradient that was correctly 0, wrong ones passed the check
def test_a_right_zero_beside_a_wrong_partial_does_not_hide_it():
    partials = [lambda z, x, y: 0.0, lambda z, x, y: 3.0 * y]
    wrong = custom_op(lambda x, y: y * y, partials=partials, name="wrong")
    with pytest.raises(GradientError, match="wrong"):
        gradcheck(wrong, (1.0, 2.0))


# PyTorch #114234, TensorFlow #62429: the check of relu at 0 failed, with 0.5 against 0
# Caffe #1334: it should check instead that the gradient lies between the one-sided ones
def test_the_check_of_a_gradient_knows_kinks():
    assert gradcheck(ops.relu, (0.0,))
    assert gradcheck(ops.abs, (0.0,))
    assert gradcheck(ops.maximum, (2.0, 2.0))
