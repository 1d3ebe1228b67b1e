"""Compiled functions on a real cluster of two worker processes, even when one of them is killed."""

from concurrent.futures import ThreadPoolExecutor

import dask.array as da
import numpy as np
import pytest

from autograd import BranchError, Value, compile
from tests.support.cluster import PATIENCE, Gate, two_workers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with two_workers(tmp_path_factory.mktemp("workers")) as client:
        yield client


def loss(w, x, y):
    return (w[0] * x[0] + w[1] * x[1].sin() - y) ** 2


@pytest.fixture(scope="module")
def program():
    return compile(loss, [0.0, 0.0], [0.0, 0.0], 0.0, in_axes=(None, 0, 0))


RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(1000, 2)), RNG.normal(size=1000)
W = [0.5, -1.25]


def test_value_and_gradient_are_those_of_numpy_up_to_the_rounding_of_the_sum(client, program):
    value, slope = program.value_and_grad(W, da.from_array(X, chunks=(130, 1)), da.from_array(Y, chunks=300), reduction="mean")
    lanes, slopes = program.value_and_grad(W, X, Y)
    # The error bound for any order of additions, plus one rounding for the mean.
    unit = 1002 * 2.0**-53
    assert abs(value - lanes.mean()) <= unit * lanes.mean()
    for found, columns in zip(slope, slopes, strict=True):
        assert abs(found - columns.mean()) <= unit * np.abs(columns).mean()


def test_values_of_every_lane_come_from_the_workers_bit_for_bit(client, program):
    found = program(W, da.from_array(X, chunks=(130, 2)), da.from_array(Y, chunks=300))
    assert np.array_equal(client.compute(found).result(PATIENCE), program(W, X, Y))


def test_leaves_are_sent_anew_with_every_call(client):
    w = Value(2.0)
    program = compile(lambda x: w * x, 1.0)
    x = da.from_array(np.arange(20.0), chunks=3)
    for number in (2.0, 3.0):
        w.data, w.grad = number, 0.0
        assert program.backward(x, reduction="sum") == number * 190.0
        assert w.grad == 190.0


def test_a_branch_that_goes_another_way_in_a_worker_is_named_with_its_line_and_lane(client):
    program = compile(lambda x: x * x if x > 0.5 else -x, 1.0)
    x = da.from_array(np.array([1.0, 2.0, 3.0, 4.0, 5.0, -1.0, 6.0]), chunks=4)
    with pytest.raises(BranchError) as caught:
        program.value_and_grad(x)[0].compute()
    assert "test_dask_cluster.py:" in str(caught.value)
    assert "for 1 of 3 lanes (first: lane 1)" in str(caught.value)
    assert "within a chunk, which starts at lane 4" in str(caught.value)


def test_a_worker_that_is_killed_while_it_computes_loses_nothing(client, tmp_path):
    gate = Gate(tmp_path / "gate")
    numbers = np.arange(20.0)
    x = gate.array(numbers, 1)
    program = compile(lambda w, x: w[0] * (w[1] * x).sin(), [0.0, 0.0], 1.0, in_axes=(None, 0))
    undisturbed = program.value_and_grad(W, da.from_array(numbers, chunks=1), reduction="mean")
    with ThreadPoolExecutor(1) as threads, client.as_current():
        running = threads.submit(in_thread, client, program, x)
        killed = gate.kill_a_worker_that_has_something_to_lose()
        assert running.result(PATIENCE) == undisturbed
    processes = {process for _, process in gate.computed()}
    begun_twice = len(gate.computed()) - len({number for number, _ in gate.computed()})
    assert killed in processes
    assert begun_twice > 0


def in_thread(client, program, x):
    with client.as_current():
        return program.value_and_grad(W, x, reduction="mean")
