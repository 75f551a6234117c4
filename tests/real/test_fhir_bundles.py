"""Bundles of people of 1000 Genomes: whole, and with the genotypes that bcftools reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from helpers.bundle_reader import BundleReading, code_of, components, references_in
from helpers.fixture_types import Bcftools
from helpers.paths import PANEL_GENES

from pgx_ana.fhir.bundle import bundle_texts
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request, run

pytestmark = pytest.mark.slow


PLACES = {"GRCh37": "15:51502844-51502844", "GRCh38": "chr15:51210647-51210647"}
"""Of rs4646, as files name it."""


def bundles(folder: Path, knowledge: KnowledgeBase) -> Iterator[BundleReading]:
    """Yield the Bundle of every twentieth person of a whole cohort."""
    files = tuple(str(folder / f"{gene}.vcf.gz") for gene in PANEL_GENES)
    for text in islice(bundle_texts(run(Request(files), knowledge)), 0, None, 20):
        yield BundleReading(json.loads(text))


def carriers(bcftools: Bcftools, path: Path, place: str) -> dict[str, list[str]]:
    """Return the bases of everybody at an SNV, as bcftools reads them."""
    words = ("query", "-r", place, "-i", 'TYPE="snp"', "-f", "[%SAMPLE\t%TGT\n]", path)
    rows = (line.split("\t") for line in bcftools(*words).splitlines())
    return {sample: sorted(re.split(r"[/|]", bases)) for sample, bases in rows}


@pytest.mark.parametrize("assembly", PLACES)
def test_people_of_a_cohort(
    assembly: str, shared: Path, curated: KnowledgeBase, bcftools: Bcftools
) -> None:
    """References lead to what they must, and rs4646 is as in the file, A/A among it."""
    folder = shared / "1000genomes" / assembly
    expected = carriers(bcftools, folder / "CYP19A1.vcf.gz", PLACES[assembly])
    actual: dict[str, list[str]] = {}
    seen: set[str] = set()
    relations = 0
    for bundle in bundles(folder, curated):
        assert set(references_in(bundle.bundle)) <= bundle.by_url.keys()
        assert not seen & bundle.by_url.keys()
        seen |= bundle.by_url.keys()
        genotype, _ = bundle.calls()["rs4646"]
        actual[bundle.sample] = sorted(re.split(r"[/|]", genotype))
        variants = {
            alt
            for each in bundle.observations("69548-6")
            if components(each)["81252-9"] == ["rs4646"]
            for alt in components(each)["69551-0"]
        }
        assert variants == set(actual[bundle.sample]) - {"A"}
        relations += len(bundle.observations("82120-7"))
        for each in bundle.observations("84414-2"):
            sources = [bundle.by_url[item["reference"]] for item in each.get("derivedFrom", [])]
            assert all(code_of(source["code"]) == "69548-6" for source in sources)
    assert {sample: expected[sample] for sample in actual} == actual
    assert len(actual) == -(-len(expected) // 20)
    assert ["A", "A"] in actual.values()
    assert relations > len(actual)
