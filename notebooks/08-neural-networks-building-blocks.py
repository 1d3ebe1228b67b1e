# %% [markdown]
# # 8. Neural networks, building blocks
#
# After this notebook you can write a two-layer network in four lines, and the gradients of its four parameters in the right
# shapes. You will also know which lines of a published derivation need fixing, and how to find them.
#
# **Before you start:** notebooks 1 to 5, and the product of a matrix and a vector. **Time:** about 35 minutes.
#
# The third of four notebooks that proofread published tutorials. The text: *Neural Networks: Examining the building blocks of
# modern-day deep learning*, a post of April 2022; our copy names no address.
#
# The post goes from one neuron to a network with 4 inputs, 2 hidden neurons and 3 outputs. We build the same network, then test
# every derivative in the post.

# %% [markdown]
# ## The first block: a neuron is a dot product
#
# The post starts with a neuron whose activation function is $f(x) = x$: $output = w_0 + w_1 x_1 + w_2 x_2$. In vector form this
# is $x \cdot w + b$, where $b = w_0$. The notation stays the same with more inputs. Our library also has a single node for it.
#
# **Predict**: five arrows lead into that node. Which number will run back along each?

# %%
from autograd import Value, dot, draw_dot

x1, x2 = Value(2.0, label="x1"), Value(-1.0, label="x2")
w0, w1, w2 = Value(0.5, label="w0"), Value(3.0, label="w1"), Value(4.0, label="w2")

spelled_out = w0 + w1 * x1 + w2 * x2
output = dot([w1, w2], [x1, x2], w0)
output.label = "output"
print(spelled_out.data, output.data)
output.backward()
draw_dot(output)

# %% [markdown]
# The number on an edge is the local derivative. A weight's edge carries its input, an input's edge carries its weight, and the
# bias's edge carries 1. These three facts are all that a linear block contributes to backpropagation.
#
# ## The second block: a layer is a matrix
#
# Neurons that share their inputs are the rows of a matrix. $W_1$ has one row per hidden neuron, $W_2$ one row per output. The
# post's rule of thumb: as many rows as the layer has neurons, as many columns as the previous layer has.
#
# $$z_1 = W_1 x + b_1$$
#
# $$a_1 = R(z_1)$$
#
# $$z_2 = W_2 a_1 + b_2$$
#
# $$a_2 = \sigma(z_2)$$
#
# $R$ is the relu, $\sigma$ the sigmoid. The post gives no numbers, so these are ours. `scope` names each block, and the picture
# will show the names.

# %%
import autograd
from autograd import linear, relu, scope, sigmoid


def network(x, W1, b1, W2, b2):
    with scope("z1 = W1 x + b1"):
        z1 = linear(W1, x, b1)
    with scope("a1 = R(z1)"):
        a1 = [relu(z) for z in z1]
    with scope("z2 = W2 a1 + b2"):
        z2 = linear(W2, a1, b2)
    with scope("a2 = σ(z2)"):
        a2 = [sigmoid(z) for z in z2]
    return z1, a1, z2, a2


def loss(a2, y):
    with scope("L(a2, y)"):
        return autograd.sum((t - a) ** 2 / 2 for t, a in zip(y, a2, strict=True))


x, y = [1.0, 2.0, -1.0, 0.5], [1.0, 0.0, 0.0]
W1 = [[Value(w) for w in row] for row in ([0.5, -0.2, 0.1, 0.4], [-0.6, 0.1, 0.3, -0.4])]
b1 = [Value(0.3), Value(0.1)]
W2 = [[Value(w) for w in row] for row in ([0.8, -0.5], [-1.2, 0.4], [0.3, 0.9])]
b2 = [Value(0.1), Value(-0.2), Value(0.0)]

inputs = [Value(number, label=f"x[{i}]") for i, number in enumerate(x)]
z1, a1, z2, a2 = network(inputs, W1, b1, W2, b2)
L = loss(a2, y)
for name, block in {"z1": z1, "a1": a1, "z2": z2, "a2": a2}.items():
    print(name, [round(v.data, 4) for v in block])
print("L ", round(L.data, 4))

# %% [markdown]
# ## The network as a row of boxes
#
# The post draws the network a second time, from left to right, with one rectangle per operation. Here is that picture as
# recorded, turned upright to fit the page. Grey arrows carry values forward, down the page. Coloured arrows carry gradients
# back up: solid blue is positive, dashed orange negative, dotted zero. Violet means several numbers at once, and "norm" is the
# length of their vector. "in → out" counts all incoming numbers, including weights and biases. $b_1$ has only two numbers, and
# each has its own box.

# %%
L.backward()
draw_dot(L, fold="module", flow="both", direction="TB", show=("data", "grad"))

# %% [markdown]
# Read the coloured arrows from the loss upwards. The gradient that has reached the box $z_2$ is used three times: for $W_2$,
# for $b_2$ and for everything above. This is what the post means by repeated partials, which are computed once and kept. They
# are usually called $\delta$:
#
# $$\delta_2 = \frac{\partial L}{\partial z_2}$$
#
# $$\delta_1 = \frac{\partial L}{\partial z_1}$$
#
# ## The rules we need
#
# The post reviews two: the chain rule, with $h(x) = (5x+3)^2$, whose derivative is $2(5x+3) \cdot 5 = 50x + 30$; and partial
# derivatives, with $f = x^2 y$, whose gradient is $(2xy, x^2)$.

# %%
from autograd import grad

for at in (-1.0, 0.0, 2.0):
    print(f"x = {at}: h' = {grad(lambda x: (5 * x + 3) ** 2)(at)}, 50x + 30 = {50 * at + 30}")
x_, y_ = 3.0, 2.0
print("∇f =", grad(lambda p: p[0] ** 2 * p[1])([x_, y_]), "and (2xy, x²) =", [2 * x_ * y_, x_**2])

# %% [markdown]
# ## The four gradients, in the right shapes
#
# A gradient has the shape of its parameter, since each entry of the parameter needs one number. With one sample, this leaves no
# choice ($\odot$ multiplies elementwise, and a column times a row gives a matrix):
#
# $$\delta_2 = -(y - a_2) \odot \sigma'(z_2)$$
#
# $$\frac{\partial L}{\partial W_2} = \delta_2 a_1^\top$$
#
# $$\frac{\partial L}{\partial b_2} = \delta_2$$
#
# $$\delta_1 = W_2^\top \delta_2 \odot R'(z_1)$$
#
# $$\frac{\partial L}{\partial W_1} = \delta_1 x^\top$$
#
# $$\frac{\partial L}{\partial b_1} = \delta_1$$
#
# In NumPy this takes a few lines. We compare the results with what the engine found by walking the graph.

# %%
import numpy as np


def by_hand(W1, b1, W2, b2, x=x, y=y):
    W1, b1, W2, b2, x, y = map(np.array, (W1, b1, W2, b2, x, y))
    z1 = W1 @ x + b1
    a1 = np.maximum(z1, 0)
    z2 = W2 @ a1 + b2
    a2 = 1 / (1 + np.exp(-z2))
    d2 = -(y - a2) * a2 * (1 - a2)
    d1 = W2.T @ d2 * (z1 > 0)
    return {"W1": np.outer(d1, x), "b1": d1, "W2": np.outer(d2, a1), "b2": d2}


parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
numbers = {name: np.vectorize(lambda v: v.data)(p) for name, p in parameters.items()}
engine = {name: np.vectorize(lambda v: v.grad)(p) for name, p in parameters.items()}
hand = by_hand(**numbers)
for name in parameters:
    same = np.allclose(hand[name], engine[name], rtol=1e-12, atol=1e-15)
    print(f"∂L/∂{name}: shape {hand[name].shape}, by hand as by engine: {same}")
print(engine["W1"].round(4), engine["W2"].round(4), sep="\n")

# %% [markdown]
# **Exercise.** The second row of $\partial L / \partial W_1$ is zero. Which block is responsible? Look at the printed $z_1$,
# decide, then ask the library: `why` says where a gradient was lost.

# %%
# from autograd import why
# why(W1[1][0], of=L)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The relu of the second hidden neuron. Its argument is $z_1 = -0.8$, so $R'(z_1) = 0$ and nothing gets through. The neuron
# learns nothing from this sample. The second column of $\partial L / \partial W_2$ is zero for a related reason: the neuron's
# output $a_1$ is 0, and $a_1$ is a factor there.
#
# </details>

# %% [markdown]
# ## Why a transpose
#
# A hidden neuron feeds all three outputs, so there are three paths from it to the loss. Each starts with a number from one
# column of $W_2$; the product of the remaining numbers is an entry of $\delta_2$. Adding the products of the three paths gives
# a sum over the rows of $W_2$: an entry of $W_2^\top \delta_2$.

# %%
from autograd import paths

for i, weight in enumerate(row[0].data for row in W2):
    print(f"W2[{i}][0] · δ2[{i}] = {weight:4} · {z2[i].grad:7.4f} = {weight * z2[i].grad:7.4f}")
paths(a1[0], of=L)

# %% [markdown]
# ## As the post writes it
#
# The post multiplies its factors from left to right, without $\top$ and without $\odot$:
#
# $$\frac{\partial L}{\partial W_2} = -(y-a_2)\,\sigma'(z_2)\,a_1$$
#
# $$\frac{\partial L}{\partial W_1} = -(y-a_2)\,\sigma'(z_2)\,W_2\,R'(z_2)\,x$$
#
# If every letter is a single number, the order doesn't matter. In the post's network, the letters are vectors and matrices, so
# we let NumPy try.

# %%
d2, W2_numbers = hand["b2"], numbers["W2"]
a1_numbers = np.array([v.data for v in a1])
R_at_z2 = np.array([float(v.data > 0) for v in z2])


def attempt(what, product):
    try:
        print(what, "gives shape", product().shape)
    except ValueError as error:
        print(what, "fails:", error)


attempt("−(y−a2)σ'(z2) · a1", lambda: d2 * a1_numbers)
attempt("−(y−a2)σ'(z2) · W2", lambda: d2 @ W2_numbers)
attempt("−(y−a2)σ'(z2) · W2 · R'(z2)", lambda: d2 @ W2_numbers * R_at_z2)

# %% [markdown]
# The middle one is fine: a row times $W_2$ is $W_2^\top \delta_2$, written as a row. The other two are not. The last message
# points to more than notation. $R'$ belongs to the hidden layer, which has 2 neurons, but $z_2$ has 3 numbers. It has to be
# $R'(z_1)$.
#
# ## Proofread
#
# We run every derivative in the post through `audit`, in two groups. First the pieces. The post's loss is a vector with one
# entry per output; we sum the entries. "(numbers)" means that every letter is a single number. The code writes each statement
# as a function. (You can skip the code: what counts is the table at the end.)

# %%
from autograd.audit import Proofreading

post = Proofreading("Neural networks, building blocks")
claim = post.claim


def logistic(z):
    return 1 / (1 + np.exp(-z))


def h(x):
    return (5 * x + 3) ** 2


def x2y(x, y):
    return x**2 * y


# Chain Rule Review, Partial Derivatives Review
claim("f = x²: f' = 2x", lambda x: x**2, lambda x: 2 * x, at=1.5)
claim("g = 5x+3: g' = 5", lambda x: 5 * x + 3, lambda x: 5.0, at=1.5)
claim("h = (5x+3)²: h' = f'(g(x))g'(x) = 2(5x+3)·5", h, lambda x: 2 * (5 * x + 3) * 5, at=1.5)
claim("h' = 10(5x+3)", h, lambda x: 10 * (5 * x + 3), at=1.5)
claim("h' = 50x+30", h, lambda x: 50 * x + 30, at=1.5)
claim("f = x²y: ∂f/∂x = 2xy", lambda x: x2y(x, 2.0), lambda x: 2 * x * 2.0, at=3.0)
claim("∂f/∂y = x²", lambda y: x2y(3.0, y), lambda y: 3.0**2, at=2.0)
claim("∇f = (2xy, x²)", x2y, lambda x, y: (2 * x * y, x**2), at=(3.0, 2.0))

# Calculating the Partials
at_a2, at_z1 = {"a2": [0.6, 0.3, 0.5]}, {"z1": [-0.8, 0.0, 0.5]}
claim("∂L/∂ŷ = −(y−a2)", lambda a2: loss(a2, y), lambda a2: -(np.array(y) - a2), at=at_a2)
claim("σ'(z2) = σ(z2)(1−σ(z2))", sigmoid, lambda z: logistic(z) * (1 - logistic(z)), at=0.7)
claim("∂z2/∂W2 = a1 (numbers)", lambda W2: W2 * 0.5 + 0.1, lambda W2: 0.5, at=0.8)
claim("∂z2/∂b2 = 1 (numbers)", lambda b2: 0.8 * 0.5 + b2, lambda b2: 1.0, at=0.1)
claim("∂z2/∂a1 = W2 (numbers)", lambda a1: 0.8 * a1 + 0.1, lambda a1: 0.8, at=0.5)
steps = {"z1": [0.0, 0.0, 1.0]}
claim("∂R/∂z1 = 0 if z1 ≤ 0, 1 if z1 > 0", lambda z1: sum(map(relu, z1)), steps, at=at_z1)
claim("∂z1/∂W1 = x (numbers)", lambda W1: W1 * 2.0 + 0.3, lambda W1: 2.0, at=0.5)
claim("∂z1/∂b1 = 1 (numbers)", lambda b1: 0.5 * 2.0 + b1, lambda b1: 1.0, at=0.3)
print(post.headline())

# %% [markdown]
# The pieces all hold. Now we multiply them. In a network with one input, one hidden neuron and one output, every letter in the
# post is a number, and its products can be taken literally. We choose a point where $z_1 > 0 > z_2$, so that $R'(z_1)$ and
# $R'(z_2)$ differ. The formula for each parameter is checked together with correct ones for the other three. (You can skip the
# code.)

# %%
from math import prod

one = {"W1": 0.5, "b1": 0.3, "W2": -0.8, "b2": 0.1}


def with_numbers(W1, b1, W2, b2):
    return loss([sigmoid(W2 * relu(W1 * 1.7 + b1) + b2)], [0.3])


def factors(W1, b1, W2, b2):
    """The factors, under their names in the post."""
    z1 = W1 * 1.7 + b1
    a1 = max(z1, 0.0)
    z2 = W2 * a1 + b2
    a2 = logistic(z2)
    values = -(0.3 - a2), a2 * (1 - a2), a1, 1.0, W2, float(z1 > 0), 1.7, 1.0
    names = "∂L/∂a2 ∂a2/∂z2 ∂z2/∂W2 ∂z2/∂b2 ∂z2/∂a1 ∂a1/∂z1 ∂z1/∂W1 ∂z1/∂b1"
    again = "−(y−a2) σ'(z2) a1 1 W2 R'(z1) x 1"
    found = dict(zip(names.split(), values, strict=True)) | dict(zip(again.split(), values, strict=True))
    return found | {"R'(z2)": float(z2 > 0)}


right_ones = {
    "W1": "∂L/∂a2 · ∂a2/∂z2 · ∂z2/∂a1 · ∂a1/∂z1 · ∂z1/∂W1",
    "b1": "∂L/∂a2 · ∂a2/∂z2 · ∂z2/∂a1 · ∂a1/∂z1 · ∂z1/∂b1",
    "W2": "∂L/∂a2 · ∂a2/∂z2 · ∂z2/∂W2",
    "b2": "∂L/∂a2 · ∂a2/∂z2 · ∂z2/∂b2",
}


def product(parameter, factors_of_it, where="", right=""):
    """Claim that the gradient of a parameter is the product of these factors."""

    def claimed(**p):
        known, lines = factors(**p), right_ones | {parameter: factors_of_it}
        return {name: prod(known[factor] for factor in line.split(" · ")) for name, line in lines.items()}

    says = f"{where}∂L/∂{parameter} = {factors_of_it} (numbers)"
    claim(says, with_numbers, claimed, at=one, right=right)


# The four chains of factors
product("b2", "∂L/∂a2 · ∂a2/∂z2 · ∂z2/∂b2")
product("W2", "∂L/∂a2 · ∂a2/∂z2 · ∂z2/∂W2")
product("b1", "∂L/∂a2 · ∂a2/∂z2 · ∂z2/∂a1 · ∂a1/∂z1 · ∂z1/∂b1")
fourth = "∂L/∂a2 · ∂a2/∂z2 · ∂z2/∂a1 · ∂a1/∂z1 · ∂z1/∂W1"
product("b1", fourth, "fourth chain: ", right="∂L/∂W1 on the left side")
product("W1", fourth, "further down: ")

# The results
product("W2", "−(y−a2) · σ'(z2) · a1")
product("b2", "−(y−a2) · σ'(z2)")
product("W1", "−(y−a2) · σ'(z2) · W2 · R'(z2) · x", right="R'(z1) for R'(z2)")
product("b1", "−(y−a2) · σ'(z2) · W2 · R'(z2)", right="R'(z1) for R'(z2)")
known = factors(**one)
print("at this point R'(z1) =", known["R'(z1)"], "and R'(z2) =", known["R'(z2)"])

# %% [markdown]
# Finally, the lines for layer 2 with vectors. The post multiplies $-(y-a_2)$ and $\sigma'(z_2)$, which only makes sense
# elementwise. What if we multiply by $a_1$ in the same way? That requires layers of equal width, here 3 and 3.

# %%
random = np.random.RandomState(7)
shapes = (3, 4), (3,), (3, 3), (3,)
V1, c1, V2, c2 = (random.randn(*shape).tolist() for shape in shapes)


def with_vectors(W2, b2):
    return loss(network(x, V1, c1, W2, b2)[-1], y)


def elementwise(W2, b2):
    d2 = by_hand(V1, c1, W2, b2)["b2"]
    return {"W2": d2 * np.maximum(np.array(V1) @ x + c1, 0), "b2": d2}


f, claimed = lambda b2: with_vectors(V2, b2), lambda b2: elementwise(V2, b2)["b2"]
claim("∂L/∂b2 = −(y−a2)σ'(z2), elementwise", f, claimed, at={"b2": c2})
f, claimed = lambda W2: with_vectors(W2, c2), lambda W2: elementwise(W2, c2)["W2"]
says = "∂L/∂W2 = −(y−a2)σ'(z2)a1, if elementwise"
claim(says, f, claimed, at={"W2": V2}, right="δ2 a1ᵀ, a column times a row")
post

# %% [markdown]
# What does not hold as written: the name of the fourth chain, which the post gets right further down, and $R'(z_2)$, twice. The
# last row is a matter of interpretation. The post doesn't say which product it means for $W_2$: with numbers its line holds,
# and with vectors it has to be a column times a row.
#
# One thing no audit can find: the equations for the four parameters start with $\partial L / b_2$ and the like, where the lower
# $\partial$ is missing.
#
# ## What could not be reproduced
#
# - The three figures are not part of the text. We drew two of them, the neuron and the boxes, from its description. The drawing
#   of the 4-2-3 network is missing here.
# - The post gives no numbers at all: no weights, no input, no target. The ones above are ours.
# - Its sections on the whole algorithm, on activation functions and on cost functions are empty. It announces "mean squared
#   error", but differentiates half the squared error, without a mean.
# - The post trains nothing. It ends with the gradients, before any weight is updated.

# %% [markdown]
# ## Exercises
#
# **1.** A layer has 5 inputs and 3 neurons. How many rows and columns does its matrix have?

# %%
rows = None
columns = None

if rows is not None and columns is not None:
    print("right" if (rows, columns) == (3, 5) else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 3 rows, one per neuron, and 5 columns, one per input.
#
# </details>

# %% [markdown]
# **2.** What is the derivative of $(5x + 3)^2$ at $x = 1$?

# %%
slope = None

if slope is not None:
    x1 = Value(1.0)
    ((5 * x1 + 3) ** 2).backward()
    print("right" if abs(slope - x1.grad) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $2 (5x + 3) \cdot 5 = 50x + 30$, which is 80.
#
# </details>

# %% [markdown]
# **3.** A layer has the inputs $a = (2, 3)$, and $\delta = (0.5, -1)$ arrives at it. Write down the gradient of its matrix, as
# a list of rows.

# %%
matrix = None

if matrix is not None:
    print("right" if np.allclose(matrix, np.outer([0.5, -1.0], [2.0, 3.0])) else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $\delta a^\top$: every $\delta$ times every input, `[[1, 1.5], [-2, -3]]`.
#
# </details>

# %% [markdown]
# ## What to remember
#
# - A layer is a matrix times a vector; a gradient has the shape of its parameter. Check the shapes first: it finds mistakes for
#   free.
# - Backward through a linear block: $\delta$ times the inputs as an outer product for $W$, $\delta$ itself for $b$,
#   $W^\top \delta$ for the block before it.
# - The derivative of an activation function is evaluated at the function's own argument: $R'(z_1)$ for the layer whose argument
#   is $z_1$.
#
# Next: notebook 9, where many examples go through the network at once and the loss is the cross-entropy.
