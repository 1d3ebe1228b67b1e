// Curves of loss and accuracy for training and test; clicks and arrow keys go to a step.

const MAX_POINTS = 300; // per curve

export class Curves {
    constructor(go) {
        this.what = "loss";
        this.paths = { test: drawn("path", { class: "curve other" }), train: drawn("path", { class: "curve" }) };
        this.before = drawn("path", { class: "former" });
        this.cursor = drawn("path", { class: "cursor" });
        this.axes = new Axes({
            x: { label: "step", low: 0, high: 50, whole: true },
            y: { label: "", low: 0, high: 1 },
            picture: { class: "chart", tabindex: 0, role: "slider", "aria-label": "Step", "aria-valuemin": 0, "aria-valuenow": 0, "aria-valuemax": 50 },
            draw: () => this.draw(),
        });
        this.axes.marks.append(this.before, this.paths.test, this.paths.train, this.cursor);
        this.now = element("span", { class: "now" });
        this.points = [];
        this.former = []; // the previous training's points
        this.choice = this.switch();
        this.formerLegend = element("span", { class: "before" }, " ", line("former"), " before");
        const legend = element("span", { class: "quiet" }, line("curve"), " training ", line("curve other"), " test", this.formerLegend);
        this.element = element("figure", { class: "curves" }, element("div", { class: "head" }, this.choice, this.now, legend), this.axes.element);
        this.listen(go);
        this.clear();
    }

    switch() {
        const inputs = ["loss", "accuracy"].map((value) => {
            const input = element("input", { type: "radio", name: "curve", value });
            input.checked = value === this.what;
            input.addEventListener("change", () => {
                this.what = value;
                this.fit();
            });
            return element("label", {}, input, element("span", {}, value));
        });
        return element("fieldset", { class: "network-switch" }, element("legend", { class: "unseen" }, "Curve"), ...inputs);
    }

    listen(go) {
        const { picture } = this.axes;
        this.axes.onDrag((event) => go(Math.max(0, Math.min(this.last, Math.round(this.axes.at(event)[0])))));
        picture.addEventListener("keydown", (event) => {
            const to = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: this.last }[event.key];
            if (to === undefined) return;
            event.preventDefault();
            go(Math.max(0, to));
        });
    }

    // Start over; accuracy needs classes. The previous training's curve stays in the background if it is comparable.
    clear(classes = true, comparable = false) {
        if (!comparable) this.former = [];
        else if (this.points.length > 1) this.former = this.points;
        this.formerLegend.hidden = this.former.length === 0;
        this.choice.hidden = !classes;
        if (!classes) this.what = "loss";
        this.choice.querySelector(`[value=${this.what}]`).checked = true;
        this.points = []; // [step, train, test], both { loss, accuracy } or null
        this.every = 1;
        this.at = this.last = 0;
        this.axes.x.high = Math.max(50, this.former.at(-1)?.[0] ?? 0);
        this.range = null;
    }

    // Points after this step belong to a different training now.
    cut(step) {
        this.points = this.points.filter(([each]) => each <= step);
        this.last = Math.min(this.last, step);
    }

    // Show the state after a step.
    add({ steps, train, test }) {
        this.at = steps;
        if (steps > this.last || this.points.length === 0) {
            this.last = Math.max(this.last, steps);
            this.points.push([steps, train, test]);
            if (this.points.length > 2 * MAX_POINTS) this.points = this.points.filter((_, i) => i % 2 === 0 || i === this.points.length - 1);
        }
        const grows = this.last > this.axes.x.high;
        if (grows) this.axes.x.high = 2 * this.last;
        const shown = this.number(train);
        this.now.textContent = shown === null ? "" : showNumber(shown, 4);
        this.axes.picture.setAttribute("aria-valuenow", steps);
        this.axes.picture.setAttribute("aria-valuemax", this.last);
        if (grows || !this.covers([this.number(train), this.number(test)])) this.fit();
        else if (this.axes.area) this.draw();
    }

    number(score) {
        return score?.[this.what] ?? null;
    }

    covers(numbers) {
        return this.range !== null && numbers.every((x) => x === null || !Number.isFinite(x) || (x >= this.range[0] && x <= this.range[1]));
    }

    // Choose the range of the vertical axis, leaving some room.
    fit() {
        const trained = this.former.map(([, train]) => this.number(train));
        const numbers = [...trained, ...this.points.flatMap(([, train, test]) => [this.number(train), this.number(test)])].filter((x) => x !== null && Number.isFinite(x));
        const { y } = this.axes;
        let [low, high] = numbers.length ? [Math.min(...numbers), Math.max(...numbers)] : [0, 1];
        y.logarithmic = this.what === "loss" && low > 0 && high > 10 * low;
        if (this.what === "accuracy") [low, high] = [Math.min(low, 0.5), 1];
        else if (y.logarithmic) [low, high] = [low / 2, high];
        else [low, high] = [0, high * 1.05 || 1];
        Object.assign(y, { low, high, label: y.logarithmic ? "loss (log)" : this.what });
        this.axes.scale = y.logarithmic ? Math.log10 : (number) => number;
        this.range = [low, high];
        this.axes.layout();
    }

    draw() {
        const { axes } = this;
        this.before.setAttribute("d", this.path(this.former, 1));
        this.paths.train.setAttribute("d", this.path(this.points, 1));
        this.paths.test.setAttribute("d", this.path(this.points, 2));
        this.cursor.setAttribute("d", `M${axes.X(this.at).toFixed(1)} ${axes.area.top}V${axes.area.bottom}`);
    }

    // The line through entry k of the points.
    path(points, k) {
        const { axes } = this;
        const part = Math.ceil(points.length / MAX_POINTS);
        let d = "", pen = "M";
        points.forEach((point, i) => {
            if (i % part !== 0 && i !== points.length - 1) return;
            const x = this.number(point[k]);
            if (x === null || !Number.isFinite(x) || (axes.y.logarithmic && x <= 0)) pen = "M";
            else {
                d += `${pen}${axes.X(point[0]).toFixed(1)} ${axes.Y(x).toFixed(1)}`;
                pen = "L";
            }
        });
        return d;
    }
}

const line = (kind) => drawn("svg", { class: "chart", width: 22, height: 8, "aria-hidden": "true" }, drawn("path", { class: kind, d: "M0 4H22" }));
