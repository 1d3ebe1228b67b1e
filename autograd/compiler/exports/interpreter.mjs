// Runs a Tape, which is a program as flat arrays, on blocks of lanes.
//
//     import { load } from "./interpreter.mjs";
//     import { ops } from "./ops.mjs"; // the text of javascript_ops(tape.ops)
//     const run = load(JSON.parse(text), ops(Math)); // the text of tape_json(tape)
//     const [loss, slope] = run([xs, weight]); // inputs that are per lane are arrays, and so are such outputs
//
// `Math` may be any object with its functions. With those of Python's math library all numbers are Python's to the last
// bit, since sums run over terms and lanes in Python's order.
//
// A kernel computes n numbers from m[z] on. Those of its argument j are m[at[k + j]] and, by[k + j] apart, those after it.

const copy = (m, n, z, at, by, k) => add(m, n, z, -0, at[k], by[k]);

const laneSum = (m, n, z, at, by, k) => {
    for (let i = 0, x = at[k]; i < n; i++, x += by[k]) m[z] += m[x];
};

/** m[z], … = start + x, … */
function add(m, n, z, start, x, dx) {
    for (let i = 0; i < n; i++, x += dx) m[z + i] = start + m[x];
}

/** m[z], … += x·y, … for `count` pairs of arguments, four at a time if the x are the same for all lanes. */
function addProducts(m, n, z, at, by, x, y, count) {
    let j = 0;
    for (; j + 4 <= count && !(by[x + j] | by[x + j + 1] | by[x + j + 2] | by[x + j + 3]); j += 4) {
        const a = m[at[x + j]], b = m[at[x + j + 1]], c = m[at[x + j + 2]], d = m[at[x + j + 3]];
        let p = at[y + j], q = at[y + j + 1], r = at[y + j + 2], s = at[y + j + 3];
        const dp = by[y + j], dq = by[y + j + 1], dr = by[y + j + 2], ds = by[y + j + 3];
        for (let i = z; i < z + n; i++, p += dp, q += dq, r += dr, s += ds) m[i] = m[i] + a * m[p] + b * m[q] + c * m[r] + d * m[s];
    }
    for (; j < count; j++) {
        let p = at[x + j], q = at[y + j];
        for (let i = z; i < z + n; i++, p += by[x + j], q += by[y + j]) m[i] += m[p] * m[q];
    }
}

/** The sum of products of the arguments at these positions, added to `start`. */
const sumOfProducts = ({ start, terms }) => (m, n, z, at, by, k) => {
    m.fill(start, z, z + n);
    for (const term of terms) {
        if (term.length === 2) addProducts(m, n, z, at, by, k + term[0], k + term[1], 1);
        else for (let i = 0; i < n; i++) m[z + i] += term.map((j) => m[at[k + j] + i * by[k + j]]).reduce((p, x) => p * x, 1);
    }
};

/** W·x + b: rows·columns weights, the inputs, the biases; the results are `step` apart. */
const matmul = (rows, columns, step) => (m, n, z, at, by, k) => {
    const inputs = k + rows * columns, biases = inputs + columns;
    for (let i = 0; i < rows; i++, z += step) {
        add(m, n, z, -0, at[biases + i], by[biases + i]);
        addProducts(m, n, z, at, by, k + i * columns, inputs, columns);
    }
};

/** The sums over all lanes of left[i]·right[j], row by row. */
const laneMatmul = (rows, columns) => (m, n, z, at, by, k) => {
    for (let i = k; i < k + rows; i++) {
        for (let j = k + rows; j < k + rows + columns; j++, z++) {
            let sum = m[z];
            for (let t = 0, x = at[i], y = at[j]; t < n; t++, x += by[i], y += by[j]) sum += m[x] * m[y];
            m[z] = sum;
        }
    }
};

/** A kernel that adds up what its results are to replace: it writes them elsewhere first. */
const aside = (kernel, elsewhere, size) => (m, n, z, ...rest) => {
    kernel(m, n, elsewhere, ...rest);
    m.copyWithin(z, elsewhere, elsewhere + size);
};

const REDUCTIONS = { lane_sum: () => laneSum, lane_dot: () => laneMatmul(1, 1), lane_matmul: laneMatmul };
const INSTRUCTIONS = { detach: () => copy, matmul, ...REDUCTIONS };

/** The tape as a function of its inputs and the number of lanes, which returns its outputs. A block has `width` lanes. */
export function load(tape, ops, width = 128) {
    const { uniform, varying, starts, codes, results, before, after } = tape;
    const place = (r) => (r < uniform ? r : uniform + (r - uniform) * width);
    const at = Int32Array.from(tape.args, place), by = Int32Array.from(tape.args, (r) => Number(r >= uniform));
    const counts = codes.map((_, i) => starts[i + 1] - starts[i]);
    const most = Math.max(1, ...tape.shapes.map(([rows]) => rows));
    const scratch = uniform + varying * width;
    const memory = new Float64Array(scratch + most * width);
    tape.constant_registers.forEach((r, i) => { memory[r] = Number(tape.constants[i]); });
    const kernels = codes.map((code, i) => {
        const name = tape.ops[code], [rows, columns] = tape.shapes[i];
        const terms = tape.terms[name]?.[counts[i]];
        const kernel = INSTRUCTIONS[name]?.(rows, columns, results[i] < uniform ? 1 : width)
            ?? (terms ? sumOfProducts(terms) : ops[name]);
        if (!kernel) throw new Error(`the tape calls ${name}, which ops lacks: pass its name to javascript_ops`);
        const reused = tape.args.slice(starts[i], starts[i + 1]).some((r) => r >= results[i] && r < results[i] + Math.max(1, rows));
        return reused && (terms || name === "matmul") ? aside(kernel, scratch, Math.max(1, rows) * width) : kernel;
    });
    const sums = codes.flatMap((code, i) => {
        const size = Math.max(1, tape.shapes[i][0] * tape.shapes[i][1]);
        return tape.ops[code] in REDUCTIONS ? Array.from({ length: size }, (_, j) => results[i] + j) : [];
    });
    const compute = (from, to, n) => {
        for (let i = from; i < to; i++) kernels[i](memory, n, place(results[i]), at, by, starts[i], counts[i]);
    };

    return function run(inputs, lanes = inputs.find((x) => x.length !== undefined)?.length ?? 0) {
        tape.inputs.forEach((r, i) => {
            const size = r < uniform ? undefined : lanes;
            if (inputs[i]?.length !== size) throw new Error(`input ${i} must be ${size === undefined ? "a number" : `${size} numbers`}`);
            if (r < uniform) memory[r] = inputs[i];
        });
        const outputs = tape.outputs.map((r) => (r < uniform ? 0 : new Float64Array(lanes)));
        compute(0, before, 1);
        for (const r of sums) memory[r] = 0;
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
        compute(after, codes.length, 1);
        return outputs.map((output, i) => (tape.outputs[i] < uniform ? memory[tape.outputs[i]] : output));
    };
}
