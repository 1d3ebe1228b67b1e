"use strict";
// The parts that all stepping pages share: controls, keys, light and dark mode. Text is only ever set as text, never as HTML.

function element(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

// The same for an SVG element.
function drawn(tag, attributes, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(made, attributes = {}, children) {
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

// Sets attributes, and removes those that are null.
function setAttributes(part, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null) part.removeAttribute(name);
    else part.setAttribute(name, value);
  }
}

const parseSvg = (text) => document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);

const stillness = matchMedia("(prefers-reduced-motion: reduce)");

// An id for one of several widgets in a document.
const uniqueId = (name) => `${name}-${Math.random().toString(36).slice(2)}`;

function toNumber(x) {
  return typeof x === "number" ? x : { inf: Infinity, "-inf": -Infinity }[x] ?? NaN;
}

// Factor and power of ten, rounded to `digits` digits. Python rounds halfway cases to even, toExponential to the larger.
function roundedToEven(x, digits) {
  const [exact, power] = x.toExponential(60).split("e");
  const kept = exact.slice(0, exact.indexOf(".") + digits);
  const halfway = /^50*$/.test(exact.slice(kept.length));
  return halfway && "02468".includes(kept.at(-1)) ? [kept, power] : x.toExponential(digits - 1).split("e");
}

// As `shown` in Python: f"{x:.6g}", but whole numbers up to 1e5, a real minus sign, and no −0.
function showNumber(x, digits = 6) {
  x = toNumber(x);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "inf" : "−inf";
  if (Math.abs(x) >= 10 ** digits - 0.5 && Math.abs(x) < 1e5 - 0.5)
    return String(Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)).replace("-", "−");
  const [factor, power] = roundedToEven(x, digits);
  const long = power < -4 || power >= digits;
  let text = long ? factor : Number(`${factor}e${power}`).toFixed(digits - 1 - power);
  if (text.includes(".")) text = text.replace(/\.?0+$/, "");
  if (long) text += `e${power[0]}${power.slice(1).padStart(2, "0")}`;
  return text.replaceAll("-", "−");
}

// The question about a text such as 1,000, whose comma may separate thousands or decimals; "" if it is unambiguous.
function whichNumber(text) {
  const [, whole, rest] = text.trim().match(/^[-+−–—]?\s*([1-9]\d{0,2}),(\d{3})$/) ?? [];
  return whole === undefined ? "" : `${whole}${rest} or ${whole}.${rest}? Write it without the comma`;
}

const ICONS = {
  first: "M3 3v10M13 3L6 8l7 5z",
  previous: "M11 3L4 8l7 5z",
  play: "M4 2.5L13 8l-9 5.5z",
  pause: "M5 3v10M11 3v10",
  next: "M5 3l7 5-7 5z",
  last: "M13 3v10M3 3l7 5-7 5z",
  closer: "M8 3v10M3 8h10",
  farther: "M3 8h10",
  fit: "M1.5 2.5h13v11h-13zM2.5 3.5h11v9h-11zM5.5 6.5h5v3h-5z",
  find: "M7 2a5 5 0 1 0 0 10a5 5 0 1 0 0-10zM7 3.4a3.6 3.6 0 0 1 0 7.2a3.6 3.6 0 0 1 0-7.2zM10.8 10.8L14 14",
  link: "M6 5H4.5a3 3 0 0 0 0 6H6V9.8H4.5a1.8 1.8 0 0 1 0-3.6H6zM10 5h1.5a3 3 0 0 1 0 6H10V9.8h1.5a1.8 1.8 0 0 0 0-3.6H10zM5.5 8h5",
  done: "M3 8l3.5 4L13 4L6.5 12z",
  table: "M2 3h12v10H2zM3.5 6.5v5h3.5v-5zM8.5 6.5v5h4v-5z",
  look: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM8 3a5 5 0 0 1 0 10z",
};

const OUTLINES = new Set(["find", "link", "done", "table"]); // icons that aren't filled

function icon(name) {
  const style = OUTLINES.has(name) ? { style: "fill: none" } : {};
  return drawn("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, drawn("path", { d: ICONS[name], ...style }));
}

function iconButton(name, label, act) {
  const button = element("button", { type: "button", "aria-label": label, title: label }, icon(name));
  button.addEventListener("click", act);
  return button;
}

// Light or dark like the system (in a frame, like the page around it), until the reader presses the button; light on paper.
// Inside another page, the style sheet follows that page until then.
function themeButton(root, signal) {
  const [system, paper] = ["(prefers-color-scheme: dark)", "print"].map((query) => matchMedia(query));
  let asked = null;
  const button = iconButton("look", "Switch between light and dark", () => {
    asked = getComputedStyle(root).colorScheme === "dark" ? "light" : "dark";
    choose(asked);
  });
  function choose(theme) {
    root.dataset.theme = theme;
    root.dispatchEvent(new Event("themechange"));
  }
  const follow = () => choose(paper.matches ? "light" : (asked ?? (system.matches ? "dark" : "light")));
  if (root.matches("body > main")) {
    for (const query of [system, paper]) query.addEventListener("change", follow, { signal });
    follow();
  }
  return button;
}

function choice(label, options, act) {
  const made = element("select", { "aria-label": label, title: label }, ...options.map(([value, text]) => element("option", { value }, text)));
  made.addEventListener("change", () => act(made.value));
  return made;
}

// A slider that calls `act(x)` with each number it is pulled to. If a finger lands on it and then scrolls the page, the earlier
// number, `now()`, comes back, even if it lies between two of the slider's steps.
function pulled(attributes, act, now) {
  const slider = element("input", { type: "range", ...attributes });
  let before, back = null;
  slider.addEventListener("input", () => act(back ?? Number(slider.value)));
  slider.addEventListener("pointerdown", () => (before = [slider.value, now()]));
  slider.addEventListener("pointercancel", () => {
    if (slider.value === before[0]) return;
    [slider.value, back] = before;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    back = null;
  });
  return slider;
}

// The slider with the ends of its range below it; `write()` updates them.
function ranged(slider) {
  const ends = element("span", { class: "ends quiet", "aria-hidden": "true" });
  const write = () => {
    const texts = [slider.min, slider.max].map((end) => showNumber(Number(end)));
    ends.replaceChildren(...texts.map((text) => element("span", {}, text)));
    ends.classList.toggle("long", texts.join("").length > MAX_ENDS);
  };
  return { root: element("span", { class: "range" }, slider, ends), write };
}

const MAX_ENDS = 10; // characters below a short slider
const SPEEDS = [0.25, 0.5, 1, 2, 4, 16]; // times the usual one
const MIN_RATE = 1 / 0.9; // frames per second
const MAX_TIME = 30; // seconds, for all frames

// The controls for `count` frames. `show(i, playing)` draws frame i, in any order; `describe(i)` is a short description of it;
// `status` is the element with the running sentence; `marks` are positions on the slider: [{ at, label }]; `place(i)` is
// the text of the counter. After `stopAt(indices)`, buttons, keys and playing stop only at these; null is all.
function scrubber({ count, show, describe, status, marks = [], place }) {
  let index = 0;
  let stops = null;
  let speed = 1;
  let frame = null; // while it plays

  const slider = pulled({ min: 0, step: 1, "aria-label": "Step" }, (i) => move(i), () => index);
  const counter = element("span", { class: "counter" });
  const first = iconButton("first", "First step", () => move(0));
  const previous = iconButton("previous", "Previous step", () => move(before()));
  const play = iconButton("play", "Play", () => (frame === null ? start() : pause()));
  const next = iconButton("next", "Next step", () => move(after()));
  const last = iconButton("last", "Last step", () => move(count - 1));
  play.classList.add("main");
  const track = element("div", { class: "track" }, slider);
  for (const { at, label } of marks) {
    const mark = element("button", { type: "button", class: "mark", "data-at": at }, label);
    mark.addEventListener("click", () => move(Number(mark.dataset.at)));
    track.append(mark);
  }
  track.classList.toggle("marked", marks.length > 0);
  const buttons = element("div", { class: "buttons" }, first, previous, play, next, last);
  const speeds = choice("Speed", SPEEDS.map((x) => [x, `${x}×`]), (x) => (speed = Number(x)));
  speeds.value = 1;
  const controls = element("div", { class: "controls", role: "group", "aria-label": "Steps" }, buttons, track, counter, speeds);
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");

  function go(i) {
    index = Math.min(count - 1, Math.max(0, i));
    slider.value = index;
    slider.setAttribute("aria-valuetext", `${place(index)}: ${describe(index)}`);
    counter.textContent = place(index);
    for (const button of [first, previous]) button.setAttribute("aria-disabled", index === 0);
    for (const button of [next, last]) button.setAttribute("aria-disabled", index === count - 1);
    show(index, frame !== null);
  }

  // Change the number of frames to `n`, move the marks to these places, and show frame i.
  function resize(n, i, places) {
    count = n;
    for (const [j, mark] of track.querySelectorAll(".mark").entries()) mark.dataset.at = places[j];
    scale();
    go(i);
  }

  function scale() {
    slider.max = count - 1;
    for (const mark of track.querySelectorAll(".mark")) mark.style.setProperty("--at", mark.dataset.at / Math.max(1, count - 1));
  }

  const after = (n = 1) => (stops === null ? index + n : (stops.filter((stop) => stop > index)[n - 1] ?? count - 1));
  const before = () => (stops === null ? index - 1 : (stops.findLast((stop) => stop < index) ?? 0));

  function stopAt(indices) {
    stop();
    stops = indices;
  }

  function move(i) {
    stop();
    go(i);
  }

  function start() {
    if (index === count - 1) go(0);
    status.setAttribute("aria-live", "off"); // too fast to be read out
    setPlay("pause", "Pause");
    let [then, due] = [performance.now(), 0]; // due: frames still to be shown
    frame = requestAnimationFrame(function tick(now) {
      due += (Math.max(0, now - then) / 1000) * speed * Math.max(MIN_RATE, (stops?.length ?? count) / MAX_TIME);
      then = now;
      const n = Math.floor(due);
      due -= n;
      const to = n > 0 ? after(n) : index;
      if (to >= count - 1) return move(count - 1);
      frame = requestAnimationFrame(tick);
      if (n > 0) go(to);
    });
  }

  function stop() {
    if (frame === null) return;
    cancelAnimationFrame(frame);
    frame = null;
    status.setAttribute("aria-live", "polite");
    setPlay("play", "Play");
  }

  // Stop here, and show also what is too slow to draw while playing.
  function pause() {
    move(index);
  }

  function setPlay(name, label) {
    play.replaceChildren(icon(name));
    play.setAttribute("aria-label", label);
    play.title = label;
  }

  // `paged`: also take PageDown and PageUp, which presenters' clickers send; a page that scrolls needs them itself.
  function keys(target, signal, paged = false) {
    const moves = {
      ArrowLeft: () => move(before()),
      ArrowRight: () => move(after()),
      Home: () => move(0),
      End: () => move(count - 1),
      " ": () => (frame === null ? start() : pause()),
      ...(paged ? { PageUp: () => move(before()), PageDown: () => move(after()) } : {}),
    };
    const act = (event) => {
      const own = event.target.closest?.("input, select, textarea, button, a") ?? null;
      const taken = own !== null && own !== slider && (own.tagName !== "BUTTON" || event.key === " ");
      if (!(event.key in moves) || taken || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      moves[event.key]();
    };
    target.addEventListener("keydown", act, { signal });
  }

  scale();
  return { element: controls, go, move, start, keys, resize, stopAt, get index() { return index; }, get playing() { return frame !== null; } };
}
