// The state of the forward and backward passes at any step: what is computed by then, and which gradients have arrived.
// A move costs time proportional to the changes on the way.

function passes({ steps, nodes, groups }) {
  const made = new Map(); // node -> the forward step that computes it
  const settled = new Map(); // node -> the last step that changes its gradient
  const gradients = new Map(); // after the current step
  const changes = []; // for each step: [node, gradient after, gradient before]
  let at = -1;

  steps.forEach((step, i) => {
    if (!step.changes) made.set(step.node, i);
    changes.push((step.changes ?? []).map(([node, after]) => {
      const before = gradients.get(node);
      gradients.set(node, after);
      settled.set(node, i);
      return [node, after, before];
    }));
  });
  gradients.clear();

  function go(to) {
    for (; at < to; at++) for (const [node, after] of changes[at + 1]) gradients.set(node, after);
    for (; at > to; at--) {
      for (const [node, , before] of changes[at].slice().reverse()) {
        if (before === undefined) gradients.delete(node);
        else gradients.set(node, before);
      }
    }
  }

  // The groups around a node, outermost first.
  function path(node) {
    const found = [];
    for (let group = nodes[node].group ?? null; group !== null; group = groups[group][1]) found.unshift(group);
    return found;
  }

  // The last steps of the runs through single groups, forward or backward. `pick` chooses a group from a path.
  function runs(pick) {
    const keys = steps.map((step) => (isSeed(step) ? "seed" : `${step.changes ? "back" : "forward"} ${pick(path(step.node))}`));
    return keys.flatMap((key, i) => (key === keys[i + 1] ? [] : [i]));
  }

  return {
    go,
    made,
    settled,
    gradients,
    changes,
    path,
    runs,
    computed: (node) => (made.get(node) ?? -1) <= at,
    get at() { return at; },
  };
}
