"""Fixtures: toy knowledge bases, a builder of small VCF files, external programs, real data."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pysam
import pysam.bcftools
import pytest
from click.testing import CliRunner, Result
from helpers.containers import bgzf_tbi
from helpers.fixture_types import Bcftools, MakeVcf, Run
from helpers.paths import REAL, TOY, TOY_HAPLOTYPES
from helpers.vcf_text import CONTIG_LENGTHS, VCF_COLUMNS

from pgx_ana.cli import main
from pgx_ana.haplotypes import Nomenclature
from pgx_ana.haplotypes.nomenclature import nomenclatures
from pgx_ana.knowledge import KnowledgeBase, load

if TYPE_CHECKING:
    from helpers.chromium import Browser, Keeper

NO_REAL_DATA = "the folder with real data is not next to the project"
MISSING = (NO_REAL_DATA, "not installed", "no Slurm", "no advisories")
"""What is in the reason of a test that is skipped because something is missing."""


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the tests a cache folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def toy_directory() -> Path:
    return TOY


@pytest.fixture(scope="session")
def toy(toy_directory: Path) -> KnowledgeBase:
    return load([toy_directory])


@pytest.fixture(scope="session")
def haplotype_directory() -> Path:
    """Return the toy haplotypes, an overlay of the toy knowledge base."""
    return TOY_HAPLOTYPES


@pytest.fixture(scope="session")
def toy_haplotypes(toy_directory: Path, haplotype_directory: Path) -> KnowledgeBase:
    return load([toy_directory, haplotype_directory])


@pytest.fixture(scope="session")
def star(toy_haplotypes: KnowledgeBase) -> Nomenclature:
    """Return the toy set of star alleles (``elsewhere: reference``)."""
    return nomenclatures(toy_haplotypes)[0]


@pytest.fixture(scope="session")
def named(toy_haplotypes: KnowledgeBase) -> Nomenclature:
    """Return the toy set in which every haplotype names all sites (``elsewhere: named``)."""
    return nomenclatures(toy_haplotypes)[1]


@pytest.fixture(scope="session")
def curated() -> KnowledgeBase:
    return load()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with real data; tests that need it are skipped without it."""
    if not REAL.is_dir():
        pytest.skip(NO_REAL_DATA)
    return REAL


@pytest.fixture(scope="session")
def run() -> Run:
    """Return a function that runs the command line: ``run("annotate", path, ...)``."""

    def runner(*arguments: object, **options: object) -> Result:
        words = [str(argument) for argument in arguments]
        return CliRunner().invoke(main, words, catch_exceptions=False, **options)  # type: ignore[arg-type]

    return runner


@pytest.fixture
def make_vcf(tmp_path: Path) -> MakeVcf:
    """Return a builder of small VCF files for the toy knowledge base.

    A row such as ``"1 100 A C 0/1 0/0"`` has CHROM, POS, REF, ALT and one value per sample,
    separated by spaces. ``fmt`` is the FORMAT of all rows; ``info`` and ``filters`` set INFO and
    FILTER by index in ``rows``. Without an ``assembly``, the header has no contig lengths.
    """

    def build(
        rows: Sequence[str],
        *,
        samples: Sequence[str] = ("S1",),
        assembly: str | None = "GRCh38",
        name: str = "made.vcf",
        prefix: str = "",
        fmt: str = "GT",
        info: dict[int, str] | None = None,
        filters: dict[int, str] | None = None,
        extra_header: Sequence[str] = (),
    ) -> Path:
        header = ["##fileformat=VCFv4.2"]
        for contig in ("1", "2"):
            length = f",length={CONTIG_LENGTHS[assembly][contig]}" if assembly else ""
            header.append(f"##contig=<ID={prefix}{contig}{length}>")
        header += [
            '##FILTER=<ID=LowQual,Description="low">',
            '##INFO=<ID=END,Number=1,Type=Integer,Description="end">',
            '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="type">',
            '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
            '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="quality">',
            '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="depth">',
            '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">',
            *extra_header,
        ]
        header.append("\t".join([*VCF_COLUMNS, *samples]))
        lines = []
        for number, row in enumerate(rows):
            chrom, pos, ref, alt, *values = row.split()
            fields = [prefix + chrom, pos, ".", ref, alt, "."]
            fields += [(filters or {}).get(number, "PASS"), (info or {}).get(number, "."), fmt]
            lines.append("\t".join(fields + values))
        path = tmp_path / name
        path.write_text("\n".join([*header, *lines]) + "\n", encoding="utf-8", newline="")
        return path

    return build


@pytest.fixture
def bgzip() -> Callable[[Path], Path]:
    """Return a function that compresses a sorted VCF as BGZF and indexes it (.tbi)."""
    return bgzf_tbi


@pytest.fixture
def index_small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read small files through their index, too; otherwise they are read in one pass."""
    monkeypatch.setattr("pgx_ana.vcf.container.MIN_INDEXED_BYTES", 0)


@pytest.fixture(scope="session")
def bcftools() -> Bcftools:
    """Return bcftools as an independent oracle: the installed program, else that of pysam."""

    def call(*arguments: object) -> str:
        words = [str(argument) for argument in arguments]
        if shutil.which("bcftools"):
            process = subprocess.run(
                ["bcftools", *words], check=True, capture_output=True, text=True
            )
            return process.stdout
        command = getattr(pysam.bcftools, words[0])
        return str(command(*words[1:], catch_stdout="-o" not in words) or "")

    return call


@pytest.fixture(scope="session")
def browsers() -> Iterator[Keeper]:
    """Return what keeps a real browser for all tests."""
    from helpers.chromium import Keeper

    with contextlib.closing(Keeper()) as keeper:
        yield keeper


@pytest.fixture
def browser(browsers: Keeper) -> Browser:
    """Return a real browser; tests that need it are skipped without it."""
    from helpers.chromium import AXE, NoBrowserError

    if not AXE.exists():
        pytest.skip("axe-core is not installed: make axe")
    try:
        return browsers.browser()
    except NoBrowserError as error:
        pytest.skip(str(error))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line for all that was skipped because something is missing: not to be overlooked."""
    reports = terminalreporter.stats.get("skipped", ())
    reasons = Counter(str(report.longrepr[-1]).removeprefix("Skipped: ") for report in reports)
    for reason, count in reasons.items():
        if any(sign in reason for sign in MISSING):
            terminalreporter.write_line(f"NOT TESTED, {count} skipped: {reason}")
