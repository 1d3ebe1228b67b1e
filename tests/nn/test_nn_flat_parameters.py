"""Optimizers on a flat array of parameters: bit for bit the same as on single numbers."""

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn._flat_parameters import FlatParameters
from nn.optim import SGD, Adagrad, Adam, AdamW, NAdam, Optimizer, RMSprop

MAKES = {
    "SGD": lambda params: SGD(params, lr=0.1),
    "SGD with momentum": lambda params: SGD(params, lr=0.1, momentum=0.9, weight_decay=0.1),
    "SGD with Nesterov momentum": lambda params: SGD(params, lr=0.1, momentum=0.9, nesterov=True),
    "Adam": lambda params: Adam(params, lr=0.1, weight_decay=0.1),
    "Adam with amsgrad": lambda params: Adam(params, lr=0.1, amsgrad=True),
    "AdamW": lambda params: AdamW(params, lr=0.1),
    "NAdam": lambda params: NAdam(params, lr=0.1, weight_decay=0.1),
    "NAdam with decoupled decay": lambda params: NAdam(params, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True),
    "RMSprop": lambda params: RMSprop(params, lr=0.1, weight_decay=0.1),
    "RMSprop centered": lambda params: RMSprop(params, lr=0.1, momentum=0.5, centered=True),
    "Adagrad": lambda params: Adagrad(params, lr=0.1, lr_decay=0.1, weight_decay=0.1),
}

numbers = st.floats(-1e3, 1e3) | st.sampled_from([0.0, -0.0, 1e-320, 1e200, -1e200])


def eager_step(optimizer, leaves, grads):
    optimizer.zero_grad()
    for p, grad in zip(leaves, grads, strict=True):
        p.grad = grad
    optimizer.step()


def facts(optimizer):
    """Everything that a user can see, as text, in which NaN equals NaN and -0.0 differs from 0.0."""
    return repr([[(p.data, p.grad, p.has_grad) for p in optimizer.params], optimizer.state_dict()])


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
@given(data=st.data(), n=st.integers(1, 5))
def test_a_step_on_arrays_is_bit_for_bit_that_of_every_single_number(make, data, n):
    start = data.draw(st.lists(numbers, min_size=n, max_size=n))
    steps = data.draw(st.lists(st.lists(numbers, min_size=n, max_size=n), max_size=4))
    before = data.draw(st.integers(0, len(steps)))  # steps made eagerly first, on some of the parameters
    one, other = (make([Value(x) for x in start]) for _ in range(2))
    for optimizer in (one, other):
        for grads in steps[:before]:
            eager_step(optimizer, optimizer.params[: 1 + n // 2], grads[: 1 + n // 2])
    for grads in steps[before:]:
        eager_step(one, one.params, grads)
    order = data.draw(st.permutations(range(n)))
    flat = FlatParameters([other.params[i] for i in order], other)
    for grads in steps[before:]:
        flat.take(numpy.array([grads[i] for i in order]), [])
        flat.step()
    flat.write()
    assert facts(one) == facts(other)


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_parameters_of_several_groups_and_those_without_a_gradient(make):
    def groups():
        params = [Value(float(i)) for i in range(6)]
        optimizer = make(params[:2])
        optimizer.add_param_group({"params": params[2:5], "lr": 0.25})
        return params, optimizer

    (params, one), (theirs, other) = groups(), groups()
    flat = FlatParameters([theirs[i] for i in (4, 0, 3, 5)], other)  # no gradient reaches 1 and 2; 5 is in no group
    for scale in (1.0, -2.0, 3.0):
        for i in (4, 0, 3, 5):
            one.zero_grad() if i == 4 else None
            params[i].grad = (params[i].grad if i == 5 else 0.0) + scale * (i + 1.0)
        one.step()
        flat.take(numpy.array([scale * (i + 1.0) for i in (4, 0, 3, 5)]), [])
        flat.step()
        flat.write()
        assert facts(one) == facts(other)
        assert (params[5].data, params[5].grad) == (theirs[5].data, theirs[5].grad)
        flat.read()


@pytest.mark.parametrize("kind", [Adam, AdamW, NAdam, RMSprop, Adagrad])
def test_a_division_by_0_is_the_error_it_is_on_single_numbers_and_nothing_has_moved(kind):
    optimizer = kind([Value(1.0), Value(2.0)], eps=0.0)
    before = optimizer.state_dict()
    flat = FlatParameters(optimizer.params, optimizer)
    flat.take(numpy.array([3.0, 0.0]), [])
    with pytest.raises(ZeroDivisionError, match="divides by 0: give eps > 0"):
        flat.step()
    flat.write()
    assert [p.data for p in optimizer.params] == [1.0, 2.0]
    assert optimizer.state_dict() == before


def test_a_rule_of_ones_own_gets_its_single_numbers():
    class SignDescent(Optimizer):
        def update(self, data, grad, memory):
            return data - math.copysign(self.lr, grad), memory

    w = Value(1.0)
    flat = FlatParameters([w], SignDescent([w], lr=0.25))
    flat.take(numpy.array([-3.0]), [])
    flat.step()
    assert flat.data.tolist() == [1.25]


def test_what_others_did_to_the_parameters_is_taken_over():
    w = Value(1.0)
    optimizer = SGD([w], lr=0.5, momentum=0.5)
    flat = FlatParameters([w], optimizer)
    flat.take(numpy.array([1.0]), [])
    flat.step()
    flat.write()
    w.data, optimizer.state[0]["momentum_buffer"] = 8.0, 0.0
    flat.read()
    flat.take(numpy.array([1.0]), [])
    flat.step()
    assert flat.data.tolist() == [7.5]
