"""From the records at a locus to one call per sample: alleles, status, source and reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pgx_ana.calling.alleles import (
    ANY_OTHER,
    REFERENCE,
    Resolution,
    on_other_strand,
    resolve,
)
from pgx_ana.calling.contributions import SiteAlleles, contributions, copy_number_changed
from pgx_ana.calling.merging import Bools, Copies, MergedCopies, merge
from pgx_ana.calling.thresholds import (
    failed_thresholds,
    fails_any,
    ignore_failed,
    reason_codes,
)
from pgx_ana.coded import Coded, distinct_rows
from pgx_ana.errors import InputError
from pgx_ana.model import (
    ABSENT,
    COPY_NUMBER,
    DELETED,
    MISSING,
    NO_COPY,
    Call,
    CallOptions,
    Locus,
    Record,
    SiteCalls,
    Variant,
)
from pgx_ana.terms import Assembly, CallSource, CallStatus

_UNCERTAIN_REF = "which base is the reference is not certain, and no REF tells it"
_STATUSES = tuple(CallStatus)
_MAX_ALLELES = 100  # allele numbers have 8 bits
_MAX_ROWS = 127  # row numbers have 8 bits, one of them for the sign


def call_site(
    variant: Variant,
    assembly: Assembly,
    records: Sequence[Record],
    n_samples: int,
    options: CallOptions,
    file: str,
) -> SiteCalls:
    """Call one variant in all people of one file from the records that overlap its window.

    ``file`` is the name of the file; empty for several files, of one person each. People with the
    same genotypes in all records are called once.
    """
    if not records or any(record.codes is None for record in records):
        everyone = np.arange(n_samples)
        own = [record if record.codes is None else record.of(everyone) for record in records]
        return _call_site(variant, assembly, own, n_samples, options, file)
    codes, people = distinct_rows([record.codes for record in records if record.codes is not None])
    distinct = [record.of(people) for record in records]
    site = _call_site(variant, assembly, distinct, len(people), options, file)
    return dataclasses.replace(site, calls=site.calls.take(codes))


def alleles_at(
    variant: Variant,
    assembly: Assembly,
    records: Sequence[Record],
    *,
    allow_strand_flip: bool = False,
) -> list[tuple[str, ...] | None]:
    """Return what the alleles of each record, REF first, are at a variant.

    They are plus-strand bases, or the names that :class:`Call` has for other alleles; empty where
    the record does not say. None are the alleles of a record that tells nothing of the variant, and
    the tuple is empty where REF disagrees with the knowledge base.
    """
    locus = _locus(variant, assembly, records)
    if locus is None:
        return [()] * len(records)
    found: list[tuple[str, ...] | None] = []
    for record in records:
        resolution = resolve(record, variant, locus)
        if resolution.other_strand and allow_strand_flip:
            resolution = resolve(on_other_strand(record), variant, locus)
        named = {REFERENCE: locus.ref, ANY_OTHER: "", COPY_NUMBER: ""}
        names = tuple(named.get(bases, bases) for bases in resolution.bases)
        found.append(None if resolution.is_uninformative else names)
    return found


def _call_site(
    variant: Variant,
    assembly: Assembly,
    records: Sequence[Record],
    n_samples: int,
    options: CallOptions,
    file: str,
) -> SiteCalls:
    counting = [record for record in records if record.counts_copies and record.is_block]
    records = [record for record in records if record not in counting]
    locus = _locus(variant, assembly, records)
    if locus is None:
        status = CallStatus.NOT_ASSESSABLE
        return _without_genotypes(variant, n_samples, status, _UNCERTAIN_REF, file)
    resolved = [(record, resolve(record, variant, locus)) for record in records]
    flipped = options.allow_strand_flip and any(item.other_strand for _, item in resolved)
    if flipped:
        same_strand = [on_other_strand(r) if item.other_strand else r for r, item in resolved]
        resolved = [(record, resolve(record, variant, locus)) for record in same_strand]
    resolved = [(record, item) for record, item in resolved if not item.is_uninformative]
    mismatches = sorted({item.mismatch for _, item in resolved if item.mismatch})
    if mismatches:
        return _without_genotypes(variant, n_samples, CallStatus.MISMATCH, mismatches[0], file)
    if not resolved:
        uncalled = _repeat_without_sequence(variant, locus, [*records, *counting], file)
        return SiteCalls(variant, Coded.constant(uncalled, n_samples), has_evidence=False)
    site_calls = _Site(variant, locus, resolved, options, file).calls()
    return _with_source(site_calls, CallSource.OTHER_STRAND) if flipped else site_calls


def _locus(variant: Variant, assembly: Assembly, records: Sequence[Record]) -> Locus | None:
    """Return the locus of a variant; an uncertain reference base is taken from the records.

    Returns None if the reference base is uncertain and no REF of the covering records includes it.
    """
    locus = variant.loci[assembly]
    if locus.ref_is_certain or not records:
        return locus
    bases = {
        record.ref[locus.pos - record.pos]
        for record in records
        if record.pos <= locus.pos < record.pos + len(record.ref)
    }
    known = bases & set(variant.alleles)
    if len(known) == 1:
        (ref,) = known
        return dataclasses.replace(locus, ref=ref, window=ref)
    return locus if bases else None


def _without_genotypes(
    variant: Variant, n_samples: int, status: CallStatus, reason: str, file: str
) -> SiteCalls:
    """Return one call without alleles for all samples."""
    call = Call((), phased=False, status=status, source=CallSource.RECORD, reason=reason, file=file)
    return SiteCalls(variant, Coded.constant(call, n_samples))


def _repeat_without_sequence(
    variant: Variant, locus: Locus, records: Sequence[Record], file: str
) -> Call:
    """Return the call where no record tells the bases: it names a row that only counts a repeat."""
    for record in records:
        is_count = record.counts_copies or any(alt.startswith("<STR") for alt in record.alts)
        begins_there = locus.window_start - 1 <= record.pos <= locus.end
        if variant.type == "repeat" and is_count and begins_there:
            return dataclasses.replace(
                ABSENT,
                status=CallStatus.NOT_ASSESSABLE,
                source=CallSource.RECORD,
                reason=f"the row {_row_name(record)} counts the repeat and shows no sequence of it",
                filter=";".join(record.filters),
                file=file,
            )
    return ABSENT


def _with_source(site: SiteCalls, source: CallSource) -> SiteCalls:
    """Replace the source of all calls that have one."""

    def replaced(call: Call) -> Call:
        is_absent = call.status is CallStatus.ABSENT
        return call if is_absent else dataclasses.replace(call, source=source)

    return dataclasses.replace(site, calls=site.calls.map(replaced))


class _Site:
    """One variant in one file: its records, what they contribute, and the resulting calls."""

    def __init__(
        self,
        variant: Variant,
        locus: Locus,
        resolved: Sequence[tuple[Record, Resolution]],
        options: CallOptions,
        file: str,
    ) -> None:
        self.variant = variant
        self.locus = locus
        self.options = options
        self.file = file
        self.records = [record for record, _ in resolved]
        self.has_evidence = any(resolution.is_evidence for _, resolution in resolved)
        self.n_samples = len(self.records[0].alleles)
        self.alleles = SiteAlleles.of(variant, locus, [resolution for _, resolution in resolved])
        if len(self.alleles) > _MAX_ALLELES:
            raise InputError(
                f"{file}: {locus.chrom}:{locus.pos}: {len(self.alleles)} alleles at {variant.id} "
                f"are too many; at most {_MAX_ALLELES} can be read"
            )
        all_contributions = contributions(resolved, self.alleles, locus, options)
        changed = [copy_number_changed(record, resolution) for record, resolution in resolved]
        structural = [
            item.has_copies_of(self.alleles.deleted) | of_record
            for item, of_record in zip(all_contributions, changed, strict=True)
        ]
        all_failures = [
            failed_thresholds(record, item.called if item.is_evidence else of_record, options)
            for record, item, of_record in zip(
                self.records, all_contributions, structural, strict=True
            )
        ]
        self.contributions, self.failures = ignore_failed(
            self.records, all_contributions, all_failures, structural
        )
        self.copy_number_changed = np.any(
            [c & i.applies for c, i in zip(changed, self.contributions, strict=True)], axis=0
        )

    def calls(self) -> SiteCalls:
        """Return the calls of all samples."""
        merged = merge(
            self.contributions,
            n_alleles=len(self.alleles),
            ref=self.alleles.ref,
            deleted=self.alleles.deleted,
        )
        phase_sets = [
            None if record.phase_set is None else np.where(item.applies, record.phase_set, -1)
            for record, item in zip(self.records, self.contributions, strict=True)
        ]
        return SiteCalls(
            variant=self.variant,
            calls=self._distinct_calls(merged),
            gq=_minimum([self._unless_ignored(i, r.gq) for i, r in enumerate(self.records)]),
            dp=_minimum([self._unless_ignored(i, r.dp) for i, r in enumerate(self.records)]),
            phase_set=_phase_set(phase_sets, merged.phased),
            has_evidence=self.has_evidence,
        )

    def _unless_ignored(
        self, index: int, values: NDArray[np.float32] | None
    ) -> NDArray[np.float32] | None:
        """Return values of a record, NaN where the record is ignored."""
        ignored = self.contributions[index].ignored
        if values is None or ignored is None:
            return values
        return np.where(ignored, np.float32(np.nan), values)

    def _status(self, merged: MergedCopies) -> NDArray[np.int8]:
        """Return the status of every sample as an index into ``_STATUSES``.

        Rules are in ascending order of precedence.
        """
        copies = merged.copies
        missing = (copies == MISSING) | (copies == NO_COPY)
        deleted = copies == self.alleles.deleted
        has_base = (~missing & ~deleted).any(axis=1)
        has_none = missing.all(axis=1)
        any_missing = np.any(
            [(item.copies == MISSING).any(axis=1) for item in self.contributions], axis=0
        )
        is_covered = any_missing.copy()
        failed_change = np.zeros(self.n_samples, np.bool_)
        for item, failed in zip(self.contributions, self.failures, strict=True):
            if item.is_evidence:
                is_covered |= item.applies
            else:
                failed_change |= fails_any(failed, self.n_samples)
        statuses = np.full(self.n_samples, _STATUSES.index(CallStatus.CALLED), np.int8)
        for samples, status in (
            (missing.any(axis=1), CallStatus.PARTIAL),
            ((copies >= self.alleles.n_known).any(axis=1), CallStatus.UNKNOWN_ALLELE),
            *((fails_any(failed, self.n_samples), CallStatus.FILTERED) for failed in self.failures),
            (deleted.any(axis=1) & ~has_base, CallStatus.NOT_ASSESSABLE),
            (has_none & is_covered, CallStatus.NO_CALL),
            (has_none & ~is_covered, CallStatus.ABSENT),
            (self.copy_number_changed, CallStatus.NOT_ASSESSABLE),
            (failed_change, CallStatus.FILTERED),
            (merged.conflict, CallStatus.MISMATCH),
        ):
            statuses[samples] = _STATUSES.index(status)
        return statuses

    def _distinct_calls(self, merged: MergedCopies) -> Coded[Call]:
        """Return the call of every sample, built once for each distinct combination of fields."""
        status = self._status(merged)
        filtered = status == _STATUSES.index(CallStatus.FILTERED)
        reason, reasons = reason_codes(self.failures, filtered)
        from_block, spanning_row = self._from_block(), self._spanning_row(merged)
        copies, phased = merged.copies, merged.phased
        columns = [copies[:, 0], copies[:, 1], phased, status, from_block, reason, spanning_row]
        columns += [item.ignored for item in self.contributions if item.ignored is not None]
        codes, samples = distinct_rows([column.astype(np.uint8) for column in columns])
        calls = (
            self._call(
                copies[sample],
                phased=bool(phased[sample]),
                status=_STATUSES[status[sample]],
                from_block=bool(from_block[sample]),
                failed=reasons[reason[sample]],
                spanning_row=int(spanning_row[sample]),
            )
            for sample in samples.tolist()
        )
        with_filters = (
            call if call is ABSENT else dataclasses.replace(call, filter=self._filters(sample))
            for call, sample in zip(calls, samples.tolist(), strict=True)
        )
        return Coded(tuple(with_filters), codes)

    def _filters(self, sample: int) -> str:
        """Return the FILTER values of the rows that count for a sample."""
        names = {
            name
            for record, item in zip(self.records, self.contributions, strict=True)
            if item.ignored is None or not item.ignored[sample]
            for name in record.filters
        }
        return ";".join(sorted(names)) or "."

    def _from_block(self) -> Bools:
        """Return the samples in which reference blocks alone carry a call."""
        from_block = np.zeros(self.n_samples, np.bool_)
        for record, item in zip(self.records, self.contributions, strict=True):
            if record.is_block:
                from_block |= item.called
        for record, item in zip(self.records, self.contributions, strict=True):
            if not record.is_block and item.is_evidence:
                from_block &= ~item.called
        return from_block

    def _spanning_row(self, merged: MergedCopies) -> NDArray[np.int8]:
        """Return the unphased row that carries the copies of a sample and covers other sites too.

        Rows are numbered from 1. The number is negative if the row lists the copies in the opposite
        order. It is 0 if there is no such row, if the copies are equal or phased, or if rows list
        them in opposite orders.
        """
        row = np.zeros(self.n_samples, np.int8)
        contradicted = np.zeros(self.n_samples, np.bool_)
        unordered = ~merged.phased & (merged.copies[:, 0] != merged.copies[:, 1])
        present = merged.copies != self.alleles.deleted
        for number, (record, item) in enumerate(
            zip(self.records, self.contributions, strict=True), 1
        ):
            if record.end - record.pos < len(self.locus.ref) or number > _MAX_ROWS:
                continue
            for sign, copies in ((1, item.copies), (-1, item.copies[:, ::-1])):
                fits = (copies == merged.copies) | (merged.copies == MISSING)
                if not item.is_evidence:  # the copy that it does not delete may be any allele
                    ref = self.alleles.ref
                    fits |= (copies == ref) & (copies[:, ::-1] != ref) & present
                fitting = unordered & ~item.phased & fits.all(axis=1)
                contradicted |= fitting & (row * sign < 0)
                row[fitting & (row == 0)] = sign * number
        return np.where(contradicted, np.int8(0), row)

    def _call(
        self,
        copies: Copies,
        *,
        phased: bool,
        status: CallStatus,
        from_block: bool,
        failed: str,
        spanning_row: int,
    ) -> Call:
        if status is CallStatus.ABSENT:
            return ABSENT
        alleles = tuple(
            "." if number == MISSING else self.alleles.bases[number]
            for number in copies.tolist()
            if number != NO_COPY
        )
        return Call(
            alleles=alleles,
            phased=phased,
            status=status,
            source=CallSource.REFERENCE_BLOCK if from_block else CallSource.RECORD,
            reason=failed or self._reason(status, alleles),
            file=self.file,
            spanning_row=_row_name(self.records[abs(spanning_row) - 1]) if spanning_row else "",
            swapped=spanning_row < 0,
        )

    def _reason(self, status: CallStatus, alleles: tuple[str, ...]) -> str:
        unknown = sorted(set(alleles) - set(self.variant.alleles) - {"."})
        is_deleted = DELETED in alleles
        return {
            CallStatus.NO_CALL: self._no_call_reason(),
            CallStatus.PARTIAL: "one copy missing" if "." in alleles else "haploid call",
            CallStatus.UNKNOWN_ALLELE: f"not a known allele: {', '.join(unknown)}",
            CallStatus.MISMATCH: "records contradict one another",
            CallStatus.NOT_ASSESSABLE: "deletion over the locus"
            if is_deleted
            else "copy number changed over the locus",
        }.get(status, "")

    def _no_call_reason(self) -> str:
        if any(record.has_genotypes for record in self.records):
            return "genotype missing"
        if all(record.probability is None for record in self.records):
            return "the record has no GT"
        return f"the record has no GT, and no genotype has a probability of {self.options.min_gp:g}"


def _row_name(record: Record) -> str:
    return f"{record.pos} {record.ref}>{','.join(record.alts)}"


def _minimum(values: list[NDArray[np.float32] | None]) -> NDArray[np.float32] | None:
    """Return the minimum over the records for each sample, NaN if no record has a value."""
    available = [value for value in values if value is not None]
    return np.fmin.reduce(available) if available else None


def _phase_set(values: list[NDArray[np.int64] | None], phased: Bools) -> NDArray[np.int64] | None:
    """Return the phase set of each phased sample, -1 for other samples."""
    available = [value for value in values if value is not None]
    return np.where(phased, np.maximum.reduce(available), -1) if available else None
