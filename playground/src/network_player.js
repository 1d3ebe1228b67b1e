// The player in a dialog on top of the tab.

export function playerDialog() {
    const title = element("h2");
    const stage = element("div", { class: "autograd" });
    const shut = element("button", { type: "button", "aria-label": "Close", title: "Close (Escape)" }, "×");
    const root = element("dialog", { class: "network-player", "aria-label": "Backward pass" }, element("div", { class: "bar" }, title, shut), stage);
    let playing = null;
    shut.addEventListener("click", () => root.close());
    root.addEventListener("close", () => {
        playing?.close();
        playing = null;
        stage.replaceChildren();
    });

    function open(text, data) {
        title.textContent = text;
        root.setAttribute("aria-label", text);
        stage.dataset.theme = document.querySelector(".playground").dataset.theme ?? "";
        if (!stage.dataset.theme) delete stage.dataset.theme;
        root.showModal();
        playing = mount(stage, data, stage);
    }

    return { root, open };
}
