// The curve of the loss, or of the metric.

// The numbers of `what` over the steps, with the other run's behind them; clicks and drags go to a step.
class Chart {
  constructor(runs, own, what, go) {
    this.data = runs[own];
    this.what = what;
    this.name = what === "loss" ? "loss" : this.data.labels.metric;
    this.others = runs.filter((run, i) => i !== own && run[what]);
    const [low, high] = extent([this.data, ...this.others].flatMap((run) => run[what]));
    const logarithmic = low > 0 && high > 10 * low;
    const room = logarithmic ? 0 : 0.04 * (high - low) || 0.5 * (Math.abs(high) || 1);
    const last = Math.max(1, ...runs.map((run) => run.steps.at(-1)));
    this.other = drawn("path", { class: "curve other" });
    this.curve = drawn("path", { class: "curve" });
    this.cursor = drawn("path", { class: "cursor" });
    this.dot = drawn("circle", { class: "dot", r: 5 });
    this.axes = new Axes({
      x: { label: "step", low: 0, high: last, whole: true },
      y: { label: logarithmic ? `${this.name} (log)` : this.name, low: low - room, high: high + room, logarithmic },
      picture: { class: "chart" },
      draw: () => this.draw(),
    });
    this.axes.marks.append(this.other, this.cursor, this.curve, this.dot);
    this.axes.onDrag((event) => go(this.axes.at(event)[0]));
    this.now = element("span", { class: "now" });
    const title = element("h2", {}, `${this.name} `, this.now);
    this.element = element("figure", {}, title, this.axes.element);
  }

  draw() {
    this.curve.setAttribute("d", this.path(this.data));
    this.other.setAttribute("d", this.others.map((run) => this.path(run)).join(""));
    if (this.at !== undefined) this.show(this.at);
  }

  path(run) {
    let pen = "M"; // lifted where a number isn't finite
    return run.steps.map((step, i) => {
      const number = toNumber(run[this.what][i]);
      const part = Number.isFinite(number) ? `${pen}${this.axes.X(step).toFixed(1)} ${this.axes.Y(number).toFixed(1)}` : "";
      pen = part ? "L" : "M";
      return part;
    }).join("");
  }

  show(at) {
    this.at = at;
    const [step, number] = [this.data.steps[at], toNumber(this.data[this.what][at])];
    this.now.textContent = showNumber(number, 4);
    this.axes.picture.setAttribute("aria-label", `${this.name} over the steps, at step ${step}: ${showNumber(number)}`);
    if (!this.axes.area) return;
    const { top, bottom } = this.axes.area;
    this.cursor.setAttribute("d", `M${this.axes.X(step)} ${top}V${bottom}`);
    const finite = Number.isFinite(number);
    setAttributes(this.dot, { visibility: finite ? "visible" : "hidden", cx: this.axes.X(step), cy: finite ? this.axes.Y(number) : 0 });
  }
}
