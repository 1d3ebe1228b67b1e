"""PyTorch programs in the playground, respelled with the engine's names."""

import ast
import json
import random
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from playground.engine import call
from playground.torch.refusals import refused
from playground.torch.samples import mixed, paired
from playground.torch.spelling import respelled
from playground.torch.statements import TorchStatements

TRAINING = """\
import torch
import torch.nn.functional as F

w = torch.tensor(2.0, requires_grad=True)
t = torch.tensor(1.0)
for step in range(3):
    loss = F.mse_loss(torch.sigmoid(w), t)  # of torch.sigmoid
    loss.backward(retain_graph=True)
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad.zero_()
print(f"{loss.item():.3f}")
"""
TRAINED = """\
w = Value(2.0)
t = Value(1.0, requires_grad=False)
for step in range(3):
    loss = nn.MSELoss()(sigmoid(w), t)  # of torch.sigmoid
    loss.backward()
    with no_grad():
        w.data -= 0.1 * w.grad
    w.grad = 0
print(f"{loss.item():.3f}")
"""
SOFTMAX = """\
import torch
logits = torch.tensor([1.0, 2.0, -1.0], requires_grad=True)
target = torch.tensor(0)
loss = torch.nn.functional.cross_entropy(logits, target) + torch.softmax(logits, dim=0)[1]
loss.backward()
print(logits.grad)
"""
LISTED = """\
logits = [Value(1.0), Value(2.0), Value(-1.0)]
target = 0
loss = nn.CrossEntropyLoss()(logits, target) + softmax(logits)[1]
loss.backward()
print([a.grad for a in logits])
"""
XOR = """\
import torch
import torch.nn as nn
import torch.optim as optim

X = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
y = torch.tensor([[0.], [1.], [1.], [0.]])
model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid())
optimizer = optim.Adam(model.parameters(), lr=0.1)
for epoch in range(60):
    optimizer.zero_grad(set_to_none=True)
    output = model(X)
    loss = nn.BCELoss()(output, y)
    loss.backward()
    optimizer.step()
right = ((output > 0.5).float() == y).float().mean().item()
print(f"{right:.2f} {loss.item() < 0.5} {model(torch.tensor([0., 1.])).item() > 0.5}")
"""
XOR_HERE = """\
X = [[0., 0.], [0., 1.], [1., 0.], [1., 1.]]
y = [0., 1., 1., 0.]
model = nn.Sequential(nn.Layer(2, 8, "linear"), nn.Tanh(), nn.Layer(8, 1, "linear"), nn.Sigmoid())
optimizer = nn.optim.Adam(model.parameters(), lr=0.1)
for epoch in range(60):
    optimizer.zero_grad()
    output = [model(a)[0] for a in X]
    loss = nn.BCELoss()(output, y)
    loss.backward()
    optimizer.step()
right = mean([float((a > 0.5) == b) for a, b in zip(output, y, strict=True)])
print(f"{right:.2f} {loss.item() < 0.5} {model([0., 1.])[0].item() > 0.5}")
"""
LINE = """\
import torch
from torch import nn
x = torch.linspace(-1, 1, 9).unsqueeze(1)
y = 3*x + 1
model = nn.Linear(in_features=1, out_features=1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
for step in range(100):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"{model(torch.tensor([2.0])).item():.3f}")
"""
LINE_HERE = """\
x = [-1 + (1 - (-1))*a/(9 - 1) for a in range(9)]
y = [3*a + 1 for a in x]
model = nn.Layer(1, 1, "linear")
optimizer = nn.optim.SGD(model.parameters(), lr=0.3)
for step in range(100):
    loss = nn.MSELoss()([model([a])[0] for a in x], y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"{model([2.0])[0].item():.3f}")
"""
CLASSES = """\
import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(2, width)
        self.second = nn.Linear(width, 3)

    def forward(self, x):
        x = F.relu(self.first(x))
        return self.second(x)

x = torch.tensor([[1., 2.], [-3., 1.], [3., -1.]])
y = torch.tensor([0, 2, 1])
net = Net(16)
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
for _ in range(40):
    loss = F.cross_entropy(net(x), y)
    optimizer.zero_grad(); loss.backward(); optimizer.step()
print(torch.argmax(net(x), dim=1))
"""
CLASSES_HERE = """\
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Layer(2, width, "linear")
        self.second = nn.Layer(width, 3, "linear")

    def forward(self, x):
        x = [relu(a) for a in self.first(x)]
        return self.second(x)

x = [[1., 2.], [-3., 1.], [3., -1.]]
y = [0, 2, 1]
net = Net(16)
optimizer = nn.optim.Adam(net.parameters(), lr=0.1)
for _ in range(40):
    loss = nn.CrossEntropyLoss()([net(a) for a in x], y)
    optimizer.zero_grad(); loss.backward(); optimizer.step()
print([a.index(max(a)) for a in [net(a) for a in x]])
"""
OWN = """\
import torch
class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(1))
    def forward(self, x):
        return self.w*x
line = Line()
x = torch.ones(4)
y = ((line(x) - 2*x)**2).sum()
y.backward()
print(line.w.grad)
"""
OWN_HERE = """\
class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = Value(0.0)
    def forward(self, x):
        return self.w*x
line = Line()
x = [1.0 for _ in range(4)]
y = sum([(a - 2*b)**2 for a, b in zip([line(a) for a in x], x, strict=True)])
y.backward()
print(line.w.grad)
"""
NETWORKS = [
    (XOR, XOR_HERE, "1.00 True True\n"),
    (LINE, LINE_HERE, "7.000\n"),
    (CLASSES, CLASSES_HERE, "[0, 2, 1]\n"),
    (OWN, OWN_HERE, "-16.0\n"),
]
RESPELLED = [
    ("torch.relu(x)", "relu(x)"),
    ("y = F.relu(w*x) + nn.functional.sigmoid(x)", "y = relu(w*x) + sigmoid(x)"),
    ("torch.sin(torch.clamp(x, min=0))*torch.pi", "sin(clip(x, 0, inf))*pi"),
    ("torch.clamp(x, max=1, min=y)", "clip(x, y, 1)"),
    ("clip(x, max=1)", "clip(x, -inf, 1)"),
    ("clamp(x, 0, None)", "clip(x, 0, inf)"),
    ("max(0, 1 - t*max(x, y))", "relu(1 - t*maximum(x, y))"),
    ("torch.max(x, y) + x.min(y)", "maximum(x, y) + minimum(x, y)"),
    ("y = x.clamp(0, 1).pow(2)", "y = pow(clip(x, 0, 1), 2)"),
    ("x.relu().abs()", "abs(x.relu())"),
    ("2 ** (x*y).sum()", "2 ** (x*y)"),
    ("torch.where(x > 0, torch.sqrt(x), 0)", "where(x > 0, sqrt(x), 0)"),
    ("F.leaky_relu(x, negative_slope=0.2, inplace=True)", "leaky_relu(x, slope=0.2)"),
    ("x = torch.tensor(2.0, requires_grad=True)\ny = x*x", "x = Value(2.0)\ny = x*x"),
    ("x = torch.tensor(3, requires_grad=True)\ny = x*x", "x = Value(3.0)\ny = x*x"),
    ("x = torch.tensor([2.0], dtype=torch.float32)\ny = x*x", "x = Value(2.0)\ny = x*x"),
    ("x = torch.tensor(2.0).requires_grad_()\ny = x*torch.ones(1)", "x = Value(2.0)\ny = x*Value(1.0, requires_grad=False)"),
    ("w = nn.Parameter(torch.tensor(0.5))\ny = w*w", "w = Value(0.5)\ny = w*w"),
    ("import torch as th, math\ny = th.exp(x)*math.pi", "import math\ny = exp(x)*math.pi"),
    ("from torch import tensor; x = tensor(1.0); y = x*x", "x = Value(1.0); y = x*x"),
    ("from torch.optim import SGD\nw = Value(2.0)\no = SGD([w], lr=0.1)", "w = Value(2.0)\no = nn.optim.SGD([w], lr=0.1)"),
    ("x = Value(2.0)\ny = x*x\ny.backward(torch.tensor(1.0))", "x = Value(2.0)\ny = x*x\ny.backward(1.0)"),
    ("x = Value(2.0)\ny = x*x\nx.retain_grad()\ny.backward()", "x = Value(2.0)\ny = x*x\ny.backward()"),
    ("x = Value(2.0)\nx.grad = None\ny = torch.pow(x, 2)", "x = Value(2.0)\nx.grad = 0\ny = pow(x, 2)"),
    (
        "x = Value(2.0)\n(g,) = torch.autograd.grad(x**3, x, create_graph=True)\ng",
        "x = Value(2.0)\n(g,) = gradients(x**3, [x], create_graph=True)\ng",
    ),
    ("grad(x**3, x)", "grad(lambda x: x**3)(x)"),
    (
        "from torch.utils.data import DataLoader, TensorDataset as Data\nx = torch.arange(4)\n"
        "loader = DataLoader(Data(x, x*x), shuffle=True, batch_size=2)\nfor a, b in loader: print(a - b)",
        "x = [c for c in range(4)]\n"
        "loader = nn.batches(x, [c*c for c in x], 2, shuffle=True)\n"
        "for a, b in loader: print([c - d for c, d in zip(a, b, strict=True)])",
    ),
    ("from torch.autograd.functional import hessian\nh = hessian(f, x)", "h = hessian(f)(x)"),
    ("y = x**3\ngrad(y, x)", "y = x**3\ngradients(y, x, create_graph=True)"),
    ("β = 'ä', torch.relu(β)\nβ[1]", "β = 'ä', relu(β)\nβ[1]"),
    (
        "x = Value(2.0)\ny = x*x\nprint(y.data.item(), x.grad.item(), x.grad.data.numpy())",
        "x = Value(2.0)\ny = x*x\nprint(y.data, x.grad, x.grad)",
    ),
    ("x = Value(2.0)\ny = (x.grad + 1).item()*2 + x.data.item()", "x = Value(2.0)\ny = (x.grad + 1)*2 + x.data"),
    ("x = Value(2.0)\nx.grad.data.zero_()\ny = x*x", "x = Value(2.0)\nx.grad = 0\ny = x*x"),
    (
        "a = 'x'\nx.grad = torch.ones(1), f'{torch.relu(x):.3f} {{torch}} {x.grad.item()=}'",
        "a = 'x'\nx.grad = Value(1.0), f'{relu(x):.3f} {{torch}} {x.grad=}'",
    ),
    ("x = torch.Tensor([2]).double()\nx.requires_grad = True\ny = x ** 2", "x = Value(2.0)\nx.requires_grad = True\ny = x ** 2"),
    ("x = torch.tensor([1.0, 2.0])\ny = x.sum() + torch.dot(x, x)", "x = [Value(1.0), Value(2.0)]\ny = sum(x) + dot(x, x)"),
    ("w = nn.Parameter(torch.tensor([1.0, k]))\ny = w.norm(dim=0)", "w = [Value(1.0), Value(k)]\ny = norm(w)"),
    (
        "w = torch.tensor([1.0, 2.0])\nv = 2*w\nv += w[:2]\ny = (w*w).sum() + v @ (w - x)**2",
        "w = [Value(1.0), Value(2.0)]\n"
        "v = [2*a for a in w]\n"
        "v = [a + b for a, b in zip(v, w[:2], strict=True)]\n"
        "y = sum([a*a for a in w]) + dot(v, [(a - x)**2 for a in w])",
    ),
    (
        "w = torch.tensor([1.0, 2.0])\ny = F.relu(-w).sum() + (a*w.exp()).clamp(min=0).mean() + torch.pow(w, 2)[0]",
        "w = [Value(1.0), Value(2.0)]\n"
        "y = sum([relu(-b) for b in w]) + mean([clip(a*exp(b), 0, inf) for b in w]) + [pow(b, 2) for b in w][0]",
    ),
    (
        "w = torch.tensor([1.0, 2.0])\np = torch.softmax(w.tanh(), dim=0)\ny = -(p*p.log()).sum()",
        "w = [Value(1.0), Value(2.0)]\np = softmax([tanh(a) for a in w])\ny = -sum([a*log(a) for a in p])",
    ),
    (
        "w = torch.randn(2, requires_grad=True)\n"
        "b = torch.ones(1)\n"
        "opt = torch.optim.SGD([w, b], lr=0.1)\n"
        "with torch.no_grad():\n"
        "  w -= b*w.grad\n"
        "w.grad.zero_()",
        "w = [Value(random.gauss(0, 1)) for _ in range(2)]\n"
        "b = Value(1.0, requires_grad=False)\n"
        "opt = nn.optim.SGD([*w, b], lr=0.1)\n"
        "with no_grad():\n"
        "  for a in w: a.data -= b*a.grad\n"
        "for a in w: a.grad = 0",
    ),
    (
        "x = nn.Parameter(torch.zeros((n,)))\ny = 2*x.detach()\ny.backward(gradient=torch.ones_like(y))\n"
        "print(x.grad > 0, x.grad[0].item(), x.grad.tolist(), y.detach().numpy())",
        "x = [Value(0.0) for _ in range(n)]\n"
        "y = [2*a.detach() for a in x]\n"
        "dot(y, [Value(1.0, requires_grad=False) for _ in y]).backward()\n"
        "print([a.grad > 0 for a in x], [a.grad for a in x][0], [a.grad for a in x], [a.detach().data for a in y])",
    ),
    (
        "x = torch.arange(4.0, requires_grad=True)\ny = x*x\ny.backward(torch.ones(len(x)))\n"
        "g = torch.autograd.grad(x.sum(), x[1])\nprint(g[0].item())",
        "x = [Value(a) for a in range(4)]\ny = [a*a for a in x]\n"
        "dot(y, [Value(1.0, requires_grad=False) for _ in range(len(x))]).backward()\n"
        "g = gradients(sum(x), [x[1]])\nprint(g[0])",
    ),
    (
        "x = torch.linspace(-1, n, steps=20)\ny = torch.sin(x)",
        "x = [-1 + (n - (-1))*a/(20 - 1) for a in range(20)]\ny = [sin(a) for a in x]",
    ),
    (
        "device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')\ntorch.set_default_device(device)\n"
        "dtype = torch.float32\nx = torch.ones((), dtype=dtype)",
        "device = 'cuda' if False else 'cpu'\ndtype = float\nx = Value(1.0)",
    ),
    (SOFTMAX, LISTED),
    (TRAINING, TRAINED),
    (
        "def train():\n    w = torch.tensor([1., 2.])\n    def double():\n        nonlocal w\n        w = w*2\n    double()",
        "def train():\n    w = [Value(1.), Value(2.)]\n    def double():\n        nonlocal w\n        w = [a*2 for a in w]\n"
        "    double()",
    ),
    ("import torch\nglobal x\nx = torch.tensor(2.0)", "global x\nx = Value(2.0)"),  # legal outside functions, too
    *[(text, ours) for text, ours, _ in NETWORKS],
]
UNCHANGED = [
    "max(xs)",
    "max(2, 3)",
    "clip(x, 0, 1)",
    "net = nn.MLP(2, [4, 1])\nopt = nn.optim.SGD(net.parameters(), lr=0.1)\nnn.MSELoss()(net([1.0, 2.0]), [1.0])",
    "F = m*a\nF.relu()",
    "x = Value(2.0)\ny = x.relu()\nmath.floor(2.5)\nrandom.random()",
    "'torch.relu(x)'  # torch.relu(x)",
    "f'{{torch.relu(x)}} {x:.3f} {x!r}'",
    "torch.relu(x",
    "def f():\n    import torch",
    "",
]


@pytest.mark.parametrize(("text", "ours"), RESPELLED)
def test_a_program_for_pytorch_is_respelled_all_at_once(text, ours):
    assert respelled(text) == ours
    assert respelled(ours) is None


@pytest.mark.parametrize("text", UNCHANGED)
def test_what_means_the_same_here_or_is_no_longer_python_without_torch_stays(text):
    assert respelled(text) is None


@given(
    st.lists(st.deferred(lambda: st.sampled_from([text for text, _ in [*RESPELLED, *PRINTED]])), max_size=3).map("\n".join),
    st.integers(0, 200),
    st.text("torch.max(0,x)\n= ", max_size=4),
)
def test_what_was_respelled_is_python_and_needs_no_respelling(text, at, between):
    text = text[:at] + between + text[at:]
    refused(text), paired(text), mixed(text)
    ours = respelled(text)
    if ours is not None:
        ast.parse(ours.strip())
        assert respelled(ours) is None


@pytest.mark.parametrize("nested", ["torch.relu({})", "model({})", "torch.tensor({})", "({}).float().exp()", "({} > x).sum()"])
def test_deeply_nested_programs_are_read_without_looking_twice_at_each_level(nested):
    inner = "x"
    for _ in range(40):
        inner = nested.format(inner)
    head = "x = torch.tensor([[1.0], [2.0]])\nmodel = nn.Sequential(nn.Linear(1, 1))\n"
    asked = Counter()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("is_list", "is_each", "is_matrix", "number"):
            patch.setattr(TorchStatements, name, counting(asked, getattr(TorchStatements, name)))
        assert respelled(f"{head}y = {inner}") is not None
    assert asked.total() < 100_000


def counting(asked, question):
    def ask(self, node):
        asked[question] += 1
        return question(self, node)

    return ask


def of_lists(inner):
    return st.one_of(
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("torch.{}({})".format, st.sampled_from(["tanh", "relu", "square"]), inner),
        st.builds("({}).{}()".format, inner, st.sampled_from(["exp", "detach"])),
        st.builds("-{}".format, inner),
    )


LISTS = st.recursive(st.sampled_from(["w", "x", "c", "w[:3]", "2*x"]), of_lists, max_leaves=6)


@given(st.one_of(LISTS, st.builds("({}) {} ({})".format, LISTS, st.sampled_from(["<", "==", ">="]), LISTS)))
def test_what_is_written_for_lists_gives_for_each_number_what_the_text_gives_for_it_alone(text):
    ours = respelled(f"w = torch.tensor([0.5, -1.0, 2.0])\nx = torch.tensor([1.0, 3.0, -0.25])\ny = {text}")
    scope = {**vars(autograd), "c": Value(1.5)}
    exec(ours, scope)
    w, x, y, c = (scope[name] for name in "wxyc")
    alone = [eval(text.replace("w[:3]", "w"), {"torch": autograd, "w": w[i], "x": x[i], "c": c}) for i in range(3)]
    assert [repr(each) for each in (y if isinstance(y, list) else [y] * 3)] == [repr(each) for each in alone]


def shown(text):
    return json.loads(call("show", json.dumps([text, {}])))


def test_the_page_offers_the_whole_program_with_the_first_slip(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # no torch, as in the page
    found = shown(TRAINING)
    assert (found["slip"]["line"], found["slip"]["fix"]) == (1, TRAINED)
    assert shown(TRAINED)["printed"] == "0.014\n"
    assert shown(SOFTMAX)["slip"]["fix"] == LISTED
    assert shown(LISTED)["answer"]["leaves"] == ["logits[0]", "logits[1]", "logits[2]"]


@pytest.mark.parametrize(("text", "ours", "printed"), NETWORKS)
def test_networks_of_pytorch_train_here_on_one_sample_after_the_other(monkeypatch, text, ours, printed):
    monkeypatch.setitem(sys.modules, "torch", None)
    random.seed(1)
    assert shown(text)["slip"]["fix"] == ours
    assert shown(ours)["printed"] == printed


PRINTED = [  # programs and what they print here; `make torch` checks that PyTorch prints the same numbers
    (
        "w = torch.tensor(1.0, requires_grad=True)\nbefore, step = w.clone(), 0.25\nwith torch.no_grad():\n    w -= step\n"
        "print((w*before).item())",
        "0.75\n",
    ),
    (
        "w = torch.tensor([1.0, -2.0], requires_grad=True)\nother, v, before = w, torch.zeros(2), w.detach().clone()\n"
        "for _ in range(2):\n    (w**2).sum().backward()\n"
        "    with torch.no_grad():\n        v = v + w.grad\n        w -= 0.25*v\n"
        "    w.grad.zero_()\nfor x in (before, other, w): print(x[0].item(), x[1].item())",
        "1.0 -2.0\n-0.25 0.5\n-0.25 0.5\n",
    ),
    (
        "w = torch.tensor([3.0, -4.0], requires_grad=True)\n((w**2).sum()/4).backward(gradient=torch.tensor(2.0))\n"
        "print(w.grad.norm().item(), (w.grad**2).sum().item(), w.grad[0].abs().item(), w.grad.clone().view(-1).tolist()[1])",
        "5.0 25.0 3.0 -4.0\n",
    ),
    (
        "w: torch.Tensor = torch.tensor([1.0, 2.0], requires_grad=True)\nu, v = 2*w, torch.tensor([3.0, 4.0])\n"
        "(s := (u*v).sum()).backward()\nprint(s.item(), w.grad[0].item())",
        "22.0 6.0\n",
    ),
    (
        "x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.5])\nw = torch.tensor(1.0, requires_grad=True)\n"
        "def forward(x): return w*x\ndef mse(p, t):\n    gaps = p - t\n    return (gaps**2).mean()\n"
        "def moved(v):\n    return v + x\nsquare = lambda y: y**2\n"
        "loss = mse(t=y, p=moved(forward(x)))\nloss.backward()\n"
        "print(forward(5).item(), loss.item(), w.grad.item(), square(y)[1].item(), f'{forward(x)[1].item()}')",
        "5.0 0.125 -1.0 20.25 2.0\n",
    ),
    (
        "x = torch.arange(3.0)\nx.requires_grad_(True)\nw = torch.ones(3)\nfor _ in range(2):\n    w.requires_grad = True\n"
        "    (w*x).sum().backward()\n    with torch.no_grad():\n        w = w - w.grad\n"
        "print(w[2].item(), x.grad[1].item())",
        "-3.0 1.0\n",
    ),
    (
        "from torch import nn\nX, Y = torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([[1.], [0.]])\nm = nn.Linear(2, 1)\n"
        "for p in m.parameters(): p.data *= 0\nfor x, y in zip(X, Y):\n    loss = (m(x) - y)**2\n"
        "    print(x.tolist()[1], y.item(), loss.item())\nprint(Y[0].item())",
        "2.0 1.0 1.0\n4.0 0.0 0.0\n1.0\n",
    ),
    (
        "from torch import nn\nX = torch.tensor([[1., 2.], [3., 4.], [0., 1.], [1., 1.]])\n"
        "Y = torch.tensor([[1.], [0.], [0.], [1.]])\n"
        "m = nn.Linear(2, 1)\nfor p in m.parameters(): p.data *= 0\nfor i in range(0, 4, 2):\n"
        "    out = m(X[i:i+2])\n    print(nn.MSELoss()(out, Y[i:i+2]).item(), m(X[i]).item())\n"
        "right = (out >= 0).float()\nprint(right[0].item(), (out[0] > 0).float().item(), 1 if (out[0] > 0).item() else 0)",
        "0.5 0.0\n0.5 0.0\n1.0 0.0 0\n",
    ),
    (
        "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a = nn.Linear(2, 2)\n        self.b = nn.Linear(2, 1)\n    def forward(self, x):\n"
        "        x = 2*x + self.a(x)\n        return self.b(x)\nnet = Net()\nfor p in net.parameters(): p.data *= 0\n"
        "net(torch.tensor([[1., 2.], [3., 4.]])).sum().backward()\nprint(net(torch.tensor([[1., 2.]])).item())\n"
        "print(sum(p.grad.sum().item() for p in net.parameters()))",
        "0.0\n22.0\n",
    ),
    (
        "X, y = torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([[1.], [0.]])\nw = torch.zeros(2, 1, requires_grad=True)\n"
        "b = torch.zeros(1, requires_grad=True)\nloss = ((torch.sigmoid(X @ w + b) - y)**2).mean()\nloss.backward()\n"
        "print(loss.item(), b.grad.item(), w.grad[0].item(), torch.mm(X, w)[1].item())\n"
        "for x, t in zip(X, y): print(torch.matmul(w.squeeze(), x).item(), t.item())",
        "0.25 0.0 0.25 0.0\n0.0 1.0\n0.0 0.0\n",
    ),
    (
        "u, w = torch.tensor([1.0, 2.0]), torch.tensor(1.0, requires_grad=True)\nv = u\nv += 1\n"
        "def doubled(x):\n    x *= 2\n    return x\ndoubled(u)\n(w*u).sum().backward()\nprint(w.grad.item())",
        "10.0\n",
    ),
    (
        "x = torch.tensor([3.0, -4.0], requires_grad=True)\nx.norm(1).backward()\n"
        "print(x.grad[1].item(), torch.norm(x, p=1).item(), x.norm(p=2).item(), torch.linalg.norm(x, ord=1).item())",
        "-1.0 7.0 5.0 7.0\n",
    ),
    (
        "x, w = torch.arange(6.0), torch.ones(3, requires_grad=True)\nrows = x.view(2, 3)\nout = (w*rows[1]).sum()\n"
        "out.backward()\nprint(w.grad[0].item(), (rows @ w.detach())[1].item())\n"
        "for row in x.reshape(3, -1): print(row[1].item()/2)\nprint(x.reshape((1, -1))[0][5].item()/2)",
        "3.0 12.0\n0.5\n1.5\n2.5\n2.5\n",
    ),
    (
        "t = torch.linspace(0, 1, 3, requires_grad=True)\n(t**2).sum().backward()\nu = torch.linspace(0, 1, steps=5)\n"
        "print(t.grad.tolist(), u[1].item())",
        "[0.0, 1.0, 2.0] 0.25\n",
    ),
    (
        "from torch import nn\nm = nn.Linear(1, 2)\ny = torch.tensor([0.9, 1.7]).long()\n"
        "(m(torch.ones(1))[0]**2).sum().backward()\nprint(y.tolist())",
        "[0, 1]\n",
    ),
    (
        "from torch import nn\nwide, out = 3, 1\nclass Net(nn.Module):\n    def __init__(self, first, hidden, last=1):\n"
        "        super(Net, self).__init__()\n        self.a = nn.Linear(first, hidden, bias=True)\n"
        "        self.b = nn.Linear(hidden, last)\n"
        "    def forward(self, x):\n        return torch.sigmoid(self.b(torch.relu(self.a(x))))\n"
        "net = Net(1, wide, last=out)\nline = nn.Linear(out, out)\n"
        "for p in [*net.parameters(), *line.parameters()]: p.data *= 0\n"
        "X, y = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([[1.0], [0.0], [2.0]])\n"
        "loss = nn.BCELoss(reduction='sum')(net(X), torch.ones(3, 1)) + nn.functional.mse_loss(line(X), y, reduction='sum')\n"
        "loss.backward()\nprint(round(loss.item(), 4), net(X).round()[0].item())",
        "7.0794 0.0\n",
    ),
    (
        "from torch import nn\nX = torch.tensor([[1.0, 2.0], [4.0, 3.0], [0.0, 5.0]])\ny = torch.tensor([1, 0, 0])\n"
        "model = nn.Sequential(nn.Linear(2, 2), nn.LogSoftmax(dim=1))\nfor p in model.parameters(): p.data *= 0\n"
        "nn.NLLLoss()(model(X), y).backward()\n_, predicted = torch.max(X.data, 1)\n"
        "print((predicted == y).sum().item()/y.size(0))\n"
        "print(X.max(dim=1)[1].tolist(), torch.max(X, 1).values.tolist(), X.sum(dim=1).tolist(), X[:, 1].tolist())\n"
        "print(X[1, 0].item())\nn, d = X.shape\nprint(n, d, X.shape[1], y.shape[0], torch.softmax(model(X), dim=1)[0][1].item())",
        "0.6666666666666666\n[1, 0, 1] [2.0, 4.0, 5.0] [3.0, 7.0, 5.0] [2.0, 3.0, 5.0]\n4.0\n3 2 2 3 0.5\n",
    ),
    (
        "from torch.optim.lr_scheduler import StepLR\nw = torch.tensor([3.0, 4.0], requires_grad=True)\n"
        "opt = torch.optim.SGD([w], lr=1.0)\nscheduler = StepLR(opt, step_size=1, gamma=0.5)\n(w**2).sum().backward()\n"
        "torch.nn.utils.clip_grad_norm_([w], max_norm=5.0)\nopt.step()\nscheduler.step()\n"
        "@torch.no_grad()\ndef length(v):\n    return v.norm()\n"
        "with torch.inference_mode():\n    w -= 1.0\n"
        "print(scheduler.get_last_lr(), [round(x, 3) for x in w.tolist()], round(length(w).item(), 3))",
        "[0.5] [-1.0, -1.0] 1.414\n",
    ),
    (
        "a, b = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0])\nu, v = a\n"
        "both = torch.cat([a, b, v.view(1)])\nX = torch.stack((a, b), dim=1)\ntorch.stack([u*u, v]).mean().backward()\n"
        "print(both.shape[0], both[4].item(), torch.stack([a, b])[1][0].item(), (X @ b)[1].item(), a.grad.tolist())\n"
        "x, y = torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [4.0]])\nprint((torch.cat([x, y], dim=1) @ b)[0].item())",
        "5 2.0 3.0 22.0 [1.0, 0.5]\n15.0\n",
    ),
    (
        "x = torch.tensor([1.0, 2.0, 6.0], requires_grad=True)\nmean, std = x.mean(), x.std(unbiased=False)\n"
        "z = ((x - mean)**2).mean()\n(x.max() + x.min()).backward()\n"
        "print(x.grad.tolist(), x.argmax().item(), torch.argmin(x).item(), x.var().item())\n"
        "print(abs(z.sqrt().item() - std.item()) < 1e-4)\n"
        "def relu(x):\n    return torch.relu(x)\ndef dot(a, b): return torch.dot(a, b)\n"
        "print(relu(-x[0]).item(), dot(x, x).item())",
        "[1.0, 0.0, 1.0] 2 0 7.0\nTrue\n0.0 41.0\n",
    ),
    (
        "from torch import nn\nw = torch.tensor([1.0, 2.0], requires_grad=True)\nm = nn.Linear(1, 1)\n"
        "for p in m.parameters(): p.data *= 0\n((w**2).sum() + m(torch.tensor([[2.0]])).sum()).backward()\n"
        "w.data = w.data - 0.5*w.grad.data\nw.data += 2\n"
        "for p in m.parameters(): p.data.sub_(p.grad.data*0.5)\n"
        "with torch.no_grad():\n    w.mul_(3)\n    for p in m.parameters(): p.add_(p.grad, alpha=-0.5)\n"
        "print(w.tolist(), m(torch.tensor([[2.0]])).item())",
        "[6.0, 6.0] -5.0\n",
    ),
    (
        "t = torch.tensor([1.0, 2.0], requires_grad=True)\nu = t**3\nones = torch.ones_like(u)\n"
        "du = torch.autograd.grad(outputs=u, inputs=t, grad_outputs=ones, create_graph=True)[0]\n"
        "(ddu,) = torch.autograd.grad(du.sum(), t, create_graph=True)\n"
        "print(du[1].item(), ddu[1].item(), torch.autograd.grad(ddu, t, torch.tensor([1.0, 2.0]))[0].tolist())",
        "12.0 12.0 [6.0, 12.0]\n",
    ),
    (
        "from torch import nn\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "X, y = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.tensor([0, 1, 1])\nsamples = TensorDataset(X, y)\n"
        "loader = DataLoader(dataset=samples, batch_size=2)\nnet = nn.Linear(2, 2)\nfor p in net.parameters(): p.data *= 0\n"
        "def train(batches, model):\n    total = 0\n    for i, (X, y) in enumerate(batches):\n"
        "        loss = nn.CrossEntropyLoss()(model(X), y)\n        loss.backward()\n        total += loss.item()*X.size(0)\n"
        "    return total/len(batches.dataset)\nprint(round(train(loader, net), 4), len(loader), len(samples))\n"
        "for X, y in DataLoader(samples, 2, shuffle=False): print((net(X).argmax(1) == y).type(torch.float).sum().item())",
        "0.6931 2 3\n1.0\n0.0\n",
    ),
    (
        "x, y = torch.tensor([1.0, -2.0], requires_grad=True), torch.tensor([0.0, 1.0])\nk = torch.tensor(0.5)\n"
        "loss = torch.where(x > 0, x, 0.5*x).sum() + torch.maximum(x, y).sum() + torch.min(k, x).sum() + torch.mul(x, y).sum()\n"
        "loss.backward()\nprint(loss.item(), x.grad.tolist(), x.numel())\n"
        "print(torch.allclose(x.grad, y + 2), torch.allclose(x[0], k + 0.5), torch.equal(x, y), torch.equal(k, k))\n"
        "m = torch.nn.Linear(2, 1)\nprint(int(sum(p.numel() for p in m.parameters())))\n"
        "with torch.set_grad_enabled(False):\n    print((2*k).item())",
        "-1.5 [2.0, 2.5] 2\nFalse True False True\n3\n1.0\n",
    ),
    (
        "x, y = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[2.0], [4.0], [9.0]])\n"
        "w, b = torch.tensor([[0.5]], requires_grad=True), torch.zeros(1, 1, requires_grad=True)\n"
        "loss = ((x @ w + b - y)**2).mean()\nloss.backward()\n"
        "print(loss.item(), torch.mm(x, w)[2].item(), w.grad[0].item(), b.grad[0, 0].item(), w.data[0][0].item())\n"
        "line = torch.nn.Linear(1, 1)\nfor p in line.parameters(): p.data *= 0\nv, c = line.parameters()\n"
        "print((v[0][0] + 1).item(), (c[0] + 2).item())",
        "22.5 1.5 -20.0 -8.0 0.5\n1.0 2.0\n",
    ),
    (
        "x = torch.tensor(2.0)\ndef f(x):\n    return x[0]*2 + x[1]\ndef g(y): return 3*y[0]\n"
        "print(f(torch.tensor([1.0, 2.0])).item(), x.item(), g(torch.tensor([5.0])).item())",
        "4.0 2.0 15.0\n",
    ),
    (
        "rows, marks = [[1.0, 2.0], [3.0, 4.0]], [1.0, 0.0]\nX, y = torch.tensor(rows), torch.tensor(marks)\n"
        "t = torch.tensor([i*0.5 for i in range(3)], requires_grad=True)\nw = torch.zeros(2, requires_grad=True)\n"
        "(((X @ w - y)**2).mean() + t.dot(t)).backward()\nprint(w.grad.tolist(), t.grad.tolist())\n"
        "def least(f, x0):\n    x = x0.clone().detach().requires_grad_(True)\n    f(x).backward()\n"
        "    with torch.no_grad():\n        x -= 0.5*x.grad\n    return x\n"
        "print(least(lambda x: (x - 3)**2, torch.tensor(1.0)).item())\n"
        "print(torch.allclose(w.grad, y, atol=3.0), torch.allclose(w.grad, y, atol=1.5))\n"
        "with torch.no_grad():\n    w.fill_(2.0)\n    t.zero_()\n"
        "print(w.tolist(), t.tolist())",
        "[-1.0, -2.0] [0.0, 1.0, 2.0]\n3.0\nTrue False\n[2.0, 2.0] [0.0, 0.0, 0.0]\n",
    ),
    (
        "m = torch.nn.Linear(1, 1)\nx = torch.linspace(0, 1, 3)\ny = torch.exp(-x)*x\n"
        "print(y[0].item(), x.mean().item(), (2*x).max().item(), x.sum().sqrt().item() > 1)",
        "0.0 0.5 2.0 True\n",
    ),
    (
        "w = torch.tensor(3.0, requires_grad=True)\ndef main():\n    (w*w).backward()\n    print(w.grad.item())\n"
        "if __name__ == '__main__':\n    main()",
        "6.0\n",
    ),
    (
        "x = torch.ones(2, 2, requires_grad=True)\ny = x + 2\n(y*y*3).mean().backward()\n"
        "W = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)\nv = torch.tensor([1.0, 2.0, 3.0])\n"
        "(W @ v).sum().backward()\nprint(x.grad.tolist(), W.grad.tolist(), (v @ W.T).tolist(), (W.t() @ W)[0, 1].item())",
        "[[4.5, 4.5], [4.5, 4.5]] [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]] [14.0, 32.0] 22.0\n",
    ),
    (
        "X, y = torch.tensor([[0., 0.], [0., 1.], [1., 0.]]), torch.tensor([[0.], [1.], [1.]])\n"
        "W1 = torch.tensor([[0.5, -0.3, 0.8], [-0.2, 0.7, 0.1]], requires_grad=True)\n"
        "b1 = torch.zeros(3, requires_grad=True)\nW2 = torch.tensor([[0.3], [-0.6], [0.9]]).requires_grad_()\n"
        "for epoch in range(3):\n    h = torch.relu(X.mm(W1) + b1)\n"
        "    loss = torch.mean((torch.sigmoid(h @ W2) - y)**2)\n    loss.backward()\n    with torch.no_grad():\n"
        "        for p in [W1, b1, W2]:\n            p -= 0.5*p.grad\n            p.grad.zero_()\n"
        "print(round(loss.item(), 9), W1.shape[1], [round(a, 9) for a in b1.tolist()])",
        "0.202166107 3 [0.003979255, -0.076995551, 0.095746336]\n",
    ),
    (
        "W = torch.tensor([[0.5, -0.5], [1.0, 2.0]])\nb = torch.full((2,), 0.25)\nparameters = [W, b]\n"
        "print(sum(p.nelement() for p in parameters))\nfor p in parameters:\n    p.requires_grad = True\n"
        "X = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]])\nX = (X - X.mean(dim=0))/X.std(0)\nfor step in range(2):\n"
        "    e = torch.exp(X @ W + b)\n    e = e/e.sum(dim=1, keepdim=True)\n    loss = -e[:, 0].log().mean()\n"
        "    for q in parameters:\n        q.grad = None\n    loss.backward()\n    for q in parameters:\n"
        "        q.data -= 0.5*q.grad\nprint(round(loss.item(), 9), [round(a, 9) for a in W[0].tolist()])",
        "6.0\n0.478522447 [0.495222607, -0.495222607]\n",
    ),
    (
        "def model(X, W, b):\n    return X @ W.t() + b\ndef mse(a, b):\n    difference = a - b\n"
        "    return torch.sum(difference*difference)/difference.numel()\n"
        "W, b = torch.tensor([[1.0, 2.0], [0.5, -1.0]], requires_grad=True), torch.zeros(2, requires_grad=True)\n"
        "loss = mse(model(torch.tensor([[1.0, 2.0], [4.0, 0.0]]), W, b), torch.tensor([[0.0, 1.0], [2.0, 3.0]]))\n"
        "(g,) = torch.autograd.grad(loss, W, retain_graph=True)\nloss.backward()\n"
        "print(loss.item(), W.grad.tolist(), b.grad.tolist(), (W > 0).sum().item(), torch.where(W > 0, W, -W).max().item())\n"
        "W.data -= W.grad\nW.grad.zero_()\nprint(W.sum().item(), W.grad.sum().item(), torch.zeros_like(W).tolist())",
        "9.0625 [[6.5, 5.0], [-3.25, -2.5]] [3.5, -1.75] 3.0 2.0\n-3.25 0.0 [[0.0, 0.0], [0.0, 0.0]]\n",
    ),
    (
        "x = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)\n"
        "X, y = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.tensor([0, 1, 1])\nm = x > 0\n"
        "(x[x > 0].sum() + (x[m]**2).sum() + 6*x.norm(1) + torch.norm(x, p=float('inf'))).backward()\n"
        "print(x.grad.tolist(), X[y == 1].tolist(), len(y[y > 0]))\nz = torch.tensor([3.0, -4.0])\n"
        "print(round((z.norm(3)**3).item(), 9), round(torch.norm(z, p=2).item(), 9))\nz[z < 0] = 0.5\n"
        "print(z.sum().item())",
        "[9.0, -6.0, 14.0] [[3.0, 4.0], [5.0, 6.0]] 2\n91.0 5.0\n3.5\n",
    ),
    (
        "x = torch.tensor(3.0, requires_grad=True)\noptimizer = torch.optim.SGD([x], lr=0.25)\ndef closure():\n"
        "    optimizer.zero_grad()\n    loss = (x - 1)**2\n    loss.backward()\n    return loss\noptimizer.step(closure)\n"
        "for _ in range(2): loss = optimizer.step(closure)\nprint(loss.item(), x.item())",
        "0.25 1.25\n",
    ),
    (
        "from torch import nn\nclass Net(nn.Module):\n    def __init__(self, sizes):\n        super().__init__()\n"
        "        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])\n"
        "        self.c = nn.ParameterList([nn.Parameter(torch.tensor(float(i))) for i in range(3)])\n"
        "    def forward(self, x):\n        for i, layer in enumerate(self.layers[:-1]):\n"
        "            x = torch.tanh(layer(x))\n        return self.layers[-1](x)\nclass Poly(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n"
        "        self.c = nn.ParameterList([nn.Parameter(torch.tensor(float(i))) for i in range(3)])\n"
        "    def forward(self, x):\n        return sum(c*x**i for i, c in enumerate(self.c))\n"
        "p, net = Poly(), Net([2, 3, 1])\nfor q in net.parameters(): q.data *= 0\n"
        "y = p(torch.tensor(2.0)) + net(torch.tensor([[1.0, 2.0]])).sum()\ny.backward()\n"
        "print(y.item(), [q.grad.item() for q in p.parameters()])",
        "10.0 [1.0, 2.0, 4.0]\n",
    ),
    (
        "def slope(g, m, x0):\n    x = torch.tensor(x0, requires_grad=True)\n    g(m(x)).backward()\n"
        "    return x.grad.item()\nprint(slope(lambda t: t**2, lambda t: 2*t, 3.0))",
        "24.0\n",
    ),
    (
        "import torch.nn.functional as F\n"
        "logits, x = torch.tensor([[2.0, 1.0, 0.1]], requires_grad=True), torch.zeros(3)\nx[1] = 5.0\nx[2] += 1\n"
        "F.cross_entropy(logits, torch.tensor([0])).backward()\n"
        "print([round(a, 9) for a in logits.grad[0].tolist()], x[1].item(), logits.argmax(dim=1).shape[0], x.tolist())",
        "[-0.340998861, 0.242432971, 0.09856589] 5.0 1 [0.0, 5.0, 1.0]\n",
    ),
    (
        "W = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], requires_grad=True)\n"
        "S = torch.tensor([[1.0, 0.5], [-0.5, 2.0]])\n"
        "b, c = torch.tensor([0.5, -0.5, 1.0], requires_grad=True), torch.tensor([[2.0], [-3.0]], requires_grad=True)\n"
        "A = (W*b - c)/(S @ W).abs().sum(dim=1, keepdim=True) + torch.sigmoid(W).mean(0) + W.detach()[0] + (S.T @ c)\n"
        "L = (A.tanh()*torch.softmax(W, dim=1)).sum() + A[0, 1]*A[:, 2].mean() + (torch.ones_like(W).tanh() - S[0] @ W).norm()\n"
        "L.backward()\n"
        "print([round(a, 6) for a in W.grad[0].tolist()], [round(a, 6) for a in b.grad.tolist()], round(c.grad[1].item(), 6))",
        "[0.614919, -1.461191, 1.286358] [0.001208, -0.541817, 0.519295] 0.68773\n",
    ),
    (
        "x, w = torch.tensor(2.5), torch.tensor([1.0, 2.0], requires_grad=True)\nloss = (w*x).sum()\n"
        "print(float(x), int(x), float(loss.detach()), w.detach().numpy().tolist(), [float(a) for a in w.tolist()])",
        "2.5 2 7.5 [1.0, 2.0] [1.0, 2.0]\n",
    ),
    (
        "W, b = torch.tensor([[0.5, -1.0], [1.5, 0.25]], requires_grad=True), torch.zeros(2, requires_grad=True)\n"
        "X = torch.tensor([[1.0, 2.0], [-1.0, 0.5]])\nf = lambda t: torch.sigmoid(t @ W + b)\n"
        "optimizer = torch.optim.SGD(params=[W, b], lr=0.5)\nfor step in range(2):\n"
        "    loss = (f(X) - torch.stack([x @ W for x in X])*0.5).pow(2).mean() + W[W > 0].sum()\n"
        "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
        "print(round(loss.item(), 9), [round(a, 9) for a in W[0, 0:].tolist()], [round(a, 9) for a in b.tolist()], W.numel())",
        "1.061168845 [-0.139001242, -0.920350222] [-0.044180887, -0.094207632] 4\n",
    ),
    (
        "from torch import nn\nclass Net(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
        "        self.hidden = nn.Linear(1, n)\n        self.out, self.act = nn.Linear(n, 1), nn.LeakyReLU(0.1)\n"
        "    def forward(self, x):\n"
        "        h = torch.cos(self.hidden(x)) + 2*self.act(self.hidden(x))\n        return self.out(h)\nnet = Net(4)\n"
        "for p in net.parameters(): p.data *= 0\nx = torch.linspace(-1, 1, 5).view(-1, 1)\n"
        "loss = torch.mean((net(x) - x)**2)\nloss.backward()\nprint(loss.item(), net(x).shape[0])",
        "0.5 5\n",
    ),
    (
        "v, X = torch.tensor([3.0, -4.0]), torch.tensor([[3.0, 4.0], [-6.0, 8.0]])\n"
        "print(torch.norm(v, 2, -1).item(), v.norm(2, 0).item(), v.norm(1, -1).item(), torch.norm(v, p='fro', dim=0).item())\n"
        "u = X/torch.norm(X, 2, dim=0, keepdim=True)\n"
        "print(torch.norm(v, -float('inf')).item(), X.norm(2, 1).tolist(), [round(a, 6) for a in u[0].tolist()])",
        "5.0 5.0 7.0 5.0\n3.0 [5.0, 10.0] [0.447214, 0.447214]\n",
    ),
    (
        "X = torch.tensor([[1.0, 2.0], [4.0, 3.0]], requires_grad=True)\nm, places = X.max(1, keepdim=True)\n"
        "E = torch.exp(X - X.max(dim=1, keepdim=True)[0])\nprint([round(a, 6) for a in (E/E.sum(1, keepdim=True))[1].tolist()])\n"
        "print((X - m).tolist(), (X.detach() - X.detach().max(1, keepdim=True).values).tolist())\n"
        "print((X - X.argmax(1, keepdim=True)).tolist(), (X*places).tolist(), (X - X.max(1)[0]).tolist())",
        "[0.731059, 0.268941]\n[[-1.0, 0.0], [0.0, -1.0]] [[-1.0, 0.0], [0.0, -1.0]]\n"
        "[[0.0, 1.0], [4.0, 3.0]] [[1.0, 2.0], [0.0, 0.0]] [[-1.0, -2.0], [2.0, -1.0]]\n",
    ),
    (
        "x, M = torch.tensor([1.0, -2.0, 3.0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]])\nx[x < 0] = 0.5\nx[0] = -5.0\nx[2] += 1\n"
        "x[x > 3] = {'a': 9.0}['a'] + x[0]\nM[0, 1] = 5.0\nM[1][0] = -x[1].item()\n"
        "W, w = torch.ones(2, 2, requires_grad=True), torch.tensor([1.0, 2.0], requires_grad=True)\nlosses = torch.zeros(2)\n"
        "with torch.no_grad():\n    W[0, 1] = 7.0\n    w[1] = x[0]\nfor i in range(2):\n    loss = (w*w).sum()\n"
        "    losses[i] = loss.item()\n    M[i, 0] = float(i)\nw.data[0] = 3.0\nv = torch.zeros(2)\n"
        "for i in range(2): v[i] = i\n"
        "k = torch.tensor(2.0, requires_grad=True)\nfor p in [k]: print((p**2).mean().item(), v.tolist())\n"
        "print(x.tolist(), x[1].item(), M.tolist(), W.tolist(), w.tolist(), losses.tolist())",
        "4.0 [0.0, 1.0]\n[-5.0, 0.5, 4.0] 0.5 [[0.0, 5.0], [1.0, 4.0]] [[1.0, 7.0], [1.0, 1.0]] [3.0, -5.0] [26.0, 26.0]\n",
    ),
    (
        "from torch import nn\nm = nn.Linear(1, 1)\nfor p in m.parameters(): p.data *= 0\n"
        "total, count, z = torch.tensor(0.0), torch.zeros(1), torch.zeros(2)\nz[0] = 1.0\nfor i in range(2):\n"
        "    total = total + m(torch.tensor([[2.0]])).sum()\n    count += 1\nmean = total/2\n"
        "print(total.item(), mean.item(), count.item(), z.tolist(), torch.zeros_like(z).tolist())",
        "0.0 0.0 2.0 [1.0, 0.0] [0.0, 0.0]\n",
    ),
    (
        "import math\nimport torch.nn.functional as F\nX = torch.tensor([[1.0, 2.0], [4.0, -3.0]])\n"
        "W = torch.tensor([[0.5, 1.0], [2.0, 0.0]])\n"
        "V, v = torch.ones(2, 2, requires_grad=True), torch.tensor([1.7, 2.0], requires_grad=True)\n"
        "print(F.leaky_relu(X @ W, 0.1).tolist(), F.leaky_relu(X @ V, 0.1)[1].tolist(), F.elu(X @ W, 1.0)[0].tolist())\n"
        "n, k, m = V.shape[0], v.numel(), math.floor(v[0].item())\nprint(float(n), int(k), float(m), (X[0] @ W[:, 0]).item())\n"
        "F.cross_entropy(V, torch.tensor([0, 1])).backward()\ntarget = torch.tensor(2)\nprint(float(target), int(target))",
        "[[4.5, 1.0], [-0.4, 4.0]] [1.0, 1.0] [4.5, 1.0]\n2.0 2 1.0 4.5\n2.0 2\n",
    ),
    (
        "from torch import nn\nW = torch.tensor([[1.0, -2.0], [3.0, 4.0]], requires_grad=True)\n"
        "X = torch.tensor([[1.0, 0.0], [2.0, 1.0]])\nact, Y = nn.ReLU(), X @ W\n"
        "act(Y).backward(torch.ones_like(Y), retain_graph=True)\n"
        "print(W.grad.tolist(), torch.allclose(W.grad, X), torch.allclose(W.grad, W.grad))\n"
        "print(act(Y).tolist(), nn.Tanh()(X)[0, 1].item())\n"
        "print(X.sum(axis=1).tolist(), torch.mean(X, axis=0).tolist(), (X - X.mean(axis=1, keepdims=True))[0].tolist())",
        "[[3.0, 0.0], [1.0, 0.0]] False True\n[[1.0, 0.0], [5.0, 0.0]] 0.0\n[1.0, 3.0] [1.5, 0.5] [0.5, -0.5]\n",
    ),
    (
        "x, W = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 0.5], [2.0, 1.0]])\nb = torch.ones(1, 2)\n"
        "h = torch.relu(x @ W + b)\nprint((h*torch.ones_like(h) - b).tolist())",
        "[[5.0, 2.5]]\n",
    ),
    (
        "w, b = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor(1.0, requires_grad=True)\nfor i in range(3):\n"
        "    if i > 0: w.grad.zero_(); b.grad.zero_()\n    loss = (w**2).sum() + b**2; loss.backward()\n"
        "    with torch.no_grad(): b -= 0.25*b.grad; w -= 0.25*w.grad\n    if i > 1: w.data *= 2; b.data *= 3  # once\n"
        "    else: w.data *= 4\nw.data += 1; b.data += 1\nprint(w.tolist(), b.item())",
        "[5.0, 9.0] 1.375\n",
    ),
    (
        "class Net(torch.nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
        "        self.w = torch.nn.Parameter(torch.ones(3, 2))\n        self.b = torch.nn.Parameter(torch.tensor([1.0, -1.0]))\n"
        "        self.out = torch.nn.Parameter(torch.ones(n, 1))\n    def forward(self, x):\n"
        "        h = torch.relu(x @ self.w + self.b)\n        return h @ self.out\nnet = Net(2)\n"
        "X, Y = torch.tensor([[1.0, -2.0, 0.0], [2.0, 1.0, 0.0]]), torch.tensor([[1.0], [4.0]])\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.5)\nloss = ((net(X) - Y)**2).mean()\nloss.backward()\nopt.step()\n"
        "print(loss.item(), net(X).tolist(), net.w.tolist(), net.b.grad.tolist(), net.out.grad.tolist())",
        "2.5 [0.0, 0.0] [[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]] [2.0, 2.0] [8.0, 4.0]\n",
    ),
    (
        "class Cell:\n    def __init__(self):\n        self.W = torch.tensor([[1.0, 0.5], [0.0, 2.0]], requires_grad=True)\n"
        "    def __call__(self, x, h): return self.W @ x + h\ncell, h = Cell(), torch.zeros(2)\n"
        "for x in torch.tensor([[1.0, 2.0], [0.0, 1.0]]): h = cell(x, h)\nh.sum().backward()\n"
        "def halved(t): return t/2\nX = torch.tensor([[1.0, 2.0]])\n"
        "print(h.tolist(), cell.W.grad.tolist(), (X/halved(X[0])).tolist())",
        "[2.5, 6.0] [[1.0, 3.0], [1.0, 3.0]] [[2.0, 2.0]]\n",
    ),
    (
        "x, p = torch.tensor([1.0, 2.0, 4.0], requires_grad=True), torch.zeros(3)\n"
        "i, y = torch.tensor([2, 0]), torch.tensor([1, 0])\n"
        "X, k = torch.tensor([[1.0, 2.0], [4.0, 8.0]], requires_grad=True), torch.tensor(1)\n"
        "p[i] = 3.0\np[[1]] = -1\n"
        "loss = x[[0, 2]].sum() + (X[[1, 1]]**2).sum() + torch.log(X[range(2), y])[1] + X[torch.arange(2), X.argmax(1)].sum()\n"
        "T = torch.tensor([[1.0, 2.0], [3.0, 4.0]])\nS = T[[1, 0]]\nS[0, 0] = 5.0\nprint(T.tolist(), S.tolist())\n"
        "loss.backward()\nprint(x.grad.tolist(), X.grad.tolist(), p.tolist(), x[i].tolist(), X[k].tolist(), y.tolist())",
        "[[1.0, 2.0], [3.0, 4.0]] [[5.0, 4.0], [1.0, 2.0]]\n"
        "[1.0, 0.0, 1.0] [[0.0, 1.0], [16.25, 33.0]] [3.0, -1.0, 3.0] [4.0, 1.0] [4.0, 8.0] [1, 0]\n",
    ),
    (
        "X = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)\nv = X.view(-1)\n"
        "((2*X).reshape(-1) + X.flatten()*torch.flatten(X) - X.ravel()).sum().backward()\n"
        "print(v.tolist(), v.shape[0], X.grad.tolist(), torch.transpose(X, 0, 1).tolist(), X.transpose(1, 0).shape[0])\n"
        "print((X @ X.transpose(-2, -1))[0].tolist(), torch.t(X)[0].tolist())",
        "[1.0, 2.0, 3.0, 4.0, 5.0, 6.0] 6 [[3.0, 5.0], [7.0, 9.0], [11.0, 13.0]] [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]] 2\n"
        "[5.0, 11.0, 17.0] [1.0, 3.0, 5.0]\n",
    ),
    (
        "from torch import nn\nc, m = torch.tensor([[3.0], [4.0]], requires_grad=True), nn.Linear(1, 1)\n"
        "for p in m.parameters(): p.data.fill_(0.5)\nr, h = torch.tensor([[1.0, 2.0]]), torch.tensor([[4.0]])\n"
        "z, pred = torch.relu(r @ c - 1), m(h)\n"
        "print((r @ c).item(), z.item(), z.data.item(), z[0, 0].item(), c[1][0].item(), c.data[1, 0].item())\n"
        "print(pred.item(), m(h).data[0][0].item(), f'{m(h).item()}')",
        "11.0 10.0 10.0 10.0 4.0 4.0\n2.5 2.5 2.5\n",
    ),
    (
        "data, k = [[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]], 7\nX, v = torch.tensor(data), torch.tensor([1.0, 2.0])\n"
        "mu = X.mean(0, keepdim=True)\nprint(X.mean().item(), mu.shape[1], mu.size(0), X.sum(1, keepdim=True).shape[1])\n"
        "print(v.dim(), X.ndim, (X - mu).shape[0])\n"
        "M, K = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1, 2], [3, 4]])\n"
        "for i in range(2): M[i, 0] = i\nM[0, 1] = k\nK[0, 1] = k\nM[1, 1] = 5\nprint(M.tolist(), K.tolist())",
        "3.0 3 1 1\n1 2 2\n[[0.0, 7.0], [1.0, 5.0]] [[1, 7], [3, 4]]\n",
    ),
    (
        "def sgd(params, lr, count):\n    with torch.no_grad():\n        for param in params:\n"
        "            param -= lr*param.grad/count\n            param.grad.zero_()\n"
        "w, b = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor(0.5, requires_grad=True)\nparams = [w, b]\n"
        "X = torch.tensor([[1.0, 0.0], [0.0, 2.0]])\nfor _ in range(2):\n    error = (X @ w + b)**2/2\n"
        "    error.sum().backward()\n    sgd(params, 0.5, 2)\nw.grad, b.grad = None, None\n"
        "w.grad = b.grad = None\nprint(w.tolist(), b.item(), float(error.detach().sum()), int(w.detach().max()))",
        "[0.71875, 0.5] -0.53125 1.1953125 0\n",
    ),
    (
        "w = torch.tensor([1.0, -2.0], requires_grad=True)\nold, path = w.detach().clone(), []\nfor _ in range(2):\n"
        "    (w**2).sum().backward()\n    g = w.grad\n    with torch.no_grad(): w -= 0.25*g\n    last = g.clone()\n"
        "    w.grad.zero_()\n    path.append(w.detach().clone())\nend = w.detach()\n"
        "print(old.tolist(), last.tolist(), len(path), end.tolist())",
        "[1.0, -2.0] [1.0, -2.0] 2 [0.25, -0.5]\n",
    ),
]


@pytest.mark.parametrize(("text", "printed"), PRINTED)
def test_a_program_prints_here_what_it_prints_in_pytorch(monkeypatch, text, printed):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert shown(shown(f"import torch\n{text}")["slip"]["fix"])["printed"] == printed


POINTS = (
    "import torch\nfrom torch import nn\nX, y = torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([0., 1.])\nm = nn.Linear(2, 1)\n"
)


@pytest.mark.parametrize(
    ("lines", "met"),
    [
        ("loss = ((m(X) - y)**2).mean()", "m(X) - y"),
        ("out = torch.sigmoid(m(X))\nloss = nn.MSELoss()(out, y)", "nn.MSELoss()(out, y)"),
        ("f = nn.BCEWithLogitsLoss()\nout = m(X)\nloss = f(out, torch.ones(2))", "f(out, torch.ones(2))"),
        ("loss = nn.functional.l1_loss(\n  m(X), 2*y)", "nn.functional.l1_loss("),
        ("loss = m(X).sum()\nprint(((m(X) > 0) == y).float().mean().item())", "(m(X) > 0) == y"),
        ("loss = (m(X).squeeze() - y.unsqueeze(-1)).sum()", "m(X).squeeze() - y.unsqueeze(-1)"),
        ("loss = (y.unsqueeze(1) - y.unsqueeze(0) + m(X).sum()).sum()", "y.unsqueeze(1) - y.unsqueeze(0)"),
        ("loss = m(X).sum()*(X.max(1, keepdim=True)[0] - y).sum()", "X.max(1, keepdim=True)[0] - y"),
        ("def f(x): return x @ torch.tensor([[1.], [2.]])\nloss = m(X).sum() + (f(X) - y).sum()", "f(X) - y"),
        ("loss = m(X).sum() + X[0] @ torch.tensor([[1.], [2.]])", ""),
        ("loss = ((m(X) - y.view(-1, 1))**2).mean()", ""),
        ("y = y.reshape(-1, 1)\nloss = ((m(X) - y)**2).mean()", ""),
        ("loss = ((m(X).squeeze(1) - y)**2).mean()", ""),
        ("loss = sum([a for a, b in zip(m(X), y)])", ""),
    ],
)
def test_a_column_that_meets_a_row_is_told_with_the_program_in_which_both_are_columns(monkeypatch, lines, met):
    monkeypatch.setitem(sys.modules, "torch", None)
    text = f"{POINTS}{lines}\nloss.backward()"
    slip = shown(text)["slip"]
    found = text.split("\n")[slip["line"] - 1][slip["column"] - 1 : slip["end"] - 1]
    assert "answer" in shown(slip["fix"])
    assert (slip["message"].startswith("these are a column and a row"), found) == (
        (True, met) if met else (False, "import torch")
    )


@pytest.mark.parametrize(
    ("result", "sample", "mixes"),
    [
        ("self.w*x - x.mean()", "torch.ones(3)", "x.mean()"),
        ("torch.softmax(self.w*x, dim=0)", "torch.ones(3)", "torch.softmax(self.w*x, dim=0)"),
        ("self.w*x[0]", "torch.ones(3)", "x[0]"),
        ("sum([self.w*a for a in x])", "torch.ones(3)", "x"),
        ("self.w*x/len(x)", "torch.ones(3)", "len(x)"),
        ("self.w*x.mean()", "torch.tensor(3.)", ""),
        ("self.w*x/(self.w**2).sum()", "torch.ones(3)", ""),
    ],
)
def test_a_network_that_computes_with_all_its_samples_at_once_is_not_called_on_one_after_the_other(
    monkeypatch, result, sample, mixes
):
    monkeypatch.setitem(sys.modules, "torch", None)
    text = OWN.replace("self.w*x", result).replace("torch.ones(4)", sample)
    slip = shown(text)["slip"]
    if mixes:
        assert "it computes all samples at once" in slip["message"]
        assert text.split("\n")[slip["line"] - 1][slip["column"] - 1 : slip["end"] - 1] == mixes
    assert bool(slip["fix"]) != bool(mixes)


ROWS = "a tensor of several rows is a list of lists here: write it as [… for row in X]"
SHARED = "in PyTorch this shares the tensor's numbers, which change in place before they are read"
FILLING = "a row or a slice is a list here, which a number does not fill"
NO_GRAD = "the result, made by detach() or inside no_grad(), has no graph"
VECTORS = "v = torch.tensor([1.0, 2.0])\nw = torch.tensor([3.0, 4.0], requires_grad=True)\n"


@pytest.mark.parametrize(
    ("text", "line", "what", "reason"),
    [
        ("X = torch.tensor([[1.0, 2.0]])\ny = X/X[0].view(2)", 4, "X/X[0].view(2)", ROWS),
        ("X = torch.tensor([[1.0, 2.0]])\nprint(X.argmax(dim=0))", 4, "X.argmax(dim=0)", ROWS),
        ("X = torch.zeros(2, 2)\nX.argmax()", 4, "X.argmax()", ROWS),
        ("x = torch.arange(6.0).view(2, 3)\nprint(x.var())", 4, "x.var()", ROWS),
        (f"{VECTORS}print(torch.cat([v, w], dim=-1))", 5, "print(torch.cat([v, w], dim=-1))", "torch.cat is [*xs, *ys] here"),
        ("X = torch.zeros(4, 2)\nprint(X.norm(1, dim=1))", 4, "X.norm(1, dim=1)", ROWS),
        ("X = torch.zeros(4, 2)\nprint(X.std(0, unbiased=False))", 4, "X.std(0, unbiased=False)", ROWS),
        (f"{VECTORS}u = v[:1]\nu += 1\nprint(v)", 6, "u += 1", "in PyTorch this also changes the tensor it was taken from"),
        (
            "X = torch.ones(2, 2)\nr = X[0]\nr += 1\nprint(X)",
            5,
            "r += 1",
            "in PyTorch this also changes the tensor it was taken from",
        ),
        (f"{VECTORS}u = v[1:]\nu[0] = 1.0", 6, "u[0] = 1.0", "in PyTorch this also changes the tensor it was taken from"),
        ("X = torch.ones(2, 2)\nv = X.view(-1)\nv[0] = 1.0", 5, "v[0] = 1.0", "in PyTorch this also changes the tensor"),
        ("X = torch.ones(2, 2)\nt = X.T\nt += 1.0", 5, "t += 1.0", "in PyTorch this also changes the tensor"),
        ("X = torch.ones(2, 2)\nX[0] = 0.0\nprint(X)", 4, "X[0] = 0.0", FILLING),
        ("X = torch.ones(2, 2)\nX[:, 1] = 0.0\nprint(X)", 4, "X[:, 1] = 0.0", FILLING),
        ("X = torch.ones(2, 2)\nX[torch.arange(2) == 1] = 0.0", 4, "X[torch.arange(2) == 1] = 0.0", FILLING),
        ("x, W = torch.ones(2, 1), torch.ones(1, 3)\ny = x @ W", 4, "x @ W", "a column is a list here, so its product"),
        (
            "X, W = torch.ones(4, 2), torch.ones(2, 3)\ny = X @ W + torch.zeros(1, 3)",
            4,
            "X @ W + torch.zeros(1, 3)",
            "one row of",
        ),
        (f"{VECTORS}old = w.detach()\nwith torch.no_grad(): w += 1\nprint(old)", 5, "w.detach()", SHARED),
        (f"{VECTORS}(w*v).sum().backward()\ng = w.grad\nw.grad.zero_()\nprint(g)", 6, "w.grad", SHARED),
        (f"{VECTORS}w.sum().backward()\ng = w.grad\nw.sum().backward()\nprint(g)", 6, "w.grad", SHARED),
        (f"{VECTORS}path = []\nfor _ in v:\n    with torch.no_grad(): w.sub_(v)\n    path.append(w.data)", 8, "w.data", SHARED),
        (
            f"{VECTORS}o, old = torch.optim.SGD([w], lr=0.5), 0\nfor _ in v:\n    print(w - old)\n    old = w.detach()\n"
            "    (w*w).sum().backward()\n    o.step()",
            8,
            "w.detach()",
            SHARED,
        ),
        (f"{VECTORS}v[1:] = w[0]", 5, "v[1:] = w[0]", FILLING),
        (f"{VECTORS}for p in [w]: print((p**2).mean())", 5, "(p**2).mean()", "the loop goes through single numbers"),
        (f"{VECTORS}for p in [w]: print(torch.mean(p))", 5, "torch.mean(p)", "the loop goes through single numbers"),
        ("X = torch.zeros(4, 2)\nprint(X.max(dim=0))", 4, "X.max(dim=0)", ROWS),
        ("X = torch.tensor([[1.0, 2.0]])\nprint(X.view(1, -1))", 4, "X.view(1, -1)", ROWS),
        (
            f"{VECTORS}if True:\n  y = w.atan2(v)\ny.sum()",
            6,
            "y = w.atan2(v)",
            "TypeError: atan2: expected a real number",
        ),
        (f"{VECTORS}x = w[:1]\ny = (v*x).sum()", 6, "y = (v*x).sum()", "lists are combined pair by pair, and these have"),
        (f"{VECTORS}u = [a for a in w]; t = -u", 5, "t = -u", "u is a list: write [-a for a in u]"),
        (
            f"{VECTORS}y = w*w\ny.backward()",
            6,
            "y.backward()",
            "a list has no .backward(): call it on one Value, such as sum(y)",
        ),
        (
            "import torch.nn as nn\nmodel = nn.Linear(2, 1, bias=False)",
            4,
            "model = nn.Linear(2, 1, bias=False)",
            "a linear layer is nn.Layer(2, 1, 'linear')",
        ),
        (
            "x = torch.tensor(2.0); y = x*x\ny.add_(1.0)",
            4,
            "y.add_(1.0)",
            "a Value has no attribute 'add_': no operation changes a Value in place",
        ),
        (
            "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        return x",
            3,
            "class F(torch.autograd.Function):",
            "torch.autograd.Function is custom_op(",
        ),
        (
            "w = torch.tensor(2.0)\no = torch.optim.LBFGS([w])",
            4,
            "o = torch.optim.LBFGS([w])",
            "there is no torch.optim.LBFGS here: subclass nn.optim.Optimizer, and write its update",
        ),
        ("x = torch.tensor(2.0)\nwith torch.no_grad():\n    y = x*x\ny.backward()", 6, "y.backward()", NO_GRAD),
        (
            "x = torch.tensor(2.0)\nx.retain_grad(); ä = torch.fft.fft(\n    x)",
            4,
            "ä = torch.fft.fft(",
            "torch.fft.fft has no counterpart",
        ),
        (
            "x = torch.randn(3, 2, 4, requires_grad=True)\nx.sum()",
            3,
            "x = torch.randn(3, 2, 4, requires_grad=True)",
            "torch.randn is random.gauss(",
        ),
        ("x = torch.tensor(2.0)\ny = foo(x)", 4, "y = foo(x)", "NameError: name 'foo' is not defined"),
    ],
)
def test_the_line_that_keeps_a_program_from_being_rewritten_is_told_with_the_reason(monkeypatch, text, line, what, reason):
    monkeypatch.setitem(sys.modules, "torch", None)
    text = f"import torch\n\n{text}"
    slip = shown(text)["slip"]
    row = text.split("\n")[slip["line"] - 1]
    assert (slip["line"], row[slip["column"] - 1 : slip["end"] - 1], slip["fix"]) == (line, what, "")
    assert slip["message"].startswith(
        f"PyTorch is not available on this page, and this line keeps the program from being rewritten: {reason}"
    )


@pytest.mark.parametrize(
    ("text", "what", "floats"),
    [
        ("x = torch.tensor(3, requires_grad=True)", "torch.tensor(3, requires_grad=True)", "3.0"),
        ("ä, x = 'ä', torch.tensor([-10], requires_grad=True)", "torch.tensor([-10], requires_grad=True)", "[-10.0]"),
        ("x = torch.tensor(True).requires_grad_()", "torch.tensor(True)", "1.0"),
        ("x = torch.as_tensor(3)\nx.requires_grad = True", "torch.as_tensor(3)", "3.0"),
        ("x = nn.Parameter(torch.tensor(3))", "torch.tensor(3)", "3.0"),
        ("from torch import tensor as t\nx = t(3, requires_grad=True)", "t(3, requires_grad=True)", "3.0"),
        ("w = torch.tensor(2., requires_grad=True)\nx = w*torch.tensor(\n  3, requires_grad=True)", "torch.tensor(", "3.0"),
    ],
)
def test_a_tensor_of_whole_numbers_that_pytorch_refuses_is_told_with_the_program_rewritten(monkeypatch, text, what, floats):
    monkeypatch.setitem(sys.modules, "torch", None)
    text = f"import torch\n{text}\ny = x*x"
    slip = shown(text)["slip"]
    assert slip["message"] == (f"PyTorch raises here: only tensors of floating point can require gradients; write {floats}")
    assert text.split("\n")[slip["line"] - 1][slip["column"] - 1 : slip["end"] - 1] == what
    assert "answer" in shown(slip["fix"])


def test_a_program_in_which_nothing_learns_is_told_that_pytorch_raises_at_backward(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    slip = shown("import torch\nx = torch.tensor(2.0)\ny = x*x\ny.backward()")["slip"]
    assert slip["message"].startswith("PyTorch raises here: no tensor requires a gradient")
    assert (slip["line"], slip["fix"]) == (4, "x = Value(2.0)\ny = x*x\ny.backward()")


@pytest.mark.parametrize(
    "made",
    [
        "torch.tensor(3.0, requires_grad=True)",
        "torch.tensor([3, 1.0][0], requires_grad=True)",
        "torch.tensor(3/1, requires_grad=True)",
        "torch.tensor(3, dtype=torch.float64, requires_grad=True)",
        "torch.Tensor([3]).requires_grad_()",
        "torch.tensor(3)",
    ],
)
def test_of_other_tensors_it_is_not_said(monkeypatch, made):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert shown(f"import torch\nx = {made}\ny = x*x")["slip"]["message"].startswith("PyTorch is not available on this page")


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ("print(w.requires_grad, x.requires_grad, (w*x).requires_grad)", ""),
        ("y = w*x\nprint(y.requires_grad)", ""),
        ("with torch.no_grad():\n    y = w*x\nprint(y.requires_grad)", "y.requires_grad"),
        ("print(w.requires_grad, w.detach().requires_grad)", "w.detach().requires_grad"),
        ("y = x*x\nprint(y.requires_grad)", "y.requires_grad"),
    ],
)
def test_a_result_that_is_asked_for_requires_grad_is_told(monkeypatch, lines, asked):
    monkeypatch.setitem(sys.modules, "torch", None)
    text = f"import torch\nx, w = torch.tensor(2.0), torch.tensor(3.0, requires_grad=True)\n{lines}"
    slip = shown(text)["slip"]
    found = text.split("\n")[slip["line"] - 1][slip["column"] - 1 : slip["end"] - 1]
    assert (slip["message"].startswith("requires_grad is False here only"), found) == (bool(asked), asked or "import torch")
    assert slip["fix"]


def test_numbers_of_a_tensor_are_computed_with_one_by_one(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    loss = "u = 2*w\nloss = torch.dot(u, u) + (v*w).sum()\nloss.backward()\nprint(w.grad)"
    assert shown(shown(f"import torch\n{VECTORS}{loss}")["slip"]["fix"])["printed"] == "[25.0, 34.0]\n"


@pytest.mark.parametrize(
    "text", ["torch.relu(x)", "F.relu(x)", "max(0, x)", "max(x, 0)", "torch.clamp(x, 0, 3)", "clip(x, min=0)"]
)
def test_the_page_offers_an_expression_too(text):
    assert shown(shown(text)["slip"]["fix"])["answer"]["value"] == 2.0


def test_a_program_that_does_not_run_with_our_names_either_is_not_offered():
    assert shown("import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)")["slip"]["fix"] == ""
    assert shown("y = torch.relu(x) + foo(x)")["slip"]["fix"] == ""


def test_a_program_that_only_prints_is_offered_too():
    fix = shown("import torch\nx = torch.tensor([3.0, 4.0])\nprint(x.norm().item())")["slip"]["fix"]
    assert (found := shown(fix))["printed"] == "5.0\n"
    assert found["slip"]["message"] == "the lines leave no single Value to draw: end with one, as in sum(x)"


def test_slips_of_school_and_names_of_pytorch_are_mended_together():
    assert shown("y = torch.relu(2x^2)")["slip"]["fix"] == "y = relu(2*x**2)"
