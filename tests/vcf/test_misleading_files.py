"""Input that is easily misread: each case must give the right call, a marked call or an error."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.fixture_types import MakeVcf
from helpers.paths import EXAMPLE, TOY

import pgx_ana
from pgx_ana.errors import InputError, UsageError
from pgx_ana.model import CallOptions

PROGRAM = [sys.executable, "-m", "pgx_ana", "annotate", "-q", "--kb", str(TOY)]


def call_at(path: Path, variant: str = "rs1") -> dict[str, object]:
    """Return the row of the calls table of one variant."""
    row = pgx_ana.annotate(path, kb=TOY).calls.set_index("variant").loc[variant]
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize("genotype", ["65536/65536", "65537/65537", "65535/0", "40000/1", "7/0"])
def test_allele_numbers_beyond_alt_are_rejected(genotype: str, make_vcf: MakeVcf) -> None:
    """A number that wraps in 16 bits must not become the reference or another known allele."""
    path = make_vcf([f"1 100 A C {genotype}"])
    place = r"made\.vcf: line 12: 1:100"
    message = r"sample 'S1' has allele \d+, but the record has 1 ALT allele"
    with pytest.raises(InputError, match=f"{place}: {message}"):
        pgx_ana.annotate(path, kb=TOY)


def test_long_numbers_in_other_fields_are_accepted(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1:12345:99"], fmt="GT:DP:GQ")
    assert "A/C" == call_at(path)["genotype"]


@pytest.mark.parametrize("field", ["GQ", "DP"])
def test_undeclared_quality_is_used(field: str, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1:3"], fmt=f"GT:{field}")
    text = path.read_text()
    path.write_text("".join(x for x in text.splitlines(True) if f"ID={field}" not in x))
    options = CallOptions(min_dp=5)
    row = pgx_ana.annotate(path, kb=TOY, options=options).calls.set_index("variant").loc["rs1"]
    assert ("filtered", 3) == (row["status"], row[field.lower()])


def test_undeclared_phase_set_is_read(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0|1:77"], fmt="GT:PS")
    path.write_text("".join(x for x in path.read_text().splitlines(True) if "ID=PS" not in x))
    assert ("A|C", 77) == (call_at(path)["genotype"], call_at(path)["phase_set"])


def test_summary_marks_an_asserted_reference(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 300 T C 0/1"])
    options = CallOptions(absent_is_reference=True)
    summary = pgx_ana.annotate(path, kb=TOY, options=options).summary.set_index("category")
    row = summary.loc["efficacy"]
    assert (
        "Nothing established. On anastrozole itself: 1 finding: survival better (rs1; "
        "limited evidence). Asserted by the user to be reference, not observed: rs1 A/A."
    ) == row["conclusion"]
    assert "rs1 A/A (asserted)" == row["assessed"]
    headline = "Survival: higher than C/C (better), on anastrozole [limited evidence]"
    assert f"rs1 A/A: Asserted: {headline}" == row["findings"]


def test_asserted_reference_has_no_quality_of_another_record(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 99 CA C 0/0:50:7"], fmt="GT:GQ:DP")
    options = CallOptions(absent_is_reference=True)
    row = pgx_ana.annotate(path, kb=TOY, options=options).calls.set_index("variant").loc["rs1"]
    assert "asserted" == row["source"]
    assert row[["gq", "dp"]].isna().all()


@pytest.mark.parametrize("cut", [28, 40], ids=["end block", "within a block"])
def test_truncated_stdin_is_rejected(
    cut: int, make_vcf: MakeVcf, bgzip: Callable[[Path], Path]
) -> None:
    data = bgzip(make_vcf(["1 100 A C 0/1"])).read_bytes()
    complete, truncated = (
        subprocess.run([*PROGRAM, "-"], input=content, capture_output=True, check=False)
        for content in (data, data[:-cut])
    )
    assert (0, 3) == (complete.returncode, truncated.returncode)
    message = (
        b"Error: <stdin>: the file is truncated: its BGZF end-of-file block is missing; copy or "
        b"download it again\n"
    )
    assert (b"", message) == (truncated.stdout, truncated.stderr)


def test_a_named_pipe_is_read(make_vcf: MakeVcf, tmp_path: Path) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", str(path), str(pipe)]):
        assert "A/C" == call_at(pipe)["genotype"]


@pytest.mark.parametrize("word", ["GRCh37", "hg19"])
def test_header_that_contradicts_itself(word: str, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1"], extra_header=[f"##reference=file:///ref/{word}.fa"])
    with pytest.raises(InputError, match="contig lengths and header words indicate both"):
        pgx_ana.annotate(path, kb=TOY)
    result = pgx_ana.annotate(path, kb=TOY, assembly="GRCh38")
    assert "GRCh38" == result.assembly


def test_gene_without_associations_has_an_empty_table(make_vcf: MakeVcf) -> None:
    path = make_vcf(["2 50 G T 0/1"])
    done = subprocess.run([*PROGRAM, path, "-g", "BBB"], capture_output=True, text=True, check=True)
    assert 1 == len(done.stdout.splitlines())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_full_stdout_is_an_error(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, path], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    message = "Error: stdout: cannot be written: No space left on device\n"
    assert (3, message) == (done.returncode, done.stderr)


def test_files_of_a_cohort_share_their_assembly(make_vcf: MakeVcf) -> None:
    """A file without a known locus and without lengths takes the assembly of the others."""
    known = make_vcf(["1 100 A C 0/1"], name="one.vcf")
    without = make_vcf(["2 9 G T 0/1"], name="two.vcf", assembly=None)
    result = pgx_ana.annotate([known, without], kb=TOY)
    (document,) = result
    sources = [file["assembly_source"] for file in document["inputs"]]
    assert ["contig lengths", "as the other files"] == sources
    with pytest.raises(InputError, match="the assembly cannot be determined"):
        pgx_ana.annotate(without, kb=TOY)


def test_structural_deletion_without_end(make_vcf: MakeVcf) -> None:
    length = '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="length">'
    path = make_vcf(["1 60 A <DEL> 0/1"], info={0: "SVTYPE=DEL;SVLEN=-100"}, extra_header=[length])
    row = call_at(path)
    assert ("*/.", "not_assessable") == (row["genotype"], row["status"])


@pytest.mark.parametrize(
    ("rows", "genotype", "status"),
    [
        pytest.param(["1 100 A C 0|1", "1 100 A C 1|0"], "./.", "mismatch", id="opposite phase"),
        pytest.param(["1 98 TGA T 0|1", "1 100 A C 1|1"], "C|*", "unknown_allele", id="other copy"),
        pytest.param(["1 98 TGA T 0|1", "1 100 A C 0|1"], "./.", "mismatch", id="deleted copy"),
        pytest.param(["1 100 AT C 1/1"], "C/C", "called", id="replacement"),
        pytest.param(["1 99 GA TC 0/1", "1 100 A C 0/0"], "A/C", "called", id="MNV, no SNV"),
        pytest.param(["1 99 GA TC 0/0", "1 100 A C 0/1"], "A/C", "called", id="SNV, no MNV"),
        pytest.param(["1 100 A C 0/1", "1 100 A <NON_REF> 0/0"], "A/C", "called", id="split gVCF"),
        pytest.param(["1 100 A C 1", "1 100 A G 0/0"], "./.", "mismatch", id="different ploidy"),
        pytest.param(["1 100 A C ./.", "1 100 A C 0|1"], "A|C", "called", id="one no-call"),
    ],
)
def test_records_that_differ_in_spelling_or_ploidy(
    rows: list[str], genotype: str, status: str, make_vcf: MakeVcf
) -> None:
    row = call_at(make_vcf(rows))
    assert (genotype, status) == (row["genotype"], row["status"])


@pytest.mark.parametrize(
    ("fmt", "value", "status"),
    [
        ("GT:DP", "0/0:0", "filtered"),
        ("GT:GQ:FT", "0/1:50:LowDP", "filtered"),
        ("GT:GQ:FT", "0/1:50:PASS", "called"),
        ("GT:DP:MIN_DP", "0/1:3:.", "called"),
        ("GT:GQ:RGQ", "0/1:.:1", "filtered"),
        ("GT:GQ:RGQ", "0/1:50:1", "called"),
    ],
)
def test_quality_fields_of_a_sample(fmt: str, value: str, status: str, make_vcf: MakeVcf) -> None:
    path = make_vcf([f"1 100 A C {value}"], fmt=fmt)
    row = call_at(path)
    assert status == row["status"]
    if fmt.endswith("MIN_DP"):
        assert 3 == row["dp"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(["1 504 C <NON_REF> 0/0"], id="block after"),
        pytest.param(["1 490 C <NON_REF> 0/0"], id="block before"),
    ],
)
def test_blocks_next_to_an_indel_carry_no_information(rows: list[str], make_vcf: MakeVcf) -> None:
    path = make_vcf(rows, info={0: "END=" + ("600" if "504" in rows[0] else "500")})
    assert "absent" == call_at(path, "rs5")["status"]


def test_indel_between_blocks_is_called(make_vcf: MakeVcf) -> None:
    rows = ["1 400 G <NON_REF> 0/0", "1 501 GCA G,<NON_REF> 0/1", "1 504 C <NON_REF> 0/0"]
    path = make_vcf(rows, info={0: "END=500", 2: "END=600"})
    assert ("GCA/G", "called") == (call_at(path, "rs5")["genotype"], call_at(path, "rs5")["status"])


@pytest.mark.parametrize("name", ["^A", "A,B", "-"])
def test_sample_names_that_are_special_to_htslib(name: str, make_vcf: MakeVcf) -> None:
    """Selecting such a sample must never give the genotype of another one."""
    path = make_vcf(["1 100 A C 1/1 0/1 0/0"], samples=["B", name, "A"])
    calls = pgx_ana.annotate(path, kb=TOY, samples=[name]).calls.set_index("variant")
    assert (name, "A/C") == (calls.loc["rs1", "sample"], calls.loc["rs1", "genotype"])


def test_header_words_that_contradict_the_requested_assembly(make_vcf: MakeVcf) -> None:
    header = ["##reference=file:///ref/hg19.fa"]
    path = make_vcf(["1 150 A C 0/1"], assembly=None, extra_header=header)
    with pytest.raises(InputError, match="--assembly GRCh38 contradicts the file"):
        pgx_ana.annotate(path, kb=TOY, assembly="GRCh38")


def test_rows_need_not_be_utf8_but_the_header_must(
    make_vcf: MakeVcf, bgzip: Callable[[Path], Path]
) -> None:
    path = make_vcf(["1 100 A C 0/1"], info={0: "NOTE=caf\u00e9"})
    path.write_bytes(path.read_text().encode("latin-1"))
    assert "A/C" == call_at(path)["genotype"]
    assert "A/C" == call_at(bgzip(path))["genotype"]
    path.write_bytes(
        make_vcf(["1 100 A C 0/1"], samples=["Ren\u00e9"]).read_text().encode("latin-1")
    )
    with pytest.raises(InputError, match="not UTF-8"):
        call_at(path)


@pytest.mark.usefixtures("index_small_files")
def test_an_index_older_than_its_file_is_used_where_it_matches(
    make_vcf: MakeVcf, bgzip: Callable[[Path], Path]
) -> None:
    """Copies get new times: what counts is whether the offsets of the index match the file."""
    path = bgzip(make_vcf(["1 100 A C 0/1"]))
    index = path.with_name(path.name + ".tbi")
    os.utime(index, (1, 1))
    assert "A/C" == call_at(path)["genotype"]
    bgzip(make_vcf(["1 100 A C 0/1", "1 200 A C 0/1"], name="other.vcf"))
    index.write_bytes((path.parent / "other.vcf.gz.tbi").read_bytes())
    with pytest.raises(InputError, match=r"index made\.vcf\.gz\.tbi does not match the file"):
        call_at(path)


def test_too_many_alleles_are_rejected(make_vcf: MakeVcf) -> None:
    alts = (
        ",".join(f"A{'C' * n}" for n in range(1, 3)) + "," + ",".join(f"<X{n}>" for n in range(9))
    )
    assert "called" == call_at(make_vcf([f"1 100 A C,{alts} 0/1"]))["status"]
    many = ",".join(f"C{'T' * n}" for n in range(1, 140))
    with pytest.raises(InputError, match="alleles at rs1 are too many"):
        call_at(make_vcf([f"1 100 A C,{many} 0/1"]))


def test_thresholds_must_be_numbers() -> None:
    with pytest.raises(UsageError, match="min_gq must be a number"):
        CallOptions(min_gq=float("nan"))


@pytest.mark.parametrize(
    "end_is_declared", [True, False], ids=["END is declared", "END is not declared"]
)
def test_structural_deletion_without_end_in_an_indexed_file(
    end_is_declared: bool, make_vcf: MakeVcf, bgzip: Callable[[Path], Path]
) -> None:
    """An index ignores SVLEN: a file that declares no END is read in one pass."""
    length = '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="length">'
    rows = ["1 60 A <DEL> 0/1", "1 100 A C 0/0"]
    path = make_vcf(rows, info={0: "SVTYPE=DEL;SVLEN=-100"}, extra_header=[length])
    if not end_is_declared:
        path.write_text("".join(x for x in path.read_text().splitlines(True) if "ID=END" not in x))
        assert "A/*" == call_at(path)["genotype"]
        assert "A/*" == call_at(bgzip(path))["genotype"]
    else:
        assert call_at(bgzip(path))["status"] in {"called", "unknown_allele"}


def test_one_chance_match_does_not_hide_a_wrong_header(make_vcf: MakeVcf) -> None:
    """Most records are at loci of the other assembly."""
    other = ["1 150 A C 0/1", "1 250 A C 0/1", "1 250 A T 0/1", "1 350 C T 0/1", "1 451 G GT 0/1"]
    other += ["1 551 GCA G 0/1"]
    path = make_vcf([*other, "1 100 A C 0/1"])
    with pytest.raises(InputError, match=r"at 5 known loci of GRCh37 and at 1 of GRCh38"):
        pgx_ana.annotate(path, kb=TOY)


def test_a_call_does_not_depend_on_other_samples(make_vcf: MakeVcf) -> None:
    """An MNV that covers the site and an SNV at it: they agree in one sample, not in the other."""
    together = make_vcf(["1 99 GA TC 0/1 0/0", "1 100 A C 0/1 0/1"], samples=["S1", "S2"])
    alone = make_vcf(["1 99 GA TC 0/1", "1 100 A C 0/1"], name="alone.vcf")
    rows = pgx_ana.annotate(together, kb=TOY).calls.set_index(["sample", "variant"])
    assert ("C/.", "partial") == tuple(rows.loc[("S1", "rs1"), ["genotype", "status"]])
    assert ("C/.", "partial") == (call_at(alone)["genotype"], call_at(alone)["status"])
    assert ("A/C", "called") == tuple(rows.loc[("S2", "rs1"), ["genotype", "status"]])


def test_many_unassessed_variants_are_counted() -> None:
    """The conclusion counts them by their status; their own column lists all."""
    example = EXAMPLE / "spoiled.GRCh38.vcf"
    summary = pgx_ana.annotate(example).summary.set_index("category")
    row = summary.loc["efficacy"]
    states = [text.split(" ")[1] for text in row["not_assessed"].split(";")]
    counts = {state: states.count(state) for state in dict.fromkeys(states)}
    counted = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items())
    assert len(states) > 5
    total = len(states) + len(row["assessed"].split(";"))
    assert row["conclusion"].endswith(
        f" Not assessed: {len(states)} of {total} variants and haplotype sets ({counted})."
    )
