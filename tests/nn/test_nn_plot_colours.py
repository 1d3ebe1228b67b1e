"""The plots share the palette of drawings and pages: classes, signs and magnitudes look different in light and dark mode."""

import matplotlib
import numpy
import pytest
from matplotlib import style
from matplotlib.colors import to_hex, to_rgb

import nn
from autograd.viz.palette import CLASSES, COLOURS, MARKERS, RAMP
from nn import plot
from nn.plot.style import Look
from tests.support.plots import LABELS, X, net_and_loss, new_ax, run

MODES = ("light", "dark")
SHEETS = {"light": "default", "dark": "dark_background"}


@pytest.fixture(params=MODES)
def mode(request):
    with style.context(SHEETS[request.param]):
        yield request.param


def of(name, mode):
    return getattr(COLOURS[name], mode)


def classes(mode):
    return [getattr(colour, mode) for colour in CLASSES]


@pytest.mark.parametrize(("face", "mode"), [("white", "light"), ("#eeeeee", "light"), ("#15181c", "dark"), ("black", "dark")])
def test_the_face_of_the_axes_chooses_the_mode(face, mode):
    ax = new_ax()
    ax.set_facecolor(face)
    assert Look(ax).mode == mode


def test_behind_axes_without_a_face_there_is_the_figure():
    ax = new_ax()
    ax.set_facecolor("none")
    ax.figure.set_facecolor("black")
    assert Look(ax).mode == "dark"


@pytest.mark.parametrize("count", [2, 4])
def test_samples_have_the_colour_and_the_marker_of_their_class_and_never_that_of_a_sign(mode, count):
    outputs = 1 if count == 2 else count
    ax = plot.decision_boundary(nn.MLP(2, [outputs], seed=0), X, [i % count for i in range(len(X))], steps=5, ax=new_ax())
    scattered = [c for c in ax.collections if isinstance(c, matplotlib.collections.PathCollection)]
    assert [to_hex(c.get_facecolor()[0]) for c in scattered] == classes(mode)[:count]
    shapes = [matplotlib.markers.MarkerStyle(sign) for sign in MARKERS[:count]]
    for collection, shape in zip(scattered, shapes, strict=True):
        expected = shape.get_path().transformed(shape.get_transform())
        assert numpy.allclose(collection.get_paths()[0].vertices, expected.vertices)


def test_a_weight_has_the_colour_of_its_sign_and_one_that_is_no_number_is_grey(mode):
    layer = nn.Layer(2, 1, seed=0)
    ax = plot.weights(layer, ax=new_ax())
    (image,) = ax.images
    largest = image.norm.vmax
    drawn = [to_hex(image.to_rgba(number)) for number in (-largest, 0.0, largest)]
    assert drawn == [of("negative", mode), to_hex(ax.get_facecolor()), of("positive", mode)]
    assert to_hex(image.cmap(float("nan"))) == of("nothing", mode)


def test_magnitudes_are_on_the_ramp(mode):
    ramp = RAMP if mode == "dark" else RAMP[::-1]
    (image,) = plot.confusion_matrix([[4, 0], [1, 2]], ax=new_ax()).images
    assert [to_hex(image.to_rgba(count)) for count in (0, 2, 4)] == [ramp[0], ramp[2], ramp[4]]
    net = nn.MLP(2, [1], "linear", seed=0)
    ax = plot.loss_landscape(net, lambda: sum(p.data**2 for p in net.parameters()), steps=5, progress=False, ax=new_ax())
    colours = ax.collections[0].get_facecolor()
    assert [to_hex(colours[0]), to_hex(colours[-1])] == [RAMP[0], RAMP[-1]]


def test_curves_are_ink_and_then_the_classes_and_histograms_have_no_sign(mode):
    ax = new_ax()
    for _ in range(3):
        plot.loss_curve([2.0, 1.0], ax=ax)
    assert [line.get_color() for line in ax.lines] == [of("ink", mode), *classes(mode)[:2]]
    lines = plot.update_ratios(run(), ax=new_ax()).lines
    assert [line.get_color() for line in lines] == [of("ink", mode), classes(mode)[0], of("quiet", mode)]
    for histogram in (plot.activation_histograms, plot.gradient_histograms):
        bars = histogram(*net_and_loss(), ax=new_ax()).patches
        assert {to_hex(bar.get_facecolor()) for bar in bars} == {of("many", mode)}


def test_the_step_that_a_film_shows_is_marked_by_the_accent(mode):
    film = plot.animate(run(steps=1))
    (curve,) = film._fig.axes
    assert curve.lines[-1].get_color() == of("accent", mode)
    film._draw_was_started = True  # no warning that it was never shown


def test_lines_and_names_can_be_read_on_every_band(mode):
    for targets in (LABELS, [0.5 * k for k in range(len(X))]):
        ax = plot.decision_boundary(nn.MLP(2, [4, 1], "tanh", seed=0), X, targets, steps=10, ax=new_ax())
        ink = Look(ax)["ink"]
        lines = [c for c in ax.collections if isinstance(c, matplotlib.contour.ContourSet) and not c.filled]
        assert all(to_hex(line.get_edgecolor()[0]) in (ink, Look(ax)["paper"]) for line in lines)
        points = [c for c in ax.collections if isinstance(c, matplotlib.collections.PathCollection)]
        for collection in points:
            edge = to_hex(collection.get_edgecolor()[0])
            assert edge == Look(ax)["paper"] or (edge == ink and collection.get_path_effects())
            assert to_rgb(edge) != to_rgb(Look(ax)["accent"])
