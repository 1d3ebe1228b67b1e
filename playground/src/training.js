// Trains on tapes made by Python: the loss and its gradient on all samples of a batch, the optimizer's step on all parameters,
// the network on all points of the plane. With Python's own elementary functions, all results match Python's to the last bit.

import { load } from "./interpreter.mjs";
import { ops } from "./ops.mjs";
import { NO_TRAINING } from "./training_shared.js";
import { Snapshots } from "./training_snapshots.js";
import { Views } from "./training_views.js";

const EPOCHS = 32; // whose orders are requested at a time

export class Training {
    // `page` is the result of Python's `prepare`, `orders(count)` gives the order of the samples in each of the next epochs.
    constructor(page, setting, math, orders) {
        const table = ops(math);
        const { tapes, numbers, memory, weights, train, test } = page;
        this.tapes = Object.fromEntries(Object.entries(tapes).map(([name, { tape, at }]) => [name, { run: load(tape, table), at }]));
        this.start = Float64Array.from(numbers);
        this.kept = memory; // [name, true for a count, initial value] for each number of the optimizer's state per parameter
        this.weights = weights; // the penalised ones
        this.data = { train: columnsOf(train), test: columnsOf(test) };
        this.setting = setting;
        this.orders = [];
        this.moreOrders = () => orders(EPOCHS).forEach((order) => this.orders.push(Uint16Array.from(order)));
        const { length } = this.data.train.y;
        this.batch = setting.batch ? Math.min(setting.batch, length) : length;
        this.perEpoch = Math.ceil(length / this.batch);
        this.reset();
    }

    reset() {
        this.numbers = this.start.slice();
        this.memory = this.kept.map(([, isCount, first]) => (isCount ? first : new Float64Array(this.numbers.length).fill(first)));
        this.steps = 0;
        this.last = null; // of the last step: gradient, change, memory before, loss of the batch
        this.snapshots = new Snapshots(this.copy());
    }

    copy() {
        return { numbers: this.numbers.slice(), memory: this.memory.map((x) => (typeof x === "number" ? x : x.slice())) };
    }

    run(name, columns, lanes, uniform = []) {
        const { run, at } = this.tapes[name];
        return run([...columns, ...uniform, ...at.map((i) => this.numbers[i])], lanes);
    }

    // Indices of the samples in the step after `steps`; null for all of them in order.
    part(steps) {
        if (!this.setting.batch) return null;
        const epoch = Math.floor(steps / this.perEpoch), from = (steps % this.perEpoch) * this.batch;
        while (this.orders.length <= epoch) this.moreOrders();
        return this.orders[epoch].subarray(from, from + this.batch);
    }

    rate(steps) {
        return this.setting.rates.findLast(([from]) => from <= steps)[1];
    }

    // The gradient of the next step, including the penalty's.
    gradient() {
        const part = this.part(this.steps), { columns, y } = this.data.train;
        const taken = (column) => (part ? Float64Array.from(part, (i) => column[i]) : column);
        const count = part?.length ?? y.length;
        const [costs, ...slopes] = this.run("step", [...columns.map(taken), taken(y)], count, [1 / count]);
        const gradient = Float64Array.from(slopes);
        if (this.tapes.penalty) {
            const weights = Float64Array.from(this.weights, (i) => this.numbers[i]);
            const [more] = this.tapes.penalty.run([weights, this.setting.penaltyRate], weights.length);
            this.weights.forEach((i, k) => { gradient[i] += more[k]; });
        }
        return { gradient, loss: sum(costs) / count };
    }

    // One update of all parameters.
    step() {
        const { gradient, loss } = this.gradient();
        const before = this.copy(), rate = this.rate(this.steps), { length } = gradient;
        const [moved, ...memory] = this.tapes.update.run([this.numbers, gradient, rate, ...this.memory], length);
        // State that no rule changes is one number for all parameters.
        this.memory = memory.map((x, i) => (this.kept[i][1] || x.length ? x : new Float64Array(length).fill(x)));
        this.numbers = moved.length ? moved : Float64Array.of(moved);
        this.last = { gradient, loss, before, rate, update: this.numbers.map((x, i) => x - before.numbers[i]) };
        this.steps++;
        this.snapshots.keep(this.steps, () => this.copy());
    }

    get broken() {
        return !Number.isFinite(sum(this.numbers));
    }

    // Train up to a step, for at most this many milliseconds but at least one step; ends once numbers are no longer finite.
    advance(target, milliseconds) {
        const end = performance.now() + milliseconds;
        while (this.steps < target && !this.broken) {
            this.step();
            if (performance.now() > end) break;
        }
    }

    // Go to a step, starting from the nearest earlier snapshot.
    go(target, milliseconds) {
        if (target < this.steps || (target > 0 && this.last === null)) {
            const [steps, { numbers, memory }] = this.snapshots.before(Math.max(0, target - 1)); // one step earlier, so that `last` gets set
            Object.assign(this, { steps, numbers: numbers.slice(), memory: memory.map((x) => (typeof x === "number" ? x : x.slice())), last: null });
        }
        this.advance(target, milliseconds);
    }
}

// Calls of the page that this thread answers without Python: name -> function. `math()` has the elementary functions.
export function trainingCalls(math, ask) {
    let training, views;
    const calls = {
        train(page, setting) {
            training = new Training(page, setting, math(), (count) => ask("orders", count));
            views = new Views(training, page);
        },
        change(setting) {
            training.setting = setting;
            training.snapshots.forget(training.steps);
        },
        step(count, seen, milliseconds = Infinity) {
            training.advance(training.steps + count, milliseconds);
            return views.state(seen);
        },
        go(target, milliseconds, seen) {
            training.go(target, milliseconds);
            return views.state(seen);
        },
        // What the last step did to one parameter, and its state before.
        update(i) {
            const { last, kept } = training;
            if (last === null) return null;
            const memory = Object.fromEntries(kept.map(([name], k) => [name, typeof last.before.memory[k] === "number" ? last.before.memory[k] : last.before.memory[k][i]]));
            return { before: last.before.numbers[i], gradient: last.gradient[i], after: training.numbers[i], rate: last.rate, memory };
        },
        // The samples of the last step, and the parameters before it.
        batch() {
            const { columns, y } = training.data.train;
            const steps = Math.max(0, training.steps - 1);
            const part = Array.from(training.part(steps) ?? y.keys());
            return { numbers: Array.from(training.last?.before.numbers ?? training.numbers), samples: part.map((i) => [columns[0][i], columns[1][i], y[i]]), indices: part };
        },
        // The parameters' bits, for comparison with Python's.
        bits: () => ({ steps: training.steps, bits: Array.from(training.numbers, bitsOf) }),
    };
    const started = (name) => (...args) => (training || name === "train" ? calls[name](...args) : NO_TRAINING);
    return Object.fromEntries(Object.keys(calls).map((name) => [name, started(name)]));
}

const columnsOf = ({ X, y }) => ({ columns: [0, 1].map((j) => Float64Array.from(X, (row) => row[j])), y: Float64Array.from(y) });

const bitsOf = (x) => (Number.isNaN(x) ? "nan" : new DataView(Float64Array.of(x).buffer).getBigUint64(0, true).toString(16));

export function sum(xs) {
    let total = 0;
    for (const x of xs) total += x;
    return total;
}
