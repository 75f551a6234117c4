"""Third-party files, valid and broken: an answer or a one-line error, never a traceback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.fixture_types import Run

from pgx_ana.knowledge import KnowledgeBase

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def knowledge_base_loaded_once(curated: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgx_ana.knowledge.load", lambda *_, **__: curated)


HEADER_END = b"\tFILTER\tINFO"


def labelled(shared: Path) -> Iterator[tuple[str, Path]]:
    """Yield label and path of the VCF validator corpus, and of one file of each caller."""
    for path in sorted((shared / "corpus").rglob("*")):
        if path.is_file():
            yield path.parent.name, path
    for path in sorted((shared / "callers").iterdir()):
        yield "callers", path


def with_a_sample(path: Path, folder: Path, *, moved: bool = False) -> Path:
    """Add a sample to a file without samples, heterozygous in every row.

    ``moved`` moves every row to a known locus.
    """
    if path.suffix != ".vcf":
        return path
    lines = path.read_bytes().splitlines()
    has_no_samples = any(line.startswith(b"#CHROM") and line.endswith(HEADER_END) for line in lines)
    changed = []
    for line in lines:
        if line.startswith(b"#CHROM"):
            line += b"\tFORMAT\tS1" if has_no_samples else b""
        elif line and not line.startswith(b"#"):
            line += b"\tGT\t0/1" if has_no_samples else b""
            contig, pos, *rest = line.split(b"\t")
            line = b"\t".join([*((b"15", b"51502844") if moved else (contig, pos)), *rest])
        changed.append(line + b"\n")
    copy = folder / path.name
    copy.write_bytes(b"".join(changed))
    return copy


def outcomes(
    shared: Path, run: Run, arguments: Callable[[Path], tuple[object, ...]]
) -> Counter[str]:
    """Count the outcomes by label; an outcome that is none of the three is shown in full.

    They are an answer, an answer with one warning, and a rejection in one line.
    """
    counts: Counter[str] = Counter()
    for label, path in labelled(shared):
        result = run("annotate", *arguments(path), "--quiet", "--table", "calls")
        lines = result.stderr.splitlines()
        if result.exit_code == 3 and len(lines) == 1 and not result.stdout:
            counts[f"{label} rejected"] += 1
        elif result.exit_code == 0 and not lines:
            counts[f"{label} answered"] += 1
        elif result.exit_code == 0 and len(lines) == 1 and lines[0].startswith("WARNING: "):
            counts[f"{label} answered with a warning"] += 1
        else:
            counts[f"{path.name}: {result.exit_code} {lines[:2]}"] += 1
    return counts


def test_unchanged_files(shared: Path, run: Run) -> None:
    """Most have no samples, or do not identify the assembly: there is nothing to annotate."""
    expected = {
        "passed answered with a warning": 2,
        "passed rejected": 48,
        "failed rejected": 381,
        "callers answered": 7,
        "callers answered with a warning": 4,
        "callers rejected": 4,
    }
    assert expected == outcomes(shared, run, lambda path: (path,))


# Rejected are files with duplicate or no samples, without #CHROM or fileformat, or of another
# genome; with rows at a known locus also those with malformed genotypes, ploidy above two, empty
# alleles, or allele numbers beyond ALT. The warning is that no row is on a chromosome with known
# sites.
ELSEWHERE = {
    "passed answered": 8,
    "passed answered with a warning": 42,
    "failed answered": 4,
    "failed answered with a warning": 363,
    "failed rejected": 14,
    "callers answered": 2,
    "callers answered with a warning": 5,
    "callers rejected": 8,
}
AT_A_KNOWN_LOCUS = {
    "passed answered": 44,
    "passed rejected": 6,
    "failed answered": 344,
    "failed rejected": 37,
    "callers answered": 5,
    "callers answered with a warning": 2,
    "callers rejected": 8,
}


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        pytest.param(False, ELSEWHERE, id="rows elsewhere are not validated"),
        pytest.param(True, AT_A_KNOWN_LOCUS, id="rows at a known locus are validated"),
    ],
)
def test_files_with_an_assembly_and_a_sample(
    moved: bool, expected: dict[str, int], shared: Path, run: Run, tmp_path: Path
) -> None:
    """With ``--assembly``, and with a sample added where there is none."""

    def arguments(path: Path) -> tuple[object, ...]:
        return with_a_sample(path, tmp_path, moved=moved), "--assembly", "GRCh37"

    assert expected == outcomes(shared, run, arguments)
