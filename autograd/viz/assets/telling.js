// The words of a step, in brief and in full, with as many digits as the numbers on cards.

const DIGITS = 4;

// A text that may wrap between the parts of dotted names.
const breakable = (text) => text.split(/(?<=\.)(?=[A-Za-z_])/).flatMap((part, i) => (i ? [element("wbr"), part] : [part]));

// True for the step that begins the backward pass.
const isSeed = (step) => step.changes !== undefined && step.upstream === undefined;

// The heading for the steps from `first` to `last` taken at once: "Forward: c is computed".
function phase(data, walk, [first, last]) {
  const step = data.steps[last];
  const { name } = data.nodes[step.node];
  const way = step.changes ? "Backward" : "Forward";
  if (last > first) {
    const [one, other] = [first, last].map((i) => walk.path(data.steps[i].node));
    const group = one.filter((id, depth) => other[depth] === id).map((id) => data.groups[id][0]).join(".");
    return `${way} ${group ? `through ${group}` : "outside modules"}, ${last - first + 1} operations; the last one:`;
  }
  if (!step.changes) return `${way}: ${name} is computed`;
  if (isSeed(step)) return `${way} begins at ${name}`;
  return `${way}: ${name} passes on ∂${data.root}/∂${name} = ${showNumber(step.upstream, DIGITS)}`;
}

// The sentences of a step: [{ text, why }]. Those with a rule are in the order of the changes.
function sentences(data, walk, at) {
  const changes = walk.changes[at].values();
  return data.steps[at].texts.map(([text, rule]) => {
    if (!rule) return { text, why: "" };
    const [node, after, before] = changes.next().value;
    const reached = `the gradient of ${data.nodes[node].name} goes from ${showNumber(before ?? 0, DIGITS)} to ${showNumber(after, DIGITS)}`;
    return { text, why: `local derivative ${rule}; ${reached}` };
  });
}

// A sentence cut down to its result.
function brief(text) {
  const [, result, is] = text.match(/^(.*?) (\+?=) /) ?? [];
  return is ? `${result} ${is} ${text.split(" = ").at(-1)}` : text;
}

// A note on how many sentences of a step are left out, including `others` for lack of room.
function moreOf({ more = 0, beyond = 0 }, others = 0) {
  const left = more + others;
  return left === 0 ? "" : `… and ${left} more: see the table${beyond ? ` (which omits ${beyond} of them)` : ""}`;
}
