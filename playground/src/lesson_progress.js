// A reader's progress in each lesson, stored in this browser if it allows. An embedded lesson starts afresh on each
// visit: progress on another page of the same host doesn't apply.

const KEY = "scalar-autograd lessons";
export const OWN = "own: "; // prefix of lessons that aren't on the shelf
const EMBEDDED = new URLSearchParams(location.search).has("embed");
let visited = {}; // progress on this visit

function all() {
    try {
        const kept = EMBEDDED ? visited : JSON.parse(localStorage.getItem(KEY));
        return kept !== null && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
    } catch {
        return visited; // no storage, or invalid content
    }
}

// { step, done: { index: "right" | "shown" | "done" }, tasks: [index] } of a lesson with this many steps: how its questions were
// settled, and which tasks were done.
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
        // not stored: a private window, or no space
    }
}

// The shelf's lesson read last, if unfinished: { name, step }; or null.
export function underWay() {
    const [name, { step, steps } = {}] = Object.entries(all()).at(-1) ?? [];
    return step > 0 && step < steps && !name.startsWith(OWN) ? { name, step } : null;
}

// Forget all answers of the lesson.
export const forget = (name) => keep(name, { step: 0, steps: 0, done: {}, tasks: [] });
