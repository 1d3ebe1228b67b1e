// Keeps the page available offline where browsers allow it: on https and localhost.

import { handedOver } from "./sandboxed.js";

const NEWS = "A new version is ready: close other tabs with the playground, then reload.";
const SETTLED = 2000; // milliseconds in which browsers may still be compiling what was loaded

export async function keepOffline(tell) {
    const { serviceWorker } = navigator;
    if (!serviceWorker) return;
    await new Promise((done) => setTimeout(done, SETTLED));
    let registration;
    try {
        await handOver(await serviceWorker.getRegistration());
        registration = await serviceWorker.register("sw.js", { updateViaCache: "none" });
    } catch {
        return; // then the page only works online
    }
    // A new build may have arrived earlier, may be loading, or may come later.
    function watch(worker) {
        const ready = () => worker.state === "installed" && serviceWorker.controller && tell(NEWS);
        ready();
        worker.addEventListener("statechange", ready);
    }
    const { waiting, installing } = registration;
    if (waiting ?? installing) watch(waiting ?? installing);
    registration.addEventListener("updatefound", () => watch(registration.installing));
}

// Hand the large files to the service worker: not every browser still has them, and none should load twice.
async function handOver(registered) {
    const blobs = handedOver();
    if (registered) return;
    const cache = await caches.open(`playground ${new URL(".", location)} loaded`); // the name used in sw.js
    for (const [path, blob] of blobs) await cache.put(path, new Response(blob));
}
