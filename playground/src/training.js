// Trains on tapes that Python made: the loss with its gradient on all samples, the optimizer's step on all parameters, the
// network on all points of the plane. With Python's own elementary functions all numbers are Python's to the last bit.

import { load } from "./interpreter.mjs";
import { ops } from "./ops.mjs";

export class Training {
    constructor({ loss, outputs, neurons, update, numbers, reached, parameters, memory, rate, orders, X, y }, math, batch) {
        const table = ops(math);
        this.loss = load(loss, table);
        this.outputs = load(outputs, table);
        this.neurons = load(neurons, table);
        this.update = load(update, table);
        this.parameters = parameters;
        this.start = numbers;
        this.reached = reached;
        this.counts = memory;
        this.columns = [...X[0].keys()].map((j) => Float64Array.from(X, (row) => row[j]));
        this.y = Float64Array.from(y);
        this.batch = batch || y.length;
        this.rate = rate;
        this.orders = orders;
        this.reset();
    }

    reset() {
        this.numbers = [...this.start];
        this.memory = this.counts.map((isCount) => (isCount ? 0 : new Float64Array(this.reached.length)));
        this.steps = this.epoch = 0;
        this.lastLoss = null;
        this.rest = [];
    }

    // The indices of the next batch: all samples, or the next ones of an order that Python has drawn.
    next() {
        if (this.batch >= this.y.length) return null;
        if (this.rest.length === 0) this.rest = this.orders[this.epoch++ % this.orders.length];
        const part = this.rest.slice(0, this.batch);
        this.rest = this.rest.slice(this.batch);
        return part;
    }

    // One update of all parameters.
    step() {
        const part = this.next();
        const taken = (column) => (part ? Float64Array.from(part, (i) => column[i]) : column);
        const count = part?.length ?? this.y.length;
        const found = this.loss([...this.columns.map(taken), taken(this.y), ...this.numbers], count);
        const gradient = Float64Array.from(this.reached, (_, i) => found[1 + i] * (1 / count));
        const data = Float64Array.from(this.reached, (i) => this.numbers[i]);
        const [moved, ...memory] = this.update([data, gradient, this.rate, ...this.memory], data.length);
        // A memory that no rule changes is one number for all parameters.
        this.memory = memory.map((x, i) => (this.counts[i] || x.length ? x : new Float64Array(data.length).fill(x)));
        this.reached.forEach((at, i) => { this.numbers[at] = moved[i]; });
        this.gradient = gradient;
        this.steps++;
        this.lastLoss = found[0] / count;
    }

    // What is drawn: parameters and their gradients in the order of the network view, what its neurons give for a sample, and
    // its output on a grid from the upper left corner.
    state(sample, { x, y, resolution }) {
        const slope = new Map(this.reached.map((at, i) => [at, this.gradient?.[i] ?? null]));
        return {
            steps: this.steps,
            loss: this.lastLoss, // before the last update
            weight: this.parameters.map((i) => this.numbers[i]),
            grad: this.gradient ? this.parameters.map((i) => slope.get(i) ?? null) : null,
            value: [...sample, ...this.neurons([...sample.map((number) => [number]), ...this.numbers], 1).map(([number]) => number)],
            grid: this.outputs([...grid(x, y, resolution), ...this.numbers], resolution ** 2)[0],
        };
    }
}

function grid(x, y, n) {
    const columns = [new Float64Array(n * n), new Float64Array(n * n)];
    for (let i = 0; i < n * n; i++) {
        columns[0][i] = x[0] + ((i % n) / (n - 1)) * (x[1] - x[0]);
        columns[1][i] = y[1] - (Math.floor(i / n) / (n - 1)) * (y[1] - y[0]);
    }
    return columns;
}
