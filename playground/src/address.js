// The address of the page, which holds what is shown after its `#`, and the history of the browser.

import { BrokenLink, MAX_LINK, VERSION, decoded, encoded } from "./link.js";

const PAUSE = 400; // milliseconds: browsers take some hundred changes of the address a minute

// A tab that `keep` gives a state to show once it is woken, before it is seen.
export function keeping(tab) {
    let later = null;
    const restore = (state) => {
        later = null;
        return tab.restore(state);
    };
    return { ...tab, restore, state: () => later ?? tab.state(), keep: (state) => (later = state), wake: () => later !== null && restore(later) };
}

// Keeps the address up to date, and the history of the browser: another place is another entry, of which Back leads to the one before.
// An entry has the states of all tabs, for a reload; going to and fro changes none of them, unless a link was opened in between.
// `tabs` are those of the page, `selected()` is the name of the one that is seen, `select` shows one, `place()` is where the reader is:
// [tab, step of a lesson or null], undefined until that is known. `tell` says something to the user, `written` hears the new hash,
// `broken` that the address could not be shown. `framed`: Back is another page's, and there are no entries.
export function address({ tabs, selected, select, place, tell, framed, written: onWritten = () => {}, broken = () => {} }) {
    let timer = null, written = "", stored = "", turn = 0, first;
    let line = 0, last = null; // all entries since a link was opened; the place of this one, null until it is known
    let looking = false, arriving = 0, arrivals = 0;
    let beginnings = null; // the states with which the page begins, by tab
    const lines = new Map(); // by line, the states in which it was left

    const shown = () => [selected(), tabs[selected()].state()];
    const all = () => Object.fromEntries(Object.entries(tabs).map(([name, tab]) => [name, tab.state()]));

    function entry() {
        const states = Object.entries(all()).filter(([name, state]) => JSON.stringify(state) !== beginnings[name]);
        return { version: VERSION, line, place: JSON.parse(last), states: Object.fromEntries(states) };
    }

    // The address of what is shown, or null if it is too long for one.
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
        if (mine !== turn || arriving || last === null) return; // there is more to come
        const state = entry(), text = JSON.stringify(state);
        if (hash === written && text === stored) return;
        [written, stored] = [hash, text];
        history.replaceState(state, "", location.pathname + location.search + hash);
        onWritten(hash);
    }

    function changed() {
        if (beginnings === null) return;
        timer ??= setTimeout(write, PAUSE);
        if (!looking) queueMicrotask(look); // a step of a lesson may show one tab and then another
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

    // Show what the address holds; false if it holds nothing that can be shown.
    async function read() {
        const text = location.hash.slice(1);
        if (text === "") return false;
        try {
            const [name, state] = await decoded(text);
            if (!Object.hasOwn(tabs, name)) throw new BrokenLink("This link is for a tab that this playground does not have.");
            leave(Math.random());
            last = null; // the browser has made the entry
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

    // Show the place of an entry: the tabs as they are, or as they were in its line.
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

    // When the page opens: what its entry holds after a reload, what the address holds, or else `first`.
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
