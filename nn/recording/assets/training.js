// A training run, or two side by side: decision boundary, loss, parameters and their gradients, step by step.

function mount(root, data) {
  const go = (step) => control.go(nearest(data.steps, step));
  const runs = data.runs.map((run, i) => new Run(data, i, go));
  const names = [...new Set(runs.flatMap((run) => run.data.names))];
  const status = element("div", { class: "sentence runs" }, ...runs.map((run) => run.sentence));
  const numbers = new Numbers(runs, names, () => show(control.index));
  const marks = data.difference ? [{ at: data.steps.indexOf(data.difference.step), label: "first difference" }] : [];

  function show(i) {
    for (const run of runs) run.show(i, numbers.chosen);
    numbers.show();
  }
  const describe = (i) => runs.map((run) => run.state(i)).join("; ");
  const place = (i) => `${data.steps[i]} of ${data.steps.at(-1)}`;
  const control = scrubber({ count: data.steps.length, show, describe, place, status, marks });
  const title = element("h1", {}, runs.length > 1 ? "Two training runs" : "A training run");
  const summary = element("p", { class: "summary" }, data.summary);
  const head = element("div", { class: "bar" }, element("div", {}, title, summary), themeButton(root));
  const pictures = element("div", { class: "runs pictures" }, ...runs.map((run) => run.element));
  root.append(head, control.element, status, pictures, numbers.element);
  root.classList.toggle("two", runs.length > 1);
  root.addEventListener("themechange", () => show(control.index));
  control.keys(document);
  control.go(0);
}

// The index of the number in a list that is nearest to x.
function nearest(steps, x) {
  return steps.reduce((best, step, i) => (Math.abs(step - x) < Math.abs(steps[best] - x) ? i : best), 0);
}

// One column: a run with its pictures and its sentence. `at` is the frame shown, the last one up to the chosen step.
class Run {
  constructor({ runs, steps }, own, go) {
    const run = runs[own];
    this.data = run;
    this.title = runs.length > 1 ? "AB"[own] : "";
    this.at = 0;
    this.steps = steps;
    let last = 0;
    this.frames = steps.map((step) => (last += run.steps[last + 1] <= step ? 1 : 0));
    this.formula = element("strong");
    this.reached = element("span");
    this.sentence = element("p", {}, this.formula, this.reached);
    this.plane = run.plane ? new Plane(run.plane) : null;
    this.chart = new Chart(runs, own, go);
    const pictures = [this.plane, this.chart].filter((picture) => picture).map((picture) => picture.element);
    const head = this.title ? [element("h2", { class: "title" }, this.title), element("p", { class: "quiet setting" }, run.summary)] : [];
    this.element = element("section", { class: "run" }, ...head, element("div", { class: "pair" }, ...pictures));
  }

  show(i, name) {
    this.at = this.frames[i];
    this.formula.textContent = (this.title ? `${this.title}: ` : "") + this.update(name);
    this.reached.textContent = this.state(i);
    this.chart.show(this.at);
    this.plane?.show(this.at, this.data.steps[this.at]);
  }

  // The state of the run at a position of the slider.
  state(i) {
    const { steps, epochs, loss, metric } = this.data;
    const at = this.frames[i];
    const late = steps[at] === this.steps[i] ? "" : at === steps.length - 1 ? ", where the run ended" : ", the last one kept";
    const epoch = epochs[at] === steps[at] + 1 ? "" : `, epoch ${epochs[at]}`;
    const measured = metric ? `, metric ${showNumber(metric[at])}` : "";
    return `after step ${steps[at]}${late}${epoch}: loss ${showNumber(loss[at])}${measured}`;
  }

  // How the value becomes that of the next frame.
  update(name) {
    if (!this.data.names.includes(name)) return name === undefined ? "" : `${name}: not kept`;
    const value = this.number("values", name);
    if (this.at === this.data.steps.length - 1) return `${name} = ${showNumber(value)} at the end`;
    const after = this.number("values", name, this.at + 1);
    const steps = this.data.steps[this.at + 1] - this.data.steps[this.at];
    if (this.data.rate === null || steps > 1 || name.startsWith("‖")) {
      return `${name}: ${showNumber(value)} → ${showNumber(after)}${steps > 1 ? ` in ${steps} steps` : ""}`;
    }
    const gradient = this.number("gradients", name);
    const factor = gradient < 0 ? `(${showNumber(gradient)})` : showNumber(gradient);
    return `${name} ← ${showNumber(value)} − ${showNumber(this.data.rate)}·${factor} = ${showNumber(after)}`;
  }

  // A number of the "values" or the "gradients", undefined if it was not kept.
  number(what, name, at = this.at) {
    const column = this.data[what][this.data.names.indexOf(name)];
    return column && at < column.length ? toNumber(column[at]) : undefined;
  }
}

// The table: a row per name, and per run its value, its gradient and, for a single run, the next change.
class Numbers {
  constructor(runs, names, chosen) {
    this.runs = runs;
    this.chosen = names[0];
    const [low, high] = extent(runs.flatMap((run) => run.data.gradients.flat()));
    this.largest = Math.max(-low, high);
    const heads = runs.flatMap((run) => ["value", "gradient", ...(run.title ? [] : ["next change"])].map((head) => `${run.title} ${head}`.trim()));
    const head = element("tr", {}, ...["parameter", ...heads].map((text) => element("th", { scope: "col" }, text)));
    this.rows = names.map((name) => {
      const button = element("button", { type: "button", class: "choose" }, name);
      const row = element("tr", {}, element("th", { scope: "row" }, button));
      const cells = heads.map(() => element("td"));
      row.append(...cells);
      button.addEventListener("click", () => {
        this.chosen = name;
        chosen();
      });
      return { name, row, button, cells };
    });
    const table = element("table", { class: "numbers" }, element("thead", {}, head), element("tbody", {}, ...this.rows.map(({ row }) => row)));
    const scrolled = element("div", { class: "sideways", tabindex: 0, role: "region", "aria-label": "Values and gradients" }, table);
    this.element = element("section", { class: "panel", ...(names.length ? {} : { hidden: "" }) }, scrolled);
  }

  show() {
    for (const { name, row, button, cells } of this.rows) {
      row.classList.toggle("now", name === this.chosen);
      button.setAttribute("aria-pressed", name === this.chosen);
      const shown = this.runs.flatMap((run, i) => {
        const [value, gradient] = ["values", "gradients"].map((what) => run.number(what, name));
        const change = run.title ? [] : [[this.change(run.number("values", name, run.at + 1) - value)]];
        return [[this.number(value, i && this.differs("values", name))], [this.meter(gradient), this.number(gradient, i && this.differs("gradients", name))], ...change];
      });
      cells.forEach((cell, i) => cell.replaceChildren(...shown[i]));
    }
  }

  number(x, differs) {
    const mark = differs ? [element("span", { class: "unequal" }, "≠")] : [];
    return element("span", { class: "number" }, ...mark, x === undefined ? "—" : showNumber(x));
  }

  differs(what, name) {
    const [one, other] = this.runs.map((run) => run.number(what, name));
    return one !== undefined && other !== undefined && !Object.is(one + 0, other + 0);
  }

  change(x) {
    return Number.isNaN(x) ? "—" : `${x > 0 ? "▲" : x < 0 ? "▼" : "="} ${showNumber(Math.abs(x))}`;
  }

  // A bar from the middle towards the side of the sign, by the root, so that small gradients can be seen too.
  meter(gradient) {
    const share = this.largest > 0 ? Math.sqrt(Math.min(1, Math.abs(gradient) / this.largest)) : 0;
    const side = gradient < 0 ? "negative" : "positive";
    return element("span", { class: `meter ${side}`, style: `--share: ${Number.isFinite(share) ? share : 0}`, "aria-hidden": "true" });
  }
}
