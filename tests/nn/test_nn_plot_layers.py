"""Histograms and weights show every number of a layer, or count those they leave out."""

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, gradients
from nn import plot
from tests.support.plots import LABELS, X, drawn_examples, net_and_loss, new_ax

# -- histograms --------------------------------------------------------------------------------------


def bars(ax):
    """For each histogram, from the top: the edges of its bins and the heights of its bars above its baseline."""
    return [(data.edges, data.values - data.baseline) for data in (patch.get_data() for patch in ax.patches)]


def as_counts(heights, total):
    """The counts to which these heights are proportional."""
    return numpy.rint(heights / heights.sum() * total).astype(int).tolist()


@pytest.mark.slow
@drawn_examples
@given(seed=st.integers(0, 999), activation=st.sampled_from(["relu", "tanh"]), bins=st.integers(1, 30))
def test_every_activation_is_in_a_bar_or_counted_as_zero(seed, activation, bins):
    net = nn.MLP(2, [4, 3, 1], activation, seed=seed)
    outputs = [[], [], []]
    for row in X:
        for k, layer in enumerate(net.layers):
            row = [value.data for value in layer(row)]
            outputs[k] += row
    loss = nn.MSELoss()([net(row) for row in X], LABELS)
    ax = plot.activation_histograms(net, loss, bins=bins, ax=new_ax())
    for found, (edges, heights), text in zip(outputs, bars(ax), ax.texts, strict=True):
        drawn = [x for x in found if x]
        zeros = found.count(0.0)
        counted = f"{len(found)} numbers" + (f", {zeros} {'is' if zeros == 1 else 'are'} 0" if zeros else "")
        assert text.get_text().split("\n")[1].startswith(counted)
        if drawn:
            assert as_counts(heights, len(drawn)) == numpy.histogram(drawn, edges)[0].tolist()


def test_every_gradient_of_a_layer_is_in_a_bar_and_no_grad_is_touched():
    net, loss = net_and_loss()
    net.parameters()[0].grad = 7.0
    ax = plot.gradient_histograms(net, loss, ax=new_ax())
    assert net.parameters()[0].grad == 7.0
    assert ax.get_xscale() == "log"
    for layer, (edges, heights) in zip(net.layers, bars(ax), strict=True):
        found = [abs(gradient) for gradient in gradients(loss, layer.parameters())]
        assert as_counts(heights, len(found)) == numpy.histogram(numpy.log10(found), numpy.log10(edges))[0].tolist()


def test_two_histograms_have_the_edges_that_are_given_and_count_what_lies_outside():
    net = nn.Layer(1, 1, "linear", seed=0)
    net.neurons[0].w[0].data = 1.0
    net.neurons[0].b.data = 0.0
    loss = nn.MSELoss()([net([x]) for x in (-3.0, 0.0, 0.5, 1.0, 2.0)], [[0.0]] * 5)
    edges = [-1.0, 0.25, 1.0]
    ax = plot.activation_histograms(net, loss, bins=edges, ax=new_ax())
    ((at, heights),) = bars(ax)
    assert at.tolist() == edges
    assert as_counts(heights, 2) == [0, 2]
    assert ax.texts[0].get_text().endswith("5 numbers, 1 is 0, 2 are outside")
    ax = plot.gradient_histograms(net, loss, bins=[0.25, 2.0, 9.0], ax=new_ax())  # w's gradient is 5.7, b's 0.2
    assert "2 numbers, 1 is outside" in ax.texts[0].get_text()


def test_frozen_parameters_are_not_counted_as_gradients_of_0():
    net, loss = net_and_loss()
    net.layers[0].neurons[0].requires_grad_(False)
    net.layers[1].requires_grad_(False)
    loss = nn.MSELoss()([net(row) for row in X], LABELS)
    texts = [text.get_text() for text in plot.gradient_histograms(net, loss, ax=new_ax()).texts]
    trained = [parameter for parameter in net.layers[0].parameters() if parameter.requires_grad]
    assert f"\n{len(trained)} numbers" in texts[0]
    assert f"\n{len(X) * len(net.layers[1].neurons)} numbers" in texts[1]  # the outputs


def test_parameters_of_a_layer_of_ones_own_are_all_drawn():
    class Scaled(nn.Layer):
        def __init__(self):
            super().__init__(2, 2, "linear", seed=0)
            self.scale = Value(7.0)

    ax = plot.weights(Scaled(), ax=new_ax())
    assert [image.get_array().tolist() for image in ax.images][1:] == [[[7.0]]]


def test_a_layer_without_parameters_has_the_gradients_of_its_outputs():
    net = nn.Sequential(nn.Layer(2, 3, "linear", seed=0), nn.Tanh(), nn.Layer(3, 1, "linear", seed=1))
    loss = nn.MSELoss()([net(row) for row in X], [[label] for label in LABELS])
    ax = plot.gradient_histograms(net, loss, ax=new_ax())
    assert [text.get_text().split("\n")[1].split(",")[0] for text in ax.texts] == ["9 numbers", "36 numbers", "4 numbers"]


def test_dead_and_saturated_layers_are_told():
    net = nn.MLP(2, [3, 2, 1], "relu", seed=0)
    for neuron in net.layers[1].neurons:
        neuron.b.data = -100.0
    loss = nn.MSELoss()([net(row) for row in X], LABELS)
    assert "24 numbers, 24 are 0, dead: 2 of 2" in plot.activation_histograms(net, loss, ax=new_ax()).texts[1].get_text()
    assert "9 numbers, 9 are 0" in plot.gradient_histograms(net, loss, ax=new_ax()).texts[0].get_text()


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
def test_numbers_that_are_not_finite_are_counted():
    net, _ = net_and_loss("linear")
    net.layers[0].neurons[0].b.data = math.inf
    loss = nn.MSELoss()([net(row) for row in X], LABELS)
    assert "48 numbers, 12 are not finite" in plot.activation_histograms(net, loss, ax=new_ax()).texts[0].get_text()


@pytest.mark.parametrize("bias", [0.0, 1.0, 1e-300])
def test_outputs_that_differ_by_rounding_alone_or_not_at_all_are_drawn(bias):
    layer = nn.Layer(1, 1, "linear", seed=0)
    layer.neurons[0].w[0].data, layer.neurons[0].b.data = bias * 2e-16, bias
    loss = nn.MSELoss()([layer([x]) for x in (0.0, 1.0, 1.0)], [[0.0]] * 3)
    for function in (plot.activation_histograms, plot.gradient_histograms):
        function(layer, loss, ax=new_ax()).figure.canvas.draw()


# -- weights -----------------------------------------------------------------------------------------


def test_the_squares_are_the_parameters_around_a_zero_that_looks_like_the_background():
    net = nn.MLP(2, [3, 1], seed=0)
    net.layers[0].neurons[1].b.data = -4.0
    ax = plot.weights(net, ax=new_ax())
    expected = [[[*(w.data for w in neuron.w), neuron.b.data] for neuron in layer.neurons] for layer in net.layers]
    assert [image.get_array().tolist() for image in ax.images] == expected
    assert all((image.norm.vmin, image.norm.vmax) == (-4.0, 4.0) for image in ax.images)
    assert numpy.allclose(ax.images[0].cmap(0.5), ax.get_facecolor(), atol=0.01)
    assert [text.get_text() for text in ax.texts][-1] == "layers[1]"
    assert "−4" in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("width", [3, 10, 300])
def test_numbers_are_written_into_few_squares_and_signs_into_some(width):
    layer = nn.Layer(width, 6, seed=0)
    ax = plot.weights(layer, ax=new_ax())
    written = [text for text in ax.texts if text.get_text() != "weights"]
    marked = [len(collection.get_offsets()) for collection in ax.collections]
    below = sum(p.data < 0 for p in layer.parameters())
    if width == 3:
        assert len(written) == 24
    elif width == 10:
        assert len(written) == 24 + 42 or marked == [below]
    else:
        assert (written, marked) == ([], [])


def test_neurons_without_a_bias_are_drawn_with_one_of_0():
    net = nn.MLP(2, [2, 1], seed=0)
    for layer in net.layers:
        for neuron in layer.neurons:
            neuron.b = 0.0
    ax = plot.weights(net, ax=new_ax())
    assert [[row[-1] for row in block.get_array()] for block in ax.images] == [[0.0, 0.0], [0.0]]


def test_parameters_of_any_module_have_a_picture():
    class Own(nn.Module):
        def __init__(self):
            self.table = [[Value(1.0), Value(2.0)], [Value(3.0)]]
            self.scale = Value(-5.0)
            self.shared = self.scale
            self.inner = nn.Neuron(1, seed=0)

    model = Own()
    model.inner.b.data = math.nan
    ax = plot.weights(model, ax=new_ax())
    neuron, *rows, scale = (image.get_array().tolist() for image in ax.images)
    assert neuron[0][0] == model.inner.w[0].data
    assert rows == [[[1.0, 2.0]], [[3.0]]]  # one square per parameter and no others
    assert scale == [[-5.0]]
    assert [text.get_text() for text in ax.texts].count("NaN") == 1  # the bias
    ax.figure.canvas.draw()
