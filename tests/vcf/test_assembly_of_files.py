"""The assembly of whole files, alone and together, as the pipeline decides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from helpers.fixture_types import MakeVcf

from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import InputFile
from pgx_ana.pipeline import Request, Selection, call
from pgx_ana.terms import Assembly
from pgx_ana.vcf import undetermined_assembly

G37, G38 = Assembly.GRCH37, Assembly.GRCH38
SET_ASSEMBLY = "set it with --assembly GRCh37 or --assembly GRCh38"


def assemblies_of(
    toy: KnowledgeBase,
    *paths: Path,
    requested: Assembly | None = None,
    genes: tuple[str, ...] = (),
) -> list[tuple[Assembly, str]]:
    """Return the assembly of each file and the evidence for it."""
    request = Request(tuple(map(str, paths)), Selection(genes=genes, assembly=requested))
    files: Sequence[InputFile] = call(request, toy).files
    return [(file.assembly, file.assembly_source) for file in files]


ON_37 = ["1 150 A C 0/1", "1 250 A T 0/1", "1 350 C T 0/1", "1 451 G GT 0/1"]
ON_38 = ["1 100 A C 0/1", "1 200 A T 0/1", "1 300 T C 0/1", "1 401 G GT 0/1"]
INDEXED = pytest.mark.parametrize("indexed", [False, True], ids=["plain", "indexed"])


@INDEXED
@pytest.mark.parametrize(("rows", "expected"), [(ON_37, G37), (ON_38, G38)], ids=["37", "38"])
@pytest.mark.parametrize("prefix", ["", "chr"], ids=["1", "chr1"])
def test_bases_determine_the_assembly_of_a_file_without_other_evidence(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    bgzip: Callable[[Path], Path],
    rows: list[str],
    expected: Assembly,
    prefix: str,
    indexed: bool,
) -> None:
    path = make_vcf(rows, assembly=None, prefix=prefix)
    found = assemblies_of(toy, bgzip(path) if indexed else path, genes=("BBB",))
    assert [(expected, "REF bases at known loci")] == found


@INDEXED
@pytest.mark.parametrize("requested", [None, G37], ids=["header", "requested"])
def test_bases_that_contradict_the_header_or_the_user_are_an_error(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    bgzip: Callable[[Path], Path],
    requested: Assembly | None,
    indexed: bool,
) -> None:
    path = make_vcf(ON_38, assembly=None if requested else "GRCh37")
    path = bgzip(path) if indexed else path
    with pytest.raises(InputError, match="GRCh37, but records match REF and ALT at 4 known"):
        assemblies_of(toy, path, requested=requested)


def test_a_locus_that_both_assemblies_share_is_no_evidence(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    path = make_vcf(["2 50 G T 0/1"], assembly=None)
    with pytest.raises(InputError, match=r"match: 1 of GRCh37 \(0 do not match\), 1 of GRCh38"):
        assemblies_of(toy, path)
    assert [(G37, "--assembly")] == assemblies_of(toy, path, requested=G37)


@pytest.mark.parametrize("rows", [[], ["1 120 A C 0/1"]], ids=["header-only", "no-known-locus"])
def test_a_file_without_evidence_is_rejected(
    toy: KnowledgeBase, make_vcf: MakeVcf, rows: list[str]
) -> None:
    path = make_vcf(rows, assembly=None)
    with pytest.raises(InputError) as caught:
        assemblies_of(toy, path)
    assert str(undetermined_assembly(str(path))) == str(caught.value)
    assert str(caught.value).endswith(SET_ASSEMBLY)


def test_a_file_without_evidence_takes_the_assembly_of_the_others(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    with_lengths = make_vcf(ON_37, assembly="GRCh37", name="1.vcf")
    without = make_vcf([], assembly=None, name="2.vcf")
    expected = [(G37, "as the other files"), (G37, "contig lengths")]
    assert expected == assemblies_of(toy, without, with_lengths)


def test_files_of_two_assemblies_are_rejected(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    on_37 = make_vcf(ON_37, assembly="GRCh37", name="1.vcf")
    on_38 = make_vcf(ON_38, assembly="GRCh38", name="2.vcf", samples=("S2",))
    with pytest.raises(InputError) as caught:
        assemblies_of(toy, on_37, on_38)
    expected = (
        f"the files are on different assemblies ({on_37} is GRCh37, {on_38} is GRCh38); "
        "annotate them separately"
    )
    assert expected == str(caught.value)
