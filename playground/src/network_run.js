// A training that goes on in the worker: prepared, played, paused, taken to any step.

import { Stopped } from "./engine.js";
import { FULL } from "./network_choices.js";
import { NO_TRAINING } from "./training_shared.js";

const SLICE = 100; // milliseconds of a way to a far step
const FRAME = 10; // milliseconds of training between two frames at full speed: the rest is for what is drawn
export const RESOLUTION = 60;

export class Run {
    // `seen()` is what is shown besides numbers; `paint(state)` is called for every state, `ended()` when playing ends, as it does
    // when the tab is not `visible()`; `told(text)` says why.
    constructor(python, { seen, paint, ended, told, visible }) {
        Object.assign(this, { python, seen, paint, ended, told, visible });
        this.playing = false;
        this.loop = Promise.resolve();
        this.state = null;
    }

    async prepare(setting, width) {
        await this.halt();
        this.target = null; // a way that is not yet at its end belongs to the training before
        await this.going;
        this.setting = setting;
        this.page = await this.python.ask("prepare", setting, width);
        await this.python.ask("train", this.page, setting);
        return this.page;
    }

    // The answer of the worker; of a new one, if it had to be replaced, once that has come to the same step.
    async ask(name, ...args) {
        const answer = await this.python.ask(name, ...args).catch((error) => {
            if (error instanceof Stopped) return NO_TRAINING;
            throw error;
        });
        if (answer !== NO_TRAINING) return answer;
        await this.python.ask("train", await this.python.ask("prepare", this.setting, this.width), this.setting);
        for (let steps = -1; this.state && steps < this.state.steps;) ({ steps } = await this.python.ask("go", this.state.steps, SLICE, this.seen()));
        return this.python.ask(name, ...args);
    }

    show(state) {
        this.state = state;
        this.paint(state);
    }

    async step(count) {
        await this.halt();
        this.show(await this.ask("step", count, this.seen()));
        this.ended();
    }

    // Go to a step, in slices, the last call wins; or first to another one, and from there in strides.
    async go(target, first = target, stride = Infinity) {
        await this.halt();
        this.target = target;
        if (this.going) return this.going;
        this.going = (async () => {
            let state = null;
            while (this.target !== null) {
                const aimed = this.target;
                state = await this.ask("go", Math.min(aimed, state === null ? first : state.steps + stride), SLICE, this.seen());
                this.show(state);
                if (this.target === aimed && (state.steps >= aimed || state.broken)) this.target = null;
                else await new Promise(requestAnimationFrame);
            }
            this.ended();
        })().finally(() => { this.going = null; });
        return this.going;
    }

    start() {
        if (this.playing) return;
        this.playing = true;
        this.loop = this.play();
    }

    async halt() {
        this.playing = false;
        await this.loop;
    }

    // How many steps come next at most: none if the training has come to its end.
    next() {
        const { stopSteps, stopLoss, speed } = this.setting, { state } = this;
        if (state?.broken) return 0;
        if (stopLoss > 0 && state?.train.loss < stopLoss && state.steps > this.from) return this.told(`The loss is below ${showNumber(stopLoss)}: stopped.`), 0;
        const count = speed === FULL ? Infinity : Math.max(1, speed);
        if (stopSteps === 0 || state.steps < stopSteps) return stopSteps ? Math.min(count, stopSteps - state.steps) : count;
        if (this.from >= stopSteps) return count; // played on by hand
        return this.told(`Step ${stopSteps}: stopped.`), 0;
    }

    // While the page paints a state the worker is at the next one.
    async play() {
        this.from = this.state.steps;
        try {
            let ahead = this.asked();
            while (ahead) {
                const state = await ahead;
                this.state = state;
                ahead = this.playing && this.visible() ? this.asked() : null;
                this.paint(state);
                await this.pause();
            }
        } finally {
            this.playing = false;
        }
        this.ended();
    }

    asked() {
        const count = this.next();
        return count > 0 ? this.ask("step", count, this.seen(), this.setting.speed === FULL ? FRAME : Infinity) : null;
    }

    pause() {
        const { speed } = this.setting;
        return speed < 1 ? new Promise((done) => setTimeout(done, 1000 / (60 * speed))) : new Promise(requestAnimationFrame);
    }
}
