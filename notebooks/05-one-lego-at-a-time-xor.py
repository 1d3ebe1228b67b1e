# %% [markdown]
# # 5. One LEGO at a time: XOR
#
# You will be able to build a network from bricks, watch it learn XOR with 3 and with 50 hidden neurons, and say why the
# published network that this notebook rebuilds cannot learn it. You will also proofread a program with gradients written by
# hand.
#
# The text is *One LEGO at a time: Explaining the Math of How Neural Networks Learn* by Omar U. Florez, with its program.
# Its data are 300 random points of the plane, of class 1 if exactly one of the two coordinates is positive. The program
# learns from the first 50 of them.

# %%
import matplotlib.pyplot as plt
import numpy

points = numpy.random.RandomState(0).randn(300, 2).tolist()
classes = [int((a > 0) != (b > 0)) for a, b in points]
X, labels = points[:50], classes[:50]
Y = [[1 - label, label] for label in labels]  # the program has an output for each class

figure, ax = plt.subplots(figsize=(4, 3.6), layout="constrained")
for label, marker in ((0, "o"), (1, "^")):
    xs, ys = zip(*(x for x, c in zip(X, labels, strict=True) if c == label), strict=True)
    ax.scatter(xs, ys, marker=marker, edgecolors="black", label=f"class {label}")
ax.set(xlabel="x1", ylabel="x2")
_ = ax.legend()

# %% [markdown]
# **Why no line can do it.** A line has a score $s(x) = w_1 x_1 + w_2 x_2 + b$, which is positive on one side. Take a point
# $x$ and its opposite $-x$: their scores always add up to $2b$. The points $(1, 1)$ and $(-1, -1)$ are of class 0, so both
# scores have to be negative, and $2b < 0$. The points $(1, -1)$ and $(-1, 1)$ are of class 1, both scores have to be
# positive, and $2b > 0$. Both cannot be. Remember this argument, it comes back.
#
# ## The bricks
#
# The network has 2 inputs, 3 hidden neurons and 2 outputs: $z_1 = x W_1$, $h_1 = \sigma(z_1)$, $z_2 = h_1 W_2$,
# $h_2 = \sigma(z_2)$. There is no bias. Each of the four is a brick, a module with a forward step. The first weights are
# those of the program: seed 2017, uniform between -1 and 1, divided by the square root of the number of inputs.

# %%
import nn
from autograd import Value, dot


class Linear(nn.Module):
    """Inputs times a matrix, plus biases if there are any."""

    def __init__(self, matrix, biases):
        self.w = [[Value(float(number)) for number in row] for row in matrix]
        self.b = [Value(0.0) if biases else 0.0 for _ in matrix[0]]

    def forward(self, x):
        columns = zip(*self.w, strict=True)
        return [dot(w, x, b) for w, b in zip(columns, self.b, strict=True)]


class Lego(nn.Module):
    def __init__(self, hidden, biases=False):
        random = numpy.random.RandomState(2017)
        w1 = (2 * random.random_sample((2, hidden)) - 1) / 2**0.5
        w2 = (2 * random.random_sample((hidden, 2)) - 1) / hidden**0.5
        self.z1, self.h1 = Linear(w1, biases), nn.Sigmoid()
        self.z2, self.h2 = Linear(w2, biases), nn.Sigmoid()

    def forward(self, x):
        return self.h2(self.z2(self.h1(self.z1(x))))


net = Lego(3)
x = [Value(number, label=f"x{i}") for i, number in enumerate(X[0], 1)]
h2 = net(x)
print("h2 =", [round(output.data, 8) for output in h2])

# %% [markdown]
# The text shows the vector `[0.37166596 0.45414264]` here. So its example is the first of the 50 points, and ours is the
# same network.
#
# The loss compares $h_2$ with the label $y$. The program takes $\frac{1}{2N} \sum (y - h_2)^2$ over $N$ points. With two
# outputs a point this is the mean over all outputs, `MSELoss`. Here is one forward step (grey) and one backward step
# (coloured), a box for each brick. "norm" is the length of a list of gradients.

# %%
from autograd import draw_dot

for brick, table in (("W1", net.z1.w), ("W2", net.z2.w)):
    for i, row in enumerate(table, 1):
        for j, weight in enumerate(row, 1):
            weight.label = f"{brick}_{i}{j}"
loss = nn.MSELoss()(h2, Y[0])
loss.label = "loss"
loss.backward()
draw_dot(loss, fold="module", flow="both", direction="TB")

# %% [markdown]
# Every brick does the same two things. Forward, it computes its outputs from its inputs. Backward, it gets the gradients of
# its outputs and gives its inputs and its weights theirs. It need not know what stands before it or behind it.
#
# Open the brick $z_2$, for the first output alone. The gradient of a weight is what arrives at its sum, times the input that
# the weight was multiplied with. The text has this in a table as $\partial z_2 / \partial W_2 = h_1$. The 0 is the place
# where a bias would be.

# %%
draw_dot(h2[0], fold="module", flow="both", direction="TB", expand="z2")

# %% [markdown]
# Open the sigmoid $h_2$ and the loss: the loss sends out $-(y - h_2)$, the sigmoid multiplies it with $h_2 (1 - h_2)$.

# %%
draw_dot(loss, fold="module", flow="both", direction="TB", expand=["h2", "MSELoss"])

# %% [markdown]
# The same as a film of single steps, forward and then backward. The arrow keys move it.

# %%
from autograd import player

player(loss, fold="module", direction="TB")

# %% [markdown]
# **A brick that breaks.** The text puts NaN predictions down to small gradients, at which $1 / (1 + e^{-z})$ is said to
# overflow. It is a large negative $z$ that overflows: at $z = -800$ the term $e^{800}$ is infinite. The value survives, as
# $1 / \infty = 0$. NaN is born on the way back. The engine's own `sigmoid` is written so that it does not overflow.

# %%
import warnings

from autograd import exp, sigmoid, why

z = Value(-800.0, label="z")
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    written_out = 1 / (1 + exp(-z))
    written_out.label = "s"
written_out.backward()
print("warning:", warned[0].message)
print(f"1/(1+exp(-z)): value {written_out.data}, gradient {z.grad}")
print(why(z, of=written_out).verdict)

z = Value(-800.0, label="z")
safe = sigmoid(z)
safe.backward()
print(f"sigmoid(z): value {safe.data}, gradient {z.grad}")

# %% [markdown]
# ## Training as published
#
# The first film of the text has, by its file name, 3 hidden neurons, learning rate 0.003 and no penalty. The program adds up
# the gradients of its 50 points where its loss takes their mean (see *Proofreading*), so for us the rate is $50 \cdot 0.003$.
# The program makes a million steps, we make 300 in pure Python. To look further ahead we also take the optimizer Adam,
# from the same first weights.

# %%
from nn.optim import SGD, Adam


def train(net, optimizer, steps):
    kit = {"loss": nn.MSELoss(), "optimizer": optimizer, "progress": False}
    return nn.fit(net, X, Y, epochs=steps, **kit)


def report(net, what):
    seen, new = ([net(x) for x in rows] for rows in (points[:50], points[50:]))
    right = nn.accuracy(seen, classes[:50]), nn.accuracy(new, classes[50:])
    loss = nn.MSELoss()(seen, Y).data
    shares = f"{right[0]:.0%} of the 50, {right[1]:.0%} of the others"
    print(f"{what:23} loss {loss:.4f}, right: {shares}")


published = Lego(3)
report(published, "3 neurons, untrained")
train(published, SGD(published.parameters(), lr=50 * 0.003), steps=300)
report(published, "3, 300 of its steps")
narrow = Lego(3)
train(narrow, Adam(narrow.parameters(), lr=0.1), steps=200)
report(narrow, "3, 200 steps of Adam")
wide = Lego(50)
train(wide, Adam(wide.parameters(), lr=0.1), steps=60)
report(wide, "50, 60 steps of Adam")

# %% [markdown]
# A coin is right in half of the cases. More neurons do not help here. Is it a matter of patience?
#
# ## The missing brick
#
# It is not. The network decides by its score $s(x)$, the second number of $z_2$ minus the first. Look at a point and its
# opposite:

# %%
from random import Random


def score(net, x):
    first, second = net.z2(net.h1(net.z1(x)))
    return (second - first).data


random = Random(0)
for net, name in ((published, "3 neurons"), (wide, "50 neurons")):
    for _ in range(3):
        x = [random.gauss(0, 1), random.gauss(0, 1)]
        opposite = [-number for number in x]
        one, other = score(net, x), score(net, opposite)
        print(f"{name:10}  {one:8.4f} + {other:8.4f} = {one + other:.12f}")

# %% [markdown]
# The sum is the same for every point. The reason is $\sigma(z) + \sigma(-z) = 1$: without biases the hidden neurons of $-x$
# are 1 minus those of $x$, so the two scores add up to a number that does not depend on $x$. Now read "Why no line can do
# it" again with this sum in the place of $2b$. It is the same proof. **Without biases this network cannot learn XOR of the
# plane, with 3 hidden neurons, with 50, or with any number.** The missing brick is one number for each neuron.

# %%
from nn import plot, record_training


def recorded(hidden, steps, every, boundary):
    net = Lego(hidden, biases=True)
    kit = {"loss": nn.MSELoss(), "optimizer": Adam(net.parameters(), lr=0.1)}
    film = {"boundary": boundary, "every": every, "progress": False}
    return net, record_training(net, X, Y, steps=steps, **kit, **film)


narrow_biased, film3 = recorded(3, steps=200, every=10, boundary=30)
report(narrow_biased, "3 neurons with biases")
wide_biased, film50 = recorded(50, steps=60, every=4, boundary=20)
report(wide_biased, "50 neurons with biases")

# %%
figure, axes = plt.subplots(2, 2, figsize=(8, 7), layout="constrained")
nets = {
    "3, no biases": narrow,
    "50, no biases": wide,
    "3, with biases": narrow_biased,
    "50, with biases": wide_biased,
}
corners = [(1, 1), (-1, -1), (1, -1), (-1, 1)]
print("classes at", corners)
for ax, (name, net) in zip(axes.flat, nets.items(), strict=True):
    plot.decision_boundary(net, X, labels, steps=30, ax=ax)
    ax.set_title(name)
    print(f"{name:16}", [int(score(net, corner) > 0) for corner in corners])

# %% [markdown]
# XOR is `[0, 0, 1, 1]`. Without biases it is never reached, as the proof says. With them the quadrants appear, and the
# text is right: more hidden neurons can draw a finer boundary.
#
# ## The boundary as it learns
#
# With 3 hidden neurons, as a page to step through: the boundary, the loss, and every weight with its gradient.

# %%
film3

# %% [markdown]
# With 50, as a film:

# %%
import base64
from pathlib import Path
from tempfile import TemporaryDirectory

from IPython.display import HTML

with TemporaryDirectory() as folder:
    path = plot.animate(film50, f"{folder}/xor.gif", fps=4, progress=False)
    picture = base64.b64encode(Path(path).read_bytes()).decode()
HTML(f'<img alt="The boundary as it moves" src="data:image/gif;base64,{picture}">')

# %% [markdown]
# ## Proofreading
#
# What the text and its program state about derivatives and updates, each put to the engine, on the first 6 points. In the
# program, `d2` is $-(y - h_2) \cdot h_2 (1 - h_2)$ and `d1` is $(d_2 W_2^\top) \cdot h_1 (1 - h_1)$; its loss is
# $\frac{1}{2N} \sum (y - h_2)^2 + \frac{reg}{2N} (\sum W_1^2 + \sum W_2^2)$, and `reg` is $10^{-6}$. An update
# $W - \alpha G$ is the claim that $G$ is the gradient.

# %%
from autograd.testing import Proofreading, audit

N, reg, lr = 6, 1e-6, 0.003
x, y = numpy.array(X[:N]), numpy.array(Y[:N])
of_values = numpy.frompyfunc(sigmoid, 1, 1)


def of_numbers(z):
    return 1 / (1 + numpy.exp(-z))


def matrices(net):
    tables = net.z1.w, net.z2.w
    return [numpy.array([[w.data for w in row] for row in table]) for table in tables]


start = dict(zip(("w1", "w2"), matrices(Lego(3)), strict=True))


def squares(w1, w2):
    return ((y - of_values(of_values(x @ w1) @ w2)) ** 2).sum()


def penalty(w1, w2):
    return reg * ((w1**2).sum() + (w2**2).sum())


def products(w1, w2):
    """X'd1 and h1'd2, as the program has them."""
    h1 = of_numbers(x @ w1)
    h2 = of_numbers(h1 @ w2)
    d2 = -(y - h2) * h2 * (1 - h2)
    d1 = d2 @ w2.T * h1 * (1 - h1)
    return {"w1": x.T @ d1, "w2": h1.T @ d2}


def program(w1, w2):
    """One update of the program, as the gradient that it takes."""
    new1 = w1 - lr * (products(w1, w2)["w1"] + reg * (w1**2).sum())
    new2 = w2 - lr * (products(w1, w2)["w2"] + reg * (w2**2).sum())
    return {"w1": (w1 - new1) / lr, "w2": (w2 - new2) / lr}


some = of_numbers(x @ start["w1"])  # a table of outputs to try the small statements on
notes = Proofreading("One LEGO at a time")
notes.claim(
    "table: Loss = (y−h2)² has the derivative −(y−h2)",
    lambda h2: ((y - h2) ** 2).sum(),
    lambda h2: -(y - h2),
    at={"h2": some[:, :2]},
    right="−2(y−h2)",
)
notes.claim(
    "table: that derivative is dLoss/dW2",
    lambda w2: ((y[0] - of_values(some[0] @ w2)) ** 2).sum(),
    lambda w2: -(y[0] - of_numbers(some[0] @ w2)),
    at={"w2": start["w2"]},
    right="it is dLoss/dh2, up to the 2",
)
notes.claim(
    "table: h2 = Sigmoid(z2) has the derivative h2(1−h2)",
    lambda z2: of_values(z2).sum(),
    lambda z2: of_numbers(z2) * (1 - of_numbers(z2)),
    at={"z2": x @ start["w1"]},
)
notes.claim(
    "table: z2 = h1W2 has the derivative h1",
    lambda column: some[0] @ column,
    lambda column: some[0],
    at={"column": start["w2"][:, 0]},
)
notes.claim(
    "chain rule: the three derivatives of the table, multiplied, for Loss = (y−h2)²",
    squares,
    products,
    at=start,
    right="2·h1ᵀd2 and 2·Xᵀd1; or Loss = ½(y−h2)²",
)
notes.claim(
    "program: the loss is Σ(y−h2)²/2N, its gradients are h1ᵀd2 and Xᵀd1",
    lambda w1, w2: squares(w1, w2) / (2 * N),
    products,
    at=start,
    right="h1ᵀd2/N and Xᵀd1/N",
)
notes.claim(
    "program, 1/N left aside: the penalty ½·reg·ΣW² has the gradient reg·ΣW² in every entry",
    lambda w1, w2: (squares(w1, w2) + penalty(w1, w2)) / 2,
    lambda w1, w2: {
        "w1": products(w1, w2)["w1"] + reg * (w1**2).sum(),
        "w2": products(w1, w2)["w2"] + reg * (w2**2).sum(),
    },
    at=start,
    right="reg·W, entry by entry",
)
notes.claim(
    "program: W2 ← W2 − lr·(h1ᵀd2 + reg·ΣW2²), W1 ← W1 − lr·(Xᵀd1 + reg·ΣW1²)",
    lambda w1, w2: (squares(w1, w2) + penalty(w1, w2)) / (2 * N),
    program,
    at=start,
    right="W2 ← W2 − lr·(h1ᵀd2 + reg·W2)/N, W1 ← W1 − lr·(Xᵀd1 + reg·W1)/N",
)
notes

# %% [markdown]
# The right form of the last one, which contains the others:

# %%
audit(
    lambda w1, w2: (squares(w1, w2) + penalty(w1, w2)) / (2 * N),
    lambda w1, w2: {
        "w1": (products(w1, w2)["w1"] + reg * w1) / N,
        "w2": (products(w1, w2)["w2"] + reg * w2) / N,
    },
    at=start,
)

# %% [markdown]
# ## What a wrong gradient does
#
# The missing $\frac{1}{N}$ is harmless: the direction is right, the rate is $N$ times what it is called. The penalty is
# not. $reg \cdot \sum W^2$ is never negative, so it pushes every weight down, also those below 0; the further down they
# are, the harder it pushes. Here is the program's update (in NumPy, as the program is) with the settings of the second
# film: 50 hidden neurons and a penalty of 0.0001. To save time the rate is 0.06, twenty times that of the film.

# %%
x, y = numpy.array(X), numpy.array(Y)


def run(wrong_penalty, steps=6000, reg=1e-4, lr=0.06):
    w1, w2 = matrices(Lego(50))
    for step in range(steps + 1):
        h1 = of_numbers(x @ w1)
        h2 = of_numbers(h1 @ w2)
        if step % 1500 == 0:
            print(f"step {step:5,}: mean weight {w1.mean():8.3f}, first output {h2[0, 0]:.3f}")
        d2 = -(y - h2) * h2 * (1 - h2)
        d1 = d2 @ w2.T * h1 * (1 - h1)
        w2 = w2 - lr * (h1.T @ d2 + reg * ((w2**2).sum() if wrong_penalty else w2))
        w1 = w1 - lr * (x.T @ d1 + reg * ((w1**2).sum() if wrong_penalty else w1))


with numpy.errstate(all="ignore"):
    print("the program's penalty")
    run(wrong_penalty=True)
    print("the right one")
    run(wrong_penalty=False)

# %% [markdown]
# The weights run away until they are no numbers any more. The text says that NaN predictions often come from the sigmoid.
# In its program this gradient makes them, and one line of `audit` finds it.
#
# ## What could not be reproduced
#
# - The two films are not in our copy of the text, so our boundaries cannot be laid beside theirs. A million steps
#   on 50 points are too many for pure Python; we used Adam and at most 300.
# - With no biases the statement "adding more neurons to the network increases its complexity to learn non-linear decision
#   boundaries" could not be reproduced for XOR, for the reason proved above.
# - The text codes class 1 as $[1, 0]$ and class 0 as $[0, 1]$; the program has it the other way round. We follow the program.
# - The text calls $h_2$ "the log probability". The logarithm of a probability is not positive, and $h_2$ is 0.37 and
#   0.45. They are no probabilities of the two classes either: they do not add up to 1.
# - The second heading "dLoss/dW2" stands above the derivation of dLoss/dW1.
#
# ## What to take along
#
# - A network is a row of bricks. Each computes forward, and backward multiplies what arrives with its own derivative.
# - If training stands still, ask first whether the network can represent the answer at all. Here two opposite points told.
# - A wrong gradient can train for thousands of steps before it shows. Check it before you train.
#
# Next: *6. Neural networks, building blocks*, the same derivation in matrices, with relu.
