# %% [markdown]
# # 5. Your first network
#
# You will be able to build a network from neurons, in thirty lines of your own, and train it on points that no straight line
# separates. Then you will write the same network in one line, with `nn`.
#
# **Before you start:** notebook 4, and Python's `class` (a short reminder is below). **Time:** about 30 minutes.
#
# ## Inside and outside
#
# Four points lie inside, eight around them. (You can skip the plotting code, here and below.)

# %%
import matplotlib.pyplot as plt

inside = [[0.3, 0.2], [-0.4, 0.1], [0.1, -0.4], [-0.2, 0.4]]
outside = [[2, 0], [1.4, 1.4], [0, 2], [-1.4, 1.4], [-2, 0], [-1.4, -1.4], [0, -2], [1.4, -1.4]]
points = inside + outside
targets = [1] * len(inside) + [-1] * len(outside)


def draw_points(ax):
    ax.plot(*zip(*inside, strict=True), "^", color="tab:purple", markersize=8)
    ax.plot(*zip(*outside, strict=True), "o", color="tab:green", markersize=8)
    ax.set(xlabel="x₁", ylabel="x₂", xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), aspect="equal")


figure, ax = plt.subplots(figsize=(4, 4))
draw_points(ax)
plt.show()

# %% [markdown]
# **Predict**: a neuron draws one straight line. How many lines do you need to fence the triangles in?
#
# <details><summary>Answer</summary>
#
# A triangle is made of three. Two parallel ones leave both ends open: for these eight circles even that is enough, if they are
# close enough together.
#
# </details>
#
# So we take three neurons that look at the point, and a fourth that looks at the three: it can learn to say "inside" where all
# three agree. The three are a **hidden layer**; the fourth is the **output layer**. This is a **multi-layer perceptron**, MLP
# for short.
#
# ## A neuron, a layer, a network
#
# With many neurons we don't want a name for every weight. A `class` bundles numbers with what is done with them: `__init__`
# makes them, and `__call__` says what happens when we call the object like a function. `self` is the object itself. (`[… for _
# in range(3)]` makes a list of three, and `[*w, b]` is the list `w` with `b` at its end.)

# %%
from random import Random

from autograd import Value, dot, tanh

random = Random(1)  # the same random numbers on every run


class Neuron:
    def __init__(self, inputs):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(inputs)]
        self.b = Value(0)

    def __call__(self, x):
        return tanh(dot(self.w, x, bias=self.b))

    def parameters(self):
        return [*self.w, self.b]


class Layer:
    def __init__(self, inputs, outputs):
        self.neurons = [Neuron(inputs) for _ in range(outputs)]

    def __call__(self, x):
        return [neuron(x) for neuron in self.neurons]

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]


class Network:
    def __init__(self):
        self.hidden, self.output = Layer(2, 3), Layer(3, 1)

    def __call__(self, x):
        (y,) = self.output(self.hidden(x))  # a layer of one neuron gives a list of one
        return y

    def parameters(self):
        return self.hidden.parameters() + self.output.parameters()


network = Network()
print(len(network.parameters()), "parameters")
network(points[0])

# %% [markdown]
# Why must the weights be random? If they were equal, all three hidden neurons would compute the same, get the same gradients,
# and stay the same for ever.
#
# **Predict**: how many parameters does a network with 2 inputs, 4 hidden neurons and 1 output have?
#
# <details><summary>Answer</summary>
#
# 17. Each hidden neuron has two weights and a bias, 12 together. The output neuron has four weights and a bias.
#
# </details>
#
# Here is the whole calculation for one point, with its gradients.
#
# **Predict**: the output neuron multiplies each hidden output by a weight. Through how many boxes does the gradient of the first
# hidden neuron's bias come, from `y` back to the bias?

# %%
from autograd import draw_dot

y = network(points[0])
y.backward()
draw_dot(y)

# %% [markdown]
# Four, `y` itself included: $\tanh$ and `dot` of the output neuron, $\tanh$ and `dot` of the hidden one. Follow that path from
# the right to the left: it is a chain rule like every other.
#
# ## Train it
#
# The loop is the one of notebook 4, word for word. The network is larger, the four lines are not.
#
# **Predict**: at first, the output is wrong for most points, and the hidden lines lie anywhere. Will the loss fall at once, as
# with one neuron, or will nothing much happen for a while?

# %%
from IPython.display import display


def loss():
    return sum((network(point) - target) ** 2 for point, target in zip(points, targets, strict=True))


figure, ax = plt.subplots(figsize=(6, 3))
ax.set(xlabel="step", ylabel="loss", xlim=(0, 200), ylim=(0, 13))
ax.grid(alpha=0.3)
live = display(figure, display_id=True)

losses = []
for step in range(201):
    for p in network.parameters():
        p.grad = 0
    total = loss()
    total.backward()
    for p in network.parameters():
        p.data -= 0.05 * p.grad
    losses.append(total.data)
    if step % 10 == 0:
        ax.plot(losses, color="tab:blue")
        live.update(figure)
plt.close(figure)

# %%
for step in (0, 10, 20, 50, 100, 200):
    print(f"step {step:3}: loss {losses[step]:.3f}")
right = sum((network(point).data > 0) == (target > 0) for point, target in zip(points, targets, strict=True))
print(f"{right} of {len(points)} points on the right side")

# %% [markdown]
# For twenty steps little happens: the lines are turning into place. Then the loss drops.
#
# ## Look inside
#
# Every hidden neuron has a line of its own, where its sum is 0. The output is 0 on the thick curve.
#
# **Predict**: how many of the three lines will the network have put to use, and where?

# %% tags=["hide-input"]
figure, ax = plt.subplots(figsize=(4, 4))
grid = [i / 10 for i in range(-25, 26)]
scores = [[network([x1, x2]).data for x1 in grid] for x2 in grid]
ax.contour(grid, grid, scores, levels=[0], colors="black", linewidths=2.5)
for neuron, style in zip(network.hidden.neurons, ("--", "-.", ":"), strict=True):
    (w1, w2), b = [w.data for w in neuron.w], neuron.b.data
    sums = [[w1 * x1 + w2 * x2 + b for x1 in grid] for x2 in grid]
    ax.contour(grid, grid, sums, levels=[0], colors="tab:blue", linestyles=style)
draw_points(ax)
plt.show()

# %%
for i, neuron in enumerate(network.hidden.neurons):
    print(f"hidden neuron {i}: w = {[round(w.data, 2) for w in neuron.w]}, b = {neuron.b.data:.2f}")
(output,) = network.output.neurons
print(f"output neuron:   w = {[round(w.data, 2) for w in output.w]}, b = {output.b.data:.2f}")

# %% [markdown]
# Two of the neurons draw two nearly parallel lines, one on each side of the triangles, and the output says "inside" where both
# are close to 1. The third has weights close to 0: it looks at nothing, so its line is out of the picture. Nobody told them to
# share the work like this. It is what the gradients led to, from these random numbers.
#
# ## The same with `nn`
#
# `nn` has these classes ready. `nn.MLP(2, [3, 1], …)` is our network: 2 inputs, a layer of 3, a layer of 1.

# %%
import nn

net = nn.MLP(2, [3, 1], activation="tanh", output_activation="tanh")
for p, q in zip(network.parameters(), net.parameters(), strict=True):
    q.data = p.data  # our trained numbers: both list the parameters neuron by neuron
print(all(net(point).data == network(point).data for point in points))

# %% [markdown]
# `True`: with our numbers in its parameters it gives our outputs, to the last digit. And the loop becomes a call: `fit` does
# steps 1 to 4 for `epochs` rounds. `nn.MSELoss()` is the mean of the squared differences where we took their sum, so the rate
# is 12 times as large for the same steps; `nn.optim.SGD` is our step. This network begins with other random numbers than ours.
#
# **Predict**: will it find the same fence?

# %%
net = nn.MLP(2, [3, 1], activation="tanh", output_activation="tanh", seed=4)
optimizer = nn.optim.SGD(net.parameters(), lr=0.6)
history = nn.fit(net, points, targets, loss=nn.MSELoss(), optimizer=optimizer, epochs=200, progress=False)
print(f"mean loss {history.loss[0]:.3f} → {history.loss[-1]:.4f}")

# %%
from nn import plot

figure, ax = plt.subplots(figsize=(5, 4))
plot.decision_boundary(net, points, targets, steps=40, ax=ax)
plt.show()

# %% [markdown]
# No: from these numbers it found the other fence, three lines, a triangle. Both fit the points equally well, and which one it
# finds depends on where it starts.
#
# That is all there is to a neural network: neurons that share the work, a loss, and four lines that repeat. What comes after
# this is larger data, other losses, better steps, and finding out what is wrong when a network doesn't learn.
#
# ## Exercises
#
# **1.** A network in small: one hidden neuron without a bias, one output weight. Its input is 1, so that $h = \tanh(w)$ and
# $y = v h$, at $w = 0$ and $v = 3$. Find the gradients.

# %%
from autograd import quiz

w, v = Value(0), Value(3)
h = tanh(w * 1)
y = v * h
exercise = quiz(y)
exercise

# %%
exercise.answer({"v": None, "h": None, "w": None})

# %% [markdown]
# <details><summary>Answer</summary>
#
# `v` has $h = 0$: a weight learns nothing from a neuron that says 0. `h` has $v = 3$, and $\tanh'(0) = 1$, so `w` has 3.
#
# </details>
#
# **2.** How many parameters does a network with 2 inputs, two hidden layers of 16 and 1 output have? Fill in your number.

# %%
yours = None

if yours is not None:
    print("right" if yours == len(nn.MLP(2, [16, 16, 1]).parameters()) else "not yet: count weights and biases, layer by layer")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $16 \cdot (2 + 1) + 16 \cdot (16 + 1) + 1 \cdot (16 + 1) = 48 + 272 + 17 = 337$.
#
# </details>
#
# **3.** All parameters are 0.5 before training. How many different hidden neurons will there be after it: 1, 2 or 3?

# %%
how_many = None

network = Network()
for p in network.parameters():
    p.data = 0.5
for _ in range(200):
    for p in network.parameters():
        p.grad = 0
    loss().backward()
    for p in network.parameters():
        p.data -= 0.05 * p.grad
kinds = {tuple(round(p.data, 6) for p in neuron.parameters()) for neuron in network.hidden.neurons}
if how_many is not None:
    print("right" if how_many == len(kinds) else "not yet", f"- and the loss is still {loss().data:.2f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# One: the three stay one and the same neuron, since equal numbers get equal gradients. The network can do no more than with a
# single hidden neuron, and the loss stays high. Random numbers break the tie.
#
# </details>
#
# ## What to remember
#
# - A layer is neurons that look at the same inputs; a network is layers, each looking at the one before.
# - Hidden neurons share the work. Nobody tells them how; the gradients do. They must begin with different numbers.
# - A network and a neuron are trained by the same four lines.
#
# Next: notebook 6, the first of four published tutorials that we reproduce and proofread, or notebook 10, moons, for a larger
# network.
