// The expression tab: typed text becomes a graph in the player, and sliders move its leaves.

import { button } from "./button.js";
import { closerLook } from "./closer_look.js";
import { editor } from "./editor.js";
import { Slip } from "./engine.js";
import { EXAMPLES } from "./examples.js";
import { latest } from "./latest.js";
import { exact, leafList } from "./leaves.js";

const [[, START, NUMBERS]] = EXAMPLES;
const DEBOUNCE = 80; // milliseconds, if an answer takes longer than
const QUICK = 60;
const LENGTH = 1.4; // ratio of a drawing to the stage at which its numbers stay readable
const MARGINS = 24; // on both sides together, in pixels
const LINES = /\n|Value/; // Python, not an expression
const REST = 400; // milliseconds after the last key before an error is shown: half a line isn't an error

export function expressionTab(root, { python, changed, first }) {
    const numbers = new Map(Object.entries(NUMBERS)); // by name; kept while the text changes
    const own = new Set(); // names of the leaves that the user has moved
    let known = first.free; // the previous text's free names, or null if the numbers came with this text
    let held = false; // true while a slider is dragged, when the picture stands still
    let answer = first, update = null, timer = null, complaint = null, took = 0, edited = false, writing = false, placing = false;
    let of = START; // the text that is shown
    let since = 0, slipped = false; // when it was shown; true if a later text failed
    let stood = { text: START, numbers: NUMBERS }; // the last text shown for longer than a keystroke, and its numbers
    let wrong = false; // true if the text or a number is wrong, so an earlier graph is shown
    let places = []; // the leaves' nodes
    let wanted = null; // the player's step requested by a link, until it is shown

    const examples = choice("Examples", [["", "Examples …"], ...EXAMPLES.map(([name], i) => [i, name])], pick);
    const code = editor({ text: START, label: "An expression, or lines of Python", onChange: typed });
    const result = element("output", { class: "result" });
    const trouble = element("p", { class: "slip", role: "status" });
    const outdated = element("span", { class: "quiet", id: "outdated", role: "status" });
    const leaves = leafList({ moved, asked: (i) => closer.choose(nodeOf(answer.sliders[i].name)) });
    const closer = closerLook({ python, changed, framed: (i) => update.choose(i) });
    const stage = element("div", { class: "autograd player" }); // has its final size before the player exists
    const present = button("Present", () => {
        if (step().step === undefined) update?.seek(answer.page.start); // don't give the result away first
        return stage.requestFullscreen().then(() => stage.querySelector(".stage").focus());
    });
    const leave = button("Exit (Esc)", () => document.exitFullscreen());
    present.title = "Fill the screen with the graph: arrow keys or a clicker step, Escape ends it";
    present.hidden = !document.fullscreenEnabled; // on some phones, and in frames without permission
    const upright = () => stage.clientWidth < stage.clientHeight;
    const full = () => document.fullscreenElement === stage;
    const space = () => {
        const { clientWidth, clientHeight } = stage.querySelector(".stage") ?? stage;
        return [upright(), Math.round(LENGTH * (stage.clientWidth - MARGINS)) - MARGINS, full() ? [clientWidth, clientHeight] : null];
    };

    const build = latest(async () => {
        const begun = performance.now(), text = code.text();
        const fresh = await python.ask("show", text, byName(), ...space());
        took = performance.now() - begun;
        return { ...fresh, text };
    }, {
        done(fresh) {
            clearTimeout(complaint);
            tell(null);
            [of, slipped] = [fresh.text, false];
            if (forgets(fresh)) return build();
            const ended = edited;
            edited = false;
            paint(fresh, { ended, anew: true });
            since = performance.now();
            if (!held && fresh.leaves.some((name) => numbers.has(name) && !fresh.free.includes(name))) place(); // as a link's do
        },
        failed(error) {
            clearTimeout(complaint);
            slipped = true;
            complaint = setTimeout(() => complain(error), error instanceof Slip ? REST : 0);
        },
    });
    let length = 0; // of the stage that the picture was laid out for
    const move = latest(() => python.ask("move", byName(), ...space()), {
        done(fresh) {
            if (wrong && code.text() === of) tell(null); // otherwise the text is still wrong, and the picture is the previous one's
            paint(fresh, { held, anew: !held && length !== (length = stage.clientWidth) });
        },
        failed(error) {
            if (!wrong || code.text() === of) tell(error);
        },
    });

    // Back skips what was shown while a line was half typed, and leads to what was there before.
    async function complain(error) {
        const text = code.text();
        if (of !== stood.text) {
            try {
                const fresh = await python.ask("show", stood.text, stood.numbers, ...space());
                if (text !== code.text()) return;
                of = stood.text;
                paint(fresh, { anew: true });
            } catch {} // then what is shown stays
        }
        tell(error);
    }

    // Show the text's error, if any; the graph shown is then the previous one.
    function tell(error) {
        wrong = error !== null;
        const empty = error && code.text().trim() === "";
        code.mark(empty ? new Error("Type an expression, or choose an example") : error);
        outdated.textContent = error && update !== null ? "last valid result" : "";
        for (const part of [result, trouble, leaves.root, closer.root, stage]) {
            part.classList.toggle("outdated", error !== null);
            if (error) part.setAttribute("aria-describedby", outdated.id);
            else part.removeAttribute("aria-describedby");
        }
    }

    const program = () => python.ask("program", code.text(), byName());
    const byName = () => Object.fromEntries([...numbers].map(([name, x]) => [name, exact(x)]));
    const shownNumbers = () => Object.fromEntries(answer.leaves.map((name, i) => [name, exact(toNumber(answer.numbers[i]))]));
    const nodeOf = (name) => Object.entries(answer.page.nodes).find(([, node]) => node.name === name)?.[0];

    function typed() {
        if (placing) return changed();
        clearTimeout(timer);
        clearTimeout(complaint);
        if (!slipped && performance.now() - since > REST) stood = { text: of, numbers: shownNumbers() };
        if (!writing) wanted = null;
        if (!writing && (answer.lines || LINES.test(code.text()))) forget((name) => !answer.free.includes(name)); // the text sets these
        edited = true;
        if (took < QUICK) build();
        else timer = setTimeout(build, DEBOUNCE);
        changed();
    }

    function forget(which) {
        const found = [...numbers.keys()].filter(which);
        for (const name of found) numbers.delete(name);
        return found.length > 0;
    }

    // In another formula, with mostly new names, the previous formula's numbers mean nothing, and neither do numbers of names
    // that the text now sets. True if there were any.
    function forgets({ leaves, free }) {
        const before = known;
        known = free;
        if (before === null) return false;
        const old = free.filter((name) => before.includes(name) || numbers.has(name));
        const foreign = old.length > free.length / 2 ? [] : old.filter((name) => !own.has(name));
        const given = leaves.filter((name) => !free.includes(name) && before.includes(name));
        return forget((name) => foreign.includes(name) || given.includes(name));
    }

    function moved(i, x) {
        own.add(answer.leaves[i]);
        numbers.set(answer.leaves[i], x);
        move();
        changed();
    }

    // Write the numbers of moved leaves into the lines: an edit that can be undone and leaves the picture as it is.
    async function place() {
        const text = code.text();
        if (!answer.lines || wrong || text !== of) return;
        const placed = await python.ask("placed", text, byName()).catch(() => text);
        if (placed === text || code.text() !== text) return;
        placing = true;
        code.amend(placed);
        placing = false;
        of = placed;
    }
    leaves.root.addEventListener("change", place);

    function reach() {
        if (update !== null) leaves.reach((i) => update.reached(places[i]));
    }

    function pick(i) {
        const [, text, at] = EXAMPLES[i];
        examples.value = "";
        write(text, at);
    }

    function write(text, at) {
        numbers.clear();
        own.clear();
        known = null;
        for (const [name, x] of Object.entries(at)) numbers.set(name, x);
        writing = true;
        code.write(text);
        writing = false;
    }

    function paint(fresh, how = {}) {
        answer = fresh;
        const nodes = new Map(Object.entries(fresh.page.nodes).map(([i, { name }]) => [name, Number(i)]));
        places = fresh.sliders.map(({ name }) => nodes.get(name));
        const value = toNumber(fresh.value);
        result.replaceChildren(`${fresh.page.root} = ${showNumber(value)}`);
        result.title = result.dataset.exact = exact(value);
        trouble.textContent = fresh.trouble || fresh.note;
        trouble.className = fresh.trouble ? "slip" : "note quiet";
        leaves.show(fresh);
        if (update === null && how.ended) wanted ??= fresh.page.last;
        if (update === null) {
            update = mount(stage, fresh.page, stage);
            leave.classList.add("leave");
            stage.querySelector(".controls").append(leave);
        } else {
            update(fresh.page, how);
        }
        if (wanted !== null) update.seek(wanted);
        wanted = null;
        reach();
        closer.show(fresh.page, fresh.told);
    }

    leaves.root.addEventListener("pointerdown", ({ target }) => { held = target.type === "range"; });
    for (const end of ["pointerup", "pointercancel"]) {
        addEventListener(end, () => {
            if (held) move(); // in a layout with room, if this one has none
            held = false;
        });
    }

    // Clicking a card chooses its node.
    stage.addEventListener("click", ({ target }) => {
        const box = target.closest("g.node")?.id;
        const found = Object.entries(answer.page.nodes).findLast(([, node]) => node.box === box);
        if (found) closer.choose(found[0]);
    });

    // Horizontal or upright like the stage, and as long as fits; in full screen, whichever is larger.
    let shape = null, resized = null;
    new ResizeObserver(() => {
        if (stage.clientWidth === 0) return;
        const before = shape;
        shape = `${upright()} ${full()}`;
        clearTimeout(resized);
        if (before !== null && before !== shape) build();
        else if (before !== null) resized = setTimeout(move, DEBOUNCE);
    }).observe(stage);

    // The visible step, unless it is the last, where everything is shown.
    function step() {
        if (wanted !== null) return { step: wanted };
        const at = update?.step() ?? answer.page.last;
        return at < answer.page.last ? { step: at } : {};
    }
    stage.addEventListener("stepchange", changed);
    stage.addEventListener("stepshown", reach);

    root.append(element("div", { class: "left" }, element("div", { class: "writing" }, element("div", { class: "controls" }, present, examples), code.element, element("div", { class: "result-line" }, result, outdated), trouble), leaves.root, closer.root), stage);
    return {
        begin() {
            if (update !== null || edited) return; // a link edited it
            const { svg, narrow, ...rest } = first.page;
            paint({ ...first, page: { ...rest, svg: upright() ? narrow : svg } });
            update.play();
            build();
            python.ask("load").catch(() => {}); // afterwards, since nothing needs it yet
        },
        state: () => ({ text: code.text(), numbers: Object.fromEntries([...numbers].filter(([, x]) => Number.isFinite(x))), ...closer.state(), ...step() }),
        restore(state) {
            const at = state?.numbers;
            const known = at !== null && typeof at === "object" ? Object.entries(at).filter(([, x]) => Number.isFinite(x)) : [];
            closer.restore(state);
            wanted = Number.isInteger(state?.step) ? state.step : null;
            if (typeof state?.text === "string") write(state.text, Object.fromEntries(known));
            else write(START, NUMBERS);
        },
        code: () => program().then((made) => made.code, () => code.text()),
        forPyTorch: () => python.ask("program_for_torch", code.text(), byName()),
        drawing: () => program().then((made) => made.drawing, () => ""),
        picture() {
            update?.rest();
            return stage.querySelector(".stage-picture svg");
        },
        outdated: () => wrong,
        title: () => code.text().split("\n")[0].slice(0, 60),
    };
}
