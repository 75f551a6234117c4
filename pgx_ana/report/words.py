"""The words and shapes of a report: categories, statuses, levels, verdicts, and a glossary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pgx_ana.annotation import level_words
from pgx_ana.knowledge import Level, Stance
from pgx_ana.terms import CallSource, CallStatus

CATEGORIES = {
    "efficacy": "Efficacy",
    "exposure": "Plasma exposure",
    "estradiol_suppression": "Estradiol suppression",
    "toxicity": "Toxicity",
}
"""The categories in the order of a report, with their names."""

FINDING_DIRECTIONS = frozenset({"higher", "lower", "between"})
"""The directions of a conclusion that found a difference which concerns the genotype."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with its shape, which tells the same without colour; ``key`` names its style."""

    key: str
    word: str
    shape: str


_LEVEL_SHAPES = {
    Level.GUIDELINE: "★",
    Level.REPLICATED: "●●●",
    Level.SINGLE_CORRECTED: "●●○",
    Level.SINGLE_NOMINAL: "●○○",
    Level.INDIRECT: "○○○",
    Level.NOT_CONFIRMED: "◐",
    Level.CONTRADICTED: "⇄",
    Level.UNSETTLED: "?",
    Level.NULL: "=",
    Level.NOT_ASSESSABLE: "-",
}
_LEVEL_MEANINGS = {
    Level.GUIDELINE: "a germline guideline for the drug names the variant; none exists",
    Level.REPLICATED: "at least two independent studies support it, one of them after correction "
    "for multiple testing",
    Level.SINGLE_CORRECTED: "one study supports it after correction for multiple testing, or "
    "several do without",
    Level.SINGLE_NOMINAL: "one study supports it, without correction; or after correction, but "
    "lowered, as for indirect evidence",
    Level.INDIRECT: "supported, but lowered: not on the drug itself, in another setting, or "
    "known from other publications only",
    Level.NOT_CONFIRMED: "supported, but a study at least as large found no difference",
    Level.CONTRADICTED: "a study found the opposite",
    Level.UNSETTLED: "a difference was reported, but it cannot be told in whom",
    Level.NULL: "studies looked and found no difference",
    Level.NOT_ASSESSABLE: "no result can be graded",
}

VERDICTS = {
    Stance.SUPPORTS.value: Mark("for", "for", "▲"),
    Stance.NULL.value: Mark("null", "null", "○"),
    Stance.CONTRADICTS.value: Mark("against", "against", "▼"),
    Stance.UNPLACED.value: Mark("open", "not placed", "?"),
    Stance.NOT_SCORED.value: Mark("out", "not scored", "-"),
    "left_out": Mark("out", "left out", "✕"),
    "background": Mark("out", "background", "·"),
}
"""How a result relates to a conclusion, in the order of its rows."""

STATUSES = {
    CallStatus.CALLED.value: Mark("called", "called", "■"),
    CallStatus.PARTIAL.value: Mark("partial", "partial", "◧"),
    CallStatus.NO_CALL.value: Mark("nocall", "no call", "□"),
    CallStatus.FILTERED.value: Mark("filtered", "filtered", "▨"),
    CallStatus.ABSENT.value: Mark("absent", "absent", "·"),
    CallStatus.UNKNOWN_ALLELE.value: Mark("unknown", "unknown allele", "◆"),
    CallStatus.MISMATCH.value: Mark("mismatch", "mismatch", "≠"),
    CallStatus.NOT_ASSESSABLE.value: Mark("notass", "not assessable", "✕"),
}
"""What is known of a site, with the shape that stands for it in the strip of all sites."""

ASSERTED = Mark("asserted", "asserted", "▣")
"""The state of absent sites that the user declared to be reference."""

SITE_STATES = {"called": STATUSES["called"], CallSource.ASSERTED.value: ASSERTED, **STATUSES}
"""All states of a site, in the order in which they are listed."""

SETTLED_BY = {
    CallStatus.NO_CALL.value: "sequencing the site again, or another sample",
    CallStatus.FILTERED.value: "a genotype that passes: deeper reads, or a look at the filter",
    CallStatus.ABSENT.value: "a file that covers the site, with rows for reference genotypes too "
    "(gVCF, or all sites)",
    CallStatus.UNKNOWN_ALLELE.value: "nothing in this file: the allele has not been studied",
    CallStatus.MISMATCH.value: "a file on the assembly and strand that it claims",
    CallStatus.NOT_ASSESSABLE.value: "a test made for this site, such as repeat sizing",
}
"""What would settle a site that is not called."""

STRANDS = {"+": "plus strand", "-": "minus strand"}
"""The strands that genes lie on, as a reader meets them."""

_GLOSSARY = {
    "AI": "aromatase inhibitor",
    "abstract, in part": "all that was read of the publication",
    "absent": "the file has no row that covers the site; nothing is known there",
    "against": "a result that points the opposite way, or a difference where none is claimed",
    "background": "without the drug, or in the laboratory",
    "better, worse": "for the person, as studies judge the outcome; never advice",
    "carriers": "people with at least one copy",
    "CI": "confidence interval, 95 % unless another is named",
    "diplotype": "the two haplotypes of a person",
    "conflicting": "linked variants tell the person opposite things",
    "corrected": "significant after correction for multiple testing",
    "coding": "as written on the strand of the gene",
    "for": "a result that supports the conclusion",
    "haplotype": "alleles that lie together on one chromosome",
    "HR": "hazard ratio: how often an event happens per time, in one group against another",
    "left out": "not counted for the level, for the reason given",
    "n": "number of people",
    "neutral": "neither better nor worse, as a drug level",
    "not placed": "a difference was reported, but nobody can say in whom",
    "null": "a result that found no difference; small effects are not excluded",
    "not scored": "says nothing of this conclusion",
    "OR": "odds ratio: the odds of an outcome, in one group against another",
    "phase": "which alleles lie on the same chromosome",
    "plus strand": "the strand in which reference genomes are written",
    "reference": "the base of the reference genome; it is often the very one that was studied",
    "second-hand": "known from another publication",
    "signal": "linked variants that tell the same; counted once",
    "studied allele": "the allele that most publications call the variant",
    "v": "compared with",
}


def site_mark(call: Mapping[str, Any]) -> Mark:
    """Return the state of a site: that of its call, unless its genotype was only asserted."""
    is_asserted = call["source"] == CallSource.ASSERTED
    return ASSERTED if is_asserted else STATUSES[call["status"]]


def level_mark(level: str) -> Mark:
    """Return a level as word and shape."""
    known = Level(level)
    return Mark(known.value, level_words(known), _LEVEL_SHAPES[known])


def level_glossary() -> list[tuple[Mark, str]]:
    """Return every level with its meaning, the firmest first."""
    return [(level_mark(level.value), _LEVEL_MEANINGS[level]) for level in Level]


def level_rank(level: str) -> int:
    """Return the place of a level, from 0 for the firmest."""
    return list(Level).index(Level(level))


def glossary() -> list[tuple[str, str]]:
    """Return the words of a report with their meanings, in alphabetical order."""
    return sorted(_GLOSSARY.items(), key=lambda item: item[0].casefold())


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 result``, ``2,504 results``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def p_text(p: str | None) -> str:
    """Return a p value, which may be a sentence, with its sign.

    >>> p_text("0.049"), p_text("<0.01"), p_text("not significant"), p_text("")
    ('p = 0.049', 'p < 0.01', 'p: not significant', '')
    """
    if not p:
        return ""
    if p[0] in "<>":
        return f"p {p[0]} {p[1:].lstrip()}"
    return f"p = {p}" if p[0].isdigit() else f"p: {p}"


def capitalize_first(text: str) -> str:
    """Return text that begins with a capital, unless its first word is a name such as rs4646.

    >>> capitalize_first("higher in C/C"), capitalize_first("rs4646"), capitalize_first("p53 is")
    ('Higher in C/C', 'rs4646', 'p53 is')
    """
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    is_plain = first.rstrip(",;:.").replace("-", "").isalpha() and first.islower()
    return text[0].upper() + text[1:] if is_plain else text
