"""What was looked for without a difference, and what cannot be told of a person, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgx_ana.model import ABSENT
from pgx_ana.report.gathered import Answered
from pgx_ana.report.patient import Gathered, PatientReport
from pgx_ana.report.result_text import outcome_lines
from pgx_ana.report.sheet import Sheet, joined
from pgx_ana.report.unknowns import MissingSet, MissingSite, MissingSites
from pgx_ana.report.words import SITE_STATES, counted
from pgx_ana.terms import STATUS_MEANINGS

_MEANINGS = {SITE_STATES[status].key: text for status, text in STATUS_MEANINGS.items()}

_FEW = 3
_HIDDEN = (
    "There the reference base is the studied allele, and people with two of it have no row in a "
    "file of variants only"
)


def no_difference_lines(sheet: Sheet, report: PatientReport, *, detail: bool) -> Iterator[str]:
    """Yield the conclusions that found no difference; with ``detail`` also their results."""
    found = report.no_difference
    n_conclusions = counted(found.n_conclusions, "conclusion") if found.n_conclusions else "none"
    yield from sheet.heading(f"Looked for, and no significant difference reported: {n_conclusions}")
    for item in found.answers:
        yield from _outcomes(sheet, item)
    if detail:
        yield from _results(sheet, found)


def unknown_lines(sheet: Sheet, report: PatientReport, *, detail: bool) -> Iterator[str]:
    """Yield what cannot be told, why, and what would settle it."""
    yield from sheet.heading("What cannot be told")
    is_first = True
    for item in report.open.answers:
        yield from [] if is_first else [""]
        is_first = False
        n_conclusions = counted(item.n_conclusions, "conclusion")
        yield from sheet.text(sheet.bold(f"{item.title} ({n_conclusions})"), 0, 2)
        yield from _outcomes(sheet, item)
    if detail:
        yield from _results(sheet, report.open)
    for group in report.missing:
        yield from [] if is_first else [""]
        is_first = False
        yield from _missing(sheet, group, detail=detail)
    if report.missing_sets:
        yield from [] if is_first else [""]
        is_first = False
        yield from _missing_sets(sheet, report.missing_sets)
    if is_first:
        yield from sheet.text("Nothing: every site and haplotype set with evidence is known.")


def other_lines(sheet: Sheet, report: PatientReport) -> Iterator[str]:
    """Yield results on the genotypes of the person that no conclusion counts."""
    if report.others.n_results:
        n_results = counted(report.others.n_results, "result")
        yield from sheet.heading(f"Further results on these genotypes, not counted: {n_results}")
        yield from outcome_lines(sheet, report.others.outcomes)


def _outcomes(sheet: Sheet, item: Answered) -> Iterator[str]:
    yield from sheet.terms(((line.outcome, joined(line.genotypes)) for line in item.lines), 2)


def _results(sheet: Sheet, found: Gathered) -> Iterator[str]:
    if found.n_results:
        yield ""
        yield from sheet.text(sheet.bold(f"{counted(found.n_results, 'result')} behind them"))
        yield from outcome_lines(sheet, found.outcomes)


def _missing(sheet: Sheet, group: MissingSites, *, detail: bool) -> Iterator[str]:
    """Yield the sites of a status: by gene, or each with what it would be about."""
    n_sites = counted(len(group.sites), "site")
    title = sheet.bold(f"{group.status.word.capitalize()}: {n_sites} with evidence")
    shape = sheet.coloured(group.status.shape, group.status.key)
    yield from sheet.text(f"{shape} {title}; {_MEANINGS[group.status.key]}.", 0, 2)
    if group.settled_by:
        yield from sheet.text(f"Would be settled by: {group.settled_by}.", 2, 2)
    if detail:
        yield from _each(sheet, group.sites)
        return
    yield from sheet.terms(_by_gene(group.sites), 4)
    hidden = [site.variant for site in group.sites if site.hides_studied]
    if hidden:
        yield from sheet.text(f"{_HIDDEN}: {', '.join(hidden)}.", 2, 2)


def _missing_sets(sheet: Sheet, sets: Sequence[MissingSet]) -> Iterator[str]:
    n_sets = counted(len(sets), "set")
    yield from sheet.text(sheet.bold(f"Haplotypes not determined: {n_sets} with evidence"), 0, 2)
    yield from sheet.terms(
        ((f"{item.name} ({item.status})", ", ".join(item.outcomes)) for item in sets), 4
    )


def _by_gene(sites: Sequence[MissingSite]) -> Iterator[tuple[str, str]]:
    """Yield the sites of each gene, and in the end those of all genes with few."""
    by_gene: dict[str, list[str]] = {}
    for site in sites:
        by_gene.setdefault(site.gene, []).append(f"{site.variant}{_reason(site)}")
    few = [gene for gene, found in by_gene.items() if len(found) < _FEW]
    is_short = len(few) <= _FEW
    for gene, found in by_gene.items():
        if is_short or gene not in few:
            yield gene, ", ".join(found)
    if not is_short:
        yield "others", joined((f"{gene} {', '.join(by_gene[gene])}" for gene in few), "; ")


def _reason(site: MissingSite) -> str:
    """Return the reason of a call in brackets; that no row covers a site is plain already."""
    return f" ({site.reason})" if site.reason and site.reason != ABSENT.reason else ""


def _each(sheet: Sheet, sites: Sequence[MissingSite]) -> Iterator[str]:
    gene = ""
    for site in sites:
        if site.gene != gene:
            gene = site.gene
            yield from sheet.text(gene, 4)
        hidden = "; the reference base is the studied allele" if site.hides_studied else ""
        told = f"{', '.join(site.outcomes)}{_reason(site)}{hidden}"
        yield from sheet.text(f"{site.variant}: {told}", 6, 2)
