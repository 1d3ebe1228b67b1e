"""The network view: what it reads from a model, which numbers it shows, and that nothing in it overlaps."""

import json
import math
import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, tanh
from autograd.extend import Graph
from autograd.viz.palette import CLASSES
from nn._cards import module_card
from nn.network.heat import _ticks
from nn.network.layout import RADIUS, Rectangle, lay_out
from nn.network.maps import maps_over
from nn.network.marks import Shades, fitted, stroke
from nn.network.numbers import numbers_of, sample_of
from nn.network.page import NetworkPage
from nn.network.structure import NotLayered, read_network

SVG = "{http://www.w3.org/2000/svg}"
shapes = st.lists(st.integers(1, 30), min_size=2, max_size=8)


def mlp(*widths, **options):
    return nn.MLP(widths[0], list(widths[1:]), **{"seed": 0, **options})


def marks(drawing, kind):
    """The elements of one class in a drawing."""
    return [e for e in ET.fromstring(drawing.svg).iter() if kind in (e.get("class") or "").split()]


def texts(drawing):
    return [e.text or "" for e in ET.fromstring(drawing.svg).iter(f"{SVG}text")]


def lines(link, count=24):
    """A link as a polyline: two stubs and a curve between them."""
    start, a, one, other, b, end = link.points
    curve = [
        tuple(
            (1 - t) ** 3 * p + 3 * (1 - t) ** 2 * t * q + 3 * (1 - t) * t * t * r + t**3 * s
            for p, q, r, s in zip(a, one, other, b, strict=True)
        )
        for t in (k / count for k in range(count + 1))
    ]
    return [start, *curve, end]


def hits(box, points):
    """True if the polyline passes through the box, sampled every half pixel."""
    for (x1, y1), (x2, y2) in pairwise(points):
        beside = max(x1, x2) <= box.left or min(x1, x2) >= box.right or max(y1, y2) <= box.top or min(y1, y2) >= box.bottom
        steps = 0 if beside else max(1, math.ceil(2 * math.hypot(x2 - x1, y2 - y1)))
        for k in range(steps):
            x, y = x1 + (x2 - x1) * k / steps, y1 + (y2 - y1) * k / steps
            if box.left < x < box.right and box.top < y < box.bottom:
                return True
    return False


# -- layout ----------------------------------------------------------------------------------------


@given(widths=shapes, width=st.floats(300, 1200))
@settings(max_examples=40, deadline=None)
def test_a_network_takes_the_width_that_it_is_given_if_it_can(widths, width):
    network = read_network(mlp(*widths))
    smallest, largest = (lay_out(network, width=given).width for given in (0.0, 1e6))
    assert lay_out(network, width=width).width == pytest.approx(min(max(width, smallest), largest))


def boxes(layout):
    """Every text, circle and image with its bounding box."""
    for kind, texts in (("header", layout.headers), ("note", layout.notes)):
        yield from ((f"{kind} {text.text}", text.box) for text in texts)
    for circle in layout.circles:
        yield f"circle {circle.unit}", Rectangle(circle.x - RADIUS, circle.y - RADIUS, circle.x + RADIUS, circle.y + RADIUS)
        yield f"name {circle.unit}", circle.name.box
    yield from ((f"more {more.text.text}", more.box) for more in layout.more)
    yield from ((f"image {image.unit}", image.box) for image in layout.images)


def overlap(one, other):
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


@pytest.mark.parametrize("narrow", [False, True])
@given(widths=shapes)
@settings(max_examples=20, deadline=None)
def test_no_two_of_circles_names_headers_and_images_overlap_and_all_are_inside(narrow, widths):
    network = read_network(mlp(*widths))
    layout = lay_out(network, narrow)
    placed = list(boxes(layout))
    for (name, box), (other, around) in combinations(placed, 2):
        assert not overlap(box, around), (name, other)
    for name, box in placed:
        assert min(box.left, box.top, layout.width - box.right, layout.height - box.bottom) >= 0.0, name


@pytest.mark.slow
@pytest.mark.parametrize("narrow", [False, True])
@given(widths=shapes)
@settings(max_examples=8, deadline=None)
def test_a_link_meets_no_name_and_no_circle_but_its_own(narrow, widths):
    network = read_network(mlp(*widths))
    layout = lay_out(network, narrow, width=0.0)  # where links are steepest
    names, inner = [circle.name.box for circle in layout.circles], 0.7 * RADIUS
    for link in layout.links:
        points = lines(link)
        assert link.points[1][0] <= link.points[4][0] or narrow
        assert not any(hits(box, points) for box in names)
        for circle in layout.circles:
            if circle.unit not in (link.source, link.target):
                assert not hits(Rectangle(circle.x - inner, circle.y - inner, circle.x + inner, circle.y + inner), points)


@given(names=st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=8, unique=True))
@settings(max_examples=20, deadline=None)
def test_names_of_any_length_and_kind_overlap_nothing_and_stay_well_formed(names):
    model = mlp(len(names), 2)
    network = read_network(model, inputs=names)
    for (name, box), (other, around) in combinations(boxes(lay_out(network)), 2):
        assert not overlap(box, around), (name, other)
    assert "title" in nn.draw(model, inputs=names).svg
    ET.fromstring(nn.draw(model, inputs=names).svg)


@pytest.mark.parametrize(("width", "shown", "more"), [(12, 12, None), (13, 10, "3 more"), (32, 10, "22 more")])
def test_a_layer_of_more_than_twelve_neurons_folds_and_says_so(width, shown, more):
    drawing = nn.draw(mlp(2, width, 1))
    names = [text for text in texts(drawing) if text.startswith("neurons[")]
    assert len(names) == shown + 1
    assert [text for text in texts(drawing) if text.endswith(" more")] == ([more] if more else [])


def test_on_a_phone_neurons_whose_names_do_not_fit_beside_each_other_are_called_by_their_numbers():
    for width, named in ((2, True), (20, False)):
        layout = lay_out(read_network(mlp(2, width, 1)), narrow=True, ranks=[[0, 1], [21, 14, 13, 12], [22]])
        first = [circle.name.text for circle in layout.circles if 2 <= circle.unit < 2 + width]
        assert first == (["neurons[0]", "neurons[1]"] if named else ["[10]", "[11]", "[12]", "[19]"])


def test_of_a_wide_layer_those_are_drawn_that_matter_most():
    """Neurons are ranked by their value at this input times the size of their weights into the next layer."""
    model = mlp(2, 20, 3)
    for unit, neuron in enumerate(model.layers[0].neurons):
        neuron.b.data = 1.0 + unit % 7
    values = model.layers[0]([0.1, 0.2])
    sizes = [math.hypot(*(out.w[i].data for out in model.layers[1].neurons)) * abs(x.data) for i, x in enumerate(values)]
    best = sorted(sorted(range(20), key=sizes.__getitem__)[-10:])
    names = [text for text in texts(nn.draw(model, [0.1, 0.2])) if text.startswith("neurons[")]
    assert names == [f"neurons[{i}]" for i in (*best, 0, 1, 2)]


def test_a_picture_of_a_wide_layer_says_which_neurons_it_shows_and_that_the_largest_weight_is_of_another():
    model = mlp(2, 20, 1)
    model.layers[0].neurons[7].w[1].data = 5.0
    model.layers[1].neurons[0].w[7].data = 0.0
    text = nn.draw(model, [0.1, 0.2]).text
    assert "Of layers[0], only the neurons that contribute most to the next layer are drawn." in text
    assert "The largest weight is 5, of layers[0].neurons[7].w[1], which is not drawn." in text
    assert "drawn" not in nn.draw(mlp(2, 3, 1), [0.1, 0.2]).text
    assert "Of layers[0], only the largest outputs are drawn." in nn.draw(mlp(2, 20), [0.1, 0.2]).text
    assert "Of layers[0], only the first neurons are drawn." in nn.draw(mlp(2, 20)).text


def test_the_legend_has_no_range_of_values_where_none_is_finite():
    words = " ".join(texts(nn.draw(mlp(2, 3, 1), [math.nan, 1.0])))
    assert "value of inputs: 1 to 1" in words
    assert "value of neurons" not in words


def test_on_the_page_of_a_large_model_each_line_has_the_id_of_a_parameter_that_is_there():
    model = mlp(784, 32, 10)
    network = read_network(model)
    page = NetworkPage(network)
    data = page.data(numbers_of(network))
    (link,) = set(re.findall(r'data-p="(\d+)" data-from="784" data-to="816"', data["svg"]["wide"]))
    assert data["numbers"]["weight"][int(link)] == model.layers[1].neurons[0].w[0].data


def test_the_largest_output_is_marked_and_named():
    model = mlp(2, 3)
    for neuron, number in zip(model.layers[0].neurons, (1.0, 5.0, 3.0), strict=True):
        neuron.b.data = number
    drawing = nn.draw(model, [0.0, 0.0], outputs=["cat", "dog", "owl"])
    assert [mark.get("visibility") for mark in marks(drawing, "answer")] == ["hidden", "visible", "hidden"]
    assert "The largest output is 5, that of dog." in drawing.text
    assert "largest output" in texts(drawing)
    assert "largest output" not in texts(nn.draw(model))


@pytest.mark.parametrize(("layers", "more"), [(4, None), (5, "1 more layer"), (9, "5 more layers")])
def test_more_than_four_layers_fold_and_say_so(layers, more):
    drawing = nn.draw(mlp(2, *[3] * layers))
    headers = [text for text in texts(drawing) if text.startswith("layers[")]
    assert headers == [f"layers[{i}]" for i in range(layers) if layers <= 4 or i < 2 or i >= layers - 2]
    assert [text for text in texts(drawing) if "more layer" in text] == ([more] if more else [])


def test_digits_show_the_inputs_as_an_image_and_the_weights_of_hidden_neurons_too():
    model = mlp(64, 32, 10)
    drawing = nn.draw(model, [i / 64 for i in range(64)])
    assert len(marks(drawing, "pixels")[0].findall(f"{SVG}rect[@data-unit]")) == 64
    images = marks(drawing, "weights")
    assert len(images) == 10
    for image in images:
        unit = int(image.get("data-to")) - 64
        full, hollow = (path.get("d").count("M") for path in image.findall(f"{SVG}path"))
        weights = [w.data for w in model.layers[0].neurons[unit].w]
        assert (full, hollow) == (sum(w > 0 for w in weights), sum(w < 0 for w in weights))
    assert len(drawing.svg) < 300_000
    assert len(drawing.page.html) < 300_000


def test_no_text_is_smaller_than_eleven_pixels():
    for drawing in (nn.draw(mlp(3, 4, 4, 1)), nn.draw(mlp(64, 32, 10)), nn.draw(mlp(64, 32, 10), direction="TB")):
        root = ET.fromstring(drawing.svg)
        sizes = [float(e.get("font-size")) for e in root.iter() if e.get("font-size")]
        assert min(sizes) >= 11.0
        assert float(root.get("width")) <= (360.0 if 'width="360"' in drawing.svg else 1280.0)


def test_the_picture_for_a_phone_is_no_wider_than_360_pixels():
    assert re.search(r'<svg[^>]* width="360"', nn.draw(mlp(64, 32, 10), direction="TB").svg)


# -- marks -------------------------------------------------------------------------------------------


def test_a_line_has_the_colour_of_the_sign_and_a_width_linear_in_the_weight():
    model = mlp(2, 2)
    for i, weight in enumerate((1.0, -0.5, 0.25, 0.0)):
        model.layers[0].neurons[i // 2].w[i % 2].data = weight
    links = {link.get("data-p"): link for link in marks(nn.draw(model), "link")}
    assert [float(links[p].get("stroke-width")) for p in "0134"] == [6.0, 3.0, 1.5, 0.6]
    colours = [links[p].get("stroke") for p in "0134"]
    assert colours == [stroke(sign, 1.0)["stroke"] for sign in (1.0, -1.0, 1.0, 0.0)]
    assert [bool(links[p].get("stroke-dasharray")) for p in "0134"] == [False, True, False, True]


def test_nan_and_infinity_are_marked_by_a_sign_and_not_by_a_colour_alone():
    model = mlp(1, 1)
    model.layers[0].neurons[0].w[0].data = math.nan
    drawing = nn.draw(model, [1.0])
    assert "⚠ NaN" in texts(drawing)
    assert any("NaN or infinite" in text for text in texts(drawing))


@given(size=st.floats(1e-6, 1e6), start=st.floats(-10.0, 10.0))
def test_a_side_of_the_plane_has_two_to_five_round_numbers(size, start):
    low, high = start * size, (start + 1.0) * size
    ticks = [x for x, _ in _ticks(low, high)]
    assert 2 <= len(ticks) <= 5
    assert low - 1e-9 * size <= ticks[0] <= ticks[-1] <= high + 1e-9 * size


@pytest.mark.parametrize("low", [-4.5, -4.8, 0.1])
def test_a_side_of_nearly_ten_has_more_than_one_number(low):
    assert [x for x, _ in _ticks(low, low + 9.2)] == [x for x in (-4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0) if low <= x <= low + 9.2]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_in_a_circle_has_room_there(x):
    text = fitted(x)
    assert len(text.replace(".", "")) <= 7


def test_the_legend_has_what_the_picture_uses_and_nothing_else():
    plain = " ".join(texts(nn.draw(mlp(2, 3, 1, init=lambda nin, nout, source: 0.5))))
    assert "positive weight" in plain
    assert "negative" not in plain
    assert "value of" not in plain
    assert "value of inputs: 1 to 2" in " ".join(texts(nn.draw(mlp(2, 3, 1), [1.0, 2.0])))


# -- numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        mlp(2, 3, 2, activation="tanh"),
        mlp(2, 3, 2, expand=True),
        nn.Sequential(nn.Layer(2, 3, "gelu", seed=0), nn.Dropout(0.5), nn.Layer(3, 2, "linear", seed=1), nn.Softmax()),
        nn.Sequential(nn.Layer(2, 3, "linear", seed=0), nn.Tanh(), nn.Layer(3, 2, "linear", seed=1)),
    ],
    ids=["mlp", "expanded", "dropout and softmax", "tanh as a module"],
)
def test_values_and_gradients_are_those_of_the_engine(model):
    x, y = [0.5, -2.0], [1.0, 0.0]
    sample = sample_of(model, x, y, nn.MSELoss())
    network = read_network(model)
    numbers = numbers_of(network, sample)
    model.eval()
    inputs = [Value(number) for number in x]
    layers = [part for part in model.modules() if isinstance(part, nn.Layer)]
    outputs = model(inputs)
    loss = nn.MSELoss()([outputs], [y])
    gradients = Graph(loss).adjoints
    assert numbers["grad"] == [gradients[p] for p in model.parameters()]
    assert numbers["value"][:2] == x
    assert numbers["value"][-2:] == [out.data for out in outputs]
    assert numbers["slope"][:2] == [gradients[value] for value in inputs]
    assert numbers["slope"][-2:] == [gradients[out] for out in outputs]
    assert numbers["delta"][2:] == [gradients[neuron.b] for layer in layers for neuron in layer.neurons]
    assert numbers["loss"] == loss.data


def test_a_loss_that_was_computed_before_is_read_and_nothing_is_changed():
    model = mlp(2, 3, 1)
    loss = (model([1.0, 2.0]) - 1.0) ** 2
    loss.backward()
    before = [p.grad for p in model.parameters()]
    numbers = numbers_of(read_network(model), sample_of(model, None, None, loss))
    assert numbers["grad"] == before == [p.grad for p in model.parameters()]
    assert numbers["value"][-1] == model([1.0, 2.0]).data
    assert numbers["slope"][-1] == Graph(loss).adjoints[loss.args[0].args[0]]


def test_of_several_calls_the_last_one_is_shown():
    model = mlp(1, 2, 1)
    loss = nn.MSELoss()([model([x]) for x in (1.0, 2.0, 3.0)], [0.0, 0.0, 0.0])
    numbers = numbers_of(read_network(model), sample_of(model, None, None, loss))
    assert numbers["value"][0] == 3.0
    assert numbers["value"][-1] == model([3.0]).data


def test_without_a_sample_there_are_the_gradients_that_the_parameters_have():
    model = mlp(2, 1)
    numbers = numbers_of(read_network(model))
    assert numbers["grad"] is numbers["value"] is numbers["slope"] is None
    model([1.0, 2.0]).backward()
    assert numbers_of(read_network(model))["grad"] == [1.0, 2.0, 1.0]


def test_drawing_changes_neither_gradients_nor_modes():
    model = nn.Sequential(nn.Layer(2, 2, seed=0), nn.Dropout(0.5, seed=0))
    nn.draw(model, [1.0, 2.0], [0.0, 0.0], loss=nn.MSELoss())
    assert not any(p.has_grad for p in model.parameters())
    assert model.items[1].training


def test_drawing_leaves_the_attributes_of_a_model_as_they_are():
    class Keeping(nn.Module):
        def __init__(self):
            self.layer, self.calls = nn.Layer(2, 2, seed=0), [0]

        def forward(self, x):
            self.calls[0] += 1
            self.x = x
            return self.layer(x)

    model = Keeping()
    nn.draw(model, [1.0, 2.0])
    assert model.calls == [0]
    assert len(model.parameters()) == 6


def test_an_update_is_minus_rate_times_gradient():
    model = mlp(1, 1)
    model([3.0]).backward()
    drawing = nn.draw(model, show="update", lr=0.5)
    assert drawing.text.splitlines()[:2] == [
        "MLP 1 → 1: updates",
        "The largest update = −0.5 · gradient is −1.5, of layers[0].neurons[0].w[0].",
    ]


# -- maps --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model", [mlp(2, 3, 1, activation="tanh"), nn.Sequential(nn.Tanh(), nn.Layer(2, 1, seed=0), nn.Sigmoid())]
)
def test_a_map_has_what_every_neuron_gives_over_the_plane(model):
    network = read_network(model)
    maps = maps_over(network, [[-1.0, 0.0], [1.0, 2.0]])
    assert (maps.x, maps.y) == ((-1.3, 1.3), (-0.3, 2.3))
    for row, column in ((0, 0), (0, 24), (24, 0), (7, 11)):
        places = ((maps.x, column), (maps.y, 24 - row))
        point = [low + (high - low) * k / 24 for (low, high), k in places]
        values = numbers_of(network, sample_of(model, point, None, None))["value"]
        assert [grid[row][column] for grid in maps.grids] == values


def test_a_model_with_functions_between_its_layers_has_maps_of_what_really_runs():
    model = Net(lambda net, x: net.out([tanh(h) for h in net.hidden(x)]))
    sample = sample_of(model, [0.0, 0.0], None, None)
    network = read_network(model, sample.steps(model))
    maps = maps_over(network, [[0.0, 0.0], [1.0, 1.0]])
    assert maps.grids[-2][24][0] == model([-0.15, -0.15])[0].data


def test_samples_are_marked_by_their_labels_on_the_map_of_the_output():
    X, y = nn.make_moons(20, random_state=0)
    drawing = nn.draw(mlp(2, 4, 1), over=(X, y))
    (plane,) = marks(drawing, "plane")
    assert len(plane.findall(f"{SVG}circle")) == sum(label == 0 for label in y)
    assert len(plane.findall(f"{SVG}polygon")) == sum(label == 1 for label in y)
    assert {"sample of 0", "sample of 1"} <= set(texts(drawing))
    assert len(marks(drawing, "map")) == 7


@pytest.mark.parametrize("show", ["grad", "update"])
def test_without_gradients_the_sentence_says_whether_there_was_a_loss(show):
    model = mlp(2, 2, 1).requires_grad_(False)
    with_loss = nn.draw(model, [1.0, 2.0], 1.0, loss=nn.MSELoss(), show=show)
    assert str(with_loss).split("\n")[1] == "No gradient of the loss reaches a parameter."
    assert str(nn.draw(model, [1.0, 2.0], show=show)).split("\n")[1].startswith("No gradients yet: call backward()")


def test_samples_and_labels_may_be_tables_of_pandas():
    X, y = nn.make_moons(20, random_state=0)
    table = pandas.DataFrame(X, columns=["left", "right"]), pandas.DataFrame({"class": y})
    assert nn.draw(mlp(2, 4, 1), over=table).svg == nn.draw(mlp(2, 4, 1), over=(X, y)).svg


@pytest.mark.parametrize(("output", "level"), [("linear", 0.0), ("sigmoid", 0.5)])
def test_the_boundary_runs_where_the_output_is_between_the_classes(output, level):
    model = mlp(2, 4, 1, activation="tanh", output_activation=output)
    X, y = nn.make_moons(20, random_state=0)
    drawing = nn.draw(model, over=(X, y))
    maps = maps_over(read_network(model), (X, y))
    layout = lay_out(read_network(model), plane=True)
    (line,) = marks(drawing, "boundary")
    ends = [tuple(map(float, pair.split())) for pair in re.split("[ML]", line.get("d"))[1:]]
    assert len(ends) > 10
    for x, y in ends:
        at = maps.x[0] + (x - layout.plane.left) / 210 * (maps.x[1] - maps.x[0])
        up = maps.y[1] - (y - layout.plane.top) / 210 * (maps.y[1] - maps.y[0])
        assert model([at, up]).data == pytest.approx(level, abs=0.05)
    assert f"where the output is {level:g}." in drawing.text


def test_what_relu_cuts_off_is_not_black_on_a_map():
    drawing = nn.draw(mlp(2, 4, 1), over=nn.make_moons(20, random_state=0)[0])
    hidden = marks(drawing, "map")[2]
    strokes = [path.get("stroke") for path in hidden.iter(f"{SVG}path")]
    assert len(strokes) > 3
    assert Shades([0.0, 1.0]).fill(0.0) not in strokes


def test_the_paper_does_not_shine_through_between_the_cells_of_a_map():
    drawing = nn.draw(mlp(2, 4, 1), over=nn.make_moons(20, random_state=0))
    for drawn in (*marks(drawing, "map"), *marks(drawing, "plane")):
        cells = next(group for group in drawn.iter(f"{SVG}g") if group.get("stroke-width"))
        rows = {}
        for path in cells:
            for left, middle, width in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path.get("d")):
                rows.setdefault(float(middle), []).append((float(left), float(left) + float(width)))
        middles = sorted(rows)
        assert all(low + float(cells.get("stroke-width")) > high for low, high in pairwise(middles))
        for runs in map(sorted, rows.values()):
            assert all(after[0] < before[1] for before, after in pairwise(runs))


def test_a_single_output_parts_the_plane_into_the_colours_of_two_classes():
    X, y = nn.make_moons(20, random_state=0)
    classes, grey = (nn.draw(mlp(2, 4, 1), over=over) for over in ((X, y), (X, [3 * label for label in y])))
    tinted, plain = ({path.get("stroke") for path in marks(one, "plane")[0].iter(f"{SVG}path")} for one in (classes, grey))
    colours = {colour.light for colour in CLASSES[:2]}
    assert (colours <= tinted, colours & plain) == (True, set())
    assert ("class by neurons[0]" in texts(classes), "neurons[0] over the inputs" in texts(grey)) == (True, True)


def test_several_outputs_share_a_map_of_the_largest():
    X, y = nn.make_blobs(30, centers=3, random_state=0)
    drawing = nn.draw(mlp(2, 4, 3), over=(X, y))
    assert len(marks(drawing, "plane")) == 1
    assert "class of the largest output" in texts(drawing)
    assert "The line on the large map is where another output becomes the largest." in drawing.text
    assert not marks(nn.draw(mlp(2, 4, 11), over=(X, y)), "plane")


@pytest.mark.parametrize("narrow", [False, True])
@given(widths=st.lists(st.integers(1, 20), min_size=1, max_size=5))
@settings(max_examples=20, deadline=None)
def test_the_map_of_the_output_overlaps_nothing(narrow, widths):
    layout = lay_out(read_network(mlp(2, *widths, 1)), narrow, plane=True)
    assert not any(overlap(layout.plane, box) for _, box in boxes(layout))
    assert layout.plane.right < layout.width
    assert layout.plane.bottom < layout.height


# -- structure ---------------------------------------------------------------------------------------


class Net(nn.Module):
    """A model whose layers are attributes, not in the order in which they run."""

    def __init__(self, forward):
        self.out, self.hidden = nn.Layer(2, 2, "linear", seed=1), nn.Layer(2, 2, "linear", seed=0)
        self.run = forward

    def forward(self, x):
        return self.run(self, x)


def columns(model, x=None):
    return re.findall(r"^(\S+) +\d+ neuron", nn.draw(model, x).text, re.MULTILINE)


def test_with_inputs_the_layers_stand_in_the_order_in_which_they_run():
    model = Net(lambda net, x: net.out([tanh(h) for h in net.hidden(x)]))
    assert columns(model) == ["out", "hidden"]
    assert columns(model, [1.0, 2.0]) == ["hidden", "out"]


@pytest.mark.parametrize(
    "forward",
    [
        lambda net, x: [a + b for a, b in zip(net.out(x), net.hidden(x), strict=True)],
        lambda net, x: net.out([a + b for a, b in zip(net.hidden(x), x, strict=True)]),
    ],
    ids=["side by side", "residual"],
)
def test_layers_that_are_no_chain_fall_back_to_the_scalar_graph_and_say_so(forward):
    drawing = nn.draw(Net(forward), [1.0, 2.0])
    assert drawing.text.startswith("the layers of Net do not form a chain: this is the graph of its result")
    assert "chain" in " ".join(texts(drawing))


class Line(nn.Module):
    def __init__(self):
        self.slope, self.offset = Value(2.0), Value(1.0)

    def forward(self, x):
        return self.slope * x[0] + self.offset


def test_a_module_without_layers_is_a_card_or_with_inputs_its_scalar_graph():
    card, graph = nn.draw(Line()), nn.draw(Line(), [3.0])
    assert {"slope", "offset", "2", "1"} <= set(texts(card))
    assert "Give inputs" in card.text
    assert "this is the graph of its result" in graph.text
    assert any("slope" in text for text in texts(graph))
    with pytest.raises(ValueError, match="there is no live page"):
        card.save_html("page.html")


def test_a_layer_and_a_neuron_are_networks_of_their_own():
    assert nn.draw(nn.Layer(2, 3, "tanh", seed=0)).text.startswith("Layer 2 → 3: weights")
    assert nn.draw(nn.Neuron(2, seed=0)).text.splitlines()[0] == "Neuron 2 → 1: weights"


def test_parameters_outside_the_layers_are_not_passed_over():
    model = Net(lambda net, x: net.out(net.hidden(x)))
    model.scale = Value(2.0)
    with pytest.raises(NotLayered, match="parameters outside its layers: scale"):
        read_network(model)


def test_a_neuron_without_a_bias_is_shown_as_a_graph():
    model = mlp(2, 2, 1)
    model.layers[0].neurons[1].b = 0.0
    assert nn.draw(model, [1.0, 2.0]).text.startswith("layers[0].neurons[1] has a plain number for a weight or its bias (")
    assert "Layer(2, 2" in model._repr_html_()


def test_names_are_those_of_named_parameters():
    model = mlp(2, 2, 1)
    network = read_network(model)
    assert list(network.parameters.items()) == [(value, name) for name, value in model.named_parameters()]
    assert "of layers[" in nn.draw(model).text
    page = nn.draw(model, [Value(1.0, "height"), Value(2.0, "width")], outputs=["price"]).page
    assert [neuron["label"] for neuron in page.data["neurons"]] == ["height", "width", "neurons[0]", "neurons[1]", "price"]


def test_a_page_of_a_large_model_has_the_numbers_of_what_it_draws():
    model = mlp(100, 60, 10)
    page = nn.draw(model).page
    assert len(page.data["numbers"]["weight"]) == 10 * 101 + 10 * 61
    assert len(page.html) < 300_000


# -- outputs -----------------------------------------------------------------------------------------


def test_a_module_displays_itself_as_picture_page_and_text():
    model = mlp(2, 1)
    bundle = model._repr_mimebundle_()
    assert bundle["text/plain"] == repr(model)
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "srcdoc" in bundle["text/html"]
    assert bundle["text/html"].endswith(module_card(model))
    assert nn.Tanh()._repr_mimebundle_() == {"text/plain": "Tanh()", "text/html": module_card(nn.Tanh())}


def test_a_module_whose_parameters_hide_displays_its_text():
    model = Line()
    model.hidden = {Value(1.0)}
    assert model._repr_mimebundle_() == {"text/plain": repr(model), "text/html": module_card(model)}


def test_the_picture_has_a_title_and_a_description(tmp_path):
    path = nn.draw(mlp(2, 3, 1)).render(tmp_path / "net")
    root = ET.parse(path).getroot()
    assert path.endswith("net.svg")
    assert root.get("role") == "img"
    assert root[0].text == "MLP 2 → 3 → 1: weights"
    assert root[1].text.startswith(
        "2 inputs, then layers[0] with 3 neurons, relu and layers[1] with 1 neuron, linear. The largest"
    )


def test_a_picture_is_only_an_svg(tmp_path):
    for name, format in (("net.png", "png"), ("net.JPG", "jpg")):
        with pytest.raises(ValueError, match=f"format must be one of svg, got '{format}'"):
            nn.draw(mlp(2, 3, 1)).render(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    assert nn.draw(mlp(2, 3, 1)).render(tmp_path / "net.SVG") == str(tmp_path / "net.SVG")


@pytest.mark.parametrize("name", ["</script><img src=x>", "a\x00b", "&<>\"'", "\u2028"])
def test_names_are_escaped(name):
    drawing = nn.draw(mlp(1, 1), inputs=[name])
    ET.fromstring(drawing.svg)
    assert "<img" not in drawing.svg
    assert "</script><img" not in drawing.page.html
    json.dumps(drawing.page.data["neurons"])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"model": 3}, "model must be a Module"),
        ({"show": "size"}, "show must be"),
        ({"direction": "RL"}, "direction must be"),
        ({"x": [1.0, 2.0], "y": 1.0}, "y was given without loss"),
        ({"x": [1.0, 2.0], "loss": nn.MSELoss()}, "loss was given without y"),
        ({"y": 1.0, "loss": nn.MSELoss()}, "y was given without x"),
        ({"x": [[1.0, 2.0]]}, "x must be one row of numbers, got 1 row"),
        ({"x": [1.0]}, "expected a list of 2 numbers|expected 2 numbers"),
        ({"inputs": ["a"]}, "inputs: expected 2 names"),
        ({"inputs": (3, 3)}, "inputs: 3 × 3 pixels are 9 inputs, but the model has 2"),
        ({"inputs": 8}, "inputs must be a list of names, or the shape of an image"),
        ({"outputs": ["a", "b"]}, "outputs: expected 1 name"),
        ({"outputs": "a"}, "outputs must be a list of names, got 'a'"),
        ({"outputs": [1.0]}, r"outputs must be a list of names, got \[1.0\]"),
        ({"outputs": 3}, "outputs must be a list of names, got 3"),
        ({"loss": Value(1.0)}, "loss was not computed by this model"),
        ({"x": [1.0, 2.0], "loss": Value(1.0)}, "a Value that already determines x and y: leave them out"),
        ({"lr": "fast"}, "lr must be a number"),
        ({"lr": math.nan}, "lr must be finite, got nan"),
        ({"lr": 10**400}, "lr: int too large for a float"),
        ({"over": ([[1.0, 2.0]], [[1, 2]])}, r"over: expected one number or string as the label of each row, got \[1, 2\] first"),
        ({"over": ([[1.0, 2.0], [3.0, 4.0]], ["a", 1])}, "over: expected one number or string as the label of each row"),
        ({"over": [[1.0, 2.0, 3.0]]}, "over must be rows of 2 numbers"),
        ({"over": ([[1.0, 2.0]], [1, 2])}, "over: expected a label for each row, got 2 labels for 1 row"),
        ({"over": [["a", 2.0]]}, "over: a number"),
        ({"model": mlp(3, 1), "over": [[1.0, 2.0]]}, "over: the model must have 2 inputs, got 3"),
    ],
)
def test_wrong_arguments_are_named(arguments, error):
    with pytest.raises((TypeError, ValueError), match=error):
        nn.draw(**{"model": mlp(2, 1), **arguments})
