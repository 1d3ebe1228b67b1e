// Python, with the engine, in a thread of its own. It answers messages { id, name, args } by calling that function of
// engine.py with them: { id, result } or { id, error }. A page that gets no answer ends this worker and starts another one.

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
    return python.pyimport("playground.engine");
}

const started = start();
started.then(
    () => postMessage({ ready: true }),
    (error) => postMessage({ ready: false, error: String(error) }),
);

self.onmessage = async ({ data: { id, name, args } }) => {
    try {
        const engine = await started;
        postMessage({ id, result: JSON.parse(engine.call(name, JSON.stringify(args))) });
    } catch (error) {
        postMessage({ id, error: String(error.message ?? error) });
    }
};
