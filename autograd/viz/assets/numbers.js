// The table of all nodes, leaves first: value and gradient after the current step. A long one has only the rows in sight.

const ROW_HEIGHT = 29; // pixels, as in player.css
const MAX_ROWS = 1000; // in a longer table, rows come and go
const ROWS_AROUND = 20; // above and below those in sight

function numbers() {
  const root = element("div", { class: "table", tabindex: 0, role: "region", "aria-label": "Values and gradients so far" });
  const body = element("tbody");
  const table = element(
    "table",
    { class: "numbers" },
    element("thead", {}, element("tr", {}, ...["node", "data", "grad so far"].map((title) => element("th", { scope: "col" }, title)))),
    body,
  );
  root.append(table);
  let order = []; // the nodes
  let place = new Map(); // of each in `order`
  let rows = new Map(); // the existing ones, by node
  let state = null; // { walk, now, nodes }
  let range = [0, 0];

  function fill(nodes) {
    const all = Object.keys(nodes).map(Number);
    order = [true, false].flatMap((leaf) => all.filter((i) => nodes[i].leaf === leaf));
    place = new Map(order.map((node, i) => [node, i]));
    table.setAttribute("aria-rowcount", order.length + 1);
    [rows, range] = [new Map(), [0, 0]];
    body.replaceChildren();
    state = null;
  }

  function inSight() {
    if (order.length <= MAX_ROWS) return [0, order.length];
    const first = Math.floor(root.scrollTop / ROW_HEIGHT) - ROWS_AROUND;
    return [Math.max(0, first), Math.min(order.length, first + Math.ceil(root.clientHeight / ROW_HEIGHT) + 2 * ROWS_AROUND)];
  }

  function row(node) {
    const cells = [element("th", { scope: "row" }, state.nodes[node].name), element("td"), element("td")];
    const made = element("tr", { "data-node": node, "aria-rowindex": place.get(node) + 2 }, ...cells);
    return { made, value: cells[1], gradient: cells[2] };
  }

  function render() {
    const [low, high] = inSight();
    if (low === range[0] && high === range[1] && rows.size > 0) return;
    range = [low, high];
    rows = new Map(order.slice(low, high).map((node) => [node, rows.get(node) ?? row(node)]));
    const space = (n) => (n > 0 ? [element("tr", { class: "space", "aria-hidden": "true", style: `height: ${n * ROW_HEIGHT}px` })] : []);
    body.replaceChildren(...space(low), ...[...rows.values()].map(({ made }) => made), ...space(order.length - high));
    write(rows.keys());
  }

  // A closed table hears of no steps, so the next one may be far from the last.
  function forget() {
    state = null;
  }

  function number(cell, x) {
    const shown = x === undefined ? "" : showNumber(x);
    if (cell.textContent !== shown) cell.textContent = shown;
    cell.title = x === undefined ? "" : toNumber(x);
  }

  function write(nodes) {
    const { walk, now } = state;
    for (const node of nodes) {
      const found = rows.get(node);
      if (found === undefined) continue;
      found.made.classList.toggle("now", now.nodes.has(node) || now.changed.has(node));
      number(found.value, walk.computed(node) ? state.nodes[node].value : undefined);
      number(found.gradient, walk.gradients.get(node));
      found.gradient.className = sign(walk.gradients.get(node) ?? 0);
    }
  }

  function show(walk, now, nodes) {
    const last = state?.now;
    const near = last !== undefined && (now.times[0] === last.times.at(-1) + 1 || now.times.at(-1) + 1 === last.times[0]);
    state = { walk, now, nodes };
    if (rows.size === 0) render(); // its height must be known
    const first = [...now.nodes, ...now.changed].reduce((least, node) => Math.min(least, place.get(node) ?? Infinity), Infinity);
    if (Number.isFinite(first)) {
      const [top, bottom] = [first * ROW_HEIGHT, (first + 2) * ROW_HEIGHT]; // with the head
      if (top < root.scrollTop || bottom > root.scrollTop + root.clientHeight) root.scrollTop = Math.max(0, top - ROW_HEIGHT);
    }
    render();
    write(near ? [...last.nodes, ...last.changed, ...now.nodes, ...now.changed] : rows.keys());
  }

  root.addEventListener("scroll", () => state && render());
  return { root, fill, show, forget };
}
