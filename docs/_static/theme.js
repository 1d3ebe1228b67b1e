// What the engine draws follows the theme that the reader chose, as it follows a notebook's: set before anything is painted.
{
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // where nothing may be stored
    }
  };

  function follow() {
    const chosen = document.body?.dataset.theme ?? stored();
    const dark = chosen === "dark" || (chosen !== "light" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.documentElement.dataset.jpThemeLight = !dark;
  }

  follow();
  system.addEventListener("change", follow);
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-theme"] });
    follow();
  });
}
