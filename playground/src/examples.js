// Examples to start from: [name, text, numbers by name].

export const EXAMPLES = [
    ["A neuron", "tanh(w1*x1 + w2*x2 + b)", { w1: -3, x1: 2, w2: 1, x2: 0, b: 6.8813735870195432 }],
    ["A quadratic", "(x - 3)**2 + 1", { x: 5 }],
    ["Used twice: gradients add up", "x*x + sin(x)", { x: 2 }],
    ["A kink: relu", "relu(x - 1) + 0.1*x", { x: 1 }],
    ["Squared error of a line", "((w*2 + b - 7)**2 + (w*4 + b - 9)**2) / 2", { w: 2, b: 1 }],
    ["Logistic loss", "softplus(-t*(w*x + b))", { t: 1, w: 0.5, x: 2, b: -0.5 }],
    ["Softmax and cross-entropy", `z = [Value(1.0), Value(2.0), Value(-1.0)]
p = softmax(z)
loss = -log(p[0])`, {}],
    ["A vanishing gradient", "sigmoid(sigmoid(sigmoid(sigmoid(4*x))))", { x: 2 }],
    ["NaN, and why", "sqrt(x) * log(x)", { x: 0 }],
    ["Black–Scholes: price of a call", `S = Value(100.0)      # price of the share
K = 105.0             # strike
r, T = 0.02, 0.5      # interest, years
vol = Value(0.25)
d1 = (log(S / K) + (r + vol**2 / 2) * T) / (vol * math.sqrt(T))
d2 = d1 - vol * math.sqrt(T)
price = S * normal_cdf(d1) - K * math.exp(-r * T) * normal_cdf(d2)`, {}],
    ["Newton's method, two steps", `a = Value(2.0)
x = a
for step in range(2):
    x = x - (x*x - a) / (2*x)
root = x`, {}],
    ["A network and its loss", `X, y = nn.make_moons(20, noise=0.1, random_state=0)
model = nn.MLP(2, [4, 4, 1], "tanh", seed=0)
loss = nn.BCEWithLogitsLoss()([model(x) for x in X], y)`, {}],
];
