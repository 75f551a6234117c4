"""Which allele of an entry is the reference, where the file does not tell.

PLINK calls its alleles A1 and A2: often, but not always, A1 is the rarer one. BGEN has a first
allele, which some programs make the reference and some do not. So the alleles are held against the
known sequence: the one that agrees with it is the reference, if no other does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from pgx_ana.bases import complement
from pgx_ana.model import MISSING, Record
from pgx_ana.vcf import Target

UNNAMED = ""
"""An allele that nobody has, so that the file has no letters for it."""

_MAX_SHOWN = 20


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class OrderedSite:
    """An entry as a record with REF and ALT.

    ``numbers`` has, for each allele of the file, its number in the record: ``MISSING`` for an
    allele without a name. With ``is_shown``, the known sequence shows which allele is REF. With
    ``is_undecided``, it fits more than one, and the record is a mismatch that says so. Otherwise
    it fits none, or the file vouches for the order.
    """

    site: Record
    numbers: tuple[int, ...]
    is_shown: bool = False
    is_undecided: bool = False

    @property
    def place(self) -> int:
        """Return the place of REF among the alleles of the file, from 0."""
        return self.numbers.index(0)

    @property
    def is_turned(self) -> bool:
        """Say whether the first allele of the file is not the reference."""
        return self.place != 0

    @property
    def is_last(self) -> bool:
        """Say whether the last allele of the file is the reference."""
        return self.place == len(self.numbers) - 1


def with_reference(site: Record, place: int) -> OrderedSite:
    """Return an entry with REF and ALT, by the place of the reference among its alleles."""
    return _ordered(site, (site.ref, *site.alts), place)


def by_reference(site: Record, target: Target) -> OrderedSite:
    """Return an entry with its alleles in the order that the sequence of a target shows.

    Where the sequence is not certain, or fits several, it is undecided; so it is at an insertion,
    deletion or repeat if one fits, and another has no name: everybody may have lost or gained what
    that one would show. Where no allele fits, the order of the file stays, and the calling of the
    site finds that REF differs.
    """
    alleles = (site.ref, *site.alts)
    fitting = [n for n, allele in enumerate(alleles) if _fits(allele, site.pos, target)]
    has_unnamed = UNNAMED in alleles
    if not fitting and has_unnamed and _is_single_base(site, target):
        # Nobody has the unnamed allele, so it may well be the reference.
        named = [allele or target.reference for allele in alleles]
        order = _ordered(site, named, alleles.index(UNNAMED))
        return dataclasses.replace(order, is_shown=True)
    is_tract = len(target.reference) > 1
    if len(fitting) > 1 or not target.reference or (fitting and has_unnamed and is_tract):
        first = fitting[0] if target.reference and 0 not in fitting else 0
        return _undecided(site, alleles, first)
    if fitting:
        return dataclasses.replace(_ordered(site, alleles, fitting[0]), is_shown=True)
    if alleles[0] == UNNAMED:  # without bases, it would not be seen at the site
        mismatch = "no allele of the row that has a name is the reference"
        return _ordered(dataclasses.replace(site, mismatch=mismatch), alleles, 0)
    other_strand = complement(target.reference)
    return _ordered(site, alleles, alleles.index(other_strand) if other_strand in alleles else 0)


def _undecided(site: Record, alleles: Sequence[str], first: int) -> OrderedSite:
    """Return an entry of which more than one allele may be the reference."""
    shown = [allele[:_MAX_SHOWN] for allele in alleles if allele]
    shown += ["one without a name"] * (len(alleles) - len(shown))
    mismatch = (
        f"the file does not tell which of its alleles is the reference, {' and '.join(shown)} "
        "(see --assume-ref-order)"
    )
    order = _ordered(dataclasses.replace(site, mismatch=mismatch), alleles, first)
    return dataclasses.replace(order, is_undecided=True)


def _fits(allele: str, pos: int, target: Target) -> bool:
    """Say whether an allele agrees with the sequence of a target wherever they overlap."""
    if allele == UNNAMED:
        return False
    start, end = max(pos, target.start), min(pos + len(allele) - 1, target.end)
    observed = allele[start - pos : end - pos + 1]
    expected = target.reference[start - target.start : end - target.start + 1]
    return start > end or observed == expected


def _is_single_base(site: Record, target: Target) -> bool:
    is_at_target = site.pos == target.start == target.end
    return is_at_target and all(len(allele) <= 1 for allele in (site.ref, *site.alts))


def _ordered(site: Record, alleles: Sequence[str], first: int) -> OrderedSite:
    """Return an entry with one of its alleles as REF, and the others in their order."""
    order = [first, *(n for n in range(len(alleles)) if n != first and alleles[n] != UNNAMED)]
    numbers = [order.index(n) if n in order else MISSING for n in range(len(alleles))]
    ref, *alts = (alleles[n] for n in order)
    end = site.end if ref == site.ref else site.pos + max(len(ref), 1) - 1
    return OrderedSite(
        dataclasses.replace(site, ref=ref, alts=tuple(alts), end=end), tuple(numbers)
    )
