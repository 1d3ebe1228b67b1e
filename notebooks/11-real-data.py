# %% [markdown]
# # 11. Real data
#
# After this notebook you can take a table of real data through every stage: look, hold some back, choose a learning rate,
# train, evaluate, save. And when a network doesn't learn, you can find out why.
#
# **Before you start:** notebook 10. **Time:** about 50 minutes.
#
# We do it twice: first with flowers, where everything fits into one picture, then with handwritten digits, where things go
# wrong.
#
# ## Irises: look at the data first
#
# 150 flowers of three species, with four measurements each.
#
# **Predict**: two of the four measure the sepals, two the petals. Which pair tells the species apart better? (A guess will do.)

# %%
import matplotlib.pyplot as plt

import nn

iris = nn.load_iris()
fig, axes = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
for ax, (i, j) in zip(axes, [(0, 1), (2, 3)], strict=True):
    for kind, sign in enumerate("o^s"):
        rows = [row for row, label in zip(iris.X, iris.y, strict=True) if label == kind]
        ax.scatter([r[i] for r in rows], [r[j] for r in rows], marker=sign, s=22, label=iris.target_names[kind])
    ax.set(xlabel=iris.feature_names[i], ylabel=iris.feature_names[j])
axes[0].legend(fontsize="small")
plt.show()

# %% [markdown]
# The petals do, much better than the sepals. We use the two petal measurements.
#
# ## Hold some back, and scale
#
# A quarter of the flowers is set aside, for evaluation only, never for training. `stratify` keeps the proportions of the
# species in both parts. Then each measurement is shifted and scaled to mean 0 and standard deviation 1. Mean and deviation come
# from the training flowers alone: the others must have no influence.

# %%
import numpy as np

petals = [row[2:] for row in iris.X]
X, X_test, y, y_test = nn.train_test_split(petals, iris.y, stratify=iris.y, random_state=0)
mean, deviation = np.mean(X, axis=0), np.std(X, axis=0)
X, X_test = (((rows - mean) / deviation).tolist() for rows in (X, X_test))
print(len(X), "flowers to train on,", len(X_test), "to test on")

# %% [markdown]
# ## Find the learning rate
#
# If the rate is too low, nothing happens. If it is too high, the loss jumps around. How high is too high? Try it: start with a
# tiny rate, raise it by the same factor at every step, and watch the loss. With the library, this is `fit` with a scheduler
# that raises the rate, and a callback that stops once the loss has gone up.


# %%
def search(net, X, y, low, high, take):
    optimizer = nn.optim.SGD(net.parameters(), lr=low)
    history = nn.fit(
        net,
        X,
        y,
        loss=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        scheduler=nn.lr_scheduler.ExponentialLR(optimizer, (high / low) ** (1 / 40)),
        epochs=40,
        callbacks=[lambda net, so_far: so_far.loss[-1] > 2 * min(so_far.loss)],
        progress=False,
    )
    best = min(zip(history.loss, history.lr, strict=True))[1]
    print(f"the loss is lowest at a rate of {best:.2g}, then it goes up")
    ax = plt.subplots(figsize=(6, 2.8))[1]
    ax.semilogx(history.lr, history.loss)
    ax.axvline(take, color="black", linestyle=":", label=f"we take {take}")
    ax.set(xlabel="learning rate", ylabel="loss")
    ax.legend()
    plt.show()


def iris_net():
    return nn.MLP(2, [6, 3], "tanh", init="xavier", seed=0)


search(iris_net(), X, y, low=0.01, high=100, take=1.0)

# %% [markdown]
# Just before the cliff is too close to it. We take between a third and a tenth of the rate at which the loss was lowest.
#
# ## Train
#
# The network has one output per species. The largest is its answer. `record_training` records what happens at each step.

# %%
from nn import plot

net = iris_net()
record = nn.record_training(
    net,
    X,
    y,
    loss=nn.CrossEntropyLoss(),
    optimizer=nn.optim.SGD(net.parameters(), lr=1.0),
    steps=80,
    progress=False,
)
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
plot.loss_curve(record, ax=left)
plot.update_ratios(record, ax=right)
plt.show()

# %% [markdown]
# The loss goes down. The right plot shows how far each layer moved at each step, relative to its own length. A layer whose line
# lies far below the others hardly learns. Here the two behave alike: large steps at first, then down towards $10^{-3}$, a
# common target.
#
# ## Evaluate
#
# The left plot shows the network's answer for every petal, and the flowers it has *not* seen. The right one is the **confusion
# matrix** of these flowers: one row per actual species, one column per predicted species.
#
# **Predict**: two of the three species overlap in the first picture. In which cells of the matrix can you expect mistakes?

# %%
outputs = [net(row) for row in X_test]
print(f"accuracy: {nn.accuracy(outputs, y_test):.1%} of {len(X_test)} unseen flowers")
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
names = iris.target_names
plot.decision_boundary(net, X_test, y_test, target_names=names, ax=left)
left.set(xlabel="petal length, scaled", ylabel="petal width, scaled")
plot.confusion_matrix(nn.confusion_matrix(outputs, y_test), target_names=names, ax=right)
plt.show()

# %% [markdown]
# Between versicolor and virginica. The matrix says more than the accuracy. Everything off the diagonal is a mistake, and its
# place says which: one versicolor was taken for a virginica. In the left plot it is the triangle on the wrong side.
#
# A network this small can be taken in whole: its weights, and the loss around the point where training ended.

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
plot.weights(net, ax=left)
few, few_y = X[:40], y[:40]
plot.loss_landscape(
    net,
    lambda: nn.CrossEntropyLoss()([net(row) for row in few], few_y),
    steps=17,
    progress=False,
    ax=right,
)
plt.show()

# %% [markdown]
# In the right plot, the loss (over 40 flowers) is low where it is dark. The cross, where training ended, lies in the dark
# area.
#
# ## Digits: look first
#
# 1797 images of 8 × 8 pixels. A pixel is a number from 0 (paper) to 16 (ink).

# %%
digits = nn.load_digits()


def draw_digits(rows, titles, across=10, **style):
    down = -(-len(rows) // across)
    grid = {"figsize": (8, 8.8 * down / across + 0.2 * down), "layout": "constrained"}
    axes = plt.subplots(down, across, squeeze=False, **grid)[1]
    for ax in axes.flat:
        ax.axis("off")
    for ax, row, title in zip(axes.flat, rows, titles, strict=False):
        ax.imshow(np.reshape(row, (8, 8)), **{"cmap": "gray_r", **style})
        ax.set_title(title, fontsize=9)
    plt.show()


draw_digits(digits.X[:20], digits.y[:20])

# %% [markdown]
# The scale is known, so we don't need the mean: we divide by 16. We will see what happens if you forget to.

# %%
X = [[pixel / 16 for pixel in row] for row in digits.X]
X, X_test, y, y_test = nn.train_test_split(X, digits.y, stratify=digits.y, random_state=0)
batch, batch_y = X[:100], y[:100]


def digits_net(activation="relu"):
    return nn.MLP(64, [16, 10], activation, seed=0)


search(digits_net(), batch, batch_y, low=0.01, high=10, take=0.3)

# %% [markdown]
# ## When the rate is too high: dead relus
#
# Let's use a rate of 2 anyway, far beyond the cliff.


# %%
def fit_digits(net, lr, epochs, rows=X, **more):
    optimizer = nn.optim.SGD(net.parameters(), lr=lr)
    falling = nn.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    settings = {"epochs": epochs, "batch_size": 32, "metric": nn.accuracy, "progress": False}
    settings |= {"loss": nn.CrossEntropyLoss(), "optimizer": optimizer, "scheduler": falling}
    return nn.fit(net, rows, y[: len(rows)], **settings, **more)


def loss_of(net, rows=batch):
    loss = nn.CrossEntropyLoss()([net(row) for row in rows], batch_y)
    loss.label = "loss"
    return loss


fast = digits_net()
history = fit_digits(fast, lr=2.0, epochs=1)
print(f"accuracy while training {history.metric[-1]:.0%}")
nn.health(fast, loss_of(fast))

# %% [markdown]
# Guessing gets one in ten right. `nn.health` reads the recorded graph, layer by layer, and finds that 15 of the 16 relus in the
# first layer are **dead**: 0 for each of the 100 images. (`mean |out|` is the mean absolute output of a layer. The columns with
# ∂L are the lengths of two gradients, each the root of a sum of squares.)
#
# The histograms show the network before and after the epoch. Numbers that are exactly 0 are counted, not drawn. Then we ask
# `why` about one weight.

# %%
from autograd import why


def draw_histograms(draw, before, after, edges, rows=batch):
    axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")[1]
    for ax, net, when in zip(axes, (before, after), ("before", "after"), strict=True):
        draw(net, loss_of(net, rows), bins=edges, ax=ax)
        ax.set(title=f"{ax.get_title()}, {when}")
    plt.show()


edges = np.linspace(-3.05, 3.05, 62)  # puts −1, 0 and 1 in the middle of their bins
draw_histograms(plot.activation_histograms, digits_net(), fast, edges)
draw_histograms(plot.gradient_histograms, digits_net(), fast, np.logspace(-6, 0, 61))
why(fast.layers[0].neurons[3].w[20], of=loss_of(fast))

# %% [markdown]
# After the epoch, 1594 of the 1600 outputs of the first layer are exactly 0, and so are 989 of its 1040 gradients. A relu that
# is 0 has slope 0, so no gradient gets through. Large steps have pushed the sums of these neurons below 0 for every image.
# Nothing pulls them back: the gradient that could do so is 0. The remedy is a lower rate.
#
# ## When the data are not scaled: saturation
#
# Now ten steps with $\tanh$ neurons: with the pixels divided by 16 and the good rate of 0.3, then with the raw pixels, at two
# rates. The last two columns are what `nn.health` says about the first layer, before → after. (Steps this large also amplify
# rounding errors: after a whole epoch, the numbers would depend on the processor.)

# %%
print("pixels   rate  right  saturated  |∂L/∂params|")
for top, rate in ((1, 0.3), (16, 0.1), (16, 0.3)):
    rows = [[top * pixel for pixel in row] for row in X[:320]]
    net = digits_net("tanh")
    old = nn.health(net, loss_of(net, rows[:100])).rows[0]
    right = fit_digits(net, lr=rate, epochs=1, rows=rows).metric[-1]
    new = nn.health(net, loss_of(net, rows[:100])).rows[0]
    print(f"0 to {top:<2}  {rate}   {right:.0%}   {old.saturated:>3} → {new.saturated:<2}  ", end="")
    print(f"  {old.parameter_gradient:.2f} → {new.parameter_gradient:.2f}")

# %% [markdown]
# Large inputs do two things. They push $\tanh$ to its flat ends: even before the first step, 3 of the 16 neurons are
# **saturated**, meaning that their slope is below 0.01 for at least 90 of the 100 images. And where $\tanh$ is not flat, they
# make the gradients of the weights large, 3.44 instead of 0.90. So the first steps are large, and push other neurons out too:
# after ten steps 15 are saturated. A lower rate alone doesn't fix it: at 0.1 there are 8.
#
# Here is the network of the last line again, and one weight of a saturated neuron.

# %%
many = rows[:100]
draw_histograms(plot.activation_histograms, digits_net("tanh"), net, edges, many)
why(net.layers[0].neurons[11].w[20], of=loss_of(net, many))

# %% [markdown]
# The outputs of the first layer pile up at −1 and 1. The sum of this neuron is so far out that $\tanh$ has almost no slope
# there. So the weight can't learn, however large the error. The remedy is to scale the data.
#
# ## Train
#
# So: relus, scaled pixels, and a rate of 0.3 that follows a cosine down towards 0, so that the last steps are small. We watch
# the test digits along the way, but base no choice on them. (In so long a training, `fit` records the loss of one digit once,
# and runs the recording for all: notebook 15 shows how.)

# %%
net = digits_net()
history = fit_digits(net, lr=0.3, epochs=7, validation_data=(X_test, y_test))
print(f"accuracy: {history.val_metric[-1]:.1%} of {len(X_test)} unseen digits")
plot.loss_curve(history)
plt.show()
nn.health(net, loss_of(net))

# %% [markdown]
# The bump in the dashed curve at the fourth epoch shows that the rate was still a little too high. Later it is lower, and the
# curve is smooth. Three dead relus are no disaster: 13 are left.
#
# What does a hidden neuron look for? Its 64 weights form an image too. Light pixels add to its sum, dark ones subtract from it,
# and mid-grey is 0.

# %%
looks, titles = [], []
for i, neuron in enumerate(net.layers[0].neurons):
    looks.append([w.data for w in neuron.w])
    dead = all(neuron(row).data == 0 for row in batch)
    titles.append(f"{i}, dead" if dead else i)
draw_digits(looks, titles, across=8, cmap="gray", vmin=-1, vmax=1)

# %% [markdown]
# The dead ones still look like the random weights they started with. Which digits are mistaken for which?

# %%
outputs = [net(row) for row in X_test]
plot.confusion_matrix(nn.confusion_matrix(outputs, y_test))
plt.show()

wrong, titles = [], []
for row, output, truth in zip(X_test, outputs, y_test, strict=True):
    said = output.index(max(output))
    if said != truth:
        wrong.append(row)
        titles.append(f"{truth}, read as {said}")
print(len(wrong), "mistakes; the first 20:")
draw_digits(wrong[:20], titles)

# %% [markdown]
# Some of these are hard for us too.
#
# ## Save
#
# The file holds the parameters, as text that cannot run code. It doesn't hold the network: create one of the same shape, and
# load the parameters into it.

# %%
import tempfile

with tempfile.TemporaryDirectory() as folder:
    nn.save(net, folder + "/digits.json")
    copy = nn.MLP(64, [16, 10], seed=99)
    nn.load(copy, folder + "/digits.json")
same = all(a.data == b.data for row in X_test for a, b in zip(net(row), copy(row), strict=True))
print("all outputs for all images are exactly the same:", same)

# %% [markdown]
# ## Exercises
#
# **1.** The gradient of the first weight of every hidden neuron is 0, even in the healthy network. Ask `why` about
# `net.layers[0].neurons[0].w[0]`, of `loss_of(net)`. Is something wrong with the network, or with this pixel? And in how many of
# the 1797 images is pixel 0 not 0?

# %%
images_with_ink = None

if images_with_ink is not None:
    print("right" if images_with_ink == sum(row[0] > 0 for row in digits.X) else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Nothing is wrong: in 0 images. Of the 100 paths from the loss back to the weight, one per image, 94 end at its `dot`: there
# the weight is multiplied by a pixel that is 0. The other 6 don't get that far. They end at the relu, since the neuron was
# off. Pixel 0 is the upper left corner, and no image has ink there. Such data say nothing about the weight, so it keeps its
# random initial value.
#
# </details>

# %% [markdown]
# **2.** A petal is 5 cm long; the mean of the training flowers is 3.8 and their standard deviation 1.6. Which number does the
# network see?

# %%
seen = None

if seen is not None:
    print("right" if abs(seen - 0.75) < 1e-9 else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $(5 - 3.8) / 1.6 = 0.75$: three quarters of a standard deviation above the mean.
#
# </details>

# %% [markdown]
# **3.** A network gets 36 of 38 held-back flowers right. What is its accuracy, and between which two values could one more
# flower have moved it?

# %%
accuracy = None
below = None
above = None

if accuracy is not None and below is not None and above is not None:
    print("right" if np.allclose((accuracy, below, above), (36 / 38, 35 / 38, 37 / 38), atol=0.005) else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 94.7 %, and one flower more or less gives 92.1 % or 97.4 %. With so few flowers the second digit says nothing.
#
# </details>

# %% [markdown]
# ## What to remember
#
# - Look first, hold back some of the data, scale by the rest, and try learning rates before you train.
# - A network that doesn't learn leaves traces: relus that are 0 everywhere, outputs piled up at ±1, gradients near 0.
#   `nn.health` finds the layer, `why` the operation.
# - The accuracy alone is not enough. Look at the confusion matrix, and at the mistakes themselves.
#
# Next: notebook 12, check your gradients.
