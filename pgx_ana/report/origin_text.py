"""All sites, where a report comes from, its publications and its words, as text."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.report.patient import GeneSites, PatientReport
from pgx_ana.report.sheet import Sheet, joined
from pgx_ana.report.words import SITE_STATES, STATUSES, glossary, level_glossary
from pgx_ana.terms import STATUS_MEANINGS, CallStatus

_ABSENT = STATUSES[CallStatus.ABSENT.value]


def site_lines(sheet: Sheet, report: PatientReport) -> Iterator[str]:
    """Yield all known sites by gene: genotypes, and the others by status."""
    yield from sheet.heading(f"All sites: {report.n_sites} on {report.origin.assembly}")
    yield from sheet.text(
        sheet.dim("Places, depths and reasons are in the table calls of pgx-ana annotate.")
    )
    silent = [gene for gene in report.genes if not gene.rows]
    for gene in report.genes:
        if gene.rows:
            title = f"{sheet.bold(gene.gene)}: {gene.called} of {gene.n_sites} called"
            yield from sheet.text(title)
            yield from _sites(sheet, gene)
    if silent:
        yield from sheet.text(
            f"{sheet.bold('Genes of which the file says nothing')}: {len(silent)}"
        )
        told = (f"{gene.gene} {', '.join(gene.absent)}" for gene in silent)
        yield from sheet.text(f"{sheet.mark(_ABSENT)}: {joined(told, '; ')}", 2, 2)


def _sites(sheet: Sheet, gene: GeneSites) -> Iterator[str]:
    """Yield the sites of a gene by status; those that are absent have no row."""
    for mark in SITE_STATES.values():
        rows = [row for row in gene.rows if row.status == mark]
        sites = [f"{row.variant} {row.genotype}".rstrip() for row in rows]
        if mark == _ABSENT:
            sites += gene.absent
        if sites:
            yield from sheet.text(f"{sheet.mark(mark)}: {joined(sites)}", 2, 2)


def origin_lines(sheet: Sheet, report: PatientReport) -> Iterator[str]:
    """Yield files, versions and options."""
    origin = report.origin
    yield from sheet.heading("Origin")
    for file in origin.files:
        yield from sheet.text(sheet.bold(file.name))
        yield from sheet.text(
            f"{file.kind}; assembly {file.assembly}, told by {file.told_by}; program that wrote "
            f"it: {file.caller}; SHA-256 of the header: {file.digest or 'not known'}",
            2,
            2,
        )
        if file.remark:
            yield from sheet.text(f"{sheet.bold('Warning:')} {file.remark}", 2, 2)
    yield from sheet.text(
        f"pgx-ana {origin.program}; document schema {origin.schema_version}; "
        f"{origin.knowledge_name} {origin.knowledge_version}, SHA-256: {origin.knowledge_digest}"
    )
    yield from sheet.text(f"Options other than the defaults: {'; '.join(origin.options) or 'none'}")


def publication_lines(sheet: Sheet, report: PatientReport) -> Iterator[str]:
    """Yield the cited publications by their numbers."""
    if report.references:
        yield from sheet.heading("Publications")
    widest = len(f"#{len(report.references)}")
    lines = (
        f"{f'#{item.number}':>{widest}} {item.text}{f', {item.link_text}' if item.link else ''}"
        for item in report.references
    )
    yield from sheet.packed(lines, 40)


def word_lines(sheet: Sheet, report: PatientReport) -> Iterator[str]:
    """Yield the levels and states that the report names, and its words, with their meanings."""
    yield from sheet.heading("Words")
    levels = [
        (f"{mark.shape} {mark.word}", meaning)
        for mark, meaning in level_glossary()
        if mark.key in report.levels
    ]
    counts = {mark.key: count for mark, count in report.statuses}
    states = [
        (f"{mark.shape} {mark.word}", STATUS_MEANINGS[status])
        for status, mark in SITE_STATES.items()
        if counts[mark.key]
    ]
    yield from sheet.terms([*levels, *states, *glossary()])
