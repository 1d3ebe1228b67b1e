// Filters markup from Python, which the author of a link may have written: only elements that show something pass.
// The page's Content-Security-Policy decides what they may load or run. The filter sits where text becomes markup, whatever
// script does it: as the default policy of Trusted Types, or in older browsers by replacing the two APIs.

const ELEMENTS = new Set((
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs marker clippath mask style pattern lineargradient " +
    "radialgradient stop symbol use div span p b i strong em sub sup code pre br hr ul ol li dl dt dd table caption colgroup col thead tbody " +
    "tfoot tr th td details summary h1 h2 h3 h4 h5 figure figcaption small math semantics mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle " +
    "msub msup msubsup munder mover munderover mtable mtr mtd mpadded mphantom menclose annotation"
).split(" "));

function checked(text) {
    for (const [, name] of String(text).matchAll(/<\/?([^\s<>/]*)/g)) {
        if (!ELEMENTS.has(name.toLowerCase())) throw new TypeError(`<${name.slice(0, 40)}> is not shown here`);
    }
    return text;
}

function worker(address) {
    if (address !== "sw.js") throw new TypeError("no other script is started");
    return address;
}

if (globalThis.trustedTypes) trustedTypes.createPolicy("default", { createHTML: checked, createScriptURL: worker });
else {
    const { parseFromString } = DOMParser.prototype;
    DOMParser.prototype.parseFromString = function (text, type) {
        return parseFromString.call(this, checked(text), type);
    };
    const { set, ...rest } = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
    Object.defineProperty(Element.prototype, "innerHTML", { ...rest, set(text) { set.call(this, checked(text)); } });
}
