"""Reports to be looked at in a browser: people, names and cohorts that a page must cope with.

A case is a function that writes a report into an empty folder and returns the pages to look at.
Cases of real people need the folder with real data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from click.testing import CliRunner
from tools.large_cohort import write_cohort

from helpers.paths import EXAMPLE, PANEL_GENES, REAL
from pgx_ana.annotation import Annotations
from pgx_ana.cli import main
from pgx_ana.knowledge import load
from pgx_ana.pipeline import Request, run
from pgx_ana.quality import CohortTally
from pgx_ana.report import cohort_page

Case = Callable[[Path], list[Path]]

HOSTILE_NAMES: Mapping[str, str] = {
    "markup": "<script>alert(1)</script>",
    "attribute": "\" onclick='alert(1)' <b>&amp;&lt;",
    "template": "{{ 7 * 7 }}{% raw %}${7*7}",
    "long": "N" * 200,
    "folder": "../../x",
    "absolute": "/etc/passwd",
    "dots": "...",
    "device": "CON",
    "address": "javascript:alert(1)#?%2e%2e%2f",
    "right to left": "\u05e9\u05dc\u05d5\u05dd\u202eabba\u202d \u0645\u0631\u062d\u0628\u0627",
    "emoji": "\U0001f9ec\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "combining": "Z" + "\u0351\u0343\u0307\u0311\u033e" * 20,
    "controls": "a\x01b\x7fc\u0085d\u2028e\ufefff\x0bg",
    "spaces": " \u3000 two  spaces ",
    "case": "NA12717",
    "the same but for case": "na12717",
}
"""Names of samples by what is hostile about them."""


def reported(*words: object) -> None:
    """Run ``pgx-ana report``. Raises :class:`AssertionError` if it does not succeed."""
    result = CliRunner().invoke(main, ["report", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr


def person(source: Path, *options: str) -> Case:
    """Return the case of the page on one person."""

    def write(folder: Path) -> list[Path]:
        page = folder / "x.html"
        reported(source, *options, "-o", page)
        return [page]

    return write


def cohort(*words: object, people: int = 1) -> Case:
    """Return the case of a folder of pages by files and options: index, cohort, some people."""

    def write(folder: Path) -> list[Path]:
        out = folder / "report"
        reported(*words, "-o", out)
        return [out / "index.html", out / "cohort.html", *_some(out / "people", people)]

    return write


def _some(folder: Path, number: int) -> list[Path]:
    return sorted(folder.glob("*.html"))[:number]


def renamed(path: Path, names: Sequence[str]) -> Path:
    """Write the person of the example under other names, and return the path of the file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in (EXAMPLE / "spoiled.GRCh38.vcf").read_text().splitlines():
            *fixed, value = line.split("\t")
            values = names if line.startswith("#CHROM") else [value] * len(names)
            file.write("\t".join([*fixed, *values] if fixed else [line]) + "\n")
    return path


def named(name: str) -> Case:
    """Return the case of a person with a name, and a short page."""

    def write(folder: Path) -> list[Path]:
        return person(renamed(folder / "people.vcf", [name]), "--gene", "TCL1A")(folder)

    return write


def all_named(folder: Path) -> list[Path]:
    """Write the report on everybody with a hostile name."""
    source = renamed(folder / "people.vcf", list(HOSTILE_NAMES.values()))
    pages = cohort(source, "--gene", "TCL1A")(folder)
    people = folder / "report" / "people"
    assert len(HOSTILE_NAMES) == len(list(people.iterdir()))
    assert {source, folder / "report", people} == set(folder.glob("*")) | {people}
    return pages


def nothing_called(folder: Path) -> list[Path]:
    """Write the page on somebody with an exome that has no row at any known site."""
    lines = (EXAMPLE / "spoiled.GRCh38.vcf").read_text().splitlines()
    header = [line for line in lines if line.startswith("#")]
    row = "chr1\t69511\t.\tA\tG\t999\tPASS\t.\tGT:DP:GQ\t1/1:13:25"
    source = folder / "exome.vcf"
    source.write_text("\n".join([*header, row, ""]))
    return person(source)(folder)


def half_a_million(folder: Path) -> list[Path]:
    """Write the page on a cohort of 500,000: a thousand made-up people, five hundred times."""
    write_cohort(folder / "cohort.vcf.gz", "independent", 1_000)
    knowledge = load()
    block: Annotations = run(Request((str(folder / "cohort.vcf.gz"),)), knowledge)
    tally = CohortTally(knowledge)
    for _ in range(500):
        tally.add(block)
    page = folder / "cohort.html"
    page.write_bytes(cohort_page(tally.finish(), knowledge))
    return [page]


CASES: Mapping[str, Case] = {
    "example in GRCh37": person(EXAMPLE / "spoiled.GRCh37.vcf"),
    "example in GRCh38": person(EXAMPLE / "spoiled.GRCh38.vcf"),
    "nothing called": nothing_called,
    "a man": person(
        EXAMPLE / "spoiled.GRCh38.vcf", "--context", "men_testosterone", "--sex", "male"
    ),
    **{f"name: {kind}": named(name) for kind, name in HOSTILE_NAMES.items()},
    "hostile names": all_named,
    "cohort of 1": cohort(EXAMPLE / "spoiled.GRCh38.vcf"),
    "cohort of 500000": half_a_million,
}
"""Cases by name."""

REAL_CASES: Mapping[str, Case] = {
    "gVCF": person(REAL / "gvcf" / "HG00276.g.vcf.gz"),
    "exome": person(REAL / "callers" / "dragen_exome.SYN-001.GRCh38.vcf.gz"),
    "cohort of 31": cohort(*sorted((REAL / "gvcf").glob("*.g.vcf.gz"))),
    "cohort of 3202": cohort(
        *(REAL / "1000genomes" / "GRCh38" / f"{gene}.vcf.gz" for gene in PANEL_GENES),
        "--no-people",
        people=0,
    ),
}
"""Cases by name that need the folder with real data."""
