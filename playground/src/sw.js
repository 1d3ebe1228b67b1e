// The service worker: once loaded, the page works without its server. The build puts FILES, with their hashes, and VERSION
// in front. A build's files are cached all or none; a new build takes over between pages, never under an open one.

const PREFIX = `playground ${self.registration.scope} `; // other pages of this server may have caches too
const CACHE = PREFIX + VERSION;
const PAGE = "index.html";

async function keep(cache, [path, hash]) {
    // Take this build's files from the page that loaded them (offline.js), the previous build, the browser's cache or the server.
    for (const from of [() => caches.match(path), () => fetch(path, { cache: "force-cache" }), () => fetch(path, { cache: "reload" })]) {
        const answer = await from();
        if (answer === undefined) continue;
        const bytes = await answer.arrayBuffer();
        if ((await hashOf(bytes)) !== hash) continue;
        // A new response: browsers refuse redirected ones for pages.
        return cache.put(path, new Response(bytes, { headers: { "Content-Type": answer.headers.get("Content-Type") ?? "" } }));
    }
    throw new Error(`${path} is of another build`);
}

async function hashOf(bytes) {
    return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

self.addEventListener("install", (event) => {
    const all = async () => {
        const cache = await caches.open(CACHE);
        try {
            await Promise.all(Object.entries(FILES).map((file) => keep(cache, file)));
        } catch (error) {
            await caches.delete(CACHE);
            throw error;
        }
    };
    event.waitUntil(all());
});

self.addEventListener("activate", (event) => {
    const old = async () => {
        for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
    };
    event.waitUntil(old());
});

self.addEventListener("message", ({ data }) => {
    if (data === "take over") self.skipWaiting();
});

async function page() {
    const { waiting } = self.registration;
    if (waiting && (await self.clients.matchAll()).length <= 1) { // no other page has the old one open
        waiting.postMessage("take over");
        return new Response("", { headers: { Refresh: "0", "Content-Type": "text/html" } });
    }
    return file(PAGE);
}

async function file(path) {
    const kept = await (await caches.open(CACHE)).match(path);
    return kept ?? fetch(path);
}

self.addEventListener("fetch", (event) => {
    const { url, method, mode } = event.request;
    if (method !== "GET" || !url.startsWith(self.registration.scope)) return;
    const path = url.slice(self.registration.scope.length).replace(/[?#].*/s, "");
    if (mode === "navigate" && (path === "" || path === PAGE)) event.respondWith(page());
    else if (Object.hasOwn(FILES, path)) event.respondWith(file(path));
});
