// A step's picture: its graph, with sliders, a field for the formula, or the player. Until the reader has predicted something,
// the answer stays hidden and nothing moves.

import { editor } from "./editor.js";
import { latest } from "./latest.js";

const MIN_SCALE = 0.88; // below this, the top-to-bottom picture is used
const MAX_SCALE = 1.5;
const MAX_TALL = 0.36; // fraction of the window: on phones, the question is below
const MIN_READ = 0.75; // below this, numbers are too small, so the picture is wider than its frame
const PHONE = matchMedia("(max-width: 819px)");
const DEBOUNCE = 150; // milliseconds
const SAME = 1e-9; // rates closer than this differ only by rounding
const PATIENCE = 400; // milliseconds before a message says that Python is loading

// `task` is the element that says what to do. `reached(done)` receives which parts of the step's check are fulfilled.
export function lessonPicture({ step, python, open, task, reached }) {
    const frame = element("div", { class: "lesson-graph" });
    const leaves = element("div", { class: "leaves", role: "group", "aria-label": "Numbers to move" });
    const change = element("p", { class: "lesson-change", role: "status" });
    const root = element("figure", { class: "lesson-picture" }, frame);
    const start = step.picture.numbers.map(toNumber);
    let shown = open || !step.before ? step.picture : step.before;
    let numbers = [...start], controls = [], typed = null, code = null, live = false, timer = null;
    let measured = 0, upright = false;

    const watcher = new ResizeObserver(place);
    watcher.observe(frame);

    // Choose the picture that suits the width.
    function place() {
        const room = frame.clientWidth;
        if (room === 0 || live) return;
        const tall = PHONE.matches ? MAX_TALL * innerHeight : Infinity;
        const scale = ({ width, height }) => Math.min(MAX_SCALE, room / width, Math.max(1, tall / height));
        const readable = (one) => Math.max(MIN_READ, scale(one));
        if (measured !== room) {
            const [wide, narrow] = [step.picture.svg, step.picture.narrow].map((text) => scale(drawing(text, frame)));
            [measured, upright] = [room, wide < Math.min(MIN_SCALE, narrow)]; // and keep it when numbers change
        }
        const chosen = drawing(upright ? shown.narrow : shown.svg, frame);
        chosen.svg.setAttribute("width", chosen.width * readable(chosen));
        chosen.svg.setAttribute("height", chosen.height * readable(chosen));
        frame.replaceChildren(chosen.svg);
        if (frame.scrollWidth > room) frame.tabIndex = 0; // it scrolls, also by keyboard
        else frame.removeAttribute("tabindex");
    }

    // Unlock it: sliders, the formula, the player.
    function begin() {
        shown = step.picture;
        if (shown.player) {
            const stage = element("div", { class: "autograd" });
            frame.replaceChildren(stage);
            live = true;
            mount(stage, shown.player, stage);
        } else {
            place();
        }
        if (step.show.edit) {
            code = editor({
                text: step.show.code,
                label: "The formula",
                onChange() {
                    typed = code.text();
                    clearTimeout(timer);
                    timer = setTimeout(look, DEBOUNCE);
                },
            });
            root.prepend(task, code.element);
        }
        list(shown);
        if (controls.length > 0) root.append(...(code ? [] : [task]), leaves, change);
        if (controls.length > 0 || code) look(); // nothing has moved yet, but Python imports what it needs on the first call
    }

    function list({ sliders, numbers: at }) {
        controls = sliders.map(({ name }, i) => leafControl(name, (x) => {
            numbers = numbers.with(i, x);
            look();
        }));
        numbers = at.map(toNumber);
        leaves.replaceChildren(...controls.map((control) => control.root));
        controls.forEach((control, i) => control.show(numbers[i], sliders[i]));
    }

    const look = latest(() => {
        const waits = setTimeout(() => moved().length > 0 && change.replaceChildren("Python is loading: this moves in a moment."), PATIENCE);
        const at = Object.fromEntries(shown.leaves.map((name, i) => [name, numbers[i]]));
        return python.ask("look", step.show, typed, at, step.check?.until ?? []).finally(() => clearTimeout(waits));
    }, {
        done(answer) {
            code?.mark(null);
            shown = answer;
            if (answer.sliders.map(({ name }) => name).join() !== controls.map(({ root: made }) => made.getAttribute("aria-label")).join()) list(answer);
            numbers = answer.numbers.map(toNumber);
            controls.forEach((control, i) => control.show(numbers[i], answer.sliders[i]));
            place();
            change.replaceChildren(...said());
            reached(answer.done);
        },
        failed(error) {
            if (code) code.mark(error);
            else change.textContent = error.message;
        },
    });

    const moved = () => start.flatMap((x, i) => (numbers[i] === x ? [] : [i]));

    // How far the result moved with the one number that did; where the rates change too, a single factor doesn't tell it all.
    function said() {
        const [i, ...others] = moved();
        if (i === undefined || others.length > 0 || typed !== null || shown.result === null) return [];
        const [name, y] = [shown.result[0], toNumber(shown.result[1])];
        const [by, result] = [numbers[i] - start[i], y - toNumber(step.picture.result[1])];
        const signed = (x) => (x < 0 ? "" : "+") + showNumber(x, 4);
        const times = result / by;
        const other = shown.rates.findIndex((_, j) => j !== i && turned(j));
        return [
            `${shown.sliders[i].name} changed by `, element("strong", {}, signed(by)), `, ${name} by `, element("strong", {}, signed(result)),
            ...(other >= 0 && !turned(i) ? [`. The rate of ${shown.sliders[other].name} is now `, element("strong", {}, showNumber(toNumber(shown.rates[other]), 4)), "."]
                : [Number.isFinite(times) ? `: ${showNumber(times, 4)} times as much${turned(i) ? " on average" : ""}.` : "."]),
        ];
    }

    // True if a number's rate has changed.
    function turned(i) {
        const [before, now] = [step.picture.rates[i], shown.rates[i]].map(toNumber);
        return Math.abs(now - before) > SAME * Math.max(Math.abs(now), Math.abs(before));
    }

    if (open) begin();
    return {
        root,
        place,
        reveal: begin,
        svg: () => frame.querySelector("svg"),
        close() {
            watcher.disconnect();
            clearTimeout(timer);
        },
    };
}

// A picture's graph without the words around it, since a lesson has its own; and its size.
function drawing(text, parent) {
    const svg = parseSvg(text);
    for (const part of svg.querySelectorAll("[id]")) part.removeAttribute("id"); // ids must be unique on the page
    parent.append(svg);
    return graphAlone(svg);
}
