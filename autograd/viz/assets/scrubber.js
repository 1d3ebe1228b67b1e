"use strict";
// The parts that all stepping pages share: controls, keys, light and dark mode. Text is only ever set as text.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function toNumber(x) {
  return typeof x === "number" ? x : { inf: Infinity, "-inf": -Infinity }[x] ?? NaN;
}

// As Python's f"{x:.6g}", with a real minus, and none before 0.
function showNumber(x, digits = 6) {
  x = toNumber(x);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "inf" : "−inf";
  const [factor, power] = x.toExponential(digits - 1).split("e");
  const long = power < -4 || power >= digits;
  let text = long ? factor : x.toFixed(digits - 1 - power);
  if (text.includes(".")) text = text.replace(/\.?0+$/, "");
  if (long) text += `e${power[0]}${power.slice(1).padStart(2, "0")}`;
  return text.replaceAll("-", "−");
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
  fit: "M2 2v4M2 2h4M14 2h-4M14 2v4M14 14v-4M14 14h-4M2 14h4M2 14v-4",
  look: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM8 3a5 5 0 0 1 0 10z",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  picture.append(path);
  return picture;
}

function iconButton(name, label, act) {
  const button = element("button", { type: "button", "aria-label": label, title: label }, icon(name));
  button.addEventListener("click", act);
  return button;
}

// Light or dark like the system (or the notebook), until the button is pressed.
function themeButton(root) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = iconButton("look", "", () => choose(root.dataset.theme === "dark" ? "light" : "dark"));
  function choose(theme) {
    root.dataset.theme = theme;
    const label = `Switch to ${theme === "dark" ? "light" : "dark"} mode`;
    button.setAttribute("aria-label", label);
    button.title = label;
    root.dispatchEvent(new Event("themechange"));
  }
  const preferred = () => (system.matches || document.body.dataset.jpThemeLight === "false" ? "dark" : "light");
  system.addEventListener("change", () => choose(preferred()));
  choose(preferred());
  return button;
}

// The controls for `count` frames. `show(i)` draws frame i, in any order; `describe(i)` says in a few words what it is;
// `status` is the element with the running sentence; `marks` are positions on the slider: [{ at, label }];
// `place(i)` is the text of the counter.
function scrubber({ count, show, describe, status, marks = [], place = (i) => `${i + 1} of ${count}` }) {
  let index = 0;
  let timer = null;

  const slider = element("input", { type: "range", min: 0, step: 1, "aria-label": "Step" });
  const counter = element("span", { class: "counter" });
  const first = iconButton("first", "First step", () => move(0));
  const previous = iconButton("previous", "Previous step", () => move(index - 1));
  const play = iconButton("play", "Play", () => (timer === null ? start() : stop()));
  const next = iconButton("next", "Next step", () => move(index + 1));
  const last = iconButton("last", "Last step", () => move(count - 1));
  play.classList.add("main");
  const track = element("div", { class: "track" }, slider);
  for (const { at, label } of marks) {
    const mark = element("button", { type: "button", class: "mark", "data-at": at }, label);
    mark.addEventListener("click", () => move(at));
    track.append(mark);
  }
  track.classList.toggle("marked", marks.length > 0);
  const buttons = element("div", { class: "buttons" }, first, previous, play, next, last);
  const controls = element("div", { class: "controls", role: "group", "aria-label": "Steps" }, buttons, track, counter);
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  slider.addEventListener("input", () => move(Number(slider.value)));

  function go(i) {
    index = Math.min(count - 1, Math.max(0, i));
    slider.value = index;
    slider.setAttribute("aria-valuetext", `step ${place(index)}: ${describe(index)}`);
    counter.textContent = place(index);
    for (const button of [first, previous]) button.setAttribute("aria-disabled", index === 0);
    for (const button of [next, last]) button.setAttribute("aria-disabled", index === count - 1);
    show(index);
  }

  // Change the number of frames to `n`.
  function resize(n) {
    count = n;
    scale();
    go(index);
  }

  function scale() {
    slider.max = count - 1;
    for (const mark of track.querySelectorAll(".mark")) mark.style.setProperty("--at", mark.dataset.at / Math.max(1, count - 1));
  }

  function move(i) {
    stop();
    go(i);
  }

  function start() {
    if (index === count - 1) go(0);
    status.setAttribute("aria-live", "off"); // too fast to be read out
    setPlay("pause", "Pause");
    const interval = Math.min(900, Math.max(40, 30000 / count));
    timer = setInterval(() => (index + 1 < count - 1 ? go(index + 1) : move(count - 1)), interval);
  }

  function stop() {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    status.setAttribute("aria-live", "polite");
    setPlay("play", "Play");
  }

  function setPlay(name, label) {
    play.replaceChildren(icon(name));
    play.setAttribute("aria-label", label);
    play.title = label;
  }

  function keys(target) {
    const moves = {
      ArrowLeft: () => move(index - 1),
      ArrowRight: () => move(index + 1),
      Home: () => move(0),
      End: () => move(count - 1),
      " ": () => (timer === null ? start() : stop()),
    };
    target.addEventListener("keydown", (event) => {
      const own = event.target.closest?.("input, select, textarea, button, a") ?? null;
      const taken = own !== null && own !== slider && (own.tagName !== "BUTTON" || event.key === " ");
      if (!(event.key in moves) || taken || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      moves[event.key]();
    });
  }

  scale();
  return { element: controls, go, keys, resize, get index() { return index; } };
}
