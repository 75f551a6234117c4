"""Faults of haplotype sets, haplotypes and panel counts, and of results on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.broken_knowledge import (
    EVIDENCE,
    HAPLOTYPES,
    Edit,
    ExpectedFault,
    Rule,
    edited_haplotypes,
    joined,
    located,
    reported,
    unknown_entries,
)

from pgx_ana.knowledge import load

STAR_SITES = "sites: [rs1, rs2, rs4]\n    further_sites: [rs5]\n"
STAR5_ALLELES = "alleles: {rs4: GT}, function"
STAR6_STATE = "state: not_callable, note: a deletion of the gene,"
PAIR_AC = "name: A-C, alleles: {rs1: A, rs3: C}"
PANEL = "panel: a made-up panel\n"
COUNT_OF_RS2_T = "- {alleles: {rs2: T}, AFR: 1,"
PAIR_PANEL = """\
haplotype_counts:
  - id: AAA-pair-panel
    haplotype_set: AAA-pair
    panel: another panel
    counts:
      - {alleles: {rs1: A, rs3: T}, EUR: 1}
      - {alleles: {ALLELES}, EUR: 2}
    source: made up
  - id: AAA-star-panel
"""
STAR_PANEL = "haplotype_counts:\n  - id: AAA-star-panel\n"
ANOTHER_PANEL = """\
haplotype_counts:
  - id: AAA-new-panel
    haplotype_set: AAA-star
    panel: another panel
    counts: COUNTS
    source: made up
  - id: AAA-star-panel
"""
PHENOTYPE_RESULT = (
    "haplotype_set: AAA-star\n"
    "    phenotypes: [intermediate metaboliser, poor metaboliser]\n    direction: higher\n"
    "    significance: nominal\n"
)
DIPLOTYPE_RESULT = (
    'haplotype_set: AAA-star\n    diplotypes: ["*3/*3"]\n    direction: higher\n'
    "    significance: corrected\n"
)
HAPLOTYPE_RESULT = "haplotype: AAA-2\n    model: carriers\n"
RS1_RESULT = "    model: carriers\n    compared: {effect"
ASSOCIATIONS = "associations:\n  - id: rs1-level\n"
RESULT = """\
  - id: six-pain
    publication: one-2001
    cohort: first
    variants: [rs1]
    kind: clinical
    drugs: [anastrozole]
    setting: adjuvant
    population: {sex: female}
    design: made up
    outcome: pain
    wording: all
    strand: not_applicable
    result: association
    SUBJECT
    direction: higher
    significance: nominal
    specified: exploratory
    read: abstract
    sources: [made up]
    summary: Pain differed.
associations:
  - id: rs1-level
"""
"""A result on pain, before the associations; none of them is on the set AAA-pair and pain."""


def test_unedited_copy_is_valid(tmp_path: Path) -> None:
    directory = edited_haplotypes(tmp_path)
    assert ["AAA-star", "AAA-pair"] == list(load([directory]).haplotype_sets)


FIELDS: dict[str, Rule] = {
    "set without a site": (
        (HAPLOTYPES, "sites: [rs1, rs3]", "sites: []"),
        (
            HAPLOTYPES,
            "sites: []",
            "haplotype_sets[1](AAA-pair).sites",
            "Tuple should have at least 1 item after validation, not 0",
        ),
    ),
    "set without the field elsewhere": (
        (HAPLOTYPES, "    elsewhere: named\n", ""),
        (HAPLOTYPES, "- id: AAA-pair\n", "haplotype_sets[1](AAA-pair).elsewhere", "Field required"),
    ),
    "unknown value of elsewhere": (
        (HAPLOTYPES, "elsewhere: named", "elsewhere: unknown"),
        (
            HAPLOTYPES,
            "elsewhere: unknown",
            "haplotype_sets[1](AAA-pair).elsewhere",
            "Input should be 'reference' or 'named', not 'unknown'",
        ),
    ),
    "phenotype without functions": (
        (HAPLOTYPES, "functions: [normal/normal]", "functions: []"),
        (
            HAPLOTYPES,
            "functions: []",
            "haplotype_sets[0](AAA-star).phenotypes[0].functions",
            "Tuple should have at least 1 item after validation, not 0",
        ),
    ),
    "single function": (
        (HAPLOTYPES, "functions: [normal/normal]", "functions: [normal/normal, normal]"),
        (
            HAPLOTYPES,
            "functions: [normal/normal, normal]",
            "haplotype_sets[0](AAA-star).phenotypes[0].functions[1]",
            "String should match pattern '^[^/]+/[^/]+$', not 'normal'",
        ),
    ),
    "three functions": (
        (HAPLOTYPES, "functions: [normal/normal]", "functions: [normal/normal, normal/normal/no]"),
        (
            HAPLOTYPES,
            "functions: [normal/normal, normal/normal/no]",
            "haplotype_sets[0](AAA-star).phenotypes[0].functions[1]",
            "String should match pattern '^[^/]+/[^/]+$', not 'normal/normal/no'",
        ),
    ),
    "unknown field of a haplotype": (
        (HAPLOTYPES, "{id: AAA-3, haplotype_set", "{id: AAA-3, gene: AAA, haplotype_set"),
        (
            HAPLOTYPES,
            "gene: AAA, h",
            "haplotypes[2](AAA-3).gene",
            "Extra inputs are not permitted, not 'AAA'",
        ),
    ),
    "haplotype without a set": (
        (HAPLOTYPES, "{id: AAA-3, haplotype_set: AAA-star,", "{id: AAA-3,"),
        (HAPLOTYPES, "id: AAA-3,", "haplotypes[2](AAA-3).haplotype_set", "Field required"),
    ),
    "unknown state": (
        (HAPLOTYPES, STAR6_STATE, "state: gone, note: x,"),
        (
            HAPLOTYPES,
            "state: gone",
            "haplotypes[5](AAA-6).state",
            "Input should be 'current', 'retired' or 'not_callable', not 'gone'",
        ),
    ),
    "negative count": (
        (HAPLOTYPES, COUNT_OF_RS2_T, "- {alleles: {rs2: T}, AFR: -1,"),
        (
            HAPLOTYPES,
            "AFR: -1,",
            "haplotype_counts[0](AAA-star-panel).counts[4].AFR",
            "Input should be greater than or equal to 0, not '-1'",
        ),
    ),
    "unknown population": (
        (HAPLOTYPES, COUNT_OF_RS2_T, "- {alleles: {rs2: T}, FIN: 1,"),
        (
            HAPLOTYPES,
            "FIN: 1,",
            "haplotype_counts[0](AAA-star-panel).counts[4].FIN",
            "Extra inputs are not permitted, not '1'",
        ),
    ),
    "panel without counts": (
        (
            HAPLOTYPES,
            STAR_PANEL,
            ANOTHER_PANEL.replace("COUNTS", "[]"),
        ),
        (
            HAPLOTYPES,
            "counts: []",
            "haplotype_counts[0](AAA-new-panel).counts",
            "Tuple should have at least 1 item after validation, not 0",
        ),
    ),
}
REFERENCES: dict[str, Rule] = {
    "gene of a set": (
        (HAPLOTYPES, "gene: AAA\n    name: AAA star", "gene: ZZZ\n    name: AAA star"),
        (HAPLOTYPES, "gene: ZZZ", "haplotype_sets(AAA-star).gene", "ZZZ"),
    ),
    "site of a set": (
        (HAPLOTYPES, "[rs1, rs2, rs4]", "[rs1, rs2, rs4, rs9]"),
        (HAPLOTYPES, "rs4, rs9]", "haplotype_sets(AAA-star).sites", "rs9"),
    ),
    "further site of a set": (
        (HAPLOTYPES, "further_sites: [rs5]", "further_sites: [rs5, rs9]"),
        (HAPLOTYPES, "[rs5, rs9]", "haplotype_sets(AAA-star).further_sites", "rs9"),
    ),
    "set of a haplotype": (
        (HAPLOTYPES, "{id: AAA-3, haplotype_set: AAA-star", "{id: AAA-3, haplotype_set: stars"),
        (HAPLOTYPES, "set: stars", "haplotypes(AAA-3).haplotype_set", "stars"),
    ),
    "variant of a haplotype": (
        (HAPLOTYPES, STAR5_ALLELES, "alleles: {rs4: GT, rs9: A}, function"),
        (HAPLOTYPES, "rs9: A", "haplotypes(AAA-5).alleles", "rs9"),
    ),
    "usual variant of a haplotype": (
        (HAPLOTYPES, "usual: {rs5: G}", "usual: {rs9: G}"),
        (HAPLOTYPES, "rs9: G", "haplotypes(AAA-2).usual", "rs9"),
    ),
    "set of counts": (
        (HAPLOTYPES, f"haplotype_set: AAA-star\n    {PANEL}", f"haplotype_set: stars\n    {PANEL}"),
        (HAPLOTYPES, "set: stars", "haplotype_counts(AAA-star-panel).haplotype_set", "stars"),
    ),
    "site missing from a panel": (
        (HAPLOTYPES, PANEL, f"{PANEL}    not_in_panel: [rs4, rs9]\n"),
        (HAPLOTYPES, "[rs4, rs9]", "haplotype_counts(AAA-star-panel).not_in_panel", "rs9"),
    ),
    "haplotype of evidence": (
        (HAPLOTYPES, HAPLOTYPE_RESULT, HAPLOTYPE_RESULT.replace("AAA-2", "AAA-9")),
        (HAPLOTYPES, "haplotype: AAA-9", "evidence(four-star2-pain).haplotype", "AAA-9"),
    ),
    "set of evidence": (
        (HAPLOTYPES, DIPLOTYPE_RESULT, DIPLOTYPE_RESULT.replace("AAA-star", "stars")),
        (HAPLOTYPES, "set: stars", "evidence(five-diplotype-survival).haplotype_set", "stars"),
    ),
}

SETS: dict[str, Rule] = {
    "no reference haplotype": (
        (HAPLOTYPES, 'name: "*1", function: normal,', 'name: "*1", alleles: {rs2: T},'),
        (
            HAPLOTYPES,
            "elsewhere: reference",
            "haplotype_sets(AAA-star).elsewhere",
            "no haplotype has the reference allele at all core sites",
        ),
    ),
    "core site twice": (
        (HAPLOTYPES, "[rs1, rs2, rs4]", "[rs1, rs2, rs4, rs2]"),
        (HAPLOTYPES, "rs4, rs2]", "haplotype_sets(AAA-star).sites", "rs2 is listed twice"),
    ),
    "core site three times": (
        (HAPLOTYPES, "[rs1, rs2, rs4]", "[rs2, rs1, rs2, rs4, rs2]"),
        (HAPLOTYPES, "rs4, rs2]", "haplotype_sets(AAA-star).sites", "rs2 is listed twice"),
    ),
    "further site twice": (
        (HAPLOTYPES, "further_sites: [rs5]", "further_sites: [rs5, rs5]"),
        (HAPLOTYPES, "[rs1, rs2, rs4]", "haplotype_sets(AAA-star).sites", "rs5 is listed twice"),
    ),
    "core site that is a further site": (
        (HAPLOTYPES, "further_sites: [rs5]", "further_sites: [rs5, rs4]"),
        (HAPLOTYPES, "[rs1, rs2, rs4]", "haplotype_sets(AAA-star).sites", "rs4 is listed twice"),
    ),
    "core site in another gene": (
        (HAPLOTYPES, "[rs1, rs2, rs4]", "[rs1, rs2, rs4, rs6]"),
        (HAPLOTYPES, "rs4, rs6]", "haplotype_sets(AAA-star).sites", "rs6 is in BBB, not in AAA"),
    ),
    "further site in another gene": (
        (HAPLOTYPES, "further_sites: [rs5]", "further_sites: [rs5, rs6]"),
        (
            HAPLOTYPES,
            "[rs1, rs2, rs4]",
            "haplotype_sets(AAA-star).sites",
            "rs6 is in BBB, not in AAA",
        ),
    ),
    "functions with two phenotypes": (
        (HAPLOTYPES, "[decreased/decreased]", "[decreased/decreased, decreased/normal]"),
        (
            HAPLOTYPES,
            "- {phenotype: normal",
            "haplotype_sets(AAA-star).phenotypes",
            "the functions decreased/normal are listed twice",
        ),
    ),
    "functions with two phenotypes in another order": (
        (HAPLOTYPES, "[decreased/decreased]", "[decreased/decreased, normal/decreased]"),
        (
            HAPLOTYPES,
            "- {phenotype: normal",
            "haplotype_sets(AAA-star).phenotypes",
            "the functions decreased/normal are listed twice",
        ),
    ),
    "functions twice in one phenotype": (
        (HAPLOTYPES, "[normal/normal]", "[normal/normal, normal/normal]"),
        (
            HAPLOTYPES,
            "- {phenotype: normal",
            "haplotype_sets(AAA-star).phenotypes",
            "the functions normal/normal are listed twice",
        ),
    ),
}

DEFINITIONS: dict[str, Rule] = {
    "function without a phenotype": (
        (HAPLOTYPES, f"{STAR5_ALLELES}: decreased", f"{STAR5_ALLELES}: decresed"),
        (
            HAPLOTYPES,
            "decresed",
            "haplotypes(AAA-5).function",
            "no phenotype of AAA-star has the function decresed",
        ),
    ),
    "allele at a further site": (
        (HAPLOTYPES, STAR5_ALLELES, "alleles: {rs4: GT, rs5: G}, function"),
        (
            HAPLOTYPES,
            "id: AAA-5,",
            "haplotypes(AAA-5).alleles",
            "rs5 is not a core site of AAA-star",
        ),
    ),
    "allele at a site of another set": (
        (HAPLOTYPES, STAR5_ALLELES, "alleles: {rs4: GT, rs3: C}, function"),
        (
            HAPLOTYPES,
            "id: AAA-5,",
            "haplotypes(AAA-5).alleles",
            "rs3 is not a core site of AAA-star",
        ),
    ),
    "usual allele at a core site": (
        (HAPLOTYPES, "usual: {rs5: G}", "usual: {rs2: C}"),
        (HAPLOTYPES, "usual:", "haplotypes(AAA-2).usual", "rs2 is not a further site of AAA-star"),
    ),
    "usual allele where the set has no further site": (
        (HAPLOTYPES, PAIR_AC, f"{PAIR_AC}, usual: {{rs5: G}}"),
        (
            HAPLOTYPES,
            "id: AAA-AC,",
            "haplotypes(AAA-AC).usual",
            "rs5 is not a further site of AAA-pair",
        ),
    ),
    "unknown allele": (
        (HAPLOTYPES, STAR5_ALLELES, "alleles: {rs4: GTT}, function"),
        (HAPLOTYPES, "rs4: GTT", "haplotypes(AAA-5).alleles", "GTT is not an allele of rs4"),
    ),
    "unknown usual allele": (
        (HAPLOTYPES, "usual: {rs5: G}", "usual: {rs5: GC}"),
        (HAPLOTYPES, "usual:", "haplotypes(AAA-2).usual", "GC is not an allele of rs5"),
    ),
    "unknown allele of a haplotype that is not callable": (
        (HAPLOTYPES, STAR6_STATE, f"{STAR6_STATE} alleles: {{rs1: G}},"),
        (HAPLOTYPES, "rs1: G", "haplotypes(AAA-6).alleles", "G is not an allele of rs1"),
    ),
    "named reference allele": (
        (HAPLOTYPES, STAR5_ALLELES, "alleles: {rs4: GT, rs2: A}, function"),
        (
            HAPLOTYPES,
            "id: AAA-5,",
            "haplotypes(AAA-5).alleles",
            "A is the reference allele of rs2, which haplotypes of AAA-star leave out",
        ),
    ),
    "usual reference allele": (
        (HAPLOTYPES, "usual: {rs5: G}", "usual: {rs5: GCA}"),
        (
            HAPLOTYPES,
            "usual:",
            "haplotypes(AAA-2).usual",
            "GCA is the reference allele of rs5, which haplotypes of AAA-star leave out",
        ),
    ),
    "not callable without a reason": (
        (HAPLOTYPES, STAR6_STATE, "state: not_callable,"),
        (
            HAPLOTYPES,
            "state: not_callable",
            "haplotypes(AAA-6).state",
            "needs a note with the reason",
        ),
    ),
    "retired without a reason": (
        (HAPLOTYPES, STAR6_STATE, "state: retired,"),
        (HAPLOTYPES, "state: retired", "haplotypes(AAA-6).state", "needs a note with the reason"),
    ),
    "core site that is not named": (
        (HAPLOTYPES, PAIR_AC, "name: A-C, alleles: {rs3: C}"),
        (
            HAPLOTYPES,
            "id: AAA-AC,",
            "haplotypes(AAA-AC).alleles",
            "must name all core sites of AAA-pair",
        ),
    ),
    "no core site named": (
        (HAPLOTYPES, PAIR_AC, "name: A-C"),
        (
            HAPLOTYPES,
            "id: AAA-AC,",
            "haplotypes(AAA-AC).alleles",
            "must name all core sites of AAA-pair",
        ),
    ),
    "name of another haplotype": (
        (HAPLOTYPES, 'name: "*5",', 'name: "*4",'),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).name", "is also that of AAA-4"),
    ),
    "alias that is the name of another haplotype": (
        (HAPLOTYPES, 'name: "*5",', 'name: "*5", names: ["*5A", "*4"],'),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).name", "is also that of AAA-4"),
    ),
    "alias of a haplotype that is not callable": (
        (HAPLOTYPES, STAR6_STATE, f'{STAR6_STATE} names: ["*1"],'),
        (HAPLOTYPES, "id: AAA-6,", "haplotypes(AAA-6).name", "is also that of AAA-1"),
    ),
    "alleles of another haplotype": (
        (HAPLOTYPES, STAR5_ALLELES, "alleles: {rs2: C}, function"),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).alleles", "is also that of AAA-3"),
    ),
    "alleles of another haplotype in another order": (
        (HAPLOTYPES, STAR5_ALLELES, "alleles: {rs2: C, rs1: C}, function"),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).alleles", "is also that of AAA-4"),
    ),
    "two haplotypes without alleles": (
        (HAPLOTYPES, STAR5_ALLELES, "function"),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).alleles", "is also that of AAA-1"),
    ),
}

COUNT_ROW = "haplotype_counts(AAA-star-panel).counts.4"
COUNTS: dict[str, Rule] = {
    "site missing from the panel and the set": (
        (HAPLOTYPES, PANEL, f"{PANEL}    not_in_panel: [rs4, rs5]\n"),
        (
            HAPLOTYPES,
            "[rs4, rs5]",
            "haplotype_counts(AAA-star-panel).not_in_panel",
            "rs5 is not a core site of AAA-star",
        ),
    ),
    "counted at a further site": (
        (HAPLOTYPES, COUNT_OF_RS2_T, "- {alleles: {rs5: G}, AFR: 1,"),
        (HAPLOTYPES, "- {alleles: {rs5", COUNT_ROW, "rs5 is not a core site of AAA-star"),
    ),
    "counted at an unknown site": (
        (HAPLOTYPES, COUNT_OF_RS2_T, "- {alleles: {rs9: G}, AFR: 1,"),
        (HAPLOTYPES, "- {alleles: {rs9", COUNT_ROW, "rs9 is not a core site of AAA-star"),
    ),
    "counted by an unknown allele": (
        (HAPLOTYPES, COUNT_OF_RS2_T, "- {alleles: {rs2: G}, AFR: 1,"),
        (HAPLOTYPES, "- {alleles: {rs2: G", COUNT_ROW, "G is not an allele of rs2"),
    ),
    "counted by a named reference allele": (
        (HAPLOTYPES, COUNT_OF_RS2_T, "- {alleles: {rs2: T, rs1: A}, AFR: 1,"),
        (
            HAPLOTYPES,
            "rs1: A}, AFR",
            COUNT_ROW,
            "A is the reference allele of rs1, which haplotypes of AAA-star leave out",
        ),
    ),
    "counted twice": (
        (HAPLOTYPES, COUNT_OF_RS2_T, "- {alleles: {rs2: C}, AFR: 1,"),
        (HAPLOTYPES, "rs2: C}, AFR: 1,", COUNT_ROW, "the same haplotype is counted twice"),
    ),
    "counted twice in another order": (
        (HAPLOTYPES, COUNT_OF_RS2_T, "- {alleles: {rs2: C, rs1: C}, AFR: 1,"),
        (HAPLOTYPES, "rs1: C}, AFR: 1,", COUNT_ROW, "the same haplotype is counted twice"),
    ),
    "reference haplotype counted twice": (
        (HAPLOTYPES, COUNT_OF_RS2_T, "- {AFR: 1,"),
        (HAPLOTYPES, "- {AFR: 1,", COUNT_ROW, "the same haplotype is counted twice"),
    ),
    "counted without naming all core sites": (
        (HAPLOTYPES, STAR_PANEL, PAIR_PANEL.replace("ALLELES", "rs1: A")),
        (
            HAPLOTYPES,
            "- {alleles: {rs1: A}, EUR: 2}",
            "haplotype_counts(AAA-pair-panel).counts.1",
            "must name all core sites of AAA-pair",
        ),
    ),
}

TOGETHER = "must be given together with diplotypes or phenotypes of the set"
RESULTS: dict[str, Rule] = {
    "haplotype and set": (
        (HAPLOTYPES, HAPLOTYPE_RESULT, f"{HAPLOTYPE_RESULT}    haplotype_set: AAA-pair\n"),
        (
            HAPLOTYPES,
            "haplotype_set: AAA-pair\n",
            "evidence(four-star2-pain).haplotype_set",
            "cannot be combined with haplotype: it needs diplotypes or phenotypes instead",
        ),
    ),
    "set without diplotypes or phenotypes": (
        (HAPLOTYPES, ASSOCIATIONS, RESULT.replace("SUBJECT", "haplotype_set: AAA-pair")),
        (
            HAPLOTYPES,
            "haplotype_set: AAA-pair\n    direction",
            "evidence(six-pain).haplotype_set",
            TOGETHER,
        ),
    ),
    "phenotypes without a set": (
        (EVIDENCE, RS1_RESULT, f"    phenotypes: [poor metaboliser]\n{RS1_RESULT}"),
        (
            EVIDENCE,
            "- id: one-rs1-survival\n",
            "evidence(one-rs1-survival).haplotype_set",
            TOGETHER,
        ),
    ),
    "diplotypes without a set": (
        (EVIDENCE, RS1_RESULT, f'    diplotypes: ["*3/*3"]\n{RS1_RESULT}'),
        (
            EVIDENCE,
            "- id: one-rs1-survival\n",
            "evidence(one-rs1-survival).haplotype_set",
            TOGETHER,
        ),
    ),
}

RULES = joined(FIELDS, unknown_entries(REFERENCES), SETS, DEFINITIONS, COUNTS, RESULTS)


@pytest.mark.parametrize(("change", "fault"), RULES.values(), ids=RULES)
def test_broken_rule_is_reported(tmp_path: Path, change: Edit, fault: ExpectedFault) -> None:
    directory = edited_haplotypes(tmp_path, change)
    assert located(directory, fault) == reported(directory)


NOT_A_DIPLOTYPE = "is not a diplotype of AAA-star, whose haplotypes must be in file order"


@pytest.mark.parametrize(
    ("field", "name", "what"),
    [
        ("phenotypes", "ultrarapid metaboliser", "is not a phenotype of AAA-star"),
        ("phenotypes", "*1/*1", "is not a phenotype of AAA-star"),
        ("diplotypes", "*3/*9", NOT_A_DIPLOTYPE),
        ("diplotypes", "*3/*1", NOT_A_DIPLOTYPE),
        ("diplotypes", "*3/*6", NOT_A_DIPLOTYPE),
        ("diplotypes", "A-T/A-C", NOT_A_DIPLOTYPE),
        ("diplotypes", "*3", NOT_A_DIPLOTYPE),
        ("diplotypes", "other", NOT_A_DIPLOTYPE),
    ],
    ids=[
        "unknown phenotype",
        "diplotype as a phenotype",
        "unknown diplotype",
        "diplotype in another order",
        "diplotype of a haplotype that is not callable",
        "diplotype of another set",
        "haplotype instead of a diplotype",
        "all others",
    ],
)
def test_people_of_a_result_must_be_of_its_set(
    tmp_path: Path, field: str, name: str, what: str
) -> None:
    subject = f'haplotype_set: AAA-star\n    {field}: ["{name}"]'
    result = RESULT.replace("SUBJECT", subject).replace("outcome: pain", "outcome: promoter")
    directory = edited_haplotypes(tmp_path, (HAPLOTYPES, ASSOCIATIONS, result))
    fault = (HAPLOTYPES, f'{field}: ["{name}"]', f"evidence(six-pain).{field}", f"{name} {what}")
    assert located(directory, fault) == reported(directory)


ALLOWED: dict[str, tuple[Edit, ...]] = {
    "name of a haplotype of another set": ((HAPLOTYPES, "name: A-T,", 'name: "*1",'),),
    "own name among the aliases": ((HAPLOTYPES, 'name: "*5",', 'name: "*5", names: ["*5"],'),),
    "alleles of a retired haplotype": (
        (HAPLOTYPES, STAR6_STATE, "state: retired, note: now *2, alleles: {rs1: C},"),
    ),
    "retired haplotype that does not name all core sites": (
        (HAPLOTYPES, PAIR_AC, "name: A-C, state: retired, note: gone, alleles: {rs1: A}"),
    ),
    "functions in another order": ((HAPLOTYPES, "[decreased/normal]", "[normal/decreased]"),),
    "phenotype of functions that no haplotype has": (
        (HAPLOTYPES, "[normal/normal]", "[normal/normal, increased/normal]"),
    ),
    "set without further sites": (
        (HAPLOTYPES, STAR_SITES, "sites: [rs1, rs2, rs4]\n"),
        (HAPLOTYPES, "    usual: {rs5: G}\n", ""),
    ),
    "core site at which no haplotype differs": (
        (HAPLOTYPES, "[rs1, rs2, rs4]", "[rs1, rs2, rs4, rs3]"),
    ),
    "further site that is a core site of another set": (
        (HAPLOTYPES, "further_sites: [rs5]", "further_sites: [rs3]"),
        (HAPLOTYPES, "usual: {rs5: G}", "usual: {rs3: C}"),
    ),
    "panel of a set that names all sites": (
        (HAPLOTYPES, STAR_PANEL, PAIR_PANEL.replace("ALLELES", "rs1: C, rs3: T")),
    ),
    "two panels of one set": (
        (
            HAPLOTYPES,
            STAR_PANEL,
            ANOTHER_PANEL.replace("COUNTS", "[{EUR: 7}]"),
        ),
    ),
    "core site missing from the panel": ((HAPLOTYPES, PANEL, f"{PANEL}    not_in_panel: [rs4]\n"),),
    "result on diplotypes in the order of the haplotypes": (
        (
            HAPLOTYPES,
            ASSOCIATIONS,
            RESULT.replace("SUBJECT", "haplotype_set: AAA-pair\n    diplotypes: [A-T/A-C]"),
        ),
    ),
    "some of the phenotypes of the set": (
        (HAPLOTYPES, PHENOTYPE_RESULT, PHENOTYPE_RESULT.replace("intermediate metaboliser, ", "")),
    ),
    "haplotype with an unknown direction": (
        (
            HAPLOTYPES,
            ASSOCIATIONS,
            RESULT.replace("SUBJECT", "haplotype: AAA-AC").replace("higher", "unknown"),
        ),
    ),
}


@pytest.mark.parametrize("changes", ALLOWED.values(), ids=ALLOWED)
def test_borderline_case_is_valid(tmp_path: Path, changes: tuple[Edit, ...]) -> None:
    assert "toy" == load([edited_haplotypes(tmp_path, *changes)]).info.name
