"""Every op in C and in JavaScript agrees with the op itself, at special numbers too."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.compiler.builder import Builder
from autograd.compiler.exports.c import c_file
from autograd.compiler.program import Input, Output
from autograd.op import TABLE
from autograd.ops import BUILT_IN
from tests.support.foreign import call, compiled, on_tapes, same, ulps
from tests.support.points import points
from tests.support.programs import any_floats

NAMES = sorted(BUILT_IN)
COUNTS = {name: ((1, 3, 5, 7, 31) if name == "dot" else (1, 2, 3, 4, 5, 30)) for name in NAMES}
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -1.5, 2.5, 3.0, 710.0, -750.0, 1e300, -5e-324, math.inf, -math.inf, math.nan)


def counts(name):
    arity = TABLE[name].arity
    return COUNTS[name] if arity is None else (arity,)


def program_of(name, count):
    """A program of this op alone, on lanes."""
    builder = Builder([Input(f"x{i}", True) for i in range(count)])
    return builder.program([Output("z", builder.add(TABLE[name], tuple(range(count))))])


PROGRAMS = {f"op_{name}_{count}": program_of(name, count) for name in NAMES for count in counts(name)}


def cases(name, count):
    """Arguments of an op: combinations of special numbers, and points inside its domain and at its ends."""
    found = list(itertools.product(SPECIAL, repeat=count))[:: max(1, len(SPECIAL) ** (count - 2))][:500] if count < 6 else []
    if count == 2:
        found += [(x, y) for x in SPECIAL for y in (5.0, -2.0, 2.0**53, -3.0)]
    found += [point for end in (False, True) for point in points(TABLE[name], end) if len(point) == count]
    return found or [tuple(math.sin(i * k + k) for i in range(count)) for k in range(20)]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return compiled(c_file(PROGRAMS), tmp_path_factory.mktemp("c"))


def in_c(library, name, columns):
    function = f"op_{name}_{len(columns)}"
    return call(getattr(library, function), PROGRAMS[function], columns, len(columns[0]))[0]


@pytest.mark.parametrize("name", NAMES)
def test_an_op_in_c_is_the_op_bit_for_bit(library, name):
    for count in counts(name):
        found = cases(name, count)
        for args, z in zip(found, in_c(library, name, np.array(found).T), strict=True):
            assert same(z, TABLE[name](*args)), (args, z, TABLE[name](*args))


@given(st.sampled_from(NAMES), st.data())
def test_an_op_in_c_is_the_op_bit_for_bit_at_any_floats(library, name, data):
    count = data.draw(st.sampled_from(counts(name)))
    args = data.draw(st.lists(any_floats, min_size=count, max_size=count))
    (z,) = in_c(library, name, [[x] for x in args])
    assert same(z, TABLE[name](*args)), (z, TABLE[name](*args))


# -- JavaScript --------------------------------------------------------------------------------------


def in_javascript(folder, work, functions):
    """JavaScript's results for each op, argument count and list of arguments, with these elementary functions."""
    drawn = [(program_of(name, count), list(zip(*found, strict=True)), len(found)) for name, count, found in work]
    return [outputs[0] for outputs in on_tapes(drawn, folder, functions)]


def test_an_op_in_javascript_is_the_op_bit_for_bit_with_the_elementary_functions_of_python(tmp_path):
    work = [(name, count, cases(name, count)[::11]) for name in NAMES for count in counts(name)]
    for (name, _, found), results in zip(work, in_javascript(tmp_path, work, "python"), strict=True):
        for args, z in zip(found, results, strict=True):
            assert same(z, TABLE[name](*args)), (name, args, z, TABLE[name](*args))


def test_an_op_in_javascript_is_within_4_ulps_with_math(tmp_path):
    work = [(name, count, cases(name, count)) for name in NAMES for count in counts(name)]
    for (name, _, found), results in zip(work, in_javascript(tmp_path, work, "Math"), strict=True):
        for args, z in zip(found, results, strict=True):
            exact = TABLE[name](*args)
            # Left of 0, lgamma is a difference of two logarithms of size about 1.
            cancels = name == "lgamma" and args[0] < 0.0 and abs(z - exact) <= 4.0 * math.ulp(1.0)
            assert cancels or ulps(z, exact) <= 4.0, (name, args, z, exact)
