// The page's end of the sandbox: it loads the files, and starts and ends workers there.

const FILES = { script: "worker.js", wasm: "python/pyodide.asm.wasm", "python.zip": "python/python.zip", "engine.zip": "python/engine.zip" };
// Of its own policy and of that of the page, which it inherits, the stricter one holds.
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:";

async function loaded(path) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
    return answer.arrayBuffer();
}

export function sandbox() {
    const frame = element("iframe", { sandbox: "allow-scripts", hidden: "", title: "Python", srcdoc:
        `<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>${SANDBOX}</script>` });
    const opened = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
    document.body.append(frame);
    const order = (order, rest, handed = []) => frame.contentWindow.postMessage({ order, ...rest }, "*", handed);
    const files = Promise.all(Object.values(FILES).map(loaded));
    const there = Promise.all([files, opened]).then(([buffers]) => {
        order("load", Object.fromEntries(Object.keys(FILES).map((name, i) => [name, buffers[i]])), buffers);
    });
    let count = 0;

    function start() {
        const id = ++count, { port1: port, port2 } = new MessageChannel();
        const failed = new Promise((_, reject) => {
            there.then(() => order("start", { id, port: port2 }, [port2]), reject);
            addEventListener("message", ({ source, data }) => {
                if (source === frame.contentWindow && data.id === id) reject(new Error(data.error));
            });
        });
        const end = () => there.then(() => order("end", { id }));
        return { port, failed, end };
    }

    return { start };
}
