// The player of one graph: its drawing on a stage, a sentence for each step, and the table of gradients.

const WIDTHS = { narrow: 900, slim: 520 }; // pixels, below which the player rearranges its parts
const MAX_LINES = 3; // in a callout
const CALM = 250; // milliseconds: in shorter steps no numbers travel, and there are no callouts

// The ways to step: by single operations, or through a layer or module at once.
function strides(walk, groups) {
  const pick = { layer: (path) => path[1] ?? path[0], module: (path) => path.at(-1) };
  const found = new Map([["operation", null]]);
  const known = new Set();
  for (const [name, choose] of Object.entries(pick)) {
    const ends = walk.runs(choose);
    if (groups.length > 0 && !known.has(ends.join())) found.set(name, ends);
    known.add(ends.join());
  }
  return found;
}

// Two versions of the callout at a node: everything, or only the result.
function callouts(all, where, box, more) {
  const line = (text, look = "") => element("div", { class: look }, ...breakable(text));
  const head = where ? [line(where, "quiet")] : [];
  const rest = all.length > MAX_LINES || more ? [line("…", "quiet")] : [];
  const short = brief(all[0].text);
  return [[...head, ...all.slice(0, MAX_LINES).map(({ text }) => line(text)), ...rest], [line(box ? `${box}: ${short}` : short)]];
}

// The page with the drawing for narrow pages in place of the usual one.
function turned({ narrow, ...page }) {
  const nodes = Object.entries(page.nodes).map(([i, node]) => [i, { ...node, box: narrow.boxes[i] }]);
  return { ...page, svg: narrow.svg, arrows: narrow.arrows, nodes: Object.fromEntries(nodes) };
}

// Fill `root` with the player. Returns a function that updates it with other numbers and has these methods: `play()`; `close()`,
// which ends it; `step()`, its number counted as in `steps(y)`; `seek(step)`; `reached(node)`, true if all of its gradient has
// arrived; `choose(node)`, which frames its card; `rest()`, which stops all motion. `root` gets the event "stepshown" for each
// step that is shown, and "stepchange" too unless it is playing.
function mount(root, data, keyboard = document) {
  const life = new AbortController();
  const { signal } = life;
  const view = stage({ label: "", taken: ["ArrowLeft", "ArrowRight"] });
  const picture = drawing(view);
  const words = callout(view);
  const table = numbers();
  const details = element("div", { class: "details", tabindex: 0, role: "group", "aria-label": "This step" });
  const panel = element("div", { class: "numbers-side", role: "group", "aria-label": "Numbers", hidden: "" }, details, table.root);
  const sentence = element("p", { class: "sentence" });
  const title = element("h1");
  const own = root.matches("body > main") && window === window.parent; // the page is ours, and so is its address
  let given; // the data of the page as received
  let walk; // the passes over the graph
  let shown; // the step that is shown
  let when = 0; // the time at which it was shown
  let stepped = false; // until the reader steps, the whole drawing is shown
  let ran = false; // true if it played until now
  let passing = false; // true if the end was reached by playing or by an update
  let begins = new Map(); // the first step of each stride, by the last one
  let tall; // true if the drawing runs from top to bottom; null if it isn't rendered

  view.onmove = words.follow;
  read(data);
  const backward = () => data.steps.findIndex((step) => step.changes);
  const describe = (i) => phase(data, walk, [i, i]);
  const number = (i) => `step ${data.start + i} of ${data.last}`; // counted as in steps(y)
  const controls = scrubber({ count: data.steps.length, show, describe, status: sentence, marks: [{ at: backward(), label: "backward" }], place: number });
  const field = search(find);
  const place = address(controls, () => data.start, signal);
  const open = iconButton("table", "Numbers of all nodes", () => toggle(panel.hidden));
  const strider = choice("Step by", [], stride);
  controls.element.append(strider, field.root, ...(own ? [place.button] : []), open, themeButton(root, signal));
  root.classList.add("player");
  root.replaceChildren(title, view.root, panel, sentence, controls.element);
  toggle(false);
  list();
  layOut();
  new ResizeObserver(layOut).observe(view.root);
  new ResizeObserver(() => shown !== undefined && write(told(shown))).observe(sentence);
  controls.keys(keyboard, signal, true);
  controls.go(0);
  if (own) place.read();

  function read(fresh) {
    given = fresh;
    tall &&= given.narrow !== undefined;
    data = tall ? turned(given) : given;
    walk = passes(data);
    shown = undefined;
    const [begin, ...rest] = data.title.split(/(?=, forward)/);
    title.replaceChildren(begin, element("span", { class: "unseen" }, rest.join("")));
    view.root.setAttribute("aria-label", `Drawing of ${data.title}; all its numbers are also in the table`);
  }

  // Fills the table, the search field and the list of strides.
  function list() {
    table.fill(data.nodes);
    field.fill(data.nodes);
    const names = [...strides(walk, data.groups).keys()];
    strider.replaceChildren(...names.map((name) => element("option", { value: name }, `by ${name}`)));
    strider.hidden = names.length === 1;
  }

  // Lays out from left to right; from top to bottom on a phone, and on a narrow page if that shows more of the drawing.
  function layOut() {
    for (const [name, width] of Object.entries(WIDTHS)) root.classList.toggle(name, root.clientWidth < width);
    const share = (svg) => {
      const [, width, height] = svg.match(/viewBox='0 0 ([\d.]+) ([\d.]+)'/);
      return Math.min(1, view.root.clientWidth / width) * Math.min(1, view.root.clientHeight / height);
    };
    const { svg, narrow } = given;
    const wins = () => root.classList.contains("slim") || (root.classList.contains("narrow") && share(narrow.svg) > share(svg));
    const better = narrow !== undefined && wins();
    const now = view.root.clientWidth > 0 ? better : null; // unless it is rendered, nothing can be measured
    if (now === tall) return look();
    tall = now;
    data = tall ? turned(given) : given;
    picture.place(data.svg, data, walk);
    if (shown !== undefined) show(shown);
  }

  function toggle(opened) {
    panel.hidden = !opened;
    table.forget();
    open.setAttribute("aria-expanded", opened);
    root.classList.toggle("with-side", opened);
    if (shown !== undefined) show(shown);
  }

  function stride(name) {
    const ends = strides(walk, data.groups).get(name);
    begins = new Map(ends?.map((end, i) => [end, (ends[i - 1] ?? -1) + 1]));
    controls.stopAt(ends);
    controls.go(ends?.find((end) => end >= controls.index) ?? controls.index);
  }

  // Goes to the step that computes a node, or to the first one that uses a leaf.
  function find(node) {
    controls.move(walk.made.get(node) ?? walk.made.get(data.nodes[node].use) ?? 0);
    view.root.focus();
    const card = picture.spot(node);
    if (card) view.reveal([card]);
  }

  // The steps that the stride ending at step i presents.
  function told(i) {
    const times = [];
    for (let time = begins.get(i) ?? i; time <= i; time++) times.push(time);
    return {
      times,
      forward: !data.steps[i].changes,
      nodes: new Set(times.map((time) => data.steps[time].node)),
      changed: new Set(times.flatMap((time) => walk.changes[time].map(([node]) => node))),
    };
  }

  function show(at, playing = false) {
    const [before, now, lasted] = [shown, told(at), performance.now() - when];
    const calm = !playing || lasted >= CALM;
    passing = (ran || (passing && at === before)) && !playing && at === data.steps.length - 1;
    ran = playing;
    shown = at;
    when = performance.now();
    walk.go(at);
    root.classList.toggle("fast", !calm);
    root.classList.toggle("back", !now.forward);
    root.classList.toggle("ended", at === data.steps.length - 1);
    picture.show(now, before);
    stepped ||= before !== undefined && before !== at;
    say(now, calm && !(passing && before === at));
    if (!panel.hidden) table.show(walk, now, data.nodes);
    if (calm && before === now.times[0] - 1) picture.travel(now);
    if (own && stepped && !playing) place.write();
    root.dispatchEvent(new Event("stepshown"));
    if (!playing) root.dispatchEvent(new Event("stepchange"));
  }

  // Writes the sentences of a step below the drawing, as many as there is room for.
  function write({ times: [first], times }) {
    const last = times.at(-1), all = sentences(data, walk, last).map(({ text }) => text);
    const head = element("span", { class: "phase" }, phase(data, walk, [first, last]));
    const note = first === 0 || last === data.steps.length - 1 ? data.note : "";
    for (const texts of [...all.map((_, i) => all.slice(0, all.length - i)), [brief(all[0])]]) {
      const more = moreOf(data.steps[last], all.length - texts.length);
      const rest = [more, note].filter((text) => text).map((text) => `; ${text}`);
      sentence.replaceChildren(head, " ", ...texts.flatMap((text, i) => [...(i ? ["; "] : []), element("strong", {}, text)]), ...rest);
      if (sentence.scrollHeight <= sentence.clientHeight) break;
    }
  }

  function say(now, calm) {
    const [first, last] = [now.times[0], now.times.at(-1)];
    const about = phase(data, walk, [first, last]);
    const all = sentences(data, walk, last);
    const more = moreOf(data.steps[last]);
    write(now);
    if (!panel.hidden) {
      const full = all.flatMap(({ text, why }) => [element("p", {}, text), ...(why ? [element("p", { class: "quiet" }, why)] : [])]);
      const notes = [more, data.note].map((text) => element("p", { class: "quiet" }, text));
      details.replaceChildren(element("h2", {}, about), ...full, ...notes);
    }
    const active = picture.lit("now");
    look();
    if (!calm || active.length === 0) return words.hide();
    const [card] = active;
    const box = card.folded ? card.name : "";
    const where = last > first ? about : isSeed(data.steps[last]) ? "Backward begins here" : box && `inside ${box}`;
    words.show(callouts(all, where, box, more), ...picture.around(active.at(-1)), passing);
  }

  // Brings the cards of the step into view.
  function look() {
    if (!stepped && !view.cut()) return;
    view.reveal([...picture.lit("now"), ...picture.lit("receives")].map(picture.measured));
  }

  // Shows other numbers, or another graph as a whole. `ended`: go to the last step; `held`: nothing moves, even if numbers get
  // squeezed; `anew`: use the layout that comes with them.
  function update(fresh, { ended = false, held = false, anew = false } = {}) {
    const names = (of) => Object.values(of.nodes).map(({ name }) => name).join();
    const same = names(data) === names(fresh) && data.steps.length === fresh.steps.length && data.direction === fresh.direction;
    const before = shown;
    read(fresh);
    if (!same) list();
    if (same) picture.renumber(data.svg, data, walk, { held, anew });
    else picture.place(data.svg, data, walk);
    stepped &&= same;
    ran ||= ended;
    shown = same && !ended ? before : undefined; // other steps can't be compared with
    controls.resize(data.steps.length, ended ? data.steps.length - 1 : controls.index, [backward()]);
  }
  const end = () => controls.move(data.steps.length - 1);
  update.close = () => life.abort();
  update.step = () => (controls.playing ? data.last : data.start + controls.index); // while it plays, the step it is going to
  update.reached = (node) => (walk.settled.get(node) ?? data.steps.length - 1) <= walk.at;
  update.seek = (step) => controls.move(step - data.start);
  update.rest = () => {
    if (controls.playing) end();
    picture.rest();
  };
  update.choose = picture.choose;
  update.play = () => (stillness.matches ? end() : controls.start());
  return update;
}
