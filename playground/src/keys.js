// Arrow keys, Home and End step the visible player wherever the focus is, unless the focused element uses them.

const STEPS = ["ArrowLeft", "ArrowRight", "Home", "End"];
const PAGES = ["PageUp", "PageDown"]; // from a presenter's clicker; outside full screen they scroll
const USERS = "input, select, textarea, [contenteditable], [role=menu], [tabindex='0']";

export function playerKeys() {
    document.addEventListener("keydown", (event) => {
        const { key, target } = event;
        if (![...STEPS, ...(document.fullscreenElement ? PAGES : [])].includes(key)) return;
        if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || target.closest?.(USERS)) return;
        const seen = document.querySelector("dialog[open]") ?? document.querySelector("[role=tabpanel]:not([hidden])");
        const player = seen?.querySelector(".player");
        if (player && !player.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }))) event.preventDefault();
    });
}
