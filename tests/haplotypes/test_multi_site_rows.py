"""Haplotypes of curated genes from rows that cover several sites, and from several files."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from helpers.fixture_types import Run

HEADER = """##fileformat=VCFv4.2
##contig=<ID=7,length=159345973>
##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">
"""
RS4986907, RS57409622 = "99769804 C T", "99769805 G A"
"""The variants of CYP3A4*15 and *23, at neighbouring bases."""
RS4986910, RS35599367 = "99760901 A G", "99768693 G A"
"""The variants of CYP3A4*3 and *22; in cis they are *37."""


def write(path: Path, rows: Sequence[str], fmt: str = "GT") -> Path:
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", "S1"]
    lines = ["\t".join(columns)]
    for row in sorted(rows, key=lambda row: int(row.split()[0])):
        pos, ref, alt, value = row.split()
        lines.append("\t".join(["7", pos, ".", ref, alt, ".", "PASS", ".", fmt, value]))
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def star_alleles(run: Run, *paths: Path) -> tuple[str, str, str, str]:
    """Return diplotype, status, candidates and ``deciding``, with absent sites as reference."""
    options = ("-g", "CYP3A4", "-t", "haplotypes", "-q", "--absent-is-reference")
    result = run("annotate", *paths, *options, "--same-person")
    assert result.exit_code == 0, result.stderr
    (row,) = csv.DictReader(result.stdout.splitlines(), delimiter="\t")
    return (row["diplotype"], row["status"], row["candidates"], row["deciding"])


CIS_15_23 = "*1/[*15 + *23]"
OPEN_PHASE = ("*15/*23", "presumed", f"*15/*23;{CIS_15_23}", "phase of rs57409622 and rs4986907")

ROWS = {
    "two rows": ([f"{RS4986907} 0/1", f"{RS57409622} 0/1"], OPEN_PHASE),
    "two rows, copies swapped": ([f"{RS4986907} 0/1", f"{RS57409622} 1/0"], OPEN_PHASE),
    "one row": (["99769804 CG TA 0/1"], (CIS_15_23, "determined", CIS_15_23, ".")),
    "one row, copies swapped": (["99769804 CG TA 1/0"], (CIS_15_23, "determined", CIS_15_23, ".")),
    "one row with one change on each copy": (
        ["99769804 CG TG,CA 1/2"],
        ("*15/*23", "determined", "*15/*23", "."),
    ),
    "one row with both changes and one of them": (
        ["99769804 CG TA,CA 2/1"],
        ("*23/[*15 + *23]", "determined", "*23/[*15 + *23]", "."),
    ),
    "one row and another unphased site": (
        ["99769804 CG TA 0/1", f"{RS35599367} 0/1"],
        (
            ".",
            "ambiguous",
            "*1/[*15 + *22 + *23];*22/[*15 + *23]",
            "phase of rs57409622+rs4986907 and rs35599367",
        ),
    ),
    "one phased row and another phased site": (
        ["99769804 CG TA 0|1", f"{RS35599367} 1|0"],
        ("*22/[*15 + *23]", "determined", "*22/[*15 + *23]", "."),
    ),
    "deletion of both sites on one copy": (
        ["99769803 ACG A 0/1"],
        (
            ".",
            "unknown_allele",
            "*1|*15|*23/[? + rs57409622 * + rs4986907 *]",
            "rs57409622 not_assessable;rs4986907 not_assessable",
        ),
    ),
    "deletion of both sites on one copy, and the remaining base": (
        ["99769803 ACG A 0/1", "99769804 C T 1/1"],
        (
            ".",
            "unknown_allele",
            "*15/[? + rs57409622 * + rs4986907 *]",
            "rs57409622 not_assessable",
        ),
    ),
    "the same row twice": (["99769804 CG TA 0/1"] * 2, (CIS_15_23, "determined", CIS_15_23, ".")),
    "the same row twice, copies swapped": (
        ["99769804 CG TA 0/1", "99769804 CG TA 1/0"],
        OPEN_PHASE,
    ),
    "deletion of both sites on both copies": (
        ["99769803 ACG A 1/1"],
        (
            ".",
            "unknown_allele",
            "[? + rs57409622 * + rs4986907 *]/[? + rs57409622 * + rs4986907 *]",
            ".",
        ),
    ),
}


@pytest.mark.parametrize(("rows", "expected"), ROWS.values(), ids=ROWS)
def test_alleles_of_one_row_over_several_sites_are_in_cis(
    rows: list[str], expected: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    assert expected == star_alleles(run, write(tmp_path / "made.vcf", rows))


IN_CIS = ("*1/*37", "determined", "*1/*37", ".")
IN_TRANS = ("*3/*22", "determined", "*3/*22", ".")
EITHER = (".", "ambiguous", "*1/*37;*3/*22", "phase of rs35599367 and rs4986910")

FILES = {
    "the same phase": (("0|1", "0|1"), ("0|1", "0|1"), IN_CIS),
    "the same phase in trans": (("0|1", "1|0"), ("0|1", "1|0"), IN_TRANS),
    "phase in one file only": (("0|1", "0|1"), ("0/1", "0/1"), IN_CIS),
    "contradictory phase": (("0|1", "0|1"), ("0|1", "1|0"), EITHER),
    "the copies of all sites swapped": (("0|1", "0|1"), ("1|0", "1|0"), EITHER),
}


@pytest.mark.parametrize(("one", "two", "expected"), FILES.values(), ids=FILES)
def test_two_files_of_one_person(
    one: tuple[str, str],
    two: tuple[str, str],
    expected: tuple[str, ...],
    run: Run,
    tmp_path: Path,
) -> None:
    """Phase is open unless the files agree on it, whichever file comes first."""
    paths = [
        write(
            tmp_path / f"{name}.vcf",
            [f"{RS4986910} {genotypes[0]}", f"{RS35599367} {genotypes[1]}"],
        )
        for name, genotypes in (("one", one), ("two", two))
    ]
    assert expected == star_alleles(run, *paths)
    if "/" not in "".join(two):
        assert expected == star_alleles(run, *reversed(paths))


CIS_ROW, TRANS_ROW = ["99769804 CG TA 0/1"], ["99769804 CG TG,CA 1/2"]
CONTRADICTORY_FILES = {
    "in cis and in trans": (CIS_ROW, TRANS_ROW),
    "in cis, and phased in trans": (
        CIS_ROW,
        [f"{RS4986907} 0|1", f"{RS57409622} 1|0"],
    ),
}


@pytest.mark.parametrize(("one", "two"), CONTRADICTORY_FILES.values(), ids=CONTRADICTORY_FILES)
def test_contradictory_rows_of_two_files_leave_phase_open(
    one: list[str], two: list[str], run: Run, tmp_path: Path
) -> None:
    paths = [write(tmp_path / "one.vcf", one), write(tmp_path / "two.vcf", two)]
    assert OPEN_PHASE == star_alleles(run, *paths)
    assert OPEN_PHASE == star_alleles(run, *reversed(paths))


def test_rows_of_two_files_that_agree_keep_phase(run: Run, tmp_path: Path) -> None:
    phased = [f"{RS4986907} 0|1", f"{RS57409622} 0|1"]
    paths = [write(tmp_path / "one.vcf", CIS_ROW), write(tmp_path / "two.vcf", phased)]
    expected = (CIS_15_23, "determined", CIS_15_23, ".")
    assert expected == star_alleles(run, *paths)
    assert expected == star_alleles(run, *reversed(paths))


def test_a_genotype_with_contradictory_phase_has_no_phase_set(run: Run, tmp_path: Path) -> None:
    paths = [
        write(tmp_path / "one.vcf", [f"{RS4986910} 0|1:7", f"{RS35599367} 0|1:7"], "GT:PS"),
        write(tmp_path / "two.vcf", [f"{RS4986910} 1|0:9"], "GT:PS"),
    ]
    result = run("annotate", *paths, "-g", "CYP3A4", "-t", "calls", "-q", "--same-person")
    rows = csv.DictReader(result.stdout.splitlines(), delimiter="\t")
    actual = {row["variant"]: (row["genotype"], row["phase_set"]) for row in rows}
    expected = {"rs4986910": ("A/G", "."), "rs35599367": ("G|A", "7")}
    assert expected == {name: actual[name] for name in expected}


def test_a_symbolic_deletion_is_on_one_copy(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "made.vcf", ["99769700 C <DEL> 0/1", f"{RS35599367} 0/1"])
    end = '##INFO=<ID=END,Number=1,Type=Integer,Description="end">\n#CHROM'
    text = path.read_text().replace("<DEL>\t.\tPASS\t.", "<DEL>\t.\tPASS\tEND=99769900")
    path.write_text(text.replace("#CHROM", end))
    deleted = "rs57409622 * + rs4986907 * + rs72552798 * + rs4986908 *"
    *_, candidates, deciding = star_alleles(run, path)
    possible = "*1|*9|*10|*15|*23"
    assert [f"{possible}/[? + *22 + {deleted}]", f"*22/[? + {deleted}]"] == candidates.split(";")
    sites = "rs57409622+rs4986907+rs72552798+rs4986908"
    assert f"phase of {sites} and rs35599367" == deciding.split(";")[-1]


def test_each_file_has_its_own_phase(run: Run, tmp_path: Path) -> None:
    """The phase of a site in one file is not that of a site in another file."""
    paths = [
        write(tmp_path / "one.vcf", [f"{RS4986910} 0|1"]),
        write(tmp_path / "two.vcf", [f"{RS35599367} 0|1"]),
    ]
    assert EITHER == star_alleles(run, *paths)


PHASE_SETS = {
    "the same": ("0|1:7", "0|1:7", IN_CIS),
    "different": ("0|1:7", "0|1:8", EITHER),
    "one, and a row without": ("0|1:7", "0|1:.", EITHER),
    "none": ("0|1:.", "1|0:.", IN_TRANS),
}


@pytest.mark.parametrize(("one", "two", "expected"), PHASE_SETS.values(), ids=PHASE_SETS)
def test_phase_sets(
    one: str, two: str, expected: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    rows = [f"{RS4986910} {one}", f"{RS35599367} {two}"]
    assert expected == star_alleles(run, write(tmp_path / "made.vcf", rows, "GT:PS"))


def test_candidates_and_not_excluded_with_one_of_three_sites(run: Run, tmp_path: Path) -> None:
    """Every haplotype that the two absent sites leave open is listed."""
    path = write(tmp_path / "made.vcf", ["87531302 A C 0/1"])
    result = run("annotate", path, "-g", "ABCB1", "-t", "haplotypes", "-q")
    (row,) = csv.DictReader(result.stdout.splitlines(), delimiter="\t")
    assert {
        "diplotype": ".",
        "status": "incomplete",
        "candidates": "C-G-C|T-G-C|C-G-T|T-G-T/T-T-T|T-T-C|C-T-C|C-T-T",
        "not_excluded": "C-G-C;T-T-T;T-G-C;C-G-T;T-T-C;T-G-T;C-T-C;C-T-T",
        "deciding": "rs1128503 absent;rs1045642 absent",
    } == {name: row[name] for name in (
        "diplotype", "status", "candidates", "not_excluded", "deciding"
    )}  # fmt: skip


def test_haplotypes_possible_in_cis_are_not_excluded(run: Run, tmp_path: Path) -> None:
    """With *22 on both copies and all other sites absent, any other haplotype may be in cis."""
    path = write(tmp_path / "made.vcf", ["99768693 G A 1/1"])
    result = run("annotate", path, "-g", "CYP3A4", "-t", "haplotypes", "-q")
    (row,) = csv.DictReader(result.stdout.splitlines(), delimiter="\t")
    assert ("*22|*37/*22|*37", "43 haplotypes", ".") == (
        row["candidates"],
        row["not_excluded"],
        row["phenotype"],
    )
    result = run("annotate", path, "-g", "CYP3A4", "-f", "json", "-q")
    ((haplotypes,),) = (document["haplotypes"] for document in json.loads(result.stdout))
    named = haplotypes["not_excluded"]
    assert 43 == len(named)  # all but *1, and *3, which in cis with *22 is *37
    assert ["*2", "*4", "*5"] == named[:3]
