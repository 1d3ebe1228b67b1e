"""Every op on whole arrays against the op on floats: at most 4 ulps apart, with the same NaNs, infinities and signed zeros."""

from functools import lru_cache

import array_api_compat.numpy
import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import custom_op, ops
from autograd.compiler.executors.array_forms import FORMS, NUMBER_BY_NUMBER, array_form
from autograd.errors import CompileError
from autograd.op import TABLE
from tests.support.arrays import argument_counts, columns, one_by_one, tolerated, ulps_apart
from tests.support.soak import count, few

XP = array_api_compat.numpy
NAMESPACES = {"numpy": XP, "array_api_strict": array_api_strict}
WITH_FORMS = [TABLE[name] for name in sorted(ops.BUILT_IN - {"polygamma"})]
SUMS = {"sum", "dot"}  # added in order, so exact


def name_of(op):
    return op.name


def on(xp, op, *args):
    with np.errstate(all="ignore"):
        arrays = [arg if type(arg) is float else xp.asarray(arg, dtype=xp.float64) for arg in args]
        return np.asarray(array_form(op, xp)(*arrays))


@lru_cache(maxsize=4)  # one op at each of its argument counts
def arrays_and_results(op, size, arguments):
    arrays = columns(op, size, arguments)
    return arrays, one_by_one(op, arrays)


def check(op, arrays, found, want=None):
    want = one_by_one(op, arrays) if want is None else want
    off = ulps_apart(found, want)
    bound = 0.0 if op.name in SUMS else tolerated(op, arrays, want)
    worst = int(np.argmax(off / np.maximum(bound, 1e-9)))
    assert np.all(off <= bound), (op, [x[worst] for x in arrays], found[worst], want[worst], off[worst])


def test_every_op_has_a_form_but_polygamma():
    assert set(FORMS) == ops.BUILT_IN - {"polygamma"}


@pytest.mark.parametrize("op", WITH_FORMS, ids=name_of)
@pytest.mark.parametrize("library", NAMESPACES)
def test_a_form_is_within_4_ulps_of_the_op(op, library):
    for arguments in argument_counts(op):
        arrays, want = arrays_and_results(op, count(500, 100_000), arguments)
        check(op, arrays, on(NAMESPACES[library], op, *arrays), want)


@pytest.mark.parametrize("op", WITH_FORMS, ids=name_of)
@few
@given(data=st.data())
def test_a_form_is_within_4_ulps_of_the_op_at_any_floats(op, data):
    arguments = data.draw(st.sampled_from(argument_counts(op)))
    points = data.draw(st.lists(st.tuples(*[st.floats()] * arguments), min_size=1, max_size=8))
    arrays = [np.array(column) for column in zip(*points, strict=True)]
    check(op, arrays, on(XP, op, *arrays))


@pytest.mark.parametrize("library", NAMESPACES)
@pytest.mark.parametrize("op", [op for op in WITH_FORMS if op.arity != 1], ids=name_of)
def test_an_argument_may_be_a_constant(op, library):
    arguments = argument_counts(op)[-1]
    arrays = columns(op, 50, arguments) if arguments > 3 else [x[-50:] for x in columns(op, 50, arguments)]
    each = (2.0, 3.0, -0.0, 0.5, float("nan"))
    for constants in range(1, 2**arguments - 1):
        for constant in each if arguments < 4 else each[constants % 5 :][:1]:
            mixed = [constant if constants >> i & 1 else x for i, x in enumerate(arrays)]
            whole = [np.full(50, constant) if constants >> i & 1 else x for i, x in enumerate(arrays)]
            check(op, whole, on(NAMESPACES[library], op, *mixed))


@pytest.mark.parametrize("op", WITH_FORMS, ids=name_of)
def test_arrays_of_no_dimensions_and_of_lanes_are_broadcast(op):
    arguments = argument_counts(op)[-1]
    lanes = np.array([0.25, 0.5, 2.0])
    single = on(XP, op, *[np.array(0.5)] * arguments)
    assert single.shape == ()
    assert ulps_apart(single, op(*[0.5] * arguments)) <= 4
    assert on(XP, op, *[np.array(0.5)] * (arguments - 1), lanes).shape == (3,)


def test_ops_of_floats_alone_are_the_op_itself():
    assert array_form(ops.sum, XP)() == 0.0
    assert array_form(ops.exp, XP)(710.0) == ops.exp(710.0)


# -- number by number ------------------------------------------------------------------------------------


def test_polygamma_of_numpy_arrays_is_the_op_number_by_number():
    arrays = columns(ops.polygamma, 100, 2)
    found = on(XP, ops.polygamma, *arrays)
    assert found.dtype == np.float64
    assert np.array_equal(found, one_by_one(ops.polygamma, arrays), equal_nan=True)


def test_a_custom_op_is_computed_number_by_number():
    cube = custom_op(lambda x: x**3, partials=lambda z, x: 3.0 * x * x, name="cube_of_array")
    assert on(XP, cube, np.array([1.0, -2.0])).tolist() == [1.0, -8.0]
    assert on(XP, cube, np.array(2.0)).tolist() == 8.0


def test_chunks_of_dask_arrays_are_computed_number_by_number():
    import array_api_compat.dask.array as xp

    x = xp.asarray(np.array([1.5, 2.5, 1e-300])).rechunk(2)
    for op in (ops.polygamma, ops.lgamma, ops.erf, ops.softplus, ops.where, ops.cbrt):
        with np.errstate(all="ignore"):  # not inherited by threads, hence the synchronous scheduler
            found = array_form(op, xp)(*[x] * op.arity).compute(scheduler="synchronous")
        assert np.all(ulps_apart(found, one_by_one(op, [x.compute()] * op.arity)) <= 4)


def test_an_op_without_a_form_is_an_error_that_names_it_and_the_library():
    assert "array_api_strict" not in NUMBER_BY_NUMBER
    with pytest.raises(CompileError, match="polygamma cannot be computed on arrays of array_api_strict: call the program"):
        array_form(ops.polygamma, array_api_strict)


# -- JAX -------------------------------------------------------------------------------------------------

# XLA flushes subnormals to zero and fuses multiplications with additions.
SMALLEST = 1e-290


def ordinary(op, arrays, want):
    """A mask of the points where no argument, result or product of them is subnormal or nearly so."""
    sizes = [np.abs(x) for x in (*arrays, want)]
    fine = np.all([(size == 0.0) | ~(size < SMALLEST) for size in sizes], axis=0)
    if op.name in ("prod", "dot", "mod"):
        fine &= np.all([(size == 0.0) | ((size > 1e-40) & (size < 1e40)) for size in sizes], axis=0)
    return fine


@pytest.mark.slow
def test_forms_are_within_4_ulps_of_their_ops_under_jit():
    import jax

    known = {op: arrays_and_results(op, 500, argument_counts(op)[-1]) for op in WITH_FORMS}
    with jax.enable_x64(True):
        forms = [array_form(op, jax.numpy) for op in known]
        compiled = jax.jit(lambda given: [form(*xs) for form, xs in zip(forms, given, strict=True)])
        results = compiled([[*map(jax.numpy.asarray, arrays)] for arrays, _ in known.values()])
    for (op, (arrays, want)), found in zip(known.items(), map(np.asarray, results), strict=True):
        chosen = ordinary(op, arrays, want)
        check_under_jit(op, [x[chosen] for x in arrays], found[chosen], want[chosen])


def check_under_jit(op, arrays, found, want):
    if op.name != "dot":
        check(op, arrays, found, want)
        return
    pairs = np.stack(arrays[:-1]).reshape(2, -1, len(want)).prod(axis=0)
    bound = 2.0**-53 * len(arrays) * (np.abs(pairs).sum(axis=0) + np.abs(arrays[-1]))
    finite = np.isfinite(want)
    assert np.array_equal(np.isfinite(found), finite)
    assert np.all(np.abs(found[finite] - want[finite]) <= bound[finite])
