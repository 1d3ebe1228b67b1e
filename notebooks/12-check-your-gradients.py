# %% [markdown]
# # 12. Check your gradients
#
# After this notebook you can test any derivative against the function's own values, and find the one operation that is wrong.
# You can also have a program search for an input that exposes the mistake, and simplify that input as far as possible.
#
# **Before you start:** notebooks 1 to 3; notebook 5 for the examples with networks. **Time:** about 40 minutes.

# %% [markdown]
# ## A derivative is a claim
#
# A derivative says how fast the values change. So the values can check it, with no calculus at all:
#
# $$f'(x) \approx \frac{f(x+h) - f(x-h)}{2h}$$
#
# How large should $h$ be? Too large, and the curve bends within the step. Too small, and the rounding error of $f$ is divided
# by almost nothing. Here is the error for $\tanh$ at 0.5, for steps from 1 down to $10^{-15}$.
#
# **Predict**: a float has about 16 digits. At which step will the error be smallest: near $10^{-1}$, $10^{-5}$, $10^{-10}$ or
# $10^{-15}$?

# %% tags=["hide-input"]
import math

import matplotlib.pyplot as plt

from autograd.testing import differentiate

true = 1 - math.tanh(0.5) ** 2
steps = [10 ** (-k / 4) for k in range(61)]
errors = []
for h in steps:
    slope = (math.tanh(0.5 + h) - math.tanh(0.5 - h)) / (2 * h)
    errors.append(max(abs(slope - true), 1e-17))
best = differentiate(math.tanh, 0.5)

fig, ax = plt.subplots(figsize=(7, 3.4))
ax.loglog(steps, errors, "o-", markersize=3, color="#0072b2", label="one step h")
ax.axhline(best.error, color="#d55e00", linestyle="--", label="differentiate: its error estimate")
ax.set(xlabel="h", ylabel="error of the slope", title="tanh at 0.5: h can be too large or too small")
ax.legend()
plt.show()
print(f"differentiate    {best.value:.15f}  ± {best.error:.1e}")
print(f"true slope       {true:.15f}")
print(f"error            {abs(best.value - true):.1e}")
print(f"best single step {min(errors):.1e}")

# %% [markdown]
# Near $10^{-5}$, which is in the middle. It is right to about 11 digits, but without the true slope you wouldn't know which
# step that is. `differentiate` takes many, extrapolates to $h = 0$, and says how far off it may be: the dashed line. Its true
# error is below that. Once you know the error, "nearly equal" is no longer a matter of taste.
#
# ## gradcheck
#
# `gradcheck` runs this test on every gradient of a function. It takes the arguments as a tuple.

# %%
from autograd import tanh
from autograd.testing import gradcheck


def loss(w, x, b):
    return (tanh(w * x + b) - 1) ** 2


report = gradcheck(loss, (0.5, 2.0, -0.7))
report

# %% [markdown]
# One line per input. *gradient* is what `backward()` would give, *differences* is what the values show, and *±* is how far off
# the differences may be. The last column is the detection limit: a larger relative error in the gradient would have been
# caught. Let's test that promise with a $\tanh$ whose derivative is slightly wrong, by a factor of $1 + \varepsilon$.

# %%
from autograd import custom_op
from autograd.testing import GradientError

for epsilon in (1e-3, 1e-6, 1e-9, 1e-12, 1e-15):
    nearly = custom_op(
        math.tanh,
        partials=lambda z, x, e=epsilon: (1 - z * z) * (1 + e),
        name="nearly",
    )
    try:
        gradcheck(nearly, (0.5,))
        print(f"off by {epsilon:.0e}: missed")
    except GradientError:
        print(f"off by {epsilon:.0e}: caught")

# %% [markdown]
# Second derivatives are derivatives of the gradient, so they are checked the same way, with `order=2`. An `nn` module is
# checked with all its parameters. `check_grads` takes the same arguments as JAX's function of that name, and checks forward
# mode as well (notebook 13).

# %%
import nn
from autograd.testing import check_grads

net = nn.MLP(2, [3, 1], "tanh", seed=1)
whole = gradcheck(net, ([0.5, -1.0],), order=2)
print(len(whole.checks), "derivatives of first and second order are right")
print(f"a relative error of {whole.sensitivity:.0e} in any of them would have been caught")
print("both modes:", bool(check_grads(loss, (0.5, 2.0, -0.7), order=2)))

# %% [markdown]
# ## A mistake, and its name
#
# The derivative of $z = \tanh x$ is $1 - z^2$. It is often written as $1 - x^2$ by mistake. At $x = 0$ nobody notices: there
# $z$ and $x$ are both 0.

# %%
my_tanh = custom_op(math.tanh, partials=lambda z, x: 1 - x * x, name="my_tanh")
gradcheck(my_tanh, (0.0,))

# %% [markdown]
# Elsewhere it shows. The function below has five operations, and the message says which of them is wrong.


# %%
def neuron(w, x, b):
    return (my_tanh(w * x + b) - 1) ** 2


try:
    gradcheck(neuron, (0.5, 2.0, -0.7))
except GradientError as error:
    caught = error
print(caught)

# %% [markdown]
# First comes the whole gradient, then the operation: `gradcheck` also tests each operation by itself. You can draw the error,
# with the wrong operation marked.

# %%
caught.drawing

# %% [markdown]
# Sometimes every operation is right and the gradient is still wrong. Then the function depends on its input in a way the graph
# doesn't show. The usual cause is `.data`, which turns a Value into a plain number.

# %%
try:
    gradcheck(lambda x: x.data * x, (3.0,))
except GradientError as error:
    print(error)

# %% [markdown]
# ## Kinks
#
# $f(x) = \mathrm{relu}(x) + |x - 1|$ has two kinks. A difference across a kink mixes the slopes of both sides, so a naive check
# would reject a correct gradient.
#
# **Predict**: which slopes does $f$ have left of 0, between 0 and 1, and right of 1?

# %%
from autograd import Value, abs, grad, relu


def bent(x):
    return relu(x) + abs(x - 1)


h = 0.2
xs = [i / 100 for i in range(-100, 201)]
across = [(bent(x + h) - bent(x - h)) / (2 * h) for x in xs]
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="tight")
left.plot(xs, [bent(x) for x in xs], color="black")
left.set(title="relu(x) + |x − 1|", xlabel="x")
right.plot(xs, [grad(bent)(x) for x in xs], color="#0072b2", label="gradient")
right.plot(xs, across, "--", color="#d55e00", label="difference with h = 0.2")
right.set(title="its slope", xlabel="x")
right.legend()
plt.show()

# %% [markdown]
# −1, 0 and 2. `kinks` lists the kinks of a recorded graph, nearest first. The *margin* is the distance to each, and its sign
# says which side we are on.

# %%
from autograd import kinks

kinks(bent(Value(0.05, label="x")))

# %% [markdown]
# `gradcheck` knows about them: its steps stay on one side.

# %%
gradcheck(bent, (0.05,))

# %% [markdown]
# Exactly at a kink there is no derivative, only a convention. Here it is $\mathrm{relu}'(0) = 0$ and $|\cdot|'(0) = 0$, so the
# gradient must be $0 - 1$ at 0 and $1 + 0$ at 1. We check both kinks at once.


# %%
def both_kinks(at_0, at_1):
    return bent(at_0) + bent(at_1)


gradcheck(both_kinks, (0.0, 1.0))

# %% [markdown]
# ## Let a program choose the points
#
# `my_tanh` passed at 0. Which points should we try? Hypothesis can draw them for us. First some settings.

# %%
# Only to make this page reproducible and leave no files behind. You don't need it.
import tempfile

from hypothesis import Phase, configuration, settings

folder = tempfile.TemporaryDirectory()
configuration.set_hypothesis_home_dir(folder.name)
settings.register_profile(
    "page",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    report_multiple_bugs=False,
    phases=[Phase.generate, Phase.shrink],
)
settings.load_profile("page")

# %% [markdown]
# `gradcheck_given` turns a function into a test: its gradient must be right at every point drawn. In a file, pytest finds and
# runs this test. Here we call it.

# %%
from hypothesis import strategies as st

from autograd.testing import gradcheck_given


@gradcheck_given(x=st.floats(-10, 10))
def softsign(x):
    return x / (1 + abs(x))


softsign()
print("softsign passes at 40 points")

# %% [markdown]
# Now the neuron with the mistake. When a point fails, Hypothesis goes on and looks for a simpler point that still fails. This
# is called *shrinking*. To watch it, we write the test out in full and record what it tries.

# %%
from hypothesis import given

number = st.floats(-3, 3)
tried, passed = [], []


@given(w=number, x=number, b=number)
def test_neuron(w, x, b):
    tried.append((w, x, b))
    gradcheck(neuron, (w, x, b))
    passed.append((w, x, b))


try:
    test_neuron()
except GradientError:
    print("shrunk to w, x, b =", tried[-1])

# %% tags=["hide-input"]
fails = [i for i, point in enumerate(tried, 1) if point not in passed]
fig, ax = plt.subplots(figsize=(7, 3.4), layout="tight")
for i in fails:
    ax.axvspan(i - 0.5, i + 0.5, color="0.88", label="fails" if i == fails[0] else None)
for name, numbers, style in zip("wxb", zip(*tried, strict=True), ["o-", "s--", "^:"], strict=True):
    ax.plot(range(1, len(tried) + 1), numbers, style, markersize=5, linewidth=1, label=name)
first = ", ".join(f"{number:.2f}" for number in tried[fails[0] - 1]).replace("-", "−")
ax.set(title=f"first failure at try {fails[0]}: ({first}); shrunk in {len(tried)} tries", xlabel="try")
ax.legend(fontsize=8, ncols=2, loc="lower right")
plt.show()

# %% [markdown]
# The first failing point tells us nothing. In the end two numbers are 0 and one is 1: an example you can take in at a glance.
# It is `my_tanh` at 1, where $1 - x^2$ is 0.
#
# The function itself can be random too. `expressions` makes random functions of the operations you name, and `points` makes
# points where they are defined.

# %%
from autograd.testing import expressions, points


@given(st.data())
def test_random_functions(data):
    f = data.draw(expressions(ops=["mul", "add", "sin", "exp", my_tanh]), "function")
    point = data.draw(points(f, st.floats(-3, 3)), "point")
    tried.append(f"{f} at {point}")
    gradcheck(f, point)


try:
    test_random_functions()
except GradientError:
    print("shrunk to:", tried[-1])

# %% [markdown]
# All that is left of the random function is `my_tanh`, at 1. There are strategies for data sets and whole networks too.

# %% [markdown]
# ## A gradient derived by hand
#
# `gradcheck` asks whether the engine is right. `audit` trusts the engine and proofreads a gradient that *you* derived, as
# notebooks 6 to 9 do with whole documents. Here the factor $1 - \tanh^2$ is missing.

# %%
from autograd.audit import audit


def by_hand(w, b):
    error = math.tanh(3 * w + b) - 1
    return 2 * error * 3, 2 * error


audit(lambda w, b: (tanh(3 * w + b) - 1) ** 2, by_hand, at=(0.2, 0.1))

# %% [markdown]
# It knows the mistakes of school, too. Before you run the next cell: what went wrong in $(x e^{-x})' = -e^{-x}$?

# %%
from autograd import exp

audit(lambda x: x * exp(-x), lambda x: -exp(-x), at=0.7)

# %% [markdown]
# ## Why not always use differences?
#
# `profile` counts the multiply-adds it takes to get the gradient with respect to all leaves. Differences need two evaluations
# *per leaf*. The backward pass is one sweep for all of them.

# %%
from autograd import profile

bigger = nn.MLP(2, [8, 8, 1], "tanh", seed=0)
profile(bigger([0.5, -1.0]))

# %% [markdown]
# So the backward pass is for training, and differences are for testing. Notebook 13 takes a closer look at these costs.
#
# ## Exercises
#
# **1.** Someone wrote $1/x$ for the derivative of $\log_2 x$. At how many of the points 0.5, 1, 2, 5 and 9 would `gradcheck`
# let it pass?

# %%
points_that_pass = None

if points_that_pass is not None:
    log_two = custom_op(math.log2, partials=lambda z, x: 1 / x, name="log_two")
    passed = 0
    for x in (0.5, 1.0, 2.0, 5.0, 9.0):
        try:
            gradcheck(log_two, (x,))
            passed += 1
        except GradientError:
            print(f"caught at {x}")
    print("right" if points_that_pass == passed else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# At none. The right derivative is $1 / (x \ln 2)$, so the claim is too small by the same factor everywhere, and any point in the
# domain exposes it. A `gradcheck_given` finds one as well, and shrinks it to 1:
#
#     @gradcheck_given(x=st.floats(0.5, 10))
#     def f(x):
#         return log_two(x)
#
#     f()
#
# </details>

# %% [markdown]
# **2.** You halve the step $h$ of a central difference, while it is still large. How many times smaller does the error become?

# %%
times = None

if times is not None:
    print("right" if times == 4 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 4 times. The error is $f''' h^2 / 6$ and smaller terms, as the slope on the right of the picture shows.
#
# </details>

# %% [markdown]
# **3.** What does a central difference give for $\mathrm{relu}$ at 0, whatever $h$?

# %%
slope = None

if slope is not None:
    print("right" if abs(slope - (max(0.001, 0) - max(-0.001, 0)) / 0.002) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $(h - 0) / 2h = \frac{1}{2}$, halfway between the slopes of both sides. It looks steady, and is the derivative of neither: at
# a kink `differentiate` has to take one side.
#
# </details>

# %% [markdown]
# ## What to remember
#
# - A difference with a single step proves little. A difference that knows its own error can catch a mistake in the twelfth
#   digit.
# - Ask which operation is wrong, not just whether the gradient is: test each partial by itself.
# - Don't choose the points yourself. A random point finds a mistake that hides at 0, and shrinking makes it readable.
#
# Next: notebook 13, beyond first order.
