// The page's end of Python: `ask(name, ...args)` is a promise of the answer. An answer that takes too long ends the worker, and a
// new one takes its place.

import { sandbox } from "./sandboxed.js";

const LIMIT = 5000; // milliseconds for one answer, once Python is there

export class Slip extends Error {
    constructor({ message, line, column }) {
        super(message);
        this.line = line;
        this.column = column;
    }
}

export class Stopped extends Error {}

export function engine({ onState }) {
    const { start: open } = sandbox();
    let worker, ready, waiting, turn = 0;

    function start() {
        waiting = new Map();
        worker = open();
        ready = new Promise((resolve, reject) => {
            worker.port.onmessage = ({ data }) => {
                if ("ready" in data) return data.ready ? resolve() : reject(new Error(data.error));
                const { resolve: done, reject: failed, timer } = waiting.get(data.id);
                clearTimeout(timer);
                waiting.delete(data.id);
                if (data.error) failed(new Error(data.error));
                else if (data.result.slip) failed(new Slip(data.result.slip));
                else done(data.result.answer);
            };
            worker.failed.catch(reject);
        });
        onState("loading");
        ready.then(() => onState("ready"), (error) => onState("failed", error));
    }

    // End what runs now; whoever waits is told so.
    function stop(why) {
        worker.end();
        const left = [...waiting.values()];
        start();
        for (const { reject, timer } of left) {
            clearTimeout(timer);
            reject(new Stopped(why));
        }
    }

    async function ask(name, ...args) {
        await ready;
        const id = ++turn;
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => stop(`stopped after ${LIMIT / 1000} seconds: is there a loop that never ends?`), LIMIT);
            waiting.set(id, { resolve, reject, timer });
            worker.port.postMessage({ id, name, args });
        });
    }

    start();
    return { ask, stop };
}
