// A field that finds nodes by name: it suggests matching names while one types; Enter goes to the next match.

const MAX_SUGGESTIONS = 12;

// A name as typed: w1 for w₁.
const plainName = (name) => name.toLowerCase().replace(/[₀-₉]/g, (digit) => String(digit.charCodeAt(0) - 0x2080));

function search(find) {
  const id = uniqueId("names");
  const list = element("datalist", { id });
  const looks = { type: "search", placeholder: "Find node", autocomplete: "off", spellcheck: "false" };
  const field = element("input", { ...looks, "aria-label": "Find a node by name", list: id });
  const root = element("form", { class: "search" }, field, list);
  let nodes = []; // [index, name, plain name]
  let turn = 0;

  // The nodes whose name equals the text, then those whose name starts with it, then those whose name contains it.
  function matching(text) {
    const typed = plainName(text.trim());
    if (typed === "") return [];
    const rank = (name) => (name === typed ? 0 : name.startsWith(typed) ? 1 : name.includes(typed) ? 2 : 3);
    return [0, 1, 2].flatMap((wanted) => nodes.filter(([, , plain]) => rank(plain) === wanted));
  }

  field.addEventListener("input", () => {
    turn = 0;
    const names = new Set(matching(field.value).map(([, name]) => name));
    list.replaceChildren(...[...names].slice(0, MAX_SUGGESTIONS).map((name) => element("option", { value: name })));
  });
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    const found = matching(field.value);
    field.setAttribute("aria-invalid", found.length === 0);
    if (found.length > 0) find(found[turn++ % found.length][0]);
  });

  return {
    root,
    fill(of) {
      nodes = Object.entries(of).map(([i, { name }]) => [Number(i), name, plainName(name)]);
    },
  };
}
