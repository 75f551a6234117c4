"""The VRS identifiers of the alleles of a variant."""

from __future__ import annotations

from collections.abc import Mapping

from pgx_ana.knowledge import KnowledgeBase, VrsAllele
from pgx_ana.terms import Assembly


def identifiers(
    variant: str, assembly: Assembly, knowledge: KnowledgeBase
) -> Mapping[str, str | None]:
    """Return the VRS identifier of each allele of a variant by its bases, None where it has none.

    The reference allele has one as well.
    """
    return {
        bases: allele.id if isinstance(allele, VrsAllele) else None
        for bases, allele in knowledge.vrs_alleles[assembly][variant].items()
    }
