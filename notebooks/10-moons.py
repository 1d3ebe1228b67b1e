# %% [markdown]
# # 10. Moons
#
# After this notebook you can train a network to separate points in a plane, and say what each part of its loss does. Data,
# network and loss are those of the micrograd demo, so you can compare results and time.
#
# **Before you start:** notebook 5, and how to plot with Matplotlib, if you want to change the pictures. **Time:** about 40
# minutes.
#
# micrograd (`pip install micrograd`) is the small engine by Andrej Karpathy that taught many people what a gradient is. Its
# notebook `demo.ipynb` trains a network for 100 steps and prints the loss at each. We will arrive at the same numbers. Numbers
# called *published* or *demo* below are copied from there.
#
# ## The same points
#
# The demo generates two half circles with scikit-learn. These lines draw the same random numbers without it. (For moons of your
# own, a single call of `nn.make_moons` is enough.)

# %%
import matplotlib.pyplot as plt
import numpy as np

draw = np.random.RandomState(1337)
angle = np.linspace(0, np.pi, 50)
x1 = np.concatenate([np.cos(angle), 1 - np.cos(angle)])
x2 = np.concatenate([np.sin(angle), 0.5 - np.sin(angle)])
order = np.arange(100)
draw.shuffle(order)
X = np.column_stack([x1, x2])[order] + draw.normal(scale=0.1, size=(100, 2))
X = X.tolist()
y = np.where(order < 50, -1, 1).tolist()

fig, ax = plt.subplots(figsize=(5, 3.4))
for label, sign, name in ((-1, "o", "y = −1"), (1, "^", "y = 1")):
    points = [row for row, target in zip(X, y, strict=True) if target == label]
    ax.scatter(*zip(*points, strict=True), marker=sign, label=name)
ax.set(xlabel="x₁", ylabel="x₂", title="100 points of two classes")
ax.legend()
plt.show()

# %% [markdown]
# No straight line separates them. A network with hidden neurons can bend its boundary.
#
# ## The same network
#
# Two inputs, two layers of 16 relu neurons, one output: a **score** $s$. If $s > 0$, the network says class 1, else class −1.
# micrograd draws the initial weights uniformly between −1 and 1. With the same seed, `init="uniform"` gives the same weights.
# `expand=True` records single multiplications and additions, as micrograd does.

# %%
import random

import micrograd.nn

import nn

random.seed(1337)
theirs = micrograd.nn.MLP(2, [16, 16, 1])
ours = nn.MLP(2, [16, 16, 1], init="uniform", seed=1337, expand=True)

weights = [[p.data for p in net.parameters()] for net in (theirs, ours)]
print(len(weights[0]), "parameters, the same in both:", weights[0] == weights[1])

# %% [markdown]
# ## The same loss
#
# $$L = \frac{1}{100} \sum_{i} \max(0, \; 1 - y_i s_i) \; + \; 10^{-4} \sum_{j} p_j^2$$
#
# The first part is the **hinge loss**. The product $y_i s_i$ is positive if the point is on the correct side of the boundary.
# The point costs nothing only if the product is at least 1: being right is not enough, it has to be right by a margin.
#
# **Predict**: what is the slope of this loss where the point is wrong, where it is right but not by enough, and where it is
# right by more than the margin?

# %% tags=["hide-input"]
from autograd import grad, relu

products = [i / 50 for i in range(-100, 151)]
fig, ax = plt.subplots(figsize=(5, 2.6))
ax.plot(products, [max(0.0, 1 - p) for p in products], label="cost of a point")
ax.plot(products, [grad(lambda p: relu(1 - p))(p) for p in products], "--", label="the slope")
ax.axvspan(-2, 0, color="0.92", label="wrong side")
ax.set(xlabel="y · s", xlim=(-2, 3))
ax.legend(fontsize="small")
plt.show()

# %% [markdown]
# −1, −1 and 0. So a point that is wrong, or not right by enough, pulls with a slope of −1. All others pull with 0.
#
# The second part, called L2, makes every parameter $p_j$ cost a little, and large ones more. It keeps them small.
#
# The function below is plain Python: `+`, `*`, `sum`, `.relu()`. It doesn't know which engine its numbers come from. It returns
# the loss and the share of points classified correctly.


# %%
def loss(net):
    scores = [net(row) for row in X]
    losses = [(1 + -t * s).relu() for t, s in zip(y, scores, strict=True)]
    hinge = sum(losses) * (1.0 / len(losses))
    l2 = 1e-4 * sum(p * p for p in net.parameters())
    return hinge + l2, nn.accuracy([s.data for s in scores], y)


for name, net in (("micrograd", theirs), ("ours", ours)):
    total, _ = loss(net)
    net.zero_grad()
    total.backward()
    print(f"{name:<10} loss {total.data:.13f}")
print("published  loss 0.8958441028683")

pairs = list(zip(theirs.parameters(), ours.parameters(), strict=True))
gap = max(abs(p.grad - q.grad) for p, q in pairs)
print("all 337 gradients differ by less than 10⁻¹²:", gap < 1e-12)

# %% [markdown]
# Both engines give the published number. They add up gradients in different orders, so the last digits may differ.
#
# Single operations make large graphs. By default, `nn` records each neuron's sum of products as one operation (`dot`, notebook
# 2). So does the network `short`, with the same weights. Here is its hinge loss over all 100 points, with each layer folded
# into one box.

# %%
from autograd import draw_dot

short = nn.MLP(2, [16, 16, 1], init="uniform", seed=1337)
hinge = nn.HingeLoss()([short(row) for row in X], y)
hinge.backward()
draw_dot(hinge, fold="module")

# %% [markdown]
# ## The same steps, and how long they take
#
# A step of the demo: record the loss, go back, move every parameter against its gradient. The learning rate falls from 1
# towards 0.1 over 100 steps. Three steps are enough for a comparison.
#
# There is a fourth contender. The loss of a single point is recorded once, with `autograd.compile`, and the recording is run
# for all points side by side. The mean of these losses is the loss of the demo. Its `backward` adds to the gradients of the
# parameters, as always. (Notebook 15 shows what happens inside.)

# %%
import autograd

fast = nn.MLP(2, [16, 16, 1], init="uniform", seed=1337)


def loss_of_point(row, target):
    l2 = 1e-4 * sum(p * p for p in fast.parameters())
    return (1 + -target * fast(row)).relu() + l2


program = autograd.compile(loss_of_point, X[0], y[0])
score = autograd.compile(fast, X[0])
points, signs = np.array(X), np.array(y)


def step(net):
    """The loss and the accuracy; the gradients are in the parameters."""
    net.zero_grad()
    if net is fast:
        right = nn.accuracy(score(points).tolist(), y)
        return program.backward(points, signs), right
    total, right = loss(net)
    total.backward()
    return total.data, right


# %% [markdown]
# The table shows the processor time of the fastest of the three. It varies from machine to machine and from run to run. (The
# README has different tables: medians of longer benchmarks, in which the engines take turns.)

# %% tags=["timing"]
import gc
import time


def train(net, steps):
    reached, seconds = [], []
    for k in range(steps):
        start = time.process_time()
        reached.append(step(net))
        rate = 1.0 - 0.9 * k / 100
        for p in net.parameters():
            p.data -= rate * p.grad
        seconds.append(time.process_time() - start)
    return reached, min(seconds)


del total, hinge  # so that no older graphs stay in memory
runs, fastest = {}, {}
for name, net in (("micrograd", theirs), ("ours", ours), ("short", short), ("compiled", fast)):
    gc.collect()
    runs[name], fastest[name] = train(net, 3)
print("             per step  speedup")
for name, seconds in fastest.items():
    ratio = fastest["micrograd"] / seconds
    print(f"{name:<10} {seconds * 1000:7.1f} ms  {ratio:6.0f}×")

# %% [markdown]
# The loss at each of these steps, and the share of points classified correctly:

# %%
print("step", *[f"{name:>13}" for name in runs])
for k, reached in enumerate(zip(*runs.values(), strict=True)):
    print(f"{k:>4}", *[f"{total:9.6f} {right:.0%}" for total, right in reached])
together = zip(*runs.values(), strict=True)
gap = max(max(reached)[0] - min(reached)[0] for reached in together)
print("largest difference of the losses below 10⁻¹⁰:", gap < 1e-10)

# %% [markdown]
# The loss goes up before it goes down: a rate of 1 is bold.
#
# And what have the networks learned in these three steps? The plots show their scores all over the plane. The thick line is the
# boundary, where the score is 0. The numbers on the colour bar are scores. Since micrograd is slow, we use a grid of 16 × 16
# points, about as coarse as in its demo. `plot` takes a `Module`, so we wrap micrograd's network in one.

# %%
from nn import plot


class Theirs(nn.Module):
    def forward(self, row):
        return theirs(row).data


def draw_boundary(net, title, ax, steps):
    plot.decision_boundary(net, X, y, steps=steps, ax=ax)
    ax.set(title=title, xlabel="x₁", ylabel="x₂")


fig, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
scores = {}
for ax, name, net in zip(axes, ("micrograd", "ours"), (Theirs(), ours), strict=True):
    scores[name] = [net(row) for row in X]
    right = nn.accuracy(scores[name], y)
    draw_boundary(net, f"{name} after 3 steps: {right:.0%} right", ax, steps=16)
plt.show()
gap = max(abs(a - b.data) for a, b in zip(*scores.values(), strict=True))
print("the scores of all points differ by less than 10⁻¹²:", gap < 1e-12)

# %% [markdown]
# ## All 100 steps, with `fit`
#
# The same training, written with the library. With `compiled=True`, `fit` compiles the loss, as we did above; without it,
# only where training takes long. `weight_decay` adds a multiple of $p$ to its gradient. The gradient of $10^{-4} p^2$ is
# $2 \cdot 10^{-4} p$, so the multiple is `2e-4`. `LambdaLR` lowers the rate. The callback runs after every step. It records the
# L2 part, and keeps the parameters of some steps for the plots.

# %%
net = nn.MLP(2, [16, 16, 1], init="uniform", seed=1337)
optimizer = nn.optim.SGD(net.parameters(), lr=1.0, weight_decay=2e-4)
falling = nn.lr_scheduler.LambdaLR(optimizer, lambda k: 1.0 - 0.9 * k / 100)


def l2(net):
    return 1e-4 * sum(p.data**2 for p in net.parameters())


penalties = [l2(net)]
kept = {0: net.state_dict()}


def note(net, history):
    penalties.append(l2(net))
    if history.epochs in (20, 40, 100):
        kept[history.epochs] = net.state_dict()


history = nn.fit(
    net,
    X,
    y,
    loss=nn.HingeLoss(),
    optimizer=optimizer,
    scheduler=falling,
    epochs=100,
    metric=nn.accuracy,
    callbacks=[note],
    compiled=True,
    progress=False,
)
totals = [hinge + extra for hinge, extra in zip(history.loss, penalties, strict=False)]
published = {0: (0.8958, 0.5), 1: (1.7236, 0.81), 22: (0.1173, 0.97)}
published |= {40: (0.0602, 1.0), 99: (0.0110, 1.0)}
print("step    loss    demo  right  demo")
for k, (number, right) in published.items():
    print(f"{k:>4}  {totals[k]:.4f}  {number:.4f}  {history.metric[k]:5.0%}  {right:4.0%}")
print(f"\nstep 99, more digits: {totals[99]:.12f}")
print("in the demo:          0.010978370135")

# %% [markdown]
# The demo's training, step by step, and its accuracy: all 100 points right. Where did the loss go?

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
for ax in (left, right):
    plot.loss_curve(totals, label="loss", ax=ax)
    plot.loss_curve(history.loss, label="hinge", ax=ax)
    plot.loss_curve(penalties[:100], label="L2", ax=ax)
right.set(xlim=(50, 100), ylim=(-0.002, 0.05), title="the second half, enlarged")
plt.show()

# %% [markdown]
# The hinge part reaches 0: every point is on the correct side, with the margin. Only L2 is left at the end.
#
# ## The boundary
#
# The boundary before training, along the way and at the end.
#
# **Predict**: all neurons are relus, which have one bend each. Will the boundary be a smooth curve or made of straight pieces?

# %%
fig, axes = plt.subplots(2, 2, figsize=(8, 6.4), layout="constrained")
for ax, (step, state) in zip(axes.flat, kept.items(), strict=True):
    net.load_state_dict(state)
    scores = [net(row).data for row in X]
    title = f"after {step} steps: {nn.accuracy(scores, y):.0%} right"
    draw_boundary(net, title, ax, steps=60 if step == 100 else 30)
    print(f"after {step:>3} steps: scores of the points from {min(scores):.2f} to {max(scores):.2f}")
plt.show()

# %% [markdown]
# Straight pieces. Before training there is no line: all scores are negative, so all points are assigned to class −1, and half
# of them belong there.
#
# The relus make the score a surface of flat pieces, and so the boundary is a chain of straight segments. It bends where a relu
# switches on or off. Some of the segments are so short that the boundary looks round there.
#
# ## Exercises
#
# **1.** At the end, the hinge part and its gradient are 0. Training goes on all the same, since L2 still pulls the parameters
# towards 0. What stops it from pulling them all the way? Write down what you think. Then count in how many of the 100 steps the
# hinge part, in `history.loss`, is exactly 0.

# %%
steps_at_zero = None

if steps_at_zero is not None:
    print("right" if steps_at_zero == sum(hinge == 0 for hinge in history.loss) else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# `sum(hinge == 0 for hinge in history.loss)` gives 16: steps 84 to 99. Smaller parameters make smaller scores. As soon as one
# point has $y_i s_i < 1$, the hinge part wakes up, and its slope of −1 pushes that point back. The two parts balance where the
# margins just hold. That hasn't happened here yet: from step 84 to step 99, L2 fell by only 0.1 %, and the smallest $y_i s_i$
# is still 1.02.
#
# </details>

# %% [markdown]
# **2.** A point of class $y = -1$ has the score $s = 0.3$. How large is its hinge loss, and what is its derivative with respect
# to $s$?

# %%
hinge_loss = None
slope = None

if hinge_loss is not None and slope is not None:
    score = autograd.Value(0.3)
    wrong = (1 + score).relu()
    wrong.backward()
    print("right" if abs(hinge_loss - wrong.data) < 1e-9 and abs(slope - score.grad) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $1 - ys = 1.3$, and the derivative is $-y = 1$: to make the loss smaller, lower the score.
#
# </details>

# %% [markdown]
# **3.** L2 adds $10^{-4} p^2$ for every parameter $p$. With a learning rate of 1, what does a step of L2 alone make of $p = 3$?

# %%
after = None

if after is not None:
    print("right" if abs(after - (3 - 2e-4 * 3)) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The gradient is $2 \cdot 10^{-4} \cdot 3 = 0.0006$, so 2.9994: each step takes 0.02 % away.
#
# </details>

# %% [markdown]
# ## What to remember
#
# - A loss is made of parts. Look at each separately: here one went to 0, and the other stayed.
# - Two engines with the same weights must give the same gradients and the same boundary. Here they did.
# - Fewer, larger operations give the same numbers in less time, and one recording for all points in far less.
#
# Next: notebook 11, real data.
