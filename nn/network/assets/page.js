// The page of one network.

function mount(root, data) {
  const head = element("div", { class: "bar" }, element("h1", {}, data.title), themeButton(root));
  root.replaceChildren(head);
  networkView(root, data);
}
