"""Every kind of broken or odd file is read correctly, or rejected with a message of one line."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import Result
from helpers import broken_files as bad
from helpers.broken_files import (
    AT,
    BGZF,
    BIG,
    CONTIG,
    DEEP,
    ELSEWHERE,
    INDEXED,
    LAST,
    RS6,
    TEXT,
    Pack,
    build,
)
from helpers.fixture_types import Run
from helpers.paths import TOY

Capture = pytest.CaptureFixture[str]
Calls = dict[tuple[str, str], dict[str, str]]  # by sample and variant, without the file name
Good = dict[bool, Calls]  # of the good files: big (True) and small (False)

NONE = r"\./\.|\."
CALL_COLUMNS = ("genotype", "status", "source", "reason", "phase_set", "gq", "dp", "filter")


class Rejected(NamedTuple):
    """Exit code 3, and one line of stderr that has the pattern ``message``."""

    message: str


class Status(NamedTuple):
    """The calls of the good file, except for some variants, in all samples or only the first.

    ``reason`` and ``genotype`` are patterns; an empty ``genotype`` is that of the good file.
    """

    status: str
    reason: str
    genotype: str = ""
    first_only: bool = False
    variants: str = "rs1"


class Same(NamedTuple):
    """The calls of the good file; ``second`` is the name of the second sample.

    ``warning`` is what stderr says of the file, also with ``-q``; empty for nothing.
    """

    second: str = "S2"
    warning: str = ""


Outcome = Rejected | Status | Same
Case = tuple[str, Pack, str, Outcome]
Expected = dict[str, Outcome]  # by the place of the damage
SAME = Same()
MAY_BE_CUT = "ends without a line feed and may be cut"


def at_locus(outcome: Outcome) -> Expected:
    """Expect an outcome of damage at a known locus; elsewhere it has no effect."""
    return {AT: outcome, ELSEWHERE: SAME}


def on_chromosome(message: str) -> Expected:
    """Expect the rejection of a row on a chromosome with known loci: it may be at one of them."""
    return {AT: Rejected(message), ELSEWHERE: Rejected(message), CONTIG: SAME}


def whole(message: str) -> Expected:
    """Expect the rejection of the whole file."""
    return {AT: Rejected(message)}


ODD_ROWS = (
    "ad_wrong_number alt_nonref alt_star blank_line_mid contig_interleaved dup_records "
    "fmt_undeclared gt_not_first gt_trailing_dropped info_bad_type info_undeclared qual_bad "
    "ref_lower unsorted"
)
ODD_FILES = (
    "blank_line_end contig_no_header contig_undeclared crlf crlf_header_only fileformat_bogus "
    "ok_big ok_small plain_gzip"
)
NO_GENOTYPE = "gt_bad_text gt_empty gt_negative gt_slash_only"
EXPECTED: dict[str, Expected] = {
    **{name: {AT: SAME, ELSEWHERE: SAME} for name in ODD_ROWS.split()},
    **{name: {AT: SAME} for name in ODD_FILES.split()},
    **{name: at_locus(Rejected("GT|genotype")) for name in NO_GENOTYPE.split()},
    "empty": whole("empty"),
    "empty.vcf": whole("empty"),
    "empty_bgzf": whole("empty"),
    "alt_dot": at_locus(Status("called", r"\.", "A/A")),
    "alt_same_as_ref": at_locus(Status("mismatch", "ALT .*same .*REF", NONE)),
    "bom": whole("byte.order mark|does not begin with ##fileformat"),
    "cols_3": on_chromosome("column"),
    "cols_few": at_locus(Rejected("column")),
    "cols_many": at_locus(Rejected("column")),
    "dp_not_int": at_locus(Rejected("DP|genotype columns")),
    "dup_records_conflict": at_locus(Status("mismatch", "contradict", NONE, first_only=True)),
    "dup_samples": whole("S1.*(twice|more than once)"),
    "filter_undeclared": at_locus(Status("filtered", "FILTER weird")),
    "fmt_no_gt": at_locus(Status("no_call", "no GT", NONE)),
    "gff_not_vcf": whole("not a VCF"),
    "gt_half_missing": at_locus(Status("partial", "one copy missing", r"C/\.", first_only=True)),
    "gt_haploid": at_locus(Status("partial", "haploid", "C", first_only=True)),
    "gt_out_of_range": at_locus(Rejected("allele 7")),
    "gt_triploid": at_locus(Rejected("(3|three) copies")),
    "header_cols_mismatch_more_hdr": whole("column"),
    "header_only": {AT: Status("absent", "no record", NONE, variants="rs")},
    "header_truncated": whole("header"),
    "latin1_sample": whole("UTF-8"),
    "multiallelic_split": {bad.RS2: SAME},
    "no_chrom_line": whole("#CHROM|header"),
    "no_fileformat": whole("##fileformat"),
    "no_final_newline": {RS6: Rejected("newline|cut|truncated"), LAST: Same(warning=MAY_BE_CUT)},
    "no_header_at_all": whole("##fileformat"),
    "no_samples": whole("no samples"),
    "nul_byte": at_locus(Rejected("NUL")),
    "plain_gzip_trunc": whole("truncated|ended"),
    "plain_text_trunc.vcf": dict.fromkeys(
        (AT, ELSEWHERE, CONTIG, RS6, LAST), Rejected("column|truncated|cut")
    ),
    "pos_beyond_contig": {bad.END_OF_CONTIG: SAME},
    "pos_negative": on_chromosome("POS"),
    "pos_not_int": on_chromosome("POS"),
    "pos_zero": {bad.FIRST: SAME},
    "random": whole("not a VCF"),
    "ref_empty": at_locus(Rejected("REF")),
    "ref_iupac": at_locus(Status("mismatch", "REF is R", NONE)),
    "sample_with_space": {AT: Same("S 2")},
    "spaces_not_tabs": dict.fromkeys((AT, ELSEWHERE, CONTIG), Rejected("tab|column")),
    "text_trunc_record": {LAST: Rejected("column|truncated|cut")},
    "too_many_subfields": at_locus(Rejected("FORMAT|genotype columns")),
    "trunc_blockboundary": dict.fromkeys((AT, DEEP), Rejected("truncated")),
    "trunc_midblock": dict.fromkeys((AT, DEEP), Rejected("truncated")),
    "trunc_no_eof": whole("truncated"),
    "utf8_sample": {AT: Same("Zo\u00eb")},
}
CORRUPT = ["corrupt_blockheader", "corrupt_bsize", "corrupt_crc", "corrupt_deflate"]
REBUILD = Rejected("index.* rebuild (it|the index)")
INDEXES: dict[str, Outcome] = {
    "idx_corrupt": REBUILD,
    "idx_csi_only": SAME,
    "idx_empty": REBUILD,
    "idx_missing": SAME,
    "idx_older_same": SAME,
    "idx_stale_content": REBUILD,
    "idx_truncated": REBUILD,
}
BOTH = (INDEXED, bad.BCF_INDEXED)
CUT = Rejected("column|newline|cut|truncated|damaged|rebuild the index")
STALE = (
    "idx_of_another_file idx_rows_added_after idx_rows_added_before idx_rows_cut idx_rows_removed"
)
# Further kinds than the 85, and some of these as BCF.
FURTHER: list[tuple[str, tuple[Pack, ...], tuple[str, ...], Outcome]] = [
    *((name, BOTH, (AT,), REBUILD) for name in STALE.split()),
    ("text_cut_in_value", (TEXT, BGZF), (AT, RS6), CUT),
    ("trunc_eof_added", (BIG, INDEXED), (AT, DEEP), CUT),
    ("trunc_eof_added", (bad.BCF, bad.BCF_INDEXED), (DEEP,), CUT),
    ("bsize_of_two", (BIG, INDEXED), (AT,), Rejected("damaged|corrupt")),
    ("nul_in_last_value", (TEXT, BGZF, INDEXED), (AT,), Rejected("NUL|genotype columns")),
    # Through an index, only the contigs with known loci are read.
    ("cols_3", (INDEXED,), (AT, ELSEWHERE), Rejected("column|malformed")),
    ("ok_big", (bad.BCF, bad.BCF_INDEXED), (AT,), SAME),
    ("trunc_midblock", (bad.BCF, bad.BCF_INDEXED), (AT, DEEP), Rejected("truncated")),
    ("trunc_no_eof", (bad.BCF, bad.BCF_INDEXED), (AT,), Rejected("truncated")),
    *((name, BOTH[1:], (AT,), REBUILD) for name, outcome in INDEXES.items() if outcome == REBUILD),
]

# The packs of the kinds that are not packed in all three ways: TEXT, BGZF and INDEXED.
NOT_INDEXABLE = ["blank_line_end", "blank_line_mid", "bom", "contig_interleaved", "gff_not_vcf"]
NOT_INDEXABLE += ["pos_negative", "pos_not_int", "spaces_not_tabs", "unsorted"]
PACKS = {
    **dict.fromkeys([*NOT_INDEXABLE, "cols_3", "text_trunc_record"], (TEXT, BGZF)),
    **dict.fromkeys(["empty", "empty_bgzf", "random"], (BGZF,)),
    **dict.fromkeys(["plain_gzip", "plain_gzip_trunc"], (BIG,)),
    **dict.fromkeys(["trunc_blockboundary", "trunc_midblock", "trunc_no_eof"], (BIG, INDEXED)),
    "empty.vcf": (TEXT,),
    "ok_big": (bad.BIG_TEXT, BIG, INDEXED),
    "ok_small": (TEXT, BGZF, bad.SMALL_INDEXED),
    "plain_text_trunc.vcf": (TEXT, bad.BIG_TEXT),
}


@pytest.fixture(scope="session")
def good(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Good:
    """Return the calls of the good files, small and big."""
    folder = tmp_path_factory.mktemp("good")
    return {
        big: calls(annotate(run, build(folder, "ok_small", TEXT._replace(big=big))).stdout)
        for big in (False, True)
    }


def parametrize_packs(*packs: Pack) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("pack", packs, ids=[pack.name for pack in packs])


def annotate(run: Run, path: Path, *options: object) -> Result:
    return run("annotate", path, "--kb", TOY, "--table", "calls", "-q", *options)


def calls(text: str) -> Calls:
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    return {(row["sample"], row["variant"]): {**row, "file": ""} for row in rows}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def check_rejection(run: Run, path: Path, message: str, *options: object) -> None:
    """Check that a file is rejected with a message, and that no output file is touched."""
    result = annotate(run, path, *options)
    assert (3, "") == (result.exit_code, result.stdout)
    pattern = rf"Error: {re.escape(str(path))}: [^\n]*({message})[^\n]*\n"
    assert re.fullmatch(pattern, result.stderr), result.stderr
    assert "Closing failed" not in result.stderr  # a message of htslib when a file is closed
    earlier = path.with_name("out.tsv")
    earlier.write_text("an earlier result\n")
    before = contents(path.parent)
    again = annotate(run, path, "-o", earlier, *options)
    assert (3, "", result.stderr) == (again.exit_code, again.stdout, again.stderr)
    assert before == contents(path.parent)


def check_calls(result: Result, expected: Calls, outcome: Same | Status) -> None:
    """Check that calls are the expected ones, but for what an outcome names."""
    warning = outcome.warning if isinstance(outcome, Same) else ""
    assert (0, warning) == (result.exit_code, result.stderr.rpartition(": ")[2].rstrip("\n"))
    if isinstance(outcome, Same):
        assert expected == calls(result.stdout.replace(f"\n{outcome.second}\t", "\nS2\t"))
        return
    actual = calls(result.stdout)
    affected = {
        (sample, variant)
        for sample, variant in expected
        if variant.startswith(outcome.variants) and (sample == "S1" or not outcome.first_only)
    }
    for key in affected:
        row = actual[key]
        assert outcome.status == row["status"]
        assert re.search(outcome.reason, row["reason"]), row["reason"]
        genotype = outcome.genotype or re.escape(expected[key]["genotype"])
        assert re.fullmatch(genotype, row["genotype"]), row["genotype"]
        actual[key] = {**row, **{name: expected[key][name] for name in CALL_COLUMNS}}
    assert expected == actual


def cases() -> list[Any]:
    """Return every kind in its packs and at its places, with the expected outcome."""
    table = [
        (name, pack, place, outcome)
        for name, by_place in EXPECTED.items()
        for place, outcome in by_place.items()
        for pack in PACKS.get(name, (TEXT, BGZF, INDEXED))
    ]
    table += [(name, INDEXED, AT, outcome) for name, outcome in INDEXES.items()]
    # A small file is read without its index, unless the index shows that the file was longer.
    small: dict[str, Outcome] = {**dict.fromkeys(INDEXES, SAME), "idx_stale_content": REBUILD}
    table += [(name, bad.SMALL_INDEXED, AT, outcome) for name, outcome in small.items()]
    for name, packs, places, outcome in FURTHER:
        table += [(name, pack, place, outcome) for pack in packs for place in places]
    return [pytest.param(case, id=f"{case[0]} {case[1].name} {case[2]}") for case in table]


@pytest.mark.parametrize("case", cases())
def test_outcome(run: Run, tmp_path: Path, capfd: Capture, good: Good, case: Case) -> None:
    name, pack, place, outcome = case
    path = build(tmp_path, name, pack, place)
    capfd.readouterr()
    if isinstance(outcome, Rejected):
        check_rejection(run, path, outcome.message)
    else:
        if pack is INDEXED and isinstance(outcome, Same):
            outcome = outcome._replace(warning="")  # the end of the file is not read
        check_calls(annotate(run, path), good[pack.big], outcome)
    assert ("", "") == capfd.readouterr()  # no library writes to the terminal itself


def test_every_kind_has_an_expected_outcome() -> None:
    made = {*bad.ROW, *bad.WHOLE_ROW, *bad.HEAD, *bad.TEXTS, *bad.PACKED, *bad.INDEX}
    covered = {*EXPECTED, *CORRUPT, *INDEXES}
    assert 85 == len(covered)
    assert covered | {name for name, *_ in FURTHER} == made | {"ok_big", "ok_small"}


@pytest.mark.parametrize("name", NOT_INDEXABLE)
def test_no_index_can_be_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match="building of index"):
        build(tmp_path, name, INDEXED)


def test_the_good_file(good: Good) -> None:
    """The comparison with its calls means something: every variant is called, most differ."""
    genotypes = {
        "S1": ["A/C", "C/T", "T/T", "G/GT", "G/G", "G/T"],
        "S2": ["C/C", "A/C", "T/C", "G/G", "GCA/G", "G/G"],
    }
    for big, calls_of_all in good.items():
        assert 6 * (120 if big else 2) == len(calls_of_all)
        assert {"called"} == {row["status"] for row in calls_of_all.values()}
        for sample, expected in genotypes.items():
            rows = [calls_of_all[sample, f"rs{number}"] for number in range(1, 7)]
            assert expected == [row["genotype"] for row in rows]


@parametrize_packs(BIG, bad.BCF)
def test_the_big_file_has_many_blocks(tmp_path: Path, pack: Pack) -> None:
    """Rows far from all loci have a block of their own, and the loci are in several blocks."""
    data = build(tmp_path, "ok_big", pack).read_bytes()
    assert len(data) > 1 << 18 if pack is BIG else len(data) > 1 << 17
    starts = [bad.block_at(data, place)[0] for place in (AT, bad.RS2, "1:300", DEEP, RS6)]
    assert sorted(starts) == starts
    assert 4 <= len(set(starts))
    around = {bad.block_at(data, place)[0] for place in ("1:501", bad.END_OF_CONTIG, RS6, LAST)}
    assert starts[3] not in around


@parametrize_packs(BIG, INDEXED, bad.BCF, bad.BCF_INDEXED)
@pytest.mark.parametrize("place", [AT, RS6, DEEP])
@pytest.mark.parametrize("name", CORRUPT)
def test_corrupt_block(
    run: Run, tmp_path: Path, good: Good, name: str, place: str, pack: Pack
) -> None:
    """Through an index, blocks without loci are not read; all others must be intact."""
    path = build(tmp_path, name, pack, place)
    if place == DEEP and pack.indexed:
        check_calls(annotate(run, path), good[True], SAME)
    elif name != "corrupt_bsize" or annotate(run, path).exit_code:
        check_rejection(run, path, "damaged|corrupt")
    else:  # without an index, the size of a block is not needed
        assert not pack.indexed
        check_calls(annotate(run, path), good[True], SAME)


@parametrize_packs(BIG, INDEXED, bad.BCF_INDEXED)
@pytest.mark.parametrize("name", CORRUPT)
def test_the_whole_file_is_verified(run: Run, tmp_path: Path, name: str, pack: Pack) -> None:
    check_rejection(run, build(tmp_path, name, pack, DEEP), "damaged|corrupt", "--verify")


@parametrize_packs(TEXT, BGZF, BIG, INDEXED, bad.BCF, bad.BCF_INDEXED)
def test_good_files_are_verified(run: Run, tmp_path: Path, good: Good, pack: Pack) -> None:
    path = build(tmp_path, "ok_big", pack)
    check_calls(annotate(run, path, "--verify"), good[pack.big], SAME)


def test_an_older_index_is_used(run: Run, tmp_path: Path, good: Good) -> None:
    """The damaged block is not met, so the file was not read in one pass."""
    path = build(tmp_path, "corrupt_crc", INDEXED, DEEP)
    os.utime(f"{path}.tbi", (1e8, 1e8))
    check_calls(annotate(run, path), good[True], SAME)
