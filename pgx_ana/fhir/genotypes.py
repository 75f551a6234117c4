"""The call at a site as observations: its genotype, and a variant for each ALT that is carried."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.fhir.codes import (
    ASSEMBLIES,
    GERMLINE,
    HEMIZYGOUS,
    HETEROZYGOUS,
    HOMOZYGOUS,
    NO_CALL,
    ONE_BASED,
    PRESENT,
    REFSEQ,
    STATUSES,
    Part,
    Profile,
    Resource,
    coding,
    concept,
    variant_coding,
)
from pgx_ana.fhir.entries import (
    Details,
    Shared,
    clean,
    component,
    gene_component,
    observation,
    observations,
    text_component,
    to_json,
)
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Call, Variant
from pgx_ana.terms import Assembly, CallStatus

_NOT_A_BASE = frozenset({".", "*"})


def genotype_key(marker: str) -> str:
    """Return the key of the genotype of a variant or haplotype set."""
    return f"genotype {marker}"


def variant_key(rsid: str, alt: str) -> str:
    """Return the key of a carried allele."""
    return f"variant {rsid} {alt}"


class SiteObservations:
    """Makes the observations of the calls at one site."""

    def __init__(self, variant: Variant, assembly: Assembly, knowledge: KnowledgeBase) -> None:
        self._variant = variant
        self._gene = gene_component(variant.gene, knowledge)
        locus = variant.loci[assembly]
        self._ref = locus.ref if locus.ref_is_certain else ""
        self._place = [
            self._gene,
            component(Part.ASSEMBLY, ASSEMBLIES[assembly]),
            *_sequence(locus.chrom, assembly, knowledge),
            component(Part.COORDINATES, ONE_BASED),
            {
                "code": concept(*Part.START_END.value),
                "valueRange": {"low": {"value": locus.pos}, "high": {"value": locus.end}},
            },
            component(Part.VARIATION, {"coding": [variant_coding(variant.id)]}),
            component(Part.SOURCE_CLASS, GERMLINE),
        ]
        if self._ref:
            self._place.append(text_component(Part.REF, self._ref))

    def shared(self, call: Call) -> Shared:
        """Return what a call adds to a Bundle: a call that is not observed adds its region."""
        region = self._region(call)
        if call.is_observed:
            return observations(self._observed(call), region)
        if call.status is CallStatus.NO_CALL:
            details = Details(self._place, NO_CALL, note=call.reason)
            key = f"no call {self._variant.id}"
            return observations([(key, observation(Profile.VARIANT, details))], region)
        return Shared(regions=region)

    def carried(self, call: Call) -> tuple[str, ...]:
        """Return the known alleles other than the reference, each once, in the order of the call.

        There are none where it is not certain which allele is the reference.
        """
        if not self._ref or not call.is_observed:
            return ()
        others = (allele for allele in call.alleles if allele not in _NOT_A_BASE)
        return tuple(dict.fromkeys(allele for allele in others if allele != self._ref))

    def key_of(self, allele: str) -> str:
        """Return the key of the variant of a person who carries an allele; empty for none."""
        is_other = self._ref and allele != self._ref and allele in self._variant.alleles
        return variant_key(self._variant.id, allele) if is_other else ""

    def _observed(self, call: Call) -> Iterator[tuple[str, Resource]]:
        rsid, carried = self._variant.id, self.carried(call)
        for alt in carried:
            details = Details(
                [*self._place, text_component(Part.ALT, alt), *_allelic_state(call, alt)],
                PRESENT,
                note=call.reason,
            )
            yield variant_key(rsid, alt), observation(Profile.VARIANT, details)
        details = Details(
            [self._gene],
            {"text": f"{rsid} {call.genotype}"},
            [variant_key(rsid, alt) for alt in carried],
            call.reason,
        )
        yield genotype_key(rsid), observation(Profile.GENOTYPE, details)

    def _region(self, call: Call) -> bytes:
        """Return the site as called, or as uncalled with its status and the reason."""
        codes = [variant_coding(self._variant.id)]
        region: Resource = {"coding": codes}
        if call.status is not CallStatus.CALLED:
            shown = call.status.value.replace("_", " ")
            codes.append(coding(STATUSES, call.status.value, shown))
            said = f"{self._variant.id} {shown}"
            region["text"] = clean(f"{said}: {call.reason}") if call.reason else said
        url = "called" if call.is_observed else "uncalled"
        return b"," + to_json({"url": url, "valueCodeableConcept": region})


def _sequence(chrom: str, assembly: Assembly, knowledge: KnowledgeBase) -> Iterator[Resource]:
    """Yield the reference sequence of a chromosome, where its accession is known."""
    for contig in knowledge.assemblies[assembly.value].contigs:
        if contig.chrom == chrom and contig.refseq:
            yield component(Part.SEQUENCE, concept(REFSEQ, contig.refseq))


def _allelic_state(call: Call, alt: str) -> Iterator[Resource]:
    """Yield the allelic state of an allele, unless the other copy is missing."""
    if "." in call.alleles:
        return
    if len(call.alleles) == 1 or "*" in call.alleles:
        state = HEMIZYGOUS
    else:
        state = HOMOZYGOUS if call.alleles.count(alt) == len(call.alleles) else HETEROZYGOUS
    yield component(Part.ALLELIC_STATE, state)
