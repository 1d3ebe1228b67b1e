// The document in which Python lives: an <iframe sandbox>, whose origin is nobody's, so that neither the storage of this site nor
// any address can be reached from it, whatever is typed. It starts workers from text, hands them their files and ends them; they
// talk to the page through a port. The program is compiled once for all of them.

let source, program, files;
const workers = new Map(); // by number
const trusted = globalThis.trustedTypes?.createPolicy("sandbox", { createScriptURL: () => source });

const orders = {
    load({ script, wasm, ...rest }) {
        source = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
        program = WebAssembly.compile(wasm);
        files = rest;
    },
    async start({ id, port }) {
        const worker = new Worker(trusted?.createScriptURL("") ?? source);
        workers.set(id, worker);
        worker.onerror = ({ message }) => parent.postMessage({ id, error: message || "its worker could not start" }, "*");
        worker.postMessage({ program: await program, files, port }, [port]);
    },
    end({ id }) {
        workers.get(id)?.terminate();
        workers.delete(id);
    },
};

addEventListener("message", ({ source: from, data: { order, ...rest } }) => {
    if (from === parent) orders[order](rest);
});
