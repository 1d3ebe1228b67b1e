// The drawing of a graph, laid out once: each step shows, dims or marks its cards and arrows, and numbers travel along them.

const MAX_TRAVELLERS = 24; // at once
const SEED_LENGTH = 30; // pixels of the arrow to the result
const SEED_GAP = 2; // pixels between the two
const MIN_ROOM = 0.65; // of what a number needs: with less, new numbers get a new layout
const BOLD = 1.1; // times the length of a label, while it is bold
const MIN_LABEL = 40; // pixels that any arrow has room for
const CHOSEN_GAP = 6; // pixels between a card and the frame around the chosen one
const CARD_PADDING = 6; // pixels beside a number

// The place of a <rect>, from its attributes: it may not be rendered.
const placeOf = (rect) => Object.fromEntries(["x", "y", "width", "height"].map((name) => [name, Number(rect.getAttribute(name))]));
const sign = (x) => (toNumber(x) > 0 ? "positive" : toNumber(x) < 0 ? "negative" : "");

function drawing(view) {
  let data, walk, svg;
  let cards = new Map(); // by id
  let arrows = [];
  let touching = []; // for each step, the cards and arrows that change their look
  let lit = new Set(); // those that show the current step
  let rooms = new Map(); // the lengths of the arrows' labels in the layout
  let owed = false; // true if numbers lack room because the layout was held
  let chosen = null; // the framed node
  let travelling = () => {};

  function place(text, fresh, passes, keep = false) {
    [data, walk] = [fresh, passes];
    owed = false;
    svg = parseSvg(text);
    makeRoomForSeed();
    view.place(svg, keep);
    rooms = new Map([...svg.querySelectorAll(".edge text")].map((text) => [text, Number(text.dataset.room ?? lengthOf(text))]));
    bind();
  }

  // Finds the parts of the picture, and the steps at which they change.
  function bind() {
    cards = new Map([...svg.querySelectorAll("g.node")].filter((g) => /^[ng]\d+$/.test(g.id)).map((g) => [g.id, card(g)]));
    for (const [i, node] of Object.entries(data.nodes)) cards.get(node.box)?.members.push(Number(i));
    arrows = [...svg.querySelectorAll("g.forward, g.backward")].map(arrow);
    touching = data.steps.map(() => new Set());
    for (const one of cards.values()) {
      const when = (of) => one.members.map((node) => of.get(node) ?? -1);
      const made = when(walk.made);
      one.first = made.reduce((a, b) => Math.min(a, b), Infinity);
      one.last = made.reduce((a, b) => Math.max(a, b), -1);
      one.settled = data.note ? Infinity : when(walk.settled).reduce((a, b) => Math.max(a, b), -1);
    }
    const ofNode = (node) => cards.get(data.nodes[node]?.box);
    data.steps.forEach((step, i) => {
      for (const node of [step.node, ...walk.changes[i].map(([node]) => node)]) if (ofNode(node)) touching[i].add(ofNode(node));
    });
    for (const one of arrows) {
      const made = (node) => walk.made.get(node) ?? -1;
      one.begun = one.back ? Infinity : -1;
      one.done = -1;
      one.times = new Set();
      for (const [from, to, turn] of data.arrows[one.key] ?? []) {
        if (!one.back) one.begun = Math.max(one.begun, made(from));
        else if (turn >= 0) [one.begun, one.done] = [Math.min(one.begun, turn), Math.max(one.done, turn)];
        one.times.add(one.back ? turn : made(to));
      }
      for (const time of [...one.times, one.begun]) touching[time]?.add(one);
    }
    const begin = data.steps.findIndex(isSeed);
    const seeded = cards.get(data.nodes[data.steps[begin]?.node]?.box);
    svg.querySelector(":scope > .seed")?.remove();
    if (seeded && !seeded.folded) {
      arrows.push(seed(seeded, begin));
      touching[begin].add(arrows.at(-1));
    }
    lit = new Set([...cards.values(), ...arrows]);
    choose(chosen);
  }

  // Frames the card of a node, or of none (null).
  function choose(node) {
    chosen = node;
    svg.querySelector(":scope > .chosen")?.remove();
    const card = cards.get(data.nodes[node]?.box)?.g.querySelector(".card");
    if (!card) return;
    const [place, more] = [placeOf(card), 2 * CHOSEN_GAP];
    const around = { x: place.x - CHOSEN_GAP, y: place.y - CHOSEN_GAP, width: place.width + more, height: place.height + more };
    svg.append(drawn("rect", { class: "chosen", ...around, rx: 9, fill: "none" }));
  }

  function card(g) {
    const texts = (name) => [...g.querySelectorAll(`text.${name}`)];
    const found = { g, id: g.id, folded: g.id[0] === "g", members: [], measured: null };
    [found.value, found.grad, found.sum] = ["value", "grad", "sum"].map(texts);
    found.name = g.querySelector("text.name")?.textContent.trim() ?? "";
    found.update = (now) => updateCard(found, now);
    return found;
  }

  function arrow(g) {
    const found = { g, key: g.id.slice(1), back: g.id[0] === "b", line: g.querySelector(".line"), labels: [...g.querySelectorAll("text")] };
    found.update = (now) => updateArrow(found, now);
    return found;
  }

  // Widens the picture if its result is at the right end.
  function makeRoomForSeed() {
    const box = data.nodes[data.steps.find(isSeed)?.node]?.box;
    const card = box === undefined ? null : svg.getElementById(box)?.querySelector(".card");
    if (!card) return;
    const [left, top, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const end = placeOf(card).x + placeOf(card).width + SEED_GAP + SEED_LENGTH;
    svg.setAttribute("viewBox", `${left} ${top} ${Math.max(width, end)} ${height}`);
  }

  // The 1 that starts the backward pass comes to the result from outside, and is visible only in that step.
  function seed({ g, grad }, time) {
    const card = placeOf(g.querySelector(".card"));
    const [x, y] = [card.x + card.width + SEED_GAP, grad.length ? Number(grad[0].getAttribute("y")) - 4 : card.y + card.height / 2];
    const line = drawn("path", { class: "line", d: `M${x + SEED_LENGTH} ${y}L${x + 6} ${y}`, stroke: "currentColor" });
    const tip = drawn("path", { class: "tip", d: `M${x} ${y}l9 -4.5v9z` });
    const label = drawn("text", { class: "label", x: x + SEED_LENGTH, y: y - 7, "text-anchor": "end" }, "1");
    const root = drawn("g", { class: "seed" }, line, tip, label);
    svg.append(root);
    const update = () => {
      root.classList.toggle("later", walk.at !== time);
      root.classList.toggle("now", walk.at === time);
    };
    return { g: root, key: "", back: true, line, labels: [label], begun: time, done: time, times: new Set([time]), update };
  }

  function updateCard({ g, folded, members, value, grad, sum, first, last, settled }, now) {
    const at = walk.at;
    g.classList.remove("found");
    g.classList.toggle("ahead", members.length > 0 && first > at);
    g.classList.toggle("now", members.some((node) => now.nodes.has(node)));
    g.classList.toggle("receives", members.some((node) => now.changed.has(node)));
    const over = members.length > 0 && settled <= at;
    for (const text of value) text.classList.toggle("later", last > at || members.length === 0);
    for (const text of grad) {
      if (folded) text.classList.toggle("later", !over);
      else write(text, walk.gradients.get(members[0]));
    }
    for (const text of sum) text.classList.toggle("later", !over);
  }

  function updateArrow({ g, key, back, labels, begun, done, times }, now) {
    g.classList.toggle("ahead", begun > walk.at);
    g.classList.toggle("now", (back || now.forward) && now.times.some((time) => times.has(time)));
    for (const text of labels) text.classList.toggle("later", back && done > walk.at);
  }

  function write(text, x) {
    const shown = x === undefined ? "" : showNumber(x, DIGITS);
    for (const name of ["positive", "negative"]) text.classList.toggle(name, sign(x ?? 0) === name);
    if (text.textContent === shown) return;
    text.textContent = shown;
    if (shown) align([text]);
  }

  // Aligns numbers at the decimal points of their columns, as far as their cards have room. Returns the share of the room it
  // needs that the tightest number has. Measures everything before moving anything, since measuring after a move would
  // force a new layout each time.
  function align(texts) {
    const open = texts.filter((text) => text.getAttribute("text-anchor") !== "end");
    for (const text of open) text.removeAttribute("textLength");
    const measured = open.filter((text) => text.getNumberOfChars() > 0).map(measure); // 0 if it isn't rendered
    for (const { text, x, left, right, length } of measured) {
      if (x >= left) text.setAttribute("x", x);
      else setAttributes(text, { x: left, textLength: Math.min(length, right - left), lengthAdjust: "spacingAndGlyphs" });
    }
    return measured.reduce((least, { x, left, right, length }) => (x >= left ? least : Math.min(least, (right - left) / length)), 1);
  }

  // A number in its card: its best position, and the sides it must stay between.
  function measure(text) {
    const g = text.closest("g.node");
    const [card, word] = [placeOf(g.querySelector(".card")), text.previousElementSibling];
    const right = card.x + card.width - CARD_PADDING;
    const left = word === null ? card.x : Number(word.getAttribute("x")) + word.getComputedTextLength() + CARD_PADDING;
    const whole = text.textContent.match(/^[−\d]*/)[0].length || text.textContent.length;
    const length = text.getComputedTextLength();
    return { text, left, right, length, x: Math.min(Number(g.dataset.point) - text.getSubStringLength(0, whole), right - length) };
  }

  // Shows the current step of `walk`; `now` has the steps to present: { times, forward, nodes, changed }.
  // `before` is the step shown so far; undefined redraws everything.
  function show(now, before) {
    const at = walk.at;
    const parts = new Set(lit);
    const [low, high] = before === undefined ? [0, Infinity] : [Math.min(at, before) + 1, Math.max(at, before)];
    if (high - low > cards.size + arrows.length) for (const part of [...cards.values(), ...arrows]) parts.add(part);
    else for (let i = low; i <= high; i++) for (const part of touching[i]) parts.add(part);
    lit = new Set(now.times.flatMap((time) => [...touching[time]]));
    for (const part of new Set([...parts, ...lit])) part.update(now);
  }

  // The cards that have this class at the current step.
  const marked = (name) => [...lit].filter((part) => part.members && part.g.classList.contains(name));

  // The box of a part in the picture, which does not change.
  function measured(part) {
    if (part.measured === null || part.measured.width === 0) part.measured = view.boxOf(part.g);
    return part.measured;
  }

  // For a callout: the boxes of a card, of all cards, and of the labels that matter now and the sentences below the graph.
  function around(one) {
    const labelled = arrows.filter(({ g, labels }) => labels.length > 0 && !g.classList.contains("ahead"));
    const labels = labelled.map((arrow) => (arrow.label ??= view.boxOf(arrow.labels[0])));
    const sentences = [...svg.querySelectorAll(":scope > :is(.sentence, .notes)")];
    return [measured(one), [...cards.values()].map(measured), [...labels, ...sentences.map(view.boxOf)]];
  }

  // Marks the card of a node until the next step; returns its box.
  function spot(node) {
    const one = cards.get(data.nodes[node]?.box);
    if (one === undefined) return undefined;
    one.g.classList.add("found");
    lit.add(one);
    return measured(one);
  }

  // Animates numbers from cause to effect along the arrows of this step: values forward, contributions back.
  function travel(now) {
    travelling();
    const going = arrows.filter(({ g, back }) => back !== now.forward && g.classList.contains("now")).slice(0, MAX_TRAVELLERS);
    const made = going.map(traveller);
    const rest = () => {
      for (const { g } of made) g.remove();
      for (const { g } of going) g.classList.remove("busy");
    };
    for (const { g } of going) g.classList.add("busy"); // its label would be in the way
    const move = (t) => {
      for (const one of made) one.to(t);
      if (t === 1) rest();
    };
    move(0); // a frame may be painted before the animation's first
    const end = animate(move);
    travelling = () => {
      end();
      rest();
    };
  }

  function traveller({ line, back, key, labels }) {
    const number = back ? labels[0]?.textContent.split("= ").at(-1) : showNumber(data.nodes[data.arrows[key].at(-1)[0]].value, DIGITS);
    const text = drawn("text", { y: -7, "text-anchor": "middle" }, number ?? "");
    const g = drawn("g", { class: "traveller", fill: line.getAttribute("stroke") }, drawn("circle", { r: 4 }), text);
    line.parentNode.append(g);
    const length = line.getTotalLength();
    return {
      g,
      to(t) {
        const { x, y } = line.getPointAtLength(length * t);
        g.setAttribute("transform", `translate(${x} ${y})`);
      },
    };
  }

  // Shows new numbers in the same layout; or in their own if the arrows differ, if they lack room and the layout isn't `held`, or
  // if asked to (`anew`).
  function renumber(text, fresh, passes, { held, anew }) {
    const other = parseSvg(text);
    const parts = (of) => [...of.querySelectorAll("g[id] :is(text, path, polygon, rect)")];
    const ids = (of) => [...of.querySelectorAll("g[id]")].map((g) => g.id).join(" ");
    const [old, now] = [parts(svg), parts(other)];
    const places = (of) => [...of.querySelectorAll(".card")].map((card) => `${card.getAttribute("x")} ${card.getAttribute("y")}`).join();
    const moved = anew && places(svg) !== places(other);
    if (moved || ids(svg) !== ids(other) || old.length !== now.length) return place(text, fresh, passes, true);
    [data, walk] = [fresh, passes];
    const changed = old.filter((part, i) => restyle(part, now[i]));
    for (const g of other.querySelectorAll("g.node")) svg.getElementById(g.id)?.classList.toggle("broken", g.classList.contains("broken"));
    const least = align(changed.filter((text) => text.matches(".value, .grad")));
    owed ||= least < MIN_ROOM || changed.some((text) => lengthOf(text) > BOLD * Math.max(MIN_LABEL, rooms.get(text) ?? Infinity));
    if (owed && !held) return place(text, fresh, passes, true);
    for (const name of [".title", ".sentence", ".notes", ".legend"]) replace(other, name);
    bind();
  }

  // Returns true if it is a text whose words changed.
  function restyle(part, now) {
    for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray"]) {
      if (part.getAttribute(name) !== now.getAttribute(name)) setAttributes(part, { [name]: now.getAttribute(name) });
    }
    if (part.tagName !== "text" || part.textContent === now.textContent) return false;
    part.textContent = now.textContent;
    return true;
  }

  const lengthOf = (text) => (text.getNumberOfChars() > 0 ? text.getComputedTextLength() : 0); // 0 if it isn't rendered

  // Replaces a text around the graph, at its place in the present layout.
  function replace(other, name) {
    const top = (all) => Math.min(...all.map((part) => part.getBBox().y));
    const [old, now] = [svg, other].map((of) => [...of.querySelectorAll(`:scope > ${name}`)]);
    if (old.length === 0 || now.length === 0) return;
    svg.append(...now);
    if (svg.getAttribute("viewBox") !== other.getAttribute("viewBox")) {
      const moved = top(old) - top(now);
      for (const part of now) part.setAttribute("transform", `translate(0 ${moved})`);
    }
    for (const part of old) part.remove();
  }

  return { place, renumber, choose, show, travel, rest: () => travelling(), spot, lit: marked, around, measured };
}
