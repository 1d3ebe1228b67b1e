// What the search shows first: titles that have the words that were typed, recipes, short names; the changelog last. `var`, as Sphinx declares it, too.
var Scorer = {
  score([page, title, , , score]) {
    const asked = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase().split(/\W+/).filter(Boolean);
    const words = title.toLowerCase().split(/\W+/);
    const found = asked.filter((word) => words.some((other) => other.startsWith(word) || word === `${other}s`)).length;
    const named = 20 * (found / Math.max(1, asked.length));
    const recipe = page.startsWith("howto/") ? 4 : 0;
    const aside = /^(changelog|contributing|gallery)/.test(page) ? 8 : 0;
    return score + named + recipe - aside - 2 * Math.max(0, title.split(".").length - 2);
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
