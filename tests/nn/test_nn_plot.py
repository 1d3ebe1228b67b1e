"""nn.plot: every function draws in the given Axes, refuses what it cannot draw, and leaves the model unchanged."""

import io
import subprocess
import sys

import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

import nn
from nn import plot
from nn.training import History
from tests.support.plots import LABELS, X, net_and_loss, new_ax, run


def pictures():
    """A call of every plot function on small data, by name."""
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
        (lambda: plot.decision_boundary(nn.Neuron(2, "sigmoid"), X, LABELS), ValueError, "are all above 0, got 0.0"),
        (lambda: plot.decision_boundary(net, X, LABELS, target_names=["no"]), ValueError, r"be 2 strings, .* got \['no'\]"),
        (lambda: plot.decision_boundary(net, X, range(12), target_names="ab"), ValueError, "the targets are numbers"),
        (lambda: plot.confusion_matrix([]), ValueError, "table must have as many columns as rows, at least one, got 0"),
        (lambda: plot.confusion_matrix([[1, 2]]), ValueError, r"table .* got 1 rows of \[2\]"),
        (lambda: plot.confusion_matrix([[0.5]]), TypeError, "table: a count must be an integer, got 0.5"),
        (lambda: plot.confusion_matrix([[1]], target_names=[1]), ValueError, "target_names must be 1 strings"),
        (lambda: plot.loss_curve([]), ValueError, "losses: nothing to draw"),
        (lambda: plot.loss_curve(History()), ValueError, "losses: nothing to draw"),
        (lambda: plot.loss_curve(3.0), TypeError, "losses must be a list"),
        (lambda: plot.loss_curve([1.0, "2"]), TypeError, r"losses\[1\] must be a number, got '2'"),
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
        (lambda: plot.loss_landscape(net, loss), TypeError, "loss must be a function of no arguments"),
        (lambda: plot.loss_landscape(net, nn.MSELoss()), TypeError, r"write lambda: loss\(\[model\(row\) for row in X\], y\)"),
        (lambda: plot.loss_landscape(net, lambda: "low", progress=False), TypeError, r"loss\(\) must be a number, got 'low'"),
        (lambda: plot.loss_landscape(net, lambda: 1.0, steps=4), ValueError, "steps must be odd"),
        (lambda: plot.loss_landscape(net, lambda: 1.0, span=0), ValueError, "span must be a finite number > 0"),
        (lambda: plot.loss_landscape(net, lambda: 1.0, seed="a"), TypeError, "seed must be an int"),
        (lambda: plot.loss_landscape(empty, lambda: 1.0), ValueError, "model has no parameters: Tanh"),
        (lambda: plot.animate([]), TypeError, "record must be a TrainingRecord"),
        (lambda: plot.animate(record, "film.mp4"), ValueError, "path must end in .gif, got 'film.mp4'"),
        (lambda: plot.animate(record, 3), TypeError, "path must be a string or a Path, got int"),
        (lambda: plot.animate(record, "no/such/film.gif"), FileNotFoundError, "path: no such folder: 'no/such'"),
        (lambda: plot.animate(record, "film.gif", fps=0), ValueError, "fps must be at least 1"),
        (lambda: plot.animate(record, "film.gif", max_frames=1), ValueError, "max_frames must be at least 2"),
    ):
        with pytest.raises(kind, match=message):
            call()
    assert pyplot.get_fignums() == open_before
