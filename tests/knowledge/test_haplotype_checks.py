"""Faults of haplotype sets, haplotypes and panel counts, and of evidence and claims on them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from helpers.broken_knowledge import (
    ALLOWED_DIRECTIONS,
    DIRECTIONS,
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
PHENOTYPE_CLAIM = (
    "- id: AAA-metaboliser-level\n    haplotype_set: AAA-star\n"
    "    phenotypes: [intermediate metaboliser, poor metaboliser]\n"
)
HAPLOTYPE_CLAIM = "- id: AAA-2-pain\n    haplotype: AAA-2\n"
DIPLOTYPE_CLAIM = '- id: AAA-33-survival\n    haplotype_set: AAA-star\n    diplotypes: ["*3/*3"]\n'
RS1_RESULT = "    model: carriers\n    compared: {effect"
RS1_CLAIM = "    allele: C\n    direction: unsettled\n"
ASSOCIATIONS = "associations:\n  - id: rs1-level\n"
NULL_RESULT = """\
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
    result: "null"
    SUBJECT
    direction: none
    significance: not_significant
    specified: exploratory
    read: abstract
    sources: [made up]
    summary: Pain did not differ.
associations:
  - id: rs1-level
"""


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
    "haplotype of an association": (
        (
            HAPLOTYPES,
            HAPLOTYPE_CLAIM,
            HAPLOTYPE_CLAIM.replace("haplotype: AAA-2", "haplotype: AAA-9"),
        ),
        (HAPLOTYPES, "haplotype: AAA-9", "associations(AAA-2-pain).haplotype", "AAA-9"),
    ),
    "set of an association": (
        (HAPLOTYPES, DIPLOTYPE_CLAIM, DIPLOTYPE_CLAIM.replace("AAA-star", "stars")),
        (HAPLOTYPES, "set: stars", "associations(AAA-33-survival).haplotype_set", "stars"),
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
NOT_A_DIPLOTYPE = "is not a diplotype of AAA-star, whose haplotypes must be in file order"
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
    "haplotype with an unknown direction": (
        (
            HAPLOTYPES,
            "model: carriers\n    direction: lower",
            "model: carriers\n    direction: unknown",
        ),
        (
            HAPLOTYPES,
            "direction: unknown",
            "evidence(four-star2-pain).direction",
            "unknown, although a base, haplotype, diplotype or phenotype is given for it",
        ),
    ),
    "set without diplotypes or phenotypes": (
        (
            HAPLOTYPES,
            PHENOTYPE_RESULT,
            PHENOTYPE_RESULT.replace(
                "    phenotypes: [intermediate metaboliser, poor metaboliser]\n", ""
            ),
        ),
        (
            HAPLOTYPES,
            "haplotype_set: AAA-star\n    direction",
            "evidence(three-poor-level).haplotype_set",
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
    "unknown phenotype": (
        (HAPLOTYPES, PHENOTYPE_RESULT, PHENOTYPE_RESULT.replace("poor", "ultrarapid")),
        (
            HAPLOTYPES,
            "ultrarapid",
            "evidence(three-poor-level).phenotypes",
            "ultrarapid metaboliser is not a phenotype of AAA-star",
        ),
    ),
    "unknown diplotype": (
        (HAPLOTYPES, DIPLOTYPE_RESULT, DIPLOTYPE_RESULT.replace("*3/*3", "*3/*9")),
        (
            HAPLOTYPES,
            "*3/*9",
            "evidence(five-diplotype-survival).diplotypes",
            f"*3/*9 {NOT_A_DIPLOTYPE}",
        ),
    ),
    "diplotype in another order": (
        (HAPLOTYPES, DIPLOTYPE_RESULT, DIPLOTYPE_RESULT.replace("*3/*3", "*3/*1")),
        (
            HAPLOTYPES,
            "*3/*1",
            "evidence(five-diplotype-survival).diplotypes",
            f"*3/*1 {NOT_A_DIPLOTYPE}",
        ),
    ),
    "diplotype of a haplotype that is not callable": (
        (HAPLOTYPES, DIPLOTYPE_RESULT, DIPLOTYPE_RESULT.replace("*3/*3", "*3/*6")),
        (
            HAPLOTYPES,
            "*3/*6",
            "evidence(five-diplotype-survival).diplotypes",
            f"*3/*6 {NOT_A_DIPLOTYPE}",
        ),
    ),
    "diplotype of another set": (
        (HAPLOTYPES, DIPLOTYPE_RESULT, DIPLOTYPE_RESULT.replace("*3/*3", "A-T/A-C")),
        (
            HAPLOTYPES,
            "A-T/A-C",
            "evidence(five-diplotype-survival).diplotypes",
            f"A-T/A-C {NOT_A_DIPLOTYPE}",
        ),
    ),
    "haplotype instead of a diplotype": (
        (HAPLOTYPES, DIPLOTYPE_RESULT, DIPLOTYPE_RESULT.replace("*3/*3", "*3")),
        (
            HAPLOTYPES,
            '["*3"]',
            "evidence(five-diplotype-survival).diplotypes",
            f"*3 {NOT_A_DIPLOTYPE}",
        ),
    ),
}

ONE_SUBJECT = "must have one variant, one haplotype, or diplotypes or phenotypes of one set"
ALLELE_OF_VARIANT = "must be given for a claim on a variant, and only for that"
CLAIMS: dict[str, Rule] = {
    "claim without a subject": (
        (HAPLOTYPES, HAPLOTYPE_CLAIM, "- id: AAA-2-pain\n"),
        (HAPLOTYPES, "- id: AAA-2-pain\n", "associations(AAA-2-pain)", ONE_SUBJECT),
    ),
    "claim on a variant and a haplotype": (
        (HAPLOTYPES, HAPLOTYPE_CLAIM, f"{HAPLOTYPE_CLAIM}    variant: rs1\n"),
        (HAPLOTYPES, "- id: AAA-2-pain\n", "associations(AAA-2-pain)", ONE_SUBJECT),
    ),
    "claim on a haplotype and a set": (
        (
            HAPLOTYPES,
            HAPLOTYPE_CLAIM,
            f'{HAPLOTYPE_CLAIM}    haplotype_set: AAA-star\n    diplotypes: ["*2/*2"]\n',
        ),
        (HAPLOTYPES, "- id: AAA-2-pain\n", "associations(AAA-2-pain)", ONE_SUBJECT),
    ),
    "claim on a variant and a set": (
        (HAPLOTYPES, PHENOTYPE_CLAIM, f"{PHENOTYPE_CLAIM}    variant: rs1\n"),
        (
            HAPLOTYPES,
            "- id: AAA-metaboliser-level",
            "associations(AAA-metaboliser-level)",
            ONE_SUBJECT,
        ),
    ),
    "claim on diplotypes and phenotypes": (
        (HAPLOTYPES, PHENOTYPE_CLAIM, f'{PHENOTYPE_CLAIM}    diplotypes: ["*2/*2"]\n'),
        (
            HAPLOTYPES,
            "- id: AAA-metaboliser-level",
            "associations(AAA-metaboliser-level)",
            ONE_SUBJECT,
        ),
    ),
    "claim on a haplotype that is not callable": (
        (
            HAPLOTYPES,
            HAPLOTYPE_CLAIM,
            HAPLOTYPE_CLAIM.replace("haplotype: AAA-2", "haplotype: AAA-6"),
        ),
        (
            HAPLOTYPES,
            "haplotype: AAA-6",
            "associations(AAA-2-pain).haplotype",
            "AAA-6 is not_callable, so it is never called",
        ),
    ),
    "phenotypes with a haplotype": (
        (HAPLOTYPES, HAPLOTYPE_CLAIM, f"{HAPLOTYPE_CLAIM}    phenotypes: [poor metaboliser]\n"),
        (
            HAPLOTYPES,
            "- id: AAA-2-pain\n",
            "associations(AAA-2-pain).haplotype_set",
            TOGETHER,
        ),
    ),
    "phenotypes with a variant": (
        (HAPLOTYPES, RS1_CLAIM, f"{RS1_CLAIM}    phenotypes: [poor metaboliser]\n"),
        (HAPLOTYPES, "- id: rs1-level", "associations(rs1-level).haplotype_set", TOGETHER),
    ),
    "allele of a haplotype": (
        (HAPLOTYPES, HAPLOTYPE_CLAIM, f"{HAPLOTYPE_CLAIM}    allele: C\n"),
        (
            HAPLOTYPES,
            "allele: C\n    outcome: pain",
            "associations(AAA-2-pain).allele",
            ALLELE_OF_VARIANT,
        ),
    ),
    "allele of a set": (
        (HAPLOTYPES, DIPLOTYPE_CLAIM, f"{DIPLOTYPE_CLAIM}    allele: C\n"),
        (
            HAPLOTYPES,
            "allele: C\n    outcome: survival",
            "associations(AAA-33-survival).allele",
            ALLELE_OF_VARIANT,
        ),
    ),
    "variant without an allele": (
        (HAPLOTYPES, RS1_CLAIM, "    direction: unsettled\n"),
        (HAPLOTYPES, "- id: rs1-level", "associations(rs1-level).allele", ALLELE_OF_VARIANT),
    ),
    "claim on an unknown phenotype": (
        (
            HAPLOTYPES,
            PHENOTYPE_CLAIM,
            PHENOTYPE_CLAIM.replace("poor metaboliser", "poor metaboliser, poor"),
        ),
        (
            HAPLOTYPES,
            "metaboliser, poor]",
            "associations(AAA-metaboliser-level).phenotypes",
            "poor is not a phenotype of AAA-star",
        ),
    ),
    "omitted result on a haplotype": (
        (HAPLOTYPES, ASSOCIATIONS, NULL_RESULT.replace("SUBJECT", "haplotype: AAA-5")),
        (
            HAPLOTYPES,
            "evidence: [four-star2-pain]",
            "associations(AAA-2-pain).evidence",
            "omits six-pain, a result on AAA-star in the outcome group joints",
        ),
    ),
    "omitted result on a haplotype that is not callable": (
        (HAPLOTYPES, ASSOCIATIONS, NULL_RESULT.replace("SUBJECT", "haplotype: AAA-6")),
        (
            HAPLOTYPES,
            "evidence: [four-star2-pain]",
            "associations(AAA-2-pain).evidence",
            "omits six-pain, a result on AAA-star in the outcome group joints",
        ),
    ),
    "omitted result on diplotypes": (
        (
            HAPLOTYPES,
            ASSOCIATIONS,
            NULL_RESULT.replace("SUBJECT", 'haplotype_set: AAA-star\n    diplotypes: ["*4/*4"]'),
        ),
        (
            HAPLOTYPES,
            "evidence: [four-star2-pain]",
            "associations(AAA-2-pain).evidence",
            "omits six-pain, a result on AAA-star in the outcome group joints",
        ),
    ),
    "omitted result on phenotypes": (
        (
            HAPLOTYPES,
            ASSOCIATIONS,
            NULL_RESULT.replace(
                "SUBJECT", "haplotype_set: AAA-star\n    phenotypes: [poor metaboliser]"
            ),
        ),
        (
            HAPLOTYPES,
            "evidence: [four-star2-pain]",
            "associations(AAA-2-pain).evidence",
            "omits six-pain, a result on AAA-star in the outcome group joints",
        ),
    ),
    "result on another variant": (
        (HAPLOTYPES, "[four-star2-pain]", "[four-star2-pain, two-rs2-level-null]"),
        (
            HAPLOTYPES,
            "[four-star2-pain, two",
            "associations(AAA-2-pain).evidence",
            "two-rs2-level-null is not a result on AAA-star in the outcome group joints",
        ),
    ),
    "setting without a scored result": (
        (
            HAPLOTYPES,
            "outcome: pain\n    drug: anastrozole\n    setting: adjuvant",
            "outcome: pain\n    drug: anastrozole\n    setting: metastatic",
        ),
        (
            HAPLOTYPES,
            "setting: metastatic",
            "associations(AAA-2-pain).setting",
            "no scored result has this setting; scored results have adjuvant",
        ),
    ),
    "number of copies that is not covered": (
        (HAPLOTYPES, '      "1": {direction: lower, statement: One copy had less pain.}\n', ""),
        (
            HAPLOTYPES,
            '"0": {direction',
            "associations(AAA-2-pain).genotypes",
            "1 is not covered",
        ),
    ),
    "conclusion on three copies": (
        (
            HAPLOTYPES,
            '      "2": {',
            '      "3": {direction: not_studied, statement: x}\n      "2": {',
        ),
        (
            HAPLOTYPES,
            '"0": {direction',
            "associations(AAA-2-pain).genotypes",
            "3 is not a number of copies (0, 1 or 2)",
        ),
    ),
    "phenotype that is not covered": (
        (
            HAPLOTYPES,
            "      normal metaboliser: {direction: comparator, statement: Was compared with.}\n",
            "",
        ),
        (
            HAPLOTYPES,
            "intermediate metaboliser: {direction",
            "associations(AAA-metaboliser-level).genotypes",
            "normal metaboliser is not covered",
        ),
    ),
    "conclusion on an unknown phenotype": (
        (
            HAPLOTYPES,
            "      normal metaboliser: {direction",
            (
                "      other: {direction: comparator, statement: x}\n"
                "      normal metaboliser: {direction"
            ),
        ),
        (
            HAPLOTYPES,
            "other: {direction: comparator, statement: x}",
            "associations(AAA-metaboliser-level).genotypes",
            "other is not a phenotype of AAA-star",
        ),
    ),
    "diplotype that is not covered": (
        (HAPLOTYPES, '      "*3/*3": {direction: higher, statement: Lived longer.}\n', ""),
        (
            HAPLOTYPES,
            '"*1/*3": {direction',
            "associations(AAA-33-survival).genotypes",
            "*3/*3 is not covered",
        ),
    ),
    "other diplotypes that are not covered": (
        (HAPLOTYPES, "      other: {direction: comparator, statement: Was compared with.}", ""),
        (
            HAPLOTYPES,
            '"*3/*3": {direction',
            "associations(AAA-33-survival).genotypes",
            "other is not covered",
        ),
    ),
    "conclusion on a diplotype in another order": (
        (HAPLOTYPES, '"*1/*3": {direction', '"*3/*1": {direction'),
        (
            HAPLOTYPES,
            '"*3/*3": {direction',
            "associations(AAA-33-survival).genotypes",
            "*3/*1 is not a diplotype of AAA-star, whose haplotypes must be in file order",
        ),
    ),
}


RULES = joined(FIELDS, unknown_entries(REFERENCES), SETS, DEFINITIONS, COUNTS, RESULTS, CLAIMS)


@pytest.mark.parametrize(("change", "fault"), RULES.values(), ids=RULES)
def test_broken_rule_is_reported(tmp_path: Path, change: Edit, fault: ExpectedFault) -> None:
    directory = edited_haplotypes(tmp_path, change)
    assert located(directory, fault) == reported(directory)


def test_haplotype_set_without_diplotypes_or_phenotypes(tmp_path: Path) -> None:
    claim = DIPLOTYPE_CLAIM.replace('    diplotypes: ["*3/*3"]\n', "")
    directory = edited_haplotypes(tmp_path, (HAPLOTYPES, DIPLOTYPE_CLAIM, claim))
    where = "associations(AAA-33-survival)"
    marker = "haplotype_set: AAA-star\n    outcome: survival"
    what = "higher does not follow from the claim (: higher); expected comparator or not_studied"
    expected = [
        (HAPLOTYPES, marker, f"{where}.haplotype_set", TOGETHER),
        (HAPLOTYPES, '"*3/*3": {', f"{where}.genotypes.*3/*3", what),
    ]
    assert located(directory, *expected) == reported(directory)


def test_unknown_diplotype_of_a_claim(tmp_path: Path) -> None:
    """The claim has no conclusion on it, and the conclusion on the replaced one has no basis."""
    claim = DIPLOTYPE_CLAIM.replace("*3/*3", "*3/*6")
    directory = edited_haplotypes(tmp_path, (HAPLOTYPES, DIPLOTYPE_CLAIM, claim))
    where = "associations(AAA-33-survival)"
    marker = '"*3/*3": {'
    what = "higher does not follow from the claim (*3/*6: higher); "
    what += "expected comparator or not_studied"
    expected = [
        (HAPLOTYPES, '["*3/*6"]', f"{where}.diplotypes", f"*3/*6 {NOT_A_DIPLOTYPE}"),
        (HAPLOTYPES, marker, f"{where}.genotypes", "*3/*6 is not covered"),
        (HAPLOTYPES, marker, f"{where}.genotypes.*3/*3", what),
    ]
    assert located(directory, *expected) == reported(directory)


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
    "unlisted result on a haplotype of another set": (
        (HAPLOTYPES, ASSOCIATIONS, NULL_RESULT.replace("SUBJECT", "haplotype: AAA-AC")),
    ),
    "unlisted result on diplotypes of another set": (
        (
            HAPLOTYPES,
            ASSOCIATIONS,
            NULL_RESULT.replace("SUBJECT", "haplotype_set: AAA-pair\n    diplotypes: [A-T/A-C]"),
        ),
    ),
    "unlisted result on the variant alone": (
        (HAPLOTYPES, ASSOCIATIONS, NULL_RESULT.replace("SUBJECT", "flags: []")),
    ),
    "listed result on a haplotype that is not callable": (
        (HAPLOTYPES, ASSOCIATIONS, NULL_RESULT.replace("SUBJECT", "haplotype: AAA-6")),
        (HAPLOTYPES, "[four-star2-pain]", "[four-star2-pain, six-pain]"),
    ),
    "result on diplotypes in the order of the haplotypes": (
        (HAPLOTYPES, DIPLOTYPE_RESULT, DIPLOTYPE_RESULT.replace("*3/*3", "*1/*3")),
    ),
    "some of the phenotypes of the set": (
        (HAPLOTYPES, PHENOTYPE_RESULT, PHENOTYPE_RESULT.replace("intermediate metaboliser, ", "")),
    ),
    "conclusion on a further diplotype": (
        (
            HAPLOTYPES,
            '      "*1/*3": {',
            '      "*5/*5": {direction: comparator, statement: x}\n      "*1/*3": {',
        ),
    ),
    "claim on two diplotypes": (
        (HAPLOTYPES, DIPLOTYPE_CLAIM, DIPLOTYPE_CLAIM.replace('["*3/*3"]', '["*1/*3", "*3/*3"]')),
    ),
}


@pytest.mark.parametrize("changes", ALLOWED.values(), ids=ALLOWED)
def test_borderline_case_is_valid(tmp_path: Path, changes: tuple[Edit, ...]) -> None:
    assert "toy" == load([edited_haplotypes(tmp_path, *changes)]).info.name


SUBJECTS: dict[str, tuple[str, str, dict[str, tuple[str, int]]]] = {
    "AAA-2-pain": (
        "AAA-2",
        "direction: lower\n    evidence: [four-star2-pain]",
        {
            '"0"': ('comparator, statement: Was compared with.}\n      "1"', 0),
            '"1"': ("lower, statement: One", 1),
            '"2"': ("lower, statement: Two", 2),
        },
    ),
    "AAA-metaboliser-level": (
        "intermediate metaboliser or poor metaboliser",
        "direction: higher\n    evidence: [three-poor-level]",
        {
            "normal metaboliser": ("comparator, statement: Was", 0),
            "intermediate metaboliser": ("higher, statement: Had", 2),
            "poor metaboliser": ("higher, statement: Had", 2),
        },
    ),
    "AAA-33-survival": (
        "*3/*3",
        "direction: higher\n    evidence: [five-diplotype-survival]",
        {
            '"*3/*3"': ("higher, statement: Lived", 2),
            '"*1/*3"': ("not_studied, statement: Not", 0),
            "other": ("comparator, statement: Was", 0),
        },
    ),
}
"""By association: its subject, the text with its direction, and each conclusion with its copies."""


@pytest.mark.parametrize(
    ("key", "claim", "edited_conclusion", "direction"),
    [
        (key, *case)
        for key, (_, _, conclusions) in SUBJECTS.items()
        for case in product(("higher", "lower", "none", "unsettled"), conclusions, DIRECTIONS)
    ],
)
def test_direction_of_a_conclusion_must_follow_from_the_claim(
    tmp_path: Path, key: str, claim: str, edited_conclusion: str, direction: str
) -> None:
    """The other conclusions are not_studied, which is consistent with any claim."""
    subject, old_claim, conclusions = SUBJECTS[key]
    _, evidence_line = old_claim.split("\n")
    edits = [(HAPLOTYPES, old_claim, f"direction: {claim}\n{evidence_line}")]
    for name, (text, _) in conclusions.items():
        new_direction = direction if name == edited_conclusion else "not_studied"
        old = f"      {name}: {{direction: {text}"
        new = f"      {name}: {{direction: {new_direction}, {text.split(', ', 1)[1]}"
        edits.append((HAPLOTYPES, old, new))
    directory = edited_haplotypes(tmp_path, *edits)
    text, copies = conclusions[edited_conclusion]
    allowed = ALLOWED_DIRECTIONS[claim, copies]
    if direction in allowed:
        assert claim == load([directory]).associations[key].direction
        return
    statement = text.split(", ", 1)[1]
    fault = (
        HAPLOTYPES,
        f"      {edited_conclusion}: {{direction: {direction}, {statement}",
        f"associations({key}).genotypes.{edited_conclusion.strip(chr(34))}",
        (
            f"{direction} does not follow from the claim ({subject}: {claim}); "
            f"expected {' or '.join(allowed)}"
        ),
    )
    assert located(directory, fault) == reported(directory)
