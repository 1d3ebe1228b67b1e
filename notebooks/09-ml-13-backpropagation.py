# %% [markdown]
# # 9. ML-13, backpropagation over many examples
#
# After this notebook you can write backpropagation for a whole batch as six lines of matrix code, and train a classifier with
# them. You will also see where a published table of these lines goes wrong, and how its δ, its cost and its penalty must fit
# together.
#
# **Before you start:** notebook 8, and the product of two matrices. **Time:** about 45 minutes.
#
# The last of four notebooks that proofread published tutorials. The text: *Neural Networks – Backpropagation* (ML-13), lecture
# notes, its section "Gradient descent" and the part that it calls deprecated; our copy names no author and no address.
#
# The first half of the document has a network with one hidden layer and the cost $J$, the average loss over $m$ examples. Its
# second half, marked as deprecated, has the errors $\delta$ of a deeper network, and a penalty.

# %% [markdown]
# ## The graph, with gradients flowing backward
#
# The document draws a network as a row of boxes. Black arrows carry the values to the loss. Red arrows carry the gradients
# back. We don't have its picture, but the program that draws it is part of the text. We record the same boxes with one number
# in each, so that every gradient is readable, and turn the row upright to fit the page. The loss can be "exactly the same as in
# logistic regression"; its formula is in the second half. $g$ is the sigmoid. With $a$ for $a^{[2]}$:
#
# $$L = -y \log(a) - (1-y) \log(1 - a)$$

# %%
from autograd import Value, dot, draw_dot, log, scope

x, y = Value(1.5, label="x"), 1.0
W1, b1 = Value(0.8, label="W[1]"), Value(-0.4, label="b[1]")
W2, b2 = Value(-1.2, label="W[2]"), Value(0.3, label="b[2]")

with scope("z[1] = W[1] x + b[1]"):
    z1 = dot([W1], [x], b1)
with scope("a[1] = g(z[1])"):
    a1 = z1.sigmoid()
with scope("z[2] = W[2] a[1] + b[2]"):
    z2 = dot([W2], [a1], b2)
with scope("a[2] = g(z[2])"):
    a2 = z2.sigmoid()
with scope("L(a[2], y)"):
    L = -(y * log(a2) + (1 - y) * log(1 - a2))
L.backward()
draw_dot(L, fold="module", flow="both", direction="TB", show=("data", "grad"))

# %% [markdown]
# The document's black arrows are grey here. Its red arrows are coloured by sign here: solid blue is positive, dashed orange is
# negative, and thicker is larger. The number on such an arrow is what it adds to the box it points to: the arrow into the box
# a[2] brings the document's da[2], the one into z[2] its dz[2], the one into W[2] its dW[2].

# %%
slope = a2.data * (1 - a2.data)
print(f"da[2] = {a2.grad:.4f}")
print(f"dz[2] = {z2.grad:.4f}   da[2] · g'(z[2]) = {a2.grad * slope:.4f}")
print(f"dW[2] = {W2.grad:.4f}   dz[2] · a[1] = {z2.grad * a1.data:.4f}")
print(f"db[2] = {b2.grad:.4f}")
print(f"a[2] − y = {a2.data - y:.4f}")

# %% [markdown]
# dz[2] is simply the difference $a^{[2]} - y$: the slope of the sigmoid cancels against the cross-entropy.
#
# The document has four red arrows: from $L$ to $a^{[2]}$, labelled da[2]; from $a^{[2]}$ to $z^{[2]}$, labelled dz[2]; and two
# from $z^{[2]}$ to $W^{[2]}$, both labelled dz[2]. The first two agree with ours. What arrives at $W^{[2]}$ is not dz[2] but
# dz[2] · a[1]. One of the two arrows was probably meant for $b^{[2]}$, where dz[2] is right. A label is not a formula, so we
# leave it out of the table at the end.
#
# ## A batch, by hand
#
# Now $m$ examples at once. They are the columns of $X$, and every capital letter is a matrix with one column per example. These
# are the six lines:
#
# $$dZ^{[2]} = A^{[2]} - Y$$
#
# $$dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]\top}$$
#
# $$db^{[2]} = \frac{1}{m} \sum dZ^{[2]}$$
#
# $$dZ^{[1]} = W^{[2]\top} dZ^{[2]} \odot g'(Z^{[1]})$$
#
# $$dW^{[1]} = \frac{1}{m} dZ^{[1]} X^\top$$
#
# $$db^{[1]} = \frac{1}{m} \sum dZ^{[1]}$$
#
# The sums are over the examples. The document's fifth line is different; we'll come to that. $dW$ is $\partial J / \partial W$,
# but $dZ$ has no 1/m in it: it is the derivative of one example's loss, not of $J$.
#
# We give the engine the same network and the same data: two moons, 3 hidden neurons, sigmoids throughout.

# %%
import numpy as np

import nn

X, labels = nn.make_moons(40, noise=0.15, random_state=1)
net = nn.MLP(2, [3, 1], "sigmoid", "sigmoid", seed=3)
mean_loss = nn.BCELoss()([net(row) for row in X], labels)
mean_loss.backward()


def matrices(net, what):
    """An attribute of the parameters, as W1, b1, W2, b2."""
    for layer in net.layers:
        yield np.array([[getattr(w, what) for w in neuron.w] for neuron in layer.neurons])
        yield np.array([[getattr(neuron.b, what)] for neuron in layer.neurons])


def g(z):
    return 1 / (1 + np.exp(-z))


def six_lines(W1, b1, W2, b2, X, Y):
    m = X.shape[1]
    A1 = g(W1 @ X + b1)
    A2 = g(W2 @ A1 + b2)
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = dZ2.sum(axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2 * A1 * (1 - A1)
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.sum(axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2


columns, Y = np.array(X).T, np.array([labels], dtype=float)
hand = six_lines(*matrices(net, "data"), columns, Y)
for name, by_hand, by_engine in zip(("W1", "b1", "W2", "b2"), hand, matrices(net, "grad"), strict=True):
    print(f"d{name}: shape {by_hand.shape}, same as the engine: {np.allclose(by_hand, by_engine, rtol=1e-9)}")

# %% [markdown]
# In the document the fifth line reads:
#
# $$dW^{[1]} = \frac{1}{m} dZ^{[2]}$$
#
# The shape alone gives it away: $dZ^{[2]}$ has one column per example.

# %%
W1_now, b1_now, W2_now, b2_now = matrices(net, "data")
dZ2 = g(W2_now @ g(W1_now @ columns + b1_now) + b2_now) - Y
print("W[1] has shape", W1_now.shape, "and dZ[2]", dZ2.shape)
try:
    W1_now - 0.1 * dZ2 / 40
except ValueError as error:
    print(error)

# %% [markdown]
# ## Gradient descent
#
# The document's algorithm: compute the prediction, compute the derivatives, update $W = W - \alpha \, \partial J / \partial W$,
# until convergence. We run it with the six lines and with `fit`, from the same starting point.
#
# **Predict**: how far apart will the two loss curves be?

# %%
from nn import plot

alpha, steps = 6.0, 400
p = list(matrices(net, "data"))
by_hand = []
for _ in range(steps):
    A2 = g(p[2] @ g(p[0] @ columns + p[1]) + p[3])
    by_hand.append(float(-(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)).mean()))
    p = [w - alpha * dw for w, dw in zip(p, six_lines(*p, columns, Y), strict=True)]

optimizer = nn.optim.SGD(net.parameters(), lr=alpha)
history = nn.fit(net, X, labels, loss=nn.BCELoss(), optimizer=optimizer, epochs=steps, progress=False)
print(f"J from {by_hand[0]:.4f} to {by_hand[-1]:.4f} by hand, to {history.loss[-1]:.4f} by fit")
print("the same in all steps:", np.allclose(by_hand, history.loss, rtol=1e-6))
print("accuracy", nn.accuracy([net(row) for row in X], labels, threshold=0.5))
ax = plot.loss_curve(by_hand, label="six lines of NumPy")
ax = plot.loss_curve(history.loss, label="nn.fit", ax=ax)

# %% [markdown]
# Not at all: the two curves coincide. You can trust a derivation that agrees with the engine at one point and over a whole
# training run. This is what the network has learned; on the thick line its output is 0.5:

# %%
ax = plot.decision_boundary(net, X, labels, threshold=0.5)

# %% [markdown]
# ## Deltas, node by node
#
# The second half of the document has one $\delta_j^{(l)}$ per node $j$ of layer $l$, and one matrix $\Theta^{(l)}$ per layer,
# whose column 0 holds the biases. Its network has 2 inputs, two hidden layers of 2 neurons and one output. For one example,
# where $a^{(4)}$ is the prediction:
#
# $$\delta^{(4)} = a^{(4)} - y$$
#
# $$\delta^{(l)} = \Theta^{(l)\top} \delta^{(l+1)} \odot g'(z^{(l)})$$
#
# The bias column has to be left out of $\Theta^{(l)\top}$ here; the document doesn't say so, but with it the shapes don't
# match. $\Delta^{(l)}$ is the sum of $\delta^{(l+1)} a^{(l)\top}$ over the examples, with $a_0 = 1$ for the bias. (You can skip
# the code: it says the same in Python.)

# %%
from autograd import linear, sigmoid


def forward(thetas, x):
    """z and a of every layer, as numbers or Values."""
    zs, activations = [], [list(x)]
    for theta in thetas:
        zs.append(linear([row[1:] for row in theta], activations[-1], [row[0] for row in theta]))
        activations.append([sigmoid(z) for z in zs[-1]])
    return zs, activations


def deltas(thetas, activations, y):
    """δ of every layer except the first."""
    found = [np.array(activations[-1]) - y]
    for i in range(len(thetas) - 1, 0, -1):
        a, without_biases = np.array(activations[i]), np.array(thetas[i])[:, 1:]
        found.insert(0, without_biases.T @ found[0] * a * (1 - a))
    return found


def accumulated(thetas, rows, labels):
    """Δ of the three matrices: a loop over the examples."""
    total = [np.zeros(np.shape(theta)) for theta in thetas]
    for x, y in zip(rows, labels, strict=True):
        activations = forward(thetas, x)[1]
        for D, d, a in zip(total, deltas(thetas, activations, y), activations, strict=False):
            D += np.outer(d, [1.0, *a])
    return total


def cost(a, y):
    return -(y * log(a) + (1 - y) * log(1 - a))


def J(thetas, rows, labels, strength):
    m = len(rows)
    data = sum(cost(forward(thetas, x)[1][-1][0], y) for x, y in zip(rows, labels, strict=True))
    return data / m + strength / (2 * m) * sum(w**2 for theta in thetas for row in theta for w in row[1:])


random = np.random.RandomState(0)
thetas = [random.randn(*shape).round(2).tolist() for shape in ((2, 3), (2, 3), (1, 3))]
rows, ys, m, strength = X[:8], labels[:8], 8, 0.3
zs, activations = forward(thetas, rows[0])
print("prediction", round(activations[-1][0], 4), "for y =", ys[0])
ds = deltas(thetas, activations, ys[0])
for layer, d in enumerate(ds, start=2):
    print(f"δ({layer}) =", d.round(5))
full = np.array(thetas[2]).T @ ds[2]
print("Theta(3)ᵀ δ(4) with the biases has shape", full.shape, "and g'(z(3))", np.shape(zs[1]))

# %% [markdown]
# With $\lambda$, the cost $J$ has a penalty, which excludes the biases, and the document gives $D$ as its gradient:
#
# $$\frac{\lambda}{2m} \sum \Theta^2$$
#
# $$D = \frac{1}{m} \Delta + \lambda \Theta$$
#
# We compare $D$ with the engine's gradient: without a penalty, with $\lambda \Theta$ as in the document, and with
# $(\lambda/m) \Theta$.

# %%
from autograd import grad


def D(thetas, factor):
    """Δ/m + factor · Theta, without the biases in the second term."""
    total = accumulated(thetas, rows, ys)
    weights = [np.array(theta) * [0, 1, 1] for theta in thetas]
    return [d / m + factor * w for d, w in zip(total, weights, strict=True)]


def same(ours, strength):
    by_engine = grad(J)(thetas, rows, ys, strength)
    return [bool(np.allclose(a, b, rtol=1e-9)) for a, b in zip(ours, by_engine, strict=True)]


print("λ = 0:                   ", same(D(thetas, 0.0), 0.0))
print("λ = 0.3, λ · Theta:      ", same(D(thetas, strength), strength))
print("λ = 0.3, (λ/m) · Theta:  ", same(D(thetas, strength / m), strength))

# %% [markdown]
# The accumulation is right. The penalty is not: if the cost is divided by $m$, so is its gradient.
#
# ## Where g' comes from
#
# The document ends with $\delta_2^{(2)}$ as a sum over the two nodes that node 2 feeds:
#
# $$\delta_2^{(2)} = \Theta_{12}^{(i)} \delta_1^{(3)} + \Theta_{22}^{(3)} \delta_2^{(3)}$$
#
# We read both superscripts of $\Theta$ as $(2)$: there is no $\Theta_{22}^{(3)}$, since $\Theta^{(3)}$ has only one row. The
# engine can list the paths from $z_2^{(2)}$ to the cost.

# %%
from autograd import paths, softplus


def labelled(values, name):
    for j, value in enumerate(values, start=1):
        value.label = f"{name}[{j}]"
    return values


layer_2 = labelled([Value(z) for z in zs[0]], "z2")
z = layer_2
for layer, theta in ((3, thetas[1]), (4, thetas[2])):
    a = labelled([sigmoid(u) for u in z], f"a{layer - 1}")
    bias = [Value(row[0]) for row in theta]
    z = labelled(linear([row[1:] for row in theta], a, bias), f"z{layer}")
one_cost = softplus(-z[0])  # −log σ(z), the cost of an example with y = 1
one_cost.label = "cost"
paths(layer_2[1], of=one_cost)

# %% [markdown]
# Two paths, one through each node of layer 3, for the two terms of the sum. The product of the last two numbers of each is
# $\delta^{(4)}$; before them come $\Theta$ and $g'$ of the layers in between. Both start with the same factor: it is
# $g'(z_2^{(2)})$, the step from $z$ to $a$ inside the node itself. The document's last formula leaves it out. Its formula for
# whole layers, above, has it.
#
# **Exercise.** "For simplicity", says the document, you can think of the cost as $(a^{(4)} - y)^2$. It doesn't say what
# $\delta^{(4)}$ would be. Find it, and check it with `grad` at $z = 0.4$ and $y = 1$.

# %%
# grad(lambda z: (sigmoid(z) - 1) ** 2)(0.4)

# %% [markdown]
# <details><summary>Answer</summary>
#
# $\delta^{(4)} = 2 (a^{(4)} - y) \cdot a^{(4)} (1 - a^{(4)})$, which is about $-0.193$ at $z = 0.4$. The slope of the sigmoid
# no longer cancels, and a factor 2 appears. $\delta^{(4)} = a^{(4)} - y$ belongs to the cross-entropy, not to this cost.
#
# </details>

# %% [markdown]
# ## Proofread
#
# We run each statement about a derivative through `audit`. First the six lines. An update $W - \alpha\, dW$ is a claim about
# the gradient $(W - W_{new}) / \alpha$. $dW$ and $db$ are derivatives of $J$. $dZ$ and, below, $\delta$ are derivatives of the
# loss of one example, the $L$ above. The code writes each statement as a function. (You can skip the code: what counts is the
# table at the end.)

# %%
from autograd.audit import Proofreading

ml13 = Proofreading("ML-13, backpropagation")
claim = ml13.claim
now = {"W1": W1_now, "b1": b1_now, "W2": W2_now, "b2": b2_now}
now = {name: w.tolist() for name, w in now.items()}
x8, y8 = columns[:, :m], Y[:, :m]


def with_biases(W, b):
    return [[*bias, *row] for bias, row in zip(b, W, strict=True)]


def batch(W1, b1, W2, b2):
    return J([with_biases(W1, b1), with_biases(W2, b2)], rows, ys, 0.0)


def by_six_lines(**p):
    p = {name: np.array(w) for name, w in p.items()}
    return dict(zip(p, six_lines(**p, X=x8, Y=y8), strict=True))


def update(**p):
    new = {name: np.array(p[name]) - 0.5 * d for name, d in by_six_lines(**p).items()}
    return {name: (np.array(p[name]) - new[name]) / 0.5 for name in p}


def fifth_line(W1, b1, W2, b2):
    A2 = g(np.array(W2) @ g(np.array(W1) @ x8 + b1) + b2)
    return by_six_lines(W1=W1, b1=b1, W2=W2, b2=b2) | {"W1": (A2 - y8) / m}


def line(says, name):
    """Claim that the six lines compute this parameter's gradient."""

    def f(**p):
        return batch(**(now | p))

    def claimed(**p):
        return {name: by_six_lines(**(now | p))[name]}

    claim(says, f, claimed, at={name: now[name]})


def losses(z):
    """The losses of two examples, y = 1 and y = 0, as a function of the last z."""
    return cost(sigmoid(z[0]), 1.0) + cost(sigmoid(z[1]), 0.0)


def a_minus_y(z):
    return g(np.array(z)) - [1.0, 0.0]


def loss_from(thetas):
    """The loss of an example with y = 1 as a function of a layer's z; `thetas` are those of the layers after it."""
    return lambda z: cost(forward(thetas, [sigmoid(u) for u in z])[1][-1][0], 1.0)


def from_next(thetas, with_slope=True):
    """δ of that layer, computed from δ of the next one."""

    def claimed(z):
        a = g(np.array(z))
        after = deltas(thetas, forward(thetas, a)[1], 1.0)[0]
        return np.array(thetas[0])[:, 1:].T @ after * (a * (1 - a) if with_slope else 1)

    return claimed


last = {"z": [0.4, 0.9]}
after = [with_biases(now["W2"], now["b2"])]
claim("W[1] = W[1] − α ∂J/∂W[1], …", batch, update, at=now)
claim("dZ[2] = A[2] − Y", losses, a_minus_y, at=last)
line("dW[2] = (1/m) dZ[2] A[1]ᵀ", "W2")
line("db[2] = (1/m) Σ dZ[2]", "b2")
says = "dZ[1] = W[2]ᵀ dZ[2] ⊙ g'(Z[1])"
claim(says, loss_from(after), from_next(after), at={"z": [0.4, -1.0, 0.2]})
claim("dW[1] = (1/m) dZ[2]", batch, fifth_line, at=now, right="(1/m) dZ[1] Xᵀ")
line("db[1] = (1/m) Σ dZ[1]", "b1")
print(ml13.headline())

# %% [markdown]
# Now the second half: the network with 2, 2, 2 and 1 nodes, eight examples, and $\lambda = 0.3$ where there is a penalty. The
# rows of $\Theta^{(1)}$, $\Theta^{(2)}$ and $\Theta^{(3)}$ are stacked into one parameter. (You can skip the code.)

# %%
all_rows = {"Theta": [row for theta in thetas for row in theta]}
biases = {"b": [row[0] for row in all_rows["Theta"]]}


def split(Theta):
    return [Theta[:2], Theta[2:4], Theta[4:]]


def cost_with(strength):
    return lambda Theta: J(split(Theta), rows, ys, strength)


def D_with(factor):
    return lambda Theta: np.vstack(D(split(Theta), factor))


def with_these(b):
    return [[bias, *row[1:]] for bias, row in zip(b, all_rows["Theta"], strict=True)]


def of_one(T1):
    return J([T1, *thetas[1:]], rows[:1], ys[:1], 0.0)


def entries(layer):
    """a_j δ_i for l = 1 and one example, with δ of the given layer."""

    def claimed(T1):
        every = [T1, *thetas[1:]]
        found = deltas(every, forward(every, rows[0])[1], ys[0])  # layers 2 and up
        return [[a * found[layer(i) - 2][i - 1] for a in (1.0, *rows[0])] for i in (1, 2)]

    return claimed


# one example
claim("δ⁽⁴⁾ = a⁽⁴⁾ − y", losses, a_minus_y, at=last)
at_z = {"z": [0.3, -0.5]}
for says, rest in (
    ("δ⁽³⁾ = Θ⁽³⁾ᵀ δ⁽⁴⁾ ⊙ g'(z⁽³⁾) (Θ without its bias column)", thetas[2:]),
    ("δ⁽²⁾ = Θ⁽²⁾ᵀ δ⁽³⁾ ⊙ g'(z⁽²⁾) (Θ without its bias column)", thetas[1:]),
):
    claim(says, loss_from(rest), from_next(rest), at=at_z)
claim("g'(z) = a ⊙ (1 − a)", sigmoid, lambda z: g(z) * (1 - g(z)), at=0.4)
says, at = "(3) ∂J/∂Θᵢⱼ⁽ˡ⁾ = aⱼ⁽ˡ⁾ δᵢ⁽ˡ⁺ⁱ⁾ (l = 1)", {"T1": thetas[0]}
claim(says, of_one, entries(lambda i: 1 + i), at=at, right="aⱼ⁽ˡ⁾ δᵢ⁽ˡ⁺¹⁾")

# several examples
says = "step 3: δ⁽ᴸ⁾ = Δᵢⱼ⁽ˡ⁾ = 0 − y⁽ⁱ⁾"
claim(says, losses, lambda z: [0 - 1.0, 0 - 0.0], at=last, right="a⁽ᴸ⁾ − y⁽ⁱ⁾")
says = "step 5: Δᵢⱼ⁽ˡ⁾ := Δᵢⱼ⁽ˡ⁾ + aⱼ⁽ˡ⁾ δᵢ⁽ˡ⁺¹⁾ (one example, l = 1)"
claim(says, of_one, entries(lambda i: 2), at=at)
says = "step 5: Δ⁽ˡ⁾ := Δ⁽ˡ⁾ + δ⁽ˡ⁺¹⁾ a⁽ˡ⁾ᵀ; ∂J/∂Θ = Δ/m if λ = 0"
claim(says, cost_with(0.0), D_with(0.0), at=all_rows)
says = "∂J/∂Θ = D = Δ/m + λΘ (j ≠ 0), where J has λ/(2m) ΣΘ²"
claim(says, cost_with(strength), D_with(strength), at=all_rows, right="Δ/m + (λ/m)Θ")
f, claimed = cost_with(strength), D_with(strength)
says = "∂J/∂Θ = D = Δ/m (j = 0, the biases)"
claim(says, lambda b: f(with_these(b)), lambda b: claimed(with_these(b))[:, 0], at=biases)

# intuition
says = "δ⁽⁴⁾ = ∂cost/∂z⁽⁴⁾, where (5) cost = y log h + (1−y) log(1−h)"
right = "cost = −y log h − (1−y) log(1−h)"
claim(says, lambda z: -losses(z), a_minus_y, at=last, right=right)
says = "δ₂⁽²⁾ = Θ₁₂ δ₁⁽³⁾ + Θ₂₂ δ₂⁽³⁾ (superscripts read as (2))"
f, claimed = loss_from(thetas[1:]), from_next(thetas[1:], with_slope=False)
right = "(Θ₁₂ δ₁⁽³⁾ + Θ₂₂ δ₂⁽³⁾) g'(z₂⁽²⁾)"
claim(says, lambda z: f([0.3, z]), lambda z: claimed([0.3, z])[1], at=-0.5, right=right)
ml13

# %% [markdown]
# Six statements do not hold. In the order of the table: the fifth line, with the wrong error and without its inputs; the index
# $l+i$ for $l+1$; step 3, where two lines seem to have run together, $\Delta = 0$ and $\delta = a - y$; the penalty, whose
# gradient is $m$ times too large; the cost (5), which lacks the minus sign that $\delta^{(4)} = a^{(4)} - y$ requires and $J$
# has; and the last formula, without its $g'$ (`audit` counts layers starting at $z^{(2)}$, its layer 1).
#
# Two remarks without a verdict. The document first calls $\delta$ the error with respect to $a$, and later, "more formally",
# the derivative with respect to $z$; the latter is correct. And the squared cost is just an aid to intuition: its gradient is
# never taken.
#
# ## What could not be reproduced
#
# - The network is said to be the one on another page (ML-10), which we don't have. The sizes, the data and the learning rate
#   are ours; the document has none.
# - The pictures are not part of the text. We could draw the graph from its program; of the other four we know only what the
#   text says about them.
# - The first half doesn't name $g$. We took the sigmoid, whose derivative appears in the second half.
# - Two equations it refers to, the full cost and the partial derivative to be found, are not on the page.

# %% [markdown]
# ## Exercises
#
# **1.** A sigmoid says $a = 0.8$, and the target is $y = 1$. What is $dz$, under the cross-entropy?

# %%
dz = None

if dz is not None:
    z = Value(float(np.log(0.8 / 0.2)))
    (-log(z.sigmoid())).backward()
    print("right" if abs(dz - z.grad) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $a - y = -0.2$.
#
# </details>

# %% [markdown]
# **2.** Over $m = 4$ examples the accumulator has reached $\Delta = 3$ for a weight $\Theta = 0.5$, and $\lambda = 2$. What is
# the gradient of the regularised cost?

# %%
D = None

if D is not None:
    print("right" if abs(D - 1.0) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $\Delta / m + \lambda \Theta / m = 0.75 + 0.25 = 1$. The penalty is divided by $m$ in the cost, so it is in the gradient.
#
# </details>

# %% [markdown]
# **3.** A network has 4 inputs, 3 hidden neurons and 2 outputs, and learns from 10 examples. Which shapes do $dW^{[1]}$ and
# $dZ^{[2]}$ have?

# %%
dW1_shape = None
dZ2_shape = None

if dW1_shape is not None and dZ2_shape is not None:
    print("right" if (dW1_shape, dZ2_shape) == ((3, 4), (2, 10)) else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $dW^{[1]}$ has the shape of $W^{[1]}$, `(3, 4)`, whatever the number of examples; $dZ^{[2]}$ has a column per example, `(2,
# 10)`.
#
# </details>

# %% [markdown]
# ## What to remember
#
# - Backpropagation for a whole batch is six lines. Each gradient has the shape of its parameter, and each error $dZ$ has one
#   column per example.
# - $a - y$ is the error of a sigmoid under cross-entropy. A different cost has a different error.
# - Cost and gradient change together: a sign, a 1/m or a penalty in one must also be in the other.
#
# Next: notebook 10, a larger network on the two moons.
