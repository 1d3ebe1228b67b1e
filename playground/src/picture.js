// Exports a picture of the page as a file: SVG in its colours on the page, or PNG.

// Properties that the page's style sheets may set. Inherited ones are written only where they differ from the parent's;
// the others, where they differ from their defaults.
const INHERITED = (
    "fill fill-opacity stroke stroke-width stroke-opacity stroke-dasharray stroke-linecap stroke-linejoin paint-order visibility color " +
    "font-family font-size font-style font-weight font-variant-numeric letter-spacing text-anchor marker-start marker-mid marker-end image-rendering"
).split(" ");
const OTHERS = { opacity: "1", display: "inline", "dominant-baseline": "auto", "clip-path": "none", mask: "none", transform: "none" };
const UNSTYLED = ["title", "desc", "style"];
const SCALE = 2; // of PNG
const MAX_SIDE = 8192; // pixels: the limit of canvases

function styleOf(from, outermost) {
    const style = getComputedStyle(from), around = outermost ? null : getComputedStyle(from.parentElement);
    const differs = (name) => style.getPropertyValue(name) !== (name in OTHERS ? OTHERS[name] : around?.getPropertyValue(name));
    // An attribute would override an inherited value; a transform repeats its attribute.
    const names = [...INHERITED, ...Object.keys(OTHERS)].filter((name) => (from.hasAttribute(name) ? name !== "transform" : differs(name)));
    return names.map((name) => `${name}: ${style.getPropertyValue(name).replaceAll(/url\("?[^#)"]*(#[^")]*)"?\)/g, "url($1)")}`).join("; ");
}

// Copy elements' styles on the page into their copies.
function inline(from, to, outermost = true) {
    for (const [i, child] of [...from.children].entries()) if (!UNSTYLED.includes(child.localName)) inline(child, to.children[i], false);
    const style = styleOf(from, outermost);
    to.removeAttribute("class");
    to.removeAttribute("style");
    if (style) to.setAttribute("style", style);
}

// A picture's own size in pixels, whatever its size on the page.
function sizeOf(svg) {
    const { width, height } = svg.viewBox.baseVal ?? {};
    if (width && height) return { width, height };
    const box = svg.getBoundingClientRect();
    return { width: box.width, height: box.height };
}

export function standalone(svg) {
    for (const moving of svg.getAnimations({ subtree: true })) moving.finish(); // or they would be caught halfway
    const copy = svg.cloneNode(true), { width, height } = sizeOf(svg);
    inline(svg, copy);
    for (const sheet of copy.querySelectorAll("style")) sheet.remove();
    for (const name of ["tabindex", "role", "aria-hidden", "width", "height"]) copy.removeAttribute(name);
    const paper = getComputedStyle(svg.closest(".autograd")).getPropertyValue("--paper");
    const { x = 0, y = 0 } = svg.viewBox.baseVal ?? {};
    copy.prepend(drawn("rect", { x, y, width, height, fill: paper, stroke: "none" }));
    filled(copy, { xmlns: "http://www.w3.org/2000/svg", width, height }, []);
    return new XMLSerializer().serializeToString(copy);
}

export async function png(svg) {
    const { width, height } = sizeOf(svg);
    const scale = Math.min(SCALE, MAX_SIDE / Math.max(width, height));
    const address = URL.createObjectURL(new Blob([standalone(svg)], { type: "image/svg+xml" }));
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = element("canvas", { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png"));
}
