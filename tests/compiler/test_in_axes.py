"""in_axes: which axis holds the lanes, for whole arguments and for parts of them, as in jax.vmap."""

from functools import partial
from typing import Any, NamedTuple

import dask.array as da
import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import BranchError, Value, compile, load_program, sin
from autograd._tree import block_map, prefix_map
from autograd.compiler.executors.chunks import blocks_of

few_examples = settings(max_examples=settings.default.max_examples // 4)
WHOLE = st.integers(-3, 3).map(float)


class Nested(NamedTuple):
    """An argument for one lane, its in_axes entry, and the argument for all lanes."""

    example: Any
    axes: Any
    lanes: Any


@st.composite
def arguments(draw, lanes, depth=2, axis=None):
    """Arguments of whole numbers in any nesting; `axis`, once chosen, applies to everything inside."""
    if depth and draw(st.booleans()):
        own = draw(st.sampled_from([None, None, (0,), (-1,), ()])) if axis is None else axis
        parts = draw(st.lists(arguments(lanes, depth - 1, own), max_size=3))
        container = draw(st.sampled_from([list, tuple, dict]))

        def gathered(items):
            return dict(zip("bca", items, strict=False)) if container is dict else container(items)

        example, batch = gathered([x.example for x in parts]), gathered([x.lanes for x in parts])
        inner = gathered([x.axes for x in parts])
        return Nested(example, inner if own is None else next(iter(own), None), batch)
    shape = draw(st.sampled_from([(), (), (2,), (2, 3)]))
    dimensions = len(shape) + 1
    own = draw(st.sampled_from([(), *[(i,) for i in range(-dimensions, dimensions)]])) if axis is None else axis
    full = list(shape)
    if own:
        full.insert(own[0] % dimensions, lanes)
    count = int(np.prod(full))
    numbers = np.array(draw(st.lists(WHOLE, min_size=count, max_size=count)), float).reshape(full)
    example = np.ones(shape) if shape else 1.0
    return Nested(example, next(iter(own), None), numbers if full else float(numbers))


@st.composite
def calls(draw):
    """Example arguments, their in_axes, the arguments for all lanes (at least one has lanes), and the number of lanes."""
    lanes = draw(st.integers(1, 4))
    drawn = draw(st.lists(arguments(lanes), max_size=2))
    drawn.insert(draw(st.integers(0, len(drawn))), Nested(1.0, 0, np.arange(1.0, lanes + 1.0)))
    return [x.example for x in drawn], [x.axes for x in drawn], [x.lanes for x in drawn], lanes


def numbers_in(tree):
    """All numbers in a tree, its dicts sorted by key as JAX does."""
    if isinstance(tree, dict):
        return [x for key in sorted(tree) for x in numbers_in(tree[key])]
    if isinstance(tree, (list, tuple)):
        return [x for item in tree for x in numbers_in(item)]
    return list(tree.reshape(-1)) if getattr(tree, "ndim", 0) else [tree]


def mixed(*xs):
    """A weighted sum of products of neighbours, plus a cube; on whole numbers it's exact in any order."""
    numbers = numbers_in(xs)
    return (
        sum((i + 1.0) * x * y for i, (x, y) in enumerate(zip(numbers, [*numbers[1:], numbers[0]], strict=True))) + numbers[0] ** 3
    )


def both(*xs):
    return {"mixed": mixed(*xs), "last": [numbers_in(xs)[-1] * 2.0]}


def lane(axes, x, k):
    """The argument of lane k."""
    return prefix_map(lambda axis, leaf: leaf if axis is None else np.take(leaf, k, axis), axes, x)


def one_by_one(f, axes, xs, lanes):
    """The stacked results of calling a function lane by lane."""
    found = [f(*[lane(one, x, k) for one, x in zip(axes, xs, strict=True)]) for k in range(lanes)]
    stacked = iter([np.stack(several).tolist() for several in zip(*map(blocks_of, found), strict=True)])
    return block_map(lambda _: next(stacked), found[0])


def as_lists(tree):
    return block_map(lambda leaf: np.asarray(leaf).tolist(), tree)


@given(calls())
def test_every_lane_gets_what_in_axes_says_and_nothing_of_the_others(call):
    examples, axes, xs, lanes = call
    every = tuple(range(len(xs)))
    program = compile(mixed, *examples, in_axes=axes, executor="python")
    assert as_lists(program(*xs)) == one_by_one(mixed, axes, xs, lanes)
    found = program.value_and_grad(*xs, argnums=every)
    assert as_lists(found) == one_by_one(autograd.value_and_grad(mixed, argnums=every), axes, xs, lanes)
    assert as_lists(compile(both, *examples, in_axes=axes, executor="python")(*xs)) == one_by_one(both, axes, xs, lanes)


@few_examples
@given(calls())
def test_second_derivatives_and_jacobians_are_those_of_every_lane(call):
    examples, axes, xs, lanes = call
    every = tuple(range(len(xs)))
    program = compile(mixed, *examples, in_axes=axes, executor="python")
    tangents = block_map(lambda leaf: leaf + 1.0, xs)
    assert as_lists(program.hessian(*xs, argnums=every)) == one_by_one(autograd.hessian(mixed, argnums=every), axes, xs, lanes)
    products = one_by_one(lambda *both: autograd.hvp(mixed, both[: len(xs)], both[len(xs) :]), axes * 2, [*xs, *tangents], lanes)
    assert as_lists(program.hvp(xs, tangents)) == products
    several = compile(both, *examples, in_axes=axes, executor="python").jacobian(*xs, argnums=every)
    assert as_lists(several) == one_by_one(autograd.jacobian(both, argnums=every), axes, xs, lanes)


@pytest.mark.slow
@few_examples
@given(calls())
def test_lanes_are_those_of_jax_vmap(call):
    import jax

    examples, axes, xs, _ = call
    every = tuple(range(len(xs)))
    program = compile(mixed, *examples, in_axes=axes, executor="numpy")

    def summed(*xs):
        lanes = jax.vmap(mixed, tuple(axes))(*xs)
        return lanes.sum(), lanes

    with jax.enable_x64(True):  # one function compiles faster than its operations one by one
        (total, lanes), slopes = jax.jit(jax.value_and_grad(summed, argnums=every, has_aux=True))(*xs)
    assert as_lists(program(*xs)) == as_lists(lanes)
    found = program.value_and_grad(*xs, argnums=every, reduction="sum")
    assert as_lists(found) == as_lists((total, slopes))  # derivatives by shared arguments are summed over lanes


# -- one example, in every use ---------------------------------------------------------------------------

W, X, Y = np.array([2.0, -1.0]), np.arange(6.0).reshape(2, 3), np.array([1.0, -1.0, 2.0])
AXES = ({"w": None, "x": 1}, [0, (None,)])
CALL = {"w": W, "x": X}, [Y, (3.0,)]


def loss(p, rest):
    y, (scale,) = rest
    return ((p["w"][0] * p["x"][0] + p["w"][1] * p["x"][1] - y) * scale) ** 2


def compiled(f=loss, **options):
    return compile(f, {"w": [1.0, 1.0], "x": [1.0, 2.0]}, [1.0, (1.0,)], in_axes=AXES, **options)


SUMS = 3.0 * (W @ X - Y)
SLOPES = {"w": 6.0 * (X @ SUMS), "x": 6.0 * np.outer(W, SUMS)}, [-6.0 * SUMS, (2.0 * float(SUMS @ SUMS) / 3.0,)]


@pytest.mark.parametrize("executor", ["python", "numpy", "numba", "auto"])
def test_each_executor_keeps_apart_what_is_per_lane_and_what_is_shared(executor):
    program = compiled(executor=executor)
    for _ in range(3):
        assert program(*CALL).tolist() == (SUMS**2).tolist()
        value, slopes = program.value_and_grad(*CALL, argnums=(0, 1), reduction="sum")
        assert (value, as_lists(slopes)) == (float(SUMS @ SUMS), as_lists(SLOPES))


def test_a_program_shows_which_inputs_are_per_lane():
    inputs = {given.name: given.per_lane for given in compiled().program_of().inputs}
    names = {"p_w_0": False, "p_w_1": False, "p_x_0": True, "p_x_1": True, "rest_0": True, "rest_1_0": False}
    assert inputs == names
    shared = {line.strip() for line in str(compiled().program_of("value_and_grad", argnums=0, reduction="sum")).splitlines()}
    assert any("lane_" in line for line in shared)


def test_backward_adds_to_leaves_over_the_lanes_of_a_part():
    w = Value(2.0)
    program = compile(lambda p: w * p["x"] * p["scale"], {"x": 1.0, "scale": 1.0}, in_axes=({"x": 0, "scale": None},))
    assert program.backward({"x": Y, "scale": 3.0}, reduction="sum") == 12.0
    assert w.grad == 6.0


@pytest.mark.parametrize("kind", ["npz", "safetensors"])
def test_a_file_keeps_axes(kind, tmp_path):
    program = compile(lambda p, q: p["w"] * p[0] + q[0], {"w": 1.0, 0: 1.0}, (1.0, 2.0), in_axes=({"w": None, 0: 0}, (0, None)))
    program.save(tmp_path / f"program.{kind}")
    loaded = load_program(tmp_path / f"program.{kind}")
    assert loaded({"w": 2.0, 0: Y}, (Y, 0.0)).tolist() == (3.0 * Y).tolist()
    assert [argument.axes for argument in loaded.arguments] == [{"w": None, 0: 0}, [0, None]]


def bend(p, rest):
    y, (scale,) = rest
    return loss(p, rest) if y > 0 else y * scale * p["w"][0]


def test_guards_name_the_lanes_of_a_part():
    with pytest.raises(BranchError, match=r"for 1 of 3 lanes \(first: lane 1\)"):
        compiled(bend)(*CALL)


def test_lanes_of_a_part_go_several_ways():
    program = compiled(bend, guard="recompile")
    assert program(*CALL).tolist() == one_by_one(bend, AXES, CALL, 3)
    _, slopes = program.value_and_grad(*CALL, argnums=(0, 1), reduction="sum")
    each = [
        autograd.grad(bend, argnums=(0, 1))(*[lane(axes, x, k) for axes, x in zip(AXES, CALL, strict=True)]) for k in range(3)
    ]
    assert slopes[0]["w"].tolist() == sum(p["w"] for p, _ in each).tolist()
    assert slopes[0]["x"].tolist() == np.stack([p["x"] for p, _ in each], axis=1).tolist()
    assert as_lists(slopes[1]) == [[rest[0] for _, rest in each], (sum(rest[1][0] for _, rest in each),)]
    points = [({"w": [2.0, -1.0], "x": [0.0, 3.0]}, [y, (3.0,)]) for y in (1.0, -1.0)]
    assert [program(*point) for point in points] == [bend(*point) for point in points]


@pytest.mark.parametrize("chunked", [(True, True), (True, False), (False, True)])
def test_chunks_hold_the_lanes_of_a_part(chunked):
    program = compile(loss, {"w": np.ones(2), "x": np.ones(2)}, [1.0, (1.0,)], in_axes=AXES)
    w = da.from_array(W, chunks=1)
    x, y = (da.from_array(a, chunks=2) if split else a for a, split in zip((X, Y), chunked, strict=True))
    call = {"w": w, "x": x}, [y, (3.0,)]
    assert program(*call).compute().tolist() == (SUMS**2).tolist()
    assert as_lists(program.value_and_grad(*call, argnums=(0, 1))[1][0]["w"].compute()) == (6.0 * X * SUMS).T.tolist()
    assert program.backward(*call, reduction="sum") == float(SUMS @ SUMS)
    with pytest.raises(autograd.CompileError, match="argnums: p has lanes"):
        program.value_and_grad(*call, reduction="sum")


def test_numbers_that_all_lanes_share_may_be_dask_arrays_beside_an_array_with_the_lanes():
    program = compile(lambda w, x: w[0] * x + w[1], np.zeros(2), 0.0, in_axes=(None, 0))
    assert program(da.from_array(W, chunks=1), Y).compute().tolist() == (2.0 * Y - 1.0).tolist()


def test_a_part_may_be_a_traced_array_of_jax():
    import jax

    program = compiled()
    with jax.enable_x64(True):
        call = block_map(jax.numpy.asarray, CALL)
        found = jax.jit(lambda *xs: program.value_and_grad(*xs, argnums=(0, 1), reduction="sum"))(*call)
    assert as_lists(found) == (float(SUMS @ SUMS), as_lists(SLOPES))


def test_a_call_without_lanes_may_be_traced_by_jax():
    import jax

    program = compile(lambda w, x: sin(w[0] * x) + w[1], [2.0, 1.0], 3.0)
    with jax.enable_x64(True):
        value, (by_w, by_x) = jax.jit(lambda *xs: program.value_and_grad(*xs, argnums=(0, 1)))([2.0, 1.0], 3.0)
        hessian = jax.jit(program.hessian)([2.0, 1.0], 3.0)
        jacobian = jax.jit(program.jacobian)(jax.numpy.array([2.0, 1.0]), 3.0)
    want, (want_w, want_x) = program.value_and_grad([2.0, 1.0], 3.0, argnums=(0, 1))
    near = partial(pytest.approx, rel=1e-13)
    assert (float(value), list(map(float, by_w)), float(by_x)) == (near(want), near(want_w), near(want_x))
    assert as_lists(hessian) == [near(row) for row in program.hessian([2.0, 1.0], 3.0)]
    assert as_lists(jacobian) == near(want_w)


# -- entries that do not fit -----------------------------------------------------------------------------

KEYS = r"expected an int, None, or a dict with the keys 'w' and 'x' for p, got"


@pytest.mark.parametrize(
    ("in_axes", "error", "message"),
    [
        (({"w": None}, 0), ValueError, rf"{KEYS} {{'w': None}}"),
        (({"w": None, "y": 0}, 0), ValueError, rf"{KEYS} {{'w': None, 'y': 0}}"),
        (([None, 0], 0), TypeError, rf"{KEYS} \[None, 0\]"),
        ((0.0, 0), TypeError, rf"{KEYS} 0.0"),
        (({"w": None, "x": True}, 0), TypeError, r"expected an int or None for p\['x'\], which is an array, got True"),
        (({"w": None, "x": [0, 0]}, 0), TypeError, r"p\['x'\], which is an array, got \[0, 0\]"),
        (({"w": 0.5, "x": 0}, 0), TypeError, r"expected an int or None for p\['w'\], which is a number, got 0.5"),
        (({"w": 1, "x": 0}, 0), ValueError, r"1 is out of range: p\['w'\] with its lanes is an array of 1 dimension"),
        ((-3, 0), ValueError, r"-3 is out of range: p\['w'\] with"),
        ((0, [0, [None]]), ValueError, r"or a list of 3 items for y, got \[0, \[None\]\]"),
        ((0, [0, [None], (0, 0)]), ValueError, r"or a tuple of 1 item for y\[2\], got \(0, 0\)"),
        ((0, {0: 0}), TypeError, r"or a list of 3 items for y, got \{0: 0\}"),
        ((0,), ValueError, r"a sequence with one entry for each of 2 arguments, got \(0,\)"),
        ({"w": 0, "x": 0}, TypeError, r"a sequence with one entry for each of 2 arguments, got \{'w': 0, 'x': 0\}$"),
        ("00", TypeError, "for each of 2 arguments, got '00'"),
        (False, TypeError, "for each of 2 arguments, got False"),
    ],
    ids=repr,
)
def test_what_does_not_fit_an_argument_is_named_with_its_place(in_axes, error, message):
    with pytest.raises(error, match=f"^in_axes: .*{message}"):
        compile(lambda p, y: p["w"] * p["x"][0] + y[0], {"w": 1.0, "x": np.ones(2)}, [1.0, [1.0], (1.0,)], in_axes=in_axes)


def test_a_dict_for_the_only_argument_is_put_into_a_sequence():
    with pytest.raises(TypeError, match=r"for one argument write in_axes=\(\{'w': 0\},\)"):
        compile(lambda p: p["w"], {"w": 1.0}, in_axes={"w": 0})


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ({"w": Y, "x": Y}, r"p\['w'\]: expected a number, got an array of shape \(3,\)"),
        ({"w": 2.0, "x": 3.0}, r"p\['x'\] must have an axis of 3 lanes, like y"),
        ({"w": 2.0, "x": Y[:2]}, r"the same number of lanes, got 2 in p\['x'\] and 3 in y"),
        ({"w": 2.0, "x": X}, r"p\['x'\]: expected a number, or an array of shape \(lanes,\), got an array of shape \(2, 3\)"),
    ],
)
def test_what_does_not_fit_in_axes_is_named_with_its_place(x, message):
    program = compile(lambda p, y: p["w"] * p["x"] + y, {"w": 1.0, "x": 1.0}, 1.0, in_axes=({"w": None, "x": 0}, 0))
    with pytest.raises(ValueError, match=message):
        program(x, Y)


def test_an_axis_that_only_the_whole_has_is_not_one_of_its_items():
    program = compile(lambda xs: xs[0] * xs[1], [1.0, 2.0], in_axes=1)
    assert program(X).tolist() == [0.0, 4.0, 10.0]
    with pytest.raises(ValueError, match=r"xs\[0\]: expected a number \(its lanes can't be on axis 1"):
        program([Y, Y])


def test_an_array_is_not_replaced_by_a_number_or_by_lists_of_arrays():
    program = compile(lambda x: x[0] * x[1], np.ones(2))
    for x in (3.0, [Y, Y], np.array(3.0), [1.0]):
        with pytest.raises(
            (TypeError, ValueError), match=r"x: expected an array of shape \(2,\), or an array of shape \(lanes, 2\)"
        ):
            program(x)


def test_sums_over_lanes_that_go_several_ways_keep_the_axis_of_each_part():
    program = compile(lambda x: x[0] * x[1] if x[0] > 0.0 else x[1] * x[1], [1.0, 2.0], in_axes=1, guard="recompile")
    _, slope = program.value_and_grad(np.array([[1.0, -1.0, 2.0], [3.0, 4.0, 5.0]]), reduction="sum")
    assert slope.tolist() == [[3.0, 0.0, 5.0], [1.0, 8.0, 2.0]]


def test_a_way_is_traced_on_arguments_nested_like_the_example():
    program = compile(lambda xs: xs + xs if xs[0] > 0.0 else [*reversed(xs + xs)], [1.0, 2.0], guard="recompile")
    assert [y.tolist() for y in program(np.array([[1.0, 3.0], [-1.0, 4.0]]))] == [[1.0, 4.0], [3.0, -1.0]] * 2


@pytest.mark.parametrize("reduction", [None, "sum"])
def test_arguments_and_results_may_be_empty(reduction):
    program = compile(lambda w, a, b, c: w * w, 1.0, np.empty((2, 0)), [], {"d": np.empty(0)}, in_axes=(0, 0, 0, None))
    _, (w, *rest) = program.value_and_grad(
        Y, np.empty((3, 2, 0)), [], {"d": np.empty(0)}, argnums=(0, 1, 2, 3), reduction=reduction
    )
    assert w.tolist() == (2.0 * Y).tolist()
    shared = (0,) if reduction else (3, 0)
    assert (rest[0].shape, rest[1], rest[2]["d"].shape) == ((3, 2, 0), [], shared)
    nothing = compile(lambda x: {"none": np.empty((0, 2)), "x": x}, 1.0)
    assert nothing(Y)["none"].shape == (3, 0, 2)
    assert nothing(2.0)["none"].shape == (0, 2)


def test_an_array_does_not_stand_for_items_with_axes_of_their_own():
    program = compile(lambda xs: xs[0] * xs[1], [1.0, 2.0], in_axes=([0, None],))
    assert program([Y, 2.0]).tolist() == (2.0 * Y).tolist()
    assert program(np.array([3.0, 2.0])) == 6.0
    with pytest.raises(ValueError, match=r"xs: .* \(2,\), or a list with an array for each item that has lanes, got an array of"):
        program(np.ones((3, 2)))


def test_tables_of_pandas_are_passed_as_arrays():
    program = compile(lambda x, y: x[0] * y, [1.0, 2.0], 1.0)
    table = pandas.DataFrame({"a": Y, "b": Y})
    assert program(table.to_numpy(), table["a"].to_numpy()).tolist() == (Y * Y).tolist()
    with pytest.raises(
        TypeError, match=r"y: expected a number, or an array .* got a Series: pass its array instead, \.to_numpy\(\)"
    ):
        program([1.0, 2.0], table["a"])
    with pytest.raises(TypeError, match=r"x: expected a list of 2 items, .* got a DataFrame: pass its array instead"):
        program(table, 1.0)
    by_name = compile(lambda row: row["a"] * row["b"], {"a": 1.0, "b": 1.0})
    with pytest.raises(TypeError, match=r"a DataFrame: pass \{name: column\.to_numpy\(\) for name, column in table\.items\(\)\}"):
        by_name(table)
    assert by_name({name: column.to_numpy() for name, column in table.items()}).tolist() == (Y * Y).tolist()
