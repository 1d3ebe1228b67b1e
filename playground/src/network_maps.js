// Each unit's output over the plane, as a small picture in its circle.

import { MAP } from "./training_shared.js";

export class LiveMaps {
    // `root` contains the network view; `ramp` gives the colours.
    constructor(root, ramp) {
        this.root = root;
        this.layer = element("div", { class: "maps", "aria-hidden": "true" });
        root.querySelector(".network-box").append(this.layer);
        this.table = Uint32Array.from({ length: 256 }, (_, byte) => {
            const [r, g, b] = rampColour(ramp, byte / 254);
            return byte === 255 ? 0 : (255 << 24) | (b << 16) | (g << 8) | r;
        });
        this.image = new ImageData(MAP, MAP);
        this.words = new Uint32Array(this.image.data.buffer);
        this.contexts = new Map();
        const moved = new ResizeObserver(() => {
            this.contexts.clear();
            if (this.bytes) this.show(this.bytes);
        });
        moved.observe(root.querySelector(".network-picture"));
    }

    show(bytes) {
        this.bytes = bytes;
        this.layer.hidden = bytes === null;
        if (bytes === null) return;
        if (this.contexts.size === 0) this.place();
        const { table, words, image } = this;
        for (const [unit, context] of this.contexts) {
            const from = unit * MAP * MAP;
            for (let i = 0; i < words.length; i++) words[i] = table[bytes[from + i]];
            context.putImageData(image, 0, 0);
        }
    }

    // A canvas over each circle.
    place() {
        const box = this.layer.parentElement, around = box.getBoundingClientRect();
        const units = [...this.root.querySelectorAll(".network-picture [data-unit]:has(> .disc)")];
        this.layer.replaceChildren();
        for (const unit of units) {
            const { left, top, width, height } = unit.querySelector(".disc").getBoundingClientRect();
            if (width === 0) continue;
            const canvas = element("canvas", { width: MAP, height: MAP });
            Object.assign(canvas.style, { left: `${left - around.left + box.scrollLeft + 2}px`, top: `${top - around.top + box.scrollTop + 2}px`, width: `${width - 4}px`, height: `${height - 4}px` });
            this.layer.append(canvas);
            this.contexts.set(Number(unit.dataset.unit), canvas.getContext("2d"));
        }
    }
}
