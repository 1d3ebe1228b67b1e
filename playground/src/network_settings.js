// The form of the network tab: data, features and training.

import { DATA, FEATURES, lossesFor, NUMBERS, OPTIMIZERS, PENALTIES, RATE, startOf } from "./network_choices.js";
import { thumbnail } from "./network_thumbnails.js";

// `change(more)` receives the changed fields, `rate(x)` a new learning rate. `update(setting)` shows other settings.
export function settingsForm({ change, rate }) {
    let setting, drawn;
    const group = (title, ...children) => element("section", {}, element("h2", {}, title), ...children);
    const data = pictures("Data", DATA, (name) => change({ data: name }));
    const own = element("textarea", { rows: 5, "aria-label": "Your data: x, y, label in each line", spellcheck: "false" });
    own.addEventListener("change", () => change({ own: own.value }));
    const numbers = Object.fromEntries(Object.entries(NUMBERS).map(([name, limits]) => [name, numberField(limits, (x) => change({ [name]: x }))]));
    const features = chips(FEATURES, (chosen) => chosen.length && change({ features: chosen }));
    const loss = select("Loss", {}, (name) => change({ loss: name }));
    const optimizer = select("Optimizer", named(Object.keys(OPTIMIZERS)), (name) => change({ optimizer: name, options: startOf(name) }));
    const options = element("div", { class: "options" });
    const learning = numberField({ label: "Learning rate", ...RATE }, rate);
    const penalty = select("Penalty", named(PENALTIES), (name) => change({ penalty: name }));
    const more = (title, ...children) => element("details", {}, element("summary", {}, title), ...children);
    const optimizing = more("Options of the optimizer", options);
    const root = element("form", { class: "settings", "aria-label": "Data and training" },
        group("Data", data.root, own, numbers.samples.root, numbers.noise.root, numbers.test.root, numbers.seed.root),
        group("Features", features.root),
        group("Training", loss.root, optimizer.root, learning.root, numbers.batch.root,
            optimizing,
            more("Penalty, stop", penalty.root, numbers.penaltyRate.root, numbers.stopSteps.root, numbers.stopLoss.root)));
    root.addEventListener("submit", (event) => event.preventDefault());

    function drawOptions() {
        const at = JSON.stringify(setting.options);
        if (at !== drawn && at !== JSON.stringify(startOf(setting.optimizer))) optimizing.open = true; // as a link may
        drawn = at;
        const fields = Object.entries(OPTIMIZERS[setting.optimizer]).map(([name, limits]) => {
            const changed = (x) => change({ options: { ...setting.options, [name]: x } });
            const field = typeof limits.start === "boolean" ? checkbox(limits.label, changed) : numberField(limits, changed);
            field.show(setting.options[name]);
            if (name === "nesterov") field.input.disabled = setting.options.momentum === 0;
            return field.root;
        });
        options.replaceChildren(...fields);
    }

    function update(fresh) {
        setting = fresh;
        data.show(setting.data);
        own.hidden = setting.data !== "own";
        if (own.value !== setting.own) own.value = setting.own;
        for (const name of ["samples", "noise"]) numbers[name].root.hidden = setting.data === "own";
        for (const [name, field] of Object.entries(numbers)) field.show(setting[name]);
        numbers.penaltyRate.root.hidden = setting.penalty === "none";
        features.show(setting.features);
        loss.offer(named(lossesFor(setting)));
        loss.show(setting.loss);
        optimizer.show(setting.optimizer);
        learning.show(setting.rates.at(-1)[1]);
        penalty.show(setting.penalty);
        drawOptions();
    }

    // Move the pictures of the data to the top of the form, or elsewhere.
    const homecoming = () => own.before(data.root);

    return { root, update, data: data.root, homecoming };
}

const limit = (x) => numberWithin(x, 9, 6);
const named = (names) => Object.fromEntries(names.map((name) => [name, name]));

function numberField({ label, low, high, step = "any", whole, slider }, changed) {
    const input = element("input", { type: "number", min: low, max: high, step: whole ? 1 : "any" });
    const problem = element("span", { class: "problem", role: "alert" });
    const bar = slider ? pulled({ min: low, max: high, step, "aria-label": label, tabindex: -1 }, write, () => shown) : null;
    const range = bar && ranged(bar);
    range?.write();
    let shown;
    input.addEventListener("change", () => {
        const fits = input.validity.valid && input.value !== "";
        refuse(fits ? "" : `${whole ? "Whole numbers from" : "From"} ${limit(low)} to ${limit(high)}`);
        if (fits) changed(Number(input.value));
    });

    function refuse(why) {
        problem.textContent = why;
        if (why) input.setAttribute("aria-invalid", true);
        else input.removeAttribute("aria-invalid");
    }

    function write(x) {
        input.value = x;
    }

    bar?.addEventListener("change", () => Number(input.value) !== shown && changed(Number(input.value))); // otherwise it was restored
    const root = element("div", { class: slider ? "field with-bar" : "field" }, element("label", {}, element("span", {}, label), input), ...(bar ? [range.root] : []), problem);
    return {
        root,
        input,
        show(x) {
            refuse("");
            shown = x;
            for (const field of [input, bar]) if (field && field.value !== String(x)) field.value = x;
        },
    };
}

function select(label, choices, changed) {
    const input = element("select", {});
    input.addEventListener("change", () => changed(input.value));
    let offered = "";
    function offer(given) {
        if (offered === Object.keys(given).join()) return;
        offered = Object.keys(given).join();
        input.replaceChildren(...Object.entries(given).map(([value, text]) => element("option", { value }, text)));
    }
    offer(choices);
    return { root: element("div", { class: "field" }, element("label", {}, element("span", {}, label), input)), offer, show: (value) => { input.value = value; } };
}

function checkbox(label, changed) {
    const input = element("input", { type: "checkbox" });
    input.addEventListener("change", () => changed(input.checked));
    return { root: element("div", { class: "field" }, element("label", {}, element("span", {}, label), input)), input, show: (x) => { input.checked = x; } };
}

// Radio buttons with pictures.
function pictures(label, names, changed) {
    const inputs = names.map((value) => {
        const input = element("input", { type: "radio", name: "data", value });
        input.addEventListener("change", () => changed(value));
        return input;
    });
    const labels = inputs.map((input) => element("label", {}, input, thumbnail(input.value), element("span", {}, input.value)));
    const root = element("div", { class: "pictures", role: "radiogroup", "aria-label": label }, ...labels);
    return { root, show: (value) => { for (const input of inputs) input.checked = input.value === value; } };
}

function chips(names, changed) {
    const inputs = Object.keys(names).map((value) => {
        const input = element("input", { type: "checkbox", name: "feature", value });
        input.addEventListener("change", () => {
            const chosen = inputs.filter(({ checked }) => checked).map((each) => each.value);
            if (chosen.length === 0) input.checked = true; // a network needs an input
            else changed(chosen);
        });
        return input;
    });
    const root = element("div", { class: "chips", role: "group", "aria-label": "Features" }, ...inputs.map((input) => element("label", {}, input, element("span", {}, names[input.value]))));
    return { root, show: (chosen) => { for (const input of inputs) input.checked = chosen.includes(input.value); } };
}
