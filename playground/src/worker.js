// Python with the engine, in its own thread. It answers messages { id, name, args } by calling that function of
// engine.py: { id, result } or { id, error }. A page that gets no answer terminates this worker and starts another.

import { MATH } from "./math.js";
import { trainingCalls } from "./training.js";
import { loadPyodide } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import { info } from "pyodide/pyodide-lock.json";

let engine, math;
const HERE = "memory:///", LIBRARY = `${HERE}python.zip`; // no network is available here: Pyodide's files are handed over

// More memory is refused, and Python raises MemoryError: browsers kill pages that take too much.
const MAX_PAGES = 16_384; // of 64 KiB
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength / 65_536 + pages > MAX_PAGES) throw new RangeError("too much memory");
    return grow.call(this, pages);
};

// What the sandbox hands over, each as soon as it arrives.
const handed = {};
const [port, program, library, memory] = ["port", "program", "library", "memory"].map((name) => new Promise((resolve) => { handed[name] = resolve; }));
self.onmessage = ({ data }) => Object.entries(data).forEach(([name, value]) => handed[name](value));

// Start Python from a snapshot of its memory after importing the engine, or from scratch.
function begin(memory) {
    return loadPyodide({
        createPyodideModule, indexURL: HERE, stdLibURL: LIBRARY, packages: [], lockFileContents: { info, packages: {} }, packageBaseUrl: HERE,
        _loadSnapshot: memory,
    });
}

async function start() {
    const { instantiateStreaming } = WebAssembly, { fetch } = self;
    self.fetch = async (url) => new Response(String(url) === LIBRARY ? await library : null);
    WebAssembly.instantiateStreaming = async (_, imports) => {
        const module = await program;
        return { module, instance: await WebAssembly.instantiate(module, imports) };
    };
    const python = await begin(await memory).catch(() => begin(null)); // experimental in Pyodide: some browsers may fail
    python.pyimport("random").seed(); // or every start from the snapshot draws the same numbers
    Object.assign(WebAssembly, { instantiateStreaming });
    self.fetch = fetch;
    math = Object.fromEntries([...MATH].map((name) => [name, python._module[`_${name}`] ?? Math[name]]));
    engine = python.pyimport("playground.engine");
}

// Calls that need no Python: training steps, in this thread since they use Python's elementary functions.
const OWN = trainingCalls(() => math, (name, ...args) => JSON.parse(engine.call(name, JSON.stringify(args))).answer);

function answer({ name, args }) {
    if (name in OWN) return { result: { answer: OWN[name](...args) } };
    return { result: JSON.parse(engine.call(name, JSON.stringify(args))) };
}

async function serve(port) {
    try {
        await start();
    } catch (error) {
        return port.postMessage({ ready: false, error: String(error) });
    }
    port.onmessage = ({ data: { id, ...question } }) => {
        try {
            port.postMessage({ id, ...answer(question) });
        } catch (error) {
            const told = error instanceof RangeError ? "this is nested too deep" : String(error.message ?? error).trim().split("\n").at(-1);
            port.postMessage({ id, error: told, broken: error.name !== "PythonError" });
        }
    };
    port.postMessage({ ready: true });
}

port.then(serve);
