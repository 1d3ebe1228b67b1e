# %% [markdown]
# # 2. One neuron
#
# You will be able to read a neuron as a graph, and say how fast its output changes with each of its numbers. The numbers come
# from Andrej Karpathy's lecture on micrograd, a small library like ours, so you can compare.
#
# **Before you start:** notebook 1. **Time:** about 25 minutes.
#
# ## What a neuron computes
#
# A neural network is one long calculation with many adjustable numbers; learning means adjusting them. Its smallest part is a
# **neuron**. It has **inputs** $x_1, x_2$, a **weight** for each input, $w_1, w_2$, and one more number, the **bias** $b$. It
# multiplies each input by its weight, adds everything up, and squashes the sum:
#
# $$n = w_1 x_1 + w_2 x_2 + b \qquad o = \tanh(n)$$
#
# The inputs are given: two measurements, say. Learning changes the weights and the bias.
#
# $\tanh$, the hyperbolic tangent, maps any number to one between −1 and 1:
#
# $$\tanh(n) = \frac{e^{2n} - 1}{e^{2n} + 1}$$
#
# $$\tanh'(n) = 1 - \tanh(n) \cdot \tanh(n)$$
#
# Here $e = 2.718…$ Take the second formula, its derivative, on trust for now: below we take $\tanh$ apart, and the graph finds
# the same number. The dot in the picture is the neuron below.
#
# **Predict**: where is the curve steepest, and how steep is it there? Put $n = 0$ into the second formula.

# %% tags=["hide-input"]
import math

import matplotlib.pyplot as plt

numbers = [i / 20 for i in range(-80, 81)]
figure, ax = plt.subplots(figsize=(6, 3))
ax.plot(numbers, [math.tanh(n) for n in numbers])
ax.plot([0.8814], [0.7071], "ko")
ax.set(xlabel="n, the sum", ylabel="o = tanh(n)")
ax.grid(alpha=0.3)
plt.show()

# %% [markdown]
# At $n = 0$, where the slope is $1 - 0 \cdot 0 = 1$. On both sides the curve is flat: there, a change of $n$ changes almost
# nothing.
#
# ## Record
#
# As in notebook 1, we calculate with Values, one operation per line, and every operation leaves a node. `p1` and `p2` are the
# products, `s` is their sum. The odd-looking bias makes the gradients come out as round numbers. (`x1, x2 = …` sets two
# variables in one line.)

# %%
from autograd import Value, tanh

x1, x2 = Value(2), Value(0)
w1, w2 = Value(-3), Value(1)
b = Value(6.8813735870195432)
p1 = w1 * x1
p2 = w2 * x2
s = p1 + p2
n = s + b
o = tanh(n)
o

# %% [markdown]
# ## Draw
#
# **Predict**: two inputs, two weights and a bias; two products, two sums and $\tanh$. How many boxes are shaded? And of the four
# numbers `w1`, `x1`, `w2` and `x2`, whose gradient is 0? (`x2` is 0. Look at what stands beside it in the product.)

# %%
from autograd import draw_dot

o.backward()
draw_dot(o)

# %% [markdown]
# Five boxes are shaded: what was given. The gradient that is 0 is that of `w2`: its edge carries the other factor, `x2`, which
# is 0.
#
# Read the drawing from right to left, as before. The last edge carries $\tanh'(n) = 1 - o \cdot o = 0.5$. The edges into a sum
# carry 1: it passes the gradient on unchanged. The edges into a product carry the other factor. So the gradient of `w1` is
# $1 \cdot 0.5 \cdot 1 \cdot 1 \cdot 2 = 1$, and that of `x1` is $1 \cdot 0.5 \cdot 1 \cdot 1 \cdot (-3) = -1.5$.
#
# A dashed orange edge carries a negative gradient: if `x1` grows, `o` falls. Along a dotted edge nothing flows: the gradient
# is 0.
#
# ## Step
#
# `steps` shows what happens, one operation at a time: first forward, where the numbers are calculated from the inputs to the
# output; then backward, where the gradients are calculated from the output to the inputs.

# %%
from autograd import steps

steps(o)

# %% [markdown]
# `w₁` is our `w1`. `+=` means "add to what is already there" in Python. Every gradient starts at 0, and whatever arrives is
# added. Here only one edge leaves each node, so each gets one contribution. Notebook 3 is about nodes that get more.
#
# ## Explain
#
# `explain` writes out the chain rule for one derivative, in symbols and then in numbers. The first line is the result; the
# lines below say where each factor comes from.

# %%
from autograd import explain

print(explain(w1, of=o))

# %% [markdown]
# ## What is it good for?
#
# The gradient predicts the effect of a small change before we make it. `nudge` makes the change and compares. The braces say
# which numbers change, and by how much. The first rows change one number at a time, the last row changes them all. Δ is the
# change; then come the gradient's prediction, what really happened, and the difference.

# %%
from autograd import nudge

nudge(o, {w1: 0.05, x1: 0.05})

# %% [markdown]
# There is a remainder because the curve of $\tanh$ is not a straight line. With a tenth of the change, the remainder is about a
# hundredth:

# %%
nudge(o, {w1: 0.005, x1: 0.005})

# %% [markdown]
# This is how networks learn: look at the gradient of every weight, then move each weight a little in the direction that brings
# the output closer to what it should be.
#
# ## The same with fewer boxes
#
# A neuron may have a thousand inputs, and its drawing a thousand products. `dot` does all the products and the sum in one
# operation. It takes a list of weights, a list of inputs, and the bias.
#
# **Predict**: which numbers stand in the two boxes that are not shaded, and do any gradients change?

# %%
from autograd import dot


def leaves():
    return Value(2), Value(0), Value(-3), Value(1), Value(6.8813735870195432)


x1, x2, w1, w2, b = leaves()
n = dot([w1, w2], [x1, x2], bias=b)
o = tanh(n)
o.backward()
draw_dot(o)

# %% [markdown]
# The sum and the output, 0.8814 and 0.7071. One operation with five edges, and the same gradients. (`leaves` creates the five
# numbers afresh, so their gradients start at 0. Notebook 3 explains why that matters.)
#
# ## The same with everything expanded
#
# Now the other way round. The formula takes $\tanh$ apart into operations you know, with `exp(v)` for $e^v$. The function $e^v$
# is special: it is its own derivative. So the edge from `v` to `e` carries the value of `e` itself, 5.828. And `expand=True`
# draws the `dot` as products and sums; the boxes without a name are inside it. (It starts with the bias; the sum is the same.)
# This drawing goes from top to bottom.
#
# **Predict**: will `w1` and `x1` still have the gradients 1 and −1.5, now that there are more boxes between them and the output?

# %%
from autograd import exp

x1, x2, w1, w2, b = leaves()
n = dot([w1, w2], [x1, x2], bias=b)
v = 2 * n
e = exp(v)
above = e - 1
below = e + 1
o = above / below
o.backward()
draw_dot(o, expand=True, direction="TB")

# %% [markdown]
# The output and the gradients of the five leaves are the same as before. It doesn't matter how finely a calculation is cut.
# Where there was one edge, there are now several nodes and paths; multiply along the paths, sum over them, and you get the same
# number. In place of the edge with 0.5, from `n` to `o`, we have:

# %%
from autograd import paths

paths(n, of=o)

# %% [markdown]
# `e` is used twice, so there are two paths, and we add their products. The last edges are those of a quotient. When *above*
# changes, the quotient changes $1/below$ times as fast: $1/6.828 = 0.1464$. When *below* changes, $1/below$ has the derivative
# $-1/below^2$, and *above* is a factor: $-4.828/6.828^2 = -0.1036$.
#
# ## Exercises
#
# **1.** Another neuron, with numbers that are easy on paper. Its sum is $n = 4 \cdot 1 + 1 \cdot (-2) - 2 = 0$, and
# $\tanh(0) = 0$.

# %%
from autograd import quiz

x1, x2 = Value(1), Value(-2)
w1, w2 = Value(4), Value(1)
b = Value(-2)
n = dot([w1, w2], [x1, x2], bias=b)
o = tanh(n)
exercise = quiz(o)
exercise

# %% [markdown]
# Replace each `None` with your number. `print(exercise.hint("w1"))` gives a hint.

# %%
exercise.answer({"n": None, "w1": None, "w2": None, "x1": None, "x2": None, "b": None})

# %% [markdown]
# <details><summary>Answer</summary>
#
# `n` has $1 - o \cdot o = 1 - 0 = 1$. All the others are this 1 times their edge: `w1` has $x_1 = 1$, `w2` has $x_2 = -2$, `x1`
# has $w_1 = 4$, `x2` has $w_2 = 1$, `b` has 1.
#
# </details>
#
# **2.** In the drawings above, the gradient of `w2` was 0. What would it be if `x2` were 4, and the bias so much smaller that
# the output stayed 0.7071? And what did that neuron learn about `w2` from an `x2` of 0?

# %%
gradient_of_w2 = None

if gradient_of_w2 is not None:
    print("right" if abs(gradient_of_w2 - 0.5 * 4) < 1e-9 else "not yet: multiply along the path from the output to w2")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $0.5 \cdot 1 \cdot 1 \cdot 4 = 2$: its last edge carries $x_2$. If that is 0, then whatever `w2` is, it is multiplied by 0,
# and the output doesn't notice. A weight learns nothing from an input of 0.
#
# </details>
#
# **3.** Take the first neuron with a bias of 20. The sum is 14, and the output is almost 1. Is the gradient of `w1` now more
# than 1, about 1, or less than 0.001? Think of the curve of $\tanh$, and write "more", "about" or "less".

# %%
your_guess = None

x1, x2, w1, w2, b = leaves()
b = Value(20)
n = dot([w1, w2], [x1, x2], bias=b)
o = tanh(n)
o.backward()
if your_guess is not None:
    print("right" if your_guess == "less" else "not yet", "- the gradient of w1 is", w1.grad)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Less: all gradients are almost 0 (and that of `w2` is 0, as before). `w1.grad` is 5.5e-12, where `e-12` means: move the
# decimal point 12 places to the left, 0.0000000000055. That far out $\tanh$ is flat: the last edge carries $1 - o \cdot o$,
# which is about 0.0000000000028, and it is a factor of every path. Such a neuron is called *saturated*. It hardly learns,
# since no small change affects its output.
#
# </details>
#
# ## What to remember
#
# - A neuron is a short graph: products, a sum, and a squashing function.
# - Each of its gradients is a product along a path, and the derivative of the squashing function is a factor of them all.
# - A calculation can be cut coarsely (`dot`, `tanh`) or finely (`×`, `+`, `exp`, `÷`): the gradients are the same.
#
# Next: notebook 3, the backward pass, one node at a time.
