"""``pgx-ana kb``: check, list, show, path, and the help of all commands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.toy_overlays import association_entry, result_entry, section, written_overlay

from pgx_ana.browse import VariantFilter, page_lines, variants_in_format
from pgx_ana.knowledge import KnowledgeBase, default_directory, load

if TYPE_CHECKING:
    from helpers.fixture_types import Run

FAULTY = """\
drugs:
  - {id: letrozole, name: x, drug_class: x}
  - {id: letrozole, name: x, drug_class: x}
"""
RICH_VARIANT = """\
linkage:
  - {id: pair, variants: [rs1, rs8], note: one signal}
publications:
  - {id: three-1999, first_author: Three C, year: 1999, pmid: "1003", doi: 10.1000/three}
  - {id: four, first_author: Four D}
cohorts:
  - {id: third, name: Third, description: x}
  - {id: fourth, name: Fourth, description: x}
variants:
  - id: rs8
    gene: BBB
    type: snv
    names: [old8, older8]
    merged: [rs88, rs888]
    loci: {GRCh37: {chrom: "2", pos: 60, ref: C}, GRCh38: {chrom: "2", pos: 60, ref: C}}
    alleles:
      - {bases: C, names: [wild type, coding G]}
      - {bases: G}
    studied_allele: G
    hgvs: {grch37: "g37", grch38: "g38", coding: "c.8", protein: "p.8"}
    consequence: missense
    paper_wording: Palindromic.
    frequencies:
      - {allele: G, source: a panel, all: 0.25, EUR: 0.1}
    clinpgx:
      - {id: "123", level: "3", drugs: [letrozole, statins], about: pain on letrozole, note: old}
      - {id: "124", level: "2A", drugs: [letrozole], about: another matter}
    notes:
      - A first note.
      - A second note, which is so long that the line on the page ends before the note does,
        and goes on below.
    sources: [made up]
"""
RICH_RESULTS = (
    result_entry(
        "three-rs8-pain",
        publication="three-1999",
        cohort="third",
        variants="[rs8]",
        drugs="[anastrozole, letrozole]",
        n="20",
        outcome="pain",
        wording="G carriers",
        result="association",
        alleles="{rs8: G}",
        direction="higher",
        effects="""
      - {measure: OR, value: 2.50, low: 1.1, high: 10}
      - {measure: share, value: 0.2, text: of G/G}
      - {measure: trend, low: 0.1}""",
        p="<0.05",
        significance="nominal",
        specified="post_hoc",
        flags="[few people, letters mixed]",
        read="partial",
        summary="Carriers of G had more pain.",
    ),
    result_entry(
        "four-rs8-pain",
        publication="four",
        cohort="fourth",
        variants="[rs8]",
        outcome="pain",
        wording="not stated",
        strand="unknown",
        result="unclear",
        direction="unknown",
        significance="not_stated",
        specified="not_stated",
        read="second_hand",
        summary="A relation that is not told.",
    ),
    result_entry(
        "four-rs8-pain-again",
        publication="four",
        cohort="fourth",
        variants="[rs8]",
        n="500",
        outcome="pain",
        wording="G carriers",
        result="association",
        alleles="{rs8: G}",
        direction="lower",
        significance="nominal",
        summary="Carriers of G had less pain.",
    ),
)
RICH_ASSOCIATION = association_entry(
    "rs8-pain",
    {"C/C": "lower", "C/G": "not_studied", "G/G": "higher"},
    variant="rs8",
    outcome="pain",
    drug="anastrozole",
    evidence="[three-rs8-pain, four-rs8-pain, four-rs8-pain-again]",
    excluded="{four-rs8-pain-again: retracted}",
    statement="G/G had more pain than C/C.",
    caution="Nothing follows.",
)
RICH = RICH_VARIANT + section("evidence", *RICH_RESULTS) + section("associations", RICH_ASSOCIATION)
RICH_PAGE = """\
rs8  BBB (old8, older8)
  second toy gene, strand -; missense
  GRCh37  2:60  reference C
  GRCh38  2:60  reference C
  allele C  wild type, coding G
  allele G
  no VRS identifier: C, G (the refget accession of the chromosome is not known)
  studied allele G
  palindromic: letters alone do not tell the strand
  g38  c.8  p.8
  merged: rs88, rs888
  Palindromic.
  A first note.
  A second note, which is so long that the line on the page ends before the note does, and goes on
    below.
  frequency of G: all 0.25  EUR 0.1
    a panel
  ClinPGx 123, level 3: pain on letrozole (letrozole, statins); old
  ClinPGx 124, level 2A: another matter (letrozole)

STUDIES
  #  year  study    n    setting   drug                   outcome     effect                      p      verdict
  1  1999  Three C  20   adjuvant  anastrozole+letrozole  joint pain  G higher: OR 2.5 [1.1, 10]  <0.05  for
  2  .     Four D   .    adjuvant  letrozole              joint pain  unknown                     .      not scored
  3  .     Four D   500  adjuvant  letrozole              joint pain  G lower                     .      left out

  1. Three C 1999  n=20  anastrozole, letrozole  adjuvant
    joint pain: association (G higher)
    OR 2.5 (1.1 to 10); share 0.2 of G/G; trend; p <0.05; nominal; post_hoc; read: partial
    Carriers of G had more pain.
    ! few people
    ! letters mixed
    [three-rs8-pain] PMID 1003; doi 10.1000/three

  2. Four D year unknown  n unknown  letrozole  adjuvant
    joint pain: unclear (unknown)
    not_stated; not_stated; read: second_hand
    A relation that is not told.
    [four-rs8-pain]

  3. Four D year unknown  n=500  letrozole  adjuvant
    joint pain: association (G lower)
    nominal; exploratory; read: abstract
    Carriers of G had less pain.
    [four-rs8-pain-again]

CONCLUSIONS

  rs8-pain  toxicity: joint pain
    claim: G/G higher than C/C; adjuvant
    rests on: aromatase_inhibitors (anastrozole, letrozole), n 20; OR 2.5 [1.1, 10] (G carriers)
    level: single_nominal (1 supporting, 0 contradicting, 0 null cohorts)
    for: Third
    not scored: four-rs8-pain
    left out: four-rs8-pain-again (retracted)
    genotypes: C/C lower, C/G not_studied, G/G higher
    G/G had more pain than C/C.
    Caution: Nothing follows.
"""  # only the table of studies may be wider than 100 characters
TOY_PAGE = """\
rs1  AAA (legacy1)
  first toy gene, strand +; none
  GRCh37  1:150  reference A
  GRCh38  1:100  reference A
  allele A
  allele C
  no VRS identifier: A, C (the refget accession of the chromosome is not known)
  studied allele A, which is the reference base
  merged: rs11
  plus strand

STUDIES
  #  year  study  n    setting     drug         outcome   effect                       p      verdict
  1  2001  One A  100  metastatic  anastrozole  survival  A higher: HR 0.5 [0.3, 0.8]  0.001  for

  1. One A 2001  n=100  anastrozole  metastatic
    survival: association (A higher)
    HR 0.5 (0.3 to 0.8); p 0.001; corrected; pre_specified; read: full_text
    Carriers of A lived longer.
    [one-rs1-survival] PMID 1001

CONCLUSIONS

  rs1-survival  efficacy: survival
    claim: A/A, A/C higher than C/C; metastatic
    rests on: anastrozole, n 100; HR 0.5 [0.3, 0.8] (A/A, A/C against C/C)
    level: single_corrected (1 supporting, 0 contradicting, 0 null cohorts)
    for: First
    genotypes: A/A higher, A/C higher, C/C lower
    Carriers of A lived longer than C/C.
"""
NULL_CONCLUSION = """\
  rs2-level  exposure: plasma level
    claim: no difference between A/A, A/C, C/C; adjuvant
    rests on: anastrozole, n 50
    level: null (0 supporting, 0 contradicting, 1 null cohorts)
    null: Second
    genotypes: A/A no_difference, A/C no_difference, A/T not_studied, C/C no_difference, C/T
      not_studied, T/T not_studied
    No difference.
"""
SET_CONCLUSIONS = """\
  AAA-metaboliser-level  exposure: plasma level
    claim: intermediate metaboliser, poor metaboliser higher than normal metaboliser; adjuvant
    rests on: anastrozole, n 40
    level: single_nominal (1 supporting, 0 contradicting, 0 null cohorts)
    for: First
    genotypes: normal metaboliser lower, intermediate metaboliser higher, poor metaboliser higher
    Poor and intermediate metabolisers had a higher level than normal ones.

  AAA-2-pain  toxicity: joint pain
    claim: no copy of AAA-2 higher than one copy of AAA-2, two copies of AAA-2; adjuvant
    rests on: anastrozole, n 60
    level: single_nominal (1 supporting, 0 contradicting, 0 null cohorts)
    for: Second
    genotypes: 0 higher, 1 lower, 2 lower
    Carriers of *2 had less pain than others.

  AAA-33-survival  efficacy: survival
    claim: *3/*3 higher than other; adjuvant
    rests on: anastrozole, n 60
    level: single_corrected (1 supporting, 0 contradicting, 0 null cohorts)
    for: Second
    genotypes: *3/*3 higher, *1/*3 not_studied, other lower
    People with two *3 lived longer than others.
"""
UNSETTLED_CONCLUSION = """\
  rs1-level  exposure: plasma level
    claim: unsettled between A/A, A/C, C/C; adjuvant
    rests on: anastrozole, n 40
    level: unsettled (0 supporting, 0 contradicting, 0 null cohorts)
    carriers unknown: three-poor-level
    genotypes: A/A unsettled, A/C unsettled, C/C unsettled
    Not told apart.
"""
BARE_PAGE = """\
rs3  AAA
  first toy gene, strand +; none
  GRCh37  1:350  reference C
  GRCh38  1:300  reference T
  allele T
  allele C
  no VRS identifier: T, C (the refget accession of the chromosome is not known)
  plus strand

STUDIES
  No published result on an aromatase inhibitor was found.

CONCLUSIONS
  None: there is nothing to conclude from.
"""
HEADER = "variant\tgene\tnames\tGRCh37\tGRCh38\talleles\tresults\tassociations\tlevels\n"
AAA = (
    "rs1\tAAA\tlegacy1\t1:150\t1:100\tA/C\t1\t1\tsingle_corrected\n"
    "rs2\tAAA\t.\t1:250\t1:200\tA/C/T\t1\t1\tnull\n"
    "rs3\tAAA\t.\t1:350\t1:300\tT/C\t0\t0\t.\n"
    "rs4\tAAA\t.\t1:451\t1:401\tG/GT\t0\t0\t.\n"
    "rs5\tAAA\t.\t1:551\t1:501\tGCA/G\t0\t0\t.\n"
)
BBB = "rs6\tBBB\t.\t2:50\t2:50\tG/T\t1\t0\t.\n"


RETRACTED = "    excluded: {four-rs8-pain-again: retracted}\n"
UNCLEAR = "    result: unclear\n    direction: unknown\n"
NULL = '    result: "null"\n    direction: none\n'
LESS_PAIN = (
    "result: association\n    alleles: {rs8: G}\n    direction: lower\n    significance: nominal"
)
NO_LESS_PAIN = 'result: "null"\n    direction: none\n    significance: not_significant'
FOURTH = "cohort: fourth\n    variants: [rs8]"
STATEMENT = "G/G had more pain than C/C."
OPPOSITE = "Some had more pain, some the opposite."
NOT_CONFIRMED = "G/G had more pain, which was not confirmed."


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """Return an overlay with a variant for which every optional field is given."""
    return written_overlay(tmp_path / "rich", RICH)


# check


def test_check_counts_entries(run: Run, toy: KnowledgeBase, toy_directory: Path) -> None:
    result = run("kb", "check", "--kb", toy_directory)
    assert (
        0,
        f"toy {toy.stamp}: 6 variants, 2 results from 2 publications, 2 associations; no fault\n",
        "",
    ) == (result.exit_code, result.stdout, result.stderr)


def test_check_with_an_overlay(run: Run, toy_directory: Path, rich: Path) -> None:
    result = run("kb", "check", "--kb", toy_directory, "--kb", rich)
    stamp = load([toy_directory, rich]).stamp
    assert (
        0,
        f"toy {stamp}: 7 variants, 5 results from 4 publications, 3 associations; no fault\n",
        "",
    ) == (result.exit_code, result.stdout, result.stderr)


def test_check_reports_all_faults_with_exit_code_4(
    run: Run, toy_directory: Path, tmp_path: Path
) -> None:
    directory = tmp_path / "kb"
    shutil.copytree(toy_directory, directory)
    text = (directory / "variants.yaml").read_text(encoding="utf-8")
    (directory / "variants.yaml").write_text(text + "    alias: x\n", encoding="utf-8")
    (directory / "zzz.yaml").write_text("drugs: *22\n", encoding="utf-8")
    line = text.count("\n") + 1
    result = run("kb", "check", "--kb", directory)
    assert (
        4,
        "",
        (
            "Error: the knowledge base has 2 faults:\n"
            f"{directory / 'variants.yaml'}:{line}: variants[5](rs6).alias: "
            "Extra inputs are not permitted, not 'x'\n"
            f"{directory / 'zzz.yaml'}:1: is not valid YAML: found undefined alias; "
            'a value that begins with * must be quoted, as in "*22"\n'
        ),
    ) == (result.exit_code, result.stdout, result.stderr)


def test_check_reports_a_single_fault(run: Run, toy_directory: Path, tmp_path: Path) -> None:
    result = run("kb", "check", "--kb", toy_directory, "--kb", tmp_path / "gone")
    fault = f"{tmp_path / 'gone'}:1: is not a directory with YAML files"
    assert (4, "", f"Error: the knowledge base has 1 fault:\n{fault}\n") == (
        result.exit_code,
        result.stdout,
        result.stderr,
    )


@pytest.mark.parametrize(
    "command", [["check"], ["list"], ["show", "rs1"]], ids=lambda words: words[0]
)
def test_every_command_reports_faults(
    run: Run, toy_directory: Path, tmp_path: Path, command: list[str]
) -> None:
    directory = tmp_path / "faulty"
    directory.mkdir()
    (directory / "faulty.yaml").write_text(FAULTY, encoding="utf-8")
    result = run("kb", *command, "--kb", toy_directory, "--kb", directory)
    assert (
        4,
        "",
        (
            "Error: the knowledge base has 1 fault:\n"
            f"{directory / 'faulty.yaml'}:3: drugs(letrozole): is defined twice\n"
        ),
    ) == (result.exit_code, result.stdout, result.stderr)


# list


@pytest.mark.parametrize(
    ("genes", "rows"),
    [
        ([], AAA + BBB),
        (["--gene", "AAA"], AAA),
        (["-g", "BBB"], BBB),
        (["-g", "BBB", "-g", "AAA"], AAA + BBB),
        (["-g", "BBB", "-g", "BBB"], BBB),
    ],
    ids=["all", "one", "short option", "both", "twice"],
)
def test_list(run: Run, toy_directory: Path, genes: list[str], rows: str) -> None:
    result = run("kb", "list", "--kb", toy_directory, *genes)
    assert (0, HEADER + rows, "") == (result.exit_code, result.stdout, result.stderr)


def test_list_joins_names_and_levels(run: Run, toy_directory: Path, rich: Path) -> None:
    """A variant of an overlay is listed among the other variants of its gene."""
    null = dict.fromkeys(("C/C", "C/G", "G/G"), "no_difference")
    evidence = "[four-rs8-level]"
    written_overlay(
        rich / "second",
        section("evidence", result_entry("four-rs8-level", variants="[rs8]", outcome="level")),
        section(
            "associations",
            association_entry("rs8-level", null, variant="rs8", outcome="level", evidence=evidence),
        ),
    )
    result = run("kb", "list", "--kb", toy_directory, "--kb", rich, "-g", "BBB")
    row = "rs8\tBBB\told8;older8\t2:60\t2:60\tC/G\t4\t2\tsingle_nominal;null\n"
    assert (HEADER + BBB + row, "") == (result.stdout, result.stderr)


def test_list_rejects_unknown_genes(run: Run, toy_directory: Path) -> None:
    result = run("kb", "list", "--kb", toy_directory, "-g", "ZZZ", "-g", "AAA", "-g", "CCC")
    assert (2, "", "Error: unknown gene: CCC, ZZZ; known: AAA, BBB\n") == (
        result.exit_code,
        result.stdout,
        result.stderr,
    )


def test_list_has_a_value_in_every_cell(toy: KnowledgeBase) -> None:
    assert {9} == {
        len([cell for cell in line.split("\t") if cell])
        for line in variants_in_format(toy, VariantFilter(), "tsv")
    }


# show


@pytest.mark.parametrize("name", ["rs1", "RS1", "rs11", "legacy1", "Legacy1"])
def test_show_by_rsid_merged_rsid_and_legacy_name(run: Run, toy_directory: Path, name: str) -> None:
    result = run("kb", "show", name, "--kb", toy_directory)
    assert (0, TOY_PAGE, "") == (result.exit_code, result.stdout, result.stderr)


def test_show_a_variant_with_all_fields(run: Run, toy_directory: Path, rich: Path) -> None:
    """Results are ordered by year; those that are not scored or left out are marked."""
    result = run("kb", "show", "older8", "--kb", toy_directory, "--kb", rich)
    assert (0, RICH_PAGE, "") == (result.exit_code, result.stdout, result.stderr)


def test_show_a_variant_without_evidence(run: Run, toy_directory: Path) -> None:
    result = run("kb", "show", "rs3", "--kb", toy_directory)
    assert (0, BARE_PAGE, "") == (result.exit_code, result.stdout, result.stderr)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            [
                (UNCLEAR, NULL),
                (FOURTH, FOURTH.replace("fourth", "second")),
                (STATEMENT, OPPOSITE),
            ],
            [
                "level: contradicted (1 supporting, 1 contradicting, 1 null cohorts)",
                "for: Third",
                "against: Fourth",
                "null: Second",
            ],
        ),
        (
            [("direction: lower", "direction: higher")],
            [
                "level: single_corrected (2 supporting, 0 contradicting, 0 null cohorts)",
                "for: Third, Fourth",
                "not scored: four-rs8-pain",
            ],
        ),
        (
            [(LESS_PAIN, NO_LESS_PAIN), (STATEMENT, NOT_CONFIRMED)],
            [
                "level: not_confirmed (1 supporting, 0 contradicting, 1 null cohorts)",
                "for: Third",
                "null: Fourth",
                "not scored: four-rs8-pain",
            ],
        ),
        (
            [(LESS_PAIN, NO_LESS_PAIN), ("n: 500", "n: 19")],
            [
                "level: single_nominal (1 supporting, 0 contradicting, 1 null cohorts)",
                "for: Third",
                "null: Fourth",
                "not scored: four-rs8-pain",
            ],
        ),
        (
            [
                ("significance: not_stated", "significance: nominal"),
                ("direction: lower", "direction: higher"),
            ],
            [
                "level: single_corrected (2 supporting, 0 contradicting, 0 null cohorts)",
                "for: Third, Fourth",
                "carriers unknown: four-rs8-pain",
            ],
        ),
        (
            [
                ("kind: clinical", "kind: laboratory"),
                ("C/C: lower", "C/C: unsettled"),
                ("G/G: higher", "G/G: unsettled"),
            ],
            [
                "level: not_assessable (0 supporting, 0 contradicting, 0 null cohorts)",
                "not scored: three-rs8-pain, four-rs8-pain, four-rs8-pain-again",
            ],
        ),
    ],
    ids=[
        "for, against and null",
        "two cohorts for",
        "a larger null",
        "a smaller null",
        "carriers unknown",
        "nothing scored",
    ],
)
def test_show_explains_the_level(
    toy_directory: Path, tmp_path: Path, changes: list[tuple[str, str]], expected: list[str]
) -> None:
    """No result is left out here; one case moves the first result to another cohort."""
    text = RICH.replace(RETRACTED, "")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1 if old == FOURTH else -1)
    (tmp_path / "rich.yaml").write_text(text, encoding="utf-8")
    lines = list(page_lines(load([toy_directory, tmp_path]), "rs8"))
    (start,) = (number for number, line in enumerate(lines) if line.startswith("    level: "))
    (stop,) = (number for number, line in enumerate(lines) if line.startswith("    genotypes: "))
    assert [f"    {line}" for line in expected] == lines[start:stop]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], "aromatase_inhibitors (anastrozole, letrozole), n 20; OR 2.5 [1.1, 10] (G carriers)"),
        (
            [("drugs: [anastrozole, letrozole]", "drugs: [anastrozole]")],
            "anastrozole, n 20; OR 2.5 [1.1, 10] (G carriers)",
        ),
        (
            [
                ("    n: 20\n", ""),
                ("value: 2.50, low: 1.1, high: 10", "value: 2.50"),
                ("measure: share, value: 0.2", "measure: share"),
            ],
            "aromatase_inhibitors (anastrozole, letrozole), n unknown; OR 2.5 (G carriers)",
        ),
    ],
    ids=["pooled drugs", "the drug alone", "size unknown"],
)
def test_show_tells_what_a_conclusion_rests_on(
    toy_directory: Path, tmp_path: Path, changes: list[tuple[str, str]], expected: str
) -> None:
    text = RICH
    for old, new in changes:
        assert 1 == text.count(old)
        text = text.replace(old, new)
    (tmp_path / "rich.yaml").write_text(text, encoding="utf-8")
    lines = list(page_lines(load([toy_directory, tmp_path]), "rs8"))
    assert [f"    rests on: {expected}"] == [x for x in lines if x.startswith("    rests on: ")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rs2", NULL_CONCLUSION),
        ("AAA-star", SET_CONCLUSIONS),
        ("rs1", TOY_PAGE.partition("CONCLUSIONS\n\n")[2] + "\n" + UNSETTLED_CONCLUSION),
    ],
    ids=["no difference", "haplotypes", "unsettled"],
)
def test_conclusions_of_every_kind(
    run: Run, toy_directory: Path, haplotype_directory: Path, name: str, expected: str
) -> None:
    result = run("kb", "show", name, "--kb", toy_directory, "--kb", haplotype_directory)
    assert (0, expected, "") == (
        result.exit_code,
        result.stdout.partition("CONCLUSIONS\n\n")[2],
        result.stderr,
    )


def test_lines_outside_the_table_are_wrapped(toy_directory: Path, tmp_path: Path) -> None:
    words, short = "word " * 200, "word " * 50
    (tmp_path / "rich.yaml").write_text(
        RICH.replace("A first note.", words)
        .replace("Palindromic.", words)
        .replace("old}", f"{words}}}")
        .replace("few people", words)
        .replace("retracted", words)
        .replace("had more pain.", words)
        .replace(STATEMENT, short)
        .replace("Nothing follows.", short)
        .replace("rs88,", ", ".join(f"rs88{number}" for number in range(100, 199)) + ","),
        encoding="utf-8",
    )
    lines = list(page_lines(load([toy_directory, tmp_path]), "rs8"))
    assert 6 * 200 + 2 * 50 == sum(line.count("word") for line in lines)
    in_table = re.compile(r"  (#|[0-9]+) ")
    assert [] == [line for line in lines if len(line) > 100 and not in_table.match(line)]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("rs9999", ""),
        ("", ""),
        ("legacy", "; did you mean legacy1?"),
        ("anastrazole", "; did you mean anastrozole?"),
        ("aaaa", "; did you mean AAA?"),
    ],
)
def test_show_rejects_unknown_names(run: Run, toy_directory: Path, name: str, hint: str) -> None:
    result = run("kb", "show", name, "--kb", toy_directory)
    message = (
        f"Error: no variant, haplotype, haplotype set, gene, drug or context is named {name!r}; "
        f"pgx-ana kb list shows the variants; haplotype sets: none{hint}\n"
    )
    assert (2, "", message) == (result.exit_code, result.stdout, result.stderr)


# path and help


def test_path(run: Run) -> None:
    result = run("kb", "path")
    assert (0, f"{default_directory()}\n", "") == (result.exit_code, result.stdout, result.stderr)


def test_site(run: Run, toy_directory: Path, tmp_path: Path) -> None:
    """The folder is replaced as a whole; it is the same after a second run."""
    folder = tmp_path / "site"
    written = []
    for _ in range(2):
        result = run("kb", "site", "-o", folder, "--kb", toy_directory)
        told = f"{folder / 'index.html'}: the first page\n"
        assert (0, "", told) == (result.exit_code, result.stdout, result.stderr)
        files = (path for path in folder.rglob("*") if path.is_file())
        written.append({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})
    assert written[0] == written[1]
    assert b"1.2.3" in written[0]["index.html"]
    assert b"rs1" in written[0]["variants/rs1.html"]


def test_site_replaces_no_other_folder(run: Run, toy_directory: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = run("kb", "site", "-o", tmp_path, "--kb", toy_directory)
    told = (
        f"Error: {tmp_path}: holds 'notes.txt', which is no file of an earlier run; name a new "
        "folder, or an empty one\n"
    )
    assert ("", told) == (result.stdout, result.stderr)
    assert result.exit_code != 0
    assert ["notes.txt"] == [path.name for path in tmp_path.iterdir()]


def test_a_site_has_one_folder(run: Run, toy_directory: Path, tmp_path: Path) -> None:
    folders = tmp_path / "a", tmp_path / "b"
    result = run("kb", "site", "-o", folders[0], "-o", folders[1], "--kb", toy_directory)
    assert 2 == result.exit_code
    assert result.stderr.endswith("--output is given twice, and names one file or folder.\n")
    assert [] == list(tmp_path.iterdir())


def test_help_names_the_commands(run: Run) -> None:
    result = run("kb", "--help")
    assert 0 == result.exit_code
    assert ["check", "diff", "haplotypes", "list", "path", "questions", "show", "site"] == [
        line.split()[0]
        for line in result.stdout.split("Commands:\n")[1].splitlines()
        if line.startswith("  ") and line[2] != " "
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show"], "Missing argument 'NAME'."),
        (["chek"], "No such command 'chek'."),
        (["list", "--genes", "AAA"], "No such option"),
        (["site"], "Missing option '-o' / '--output'."),
    ],
    ids=["no variant", "no such command", "no such option", "no folder"],
)
def test_usage_errors(run: Run, words: list[str], message: str) -> None:
    result = run("kb", *words)
    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
