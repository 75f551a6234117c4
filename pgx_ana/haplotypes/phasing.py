"""From the genotypes of one person to the ways in which they may be phased.

The copies of a heterozygous genotype without phase, or in a phase set of its own, may lie on the
two chromosomes in either order.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgx_ana.haplotypes.panel import PartialAlleles

MAX_BLOCKS = 7
"""Phase blocks whose phase to each other is unknown. With more, phasings are not enumerated."""

AllelePair = tuple[str | None, str | None]
"""The alleles of the two copies; None for a copy that is not known."""

Phasing = tuple[PartialAlleles, PartialAlleles]
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


def open_blocks(core: Sequence[Genotype]) -> list[list[int]]:
    """Return the sites whose two copies differ, grouped by phase block.

    An unphased site is a block of its own.
    """
    blocks: dict[tuple[str, int], list[int]] = {}
    for site, genotype in enumerate(core):
        if genotype.alleles[0] != genotype.alleles[1]:
            key = ("site", site) if genotype.block is None else ("block", genotype.block)
            blocks.setdefault(key, []).append(site)
    return list(blocks.values())


def phasings_of(core: Sequence[Genotype], blocks: Sequence[Sequence[int]]) -> Iterator[Phasing]:
    """Yield every phasing: the first block keeps its order, each other block takes both orders."""
    for swaps in itertools.product((False, True), repeat=max(len(blocks) - 1, 0)):
        swapped_sites = {
            site
            for block, is_swapped in zip(blocks[1:], swaps, strict=True)
            if is_swapped
            for site in block
        }
        pairs = [
            genotype.alleles[::-1] if site in swapped_sites else genotype.alleles
            for site, genotype in enumerate(core)
        ]
        yield tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
