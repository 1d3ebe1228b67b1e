// A closer look at the graph: its formula, the chain rule for one node, and the effect of changing a leaf.

import { latest } from "./latest.js";

const MAX_LISTED = 200; // nodes to choose from
const DELTA = 0.1;
const SOON = 60; // milliseconds after the picture, which is drawn first

const UNNAMED = /^v[₀-₉]+$/; // names that may mean another node in another formula

// `framed(node)` receives the explained node if the reader chose it, else null.
export function closerLook({ python, changed, framed }) {
    const formula = element("div", { class: "formula", tabindex: 0, role: "group", "aria-label": "Formula" });
    const copyButton = element("button", { type: "button" }, "Copy LaTeX");
    const node = element("select", { "aria-label": "Node to explain" });
    const why = element("div", { class: "said" });
    const delta = element("input", { type: "number", step: "any", value: DELTA, "aria-label": "Change of the leaf" });
    const whose = element("span", { class: "name" });
    const what = element("div", { class: "said" });
    const whatIf = element("div", {}, element("label", { class: "line" }, "What if ", whose, " + ", delta), what);
    const root = element("div", { class: "closer" },
        element("div", { class: "line" }, element("h2", {}, "Formula"), copyButton), formula,
        whatIf, element("label", { class: "line" }, "Explain ", node), why);
    let nodes = {}, of = "", chosen = null, restored = false, latex = "", timer = null;

    // HTML from the engine, which escapes user text; the Content-Security-Policy would block any script in it.
    function tell(told) {
        latex = told.latex;
        if (told.mathml) formula.innerHTML = told.mathml;
        else formula.textContent = latex;
        why.innerHTML = told.explain;
        what.innerHTML = told.nudge;
        root.classList.toggle("empty", latex === "");
    }
    const ask = latest(() => python.ask("tell", Number(node.value), Number(delta.value) || 0), {
        done: tell,
        failed() {}, // the graph is gone, and the next one is coming
    });
    const again = () => {
        chosen = nodes[node.value]?.name ?? chosen;
        whose.textContent = chosen;
        whatIf.hidden = !nodes[node.value]?.leaf;
        frame();
        ask();
        changed();
    };
    const frame = () => framed(nodes[node.value]?.name === chosen ? Number(node.value) : null);
    node.addEventListener("change", again);
    delta.addEventListener("input", again);
    copyButton.addEventListener("click", async () => {
        await copy(latex);
        copyButton.textContent = "Copied";
        setTimeout(() => { copyButton.textContent = "Copy LaTeX"; }, 1500);
    });

    // Show another graph, or the same one at other numbers. A chosen node with a name stays
    // chosen; otherwise the first leaf is explained. `told` is Python's answer, if already known.
    function show(page, told) {
        const named = (all) => Object.values(all).map(({ name }) => name).join("\n");
        const same = of === page.root && named(nodes) === named(page.nodes);
        const unnamed = Object.values(nodes).some(({ name, leaf }) => name === chosen && !leaf && UNNAMED.test(name));
        [nodes, of] = [page.nodes, page.root];
        if (!same) {
            if (!restored && unnamed) chosen = null;
            restored = false;
            const all = Object.entries(nodes).filter(([, { detached }]) => !detached);
            const listed = [...all.filter(([, { leaf }]) => leaf), ...all.filter(([, { leaf }]) => !leaf).reverse()].slice(0, MAX_LISTED);
            node.replaceChildren(...listed.map(([i, { name }]) => element("option", { value: i }, `∂${of}/∂${name}`)));
            node.value = (listed.find(([, { name }]) => name === chosen) ?? listed[0])[0];
            whose.textContent = nodes[node.value].name;
            whatIf.hidden = !nodes[node.value].leaf;
        }
        frame();
        clearTimeout(timer);
        if (told) tell(told);
        else timer = setTimeout(ask, SOON);
    }

    function choose(i) {
        if (!nodes[i] || ![...node.options].some(({ value }) => value === String(i))) return;
        node.value = i;
        again();
    }

    return {
        root,
        show,
        choose,
        state: () => ({ node: chosen, delta: Number(delta.value) || 0 }),
        restore(state) {
            chosen = typeof state?.node === "string" ? state.node : null;
            restored = true;
            delta.value = Number.isFinite(state?.delta) ? state.delta : DELTA;
            of = "";
        },
    };
}
