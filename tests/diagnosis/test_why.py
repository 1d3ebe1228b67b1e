"""`why`: its sentences for each kind of trouble, and that it blames the right operation."""

import inspect
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, anomaly, gradients, scope, where
from autograd.diagnosis.why import GRADIENTS, why
from autograd.sweeps import topological_order
from tests.support.programs import odd_graphs

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

# -- typical examples ----------------------------------------------------------------------------------


def named(**nodes):
    for name, node in nodes.items():
        node.label = name
    return tuple(nodes.values())


def of_one(f, number):
    """f at a leaf labelled x; the result is labelled L."""
    return named(x=(x := Value(number)), L=f(x))


@pytest.mark.parametrize(
    ("f", "number", "verdict"),
    [
        (lambda x: x.relu(), -0.3, "∂L/∂x is 0, since L = relu(…) got −0.3: its partial is 0."),
        (lambda x: x.relu(), -1e200, "∂L/∂x is 0, since L = relu(…) got −1e+200: its partial is 0."),
        (
            lambda x: x.relu(),
            0.0,
            "∂L/∂x is 0, since L = relu(…) got 0, where it has a kink: its partial is taken to be 0.",
        ),
        (autograd.step, 3.0, "∂L/∂x is 0, since L = step(…) is a step: its partial is 0 everywhere."),
        (lambda x: autograd.less(x, 9.0), 9.0, "∂L/∂x is 0, since L = less(…) is a step: its partial is 0 everywhere."),
        (
            lambda x: autograd.maximum(x, 2.0),
            1.0,
            "∂L/∂x is 0, since L = maximum(…) got 1 and 2: its partial with respect to x is 0.",
        ),
        (lambda x: x * 0.0, 1.0, "∂L/∂x is 0, since x is multiplied by 0 in L = mul(…)."),
        (lambda x: x.sigmoid(), -800.0, "∂L/∂x is 0, since L = sigmoid(…) saturated at −800: its partial is 0."),
        (
            lambda x: x.sigmoid(),
            41.2,
            "∂L/∂x is 1.27958e−18, since L = sigmoid(…) saturated at 41.2: its partial is 1.27958e−18.",
        ),
        (lambda x: x.tanh(), -30.0, "∂L/∂x is 3.5026e−26, since L = tanh(…) saturated at −30: its partial is 3.5026e−26."),
        (lambda x: x.sin(), math.pi / 2, "∂L/∂x is 6.12323e−17, since L = sin(…) got 1.5708: its partial is 6.12323e−17."),
        (lambda x: x.cos(), 1e-9, "∂L/∂x is −1e−09, since L = cos(…) got 1e−09: its partial is −1e−09."),
        (lambda x: x.asinh(), 1e9, "∂L/∂x is 1e−09, since L = asinh(…) got 1e+09: its partial is 1e−09."),
        (lambda x: x.log(), 1e9, "∂L/∂x is 1e−09, since L = log(…) got 1e+09: its partial is 1e−09."),
        (lambda x: x.exp(), 20.0, "∂L/∂x is 4.85165e+08, since L = exp(…) got 20: its partial is 4.85165e+08."),
        (lambda x: x - x, 3.0, "∂L/∂x is 0, since −1 from L and 1 from L arrive at x and cancel."),
        (lambda x: x.sqrt(), 0.0, "∂L/∂x is inf, since L = sqrt(…) got 0, where it is infinitely steep: its partial is inf."),
        (lambda x: x.log(), -1.0, "∂L/∂x is NaN, since L = log(…) got −1, outside its domain (0, inf): the result is NaN."),
        (
            lambda x: x**0.5,
            -4.0,
            "∂L/∂x is NaN, since L = pow(…) got −4 and 0.5, outside its domain [0, inf): the result is NaN.",
        ),
        (
            lambda x: x**-0.5,
            -4.0,
            "∂L/∂x is NaN, since L = pow(…) got −4 and −0.5, outside its domain (0, inf): the result is NaN.",
        ),
        (lambda x: x.sqrt(), -1.0, "∂L/∂x is NaN, since L = sqrt(…) got −1, outside its domain [0, inf): the result is NaN."),
        (lambda x: x.atanh(), 2.0, "∂L/∂x is NaN, since L = atanh(…) got 2, outside its domain (−1, 1): the result is NaN."),
        (
            lambda x: autograd.hypot(1.0, x),
            0.0,
            "∂L/∂x is 0, since L = hypot(…) got 1 and 0: its partial with respect to x is 0.",
        ),
        (
            lambda x: autograd.hypot(x, 1.0),
            0.0,
            "∂L/∂x is 0, since L = hypot(…) got 0 and 1: its partial with respect to x is 0.",
        ),
        (lambda x: autograd.less(9.0, x), 2.0, "∂L/∂x is 0, since L = less(…) is a step: its partial is 0 everywhere."),
        (lambda x: x * x, 0.0, "∂L/∂x is 0, since x is multiplied by x = 0 in L = mul(…)."),
        (lambda x: autograd.dot([x, x], [0.0, 0.0]), 1.0, "∂L/∂x is 0, since x is multiplied by 0 in L = dot(…)."),
        (lambda x: 1.0 / x, 0.0, "∂L/∂x is −inf, since L = div(…) got 1 and 0: 1/0 is inf."),
        (lambda x: x / x, 0.0, "∂L/∂x is NaN, since L = div(…) got 0 and 0: 0/0 is NaN."),
        (lambda x: x.exp(), 800.0, "∂L/∂x is inf, since L = exp(…) got 800: the result is inf, beyond the largest float."),
        (lambda x: (+x).acos(), 2.0, "∂L/∂x is NaN, since L = acos(…) got 2, outside its domain [−1, 1]: the result is NaN."),
        (lambda x: 3.0 * x, 2.0, "nothing is wrong: ∂L/∂x is 3, all of it from L."),
        (lambda x: x * x, 2.0, "nothing is wrong: ∂L/∂x is 4, the sum of 2 from L and 2 from L."),
    ],
)
def test_the_verdict_names_the_operation_and_its_numbers(f, number, verdict):
    x, y = of_one(f, number)
    found = why(x, of=y)
    assert found.verdict == verdict
    assert str(found).split("\n")[0] == verdict
    assert repr(found) == str(found)


@pytest.mark.parametrize(
    ("f", "number", "verdict"),
    [
        (lambda x: x.log(), -1.0, "L is NaN, since L = log(…) got −1, outside its domain (0, inf): the result is NaN."),
        (lambda x: (2.0 * x).log(), 0.0, "L is −inf, since L = log(…) got 0: ln(0) is −inf."),
        (lambda x: x.exp() - Value(710.0).exp(), 710.0, "L is NaN, since L = sub(…) got inf and inf: inf − inf is NaN."),
        (lambda x: x.relu() * 2.0, -1.0, "L is 0, since v₁ = relu(…) got −1: the result is 0."),
        (lambda x: x - 3.0, 3.0, "L is 0, since L = sub(…) got 3 and 3: the result is 0."),
        (
            lambda x: x * 1e300 * 1e9,
            1.0,
            "L is inf, since L = mul(…) got 1e+300 and 1e+09: the result is inf, beyond the largest float.",
        ),
        (
            lambda x: x.sqrt() * 2.0,
            0.0,
            "L is 0, but ∂L/∂x is inf, since v₁ = sqrt(…) got 0, where it is infinitely steep: its partial is inf.",
        ),
        (lambda x: x * 0.0 + 1.0, 5.0, "L is 1, but ∂L/∂x is 0, since x is multiplied by 0 in v₁ = mul(…)."),
        (lambda x: x * 2.0, 5.0, "nothing is wrong: L is 10, and no leaf has an unusual gradient."),
        (lambda x: x * 2.0, math.nan, "L is NaN, since x is a leaf that holds NaN."),
    ],
)
def test_without_a_second_node_the_number_is_explained_and_what_is_wrong_at_the_leaves(f, number, verdict):
    _, y = of_one(f, number)
    assert why(y).verdict == verdict


def test_a_leaf_that_holds_nan_says_so():
    x = Value(math.nan)
    assert why(x).verdict == "x is a leaf that holds NaN."
    assert why(x).cause is x


def test_inside_anomaly_an_operation_is_named_by_file_and_line():
    x = Value(-0.3)
    with anomaly():
        h = x.relu()
        line = inspect.currentframe().f_lineno - 1
        loss = 2.0 * h
    assert f"relu at test_why.py:{line} got −0.3: its partial is 0" in why(x, of=loss).verdict


def test_the_scope_of_an_operation_is_told():
    x = Value(-0.3)
    with scope("first"), scope("second"):
        h = x.relu()
    assert "h = relu(…) in first / second got" in why(x, of=h).verdict


def test_multiplied_by_a_value_of_zero_names_it_and_why_it_is_zero():
    x, y = Value(3.0), Value(-2.0)
    h = y.relu()
    loss = x * h
    assert "x is multiplied by h = 0 in loss = mul(…), as h = relu(…) got −2: the result is 0" in why(x, of=loss).verdict
    zero = Value(0.0)
    product = x * zero
    assert why(x, of=product).verdict.endswith("since x is multiplied by zero = 0 in product = mul(…).")


def test_in_a_dot_product_the_weight_and_its_input_are_told_by_name():
    w, x = [Value(1.0), Value(0.0)], [Value(0.0), Value(2.0)]
    y = autograd.dot(w, x, Value(1.0))
    of_weight, of_input, of_bias = why(w[0], of=y), why(x[1], of=y), why(y.args[-1], of=y)
    assert "w[0] is multiplied by x[0] = 0 in y = dot(…)" in of_weight.verdict
    assert "x[1] is multiplied by w[1] = 0 in y = dot(…)" in of_input.verdict
    assert of_bias.verdict.startswith("nothing is wrong")


def test_the_branch_not_taken_and_the_condition_get_nothing():
    x, c = Value(3.0), Value(1.0)
    other = x * 5.0
    y = where(c, 2.0 * c, other)
    found = why(x, of=y)
    assert found.verdict == "∂y/∂x is 0, since y = where(…) took the other branch: no gradient flows to other."
    assert found.edge[:3] == (y, 2, other)
    z = where(c, x, 0.0)
    assert "z = where(…) only asks whether c is 0: no gradient flows to a condition" in why(c, of=z).verdict


def test_without_a_path_it_says_what_may_have_cut_it():
    x, free = Value(3.0), Value(3.0)
    y = free * x.data
    found = why(x, of=y)
    assert found.verdict.startswith("∂y/∂x is 0, since there is no path from x to y: x was not used, or detached")
    assert found.verdict.endswith("used as a plain number, or recorded inside no_grad().")
    assert found.text == found.verdict  # a leaf with the same number doesn't mean a copy
    assert (found.cause, found.edge, found.chain) == (None, None, ())
    x.label = "x"
    assert "copy" not in str(why(x, of=2.0 * Value(4.0, label="x")))
    assert "so x may be a detached copy" in str(why(x, of=2.0 * x.detach()))
    z = 2.0 * x
    assert why(z, of=x).verdict == "∂x/∂z is 0, since z was computed from x: ask why(x, of=z)."


def test_infinity_times_zero_in_a_sweep_is_told_from_both_sides():
    x = Value(0.0)
    square = x * x
    length = square.sqrt()
    found = why(x, of=length)
    assert "x is multiplied by x = 0 in square = mul(…), and the gradient of square is inf: 0 · inf is NaN" in found.verdict
    assert "length = sqrt(…) got 0, where it is infinitely steep" in found.text
    root = x.sqrt()
    found = why(x, of=0.0 * root)
    assert "root = sqrt(…) got 0, where it is infinitely steep: its partial is inf" in found.verdict
    assert "that is 0, since root is multiplied by 0" in found.text


def test_infinities_that_meet_with_opposite_signs_are_told():
    x = Value(3.0)
    a, b = 1.0 * x, 1.0 * x
    found = why(x, of=a * 1e300 * 1e10 - b * 1e300 * 1e10)
    assert "∞" not in found.text
    assert "−inf from b and inf from a arrive at x, and their sum is NaN" in found.verdict
    assert "is multiplied by 1e+300" in found.text


def test_infinities_may_meet_anywhere_on_the_way():
    x = Value(3.0)
    middle = 2.0 * x
    a, b = 1.0 * middle, 1.0 * middle
    found = why(x, of=a * 1e300 * 1e10 - b * 1e300 * 1e10)
    assert "arrive at middle, and their sum is NaN" in found.verdict
    assert found.chain == (middle, x)


def test_of_an_argument_used_twice_the_place_is_told():
    x = Value(0.0)
    y = x**x
    found = why(x, of=y)
    assert "every path back to x is blocked, at pow (2 times)" in found.verdict
    assert "y = pow(…) got 0 and 0: its partial with respect to argument 1 is 0" in found.text
    assert "y = pow(…) got 0 and 0: its partial with respect to argument 2 is 0" in found.text


def test_a_nan_in_the_branch_not_taken_is_not_blamed():
    taken, other = Value(math.nan), Value(math.nan)
    for y in (where(1.0, taken, other), where(0.0, other, taken)):
        found = why(y)
        assert found.cause is taken
        assert "begins" not in found.text
    both = taken + other
    assert "the same begins at 1 more node\n" in str(why(both))


def test_a_partial_that_is_nan_is_no_factor_where_no_gradient_arrives():
    x = Value(0.0)
    with pytest.warns(RuntimeWarning):
        spoilt = autograd.relu(x / x)
    taken = 1e-9 * x
    found = why(x, of=where(x, autograd.relu(spoilt), taken))
    assert "x is multiplied by 1e−09 in taken = mul(…)" in found.verdict


def test_a_zero_that_was_only_added_is_not_blamed_for_a_zero():
    bias = Value(0.0)
    y = autograd.dot([Value(1.0), Value(-1.0)], [2.0, 2.0], bias)
    found = why(y)
    assert found.cause is y
    assert "y = dot(…) got 1, −1, 2, 2 and 1 more: the result is 0" in found.verdict
    zeros = bias + 0.0
    assert why(zeros).cause is bias


def test_a_dot_product_of_zero_factors_is_followed_to_what_made_them_zero():
    x = Value(-1.0)
    h = x.relu()
    y = autograd.dot([2.0, 0.0], [h, 3.0], Value(0.0))
    assert why(y).cause is h
    assert "begins" not in why(y).text  # the bias was only added
    for cancels in (autograd.dot([2.0, -1.0], [h, 1.0], 1.0), autograd.dot([1.0, -1.0], [2.0, 2.0], h)):
        assert why(cancels).cause is cancels


def test_a_net_whose_first_layer_is_dead_is_explained_by_its_relus():
    net = nn.MLP(2, [3, 3, 1], seed=0)
    for neuron in net.layers[0].neurons:
        neuron.b.data = -100.0
    y = net([1.0, 2.0])
    found = why(y)
    assert "relu(…) in layers[0] got" in found.verdict
    assert "in layers[0] got −" in found.verdict
    assert "the same begins at 2 more nodes" in found.text


def test_an_infinity_that_makes_a_nan_is_followed_to_where_it_came_from():
    x = Value(800.0)
    e = x.exp()
    share = e / (e + 1.0)
    for found in (why(share), why(x, of=share)):
        assert "share = div(…) got inf and inf: inf/inf is NaN" in found.verdict
        assert "inf comes from here: e = exp(…) got 800" in found.text


def test_a_nan_in_a_leaf_is_found_behind_the_gradients_it_spoils():
    x, w = Value(math.nan), Value(2.0)
    product = x * w
    found = why(w, of=product.tanh())
    assert found.verdict.endswith("is NaN, since x is a leaf that holds NaN.")
    assert found.chain == (x, product, w)


def test_a_gradient_too_small_for_a_float_is_no_zero_factor():
    x = Value(1.0)
    small = x * 1e-200
    found = why(x, of=small * 1e-200)
    assert "since 1e−200 · 1e−200 is too small for a float" in found.verdict


def test_cancelling_contributions_are_named():
    x = Value(3.0)
    a, b = 3.0 * x, -3.0 * x
    assert "since −3 from b and 3 from a arrive at x and cancel" in why(x, of=a + b).verdict
    nearly = x * 1.0000000001 - x
    assert "2 contributions to x nearly cancel: 1 from v₁ and −1 from nearly" in why(x, of=nearly).verdict


def test_many_factors_are_counted_and_the_operation_named_that_did_most():
    x = Value(0.3)
    h = x
    for _ in range(40):
        h = (2.0 * h).sigmoid()
    assert "factors below 1 are multiplied on the way, 40 of them at sigmoid" in why(x, of=h).verdict
    h = x
    for _ in range(100):
        h = h * 1.5
    assert "100 factors above 1 are multiplied on the way, 100 of them at mul (together about 1e18)" in why(x, of=h).verdict


def test_of_many_places_where_contributions_meet_it_is_said_what_they_do_there():
    x = h = Value(1.0)
    for _ in range(8):
        h = h - 0.9 * h
    assert "8 factors below 1 are multiplied on the way, 8 of them where contributions nearly cancel (" in why(x, of=h).verdict
    h = x
    for _ in range(12):
        h = autograd.sum([h, h, h, h])
    assert "12 of them where contributions add up (together about 1e7), for example: 4 contributions to" in why(x, of=h).verdict


def test_of_factors_that_are_each_at_another_operation_the_strongest_is_told():
    x = Value(1.5)
    y = autograd.normal_pdf(autograd.sigmoid(x.tanh() + 5.0) + 2.0)
    y = autograd.atan(autograd.erf(autograd.sech2(y + 1.0) + 1.0) + 5.0)
    assert re.search(r"\d factors below 1 are multiplied on the way, the smallest of them at \w+: v", why(x, of=y).verdict)


def test_a_single_strong_factor_is_told_before_weak_ones():
    x = Value(2.0)
    h = x * 0.5
    weak = h * 1e-9
    found = why(x, of=weak * 0.25)
    assert "h is multiplied by 1e−09 in weak = mul(…)" in found.verdict
    assert found.edge[:3] == (weak, 0, h)
    assert found.chain == (weak, h, x)


def test_many_contributions_that_add_up_are_told():
    x = Value(1.0)
    y = autograd.sum([+x for _ in range(2000)])
    for _ in range(13):
        y = 2.0 * y
    assert "2,000 contributions to x add up: 8192 from" in why(x, of=y).verdict


def test_of_two_dead_places_the_narrower_one_is_told():
    x = Value(-1.0)
    h = x.relu()
    behind = [(h * 2.0 - 1.0).relu() for _ in range(5)]
    found = why(x, of=autograd.sum(behind))
    assert "h = relu(…) got −1" in found.verdict
    last = autograd.sum([(x * -float(k)).relu() * -1.0 for k in range(1, 5)]).relu()
    assert "last = relu(…) got −10" in why(x, of=last).verdict


def test_a_dead_unit_of_a_net_is_told_by_all_its_relus():
    net = nn.MLP(2, [3, 1], seed=0)
    net.layers[0].neurons[1].b.data = -100.0
    batch = [[0.5, 1.0], [1.0, -1.0], [0.25, 2.0]]
    loss = nn.MSELoss()([net(row) for row in batch], [1.0, 0.0, 1.0])
    w = net.layers[0].neurons[1].w[0]
    found = why(w, of=loss)
    assert "every path back to w is blocked, at relu (3 times)" in found.verdict
    assert found.text.count("in layers[0] got −") == 3


def test_the_reason_that_is_the_most_frequent_is_told_first_and_then_one_of_another_kind():
    w = Value(2.0)
    dead = [(w * -k).relu() for k in (1.0, 2.0)]
    masked = [w * Value(0.0) for _ in range(5)]
    found = why(w, of=autograd.sum([*dead, *masked]))
    assert "at mul (5 times) and relu (2 times)" in found.verdict
    assert [kind for line in found.text.splitlines()[1:4] for kind in ("mul", "relu") if kind in line] == ["mul", "relu", "mul"]


def test_a_place_in_a_net_is_the_path_of_the_innermost_module():
    stranger = nn.Neuron(1, "relu", seed=0)

    class Block(nn.Module):
        def __init__(self):
            self.layers = [nn.Layer(2, 2, seed=0), nn.Layer(2, 1, seed=0)]

        def forward(self, x):
            with scope("inside"):
                for layer in self.layers:
                    x = layer(x)
                return stranger(x).log()

    block = Block()
    stranger.b.data = block.layers[1].neurons[0].b.data = -100.0
    with scope("batch"):
        y = block([1.0, 2.0])
    h = y.args[0]
    assert "y = log(…) in batch / Block / inside got 0" in why(y).verdict
    assert "h = relu(…) in batch / Block / inside / Neuron got −" in why(stranger.b, of=h).verdict
    last = h.args[0]
    assert "in batch / inside / layers[1] got −" in why(block.layers[0].neurons[0].w[0], of=last).verdict
    alone = stranger([1.0])
    assert "alone = relu(…) in Neuron got −" in why(stranger.b, of=alone).verdict


def test_a_loss_that_met_log_of_zero_is_explained_and_so_is_the_nan_after_the_step():
    net = nn.MLP(1, [4, 1], "relu", "sigmoid", seed=1)
    for parameter in net.parameters():
        parameter.data *= 1000.0
    loss = nn.BCELoss(reduction="sum")([net([x]) for x in (-1.0, 1.0)], [1.0, 0.0])
    assert "log" in why(loss).verdict
    assert "leaves whose gradient is NaN" in why(loss).text
    loss.backward()
    for parameter in net.parameters():
        parameter.data -= 0.1 * parameter.grad
    assert "is a leaf that holds NaN" in why(net([1.0])).verdict


def test_a_number_changed_since_is_told_and_not_passed_off_as_the_one_that_was_used():
    x = Value(-1.0)
    h = x.relu()
    x.data = 4.0
    assert "h = relu(…) got 4 (changed since): its partial is 0" in why(x, of=h).verdict


def test_the_gradient_of_a_node_by_itself_is_1():
    y = Value(2.0) * 3.0
    assert why(y, of=y).verdict == "nothing is wrong: ∂y/∂y is 1."


def test_a_right_gradient_of_a_root_that_is_nan_points_there():
    x, z = Value(3.0), Value(-1.0)
    y = 2.0 * x + z.log()
    assert "y itself is NaN: see why(y)" in str(why(x, of=y))


def test_an_op_of_ones_own_is_not_called_again():
    calls = []

    def forward(x):
        calls.append(x)
        return 0.0 * x

    half = autograd.custom_op(
        forward, partials=lambda z, x: calls.append(x) or 0.0, name="half_of_it", kinks=lambda x: calls.append(x)
    )
    x = Value(2.0)
    y = half(x)
    before = list(calls)
    assert "y = half_of_it(…) got 2: its partial is 0" in str(why(x, of=y))
    assert calls == before


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(TypeError, match="why: x must be a Value, got float"):
        why(3.0)
    with pytest.raises(TypeError, match="why: of must be a Value, got list"):
        why(Value(1.0), of=[Value(1.0)])


# -- size ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("last", [autograd.log, autograd.relu])
def test_a_long_chain_is_explained_in_a_few_lines(last):
    x = Value(0.0)
    h = 1.0 * x
    for _ in range(20_000):
        h = h - 1e-9
    y = last(h)
    for found in (why(x, of=y), why(y)):
        assert found.chain[-1] in (x, y)
        assert len(found.text) < 1000


def test_a_wide_graph_is_explained_in_a_few_lines():
    x = Value(-1.0)
    y = autograd.sum([(+x).relu() for _ in range(5_000)])
    found = why(x, of=y)
    assert "at relu (5,000 times)" in found.verdict
    assert "and 4,997 more" in found.text
    assert len(found.text) < 1000


@given(st.text(max_size=200))
def test_any_label_fits_into_a_line(label):
    x = Value(-1.0, label=label)
    y = x.relu()
    y.label = label + "\n\ud800<&"
    assert len(why(x, of=y).text.splitlines()) == 2
    why(x, of=y).text.encode()


# -- on random graphs: the blame is right ------------------------------------------------------------------


def kind_of(number):
    return next((kind for kind, is_kind in GRADIENTS.items() if is_kind(number)), None)


def shown(number):
    return "NaN" if math.isnan(number) else f"{number if number else 0:.6g}".replace("-", "−")


@given(odd_graphs())
def test_the_number_is_that_of_the_sweep_and_nothing_is_touched(graph):
    y, leaves = graph
    order = topological_order([y])
    before = [(node._reached, repr(node.data), repr(node.partials)) for node in order]
    for x in leaves:
        found = why(x, of=y)
        assert f"is {shown(gradients(y, x))}" in found.verdict
        assert found.verdict.startswith("nothing is wrong") == (kind_of(gradients(y, x)) is None)
    why(y)
    assert [(node._reached, repr(node.data), repr(node.partials)) for node in order] == before
    assert not any(hasattr(node, "_grad") for node in order)


@given(odd_graphs())
def test_the_chain_leads_edge_by_edge_from_the_cause_to_the_node(graph):
    y, leaves = graph
    for found, x in [(why(x, of=y), x) for x in leaves] + [(why(y), None)]:
        if not found.chain:
            continue
        assert found.chain[0] is found.cause
        assert x is None or found.chain[-1] is x
        assert len(set(found.chain)) == len(found.chain)
        for one, other in zip(found.chain, found.chain[1:], strict=False):
            assert any(arg is one for arg in other.args) or any(arg is other for arg in one.args)
        if found.edge is not None:
            node, position, arg, _ = found.edge
            assert node.args[position] is arg


@given(odd_graphs())
def test_a_number_that_is_not_finite_begins_where_no_argument_is_so(graph):
    y, _ = graph
    is_kind = math.isnan if math.isnan(y.data) else math.isinf
    if not is_kind(y.data):
        return
    found = why(y)
    assert is_kind(found.cause.data)
    assert found.chain[-1] is y
    used = [arg for arg, partial in zip(found.cause.args, found.cause.partials, strict=True) if partial is not None]
    assert not any(is_kind(arg.data) for arg in used)
    assert all(is_kind(node.data) for node in found.chain)


@given(odd_graphs())
def test_a_single_edge_blamed_for_a_zero_lies_on_every_path_that_could_carry_a_gradient(graph):
    y, leaves = graph
    for x in leaves:
        found = why(x, of=y)
        if gradients(y, x) != 0.0 or found.edge is None or "every path" in found.verdict:
            continue
        blamed = found.edge
        reached = {x}
        for node in topological_order([y]):
            for arg, partial in zip(node.args, node.partials, strict=True):
                same = blamed.arg is arg and blamed.node is node and partial == blamed.partial  # both edges of x · x
                if type(arg) is Value and arg in reached and partial and not same:
                    reached.add(node)
        assert y not in reached


@given(odd_graphs())
def test_an_edge_blamed_for_nan_or_infinity_makes_it_out_of_what_was_neither(graph):
    y, leaves = graph
    order = topological_order([y])
    bars = dict(zip(order, gradients(y, order), strict=True))
    for x in leaves:
        found, bar = why(x, of=y), bars.get(x, 0.0)
        if math.isfinite(bar):
            continue
        if found.edge is not None:
            arrives, partial = bars[found.edge.node], found.edge.partial
            assert not math.isnan(arrives)
            assert not math.isfinite(partial) or math.isinf(arrives) or "beyond the largest float" in found.verdict
        else:
            assert "arrive at" in found.verdict or "beyond the largest float" in found.verdict


@given(st.lists(st.floats(-3.0, 3.0).map(lambda power: 10.0**power), min_size=1, max_size=12), st.integers(0, 11))
def test_among_factors_the_one_that_is_far_out_is_blamed(factors, where_it_is):
    where_it_is %= len(factors)
    factors[where_it_is] = 1e-60
    x = Value(1.0)
    h, made = x, []
    for factor in factors:
        h = h * factor
        made.append(h)
    assert why(x, of=h).cause is made[where_it_is]


def test_a_frozen_leaf_is_told_to_be_one_and_is_no_trouble():
    x, frozen = Value(2.0, "x"), Value(3.0, "f", requires_grad=False)
    y = x * frozen + frozen.exp()
    y.label = "y"
    found = why(frozen, of=y)
    assert str(found) == "∂y/∂f is 0, since f is frozen (requires_grad=False)."
    assert (found.cause, found.edge, found.chain) == (None, None, ())
    assert str(why(y)).startswith("nothing is wrong: ")
    assert str(why(x, of=y)).startswith("nothing is wrong: ")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (lambda: autograd.leg(0.5, Value(2.0)), "leg(0.5, 2) is NaN"),  # leg(0.5, 0.3) is not
        (lambda: autograd.fraction(-1.0, Value(1.0)), "−1/(−1 + 1) is −inf"),
        (lambda: autograd.lgamma(Value(-5.0)), "lgamma(−5) is inf"),  # as at any other pole
        (lambda: autograd.digamma(Value(-7.0)), "ψ(−7) is NaN"),
    ],
)
def test_no_domain_is_told_if_other_numbers_outside_it_would_do(number, reason):
    assert why(number()).verdict.endswith(f": {reason}.")


def test_the_numbers_of_an_operation_stand_as_in_other_formulas():
    infinite = Value(math.inf)
    for y, formula in [
        (autograd.sum([infinite, -infinite, 2.0]), "inf + (−inf) + 2"),
        (autograd.log_softmax([infinite, -1.0])[0], "log_softmax(inf, −1)[0]"),
        (infinite / -infinite, "inf/(−inf)"),
        (autograd.polygamma(-3.0, -infinite), "polygamma(−3, −inf)"),
    ]:
        assert f": {formula} is NaN." in why(y).verdict


@pytest.mark.parametrize("compare", [autograd.equal, autograd.less])
def test_a_step_that_uses_a_node_twice_is_one_reason(compare):
    x = Value(1.0, "x")
    y = compare(x, x)
    assert why(x, of=y).text.startswith(f"∂y/∂x is 0, since y = {compare.name}(…) is a step: its partial is 0 everywhere.\n")


def test_two_numbers_that_are_not_equal_are_not_told_to_be():
    y = autograd.equal(Value(0.1) + 0.2, 0.3)
    assert "got 0.30000000000000004 and 0.3: the result is 0" in why(y).verdict
