"""The playground's Python side, without a browser."""

import builtins
import json
import math
import random
import re
import sys

import pytest

import autograd
import nn
from autograd import Value, tanh, to_latex
from autograd.foreign_names import FUNCTIONS, METHODS
from playground import expression, typed
from playground.engine import call
from playground.proofreading import proofread
from playground.torch import advice
from playground.torch.gradients import FREED
from playground.typed import HINTS, Slip

NEURON = "tanh(w1*x1 + w2*x2 + b)"
POINT = {"w1": -3.0, "x1": 2.0, "w2": 1.0, "x2": 0.0, "b": 6.8813735870195432}


def asked(name, *args):
    answer = json.loads(call(name, json.dumps(args)))
    return answer.get("answer") or answer["slip"]


def neuron(**point):
    made = {name: Value(x, label=name) for name, x in (POINT | point).items()}
    y = tanh(made["w1"] * made["x1"] + made["w2"] * made["x2"] + made["b"])
    y.backward()
    return y, made


def test_value_and_gradients_are_those_of_the_engine_to_the_last_bit():
    found = asked("show", NEURON, POINT)
    y, leaves = neuron()
    assert found["value"] == y.data
    assert dict(zip(found["leaves"], found["gradients"], strict=True)) == {name: leaf.grad for name, leaf in leaves.items()}


def test_moved_leaves_give_what_recording_again_would():
    asked("show", NEURON, POINT)
    found = asked("move", {"w2": 0.25, "x2": "-0.0"})
    y, leaves = neuron(w2=0.25, x2=-0.0)
    assert found["value"] == y.data
    assert dict(zip(found["leaves"], found["gradients"], strict=True)) == {name: leaf.grad for name, leaf in leaves.items()}
    assert str(found["numbers"][found["leaves"].index("x2")]) == "-0.0"


def test_numbers_of_names_that_the_graph_does_not_have_are_left_alone():
    asked("show", "x*x", {"x": 3.0, "gone": 1.0})
    assert asked("move", {"gone": 2.0, "x": 4.0})["value"] == 16.0


def test_a_moved_graph_keeps_its_layout_and_a_new_graph_gets_a_new_one():
    def cards(page):
        return [part.split("<text")[0] for part in page["svg"].split("<rect class='card'")[1:]]

    first = asked("show", "w*x + b", {"w": 2.75, "x": 3.25, "b": 1.25})["page"]
    assert cards(asked("move", {"w": 2.5})["page"]) == cards(first)
    assert cards(asked("move", {"w": -0.002123456})["page"]) == cards(first)
    assert cards(asked("move", {"w": -2.123456e-107})["page"]) == cards(first)
    assert cards(asked("show", "w*x", {})["page"]) != cards(first)
    summed = asked("show", "w*x + w*b", {"w": 2.75, "x": 3.25, "b": 1.25})["page"]
    assert cards(asked("move", {"x": -2.123456e-107, "b": -2.123456e-107})["page"]) != cards(summed)


def test_lines_of_python_give_their_last_expression_or_their_last_assignment():
    assert asked("show", "a = Value(2.0)\nb = Value(3.0)\nc = a * b", {})["page"]["title"].startswith("c = 6")
    assert asked("show", "a = Value(2.0)\nb = a * a\nb + 1", {})["page"]["title"].startswith("y = 5")
    assert asked("show", "a = Value(2.0)\nloss = a * a\nloss.backward()", {})["page"]["title"].startswith("loss = 4")


@pytest.mark.parametrize(
    ("text", "root", "value"),
    [
        ("loss = w*w\nloss.backward()\nstep = w - 0.1*w", "loss", 4.0),
        ("a = 2*w\nb = 3*w\na.backward()\nb.backward()\nc = 4*w", "b", 6.0),
        ("(w*w).backward()\nprint(w.grad)", "y", 4.0),
        ("for i in range(3):\n    loss = i*w\n    loss.backward()\nw", "loss", 4.0),
        ("x = w*w\nx = x.backward()", "y", 4.0),
        ("def f():\n    inside = w*w\n    inside.backward()\nf()\nw", "y", 4.0),
    ],
)
def test_lines_show_what_backward_was_called_on_last_and_so_does_their_program(text, root, value):
    found = asked("show", f"w = Value(2.0)\n{text}", {})
    assert (found["page"]["root"], found["value"]) == (root, value)
    scope = {}
    exec(asked("program", f"w = Value(2.0)\n{text}", {})["code"], scope)
    assert root not in scope or scope[root].data == value


def test_a_number_that_is_nan_has_not_moved():
    lines = "w = Value(float('nan'))\ny = w*3"
    assert asked("show", lines, {})["note"] == ""
    scope = {}
    exec(asked("program", lines, {})["code"], scope)
    assert math.isnan(scope["y"].data)


def test_parameters_that_lines_step_by_hand_are_named_beside_the_number_that_they_change():
    lines = "w = Value(1.0)\nloss = (2*w - 3)**2\nloss.backward()\n"
    assert asked("show", lines, {})["note"] == ""
    note = "w changed after loss was computed. The printed values are from before the change, the numbers here from after it."
    fixed = "w cannot be moved: the lines set its number."
    assert asked("show", f"{lines}w.data -= 0.1 * w.grad", {})["note"] == f"{note} {fixed}"


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ("w = Value(2.0)\nw.data = 5\ny = w*x", 5.0),
        ("w = Value(2.0)\nw.data = x.data + 1\ny = w*x", 4.0),
        ("w = Value(2.0)\n(w*x).backward()\nnn.optim.SGD([w], lr=1.0).step()\ny = w*x", -1.0),
        ("w.data = 5\ny = w*x", 5.0),
    ],
)
def test_a_number_that_the_lines_overwrite_is_theirs_on_the_page_and_in_its_programs(lines, number):
    for numbers in ({"x": 3.0}, {"x": 3.0, "w": 7.0}):
        found = asked("show", lines, numbers)
        assert dict(zip(found["leaves"], found["numbers"], strict=True)) == {"w": number, "x": 3.0}
        assert dict(zip(found["leaves"], found["fixed"], strict=True)) == {"w": True, "x": False}
        assert found["note"].endswith("w cannot be moved: the lines set its number.")
        assert asked("placed", lines, numbers) == lines
        scope = {}
        exec(asked("program", lines, numbers)["code"], scope)
        assert scope["y"].data == found["value"]
        assert f"w = torch.tensor({number}, " in asked("program_for_torch", lines, numbers)
    moved = asked("move", {"x": 4.0, "w": 7.0})
    exec(asked("program", lines, {"x": 4.0})["code"], scope)
    assert scope["y"].data == moved["value"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 2.0\ny = x**2\ny.backward()", "the number 4 has no .backward(): write x = Value(2.0)"),
        ("a = 1\nx = 2\nx.grad", "the number 2 has no .grad: write x = Value(2.0)"),
        ("x = abs(-2.5)\nx.data", "the number 2.5 has no .data: begin with Values, and leave .data, .item() or float() out"),
        ("w = Value(2.0)\ny = (w*w).data\ny.backward()", "the number 4 has no .backward(): begin with Values, and leave .data"),
        ("x = 2.0\nx.real.upper()", "AttributeError: 'float' object has no attribute 'upper'"),
        ("w = Value(2.0)\nw.gard", "AttributeError: 'Value' object has no attribute 'gard': did you mean grad?"),
    ],
)
def test_a_plain_number_that_is_taken_for_a_value_is_told_how_to_become_one(text, message):
    assert asked("show", text, {})["message"].startswith(message)


ADDED = ", and sum([…]) to add them up"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(w*v).sum()", "w and v are lists: write [a*b for a, b in zip(w, v)], or dot(w, v) to add them up"),
        ("w*w", "w is a list: write [a*a for a in w], or dot(w, w) to add them up"),
        ("x*w", f"w is a list: write [x*a for a in w]{ADDED}"),
        ("w + x", f"w is a list: write [a + x for a in w]{ADDED}"),
        ("(x - 1)/w", f"w is a list: write [(x - 1)/a for a in w]{ADDED}"),
        ("w**2", f"w is a list: write [a**2 for a in w]{ADDED}"),
        ("w - v", f"w and v are lists: write [a - b for a, b in zip(w, v)]{ADDED}"),
        ("[x, x] + 1", f"a list is not a number: write [a + 1 for a in [x, x]]{ADDED}"),
        ("def f(a):\n    return 2.0*a\nf(w)", f"a is a list: write [2.0*b for b in a]{ADDED}"),
        ("-w", "w is a list: write [-a for a in w]"),
        ("w -= x", "w is a list: write w = [a - x for a in w]"),
        (
            "u = [x]\nw*u",
            "lists are combined pair by pair, and these have different lengths: w has 2 numbers, u 1",
        ),
        (
            "u = [x]\nu*w",
            "lists are combined pair by pair, and these have different lengths: u has 1 number, w 2",
        ),
        (
            "[a*b for a, b in zip(w, [x], strict=True)]",
            "lists are combined pair by pair, and these have different lengths",
        ),
        ("w @ v", "w and v are lists: write dot(w, v)"),
        ("X @ w", "X and w are lists: write [dot(row, w) for row in X]"),
        ("X = [v, w, v]\nX @ w", "X and w are lists: write [dot(row, w) for row in X]"),
        ("w @ X", "w and X are lists: write [dot(w, column) for column in zip(*X)]"),
        ("class A: pass\na = A()\na.W = X\na.W @ w", "a.W and w are lists: write [dot(row, w) for row in a.W]"),
        ("X @ X", "X is a list: write [[dot(row, column) for column in zip(*X)] for row in X]"),
        ("w.sum()", "a list has no .sum(): write sum(w)"),
        ("[a*b for a, b in zip(v, w)].mean()", "a list has no .mean(): write mean([a*b for a, b in zip(v, w)])"),
        ("w.tanh()", "a list has no .tanh(): write [a.tanh() for a in w]"),
        ("w.grad", "a list has no .grad: write [a.grad for a in w]"),
        ("w.pow(2)", "a list has no .pow: for each x in w, write x**2"),
        ("w.T", "a list has no .T: leave it out"),
        ("w[[0, 1]]", "a list takes one whole number as its index: write [x[i] for i in places], or [a for a in x if a > 0]"),
        ("X[0, 1]", "a list takes one index at a time: write X[i][j], or [row[j] for row in X] for column j"),
        ("X[:, 0]", "a list takes one index at a time: write X[i][j], or [row[j] for row in X] for column j"),
        ("X.T", "X is a list: write [*zip(*X)] for its columns"),
        ("w.shape", "a list has no .shape: write len(w)"),
        ("w.dot(v)", "a list has no .dot(): write dot(w, …)"),
        ("w.backward()", "a list has no .backward(): call it on one Value, such as sum(w)"),
        ("w.push(x)", "AttributeError: 'list' object has no attribute 'push'"),
        ("w & v", "TypeError: unsupported operand type(s) for &: 'list' and 'list'"),
        ("'a' + w", 'TypeError: can only concatenate str (not "list") to str'),
    ],
)
def test_a_list_that_is_taken_for_a_tensor_is_told_what_to_write(text, message):
    lists = "v, w, x = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)], Value(5.0)\nX = [v, w]\n"
    assert asked("show", lists + text, {})["message"] == message


@pytest.mark.parametrize(
    ("text", "printed", "message"),
    [
        ("print(2*3)", "6\n", "it has no variables, so there is nothing to differentiate"),
        ("# tanh x", "", "there are only comments: type an expression, or lines of Python"),
    ],
)
def test_one_line_that_only_prints_or_is_a_comment_is_not_read_as_an_expression(text, printed, message):
    found = json.loads(call("show", json.dumps([text, {}])))
    assert (found["printed"], found["slip"]["message"]) == (printed, message)


@pytest.mark.parametrize("text", ["y = relx(w)", "w = Value(2.0)\ny = relx(w)"])
def test_an_op_that_is_misspelled_by_a_letter_is_suggested(text):
    assert asked("show", text, {})["message"].endswith(": did you mean relu?")


def test_values_in_lists_and_parameters_of_modules_have_the_names_that_the_lines_give_them():
    assert asked("show", "xs = [Value(1.0), Value(2.0)]\ny = xs[0] * xs[1]", {})["leaves"] == ["xs[0]", "xs[1]"]
    assert "neurons[0].w[0]" in asked("show", "net = nn.Layer(2, 1, seed=0)\nnet([1.0, 2.0])[0]", {})["leaves"]


def test_a_slip_is_told_at_its_place_in_the_words_of_the_engine():
    assert asked("show", "x*(2", {})["column"] > 1
    assert asked("show", "tanh(w x)", {})["message"].endswith("write a product with *: w*x")
    assert asked("show", "a = Value(1.0)\nb = a +", {})["line"] == 2
    assert asked("show", "a = Value(1.0)\nb = b + a", {}) == {
        "message": "b has no value yet: write b = Value(2.0) first", "line": 2, "column": 5, "end": 6, "fix": ""
    }  # fmt: skip
    assert "no variable" in asked("show", "1 + 2", {})["message"]


def test_an_expression_with_a_name_has_variables_and_a_result_of_that_name():
    found = asked("show", "loss = (w*x - 3)**2  # of a line", {"w": 2.0})
    assert found["page"]["title"].startswith("loss = 1")
    assert (found["leaves"], found["lines"]) == (["w", "x"], False)
    scope = {}
    exec(asked("program", "loss = (w*x - 3)**2", {"w": 2.0})["code"], scope)
    assert scope["loss"].data == 1.0


@pytest.mark.parametrize(
    ("text", "message", "line", "what"),
    [
        ("w = w*x", "w has no value yet: write w = Value(2.0) first", 1, "w"),
        ("def f(x):\n    return 'β', x*w\nw = f(Value(1.0))", "w has no value yet: write w = Value(2.0) first", 2, "w"),
        ("a = Value(1.0)\nb = foo(a)", "NameError: name 'foo' is not defined", 2, "foo"),
        ("L = (sigmoid(w x + b) - t)^2", "write a product with *: w*x", 1, "w x"),
        ("a = Value(1.0)\nL = sigmoid(w a) + 1  # that is all", "write a product with *: w*a", 2, "w a"),
        ("a = Value(1.0)\nL = (a - 1)^2", "write a power with **", 2, "(a - 1)^2"),
        ("a = Value(1.0)\rβ = β*2 + c", "β has no value yet: write β = Value(2.0) first", 2, "β"),
        ("if True:\n    raise NameError('mine')", "NameError: mine", 2, "raise NameError('mine')"),
        (
            "import builtins\nexec(builtins.compile('\\n\\n\\nq', '<page>', 'exec'))",
            "q has no value yet: write q = Value(2.0) first",
            4,
            "",
        ),
        ("a = Value(1.0)\nfor i in range(3) a = a*2", "invalid syntax", 2, "a"),
        ("L = (w*x - t)^2", "the operators are + - * / % and **: write a power with **", 1, "w*x - t)^2"),
        ("y = tanh(w) + tanb(x)", "'tanb' is not an op: did you mean tan?", 1, "tanb"),
        ("(w\n + tanb(x))", "'tanb' is not an op: did you mean tan?", 2, "tanb"),
        ("a = Value(1.0)\nb = 2 * a.foo(\n  3)", "AttributeError: 'Value' object has no attribute 'foo'", 2, "a.foo"),
        ("a = Value(1.0)\nb = 2 + float(\n  a)", None, 2, "float("),
    ],
)
def test_a_slip_is_told_in_the_words_of_expressions_and_all_that_it_is_about_is_marked(text, message, line, what):
    slip = asked("show", text, {})
    row = [*text.replace("\r", "\n").split("\n"), "", ""][slip["line"] - 1]
    assert (message or slip["message"], line, what) == (slip["message"], slip["line"], row[slip["column"] - 1 : slip["end"] - 1])


def test_numbers_without_a_variable_are_told_how_to_become_one():
    assert asked("show", "x = 2.0\ny = x*x", {})["message"].endswith("nothing to differentiate: write x = Value(2.0)")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("import torch", "torch"),
        ("import torch.nn.functional as F", "torch"),
        ("import numpy as np", "numpy"),
        ("w = Value(2.0)\nnp.array([w])", "numpy"),
        ("w = Value(2.0)\ntorch.nn.Linear(2, 1)", "Linear"),
        ("w = Value(2.0)\ntorch.fx(w)", "torch"),
    ],
)
def test_what_other_libraries_have_is_told_by_its_name_here(text, hint, monkeypatch):
    for name in ("torch", "numpy"):
        monkeypatch.setitem(sys.modules, name, None)
    assert asked("show", text, {})["message"] == HINTS[hint]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = torch.tensor(2.0, requires_grad=True)\nx*x", "torch.tensor is Value(2.0) here"),
        ("x = Value(2.0)\ny = torch.sigmoid(x)", "torch.sigmoid is sigmoid(…) here"),
        ("torch.clamp(x, 0, 1)", "torch.clamp is clip(x, low, high) here"),
        ("loss = F.mse_loss(y, t)", "F.mse_loss is nn.MSELoss()(…) here"),
        ("a = Value(2.0)\nF.relu(a)", "F.relu is relu(…) here"),
        ("a = Value(2.0)\nnn.functional.relu(a)", "nn.functional.relu is relu(…) here"),
        ("cross_entropy(y, t)", "cross_entropy is nn.CrossEntropyLoss()(…) here"),
        (
            "class F(torch.autograd.Function):\n    pass",
            "torch.autograd.Function is custom_op(forward, vjp=lambda bar, z, x: …) here",
        ),
        ("x = Value(2.0)\ny = x.clamp(0, 1)", "a Value has no attribute 'clamp': write clip(x, low, high)"),
        ("x.clamp(0, 1)", "write clip(x, low, high)"),
        (
            "x = Value(2.0)\n(x*x).relu_()",
            "a Value has no .relu_: nothing changes in place, so name the result of relu",
        ),
        (
            "x = Value(2.0)\nx.register_hook(print)",
            "a Value has no attribute 'register_hook': read its .grad after backward(), which every Value",
        ),
        ("x = Value(2.0)\nx.grad.zero_()", "x.grad is a plain number: write x.grad = 0"),
        ("x = Value(2.0)\nx @ x", "write a product with *, and that of lists as dot([a, b], [c, d])"),
    ],
)
def test_names_of_pytorch_are_told_by_what_to_write_here(text, message):
    assert asked("show", text, {})["message"].startswith(message)


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("x = nn.Parameter(2.0)\ny = x*x", "nn.Parameter is Value(2.0) here", "x = Value(2.0)\ny = x*x"),
        ("clip(x, min=0)", "clip takes no keyword arguments: write both bounds, in order: clip(x, low, high)", "clip(x, 0, inf)"),
        ("x = Value(2.0)\ny = clip(x, max=1)", "clip() takes no max=: write both bounds", "x = Value(2.0)\ny = clip(x, -inf, 1)"),
        (
            "y = x**2\ny.backward(retain_graph=True)",
            "backward() takes no retain_graph=: leave it out: the graph is kept, and backward() may be called again",
            "y = x**2\ny.backward()",
        ),
        (
            "y = x**2\ny.backward(create_graph=True)",
            "backward() takes no create_graph=: to differentiate the gradient again, write gradients(y, [x], create_graph=True)",
            "",
        ),
        ("grad(x**3, x)", "grad takes a function, not its result: write grad(lambda x: x**3)(x)", "grad(lambda x: x**3)(x)"),
        (
            "x = Value(2.0)\ny = 3*hessian(x**2, x)",
            "hessian takes a function, not its result: write hessian(lambda x: x**2)(x)",
            "x = Value(2.0)\ny = 3*hessian(lambda x: x**2)(x)",
        ),
        ("no_grad()", "this opens a block: write with no_grad(): and indent the lines below it", ""),
        (
            "class MyReLU(Function):\n    def forward(ctx, x):\n        return x\ny = MyReLU.apply(x)",
            "Function is custom_op(forward, vjp=lambda bar, z, x: …) here",
            "",
        ),
    ],
)
def test_what_is_written_for_pytorch_is_told_with_what_works_here(text, message, fix):
    slip = asked("show", text, {})
    assert slip["message"].startswith(message)
    assert slip["fix"] == fix
    assert "leaves" in asked("show", fix or "x", {})


@pytest.mark.parametrize(
    "text", ["x.relu()", "y = (w*x).tanh() + x.exp()", "x.backward()", "y = w*x.detach()", "hypot(x.exp(), 1)"]
)
def test_methods_of_a_value_work_in_an_expression(text):
    assert asked("show", text, {})["lines"]


@pytest.mark.parametrize("text", ["f.x", "math.exp(x)", "np.exp(x)", "torch.exp(x)", "x.clamp(0, 1)"])
def test_what_is_no_method_of_a_value_is_told_in_the_words_of_expressions(text):
    assert " has no value yet" not in asked("show", text, {})["message"]


def test_parameters_of_functions_are_variables_outside_these():
    found = asked("show", "def f(x, k=a):\n    return k*x**2\ny = f(x)*w + f(w)", {})
    assert found["free"] == ["a", "x", "w"]
    assert asked("show", "g = lambda x, *more: x*b\ny = g(2)", {})["free"] == ["b"]
    deep = "+".join(["x"] * 800)
    assert asked("show", f"z = 1\ny = {deep}", {})["free"] == ["x"]


def test_every_name_that_a_name_of_pytorch_is_told_by_is_there():
    for written in [*FUNCTIONS.values(), *METHODS.values(), *advice.KEYWORDS.values()]:
        for name in re.findall(r"([^\W\d][\w.]*)\(", written):
            module, _, last = name.rpartition(".")
            there = {"": autograd, "nn": nn, "random": random}.get(module, builtins)
            assert hasattr(there, last) or hasattr(builtins, last) or hasattr(Value, last), name


def test_a_module_that_pyodide_would_have_to_load_is_told_likewise():
    text = "raise ModuleNotFoundError(\"The module 'numpy' is included in the Pyodide distribution, but it is not installed.\")"
    assert asked("show", text, {})["message"] == HINTS["numpy"]


def test_nan_is_shown_and_said_why():
    found = asked("show", "log(x)", {"x": -1.0})
    assert found["value"] == "nan"
    assert found["trouble"] == "y is NaN, since y = log(…) got −1, outside its domain (0, inf): the result is NaN."
    assert asked("move", {"x": 1.0})["trouble"] == ""


def test_an_infinity_that_made_a_nan_is_told_with_the_node_that_the_picture_frames():
    found = asked("show", "log(x) * x", {"x": 0.0})
    assert found["trouble"].endswith("−inf·0 is NaN. −inf comes from here: v₁ = log(…) got 0: ln(0) is −inf.")
    assert "where it went wrong: v₁" in found["page"]["svg"]


def test_a_graph_that_is_too_large_to_be_drawn_is_refused_with_its_size():
    lines = f"x = Value(1.0)\nfor i in range({expression.MAX_NODES}):\n    x = x * 1.5"
    assert asked("show", lines, {})["message"].startswith(f"this graph has {expression.MAX_NODES + 1:,} nodes")


def test_a_network_is_folded_by_its_layers():
    found = asked(
        "show", "net = nn.MLP(2, [4, 4, 1], seed=0)\nnn.MSELoss()([net([0.1 * i, 1.0]) for i in range(20)], [1.0] * 20)", {}
    )
    assert {name for name, _ in found["page"]["groups"]} >= {"layers[0]", "layers[1]", "layers[2]"}
    assert found["page"]["svg"].count("class='node") < 20


def test_a_closer_look_is_at_the_numbers_of_the_sliders():
    asked("show", NEURON, POINT)
    asked("move", {"x1": 1.0})
    y, leaves = neuron(x1=1.0)
    index = list(expression.shown.graph.names.values()).index("w1")
    told = asked("tell", index, 0.5)
    assert told["latex"] == str(to_latex(y))
    assert f"{leaves['w1'].grad:.6g}".replace("-", "−") in told["explain"]
    assert "+0.5" in told["nudge"]
    assert told["mathml"].startswith("<math")
    assert asked("tell", len(expression.shown.graph.nodes) - 1, 0.5)["nudge"] == ""  # not a leaf


def test_an_op_of_the_users_own_may_have_latex_that_browsers_cannot_draw():
    op = "f = autograd.custom_op(lambda x: x * x, partials=lambda z, x: 2.0 * x, name='f', latex=r'\\unheardof{{{}}}')"
    asked("show", f"{op}\ny = f(Value(2.0, 'x'))", {})
    told = asked("tell", 1, 0.5)
    assert told["latex"] == r"y = \unheardof{x}"
    assert told["mathml"] == ""


@pytest.mark.parametrize("text", ["squared(x)", "x*squared(2)"])
def test_an_op_of_lines_that_are_gone_stands_in_no_program(text):
    op = "squared = custom_op(lambda x: x * x, partials=lambda z, x: 2.0 * x, name='squared')"
    asked("show", f"{op}\ny = squared(Value(2.0))", {})
    told = "squared was defined by lines that stood here before: a program needs them, too"
    assert asked("program", text, {"x": 2.0})["message"] == told


def test_the_first_example_is_what_the_page_shows_before_python_is_there():
    from tools.playground import FIRST, SOURCES, first_sight

    first = json.loads(first_sight())
    assert math.isclose(first["value"], math.sqrt(0.5))
    assert first["page"]["narrow"] != first["page"]["svg"]
    assert f'"{FIRST[0]}"' in (SOURCES / "src/examples.js").read_text(encoding="utf-8").split("\n")[3]


def test_a_quiz_asks_for_all_gradients_or_says_which_it_leaves_out():
    short = asked("ask", "a*t + a**2*(b - c)**2", {}, 0)["page"]
    assert (len(short["questions"]), list(short["notes"])) == (9, [])
    long = asked("ask", "tanh(a*b) + tanh(c*d) + tanh(e1*f) + tanh(g*h)", {}, 0)["page"]
    (note,) = long["notes"]
    assert note.startswith("not asked, to keep it short: the gradient of ")
    left = note.rpartition(" of ")[2].replace(" and ", ", ").split(", ")
    assert len({*left, *(question["name"] for question in long["questions"])}) == 18


UNDRAWN = [
    (
        "def lol():\n    a = Value(2.0)\n    print((a*a).data)\nlol()",
        "the lines leave no Value to draw: return one from lol, and end with lol()",
        "lol()",
    ),
    (
        "def f(x):\n    return x*x\nprint((f(2.1) - f(2))/0.1)",
        "the lines leave no Value to draw: end with f(Value(2.0))",
        "print((f(2.1) - f(2))/0.1)",
    ),
    ("g = lambda x: x*x\nk = 2", "g is never called: end with g(Value(2.0))", "k = 2"),
    ("import autograd.numpy as np", "autograd.numpy is part of another package named autograd", "import autograd.numpy as np"),
    (
        "from autograd.functional import jacobian",
        "ModuleNotFoundError: No module named 'autograd.functional': write from autograd import jacobian,",
        "from autograd.functional import jacobian",
    ),
    ("def f(x, y):\n    return x * y", "f is never called: end with f(Value(2.0), Value(-3.0))", "def f(x, y):"),
    ("f = lambda x: x**2\nf(2.0)", "the last line gives the number 4, which has no graph: begin with Values, as in f(", "f(2.0)"),
    (
        "xs = [Value(1.0), Value(2.0)]\n[x**2 for x in xs]",
        "the last line gives 2 Values, but only one is drawn",
        "[x**2 for x in xs]",
    ),
    ("x = Value(1.0)\nlambda x: x**2", "the last line is a function: call it, as in f(Value(2.0))", "lambda x: x**2"),
    ("net = nn.MLP(2, [1])\nnet", "the last line is a module: call it on numbers", "net"),
    ("x = Value(2.0)\ny = [].append(x)", "y is None: what is called there changes something", "y = [].append(x)"),
    ("x = Value(2.0)\ny = (x*x).item()", "y is the number 4, cut from its graph", "y = (x*x).item()"),
    ("grad(lambda x: x**3)(2.0)", "the last line gives the number 12, which has no graph", "grad(lambda x: x**3)(2.0)"),
    ("x = sum(i*x for i in range(4))", "x has no value yet: write x = Value(2.0) first", "x"),
    ("f(x) = x**2", "write f = x**2, or only what is to the right of the =", "f(x) = x**2"),
    ("y = w·x + b", "write a product with *: w*x", "w·x"),
    ("w, x = Value(1.0), Value(2.0)\ny = w·x", "write a product with *: w*x", "w·x"),
    ("3,5*x", "one expression at a time; write 3.5, not 3,5", "3,5*x"),
    (r"y = \sum_{i=1}^n x", r"\sum is LaTeX: write formulas as in sqrt(x)/2", r"\sum"),
    ("class Value:\n    def __init__(self, data): self.data = data\na = Value(2)", "leave the class Value out", "a = Value(2)"),
    (
        "import jaxlike\nx = Value(1.0)",
        "jaxlike is not available on this page, which has autograd, nn and the standard library",
        "import jaxlike",
    ),
    (
        "raise ImportError(name='micrograd.engine')",
        "micrograd is neither available on this page nor needed",
        "raise ImportError(name='micrograd.engine')",
    ),
    ("m = nn.Linear(2, 1)", "a linear layer is nn.Layer(2, 1, 'linear')", "nn.Linear"),
]


UNDRAWN += [
    ("# nothing\n# yet", "there are only comments: type an expression, or lines of Python", "#"),
    (
        "y = [x*i for i in range(3)]",
        "the last line gives 3 Values, but only one is drawn: end with one",
        "y = [x*i for i in range(3)]",
    ),
    ("softmax([x])", "the last line gives one Value among others or in a list: end with that alone", "softmax([x])"),
    ("y = x.relu", "the last line is a method: call it, as in x.relu()", "y = x.relu"),
    ("x.tanh", "the last line is a method: call it, as in x.tanh()", "x.tanh"),
    ("for i in range(3):\n    i", "it has no variables, so there is nothing to differentiate", "for i in range(3):"),
    ("v = [x, y]\nprint(len(v))", "the lines leave no single Value to draw: end with one, as in sum(v)", "print(len(v))"),
    ("y = x.data*2", "y is the number 4, cut from its graph: leave .data, .item() or float() out", "y = x.data*2"),
    ("x and y", "and, or: multiply comparisons, as in (x > 0)*(x < 1)", "x and y"),
    ("not x", "not: compare with 0, as in x == 0", "not x"),
]


@pytest.mark.parametrize(("text", "message", "what"), UNDRAWN)
def test_lines_that_give_no_graph_or_not_the_one_they_ask_for_say_why(text, message, what):
    slip = asked("show", text, {})
    assert slip["message"].startswith(message)
    assert text.split("\n")[slip["line"] - 1][slip["column"] - 1 : slip["end"] - 1] == what


@pytest.mark.parametrize("lines", ["f = {}", "a = 1\nf = {}"])
def test_letters_that_stand_for_numbers_are_these_and_no_variables(lines):
    def shown(text):
        found = asked("show", lines.format(text), {"pi": 9.0})
        scope = {}
        exec(asked("program", lines.format(text), {"pi": 9.0})["code"], scope)
        assert scope["f"].data == found["value"] or math.isnan(scope["f"].data)
        return found["leaves"], found["value"]

    assert shown("sin(pi*x) + e*π") == (["x"], math.sin(math.pi * 2.0) + math.e * math.pi)
    assert shown("clip(w, 0, inf)") == (["w"], 2.0)
    assert shown("x*nan") == (["x"], "nan")
    assert shown("math.pi*x") == (["x"], math.pi * 2.0)


def test_constants_divide_in_a_program_as_in_its_expression():
    found = asked("show", "minimum(x, 1/(pi - pi)) + (e < 3)", {})
    scope = {}
    exec(asked("program", "minimum(x, 1/(pi - pi)) + (e < 3)", {})["code"], scope)
    assert scope["y"].data == found["value"] == 3.0


def test_letters_that_stand_for_numbers_are_variables_where_lines_give_them_a_value():
    found = asked("show", "e = Value(3.0)\nd = e*e\nd", {})
    assert (found["leaves"], found["value"]) == (["e"], 9.0)
    assert asked("show", "e = w*x", {})["page"]["root"] == "e"
    told = "it has no variables, so there is nothing to differentiate: e is the number 2.71828, unless a line before says "
    assert asked("show", "L = e**2", {})["message"] == f"{told}e = Value(2.0)"
    assert asked("show", "y = 1\nz = pi", {})["message"].endswith("nothing to differentiate: write y = Value(1)")


def test_a_result_has_a_name_that_no_variable_has():
    assert asked("show", "x**y", {})["page"]["root"] == "f"


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("x^2+3x", "x**2+3*x"),
        ("p = e^z1/(e^z1+e^z2)", "p = exp(z1)/(exp(z1)+exp(z2))"),
        ("3,5*x", "3.5*x"),
        ("sin x", "sin(x)"),
        ("sin^-1(x) + cos⁻¹ x", "asin(x) + acos(x)"),
        ("arctan(x) - log^-1(x)", "atan(x) - log(x)**-1"),
        ("a = Value(1.0)\nb = 2a^2", "a = Value(1.0)\nb = 2*a**2"),
        ("h = relu(w x + b)\ny = v h", "h = relu(w*x + b)\ny = v*h"),
        ("x + y = 3", "x + y - 3"),
        ("x = 3; y = x^2", "x = Value(3); y = x**2"),
        ("a, b = 1.5, -2\nc = a*b\nc", "a, b = Value(1.5), Value(-2)\nc = a*b\nc"),
        ("def f(x, y):\n    return x*y\nf(3, 2)", "def f(x, y):\n    return x*y\nf(Value(3), Value(2))"),
        ("x = Value(2.0)\nn = 3\nfoo(n)", ""),
        ("x^2 + foo(x)", ""),
        ("sin", ""),
        ("2 3", ""),
        ("x*(2", ""),
    ],
)
def test_a_slip_brings_the_text_in_pythons_spelling_if_that_runs(text, fix):
    assert asked("show", text, {})["fix"] == fix
    assert "leaves" in asked("show", fix or "x", {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2x = 4", "equations are not solved here; the difference of its sides has a gradient: 2*x - 4"),
        ("y = 1\nsin(x) = y", "equations are not solved here; the difference of its sides has a gradient: sin(x) - y"),
        ("g(x) = 2x = 4", "write g = 2x = 4, or only what is to the right of the ="),
        ("sin(30°)", "angles are in radians: 30° is 30*pi/180"),
        ("f'(x)", "leave ' out: every derivative is computed"),
    ],
)
def test_what_school_writes_and_no_spelling_mends_says_what_to_write(text, message):
    assert asked("show", text, {})["message"] == message


def test_the_quiz_and_the_check_bring_it_too():
    assert asked("ask", "x^2 + 3x", {}, 1)["fix"] == "x**2 + 3*x"
    assert asked("letters", "x^2 + 3x")["fix"] == "x**2 + 3*x"
    assert asked("proofread", "x**2", {"x": 1.0}, {"x": "2x"})["slip"]["fix"] == "2*x"


def test_a_slip_keeps_the_graph_that_was_there():
    asked("show", "x*x", {"x": 3.0})
    asked("show", "2x", {})
    assert asked("move", {"x": 4.0})["value"] == 16.0


def test_what_the_text_printed_is_told_with_its_slip_not_what_the_respelled_one_prints():
    answer = json.loads(call("show", json.dumps(["a = Value(2.0)\nprint('once')\nb = a^2\nprint('twice')\nb", {}])))
    assert (answer["printed"], bool(answer["slip"]["fix"])) == ("once\n", True)


@pytest.mark.parametrize("text", ["prob*x", "y = 1\nz = gamma*x + loss + theta*sigma"])
def test_usual_names_are_variables_though_ops_have_similar_ones(text):
    assert len(asked("show", text, {})["free"]) >= 2


@pytest.mark.parametrize("text", ["sin", "2*sin", "y = 2*sin"])
def test_an_op_is_never_a_variable(text):
    slip = asked("show", text, {})
    assert slip["message"] == "sin is a function: write sin(x)"
    assert text[slip["column"] - 1 : slip["end"] - 1] == "sin"


def test_names_that_lines_give_no_value_are_variables_as_in_one_expression():
    text = "h1 = relu(w11*x1 + b1)\ny = v1*h1"
    found = asked("show", text, {"b1": 4.0})
    assert (found["free"], found["lines"]) == (["w11", "x1", "b1", "v1"], True)
    assert dict(zip(found["leaves"], found["numbers"], strict=True)) == {"w11": 2.0, "x1": 1.0, "b1": 4.0, "v1": 3.0}
    scope = {}
    exec(asked("program", text, {"b1": 4.0})["code"], scope)
    assert scope["y"].data == found["value"] == 18.0
    assert asked("show", "x = Value(5.0)\ny = w*x", {})["free"] == ["w"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weight = Value(1.0)\ny = weigth*2", "weigth has no value: did you mean weight?"),
        ("y = 1\nz = sigmoyd(x)", "NameError: name 'sigmoyd' is not defined: did you mean sigmoid?"),
        ("y = 0\nfor x in data: y = y + x", "data has no value yet"),
        ("a = 1\ny = w[0]*x", "w has no value yet"),
        ("n = range(count)\ny = x", "count has no value yet"),
    ],
)
def test_names_that_are_misspelled_or_no_numbers_are_no_variables(text, message):
    assert asked("show", text, {})["message"].startswith(message)


def test_most_relus_of_a_small_net_are_alive_where_it_begins():
    hidden = "\n".join(f"h{j} = relu(w{j}1*x1 + w{j}2*x2 + b{j})" for j in (1, 2, 3))
    found = asked("show", f"{hidden}\ny = relu(v1*h1 + v2*h2 + v3*h3 + c)", {})
    assert sum(x != 0.0 for x in found["gradients"]) > len(found["gradients"]) / 2


def test_softmax_of_numbers_is_said_to_be_the_first_of_its_results_and_a_list_gives_the_others():
    found = asked("show", "softmax(z1, z2, z3)", {})
    assert found["note"] == "softmax gives 3 numbers; this is the first. The second is softmax([z1, z2, z3])[1]"
    assert asked("show", "softmax([z1, z2, z3])[0]", {})["value"] == found["value"]
    assert sorted(asked("show", "p = softmax([z1, z2, z3])[1]", {})["leaves"]) == ["z1", "z2", "z3"]
    scope = {}
    exec(asked("program", "softmax(z1, z2, z3)", {})["code"], scope)
    assert scope["y"].data == found["value"]


HINGE = "f = Value(0.5)\nt = 1\nloss = max(0, 1 - t*f)\nloss.backward()"
BRANCH = "x = Value(2.0)\nif x.data > 0:\n    y = x**2\nelse:\n    y = -x\ny = y + max(x, 0)"


def test_lines_that_choose_by_a_number_run_again_when_it_is_moved() -> None:
    assert (expression.show(BRANCH, {})["value"], expression.move({"x": 3})["value"]) == (6.0, 12.0)
    moved = expression.move({"x": -3})
    assert (moved["value"], moved["gradients"], moved["note"]) == (3.0, [-1.0], "")
    again = expression.show(BRANCH, {"x": -3})  # as a link does
    assert (again["value"], again["gradients"]) == (3.0, [-1.0])
    assert "x = Value(-3.0)" in expression.program(BRANCH, {"x": -3})["code"]


def test_lines_that_leave_nothing_to_draw_at_other_numbers_say_so() -> None:
    expression.show(HINGE, {})
    with pytest.raises(Slip, match=r"the number 0 has no \.backward\(\): max chose it; write relu\(1 - t\*f\)"):
        expression.move({"f": 3})
    assert expression.move({"f": 0.75})["value"] == 0.25


def test_gradients_that_add_up_over_calls_are_told() -> None:
    text = "x = Value(2.0, label='x')\ny = x**2\ny.backward()\n"
    assert expression.show(text, {})["note"] == ""
    twice = expression.show(text + "y.backward()", {})
    assert twice["gradients"] == [4.0]
    told = "x.grad is 8 after these lines, where calls of backward() add up; here is what one call on y gives."
    assert twice["note"] == f"{told} {FREED}"


@pytest.mark.parametrize(("seed", "grad"), [("2.0", "8"), ("-0.5", "−2"), ("seed=3", "12")])
def test_a_seed_that_multiplies_the_gradients_is_told(seed, grad) -> None:
    note = asked("show", f"x = Value(2.0, label='x')\ny = x**2\ny.backward({seed})", {})["note"]
    by = seed.removeprefix("seed=").removesuffix(".0").replace("-", "−")
    given = f"where y.backward({by}) multiplies all gradients by {by}; here is what y.backward() gives."
    assert note == f"x.grad is {grad} after these lines, {given}"


@pytest.mark.parametrize(
    ("last", "printed"),
    [
        ("x.grad", "4.0\n"),
        ("y.grad", "1.0\n"),
        ("[x.grad, y.data]", "[4.0, 4.0]\n"),
        ("gradients(y, [x])", "[4.0]\n"),
        ("x.grad > 3", "True\n"),
        ("print(x.grad)", "4.0\n"),
        ("y", ""),
        ("x.zero_grad()", ""),
        ("x.backward", ""),
    ],
)
def test_what_the_last_line_gives_is_shown_as_in_a_notebook(last, printed) -> None:
    text = json.dumps([f"x = Value(2.0)\ny = x*x\ny.backward()\n{last}", {}])
    assert json.loads(call("show", text))["printed"] == printed


def test_what_the_last_line_gives_moves_with_the_sliders() -> None:
    call("show", json.dumps(["x = Value(2.0)\ny = x*x\ngradients(y, [x])", {}]))
    assert json.loads(call("move", json.dumps([{"x": 3}])))["printed"] == "[6.0]\n"


def test_a_last_line_that_cannot_be_shown_is_told_at_its_place() -> None:
    told = asked("show", "class A:\n    def __repr__(self):\n        return 1/0\ny = Value(2.0)*3\nA()", {})
    assert told["message"] == "ZeroDivisionError: division by zero"


def test_lines_that_import_micrograd_are_offered_with_our_imports() -> None:
    text = "from micrograd.engine import Value\nfrom micrograd.nn import MLP\n\nx = Value(2.0)\ny = MLP(2, [4, 1])([x, x])"
    with pytest.raises(Slip) as slip:
        expression.show(text, {})
    assert slip.value.place["fix"] == text.replace("micrograd.engine", "autograd").replace("micrograd.nn", "nn")


def test_what_lines_print_is_printed_anew_when_a_leaf_is_moved() -> None:
    text = "x = Value(2.0)\ny = x**2\nprint(y.data)"
    call("show", json.dumps([text, {}]))
    assert json.loads(call("move", json.dumps([{"x": 3}])))["printed"] == "9.0\n"


def test_a_leaf_that_the_text_does_not_say_moves_in_the_graph_alone_which_is_told_where_lines_choose() -> None:
    text = "x = [Value(float(n), label='a' * n) for n in (1, 2)]\ny = x[0]*x[1]**2 if x[0].data > 0 else -x[0]"
    expression.show(text, {})
    moved = expression.move({"a": -3})
    assert moved["value"] == -12.0
    assert moved["note"].startswith("a moved, but not in the text: the graph stays as it was recorded")
    expression.show("x = [Value(2.0, label='a') for _ in range(2)]\ny = x[0]**2", {})
    assert expression.move({"a": -3})["note"] == ""


def test_a_full_screen_gets_the_picture_that_is_larger_on_it_and_products_only_if_there_is_room():
    layers = "h1 = tanh(a*x + b)\nh2 = tanh(c*x + d)\nL = (u*h1 + v*h2 - t)**2"

    def drawn(text, screen):
        page = expression.show(text, {}, screen=screen)["page"]
        return page["direction"], " · " in page["svg"]

    assert drawn("tanh(w*x + b)", (1280, 640)) == ("LR", True)
    assert drawn(layers, (1280, 640)) == drawn(layers, (1920, 940)) == ("LR", False)
    assert drawn(layers, (4000, 940)) == ("LR", True)
    assert drawn(layers, (600, 1400))[0] == "TB"


FALLS = "w = Value({w})\nx = Value(2.0)\nm = -w*x\n"
LOSSES = {
    "if": "if m < 1:\n    loss = 1 - m\nelse:\n    loss = 0*m",
    "ternary": "loss = 1 - m if m < 1 else 0*m",
    "max": "loss = max(1 - m, 0*m)",
    "where": "loss = where(m < 1, 1 - m, 0)",
    "sort": "both = [1 - m, 0*m]\nboth.sort()\nloss = both[1]",
    "op": "loss = relu(1 - m)",
}


@pytest.mark.parametrize("lines", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize(("w", "delta", "predicted", "actual"), [(0.5, -3, "−6", "−2"), (-1.0, 3, "0", "+5")])
def test_what_if_compares_the_gradient_with_what_the_lines_come_to_there(lines, w, delta, predicted, actual) -> None:
    found = expression.show(FALLS.format(w=w) + lines, {})
    told = expression.tell(next(int(i) for i, node in found["page"]["nodes"].items() if node["name"] == "w"), delta)["nudge"]
    cells = [cell.strip("\u2007\u2008") for cell in re.findall(r"<td[^>]*>([^<]*)</td>", told.partition("<tbody>")[2])]
    assert cells[1:3] == [predicted, actual]


def test_what_if_says_where_the_lines_come_to_nothing_or_cannot_be_run_with_the_number() -> None:
    expression.show("w = Value(0.5)\nloss = max(0, 1 - w)\nprint(w)", {})
    told = json.loads(call("tell", json.dumps([0, 3])))
    assert "At w = 3.5: loss is the number 0, which max chose: write relu(1 - w)" in told["answer"]["nudge"]
    assert "printed" not in told
    text = "x = [Value(2.0, label='a') for _ in range(2)]\ny = x[0]**2 if x[0].data > 0 else -x[0]"
    expression.show(text, {})
    assert "At a = −1: a moved, but not in the text" in expression.tell(0, -3)["nudge"]
    expression.show("w = Value(2.0)\ny = w*w\nif w > 3:\n    z = 2*y", {})
    assert "At w = 5: the lines give z, not y" in expression.tell(0, 3)["nudge"]


CHOSEN = "w = Value(2.0)\nx = Value(2.0)\nm = w*x\n"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("loss = max(0, 1 - m)", "loss is the number 0, which max chose: write relu(1 - m)"),
        ("loss = max(0, 1 - m)\nloss", "loss is the number 0, which max chose: write relu(1 - m)"),
        ("max(0, 1 - m)", "the last line is the number 0, which max chose: write relu(1 - m)"),
        ("loss = min(0.5, m)", "loss is the number 0.5, which min chose: write minimum(0.5, m)"),
        ("def f(m):\n    return max(0, 1 - m)\nloss = f(m)", "loss is the number 0, which max chose: write relu(1 - m)"),
        ("loss = sum(max(0, 1 - y*m) for y in (1, 2))", "loss is the number 0, which max chose: write relu(1 - y*m)"),
        ("loss = 1 - m if m < 1 else 0", "loss is the number 0 here, which has no graph: where(m < 1, 1 - m, 0) records"),
        ("loss = 0\nif m < 1:\n    loss = 1 - m", "loss is the number 0 here, which has no graph: where(condition, this, that)"),
    ],
)
def test_a_plain_number_that_lines_chose_is_told_with_the_op_that_records_the_choice(lines, told):
    assert asked("show", CHOSEN + lines, {})["message"].startswith(told)


@pytest.mark.parametrize("lines", ["error = max(0, (1 - m).data)", "ok = 1 if m > 2 else 0", "if m > 2:\n    ok = 1"])
def test_a_number_below_the_lines_of_the_graph_leaves_that_shown(lines):
    assert asked("show", CHOSEN + lines, {})["page"]["root"] == "m"


def test_a_slider_never_leads_from_the_result_to_another_value_of_the_lines():
    lines = "def f(m):\n    if m < 1:\n        return 1 - m\n    return 0\nloss = f(m)"
    assert asked("show", CHOSEN.replace("2.0", "0.5") + lines, {})["page"]["root"] == "loss"
    assert asked("move", {"w": 3})["message"] == "loss is the number 0 here, which has no graph"


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("sinx", "sin(x)"),
        ("2*lnx + 1", "log(x)"),
        ("y = cosθ", "cos(θ)"),
        ("sin2x", "sin(2*x)"),
        ("logx", "log(x)"),
        ("sqrtx", "sqrt(x)"),
    ],
)
def test_a_function_written_together_with_its_argument_is_told_to_be_one_name(text, called) -> None:
    assert asked("show", text, {})["note"].endswith(f" is read as one name: write the function as {called}")


@pytest.mark.parametrize(("text", "product"), [("πr**2", "π*r"), ("x**2 + xy + y**2", "x*y"), ("a*b + abc + c", "a*b*c")])
def test_factors_written_together_are_told_to_be_one_name(text, product) -> None:
    assert asked("show", text, {})["note"].endswith(f" is read as one name: write the product as {product}")
    assert asked("show", "xy + x", {})["note"] == ""


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("relu(1 - w*x)", "y is at a kink of relu, where it has no derivative: the engine takes 0."),
        (
            "maximum(w, x) + abs(w - x)",
            "v₂ is at a kink of maximum and v₄ of abs, where they have no derivative: the engine takes 0.5 and 0.",
        ),
        (
            "relu(w - 1) + relu(x - 1) + abs(w - 1) + sign(x - 1)",
            "v₂ and v₅ are at a kink of relu, v₈ of abs and v₁₁ at a jump of sign, where they have no derivative: "
            "the engine takes 0.",
        ),
        ("relu(w - 1) + relu(x - 1)", "v₂ and v₅ are at a kink of relu, where they have no derivative: the engine takes 0."),
        ("where(w < x, w, 2)", "v₂ is at a jump of less, where it has no derivative: the engine takes 0."),
        ("softsign(w - x)", ""),
        ("relu(relu(w - 3))", ""),
        ("w*x", ""),
        ("minimum(maximum(w, 0), x)", "y is at a kink of minimum, where it has no derivative: the engine takes 0.5."),
    ],
)
def test_an_op_at_its_kink_is_named_beside_the_number(text, note) -> None:
    assert asked("show", text, {"w": 1.0, "x": 1.0})["note"] == note
    assert asked("move", {"w": 1.25, "x": 0.5})["note"] == ""
    assert asked("move", {"w": 1.0, "x": 1.0})["note"] == note


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("elu(w)", ""),
        ("3*elu(w)**2 + x", ""),
        ("leaky_relu(w)", "The slope of y by w changes here from 0.01 to 1: the engine takes 0.01."),
        ("-2*leaky_relu(w - x)", "The slope of y by w changes here from −0.02 to −2: the engine takes −0.02."),
        ("where(w > 0, w*x, w**2)", ""),
        ("where(w > 0, w*w, w**3)", ""),
        ("where(w > 0, w, 2*w)", "The slope of y by w changes here from 2 to 1: the engine takes 2."),
        ("where(w > 0, w + 1, 2*w)", "v₁ is at a jump of greater, where it has no derivative: the engine takes 0."),
        ("w*(w > 0)", "v₁ is at a jump of greater, where it has no derivative: the engine takes 0."),
        ("elu(w) + abs(x)", "v₇ is at a kink of abs, where it has no derivative: the engine takes 0."),
    ],
)
def test_a_note_where_branches_meet_is_about_the_slopes_of_the_result(text, note) -> None:
    assert asked("show", text, {"w": 0.0, "x": 0.0})["note"] == note


def test_a_comparison_in_where_is_part_of_the_graph_and_other_comparisons_are_python_s():
    lines = "w = Value(0.5)\nm = -2*w\nloss = where(m < 1, 1 - m, 0)"
    found = asked("show", lines, {})
    assert (found["value"], found["gradients"]) == (2.0, [2.0])
    assert r"\text{if } \left[m < 1\right]" in asked("tell", 0, 0.1)["latex"]
    assert asked("move", {"w": -0.5})["note"] == "The slope of loss by w changes here from 0 to 2: the engine takes 0."
    assert asked("show", "w = Value(0.5)\nprint(where(2 < 3, w, 0).data, w < 1)", {})["value"] == 0.5
    assert str(typed.printed) == "0.5 True\n"
    scope = {}
    exec(asked("program", lines, {})["code"], scope)
    assert scope["loss"].data == 2.0


def test_a_choice_in_one_line_is_the_op_where_in_an_expression_and_in_its_program():
    text = "1 - m if m < 1 else 0"
    assert (asked("show", text, {"m": 0.5})["value"], asked("move", {"m": 2})["value"]) == (0.5, 0.0)
    code = asked("program", text, {"m": 0.5})["code"]
    assert "y = where(less(m, 1), 1 - m, 0)" in code
    assert "✓ Every" in proofread("relu(1 - w*x)", {"w": 0.5, "x": 1}, {"w": "-x if w*x < 1 else 0", "x": "-w*(w*x < 1)"})["html"]


DETACHED = {
    "detach": "y = x.detach()*x",
    "no_grad": "with no_grad():\n    z = +x\ny = z*x",
    "renamed": "from autograd import no_grad as still\nwith still():\n    z = +x\ny = z*x",
    "in a function": "def cut(x):\n    return x.detach()\ny = cut(x)*x",
    "printed": "z = x.detach()\ny = z*x\ny.backward()\nprint(z.grad)",
    "a number": "z = Value(x.data)\ny = z*x",
    "beyond the sliders": "ones = [Value(1.0) for _ in range(20)]\ny = prod([x, *ones, Value(x.data)])",
}


@pytest.mark.parametrize("lines", DETACHED.values(), ids=DETACHED)
def test_what_was_taken_out_of_the_graph_moves_with_what_it_was_computed_from(lines):
    text = f"x = Value(2.0, label='x')\n{lines}"
    asked("show", text, {})
    moved = asked("move", {"x": 5})
    assert (moved["value"], moved["gradients"][moved["leaves"].index("x")]) == (25.0, 5.0)
    assert asked("show", text, {"x": 5})["value"] == 25.0  # as a link does


def test_where_the_text_does_not_say_the_source_of_what_is_detached_a_move_says_so():
    asked("show", "xs = [Value(2.0) for _ in range(2)]\ny = xs[0].detach()*xs[0]", {})
    moved = asked("move", {"xs[0]": 5})
    assert moved["note"].startswith("xs[0] moved, but not in the text: the graph stays as it was recorded")


def test_sliders_stand_as_the_numbers_are_written_whichever_is_the_largest():
    text = "z = [Value(2.0), Value(1.0), Value(0.5)]\nloss = -log(softmax(z)[0])"
    assert asked("show", text, {})["leaves"] == ["z[0]", "z[1]", "z[2]"]
    assert asked("move", {"z[2]": 5.0})["leaves"] == ["z[0]", "z[1]", "z[2]"]


def test_variables_begin_positive_where_the_formula_has_no_value_otherwise():
    assert asked("show", "a*b + sqrt(c)", {})["numbers"] == [2.0, 1.0, 0.5]
    assert asked("show", "a*b + c", {})["numbers"] == [2.0, 1.0, -0.5]


def test_a_softmax_subtracts_the_largest_number_at_the_numbers_it_is_moved_to():
    asked("show", "z = [Value(2.0), Value(1.0)]\nloss = -log(softmax(z)[0])", {})
    moved = asked("move", {"z[0]": 800.0})
    assert (moved["value"], moved["gradients"]) == (0.0, [0.0, 0.0])


@pytest.mark.parametrize("name", ["detach", "no_grad", "renamed", "in a function"])
def test_what_is_detached_has_no_slider_and_no_gradient_and_no_sentence_is_about_it(name):
    found = asked("show", f"x = Value(2.0, label='x')\n{DETACHED[name]}", {})
    assert (found["leaves"], found["gradients"]) == (["x"], [2.0])
    assert [slider["name"] for slider in found["sliders"]] == ["x"]
    assert found["note"] == ""
    assert "detached" in found["page"]["svg"]
    assert "With detached values held fixed, y changes with x at a rate of 2" in found["page"]["svg"]
    detached = [node for node in found["page"]["nodes"].values() if node.get("detached")]
    assert [node["leaf"] for node in detached] == [True]
    assert "predicts" not in asked("tell", 0, 0.1)["nudge"]


def test_what_if_moves_what_is_detached_with_its_source():
    found = asked("show", "x = Value(2.0, label='x')\ny = x.detach()*x", {})
    (x,) = (int(i) for i, node in found["page"]["nodes"].items() if node["name"] == "x")
    assert ">+0.41<" in re.sub("[\u2007\u2008]", "", asked("tell", x, 0.1)["nudge"])


def test_the_program_of_lines_prints_no_gradient_of_what_is_detached():
    code = asked("program", "x = Value(2.0)\nz = x.detach()\ny = z*x", {})["code"]
    assert 'print("x.grad =", x.grad)' in code
    assert "z.grad" not in code


@pytest.mark.parametrize("lines", ["y = (x*x).detach()", "with no_grad():\n    y = x*x", "y = x*x\nx.detach()"])
def test_lines_that_end_with_what_is_detached_say_that_it_has_no_graph(lines):
    told = asked("show", f"x = Value(2.0)\n{lines}", {})
    assert told["message"].endswith("made by detach() or inside no_grad(), has no graph: end with the Value to differentiate")
    assert told["line"] == 3 - lines.startswith(("with", "y = ("))


PLACED = {
    "one line": ("a = Value(2.0)\nb = Value(3)\ny = a*b", "a = Value(5.0)\nb = Value(3)\ny = a*b"),
    "a label": ("x = Value(2.0, label='a')\ny = x*x", "x = Value(5.0, label='a')\ny = x*x"),
    "a tuple": ("a, b = Value(2.0), Value(3.0)\ny = a*b", "a, b = Value(5.0), Value(3.0)\ny = a*b"),
    "a type": ("a: Value = Value(2.0)\ny = a*a", "a: Value = Value(5.0)\ny = a*a"),
    "two names": ("b = a = Value(2.0)\ny = a*a", "b = a = Value(5.0)\ny = a*a"),
    "given twice": ("a = Value(1.0)\nb = a*3\na = Value(2.0)\ny = a*b", "a = Value(1.0)\nb = a*3\na = Value(5.0)\ny = a*b"),
    "in a function": (
        "def f():\n    return Value(2.0, label='a')*3\ny = f()",
        "def f():\n    return Value(5.0, label='a')*3\ny = f()",
    ),
    "a formula": ("a = Value(1 - -1)\ny = a*a", "a = Value(5.0)\ny = a*a"),
    "over lines": ("é = 1; a = Value(\n  2.0)\ny = a*a*é", "é = 1; a = Value(\n  5.0)\ny = a*a*é"),
    "the module": ("import autograd\na = autograd.Value(2.0)\ny = a*a", "import autograd\na = autograd.Value(5.0)\ny = a*a"),
    "printed": ("a = Value(2.0)\ny = a*a\nprint(y.data)", "a = Value(5.0)\ny = a*a\nprint(y.data)"),
}


@pytest.mark.parametrize(("before", "after"), PLACED.values(), ids=PLACED)
def test_the_text_says_the_numbers_to_which_leaves_were_moved_and_comes_to_what_is_shown(before, after):
    for at in ({"a": 5}, {"a": 5, "gone": 1.0}):
        assert asked("placed", before, at) == after
    asked("show", before, {})
    moved = asked("move", {"a": 5})
    as_link, after_it = asked("show", before, {"a": 5}), asked("show", after, {})
    assert moved["value"] == as_link["value"] == after_it["value"]
    assert moved["gradients"] == as_link["gradients"] == after_it["gradients"]
    for text, at in ((before, {"a": 5}), (after, {"a": 5}), (after, {})):
        scope = {}
        exec(asked("program", text, at)["code"], scope)
        assert scope["y"].data == moved["value"]


def test_an_item_of_a_list_has_its_number_in_the_text_and_what_a_loop_made_has_none():
    assert (
        asked("placed", "w = [Value(1.0), Value(-2.0)]\ny = w[0]*w[1]", {"w[1]": 0.5})
        == "w = [Value(1.0), Value(0.5)]\ny = w[0]*w[1]"
    )
    for same in ("w = [Value(1.0) for _ in range(2)]\ny = w[0]*w[1]", "w*x", "y = w*Value(3.0)"):
        assert asked("placed", same, {"w[1]": 0.5, "w": 4.0}) == same


def test_a_number_that_json_does_not_have_is_written_as_python_reads_it():
    assert asked("placed", "a = Value(2.0)\ny = a*a", {"a": "-inf"}) == 'a = Value(float("-inf"))\ny = a*a'
    assert asked("placed", "a = Value(2.0)\ny = a*a", {"a": "-0.0"}) == "a = Value(-0.0)\ny = a*a"


@pytest.mark.parametrize("kind", ["Exception", "TypeError", "AttributeError", "NameError"])
def test_an_error_whose_text_cannot_be_had_is_told(kind):
    lines = f"class Mine({kind}):\n    def __str__(self):\n        return 1/0\nraise Mine"
    assert asked("show", lines, {})["message"] == "Mine: its text cannot be read (ZeroDivisionError)"


def test_what_is_no_python_in_a_text_that_lines_evaluate_is_told_where_they_do():
    slip = asked("show", "x = Value(2.0)\ny = eval('x**')", {})
    assert slip["message"].startswith("SyntaxError: invalid syntax")
    assert (slip["line"], slip["column"], slip["end"]) == (2, 5, 16)


def test_plain_numbers_that_no_value_can_have_are_told():
    large, begin = "1" + "0" * 400, "begin with Values"
    told = {
        f"x = {large}\nx.backward()": f"the number 10**400 has no .backward(): {begin}, and leave .data, .item() or float() out",
        f"x = -{large}\ny = x*1\ny": f"the last line gives the number −10**400, which has no graph: {begin}",
        "y = 10**400": "it has no variables, so there is nothing to differentiate",
        "a = 2\ny = -10**400": "it has no variables, so there is nothing to differentiate: write a = Value(2)",
    }
    assert {text: asked("show", text, {})["message"] for text in told} == told


def test_lines_with_literals_that_python_refuses_are_told():
    for literal in ("{[]: 1}", "{[]}", "[{[]}]"):
        assert asked("show", f"a = {literal}\na*1", {})["message"].startswith("TypeError: ")


def test_of_several_ops_without_brackets_the_first_is_told():
    for ops in (["sin", "cos", "tan", "exp"], ["exp", "tan", "cos", "sin"]):
        slip = asked("letters", " + ".join(f"{op}^2(x)" for op in ops))
        assert (slip["message"], slip["column"]) == (f"{ops[0]} is a function: write {ops[0]}(x)", 1)


def test_of_a_gradient_that_is_nan_it_is_not_said_that_calls_of_backward_add_up():
    assert asked("show", "x = Value(0.0)\ny = 0*sqrt(x)\ny.backward()", {})["note"] == ""
    assert "add up" in asked("show", "x = Value(2.0)\ny = x*x\ny.backward()\ny.backward()", {})["note"]


@pytest.mark.parametrize("beginning", ["", "y = ", "x = Value(2.0)\ny = "])
def test_a_text_that_is_nested_too_deep_for_python_is_told(beginning):
    text = f"{beginning}{'-' * 50_000}x"
    told = [asked("show", text, {}), asked("letters", text), asked("placed", text, {}), asked("program", text, {})]
    told += [asked("proofread", text, {"x": 2.0}, {"x": "1"})["slip"], asked("proofread", "x*x", {"x": 2.0}, {"x": text})["slip"]]
    told += [asked("ask", text, {}, 0), asked("look", {"code": text}, None, {}, []), asked("answer", text)["slip"]]
    assert {slip["message"] for slip in told} == {typed.TOO_DEEP}


def test_lines_that_end_in_any_way_that_python_knows_have_their_numbers_replaced():
    for ending in ("\n", "\r\n", "\r"):
        assert asked("placed", f"a = Value(2.0){ending}b = Value(3.0){ending}y = a*b", {"b": 5.0}) == (
            "a = Value(2.0)\nb = Value(5.0)\ny = a*b"
        )


def test_lines_that_end_in_any_way_that_python_knows_leave_nothing_to_draw_at_their_place():
    for ending in ("\n", "\r\n", "\r"):
        slip = asked("show", f"x = 2{ending}y = x*1", {})
        assert (slip["line"], slip["column"], slip["end"]) == (2, 1, 8)
