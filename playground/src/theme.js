// Light or dark before anything is painted: as it was chosen here, else as the system. The style sheets follow <html theme>.

const system = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
try {
    chosen = localStorage.getItem("theme");
} catch {
    // a browser that keeps nothing
}

function paint() {
    document.documentElement.setAttribute("theme", chosen ?? (system.matches ? "dark" : "light"));
    for (const part of document.querySelectorAll(".autograd")) part.dispatchEvent(new Event("themechange"));
}

window.switchTheme = () => {
    chosen = document.documentElement.getAttribute("theme") === "dark" ? "light" : "dark";
    try {
        localStorage.setItem("theme", chosen);
    } catch {
        // then for this visit alone
    }
    paint();
};

system.addEventListener("change", paint);
paint();
