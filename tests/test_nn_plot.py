"""nn.plot: every picture shows the numbers it is made of, in the Axes that were given, and leaves the model as it was."""

import colorsys
import io
import math
import subprocess
import sys

import matplotlib
import numpy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib import pyplot
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

import nn
from autograd import Value
from nn import plot
from nn.optim import SGD, Adam
from nn.recording import record_training
from nn.training import History

matplotlib.use("Agg")

X, LABELS = nn.make_moons(12, noise=0.1, random_state=0)
numbers = st.floats(-1e3, 1e3)
drawn_examples = settings(max_examples=15)  # a picture each


def new_ax():
    return FigureCanvasAgg(Figure(figsize=(5, 4), dpi=100)).figure.subplots()


def net_and_loss(activation="tanh"):
    net = nn.MLP(2, [4, 3, 1], activation, seed=0)
    return net, nn.BCEWithLogitsLoss()([net(row) for row in X], LABELS)


def run(*, steps=4, adam=False, net=None, **options):
    net = net or nn.MLP(2, [3, 1], "tanh", seed=0)
    optimizer = Adam(net.parameters(), lr=0.01) if adam else SGD(net.parameters(), lr=0.1)
    settings = {"loss": nn.BCEWithLogitsLoss(), "optimizer": optimizer, "steps": steps, "progress": False, **options}
    return record_training(net, X, LABELS, **settings)


def pictures():
    """A call of every function, on small data."""
    net, loss = net_and_loss()
    record = run(keep=["*"])

    def value():
        return nn.BCEWithLogitsLoss()([net(row) for row in X], LABELS)

    return {
        "decision_boundary": lambda ax=None: plot.decision_boundary(net, X, LABELS, steps=5, ax=ax),
        "confusion_matrix": lambda ax=None: plot.confusion_matrix([[3, 1], [0, 2]], ax=ax),
        "loss_curve": lambda ax=None: plot.loss_curve(record, ax=ax),
        "activation_histograms": lambda ax=None: plot.activation_histograms(net, loss, ax=ax),
        "gradient_histograms": lambda ax=None: plot.gradient_histograms(net, loss, ax=ax),
        "update_ratios": lambda ax=None: plot.update_ratios(record, ax=ax),
        "weights": lambda ax=None: plot.weights(net, ax=ax),
        "loss_landscape": lambda ax=None: plot.loss_landscape(net, value, steps=3, progress=False, ax=ax),
    }


NAMES = [name for name in plot.__all__ if name != "animate"]

# -- all of them -------------------------------------------------------------------------------------


def test_importing_nn_and_its_plots_loads_no_matplotlib():
    code = "import sys, nn, nn.plot; print('matplotlib' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_drawn_in_the_axes_that_are_given_and_no_figure_is_opened(name):
    open_before = pyplot.get_fignums()
    ax = new_ax()
    assert pictures()[name](ax) is ax
    assert ax.get_title()
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    ax.figure.savefig(io.BytesIO())
    assert pyplot.get_fignums() == open_before


@pytest.mark.parametrize("name", NAMES)
def test_without_axes_one_figure_is_opened(name):
    open_before = pyplot.get_fignums()
    ax = pictures()[name]()
    (opened,) = set(pyplot.get_fignums()) - set(open_before)
    assert pyplot.figure(opened) is ax.figure
    pyplot.close(opened)


@pytest.mark.parametrize("name", NAMES)
def test_axes_that_are_none_are_refused_before_anything_is_drawn(name):
    with pytest.raises(TypeError, match=r"ax must be Matplotlib's Axes or None, got Figure"):
        pictures()[name](Figure())


@pytest.mark.parametrize("name", plot.__all__)
def test_without_matplotlib_the_error_names_the_extra(name, monkeypatch):
    calls = pictures() | {"animate": lambda: plot.animate(run(), "film.gif")}
    monkeypatch.setitem(sys.modules, "matplotlib.axes", None)
    with pytest.raises(ImportError, match=r"pip install 'scalar-autograd\[plot\]'"):
        calls[name]()


def test_what_cannot_be_drawn_is_refused_by_name_and_no_figure_is_left():
    net, loss = net_and_loss()
    record, unkept = run(), run(keep=[])
    empty = nn.Tanh()
    open_before = pyplot.get_fignums()
    for call, kind, message in (
        (lambda: plot.decision_boundary("net", X, LABELS), TypeError, "model must be a Module, got str"),
        (lambda: plot.decision_boundary(net, X, LABELS[1:]), ValueError, "X, y: expected one target for each sample"),
        (lambda: plot.decision_boundary(net, [[1.0]], [1]), ValueError, "the samples must be points"),
        (lambda: plot.decision_boundary(net, X, LABELS, steps=1), ValueError, "steps must be at least 2, got 1"),
        (lambda: plot.decision_boundary(net, X, LABELS, threshold="0"), TypeError, "threshold must be a number"),
        (lambda: plot.decision_boundary(net, X, LABELS, target_names=["no"]), ValueError, r"be 2 strings, .* got \['no'\]"),
        (lambda: plot.decision_boundary(net, X, range(12), target_names="ab"), ValueError, "the targets are numbers"),
        (lambda: plot.confusion_matrix([]), ValueError, "table must have as many columns as rows, at least one, got 0"),
        (lambda: plot.confusion_matrix([[1, 2]]), ValueError, r"table .* got 1 rows of \[2\]"),
        (lambda: plot.confusion_matrix([[0.5]]), TypeError, "table: a count must be an integer, got 0.5"),
        (lambda: plot.confusion_matrix([[1]], target_names=[1]), ValueError, "target_names must be 1 strings"),
        (lambda: plot.loss_curve([]), ValueError, "losses: there are none"),
        (lambda: plot.loss_curve(History()), ValueError, "losses: there are none"),
        (lambda: plot.loss_curve(3.0), TypeError, "losses must be a list"),
        (lambda: plot.loss_curve([1.0, "2"]), TypeError, "losses must be .* numbers, got str among them"),
        (lambda: plot.loss_curve([1.0], label=2), TypeError, "label must be a string, got 2"),
        (lambda: plot.activation_histograms(net, loss.data), TypeError, "loss must be a Value, got float"),
        (lambda: plot.activation_histograms(loss, net), TypeError, "model must be a Module, got Value"),
        (lambda: plot.gradient_histograms(nn.MLP(2, [1]), loss), ValueError, "loss was not computed by this model"),
        (lambda: plot.gradient_histograms(net, loss, bins=0), ValueError, "bins must be at least 1"),
        (lambda: plot.gradient_histograms(net, loss, bins=[0, 1]), ValueError, "bins: expected two edges or more above 0"),
        (lambda: plot.activation_histograms(net, loss, bins=[1, 1]), ValueError, "bins: .* each larger than the one before"),
        (lambda: plot.activation_histograms(net, loss, bins=0.5), TypeError, "bins, if not an integer, must be a list"),
        (lambda: plot.update_ratios([1.0]), TypeError, "record must be a TrainingRecord"),
        (lambda: plot.update_ratios(unkept), ValueError, "record holds no parameters"),
        (lambda: plot.weights(net.parameters()), TypeError, "model must be a Module, got list"),
        (lambda: plot.weights(empty), ValueError, "model has no parameters: Tanh"),
        (lambda: plot.loss_landscape(net, loss), TypeError, "loss must be a function without arguments"),
        (
            lambda: plot.loss_landscape(net, lambda: "low", progress=False),
            TypeError,
            "loss must give a Value or a number, got str",
        ),
        (lambda: plot.loss_landscape(net, lambda: 1.0, steps=4), ValueError, "steps must be odd"),
        (lambda: plot.loss_landscape(net, lambda: 1.0, span=0), ValueError, "span must be a finite number > 0"),
        (lambda: plot.loss_landscape(net, lambda: 1.0, seed="a"), TypeError, "seed must be an int"),
        (lambda: plot.loss_landscape(empty, lambda: 1.0), ValueError, "model has no parameters: Tanh"),
        (lambda: plot.animate([]), TypeError, "record must be a TrainingRecord"),
        (lambda: plot.animate(record, "film.mp4"), ValueError, "path must end in .gif, got 'film.mp4'"),
        (lambda: plot.animate(record, 3), TypeError, "path must be a string or a Path, got int"),
        (lambda: plot.animate(record, "no/such/film.gif"), FileNotFoundError, "path: there is no such folder: 'no/such'"),
        (lambda: plot.animate(record, "film.gif", fps=0), ValueError, "fps must be at least 1"),
        (lambda: plot.animate(record, "film.gif", most=1), ValueError, "most must be at least 2"),
    ):
        with pytest.raises(kind, match=message):
            call()
    assert pyplot.get_fignums() == open_before


# -- the decision boundary ---------------------------------------------------------------------------


class Formula(nn.Module):
    """A model whose outputs on the plane are known."""

    def __init__(self, function):
        self.function, self.one = function, Value(1.0)

    def forward(self, x):
        return self.function(self.one * x[0], self.one * x[1])


GREY = numpy.array([0.299, 0.587, 0.114])  # the share of red, green and blue in lightness
CORNERS = [[-1.0, -1.0], [1.0, 1.0]]


def pixels(ax):
    """The picture as it is printed, and where a place of the data is in it."""
    figure = ax.figure
    if ax.get_legend():
        ax.get_legend().remove()
    figure.canvas.draw()
    image = numpy.asarray(figure.canvas.buffer_rgba())[..., :3] / 255.0

    def at(x, y):
        column, row = ax.transData.transform((x, y))
        return image[image.shape[0] - 1 - round(row), round(column)]

    return at


slopes = st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.floats(-1, 1))


def clear_places(decide):
    """Places around which a linear decision is the same far enough for the width of a line and of two places of the grid."""
    for x in (-1.1, -0.55, 0.05, 0.6, 1.1):
        for y in (-0.7, -0.25, 0.35, 0.85):
            found = {decide(x + dx, y + dy) for dx in (-0.3, 0.3) for dy in (-0.3, 0.3)}
            if len(found) == 1 and None not in found:
                yield x, y, found.pop()


@pytest.mark.slow
@drawn_examples
@example(slope=(0.0, 1.0, 0.0), threshold=0.0)
@given(slope=slopes, threshold=st.sampled_from([0.0, 0.5, -2.0]))
def test_the_upper_class_is_light_and_the_other_dark_also_in_grey(slope, threshold):
    a, b, c = slope
    model = Formula(lambda x, y: a * x + b * y + c)
    ax = plot.decision_boundary(model, CORNERS, [0, 1], threshold=threshold, steps=20, ax=new_ax())
    at = pixels(ax)

    def upper(x, y):
        score = a * x + b * y + c - threshold
        return None if abs(score) < 1e-3 else score > 0.0

    for x, y, light in clear_places(upper):
        assert (at(x, y) @ GREY > 0.7) == light


@pytest.mark.slow
@drawn_examples
@given(weights=st.lists(slopes, min_size=3, max_size=3))
def test_of_several_outputs_each_place_has_the_colour_of_the_largest(weights):
    model = Formula(lambda x, y: [a * x + b * y + c for a, b, c in weights])
    ax = plot.decision_boundary(model, [*CORNERS, [-1.0, 1.0]], [0, 1, 2], steps=25, ax=new_ax())
    at = pixels(ax)
    hues = [colorsys.rgb_to_hsv(*to_rgb(colour))[0] for colour in plot.style.COLOURS[:3]]

    def largest(x, y):
        scores = [a * x + b * y + c for a, b, c in weights]
        return scores.index(max(scores))

    for x, y, mark in clear_places(largest):
        hue = colorsys.rgb_to_hsv(*at(x, y))[0]
        assert min(range(3), key=lambda k: abs(hues[k] - hue)) == mark


def test_the_points_of_each_class_have_a_sign_of_their_own_and_stand_where_the_samples_are():
    model = Formula(lambda x, y: [x, y, -x])
    ax = plot.decision_boundary(model, X, [i % 3 for i in range(12)], steps=5, ax=new_ax())
    scattered = [c for c in ax.collections if isinstance(c, matplotlib.collections.PathCollection)]
    assert len({str(c.get_paths()[0].vertices) for c in scattered}) == 3
    for k, collection in enumerate(scattered):
        assert collection.get_offsets().tolist() == X[k::3]


def test_a_boundary_between_classes_is_a_straight_line_where_the_model_is_linear():
    model = Formula(lambda x, y: [x, y, -9.0 - 0.0 * x])
    ax = plot.decision_boundary(model, X, [i % 2 for i in range(12)], steps=30, ax=new_ax())
    lines = [c for c in ax.collections if isinstance(c, matplotlib.contour.ContourSet) and not c.filled]
    assert lines
    for line in lines:
        for x, y in line.get_paths()[0].vertices:
            assert math.isclose(x, y, abs_tol=1e-9)


def test_classes_are_called_by_their_names_word_for_word():
    model = Formula(lambda x, y: [x, y])
    ax = plot.decision_boundary(model, CORNERS, [0, 1], target_names=["$a$", "b"], steps=5, ax=new_ax())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["$a$", "b"]
    assert not any(text.get_parse_math() for text in ax.get_legend().get_texts())
    ax = plot.decision_boundary(Formula(lambda x, y: x), CORNERS, [-1, 1], target_names=["low", "high"], steps=5, ax=new_ax())
    (low, high) = [c for c in ax.collections if isinstance(c, matplotlib.collections.PathCollection)]
    assert (low.get_label(), high.get_label()) == ("low", "high")
    assert low.get_offsets().tolist() == CORNERS[:1]


def test_the_bar_is_labelled_with_outputs():
    model = Formula(lambda x, y: x)
    ax = plot.decision_boundary(model, CORNERS, [0, 1], steps=5, ax=new_ax())
    labels = [float(text.get_text().replace("−", "-")) for text in ax.figure.axes[1].get_yticklabels()]
    probabilities = [1 / (1 + math.exp(-logit)) for logit in labels]
    assert probabilities == pytest.approx([i / 8 for i in range(1, 8)], abs=0.01)
    ax = plot.decision_boundary(model, CORNERS, [2.0, 6.0], threshold=4.0, steps=5, ax=new_ax())
    assert ax.figure.axes[1].get_yticklabels()[3].get_text() == "4"


@pytest.mark.parametrize("outputs", [lambda x, y: [x, math.nan * y], lambda x, y: math.nan * x, lambda x, y: 0 * x])
@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning:autograd")
def test_a_model_that_has_no_boundary_is_drawn_all_the_same(outputs):
    ax = plot.decision_boundary(Formula(outputs), CORNERS, [0, 1], steps=4, ax=new_ax())
    ax.figure.canvas.draw()


def test_targets_that_are_no_classes_are_drawn_by_their_size():
    ax = plot.decision_boundary(Formula(lambda x, y: x + y), [*CORNERS, [0.0, 0.0]], [-2.0, 2.0, 0.5], steps=12, ax=new_ax())
    at = pixels(ax)
    greys = [at(x, x + 0.2) @ GREY for x in (-0.8, -0.3, 0.3, 0.7)]
    assert greys == sorted(greys)


# -- the loss ----------------------------------------------------------------------------------------


@example(losses=[1.0, 10.0])
@given(losses=st.lists(st.floats(1e-6, 1e6) | st.just(0.0) | st.just(math.nan), min_size=1, max_size=8))
def test_the_curve_has_the_losses_and_is_logarithmic_by_the_rule(losses):
    ax = plot.loss_curve(losses, ax=new_ax())
    (line,) = ax.lines
    assert list(line.get_xdata()) == list(range(len(losses)))
    assert numpy.array_equal(line.get_ydata(), losses, equal_nan=True)
    finite = [loss for loss in losses if loss == loss]
    assert ax.get_yscale() == ("log" if finite and min(finite) > 0 and max(finite) > 10 * min(finite) else "linear")


def test_a_history_has_a_point_an_epoch_for_training_and_validation():
    ax = plot.loss_curve(History(loss=[3.0, 2.0], val_loss=[4.0, math.inf]), ax=new_ax())
    assert [list(line.get_xdata()) for line in ax.lines] == [[1, 2], [1, 2]]
    assert numpy.array_equal(ax.lines[1].get_ydata(), [4.0, math.nan], equal_nan=True)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["loss", "loss, validation data"]
    assert ax.get_xlabel() == "epoch"


def test_a_record_has_a_point_a_step():
    record = run(steps=6, every=4)
    (line,) = plot.loss_curve(record, ax=new_ax()).lines
    assert list(line.get_xdata()) == [0, 4, 6]
    assert list(line.get_ydata()) == [frame.loss for frame in record]


def test_curves_in_the_same_axes_differ_in_their_lines_and_share_the_scale():
    ax = new_ax()
    ax.axhline(-1.0)
    plot.loss_curve([3.0, 2.0], label="SGD", ax=ax)
    assert ax.get_yscale() == "linear"
    plot.loss_curve([3.0, 0.1], label="Adam", ax=ax)
    assert ax.get_yscale() == "log"
    ours = ax.lines[1:]
    assert len({line.get_linestyle() for line in ours}) == len({line.get_color() for line in ours}) == 2
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"SGD", "Adam"}


# -- the confusion matrix ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3, 10])
def test_every_count_stands_in_its_square_and_can_be_read_on_it(size):
    table = [[(7 * i + 3 * j) % 5 * (1 + 9 * (i == j)) for j in range(size)] for i in range(size)]
    ax = plot.confusion_matrix(table, target_names=[f"the class {k}" for k in range(size)], ax=new_ax())
    (image,) = ax.images
    assert image.get_array().tolist() == table
    for text in ax.texts:
        j, i = text.get_position()
        assert text.get_text() == str(table[i][j] or "·")
        square = numpy.array(image.cmap(image.norm(table[i][j]))[:3]) @ GREY
        assert abs(square - numpy.array(to_rgb(text.get_color())) @ GREY) > 0.4
    assert [text.get_text() for text in ax.get_yticklabels()] == [f"the class {k}" for k in range(size)]


# -- histograms --------------------------------------------------------------------------------------


def bars(ax):
    """Of each row, from the top, the edges of its bins and the heights of its bars above its foot."""
    return [(data.edges, data.values - data.baseline) for data in (patch.get_data() for patch in ax.patches)]


def as_counts(heights, total):
    """The counts that heights in proportion to them stand for."""
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
        counted = f"{len(found)} numbers" + (f", {found.count(0.0)} are 0" if 0.0 in found else "")
        assert text.get_text().split("\n")[1].startswith(counted)
        if drawn:
            assert as_counts(heights, len(drawn)) == numpy.histogram(drawn, edges)[0].tolist()


def test_every_gradient_of_a_layer_is_in_a_bar_and_no_grad_is_touched():
    net, loss = net_and_loss()
    net.parameters()[0].grad = 7.0
    ax = plot.gradient_histograms(net, loss, ax=new_ax())
    assert net.parameters()[0].grad == 7.0
    net.zero_grad()
    loss.backward()
    assert ax.get_xscale() == "log"
    for layer, (edges, heights) in zip(net.layers, bars(ax), strict=True):
        found = [abs(p.grad) for p in layer.parameters()]
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
    assert ax.texts[0].get_text().endswith("5 numbers, 1 are 0, 2 are outside")
    ax = plot.gradient_histograms(net, loss, bins=[0.25, 2.0, 9.0], ax=new_ax())  # of w 5.7, of b 0.2
    assert "2 numbers, 1 are outside" in ax.texts[0].get_text()


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


# -- updates -----------------------------------------------------------------------------------------


def ratios(ax):
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    return {label: list(line.get_ydata()) for label, line in zip(labels[:-1], ax.lines[:-1], strict=True)}


def test_the_ratio_is_that_of_what_the_optimizer_did():
    for options in ({}, {"adam": True}):
        record = run(**options)
        ax = plot.update_ratios(record, ax=new_ax())
        for layer, found in ratios(ax).items():
            names = [name for name in record[0].parameters if name.startswith(layer)]
            for at, ratio in enumerate(found):
                now, then = record[at].parameters, record[at + 1].parameters
                moved = math.dist([now[name] for name in names], [then[name] for name in names])
                assert ratio == pytest.approx(moved / math.hypot(*(now[name] for name in names)), rel=1e-9)
    assert list(ax.lines[-1].get_ydata()) == [1e-3, 1e-3]
    assert ax.get_yscale() == "log"


def test_of_plain_sgd_norms_and_rare_frames_are_enough():
    single, norms = (run(net=nn.MLP(2, [16, 1], "tanh", seed=0), steps=5, **more) for more in ({"keep": ["*"]}, {"every": 2}))
    one, other = ratios(plot.update_ratios(single, ax=new_ax())), ratios(plot.update_ratios(norms, ax=new_ax()))
    assert list(one) == list(other) == ["layers.0", "layers.1"]
    for layer, found in other.items():
        assert found == pytest.approx(one[layer][::2], rel=1e-12)


def test_of_another_optimizer_what_is_missing_is_named():
    wide = nn.MLP(2, [16, 1], seed=0)
    for record in (run(adam=True, net=wide), run(adam=True, every=2)):
        with pytest.raises(ValueError, match=r'keep=\["\*"\] and every=1'):
            plot.update_ratios(record, ax=new_ax())
    broken = run(steps=1)
    broken.frames.pop()
    with pytest.raises(ValueError, match="record holds no update"):
        plot.update_ratios(broken)


def test_a_layer_that_does_not_move_is_told():
    net = nn.MLP(2, [2, 1], "relu", seed=0)
    for neuron in net.layers[0].neurons:
        neuron.b.data = -100.0
    net.layers[1].neurons[0].b.data = 1.0
    ax = plot.update_ratios(run(net=net), ax=new_ax())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["layers.0 (does not move)", "layers.1", "10⁻³"]
    ax.figure.canvas.draw()


def test_names_are_taken_word_for_word():
    class Own(nn.Module):
        def __init__(self):
            self._body = {"$\\oops$": nn.Layer(2, 1, seed=0)}

        def forward(self, x):
            return self._body["$\\oops$"](x)[0]

    model = Own()
    ax = plot.update_ratios(run(net=model), ax=new_ax())
    loss = nn.MSELoss()([model(row) for row in X], LABELS)
    assert list(ratios(ax)) == [r"_body.\$\oops\$"]
    for drawn in (ax, plot.weights(model, ax=new_ax()), plot.gradient_histograms(model, loss, ax=new_ax())):
        drawn.figure.canvas.draw()


# -- weights -----------------------------------------------------------------------------------------


def test_the_squares_are_the_parameters_around_a_white_zero():
    net = nn.MLP(2, [3, 1], seed=0)
    net.layers[0].neurons[1].b.data = -4.0
    ax = plot.weights(net, ax=new_ax())
    expected = [[[*(w.data for w in neuron.w), neuron.b.data] for neuron in layer.neurons] for layer in net.layers]
    assert [image.get_array().tolist() for image in ax.images] == expected
    assert all((image.norm.vmin, image.norm.vmax) == (-4.0, 4.0) for image in ax.images)
    assert numpy.allclose(ax.images[0].cmap(0.5)[:3], 0.97, atol=0.01)
    assert [text.get_text() for text in ax.texts][-1] == "layers.1"
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
    neuron, table, scale = (image.get_array() for image in ax.images)
    assert neuron.data.tolist()[0][0] == model.inner.w[0].data
    assert numpy.ma.filled(table, -1.0).tolist() == [[1.0, 2.0], [3.0, -1.0]]
    assert scale.tolist() == [[-5.0]]
    ax.figure.canvas.draw()


# -- the landscape -----------------------------------------------------------------------------------


def test_the_loss_is_taken_on_a_grid_around_the_parameters_and_its_centre_is_here():
    class Own(nn.Module):
        def __init__(self):
            self.w, self.b = [Value(3.0), Value(-4.0)], Value(0.0)

    model, seen = Own(), []

    def loss():
        seen.append([p.data for p in model.parameters()])
        return sum(x * x for x in seen[-1])

    ax = plot.loss_landscape(model, loss, span=0.5, steps=5, progress=False, ax=new_ax())
    assert len(seen) == 25
    assert seen[12] == [3.0, -4.0, 0.0]
    assert {b for *_, b in seen} == {0.0}
    across, up = ([seen[i][k] - seen[12][k] for k in (0, 1)] for i in (14, 22))
    assert math.hypot(*across) == pytest.approx(0.5 * 5.0, rel=1e-12)  # half the length of the weights of the neuron
    assert math.hypot(*up) == pytest.approx(0.5 * 5.0, rel=1e-12)
    for i, place in enumerate(seen):
        a, b = (i % 5 - 2) / 2, (i // 5 - 2) / 2
        assert place[:2] == pytest.approx([p + a * x + b * y for p, x, y in zip(seen[12], across, up, strict=False)], abs=1e-12)
    assert ax.get_legend().get_texts()[0].get_text() == "here: loss 25"


@pytest.mark.slow
@drawn_examples
@given(seed=st.integers(0, 10**6), numbers=st.lists(numbers, min_size=9, max_size=9))
def test_parameters_and_modes_are_afterwards_what_they_were(seed, numbers):
    net = nn.Sequential(nn.Layer(2, 2, "tanh", seed=0), nn.Dropout(0.5, seed=0), nn.Layer(2, 1, "linear", seed=1))
    net[1].eval()
    for p, number in zip(net.parameters(), numbers, strict=True):
        p.data = number
        p.grad = 1.5
    modes = [module.training for module in net.modules()]

    def loss():
        assert not any(module.training for module in net.modules())
        return nn.MSELoss()([net(row)[0] for row in X[:2]], [0.0, 1.0])

    plot.loss_landscape(net, loss, seed=seed, steps=3, progress=False, ax=new_ax())
    assert [p.data for p in net.parameters()] == numbers
    assert {p.grad for p in net.parameters()} == {1.5}
    assert [module.training for module in net.modules()] == modes


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_parameters_are_put_back_if_it_is_broken_off(error):
    net = nn.MLP(2, [2, 1], seed=0)
    before, calls = net.state_dict(), []

    def loss():
        calls.append(net.state_dict())
        if len(calls) == 7:
            raise error
        return float(len(calls))

    with pytest.raises(error):
        plot.loss_landscape(net, loss, progress=False)
    assert calls[-1] != before
    assert net.state_dict() == before
    assert net.training


def test_the_same_seed_gives_the_same_landscape_and_another_another():
    net = nn.MLP(2, [2, 1], seed=0)

    def seen(seed):
        places = []
        plot.loss_landscape(
            net, lambda: places.append(net.state_dict()) or float(len(places)), seed=seed, steps=3, progress=False, ax=new_ax()
        )
        return places

    assert seen(1) == seen(1) != seen(2)


@pytest.mark.parametrize(
    "losses", [[1.0], [math.nan], [math.nan, 1.0], [math.inf, 1.0, 2.0], [1e-9, 1.0, 1e9], [-5.0, 100.0], [1.0, 1.0 + 2e-16]]
)
def test_a_landscape_that_is_flat_or_broken_is_drawn_all_the_same(losses):
    net, calls = nn.MLP(1, [1], seed=0), []

    def loss():
        calls.append(None)
        return losses[len(calls) % len(losses)]

    plot.loss_landscape(net, loss, steps=5, progress=False, ax=new_ax()).figure.canvas.draw()


def test_progress_is_shown(capsys, tmp_path):
    plot.loss_landscape(nn.MLP(1, [1], seed=0), lambda: 1.0, steps=3, ax=new_ax())
    assert "9/9" in capsys.readouterr().err
    plot.animate(run(steps=1), tmp_path / "film.gif")
    assert "2/2" in capsys.readouterr().err


# -- the film ----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("steps", "most", "frames"), [(4, 100, 5), (9, 4, 4)])
def test_a_film_has_its_frames_and_the_wished_for_speed(tmp_path, steps, most, frames):
    path = tmp_path / "xor.gif"
    assert plot.animate(run(steps=steps, boundary=6), path, fps=5, most=most, progress=False) == str(path)
    with Image.open(path) as film:
        assert (film.format, film.n_frames, film.size) == ("GIF", frames, (800, 360))
        assert film.info["duration"] == 200
    assert list(tmp_path.iterdir()) == [path]


def test_a_film_without_a_boundary_shows_the_loss(tmp_path):
    with Image.open(plot.animate(run(steps=1), tmp_path / "loss.gif", progress=False)) as film:
        assert (film.n_frames, film.size) == (2, (450, 360))


def test_a_film_that_is_broken_off_leaves_the_old_file_and_nothing_else(tmp_path):
    class Impatient(list):
        asked = 0

        def __getitem__(self, index):
            Impatient.asked += 1
            if Impatient.asked > 3:
                raise KeyboardInterrupt
            return super().__getitem__(index)

    record = run(boundary=4)
    record.frames = Impatient(record.frames)
    path = tmp_path / "film.gif"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        plot.animate(record, path, progress=False)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_record_without_frames_has_no_film():
    record = run()
    record.frames = []
    with pytest.raises(ValueError, match="record has no frames"):
        plot.animate(record, "film.gif")


def test_without_a_path_there_is_a_film_for_any_of_matplotlibs_writers():
    open_before = pyplot.get_fignums()
    film = plot.animate(run(steps=1, boundary=4))
    assert "anim" in film.to_jshtml()
    assert pyplot.get_fignums() == open_before
