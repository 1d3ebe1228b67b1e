// Panels below the network: the last step, the rule that moved a weight, the formula.

import { formulaPython, formulaText } from "./network_formula.js";
import { withInstall } from "./program.js";

// `page.whole` is the network; `ask` computes numbers; `play(title, data)` opens the player. `update(state, page, setting)` shows
// the state after a step; `chooseWeight(i)` shows the rule for this parameter.
export function detailsPanel({ ask, play, program, sampleOf }) {
    let state = null, page = null, setting = null, weight = 0, tab = "step", playing = false;
    const body = element("div", { class: "detail", id: "network-detail", tabindex: 0, role: "region" });
    const names = { step: "This step", rule: "Rule", formula: "Formula", python: "Python" };
    const tabs = Object.fromEntries(Object.entries(names).map(([name, text]) => {
        const made = element("button", { type: "button", "aria-controls": "network-detail" }, text);
        made.addEventListener("click", () => open(name === tab ? null : name));
        return [name, made];
    }));
    const root = element("div", { class: "details-panel" }, element("div", { class: "tabs", role: "group", "aria-label": "Details" }, ...Object.values(tabs)), body);

    // Open one of them; null closes the panel, which gives the network more room.
    function open(name) {
        tab = name;
        body.replaceChildren();
        root.classList.toggle("closed", tab === null);
        body.hidden = tab === null;
        for (const [each, made] of Object.entries(tabs)) made.setAttribute("aria-expanded", each === tab);
        if (tab !== null) body.setAttribute("aria-label", names[tab]);
        if (state && tab !== null) paint();
    }

    // While training plays, parts that need Python wait.
    function paint() {
        if (!playing) draw();
        else if (tab !== "formula") body.replaceChildren(element("p", { class: "quiet" }, "Pause to look at a step."));
        else if (body.querySelector("pre")) body.querySelector("pre").textContent = formulaText(page.whole, state.weight);
        else draw();
    }

    const button = (text, act) => {
        const made = element("button", { type: "button" }, text);
        made.addEventListener("click", act);
        return made;
    };

    const DRAW = {
        async step() {
            const batch = await ask("batch");
            const own = sampleOf();
            const taken = state.steps === 0 ? "No step has been taken yet" : `Step ${state.steps} took ${batch.indices.length === page.train.y.length ? "all samples" : `${batch.indices.length} samples`}; their loss before it was ${showNumber(state.batchLoss, 4)}`;
            const replay = (what, samples, numbers) => async () => play(`Backward pass: loss of ${what}`, await ask("replay", numbers, samples));
            const first = batch.samples[0], output = state.value.at(-1);
            const logit = setting.loss === "logistic" ? `, a logit: probability of class 1 is ${showNumber(1 / (1 + Math.exp(-output)))}` : "";
            const choices = [
                button("Replay: chosen sample, now", replay("the chosen sample", [own], Array.from(state.weight, said))),
                ...(state.steps ? [
                    button(`Replay: first sample of step ${state.steps}`, replay(`sample ${batch.indices[0] + 1} in step ${state.steps}`, [first], batch.numbers.map(said))),
                    button(batch.samples.length > MAX_BATCH ? `Replay: first ${MAX_BATCH} of its ${batch.samples.length} samples` : `Replay: its whole batch (${batch.samples.length})`, replay(`the batch of step ${state.steps}`, batch.samples.slice(0, MAX_BATCH), batch.numbers.map(said))),
                ] : []),
            ];
            return [
                element("p", {}, `${taken}. ${matchMedia("(hover: none)").matches ? "Tap" : "Click"} a point of the loss curve to go to another step.`),
                element("div", { class: "choices" }, ...choices),
                element("p", { class: "quiet" }, `Chosen sample: (${showNumber(own[0], 4)}, ${showNumber(own[1], 4)}), target ${showNumber(own[2], 4)}; output ${showNumber(output, 4)}${logit}; loss ${showNumber(state.sampleLoss, 4)}.`),
            ];
        },
        async rule() {
            const choice = element("select", { "aria-label": "Weight" }, ...page.whole.parameters.map((name, i) => element("option", { value: i }, name)));
            choice.value = weight;
            choice.addEventListener("change", () => chooseWeight(Number(choice.value)));
            const found = await ask("update", weight);
            if (found === null) return [choice, element("p", {}, "No step has been taken yet.")];
            const { lines, page: graph } = await ask("rule", ...[found.rate, found.before, found.gradient].map(said), Object.fromEntries(Object.entries(found.memory).map(([name, x]) => [name, said(x)])));
            const rows = lines.map(([name, symbols, numbers, result]) => element("tr", {}, element("th", { scope: "row" }, `${name} ←`), element("td", {}, symbols, element("span", {}, ` = ${numbers} = `), element("strong", {}, result))));
            return [
                element("div", { class: "choices" }, choice, element("span", {}, `${setting.optimizer} in step ${state.steps}; g = ${showNumber(found.gradient, 4)}`), button("As a graph", () => play(`${setting.optimizer}: ${page.whole.parameters[weight]}`, graph))),
                element("table", { class: "rule-lines" }, element("tbody", {}, ...rows)),
            ];
        },
        async formula() {
            const { whole } = page;
            return [copied(formulaText(whole, state.weight)), element("details", {}, element("summary", {}, "As Python, with all digits"), copied(formulaPython(whole, state.weight, setting.features)))];
        },
        async python() {
            return [copied(withInstall(await program()))];
        },
    };

    // A text with a button to copy it.
    function copied(text) {
        const shown = element("pre", { tabindex: 0 }, text);
        const copy = button("Copy", async () => {
            try {
                await navigator.clipboard.writeText(text);
                copy.textContent = "Copied";
            } catch { // no permission, or an insecure context
                getSelection().selectAllChildren(shown);
            }
        });
        copy.classList.add("copy");
        return element("div", { class: "text" }, copy, shown);
    }

    async function draw() {
        const drawn = tab, at = state;
        const children = await DRAW[tab]();
        if (drawn !== tab || at !== state) return;
        const held = body.contains(document.activeElement) ? document.activeElement.tagName : null;
        body.replaceChildren(...children);
        if (held) body.querySelector(held.toLowerCase())?.focus();
    }

    function chooseWeight(i) {
        weight = i;
        open("rule");
    }

    function update(fresh, given, chosen, plays) {
        [state, page, setting, playing] = [fresh, given, chosen, plays];
        weight = Math.min(weight, page.whole.parameters.length - 1);
        if (tab !== null) paint();
    }

    open("step");
    return { root, update, chooseWeight };
}

const said = (x) => (Number.isFinite(x) ? x : String(x)); // for JSON
const MAX_BATCH = 5; // samples per graph
