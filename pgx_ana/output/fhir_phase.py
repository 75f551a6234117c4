"""Which carried alleles of a gene lie on the same chromosome, where their phase is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from pgx_ana.coded import Coded, combine
from pgx_ana.model import Call, SiteCalls
from pgx_ana.output.fhir_codes import CIS, TRANS, Profile, Resource
from pgx_ana.output.fhir_entries import NOTHING, Details, Shared, observation, observations
from pgx_ana.output.fhir_genotypes import SiteObservations, variant_key

_NO_PHASE_SET = -1


class _Placed(NamedTuple):
    """A carried allele with a known place: its observation, its phase block, and its copy, 0 or 1.

    The block is the file, the row if the order is that of an unphased row over several sites, and
    the phase set.
    """

    key: str
    block: tuple[str, str, int]
    copy: int


def phase_relations(sites: Sequence[tuple[SiteCalls, SiteObservations]]) -> Coded[Shared]:
    """Return the phase relationships between alleles of one gene that each person carries.

    Each allele has one to the allele before it in the same block, from which all others follow.
    """
    columns = [_placed(site, written) for site, written in sites]
    return combine(columns).map(_relations)


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


def _relations(of_sites: Sequence[tuple[_Placed, ...]]) -> Shared:
    relations = list(_related(of_sites))
    return observations(relations) if relations else NOTHING


def _related(of_sites: Sequence[tuple[_Placed, ...]]) -> Iterator[tuple[str, Resource]]:
    last: dict[tuple[str, str, int], _Placed] = {}
    for placed in of_sites:
        for allele in placed:
            before = last.get(allele.block)
            if before is not None:
                value = CIS if before.copy == allele.copy else TRANS
                keys = [before.key, allele.key]
                content = observation(Profile.PHASE, Details([], value, keys))
                yield f"phase {' '.join(keys)}", content
            last[allele.block] = allele
