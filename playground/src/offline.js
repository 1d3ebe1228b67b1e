// Keeps the page for when there is no network, where browsers can: on https and on this machine.

const NEWS = "A new version is here: it is shown after a reload, once other tabs with the playground are closed.";

export async function keepOffline(tell) {
    const { serviceWorker } = navigator;
    if (!serviceWorker) return;
    let registration;
    try {
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
