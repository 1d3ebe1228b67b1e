"""Tapes on lanes in machine code, against the same program in plain Python."""

import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core import codegen

from autograd import ops
from autograd.compiler.executors import helpers as helpers_module
from autograd.compiler.executors import lane_memory, machine_code, python
from autograd.compiler.executors import lanes as lanes_module
from autograd.compiler.executors.helpers import Helper, Helpers
from autograd.compiler.executors.lane_interpreter import INTERPRETER
from autograd.compiler.executors.lane_kernels import kernel
from autograd.compiler.executors.lanes import Lanes
from autograd.compiler.executors.vectors import NARROW  # noqa: F401  # a test reads it in another process
from autograd.compiler.instructions import detach, lane_dot, lane_matmul, lane_sum, matmul
from autograd.compiler.program import Input, Output, Program, Row
from autograd.compiler.tape import Tape
from autograd.op import TABLE
from tests.support.arrays import tolerated, ulps_apart
from tests.support.programs import SPECIAL, any_floats, wild_programs

ROOT = Path(__file__).parent.parent.parent
WIDTH = lane_memory.MAX_WIDTH
fewer_examples = settings(max_examples=settings.default.max_examples // 3)  # per op


def run(program, inputs, lanes, threads=1):
    """The outputs on lanes, in program order."""
    given = [input_.per_lane for input_ in program.inputs]
    uniform = np.array([x for x, varies in zip(inputs, given, strict=True) if not varies], float)
    columns = [np.array(x, float) for x, varies in zip(inputs, given, strict=True) if varies]
    shared, own = map(iter, Lanes(Tape.of(program), threads)(uniform, columns, lanes))
    return [next(own) if type(arg) is int and program.per_lane[arg] else next(shared) for _, arg in program.outputs]


def one_op(op, kinds):
    """A program of one op, with an argument for each kind: "v" varies, "u" does not."""
    inputs = tuple(Input(f"x{i}", kind == "v") for i, kind in enumerate(kinds))
    return Program(inputs, (Row(op, tuple(range(len(kinds))), len(kinds)),), (Output("z", len(kinds)),), len(kinds) + 1)


# -- single ops ---------------------------------------------------------------------------------------

FIXED = [name for name in sorted(ops.BUILT_IN) if TABLE[name].arity is not None]
LISTS = [name for name in sorted(ops.BUILT_IN) if TABLE[name].arity is None and name not in ("sum", "dot")]
EXTREME = [*SPECIAL, -1e300, 1e-300, 2.5, -0.5, 20.0, -40.0, 1e9 + 0.5, 2.0**53, 2.0**63]


def assert_like_the_op(op, points, got):
    want = np.array([op(*point) for point in points])
    off = ulps_apart(got, want)
    wrong = off > tolerated(op, np.transpose(points), want)
    assert not wrong.any(), (op, np.array(points)[wrong], np.broadcast_to(got, len(points))[wrong], want[wrong], off[wrong])


@pytest.mark.parametrize("name", FIXED)
def test_every_op_gives_what_the_scalar_op_gives_at_special_values(name):
    op = TABLE[name]
    grid = np.meshgrid(*[EXTREME] * min(op.arity, 2))
    columns = [axis.ravel() for axis in grid] + [np.resize([0.0, 2.0, math.nan], grid[0].size)] * (op.arity - 2)
    (got,) = run(one_op(op, "v" * op.arity), columns, len(columns[0]))
    assert_like_the_op(op, np.transpose(columns).tolist(), got)


@pytest.mark.parametrize("name", FIXED)
@given(points=st.data())
@settings(max_examples=5)
def test_every_op_gives_what_the_scalar_op_gives_at_any_numbers(name, points):
    op = TABLE[name]
    drawn = points.draw(st.lists(st.tuples(*[any_floats] * op.arity), min_size=1, max_size=40))
    (got,) = run(one_op(op, "v" * op.arity), np.transpose(drawn), len(drawn))
    assert_like_the_op(op, drawn, got)
    (got,) = run(one_op(op, "u" * op.arity), drawn[0], 1)
    assert_like_the_op(op, drawn[:1], [got])


@pytest.mark.parametrize("name", LISTS)
@given(data=st.data())
@fewer_examples
def test_every_op_on_lists_gives_what_the_scalar_op_gives(name, data):
    op, count = TABLE[name], data.draw(st.integers(1, 6))
    drawn = data.draw(st.lists(st.tuples(*[any_floats] * count), min_size=1, max_size=10))
    kinds = data.draw(st.lists(st.sampled_from("uv"), min_size=count, max_size=count))
    points = [[point[i] if kind == "v" else drawn[0][i] for i, kind in enumerate(kinds)] for point in drawn]
    columns = [[point[i] for point in points] if kind == "v" else points[0][i] for i, kind in enumerate(kinds)]
    (got,) = run(one_op(op, kinds), columns, len(points))
    assert_like_the_op(op, points, got)


@pytest.mark.parametrize("name", ["add", "div", "pow", "where", "maximum", "less"])
@fewer_examples
@given(data=st.data())
def test_arguments_are_uniform_or_vary_in_any_combination(name, data):
    op = TABLE[name]
    kinds = data.draw(st.lists(st.sampled_from("uv"), min_size=op.arity, max_size=op.arity))
    drawn = data.draw(st.lists(st.tuples(*[any_floats] * op.arity), min_size=1, max_size=10))
    points = [[point[i] if kind == "v" else drawn[0][i] for i, kind in enumerate(kinds)] for point in drawn]
    columns = [[point[i] for point in points] if kind == "v" else points[0][i] for i, kind in enumerate(kinds)]
    (got,) = run(one_op(op, kinds), columns, len(points))
    assert_like_the_op(op, points, got)


@pytest.mark.parametrize("name", ["sum", "dot"])
@fewer_examples
@given(data=st.data())
def test_sums_of_products_are_as_accurate_as_rounding_allows(name, data):
    op, half = TABLE[name], data.draw(st.integers(0, 40))
    count = 2 * half + 1
    numbers = st.floats(-1e6, 1e6)
    kinds = data.draw(st.lists(st.sampled_from("uv"), min_size=count, max_size=count))
    points = data.draw(st.lists(st.tuples(*[numbers] * count), min_size=1, max_size=10))
    columns = [[point[i] for point in points] if kind == "v" else points[0][i] for i, kind in enumerate(kinds)]
    (got,) = run(one_op(op, kinds), columns, len(points))
    for k, z in enumerate(np.broadcast_to(got, len(points)).tolist()):
        args = [column[k] if kind == "v" else column for column, kind in zip(columns, kinds, strict=True)]
        terms = args if name == "sum" else [args[-1], *map(float.__mul__, args[:half], args[half : 2 * half])]
        assert abs(z - math.fsum(terms)) <= (count + 2) * 2.0**-53 * math.fsum(map(abs, terms))


def test_sums_of_nothing_but_minus_zero_have_the_sign_of_the_scalar_op():
    for kinds in ("u", "v", "uv", "vvv"):
        (got,) = run(one_op(ops.sum, kinds), [[-0.0] if kind == "v" else -0.0 for kind in kinds], 1)
        assert math.copysign(1.0, np.ravel(got)[0]) == math.copysign(1.0, ops.sum(*[-0.0] * len(kinds)))


# -- programs -----------------------------------------------------------------------------------------

# On small integers every result is exact, in whatever order terms are added.
EXACT = (
    ops.add,
    ops.sub,
    ops.mul,
    ops.neg,
    ops.abs,
    ops.relu,
    ops.step,
    ops.maximum,
    ops.less,
    ops.where,
    ops.sum,
    ops.dot,
    detach,
)
TOO_LARGE = 2.0**50


REDUCTIONS = (lane_sum, lane_dot, lane_matmul)


@st.composite
def programs(draw):
    """Random ops and instructions on inputs of both kinds; every result is an output.

    Values that depend on a sum over lanes are used only by uniform rows.
    """
    inputs = tuple(Input(f"x{i}", varies) for i, varies in enumerate(draw(st.lists(st.booleans(), min_size=1, max_size=5))))
    rows = []
    varying, uniform, late = [[i for i, (_, varies) in enumerate(inputs) if varies is kind] for kind in (True, False, None)]
    count = len(inputs)
    for _ in range(draw(st.integers(1, 8))):
        op = draw(st.sampled_from([*EXACT, detach, matmul, matmul, lane_sum, lane_dot, lane_matmul]))
        among = uniform + late if op not in REDUCTIONS and draw(st.booleans()) else uniform + varying
        numbers = st.sampled_from([*among, -2.0, -1.0, 0.0, 3.0])
        shared = st.sampled_from([*uniform, 2.0]) if draw(st.booleans()) else numbers
        shape = None
        if op in (matmul, lane_matmul):
            n, m = shape = draw(st.integers(1, 9)), draw(st.integers(1, 9))
            kinds = [shared] * (n * m) + [numbers] * m + [shared] * n if op is matmul else [numbers] * (n + m)
        else:
            kinds = [numbers] * (op.arity or 2 * draw(st.integers(0, 3)) + 1)
        args = tuple(draw(kind) for kind in kinds)
        rows.append(Row(op, args, count, shape))
        used = {arg for arg in args if type(arg) is int}
        kind = late if op in REDUCTIONS or used & set(late) else varying if used & set(varying) else uniform
        kind += rows[-1].results
        count += len(rows[-1].results)
    outputs = tuple(Output(f"z{i}", i) for i in range(len(inputs), count))
    return Program(inputs, tuple(rows), outputs, count)


def numbers_for(program, lanes, seed=0):
    """Small integers for the program's inputs."""
    random = np.random.default_rng(seed)
    return [
        random.integers(-3, 4, lanes).astype(float) if varies else float(random.integers(-3, 4)) for _, varies in program.inputs
    ]


@given(programs(), st.sampled_from([0, 1, 7, 8, 9, 31, 33, 100]))
@settings(max_examples=150)
def test_a_program_gives_what_plain_python_gives(program, lanes):
    numbers = numbers_for(program, lanes)
    expected = python.run(program, [x if np.ndim(x) == 0 else x.tolist() for x in numbers], lanes)
    for z, wanted in zip(run(program, numbers, lanes), expected, strict=True):
        if np.all(np.abs(wanted) < TOO_LARGE):
            assert np.array_equal(z, wanted)


def layer(n, m, result, shift=0):
    """A matrix product that reads its vector and weights from register `shift` on and writes from register `result` on."""
    weights = range(shift + m, shift + m + n * m)
    return Row(matmul, (*weights, *range(shift, shift + m), *[1.0] * n), result, (n, m))


def of_all_kinds():
    """A program with a matrix product, sums over lanes, and an output per lane."""
    inputs = tuple(Input(f"x{i}", i < 3) for i in range(3 + 15))
    rows = (layer(5, 3, 18), Row(lane_matmul, (18, 19, 20, 21, 22, 0, 1, 2), 23, (5, 3)), Row(ops.tanh, (18,), 38))
    rows += (Row(lane_sum, (38,), 39), Row(lane_dot, (38, 19), 40), Row(ops.exp, (23,), 41))
    return Program(inputs, rows, tuple(Output(f"z{i}", i) for i in (*range(23, 38), 38, 39, 40, 41)), 42)


def assert_like_plain_python(program, lanes):
    numbers = [x / 8.0 for x in numbers_for(program, lanes, seed=1)]
    expected = python.run(program, [x if np.ndim(x) == 0 else x.tolist() for x in numbers], lanes)
    for z, wanted in zip(run(program, numbers, lanes), expected, strict=True):
        np.testing.assert_allclose(z, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("lanes", [0, 1, WIDTH - 1, WIDTH, WIDTH + 1, 3 * WIDTH + 5])
def test_blocks_of_any_number_of_lanes_give_the_same(lanes):
    assert_like_plain_python(of_all_kinds(), lanes)


@given(st.integers(1, 20_000), st.integers(2, 5))
@settings(max_examples=20, deadline=None)
def test_any_number_of_threads_gives_the_same_bits(lanes, threads):
    program = of_all_kinds()
    numbers = [np.random.default_rng(lanes).normal(size=lanes) if varies else 0.3 for _, varies in program.inputs]
    for one, many in zip(run(program, numbers, lanes), run(program, numbers, lanes, threads), strict=True):
        assert np.array_equal(one, many)


def test_many_lanes_are_shared_out_among_threads(monkeypatch):
    begun = []
    begin = Helper.begin
    monkeypatch.setattr(Helper, "begin", lambda helper, *job: (begun.append(helper), begin(helper, *job)))
    monkeypatch.setattr(lanes_module, "HELPERS", Helpers())
    program = of_all_kinds()
    run(program, numbers_for(program, 100_000), 100_000, threads=3)
    assert len(set(begun)) == 2
    begun.clear()
    run(program, numbers_for(program, 100), 100, threads=3)
    assert not begun
    lanes_module.HELPERS.stop()


@pytest.mark.parametrize("looks", [1, 50, 100_000])
def test_threads_that_sleep_or_are_just_falling_asleep_are_woken(monkeypatch, looks):
    monkeypatch.setattr(helpers_module, "MAX_LOOKS", looks)
    monkeypatch.setattr(lanes_module, "HELPERS", Helpers())
    program = of_all_kinds()
    inputs = numbers_for(program, 20_000)
    given = np.array([x for x in inputs if np.ndim(x) == 0]), [x for x in inputs if np.ndim(x)]
    expected = Lanes(Tape.of(program), 1)(*given, 20_000)
    lanes = Lanes(Tape.of(program), 3)
    for i in range(60):
        for one, many in zip(expected, lanes(*given, 20_000), strict=True):
            assert np.array_equal(one, many)
        if i % 20 == 19:
            time.sleep(0.01)
    lanes_module.HELPERS.stop()


def test_a_thread_that_never_begins_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(Helper, "_work", lambda helper: None)
    monkeypatch.setattr(lanes_module, "HELPERS", Helpers())
    program = of_all_kinds()
    numbers = numbers_for(program, 50_000)
    for one, many in zip(run(program, numbers, 50_000), run(program, numbers, 50_000, threads=2), strict=True):
        assert np.array_equal(one, many)


def test_there_are_no_more_helpers_than_processors():
    helpers = Helpers()
    first = helpers.take(3, 2)
    assert len(first) == 2
    assert helpers.take(1, 2) == []
    helpers.give_back(first)
    assert set(helpers.take(2, 2)) == set(first)
    helpers.stop()


@pytest.mark.slow
def test_a_process_ends_while_its_helpers_watch_for_work():
    code = """
import os, numpy as np, autograd
from autograd.compiler.executors import lanes
lanes.cores = lambda: 2
program = autograd.compile(lambda x: autograd.sin(x) * x, 1.0)
for _ in range(5):
    program.value_and_grad(np.ones(200_000), reduction="sum")
assert lanes.HELPERS._all
forked = os.fork() if hasattr(os, "fork") else None
if forked == 0:
    assert not lanes.HELPERS._all
    program.value_and_grad(np.ones(200_000), reduction="sum")
elif forked:
    assert os.waitpid(forked, 0)[1] == 0
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr


def test_results_may_take_the_registers_of_arguments():
    inputs = tuple(Input(f"x{i}", i < 3) for i in range(3 + 9))
    rows = [Row(ops.add, (i, 1.0), 12 + i) for i in range(3)]
    rows += [Row(ops.mul, (12, 13), 12), layer(3, 3, 12)._replace(args=(*range(3, 12), 12, 13, 14, 0.5, 0.5, 0.5))]
    program = Program(inputs, tuple(rows), tuple(Output(f"z{i}", 12 + i) for i in range(3)), 15)
    numbers = numbers_for(program, 50)
    x = np.array([numbers[0] + 1, numbers[1] + 1, numbers[2] + 1])
    x[0] *= x[1]
    assert np.array_equal(run(program, numbers, 50), np.reshape(numbers[3:], (3, 3)) @ x + 0.5)


@given(programs(), st.data())
def test_inputs_come_in_arrays_of_any_number_of_columns(program, data):
    numbers = numbers_for(program, 40)
    columns = [x for x in numbers if np.ndim(x)]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(columns)), max_size=3)))
    blocks = [np.transpose(columns[a:b]) for a, b in zip([0, *cuts], [*cuts, len(columns)], strict=True) if a < b]
    uniform = np.array([x for x in numbers if np.ndim(x) == 0])
    lanes = Lanes(Tape.of(program))
    for one, other in zip(lanes(uniform, columns, 40), lanes(uniform, blocks, 40), strict=True):
        assert np.array_equal(one, other)


def test_calls_from_several_threads_do_not_disturb_each_other():
    program = of_all_kinds()
    lanes = Lanes(Tape.of(program))
    given = [(np.full(15, 0.1 * i), [np.random.default_rng(i).normal(size=(3000, 3))]) for i in range(4)]
    alone = [lanes(*x, 3000) for x in given]
    wrong = []

    def work(i):
        same = [all(map(np.array_equal, lanes(*given[i], 3000), alone[i])) for _ in range(50)]
        wrong.extend(index for index, right in enumerate(same) if not right)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_interrupt_while_helpers_work_costs_none_of_them(monkeypatch):
    program = of_all_kinds()
    lanes = Lanes(Tape.of(program), threads=2)
    given = np.full(15, 0.1), [np.random.default_rng(0).normal(size=(60_000, 3))], 60_000
    wanted = lanes(*given)
    free = set(helpers_module.HELPERS._free)
    assert free

    def interrupted(*_):
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(helpers_module, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lanes(*given)
    assert set(helpers_module.HELPERS._free) == free
    assert all(map(np.array_equal, lanes(*given), wanted))


def test_an_interrupt_while_numba_is_imported_leaves_it_usable():
    code = """
import signal, sys
import numpy as np
import autograd

class Finder:
    def find_spec(name, *_):
        if name == "numba.core.dispatcher":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Finder)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background begins with it ignored
f = autograd.compile(lambda x: x * x, 1.0, executor="numba")
try:
    f(np.ones(2))
except KeyboardInterrupt:
    print("interrupted", f(np.ones(2)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
    assert done.stdout.startswith("interrupted"), done.stderr


def test_all_outputs_are_multiplied_by_a_scale():
    program = of_all_kinds()
    lanes = Lanes(Tape.of(program))
    given = np.full(15, 0.7), [np.linspace(-1.0, 1.0, 900).reshape(300, 3)], 300
    for plain, scaled in zip(lanes(*given), lanes(*given, 0.3), strict=True):
        assert np.array_equal(0.3 * plain, scaled)


def test_results_of_a_call_stay_when_the_next_one_is_made():
    lanes = Lanes(Tape.of(one_op(ops.sqrt, "u")))
    first, _ = lanes(np.array([4.0]), [], 1)
    lanes(np.array([9.0]), [], 1)
    assert first == 2.0


@pytest.mark.parametrize("shapes", [[], [(4,)], [(4, 3), (4,)], [(5, 2)], [(4, 1), (4, 0)], [(4, 0), (4, 2), (4, 1)]])
def test_arrays_of_another_shape_are_refused(shapes):
    lanes = Lanes(Tape.of(one_op(ops.add, "vv")))
    with pytest.raises(ValueError, match="per_lane: expected arrays of 4 lanes with 2 columns in all, got"):
        lanes(np.array([]), [np.zeros(shape) for shape in shapes], 4)


@pytest.mark.slow
@given(wild_programs(), st.data())
@settings(deadline=None)  # kernels are compiled when they are first used
def test_every_row_of_a_program_gives_what_its_op_gives(drawn, data):
    steps, leaves = drawn
    count, lanes = len(leaves), data.draw(st.integers(1, 20))
    inputs = tuple(Input(f"x{i}", data.draw(st.booleans())) for i in range(count))
    rows = tuple(Row(TABLE[name], args, count + i) for i, (name, args) in enumerate(steps))
    program = Program(inputs, rows, tuple(Output(f"z{row.result}", row.result) for row in rows), count + len(rows))
    columns = st.lists(any_floats, min_size=lanes, max_size=lanes).map(np.array)
    numbers = [data.draw(columns) if varies else x for x, (_, varies) in zip(leaves, inputs, strict=True)]
    registers = [*numbers, *run(program, numbers, lanes)]
    for op, args, result, _ in rows:
        if op in (ops.sum, ops.dot):  # covered by another test
            continue
        columns = np.broadcast_arrays(*[registers[arg] if type(arg) is int else arg for arg in args], np.zeros(lanes))[:-1]
        assert_like_the_op(op, np.transpose(columns).tolist(), registers[result])


# -- compilation --------------------------------------------------------------------------------------


def test_an_op_of_ones_own_is_refused():
    from autograd import CompileError, custom_op

    twice = custom_op(lambda x: 2.0 * x, partials=lambda z, x: 2.0, name="twice_for_lanes")
    try:
        with pytest.raises(CompileError, match="twice_for_lanes was made by custom_op"):
            Lanes(Tape.of(one_op(twice, "v")))
    finally:
        del TABLE["twice_for_lanes"]


@pytest.fixture(scope="module")
def narrow_runs(tmp_path_factory):
    """Two consecutive processes that share a new folder for compiled code and don't use 512-bit registers."""
    code = "from tests.compiler.test_lanes import *; assert NARROW < 8; assert_like_plain_python(of_all_kinds(), 301)"
    environment = {
        "NUMBA_CPU_FEATURES": codegen.get_host_cpu_features().replace("+avx512", "-avx512"),
        "NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("compiled")),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-c", code]
    return [subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False) for _ in range(2)]


@pytest.mark.slow
def test_processors_with_narrower_registers_run_it_too(narrow_runs):
    assert [done.returncode for done in narrow_runs] == [0, 0], narrow_runs


@pytest.mark.slow
def test_what_is_compiled_is_kept_on_disk_and_said_on_stderr_once(narrow_runs):
    first, second = narrow_runs
    assert first.stderr.startswith("compiling ")
    assert second.stderr == ""


def test_without_a_folder_that_can_be_written_it_compiles_anew(monkeypatch, capsys):
    known = dict(zip([INTERPRETER.name], machine_code.addresses([INTERPRETER]), strict=True))  # compiling it takes seconds
    monkeypatch.setattr(machine_code._Implementation, "_locator_classes", [])
    for _ in range(2):
        monkeypatch.setattr(machine_code, "_addresses", dict(known))
        (got,) = run(one_op(ops.neg, "v"), [[1.0, -0.0]], 2)
        assert repr(got.tolist()) == "[-1.0, 0.0]"
        told = capsys.readouterr().err
        assert "compiling 1 function for programs on lanes, in every process: set NUMBA_CACHE_DIR to a writable" in told


def test_a_changed_source_is_compiled_anew(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    for stamp, messages in (("one", 1), ("one", 0), ("two", 1)):
        monkeypatch.setattr(machine_code, "_addresses", {})
        monkeypatch.setattr(machine_code, "_stamp", lambda stamp=stamp: stamp)
        machine_code.addresses([kernel("neg", (True,))])
        assert capsys.readouterr().err.count("compiling 1 function for programs on lanes") == messages


def test_without_a_console_there_is_no_message(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(machine_code, "_addresses", {})
    monkeypatch.setattr(sys, "stderr", None)
    machine_code.addresses([kernel("neg", (True,))])
    assert capsys.readouterr().out == ""


def test_functions_that_python_calls_are_compiled_anew_when_another_source_has_changed(tmp_path, monkeypatch):
    def double(x):
        return 2 * x

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    signature = numba.types.int64(numba.types.int64)
    assert [machine_code.entry([signature], double).stats.cache_hits.total() for _ in range(2)] == [0, 1]
    monkeypatch.setattr(machine_code, "_stamp", lambda: "other sources")
    again = machine_code.entry([signature], double)
    assert again.stats.cache_hits.total() == 0
    assert again(21) == 42


def test_without_numba_the_extra_is_named():
    code = "import sys; sys.modules['numba'] = None; import autograd.compiler.executors.lanes"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert 'ImportError: machine code needs Numba: pip install "scalar-autograd[compile]"' in done.stderr
