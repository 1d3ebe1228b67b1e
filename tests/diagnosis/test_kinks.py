"""kinks: every non-smooth operation, with its distance from the kink."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, anomaly, ops
from autograd.diagnosis import kinks
from autograd.op import TABLE

KINKED = [name for name in sorted(ops.BUILT_IN) if TABLE[name].kinks is not None and name != "where"]


# Ops with several jumps report the distance to the nearest one.
RECURRING = {
    "floor": lambda x: abs(math.remainder(x, 1.0)),
    "ceil": lambda x: abs(math.remainder(x, 1.0)),
    "round": lambda x: abs(math.remainder(x - 0.5, 1.0)),
    "mod": lambda x, y: abs(math.remainder(x, y)) if y else math.nan,
    "copysign": lambda x, y: min(abs(x), abs(y)),
}


@pytest.mark.parametrize("name", KINKED)
@pytest.mark.filterwarnings("ignore:mod:RuntimeWarning")
@given(x=st.floats(-3.0, 3.0), y=st.floats(-3.0, 3.0))
def test_every_row_with_a_kink_reports_its_distance_from_it(name, x, y):
    row = TABLE[name]
    args = (x, y)[: row.arity]
    (kink,) = kinks(row(*map(Value, args)))
    assert (kink.op, kink.args) == (name, args)
    if name in RECURRING:
        assert abs(kink.margin) == pytest.approx(RECURRING[name](*args), abs=1e-12, nan_ok=True)
    else:
        assert kink.margin == dict.fromkeys(("hypot", "norm"), math.hypot(x, y)).get(name, x if row.arity == 1 else x - y)


@given(st.lists(st.floats(-5.0, 5.0), min_size=1, max_size=6))
def test_the_nearest_kink_comes_first(numbers):
    y = autograd.sum([autograd.relu(Value(x)) for x in numbers])
    assert [abs(kink.margin) for kink in kinks(y)] == sorted(map(abs, numbers))


def test_a_choice_is_as_near_as_the_comparison_that_makes_it():
    x = Value(0.25)
    chosen = autograd.where(autograd.greater(x, 0.0), x, 0.01 * x)
    assert [(kink.op, kink.margin) for kink in kinks(chosen)] == [("greater", 0.25)]
    assert [(kink.op, kink.margin) for kink in kinks(autograd.leaky_relu(Value(0.0)))] == [("less_equal", 0.0), ("relu", 0.0)]
    between = autograd.where(autograd.greater(Value(0.5), 0.0) * autograd.less(Value(0.5), 2.0), Value(1.0), 0.0)
    assert {kink.op for kink in kinks(between)} == {"greater", "less"}


def test_a_choice_by_a_number_changes_where_the_number_is_0():
    c = Value(0.25)
    assert [(kink.op, kink.margin) for kink in kinks(autograd.where(c, c, 2.0 * c))] == [("where", 0.25)]


def test_a_smooth_function_has_no_kinks():
    assert kinks(autograd.exp(Value(1.0))) == ()
    assert repr(kinks(Value(1.0))) == "no kinks"


def test_the_table_names_node_arguments_and_line():
    x = Value(0.25, label="x")
    with anomaly():
        hidden = autograd.relu(x - 1.0)
    lines = repr(kinks(hidden * 2.0)).splitlines()
    assert lines[0].split() == ["op", "node", "margin", "arguments"]
    assert lines[1].split()[:4] == ["relu", "hidden", "-0.75", "(-0.75)"]
    assert __file__ in lines[1]


def test_a_long_table_is_cut_and_odd_names_stay_on_their_line():
    y = autograd.sum([autograd.relu(Value(float(i), label="a\nb")) for i in range(1000)])
    assert repr(kinks(y)).splitlines()[-1] == "… and 980 more"
    assert len(repr(kinks(y)).splitlines()) == 22


def test_a_distance_that_is_nan_comes_last():
    y = autograd.sum([autograd.relu(Value(math.nan)), autograd.relu(Value(5.0))])
    assert [repr(kink.margin) for kink in kinks(y)] == ["5.0", "nan"]


@pytest.mark.slow
def test_a_chain_of_20_000_kinks_is_listed():
    y = Value(1.0)
    for _ in range(20_000):
        y = autograd.relu(y)
    assert len(kinks(y)) == 20_000


def test_what_is_no_value_is_refused():
    with pytest.raises(TypeError, match="kinks: y must be a Value, got float"):
        kinks(1.0)
