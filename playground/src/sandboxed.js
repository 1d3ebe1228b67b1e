// The page's side of the sandbox: loads the files, and starts and terminates workers there.

// We compress the library ourselves, so it is small whatever the server does.
const FILES = { script: "worker.js", program: "python/pyodide.asm.wasm", library: "python/python.bin" };
// Loading it would take longer than it saves; the service worker stores it.
const KEPT = { memory: "python/memory.bin" };
// The stricter of this policy and the page's, which the sandbox inherits, applies.
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:";

const loaded = new Map(); // by path: the type, and the bytes in chunks

// Files loaded from the server, to be cached: path -> Blob.
export function handedOver() {
    const blobs = new Map([...loaded].map(([path, { type, parts }]) => [path, new Blob(parts, { type })]));
    loaded.clear();
    return blobs;
}

// `onPart(bytes)` receives each chunk as it arrives, and nothing at the end.
async function load(path, onPart, signal) {
    const answer = await fetch(path, { signal });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
    const reader = answer.body.getReader();
    const parts = [];
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
        onPart(part.value);
        parts.push(part.value);
    }
    onPart();
    const { serviceWorker } = navigator;
    if (serviceWorker && !serviceWorker.controller) loaded.set(path, { type: answer.headers.get("Content-Type") ?? "", parts });
}

// Returns a function that starts a worker: its port, a promise that rejects if it fails, and a function to end it. `onShare` receives the fraction loaded.
// If files couldn't be loaded, the next start retries.
export function sandbox(onShare) {
    const frame = element("iframe", { sandbox: "allow-scripts", hidden: "", title: "Python" });
    const text = `<!DOCTYPE html><title>Python</title><meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>${SANDBOX}</script>`;
    frame.srcdoc = globalThis.trustedTypes?.createPolicy("sandbox", { createHTML: () => text }).createHTML("") ?? text;
    const opened = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
    document.body.append(frame);
    // The sandbox runs in another process: bytes are copied anyway, and stay here too.
    const order = (order, rest = {}, handed = []) => opened.then(() => frame.contentWindow.postMessage({ order, ...rest }, "*", handed));
    const failures = new Map(); // by the worker's number
    addEventListener("message", ({ source, data }) => {
        if (source === frame.contentWindow) failures.get(data.id)?.(new Error(data.error));
    });
    let there = null, count = 0;

    async function loadAll() {
        const attempt = new AbortController();
        const files = navigator.serviceWorker?.controller ? { ...FILES, ...KEPT } : FILES;
        const size = Object.values(files).reduce((sum, path) => sum + SIZES[path], 0);
        let sum = 0;
        order("load", { names: Object.keys(files) });
        const loading = Object.entries(files).map(([name, path]) => load(path, (bytes) => {
            if (attempt.signal.aborted) return;
            order("part", { name, bytes });
            onShare((sum += bytes?.length ?? 0) / size);
        }, attempt.signal));
        try {
            await Promise.all(loading);
        } catch (error) {
            attempt.abort(); // useless without the missing one
            there = null;
            throw error;
        }
    }

    return function start() {
        const id = ++count, { port1: port, port2 } = new MessageChannel();
        const end = () => {
            failures.delete(id);
            order("end", { id });
        };
        const failed = new Promise((_, reject) => {
            failures.set(id, reject);
            (there ??= loadAll()).catch((error) => {
                end();
                reject(error);
            });
        });
        order("start", { id, port: port2 }, [port2]);
        return { port, failed, end };
    };
}
