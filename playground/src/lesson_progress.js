// How far a reader came in each lesson, kept in this browser as far as it allows that.

const KEY = "scalar-autograd lessons";

function all() {
    try {
        const kept = JSON.parse(localStorage.getItem(KEY));
        return kept !== null && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
    } catch {
        return {}; // no storage, or something else wrote there
    }
}

// { step, done: { index: "right" | "shown" | "done" } } of a lesson with so many steps.
export function progress(name, count) {
    const kept = all()[name];
    const step = Number.isInteger(kept?.step) ? Math.min(Math.max(kept.step, 0), count) : 0;
    const done = Object.entries(kept?.done ?? {}).filter(([i, how]) => i < count && ["right", "shown", "done"].includes(how));
    return { step, done: Object.fromEntries(done) };
}

export function keep(name, { step, done }) {
    try {
        localStorage.setItem(KEY, JSON.stringify({ ...all(), [name]: { step, done } }));
    } catch {
        // it is not kept: a private window, or no room
    }
}
