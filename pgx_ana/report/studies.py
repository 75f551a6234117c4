"""The published results behind a conclusion: a row for each, whatever it found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pgx_ana.report.forest import Axes, Bar
from pgx_ana.report.words import VERDICTS, Mark, p_text

Facts = Mapping[str, Any]
"""An object of a patient's document."""

_VERDICT_ORDER = {mark: number for number, mark in enumerate(VERDICTS.values())}
_YEAR_UNKNOWN = 9999
_READING = {
    "full_text": "",
    "abstract": "(abstract)",
    "partial": "(in part)",
    "second_hand": "(second-hand)",
}
USUAL_SETTING = "adjuvant"
"""The setting that rows do not name."""

_FOUND = {"association": "a difference", "null": "no difference", "unclear": "unclear"}
_SHORT_DRUGS = {"an aromatase inhibitor not named": "unnamed AI"}
ON_OTHERS = "On other drugs or several together"
BACKGROUND = "Background"
_BACKGROUND_KINDS = frozenset({"background", "laboratory"})
_MAX_ESTIMATES = 2
_RATIO_NAME = re.compile(r"(adjusted |subdistribution )*(HR|OR|RR)\b")
_RSID = re.compile(r"\brs[1-9][0-9]*\b")
_BASES = frozenset("ACGT")
_NO_INTERVAL = "no interval reported"
_NO_SIZE = "no size reported"


@dataclass(frozen=True, slots=True)
class Genotype:
    """A genotype or other name of a compared group; ``is_own`` if it is that of the person."""

    text: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One published result; ``result`` is its identifier in the knowledge base.

    ``reference`` is the number of its publication on the page. ``people`` are their number, setting
    and sex, where these are not the usual ones, with † if there is a note on their treatment.
    ``effect`` and ``comparator`` are the groups compared; ``carriers`` says in whom where no groups
    are named. ``estimate`` has the effect sizes in words, of which one that is drawn stands for
    all, ``short_estimate`` one of them; ``bar`` is the one that is drawn, with ``undrawn`` saying
    why there is none. ``p`` has its sign. ``found`` says in words whether there was a difference.
    ``overlap`` is the letter that joins rows on the same or overlapping people, empty for a row of
    its own. ``shown_at`` is the marker of the card that shows the result in full; ``at`` is the
    linked marker that a row is about, on a card of several.
    """

    result: str
    year: int | None
    label: str
    reference: int
    people: str
    drugs: str
    effect: tuple[Genotype, ...]
    comparator: tuple[Genotype, ...]
    carriers: str
    outcome: str
    estimate: str
    short_estimate: str
    bar: Bar | None
    undrawn: str
    p: str
    found: str
    verdict: Mark
    reason: str
    reading: str
    overlap: str
    shown_at: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class StudyBlock:
    """Results on the same drugs: on the drug itself, on others, or background."""

    title: str
    is_on_drug: bool
    rows: tuple[StudyRow, ...]


def on_drug_title(drug: str) -> str:
    """Return the title of results on people who were given the drug, and no other of those told."""
    return f"On {drug} itself"


class StudyWriter:
    """Makes the rows of results for one page.

    ``results`` are all that the page may show, ``publications`` theirs; these are numbered in the
    order in which rows name them. Axes, and the letters of people on whom several publications
    report, are the same on the whole page.
    """

    def __init__(self, publications: Iterable[Facts], results: Sequence[Facts], drug: str) -> None:
        self._publications = {item["publication"]: item for item in publications}
        self._axes = Axes(estimate for item in results for estimate in item["estimates"])
        self._letters = _letters(results)
        self.drug = drug
        self._on_drug = on_drug_title(drug)
        self.cited: dict[str, int] = {}
        self.treatment_notes: dict[str, None] = {}

    def behind(self, association: Facts, marker: Facts, genotype: str) -> tuple[StudyBlock, ...]:
        """Return the results behind a conclusion, which is an association of the marker."""
        stances = {
            result: stance
            for stance, results in association["results"].items()
            for result in results
        }
        left_out = association["left_out"]
        stances |= dict.fromkeys(left_out, "left_out")
        return self.blocks(stances, marker, genotype, left_out)

    def blocks(
        self, stances: Mapping[str, str], marker: Facts, genotype: str, left_out: Mapping[str, str]
    ) -> tuple[StudyBlock, ...]:
        """Return results of a marker by drug; ``stances`` has their verdicts by identifier."""
        results = [item for item in marker["results"] if item["result"] in stances]
        results.sort(key=lambda item: self._rank(item, stances[item["result"]]))
        by_title: dict[str, list[StudyRow]] = {}
        for item in results:
            verdict = stances[item["result"]]
            reason = left_out.get(item["result"], "")
            row = self._row(item, (VERDICTS[verdict], reason), genotype, marker["marker"])
            by_title.setdefault(self._title(item), []).append(row)
        titles = (self._on_drug, ON_OTHERS, BACKGROUND)
        return tuple(
            StudyBlock(title, title == self._on_drug, tuple(by_title[title]))
            for title in titles
            if title in by_title
        )

    def _title(self, item: Facts) -> str:
        if item["kind"] in _BACKGROUND_KINDS:
            return BACKGROUND
        return self._on_drug if item["is_on_drug"] else ON_OTHERS

    def _rank(self, item: Facts, verdict: str) -> tuple[int, int, str]:
        year = self._publications[item["publication"]]["year"]
        return _rank(VERDICTS[verdict], year, item["result"])

    def _row(self, item: Facts, verdict: tuple[Mark, str], genotype: str, marker: str) -> StudyRow:
        """Return the row of a result; ``verdict`` is that with its reason."""
        publication = self._publications[item["publication"]]
        estimates = [part for part in item["estimates"] if _is_about(part["measure"], marker)]
        is_pooled = item["kind"] == "meta_analysis"
        bars = [self._axes.bar(estimate, is_pooled=is_pooled) for estimate in estimates]
        drawn = next((number for number, found in enumerate(bars) if found is not None), None)
        if drawn is not None:
            estimates.insert(0, estimates.pop(drawn))
        bar = None if drawn is None else bars[drawn]
        compared = item["compared"] or {"effect": (), "comparator": ()}
        label = f"{surname(publication['author'])} {publication['year'] or '(year unknown)'}"
        has_note = item["is_on_drug"] and item["drug_note"]
        if has_note:
            self.treatment_notes[f"{label}: {item['drug_note']}"] = None
        return StudyRow(
            result=item["result"],
            year=publication["year"],
            label=label,
            reference=self.cited.setdefault(item["publication"], len(self.cited) + 1),
            people=_people(item) + ("†" if has_note else ""),
            drugs=" + ".join(_SHORT_DRUGS.get(drug, drug) for drug in item["drugs"]),
            effect=_genotypes(compared["effect"], genotype),
            comparator=_genotypes(compared["comparator"], genotype),
            carriers=_carriers(item),
            outcome=item["outcome"],
            estimate=_estimates(estimates, item["outcome"], is_drawn=bar is not None),
            short_estimate=_short_estimate(estimates, item["outcome"], is_drawn=bar is not None),
            bar=bar,
            undrawn="" if bar is not None else _NO_INTERVAL if estimates else _NO_SIZE,
            p=p_text(item["p"]),
            found=_found(item),
            verdict=verdict[0],
            reason=verdict[1],
            reading=_READING[item["read"]],
            overlap=self._letters.get(item["cohort"], ""),
        )


def _is_about(measure: str, marker: str) -> bool:
    """Return whether an effect size is about a marker, and not about another that it names."""
    named = _RSID.findall(measure)
    return not named or marker in named


def _letters(results: Iterable[Facts]) -> dict[str, str]:
    """Return a letter for each group of people that several publications report on, by cohort.

    People who overlap a third group are joined through it.
    """
    groups: list[frozenset[str]] = []
    papers: dict[str, set[str]] = {}
    for item in results:
        papers.setdefault(item["cohort"], set()).add(item["publication"])
        cohorts = frozenset((item["cohort"], *item["overlaps"]))
        near = [group for group in groups if group & cohorts]
        groups = [group for group in groups if group not in near]
        groups.append(cohorts.union(*near))
    shared = (
        group
        for group in groups
        if len(set().union(*(papers.get(cohort, ()) for cohort in group))) > 1
    )
    return {cohort: _letter(number) for number, group in enumerate(shared) for cohort in group}


def ordered(rows: Iterable[StudyRow]) -> tuple[StudyRow, ...]:
    """Return rows in the order of a table: for, null, against, others; then by year."""
    return tuple(sorted(rows, key=lambda row: _rank(row.verdict, row.year, row.result)))


def _rank(verdict: Mark, year: int | None, result: str) -> tuple[int, int, str]:
    return _VERDICT_ORDER[verdict], year or _YEAR_UNKNOWN, result


def _letter(number: int) -> str:
    """Return a, b, ... z, aa, ab, ... for 0, 1, ..."""
    rest, last = divmod(number, 26)
    return (_letter(rest - 1) if rest else "") + chr(ord("a") + last)


def _genotypes(names: Sequence[str], own: str) -> tuple[Genotype, ...]:
    return tuple(Genotype(name, name == own) for name in names)


def _people(item: Facts) -> str:
    """Return the number of people, and their setting where it is not the usual one."""
    parts = ["n unknown" if item["n"] is None else f"{item['n']:,}"]
    parts += [] if item["setting"] == USUAL_SETTING else [item["setting"].replace("_", " ")]
    return ", ".join([*parts, "men"] if item["sex"] == "male" else parts)


def _found(item: Facts) -> str:
    """Return in words whether there was a difference, and in whom the outcome was higher."""
    told = _FOUND[item["finding"]]
    is_placed = item["finding"] == "association" and item["direction"] in {"higher", "lower"}
    carried = item["carriers"]
    return f"{item['direction']} with {carried}" if is_placed and carried else told


def _carriers(item: Facts) -> str:
    """Say in whom a result was seen, where it names no groups."""
    carried = item["carriers"]
    if item["compared"] or not carried:
        return ""
    if item["model"] == "per_allele":
        return f"per {carried}"
    if set(carried) <= _BASES:
        is_homozygous = item["model"] == "homozygotes"
        return f"{carried}/{carried}" if is_homozygous else f"carriers of {carried}"
    return f"in {carried}"


def _estimates(items: Sequence[Facts], outcome: str, *, is_drawn: bool) -> str:
    """Return the first effect sizes in words, and how many more there are.

    One that is drawn comes first, and stands for all.
    """
    n_told = 1 if is_drawn else _MAX_ESTIMATES
    texts = [_estimate(item, outcome) for item in items[:n_told]]
    more = len(items) - len(texts)
    return "; ".join([*texts, f"{more} more"] if more else texts)


def _short_estimate(items: Sequence[Facts], outcome: str, *, is_drawn: bool) -> str:
    """Return the first effect size with a number; of a drawn ratio, without its outcome."""
    first = next((item for item in items if item["value"] is not None), None)
    if first is None:
        return ""
    kind = _RATIO_NAME.match(first["measure"])
    measure = kind[0] if kind is not None and is_drawn else first["measure"]
    return _estimate({**first, "measure": measure}, outcome)


def _estimate(item: Facts, outcome: str) -> str:
    """Return an effect size in words: measure, value, interval and remark."""
    text = str(item["measure"]).removesuffix(f" of {outcome}")
    if item["value"] is not None:
        text += f" {item['value']:g}"
    if item["low"] is not None and item["high"] is not None:
        kind = "" if item["interval"] in {None, "95% CI"} else f"{item['interval']} "
        text += f" ({kind}{item['low']:g} to {item['high']:g})"
        return text
    return f"{text}: {item['text']}" if item["text"] else text


def surname(author: str) -> str:
    """Return the surname of an author who is written ``Liu L``; groups keep their name."""
    first, _, last = author.rpartition(" ")
    return first if first and last.isupper() and len(last) <= 3 else author
