// Sets light or dark before anything is painted: the choice made here, else the system's. The style sheets follow <html theme>.

const system = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
try {
    chosen = localStorage.getItem("theme");
} catch {
    // a browser without storage
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
        // then only for this visit
    }
    paint();
};

system.addEventListener("change", paint);
paint();
