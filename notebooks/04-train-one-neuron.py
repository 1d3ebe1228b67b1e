# %% [markdown]
# # 4. Train one neuron
#
# You will be able to train a neuron with a loop of your own: measure how wrong it is, get the gradients, move every weight a
# little downhill, repeat. You will know what the learning rate does, and recognize the two ways in which it goes wrong.
#
# **Before you start:** notebooks 1 to 3, and `for` loops in Python. **Time:** about 25 minutes.
#
# ## Six points
#
# Every point has two inputs, and belongs to class 1 or to class −1, its **target**. (Think of two measurements, and a yes or a
# no. In Python, `zip` walks through two lists side by side: each point with its target.)

# %%
import matplotlib.pyplot as plt

points = [[1, 3], [2, 2], [3, 2], [1, 0], [0, 1], [2, -1]]
targets = [1, 1, 1, -1, -1, -1]


def draw_points(ax):
    for point, target in zip(points, targets, strict=True):
        color, marker = ("tab:purple", "^") if target == 1 else ("tab:green", "o")
        ax.plot(*point, marker, color=color, markersize=9)
    ax.set(xlabel="x₁", ylabel="x₂", xlim=(-1, 4), ylim=(-2, 4))


figure, ax = plt.subplots(figsize=(4, 3.6))
draw_points(ax)
plt.show()

# %% [markdown]
# We want a neuron whose output is close to 1 for the triangles and close to −1 for the circles. Its three numbers start
# anywhere. (`:6.3f` prints a number with three decimals.)
#
# **Predict**: at $(1, 3)$, is $0.5 \cdot x_1 - 0.5 \cdot x_2$ positive or negative? Is that what its target asks for?

# %%
from autograd import Value, dot, tanh

w1, w2, b = Value(0.5), Value(-0.5), Value(0)
parameters = [w1, w2, b]


def neuron(x):
    return tanh(dot([w1, w2], x, bias=b))


for point, target in zip(points, targets, strict=True):
    print(f"{point}: output {neuron(point).data:6.3f}, target {target:2}")

# %% [markdown]
# Negative, at a triangle: wrong. Four of the six have the wrong sign, or none at all. The numbers that training changes, here
# `w1`, `w2` and `b`, are called **parameters**.
#
# ## How wrong is it?
#
# To improve something we need one number to measure it. Take the difference between output and target, square it, so that both
# signs count, and add up over all points. This number is the **loss**. It is 0 if every output hits its target.
#
# **Predict**: an output that is quite wrong, 1 in place of −1, costs $2^2 = 4$. Will the loss of these six be closer to 0, to
# 10, or to 24?


# %%
def loss():
    return sum((neuron(point) - target) ** 2 for point, target in zip(points, targets, strict=True))


loss()

# %% [markdown]
# Closer to 10: most are wrong, but few entirely. (`sum(… for …)` adds up one number for each point.)
#
# The loss is a graph too: six neurons side by side, all with the same three leaves. Here is the part of the first point.
#
# **Predict**: its output is too low. Will raising `w2`, which is multiplied by $x_2 = 3$, make the loss rise or fall? What
# sign will its gradient have?

# %%
from autograd import draw_dot

part = (neuron(points[0]) - targets[0]) ** 2
part.backward()
draw_dot(part)

# %% [markdown]
# The loss falls, so the gradient is negative: a gradient says how fast the result changes with the number, and a negative one
# that they go in opposite directions. It is the largest of the three, since $x_2$ is larger than $x_1$ and than the 1 of the
# bias.
#
# ## One step downhill
#
# That is the whole trick. If a gradient is positive, lower the number; if it is negative, raise it; and move it further where
# the gradient is larger. In one line: subtract the gradient times a small number, the **learning rate**.
#
# (The first line sets the gradients to zero, as in notebook 3: the drawing above has already put something there.)

# %%
rate = 0.05

for p in parameters:
    p.grad = 0

before = loss()
before.backward()
print("gradients: ", [round(p.grad, 3) for p in parameters])

for p in parameters:
    p.data -= rate * p.grad

print("parameters:", [round(p.data, 3) for p in parameters])
print("loss:      ", round(before.data, 3), "→", round(loss().data, 3))

# %% [markdown]
# All three gradients were negative, so all three numbers went up, `w2` most. The loss has become smaller.
#
# ## Twenty lines that learn
#
# Now repeat. Run this cell and watch the loss fall. The four lines with a number are the ones that matter, and they are the same
# for a neuron and for a network with a billion parameters. (The lines with `figure`, `ax` and `live` only draw.)
#
# **Predict**: will the loss fall by the same amount in every step, faster and faster, or slower and slower? Will it reach 0?

# %%
from IPython.display import display

figure, ax = plt.subplots(figsize=(6, 3))
ax.set(xlabel="step", ylabel="loss", xlim=(0, 100), ylim=(0, 11))
ax.grid(alpha=0.3)
live = display(figure, display_id=True)

losses = []
for step in range(101):
    for p in parameters:
        p.grad = 0  # 1. forget the old gradients
    total = loss()  # 2. forward: how wrong is it?
    total.backward()  # 3. backward: how does each parameter change that?
    for p in parameters:
        p.data -= rate * p.grad  # 4. a small step downhill
    losses.append(total.data)
    if step % 5 == 0:
        ax.plot(losses, color="tab:blue")
        live.update(figure)
plt.close(figure)

# %%
for step in (0, 1, 2, 5, 10, 20, 50, 100):
    print(f"step {step:3}: loss {losses[step]:.4f}")

# %% [markdown]
# Slower and slower: the first steps bring the most; later the slope becomes flat, and the steps short. The loss never reaches
# 0, since $\tanh$ never quite reaches 1 or −1.
#
# ## What has it learned?

# %%
for point, target in zip(points, targets, strict=True):
    print(f"{point}: output {neuron(point).data:6.3f}, target {target:2}")
print("w1, w2, b:", [round(p.data, 3) for p in parameters])

# %% [markdown]
# Every output has the sign of its target. Where does the sign change? Where $w_1 x_1 + w_2 x_2 + b = 0$, since $\tanh(0) = 0$.
# That is the equation of a straight line, the **decision boundary**.
#
# **Predict**: where in the picture of the six points does it run?

# %%
figure, ax = plt.subplots(figsize=(4, 3.6))
draw_points(ax)
ends = [-1, 4]
ax.plot(ends, [-(w1.data * x + b.data) / w2.data for x in ends], color="black")
plt.show()

# %% [markdown]
# Between the triangles and the circles, of course, and closer to neither: the nearest points push it away. One neuron draws one
# straight line. That is all it can do, and notebook 5 is about points for which it isn't enough.
#
# ## Too small, too large
#
# The learning rate is ours to choose. Here are four, each from the same start: 0.002, 0.05, 0.1 and 5.
#
# **Predict**: which one will have the lowest loss after 60 steps? And what does a rate of 5 do?


# %%
def train(rate, steps=60):
    """The losses of every step, from the numbers we began with."""
    w1.data, w2.data, b.data = 0.5, -0.5, 0
    losses = []
    for _ in range(steps):
        for p in parameters:
            p.grad = 0
        total = loss()
        total.backward()
        for p in parameters:
            p.data -= rate * p.grad
        losses.append(total.data)
    return losses


figure, ax = plt.subplots(figsize=(6, 3))
for rate, style in ((0.002, ":"), (0.05, "-"), (0.1, "--"), (5, "-.")):
    losses = train(rate)
    ax.plot(losses, style, label=f"rate {rate}")
    print(f"rate {rate:<5}: loss after 60 steps {losses[-1]:.3f}")
ax.set(xlabel="step", ylabel="loss")
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
ax.grid(alpha=0.3)
plt.show()

# %% [markdown]
# - **0.002** is too small: it goes the right way, but takes forever.
# - **0.05** falls and never rises.
# - **0.1** jumps about at first: a step may land on the other side of the valley, higher than before. Here it recovers,
#   and in the end its loss is the lowest of the four.
# - **5** is far too large. The first step throws the parameters so far that every $\tanh$ is flat (*saturated*, as in notebook
#   2), the gradients vanish, and it never moves again. Two points stay wrong, and each costs $2^2 = 4$.
#
# The gradient is only about small changes. A large step asks more of it than it knows.
#
# ## Exercises
#
# **1.** A single point $x = (1, 2)$ with target 1, the weights 0.5 and −0.5 and the bias 0.5. Then $n = 0.5 - 1 + 0.5 = 0$ and
# the output is 0. Find the gradients of the loss on paper.

# %%
from autograd import quiz

w1, w2, b = Value(0.5), Value(-0.5), Value(0.5)
n = dot([w1, w2], [1, 2], bias=b)
o = tanh(n)
d = o - 1
L = d**2
exercise = quiz(L)
exercise

# %% [markdown]
# Replace each `None` with your number.

# %%
exercise.answer({"d": None, "o": None, "n": None, "w1": None, "w2": None, "b": None})

# %% [markdown]
# <details><summary>Answer</summary>
#
# $d = -1$, so `d` has $2d = -2$, and `o` too: subtracting 1 changes nothing. $\tanh'(0) = 1$, so `n` has −2. `w1` has
# $-2 \cdot 1 = -2$, `w2` has $-2 \cdot 2 = -4$, `b` has −2.
#
# </details>
#
# **2.** Continue exercise 1: which numbers do `w1`, `w2` and `b` have after one step with the rate 0.1? Fill them in. The cell
# says whether the step is right.

# %%
after = {"w1": None, "w2": None, "b": None}

L.backward()
for name, p in {"w1": w1, "w2": w2, "b": b}.items():
    if after[name] is not None:
        print(name, "is right" if abs(after[name] - (p.data - 0.1 * p.grad)) < 1e-9 else "is not right yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $0.5 - 0.1 \cdot (-2) = 0.7$, $-0.5 - 0.1 \cdot (-4) = -0.1$, and $0.5 - 0.1 \cdot (-2) = 0.7$.
#
# </details>
#
# **3.** Put the point $(1, 0)$ into class 1. Can the neuron still learn all six? Decide with pencil and paper, and write "yes"
# or "no".

# %%
can_it = None

w1, w2, b = Value(0.5), Value(-0.5), Value(0)
parameters = [w1, w2, b]
targets = [1, 1, 1, 1, -1, -1]
losses = train(0.05, steps=300)
right = all((neuron(point).data > 0) == (target > 0) for point, target in zip(points, targets, strict=True))
if can_it is not None:
    print("right" if (can_it == "yes") == right else "not yet", f"- after 300 steps, loss {losses[0]:.3f} → {losses[-1]:.3f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. $(1, 0)$ lies exactly in the middle between $(0, 1)$ and $(2, -1)$, which are both in class −1. A line that has these two
# on one side has everything between them on that side too. `[round(neuron(point).data, 2) for point in points]` shows how the
# neuron settles: the loss can't fall below what one or two wrong points cost.
#
# </details>
#
# ## What to remember
#
# - A loss turns "how wrong is it?" into one number. Its gradient says, for each parameter, which way is worse.
# - Training is four lines: zero, forward, backward, step. `p.data -= rate * p.grad` is the step.
# - One neuron draws one straight line.
#
# Next: notebook 5, your first network: what a single line can't separate.
