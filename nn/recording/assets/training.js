// A training run, or two side by side: the network, decision boundary, loss, parameters and gradients, step by step.

function mount(root, data) {
  let point = null; // sent through the network
  const go = (step) => control.go(nearest(data.steps, step));
  const pick = (x) => {
    point = x;
    for (const run of runs) run.look(point);
  };
  const runs = data.runs.map((_, i) => new Run(data, i, { go, pick }));
  shareScale(runs);
  const names = [...new Set(runs.flatMap((run) => run.data.names))];
  const status = element("div", { class: "sentence words" }, ...runs.map((run) => run.sentence));
  const numbers = new Numbers(runs, names, () => show(control.index));
  const marks = data.difference ? [{ at: data.steps.indexOf(data.difference.step), label: "first difference" }] : [];

  function show(i) {
    for (const run of runs) run.show(i, numbers.chosen, point);
    numbers.show();
  }
  const describe = (i) => runs.map((run) => run.state(i)).join("; ");
  const place = (i) => (data.steps[i] === 0 ? "start" : `step ${data.steps[i]} of ${data.steps.at(-1)}`);
  const control = scrubber({ count: data.steps.length, show, describe, place, status, marks });
  const title = element("h1", {}, runs.length > 1 ? "Two training runs" : "A training run");
  const dashed = runs.length > 1 ? "; dashed curves show the other run" : "";
  const summary = element("p", { class: "summary" }, data.summary + dashed);
  const head = element("header", { class: "bar" }, element("div", {}, title, summary), themeButton(root));
  const work = element("div", { class: "work" }, status, ...runs.map((run) => run.element));
  root.append(element("div", { class: "first" }, head, control.element, work), numbers.element);
  root.classList.add("training");
  root.classList.toggle("two", runs.length > 1);
  root.addEventListener("themechange", () => show(control.index));
  control.keys(document);
  control.go(0);
}

// Equal line widths mean equal weights in both runs.
function shareScale(runs) {
  const states = runs.flatMap((run) => run.states ?? []);
  const weight = Math.max(...states.map(({ largest }) => largest));
  for (const state of states) state.scale = { weight };
}

// The index of the list's number nearest to x.
function nearest(steps, x) {
  return steps.reduce((best, step, i) => (Math.abs(step - x) < Math.abs(steps[best] - x) ? i : best), 0);
}
