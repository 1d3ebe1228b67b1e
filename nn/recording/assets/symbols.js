// Marks and hatches of classes, which differ in shape as well as colour.

const SHAPES = {
  o: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
  "^": "M0 -5.5L5.2 4H-5.2z",
  s: "M-4 -4H4V4H-4z",
  D: "M0 -5.7L5.2 0L0 5.7L-5.2 0z",
  P: "M-1.8 -5.2H1.8V-1.8H5.2V1.8H1.8V5.2H-1.8V1.8H-5.2V-1.8H-1.8z",
  X: "M-5 -2.6L-2.6 -5L0 -2.4L2.6 -5L5 -2.6L2.4 0L5 2.6L2.6 5L0 2.4L-2.6 5L-5 2.6L-2.4 0z",
  v: "M0 5.5L5.2 -4H-5.2z",
  "*": "M0 -6L1.5 -1.9L5.7 -1.9L2.4 .8L3.5 4.9L0 2.5L-3.5 4.9L-2.4 .8L-5.7 -1.9L-1.5 -1.9z",
  p: "M0 -5.3L5 -1.6L3.1 4.3H-3.1L-5 -1.6z",
  "<": "M-5.5 0L4 -5.2V5.2z",
};
const HATCHES = ["", "M0 8L8 0M-2 2L2 -2M6 10L10 6", "M2 3h2M6 7h2", "M0 0L8 8M-2 6L2 10M6 -2L10 2", "M0 0L8 8M8 0L0 8", "M0 4H8"];

const classColour = (mark) => `var(--class-${(mark % 10) + 1})`;

// The mark of a sample.
function symbol(marker, fill) {
  return drawn("path", { class: "sample", d: SHAPES[marker], style: `fill: ${fill}` });
}

// The hatch of a class as a pattern, if it has one.
function hatch(mark, id) {
  const d = HATCHES[mark % HATCHES.length];
  if (!d) return null;
  return drawn("pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse" }, drawn("path", { class: "hatch", d }));
}
