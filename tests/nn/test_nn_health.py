"""The health table of a net's layers, against the numbers of a forward pass."""

import math
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value
from nn.health import HEADER, MAX_RATIO, MAX_SATURATED_SLOPE, health

BATCH = [[0.5, 1.0], [1.0, -1.0], [-2.0, 0.25], [0.0, -0.5], [1.5, 1.5]]
TARGETS = [1.0, 0.0, 1.0, 0.0, 1.0]


def loss_of(net, batch=BATCH, targets=TARGETS):
    return nn.MSELoss()([net(row) for row in batch], targets[: len(batch)])


def scores(layer, rows):
    """The inputs of the activations as plain floats: for each neuron, one per sample."""
    return [[n.b.data + sum(w.data * x for w, x in zip(n.w, row, strict=True)) for row in rows] for n in layer.neurons]


def outputs(layer, rows, activation):
    return [list(column) for column in zip(*[map(activation, unit) for unit in scores(layer, rows)], strict=True)]


def relu(x):
    return max(x, 0.0)


def shifted(net, biases):
    for neuron, bias in zip(net.layers[0].neurons, biases, strict=True):
        neuron.b.data = bias
    return net


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.lists(st.sampled_from([-50.0, -1.0, 0.0, 1.0]), min_size=6, max_size=6), st.booleans())
def test_dead_units_are_those_that_are_never_positive(seed, biases, expand):
    net = shifted(nn.MLP(2, [6, 4, 1], seed=seed, expand=expand), biases)
    rows = BATCH
    expected = []
    for layer in net.layers[:-1]:
        expected.append(sum(all(x <= 0.0 for x in unit) for unit in scores(layer, rows)))
        rows = outputs(layer, rows, relu)
    table = health(net, loss_of(net)).rows
    assert [row.dead for row in table] == [*expected, 0]
    assert [(row.units, row.samples, row.saturated) for row in table] == [(6, 5, 0), (4, 5, 0), (1, 5, 0)]


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.1, 30.0), st.sampled_from(["tanh", "sigmoid", "silu", "gelu", "mish"]))
def test_saturated_units_are_those_whose_slope_is_tiny_in_nearly_all_samples(seed, scale, activation):
    net = nn.MLP(2, [6, 1], activation, seed=seed)
    for parameter in net.parameters():
        parameter.data *= scale
    slope = autograd.grad(getattr(autograd, activation))
    flat = [[abs(slope(x)) < MAX_SATURATED_SLOPE for x in unit] for unit in scores(net.layers[0], BATCH)]
    first = health(net, loss_of(net)).rows[0]
    assert first.saturated == sum(map(all, flat))  # nine tenths of five samples means all five
    assert first.dead == 0
    assert ("saturated" in first.verdict) == (first.saturated > 0)


def test_a_unit_that_is_saturated_in_nine_of_ten_samples_counts():
    net = shifted(nn.MLP(1, [1, 1], "tanh", seed=0), [0.0])
    net.layers[0].neurons[0].w[0].data = 0.04  # the slope is tanh's at 4, however large the gradient of a weight at input 100
    for steep, saturated in ((9, 1), (8, 0)):
        batch = [[100.0]] * steep + [[0.0]] * (10 - steep)
        assert health(net, loss_of(net, batch, [0.0] * 10)).rows[0].saturated == saturated


@settings(max_examples=20)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["relu", "tanh", "sigmoid", "gelu", "leaky_relu", "elu", "softsign", "hardtanh", "mish"]),
)
def test_a_net_expanded_into_single_operations_gets_the_same_table(seed, activation):
    one, other = (
        health(net, loss_of(net)).rows for net in (nn.MLP(2, [5, 3, 1], activation, seed=seed, expand=e) for e in (0, 1))
    )
    for row, expanded in zip(one, other, strict=True):
        assert row[:5] == expanded[:5]
        assert row[5:8] == pytest.approx(expanded[5:8], rel=1e-9, abs=1e-12)


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_activation_modules_get_rows_of_their_own_with_the_same_counts(seed):
    net = shifted(nn.MLP(2, [6, 1], seed=seed), [-50.0, -1.0, 0.0, 1.0, -1.0, -50.0])
    apart = nn.Sequential(nn.Layer(2, 6, "linear", seed=0), nn.ReLU(), nn.Layer(6, 1, "linear", seed=0))
    for parameter, same in zip(apart.parameters(), net.parameters(), strict=True):
        parameter.data = same.data
    whole = health(net, loss_of(net)).rows
    linear, active, last = health(apart, nn.MSELoss()([apart(row)[0] for row in BATCH], TARGETS)).rows
    assert (linear.dead, linear.units, active.units) == (0, 6, 6)
    assert (active.dead, active.activation, active.output_gradient) == (
        whole[0].dead,
        whole[0].activation,
        whole[0].output_gradient,
    )
    assert active.parameter_gradient is None
    assert linear.parameter_gradient == whole[0].parameter_gradient
    assert last.dead == 0


def test_the_gradients_are_those_of_backward_and_nothing_is_touched():
    net = nn.MLP(2, [4, 3, 1], "tanh", seed=1)
    with autograd.scope("batch"):
        predictions = [net(row) for row in BATCH]
    loss = nn.MSELoss()(predictions, TARGETS)
    table = health(net, loss).rows
    assert not any(hasattr(node, "_grad") for node in autograd.trace(loss)[0])
    loss.backward()
    for row, layer in zip(table, net.layers, strict=True):
        assert row.parameter_gradient == pytest.approx(math.hypot(*(p.grad for p in layer.parameters())))
    assert table[-1].output_gradient == pytest.approx(math.hypot(*(p.grad for p in predictions)))
    assert table[-1].activation == pytest.approx(sum(abs(p.data) for p in predictions) / len(BATCH))
    assert health(net, loss).rows == table


def test_inside_anomaly_where_every_node_is_told_its_scope_the_table_is_the_same():
    net = nn.Sequential(nn.Layer(2, 3, nn.Tanh(), seed=0), nn.Layer(3, 2, "linear", seed=0), nn.Softmax())

    def table():
        return health(
            net, -autograd.mean([autograd.log(net(row)[int(label)]) for row, label in zip(BATCH, TARGETS, strict=True)])
        )

    usual = table()
    with autograd.anomaly(), autograd.scope("outer"):
        assert table() == usual
    assert [(row.units, row.samples) for row in usual.rows] == [(3, 5), (2, 5), (2, 5)]


def test_vanishing_and_exploding_layers_are_told_by_how_much():
    deep = nn.MLP(2, [4] * 12 + [1], "sigmoid", seed=0)
    table = health(deep, loss_of(deep)).rows
    ratio = table[-1].output_gradient / table[0].output_gradient
    assert ratio > MAX_RATIO
    assert table[0].verdict.startswith("vanishing: ")
    assert float(table[0].verdict.split()[1]) == pytest.approx(ratio, rel=0.01)
    assert table[-1].verdict == "ok"
    steep = nn.MLP(2, [4] * 6 + [1], "linear", seed=0)
    for parameter in steep.parameters():
        parameter.data *= 20.0
    assert health(steep, loss_of(steep)).rows[0].verdict.startswith("exploding: ")


def test_no_gradient_and_one_that_is_not_finite_are_told():
    net = nn.MLP(2, [3, 1], seed=0)
    exact = [float(net(row).data) for row in BATCH]
    assert [row.verdict for row in health(net, loss_of(net, BATCH, exact)).rows] == ["no gradient reaches it"] * 2
    loss = loss_of(net) * math.inf
    assert "its gradient isn't finite, see why(loss)" in health(net, loss).rows[0].verdict


def test_a_layer_that_the_loss_does_not_use_is_listed_as_such():
    class Two(nn.Module):
        def __init__(self):
            self.used, self.idle = nn.Neuron(2, "tanh", seed=0), nn.Layer(2, 3, seed=0)

        def forward(self, x):
            return self.used(x)

    net = Two()
    table = health(net, loss_of(net)).rows
    assert [row.name for row in table] == ["used Neuron(2, 'tanh')", "idle Layer(2, 3, 'relu')"]
    assert [row.verdict for row in table] == ["ok", "not used by this loss"]


def test_the_units_of_softmax_are_told_apart_though_the_loss_asks_for_one_a_sample():
    net = nn.Sequential(nn.Layer(2, 3, "linear", seed=0), nn.LogSoftmax())
    loss = nn.NLLLoss()([net(row) for row in BATCH], [0, 1, 2, 1, 0])
    assert health(net, loss).rows[1].units == 3


def test_a_module_of_ones_own_gets_a_row():
    class Line(nn.Module):
        def __init__(self):
            self.slope, self.offset = Value(2.0), Value(1.0)

        def forward(self, x):
            return (self.slope * x[0] + self.offset).relu()

    net = Line()
    (row,) = health(net, loss_of(net)).rows
    assert (row.units, row.samples, row.dead) == (1, 5, 0)
    net.offset.data = -100.0
    (row,) = health(net, loss_of(net)).rows
    assert (row.dead, row.verdict) == (1, "dead: 1 of 1")


def test_a_unit_is_known_by_its_bias_in_whatever_order_the_outputs_are_used():
    layer = nn.Layer(1, 3, seed=0)
    layer.neurons[1].b.data = -100.0
    layer.neurons[0].b.data = 100.0
    outs = [layer([x]) for x in (1.0, 2.0)]
    loss = outs[0][0] * outs[0][1] + outs[1][1] * outs[1][0]
    (row,) = health(layer, loss).rows
    assert (row.units, row.dead, row.samples) == (3, 1, 2)


def test_units_that_share_a_bias_are_told_apart_by_their_weights():
    layer = nn.Layer(2, 2, "relu", seed=0)
    layer.neurons[1].b = layer.neurons[0].b
    for parameter, number in zip(layer.parameters(), [-1.0, -1.0, 0.0, 1.0, 1.0], strict=True):
        parameter.data = number
    dead, alive = layer([1.0, 0.5])
    (row,) = health(layer, dead + alive).rows
    assert (row.units, row.dead) == (2, 1)


def test_the_units_of_a_module_with_parameters_of_its_own_go_by_its_outputs():
    class Dense(nn.Module):
        def __init__(self):
            self.w = [[Value(5.0), Value(1.0)], [Value(4.0), Value(1.0)], [Value(-3.0), Value(-1.0)]]

        def forward(self, x):
            return [autograd.dot(row, x).relu() for row in self.w]

    net = nn.Sequential(nn.Layer(2, 2, "sigmoid", seed=0), Dense())
    loss = nn.MSELoss()([autograd.sum(net(row)) for row in BATCH], TARGETS)
    row = health(net, loss).rows[1]
    assert (row.units, row.dead) == (3, 1)


def test_what_is_linear_is_not_saturated_however_small_its_slope():
    class Scaled(nn.Module):
        def __init__(self):
            self.factor = Value(1e-3)

        def forward(self, x):
            return [self.factor * x[0], 1e-3 * x[1], -1e-3 * x[0] + x[1] * 2e-3]

    net = nn.Sequential(nn.Layer(2, 2, "tanh", seed=0), Scaled(), nn.Layer(3, 1, lambda x: 1e-3 * x, seed=1))
    rows = health(net, nn.MSELoss()([net(row) for row in BATCH], [[target] for target in TARGETS])).rows
    assert [(row.units, row.dead, row.saturated) for row in rows] == [(2, 0, 0), (3, 0, 0), (1, 0, 0)]


def test_the_mean_of_outputs_whose_sum_is_too_large_for_a_float_is_told():
    net = nn.MLP(1, [2, 1], "linear", seed=0)
    for parameter, number in zip(net.layers[0].parameters(), [1.0, 0.0, 0.5, 0.0], strict=True):
        parameter.data = number
    loss = nn.MSELoss()([1e-300 * net([x]) for x in (1.6e308, 1.2e308)], [0.0, 0.0])
    assert health(net, loss).rows[0].activation == pytest.approx(1.05e308)


def test_inputs_that_dropout_has_dropped_are_neither_dead_nor_saturated():
    net = nn.Sequential(nn.Layer(2, 8, "tanh", seed=0), nn.Dropout(0.9, seed=0), nn.Layer(8, 1, "linear", seed=1))
    row = health(net, nn.MSELoss()([net([0.1, 0.2])], [[1.0]])).rows[1]
    assert (row.name, row.units, row.dead, row.saturated, row.verdict) == ("items[1] Dropout(0.9)", 8, 0, 0, "ok")


def test_a_loss_that_is_itself_the_output_of_a_layer_counts():
    neuron = nn.Neuron(2, "tanh", seed=0)
    (row,) = health(neuron, neuron([1.0, 2.0])).rows
    assert (row.units, row.samples, row.output_gradient) == (1, 1, 1.0)


def test_the_table_prints_aligned_and_as_escaped_html():
    net = nn.Sequential(nn.Layer(2, 3, "tanh", seed=0), nn.Layer(3, 1, "linear", seed=0))
    net.__dict__ = {"<b>&\n\ud800": net.items, "items": net.items}
    loss = nn.MSELoss()([net(row)[0] for row in BATCH], TARGETS)
    table = health(net, loss)
    lines = str(table).splitlines()
    assert len(lines) == 3
    assert {line.index(word) for line, word in zip(lines, ("verdict", "ok", "ok"), strict=True)} == {lines[0].index("verdict")}
    str(table).encode()
    parsed = ET.fromstring(table._repr_html_())
    assert [cell.text for cell in parsed.iter("th") if cell.get("scope") == "col"] == [HEADER[0], HEADER[-1], *HEADER[1:-1]]
    assert next(cell for cell in parsed.iter("th") if cell.get("scope") == "row").text.startswith("<b>&")


def test_importing_nn_loads_nothing_that_draws():
    code = "import sys, nn; print(*(name for name in sys.modules if name.startswith('autograd.viz')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_bad_arguments_are_refused_by_name():
    net = nn.MLP(2, [1], seed=0)
    with pytest.raises(TypeError, match="model must be a Module, got list"):
        health([net], loss_of(net))
    with pytest.raises(TypeError, match="loss must be a Value, got float"):
        health(net, 0.5)
    for other in (Value(1.0), loss_of(nn.MLP(2, [1], seed=0)), net.parameters()[0] * 2.0):
        with pytest.raises(ValueError, match="loss was not computed by this model"):
            health(net, other)


@pytest.mark.slow
def test_a_net_of_many_nodes_is_judged_in_little_time():
    net = nn.MLP(2, [16, 16, 1], seed=0, expand=True)
    loss = nn.MSELoss()([net([k / 50.0, 1.0]) for k in range(100)], [0.0] * 100)
    assert len(autograd.trace(loss)[0]) > 60_000
    assert [row.samples for row in health(net, loss).rows] == [100, 100, 100]


@pytest.mark.parametrize("frozen", ["b", ""], ids=["biases", "all parameters"])
def test_a_frozen_layer_is_as_healthy_as_it_was(frozen):
    net = nn.MLP(2, [3, 1], seed=0)
    loss = nn.MSELoss()([net(row) for row in ([0.5, 1.0], [1.0, -1.0])], [0.0, 1.0])
    before = health(net, loss).rows
    for name, parameter in net.layers[0].named_parameters():
        parameter.requires_grad = not name.endswith(frozen)
    after = health(net, loss).rows
    assert [row._replace(parameter_gradient=None) for row in after] == [row._replace(parameter_gradient=None) for row in before]
    assert (after[0].parameter_gradient is None) == (not frozen)
    assert after[1] == before[1]
