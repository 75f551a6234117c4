"""VRS identifiers of the alleles of rows, in the INFO fields of the annotator of vrs-python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pgx_ana.knowledge import KnowledgeBase, VrsAllele
from pgx_ana.model import Variant
from pgx_ana.terms import Assembly

IDENTIFIERS_KEY = "VRS_Allele_IDs"
_MISSING = "."

_FIELDS = (
    (IDENTIFIERS_KEY, "String", "Computed identifiers of the GA4GH VRS 2 alleles, REF first"),
    ("VRS_Starts", "Integer", "Interresidue starts of the VRS alleles"),
    ("VRS_Ends", "Integer", "Interresidue ends of the VRS alleles"),
    ("VRS_States", "String", "Sequences of the states of the VRS alleles"),
    ("VRS_Lengths", "Integer", "Lengths of the states that follow from the reference"),
    ("VRS_RepeatSubunitLengths", "Integer", "Lengths of the repeat subunits of these states"),
)

IDENTIFIER_LINES = {
    name: f'##INFO=<ID={name},Number=R,Type={kind},Description="{meaning}">'
    for name, kind, meaning in _FIELDS
}
"""The declaration of each field, by its name."""


class RowIdentifiers:
    """Finds the VRS alleles of rows that write a known variant as the knowledge base does.

    The REF of any other row is another allele than that of the variant, and has no identifier here.
    """

    def __init__(self, knowledge: KnowledgeBase, assembly: Assembly) -> None:
        self._assembly = assembly
        self._alleles = knowledge.vrs_alleles[assembly]

    def info(self, variants: Iterable[Variant], pos: int, alleles: Sequence[str]) -> list[str]:
        """Return the fields of a row at a position, with a value for each allele, REF first.

        An allele without an identifier is missing in all fields; there are no fields if all are.
        """
        known = next((self._alleles[v.id] for v in variants if self._is_at(v, pos, alleles[0])), {})
        found = [known.get(bases) for bases in alleles]
        if not any(isinstance(item, VrsAllele) for item in found):
            return []
        values = [_values(item) if isinstance(item, VrsAllele) else _NONE for item in found]
        columns = zip(*values, strict=True)
        return [
            f"{name}={','.join(column)}"
            for (name, _, _), column in zip(_FIELDS, columns, strict=True)
        ]

    def _is_at(self, variant: Variant, pos: int, ref: str) -> bool:
        locus = variant.loci[self._assembly]
        return (locus.pos, locus.ref) == (pos, ref)


_NONE = (_MISSING,) * len(_FIELDS)


def _values(allele: VrsAllele) -> tuple[str, ...]:
    # The colon after ga4gh is written as it is, as vrs-python does.
    numbers = (allele.length, allele.repeat_subunit_length)
    lengths = (_MISSING if number is None else str(number) for number in numbers)
    return (allele.id, str(allele.start), str(allele.end), allele.state or _MISSING, *lengths)
