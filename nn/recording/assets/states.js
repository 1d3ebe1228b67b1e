// The parameters of a network at each frame, and what its neurons give for a sample.

const ACTIVATIONS = {
  linear: (x) => x,
  identity: (x) => x,
  relu: (x) => (x > 0 ? x : 0),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  leaky_relu: (x) => (x > 0 ? x : 0.01 * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  mish: (x) => x * Math.tanh(ACTIVATIONS.softplus(x)),
  softsign: (x) => x / (1 + Math.abs(x)),
  hardtanh: (x) => Math.max(-1, Math.min(1, x)),
  logsigmoid: (x) => -ACTIVATIONS.softplus(-x),
  sin: Math.sin,
  cos: Math.cos,
};
const AFTER = { Softmax: softmax, LogSoftmax: (row) => softmax(row).map(Math.log) }; // what takes all numbers of a layer

function softmax(row) {
  const shares = row.map((x) => Math.exp(x - Math.max(...row)));
  const total = shares.reduce((sum, share) => sum + share);
  return shares.map((share) => share / total);
}

// What comes after a layer as a function of its numbers, null if this page does not know it. Dropout is not in use here.
function afterwards(word) {
  const name = word.replace(/\(\)$/, "");
  if (/^Dropout\(/.test(word)) return (row) => row;
  if (Object.hasOwn(AFTER, name)) return AFTER[name];
  const activation = { LeakyReLU: "leaky_relu" }[name] ?? name.toLowerCase();
  return Object.hasOwn(ACTIVATIONS, activation) ? (row) => row.map(ACTIVATIONS[activation]) : null;
}

class States {
  constructor(run) {
    this.run = run;
    this.network = run.network;
    this.kept = run.network.states;
    const { then } = this.network;
    const view = wholeNetwork(this.network.view);
    this.view = view;
    this.then = then.map((words) => words.map(afterwards));
    const computed = ({ layer, activation, w }) => layer === 0 || (w.length > 0 && Object.hasOwn(ACTIVATIONS, activation));
    this.known = this.then.flat().every((step) => step) && view.neurons.every(computed);
    this.largest = this.largestWeight();
    this.scale = {};
  }

  // The step whose parameters are known: that of the frame, or the last one before it.
  step(at) {
    const step = this.run.steps[at];
    return this.kept === null ? step : this.kept[this.index(step)][0];
  }

  index(step) {
    let [low, high] = [0, this.kept.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.kept[middle][0] <= step) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // Parameters and their gradients, in the order of the network.
  parameters(at) {
    if (this.kept === null) return ["values", "gradients"].map((what) => this.run[what].map((column) => toNumber(column[at])));
    const index = this.index(this.run.steps[at]);
    if (this.unpacked?.index !== index) this.unpacked = { index, numbers: unpacked(this.kept[index][1]) };
    return this.unpacked.numbers;
  }

  // The largest size of a parameter at any step.
  largestWeight() {
    const columns = this.kept === null ? this.run.values : this.kept.map(([, state]) => unpacked(state)[0]);
    return Math.max(...columns.map((column) => Math.max(...extent(column).map(Math.abs))), 0);
  }

  // The change of each parameter until the next frame, null after the last one.
  updates(at) {
    const { steps, rate } = this.run;
    if (at + 1 >= steps.length || this.step(at) !== steps[at]) return null;
    const [weights, gradients] = this.parameters(at);
    if (this.step(at + 1) === steps[at + 1]) return this.parameters(at + 1)[0].map((after, i) => after - weights[i]);
    return rate !== null && steps[at + 1] === steps[at] + 1 ? gradients.map((gradient) => -rate * gradient) : null;
  }

  // The numbers of the network view for a frame and a sample.
  numbers(at, x) {
    const [weight, grad] = this.parameters(at);
    return { weight, grad, update: this.updates(at) ?? weight.map(() => null), value: this.values(weight, x), scale: this.scale };
  }

  // What each neuron gives for the sample x, null if that is not known.
  values(weight, x) {
    const { neurons, layers } = this.view;
    if (!this.known || x.length !== layers[0].size) return null;
    const values = [];
    layers.forEach((_, k) => {
      const own = neurons.filter(({ layer }) => layer === k);
      const row = own.map((neuron, j) => (k === 0 ? x[j] : respond(neuron, weight, values)));
      values.push(...this.then[k].reduce((numbers, step) => step(numbers), row));
    });
    return values;
  }
}

// The output of a neuron, given the values of those before it.
function respond({ first, w, b, activation }, weight, values) {
  const sum = w.reduce((total, p, j) => total + weight[p] * values[first + j], b === null ? 0 : weight[b]);
  return ACTIVATIONS[activation](sum);
}

// Two lists of 32-bit floats.
function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const numbers = Array.from(new Float32Array(bytes.buffer));
  return [numbers.slice(0, numbers.length / 2), numbers.slice(numbers.length / 2)];
}
