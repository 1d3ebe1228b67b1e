// `?embed`, or `?embed=TAB`: one tab alone, for an <iframe> in a lecture page, and a link to the whole playground.

export function embed(root, tabs) {
    const asked = new URLSearchParams(location.search).get("embed");
    if (asked === null) return { first: "expression", linked() {} };
    const whole = element("a", { class: "whole", target: "_blank", rel: "noopener" }, "Open in the playground");
    root.classList.add("embed");
    const title = root.querySelector("h1");
    title.textContent = title.textContent; // a heading for screen readers, without its link
    root.querySelector(".bar .end").append(whole);
    return {
        first: Object.hasOwn(tabs, asked) ? asked : "expression",
        linked: (hash) => (whole.href = location.pathname + hash),
    };
}
