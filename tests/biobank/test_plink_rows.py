"""Genotypes of PGEN and PLINK bed files are those of a VCF file with the same rows."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import zstandard
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import TOY
from helpers.plink_files import (
    PVAR_HEAD,
    bim_of,
    fam_of,
    psam_of,
    pvar_of,
    write_bed,
    write_pgen,
)

CALLS = ("-q", "--kb", TOY, "-t", "calls")
UNPHASED = (
    "1 100 A C 0/1 1/1",
    "1 200 A C,T 1/2 ./.",
    "1 401 G GT 0/0 0/1",
    "1 501 GCA G 1/1 0/0",
    "2 50 G T ./. 0/1",
)
PHASED = (
    "1 100 A C 0|1 1|0",
    "1 150 A C,G,T 0|3 1|2",
    "1 200 A C,T 1|2 0|2",
    "2 50 G T 0/1 1|0",
)
A_PAIR = ("1 100 A C 0/1 1/1", "1 200 A T 0/1 0/0")
SITES = {"rs1": "100", "rs2": "200", "rs3": "300", "rs4": "401", "rs5": "501", "rs6": "50"}


def table(run: Run, path: Path, *options: object) -> str:
    """Return the calls of a file, without its name."""
    result = run("annotate", *CALLS, *options, path)
    said = [line for line in result.stderr.splitlines() if not line.startswith("WARNING: ")]
    assert (result.exit_code, said) == (0, [])
    return str(result.stdout).replace(f"\t{path}\t", "\t")


def genotypes(run: Run, path: Path, *options: object) -> dict[str, list[str]]:
    """Return the genotypes of each variant that has any row, by person; else their status."""
    found: dict[str, list[str]] = {}
    for line in table(run, path, *options).splitlines()[1:]:
        cells = line.split("\t")
        status = cells[8]
        if status != "absent":
            found.setdefault(cells[2], []).append(cells[7] if status == "called" else status)
    return found


def rejection(run: Run, path: Path, *options: object) -> str:
    """Return the one line that refuses a file, with names instead of paths."""
    result = run("annotate", *CALLS, *options, path)
    (line,) = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (3, "")
    return str(line).replace(f"{path.parent}/", "")


@pytest.mark.parametrize("rows", [UNPHASED, PHASED], ids=["unphased", "phased"])
def test_a_pgen_file_gives_what_a_vcf_file_gives(
    run: Run, make_vcf: MakeVcf, tmp_path: Path, rows: Sequence[str]
) -> None:
    vcf = make_vcf(rows, samples=("S1", "S2"))
    pgen = write_pgen(tmp_path / "x.pgen", rows)
    assert table(run, vcf) == table(run, pgen)
    assert table(run, vcf, "-s", "S2") == table(run, pgen, "-s", "S2")
    assert table(run, vcf, "--absent-is-reference") == table(run, pgen, "--absent-is-reference")
    assert table(run, vcf, "--verify") == table(run, pgen, "--verify")


def test_split_rows_and_rows_far_behind_other_alleles(
    run: Run, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    """The list is longer than one stretch of text, and allele counts change within it."""
    others = [f"1 {600 + n % 300} A {'C,G' if n % 7 == 0 else 'C'} 0/1 1/1" for n in range(9_000)]
    rows = [*others, "1 100 A C 0/1 1/1", "1 200 A C 0/1 0/0", "1 200 A T 0/1 0/1"]
    vcf = make_vcf(rows[-3:], samples=("S1", "S2"))
    pgen = write_pgen(tmp_path / "x.pgen", rows)
    assert pgen.with_suffix(".pvar").stat().st_size > 200_000
    assert table(run, vcf) == table(run, pgen)


def test_homozygotes_are_phased_where_the_file_has_any_phase(run: Run, tmp_path: Path) -> None:
    rows = ["1 100 A C 0|1 1/1", "1 401 G GT 0/1 0/0"]
    pgen = write_pgen(tmp_path / "x.pgen", rows)
    assert genotypes(run, pgen) == {"rs1": ["A|C", "C|C"], "rs4": ["G/GT", "G|G"]}


def test_filters_are_kept(run: Run, tmp_path: Path) -> None:
    pvar = pvar_of(UNPHASED).replace("PASS", "q10", 1)
    pgen = write_pgen(tmp_path / "x.pgen", UNPHASED, pvar=pvar)
    assert genotypes(run, pgen)["rs1"] == ["filtered", "filtered"]
    assert genotypes(run, pgen, "--include-filtered")["rs1"] == ["A/C", "C/C"]


def test_an_alt_that_the_list_does_not_name_is_unknown(run: Run, tmp_path: Path) -> None:
    pvar = PVAR_HEAD + "1\t100\tx\tA\t.\tPASS\t.\n"
    pgen = write_pgen(tmp_path / "x.pgen", ["1 100 A C 0/1 0/0 1/1"], samples="abc", pvar=pvar)
    assert genotypes(run, pgen) == {"rs1": ["partial", "A/A", "no_call"]}


def test_a_ref_that_the_list_does_not_name(run: Run, tmp_path: Path) -> None:
    pvar = PVAR_HEAD + "1\t100\tx\t.\tC\tPASS\t.\n"
    rows = ["1 100 A C 0/1 1/1"]
    trusted = write_pgen(tmp_path / "x.pgen", rows, pvar=pvar)
    assert genotypes(run, trusted) == {"rs1": ["mismatch", "mismatch"]}


@pytest.mark.parametrize(
    ("pvar_alts", "named"),
    [("C", "x.pvar: line 4: 1:100: has one ALT allele, but x.pgen has more"),
     ("C,G,T", "x.pgen: the file is damaged at variant 1 (")],
)  # fmt: skip
def test_other_numbers_of_alleles_are_refused(
    run: Run, tmp_path: Path, pvar_alts: str, named: str
) -> None:
    rows = ["1 100 A C,G 0/2 1/2", "1 200 A C,T 0/1 0/0"]
    pvar = pvar_of(rows).replace("C,G", pvar_alts)
    pgen = write_pgen(tmp_path / "x.pgen", rows, pvar=pvar)
    assert named in rejection(run, pgen)


REMARK = "the first allele of the file is not the reference, and alleles were put in order, at {}"


@pytest.mark.parametrize("a2_is_reference", [True, False])
def test_the_alleles_of_bed_are_in_any_order(
    run: Run, make_vcf: MakeVcf, tmp_path: Path, a2_is_reference: bool
) -> None:
    rows = ["1 100 A C 0/1 1/1", "1 200 A T ./. 0/0"]
    vcf = make_vcf(rows, samples=("S1", "S2"), filters={0: ".", 1: "."}, assembly="GRCh38")
    given = rows if a2_is_reference else ["1 100 C A 0/1 0/0", "1 200 T A ./. 1/1"]
    bed = write_bed(tmp_path / "x.bed", given)
    options = ("--assembly", "GRCh38")
    assert table(run, vcf, *options) == table(run, bed, *options)
    said = run("annotate", "--kb", TOY, *options, bed).stderr
    assert (REMARK.format("2 known sites") in said) == (not a2_is_reference)
    # It is the same everywhere, so that it may be assumed, and changes nothing.
    assert table(run, bed, *options, "--assume-ref-order") == table(run, bed, *options)


def test_alleles_without_a_name_and_repeats(run: Run, tmp_path: Path) -> None:
    rows = ["1 100 A 0 0/0 ./.", "1 200 0 A 1/1 1/1", "1 300 0 C 1/1 0/1", "1 401 G GT 0/0 0/1"]
    bed = write_bed(tmp_path / "x.bed", rows)
    options = ("--assembly", "GRCh38")
    assert genotypes(run, bed, *options) == {
        "rs1": ["A/A", "no_call"],
        "rs2": ["A/A", "A/A"],
        "rs3": ["C/C", "T/C"],
        "rs4": ["mismatch", "mismatch"],
    }
    known = write_bed(tmp_path / "y.bed", ["1 100 A C 0/0 0/1", rows[3]])
    assert genotypes(run, known, *options, "--assume-ref-order") == {
        "rs1": ["A/A", "A/C"],
        "rs4": ["G/G", "G/GT"],
    }


@pytest.mark.parametrize(
    ("nonref", "info", "is_trusted"),
    [
        (False, ".", True),
        (False, "PR", True),  # the file tells, so that the list does not count
        (True, ".", False),
        (None, ".", True),
        (None, "PR", False),
        (None, "AC=1;PR;X", False),
        (None, "PRX", True),
    ],
)
def test_which_references_of_pgen_are_provisional(
    run: Run, tmp_path: Path, nonref: object, info: str, is_trusted: bool
) -> None:
    """A repeat, of which both alleles agree with the sequence, tells that it was not trusted."""
    rows = ["1 401 G GT 0/1 1/1", "2 50 G T 0/1 0/0"]
    pvar = pvar_of(rows).replace("PASS\t.", f"PASS\t{info}", 1)
    pgen = write_pgen(tmp_path / "x.pgen", rows, pvar=pvar, nonref=nonref)
    expected = ["G/GT", "GT/GT"] if is_trusted else ["mismatch", "mismatch"]
    assert genotypes(run, pgen) == {"rs4": expected, "rs6": ["G/T", "G/G"]}


def test_a_pgen_file_beside_a_bim_file_vouches_for_nothing(run: Run, tmp_path: Path) -> None:
    rows = ["1 100 A C 0/1 1/1", "1 401 G GT 0/1 1/1"]
    pgen = write_pgen(tmp_path / "x.pgen", rows, nonref=None)
    pgen.with_suffix(".bim").write_text(bim_of(rows))
    pgen.with_suffix(".fam").write_text(fam_of(("S1", "S2")))
    for suffix in (".pvar", ".psam"):
        pgen.with_suffix(suffix).unlink()
    options = ("--assembly", "GRCh38")
    assert genotypes(run, pgen, *options) == {
        "rs1": ["A/C", "C/C"],
        "rs4": ["mismatch", "mismatch"],
    }


def test_dosages_are_held_against_the_least_probability(run: Run, tmp_path: Path) -> None:
    rows = ["1 100 A C 0/1 1/1", "1 401 G GT 0/1 0/0"]
    dosages = {0: (0.5, 1.98), 1: (0.02, -9)}
    pgen = write_pgen(tmp_path / "x.pgen", rows, dosages=dosages)
    assert genotypes(run, pgen)["rs1"] == ["no_call", "C/C"]
    assert genotypes(run, pgen)["rs4"] == ["G/G", "no_call"]
    assert "low_quality" not in table(run, pgen, "--min-gp", "0")


SAMPLE_LISTS = {
    "iid": psam_of(("S1", "S2")),
    "fid": "#FID\tIID\tSEX\nF\tS1\t1\nF\tS2\t2\n",
    "sid": "#FID IID SID PAT MAT SEX\nF S1 0 0 0 1\nF S2 0 0 0 2\n",
    "no sex": "#IID\nS1\nS2\n",
    "lines": "##one\n##two\n#IID\tSEX\nS1\t1\nS2\t2\n",
    "crlf": "#IID\tSEX\r\nS1\t1\r\nS2\t2\r\n",
    "no end": "#IID\tSEX\nS1\t1\nS2\t2",
    "blank end": "#IID\tSEX\nS1\t1\nS2\t2\n\n \n",
    "fam": fam_of(("S1", "S2")),
    "no phenotype": "F S1 0 0 1\nF  S2 0 0 2\n",
}


@pytest.mark.parametrize("psam", SAMPLE_LISTS.values(), ids=SAMPLE_LISTS)
def test_lists_of_people(run: Run, tmp_path: Path, psam: str) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR, psam=psam)
    lines = table(run, pgen).splitlines()[1:]
    assert list(dict.fromkeys(line.split("\t")[0] for line in lines)) == ["S1", "S2"]


def test_names_of_people_are_divided_at_spaces_and_tabs_only(run: Run, tmp_path: Path) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR, psam="#IID\nS\u00a01\nS\u20282\n")
    result = run("annotate", *CALLS, "-s", "S\u00a01", pgen)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("psam", "expected"),
    [
        ("", "Error: x.psam: lists no people"),
        ("#IID\n", "Error: x.psam: lists no people"),
        ("#SEX\tIID\n", "Error: x.psam: line 1 must begin with #FID or #IID, and name IID"),
        ("#IID\tSEX\nS1\n", "Error: x.psam: line 2 has 1 columns; expected 2"),
        ("#IID\nS1\n\nS2\n", "Error: x.psam: line 3 has 0 columns; expected 1"),
        ("#IID\nS1\nS\0\n", "Error: x.psam: line 3: 'S\\x00' is no name of a person"),
        (
            "#IID\nS1\n",
            "Error: x.pgen: has 2 people, but x.psam lists 1: they do not belong together",
        ),
        (
            "#FID\tIID\nA\tS1\nB\tS1\n",
            (
                "Error: x.psam: two people have the IID 'S1'; give each a name of their own, for "
                "example with plink2 --update-ids"
            ),
        ),
    ],
)
def test_refused_lists_of_people(run: Run, tmp_path: Path, psam: str, expected: str) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR, psam=psam)
    assert rejection(run, pgen) == expected


ROWS_ONLY = pvar_of(A_PAIR, "")
VARIANT_LISTS = {
    "bim": bim_of(A_PAIR),
    "bim without cm": "".join(
        line.replace("\t0\t", "\t") for line in bim_of(A_PAIR).splitlines(keepends=True)
    ),
    "bim with spaces": bim_of(A_PAIR, "  "),
    "crlf": pvar_of(A_PAIR).replace("\n", "\r\n"),
    "bim crlf": bim_of(A_PAIR).replace("\n", "\r\n"),
    "no end": pvar_of(A_PAIR)[:-1],
    "blank end": pvar_of(A_PAIR) + "\n",
    "shortest": "#CHROM POS ID REF ALT\n1 100 a A C\n1 200 b A T\n",
    "order": "#CHROM\tID\tALT\tREF\tPOS\tX\n1\ta\tC\tA\t100\t\n1\tb\tT\tA\t200\t\n",
    "chr": PVAR_HEAD + ROWS_ONLY.replace("1\t", "chr1\t").replace("20chr0", "200"),
    "long line": pvar_of(A_PAIR).replace("\tPASS\t.", "\tPASS\tX=" + "y" * 700_000, 1),
}


@pytest.mark.parametrize("pvar", VARIANT_LISTS.values(), ids=VARIANT_LISTS)
def test_lists_of_variants(run: Run, tmp_path: Path, pvar: str) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR, pvar=pvar)
    found = genotypes(run, pgen, "--assembly", "GRCh38")
    assert found == {"rs1": ["A/C", "C/C"], "rs2": ["A/T", "A/A"]}


@pytest.mark.parametrize(
    ("suffix", "compress"), [(".zst", zstandard.compress), (".gz", gzip.compress)]
)
def test_compressed_lists(
    run: Run, tmp_path: Path, suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR)
    pvar = pgen.with_suffix(".pvar")
    content = compress(pvar.read_bytes())
    pvar.unlink()
    packed = Path(f"{pvar}{suffix}")
    packed.write_bytes(content)
    assert genotypes(run, pgen) == {"rs1": ["A/C", "C/C"], "rs2": ["A/T", "A/A"]}
    packed.write_bytes(content[:-12])
    said = rejection(run, pgen)
    assert said.startswith(f"Error: {packed.name}: ")


def test_rows_in_any_order(run: Run, tmp_path: Path) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", UNPHASED)
    before = genotypes(run, pgen)
    write_pgen(pgen, UNPHASED[::-1])
    assert before == genotypes(run, pgen)


@pytest.mark.parametrize(
    ("pvar", "expected"),
    [
        ("", "Error: x.pvar: lists no variants"),
        ("##a\n", "Error: x.pvar: the header has no line that begins with #CHROM"),
        (
            "#CHROM\tPOS\n1\t5\n",
            "Error: x.pvar: the line of column names must have #CHROM POS ID REF ALT, once each",
        ),
        (PVAR_HEAD + "1\t10x\ta\tA\tC\t.\t.\n", "Error: x.pvar: line 4: POS is not a position"),
        (PVAR_HEAD + "1\t100\ta\tA\tC\t.\n", "Error: x.pvar: line 4: has 6 columns; expected 7"),
        (pvar_of(A_PAIR) + "#x\n", "Error: x.pvar: line 6: a header line follows a variant"),
        (
            pvar_of(A_PAIR) + "\n" + ROWS_ONLY,
            "Error: x.pvar: line 6: there are variants behind a blank line",
        ),
        (
            PVAR_HEAD + "1\t100\ta\tA\t" + "C," * 254 + "C\t.\t.\n",
            "Error: x.pvar: line 4: has more than 254 ALT alleles",
        ),
        (
            pvar_of(A_PAIR[:1]),
            (
                "Error: x.pgen: has 2 variants, but x.pvar lists 1: they do not belong together, "
                "or a file is truncated"
            ),
        ),
    ],
)
def test_refused_lists_of_variants(run: Run, tmp_path: Path, pvar: str, expected: str) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR, pvar=pvar)
    assert rejection(run, pgen, "--assembly", "GRCh38") == expected


def test_missing_companions(run: Run, tmp_path: Path) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR)
    pgen.with_suffix(".psam").unlink()
    assert rejection(run, pgen) == "Error: x.pgen: x.psam or x.fam is not beside it"
    pgen.with_suffix(".psam").mkdir()
    assert rejection(run, pgen) == "Error: x.pgen: x.psam or x.fam is not beside it"
    pgen.with_suffix(".pvar").unlink()
    assert rejection(run, pgen) == (
        "Error: x.pgen: x.pvar or x.pvar.zst or x.pvar.gz or x.bim is not beside it"
    )
    bed = write_bed(tmp_path / "y.bed", A_PAIR)
    bed.with_suffix(".fam").unlink()
    assert rejection(run, bed) == "Error: y.bed: y.fam is not beside it"


@pytest.mark.parametrize("size", range(2, 12))
def test_truncated_headers(run: Run, tmp_path: Path, size: int) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR)
    pgen.write_bytes(pgen.read_bytes()[:size])
    assert rejection(run, pgen).startswith("Error: x.pgen: ")


@pytest.mark.parametrize("mode", [0x05, 0x12, 0x20, 0x21, 0x30, 0xFF])
def test_other_storage_modes(run: Run, tmp_path: Path, mode: int) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR)
    content = pgen.read_bytes()
    pgen.write_bytes(content[:2] + bytes([mode]) + content[3:])
    expected = "index x.pgen.pgi" if mode in {0x20, 0x21} else f"storage mode {mode:#04x}"
    assert expected in rejection(run, pgen)


def test_an_index_beside_the_file(run: Run, tmp_path: Path) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR)
    expected = genotypes(run, pgen)
    content = pgen.read_bytes()
    Path(f"{pgen}.pgi").write_bytes(content[:2] + b"\x30" + content[3:])
    pgen.write_bytes(content[:2] + b"\x20" + content[3:])
    assert genotypes(run, pgen) == expected


@pytest.mark.parametrize("control", [0x48, 0x50, 0x7F])
def test_forms_of_headers_that_no_program_writes(run: Run, tmp_path: Path, control: int) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", A_PAIR)
    content = pgen.read_bytes()
    pgen.write_bytes(content[:11] + bytes([control]) + content[12:])
    assert "no known program writes" in rejection(run, pgen)


def test_truncated_files(run: Run, tmp_path: Path) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", UNPHASED)
    content = pgen.read_bytes()
    for size in range(12, len(content)):
        pgen.write_bytes(content[:size])
        assert "truncated" in rejection(run, pgen)


def test_beds_of_other_sizes(run: Run, tmp_path: Path) -> None:
    bed = write_bed(tmp_path / "x.bed", A_PAIR)
    options = ("--assembly", "GRCh38")
    content = bed.read_bytes()
    for other in (content[:-1], content + b"\0"):
        bed.write_bytes(other)
        assert rejection(run, bed, *options) == (
            f"Error: x.bed: has {len(other)} bytes, but 2 variants of x.bim in 2 people of x.fam "
            "need 5: they do not belong together, or a file is truncated"
        )
    bed.write_bytes(b"\x6c\x1b\0" + content[3:])
    assert rejection(run, bed, *options) == (
        "Error: x.bed: is a PLINK bed file in the order of people; write it again with plink2 "
        "--make-bed"
    )


def test_two_files_with_the_same_people(run: Run, tmp_path: Path, make_vcf: MakeVcf) -> None:
    one = write_pgen(tmp_path / "a.pgen", UNPHASED[:2])
    other = write_pgen(tmp_path / "b.pgen", UNPHASED[4:])
    twice = write_pgen(tmp_path / "c.pgen", UNPHASED[:2])
    joined = run("annotate", *CALLS, one, other)
    assert joined.exit_code == 0
    assert joined.stdout.count("\tcalled\t") == 4
    assert run("annotate", *CALLS, one, twice).exit_code == 3
    vcf = make_vcf(["1 100 A C 0/1"], samples=("S9",))
    beside = run("annotate", *CALLS, one, vcf)
    assert (beside.exit_code, beside.stdout.count("\nS9\t")) == (0, len(SITES))


def test_a_person_of_a_sample_sheet(run: Run, tmp_path: Path) -> None:
    pgen = write_pgen(tmp_path / "x.pgen", ["1 100 A C 0/1"], samples=("S1",))
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text(f"file\tsample\n{pgen}\tAda\n")
    result = run("annotate", *CALLS, "--sample-sheet", sheet, pgen)
    assert result.stdout.splitlines()[1].startswith("Ada\tAAA\trs1\t")
