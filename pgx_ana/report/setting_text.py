"""The use of the drug, what nobody has studied, and the haplotypes of a person, as text."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.report.haplotype_map import HaplotypeMap, MapSite
from pgx_ana.report.patient import PatientReport, QuestionRow
from pgx_ana.report.sheet import Sheet, joined
from pgx_ana.report.words import counted

_FEW = 2


def use_lines(sheet: Sheet, report: PatientReport, drug: str, *, detail: bool) -> Iterator[str]:
    """Yield the use of the drug, and what was studied; with ``detail`` every question."""
    yield from sheet.heading("The use of the drug, and what was studied")
    use = report.context
    if use is None:
        yield from sheet.text("The use of the drug was not stated.")
    else:
        monitored = ", ".join(use.monitored)
        yield from sheet.text(f"{use.name[:1].upper()}{use.name[1:]}: {use.label}. {use.note}")
        if monitored:
            yield from sheet.text(f"Usually monitored, or measured in studies: {monitored}.")
        yield from sheet.text(
            f"{use.same} of the findings above rest on results from this use, {use.other} do not."
        )
    unstudied = [question.name for question in report.questions if question.is_unstudied]
    if detail:
        yield from sheet.text(report.overall)
        yield ""
        yield from sheet.text("Published results on germline variants, by question:")
        yield from sheet.terms(((item.name, _told(item, drug)) for item in report.questions), 2)
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


def _told(item: QuestionRow, drug: str) -> str:
    counts = (
        (item.on_drug, f"on {drug} alone"),
        (item.on_drug_class, "on others of its class or pooled"),
        (item.in_men, "in men"),
        (item.without_drug, "without the drugs"),
    )
    told = ", ".join(f"{count} {where}" for count, where in counts if count) or "none"
    return f"{told}; nobody has studied this" if item.is_unstudied else told


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
        if item.n_candidates <= _FEW:
            told += f": {joined(item.candidates, '; ')}"
    return f"{told}; {item.phenotype}" if item.phenotype else told


def _whole(sheet: Sheet, item: HaplotypeMap) -> Iterator[str]:
    more = "; ..." if item.n_candidates > len(item.candidates) else ""
    lists = (
        ("Candidates", joined(item.candidates, "; ") + more if item.n_candidates > _FEW else ""),
        ("Not excluded", ", ".join(item.not_excluded)),
        ("Further alleles", "; ".join(item.extra_variants)),
        (f"Estimated from haplotypes of {item.population}", "; ".join(item.probabilities)),
        ("Would be settled by", "; ".join(item.deciding)),
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
