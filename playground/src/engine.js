// The page's connection to Python: `ask(name, ...args)` returns a promise. Calls that run too long are stopped by terminating
// the worker; a spare, started when the answer became late, takes its place.

import { sandbox } from "./sandboxed.js";

const SLOW = 1000, LIMIT = 5000; // milliseconds without an answer, once Python is loaded
const PATIENT = 30_000; // for calls that run no typed code: these end, even on an old phone
const OURS = new Set(["load", "prepare", "check"]);
const MAX_MESSAGE = 600; // characters in an error

const shortened = (text) => (text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)} …` : text);

export class Slip extends Error {
    constructor({ message, line, column, end, fix }) {
        super(shortened(String(message)));
        Object.assign(this, { line, column, end, fix });
    }
}

export class Stopped extends Error {}

// `onState(name, about)`: "loading" with the fraction loaded, "ready", "failed" with the error. `onSlow(true)`: an answer is late,
// `onSlow(false)`: it arrived. `onPrinted(name, text)`: output of the call of that name.
// Calls wait until Python is loaded; after "failed", `again()` retries.
export function engine({ onState, onSlow, onPrinted }) {
    const open = sandbox((share) => worker === undefined || onState("loading", share));
    let worker, spare = null, turn = 0, timers = [];
    let waiting = new Map();
    const held = []; // calls made after loading failed

    function launch() {
        const made = open();
        made.live = false;
        made.ready = new Promise((resolve, reject) => {
            made.failed.catch(reject);
            made.port.onmessage = ({ data }) => {
                if ("ready" in data) return data.ready ? resolve() : reject(new Error(data.error));
                if (made === worker) receive(data);
            };
        });
        made.ready.then(() => (made.live = true), () => {});
        return made;
    }

    function begin() {
        worker = spare ?? launch();
        spare = null;
        const mine = worker;
        if (!mine.live) onState("loading");
        mine.ready.then(() => mine === worker && there(), (error) => mine === worker && onState("failed", error));
    }

    function there() {
        onState("ready");
        for (const go of held.splice(0)) go();
    }

    function receive({ id, result, error, broken }) {
        const question = waiting.get(id);
        if (question === undefined) return;
        waiting.delete(id);
        watch();
        if (broken) return stop(`${shortened(String(error))}: Python crashed and has been restarted`, [question]);
        if (error !== undefined) return question.reject(new Error(shortened(String(error))));
        onPrinted(question.name, result.printed);
        if (result.slip) question.reject(new Slip(result.slip));
        else question.resolve(result.answer);
    }

    // While calls are pending, the clock runs from the last answer on.
    function watch() {
        timers.forEach(clearTimeout);
        timers = [];
        onSlow(false);
        if (waiting.size === 0) return;
        const [{ name }] = waiting.values();
        const ours = OURS.has(name), limit = ours ? PATIENT : LIMIT;
        timers = [
            setTimeout(() => {
                onSlow(true);
                if (!ours && !(navigator.deviceMemory < 2)) spare ??= launch();
            }, SLOW),
            setTimeout(() => stop(`stopped after ${limit / 1000} seconds: is there a loop that never ends?`), limit),
        ];
    }

    // Stop what is running, and reject the pending calls.
    function stop(why = "stopped", others = []) {
        worker.end();
        const left = [...others, ...waiting.values()];
        waiting = new Map();
        watch();
        begin();
        for (const { reject } of left) reject(new Stopped(why));
    }

    async function ask(name, ...args) {
        await worker.ready.catch(() => new Promise((resolve) => held.push(resolve)));
        const id = ++turn;
        return new Promise((resolve, reject) => {
            waiting.set(id, { name, resolve, reject });
            worker.port.postMessage({ id, name, args });
            if (waiting.size === 1) watch();
        });
    }

    begin();
    return { ask, stop, again: begin };
}
