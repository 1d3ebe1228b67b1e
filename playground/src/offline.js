// Keeps the page for when there is no network, where browsers can: on https and on this machine.

export async function keepOffline(tell) {
    const { serviceWorker } = navigator;
    if (!serviceWorker) return;
    let registration;
    try {
        registration = await serviceWorker.register("sw.js", { updateViaCache: "none" });
    } catch {
        return; // then it works with the network alone
    }
    registration.addEventListener("updatefound", () => {
        const { installing } = registration;
        installing.addEventListener("statechange", () => {
            if (installing.state === "installed" && serviceWorker.controller) tell("A new version is here: it is shown after a reload, once other tabs with the playground are closed.");
        });
    });
}
