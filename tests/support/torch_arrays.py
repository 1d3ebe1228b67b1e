"""Programs on PyTorch tensors: `make torch`, in an environment of its own, since PyTorch takes a gigabyte."""

import math

import array_api_compat.torch
import numpy as np
import pytest
import torch
from hypothesis import given

import autograd
import nn
from autograd import BranchError, Value, compile
from autograd.compiler.executors.array_forms import array_form
from autograd.compiler.optimize import optimize
from autograd.errors import CompileError
from tests.compiler.test_array_executor import (
    EXACT,
    check_rows,
    check_whole_numbers,
    found_on,
    near,
    training_step,
    with_all_outputs,
)
from tests.compiler.test_array_forms import WITH_FORMS, check, name_of, on
from tests.compiler.test_executors_agree import check_cases, check_page
from tests.support.arrays import argument_counts, columns, run_on_arrays
from tests.support.compiled import WHOLE, programs
from tests.support.executors import ALL, Executor, called

XP = array_api_compat.torch
ANY = (*sorted(op.name for op in WITH_FORMS), "detach", "add", "mul", "dot", "sum")


def tensor(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


# -- single ops, and programs ----------------------------------------------------------------------------


@pytest.mark.parametrize("op", WITH_FORMS, ids=name_of)
def test_a_form_is_within_4_ulps_of_the_op(op):
    for arguments in argument_counts(op):
        points = columns(op, 1000, arguments)
        check(op, points, on(XP, op, *points))


@pytest.mark.parametrize("op", [op for op in WITH_FORMS if op.arity != 1], ids=name_of)
def test_an_argument_may_be_a_constant(op):
    arguments = argument_counts(op)[-1]
    arrays = columns(op, 50, arguments) if arguments > 3 else [x[-50:] for x in columns(op, 50, arguments)]
    for i in range(arguments):
        for constant in (2.0, -0.0, math.nan):
            for one in (True, False):  # this argument alone, or all others
                mixed = [constant if (j == i) is one else x for j, x in enumerate(arrays)]
                whole = [np.full(50, constant) if (j == i) is one else x for j, x in enumerate(arrays)]
                check(op, whole, on(XP, op, *mixed))


def test_an_op_without_a_form_is_an_error_that_names_it_and_the_library():
    with pytest.raises(CompileError, match="polygamma cannot be computed on arrays of torch"):
        array_form(autograd.ops.polygamma, XP)


@given(drawn=programs(ANY))
def test_every_row_is_within_4_ulps_of_its_op(drawn):
    program, inputs, lanes = drawn
    with np.errstate(all="ignore"):
        check_rows(program, found_on(XP, with_all_outputs(program), inputs, lanes), lanes)


@pytest.mark.parametrize("prepared", [lambda program: program, optimize], ids=["as written", "after all passes"])
@given(drawn=programs(EXACT, WHOLE, WHOLE))
def test_whole_numbers_are_computed_exactly(prepared, drawn):
    check_whole_numbers(XP, prepared, *drawn)


def test_tensors_come_out_as_such():
    program, inputs, want = training_step()
    found = run_on_arrays(program, [torch.asarray(x) if isinstance(x, np.ndarray) else x for x in inputs])
    assert all(isinstance(y, torch.Tensor) and y.dtype == torch.float64 for y in found)
    assert [y.tolist() for y in found] == near(want)


# -- calls -----------------------------------------------------------------------------------------------


def test_values_and_derivatives_of_every_lane_are_tensors():
    program = compile(lambda x, y: autograd.exp(x) * y, 1.0, 2.0)
    x, y = tensor(0.0, 1.0, 2.0), tensor(3.0, -1.0, 0.5)
    value, (by_x, by_y) = program.value_and_grad(x, y, argnums=(0, 1))
    assert all(isinstance(found, torch.Tensor) for found in (value, by_x, by_y))
    torch.testing.assert_close(value, torch.exp(x) * y, rtol=1e-15, atol=0.0)
    torch.testing.assert_close(by_x, torch.exp(x) * y, rtol=1e-15, atol=0.0)
    torch.testing.assert_close(by_y, torch.exp(x), rtol=1e-15, atol=0.0)
    torch.testing.assert_close(program.hessian(x, y), torch.exp(x) * y, rtol=1e-15, atol=0.0)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("check_table", [check_page, check_cases])
def test_special_values_are_computed_as_the_page_and_the_table_of_unusual_inputs_say(check_table):
    check_table(Executor(called(torch.asarray), ALL))


def test_the_gradient_is_that_of_pytorch():
    net = nn.MLP(3, [5, 2], "tanh", seed=0)
    program = compile(lambda x: autograd.logsumexp(net(x)), [0.0] * 3)
    points = torch.linspace(-2.0, 2.0, 21, dtype=torch.float64).reshape(7, 3).requires_grad_()
    y = points
    for layer, activation in zip(net.layers, (torch.tanh, lambda z: z), strict=True):
        weights = tensor(*([w.data for w in neuron.w] for neuron in layer.neurons))
        y = activation(y @ weights.T + tensor(*(neuron.b.data for neuron in layer.neurons)))
    torch.logsumexp(y, dim=1).sum().backward()
    _, slopes = program.value_and_grad(points.detach())
    torch.testing.assert_close(slopes, points.grad, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_backward_adds_to_the_gradients_of_captured_leaves(reduction):
    w = Value(2.0)
    program = compile(lambda x: w * x * x, 1.0)
    total = program.backward(tensor(1.0, 2.0, 3.0), reduction=reduction)
    share = 3.0 if reduction == "mean" else 1.0
    assert (float(total), w.grad) == pytest.approx((28.0 / share, 14.0 / share))
    assert type(w.grad) is float


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.int64, torch.bool])
def test_numbers_of_other_types_become_float64(dtype):
    found = compile(lambda x: x / 3.0, 1.0)(torch.tensor([1, 0, 1], dtype=dtype))
    assert (found.dtype, found.tolist()) == (torch.float64, [1.0 / 3.0, 0.0, 1.0 / 3.0])


def test_arrays_of_numpy_may_stand_beside_tensors():
    w = Value(2.0)
    program = compile(lambda x, y: x * y + w, 1.0, 1.0)
    x, y = tensor(1.0, 2.0), np.broadcast_to(np.arange(4)[::-2], 2)
    for one, other in ((x, y), (y, x)):
        assert program(one, other).tolist() == [5.0, 4.0]
        assert program.value_and_grad(one, other)[1].tolist() == other.tolist()


def test_complex_tensors_are_refused():
    with pytest.raises(TypeError, match=r"^x: expected a real number, got torch\.complex64"):
        compile(lambda x: x * x, 1.0)(torch.tensor([1.0 + 2.0j]))


def test_tensors_that_have_gaps_will_do():
    program = compile(lambda x: x * x, 1.0)
    assert program(torch.arange(10.0, dtype=torch.float64)[::3]).tolist() == [0.0, 9.0, 36.0, 81.0]


def test_no_lanes_have_sums_of_zero():
    program = compile(lambda w, x: autograd.exp(w * x), 1.0, 1.0, in_axes=(None, 0))
    value, slope = program.value_and_grad(math.inf, torch.empty(0, dtype=torch.float64), reduction="sum")
    assert (float(value), float(slope)) == (0.0, 0.0)


def test_nan_in_one_lane_stays_there():
    found = compile(lambda x: autograd.sqrt(x), 1.0)(tensor(4.0, -1.0, math.nan))
    assert torch.isnan(found).tolist() == [False, True, True]


def test_a_lane_that_would_take_another_branch_is_an_error_that_names_it():
    program = compile(lambda x: x if x > 0.0 else -x, 1.0)
    assert program(tensor(1.0, 2.0)).tolist() == [1.0, 2.0]
    with pytest.raises(BranchError, match=r"for 2 of 3 lanes \(first: lane 1\)"):
        program(tensor(1.0, -2.0, -3.0))


def test_every_lane_goes_its_own_way_under_recompile():
    program = compile(lambda x: x * 2.0 if x > 0.0 else -x, 1.0, guard="recompile")
    value, slope = program.value_and_grad(tensor(1.0, -2.0, 3.0, -0.5))
    assert np.asarray(value).tolist() == [2.0, 2.0, 6.0, 0.5]
    assert np.asarray(slope).tolist() == [2.0, -1.0, 2.0, -1.0]


def test_a_wrong_shape_is_refused_by_the_name_of_the_argument():
    with pytest.raises(ValueError, match=r"^x: expected an array of shape \(2,\)"):
        compile(lambda x: x[0] * x[1], [1.0, 2.0])(torch.ones(3, 4, dtype=torch.float64))


def test_a_tensor_whose_gradient_would_be_lost_is_refused():
    program, x = compile(lambda x: x * x, 2.0), tensor(1.0, 2.0).requires_grad_()
    with pytest.raises(TypeError, match=r"x: expected a tensor without requires_grad, .* pass \.detach\(\)"):
        program(x)
    assert program(x.detach()).tolist() == [1.0, 4.0]
    with torch.no_grad():
        assert program(x).tolist() == [1.0, 4.0]
