"""Losses: against finite differences, against PyTorch's definitions written out, and at their edges."""

import inspect
import json
import math
import warnings
from functools import cache
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, compile, gradients, hessian, trace, value_and_grad
from autograd import sum as total
from autograd._tree import tree_leaves, tree_map
from autograd.testing import gradcheck
from tests.support import oracle
from tests.support.soak import few

REFERENCE = json.loads((Path(__file__).parent / "reference" / "losses.json").read_text())

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


@pytest.mark.parametrize(
    "case", REFERENCE["losses"], ids=lambda case: f"{case['loss']} of {case['targets']} {list(case['settings'].values())}"
)
def test_values_and_gradients_agree_with_pytorch_to_1e_12_relative_or_absolute(case):
    predictions = tree_map(Value, REFERENCE[case["predictions"]])
    targets = REFERENCE[case["targets"]]
    if "gradient by targets" in case:
        targets = tree_map(Value, targets)
    losses = getattr(nn, case["loss"])(**case["settings"])(predictions, targets)
    found = [getattr(loss, "data", loss) for loss in losses] if isinstance(losses, list) else losses.data
    assert found == pytest.approx(case["value"], rel=1e-12, abs=1e-12)
    (total(losses) if isinstance(losses, list) else losses).backward()
    assert [p.grad for p in tree_leaves(predictions)] == pytest.approx(case["gradient"], rel=1e-12, abs=1e-12)
    if "gradient by targets" in case:
        assert [t.grad for t in tree_leaves(targets)] == pytest.approx(case["gradient by targets"], rel=1e-12, abs=1e-12)


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


@few
@given(rows=rows, smoothing=st.floats(0.0, 1.0), data=st.data())
def test_smoothed_labels_are_rows_of_probabilities_and_the_gradient_is_right(rows, smoothing, data):
    labels = [data.draw(st.integers(0, 2)) for _ in rows]
    shares = [[smoothing / 3 + (1 - smoothing) * (c == label) for c in range(3)] for label in labels]
    expected = nn.CrossEntropyLoss("none")(rows, shares)
    smooth = nn.CrossEntropyLoss("none", label_smoothing=smoothing)
    assert smooth(rows, labels) == pytest.approx(expected, rel=1e-12)
    assert gradcheck(lambda row: smooth([row], labels[:1])[0], (rows[0],))


@given(rows=rows, data=st.data())
def test_a_weight_is_a_share_of_the_mean_and_an_ignored_sample_is_none(rows, data):
    labels = [data.draw(st.integers(0, 2)) for _ in rows]
    weight = [data.draw(st.sampled_from([1.0, 2.0, 3.0])) for _ in range(3)]
    repeated = [(row, label) for row, label in zip(rows, labels, strict=True) for _ in range(int(weight[label]))]
    weighted = nn.CrossEntropyLoss(weight=weight)(rows, labels)
    assert weighted == pytest.approx(nn.CrossEntropyLoss()(*zip(*repeated, strict=True)), rel=1e-12, abs=1e-15)
    assert nn.CrossEntropyLoss(weight=weight)([*rows, [1.0, 2.0, 3.0]], [*labels, -100]) == pytest.approx(weighted, rel=1e-15)


@few
@given(ps=scores, factor=st.floats(0.1, 5.0), data=st.data())
def test_a_pos_weight_is_that_many_positives(ps, factor, data):
    ts = [data.draw(st.sampled_from([0, 1, 0.25])) for _ in ps]
    parts = [(factor * t * math.log1p(math.exp(-p)), (1 - t) * math.log1p(math.exp(p))) for p, t in zip(ps, ts, strict=True)]
    loss = nn.BCEWithLogitsLoss("none", pos_weight=factor)
    assert loss(ps, ts) == pytest.approx([sum(part) for part in parts], rel=1e-12)
    assert gradcheck(lambda ps: nn.BCEWithLogitsLoss(pos_weight=factor)(ps, ts), (ps,))


@few
@given(ps=scores, beta=st.floats(0.1, 3.0), data=st.data())
def test_smooth_l1_is_huber_over_its_delta_and_its_gradient_is_right(ps, beta, data):
    ts = [data.draw(st.floats(-4.0, 4.0)) for _ in ps]
    found = nn.SmoothL1Loss("none", beta)(ps, ts)
    assert found == pytest.approx([loss / beta for loss in nn.HuberLoss("none", beta)(ps, ts)], rel=1e-12, abs=1e-15)
    assert gradcheck(lambda ps: nn.SmoothL1Loss(beta=beta)(ps, ts), (ps,))


@few
@given(rows=rows, data=st.data())
def test_the_divergence_is_the_cross_entropy_less_the_entropy_and_its_gradient_is_right(rows, data):
    shares = [
        [x / sum(xs) for x in xs] for xs in (data.draw(st.lists(st.floats(0.1, 1.0), min_size=3, max_size=3)) for _ in rows)
    ]
    logs = [[x - math.log(sum(map(math.exp, row))) for x in row] for row in rows]
    entropy = -sum(p * math.log(p) for row in shares for p in row)
    expected = nn.CrossEntropyLoss("sum")(rows, shares) - entropy
    assert nn.KLDivLoss("sum")(logs, shares) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert nn.KLDivLoss("batchmean")(logs, shares) == pytest.approx(expected / len(rows), rel=1e-9, abs=1e-12)
    log_shares = [[math.log(p) for p in row] for row in shares]
    assert nn.KLDivLoss("sum", log_target=True)(logs, log_shares) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert gradcheck(lambda logs, shares: nn.KLDivLoss()(logs, shares), (logs[0], shares[0]))
    assert gradcheck(lambda logs, shares: nn.KLDivLoss(log_target=True)(logs, shares), (logs[0], log_shares[0]))


def test_what_has_no_share_costs_nothing_whatever_is_predicted():
    assert nn.KLDivLoss("sum")([-math.inf, 0.0], [0, 1]) == 0.0
    assert nn.KLDivLoss("sum", log_target=True)([-math.inf, 0.0], [-math.inf, 0.0]) == 0.0
    assert nn.CrossEntropyLoss()([[1.0, -math.inf]], [[1.0, 0.0]]) == 0.0


@pytest.mark.parametrize(
    ("log_target", "targets"), [(False, [0.75, 0.0, 0.25]), (True, [math.log(0.75), -math.inf, math.log(0.25)])]
)
def test_a_divergence_counts_what_never_happens_as_nothing_also_if_the_target_is_a_value(log_target, targets):
    loss = nn.KLDivLoss("sum", log_target=log_target)
    predictions = [-0.5, -2.0, -1.0]
    expected = loss([predictions], [targets])
    assert math.isclose(expected, 0.75 * (math.log(0.75) + 0.5) + 0.25 * (math.log(0.25) + 1.0))
    rows = [[Value(p) for p in predictions], [Value(t) for t in targets]]
    found = loss(rows[:1], rows[1:])
    found.backward()
    assert found.data == expected
    assert [p.grad for p in rows[0]] == pytest.approx([-0.75, 0.0, -0.25])
    program = compile(lambda p, t: loss([p], [t]), predictions, [-0.1, -0.2, -0.3] if log_target else [0.2, 0.3, 0.5])
    assert program(predictions, targets) == expected


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (nn.HingeLoss(), [[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]),
        (nn.BCEWithLogitsLoss(), [[1.0, 0.0], [0.0, 1.0], [0.25, 0.75]]),
        (nn.CrossEntropyLoss(), [[1.0, 0.0], [0.0, 1.0], [0.25, 0.75]]),
    ],
)
def test_a_loss_called_in_a_compiled_function_serves_all_targets(loss, targets):
    rows = [[0.5, -1.0], [2.0, 0.25], [-0.5, 1.5]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program = compile(lambda row, target: loss([row], [target]), rows[0], targets[0])
    found = program(numpy.array(rows), numpy.array(targets))
    assert found.tolist() == pytest.approx([loss([row], [target]) for row, target in zip(rows, targets, strict=True)])


@pytest.mark.parametrize("reduction", nn.KLDivLoss.reductions)
@pytest.mark.parametrize(("log_target", "nothing"), [(False, 0.0), (True, -math.inf)])
def test_where_no_target_has_a_share_the_divergence_is_a_value_too(reduction, log_target, nothing):
    predictions = [Value(-0.5), Value(-math.inf)]
    losses = nn.KLDivLoss(reduction, log_target=log_target)([predictions], [[nothing, nothing]])
    for loss in losses if reduction == "none" else [losses]:
        loss.backward()
        assert loss.data == 0.0
    assert [prediction.grad for prediction in predictions] == [0.0, 0.0]


def test_all_ignored_is_a_sum_of_0_and_no_mean():
    assert nn.CrossEntropyLoss("sum")([[1.0, 2.0]], [-100]) == 0.0
    assert nn.NLLLoss("none", ignore_index=1)([[1.0, 2.0]], [1]) == [0.0]
    with pytest.raises(ValueError, match="targets: every target is ignored or has weight 0, so there is no mean"):
        nn.CrossEntropyLoss()([[1.0, 2.0]], [-100])


@pytest.mark.parametrize("loss", [nn.NLLLoss("sum"), nn.CrossEntropyLoss("sum"), nn.CrossEntropyLoss("sum", label_smoothing=0.1)])
def test_a_batch_that_is_all_ignored_has_gradients_of_0_for_every_prediction(loss):
    rows = [[Value(-1.0), Value(-math.inf)], [Value(math.nan), Value(-0.0)]]
    total = loss(rows, [-100, -100])
    total.backward()
    assert repr(total.data) == "0.0"
    assert [(x.grad, x.has_grad) for row in rows for x in row] == [(0.0, True)] * 4


def test_probabilities_may_be_values_which_get_a_gradient():
    row, shares = [Value(0.5), Value(-0.5)], [Value(0.75), Value(0.25)]
    nn.CrossEntropyLoss()([row], [shares]).backward()
    assert [p.grad for p in shares] == pytest.approx([math.log1p(math.exp(-1.0)), math.log1p(math.exp(1.0))], rel=1e-12)


def test_the_history_of_a_mean_over_rows_is_a_mean():
    X, y = [[0.5], [1.0], [2.0]], [[1.0, 0.0], [0.25, 0.75], [0.5, 0.5]]
    net = nn.Sequential(nn.MLP(1, [2], seed=0), nn.LogSoftmax())
    before = nn.KLDivLoss("batchmean")([net(row) for row in X], y).data
    optimizer = nn.optim.SGD(net.parameters(), lr=1e-300)
    history = nn.fit(net, X, y, loss=nn.KLDivLoss("batchmean"), optimizer=optimizer, epochs=1, batch_size=2, progress=False)
    assert history.loss == [pytest.approx(before, rel=1e-12)]


logits = st.lists(st.integers(-60, 60).map(float), min_size=1, max_size=5)


@given(logits, st.data())
def test_cross_entropy_keeps_its_digits_however_far_all_logits_are_shifted(xs, data):
    label = data.draw(st.integers(0, len(xs) - 1))
    shift = data.draw(st.sampled_from([0.0, 1.0, -(2.0**30), 2.0**52]))
    shifted = [Value(x + shift) for x in xs]
    loss = nn.CrossEntropyLoss()([shifted], [label])
    order = [label, *(j for j in range(len(xs)) if j != label)]
    assert oracle.ulps(loss.data, -oracle.value("log_softmax", *(xs[j] for j in order))) <= 4
    for j, exact in zip(order, oracle.partials("log_softmax", *(xs[j] for j in order)), strict=True):
        assert oracle.ulps(gradients(loss, shifted[j]), -exact) <= 4


@given(st.floats(-800.0, 800.0), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_binary_cross_entropy_of_logits_keeps_its_digits_in_both_tails(x, target):
    x = Value(x)
    loss = nn.BCEWithLogitsLoss()([x], [target])
    right, wrong = oracle.value("softplus", -x.data), oracle.value("softplus", x.data)
    assert oracle.ulps(loss.data, target * right + (1 - target) * wrong) <= 4
    share = oracle.value("sigmoid", x.data if target == 0.0 else -x.data)
    exact = share if target == 0.0 else -share if target == 1.0 else oracle.value("sigmoid", x.data) - target
    unit = oracle.spacing(exact if target in (0.0, 1.0) else target)  # near its root, it is as precise as the target
    assert abs(gradients(loss, x) - exact) <= 4 * unit


SINGULAR = [math.inf, -math.inf, math.nan, 1e308, 0.0, -3.0]
OF_A_ROW = {name: kind for name, (kind, _, _) in ELEMENTWISE.items()} | {"CrossEntropyLoss": nn.CrossEntropyLoss}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", OF_A_ROW)
@given(xs=st.lists(st.sampled_from(SINGULAR), min_size=1, max_size=3))
def test_a_loss_that_is_nan_has_gradients_that_are_nan(name, xs):
    for x in [xs] if name == "CrossEntropyLoss" else [[x] for x in xs]:
        leaves = [Value(number) for number in x]
        loss = OF_A_ROW[name]()([leaves], [0 if name == "CrossEntropyLoss" else 1.0])
        if math.isnan(loss.data):
            assert all(map(math.isnan, gradients(loss, leaves)))


WEIGHTED = {
    "CrossEntropyLoss": (lambda w: nn.CrossEntropyLoss("sum", weight=[w, 1.0]), 0, st.sampled_from(SINGULAR)),
    "NLLLoss": (lambda w: nn.NLLLoss("sum", weight=[w, 1.0]), 0, st.sampled_from(SINGULAR)),
    "KLDivLoss": (lambda w: nn.KLDivLoss(), [0.5, 0.5], st.sampled_from(SINGULAR)),
    "KLDivLoss of logarithms": (lambda w: nn.KLDivLoss(log_target=True), [-0.5, -1.0], st.sampled_from(SINGULAR)),
    "BCELoss": (lambda w: nn.BCELoss(weight=w), [1.0, 0.0], st.sampled_from([0.0, 1.0, 0.5])),
    "BCEWithLogitsLoss": (lambda w: nn.BCEWithLogitsLoss(weight=w), [1.0, 0.5], st.sampled_from(SINGULAR)),
    "BCEWithLogitsLoss of positives": (lambda w: nn.BCEWithLogitsLoss(pos_weight=w), [1.0, 0.0], st.sampled_from(SINGULAR)),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", WEIGHTED)
@given(weight=st.sampled_from([0.0, 1.0, 2.0]), data=st.data())
def test_no_weight_and_no_constant_slope_hides_a_loss_that_is_nan(name, weight, data):
    kind, target, numbers = WEIGHTED[name]
    row = [Value(data.draw(numbers)) for _ in range(2)]
    for part in (None, 0, 1):  # the loss of the row, and of each number where it has one
        if part is not None and isinstance(target, int):
            continue
        chosen = row if part is None else row[part : part + 1]
        loss = kind(weight)([chosen], [target if part is None else target[part : part + 1]])
        if math.isnan(loss.data):
            slopes = gradients(loss, chosen, create_graph=True)
            told = [slope for slope in slopes if math.isnan(slope.data)]
            assert len(told) == 2 if name == "CrossEntropyLoss" else told
            assert all(any(map(math.isnan, gradients(slope, chosen))) for slope in told)


@pytest.mark.parametrize("loss", [lambda row: nn.KLDivLoss()([row], [[0.5, 0.5]]), lambda row: nn.NLLLoss()([row, row], [0, 1])])
def test_losses_that_are_infinities_of_both_signs_have_gradients_that_are_nan(loss):
    row = [Value(math.inf), Value(-math.inf)]
    assert math.isnan(loss(row).data)
    assert all(map(math.isnan, gradients(loss(row), row)))


shares_of_3 = st.lists(st.integers(0, 4), min_size=3, max_size=3).filter(any).map(lambda xs: [x / sum(xs) for x in xs])
weights_of_3 = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=3, max_size=3)
classes_of_3 = st.integers(0, 2) | st.just(-100)
numbers_of_3 = st.lists(st.floats(-4.0, 4.0), min_size=3, max_size=3)
SAMPLES = {
    "MSELoss": (nn.MSELoss("sum"), numbers_of_3),
    "L1Loss": (nn.L1Loss("sum"), numbers_of_3),
    "HuberLoss": (nn.HuberLoss("sum", 1.5), numbers_of_3),
    "SmoothL1Loss": (nn.SmoothL1Loss("sum", 0.5), numbers_of_3),
    "HingeLoss": (nn.HingeLoss("sum"), st.lists(st.sampled_from([-1, 1]), min_size=3, max_size=3)),
    "KLDivLoss": (nn.KLDivLoss("sum"), shares_of_3),
    "KLDivLoss of logarithms": (nn.KLDivLoss("sum", log_target=True), numbers_of_3),
    "BCEWithLogitsLoss": (nn.BCEWithLogitsLoss("sum"), shares_of_3),
    "BCEWithLogitsLoss with weights": (
        nn.BCEWithLogitsLoss("sum", weight=[1.0, 0.5, 0.0], pos_weight=[2.0, 1.0, 0.5]),
        shares_of_3,
    ),
    "NLLLoss": (nn.NLLLoss("sum"), classes_of_3),
    "NLLLoss with weights": (nn.NLLLoss("sum", weight=[1.0, 0.5, 0.0]), classes_of_3),
    "CrossEntropyLoss": (nn.CrossEntropyLoss("sum"), classes_of_3),
    "CrossEntropyLoss with weights": (nn.CrossEntropyLoss("sum", weight=[1.0, 0.5, 0.0]), classes_of_3),
    "CrossEntropyLoss of smoothed labels": (
        nn.CrossEntropyLoss("sum", weight=[1.0, 2.0, 0.5], label_smoothing=0.1),
        classes_of_3,
    ),
    "CrossEntropyLoss that ignores a class": (nn.CrossEntropyLoss("sum", ignore_index=1, label_smoothing=0.1), classes_of_3),
    "CrossEntropyLoss of shares": (nn.CrossEntropyLoss("sum", weight=[1.0, 2.0, 0.5], label_smoothing=0.1), shares_of_3),
}


def slopes_of(loss, row):
    return gradients(loss, row) if type(loss) is Value else [0.0] * len(row)  # an ignored sample


@pytest.mark.parametrize("name", SAMPLES)
@few
@given(numbers=numbers_of_3, data=st.data())
def test_the_loss_of_a_sample_is_that_of_a_batch_of_one_whatever_the_target_is(name, numbers, data):
    kind, targets = SAMPLES[name]
    target = data.draw(targets.filter(lambda target: target != -100 or kind.ignore_index == -100))
    row, again = [Value(x) for x in numbers], [Value(x) for x in numbers]
    expected = kind([row], [target])
    found = kind.sample_loss(again, tree_map(Value, target))
    assert found.data == pytest.approx(getattr(expected, "data", expected), rel=1e-15, abs=0.0)
    assert gradients(found, again) == pytest.approx(slopes_of(expected, row), rel=1e-14, abs=1e-300)


@given(p=st.floats(0.01, 0.99), target=st.sampled_from([0, 0.25, 1]), weight=st.sampled_from([0.0, 0.5, 1.0]))
def test_the_loss_of_a_single_probability_is_that_of_a_batch_of_one(p, target, weight):
    kind, row, again = nn.BCELoss("sum", weight=weight), Value(p), Value(p)
    expected, found = kind([row], [target]), kind.sample_loss(again, Value(target))
    assert found.data == pytest.approx(expected.data, rel=1e-15, abs=0.0)
    assert gradients(found, again) == pytest.approx(gradients(expected, row), rel=1e-15, abs=0.0)


def test_numbers_in_dicts_have_the_targets_of_their_keys():
    loss = nn.MSELoss("sum")
    assert loss({"mean": 1.0, "scale": [2.0, 3.0]}, {"scale": [2.0, 5.0], "mean": 1.0}) == 4.0
    assert loss([{"mean": 1.0, "scale": 2.0}], [{"scale": 5.0, "mean": 1.0}]) == 9.0


@pytest.mark.parametrize("kind", [list, tuple, numpy.array])
def test_lists_tuples_and_arrays_in_dicts_are_alike_and_one_number_in_them_is_that_number(kind):
    predictions = [{"box": [Value(1.0), Value(2.0)], "score": [Value(3.0)]}]
    assert nn.MSELoss("sum")(predictions, [{"score": 1.0, "box": kind([0.0, 4.0])}]).data == 9.0


@pytest.mark.parametrize("prediction", [-0.5, 1.5])
@pytest.mark.parametrize("target", [0, 0.25, 1])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_loss_of_a_sample_is_nan_where_a_batch_is_refused(prediction, target):
    assert math.isnan(nn.BCELoss().sample_loss(Value(prediction), Value(target)).data)


@cache
def batch_of_two(name, weight, traced_at):
    """The loss of two samples, eager and compiled; cached, since many examples share few functions."""
    kind, target, _ = WEIGHTED[name]

    def total(x, y):
        return kind(weight)([[x, y], [y, x]], [target, target])

    return total, compile(total, traced_at, traced_at, executor="python")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("traced_at", [-0.5, math.nan, math.inf])
@pytest.mark.parametrize("name", WEIGHTED)
@given(weight=st.sampled_from([0.0, 1.0]), row=st.lists(st.sampled_from([*SINGULAR, 0.25, -0.5]), min_size=2, max_size=2))
def test_a_compiled_loss_has_the_derivatives_of_the_loss_wherever_it_was_traced(name, traced_at, weight, row):
    if name == "BCELoss":
        traced_at, row = 0.5, [x if 0.0 <= x <= 1.0 else 1.0 for x in row]
    total, compiled = batch_of_two(name, weight, traced_at)
    assert repr(compiled.value_and_grad(*row, argnums=(0, 1))) == repr(value_and_grad(total, argnums=(0, 1))(*row))
    assert repr(compiled.hessian(*row, argnums=(0, 1))) == repr(hessian(total, argnums=(0, 1))(*row))


@pytest.mark.parametrize(
    "make",
    [
        lambda w: nn.BCELoss("none", weight=w),
        *(lambda w, k=k: nn.BCEWithLogitsLoss("none", **{k: w}) for k in ("weight", "pos_weight")),
    ],
)
def test_weights_of_columns_may_be_nested_as_the_columns_are(make):
    predictions, targets = [[[0.5, 0.25], [0.75, 0.125]]] * 3, [[[1, 0], [1, 1]]] * 3
    flat = [[0.5, 0.25, 0.75, 0.125]] * 3, [[1, 0, 1, 1]] * 3
    assert make([[2.0, 3.0], [5.0, 7.0]])(predictions, targets) == make([2.0, 3.0, 5.0, 7.0])(*flat)


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
        (lambda: nn.MSELoss()([], []), "the loss of an empty batch is undefined"),
        (lambda: nn.MSELoss()([{"a": 1.0}], [{"b": 1.0}]), "targets must .* predictions, a dict of a, got a dict of b"),
        (
            lambda: nn.MSELoss()([[1.0, 2.0], [{"a": [1.0, 2.0]}, 1.0]], [[1.0, 2.0], [{"a": [1.0, 2.0, 3.0]}, 1.0]]),
            "a list of 2, got a list of 3",
        ),
        (lambda: nn.MSELoss()([1.0], [1.0, 2.0]), "targets must have the shape of predictions, a list of 1, got a list of 2"),
        (lambda: nn.HingeLoss()([1.0], [0]), "HingeLoss takes -1 and 1, got 0"),
        (lambda: nn.BCELoss()([1.5], [1]), "probabilities from 0 to 1, got 1.5"),
        (lambda: nn.BCEWithLogitsLoss()([1.5], [2]), "targets: expected a number from 0 to 1, got 2"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [2]), "the index of a class, 0 to 1, got 2"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [0.0]), "the index of a class, 0 to 1, got 0.0"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [0, 1]), "targets: expected 1, one for each row of predictions, got 2"),
        (lambda: nn.MSELoss()([[1, 2], [3, 4], [5, 6]], [[1, 2, 3], [4, 5, 6]]), "predictions, 3 × 2, got 2 × 3"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0, 3.0]], 1), r"targets: expected a list of 1, .* got 1: write \[1\]$"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [1.0]), r"class, 0 to 1, got 1\.0: write int\(y\) for each$"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], numpy.array([0.0])), r"got 0\.0: write int\(y\) for each$"),
        (lambda: nn.CrossEntropyLoss()([[1.0]], [1]), "the index of a class, 0, since there is only one, got 1$"),
        (
            lambda: nn.CrossEntropyLoss()([Value(1.0)], [0]),
            "a row of numbers, one per class, got a Value: give the model .*BCEWithLogitsLoss",
        ),
        (lambda: nn.HuberLoss(delta=0.0), "delta must be a number > 0, got 0.0"),
        (lambda: nn.SmoothL1Loss(beta=-1.0), "beta must be a finite number >= 0, got -1.0"),
        (lambda: nn.KLDivLoss("batch_mean"), "sum, none, batchmean, got 'batch_mean': did you mean batchmean"),
        (lambda: nn.KLDivLoss()([0.0], [-0.5]), "targets: expected a number from 0 to 1, got -0.5"),
        (lambda: nn.CrossEntropyLoss(weight=[1.0, -2.0]), r"weight\[1\] must be a finite number >= 0, got -2.0"),
        (lambda: nn.NLLLoss(weight=[1.0])([[1.0, 2.0]], [0]), "weight must hold one number for each of the 2 classes, got 1"),
        (lambda: nn.CrossEntropyLoss(label_smoothing=1.5), "label_smoothing must be a number from 0 to 1, got 1.5"),
        (
            lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [[1.0]]),
            r"expected the index of a class or 2 probabilities, one for each, got a list of 1: write y\[0\] for each$",
        ),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [[0.5, 0.5, 0.0]]), "2 probabilities, one for each, got a list of 3$"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [True]), r"class, 0 to 1, got True: write int\(y\) for each$"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [[1, 1]]), "the probabilities of a row must sum to 1, got 2"),
        (lambda: nn.CrossEntropyLoss()([[1.0, 2.0]], [[1.5, -0.5]]), "targets: expected a number from 0 to 1, got 1.5"),
        (
            lambda: nn.CrossEntropyLoss(ignore_index=0)([[1.0, 2.0]], [[0.5, 0.5]]),
            "ignore_index=0 needs class indices as targets",
        ),
        (lambda: nn.NLLLoss()([[1.0, 2.0]], [[0.5, 0.5]]), r"the index of a class, 0 to 1, got \[0.5, 0.5\]"),
        (lambda: nn.BCELoss(weight=math.inf), "weight must be a finite number >= 0, got inf"),
        (
            lambda: nn.BCELoss(weight=[1.0, 2.0])([0.1, 0.2, 0.3], [0, 1, 1]),
            "weight must be one number, .* have their shape, a list of 3, got a list of 2",
        ),
        (
            lambda: nn.BCEWithLogitsLoss(pos_weight=[1.0, 2.0])([0.5], [1]),
            "pos_weight must be one number, .*, a list of 1, got a list of 2",
        ),
        (
            lambda: nn.BCELoss(weight=[[1.0], [2.0]])([[0.1, 0.2], [0.3, 0.4]], [[0, 1], [1, 0]]),
            "weight must be one number, one for each column of predictions, or have their shape, 2 × 2, got 2 × 1",
        ),
    ],
)
def test_bad_arguments_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.CrossEntropyLoss([1.0, 2.0]), r"\(pass everything else by keyword, such as weight=\), got \[1.0, 2.0\]"),
        (lambda: nn.CrossEntropyLoss(weight=2.0), "weight must be a list, a tuple or an array, got float"),
        (lambda: nn.CrossEntropyLoss(weight=["a"]), r"weight\[0\] must be a finite number >= 0, got 'a'"),
        (lambda: nn.CrossEntropyLoss(weight=[[1.0], [2.0]]), r"weight\[0\] must be a finite number >= 0, got \[1.0\]"),
        (lambda: nn.BCELoss(weight=[1.0, None]), r"weight\[1\] must be a finite number >= 0, got None"),
        (lambda: nn.NLLLoss(ignore_index=1.0), "ignore_index must be an integer, got 1.0"),
        (lambda: nn.KLDivLoss(log_target=1), "log_target must be True or False, got 1"),
    ],
)
def test_arguments_of_the_wrong_type_are_refused_by_name(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_numpy_arrays_are_taken():
    import numpy

    assert nn.CrossEntropyLoss()(numpy.zeros((1, 2)), numpy.array([[0.5, 0.5]])) == pytest.approx(math.log(2))
    assert nn.BCELoss(weight=numpy.array([1.0, 0.0]))(numpy.array([0.5, 0.25]), [1, 1]) == pytest.approx(math.log(2) / 2)

    assert nn.MSELoss()(numpy.array([1.0, 2.0]), numpy.array([0.0, 4.0])) == 2.5
    assert nn.NLLLoss()(numpy.array([[-0.5, -1.0]]), numpy.array([1])) == 1.0
    assert nn.NLLLoss()([[-0.5, -1.0]], list(numpy.array([1]))) == 1.0


def test_one_output_may_be_a_number_or_a_list_of_one():
    assert nn.MSELoss()([[1.0], [2.0]], [0.0, 4.0]) == nn.MSELoss()([1.0, 2.0], [[0.0], [4.0]]) == 2.5


NUMBER_LOSSES = [
    nn.MSELoss,
    nn.L1Loss,
    nn.HuberLoss,
    nn.SmoothL1Loss,
    nn.KLDivLoss,
    nn.BCELoss,
    nn.BCEWithLogitsLoss,
    nn.HingeLoss,
]
CLASS_LOSSES = [nn.NLLLoss, nn.CrossEntropyLoss]
NO_NUMBERS = {
    "a generator": (lambda: (x for x in [1.0]), "got generator: pass a list"),
    "a set": (lambda: {1.0}, "got set: pass a list"),
    "a Module": (lambda: nn.MLP(1, [1], seed=0), "got MLP: call it"),
    "None": (lambda: None, "got NoneType"),
    "a str": (lambda: "0.5", "got str"),
    "a method": (lambda: [1.0].copy, "got builtin_function_or_method: call it"),
}


every_loss = pytest.mark.parametrize("kind", [*NUMBER_LOSSES, *CLASS_LOSSES])
everything_else = pytest.mark.parametrize(("make", "message"), NO_NUMBERS.values(), ids=NO_NUMBERS)


def sample(kind):
    return ([[0.5]], [0]) if kind in CLASS_LOSSES else ([[0.5]], [[1.0]])


@every_loss
@everything_else
@pytest.mark.parametrize("wrapped", [lambda x: x, lambda x: [x], lambda x: [[x]]], ids=["alone", "in a list", "in a row"])
def test_predictions_that_are_no_numbers_are_refused(kind, make, message, wrapped):
    with pytest.raises(TypeError, match=f"^predictions: .*{message}"):
        kind()(wrapped(make()), sample(kind)[1])


@every_loss
@everything_else
@pytest.mark.parametrize("wrapped", [lambda x: x, lambda x: [x]], ids=["alone", "in a list"])
def test_targets_that_are_no_numbers_are_refused(kind, make, message, wrapped):
    with pytest.raises(TypeError, match=f"^targets: .*{message}"):
        kind()(sample(kind)[0], wrapped(make()))


@everything_else
def test_probabilities_that_are_no_numbers_are_refused(make, message):
    with pytest.raises(TypeError, match=f"^targets: .*{message}"):
        nn.CrossEntropyLoss()([[0.5, 0.5]], [[0.5, make()]])


@pytest.mark.parametrize("kind", [nn.MSELoss, nn.HuberLoss, nn.BCELoss, nn.CrossEntropyLoss, nn.NLLLoss, nn.KLDivLoss])
@pytest.mark.parametrize("predictions", [Value(1.0), [Value(1.0)], (1.0,), numpy.array([1.0]), nn.Neuron(1, seed=0)])
def test_predictions_and_targets_in_the_constructor_say_what_to_write(kind, predictions):
    with pytest.raises(TypeError, match=rf"write {kind.__name__}\(\)\(predictions, targets\)$"):
        kind(predictions, [1.0])


def test_an_element_of_the_users_own_that_returns_nothing_is_named():
    class Forgetful(nn.losses.Loss):
        def element(self, prediction, target):
            (prediction - target) ** 2

    with pytest.raises(TypeError, match=r"^Forgetful\.element returned None: is a `return` missing\?"):
        Forgetful()([1.0], [2.0])


def test_a_loss_of_the_users_own_takes_what_its_constructor_takes():
    class Scaled(nn.MSELoss):
        def __init__(self, scales, offset):
            super().__init__("sum")
            self.scales, self.offset = scales, offset

    class Learned(Scaled):
        pass

    assert Scaled([1.0, 2.0], [0.0]).offset == [0.0]
    assert Learned(Value(1.0), 0.0).parameters()[0].data == 1.0


def test_losses_tell_their_arguments():
    assert list(inspect.signature(nn.MSELoss).parameters) == ["reduction"]
    assert list(inspect.signature(nn.HuberLoss).parameters) == ["reduction", "delta"]


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.MSELoss(), nn.BCEWithLogitsLoss(), nn.KLDivLoss("batchmean")])
def test_the_mean_over_one_sample_records_no_division_and_is_the_sum(loss):
    rows = isinstance(loss, (nn.CrossEntropyLoss, nn.KLDivLoss))
    z = [Value(1.0), Value(-2.0)] if rows else Value(1.0)
    target = {"CrossEntropyLoss": 0, "KLDivLoss": [0.25, 0.75]}.get(type(loss).__name__, 0.5)
    mean, whole = loss([z], [target]), type(loss)(reduction="sum")([z], [target])
    recorded = [sorted(node.op.name for node in trace(root)[0] if node.op) for root in (mean, whole)]
    assert recorded[0] == recorded[1]
    assert mean.data == whole.data


def test_a_loss_that_skips_super_init_takes_the_mean():
    class Scaled(nn.losses.Loss):
        def __init__(self, factor):
            self.factor = factor

        def element(self, prediction, target):
            return self.factor * abs(prediction - target)

    assert Scaled(3.0)([1.0, 2.0], [0.0, 4.0]) == 4.5


def test_a_loss_without_element_says_what_to_define():
    with pytest.raises(NotImplementedError, match=r"^Nothing must define element\(self, prediction, target\)$"):
        type("Nothing", (nn.losses.Loss,), {})()([Value(1.0)], [2.0])
