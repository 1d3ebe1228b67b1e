// How far a reader came in each lesson, kept in this browser as far as it allows that. An embedded lesson begins afresh on each
// visit: what its reader did on another page of the same host is not for this one.

const KEY = "scalar-autograd lessons";
export const OWN = "own: "; // before the title of a lesson that is not on the shelf
const EMBEDDED = new URLSearchParams(location.search).has("embed");
let visited = {}; // what was reached on this visit

function all() {
    try {
        const kept = EMBEDDED ? visited : JSON.parse(localStorage.getItem(KEY));
        return kept !== null && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
    } catch {
        return visited; // no storage, or something else wrote there
    }
}

// { step, done: { index: "right" | "shown" | "done" }, tasks: [index] } of a lesson with so many steps: how its questions were
// settled, and whose tasks were done.
export function progress(name, count) {
    const kept = all()[name];
    const step = Number.isInteger(kept?.step) ? Math.min(Math.max(kept.step, 0), count) : 0;
    const done = Object.entries(kept?.done ?? {}).filter(([i, how]) => i < count && ["right", "shown", "done"].includes(how));
    const tasks = Array.isArray(kept?.tasks) ? kept.tasks.filter((i) => Number.isInteger(i) && i < count) : [];
    return { step, done: Object.fromEntries(done), tasks };
}

export function keep(name, { step, steps, done, tasks }) {
    const { [name]: before, ...others } = all();
    visited = { ...others, [name]: { step, steps, done, tasks } };
    if (EMBEDDED) return;
    try {
        localStorage.setItem(KEY, JSON.stringify(visited));
    } catch {
        // it is not kept: a private window, or no room
    }
}

// The lesson of the shelf that was read last, if it is not at its end: { name, step }; or null.
export function underWay() {
    const [name, { step, steps } = {}] = Object.entries(all()).at(-1) ?? [];
    return step > 0 && step < steps && !name.startsWith(OWN) ? { name, step } : null;
}

// The lesson as if nobody had answered yet.
export const forget = (name) => keep(name, { step: 0, steps: 0, done: {}, tasks: [] });
