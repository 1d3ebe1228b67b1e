// Runs a Tape (a program as flat arrays) on blocks of lanes.
//
//     import { load } from "./interpreter.mjs";
//     import { ops } from "./ops.mjs"; // the text of javascript_ops(tape.ops)
//     const run = load(JSON.parse(text), ops(Math)); // the text of tape_json(tape)
//     const [loss, slope] = run([xs, weight]); // per-lane inputs and outputs are arrays
//
// Any object with the functions of `Math` will do in its place. With those of Python's math library, all numbers equal
// Python's to the last bit, since sums run over terms and lanes in the same order.
//
// A kernel computes n numbers into m[z], m[z + 1], …, which don't overlap its arguments. The numbers of its argument j start
// at m[at[k + j]] and are by[k + j] apart.

const copy = (m, n, z, at, by, k) => {
    for (let i = 0, x = at[k], dx = by[k]; i < n; i++, x += dx) m[z + i] = m[x];
};

const laneSum = (m, n, z, at, by, k) => {
    for (let i = 0, x = at[k], dx = by[k]; i < n; i++, x += dx) m[z] += m[x];
};

/** True if four arguments are `step` apart from lane to lane. */
const isRun = (by, k, step) => by[k] === step && by[k + 1] === step && by[k + 2] === step && by[k + 3] === step;

/** m[z], … += x·y, … for `count` pairs of arguments; four at a time while the x are uniform and the y are per lane. */
function addProducts(m, n, z, at, by, x, y, count) {
    let j = 0;
    for (; j + 4 <= count && isRun(by, x + j, 0) && isRun(by, y + j, 1); j += 4) {
        const a = m[at[x + j]], b = m[at[x + j + 1]], c = m[at[x + j + 2]], d = m[at[x + j + 3]];
        const p = at[y + j] - z, q = at[y + j + 1] - z, r = at[y + j + 2] - z, s = at[y + j + 3] - z;
        for (let i = z; i < z + n; i++) m[i] = m[i] + a * m[p + i] + b * m[q + i] + c * m[r + i] + d * m[s + i];
    }
    for (; j < count; j++) {
        const dx = by[x + j], dy = by[y + j];
        for (let i = z, p = at[x + j], q = at[y + j]; i < z + n; i++, p += dx, q += dy) m[i] += m[p] * m[q];
    }
}

/** m[z], … += the product of the arguments at these positions; an empty product is 1. */
function addProduct(m, n, z, at, by, k, factors) {
    for (let i = 0; i < n; i++) {
        let product = 1;
        for (const j of factors) product *= m[at[k + j] + i * by[k + j]];
        m[z + i] += product;
    }
}

/** A sum from `start` on over runs of products; a run has the positions of its first product's factors, and a count. */
const sumOfProducts = ({ start, runs }) => (m, n, z, at, by, k) => {
    m.fill(start, z, z + n);
    for (const [factors, count] of runs) {
        if (factors.length === 2) addProducts(m, n, z, at, by, k + factors[0], k + factors[1], count);
        else for (let j = 0; j < count; j++) addProduct(m, n, z, at, by, k + j, factors);
    }
};

/** W·x + b, from rows·columns weights, the inputs and the biases; the results are `step` apart. */
const matmul = (rows, columns, step) => (m, n, z, at, by, k) => {
    const inputs = k + rows * columns, biases = inputs + columns;
    for (let i = 0; i < rows; i++, z += step) {
        copy(m, n, z, at, by, biases + i);
        addProducts(m, n, z, at, by, k + i * columns, inputs, columns);
    }
};

/** The sums over all lanes of left[i]·right[j], row by row, four at a time. */
const laneMatmul = (rows, columns) => (m, n, z, at, by, k) => {
    for (let i = k; i < k + rows; i++) {
        const x = at[i], dx = by[i], end = k + rows + columns;
        let y = k + rows;
        for (; y + 4 <= end && isRun(by, y, 1); y += 4, z += 4) {
            const p = at[y], q = at[y + 1], r = at[y + 2], s = at[y + 3];
            let a = m[z], b = m[z + 1], c = m[z + 2], d = m[z + 3];
            for (let t = 0; t < n; t++) {
                const w = m[x + t * dx];
                a += w * m[p + t]; b += w * m[q + t]; c += w * m[r + t]; d += w * m[s + t];
            }
            m[z] = a; m[z + 1] = b; m[z + 2] = c; m[z + 3] = d;
        }
        for (; y < end; y++, z++) {
            let sum = m[z];
            for (let t = 0; t < n; t++) sum += m[x + t * dx] * m[at[y] + t * by[y]];
            m[z] = sum;
        }
    }
};

const REDUCTIONS = { lane_sum: () => laneSum, lane_dot: () => laneMatmul(1, 1), lane_matmul: laneMatmul };
const INSTRUCTIONS = { detach: () => copy, matmul, ...REDUCTIONS };

/** The tape as a function from its inputs and the number of lanes to its outputs. It runs `width` lanes at a time. */
export function load(tape, ops, width = 128) {
    const { uniform, starts, results, shapes, before, after } = tape;
    const place = (r) => (r < uniform ? r : uniform + (r - uniform) * width);
    const at = Int32Array.from(tape.args, place), by = Int32Array.from(tape.args, (r) => Number(r >= uniform));
    const memory = new Float64Array(uniform + tape.varying * width);
    tape.constant_registers.forEach((r, i) => { memory[r] = Number(tape.constants[i]); });
    const reduced = []; // the ranges of registers with results of reductions
    const rows = tape.codes.map((code, i) => {
        const name = tape.ops[code], count = starts[i + 1] - starts[i], sum = tape.sums[name]?.[count];
        const instruction = INSTRUCTIONS[name]?.(...shapes[i], results[i] < uniform ? 1 : width);
        const kernel = instruction ?? (sum ? sumOfProducts(sum) : ops[name]);
        if (!kernel) throw new Error(`the tape calls ${name}, which ops lacks: pass its name to javascript_ops`);
        if (name in REDUCTIONS) reduced.push([results[i], results[i] + (shapes[i][0] * shapes[i][1] || 1)]);
        return { kernel, z: place(results[i]), k: starts[i], count };
    });
    const compute = (from, to, n) => {
        for (let i = from; i < to; i++) rows[i].kernel(memory, n, rows[i].z, at, by, rows[i].k, rows[i].count);
    };

    return function run(inputs, lanes = inputs.find((x) => x.length !== undefined)?.length ?? 0) {
        tape.inputs.forEach((r, i) => {
            const size = r < uniform ? undefined : lanes;
            if (inputs[i]?.length !== size) throw new Error(`input ${i} must be ${size === undefined ? "a number" : `${size} numbers`}`);
            if (r < uniform) memory[r] = inputs[i];
        });
        const outputs = tape.outputs.map((r) => (r < uniform ? 0 : new Float64Array(lanes)));
        compute(0, before, 1);
        for (const [from, to] of reduced) memory.fill(0, from, to);
        for (let start = 0; start < lanes; start += width) {
            const n = Math.min(width, lanes - start);
            tape.inputs.forEach((r, i) => {
                for (let j = 0; r >= uniform && j < n; j++) memory[place(r) + j] = inputs[i][start + j];
            });
            compute(before, after, n);
            tape.outputs.forEach((r, i) => {
                if (r >= uniform) outputs[i].set(memory.subarray(place(r), place(r) + n), start);
            });
        }
        compute(after, rows.length, 1);
        return outputs.map((output, i) => (tape.outputs[i] < uniform ? memory[tape.outputs[i]] : output));
    };
}
