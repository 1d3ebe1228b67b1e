// The output of typed code, below its editor.

export function showPrinted(text) {
    const editor = document.querySelector("[role=tabpanel]:not([hidden]) .editor");
    if (!editor) return;
    const old = editor.parentElement.querySelector(".printed");
    if (!text) return old?.remove();
    const box = old ?? element("pre", { class: "printed", tabindex: 0, "aria-label": "Printed" });
    box.textContent = text;
    if (!old) editor.after(box);
}
