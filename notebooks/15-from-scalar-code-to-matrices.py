# %% [markdown]
# # 15. From scalar code to matrices
#
# After this notebook you can say how a program of single multiplications turns into matrix products, and train your own scalar
# code at the speed of NumPy, with one call of `autograd.compile`.
#
# **Before you start:** notebooks 5 and 8, and NumPy arrays. **Time:** about 45 minutes.
#
# ## A network of single numbers
#
# Two inputs, three `tanh` neurons, one output: plain Python on plain Values. The loss is that of one sample.

# %%
from autograd import Value

w = [[Value(0.5), Value(-1.0)], [Value(1.5), Value(0.8)], [Value(-0.7), Value(0.6)]]
b = [Value(0.1), Value(-0.2), Value(0.3)]
u = [Value(1.0), Value(-0.5), Value(0.8)]
c = Value(0.2)


def network(x):
    y = c
    for weights, bias, out in zip(w, b, u, strict=True):
        s = bias
        for weight, number in zip(weights, x, strict=True):
            s = s + weight * number
        y = y + out * s.tanh()
    return y


def loss(x, target):
    return (network(x) - target) ** 2


one = loss([0.3, -0.4], 0.5)
one.backward()
print(f"loss {one.data:.4f}, its derivative with respect to w[0][0] {w[0][0].grad:.4f}")

# %% [markdown]
# Every call records a graph of single operations. The next sample records the same graph once more, with other numbers: the
# same multiplications in the same order. So it should be enough to record it once.
#
# ## Record once
#
# `autograd.compile` calls the function a single time (well, twice, to see that it does the same again), on examples of its
# arguments. What the call recorded becomes a **program**: one row per operation. The weights, which the function takes from
# outside, are inputs too. The program reads their numbers anew at each call.
#
# **Predict**: how many rows will it have? Count the operators of one neuron first.

# %%
import autograd

compiled = autograd.compile(loss, [0.0, 0.0], 0.0)
recorded = compiled.traced.program
print(recorded)

# %% [markdown]
# A neuron takes two multiplications, two additions and a `tanh`, then one of each for the output: 3 · 7 = 21. The difference
# and its square make 23. A `v` with a number is a **register**, a place for one number. There is no loop, no list and no object
# left, only arithmetic. Here it is as a picture: cards with a blue head are inputs.

# %%
from autograd.viz.program_drawing import draw_program

draw_program(recorded)

# %% [markdown]
# ## The gradient is more rows
#
# The chain rule multiplies and adds. So it can be written down as rows, too: go through the program from the last row to the
# first, and call the rule of each operation (the one that `backward()` uses) on registers instead of numbers.
#
# **Predict**: the derivative of `v20 = tanh(v19)` is $1 - \tanh^2 v_{19}$, which the table of operations has under the name
# `sech2`. How often will it stand in the gradient of all 13 parameters?

# %%
from autograd.compiler import derived

inputs = [given.name for given in recorded.inputs]
parameters = range(3, len(inputs))  # after the two numbers of x, and the target
alone = derived.value_and_gradient(recorded, parameters, (), reduce=False)
print(*str(alone).splitlines()[24:-1], sep="\n")

# %% [markdown]
# Three times, once per neuron. The gradient takes 20 rows after the 23 of the loss. Nothing has to be walked or looked up when
# it runs: going backward is just going on.
#
# ## One program, many samples
#
# The samples of a batch don't need each other. So let every register hold a list of numbers, one for each sample. Such places
# side by side are called **lanes**. The inputs `x` and `target` have a number per lane. The weights have one number, the same
# for all lanes; and so have the results we want: the loss and its derivatives, summed over all lanes.

# %%
lanes = derived.with_lanes(recorded, per_lane=range(3))
batch = derived.value_and_gradient(lanes, parameters, (), reduce=True)
print(*str(batch).splitlines()[44:], sep="\n")

# %% [markdown]
# The last lines are new: a `lane_sum` for the loss and for each of the 13 derivatives. This is all that training needs. It is
# also slow: 57 rows, and each of them goes through all samples to do a single multiplication or addition.
#
# In the picture, a stack of cards holds one number per lane; a sum over lanes turns it into a single card. Rows that do the same
# at the same depth share a card, and a weight is named on the card that reads it.

# %%
draw_program(batch)

# %% [markdown]
# ## Passes
#
# A **pass** takes a program and returns a better one that computes the same. There are nine kinds, each of them small: a
# function in a file of its own. The first four tidy up. Our network has little to tidy, so here is a function with all that a
# hurried programmer leaves lying about.

# %%
from autograd import where


def untidy(x, y):
    half = Value(1.0) / 2
    return half * (x * y) ** 2 + where(x > 0, y * x, 0.0)


messy = autograd.compile(untidy, 1.0, 2.0).traced.program
messy = derived.value_and_gradient(messy, range(2), (), reduce=False)
print(messy)
draw_program(messy)

# %% [markdown]
# The lines below show what each pass takes away (−) and what it puts there (+). **Predict**: which rows are superfluous?

# %%
import difflib

from autograd.compiler.passes.common_subexpressions import common_subexpressions
from autograd.compiler.passes.constants import constants
from autograd.compiler.passes.dead_code import dead_code
from autograd.compiler.passes.identities import identities


def show(before, a_pass):
    after = a_pass(before)
    print(f"{a_pass.__name__}: {len(before.rows)} rows → {len(after.rows)}")
    texts = (str(program).splitlines() for program in (before, after))
    for line in difflib.unified_diff(*texts, n=0, lineterm=""):
        if line[0] in "+-" and line[1:3] not in ("++", "--"):
            print(line.replace("-", "−", 1) if line[0] == "-" else line)
    print()
    return after


program = messy
for tidy in (constants, common_subexpressions, identities, dead_code):
    program = show(program, tidy)
draw_program(program)

# %% [markdown]
# - `constants` computes 1/2 once and for all.
# - `common_subexpressions` finds that `y * x` is there already, as `x * y`.
# - `identities` know, among other things, that $v^1 = v$, that `detach`, through which no gradient flows, changes no number, and
#   that the derivative of a `where` is a `where` again. They never change a result, not even for infinities, NaN and −0. So
#   `x * 0` stays as it is, since it isn't 0 for infinity; and adding −0.0, which changes nothing at all, stands for "no
#   contribution".
# - `dead_code` drops the rows that nobody reads any more.
#
# ## Multiply-adds become dots
#
# Back to the network. The next pass looks for chains: a product that is only added to something, which again is only added to
# something. Such a chain is a dot product.
#
# **Predict**: the 23 rows of the loss have four chains, one for each neuron. How many rows are left?

# %%
from autograd.compiler.passes.dots import dots

with_dots = show(lanes, dots)
draw_program(with_dots)

# %% [markdown]
# Nine: four dots, three `tanh`, the difference and the square. The arguments of a `dot` are the weights, then the inputs, then
# the bias. It adds them up in the same order as before, so its result is the same to the last bit.
#
# ## Dots of the same inputs become a matrix product
#
# Three of the dots have the same inputs: `x_0` and `x_1`. Three dot products with the same vector, what is that?

# %%
from autograd.compiler.passes.matrix_products import matrix_products

with_matrix = show(with_dots, matrix_products)
draw_program(with_matrix)

# %% [markdown]
# It is a matrix times a vector, $W x + b$, with a matrix of 3 rows and 2 columns. Nowhere in our code is there a matrix. But
# numbers that are used like a matrix are one, and the compiler has found it again. With a lane for each sample, it is a matrix
# times a matrix, the operation that computers do best.
#
# ## Sums over lanes
#
# Now the gradient, after the passes so far. Its last lines add up products over all samples: first a product for each sample,
# then a sum. Nobody else needs the products, so they don't have to be stored.
#
# **Predict**: which derivatives are sums of products: those of the weights, of the biases, or both?

# %%
from autograd.compiler.optimize import PASSES
from autograd.compiler.passes.reductions import reductions

gradient = batch
for a_pass in PASSES[: PASSES.index(reductions)]:
    gradient = a_pass(gradient)
gradient = matrix_products(show(gradient, reductions))
draw_program(gradient)

# %% [markdown]
# Those of the weights. A derivative with respect to a weight is what arrives at its neuron, times its input, summed over the
# samples. A bias has the input 1.
#
# And now look at the six `lane_dot`s for the weights of the first layer. Each takes one of three numbers (`v49`, `v46`, `v43`,
# what arrives at the neurons) and one of two (`x_0`, `x_1`). All pairs occur.

# %%
from autograd.compiler.passes.outer_products import outer_products

gradient = outer_products(gradient)
print(gradient)

# %% [markdown]
# All pairs of two lists: that is a matrix product again, now over the samples (`lane_matmul`). You know it from notebooks 8 and
# 9, where it was derived by hand with much care for transposes: $\partial L / \partial W = \delta^\top X$. (The order of the
# rows has changed a bit, too: a sum over lanes stands where its arguments are known.)
#
# ## Few registers
#
# There is one pass left. A register that nobody reads any more is free for the next result.

# %%
from autograd.compiler.passes.registers import assign_registers

few = assign_registers(gradient)
print(f"{gradient.registers} registers → {few.registers}")
print(few)

# %% [markdown]
# Fewer registers are less memory: the numbers of a few hundred samples now fit into the fast part of it, the cache, and stay
# there while all rows run.
#
# The whole way, in a table. An operation is counted for one sample. `stats` gives it for any program.

# %%
compiled.stats("backward")

# %%
compiled.draw("backward")

# %% [markdown]
# From 57 rows to 26, of which two are matrix products. Compare with the picture before the passes: forward, `matmul`, `tanh`,
# `dot`; backward, what arrives at the neurons, times the derivative of `tanh`; then `lane_matmul`. It is the backpropagation of
# a textbook.
#
# Is it still right? We run the program on 50 samples, as it was and after each pass, and compare the loss and all derivatives.

# %%
import numpy as np

from autograd.compiler.executors import python

draw = np.random.RandomState(0)
X = draw.uniform(-1, 1, size=(200, 2))
T = X[:, 0] * X[:, 1]


def gradients(program):
    numbers = [p.data for p in compiled.captured]
    return np.array(python.run(program, [*X[:50].T.tolist(), T[:50].tolist(), *numbers], 50))


program, first = batch, gradients(batch)
for a_pass in PASSES:
    program = a_pass(program)
    print(f"{a_pass.__name__:<22} the same to the last bit: {(gradients(program) == first).all()}")

# %% [markdown]
# ## Train
#
# That was the inside. To use it, you need two lines of what you have seen: `autograd.compile`, and `backward`. The latter does
# what `loss.backward()` does, for all samples at once: it adds to the `grad` of the weights. So the training loop reads as
# before. Our network is to learn to multiply.

# %%
import nn

weights = [*(p for row in w for p in row), *b, *u, c]
optimizer = nn.optim.SGD(weights, lr=0.2)
for step in range(1001):
    optimizer.zero_grad()
    mean = compiled.backward(X, T)
    optimizer.step()
    if step in (0, 10, 100, 1000):
        print(f"step {step:>4}: loss {mean:.3f}")

# %% [markdown]
# `X` has one more axis than the example that the function was compiled with. That axis is the lanes. Called without it, the
# same program takes single numbers; called like a function, it returns the loss of each sample; and `value_and_grad`,
# `jacobian` and `hessian` differentiate with respect to the arguments.

# %%
print(f"{compiled([0.3, -0.4], 0.5):.2f}", compiled(X, T).shape)
value, slope = compiled.value_and_grad([0.3, -0.4], 0.5)
print(f"{value:.2f}", [f"{number:.2f}" for number in slope])

# %% [markdown]
# For networks of `nn`, you need not even compile: `fit` does it by itself if the training is long enough to gain by it.
#
# ## Branches
#
# The recording knows only the way that the example took. What about an `if`?

# %%


def bend(x):
    if x > 0:
        return x * x
    return -x


bent = autograd.compile(bend, 2.0)
try:
    bent(np.array([1.0, 2.0, -3.0, 4.0]))
except autograd.BranchError as error:
    print(error)

# %% [markdown]
# The comparison was recorded as well, and every run checks it, for each sample. So the wrong branch is never computed silently.
# There are two remedies. `where` computes both sides, and chooses for each sample. And with `guard="recompile"` the function is
# recorded once more for the other branch, and the samples are sorted.

# %%


def bend_with_where(x):
    return where(x > 0, x * x, -x)


xs = np.array([1.0, 2.0, -3.0, 4.0])
print(autograd.compile(bend_with_where, 2.0)(xs))
print(autograd.compile(bend, 2.0, guard="recompile")(xs))
print(autograd.compile(bend_with_where, 2.0))

# %% [markdown]
# `relu`, `maximum`, `abs` and the comparisons `greater`, `equal` … are operations, and need no guard.
#
# ## Speed
#
# A wider network, and three ways to its gradient: with Values, with the compiled program, and with NumPy, for which somebody
# had to derive it by hand. First, do they agree?

# %%
HIDDEN = 16
numbers = np.random.RandomState(1).uniform(-1, 1, size=(4 * HIDDEN + 1,))
parameters = [Value(float(number)) for number in numbers]
rest = iter(parameters)
w = [[next(rest), next(rest)] for _ in range(HIDDEN)]
b, u = ([next(rest) for _ in range(HIDDEN)] for _ in range(2))
c = next(rest)
X = draw.uniform(-1, 1, size=(10_000, 2))
T = X[:, 0] * X[:, 1]
compiled = autograd.compile(loss, [0.0, 0.0], 0.0)


def eager(X, T):
    losses = [loss(x, t) for x, t in zip(X.tolist(), T.tolist(), strict=True)]
    mean = sum(losses) * (1.0 / len(losses))
    mean.backward()


W, B, U = np.split(numbers[:-1], [2 * HIDDEN, 3 * HIDDEN])
W, C = W.reshape(HIDDEN, 2), numbers[-1]


def by_hand(X, T):
    h = np.tanh(X @ W.T + B)
    d_y = 2 * (h @ U + C - T) / len(X)
    d_s = np.outer(d_y, U) * (1 - h * h)
    return np.concatenate([(d_s.T @ X).ravel(), d_s.sum(axis=0), d_y @ h, [d_y.sum()]])


for run in (eager, compiled.backward):
    nn.optim.SGD(parameters, lr=1.0).zero_grad()
    run(X[:100], T[:100])
    gap = max(abs(p.grad - number) for p, number in zip(parameters, by_hand(X[:100], T[:100]), strict=True))
    print("as by hand, to 12 digits:", gap < 1e-12)

# %% tags=["timing"]
from time import perf_counter


def fastest(run, count, samples):
    """Seconds per run on `count` samples, in the fastest of three rounds: a browser's clock is too coarse for a single run."""
    seconds, times = [], samples // count
    for _ in range(3):
        start = perf_counter()
        for _ in range(times):
            run(X[:count], T[:count])
        seconds.append((perf_counter() - start) / times)
    return min(seconds)


runs = {"Values": (eager, 1000), "compiled": (compiled.backward, 30_000), "NumPy, by hand": (by_hand, 30_000)}
print("samples       ", *[f"{count:>9,}   " for count in (100, 1000, 10_000)])
for name, (run, samples) in runs.items():
    counts = (100, 1000, 10_000) if run is not eager else (100, 1000)
    print(f"{name:<14}", *[f"{fastest(run, count, samples) * 1e6:>9,.0f} µs" for count in counts])

# %% [markdown]
# Times vary from machine to machine, but not the picture: the program is some hundred times as fast as Values on few samples,
# a thousand times on many, and in the same league as matrices that somebody has derived by hand. A call has its price, so
# with few samples NumPy by hand is ahead. With many, the program is: NumPy stores every intermediate result for all samples
# and reads it again, while the program goes through blocks of samples that fit into the cache. The first call takes longer,
# since it makes the program; and once on each machine, the code that runs programs is compiled to machine code. (Without
# Numba, and so in a browser, there is none: NumPy runs the program, and NumPy by hand stays ahead.)
#
# ## In other languages
#
# A program is so plain that it can be written down in nearly any language. Here is the loss of one neuron with its gradient,
# summed over all samples, in Python, C and JavaScript: to paste into a game, a web page or a microcontroller.

# %%
gain = Value(0.5, label="gain")


def one_neuron(x, target):
    return ((gain * x).tanh() - target) ** 2


neuron = autograd.compile(one_neuron, 0.0, 0.0)
print(neuron.source("python", "backward"))

# %%
print(neuron.source("c", "backward"))

# %%
print(neuron.source("javascript", "backward"))

# %% [markdown]
# ## Exercises
#
# **1.** Write the loss as `(network(x) - target) * (network(x) - target)`, so that the network is called twice. How many rows
# are recorded? Then look at `stats()`: how many are left after all passes, and which pass does it?

# %%
recorded = None

if recorded is not None:
    twice = autograd.compile(lambda x, t: (network(x) - t) * (network(x) - t), [0.0, 0.0], 0.0)
    print("right" if recorded == twice.stats()[0].rows else "not yet")
    print(*twice.stats(), sep="\n")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 227. With the 16 neurons, each network has 112 rows, so 2 · 113 + 1 = 227 rows are recorded. `common_subexpressions` finds
# that the second network is the first one again, and 114 are left. In the end there are 20: a `matmul`, 16 `tanh`, a `dot`,
# the difference and the square. The slip costs nothing at run time.
#
# </details>

# %% [markdown]
# **2.** `nn.MLP(2, [4, 4, 1], "tanh")` has two hidden layers. Which matrix products do you expect in the gradient of a loss,
# and of which shapes? How many are there? (Each of them has a `[` in the printed program.)

# %%
products = None

if products is not None:
    net = nn.MLP(2, [4, 4, 1], "tanh", seed=0)
    deep = autograd.compile(lambda x, t: (net(x) - t) ** 2, [0.0, 0.0], 0.0)
    found = [line.split("= ")[1].split("(")[0] for line in str(deep.program_of("backward")).splitlines() if "[" in line]
    print("right" if products == len(found) else "not yet", found)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Six. Forward, `matmul[4×2]` and `matmul[4×4]`; the last layer has one neuron, a `dot`. Backward, one more `matmul[4×4]`: what
# arrives at the first hidden layer is the second layer's matrix, transposed, times what arrives there. And for the weights,
# layer by layer from the last, `lane_matmul[1×4]`, `lane_matmul[4×4]` and `lane_matmul[4×2]`.
#
# </details>

# %% [markdown]
# **3.** Python's own `max(a, b)` compares, and returns one of the two. What happens if you compile `lambda x: max(x, 1.0) * x`
# and run it on `np.array([0.5, 2.0])`? Mend it.

# %%
mended = None  # lambda x: …

if mended is not None:
    print("right" if autograd.compile(mended, 2.0)(np.array([0.5, 2.0])).tolist() == [0.5, 4.0] else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
#     autograd.compile(lambda x: max(x, 1.0) * x, 2.0)(np.array([0.5, 2.0]))
#
# A BranchError: `max` asks whether one of its arguments is larger, and the answer differs between the two samples.
# `autograd.maximum(x, 1.0)` is an operation. It gives `[0.5, 4.0]`.
#
# </details>

# %% [markdown]
# ## What to remember
#
# - A recorded graph is a program, and its gradient is more of the same program.
# - Scalar code loses nothing: chains of multiply-adds are dots, dots that share their inputs are matrix products, and sums of
#   products over samples are, too. A compiler finds them.
# - What Python decides while recording is fixed. A guard watches over it; `where` makes it part of the program.
#
# This was the last notebook.
