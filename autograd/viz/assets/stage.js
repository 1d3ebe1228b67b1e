// A stage: a box that an SVG is fitted to, and that pans and zooms it by wheel, pinch, drag, keys and buttons.
// If the picture is larger than the box, a map shows the visible part.
//
//   const view = stage({ label: "Network", taken: ["ArrowLeft", "ArrowRight"] });
//   parent.append(view.root);         // the style sheet sets its size: .stage
//   view.place(svg);                  // may be repeated; `keep` true leaves pan and zoom as they are
//   view.reveal(boxes);               // moves just enough to make boxes from view.boxOf(element) visible
//   view.fit();                       // shows all of it again
//   view.cut();                       // true if it isn't seen whole, and the reader hasn't chosen the zoom
//   view.over.append(callout);        // in pixels of the stage, as view.seen(box); view.onmove is called after each move
//
// `taken` are keys that the surrounding page uses; with Shift, arrows always pan. Where the page scrolls, one finger scrolls it
// and moves the picture at most sideways, as on an embedded map; two fingers pan and zoom.

const MOVE_TIME = 200; // milliseconds
const FIT_MARGIN = 12; // pixels around a fitted picture
const EDGE = 46; // pixels at the right or below, where the buttons are, kept free
const MAX_FIT = 1.6; // a small picture is not blown up
const MAX_FIT_FULL = 4; // except in full screen, which is seen from afar
const MAX_ZOOM = 8;
const ZOOM_STEP = 1.4; // by a key or a button
const READABLE = 11; // pixels of the smallest text: where it would be smaller, `reveal` zooms in
const MAP_SIZE = 180; // pixels, of the longer side

const easeOut = (t) => 1 - (1 - t) ** 3;

// Calls `draw(share)` for each frame, share eased from 0 to 1; returns a function that ends it early, without drawing.
function animate(draw, time = MOVE_TIME) {
  if (stillness.matches) {
    draw(1);
    return () => {};
  }
  const begin = performance.now();
  let frame = requestAnimationFrame(function next(now) {
    const t = Math.min(1, Math.max(0, now - begin) / time);
    frame = t < 1 ? requestAnimationFrame(next) : null;
    draw(easeOut(t));
  });
  return () => cancelAnimationFrame(frame);
}

function stage({ label, taken = [] }) {
  const holder = element("div", { class: "stage-picture" });
  const over = element("div", { class: "stage-over" });
  const map = overview((x, y) => own(() => centre(x, y)));
  const buttons = element(
    "div",
    { class: "stage-buttons", role: "group", "aria-label": "Zoom" },
    iconButton("closer", "Zoom in (+)", () => own(() => zoom(ZOOM_STEP))),
    iconButton("farther", "Zoom out (−)", () => own(() => zoom(1 / ZOOM_STEP))),
    iconButton("fit", "Fit (0)", () => own(fit)),
  );
  const root = element("div", { class: "stage", tabindex: 0, role: "group", "aria-label": label }, holder, over, map.root, buttons);

  let picture = null;
  let size = { width: 1, height: 1 }; // of the picture, at scale 1
  let letters = READABLE; // the size of its smallest text, at scale 1
  let nodes = []; // the boxes of its nodes, which have the class `node`
  let box = { width: 0, height: 0 }; // of the stage
  let view = { x: 0, y: 0, k: 1 }; // a point p of the picture is seen at k·p + (x, y)
  let chosen = false; // true once the reader has chosen the view, whose zoom is then kept
  let fitted = true; // stays true when the stage is resized
  let below = false; // true if buttons and map are in a row below the picture; else the buttons are at its right
  let stop = () => {};
  const api = { root, over, place, fit, reveal, boxOf, seen, furniture, cut: () => !chosen && !fitted, onmove: () => {} };

  new ResizeObserver(([entry]) => {
    const { width, height } = entry.contentRect;
    const [dx, dy] = [(width - box.width) / 2, (height - box.height) / 2];
    const placed = box.width === 0; // it wasn't rendered until now
    if (placed && picture !== null) survey();
    box = { width, height };
    settle();
    stop();
    const first = chosen ? fitting() : opening();
    const whole = !chosen && first.k === fitting().k; // then undo moves made by steps
    if (fitted || placed || whole) set(first);
    else set({ ...view, x: view.x + dx, y: view.y + dy });
  }).observe(root);

  // -- the view

  function place(svg, keep = false) {
    picture = svg;
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    size = { width, height };
    setAttributes(svg, size);
    holder.replaceChildren(svg);
    letters = Math.min(...[...svg.querySelectorAll("text[font-size]")].map((text) => Number(text.getAttribute("font-size"))));
    box = { width: root.clientWidth, height: root.clientHeight };
    settle();
    stop();
    if (!keep || !chosen) [chosen, fitted] = [false, true];
    survey();
    set(!fitted ? view : chosen ? fitting() : opening());
  }

  // Finds the nodes' boxes; the map needs them before its size decides if it is shown.
  function survey() {
    nodes = [...picture.querySelectorAll(".node")].map(boxOf);
    map.draw(nodes, size);
  }

  // The part of the stage beside or above the buttons.
  const free = () => ({ width: box.width - (below ? 0 : EDGE), height: box.height - (below ? EDGE : 0) });
  const room = (of, margin = FIT_MARGIN) => Math.max(1, free()[of] - 2 * margin) / size[of];

  const maxFit = () => (document.fullscreenElement?.contains(root) ? MAX_FIT_FULL : MAX_FIT);

  // Puts the buttons where they let the picture be larger.
  function settle() {
    const scale = (row) => {
      below = row;
      return Math.min(maxFit(), room("width"), room("height"));
    };
    below = scale(true) > scale(false);
    root.classList.toggle("below", below);
  }

  function fitting() {
    const scale = (margin) => Math.min(room("width", margin), room("height", margin));
    const least = READABLE / letters;
    const k = Math.min(maxFit(), scale(0) < least ? scale(FIT_MARGIN) : Math.max(scale(FIT_MARGIN), least)); // readable text matters more than margins
    const { width, height } = free();
    return { k, x: (width - k * size.width) / 2, y: (height - k * size.height) / 2 };
  }

  // A length in pixels from the style sheet; NaN if it sets none.
  const asked = (name) => parseFloat(getComputedStyle(root).getPropertyValue(name));

  // The first view: the whole picture, or if its letters were smaller than the style sheet allows (--least-letters, in pixels),
  // its beginning in letters of that size or of --first-letters, or of another, preferably larger, that cuts fewer nodes.
  function opening() {
    const whole = fitting();
    if (!(whole.k * letters < asked("--least-letters"))) return whole;
    const long = size.width * box.height > size.height * box.width; // it begins at the left, else at the top
    const across = room(long ? "height" : "width"); // the scale at which it fits across
    const [least, first] = [asked("--least-letters"), asked("--first-letters") || asked("--least-letters")];
    const wanted = Math.max(least / letters, Math.min(first / letters, across));
    const at = (k) => {
      const middle = (of) => (Math.min(box[of], Math.max(free()[of], k * size[of])) - k * size[of]) / 2; // beside the buttons, or above them
      const [x, y] = [middle("width"), middle("height")];
      return long ? { k, x: Math.max(FIT_MARGIN, x), y } : { k, x, y: Math.max(FIT_MARGIN, y) };
    };
    const ends = new Set(nodes.map((r) => (long ? r.right : r.bottom)));
    const others = [...ends].map((end) => (box[long ? "width" : "height"] - 2 * FIT_MARGIN) / end); // the last visible node ends at the edge
    const able = others.filter((k) => k >= least / letters && k <= Math.max(first / letters, Math.min(maxFit(), across)));
    const larger = able.filter((k) => k > wanted).sort((a, b) => a - b), smaller = able.filter((k) => k < wanted).sort((a, b) => b - a);
    const views = [wanted, ...larger, ...smaller].map(at), cuts = views.map(cutAt);
    return views[cuts.indexOf(Math.min(...cuts))];
  }

  // The number of nodes that the edges of the stage cut through.
  function cutAt({ x, y, k }) {
    const cut = (low, high, end) => (low < 0 && high > 0) || (low < end && high > end);
    return nodes.filter((r) => cut(k * r.left + x, k * r.right + x, box.width) || cut(k * r.top + y, k * r.bottom + y, box.height)).length;
  }

  // Limits a view: the centre of the stage always shows some of the picture.
  function held({ x, y, k }) {
    const least = Math.min(fitting().k, 1) / 2;
    k = Math.min(MAX_ZOOM, Math.max(least, k));
    const between = (at, of) => Math.min(box[of] / 2, Math.max(box[of] / 2 - k * size[of], at));
    return { k, x: between(x, "width"), y: between(y, "height") };
  }

  function set(next) {
    view = next;
    holder.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.k})`;
    const whole = fitting();
    fitted = Math.abs(view.k / whole.k - 1) < 1e-3 && Math.hypot(view.x - whole.x, view.y - whole.y) < 1;
    root.classList.toggle("fitted", fitted);
    map.show({ x: -view.x / view.k, y: -view.y / view.k, width: box.width / view.k, height: box.height / view.k }, size);
    api.onmove();
  }

  function move(target, time = MOVE_TIME) {
    stop();
    const from = view;
    const to = held(target);
    if (box.width === 0 || time === 0) return set(to);
    stop = animate((t) => {
      const k = from.k * (to.k / from.k) ** t;
      const share = to.k === from.k ? t : (k - from.k) / (to.k - from.k); // so that one point stays in place
      set(t === 1 ? to : { k, x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) });
    }, time);
  }

  // -- moves

  function own(act) {
    chosen = true;
    act();
  }

  function fit() {
    move(fitting());
  }

  // Zooms by `factor` around the point (x, y) of the stage.
  function zoom(factor, x = box.width / 2, y = box.height / 2, time = MOVE_TIME) {
    const k = held({ ...view, k: view.k * factor }).k;
    const by = k / view.k;
    move({ k, x: x - by * (x - view.x), y: y - by * (y - view.y) }, time);
  }

  function pan(dx, dy, time = MOVE_TIME) {
    move({ ...view, x: view.x + dx, y: view.y + dy }, time);
  }

  // Moves sideways by one finger, no farther than hidden parts of the picture require.
  function slide(dx) {
    const end = free().width - view.k * size.width - FIT_MARGIN; // shows its right side
    if (end < FIT_MARGIN) move({ ...view, x: Math.min(Math.max(FIT_MARGIN, view.x), Math.max(Math.min(end, view.x), view.x + dx)) }, 0);
  }

  function centre(x, y) {
    move({ ...view, x: box.width / 2 - view.k * x, y: box.height / 2 - view.k * y }, 0);
  }

  // Moves just enough to show all these boxes, or at least the first. If the text is too small to read, or smaller than the style
  // sheet allows, zooms in, unless the reader has chosen the zoom.
  function reveal(boxes, margin = FIT_MARGIN / 2) {
    if (boxes.length === 0 || box.width === 0) return;
    const { width, height } = free();
    const closer = !chosen && view.k * letters < (asked("--least-letters") || READABLE);
    const k = closer ? READABLE / letters : view.k;
    const fits = (r) => k * r.width <= width - 2 * margin && k * r.height <= height - 2 * margin;
    const all = around(boxes);
    const r = fits(all) ? all : boxes[0];
    const shift = (low, high, room) => {
      if (high - low > room - 2 * margin) return (room - low - high) / 2;
      return Math.max(0, margin - low) - Math.max(0, high - room + margin);
    };
    const from = closer ? near(k, r) : view;
    const x = from.x + shift(k * r.left + from.x, k * r.right + from.x, width);
    const y = from.y + shift(k * r.top + from.y, k * r.bottom + from.y, height);
    if (k !== view.k || x !== view.x || y !== view.y) move({ k, x, y });
    map.dodge(boxes[0], held({ k, x, y }), box);
  }

  // The position that centres a box, unless another shows more of the picture.
  function near(k, r) {
    const at = (of, middle) => {
      const spare = box[of] - k * size[of];
      return spare > 0 ? spare / 2 : Math.min(0, Math.max(spare, box[of] / 2 - k * middle));
    };
    return { x: at("width", r.x + r.width / 2), y: at("height", r.y + r.height / 2) };
  }

  // -- places

  // The box of an element of the picture, in pixels of the picture.
  function boxOf(part) {
    const [inner, outer] = [part.getBoundingClientRect(), holder.getBoundingClientRect()];
    const { k } = view;
    return new DOMRect((inner.x - outer.x) / k, (inner.y - outer.y) / k, inner.width / k, inner.height / k);
  }

  // The position of a box of the picture, in pixels of the stage.
  function seen(r) {
    return new DOMRect(view.k * r.x + view.x, view.k * r.y + view.y, view.k * r.width, view.k * r.height);
  }

  // The boxes of buttons and map, in pixels of the stage.
  function furniture() {
    const r = root.getBoundingClientRect();
    return [buttons, map.root].filter((part) => !part.hidden).map((part) => {
      const { x, y, width, height } = part.getBoundingClientRect();
      return new DOMRect(x - r.x, y - r.y, width, height);
    });
  }

  function around(boxes) {
    const [left, top] = [Math.min(...boxes.map((r) => r.left)), Math.min(...boxes.map((r) => r.top))];
    return new DOMRect(left, top, Math.max(...boxes.map((r) => r.right)) - left, Math.max(...boxes.map((r) => r.bottom)) - top);
  }

  const moves = Object.entries({ zoom, pan, slide, fit }).map(([name, act]) => [name, (...how) => own(() => act(...how))]);
  gestures(root, Object.fromEntries(moves), taken);
  return api;
}

// True if an element or one around it scrolls vertically.
function scrolls(part) {
  if (part === null) return false;
  const able = part === document.documentElement || /auto|scroll/.test(getComputedStyle(part).overflowY);
  return (able && part.scrollHeight > part.clientHeight) || scrolls(part.parentElement);
}

// Handles wheel, pointers and keys on a stage.
function gestures(root, { zoom, pan, slide, fit }, taken) {
  const at = (event) => {
    const r = root.getBoundingClientRect();
    return [event.clientX - r.left, event.clientY - r.top];
  };

  // True if the page doesn't need wheel and finger: it doesn't scroll, and no page around it may.
  const free = () => root.closest("body > main") !== null && window === window.parent && !scrolls(root.parentElement);

  // If the page may scroll, the wheel scrolls it until the stage has the focus.
  function wheel(event) {
    if (!event.ctrlKey && !event.metaKey && !free() && !root.matches(":focus-within")) return;
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
    const pinch = event.ctrlKey && Math.abs(pixels) < 50; // on a trackpad, in small steps
    zoom(Math.exp(-(Math.max(-120, Math.min(120, pixels)) * (pinch ? 6 : 1)) / 500), ...at(event), 0);
  }
  root.addEventListener("wheel", wheel, { passive: false });

  const fingers = new Map(); // the positions of fingers, and of a mouse with its button down
  let dragged = false;

  function down(event) {
    if (event.button !== 0 || event.target.closest(".stage-buttons, .stage-map, a, button, input")) return;
    if (fingers.size === 0) dragged = false;
    fingers.set(event.pointerId, at(event));
  }

  function drag(event) {
    const before = fingers.get(event.pointerId);
    if (before === undefined) return;
    if (event.pointerType === "mouse" && event.buttons === 0) return up(event); // the button was released outside
    const now = at(event);
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    if (!dragged && fingers.size === 1 && Math.hypot(dx, dy) < 4) return; // a click
    if (!dragged) root.setPointerCapture(event.pointerId); // not earlier: a click belongs to its target
    dragged = true;
    root.classList.add("dragged");
    fingers.set(event.pointerId, now);
    const [, other] = [...fingers].find(([id]) => id !== event.pointerId) ?? [];
    if (other === undefined) return event.pointerType === "touch" && !free() ? slide(dx) : pan(dx, dy, 0);
    const apart = (p) => Math.max(1, Math.hypot(p[0] - other[0], p[1] - other[1]));
    zoom(apart(now) / apart(before), (before[0] + other[0]) / 2, (before[1] + other[1]) / 2, 0);
    pan(dx / 2, dy / 2, 0);
  }

  // A finger that moves up or down scrolls the page (touch-action), unless this prevents it.
  function touch(event) {
    if (event.cancelable && (event.touches.length > 1 || free())) event.preventDefault();
  }
  root.addEventListener("touchmove", touch, { passive: false });

  function up(event) {
    fingers.delete(event.pointerId);
    if (fingers.size === 0) root.classList.remove("dragged");
  }

  function click(event) {
    if (dragged && event.target.closest(".stage-picture")) event.stopPropagation(); // the end of a drag isn't a click
    dragged = false;
  }

  function twice(event) {
    if (event.target === root || event.target.closest(".stage-picture")) zoom(2, ...at(event));
  }
  const pointer = { pointerdown: down, pointermove: drag, pointerup: up, pointercancel: up, dblclick: twice };
  for (const [name, act] of Object.entries(pointer)) root.addEventListener(name, act);
  root.addEventListener("click", click, true);

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
    const way = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] }[event.key];
    const power = { "+": 1, "=": 1, "-": -1, "−": -1 }[event.key];
    if (way && (event.shiftKey || !taken.includes(event.key))) pan(...way);
    else if (power) zoom(ZOOM_STEP ** power);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

// The map: the boxes of the picture in small, and a frame around the visible part. Keys on the stage do what a drag here does.
function overview(go) {
  const svg = drawn("svg");
  const frame = drawn("rect", { class: "frame" });
  const root = element("div", { class: "stage-map", "aria-hidden": "true", hidden: "" }, svg);
  let size = { width: 1, height: 1 };

  function draw(nodes, whole) {
    size = whole;
    const k = MAP_SIZE / Math.max(size.width, size.height);
    setAttributes(svg, { viewBox: `0 0 ${size.width} ${size.height}`, width: k * size.width, height: k * size.height });
    svg.replaceChildren(...nodes.map(({ x, y, width, height }) => drawn("rect", { class: "part", x, y, width, height })), frame);
  }

  function show(part) {
    const [left, top] = [Math.max(0, part.x), Math.max(0, part.y)];
    const [right, bottom] = [Math.min(size.width, part.x + part.width), Math.min(size.height, part.y + part.height)];
    const share = (Math.max(0, right - left) / size.width) * (Math.max(0, bottom - top) / size.height);
    root.hidden = share > 0.85; // the rest is margins and words
    setAttributes(frame, { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) });
  }

  // Moves the map out of the way of a box.
  function dodge(r, { x, y, k }, stage) {
    const { width, height } = root.getBoundingClientRect();
    root.classList.toggle("up", k * r.left + x < width + 20 && k * r.bottom + y > stage.height - height - 20);
  }

  const to = (event) => {
    const r = svg.getBoundingClientRect();
    go(((event.clientX - r.left) / r.width) * size.width, ((event.clientY - r.top) / r.height) * size.height);
  };
  root.addEventListener("pointerdown", (event) => {
    root.setPointerCapture(event.pointerId);
    to(event);
  });
  root.addEventListener("pointermove", (event) => { if (root.hasPointerCapture(event.pointerId)) to(event); });
  return { root, draw, show, dodge };
}
