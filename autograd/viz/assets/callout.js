// A callout: a few lines beside a card of the drawing. It covers no card and stays on the stage; without room for it, it is
// hidden, since its words are below the drawing as well.

const CALLOUT_GAP = 10; // pixels to the card
const CALLOUT_REACH = 0.45; // of the stage's width and height: farther away, it's unclear which card it belongs to
const CROSSED = 200; // cost in pixels when the line to its card crosses another card
const COVERED = 120; // cost of covering a label
const GOOD_PLACE = 100; // up to this cost, no shorter version is tried
const PASSING = 2500; // milliseconds that an unasked callout is shown
const CALLOUT_GRID = 14; // pixels between the places to try

function callout(view) {
  const words = element("div", { class: "callout-words" });
  const leader = element("div", { class: "callout-leader" });
  const root = element("div", { class: "callout", "aria-hidden": "true", hidden: "" }, leader, words); // screen readers read the line below
  view.over.append(root);
  let timer = null;
  let target = null; // { versions, anchor, obstacles, avoided }: words and boxes of the picture

  // `versions` are lists of lines, each shorter than the one before: the first with a good place is shown.
  // `passing`: hide it after a while, since it would cover the drawing.
  function show(versions, anchor, obstacles, avoided, passing) {
    clearTimeout(timer);
    if (passing) timer = setTimeout(hide, PASSING);
    target = { versions, anchor, obstacles, avoided };
    follow();
  }

  function hide() {
    clearTimeout(timer);
    target = null;
    root.hidden = true;
  }

  // Moves the callout beside its card, wherever that is now.
  function follow() {
    root.hidden = true;
    if (target === null) return;
    const stage = { width: view.root.clientWidth, height: view.root.clientHeight };
    const all = (boxes) => boxes.map(view.seen).filter((r) => r.right > 0 && r.bottom > 0 && r.left < stage.width && r.top < stage.height);
    const [anchor] = all([target.anchor]);
    if (anchor === undefined) return;
    const [obstacles, avoided] = [[...all(target.obstacles), ...view.furniture()], all(target.avoided)];
    root.hidden = false; // to be measured
    let best = null;
    for (const lines of target.versions) {
      words.replaceChildren(...lines);
      const size = { width: words.offsetWidth, height: words.offsetHeight };
      const found = freePlace(size, anchor, stage, obstacles, avoided);
      if (found !== null && found.cost < (best?.cost ?? Infinity)) best = { lines, size, ...found };
      if (best?.cost < GOOD_PLACE) break;
    }
    root.hidden = best === null;
    if (best === null) return;
    words.replaceChildren(...best.lines);
    words.style.transform = `translate(${best.x}px, ${best.y}px)`;
    lead(new DOMRect(best.x, best.y, best.size.width, best.size.height), anchor);
  }

  // Draws a line from the callout to the card, if they are apart.
  function lead(from, to) {
    const [[x, y], [u, v]] = leaderOf(from, to);
    leader.style.width = `${Math.hypot(u - x, v - y)}px`;
    leader.style.transform = `translate(${x}px, ${y}px) rotate(${Math.atan2(v - y, u - x)}rad)`;
  }

  return { show, hide, follow };
}

// The ends of the line from a callout to its card.
function leaderOf(from, to) {
  const between = (low, high, x) => (low > high ? (low + high) / 2 : Math.min(high, Math.max(low, x)));
  const x = between(from.left + 8, from.right - 8, to.x + to.width / 2);
  const y = between(from.top, from.bottom, to.y + to.height / 2);
  return [[x, y], [between(to.left + 8, to.right - 8, x), between(to.top, to.bottom, y)]];
}

// True if the line between two points crosses the box.
function crosses([[x, y], [u, v]], r) {
  let [low, high] = [0, 1];
  for (const [start, by, least, most] of [[x, u - x, r.left, r.right], [y, v - y, r.top, r.bottom]]) {
    if (by === 0) {
      if (start <= least || start >= most) return false;
      continue;
    }
    const [one, other] = [(least - start) / by, (most - start) / by];
    [low, high] = [Math.max(low, Math.min(one, other)), Math.min(high, Math.max(one, other))];
  }
  return low < high;
}

// The place nearest to `anchor` where a box of this size covers none of `obstacles` and as little as possible of `avoided`;
// null if there is none.
function freePlace(size, anchor, stage, obstacles, avoided) {
  const [right, bottom] = [stage.width - size.width - 4, stage.height - size.height - 4];
  const along = (low, high, first) => {
    const places = [...new Set(first)].filter((x) => x >= low && x <= high);
    for (let x = low; x <= high; x += CALLOUT_GRID) places.push(x);
    return places;
  };
  const beside = [anchor.right + CALLOUT_GAP, anchor.x - size.width - CALLOUT_GAP];
  const xs = along(4, right, [anchor.x + (anchor.width - size.width) / 2, anchor.x, anchor.right - size.width, ...beside]);
  const above = [anchor.y - size.height - CALLOUT_GAP, anchor.bottom + CALLOUT_GAP];
  const ys = along(4, bottom, [...above, anchor.y + (anchor.height - size.height) / 2]);
  const inflate = (r, by) => ({ left: r.left - by, top: r.top - by, right: r.right + by, bottom: r.bottom + by });
  const [hard, soft] = [obstacles.map((r) => inflate(r, 4)), avoided.map((r) => inflate(r, 2))];
  const meets = (r, x, y) => r.left < x + size.width && r.right > x && r.top < y + size.height && r.bottom > y;
  let [best, least] = [null, Infinity];
  for (const y of ys) {
    const apart = Math.max(0, anchor.top - y - size.height, y - anchor.bottom);
    if (apart > stage.height * CALLOUT_REACH) continue;
    const row = hard.filter((r) => r.top < y + size.height && r.bottom > y);
    for (const x of xs) {
      const aside = Math.max(0, anchor.left - x - size.width, x - anchor.right);
      if (aside > stage.width * CALLOUT_REACH) continue;
      const away = Math.hypot(apart, aside) + 0.05 * Math.abs(x + size.width / 2 - anchor.x - anchor.width / 2);
      if (away >= least || row.some((r) => meets(r, x, y))) continue;
      const line = leaderOf(new DOMRect(x, y, size.width, size.height), anchor);
      const crossed = obstacles.filter((r) => crosses(line, r) && !(r.x === anchor.x && r.y === anchor.y)).length;
      const cost = away + COVERED * soft.filter((r) => meets(r, x, y)).length + CROSSED * crossed;
      if (cost < least) [best, least] = [{ x, y, cost }, cost];
    }
  }
  return best;
}
