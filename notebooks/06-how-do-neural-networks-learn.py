# %% [markdown]
# # 6. How do neural networks learn?
#
# You will be able to read every factor of a long chain rule off the edges of a graph, and to test what a text says about
# derivatives. The text is a published tutorial: all its derivatives and updates are correct; its slips are elsewhere.
#
# **Before you start:** notebooks 1 to 4. **Time:** about 30 minutes.
#
# This is the first of four notebooks that proofread published tutorials. The text: *How do Neural Networks learn?* by Maël
# Fabien, in his series on deep learning at [maelfabien.github.io](https://maelfabien.github.io).
#
# The tutorial's network has two inputs and a bias, followed by two sigmoid neurons and a bias, followed by one sigmoid neuron:
#
# $$h_1 = W_{11}^{(1)} x_1 + W_{21}^{(1)} x_2 + W_{31}^{(1)}$$
#
# $$h_2 = W_{12}^{(1)} x_1 + W_{22}^{(1)} x_2 + W_{32}^{(1)}$$
#
# $$h = W_{11}^{(2)} \sigma(h_1) + W_{21}^{(2)} \sigma(h_2) + W_{31}^{(2)}$$
#
# $$\hat{y} = \sigma(h) \qquad E = \frac{1}{2} (\hat{y} - y)^2$$
#
# In the code and pictures, `w11` is $W_{11}^{(1)}$, and so on for the six weights of the first layer; `u1`, `u2`, `u3` are
# $W_{11}^{(2)}$, $W_{21}^{(2)}$, $W_{31}^{(2)}$. The tutorial gives no numbers; these are ours.
#
# **Predict**: the picture shows the local derivative on every edge. How many edges lie on the path from `w11` to `E`?

# %%
from autograd import Value, dot, draw_dot, sigmoid

numbers = {"w11": 0.5, "w21": -0.3, "w31": 0.2, "w12": -0.4, "w22": 0.8, "w32": 0.1}
numbers |= {"u1": 2.0, "u2": -1.5, "u3": 0.3, "x1": 1.0, "x2": 2.0}
leaf = {name: Value(number, label=name) for name, number in numbers.items()}
w11, w21, w31, w12, w22, w32, u1, u2, u3, x1, x2 = leaf.values()
y = 1.0


def named(label, node):
    node.label = label
    return node


h1 = named("h1", dot([w11, w21], [x1, x2], bias=w31))
h2 = named("h2", dot([w12, w22], [x1, x2], bias=w32))
s1, s2 = named("s1", sigmoid(h1)), named("s2", sigmoid(h2))
h = named("h", dot([u1, u2], [s1, s2], bias=u3))
y_hat = named("ŷ", sigmoid(h))
E = named("E", 0.5 * (y_hat - y) ** 2)
E.backward()
draw_dot(E, direction="TB", show=["partial"])

# %% [markdown]
# The number on an arrow is the local partial derivative: how fast the result changes with that argument. From `w11` the path
# leads through $h_1$, $\sigma(h_1)$, $h$, $\hat{y}$ and the error, whose last steps are the difference, the square and the
# half. Everything the tutorial derives is a product of these numbers.
#
# ## Four factors, read off the edges
#
# For the deepest weight, the tutorial writes
#
# $$\frac{\partial E}{\partial W_{11}^{(1)}} = \frac{\partial E}{\partial \hat{y}} \cdot \frac{\partial \hat{y}}{\partial h}
# \cdot \frac{\partial h}{\partial h_1} \cdot \frac{\partial h_1}{\partial W_{11}^{(1)}}$$
#
# In the graph, this is the only path from `w11` to `E`. `paths` multiplies the numbers along it:

# %%
from autograd import paths

paths(w11, of=E)

# %% [markdown]
# Seven edges, four factors: $\partial E / \partial \hat{y}$ covers three edges (subtract, square, halve), and
# $\partial h / \partial h_1$ two (the sigmoid, and the weight `u1` it meets in `h`). `gradients(y, x)` gives any single factor.
# The result of the tutorial's formula is beside it.

# %%
from math import exp

from autograd import gradients


def sigma(z):
    return 1 / (1 + exp(-z))


factors = {
    "∂E/∂ŷ": (gradients(E, y_hat), y_hat.data - y),
    "∂ŷ/∂h": (gradients(y_hat, h), sigma(h.data) * (1 - sigma(h.data))),
    "∂h/∂h1": (gradients(h, h1), u1.data * sigma(h1.data) * (1 - sigma(h1.data))),
    "∂h1/∂w11": (gradients(h1, w11), x1.data),
}
product = 1.0
print("factor       graph      formula")
for name, (graph, formula) in factors.items():
    print(f"{name:9} {graph:9.6f}   {formula:9.6f}")
    product *= formula
print(f"product             {product:12.6f}")
print(f"backward            {w11.grad:12.6f}")

# %% [markdown]
# `explain` shows the same in symbols and then in numbers, from the end to the start, as `backward()` goes:

# %%
from autograd import explain

print(explain(w11, of=E))

# %% [markdown]
# ## More than one path: the chain rule in several variables
#
# The tutorial's second chain rule is for a $t$ that feeds both $x$ and $y$: add the products along both paths. The input $x_1$
# is such a $t$. It feeds both $h_1$ and $h_2$:

# %%
paths(x1, of=E)

# %% [markdown]
# ## What is shared is computed once
#
# "We will re-use them often", the tutorial says of the partial derivatives. How often? Written out weight by weight, each of
# the nine derivatives is a product along its own path. The backward pass visits each edge once.

# %%
from autograd import steps

weights = [w11, w21, w31, w12, w22, w32, u1, u2, u3]
separate = sum(len(paths(w, of=E)[0].partials) for w in weights)
once = sum(len(step.contributions) for step in steps(E) if step.phase == "backward")
print(f"factors in nine separate products: {separate}")
print(f"edges in one backward pass: {once}, with the gradients of x1 and x2 as well")

# %% [markdown]
# In the picture, the shared factors are the edges from `h` down: all nine paths end with them.
#
# ## Learning
#
# One update is $W \leftarrow W - \alpha \, \partial E / \partial W$ for every weight. The tutorial has no data, so we make
# some: 40 points in a square, in class 1 if they lie in a strip. One line can't cut out a strip but two can, and the network
# has two hidden neurons. The error is now the cross-entropy averaged over the points, as in the tutorial's section on the
# feedforward process.

# %%
from random import Random

import nn

random = Random(0)
X = [[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in range(40)]
targets = [int(abs(a + b) < 0.6) for a, b in X]

net = nn.MLP(2, [2, 1], "sigmoid", "sigmoid", seed=0)
alpha = 5.0
error = nn.BCELoss()([net(point) for point in X], targets)
net.zero_grad()
error.backward()
by_hand = [p.data - alpha * p.grad for p in net.parameters()]
print(f"{len(by_hand)} weights, {sum(targets)} of {len(X)} points in the strip")
print(f"error {error.data:.4f}")

# %% [markdown]
# `nn.fit` with `SGD` repeats this update. Its first one matches ours to the last digit:

# %%
optimizer = nn.optim.SGD(net.parameters(), lr=alpha)
recipe = {"loss": nn.BCELoss(), "optimizer": optimizer, "progress": False}
nn.fit(net, X, targets, epochs=1, **recipe)
print("one epoch is the update by hand:", by_hand == [p.data for p in net.parameters()])

history = nn.fit(net, X, targets, epochs=299, **recipe)
outputs = [net(point) for point in X]
print(f"after 300 updates: error {nn.BCELoss()(outputs, targets).data:.4f},", end=" ")
print(f"accuracy {nn.accuracy(outputs, targets, threshold=0.5):.0%}")

# %%
import matplotlib.pyplot as plt

from nn import plot

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
plot.loss_curve(history, ax=left)
plot.decision_boundary(net, X, targets, threshold=0.5, steps=40, ax=right, target_names=["outside", "strip"])
for neuron in net.layers[0].neurons:
    slope = -neuron.w[0].data / neuron.w[1].data
    offset = -neuron.b.data / neuron.w[1].data
    right.axline((0, offset), slope=slope, color="red", linestyle="--")

# %% [markdown]
# The dashed red lines are where $h_1 = 0$ and $h_2 = 0$. Each hidden neuron has become one side of the strip, close to the
# black line where the output is 0.5. The error is flat at first and then falls: "shifting in the right direction", says the
# tutorial.
#
# ## Proofreading
#
# Now we write every statement the tutorial makes about a derivative or an update as a claim, and compare it with the engine at
# the numbers above and at nearby points. An update $W - \alpha G$ is the claim that $G$ is the gradient. The two chain rules
# are general; we try the first with $f = \sin(x)$ and $x = t^2$, the second with $f = xy$, $x = t^2$ and $y = \sin(t)$. For
# $\nabla E$ we multiply the tutorial's factors for each of the nine weights. (You can skip the code.)

# %%
from math import cos, sin

import autograd
from autograd.audit import Proofreading, audit

n = numbers
W = {name: n[name] for name in ("w11", "w21", "w31", "w12", "w22", "w32", "u1", "u2", "u3")}


def d_sigma(z):
    return sigma(z) * (1 - sigma(z))


def error_of(w11, w21, w31, w12, w22, w32, u1, u2, u3):
    s1 = sigmoid(w11 * n["x1"] + w21 * n["x2"] + w31)
    s2 = sigmoid(w12 * n["x1"] + w22 * n["x2"] + w32)
    return 0.5 * (sigmoid(u1 * s1 + u2 * s2 + u3) - y) ** 2


def its_factors(w11, w21, w31, w12, w22, w32, u1, u2, u3):
    """All nine derivatives, as products of the tutorial's factors."""
    h1 = w11 * n["x1"] + w21 * n["x2"] + w31
    h2 = w12 * n["x1"] + w22 * n["x2"] + w32
    h = u1 * sigma(h1) + u2 * sigma(h2) + u3
    to_h = (sigma(h) - y) * d_sigma(h)
    to_h1, to_h2 = to_h * u1 * d_sigma(h1), to_h * u2 * d_sigma(h2)
    first = {"w11": to_h1 * n["x1"], "w21": to_h1 * n["x2"], "w31": to_h1}
    second = {"w12": to_h2 * n["x1"], "w22": to_h2 * n["x2"], "w32": to_h2}
    return first | second | {"u1": to_h * sigma(h1), "u2": to_h * sigma(h2), "u3": to_h}


def its_update(**W):
    return {name: W[name] - alpha * G for name, G in its_factors(**W).items()}


def of_w11(w11):
    return error_of(**W | {"w11": w11})


notes = Proofreading("How do Neural Networks learn ?")
notes.claim(
    "∂f(x(t))/∂t = ∂f/∂x · ∂x/∂t",
    lambda t: autograd.sin(t**2),
    lambda t: cos(t**2) * 2 * t,
    at=0.7,
)
notes.claim(
    "∂f(x(t), y(t))/∂t = ∂f/∂x · ∂x/∂t + ∂f/∂y · ∂y/∂t",
    lambda t: t**2 * autograd.sin(t),
    lambda t: sin(t) * 2 * t + t**2 * cos(t),
    at=0.7,
)
notes.claim(
    "W* = W − α ∂E/∂W  (twice; all nine)",
    error_of,
    lambda **W: {name: (W[name] - new) / alpha for name, new in its_update(**W).items()},
    at=W,
)
notes.claim("∇E = (∂E/∂W₁₁⁽¹⁾, …, ∂E/∂W₃₁⁽²⁾)", error_of, its_factors, at=W)
notes.claim(
    "∂E/∂W₁₁⁽¹⁾ = ∂E/∂ŷ · ∂ŷ/∂h · ∂h/∂h₁ · ∂h₁/∂W₁₁⁽¹⁾",
    of_w11,
    lambda w11: its_factors(**W | {"w11": w11})["w11"],
    at=n["w11"],
)
for says, formula in {
    "σ'(x) = e⁻ˣ/(1+e⁻ˣ)²": lambda x: exp(-x) / (1 + exp(-x)) ** 2,
    "σ'(x) = 1/(1+e⁻ˣ) · e⁻ˣ/(1+e⁻ˣ)": lambda x: 1 / (1 + exp(-x)) * exp(-x) / (1 + exp(-x)),
    "σ'(x) = σ(x)(1−σ(x))": d_sigma,
}.items():
    notes.claim(says, sigmoid, formula, at=0.7)
notes.claim(
    "∂E/∂ŷ = ŷ − y",
    lambda guess: 0.5 * (guess - y) ** 2,
    lambda guess: guess - y,
    at=y_hat.data,
)
notes.claim("∂ŷ/∂h = σ'(h) = σ(h)(1−σ(h))", sigmoid, d_sigma, at=h.data)
notes.claim(
    "∂h/∂h₁ = W₁₁⁽²⁾ σ'(h₁) = W₁₁⁽²⁾ σ(h₁)(1−σ(h₁))",
    lambda h1: n["u1"] * sigmoid(h1) + n["u2"] * s2.data + n["u3"],
    lambda h1: n["u1"] * d_sigma(h1),
    at=h1.data,
)
notes.claim(
    "∂h₁/∂W₁₁⁽¹⁾ = x₁",
    lambda w11: w11 * n["x1"] + n["w21"] * n["x2"] + n["w31"],
    lambda w11: n["x1"],
    at=n["w11"],
)
notes

# %% [markdown]
# Twelve statements, and all of them hold. Would a slip have been caught? Let's forget that $h_1$ goes through $\sigma$ on its
# way to $h$, and use just $W_{11}^{(2)}$ for $\partial h / \partial h_1$:


# %%
def forgetful(w11):
    h1 = w11 * n["x1"] + n["w21"] * n["x2"] + n["w31"]
    return its_factors(**W | {"w11": w11})["w11"] / d_sigma(h1)


audit(of_w11, forgetful, at=n["w11"])

# %% [markdown]
# ## What could not be reproduced
#
# - The tutorial has no data, no initial weights, no $\alpha$ and no results, so it has no number to compare with. Its five
#   pictures are missing from our copy; the graph above is ours, drawn from its formulas.
# - $E = (\partial E / \partial W_{11}^{(1)}, \ldots)$ is printed twice. One number can't be a list of nine, so this can't be a
#   claim; the third time the list is called $\nabla E$, and that is what we tested.
# - It shows $W^{(1)}$ with three columns and $W^{(2)}$ with two. Its own formulas for $h_1$, $h_2$ and $h$ use two and one: the
#   nine weights we used. It mentions "2 hidden layers"; the formulas have one, with two neurons.
# - $CE$ is missing brackets: around the two terms after $\sum_i$, and in $\log\, 1 - p_i$, which should be $\log(1 - p_i)$.
# - "The sum of the losses" $E$ is a mean in the formula below it, $E = 1/m \sum_m CE_m$. The formula holds if $CE_m$ is the
#   loss of one example.
# - It calls $(\hat{y} - y)^2 / 2$ the mean squared error. It is half of one squared error, without a mean.

# %% [markdown]
# ## Exercises
#
# **1.** What is the largest slope that a sigmoid can have? The curve is steepest in the middle.

# %%
slope = None

if slope is not None:
    middle = Value(0.0)
    sigmoid(middle).backward()
    print("right" if abs(slope - middle.grad) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $\sigma(0) = \frac{1}{2}$, so $\sigma'(0) = \frac{1}{2} \cdot (1 - \frac{1}{2}) = \frac{1}{4}$.
#
# </details>

# %% [markdown]
# **2.** How many times as large as the gradient of the bias `w31` is that of `w21`, the other weight of the same neuron? Say it
# without calculating either.

# %%
times = None

if times is not None:
    print("right" if abs(times - numbers["x2"]) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 2 times. The paths differ in their first edge alone: it carries $x_2 = 2$ for the weight, and 1 for the bias.
#
# </details>

# %% [markdown]
# **3.** Four layers of sigmoids, one after the other, and all weights 1. At most how large is the gradient of the first sum, if
# that of the last output is 1?

# %%
at_most = None

if at_most is not None:
    print("right" if abs(at_most - 0.25**4) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $(\frac{1}{4})^4 = 0.00390625$. Every sigmoid on the path multiplies by at most a quarter: this is why deep networks of
# sigmoids learn slowly at their beginning.
#
# </details>

# %% [markdown]
# ## What to remember
#
# - A derivative in a network is the product of the numbers along a path; if there are several paths, add their products.
# - The factors of a long chain rule and the edges of the graph are the same numbers. What the paths share is computed once.
# - A printed formula is a claim. Testing it takes one line.
#
# Next: notebook 7, one LEGO at a time: a full training run, from data to decision boundary, and a program with hand-written
# gradients.
