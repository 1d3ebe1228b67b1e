"""The decision boundary and the confusion matrix show what the model predicts, at every point and for every class."""

import colorsys
import math

import matplotlib
import numpy
import pandas
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib import pyplot
from matplotlib.colors import to_rgb

import nn
from autograd import Value
from autograd.viz.palette import CLASSES
from nn import plot
from tests.support.plots import GREY, X, drawn_examples, new_ax

# -- the decision boundary ---------------------------------------------------------------------------


class Formula(nn.Module):
    """A model whose outputs on the plane are known."""

    def __init__(self, function):
        self.function, self.one = function, Value(1.0)

    def forward(self, x):
        return self.function(self.one * x[0], self.one * x[1])


CORNERS = [[-1.0, -1.0], [1.0, 1.0]]


def pixels(ax):
    """A function that looks up the rendered colour at a point of the data."""
    figure = ax.figure
    if ax.get_legend():
        ax.get_legend().remove()
    figure.canvas.draw()
    image = numpy.asarray(figure.canvas.buffer_rgba())[..., :3] / 255.0

    def at(x, y):
        column, row = ax.transData.transform((x, y))
        return image[image.shape[0] - 1 - round(row), round(column)]

    return at


def in_thousandths(low, high):
    """Floats in whole thousandths: smaller differences of outputs could be lost between the points of the grid."""
    return st.floats(low, high).map(lambda x: round(x, 3))


slopes = st.tuples(in_thousandths(-3, 3), in_thousandths(-3, 3), in_thousandths(-1, 1))


def clear_places(decide):
    """Points whose surroundings, wider than a line and two grid cells, lie on one side of a linear decision; and that side."""
    for x in (-1.1, -0.55, 0.05, 0.6, 1.1):
        for y in (-0.7, -0.25, 0.35, 0.85):
            found = {decide(x + dx, y + dy) for dx in (-0.3, 0.3) for dy in (-0.3, 0.3)}
            if len(found) == 1 and None not in found:
                yield x, y, found.pop()


def nearest_class(colour, count, mode="light"):
    """The class whose hue is nearest to this colour's."""
    hues = [colorsys.rgb_to_hsv(*to_rgb(getattr(CLASSES[k], mode)))[0] for k in range(count)]
    hue = colorsys.rgb_to_hsv(*colour)[0]
    return min(range(count), key=lambda k: min(abs(hues[k] - hue), 1.0 - abs(hues[k] - hue)))


@pytest.mark.slow
@drawn_examples
@example(slope=(0.0, 1.0, 0.0), threshold=0.0)
@given(slope=slopes, threshold=st.sampled_from([0.0, 0.5, -2.0]))
def test_each_side_of_the_boundary_has_the_colour_of_its_class(slope, threshold):
    a, b, c = slope
    model = Formula(lambda x, y: a * x + b * y + c)
    ax = plot.decision_boundary(model, CORNERS, [0, 1], threshold=threshold, steps=20, ax=new_ax())
    at = pixels(ax)

    def upper(x, y):
        score = a * x + b * y + c - threshold
        return None if abs(score) < 1e-3 else score > 0.0

    for x, y, above in clear_places(upper):
        assert nearest_class(at(x, y), 2) == above


def test_the_sides_of_a_boundary_differ_in_grey_because_the_upper_one_is_hatched():
    ax = plot.decision_boundary(Formula(lambda x, y: x), CORNERS, [0, 1], steps=5, ax=new_ax())
    (hatched,) = [c for c in ax.collections if any(getattr(c, "hatches", []))]
    assert hatched.hatches == ["///"]
    assert all(x >= 0.0 for path in hatched.get_paths() for x, _ in path.vertices)


@pytest.mark.slow
@drawn_examples
@given(weights=st.lists(slopes, min_size=3, max_size=3))
def test_of_several_outputs_each_place_has_the_colour_of_the_largest(weights):
    model = Formula(lambda x, y: [a * x + b * y + c for a, b, c in weights])
    ax = plot.decision_boundary(model, [*CORNERS, [-1.0, 1.0]], [0, 1, 2], steps=25, ax=new_ax())
    at = pixels(ax)

    def largest(x, y):
        scores = [a * x + b * y + c for a, b, c in weights]
        return scores.index(max(scores))

    for x, y, mark in clear_places(largest):
        assert nearest_class(at(x, y), 3) == mark


def test_the_points_of_each_class_have_a_sign_of_their_own_and_stand_where_the_samples_are():
    model = Formula(lambda x, y: [x, y, -x])
    ax = plot.decision_boundary(model, X, [i % 3 for i in range(12)], steps=5, ax=new_ax())
    scattered = [c for c in ax.collections if isinstance(c, matplotlib.collections.PathCollection)]
    assert len({str(c.get_paths()[0].vertices) for c in scattered}) == 3
    for k, collection in enumerate(scattered):
        assert collection.get_offsets().tolist() == X[k::3]


def test_tables_are_drawn_as_lists_are():
    X, y = nn.make_moons(10, random_state=0)
    net = nn.MLP(2, [3, 1])
    pictures = []
    for samples, targets in ((X, y), (pandas.DataFrame(X, columns=["a", "b"]), pandas.Series(y))):
        ax = plot.decision_boundary(net, samples, targets, steps=5, ax=new_ax())
        pictures.append([points.get_offsets().tolist() for points in ax.collections if len(points.get_offsets()) > 1])
    assert pictures[0] == pictures[1]
    assert sum(map(len, pictures[0])) == 10


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


@pytest.mark.parametrize(("size", "largest"), [(2, 5), (10, 9999), (26, 12345)])
def test_counts_do_not_overlap(size, largest):
    ax = plot.confusion_matrix([[largest] * size] * size, target_names=[f"the class {k}" for k in range(size)])
    ax.figure.draw_without_rendering()
    first, second = [text.get_window_extent() for text in ax.texts[:2]]
    assert first.x1 < second.x0
    pyplot.close(ax.figure)
