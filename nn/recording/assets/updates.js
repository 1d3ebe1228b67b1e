// The largest updates of a step, in words.

const MAX_UPDATES = 3;

// The updates after a frame, largest first: [{ name, before, after, gradient }]; null if unknown.
function largestUpdates(run, at, states) {
  if (at + 1 >= run.steps.length) return null;
  const single = states?.kept ? packedUpdates(run, at, states) : keptUpdates(run, at);
  const size = ({ before, after }) => Math.abs(after - before);
  return single?.filter((update) => size(update) > 0).sort((one, other) => size(other) - size(one)).slice(0, MAX_UPDATES) ?? null;
}

function keptUpdates(run, at) {
  return run.names.map((name, i) => {
    const [before, after, gradient] = [run.values[i][at], run.values[i][at + 1], run.gradients[i][at]].map(toNumber);
    return { name, before, after, gradient };
  });
}

function packedUpdates(run, at, states) {
  const updates = states.updates(at);
  const [weights, gradients] = states.parameters(at);
  return updates?.map((update, i) => ({ name: states.view.parameters[i], before: weights[i], after: weights[i] + update, gradient: gradients[i] })) ?? null;
}

// An update in words, or as a formula where space is short.
function updateItem({ name, before, after, gradient }, run, steps, short) {
  const [from, to, slope, rate] = [before, after, gradient, run.rate].map((x) => showNumber(x, 4));
  const known = run.rate !== null && steps === 1 && !name.startsWith("‖");
  if (known && short) return item(name, ` ← ${from} − ${rate}·${factorText(gradient)} = ${to}`);
  if (known) return item(name, `: ${from} → ${to}, because of its gradient ${slope} times the rate ${rate}`);
  const change = after - before;
  const amount = element("span", { class: change > 0 ? "positive" : "negative" }, `${change > 0 ? "+" : ""}${showNumber(change, 4)}`);
  const why = steps > 1 || short || name.startsWith("‖") ? "" : ` by ${run.labels.optimizer}, from its gradient ${slope}`;
  return item(name, `: ${from} → ${to}, `, amount, why);
}

const item = (name, ...words) => element("li", {}, element("b", {}, name), ...words);

// The list for a frame, and its heading.
function updateList(run, at, states, short) {
  const found = largestUpdates(run, at, states);
  const steps = run.steps[at + 1] - run.steps[at];
  const items = (found ?? []).map((update) => updateItem(update, run, steps, short));
  const next = steps > 1 ? `Steps ${run.steps[at] + 1} to ${run.steps[at + 1]}` : `Step ${run.steps[at] + 1}`;
  const most = items.length === 1 ? "the largest update" : `the ${["", "", "two", "three"][items.length]} largest updates`;
  let head = `${next}: ${most}`;
  if (at + 1 >= run.steps.length) head = "No update follows: this is the last step of the record";
  else if (found === null) head = `${next}: individual updates were not kept here`;
  else if (items.length === 0) head = run.names.length ? `${next} changes nothing` : "";
  return [head, items];
}
