import { checkTab } from "./check.js";
import { engine } from "./engine.js";
import { expressionTab } from "./expression.js";
import { networkTab } from "./network.js";

const TABS = { expression: expressionTab, network: networkTab, check: checkTab };
const SAYS = { loading: "Python is loading …", ready: "live", failed: "Python did not start" };
const state = document.getElementById("state");
const python = engine({
    onState(name, error) {
        state.textContent = error ? `${SAYS[name]}: ${error.message}` : SAYS[name];
        state.dataset.state = name;
    },
});

// What a tab gets of the page: `changed()` is called when what it shows changed, `show(name, state)` goes to another tab. A tab is
// { begin, state, restore, code, picture }: what is needed to show the same again, and to do the same in Python.
const page = {
    python,
    changed() {},
    show(name, state) {
        tabs[name].restore(state);
        select(name);
    },
};
const tabs = Object.fromEntries(Object.entries(TABS).map(([name, tab]) => [name, tab(document.getElementById(name), page)]));
const buttons = [...document.querySelectorAll("[role=tab]")];
const nameOf = (button) => button.getAttribute("aria-controls");

function select(name) {
    for (const button of buttons) {
        const chosen = nameOf(button) === name;
        button.setAttribute("aria-selected", chosen);
        button.tabIndex = chosen ? 0 : -1;
        document.getElementById(nameOf(button)).hidden = !chosen;
    }
    tabs[name].begin();
    page.changed();
}

for (const button of buttons) {
    button.addEventListener("click", () => select(nameOf(button)));
    button.addEventListener("keydown", ({ key }) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (by === undefined) return;
        const next = buttons[(buttons.indexOf(button) + by + buttons.length) % buttons.length];
        select(nameOf(next));
        next.focus();
    });
}

select("expression");
