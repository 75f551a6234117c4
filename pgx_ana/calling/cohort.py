"""Calls from several files as one cohort in which each sample occurs once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded
from pgx_ana.errors import InputError
from pgx_ana.model import ABSENT, DELETED, Call, SiteCalls, Variant
from pgx_ana.terms import Assembly, CallSource, CallStatus

Members = NDArray[np.intp]
"""For each sample of a file, its number in the cohort."""

_ABSENT_CODE = 0


def merge_files(
    variant: Variant, parts: Sequence[tuple[SiteCalls, Members]], samples: Sequence[str]
) -> SiteCalls:
    """Merge the calls of one variant from several files into those of the cohort.

    Samples that no file calls are absent. If two files call the same sample, the call of the first
    file is kept. A file without evidence adds to the others, and contradicts none: its deletions
    count in their calls already. Raises :class:`InputError` if two files disagree about a sample.
    """
    if not parts:
        return SiteCalls(variant, Coded.constant(ABSENT, len(samples)), has_evidence=False)
    if len(parts) == 1 and np.array_equal(parts[0][1], np.arange(len(samples))):
        return parts[0][0]
    parts = sorted(parts, key=lambda part: not part[0].has_evidence)
    code_of: dict[Call, int] = {ABSENT: _ABSENT_CODE}
    codes = np.full(len(samples), _ABSENT_CODE, np.int32)
    gq = _missing_values([site.gq for site, _ in parts], len(samples))
    dp = _missing_values([site.dp for site, _ in parts], len(samples))
    phase_set = None
    if any(site.phase_set is not None for site, _ in parts):
        phase_set = np.full(len(samples), -1, np.int64)
    for site, members in parts:
        site_codes = [code_of.setdefault(call, len(code_of)) for call in site.calls.values]
        new = np.array(site_codes, np.int32)[site.calls.codes]
        before = codes[members]
        if site.has_evidence:
            codes[members] = _reconciled(variant, code_of, (before, new), samples, members)
        if phase_set is not None:
            phase_set[members[codes[members] != before]] = -1
        is_first = (new != _ABSENT_CODE) & (before == _ABSENT_CODE)
        codes[members[is_first]] = new[is_first]
        for target, values in ((gq, site.gq), (dp, site.dp), (phase_set, site.phase_set)):
            if target is not None and values is not None:
                target[members[is_first]] = values[is_first]
    return SiteCalls(variant, Coded(tuple(code_of), codes).compact(), gq, dp, phase_set)


def assert_reference(site: SiteCalls, assembly: Assembly) -> SiteCalls:
    """Replace absent calls by homozygous reference, marked as asserted by the user.

    If the reference base is uncertain, there is nothing to assert: the call is not assessable.
    """
    locus = site.variant.loci[assembly]
    asserted = Call(
        (locus.ref, locus.ref),
        phased=False,
        status=CallStatus.CALLED,
        source=CallSource.ASSERTED,
        reason="absent, asserted to be reference",
    )
    if not locus.ref_is_certain:
        reason = "absent, and which base is the reference is not certain"
        asserted = dataclasses.replace(ABSENT, status=CallStatus.NOT_ASSESSABLE, reason=reason)
    calls = site.calls.map(lambda call: asserted if call.status is CallStatus.ABSENT else call)
    return dataclasses.replace(site, calls=calls)


def mark_unseen_repeats(site: SiteCalls) -> SiteCalls:
    """Call a repeat not assessable, rather than absent, if no row covers it.

    Small-variant callers omit repeats, so a missing row is even less informative than at other
    loci.
    """
    if site.variant.type != "repeat":
        return site
    unseen = dataclasses.replace(
        ABSENT, status=CallStatus.NOT_ASSESSABLE, reason="no row of this file shows the repeat"
    )
    return dataclasses.replace(
        site, calls=site.calls.map(lambda call: unseen if call == ABSENT else call)
    )


def _missing_values(
    arrays: Sequence[NDArray[np.float32] | None], n_samples: int
) -> NDArray[np.float32] | None:
    """Return an array of NaN for the cohort, or None if no file has values."""
    if all(array is None for array in arrays):
        return None
    return np.full(n_samples, np.nan, np.float32)


def _reconciled(
    variant: Variant,
    code_of: dict[Call, int],
    codes: tuple[NDArray[np.int32], NDArray[np.int32]],
    samples: Sequence[str],
    members: Members,
) -> NDArray[np.int32]:
    """Return the earlier codes of the members, revised in the light of a further file.

    ``codes`` are those before the file and those of the file. If two files list the copies in
    opposite orders, phased or in a row over several sites, the phase is left open: it is unknown
    which of them lists the copies of the other sites in the same order. Raises
    :class:`InputError` if the files disagree.
    """
    before, new = codes
    revised = before.copy()
    in_both = np.flatnonzero((before != _ABSENT_CODE) & (new != _ABSENT_CODE) & (before != new))
    calls = list(code_of)
    pairs, examples, pair_of = np.unique(
        np.column_stack([before[in_both], new[in_both]]),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    for number, (earlier, later) in enumerate((calls[a], calls[b]) for a, b in pairs.tolist()):
        if (sorted(earlier.alleles), earlier.status) != (sorted(later.alleles), later.status):
            sample = samples[members[in_both[examples[number]]]]
            raise _disagreement(variant, sample, earlier, later)
        orders = {call.linked_alleles for call in (earlier, later)} - {()}
        if len(orders) > 1:
            unphased = dataclasses.replace(
                earlier,
                phased=False,
                alleles=_unphased_order(earlier.alleles, variant),
                spanning_row="",
                swapped=False,
            )
            revised[in_both[pair_of.reshape(-1) == number]] = code_of.setdefault(
                unphased, len(code_of)
            )
    return revised


def _unphased_order(alleles: Sequence[str], variant: Variant) -> tuple[str, ...]:
    """Sort alleles in the order of unphased calls: known, unknown, deleted, missing."""
    rank = {bases: number for number, bases in enumerate(variant.alleles)}
    last = {DELETED: 1, ".": 2}
    return tuple(sorted(alleles, key=lambda b: (last.get(b, 0), rank.get(b, len(rank)), b)))


def _disagreement(variant: Variant, sample: str, earlier: Call, later: Call) -> InputError:
    return InputError(
        f"sample {sample!r} is in two files that disagree on {variant.id}: {earlier.genotype} "
        f"({earlier.status}) in {earlier.file}, {later.genotype} ({later.status}) in {later.file}; "
        "leave one of the files out"
    )
