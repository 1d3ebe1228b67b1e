"""Losses: against finite differences, against PyTorch's definitions written out, and at their edges."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from autograd.testing import gradcheck
from tests.soak import few

scores = st.lists(st.floats(-4.0, 4.0), min_size=1, max_size=4)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def huber(p, t):
    d = abs(p - t)
    return d * d / 2 if d <= 1 else d - 0.5


ELEMENTWISE = {
    "MSELoss": (nn.MSELoss, [0.5, -1.0], lambda p, t: (p - t) ** 2),
    "L1Loss": (nn.L1Loss, [0.5, -1.0], lambda p, t: abs(p - t)),
    "HuberLoss": (nn.HuberLoss, [0.5, -1.0], huber),
    "HingeLoss": (nn.HingeLoss, [1, -1], lambda p, t: max(0.0, 1 - t * p)),
    "BCEWithLogitsLoss": (
        nn.BCEWithLogitsLoss,
        [1, 0, 0.25],
        lambda p, t: -t * math.log(sigmoid(p)) - (1 - t) * math.log(1 - sigmoid(p)),
    ),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
@few
@given(ps=scores, data=st.data())
def test_a_loss_of_numbers_is_its_definition_and_its_gradient_is_right(name, ps, data):
    kind, targets, definition = ELEMENTWISE[name]
    ts = [data.draw(st.sampled_from(targets)) for _ in ps]
    expected = [definition(p, t) for p, t in zip(ps, ts, strict=True)]
    assert kind("none")(ps, ts) == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert kind("sum")(ps, ts) == pytest.approx(sum(expected), rel=1e-12, abs=1e-15)
    assert kind()(ps, ts) == pytest.approx(sum(expected) / len(ps), rel=1e-12, abs=1e-15)
    assert gradcheck(lambda ps: kind()(ps, ts), (ps,))


@few
@given(ps=st.lists(st.floats(0.01, 0.99), min_size=1, max_size=4), data=st.data())
def test_bce_of_probabilities_is_its_definition_and_its_gradient_is_right(ps, data):
    ts = [data.draw(st.sampled_from([1, 0, 0.25])) for _ in ps]
    expected = [-t * math.log(p) - (1 - t) * math.log(1 - p) for p, t in zip(ps, ts, strict=True)]
    assert nn.BCELoss("none")(ps, ts) == pytest.approx(expected, rel=1e-12)
    assert gradcheck(lambda ps: nn.BCELoss()(ps, ts), (ps,))


rows = st.lists(st.lists(st.floats(-4.0, 4.0), min_size=3, max_size=3), min_size=1, max_size=3)


@few
@given(rows=rows, data=st.data())
def test_cross_entropy_is_nll_of_log_softmax_and_its_gradient_is_right(rows, data):
    labels = [data.draw(st.integers(0, 2)) for _ in rows]
    logs = [[x - math.log(sum(map(math.exp, row))) for x in row] for row in rows]
    expected = [-row[label] for row, label in zip(logs, labels, strict=True)]
    assert nn.CrossEntropyLoss("none")(rows, labels) == pytest.approx(expected, abs=1e-13)
    assert nn.NLLLoss("none")(logs, labels) == expected
    assert gradcheck(lambda rows: nn.CrossEntropyLoss()(rows, labels), (rows,))
    assert gradcheck(lambda rows: nn.NLLLoss()(rows, labels), (rows,))


def test_a_single_sample_needs_no_list():
    assert nn.MSELoss()(Value(3.0), 1.0).data == 4.0
    assert nn.CrossEntropyLoss()([0.0, 0.0], 1) == pytest.approx(math.log(2))


def test_logits_far_out_cost_what_they_should():
    loss = nn.BCEWithLogitsLoss("none")
    assert loss([800.0, -800.0, 40.0, -40.0], [0, 1, 1, 0]) == pytest.approx(
        [800.0, 800.0, math.exp(-40), math.exp(-40)], rel=1e-12
    )


def test_a_wrong_certainty_costs_infinity_and_a_right_one_nothing():
    assert nn.BCELoss("sum")([Value(1.0), Value(0.0)], [1, 0]).data == 0.0
    with pytest.warns(RuntimeWarning, match=r"log\(0\.0\) is -inf"):
        assert nn.BCELoss()([Value(0.0)], [1]).data == math.inf


def test_targets_may_be_values():
    p, t = Value(0.3), Value(0.6)
    nn.BCEWithLogitsLoss()([p], [t]).backward()
    assert p.grad == pytest.approx(sigmoid(0.3) - 0.6)
    assert t.grad == pytest.approx(-0.3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.MSELoss("avg"), "reduction must be one of mean, sum, none, got 'avg'"),
        (lambda: nn.MSELoss()([], []), "loss of an empty batch"),
        (lambda: nn.MSELoss()([1.0], [1.0, 2.0]), "targets must have the shape of predictions, 1, got 2"),
        (lambda: nn.HingeLoss()([1.0], [0]), "HingeLoss takes -1 and 1, got 0"),
        (lambda: nn.BCELoss()([1.5], [1]), "probabilities from 0 to 1, got 1.5"),
        (lambda: nn.BCEWithLogitsLoss()([1.5], [2]), "targets: expected a number from 0 to 1, got 2"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [2]), "the index of a class, 0 to 1, got 2"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [0.0]), "the index of a class, 0 to 1, got 0.0"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [0, 1]), "targets: expected 1, one for each row of predictions, got 2"),
        (lambda: nn.MSELoss()([[1, 2], [3, 4], [5, 6]], [[1, 2, 3], [4, 5, 6]]), "predictions, 3 × 2, got 2 × 3"),
        (lambda: nn.CrossEntropyLoss()([Value(1.0)], [0]), "expected a row of numbers, one for each class, got Value"),
        (lambda: nn.HuberLoss(delta=0.0), "delta must be positive, got 0.0"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_numpy_arrays_are_taken():
    import numpy

    assert nn.MSELoss()(numpy.array([1.0, 2.0]), numpy.array([0.0, 4.0])) == 2.5
    assert nn.NLLLoss()(numpy.array([[-0.5, -1.0]]), numpy.array([1])) == 1.0
    assert nn.NLLLoss()([[-0.5, -1.0]], list(numpy.array([1]))) == 1.0


def test_one_output_may_be_a_number_or_a_list_of_one():
    assert nn.MSELoss()([[1.0], [2.0]], [0.0, 4.0]) == nn.MSELoss()([1.0, 2.0], [[0.0], [4.0]]) == 2.5
