"""accuracy and confusion_matrix: each sample is counted once, under its actual class and its predicted one."""

import math

import numpy
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import accuracy, confusion_matrix

scores = st.lists(st.tuples(st.floats(-9, 9), st.sampled_from([-1, 1])), min_size=1)
rows = st.integers(2, 5).flatmap(
    lambda n: st.lists(st.tuples(st.lists(st.floats(-9, 9), min_size=n, max_size=n), st.integers(0, n - 1)), min_size=1)
)


@given(rows, st.sampled_from([list, numpy.array, lambda row: [Value(x) for x in row]]))
def test_of_rows_the_largest_number_decides_whatever_holds_them(samples, holder):
    outputs, targets = zip(*samples, strict=True)
    table = confusion_matrix([holder(row) for row in outputs], targets)
    expected = numpy.zeros((len(outputs[0]), len(outputs[0])), int)
    for row, truth in samples:
        expected[truth, numpy.argmax(row)] += 1
    assert table == expected.tolist()
    assert accuracy([holder(row) for row in outputs], targets) == numpy.trace(expected) / len(samples)


@pytest.mark.parametrize("function", [accuracy, confusion_matrix])
@pytest.mark.parametrize("bad", [None, "text", 1j])
def test_an_output_that_is_no_number_is_named(function, bad):
    with pytest.raises(TypeError, match=f"^outputs: expected numbers, got {bad!r} in output 1$"):
        function([[1.0, 2.0], [3.0, bad]], [0, 1])


@given(rows)
def test_tables_and_columns_of_pandas_count_as_the_lists_they_hold(samples):
    outputs, targets = map(list, zip(*samples, strict=True))
    labels = pandas.DataFrame({"class": targets}, index=range(9, 9 + len(targets)))
    for table in (pandas.DataFrame(outputs), pandas.DataFrame(outputs, index=labels.index).add_prefix("output ")):
        for column in (labels, labels["class"]):
            assert confusion_matrix(table, column) == confusion_matrix(outputs, targets)
            assert accuracy(table, column) == accuracy(outputs, targets)
    scores = [row[0] for row in outputs]
    assert confusion_matrix(pandas.Series(scores, labels.index), labels > 0) == confusion_matrix(scores, [t > 0 for t in targets])


@given(scores, st.floats(-1, 1))
def test_of_scores_the_threshold_decides_and_the_lower_class_may_be_called_0(samples, threshold):
    outputs, targets = zip(*samples, strict=True)
    expected = [[0, 0], [0, 0]]
    for score, truth in samples:
        expected[truth == 1][score > threshold] += 1
    column = numpy.array(targets)[:, None]
    for classes in (targets, [max(target, 0) for target in targets], numpy.array(targets, float), column):
        assert confusion_matrix(outputs, classes, threshold) == expected
        assert confusion_matrix([[Value(score)] for score in outputs], classes, threshold) == expected
        assert accuracy(outputs, classes, threshold) == (expected[0][0] + expected[1][1]) / len(samples)


def test_an_output_with_a_nan_is_of_no_class():
    assert accuracy([math.nan, -1.0], [0, 0]) == 0.5
    assert accuracy([[math.nan, 1.0], [1.0, math.nan]], [0, 0]) == 0.0
    with pytest.raises(ValueError, match="outputs: expected numbers, got NaN in output 1"):
        confusion_matrix([1.0, math.nan], [1, 0])


@pytest.mark.parametrize("judge", [accuracy, confusion_matrix])
@pytest.mark.parametrize(
    ("outputs", "targets", "message"),
    [
        ([], [], "targets: expected one for each output, got none"),
        ([1.0, 2.0], [1], "targets: expected 2, one for each output, got 1"),
        ([1.0], [2], "targets: expected 1, and 0 or -1, .* got 2: for more than two classes, an output is a list with one"),
        ([[1.0, 2.0]], [2], "targets: expected a class from 0 to 1, got 2"),
        ([[1.0, 2.0]], [-1], "targets: expected a class from 0 to 1, got -1"),
        ([[1.0, 2.0]], [[0, 1]], r"targets: expected a class from 0 to 1, got \[0, 1\]"),
        ([[]], [0], "outputs: expected at least one number in each, got none in output 0"),
        ([1.0, 2.0, 3.0], [1, 0, -1], "targets: expected two classes for outputs of one number, got both 0 and -1 besides 1"),
        ([[1.0, 2.0], [1.0]], [0, 0], "outputs: expected the same number of values in each, got 2 in output 0 and 1 in output 1"),
    ],
)
def test_what_is_no_class_is_refused(judge, outputs, targets, message):
    with pytest.raises(ValueError, match=message):
        judge(outputs, targets)


@pytest.mark.parametrize("classes", [[0, 1, 1], numpy.array([0, 1, 1]), [False, True]])
def test_classes_in_place_of_outputs_as_in_scikit_learn_are_refused(classes):
    with pytest.raises(ValueError, match=r"got integers, which look like classes: write confusion_matrix\(\[net\(row\) for"):
        confusion_matrix(classes, [1, 1, 0][: len(classes)])


@pytest.mark.parametrize("judge", [accuracy, confusion_matrix])
@pytest.mark.parametrize("net", [nn.Neuron(1, "sigmoid"), nn.MLP(1, [1], "relu", "sigmoid"), nn.Layer(1, 1, nn.Sigmoid())])
def test_probabilities_which_are_all_above_0_need_a_threshold(judge, net):
    outputs = [net([-1.0]), net([1.0])]
    with pytest.raises(ValueError, match=r"^threshold must be above 0 for outputs of a sigmoid, which .*, got 0\.0: write thr"):
        judge(outputs, [0, 1])
    judge(outputs, [0, 1], 0.5)


@pytest.mark.parametrize("judge", [accuracy, confusion_matrix])
@pytest.mark.parametrize("threshold", [math.nan, math.inf, "0", True, None])
def test_a_threshold_that_no_score_can_be_compared_with_is_refused(judge, threshold):
    with pytest.raises((TypeError, ValueError), match=r"^threshold must be (a number|finite), got "):
        judge([1.0, -1.0], [1, 0], threshold)


def test_the_whole_of_a_network_can_be_judged():
    X, y = nn.make_blobs(30, centers=3, random_state=0)
    net = nn.MLP(2, [3], "linear", seed=0)
    table = confusion_matrix([net(row) for row in X], y)
    assert [sum(row) for row in table] == [y.count(k) for k in range(3)]
