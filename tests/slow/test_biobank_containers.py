"""The same people in VCF, PGEN, PLINK bed and BGEN: the same rows of every table.

What a container cannot hold is taken out of the VCF file that it is compared with, and named here:

- none of the three holds a genotype with one missing copy: both are missing there;
- PLINK bed and BGEN hold no FILTER, and PLINK bed holds no phase;
- BGEN holds probabilities, and no genotypes: the reason of a missing one is another. PLINK writes
  no phase at a site at which everybody is homozygous or missing.
"""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pysam
import pytest
from helpers.paths import PANEL_GENES, ROOT
from tools.containers import FORMATS, PLINK, write
from tools.large_cohort import KINDS, write_cohort

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which(PLINK) is None, reason="PLINK 2 is not installed"),
]

N_PEOPLE = 1_500
TABLES = ("calls", "annotations", "haplotypes", "summary")

_HALF_CALL = re.compile(rb"\t(?:\.([|/])[0-9]|[0-9]([|/])\.)(?=[\t\n])")
_ALIKE = re.compile(r"\t([^\t|]+)\|\1(?=\t)")
_NO_GT = "the record has no GT, and no genotype has a probability of 0.9"


def without_half_calls(row: bytes) -> bytes:
    return _HALF_CALL.sub(lambda m: b"\t." + (m[1] or m[2]) + b".", row)


def without_filter(row: bytes) -> bytes:
    *before, _, rest = row.split(b"\t", 7)
    return b"\t".join([*before, b".", rest])


def without_phase(row: bytes) -> bytes:
    fixed, tab, samples = row.partition(b"\tGT\t")
    pairs = [sorted(copies.split(b"|")) for copies in samples.rstrip(b"\n").split(b"\t")]
    return fixed + tab + b"\t".join(map(b"/".join, pairs)) + b"\n"


@pytest.fixture(scope="module", params=KINDS)
def cohort(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a folder with the people in all containers."""
    folder = tmp_path_factory.mktemp(request.param)
    path = folder / "cohort.vcf.gz"
    write_cohort(path, request.param, N_PEOPLE, missing=0.02)
    rewritten(path, folder / "held.vcf.gz", without_half_calls)
    write(folder, folder / "held.vcf.gz")
    (folder / "last").mkdir()
    write(folder / "last", folder / "held.vcf.gz", bgen=["bits=16"])
    return folder


def rewritten(path: Path, target: Path, change: Callable[[bytes], bytes]) -> Path:
    with gzip.open(path) as source, pysam.BGZFile(str(target), "wb", None) as file:
        for row in source:
            file.write(row if row.startswith(b"#") else change(row))
    pysam.tabix_index(str(target), preset="vcf", force=True)
    return target


def tables(path: Path, *options: str, names: Sequence[str] = TABLES) -> dict[str, str]:
    """Return the text of some tables, without the name of the file."""
    folder = path.with_name(f"{path.name}.tables")
    words = [word for table in names for word in ("-t", table)]
    command = [sys.executable, "-m", "pgx_ana", "annotate", "-q", *words, *options]
    subprocess.run([*command, "-o", str(folder), str(path)], check=True, cwd=ROOT)
    texts = {name: (folder / f"{name}.tsv").read_text() for name in names}
    return {name: text.replace(f"\t{path}\t", "\t") for name, text in texts.items()}


def assert_same(expected: dict[str, str], found: dict[str, str]) -> None:
    """Say in which lines tables differ, and not only that they do."""
    for name in expected:
        pairs = zip(expected[name].splitlines(), found[name].splitlines(), strict=True)
        assert [] == [(one, other) for one, other in pairs if one != other][:5], name


@pytest.mark.parametrize("name", [*(f"cohort.{suffix}" for suffix in FORMATS), "last/cohort.bgen"])
def test_the_same_people_in_another_container(name: str, cohort: Path) -> None:
    """In the last one, REF is the last allele, as PLINK 2 writes it without other wishes."""
    container = name.partition(".")[2]
    held = cohort / "held.vcf.gz"
    if container == "bed":
        held = rewritten(held, cohort / "unphased.vcf.gz", without_phase)
    if container in {"bed", "bgen"}:
        held = rewritten(held, cohort / "unfiltered.vcf.gz", without_filter)
    expected = tables(held)
    found = tables(cohort / name, "--assume-ref-order")
    if container == "bgen":
        expected = {n: text.replace("genotype missing", _NO_GT) for n, text in expected.items()}
        expected, found = (
            {n: _ALIKE.sub(r"\t\1/\1", text) for n, text in both.items()}
            for both in (expected, found)
        )
    assert_same(expected, found)


@pytest.fixture(scope="module", params=[(a, g) for a in ("GRCh37", "GRCh38") for g in PANEL_GENES])
def panel(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a folder with people of 1000 Genomes around a gene, in all containers."""
    assembly, gene = request.param
    folder = tmp_path_factory.mktemp(f"{assembly}{gene}")
    source = shared / "1000genomes" / assembly / f"{gene}.vcf.gz"
    rewritten(source, folder / "held.vcf.gz", without_half_calls)
    write(folder, folder / "held.vcf.gz")
    return folder


@pytest.mark.parametrize("container", FORMATS)
def test_the_people_of_1000_genomes(container: str, panel: Path) -> None:
    held = panel / "held.vcf.gz"
    if container == "bed":
        held = rewritten(held, panel / "unphased.vcf.gz", without_phase)
    if container in {"bed", "bgen"}:
        held = rewritten(held, panel / "unfiltered.vcf.gz", without_filter)
    expected = tables(held, names=("calls", "haplotypes"))
    path = panel / f"cohort.{container}"
    found = tables(path, "--assume-ref-order", names=("calls", "haplotypes"))
    if container == "bgen":
        expected, found = (
            {n: _ALIKE.sub(r"\t\1/\1", text) for n, text in both.items()}
            for both in (expected, found)
        )
    assert_same(expected, found)
