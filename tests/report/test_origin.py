"""Where a report comes from: versions, files with remarks, unusual options, publications."""

from __future__ import annotations

import dataclasses

import pytest
from helpers.report_documents import document, publication

from pgx_ana.model import CallOptions
from pgx_ana.report.origin import origin, references

DEFAULTS = {**dataclasses.asdict(CallOptions()), "population": None}
UNUSUAL = {
    "min_gq": (30, "minimum genotype quality (GQ) 30"),
    "min_dp": (8, "minimum read depth (DP) 8"),
    "min_gp": (0.99, "minimum genotype probability 0.99"),
    "min_phase_probability": (0.5, "minimum probability of a phase 0.5"),
    "include_filtered": (True, "calls that did not pass FILTER or FT are used"),
    "absent_is_reference": (True, "absent sites are taken for reference: asserted, not observed"),
    "allow_strand_flip": (True, "alleles that fit the other strand only are used"),
    "assume_ref_order": (
        True,
        "REF is taken to be where it is at the other known sites of the file",
    ),
    "population": ("EUR", "diplotypes are weighed by haplotype frequencies of EUR"),
}


def given(**options: object) -> dict[str, object]:
    file = {
        "name": "one.vcf",
        "format": "VCF",
        "assembly": "GRCh38",
        "assembly_source": "contig lengths",
        "header_sha256": "0" * 64,
        "caller": None,
        "remark": None,
    }
    return document(
        pgx_ana_version="1.0",
        schema_version="2.2",
        assembly="GRCh38",
        knowledge_base={"name": "toy", "version": "1.2", "sha256": "ab" * 32, "drug": "x"},
        options=DEFAULTS | options,
        inputs=[
            file,
            file
            | {"name": "two.vcf", "caller": "DeepVariant", "remark": "cut", "header_sha256": ""},
        ],
    )


def test_versions_and_files() -> None:
    found = origin(given())
    assert ("1.0", "toy", "1.2+abababababab", "ab" * 32, "2.2", "GRCh38") == (
        found.program,
        found.knowledge_name,
        found.knowledge_version,
        found.knowledge_digest,
        found.schema_version,
        found.assembly,
    )
    assert [
        ("one.vcf", "0" * 64, "not named", ""),
        ("two.vcf", "", "DeepVariant", "cut"),
    ] == [(file.name, file.digest, file.caller, file.remark) for file in found.files]
    assert () == found.options


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_option_that_is_not_the_default_is_told(name: str) -> None:
    value, told = UNUSUAL[name]
    assert (told,) == origin(given(**{name: value})).options


def test_publications_are_numbered_as_cited_and_linked_if_they_can_be() -> None:
    items = [
        publication("a", 2001) | {"pmid": "12", "doi": "10.1/a"},
        publication("b", None, "ATAC") | {"doi": "10.1/b", "pmcid": "PMC3"},
        publication("c", 2003) | {"pmcid": "PMC3"},
        publication("d", 2004),
        publication("e", 2005),
    ]
    cited = {"d": 1, "c": 2, "b": 3, "a": 4}
    assert [
        (1, "Liu L 2004", "", ""),
        (2, "Liu L 2003", "https://pmc.ncbi.nlm.nih.gov/articles/PMC3/", "PMC3"),
        (3, "ATAC year unknown", "https://doi.org/10.1/b", "doi 10.1/b"),
        (4, "Liu L 2001", "https://pubmed.ncbi.nlm.nih.gov/12", "PMID 12"),
    ] == [
        (item.number, item.text, item.link, item.link_text)
        for item in references(document(publications=items), cited)
    ]
