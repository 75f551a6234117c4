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
    allele without a name. With ``is_undecided``, more than one allele may be the reference: REF is
    the first one that may.
    """

    site: Record
    numbers: tuple[int, ...]
    is_undecided: bool = False

    @property
    def is_turned(self) -> bool:
        """Say whether the first allele of the file is not the reference."""
        return self.numbers[0] != 0

    def as_mismatch(self) -> OrderedSite:
        """Return the entry as one that says that it cannot be used."""
        alleles = [self.site.ref, *self.site.alts]
        alleles += ["one without a name"] * self.numbers.count(MISSING)
        shown = " and ".join(allele[:_MAX_SHOWN] for allele in alleles)
        mismatch = (
            f"the file does not tell which of its alleles is the reference, {shown} "
            "(see --assume-ref-order)"
        )
        return dataclasses.replace(self, site=dataclasses.replace(self.site, mismatch=mismatch))


def as_given(site: Record) -> OrderedSite:
    """Return an entry whose first allele is the reference."""
    alleles = (site.ref, *site.alts)
    return _ordered(site, alleles, 0)


def by_reference(site: Record, target: Target) -> OrderedSite:
    """Return an entry with its alleles in the order that the sequence of a target shows.

    Where the sequence is not known, or fits several alleles, it is undecided; so it is at an
    insertion, deletion or repeat if one fits, and another has no name. Where no allele fits, the
    order of the file stays, and the calling of the site finds that REF differs.
    """
    alleles = (site.ref, *site.alts)
    fitting = [n for n, allele in enumerate(alleles) if _fits(allele, site.pos, target)]
    if not fitting and UNNAMED in alleles and _is_single_base(site, target):
        # Nobody has the unnamed allele, so it may well be the reference.
        named = [allele or target.reference for allele in alleles]
        return _ordered(site, named, alleles.index(UNNAMED))
    if not fitting and len(target.reference) == 1:
        other_strand = complement(target.reference)
        fitting = [n for n, allele in enumerate(alleles) if allele == other_strand]
    if len(fitting) > 1 or not target.reference:
        first = fitting[0] if target.reference and 0 not in fitting else 0
        return dataclasses.replace(_ordered(site, alleles, first), is_undecided=True)
    if not fitting and alleles[0] == UNNAMED:  # without bases, it would not be seen at the site
        mismatch = "no allele of the row that has a name is the reference"
        return _ordered(dataclasses.replace(site, mismatch=mismatch), alleles, 0)
    order = _ordered(site, alleles, fitting[0] if fitting else 0)
    # At a tract, everybody may have lost or gained what the allele without a name would show.
    may_differ = bool(fitting) and UNNAMED in alleles and len(target.reference) > 1
    return dataclasses.replace(order, is_undecided=may_differ)


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
