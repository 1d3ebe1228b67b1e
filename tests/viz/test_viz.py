"""Drawings: what they show, that they are valid SVG, and that they work without Graphviz."""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, draw_dot, trace
from autograd.viz import RendererMissing
from autograd.viz.dot import layout
from tests.support.drawings import edges, texts


def test_a_card_shows_label_value_and_gradient_and_an_arrow_back_what_arrives():
    x = Value(3.0, label="my x")
    y = x * -2.5
    y.label = "my y"
    y.backward()
    shown = texts(draw_dot(y))
    assert {"“my x”", "× −2.5", "“my y”", "3", "−7.5", "1", "−2.5", "1 · (−2.5) = −2.5"} <= set(shown)


def test_a_constant_stands_where_it_belongs_in_the_symbol_of_its_operation():
    z = Value(1.0, label="z")
    heads = {
        "5 ×": 5.0 * z,
        "− 2": z - 2.0,
        "− (−2)": z - -2.0,
        "exp(· − 2)": autograd.exp_difference(z, 2.0),
        "exp(2 − ·)": autograd.exp_difference(2.0, z),
    }
    for head, y in heads.items():
        assert head in texts(draw_dot(y))
    assert "exp(· − ·)" in texts(draw_dot(autograd.exp_difference(z, Value(2.0))))


def test_x_times_x_has_two_edges():
    x = Value(3.0)
    assert len(edges(draw_dot(x * x), "class=forward")) == 2
    assert len(trace(x * x)[1]) == 2


def test_colour_style_and_width_of_an_edge_tell_the_gradient_that_flows_back():
    x, y = Value(100.0, label="x"), Value(-0.001, label="y")
    z = x * y
    z.backward()
    to_y, to_x = sorted(edges(draw_dot(z), "penwidth"), key=lambda line: "100.0" in line, reverse=True)
    assert "solid" in to_y
    assert "dashed" in to_x
    widths = [float(line.split("penwidth=")[1].split()[0].strip("]")) for line in (to_y, to_x)]
    assert widths[0] > widths[1]


def test_unlabelled_nodes_take_the_names_of_the_callers_variables():
    weights = [Value(1.0), Value(2.0)]
    total = weights[0] + weights[1]
    assert {"weights[0]", "weights[1]", "total"} <= set(texts(draw_dot(total)))


def test_a_dot_is_drawn_expanded_as_multiplies_and_adds():
    neuron = nn.Neuron(2, "tanh", seed=0)
    x = [Value(1.0, label="x1"), Value(2.0, label="x2")]
    y = neuron(x)
    y.backward()
    folded, expanded = draw_dot(y), draw_dot(y, expand=True)
    assert texts(folded).count("w·x + b") == 1
    assert (texts(expanded).count("×"), texts(expanded).count("+")) == (2, 2)


def test_a_constant_of_an_expanded_dot_stands_on_its_side_of_the_product():
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    shown = texts(draw_dot(autograd.dot([x, 5.0], [4.0, y], 1.0), expand=True))
    assert {text for text in shown if "×" in text or "+" in text} == {"× 4", "1 +", "5 ×", "+"}


def test_nothing_is_drawn_back_along_a_branch_not_taken_and_zero_is_dotted_without_a_head():
    x, y = Value(3.0, label="x"), Value(0.0, label="y")
    z = autograd.where(1.0, x, x * 2.0) + x * y
    z.backward()
    drawing = draw_dot(z)
    assert len(edges(drawing, "class=forward")) == 7
    assert len(edges(drawing, "class=backward")) == 5
    assert [("dir=none" in edge) for edge in edges(drawing, "class=backward") if "dotted" in edge] == [True]
    assert sum("dir=back" in edge for edge in edges(drawing, "class=backward")) == 4
    assert "1 · 0 = 0" in texts(drawing)
    tips = re.findall(r'<g id="b[^>]*>.*?class="tip"[^>]*fill="([^"]+)"', drawing.pipe("svg", encoding="utf-8"))
    assert (len(tips), tips.count("none")) == (5, 1)


@settings(max_examples=30)
@given(st.text(max_size=20))
def test_any_label_gives_a_sound_picture(label):
    y = Value(1.0, label=label) * 2.0
    y.label = label + '<>&"{}|\\n\n\\'
    assert len(texts(draw_dot(y))) >= 5


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e300, 5e-324])
def test_any_number_gives_a_sound_picture(number):
    y = Value(number, label="x") * 1.0
    y.backward(number)
    assert "x" in texts(draw_dot(y))


def test_without_dot_on_the_path_the_picture_still_comes(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert "x" in texts(draw_dot(Value(1.0, label="x") + 1.0))


def test_without_any_renderer_a_graph_is_drawn_all_the_same_but_a_png_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr("autograd.viz.dot._program", lambda format: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    drawing = draw_dot(Value(1.0, label="x") + 1.0)
    assert "x" in texts(drawing)
    with pytest.raises(RendererMissing, match=r"pip install 'scalar-autograd\[render\]'"):
        drawing.render(tmp_path / "x.png", format="png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["pdf", "gif", "eps"])
def test_some_formats_need_graphviz_itself(monkeypatch, tmp_path, suffix):
    monkeypatch.setattr("shutil.which", lambda name, path=None: None if name == "dot" else f"/usr/bin/{name}")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(RendererMissing, match=rf"^a \.{suffix} file needs Graphviz itself: install it, or draw an SVG$"):
        draw_dot(Value(1.0) + 1.0).render(tmp_path / f"x.{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_the_suffix_says_the_format_unless_another_is_given(tmp_path):
    drawing = draw_dot(Value(1.0) + 1.0)
    for name, format, written, begin in (
        ("x.png", None, "x.png", b"\x89PNG"),
        ("X.PNG", None, "X.PNG", b"\x89PNG"),
        ("x.jpg", None, "x.jpg", b"\xff\xd8"),
        ("x.v1", None, "x.v1.svg", b"<svg"),
        ("x.png", "svg", "x.png.svg", b"<svg"),
    ):
        assert drawing.render(tmp_path / name, format=format) == str(tmp_path / written)
        assert (tmp_path / written).read_bytes().startswith(begin)


def test_without_any_renderer_a_drawing_that_was_added_to_is_shown_as_text(monkeypatch):
    monkeypatch.setattr("autograd.viz.dot._program", lambda format: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    drawing = draw_dot(Value(1.0, label="x") + 1.0)
    drawing.node("mine")
    shown = drawing._repr_mimebundle_()
    assert set(shown) == {"text/plain"}
    assert "x  data 1" in shown["text/plain"]
    assert "mine" in shown["text/plain"]


def test_a_drawing_that_was_added_to_is_laid_out_by_graphviz():
    drawing = draw_dot(Value(1.0, label="x") + 1.0)
    drawing.node("mine")
    assert {"mine", "x"} <= set(texts(drawing))


def test_every_picture_has_a_role_a_title_and_a_description():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    ours, edited, program = draw_dot(y), draw_dot(y), autograd.compile(lambda a, b: a * b, 2.0, 3.0).draw()
    edited.node("mine")
    described = []
    for drawing in (ours, edited, program):
        root = ET.fromstring(drawing.pipe("svg"))
        assert root.get("role") == "img"
        described.append([root.find("{http://www.w3.org/2000/svg}" + name).text for name in ("title", "desc")])
    graph = ["y = 9", "Graph of y = 9: 1 input, 1 operation; largest gradient 6 at x."]
    assert described == [graph, graph, ["Program of a and b", "A program of 1 row that computes y from a and b."]]


def test_a_drawing_is_viewed_in_a_browser_as_one_of_graphviz(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    drawing = draw_dot(Value(3.0, label="x") * 2.0)
    paths = [drawing.view(), drawing.view(tmp_path / "a b.svg"), drawing.render(tmp_path / "c", view=True)]
    assert opened == [Path(path).as_uri() for path in paths]
    assert all(Path(path).read_text(encoding="utf-8").startswith("<svg") for path in paths)


def test_at_the_prompt_a_drawing_says_what_it_is():
    shown = [repr(draw_dot(Value(3.0, label="x"))), repr(autograd.compile(lambda a, b: a * b, 2.0, 3.0).draw())]
    ends = "; render(path) writes the picture, print shows it as text>"
    assert shown == [f"<Drawing: x = 3{ends}", f"<ProgramDrawing: Program of a and b{ends}"]


def test_graphviz_draws_the_source_too():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    picture = layout(draw_dot(y).source).decode()
    assert all(text in picture for text in ("×", "1 · 3 = 3", "= 3 + 3"))


def test_a_notebook_gets_svg_and_text():
    shown = draw_dot(Value(1.0, label="x") + 1.0)._repr_mimebundle_()
    assert ET.fromstring(shown["image/svg+xml"]).tag.endswith("svg")
    assert shown["text/plain"].splitlines() == ["no gradients yet: call backward()", "v₁ = +  data 2", "├─ x  data 1", "└─ 1"]


def test_two_pictures_on_one_page_share_no_id():
    drawing = draw_dot(Value(1.0, label="x") * 2.0, flow="both")
    ids = [
        {element.get("id") for element in ET.fromstring(drawing._repr_mimebundle_()["image/svg+xml"]).iter()} - {None}
        for _ in range(2)
    ]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_printed_it_is_a_tree_with_values_and_gradients():
    x = Value(3.0, label="x")
    y = x * x
    y.label = "two\nlines"
    y.backward()
    assert str(draw_dot(y)).splitlines() == ["“two lines” = ×  data 9  grad 1", "├─ x  data 3  grad 6", "└─ x (above)"]


def test_render_writes_the_picture_with_its_ending(tmp_path):
    drawing = draw_dot(Value(1.0) + 1.0)
    path = drawing.render(tmp_path / "graph")
    assert path == str(tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_bytes() == drawing.pipe("svg")


def test_a_long_chain_is_shown_in_a_text_of_bounded_length():
    y = Value(1.0)
    for _ in range(5000):
        y = y * 1.0
    text = draw_dot(y).text()
    assert text.endswith("… and more")
    assert len(text) < 50_000


def test_a_drawing_is_copied_and_rendered_in_its_format(tmp_path):
    drawing = draw_dot(Value(1.0) + 1.0, format="png")
    assert drawing.copy().source == drawing.source
    assert drawing.render(tmp_path / "x.png") == str(tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(TypeError, match="root must be a Value, got float"):
        draw_dot(3.0)
    with pytest.raises(ValueError, match="direction must be one of LR, RL, TB, BT, got 'up'"):
        draw_dot(Value(1.0), direction="up")


def test_what_the_layout_program_refuses_is_an_error_with_its_words():
    with pytest.raises(RuntimeError, match="failed"):
        layout("this is no graph")


def test_a_path_that_cannot_be_written_is_named_in_the_error(tmp_path):
    path = tmp_path / "nowhere" / "x.svg"
    with pytest.raises(FileNotFoundError) as caught:
        draw_dot(Value(1.0)).render(path)
    assert str(path) in str(caught.value)


def test_a_picture_in_an_unknown_format_and_a_root_that_is_none_are_refused_by_name():
    with pytest.raises(ValueError, match="format must be one of svg, png, pdf, got 'bogus'"):
        draw_dot(Value(1.0), format="bogus")
    with pytest.raises(TypeError, match="trace: root must be a Value, got float"):
        trace(3.0)


def test_an_array_of_values_is_drawn_as_a_list_is_and_a_dict_says_to_pass_one():
    x = Value(2.0, label="x")
    y, z = x * 3.0, x + 1.0
    array = numpy.array([[y], [z]])
    assert draw_dot(array).source == draw_dot([y, z]).source
    with pytest.raises(TypeError, match=r"got a dict: write draw_dot\(list\(ys\.values\(\)\)\)"):
        draw_dot({"y": y})


@pytest.mark.parametrize(
    ("f", "sentence"),
    [
        (lambda w: (w * 2 - 3) ** 2, "The gradients of all inputs are zero here: a flat point."),
        (lambda w: w - w, "The gradients of all inputs are zero here: a flat point."),
        (lambda w: autograd.relu(-w), "No gradient reaches an input: relu has slope 0 at −1.5."),
        (lambda w: autograd.relu(-w) + autograd.relu(-w * w), "No gradient reaches an input: every path back is blocked."),
        (lambda w: w * w * 0 + autograd.relu(-w), "The gradients of all inputs are zero here: a flat point."),
        (lambda w: autograd.relu(w - 1.5), "No gradient reaches an input: the derivative of relu at a kink is taken as 0."),
    ],
)
def test_zero_gradients_are_cut_or_zero_at_this_point_alone(f, sentence):
    w = Value(1.5, "w")
    y = f(w)
    y.backward()
    assert sentence in " ".join(texts(draw_dot(y)))


def test_gradients_that_were_cleared_are_told_as_zero():
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = x * w
    y.backward()
    x.grad = w.grad = 0.0
    assert "The gradients of all inputs are 0." in texts(draw_dot(y))


def test_the_sentence_says_what_changes_the_result_most_only_where_there_is_a_choice():
    for inputs, sentence in [(1, "y changes with a at a rate of 3."), (2, "y changes most with a: at a rate of 3.")]:
        xs = [Value(1.0, label=name) for name in "ab"[:inputs]]
        y = autograd.sum([(3 - i) * x for i, x in enumerate(xs)]) * Value(1.0, requires_grad=False)
        y.label = "y"
        y.backward()
        assert f"Near this point {sentence}" in " ".join(texts(draw_dot(y)))


@pytest.mark.parametrize(
    ("slopes", "sentence"),
    [
        ([3, 3, 1], "y changes most with x₀ and x₁: at a rate of 3."),
        ([3, -3, 1], "y changes most with x₀ and x₁: at a rate of ±3."),
        ([0.1 + 0.2, 0.3, 0.3, 0.3, 0.3], "y changes most with x₀, x₁, x₂ and 2 more: at a rate of 0.3."),
    ],
)
def test_inputs_with_gradients_of_the_same_size_are_named_together(slopes, sentence):
    y = autograd.sum([slope * Value(1.0, label=f"x{i}") for i, slope in enumerate(slopes)])
    y.label = "y"
    y.backward()
    assert f"Near this point {sentence}" in " ".join(texts(draw_dot(y)))


def test_a_gradient_that_is_infinite_is_said_of_the_input_that_has_it():
    a, b = Value(0.0, label="a"), Value(0.0, label="b")
    y = autograd.sqrt(a) + b
    y.backward()
    assert "The gradient of a is inf." in texts(draw_dot(y))


def _swept_twice(x, y):
    y.backward()
    y.backward()


def _with_a_seed(x, y):
    y.backward(3.0)


def _after_another(x, y):
    (x * 5.0).backward()
    y.backward()


def _set_since(x, y):
    y.backward()
    x.grad = 0.0


@pytest.mark.parametrize("sweep", [_swept_twice, _with_a_seed, _after_another, _set_since])
def test_gradients_that_are_not_of_this_sweep_alone_are_not_called_rates(sweep):
    x = Value(3.0, "x")
    y = x * x
    sweep(x, y)
    words = " ".join(texts(draw_dot(y)))
    assert "at a rate" not in words
    assert "flat point" not in words
    assert f"The gradient of x is {x.grad:g}." in words


@given(st.text(st.characters(exclude_characters="“”"), min_size=50, max_size=80))
def test_the_quotes_around_a_long_name_are_closed(label):
    x = Value(1.0, label)
    y = x * Value(2.0, label)
    y.backward()
    drawing = draw_dot(y)
    for words in (str(drawing), *drawing.words()):
        assert words.count("“") == words.count("”")
