"""Every fault that haplotypes, and claims on them, can have, made in a copy of the toy ones."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

import pytest
from helpers.broken_knowledge import FOLLOWS, Edit, Edited, Rule, Told, edit, faults, row

from pgx_ana.knowledge import load

HAPLOTYPES, EVIDENCE, FRAME = "haplotypes.yaml", "evidence.yaml", "frame.yaml"

STAR_SITES = "sites: [rs1, rs2, rs4]\n    further_sites: [rs5]\n"
THREE = "alleles: {rs2: C}, source"
FIVE = "alleles: {rs4: GT}, function"
SIX = "state: not_callable, note: a deletion of the gene,"
PAIR_AC = "name: A-C, alleles: {rs1: A, rs3: C}"
PANEL = "panel: a made-up panel\n"
COUNTED_T = "- {alleles: {rs2: T}, AFR: 1,"
COUNTED_PAIR = """\
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
POOR_RESULT = (
    "haplotype_set: AAA-star\n"
    "    phenotypes: [intermediate metaboliser, poor metaboliser]\n    direction: higher\n"
    "    significance: nominal\n"
)
STAR3_RESULT = (
    'haplotype_set: AAA-star\n    diplotypes: ["*3/*3"]\n    direction: higher\n'
    "    significance: corrected\n"
)
STAR2_RESULT = "haplotype: AAA-2\n    model: carriers\n"
METABOLISER = (
    "- id: AAA-metaboliser-level\n    haplotype_set: AAA-star\n"
    "    phenotypes: [intermediate metaboliser, poor metaboliser]\n"
)
STAR2 = "- id: AAA-2-pain\n    haplotype: AAA-2\n"
STAR33 = '- id: AAA-33-survival\n    haplotype_set: AAA-star\n    diplotypes: ["*3/*3"]\n'
FOUND = "    model: carriers\n    compared: {effect"
RS1_CLAIM = "    allele: C\n    direction: unsettled\n"
ASSOCIATIONS = "associations:\n  - id: rs1-level\n"
MORE = """\
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


@pytest.fixture
def edited(tmp_path: Path, toy_directory: Path, haplotype_directory: Path) -> Edited:
    """Return a function that copies toy knowledge base and haplotypes, and changes texts there."""

    def copy(*edits: Edit) -> Path:
        target = tmp_path / "kb"
        shutil.copytree(toy_directory, target)
        shutil.copy(haplotype_directory / HAPLOTYPES, target)
        edit(target, *edits)
        return target

    return copy


def test_the_copy_has_no_fault(edited: Edited) -> None:
    assert ["AAA-star", "AAA-pair"] == list(load([edited()]).haplotype_sets)


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
    "set that does not say what is elsewhere": (
        (HAPLOTYPES, "    elsewhere: named\n", ""),
        (HAPLOTYPES, "- id: AAA-pair\n", "haplotype_sets[1](AAA-pair).elsewhere", "Field required"),
    ),
    "word for what is elsewhere": (
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
    "one function": (
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
    "gene of a haplotype": (
        (HAPLOTYPES, "{id: AAA-3, haplotype_set", "{id: AAA-3, gene: AAA, haplotype_set"),
        (
            HAPLOTYPES,
            "gene: AAA, h",
            "haplotypes[2](AAA-3).gene",
            "Extra inputs are not permitted, not 'AAA'",
        ),
    ),
    "haplotype of no set": (
        (HAPLOTYPES, "{id: AAA-3, haplotype_set: AAA-star,", "{id: AAA-3,"),
        (HAPLOTYPES, "id: AAA-3,", "haplotypes[2](AAA-3).haplotype_set", "Field required"),
    ),
    "state": (
        (HAPLOTYPES, SIX, "state: gone, note: x,"),
        (
            HAPLOTYPES,
            "state: gone",
            "haplotypes[5](AAA-6).state",
            "Input should be 'current', 'retired' or 'not_callable', not 'gone'",
        ),
    ),
    "less than nobody counted": (
        (HAPLOTYPES, COUNTED_T, "- {alleles: {rs2: T}, AFR: -1,"),
        (
            HAPLOTYPES,
            "AFR: -1,",
            "haplotype_counts[0](AAA-star-panel).counts[4].AFR",
            "Input should be greater than or equal to 0, not '-1'",
        ),
    ),
    "population that is not known": (
        (HAPLOTYPES, COUNTED_T, "- {alleles: {rs2: T}, FIN: 1,"),
        (
            HAPLOTYPES,
            "FIN: 1,",
            "haplotype_counts[0](AAA-star-panel).counts[4].FIN",
            "Extra inputs are not permitted, not '1'",
        ),
    ),
    "nothing counted": (
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
NAMES: dict[str, Rule] = {
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
        (HAPLOTYPES, FIVE, "alleles: {rs4: GT, rs9: A}, function"),
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
    "site that was not counted": (
        (HAPLOTYPES, PANEL, f"{PANEL}    not_in_panel: [rs4, rs9]\n"),
        (HAPLOTYPES, "[rs4, rs9]", "haplotype_counts(AAA-star-panel).not_in_panel", "rs9"),
    ),
    "haplotype of evidence": (
        (HAPLOTYPES, STAR2_RESULT, STAR2_RESULT.replace("AAA-2", "AAA-9")),
        (HAPLOTYPES, "haplotype: AAA-9", "evidence(four-star2-pain).haplotype", "AAA-9"),
    ),
    "set of evidence": (
        (HAPLOTYPES, STAR3_RESULT, STAR3_RESULT.replace("AAA-star", "stars")),
        (HAPLOTYPES, "set: stars", "evidence(five-diplotype-survival).haplotype_set", "stars"),
    ),
    "haplotype of an association": (
        (HAPLOTYPES, STAR2, STAR2.replace("haplotype: AAA-2", "haplotype: AAA-9")),
        (HAPLOTYPES, "haplotype: AAA-9", "associations(AAA-2-pain).haplotype", "AAA-9"),
    ),
    "set of an association": (
        (HAPLOTYPES, STAR33, STAR33.replace("AAA-star", "stars")),
        (HAPLOTYPES, "set: stars", "associations(AAA-33-survival).haplotype_set", "stars"),
    ),
}

SETS: dict[str, Rule] = {
    "no haplotype with the reference at all sites": (
        (HAPLOTYPES, 'name: "*1", function: normal,', 'name: "*1", alleles: {rs2: T},'),
        (
            HAPLOTYPES,
            "elsewhere: reference",
            "haplotype_sets(AAA-star).elsewhere",
            "no haplotype is the one with the reference at all sites",
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
            "decreased/normal has two",
        ),
    ),
    "functions with two phenotypes in another order": (
        (HAPLOTYPES, "[decreased/decreased]", "[decreased/decreased, normal/decreased]"),
        (
            HAPLOTYPES,
            "- {phenotype: normal",
            "haplotype_sets(AAA-star).phenotypes",
            "decreased/normal has two",
        ),
    ),
    "functions twice in one phenotype": (
        (HAPLOTYPES, "[normal/normal]", "[normal/normal, normal/normal]"),
        (
            HAPLOTYPES,
            "- {phenotype: normal",
            "haplotype_sets(AAA-star).phenotypes",
            "normal/normal has two",
        ),
    ),
}

MEMBERS: dict[str, Rule] = {
    "function that no phenotype has": (
        (HAPLOTYPES, f"{FIVE}: decreased", f"{FIVE}: decresed"),
        (
            HAPLOTYPES,
            "decresed",
            "haplotypes(AAA-5).function",
            "decresed is in no phenotype of AAA-star",
        ),
    ),
    "allele at a further site": (
        (HAPLOTYPES, FIVE, "alleles: {rs4: GT, rs5: G}, function"),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).alleles", "rs5 is no such site of AAA-star"),
    ),
    "allele at a site of another set": (
        (HAPLOTYPES, FIVE, "alleles: {rs4: GT, rs3: C}, function"),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).alleles", "rs3 is no such site of AAA-star"),
    ),
    "usual allele at a core site": (
        (HAPLOTYPES, "usual: {rs5: G}", "usual: {rs2: C}"),
        (HAPLOTYPES, "usual:", "haplotypes(AAA-2).usual", "rs2 is no such site of AAA-star"),
    ),
    "usual allele where the set has no further site": (
        (HAPLOTYPES, PAIR_AC, f"{PAIR_AC}, usual: {{rs5: G}}"),
        (HAPLOTYPES, "id: AAA-AC,", "haplotypes(AAA-AC).usual", "rs5 is no such site of AAA-pair"),
    ),
    "strange allele": (
        (HAPLOTYPES, FIVE, "alleles: {rs4: GTT}, function"),
        (HAPLOTYPES, "rs4: GTT", "haplotypes(AAA-5).alleles", "GTT is no allele of rs4"),
    ),
    "strange usual allele": (
        (HAPLOTYPES, "usual: {rs5: G}", "usual: {rs5: GC}"),
        (HAPLOTYPES, "usual:", "haplotypes(AAA-2).usual", "GC is no allele of rs5"),
    ),
    "strange allele of one that cannot be called": (
        (HAPLOTYPES, SIX, f"{SIX} alleles: {{rs1: G}},"),
        (HAPLOTYPES, "rs1: G", "haplotypes(AAA-6).alleles", "G is no allele of rs1"),
    ),
    "reference that is named": (
        (HAPLOTYPES, FIVE, "alleles: {rs4: GT, rs2: A}, function"),
        (
            HAPLOTYPES,
            "id: AAA-5,",
            "haplotypes(AAA-5).alleles",
            "A is the reference of rs2, which is not named in AAA-star",
        ),
    ),
    "usual reference": (
        (HAPLOTYPES, "usual: {rs5: G}", "usual: {rs5: GCA}"),
        (
            HAPLOTYPES,
            "usual:",
            "haplotypes(AAA-2).usual",
            "GCA is the reference of rs5, which is not named in AAA-star",
        ),
    ),
    "not callable for no reason": (
        (HAPLOTYPES, SIX, "state: not_callable,"),
        (
            HAPLOTYPES,
            "state: not_callable",
            "haplotypes(AAA-6).state",
            "needs a note with the reason",
        ),
    ),
    "retired for no reason": (
        (HAPLOTYPES, SIX, "state: retired,"),
        (HAPLOTYPES, "state: retired", "haplotypes(AAA-6).state", "needs a note with the reason"),
    ),
    "site that is not named": (
        (HAPLOTYPES, PAIR_AC, "name: A-C, alleles: {rs3: C}"),
        (
            HAPLOTYPES,
            "id: AAA-AC,",
            "haplotypes(AAA-AC).alleles",
            "names not all sites of AAA-pair",
        ),
    ),
    "no site named": (
        (HAPLOTYPES, PAIR_AC, "name: A-C"),
        (
            HAPLOTYPES,
            "id: AAA-AC,",
            "haplotypes(AAA-AC).alleles",
            "names not all sites of AAA-pair",
        ),
    ),
    "name of another": (
        (HAPLOTYPES, 'name: "*5",', 'name: "*4",'),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).name", "is that of AAA-4, too"),
    ),
    "name of another beside the own": (
        (HAPLOTYPES, 'name: "*5",', 'name: "*5", names: ["*5A", "*4"],'),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).name", "is that of AAA-4, too"),
    ),
    "other name that two have": (
        (HAPLOTYPES, SIX, f'{SIX} names: ["*1"],'),
        (HAPLOTYPES, "id: AAA-6,", "haplotypes(AAA-6).name", "is that of AAA-1, too"),
    ),
    "alleles of another": (
        (HAPLOTYPES, FIVE, "alleles: {rs2: C}, function"),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).alleles", "is that of AAA-3, too"),
    ),
    "alleles of another in another order": (
        (HAPLOTYPES, FIVE, "alleles: {rs2: C, rs1: C}, function"),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).alleles", "is that of AAA-4, too"),
    ),
    "two without alleles": (
        (HAPLOTYPES, FIVE, "function"),
        (HAPLOTYPES, "id: AAA-5,", "haplotypes(AAA-5).alleles", "is that of AAA-1, too"),
    ),
}

ROW = "haplotype_counts(AAA-star-panel).counts.4"
COUNTS: dict[str, Rule] = {
    "a site that is not in the panel, nor in the set": (
        (HAPLOTYPES, PANEL, f"{PANEL}    not_in_panel: [rs4, rs5]\n"),
        (
            HAPLOTYPES,
            "[rs4, rs5]",
            "haplotype_counts(AAA-star-panel).not_in_panel",
            "rs5 is no core site of AAA-star",
        ),
    ),
    "counted at a further site": (
        (HAPLOTYPES, COUNTED_T, "- {alleles: {rs5: G}, AFR: 1,"),
        (HAPLOTYPES, "- {alleles: {rs5", ROW, "rs5 is no such site of AAA-star"),
    ),
    "counted at a site that nobody knows": (
        (HAPLOTYPES, COUNTED_T, "- {alleles: {rs9: G}, AFR: 1,"),
        (HAPLOTYPES, "- {alleles: {rs9", ROW, "rs9 is no such site of AAA-star"),
    ),
    "strange allele counted": (
        (HAPLOTYPES, COUNTED_T, "- {alleles: {rs2: G}, AFR: 1,"),
        (HAPLOTYPES, "- {alleles: {rs2: G", ROW, "G is no allele of rs2"),
    ),
    "reference counted by name": (
        (HAPLOTYPES, COUNTED_T, "- {alleles: {rs2: T, rs1: A}, AFR: 1,"),
        (
            HAPLOTYPES,
            "rs1: A}, AFR",
            ROW,
            "A is the reference of rs1, which is not named in AAA-star",
        ),
    ),
    "counted twice": (
        (HAPLOTYPES, COUNTED_T, "- {alleles: {rs2: C}, AFR: 1,"),
        (HAPLOTYPES, "rs2: C}, AFR: 1,", ROW, "the same haplotype is counted twice"),
    ),
    "counted twice in another order": (
        (HAPLOTYPES, COUNTED_T, "- {alleles: {rs2: C, rs1: C}, AFR: 1,"),
        (HAPLOTYPES, "rs1: C}, AFR: 1,", ROW, "the same haplotype is counted twice"),
    ),
    "reference counted twice": (
        (HAPLOTYPES, COUNTED_T, "- {AFR: 1,"),
        (HAPLOTYPES, "- {AFR: 1,", ROW, "the same haplotype is counted twice"),
    ),
    "counted where a site is not named": (
        (HAPLOTYPES, STAR_PANEL, COUNTED_PAIR.replace("ALLELES", "rs1: A")),
        (
            HAPLOTYPES,
            "- {alleles: {rs1: A}, EUR: 2}",
            "haplotype_counts(AAA-pair-panel).counts.1",
            "names not all sites of AAA-pair",
        ),
    ),
}

TOGETHER = "goes with diplotypes or phenotypes of the set, and they with it"
ORDER = "is no diplotype of AAA-star, in their order"
RESULTS: dict[str, Rule] = {
    "a haplotype and a set": (
        (HAPLOTYPES, STAR2_RESULT, f"{STAR2_RESULT}    haplotype_set: AAA-pair\n"),
        (
            HAPLOTYPES,
            "haplotype_set: AAA-pair\n",
            "evidence(four-star2-pain).haplotype_set",
            "is about one haplotype, or about diplotypes or phenotypes of a set, not both",
        ),
    ),
    "a haplotype, and no direction": (
        (
            HAPLOTYPES,
            "model: carriers\n    direction: lower",
            "model: carriers\n    direction: unknown",
        ),
        (
            HAPLOTYPES,
            "direction: unknown",
            "evidence(four-star2-pain).direction",
            "a base, haplotype or phenotype is named, but no direction",
        ),
    ),
    "set of nothing": (
        (
            HAPLOTYPES,
            POOR_RESULT,
            POOR_RESULT.replace(
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
    "phenotypes of no set": (
        (EVIDENCE, FOUND, f"    phenotypes: [poor metaboliser]\n{FOUND}"),
        (
            EVIDENCE,
            "- id: one-rs1-survival\n",
            "evidence(one-rs1-survival).haplotype_set",
            TOGETHER,
        ),
    ),
    "diplotypes of no set": (
        (EVIDENCE, FOUND, f'    diplotypes: ["*3/*3"]\n{FOUND}'),
        (
            EVIDENCE,
            "- id: one-rs1-survival\n",
            "evidence(one-rs1-survival).haplotype_set",
            TOGETHER,
        ),
    ),
    "strange phenotype": (
        (HAPLOTYPES, POOR_RESULT, POOR_RESULT.replace("poor", "ultrarapid")),
        (
            HAPLOTYPES,
            "ultrarapid",
            "evidence(three-poor-level).phenotypes",
            "ultrarapid metaboliser is no phenotype of AAA-star",
        ),
    ),
    "strange diplotype": (
        (HAPLOTYPES, STAR3_RESULT, STAR3_RESULT.replace("*3/*3", "*3/*9")),
        (HAPLOTYPES, "*3/*9", "evidence(five-diplotype-survival).diplotypes", f"*3/*9 {ORDER}"),
    ),
    "diplotype in another order": (
        (HAPLOTYPES, STAR3_RESULT, STAR3_RESULT.replace("*3/*3", "*3/*1")),
        (HAPLOTYPES, "*3/*1", "evidence(five-diplotype-survival).diplotypes", f"*3/*1 {ORDER}"),
    ),
    "diplotype that cannot be called": (
        (HAPLOTYPES, STAR3_RESULT, STAR3_RESULT.replace("*3/*3", "*3/*6")),
        (HAPLOTYPES, "*3/*6", "evidence(five-diplotype-survival).diplotypes", f"*3/*6 {ORDER}"),
    ),
    "diplotype of another set": (
        (HAPLOTYPES, STAR3_RESULT, STAR3_RESULT.replace("*3/*3", "A-T/A-C")),
        (HAPLOTYPES, "A-T/A-C", "evidence(five-diplotype-survival).diplotypes", f"A-T/A-C {ORDER}"),
    ),
    "one haplotype for a diplotype": (
        (HAPLOTYPES, STAR3_RESULT, STAR3_RESULT.replace("*3/*3", "*3")),
        (HAPLOTYPES, '["*3"]', "evidence(five-diplotype-survival).diplotypes", f"*3 {ORDER}"),
    ),
}

ONE = "is about one variant, one haplotype, or diplotypes or phenotypes of one set"
ALLELE = "a claim on a variant names the allele that it is about, and no other does"
CLAIMS: dict[str, Rule] = {
    "about nothing": (
        (HAPLOTYPES, STAR2, "- id: AAA-2-pain\n"),
        (HAPLOTYPES, "- id: AAA-2-pain\n", "associations(AAA-2-pain)", ONE),
    ),
    "about a variant and a haplotype": (
        (HAPLOTYPES, STAR2, f"{STAR2}    variant: rs1\n"),
        (HAPLOTYPES, "- id: AAA-2-pain\n", "associations(AAA-2-pain)", ONE),
    ),
    "about a haplotype and a set": (
        (
            HAPLOTYPES,
            STAR2,
            f'{STAR2}    haplotype_set: AAA-star\n    diplotypes: ["*2/*2"]\n',
        ),
        (HAPLOTYPES, "- id: AAA-2-pain\n", "associations(AAA-2-pain)", ONE),
    ),
    "about a variant and a set": (
        (HAPLOTYPES, METABOLISER, f"{METABOLISER}    variant: rs1\n"),
        (HAPLOTYPES, "- id: AAA-metaboliser-level", "associations(AAA-metaboliser-level)", ONE),
    ),
    "about diplotypes and phenotypes": (
        (HAPLOTYPES, METABOLISER, f'{METABOLISER}    diplotypes: ["*2/*2"]\n'),
        (HAPLOTYPES, "- id: AAA-metaboliser-level", "associations(AAA-metaboliser-level)", ONE),
    ),
    "about a haplotype that cannot be called": (
        (HAPLOTYPES, STAR2, STAR2.replace("haplotype: AAA-2", "haplotype: AAA-6")),
        (
            HAPLOTYPES,
            "haplotype: AAA-6",
            "associations(AAA-2-pain).haplotype",
            "AAA-6 is not_callable: nobody can be told to have it",
        ),
    ),
    "phenotypes with a haplotype": (
        (HAPLOTYPES, STAR2, f"{STAR2}    phenotypes: [poor metaboliser]\n"),
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
        (HAPLOTYPES, STAR2, f"{STAR2}    allele: C\n"),
        (HAPLOTYPES, "allele: C\n    outcome: pain", "associations(AAA-2-pain).allele", ALLELE),
    ),
    "allele of a set": (
        (HAPLOTYPES, STAR33, f"{STAR33}    allele: C\n"),
        (
            HAPLOTYPES,
            "allele: C\n    outcome: survival",
            "associations(AAA-33-survival).allele",
            ALLELE,
        ),
    ),
    "variant without an allele": (
        (HAPLOTYPES, RS1_CLAIM, "    direction: unsettled\n"),
        (HAPLOTYPES, "- id: rs1-level", "associations(rs1-level).allele", ALLELE),
    ),
    "strange phenotype of a claim": (
        (
            HAPLOTYPES,
            METABOLISER,
            METABOLISER.replace("poor metaboliser", "poor metaboliser, poor"),
        ),
        (
            HAPLOTYPES,
            "metaboliser, poor]",
            "associations(AAA-metaboliser-level).phenotypes",
            "poor is no phenotype of AAA-star",
        ),
    ),
    "result on a haplotype left out": (
        (HAPLOTYPES, ASSOCIATIONS, MORE.replace("SUBJECT", "haplotype: AAA-5")),
        (
            HAPLOTYPES,
            "evidence: [four-star2-pain]",
            "associations(AAA-2-pain).evidence",
            "leaves out six-pain, a result on AAA-star in joints",
        ),
    ),
    "result on one that cannot be called left out": (
        (HAPLOTYPES, ASSOCIATIONS, MORE.replace("SUBJECT", "haplotype: AAA-6")),
        (
            HAPLOTYPES,
            "evidence: [four-star2-pain]",
            "associations(AAA-2-pain).evidence",
            "leaves out six-pain, a result on AAA-star in joints",
        ),
    ),
    "result on diplotypes left out": (
        (
            HAPLOTYPES,
            ASSOCIATIONS,
            MORE.replace("SUBJECT", 'haplotype_set: AAA-star\n    diplotypes: ["*4/*4"]'),
        ),
        (
            HAPLOTYPES,
            "evidence: [four-star2-pain]",
            "associations(AAA-2-pain).evidence",
            "leaves out six-pain, a result on AAA-star in joints",
        ),
    ),
    "result on phenotypes left out": (
        (
            HAPLOTYPES,
            ASSOCIATIONS,
            MORE.replace("SUBJECT", "haplotype_set: AAA-star\n    phenotypes: [poor metaboliser]"),
        ),
        (
            HAPLOTYPES,
            "evidence: [four-star2-pain]",
            "associations(AAA-2-pain).evidence",
            "leaves out six-pain, a result on AAA-star in joints",
        ),
    ),
    "result on another variant": (
        (HAPLOTYPES, "[four-star2-pain]", "[four-star2-pain, two-rs2-level-null]"),
        (
            HAPLOTYPES,
            "[four-star2-pain, two",
            "associations(AAA-2-pain).evidence",
            "two-rs2-level-null is not about AAA-star and joints",
        ),
    ),
    "setting of no result": (
        (
            HAPLOTYPES,
            "outcome: pain\n    drug: anastrozole\n    setting: adjuvant",
            "outcome: pain\n    drug: anastrozole\n    setting: metastatic",
        ),
        (
            HAPLOTYPES,
            "setting: metastatic",
            "associations(AAA-2-pain).setting",
            "no scored result is from it, but from adjuvant",
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
    "three copies": (
        (
            HAPLOTYPES,
            '      "2": {',
            '      "3": {direction: not_studied, statement: x}\n      "2": {',
        ),
        (
            HAPLOTYPES,
            '"0": {direction',
            "associations(AAA-2-pain).genotypes",
            "3 is no number of copies",
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
    "phenotype that the set has not": (
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
            "other is no phenotype of AAA-star",
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
    "diplotype of a conclusion in another order": (
        (HAPLOTYPES, '"*1/*3": {direction', '"*3/*1": {direction'),
        (
            HAPLOTYPES,
            '"*3/*3": {direction',
            "associations(AAA-33-survival).genotypes",
            "*3/*1 is no diplotype of AAA-star, in their order",
        ),
    ),
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        *FIELDS.values(),
        *SETS.values(),
        *MEMBERS.values(),
        *COUNTS.values(),
        *RESULTS.values(),
        *CLAIMS.values(),
    ],
    ids=[*FIELDS, *SETS, *MEMBERS, *COUNTS, *RESULTS, *CLAIMS],
)
def test_a_rule(edited: Edited, change: Edit, told: Told) -> None:
    directory = edited(change)
    assert [row(directory, told)] == faults(directory)


@pytest.mark.parametrize(("change", "told"), NAMES.values(), ids=NAMES)
def test_a_name_that_names_nothing(edited: Edited, change: Edit, told: Told) -> None:
    directory = edited(change)
    name, mark, where, what = told
    told = (name, mark, where, f"names no known entry: {what}")
    assert [row(directory, told)] == faults(directory)


def test_a_set_without_diplotypes_and_phenotypes(edited: Edited) -> None:
    directory = edited((HAPLOTYPES, STAR33, STAR33.replace('    diplotypes: ["*3/*3"]\n', "")))
    where = "associations(AAA-33-survival)"
    what = "higher does not follow from  higher; expected comparator or not_studied"
    assert [
        row(
            directory,
            (
                HAPLOTYPES,
                "haplotype_set: AAA-star\n    outcome: survival",
                f"{where}.haplotype_set",
                TOGETHER,
            ),
        ),
        row(directory, (HAPLOTYPES, '"*3/*3": {', f"{where}.genotypes.*3/*3", what)),
    ] == faults(directory)


def test_a_strange_diplotype_of_a_claim(edited: Edited) -> None:
    """What is said of it is of no diplotype either; what is said of the former one is too much."""
    directory = edited((HAPLOTYPES, STAR33, STAR33.replace("*3/*3", "*3/*6")))
    where = "associations(AAA-33-survival)"
    listed = (HAPLOTYPES, '["*3/*6"]', f"{where}.diplotypes", f"*3/*6 {ORDER}")
    first = (HAPLOTYPES, '"*3/*3": {')
    what = "higher does not follow from *3/*6 higher; expected comparator or not_studied"
    assert [
        row(directory, listed),
        row(directory, (*first, f"{where}.genotypes", "*3/*6 is not covered")),
        row(directory, (*first, f"{where}.genotypes.*3/*3", what)),
    ] == faults(directory)


ALLOWED: dict[str, tuple[Edit, ...]] = {
    "name of a haplotype of another set": ((HAPLOTYPES, "name: A-T,", 'name: "*1",'),),
    "own name among the other names": ((HAPLOTYPES, 'name: "*5",', 'name: "*5", names: ["*5"],'),),
    "alleles of another that is retired": (
        (HAPLOTYPES, SIX, "state: retired, note: now *2, alleles: {rs1: C},"),
    ),
    "not all sites named by one that is retired": (
        (HAPLOTYPES, PAIR_AC, "name: A-C, state: retired, note: gone, alleles: {rs1: A}"),
    ),
    "functions in another order": ((HAPLOTYPES, "[decreased/normal]", "[normal/decreased]"),),
    "functions that no haplotype has": (
        (HAPLOTYPES, "[normal/normal]", "[normal/normal, increased/normal]"),
    ),
    "set without further sites": (
        (HAPLOTYPES, STAR_SITES, "sites: [rs1, rs2, rs4]\n"),
        (HAPLOTYPES, "    usual: {rs5: G}\n", ""),
    ),
    "site that no haplotype differs at": ((HAPLOTYPES, "[rs1, rs2, rs4]", "[rs1, rs2, rs4, rs3]"),),
    "further site that is a core site of another set": (
        (HAPLOTYPES, "further_sites: [rs5]", "further_sites: [rs3]"),
        (HAPLOTYPES, "usual: {rs5: G}", "usual: {rs3: C}"),
    ),
    "panel of a set that names all sites": (
        (HAPLOTYPES, STAR_PANEL, COUNTED_PAIR.replace("ALLELES", "rs1: C, rs3: T")),
    ),
    "two panels of one set": (
        (
            HAPLOTYPES,
            STAR_PANEL,
            ANOTHER_PANEL.replace("COUNTS", "[{EUR: 7}]"),
        ),
    ),
    "site that is not in the panel": ((HAPLOTYPES, PANEL, f"{PANEL}    not_in_panel: [rs4]\n"),),
    "result on a haplotype of another set": (
        (HAPLOTYPES, ASSOCIATIONS, MORE.replace("SUBJECT", "haplotype: AAA-AC")),
    ),
    "result on diplotypes of another set": (
        (
            HAPLOTYPES,
            ASSOCIATIONS,
            MORE.replace("SUBJECT", "haplotype_set: AAA-pair\n    diplotypes: [A-T/A-C]"),
        ),
    ),
    "result on the variant alone": (
        (HAPLOTYPES, ASSOCIATIONS, MORE.replace("SUBJECT", "flags: []")),
    ),
    "result on a haplotype that cannot be called": (
        (HAPLOTYPES, ASSOCIATIONS, MORE.replace("SUBJECT", "haplotype: AAA-6")),
        (HAPLOTYPES, "[four-star2-pain]", "[four-star2-pain, six-pain]"),
    ),
    "result on diplotypes in the order of the haplotypes": (
        (HAPLOTYPES, STAR3_RESULT, STAR3_RESULT.replace("*3/*3", "*1/*3")),
    ),
    "some of the phenotypes of the set": (
        (HAPLOTYPES, POOR_RESULT, POOR_RESULT.replace("intermediate metaboliser, ", "")),
    ),
    "conclusion on one more diplotype": (
        (
            HAPLOTYPES,
            '      "*1/*3": {',
            '      "*5/*5": {direction: comparator, statement: x}\n      "*1/*3": {',
        ),
    ),
    "claim on two diplotypes": (
        (HAPLOTYPES, STAR33, STAR33.replace('["*3/*3"]', '["*1/*3", "*3/*3"]')),
    ),
}


@pytest.mark.parametrize("changes", ALLOWED.values(), ids=ALLOWED)
def test_what_comes_near_a_fault_and_is_none(edited: Edited, changes: tuple[Edit, ...]) -> None:
    assert "toy" == load([edited(*changes)]).info.name


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
"""What a claim is about, where its direction stands, and each conclusion with the copies it has."""


@pytest.mark.parametrize(
    ("key", "claim", "told", "given"),
    [
        (key, claim, told, given)
        for key, (_, _, conclusions) in SUBJECTS.items()
        for claim, told, given in product(
            ("higher", "lower", "none", "unsettled"),
            conclusions,
            ("higher", "lower", "none", "comparator", "not_studied"),
        )
    ],
)
def test_the_direction_of_a_conclusion_follows_from_the_claim(
    edited: Edited, key: str, claim: str, told: str, given: str
) -> None:
    """All conclusions but one are not studied, which follows from any claim."""
    about, claimed, conclusions = SUBJECTS[key]
    edits = [(HAPLOTYPES, claimed, f"direction: {claim}\n{claimed.split(chr(10))[1]}")]
    for name, (rest, _) in conclusions.items():
        direction = given if name == told else "not_studied"
        old = f"      {name}: {{direction: {rest}"
        new = f"      {name}: {{direction: {direction}, {rest.split(', ', 1)[1]}"
        edits.append((HAPLOTYPES, old, new))
    directory = edited(*edits)
    follows = FOLLOWS[claim, conclusions[told][1]]
    if given in follows:
        assert claim == load([directory]).associations[key].direction
        return
    rest = conclusions[told][0].split(", ", 1)[1]
    expected = (
        HAPLOTYPES,
        f"      {told}: {{direction: {given}, {rest}",
        f"associations({key}).genotypes.{told.strip(chr(34))}",
        f"{given} does not follow from {about} {claim}; expected {' or '.join(follows)}",
    )
    assert [row(directory, expected)] == faults(directory)
