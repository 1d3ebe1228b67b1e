"""No pass changes a result, alone or after the others, and each removes everything it is meant to remove."""

import itertools
import math
import re
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
from autograd import ops
from autograd.compiler.builder import Builder
from autograd.compiler.executors.python import run
from autograd.compiler.instructions import REDUCTIONS, lane_dot, lane_matmul, lane_sum, matmul
from autograd.compiler.optimize import PASSES, optimize, stats
from autograd.compiler.passes.common_subexpressions import COMMUTATIVE, common_subexpressions, exact_key
from autograd.compiler.passes.constants import constants
from autograd.compiler.passes.dead_code import dead_code
from autograd.compiler.passes.dots import dots
from autograd.compiler.passes.identities import identities
from autograd.compiler.passes.matrix_products import matrix_products
from autograd.compiler.passes.outer_products import outer_products
from autograd.compiler.passes.reductions import reductions
from autograd.compiler.passes.registers import assign_registers
from autograd.compiler.program import Input, Output, Program, Row
from autograd.op import TABLE
from nn import MLP
from tests.support.compiled import (
    CHAINS,
    FLAGS,
    GATES,
    GRID,
    LINEAR,
    WHOLE,
    bits,
    gradients,
    programs,
    results,
    small_program,
    valid,
)
from tests.support.programs import wild_programs

EXACT = [dead_code, constants, common_subexpressions, identities, dots, matrix_products, outer_products, assign_registers]
REPEATABLE = [dead_code, constants, common_subexpressions, dots, matrix_products, outer_products]
PRODUCTS = tuple(sorted({*ops.BUILT_IN} - {"dot", "sum"}))  # no dot: a sum over lanes splits it into its terms
ARITHMETIC = ("add", "sub", "mul", "div", "pow", "neg", "pos", "prod", "dot", "abs", "exp", "relu", "detach", "where")
LAYERS = ("dot", "dot", "dot", "mul", "relu")
any_program = st.one_of(
    programs(),
    programs(CHAINS),
    programs(GATES, constants=st.sampled_from(FLAGS)),
    gradients(),
    gradients(wild_programs(names=(*GATES, "relu", "abs", "log_softmax"))),
)
with_whole_numbers = st.one_of(
    programs(LINEAR, numbers=WHOLE, constants=WHOLE, most=8),
    gradients(wild_programs(WHOLE, LINEAR, most=6, widest=4), numbers=WHOLE),
)
by_name = {"ids": lambda found: found.__name__}


# -- results -----------------------------------------------------------------------------------------


def assert_the_same_after(passes, drawn):
    """Check that no pass changes a bit of the results. All passes share one program, since drawing it takes longest."""
    program = drawn[0]
    wanted = results(drawn)
    for a_pass in passes:
        after = a_pass(program)
        assert valid(after), (a_pass, program)
        assert after is program or results(drawn, after) == wanted, (a_pass, program)
        assert (after.inputs, [y.name for y in after.outputs]) == (program.inputs, [y.name for y in program.outputs])


@given(any_program)
def test_a_pass_changes_no_bit_of_any_result(drawn):
    assert_the_same_after(EXACT, drawn)


@pytest.mark.parametrize("names", [CHAINS, GATES, ARITHMETIC, LAYERS], ids=["chains", "gates", "arithmetic", "layers"])
def test_a_pass_changes_no_bit_at_zeros_infinities_and_nan(names):
    random = Random(0)
    for _ in range(100):
        assert_the_same_after([*EXACT, optimize], small_program(random, names))


@pytest.mark.parametrize("names", [CHAINS, GATES, LAYERS], ids=["chains", "gates", "layers"])
def test_a_pass_changes_no_bit_of_sums_of_whole_numbers_over_lanes(names):
    random = Random(1)
    for _ in range(100):
        drawn = small_program(random, (*names, "lane_sum"), [0.0, -0.0, 1.0, -1.0, 2.0, 3.0], [0.0, 1.0, -1.0, 2.0])
        if is_exact(drawn):
            assert_the_same_after([*EXACT, reductions, optimize], drawn)
        else:
            assert all(valid(a_pass(drawn[0])) for a_pass in (*EXACT, reductions, optimize))


IDENTITIES = {  # each with the number of rows left
    "x·1": (lambda x, y: 1.0 * (x * 1.0), 0),
    "x/1": (lambda x, y: x / 1.0, 0),
    "x + -0": (lambda x, y: -0.0 + (x + -0.0), 0),
    "x - 0": (lambda x, y: x - 0.0, 0),
    "-(-x)": (lambda x, y: ops.neg(-x), 0),
    "x + -y": (lambda x, y: x + -y, 1),
    "-0 - x": (lambda x, y: -0.0 - x, 1),
    "x**1": (lambda x, y: x**1.0, 0),
    "x**0": (lambda x, y: x**0.0, 0),
    "0 + x·x": (lambda x, y: 0.0 + x * x, 1),
    "0 + exp(x)": (lambda x, y: 0.0 + ops.exp(x), 1),
    "max(b, 1 - b)": (lambda x, y: ops.maximum(ops.not_equal(x, 0.0), ops.equal(x, 0.0)), 0),
    "where(b, 1, 0)": (lambda x, y: ops.where(ops.less(x, y), 1.0, 0.0), 1),
    "where(x ≠ 0, …)": (lambda x, y: ops.where(ops.not_equal(x, 0.0), x, y), 1),
    "where(x = 0, …)": (lambda x, y: ops.where(ops.equal(x, 0.0), x, y), 1),
    "where in where": (lambda x, y: ops.where(x, ops.where(x, y, 2.0) * 3.0, y), 2),
    "two halves": (lambda x, y: ops.where(x, y, -0.0) + ops.where(x, -0.0, x), 1),
}
NO_IDENTITIES = {
    "x·0": lambda x, y: x * 0.0,
    "x - x": lambda x, y: x - x,
    "x/x": lambda x, y: x / x,
    "x/10": lambda x, y: x / 10.0,
    "0 + x": lambda x, y: 0.0 + x,
    "0 + x·y": lambda x, y: 0.0 + x * y,
    "0 - x": lambda x, y: 0.0 - x,
    "x - -0": lambda x, y: x - -0.0,
    "-(x - y)": lambda x, y: -(x - y),
    "0 + where": lambda x, y: 0.0 + ops.where(x, ops.exp(y), y),
    "where(x, 1, 0)": lambda x, y: ops.where(x, 1.0, 0.0),
    "where(x, x, y)": lambda x, y: ops.where(x, x, y),
    "x ≠ 0": lambda x, y: ops.not_equal(x, 0.0),
    "max(x, max(x, y))": lambda x, y: ops.maximum(x, ops.maximum(x, y)),
    "max(x, x·y)": lambda x, y: ops.maximum(x, x * y),
    "0 + 0": lambda x, y: ops.where(x, y, 0.0) + ops.where(x, 0.0, x),
}


def identical(f):
    """True if `identities` changes no bit of f at any pair of numbers of GRID; and the program that it makes."""
    builder = Builder([Input("x", True), Input("y", True)])
    program = builder.program([Output("z", f(builder.symbol(0), builder.symbol(1)).register)])
    pairs = [[x for x in GRID for _ in GRID], GRID * len(GRID)]
    after = dead_code(identities(program))
    return results((program, pairs, len(GRID) ** 2)) == results((program, pairs, len(GRID) ** 2), after), after


@pytest.mark.parametrize(("f", "rows"), IDENTITIES.values(), ids=IDENTITIES)
def test_an_identity_leaves_fewer_rows_and_every_bit(f, rows):
    exact, after = identical(f)
    assert exact
    assert len(after.rows) == rows


@pytest.mark.parametrize("f", NO_IDENTITIES.values(), ids=NO_IDENTITIES)
def test_what_looks_like_an_identity_keeps_every_bit(f):
    assert identical(f)[0]


CHAINS_OF_ZEROS = {
    "two products": [Row(ops.mul, (0, 1), 4), Row(ops.mul, (2, 3), 5), Row(ops.add, (4, 5), 6)],
    "a product and a number": [Row(ops.mul, (0, 1), 4), Row(ops.add, (2, 4), 5), Row(ops.add, (3, 5), 6)],
    "0 and a product": [Row(ops.mul, (0, 1), 4), Row(ops.add, (0.0, 4), 5), Row(ops.add, (5, 2), 6)],
    "0 and numbers": [Row(ops.add, (0.0, 0), 4), Row(ops.add, (4, 1), 5), Row(ops.add, (2, 5), 6)],
    "a sum of products": [Row(ops.mul, (0, 1), 4), Row(ops.mul, (2, 3), 5), Row(ops.sum, (4, 5), 6)],
    "a product as bias": [Row(ops.mul, (0, 1), 4), Row(ops.neg, (2,), 5), Row(ops.dot, (5, 3, 4), 6)],
    "a bias at the end": [Row(ops.mul, (0, 1), 4), Row(ops.mul, (2, 3), 5), Row(ops.add, (4, 5), 6), Row(ops.add, (6, -0.0), 7)],
    "many numbers": [Row(ops.add, (0, 1), 4), *[Row(ops.add, (4 + i, 2 + i % 2), 5 + i) for i in range(20)]],
}


@pytest.mark.parametrize("rows", CHAINS_OF_ZEROS.values(), ids=CHAINS_OF_ZEROS)
def test_the_sign_of_zero_survives_in_every_kind_of_chain(rows):
    last = rows[-1].result
    for numbers in itertools.product([0.0, -0.0, 1.0, -1.0], repeat=4):
        program = Program(tuple(Input(name) for name in "abcd"), tuple(rows), (Output("y", last),), last + 1)
        after = dots(program)
        assert len(after.rows) < len(rows)
        assert results((program, list(numbers), 0), after) == results((program, list(numbers), 0))


@pytest.mark.parametrize("op", sorted(COMMUTATIVE, key=lambda op: op.name), ids=lambda op: op.name)
def test_arguments_of_commutative_ops_may_change_places(op):
    assert all(bits(op(x, y)) == bits(op(y, x)) for x in GRID for y in GRID)


@given(st.one_of(programs(PRODUCTS), programs(("mul", "add", "neg"))))
def test_sums_over_lanes_of_products_keep_every_bit(drawn):
    after = reductions(drawn[0])
    assert valid(after)
    assert results(drawn, after) == results(drawn)


def is_exact(drawn):
    """True if all numbers are whole and small enough that their sums are exact in any order."""
    program, inputs, lanes = drawn
    everything = [Output("", register) for register in range(program.registers)]
    found = run(Program(program.inputs, program.rows, tuple(everything), program.registers), inputs, lanes)
    numbers = [x for item in found for x in (item if isinstance(item, list) else [item])]
    return all(math.isfinite(x) and abs(x) < 2.0**40 and x == int(x) for x in numbers)


@pytest.mark.parametrize("a_pass", [reductions, optimize], **by_name)
@given(drawn=with_whole_numbers)
def test_terms_of_a_sum_over_lanes_are_all_there_in_another_order(a_pass, drawn):
    assume(is_exact(drawn))
    after = a_pass(drawn[0])
    assert valid(after)
    assert results(drawn, after) == results(drawn)


@given(any_program)
def test_all_passes_together_change_no_bit_of_what_is_not_summed_over_lanes(drawn):
    program, inputs, lanes = drawn
    summed = set()
    for row in program.rows:
        if row.op in REDUCTIONS or any(type(arg) is int and arg in summed for arg in row.args):
            summed.update(row.results)
    kept = tuple(output for output in program.outputs if type(output.arg) is float or output.arg not in summed)
    drawn = Program(program.inputs, program.rows, kept, program.registers), inputs, lanes
    assert results(drawn, optimize(drawn[0])) == results(drawn)


def test_the_constant_1_is_not_register_1_and_0_is_not_minus_0():
    inputs = (Input("x"), Input("y"))
    rows = [Row(ops.div, (1.0, arg), 2 + i) for i, arg in enumerate([0.0, -0.0, 1, 1.0])]
    rows += [Row(ops.mul, (arg, 0), 6 + i) for i, arg in enumerate([1.0, 1, -0.0, 0.0])]
    rows += [Row(ops.dot, (0, 1, *pair, 0.0), 10 + i) for i, pair in enumerate([(0.0, 1), (-0.0, 1), (0, 1), (0.0, 1.0)])]
    program = Program(inputs, tuple(rows), tuple(Output("y", row.result) for row in rows), 14)
    drawn = program, [3.0, -math.inf], 0
    for a_pass in (common_subexpressions, identities, matrix_products, optimize):
        assert results(drawn, a_pass(program)) == results(drawn)


# -- what a pass removes -----------------------------------------------------------------------------

SOME = [small_program(Random(i), (*names, "lane_sum"))[0] for i in range(150) for names in (CHAINS, GATES, ARITHMETIC, LAYERS)]


@pytest.mark.parametrize("a_pass", EXACT, **by_name)
def test_a_pass_adds_no_rows(a_pass):
    for program in map(dead_code, SOME):
        after = a_pass(program)
        assert len(after.rows if a_pass is assign_registers else dead_code(after).rows) <= len(program.rows), str(program)


@pytest.mark.parametrize("a_pass", REPEATABLE, **by_name)
def test_a_pass_finds_nothing_more_the_second_time(a_pass):
    for program in SOME:
        once = dead_code(a_pass(program))
        assert len(dead_code(a_pass(once)).rows) == len(once.rows), str(program)


def test_after_dead_code_every_row_is_used():
    for program in map(dead_code, SOME):
        uses = program.use_counts()
        assert all(any(uses[result] for result in row.results) for row in program.rows)


def test_after_constants_only_sums_over_lanes_have_nothing_but_constants():
    for program in map(constants, SOME):
        assert all(int in map(type, row.args) or row.op in REDUCTIONS for row in program.rows)


def test_after_common_subexpressions_no_two_rows_are_the_same():
    for program in map(common_subexpressions, SOME):
        keys = [(row.op, exact_key(row.args)) for row in program.rows]
        assert len(set(keys)) == len(keys)


def products_used_once(program):
    uses = program.use_counts()
    return {row.result for row in program.rows if row.op is ops.mul and uses[row.result] == 1}


def test_after_dots_nothing_is_added_to_a_product_that_nothing_else_uses():
    for program in map(dots, SOME):
        products = products_used_once(program)
        assert not any(
            row.op is ops.add and any(type(arg) is int and arg in products for arg in row.args) for row in program.rows
        )


def test_after_reductions_no_product_is_stored_for_a_sum_alone():
    for program in map(reductions, SOME):
        products = {product for product in products_used_once(program) if program.per_lane[product]}
        assert not any(row.op is lane_sum and type(row.args[0]) is int and row.args[0] in products for row in program.rows)


# -- registers ---------------------------------------------------------------------------------------


def test_registers_are_few_and_no_row_writes_to_one_that_it_reads():
    for before in SOME:
        program = assign_registers(before)
        inputs = len(program.inputs)
        kinds = program.per_lane[inputs:]
        assert program.registers <= before.registers
        assert kinds == sorted(kinds)  # uniform registers first
        assert all(row.result >= inputs and row.result not in exact_key(row.args) for row in program.rows)


def test_no_row_before_the_sums_over_lanes_uses_their_registers():
    for program in map(assign_registers, SOME):
        sums = {result for row in program.rows if row.op in REDUCTIONS for result in row.results}
        last = max([i for i, row in enumerate(program.rows) if row.op in REDUCTIONS], default=0)
        assert all(row.op in REDUCTIONS or row.result not in sums for row in program.rows[:last])


def test_a_program_on_few_registers_is_printed_and_drawn_with_a_name_for_each_result():
    for before in SOME:
        after = assign_registers(before)
        assigned = [line.split(" = ")[0] for line in str(after).splitlines()[1:-1]]
        assert len(assigned) == len(set(assigned))
        shown = after.single_assignment()
        assert valid(shown)
        assert {*range(shown.registers)} >= {result for row in shown.rows for result in row.results}
        assert shown.single_assignment() is shown


@given(any_program)
def test_with_a_register_for_each_result_a_program_computes_the_same(drawn):
    program = assign_registers(drawn[0])
    shown = program.single_assignment()
    written = [result for row in shown.rows for result in row.results]
    assert len(written) == len({*written, *range(len(shown.inputs))}) - len(shown.inputs)
    assert results(drawn, shown) == results(drawn, program)


def test_a_chain_of_any_length_needs_two_registers_per_kind():
    rows = tuple(Row(ops.sin, (i,), i + 1) for i in range(1000))
    after = assign_registers(Program((Input("x", per_lane=True),), rows, (Output("y", 1000),), 1001))
    assert after.registers == 3


# -- matrices, recovered -----------------------------------------------------------------------------


def program_of(f, *examples):
    return autograd.compile(f, *examples).program_of("backward")


def shapes(program, op):
    return [row.shape for row in program.rows if row.op is op]


def are_neighbours(args):
    return all(type(arg) is int for arg in args) and list(args) == list(range(args[0], args[0] + len(args)))


def test_the_matrices_of_a_net_with_one_output():
    net = MLP(2, [16, 16, 1])
    program = program_of(lambda x, t: autograd.relu(1.0 - t * net(x)), [0.5, -0.5], 1.0)
    assert shapes(program, matmul) == [(16, 2), (16, 16), (16, 16)]
    assert sorted(shapes(program, lane_matmul)) == [(1, 16), (16, 2), (16, 16)]
    assert not any(row.op is lane_dot for row in program.rows)
    assert sum(row.op is lane_sum for row in program.rows) == 1 + 33  # the loss and the biases


def test_a_penalty_on_the_weights_is_added_once_and_not_for_every_lane():
    net = MLP(2, [16, 16, 1])
    weights = net.parameters()
    program = program_of(lambda x, t: autograd.relu(1.0 - t * net(x)) + autograd.dot(weights, weights), [0.5, -0.5], 1.0)
    assert sorted(shapes(program, lane_matmul)) == [(1, 16), (16, 2), (16, 16)]
    assert sum(row.op is lane_sum and row.args == (1.0,) for row in program.rows) == 1
    per_lane = [row.op for row in program.rows if program.per_lane[row.result]]
    assert (per_lane.count(ops.dot), per_lane.count(ops.add)) == (1, 0)  # the dot is the score; no lane adds the penalty


def test_the_matrices_of_a_classifier_with_cross_entropy():
    net = MLP(64, [32, 10])

    def cross_entropy(x, onehot):
        logits = net(x)
        return autograd.logsumexp(logits) - autograd.dot(onehot, logits)

    program = program_of(cross_entropy, [0.5] * 64, [0.1] * 10)
    assert shapes(program, matmul) == [(32, 64), (10, 32), (32, 10)]
    assert sorted(shapes(program, lane_matmul)) == [(10, 32), (32, 64)]
    assert not any(row.op is lane_dot for row in program.rows)


@pytest.mark.parametrize("expand", [False, True])
def test_what_matrix_products_read_lies_side_by_side(expand):
    layers = MLP(4, [8, 6, 3], "tanh", expand=expand)
    program = program_of(lambda x, t: sum((y - z) ** 2.0 for y, z in zip(layers(x), t, strict=True)), [0.1] * 4, [0.2] * 3)
    products = [row for row in program.rows if row.shape is not None]
    assert len(products) == 3 + 2 + 3
    for op, args, _, (n, m) in products:
        assert are_neighbours(args[n * m : n * m + m]) if op is matmul else are_neighbours(args[:n]) and are_neighbours(args[n:])


def test_what_all_lanes_share_is_added_to_many_sums_in_one_product():
    def ridge(w, x):
        return autograd.dot(w, x) + 0.01 * autograd.dot(w, w)

    program = autograd.compile(ridge, [1.0] * 5, [1.0] * 5, in_axes=(None, 0)).program_of("value_and_grad", reduction="sum")
    assert shapes(program, matmul)[-1] == (5, 1)


def test_of_a_layer_without_lanes_too():
    net = MLP(3, [5, 4])
    program = autograd.compile(lambda x: net(x), [1.0, 2.0, 3.0], in_axes=None).program_of()
    assert shapes(program, matmul) == [(5, 3), (4, 5)]


def test_a_grid_that_lacks_a_few_products_is_computed_whole():
    pairs = [(i, 4 + j) if (i + j) % 3 else (4 + j, i) for i in range(4) for j in range(4) if (i, j) != (1, 2)]
    rows = tuple(Row(lane_dot, pair, 8 + i) for i, pair in enumerate([*pairs, (1.0, 5), (1.0, 6)]))
    outputs = tuple(Output(f"y{row.result}", row.result) for row in rows)
    program = Program(tuple(Input(f"x{i}", True) for i in range(8)), rows, outputs, 8 + len(rows))
    after = outer_products(program)
    assert shapes(after, lane_matmul) == [(4, 4)]
    assert shapes(after, lane_dot) == [None, None]  # the two with a constant
    drawn = program, [[float(i), 0.5 * i] for i in range(8)], 2
    assert results(drawn, after) == results(drawn)


def test_products_before_and_after_the_lanes_stay_apart():
    inputs = (Input("w"), Input("v"), Input("x", per_lane=True))
    rows = (
        Row(ops.mul, (2, 2), 3),
        Row(lane_sum, (3,), 4),
        Row(ops.exp, (0,), 5),
        Row(ops.sin, (5,), 6),
        Row(ops.dot, (6, 2.0, 0, 1, 0.0), 7),  # at the same depth as the next row
        Row(ops.dot, (4, 3.0, 0, 1, 0.0), 8),
        Row(ops.mul, (7, 2), 9),
    )
    drawn = Program(inputs, rows, (Output("y", 8), Output("z", 9)), 10), [2.0, 3.0, [1.0, 2.0, 3.0]], 3
    after = matrix_products(drawn[0])
    assert valid(after)
    assert results(drawn, after) == results(drawn)


def test_what_is_known_behind_a_gate_is_not_summed_before_the_lanes_are_counted():
    inputs = (Input("b"), Input("x", per_lane=True))
    rows = (Row(ops.where, (0, 2.0, 1), 2), Row(lane_sum, (2,), 3), Row(ops.where, (0, 3, 0.0), 4))
    drawn = Program(inputs, rows, (Output("y", 4),), 5), [1.0, [5.0, 6.0, 7.0]], 3
    assert results(drawn, identities(drawn[0])) == results(drawn) == bits([6.0])


def test_products_that_form_no_grid_are_left_alone():
    rows = tuple(Row(lane_dot, (i, i + 1), 8 + i) for i in range(7))
    program = Program(tuple(Input(f"x{i}", True) for i in range(8)), rows, (Output("y", 14),), 15)
    assert shapes(outer_products(program), lane_matmul) == []


# -- all passes together -----------------------------------------------------------------------------


def test_what_a_gate_lets_through_is_chosen_by_one_where():
    program = autograd.compile(lambda x: autograd.where(x > 0.0, 3.0 * x, 0.5 * x), 1.0, in_axes=None, guard="ignore")
    f = autograd.compile(lambda x: autograd.where(autograd.greater(x, 0.0), 3.0 * x, 0.5 * x), 1.0, in_axes=None)
    assert [row.op.name for row in f.program_of("value_and_grad").rows] == ["greater", "mul", "mul", "where", "where"]
    assert program is not None


@pytest.mark.parametrize("f", [autograd.norm, autograd.logsumexp, autograd.prod, lambda xs: autograd.softmax(xs)[0]])
def test_derivatives_add_no_zeros(f):
    program = autograd.compile(f, [1.0, 2.0, 3.0], in_axes=None)
    for what in ("value_and_grad", "hessian", "hvp"):
        source, optimized = str(program.source(what=what)), str(program.program_of(what))
        assert not re.findall(r".*(?:\b0\.0 [+-] | [+-] 0\.0\b).*", f"{source}\n{optimized}")


def test_a_graph_of_any_depth_goes_through_all_passes():
    rows, last = [], 0
    for i in range(20_000):
        names = ("mul", "where", "maximum", "add", "not_equal", "neg")
        op = TABLE[names[i % len(names)]]
        args = {1: (last,), 2: (last, 0 if i % 2 else last), 3: (0, last, max(last - 3, 0))}[op.arity]
        rows.append(Row(op, args, i + 1))
        last = i + 1
    program = Program((Input("x"),), tuple(rows), (Output("y", last),), last + 1)
    drawn = program, [0.5], 0
    assert results(drawn, optimize(program)) == results(drawn)


def test_stats_count_before_the_passes_and_after_each():
    net = MLP(2, [3, 1])
    program = autograd.compile(lambda x: net(x), [1.0, 2.0], in_axes=None)
    found = stats(program._derived(("value",), False, program.traced.program, as_traced=True))
    assert [counts.after for counts in found] == ["traced", *[one.__name__ for one in PASSES]]
    assert found[0].multiply_adds == found[-1].multiply_adds == 9
    assert found[-1].rows < found[0].rows
    assert found[-1].registers < found[-2].registers
    assert found[-1].bytes_for_one_lane == 8 * found[-1].registers
