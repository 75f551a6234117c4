"""All sites, where a report comes from, its publications and its words, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgx_ana.report.patient import GeneSites, PatientReport, SiteRow
from pgx_ana.report.sheet import Sheet, joined
from pgx_ana.report.words import STATUS_MEANINGS, STATUSES, Mark, glossary, level_glossary
from pgx_ana.terms import CallStatus

_ABSENT = STATUSES[CallStatus.ABSENT.value]


def site_lines(sheet: Sheet, report: PatientReport) -> Iterator[str]:
    """Yield all known sites by gene: genotypes, and the others by status."""
    yield from sheet.heading(f"All sites: {report.n_sites} on {report.origin.assembly}")
    yield from sheet.text(
        sheet.dim("Places, depths and reasons are in the table calls of pgx-ana annotate.")
    )
    silent = [gene for gene in report.genes if all(row.status == _ABSENT for row in gene.rows)]
    for gene in report.genes:
        if gene not in silent:
            yield from sheet.text(
                f"{sheet.bold(gene.gene)}: {gene.called} of {len(gene.rows)} called"
            )
            for mark, rows in _by_status(gene):
                yield from sheet.text(f"{sheet.mark(mark)}: {_genotypes(rows)}", 2, 2)
    if silent:
        yield from sheet.text(
            f"{sheet.bold('Genes of which the file says nothing')}: {len(silent)}"
        )
        told = "; ".join(f"{gene.gene} {_genotypes(gene.rows)}" for gene in silent)
        yield from sheet.text(f"{sheet.mark(_ABSENT)}: {told}", 2, 2)


def _genotypes(rows: Sequence[SiteRow]) -> str:
    return joined(f"{row.variant} {row.genotype}".rstrip() for row in rows)


def _by_status(gene: GeneSites) -> Iterator[tuple[Mark, list[SiteRow]]]:
    for mark in STATUSES.values():
        rows = [row for row in gene.rows if row.status == mark]
        if rows:
            yield mark, rows


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


def word_lines(sheet: Sheet) -> Iterator[str]:
    """Yield the levels, the states of a site and the words of the report with their meanings."""
    yield from sheet.heading("Words")
    levels = [(f"{mark.shape} {mark.word}", meaning) for mark, meaning in level_glossary()]
    states = [
        (f"{mark.shape} {mark.word}", STATUS_MEANINGS[status]) for status, mark in STATUSES.items()
    ]
    yield from sheet.terms([*levels, *states, *glossary()])
