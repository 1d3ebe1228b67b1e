// Light or dark like the system, until the reader chooses; the choice is kept from page to page.
const system = matchMedia("(prefers-color-scheme: dark)");
const button = document.createElement("button");
button.className = "theme";
button.addEventListener("click", () => {
  const theme = other();
  try {
    localStorage.setItem("theme", theme);
  } catch {} // where nothing may be stored
  follow(theme);
});

const other = () => (document.documentElement.dataset.theme === "dark" ? "light" : "dark");

function chosen() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

// Outputs of notebooks follow JupyterLab's attribute, and pages in frames the colour scheme of this page.
function follow(theme) {
  document.documentElement.dataset.theme = theme;
  document.body.dataset.jpThemeLight = theme === "light";
  button.textContent = `${other() === "dark" ? "Dark" : "Light"} mode`;
}

// What can be scrolled can be reached by keyboard.
function reachable() {
  for (const block of document.querySelectorAll("pre, math, table, p, .output_subarea")) {
    const scrolls = block.scrollWidth > block.clientWidth && /auto|scroll/.test(getComputedStyle(block).overflowX);
    if (scrolls) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
}

document.querySelector("header").append(button);
system.addEventListener("change", () => chosen() ?? follow(system.matches ? "dark" : "light"));
follow(chosen() ?? (system.matches ? "dark" : "light"));
reachable();
addEventListener("load", reachable);
addEventListener("resize", reachable);
