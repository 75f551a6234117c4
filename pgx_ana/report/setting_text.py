"""The use of the drug, what nobody has studied, and the haplotypes of a person, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pgx_ana.report.haplotype_map import HaplotypeMap, MapSite
from pgx_ana.report.patient import PatientReport, QuestionRow
from pgx_ana.report.sheet import Sheet, columns, joined, padded
from pgx_ana.report.words import counted

_SHORT = 30
"""Columns up to which candidates stand beside the state of a set."""

_MANY = 8
"""Sites up to which those that would settle a diplotype are listed."""

_SIZES = (7, 7, 5, 9)
"""Columns of the numbers of results."""


def use_lines(sheet: Sheet, report: PatientReport, drug: str, *, detail: bool) -> Iterator[str]:
    """Yield the use of the drug, and what was studied; with ``detail`` every question."""
    yield from sheet.heading("The use of the drug, and what was studied")
    use = report.context
    if detail:
        yield from sheet.text(report.overall)
    if use is None:
        yield from sheet.text("The use of the drug was not stated.")
    elif not detail:
        monitored = ", ".join(use.monitored)
        yield from sheet.text(f"{use.name[:1].upper()}{use.name[1:]}: {use.label}. {use.note}")
        if monitored:
            yield from sheet.text(f"Usually monitored, or measured in studies: {monitored}.")
    if use is not None:
        yield from sheet.text(
            f"{use.same} of the conclusions above rest on results from this use, "
            f"{use.other} do not."
        )
    unstudied = [question.name for question in report.questions if question.is_unstudied]
    if detail:
        yield from _questions(sheet, report.questions, drug)
    elif unstudied:
        n_questions = counted(len(report.questions), "question")
        yield from sheet.text(
            f"Of {n_questions} that the field asks, nobody has studied germline variants on {drug} "
            f"or its class for {len(unstudied)}: {', '.join(unstudied)}."
        )
    if not any(question.in_men for question in report.questions):
        yield from sheet.text(
            "In men, none of the questions has been studied on any of these drugs."
        )


def _questions(sheet: Sheet, questions: Sequence[QuestionRow], drug: str) -> Iterator[str]:
    """Yield the number of results on each question, as a table where there is room."""
    yield ""
    yield from sheet.text(
        f"Published results on germline variants, by question: on {drug} itself, on others of its "
        "class or several of them, in men on any of these, and without any of them; ∅ nobody has "
        "studied it on the drug or its class."
    )
    widest = max((columns(item.name) for item in questions), default=0)
    if widest + sum(_SIZES) + 3 > sheet.width:
        yield from sheet.terms((item.name, ", ".join(_told(item))) for item in questions)
        return
    yield sheet.dim(_row(widest, "", ("itself", "class", "men", "without")))
    for item in questions:
        counts = (item.on_drug, item.on_drug_class, item.in_men, item.without_drug)
        row = _row(widest, item.name, tuple(map(str, counts)))
        yield f"{row}  ∅" if item.is_unstudied else row


def _row(widest: int, name: str, cells: Sequence[str]) -> str:
    numbers = (f"{cell:>{size}}" for cell, size in zip(cells, _SIZES, strict=True))
    return padded(name, widest) + "".join(numbers)


def _told(item: QuestionRow) -> Iterator[str]:
    yield f"{item.on_drug} itself"
    yield f"{item.on_drug_class} class"
    yield f"{item.in_men} men"
    yield f"{item.without_drug} without"
    if item.is_unstudied:
        yield "∅"


def haplotype_lines(sheet: Sheet, report: PatientReport, *, detail: bool) -> Iterator[str]:
    """Yield every haplotype set; with ``detail`` its candidates and sites."""
    yield from sheet.heading("Haplotypes")
    if not report.haplotypes:
        yield from sheet.text("No haplotype set is covered by the chosen genes.")
    if not detail:
        yield from sheet.terms((item.name, _call(item)) for item in report.haplotypes)
        return
    for number, item in enumerate(report.haplotypes):
        yield from [""] if number else []
        yield from sheet.text(f"{sheet.bold(item.name)}: {_call(item)}", 0, 2)
        yield from _whole(sheet, item)


def _call(item: HaplotypeMap) -> str:
    """Return the diplotype, or why there is none, with its candidates if they are few."""
    told = f"{item.diplotype} ({item.status})" if item.diplotype else item.status
    if not item.diplotype and item.n_candidates:
        told += f", {counted(item.n_candidates, 'candidate')}"
        if _is_short(item):
            told += f": {joined(item.candidates, '; ')}"
    return f"{told}; {item.phenotype}" if item.phenotype else told


def _is_short(item: HaplotypeMap) -> bool:
    listed = "; ".join(item.candidates)
    return item.n_candidates == len(item.candidates) and columns(listed) <= _SHORT


def _deciding(item: HaplotypeMap) -> str:
    """Return what would settle a diplotype; of many sites, their numbers by status."""
    sites = [told for told in item.deciding if not told.startswith("phase of ")]
    if len(sites) <= _MANY:
        return joined(item.deciding, "; ")
    counts = Counter(told.rpartition(" ")[2] for told in sites)
    numbers = (f"{counted(count, 'site')} {status}" for status, count in counts.items())
    return "; ".join([*numbers, *(told for told in item.deciding if told not in sites)])


def _whole(sheet: Sheet, item: HaplotypeMap) -> Iterator[str]:
    more = "; ..." if item.n_candidates > len(item.candidates) else ""
    lists = (
        ("Candidates", joined(item.candidates, "; ") + more if not _is_short(item) else ""),
        ("Not excluded", "" if item.n_candidates else ", ".join(item.not_excluded)),
        ("Further alleles", "; ".join(item.extra_variants)),
        (f"Estimated from haplotypes of {item.population}", "; ".join(item.probabilities)),
        ("Would be settled by", _deciding(item)),
        ("Sites", joined(map(_site, item.sites), "; ")),
    )
    for title, told in lists:
        if told:
            yield from sheet.text(f"{title}: {told}", 2, 2)
    counts = (
        (item.quiet, f"{counted(item.quiet, 'site')} with two reference copies"),
        (item.missing, f"{item.missing} without a genotype"),
    )
    left_out = ", ".join(told for count, told in counts if count)
    if left_out:
        yield from sheet.text(f"Not listed: {left_out}.", 2, 2)


def _site(site: MapSite) -> str:
    if not site.copies:
        return f"{site.variant} {site.status.word}"
    genotype = ("|" if site.block else "/").join(site.copies)
    remark = "" if site.status.key in {"called", "partial"} else f" ({site.status.word})"
    return f"{site.variant} {genotype}{remark}"
