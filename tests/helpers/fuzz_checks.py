"""Invariants of every result, whatever the input.

Calls must not contradict themselves or the text that they were read from, must be the same from an
equivalent file, and must be writable in every format.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from helpers.table_text import table_text
from pgx_ana.api import Result
from pgx_ana.errors import PgxAnaError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Call, CallOptions, CohortCalls, Locus, Variant
from pgx_ana.output import patient_texts, to_frame
from pgx_ana.output.columns import COLUMNS
from pgx_ana.terms import TEXT_TABLES, CallSource, CallStatus

Outcome = CohortCalls | PgxAnaError
"""The calls of an accepted file, or the error that rejected it."""

FILE_STEM = "case"
"""The name of every judged file, without suffix; it is removed from reasons before comparison."""

_MAX_SHOWN = 2000  # characters of a message
_PASSING = {b"PASS", b".", b"RefCall"}
_DIPLOID = re.compile(rb"(\d{1,3})([/|])(\d{1,3})")
_BASE = re.compile(rb"[ACGT]")


class InvariantError(AssertionError):
    """An invariant does not hold for an input."""


def require(*, that: bool, what: str, found: object = "") -> None:
    """Raise :class:`InvariantError` unless a condition holds."""
    if not that:
        raise InvariantError(f"{what}: {found!r}"[:_MAX_SHOWN])


@contextmanager
def no_warnings() -> Iterator[None]:
    """Turn every warning into an error, including those raised in finalizers."""
    unraisable: list[Any] = []
    hook = sys.unraisablehook
    sys.unraisablehook = unraisable.append
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        sys.unraisablehook = hook
    require(
        that=not unraisable,
        what="raised in a finalizer",
        found=[item.exc_value for item in unraisable],
    )


# Calls are consistent in themselves


def check_calls(cohort: CohortCalls) -> None:
    """Check the shapes and codes of a cohort, and that no call contradicts itself."""
    n_samples = len(cohort.samples)
    for site in cohort.sites:
        arrays = (site.calls.codes, site.gq, site.dp, site.phase_set)
        shapes = [array.shape for array in arrays if array is not None]
        require(that=set(shapes) == {(n_samples,)}, what="an array is not by sample", found=shapes)
        codes = set(site.calls.codes.tolist())
        require(that=codes <= set(range(len(site.calls.values))), what="a code without a call")
        for call in site.calls.values:
            fault = call_fault(call, site.variant)
            require(that=not fault, what=f"{site.variant.id}: {fault}", found=call)


def call_fault(call: Call, variant: Variant) -> str:
    """Return how a call contradicts itself, empty if it does not."""
    known = [allele for allele in call.alleles if allele in variant.alleles]
    rank = [variant.alleles.index(allele) for allele in known]
    n_alleles, n_known = len(call.alleles), len(known)
    observed = {CallStatus.CALLED, CallStatus.PARTIAL}
    rules = {
        "called without two known alleles": call.status is not CallStatus.CALLED
        or (n_alleles == 2 and n_known == 2),
        "partial without one known allele": call.status is not CallStatus.PARTIAL
        or (n_known == 1 and set(call.alleles) <= {*known, "."}),
        "no_call with an allele": call.status is not CallStatus.NO_CALL
        or set(call.alleles) <= {"."},
        "absent with alleles or a source": call.status is not CallStatus.ABSENT
        or (not call.alleles and call.source is CallSource.NONE),
        "unknown_allele without one": call.status is not CallStatus.UNKNOWN_ALLELE
        or set(call.alleles) - {*variant.alleles, "."} != set(),
        "a reason is missing": bool(call.reason) or call.status is CallStatus.CALLED,
        "called with a reason": not call.reason
        or call.status is not CallStatus.CALLED
        or call.source is CallSource.ASSERTED,
        "more than two alleles": n_alleles <= 2,
        "an empty allele": "" not in call.alleles,
        "phased without two alleles": not call.phased or n_alleles == 2,
        "unphased and not in allele order": call.phased or n_known < 2 or rank == sorted(rank),
        "unphased with the missing copy first": call.phased
        or n_alleles < 2
        or call.alleles[0] != "."
        or call.alleles[1] == ".",
        "observed without a source": call.source is not CallSource.NONE
        or call.status not in observed,
    }
    return "; ".join(rule for rule, holds in rules.items() if not holds)


# Calls agree with the text


@dataclass(frozen=True)
class _PlainRow:
    """A row as parsed by a minimal reader; ``chrom`` is None on an unknown contig."""

    columns: list[bytes]
    chrom: str | None
    pos: int
    end: int

    def overlaps(self, locus: Locus) -> bool:
        """Return whether the row overlaps the window of a locus."""
        return (
            self.chrom == locus.chrom
            and self.pos <= locus.window_end
            and self.end >= locus.window_start
        )

    def has_value(self, sample: int) -> bool:
        """Return whether the row has anything but missing values for a sample."""
        value = self.columns[9 + sample] if len(self.columns) > 9 + sample else b""
        return re.search(rb"\d", value) is not None


def check_against_text(
    cohort: CohortCalls, text: bytes, knowledge: KnowledgeBase, options: CallOptions
) -> None:
    """Check that every observed call has a row, and that plain SNV rows give their genotype."""
    rows = list(_plain_rows(text, knowledge))
    for site in cohort.sites:
        locus = site.variant.loci[cohort.assembly]
        overlapping = [row for row in rows if row.overlaps(locus)]
        for sample, code in enumerate(site.calls.codes.tolist()):
            call = site.calls.values[code]
            if call.source is CallSource.ASSERTED:
                continue
            if call.status in {CallStatus.CALLED, CallStatus.PARTIAL}:
                require(
                    that=any(row.has_value(sample) for row in overlapping),
                    what=f"{site.variant.id} is called from no row",
                    found=call,
                )
            if len(overlapping) == 1 and options == CallOptions():
                expected = _plain_snv_call(overlapping[0], sample, site.variant, locus)
                require(
                    that=expected in (None, (call.status, sorted(call.alleles))),
                    what=f"{site.variant.id} is not {expected}",
                    found=call,
                )


def _plain_rows(text: bytes, knowledge: KnowledgeBase) -> Iterator[_PlainRow]:
    """Yield the rows that have a position, with the farthest end that INFO allows."""
    names = {}
    for assembly in knowledge.assemblies.values():
        for contig in assembly.contigs:
            plain = (contig.chrom, f"0{contig.chrom}")
            spellings = (*plain, *(f"chr{name}" for name in plain), contig.refseq, contig.genbank)
            for name in spellings:
                names[str(name).lower()] = contig.chrom
    for line in text.split(b"\n"):
        columns = line.rstrip(b"\r").split(b"\t")
        if line.startswith(b"#") or len(columns) < 8 or not re.fullmatch(rb"[0-9]+", columns[1]):
            continue
        pos = int(columns[1])
        ends = [pos + len(columns[3]) - 1]
        ends += [int(end) for end in re.findall(rb"\bEND=(\d+)", columns[7])]
        ends += [pos + int(length) for length in re.findall(rb"\bSVLEN=-?(\d+)", columns[7])]
        chrom = names.get(columns[0].decode("latin-1").lower())
        yield _PlainRow(columns, chrom, pos, max(ends))


def _plain_snv_call(
    row: _PlainRow, sample: int, variant: Variant, locus: Locus
) -> tuple[CallStatus, list[str]] | None:
    """Return the status and alleles that a plain SNV row with GT alone requires.

    None for any other row.
    """
    columns = row.columns
    bases = [columns[3], *columns[4].split(b",")]
    is_plain = (
        variant.is_snv
        and (row.pos, columns[3].decode("latin-1")) == (locus.pos, locus.ref)
        and columns[8] == b"GT"
        and columns[6] in _PASSING
        and all(_BASE.fullmatch(base) for base in bases)
        and len(set(bases)) == len(bases)
    )
    genotype = _DIPLOID.fullmatch(columns[9 + sample]) if is_plain else None
    if genotype is None:
        return None
    numbers = [int(genotype[1]), int(genotype[3])]
    if max(numbers) >= len(bases):
        return None
    alleles = sorted(bases[number].decode() for number in numbers)
    known = set(alleles) <= set(variant.alleles)
    return (CallStatus.CALLED if known else CallStatus.UNKNOWN_ALLELE, alleles)


# Results can be written


def check_output(result: Result, *, frames: bool) -> None:
    """Check that tables, documents and (with ``frames``) data frames have the right shape."""
    for name in TEXT_TABLES:
        table = result.table(name)
        n_columns, n_rows = len(COLUMNS[name]), len(table.samples) * len(table.sections)
        tsv = table_text(table)
        widths = {line.count("\t") + 1 for line in tsv.removesuffix("\n").split("\n")}
        require(that=widths == {n_columns}, what=f"TSV columns of {name}", found=widths)
        require(that=tsv.count("\n") == n_rows + 1, what=f"TSV lines of {name}", found=tsv)
        rows = list(csv.reader(io.StringIO(table_text(table, ","), newline="")))
        require(that=len(rows) == n_rows + 1, what=f"CSV rows of {name}", found=rows)
        widths = {len(row) for row in rows}
        require(that=widths == {n_columns}, what=f"CSV columns of {name}", found=widths)
        if frames:
            shape = to_frame(table).shape
            expected = (len(result) * len(table.sections), n_columns)
            require(that=shape == expected, what=f"frame of {name}", found=shape)
    samples = []
    for document in patient_texts(result._annotations):
        samples.append(json.loads(document.decode())["sample"])
    require(that=tuple(samples) == result.samples, what="samples of the documents", found=samples)


# Equivalent files give the same calls


def require_same_calls(
    expected: Outcome, actual: Outcome, how: str, *, sample: int | None = None
) -> None:
    """Check that two files give the same calls, if both were accepted.

    ``sample`` is the index in ``expected`` of the only sample of ``actual``; None if both have the
    same samples.
    """
    if not isinstance(expected, CohortCalls) or not isinstance(actual, CohortCalls):
        return
    check_calls(actual)
    require(that=expected.assembly is actual.assembly, what=f"another assembly {how}")
    everyone = [(number, number) for number in range(len(expected.samples))]
    for first, second in everyone if sample is None else [(sample, 0)]:
        rows = zip(_site_rows(expected, first), _site_rows(actual, second), strict=True)
        for before, after in rows:
            require(that=before == after, what=f"another call {how}", found=(before, after))


def require_same_alleles(
    expected: Outcome, actual: Outcome, how: str, *, ordered: bool = True
) -> None:
    """Check that calls made from both files have the same alleles, if both were accepted.

    For BCF, which cannot hold everything that text can, and for forms of a file in which phase may
    be lost: there the order of the two copies is not compared.
    """
    if not isinstance(expected, CohortCalls) or not isinstance(actual, CohortCalls):
        return
    for sample in range(len(expected.samples)):
        for first, second in zip(expected.sites, actual.sites, strict=True):
            before, after = first.calls[sample], second.calls[sample]
            texts = [call.alleles if ordered else sorted(call.alleles) for call in (before, after)]
            require(
                that={before.status, after.status} != {CallStatus.CALLED} or texts[0] == texts[1],
                what=f"other alleles {how}",
                found=(before, after),
            )


def _site_rows(cohort: CohortCalls, sample: int) -> list[tuple[Any, ...]]:
    """Return the call of a sample at each site, with its numbers, without the file name."""
    rows = []
    for site in cohort.sites:
        call = site.calls[sample]
        numbers = [
            None if values is None or values[sample] != values[sample] else values[sample].item()
            for values in (site.gq, site.dp, site.phase_set)
        ]
        reason = re.sub(rf"\S*{FILE_STEM}\.\S*", "", call.reason)
        rows.append(
            (site.variant.id, call.alleles, call.phased, call.status, call.source, reason, numbers)
        )
    return rows
