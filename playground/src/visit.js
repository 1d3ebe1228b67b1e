// Before anything is painted: is this a visit of the bare page ("new", or "lesson" if one is under way), one from a link ("link"),
// or neither? <html data-visit> says so, and the style sheet keeps room for the greeting, which then moves nothing.

import { underWay } from "./lesson_progress.js";

const query = new URLSearchParams(location.search);
const visit = query.has("embed") || query.has("lesson") ? "" : location.hash.length > 1 ? "link" : underWay() ? "lesson" : "new";
try {
    document.documentElement.dataset.visit = localStorage.getItem(`greeted ${visit}`) ? "" : visit;
} catch {
    document.documentElement.dataset.visit = visit; // a browser that keeps nothing
}
