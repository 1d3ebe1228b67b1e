# %% [markdown]
# # 7. One LEGO at a time: XOR
#
# You will be able to build a network from bricks, watch it fail at XOR, say why it must, and add the one missing brick. You
# will also proofread a program with hand-written gradients.
#
# **Before you start:** notebooks 1 to 5, and a first acquaintance with NumPy arrays. **Time:** about 45 minutes.
#
# The second of four notebooks that proofread published tutorials. The text: *One LEGO at a time: Explaining the Math of How
# Neural Networks Learn* by Omar U. Florez, at [omar-florez.github.io/scratch_mlp](https://omar-florez.github.io/scratch_mlp),
# with the program in the repository [omar-florez/scratch_mlp](https://github.com/omar-florez/scratch_mlp).
#
# The data are 300 random points in the plane, in class 1 if exactly one of the two coordinates is positive. The program learns
# from the first 50.

# %%
import matplotlib.pyplot as plt
import numpy

points = numpy.random.RandomState(0).randn(300, 2).tolist()
classes = [int((a > 0) != (b > 0)) for a, b in points]
X, labels = points[:50], classes[:50]
Y = [[1 - label, label] for label in labels]  # the program has one output per class

figure, ax = plt.subplots(figsize=(4, 3.6), layout="constrained")
for label, marker in ((0, "o"), (1, "^")):
    xs, ys = zip(*(x for x, c in zip(X, labels, strict=True) if c == label), strict=True)
    ax.scatter(xs, ys, marker=marker, edgecolors="black", label=f"class {label}")
ax.set(xlabel="x1", ylabel="x2")
_ = ax.legend()

# %% [markdown]
# **Why no line can do it.** A line has a score $s(x) = w_1 x_1 + w_2 x_2 + b$, positive on one side of it and negative on the
# other. Take a point $x$ and its opposite $-x$: their scores always add up to $2b$. The points $(1, 1)$ and $(-1, -1)$ are in
# class 0, so both scores must be negative, and $2b < 0$. The points $(1, -1)$ and $(-1, 1)$ are in class 1, so both scores must
# be positive, and $2b > 0$. Both can't be true. Remember this argument: it will come back.
#
# ## The bricks
#
# The network has 2 inputs, 3 hidden neurons and 2 outputs: $z_1 = x W_1$, $h_1 = \sigma(z_1)$, $z_2 = h_1 W_2$,
# $h_2 = \sigma(z_2)$. There is no bias. Each of the four is a brick: an `nn.Module` with a `forward`, which says how its outputs
# come from its inputs.
#
# **The first brick** multiplies by a matrix. Every column has the weights of one neuron, so every output is a `dot` of a column
# with the inputs. (`zip(*rows)` gives the columns of a list of rows.) The biases are for later.
#
# **Predict**: which two outputs does the matrix with the rows $(1, 2)$ and $(3, 4)$ give for the inputs 1 and 10?

# %%
import nn
from autograd import Value, dot


class Linear(nn.Module):
    """Inputs times a matrix, plus any biases."""

    def __init__(self, name, matrix, biases):
        self.w = [[Value(float(w), label=f"{name}_{i}{j}") for j, w in enumerate(row, 1)] for i, row in enumerate(matrix, 1)]
        self.b = [0.0] * len(matrix[0]) if biases is None else [Value(float(b)) for b in biases]

    def forward(self, x):
        columns = zip(*self.w, strict=True)
        return [dot(w, x, b) for w, b in zip(columns, self.b, strict=True)]


print([output.data for output in Linear("W", [[1, 2], [3, 4]], None)([1, 10])])

# %% [markdown]
# $1 \cdot 1 + 3 \cdot 10 = 31$ and $2 \cdot 1 + 4 \cdot 10 = 42$. **The second brick**, the sigmoid of every input, is in `nn`
# already: `nn.Sigmoid()`. Now put four bricks on top of each other. `forward` calls them in turn, from the inside out:


# %%
class Lego(nn.Module):
    def __init__(self, w1, w2, b1=None, b2=None):
        self.z1, self.h1 = Linear("W1", w1, b1), nn.Sigmoid()
        self.z2, self.h2 = Linear("W2", w2, b2), nn.Sigmoid()

    def forward(self, x):
        return self.h2(self.z2(self.h1(self.z1(x))))


# %% [markdown]
# **The initial weights** are the program's: seed 2017, uniform between −1 and 1, divided by the square root of the number of
# inputs. With them, here is what the network says of the first point:


# %%
def first_weights(hidden):
    random = numpy.random.RandomState(2017)
    w1 = (2 * random.random_sample((2, hidden)) - 1) / 2**0.5
    w2 = (2 * random.random_sample((hidden, 2)) - 1) / hidden**0.5
    return w1, w2


net = Lego(*first_weights(3))
h2 = net([Value(number, label=f"x{i}") for i, number in enumerate(X[0], 1)])
print("h2 =", [round(output.data, 8) for output in h2])

# %% [markdown]
# Here the text shows the vector `[0.37166596 0.45414264]`. So its example is the first of the 50 points, and our network is the
# same.
#
# **Forward, loss, backward.** The loss compares $h_2$ with the label $y$. The program takes $\sum (y - h_2)^2 / (2N)$ over $N$
# points. With two outputs per point, this is the mean over all outputs, `MSELoss`. Here is one forward step (grey) and one
# backward step (coloured), with one box per brick. "norm" is the length of a vector of gradients.
#
# **Predict**: the gradient arrives at the brick `z2` first, and passes through two more to reach `z1`. At which of the two
# bricks with weights will the gradients be smaller?

# %%
from autograd import draw_dot

loss = nn.MSELoss()(h2, Y[0])
loss.label = "loss"
loss.backward()
draw_dot(loss, fold="module", flow="both", direction="TB")

# %% [markdown]
# At `z1`: on the way there the gradient passed $\sigma$ once more, whose slope is at most $\frac{1}{4}$.
#
# Every brick does the same two things. Forward, it computes its outputs from its inputs. Backward, it receives the gradients of
# its outputs and passes on those of its inputs and weights. It doesn't need to know what comes before or after it.
#
# Let's open the brick $z_2$, in a fresh copy and for the first output alone. The gradient of a weight is what arrives at its
# sum, times the input that the weight multiplies: 0.1963, 0.713 or 0.4887, the outputs of $h_1$ above. The text has this in a
# table as $dz_2 / dW_2 = h_1$. The 0 stands where a bias would be; no arrow goes back to it.

# %%
first = Lego(*first_weights(3))(X[0])[0]
first.label = "h2[0]"
first.backward()
draw_dot(first, fold="module", flow="both", direction="TB", expand="z2", show=["grad", "partial"])

# %% [markdown]
# The whole pass as a step-by-step animation, forward and then backward. Use the arrow keys.

# %%
from autograd import player

player(loss, fold="module", direction="TB")

# %% [markdown]
# **Update.** The backward step has produced the 3×2 matrix $dLoss/dW_2$ that the text mentions. Each weight takes a small step
# against its gradient, and the loss goes down:

# %%
before = numpy.array([[w.data for w in row] for row in net.z2.w])
gradient = numpy.array([[w.grad for w in row] for row in net.z2.w])
nn.optim.SGD(net.parameters(), lr=0.003).step()
after = numpy.array([[w.data for w in row] for row in net.z2.w])
print("         W2                dLoss/dW2         W2 - 0.003·dLoss/dW2")
for rows in zip(before, gradient, after, strict=True):
    print("   ".join(f"{left:10.6f} {right:10.6f}" for left, right in rows))
print(f"loss {loss.data:.6f}, after the update {nn.MSELoss()(net(X[0]), Y[0]).data:.6f}")

# %% [markdown]
# **A brick that breaks.** The text attributes NaN predictions to small gradients, at which $1 / (1 + e^{-z})$ is said to
# overflow. In fact it overflows for large negative $z$: at $z = -800$ the term $e^{800}$ is infinite. The value survives, since
# $1 / \infty = 0$. In an autodiff engine, NaN appears on the way back; our own `sigmoid` is written so that it doesn't
# overflow. The program computes the derivative from the value, $h (1 - h)$, and gets no NaN here.

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

h = written_out.data
print(f"in the program: value {h}, derivative h(1-h) = {h * (1 - h)}")

z = Value(-800.0, label="z")
safe = sigmoid(z)
safe.backward()
print(f"sigmoid(z): value {safe.data}, gradient {z.grad}")

# %% [markdown]
# ## Training as published
#
# The text ends with two animations. According to their file names, one has 3 hidden neurons and no penalty, the other 50 and a
# penalty of 0.0001; the learning rate is 0.003. We write the program's training in NumPy, like the original, in three pieces.
#
# **Forward and backward by hand.** `x` has one row per point, so `x @ w1`, the product of two matrices, is $z_1$ for all
# points at once. Going back, `d2` is the gradient at $z_2$, namely $-(y - h_2) \cdot h_2 (1 - h_2)$, and `d1` the one at
# $z_1$, $(d_2 W_2^\top) \cdot h_1 (1 - h_1)$. The gradient of a matrix is then the inputs of its brick, transposed, times
# that. Our engine computed the one of $W_2$ for the first point above, so we can compare. (The biases are ours, for later.)

# %%
x, y = numpy.array(X), numpy.array(Y)


def sigma(z):
    return 1 / (1 + numpy.exp(-z))


def backward_by_hand(x, y, w1, w2, b1=0.0, b2=0.0):
    """h1, and the program's d1 and d2."""
    h1 = sigma(x @ w1 + b1)
    h2 = sigma(h1 @ w2 + b2)
    d2 = -(y - h2) * h2 * (1 - h2)
    return h1, d2 @ w2.T * h1 * (1 - h1), d2


h1, d1, d2 = backward_by_hand(x[:1], y[:1], *first_weights(3))
print("dLoss/dW2 by hand is that of the engine:", numpy.allclose(h1.T @ d2, gradient))

# %% [markdown]
# **The update** subtracts the gradient times the learning rate, and a penalty that keeps the weights small. Read the lines of
# `w1` and `w2` with care: one of the slips that we will find is in there.


# %%
def its_penalty(w):
    return (w**2).sum()


def update(weights, x, y, lr, reg, penalty=its_penalty):
    """One update of the program; biases, if any, are updated too."""
    w1, w2, *biases = weights
    h1, d1, d2 = backward_by_hand(x, y, *weights)
    w1 = w1 - lr * (x.T @ d1 + reg * penalty(w1))
    w2 = w2 - lr * (h1.T @ d2 + reg * penalty(w2))
    return [w1, w2, *(b - lr * d.sum(0) for b, d in zip(biases, (d1, d2), strict=False))]


# %% [markdown]
# **The training** repeats the update. `report` prints the loss; "seen", the share of the 50 points that are classified
# correctly; and "new", the share of the other 250.
#
# **Predict**: the program is from a tutorial about learning XOR. After 20,000 steps, what share will be right: about 50 %, 75 %
# or 100 %? (Before you answer, look at "Why no line can do it" once more.)


# %%
def trained(weights, reg, steps):
    for _ in range(steps):
        weights = update(weights, x, y, 0.003, reg)
    return Lego(*weights)


def report(net, what):
    seen, new = ([net(x) for x in rows] for rows in (points[:50], points[50:]))
    right, right_new = nn.accuracy(seen, classes[:50]), nn.accuracy(new, classes[50:])
    loss = nn.MSELoss()(seen, Y).data
    print(f"{what:22} loss {loss:.4f}  seen {right:4.0%}  new {right_new:3.0%}")


settings = {"3 neurons": (3, 0.0), "50 neurons": (50, 1e-4)}
plain = {}
for name, (hidden, reg) in settings.items():
    report(Lego(*first_weights(hidden)), f"{name}, untrained")
    report(trained(first_weights(hidden), reg, 300), "after 300 steps")
    plain[name] = trained(first_weights(hidden), reg, 20_000)
    report(plain[name], "after 20,000 steps")

# %% [markdown]
# Hardly more than half, and a coin toss is right half of the time. Between step 300 and step 20,000 almost nothing happens. The
# program takes a million steps: is it just a matter of patience?
#
# The engine takes the same steps. (`fit` records the loss of one point once, and runs the recording for all of them; notebook
# 15 shows how.) The program adds up the gradients of its 50 points where its loss takes the mean, so our learning rate is
# $50 \cdot 0.003$:

# %%
from nn.optim import SGD, Adam

ours = Lego(*first_weights(3))
recipe = {"loss": nn.MSELoss(), "progress": False}
nn.fit(ours, X, Y, epochs=300, optimizer=SGD(ours.parameters(), lr=50 * 0.003), **recipe)
theirs = trained(first_weights(3), 0.0, 300)
pairs = zip(ours.parameters(), theirs.parameters(), strict=True)
print("after 300 steps, the same to 12 digits:", all(abs(a.data - b.data) < 1e-12 for a, b in pairs))

# %% [markdown]
# ## The missing brick
#
# It isn't a matter of patience. The network decides by its score $s(x)$, the second number of $z_2$ minus the first. Look at a
# point and its opposite:


# %%
def score(net, x):
    one, two = net.z2(net.h1(net.z1(x)))
    return (two - one).data


for name, net in plain.items():
    for point in points[50:53]:
        here, there = score(net, point), score(net, [-number for number in point])
        print(f"{name:10}  {here:8.4f} + {there:8.4f} = {here + there:.12f}")

# %% [markdown]
# The sum is the same for every point. The reason is $\sigma(z) + \sigma(-z) = 1$: without biases, the hidden outputs for $-x$
# are 1 minus those for $x$, so the two scores add up to a number that doesn't depend on $x$. Now read "Why no line can do it"
# again with this sum in place of $2b$. It is the same proof. **Without biases this network cannot learn XOR on the plane,
# whether it has 3 hidden neurons, 50, or any other number.** The missing brick is one number per neuron. With it, and
# everything else as before:

# %%
biased = {}
for name, (hidden, reg) in settings.items():
    start = [*first_weights(hidden), numpy.zeros(hidden), numpy.zeros(2)]
    biased[name] = trained(start, reg, 20_000)
    report(biased[name], f"{name} with biases")

# %% [markdown]
# **Predict**: three hidden neurons with biases draw three lines, fifty draw fifty. What will the two boundaries look like? And
# those of the networks without biases?

# %% tags=["hide-input"]
from nn import plot

figure, axes = plt.subplots(2, 2, figsize=(8, 7), layout="constrained")
nets = {f"{name}, no biases": net for name, net in plain.items()}
nets |= {f"{name} with biases": net for name, net in biased.items()}
corners = [(1, 1), (-1, -1), (1, -1), (-1, 1)]
print("classes at", corners)
for ax, (name, net) in zip(axes.flat, nets.items(), strict=True):
    plot.decision_boundary(net, X, labels, steps=30, ax=ax)
    ax.set_title(name)
    print(f"{name:22}", [int(score(net, corner) > 0) for corner in corners])

# %% [markdown]
# XOR is `[0, 0, 1, 1]`. Without biases the networks don't get there, and 50 neurons do no better than 3. With biases, both get
# all four corners right. Now the text's last sentence comes true: more neurons can learn more complex boundaries. 3 hidden
# neurons draw a strip between two lines, 50 nearly the four quadrants.
#
# ## The boundary as it learns
#
# The engine again, with biases and the Adam optimizer, which needs fewer steps. With 3 hidden neurons, as a page to step
# through: the boundary, the loss, and every weight with its gradient.

# %%
from nn import record_training


def recorded(hidden, steps, **film):
    net = Lego(*first_weights(hidden), numpy.zeros(hidden), numpy.zeros(2))
    adam = Adam(net.parameters(), lr=0.1)
    record = record_training(net, X, Y, steps=steps, optimizer=adam, **recipe, **film)
    report(net, f"{hidden}, {steps} steps of Adam")
    return record


recorded(3, 200, every=10, boundary=30)

# %% [markdown]
# With 50, as an animation:

# %%
import base64
from pathlib import Path
from tempfile import TemporaryDirectory

from IPython.display import HTML

film = recorded(50, 50, every=5, boundary=15)
with TemporaryDirectory() as folder:
    path = plot.animate(film, f"{folder}/xor.gif", fps=2, progress=False)
    picture = base64.b64encode(Path(path).read_bytes()).decode()
HTML(f'<img alt="The boundary as it moves" src="data:image/gif;base64,{picture}">')

# %% [markdown]
# ## Proofreading
#
# We check every statement that the text and its program make about derivatives and updates against the engine, on the first 6
# points. The program's loss, with `reg` $10^{-6}$, is
#
# $$\frac{1}{2N} \sum (y - h_2)^2 + \frac{reg}{2N} \left( \sum W_1^2 + \sum W_2^2 \right)$$
#
# An update $W - lr \cdot G$ is the claim that $G$ is the gradient. First this loss, written with the engine, so that it can be
# differentiated; and the program's own gradients of the matrices. (`numpy.frompyfunc` makes `sigmoid` work on arrays.)

# %%
from autograd.audit import Proofreading, audit

N, reg, lr = 6, 1e-6, 0.003
x6, y6 = x[:N], y[:N]
w1, w2 = first_weights(3)
h1 = sigma(x6 @ w1)
of_values = numpy.frompyfunc(sigmoid, 1, 1)


def half_squares(w1, w2):
    return ((y6 - of_values(of_values(x6 @ w1) @ w2)) ** 2).sum() / 2


def its_loss(w1, w2):
    return (half_squares(w1, w2) + reg / 2 * ((w1**2).sum() + (w2**2).sum())) / N


def its_products(w1, w2):
    h1, d1, d2 = backward_by_hand(x6, y6, w1, w2)
    return {"w1": x6.T @ d1, "w2": h1.T @ d2}


# %% [markdown]
# **Four claims of the text's table.** A claim has a title, a function, what the text says its derivative is, and where to
# compare. If it doesn't hold, `right` is what should be there.

# %%
notes = Proofreading("One LEGO at a time")
notes.claim(
    "table: Loss = (y−h2)² has the derivative −(y−h2)",
    lambda h2: ((y6 - h2) ** 2).sum(),
    lambda h2: -(y6 - h2),
    at={"h2": sigma(h1 @ w2)},
    right="−2(y−h2); or Loss = ½(y−h2)²",
)
notes.claim(
    "table: this derivative is dLoss/dW2",
    lambda w2: ((y6[0] - of_values(h1[0] @ w2)) ** 2).sum(),
    lambda w2: -(y6[0] - sigma(h1[0] @ w2)),
    at={"w2": w2},
    right="this is dLoss/dh2",
)
notes.claim(
    "table: h2 = Sigmoid(z2), dh2/dz2 = h2(1−h2)",
    lambda z2: of_values(z2).sum(),
    lambda z2: sigma(z2) * (1 - sigma(z2)),
    at={"z2": h1 @ w2},
)
notes.claim(
    "table: z2 = h1W2, dz2/dW2 = h1  (one output)",
    lambda column: h1[0] @ column,
    lambda column: h1[0],
    at={"column": w2[:, 0]},
)

# %% [markdown]
# **Three claims of the program's backward pass**, at $z_2$, at $z_1$ and at the matrices:

# %%
notes.claim(
    "program, without 1/N: dLoss/dz2 = d2 = −(y−h2)·h2(1−h2)",
    lambda z2: ((y6 - of_values(z2)) ** 2).sum() / 2,
    lambda z2: -(y6 - sigma(z2)) * sigma(z2) * (1 - sigma(z2)),
    at={"z2": h1 @ w2},
)
notes.claim(
    "program, without 1/N: dLoss/dz1 = d1 = (d2·W2ᵀ)·h1(1−h1)",
    lambda z1: ((y6 - of_values(of_values(z1) @ w2)) ** 2).sum() / 2,
    lambda z1: backward_by_hand(z1, y6, numpy.eye(3), w2)[1],
    at={"z1": x6 @ w1},
)
notes.claim(
    "program, without 1/N and penalty: dLoss/dW2 = h1ᵀd2, dLoss/dW1 = Xᵀd1",
    half_squares,
    its_products,
    at={"w1": w1, "w2": w2},
)

# %% [markdown]
# **Two claims of its updates.** What an update subtracted, divided by the learning rate, is the gradient that it used.
#
# **Predict**: of all nine claims, how many hold? You have seen the lines of the program.


# %%
def new_w1(w1):
    return update([w1, w2], x6, y6, lr, reg)[0]


def new_w2(w2):
    return update([w1, w2], x6, y6, lr, reg)[1]


notes.claim(
    "program: W2 ← W2 − lr·(h1ᵀd2 + reg·ΣW2²)",
    lambda w2: its_loss(w1, w2),
    lambda w2: (w2 - new_w2(w2)) / lr,
    at={"w2": w2},
    right="W2 ← W2 − lr·(h1ᵀd2 + reg·W2)/N",
)
notes.claim(
    "program: W1 ← W1 − lr·(Xᵀd1 + reg·ΣW1²)",
    lambda w1: its_loss(w1, w2),
    lambda w1: (w1 - new_w1(w1)) / lr,
    at={"w1": w1},
    right="W1 ← W1 − lr·(Xᵀd1 + reg·W1)/N",
)
notes

# %% [markdown]
# Five hold. Four rows, four mistakes: a lost 2, a wrong name, and in both updates a lost 1/N and a wrong penalty. The chain
# rule itself is right: `d2`, `d1` and everything derived from them hold. With both updates corrected, the program agrees with
# its loss:

# %%
audit(
    its_loss,
    lambda w1, w2: {
        "w1": (its_products(w1, w2)["w1"] + reg * w1) / N,
        "w2": (its_products(w1, w2)["w2"] + reg * w2) / N,
    },
    at={"w1": w1, "w2": w2},
)

# %% [markdown]
# ## What a wrong gradient does
#
# The lost 1/N is harmless: the direction is right, and the real rate is $N$ times the stated one. The penalty is not.
# $reg \cdot \sum W^2$ is never negative, so it pushes every weight down, even those below 0; the lower they are, the harder it
# pushes. Here are the 50 neurons of the second animation again, without biases and with its penalty of 0.0001. To save time,
# the rate is 0.06, twenty times that of the animation.


# %%
def the_right_one(w):
    return w


with numpy.errstate(all="ignore"):
    for penalty in (its_penalty, the_right_one):
        print("penalty:", penalty.__name__)
        weights = first_weights(50)
        for step in range(6001):
            if step in (0, 1500, 3000, 3500, 6000):
                first = sigma(sigma(x[0] @ weights[0]) @ weights[1])[0]
                print(f"step {step:5,}: mean of W1 {weights[0].mean():8.3f}, h2[0] {first:.3f}")
            weights = update(weights, x, y, 0.06, 1e-4, penalty)

# %% [markdown]
# The weights diverge until they become NaN. (Just before that, rounding errors have grown too: at step 4,500 the third digit
# depends on the processor, so we don't print a line there.) The text says that NaN predictions often come from the sigmoid.
# Here, with the penalty of its second animation, this gradient causes them, and a single call of `audit` finds it.
#
# ## What could not be reproduced
#
# - The text shows its loss, its chain rules and its matrices of numbers in pictures, and its training runs in two animations.
#   None of them are in our copy. We audited its table and its program; we can't compare our boundaries with the animations.
# - A million steps: we took 20,000 with the published settings. No number of steps changes the proof above.
# - The text encodes class 1 as $[1, 0]$ and class 0 as $[0, 1]$; the program has it the other way round. We follow the program.
# - The text calls $h_2$ "the log probability". The logarithm of a probability is not positive, and $h_2$ is 0.37 and 0.45. Nor
#   are they the probabilities of the two classes: they don't add up to 1.
# - The second heading "dLoss/dW2" stands above the derivation of dLoss/dW1.

# %% [markdown]
# ## Exercises
#
# **1.** A line has $w = (1, 2)$ and $b = 0.5$. What do its scores at $(1, -1)$ and $(-1, 1)$ add up to?

# %%
total = None

if total is not None:
    print("right" if abs(total - 1.0) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $2b = 1$: the weights cancel, as for any two opposite points.
#
# </details>

# %% [markdown]
# **2.** How many parameters does the network with 50 hidden neurons have without biases, and with them?

# %%
without = None
with_them = None

if without is not None and with_them is not None:
    print("right" if (without, with_them) == (2 * 50 + 50 * 2, 3 * 50 + 51 * 2) else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 200, since there are 50 rows of 2 and 2 columns of 50; and 252, with 50 and 2 biases more.
#
# </details>

# %% [markdown]
# **3.** The penalty is $reg \cdot w^2 / (2N)$. What does it add to the gradient of a weight $w = -2$, if $reg = 0.1$ and $N =
# 50$?

# %%
added = None

if added is not None:
    w = Value(-2.0)
    (0.1 * w**2 / (2 * 50)).backward()
    print("right" if abs(added - w.grad) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $reg \cdot w / N = 0.1 \cdot (-2) / 50 = -0.004$. It has the sign of the weight, so a step downhill brings the weight closer
# to 0.
#
# </details>

# %% [markdown]
# ## What to remember
#
# - A network is a row of bricks. Going forward, each computes; going backward, each multiplies what arrives by its own
#   derivative.
# - If training gets stuck, first ask whether the network can represent the answer at all. Here two opposite points gave it
#   away.
# - A network can train for thousands of steps before a wrong gradient shows. Check it before you train.
#
# Next: notebook 8, building blocks: the same derivation in matrices, with relu.
