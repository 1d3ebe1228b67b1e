// The step in the address of the page: #step=8 is the eighth, counted as in `steps(y)`. In a frame or in another page, the
// address isn't ours.

const WRITE_AFTER = 300; // milliseconds of rest: browsers limit how often a page may change its address

// `first()` is the number of the step at index 0 of the controls.
function address(controls, first, signal) {
  let waiting = null;
  const wanted = () => Number(location.hash.match(/^#step=(\d+)$/)?.[1] ?? NaN);
  const link = () => `${location.href.split("#")[0]}#step=${first() + controls.index}`;
  const read = () => wanted() >= 0 && controls.move(wanted() - first());
  const button = iconButton("link", "Copy link to this step", async () => {
    await copy(link());
    button.replaceChildren(icon("done"));
    button.title = "Copied";
    setTimeout(() => {
      button.replaceChildren(icon("link"));
      button.title = "Copy link to this step";
    }, 1500);
  });
  addEventListener("hashchange", read, { signal });

  function write() {
    clearTimeout(waiting);
    waiting = setTimeout(() => wanted() !== first() + controls.index && history.replaceState(null, "", link()), WRITE_AFTER);
  }

  return { button, read, write };
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = element("textarea", { class: "hidden" }); // without permission, or in a page without a clipboard
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
