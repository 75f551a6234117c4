"""Haplotypes in files with missing sites: what must stay open, and what may be concluded."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.fixture_types import MakeVcf, Run
from helpers.toy_chromosomes import LAYERS, small_set
from helpers.toy_overlays import (
    association_entry,
    kb_options,
    result_entry,
    section,
    written_overlay,
)

from pgx_ana.haplotypes.chromosomes import Chromosomes

SITES = {
    "rs1": "1 100 A C",
    "rs2": "1 200 A C,T",
    "rs3": "1 300 T C",
    "rs4": "1 401 G GT",
    "rs5": "1 501 GCA G",
}


def rows(**genotypes: str | None) -> list[str]:
    """Return a row for each toy site: reference by default, no row where the genotype is None."""
    by_rsid = {rsid: genotypes.get(rsid, "0/0") for rsid in SITES}
    return [f"{SITES[rsid]} {value}" for rsid, value in by_rsid.items() if value is not None]


@pytest.fixture
def table(run: Run, tmp_path: Path) -> Callable[..., list[dict[str, str]]]:
    """Return a reader of one table; ``overlay`` is YAML that is laid over the toy haplotypes."""

    def read(
        path: Path, name: str, *options: str, overlay: str = "", toy: bool = True
    ) -> list[dict[str, str]]:
        layers = _layer_options(overlay, tmp_path) if toy else []
        result = run("annotate", path, "-q", "-t", name, *options, *layers)
        assert result.exit_code == 0, result.stderr
        return list(csv.DictReader(result.stdout.splitlines(), delimiter="\t"))

    return read


def _layer_options(overlay: str, folder: Path) -> list[str]:
    """Return the options that select the toy haplotypes, with an overlay on top if it has text."""
    layers = list(LAYERS)
    if overlay:
        layers.append(written_overlay(folder / "overlay", overlay))
    return kb_options(layers)


Table = Callable[..., list[dict[str, str]]]

EVERY_COMBINATION_LISTED = """\
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


def test_summary_of_a_person_does_not_depend_on_other_people(
    make_vcf: MakeVcf, table: Table
) -> None:
    """Open diplotypes with the same text, such as "two of 2 haplotypes", may be different."""
    genotypes = {"rs1": "1/1", "rs2": "0/0", "rs4": "1/."}
    of_first = {"rs1": "0/0", "rs2": "0/0", "rs4": "1/."}
    people = [
        *(f"{SITES[rsid]} {of_first[rsid]} {genotypes[rsid]}" for rsid in genotypes),
        "1 300 T C 0/0 0/0",
    ]
    both = make_vcf(people, samples=("S1", "S2"), name="both.vcf")
    alone = make_vcf(
        [*(f"{SITES[rsid]} {genotypes[rsid]}" for rsid in genotypes), "1 300 T C 0/0"],
        samples=("S2",),
        name="alone.vcf",
    )
    diplotypes = table(both, "haplotypes", overlay=EVERY_COMBINATION_LISTED)
    assert ["*1|*5/*5", "*2|*7/*7"] == [
        row["candidates"] for row in diplotypes if row["haplotypes"] == "AAA-star"
    ]
    expected = table(alone, "summary", overlay=EVERY_COMBINATION_LISTED)
    rows_of_both = table(both, "summary", overlay=EVERY_COMBINATION_LISTED)
    assert expected == [row for row in rows_of_both if row["sample"] == "S2"]
    assert expected[1]["findings"].startswith("AAA-star *2|*7/*7: Plasma level: higher than ")


def star(table_rows: list[dict[str, str]], *columns: str) -> list[tuple[str, ...]]:
    """Return some columns of the rows of the toy star alleles."""
    return [tuple(r[c] for c in columns) for r in table_rows if r["haplotypes"] == "AAA-star"]


def directions(table_rows: list[dict[str, str]]) -> dict[str, str]:
    """Return the direction of each association of the toy star alleles."""
    return {
        row["association"]: row["direction"]
        for row in table_rows
        if row["association"].startswith("AAA-")
    }


HIDDEN = {
    # The missing site may carry *2 or *5, in a combination that is not listed.
    "*2 with *5": ({"rs1": None, "rs4": "1/1"}, "*5/*5", ("lower", "not_assessed")),
    "*2 with an extra allele": (
        {"rs1": None, "rs2": "2/2"},
        "[*1 + rs2 T]/[*1 + rs2 T]",
        ("lower", "not_assessed"),
    ),
    "*5 with *2": ({"rs1": "1/1", "rs4": None}, "*2/*2", ("lower", "not_assessed")),
    "*5 with *3": ({"rs2": "1/1", "rs4": None}, "*3/*3", ("not_assessed", "higher")),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_a_missing_site_may_hide_a_combination_that_is_not_listed(
    case: str, make_vcf: MakeVcf, table: Table
) -> None:
    genotypes, candidates, (survival, pain) = HIDDEN[case]
    path = make_vcf(rows(**genotypes))
    called = star(table(path, "haplotypes"), "status", "candidates", "phenotype")
    assert [("incomplete", candidates, ".")] == called
    expected = {"AAA-33-survival": survival, "AAA-2-pain": pain}
    actual = directions(table(path, "annotations"))
    assert expected == {name: actual[name] for name in expected}
    assert actual["AAA-metaboliser-level"] in {"not_assessed", "not_studied"}


def test_a_haplotype_hidden_by_a_missing_site_may_count(make_vcf: MakeVcf, table: Table) -> None:
    """*3 may be in cis with both copies of *5, so the conclusion on *3/*3 may apply or not."""
    path = make_vcf(rows(rs2=None, rs4="1/1"))
    called = star(table(path, "haplotypes"), "candidates", "not_excluded")
    assert [("*5/*5", "*3;*5")] == called
    assert "not_assessed" == directions(table(path, "annotations"))["AAA-33-survival"]
    # A copy with the reference at rs2 cannot carry *3.
    path = make_vcf(rows(rs2="0/.", rs1="1/1"))
    assert "lower" == directions(table(path, "annotations"))["AAA-33-survival"]


def test_haplotypes_that_a_larger_one_always_absorbs_are_excluded(
    make_vcf: MakeVcf, table: Table
) -> None:
    """*4 absorbs *2 and *3; the missing site leaves only *5 open."""
    path = make_vcf(rows(rs1="1/1", rs2="1/1", rs4=None))
    called = star(table(path, "haplotypes"), "candidates", "not_excluded")
    assert [("*4/*4", "*4;*5")] == called


def test_a_haplotype_is_not_excluded_if_another_may_break_up_the_larger_one() -> None:
    """*3 is named before *4 and takes its allele at rs2, which leaves *2."""
    nomenclature = small_set({"*1": "", "*2": "1C", "*3": "2C 4GT", "*4": "1C 2C"})
    assert "[*3 + *2]" == nomenclature.label(("C", "C", "GT")).text
    chromosomes = Chromosomes(nomenclature)
    assert {1, 2, 3} == chromosomes.also_possible(chromosomes.code(("C", "C", None)))


def test_star_1_is_not_excluded_by_an_unnamed_allele(make_vcf: MakeVcf, table: Table) -> None:
    path = make_vcf(rows(rs1=None, rs2="2/2"))
    called = star(table(path, "haplotypes", overlay=UNCOUNTED_ALLELE), "candidates", "not_excluded")
    assert [("[rs2 T]/[rs2 T]", "*1;*2")] == called


def test_a_missing_site_hides_nothing_if_every_combination_is_listed(
    make_vcf: MakeVcf, table: Table
) -> None:
    path = make_vcf(rows(rs1="1/1", rs4=None, rs2="0/0"))
    haplotypes = table(path, "haplotypes", overlay=EVERY_COMBINATION_LISTED)
    called = star(haplotypes, "candidates", "phenotype")
    assert [("*2|*7/*2|*7", "poor metaboliser")] == called
    actual = directions(table(path, "annotations", overlay=EVERY_COMBINATION_LISTED))
    assert actual["AAA-metaboliser-level"] == "higher"


UNCOUNTED_ALLELE = """\
haplotype_counts:
  - id: AAA-star-panel
    haplotype_set: AAA-star
    panel: one without rs2 T
    counts: [{AFR: 80}, {alleles: {rs1: C}, AFR: 20}]
    source: made up
"""


def test_a_chromosome_with_a_missing_site_is_not_named_star_1(
    make_vcf: MakeVcf, table: Table
) -> None:
    path = make_vcf(rows(rs1=None, rs2="2/2"))
    called = star(table(path, "haplotypes", overlay=UNCOUNTED_ALLELE), "status", "candidates")
    assert [("incomplete", "[rs2 T]/[rs2 T]")] == called


def test_a_population_without_counts_gives_no_probabilities(
    make_vcf: MakeVcf, table: Table
) -> None:
    path = make_vcf(rows(rs1="0/1", rs2="0/1"))
    columns = ("candidates", "likeliest", "probabilities", "population")
    expected = {
        "EUR": [("*1/*4;*2/*3", ".", ".", ".")],
        "AFR": [("*1/*4;*2/*3", "*1/*4", "*1/*4=0.5046;*2/*3=0.4954", "AFR")],
    }
    actual = {}
    for name in expected:
        options = ("--population", name)
        haplotypes = table(path, "haplotypes", *options, overlay=UNCOUNTED_ALLELE)
        actual[name] = star(haplotypes, *columns)
    assert expected == actual


def test_a_haplotype_in_cis_with_another_may_count_or_not(make_vcf: MakeVcf, table: Table) -> None:
    """The conclusion on *3/*3 may apply to *3 in cis with *5, or not."""
    path = make_vcf(rows(rs2="1/1", rs4="0/1"))
    called = star(table(path, "haplotypes"), "status", "diplotype")
    assert [("determined", "*3/[*3 + *5]")] == called
    (row,) = (r for r in table(path, "annotations") if r["association"] == "AAA-33-survival")
    assert row["direction"] == "undetermined"
    assert row["statement"] == (
        "It is not known whether what was found of the haplotypes in *3/[*3 + *5] holds with the "
        "alleles beside them."
    )


def test_an_asserted_reference_does_not_show_that_a_usual_allele_is_missing(
    make_vcf: MakeVcf, table: Table
) -> None:
    observed = make_vcf(rows(rs1="0/1"), name="observed.vcf")
    asserted = make_vcf(rows(rs1="0/1", rs5=None), name="asserted.vcf")
    columns = ("diplotype", "extra_variants", "source")
    called = star(table(observed, "haplotypes"), *columns)
    assert [("*1/*2", "rs5 without G", "record")] == called
    called = star(table(asserted, "haplotypes", "--absent-is-reference"), *columns)
    assert [("*1/*2", ".", "record")] == called


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
    ("genotype", "more_rows", "expected"),
    [
        ("1/.", (), "incomplete"),
        ("1", (), "incomplete"),
        ("0/1", (), "incomplete"),
        ("0/1", ("7 99768424 T C 0/1",), "unknown_allele"),
    ],
)
def test_status_with_too_many_phase_blocks_to_enumerate(
    genotype: str, more_rows: tuple[str, ...], expected: str, tmp_path: Path, table: Table
) -> None:
    """Only the candidates are left out; the status still reflects the sites."""
    all_rows = [*(f"{row} {genotype}" for row in CYP3A4.values()), *more_rows]
    lines = ["##fileformat=VCFv4.2", "##contig=<ID=7,length=159345973>"]
    lines += ['##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">']
    for row in ("#CHROM POS REF ALT S1", *all_rows):
        chrom, pos, ref, alt, value = row.split()
        fixed = "ID QUAL FILTER INFO FORMAT" if chrom.startswith("#") else ". . PASS . GT"
        identifier, quality, *further = fixed.split()
        lines.append("\t".join([chrom, pos, identifier, ref, alt, quality, *further, value]))
    path = tmp_path / "many.vcf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    haplotypes = table(path, "haplotypes", "-g", "CYP3A4", toy=False)
    assert [(expected, ".")] == [(row["status"], row["candidates"]) for row in haplotypes]


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
    "an association of a haplotype that is not callable": (
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
def test_a_haplotype_that_no_table_could_show_is_rejected(
    case: str, run: Run, tmp_path: Path
) -> None:
    """One that is not callable, or whose name contains a separator of the table."""
    overlay, expected = FAULTS[case]
    result = run("kb", "check", *_layer_options(overlay, tmp_path))
    assert result.exit_code == 4
    assert expected in " ".join(result.output.split())


def test_unlisted_combinations_have_a_share_of_the_probability(
    make_vcf: MakeVcf, table: Table
) -> None:
    """With rs1 missing: rs2 T in cis with *5 was never counted, but is not impossible."""
    path = make_vcf(rows(rs1=None, rs2="0/2", rs4="0/1"))
    haplotypes = table(path, "haplotypes", "--population", "EUR")
    ((candidates, probabilities),) = star(haplotypes, "candidates", "probabilities")
    assert candidates == "*1|*2/[*5 + rs2 T];*5/[*1 + rs2 T]"
    assert {"*1/[*5 + rs2 T]", "*5/[*1 + rs2 T]"} <= {
        text.split("=")[0] for text in probabilities.split(";")
    }
    values = [float(text.split("=")[1]) for text in probabilities.split(";")]
    assert max(values) < 0.5 < sum(values) < 1


RS4_ASSOCIATION = section(
    "evidence",
    result_entry(
        "six-rs4-survival",
        publication="one-2001",
        cohort="first",
        variants="[rs4]",
        drugs="[anastrozole]",
        setting="metastatic",
        outcome="survival",
        result="association",
        alleles="{rs4: G}",
        direction="higher",
        significance="nominal",
    ),
) + section(
    "associations",
    association_entry(
        "rs4-survival",
        {"G/G": "higher", "G/GT": "higher", "GT/GT": "lower"},
        variant="rs4",
        outcome="survival",
        drug="anastrozole",
        setting="metastatic",
        evidence="[six-rs4-survival]",
    ),
)


@pytest.mark.parametrize(
    ("genotypes", "findings"),
    [
        pytest.param(
            {"rs2": "1/1"},
            "1 finding: survival better (rs1, rs4, AAA-star; limited evidence)",
            id="same-effect",
        ),
        pytest.param(
            {},
            "1 finding: survival conflicting (rs1, rs4, AAA-star; limited evidence)",
            id="opposite-effects",
        ),
        pytest.param(
            {"rs2": "0/1"},
            "2 findings: survival better (rs1; limited evidence), survival better (rs4; weak "
            "evidence)",
            id="no-finding-on-the-set",
        ),
    ],
)
def test_variants_of_a_set_are_one_signal_with_it(
    genotypes: dict[str, str], findings: str, make_vcf: MakeVcf, table: Table
) -> None:
    path = make_vcf(rows(**genotypes))
    summary = table(path, "summary", overlay=RS4_ASSOCIATION)
    (row,) = (row for row in summary if row["category"] == "efficacy")
    assert row["conclusion"].startswith(f"Nothing established. On anastrozole itself: {findings}.")
