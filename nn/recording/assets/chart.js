// The curve of the loss.

function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// The smallest and the largest finite number, or 0 and 1 if there are none.
function extent(numbers) {
  const finite = numbers.map(toNumber).filter(Number.isFinite);
  return finite.length ? [Math.min, Math.max].map((choose) => finite.reduce((x, y) => choose(x, y))) : [0, 1];
}

// The loss over the steps, with that of the other run behind it; a click goes to a step.
class Chart {
  constructor(runs, own, go) {
    this.data = runs[own];
    this.area = { left: 46, right: 388, top: 12, bottom: 216 };
    this.last = Math.max(1, ...runs.map((run) => run.steps.at(-1)));
    const [low, high] = extent(runs.flatMap((run) => run.loss));
    this.logarithmic = low > 0 && high / low > 50;
    this.scale = this.logarithmic ? Math.log10 : (x) => x;
    this.low = this.scale(low);
    this.high = this.scale(high) > this.low ? this.scale(high) : this.low + 1;
    const { left, right, top, bottom } = this.area;
    const lines = this.ticks(low, high).flatMap((tick) => {
      const y = this.y(tick);
      return [drawn("path", { class: "rule", d: `M${left} ${y}H${right}` }), drawn("text", { x: left - 6, y: y + 4, class: "left" }, showNumber(tick))];
    });
    const axis = [[0, left, ""], [this.last, right, "left"]].map(([step, x, side]) => drawn("text", { x, y: bottom + 18, class: side }, `${step}`));
    const label = drawn("text", { x: (left + right) / 2, y: bottom + 18, class: "middle" }, "step");
    const others = runs.filter((run, i) => i !== own).map((run) => drawn("path", { class: "curve other", d: this.path(run) }));
    this.cursor = drawn("path", { class: "cursor" });
    this.dot = drawn("circle", { class: "dot", r: 4.5 });
    const curve = drawn("path", { class: "curve", d: this.path(this.data) });
    this.picture = drawn("svg", { viewBox: "0 0 400 240", role: "img", class: "chart" }, ...lines, ...axis, label, ...others, this.cursor, curve, this.dot);
    this.picture.addEventListener("click", (event) => {
      const box = this.picture.getBoundingClientRect();
      const share = (((event.clientX - box.left) / box.width) * 400 - left) / (right - left);
      go(share * this.last);
    });
    const title = this.logarithmic ? "Loss, logarithmic" : "Loss";
    this.element = element("figure", {}, element("h2", {}, title), this.picture, ...(others.length ? [element("figcaption", { class: "quiet" }, "dashed: the other run")] : []));
  }

  ticks(low, high) {
    if (this.logarithmic) {
      const powers = [];
      const every = Math.ceil((this.high - this.low) / 6);
      for (let power = Math.ceil(this.low); power <= this.high; power += every) powers.push(10 ** power);
      return powers;
    }
    const rough = (this.high - this.low) / 4;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((n) => n * unit).find((size) => size >= rough);
    const first = Math.ceil(low / step);
    return Array.from({ length: Math.max(1, Math.floor(this.high / step) - first + 1) }, (_, i) => (first + i) * step);
  }

  x(step) {
    return this.area.left + (step / this.last) * (this.area.right - this.area.left);
  }

  y(loss) {
    return this.area.bottom - ((this.scale(loss) - this.low) / (this.high - this.low)) * (this.area.bottom - this.area.top);
  }

  path(run) {
    let pen = "M"; // lifted where the loss is not finite
    return run.steps.map((step, i) => {
      const loss = toNumber(run.loss[i]);
      const part = Number.isFinite(loss) ? `${pen}${this.x(step).toFixed(1)} ${this.y(loss).toFixed(1)}` : "";
      pen = part ? "L" : "M";
      return part;
    }).join("");
  }

  show(at) {
    const [step, loss] = [this.data.steps[at], toNumber(this.data.loss[at])];
    this.cursor.setAttribute("d", `M${this.x(step)} ${this.area.top}V${this.area.bottom}`);
    this.dot.setAttribute("visibility", Number.isFinite(loss) ? "visible" : "hidden");
    this.dot.setAttribute("cx", this.x(step));
    this.dot.setAttribute("cy", Number.isFinite(loss) ? this.y(loss) : 0);
    this.picture.setAttribute("aria-label", `The loss over the steps, at step ${step}: ${showNumber(loss)}`);
  }
}
