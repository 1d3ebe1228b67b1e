// The choices of the network tab, and the validation of states from links.

export const DATA = ["moons", "circles", "xor", "spirals", "blobs", "plane", "hills", "own"];
const NUMBERS_DATA = ["plane", "hills"]; // with numbers as labels
export const FEATURES = { x1: "x₁", x2: "x₂", "x1^2": "x₁²", "x2^2": "x₂²", "x1*x2": "x₁x₂", "sin x1": "sin πx₁", "sin x2": "sin πx₂" };
export const ACTIVATIONS = ["tanh", "relu", "sigmoid", "linear", "leaky_relu", "softplus", "gelu", "silu"];
const CLASS_LOSSES = ["logistic", "hinge", "squared error", "absolute error", "Huber"];
const NUMBER_LOSSES = ["squared error", "absolute error", "Huber"];
export const PENALTIES = ["none", "L1", "L2"];
export const MAX_LAYERS = 5, MAX_NEURONS = 16;

const eps = { label: "ε", low: 1e-12, high: 1, start: 1e-8 };
const share = (label, start) => ({ label, low: 0, high: 0.9999, start });
const flag = (label) => ({ label, start: false });
export const OPTIMIZERS = {
    SGD: { momentum: share("momentum", 0), nesterov: flag("Nesterov") },
    Adam: { beta1: share("β₁", 0.9), beta2: share("β₂", 0.999), eps, amsgrad: flag("AMSGrad") },
    AdamW: { beta1: share("β₁", 0.9), beta2: share("β₂", 0.999), eps, weight_decay: { label: "weight decay", low: 0, high: 10, start: 0.01 }, amsgrad: flag("AMSGrad") },
    RMSprop: { alpha: share("α", 0.99), eps, momentum: share("momentum", 0), centered: flag("centered") },
    Adagrad: { lr_decay: { label: "rate decay", low: 0, high: 10, start: 0 }, initial_accumulator_value: { label: "first sum", low: 0, high: 100, start: 0 }, eps: { ...eps, start: 1e-10 } },
};

// Numbers and their limits; `whole` ones are rounded.
export const NUMBERS = {
    samples: { label: "Samples", low: 10, high: 500, step: 10, whole: true, slider: true },
    noise: { label: "Noise", low: 0, high: 0.5, step: 0.05, slider: true },
    test: { label: "For the test, %", low: 0, high: 50, step: 10, whole: true, slider: true },
    seed: { label: "Seed", low: 0, high: 9999, step: 1, whole: true },
    penaltyRate: { label: "Its rate", low: 0, high: 10, step: 0.001 },
    batch: { label: "Batch (0: all)", low: 0, high: 500, step: 1, whole: true },
    stopSteps: { label: "Stop at step (0: never)", low: 0, high: 1e6, step: 100, whole: true },
    stopLoss: { label: "Stop at a loss below", low: 0, high: 100, step: 0.01 },
};
export const RATE = { low: 1e-6, high: 100 };
export const FULL = "full"; // as many steps as fit between two frames
// Steps per frame, at 60 frames per second.
export const SPEEDS = new Map([[0.0167, "1 step/s"], [0.1, "6 steps/s"], [0.3333, "20 steps/s"], [1, "1 step per frame"], [10, "10 steps per frame"], [FULL, "Full speed"]]);

export const START = {
    data: "moons", samples: 200, noise: 0.1, test: 20, seed: 0, own: "0, 0, a\n1, 1, a\n0, 1, b\n1, 0, b",
    features: ["x1", "x2"], layers: [{ size: 4, activation: "tanh" }, { size: 4, activation: "tanh" }],
    loss: "logistic", optimizer: "Adam", options: startOf("Adam"), rates: [[0, 0.03]], penalty: "none", penaltyRate: 0.001, batch: 20,
    stopSteps: 0, stopLoss: 0, speed: 1, sample: 0, show: "weight", maps: true, step: 0,
};
export const MAX_STEP = 100000; // that a link can lead to

export function startOf(optimizer) {
    return Object.fromEntries(Object.entries(OPTIMIZERS[optimizer]).map(([name, { start }]) => [name, start]));
}

// True if labels are numbers to learn rather than two classes.
export function isRegression({ data, own }) {
    if (data !== "own") return NUMBERS_DATA.includes(data);
    const labels = own.trim().split("\n").map((line) => line.split(",")[2]?.trim() ?? "").filter((label) => label !== "" && Number.isFinite(Number(label)));
    return new Set(labels.map(Number)).size > 2;
}

export const lossesFor = (setting) => (isRegression(setting) ? NUMBER_LOSSES : CLASS_LOSSES);

const isNumber = (x, { low, high }) => typeof x === "number" && x >= low && x <= high;
const among = (x, names, otherwise) => (names.includes(x) ? x : otherwise);

// A state with every valid field of the given one; the rest are START's.
export function validated(given) {
    const state = typeof given === "object" && given !== null ? given : {};
    const made = { ...START };
    made.data = among(state.data, DATA, START.data);
    if (typeof state.own === "string" && state.own.length < 50000) made.own = state.own;
    for (const [name, limits] of Object.entries(NUMBERS)) {
        if (isNumber(state[name], limits)) made[name] = limits.whole ? Math.round(state[name]) : state[name];
    }
    const features = Array.isArray(state.features) ? Object.keys(FEATURES).filter((name) => state.features.includes(name)) : [];
    if (features.length) made.features = features;
    if (Array.isArray(state.layers)) made.layers = state.layers.slice(0, MAX_LAYERS).map(layer);
    made.optimizer = among(state.optimizer, Object.keys(OPTIMIZERS), START.optimizer);
    made.options = options(made.optimizer, state.options);
    made.rates = rates(state.rates);
    made.penalty = among(state.penalty, PENALTIES, START.penalty);
    made.loss = among(state.loss, lossesFor(made), lossesFor(made)[0]);
    made.speed = among(state.speed, [...SPEEDS.keys()], START.speed);
    made.show = among(state.show, ["weight", "grad", "update"], START.show);
    made.maps = typeof state.maps === "boolean" ? state.maps : START.maps;
    for (const name of ["sample", "step"]) if (isNumber(state[name], { low: 0, high: 1e9 })) made[name] = Math.round(state[name]);
    return made;
}

function layer(given) {
    const size = isNumber(given?.size, { low: 1, high: MAX_NEURONS }) ? Math.round(given.size) : 4;
    return { size, activation: among(given?.activation, ACTIVATIONS, "tanh") };
}

function options(optimizer, given) {
    const made = startOf(optimizer);
    for (const [name, { start, ...limits }] of Object.entries(OPTIMIZERS[optimizer])) {
        const x = given?.[name];
        if (typeof start === "boolean" ? typeof x === "boolean" : isNumber(x, limits)) made[name] = x;
    }
    if (made.nesterov && made.momentum === 0) made.nesterov = false;
    return made;
}

// Learning rates as [first step, rate]; the first starts at step 0.
function rates(given) {
    if (!Array.isArray(given)) return START.rates;
    const valid = given.filter((pair) => Array.isArray(pair) && isNumber(pair[0], { low: 0, high: MAX_STEP }) && Number.isInteger(pair[0]) && isNumber(pair[1], RATE));
    const rising = valid.filter(([step], i) => i === 0 || step > valid[i - 1][0]).slice(0, 100);
    return rising[0]?.[0] === 0 ? rising : START.rates;
}
