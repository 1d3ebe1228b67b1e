"""Programs on whole arrays: every row is within 4 ulps of its op, sums of products within their bound, in any library."""

import math

import array_api_compat.numpy
import array_api_strict
import numpy as np
import pytest
from hypothesis import assume, given, settings

import autograd
from autograd import compile, custom_op, ops
from autograd.compiler.builder import Builder
from autograd.compiler.executors import arrays, python
from autograd.compiler.executors.array_plan import planned
from autograd.compiler.instructions import detach, lane_dot, lane_matmul, lane_sum, matmul
from autograd.compiler.optimize import optimize
from autograd.compiler.program import Input, Output, Program, Row
from autograd.errors import CompileError
from tests.support.arrays import one_by_one, run_on_arrays, tolerated, ulps_apart
from tests.support.compiled import WHOLE, programs
from tests.support.executors import flat

XP = array_api_compat.numpy
NAMESPACES = {"numpy": XP, "array_api_strict": array_api_strict}
ANY = (*sorted(ops.BUILT_IN - {"polygamma"}), "detach", "add", "mul", "dot", "sum")
EXACT = ("add", "sub", "mul", "neg", "pos", "sum", "prod", "dot", "where", "relu", "step", "abs", "maximum", "less", "equal")
EPSILON = 2.0**-53
fewer_examples = settings(max_examples=settings.default.max_examples // 2)  # per library or width


@pytest.fixture(params=["one block", "blocks of two lanes"])
def width(request, monkeypatch):
    """Set how many lanes NumPy processes at a time."""
    if request.param == "blocks of two lanes":
        monkeypatch.setattr(arrays, "MIN_LANES", 2)
        monkeypatch.setattr(arrays, "CACHE", 0)


def with_all_outputs(program):
    """A copy of the program that outputs every register."""
    return Program(program.inputs, program.rows, tuple(Output(f"r{i}", i) for i in range(program.registers)), program.registers)


def found_on(xp, program, inputs, lanes):
    given = [xp.asarray(x, dtype=xp.float64) if isinstance(x, list) else x for x in inputs]
    return [np.asarray(x) for x in run_on_arrays(program, given, xp, lanes)]


def check_whole_numbers(xp, prepared, program, inputs, lanes):
    """Check that the results equal plain Python's, where the numbers are small enough to be exact."""
    everything = python.run(with_all_outputs(program), inputs, lanes)
    assume(all(abs(x) < 2.0**50 for several in everything for x in (several if isinstance(several, list) else [several])))
    for found, want in zip(found_on(xp, prepared(program), inputs, lanes), python.run(program, inputs, lanes), strict=True):
        assert np.broadcast_to(found, np.shape(want)).tolist() == want  # a pass may find an output to be uniform


# -- every row against its op ----------------------------------------------------------------------------


def check_rows(program, registers, lanes):
    """Check each register against its row, applied to the registers that the row reads."""
    for row in program.rows:
        args = [registers[arg] if type(arg) is int else np.float64(arg) for arg in row.args]
        for result, terms in terms_of(row, args, lanes):
            if terms is None:
                check_op(row.op, args, registers[result])
            else:
                check_sum(row, terms, registers[result])


def terms_of(row, args, lanes):
    """Each result register of a row with the products it sums; None if the op isn't a sum of products."""
    if row.op in (lane_sum, lane_dot):
        pairs = np.broadcast_to(math.prod(args), lanes)
        yield row.result, list(pairs)
    elif row.op is lane_matmul:
        n, m = row.shape
        for i in range(n):
            for j in range(m):
                yield row.result + i * m + j, list(np.broadcast_to(args[i] * args[n + j], lanes))
    elif row.op is matmul:
        n, m = row.shape
        for i in range(n):
            yield row.result + i, [*(args[i * m + j] * args[n * m + j] for j in range(m)), args[n * m + m + i]]
    elif row.op.name in ("dot", "sum"):
        yield row.result, [math.prod(args[i] for i in term) for term in row.op.terms(len(args))]
    else:
        yield row.result, None


def check_op(op, args, found):
    if op is detach:
        assert np.array_equal(args[0], found, equal_nan=True)
        return
    flat = [x.reshape(-1) for x in np.broadcast_arrays(np.asarray(found), *args)]
    if flat[0].size:
        want = one_by_one(op, flat[1:]) if args else np.array([op()])
        assert np.all(ulps_apart(flat[0], want) <= tolerated(op, flat[1:] or [want], want)), (op, args, found, want)


def check_sum(row, terms, found):
    """Check the sum against the error bound for any order of additions, unless a partial sum could overflow."""
    columns = [x.reshape(-1).tolist() for x in np.broadcast_arrays(np.asarray(found), *terms)]
    for z, *several in zip(*columns, strict=True):
        size = sum(map(abs, several))
        if any(map(math.isnan, several)):
            assert math.isnan(z)
        elif size < 1e300:
            assert abs(z - math.fsum(several)) <= (len(several) + 2) * EPSILON * size + 5e-324 * len(several), (row, several, z)


@pytest.mark.parametrize("library", NAMESPACES)
@fewer_examples
@given(drawn=programs(ANY))
def test_every_row_is_within_4_ulps_of_its_op(library, drawn):
    program, inputs, lanes = drawn
    with np.errstate(all="ignore"):
        registers = found_on(NAMESPACES[library], with_all_outputs(program), inputs, lanes)
        check_rows(program, registers, lanes)


@pytest.mark.usefixtures("width")
@fewer_examples
@given(drawn=programs())
def test_every_row_is_within_4_ulps_of_its_op_also_in_blocks_of_lanes_and_number_by_number(drawn):
    program, inputs, lanes = drawn
    with np.errstate(all="ignore"):
        registers = found_on(XP, with_all_outputs(program), inputs, lanes)
        check_rows(program, registers, lanes)


@pytest.mark.usefixtures("width")
@pytest.mark.parametrize("prepared", [lambda program: program, optimize], ids=["as written", "after all passes"])
@fewer_examples
@given(drawn=programs(EXACT, WHOLE, WHOLE))
def test_whole_numbers_are_computed_exactly(prepared, drawn):
    check_whole_numbers(XP, prepared, *drawn)


# -- special programs ------------------------------------------------------------------------------------


def test_a_register_may_be_written_again():
    rows = (
        Row(ops.add, (0, 1.0), 1),
        Row(ops.mul, (1, 1), 1),
        Row(ops.add, (1, 0), 0),
        Row(lane_sum, (0,), 2),
        Row(ops.neg, (2,), 2),
    )
    program = Program((Input("x", True),), rows, (Output("y", 0), Output("z", 2)), 3)
    y, z = run_on_arrays(program, [np.array([1.0, 2.0])])
    assert (y.tolist(), z.tolist()) == ([5.0, 11.0], -16.0)


@pytest.mark.usefixtures("width")
def test_rows_that_are_alike_are_computed_once():
    rows = (
        *(Row(lane_sum, (0,), 1 + i) for i in range(2)),
        *(Row(lane_matmul, (0, 0, 0), 3 + 2 * i, (1, 2)) for i in range(2)),
        *(Row(ops.neg, (0,), 7 + i) for i in range(2)),
    )
    found = run_on_arrays(Program((Input("x", True),), rows, tuple(Output(f"y{i}", i) for i in range(1, 9)), 9), [np.arange(5.0)])
    assert [y.tolist() for y in found] == [10.0] * 2 + [30.0] * 4 + [[-0.0, -1.0, -2.0, -3.0, -4.0]] * 2


def test_equal_constants_of_different_signs_and_nans_stay_apart():
    rows = (Row(ops.div, (1.0, 0.0), 0), Row(ops.div, (1.0, -0.0), 1), Row(ops.div, (1.0, math.nan), 2))
    found = run_on_arrays(Program((), rows, tuple(Output(f"y{i}", i) for i in range(3)), 3), [])
    assert str([x.item() for x in found]) == "[inf, -inf, nan]"


def test_rows_that_do_not_wait_for_one_another_are_one_group():
    network = compile(layer, WEIGHTS, [0.5, 2.0], in_axes=(None, 0)).program_of()
    assert [(group.op, group.rows) for group in planned(network).body] == [(matmul, 3), (ops.tanh, 3), (ops.sum, 1)]


def test_blocks_are_freed_after_their_last_use():
    builder = Builder([Input("x", True)])
    x = builder.symbol(0)
    for _ in range(50):
        x = autograd.sin(x)
    plan = planned(builder.program([Output("y", x.register)]))
    assert plan.live == 2
    assert [group.dead for group in plan.body[:2]] == [(2,), (3,)]


def test_lanes_that_need_a_sum_over_all_lanes_are_an_error():
    builder = Builder([Input("x", True)])
    total = builder.add(lane_sum, (0,))
    y = builder.add(ops.div, (0, total))
    with pytest.raises(CompileError, match=r"div of .* a sum over lanes"):
        planned(builder.program([Output("y", y)]))


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_numbers_of_other_types_become_float64(dtype):
    program = compile(lambda w, x: w * x / 3.0, 1.0, 1.0, in_axes=(None, 0)).program_of()
    (found,) = run_on_arrays(program, [np.array(1, dtype), np.array([1, 0, 1], dtype)])
    assert found.dtype == np.float64
    assert found.tolist() == [1.0 / 3.0, 0.0, 1.0 / 3.0]


def test_arrays_that_are_read_only_or_have_gaps_will_do():
    program = compile(lambda x: x * x, 1.0).program_of()
    x = np.arange(10.0)[::-3]
    x.setflags(write=False)
    assert run_on_arrays(program, [x])[0].tolist() == [81.0, 36.0, 9.0, 0.0]


def test_outputs_share_no_memory_with_inputs():
    program = compile(lambda w, x: [w, x], 2.0, 1.0, in_axes=(None, 0)).program_of()
    w, x = np.array(2.0), np.array([1.0, 2.0])
    assert not any(np.shares_memory(found, given) for found in run_on_arrays(program, [w, x]) for given in (w, x))


def test_no_lanes_have_sums_of_zero():
    program = compile(lambda w, x: autograd.exp(w * x), 1.0, 1.0, in_axes=(None, 0)).program_of("value_and_grad", reduction="sum")
    assert [x.tolist() for x in run_on_arrays(program, [np.inf, np.empty(0)])] == [0.0, 0.0]


def test_nan_in_one_lane_stays_there():
    program = compile(layer, WEIGHTS, [0.5, 2.0], in_axes=(None, 0)).program_of()
    lanes = np.array([1.0, math.nan, 3.0])
    assert np.isnan(run_on_arrays(program, [*FLAT, lanes, lanes])[0]).tolist() == [False, True, False]


def test_a_custom_op_runs_number_by_number():
    cube = custom_op(lambda x: x**3, partials=lambda z, x: 3.0 * x * x, name="cube_in_lanes")
    program = compile(lambda x: cube(x) + 1.0, 2.0).program_of()
    assert run_on_arrays(program, [np.array([1.0, 2.0])])[0].tolist() == [2.0, 9.0]


# -- libraries -------------------------------------------------------------------------------------------

WEIGHTS = [[0.5, -1.5, 0.25], [2.0, 1.0, -0.5], [-0.75, 0.5, 1.0]]
FLAT = [w for row in WEIGHTS for w in row]


def layer(weights, x):
    return autograd.sum([autograd.tanh(autograd.dot(w[:2], x, w[2])) for w in weights])


def training_step():
    """A program with uniform inputs, lanes and sums over lanes; its inputs; and its outputs on NumPy."""
    x = np.linspace(-2.0, 2.0, 12).reshape(2, 6)
    program = compile(layer, WEIGHTS, [0.5, 2.0], in_axes=(None, 0)).program_of("value_and_grad", reduction="sum")
    return program, [*FLAT, *x], [y.tolist() for y in run_on_arrays(program, [*FLAT, *x])]


def near(want):
    return [pytest.approx(y, rel=1e-12) for y in want]


POINTS = np.array([[0.5, 2.0], [-1.5, 0.25], [3.0, -2.0]])
W, X, XS = [1.5, -0.5], POINTS[:, 0], [POINTS[:, 0], POINTS[:, 1]]  # lists of arrays have lanes too
PAIR = [1.0, 2.0]


def product(w, x):
    return autograd.sum([autograd.sin(a * b) for a, b in zip(w, x, strict=True)])


def several(x):
    return [x[0] * x[1], {"sin": autograd.sin(x[0])}, np.array([x[1], x[0]])]


LANES = compile(product, PAIR, PAIR)
SHARED = compile(product, PAIR, PAIR, in_axes=(None, 0))
BIASED = compile(lambda w, x: product(w, x) + w[0] * w[0], PAIR, PAIR, in_axes=(None, 0))
LAST = compile(product, PAIR, PAIR, in_axes=(None, 1))
NESTED = compile(lambda d: d["a"][0] * d["b"] + autograd.exp(d["a"][1]), {"a": PAIR, "b": 1.0})
BRANCHING = compile(lambda x: x * 2.0 if x > 0.0 else x * x, 1.0, guard="recompile")
CALLS = {
    "values": lambda xp: LANES(xp(POINTS), xp(POINTS)),
    "several values": lambda xp: compile(several, PAIR)(xp(POINTS)),
    "no lanes": lambda xp: LANES(xp(POINTS[0]), xp(POINTS[1])),
    "gradients of lanes": lambda xp: LANES.value_and_grad(xp(POINTS), xp(POINTS), argnums=(0, 1)),
    "gradients of a list": lambda xp: LANES.value_and_grad([xp(x) for x in XS], xp(POINTS), argnums=(0, 1)),
    "gradients of shared numbers": lambda xp: SHARED.value_and_grad(W, xp(POINTS), argnums=(0, 1)),
    "gradients of a shared array": lambda xp: SHARED.value_and_grad(xp(np.array(W)), xp(POINTS), argnums=(0, 1)),
    "sums of gradients": lambda xp: SHARED.value_and_grad(xp(np.array(W)), xp(POINTS), argnums=(0, 1), reduction="sum"),
    "sums over no lanes": lambda xp: BIASED.value_and_grad(
        xp(np.array([math.inf, 1.0])), xp(np.empty((0, 2))), argnums=(0, 1), reduction="sum"
    ),
    "lanes on the last axis": lambda xp: LAST.value_and_grad(W, xp(POINTS.T), argnums=1, reduction="mean"),
    "gradients of a dict": lambda xp: NESTED.value_and_grad({"a": xp(POINTS), "b": xp(X)}),
    "gradients of a shared array in a list": lambda xp: compile(
        lambda w, x: autograd.sin(w[0][0] * w[1] * x), [PAIR, 1.0], 1.0, in_axes=(None, 0)
    ).value_and_grad([xp(np.array(W)), 2.0], xp(X)),
    "a Jacobian": lambda xp: compile(several, PAIR).jacobian(xp(POINTS)),
    "a Hessian": lambda xp: SHARED.hessian(W, xp(POINTS), argnums=(0, 1)),
    "a Hessian of a dict": lambda xp: NESTED.hessian({"a": xp(POINTS), "b": xp(X)}),
    "a product with the Hessian": lambda xp: SHARED.hvp((W, xp(POINTS)), (W, xp(POINTS))),
    "a product with the Hessian in a direction of NumPy's": lambda xp: SHARED.hvp((W, xp(POINTS)), (W, POINTS)),
    "branches": lambda xp: BRANCHING.value_and_grad(xp(X)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_calls_on_arrays_of_the_bare_standard_give_what_they_give_on_those_of_numpy(call):
    found, want = flat(call(array_api_strict.asarray)), flat(call(np.asarray))
    assert [x.shape for x in found] == [x.shape for x in want]
    assert all(np.all(ulps_apart(x, y) <= 4) for x, y in zip(found, want, strict=True))


@pytest.mark.parametrize("direction", [1.0, np.ones(1), array_api_strict.ones(1), array_api_strict.ones((3, 1))])
def test_a_direction_of_another_shape_is_refused_whatever_library_it_is_from(direction):
    for x in (np.ones(3), array_api_strict.ones(3)):
        with pytest.raises(ValueError, match=r"^hvp: tangents must have the shape of primals, \("):
            compile(lambda x: x**3, 1.0).hvp((x,), (direction,))


@pytest.mark.parametrize("dtype", [">f8", np.float16, np.longdouble, int, bool])
def test_arrays_of_numpy_of_any_type_go_with_those_of_other_libraries(dtype):
    import jax

    given = POINTS.astype(dtype)
    want = flat(LANES.value_and_grad(POINTS, given, argnums=(0, 1)))
    with jax.enable_x64(True):
        for asarray in (jax.numpy.asarray, array_api_strict.asarray):
            found = flat(LANES.value_and_grad(asarray(POINTS), given, argnums=(0, 1)))
            assert all(np.all(ulps_apart(x, y) <= 4) for x, y in zip(found, want, strict=True))


def test_arrays_of_dask_are_computed_lazily():
    import dask.array as da

    program, inputs, want = training_step()
    found = run_on_arrays(program, [da.from_array(x, chunks=4) if isinstance(x, np.ndarray) else x for x in inputs])
    assert all(isinstance(y, da.Array) for y in found)
    assert [y.compute().tolist() for y in found] == near(want)


def test_a_program_is_traced_by_jit():
    import jax

    program, inputs, want = training_step()
    with jax.enable_x64(True):
        found = jax.jit(lambda *inputs: run_on_arrays(program, inputs, jax.numpy))(*inputs)
    assert [y.tolist() for y in found] == near(want)


@pytest.mark.parametrize("order", ["grad", "grad of jit", "jit of grad", "jvp", "by an argument without lanes"])
def test_jax_does_not_differentiate_a_program(order):
    import jax

    program = compile(lambda x, a: autograd.sigmoid(a * x), 1.0, 1.0, in_axes=(0, None))
    derivatives = {
        "grad": lambda f, x: jax.grad(f)(x),
        "grad of jit": lambda f, x: jax.grad(jax.jit(f))(x),
        "jit of grad": lambda f, x: jax.jit(jax.grad(f))(x),
        "jvp": lambda f, x: jax.jvp(f, (x,), (x,)),
        "by an argument without lanes": lambda f, x: jax.grad(lambda a: program(x, a).sum())(1.0),
    }
    with jax.enable_x64(True):
        x = jax.numpy.zeros(2)
        with pytest.raises(CompileError, match=r"JAX can't differentiate a compiled program: call the program's value_and_grad"):
            derivatives[order](lambda x: program(x, 1.0).sum(), x)
        assert jax.grad(lambda y: (y * program(x, 1.0)).sum())(x).tolist() == [0.5, 0.5]  # by what it isn't called with


@pytest.mark.slow
def test_arrays_of_jax_come_out_as_such():
    import jax

    program, inputs, want = training_step()
    with jax.enable_x64(True):
        found = run_on_arrays(program, [jax.numpy.asarray(x) if isinstance(x, np.ndarray) else x for x in inputs])
        assert all(isinstance(y, jax.Array) and y.dtype == jax.numpy.float64 for y in found)
    assert [y.tolist() for y in found] == near(want)


def test_complex_arrays_of_jax_are_refused():
    import jax

    program = compile(lambda x: x * x, 1.0)
    with jax.enable_x64(True), pytest.raises(TypeError, match=r"^x: expected a real number, got complex128"):
        program(jax.numpy.asarray([1.0 + 2.0j]))


def test_jax_in_float32_is_an_error_that_says_how_to_change_it():
    import jax

    program, inputs, _ = training_step()
    with jax.enable_x64(False), pytest.raises(TypeError, match=r"jax\.config\.update\('jax_enable_x64', True\)"):
        run_on_arrays(program, [jax.numpy.asarray(x, jax.numpy.float32) for x in inputs])


def test_a_numpy_older_than_the_array_api_standard_is_not_used(monkeypatch):
    program = autograd.compile(lambda x, w: w * x, 1.0, 1.0, in_axes=(0, None), executor="numpy")
    monkeypatch.delattr(np, "concat")
    with pytest.raises(ImportError, match=r"arrays need NumPy 2: pip install"):
        program(np.ones(3), 2.0)
