"""From the records at a locus to one call per person: alleles, status, source and reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pgx_ana.calling.alleles import ANY_OTHER, REFERENCE, Resolution, on_other_strand, resolve
from pgx_ana.calling.merging import Bools, Copies, Joined, Row, count, join
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

PASSING_FILTERS = frozenset({"PASS", ".", "RefCall"})
"""FILTER values that are no objection; DeepVariant writes RefCall on reference calls."""

_NO_REFERENCE = "which base is the reference is not certain, and no REF tells it"
_STATUSES = tuple(CallStatus)
_ROUNDING = 1e-6
_MAX_ALLELES = 100  # allele numbers are kept in 8 bits
_MAX_ROWS = 127  # as are numbers of rows, with a sign


def call_site(
    variant: Variant,
    assembly: Assembly,
    records: Sequence[Record],
    n_samples: int,
    options: CallOptions,
    file: str,
) -> SiteCalls:
    """Call one variant in all samples of one file from the records that overlap its window."""
    locus = _locus(variant, assembly, records)
    if locus is None:
        return _without_genotype(variant, n_samples, CallStatus.NOT_ASSESSABLE, _NO_REFERENCE, file)
    pairs = [(record, resolve(record, variant, locus)) for record in records]
    flipped = options.allow_strand_flip and any(found.other_strand for _, found in pairs)
    if flipped:
        turned = [on_other_strand(r) if found.other_strand else r for r, found in pairs]
        pairs = [(record, resolve(record, variant, locus)) for record in turned]
    pairs = [(record, found) for record, found in pairs if not found.is_uninformative]
    wrong = sorted({found.mismatch for _, found in pairs if found.mismatch})
    if wrong:
        return _without_genotype(variant, n_samples, CallStatus.MISMATCH, wrong[0], file)
    if not pairs:
        return SiteCalls(variant, Coded.constant(ABSENT, n_samples))
    calls = _Site(variant, locus, pairs, options, file).calls()
    return _with_source(calls, CallSource.OTHER_STRAND) if flipped else calls


def _locus(variant: Variant, assembly: Assembly, records: Sequence[Record]) -> Locus | None:
    """Return the locus of a variant; where its REF is not certain, as the rows at it have it.

    None where it is not certain and rows cover the locus, but the REF of none reaches it.
    """
    locus = variant.loci[assembly]
    if locus.ref_is_certain or not records:
        return locus
    bases = {
        record.ref[locus.pos - record.pos]
        for record in records
        if record.pos <= locus.pos < record.pos + len(record.ref)
    }
    told = bases & set(variant.alleles)
    if len(told) == 1:
        (ref,) = told
        return dataclasses.replace(locus, ref=ref, window=ref)
    return locus if bases else None


def _without_genotype(
    variant: Variant, n_samples: int, status: CallStatus, reason: str, file: str
) -> SiteCalls:
    """Return the same call without alleles for every sample."""
    call = Call((), phased=False, status=status, source=CallSource.RECORD, reason=reason, file=file)
    return SiteCalls(variant, Coded.constant(call, n_samples))


def _with_source(site: SiteCalls, source: CallSource) -> SiteCalls:
    """Give the calls of a site another source."""

    def changed(call: Call) -> Call:
        absent = call.status is CallStatus.ABSENT
        return call if absent else dataclasses.replace(call, source=source)

    return dataclasses.replace(site, calls=site.calls.map(changed))


class _Site:
    """One variant in one file: its records, resolved, and the calls that they make."""

    def __init__(
        self,
        variant: Variant,
        locus: Locus,
        pairs: Sequence[tuple[Record, Resolution]],
        options: CallOptions,
        file: str,
    ) -> None:
        self.variant = variant
        self.locus = locus
        self.options = options
        self.file = file
        self.records = [record for record, _ in pairs]
        self.n = len(self.records[0].alleles)
        seen = {base for _, found in pairs for base in found.bases}
        others = seen - set(variant.alleles) - {REFERENCE, DELETED, COPY_NUMBER}
        self.table = (*variant.alleles, *sorted(others), DELETED)
        if len(self.table) > _MAX_ALLELES:
            place = f"{file}: {locus.chrom}:{locus.pos}"
            raise InputError(f"{place}: {len(self.table)} alleles at {variant.id} are too many")
        self.ref = self.table.index(locus.ref)
        # Probabilities come in single precision: 0.9 * 0.9 must not miss 0.81.
        self._least_probability = options.min_gp - _ROUNDING if options.min_gp else 0
        self.copy_changed = np.zeros(self.n, np.bool_)
        self.rows = [
            self._row(record, found, [o for _, o in pairs if o is not found and o.is_evidence])
            for record, found in pairs
        ]
        self.failures = [
            self._failures(record, row) for record, row in zip(self.records, self.rows, strict=True)
        ]
        self._hide_weak_blocks()

    def calls(self) -> SiteCalls:
        """Return the call of every sample."""
        joined = join(
            self.rows, n_alleles=len(self.table), ref=self.ref, deleted=self.table.index(DELETED)
        )
        return self._compressed(joined, self._status(joined))

    def _row(self, record: Record, found: Resolution, others: Sequence[Resolution]) -> Row:
        """Return a record as a row; ``others`` are the resolutions of the other records."""
        numbers = [self._number(base) for base in found.bases]
        for index, base in enumerate(found.bases):
            if base == COPY_NUMBER:
                self.copy_changed |= (record.alleles == index).any(axis=1)
        # The last two places of the lookup are those of NO_COPY (-2) and MISSING (-1).
        lookup = np.array([*numbers, NO_COPY, MISSING], dtype=np.int8)
        listed = frozenset(numbers) - {self.ref}
        if record.excludes_others and (record.is_block or record.pos == self.locus.pos):
            listed = frozenset(range(len(self.table))) - {self.ref}
        # A base that comes about by another change is another record's to tell: an SNV row does not
        # speak of the MNV over it. <NON_REF> is any allele but those that have a row of their own;
        # a row without ALT leaves no room for any.
        told_elsewhere = frozenset(
            self._number(base)
            for other in others
            for base, change in zip(other.bases[1:], other.changes, strict=True)
            if base != ANY_OTHER and (base not in found.bases or change not in found.changes)
        )
        return Row(
            copies=lookup[self._likely(record)],
            listed=listed,
            denied=listed - told_elsewhere if record.alts else listed,
            is_evidence=found.is_evidence,
            changes=found.changes,
            phased=record.phased,
            phase_set=record.phase_set,
        )

    def _likely(self, record: Record) -> NDArray[np.int16]:
        """Return the genotypes of a record; without GT, only those that are likely enough."""
        if record.has_genotypes or record.probability is None:
            return record.alleles
        # NaN compares false: what is not told is missing already.
        unlikely = record.probability < self._least_probability
        return np.where(unlikely[:, None] & (record.alleles != NO_COPY), MISSING, record.alleles)

    def _number(self, base: str) -> int:
        return self.ref if base in {REFERENCE, COPY_NUMBER} else self.table.index(base)

    def _failures(self, record: Record, row: Row) -> dict[str, Bools]:
        """Return the thresholds that a record fails, each with the samples concerned."""
        contributes = row.called if row.is_evidence else count(row.copies, len(self.table) - 1) > 0
        failures: dict[str, Bools] = {}
        objections = [name for name in record.filters if name not in PASSING_FILTERS]
        if objections and not self.options.include_filtered:
            failures[f"FILTER {';'.join(objections)}"] = contributes
        if record.failed is not None and not self.options.include_filtered:
            failures["FT"] = record.failed & contributes
        for label, values, least in (
            ("GQ", record.gq, self.options.min_gq),
            ("DP", record.dp, self.options.min_dp),
            ("GP", record.probability, self._least_probability),
        ):
            if values is not None and least > 0:
                # NaN compares false: a missing value passes.
                failures[f"{label} below {round(least, 5):g}"] = (values < least) & contributes
        return {name: where for name, where in failures.items() if where.any()}

    def _hide_weak_blocks(self) -> None:
        """Pass over reference blocks that fail where another record was called and passes."""
        failed = [self._failed(index) for index in range(len(self.rows))]
        for index, (record, row) in enumerate(zip(self.records, list(self.rows), strict=True)):
            if not (record.is_block and failed[index].any()):
                continue
            better = np.zeros(self.n, np.bool_)
            for other, other_row in enumerate(self.rows):
                if other != index and other_row.is_evidence:
                    better |= ~failed[other] & (other_row.copies >= 0).all(axis=1)
            ignored = failed[index] & better
            self.rows[index] = dataclasses.replace(row, ignored=ignored)
            self.failures[index] = {
                name: where & ~ignored for name, where in self.failures[index].items()
            }

    def _failed(self, index: int) -> Bools:
        failed = np.zeros(self.n, np.bool_)
        for where in self.failures[index].values():
            failed |= where
        return failed

    def _status(self, joined: Joined) -> NDArray[np.int8]:
        """Give every sample its status; later lines overrule earlier ones."""
        copies = joined.copies
        missing = (copies == MISSING) | (copies == NO_COPY)
        deleted = copies == self.table.index(DELETED)
        seen_base = (~missing & ~deleted).any(axis=1)
        nothing = missing.all(axis=1)
        open_copies = np.any([(row.copies == MISSING).any(axis=1) for row in self.rows], axis=0)
        told = open_copies | any(row.is_evidence for row in self.rows)
        status = np.full(self.n, _STATUSES.index(CallStatus.CALLED), np.int8)
        for where, name in (
            (missing.any(axis=1), CallStatus.PARTIAL),
            ((copies >= len(self.variant.alleles)).any(axis=1), CallStatus.UNKNOWN_ALLELE),
            *((self._failed(index), CallStatus.FILTERED) for index in range(len(self.rows))),
            (deleted.any(axis=1) & ~seen_base, CallStatus.NOT_ASSESSABLE),
            (nothing & told, CallStatus.NO_CALL),
            (nothing & ~told, CallStatus.ABSENT),
            (self.copy_changed, CallStatus.NOT_ASSESSABLE),
            (joined.conflict, CallStatus.MISMATCH),
        ):
            status[where] = _STATUSES.index(name)
        return status

    def _compressed(self, joined: Joined, status: NDArray[np.int8]) -> SiteCalls:
        """Find the distinct cells and number the samples by them."""
        filtered = status == _STATUSES.index(CallStatus.FILTERED)
        failure, failure_names = self._failure_codes(filtered)
        block, order = self._from_block(), self._wide_row(joined)
        copies = joined.copies
        columns = (copies[:, 0], copies[:, 1], joined.phased, status, block, failure, order)
        codes, samples = distinct_rows([column.astype(np.uint8) for column in columns])
        calls = tuple(
            self._call(
                copies[sample],
                phased=bool(joined.phased[sample]),
                status=_STATUSES[status[sample]],
                block=bool(block[sample]),
                failure=failure_names[failure[sample]],
                order=int(order[sample]),
            )
            for sample in samples.tolist()
        )
        return SiteCalls(
            variant=self.variant,
            calls=Coded(calls, codes),
            gq=_least([self._heard(index, r.gq) for index, r in enumerate(self.records)]),
            dp=_least([self._heard(index, r.dp) for index, r in enumerate(self.records)]),
            phase_set=_phase_set([record.phase_set for record in self.records], joined.phased),
        )

    def _heard(self, index: int, values: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        """Return values of a record, NaN where the record is passed over."""
        ignored = self.rows[index].ignored
        if values is None or ignored is None:
            return values
        return np.where(ignored, np.float32(np.nan), values)

    def _failure_codes(self, filtered: Bools) -> tuple[NDArray[np.uint8], list[str]]:
        """Number the combinations of thresholds that filtered samples fail; and their texts."""
        names = sorted({name for failures in self.failures for name in failures})
        if not names:
            return np.zeros(self.n, np.uint8), [""]
        where = np.zeros((len(names), self.n), np.bool_)
        for failures in self.failures:
            for name, low in failures.items():
                where[names.index(name)] |= low & filtered
        codes, samples = distinct_rows(list(where))
        texts = [
            ", ".join(name for name, low in zip(names, where[:, sample], strict=True) if low)
            for sample in samples.tolist()
        ]
        return codes.astype(np.uint8), texts

    def _from_block(self) -> Bools:
        """Say where reference blocks are all that was called."""
        block = np.zeros(self.n, np.bool_)
        for record, row in zip(self.records, self.rows, strict=True):
            if record.is_block:
                block |= row.called
        for record, row in zip(self.records, self.rows, strict=True):
            if not record.is_block and row.is_evidence:
                block &= ~row.called
        return block

    def _wide_row(self, joined: Joined) -> NDArray[np.int8]:
        """Say which unphased row over more than this site has the copies of a sample.

        It is told by its number from 1, negative where its copies stand the other way round; 0
        where there is none, or nothing to tell apart, or where rows have them in opposite orders.
        """
        order = np.zeros(self.n, np.int8)
        opposed = np.zeros(self.n, np.bool_)
        differ = ~joined.phased & (joined.copies[:, 0] != joined.copies[:, 1])
        present = joined.copies != self.table.index(DELETED)
        for number, (record, row) in enumerate(zip(self.records, self.rows, strict=True), 1):
            if record.end - record.pos < len(self.locus.ref) or number > _MAX_ROWS:
                continue
            for sign, copies in ((1, row.copies), (-1, row.copies[:, ::-1])):
                fits = (copies == joined.copies) | (joined.copies == MISSING)
                if not row.is_evidence:  # of the copy that it does not delete, it says nothing
                    fits |= (copies == self.ref) & (copies[:, ::-1] != self.ref) & present
                fitting = differ & ~row.phased & fits.all(axis=1)
                opposed |= fitting & (order * sign < 0)
                order[fitting & (order == 0)] = sign * number
        return np.where(opposed, np.int8(0), order)

    def _call(
        self,
        copies: Copies,
        *,
        phased: bool,
        status: CallStatus,
        block: bool,
        failure: str,
        order: int,
    ) -> Call:
        if status is CallStatus.ABSENT:
            return ABSENT
        alleles = tuple(
            "." if number == MISSING else self.table[number]
            for number in copies.tolist()
            if number != NO_COPY
        )
        return Call(
            alleles=alleles,
            phased=phased,
            status=status,
            source=CallSource.REFERENCE_BLOCK if block else CallSource.RECORD,
            reason=failure or self._reason(status, alleles),
            filter=";".join(sorted({n for record in self.records for n in record.filters})) or ".",
            file=self.file,
            spanning_row=_place(self.records[abs(order) - 1]) if order else "",
            swapped=order < 0,
        )

    def _reason(self, status: CallStatus, alleles: tuple[str, ...]) -> str:
        others = sorted(set(alleles) - set(self.variant.alleles) - {"."})
        has_genotypes = any(record.has_genotypes for record in self.records)
        deleted = DELETED in alleles
        return {
            CallStatus.NO_CALL: "genotype missing" if has_genotypes else self._without_genotypes(),
            CallStatus.PARTIAL: "one copy missing" if "." in alleles else "haploid call",
            CallStatus.UNKNOWN_ALLELE: f"not a known allele: {', '.join(others)}",
            CallStatus.MISMATCH: "records contradict one another",
            CallStatus.NOT_ASSESSABLE: "deletion over the locus"
            if deleted
            else "copy number changed over the locus",
        }.get(status, "")

    def _without_genotypes(self) -> str:
        if all(record.probability is None for record in self.records):
            return "the record has no GT"
        return f"the record has no GT, and no genotype has a probability of {self.options.min_gp:g}"


def _place(record: Record) -> str:
    return f"{record.pos} {record.ref}>{','.join(record.alts)}"


def _least(values: list[NDArray[np.float32] | None]) -> NDArray[np.float32] | None:
    """Return the smallest value of each sample over the records, NaN where none has one."""
    given = [value for value in values if value is not None]
    return np.fmin.reduce(given) if given else None


def _phase_set(values: list[NDArray[np.int64] | None], phased: Bools) -> NDArray[np.int64] | None:
    """Return the phase set of each phased sample, -1 elsewhere."""
    given = [value for value in values if value is not None]
    return np.where(phased, np.maximum.reduce(given), -1) if given else None
