"""The frame of an open module or scope shows in its head its inputs and outputs, and the size of its gradient."""

import re
import xml.etree.ElementTree as ET

import pytest

import autograd
import nn
from autograd import Value, draw_dot, scope
from autograd.viz.style import short
from tests.support.geometry import SVG, Geometry
from tools.scenes import SCENES


def heads(root, **options):
    """The texts in the head of each frame, by its name."""
    svg = ET.fromstring(draw_dot(root, fold="none", **options).pipe("svg"))
    frames = [group for group in svg.iter(f"{SVG}g") if (group.get("class") or "") == "frame"]
    return {frame.get("data-name"): [text.text for text in frame.iter(f"{SVG}text")] for frame in frames}


def swept(y):
    y.backward()
    return y


def test_a_module_says_its_inputs_its_outputs_and_the_norm_of_its_parameters_gradient():
    net = nn.MLP(2, [3, 2], "tanh", seed=0)
    loss = swept(nn.MSELoss()([net([Value(1.0, label="x1"), Value(2.0, label="x2")])], [[1.0, 0.0]]))
    said = heads(loss)
    norm = autograd.norm([p.grad for p in net.parameters()])
    assert said["MLP"] == ["MLP", "2 inputs · 2 outputs", f"|grad| {short(norm)}"]
    assert said["layers[1]"][-1] == f"|grad| {short(autograd.norm([p.grad for p in net.layers[1].parameters()]))}"


def test_a_scope_without_parameters_says_the_gradient_of_its_outputs_if_gradients_are_shown():
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    with scope("f"):
        z = (x * y + 1.0).tanh() * 2.0 + x * x
    root = swept(z * 3.0)
    assert heads(root)["f"] == ["f", "2 inputs · 1 output", "grad 3"]
    assert heads(root, show=("data",))["f"] == ["f", "2 inputs · 1 output"]


def test_constants_are_no_inputs_and_what_a_module_used_several_times_gets_each_time_is_said():
    net = nn.MLP(2, [2], "tanh", seed=0)
    assert heads(swept(nn.MSELoss()([net([1.0, 2.0])], [[1.0, 0.0]])))["MLP"][1] == "2 outputs"
    points = [[Value(0.1 * i + j) for j in range(2)] for i in range(2)]
    twice = heads(swept(nn.MSELoss()([net(point) for point in points], [[1.0, 0.0]] * 2)))
    assert twice["MLP"][1:3] == ["used 2 times", "2 inputs · 2 outputs"]


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_frames_beside_each_other_say_the_same_of_themselves_and_all_of_it_stands_in_them(direction):
    y = swept(nn.MLP(2, [3, 2], "sigmoid", seed=0)([1.0, 2.0])[0])
    drawing = draw_dot(y, fold="none", direction=direction)
    geometry = Geometry(drawing.pipe("svg"))
    texts = [text for text in geometry.texts if text.kind in ("about", "ends", "size") and not text.owner]
    assert all(any(frame.holds(text.box) for frame in geometry.frames) for text in texts)
    svg = ET.fromstring(drawing.pipe("svg"))
    frames = [group for group in svg.iter(f"{SVG}g") if group.get("class") == "frame" and "neuron" in group.get("data-name")]
    kinds = {tuple(text.get("class") for text in frame.iter(f"{SVG}text")) for frame in frames[-3:]}
    assert len(kinds) == 1


def test_an_arrow_that_goes_straight_out_of_a_frame_does_not_bend_there():
    net = nn.MLP(2, [3, 3, 1], "relu", seed=0)
    loss = swept(nn.HingeLoss()([net([0.5, 1.0]), net([1.0, 2.0])], [1.0, -1.0]))
    svg = ET.fromstring(draw_dot(loss, fold="module").pipe("svg"))
    arrows = [group for group in svg.iter(f"{SVG}g") if (group.get("class") or "").startswith("edge")]
    lines = [arrow.find(f"{SVG}path").get("d") for arrow in arrows]
    heights = [[float(y) for y in re.findall(r",(-?[\d.]+)", line)] for line in lines]
    assert len(heights) == 6
    assert all(max(ys) - min(ys) < 0.01 for ys in heights)


@pytest.mark.parametrize("narrow", [False, True])
def test_in_the_gallery_frames_hold_what_they_say(narrow):
    for name in ("xor-open", "mlp", "moons", "neuron-of-nn"):
        geometry = Geometry(SCENES[name].draw(narrow).pipe("svg"))
        for text in geometry.texts:
            assert text.kind not in ("ends", "size") or any(frame.holds(text.box) for frame in geometry.frames), (name, text)
