"""Measure whole runs of the program, and of bcftools over the same sites.

Run as ``make bench``. All commands run in turn, several times; the best and median wall time and
the peak memory of each are printed. ``make bench-large`` measures large inputs.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.paths import PANEL_GENES, REAL

from tools.measuring import Measurement, measure

ROUNDS = 5


def regions() -> str:
    """Return the known sites of the four genes as bcftools regions.

    They come from a child process: modules imported here would count towards the memory of the
    measured processes.
    """
    listed = subprocess.run(
        [sys.executable, "-m", "pgx_ana", "kb", "list"], check=True, capture_output=True, text=True
    )
    header, *rows = (line.split("\t") for line in listed.stdout.splitlines())
    sites = (dict(zip(header, row, strict=True)) for row in rows)
    return ",".join(f"chr{site['GRCh38']}" for site in sites if site["gene"] in PANEL_GENES)


def commands(folder: Path) -> dict[str, list[str]]:
    """Return the commands to measure by their label."""
    program = [sys.executable, "-m", "pgx_ana", "annotate", "--quiet"]
    cohort = [str(REAL / "1000genomes" / "GRCh38" / f"{gene}.vcf.gz") for gene in PANEL_GENES]
    person = str(REAL / "gvcf" / "NA12717.g.vcf.gz")
    table_names = ("calls", "annotations", "haplotypes", "summary")
    tables = [word for name in table_names for word in ("--table", name)]
    star = [cohort[PANEL_GENES.index("CYP3A4")], "-g", "CYP3A4", "-t", "haplotypes"]
    labelled = {
        "version": [sys.executable, "-m", "pgx_ana", "--version"],
        "one gVCF, annotations": [*program, person, "-o", str(folder / "one.tsv")],
        "one gVCF, page": [*program[:-2], "report", "-q", person, "-o", str(folder / "one.html")],
        "3,202 people, calls": [*program, *cohort, "-t", "calls", "-o", str(folder / "calls.tsv")],
        "3,202 people, CYP3A4 diplotypes": [
            *program, *star, "--population", "global", "-o", str(folder / "star.tsv")
        ],
        "3,202 people, four tables": [*program, *cohort, *tables, "-o", str(folder / "all")],
        "3,202 people, JSON lines": [
            *program, *cohort, "--format", "jsonl", "-o", str(folder / "all.jsonl")
        ],
    }  # fmt: skip
    if shutil.which("bcftools"):
        text = "%CHROM\\t%POS\\t%REF\\t%ALT[\\t%SAMPLE=%TGT]\\n"
        query = " && ".join(f"bcftools query -r {regions()} -f '{text}' {path}" for path in cohort)
        labelled["bcftools query, same sites"] = ["bash", "-c", query]
    return labelled


def main() -> None:
    """Measure all commands and print a table."""
    if not REAL.is_dir():
        raise SystemExit("the folder with real data is not next to the project; nothing to measure")
    with tempfile.TemporaryDirectory() as name:
        by_label = commands(Path(name))
        measurements: dict[str, list[Measurement]] = {label: [] for label in by_label}
        for _ in range(ROUNDS):
            for label, command in by_label.items():
                measurements[label].append(measure(command))
    print(f"{'':32}{'best s':>8}{'median s':>10}{'peak MB':>9}   ({ROUNDS} runs each)")
    for label, runs in measurements.items():
        times = sorted(run.seconds for run in runs)
        peak = max(run.megabytes for run in runs)
        print(f"{label:32}{times[0]:8.2f}{times[len(times) // 2]:10.2f}{peak:9.0f}")


if __name__ == "__main__":
    main()
