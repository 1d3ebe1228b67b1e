import { checkTab } from "./check.js";
import { engine } from "./engine.js";
import { expressionTab } from "./expression.js";
import { networkTab } from "./network.js";

const state = document.getElementById("state");
const SAYS = { loading: "Python is loading …", ready: "live", failed: "Python did not start" };
const python = engine({
    onState(name, error) {
        state.textContent = error ? `${SAYS[name]}: ${error.message}` : SAYS[name];
        state.dataset.state = name;
    },
});

const tabs = [...document.querySelectorAll("[role=tab]")];

function select(tab) {
    for (const other of tabs) {
        const chosen = other === tab;
        other.setAttribute("aria-selected", chosen);
        other.tabIndex = chosen ? 0 : -1;
        document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
    }
    begins[tab.id]?.();
}

for (const tab of tabs) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", ({ key }) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (by === undefined) return;
        const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
        select(next);
        next.focus();
    });
}

expressionTab(document.getElementById("expression"), python);
const begins = {
    "tab-network": networkTab(document.getElementById("network"), python).begin,
    "tab-check": checkTab(document.getElementById("check"), python).begin,
};
