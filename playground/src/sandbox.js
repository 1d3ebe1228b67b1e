// The document that Python lives in: an <iframe sandbox> with an opaque origin, so typed code can reach neither this site's storage
// nor any address. It takes the files as they arrive, starts workers from text, hands them what
// they need as soon as possible, and terminates them; they talk to the page through a port. The program is compiled once for all.

let arriving, address, script, program, library, memory; // the last four are promises
const workers = new Map(); // by number
const trusted = globalThis.trustedTypes?.createPolicy("sandbox", { createScriptURL: () => address });

const orders = {
    load({ names }) {
        arriving = {};
        script = file("script", "text/javascript").blob().then((blob) => (address = URL.createObjectURL(blob)));
        program = WebAssembly.compileStreaming(file("program", "application/wasm"));
        library = unpacked("library");
        memory = names.includes("memory") ? unpacked("memory") : Promise.resolve(null);
    },
    part({ name, bytes }) {
        if (bytes) arriving[name].enqueue(bytes);
        else arriving[name].close();
    },
    async start({ id, port }) {
        const wrong = (message) => parent.postMessage({ id, error: message || "its worker could not start" }, "*");
        workers.set(id, null);
        try {
            await script;
            if (!workers.has(id)) return; // terminated meanwhile
            const worker = new Worker(trusted?.createScriptURL("") ?? address);
            workers.set(id, worker);
            worker.onerror = ({ message }) => wrong(message);
            worker.postMessage({ port }, [port]);
            worker.postMessage({ program: await program });
            worker.postMessage({ memory: await memory });
            worker.postMessage({ library: await library });
        } catch (error) {
            wrong(String(error));
        }
    },
    end({ id }) {
        workers.get(id)?.terminate();
        workers.delete(id);
    },
};

function file(name, type) {
    const stream = new ReadableStream({ start: (controller) => { arriving[name] = controller; } });
    return new Response(stream, { headers: { "Content-Type": type } });
}

const unpacked = (name) => new Response(file(name, "").body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

addEventListener("message", ({ source: from, data: { order, ...rest } }) => {
    if (from === parent) orders[order](rest);
});
