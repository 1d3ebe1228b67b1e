// Python, with the engine, in a thread of its own. It answers messages { id, name, args } by calling that function of
// engine.py with them: { id, result } or { id, error }. A page that gets no answer ends this worker and starts another one.

import { MATH } from "./math.js";
import { Training } from "./training.js";
import { loadPyodide } from "./python/pyodide.mjs";

const here = new URL("./python/", self.location.href);
const fetched = async (name) => (await fetch(new URL(name, here))).arrayBuffer();

async function start() {
    const [python, engine] = await Promise.all([
        loadPyodide({ indexURL: here.href, stdLibURL: new URL("python.zip", here).href, packages: [] }),
        fetched("engine.zip"),
    ]);
    python.unpackArchive(engine, "zip", { extractDir: "/engine" });
    python.runPython("import sys; sys.path.insert(0, '/engine')");
    math = Object.fromEntries([...MATH].map((name) => [name, python._module[`_${name}`] ?? Math[name]]));
    return python.pyimport("playground.engine");
}

// What needs no Python: steps of a training, in this thread too, since the elementary functions are Python's.
let math, training;
const OWN = {
    train({ page, batch }) {
        training = new Training(page, math, batch);
    },
    step({ count, sample, plane }) {
        for (let i = 0; i < count; i++) training.step();
        return training.state(sample, plane);
    },
    reset() {
        training.reset();
    },
    // The parameters as their bits, to be compared with Python's.
    bits() {
        return { steps: training.steps, bits: Array.from(training.numbers, (x) => new DataView(Float64Array.of(x).buffer).getBigUint64(0, true).toString(16)) };
    },
};

const started = start();
started.then(
    () => postMessage({ ready: true }),
    (error) => postMessage({ ready: false, error: String(error) }),
);

self.onmessage = async ({ data: { id, name, args } }) => {
    try {
        const engine = await started;
        if (name in OWN) return postMessage({ id, result: { answer: OWN[name](...args) } });
        postMessage({ id, result: JSON.parse(engine.call(name, JSON.stringify(args))) });
    } catch (error) {
        postMessage({ id, error: String(error.message ?? error) });
    }
};
