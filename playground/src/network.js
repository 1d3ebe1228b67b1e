// The network tab: choose data and a network, and watch its weights, boundary and loss as it trains.

import { isRegression, lossesFor, MAX_STEP, SPEEDS, START, validated } from "./network_choices.js";
import { Curves } from "./network_curves.js";
import { detailsPanel } from "./network_details.js";
import { neuronExpression } from "./network_formula.js";
import { Histograms } from "./network_histograms.js";
import { layersForm } from "./network_layers.js";
import { LiveMaps } from "./network_maps.js";
import { LivePlane } from "./network_plane.js";
import { playerDialog } from "./network_player.js";
import { Run, RESOLUTION } from "./network_run.js";
import { settingsForm } from "./network_settings.js";
import { latest } from "./latest.js";
import { withoutPoint, withPoint } from "./network_points.js";
import { ADD, CHOOSE, ERASE, tapChoice } from "./network_taps.js";

const POINTS_ON_THE_WAY = 50;
const COMPARE = "Same numbers as Python?";
const LEAST_SCALE = 0.6; // for the picture of the network

export function networkTab(root, { python, changed, show }) {
    let setting = { ...START }, page = null, view, plane, maps, clicks = CHOOSE, begun = null, asked = null, opened = null;
    let trained = null; // the previous training's task
    let comparing = null; // with Python: "on", "stopped" by hand, or null

    const narrow = matchMedia("(max-width: 1060px)"); // as in network.css
    const status = element("p", { class: "told", role: "status" });
    const numbers = element("p", { class: "sentence numbers" });
    const player = playerDialog();
    const curves = new Curves((step) => run.go(step));
    const histograms = new Histograms();
    const run = new Run(python, { seen, paint, ended, told: tell, visible: () => !root.hidden });
    const form = settingsForm({ change, rate: changeRate });
    const taps = tapChoice((act) => { clicks = act; aim(); });
    const layers = layersForm((chosen) => change({ layers: chosen }));
    const details = detailsPanel({ ask: (...args) => run.ask(...args), play: player.open, program, sampleOf: sample });
    const net = element("div", { class: "network" });
    const side = element("div", { class: "plots" });

    const button = (text, label, act, look = "") => {
        const made = element("button", { type: "button", class: look, ...(label ? { "aria-label": label, title: label } : {}) }, text);
        made.addEventListener("click", act);
        return made;
    };
    const play = button("▶ Play", "", () => (run.playing ? run.halt() : start()), "main play");
    const speed = element("select", { "aria-label": "Speed" }, ...[...SPEEDS].map(([value, text]) => element("option", { value }, text)));
    speed.addEventListener("change", () => {
        setting.speed = run.setting.speed = [...SPEEDS.keys()][speed.selectedIndex];
        changed();
    });
    const stepper = button("Step", "", () => run.step(1));
    const again = button("Restart", "", () => prepare());
    const same = button(COMPARE, "", () => (comparing ? (comparing = "stopped") : compare()));
    const mapped = element("input", { type: "checkbox" });
    mapped.addEventListener("change", () => {
        setting.maps = mapped.checked;
        drawNet();
        refresh();
        changed();
    });
    const neuron = button("Open in the expression tab", "", () => show("expression", neuronExpression(page.whole, opened, run.state, setting.features)));
    neuron.hidden = true;
    const controls = element("div", { class: "controls" }, play, stepper, again, speed);
    const head = element("div", { class: "head" }, layers.root, neuron, element("label", { class: "check" }, mapped, " maps over the plane"));
    const middle = element("div", { class: "middle" }, head, net, details.root);
    const top = element("div", { class: "top" }, controls, numbers, same);
    const near = element("div", { class: "near" });
    root.append(element("div", { class: "network-work" }, top, near, form.root, middle, side, status), player.root);
    narrow.addEventListener("change", arrange);
    arrange();
    update();
    taps.choose(CHOOSE);

    // Without room for three columns, the data go above the plane, and rarely used controls leave the sticky bar.
    function arrange() {
        near.hidden = !narrow.matches;
        if (narrow.matches) return near.append(form.data, speed, same);
        form.homecoming();
        controls.append(speed);
        top.append(same);
    }

    function update() {
        form.update(setting);
        layers.update(setting.layers);
        speed.value = setting.speed;
        mapped.checked = setting.maps;
    }

    // Changed settings start a new training.
    function change(more) {
        const before = isRegression(setting);
        if (more.data && more.data !== setting.data && !more.own) taps.choose(more.data === "own" ? ADD : CHOOSE);
        setting = { ...setting, step: 0, ...more };
        if (isRegression(setting) !== before) [setting.loss] = lossesFor(setting);
        if (setting.options.nesterov && setting.options.momentum === 0) setting.options = { ...setting.options, nesterov: false };
        setting.rates = [[0, setting.rates.at(-1)[1]]];
        update();
        prepare();
        changed();
    }

    // A new learning rate applies from the current step on.
    async function changeRate(x) {
        const { playing } = run;
        await run.halt();
        const { steps } = run.state;
        setting.rates = steps === 0 ? [[0, x]] : [...setting.rates.filter(([from]) => from < steps), [steps, x]];
        run.setting = setting;
        await run.ask("change", setting);
        curves.cut(steps);
        form.update(setting);
        tell("");
        changed();
        if (playing) start();
        else ended();
    }

    const prepare = latest(async () => {
        comparing = null;
        enable(false);
        run.width = Math.max(320, (net.clientWidth || 690) - 36);
        return run.prepare(setting, run.width);
    }, {
        async done(fresh) {
            const prepared = setting;
            page = { ...fresh, whole: wholeNetwork(fresh.view) };
            opened = asked = null;
            tell("");
            drawNet();
            drawSide();
            curves.clear(!isRegression(setting), task() === trained);
            trained = task();
            const last = Math.min(setting.step, MAX_STEP);
            if (setting.step > last) tell(`A link leads to step ${last.toLocaleString("en")} at most. Press Play to go on from there.`);
            await run.go(last, 0, Math.ceil(last / POINTS_ON_THE_WAY) || Infinity); // so that the curve is the training's
            if (setting !== prepared) return; // the settings changed meanwhile, and another training is being prepared
            setting.step = 0;
            enable(true);
        },
        failed: (error) => tell(error.message, true),
    });

    // What is learned and how it is measured: losses of the same task are comparable.
    const task = () => JSON.stringify([setting.data, setting.own, setting.loss]);

    function enable(able) {
        for (const control of [play, stepper, again, same]) control.disabled = !able;
    }

    function drawNet() {
        net.replaceChildren();
        view = networkView(net, { ...page.view, show: setting.show, maps: setting.maps ? [] : null }, {
            height: () => (narrow.matches ? net.clientHeight - 70 : net.querySelector(".network-box").clientHeight),
            least: () => (narrow.matches ? 1 : LEAST_SCALE), // where the page doesn't scroll, better small than cut off
            onOpen: (i) => { opened = i; neuron.hidden = false; refresh(); },
            onClose: () => { opened = null; neuron.hidden = true; refresh(); },
            onAsk: (unit) => { asked = unit; refresh(); },
            onLink: (parameter) => details.chooseWeight(parameter),
            onShow: (what) => { setting.show = what; changed(); },
        });
        maps = new LiveMaps(net, page.plane.ramp);
        neuron.hidden = true;
    }

    function drawSide() {
        plane = new LivePlane(page.plane, RESOLUTION, pick);
        if (!isRegression(setting)) plane.offer(taps);
        aim();
        setting.sample = Math.min(setting.sample, page.plane.points.length - 1);
        side.replaceChildren(plane.element, curves.element, histograms.element);
    }

    // A new sample goes where the click was, not to a nearby sample.
    function aim() {
        if (plane) plane.free = clicks !== CHOOSE && clicks !== ERASE;
    }

    // The chosen sample [x1, x2, target]; test samples come after training samples.
    function sample() {
        const { train, test } = page, i = setting.sample;
        const [{ X, y }, k] = i < train.y.length ? [train, i] : [test, i - train.y.length];
        return [...X[k], y[k]];
    }

    function pick([x, y]) {
        if (clicks !== CHOOSE && !isRegression(setting)) {
            const own = clicks === ERASE ? withoutPoint(setting, page, [x, y]) : withPoint(setting, page, [x, y, Number(clicks.at(-1))]);
            if (own !== null) change({ data: "own", own, sample: 0 });
            return;
        }
        const far = ([a, b]) => Math.hypot(a - x, b - y);
        const { points } = page.plane;
        setting.sample = points.reduce((best, point, i) => (far(point) < far(points[best]) ? i : best), 0);
        refresh();
        changed();
    }

    function seen() {
        const unit = asked ?? opened;
        return { sample: sample(), resolution: RESOLUTION, unit, maps: setting.maps };
    }

    // The current step as displayed.
    const refresh = latest(() => (run.playing || run.state === null ? null : run.ask("step", 0, seen())), { done: (state) => state && run.show(state), failed: (error) => tell(error.message, true) });

    function paint(state) {
        view.update(state);
        maps.show(state.maps);
        plane.choose(sample());
        const unit = asked ?? opened;
        plane.paintCells(state.grid, state.steps, unit, unit === null ? "" : page.view.neurons[unit].name);
        curves.add(state);
        histograms.show(state);
        numbers.textContent = summary(state);
        details.update(state, page, setting, run.playing);
        if (state.broken) diverged(state);
    }

    function start() {
        tell("");
        // a lesson's text is above it
        if (run.state.steps === 0 && root.parentElement.classList.contains("docked")) side.scrollIntoView({ block: "start" });
        play.textContent = "❚❚ Pause";
        net.querySelector(".network-sentence").ariaLive = "off"; // changes with every frame
        run.start();
    }

    function ended() {
        play.textContent = "▶ Play";
        net.querySelector(".network-sentence").ariaLive = "polite";
        details.update(run.state, page, setting, false);
        changed();
    }

    // The Python program that trains up to the current step.
    function program() {
        return exported("exported");
    }

    function exported(how) {
        return python.ask(how, setting, run.state?.steps ?? setting.step);
    }

    function tell(text, wrong = false, ...more) {
        status.replaceChildren(text, ...more);
        status.classList.toggle("slip", wrong);
    }

    // Advice for when weights are no longer finite.
    function diverged({ steps, rate }) {
        const less = Number((rate / 3).toPrecision(1));
        const back = button("Back to the last good step", "", lastGood);
        const lower = button(`Back, and on with the rate ${less}`, "", async () => {
            await lastGood();
            await changeRate(less);
            start();
        });
        tell(`Step ${steps} made weights infinite or NaN: the learning rate ${showNumber(rate)} is too high. Lower it.`, true, back, lower);
    }

    // The last step at which the loss was below twice its initial value, or at least finite.
    async function lastGood() {
        tell("");
        const good = curves.points.filter(([, { loss }]) => loss < 2 * curves.points[0][1].loss);
        await run.go(good.at(-1)?.[0] ?? 0);
    }

    // Run the exported program in Python and compare all bits.
    async function compare() {
        await run.halt();
        enable(false);
        comparing = "on";
        same.textContent = "Stop comparing"; // Python is a hundred times slower
        same.disabled = false;
        try {
            const mine = await run.ask("bits");
            for (let answer = { steps: -1 }; ;) {
                const before = answer.steps;
                answer = await run.ask("check", setting, mine.steps);
                if (comparing !== "on") return tell("");
                if (answer.steps < mine.steps) tell(`Python is at step ${answer.steps} of ${mine.steps} …`);
                else return tell(verdict(mine, answer.bits));
                if (answer.steps === before) return tell(`Python is stuck at step ${answer.steps}: please report it.`, true);
            }
        } catch (error) {
            tell(error.message, true);
        } finally {
            same.textContent = COMPARE;
            if (comparing !== null) enable(true); // otherwise another training is being prepared
            comparing = null;
        }
    }

    return {
        begin: () => page ?? begun ?? (begun = prepare()),
        state: () => ({ ...setting, step: run.state?.steps ?? setting.step }),
        restore(state) {
            setting = validated(state);
            taps.choose(setting.data === "own" ? ADD : CHOOSE);
            update();
            if (page !== null || !root.hidden) prepare();
        },
        code: program,
        forPyTorch: () => exported("exported_for_torch"),
        picture: () => net.querySelector("svg"),
    };
}

function verdict({ steps, bits }, theirs) {
    const counted = steps === 1 ? "1 step" : `${steps} steps`;
    const differing = bits.filter((each, i) => each !== theirs[i]).length;
    if (differing) return `After ${counted} ${differing} of ${bits.length} numbers differ from Python's: please report it.`;
    return `After ${counted} all ${bits.length} parameters are those of the exported program, run in Python on the engine, to the last bit.`;
}

function summary({ steps, epoch, train, test }) {
    const part = (name, score) => (score === null ? "" : ` · ${name} ${showNumber(score.loss, 3)}${score.accuracy === null ? "" : ` (${Math.round(100 * score.accuracy)} %)`}`);
    return `${steps === 0 ? "start" : `step ${steps}`} · epoch ${epoch.toFixed(1)}${part("loss", train)}${part("test", test)}`;
}
