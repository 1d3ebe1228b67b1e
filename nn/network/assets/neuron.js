// The scalar graph of one neuron: its largest terms w · x, their sum with the bias, and the activation; forward above, backward below.

const NEURON_TERMS = 4; // if there are more than five, the largest ones; the rest share a card
const PANEL_SIDES = 38; // pixels on the sides of the graph in its panel
const CARD = { width: 136, row: 16, head: 19 };
const MIN_SCALE = 0.75; // for drawing it from left to right
const LANE = 28; // pixels between arrows into a sum
const [TERM_GAP, WEIGHT_GAP] = [14, 6]; // pixels between two terms, and between an input and its weight

// A sum that is rounded once, not at every term (Neumaier); null if a term is.
function exactSum(xs) {
  if (xs.includes(null)) return null;
  let [sum, lost] = [0, 0];
  for (const x of xs) {
    const next = sum + x;
    lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }
  return Number.isFinite(sum) ? sum + lost : sum;
}

// The numbers of a neuron: its terms, sum and result, with the loss's gradients where known.
function neuronNumbers(data, numbers, i) {
  const neuron = data.neurons[i];
  const get = (list, k) => ((list?.[k] ?? null) === null ? null : toNumber(list[k]));
  const delta = get(numbers.delta, i);
  const updates = linkNumbers(numbers, "update");
  const times = (a, b) => (a === null || b === null ? null : a * b);
  const terms = neuron.w.map((p, k) => {
    const [x, w] = [get(numbers.value, neuron.first + k), get(numbers.weight, p)];
    return {
      unit: neuron.first + k,
      p,
      x,
      w,
      product: times(w, x),
      gradX: get(numbers.slope, neuron.first + k),
      gradW: delta === null ? get(numbers.grad, p) : times(delta, x),
      update: get(updates, p),
      passedX: times(delta, w),
      passedW: times(delta, x),
    };
  });
  const bias = neuron.b === null ? 0 : get(numbers.weight, neuron.b);
  return {
    terms,
    bias,
    gradB: delta ?? (neuron.b === null ? null : get(numbers.grad, neuron.b)),
    updateB: neuron.b === null ? null : get(updates, neuron.b),
    sum: exactSum([bias, ...terms.map(({ product }) => product)]),
    value: get(numbers.value, i),
    delta,
    slope: get(numbers.slope, i),
  };
}

// The terms to draw, in order, and the rest.
function chosenTerms(terms) {
  if (terms.length <= NEURON_TERMS + 1) return [terms, []];
  const size = ({ product, w }) => Math.abs(product ?? w ?? 0) || 0;
  const chosen = new Set([...terms].sort((a, b) => size(b) - size(a)).slice(0, NEURON_TERMS));
  return [terms.filter((term) => chosen.has(term)), terms.filter((term) => !chosen.has(term))];
}

// Draws the graph into one SVG, from left to right: leaves, products, sum, activation; if `narrow`, the sum and the activation lie
// below. Backward arrows are as wide as their gradients are large.
class NeuronGraph {
  constructor(data, numbers, i, narrow) {
    Object.assign(this, { data, narrow, neuron: data.neurons[i], found: neuronNumbers(data, numbers, i) });
    const { terms, delta, slope, updateB } = this.found;
    [this.chosen, this.others] = chosenTerms(terms);
    this.largest = largestOf([delta, ...this.chosen.flatMap(({ passedX, passedW }) => [passedX, passedW])]) || 1;
    this.rate = slope ? delta / slope : null;
    const cardHeight = (rows) => CARD.head + rows * CARD.row + 6;
    this.height = cardHeight(2);
    this.weightHeight = cardHeight(terms.some(({ update }) => update !== null) ? 3 : 2);
    this.biasHeight = cardHeight(updateB === null ? 2 : 3);
    this.termHeight = this.height + WEIGHT_GAP + this.weightHeight;
    const texts = this.chosen.flatMap(({ w, x, passedX, passedW }) => [passedText(delta, w, passedX), passedText(delta, x, passedW)]);
    const [room, after] = [labelRoom(texts), labelRoom([passedText(slope, this.rate, delta)])];
    const { width } = CARD;
    this.columns = narrow ? [0, width + 30, width + 30, width + 30] : [0, width + room, 2 * width + room + 82, 3 * width + room + 82 + after];
    this.lines = drawn("g", { fill: "none" });
    this.cards = drawn("g");
    this.labels = drawn("g");
  }

  draw() {
    const { neuron, found, chosen, others, columns, height, narrow } = this;
    const into = []; // where each summand leaves its card
    let y = 0;
    for (const term of chosen) {
      this.term(term, y);
      into.push(y + this.termHeight / 2);
      y += this.termHeight + TERM_GAP;
    }
    if (others.length) {
      const total = exactSum(others.map(({ product }) => product));
      this.card({ x: columns[1], y, height, kind: "folded", name: `${others.length} more terms`, value: total, grad: found.delta });
      into.push(y + height / 2);
      y += height + TERM_GAP;
    }
    this.card({ x: columns[1], y, height: this.biasHeight, kind: "leaf", name: "b", value: found.bias, grad: found.gradB, update: found.updateB });
    into.push(y + this.biasHeight / 2);
    const rows = y + this.biasHeight;
    const tall = narrow ? height : Math.max(height, into.length * LANE + CARD.head);
    const top = narrow ? rows + 46 : Math.max(0, (rows - tall) / 2);
    into.forEach((from, k) => this.summand(from, top + tall / 2, top + CARD.head + (tall - CARD.head) / 2 + (k - (into.length - 1) / 2) * LANE));
    const linear = stepsAfter(neuron).length === 0;
    this.card({ x: columns[2], y: top, height: tall, kind: linear ? "operation result" : "operation", name: "+", value: found.sum ?? (linear ? found.value : null), grad: found.delta });
    const end = linear ? top + tall : this.activation(top + (tall - height) / 2);
    const [width, bottom] = [(linear && !narrow ? columns[2] : columns[3]) + CARD.width + (narrow ? 32 : 0) + 8, Math.max(rows, end) + 8];
    const look = { viewBox: `-4 -4 ${width} ${bottom}`, width, height: bottom, role: "group", "aria-label": `Scalar graph of ${neuron.name}` };
    return drawn("svg", { class: "neuron-graph", ...look }, this.lines, this.cards, this.labels);
  }

  // One input, its weight and their product.
  term(term, y) {
    const { data, found, columns, height, weightHeight, termHeight } = this;
    const source = data.neurons[term.unit];
    const able = source.w.length > 0 ? { unit: term.unit, hint: `Open the graph of ${source.name}` } : {};
    this.card({ x: 0, y, height, kind: able.unit === undefined ? "leaf" : "leaf link", name: source.name, value: term.x, grad: term.gradX, ...able });
    const weight = { name: data.parameters[term.p].split(".").at(-1), value: term.w, grad: term.gradW, update: term.update };
    this.card({ x: 0, y: y + height + WEIGHT_GAP, height: weightHeight, kind: "leaf", ...weight });
    this.card({ x: columns[1], y, height: termHeight, kind: "operation", name: "×", value: term.product, grad: found.delta });
    for (const [middle, passed, partial] of [[height / 2, term.passedX, term.w], [height + WEIGHT_GAP + weightHeight / 2, term.passedW, term.x]]) {
      this.pair(CARD.width, columns[1], y + middle, passed, this.narrow ? "" : passedText(found.delta, partial, passed));
    }
  }

  // From a summand to the sum; on a narrow page, to the middle of the sum's right side.
  summand(from, middle, at) {
    const { delta } = this.found;
    const start = this.columns[1] + CARD.width;
    if (this.narrow) {
      const [out, back, end] = [start + 13, start + 25, this.columns[2] + CARD.width];
      this.forward(`M${start + 2} ${from - 6}H${out}V${middle - 6}H${end + 8}`, `M${end + 2} ${middle - 6}l8 -3.5v7z`);
      this.backward(`M${end + 2} ${middle + 8}H${back}V${from + 6}H${start + 9}`, `M${start + 2} ${from + 6}l9 -5v10z`, delta);
      return;
    }
    const end = this.columns[2];
    const bend = (start + end) / 2;
    this.forward(`M${start + 2} ${from - 5}C${bend} ${from - 5} ${bend} ${at - 5} ${end - 8} ${at - 5}`, `M${end - 2} ${at - 5}l-8 -3.5v7z`);
    this.backward(`M${end - 2} ${at + 5}C${bend} ${at + 5} ${bend} ${from + 5} ${start + 9} ${from + 5}`, `M${start + 2} ${from + 5}l9 -5v10z`, delta);
  }

  // From the sum to the neuron's output; returns where it ends.
  activation(top) {
    const { found, columns, height } = this;
    const y = this.narrow ? top + height + 44 : top;
    this.card({ x: columns[3], y, height, kind: "operation result", name: stepsAfter(this.neuron).join(", "), value: found.value, grad: found.slope });
    if (this.narrow) {
      const x = columns[2] + CARD.width / 2;
      this.forward(`M${x - 8} ${top + height + 2}V${y - 9}`, `M${x - 8} ${y - 2}l-3.5 -8h7z`);
      this.backward(`M${x + 8} ${y - 2}V${top + height + 9}`, `M${x + 8} ${top + height + 2}l-5 9h10z`, found.delta);
    } else this.pair(columns[2] + CARD.width, columns[3], top + height / 2, found.delta, passedText(found.slope, this.rate, found.delta));
    return y + height;
  }

  card({ x, y, height, kind, name, value, grad, update = null, unit, hint }) {
    const { width, row, head } = CARD;
    const g = drawn("g", { class: `card ${kind}`, transform: `translate(${x} ${y})` });
    if (unit !== undefined) setAttributes(g, { "data-open": unit, tabindex: 0, role: "button", "aria-label": hint });
    g.append(
      drawn("rect", { class: "body", width, height, rx: 5 }),
      drawn("path", { class: "head", d: `M0 5a5 5 0 0 1 5-5H${width - 5}a5 5 0 0 1 5 5V${head}H0z` }),
      drawn("text", { class: "name", x: width / 2, y: 13.5 }, cutName(name)),
    );
    const middle = head + (height - head) / 2;
    const rows = [["value", value], ["gradient", grad], ...(update === null ? [] : [["update", update]])];
    rows.forEach(([word, number], k) => {
      const y = middle + (k - (rows.length - 1) / 2) * row + 4;
      const kind = k === 0 || number === null ? "" : signOf(number);
      g.append(drawn("text", { class: "word", x: 7, y }, word), drawn("text", { class: `number ${word} ${kind}`, x: width - 7, y }, number === null ? "—" : showNumber(number, 4)));
    });
    this.cards.append(g);
  }

  forward(path, tip) {
    this.lines.append(drawn("path", { class: "forward", d: path }), drawn("path", { class: "forward tip", d: tip }));
  }

  // A backward arrow along a path, as wide as its number is large.
  backward(path, tip, x) {
    if (x === null) return;
    const broken = !Number.isFinite(x);
    const kind = broken ? "broken" : signOf(x);
    const width = broken ? 6 : x === 0 ? 0.6 : Math.max(0.8, (6 * Math.abs(x)) / this.largest);
    const dash = kind === "negative" ? "7 4" : kind === "nothing" ? "1 3" : "none";
    this.lines.append(drawn("path", { class: `line ${kind}`, d: path, "stroke-width": width.toFixed(2), "stroke-dasharray": dash }));
    if (x !== 0) this.lines.append(drawn("path", { class: `tip ${kind}`, d: tip }));
  }

  // A forward and a backward arrow between two cards beside each other, the latter carrying x, and a text below.
  pair(from, to, y, x, text) {
    const [above, below] = [y - 9, y + 1];
    this.forward(`M${from + 2} ${above}H${to - 8}`, `M${to - 2} ${above}l-8 -3.5v7z`);
    this.backward(`M${to - 2} ${below}H${from + 9}`, `M${from + 2} ${below}l9 -5v10z`, x);
    if (text) this.labels.append(drawn("text", { class: `label ${signOf(x)}`, x: (from + to) / 2, y: below + 16 }, text));
  }
}

const cutName = (name) => (name.length <= 21 ? name : `${name.slice(0, 9)}…${name.slice(-11)}`);
const signOf = (x) => (x > 0 ? "positive" : x < 0 ? "negative" : "nothing");
const stepsAfter = ({ activation, then }) => [activation === "linear" ? "" : activation, then].filter(Boolean); // the sum
const labelRoom = (texts) => Math.max(110, ...texts.map((text) => 26 + 6.2 * text.length)); // between two cards
const passedText = (bar, partial, passed) =>
  [bar, partial, passed].includes(null) ? "" : `${showNumber(bar, 4)} · ${factorText(partial)} = ${showNumber(passed, 4)}`;
const factorText = (x, digits = 4) => (x < 0 ? `(${showNumber(x, digits)})` : showNumber(x, digits));

// The panel in which a neuron's graph opens.
function neuronPanel(data, { open, close }) {
  const title = element("strong");
  const formula = element("p", { class: "network-formula" });
  const legend = element("p", { class: "neuron-legend" });
  const shut = element("button", { type: "button", "aria-label": "Close", title: "Close (Escape)" }, "×");
  const body = element("div", { class: "neuron-body sideways", tabindex: 0, role: "group", "aria-label": "Scalar graph" });
  const root = element("div", { class: "network-panel", role: "dialog", "aria-label": "A neuron", hidden: "" }, element("div", { class: "bar" }, title, shut), formula, body, legend);
  let room = 1000;
  let shown = null;
  shut.addEventListener("click", close);
  const openCard = (event) => {
    const card = event.target.closest("[data-open]");
    if (card === null || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    open(Number(card.dataset.open));
  };
  body.addEventListener("click", openCard);
  body.addEventListener("keydown", openCard);

  function fill(i, numbers) {
    shown = [i, numbers];
    const neuron = data.neurons[i];
    const found = neuronNumbers(data, numbers, i);
    title.textContent = neuron.name;
    root.setAttribute("aria-label", `Scalar graph of ${neuron.name}`);
    const inside = `w · x + b${found.sum === null ? "" : ` = ${showNumber(found.sum, 4)}`}`;
    const result = found.value === null ? "" : `; ${stepsAfter(neuron).join(", then ") || "the neuron"} gives ${showNumber(found.value, 4)}`;
    const why = found.delta === null ? (found.slope === null ? ". No gradient flows back without a loss: give y and loss." : ". No gradient flows back.") : ".";
    formula.textContent = inside + result + why;
    const arrow = (kind, width, tip) => drawn("svg", { width: 34, height: 12, "aria-hidden": "true", class: "neuron-graph" }, drawn("path", { class: kind, d: "M2 6H32", "stroke-width": width }), drawn("path", { class: `${kind} tip`, d: tip }));
    const back = found.delta === null ? [] : [element("span", {}, arrow("line positive", 3, "M0 6l9 -5v10z"), "gradient, backward: width is size, dashed is negative")];
    legend.replaceChildren(element("span", {}, arrow("forward", 1, "M34 6l-8 -3.5v7z"), "value, forward"), ...back);
    const held = body.contains(document.activeElement) ? document.activeElement.dataset.open : undefined;
    const whole = new NeuronGraph(data, numbers, i, false).draw();
    const fits = MIN_SCALE * Number(whole.getAttribute("width")) <= room - PANEL_SIDES;
    body.replaceChildren(fits ? whole : new NeuronGraph(data, numbers, i, true).draw());
    if (held !== undefined) (body.querySelector(`[data-open="${held}"]`) ?? body).focus();
  }

  function resize(width) {
    room = width;
    if (!root.hidden && shown) fill(...shown);
  }

  const moved = (from) => {
    const to = root.getBoundingClientRect();
    const [dx, dy] = [from.left + from.width / 2 - to.left - to.width / 2, from.top + from.height / 2 - to.top - to.height / 2];
    return { transform: `translate(${dx}px, ${dy}px) scale(${from.width / to.width}, ${from.height / to.height})`, opacity: 0.2 };
  };
  const play = (frames) => root.animate(frames, { duration: stillness.matches ? 0 : 200, easing: "ease-out" });

  function grow(from) {
    const fresh = root.hidden;
    root.hidden = false;
    if (from !== null && fresh) play([moved(from), {}]);
    shut.focus({ preventScroll: true });
  }

  async function shrink(to) {
    if (to !== null) await play([{}, moved(to)]).finished;
    root.hidden = true;
  }

  return { root, fill, grow, shrink, resize };
}
