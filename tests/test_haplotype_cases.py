"""Haplotypes where little is known: what a missing site, an overlay or a strange file must not do."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

HERE = Path(__file__).parent
TOY = (HERE / "toy_kb", HERE / "toy_haplotypes")

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]

SITES = {
    "rs1": "1 100 A C",
    "rs2": "1 200 A C,T",
    "rs3": "1 300 T C",
    "rs4": "1 401 G GT",
    "rs5": "1 501 GCA G",
}


def rows(people: int = 1, **genotypes: str | None) -> list[str]:
    """Return rows of all toy sites, reference where no genotype is given, without those of None."""
    told = {rsid: genotypes.get(rsid, " ".join(["0/0"] * people)) for rsid in SITES}
    return [f"{SITES[rsid]} {told[rsid]}" for rsid in SITES if told[rsid] is not None]


@pytest.fixture
def table(run: Run, tmp_path: Path) -> Callable[..., list[dict[str, str]]]:
    """Return a reader of one table; an overlay is text that is laid over the toy haplotypes."""

    def read(
        path: Path, name: str, *options: str, overlay: str = "", toy: bool = True
    ) -> list[dict[str, str]]:
        layers: list[object] = []
        for place in (*TOY, *_laid(overlay, tmp_path)) if toy else ():
            layers += ["--kb", place]
        result = run("annotate", path, "-q", "-t", name, *options, *layers)
        assert result.exit_code == 0, result.stderr
        return list(csv.DictReader(result.stdout.splitlines(), delimiter="\t"))

    return read


def _laid(overlay: str, folder: Path) -> list[Path]:
    if not overlay:
        return []
    place = folder / "overlay"
    place.mkdir(exist_ok=True)
    (place / "overlay.yaml").write_text(overlay, encoding="utf-8")
    return [place]


Table = Callable[..., list[dict[str, str]]]

TWO_OF_TWO = """\
haplotypes:
  - id: AAA-5
    haplotype_set: AAA-star
    name: "*5"
    alleles: {rs4: GT}
    function: normal
    source: made up
  - id: AAA-7
    haplotype_set: AAA-star
    name: "*7"
    alleles: {rs1: C, rs4: GT}
    function: decreased
    source: made up
haplotype_counts:
  - id: AAA-star-panel
    haplotype_set: AAA-star
    panel: one in which all alleles at rs4 were seen with all at rs1
    counts: [{AFR: 10}]
    source: made up
"""


def test_what_is_found_in_one_person_does_not_depend_on_the_others(
    make_vcf: MakeVcf, table: Table
) -> None:
    """Open diplotypes may read alike, as "two of 2 haplotypes", and not be the same."""
    genotypes = {"rs1": "1/1", "rs2": "0/0", "rs4": "1/."}
    others = {"rs1": "0/0", "rs2": "0/0", "rs4": "1/."}
    people = [
        *(f"{SITES[rsid]} {others[rsid]} {genotypes[rsid]}" for rsid in genotypes),
        "1 300 T C 0/0 0/0",
    ]
    both = make_vcf(people, samples=("S1", "S2"), name="both.vcf")
    alone = make_vcf(
        [*(f"{SITES[rsid]} {genotypes[rsid]}" for rsid in genotypes), "1 300 T C 0/0"],
        samples=("S2",),
        name="alone.vcf",
    )
    diplotypes = table(both, "haplotypes", overlay=TWO_OF_TWO)
    assert ["*1|*5/*5", "*2|*7/*7"] == [
        row["candidates"] for row in diplotypes if row["haplotypes"] == "AAA-star"
    ]
    expected = table(alone, "summary", overlay=TWO_OF_TWO)
    found = [row for row in table(both, "summary", overlay=TWO_OF_TWO) if row["sample"] == "S2"]
    assert expected == found
    assert "plasma level: higher" in expected[1]["conclusion"]
