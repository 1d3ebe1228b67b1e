"""fit on Dask arrays: chunk by chunk, it agrees with fit on one array."""

import math
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, pairwise
from random import Random

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn import fit, record_training
from nn._chunks import Chunks
from nn.optim import SGD, Adam
from tests.support.cluster import PATIENCE, Gate, two_workers
from tests.support.soak import few

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


@pytest.fixture(autouse=True)
def threads():
    """Compute chunks in two threads of this process."""
    with dask.config.set(scheduler="threads", num_workers=2):
        yield


def net():
    return nn.Sequential(nn.Layer(3, 4, "tanh", seed=0), nn.Dropout(0.3, seed=1), nn.Layer(4, 2, "linear", seed=2))


def trained(X, y, **options):
    model = net()
    optimizer = Adam(model.parameters(), lr=0.05, eps=1e-4)
    settings = {"loss": nn.CrossEntropyLoss(), "epochs": 3, "metric": nn.accuracy, "progress": False, "compiled": True}
    return model, optimizer, fit(model, X, y, optimizer=optimizer, **{**settings, **options})


def check_alike(one, other):
    """Check that two runs agree up to rounding: chunks are summed in another order than blocks of lanes."""
    for name, numbers in vars(one[2]).items():
        assert vars(other[2])[name] == pytest.approx(numbers, rel=1e-9)
    for p, q in zip(one[0].parameters(), other[0].parameters(), strict=True):
        assert q.data == pytest.approx(p.data, rel=1e-9, abs=1e-9)
        assert q.grad == pytest.approx(p.grad, rel=1e-9, abs=1e-9)


def lengths(cuts):
    """The lengths of the chunks between these cuts."""
    return tuple(b - a for a, b in pairwise([0, *sorted(cuts), 60]))


CUTS = st.lists(st.integers(0, 60), max_size=4)


@few
@given(
    rows=CUTS,
    columns=st.sampled_from([(3,), (1, 2)]),
    chunked_y=st.booleans(),
    weight=st.sampled_from([None, [1.0, 0.25]]),
)
def test_training_on_chunks_is_training_on_one_array_however_it_is_cut(rows, columns, chunked_y, weight):
    y = da.from_array(Y, chunks=17) if chunked_y else Y
    options = {"loss": nn.CrossEntropyLoss(weight=weight)}
    held_out = {"validation_data": (da.from_array(X[:20], chunks=(9, 3)), Y[:20])}
    found = trained(da.from_array(X, chunks=(lengths(rows), columns)), y, **options, **held_out)
    check_alike(trained(X, Y, **options, validation_data=(X[:20], Y[:20])), found)


@few
@given(CUTS, st.integers(7, 60))
def test_with_a_batch_size_training_on_chunks_is_eager_training_in_the_order_of_the_chunks(cuts, batch_size):
    chunked = da.from_array(X, chunks=(lengths(cuts), (3,)))
    found, _, history = trained(chunked, Y, batch_size=batch_size, seed=5)
    model = net()
    optimizer = Adam(model.parameters(), lr=0.05, eps=1e-4)
    order = Random(5)
    for loss in history.loss:
        total = 0.0
        for part in Chunks(chunked).shuffled_batches(batch_size, order):
            cost = nn.CrossEntropyLoss()([model(X[i].tolist()) for i in part], Y[part].tolist())
            optimizer.zero_grad()
            cost.backward()
            optimizer.step()
            total += cost.data * len(part)
        assert loss == pytest.approx(total / 60, rel=1e-9)
    assert [p.data for p in found.parameters()] == pytest.approx([p.data for p in model.parameters()], rel=1e-9, abs=1e-9)


@given(CUTS, st.integers(1, 70), st.integers())
def test_every_row_is_in_one_batch_and_those_of_a_chunk_follow_each_other(cuts, size, seed):
    chunks = Chunks(da.from_array(X, chunks=(lengths(cuts), (3,))))
    parts = chunks.shuffled_batches(size, Random(seed))
    order = [i for part in parts for i in part]
    assert sorted(order) == list(range(60))
    assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
    homes = [bisect_right(sorted(cuts), i) for i in order]
    assert len([home for home, _ in groupby(homes)]) == len(set(homes))
    assert parts == chunks.shuffled_batches(size, Random(seed))
    assert np.array_equal(chunks.rows(parts[0]).compute(), X[parts[0]])


def test_a_batch_is_computed_from_the_chunks_that_hold_it_alone():
    computed = []

    def noted(block):
        computed.append(len(block))
        return block

    chunked = da.from_array(X, chunks=(20, 3)).map_blocks(noted, dtype=float, meta=np.zeros((0, 0)))
    rows = Chunks(chunked).rows([3, 1, 2])
    assert computed == []
    assert np.array_equal(rows.compute(), X[[3, 1, 2]])
    assert computed == [20]


def test_samples_may_be_single_numbers():
    def run(x, y):
        model = nn.Sequential(Lone(), nn.Layer(1, 1, "linear", seed=0))
        fit(model, x, y, loss=nn.MSELoss(), optimizer=SGD(model.parameters(), lr=0.1), epochs=2, progress=False, compiled=True)
        return [p.data for p in model.parameters()]

    class Lone(nn.Module):
        def forward(self, x):
            return [x]

    numbers = RNG.normal(size=20)
    assert run(da.from_array(numbers, chunks=6), 2.0 * numbers) == pytest.approx(run(numbers, 2.0 * numbers), rel=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_run_that_diverges_says_in_which_epoch():
    chunked = da.from_array(X, chunks=(20, 3))
    model = nn.MLP(3, [4, 1])
    with pytest.raises(ArithmeticError, match=r"the loss is .* in epoch \d+: a smaller learning rate may help"):
        fit(model, chunked, Y, loss=nn.MSELoss(), optimizer=SGD(model.parameters(), lr=1e8), epochs=50, progress=False)


UNKNOWN = da.from_array(X, chunks=(20, 3))
UNKNOWN = UNKNOWN[UNKNOWN[:, 0] > 0.0]


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (da.from_array(X[:50], chunks=(20, 3)), {}, "X, y: expected one target for each sample, got 50 samples and 60 targets"),
        (da.from_array(X[None], chunks=20), {}, r"X: expected a Dask array of numbers with one row per sample, got float64 of"),
        (da.from_array(X.astype(str), chunks=20), {}, "X: expected a Dask array of numbers"),
        (UNKNOWN, {}, r"X: its chunk lengths are unknown: call X.compute_chunk_sizes\(\) first"),
        (da.from_array(X, chunks=20), {"compiled": False}, "compiled must be True or 'auto' for Dask arrays, got False"),
        (da.from_array(X[:, :2], chunks=20), {}, "X: the model takes 3 features per sample, got 2"),
        (
            da.from_array(np.where(np.arange(180).reshape(60, 3) == 100, math.nan, X), chunks=(7, 2)),
            {},
            r"X: expected finite numbers, got nan in row 33, column 1 \(counted from 0\)",
        ),
        (
            da.ma.masked_array(da.from_array(X, chunks=(7, 2)), np.arange(180).reshape(60, 3) == 100),
            {},
            r"X: expected numbers, got None in row 33, column 1 \(counted from 0\)",
        ),
    ],
)
def test_data_that_do_not_fit_are_refused_before_anything_has_changed(x, options, message):
    model = net()
    before = model.state_dict()
    settings = {"loss": nn.CrossEntropyLoss(), "epochs": 1, "progress": False, **options}
    with pytest.raises((TypeError, ValueError), match=message):
        fit(model, x, Y, optimizer=SGD(model.parameters(), lr=0.1), **settings)
    assert model.state_dict() == before


def test_what_cannot_be_compiled_cannot_be_trained_on_chunks():
    class Branching(nn.MLP):
        def forward(self, x):
            return super().forward(x if x[0] > 0.0 else x[::-1])

    model = Branching(3, [2])
    with pytest.raises(nn.training.CompileError, match="if x"):
        fit(
            model, da.from_array(X, chunks=20), Y, loss=nn.CrossEntropyLoss(), optimizer=SGD(model.parameters(), lr=0.1), epochs=1
        )


def test_a_record_of_training_fetches_the_rows():
    runs = []
    for x in (X, da.from_array(X, chunks=20)):
        model = nn.MLP(3, [2])
        optimizer = SGD(model.parameters(), lr=0.1)
        runs.append(record_training(model, x, Y, loss=nn.CrossEntropyLoss(), optimizer=optimizer, steps=2, progress=False))
    assert runs[0].beside(runs[1]).difference is None


# -- in other processes ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with two_workers(tmp_path_factory.mktemp("workers")) as client:
        yield client


@pytest.fixture
def in_workers(client):
    with dask.config.set(scheduler=None):
        yield client


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [None, 16])
def test_two_worker_processes_train_as_one_process_does(in_workers, batch_size):
    chunked = da.from_array(X, chunks=(10, 3))
    held_out = {"batch_size": batch_size, "validation_data": (chunked[:20], Y[:20])}
    found = trained(in_workers.persist(chunked), da.from_array(Y, chunks=7), **held_out)
    with dask.config.set(scheduler="synchronous"):
        check_alike(trained(chunked, Y, **held_out), found)


@pytest.mark.slow
def test_a_worker_that_is_killed_while_a_step_is_computed_loses_nothing(in_workers, tmp_path):
    numbered = X.copy()
    numbered[:, 0] = np.arange(60.0)
    gate = Gate(tmp_path / "gate")
    gate.open()
    chunked = da.from_array(numbered, chunks=(10, 3))
    passing = chunked.map_blocks(gate.pass_through, dtype=float, meta=np.zeros((0, 0)))
    killed = []

    def kill_in_the_second_epoch(model, history):
        if history.epochs == 1:
            gate.close()
            killed.append(threads.submit(gate.kill_a_worker_that_has_something_to_lose))

    with ThreadPoolExecutor(1) as threads:
        found = trained(passing, Y, callbacks=[kill_in_the_second_epoch])
        assert killed[0].result(PATIENCE)
    with dask.config.set(scheduler="synchronous"):
        check_alike(trained(chunked, Y), found)
