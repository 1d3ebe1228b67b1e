// The expression tab: what is typed becomes a graph; sliders move its leaves.

import { editor } from "./editor.js";
import { Slip } from "./engine.js";
import { latest } from "./latest.js";

const START = "tanh(w1*x1 + w2*x2 + b)";
const DEBOUNCE = 80; // milliseconds

export function expressionTab(root, python) {
    const stage = element("div", { class: "stage-of-graph" });
    const sliders = element("div", { class: "leaves", role: "group", "aria-label": "Leaves" });
    const latex = element("output", { class: "latex" });
    const numbers = new Map(); // by name: they stay while the text changes
    let update = null, timer = null, leaves = [];

    const code = editor({
        text: START,
        label: "An expression, or lines of Python",
        onChange() {
            clearTimeout(timer);
            timer = setTimeout(build, DEBOUNCE);
        },
    });
    const build = latest(() => python.ask("show", code.text(), Object.fromEntries(numbers)), {
        done(answer) {
            code.mark(null);
            paint(answer.page);
            latex.textContent = answer.latex;
            leaves = answer.leaves;
            sliders.replaceChildren(...leaves.map(slider));
        },
        failed(error) {
            if (!(error instanceof Slip)) console.warn(error);
            code.mark(error);
        },
    });
    const move = latest(() => python.ask("move", leaves.map(({ value }) => value)), { done: paint, failed: code.mark });

    function paint(page) {
        if (update === null) update = mount(stage, page, stage);
        else update(page);
    }

    function slider(leaf) {
        const range = element("input", { type: "range", min: leaf.low, max: leaf.high, step: leaf.step, value: leaf.value });
        const field = element("output", {}, showNumber(leaf.value));
        range.addEventListener("input", () => {
            leaf.value = Number(range.value);
            numbers.set(leaf.name, leaf.value);
            field.textContent = showNumber(leaf.value);
            move();
        });
        return element("label", {}, element("span", {}, leaf.name), range, field);
    }

    root.append(code.element, sliders, latex, stage);
    build();
}
