// A training that runs in the worker: prepared, played, paused, taken to any step.

import { Stopped } from "./engine.js";
import { FULL } from "./network_choices.js";
import { NO_TRAINING } from "./training_shared.js";

const SLICE = 100; // milliseconds per slice on the way to a distant step
const FRAME = 10; // milliseconds of training per frame at full speed; drawing gets the rest
export const RESOLUTION = 60;

export class Run {
    // `seen()` says what is shown besides numbers; `paint(state)` is called for every state, `ended()` when playing ends, which it does
    // when the tab isn't `visible()`; `told(text)` says why.
    constructor(python, { seen, paint, ended, told, visible }) {
        Object.assign(this, { python, seen, paint, ended, told, visible });
        this.playing = false;
        this.loop = Promise.resolve();
        this.state = null;
    }

    async prepare(setting, width) {
        await this.halt();
        this.target = null; // an unfinished move belongs to the previous training
        await this.going;
        this.setting = setting;
        this.page = await this.python.ask("prepare", setting, width);
        await this.python.ask("train", this.page, setting);
        return this.page;
    }

    // The worker's answer; if it was replaced, the new worker's, once it has reached the same step.
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

    // Go to a step in slices; the last call wins. Optionally go to another step first, and on from there in strides.
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

    // The maximum number of steps to take next: none if the training has ended.
    next() {
        const { stopSteps, stopLoss, speed } = this.setting, { state } = this;
        if (state?.broken) return 0;
        if (stopLoss > 0 && state?.train.loss < stopLoss && state.steps > this.from) return this.told(`The loss is below ${showNumber(stopLoss)}: stopped.`), 0;
        const count = speed === FULL ? Infinity : Math.max(1, speed);
        if (stopSteps === 0 || state.steps < stopSteps) return stopSteps ? Math.min(count, stopSteps - state.steps) : count;
        if (this.from >= stopSteps) return count; // continued by hand
        return this.told(`Step ${stopSteps}: stopped.`), 0;
    }

    // While the page paints a state, the worker computes the next.
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
