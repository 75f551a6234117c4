"""The known sites for programs that cut files to them: BED, regions, rsIDs.

What is read of a file is every row that overlaps the window of a variant, so that BED and regions
span windows. The window of an insertion, deletion or repeat is longer than its REF.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pgx_ana.browse.variant_list import VariantFilter, select_variants
from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase, VariantDefinition
from pgx_ana.model import Variant
from pgx_ana.terms import Assembly

RegionFormat = Literal["bed", "regions"]

_RSID = re.compile(r"rs[0-9]+")


@dataclass(frozen=True, slots=True)
class RsidList:
    """The rsIDs of variants, merged ones behind their own, and the variants that have none."""

    rsids: tuple[str, ...]
    without: tuple[str, ...]


def region_lines(
    knowledge: KnowledgeBase,
    variant_filter: VariantFilter,
    file_format: RegionFormat,
    assembly: Assembly,
    *,
    chr_prefix: bool,
) -> list[str]:
    """Return the windows of the variants that pass a filter, by chromosome and position.

    ``bed`` has chromosome, start, end and variant, 0-based and half-open; ``regions`` has
    chromosome, first and last position, 1-based. Windows may overlap. Chromosomes are ``chr15``
    with ``chr_prefix`` and ``15`` without. Raises :class:`UsageError` for unknown names, and if no
    variant passes.
    """
    prefix = "chr" if chr_prefix else ""
    lines = []
    for variant in _in_order(knowledge, select_variants(knowledge, variant_filter), assembly):
        locus = variant.loci[assembly]
        chrom, start, end = f"{prefix}{locus.chrom}", locus.window_start, locus.window_end
        if file_format == "bed":
            lines.append(f"{chrom}\t{start - 1}\t{end}\t{variant.id}")
        else:
            lines.append(f"{chrom}\t{start}\t{end}")
    return lines


def listed_rsids(knowledge: KnowledgeBase, variant_filter: VariantFilter) -> RsidList:
    """Return the rsIDs of the variants that pass a filter, by chromosome and GRCh38 position.

    Older files name a variant by an rsID that was merged into its own. Raises :class:`UsageError`
    for unknown names, if no variant passes, and if none has an rsID.
    """
    rsids: dict[str, None] = {}
    without = []
    selected = select_variants(knowledge, variant_filter)
    for variant in _in_order(knowledge, selected, Assembly.GRCH38):
        names = (variant.id, *knowledge.definitions[variant.id].merged)
        found = [name for name in names if _RSID.fullmatch(name)]
        rsids.update(dict.fromkeys(found))
        if not found:
            without.append(variant.id)
    if not rsids:
        raise UsageError(f"none of these variants has an rsID: {', '.join(without)}")
    return RsidList(tuple(rsids), tuple(without))


def _in_order(
    knowledge: KnowledgeBase, selected: Sequence[VariantDefinition], assembly: Assembly
) -> list[Variant]:
    """Return variants by chromosome (numbers before letters) and position of the window."""
    if not selected:
        raise UsageError("no variant passes the filters: a list of no sites would keep no row")

    def place(variant: Variant) -> tuple[bool, int, str, int, int]:
        locus = variant.loci[assembly]
        number = int(locus.chrom) if locus.chrom.isdecimal() else 0
        return number == 0, number, locus.chrom, locus.window_start, locus.window_end

    wanted = {definition.id for definition in selected}
    return sorted((item for item in knowledge.variants if item.id in wanted), key=place)
