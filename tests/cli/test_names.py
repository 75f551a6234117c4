"""Names as users type them: any case, lists, other names of an assembly, and typing errors."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from helpers.toy_overlays import (
    association_entry,
    kb_options,
    result_entry,
    section,
    written_overlay,
)

import pgx_ana
from pgx_ana.errors import InputError, UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.names import did_you_mean, known_name, listed_names

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]

AAA = ["rs1", "rs2", "rs3", "rs4", "rs5"]
GENES = {
    "AAA": AAA,
    "aaa": AAA,
    "bBb": ["rs6"],
    "AAA,BBB": [*AAA, "rs6"],
    "bbb, aaa": [*AAA, "rs6"],
    "AAA,,aaa": AAA,
}


@pytest.fixture
def file(make_vcf: MakeVcf) -> Path:
    """Return a file whose assembly only the user knows."""
    return make_vcf(
        ["1 100 A C 0/1 0/0", "2 50 G T 0/1 0/0"], samples=("NA12878", "NA12891"), assembly=None
    )


def variants(result: Result) -> list[str]:
    assert (0, "") == (result.exit_code, result.stderr)
    return [line.split("\t")[2] for line in result.stdout.splitlines()[1:]]


@pytest.mark.parametrize(("genes", "expected"), GENES.items(), ids=GENES)
def test_genes(run: Run, file: Path, toy_directory: Path, genes: str, expected: list[str]) -> None:
    words = ["-q", "--kb", toy_directory, "-t", "calls", "-s", "NA12878", "--assembly", "hg38"]
    assert expected == variants(run("annotate", file, *words, "-g", genes))
    frame = pgx_ana.annotate(file, kb=toy_directory, genes=genes, assembly="hg38").calls
    assert expected == list(frame["variant"][: len(expected)])
    listed = run("kb", "list", "--kb", toy_directory, "-g", genes)
    assert expected == [line.split("\t")[0] for line in listed.stdout.splitlines()[1:]]
    checked = run("check", file, "--kb", toy_directory, "-g", genes, "--assembly", "GRCH38")
    assert set(expected) == set(re.findall(r"rs[0-9]+", checked.stdout))


@pytest.mark.parametrize("genes", ["", ",", " "])
def test_no_gene_is_not_every_gene(run: Run, file: Path, toy_directory: Path, genes: str) -> None:
    """As from an unset variable of a script."""
    result = run("annotate", file, "--kb", toy_directory, "-g", genes)
    assert (2, "Error: a gene is needed, not an empty text\n") == (result.exit_code, result.output)
    for command in ("list", "haplotypes"):
        result = run("kb", command, "--kb", toy_directory, "-g", genes)
        assert (2, "Error: a gene is needed, not an empty text\n") == (
            result.exit_code,
            result.output,
        )
    with pytest.raises(UsageError, match="a gene is needed, not an empty text"):
        pgx_ana.annotate(file, kb=toy_directory, genes=genes)


ASSEMBLIES = {
    "GRCh37": ["hg19", "HG19", "b37", "B37", "hs37d5", "GRCh37", "grch37", "GRCh37.p13"],
    "GRCh38": ["hg38", "GRCH38", "GRCh38.p14", "grch38.P2", "hs38DH", "hs38"],
}


@pytest.mark.parametrize(
    ("name", "expected"), [(name, key) for key, names in ASSEMBLIES.items() for name in names]
)
def test_assemblies(curated: KnowledgeBase, name: str, expected: str) -> None:
    assert expected == curated.assembly_named(name)


@pytest.mark.parametrize("name", ["hg19", "HG38", "GRCh37.p13", "grch38"])
def test_assembly_decides_where_the_file_does_not(
    run: Run, file: Path, toy_directory: Path, name: str
) -> None:
    result = run("annotate", file, "--kb", toy_directory, "--assembly", name)
    expected = "GRCh37" if "37" in name or "19" in name else "GRCh38"
    assert f"{file}: {expected} (--assembly), 2 samples\n" in result.stderr
    assert expected == pgx_ana.annotate(file, kb=toy_directory, assembly=name).assembly


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("hg83", "; did you mean hg38?"),
        ("GRCh83", "; did you mean GRCh38?"),
        ("hg3", "; did you mean hg38?"),
        ("T2T-CHM13", ""),
        ("hg18", ""),
        ("NCBI36", ""),
        ("b36", ""),
        ("38", "; did you mean hg38?"),
        ("GRCh38.13", "; did you mean GRCh38?"),
    ],
)
def test_unknown_assemblies(
    run: Run, file: Path, toy_directory: Path, name: str, hint: str
) -> None:
    result = run("annotate", file, "--kb", toy_directory, "--assembly", name)
    expected = f"unknown assembly {name!r} (--assembly); known: GRCh37, hg19, GRCh38, hg38{hint}"
    assert (2, f"Error: {expected}\n") == (result.exit_code, result.output)
    with pytest.raises(UsageError) as caught:
        pgx_ana.annotate(file, kb=toy_directory, assembly=name)
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["annotate", "{file}", "-g", "AAB"], "genes with variants: AAA, BBB; did you mean AAA?"),
        (["annotate", "{file}", "-g", "XYZ"], "genes with variants: AAA, BBB"),
        (
            ["annotate", "{file}", "--assembly", "hg38", "-s", "NA12887"],
            "such as 'NA12878'; did you mean NA12878?",
        ),
        (["annotate", "{file}", "--population", "EURO"], "'global'; did you mean EUR?"),
        (["annotate", "{file}", "--population", "eur"], "'global'; did you mean EUR?"),
        (["annotate", "{file}", "--context", "Adjuvent"], "men; did you mean adjuvant?"),
        (["annotate", "{file}", "-t", "call"], "variants, conclusions, all; did you mean calls?"),
        (["annotate", "{file}", "-t", "calls,sumary"], "all; did you mean summary?"),
        (["annotate", "{file}", "-f", "jason"], "; did you mean json?"),
        (["check", "{file}", "-f", "txt"], "'json'; did you mean text?"),
        (["kb", "list", "--level", "contradictd"], "; did you mean contradicted?"),
        (["kb", "list", "--category", "toxicty"], "; did you mean toxicity?"),
        (["kb", "list", "--drug", "Letrozol"], "; did you mean letrozole?"),
        (["kb", "list", "--context", "mem"], "known: adjuvant, men; did you mean men?"),
        (["kb", "haplotypes", "-g", "AAB"], "genes with haplotypes: AAA; did you mean AAA?"),
        (["kb", "show", "r1"], "; did you mean rs1?"),
        (["kb", "show", "AAA-stars"], "; did you mean AAA-star?"),
        (["kb", "show", "letrosole"], "; did you mean letrozole?"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_typing_errors(
    run: Run,
    file: Path,
    toy_directory: Path,
    haplotype_directory: Path,
    words: list[str],
    hint: str,
) -> None:
    given = [word.format(file=file) for word in words]
    result = run(*given, "--kb", toy_directory, "--kb", haplotype_directory)
    assert (3 if "-s" in words else 2, "") == (result.exit_code, result.stdout)
    assert result.stderr.endswith(f"{hint}\n")


def test_typing_errors_in_python(file: Path, toy_directory: Path) -> None:
    result = pgx_ana.annotate(file, kb=toy_directory, assembly="hg38")
    with pytest.raises(UsageError, match=r"summary; did you mean summary\?"):
        result.table("sumary")
    with pytest.raises(UsageError, match=r"global; did you mean global\?"):
        pgx_ana.annotate(file, kb=toy_directory, population="Globl")
    with pytest.raises(InputError, match=r"did you mean NA12891\?"):
        pgx_ana.annotate(file, kb=toy_directory, assembly="hg38", samples="na12891")
    with pytest.raises(UsageError, match=r"BBB; did you mean BBB\?"):
        pgx_ana.annotate(file, kb=toy_directory, genes=["aaa", "BB"])
    with pytest.raises(UsageError, match="needs a directory, not an empty text"):
        pgx_ana.load_knowledge_base("")


def test_rules_of_names() -> None:
    """Names that differ in case alone are told apart where they are written exactly."""
    assert ("P", "p", None) == tuple(known_name(name, ["P", "p"]) for name in ("P", "p", "q"))
    assert None is known_name("ab", ["Ab", "aB"])
    assert ("a", "b") == listed_names([" a,b", "a", ",", ""])
    assert "" == did_you_mean("x", [])
    assert "; did you mean Abcd?" == did_you_mean("ABCE", ["Abcd"])
    assert "" == did_you_mean("S1", [f"S1{number}" for number in range(20_001)])


def test_difflib_is_imported_only_after_a_typing_error() -> None:
    code = "import sys; from pgx_ana.cli import main; main(['--version'], standalone_mode=False)"
    code += "; sys.exit('difflib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert 0 == done.returncode


# kb show for genes, drugs and bare haplotype names

GENE = """\
BBB  second toy gene
  chromosome 2, strand -, GRCh37 40-90, GRCh38 40-90
  carries one toy variant
  source: made up

VARIANTS
  variant  names  results  conclusions
  rs6      .      1        0

RESULTS AND CONCLUSIONS
  1 result, 0 conclusions
"""
GENE_WITH_SETS = """\
AAA  first toy gene
  chromosome 1, strand +, GRCh37 110-700, GRCh38 60-650
  carries the toy variants
  source: made up

VARIANTS
  variant  names    results  conclusions
  rs1      legacy1  3        2
  rs2      .        2        1
  rs3      .        0        0
  rs4      .        1        0
  rs5      .        0        0

HAPLOTYPE SETS
  set       haplotypes              results  conclusions
  AAA-star  *1, *2, *3, *4, *5, *6  3        3
  AAA-pair  A-T, A-C, C-C           0        0

RESULTS AND CONCLUSIONS
  5 results, 6 conclusions
  single_corrected: 2
  single_nominal: 2
  unsettled: 1
  null: 1
"""
DRUG = """\
letrozole  letrozole
  class: aromatase inhibitor

WHAT HAS RESULTS ON IT
  None.

RESULTS AND CONCLUSIONS
  0 results, 0 conclusions
"""
STUDIED_DRUG = """\
anastrozole  anastrozole
  class: aromatase inhibitor

WHAT HAS RESULTS ON IT
  gene  variant or set  results  conclusions
  AAA   rs1             1        1
  AAA   rs2             1        1
  BBB   rs6             1        0

RESULTS AND CONCLUSIONS
  2 results, 2 conclusions
  single_corrected: 1
  null: 1
"""


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("BBB", GENE),
        ("bbb", GENE),
        ("letrozole", DRUG),
        ("Letrozole", DRUG),
        ("ANASTROZOLE", STUDIED_DRUG),
    ],
)
def test_show_a_gene_or_drug(run: Run, toy_directory: Path, name: str, page: str) -> None:
    result = run("kb", "show", name, "--kb", toy_directory)
    assert (0, page, "") == (result.exit_code, result.stdout, result.stderr)


def test_what_has_no_result_on_a_drug_is_not_listed(
    run: Run, toy_directory: Path, tmp_path: Path
) -> None:
    """rs3 has a conclusion on anastrozole that rests on letrozole alone."""
    result = result_entry("rs3-pain", variants="[rs3]", outcome="pain")
    genotypes = dict.fromkeys(("T/T", "T/C", "C/C"), "no_difference")
    fields = {"variant": "rs3", "outcome": "pain", "drug": "anastrozole", "evidence": "[rs3-pain]"}
    association = association_entry("rs3-none", genotypes, **fields)
    sections = (section("evidence", result), section("associations", association))
    options = kb_options([toy_directory, written_overlay(tmp_path / "more", *sections)])
    assert STUDIED_DRUG == run("kb", "show", "anastrozole", *options).stdout
    rows = run("kb", "show", "letrozole", *options).stdout.splitlines()
    assert "  AAA   rs3             1        0" in rows


def test_show_a_gene_with_haplotypes(
    run: Run, toy_directory: Path, haplotype_directory: Path
) -> None:
    options = ["--kb", toy_directory, "--kb", haplotype_directory]
    assert GENE_WITH_SETS == run("kb", "show", "aaa", *options).stdout


def test_show_a_drug_by_its_identifiers_elsewhere(run: Run) -> None:
    expected = run("kb", "show", "anastrozole").stdout
    assert "pharmgkb PA448432, rxnorm 84857, atc L02BG03" in expected
    assert "  CYP19A1           rs4646 " in expected
    for name in ("PA448432", "l02bg03", "DB01217"):
        assert expected == run("kb", "show", name).stdout


@pytest.mark.parametrize(
    ("name", "expected"), [("*2", "AAA-star"), ("*6", "AAA-star"), ("A-T", "AAA-pair")]
)
def test_show_the_set_of_a_bare_haplotype_name(
    run: Run, toy_directory: Path, haplotype_directory: Path, name: str, expected: str
) -> None:
    options = ["--kb", toy_directory, "--kb", haplotype_directory]
    shown = run("kb", "show", name, *options)
    assert (0, run("kb", "show", expected, *options).stdout) == (shown.exit_code, shown.stdout)


def test_show_a_haplotype_name_that_several_sets_have(
    run: Run, toy_directory: Path, haplotype_directory: Path, tmp_path: Path
) -> None:
    (tmp_path / "more.yaml").write_text(
        "haplotypes:\n  - {id: AAA-pair-2, haplotype_set: AAA-pair, name: '*2', "
        "alleles: {rs1: C, rs3: T}, source: made up}\n"
    )
    options = ["--kb", toy_directory, "--kb", haplotype_directory, "--kb", tmp_path]
    shown = run("kb", "show", "*2", *options)
    expected = [
        "*2 is the name of 2 haplotypes:",
        "  gene  set       haplotype  alleles      show it with",
        "  AAA   AAA-star  *2         rs1 C        pgx-ana kb show 'AAA-2'",
        "  AAA   AAA-pair  *2         rs1 C rs3 T  pgx-ana kb show 'AAA-pair-2'",
    ]
    assert (0, expected, "") == (shown.exit_code, shown.stdout.splitlines(), shown.stderr)
    for key in ("AAA-2", "AAA-pair-2"):
        assert 0 == run("kb", "show", key, *options).exit_code
