"""The people of a VCF file in the containers of biobanks, made by PLINK 2.

PGEN holds rows with several ALTs; PLINK bed and BGEN get a row for each. None of them holds a
genotype with one missing copy: both are missing there.

Run as ``python -m tools.containers FOLDER VCF``: writes ``cohort.pgen``, ``cohort.bed`` and
``cohort.bgen`` with the files that belong to them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pysam.bcftools

PLINK = "plink2"

FORMATS = ("pgen", "bed", "bgen")

REF_FIRST = "ref-first"
"""Makes the first allele of BGEN the reference; PLINK makes it the last one otherwise."""


def write(folder: Path, vcf: Path, *, bgen: Sequence[str] = (REF_FIRST, "bits=8")) -> None:
    """Write the people of a file in each format; ``bgen`` are modifiers of the export."""
    split = folder / "split.bcf"
    options = ("--no-version", "-m", "-any", "-Ob", "-o", str(split), str(vcf))
    pysam.bcftools.norm(*options, catch_stdout=False)
    plink("--vcf", vcf, "--make-pgen", "--out", folder / "cohort")
    plink("--bcf", split, "--make-bed", "--out", folder / "cohort")
    plink("--bcf", split, "--export", "bgen-1.2", *bgen, "--out", folder / "cohort")
    split.unlink()


def plink(*arguments: object) -> None:
    """Run PLINK 2; a genotype with one missing copy becomes a missing one."""
    words = [PLINK, *map(str, arguments), "--vcf-half-call", "missing", "--silent"]
    is_import = "--vcf" in words or "--bcf" in words
    subprocess.run(words if is_import else [*words[:-3], words[-1]], check=True)


def main() -> None:
    """Write files by the arguments of the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
