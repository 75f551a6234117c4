"""From the genotypes of one person to the ways in which they may be phased.

The copies of a heterozygous genotype without phase, or in a phase set of its own, may lie on the
two chromosomes in either order. A chromosome, or a part of it, is an integer with one bit for each
allele that it carries, or does not show: see :class:`~pgx_ana.haplotypes.chromosomes.Chromosomes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

MAX_BLOCKS = 7
"""Phase blocks whose phase to each other is unknown. With more, phasings are not enumerated."""

AllelePair = tuple[str | None, str | None]
"""The alleles of the two copies; None for a copy that is not known."""

Phasing = tuple[int, int]
"""One way to distribute the alleles over the two chromosomes."""


@dataclass(frozen=True, slots=True)
class Genotype:
    """The genotype of one person at one core site.

    ``alleles`` are those of the two copies, None for a copy that is not known. ``block`` numbers
    the phase block; None where the copies have no order. ``gap`` is the reason why a copy is not
    known.
    """

    alleles: AllelePair
    block: int | None
    gap: str = ""


class CodedGenotype(NamedTuple):
    """A genotype with both copies as parts of a chromosome. ``gap`` is None if both are known."""

    site: int
    first: int
    second: int
    gap: str | None


class Block(NamedTuple):
    """The sites of one phase block at which the copies differ, and what each copy carries there."""

    first: int
    second: int
    sites: tuple[int, ...]


class Observation(NamedTuple):
    """What is known of the two chromosomes of a person: all that their diplotype depends on.

    ``shared`` is what both carry, ``blocks`` are the parts in which they differ, by their first
    site. ``gaps`` has the sites at which a copy is not known, with the reason.
    """

    shared: int
    blocks: tuple[Block, ...]
    gaps: tuple[tuple[int, str], ...]

    @property
    def alleles(self) -> int:
        """Return everything that either chromosome carries."""
        total = self.shared
        for block in self.blocks:
            total |= block.first | block.second
        return total


def observation(genotypes: Iterable[tuple[CodedGenotype, int | None]]) -> Observation:
    """Gather the genotypes of one person, in the order of the sites, each with its phase block.

    An unphased site is a block of its own. Sites at which both copies have the default allele may
    be left out. Equal observations come from genotypes that differ in spelling only.
    """
    shared = 0
    gaps = []
    parts: dict[int, tuple[int, int, tuple[int, ...]]] = {}
    for (site, first, second, gap), block in genotypes:
        if gap is not None:
            gaps.append((site, gap))
        if first == second:
            shared |= first
            continue
        key = ~site if block is None else block
        if key in parts:
            other_first, other_second, sites = parts[key]
            parts[key] = (first | other_first, second | other_second, (*sites, site))
        else:
            parts[key] = (first, second, (site,))
    blocks = tuple(
        Block(first, second, sites) if first < second else Block(second, first, sites)
        for first, second, sites in parts.values()
    )
    return Observation(shared, blocks, tuple(gaps))


def phasings_of(observed: Observation) -> list[Phasing]:
    """Return every phasing: the first block keeps its order, each other block takes both orders."""
    firsts, seconds = [observed.shared], [observed.shared]
    for number, (first, second, _) in enumerate(observed.blocks):
        kept = [part | first for part in firsts], [part | second for part in seconds]
        if number == 0:
            firsts, seconds = kept
        else:
            swapped = [part | second for part in firsts], [part | first for part in seconds]
            firsts, seconds = kept[0] + swapped[0], kept[1] + swapped[1]
    return list(zip(firsts, seconds, strict=True))
