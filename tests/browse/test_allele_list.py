"""The list of alleles with VRS identifiers, and the identifiers on the page of a variant."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from pgx_ana.browse import VariantFilter, allele_lines, page_lines
from pgx_ana.knowledge import KnowledgeBase, Unidentified, VrsAllele
from pgx_ana.terms import Assembly

if TYPE_CHECKING:
    from helpers.fixture_types import Run


def rows(lines: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(lines, delimiter="\t"))


def test_every_allele_of_both_assemblies_is_listed(curated: KnowledgeBase) -> None:
    found = rows(list(allele_lines(curated, VariantFilter(), None)))
    expected = {
        (variant, assembly.value, bases): allele
        for assembly, variants in curated.vrs_alleles.items()
        for variant, alleles in variants.items()
        for bases, allele in alleles.items()
    }
    assert len(found) == len(expected)
    for row in found:
        allele = expected[row["variant"], row["assembly"], row["allele"]]
        if isinstance(allele, VrsAllele):
            shown = [allele.id, allele.start, allele.end, allele.state, allele.length]
            shown += [allele.repeat_subunit_length, None]
        else:
            shown = [None] * 6 + [allele.value]
        assert [row[key] for key in list(row)[7:]] == [
            "." if value in {None, ""} else str(value) for value in shown
        ]


def test_one_gene_on_one_assembly(run: Run) -> None:
    result = run("kb", "list", "--format", "vrs", "--gene", "APOE", "--assembly", "hg38")
    found = rows(result.stdout.splitlines())
    assert [(row["variant"], row["assembly"], row["ref"], row["allele"]) for row in found] == [
        ("rs429358", "GRCh38", "T", "T"),
        ("rs429358", "GRCh38", "T", "C"),
        ("rs7412", "GRCh38", "C", "C"),
        ("rs7412", "GRCh38", "C", "T"),
    ]
    assert found[3]["vrs_id"] == "ga4gh:VA.0AePZIWZUNsUlQTamyLrjm2HWUw2opLt"


def test_a_reference_that_is_not_verified_is_not_listed_as_one(curated: KnowledgeBase) -> None:
    found = rows(list(allele_lines(curated, VariantFilter(genes=("ESR1",)), Assembly.GRCH37)))
    (row, _) = (row for row in found if row["variant"] == "rs9340835")
    assert (row["ref"], row["vrs_id"], row["without_id"]) == (
        ".",
        ".",
        "which allele is the reference is not verified",
    )


def test_options_that_do_not_fit(run: Run) -> None:
    result = run("kb", "list", "--format", "vrs", "--assembly", "hg38", "--chr-prefix")
    assert result.exit_code == 2
    assert "--chr-prefix is for --format bed and regions, not vrs" in result.stderr


def test_the_page_of_a_variant_has_the_identifiers(curated: KnowledgeBase) -> None:
    page = list(page_lines(curated, "rs41303343"))
    start = page.index("  allele T")
    assert page[start : start + 5] == [
        "  allele T",
        "    GRCh37  ga4gh:VA.KLhDHn5xVNKLn6op6GfRRw-T8ZJFrYgi",
        "    GRCh38  ga4gh:VA.cvAE6Vh_np6LrxS6cIJ8abY8ElQOUU3K",
        "  allele TA",
        f"  no VRS identifier: TA ({Unidentified.WINDOW_TOO_SHORT})",
    ]
