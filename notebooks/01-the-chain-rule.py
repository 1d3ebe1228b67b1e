# %% [markdown]
# # 1. The chain rule, by hand and by graph
#
# You will be able to read any derivative off a drawing of the calculation: multiply along each path, sum over all paths.
#
# **Before you start:** school calculus: what a derivative is, and $(x^2)' = 2x$. You needn't be able to program: what the Python
# on this page says is explained as it comes up. **Time:** about 30 minutes.
#
# You can simply read this page. To try things out, type `make lab` in the project folder and open this notebook. Click a grey
# cell and press Shift+Enter to run it: its output appears below, with the value of its last line. Run the cells from top to
# bottom.
#
# Where it says **Predict**, stop for a moment and answer before you read on, in your head or on paper. The answer is right below
# the next output. A prediction that fails teaches more than ten that you read.
#
# ## A derivative is a rate
#
# Take $h = (5x+3)^2$ at $x = 2$. In Python `*` is "times" and `**` is "to the power of". `here = 2` gives a number a name. `def`
# gives a calculation a name, `return` says what its result is, and `h_of(here)` runs it with 2 in place of `x`:

# %%
here = 2


def h_of(x):
    return (5 * x + 3) ** 2


h_of(here)

# %% [markdown]
# How fast does $h$ change as $x$ changes? Push $x$ a little away from 2, and divide the change in $h$ by the change in $x$.
# (`round(…, 3)` keeps three decimals; `print` shows several numbers side by side.)
#
# **Predict**: multiplied out, $h = 25x^2 + 30x + 9$, so by the rules of school $h' = 50x + 30$, which is 130 at $x = 2$. Will
# the rate for a push of 0.1 be below 130, exactly 130, or above?

# %%
start = h_of(here)


def rate(push):
    return (h_of(here + push) - start) / push


print(round(rate(0.1), 3), round(rate(0.01), 3), round(rate(0.001), 3))

# %% [markdown]
# Above: the curve becomes steeper on the way. The smaller the push, the closer the rate gets to 130. This limit is the
# **derivative** of $h$ at $x = 2$: near that point,
# $h$ changes very nearly 130 times as fast as $x$. In a plot, it is the slope of the straight line that touches the curve
# there. (You can skip the plotting code.)
#
# **Predict**: on which side of that line does the curve run, to the left of the point and to the right?

# %% tags=["hide-input"]
import matplotlib.pyplot as plt

xs = [1 + i / 50 for i in range(101)]
figure, ax = plt.subplots(figsize=(6, 3.2))
ax.plot(xs, [h_of(x) for x in xs], label="h = (5x + 3)²")
ax.plot(xs, [169 + 130 * (x - 2) for x in xs], "--", label="slope 130")
ax.plot([2], [169], "ko")
ax.set(xlabel="x", ylabel="h")
ax.legend()
plt.show()

# %% [markdown]
# Above it on both sides: the curve bends upwards, and touches its line at one point only. That is why every rate with a push to
# the right came out above 130; a push to the left would give one below.
#
# ## The chain rule multiplies rates
#
# Now without a limit. Split the calculation in two: first $u = 5x + 3$, then $h = u^2$.
#
# - $u$ changes 5 times as fast as $x$, since $du/dx = 5$.
# - $h$ changes $2u$ times as fast as $u$, since $dh/du = 2u$. At $x = 2$ we have $u = 13$, so that is 26 times.
#
# When $x$ moves a little, $u$ moves 5 times as far, and $h$ moves 26 times as far as $u$. Like two gears, one driving the next:
# the rates multiply. This is the **chain rule**:
#
# $$\frac{dh}{dx} = \frac{dh}{du} \cdot \frac{du}{dx} = 2u \cdot 5 = 10u$$
#
# With $u = 5x + 3$ this is $50x + 30$. At $x = 2$ it is $26 \cdot 5 = 130$, the number the rates approached.
#
# ## The same calculation as a graph
#
# Now let Python watch us calculate. A `Value` is a number that remembers how it was made. The first line imports it from our
# library, `autograd`.

# %%
from autograd import Value

x = Value(2)
a = 5 * x
u = a + 3
h = u**2
h

# %% [markdown]
# This is how a `Value` prints. `data` is its number: 169, as before. `grad` holds a derivative. We haven't asked for one yet,
# so it is 0.0. `draw_dot` draws how `h` was made. `show=["data"]` shows only the numbers.
#
# **Predict**: four numbers have a name, `x`, `a`, `u` and `h`; and then there are 5, 3 and 2. How many boxes will there be, and
# which number is in the last one?

# %%
from autograd import draw_dot

draw_dot(h, show=["data"])

# %% [markdown]
# Four boxes, and 169 in the last; 5, 3 and 2 stand in the heads. This drawing is called a **graph**.
#
# - Each box is a **node**: a number in the calculation, labelled with the name of our variable. `a`, `u` and `h` were
#   calculated. `x`, with a shaded head, was given; a node like that is called a **leaf**.
# - In the head of a box, before the name, is the operation that made it. `**` is "to the power of". The numbers beside it, 5, 3
#   and 2, are constants: they never change, so we don't differentiate with respect to them.
# - Each arrow from a box to the next is an **edge**. It means that the first node is used to make the second. We name it after
#   the two boxes: from `x` to `a`.
#
# What makes the graph useful is that there is only *one* operation from a node to the next, and its derivative is simple enough
# to know by heart. We write it on the edge.
#
# **Predict**: which three numbers will stand on the edges? (Their product is 130.)

# %%
draw_dot(h, show=["data", "partial"])

# %% [markdown]
# 5, 1 and 26. The number on an edge is the **local derivative**: how many times as fast the node at its end changes as the
# node at its start.
#
# | edge | operation | local derivative | here |
# |---|---|---|---|
# | from `x` to `a` | $a = 5x$ | 5 | 5 |
# | from `a` to `u` | $u = a + 3$ | 1 | 1 |
# | from `u` to `h` | $h = u^2$ | $2u$ | 26 |
#
# A change in `x` travels along the arrows to `h`, and is multiplied at every edge. That is the chain rule, read off the
# drawing. `paths` does it for us; the result is at the end of the first line. (The second line matters when there are several
# paths.)

# %%
from autograd import paths

paths(x, of=h)

# %% [markdown]
# ## All derivatives in one go
#
# The note under the last drawing says: no gradients yet, call `backward()`. Let's do that. It walks from `h` back to `x`,
# against the arrows. For *every* node on the way it finds the derivative of `h` **with respect to** that node: how many times
# as fast `h` changes as that node.
#
# **Predict**: how many times as fast as `u` does `h` change? As `a`? And as itself?

# %%
h.backward()
draw_dot(h)

# %% [markdown]
# Each box now has its `grad`, the derivative of `h`, the last node, with respect to the node in the box. We call it the
# **gradient** of the node. Read the gradients from right to left:
#
# - `h` has 1: it changes exactly as fast as itself.
# - `u` has $1 \cdot 26 = 26$.
# - `a` has $26 \cdot 1 = 26$.
# - `x` has $26 \cdot 5 = 130$.
#
# Each edge now has a second arrow, which runs back. On it stands that product: the gradient on its right, times the local
# derivative, gives what flows to its left. These arrows are blue because what flows is positive; a negative one is orange and
# dashed. The thicker the arrow, the larger the gradient.
#
# In Python, the node holds it:

# %%
x.grad

# %% [markdown]
# ## Two inputs
#
# Take $f = x^2 y$. It has two derivatives, one for each input. For $\partial f/\partial x$ only $x$ changes, and $y$ is held
# constant. For $\partial f/\partial y$ only $y$ changes. The curly $\partial$ says that something else was held constant; such
# a derivative is called *partial*.
#
# $$\frac{\partial f}{\partial x} = 2xy \qquad \frac{\partial f}{\partial y} = x^2$$
#
# At $x = 3$ and $y = 2$ these are 12 and 9. The graph gives both at once.
#
# **Predict**: a product has two edges into it, here from `s` $= 9$ and from `y` $= 2$. Which local derivative belongs to which?

# %%
x = Value(3)
y = Value(2)
s = x**2
f = s * y
f.backward()
draw_dot(f)

# %% [markdown]
# Look at the two edges into the product. When `s` changes, the product $s \cdot y$ changes $y$ times as fast; when `y` changes,
# $s$ times as fast. So each edge carries the *other* factor: 2 on the edge from `s`, 9 on the edge from `y`. The edge into the
# square carries $2x = 6$. Along the path from `x`: $6 \cdot 2 = 12$.
#
# ## Two paths
#
# Now write $x^2$ as $x \cdot x$. The numbers are the same. The graph isn't: `x` is used twice, so it has two edges.
#
# **Predict**: which number runs back along each of the two, so that `x` has 12 again?

# %%
x = Value(3)
y = Value(2)
s = x * x
f = s * y
f.backward()
draw_dot(f)

# %%
paths(x, of=f)

# %% [markdown]
# 6 along each. There are two paths from `x` to `f`, each with the product $3 \cdot 2 = 6$. Their **sum** is the derivative,
# $2xy = 12$.
#
# Why the sum? Push only the first factor of $3 \cdot 3$, then only the second, then both:

# %%
push = 0.001
first = ((3 + push) * 3 - 9) / push
second = (3 * (3 + push) - 9) / push
both = ((3 + push) * (3 + push) - 9) / push
print(round(first, 3), round(second, 3), round(both, 3))

# %% [markdown]
# Each alone gives the rate 3. Both together give $3 + 3$ and a remainder of 0.001, which is as small as the push and vanishes
# with it. This is true of every graph: a small change in `x` reaches the end along every path, and the effect of the paths on
# each other is too small to count.
#
# So this is the chain rule for any graph: **multiply along each path, sum over all paths**. That is all there is to it, whether
# the graph has three nodes or a million.
#
# ## Exercises
#
# **1.** $g = (3x - 1)^2$ at $x = 1$. `quiz` draws the graph and hides three gradients. Find them on paper: first the number on
# each edge, then work back from `g`.

# %%
from autograd import quiz

x = Value(1)
a = 3 * x
u = a - 1
g = u**2
exercise = quiz(g)
exercise

# %% [markdown]
# Replace each `None` with your number, and run the cell. If one is wrong, it may tell you which slip it looks like. Stuck? Add
# the line `print(exercise.hint("x"))` and run the cell again: it gives you the local derivative and leaves the rest to you.

# %%
exercise.answer({"u": None, "a": None, "x": None})

# %% [markdown]
# <details><summary>Answer</summary>
#
# $u = 2$, so the edge from `u` to `g` carries $2u = 4$. Back from `g`: `u` has $1 \cdot 4 = 4$, `a` has $4 \cdot 1 = 4$, `x`
# has $4 \cdot 3 = 12$. By the formula: $2 (3x - 1) \cdot 3 = 12$.
#
# </details>
#
# **2.** $g = xy + x^2$ at $x = 3$, $y = 2$. Mind the paths.

# %%
x = Value(3)
y = Value(2)
p = x * y
q = x**2
g = p + q
exercise = quiz(g)
exercise

# %%
exercise.answer({"p": None, "q": None, "x": None, "y": None})

# %% [markdown]
# <details><summary>Answer</summary>
#
# A sum passes the gradient on unchanged: `p` and `q` have 1. `y` has one path, $1 \cdot x = 3$. `x` has two: $1 \cdot y = 2$
# through `p` and $1 \cdot 2x = 6$ through `q`, 8 in all. By the formula: $y + 2x = 8$.
#
# </details>
#
# **3.** $c = x \cdot x \cdot x$ at $x = 3$. How many paths lead from `x` to `c`, and what is the product along each? Replace
# both `None`s with your numbers. (The lines below check them, and show the paths once both are right.)

# %%
how_many = None
product = None

x = Value(3)
c = x * x * x
c.backward()
if how_many is not None and product is not None:
    right = product == 3 * 3 and how_many * product == x.grad
    print("right" if right else "not yet: each path goes through one of the three factors")
    if right:
        print(paths(x, of=c))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Three paths, one for each factor. Along each, the product is that of the other two factors, 9. The sum is 27, which is $3x^2$.
# (`v₁` is the first product, $x \cdot x$. We didn't name it, so it got a number.)
#
# </details>
#
# ## What to remember
#
# - A derivative is a rate: how many times as fast the result changes as the input.
# - A node is a number that remembers how it was made. An edge carries one local derivative.
# - Multiply along each path, sum over all paths. `backward()` does it for every node at once.
#
# Next: notebook 2, one neuron, a graph with a few more nodes.
