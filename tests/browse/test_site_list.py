"""The lists of known sites for programs that cut files: BED, regions, rsIDs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from helpers.containers import calls_of
from helpers.paths import ROOT
from helpers.toy_overlays import kb_options, written_overlay
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.browse import VariantFilter, listed_rsids, region_lines
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.terms import Assembly

if TYPE_CHECKING:
    from helpers.fixture_types import Bcftools, MakeVcf, Run

    from pgx_ana.browse import RegionFormat

# The windows of the insertion rs4 and the deletion rs5 are longer than their REF.
BED37 = "1 149 150 rs1|1 249 250 rs2|1 349 350 rs3|1 449 458 rs4|1 549 559 rs5|2 49 50 rs6"
BED38 = "1 99 100 rs1|1 199 200 rs2|1 299 300 rs3|1 399 408 rs4|1 499 509 rs5|2 49 50 rs6"
REGIONS37 = "1 150 150|1 250 250|1 350 350|1 450 458|1 550 559|2 50 50"
REGIONS38 = "1 100 100|1 200 200|1 300 300|1 400 408|1 500 509|2 50 50"
OVERLAPPING = """\
variants:
  - id: AAA-3del
    gene: AAA
    type: snv
    loci: {GRCh37: {chrom: "1", pos: 454, ref: T}, GRCh38: {chrom: "1", pos: 404, ref: T}}
    alleles: [{bases: T}, {bases: G}]
    consequence: none
    paper_wording: plus strand
    sources: [made up]
"""
"""A variant without an rsID, in the window of rs4."""
GENE = """\
genes:
  - id: CCC
    name: third toy gene
    strand: "+"
    chrom: "1"
    bounds: {GRCh37: {start: 110, end: 700}, GRCh38: {start: 60, end: 650}}
    role: carries a toy variant
    source: made up
"""
NO_RSID = "without an rsID, not listed: AAA-3del\n"
WRITTEN = {
    definition["id"]: definition
    for path in sorted((ROOT / "data" / "kb").rglob("*.yaml"))
    for definition in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("variants", ())
}
"""The variants of the shipped knowledge base as its files have them, by id."""
SHIPPED_GENES = sorted({definition["gene"] for definition in WRITTEN.values()})


def as_lines(rows: str) -> str:
    """Return rows between bars as lines, with their cells between tabs."""
    return "".join(row.replace(" ", "\t") + "\n" for row in rows.split("|"))


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("-f bed --assembly GRCh37", BED37),
        ("-f bed --assembly hg38", BED38),
        ("-f regions --assembly hg19", REGIONS37),
        ("--format regions --assembly grch38.p14", REGIONS38),
        ("-f regions --assembly GRCh38 -g bbb", "2 50 50"),
        ("-f bed --assembly GRCh38 -g BBB -g AAA --drug letrozole --level null", ""),
        ("-f bed --assembly GRCh38 --category exposure", "1 199 200 rs2"),
        ("-f bed --assembly GRCh38 --context adjuvant --gene BBB", "2 49 50 rs6"),
        ("-f bed --assembly GRCh38 --chr-prefix -g BBB", "chr2 49 50 rs6"),
        ("-f regions --assembly GRCh37 --chr-prefix", f"chr{REGIONS37.replace('|', '|chr')}"),
        ("-f ids", "rs1|rs11|rs2|rs3|rs4|rs5|rs6"),
        ("-f ids --gene BBB", "rs6"),
    ],
)
def test_lists_of_sites(words: str, rows: str, run: Run, toy_directory: Path) -> None:
    """By chromosome and position; a merged rsID is behind the one that it was merged into."""
    result = run("kb", "list", *words.split(), "--kb", toy_directory)
    nothing = "Error: no variant passes the filters: a list of no sites would keep no row\n"
    expected = (0, as_lines(rows), "") if rows else (2, "", nothing)
    assert expected == (result.exit_code, result.stdout, result.stderr)


def test_windows_that_overlap_are_listed_one_by_one(
    run: Run, toy_directory: Path, tmp_path: Path
) -> None:
    directories = [toy_directory, written_overlay(tmp_path / "overlay", OVERLAPPING)]
    words = ["--assembly", "GRCh38", "-g", "AAA", *kb_options(directories)]
    bed = run("kb", "list", "-f", "bed", *words)
    regions = run("kb", "list", "-f", "regions", *words)
    rows = BED38.replace("|2 49 50 rs6", "").replace("rs4|", "rs4|1 403 404 AAA-3del|")
    assert (0, as_lines(rows), "") == (bed.exit_code, bed.stdout, bed.stderr)
    rows = REGIONS38.replace("|2 50 50", "").replace("408|", "408|1 404 404|")
    assert (0, as_lines(rows), "") == (regions.exit_code, regions.stdout, regions.stderr)


def test_a_variant_without_an_rsid_is_named_on_stderr(
    run: Run, toy_directory: Path, tmp_path: Path
) -> None:
    directories = [toy_directory, written_overlay(tmp_path / "overlay", OVERLAPPING)]
    result = run("kb", "list", "-f", "ids", *kb_options(directories))
    assert (0, as_lines("rs1|rs11|rs2|rs3|rs4|rs5|rs6"), NO_RSID) == (
        result.exit_code,
        result.stdout,
        result.stderr,
    )


def test_no_rsid_at_all_is_an_error(run: Run, toy_directory: Path, tmp_path: Path) -> None:
    text = OVERLAPPING.replace("gene: AAA", "gene: CCC") + GENE
    directories = [toy_directory, written_overlay(tmp_path / "overlay", text)]
    result = run("kb", "list", "-f", "ids", "-g", "CCC", *kb_options(directories))
    message = "Error: none of these variants has an rsID: AAA-3del\n"
    assert (2, "", message) == (result.exit_code, result.stdout, result.stderr)


FORMATS = ("tsv", "json", "bed", "regions", "ids", "vrs")
ASSEMBLIES = (None, "GRCh37", "hg38", "GRCh36", "")
CONTEXTS = ((), ("--context",), ("--context", "adjuvant"), ("--context", ""))
FILTERS = ((), ("--gene", "BBB"), ("--gene", "ZZZ"), ("--level", "replicated"))


def expected_error(
    file_format: str, assembly: str | None, prefix: str, context: tuple[str, ...], words: str
) -> str:
    """Return the beginning of the message for a combination of options; empty for none."""
    in_regions = file_format in {"bed", "regions"}
    if in_regions and assembly is None:
        return f"--format {file_format} needs --assembly: GRCh37 or GRCh38"
    if not in_regions and assembly is not None and file_format != "vrs":
        return f"--assembly is for --format bed, regions and vrs, not {file_format}"
    if not in_regions and prefix:
        return f"--chr-prefix is for --format bed and regions, not {file_format}"
    if context == ("--context",):
        if file_format not in {"tsv", "json"}:
            return "--context without a name lists the uses, as tsv or json"
        return "--context without a name lists the uses; it takes no filter" if words else ""
    if assembly in {"GRCh36", ""}:
        return f"unknown assembly {assembly!r} (--assembly); known: "
    if "ZZZ" in words:
        return "unknown gene: ZZZ; known: AAA, BBB"
    if context == ("--context", ""):
        return "a context is needed, not an empty text"
    if "replicated" in words and file_format not in {"tsv", "json", "vrs"}:
        return "no variant passes the filters: a list of no sites would keep no row"
    return ""


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_combination_of_options(file_format: str, run: Run, toy_directory: Path) -> None:
    """Each gives rows, or one line that says what is wrong and the exit code of usage errors."""
    wrong = []
    for assembly, prefix, context, words in itertools.product(
        ASSEMBLIES, ("", "--chr-prefix"), CONTEXTS, FILTERS
    ):
        given_assembly = () if assembly is None else ("--assembly", assembly)
        options = (*given_assembly, *([prefix] if prefix else ()), *words, *context)
        result = run("kb", "list", "-f", file_format, "--kb", toy_directory, *options)
        error = expected_error(file_format, assembly, prefix, context, " ".join(words))
        if error:
            right = (
                (2, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
                and result.stderr.startswith(f"Error: {error}")
                and result.stderr.endswith("\n")
            )
        else:
            right = (0, "") == (result.exit_code, result.stderr) and bool(result.stdout)
        wrong += [] if right else [(options, result.exit_code, result.stdout, result.stderr)]
    assert [] == wrong


ROWS = (
    "1 98 GTA G 0/1:50:9",  # a deletion of rs1 that begins before its region
    "1 150 A <NON_REF> 0/0:60:20",  # a block over rs2, rs3 and a part of the window of rs4
    "1 402 TT T 0/1:40:8",
    "1 404 T G 0/1:40:8",  # in the window of rs4, before another indel in it
    "1 406 T TT 0/1:30:9",
    "1 430 A C 0/1:30:9",
    "1 501 GCA G 0/1:70:9",
    "2 40 A <NON_REF> 0/0:55:20",
)


GENOTYPES = {
    "rs1": "*/.",
    "rs2": "A/A",
    "rs3": "T/T",
    "rs4": "GT/T>-",
    "AAA-3del": "T/G",
    "rs5": "GCA/G",
    "rs6": "G/G",
}


@pytest.mark.parametrize("file_format", ["bed", "regions"])
@pytest.mark.parametrize("options", [["-R"], ["--targets-overlap", "1", "-T"]])
def test_a_cut_file_gives_the_calls_of_the_whole(
    file_format: RegionFormat,
    options: list[str],
    make_vcf: MakeVcf,
    bgzip: Callable[[Path], Path],
    bcftools: Bcftools,
    toy_directory: Path,
    tmp_path: Path,
) -> None:
    """Windows that overlap, and rows that begin before their region."""
    knowledge = load([toy_directory, written_overlay(tmp_path / "overlay", OVERLAPPING)])
    info = {1: "END=401", 7: "END=60"}
    whole = bgzip(make_vcf(ROWS, fmt="GT:GQ:DP", info=info))
    lines = region_lines(knowledge, VariantFilter(), file_format, Assembly.GRCH38, chr_prefix=False)
    sites = tmp_path / f"sites.{file_format}"
    sites.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    cut = tmp_path / "cut.vcf"
    bcftools("view", *options, sites, whole, "-O", "v", "-o", cut)
    kept = [line.split("\t")[1] for line in cut.read_text().splitlines() if line[0] != "#"]
    assert ["98", "150", "402", "404", "406", "501", "40"] == kept
    calls = calls_of(knowledge, whole)
    assert calls == calls_of(knowledge, cut)
    assert GENOTYPES == {row[2]: row[7] for row in calls[1:]}


def window(locus: dict[str, Any]) -> tuple[int, int]:
    """Return the first and the last position of the window of a locus in the YAML."""
    start, bases = locus.get("window_start", locus["pos"]), locus.get("window", locus["ref"])
    return start, start + len(bases) - 1


@settings(deadline=None)
@given(
    genes=st.sets(st.sampled_from(SHIPPED_GENES)),
    assembly=st.sampled_from(Assembly),
    chr_prefix=st.booleans(),
)
def test_regions_are_the_windows_of_the_files(
    curated: KnowledgeBase, genes: set[str], assembly: Assembly, chr_prefix: bool
) -> None:
    """BED has the regions, one base further down; each locus lies in its region; all are sorted."""
    wanted = VariantFilter(genes=sorted(genes))
    regions, bed = (
        [line.split("\t") for line in region_lines(*arguments, assembly, chr_prefix=chr_prefix)]
        for arguments in ((curated, wanted, "regions"), (curated, wanted, "bed"))
    )
    assert regions == [[chrom, str(int(start) + 1), end] for chrom, start, end, _ in bed]
    expected = {}
    for key, definition in WRITTEN.items():
        if not genes or definition["gene"] in genes:
            locus = definition["loci"][assembly]
            first, last = window(locus)
            assert first <= locus["pos"] <= locus["pos"] + len(locus["ref"]) - 1 <= last
            expected[key] = (int(locus["chrom"]), first, last)
    prefix = "chr" if chr_prefix else ""
    listed = {
        name: (int(chrom.removeprefix(prefix)), int(start) + 1, int(end))
        for chrom, start, end, name in bed
    }
    assert expected == listed
    assert len(bed) == len(listed)
    assert sorted(listed.values()) == list(listed.values())


def test_every_rsid_of_the_shipped_variants_is_listed(curated: KnowledgeBase) -> None:
    """Each once, by GRCh38 position; those without are the ones that the files name otherwise."""
    found = listed_rsids(curated, VariantFilter())
    assert {key for key in WRITTEN if not key.startswith("rs")} == set(found.without)
    of_variant = {
        rsid: key
        for key, definition in WRITTEN.items()
        for rsid in (key, *definition.get("merged", ()))
        if rsid.startswith("rs")
    }
    assert sorted(of_variant) == sorted(found.rsids)
    loci = [WRITTEN[of_variant[rsid]]["loci"]["GRCh38"] for rsid in found.rsids]
    places = [(int(locus["chrom"]), window(locus)) for locus in loci]
    assert sorted(places) == places
