"""Conclusions on the genotype of a variant."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from pgx_ana.annotation.conclusions import Claim, Conclusion, Interpreter, listed
from pgx_ana.knowledge import Message
from pgx_ana.model import Call, Locus, Variant
from pgx_ana.terms import CallStatus

_MAX_NAMED = 3
"""Genotypes that a headline names one by one."""


def unphased_genotype(call: Call, variant: Variant) -> str:
    """Return a genotype with its alleles in the order of the variant, whatever their phase.

    Alleles that the variant does not have come after its own, missing copies come last.

    >>> from pgx_ana.terms import CallSource as Source, CallStatus as Status
    >>> v = Variant("rs1", "G", "snv", ("A", "C"), {})
    >>> unphased_genotype(Call(("C", "A"), True, Status.CALLED, Source.RECORD), v)
    'A/C'
    """
    rank = {allele: number for number, allele in enumerate((*variant.alleles, "."))}
    ordered = sorted(
        call.alleles, key=lambda allele: (allele == ".", rank.get(allele, len(rank)), allele)
    )
    return "/".join(ordered) or "."


class VariantInterpreter(Interpreter):
    """Interprets genotypes under an association of a variant.

    ``studied_allele`` is the allele that most papers call the variant; None where there is none.
    """

    def __init__(
        self,
        claim: Claim,
        messages: Mapping[str, Message],
        variant: Variant,
        locus: Locus,
        studied_allele: str | None,
    ) -> None:
        super().__init__(claim, messages)
        self._variant = variant
        self._locus = locus
        self._studied_allele = studied_allele

    def conclusion(self, call: Call) -> Conclusion:
        """Return the conclusion on a call of the variant."""
        genotype = unphased_genotype(call, self._variant)
        if call.status is CallStatus.CALLED:
            return self._concluded([genotype], genotype, call.source)
        if call.status is CallStatus.PARTIAL:
            return self._partial(call, genotype)
        return self._not_assessed(call.status.value, self._reason(call, genotype))

    def _named(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """Return many genotypes as the carriers of the one allele that only they have."""
        if len(groups) <= _MAX_NAMED:
            return groups
        shared = (
            allele
            for allele in self._variant.alleles
            if {*groups} == {key for key in self.association.genotypes if allele in key.split("/")}
        )
        return tuple(f"carriers of {allele}" for allele in itertools.islice(shared, 1)) or groups

    def _partial(self, call: Call, genotype: str) -> Conclusion:
        """Return the conclusion where one copy is known."""
        known = next(allele for allele in call.alleles if allele != ".")
        possible = [key for key in self.association.genotypes if known in key.split("/")]
        if len({self.association.genotypes[key] for key in possible}) == 1:
            return self._concluded(possible, genotype, call.source)
        statement = self._message(
            "undetermined", genotypes=listed(possible), deciding=f"the other copy ({call.reason})"
        )
        return self._undetermined(statement, call.source)

    def _reason(self, call: Call, genotype: str) -> str:
        """Return the sentence where the genotype was not observed."""
        name = call.status.value
        ref = self._locus.ref
        reference_was_studied = self._locus.ref_is_certain and ref == self._studied_allele
        if call.status is CallStatus.ABSENT and reference_was_studied:
            name = "absent_reference_studied"
        return self._message(
            name, variant=self._variant.id, ref=ref, genotype=genotype, reason=call.reason
        )
