// What the page shows of a training: losses, a sample's numbers, outputs over the plane.

import { MAP } from "./training_shared.js";
import { sum } from "./training.js";

const NOT_A_NUMBER = 255;

export class Views {
    constructor(training, { plane, view }) {
        this.training = training;
        this.plane = plane;
        this.units = view.neurons.length;
        this.grids = new Map(); // columns of grids over the plane, by resolution
    }

    // `seen`: { sample, resolution, unit, maps }: what is visible. A unit of null means the output.
    state({ sample, resolution, unit, maps }) {
        const { steps, last, numbers, perEpoch } = this.training;
        const inside = this.inside(sample);
        return {
            steps,
            epoch: steps / perEpoch,
            broken: this.training.broken,
            batchLoss: last?.loss ?? null,
            train: this.score("train"),
            test: this.score("test"),
            rate: this.training.rate(steps),
            weight: numbers,
            grad: last?.gradient ?? null,
            update: last?.update ?? null,
            ...inside,
            grid: unit === null ? this.outputs(resolution) : this.unit(unit, resolution),
            maps: maps ? this.maps() : null,
        };
    }

    // The outputs of all units for a sample [x1, x2, target], and the gradients of its loss by them and by the neurons' scores.
    inside(sample) {
        const found = this.training.run("sample", sample.map((x) => [x]), 1).map((x) => x[0] ?? x);
        const { units } = this, inputs = 3 * units + 1 - found.length;
        return {
            value: found.slice(0, units),
            sampleLoss: found[units],
            slope: found.slice(units + 1, 2 * units + 1),
            delta: [...Array(inputs).fill(null), ...found.slice(2 * units + 1)],
        };
    }

    // The mean loss of some samples and, for classes, the accuracy; null without samples.
    score(part) {
        const { columns, y } = this.training.data[part];
        if (y.length === 0) return null;
        const [outputs, losses] = this.training.run("evaluate", [...columns, y], y.length);
        const { middle, kind } = this.plane;
        const right = kind === "score" ? y.reduce((count, target, i) => count + Number(outputs[i] > middle === target > middle), 0) / y.length : null;
        return { loss: sum(losses) / y.length, accuracy: right };
    }

    // The outputs as bytes: 127 is the boundary, and a byte holds the square root of a share.
    outputs(resolution) {
        const [outputs] = this.training.run("outputs", this.grid(resolution), resolution ** 2);
        const { middle, half, kind } = this.plane;
        return Uint8Array.from(outputs, (output) => {
            if (Number.isNaN(output)) return NOT_A_NUMBER;
            const distance = (output - middle) / half;
            const share = kind === "score" ? Math.tanh(distance) : Math.max(-1, Math.min(1, distance));
            return Math.round(127 + 127 * Math.sign(share) * Math.sqrt(Math.abs(share)));
        });
    }

    // One unit's outputs, as bytes scaled from minimum to maximum.
    unit(i, resolution) {
        return scaled(this.training.run("units", this.grid(resolution), resolution ** 2)[i]);
    }

    // The maps of all units, concatenated.
    maps() {
        const bytes = new Uint8Array(this.units * MAP * MAP);
        this.training.run("units", this.grid(MAP), MAP * MAP).forEach((values, i) => bytes.set(scaled(values), i * MAP * MAP));
        return bytes;
    }

    grid(n) {
        if (!this.grids.has(n)) {
            const { x, y } = this.plane;
            const along = ([low, high], share) => low + share * (high - low);
            const columns = [new Float64Array(n * n), new Float64Array(n * n)];
            for (let i = 0; i < n * n; i++) {
                columns[0][i] = along(x, (i % n) / (n - 1));
                columns[1][i] = along(y, 1 - Math.floor(i / n) / (n - 1));
            }
            this.grids.set(n, columns);
        }
        return this.grids.get(n);
    }
}

function scaled(values) {
    let low = Infinity, high = -Infinity;
    for (const x of values) {
        if (x < low) low = x;
        if (x > high) high = x;
    }
    const span = high - low;
    return Uint8Array.from(values, (x) => (Number.isFinite(x) ? Math.round(span > 0 ? (254 * (x - low)) / span : 127) : NOT_A_NUMBER));
}
