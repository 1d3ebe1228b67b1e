// The live page: when a leaf moves, Python recomputes the graph.

const SLOW = 500; // milliseconds after which a running computation is mentioned
const SILENT = 10_000; // milliseconds after which Python may be gone

// JSON has no NaN, no infinity and no −0.
const forPython = (x) => (Object.is(x, -0) ? "-0.0" : Number.isFinite(x) ? x : showNumber(x).replace("−", "-").toLowerCase());
const fromPython = (x) => (x === "-0.0" ? -0 : toNumber(x));

function leafPanel(model, page) {
  const note = element("p", { class: "quiet", role: "status" });
  const values = () => model.get("values").map(fromPython);
  const answered = () => page().values.every((x, i) => Object.is(toNumber(x), values()[i]));
  let wanted = null; // the newest numbers, while Python computes older ones
  let timers = [];

  const controls = page().leaves.map(({ name }, i) => leafControl(name, (x) => ask((wanted ?? values()).with(i, x))));
  const root = element("div", { class: "leaves", role: "group", "aria-label": "Leaves" }, ...controls.map((control) => control.root), note);

  // One computation at a time: of the numbers that arrive meanwhile, only the newest are computed.
  function ask(numbers) {
    wanted = numbers;
    if (answered()) send();
    show();
  }

  function send() {
    const asked = wanted;
    wanted = null;
    if (asked.every((x, i) => Object.is(x, values()[i]))) return;
    model.set("values", asked.map(forPython));
    model.save_changes();
    wait();
  }

  function wait() {
    rest();
    timers = [
      setTimeout(() => (note.textContent = "Computing …"), SLOW),
      setTimeout(() => (note.textContent = "No answer from Python yet. If the kernel was restarted, run the cell again."), SILENT),
    ];
  }

  function rest() {
    timers.forEach(clearTimeout);
    note.textContent = "";
  }

  function show() {
    const [now, leaves] = [wanted ?? values(), page().leaves];
    controls.forEach((control, i) => control.show(now[i], leaves[i]));
  }

  // Called when a page has arrived from Python.
  function receive() {
    if (answered()) rest();
    if (answered() && wanted !== null) send();
    show();
  }

  show();
  return { root, show, receive, close: rest };
}

function render({ model, el }) {
  let page = JSON.parse(model.get("page"));
  const root = element("div", { class: "autograd live", "data-lm-suppress-shortcuts": true }); // the keys are ours, not JupyterLab's
  const inside = element("div", { class: "autograd", style: `height: ${page.height}px` });
  const leaves = leafPanel(model, () => page);
  root.append(leaves.root, inside);
  el.append(root);
  const update = mount(inside, page, inside);
  inside.addEventListener("themechange", () => (root.dataset.theme = inside.dataset.theme));
  root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.target.matches("input, select")) event.stopPropagation(); // nor other notebook apps'
  });

  function receive() {
    page = JSON.parse(model.get("page"));
    leaves.receive();
    update(page);
  }
  model.on("change:page", receive);
  model.on("change:values", leaves.show);
  return () => {
    model.off("change:page", receive);
    model.off("change:values", leaves.show);
    leaves.close();
    update.close();
  };
}

export default { render };
