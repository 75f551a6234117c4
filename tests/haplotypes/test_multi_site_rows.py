"""What rows over several sites, and several files, say of the haplotypes of the real genes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

HEADER = """##fileformat=VCFv4.2
##contig=<ID=7,length=159345973>
##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">
"""
FIRST, SECOND = "99769804 C T", "99769805 G A"
"""CYP3A4*15 and *23 change neighbouring bases."""
THIRD, TWENTY_SECOND = "99760901 A G", "99768693 G A"


def write(path: Path, rows: Sequence[str], fmt: str = "GT") -> Path:
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", "S1"]
    lines = ["\t".join(columns)]
    for row in sorted(rows, key=lambda row: int(row.split()[0])):
        pos, ref, alt, value = row.split()
        lines.append("\t".join(["7", pos, ".", ref, alt, ".", "PASS", ".", fmt, value]))
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def star_alleles(run: Run, *paths: Path) -> tuple[str, str, str, str]:
    """Return diplotype, status, candidates and what would decide, sites without a row asserted."""
    options = ("-g", "CYP3A4", "-t", "haplotypes", "-q", "--absent-is-reference")
    result = run("annotate", *paths, *options)
    assert result.exit_code == 0, result.stderr
    (row,) = csv.DictReader(result.stdout.splitlines(), delimiter="\t")
    return (row["diplotype"], row["status"], row["candidates"], row["deciding"])


BOTH = "*1/[*15 + *23]"
OPEN = ("*15/*23", "presumed", f"*15/*23;{BOTH}", "phase of rs57409622 and rs4986907")

ROWS = {
    "two rows": ([f"{FIRST} 0/1", f"{SECOND} 0/1"], OPEN),
    "two rows, turned": ([f"{FIRST} 0/1", f"{SECOND} 1/0"], OPEN),
    "one row": (["99769804 CG TA 0/1"], (BOTH, "determined", BOTH, ".")),
    "one row, the other way round": (["99769804 CG TA 1/0"], (BOTH, "determined", BOTH, ".")),
    "one row with one change on each copy": (
        ["99769804 CG TG,CA 1/2"],
        ("*15/*23", "determined", "*15/*23", "."),
    ),
    "one row with both changes and one of them": (
        ["99769804 CG TA,CA 2/1"],
        ("*23/[*15 + *23]", "determined", "*23/[*15 + *23]", "."),
    ),
    "one row and another site": (
        ["99769804 CG TA 0/1", f"{TWENTY_SECOND} 0/1"],
        (
            ".",
            "ambiguous",
            "*1/[*15 + *22 + *23];*22/[*15 + *23]",
            "phase of rs57409622+rs4986907 and rs35599367",
        ),
    ),
    "a phased row and another site": (
        ["99769804 CG TA 0|1", f"{TWENTY_SECOND} 1|0"],
        ("*22/[*15 + *23]", "determined", "*22/[*15 + *23]", "."),
    ),
    "deletion of one copy over both": (
        ["99769803 ACG A 0/1"],
        (
            ".",
            "unknown_allele",
            "*1|*15|*23/[? + rs57409622 * + rs4986907 *]",
            "rs57409622 not_assessable;rs4986907 not_assessable",
        ),
    ),
    "deletion of one copy over both, and the base that is left": (
        ["99769803 ACG A 0/1", "99769804 C T 1/1"],
        (
            ".",
            "unknown_allele",
            "*15/[? + rs57409622 * + rs4986907 *]",
            "rs57409622 not_assessable",
        ),
    ),
    "a row told twice": (["99769804 CG TA 0/1"] * 2, (BOTH, "determined", BOTH, ".")),
    "a row told twice, the other way round": (
        ["99769804 CG TA 0/1", "99769804 CG TA 1/0"],
        OPEN,
    ),
    "deletion of both copies over both": (
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
def test_what_one_row_says_of_several_sites_lies_on_one_copy(
    rows: list[str], expected: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    assert expected == star_alleles(run, write(tmp_path / "made.vcf", rows))


IN_CIS = ("*1/*37", "determined", "*1/*37", ".")
IN_TRANS = ("*3/*22", "determined", "*3/*22", ".")
EITHER = (".", "ambiguous", "*1/*37;*3/*22", "phase of rs35599367 and rs4986910")

FILES = {
    "the same phase": (("0|1", "0|1"), ("0|1", "0|1"), IN_CIS),
    "the same phase in trans": (("0|1", "1|0"), ("0|1", "1|0"), IN_TRANS),
    "phase in one": (("0|1", "0|1"), ("0/1", "0/1"), IN_CIS),
    "one phase against the other": (("0|1", "0|1"), ("0|1", "1|0"), EITHER),
    "the copies of all sites turned": (("0|1", "0|1"), ("1|0", "1|0"), EITHER),
}


@pytest.mark.parametrize(("one", "two", "expected"), FILES.values(), ids=FILES)
def test_two_files_of_one_person(
    one: tuple[str, str],
    two: tuple[str, str],
    expected: tuple[str, ...],
    run: Run,
    tmp_path: Path,
) -> None:
    """Phase on which two files do not plainly agree is open, whichever comes first."""
    paths = [
        write(
            tmp_path / f"{name}.vcf",
            [f"{THIRD} {genotypes[0]}", f"{TWENTY_SECOND} {genotypes[1]}"],
        )
        for name, genotypes in (("one", one), ("two", two))
    ]
    assert expected == star_alleles(run, *paths)
    if "/" not in "".join(two):
        assert expected == star_alleles(run, *reversed(paths))


ON_ONE_COPY, ON_BOTH = ["99769804 CG TA 0/1"], ["99769804 CG TG,CA 1/2"]
OTHER_FILES = {
    "changes on one copy and on both": (ON_ONE_COPY, ON_BOTH),
    "changes on one copy, and phase that has them on both": (
        ON_ONE_COPY,
        [f"{FIRST} 0|1", f"{SECOND} 1|0"],
    ),
}


@pytest.mark.parametrize(("one", "two"), OTHER_FILES.values(), ids=OTHER_FILES)
def test_rows_of_two_files_that_order_the_copies_in_two_ways_leave_phase_open(
    one: list[str], two: list[str], run: Run, tmp_path: Path
) -> None:
    paths = [write(tmp_path / "one.vcf", one), write(tmp_path / "two.vcf", two)]
    assert OPEN == star_alleles(run, *paths)
    assert OPEN == star_alleles(run, *reversed(paths))


def test_rows_of_two_files_that_agree_are_one(run: Run, tmp_path: Path) -> None:
    phased = [f"{FIRST} 0|1", f"{SECOND} 0|1"]
    paths = [write(tmp_path / "one.vcf", ON_ONE_COPY), write(tmp_path / "two.vcf", phased)]
    expected = (BOTH, "determined", BOTH, ".")
    assert expected == star_alleles(run, *paths)
    assert expected == star_alleles(run, *reversed(paths))


def test_phase_that_two_files_leave_open_has_no_phase_set(run: Run, tmp_path: Path) -> None:
    paths = [
        write(tmp_path / "one.vcf", [f"{THIRD} 0|1:7", f"{TWENTY_SECOND} 0|1:7"], "GT:PS"),
        write(tmp_path / "two.vcf", [f"{THIRD} 1|0:9"], "GT:PS"),
    ]
    result = run("annotate", *paths, "-g", "CYP3A4", "-t", "calls", "-q")
    rows = csv.DictReader(result.stdout.splitlines(), delimiter="\t")
    found = {row["variant"]: (row["genotype"], row["phase_set"]) for row in rows}
    expected = {"rs4986910": ("A/G", "."), "rs35599367": ("G|A", "7")}
    assert expected == {name: found[name] for name in expected}


def test_a_symbolic_deletion_is_on_one_copy(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "made.vcf", ["99769700 C <DEL> 0/1", f"{TWENTY_SECOND} 0/1"])
    end = '##INFO=<ID=END,Number=1,Type=Integer,Description="end">\n#CHROM'
    text = path.read_text().replace("<DEL>\t.\tPASS\t.", "<DEL>\t.\tPASS\tEND=99769900")
    path.write_text(text.replace("#CHROM", end))
    gone = "rs57409622 * + rs4986907 * + rs72552798 * + rs4986908 *"
    *_, candidates, deciding = star_alleles(run, path)
    left = "*1|*9|*10|*15|*23"
    assert [f"{left}/[? + *22 + {gone}]", f"*22/[? + {gone}]"] == candidates.split(";")
    sites = "rs57409622+rs4986907+rs72552798+rs4986908"
    assert f"phase of {sites} and rs35599367" == deciding.split(";")[-1]


def test_each_file_has_its_own_phase(run: Run, tmp_path: Path) -> None:
    """Two sites in two files are in no common phase."""
    paths = [
        write(tmp_path / "one.vcf", [f"{THIRD} 0|1"]),
        write(tmp_path / "two.vcf", [f"{TWENTY_SECOND} 0|1"]),
    ]
    assert EITHER == star_alleles(run, *paths)


PHASE_SETS = {
    "one": ("0|1:7", "0|1:7", IN_CIS),
    "two": ("0|1:7", "0|1:8", EITHER),
    "one, and a row outside of it": ("0|1:7", "0|1:.", EITHER),
    "none": ("0|1:.", "1|0:.", IN_TRANS),
}


@pytest.mark.parametrize(("one", "two", "expected"), PHASE_SETS.values(), ids=PHASE_SETS)
def test_phase_sets(
    one: str, two: str, expected: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    rows = [f"{THIRD} {one}", f"{TWENTY_SECOND} {two}"]
    assert expected == star_alleles(run, write(tmp_path / "made.vcf", rows, "GT:PS"))


def test_what_cannot_be_excluded_is_named(run: Run, tmp_path: Path) -> None:
    """With one of three sites seen: what it is, and all that the others leave open."""
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


def test_what_may_lie_beside_is_not_excluded(run: Run, tmp_path: Path) -> None:
    """Where *22 is seen on both copies and all else is missing, any other may lie beside it."""
    path = write(tmp_path / "made.vcf", ["99768693 G A 1/1"])
    result = run("annotate", path, "-g", "CYP3A4", "-t", "haplotypes", "-q")
    (row,) = csv.DictReader(result.stdout.splitlines(), delimiter="\t")
    assert ("*22|*37/*22|*37", ".") == (row["candidates"], row["phenotype"])
    named = row["not_excluded"].split(";")
    assert 43 == len(named)  # all but *1, and but *3, which makes *37 of *22
    assert ["*2", "*4", "*5"] == named[:3]
