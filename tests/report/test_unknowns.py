"""What cannot be told, by status, with what would settle it."""

from __future__ import annotations

from helpers.report_documents import annotation, call, document

from pgx_ana.report.unknowns import missing_sets, missing_sites

MISSING = {"direction": "not_assessed", "genotype": None}


def test_sites_with_evidence_that_have_no_genotype_are_listed_by_status() -> None:
    given = document(
        annotations=[
            annotation("a", "rs1", headline="Joint pain: not assessed", **MISSING),
            annotation("b", "rs1", headline="Level: not assessed", **MISSING),
            annotation("c", "rs1", headline="Level: not assessed", **MISSING),
            annotation("d", "rs2", headline="Pain: not assessed", **MISSING),
            annotation("e", "rs3", headline="Pain: not assessed", **MISSING),
            annotation("f", "rs4"),
        ],
        calls=[
            call("rs1", "absent", reason="no record"),
            call("rs2", "filtered", reason="GQ below 10"),
            call("rs3", "absent", gene="BBB"),
            call("rs4"),
            call("rs5", "absent"),
        ],
        studied_references=["rs1", "rs2"],
    )
    assert {
        "filtered": [("AAA", "rs2", "GQ below 10", ("Pain",), False)],
        "absent": [
            ("AAA", "rs1", "no record", ("Joint pain", "Level"), True),
            ("BBB", "rs3", "", ("Pain",), False),
        ],
    } == {
        group.status.word: [
            (site.gene, site.variant, site.reason, site.outcomes, site.hides_studied)
            for site in group.sites
        ]
        for group in missing_sites(given)
    }
    assert ["filtered", "absent"] == [group.status.word for group in missing_sites(given)]
    assert all(group.settled_by for group in missing_sites(given))


def test_haplotype_sets_with_evidence_that_cannot_be_told_are_listed() -> None:
    given = document(
        annotations=[
            annotation("a", "AAA-star", headline="plasma level: not assessed", **MISSING),
            annotation("b", "BBB-star"),
        ],
        haplotypes=[
            {"gene": "AAA", "haplotypes": "AAA-star", "status": "not_assessed"},
            {"gene": "BBB", "haplotypes": "BBB-star", "status": "determined"},
        ],
        haplotype_sets=[
            {"haplotypes": "AAA-star", "name": "AAA star alleles"},
            {"haplotypes": "BBB-star", "name": "BBB star alleles"},
        ],
    )
    assert [("AAA", "AAA star alleles", "not assessed", ("plasma level",))] == [
        (item.gene, item.name, item.status, item.outcomes) for item in missing_sets(given)
    ]
    assert [] == list(missing_sites(given))
