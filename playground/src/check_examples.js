// Examples for the check tab: fields { f, at, claimed }, or lines of Python { text }.

export const EXAMPLES = [
    ["A path is missing", { f: "x*y + x**2", at: { x: 3, y: 2 }, claimed: { x: "y", y: "x" } }],
    ["An inner derivative is missing", { f: "(3*w - 1)**2", at: { w: 2 }, claimed: { w: "2*(3*w - 1)" } }],
    ["A factor is wrong", { f: "w**3 / 3", at: { w: 2 }, claimed: { w: "w**2 / 3" } }],
    ["A product, factor by factor", { f: "x * exp(-x)", at: { x: 0.7 }, claimed: { x: "-exp(-x)" } }],
    ["A denominator is not squared", { f: "sin(x) / (x + 3)", at: { x: 0.7 }, claimed: { x: "(cos(x)*(x + 3) - sin(x)) / (x + 3)" } }],
    ["A sign is wrong", { f: "(t - y)**2 / 2", at: { t: 0.5, y: 2 }, claimed: { y: "t - y" } }],
    ["The function in place of its derivative", { f: "sigmoid(2*w + b)", at: { w: 0.3, b: 0.1 }, claimed: { w: "2*sigmoid(2*w + b)", b: "sigmoid(2*w + b) * (1 - sigmoid(2*w + b))" } }],
    ["All is right", { f: "tanh(w*x + b)", at: { w: 0.8, x: 1.5, b: -0.4 }, claimed: { w: "(1 - tanh(w*x + b)**2) * x", b: "1 - tanh(w*x + b)**2" } }],
    ["The mean of a batch", { text: `# The loss is the mean over four samples. Is the gradient of w right?
xs, ts = [1, 2, 3, 4], [2, 3, 5, 9]

def loss(w):
    return sum((w * x - t) ** 2 for x, t in zip(xs, ts)) / 4

def by_hand(w):
    return sum(2 * (w * x - t) * x for x, t in zip(xs, ts))

print("claimed:", by_hand(0.5))
audit(loss, by_hand, at=0.5, sizes={"the batch size": 4})` }],
    ["A layer, transposed", { text: `# A layer of two neurons with two inputs; W[i][j] leads from input j to neuron i.
x, t = [1.0, 2.0], [0.5, -0.5]

def loss(W):
    outputs = [dot(row, x) for row in W]
    return sum((o - c) ** 2 for o, c in zip(outputs, t))

def by_hand(W):
    deltas = [2 * (sum(w * v for w, v in zip(row, x)) - c) for row, c in zip(W, t)]
    return [[deltas[j] * x[i] for j in range(2)] for i in range(2)]

audit(loss, by_hand, at=[[0.1, 0.2], [0.3, -0.1]])` }],
    ["A loss of two parameters", { text: `# A loss, and its gradients as they were derived by hand. Is each right? If not, what went wrong?
def loss(w, b):
    return (tanh(w * 1.5 + b) - 0.5) ** 2

def by_hand(w, b):
    z = math.tanh(w * 1.5 + b)
    return 2 * (z - 0.5) * 1.5, 2 * (z - 0.5) * (1 - z * z)

audit(loss, by_hand, at=(0.8, -0.4))
gradcheck(loss, (0.8, -0.4))` }],
    ["An op of your own", { text: `# A new op, with its partial derivative. Finite differences tell whether the rule is right.
cube = custom_op(lambda x: x ** 3, partials=lambda z, x: 3 * x, name="cube")

gradcheck(lambda x: cube(x) + x, (2.0,))` }],
];
