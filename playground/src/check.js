// The check tab: a function and its hand-derived gradient, in fields or as Python, and the engine's verdict.

import { button } from "./button.js";
import { EXAMPLES } from "./check_examples.js";
import { editor } from "./editor.js";
import { latest } from "./latest.js";

const FIRST = EXAMPLES[0][1];
const PYTHON = EXAMPLES.find(([, one]) => one.text)[1].text;
const DEBOUNCE = 200; // milliseconds
const STARTS = [0.5, -0.3, 0.8, 1.5, -0.6, 2]; // initial values of variables: none of them hides a factor or saturates

export function checkTab(root, page) {
    const { python } = page;
    let rewritten; // once the fields were rewritten
    let way, begun = false, unasked = true; // until something is pressed, typed or opened by a link
    const changed = () => {
        unasked &&= !begun;
        outdate(true);
        mark(null);
        if (begun) page.changed();
    };
    const answer = element("div", { class: "answer", "aria-live": "polite" });
    const outdated = element("span", { class: "quiet", id: "check-outdated", role: "status" });
    const examples = choice("Examples", [["", "Examples …"], ...EXAMPLES.map(([name], i) => [i, name])], (i) => {
        examples.value = "";
        take(EXAMPLES[i][1]);
        check();
    });
    const example = element("p", { class: "quiet" }, "An example with a mistake in it. Write a function of yours in its place, or choose another example.");
    const fields = fieldForm({ python, changed, check: () => check() });
    const lines = editor({ text: PYTHON, label: "A function and its gradient, as Python", onChange: changed });
    const ways = { fields: button("Fields", () => choose("fields")), python: button("Python", () => choose("python")) };
    const run = button("Check", async () => {
        unasked = false;
        await check();
        answer.scrollIntoView({ block: "nearest" }); // on phones it is below the fold
    });
    run.classList.add("main");
    run.title = "Ctrl and Enter, or Command and Enter";

    // Mark the answer as outdated.
    function outdate(now) {
        const old = now && answer.childElementCount > 0;
        outdated.textContent = old ? "Changed: check again" : "";
        answer.classList.toggle("outdated", old);
    }

    // The content of one of the two forms, or an example: { text } or { f, at, claimed }.
    function take(given) {
        if (typeof given.text === "string") lines.write(given.text);
        else fields.write(given, EXAMPLES.some(([, one]) => one === given));
        choose(typeof given.text === "string" ? "python" : "fields");
    }

    function choose(next) {
        if (next === "python" && way === "fields" && fields.touched()) rewritten = rewrite();
        way = next;
        for (const [name, one] of Object.entries(ways)) one.setAttribute("aria-pressed", name === way);
        fields.root.hidden = way !== "fields";
        lines.element.hidden = way !== "python";
        changed();
    }

    // Turn the fields into lines of Python, keeping what was written there meanwhile.
    const inPython = () => python.ask("in_python", ...fields.read());
    async function rewrite() {
        const before = lines.text(), text = await inPython().catch(() => before);
        if (text !== before && lines.text() === before) lines.write(text);
    }

    const state = () => (way === "python" ? { text: lines.text() } : fields.state());

    // Show the error at its place in the visible form.
    function mark(slip, field = "f") {
        lines.mark(way === "python" ? slip : null);
        fields.mark(field, way === "fields" ? slip : null);
    }

    let about; // what is being checked
    const stands = () => about === JSON.stringify(state());
    const check = latest(async () => {
        await (way === "python" ? rewritten : fields.listed());
        if (way === "fields" && fields.unread()) return null;
        about = JSON.stringify(state());
        return way === "python" ? python.ask("answer", lines.text()) : python.ask("proofread", ...fields.read());
    }, {
        done(found) {
            if (found === null) return;
            const { html, slip, field } = found;
            if (stands()) mark(slip, field);
            // HTML from the engine, which escapes user text; the Content-Security-Policy would block any script in it.
            answer.innerHTML = html;
            if (unasked) answer.prepend(example);
            outdate(!stands());
        },
        failed(error) {
            answer.replaceChildren();
            outdate(false);
            if (stands()) mark(error);
        },
    });

    const bar = element("div", { class: "controls" }, element("div", { class: "ways", role: "group", "aria-label": "Write it as" }, ...Object.values(ways)), examples);
    root.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.stopPropagation(); // or the editor would insert a line break
        check();
    }, true);
    root.append(element("div", { class: "left" }, bar, fields.root, lines.element, element("div", { class: "controls" }, run, outdated)), answer);
    take(FIRST);
    return {
        begin() {
            if (begun) return;
            begun = true;
            fields.list();
            check();
        },
        state,
        restore(state) {
            if (typeof state?.text === "string") take({ text: state.text });
            else take(typeof state?.f === "string" ? { f: state.f, at: numbers(state.at), claimed: texts(state.claimed) } : FIRST);
            unasked = typeof state?.f !== "string" && typeof state?.text !== "string";
            if (begun) check();
        },
        async code() {
            const text = way === "python" ? lines.text() : await inPython();
            return python.ask("script", text).catch(() => text);
        },
        picture: () => null,
    };
}

// A function, with a number and a claimed derivative for each of its variables.
function fieldForm({ python, changed, check }) {
    const rows = new Map(); // { at, claim, given, number, line } by variable; kept while the function is being typed
    const place = element("div", { class: "check-point", role: "group", "aria-label": "At the point" });
    const claims = element("div", { class: "check-claims", role: "group", "aria-label": "Your derivatives" });
    const f = editor({ text: "", label: "The function f", onChange: typed });
    let timer = null, known = [], first = "", edited = false, writing = false;

    const problem = element("p", { class: "slip", id: "check-problem", role: "alert" });
    const root = element("div", { class: "check-fields" }, labelled("f =", f.element), place, problem, claims);
    root.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !event.target.matches("input")) return;
        event.preventDefault();
        check();
    });

    function typed() {
        edited ||= !writing;
        clearTimeout(timer);
        timer = setTimeout(listed, DEBOUNCE);
        changed();
    }

    // Resolves once the fields match the current function.
    function listed() {
        clearTimeout(timer);
        const due = timer !== null;
        timer = null;
        return due ? list() : undefined;
    }

    const list = latest(() => python.ask("letters", f.text()), {
        done(names) {
            f.mark(null);
            known = names;
            forget();
            show();
        },
        failed: (error) => f.mark(error),
    });

    // An example's claims don't carry over to a function of other variables.
    function forget() {
        for (const name of known) {
            const { claim, given } = row(name);
            const now = known.join() === first ? given : "";
            if (given === null || claim.text() === now) continue;
            writing = true;
            claim.write(now);
            writing = false;
        }
    }

    function show() {
        claims.hidden = place.hidden = known.length === 0;
        const shown = [...claims.children], lines = known.map((name) => row(name).line);
        if (shown.length === lines.length && lines.every((line, i) => line === shown[i])) return; // keeps the focus where the user types
        place.replaceChildren(element("span", {}, "at"), element("div", { class: "check-numbers" }, ...known.map((name) => row(name).number)));
        claims.replaceChildren(...lines);
    }

    function row(name) {
        if (!rows.has(name)) {
            const start = STARTS[rows.size % STARTS.length];
            const at = element("input", { "aria-describedby": problem.id, inputmode: "text", autocomplete: "off", spellcheck: "false", value: start, "aria-label": `${name} at the point` });
            const claim = editor({ text: "", label: `The derivative of f with respect to ${name}`, onChange() {
                if (!writing) row(name).given = null;
                typing();
            } });
            at.addEventListener("input", () => {
                unread();
                typing();
            });
            rows.set(name, { at, start, claim, given: null, number: element("label", {}, `${name} =`, at), line: labelled(`∂f/∂${name} =`, claim.element) });
        }
        return rows.get(name);
    }

    function typing() {
        edited ||= !writing;
        changed();
    }

    // True if some number can't be read; says so.
    function unread() {
        const wrong = known.filter((name) => readAnswer(row(name).at.value) === null);
        for (const name of known) row(name).at.setAttribute("aria-invalid", wrong.includes(name));
        const said = ([name]) => `${name}: ${whichNumber(row(name).at.value) || "write a number, such as 2, −0.25 or 1/3"}`;
        problem.textContent = wrong.length > 0 ? said(wrong) : "";
        return wrong.length > 0;
    }

    const point = () => Object.fromEntries(known.map((name) => [name, readAnswer(row(name).at.value) ?? row(name).start]));
    const claimed = () => Object.fromEntries(known.map((name) => [name, row(name).claim.text()]));

    return {
        root,
        list,
        listed,
        unread,
        touched: () => edited,
        // `example`: offered by this page, so its claims are dropped along with its variables.
        write({ f: text, at, claimed: derivatives }, example) {
            writing = true;
            rows.clear();
            known = Object.keys(at);
            first = known.join();
            for (const name of known) {
                const { at: number, claim } = row(name), text = derivatives[name] ?? "";
                number.value = at[name];
                claim.write(text);
                if (example) row(name).given = text;
            }
            f.write(text);
            unread();
            show();
            writing = false;
            edited = false;
        },
        read: () => [f.text(), point(), claimed()],
        mark(field, slip) {
            f.mark(field === "f" ? slip : null);
            for (const [name, { claim }] of rows) claim.mark(field === name ? slip : null);
        },
        state: () => ({ f: f.text(), at: point(), claimed: claimed() }),
    };
}

const labelled = (text, field) => element("div", { class: "check-line" }, element("span", {}, text), field);

// The entries of a link's data that are numbers, or strings.
const entries = (given, fits) => Object.fromEntries(Object.entries(given ?? {}).filter(([name, x]) => /^[^\W\d]\w*$/.test(name) && fits(x)));
const numbers = (given) => entries(given, Number.isFinite);
const texts = (given) => entries(given, (x) => typeof x === "string");
