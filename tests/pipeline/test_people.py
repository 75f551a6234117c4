"""Files that name the same sample: one person only if they cover different things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from helpers.containers import bcf, bcf_csi, bgzf, bgzf_csi, bgzf_tbi, plain_gzip, uncompressed

from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CohortCalls
from pgx_ana.pipeline import Identity, Request, call

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]

PACKS = [uncompressed, plain_gzip, bgzf, bgzf_tbi, bgzf_csi, bcf, bcf_csi]


def genotypes(calls: CohortCalls, sample: str = "S1") -> dict[str, str]:
    """Return the genotypes of a sample where it has any."""
    number = calls.samples.index(sample)
    found = {site.variant.id: list(site.calls)[number].genotype for site in calls.sites}
    return {variant: genotype for variant, genotype in found.items() if genotype != "."}


def made(make_vcf: MakeVcf, *files: Sequence[str], sample: str = "S1") -> list[Path]:
    return [
        make_vcf(rows, samples=(sample,), name=f"{number}.vcf") for number, rows in enumerate(files)
    ]


def rejection(toy: KnowledgeBase, paths: Sequence[Path]) -> str:
    with pytest.raises(InputError) as caught:
        call(Request(tuple(map(str, paths))), toy)
    return str(caught.value)


DIFFERENT: dict[str, tuple[list[str], list[str], dict[str, str]]] = {
    "chromosomes": (
        ["1 100 A C 0/1", "1 900 A C 0/1"],
        ["2 50 G T 0/1", "2 300 A C 0/1"],
        {"rs1": "A/C", "rs6": "G/T"},
    ),
    "regions": (
        ["1 50 A C 0/1", "1 100 A C 0/1"],
        ["1 101 A C 0/1", "1 200 A C 0/1"],
        {"rs1": "A/C", "rs2": "A/C"},
    ),
    "regions in the other order": (
        ["1 200 A C 0/1", "1 260 A C 0/1"],
        ["1 100 A C 0/1", "1 120 A C 0/1"],
        {"rs1": "A/C", "rs2": "A/C"},
    ),
    "regions of rows out of order": (
        ["1 120 A C 0/1", "1 100 A C 0/1"],
        ["1 260 A C 0/1", "1 200 A C 0/1"],
        {"rs1": "A/C", "rs2": "A/C"},
    ),
    "another chromosome without known sites in common": (
        ["1 100 A C 0/1", "2 10 A C 0/1", "2 20 A C 0/1"],
        ["2 50 G T 0/1", "2 90 A C 0/1"],
        {"rs1": "A/C", "rs6": "G/T"},
    ),
    "no row at all": (["1 100 A C 0/1"], [], {"rs1": "A/C"}),
}


@pytest.mark.parametrize(("one", "other", "expected"), DIFFERENT.values(), ids=DIFFERENT)
def test_files_of_different_regions_are_one_person(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    one: list[str],
    other: list[str],
    expected: dict[str, str],
) -> None:
    calls = call(Request(tuple(map(str, made(make_vcf, one, other)))), toy)
    assert ("S1",) == calls.samples
    assert expected == genotypes(calls)


SAME: dict[str, tuple[list[str], list[str], str]] = {
    "the same site, the same genotype": (
        ["1 100 A C 0/1"],
        ["1 100 A C 0/1"],
        "both have rows at rs1",
    ),
    "the same site, no call": (["1 100 A C 0/1"], ["1 100 A C ./."], "both have rows at rs1"),
    "different sites, as carriers have": (
        ["1 100 A C 0/1", "1 300 T C 0/1"],
        ["1 200 A C 0/1", "1 501 GCA G 0/1"],
        "their rows on chromosome 1 are not of different regions",
    ),
    "one within the other": (
        ["1 100 A C 0/1", "1 501 GCA G 0/1"],
        ["1 200 A C 0/1", "1 300 T C 0/1"],
        "their rows on chromosome 1 are not of different regions",
    ),
    "one site each": (
        ["1 100 A C 0/1"],
        ["1 200 A C 0/1"],
        "their rows on chromosome 1 are not of different regions",
    ),
    "rows beside the known sites": (
        ["1 100 A C 0/1", "2 40 A C 0/1", "2 60 A C 0/1"],
        ["2 50 G T 0/1", "2 55 A C 0/1"],
        "their rows on chromosome 2 are not of different regions",
    ),
}


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.__name__)
@pytest.mark.parametrize(("one", "other", "reason"), SAME.values(), ids=SAME)
@pytest.mark.usefixtures("index_small_files")
def test_files_of_different_people_are_not_merged(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    pack: Callable[[Path], Path],
    one: list[str],
    other: list[str],
    reason: str,
) -> None:
    """In every container, with and without an index."""
    first, second = (pack(path) for path in made(make_vcf, one, other, sample="SAMPLE"))
    expected = (
        f"sample 'SAMPLE' is in {first} and in {second}, and {reason}: nothing shows that they are "
        "files of one person; files of different people: name each sample by its file with "
        "--sample-from-filename, or with --sample-sheet; files of one person: --same-person"
    )
    assert expected == rejection(toy, [first, second])


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.__name__)
@pytest.mark.usefixtures("index_small_files")
def test_regions_are_recognised_in_every_container(
    toy: KnowledgeBase, make_vcf: MakeVcf, pack: Callable[[Path], Path]
) -> None:
    paths = [
        pack(path)
        for path in made(
            make_vcf,
            ["1 50 A C 0/1", "1 100 A C 0/1"],
            ["1 101 A C 0/1", "1 200 A C 0/1", "2 50 G T 0/1"],
        )
    ]
    expected = {"rs1": "A/C", "rs2": "A/C", "rs6": "G/T"}
    assert expected == genotypes(call(Request(tuple(map(str, paths))), toy))


def test_rows_of_a_file_read_from_a_pipe_count_too(
    make_vcf: MakeVcf, run: Run, toy_directory: Path
) -> None:
    one, other = made(make_vcf, *SAME["different sites, as carriers have"][:2])
    words = ["annotate", one, "-", "--kb", toy_directory]
    result = run(*words, input=other.read_bytes())
    assert 3 == result.exit_code
    assert "and in <stdin>, and their rows on chromosome 1" in result.stderr


@pytest.mark.parametrize(
    ("genes", "chrom"), [(("BBB",), "1"), (("AAA",), "1")], ids=["other gene", "gene"]
)
def test_selected_genes_do_not_hide_other_rows(
    run: Run, make_vcf: MakeVcf, toy_directory: Path, genes: tuple[str, ...], chrom: str
) -> None:
    """At the sites of one gene alone, the files of two people often have no row in common."""
    rows = ["1 100 A C 0/1", "1 900 A C 0/1", "2 50 G T 0/1"]
    one, other = made(make_vcf, rows, ["1 90 A C 0/1", "1 95 A C 1/1", "1 850 A C 0/1"])
    words = [word for gene in genes for word in ("-g", gene)]
    result = run("annotate", one, other, "--kb", toy_directory, *words)
    assert 3 == result.exit_code
    assert f"their rows on chromosome {chrom} are not of different regions" in result.stderr


STRUCTURAL: dict[str, tuple[str, str, str]] = {
    "deletion": ("1 90 N <DEL> 0/1", "END=110;SVTYPE=DEL", "GT"),
    "deletion with a base": ("1 90 G <DEL> 0/1", "END=110;SVTYPE=DEL", "GT"),
    "duplication": ("1 90 G <DUP> 0/1", "END=110;SVTYPE=DUP", "GT"),
    "several symbols": ("1 90 N <DEL>,<DUP> 0/1", "END=110", "GT"),
    "copy number": ("1 90 G <CN3> 0/1", "END=110", "GT"),
    "elsewhere": ("1 700 G <DEL> 0/1", "END=710;SVTYPE=DEL", "GT"),
    "breakend": ("1 700 G G[2:60[ 0/1", "SVTYPE=BND", "GT"),
    "segment elsewhere": ("1 600 N . ./.:2", "END=710", "GT:CN"),
    "segment with a base": ("1 600 G . ./.:2", "END=710", "GT:CN"),
}


@pytest.mark.parametrize("pack", [uncompressed, bgzf_tbi, bcf], ids=lambda pack: pack.__name__)
@pytest.mark.parametrize(("row", "info", "fmt"), STRUCTURAL.values(), ids=STRUCTURAL)
@pytest.mark.parametrize("is_first", [False, True], ids=["second", "first"])
@pytest.mark.usefixtures("index_small_files")
def test_a_file_of_structural_variants_beside_one_of_bases(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    pack: Callable[[Path], Path],
    row: str,
    info: str,
    fmt: str,
    *,
    is_first: bool,
) -> None:
    """Each covers what the other does not: they are taken for one person."""
    declared = ['##FORMAT=<ID=CN,Number=1,Type=Integer,Description="copies">']
    declared += [f'##ALT=<ID={name},Description="x">' for name in ("DEL", "DUP", "CN3")]
    rows = ["1 200 A C 0/1", "1 800 A C 0/1", "2 50 G T 0/1"]
    bases = pack(make_vcf(rows, name="snv.vcf"))
    structural = pack(
        make_vcf([row], name="sv.vcf", info={0: info}, fmt=fmt, extra_header=declared)
    )
    paths = (structural, bases) if is_first else (bases, structural)
    calls = call(Request(tuple(map(str, paths))), toy)
    assert ("S1",) == calls.samples
    assert "A/C" == genotypes(calls)["rs2"]


@pytest.mark.parametrize(
    ("row", "fmt"),
    [
        ("1 700 A C 0/1", "GT"),
        ("1 700 G <NON_REF> 0/0", "GT"),
        ("1 700 G . 0/0:30:50", "GT:DP:GQ"),
        ("1 700 G <DEL>,A 0/1", "GT"),
    ],
    ids=["base", "block", "site", "both"],
)
def test_a_file_with_one_row_about_bases_is_not_structural(
    toy: KnowledgeBase, make_vcf: MakeVcf, row: str, fmt: str
) -> None:
    bases = make_vcf(["1 200 A C 0/1", "1 800 A C 0/1"], name="snv.vcf")
    other = make_vcf([row], name="other.vcf", fmt=fmt)
    assert "their rows on chromosome 1" in rejection(toy, [bases, other])


def test_two_files_of_structural_variants(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    row, info, _ = STRUCTURAL["deletion"]
    paths = [make_vcf([row], name=name, info={0: info}) for name in ("one.vcf", "two.vcf")]
    assert "both have rows at rs1" in rejection(toy, paths)


def test_a_reference_block_is_about_bases(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    block = make_vcf(["1 90 G <NON_REF> 0/0"], name="gvcf.vcf", info={0: "END=110"})
    assert "both have rows at rs1" in rejection(
        toy, [make_vcf(["1 100 A C 0/1"], name="snv.vcf"), block]
    )


def test_only_selected_samples_matter(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    one = make_vcf(["1 100 A C 0/1 1/1"], samples=("A", "B"), name="one.vcf")
    two = make_vcf(["1 100 A C 0/1 1/1"], samples=("B", "C"), name="two.vcf")
    assert "sample 'B' is in" in rejection(toy, [one, two])
    request = Request((str(one), str(two)))
    selected = type(request.selection)(samples=("A", "C"))
    calls = call(Request(request.paths, selected), toy)
    assert {"rs1": "C/C"} == genotypes(calls, "C")
    assert {"rs1": "A/C"} == genotypes(calls, "A")


def test_the_user_says_that_it_is_one_person(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    one, other, _ = SAME["different sites, as carriers have"]
    paths = tuple(map(str, made(make_vcf, one, other)))
    calls = call(Request(paths, identity=Identity(same_person=True)), toy)
    expected = {"rs1": "A/C", "rs2": "A/C", "rs3": "T/C", "rs5": "GCA/G"}
    assert expected == genotypes(calls)


def test_names_from_files(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    rows = ["1 100 A C 0/1"], ["1 100 A C 1/1"]
    paths = made(make_vcf, *rows, sample="SAMPLE")
    request = Request(tuple(map(str, paths)), identity=Identity(from_file_name=True))
    calls = call(request, toy)
    assert ("0", "1") == calls.samples
    assert [{"rs1": "A/C"}, {"rs1": "C/C"}] == [genotypes(calls, name) for name in ("0", "1")]
