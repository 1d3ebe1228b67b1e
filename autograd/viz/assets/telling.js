// What a step says: in a few words, and in full; with as many digits as the numbers on cards have.

const DIGITS = 4;

// A text whose names may be broken between the parts of their paths.
const breakable = (text) => text.split(/(?<=\.)(?=[A-Za-z_])/).flatMap((part, i) => (i ? [element("wbr"), part] : [part]));

// The step in which the backward pass begins.
const isSeed = (step) => step.changes !== undefined && step.upstream === undefined;

// "Forward: c is computed", of the steps from `first` to `last`, which are taken at once.
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
  if (isSeed(step)) return `${way}: begins at ${name}`;
  return `${way}: ${name} passes on ∂${data.root}/∂${name} = ${showNumber(step.upstream, DIGITS)}`;
}

// The sentences of a step: [{ text, why }]. Those along which a gradient flows come in the order of the changes.
function sentences(data, walk, at) {
  const changes = walk.changes[at].values();
  return data.steps[at].texts.map(([text, rule]) => {
    if (!rule) return { text, why: "" };
    const [node, after, before] = changes.next().value;
    const reached = `the gradient of ${data.nodes[node].name} goes from ${showNumber(before ?? 0, DIGITS)} to ${showNumber(after, DIGITS)}`;
    return { text, why: `local derivative ${rule}; ${reached}` };
  });
}

// What comes out in a sentence, without how.
function brief(text) {
  const [, result, is] = text.match(/^(.*?) (\+?=) /) ?? [];
  return is ? `${result} ${is} ${text.split(" = ").at(-1)}` : text;
}

// How many sentences of a step were left out, with these that there is no room for.
function moreOf({ more = 0, beyond = 0 }, others = 0) {
  const left = more + others;
  return left === 0 ? "" : `… and ${left} more: see the table${beyond ? `, which leaves out ${beyond} of them` : ""}`;
}
