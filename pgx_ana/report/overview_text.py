"""What a reader of the terminal sees first: who, the answer, the categories, all sites."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.report.overview import CategoryRow, CategoryState, GeneStrip
from pgx_ana.report.patient import PatientReport
from pgx_ana.report.sheet import Sheet, columns, padded
from pgx_ana.terms import FIXED_SENTENCE

_WHOLE_LINE = 20
"""Sites from which on a gene has a line of its own."""

_WITH_TEXT = frozenset({CategoryState.FINDINGS, CategoryState.NONE_APPLIES})

_COUNTS = (
    "For, null, against: studies behind the findings, or behind all that was looked at where there "
    "are none; results of the same people are one study. Assessed: variants and haplotype sets "
    "with evidence whose genotype is known. Linked variants count once, at their firmest level; it "
    "is that of the findings on the drug itself."
)
_STARRED = "With an asterisk (*), the level is that of findings on other drugs."


def head_lines(sheet: Sheet, report: PatientReport, drug: str) -> Iterator[str]:
    """Yield who and what the report is about, the fixed sentence, and the answer."""
    yield from sheet.text(sheet.bold(f"{report.sample}: germline variants and {drug}"))
    for file in report.origin.files:
        yield from sheet.text(
            f"{file.name} ({file.kind}, {file.assembly} told by {file.told_by})", 0, 2
        )
        if file.remark:
            yield from sheet.text(f"{sheet.bold('Warning:')} {file.remark}", 2, 2)
    use = report.context
    told = [report.sex, f"{use.name} ({use.label})" if use else ""]
    if any(told):
        yield from sheet.text("; ".join(filter(None, told)))
    for option in report.origin.options:
        yield from sheet.text(f"Option: {option}", 0, 2)
    origin = report.origin
    versions = f"pgx-ana {origin.program}, knowledge base {origin.knowledge_version}"
    yield from sheet.text(sheet.dim(versions))
    yield ""
    yield from sheet.text(sheet.dim(FIXED_SENTENCE.format(drug=drug)))
    yield ""
    yield from sheet.text(sheet.bold(report.answer))
    if report.opening:
        yield from sheet.text(sheet.bold(report.opening))


def category_lines(sheet: Sheet, report: PatientReport) -> Iterator[str]:
    """Yield the four categories: level, results for, null and against, sites, and what was found.

    A category without a finding says which of three things that means.
    """
    yield from sheet.heading("Categories")
    is_starred = any(row.level is None and row.level_elsewhere for row in report.categories)
    yield from sheet.text(sheet.dim(f"{_COUNTS} {_STARRED}" if is_starred else _COUNTS))
    if sheet.has_columns:
        titles = ("", "firmest level", "for", "null", "against", "assessed")
        yield sheet.dim(_aligned(*titles))
    for number, row in enumerate(report.categories):
        if number and not sheet.has_columns:
            yield ""
        yield from _category(sheet, row)


def _category(sheet: Sheet, row: CategoryRow) -> Iterator[str]:
    level = _level(sheet, row)
    counts = [f"{count}" for count in row.tally]
    is_known = row.state in _WITH_TEXT
    assessed = f"{row.assessed} of {row.total}" if row.total else "none known"
    name = sheet.bold(row.name)
    if sheet.has_columns:
        yield _aligned(name, level, *(counts if is_known else "---"), assessed)
    else:
        yield from sheet.text(f"{name}: {level}", 0, 4)
        tally = "{} for, {} null, {} against; ".format(*counts) if is_known else ""
        yield from sheet.text(f"{tally}assessed: {assessed}", 4)
    yield from sheet.text(_told(row), 4)
    if row.level is not None and row.level_elsewhere is not None:
        yield from sheet.text(f"Firmest elsewhere: {sheet.mark(row.level_elsewhere)}.", 4)


def _level(sheet: Sheet, row: CategoryRow) -> str:
    """Return the firmest level on the drug itself; of other drugs, where there is none."""
    level = row.level or row.level_elsewhere
    if level is not None:
        return sheet.mark(level) if row.level else f"{sheet.mark(level)}*"
    return {
        CategoryState.NONE_APPLIES: "= no finding applies",
        CategoryState.NOT_ASSESSED: "✕ not assessed",
        CategoryState.NO_EVIDENCE: "∅ no evidence",
        CategoryState.FINDINGS: "",
    }[row.state]


def _told(row: CategoryRow) -> str:
    if row.state is CategoryState.NO_EVIDENCE:
        return row.why
    if row.state is CategoryState.NOT_ASSESSED:
        return f"Could not be assessed: {row.why}."
    return f"{row.title}. {row.text}"


def _aligned(name: str, level: str, *numbers: str) -> str:
    """Return a line of the table of categories."""
    line = padded(padded(name, 23) + level, 47)
    for number, size in zip(numbers, (4, 6, 9, 11), strict=True):
        line += " " * (size - columns(number)) + number
    return line


def strip_lines(sheet: Sheet, report: PatientReport) -> Iterator[str]:
    """Yield all known sites by gene, a sign for each, after the legend with its counts."""
    yield from sheet.heading(f"All known sites: {report.n_sites}, a sign for each, by gene")
    yield from sheet.packed(
        f"{sheet.coloured(mark.shape, mark.key)} {count} {mark.word}"
        for mark, count in report.statuses
        if count
    )
    if not report.origin.asserts_reference:
        yield from sheet.text("No site is assumed to be reference.")
    yield ""
    large = [strip for strip in report.strips if len(strip.cells) >= _WHOLE_LINE]
    yield from sheet.terms((strip.gene, _cells(sheet, strip)) for strip in large)
    small = [strip for strip in report.strips if len(strip.cells) < _WHOLE_LINE]
    yield from sheet.packed(f"{strip.gene} {_cells(sheet, strip)}" for strip in small)


def _cells(sheet: Sheet, strip: GeneStrip) -> str:
    return "".join(sheet.coloured(mark.shape * count, mark.key) for mark, count in strip.runs)
