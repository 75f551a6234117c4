"""Which carried alleles of a gene lie on the same chromosome, where their phase is known."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from pgx_ana.coded import Coded, combine
from pgx_ana.fhir.codes import CIS, TRANS, Profile
from pgx_ana.fhir.entries import Details, Shared, observation, observations
from pgx_ana.fhir.genotypes import SiteObservations, variant_key
from pgx_ana.model import Call, SiteCalls

_NO_PHASE_SET = -1


class _Placed(NamedTuple):
    """A carried allele with a known place: its observation, its phase block, and its copy, 0 or 1.

    The block is the file, the row if the order is that of an unphased row over several sites, and
    the phase set.
    """

    key: str
    block: tuple[str, str, int]
    copy: int


def phase_relations(
    sites: Sequence[tuple[SiteCalls, SiteObservations]],
) -> Coded[tuple[Shared, ...]]:
    """Return the phase relationships between alleles of one gene that each person carries.

    Each allele has one to the allele before it in the same block, from which all others follow.
    Combinations of alleles are as many as the people, so each relationship is written once, and
    people share it.
    """
    relation = functools.cache(_relation)
    columns = [_placed(site, written) for site, written in sites]
    return combine(columns).map(lambda of_sites: tuple(_related(of_sites, relation)))


def _placed(site: SiteCalls, written: SiteObservations) -> Coded[tuple[_Placed, ...]]:
    """Return the alleles with a known place at a site; none where both copies are alike."""
    if site.phase_set is None:
        return site.calls.map(lambda call: _of_call(site, written, call, _NO_PHASE_SET)).unique()
    is_phased = site.calls.mask(lambda call: call.phased)
    numbers, codes = np.unique(
        np.where(is_phased, site.phase_set, _NO_PHASE_SET), return_inverse=True
    )
    sets = Coded(tuple(numbers.tolist()), codes.reshape(-1))
    return combine([site.calls, sets]).map(lambda pair: _of_call(site, written, *pair)).unique()


def _of_call(
    site: SiteCalls, written: SiteObservations, call: Call, phase_set: int
) -> tuple[_Placed, ...]:
    linked = call.linked_alleles
    if len(linked) != 2 or linked[0] == linked[1] or "." in linked:
        return ()
    block = (call.file, "" if call.phased else call.spanning_row, phase_set)
    return tuple(
        _Placed(variant_key(site.variant.id, alt), block, linked.index(alt))
        for alt in written.carried(call)
    )


def _related(
    of_sites: Sequence[tuple[_Placed, ...]], relation: Callable[[str, str, bool], Shared]
) -> Iterator[Shared]:
    last: dict[tuple[str, str, int], _Placed] = {}
    for placed in of_sites:
        for allele in placed:
            before = last.get(allele.block)
            if before is not None:
                yield relation(before.key, allele.key, before.copy == allele.copy)
            last[allele.block] = allele


def _relation(first: str, second: str, is_cis: bool) -> Shared:  # noqa: FBT001  # cached by it
    details = Details([], CIS if is_cis else TRANS, [first, second])
    return observations([(f"phase {first} {second}", observation(Profile.PHASE, details))])
