// Keeps what the page shows in the address, after its `#`, and manages the browser's history.

import { BrokenLink, MAX_LINK, VERSION, decoded, encoded } from "./link.js";

const PAUSE = 400; // milliseconds: browsers allow a few hundred address changes per minute

// Wraps a tab so that a state given by `keep` is only shown once the tab is woken, before it is seen.
export function keeping(tab) {
    let later = null;
    const restore = (state) => {
        later = null;
        return tab.restore(state);
    };
    return { ...tab, restore, state: () => later ?? tab.state(), keep: (state) => (later = state), wake: () => later !== null && restore(later) };
}

// Keeps the address and the history up to date: each place is an entry, and Back leads to the previous one.
// An entry stores the states of all tabs, for reloads; going back and forth changes none of them unless a link was opened in between.
// `tabs` are the page's tabs, `selected()` is the visible one's name, `select` shows one, `place()` is where the reader is:
// [tab, step of a lesson or null], undefined until known. `tell` shows the user a message, `written` receives each new hash,
// `broken` is called if the address can't be shown. If `framed`, Back belongs to the outer page, and no entries are made.
export function address({ tabs, selected, select, place, tell, framed, written: onWritten = () => {}, broken = () => {} }) {
    let timer = null, written = "", stored = "", turn = 0, first;
    let line = 0, last = null; // the entries since a link was opened; this one's index, null until known
    let looking = false, arriving = 0, arrivals = 0;
    let beginnings = null; // the page's initial states, by tab
    const lines = new Map(); // the states in which each line was left

    const shown = () => [selected(), tabs[selected()].state()];
    const all = () => Object.fromEntries(Object.entries(tabs).map(([name, tab]) => [name, tab.state()]));

    function entry() {
        const states = Object.entries(all()).filter(([name, state]) => JSON.stringify(state) !== beginnings[name]);
        return { version: VERSION, line, place: JSON.parse(last), states: Object.fromEntries(states) };
    }

    // The address of what is shown, or null if it would be too long.
    async function link() {
        const text = await encoded(shown());
        return text.length > MAX_LINK ? null : new URL(`#${text}`, location.href.replace(/[?#].*/s, "")).href;
    }

    async function write() {
        clearTimeout(timer);
        timer = null;
        const mine = ++turn, [name] = shown();
        const isBeginning = name === first && JSON.stringify(tabs[name].state()) === beginnings[name];
        const hash = isBeginning ? "" : new URL((await link()) ?? "#", location.href).hash;
        if (mine !== turn || arriving || last === null) return; // more is coming
        const state = entry(), text = JSON.stringify(state);
        if (hash === written && text === stored) return;
        [written, stored] = [hash, text];
        history.replaceState(state, "", location.pathname + location.search + hash);
        onWritten(hash);
    }

    function changed() {
        if (beginnings === null) return;
        timer ??= setTimeout(write, PAUSE);
        if (!looking) queueMicrotask(look); // a lesson's step may show two tabs in turn
        looking = true;
    }

    function look() {
        looking = false;
        const now = arriving ? undefined : JSON.stringify(place());
        if (now === undefined || now === last) return;
        const another = last !== null && !framed;
        last = now;
        if (another) {
            written = "";
            history.pushState(entry(), "", location.pathname + location.search);
        }
        write();
    }

    // Show what the address holds; false if it can't be shown.
    async function read() {
        const text = location.hash.slice(1);
        if (text === "") return false;
        try {
            const [name, state] = await decoded(text);
            if (!Object.hasOwn(tabs, name)) throw new BrokenLink("This link is for a tab that this playground does not have.");
            leave(Math.random());
            last = null; // the browser made the entry
            tabs[name].restore(state);
            select(name);
            return true;
        } catch (error) {
            broken();
            tell(error instanceof BrokenLink ? error.message : "This link is broken.");
            return false;
        }
    }

    function leave(next) {
        lines.set(line, all());
        line = next;
    }

    // Show an entry's place: the tabs as they are, or as they were in its line.
    async function arrive({ line: of, place: [name, step], states }) {
        const mine = (arriving = ++arrivals);
        if (of !== line) {
            leave(of);
            const then = lines.get(of) ?? states;
            for (const [other, tab] of Object.entries(tabs)) {
                const state = then[other] ?? JSON.parse(beginnings[other]);
                const same = JSON.stringify(state) === JSON.stringify(tab.state());
                if (!same && (other !== "lesson" || (name !== "lesson" && step === null))) tab.keep(state);
            }
        }
        const visited = tabs.lesson.visit(name, step);
        select(name);
        await visited;
        if (mine !== arriving) return;
        if (selected() !== name) select(name);
        arriving = 0;
        last = JSON.stringify(place()) ?? null;
        [written, stored] = [location.hash, ""];
        changed();
    }

    const ours = (state) => state?.version === VERSION && Object.hasOwn(tabs, state.place[0]);

    // When the page opens, show what its entry holds (after a reload), else what the address holds, else `first`.
    async function open(name) {
        first = name;
        beginnings = Object.fromEntries(Object.entries(all()).map(([name, state]) => [name, JSON.stringify(state)]));
        addEventListener("popstate", ({ state }) => ours(state) && arrive(state));
        addEventListener("hashchange", () => !ours(history.state) && location.hash !== written && read());
        written = location.hash;
        onWritten(written);
        if (ours(history.state)) return arrive(history.state);
        line = Math.random();
        if (!(await read())) select(first);
    }

    return { changed, link, open };
}
