"""Files that nobody here wrote, good and broken: an answer or one clear line, never a traceback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from pgx_ana.knowledge import KnowledgeBase

pytestmark = pytest.mark.slow

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def loaded_once(curated: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgx_ana.knowledge.load", lambda *_, **__: curated)


HEADER_END = b"\tFILTER\tINFO"


def labelled(shared: Path) -> Iterator[tuple[str, Path]]:
    """Yield the corpus of the VCF validator and one file of each caller, with their labels."""
    for path in sorted((shared / "corpus").rglob("*")):
        if path.is_file():
            yield path.parent.name, path
    for path in sorted((shared / "callers").iterdir()):
        yield "callers", path


def with_a_sample(path: Path, folder: Path, *, moved: bool = False) -> Path:
    """Give a file without samples one, heterozygous everywhere; ``moved`` to a known locus."""
    if path.suffix != ".vcf":
        return path
    lines = path.read_bytes().splitlines()
    lacks = any(line.startswith(b"#CHROM") and line.endswith(HEADER_END) for line in lines)
    changed = []
    for line in lines:
        if line.startswith(b"#CHROM"):
            line += b"\tFORMAT\tS1" if lacks else b""
        elif line and not line.startswith(b"#"):
            line += b"\tGT\t0/1" if lacks else b""
            contig, pos, *rest = line.split(b"\t")
            line = b"\t".join([*((b"15", b"51502844") if moved else (contig, pos)), *rest])
        changed.append(line + b"\n")
    copy = folder / path.name
    copy.write_bytes(b"".join(changed))
    return copy


def outcomes(shared: Path, run: Run, how: Callable[[Path], tuple[object, ...]]) -> Counter[str]:
    """Count what became of the files; anything but an answer or one line is named."""
    found: Counter[str] = Counter()
    for label, path in labelled(shared):
        result = run("annotate", *how(path), "--quiet", "--table", "calls")
        lines = result.stderr.splitlines()
        if result.exit_code == 3 and len(lines) == 1 and not result.stdout:
            found[f"{label} refused"] += 1
        elif result.exit_code == 0 and not lines:
            found[f"{label} answered"] += 1
        else:
            found[f"{path.name}: {result.exit_code} {lines[:2]}"] += 1
    return found


def test_as_they_are(shared: Path, run: Run) -> None:
    """Most have no samples, or tell no assembly: there is nothing to annotate."""
    expected = {
        "passed answered": 2,
        "passed refused": 48,
        "failed refused": 381,
        "callers answered": 10,
        "callers refused": 5,
    }
    assert expected == outcomes(shared, run, lambda path: (path,))


# Refused are files with repeated or no samples, without #CHROM or fileformat, or of another genome;
# with rows at a locus also malformed genotypes, ploidies above two, alleles empty or beyond ALT.
ELSEWHERE = {
    "passed answered": 48,
    "passed refused": 2,
    "failed answered": 365,
    "failed refused": 16,
    "callers answered": 6,
    "callers refused": 9,
}
AT_A_LOCUS = ELSEWHERE | {
    "passed answered": 42,
    "passed refused": 8,
    "failed answered": 342,
    "failed refused": 39,
}


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        pytest.param(False, ELSEWHERE, id="rows elsewhere may look as they like"),
        pytest.param(True, AT_A_LOCUS, id="rows at a known locus are held to the rules"),
    ],
)
def test_with_what_they_lack(
    moved: bool, expected: dict[str, int], shared: Path, run: Run, tmp_path: Path
) -> None:
    """With an assembly said and a sample added."""

    def how(path: Path) -> tuple[object, ...]:
        return with_a_sample(path, tmp_path, moved=moved), "--assembly", "GRCh37"

    assert expected == outcomes(shared, run, how)
