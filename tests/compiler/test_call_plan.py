"""Call plans: repeated calls with floats, or arrays of known shapes, whose arguments machine code reads."""

from __future__ import annotations

import gc
import sys
import weakref
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import CompileError
from autograd.compiler.compiled import MAX_PLANS
from autograd.compiler.executors import array_arguments
from autograd.compiler.executors.lane_interpreter import AHEAD, LONG
from autograd.compiler.runners import MIN_ROWS


def loss(w, x, y):
    return autograd.tanh(w[0] * x[0] + w[1] * x[1] - y) * w[2]


def compiled(example=(0.0, 0.0)):
    return autograd.compile(loss, [0.1, 0.2, 0.3], list(example), 0.5, in_axes=(None, 0, 0))


def arrays(lanes=5, seed=0):
    draw = np.random.default_rng(seed)
    return draw.normal(size=3), draw.normal(size=(lanes, 2)), draw.normal(size=lanes)


def twice(program):
    """The program after one call that makes its plan and one that uses it."""
    for _ in range(2):
        program.value_and_grad(*arrays(), argnums=(0, 1, 2), reduction="mean")
    assert program._plans
    return program


def agree(found, expected):
    (value, slopes), (wanted, wanted_slopes) = found, expected
    assert value == wanted
    for one, other in zip(slopes, wanted_slopes, strict=True):
        assert one.shape == other.shape
        assert np.array_equal(one, other)


def check(program, xs):
    """Check that the program agrees with one that has never been called."""
    agree(
        program.value_and_grad(*xs, argnums=(0, 1, 2), reduction="mean"),
        compiled().value_and_grad(*xs, argnums=(0, 1, 2), reduction="mean"),
    )


def test_other_arrays_give_their_own_results():
    program = twice(compiled())
    for seed in range(3):
        check(program, arrays(seed=seed))
    check(program, arrays(lanes=7))
    check(program, arrays())


def test_a_dict_whose_attributes_are_its_items_is_an_argument_like_any_dict():
    class Settings(dict):
        __getattr__ = dict.__getitem__

    program = autograd.compile(lambda p: p["w"] * p["x"], {"w": 1.0, "x": 1.0})
    assert [program(Settings(w=2.0, x=3.0)) for _ in range(3)] == [6.0] * 3
    assert [program.value_and_grad(Settings(w=2.0, x=3.0)) for _ in range(3)] == [(6.0, {"w": 3.0, "x": 2.0})] * 3


def long_chain(a, b):
    for _ in range(MIN_ROWS):
        a = autograd.sin(a) * b
    return a


@pytest.mark.parametrize("f", [lambda a, b: a * b, lambda a, b: [a * b, b], lambda a, b: b * b, lambda a, b: 2.0, long_chain])
def test_the_value_of_a_later_call_is_like_that_of_the_first(f):
    a, numbers = np.array([1.5, -2.0, 0.5]), (2.0, 0.25)
    for in_axes, xs in (((0, None), (a, 0.25)), (None, numbers), ((0, 0), (a, a)), ((None, 0), (0.25, a))):
        program = autograd.compile(f, 1.0, 1.0, in_axes=in_axes)
        first, *later = [program(*xs) for _ in range(4)]
        for found in later:
            assert type(found) is type(first)
            assert np.shape(found) == np.shape(first)
            assert np.array_equal(found, first)


def test_numbers_changed_in_place_are_read_again():
    program, xs = twice(compiled()), arrays()
    check(program, xs)
    for x in xs:
        x += 1.0
        check(program, xs)


def test_an_array_whose_memory_moved_is_read_where_it_is_now():
    w, x, y = arrays(lanes=1000)
    program = compiled()
    for _ in range(3):
        check(program, (w, x, y))
    x.resize((100_000, 2), refcheck=False)
    x.resize((1000, 2), refcheck=False)
    check(program, (w, x, y))
    x.resize((500, 4), refcheck=False)
    with pytest.raises(ValueError, match=r"x: expected .*got an array of shape \(500, 4\)"):
        program.value_and_grad(w, x, y, argnums=(0, 1, 2), reduction="mean")


OTHER_ARRAYS = [
    lambda x: x.astype(np.float32),
    lambda x: (10 * x).astype(int),
    lambda x: x > 0.0,
    lambda x: np.asfortranarray(x),
    lambda x: np.repeat(x, 2, axis=0)[::2],
    lambda x: x[::-1],
    lambda x: x.astype(">f8"),
    lambda x: np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(float).reshape(x.shape),
    lambda x: x.view(type("Own", (np.ndarray,), {})),
    lambda x: x.astype(object),
]


@pytest.mark.parametrize("other", OTHER_ARRAYS)
def test_arrays_of_any_numbers_in_any_order_in_memory_give_the_same_as_at_the_first_call(other):
    program = twice(compiled())
    for xs in (
        tuple(map(other, arrays())),
        arrays(),
        *[(*arrays()[:i], other(arrays()[i]), *arrays()[i + 1 :]) for i in range(3)],
    ):
        for _ in range(3):
            check(program, xs)


def test_read_only_arrays_are_read():
    program, xs = twice(compiled()), arrays()
    for x in xs:
        x.flags.writeable = False
    check(program, xs)


def test_results_belong_to_the_caller():
    program, xs = twice(compiled()), arrays()
    first = program.value_and_grad(*xs, argnums=(0, 1, 2), reduction="mean")
    kept = first[0], [slope.copy() for slope in first[1]]
    second = program.value_and_grad(*[2.0 * x for x in xs], argnums=(0, 1, 2), reduction="mean")
    agree(first, kept)
    for slope in second[1]:
        slope[...] = 7.0
    agree(first, kept)
    check(program, xs)


def test_every_selection_of_arguments_and_every_reduction_has_its_own_plan():
    program, xs = twice(compiled()), arrays()
    for argnums in (0, 1, (0, 2), (2, 0), [0]):
        for reduction in ("mean", "sum", None):
            wanted = compiled().value_and_grad(*xs, argnums=argnums, reduction=reduction)
            for _ in range(3):
                value, slopes = program.value_and_grad(*xs, argnums=argnums, reduction=reduction)
                assert np.array_equal(value, wanted[0])
                if isinstance(argnums, int):
                    assert np.array_equal(slopes, wanted[1])
                else:
                    agree((0.0, slopes), (0.0, wanted[1]))


def test_more_arguments_or_fewer_are_an_error():
    program, xs = twice(compiled()), arrays()
    for wrong in (xs[:2], (*xs, xs[2]), ()):
        with pytest.raises(TypeError, match=f"compiled for 3 arguments, got {len(wrong)}"):
            program.value_and_grad(*wrong, argnums=(0, 1, 2), reduction="mean")


def test_numbers_and_lists_are_still_taken():
    program, (w, x, y) = twice(compiled()), arrays()
    value, slopes = program.value_and_grad(w.tolist(), x, y, argnums=0, reduction="mean")
    wanted = program.value_and_grad(w, x, y, argnums=0, reduction="mean")
    assert value == wanted[0]
    assert slopes == wanted[1].tolist()
    assert type(program.value_and_grad([0.1, 0.2, 0.3], [1.0, 2.0], 0.5)[0]) is float


def test_many_lanes_go_to_several_threads(monkeypatch):
    monkeypatch.setattr("autograd.compiler.executors.lanes.cores", lambda: 2)
    program, xs = compiled(), arrays(lanes=50_000)
    for _ in range(3):
        check(program, xs)


def test_what_the_function_reads_from_outside_is_watched():
    scale = [2.0]
    program = autograd.compile(lambda w, x: w * x * scale[0], 1.0, 1.0, in_axes=(None, 0))
    x = np.ones(4)
    for _ in range(3):
        program.value_and_grad(np.ones(()), x, reduction="sum")
    wide = autograd.compile(lambda w, x: w[0] * x * scale[0], [1.0], 1.0, in_axes=(None, 0))
    for _ in range(3):
        assert wide.value_and_grad(np.ones(1), x, reduction="sum")[0] == 8.0
    scale[0] = 3.0
    for one, w in ((program, np.ones(())), (wide, np.ones(1))):
        with pytest.raises(CompileError, match="has changed since it was compiled"):
            one.value_and_grad(w, x, reduction="sum")


def test_arrays_without_columns_are_passed_over():
    program = autograd.compile(lambda w, a, x, b: w[0] * x, [1.0], np.empty(0), 1.0, np.empty(0), in_axes=(None, 0, 0, 0))
    xs = np.ones(1), np.empty((4, 0)), np.arange(4.0), np.empty((4, 0))
    for _ in range(3):
        value, slope = program.value_and_grad(*xs, reduction="sum")
        assert value == slope[0] == 6.0


@pytest.mark.slow
def test_arrays_of_another_library_give_arrays_of_that_library_after_numpys():
    import jax

    program, xs = compiled(), arrays()
    for _ in range(3):
        assert type(program.value_and_grad(*xs, reduction="mean")[1]) is np.ndarray
    with jax.enable_x64(True):
        for _ in range(3):
            _, slope = program.value_and_grad(*map(jax.numpy.asarray, xs), reduction="mean")
            assert isinstance(slope, jax.Array)


def mixed():
    def f(a, w, x):
        return a * w[0] * autograd.exp(x) + w[1]

    return autograd.compile(f, 0.5, [1.0, 2.0], 0.1, in_axes=None, executor="numba")


@pytest.mark.parametrize(
    "xs",
    [
        (0.5, np.array([1.0, 2.0]), 0.1),
        (0.25, [1.0, 2.0], 0.1),
        (float("nan"), np.array([1.0, -0.0]), 3.0),
        (2, np.array([1.0, 2.0]), 0.1),
        (True, np.array([1, 2]), np.float64(0.1)),
        (np.array(0.5), np.array([1.0, 2.0]), np.float32(0.5)),
    ],
)
def test_without_lanes_floats_and_arrays_give_the_same_at_every_call(xs):
    program = mixed()
    for _ in range(3):
        for one in ((0.5, np.array([1.0, 2.0]), 0.1), xs):
            value, (a, w, x) = program.value_and_grad(*one, argnums=(0, 1, 2))
            wanted, (wanted_a, wanted_w, wanted_x) = mixed().value_and_grad(*one, argnums=(0, 1, 2))
            assert [type(g) for g in (value, a, w, x)] == [type(g) for g in (wanted, wanted_a, wanted_w, wanted_x)]
            assert np.array_equal([value, a, *w, x], [wanted, wanted_a, *wanted_w, wanted_x], equal_nan=True)
    assert program._plans


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("reduction", ["sum", "mean", None])
def test_lists_that_all_lanes_share_stand_beside_arrays(kind, reduction):
    program, (w, x, y) = compiled(), arrays()
    others = [(1, 2.0, 3.0), (1.0, True, 3.0), (np.float64(1.0), 2.0, 3.0)]
    for one in (w.tolist(), [1.0, 2.0, 3.0], w, *others, (0.0, -0.0, float("nan"))):
        one = one if one is w else kind(one)
        value, (slope, *_) = program.value_and_grad(one, x, y, argnums=(0, 1), reduction=reduction)
        wanted, (wanted_slope, *_) = compiled().value_and_grad(one, x, y, argnums=(0, 1), reduction=reduction)
        assert np.array_equal(value, wanted, equal_nan=True)
        assert type(slope) is type(wanted_slope)
        assert np.array_equal(slope, wanted_slope, equal_nan=True)
    for wrong in ([1.0, 2.0], [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, "3.0"]):
        with pytest.raises(TypeError):
            program.value_and_grad(kind(wrong), x, y, argnums=(0, 1), reduction=reduction)


def test_a_list_in_place_of_an_array_gives_a_list():
    program, (w, x, y) = twice(compiled()), arrays()
    for _ in range(3):
        assert type(program.value_and_grad(w, x, y, reduction="sum")[1]) is np.ndarray
        assert type(program.value_and_grad(w.tolist(), x, y, reduction="sum")[1]) is list
        assert type(program.value_and_grad(tuple(w.tolist()), x, y, reduction="sum")[1]) is tuple


def test_floats_alone_give_floats():
    program = autograd.compile(lambda x, y: x * autograd.sin(y), 1.0, 2.0, executor="numba")
    for i in range(1, 5):
        x, y = 0.5 * i, float(i)
        value, slopes = program.value_and_grad(x, y, argnums=(1, 0))
        wanted, wanted_slopes = autograd.value_and_grad(lambda x, y: x * autograd.sin(y), argnums=(1, 0))(x, y)
        assert [value, *slopes] == pytest.approx([wanted, *wanted_slopes], rel=1e-15)
        assert type(slopes) is tuple
        assert {type(g) for g in (value, *slopes)} == {float}
        assert type(program.value_and_grad(x, y, argnums=1)[1]) is float
    for wrong in ((1.0,), (1.0, 2.0, 3.0)):
        with pytest.raises(TypeError, match=f"compiled for 2 arguments, got {len(wrong)}"):
            program.value_and_grad(*wrong, argnums=1)


@pytest.mark.parametrize("reduction", ["sum", "mean", None])
def test_floats_that_all_lanes_share_stand_beside_arrays(reduction):
    def program():
        return autograd.compile(lambda a, x: autograd.exp(a * x), 0.5, 1.0, in_axes=(None, 0))

    twice, x = program(), np.linspace(0.0, 1.0, 9)
    for a in (0.5, -1.0, 2.0, 3):
        found = twice.value_and_grad(a, x, argnums=(0, 1), reduction=reduction)
        wanted = program().value_and_grad(a, x, argnums=(0, 1), reduction=reduction)
        assert np.array_equal(found[0], wanted[0])
        assert all(np.array_equal(one, other) for one, other in zip(found[1], wanted[1], strict=True))
        assert [type(g) for g in found[1]] == [type(g) for g in wanted[1]]


def test_argnums_of_another_type_are_refused_at_every_call():
    program = autograd.compile(lambda x, y: x * y, 1.0, 2.0, executor="numba")
    for wrong in (1.0, "x", (0.0, 1)):
        for _ in range(3):
            program.value_and_grad(3.0, 4.0, argnums=1)
        with pytest.raises(TypeError, match="argnums must be an int or a tuple of ints"):
            program.value_and_grad(3.0, 4.0, argnums=wrong)


def test_a_reduction_of_another_kind_is_refused_at_every_call():
    program, xs = twice(compiled()), arrays()
    for wrong, error in (("Sum", ValueError), (["sum"], TypeError)):
        with pytest.raises(error, match="reduction must be one of mean, sum, got"):
            program.value_and_grad(*xs, reduction=wrong)


def test_where_objects_are_laid_out_otherwise_calls_give_the_same(monkeypatch):
    assert array_arguments.readable()
    monkeypatch.setattr(array_arguments, "readable", lambda: False)
    program, xs = compiled(), arrays()
    for _ in range(3):
        check(program, xs)
    assert not program._plans


def test_another_layout_of_objects_is_noticed(monkeypatch):
    for name in ("_TYPE", "_NUMBER", "_DATA", "_DIMENSIONS", "_DTYPE", "_FLAGS", "_ITEMS"):
        with monkeypatch.context() as patch:
            patch.setattr(array_arguments, name, getattr(array_arguments, name) + 8)
            assert not array_arguments.readable.__wrapped__()


@pytest.mark.slow
@pytest.mark.parametrize("length", [LONG - 1, LONG, LONG + 1, LONG + 2 * AHEAD + 3])
def test_programs_too_long_for_the_cache_give_the_same(length):
    def chain(y, w, b):
        for _ in range(length):
            y = y * w + b
        return y

    xs = (1.0, 0.9999, 0.001)
    value, slopes = autograd.compile(chain, *xs, executor="numba").value_and_grad(*xs, argnums=(0, 1, 2))
    wanted, wanted_slopes = autograd.value_and_grad(chain, argnums=(0, 1, 2))(*xs)
    assert value == wanted
    assert slopes == pytest.approx(wanted_slopes, rel=1e-12)


# -- all verbs, and captured leaves ---------------------------------------------------------------------

W, B = autograd.Value(0.5), autograd.Value(-0.25)


def affine(x, y):
    return autograd.tanh(W * x[0] + B * x[1]) * y


def layer(x, y):
    return {"one": [W * x[0] * y, x[1] ** 2], "other": autograd.sin(B * x[0])}


VERBS = {
    "__call__": lambda program, xs: program(*xs),
    "value_and_grad": lambda program, xs: program.value_and_grad(*xs, argnums=(1, 0)),
    "backward": lambda program, xs: (program.backward(*xs), [(leaf.grad, leaf.has_grad) for leaf in (W, B)]),
    "jacobian": lambda program, xs: program.jacobian(*xs, argnums=(0, 1)),
    "hessian": lambda program, xs: program.hessian(*xs),
}
POINTS = [
    ([0.3, -0.7], 2.0),
    ((1.5, 0.25), -1.0),
    (np.array([0.5, 0.125]), 3.0),
    (np.linspace(-1.0, 1.0, 10).reshape(5, 2), np.linspace(0.0, 1.0, 5)),
    (np.linspace(-1.0, 2.0, 10).reshape(5, 2), np.linspace(2.0, 1.0, 5)),
    (np.arange(6).reshape(3, 2), np.array([True, False, True])),
]


def same(one, other):
    """True if both are the same numbers in the same containers."""
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and np.shape(one) == np.shape(other) and np.array_equal(one, other)


def result_of(verb, program, xs):
    for leaf in (W, B):
        leaf.zero_grad()
    return VERBS[verb](program, xs)


@pytest.mark.parametrize("executor", ["auto", "numba", "numpy"])
@pytest.mark.parametrize(("f", "verb"), [*[(affine, verb) for verb in VERBS], (layer, "__call__"), (layer, "jacobian")])
def test_every_call_gives_what_a_first_one_gives(f, verb, executor):
    def compiled():
        return autograd.compile(f, [0.0, 0.0], 0.0, executor=executor)

    program = compiled()
    for xs in [*POINTS * 2, *POINTS[:2] * 10]:  # enough calls to make plans and Python code
        result_of(verb, program, xs)
    assert executor == "numpy" or len(program._plans) >= 4
    for i, xs in enumerate(POINTS):
        W.data = 0.5 + i
        assert same(result_of(verb, program, xs), result_of(verb, compiled(), xs))
        other = program.with_captured([1.5, -2.5])
        found = result_of(verb, other, xs)
        W.data, B.data = 1.5, -2.5
        assert same(found, result_of(verb, compiled(), xs))
        W.data, B.data = 0.5, -0.25


def guarded(x, y):
    return W * x[0] * y if y > x[1] else autograd.exp(B * x[1])


NUMBERS = st.sampled_from([0.5, -1.25, 3.0, 1.0, 0.0, -0.0])
OTHER_NUMBERS = st.sampled_from([float, float, int, bool, Fraction, np.float32, np.array])
Pair = namedtuple("Pair", "a b")
CONTAINERS = st.sampled_from([list, list, tuple, tuple, np.array, np.array, Pair._make, lambda p: dict(enumerate(p))])
ASKED = [
    *[VERBS[verb] for verb in ("__call__", "value_and_grad", "backward", "jacobian")],
    lambda program, xs: program.value_and_grad(*xs, argnums=0),
    lambda program, xs: program.value_and_grad(*xs, argnums=(0, 1), reduction="mean"),
]


@st.composite
def ways_to_give(draw, axes):
    """A function that turns nine numbers into arguments of random kinds: a pair and a number, or lanes of them."""
    kinds = draw(st.sampled_from([st.just(float)] * 3 + [OTHER_NUMBERS]).flatmap(lambda kind: st.tuples(kind, kind, kind)))
    container, lanes = draw(CONTAINERS), draw(st.sampled_from([None, None, None, 3, 3, 1, 0]))
    others = [draw(st.sampled_from([np.asarray, np.asarray, *OTHER_ARRAYS])) for _ in range(2)]

    def arguments(numbers):
        a, b, y = [kind(x) for kind, x in zip(kinds, numbers, strict=False)]
        if lanes is None:
            return container([a, b]), y
        x = np.array(numbers[: 2 * lanes])
        x = {0: x.reshape(lanes, 2), 1: x.reshape(2, lanes), None: container([a, b])}[axes[0]]
        return others[0](x) if type(x) is np.ndarray else x, others[1](np.array(numbers[6 : 6 + lanes]))

    return arguments


def outcome(ask, program, xs):
    for leaf in (W, B):
        leaf.zero_grad()
    try:
        return ask(program, xs)
    except (TypeError, ValueError, CompileError, autograd.BranchError) as error:
        return [repr(error)]


@pytest.mark.slow
@given(st.data())
def test_after_any_calls_a_program_gives_what_a_new_one_gives(data):
    f, ask = data.draw(st.sampled_from([affine, guarded, guarded, layer])), data.draw(st.sampled_from(ASKED))
    axes = data.draw(st.sampled_from([(0, 0), (None, 0), (1, 0)]))
    executor, guard = (data.draw(st.sampled_from(names)) for names in (["auto", "numba"], ["raise", "raise", "recompile"]))
    B.requires_grad = True

    def compiled():
        return autograd.compile(f, [0.0, 0.0], 1.0, in_axes=axes, executor=executor, guard=guard)

    program, seen = compiled(), []
    ways = data.draw(st.lists(ways_to_give(axes), min_size=1, max_size=3))
    for arguments in data.draw(st.lists(st.sampled_from(ways), min_size=2, max_size=10)):
        W.data, B.requires_grad = data.draw(NUMBERS), data.draw(st.booleans())
        xs = arguments(data.draw(st.lists(NUMBERS, min_size=9, max_size=9)))
        for _ in range(data.draw(st.sampled_from([1, 25]))):  # 25 calls may make a plan and Python code
            found = outcome(ask, program, xs)
        assert same(found, outcome(ask, compiled(), xs))
        seen.append((found, repr(found)))
    assert all(repr(found) == before for found, before in seen)
    W.data, B.requires_grad = 0.5, True


def many(program, *xs):
    for _ in range(30):
        program(*xs)
    assert program._plans
    return program


def test_leaves_from_outside_that_take_part_get_their_gradient_at_every_call():
    w = autograd.Value(3.0)
    program = many(autograd.compile(lambda x: w * x * x, 2.0), 2.0)
    assert program(2.0) == 12.0
    y = program(autograd.Value(2.0))
    y.backward()
    assert w.grad == 4.0
    assert autograd.value_and_grad(lambda u: program(5.0) * u)(1.0) == (75.0, 75.0)
    v = autograd.Value(2.0)
    assert autograd.gradients(program(v), [w, v]) == [4.0, 12.0]
    outer = autograd.compile(lambda u: program(2.0) * u, 1.0)
    w.data = 5.0
    assert outer(1.0) == 20.0


def test_a_gradient_over_lanes_is_stored_inside_a_transform_too():
    def f(v):
        program = autograd.compile(lambda x: v * x, 0.0)
        for _ in range(3):
            program.backward(np.array([1.0, 2.0]))
        return v * v

    assert autograd.grad(f)(3.0) == 6.0


def test_a_program_is_freed_with_its_last_reference():
    program, x = autograd.compile(affine, [0.0, 0.0], 0.0), (np.ones((3, 2)), np.ones(3))
    for verb in VERBS:
        result_of(verb, program, x)
    alive = weakref.ref(program)
    gc.disable()
    try:
        del program
        assert alive() is None
    finally:
        gc.enable()


def test_of_many_lengths_of_batches_the_last_ones_have_plans():
    program = autograd.compile(lambda x: x * x, 1.0)
    for n in range(1, MAX_PLANS + 20):
        assert program(np.full(n, 2.0)).tolist() == [4.0] * n
    assert len(program._plans) == MAX_PLANS


@pytest.fixture
def threads(monkeypatch):
    """A pool of four threads that switch as often as possible."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    with ThreadPoolExecutor(4) as pool:
        yield pool
    sys.setswitchinterval(interval)


def test_plans_stay_few_when_many_threads_call(threads, monkeypatch):
    monkeypatch.setattr("autograd.compiler.compiled.MAX_PLANS", 4)
    program = autograd.compile(lambda x: x * x, 1.0)

    def work(seed):
        for n in np.random.default_rng(seed).integers(1, 100, 2000):
            assert program(np.full(n, 2.0)).tolist() == [4.0] * n

    list(threads.map(work, range(4)))
    assert len(program._plans) <= 4


def test_threads_lose_none_of_each_others_gradients(threads):
    w = autograd.Value(1.0)
    program = autograd.compile(lambda x: w * x, 1.0)

    def work(_):
        for _ in range(5000):
            program.backward(1.0)

    list(threads.map(work, range(4)))
    assert w.grad == 20_000.0


def test_captured_numbers_of_other_types_are_floats():
    w = autograd.Value(3.0)
    program = many(autograd.compile(lambda x: w * x, 2.0), 2.0)
    for numbers in ([2], np.array([2.0])):
        assert repr(program.with_captured(numbers)(1.5)) == "3.0"


@pytest.mark.parametrize("verb", VERBS)
def test_no_array_of_a_call_is_kept(verb):
    program, xs = autograd.compile(affine, [0.0, 0.0], 0.0), [np.ones((9, 2)), np.ones(9)]
    alive = [weakref.ref(x) for x in xs]
    for _ in range(3):
        result_of(verb, program, xs)
    assert program._plans
    del xs
    gc.collect()
    assert [one() for one in alive] == [None, None]


def test_a_changed_closure_is_noticed_at_every_call():
    settings = {"rate": 2.0}
    program = many(autograd.compile(lambda x: settings["rate"] * x, 1.0), 3.0)
    settings["rate"] = 5.0
    for call in (lambda: program(3.0), lambda: program.value_and_grad(3.0), lambda: program.jacobian(3.0)):
        with pytest.raises(CompileError, match=r"settings.* has changed since it was compiled"):
            call()


@pytest.mark.parametrize("executor", ["auto", "numba"])
def test_branches_are_guarded_at_every_call(executor):
    program = many(autograd.compile(lambda x: x * x if x > 0.0 else -x, 1.0, executor=executor), 3.0)
    with pytest.raises(autograd.BranchError, match="was true when the function was traced, but isn't: write"):
        program(-3.0)
    assert program(4.0) == 16.0


@pytest.mark.parametrize("reduction", ["mean", "sum", None])
def test_branches_are_guarded_in_every_lane_at_every_call(reduction):
    def compiled():
        return autograd.compile(lambda a, x: a * x if x else -x, 1.0, 1.0, in_axes=(None, 0))

    program, tiny = compiled(), np.array([5e-324, 1.0, 3.0])  # multiples of 5e-324 may be 0
    for xs in (np.array([1.0, 2.0, 3.0]), tiny, tiny):
        for argnums in (0, 1, (0, 1)):
            found = program.value_and_grad(2.0, xs, argnums=argnums, reduction=reduction)
            assert same(found, compiled().value_and_grad(2.0, xs, argnums=argnums, reduction=reduction))
    assert program._plans
    with pytest.raises(autograd.BranchError, match=r"for 1 of 3 lanes \(first: lane 1\)"):
        program.value_and_grad(2.0, np.array([1.0, 0.0, 3.0]), reduction=reduction)


def test_random_numbers_are_drawn_at_every_call():
    dropout = nn.Dropout(0.5, seed=0)
    program = autograd.compile(lambda x: dropout([x])[0], 1.0)
    assert {program(1.0) for _ in range(60)} == {0.0, 2.0}
    assert not program._plans


def test_a_leaf_that_was_frozen_since_gets_no_gradient():
    w = autograd.Value(3.0)
    program, x = autograd.compile(lambda x: w * x, 2.0), np.array([1.0, 2.0])
    for _ in range(3):
        program.backward(x)
    assert w.grad == 4.5
    w.requires_grad = False
    program.backward(x)
    assert (w.grad, w.has_grad) == (0.0, False)
