# %% [markdown]
# # 3. Backward, one node at a time
#
# You will be able to do the backward pass by hand, just as the computer does it. You will know why it adds, why nodes wait
# their turn, and why gradients are set to zero before the next run.
#
# **Before you start:** notebooks 1 and 2. **Time:** about 30 minutes.
#
# In our example the node `a` is used three times: once by `y`, and twice by `s`, its square.

# %%
from autograd import Value

x = Value(3)
a = 2 * x
s = a * a
y = a + s
y

# %% [markdown]
# As a formula, $y = 2x + (2x)^2 = 2x + 4x^2$. So we know the answer at $x = 3$: $dy/dx = 2 + 8x = 26$.
#
# ## Watch it
#
# Press the black ▶, or click the picture and use the arrow keys. First the numbers travel forward. A grey arrow shows the
# *number* that travels along it (in notebooks 1 and 2, arrows showed the local derivative). Then the gradient comes back on
# coloured arrows, and each shows a product: gradient · local derivative = what arrives. The current step is purple. The
# operation is in the box, next to the name. (In Jupyter, `from autograd import widget` and `widget(y)` give you the same with a
# slider that moves `x`.)
#
# **Predict**: how many products will arrive at `a` on the way back, before it sends its own gradient to `x`?

# %%
from autograd import player

player(y)

# %% [markdown]
# Three: one from `y`, two from `s`. Here is the same as text; the number in front is the step, as in the player (from 1;
# in Python, step 1 is `steps(y)[0]`). The number after the last `=` is what arrives and is added to the gradient:

# %%
from autograd import steps

steps(y)

# %% [markdown]
# Everything from the last node back to the first is the **backward pass**. It has three rules.
#
# 1. The last node has gradient 1. All others start at 0.
# 2. Go from the last node to the first. A node's turn comes when **all** nodes that use it have had theirs.
# 3. On its turn, a node sends its own gradient, times the local derivative, back along every edge that leads into it. This
#    product is **added** to the gradient of the node where the edge starts. (`s = a * a` has two edges from `a`, so it sends
#    twice.)
#
# Look at `a` in the steps: first 1 arrives from `y`, then 6 from `s`, then 6 from `s` again. Only then is it `a`'s turn: with
# $1 + 6 + 6 = 13$, it sends $13 \cdot 2 = 26$ to `x`. In the finished picture, the results on the coloured arrows into a box
# add up to its gradient; the box of `a` lists them.
#
# **Predict**: which of the coloured arrows will be the thickest?

# %%
from autograd import draw_dot

y.backward()
draw_dot(y, flow="both")

# %% [markdown]
# The one into `x`, with 26: the thicker, the larger.
#
# `to_python` writes both passes as a program that needs no library. `da` stands for $\partial y/\partial a$. The first
# contribution can be set with `=`, since nothing is there yet; the rest are added with `+=`. After the line `# backward` there
# are only products and sums:

# %%
from autograd import to_python

to_python(y)

# %% [markdown]
# ## Without `+=`
#
# What if a gradient were *set* where it should be *added to*? `misconception` runs the backward pass twice, once correctly
# and once with a mistake of our choice (`bug`). It says what went wrong, and lists every node whose gradient differs.
#
# **Predict**: which gradient does `a` end with, if each contribution overwrites the one before? And `x`?

# %%
from autograd import misconception

misconception(y, bug="assign")

# %% [markdown]
# Of $1 + 6 + 6$ only the last 6 is left, and `x` gets $6 \cdot 2 = 12$. That is why rule 3 says "added": it is
# "sum over all paths" from notebook 1.
#
# ## Without order
#
# What if a node passed its gradient on as soon as the first contribution arrived?
#
# **Predict**: `y` sends 1 to `a` first. What would `x` get?

# %%
misconception(y, bug="depth_first")

# %% [markdown]
# `a` went too early. It had 1 from `y`, and gave `x` only $1 \cdot 2 = 2$. The two 6s from `s` arrived, but were never passed
# on. (`a` itself ends with 13 here too, so it is not in the table.)
#
# That is why rule 2 says "all". List the nodes so that each comes before all nodes that use it: `x`, `a`, `s`, `y`. This is
# called a **topological order**. The backward pass follows it from end to start: `y`, `s`, `a`, `x`.
#
# ## Without zeroing
#
# So far we have called `backward()` once. Let's look at `x`, call it again, and look again:

# %%
print(x.grad)
y.backward()
print(x.grad)

# %% [markdown]
# The second pass added its 26 to the 26 already there. This is on purpose: leaf gradients accumulate. A network looks at many
# examples, and the gradients of its weights add up over them. But before the *next* round they must be set to zero, or the old
# ones count again. It is easy to forget.

# %%
x.grad = 0
y.backward()
print(x.grad)

# %% [markdown]
# Networks have a method for this: `zero_grad()` sets the gradients of all weights to zero.
#
# The nodes in between must not accumulate at all. Our `backward()` resets them each time. If it didn't, they would pass the old
# gradient on once more, and two calls would give `x` more than $2 \cdot 26 = 52$:

# %%
misconception(y, bug="stale")

# %% [markdown]
# In the second call, `s` has $1 + 1 = 2$ and passes it on. `a` still has 13, and gets 1 from `y` and $2 \cdot 6 = 12$ twice
# from `s`: 38. `x` had 26, and gets $38 \cdot 2 = 76$: 102.
#
# ## Exercises
#
# **1.** $a = x + 1$, $b = a x$ and $y = a + b$, at $x = 3$. In which order do the nodes take their turns? Find their gradients.

# %%
from autograd import quiz

x = Value(3)
a = x + 1
b = a * x
y = a + b
exercise = quiz(y)
exercise

# %%
exercise.answer({"b": None, "a": None, "x": None})

# %% [markdown]
# A hint says how many contributions a node's gradient has:

# %%
print(exercise.hint("a", which=2))

# %% [markdown]
# <details><summary>Answer</summary>
#
# `y` is first. It sends 1 to `a` and 1 to `b`. Next is `b`, since `a` has to wait for it. It sends $1 \cdot 3 = 3$ to `a`, and
# $1 \cdot 4 = 4$ to `x`. Now `a` has $1 + 3 = 4$, and sends $4 \cdot 1 = 4$ to `x`. So `x` has $4 + 4 = 8$. By the formula:
# $y = (x + 1) + (x + 1) x = (x + 1)^2$, and $2 (x + 1) = 8$.
#
# </details>
#
# **2.** In the graph of exercise 1, what gradient would `x` get with `=` in place of `+=`? And what if `a` passed its gradient
# on as soon as `y` reached it? Work it out on paper, and fill in your numbers.

# %%
with_assign = None
without_order = None

for bug, yours in {"assign": with_assign, "depth_first": without_order}.items():
    if yours is not None:
        print(bug, "is right" if yours == misconception(y, bug=bug).wrong[x] else "is not right yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# With `=`, `a` keeps only the 3 from `b`, and `x` only what arrives last, from `a`: $3 \cdot 1 = 3$. Without order, `a` has
# only the 1 from `y` when it sends $1 \cdot 1 = 1$ to `x`; with the 4 from `b` that makes 5. The right answer is 8.
#
# </details>
#
# **3.** With `=` in place of `+=`, `x` gets the wrong gradient from `y = x * x`, but the right one from `y = x**2`. How many
# contributions arrive at `x` in each?

# %%
from_product = None
from_square = None

if from_product is not None and from_square is not None:
    print("right" if (from_product, from_square) == (2, 1) else "not yet: count the edges that start at x")

# %% [markdown]
# <details><summary>Answer</summary>
#
# In `x**2` there is one edge from `x`, so one contribution and nothing to add. In `x * x` there are two, and with `=` the
# second overwrites the first. A mistake that doesn't show on a simple graph is still a mistake.
#
# </details>
#
# ## What to remember
#
# - Starting at the last node, each node sends its own gradient, times the local derivative, back along every edge that leads
#   into it.
# - Contributions are added. A node's turn comes when all of them have arrived.
# - Leaf gradients accumulate over calls of `backward()`. Set them to zero before the next round.
#
# Next: notebook 4, train one neuron: gradients put to use.
