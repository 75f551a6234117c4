"""The report on one person as lines for a terminal, in short or with every published result."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.printable import printable_line
from pgx_ana.report.finding_text import finding_lines
from pgx_ana.report.origin_text import origin_lines, publication_lines, site_lines, word_lines
from pgx_ana.report.overview_text import category_lines, head_lines, strip_lines
from pgx_ana.report.patient import PatientReport, patient_report
from pgx_ana.report.setting_text import haplotype_lines, use_lines
from pgx_ana.report.sheet import NARROWEST, Sheet, merged
from pgx_ana.report.studies import Facts
from pgx_ana.report.unknown_text import no_difference_lines, other_lines, unknown_lines


def patient_text(
    document: Facts, width: int, *, styled: bool, detail: bool = False
) -> Iterator[str]:
    """Yield the report on the person of a document, which follows the schema of this version.

    Lines have no line feed and at most ``width`` columns, of which there are at least 40. With
    ``styled`` they have colours and bold type, without which nothing is lost. With ``detail`` every
    published result is shown, and all sites, sources and words. Characters of the document that
    could command a terminal are escaped.
    """
    sheet = Sheet(max(width, NARROWEST), styled)
    for line in _lines(sheet, document, detail=detail):
        yield merged(line)


def _lines(sheet: Sheet, document: Facts, *, detail: bool) -> Iterator[str]:
    report = patient_report(_printable(document))
    drug = printable_line(document["knowledge_base"]["drug"])
    yield from head_lines(sheet, report, drug)
    yield from category_lines(sheet, report)
    yield from strip_lines(sheet, report)
    yield from finding_lines(sheet, report, detail=detail)
    yield from no_difference_lines(sheet, report, detail=detail)
    yield from unknown_lines(sheet, report, detail=detail)
    yield from use_lines(sheet, report, drug, detail=detail)
    yield from haplotype_lines(sheet, report, detail=detail)
    yield from _last(sheet, report) if detail else _more(sheet)


def _last(sheet: Sheet, report: PatientReport) -> Iterator[str]:
    yield from other_lines(sheet, report)
    yield from site_lines(sheet, report)
    yield from origin_lines(sheet, report)
    yield from publication_lines(sheet, report)
    yield from word_lines(sheet, report)


def _more(sheet: Sheet) -> Iterator[str]:
    yield ""
    yield from sheet.text(
        "Every published result, the reason for each level, all sites, publications and the "
        "meanings of the words: pgx-ana report with --full, or as a page with -o report.html."
    )


def _printable(value: Facts) -> Facts:
    """Return a document whose texts are safe to show on a terminal."""
    return {key: _printable_value(item) for key, item in value.items()}


def _printable_value(value: object) -> object:
    if isinstance(value, str):
        return printable_line(value)
    if isinstance(value, dict):
        return _printable(value)
    if isinstance(value, list):
        return [_printable_value(item) for item in value]
    return value
