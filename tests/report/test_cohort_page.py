"""The page on a cohort: what it says, that it needs nothing else, and its size."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from helpers.made_up_people import made_up_people
from helpers.synthetic_calls import annotated, called, coded, unobserved

from pgx_ana.annotation import Annotations
from pgx_ana.errors import UsageError
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Call, CallOptions, Circumstances
from pgx_ana.quality import Cohort, CohortTally
from pgx_ana.report import CohortOptions, cohort_page
from pgx_ana.terms import CallStatus

HOSTILE = ("<script>alert(1)</script>", '"><b>x', "\N{RIGHT-TO-LEFT OVERRIDE}abc", "x" * 200)
SUPPRESSED = CohortOptions(suppress_below=20)


def tallied(*blocks: Annotations) -> Cohort:
    tally = CohortTally(blocks[0].knowledge)
    for block in blocks:
        tally.add(block)
    return tally.finish()


def toy_people(knowledge: KnowledgeBase, rs1: Sequence[tuple[str, int]]) -> Cohort:
    """Return people with genotypes at rs1, in these numbers; all are alike at the other sites."""
    calls: list[Call] = [called(genotype) for genotype, count in rs1 for _ in range(count)]
    others = {"rs2": "A/A", "rs3": "T/T", "rs4": "G/G", "rs5": "GCA/GCA"}
    columns = {"rs1": calls, **{key: [called(text)] * len(calls) for key, text in others.items()}}
    columns["rs6"] = [unobserved(CallStatus.ABSENT)] * len(calls)
    return tallied(annotated(knowledge, columns))


def text_of(page: bytes) -> str:
    """Return what a page says in its body, without tags, with single spaces."""
    body = page.decode().split("<body>", 1)[1].split("<script>", 1)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def section(page: bytes, name: str) -> str:
    """Return the text of a section by the identifier of its heading."""
    found = re.search(rf"<h2 id={name}>.*?(?=<h2 |</main>)", page.decode(), re.DOTALL)
    assert found is not None
    return text_of(b"<body>" + found.group().encode())


@pytest.fixture(scope="module")
def page(toy_haplotypes: KnowledgeBase) -> bytes:
    cohort = toy_people(toy_haplotypes, [("A/A", 60), ("A/C", 30), ("C/C", 10)])
    return cohort_page(cohort, toy_haplotypes)


def test_genotypes_stand_beside_the_groups_that_studies_compared(page: bytes) -> None:
    text = section(page, "genotypes")
    assert "A/A 60; A/C 30; C/C 10" in text
    groups = (
        "Group Genotypes People of this cohort higher A/A (60) , A/C (30) 90 (90.0 %) "
        "lower C/C (10) 10 (10.0 %) not assessed 0 (0 %) Study"
    )
    assert groups in text
    assert "one copy of AAA-2, two copies of AAA-2 40 (40.0 %)" in text


def test_sites_haplotypes_and_findings(page: bytes) -> None:
    assert "BBB: 1 site; called in everybody 0, in some people 0, in nobody 1" in (
        section(page, "callability")
    )
    assert "rs6 2:50 0 (0 %) absent 100" in section(page, "callability")
    haplotypes = section(page, "haplotypes")
    assert "AAA star alleles (3 sites): diplotype not known in 0 (0 %)" in haplotypes
    assert "*1/*1 60 (60.0 %) *1/*2 30 (30.0 %) *2/*2 10 (10.0 %)" in haplotypes
    assert "intermediate metaboliser 30 (30.0 %)" in haplotypes
    findings = section(page, "findings")
    assert "Efficacy: 100 findings in all people together" in findings
    assert "limited evidence 100 (100 %) 100 (100 %)" in findings
    assert "no finding applies" not in findings


def test_the_page_allows_its_one_script_by_digest_and_nothing_else(page: bytes) -> None:
    text = page.decode()
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy content="([^"]*)"', text)
    assert policy is not None
    usual = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert policy.group(1) == f"{usual}; script-src 'sha256-{digest}'"
    assert "<search id=people-search hidden>" in text
    assert not re.search(r"\son[a-z]+=", text)


def test_no_script_without_a_table_of_people(toy: KnowledgeBase) -> None:
    cohort = dataclasses.replace(toy_people(toy, [("A/A", 30)]), people=None)
    page = cohort_page(cohort, toy).decode()
    assert "<script" not in page
    assert "script-src" not in page
    assert "More than 1,000 people are not listed." in page


def test_the_same_cohort_gives_the_same_bytes(toy: KnowledgeBase) -> None:
    pages = {cohort_page(toy_people(toy, [("A/A", 3)]), toy) for _ in range(2)}
    assert len(pages) == 1


def test_names_are_shown_as_they_are_and_linked(toy: KnowledgeBase) -> None:
    cohort = toy_people(toy, [("A/A", 4)])
    assert cohort.people is not None
    named = [
        dataclasses.replace(person, name=name)
        for person, name in zip(cohort.people, HOSTILE, strict=True)
    ]
    options = CohortOptions(
        pages={HOSTILE[0]: "people/1.html"},
        refused=[("<b>.vcf", "the file is truncated")] * 51,
    )
    called = CallOptions(min_dp=10, absent_is_reference=True)
    cohort = dataclasses.replace(cohort, people=tuple(named), options=called, genes=("AAA",))
    page = cohort_page(cohort, toy, options)
    assert b'<a href="people/1.html">&lt;script&gt;alert(1)&lt;/script&gt;</a>' in page
    assert page.count(b'<a href="people/') == 1
    people = section(page, "people")
    assert all(" ".join(name.split()) in people for name in HOSTILE)
    run = section(page, "run")
    assert run.count("<b>.vcf : the file is truncated") == 50
    assert "Refused files: 51" in run
    assert "and 1 more" in run
    assert "only the genes AAA; minimum read depth (DP) 10" in run
    assert "absent sites are taken for reference: asserted, not observed" in run


def test_small_counts_are_hidden(toy_haplotypes: KnowledgeBase) -> None:
    cohort = toy_people(toy_haplotypes, [("A/A", 907), ("A/C", 85), ("C/C", 8)])
    options = dataclasses.replace(SUPPRESSED, refused=[("Anna.vcf", "bad")])
    page = cohort_page(cohort, toy_haplotypes, options)
    genotypes = section(page, "genotypes")
    assert "A/A 907; A/C hidden; C/C <20" in genotypes
    assert "higher A/A (907) , A/C (hidden) hidden lower C/C (<20) <20" in genotypes
    assert "Hidden" in section(page, "haplotypes")
    assert "People are not listed" in section(page, "people")
    assert not re.search(r"\b(85|93|915|992)\b", text_of(page))
    assert b"Anna" not in page
    assert b"<script" not in page


def test_places_are_on_an_assembly_that_is_named(toy: KnowledgeBase) -> None:
    """Results of two assemblies can be reported together; places are on the first."""
    cohort = toy_people(toy, [("A/A", 2)])
    both = dataclasses.replace(cohort.files, assemblies=("GRCh37", "GRCh38"))
    page = text_of(cohort_page(dataclasses.replace(cohort, files=both), toy))
    assert "Variant Site on GRCh37 Called" in page


def test_nothing_is_told_of_fewer_people(toy: KnowledgeBase) -> None:
    cohort = toy_people(toy, [("A/A", 7)])
    cohort = dataclasses.replace(cohort, files=dataclasses.replace(cohort.files, n_files=7))
    page = cohort_page(cohort, toy, SUPPRESSED)
    assert "The cohort has fewer than 20 people: nothing is told of it." in text_of(page)
    assert not re.search(r"\b7\b", text_of(page))
    with pytest.raises(UsageError, match="3 or more"):
        cohort_page(toy_people(toy, [("A/A", 7)]), toy, CohortOptions(suppress_below=1))


def test_sex_and_use_of_the_drug(toy: KnowledgeBase) -> None:
    people = annotated(
        toy,
        {variant.id: [called("/".join(variant.alleles[:1] * 2))] * 3 for variant in toy.variants},
    )
    circumstances = coded([Circumstances("male", "men"), Circumstances("male"), Circumstances()])
    page = cohort_page(tallied(dataclasses.replace(people, circumstances=circumstances)), toy)
    run = section(page, "run")
    assert "Sex male 2 (66.7 %) ; not stated 1 (33.3 %)" in run
    assert "Use of the drug use in men 1 (33.3 %) ; not stated 2 (66.7 %)" in run


def test_the_query_of_the_page_answers_from_parquet(
    toy_haplotypes: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = {
        key: [called(text)] * 2
        for key, text in {
            "rs1": "A/A",
            "rs2": "A/A",
            "rs3": "T/T",
            "rs4": "G/G",
            "rs5": "GCA/GCA",
            "rs6": "G/G",
        }.items()
    }
    people = annotated(toy_haplotypes, calls)
    choice = OutputChoice(FileFormat.PARQUET)
    write_annotations([people], choice, str(tmp_path / "results"), 2)
    cohort = dataclasses.replace(tallied(people), people=None)
    found = re.search(r"<code>(SELECT.*?)</code>", cohort_page(cohort, toy_haplotypes).decode())
    assert found is not None
    monkeypatch.chdir(tmp_path / "results")
    rows = duckdb.execute(html.unescape(found.group(1))).fetchall()
    assert sorted(rows) == sorted(
        (sample, category, level, 1)
        for sample in ("S0", "S1")
        for category, level in (
            ("efficacy", "single_corrected"),
            ("exposure", "single_nominal"),
            ("toxicity", "single_nominal"),
        )
    )


@pytest.mark.slow
def test_ten_people_and_half_a_million_fill_pages_of_one_size(curated: KnowledgeBase) -> None:
    """Apart from the table of people, which exists up to 1,000 people alone."""
    sizes = []
    for n_people in (10, 500_000):
        tally = CohortTally(curated)
        for block in made_up_people(curated, n_people):
            tally.add(block)
        cohort = dataclasses.replace(tally.finish(), people=None)
        sizes.append(len(cohort_page(cohort, curated)))
    assert abs(sizes[1] - sizes[0]) < 0.1 * sizes[0]
