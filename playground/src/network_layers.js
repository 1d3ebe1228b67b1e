// The hidden layers: their numbers of neurons and their activations.

import { ACTIVATIONS, MAX_LAYERS, MAX_NEURONS } from "./network_choices.js";

// `change(layers)` receives changed layers; `update(layers)` shows layers.
export function layersForm(change) {
    const root = element("div", { class: "layers", role: "group", "aria-label": "Hidden layers" });

    function button(text, label, act, disabled) {
        const made = element("button", { type: "button", "aria-label": label, title: label }, text);
        made.disabled = disabled;
        made.addEventListener("click", act);
        return made;
    }

    function card(layers, i) {
        const { size, activation } = layers[i];
        const choice = element("select", { "aria-label": `Activation of layer ${i + 1}` }, ...ACTIVATIONS.map((value) => element("option", { value }, value)));
        choice.value = activation;
        choice.addEventListener("change", () => change(layers.with(i, { size, activation: choice.value })));
        const resize = (text, label, by) => button(text, `${label} in layer ${i + 1}`, () => change(layers.with(i, { size: size + by, activation })), size + by < 1 || size + by > MAX_NEURONS);
        return element("div", { class: "layer" },
            resize("−", "Fewer neurons", -1), element("span", { class: "size" }, String(size)), resize("+", "More neurons", 1), choice,
            button("×", `Remove layer ${i + 1}`, () => change(layers.toSpliced(i, 1)), false));
    }

    function update(layers) {
        const held = root.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
        const full = layers.length >= MAX_LAYERS;
        const last = layers.at(-1) ?? { size: 4, activation: "tanh" };
        root.replaceChildren(...layers.map((_, i) => card(layers, i)), button("+ layer", "Add a layer", () => change([...layers, { ...last }]), full));
        if (held) root.querySelector(`[aria-label="${held}"]`)?.focus();
    }

    return { root, update };
}
