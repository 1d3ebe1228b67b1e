# %% [markdown]
# # 6. Neural networks, building blocks
#
# After this notebook you can write a network with two layers in four lines, and the gradients of its four parameters in the
# right shapes. You will also know which lines of a published derivation to mend, and how to find that out.
#
# The derivation is the post *Neural Networks: Examining the building blocks of modern-day deep learning* (2022). It goes
# from one neuron to a network with 4 inputs, 2 hidden neurons and 3 outputs. We build the same network, then put every
# derivative of the post to a test.

# %% [markdown]
# ## The first block: a neuron is a dot product
#
# The post starts with a neuron whose activation function is $f(x) = x$: $output = w_0 + w_1 x_1 + w_2 x_2$. With vectors the
# same is $x \cdot w + b$, where $b = w_0$. The notation does not change if there are more inputs. Our library has one node
# for it, too.

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
# The number on an edge is the local derivative. A weight has its input on its edge, an input has its weight, and the bias
# has 1. These three facts are all that a linear block contributes to backpropagation.
#
# ## The second block: a layer is a matrix
#
# Neurons that share their inputs stand in the rows of a matrix. $W_1$ has a row for each hidden neuron, $W_2$ a row for each
# output:
#
# $$z_1 = W_1 x + b_1$$
#
# $$a_1 = R(z_1)$$
#
# $$z_2 = W_2 a_1 + b_2$$
#
# $$a_2 = \sigma(z_2)$$
#
# $R$ is the relu, $\sigma$ the sigmoid. The post gives no numbers, so these are ours. `scope` puts a name on each block,
# which the picture will show.

# %%
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
        return sum((t - a) ** 2 for t, a in zip(y, a2, strict=True)) / 2


x, y = [1.0, 2.0, -1.0, 0.5], [1.0, 0.0, 0.0]
W1 = [[Value(w) for w in row] for row in ([0.5, -0.2, 0.1, 0.4], [-0.6, 0.1, 0.3, -0.4])]
b1 = [Value(0.3), Value(0.1)]
W2 = [[Value(w) for w in row] for row in ([0.8, -0.5], [-1.2, 0.4], [0.3, 0.9])]
b2 = [Value(0.1), Value(-0.2), Value(0.0)]

z1, a1, z2, a2 = network(x, W1, b1, W2, b2)
L = loss(a2, y)
for name, block in {"z1": z1, "a1": a1, "z2": z2, "a2": a2}.items():
    print(name, [round(v.data, 4) for v in block])
print("L ", round(L.data, 4))

# %% [markdown]
# The rule of thumb of the post for the shapes holds: a weight matrix has as many rows as its layer has neurons, and as many
# columns as the layer before it. The network of `nn` with the same blocks has the same number of parameters.

# %%
import nn

net = nn.MLP(4, [2, 3], "relu", "sigmoid")
print(net)
print(len(W1), "×", len(W1[0]), "and", len(b1), "then", len(W2), "×", len(W2[0]), "and", len(b2))
print(2 * 4 + 2 + 3 * 2 + 3, "parameters, and in nn", len(net.parameters()))

# %% [markdown]
# ## The network as a row of boxes
#
# The post draws the network a second time, one rectangle for each operation, from left to right. Here is that picture,
# recorded, and turned upright to fit the page. Grey arrows carry values forward, down the page. Coloured arrows carry
# gradients back up. Where several numbers travel together, "norm" is the length of their vector. The input is a constant of
# ours and has no box.

# %%
L.backward()
draw_dot(L, fold="module", flow="both", direction="TB")

# %% [markdown]
# Read the coloured arrows from the loss upwards. The gradient that has reached the box $z_2$ is used three times: for $W_2$,
# for $b_2$ and for everything above. This is what the post means by repeated partials, which one computes once and keeps. It
# is usual to call them $\delta$:
#
# $$\delta_2 = \frac{\partial L}{\partial z_2}$$
#
# $$\delta_1 = \frac{\partial L}{\partial z_1}$$
#
# ## The rules that are needed
#
# The post reviews two. The chain rule with $h(x) = (5x+3)^2$, whose derivative is $2(5x+3) \cdot 5 = 50x + 30$; and partial
# derivatives with $f = x^2 y$, whose gradient is $(2xy, x^2)$.

# %%
from autograd import grad

for at in (-1.0, 0.0, 2.0):
    print(f"x = {at}: h' = {grad(lambda x: (5 * x + 3) ** 2)(at)}, 50x + 30 = {50 * at + 30}")
x_, y_ = 3.0, 2.0
print("∇f =", grad(lambda p: p[0] ** 2 * p[1])([x_, y_]), "and (2xy, x²) =", [2 * x_ * y_, x_**2])

# %% [markdown]
# ## The four gradients, in the right shapes
#
# A gradient has the shape of its parameter, since each entry of the parameter needs one number. With one sample this leaves
# no choice ($\odot$ multiplies entry by entry, and a column times a row gives a matrix):
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
# In NumPy these are a few lines. Beside them stands what the engine has found by walking the graph.

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
# **Exercise.** The second row of $\partial L / \partial W_1$ is zero. Which block is the reason? Look at the printed $z_1$,
# decide, then ask the library: `why` says where a gradient got lost.

# %%
# from autograd import why
# why(W1[1][0], of=L)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The relu of the second hidden neuron. Its argument is $z_1 = -0.8$, so $R'(z_1) = 0$ and nothing passes. The neuron does
# not learn from this sample. The second column of $\partial L / \partial W_2$ is zero for a related reason: the neuron's
# output $a_1$ is 0, and $a_1$ is the factor there.
#
# </details>

# %% [markdown]
# ## Why a transpose
#
# A hidden neuron feeds all three outputs, so there are three ways from its weight to the loss. The products along them are
# added. This sum over the rows of $W_2$ is the product $W_2^\top \delta_2$.

# %%
from autograd import paths

paths(W1[0][3], of=L)

# %% [markdown]
# ## As the post writes it
#
# The post multiplies its factors from left to right, without $\top$ and without $\odot$:
#
# $$\frac{\partial L}{\partial W_2} = -(y-a_2)\,\sigma'(z_2)\,a_1$$
#
# $$\frac{\partial L}{\partial W_1} = -(y-a_2)\,\sigma'(z_2)\,W_2\,R'(z_2)\,x$$
#
# If every letter is one number, the order does not matter. In the network of the post the letters are vectors and matrices,
# so we let NumPy try.

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
# points to more than a matter of notation. $R'$ belongs to the hidden layer, which has 2 neurons, but $z_2$ has 3 numbers.
# It has to be $R'(z_1)$.
#
# ## Proofread
#
# Every derivative of the post, put to `audit`. The post's loss is a vector with an entry for each output; we add the entries
# up. "Numbers" means that every letter is one number. "Vectors" means the network above. "Equal widths" means layers of 3
# and 3, since for other widths three of the claims have no value at all. A claim for one parameter is judged together with
# the right ones for the others.

# %%
from autograd.testing import Proofreading

post = Proofreading("Neural networks, building blocks")
claim = post.claim


def logistic(z):
    return 1 / (1 + np.exp(-z))


# Chain Rule Review, Partial Derivatives Review
claim("f = x²: f' = 2x", lambda x: x**2, lambda x: 2 * x, at=1.5)
claim("g = 5x+3: g' = 5", lambda x: 5 * x + 3, lambda x: 5.0, at=1.5)
h, slope = lambda x: (5 * x + 3) ** 2, lambda x: 2 * (5 * x + 3) * 5
claim("h = (5x+3)²: h' = f'(g)g' = 2(5x+3)·5", h, slope, at=1.5)
claim("h' = 50x + 30", h, lambda x: 50 * x + 30, at=1.5)
f, gradient = lambda x, y: x**2 * y, lambda x, y: (2 * x * y, x**2)
claim("f = x²y: ∇f = (2xy, x²)", f, gradient, at=(3.0, 2.0))

# Calculating the Partials
f, gradient = lambda a2: loss(a2, y), lambda a2: -(np.array(y) - a2)
claim("∂L/∂ŷ = −(y − a2)", f, gradient, at={"a2": [0.6, 0.3, 0.5]})
f, gradient = sigmoid, lambda z: logistic(z) * (1 - logistic(z))
claim("σ'(z2) = σ(z2)(1 − σ(z2))", f, gradient, at=0.7)
f, at = lambda z1: sum(relu(z) for z in z1), {"z1": [-0.8, 0.0, 0.5]}
claim("∂R/∂z1 = 0 if z1 ≤ 0, 1 if z1 > 0", f, {"z1": [0.0, 0.0, 1.0]}, at=at)
f, gradient = lambda W, a, b: W * a + b, lambda W, a, b: (a, W, 1.0)
claim("∂z2/∂W2 = a1, ∂z2/∂a1 = W2, ∂z2/∂b2 = 1 (numbers)", f, gradient, at=(0.8, 0.5, 0.1))
claim("∂z1/∂W1 = x, ∂z1/∂b1 = 1 (numbers)", f, gradient, at=(0.5, 2.0, 0.3))
print(post.headline())

# %% [markdown]
# The pieces all hold. Now they are put together.

# %%
one = {"W1": 0.5, "b1": 0.3, "W2": 0.8, "b2": 0.1}


def with_numbers(W1, b1, W2, b2):
    return loss([sigmoid(W2 * relu(W1 * 2.0 + b1) + b2)], [0.3])


def chains(W1, b1, W2, b2):
    z1 = W1 * 2.0 + b1
    a1 = max(z1, 0.0)
    a2 = logistic(W2 * a1 + b2)
    d2 = -(0.3 - a2) * a2 * (1 - a2)
    d1 = d2 * W2 * (z1 > 0)
    return {"W1": d1 * 2.0, "b1": d1, "W2": d2 * a1, "b2": d2}


def with_vectors(W1, b1, W2, b2):
    return loss(network(x, W1, b1, W2, b2)[-1], y)


def but(**lines):
    """The right gradients, but for these lines of the post."""

    def claimed(**p):
        right, W2 = by_hand(**p), np.array(p["W2"])
        a1 = np.maximum(np.array(p["W1"]) @ x + p["b1"], 0)
        known = {"g": right, "d2": right["b2"], "a1": a1, "W2": W2, "z2": W2 @ a1 + p["b2"]}
        return right | {name: line(**known) for name, line in lines.items()}

    return claimed


ours = {name: p.tolist() for name, p in numbers.items()}
random = np.random.RandomState(7)
equal = {"W1": (3, 4), "b1": (3,), "W2": (3, 3), "b2": (3,)}
equal = {name: random.randn(*shape).tolist() for name, shape in equal.items()}

# The four chains of factors
claim("the chains for ∂L/∂b2, ∂L/∂W2, ∂L/∂b1 (numbers)", with_numbers, chains, at=one)
says = "the fourth chain: ∂L/∂b1 = … ∂z1/∂W1 (vectors)"
line = but(b1=lambda g, **_: g["W1"])
claim(says, with_vectors, line, at=ours, right="the left side is ∂L/∂W1")

# The results
says = "∂L/∂W2 = −(y−a2)σ'(z2)a1"
claim(f"{says} (numbers)", with_numbers, chains, at=one)
line = but(W2=lambda d2, a1, **_: d2 * a1)
right = "δ2 a1ᵀ, a column times a row"
claim(f"{says} (equal widths)", with_vectors, line, at=equal, right=right)
claim("∂L/∂b2 = −(y−a2)σ'(z2) (vectors)", with_vectors, but(b2=lambda d2, **_: d2), at=ours)
says = "∂L/∂W1 = −(y−a2)σ'(z2)W2R'(z2)x (equal widths)"
line = but(W1=lambda d2, W2, z2, **_: np.outer(d2 @ W2 * (z2 > 0), x))
claim(says, with_vectors, line, at=equal, right="(W2ᵀδ2 ⊙ R'(z1)) xᵀ")
says = "∂L/∂b1 = −(y−a2)σ'(z2)W2R'(z2) (equal widths)"
line = but(b1=lambda d2, W2, z2, **_: d2 @ W2 * (z2 > 0))
claim(says, with_vectors, line, at=equal, right="W2ᵀδ2 ⊙ R'(z1)")
post

# %% [markdown]
# Four lines of the post do not hold as written: the name of the fourth chain, the missing outer product, and $R'(z_2)$
# twice. In the last two we have read $W_2$ as $W_2^\top$ and the product with $x$ as an outer one, so that only the argument
# of $R'$ is judged.
#
# A remark that no audit can make: the equations for the four parameters begin with $\frac{\partial L}{b_2}$ and the like,
# where the lower $\partial$ is missing.
#
# ## What could not be reproduced
#
# - The three figures are not part of the text. The two pictures above are ours, after its description.
# - The post gives no numbers at all: no weights, no input, no target. Those above are ours.
# - The sections on the whole algorithm, on activation functions and on cost functions are empty there. "Mean squared error"
#   is announced; what is differentiated is half the squared error, without a mean.
# - Nothing is trained in the post. It ends with the gradients, before any update of a weight.

# %% [markdown]
# ## What to take along
#
# - A layer is a matrix times a vector; a gradient has the shape of its parameter. Check the shapes first: they find mistakes
#   for free.
# - Backward through a linear block: $\delta$ times the inputs as an outer product for $W$, $\delta$ itself for $b$,
#   $W^\top \delta$ for what is before it.
# - The derivative of an activation function is taken at its own argument: $R'(z_1)$ for the layer whose argument is $z_1$.
#
# Next: 07, where many examples go through the network at once and the loss is a cross-entropy.
