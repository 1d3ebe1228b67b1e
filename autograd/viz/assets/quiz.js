// The questions of a quiz. The page marks answers as autograd.lessons.marking does. Each question brings its gradient and the
// results of likely slips, each with its tolerance.

const NO_ANSWER = "this is not a number: write one such as −0.25, 1e−3 or 1/3";

const MAX_ANSWER = 200; // characters
const MINUS = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g; // − and its stand-ins on keyboards: dashes, hyphens, the wide minus
const SIGNED = /^[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/;
const SYMBOLS = /(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?|\*\*|\S/gi; // of arithmetic

// The number that a reader typed, or the value of arithmetic on plain numbers, as Python reads it: 2*3, 1/3, −0.5**2; or null.
// A minus may be any dash, even with a space after it, a product any dot, and the decimal sign a comma.
function readAnswer(text) {
  const symbols = (text.length <= MAX_ANSWER ? text : "").replace(MINUS, "-").replace(/[×·⋅∙]/g, "*").match(SYMBOLS) ?? [];
  let at = 0; // NaN once something is wrong
  const take = (...signs) => signs.includes(symbols[at]) && symbols[at++];

  function chain(part, signs) {
    let x = part();
    for (let sign = take(...signs); sign; sign = take(...signs)) {
      const y = part();
      x = { "+": x + y, "-": x - y, "*": x * y, "/": x / y }[sign];
    }
    return x;
  }
  const sum = () => chain(product, ["+", "-"]);
  const product = () => chain(signed, ["*", "/"]);
  const signed = () => (take("-") ? -signed() : take("+") ? signed() : power());
  function power() {
    const x = single();
    return take("**") ? x ** signed() : x;
  }
  function single() {
    if (take("(")) {
      const x = sum();
      if (!take(")")) at = NaN;
      return x;
    }
    const symbol = symbols[at++] ?? "";
    if (!/\d/.test(symbol) || whichNumber(symbol)) at = NaN;
    return Number(symbol.replace(",", "."));
  }

  const value = sum();
  return at === symbols.length && Number.isFinite(value) ? value : null;
}

// As `mark` in Python: names the likeliest slip that leads to a wrong answer.
function markAnswer(question, text) {
  if (text.trim() === "") return { right: false, text: `${question.name}: not answered yet` };
  const answer = readAnswer(text);
  if (answer === null) return { right: false, text: `${question.name}: ${whichNumber(text) || NO_ANSWER}` };
  const near = ([number, allowed]) => Math.abs(answer - number) <= allowed;
  if (near(question.gradient)) return { right: true, text: question.right };
  const slip = question.slips.find(near)?.[2];
  return { right: false, text: `${question.name}: ${showNumber(answer)} is wrong${slip ? `: ${slip}` : ""}` };
}

// A key for the sign of a number, which numeric keyboards on phones may lack.
function signKey(field) {
  const sign = element("button", { type: "button", "aria-label": "Change the sign" }, "±");
  sign.addEventListener("click", () => {
    field.value = SIGNED.test(field.value) ? field.value.slice(1) : `−${field.value}`;
    field.focus();
  });
  return sign;
}

// Strips a picture in the document of the words around its graph, so that its text is larger; returns it with its size.
function graphAlone(svg) {
  for (const part of svg.querySelectorAll(":scope > :is(.paper, .title, .sentence, .notes, .legend)")) part.remove();
  const { x, y, width, height } = svg.getBBox();
  const size = { width: width + 2 * GRAPH_EDGE, height: height + 2 * GRAPH_EDGE };
  svg.setAttribute("viewBox", `${x - GRAPH_EDGE} ${y - GRAPH_EDGE} ${size.width} ${size.height}`);
  return { svg, ...size };
}

const GRAPH_EDGE = 6; // around the graph
const CARD_EDGE = 6; // pixels beside a number on a card
const NARROW_QUIZ = 560; // pixels: on a narrower stage, the drawing runs from top to bottom

// Fill `root` with a quiz.
function quizPage(root, data) {
  let svg; // the drawing as it is shown
  const view = stage({ label: "Drawing of the graph" });
  const score = element("p", { class: "score", role: "status" });
  const asked = data.questions.map(ask);
  const list = element("ol", { "aria-label": "Questions" }, ...asked.map((one) => one.item));
  const holder = element("div", { class: "picture" }, view.root);
  const head = element("div", { class: "bar" }, element("h1", {}, data.title), score, themeButton(root));
  const notes = element("div", { class: "notes quiet" }, ...data.notes.map((note) => element("p", {}, note)));
  root.classList.add("quiz");
  root.replaceChildren(head, ...(data.notes.length ? [notes] : []), holder, list);
  draw();
  new ResizeObserver(draw).observe(view.root);
  data.questions.forEach((question, i) => question.found && asked[i].settle(true, question.right)); // answered before the page was made
  count();

  // Draws the version that suits the width of the stage, with the answers known by now.
  function draw() {
    const narrow = view.root.clientWidth < NARROW_QUIZ;
    const text = narrow ? data.narrow : data.svg;
    if (svg?.source === text) return;
    svg = parseSvg(text);
    svg.source = text;
    if (narrow && view.root.clientWidth > 0) {
      view.root.append(svg); // to be measured
      const { width, height } = graphAlone(svg);
      setAttributes(svg, { width, height });
    }
    holder.style.setProperty("--tall", `${svg.getAttribute("height")}px`);
    view.place(svg);
    data.questions.forEach((question, i) => (asked[i].state.right || asked[i].state.shown) && reveal(question));
  }

  // One question: its box, its two hints, its mark.
  function ask(question, i) {
    const state = { right: question.found, shown: false };
    const field = element("input", { id: `answer${i}`, type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", "aria-describedby": `mark${i}` });
    const mark = element("p", { class: "mark-text", id: `mark${i}`, role: "status" });
    const check = element("button", { class: "main" }, "Check");
    const show = element("button", { type: "button" }, "Show the answer");
    const buttons = [signKey(field), check, show]; // until the answer is right
    const label = element("label", { for: field.id }, `(${question.number}) grad of ${question.name} (${question.text}) =`);
    const form = element("form", {}, label, field, ...buttons);
    const hints = question.hints.map((hint) => element("p", {}, hint));
    const help = element("details", {}, element("summary", {}, "Hints"), ...hints);
    const item = element("li", { "data-question": question.number }, form, mark, help);

    function settle(right, text) {
      state.right = right;
      mark.textContent = text.replaceAll("`", "");
      item.className = right ? "right" : state.shown || text.endsWith("not answered yet") ? "" : "wrong";
      if (right || state.shown) reveal(question);
      for (const button of buttons) button.hidden = right;
      count();
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      state.shown = false;
      const { right, text } = markAnswer(question, field.value);
      settle(right, text);
      item.scrollIntoView({ block: "nearest" });
      ((right && asked[i + 1]?.field) || field).focus();
    });
    field.addEventListener("input", () => {
      for (const button of buttons) button.hidden = false;
    });
    show.addEventListener("click", () => {
      state.shown = true;
      field.value = ""; // no wrong number beside the right one
      settle(false, question.solution);
    });
    return { item, state, field, settle };
  }

  // Replaces the question mark in the drawing by the gradient.
  function reveal({ number, shown, colour }) {
    for (const text of svg.querySelectorAll("text")) {
      if (text.textContent.trim() !== `? (${number})`) continue;
      text.textContent = shown;
      text.setAttribute("fill", colour);
      keepInside(text);
    }
  }

  // Moves a number longer than the question mark so that it ends inside its card.
  function keepInside(text) {
    const [number, card] = [text, text.parentNode.querySelector(".border")].map((part) => part?.getBBox());
    const beyond = card ? number.x + number.width + CARD_EDGE - (card.x + card.width) : 0;
    if (beyond > 0) text.setAttribute("x", Number(text.getAttribute("x")) - beyond);
  }

  function count() {
    const right = asked.filter(({ state }) => state.right).length;
    const shown = asked.filter(({ state }) => state.shown).length;
    const done = right + shown === asked.length;
    root.dataset.done = done;
    score.textContent = `${done ? "Done: " : ""}${right} of ${asked.length} right${shown ? `, ${shown} shown` : ""}`;
  }
}
