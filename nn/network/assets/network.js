// A network view: the picture, drawn once in Python, follows the numbers; every neuron can be inspected and opened.

const NETWORK_WORDS = { weight: "weight", grad: "gradient", update: "update" };

// How numbers look, following marks.py; the style sheet has a colour for each class.
class NetworkMarks {
  constructor(numbers, show, widest) {
    Object.assign(this, { numbers, show, widest });
    this.xs = linkNumbers(numbers, show);
    const given = toNumber(numbers.scale?.[show] ?? NaN);
    this.largest = Number.isNaN(given) ? largestOf(this.xs) : given;
  }

  of(p) {
    return this.xs[p] ?? null;
  }

  line(x) {
    if (x !== null && !isFiniteNumber(x)) return ["broken", this.widest, "2 3"];
    if (!x) return ["nothing", 0.6, "1 3"];
    const width = this.largest > 0 ? Math.max(0.7, this.widest * Math.min(1, Math.abs(x) / this.largest)) : 0.7;
    return [x > 0 ? "positive" : "negative", Number(width.toFixed(2)), x > 0 ? "none" : "7 4"];
  }

  paint(element, x) {
    const [kind, width, dash] = this.line(x);
    if (element.kind !== kind) {
      element.classList.remove("positive", "negative", "nothing", "broken");
      element.classList.add(kind);
      element.setAttribute("stroke-dasharray", dash);
    }
    if (element.width !== width) element.setAttribute("stroke-width", width);
    [element.kind, element.width] = [kind, width]; // write only changes: this runs for every link in every frame
  }
}

// The numbers on the links; a missing update is −rate · gradient.
function linkNumbers(numbers, show) {
  if (show !== "update" || numbers.update) return numbers[show] ?? [];
  return (numbers.grad ?? []).map((x) => (x === null ? null : -numbers.rate * toNumber(x)));
}

function largestOf(xs) {
  return xs.filter(isFiniteNumber).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

const isFiniteNumber = (x) => Number.isFinite(toNumber(x)); // false for null, too

// The sequential palette from the smallest to the largest number; for circles (signed), 0 is medium, positive numbers
// are lighter and negative ones dark.
class NetworkShades {
  constructor(xs, ramp, signed) {
    const finite = xs.filter(isFiniteNumber);
    this.low = finite.reduce((a, b) => Math.min(a, b), Infinity);
    this.high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
    Object.assign(this, { ramp, signed });
  }

  share(x) {
    if (!this.signed) return this.high > this.low ? (x - this.low) / (this.high - this.low) : 0.5;
    const most = Math.max(-this.low, this.high);
    const part = most > 0 ? Math.min(1, Math.abs(x) / most) : 0;
    return x < 0 ? 0.38 * (1 - part) : 0.6 + 0.4 * part;
  }

  fill(x) {
    return `rgb(${rampColour(this.ramp, this.share(x))})`;
  }

  ink(x) {
    return this.share(x) > 0.5 ? this.ramp[0] : this.ramp.at(-1);
  }
}

// The RGB colour of a magnitude from 0 to 1.
function rampColour(ramp, t) {
  const at = Math.min(Math.max(t, 0), 1) * (ramp.length - 1);
  const k = Math.min(Math.floor(at), ramp.length - 2);
  const [low, high] = [k, k + 1].map((i) => rgb(ramp[i]));
  return low.map((part, i) => Math.round(part + (at - k) * (high[i] - part)));
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

// A number in a circle, with up to four digits as space allows.
function fittedNumber(x) {
  if (!isFiniteNumber(x)) return `⚠ ${showNumber(x)}`;
  for (const digits of [4, 3, 2]) {
    const text = showNumber(x, digits);
    if ([...text].reduce((room, c) => room + (c === "." ? 0.5 : 1), 0) <= 6.5) return text;
  }
  return showNumber(x, 1);
}

const [MOUSE_REACH, FINGER_REACH] = [5, 12]; // pixels within which a pointer selects a link
const SAMPLED = 4; // units of the picture between sampled points of a link

// The picture in one direction, and its parts by what they show. `along` and `across` are arrow keys: along and across
// the direction of the network.
class NetworkPicture {
  constructor(text, data, chosen, along, across) {
    Object.assign(this, { data, chosen, along, across });
    this.svg = parseSvg(text);
    [, , this.width, this.height] = this.svg.getAttribute("viewBox").split(" ").map(Number);
    const all = (selector) => [...this.svg.querySelectorAll(selector)];
    this.links = all(".link").sort((a, b) => a.dataset.to - b.dataset.to || a.dataset.from - b.dataset.from);
    this.rings = all(".ring[data-p]");
    this.images = all(".weights");
    const pixels = this.images.flatMap((image) => data.neurons[image.dataset.to].w);
    this.drawn = new Set([...[...this.links, ...this.rings].map((line) => Number(line.dataset.p)), ...pixels]);
    this.units = new Map(all("[data-unit]").map((element) => [Number(element.dataset.unit), element]));
    for (const line of [...this.links, ...this.rings]) line.removeAttribute("stroke");
    for (const title of all("[data-unit] > title")) title.remove(); // the view shows this itself
    setAttributes(this.svg, { role: "group", "aria-label": `${data.title}: arrow keys go from neuron to neuron, or from line to line; Enter opens a neuron` });
    for (const head of all(":scope > title, :scope > desc")) head.remove();
    for (const element of this.units.values()) element.setAttribute("role", "button");
    for (const link of this.links) link.setAttribute("aria-label", data.parameters[link.dataset.p]);
    this.halo = [drawn("path", { class: "halo" }), drawn("path", { class: "halo inside" })]; // around the focused link
    this.svg.querySelector(".links").prepend(...this.halo);
  }

  paint(marks, shades) {
    for (const line of [...this.links, ...this.rings]) marks.paint(line, marks.of(line.dataset.p));
    for (const image of this.images) this.paintWeights(image, marks);
    const answer = networkAnswer(this.data, marks.numbers);
    for (const [i, element] of this.units) element.querySelector(".answer")?.setAttribute("visibility", i === answer ? "visible" : "hidden");
    for (const [i, element] of this.units) this.paintUnit(i, element, marks.numbers.value?.[i] ?? null, shades);
  }

  paintUnit(i, element, value, shades) {
    if (this.data.maps !== null) return; // the circles are maps
    const disc = element.querySelector(".disc") ?? element;
    const own = shades[this.data.neurons[i].w.length ? 1 : 0];
    const finite = isFiniteNumber(value);
    disc.classList.toggle("broken", value !== null && !finite);
    if (finite) disc.setAttribute("fill", own.fill(value));
    const text = element.querySelector(".value");
    if (text === null) return;
    const words = value === null ? "" : fittedNumber(value);
    if (text.textContent !== words) text.textContent = words;
    if (finite) text.setAttribute("fill", own.ink(value));
  }

  // Full squares are positive, hollow ones negative; their area is the size.
  paintWeights(image, marks) {
    const [left, top, pixel, rows, columns] = image.dataset.box.split(" ").map(Number);
    const { w } = this.data.neurons[image.dataset.to];
    const paths = ["", ""];
    const most = largestOf(w.map((p) => marks.of(p)));
    for (let k = 0; k < rows * columns; k++) {
      const x = toNumber(marks.of(w[k]) ?? 0);
      if (!x || !Number.isFinite(x) || most === 0) continue;
      const whole = (pixel - 0.5) * Math.sqrt(Math.min(1, Math.abs(x) / most));
      const side = Math.max(0.2, whole - (x < 0 ? 1 : 0));
      const [column, row] = [k % columns, Math.floor(k / columns)];
      const start = [left + (column + 0.5) * pixel - side / 2, top + (row + 0.5) * pixel - side / 2].map((at) => at.toFixed(1));
      paths[x < 0 ? 1 : 0] += `M${start.join(" ")}h${side.toFixed(1)}v${side.toFixed(1)}h-${side.toFixed(1)}z`;
    }
    image.querySelector(".full").setAttribute("d", paths[0]);
    image.querySelector(".hollow").setAttribute("d", paths[1]);
  }

  // Points along each link, in units of the picture.
  get places() {
    this.sampled ??= this.links.map((link) => {
      const length = link.getTotalLength();
      const count = Math.ceil(length / SAMPLED);
      return [link, Array.from({ length: count + 1 }, (_, k) => link.getPointAtLength((k * length) / count))];
    });
    return this.sampled;
  }

  // The link under a pointer: the nearest one within reach, or null.
  linkAt({ clientX, clientY, pointerType }) {
    const matrix = this.svg.getScreenCTM();
    const at = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
    let [nearest, least] = [null, (pointerType === "mouse" ? MOUSE_REACH : FINGER_REACH) / matrix.a];
    for (const [link, places] of this.places) {
      for (const { x, y } of places) {
        const far = Math.hypot(x - at.x, y - at.y);
        if (far < least) [nearest, least] = [link, far];
      }
    }
    return nearest;
  }

  // The middle of a link on the screen.
  middleOf(link) {
    const { x, y } = link.getPointAtLength(link.getTotalLength() / 2).matrixTransform(link.getScreenCTM());
    return { clientX: x, clientY: y };
  }

  // True if a link falls from left to right.
  falls(link) {
    const [start, end] = [0, link.getTotalLength()].map((at) => link.getPointAtLength(at));
    return (end.x - start.x) * (end.y - start.y) > 0;
  }

  // A neuron's first incoming link, or else its first outgoing one.
  linkOf(i) {
    const first = (end) => this.links.find((link) => Number(link.dataset[end]) === i);
    return first("to") ?? first("from");
  }

  // The link that an arrow key leads to: one that starts where this one ends, or ends where it starts; across, the next one
  // between the same columns, wrapping around.
  nextLink({ dataset }, key) {
    if (key === this.along[0]) return this.links.find((link) => link.dataset.to === dataset.from);
    if (key === this.along[1]) return this.links.find((link) => link.dataset.from === dataset.to);
    const layer = (unit) => this.data.neurons[unit].layer;
    const beside = this.links.filter((link) => layer(link.dataset.to) === layer(dataset.to));
    const at = beside.findIndex((link) => link.dataset.p === dataset.p) + (key === this.across[1] ? 1 : -1);
    return beside.at(at % beside.length);
  }

  // The nearest neuron in a direction, or null.
  next(i, key) {
    const middle = (element) => {
      const box = (element.querySelector(".disc") ?? element).getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    };
    const [x, y] = middle(this.units.get(i));
    const along = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
    let [best, least] = [null, Infinity];
    for (const [j, element] of this.units) {
      const [dx, dy] = middle(element).map((at, k) => at - [x, y][k]);
      const [ahead, beside] = [dx * along[0] + dy * along[1], Math.abs(dx * along[1]) + Math.abs(dy * along[0])];
      const far = ahead + 3 * beside;
      if (ahead > 1 && ahead > beside / 8 && far < least - 1) [best, least] = [j, far];
    }
    return best;
  }
}

// Restore what Python left out of the data to save space: parameter names, and ranges of their indices.
function wholeNetwork(data) {
  const parameters = [...(data.parameters ?? [])];
  const neurons = data.neurons.map((neuron) => {
    const w = neuron.w.all ?? Array.from({ length: neuron.w[1] }, (_, k) => neuron.w[0] + k);
    w.forEach((p, k) => (parameters[p] ??= `${neuron.path}w[${k}]`));
    if (neuron.b !== null) parameters[neuron.b] ??= `${neuron.path}b`;
    return { ...neuron, w };
  });
  return { ...data, neurons, parameters };
}

// Fill `root` with the view of a network. `data` comes from nn/network/page.py; `onOpen` is called with the index of a neuron that
// was opened, `onClose` when it is closed, `onAsk` with the one pointed at, or null, `onLink` with the parameter of a link that was
// clicked or entered, `onShow` with what the links show now; the picture is limited to `height()` pixels
// unless that would scale it below `least()`. The result has update(numbers).
function networkView(root, data, hooks = {}) {
  const nothing = () => {};
  const { onOpen = nothing, onClose = nothing, onAsk = nothing, onLink = nothing, onShow = nothing, height = () => innerHeight * 0.75, least = () => 1 } = hooks;
  data = wholeNetwork(data);
  let numbers = data.numbers;
  let shown = data.show;
  let marks, shades, picture;
  let current = null; // the neuron that has or last had the focus
  let way = null; // its link that has or will get the focus
  let opened = null;
  const [sideways, upright] = [["ArrowLeft", "ArrowRight"], ["ArrowUp", "ArrowDown"]];
  const pictures = {
    wide: new NetworkPicture(data.svg.wide, data, data.chosen.wide, sideways, upright),
    narrow: new NetworkPicture(data.svg.narrow, data, data.chosen.narrow, upright, sideways),
  };
  for (const link of Object.values(pictures).flatMap(({ links }) => links)) link.setAttribute("role", hooks.onLink ? "button" : "img");
  const sentence = element("p", { class: "network-sentence", "aria-live": "polite" });
  const legend = element("div", { class: "network-legend" });
  const tip = element("div", { class: "network-tip", role: "status", hidden: "" });
  [tip.unit, tip.link] = [null, null];
  const stack = element("div", { class: "network-picture" });
  const panel = neuronPanel(data, { open, close });
  const box = element("div", { class: "network-box" }, stack, panel.root, tip);
  const choice = networkSwitch(shown, show);
  const view = element("div", { class: "network-view", role: "group", "aria-label": "Network" }, element("div", { class: "network-head" }, sentence, choice.root), box, legend);
  root.append(view);

  function fit() {
    const room = stack.clientWidth;
    if (room === 0) return;
    const fitting = pictures.wide.width * least() <= room ? pictures.wide : pictures.narrow;
    const scale = Math.min(1.35, room / fitting.width, Math.max(least(), height() / fitting.height));
    setAttributes(fitting.svg, { width: fitting.width * scale, height: fitting.height * scale });
    if (picture === fitting) return;
    picture = fitting;
    stack.replaceChildren(picture.svg);
    ask(null);
    choose(picture.units.has(current) ? current : picture.units.keys().next().value);
    paint();
    panel.resize(room);
  }

  function paint() {
    marks = new NetworkMarks(numbers, shown, data.widest);
    const values = numbers.value ?? [];
    const count = data.layers[0].size;
    shades = [new NetworkShades(values.slice(0, count), data.ramp, !data.image), new NetworkShades(values.slice(count), data.ramp, true)];
    picture?.paint(marks, shades);
    for (const [i, element] of picture?.units ?? []) {
      const described = describe(i).join(", ");
      if (element.ariaLabel !== described) element.ariaLabel = described;
    }
    const said = networkSentence(data, marks, picture);
    if (sentence.textContent !== said) sentence.textContent = said;
    choice.update(numbers, shown);
    networkLegend(legend, data, marks, shades, picture?.links.length > 0);
    if (opened !== null) panel.fill(opened, numbers);
    if (tip.unit !== null) ask(tip.unit, true);
    if (tip.link !== null) tellLink();
  }

  // The facts about a neuron, after its name.
  function describe(i) {
    const { name, b } = data.neurons[i];
    return [name, ...written([["value", numbers.value?.[i]], ["gradient", numbers.slope?.[i]], ["bias", b === null ? null : numbers.weight[b]]])];
  }

  // Those of the facts, as [word, number], that are known.
  const written = (facts) => facts.filter(([, x]) => (x ?? null) !== null).map(([word, x]) => `${word} ${showNumber(x)}`);

  // Show a neuron's facts beside it, and only its links; null ends that.
  function ask(i, same = false) {
    if (!same && i !== tip.unit) onAsk(i);
    stack.classList.toggle("asked", i !== null);
    tip.hidden = i === null;
    point(i, null);
    if (i === null) return;
    const [name, ...facts] = describe(i);
    tip.replaceChildren(element("strong", {}, name), ...(facts.length ? facts : ["no value yet"]).map((fact) => element("span", {}, fact)));
    if (same) return;
    light((line) => Number(line.dataset.from) === i || Number(line.dataset.to) === i);
    beside(picture.units.get(i));
  }

  // Describe a neuron or a link from now on; the previous link's label goes back to its name, since its numbers may change.
  function point(unit, link) {
    if (tip.link !== null && tip.link !== link) tip.link.ariaLabel = data.parameters[tip.link.dataset.p];
    [tip.unit, tip.link] = [unit, link];
  }

  // Fade links, except those that are `near`.
  function light(near) {
    for (const line of picture.svg.querySelectorAll(".link, .bundle, .weights")) line.classList.toggle("near", near(line));
  }

  function beside(target) {
    const [around, at] = [box.getBoundingClientRect(), (target.querySelector(".disc") ?? target).getBoundingClientRect()];
    const right = at.right - around.left + 10;
    const fits = right + tip.offsetWidth < around.width;
    const left = fits ? right : Math.max(0, at.left - around.left - tip.offsetWidth - 10);
    tip.style.left = `${Math.min(left, Math.max(0, around.width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.min(Math.max(0, at.top - around.top - 8), Math.max(0, around.height - tip.offsetHeight))}px`;
    const over = tip.getBoundingClientRect();
    if (over.left < at.right && over.right > at.left) tip.style.top = `${at.bottom - around.top + 20}px`; // no space beside it
  }

  // Show a link's numbers at a place on the screen, and only that link.
  function askLink(link, { clientX, clientY } = picture.middleOf(link)) {
    if (tip.unit !== null) onAsk(null);
    stack.classList.add("asked");
    tip.hidden = false;
    point(null, link);
    tellLink();
    light((line) => line === link);
    const around = box.getBoundingClientRect();
    const [x, y, height] = [clientX - around.left, clientY - around.top, tip.offsetHeight + 14];
    const above = y + height > around.height || (picture.falls(link) && y > height); // away from the link
    tip.style.left = `${Math.max(0, Math.min(x + 14, around.width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.max(0, above ? y - height : y + 14)}px`;
  }

  function tellLink() {
    const { p, from, to } = tip.link.dataset;
    const facts = written(Object.entries(NETWORK_WORDS).map(([key, word]) => [word, linkNumbers(numbers, key)[p]]));
    const ends = `${data.neurons[from].name} → ${data.neurons[to].name}`;
    tip.replaceChildren(element("strong", {}, data.parameters[p]), ...facts.map((fact) => element("span", {}, fact)), element("span", { class: "quiet" }, ends));
    tip.link.ariaLabel = [data.parameters[p], ...facts, ends].join(", ");
  }

  function show(what) {
    shown = what;
    onShow(what);
    paint();
  }

  function update(fresh) {
    numbers = { ...numbers, ...fresh };
    paint();
  }

  // Open a neuron's graph instead of the picture.
  function open(i) {
    if (!data.neurons[i].w.length) return;
    const from = picture.units.get(i)?.getBoundingClientRect() ?? null;
    ask(null);
    if (picture.units.has(i)) choose(i);
    opened = i;
    panel.fill(i, numbers);
    view.classList.add("opened");
    stack.inert = true;
    panel.grow(from);
    onOpen(i);
  }

  async function close() {
    if (opened === null) return;
    opened = null;
    onClose();
    await panel.shrink(picture.units.get(current)?.getBoundingClientRect() ?? null);
    if (opened !== null) return; // another one was opened meanwhile
    view.classList.remove("opened");
    stack.inert = false;
    picture.units.get(current)?.focus({ preventScroll: true });
  }

  // Make this neuron and one of its links reachable with the Tab key.
  function choose(i, link = i === current && picture.links.includes(way) ? way : picture.linkOf(i)) {
    [current, way] = [i, link];
    for (const [k, unit] of picture.units) unit.setAttribute("tabindex", k === i ? 0 : -1);
    for (const each of picture.links) each.setAttribute("tabindex", each === link ? 0 : -1);
  }

  const unitOf = (event) => {
    const found = event.target.closest?.("[data-unit]");
    return found && stack.contains(found) ? Number(found.dataset.unit) : null;
  };
  const linkOf = (event) => (picture.links.includes(event.target) ? event.target : null);

  // Nothing is pointed at: go back to the keyboard's focus.
  function rest() {
    const held = stack.querySelector(":focus-visible");
    if (held === null) ask(null);
    else if (held.dataset.unit) ask(Number(held.dataset.unit), tip.unit === Number(held.dataset.unit));
    else if (held !== tip.link) askLink(held);
  }
  stack.addEventListener("pointerover", (event) => unitOf(event) !== null && ask(unitOf(event)));
  stack.addEventListener("pointermove", (event) => {
    if (unitOf(event) !== null || event.pointerType === "touch") return; // it may just be passing through
    const link = picture.linkAt(event);
    if (link === null) rest();
    else if (link !== tip.link) askLink(link, event);
  });
  stack.addEventListener("pointerout", (event) => !stack.contains(event.relatedTarget) && rest());
  stack.addEventListener("focusin", (event) => {
    if (unitOf(event) !== null) {
      choose(unitOf(event));
      ask(current);
    } else if (linkOf(event) !== null) {
      const { from, to } = event.target.dataset;
      choose(Number(from) === current ? current : Number(to), event.target);
      for (const line of picture.halo) line.setAttribute("d", event.target.getAttribute("d"));
      askLink(event.target);
    }
  });
  stack.addEventListener("focusout", () => ask(null));
  stack.addEventListener("click", (event) => {
    if (unitOf(event) !== null) return open(unitOf(event));
    const link = picture.linkAt(event);
    if (link === null) return;
    link.focus({ preventScroll: true });
    askLink(link, event);
    onLink(Number(link.dataset.p));
  });
  view.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const [i, link] = [unitOf(event), linkOf(event)];
    const pressed = event.key === "Enter" || event.key === " ";
    if (event.key === "Escape" && (opened !== null || !tip.hidden)) {
      if (opened === null) ask(null);
      close();
    } else if (i !== null && pressed) open(i);
    else if (i !== null && event.key.startsWith("Arrow")) picture.units.get(picture.next(i, event.key) ?? i).focus();
    else if (link !== null && pressed) onLink(Number(link.dataset.p));
    else if (link !== null && event.key.startsWith("Arrow")) (picture.nextLink(link, event.key) ?? link).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  new ResizeObserver(fit).observe(stack);
  fit();
  return { update };
}

// Weight, gradient or update: three choices, disabled where there are no numbers.
function networkSwitch(shown, choose) {
  const name = uniqueId("network");
  const inputs = Object.entries(NETWORK_WORDS).map(([key, word]) => {
    const input = element("input", { type: "radio", name, value: key });
    input.checked = key === shown;
    input.addEventListener("change", () => choose(key));
    return [key, input, element("label", {}, input, element("span", {}, word))];
  });
  const root = element("fieldset", { class: "network-switch" }, element("legend", {}, "Lines show the"), ...inputs.map(([, , label]) => label));
  function update(numbers, shown) {
    for (const [key, input, label] of inputs) {
      const disabled = !linkNumbers(numbers, key).some((x) => x !== null);
      if (input.checked !== (key === shown)) input.checked = key === shown;
      if (input.disabled === disabled) continue;
      input.disabled = disabled;
      label.title = disabled ? "no gradient yet: call backward(), or give x, y and a loss" : "";
    }
  }
  return { root, update };
}

// The neuron index of the largest output; null without values.
function networkAnswer(data, numbers) {
  const first = data.neurons.length - data.layers.at(-1).size;
  const values = (numbers.value ?? []).slice(first).map(toNumber);
  if (values.length < 2) return null;
  const best = values.reduce((most, x, i) => (!Number.isNaN(x) && (most === null || x > values[most]) ? i : most), null);
  return best === null ? null : first + best;
}

// What to look for, in the same words as words.py.
function networkSentence(data, marks, picture) {
  const answer = networkAnswer(data, marks.numbers);
  const largest = answer === null ? "" : `The largest output is ${showNumber(marks.numbers.value[answer], 4)}, that of ${data.neurons[answer].label}.`;
  return [data.lead, picture?.chosen, largest, strongestSentence(data, marks, picture)].filter(Boolean).join(" ");
}

function strongestSentence(data, marks, picture) {
  const word = NETWORK_WORDS[marks.show];
  let [size, p] = [-1, null];
  marks.xs.forEach((x, i) => {
    const own = Math.abs(toNumber(x));
    if (own > size) [size, p] = [own, i];
  });
  if (marks.xs.length === 0) {
    const ofLoss = (marks.numbers.loss ?? null) !== null;
    return ofLoss ? "No gradient of the loss reaches a parameter." : "No gradients yet: call backward(), or give x, y and a loss.";
  }
  if (p === null) return `No ${word} is known.`;
  if (size === 0) return `Every ${word} is 0.`;
  const after = marks.show === "update" && !marks.numbers.update ? ` = −${showNumber(marks.numbers.rate, 4)} · gradient` : "";
  const hidden = picture?.drawn.has(p) === false ? ", which is not drawn" : "";
  return `The largest ${word}${after} is ${showNumber(marks.xs[p], 4)}, of ${data.parameters[p]}${hidden}.`;
}

// The kinds of numbers that the links have.
function kindsOf(xs) {
  const given = xs.filter((x) => x !== null).map(toNumber);
  return { positive: given.some((x) => x > 0), negative: given.some((x) => x < 0), nothing: given.includes(0), broken: !given.every(Number.isFinite) };
}

// The legend of the marks used in the picture.
function networkLegend(root, data, marks, shades, linked) {
  const word = NETWORK_WORDS[marks.show];
  const has = kindsOf(marks.xs);
  const largest = showNumber(marks.largest, 4), answered = networkAnswer(data, marks.numbers) !== null;
  const ends = data.maps === null ? shades.map(({ low, high }) => (low <= high ? `${showNumber(low, 4)} to ${showNumber(high, 4)}` : "")) : [];
  const said = JSON.stringify([word, has, marks.largest > 0, answered, ends, linked]);
  const width = () => root.querySelector(".largest")?.replaceChildren(`${largest}: width is size`);
  if (root.dataset.said === said) return width();
  root.dataset.said = said;
  const line = (kind, width, dash) => drawn("path", { d: "M0 7H30", class: `line ${kind}`, "stroke-width": width, "stroke-dasharray": dash });
  const items = [];
  const add = (mark, width, words) => items.push(element("span", {}, drawn("svg", { width, height: 14, "aria-hidden": "true" }, ...[mark].flat()), words));
  if (has.positive) add(line("positive", marks.widest / 2, "none"), 30, `positive ${word}`);
  if (has.negative) add(line("negative", marks.widest / 2, "7 4"), 30, `negative ${word}`);
  if (marks.largest > 0) add(line("scale", marks.widest, "none"), 30, element("span", { class: "largest" }));
  if (has.nothing) add(line("nothing", 0.6, "1 3"), 30, "0");
  if (has.broken) add(line("broken", marks.widest, "2 3"), 30, "⚠ NaN or infinite");
  add(drawn("circle", { class: "line positive", cx: 8, cy: 7, r: 5, fill: "none", "stroke-width": 2 }), 16, marks.show === "weight" ? "ring: bias" : `ring: ${word} of the bias`);
  if (data.image) add(drawn("rect", { class: "full", x: 1, y: 2, width: 10, height: 10 }), 12, `area: ${word} of a pixel, in each image`);
  if (answered) add(drawn("path", { class: "answer", d: "M2 7l8 -5v10z" }), 12, "largest output");
  const ramp = (shades, low, high) => [
    ...[0, 1, 2, 3, 4].map((at) => drawn("rect", { x: at * 12, y: 2, width: 12, height: 10, fill: shades.fill(low + (at / 4) * (high - low)) })),
    drawn("rect", { class: "frame", x: 0.5, y: 2, width: 59, height: 10 }),
  ];
  if (data.maps !== null) {
    add(ramp(new NetworkShades([0, 1], data.ramp, false), 0, 1), 60, "value over the inputs, lowest to highest");
    if (data.lead) add(drawn("path", { class: "boundary", d: "M0 7H30", "stroke-width": 2 }), 30, "boundary");
    for (const [words, mark] of data.maps) items.push(element("span", {}, parseSvg(mark), words));
  }
  ends.forEach((range, k) => range && add(ramp(shades[k], shades[k].low, shades[k].high), 60, `value of ${["inputs", "neurons"][k]}: ${range}`));
  const finger = matchMedia("(pointer: coarse)").matches;
  const [opens, tells] = finger ? ["Tap a neuron", "a line"] : ["Click a neuron, or press Enter,", "point at a line, or press Tab,"];
  items.push(element("span", {}, `${opens} for its scalar graph${linked ? `; ${tells} for its numbers` : ""}.`));
  root.replaceChildren(...items);
  width();
}
