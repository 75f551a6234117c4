"""What a page on a person says, read back from its HTML, and what their results say.

Both are given in the same form, so that a test can compare them as whole values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.page_reader import Element, read_page, sections

Row = Mapping[str, Any]
"""A row of a table: of a document, or of a TSV file with None for what is missing."""

LEVELS = {
    "guideline": "named by a guideline",
    "replicated": "replicated",
    "single_corrected": "limited evidence",
    "single_nominal": "weak evidence",
    "indirect": "indirect evidence",
    "not_confirmed": "not confirmed",
    "contradicted": "contradicted",
    "unsettled": "unsettled",
    "null": "no difference found",
    "not_assessable": "cannot be graded",
}
CATEGORIES = {
    "efficacy": "Efficacy",
    "exposure": "Plasma exposure",
    "estradiol_suppression": "Estradiol suppression",
    "toxicity": "Toxicity",
}
DIFFERENCES = ("higher", "lower", "between")
OPENINGS = {
    "no_difference": "No significant difference reported",
    "unsettled": "Cannot be settled",
    "not_studied": "No usable result",
    "undetermined": "Not determined",
    "ungraded": "Looked at, but no result can be graded",
}
VERDICTS = {
    "supports": "▲ for",
    "null": "○ null",
    "contradicts": "▼ against",
    "unplaced": "? not placed",
    "not_scored": "- not scored",
    "left_out": "✕ left out",
}
_VERDICT = re.compile("|".join(map(re.escape, VERDICTS.values())))
_FINDING_STATES = {"findings": "findings", "none_applies": "none applies"}


@dataclass(frozen=True)
class Findings:
    """Conclusions by what they say; each is counted, so that none can be there twice.

    ``differences`` have the genotype with its marker, the headline and the level in words,
    ``others`` the direction, the genotype, and the level where it is told, ``missing`` the status
    and variant.
    """

    differences: Counter[tuple[str, str, str]]
    others: Counter[tuple[str, str]]
    missing: Counter[tuple[str, str]]


@dataclass(frozen=True)
class Category:
    """A category: its state, its firmest level, and assessed variants and sets of all."""

    state: str
    level: str
    assessed: int
    total: int


@dataclass(frozen=True)
class Site:
    """A known site: the genotype, and what is told of it: a status that is not called, a reason."""

    genotype: str
    told: str


def told_findings(page: bytes) -> Findings:
    """Return the conclusions that a page shows."""
    parts = sections(read_page(page))
    return Findings(
        Counter(_differences(parts["applies"])),
        Counter((*_answers(parts["nodiff"]), *_answers(parts["open"]))),
        Counter(_missing(parts["open"])),
    )


def _differences(part: Element) -> Iterator[tuple[str, str, str]]:
    level, left = "", 0
    for element in part.elements():
        if element.tag == "h3":
            assert not left, f"{level}: {left} fewer than its title says"
            title, _, number = element.text.rpartition(": ")
            level, left = title.partition(" ")[2], int(number)
        elif element.tag == "article":
            for genotype, headline in _headlines(element):
                left -= 1
                yield genotype, headline, level
    assert not left, f"{level}: {left} fewer than its title says"


def _headlines(card: Element) -> Iterator[tuple[str, str]]:
    """Yield genotypes with their headlines: that of the card, and of others with its signal."""
    _, _, genotype = card.one("h4").text.partition(" ")
    paragraphs = list(card.all("p"))
    yield genotype, paragraphs[0].text
    for paragraph in paragraphs:
        if paragraph.text.startswith("The same signal at "):
            genotype, headline = paragraph.text.removeprefix("The same signal at ").split(": ", 1)
            yield genotype, headline


def _answers(part: Element) -> Iterator[tuple[str, str]]:
    direction, left = "", 0
    for element in part.elements():
        if element.tag == "h3":
            assert not left, f"{direction}: {left} fewer than its title says"
            known = [key for key, title in OPENINGS.items() if element.text.startswith(title)]
            direction = known[0] if known else ""
            left = int(element.text.rpartition(": ")[2]) if known else 0
        elif element.tag == "ul" and direction:
            for item in element.elements():
                for genotype in item.text.partition(": ")[2].split(", "):
                    left -= 1
                    yield direction, genotype
    assert not left, f"{direction}: {left} fewer than its title says"


def _missing(part: Element) -> Iterator[tuple[str, str]]:
    status = ""
    for element in part.elements():
        if element.tag == "h3":
            known = re.fullmatch(r"\S (.+): (\d+) sites? with evidence", element.text)
            of_sets = re.fullmatch(r"Haplotypes not determined: (\d+) sets? .*", element.text)
            status = known[1].lower() if known else "sets" if of_sets else ""
        elif element.tag == "ul" and status:
            for item in element.elements():
                subject = re.split(r" \(|: ", item.text)[0]
                yield status, subject if status == "sets" else subject.partition(" ")[2]


def expected_findings(rows: Sequence[Row], set_names: Mapping[str, str]) -> Findings:
    """Return the same from the annotations of a person; ``set_names`` are those of haplotypes."""
    differences: Counter[tuple[str, str, str]] = Counter()
    others: Counter[tuple[str, str]] = Counter()
    missing: dict[tuple[str, str], int] = {}
    for row in rows:
        genotype = f"{row['variant']} {row['genotype']}"
        direction = row["direction"]
        if direction in DIFFERENCES:
            differences[genotype, row["headline"], LEVELS[row["level"]]] += 1
        elif direction == "not_assessed":
            key = row["variant"]
            status = "sets" if key in set_names else row["status"].replace("_", " ")
            missing[status, set_names.get(key, key)] = 1
        else:
            is_plain = row["level"] in {"null", "unsettled", "not_assessable"}
            level = "" if is_plain or direction == "not_studied" else f" [{LEVELS[row['level']]}]"
            if row["level"] == "not_assessable" and direction in {"no_difference", "unsettled"}:
                direction = "ungraded"
            others[direction, genotype + level] += 1
    return Findings(differences, others, Counter(missing))


def told_categories(page: bytes) -> dict[str, Category]:
    """Return the table of categories by name."""
    found = {}
    for row in read_page(page).one("table", style="cats").one("tbody").elements():
        cells = row.elements()
        assessed, _, total = cells[-1].text.partition(" of ")
        (state,) = row.classes
        is_told = state in _FINDING_STATES
        levels = list(cells[2].all("span", style="level")) if is_told else []
        words = [level.text.partition(" ")[2] for level in levels]
        level = min(words, key=list(LEVELS.values()).index, default="")
        numbers = (int(assessed), int(total)) if total else (0, 0)
        found[cells[0].text] = Category(state, level, *numbers)
    return found


def expected_categories(rows: Sequence[Row], summary: Sequence[Row]) -> dict[str, Category]:
    """Return the same from the annotations and the summary of a person."""
    found = {}
    levels = {row["category"]: row["highest_level"] for row in summary}
    for key, name in CATEGORIES.items():
        of_category = [row for row in rows if row["category"] == key]
        every = {row["variant"] for row in of_category}
        assessed = {r["variant"] for r in of_category if r["direction"] != "not_assessed"}
        has_finding = any(row["direction"] in DIFFERENCES for row in of_category)
        state = "findings" if has_finding else "none_applies" if assessed else "not_assessed"
        state = state if every else "no_evidence"
        level = LEVELS[levels[key]] if has_finding else ""
        found[name] = Category(state, level, len(assessed), len(every))
    return found


def told_answer(page: bytes) -> list[int]:
    """Return the numbers of the answer in a sentence, in their order."""
    text = read_page(page).one("p", style="answer").text
    numbers = re.sub(r"\bnone\b", "0", text)
    return [int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*\b", numbers)]


def expected_answer(rows: Sequence[Row], drug: str) -> list[int]:
    """Return the same from the annotations of a person."""
    assessed = [row for row in rows if row["direction"] != "not_assessed"]
    if not assessed:
        return [len(rows), 0]
    found = [row for row in assessed if row["direction"] in DIFFERENCES]
    no_difference = sum(row["direction"] == "no_difference" for row in assessed)
    of_found = []
    for is_on_drug in (True, False):
        of_kind = [row for row in found if (row["basis"] == drug) is is_on_drug]
        contradicted = sum(row["level"] == "contradicted" for row in of_kind)
        of_found += [len(of_kind)] + [contradicted] * (contradicted > 0)
    of_found.append(sum(row["level"] in {"replicated", "guideline"} for row in found))
    open_ones = len(assessed) - len(found) - no_difference
    numbers = [len(rows), len(assessed), len(found), *(of_found if found else [])]
    missing = len(rows) - len(assessed)
    return numbers + [number for number in (no_difference, open_ones, missing) if number]


def told_sites(page: bytes) -> dict[str, Site]:
    """Return the table of all sites."""
    found: dict[str, Site] = {}
    for row in sections(read_page(page))["sites"].one("tbody").elements():
        cells = [cell.text for cell in row.elements()]
        if "b" in row.classes:
            continue
        if cells[0] == "absent":
            found |= {variant: Site("", "absent") for variant in cells[1].split(", ")}
        else:
            found[cells[0]] = Site(cells[2], cells[3] if len(cells) > 3 else "")
    return found


def expected_sites(calls: Sequence[Row]) -> dict[str, Site]:
    """Return the same from the calls of a person."""
    return {row["variant"]: Site(row["genotype"] or "", _told(row)) for row in calls}


def _told(call: Row) -> str:
    status: str = call["status"].replace("_", " ")
    if status == "absent":
        return status  # that no record covers the site is what the word says
    return ": ".join(filter(None, ("" if status == "called" else status, call["reason"])))


def told_statuses(page: bytes) -> dict[str, int]:
    """Return the legend of the strip of all sites: the number of sites by status."""
    words = (span.text.split(" ", 2) for span in _strip(page, "p").all("span"))
    return {status: int(number) for _, number, status in words}


def told_shapes(page: bytes) -> Counter[str]:
    """Return how often each shape stands in the strip of all sites."""
    return Counter("".join(run.text for run in _strip(page, "div").all("i")))


def _strip(page: bytes, tag: str) -> Element:
    (found,) = read_page(page).all(tag, style="strip")
    return found


def told_haplotypes(page: bytes) -> list[str]:
    """Return the title of each haplotype set: its name, and the diplotype or why there is none."""
    return [title.text for title in sections(read_page(page))["haplotypes"].all("h3")]


def told_questions(page: bytes) -> list[list[str]]:
    """Return the rows of the table of questions."""
    return sections(read_page(page))["context"].one("tbody").rows()


def told_verdicts(page: bytes) -> dict[tuple[str, str], Counter[str]]:
    """Return the verdicts of the rows on cards of one conclusion, by genotype and headline."""
    found = {}
    for card in sections(read_page(page))["applies"].all("article"):
        (head, *more) = _headlines(card)
        if not more:
            rows = [row.text for row in card.all("tr") if row.elements()[0].tag == "td"]
            rows += [line.text for line in card.all("p", style="e")]
            rows = [row for row in rows if _VERDICT.search(row)]
            found[head] = Counter(_VERDICT.findall(row)[-1] for row in rows)
    return found


def expected_verdicts(document: Row) -> dict[tuple[str, str], Counter[str]]:
    """Return the same from a document, of all findings."""
    facts = {
        item["association"]: item
        for marker in document["markers"]
        for item in marker["associations"]
    }
    found = {}
    for row in document["annotations"]:
        if row["direction"] in DIFFERENCES:
            association = facts[row["association"]]
            verdicts = {
                result: VERDICTS[stance]
                for stance, results in association["results"].items()
                for result in results
            } | dict.fromkeys(association["left_out"], VERDICTS["left_out"])
            key = (f"{row['variant']} {row['genotype']}", row["headline"])
            found[key] = Counter(verdicts.values())
    return found
