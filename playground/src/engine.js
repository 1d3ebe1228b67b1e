// The page's end of Python: `ask(name, ...args)` is a promise of the answer. What runs too long is stopped: its worker is ended and
// another one takes its place, which was started ahead when the answer began to be late.

import { sandbox } from "./sandboxed.js";

const SLOW = 1000, LIMIT = 5000; // milliseconds without an answer, once Python is there
const PATIENT = 30_000; // for what runs nothing that was typed: it ends, be it on an old phone
const OURS = new Set(["load", "prepare", "check"]);
const MAX_MESSAGE = 600; // characters of an error

const shortened = (text) => (text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)} …` : text);

export class Slip extends Error {
    constructor({ message, line, column, end, fix }) {
        super(shortened(String(message)));
        Object.assign(this, { line, column, end, fix });
    }
}

export class Stopped extends Error {}

// `onState(name, about)`: "loading" with the share that is loaded, "ready", "failed" with the error. `onSlow(true)`: an answer is late,
// `onSlow(false)`: it came. `onPrinted(name, text)`: what the call of that name printed.
// Questions wait until Python is there; after "failed", `again()` makes another attempt.
export function engine({ onState, onSlow, onPrinted }) {
    const open = sandbox((share) => worker === undefined || onState("loading", share));
    let worker, spare = null, turn = 0, timers = [];
    let waiting = new Map();
    const held = []; // those who asked while it had failed

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
        if (broken) return stop(`${shortened(String(error))}: Python broke off and has started again`, [question]);
        if (error !== undefined) return question.reject(new Error(shortened(String(error))));
        onPrinted(question.name, result.printed);
        if (result.slip) question.reject(new Slip(result.slip));
        else question.resolve(result.answer);
    }

    // The clock runs while there is something to wait for, from the last answer on.
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

    // End what runs now; whoever waits is told so.
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
