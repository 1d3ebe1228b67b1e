// The parameters of a network at each frame, and its neurons' outputs for a sample.

class States {
  constructor(run) {
    this.run = run;
    this.network = run.network;
    this.kept = run.network.states;
    this.view = wholeNetwork(this.network.view);
    const { activations, then } = this.network; // indices into RESPONSES, written by nn/recording/responses.py
    const computed = ({ layer, w }, i) => layer === 0 || (w.length > 0 && activations[i] !== null);
    this.known = then.flat().every((number) => number !== null) && this.view.neurons.every(computed);
    const columns = this.kept === null ? run.values : this.kept.map(([, state]) => unpacked(state)[0]);
    this.largest = Math.max(0, ...columns.flatMap(extent).map(Math.abs)); // of a parameter, at any step
    this.scale = {};
  }

  // The step with known parameters: the frame's, or the last one before it.
  step(at) {
    const step = this.run.steps[at];
    return this.kept === null ? step : this.kept[this.index(step)][0];
  }

  index(step) {
    return this.kept.findLastIndex(([kept]) => kept <= step);
  }

  // Parameters and their gradients, in the order of the network.
  parameters(at) {
    if (this.kept === null) return ["values", "gradients"].map((what) => this.run[what].map((column) => toNumber(column[at])));
    const index = this.index(this.run.steps[at]);
    if (this.unpacked?.index !== index) this.unpacked = { index, numbers: unpacked(this.kept[index][1]) };
    return this.unpacked.numbers;
  }

  // The change of each parameter until the next frame; null after the last one.
  updates(at) {
    const { steps, rate } = this.run;
    if (at + 1 >= steps.length || this.step(at) !== steps[at]) return null;
    const [weights, gradients] = this.parameters(at);
    if (this.step(at + 1) === steps[at + 1]) return this.parameters(at + 1)[0].map((after, i) => after - weights[i]);
    return rate !== null && steps[at + 1] === steps[at] + 1 ? gradients.map((gradient) => -rate * gradient) : null;
  }

  // The network view's numbers for a frame and a sample.
  numbers(at, x) {
    const [weight, grad] = this.parameters(at);
    return { weight, grad, update: this.updates(at) ?? weight.map(() => null), value: this.values(weight, x), scale: this.scale };
  }

  // Each neuron's output for the sample x; null if unknown.
  values(weight, x) {
    const { neurons, layers } = this.view;
    const { activations, then } = this.network;
    if (!this.known || x.length !== layers[0].size) return null;
    const values = [];
    layers.forEach((_, k) => {
      const row = [];
      neurons.forEach((neuron, i) => {
        if (neuron.layer === k) row.push(k === 0 ? x[i] : RESPONSES[activations[i]](weightedSum(neuron, weight, values)));
      });
      values.push(...then[k].reduce((numbers, after) => listed(RESPONSES[after](...numbers)), row));
    });
    return values;
  }
}

// A neuron's output for the given inputs.
function weightedSum({ first, w, b }, weight, values) {
  return w.reduce((total, p, j) => total + weight[p] * values[first + j], b === null ? 0 : weight[b]);
}

// The results of a compiled function, which returns an object if there are several.
const listed = (results) => (typeof results === "number" ? [results] : Object.values(results));

// Two lists of 32-bit floats.
function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const numbers = Array.from(new Float32Array(bytes.buffer));
  return [numbers.slice(0, numbers.length / 2), numbers.slice(numbers.length / 2)];
}
