"""The playground's notes where PyTorch gives different gradients."""

import json

import pytest

from playground.engine import call
from playground.torch.gradients import FREED


def asked(name, *args):
    return json.loads(call(name, json.dumps(args)))["answer"]


UNTAKEN = "the branch that where does not take adds 0 times a slope that is not finite."

CLAMPED = "the slope of torch.clamp at a bound is 1"


@pytest.mark.parametrize(
    ("text", "x", "note"),
    [
        ("where(x > 0, sqrt(x), 0)", 0, f"PyTorch gives x.grad = NaN: {UNTAKEN}"),
        ("where(x > 0, sqrt(x), 0)", -4, f"PyTorch gives x.grad = NaN: {UNTAKEN}"),
        ("sqrt(x) if x > 0 else w*x", 0, f"PyTorch gives x.grad = NaN: {UNTAKEN}"),
        ("where(x > 0, x*log(x), 0)", 0, f"PyTorch gives x.grad = NaN: {UNTAKEN}"),
        ("where(x > 0, 1/x, w*x)", 0, f"PyTorch gives x.grad = NaN: {UNTAKEN}"),
        ("where(x > 0, exp(x), w)", -4, ""),
        ("where(x > 0, log(x), 0)", -4, ""),  # PyTorch computes 0/x, which isn't NaN
        ("where(x > 0, sqrt(where(x > 0, x, 1)), 0)", -4, ""),
        ("w*clip(x, 0, 1)", 0, f"PyTorch 2.13 gives x.grad = 2: {CLAMPED}."),
        ("w*clip(x, 0, 1)", 1, f"PyTorch 2.13 gives x.grad = 2: {CLAMPED}."),
        ("a = 3\ny = a*clip(x, -inf, 1)", 1, f"PyTorch 2.13 gives x.grad = 3: {CLAMPED}."),
        ("clip(x, 0, w)", 2, f"PyTorch 2.13 gives x.grad = 1 and w.grad = 0: {CLAMPED}."),
        ("w*clip(x, 0, 1)", 0.5, ""),
        ("0*w*clip(x, 0, 1)", 1, ""),
        ("minimum(maximum(x, 0), 1)", 1, ""),
        ("atan2(x, 0)", 0, "PyTorch gives x.grad = 0: the slopes of torch.atan2 at 0 and 0 are 0."),
        ("atan2(x, 0)", 1, ""),
        ("w*hardtanh(x)", 1, "PyTorch gives x.grad = 0: the slope of F.hardtanh at a bound is 0."),
        ("w*hardtanh(x)", 0.5, ""),
        ("0*w*hardtanh(x)", 1, ""),
        ("a = 2\ny = w*hardtanh(x)", 1, "PyTorch gives x.grad = 0: the slope of F.hardtanh at a bound is 0."),
        ("hardtanh(x)", -1, "PyTorch gives x.grad = 0: the slope of F.hardtanh at a bound is 0."),
        ("hypot(x, 0)", 0, "PyTorch gives x.grad = NaN: hypot divides 0 by 0 in its derivative."),
        ("hypot(x, 0)*w", 1, ""),
        ("norm(x, 0)", 0, ""),
    ],
)
def test_where_pytorch_gives_another_gradient_it_is_told_with_the_reason(text, x, note):
    asked("show", text, {"w": 2.0, "x": 5.5})
    found = asked("move", {"x": x})
    assert found["note"].partition("PyTorch")[2] == note.partition("PyTorch")[2]
    assert asked("show", text, {"w": 2.0, "x": x})["note"] == found["note"]


def test_a_kink_of_clip_is_told_by_that_name():
    for x in (0.0, 1.0):
        found = asked("show", "2*clip(w*x, 0, 1)", {"w": 1.0, "x": x})["note"]
        assert found.startswith("v₄ is at a kink of clip, where it has no derivative: the engine takes 0.5. PyTorch 2.13")
    found = asked("show", "2*clip(x, 1, 1)", {"x": 1.0})["note"]
    assert found.startswith("v₂ is at a kink of clip, where it has no derivative: the engine takes 0.5. PyTorch 2.13")


def test_of_a_frozen_leaf_pytorch_gives_no_other_gradient():
    lines = "w = Value(2.0)\nx = Value(1.0, requires_grad=False)\ny = w*hardtanh(x)"
    assert "PyTorch" not in asked("show", lines, {})["note"]


@pytest.mark.parametrize(
    ("lines", "raises"),
    [
        ("y = x**2\ny.backward()\ny.backward()", True),
        ("y = x**2\ny.backward()\nx.grad = 0\ny.backward()", True),
        ("a = x**2\n(2*a).backward()\n(3*a).backward()", True),
        ("y = x + 1\ny.backward()\ny.backward()", False),
        ("for i in range(3):\n    y = x**2\n    y.backward()", False),
        ("y = x**2\ny.backward()", False),
    ],
)
def test_a_second_sweep_of_a_graph_at_which_pytorch_raises_is_told(lines, raises):
    assert asked("show", f"x = Value(2.0)\n{lines}", {})["note"].endswith(FREED) == raises


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        ("y = w*x.detach()\ny.backward()\nprint(x.grad, w.grad)", "x.grad = None: no gradient has reached it."),
        ("f = Value(1.0, requires_grad=False)\ny = w*x*f\ny.backward()\nf.grad", "f.grad = None: no gradient has reached it."),
        ("y = w*x\nprint(x.grad + w.grad)", "w.grad and x.grad = None: no gradient has reached them."),
        (
            "h = w*x\ny = h*x\ny.backward()\nh.grad",
            "h.grad = None: it keeps those of leaves, and others only after retain_grad().",
        ),
        ("y = w*x\ny.backward()\nfor p in (w, x):\n    p.data -= 0.1*p.grad", ""),
        ("y = w*x\ny.backward()\nprint(x.grad)", ""),
    ],
)
def test_a_gradient_that_pytorch_does_not_have_is_told_where_it_is_read(lines, note):
    found = asked("show", f"w, x = Value(2.0), Value(3.0)\n{lines}", {})["note"]
    assert found.partition("PyTorch gives ")[2] == note


@pytest.mark.parametrize(
    ("lines", "step"),
    [
        ("x += 1\ny = x**2\ny.backward()\nprint(x.grad)", "x += 1"),
        ("y = w*x\ny.backward()\nx -= 0.1*x.grad", "x -= 0.1 * x.grad"),
        ("for i in range(2):\n    (w*x).backward()\n    w *= 2\nw.grad", "w *= 2"),
        ("y = w*x\ny.backward()\nwith no_grad():\n    x -= 0.1*x.grad", ""),
        ("x = w*x\nx += 1\nx.backward()\nprint(x.grad)", ""),
        ("s = Value(0.0, requires_grad=False)\ns += w*x\ns.backward()\nprint(s.grad)", ""),
        ("s = Value(0.0)\ns += w*x\ns.backward()\nprint(x.grad)", ""),  # torch.tensor(0.0) requires no gradient
    ],
)
def test_a_leaf_that_changes_in_place_at_which_pytorch_raises_is_told(lines, step):
    found = asked("show", f"w, x = Value(2.0), Value(3.0)\n{lines}", {})["note"]
    told = f"PyTorch raises at {step}: a leaf that requires a gradient cannot be changed in place."
    assert told in found if step else "raises" not in found
