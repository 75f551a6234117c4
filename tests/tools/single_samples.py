"""Many indexed files of one sample each, to measure how the cost of a run grows with files.

Run as ``python -m tools.single_samples FOLDER KIND FILES``. ``people`` are people of 1000 Genomes
with all rows around CYP19A1, also those in which they are reference; ``gvcf`` are the gVCFs. There
are as many files as asked for, each under a sample name of its own; their rows recur. ``list.txt``
names the files.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pysam
from helpers.paths import REAL
from helpers.vcf_text import VCF_COLUMNS

N_PEOPLE = 1000

_NOT_KEPT = "^INFO/AC,INFO/AF,INFO/AN"
_END_OF_FILE = 28  # bytes of the empty block at the end of BGZF

Parts = tuple[bytes, bytes]
"""The header of a file without its last line, and its rows."""


def people() -> Iterator[Parts]:
    """Yield what is in the files of people of 1000 Genomes."""
    path = str(REAL / "1000genomes" / "GRCh38" / "CYP19A1.vcf.gz")
    command = ["bcftools", "annotate", "--no-version", "--remove", _NOT_KEPT, path]
    text = subprocess.run(command, check=True, capture_output=True).stdout
    lines = text.splitlines(keepends=True)
    header = b"".join(line for line in lines if line.startswith(b"##"))
    fixed, genotypes = [], []
    for line in lines:
        if not line.startswith(b"#"):
            *columns, samples = line.split(b"\t", len(VCF_COLUMNS))
            fixed.append(b"\t".join([*columns, b""]))
            genotypes.append(np.frombuffer(samples, "S4")[:N_PEOPLE])
    for person in np.array(genotypes).T:
        rows = zip(fixed, person.tolist(), strict=True)
        yield header, b"".join(columns + value[:3] + b"\n" for columns, value in rows)


def gvcfs() -> Iterator[Parts]:
    """Yield what is in the gVCFs."""
    for path in sorted((REAL / "gvcf").glob("*.g.vcf.gz")):
        text = gzip.decompress(path.read_bytes())
        columns = text.index(b"\n#CHROM") + 1
        yield text[:columns], text[text.index(b"\n", columns) + 1 :]


KINDS: dict[str, Callable[[], Iterator[Parts]]] = {"people": people, "gvcf": gvcfs}


def write(folder: Path, kind: str, n_files: int) -> None:
    """Write the files of a kind, their indexes and the list."""
    scratch = folder / "scratch.gz"
    parts = islice(KINDS[kind](), n_files)
    packed = [(header, _bgzf(rows, scratch)) for header, rows in parts]
    names = []
    for number, (header, rows) in enumerate(islice(cycle(packed), n_files), 1):
        name = f"S{number:05}"
        columns = "\t".join([*VCF_COLUMNS, name]).encode() + b"\n"
        path = folder / f"{name}.vcf.gz"
        path.write_bytes(_bgzf(header + columns, scratch)[:-_END_OF_FILE] + rows)
        pysam.tabix_index(str(path), preset="vcf", force=True)
        names.append(path.name)
    scratch.unlink()
    (folder / "list.txt").write_text("".join(f"{name}\n" for name in names))


def _bgzf(data: bytes, scratch: Path) -> bytes:
    with pysam.BGZFile(str(scratch), "wb", None) as file:
        file.write(data)
    return scratch.read_bytes()


def main() -> None:
    """Write files by the arguments of the command line."""
    name, kind, n_files = sys.argv[1:]
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, kind, int(n_files))


if __name__ == "__main__":
    main()
