"""Haplotypes where little is known: what a missing site or a strange file must not do."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from helpers.paths import TOY, TOY_HAPLOTYPES
from helpers.toy_chromosomes import small_set

LAYERS = (TOY, TOY_HAPLOTYPES)

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]

SITES = {
    "rs1": "1 100 A C",
    "rs2": "1 200 A C,T",
    "rs3": "1 300 T C",
    "rs4": "1 401 G GT",
    "rs5": "1 501 GCA G",
}


def rows(**genotypes: str | None) -> list[str]:
    """Return rows of all toy sites, reference where no genotype is given, without those of None."""
    told = {rsid: genotypes.get(rsid, "0/0") for rsid in SITES}
    return [f"{SITES[rsid]} {told[rsid]}" for rsid in SITES if told[rsid] is not None]


@pytest.fixture
def table(run: Run, tmp_path: Path) -> Callable[..., list[dict[str, str]]]:
    """Return a reader of one table; an overlay is text that is laid over the toy haplotypes."""

    def read(
        path: Path, name: str, *options: str, overlay: str = "", toy: bool = True
    ) -> list[dict[str, str]]:
        layers: list[object] = []
        for place in (*LAYERS, *_laid(overlay, tmp_path)) if toy else ():
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


def star(found: list[dict[str, str]], *columns: str) -> list[tuple[str, ...]]:
    """Return some columns of the rows of the toy star alleles."""
    return [tuple(r[c] for c in columns) for r in found if r["haplotypes"] == "AAA-star"]


def directions(found: list[dict[str, str]]) -> dict[str, str]:
    """Return the direction of each association of a set of haplotypes."""
    return {
        row["association"]: row["direction"]
        for row in found
        if row["association"].startswith("AAA-")
    }


OPEN = {
    # The missing site hides *2: beside *5 or rs2 T it would be a combination that nobody listed.
    "*2 beside *5": ({"rs1": None, "rs4": "1/1"}, "*5/*5", ("comparator", "not_assessed")),
    "*2 beside an allele": (
        {"rs1": None, "rs2": "2/2"},
        "[*1 + rs2 T]/[*1 + rs2 T]",
        ("comparator", "not_assessed"),
    ),
    "*5 beside *2": ({"rs1": "1/1", "rs4": None}, "*2/*2", ("comparator", "not_assessed")),
    "*5 beside *3": ({"rs2": "1/1", "rs4": None}, "*3/*3", ("not_assessed", "comparator")),
}


@pytest.mark.parametrize("case", OPEN)
def test_a_missing_site_may_hide_a_combination_that_is_not_listed(
    case: str, make_vcf: MakeVcf, table: Table
) -> None:
    genotypes, candidates, (survival, pain) = OPEN[case]
    path = make_vcf(rows(**genotypes))
    told = star(table(path, "haplotypes"), "status", "candidates", "phenotype")
    assert [("incomplete", candidates, ".")] == told
    expected = {"AAA-33-survival": survival, "AAA-2-pain": pain}
    found = directions(table(path, "annotations"))
    assert expected == {name: found[name] for name in expected}
    assert found["AAA-metaboliser-level"] in {"not_assessed", "not_studied"}


def test_what_may_be_hidden_beside_a_haplotype_may_count(make_vcf: MakeVcf, table: Table) -> None:
    """*3 may lie beside both *5: then it is not known whether what was found of *3/*3 holds."""
    path = make_vcf(rows(rs2=None, rs4="1/1"))
    told = star(table(path, "haplotypes"), "candidates", "not_excluded")
    assert [("*5/*5", "*3;*5")] == told
    found = directions(table(path, "annotations"))
    assert "not_assessed" == found["AAA-33-survival"]
    # On a copy that is known there is no room for *3.
    path = make_vcf(rows(rs2="0/.", rs1="1/1"))
    found = directions(table(path, "annotations"))
    assert "comparator" == found["AAA-33-survival"]


def test_what_a_larger_haplotype_always_takes_in_is_excluded(
    make_vcf: MakeVcf, table: Table
) -> None:
    """Where *4 is, *2 and *3 are part of it; of the missing site only *5 may be beside it."""
    path = make_vcf(rows(rs1="1/1", rs2="1/1", rs4=None))
    told = star(table(path, "haplotypes"), "candidates", "not_excluded")
    assert [("*4/*4", "*4;*5")] == told


def test_a_haplotype_is_not_excluded_where_another_may_break_up_the_larger_one() -> None:
    sets = small_set({"*1": "", "*2": "1C", "*3": "2C 4GT", "*4": "1C 2C"})
    assert "[*3 + *2]" == sets.label(("C", "C", "GT")).text
    assert {1, 2, 3} == sets.also_possible(("C", "C", None))


def test_1_may_lie_beside_an_allele_without_a_name(make_vcf: MakeVcf, table: Table) -> None:
    path = make_vcf(rows(rs1=None, rs2="2/2"))
    told = star(table(path, "haplotypes", overlay=NO_COUNTS), "candidates", "not_excluded")
    assert [("[rs2 T]/[rs2 T]", "*1;*2")] == told


def test_where_every_combination_is_listed_a_missing_site_hides_nothing(
    make_vcf: MakeVcf, table: Table
) -> None:
    path = make_vcf(rows(rs1="1/1", rs4=None, rs2="0/0"))
    told = star(table(path, "haplotypes", overlay=TWO_OF_TWO), "candidates", "phenotype")
    assert [("*2|*7/*2|*7", "poor metaboliser")] == told
    found = directions(table(path, "annotations", overlay=TWO_OF_TWO))
    assert found["AAA-metaboliser-level"] == "higher"


NO_COUNTS = """\
haplotype_counts:
  - id: AAA-star-panel
    haplotype_set: AAA-star
    panel: one without rs2 T
    counts: [{AFR: 80}, {alleles: {rs1: C}, AFR: 20}]
    source: made up
"""


def test_a_chromosome_with_a_missing_site_is_not_called_1(make_vcf: MakeVcf, table: Table) -> None:
    path = make_vcf(rows(rs1=None, rs2="2/2"))
    told = star(table(path, "haplotypes", overlay=NO_COUNTS), "status", "candidates")
    assert [("incomplete", "[rs2 T]/[rs2 T]")] == told


def test_a_population_in_which_nobody_was_counted_weighs_nothing(
    make_vcf: MakeVcf, table: Table
) -> None:
    path = make_vcf(rows(rs1="0/1", rs2="0/1"))
    columns = ("candidates", "likeliest", "probabilities", "population")
    expected = {
        "EUR": [("*1/*4;*2/*3", ".", ".", ".")],
        "AFR": [("*1/*4;*2/*3", "*1/*4", "*1/*4=0.5046;*2/*3=0.4954", "AFR")],
    }
    found = {
        name: star(table(path, "haplotypes", "--population", name, overlay=NO_COUNTS), *columns)
        for name in expected
    }
    assert expected == found


def test_a_diplotype_with_more_on_it_may_count_or_not(make_vcf: MakeVcf, table: Table) -> None:
    """What was found in *3/*3 may hold for *3 with *5 on it, or not."""
    path = make_vcf(rows(rs2="1/1", rs4="0/1"))
    told = star(table(path, "haplotypes"), "status", "diplotype")
    assert [("determined", "*3/[*3 + *5]")] == told
    (row,) = (r for r in table(path, "annotations") if r["association"] == "AAA-33-survival")
    assert row["direction"] == "undetermined"
    assert row["statement"] == (
        "Of *3/[*3 + *5], it is not known whether what was found of the haplotypes holds with the "
        "alleles beside them."
    )


def test_a_usual_allele_is_not_lacking_where_reference_was_only_asserted(
    make_vcf: MakeVcf, table: Table
) -> None:
    seen = make_vcf(rows(rs1="0/1"), name="seen.vcf")
    said = make_vcf(rows(rs1="0/1", rs5=None), name="said.vcf")
    columns = ("diplotype", "extra_variants", "source")
    assert [("*1/*2", "rs5 without G", "record")] == star(table(seen, "haplotypes"), *columns)
    found = table(said, "haplotypes", "--absent-is-reference")
    assert [("*1/*2", ".", "record")] == star(found, *columns)


CYP3A4 = {
    "rs67666821": "7 99758183 G GT",
    "rs1584538410": "7 99758228 T A",
    "rs4986913": "7 99760836 G A",
    "rs4986910": "7 99760901 A G",
    "rs774109750": "7 99760956 T C",
    "rs4986909": "7 99762047 G A",
    "rs12721629": "7 99762177 G A",
    "rs756833413": "7 99762186 C A",
    "rs67784355": "7 99762206 G A",
    "rs1318364992": "7 99762234 C T",
    "rs368296206": "7 99763877 A G",
    "rs1303250043": "7 99763909 G T",
    "rs201821708": "7 99763925 T C",
    "rs28371759": "7 99764003 A G",
}


@pytest.mark.parametrize(
    ("genotype", "more", "expected"),
    [
        ("1/.", (), "incomplete"),
        ("1", (), "incomplete"),
        ("0/1", (), "incomplete"),
        ("0/1", ("7 99768424 T C 0/1",), "unknown_allele"),
    ],
)
def test_with_too_many_blocks_to_list_the_status_still_says_what_is_missing(
    genotype: str, more: tuple[str, ...], expected: str, tmp_path: Path, table: Table
) -> None:
    """Only the listing of candidates is given up, not what is known of the sites."""
    told = [*(f"{row} {genotype}" for row in CYP3A4.values()), *more]
    lines = ["##fileformat=VCFv4.2", "##contig=<ID=7,length=159345973>"]
    lines += ['##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">']
    for row in ("#CHROM POS REF ALT S1", *told):
        chrom, pos, ref, alt, value = row.split()
        fixed = "ID QUAL FILTER INFO FORMAT" if chrom.startswith("#") else ". . PASS . GT"
        number, quality, *others = fixed.split()
        lines.append("\t".join([chrom, pos, number, ref, alt, quality, *others, value]))
    path = tmp_path / "many.vcf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = table(path, "haplotypes", "-g", "CYP3A4", toy=False)
    assert [(expected, ".")] == [(row["status"], row["candidates"]) for row in found]


NOT_CALLABLE = """\
haplotypes:
  - id: AAA-2
    haplotype_set: AAA-star
    name: "*2"
    state: not_callable
    note: made up
    source: made up
"""
NAMED = """\
haplotypes:
  - {id: AAA-9, haplotype_set: AAA-star, name: "NAME", alleles: {rs2: T}, source: made up}
"""
FAULTS = {
    "a claim on what cannot be called": (
        NOT_CALLABLE,
        "associations(AAA-2-pain).haplotype: AAA-2 is not_callable, so it is never called",
    ),
    **{
        f"a name with {name!r}": (
            NAMED.replace("NAME", name),
            "haplotypes[0](AAA-9).name: String should match pattern",
        )
        for name in ("*1/*9", "a|b", "a;b", "[a", "a]", "a b", "?", "*9=1")
    },
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_haplotype_that_no_row_could_tell_is_refused(case: str, run: Run, tmp_path: Path) -> None:
    overlay, expected = FAULTS[case]
    layers: list[object] = []
    for place in (*LAYERS, *_laid(overlay, tmp_path)):
        layers += ["--kb", place]
    result = run("kb", "check", *layers)
    assert result.exit_code == 4
    assert expected in " ".join(result.output.split())


def test_what_is_not_listed_has_its_share_of_the_probability(
    make_vcf: MakeVcf, table: Table
) -> None:
    """With rs1 missing, rs2 T and *5 on one chromosome were never seen, and are not impossible."""
    path = make_vcf(rows(rs1=None, rs2="0/2", rs4="0/1"))
    found = star(table(path, "haplotypes", "--population", "EUR"), "candidates", "probabilities")
    (told, probabilities), *others = found
    assert [] == others
    assert told == "*1|*2/[*5 + rs2 T];*5/[*1 + rs2 T]"
    assert {"*1/[*5 + rs2 T]", "*5/[*1 + rs2 T]"} <= {
        text.split("=")[0] for text in probabilities.split(";")
    }
    values = [float(text.split("=")[1]) for text in probabilities.split(";")]
    assert max(values) < 0.5 < sum(values) < 1


TWO_VARIANTS = """\
evidence:
  - id: six-rs4-survival
    publication: one-2001
    cohort: first
    variants: [rs4]
    kind: clinical
    drugs: [anastrozole]
    setting: metastatic
    population: {sex: female}
    design: made up
    outcome: survival
    wording: G carriers
    strand: plus
    result: association
    alleles: {rs4: G}
    direction: higher
    significance: nominal
    specified: post_hoc
    read: full_text
    sources: [made up]
    summary: Carriers of G lived longer.
associations:
  - id: rs4-survival
    variant: rs4
    outcome: survival
    drug: anastrozole
    setting: metastatic
    allele: G
    direction: higher
    evidence: [six-rs4-survival]
    genotypes:
      G/G: {direction: higher, statement: Lived longer.}
      G/GT: {direction: higher, statement: Lived longer.}
      GT/GT: {direction: comparator, statement: Was compared with.}
"""


@pytest.mark.parametrize(
    ("rs2", "findings"),
    [
        ("0/0", "rs1 A/A (survival: higher); rs4 G/G (survival: higher)"),
        ("1/1", "rs1 A/A with rs4 G/G with AAA-star *3/*3 (survival: higher)"),
    ],
)
def test_variants_of_a_set_are_one_signal_where_the_set_has_the_same_effect(
    rs2: str, findings: str, make_vcf: MakeVcf, table: Table
) -> None:
    path = make_vcf(rows(rs2=rs2))
    (row,) = (
        row for row in table(path, "summary", overlay=TWO_VARIANTS) if row["category"] == "efficacy"
    )
    assert row["conclusion"] == (
        "No replicated association applies to this genotype. Unreplicated findings apply to this "
        f"genotype: {findings}."
    )
