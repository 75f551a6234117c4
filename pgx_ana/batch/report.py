"""The two reports of a batch: what came of every file, and whether the people look like people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.batch.duplicates import UnitId
from pgx_ana.batch.plan import Block, Unit
from pgx_ana.batch.records import BlockRecord, Outcome, UnitResult
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.printable import printable
from pgx_ana.quality import (
    CALL_STATES,
    FrequencyCheck,
    SiteTally,
    add_tallies,
    check_frequencies,
    outlier_warnings,
)

_MISSING = "."
_STATUS_COLUMNS = ("file", "samples", "sample", "status", "sites_called", "reason")
_QUALITY_COLUMNS = (
    "variant",
    "gene",
    "people",
    *CALL_STATES,
    "allele",
    "frequency",
    "population_lowest",
    "population_highest",
    "flag",
)
_DOUBT = "the files may be on another assembly than they say, or not be of people"


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What came of a batch: the lines of both reports, the numbers in them, and its warnings."""

    status: tuple[bytes, ...]
    quality: tuple[bytes, ...]
    n_files: int
    n_refused: int
    n_people: int
    warnings: tuple[str, ...]


def make_report(
    blocks: Sequence[Block],
    records: Mapping[int, BlockRecord],
    left_out: Mapping[UnitId, str],
    knowledge: KnowledgeBase,
) -> BatchReport:
    """Return the reports; ``left_out`` has why duplicates are left out."""
    rows: dict[int, tuple[str, ...]] = {}
    n_refused = n_people = 0
    for block in blocks:
        for number, result in enumerate(records[block.number].units):
            unit = block.units[number]
            reason = left_out.get((block.number, number), result.reason)
            rows |= _status_rows(unit, result, reason)
            is_ok = result.outcome is Outcome.OK
            n_people += len(result.samples) if is_ok else 0
            n_refused += 0 if is_ok else len(unit)
    tallies = add_tallies(records[block.number].tallies for block in blocks)
    checks = check_frequencies(tallies, knowledge)
    return BatchReport(
        status=tuple(_lines(_STATUS_COLUMNS, (rows[line] for line in sorted(rows)))),
        quality=tuple(_lines(_QUALITY_COLUMNS, _quality_rows(tallies, checks, knowledge))),
        n_files=len(rows),
        n_refused=n_refused,
        n_people=n_people,
        warnings=tuple(outlier_warnings(checks, _DOUBT)),
    )


def _status_rows(unit: Unit, result: UnitResult, reason: str) -> dict[int, tuple[str, ...]]:
    """Return the row of each file of a unit, by the number of its line in the manifest."""
    is_ok = result.outcome is Outcome.OK
    counts = result.file_samples or (None,) * len(unit)
    name = result.samples[0] if len(result.samples) == 1 else _MISSING
    return {
        file.row.line: (
            file.row.file,
            _MISSING if count is None else str(count),
            name,
            "ok" if is_ok else "refused",
            str(result.called) if is_ok else _MISSING,
            reason or _MISSING,
        )
        for file, count in zip(unit, counts, strict=True)
    }


def _quality_rows(
    tallies: Iterable[SiteTally], checks: Iterable[FrequencyCheck], knowledge: KnowledgeBase
) -> Iterator[tuple[str, ...]]:
    genes = {variant.id: variant.gene for variant in knowledge.variants}
    for tally, check in zip(tallies, checks, strict=True):
        frequencies = (check.observed, check.lowest, check.highest)
        yield (
            tally.variant,
            genes[tally.variant],
            str(tally.people),
            *(str(tally.states.get(state, 0)) for state in CALL_STATES),
            check.allele or _MISSING,
            *(_MISSING if value is None else f"{value:.4f}" for value in frequencies),
            _flag(check),
        )


def _flag(check: FrequencyCheck) -> str:
    """Return what the comparison shows; missing where there was none."""
    if not check.is_compared:
        return _MISSING
    if check.outlier is None:
        return "ok"
    return "swapped_or_other_strand" if check.outlier.swapped else "outlier"


def _lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    yield ("\t".join(columns) + "\n").encode()
    for row in rows:
        yield ("\t".join(_cell(value) for value in row) + "\n").encode()


def _cell(text: str) -> str:
    """Return text as one cell: several lines become several sentences."""
    return printable(text.replace("\n", "; ").replace("\t", " "))
