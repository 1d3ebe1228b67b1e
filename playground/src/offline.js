// Keeps the page for when there is no network, where browsers can: on https and on this machine.

import { handedOver } from "./sandboxed.js";

const NEWS = "A new version is ready: close other tabs with the playground, then reload.";
const SETTLED = 2000; // milliseconds, in which browsers still compile what was loaded

export async function keepOffline(tell) {
    const { serviceWorker } = navigator;
    if (!serviceWorker) return;
    await new Promise((done) => setTimeout(done, SETTLED));
    let registration;
    try {
        await handOver(await serviceWorker.getRegistration());
        registration = await serviceWorker.register("sw.js", { updateViaCache: "none" });
    } catch {
        return; // then it works with the network alone
    }
    // A new build may have come before this line is reached, while it is loaded, or may come later.
    function watch(worker) {
        const ready = () => worker.state === "installed" && serviceWorker.controller && tell(NEWS);
        ready();
        worker.addEventListener("statechange", ready);
    }
    const { waiting, installing } = registration;
    if (waiting ?? installing) watch(waiting ?? installing);
    registration.addEventListener("updatefound", () => watch(registration.installing));
}

// The large files, for the service worker to take: not every browser still has them, and none is loaded a second time.
async function handOver(registered) {
    const blobs = handedOver();
    if (registered) return;
    const cache = await caches.open(`playground ${new URL(".", location)} loaded`); // named as in sw.js
    for (const [path, blob] of blobs) await cache.put(path, new Response(blob));
}
