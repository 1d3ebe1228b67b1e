// A training run: its pictures and its sentences. `at` is the frame shown, the last one up to the chosen step.

const NETWORK_WORDS_ROOM = 110; // pixels of text above and below the picture in the network view

class Run {
  constructor({ runs, steps }, own, { go, pick }) {
    const run = runs[own];
    this.data = run;
    this.title = runs.length > 1 ? "AB"[own] : "";
    this.at = 0;
    this.steps = steps;
    let last = 0;
    this.frames = steps.map((step) => (last += run.steps[last + 1] <= step ? 1 : 0));
    this.states = run.network ? new States(run) : null;
    this.plane = run.plane ? new Plane(run.plane, run.labels, pick) : null;
    this.charts = ["loss", "metric"].filter((what) => run[what]).map((what) => new Chart(runs, own, what, go));
    this.build(pick);
  }

  build(pick) {
    this.reached = element("strong");
    this.formula = element("span", { class: "formula" });
    this.head = element("span", { class: "head" });
    this.list = element("ol");
    const setting = this.title ? [element("span", { class: "setting" }, this.data.summary)] : [];
    this.sentence = element("div", {}, this.reached, ...setting, this.formula, this.head, this.list);
    const network = this.states ? [this.network(pick)] : [];
    const side = element("div", { class: "side" }, ...[this.plane, ...this.charts].filter(Boolean).map((picture) => picture.element));
    this.element = element("section", { class: "run", "aria-label": this.title ? `Run ${this.title}` : "Run" }, ...(this.title ? [side, ...network] : [...network, side]));
  }

  network(pick) {
    const box = element("div", { class: "stagebox" });
    this.view = networkView(box, this.data.network.view, { height: () => box.clientHeight - NETWORK_WORDS_ROOM });
    this.about = element("span");
    this.select = this.samples();
    this.select.addEventListener("change", () => pick(this.data.network.samples[Number(this.select.value)]));
    const choice = this.states.known ? [element("label", {}, "Sample ", this.select)] : [];
    this.maps = this.states.known && this.data.plane ? new NeuronMaps(box, this.states, this.data.plane) : null;
    const maps = this.maps ? [this.maps.choice] : [];
    return element("figure", { class: "net" }, box, element("figcaption", { class: "quiet" }, ...choice, this.about, ...maps));
  }

  // Samples that can be sent through the network, with their targets if those are numbers.
  samples() {
    const { samples, targets } = this.data.network;
    const target = (i) => (targets[i] === null ? "" : ` (target ${showNumber(targets[i], 4)})`);
    const options = samples.map((_, i) => element("option", { value: i }, `${i + 1}${target(i)}`));
    return element("select", {}, element("option", { value: "", hidden: "" }, "a point"), ...options);
  }

  show(i, name, x) {
    this.at = this.frames[i];
    this.reached.textContent = (this.title ? `${this.title}: ` : "") + this.state(i);
    this.formula.textContent = this.update(name);
    const [head, items] = updateList(this.data, this.at, this.states, this.title !== "");
    this.head.textContent = head;
    this.list.replaceChildren(...items);
    for (const chart of this.charts) chart.show(this.at);
    this.plane?.show(this.at, this.data.steps[this.at]);
    this.look(x);
    this.maps?.show(this.at);
  }

  // The network's numbers for a sample; the first one if x is not an input.
  look(x) {
    if (!this.states) return;
    const { samples } = this.data.network;
    const own = x?.length === samples[0].length ? x : samples[0];
    const index = samples.findIndex((sample) => sample.every((number, i) => number === own[i]));
    this.select.value = index < 0 ? "" : index;
    this.plane?.choose(own);
    this.view.update(this.states.numbers(this.at, own));
    const step = this.states.step(this.at);
    const late = step === this.data.steps[this.at] ? "" : ` Parameters are those ${moment(step)}.`;
    const shown = own.slice(0, 4).map((number) => showNumber(number, 4)).join(", ");
    const inputs = this.states.known ? `${shown}${own.length > 4 ? ", …" : ""}` : "Values are not shown: an activation has branches, or too many parameters are left out.";
    this.about.textContent = inputs + late;
  }

  // The state of the run at a slider position.
  state(i) {
    const { steps, epochs, loss, metric, labels } = this.data;
    const at = this.frames[i];
    const late = steps[at] === this.steps[i] ? "" : at === steps.length - 1 ? ", where the run ended" : ", the last one kept";
    const epoch = epochs[at] === steps[at] + 1 ? "" : `, epoch ${epochs[at]}`;
    const measured = metric ? `, ${labels.metric} ${showNumber(metric[at])}` : "";
    return `${moment(steps[at])}${late}${epoch}: loss ${showNumber(loss[at])}${measured}`;
  }

  // How a parameter's value changes to that of the next frame.
  update(name) {
    if (name === null) return "";
    if (!this.data.names.includes(name)) return `${name}: not kept`;
    const value = this.number("values", name);
    if (this.at === this.data.steps.length - 1) return `${name} = ${showNumber(value)} at the end`;
    const after = this.number("values", name, this.at + 1);
    const steps = this.data.steps[this.at + 1] - this.data.steps[this.at];
    if (this.data.rate === null || steps > 1 || name.startsWith("‖")) {
      return `${name}: ${showNumber(value)} → ${showNumber(after)}${steps > 1 ? ` in ${steps} steps` : ""}`;
    }
    const gradient = this.number("gradients", name);
    return `${name} ← ${showNumber(value)} − ${showNumber(this.data.rate)}·${factorText(gradient, 6)} = ${showNumber(after)}`;
  }

  // A number from "values" or "gradients"; undefined if it wasn't kept.
  number(what, name, at = this.at) {
    const column = this.data[what][this.data.names.indexOf(name)];
    return column && at < column.length ? toNumber(column[at]) : undefined;
  }
}
