// Snapshots of a training, from which any step can be reached again quickly.

const MAX_KEPT = 200;

export class Snapshots {
    constructor(first) {
        this.kept = new Map([[0, first]]);
        this.every = 10; // steps
    }

    keep(steps, make) {
        if (steps % this.every !== 0 || this.kept.has(steps)) return;
        this.kept.set(steps, make());
        if (this.kept.size <= MAX_KEPT) return;
        this.every *= 2;
        for (const step of this.kept.keys()) if (step % this.every !== 0) this.kept.delete(step);
    }

    // The latest snapshot up to a step: [its step, state].
    before(steps) {
        let best = 0;
        for (const step of this.kept.keys()) if (step <= steps && step > best) best = step;
        return [best, this.kept.get(best)];
    }

    // Drop snapshots from this step on: the training changed.
    forget(steps) {
        for (const step of this.kept.keys()) if (step > steps) this.kept.delete(step);
    }
}
