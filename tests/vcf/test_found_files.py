"""Files as they are found: spellings of contigs, ends of rows, second headers, callers."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.containers import Pack, bcf_csi, bgzf_tbi, rejection
from helpers.fixture_types import Bcftools
from helpers.paths import TOY

import pgx_ana
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import InputFile
from pgx_ana.pipeline import Request, Selection, call
from pgx_ana.terms import Assembly

MakeVcf = Callable[..., Path]
SVLEN = '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="length">'
SECOND = "a second header begins"


def calls_at(path: Path, *variants: str) -> list[str]:
    """Return status and genotype of some variants in the first sample."""
    calls = pgx_ana.annotate(path, kb=TOY).calls.drop_duplicates("variant").set_index("variant")
    rows = [calls.loc[name] for name in variants]
    return [" ".join([str(row["genotype"]), str(row["status"])]) for row in rows]


def file_of(toy: KnowledgeBase, path: Path, assembly: Assembly | None = None) -> InputFile:
    """Return what is said of a file."""
    return call(Request((str(path),), Selection(assembly=assembly)), toy).files[0]


def edited(path: Path, *replacements: tuple[str, str]) -> Path:
    """Replace texts of a file."""
    text = path.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "prefix",
    ["0", "chr0", "Chr", "CHR", "chrom", "chromosome_", "GRCh38#0#chr", "GRCh38#", "hg38.chr"],
)
@pytest.mark.parametrize("declared", [True, False])
def test_spellings_of_contigs(make_vcf: MakeVcf, prefix: str, *, declared: bool) -> None:
    words = ["##reference=GRCh38"]
    path = make_vcf(["1 100 A C 0/1", "2 50 G T 1/1"], prefix=prefix, extra_header=words)
    if not declared:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith("##contig")))
    assert ["A/C called", "T/T called"] == calls_at(path, "rs1", "rs6")


@pytest.mark.parametrize("suffix", [".1", ".2"])
def test_a_version_behind_a_chromosome(make_vcf: MakeVcf, suffix: str) -> None:
    path = make_vcf([f"1{suffix} 100 A C 0/1"], prefix="chr")
    edited(path, ("ID=chr1,", f"ID=chr1{suffix},"))
    assert ["A/C called"] == calls_at(path, "rs1")


def test_two_contigs_that_may_be_versions(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    rows = ["chr1.1 100 A C 0/1", "chr1.2 100 A C 1/1"]
    undeclared = make_vcf(rows, extra_header=["##reference=GRCh38"], assembly=None)
    edited(undeclared, ("##contig=<ID=1>\n##contig=<ID=2>\n", ""))
    assert (
        f"{undeclared}: the contigs 'chr1.1' and 'chr1.2' may both be chromosome 1; rename the one "
        "that is, or remove the other"
    ) == rejection(toy, undeclared)
    declared = ["##reference=GRCh38", "##contig=<ID=chr1.1>", "##contig=<ID=chr1.2>"]
    path = make_vcf(rows, extra_header=declared, assembly=None, name="declared.vcf")
    assert ["nan absent"] == calls_at(path, "rs1")
    expected = "no contig is a known chromosome (rows are on chr1.1, chr1.2)"
    assert expected == file_of(toy, path).remark


def test_two_contigs_of_one_chromosome(make_vcf: MakeVcf) -> None:
    """Rows of 1 and chr1 are joined; those of other sequences of the chromosome are not."""
    path = make_vcf(["1 100 A C 0/1", "chr1 200 A C 1/1", "chr1_alt 100 A C 1/1"])
    assert ["A/C called", "C/C called"] == calls_at(path, "rs1", "rs2")


@pytest.mark.parametrize("contig", ["GRCh38#0#chr1", "hg38.chr1", "NC_000001.11"])
def test_a_contig_that_names_an_assembly(
    make_vcf: MakeVcf, toy: KnowledgeBase, contig: str
) -> None:
    path = make_vcf([f"{contig} 150 A C 0/1"], assembly=None)
    with pytest.raises(pgx_ana.InputError, match="--assembly GRCh37 contradicts the file"):
        file_of(toy, path, Assembly.GRCH37)


@pytest.mark.parametrize(
    ("rows", "remark"),
    [
        (
            ["chrUn_1 5 A C 0/1", "HLA-A*01:01 7 A C 0/1"],
            "no contig is a known chromosome (rows are on chrUn_1, HLA-A*01:01)",
        ),
        (["X 5 A C 0/1"], "no contig is a known chromosome (rows are on X)"),
        (["chrUn\x1b[1m 5 A C 0/1"], "no contig is a known chromosome (rows are on chrUn\\x1b[1m)"),
        (["1 5 A C 0/1"], ""),
        ([], ""),
    ],
)
@pytest.mark.parametrize("pack", [None, bgzf_tbi], ids=["text", "indexed"])
@pytest.mark.usefixtures("index_small_files")
def test_no_row_on_a_chromosome(
    make_vcf: MakeVcf, toy: KnowledgeBase, rows: list[str], remark: str, pack: Pack | None
) -> None:
    path = make_vcf(rows)
    assert remark == file_of(toy, pack(path) if pack else path).remark


@pytest.mark.parametrize("pack", [None, bgzf_tbi, bcf_csi], ids=["text", "indexed", "bcf"])
@pytest.mark.usefixtures("index_small_files")
def test_no_row_on_a_chromosome_with_known_sites(
    make_vcf: MakeVcf, toy: KnowledgeBase, pack: Pack | None
) -> None:
    path = make_vcf(["2 7 A C 0/1"])
    path = pack(path) if pack else path
    calls = call(Request((str(path),), Selection(genes=("AAA",))), toy)
    expected = "no row is on a chromosome with known sites (rows are on 2)"
    assert expected == calls.files[0].remark


LATER = ["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS2", "##fileformat=VCFv4.2"]


@pytest.mark.parametrize("line", LATER)
@pytest.mark.parametrize("packed", [False, True])
def test_second_header(
    make_vcf: MakeVcf, toy: KnowledgeBase, tmp_path: Path, line: str, *, packed: bool
) -> None:
    path = make_vcf(["1 100 A C 0/1", "2 50 G T 0/1"])
    edited(path, ("\n2\t", f"\n{line}\n2\t"))
    if packed:
        path = tmp_path / "packed.vcf.gz"
        path.write_bytes(gzip.compress((tmp_path / "made.vcf").read_bytes()))
    name = line.split("\t")[0]
    assert rejection(toy, path).startswith(f"{path}: {SECOND} at line 13 ({name}): the rows behind")


@pytest.mark.parametrize("line", ["#a comment", "# 1\t2", "##a=b", "#\x1b[31m"])
def test_other_lines_with_a_hash(make_vcf: MakeVcf, toy: KnowledgeBase, line: str) -> None:
    path = edited(make_vcf(["1 100 A C 0/1", "2 50 G T 0/1"]), ("\n2\t", f"\n{line}\n2\t"))
    message = rejection(toy, path)
    assert message.startswith(f"{path}: the line at line 13 begins with # among the rows")
    assert "\x1b" not in message


def test_cat_of_two_compressed_files(make_vcf: MakeVcf, toy: KnowledgeBase, bgzip: Pack) -> None:
    path = bgzip(make_vcf(["1 100 A C 0/1"]))
    path.write_bytes(path.read_bytes() * 2)
    path.with_name("made.vcf.gz.tbi").unlink()
    assert f"{SECOND} at line 13 (##fileformat=VCFv4.2)" in rejection(toy, path)


@pytest.mark.usefixtures("index_small_files")
def test_second_header_behind_an_index(make_vcf: MakeVcf, toy: KnowledgeBase, bgzip: Pack) -> None:
    path = make_vcf(["1 100 A C 0/1", "1 200 A C 0/1"])
    edited(path, ("\n1\t200", f"\n{LATER[0]}\n1\t200"))
    message = rejection(toy, bgzip(path))
    assert f"{SECOND} among the rows of 1 (#CHROM)" in message


@pytest.mark.parametrize(
    ("alt", "info", "genotype", "expected"),
    [
        ("<DEL>,<DEL>", "SVLEN=50,5000", "0/2", "C/* unknown_allele"),
        ("<DEL>,<DEL>", "SVLEN=50,5000", "0/1", "C/C called"),
        ("<DEL>,<DEL>", "SVLEN=5000,50", "0/1", "C/* unknown_allele"),
        ("<DEL>,<DEL>", "SVLEN=-5000,-50", "0/2", "C/C called"),
        ("<DUP>,<DEL>", "SVLEN=10,300", "0/2", "C/* unknown_allele"),
        ("<DUP>,<DEL>", "SVLEN=.,300", "0/2", "C/* unknown_allele"),
        ("<DUP>,<DEL>", "END=240;SVLEN=10,200", "0/1", "C/C called"),
        ("<DEL>,<DEL>", "END=60,240", "0/1", "C/C called"),
        ("<DEL>,<DEL>", "END=60,240", "0/2", "C/* unknown_allele"),
        ("<CN0>", "SVLEN=300", "0/1", "C/* unknown_allele"),
        ("<CN0>", "SVLEN=-300", "0/1", "C/* unknown_allele"),
        ("<CN0>,<CN2>", "SVLEN=300,10", "0/1", "C/* unknown_allele"),
        ("<CN0>,<CN2>", "SVLEN=300,10", "0/2", "C/C called"),
        ("<DEL>", "SVLEN=50", "0/1", "C/C called"),
        ("<DEL>", "SVLEN=10;END=240", "0/1", "C/* unknown_allele"),
    ],
)
def test_each_alternate_has_its_own_end(
    make_vcf: MakeVcf, alt: str, info: str, genotype: str, expected: str
) -> None:
    path = make_vcf([f"1 40 G {alt} {genotype}", "1 200 A C 1/1"], info={0: info})
    assert [expected] == calls_at(path, "rs2")


BLOCKS = ["1 90 A . 0/0", "1 195 A <*> 0/0"]


@pytest.mark.parametrize(
    "declaration", ["Number=1,Type=String", "Number=1,Type=Float", "Number=.,Type=String"]
)
@pytest.mark.parametrize("with_index", [True, False])
@pytest.mark.usefixtures("index_small_files")
def test_bcf_that_does_not_declare_end_as_a_number(
    make_vcf: MakeVcf, bcftools: Bcftools, declaration: str, *, with_index: bool
) -> None:
    path = make_vcf(BLOCKS, info={0: "END=110", 1: "END=205"})
    edited(path, ("ID=END,Number=1,Type=Integer", f"ID=END,{declaration}"))
    converted = path.with_suffix(".bcf")
    bcftools("view", "-O", "b", "-o", converted, path)
    if with_index:
        bcftools("index", converted)
    expected = ["A/A called", "A/A called"]
    assert expected == calls_at(path, "rs1", "rs2") == calls_at(converted, "rs1", "rs2")


@pytest.mark.parametrize("pack", [bgzf_tbi, bcf_csi])
@pytest.mark.usefixtures("index_small_files")
def test_svlen_alone_behind_an_index(make_vcf: MakeVcf, toy: KnowledgeBase, pack: Pack) -> None:
    """END is declared, as other rows have it; this row has SVLEN only."""
    rows = ["1 40 G <DEL> 0/1", "1 200 A C 1/1"]
    path = pack(make_vcf(rows, info={0: "SVLEN=300"}, extra_header=[SVLEN]))
    assert ["C/* unknown_allele"] == calls_at(path, "rs2")
    expected = "structural variants may have SVLEN and no END: index not used"
    assert (expected, False) == (file_of(toy, path).remark, file_of(toy, path).indexed)


@pytest.mark.parametrize(
    "line",
    [
        '##FORMAT=<ID=LEN,Number=1,Type=Integer,Description="length of the block">',
        '##ALT=<ID=DEL,Description="deletion">',
    ],
)
@pytest.mark.usefixtures("index_small_files")
def test_an_index_that_cannot_know_the_ends(
    make_vcf: MakeVcf, toy: KnowledgeBase, bgzip: Pack, line: str
) -> None:
    path = make_vcf(["1 100 A C 0/1"], extra_header=[line])
    edited(path, ('##INFO=<ID=END,Number=1,Type=Integer,Description="end">\n', ""))
    assert "index not used" in file_of(toy, bgzip(path)).remark


@pytest.mark.usefixtures("index_small_files")
def test_an_index_is_used_where_end_is_declared(
    make_vcf: MakeVcf, toy: KnowledgeBase, bgzip: Pack
) -> None:
    path = bgzip(make_vcf(BLOCKS, info={0: "END=110", 1: "END=205"}))
    assert (True, "") == (file_of(toy, path).indexed, file_of(toy, path).remark)


SIGNED = [("/0|1", "0|1"), ("|0|1", "0|1"), ("|0/1", "0/1"), ("/0/1", "0/1"), ("/1|1", "1|1")]
SIGNED += [("|1", "1"), ("/.", "."), ("/.|1", ".|1"), ("|1|0", "1|0")]


@pytest.mark.parametrize(("signed", "plain"), SIGNED)
@pytest.mark.parametrize("fmt", ["GT", "GT:DP", "DP:GT"])
def test_a_phase_sign_before_the_first_allele(
    make_vcf: MakeVcf, signed: str, plain: str, fmt: str
) -> None:
    """VCF 4.4, section 1.6.2; other samples of the row have no such sign."""
    shape = {"GT": "{}", "GT:DP": "{}:30", "DP:GT": "30:{}"}[fmt]
    calls = [
        calls_at(
            make_vcf(
                [f"1 100 A C {shape.format(genotype)} {shape.format('0|1')}"],
                samples=("S1", "S2"),
                fmt=fmt,
                name=f"{number}.vcf",
            ),
            "rs1",
        )
        for number, genotype in enumerate((signed, plain))
    ]
    assert calls[0] == calls[1]
    assert calls[0] != ["nan absent"]


@pytest.mark.parametrize("genotype", ["/", "|", "//0|1", "|/1", "/foo"])
def test_a_sign_without_a_genotype(make_vcf: MakeVcf, toy: KnowledgeBase, genotype: str) -> None:
    message = rejection(toy, make_vcf([f"1 100 A C {genotype}"]))
    assert f"GT of sample 'S1' is {genotype!r}, not a genotype" in message


@pytest.mark.parametrize("version", ["4.2", "4.4", "4.5"])
@pytest.mark.parametrize("genotype", ["0|1", "0/1", "1|0", "1", "./1", "1|1"])
def test_a_file_and_its_bcf(
    make_vcf: MakeVcf, bcftools: Bcftools, version: str, genotype: str
) -> None:
    path = make_vcf([f"1 100 A C {genotype}", f"1 300 T C {genotype}"])
    edited(path, ("VCFv4.2", f"VCFv{version}"))
    converted = path.with_suffix(".bcf")
    bcftools("view", "-O", "b", "-o", converted, path)
    assert calls_at(path, "rs1", "rs3") == calls_at(converted, "rs1", "rs3")


@pytest.mark.parametrize(
    ("lines", "samples", "reason"),
    [
        (["##source=Mutect2"], ("S1",), "source=Mutect2"),
        (["##MutectVersion=2.2"], ("S1",), "MutectVersion=2.2"),
        (["##source=strelka", "##content=strelka somatic snv calls"], ("NORMAL", "TUMOR"), "con"),
        (["##source=strelka"], ("NORMAL", "TUMOR"), "samples 'NORMAL', 'TUMOR'"),
        (["##tumor_sample=S2"], ("S1", "S2"), "tumor_sample=S2"),
        (["##GATKCommandLine=<ID=FilterMutectCalls>"], ("S1",), "GATKCommandLine=<ID=Filter"),
        (
            ["##source=VarDict_v1.8", '##INFO=<ID=STATUS,Number=1,Type=String,Description="s">'],
            ("A", "B"),
            "VarDict, paired samples",
        ),
        (["##source=SentieonTNscope"], ("S1",), "source=SentieonTNscope"),
        (['##DRAGENCommandLine=<CommandLineOptions="--tumor-fastq1 a">'], ("S1",), "DRAGEN"),
    ],
)
def test_somatic_callers(
    make_vcf: MakeVcf, toy: KnowledgeBase, lines: list[str], samples: tuple[str, ...], reason: str
) -> None:
    values = " ".join(["0/1"] * len(samples))
    path = make_vcf([f"1 100 A C {values}"], samples=samples, extra_header=lines)
    remark = file_of(toy, path).remark
    assert remark.startswith(f"written by a somatic caller ({reason}")
    assert remark.endswith("): its genotypes are not germline ones")


@pytest.mark.parametrize(
    ("lines", "samples"),
    [
        (["##source=HaplotypeCaller"], ("S1",)),
        (["##GATKCommandLine=<ID=HaplotypeCaller,CommandLine=x>"], ("S1",)),
        (["##source=strelka", "##content=strelka germline small-variant calls"], ("S1",)),
        (["##source=VarDict_v1.8"], ("S1",)),
        (["##source=VarDict_v1.8"], ("A", "B")),
        (['##INFO=<ID=SOMATIC,Number=0,Type=Flag,Description="s">'], ("S1",)),
        (['##DRAGENCommandLine=<CommandLineOptions="--fastq-file1 a">'], ("NORMAL",)),
    ],
)
def test_germline_callers(
    make_vcf: MakeVcf, toy: KnowledgeBase, lines: list[str], samples: tuple[str, ...]
) -> None:
    values = " ".join(["0/1"] * len(samples))
    path = make_vcf([f"1 100 A C {values}"], samples=samples, extra_header=lines)
    assert "" == file_of(toy, path).remark


PLAIN_TEXT = (
    "##fileformat=VCFv4.2\n##contig=<ID=1,length=1000>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"
    "1\t100\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n"
)
QUOTES = "is in quotes, as spreadsheets write it; take the original file, or remove the quotes"
RETURNS = "the lines end with carriage returns alone"
TABS = "as spreadsheets write it; take the original file, or remove the tabs"
FAULTS: dict[str, tuple[bytes, str]] = {
    "quotes": (
        PLAIN_TEXT.replace("##contig=<ID=1,length=1000>", '"##contig=<ID=1,length=1000>"').encode(),
        f"line 2 of the header {QUOTES}",
    ),
    "quoted columns": (
        PLAIN_TEXT.replace("#CHROM", '"#CHROM"').encode(),
        f"line 3 of the header {QUOTES}",
    ),
    "quotes from the first line on": (f'"{PLAIN_TEXT}'.encode(), "in quotes (line 1)"),
    "one tab": (PLAIN_TEXT.replace("S1", "S1\t").encode(), f"#CHROM line ends with a tab, {TABS}"),
    "tabs": (PLAIN_TEXT.replace("S1", "S1\t\t").encode(), f"#CHROM line ends with 2 tabs, {TABS}"),
    "tabs and no sample": (PLAIN_TEXT.replace("S1", "\t").encode(), "ends with 2 tabs"),
    "empty name": (PLAIN_TEXT.replace("S1", "\tS1").encode(), "has an empty sample name"),
    "UTF-16": (PLAIN_TEXT.encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
    "UTF-16 without a mark": (PLAIN_TEXT.encode("utf-16-le"), "is UTF-16 text"),
    "byte order mark": (PLAIN_TEXT.encode("utf-8-sig"), "begins with a byte order mark"),
    "carriage returns": (PLAIN_TEXT.replace("\n", "\r").encode(), f"line 1: {RETURNS}"),
    "carriage returns of rows": (
        PLAIN_TEXT.encode() + b"1\t150\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\r1\t200",
        f"line 5: {RETURNS}",
    ),
    "zip": (b"PK\x03\x04" + bytes(30), "is a zip archive; extract the file first"),
    "zip in gzip": (gzip.compress(b"PK\x03\x04" + bytes(30)), "is a zip archive"),
    "gzip twice": (gzip.compress(gzip.compress(PLAIN_TEXT.encode())), "is compressed twice"),
    "xz": (b"\xfd7zXZ\0", "is compressed with xz"),
    "tar": (bytes(257) + b"ustar\0" + bytes(300), "is a tar archive"),
    "BAM": (gzip.compress(b"BAM\1"), "is a BAM file: reads, not variants"),
}


@pytest.mark.parametrize(("content", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_messages_name_the_cause(
    toy: KnowledgeBase, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "found.vcf"
    path.write_bytes(content)
    text = rejection(toy, path)
    assert text.startswith(f"{path}: ")
    assert message in text
    assert "\n" not in text


@pytest.mark.usefixtures("index_small_files")
def test_an_index_that_cannot_be_read(
    make_vcf: MakeVcf, toy: KnowledgeBase, bgzip: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bgzip(make_vcf(["1 100 A C 0/1"]))
    real = gzip.open

    def refused(name: Path, *words: object) -> object:
        if str(name).endswith(".tbi"):
            raise PermissionError(13, "Permission denied")
        return real(name, *words)  # type: ignore[call-overload]

    monkeypatch.setattr("pgx_ana.vcf.index.gzip.open", refused)
    expected = f"{path}: the index made.vcf.gz.tbi cannot be read (Permission denied); make it"
    assert rejection(toy, path).startswith(expected)


@pytest.mark.usefixtures("index_small_files")
def test_a_pipe_in_place_of_an_index(make_vcf: MakeVcf, toy: KnowledgeBase, bgzip: Pack) -> None:
    path = bgzip(make_vcf(["1 100 A C 0/1"]))
    path.with_name("made.vcf.gz.tbi").unlink()
    os.mkfifo(path.with_name("made.vcf.gz.tbi"))
    assert "the index made.vcf.gz.tbi is not a file" in rejection(toy, path)


MOUSE = {"chr1": 195471971, "chr2": 182113224, "chr3": 160039680}


def test_lengths_of_another_genome(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    path = make_vcf(["chr1 120 A C 0/1"], assembly=None)
    lengths = "".join(f"##contig=<ID={name},length={n}>\n" for name, n in MOUSE.items())
    edited(path, ("##contig=<ID=1>\n##contig=<ID=2>\n", lengths))
    message = rejection(toy, path)
    assert message.startswith(
        f"{path}: the assembly cannot be determined: the contig lengths match neither GRCh37 nor "
        "GRCh38 (chr1 has length 195471971 and 1 more)"
    )
    assert Assembly.GRCH38 is file_of(toy, path, Assembly.GRCH38).assembly


def test_a_length_of_the_other_assembly_is_not_overruled(
    make_vcf: MakeVcf, toy: KnowledgeBase
) -> None:
    path = make_vcf(["1 100 A C 0/1"], assembly=None)
    edited(path, ("##contig=<ID=2>", "##contig=<ID=2,length=700>\n##contig=<ID=chr1,length=33>"))
    with pytest.raises(pgx_ana.InputError, match="its contig lengths indicate GRCh38"):
        file_of(toy, path, Assembly.GRCH37)


def test_odd_lengths_and_matching_bases(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    path = make_vcf(["1 150 A C 0/1"], assembly=None)
    edited(path, ("##contig=<ID=1>", "##contig=<ID=1,length=151>"))
    found = file_of(toy, path)
    assert (Assembly.GRCH37, "REF bases at known loci") == (found.assembly, found.assembly_source)


def test_control_characters_are_shown_escaped(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    lines = ["##source=call\x1b]0;x\x07er"]
    path = make_vcf(["1 100 A C 0/1"], extra_header=lines)
    assert "call\\x1b]0;x\\x07er" == file_of(toy, path).caller
    named = make_vcf(["1 100 A C 0/7"], samples=("S\x1b[2J",), name="named.vcf")
    message = rejection(toy, named)
    assert "'S\\x1b[2J' has allele 7" in message


@pytest.mark.parametrize("way", ["no file in memory", "many rows"])
def test_rows_in_a_temporary_file(
    make_vcf: MakeVcf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    path = make_vcf(["1 100 A C 0/1:50"], fmt="GT:GQ")
    if way == "many rows":
        monkeypatch.setattr("pgx_ana.vcf.spool._MAX_IN_MEMORY", 1)
    else:
        monkeypatch.delattr("os.memfd_create")
    assert ["A/C called"] == calls_at(path, "rs1")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    with pytest.raises(pgx_ana.InputError, match=r"TMPDIR: .*missing"):
        calls_at(path, "rs1")
