# %% [markdown]
# # 9. Real data
#
# After this notebook you can take a table of real data through all stages: look, hold back, choose a rate, train, judge, keep.
# And when a network does not learn, you can find out why.
#
# We go through it twice. First with flowers, where everything fits into one picture; then with handwritten digits, where
# things go wrong.
#
# ## Irises: look at the data first
#
# 150 flowers of three species, each measured in four places.

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
# The petals tell the species apart much better than the sepals. We take the two petal measures.
#
# ## Hold some back, and scale
#
# A quarter of the flowers is put aside. They are for judging, never for training. `stratify` gives each species its share on
# both sides. Then each measure is shifted and scaled to mean 0 and standard deviation 1. Mean and deviation are those of the
# training flowers alone: the others must not have a say.

# %%
from statistics import fmean, pstdev

petals = [row[2:] for row in iris.X]
X, X_test, y, y_test = nn.train_test_split(petals, iris.y, stratify=iris.y, random_state=0)
means = [fmean(column) for column in zip(*X, strict=True)]
spreads = [pstdev(column) for column in zip(*X, strict=True)]


def scaled(rows):
    return [[(x - m) / s for x, m, s in zip(row, means, spreads, strict=True)] for row in rows]


X, X_test = scaled(X), scaled(X_test)
print(len(X), "flowers to train with,", len(X_test), "to judge by")

# %% [markdown]
# ## Find the learning rate
#
# Too low a rate, and nothing happens. Too high, and the loss jumps about. Where is too high? Try it: begin with a tiny rate,
# raise it by the same factor in every step, and watch the loss. In the library this is `fit` with a scheduler that lets the
# rate grow, and a callback that stops when the loss has gone up.


# %%
def search(net, X, y, low, high, steps):
    """The history of a training whose rate grows from low to high, until the loss goes up."""
    optimizer = nn.optim.SGD(net.parameters(), lr=low)
    growing = nn.lr_scheduler.ExponentialLR(optimizer, (high / low) ** (1 / steps))

    def too_high(net, history):
        return history.loss[-1] > 2 * min(history.loss)

    settings = {"loss": nn.CrossEntropyLoss(), "epochs": steps, "callbacks": [too_high]}
    return nn.fit(net, X, y, optimizer=optimizer, scheduler=growing, progress=False, **settings)


def draw_search(history, chosen):
    ax = plt.subplots(figsize=(6, 3))[1]
    ax.semilogx(history.lr, history.loss)
    ax.axvline(chosen, color="black", linestyle=":", label=f"we take {chosen}")
    ax.set(xlabel="learning rate", ylabel="loss")
    ax.legend()
    best = min(range(history.epochs), key=history.loss.__getitem__)
    print(f"the loss is lowest at a rate of {history.lr[best]:.2g}, then it goes up")


def iris_net():
    return nn.MLP(2, [6, 3], "tanh", init="xavier", seed=0)


draw_search(search(iris_net(), X, y, low=0.01, high=100, steps=50), chosen=1.0)

# %% [markdown]
# Just before the cliff is too near to it. We stay between a third and a tenth of the rate at which the loss was lowest.
#
# ## Train
#
# The network has one output for each species. The largest is its answer. `record_training` keeps what happens in
# each step.

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
# Left, the loss goes down. Right is how far each layer moved in a step, in parts of its own length. A layer whose line lies
# far below the others hardly learns. Here both move alike, with large steps at first, and come down towards $10^{-3}$, which is
# a common aim.
#
# ## Judge
#
# The picture shows what the network says for every petal, with the flowers that it has *not* seen.

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
plot.decision_boundary(net, X_test, y_test, ax=left)
left.set(xlabel="petal length, scaled", ylabel="petal width, scaled")


def confusion(net, X, y, classes):
    """How often class i (the row) was taken for class j (the column)."""
    table = [[0] * classes for _ in range(classes)]
    for row, truth in zip(X, y, strict=True):
        outputs = net(row)
        table[truth][outputs.index(max(outputs))] += 1
    return table


def draw_confusion(table, names, ax):
    ax.imshow(table, cmap="Blues")
    half = max(map(max, table)) / 2
    for i, line in enumerate(table):
        for j, count in enumerate(line):
            colour = "white" if count > half else "black"
            ax.text(j, i, count or "·", ha="center", va="center", color=colour)
    ax.set(xlabel="the network says", ylabel="it is", title="Confusion matrix")
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)


draw_confusion(confusion(net, X_test, y_test, 3), iris.target_names, right)
print(f"right: {nn.accuracy([net(row) for row in X_test], y_test):.1%} of {len(X_test)} flowers not seen")

# %% [markdown]
# A **confusion matrix** says more than the share that is right. What is off the diagonal is a mistake, and its place
# says which: one versicolor was taken for a virginica. In the picture it is the triangle on the wrong side.
#
# A network this small can be read as a whole: its weights, and the loss around the point where the training ended.

# %%
plot.weights(net)
plt.show()

# %%
few, few_y = X[:40], y[:40]
plot.loss_landscape(
    net,
    lambda: nn.CrossEntropyLoss()([net(row) for row in few], few_y),
    steps=17,
    progress=False,
)
plt.show()

# %% [markdown]
# Light is where the loss (of 40 flowers) is low. The cross, where the training ended, lies in it.
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
        ax.imshow([row[8 * i : 8 * i + 8] for i in range(8)], **{"cmap": "gray_r", **style})
        ax.set_title(title, fontsize=9)


draw_digits(digits.X[:20], digits.y[:20])

# %% [markdown]
# The scale is known, so no mean is needed: we divide by 16. What happens if that is forgotten, we shall see.

# %%
X = [[pixel / 16 for pixel in row] for row in digits.X]
X, X_test, y, y_test = nn.train_test_split(X, digits.y, stratify=digits.y, random_state=0)
batch, batch_y = X[:100], y[:100]


def digits_net(activation="relu"):
    return nn.MLP(64, [16, 10], activation, seed=0)


draw_search(search(digits_net(), batch, batch_y, low=0.01, high=10, steps=35), chosen=0.3)

# %% [markdown]
# ## When the rate is too high: dead relus
#
# Let us take a rate of 2 all the same, far beyond the cliff.


# %%
def fit_digits(net, lr, epochs, rows=X, **more):
    optimizer = nn.optim.SGD(net.parameters(), lr=lr)
    falling = nn.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    settings = {"epochs": epochs, "batch_size": 32, "metric": nn.accuracy, "progress": False}
    settings |= {"loss": nn.CrossEntropyLoss(), "optimizer": optimizer, "scheduler": falling}
    return nn.fit(net, rows, y, **settings, **more)


def loss_of(net, rows=batch):
    return nn.CrossEntropyLoss()([net(row) for row in rows], batch_y)


fast = digits_net()
history = fit_digits(fast, lr=2.0, epochs=1)
print(f"accuracy while training {history.metric[-1]:.0%}")
fast_loss = loss_of(fast)
fast_loss.label = "loss"
nn.health(fast, fast_loss)

# %% [markdown]
# One in ten is what guessing gives. `nn.health` reads the recorded graph, layer by layer, and finds 15 of the 16 relus of the
# first layer **dead**: 0 for each of the 100 images. The histograms show the same network before the training, left, and
# after it, right. Numbers that are exactly 0 are not drawn, but counted.

# %%
fresh = digits_net()
fresh_loss = loss_of(fresh)
fig, axes = plt.subplots(2, 2, figsize=(8, 6.2), layout="constrained")
for (top, bottom), model, total, when in (
    (axes[:, 0], fresh, fresh_loss, "before"),
    (axes[:, 1], fast, fast_loss, "after one epoch at 2.0"),
):
    plot.activation_histograms(model, total, ax=top)
    plot.gradient_histograms(model, total, ax=bottom)
    top.set(title=f"Activations, {when}", xlim=(-3, 3))
    bottom.set(title=f"Gradients, {when}", xlim=(1e-6, 1))
plt.show()

# %% [markdown]
# After the epoch, 1594 of the 1600 outputs of the first layer are exactly 0, and 989 of its 1040 gradients. A relu that is 0
# has slope 0, so no gradient comes through. `why` says so for one weight.

# %%
from autograd import why

why(fast.layers[0].neurons[3].w[20], of=fast_loss)

# %% [markdown]
# Large steps have pushed the sums of these neurons below 0, for every image. Nothing pulls them back: the gradient that could
# do it is 0.
# The remedy is a lower rate.
#
# ## When the data are not scaled: saturation
#
# Now with $\tanh$ neurons, at the good rate of 0.3. Once with the pixels divided by 16, once with the pixels as they were.


# %%
def times_16(rows):
    return [[16 * pixel for pixel in row] for row in rows]


for name, rows in (("0 to 1", X), ("0 to 16", times_16(X))):
    history = fit_digits(digits_net("tanh"), lr=0.3, epochs=1, rows=rows)
    print(f"pixels from {name}: accuracy while training {history.metric[-1]:.0%}")

# %% [markdown]
# The same network, the same images, the same number of steps. Let us look into it before its first step.

# %%
curved = digits_net("tanh")
smooth, rough = loss_of(curved), loss_of(curved, times_16(batch))
fig, axes = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
for ax, total, pixels in zip(axes, (smooth, rough), ("0 to 1", "0 to 16"), strict=True):
    plot.activation_histograms(curved, total, ax=ax)
    ax.set(title=f"Activations, pixels {pixels}", xlim=(-5, 5))
plt.show()
nn.health(curved, rough)

# %% [markdown]
# With large inputs the outputs of the first layer pile up at −1 and 1, where $\tanh$ is flat. Such a neuron is **saturated**.
# Three are so for at least 90 of the 100 images. `why`, for one weight and one image:

# %%
one = nn.CrossEntropyLoss()([curved(times_16(batch)[0])], batch_y[:1])
one.label = "loss"
why(curved.layers[0].neurons[0].w[20], of=one)

# %% [markdown]
# The neuron got 24, and there its slope is practically 0. It cannot learn from this image, whatever the mistake was. Divided by
# 16, the same image gives it 1.5.
#
# ## Train
#
# So: relus, scaled pixels, a rate of 0.3. It falls along a cosine towards 0, so that the last steps are small.

# %%
net = digits_net()
history = fit_digits(net, lr=0.3, epochs=7, validation_data=(X_test, y_test))
print(f"right: {history.val_metric[-1]:.1%} of {len(X_test)} digits not seen")
nn.health(net, loss_of(net))

# %%
plot.loss_curve(history)
plt.show()

# %% [markdown]
# The bump in the fourth epoch shows that the rate was still a little rough. Later it is lower, and the curve is smooth.
# Three dead relus are no misfortune: 13 are left.
#
# What does a hidden neuron look for? Its 64 weights are an image too. Blue adds to its sum, red takes away.

# %%
looks, titles = [], []
for i, neuron in enumerate(net.layers[0].neurons):
    looks.append([w.data for w in neuron.w])
    dead = all(neuron(row).data == 0 for row in batch)
    titles.append(f"{i}, dead" if dead else i)
draw_digits(looks, titles, across=8, cmap="RdBu", vmin=-1, vmax=1)

# %% [markdown]
# The dead ones still look like the random weights that they began with. Which digits are taken for which others?

# %%
table = confusion(net, X_test, y_test, 10)
fig, ax = plt.subplots(figsize=(5, 4.6))
draw_confusion(table, range(10), ax)

# %%
wrong = []
for row, truth in zip(X_test, y_test, strict=True):
    outputs = net(row)
    said = outputs.index(max(outputs))
    if said != truth:
        wrong.append((row, f"{said}, is {truth}"))
print(len(wrong), "mistakes; the first 20:")
draw_digits([row for row, _ in wrong[:20]], [text for _, text in wrong[:20]])

# %% [markdown]
# Some of them are hard for us, too.
#
# ## Keep
#
# The file holds the parameters, as text that cannot run code. It does not hold the network: make one of the same shape, and
# load them into it.

# %%
import tempfile

with tempfile.TemporaryDirectory() as folder:
    nn.save(net, folder + "/digits.json")
    copy = nn.MLP(64, [16, 10], seed=99)
    nn.load(copy, folder + "/digits.json")
same = all(a.data == b.data for row in X_test for a, b in zip(net(row), copy(row), strict=True))
print("every output for every image is exactly the same:", same)

# %% [markdown]
# ## Exercise
#
# The gradient of the first weight of every hidden neuron is 0, in the healthy network too. Ask `why` about
# `net.layers[0].neurons[0].w[0]`, of `loss_of(net)`. Is the network ill?

# %%
# your code here

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. `why` says that the weight is multiplied by 0 in all 100 products. It belongs to the pixel in the upper left corner,
# where none of these images has ink. From such data nothing can be learned about it, so it keeps the value that it was given
# at random.
#
# </details>

# %% [markdown]
# ## What to take along
#
# - Look first, hold back some of the data, scale by the rest, and try rates before you train.
# - A network that does not learn leaves traces: relus that are 0 everywhere, outputs piled up at ±1, gradients near 0.
#   `nn.health` finds the layer, `why` the operation.
# - One number for the accuracy is not enough. Look at the confusion matrix, and at the mistakes themselves.
#
# Next: 10, check your gradients.
