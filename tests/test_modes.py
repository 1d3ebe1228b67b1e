"""no_grad, enable_grad and anomaly."""

import asyncio
import contextlib
import contextvars
import copy
import pickle
import threading

import pytest

import autograd
from autograd import (
    AnomalyError,
    Value,
    anomaly,
    context,
    enable_grad,
    grad,
    gradients,
    hessian,
    jacobian,
    jvp,
    no_grad,
    scope,
    sqrt,
)


def test_no_grad_records_nothing():
    x = Value(3.0)
    with no_grad():
        results = [x * x, x * 2, 2 * x, x.tanh(), x / 3, x**2, x - 1, 1 - x, -x]
    assert all(y.op is None for y in results)
    assert (x * x).op is not None


def test_enable_grad_records_inside_no_grad():
    x = Value(3.0)
    with no_grad(), enable_grad():
        assert (x * x).op is not None


def test_a_mode_is_left_when_an_exception_passes():
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert (Value(1.0) + 1.0).op is not None


def test_a_mode_in_one_thread_does_not_reach_another():
    entered, done, seen = threading.Event(), threading.Event(), []

    def other():
        entered.wait()
        seen.append((Value(1.0) + 1.0).op)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with no_grad():
        entered.set()
        done.wait()
        assert (Value(1.0) + 1.0).op is None
    thread.join()
    assert seen[0] is not None


def test_a_mode_in_one_task_does_not_reach_another():
    async def quiet(gate):
        with no_grad():
            gate.set()
            await asyncio.sleep(0)
            return (Value(1.0) + 1.0).op

    async def loud(gate):
        await gate.wait()
        return (Value(1.0) + 1.0).op

    async def both():
        gate = asyncio.Event()
        return await asyncio.gather(quiet(gate), loud(gate))

    silent, recorded = asyncio.run(both())
    assert silent is None
    assert recorded is not None


def test_one_mode_object_serves_several_threads():
    shared, gates, seen = no_grad(), [threading.Event() for _ in range(2)], []

    def other():
        with shared:
            gates[0].set()
            gates[1].wait(60)
            seen.append((Value(1.0) + 1.0).op)
        seen.append((Value(1.0) + 1.0).op)

    thread = threading.Thread(target=other)
    with shared:
        thread.start()
        gates[0].wait(60)
    seen.append((Value(1.0) + 1.0).op)
    gates[1].set()
    thread.join()
    assert [op is None for op in seen] == [False, True, False]
    assert context.special == 0.0


def test_one_mode_object_serves_several_tasks():
    shared = no_grad()

    async def task(steps):
        with shared:
            for _ in range(steps):
                await asyncio.sleep(0)
            inside = (Value(1.0) + 1.0).op
        return inside, (Value(1.0) + 1.0).op

    async def both():
        return await asyncio.gather(task(1), task(2), task(0))

    for inside, after in asyncio.run(both()):
        assert inside is None
        assert after is not None
    assert context.special == 0.0


def test_a_mode_that_was_not_entered_here_is_not_left_here():
    mode, message = no_grad(), "exit it in the thread or task that entered it"
    with pytest.raises(RuntimeError, match=message):
        mode.__exit__()
    with mode:
        with pytest.raises(RuntimeError, match=message):  # a task starts with a copy of its creator's modes
            contextvars.copy_context().run(mode.__exit__)
        assert (Value(1.0) + 1.0).op is None
    assert (Value(1.0) + 1.0).op is not None
    assert context.special == 0.0


def test_generators_with_interleaved_modes_leave_nothing_behind():
    def generator(*modes):
        with contextlib.ExitStack() as stack:
            for mode in modes:
                stack.enter_context(mode)
            yield

    def records():
        return (Value(1.0) + 1.0).op is not None, context.special

    for modes in ((no_grad(),), (no_grad(),)), ((no_grad(), enable_grad()), (no_grad(), scope("inside"), anomaly())):
        first, second = [generator(*each) for each in modes]
        next(first), next(second)
        first.close()
        assert records() == (False, float(len(modes[1])))
        second.close()
        assert records() == (True, 0.0)
    for _ in zip(generator(no_grad()), generator(no_grad()), strict=False):  # the second ends when it is collected
        assert records()[0] is False
    assert records() == (True, 0.0)


def test_a_mode_object_is_entered_again_inside_itself():
    shared = no_grad()
    with shared, enable_grad(), shared:
        assert (Value(1.0) + 1.0).op is None
    assert (Value(1.0) + 1.0).op is not None
    assert context.special == 0.0


def test_anomaly_in_a_backward_sweep_touches_no_leaf():
    x, w = Value(0.0), Value(2.0)
    y = sqrt(x) * w
    with anomaly(), pytest.raises(AnomalyError):
        y.backward()
    assert (x.grad, w.grad) == (0.0, 0.0)


HUGE = 1.5e308


def twice(x):
    return x * HUGE + x * HUGE


@pytest.mark.parametrize(
    "sweep",
    [
        lambda: twice(Value(0.0)).backward(),
        lambda: twice(Value(0.0) * 2.0).backward(0.5),
        lambda: gradients(twice(x := Value(0.0)), x),
        lambda: gradients(twice(x := Value(0.0)), x, create_graph=True),
        lambda: grad(twice)(0.0),
        lambda: hessian(lambda x: x * twice(x))(0.0),
        lambda: jvp(lambda x: autograd.sum([x * HUGE, x * HUGE]), (0.0,), (1.0,)),
        lambda: jacobian(lambda x: [x * HUGE + x * HUGE, x], mode="forward")(0.0),
    ],
    ids=["leaf", "node", "gradients", "create_graph", "grad", "hessian", "jvp", "jacobian"],
)
def test_contributions_that_add_up_to_infinity_are_an_anomaly(sweep):
    with anomaly(), pytest.raises(AnomalyError, match=r"is inf|add up to inf"):
        sweep()


def test_gradients_of_several_calls_that_add_up_to_infinity_are_an_anomaly_and_stay_as_they_were():
    w, x = Value(0.0, label="w"), Value(0.0)
    y = x * 2.0 + w * HUGE
    with anomaly():
        y.backward()
        with pytest.raises(AnomalyError, match=r"^backward to w: adjoints 1\.5e\+308 and 1\.5e\+308 add up to inf$"):
            y.backward()
    assert (w.grad, x.grad) == (HUGE, 2.0)


def test_a_mode_that_changes_nothing_does_not_slow_down_recording():
    with enable_grad():
        assert context.special == 0.0
        with no_grad(), no_grad():
            assert context.special == 1.0
            with enable_grad():
                assert (Value(1.0) + 1.0).op is not None
    assert context.special == 0.0


# PyTorch #31497 (fixed by #31792): no_grad() as a decorator of a generator function did nothing
@pytest.mark.parametrize("mode", [no_grad, enable_grad, anomaly, lambda: scope("inside")])
def test_a_generator_or_coroutine_is_not_decorated_since_its_body_runs_later(mode):
    def generator():
        yield 1

    async def coroutine():
        return 1

    async def both():
        yield 1

    for function in (generator, coroutine, both):
        with pytest.raises(TypeError, match=f"{function.__name__} runs after its call returns, .*: use `with` inside"):
            mode()(function)
    assert mode()(lambda: 3)() == 3


@pytest.mark.parametrize("mode", [no_grad, enable_grad, anomaly])
def test_without_parentheses_a_mode_decorates_as_in_pytorch_and_with_says_what_to_write(mode):
    @mode
    def special():
        """Say which modes are on."""
        return context.recording.get(), context.watching.get()

    with mode():
        expected = context.recording.get(), context.watching.get()
    assert (special(), special.__doc__) == (expected, "Say which modes are on.")
    with pytest.raises(TypeError, match=rf"^\w+ lacks its parentheses: write `with {mode.__name__}\(\):`$"), mode:
        pass
    with pytest.raises(TypeError, match="expected a function to decorate, got bool"):
        mode(True)
    assert copy.deepcopy(mode) is pickle.loads(pickle.dumps(mode)) is mode
