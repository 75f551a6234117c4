"""Parts of patient documents, as small as a test needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Facts = dict[str, Any]
DRUG = "anastrozole"


def estimate(
    measure: str, value: float | None, low: float | None = None, high: float | None = None
) -> Facts:
    """Return an effect size."""
    return {
        "measure": measure,
        "value": value,
        "low": low,
        "high": high,
        "interval": None if low is None else "95% CI",
        "text": None,
    }


def result(key: str, **facts: object) -> Facts:
    """Return a published result; by default on the drug, without groups or numbers."""
    return {
        "result": key,
        "publication": key,
        "cohort": key,
        "cohort_name": key,
        "overlaps": [],
        "kind": "clinical",
        "drugs": [DRUG],
        "is_on_drug": True,
        "drug_note": None,
        "setting": "adjuvant",
        "sex": "female",
        "n": 1000,
        "outcome": "joint pain",
        "finding": "association",
        "direction": "higher",
        "carriers": None,
        "model": "carriers",
        "compared": None,
        "estimates": [],
        "p": None,
        "significance": "nominal",
        "read": "full_text",
        **facts,
    }


def publication(key: str, year: int | None, author: str = "Liu L") -> Facts:
    """Return a publication."""
    ids = dict.fromkeys(("title", "journal", "pmid", "pmcid", "doi"))
    return {"publication": key, "author": author, "year": year, **ids}


def association(key: str, left_out: Mapping[str, str] | None = None, **stances: list[str]) -> Facts:
    """Return the facts of an association, with the results of each stance."""
    names = ("supports", "null", "contradicts", "unplaced", "not_scored")
    return {
        "association": key,
        "outcome_name": "joint pain",
        "genotypes": {},
        "level_reason": "one study",
        "results": {name: stances.get(name, []) for name in names},
        "left_out": dict(left_out or {}),
        "studies": {
            "for": stances.get("supports", []),
            "null": stances.get("null", []),
            "against": stances.get("contradicts", []),
        },
    }


def marker(
    key: str, associations: Sequence[Facts], results: Sequence[Facts], **facts: object
) -> Facts:
    """Return a variant with its results."""
    return {
        "marker": key,
        "kind": "variant",
        "gene": "AAA",
        "names": [],
        "alleles": [{"bases": "A", "names": ["*2"]}, {"bases": "C", "names": []}],
        "reference": "C",
        "studied_allele": "A",
        "paper_wording": "plus strand",
        "consequence": "none",
        "linked": [],
        "associations": list(associations),
        "results": list(results),
        **facts,
    }


def annotation(key: str, variant: str, **facts: object) -> Facts:
    """Return a row of the annotations: by default a difference on the drug."""
    return {
        "gene": "AAA",
        "variant": variant,
        "genotype": "A/C",
        "status": "called",
        "source": "record",
        "category": "toxicity",
        "outcome": "pain",
        "direction": "higher",
        "effect": "worse",
        "headline": f"{key}: higher",
        "basis": DRUG,
        "level": "single_nominal",
        "supporting": 1,
        "null": 0,
        "contradicting": 0,
        "evidence_context": None,
        "association": key,
        "statement": "It was higher.",
        "caution": None,
        **facts,
    }


def call(variant: str, status: str = "called", **facts: object) -> Facts:
    """Return a row of the calls."""
    return {
        "gene": "AAA",
        "variant": variant,
        "chrom": "1",
        "pos": 100,
        "ref": "A",
        "genotype": "A/C" if status == "called" else None,
        "status": status,
        "source": "record",
        "reason": None,
        "phase_set": None,
        **facts,
    }


def document(**parts: object) -> Facts:
    """Return the parts of a document that conclusions need."""
    return {
        "sample": "S1",
        "knowledge_base": {"drug": DRUG},
        "genes": None,
        "annotations": [],
        "calls": [],
        "markers": [],
        "publications": [],
        "summary": [],
        "haplotypes": [],
        "haplotype_sets": [],
        "vrs": {},
        "studied_references": [],
        **parts,
    }
