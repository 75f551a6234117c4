"""The codes of FHIR Genomics Reporting 3.0.0 (on R4) that a Bundle uses, and our own code systems.

Codes are constants of the format. Codes of drugs and genes are facts of the knowledge base.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from pgx_ana.annotation import UNDETERMINED, level_words
from pgx_ana.knowledge import Direction, Level
from pgx_ana.terms import STATUS_MEANINGS, Assembly, CallStatus
from pgx_ana.version import __version__

Resource = dict[str, object]
"""A resource, or a part of one, as JSON has it."""

GUIDE = "http://hl7.org/fhir/uv/genomics-reporting"
RELATED_ARTIFACT = "http://hl7.org/fhir/StructureDefinition/workflow-relatedArtifact"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
HGNC = "http://www.genenames.org"
DBSNP = "http://www.ncbi.nlm.nih.gov/projects/SNP"
REFSEQ = "http://www.ncbi.nlm.nih.gov/refseq"
TO_BE_DETERMINED = f"{GUIDE}/CodeSystem/tbd-codes-cs"
DIAGNOSTIC_SERVICE = "http://terminology.hl7.org/CodeSystem/v2-0074"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
PHASE_RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/sequence-phase-relationship-cs"
LEVELS = "urn:pgx-ana:code-system:evidence-level"
STATUSES = "urn:pgx-ana:code-system:call-status"
DIRECTIONS = "urn:pgx-ana:code-system:direction"
ASSOCIATION = "urn:pgx-ana:association"
VARIANTS = "urn:pgx-ana:variant"
"""Our own identifiers are names without a place: no domain is claimed."""


_RSID = re.compile(r"rs[0-9]+")


class Profile(Enum):
    """The profiles of the guide that are used: the end of their address, and their code."""

    REPORT = ("genomic-report", LOINC, "51969-4")
    GENOTYPE = ("genotype", LOINC, "84413-4")
    HAPLOTYPE = ("haplotype", LOINC, "84414-2")
    VARIANT = ("variant", LOINC, "69548-6")
    PHASE = ("sequence-phase-relationship", LOINC, "82120-7")
    IMPLICATION = ("therapeutic-implication", TO_BE_DETERMINED, "therapeutic-implication")
    STUDY = ("genomic-study", "", "")
    ANALYSIS = ("genomic-study-analysis", "", "")

    @property
    def meta(self) -> Resource:
        """Return the element that claims the profile."""
        return {"profile": [f"{GUIDE}/StructureDefinition/{self.value[0]}"]}

    @property
    def code(self) -> Resource:
        """Return the code of its resources."""
        _, system, code = self.value
        return concept(system, code)


class Part(Enum):
    """The components of observations, by system and code."""

    GENE = (LOINC, "48018-6")
    ASSEMBLY = (LOINC, "62374-4")
    SEQUENCE = (LOINC, "48013-7")
    REF = (LOINC, "69547-8")
    ALT = (LOINC, "69551-0")
    START_END = (LOINC, "81254-5")
    COORDINATES = (LOINC, "92822-6")
    ALLELIC_STATE = (LOINC, "53034-5")
    SOURCE_CLASS = (LOINC, "48002-0")
    VARIATION = (LOINC, "81252-9")
    DRUG = (LOINC, "51963-7")
    LEVEL = (LOINC, "93044-6")
    CONTEXT = (LOINC, "81259-4")
    CONCLUSION = (TO_BE_DETERMINED, "conclusion-string")
    IMPLICATION = (TO_BE_DETERMINED, "therapeutic-implication")


def coding(system: str, code: str, display: str = "") -> Resource:
    """Return a code with its system, and how it is shown."""
    shown: Resource = {"display": display} if display else {}
    return {"system": system, "code": code} | shown


def concept(system: str, code: str, display: str = "", text: str = "") -> Resource:
    """Return a concept with one code, and with a text if there is one."""
    said: Resource = {"text": text} if text else {}
    return {"coding": [coding(system, code, display)]} | said


def variant_coding(name: str) -> Resource:
    """Return a variant by its rsID; one without rsID by its name in the knowledge base."""
    return coding(DBSNP if _RSID.fullmatch(name) else VARIANTS, name)


def answer(code: str, display: str) -> Resource:
    """Return a concept of an answer list of LOINC."""
    return concept(LOINC, code, display)


PRESENT = answer("LA9633-4", "Present")
NO_CALL = answer("LA18198-4", "No call")
GERMLINE = answer("LA6683-2", "Germline")
ONE_BASED = answer("LA30102-0", "1-based character counting")
HOMOZYGOUS = answer("LA6705-3", "Homozygous")
HETEROZYGOUS = answer("LA6706-1", "Heterozygous")
HEMIZYGOUS = answer("LA6707-9", "Hemizygous")
CIS = concept(PHASE_RELATIONSHIP, "Cis", "Cis")
TRANS = concept(PHASE_RELATIONSHIP, "Trans", "Trans")
ASSEMBLIES: Mapping[Assembly, Resource] = MappingProxyType(
    {
        Assembly.GRCH37: answer("LA14029-5", "GRCh37"),
        Assembly.GRCH38: answer("LA26806-2", "GRCh38"),
    }
)
IMPLICATIONS: Mapping[tuple[str, str], Resource] = MappingProxyType(
    {
        ("efficacy", "better"): answer("LA6677-4", "Responsive"),
        ("efficacy", "worse"): answer("LA6676-6", "Resistant"),
        ("toxicity", "better"): answer("LA19542-2", "Low Risk"),
        ("toxicity", "worse"): answer("LA19541-4", "High Risk"),
    }
)
"""Answers by category and effect; levels of a drug or hormone have none that says no more."""

LABORATORY = concept(OBSERVATION_CATEGORY, "laboratory")
GENETICS = concept(DIAGNOSTIC_SERVICE, "GE")
LABORATORY_SERVICE = concept(DIAGNOSTIC_SERVICE, "LAB")


_DIRECTION_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        Direction.HIGHER: "higher than with the genotypes that it was compared with",
        Direction.LOWER: "lower than with the genotypes that it was compared with",
        Direction.BETWEEN: "heterozygote of a result per allele, between both homozygotes",
        Direction.NO_DIFFERENCE: "studies found no difference between genotypes",
        Direction.UNSETTLED: "a difference was reported, but it cannot be told in whom",
        Direction.NOT_STUDIED: "no study has a usable result for this genotype",
        UNDETERMINED: "a copy or the phase is unknown, and the possible genotypes differ",
    }
)


def code_systems(level_meanings: Mapping[str, str]) -> dict[str, Resource]:
    """Return our own code systems by the name of their file, with the meanings of their codes."""
    levels = [
        {"code": level, "display": level_words(level), "definition": level_meanings[level]}
        for level in Level
    ]
    statuses = [
        {
            "code": status,
            "display": status.replace("_", " "),
            "definition": STATUS_MEANINGS[status],
        }
        for status in CallStatus
    ]
    directions = [
        {"code": code, "display": code.replace("_", " "), "definition": meaning}
        for code, meaning in _DIRECTION_MEANINGS.items()
    ]
    return {
        "CodeSystem-evidence-level.json": _code_system(
            LEVELS,
            "EvidenceLevel",
            "Strength of an association, computed from its published results",
            levels,
        ),
        "CodeSystem-call-status.json": _code_system(
            STATUSES, "CallStatus", "What is known about one variant in one person", statuses
        ),
        "CodeSystem-direction.json": _code_system(
            DIRECTIONS,
            "Direction",
            "The outcome with a genotype, as an association has it",
            directions,
        ),
    }


def _code_system(url: str, name: str, title: str, concepts: list[dict[str, str]]) -> Resource:
    return {
        "resourceType": "CodeSystem",
        "id": url.rpartition(":")[2],
        "url": url,
        "version": __version__,
        "name": name,
        "title": title,
        "status": "active",
        "experimental": False,
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "concept": concepts,
    }
