# %% [markdown]
# # 13. Beyond first order
#
# After this notebook you can differentiate a gradient, and use the result for Newton's method and for the curvature of a loss,
# which limits the learning rate. You can also tell in advance which of the two modes of differentiation costs less.
#
# **Before you start:** notebook 3, and second derivatives. **Time:** about 40 minutes.

# %% [markdown]
# ## A gradient is a graph
#
# The gradient of a function is made of multiplications, additions and a few known functions. So it can be recorded and
# differentiated like anything else. Here is the *derivative* of $y = x \sin x$ as a graph of its own.

# %%
from autograd import Value, draw_dot, gradients, sin, to_latex

x = Value(2.0, label="x")
slope = gradients(x * sin(x), x, create_graph=True)
slope.label = "slope"
slope.backward()
draw_dot(slope)

# %%
to_latex(slope)

# %% [markdown]
# The product rule is there: $\sin x + x \cos x$. `slope.backward()` ran through this graph, so `x.grad` is now the second
# derivative, $2\cos x - x \sin x$.

# %%
import math

print(f"{x.grad:.12f}")
print(f"{2 * math.cos(2.0) - 2.0 * math.sin(2.0):.12f}")

# %% [markdown]
# `grad` does the same for functions: it takes a function and returns its derivative, which is again a function. So you can
# repeat it.
#
# **Predict**: $\tanh$ rises from −1 to 1, steepest at 0. Where is its second derivative 0, and on which side is it negative?

# %% tags=["hide-input"]
import matplotlib.pyplot as plt

from autograd import grad, tanh

xs = [i / 25 for i in range(-75, 76)]
f = tanh
fig, ax = plt.subplots(figsize=(7, 3.4))
for order, style in enumerate(["-", "--", "-.", ":"]):
    ax.plot(xs, [f(x) for x in xs], style, label=f"tanh, differentiated {order} times")
    f = grad(f)
ax.axhline(0, color="grey", linewidth=0.5)
ax.set(xlabel="x", title="tanh and its derivatives")
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# At 0, where the slope is largest, and negative to the right: there the slope falls.
#
# ## Newton's method
#
# Gradient descent knows the slope but has to be told how far to go. Newton's method uses the second derivative: it fits a
# parabola to the curve, and jumps to its lowest point.
#
# $$x \leftarrow x - \frac{f'(x)}{f''(x)}$$

# %%
from autograd import exp


def valley(x):
    return exp(x) - 2 * x


first, second = grad(valley), grad(grad(valley))
lowest = math.log(2)
fast = slow = 2.0
visited = [fast]
print("distance   Newton    descent   ratio")
for step in range(6):
    before = slow - lowest
    slow -= 0.1 * first(slow)
    kept = (slow - lowest) / before
    print(f"step {step}     {fast - lowest:.1e}   {before:.3f}     {kept:.0%}")
    fast -= first(fast) / second(fast)
    visited.append(fast)

# %% [markdown]
# The lowest point is at $\ln 2$. Once Newton's method gets close, the exponent of the distance roughly doubles with every step.
# Gradient descent removes 41 % of the distance at first, then less and less, in the long run a fifth: near the lowest point,
# where $f'' = 2$, a step leaves $1 - 0.1 f'' = 0.8$ of the distance. The last column is the ratio of the distances after and
# before a step.

# %% tags=["hide-input"]
fig, ax = plt.subplots(figsize=(7, 3.4))
xs = [i / 50 for i in range(-25, 116)]
ax.plot(xs, [valley(x) for x in xs], color="black", label="f")
for at, style in zip(visited[:2], ["--", ":"], strict=True):
    y, d, dd = valley(at), first(at), second(at)
    parabola = [y + d * (x - at) + dd * (x - at) ** 2 / 2 for x in xs]
    ax.plot(xs, parabola, style, label=f"parabola at {at:.2f}")
    ax.plot(at, y, "o", color="black", markersize=5)
ax.set(xlabel="x", ylim=(0.3, 4), title="Newton: jump to the lowest point of a parabola")
ax.legend()
plt.show()

# %% [markdown]
# ## Many parameters: the Hessian
#
# A function of $n$ numbers has $n \times n$ second derivatives. Together they are the *Hessian* $H$, and Newton's step solves
# $H d = -\nabla f$. The test function is Rosenbrock's curved valley.

# %%
import numpy as np

from autograd import hessian


def rosenbrock(p):
    x, y = p
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


print(np.array(hessian(rosenbrock)([-1.2, 1.0])))

newton = [[-1.2, 1.0]]
while math.hypot(*grad(rosenbrock)(newton[-1])) > 1e-9:
    H, g = hessian(rosenbrock)(newton[-1]), grad(rosenbrock)(newton[-1])
    newton.append([float(p) for p in newton[-1] - np.linalg.solve(H, g)])

descent = [[-1.2, 1.0]]
for _ in range(1000):
    g = grad(rosenbrock)(descent[-1])
    descent.append([p - 0.001 * slope for p, slope in zip(descent[-1], g, strict=True)])

print(f"Newton,  {len(newton) - 1:>4} steps: {rosenbrock(newton[-1]):.1e}")
print(f"descent, {len(descent) - 1:>4} steps: {rosenbrock(descent[-1]):.1e}")
print("Newton's first values:", *[f"{rosenbrock(p):.4g}" for p in newton[:5]])

# %% tags=["hide-input"]
columns, rows = np.linspace(-1.6, 1.6, 120), np.linspace(-3.5, 2, 120)
heights = [[rosenbrock((a, b)) for a in columns] for b in rows]
fig, ax = plt.subplots(figsize=(7, 3.8))
ax.contour(columns, rows, heights, levels=np.geomspace(0.1, 3000, 12), colors="0.7")
ax.plot(*zip(*descent, strict=True), color="#d55e00", label="descent, 1000 steps")
ax.plot(*zip(*newton, strict=True), "o-", color="#0072b2", label=f"Newton, {len(newton) - 1} steps")
ax.plot(1, 1, "k*", markersize=12, label="the minimum")
ax.set(xlabel="x", ylabel="y", ylim=(-3.5, 2), title="Rosenbrock's valley")
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# The second step goes far uphill, from 4.7 to 1412: the parabola only fits near its point. And Newton's method looks for a
# slope of 0, so where the curvature is negative, it climbs. Practical versions shorten or redirect the step.
#
# Why don't we train networks this way? A network with a million parameters has a Hessian of $10^{12}$ numbers. But for a small
# network we can look at it.
#
# ## The curvature of a loss
#
# Here is a network for XOR with 9 parameters. We write its loss as a function of the list of parameters, for `grad` and
# `hessian`. We train it with Adam, and try one step of Newton's method for comparison.

# %%
import nn

points, labels = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [-1, 1, 1, -1]


def loss(p):
    w1, w2, w3, w4, b1, b2, v1, v2, c = p
    errors = []
    for (x1, x2), label in zip(points, labels, strict=True):
        h1, h2 = tanh(w1 * x1 + w2 * x2 + b1), tanh(w3 * x1 + w4 * x2 + b2)
        errors.append((v1 * h1 + v2 * h2 + c - label) ** 2)
    return sum(errors) / 4


start = [1.0, 1.1, 0.9, 1.2, -0.5, -1.3, 1.0, -1.0, 0.0]
trained = [Value(p) for p in start]
optimizer = nn.optim.Adam(trained, lr=0.05)
for _ in range(150):
    optimizer.zero_grad()
    loss(trained).backward()
    optimizer.step()
trained = [p.data for p in trained]
print(f"loss at the start {loss(start):.2f}, trained {loss(trained):.1e}")

H, g = hessian(loss)(start), grad(loss)(start)
newton = [float(p) for p in start - np.linalg.solve(H, g)]
print(f"after one Newton step from the start: {loss(newton):.2f}")
print("curvatures at the start:", *[f"{value:.2f}" for value in np.linalg.eigvalsh(H)])

# %% [markdown]
# The last line shows the eigenvalues of the Hessian. Each is the curvature along one direction, its eigenvector. Three of them
# are negative at the start, and the Newton step made the loss larger. And where Adam ended up?

# %%
values, vectors = np.linalg.eigh(hessian(loss)(trained))
distances = np.linspace(-0.6, 0.6, 61)
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="tight")
left.bar(range(1, 10), values, color="#0072b2")
left.set(title="the 9 curvatures", xlabel="direction", ylabel="eigenvalue")
for i, style in [(8, "-"), (7, "--"), (0, ":")]:
    along = [loss([p + t * v for p, v in zip(trained, vectors[:, i], strict=True)]) for t in distances]
    right.plot(distances, along, style, label=f"direction {i + 1}")
right.set(title="the loss along three of them", xlabel="distance")
right.legend()
plt.show()
print("  ".join(f"{value:.3g}" for value in values))

# %% [markdown]
# Four samples pin down four directions; along the other five the loss is nearly flat. If the loss were 0, these five curvatures
# would be exactly 0. The small numbers, all slightly below 0, come from the errors that remain.
#
# That is why a single learning rate is hard to choose: on a parabola with curvature $\lambda$, a descent step multiplies the
# distance by $1 - \alpha\lambda$. The distance shrinks only if
#
# $$\alpha < \frac{2}{\lambda_{max}}$$
#
# Let's test that near the trained point, with rates a little below and a little above the limit.

# %%
limit = 2 / values[-1]
print(f"2 / λmax = {limit:.4f}")
for share in (0.9, 1.1):
    p = [q + 0.001 * v for q, v in zip(trained, vectors[:, -1], strict=True)]
    gaps = []
    for _ in range(25):
        p = [q - share * limit * g for q, g in zip(p, grad(loss)(p), strict=True)]
        gaps.append(abs(np.dot(vectors[:, -1], np.subtract(p, trained))))
    print(f"{share} times that rate: distance 0.001 became {gaps[-1]:.1e}")

# %% [markdown]
# ## Hessian times a vector
#
# You don't need the Hessian to find $\lambda_{max}$. Multiply a vector by $H$ over and over (almost any vector will do), and it
# turns towards the eigenvector with the largest eigenvalue in absolute value. `hvp` computes $Hv$ without $H$, as the
# derivative of the gradient along $v$.

# %%
from autograd import hvp

v = [1.0] * 9
for step in range(1, 31):
    Hv = hvp(loss, (trained,), (v,))
    length = math.hypot(*Hv)
    v = [component / length for component in Hv]
    if step in (1, 2, 4, 8, 16, 30):
        print(f"after {step:>2} products: {length:.6f}")
print(f"from the whole Hessian: {values[-1]:.6f}")

# %% [markdown]
# The Hessian needs one sweep through the graph of the gradient per parameter; `hvp` needs a single sweep. `profile` counts the
# cost of a sweep.

# %%
import autograd
from autograd import profile

p = [Value(number) for number in trained]
gradient = gradients(loss(p), p, create_graph=True)
# profile takes one result, so we sum the 9 slopes (which costs 9 more multiply-adds)
sweep = profile(autograd.sum(gradient)).reverse
print(f"one product:     1 sweep,  {sweep:6,} multiply-adds")
print(f"whole Hessian:   9 sweeps, {9 * sweep:6,} multiply-adds")

# %% [markdown]
# ## A gradient inside a function
#
# You can use a gradient like any other function, and differentiate the whole again. How does the loss after two descent steps
# change with the *learning rate*? The rate determines where the second gradient is evaluated, and `grad` differentiates through
# that gradient. To see the effect, we also replace it with plain numbers.

# %%
from autograd.testing import differentiate


def moved(p, rate, slopes):
    return [q - rate * slope for q, slope in zip(p, slopes, strict=True)]


def after_two_steps(rate):
    p = moved(start, rate, grad(loss)(start))
    return loss(moved(p, rate, grad(loss)(p)))


numbers = grad(loss)(moved(start, 0.3, grad(loss)(start)))  # at a rate of 0.3


def frozen(rate):
    return loss(moved(moved(start, rate, grad(loss)(start)), rate, numbers))


print("slope with respect to the rate, at a rate of 0.3")
print(f"grad                        {grad(after_two_steps)(0.3):.4f}")
print(f"differences                 {differentiate(after_two_steps, 0.3).value:.4f}")
print(f"second gradient as numbers  {grad(frozen)(0.3):.4f}")

# %% [markdown]
# The second gradient depends on the rate, so this slope needs second derivatives of the network. Newton's method on the rate
# needs third derivatives. It finds the best rate for these two steps.

# %%
slope, curvature = grad(after_two_steps), grad(grad(after_two_steps))
rate = 0.25
for _ in range(5):
    print(f"learning rate {rate:.5f}   loss after two steps {after_two_steps(rate):.6f}")
    rate -= slope(rate) / curvature(rate)
print(f"from 0.2, the first step would go to {0.2 - slope(0.2) / curvature(0.2):.2f}")

# %% [markdown]
# It has to start close: at 0.2 the curvature is so small that the first step goes much too far.
#
# ## Forward or reverse?
#
# The chain rule can be multiplied out from either end. *Reverse mode*, the backward pass, starts at an output: one sweep gives
# the derivatives of that output with respect to **all inputs**. *Forward mode* starts at an input: one sweep gives the
# derivatives of **all outputs** with respect to that input. `vjp` is a reverse sweep, `jvp` a forward one.
#
# A sweep does one multiply-add per edge of the graph, and `profile` counts them. First, many inputs and one output: the mean of
# a hundred numbers, each times its sine.

# %%
inputs = [Value(i / 10) for i in range(100)]


def score(xs):
    return autograd.mean([x * sin(x) for x in xs])


profile(score(inputs))

# %% [markdown]
# One sweep backward, or a hundred forward. Second, one input and many outputs: a simulation that starts at $t$ and reports
# every step. Now one forward sweep covers all outputs, and reverse mode needs one sweep per output.

# %%
from autograd import jvp, vjp


def simulation(t, steps):
    states = [t]
    for _ in range(steps):
        states.append(states[-1] + 0.1 * sin(states[-1]))
    return states[1:]


def of_four(t):
    return simulation(t, 4)


_, slopes = jvp(of_four, (0.3,), (1.0,))
print("one jvp:  ", [round(slope, 6) for slope in slopes])
_, pullback = vjp(of_four, 0.3)
picks = [[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 1.0, 0], [0, 0, 0, 1.0]]
print("four vjps:", [round(pullback(pick)[0], 6) for pick in picks])

# %% tags=["hide-input"]
sizes = [1, 3, 10, 30, 100]
inward = [profile(score([Value(i / 10) for i in range(n)])) for n in sizes]
# With many outputs, reverse mode needs one sweep per output. One forward sweep covers them all: its
# edges are those of the last output, which depends on every step.
outward = [[profile(y).reverse for y in simulation(Value(0.3), m)] for m in sizes]
costs = {
    "n inputs, one output": ([p.reverse for p in inward], [p.forward for p in inward]),
    "one input, n outputs": ([sum(one) for one in outward], [max(one) for one in outward]),
}
fig, axes = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True, layout="tight")
for ax, (title, (reverse, forward)) in zip(axes, costs.items(), strict=True):
    ax.loglog(sizes, reverse, "o-", color="#0072b2", label="reverse mode")
    ax.loglog(sizes, forward, "s--", color="#d55e00", label="forward mode")
    ax.set(title=title, xlabel="n")
    print(f"{title}, n = 100: reverse {reverse[-1]:,}, forward {forward[-1]:,}")
axes[0].set_ylabel("multiply-adds")
axes[0].legend()
plt.show()

# %% [markdown]
# A network has many parameters and one loss. That is the left plot, and the reason why training goes backward. `hvp` uses both:
# one forward sweep through the graph of a backward one.
#
# ## Exercises
#
# **1.** The second derivative of $x^2 y$ with respect to $x$ is $2y$. What is its Hessian at $(2, 3)$, all four numbers?

# %%
rows = [[None, None], [None, None]]

if None not in rows[0] + rows[1]:
    print("right" if rows == hessian(lambda p: p[0] ** 2 * p[1])([2.0, 3.0]) else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The gradient is $(2xy, x^2)$, so the Hessian is
#
# $$\begin{pmatrix} 2y & 2x \\ 2x & 0 \end{pmatrix} = \begin{pmatrix} 6 & 4 \\ 4 & 0 \end{pmatrix}$$
#
# `hvp(lambda p: p[0] ** 2 * p[1], ([2.0, 3.0],), ([0.0, 1.0],))` gives just the second column, `[4.0, 0.0]`.
#
# </details>

# %% [markdown]
# **2.** What is the second derivative of $x \sin x$ at 0?

# %%
second = None

if second is not None:
    print("right" if abs(second - grad(grad(lambda x: x * sin(x)))(0.0)) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $2 \cos 0 - 0 \cdot \sin 0 = 2$.
#
# </details>

# %% [markdown]
# **3.** The largest curvature of a loss is 50. Up to which learning rate do steps in that direction shrink the distance to the
# minimum?

# %%
rate = None

if rate is not None:
    print("right" if abs(rate - 2 / 50) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $2 / 50 = 0.04$. Each step multiplies the distance by $1 - 50 \cdot rate$, which lies between −1 and 1 up to there.
#
# </details>

# %% [markdown]
# ## What to remember
#
# - A gradient is a graph too. Whatever can be recorded can be differentiated again.
# - The largest curvature limits the learning rate, to $2 / \lambda_{max}$, and `hvp` finds it without the Hessian.
# - Few outputs: reverse mode. Few inputs: forward mode. `profile` counts the cost before you choose.
#
# Next: notebook 14, write your own.
