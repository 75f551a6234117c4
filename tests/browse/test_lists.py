"""The lists of variants and haplotypes, and the handbook: filters, formats, completeness."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.paths import ROOT
from helpers.toy_overlays import (
    association_entry,
    kb_options,
    result_entry,
    section,
    written_overlay,
)

from pgx_ana.browse.handbook import handbook_lines
from pgx_ana.knowledge import KnowledgeBase, Level, load

if TYPE_CHECKING:
    from helpers.fixture_types import Run

RESULTS = (
    result_entry("two-rs1-pain", variants="[rs1]", outcome="pain", summary="Pain."),
    result_entry(
        "two-rs3-pain",
        variants="[rs3]",
        outcome="pain",
        result="association",
        alleles="{rs3: C}",
        direction="higher",
        significance="nominal",
        p="0.01 | 0.02",
        summary="Pain.",
    ),
)
STUDIES_HEADER = "| year | study | n | setting | drug | outcome | effect | p | verdict |"
HAPLOTYPES_HEADER = "| name | alleles | function | counted | other names |"
CONCLUSIONS = (
    association_entry(
        "rs1-pain",
        dict.fromkeys(("A/A", "A/C", "C/C"), "no_difference"),
        variant="rs1",
        outcome="pain",
        evidence="[two-rs1-pain]",
        statement="No difference in pain.",
    ),
    association_entry(
        "rs3-pain",
        {"T/T": "lower", "T/C": "higher", "C/C": "higher"},
        variant="rs3",
        outcome="pain",
        evidence="[two-rs3-pain]",
        statement="Carriers of C had more pain than T/T.",
        caution="Nothing follows.",
    ),
)
CONTEXTS = """\
contexts:
  - id: advanced
    name: one|two
    sex: female
    off_label: "yes"
    settings: [metastatic]
    monitored: [bone | density, pain]
    note: |
      a note
      of two lines | and a pipe
"""
CATEGORIES = "background, efficacy, exposure, toxicity"
LEVELS = ", ".join(sorted(level.value for level in Level))


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory, toy_directory: Path) -> list[Path]:
    """Return the toy knowledge base with results on pain: no effect of rs1, more with rs3 C."""
    overlay = tmp_path_factory.mktemp("overlay")
    written_overlay(
        overlay, section("evidence", *RESULTS), section("associations", *CONCLUSIONS), CONTEXTS
    )
    return [toy_directory, overlay]


ROWS = {
    "rs1": "rs1 AAA legacy1 1:150 1:100 A/C 2 2 single_corrected;null",
    "rs2": "rs2 AAA . 1:250 1:200 A/C/T 1 1 null",
    "rs3": "rs3 AAA . 1:350 1:300 T/C 1 1 single_nominal",
    "rs4": "rs4 AAA . 1:451 1:401 G/GT 0 0 .",
    "rs5": "rs5 AAA . 1:551 1:501 GCA/G 0 0 .",
    "rs6": "rs6 BBB . 2:50 2:50 G/T 1 0 .",
}
HEADER = "variant gene names GRCh37 GRCh38 alleles results associations levels"

FILTERS: dict[str, str] = {
    "": "rs1 rs2 rs3 rs4 rs5 rs6",
    "--gene AAA": "rs1 rs2 rs3 rs4 rs5",
    "--gene BBB --gene AAA": "rs1 rs2 rs3 rs4 rs5 rs6",
    "--category efficacy": "rs1",
    "--category exposure": "rs2",
    "--category toxicity": "rs1 rs3",
    "--category efficacy --category exposure": "rs1 rs2",
    "--category background": "",
    "--level null": "rs1 rs2",
    "--level single_corrected": "rs1",
    "--level single_nominal --level single_corrected": "rs1 rs3",
    "--level replicated": "",
    "--drug letrozole": "rs1 rs3",
    "--drug anastrozole": "rs1 rs2 rs6",
    "--drug anastrozole --drug letrozole": "rs1 rs2 rs3 rs6",
    # Category and level must be those of one conclusion.
    "--category efficacy --level null": "",
    "--category toxicity --level null": "rs1",
    "--category toxicity --level null --level single_nominal": "rs1 rs3",
    "--gene BBB --drug anastrozole": "rs6",
    "--gene BBB --drug letrozole": "",
    "--gene BBB --category efficacy": "",
    "--gene AAA --drug letrozole --level null": "rs1",
    # The drug may be that of any result on the variant.
    "--drug anastrozole --category toxicity": "rs1",
    "--gene AAA --category toxicity --level single_nominal --drug letrozole": "rs3",
    "--gene AAA --category toxicity --level single_nominal --drug anastrozole": "",
    "--context adjuvant": "rs1 rs2 rs3 rs6",
    "--context ADVANCED": "rs1",
    "--context men": "",
    "--context adjuvant --gene BBB": "rs6",
    "--context adjuvant --category exposure": "rs2",
    # The result from the context need not be the one on the drug.
    "--context advanced --drug letrozole --level null": "rs1",
}


@pytest.mark.parametrize(("words", "variants"), FILTERS.items())
def test_filters(words: str, variants: str, run: Run, kb: list[Path]) -> None:
    expected = [HEADER, *(ROWS[key] for key in variants.split())]
    result = run("kb", "list", *words.split(), *kb_options(kb))
    assert (0, [line.replace(" ", "\t") for line in expected], "") == (
        result.exit_code,
        result.stdout.splitlines(),
        result.stderr,
    )


@pytest.mark.parametrize(("words", "variants"), FILTERS.items())
def test_json_and_tsv_agree(words: str, variants: str, run: Run, kb: list[Path]) -> None:
    result = run("kb", "list", "--format", "json", *words.split(), *kb_options(kb))
    assert (0, "") == (result.exit_code, result.stderr)
    rows = json.loads(result.stdout)
    texts = [
        " ".join(";".join(v) or "." if isinstance(v, list) else str(v) for v in row.values())
        for row in rows
    ]
    assert [ROWS[key] for key in variants.split()] == texts
    assert [HEADER] * len(rows) == [" ".join(row) for row in rows]


def test_json_has_numbers_and_lists(run: Run, kb: list[Path]) -> None:
    result = run("kb", "list", "-f", "json", "--category", "efficacy", *kb_options(kb))
    assert [
        {
            "variant": "rs1",
            "gene": "AAA",
            "names": ["legacy1"],
            "GRCh37": "1:150",
            "GRCh38": "1:100",
            "alleles": "A/C",
            "results": 2,
            "associations": 2,
            "levels": ["single_corrected", "null"],
        }
    ] == json.loads(result.stdout)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--gene CCC", "unknown gene: CCC; known: AAA, BBB"),
        ("--gene aab", "unknown gene: aab; known: AAA, BBB; did you mean AAA?"),
        ("--category pain --category bone", f"unknown category: bone, pain; known: {CATEGORIES}"),
        ("--level high", f"unknown level: high; known: {LEVELS}"),
        ("--drug tamoxifen", "unknown drug: tamoxifen; known: anastrozole, letrozole"),
        ("--drug letrozole --drug x", "unknown drug: x; known: anastrozole, letrozole"),
        ("--gene AAA --level x", f"unknown level: x; known: {LEVELS}"),
        (
            "--context adjuvent",
            "unknown context 'adjuvent'; known: adjuvant, men, advanced; did you mean adjuvant?",
        ),
        ("--context x", "unknown context 'x'; known: adjuvant, men, advanced"),
    ],
)
@pytest.mark.parametrize("file_format", ["tsv", "json"])
def test_unknown_names_are_rejected(
    file_format: str, words: str, message: str, run: Run, kb: list[Path]
) -> None:
    result = run("kb", "list", "--format", file_format, *words.split(), *kb_options(kb))
    assert (2, "", f"Error: {message}\n") == (result.exit_code, result.stdout, result.stderr)


@pytest.mark.parametrize(
    "words",
    [
        "--gene AAA --context",
        "--category efficacy --context",
        "--level null --context",
        "--drug letrozole --context",
        "--context --gene AAA",
    ],
)
def test_the_list_of_contexts_takes_no_filter(words: str, run: Run, kb: list[Path]) -> None:
    result = run("kb", "list", *words.split(), *kb_options(kb))
    message = "Error: --context without a name lists the uses; it takes no filter\n"
    assert (2, "", message) == (result.exit_code, result.stdout, result.stderr)


def test_an_empty_context_is_rejected(run: Run, kb: list[Path]) -> None:
    result = run("kb", "list", "--context", "", *kb_options(kb))
    message = "Error: a context is needed, not an empty text\n"
    assert (2, "", message) == (result.exit_code, result.stdout, result.stderr)


HAPLOTYPE_COLUMNS = (
    "haplotypes gene name alleles function state other_names AFR AMR EAS EUR SAS global"
)
HAPLOTYPE_ROWS = [
    "AAA-star|AAA|*1|.|normal|current|.|0.80000|0.80000|0.80000|0.70000|0.90000|0.80000",
    "AAA-star|AAA|*2|rs1 C|decreased|current|.|0.10000|0.10000|0.10000|0.10000|0.10000|0.10000",
    "AAA-star|AAA|*3|rs2 C|.|current|.|0.00000|0.05000|0.05000|0.10000|0.00000|0.04000",
    "AAA-star|AAA|*4|rs1 C;rs2 C|.|current|.|0.09000|0.05000|0.05000|0.01000|0.00000|0.04000",
    "AAA-star|AAA|*5|rs4 GT|decreased|current|.|0.00000|0.00000|0.00000|0.00000|0.00000|0.00000",
    "AAA-star|AAA|*6|.|.|not_callable|.|.|.|.|.|.|.",
    "AAA-star|AAA|[*1 + rs2 T]|.|.|not named|.|0.01000|0.00000|0.00000|0.09000|0.00000|0.02000",
    "AAA-pair|AAA|A-T|rs1 A;rs3 T|.|current|.|.|.|.|.|.|.",
    "AAA-pair|AAA|A-C|rs1 A;rs3 C|.|current|.|.|.|.|.|.|.",
    "AAA-pair|AAA|C-C|rs1 C;rs3 C|.|current|.|.|.|.|.|.|.",
]


@pytest.mark.parametrize("words", [[], ["--gene", "AAA"]], ids=["all", "gene"])
def test_haplotypes_with_panel_frequencies(
    run: Run, toy_directory: Path, haplotype_directory: Path, words: list[str]
) -> None:
    """Haplotypes that were only counted follow the defined ones of their set."""
    result = run("kb", "haplotypes", *words, *kb_options([toy_directory, haplotype_directory]))
    assert (0, "") == (result.exit_code, result.stderr)
    header, *rows = result.stdout.splitlines()
    assert HAPLOTYPE_COLUMNS.split() == header.split("\t")
    assert HAPLOTYPE_ROWS == [row.replace("\t", "|") for row in rows]


def test_haplotypes_as_json(run: Run, toy_directory: Path, haplotype_directory: Path) -> None:
    options = kb_options([toy_directory, haplotype_directory])
    result = run("kb", "haplotypes", "--format", "json", *options)
    assert (0, "") == (result.exit_code, result.stderr)
    rows = json.loads(result.stdout)
    assert [HAPLOTYPE_COLUMNS.split()] * len(HAPLOTYPE_ROWS) == [list(row) for row in rows]
    assert {
        "haplotypes": "AAA-star",
        "gene": "AAA",
        "name": "*4",
        "alleles": ["rs1 C", "rs2 C"],
        "function": None,
        "state": "current",
        "other_names": [],
        "AFR": 0.09,
        "AMR": 0.05,
        "EAS": 0.05,
        "EUR": 0.01,
        "SAS": 0,
        "global": 0.04,
    } == rows[3]


@pytest.mark.parametrize("file_format", ["tsv", "json"])
def test_haplotypes_of_unknown_genes_are_rejected(
    run: Run, toy_directory: Path, haplotype_directory: Path, file_format: str
) -> None:
    options = kb_options([toy_directory, haplotype_directory])
    words = ["--gene", "CCC", "--gene", "AAA", "--gene", "BBB", "--format", file_format]
    result = run("kb", "haplotypes", *words, *options)
    message = "the knowledge base has no haplotypes in BBB, CCC; genes with haplotypes: AAA"
    assert (2, "", f"Error: {message}\n") == (result.exit_code, result.stdout, result.stderr)


def test_pipes_and_line_breaks_in_cells_do_not_break_a_table(kb: list[Path]) -> None:
    lines = list(handbook_lines(load(kb)))
    context = (
        r"| advanced | one\|two | female | off label | bone \| density, pain "
        r"| a note of two lines \| and a pipe |"
    )
    pain = "| 2002 | Two B | . | adjuvant | letrozole | joint pain |"
    assert [1, 1, 1] == [
        lines.count(line)
        for line in (
            context,
            rf"{pain} C higher | 0.01 \| 0.02 | for |",
            f"{pain} none | . | null |",
        )
    ]


def test_every_row_of_a_table_has_as_many_cells_as_its_header(curated: KnowledgeBase) -> None:
    wrong, width = [], 0
    for before, line in zip(["", *handbook_lines(curated)], handbook_lines(curated), strict=False):
        cells = line.replace("\\|", "").count("|")
        if line.startswith("|") and before.startswith("|"):
            wrong += [line] if cells != width else []
        else:
            width = cells
    assert [] == wrong


def sections(text: str, knowledge: KnowledgeBase) -> dict[str, list[str]]:
    """Return the lines of the section on each variant or haplotype set, by its id."""
    sets = {definition.name: key for key, definition in knowledge.haplotype_sets.items()}
    by_subject: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("### "):
            lines = by_subject.setdefault(sets.get(line[4:], line.split()[1]), [])
        elif line.startswith("## "):
            lines = []
        else:
            lines.append(line)
    return by_subject


def table_rows(lines: list[str], header: str) -> list[str]:
    """Return the rows of the table with a header."""
    after = lines[lines.index(header) + 2 :]
    return list(itertools.takewhile(lambda line: line.startswith("| "), after))


def test_the_handbook_has_every_variant_conclusion_and_result(curated: KnowledgeBase) -> None:
    text = (ROOT / "docs" / "reference" / "knowledge-base.md").read_text(encoding="utf-8")
    found = sections(text, curated)
    sets = curated.haplotype_sets
    studied = {key for key in curated.definitions if curated.evidence_on(key)}
    assert studied | set(sets) == set(found)
    listed_without_result = [
        name.split()[0]
        for line in text.splitlines()
        if line.startswith("Defined and called, without a published result: ")
        for name in line.partition(": ")[2].rstrip(".").split(", ")
        if not name.startswith("*")
    ]
    assert sorted(set(curated.definitions) - studied) == sorted(
        name for name in listed_without_result if name in curated.definitions
    )
    conclusions = {
        key: [line.split("**")[1] for line in lines if line.startswith("**")]
        for key, lines in found.items()
    }
    outcomes = curated.outcomes
    assert conclusions == {
        key: [
            f"{outcomes[item.outcome].category.value.replace('_', ' ')}, "
            f"{outcomes[item.outcome].name}"
            for item in (*curated.associations_of(key), *curated.associations_of_set(key))
        ]
        for key in found
    }
    studies = {
        key: [line.split(" | ")[0:2] for line in table_rows(lines, STUDIES_HEADER)]
        for key, lines in found.items()
        if STUDIES_HEADER in lines
    }
    publications = curated.publications
    assert studies == {
        key: [
            [
                f"| {paper.year or '.'}",
                paper.first_author + (f" (PMID {paper.pmid})" if paper.pmid else ""),
            ]
            for item in (*curated.evidence_on(key), *curated.evidence_on_set(key))
            for paper in (publications[item.publication],)
        ]
        for key in found
        if curated.evidence_on(key) or curated.evidence_on_set(key)
    }
    haplotypes = {
        key: [
            line.split(" | ")[0][2:].split(" (")[0].replace("\\", "")
            for line in table_rows(found[key], HAPLOTYPES_HEADER)
        ]
        for key in sets
    }
    assert haplotypes == {key: [h.name for h in curated.haplotypes_of(key)] for key in sets}


def test_level_counts_add_up(curated: KnowledgeBase) -> None:
    """Each conclusion is counted in one cell of the table of levels."""
    rows = [line for line in handbook_lines(curated) if line.split(" | ")[0][2:] in set(Level)]
    assert list(Level) == [row.split(" | ")[0][2:] for row in rows]
    counts = [int(cell) for row in rows for cell in row.strip("| ").split(" | ")[1:]]
    assert len(curated.associations) == sum(counts)
