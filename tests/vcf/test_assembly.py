"""Which assembly a file is on: told from the file, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import InputFile, Record
from pgx_ana.pipeline import Request, Selection, call
from pgx_ana.terms import Assembly
from pgx_ana.vcf import (
    ContigNames,
    DetectedAssembly,
    LocusMatches,
    count_matching_loci,
    decide_assembly,
    undetermined_assembly,
)
from pgx_ana.vcf.header import Header

MakeVcf = Callable[..., Path]

G37, G38 = Assembly.GRCH37, Assembly.GRCH38
HOW_TO_SAY = "say which it is with --assembly GRCh37 or --assembly GRCh38"


@pytest.fixture(scope="module")
def toy_names(toy: KnowledgeBase) -> ContigNames:
    return ContigNames(toy.contig_tables)


@pytest.fixture(scope="module")
def names(curated: KnowledgeBase) -> ContigNames:
    return ContigNames(curated.contig_tables)


def header(contigs: Mapping[str, int | None], *lines: str) -> Header:
    return Header(contigs, lines)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("15", "15"),
        ("chr15", "15"),
        ("CHR15", "15"),
        ("NC_000015.9", "15"),
        ("NC_000015.10", "15"),
        ("nc_000015.10", "15"),
        ("CM000677.1", "15"),
        ("CM000677.2", "15"),
        ("X", "X"),
        ("chrX", "X"),
        ("1", "1"),
        ("NC_000015.8", None),
        ("NC_000015", None),
        ("chr15_KI270727v1_random", None),
        ("chr", None),
        ("", None),
        ("015", None),
        ("chrUn_KI270302v1", None),
        ("HLA-A*01:01:01:01", None),
    ],
)
def test_plain_names_of_contigs(names: ContigNames, name: str, expected: str | None) -> None:
    assert expected == names.chromosome(name)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(
            header({"15": 102531392}),
            DetectedAssembly(G37, "contig lengths"),
            id="length-of-GRCh37",
        ),
        pytest.param(
            header({"chr15": 101991189}),
            DetectedAssembly(G38, "contig lengths"),
            id="length-of-GRCh38",
        ),
        pytest.param(
            header({"15": 101991189}),
            DetectedAssembly(G38, "contig lengths"),
            id="a-prefix-says-nothing",
        ),
        pytest.param(
            header({"chr15": 101991189, "chr15_KI270727v1_random": 448248, "chrM": 16571}),
            DetectedAssembly(G38, "contig lengths"),
            id="other-contigs-beside",
        ),
        pytest.param(
            header({"NC_000015.9": None}), DetectedAssembly(G37, "contig accessions"), id="refseq"
        ),
        pytest.param(
            header({"CM000677.2": None}), DetectedAssembly(G38, "contig accessions"), id="genbank"
        ),
        pytest.param(
            header({"15": None}, "##reference=file:///refs/hg19.fa"),
            DetectedAssembly(G37, "header words"),
            id="reference-line",
        ),
        pytest.param(
            header({}, "##contig=<ID=15,assembly=GRCh38.p13>"),
            DetectedAssembly(G38, "header words"),
            id="contig-line",
        ),
        pytest.param(
            header({}, "##assembly=grch37"),
            DetectedAssembly(G37, "header words"),
            id="assembly-line",
        ),
        pytest.param(
            header({}, "##reference=Homo_sapiens_assembly38.fasta"),
            DetectedAssembly(G38, "header words"),
            id="name-of-the-broad-institute",
        ),
        pytest.param(
            header({}, "##reference=hs37d5.fa.gz"),
            DetectedAssembly(G37, "header words"),
            id="decoys",
        ),
        pytest.param(header({}), None, id="nothing"),
        pytest.param(header({"15": None, "chr15": None}), None, id="names-only"),
        pytest.param(
            header({}, "##source=lifted from hg19", "##bcftools_viewCommand=view hg19.vcf"),
            None,
            id="words-on-other-lines",
        ),
        pytest.param(header({}, "##reference=xhg19y.fa"), None, id="part-of-a-word"),
        pytest.param(header({"chrM": 16571, "HLA-A": 3502}), None, id="no-known-chromosome"),
    ],
)
def test_what_a_header_tells(
    names: ContigNames, given: Header, expected: DetectedAssembly | None
) -> None:
    assert expected == names.detect(given, "a.vcf")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            header({"15": 102531392, "1": 248956422}),
            f"a.vcf: the contig lengths speak for both assemblies; {HOW_TO_SAY}",
            id="lengths-of-both",
        ),
        pytest.param(
            header({"NC_000015.9": None, "NC_000001.11": None}),
            f"a.vcf: the contig accessions speak for both assemblies; {HOW_TO_SAY}",
            id="accessions-of-both",
        ),
        pytest.param(
            header({}, "##reference=GRCh37_to_hg38.fa"),
            f"a.vcf: the header words speak for both assemblies; {HOW_TO_SAY}",
            id="words-of-both",
        ),
        pytest.param(
            header({"chr1": 248387328, "chr2": 242696752}),
            "a.vcf: the contig lengths fit neither GRCh37 nor GRCh38 (chr1 has length 248387328); "
            "only these two human assemblies can be annotated",
            id="CHM13",
        ),
    ],
)
def test_headers_that_cannot_be_right(names: ContigNames, given: Header, message: str) -> None:
    with pytest.raises(InputError) as caught:
        names.detect(given, "a.vcf")
    assert message == str(caught.value)


def record(pos: int, ref: str, *alts: str) -> Record:
    return Record(
        chrom="1",
        pos=pos,
        end=pos + len(ref) - 1,
        ref=ref,
        alts=alts,
        filters=("PASS",),
        alleles=np.zeros((1, 2), np.int16),
        phased=np.zeros(1, np.bool_),
    )


@pytest.mark.parametrize(
    ("assembly", "records", "expected"),
    [
        pytest.param(G38, {"rs1": [record(100, "A", "C")]}, LocusMatches(1, 0), id="agrees"),
        pytest.param(G37, {"rs1": [record(150, "A", "C")]}, LocusMatches(1, 0), id="agrees-on-37"),
        pytest.param(
            G38, {"rs3": [record(300, "C", "T")]}, LocusMatches(0, 1), id="other-reference"
        ),
        pytest.param(
            G38, {"rs1": [record(100, "A", "G")]}, LocusMatches(0, 1), id="strange-alternate"
        ),
        pytest.param(G38, {"rs1": [record(99, "CA", "C")]}, LocusMatches(0, 0), id="elsewhere"),
        pytest.param(G38, {"rs1": [record(100, "A", "<NON_REF>")]}, LocusMatches(0, 0), id="block"),
        pytest.param(G38, {"rs1": [record(100, "A")]}, LocusMatches(0, 0), id="reference-call"),
        pytest.param(
            G38,
            {"rs2": [record(200, "A", "G"), record(200, "A", "T")]},
            LocusMatches(1, 0),
            id="split",
        ),
        pytest.param(
            G38,
            {"rs1": [record(100, "A", "C")], "rs2": [record(200, "C", "A")], "rs3": []},
            LocusMatches(1, 1),
            id="two-loci",
        ),
        pytest.param(G38, {}, LocusMatches(0, 0), id="nothing"),
    ],
)
def test_votes_of_records(
    toy: KnowledgeBase,
    assembly: Assembly,
    records: Mapping[str, Sequence[Record]],
    expected: LocusMatches,
) -> None:
    found = [records.get(variant.id, ()) for variant in toy.variants]
    assert expected == count_matching_loci(toy.variants, assembly, found)


NONE = LocusMatches(0, 0)
LENGTHS38 = DetectedAssembly(G38, "contig lengths")


@pytest.mark.parametrize(
    ("said", "told", "matches", "expected"),
    [
        pytest.param(None, LENGTHS38, {G38: NONE}, LENGTHS38, id="header"),
        pytest.param(G38, None, {G38: NONE}, DetectedAssembly(G38, "--assembly"), id="said"),
        pytest.param(G38, LENGTHS38, {G38: NONE}, DetectedAssembly(G38, "--assembly"), id="both"),
        pytest.param(
            None,
            None,
            {G37: LocusMatches(8, 1), G38: LocusMatches(2, 5)},
            DetectedAssembly(G37, "REF bases at known loci"),
            id="matches-are-clear",
        ),
        pytest.param(
            None,
            None,
            {G37: LocusMatches(0, 0), G38: LocusMatches(2, 2)},
            DetectedAssembly(G38, "REF bases at known loci"),
            id="as-many-disagree",
        ),
        pytest.param(None, None, {G37: LocusMatches(0, 3), G38: NONE}, None, id="nothing-tells"),
        pytest.param(
            None, LENGTHS38, {G37: LocusMatches(1, 0), G38: NONE}, LENGTHS38, id="one-chance-hit"
        ),
        pytest.param(
            None,
            LENGTHS38,
            {G37: LocusMatches(9, 0), G38: LocusMatches(3, 0)},
            LENGTHS38,
            id="header-is-borne-out",
        ),
    ],
)
def test_settled(
    said: Assembly | None,
    told: DetectedAssembly | None,
    matches: Mapping[Assembly, LocusMatches],
    expected: DetectedAssembly | None,
) -> None:
    assert expected == decide_assembly(said, told, matches, "a.vcf")


@pytest.mark.parametrize(
    ("said", "told", "matches", "message"),
    [
        pytest.param(
            G37,
            LENGTHS38,
            {G37: NONE},
            "a.vcf: --assembly GRCh37 contradicts the file, whose contig lengths are those of "
            "GRCh38",
            id="said-against-header",
        ),
        pytest.param(
            None,
            LENGTHS38,
            {G37: LocusMatches(2, 0), G38: LocusMatches(0, 4)},
            "a.vcf: contig lengths say GRCh38, but 2 records stand at loci of GRCh37 with its REF "
            "and ALT, and none at those of GRCh38",
            id="header-against-bases",
        ),
        pytest.param(
            G37,
            None,
            {G37: NONE, G38: LocusMatches(3, 0)},
            "a.vcf: --assembly say GRCh37, but 3 records stand at loci of GRCh38 with its REF "
            "and ALT, and none at those of GRCh37",
            id="said-against-bases",
        ),
        pytest.param(
            None,
            None,
            {G37: LocusMatches(7, 0), G38: LocusMatches(2, 0)},
            "a.vcf: the assembly cannot be told: 7 records fit loci of GRCh37 and 2 those of "
            f"GRCh38; {HOW_TO_SAY}",
            id="matches-are-not-clear",
        ),
        pytest.param(
            None,
            None,
            {G37: NONE, G38: LocusMatches(2, 3)},
            "a.vcf: the assembly cannot be told: 2 records fit loci of GRCh38 and 0 those of "
            f"GRCh37; {HOW_TO_SAY}",
            id="more-disagree",
        ),
    ],
)
def test_contradiction_and_doubt(
    said: Assembly | None,
    told: DetectedAssembly | None,
    matches: Mapping[Assembly, LocusMatches],
    message: str,
) -> None:
    with pytest.raises(InputError) as caught:
        decide_assembly(said, told, matches, "a.vcf")
    assert message == str(caught.value)


def described(
    toy: KnowledgeBase, *paths: Path, said: Assembly | None = None, genes: tuple[str, ...] = ()
) -> list[tuple[Assembly, str]]:
    """Return the assembly of each file and how it was told."""
    request = Request(tuple(map(str, paths)), Selection(genes=genes, assembly=said))
    files: Sequence[InputFile] = call(request, toy).files
    return [(file.assembly, file.assembly_source) for file in files]


ON_37 = ["1 150 A C 0/1", "1 250 A T 0/1", "1 350 C T 0/1", "1 451 G GT 0/1"]
ON_38 = ["1 100 A C 0/1", "1 200 A T 0/1", "1 300 T C 0/1", "1 401 G GT 0/1"]
INDEXED = pytest.mark.parametrize("indexed", [False, True], ids=["plain", "indexed"])


@INDEXED
@pytest.mark.parametrize(("rows", "expected"), [(ON_37, G37), (ON_38, G38)], ids=["37", "38"])
@pytest.mark.parametrize("prefix", ["", "chr"], ids=["1", "chr1"])
def test_bases_tell_the_assembly_of_a_file_that_does_not_say_it(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    bgzip: Callable[[Path], Path],
    rows: list[str],
    expected: Assembly,
    prefix: str,
    indexed: bool,
) -> None:
    path = make_vcf(rows, assembly=None, prefix=prefix)
    found = described(toy, bgzip(path) if indexed else path, genes=("BBB",))
    assert [(expected, "REF bases at known loci")] == found


@INDEXED
@pytest.mark.parametrize("said", [None, G37], ids=["header", "said"])
def test_bases_belie_what_header_or_user_say(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    bgzip: Callable[[Path], Path],
    said: Assembly | None,
    indexed: bool,
) -> None:
    path = make_vcf(ON_38, assembly=None if said else "GRCh37")
    path = bgzip(path) if indexed else path
    with pytest.raises(InputError, match="say GRCh37, but 4 records stand at loci of GRCh38"):
        described(toy, path, said=said)


def test_a_locus_that_both_assemblies_share_tells_nothing(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    path = make_vcf(["2 50 G T 0/1"], assembly=None)
    with pytest.raises(InputError, match="1 records fit loci of GRCh37 and 1 those of GRCh38"):
        described(toy, path)
    assert [(G37, "--assembly")] == described(toy, path, said=G37)


@pytest.mark.parametrize("rows", [[], ["1 120 A C 0/1"]], ids=["header-only", "elsewhere"])
def test_nothing_tells(toy: KnowledgeBase, make_vcf: MakeVcf, rows: list[str]) -> None:
    path = make_vcf(rows, assembly=None)
    with pytest.raises(InputError) as caught:
        described(toy, path)
    assert str(undetermined_assembly(str(path))) == str(caught.value)
    assert str(caught.value).endswith(HOW_TO_SAY)


def test_a_file_that_does_not_tell_takes_the_assembly_of_the_others(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    telling = make_vcf(ON_37, assembly="GRCh37", name="1.vcf")
    silent = make_vcf([], assembly=None, name="2.vcf")
    expected = [(G37, "as the other files"), (G37, "contig lengths")]
    assert expected == described(toy, silent, telling)


def test_files_of_two_assemblies_do_not_go_together(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    one = make_vcf(ON_37, assembly="GRCh37", name="1.vcf")
    two = make_vcf(ON_38, assembly="GRCh38", name="2.vcf", samples=("S2",))
    with pytest.raises(InputError) as caught:
        described(toy, one, two)
    expected = (
        f"the files are on different assemblies ({one} is GRCh37, {two} is GRCh38); "
        "annotate them separately"
    )
    assert expected == str(caught.value)


def test_the_toy_lengths_tell(toy_names: ContigNames) -> None:
    assert DetectedAssembly(G37, "contig lengths") == toy_names.detect(header({"2": 800}), "a.vcf")
