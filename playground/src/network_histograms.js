// Histograms of the weights and of the last step's gradients.

const BINS = 25; // the middle one is centred on 0
const [WIDTH, HEIGHT] = [150, 40];

export class Histograms {
    constructor() {
        this.parts = Object.fromEntries(["weight", "grad"].map((what) => [what, this.part(what)]));
        this.element = element("figure", { class: "histograms" }, ...Object.values(this.parts).map(({ root }) => root));
    }

    part(what) {
        const path = drawn("path", { class: "bars" });
        const middle = drawn("path", { class: "rule", d: `M${WIDTH / 2} 0V${HEIGHT}` });
        const picture = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": what === "weight" ? "Weights" : "Gradients" }, middle, path);
        const range = element("span", { class: "quiet" });
        return { path, range, picture, root: element("div", {}, element("h2", {}, what === "weight" ? "Weights" : "Gradients"), picture, range) };
    }

    show(numbers) {
        for (const [what, { path, range, picture }] of Object.entries(this.parts)) {
            const xs = numbers[what] ?? [];
            let most = 0;
            for (const x of xs) if (Math.abs(x) > most && Number.isFinite(x)) most = Math.abs(x);
            const end = most > 0 ? rounded(most) : 1;
            const counts = new Array(BINS).fill(0);
            for (const x of xs) if (Number.isFinite(x)) counts[Math.min(BINS - 1, Math.floor(((x / end + 1) / 2) * BINS))]++;
            const highest = Math.max(1, ...counts);
            const wide = WIDTH / BINS;
            path.setAttribute("d", counts.map((count, i) => (count ? `M${i * wide + 0.5} ${HEIGHT}v${-(HEIGHT * count) / highest}h${wide - 1}V${HEIGHT}z` : "")).join(""));
            const told = xs.length === 0 ? "none yet" : `−${showNumber(end, 2)} … ${showNumber(end, 2)}`;
            if (range.textContent !== told) {
                range.textContent = told;
                picture.setAttribute("aria-label", `${what === "weight" ? "Weights" : "Gradients"} from ${told}`);
            }
        }
    }
}

// Round up to 1, 2 or 5 times a power of 10, so that the axis stays put while numbers move a little.
function rounded(x) {
    const unit = 10 ** Math.floor(Math.log10(x));
    return [1, 2, 5, 10].map((n) => n * unit).find((size) => size >= x * 0.999999);
}
