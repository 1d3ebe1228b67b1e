// Before anything is painted: is this a visit to the bare page ("new", or "lesson" if one is under way), from a link ("link"),
// or neither? <html data-visit> says so, and the style sheet reserves space for the greeting, so nothing moves.

import { underWay } from "./lesson_progress.js";

const query = new URLSearchParams(location.search);
const visit = query.has("embed") || query.has("lesson") ? "" : location.hash.length > 1 ? "link" : underWay() ? "lesson" : "new";
try {
    document.documentElement.dataset.visit = localStorage.getItem(`greeted ${visit}`) ? "" : visit;
} catch {
    document.documentElement.dataset.visit = visit; // a browser without storage
}
