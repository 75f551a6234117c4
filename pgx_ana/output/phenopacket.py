"""One GA4GH Phenopacket (schema 2.0) per person, on one line: the alternate alleles they carry.

A phenopacket is made for a diagnosis. None is made here, and the fields say so: the disease that
the schema requires is "Not Applicable", and progress, status of interpretation, actionability and
ACMG class are those that stand for unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.knowledge import KnowledgeBase, VariantDefinition, VrsAllele
from pgx_ana.model import Call, Circumstances, SiteCalls
from pgx_ana.output.provenance import run_facts, time_set
from pgx_ana.output.rendering import ByteStream
from pgx_ana.terms import Assembly
from pgx_ana.version import __version__
from pgx_ana.writing import as_utf8

NO_TIME = "1970-01-01T00:00:00Z"
"""The time of creation where none is given: the zero of the schema's timestamps."""

_OBO = "http://purl.obolibrary.org/obo/"
_RESOURCES = (
    {
        "id": "geno",
        "name": "Genotype Ontology",
        "url": f"{_OBO}geno.owl",
        "version": "2023-10-08",
        "namespacePrefix": "GENO",
        "iriPrefix": f"{_OBO}GENO_",
    },
    {
        "id": "ncit",
        "name": "NCI Thesaurus OBO Edition",
        "url": f"{_OBO}ncit.owl",
        "version": "24.04e",
        "namespacePrefix": "NCIT",
        "iriPrefix": f"{_OBO}NCIT_",
    },
    {
        "id": "hgnc",
        "name": "HUGO Gene Nomenclature Committee",
        "url": "https://www.genenames.org",
        "version": "",  # the schema's documentation: blank for resources without releases
        "namespacePrefix": "HGNC",
        "iriPrefix": "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/",
    },
)
_HETEROZYGOUS = {"id": "GENO:0000135", "label": "heterozygous"}
_HOMOZYGOUS = {"id": "GENO:0000136", "label": "homozygous"}
_UNSPECIFIED = {"id": "GENO:0000137", "label": "unspecified zygosity"}
_NO_DISEASE = {"id": "NCIT:C48660", "label": "Not Applicable"}
_SEXES = {"female": "FEMALE", "male": "MALE"}


def creation_time(environment: Mapping[str, str]) -> str:
    """Return the time for ``metaData.created``, the same whenever a run is repeated.

    It is that of SOURCE_DATE_EPOCH, else :data:`NO_TIME`. Raises :class:`UsageError` as
    :func:`time_set` does.
    """
    given = time_set(environment)
    return given.strftime("%Y-%m-%dT%H:%M:%SZ") if given else NO_TIME


class PhenopacketWriter:
    """Writes the phenopacket of each person on one line."""

    def __init__(self, stream: ByteStream, created: str) -> None:
        self._stream = stream
        self._created = created

    def write(self, block: Annotations) -> None:
        """Write the people of a block."""
        subjects = block.circumstances.map(_subject)
        ending = as_utf8(f'"metaData": {_to_json(_meta_data(block, self._created))}}}\n')
        summaries = _summaries(block)
        carried = [_carried(site, block) for site in block.calls.sites]
        for number, (name, found) in enumerate(
            zip(block.calls.samples, _of_people(carried, len(block.calls.samples)), strict=True)
        ):
            sample = _to_json(name)
            identifier = _to_json(f"pgx-ana:{name}")
            opening = as_utf8(f'{{"subjectOrBiosampleId": {sample}, ')
            start = (
                f'{{"id": {identifier}, "subject": {{"id": {sample}{subjects[number]}}}, '
                f'"interpretations": [{{"id": {identifier}, "progressStatus": '
                f'"UNKNOWN_PROGRESS", "diagnosis": {{"disease": {_to_json(_NO_DISEASE)}, '
                '"genomicInterpretations": ['
            )
            listed = b", ".join(opening + one for one in found)
            end = as_utf8(f']}}, "summary": {summaries[number]}}}], ')
            self._stream.write(as_utf8(start) + listed + end)
            self._stream.write(ending)

    def close(self) -> None:
        """Write nothing: the last line is complete."""


def _subject(person: Circumstances) -> str:
    """Return the keys of the subject after its identifier."""
    return f', "sex": {_to_json(_SEXES[person.sex])}' if person.sex else ""


def _meta_data(block: Annotations, created: str) -> dict[str, object]:
    """Return the resources that the codes are from, and what made the phenopacket."""
    facts = run_facts(block)
    del facts["schema_version"]  # that of another format
    return {
        "created": created,
        "createdBy": f"pgx-ana {__version__}",
        "resources": list(_RESOURCES),
        "phenopacketSchemaVersion": "2.0",
        "externalReferences": [
            {
                "id": "pgx-ana",
                "reference": f"knowledge base {block.knowledge.info.name} {block.knowledge.stamp}",
                "description": _to_json(facts),
            }
        ],
    }


def _summaries(block: Annotations) -> Coded[str]:
    """Return what the list of carried alleles of each person leaves out, as JSON."""
    assembly = block.calls.assembly
    sites = block.calls.sites
    unclear = [site.variant.id for site in sites if not site.variant.loci[assembly].ref_is_certain]
    also = (
        f"; nor are the {len(unclear)} variants whose reference allele is not verified: "
        f"{', '.join(unclear)}"
        if unclear
        else ""
    )
    n_known = np.zeros(len(block.calls.samples), np.int32)
    for site in sites:
        n_known += site.calls.mask(lambda call: call.is_observed)
    numbers, codes = np.unique(n_known, return_inverse=True)

    def text(number: int) -> str:
        return _to_json(
            f"Alternate alleles of {len(sites)} known variants: {number} have a genotype, "
            f"{len(sites) - number} have none. No diagnosis was made. Homozygous reference "
            "genotypes and sites without a genotype are both not listed, so that a variant that "
            f"is missing here is not known to be absent{also}."
        )

    return Coded(tuple(map(text, numbers.tolist())), codes.reshape(-1))


def _carried(site: SiteCalls, block: Annotations) -> Coded[tuple[bytes, ...]]:
    """Return, for each person, one interpretation for each alternate allele they carry.

    The text of an interpretation is that after the identifier of the person.
    """
    definition = block.knowledge.definitions[site.variant.id]
    assembly = block.calls.assembly
    rendered: dict[tuple[str, str], bytes] = {}

    def interpretations(call: Call) -> tuple[bytes, ...]:
        texts = []
        for bases in _alternates(call, site, assembly):
            zygosity = _zygosity(call, bases, site)
            key = (bases, zygosity["id"])
            if key not in rendered:
                descriptor = _descriptor(definition, assembly, bases, block.knowledge)
                facts = _interpretation(descriptor | {"allelicState": zygosity})
                rendered[key] = as_utf8(_to_json(facts)[1:])
            texts.append(rendered[key])
        return tuple(texts)

    return site.calls.map(interpretations)


def _alternates(call: Call, site: SiteCalls, assembly: Assembly) -> list[str]:
    """Return the known alternate alleles that a person carries, in the order of the definition."""
    locus = site.variant.loci[assembly]
    if not (call.is_observed and locus.ref_is_certain):
        return []
    return [bases for bases in site.variant.alleles if bases in call.alleles and bases != locus.ref]


def _zygosity(call: Call, bases: str, site: SiteCalls) -> dict[str, str]:
    """Return the term for an allele; unspecified where a copy is unknown or there is only one."""
    known = [copy for copy in call.alleles if copy in site.variant.alleles]
    if len(known) != 2:  # the copies of an autosome
        return _UNSPECIFIED
    return _HOMOZYGOUS if known == [bases, bases] else _HETEROZYGOUS


def _interpretation(descriptor: Mapping[str, object]) -> dict[str, object]:
    return {
        "interpretationStatus": "UNKNOWN_STATUS",
        "variantInterpretation": {
            "acmgPathogenicityClassification": "NOT_PROVIDED",
            "therapeuticActionability": "UNKNOWN_ACTIONABILITY",
            "variationDescriptor": descriptor,
        },
    }


def _descriptor(
    definition: VariantDefinition, assembly: Assembly, bases: str, knowledge: KnowledgeBase
) -> dict[str, object]:
    """Return what is known of an alternate allele, apart from its zygosity."""
    locus = definition.loci[assembly.value]
    gene = knowledge.genes[definition.gene]
    names = next(allele.names for allele in definition.alleles if allele.bases == bases)
    record = {
        "genomeAssembly": assembly.value,
        "chrom": locus.chrom,
        "pos": str(locus.pos),  # 64-bit integers are texts in the JSON of protobuf
        **({"id": definition.id} if definition.id.startswith("rs") else {}),
        "ref": locus.ref,
        "alt": bases,
    }
    found = knowledge.vrs_alleles[assembly][definition.id][bases]
    facts: dict[str, object] = {
        "id": f"{definition.id}:{locus.ref}>{bases}",
        "label": f"{definition.id} {locus.ref}>{bases}",
        "geneContext": {"valueId": gene.hgnc, "symbol": gene.id} if gene.hgnc else None,
        "expressions": [
            {"syntax": "hgvs", "value": name} for name in _hgvs(definition, assembly, bases)
        ],
        "vcfRecord": record,
        "alternateLabels": list(names),
        "extensions": [{"name": "vrs_allele_id", "value": found.id}]
        if isinstance(found, VrsAllele)
        else None,
        "moleculeContext": "genomic",
    }
    return {key: value for key, value in facts.items() if value}


def _hgvs(definition: VariantDefinition, assembly: Assembly, bases: str) -> list[str]:
    """Return the HGVS names of an allele, where it is the only alternate in every assembly."""
    references = {locus.ref for locus in definition.loci.values()}
    is_only_one = len(references) == 1 and len(definition.alleles) == 1 + len(references)
    if not is_only_one or bases in references:
        return []
    names = definition.hgvs
    genomic = names.grch37 if assembly is Assembly.GRCH37 else names.grch38
    return [name for name in (genomic, names.coding, names.protein) if name]


def _of_people(columns: Sequence[Coded[tuple[bytes, ...]]], n_people: int) -> Iterator[list[bytes]]:
    """Yield the values of all columns for each person."""
    rows = zip(*columns, strict=True) if columns else iter([()] * n_people)
    for row in rows:
        yield [one for values in row for one in values]


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
