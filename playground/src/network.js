// The network tab: choose data and a network, and watch it train: its weights, its boundary, its loss.

import { latest } from "./latest.js";

const CHOICES = {
    data: ["moons", "circles", "xor", "spirals", "blobs"],
    activation: ["tanh", "relu", "sigmoid", "linear"],
    loss: ["logistic", "hinge", "squared error"],
    optimizer: ["SGD", "Adam", "RMSprop", "Adagrad"],
};
const NUMBERS = {
    samples: { low: 10, high: 500, step: 10 },
    noise: { low: 0, high: 0.5, step: 0.05 },
    seed: { low: 0, high: 999, step: 1 },
    rate: { low: 0.001, high: 3, step: 0.001 },
    batch: { low: 1, high: 500, step: 1 },
};
const START = { data: "moons", samples: 100, noise: 0.1, seed: 0, layers: [4, 4], activation: "tanh", loss: "logistic", optimizer: "Adam", momentum: 0, rate: 0.03, batch: 20 };
const MAX_LAYERS = 4, MAX_NEURONS = 12;
const MAX_POINTS = 2000; // of the curve

export function networkTab(root, { python, changed }) {
    const setting = { ...START };
    let page = null, view, plane, curve, playing = false, run, sample = 0;

    const form = element("form", { class: "settings", "aria-label": "Data and network" });
    const layers = element("div", { class: "layers", role: "group", "aria-label": "Hidden layers" });
    const net = element("div", { class: "autograd network" });
    const side = element("div", { class: "autograd training" });
    const status = element("p", { class: "sentence", role: "status" });
    const button = (label, act) => {
        const made = element("button", { type: "button" }, label);
        made.addEventListener("click", act);
        return made;
    };
    const play = button("Play", () => (playing ? pause() : start()));
    const controls = element("div", { class: "controls" }, play, button("Step", () => (pause(), step(1))),
        button("Start again", () => prepare()), button("Same numbers as Python?", compare));

    for (const [name, values] of Object.entries(CHOICES)) {
        const select = element("select", { name }, ...values.map((value) => element("option", { value }, value)));
        select.value = setting[name];
        select.addEventListener("change", () => change(name, select.value));
        form.append(element("label", {}, name, select));
    }
    for (const [name, { low, high, step }] of Object.entries(NUMBERS)) {
        const field = element("input", { name, type: "number", min: low, max: high, step, value: setting[name] });
        field.addEventListener("change", () => {
            if (field.validity.valid && field.value !== "") change(name, Number(field.value));
            else field.reportValidity();
        });
        form.append(element("label", {}, name, field));
    }
    form.append(layers);
    form.addEventListener("submit", (event) => event.preventDefault());

    function change(name, value) {
        setting[name] = value;
        prepare();
        changed();
    }

    function drawLayers() {
        const rows = setting.layers.map((size, i) => element("div", { class: "layer" }, `${size} neurons`,
            resize(`Fewer neurons in layer ${i + 1}`, "−", i, size - 1), resize(`More neurons in layer ${i + 1}`, "+", i, size + 1)));
        const more = button("+ layer", () => setting.layers.length < MAX_LAYERS && change("layers", [...setting.layers, 2]));
        layers.replaceChildren(...rows, more);
    }

    function resize(label, text, i, size) {
        const made = button(text, () => {
            if (size <= MAX_NEURONS) change("layers", size < 1 ? setting.layers.toSpliced(i, 1) : setting.layers.with(i, size));
        });
        made.setAttribute("aria-label", label);
        return made;
    }

    const prepare = latest(async () => {
        pause();
        drawLayers();
        for (const control of controls.children) control.disabled = true;
        const fresh = await python.ask("prepare", setting);
        await python.ask("train", { page: fresh.tapes, batch: setting.batch });
        return fresh;
    }, {
        async done(fresh) {
            page = fresh;
            run = { steps: [], loss: [], labels: {} };
            net.replaceChildren();
            view = networkView(net, page.view);
            plane = new Plane(page.plane, {}, choose);
            curve = null;
            side.replaceChildren(plane.element);
            await step(0);
            for (const control of controls.children) control.disabled = false;
        },
        failed: (error) => { status.textContent = error.message; },
    });

    // Send the chosen sample through the network.
    function choose([x, y]) {
        const far = ([a, b]) => Math.hypot(a - x, b - y);
        sample = page.plane.points.reduce((best, point, i) => (far(point) < far(page.plane.points[best]) ? i : best), 0);
        step(0);
    }

    async function step(count) {
        const point = page.plane.points[sample % page.plane.points.length];
        const state = await python.ask("step", { count, sample: point.slice(0, 2), plane: page.plane });
        if (count > 0) remember(state);
        view.update({ weight: state.weight, value: state.value, ...(state.grad ? { grad: state.grad, rate: setting.rate } : {}) });
        page.plane.cells[0] = packed(state.grid);
        plane.choose(point.slice(0, 2));
        plane.show(0, state.steps);
        curve?.show(run.steps.length - 1);
        status.textContent = `${state.steps} steps` + (state.loss === null ? "" : `, loss ${showNumber(state.loss, 4)}`);
        if (state.loss !== null && !Number.isFinite(state.loss)) pause();
    }

    function remember({ steps, loss }) {
        run.steps.push(steps);
        run.loss.push(loss);
        if (run.steps.length > MAX_POINTS) for (const what of ["steps", "loss"]) run[what] = run[what].filter((_, i) => i % 2 === 1);
        if (curve === null || steps > curve.axes.x.high) {
            curve?.element.remove();
            curve = new Chart([{ ...run, steps: [...run.steps, Math.max(50, 2 * steps)], loss: run.loss }], 0, "loss", () => {});
            side.append(curve.element);
        }
        curve.data = run;
        if (curve.axes.area) curve.draw();
    }

    async function start() {
        playing = true;
        play.textContent = "Pause";
        while (playing) {
            await step(1);
            await new Promise(requestAnimationFrame);
        }
    }

    function pause() {
        playing = false;
        play.textContent = "Play";
    }

    async function compare() {
        pause();
        const mine = await python.ask("bits");
        const theirs = await python.ask("check", mine.steps, setting.batch);
        const same = mine.bits.every((bits, i) => bits === theirs[i]);
        status.textContent = same
            ? `After ${mine.steps} steps all ${mine.bits.length} numbers are those of the engine in Python, to the last bit.`
            : `After ${mine.steps} steps ${mine.bits.filter((bits, i) => bits !== theirs[i]).length} numbers differ from Python's: please report it.`;
    }

    root.append(form, net, side, element("div", { class: "foot" }, controls, status));
    return {
        begin: () => page ?? prepare(),
        state: () => setting,
        restore(state) {
            Object.assign(setting, START); // and what of `state` is valid
            prepare();
        },
        code: () => "",
        picture: () => net.querySelector("svg"),
    };
}

// Scores as the bytes that the picture of a boundary takes: 127 is the boundary, and a byte holds the root of a score.
function packed(scores) {
    const bytes = Array.from(scores, (score) => {
        const share = Math.tanh(score / 2);
        return Number.isNaN(share) ? 255 : Math.round(127 + 127 * Math.sign(share) * Math.sqrt(Math.abs(share)));
    });
    return btoa(String.fromCharCode(...bytes));
}
