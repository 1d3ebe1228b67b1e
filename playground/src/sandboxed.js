// The page's end of the sandbox: it loads the files, and starts and ends workers there.

const FILES = { script: "worker.js", wasm: "python/pyodide.asm.wasm", "python.zip": "python/python.bin" };
const PACKED = ["python/python.bin"]; // by us: whatever the server does, it is small
// Of this policy and of the one of the page, which the sandbox inherits, the stricter one holds.
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:";

async function loaded(path, onBytes, signal) {
    const answer = await fetch(path, { signal });
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
// If files could not be loaded, the next start tries again.
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
    let there = null, count = 0;

    async function load() {
        const attempt = new AbortController();
        let bytes = 0;
        const parts = Object.values(FILES).map((path) => loaded(path, (more) => onShare((bytes += more) / BYTES), attempt.signal));
        try {
            const [buffers] = await Promise.all([Promise.all(parts), opened]);
            order("load", Object.fromEntries(Object.keys(FILES).map((name, i) => [name, buffers[i]])), buffers);
        } catch (error) {
            attempt.abort(); // of no use without the one that is missing
            there = null;
            throw error;
        }
    }

    return function start() {
        const id = ++count, { port1: port, port2 } = new MessageChannel();
        const mine = (there ??= load());
        const failed = new Promise((_, reject) => {
            failures.set(id, reject);
            mine.then(() => order("start", { id, port: port2 }, [port2]), reject);
        });
        const end = () => {
            failures.delete(id);
            mine.then(() => order("end", { id }), () => {});
        };
        return { port, failed, end };
    };
}
