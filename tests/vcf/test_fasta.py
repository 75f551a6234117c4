"""REF compared with a reference genome that the user gives."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path

import pysam
import pytest
from helpers.fixture_types import MakeVcf, Run
from helpers.toy_genomes import FILLER, Sequences, toy_genomes

import pgx_ana
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import Assembly
from pgx_ana.vcf import ContigNames, Genome

MakeFasta = Callable[..., Path]


@pytest.fixture
def sequences(toy: KnowledgeBase) -> Sequences:
    return toy_genomes(toy)


@pytest.fixture
def make_fasta(tmp_path: Path, sequences: Sequences) -> MakeFasta:
    """Return a builder of indexed FASTA files; ``change`` sets bases at (chrom, position)."""

    def build(
        assembly: Assembly = Assembly.GRCH38,
        *,
        prefix: str = "",
        change: Mapping[tuple[str, int], str] | None = None,
        lower: bool = False,
        name: str = "genome.fa",
        compress: bool = False,
        index: bool = True,
    ) -> Path:
        path = tmp_path / name
        lines = []
        for chrom, sequence in sequences[assembly].items():
            bases = sequence
            for (changed_chrom, pos), replacement in (change or {}).items():
                if changed_chrom == chrom:
                    end = pos - 1 + len(replacement)
                    bases = bases[: pos - 1] + replacement + bases[end:]
            lines.append(f">{prefix}{chrom} made up")
            bases = bases.lower() if lower else bases
            lines += [bases[start : start + 60] for start in range(0, len(bases), 60)]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
        if compress:
            target = Path(f"{path}.gz")
            pysam.tabix_compress(str(path), str(target), force=True)
            path = target
        if index:
            pysam.faidx(str(path))
        return path

    return build


@pytest.fixture
def names(toy: KnowledgeBase) -> ContigNames:
    return ContigNames(toy.contig_tables)


ROWS = [
    "1 100 A C 0/1",
    "1 200 A C,T 1/2",
    "1 300 T C 0/0",
    "1 401 G GT 0/1",
    "1 501 GCA G 0/1",
    "2 50 G T 1/1",
]
GENOTYPES = ["A/C", "C/T", "T/T", "G/GT", "GCA/G", "T/T"]


def calls(path: Path, toy_directory: Path, reference: Path | str) -> list[tuple[str, str, str]]:
    """Return genotype, status and reason of every variant."""
    people = pgx_ana.annotate(path, kb=toy_directory, reference=reference)
    table = people.calls[["genotype", "status", "reason"]].astype(object).fillna("")
    return list(table.itertuples(index=False, name=None))


FILES: dict[str, dict[str, object]] = {
    "plain": {},
    "with a prefix": {"prefix": "chr"},
    "lower case": {"lower": True},
    "BGZF": {"compress": True, "name": "bgzf.fa"},
    "all of these": {"prefix": "CHR", "lower": True, "compress": True},
}


@pytest.mark.parametrize("options", FILES.values(), ids=FILES)
@pytest.mark.parametrize("prefix", ["", "chr"])
def test_rows_that_match_the_genome_are_called_as_without_it(
    make_vcf: MakeVcf,
    make_fasta: MakeFasta,
    toy_directory: Path,
    options: Mapping[str, object],
    prefix: str,
) -> None:
    path = make_vcf(ROWS, prefix=prefix)
    expected = [(genotype, "called", "") for genotype in GENOTYPES]
    assert expected == calls(path, toy_directory, "")
    assert expected == calls(path, toy_directory, make_fasta(**options))


def test_rows_on_grch37_match_their_own_genome(
    make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path
) -> None:
    """Positions of chromosome 1 are 50 further on GRCh37, and rs3 has another base there."""
    rows = ["1 150 A C 0/1", "1 350 C T 0/1", "1 551 GCA G 0/1", "2 50 G T 0/1"]
    path = make_vcf(rows, assembly="GRCh37")
    called = calls(path, toy_directory, make_fasta(Assembly.GRCH37))
    absent = ("", "absent", "no record covers the locus")
    expected = [
        ("A/C", "called", ""),
        absent,
        ("T/C", "called", ""),
        absent,
        ("GCA/G", "called", ""),
        ("G/T", "called", ""),
    ]
    assert expected == called


@pytest.fixture
def rejection(run: Run, make_vcf: MakeVcf, toy_directory: Path) -> Callable[..., str]:
    """Return a function that gives the message with which a reference is rejected."""

    def message(reference: object, path: Path | None = None, *options: str) -> str:
        vcf = path or make_vcf(ROWS)
        command = ["annotate", vcf, "--kb", toy_directory, "--reference", reference, *options]
        result = run(*command)
        assert (3, "") == (result.exit_code, result.stdout)
        assert result.stderr.endswith("\n")
        return result.stderr.removeprefix("Error: ").removesuffix("\n")

    return message


def test_a_genome_on_another_assembly_than_the_file(
    make_vcf: MakeVcf, make_fasta: MakeFasta, rejection: Callable[..., str]
) -> None:
    reference = make_fasta(Assembly.GRCH37)
    path = make_vcf(ROWS)
    expected = f"{path}: is GRCh38, but --reference is GRCh37"
    assert expected == rejection(reference, path)


def test_a_genome_on_another_assembly_than_the_requested_one(
    make_vcf: MakeVcf, make_fasta: MakeFasta, rejection: Callable[..., str]
) -> None:
    path = make_vcf(ROWS, assembly=None)
    expected = f"{path}: is GRCh38, but --reference is GRCh37"
    assert expected == rejection(make_fasta(Assembly.GRCH37), path, "--assembly", "GRCh38")


def test_missing_genome_and_missing_index(
    tmp_path: Path, make_fasta: MakeFasta, rejection: Callable[..., str]
) -> None:
    missing = tmp_path / "missing.fa"
    assert f"--reference {missing}: no such file" == rejection(missing)
    assert f"--reference {tmp_path}: no such file" == rejection(tmp_path)
    bare = make_fasta(name="bare.fa", index=False)
    expected = f"--reference {bare}: has no .fai index; create it with samtools faidx"
    assert expected == rejection(bare)


BROKEN = {
    "a malformed index": ("genome.fa.fai", b"rubbish\n"),
    "an empty index": ("genome.fa.fai", b""),
    "an index of another genome": ("genome.fa.fai", b"7\t100\t3\t60\t61\n"),
    "an index beyond the file": (
        "genome.fa.fai",
        b"1\t1000\t900000\t60\t61\n2\t700\t990000\t60\t61\n",
    ),
    "an index of other lengths": ("genome.fa.fai", b"1\t999\t11\t60\t61\n2\t700\t1031\t60\t61\n"),
    "an empty genome": ("genome.fa", b""),
}


@pytest.mark.parametrize(("name", "content"), BROKEN.values(), ids=BROKEN)
def test_a_broken_genome(
    make_fasta: MakeFasta, rejection: Callable[..., str], name: str, content: bytes
) -> None:
    reference = make_fasta()
    reference.with_name(name).write_bytes(content)
    message = rejection(reference)
    assert message.startswith(f"--reference {reference}: ")
    assert 1 == len(message.splitlines())


def test_a_genome_compressed_by_gzip(
    tmp_path: Path, make_fasta: MakeFasta, rejection: Callable[..., str]
) -> None:
    """It has no random access, with or without an index."""
    plain = make_fasta()
    target = tmp_path / "plain.fa.gz"
    target.write_bytes(gzip.compress(plain.read_bytes()))
    Path(f"{target}.fai").write_bytes(Path(f"{plain}.fai").read_bytes())
    assert rejection(target).startswith(f"--reference {target}: has no .gzi index; create it with")
    Path(f"{target}.gzi").touch()
    assert rejection(target).startswith(f"--reference {target}: cannot be read: ")


def test_a_genome_without_known_chromosomes(tmp_path: Path, rejection: Callable[..., str]) -> None:
    path = tmp_path / "scaffold.fa"
    path.write_text(">scaffold_1\nACGT\n", encoding="ascii")
    pysam.faidx(str(path))
    expected = (
        f"--reference {path}: is neither GRCh37 nor GRCh38: none of its contigs is a known "
        "chromosome"
    )
    assert expected == rejection(path)


def test_a_genome_that_differs_at_a_locus(
    make_fasta: MakeFasta, rejection: Callable[..., str]
) -> None:
    """It is not the genome that the knowledge base describes."""
    reference = make_fasta(change={("1", 402): "C"})
    expected = (
        f"--reference {reference}: has GGCTTTTCC at 1:400, where GRCh38 has GGTTTTTCC (rs4); use "
        "an unmodified GRCh38 genome"
    )
    assert expected == rejection(reference)


def test_only_the_loci_of_selected_genes_are_compared(
    run: Run, make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path
) -> None:
    reference = make_fasta(change={("1", 402): "C"})
    path = make_vcf(ROWS)
    command = ["annotate", path, "--kb", toy_directory, "--reference", reference, "-q"]
    assert 0 == run(*command, "-g", "BBB").exit_code
    assert 3 == run(*command, "-g", "AAA").exit_code


def other_base(*bases: str) -> str:
    """Return a base that is none of these."""
    return next(base for base in "ACGT" if base not in bases)


def test_ref_that_differs_outside_the_window(
    make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path, sequences: Sequences
) -> None:
    """Only the genome shows the error; without it the row is accepted."""
    after = sequences[Assembly.GRCH38]["1"][100]
    before = sequences[Assembly.GRCH38]["1"][98]
    wrong = other_base(before, after)
    reference = make_fasta()
    for row, reason in (
        (
            f"1 100 A{wrong} C{wrong} 0/1",
            f"REF is A{wrong}, --reference has A{after}",
        ),
        (f"1 99 {wrong}A {wrong}C 0/1", f"REF is {wrong}A, --reference has {before}A"),
    ):
        path = make_vcf([row])
        assert ("A/C", "called", "") == calls(path, toy_directory, "")[0]
        assert ("", "mismatch", reason) == calls(path, toy_directory, reference)[0]


def test_ref_that_matches_outside_the_window(
    make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path, sequences: Sequences
) -> None:
    around = sequences[Assembly.GRCH38]["1"][97:103]
    changed = f"{around[:2]}C{around[3:]}"
    path = make_vcf([f"1 98 {around} {changed} 0/1"])
    assert ("A/C", "called", "") == calls(path, toy_directory, make_fasta())[0]


def test_the_first_base_of_a_block_is_compared(
    make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path, sequences: Sequences
) -> None:
    base = sequences[Assembly.GRCH38]["1"][79]
    wrong = other_base(base)
    reference = make_fasta()
    right = make_vcf([f"1 80 {base} <NON_REF> 0/0"], info={0: "END=120"})
    assert ("A/A", "called", "") == calls(right, toy_directory, reference)[0]
    mismatched = make_vcf([f"1 80 {wrong} <NON_REF> 0/0"], info={0: "END=120"})
    expected = ("", "mismatch", f"REF is {wrong}, --reference has {base}")
    assert expected == calls(mismatched, toy_directory, reference)[0]


def test_a_row_outside_all_loci_is_not_compared(
    make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path
) -> None:
    """A wrong REF there does not affect the calls."""
    path = make_vcf(["1 100 A C 0/1", "1 700 NNN N 0/1"])
    assert ("A/C", "called", "") == calls(path, toy_directory, make_fasta())[0]


def test_the_genome_determines_the_assembly_of_a_file_without_evidence(
    run: Run, make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path
) -> None:
    """No row is at a known locus, and the header has no evidence."""
    path = make_vcf(["2 600 A C 0/1"], assembly=None)
    command = ["annotate", path, "--kb", toy_directory, "-t", "calls"]
    without = run(*command)
    assert 3 == without.exit_code
    assert "the assembly cannot be determined" in without.stderr
    result = run(*command, "--reference", make_fasta(Assembly.GRCH37))
    expected = [
        f"{path}: GRCh37 (contig lengths of --reference), 1 sample",
        (
            "0 of 6 known variants called in any sample; of 6 calls (1 sample x 6 variants): "
            "6 absent"
        ),
    ]
    assert (0, expected) == (result.exit_code, result.stderr.splitlines())
    header, *rows = (line.split("\t") for line in result.stdout.splitlines())
    column = header.index("assembly")
    assert ["GRCh37"] * 6 == [row[column] for row in rows]


def test_rows_that_contradict_the_genome_are_rejected(
    make_vcf: MakeVcf, make_fasta: MakeFasta, rejection: Callable[..., str]
) -> None:
    """The file has no lengths, and all its rows are at loci of the other assembly."""
    rows = ["1 150 A C 0/1", "1 250 A C 0/1", "1 350 C T 0/1", "1 451 G GT 0/1", "1 551 GCA G 0/1"]
    path = make_vcf(rows, assembly=None)
    message = rejection(make_fasta(Assembly.GRCH38), path)
    expected = (
        f"{path}: the contig lengths of --reference indicate GRCh38, but records match REF and ALT "
        "at 5 known loci of GRCh37 and at none of GRCh38; check which assembly the file is on"
    )
    assert expected == message


def test_bases(make_fasta: MakeFasta, names: ContigNames) -> None:
    """1-based, inclusive, in capitals, and none beyond the ends."""
    genome = Genome(str(make_fasta(lower=True, prefix="chr")), names)
    assert Assembly.GRCH38 is genome.assembly
    assert "GGTTTTTCC" == genome.bases("1", 400, 408)
    assert "A" == genome.bases("1", 100, 100)
    assert FILLER[:3] == genome.bases("1", -5, 3)
    assert genome.bases("2", 698, 700) == genome.bases("2", 698, 9999)
    assert "" == genome.bases("2", 701, 705)
    assert "" == genome.bases("3", 1, 5)


def test_a_genome_that_ends_before_a_locus_is_rejected(
    make_fasta: MakeFasta, names: ContigNames, toy: KnowledgeBase
) -> None:
    """It has no bases at the locus."""
    path = make_fasta(name="short.fa", index=False)
    text = path.read_text(encoding="ascii")
    path.write_text(text.partition(">2")[0], encoding="ascii")
    pysam.faidx(str(path))
    with pytest.raises(InputError) as caught:
        Genome(str(path), names).check_loci(toy.variants)
    expected = (
        f"--reference {path}: has no bases at 2:50, where GRCh38 has G (rs6); use an unmodified "
        "GRCh38 genome"
    )
    assert expected == str(caught.value)
