// The expression tab: what is typed becomes a graph in the player; sliders move its leaves.

import { editor } from "./editor.js";
import { latest } from "./latest.js";

const START = "tanh(w1*x1 + w2*x2 + b)";
const DEBOUNCE = 80; // milliseconds

export function expressionTab(root, { python, changed }) {
    const leaves = element("div", { class: "leaves", role: "group", "aria-label": "Leaves" });
    const stage = element("div", { class: "autograd" });
    const numbers = new Map(); // by name: they stay while the text changes
    let update = null, timer = null, values = [], controls = [];

    const code = editor({
        text: START,
        label: "An expression, or lines of Python",
        onChange() {
            clearTimeout(timer);
            timer = setTimeout(build, DEBOUNCE);
            changed();
        },
    });
    const build = latest(() => python.ask("show", code.text(), Object.fromEntries(numbers)), {
        done(answer) {
            code.mark(null);
            controls = answer.sliders.map(({ name }, i) => leafControl(name, (x) => {
                values = values.with(i, x);
                numbers.set(name, x);
                move();
                changed();
            }));
            leaves.replaceChildren(...controls.map((control) => control.root));
            paint(answer);
        },
        failed: (error) => code.mark(error),
    });
    const move = latest(() => python.ask("move", values.map(String)), { done: paint, failed: (error) => code.mark(error) });

    function paint(answer) {
        values = answer.numbers.map(toNumber);
        controls.forEach((control, i) => control.show(values[i], answer.sliders[i]));
        if (update === null) update = mount(stage, answer.page, stage);
        else update(answer.page);
    }

    root.append(element("div", { class: "left" }, code.element, leaves), stage);
    return {
        begin: () => update ?? build(),
        state: () => ({ text: code.text(), numbers: Object.fromEntries(numbers) }),
        restore(state) {
            numbers.clear();
            for (const [name, x] of Object.entries(state?.numbers ?? {})) if (Number.isFinite(x)) numbers.set(name, x);
            code.write(typeof state?.text === "string" ? state.text : START);
        },
        code: () => code.text(),
        picture: () => stage.querySelector("svg"),
    };
}
