"""People from several files as one cohort, each person once."""

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


def merge_files(
    variant: Variant, parts: Sequence[tuple[SiteCalls, Members]], samples: Sequence[str]
) -> SiteCalls:
    """Join the calls of several files; each part comes with the cohort numbers of its samples.

    Raises :class:`InputError` where two files disagree about one person.
    """
    if len(parts) == 1:
        return parts[0][0]
    known: dict[Call, int] = {ABSENT: 0}
    codes = np.zeros(len(samples), np.int32)
    gq = _blank([site.gq for site, _ in parts], len(samples))
    dp = _blank([site.dp for site, _ in parts], len(samples))
    phase_set = None
    if any(site.phase_set is not None for site, _ in parts):
        phase_set = np.full(len(samples), -1, np.int64)
    for site, members in parts:
        numbers = [known.setdefault(call, len(known)) for call in site.calls.values]
        new = np.array(numbers, np.int32)[site.calls.codes]
        observed = new != 0
        before = codes[members]
        codes[members] = _reconciled(variant, known, (before, new), samples, members)
        if phase_set is not None:
            phase_set[members[codes[members] != before]] = -1
        take = observed & (before == 0)
        codes[members[take]] = new[take]
        for target, values in ((gq, site.gq), (dp, site.dp), (phase_set, site.phase_set)):
            if target is not None and values is not None:
                target[members[take]] = values[take]
    return SiteCalls(variant, Coded(tuple(known), codes).compact(), gq, dp, phase_set)


def assert_reference(site: SiteCalls, assembly: Assembly) -> SiteCalls:
    """Turn absent calls into reference ones, marked as asserted by the user.

    Where it is not certain which base is the reference, there is none to assert.
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
    """Call a repeat not assessable, rather than absent, where no row shows it.

    Callers of small variants leave repeats out: that there is no row says even less than elsewhere.
    """
    if site.variant.type != "repeat":
        return site
    unseen = dataclasses.replace(
        ABSENT, status=CallStatus.NOT_ASSESSABLE, reason="no row of this file shows the repeat"
    )
    return dataclasses.replace(
        site, calls=site.calls.map(lambda call: unseen if call == ABSENT else call)
    )


def _blank(
    arrays: Sequence[NDArray[np.float32] | None], n_samples: int
) -> NDArray[np.float32] | None:
    if all(array is None for array in arrays):
        return None
    return np.full(n_samples, np.nan, np.float32)


def _reconciled(
    variant: Variant,
    known: dict[Call, int],
    codes: tuple[NDArray[np.int32], NDArray[np.int32]],
    samples: Sequence[str],
    members: Members,
) -> NDArray[np.int32]:
    """Return the codes of people before a file, seen in the light of that file.

    Two files that write the copies in opposite orders leave their phase open: which of them orders
    the other sites as this one does is not known. So do rows over several sites. Raises
    :class:`InputError` where they disagree.
    """
    before, new = codes
    agreed = before.copy()
    both = np.flatnonzero((before != 0) & (new != 0) & (before != new))
    calls = list(known)
    pairs, first, inverse = np.unique(
        np.column_stack([before[both], new[both]]), axis=0, return_index=True, return_inverse=True
    )
    for number, (one, two) in enumerate((calls[a], calls[b]) for a, b in pairs.tolist()):
        if (sorted(one.alleles), one.status) != (sorted(two.alleles), two.status):
            sample = samples[members[both[first[number]]]]
            raise _contradiction(variant, sample, one, two)
        orders = {call.order for call in (one, two)} - {()}
        if len(orders) > 1:
            alleles = _in_order(one.alleles, variant)
            open_ = dataclasses.replace(
                one, phased=False, alleles=alleles, spanning_row="", swapped=False
            )
            concerned = both[inverse.reshape(-1) == number]
            agreed[concerned] = known.setdefault(open_, len(known))
    return agreed


def _in_order(alleles: Sequence[str], variant: Variant) -> tuple[str, ...]:
    """Sort alleles as unphased ones stand: known, unknown, deleted, missing."""
    known = {base: place for place, base in enumerate(variant.alleles)}
    last = {DELETED: 1, ".": 2}
    return tuple(sorted(alleles, key=lambda b: (last.get(b, 0), known.get(b, len(known)), b)))


def _contradiction(variant: Variant, sample: str, one: Call, two: Call) -> InputError:
    return InputError(
        f"sample {sample!r} is in two files that disagree on {variant.id}: {one.genotype} "
        f"({one.status}) in {one.file}, {two.genotype} ({two.status}) in {two.file}; leave one of "
        "the files out"
    )
