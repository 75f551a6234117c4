"""Measure the program on large inputs, beside bcftools on the same files.

Run as ``make bench-large``; names of sections behind ``python -m tools.bench_large``, such as
``one_file gvcfs``, choose some of them. The inputs are made on the first run, in the folder
``BENCH_DATA`` (otherwise in the system's folder for temporary files), and kept: some 0.8 GB. The
commands of a section run in turn; the best wall time and its user CPU time, and the highest peak
memory, are printed as a table. ``containers`` needs PLINK 2.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from helpers.paths import PANEL_GENES, REAL

from tools.measuring import CommandError, Measurement, measure

PROGRAM = (sys.executable, "-m", "pgx_ana")
SLICES = [str(REAL / "1000genomes" / "GRCh38" / f"{gene}.vcf.gz") for gene in PANEL_GENES]
PERSON = str(REAL / "gvcf" / "NA12717.g.vcf.gz")
TABLES = "calls,annotations,haplotypes,summary"
GENOTYPES = r"%CHROM\t%POS\t%REF\t%ALT[\t%GT]\n"
MANY, MOST = 1_000, 10_000
"""Numbers of files of one sample."""

FEW, LARGE = 50_000, 500_000
"""Numbers of people in one file."""

CONTAINERS = ("pgen", "bed", "bgen")
"""The suffixes of other files with genotypes than VCF."""


@dataclass(frozen=True, slots=True)
class Section:
    """Commands that do comparable work, by label. ``rounds`` is how often each one runs.

    ``ratio`` names two commands: how many times as much the first costs is shown, too.
    """

    title: str
    rounds: int
    commands: dict[str, Sequence[str]]
    ratio: tuple[str, str] | None = None


class Bench:
    """The sections, with the inputs in one folder and results in another."""

    def __init__(self, data: Path, results: Path) -> None:
        self._data = data
        self._results = results
        self._sites = self._write_sites()

    def one_file(self) -> Section:
        """Return one indexed file of half a megabyte, beside what cannot be avoided."""
        imports = [sys.executable, "-c", "import numpy, cyvcf2, click"]
        return Section(
            "one indexed gVCF",
            7,
            {
                "import numpy, cyvcf2, click": imports,
                "annotations": self._annotate("one.tsv", PERSON),
                "bcftools query": self._query(PERSON),
            },
        )

    def many_files(self) -> Section:
        """Return a thousand files of one sample, in one process, in two, and in a thousand."""
        paths = self._single_samples("people", MOST, MANY)
        return Section(
            f"{MANY:,} files of one sample",
            2,
            {
                "calls, Parquet": self._batch("many-parquet", paths, 1, "parquet"),
                "calls, TSV": self._batch("many-tsv", paths, 1, "tsv"),
                "calls, TSV, two jobs": self._batch("many-jobs", paths, 2, "tsv"),
                f"{MANY:,} x bcftools query": self._query(*paths),
            },
        )

    def most_files(self) -> Section:
        """Return ten thousand files of one sample: the memory is to be that of a thousand."""
        paths = self._single_samples("people", MOST, MOST)
        command = self._batch("most-parquet", paths, 1, "parquet")
        return Section(f"{MOST:,} files of one sample", 1, {"calls, Parquet": command})

    def gvcfs(self) -> Section:
        """Return 264 gVCFs."""
        paths = self._single_samples("gvcf", 264, 264)
        return Section(
            "264 gVCFs",
            2,
            {
                "calls, TSV": self._batch("gvcf-tsv", paths, 1, "tsv"),
                "calls, TSV, two jobs": self._batch("gvcf-jobs", paths, 2, "tsv"),
                "264 x bcftools query": self._query(*paths),
            },
        )

    def slices(self) -> Section:
        """Return 1000 Genomes around four genes."""
        return Section(
            "3,202 people, four files, four tables",
            3,
            {
                "TSV": self._annotate("slices-tsv", *SLICES, "-t", TABLES),
                "Parquet": self._annotate("slices-parquet", *SLICES, "-f", "parquet"),
                "4 x bcftools query": self._query(*SLICES),
            },
        )

    def genome(self) -> Section:
        """Return a whole genome without an index."""
        genome = str(self._made("genome", "large_genome") / "genome.vcf.gz")
        view = ["bcftools", "view", "--no-header", "-T", str(self._sites), genome]
        return Section(
            "whole genome without an index",
            2,
            {
                "annotations": self._annotate("genome.tsv", genome),
                "annotations, --assume-sorted": self._annotate(
                    "sorted.tsv", genome, "--assume-sorted"
                ),
                "bcftools view -T": view,
            },
        )

    def realistic(self) -> Section:
        """Return people of 1000 Genomes, drawn with replacement."""
        return self._cohorts("realistic")

    def independent(self) -> Section:
        """Return people whose sites are independent: almost everybody is one of a kind."""
        return self._cohorts("independent")

    def containers(self) -> Section:
        """Return the same people as VCF, PGEN, PLINK bed and BGEN."""
        commands: dict[str, Sequence[str]] = {}
        for kind in ("realistic", "independent"):
            folder = self._made(f"{kind}-{LARGE}", "large_cohort", kind, str(LARGE))
            vcf = str(folder / "cohort.vcf.gz")
            others = self._made(f"{kind}-{LARGE}-containers", "containers", vcf)
            paths = {"vcf": vcf} | {name: str(others / f"cohort.{name}") for name in CONTAINERS}
            for name, path in paths.items():
                result = f"containers-{kind}-{name}"
                commands[f"{name}, {kind}"] = self._annotate(result, path, "-f", "parquet")
        return Section(f"{LARGE:,} people in other containers, Parquet", 2, commands)

    def reports(self) -> Section:
        """Return reports: one person, a page for each of 3,202, half a million as a cohort."""
        folder = self._made(f"realistic-{LARGE}", "large_cohort", "realistic", str(LARGE))
        return Section(
            "reports",
            2,
            {
                "one gVCF, text": self._report("one.txt", PERSON),
                "one gVCF, page": self._report("one.html", PERSON),
                "3,202 people, pages": self._report("pages", *SLICES),
                "3,202 people, cohort": self._report("slices", *SLICES, "--no-people"),
                f"{LARGE:,} people, cohort": self._report("large", str(folder / "cohort.vcf.gz")),
                "knowledge base, site": [*PROGRAM, "kb", "site", "-o", str(self._results / "site")],
                "4 x bcftools query": self._query(*SLICES),
            },
        )

    def formats(self) -> Section:
        """Return 1000 Genomes in the formats of other programs."""
        names = (
            "annotated.vcf.gz",
            "annotated.bcf",
            "people.fhir.ndjson",
            "people.phenopacket.ndjson",
            "people.xlsx",
        )
        commands: dict[str, Sequence[str]] = {name: self._annotate(name, *SLICES) for name in names}
        commands["all sites.vcf.gz"] = self._annotate("sites.vcf.gz", *SLICES, "--all-sites")
        commands["folder for MultiQC"] = self._annotate("summaries", *SLICES, "-f", "multiqc")
        commands["4 x bcftools query"] = self._query(*SLICES)
        return Section("3,202 people in the formats of other programs", 2, commands)

    def _report(self, name: str, *arguments: str) -> list[str]:
        return [*PROGRAM, "report", "--quiet", *arguments, "-o", str(self._results / name)]

    def _cohorts(self, kind: str) -> Section:
        commands: dict[str, Sequence[str]] = {}
        for n_people in (FEW, LARGE):
            folder = self._made(f"{kind}-{n_people}", "large_cohort", kind, str(n_people))
            path = str(folder / "cohort.vcf.gz")
            name = f"{kind}-{n_people}"
            commands[f"{n_people:,}, Parquet"] = self._annotate(name, path, "-f", "parquet")
            commands[f"{n_people:,}, bcftools query"] = self._query(path)
        ratio = f"{LARGE:,}, Parquet", f"{FEW:,}, Parquet"
        return Section(f"{FEW:,} and {LARGE:,} people, {kind}", 2, commands, ratio)

    def _annotate(self, name: str, *arguments: str) -> list[str]:
        return [*PROGRAM, "annotate", "--quiet", *arguments, "-o", str(self._results / name)]

    def _batch(self, name: str, paths: Sequence[str], n_jobs: int, kind: str) -> list[str]:
        """Return the command for the calls of many files; it starts from an empty folder."""
        folder = self._results / name
        manifest = self._results / f"{name}.list"
        manifest.write_text("".join(f"{path}\n" for path in paths))
        options = ["-o", str(folder), "--jobs", str(n_jobs), "--format", kind, "-t", "calls"]
        command = shlex.join([*PROGRAM, "batch", str(manifest), *options])
        return ["bash", "-c", f"rm -rf {shlex.quote(str(folder))} && exec {command}"]

    def _query(self, *paths: str) -> list[str]:
        """Return the command for a bcftools process for each of the files."""
        query = shlex.join(["bcftools", "query", "-R", str(self._sites), "-f", GENOTYPES])
        listed = self._results / f"query{len(list(self._results.iterdir()))}.list"
        listed.write_text("".join(f"{path}\n" for path in paths))
        each = f'while read -r path; do {query} "$path" || exit; done < {shlex.quote(str(listed))}'
        return ["bash", "-c", each]

    def _single_samples(self, kind: str, n_made: int, n_used: int) -> list[str]:
        folder = self._made(f"{kind}-{n_made}", "single_samples", kind, str(n_made))
        names = (folder / "list.txt").read_text().split()
        return [str(folder / name) for name in names[:n_used]]

    def _made(self, name: str, module: str, *arguments: str) -> Path:
        """Return a folder of inputs; unless it is there, a module of this package makes it."""
        folder = self._data / name
        if not folder.is_dir():
            print(f"making {folder}", file=sys.stderr)
            unfinished = self._data / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            command = [sys.executable, "-m", f"tools.{module}", str(unfinished), *arguments]
            subprocess.run(command, check=True)
            unfinished.rename(folder)
        return folder

    def _write_sites(self) -> Path:
        """Write the known sites for bcftools.

        They come from a child process, for the sake of the memory of this one; see ``measuring``.
        """
        command = [*PROGRAM, "kb", "list"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        header, *rows = (line.split("\t") for line in listed.splitlines())
        places = (row[header.index("GRCh38")].split(":") for row in rows)
        path = self._results / "sites.txt"
        path.write_text("".join(f"chr{chrom}\t{pos}\n" for chrom, pos in places))
        return path


SECTIONS: tuple[Callable[[Bench], Section], ...] = (
    Bench.one_file,
    Bench.many_files,
    Bench.most_files,
    Bench.gvcfs,
    Bench.slices,
    Bench.genome,
    Bench.realistic,
    Bench.independent,
    Bench.containers,
    Bench.reports,
    Bench.formats,
)


def measured(section: Section) -> dict[str, list[Measurement]]:
    """Run the commands of a section in turn, and return what each run cost.

    A command that fails is named on stderr and does not run again.
    """
    runs: dict[str, list[Measurement]] = {label: [] for label in section.commands}
    failed: set[str] = set()
    for _ in range(section.rounds):
        for label, command in section.commands.items():
            if label not in failed:
                try:
                    runs[label].append(measure(command))
                except CommandError as error:
                    failed.add(label)
                    print(f"FAILED: {label}: {error}", file=sys.stderr)
    return runs


def show(section: Section, runs: dict[str, list[Measurement]]) -> None:
    """Print the rows of a section."""
    costs = {label: lowest(measurements) for label, measurements in runs.items() if measurements}
    for label in runs:
        cost = costs.get(label)
        figures = "failed | . | ."
        if cost is not None:
            figures = f"{cost.seconds:.2f} | {cost.user:.2f} | {cost.megabytes:.0f}"
        print(f"| {section.title} | {label} | {figures} |", flush=True)
    if section.ratio and costs.keys() >= set(section.ratio):
        one, other = (costs[label] for label in section.ratio)
        times = (
            one.seconds / other.seconds, one.user / other.user, one.megabytes / other.megabytes
        )  # fmt: skip
        figures = " | ".join(f"{factor:.1f} times" for factor in times)
        print(f"| {section.title} | {' : '.join(section.ratio)} | {figures} |", flush=True)


def lowest(runs: Sequence[Measurement]) -> Measurement:
    """Return the times of the fastest run, and the highest peak memory of all."""
    best = min(runs, key=lambda run: run.seconds)
    return replace(best, megabytes=max(run.megabytes for run in runs))


def main() -> None:
    """Measure the sections that are asked for, and print a table."""
    if not REAL.is_dir():
        raise SystemExit("the folder with real data is not next to the project; nothing to measure")
    data = Path(os.environ.get("BENCH_DATA") or Path(tempfile.gettempdir(), "pgx-ana-bench"))
    data.mkdir(parents=True, exist_ok=True)
    names = sys.argv[1:] or [make.__name__ for make in SECTIONS]
    print("| input | command | best s | user CPU s | peak MB |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(dir=data) as results:
        bench = Bench(data, Path(results))
        for make in SECTIONS:
            if make.__name__ in names:
                section = make(bench)
                show(section, measured(section))


if __name__ == "__main__":
    main()
