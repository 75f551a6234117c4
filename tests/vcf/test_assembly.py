"""The assembly of a file: detected from evidence in the file, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from helpers import records as made

from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Record
from pgx_ana.terms import Assembly
from pgx_ana.vcf import (
    ContigNames,
    DetectedAssembly,
    LocusMatches,
    count_matching_loci,
    decide_assembly,
)
from pgx_ana.vcf.header import Contigs, Header

G37, G38 = Assembly.GRCH37, Assembly.GRCH38
SET_ASSEMBLY = "set it with --assembly GRCh37 or --assembly GRCh38"
ONE_ASSEMBLY = "all contigs of a file must be of one assembly"


@pytest.fixture(scope="module")
def toy_names(toy: KnowledgeBase) -> ContigNames:
    return ContigNames(toy.contig_tables)


@pytest.fixture(scope="module")
def names(curated: KnowledgeBase) -> ContigNames:
    return ContigNames(curated.contig_tables)


def header(contigs: Mapping[str, int | None], *lines: str) -> Header:
    return Header(Contigs(contigs), lines)


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
        ("NC_000015", "15"),
        ("chr15_KI270727v1_random", None),
        ("chr", None),
        ("", None),
        ("015", None),
        ("chrUn_KI270302v1", None),
        ("HLA-A*01:01:01:01", None),
        ("07", "7"),
        ("chr07", "7"),
        ("Chr15", "15"),
        ("chrom15", "15"),
        ("chromosome_15", "15"),
        ("GRCh38#0#chr15", "15"),
        ("GRCh38.p14#0#15", "15"),
        ("hg38.chr15", "15"),
        ("hg19.chrX", "X"),
        ("CM000677", "15"),
        ("ref|NC_000015.10|", "15"),
        ("chr15.1", "15"),
        ("CHM13#0#chr15", None),
        ("chr15|", None),
        ("gi|568815583|ref|NC_000015.10|", "15"),
        ("hg18.chr15", None),
        ("panTro4.chr15", None),
        ("chr15_alt", None),
        ("hg38.chr15_KI270727v1_random", None),
        ("chr007", None),
        ("chr00", None),
        ("NC_000015.10.1", None),
        ("chr15:1", None),
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
            id="no-prefix-is-no-evidence",
        ),
        pytest.param(
            header({"chr15": 101991189, "chr15_KI270727v1_random": 448248, "chrM": 16571}),
            DetectedAssembly(G38, "contig lengths"),
            id="with-other-contigs",
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
        pytest.param(header({}), None, id="no-evidence"),
        pytest.param(header({"15": None, "chr15": None}), None, id="names-only"),
        pytest.param(
            header({}, "##source=lifted from hg19", "##bcftools_viewCommand=view hg19.vcf"),
            None,
            id="words-on-other-lines",
        ),
        pytest.param(header({}, "##reference=xhg19y.fa"), None, id="part-of-a-word"),
        pytest.param(header({"chrM": 16571, "HLA-A": 3502}), None, id="no-known-chromosome"),
        *(
            pytest.param(header({"15": length}), None, id=f"length-{length}")
            for length in (51502987, 0, 2147483647)
        ),
        pytest.param(header({"chr1": 248387328, "chr2": 242696752}), None, id="CHM13"),
        pytest.param(
            header({"15": 0}, "##reference=GRCh37"),
            DetectedAssembly(G37, "header words"),
            id="words-beside-no-length",
        ),
        pytest.param(
            header({"NC_000015.9": 51502987}),
            DetectedAssembly(G37, "contig accessions"),
            id="accession-beside-no-length",
        ),
        pytest.param(
            header({"chr15": 101991189, "chr7": 159345973, "chr1": 12345}),
            DetectedAssembly(G38, "contig lengths"),
            id="one-odd-length",
        ),
        pytest.param(
            header({"chr1": 248387328, "chr2": 242696752, "chrY": 57227415}),
            None,
            id="CHM13-with-chromosome-Y-of-GRCh38",
        ),
        *(
            pytest.param(header({name: None}), DetectedAssembly(assembly, "contig names"), id=name)
            for name, assembly in {
                "GRCh38#0#chr15": G38,
                "hg38.chr15": G38,
                "GRCh38.p14#0#15": G38,
                "hg19.chr7": G37,
            }.items()
        ),
    ],
)
def test_assembly_detected_from_a_header(
    names: ContigNames, given: Header, expected: DetectedAssembly | None
) -> None:
    assert expected == names.detect(given, "a.vcf")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            header({"15": 102531392, "1": 248956422}),
            "a.vcf: the assembly is ambiguous: contig lengths indicate both GRCh37 and GRCh38; "
            f"{ONE_ASSEMBLY}",
            id="lengths-of-both",
        ),
        pytest.param(
            header({"NC_000015.9": None, "NC_000001.11": None}),
            "a.vcf: the assembly is ambiguous: contig accessions indicate both GRCh37 and GRCh38; "
            f"{ONE_ASSEMBLY}",
            id="accessions-of-both",
        ),
        pytest.param(
            header({}, "##reference=GRCh37_to_hg38.fa"),
            "a.vcf: the assembly is ambiguous: header words indicate both GRCh37 and GRCh38; "
            f"{SET_ASSEMBLY}",
            id="words-of-both",
        ),
        pytest.param(
            header({"GRCh38#0#chr15": 102531392}),
            "a.vcf: the assembly is ambiguous: contig lengths and contig names indicate both "
            f"GRCh37 and GRCh38; {ONE_ASSEMBLY}",
            id="name-against-length",
        ),
        pytest.param(
            header({"hg19.chr15": None, "hg38.chr7": None}),
            "a.vcf: the assembly is ambiguous: contig names indicate both GRCh37 and GRCh38; "
            f"{ONE_ASSEMBLY}",
            id="names-of-both",
        ),
    ],
)
def test_ambiguous_and_unknown_headers_are_rejected(
    names: ContigNames, given: Header, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        names.detect(given, "a.vcf")
    assert message == str(caught.value)


def record(pos: int, ref: str, *alts: str) -> Record:
    return made.record(f"1 {pos} {ref} {','.join(alts) or '.'} 0/0")


@pytest.mark.parametrize(
    ("assembly", "records", "expected"),
    [
        pytest.param(G38, {"rs1": [record(100, "A", "C")]}, LocusMatches(1, 0), id="agrees"),
        pytest.param(G37, {"rs1": [record(150, "A", "C")]}, LocusMatches(1, 0), id="agrees-on-37"),
        pytest.param(
            G38, {"rs3": [record(300, "C", "T")]}, LocusMatches(0, 1), id="other-reference"
        ),
        pytest.param(
            G38, {"rs1": [record(100, "A", "G")]}, LocusMatches(0, 1), id="unknown-alternate"
        ),
        pytest.param(
            G38, {"rs1": [record(99, "CA", "C")]}, LocusMatches(0, 0), id="other-position"
        ),
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
        pytest.param(G38, {}, LocusMatches(0, 0), id="no-records"),
    ],
)
def test_count_of_matching_loci(
    toy: KnowledgeBase,
    assembly: Assembly,
    records: Mapping[str, Sequence[Record]],
    expected: LocusMatches,
) -> None:
    number_of = {variant.id: number for number, variant in enumerate(toy.variants)}
    overlapping = {number_of[name]: found for name, found in records.items()}
    assert expected == count_matching_loci(toy.variants, assembly, overlapping)


NONE = LocusMatches(0, 0)
LENGTHS38 = DetectedAssembly(G38, "contig lengths")


@pytest.mark.parametrize(
    ("requested", "detected", "matches", "expected"),
    [
        pytest.param(None, LENGTHS38, {G38: NONE}, LENGTHS38, id="header"),
        pytest.param(G38, None, {G38: NONE}, DetectedAssembly(G38, "--assembly"), id="requested"),
        pytest.param(G38, LENGTHS38, {G38: NONE}, DetectedAssembly(G38, "--assembly"), id="both"),
        pytest.param(
            None,
            None,
            {G37: LocusMatches(8, 1), G38: LocusMatches(2, 5)},
            DetectedAssembly(G37, "REF bases at known loci"),
            id="clear-matches",
        ),
        pytest.param(
            None,
            None,
            {G37: LocusMatches(0, 0), G38: LocusMatches(2, 2)},
            DetectedAssembly(G38, "REF bases at known loci"),
            id="as-many-mismatches",
        ),
        pytest.param(None, None, {G37: LocusMatches(0, 3), G38: NONE}, None, id="no-evidence"),
        pytest.param(
            None, LENGTHS38, {G37: LocusMatches(1, 0), G38: NONE}, LENGTHS38, id="one-chance-match"
        ),
        pytest.param(
            None,
            LENGTHS38,
            {G37: LocusMatches(9, 0), G38: LocusMatches(3, 0)},
            LENGTHS38,
            id="header-is-confirmed",
        ),
    ],
)
def test_decided_assembly(
    requested: Assembly | None,
    detected: DetectedAssembly | None,
    matches: Mapping[Assembly, LocusMatches],
    expected: DetectedAssembly | None,
) -> None:
    assert expected == decide_assembly(requested, detected, matches, "a.vcf")


@pytest.mark.parametrize(
    ("requested", "detected", "matches", "message"),
    [
        pytest.param(
            G37,
            LENGTHS38,
            {G37: NONE},
            "a.vcf: --assembly GRCh37 contradicts the file: its contig lengths indicate GRCh38; "
            "correct or omit --assembly",
            id="requested-against-header",
        ),
        pytest.param(
            None,
            LENGTHS38,
            {G37: LocusMatches(2, 0), G38: LocusMatches(0, 4)},
            "a.vcf: the contig lengths indicate GRCh38, but records match REF and ALT at 2 known "
            "loci of GRCh37 and at none of GRCh38; check which assembly the file is on",
            id="header-against-bases",
        ),
        pytest.param(
            G37,
            None,
            {G37: NONE, G38: LocusMatches(3, 0)},
            "a.vcf: --assembly is GRCh37, but records match REF and ALT at 3 known loci of GRCh38 "
            "and at none of GRCh37; check which assembly the file is on",
            id="requested-against-bases",
        ),
        pytest.param(
            None,
            None,
            {G37: LocusMatches(7, 0), G38: LocusMatches(2, 0)},
            "a.vcf: the assembly cannot be determined: known loci whose REF and ALT match: 7 of "
            f"GRCh37 (0 do not match), 2 of GRCh38; {SET_ASSEMBLY}",
            id="unclear-matches",
        ),
        pytest.param(
            None,
            None,
            {G37: NONE, G38: LocusMatches(2, 3)},
            "a.vcf: the assembly cannot be determined: known loci whose REF and ALT match: 2 of "
            f"GRCh38 (3 do not match), 0 of GRCh37; {SET_ASSEMBLY}",
            id="more-mismatches",
        ),
    ],
)
def test_contradictory_and_ambiguous_evidence_is_rejected(
    requested: Assembly | None,
    detected: DetectedAssembly | None,
    matches: Mapping[Assembly, LocusMatches],
    message: str,
) -> None:
    with pytest.raises(InputError) as caught:
        decide_assembly(requested, detected, matches, "a.vcf")
    assert message == str(caught.value)


def test_toy_lengths_determine_the_assembly(toy_names: ContigNames) -> None:
    assert DetectedAssembly(G37, "contig lengths") == toy_names.detect(header({"2": 800}), "a.vcf")
