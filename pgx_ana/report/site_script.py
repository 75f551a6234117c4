"""The one script of the site: it searches the names of the first page as one types.

Without it, the page is complete: all names are listed. The page allows it by its digest, and
nothing else.
"""

from __future__ import annotations

_SCRIPT = """
"use strict";
(() => {
const box = document.getElementById("find");
const found = document.getElementById("found");
const rest = Array.from(document.querySelectorAll("[data-rest]"));
const groups = Array.from(document.querySelectorAll("[data-group]"));
const plain = text => text.normalize("NFKD").replace(/[\\u0300-\\u036f]/g, "").toLowerCase();
const items = groups.map(group => Array.from(group.querySelectorAll("li"), item =>
[item, plain(item.textContent)]));
const links = () => groups.filter(group => !group.hidden).flatMap(group =>
Array.from(group.querySelectorAll("li:not([hidden]) a")));
const search = () => {
const words = plain(box.value).split(/\\s+/).filter(word => word);
let shown = 0;
groups.forEach((group, number) => {
let some = 0;
for (const [item, text] of items[number]) {
item.hidden = !words.every(word => text.includes(word));
some += item.hidden ? 0 : 1;
}
group.hidden = !some;
shown += some;
});
for (const part of rest) part.hidden = words.length > 0;
found.textContent = words.length ? (shown ? shown + " found" : "nothing found") : "";
};
const move = event => {
const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
const on = event.target === box || event.target.closest("[data-group]");
if (event.key === "Escape" && on) {
box.value = "";
search();
box.focus();
} else if (step && on && box.value) {
const stops = [box, ...links()];
const next = stops[stops.indexOf(event.target) + step];
if (next) next.focus();
event.preventDefault();
}
};
box.addEventListener("input", search);
document.addEventListener("keydown", move);
document.getElementById("search").hidden = false;
if (box.value) search();
})();
"""

SITE_SCRIPT = _SCRIPT.strip()
"""The text of the script, without blank lines or lines that begin with a space."""
