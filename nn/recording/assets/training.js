// A training run, or two side by side: the network, decision boundary, loss, parameters and gradients, step by step.

function mount(root, data) {
  let point = null; // that goes through the network
  const go = (step) => control.go(nearest(data.steps, step));
  const pick = (x) => {
    point = x;
    for (const run of runs) run.look(point);
    sampled.value = "";
  };
  const runs = data.runs.map((_, i) => new Run(data, i, { go, pick }));
  shareScale(runs);
  const names = [...new Set(runs.flatMap((run) => run.data.names))];
  const status = element("div", { class: "sentence words" }, ...runs.map((run) => run.sentence));
  const numbers = new Numbers(runs, names, () => show(control.index));
  const marks = data.difference ? [{ at: data.steps.indexOf(data.difference.step), label: "first difference" }] : [];
  const sampled = samples(runs, (x) => {
    point = x;
    for (const run of runs) run.look(point);
  });

  function show(i) {
    for (const run of runs) run.show(i, numbers.chosen, point);
    numbers.show();
  }
  const describe = (i) => runs.map((run) => run.state(i)).join("; ");
  const place = (i) => `${data.steps[i]} of ${data.steps.at(-1)}`;
  const control = scrubber({ count: data.steps.length, show, describe, place, status, marks });
  const title = element("h1", {}, runs.length > 1 ? "Two training runs" : "A training run");
  const dashed = runs.length > 1 ? "; a dashed curve is that of the other run" : "";
  const summary = element("p", { class: "summary" }, data.summary + dashed);
  const head = element("header", { class: "bar" }, element("div", {}, title, summary), themeButton(root));
  const work = element("div", { class: "work" }, status, ...runs.map((run) => run.element));
  if (sampled) control.element.append(element("label", { class: "sampled" }, "sample ", sampled));
  root.append(element("div", { class: "first" }, head, control.element, work), numbers.element);
  root.classList.add("training");
  root.classList.toggle("two", runs.length > 1);
  root.addEventListener("themechange", () => show(control.index));
  control.keys(document);
  control.go(0);
}

// The same width of a line means the same weight in both runs.
function shareScale(runs) {
  const states = runs.flatMap((run) => run.states ?? []);
  const weight = Math.max(...states.map(({ largest }) => largest));
  for (const state of states) state.scale = { weight };
}

// The index of the number in a list that is nearest to x.
function nearest(steps, x) {
  return steps.reduce((best, step, i) => (Math.abs(step - x) < Math.abs(steps[best] - x) ? i : best), 0);
}

// A list of samples of the first run that has a network, null if none has.
function samples(runs, chosen) {
  const run = runs.find(({ states }) => states?.known);
  if (!run) return null;
  const { samples } = run.data.network;
  const labels = run.data.plane?.points.slice(0, samples.length).map(([, , mark]) => run.data.plane.labels[mark]);
  const text = (i) => `${i + 1}${labels?.[i] === undefined ? "" : ` (class ${showNumber(labels[i])})`}`;
  const options = samples.map((_, i) => element("option", { value: i }, text(i)));
  const own = element("option", { value: "", hidden: "" }, "a point");
  const select = element("select", {}, own, ...options);
  select.value = 0;
  select.addEventListener("change", () => chosen(samples[Number(select.value)]));
  return select;
}
