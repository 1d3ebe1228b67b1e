# %% [markdown]
# # 7. ML-13, backpropagation over many examples
#
# After this notebook you can write backpropagation for a whole batch as six lines of matrices, and train a classifier with
# them. You will also see where a published table of these lines goes wrong, and how its δ, its cost and its penalty have to
# fit together.
#
# The document is *ML-13, Neural Networks: Backpropagation*, a page of lecture notes. Its first half has a network with one
# hidden layer and the cost $J$, the average of the losses of $m$ examples. Its second half, an older version, has the errors
# $\delta$ of a deeper network, and a penalty.

# %% [markdown]
# ## The graph with the gradients against the flow
#
# The document draws a network as a row of boxes. Black arrows carry the values to the loss. Red arrows carry the gradients
# back. Its picture is not here, but the program that draws it is part of the text. We record the same boxes with one number
# in each, so that every gradient can be read, and turn the row upright to fit the page. The loss is the binary cross-entropy
# $L = -\left(y \log a^{[2]} + (1-y) \log(1 - a^{[2]})\right)$, as the notes have it for two classes; $g$ is the sigmoid.

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
draw_dot(L, fold="module", flow="both", direction="TB")

# %% [markdown]
# Grey here is black there, and the coloured arrows here are the red ones there. Our colours say a sign: solid blue is
# positive, dashed orange negative, and a thicker arrow carries more. An arrow is labelled with what has arrived, times the
# local derivative.
#
# The document has four red arrows: from $L$ back to $a^{[2]}$ (labelled da[2]), on to $z^{[2]}$ (dz[2]), and two to
# $W^{[2]}$ (both labelled dz[2]). Ours go on to $b^{[2]}$ and through the first layer. The first two labels are right:

# %%
print(f"da[2] = {a2.grad:.4f}, the number on the arrow from L")
print(f"dz[2] = {z2.grad:.4f}, the next one; a[2] − y = {a2.data - y:.4f}")
print(f"dW[2] = {W2.grad:.4f}, on the arrow to W[2]; dz[2] · a[1] = {z2.grad * a1.data:.4f}")

# %% [markdown]
# What arrives at $W^{[2]}$ is not $dz^{[2]}$ but $dz^{[2]} a^{[1]}$. The label there should be dW[2]. This goes into our
# table at the end.
#
# Note how $da^{[2]} \cdot g'(z^{[2]})$ has become the plain difference $a^{[2]} - y$: the slope of the sigmoid cancels
# against the cross-entropy.
#
# ## A batch, by hand
#
# Now $m$ examples at once. They stand in the columns of $X$, and capital letters have a column for each. These are the six
# lines:
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
# The sums go over the examples. The document has the fifth line otherwise, and we come to that. $dW$ is
# $\partial J / \partial W$, but $dZ$ has no $\frac{1}{m}$ in it: it is the derivative of one example's loss, not of $J$.
#
# The engine gets the same network and the same data: two moons, 3 hidden neurons, all sigmoid.

# %%
import numpy as np

import nn

X, labels = nn.make_moons(40, noise=0.15, random_state=1)
net = nn.MLP(2, [3, 1], "sigmoid", "sigmoid", seed=3)
J = nn.BCELoss()([net(row) for row in X], labels)
J.backward()


def matrices(net, what):
    """What the parameters have, as W1, b1, W2, b2."""
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
    print(f"d{name}: shape {by_hand.shape}, as the engine has it: {np.allclose(by_hand, by_engine, rtol=1e-9)}")

# %% [markdown]
# In the document the fifth line reads $dW^{[1]} = \frac{1}{m} dZ^{[2]}$. The shape alone gives it away: $dZ^{[2]}$ has a
# column for each example.

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
# The algorithm of the document: compute the prediction, compute the derivatives, update
# $W = W - \alpha \frac{\partial J}{\partial W}$, until convergence. Once by the six lines, once by `fit`, from the same
# start.

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

# %%
ax = plot.decision_boundary(net, X, labels, threshold=0.5)

# %% [markdown]
# The two curves lie on each other. A derivation that agrees with the engine at one point and over a whole training is one
# that you can trust.
#
# ## Deltas, node by node
#
# The second half of the document has one $\delta_j^{(l)}$ for each node $j$ of layer $l$, and one matrix $\Theta^{(l)}$ a
# layer, whose column 0 holds the biases. Its example has 2 inputs, two hidden layers of 2 and one output. For one example,
# with $a^{(4)}$ the prediction:
#
# $$\delta^{(4)} = a^{(4)} - y$$
#
# $$\delta^{(l)} = \Theta^{(l)\top} \delta^{(l+1)} \odot g'(z^{(l)})$$
#
# The column of the biases has to be left out of $\Theta^{(l)\top}$ here; the document does not say so, but with it the
# shapes do not meet. Over the examples, $\Delta^{(l)}$ adds up $\delta^{(l+1)} a^{(l)\top}$, with an $a_0 = 1$ for the bias.

# %%
from autograd import linear, sigmoid


def forward(thetas, x):
    """z and a of every layer; of numbers or of Values."""
    zs, activations = [], [list(x)]
    for T in thetas:
        zs.append(linear([row[1:] for row in T], activations[-1], [row[0] for row in T]))
        activations.append([sigmoid(z) for z in zs[-1]])
    return zs, activations


def deltas(thetas, activations, y):
    """δ of the layers 2, 3 and 4."""
    found = [np.array(activations[-1]) - y]
    for T, a in zip(thetas[:0:-1], activations[-2:0:-1], strict=True):
        a = np.array(a)
        found.insert(0, np.array(T)[:, 1:].T @ found[0] * a * (1 - a))
    return found


def accumulated(thetas, rows, labels):
    """Δ of the three matrices: a loop over the examples."""
    total = [np.zeros(np.shape(T)) for T in thetas]
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
    return data / m + strength / (2 * m) * sum(w**2 for T in thetas for row in T for w in row[1:])


random = np.random.RandomState(0)
thetas = [random.randn(*shape).round(2).tolist() for shape in ((2, 3), (2, 3), (1, 3))]
rows, ys, m, strength = X[:5], labels[:5], 5, 0.3
zs, activations = forward(thetas, rows[0])
print("prediction", round(activations[-1][0], 4), "for y =", ys[0])
ds = deltas(thetas, activations, ys[0])
for layer, d in enumerate(ds, start=2):
    print(f"δ({layer}) =", d.round(5))
full = np.array(thetas[2]).T @ ds[2]
print("Θ(3)ᵀ δ(4) with the biases has shape", full.shape, "and g'(z(3))", np.shape(zs[1]))

# %% [markdown]
# With $\lambda$ the cost has the penalty $\frac{\lambda}{2m} \sum \Theta^2$, without the biases. The document gives
# $D = \frac{1}{m} \Delta + \lambda \Theta$ as its gradient. We put $D$ beside the gradient of the engine: without a penalty,
# with the one of the document, and with $\frac{\lambda}{m} \Theta$.

# %%
from autograd import grad


def D(thetas, factor):
    """Δ/m + factor · Θ, the biases left out of the second term."""
    total = accumulated(thetas, rows, ys)
    return [d / m + factor * np.array(T) * [0, 1, 1] for d, T in zip(total, thetas, strict=True)]


def same(ours, strength):
    by_engine = grad(J)(thetas, rows, ys, strength)
    return [bool(np.allclose(a, b, rtol=1e-9)) for a, b in zip(ours, by_engine, strict=True)]


print("λ = 0:                  ", same(D(thetas, 0.0), 0.0))
print("λ = 0.3, Δ/m + λΘ:      ", same(D(thetas, strength), strength))
print("λ = 0.3, Δ/m + (λ/m)Θ:  ", same(D(thetas, strength / m), strength))

# %% [markdown]
# The accumulation is right. The penalty is not: a cost that is divided by $m$ has a gradient that is divided by $m$.
#
# ## Where g' comes from
#
# The document ends with $\delta_2^{(2)}$ as a sum over the two nodes that node 2 feeds:
# $\Theta_{12} \delta_1^{(3)} + \Theta_{22} \delta_2^{(3)}$. The engine can list the paths from $z_2^{(2)}$ to the cost.

# %%
from autograd import paths, softplus


def labelled(values, name):
    for j, value in enumerate(values, start=1):
        value.label = f"{name}[{j}]"
    return values


layer_2 = labelled([Value(z) for z in zs[0]], "z2")
z = layer_2
for layer, T in ((3, thetas[1]), (4, thetas[2])):
    a = labelled([sigmoid(u) for u in z], f"a{layer - 1}")
    bias = [Value(row[0]) for row in T]
    z = labelled(linear([row[1:] for row in T], a, bias), f"z{layer}")
one_cost = softplus(-z[0])  # −log σ(z), the cost of an example with y = 1
one_cost.label = "cost"
paths(layer_2[1], of=one_cost)

# %% [markdown]
# Two paths, one through each node of layer 3, for the two terms of the sum. The last two numbers of each multiply to
# $\delta^{(4)}$; in front of them stand $\Theta$ and $g'$ of the layers between. Both begin with the same factor: it is
# $g'(z_2^{(2)})$, the step from $z$ to $a$ inside the node itself. The last formula of the document leaves it out. Its
# formula for whole layers, above, has it.
#
# **Exercise.** The document says that one may think of the cost as $(a^{(4)} - y)^2$. What is $\delta^{(4)}$ then? Find it,
# and check it with `grad` at $z = 0.4$ and $y = 1$.

# %%
# grad(lambda z: (sigmoid(z) - 1) ** 2)(0.4)

# %% [markdown]
# <details><summary>Answer</summary>
#
# $\delta^{(4)} = 2 (a^{(4)} - y) \cdot a^{(4)} (1 - a^{(4)})$, at $z = 0.4$ about $-0.193$. The slope of the sigmoid no
# longer cancels, and a factor 2 appears. So $\delta^{(4)} = a^{(4)} - y$ belongs to the cross-entropy, and to it alone.
#
# </details>

# %% [markdown]
# ## Proofread: the first half
#
# Each statement about a derivative is put to `audit`. An update $W - \alpha\, dW$ is a claim about the gradient
# $(W - W_{new}) / \alpha$. A claim for one parameter is judged together with the right ones for the others.

# %%
from autograd.testing import Proofreading

ml13 = Proofreading("ML-13, backpropagation")
claim = ml13.claim
x5, y5 = columns[:, :5], Y[:, :5]
at = {"W1": W1_now, "b1": b1_now, "W2": W2_now, "b2": b2_now}
at = {name: w.tolist() for name, w in at.items()}


def with_batch(W1, b1, W2, b2):
    thetas = [[[*b, *w] for b, w in zip(*layer, strict=True)] for layer in ((b1, W1), (b2, W2))]
    return J(thetas, rows, ys, 0.0)


def but(**lines):
    """The gradients by the six lines, but for these."""

    def claimed(**p):
        W1, b1, W2, b2 = (np.array(p[name]) for name in ("W1", "b1", "W2", "b2"))
        right = dict(zip(p, six_lines(W1, b1, W2, b2, x5, y5), strict=True))
        dZ2 = g(W2 @ g(W1 @ x5 + b1) + b2) - y5
        return right | {name: line(dZ2) for name, line in lines.items()}

    return claimed


def update(**p):
    alpha, right = 0.5, but()(**p)
    return {name: (np.array(w) - (np.array(w) - alpha * right[name])) / alpha for name, w in p.items()}


def end(z1):
    """The loss of one example from its z[1] on."""
    return cost(sigmoid(dot(at["W2"][0], [sigmoid(z) for z in z1], at["b2"][0][0])), 1.0)


def dz1(z1):
    a1 = g(np.array(z1))
    return W2_now[0] * (g(W2_now[0] @ a1 + b2_now[0, 0]) - 1.0) * a1 * (1 - a1)


claim("W[1] = W[1] − α ∂J/∂W[1], …", with_batch, update, at=at)
f, gradient = lambda z2: cost(sigmoid(z2), 1.0), lambda z2: g(z2) - 1.0
claim("dZ[2] = A[2] − Y (one example)", f, gradient, at=0.4)
claim("dW[2] = (1/m) dZ[2] A[1]ᵀ, db[2] = (1/m) Σ dZ[2]", with_batch, but(), at=at)
claim("dZ[1] = W[2]ᵀ dZ[2] ⊙ g'(Z[1]) (one example)", end, dz1, at={"z1": [0.4, -1.0, 0.2]})
line = but(W1=lambda dZ2: dZ2 / m)
claim("dW[1] = (1/m) dZ[2]", with_batch, line, at=at, right="(1/m) dZ[1] Xᵀ")
claim("db[1] = (1/m) Σ dZ[1]", with_batch, but(), at=at)
f, gradient = lambda W2: cost(sigmoid(W2 * 0.69 + 0.3), 1.0), lambda W2: g(W2 * 0.69 + 0.3) - 1.0
claim("graph: the arrow to W[2] carries dz[2]", f, gradient, at=-1.2, right="dW[2] = dz[2] a[1]")
print(ml13.headline())

# %% [markdown]
# ## Proofread: the second half
#
# The network with 2, 2, 2 and 1 nodes, five examples, and $\lambda = 0.3$ where there is a penalty.

# %%
T = {"T1": thetas[0], "T2": thetas[1], "T3": thetas[2]}


def total(strength):
    return lambda T1, T2, T3: J([T1, T2, T3], rows, ys, strength)


def D_with(factor):
    return lambda T1, T2, T3: dict(zip(T, D([T1, T2, T3], factor), strict=True))


def one_loss(T1, T2, T3):
    return J([T1, T2, T3], rows[:1], ys[:1], 0.0)


def equation_3(shift):
    """a_j δ_i with δ of the layer l + shift(i), for l = 1; the right gradients for l = 2 and 3."""

    def claimed(T1, T2, T3):
        right = accumulated([T1, T2, T3], rows[:1], ys[:1])
        activations = forward([T1, T2, T3], rows[0])[1]
        ds = deltas([T1, T2, T3], activations, ys[0])  # ds[0] is that of layer 2
        first = [ds[shift(i) - 1][i - 1] * np.array([1.0, *rows[0]]) for i in (1, 2)]
        return {"T1": np.array(first), "T2": right[1], "T3": right[2]}

    return claimed


def from_layer(layer):
    """The cost of an example from the z of a layer on."""

    def f(z):
        return cost(forward(thetas[layer - 1 :], [sigmoid(u) for u in z])[1][-1][0], 1.0)

    return f


def delta(layer, slope):
    """δ of a layer from that of the next one."""

    def claimed(z):
        a, rest = g(np.array(z)), thetas[layer - 1 :]
        after = deltas(rest, forward(rest, a)[1], 1.0)[0]
        return np.array(rest[0])[:, 1:].T @ after * slope(a)

    return claimed


def with_biases(biases):
    pairs = zip(biases.values(), thetas, strict=True)
    return [[[b, *row[1:]] for b, row in zip(bias, T, strict=True)] for bias, T in pairs]


def of_biases(**biases):
    return J(with_biases(biases), rows, ys, strength)


def D_0(**biases):
    found = accumulated(with_biases(biases), rows, ys)
    return {name: d[:, 0] / m for name, d in zip(biases, found, strict=True)}


# the errors, for one example
f, a_minus_y = lambda z: cost(sigmoid(z), 1.0), lambda z: g(z) - 1.0
claim("δ⁽⁴⁾ = a⁽⁴⁾ − y, as ∂cost/∂z", f, a_minus_y, at=0.4)
f, gradient = lambda a: cost(a, 1.0), lambda a: a - 1.0
claim("δ is the error with respect to a", f, gradient, at=0.6, right="with respect to z")
f, slope = sigmoid, lambda a: a * (1 - a)
claim("g'(z) = a ⊙ (1 − a)", f, lambda z: slope(g(z)), at=0.4)
at_z = {"z": [0.3, -0.5]}
claim("δ⁽³⁾ = Θ⁽³⁾ᵀ δ⁽⁴⁾ ⊙ g'(z⁽³⁾)", from_layer(3), delta(3, slope), at=at_z)
claim("δ⁽²⁾ = Θ⁽²⁾ᵀ δ⁽³⁾ ⊙ g'(z⁽²⁾)", from_layer(2), delta(2, slope), at=at_z)
says, right = "(3) ∂J/∂Θᵢⱼ⁽ˡ⁾ = aⱼ⁽ˡ⁾ δᵢ⁽ˡ⁺ⁱ⁾", "aⱼ⁽ˡ⁾ δᵢ⁽ˡ⁺¹⁾"
claim(says, one_loss, equation_3(lambda i: i), at=T, right=right)
claim("(3) with δᵢ⁽ˡ⁺¹⁾", one_loss, equation_3(lambda i: 1), at=T)

# several examples
f, minus_y = lambda z: sum(map(cost, map(sigmoid, z), [1.0, 0.0])), lambda z: [-1.0, 0.0]
claim("step 3: δ⁽ᴸ⁾ = Δ = 0 − y", f, minus_y, at={"z": [0.4, 0.9]}, right="a⁽ᴸ⁾ − y")
says = "step 5: Δ⁽ˡ⁾ := Δ⁽ˡ⁾ + δ⁽ˡ⁺¹⁾ a⁽ˡ⁾ᵀ, and D = Δ/m if λ = 0"
claim(says, total(0.0), D_with(0.0), at=T)
says, right = "D = Δ/m + λΘ, where J has λ/(2m) ΣΘ²", "Δ/m + (λ/m)Θ"
claim(says, total(strength), D_with(strength), at=T, right=right)
B = {f"B{i}": [row[0] for row in theta] for i, theta in enumerate(thetas, start=1)}
claim("D = Δ/m for the biases, j = 0", of_biases, D_0, at=B)

# intuition
f, gradient = lambda z: -cost(sigmoid(z), 1.0), lambda z: g(z) - 1.0
says = "(5) cost = y log h + (1−y) log(1−h), δ = ∂cost/∂z"
claim(says, f, gradient, at=0.4, right="cost = −y log h − (1−y) log(1−h)")
f, says = lambda z: (sigmoid(z) - 1.0) ** 2, "cost ≈ (h − y)², δ = a − y = ∂cost/∂z"
claim(says, f, gradient, at=0.4, right="2(a − y) a(1 − a)")
says, right = "δ₂⁽²⁾ = Θ₁₂ δ₁⁽³⁾ + Θ₂₂ δ₂⁽³⁾", "(Θ₁₂ δ₁⁽³⁾ + Θ₂₂ δ₂⁽³⁾) g'(z₂⁽²⁾)"
claim(says, from_layer(2), delta(2, lambda a: 1.0), at=at_z, right=right)
ml13

# %% [markdown]
# What does not hold, in the order of the table: the fifth line, with the wrong error and without its inputs; the label of
# the arrow to $W^{[2]}$; the words "with respect to $a$", where $z$ is meant (the document says so itself further down); the
# index $l+i$ for $l+1$; a line of step 3 into which another one has slipped; the penalty, which is $m$ times too strong; the
# cost (5) without its minus sign; the squared error, to which $a - y$ does not belong; and the missing $g'$ at the end.
#
# How we have read it: sums over examples where it writes $\sum$ alone, and $\Theta^\top$ without the column of the biases.
# In the last formula we have read the superscripts $(i)$ and $(3)$ of $\Theta$ as $(2)$: the $\Theta^{(3)}$ of its network
# has one row, so there is no $\Theta_{22}^{(3)}$.
#
# ## What could not be reproduced
#
# - The network is said to be that of another page (ML-10), which is not at hand. The sizes, the data and the learning rate
#   are ours; the document has none.
# - The pictures are not part of the text. The graph could be drawn after its program; the four others are known by what is
#   said about them.
# - $g$ is not named in the first half. We took the sigmoid; its second half has the derivative of the sigmoid.
# - Two equations that it refers to, the full cost and the partial derivative to be found, are not on the page.
# - The second half calls itself deprecated. It is proofread all the same, since it is on the page.

# %% [markdown]
# ## What to take along
#
# - Six lines are backpropagation for a whole batch. Each gradient has the shape of its parameter, and each error $dZ$ a
#   column for each example.
# - $a - y$ is the error of a sigmoid under cross-entropy. Another cost has another error.
# - Cost and gradient change together: a sign, a $\frac{1}{m}$ or a penalty in one of them has to be in the other.
#
# Next: 08, a larger network on the two moons.
