# %% [markdown]
# # 1. The chain rule, by hand and by graph
#
# You will be able to read any derivative of a calculation off a drawing of it: multiply along each path, add over the paths.
# School calculus is enough, and of Python you need variables and functions.
#
# You can read this page as it is. To try things out, type `make lab` in the folder of the project, and open this notebook.
# Click into a grey cell and press Shift+Enter to run it: below it appears what it prints, and the value of its last line.
# Run the cells from top to bottom.
#
# ## A derivative is a rate
#
# Take $h = (5x+3)^2$ at $x = 2$. In Python `*` is "times" and `**` is "to the power of":

# %%
here = 2


def h_of(x):
    return (5 * x + 3) ** 2


h_of(here)

# %% [markdown]
# How fast does $h$ move when $x$ moves? Push $x$ a little away from 2, and divide the move of $h$ by the move of $x$.
# (`round(…, 3)` keeps three digits after the point.)

# %%
start = h_of(here)


def rate(push):
    return (h_of(here + push) - start) / push


print(round(rate(0.1), 3), round(rate(0.01), 3), round(rate(0.001), 3))

# %% [markdown]
# The smaller the push, the closer the rate comes to 130. This limit is the **derivative** of $h$ at $x = 2$: near there, $h$
# moves very nearly 130 times as far as $x$. In a picture it is the slope of the straight line that touches the curve there.
# (You may skip the code of the picture.)

# %%
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
# ## The chain rule multiplies rates
#
# Now without a limit. Cut the calculation in two: first $u = 5x + 3$, then $h = u^2$.
#
# - $u$ moves 5 times as far as $x$, since $du/dx = 5$.
# - $h$ moves $2u$ times as far as $u$, since $dh/du = 2u$. At $x = 2$ we have $u = 13$, so this is 26 times.
#
# If $x$ moves a little, $u$ moves 5 times as far, and $h$ moves 26 times as far as that. It is like two gears, one driving
# the next: the rates are multiplied. This is the **chain rule**:
#
# $$\frac{dh}{dx} = \frac{dh}{du} \cdot \frac{du}{dx} = 2u \cdot 5 = 10u$$
#
# With $u = 5x + 3$ this is $50x + 30$. At $x = 2$ it is $26 \cdot 5 = 130$, the number that the pushes came closer and
# closer to.
#
# ## The same calculation as a graph
#
# Now we let Python watch us calculate. A `Value` is a number that remembers how it was made. The first line
# fetches it from our library, which is called `autograd`.

# %%
from autograd import Value

x = Value(2)
a = 5 * x
u = a + 3
h = u**2
h

# %% [markdown]
# This is how a `Value` prints. `data` is its number: 169, as before. `grad` is the place for a derivative. Nobody has asked
# for one yet, so it is 0.0. `draw_dot` draws how `h` was made. `show=["data"]` asks for the numbers only:

# %%
from autograd import draw_dot

draw_dot(h, show=["data"])

# %% [markdown]
# Such a drawing is called a **graph**.
#
# - Each box is a **node**: a number in the calculation, under the name of our variable. `a`, `u` and `h` were calculated.
#   `x`, in light blue, was given; such a node is called a **leaf**.
# - Each circle is the operation that made the node to its right. `**` is the power. The numbers without a box, 5, 3 and 2,
#   are constants: they never move, so no derivative is asked of them.
# - Each arrow that leaves a box is an **edge**. It leads through a circle to the next box, and says that this node is used
#   to make the next one. We name it after the two boxes: from `x` to `a`.
#
# What makes the graph useful: from one node to the next there is only *one* operation, and its derivative is simple enough
# to know by heart. We write it on the edge:

# %%
draw_dot(h, show=["data", "partial"])

# %% [markdown]
# The number on an edge is the **local derivative**: how many times as far the node at its end moves as the node at its
# beginning.
#
# | edge | operation | local derivative | here |
# |---|---|---|---|
# | from `x` to `a` | $a = 5x$ | 5 | 5 |
# | from `a` to `u` | $u = a + 3$ | 1 | 1 |
# | from `u` to `h` | $h = u^2$ | $2u$ | 26 |
#
# A move of `x` travels along the arrows to `h`, and is multiplied at every edge. That is the chain rule, read off the
# drawing. `paths` does it for us, with the result at the end of the first line. (The second line matters when there are several
# paths.)

# %%
from autograd import paths

paths(x, of=h)

# %% [markdown]
# ## All derivatives in one go
#
# Under the drawing with the numbers on the edges it says: no gradients yet, call `backward()`. Let us do so. It walks from `h`
# back to `x`, against the arrows. For *every* node on its way it finds the derivative of `h` **with respect to** that node: how
# many times as far `h` moves as that node.

# %%
h.backward()
draw_dot(h)

# %% [markdown]
# Each box now has its `grad`, the derivative of `h`, the last node, with respect to the node in the box. We call it the
# **gradient** of the node. Read them from right to left:
#
# - `h` has 1: it moves just as far as itself.
# - `u` has $1 \cdot 26 = 26$.
# - `a` has $26 \cdot 1 = 26$.
# - `x` has $26 \cdot 5 = 130$.
#
# At each edge: the gradient on its right, times the number on the edge, gives the gradient on its left. The edges are now
# blue because the gradient that flows along them is positive; a negative one is orange and dashed. The thicker an edge, the
# larger the gradient.
#
# In Python we get it from the node:

# %%
x.grad

# %% [markdown]
# ## Two inputs
#
# Take $f = x^2 y$. It has two derivatives, one for each input. For $\partial f/\partial x$ only $x$ moves, and $y$
# is held still as if it were a constant. For $\partial f/\partial y$ only $y$ moves. The round $\partial$ says that
# something else was held still; such a derivative is called *partial*.
#
# $$\frac{\partial f}{\partial x} = 2xy \qquad \frac{\partial f}{\partial y} = x^2$$
#
# At $x = 3$ and $y = 2$ these are 12 and 9. The graph gives both at once:

# %%
x = Value(3)
y = Value(2)
s = x**2
f = s * y
f.backward()
draw_dot(f)

# %% [markdown]
# Look at the two edges into the product. If `s` moves, the product $s \cdot y$ moves $y$ times as far; if `y` moves, $s$ times
# as far. So each edge has the *other* factor: 2 on the edge from `s`, 9 on the edge from `y`. The edge of the square has
# $2x = 6$. Along the path from `x`: $6 \cdot 2 = 12$.
#
# ## Two paths
#
# Now write $x^2$ as $x \cdot x$. The numbers are the same. The graph is not: `x` is used twice, and has two edges.

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
# There are two paths from `x` to `f`, with the product $3 \cdot 2 = 6$ each. Their **sum** is the derivative, $2xy = 12$.
#
# Why the sum? Push the first factor of $3 \cdot 3$ alone, then the second alone, then both:

# %%
push = 0.001
first = ((3 + push) * 3 - 9) / push
second = (3 * (3 + push) - 9) / push
both = ((3 + push) * (3 + push) - 9) / push
print(round(first, 3), round(second, 3), round(both, 3))

# %% [markdown]
# Each alone has the rate 3. Both together have the rate $3 + 3$, and a remainder of 0.001, which is as small as the push, and
# vanishes with it. It is so in every graph: a small move of `x` reaches the end along every path, and what the paths do to each
# other is too small to count.
#
# So this is the chain rule for any graph: **multiply along each path, add over all paths**. There is no more to it,
# for a graph of three nodes or of a million.
#
# ## Exercises
#
# **1.** $g = (3x - 1)^2$ at $x = 1$. `quiz` draws the graph and hides three gradients. Find them on paper: first the number on
# each edge, then back from `g`.

# %%
from autograd import quiz

x = Value(1)
a = 3 * x
u = a - 1
g = u**2
exercise = quiz(g)
exercise

# %% [markdown]
# Put your numbers in place of `None`, and run the cell. If one is wrong, you may be told which slip it looks like.
# Stuck? Add the line `print(exercise.hint("x"))` and run the cell again: it tells the local derivative, and leaves the rest
# to you.

# %%
exercise.answer({"u": None, "a": None, "x": None})

# %% [markdown]
# <details><summary>Answer</summary>
#
# $u = 2$, so the edge from `u` to `g` has $2u = 4$. Back from `g`: `u` has $1 \cdot 4 = 4$, `a` has $4 \cdot 1 = 4$, `x` has
# $4 \cdot 3 = 12$. By the formula: $2 (3x - 1) \cdot 3 = 12$.
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
# A sum passes the gradient on as it is: `p` and `q` have 1. `y` has one path, $1 \cdot x = 3$. `x` has two: over `p`
# it is $1 \cdot y = 2$, over `q` it is $1 \cdot 2x = 6$; together 8. By the formula: $y + 2x = 8$.
#
# </details>
#
# **3.** $c = x \cdot x \cdot x$ at $x = 3$. How many paths lead from `x` to `c`, and what is the product along each? Think
# first, then write `paths(x, of=c)` in place of the last line.

# %%
x = Value(3)
c = x * x * x
c

# %% [markdown]
# <details><summary>Answer</summary>
#
# Three paths, one for each factor, and each has the product of the two other factors, 9. Together 27, which is $3x^2$.
# (`v₁` is the first product, $x \cdot x$. We gave it no name, so it got a number.)
#
# </details>
#
# ## What to remember
#
# - A derivative is a rate: how many times as far the result moves as the input.
# - A node is a number that remembers how it was made. An edge carries one local derivative.
# - Multiply along each path, add over all paths. `backward()` does it for every node at once.
#
# Next: notebook 2, one neuron. It is a graph with a few more nodes.
