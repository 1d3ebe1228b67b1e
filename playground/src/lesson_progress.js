// How far a reader came in each lesson, kept in this browser as far as it allows that. An embedded lesson begins afresh on each
// visit: what its reader did on another page of the same host is not for this one.

const KEY = "scalar-autograd lessons";
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

export function keep(name, { step, done, tasks }) {
    visited = { ...all(), [name]: { step, done, tasks } };
    if (EMBEDDED) return;
    try {
        localStorage.setItem(KEY, JSON.stringify(visited));
    } catch {
        // it is not kept: a private window, or no room
    }
}

// The lesson as if nobody had answered yet.
export const forget = (name) => keep(name, { step: 0, done: {}, tasks: [] });
