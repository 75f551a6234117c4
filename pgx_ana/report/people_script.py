"""The one script of a cohort's page: it sorts and filters the table of people.

Without it, the page is complete: people are in the order of the files. The page allows it by its
digest, and nothing else.
"""

from __future__ import annotations

_SCRIPT = """
"use strict";
(() => {
const table = document.getElementById("people-table");
const body = table.tBodies[0];
const rows = Array.from(body.rows);
const found = document.getElementById("people-found");
const box = document.getElementById("people-filter");
const value = (row, column) => {
const cell = row.cells[column];
return cell.dataset.n === undefined ? cell.textContent : Number(cell.dataset.n);
};
const compare = (a, b) => typeof a === "number" ? a - b : a.localeCompare(b);
Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
const button = document.createElement("button");
button.type = "button";
button.append(...head.childNodes);
head.append(button);
button.addEventListener("click", () => {
const down = head.getAttribute("aria-sort") === "ascending";
for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
head.setAttribute("aria-sort", down ? "descending" : "ascending");
const sign = down ? -1 : 1;
rows.sort((a, b) => sign * compare(value(a, column), value(b, column)));
body.append(...rows);
});
});
box.addEventListener("input", () => {
const text = box.value.toLowerCase();
let shown = 0;
for (const row of rows) {
row.hidden = !row.cells[0].textContent.toLowerCase().includes(text);
shown += row.hidden ? 0 : 1;
}
found.textContent = shown + " of " + rows.length + " people";
});
document.getElementById("people-search").hidden = false;
})();
"""

PEOPLE_SCRIPT = _SCRIPT.strip()
"""The text of the script, without blank lines or lines that begin with a space."""
