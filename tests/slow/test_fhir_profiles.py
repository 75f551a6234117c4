"""Bundles of many kinds of people follow the profiles of Genomics Reporting 3.0.0."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.bundle_reader import BundleReading
from helpers.fhir_validator import (
    DEFINITIONS,
    faults,
    require_validator,
    validated,
    validated_texts,
)
from helpers.fixture_types import MakeVcf
from helpers.paths import EXAMPLE, GOLDEN, PANEL_GENES, ROOT
from helpers.varied_people import varied_people

from pgx_ana.annotation import Annotations
from pgx_ana.fhir.bundle import bundle_texts
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.pipeline import Request, Selection, run

pytestmark = pytest.mark.slow

PROFILES = {
    "genomic-report",
    "genotype",
    "variant",
    "haplotype",
    "sequence-phase-relationship",
    "therapeutic-implication",
    "genomic-study",
    "genomic-study-analysis",
}
FALSE_ALARMS = {"MultipleRepeatExpansions", "RepeatExpansion"}
"""Official examples in which the validator counts an extension over all components."""


@pytest.fixture(autouse=True)
def _validator() -> None:
    require_validator()


def people_at(paths: list[Path], knowledge: KnowledgeBase, **options: Any) -> Annotations:
    return run(Request(tuple(map(str, paths)), **options), knowledge)


def kinds(found: list[dict[str, Any]]) -> set[str]:
    return {each["profile"].rsplit("/", 1)[1] for each in found if each["profile"]}


def test_the_official_examples() -> None:
    """The validator judges them right, but for the two that are known."""
    found = validated(sorted((DEFINITIONS / "examples").glob("*.json")))
    assert len(found) > 105
    assert {each["id"] for each in found if each["errors"]} == FALSE_ALARMS


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_the_example_person(assembly: str, curated: KnowledgeBase, tmp_path: Path) -> None:
    people = people_at([EXAMPLE / f"spoiled.{assembly}.vcf"], curated)
    found = validated_texts(bundle_texts(people), tmp_path)
    assert [] == faults(found)
    assert kinds(found) == PROFILES


def test_people_with_whole_genomes(curated: KnowledgeBase, shared: Path, tmp_path: Path) -> None:
    files = sorted((shared / "gvcf").glob("*.g.vcf.gz"))[:4]
    found = validated_texts(bundle_texts(people_at(files, curated)), tmp_path)
    assert [] == faults(found)
    assert len(found) > 4 * 300


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_people_of_1000_genomes(
    assembly: str, curated: KnowledgeBase, shared: Path, tmp_path: Path
) -> None:
    """Phased people, with relationships between their alleles."""
    folder = shared / "1000genomes" / assembly
    people = people_at(
        [folder / f"{gene}.vcf.gz" for gene in PANEL_GENES],
        curated,
        selection=Selection(samples=("HG00096", "NA18486", "NA12878")),
    )
    found = validated_texts(bundle_texts(people), tmp_path)
    assert [] == faults(found)
    assert kinds(found) == PROFILES


def toy_blocks(make_vcf: MakeVcf, knowledge: KnowledgeBase) -> Iterator[Annotations]:
    toy = [GOLDEN / "toy.vcf"]
    yield people_at(toy, knowledge)
    yield people_at(toy, knowledge, population="EUR")
    yield people_at(toy, knowledge, options=CallOptions(absent_is_reference=True))
    yield varied_people(make_vcf, knowledge)
    yield people_at([make_vcf(["1 900 A C 0/1"], samples=["\x01 <b>"])], knowledge)


def test_every_status(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path) -> None:
    texts = [text for block in toy_blocks(make_vcf, toy_haplotypes) for text in bundle_texts(block)]
    statuses = Counter(
        status for text in texts for _, status in BundleReading(json.loads(text)).calls().values()
    )
    assert len(statuses) == len({"called", "partial", "no_call", "filtered", "absent"}) + 2
    assert [] == faults(validated_texts(texts, tmp_path))


def test_our_code_systems() -> None:
    found = validated(sorted((ROOT / "docs" / "fhir").glob("CodeSystem-*.json")))
    assert ["CodeSystem"] * 3 == [each["type"] for each in found]
    assert [] == faults(found)


Resource = dict[str, Any]


def _without_derived_from(resource: Resource) -> None:
    del resource["derivedFrom"]


def _without_genetics(resource: Resource) -> None:
    del resource["category"][1]


def _with_value(resource: Resource) -> None:
    resource["valueString"] = "resistant"


def _with_another_code(resource: Resource) -> None:
    resource["code"] = {"coding": [{"system": "http://loinc.org", "code": "51961-1"}]}


def _with_unknown_field(resource: Resource) -> None:
    resource["advice"] = "none"


def _without_status(resource: Resource) -> None:
    del resource["status"]


BROKEN = [
    ("therapeutic-implication", _without_derived_from, "Missing required property"),
    ("therapeutic-implication", _without_genetics, "category"),
    ("genomic-report", _without_genetics, "category"),
    ("therapeutic-implication", _with_value, "value"),
    ("genotype", _with_another_code, "pattern"),
    ("variant", _with_another_code, "pattern"),
    ("haplotype", _with_unknown_field, "advice"),
    ("genomic-study", _without_status, "Missing required property"),
]


@pytest.mark.parametrize(("profile", "damage", "said"), BROKEN)
def test_a_broken_bundle_is_refused(
    profile: str,
    damage: Callable[[Resource], None],
    said: str,
    curated: KnowledgeBase,
    tmp_path: Path,
) -> None:
    people = people_at([EXAMPLE / "spoiled.GRCh38.vcf"], curated)
    (text,) = bundle_texts(people)
    reading = BundleReading(copy.deepcopy(json.loads(text)))
    damaged, *_ = reading.profile(profile)
    damage(damaged)
    found = faults(validated_texts([json.dumps(reading.bundle).encode()], tmp_path))
    assert found
    assert all(f" {damaged['id']}: " in fault or "Bundle" in fault for fault in found)
    assert any(said in fault for fault in found), found
