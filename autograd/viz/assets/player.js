// The page of one graph: its drawing, a sentence for each step, and the table of gradients.

const WORD = 35; // width of the words data and grad in a box
const sign = (x) => (toNumber(x) > 0 ? "positive" : toNumber(x) < 0 ? "negative" : "");

// The drawing, laid out once by Graphviz. At each step its boxes and arrows are shown, dimmed or marked.
function picture(label) {
  const root = element("div", { class: "drawing panel sideways", tabindex: 0, role: "img", "aria-label": label });
  let boxes = [];
  let arrows = [];
  new ResizeObserver(resize).observe(root);

  const parse = (text) => document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);

  function place(text) {
    root.replaceChildren(parse(text));
    resize();
    boxes = [...root.querySelectorAll("g.node")].filter((g) => /^[ng]\d+$/.test(g.id)).map(box);
    arrows = [...root.querySelectorAll("g.forward, g.backward")].map((g) => ({ g, key: g.id.slice(1), back: g.id[0] === "b" }));
  }

  // As wide as there is room for, unless it becomes too small to read.
  function resize() {
    const svg = root.firstElementChild;
    if (svg === null) return;
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const fitting = root.clientWidth / width;
    const scale = fitting < 0.75 ? 0.95 : Math.min(1.5, fitting);
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
  }

  // In a box, numbers follow the words data and grad; a sum may be below them.
  function box(g) {
    const texts = [...g.querySelectorAll("text")];
    const sum = texts.at(-1).textContent.startsWith("= ") ? [texts.pop()] : [];
    const rows = texts.slice(0, -1).map((text, i) => [text.textContent.trim().slice(0, 4), texts[i + 1]]);
    const [data, grad] = ["data", "grad"].map((word) => rows.filter(([begins]) => begins === word).map(([, number]) => number));
    const found = { g, id: g.id, folded: g.id[0] === "g", data, grad, sum };
    if (found.folded) return found;
    for (const row of [data, grad]) row.splice(0, row.length - 1); // a node may be called data: its name is above
    const corners = g.querySelector("path").getAttribute("d").match(/-?[\d.]+(?=,)/g);
    [found.left, found.right] = [Math.min(...corners) + 6, Math.max(...corners) - 13];
    for (const text of [...data, ...grad, ...sum]) {
      text.setAttribute("text-anchor", "end"); // this text changes
      text.setAttribute("x", found.right);
    }
    return found;
  }

  // A number that is too long for its box is squeezed.
  function squeeze(text, room) {
    text.removeAttribute("textLength");
    if (text.getComputedTextLength() <= room) return;
    text.setAttribute("textLength", room);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }

  // New numbers in the same layout, or in a new one if the arrows differ.
  function renumber(text) {
    const fresh = parse(text);
    const parts = (svg) => [...svg.querySelectorAll("text, path, polygon")];
    const [old, now] = [parts(root), parts(fresh)];
    const ids = (svg) => [...svg.querySelectorAll("g[id]")].map((g) => g.id).join(" ");
    if (ids(root) !== ids(fresh) || old.length !== now.length) return place(text);
    old.forEach((part, i) => {
      for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray"]) {
        if (now[i].hasAttribute(name)) part.setAttribute(name, now[i].getAttribute(name));
        else part.removeAttribute(name);
      }
      if (part.tagName !== "text" || part.textContent === now[i].textContent) return;
      const before = part.getComputedTextLength();
      part.textContent = now[i].textContent;
      if (part.getAttribute("text-anchor") !== "end") {
        part.setAttribute("x", Number(part.getAttribute("x")) + (before - part.getComputedTextLength()) / 2);
      }
    });
    for (const { folded, data, grad, sum, left, right } of boxes) {
      if (folded) continue;
      for (const text of [...data, ...grad]) squeeze(text, right - left - WORD);
      for (const text of sum) squeeze(text, right - left);
    }
  }

  // `state` is the state after a step, see `mount`.
  function show(state) {
    for (const { g, id, folded, data, grad, sum, left, right } of boxes) {
      const members = state.members.get(id) ?? [];
      const started = members.length === 0 || members.some(state.computed);
      const settled = members.length > 0 && members.every((node) => state.settled(node));
      g.classList.toggle("ahead", !started);
      g.classList.toggle("now", members.includes(state.node));
      g.classList.toggle("receives", members.some((node) => state.changed.has(node)));
      for (const text of data) text.classList.toggle("later", !members.every(state.computed));
      for (const text of grad) {
        if (folded) text.classList.toggle("later", !settled);
        else write(text, state.gradients.get(members[0]), right - left - WORD);
      }
      for (const text of sum) text.classList.toggle("later", !settled);
    }
    for (const { g, key, back } of arrows) {
      const [begun, done, now] = back ? state.passed(key) : state.carries(key);
      g.classList.toggle("ahead", !begun);
      g.classList.toggle("now", now);
      for (const text of g.querySelectorAll("text")) text.classList.toggle("later", !done);
    }
    bring([...root.querySelectorAll(".node.now, .node.receives")]);
  }

  function write(text, x, room) {
    const shown = x === undefined ? "" : showNumber(x, 4);
    text.setAttribute("class", sign(x ?? 0));
    if (text.textContent === shown) return;
    text.textContent = shown;
    squeeze(text, room);
  }

  // Scroll so that all of these are visible, or at least the current node.
  function bring(nodes) {
    const view = root.getBoundingClientRect();
    const around = (nodes) => {
      const all = nodes.map((node) => node.getBoundingClientRect());
      const [left, top] = [Math.min(...all.map((r) => r.left)), Math.min(...all.map((r) => r.top))];
      return new DOMRect(left, top, Math.max(...all.map((r) => r.right)) - left, Math.max(...all.map((r) => r.bottom)) - top);
    };
    if (nodes.length === 0) return;
    let target = around(nodes);
    if (target.width > view.width || target.height > view.height) target = around(nodes.filter((node) => node.matches(".now")));
    if (target.left >= view.left && target.right <= view.right && target.top >= view.top && target.bottom <= view.bottom) return;
    root.scrollBy({
      left: target.left + target.width / 2 - view.left - view.width / 2,
      top: target.top + target.height / 2 - view.top - view.height / 2,
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
  }

  return { root, place, renumber, show };
}

// The numbers of all nodes, the leaves first; `show` fills in those after a step.
function numbers() {
  const root = element("div", { class: "table panel sideways", tabindex: 0, role: "region", "aria-label": "Values and gradients so far" });
  let rows = [];

  function place(nodes) {
    const head = element("tr", {}, ...["Node", "Value", "Gradient so far"].map((title) => element("th", { scope: "col" }, title)));
    rows = [];
    const bodies = [true, false].map((leaf) => element("tbody", {}, ...nodes.filter(([, node]) => node.leaf === leaf).map(row)));
    root.replaceChildren(element("table", { class: "numbers" }, element("thead", {}, head), ...bodies));
  }

  function row([i, node]) {
    const [value, gradient] = [element("td"), element("td")];
    const made = element("tr", { "data-node": i }, element("th", { scope: "row" }, node.name), value, gradient);
    rows.push({ i, made, value, gradient, node });
    return made;
  }

  function write(cell, x) {
    const shown = x === undefined ? "" : showNumber(x);
    if (cell.textContent !== shown) cell.textContent = shown;
    cell.title = x === undefined ? "" : toNumber(x);
  }

  function show(state) {
    let first = null;
    for (const { i, made, value, gradient, node } of rows) {
      const turn = i === state.node || state.changed.has(i);
      if (turn) first ??= made;
      made.classList.toggle("now", turn);
      write(value, state.computed(i) ? node.value : undefined);
      write(gradient, state.gradients.get(i));
      gradient.className = sign(state.gradients.get(i) ?? 0);
    }
    if (first === null) return;
    const [top, bottom] = [first.offsetTop - 2 * first.offsetHeight, first.offsetTop + first.offsetHeight];
    if (top < root.scrollTop || bottom > root.scrollTop + root.clientHeight) root.scrollTop = top;
  }

  return { root, place, show };
}

// Fill `root` with the page; returns a function that updates it with other numbers.
function mount(root, data, keyboard = document) {
  let nodes, steps, made, settled, members;
  const drawing = picture(`Drawing of ${data.title}; all its numbers are in the table, too`);
  const table = numbers();
  const sentence = element("div", { class: "sentence" });
  const title = element("h1");
  const note = element("p", { class: "quiet" });
  read(data);
  const controls = scrubber({
    count: steps.length,
    show,
    describe: (i) => phase(steps[i]),
    status: sentence,
    marks: [{ at: steps.findIndex((step) => step.changes), label: "backward" }],
  });

  function read(fresh) {
    data = fresh;
    steps = data.steps;
    nodes = Object.entries(data.nodes).map(([i, node]) => [Number(i), node]);
    made = new Map();
    settled = new Map();
    members = new Map();
    steps.forEach((step, at) => {
      if (!step.changes) made.set(step.node, at);
      for (const [node] of step.changes ?? []) settled.set(node, at);
    });
    for (const [i, node] of nodes) members.set(node.box, [...(members.get(node.box) ?? []), i]);
    table.place(nodes);
    title.textContent = data.title;
    note.textContent = data.note;
  }

  function phase(step) {
    const name = data.nodes[step.node].name;
    if (!step.changes) return `Forward: ${name} is computed`;
    if (!("upstream" in step)) return `Backward: ${name} begins with ${showNumber(step.changes[0][1])}`;
    return `Backward: ${name} passes on ∂${data.root}/∂${name} = ${showNumber(step.upstream)}`;
  }

  const beyond = (step) => (step.beyond > 0 ? `, which leaves out ${step.beyond} of them` : "");

  // The state after this step.
  function reached(at) {
    const gradients = new Map();
    for (const step of steps.slice(0, at + 1)) for (const [node, after] of step.changes ?? []) gradients.set(node, after);
    const computed = (node) => (made.get(node) ?? -1) <= at;
    const { node, changes } = steps[at];
    return {
      node,
      members,
      gradients,
      computed,
      changed: new Set((changes ?? []).map(([node]) => node)),
      settled: (node) => data.note === "" && (settled.get(node) ?? -1) <= at,
      carries(key) {
        const along = data.arrows[key] ?? [];
        return [along.every(([from]) => computed(from)), true, !changes && along.some(([, to]) => to === node)];
      },
      passed(key) {
        const turns = (data.arrows[key] ?? []).map(([, , turn]) => turn).filter((turn) => turn >= 0);
        return [turns.some((turn) => turn <= at), turns.every((turn) => turn <= at), turns.includes(at)];
      },
    };
  }

  function show(at) {
    const state = reached(at);
    drawing.show(state);
    table.show(state);
    const lines = steps[at].texts.flatMap(([text, why]) => [element("strong", {}, text), ...(why ? [element("span", {}, why)] : [])]);
    if (steps[at].more > 0) lines.push(element("span", {}, `… and ${steps[at].more} more: see the table${beyond(steps[at])}`));
    sentence.replaceChildren(element("span", { class: "quiet" }, phase(steps[at])), ...lines);
  }

  const bar = element("div", { class: "bar" }, title, themeButton(root));
  const below = element("div", { class: "grid" }, element("section", { class: "step panel", "aria-label": "This step" }, sentence, note), table.root);
  root.replaceChildren(bar, drawing.root, controls.element, below);
  drawing.place(data.svg);
  controls.keys(keyboard);
  controls.go(0);

  return function update(fresh) {
    read(fresh);
    drawing.renumber(data.svg);
    controls.resize(steps.length);
  };
}
