# %% [markdown]
# # 3. Backward, one node at a time
#
# You will be able to do the backward pass by hand, as the computer does it. You will know why it adds, why the nodes
# wait for their turn, and why gradients are set to zero before the next run.
#
# Our example has a node, `a`, that is used three times: once by `y`, and twice by `s`, which is its square.

# %%
from autograd import Value

x = Value(3)
a = 2 * x
s = a * a
y = a + s
y

# %% [markdown]
# As a formula, $y = 2x + (2x)^2 = 2x + 4x^2$. So we know what must come out at $x = 3$: $\frac{dy}{dx} = 2 + 8x = 26$.
#
# ## Watch it
#
# Press ▶, or click into the picture and use the arrow keys. First the numbers go forward on the grey arrows. Then the
# gradient comes back on coloured arrows. The operation now stands in the box, beside the name.
# (In Jupyter, `widget(y)` is the same with a slider that moves `x`.)

# %%
from autograd import player

player(y)

# %% [markdown]
# The same as text. It can be read without playing:

# %%
from autograd import steps

steps(y)

# %% [markdown]
# The backward pass has three rules.
#
# 1. The last node has the gradient 1.
# 2. Take the nodes from the last to the first. A node has its turn when **all** that use it have had theirs.
# 3. In its turn a node gives each of its inputs its own gradient times the local derivative. This is **added** to what is
#    there.
#
# Look at `a` in the steps: first 1 arrives from `y`, then 6 from `s`, then 6 from `s` again. Only then has `a` its turn, with
# $1 + 6 + 6 = 13$, and gives `x` the gradient $13 \cdot 2 = 26$. In the finished picture what arrives at a box on coloured
# arrows adds up to its gradient:

# %%
from autograd import draw_dot

y.backward()
draw_dot(y, flow="both")

# %% [markdown]
# `to_python` writes both passes as a program that needs no library. `da` stands for $\frac{\partial y}{\partial a}$. The first
# contribution may be set with `=`, since nothing is there yet; those that follow are added with `+=`. After the line
# `# backward` there is nothing but products and sums:

# %%
from autograd import to_python

to_python(y)

# %% [markdown]
# ## Without `+=`
#
# What if a gradient were *set* where it should be *added to*? `misconceptions.run` goes backward with a mistake, beside the
# right way. It says what went wrong, and shows the nodes that get a wrong gradient.

# %%
from autograd import misconceptions

misconceptions.run(y, bug="assign")

# %% [markdown]
# Each contribution wipes out the one before it. Of $1 + 6 + 6$ only the last 6 is left. So rule 3 says "added": it is "add over
# all paths", from notebook 1.
#
# ## Without order
#
# What if a node passed its gradient on at once, when the first contribution arrives?

# %%
misconceptions.run(y, bug="depth_first")

# %% [markdown]
# `a` went too early. It had 1 from `y`, and gave `x` only $1 \cdot 2 = 2$. The 6 and 6 from `s` arrived, but were never passed
# on. So rule 2 says "all". An order in which every node comes before all that use it is called a **topological order**. The
# backward pass takes it from the end to the beginning.
#
# ## Without zeroing
#
# Above we called `backward()` once. We look at `x`, call it again, and look again:

# %%
print(x.grad)
y.backward()
print(x.grad)

# %% [markdown]
# The second pass added its 26 to the 26 that were there. This is on purpose: leaves collect. A network looks at many
# examples, and the gradients of its weights add up over them. But before the *next* round they have to be set to zero, or the
# old ones count again. It is easily forgotten.

# %%
x.grad = 0
y.backward()
print(x.grad)

# %% [markdown]
# Networks have `zero_grad()` for this, which sets the gradients of all their weights to zero.
#
# The nodes in between must not collect at all. Our `backward()` starts them anew each time. If it did not, they would
# pass the old gradient on once more, and two calls would give `x` more than $2 \cdot 26 = 52$:

# %%
misconceptions.run(y, bug="stale")

# %% [markdown]
# ## Exercises
#
# **1.** $a = x + 1$, $b = a x$ and $y = a b$, at $x = 2$. In which order do the nodes have their turn? Find their gradients.

# %%
from autograd import quiz

x = Value(2)
a = x + 1
b = a * x
y = a * b
exercise = quiz(y)
exercise

# %%
exercise.answer({"b": 0, "a": 0, "x": 0})

# %% [markdown]
# A hint says from how many places gradient arrives at a node:

# %%
print(exercise.hint("a", which=2))

# %% [markdown]
# <details><summary>Answer</summary>
#
# `y` is first. It gives `a` $1 \cdot 6 = 6$, and `b` $1 \cdot 3 = 3$. Now `b`, since `a` has to wait for it. It gives
# `a` $3 \cdot 2 = 6$, and `x` $3 \cdot 3 = 9$. Now `a` has $6 + 6 = 12$, and gives `x` $12 \cdot 1 = 12$. So `x` has
# $9 + 12 = 21$. By the formula: $y = x (x + 1)^2$, and $\frac{dy}{dx} = (x + 1)^2 + 2x (x + 1) = 9 + 12$.
#
# </details>
#
# **2.** In the graph of exercise 1, which gradient would `x` get with `=` in place of `+=`? And which, if `a` passed its gradient
# on as soon as `y` reached it? Write your guesses down, then run `misconceptions.run(y, bug="assign")` and
# `misconceptions.run(y, bug="depth_first")`.

# %%
guess_without_adding = 0
guess_without_order = 0

# %% [markdown]
# <details><summary>Answer</summary>
#
# With `=`, `a` keeps the 6 from `b`, and `x` keeps the last contribution, from `a`: $6 \cdot 1 = 6$. Without order, `a` has only
# the 6 from `y` when it gives `x` $6 \cdot 1 = 6$; with the 9 from `b` that makes 15. Right is 21.
#
# </details>
#
# **3.** With `=` in place of `+=`, `y = x * x` gets a wrong gradient, but `y = x**2` a right one. Why?
#
# <details><summary>Answer</summary>
#
# In `x**2` there is one edge from `x`, so one contribution, and nothing to add. In `x * x` there are two, and with `=` the second
# wipes out the first. A mistake that does not show on a simple graph is still a mistake.
#
# </details>
#
# ## What to take along
#
# - Back from the last node: each node gives each of its inputs its own gradient times the local derivative.
# - What arrives is added. A node has its turn when all has arrived.
# - Leaves collect over calls of `backward()`. Set their gradients to zero before the next round.
#
# Next: 4, how neural networks learn.
