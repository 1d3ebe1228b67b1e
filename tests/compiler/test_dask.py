"""Compiled functions on Dask arrays: computed chunk by chunk, they agree with one NumPy array."""

from functools import lru_cache

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import BranchError, CompileError, Value, compile
from autograd.extend import draw

RNG = np.random.default_rng(0)


def loss(w, x, y):
    """The loss of one sample; on whole numbers, every sum of it is exact."""
    return (w[0] * x[0] + w[1] * x[1] - y) ** 2


few_examples = settings(max_examples=settings.default.max_examples // 10)


@lru_cache
def program_along(axis):
    return compile(loss, [0.0, 0.0], [0.0, 0.0], 0.0, in_axes=(None, axis, 0))


@pytest.fixture(autouse=True)
def threads():
    """Compute chunks in two threads of this process."""
    with dask.config.set(scheduler="threads", num_workers=2):
        yield


@st.composite
def splits(draw, total):
    """Chunk lengths, some perhaps 0."""
    cuts = sorted(draw(st.lists(st.integers(0, total), max_size=4)))
    return tuple(b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True))


@st.composite
def batches(draw):
    """Whole numbers X and y, both again as independently chunked Dask arrays (y perhaps as it was), and X's lane axis."""
    lanes = draw(st.integers(1, 12))
    numbers = st.integers(-9, 9).map(float)
    axis = draw(st.sampled_from([0, 1, -1]))
    kind = draw(st.sampled_from([np.float64, np.float32, np.int64]))
    X = np.array(draw(st.lists(st.tuples(numbers, numbers), min_size=lanes, max_size=lanes)), kind)
    y = np.array(draw(st.lists(numbers, min_size=lanes, max_size=lanes)), kind)
    X = X if axis == 0 else X.T
    along = draw(splits(lanes)), draw(st.sampled_from([(2,), (1, 1)]))
    chunked_y = draw(st.sampled_from([y, da.from_array(y, chunks=(draw(splits(lanes)),))]))
    return X, y, da.from_array(X, chunks=along if axis == 0 else along[::-1]), chunked_y, axis


@few_examples
@given(batches(), st.sampled_from(["sum", "mean"]))
def test_the_value_and_the_gradient_are_those_of_one_array_however_it_is_cut(drawn, reduction):
    X, y, chunked_X, chunked_y, axis = drawn
    program = program_along(axis)
    w = [3.0, -2.0]
    want = program.value_and_grad(w, X, y, reduction=reduction)
    assert program.value_and_grad(w, chunked_X, chunked_y, reduction=reduction) == want
    value, (slope,) = program.value_and_grad(w, chunked_X, chunked_y, argnums=(0,), reduction=reduction)
    assert (value, slope) == want


@few_examples
@given(batches())
def test_values_and_derivatives_of_every_lane_are_dask_arrays(drawn):
    X, y, chunked_X, chunked_y, axis = drawn
    program = program_along(axis)
    w = [3.0, -2.0]
    for call in (
        lambda *xs: program(*xs),
        lambda *xs: program.value_and_grad(*xs, argnums=(0, 1, 2)),
        lambda *xs: program.jacobian(*xs, argnums=1),
        lambda *xs: program.hessian(*xs, argnums=(0, 1)),
        lambda w, X, y: program.hvp((w, X, y), ([1.0, 2.0], X, y)),
    ):
        found, want = call(w, chunked_X, chunked_y), call(w, X, y)
        assert is_lazy(found)
        (found,) = dask.compute(found)
        assert alike(found, want)


def is_lazy(tree):
    return all(map(is_lazy, tree)) if isinstance(tree, (list, tuple)) else isinstance(tree, da.Array)


def alike(found, want):
    if isinstance(want, (list, tuple)):
        return type(found) is type(want) and len(found) == len(want) and all(map(alike, found, want))
    return found.dtype == want.dtype and found.shape == want.shape and np.array_equal(found, want)


def test_nothing_is_computed_before_it_is_asked_for():
    computed = []
    x = da.from_array(np.arange(4.0), chunks=2).map_blocks(
        lambda block: computed.append(1) or block, dtype=float, meta=np.zeros(0)
    )
    result = compile(lambda x: x * x, 1.0)(x)
    assert computed == []
    assert result[2:].compute().tolist() == [4.0, 9.0]
    assert len(computed) == 1


def test_a_function_that_returns_several_numbers_gives_as_many_arrays():
    program = compile(lambda x: {"sin": autograd.sin(x[0]), "both": (x[0] + x[1], [x[1], 1.0])}, [1.0, 2.0])
    X = np.arange(6.0).reshape(3, 2)
    (found,) = dask.compute(program(da.from_array(X, chunks=(2, 2))))
    assert found["sin"].tolist() == program(X)["sin"].tolist()
    assert [found["both"][0].tolist(), *(x.tolist() for x in found["both"][1])] == [[1.0, 5.0, 9.0], [1.0, 3.0, 5.0], [1.0] * 3]


def test_a_function_that_returns_an_array_gives_an_array_with_its_lanes_first():
    program = compile(lambda x: x.reshape(2, 2) * 2.0, np.zeros(4))
    X = np.arange(12.0).reshape(3, 4)
    assert np.array_equal(program(da.from_array(X, chunks=(2, 3))).compute(), program(X))


def test_arguments_may_be_nestings_of_dask_arrays():
    program = compile(lambda p, x: p["w"] * x["a"] + x["b"][0], {"w": 1.0}, {"a": 1.0, "b": [2.0]}, in_axes=(None, 0))
    a, b = np.arange(5.0), np.arange(5.0) ** 2
    nested = {"a": da.from_array(a, chunks=2), "b": [da.from_array(b, chunks=3)]}
    assert program({"w": 3.0}, nested).compute().tolist() == (3.0 * a + b).tolist()
    assert program.value_and_grad({"w": 3.0}, nested, reduction="sum") == (float((3.0 * a + b).sum()), {"w": 10.0})


def test_arguments_without_lanes_may_be_dask_arrays_too():
    program = compile(lambda w, x: w[0] * x + w[1], np.zeros(2), 0.0, in_axes=(None, 0))
    w, x = np.array([2.0, 1.0]), np.arange(5.0)
    value, slope = program.value_and_grad(da.from_array(w, chunks=1), da.from_array(x, chunks=2), reduction="sum")
    assert (value, slope.tolist()) == (25.0, [10.0, 5.0])


def test_dask_arrays_without_lanes_are_the_numbers_of_one_call():
    program = compile(lambda x: x[0] * x[1], [0.0, 0.0])
    x = da.from_array(np.array([3.0, 4.0]), chunks=1)
    assert program(x) == 12.0
    value, slope = program.value_and_grad(x, reduction="mean")
    assert (value, slope.tolist()) == (12.0, [4.0, 3.0])


def test_no_lanes_at_all_have_a_sum_but_no_mean():
    program = program_along(0)
    none = [1.0, 2.0], da.zeros((0, 2)), da.zeros(0)
    assert program.value_and_grad(*none, reduction="sum") == (0.0, [0.0, 0.0])
    assert program(*none).compute().shape == (0,)
    with pytest.raises(ValueError, match="the mean over no lanes is undefined"):
        program.value_and_grad(*none, reduction="mean")


# -- captured leaves ---------------------------------------------------------------------------------------


def test_backward_adds_to_the_leaves_what_it_adds_for_one_array():
    leaves = [Value(2.0), Value(-1.0), Value(5.0, requires_grad=False)]
    program = compile(lambda x, y: (leaves[0] * x[0] + leaves[1] * x[1] - y) ** 2 + leaves[2], [0.0, 0.0], 0.0)
    X, y = RNG.integers(-9, 9, (10, 2)).astype(float), RNG.integers(-9, 9, 10).astype(float)
    want = program.backward(X, y)
    slopes = [leaf.grad for leaf in leaves]
    assert program.backward(da.from_array(X, chunks=(3, 2)), da.from_array(y, chunks=4)) == want
    assert [leaf.grad for leaf in leaves] == [2.0 * slope for slope in slopes]
    assert not leaves[2].has_grad


def test_leaves_are_read_at_each_call():
    w = Value(2.0)
    program = compile(lambda x: w * x, 1.0)
    x = da.from_array(np.arange(3.0), chunks=2)
    lazy = program(x)
    w.data = 10.0
    assert program(x).compute().tolist() == [0.0, 10.0, 20.0]
    assert lazy.compute().tolist() == [0.0, 2.0, 4.0]  # with w as of its own call
    assert program.backward(x, reduction="sum") == 30.0


def test_a_program_is_unpacked_once_and_not_for_every_update_of_its_leaves(monkeypatch):
    from autograd.compiler import files

    read = []
    monkeypatch.setattr(files, "from_bytes", lambda content, own=files.from_bytes: read.append(1) or own(content))
    w = Value(0.125)
    program = compile(lambda x: w * x * 0.375, 1.0)
    for _ in range(5):
        program.backward(da.from_array(np.arange(4.0), chunks=2))
        w.data -= 0.5
    assert len(read) <= 2  # both threads may unpack it


def test_what_a_function_reads_besides_leaves_may_not_change():
    scale = [2.0]
    program = compile(lambda x: x * scale[0], 1.0)
    scale[0] = 3.0
    with pytest.raises(CompileError, match="scale"):
        program(da.from_array(np.arange(3.0), chunks=2))


# -- errors ------------------------------------------------------------------------------------------------


def test_a_branch_that_goes_another_way_is_named_with_its_line_and_its_lanes():
    program = compile(lambda x: x * x if x > 0.5 else -x, 1.0)
    x = da.from_array(np.array([1.0, 2.0, 3.0, 4.0, 5.0, -1.0, 6.0]), chunks=4)
    with pytest.raises(BranchError) as caught:
        program(x).compute()
    assert "test_dask.py:" in str(caught.value)
    assert "for 1 of 3 lanes (first: lane 1)" in str(caught.value)
    assert "(counted within a chunk, which starts at lane 4)" in str(caught.value)


def test_the_lanes_that_branch_differently_are_found_in_all_chunks():
    program = compile(lambda x: x * x if x > 0.5 else -x, 1.0)
    assert program.differing(da.from_array(np.array([1.0, -2.0, 3.0, 4.0, -5.0]), chunks=2)) == [1, 4]


def test_a_branch_on_what_all_lanes_share_is_checked_at_its_numbers_alone():
    program = compile(lambda w, x: w[0] * x if w[1] > 0.5 else x, [1.0, 1.0], 1.0, in_axes=(None, 0))
    x = da.from_array(np.arange(3.0), chunks=2)
    assert program(np.array([3.0, 1.0]), x).compute().tolist() == [0.0, 3.0, 6.0]
    with pytest.raises(BranchError, match="was true when the function was traced"):
        program(np.array([3.0, 0.0]), x).compute()
    assert program(np.array([3.0, 0.0]), np.empty(0)).tolist() == []  # no lane takes the other branch


def test_an_ignored_branch_is_ignored_in_every_chunk():
    program = compile(lambda x: x * x if x > 0.5 else -x, 1.0, guard="ignore")
    assert program(da.from_array(np.array([1.0, -3.0]), chunks=1)).compute().tolist() == [1.0, 9.0]


def test_branches_are_not_traced_anew_for_dask_arrays():
    program = compile(lambda x: x if x > 0.5 else -x, 1.0, guard="recompile")
    x = da.from_array(np.arange(3.0), chunks=2)
    for call in (program, program.value_and_grad, program.backward):
        with pytest.raises(CompileError, match="guard='recompile' doesn't support Dask arrays"):
            call(x)


def test_random_draws_are_refused():
    program = compile(lambda x: x * draw(lambda: 0.5), 1.0)
    with pytest.raises(CompileError, match="draws random numbers"):
        program(da.from_array(np.arange(3.0), chunks=2))


def test_chunks_of_unknown_length_are_refused_by_the_name_of_the_argument():
    program = compile(lambda w, x, y: w * x * y, 1.0, 1.0, 1.0, in_axes=(None, 0, 0))
    x = da.from_array(np.arange(3.0), chunks=2)
    with pytest.raises(ValueError, match=r"y: its chunk sizes are unknown: call y\.compute_chunk_sizes\(\) first"):
        program(2.0, x, x[x > 0.5])


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (da.zeros((4, 3), chunks=2), da.zeros(4), "x: expected an array of shape .2,., or an array of shape .lanes, 2., got"),
        (da.zeros((4, 2), chunks=2), da.zeros(5), "all arguments must have the same number of lanes, got 4 in x and 5 in y"),
        (da.zeros((4, 2), chunks=2), 1.0, "y must have an axis of 4 lanes, like x"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_before_anything_is_computed(X, y, message):
    program = program_along(0)
    with pytest.raises(ValueError, match=message):
        program([1.0, 2.0], X, y)


def test_complex_numbers_are_refused():
    with pytest.raises(TypeError, match="x: expected a real number"):
        compile(lambda x: x * x, 1.0)(da.zeros(3, dtype=complex))


def test_too_few_arguments_are_refused():
    with pytest.raises(TypeError, match="was compiled for 3 arguments, got 1"):
        compile(loss, [0.0, 0.0], [0.0, 0.0], 0.0)(da.zeros((3, 2)))


def test_a_reduction_has_a_gradient_by_arguments_without_lanes_only():
    program = program_along(0)
    with pytest.raises(CompileError, match="argnums: x has lanes"):
        program.value_and_grad([1.0, 2.0], da.zeros((3, 2)), da.zeros(3), argnums=(0, 1), reduction="sum")


def test_an_error_in_a_chunk_arrives_as_it_is():
    def broken(block):
        raise OSError("the disk is gone")

    x = da.zeros(4, chunks=2).map_blocks(broken, dtype=float, meta=np.zeros(0))
    with pytest.raises(OSError, match="the disk is gone"):
        compile(lambda x: x * x, 1.0)(x).compute()


def test_nan_in_a_lane_stays_in_its_lane():
    x = da.from_array(np.array([1.0, np.nan, 3.0]), chunks=2)
    assert str(compile(lambda x: x * x, 1.0)(x).compute().tolist()) == "[1.0, nan, 9.0]"
