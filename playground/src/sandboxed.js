// The page's end of the sandbox: it loads the files, and starts and ends workers there.

const FILES = { script: "worker.js", wasm: "python/pyodide.asm.wasm", "python.zip": "python/python.bin" };
const PACKED = ["python/python.bin"]; // by us: whatever the server does, it is small
// Of this policy and of the one of the page, which the sandbox inherits, the stricter one holds.
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:";

async function loaded(path, onBytes) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
    const reader = answer.body.getReader();
    const parts = [];
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
        parts.push(part.value);
        onBytes(part.value.length);
    }
    const whole = new Blob(parts);
    if (!PACKED.includes(path)) return whole.arrayBuffer();
    return new Response(whole.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

// A function that starts a worker: its port, a promise that fails if it does, and what ends it. `onShare` hears how much is loaded.
export function sandbox(onShare) {
    const frame = element("iframe", { sandbox: "allow-scripts", hidden: "", title: "Python" });
    const text = `<!DOCTYPE html><title>Python</title><meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>${SANDBOX}</script>`;
    frame.srcdoc = globalThis.trustedTypes?.createPolicy("sandbox", { createHTML: () => text }).createHTML("") ?? text;
    const opened = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
    document.body.append(frame);
    const order = (order, rest, handed = []) => frame.contentWindow.postMessage({ order, ...rest }, "*", handed);
    const failures = new Map(); // by number of the worker
    addEventListener("message", ({ source, data }) => {
        if (source === frame.contentWindow) failures.get(data.id)?.(new Error(data.error));
    });
    let bytes = 0, count = 0;
    const files = Promise.all(Object.values(FILES).map((path) => loaded(path, (more) => onShare((bytes += more) / BYTES))));
    const there = Promise.all([files, opened]).then(([buffers]) => {
        order("load", Object.fromEntries(Object.keys(FILES).map((name, i) => [name, buffers[i]])), buffers);
    });

    return function start() {
        const id = ++count, { port1: port, port2 } = new MessageChannel();
        const failed = new Promise((_, reject) => {
            failures.set(id, reject);
            there.then(() => order("start", { id, port: port2 }, [port2]), reject);
        });
        const end = () => {
            failures.delete(id);
            there.then(() => order("end", { id }));
        };
        return { port, failed, end };
    };
}
