"""REF held against a reference genome that the user gives."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path

import pysam
import pytest
from click.testing import Result

import pgx_ana
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import Assembly
from pgx_ana.vcf import ContigNames, Genome

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]
MakeFasta = Callable[..., Path]

LENGTHS = {Assembly.GRCH37: {"1": 900, "2": 800}, Assembly.GRCH38: {"1": 1000, "2": 700}}
FILLER = "ACGTTGCA"


@pytest.fixture
def sequences(toy: KnowledgeBase) -> dict[Assembly, dict[str, str]]:
    """Return made-up genomes that have the windows of the toy loci in their places."""
    found = {}
    for assembly, lengths in LENGTHS.items():
        bases = {chrom: list((FILLER * length)[:length]) for chrom, length in lengths.items()}
        for variant in toy.variants:
            locus = variant.loci[assembly]
            bases[locus.chrom][locus.window_start - 1 : locus.window_end] = locus.window
        found[assembly] = {chrom: "".join(letters) for chrom, letters in bases.items()}
    return found


@pytest.fixture
def make_fasta(tmp_path: Path, sequences: dict[Assembly, dict[str, str]]) -> MakeFasta:
    """Return a builder of indexed FASTA files; ``change`` puts other bases at chrom, position."""

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
        for chrom, given in sequences[assembly].items():
            bases = given
            for (where, pos), other in (change or {}).items():
                if where == chrom:
                    bases = bases[: pos - 1] + other + bases[pos - 1 + len(other) :]
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
    "small letters": {"lower": True},
    "BGZF": {"compress": True, "name": "bgzf.fa"},
    "all of it": {"prefix": "CHR", "lower": True, "compress": True},
}


@pytest.mark.parametrize("options", FILES.values(), ids=FILES)
@pytest.mark.parametrize("prefix", ["", "chr"])
def test_rows_that_agree_are_called_as_without(
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


def test_the_other_assembly_agrees_with_its_own_rows(
    make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path
) -> None:
    """Positions of chromosome 1 are 50 further on GRCh37, and rs3 has another base there."""
    rows = ["1 150 A C 0/1", "1 350 C T 0/1", "1 551 GCA G 0/1", "2 50 G T 0/1"]
    path = make_vcf(rows, assembly="GRCh37")
    found = calls(path, toy_directory, make_fasta(Assembly.GRCH37))
    absent = ("", "absent", "no record covers the locus")
    expected = [
        ("A/C", "called", ""),
        absent,
        ("T/C", "called", ""),
        absent,
        ("GCA/G", "called", ""),
        ("G/T", "called", ""),
    ]
    assert expected == found


@pytest.fixture
def refused(run: Run, make_vcf: MakeVcf, toy_directory: Path) -> Callable[..., str]:
    """Return a function that gives the message with which a reference is refused."""

    def message(reference: object, path: Path | None = None, *words: str) -> str:
        chosen = path or make_vcf(ROWS)
        command = ["annotate", chosen, "--kb", toy_directory, "--reference", reference, *words]
        result = run(*command)
        assert (3, "") == (result.exit_code, result.stdout)
        assert result.stderr.endswith("\n")
        return result.stderr.removeprefix("Error: ").removesuffix("\n")

    return message


def test_the_genome_of_the_other_assembly(
    make_vcf: MakeVcf, make_fasta: MakeFasta, refused: Callable[..., str]
) -> None:
    reference = make_fasta(Assembly.GRCH37)
    path = make_vcf(ROWS)
    expected = f"{path}: is GRCh38, but --reference is GRCh37"
    assert expected == refused(reference, path)


def test_a_said_assembly_and_the_genome_of_the_other(
    make_vcf: MakeVcf, make_fasta: MakeFasta, refused: Callable[..., str]
) -> None:
    path = make_vcf(ROWS, assembly=None)
    expected = f"{path}: is GRCh38, but --reference is GRCh37"
    assert expected == refused(make_fasta(Assembly.GRCH37), path, "--assembly", "GRCh38")


def test_files_that_are_no_genome(
    tmp_path: Path, make_fasta: MakeFasta, refused: Callable[..., str]
) -> None:
    missing = tmp_path / "missing.fa"
    assert f"--reference {missing}: no such file" == refused(missing)
    assert f"--reference {tmp_path}: no such file" == refused(tmp_path)
    bare = make_fasta(name="bare.fa", index=False)
    expected = f"--reference {bare}: has no index; make it with samtools faidx"
    assert expected == refused(bare)


BROKEN = {
    "an index of rubbish": ("genome.fa.fai", b"rubbish\n"),
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
    make_fasta: MakeFasta, refused: Callable[..., str], name: str, content: bytes
) -> None:
    reference = make_fasta()
    reference.with_name(name).write_bytes(content)
    message = refused(reference)
    assert message.startswith(f"--reference {reference}: ")
    assert 1 == len(message.splitlines())


def test_a_genome_compressed_by_gzip(
    tmp_path: Path, make_fasta: MakeFasta, refused: Callable[..., str]
) -> None:
    """It cannot be sought in, index or not."""
    plain = make_fasta()
    target = tmp_path / "plain.fa.gz"
    target.write_bytes(gzip.compress(plain.read_bytes()))
    Path(f"{target}.fai").write_bytes(Path(f"{plain}.fai").read_bytes())
    assert refused(target).startswith(f"--reference {target}: has no .gzi; make it with")
    Path(f"{target}.gzi").touch()
    assert refused(target).startswith(f"--reference {target}: cannot be read: ")


def test_a_genome_without_a_contig_that_is_known(
    tmp_path: Path, refused: Callable[..., str]
) -> None:
    path = tmp_path / "scaffold.fa"
    path.write_text(">scaffold_1\nACGT\n", encoding="ascii")
    pysam.faidx(str(path))
    expected = f"--reference {path}: is neither GRCh37 nor GRCh38 by its contigs"
    assert expected == refused(path)


def test_a_genome_that_differs_at_a_locus(
    make_fasta: MakeFasta, refused: Callable[..., str]
) -> None:
    """The genome is not the one that the knowledge base is about."""
    reference = make_fasta(change={("1", 402): "C"})
    expected = f"--reference {reference}: has GGCTTTTCC at 1:400, where GRCh38 has GGTTTTTCC (rs4)"
    assert expected == refused(reference)


def test_only_the_loci_of_chosen_genes_are_held_against_it(
    run: Run, make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path
) -> None:
    reference = make_fasta(change={("1", 402): "C"})
    path = make_vcf(ROWS)
    command = ["annotate", path, "--kb", toy_directory, "--reference", reference, "-q"]
    assert 0 == run(*command, "-g", "BBB").exit_code
    assert 3 == run(*command, "-g", "AAA").exit_code


def test_ref_that_differs_outside_the_window(
    make_vcf: MakeVcf,
    make_fasta: MakeFasta,
    toy_directory: Path,
    sequences: dict[Assembly, dict[str, str]],
) -> None:
    """Only the genome can tell; without it the row is believed."""
    after = sequences[Assembly.GRCH38]["1"][100]
    before = sequences[Assembly.GRCH38]["1"][98]
    wrong = next(base for base in "ACGT" if base not in {after, before})
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


def test_ref_that_agrees_outside_the_window(
    make_vcf: MakeVcf,
    make_fasta: MakeFasta,
    toy_directory: Path,
    sequences: dict[Assembly, dict[str, str]],
) -> None:
    around = sequences[Assembly.GRCH38]["1"][97:103]
    changed = f"{around[:2]}C{around[3:]}"
    path = make_vcf([f"1 98 {around} {changed} 0/1"])
    assert ("A/C", "called", "") == calls(path, toy_directory, make_fasta())[0]


def test_a_block_has_its_first_base_held_against_it(
    make_vcf: MakeVcf,
    make_fasta: MakeFasta,
    toy_directory: Path,
    sequences: dict[Assembly, dict[str, str]],
) -> None:
    there = sequences[Assembly.GRCH38]["1"][79]
    wrong = next(base for base in "ACGT" if base != there)
    reference = make_fasta()
    right = make_vcf([f"1 80 {there} <NON_REF> 0/0"], info={0: "END=120"})
    assert ("A/A", "called", "") == calls(right, toy_directory, reference)[0]
    other = make_vcf([f"1 80 {wrong} <NON_REF> 0/0"], info={0: "END=120"})
    expected = ("", "mismatch", f"REF is {wrong}, --reference has {there}")
    assert expected == calls(other, toy_directory, reference)[0]


def test_a_row_that_says_nothing_of_a_locus_does_not_spoil_it(
    make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path
) -> None:
    """A row elsewhere with a wrong REF is not looked at."""
    path = make_vcf(["1 100 A C 0/1", "1 700 NNN N 0/1"])
    assert ("A/C", "called", "") == calls(path, toy_directory, make_fasta())[0]


def test_it_tells_the_assembly_of_a_file_that_does_not(
    run: Run, make_vcf: MakeVcf, make_fasta: MakeFasta, toy_directory: Path
) -> None:
    """Not a row stands at a known site, and the header says nothing."""
    path = make_vcf(["2 600 A C 0/1"], assembly=None)
    command = ["annotate", path, "--kb", toy_directory, "-t", "calls"]
    silent = run(*command)
    assert 3 == silent.exit_code
    assert "the assembly cannot be told" in silent.stderr
    told = run(*command, "--reference", make_fasta(Assembly.GRCH37))
    expected = f"{path}: GRCh37 (contig lengths of --reference), 1 sample\n"
    assert (0, expected) == (told.exit_code, told.stderr)
    header, *rows = (line.split("\t") for line in told.stdout.splitlines())
    column = header.index("assembly")
    assert ["GRCh37"] * 6 == [row[column] for row in rows]


def test_rows_that_contradict_the_genome_are_told(
    make_vcf: MakeVcf, make_fasta: MakeFasta, refused: Callable[..., str]
) -> None:
    """A file without lengths whose rows all stand at loci of the other assembly."""
    rows = ["1 150 A C 0/1", "1 250 A C 0/1", "1 350 C T 0/1", "1 451 G GT 0/1", "1 551 GCA G 0/1"]
    path = make_vcf(rows, assembly=None)
    message = refused(make_fasta(Assembly.GRCH38), path)
    expected = (
        f"{path}: contig lengths of --reference say GRCh38, but 5 records stand at loci of GRCh37 "
        "with its REF and ALT, and none at those of GRCh38"
    )
    assert expected == message


def test_bases(make_fasta: MakeFasta, names: ContigNames) -> None:
    """1-based, inclusive, in capitals, and no more than there are."""
    genome = Genome(str(make_fasta(lower=True, prefix="chr")), names)
    assert Assembly.GRCH38 is genome.assembly
    assert "GGTTTTTCC" == genome.bases("1", 400, 408)
    assert "A" == genome.bases("1", 100, 100)
    assert FILLER[:3] == genome.bases("1", -5, 3)
    assert genome.bases("2", 698, 700) == genome.bases("2", 698, 9999)
    assert "" == genome.bases("2", 701, 705)
    assert "" == genome.bases("3", 1, 5)


def test_variants_of_another_genome_are_refused(
    make_fasta: MakeFasta, names: ContigNames, toy: KnowledgeBase
) -> None:
    """A genome that ends before a locus has nothing there."""
    path = make_fasta(name="short.fa", index=False)
    text = path.read_text(encoding="ascii")
    path.write_text(text.partition(">2")[0], encoding="ascii")
    pysam.faidx(str(path))
    with pytest.raises(InputError) as caught:
        Genome(str(path), names).check_loci(toy.variants)
    expected = f"--reference {path}: has nothing at 2:50, where GRCh38 has G (rs6)"
    assert expected == str(caught.value)
