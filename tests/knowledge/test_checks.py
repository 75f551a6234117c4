"""Every fault that a knowledge base can have, made in a copy of the toy one and told in full."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

import pytest
from helpers.broken_knowledge import FOLLOWS, Edit, Edited, Rule, Told, edit, faults, row

from pgx_ana.bases import is_palindromic
from pgx_ana.knowledge import load

FRAME, VARIANTS, EVIDENCE = "frame.yaml", "variants.yaml", "evidence.yaml"
MESSAGES = "messages.yaml"

FIRST_LINE = "evidence:\n  - id: one"
"""Beginning of the first file, which is named where something is missing altogether."""

NO_CALL = '"Not assessed: {variant} was not called ({reason})."'

RS1_LOCI = 'loci: {GRCh37: {chrom: "1", pos: 150, ref: A}, GRCh38: {chrom: "1", pos: 100, ref: A}}'
RS4_37 = 'GRCh37: {chrom: "1", pos: 451, ref: G, window_start: 450, window: GGTTTTTCC}'
RS4_38 = 'GRCh38: {chrom: "1", pos: 401, ref: G, window_start: 400, window: GGTTTTTCC}'
RS5_38 = 'GRCh38: {chrom: "1", pos: 501, ref: GCA, window_start: 500, window: GGCACACATT}'
RS6_37 = 'GRCh37: {chrom: "2", pos: 50, ref: G}'
RS6_38 = 'GRCh38: {chrom: "2", pos: 50, ref: G}'
RS6_ALLELES = "alleles: [{bases: G}, {bases: T}]"
NULL = 'strand: plus\n    result: "null"\n    direction: none\n    significance: not_significant\n'
FOUND = "    alleles: {rs1: A}\n    model: carriers\n"
COMPARED = "compared: {effect: [A/A, A/C], comparator: [C/C]}"
CONCLUDED = "    evidence: [one-rs1-survival]\n"
BEFORE_COHORTS = "cohorts:\n"
CONCLUSION = (
    "associations:\n  - id: rs1-survival\n    variant: rs1\n    outcome: survival\n"
    "    drug: anastrozole\n    setting: metastatic\n    allele: A\n    direction: higher\n"
    "    evidence: [one-rs1-survival]\n"
)
MORE = """\
  - id: three-rs1-relapse
    publication: two-2002
    cohort: second
    variants: [rs1]
    kind: clinical
    drugs: [letrozole]
    setting: adjuvant
    population: {sex: female}
    design: made up
    outcome: relapse
    wording: all genotypes
    strand: plus
    result: "null" # of relapse
    direction: none
    significance: not_significant
    specified: exploratory
    read: abstract
    sources: [made up]
    summary: Relapses did not differ.
"""
PAIN = MORE.replace("relapse", "pain")


def at_id(key: str) -> str:
    """Return the line on which an entry begins."""
    return f"- id: {key}\n"


@pytest.fixture
def edited(tmp_path: Path, toy_directory: Path) -> Edited:
    """Return a function that copies the toy knowledge base and changes texts in the copy.

    What the knowledge base is stands in a file of its own there, so that it is read whatever is
    wrong with the rest of the frame.
    """

    def copy(*edits: Edit) -> Path:
        target = tmp_path / "kb"
        shutil.copytree(toy_directory, target)
        head, body = (target / FRAME).read_text(encoding="utf-8").split("assemblies:\n", 1)
        (target / "knowledge.yaml").write_text(head, encoding="utf-8")
        (target / FRAME).write_text(f"assemblies:\n{body}", encoding="utf-8")
        edit(target, *edits)
        return target

    return copy


def extra(*, invalid: str) -> str:
    return f"Extra inputs are not permitted, not {invalid!r}"


def pattern(expression: str, invalid: str) -> str:
    return f"String should match pattern '{expression}', not {invalid!r}"


PMID, PMCID = r"^[1-9][0-9]{0,7}$", r"^PMC[1-9][0-9]*$"
DOI = r"^10\.[0-9]{4,9}/\S+$"
RSID = r"^(rs[1-9][0-9]*|[A-Z][A-Z0-9]+-[0-9]+[A-Za-z0-9>_+-]*)$"
IDENTIFIER, BASES = r"^[A-Za-z0-9][A-Za-z0-9_.:+-]*$", r"^[ACGT]+$"
GENOTYPE = r"^[ACGT]+/[ACGT]+$"

READING: dict[str, Rule] = {
    "repeated key": (
        (VARIANTS, "merged: [rs11]", "merged: [rs11]\n    type: snv # again"),
        (VARIANTS, "# again", "variants[0].type", "is given twice"),
    ),
    "repeated section": (
        (FRAME, BEFORE_COHORTS, "drugs: [] # again\ncohorts:\n"),
        (FRAME, "# again", "drugs", "is given twice"),
    ),
    "unquoted star allele": (
        (VARIANTS, "names: [legacy1]", "names: [*22]"),
        (
            VARIANTS,
            "names: [*22]",
            "",
            (
                "is not YAML: found undefined alias; a value that begins with * must be quoted, "
                'as in "*22"'
            ),
        ),
    ),
    "alias": (
        (VARIANTS, "names: [legacy1]", "names: [&a legacy1, *a]"),
        (
            VARIANTS,
            "names: [&a",
            "variants[0].names[1]",
            "aliases are not allowed: write the value out",
        ),
    ),
    "tag": (
        (EVIDENCE, "n: 100", "n: !!int 100"),
        (EVIDENCE, "n: !!int", "evidence[0].n", "tags are not allowed: tag:yaml.org,2002:int"),
    ),
    "key that is no word": (
        (EVIDENCE, "n: 100", "n: 100\n    [n]: 100"),
        (EVIDENCE, "[n]:", "evidence[0]", "a key must be a word"),
    ),
}

FIELDS: dict[str, Rule] = {
    "unknown section": (
        (FRAME, BEFORE_COHORTS, "cohort: []\ncohorts:\n"),
        (FRAME, "cohort: []", "cohort", "Extra inputs are not permitted"),
    ),
    "unknown key": (
        (VARIANTS, "merged: [rs11]", "alias: rs11"),
        (VARIANTS, "alias: rs11", "variants[0](rs1).alias", extra(invalid="rs11")),
    ),
    "missing key": (
        (EVIDENCE, "    wording: A carriers\n", ""),
        (
            EVIDENCE,
            at_id("one-rs1-survival"),
            "evidence[0](one-rs1-survival).wording",
            "Field required",
        ),
    ),
    "empty text": (
        (EVIDENCE, "wording: A carriers", 'wording: ""'),
        (
            EVIDENCE,
            'wording: ""',
            "evidence[0](one-rs1-survival).wording",
            "String should have at least 1 character, not ''",
        ),
    ),
    "word for a number": (
        (EVIDENCE, "n: 100", "n: many"),
        (
            EVIDENCE,
            "n: many",
            "evidence[0](one-rs1-survival).n",
            "Input should be a valid integer, unable to parse string as an integer, not 'many'",
        ),
    ),
    "word for a size of effect": (
        (EVIDENCE, "value: 0.5", "value: half"),
        (
            EVIDENCE,
            "value: half",
            "evidence[0](one-rs1-survival).effects[0].value",
            "Input should be a valid number, unable to parse string as a number, not 'half'",
        ),
    ),
    "text for a list": (
        (VARIANTS, "names: [legacy1]", "names: legacy1"),
        (
            VARIANTS,
            "names: legacy1",
            "variants[0](rs1).names",
            "Input should be a valid tuple, not 'legacy1'",
        ),
    ),
    "list for text": (
        (EVIDENCE, "wording: A carriers", "wording: [A carriers]"),
        (
            EVIDENCE,
            "wording: [A",
            "evidence[0](one-rs1-survival).wording",
            "Input should be a valid string",
        ),
    ),
    "list for a mapping": (
        (EVIDENCE, "alleles: {rs1: A}", "alleles: [rs1]"),
        (
            EVIDENCE,
            "alleles: [rs1]",
            "evidence[0](one-rs1-survival).alleles",
            "Input should be a valid dictionary",
        ),
    ),
    "nobody studied": (
        (EVIDENCE, "n: 100", "n: 0"),
        (
            EVIDENCE,
            "n: 0",
            "evidence[0](one-rs1-survival).n",
            "Input should be greater than or equal to 1, not '0'",
        ),
    ),
    "position zero": (
        (VARIANTS, "pos: 150", "pos: 0"),
        (
            VARIANTS,
            "pos: 0,",
            "variants[0](rs1).loci.GRCh37.pos",
            "Input should be greater than or equal to 1, not '0'",
        ),
    ),
    "year": (
        (FRAME, "year: 2001", "year: 201"),
        (
            FRAME,
            "year: 201,",
            "publications[0](one-2001).year",
            "Input should be greater than or equal to 1950, not '201'",
        ),
    ),
    "frequency": (
        (VARIANTS, "studied_allele: A", "frequencies: [{allele: A, source: x, EUR: 1.5}]"),
        (
            VARIANTS,
            "EUR: 1.5",
            "variants[0](rs1).frequencies[0].EUR",
            "Input should be less than or equal to 1, not '1.5'",
        ),
    ),
    "one allele": (
        (VARIANTS, RS6_ALLELES, "alleles: [{bases: G}]"),
        (
            VARIANTS,
            "alleles: [{bases: G}]\n",
            "variants[5](rs6).alleles",
            "Tuple should have at least 2 items after validation, not 1",
        ),
    ),
    "definition without a source": (
        (
            VARIANTS,
            (
                f"{RS6_ALLELES}\n    consequence: none\n    paper_wording: plus strand\n"
                "    sources: [made up]\n"
            ),
            (
                f"{RS6_ALLELES}\n    consequence: none\n    paper_wording: plus strand\n"
                "    sources: []\n"
            ),
        ),
        (
            VARIANTS,
            "sources: []",
            "variants[5](rs6).sources",
            "Tuple should have at least 1 item after validation, not 0",
        ),
    ),
    "conclusion from nothing": (
        (EVIDENCE, "evidence: [one-rs1-survival]", "evidence: []"),
        (
            EVIDENCE,
            "evidence: []",
            "associations[0](rs1-survival).evidence",
            "Tuple should have at least 1 item after validation, not 0",
        ),
    ),
    "linkage of one": (
        (FRAME, BEFORE_COHORTS, "linkage: [{id: l, variants: [rs1], note: x}]\ncohorts:\n"),
        (
            FRAME,
            "linkage:",
            "linkage[0](l).variants",
            "Tuple should have at least 2 items after validation, not 1",
        ),
    ),
    "PMID with a word": (
        (FRAME, '"1001"', '"PMID 1001"'),
        (FRAME, '"PMID 1001"', "publications[0](one-2001).pmid", pattern(PMID, "PMID 1001")),
    ),
    "PMID with a leading zero": (
        (FRAME, '"1001"', '"01001"'),
        (FRAME, '"01001"', "publications[0](one-2001).pmid", pattern(PMID, "01001")),
    ),
    "PMID of nine digits": (
        (FRAME, '"1001"', '"123456789"'),
        (FRAME, '"123456789"', "publications[0](one-2001).pmid", pattern(PMID, "123456789")),
    ),
    "PMCID without letters": (
        (FRAME, 'pmid: "1001"', 'pmcid: "1001"'),
        (FRAME, 'pmcid: "1001"', "publications[0](one-2001).pmcid", pattern(PMCID, "1001")),
    ),
    "DOI as an address": (
        (FRAME, "doi: 10.1000/two", "doi: https://doi.org/10.1000/two"),
        (
            FRAME,
            "doi: https",
            "publications[1](two-2002).doi",
            pattern(DOI, "https://doi.org/10.1000/two"),
        ),
    ),
    "DOI with a space": (
        (FRAME, "doi: 10.1000/two", "doi: 10.1000/t wo"),
        (FRAME, "doi: 10.1000/t wo", "publications[1](two-2002).doi", pattern(DOI, "10.1000/t wo")),
    ),
    "rsID without letters": (
        (VARIANTS, "id: rs6", 'id: "6"'),
        (VARIANTS, 'id: "6"', "variants[5](6).id", pattern(RSID, "6")),
    ),
    "rsID with a leading zero": (
        (VARIANTS, "merged: [rs11]", "merged: [rs011]"),
        (VARIANTS, "rs011", "variants[0](rs1).merged[0]", pattern(RSID, "rs011")),
    ),
    "rsID in capitals": (
        (EVIDENCE, "variant: rs1\n", "variant: RS1\n"),
        (EVIDENCE, "variant: RS1", "associations[0](rs1-survival).variant", pattern(RSID, "RS1")),
    ),
    "id with a space": (
        (FRAME, "id: letrozole", "id: letro zole"),
        (FRAME, "letro zole", "drugs[1](letro zole).id", pattern(IDENTIFIER, "letro zole")),
    ),
    "base in small letters": (
        (VARIANTS, "{bases: C}, {bases: T}]", "{bases: C}, {bases: t}]"),
        (VARIANTS, "bases: t", "variants[1](rs2).alleles[2].bases", pattern(BASES, "t")),
    ),
    "unknown base": (
        (EVIDENCE, "allele: A\n    direction: higher", "allele: N\n    direction: higher"),
        (EVIDENCE, "allele: N", "associations[0](rs1-survival).allele", pattern(BASES, "N")),
    ),
    "phased genotype": (
        (EVIDENCE, "effect: [A/A, A/C]", "effect: [A/A, A|C]"),
        (
            EVIDENCE,
            "A|C",
            "evidence[0](one-rs1-survival).compared.effect[1]",
            pattern(GENOTYPE, "A|C"),
        ),
    ),
    "half a genotype": (
        (EVIDENCE, "effect: [A/A, A/C]", "effect: [A/A, A]"),
        (
            EVIDENCE,
            "effect: [A/A, A]",
            "evidence[0](one-rs1-survival).compared.effect[1]",
            pattern(GENOTYPE, "A"),
        ),
    ),
    "conclusion on nothing": (
        (EVIDENCE, "C/C: {direction: comparator", '"": {direction: comparator'),
        (
            EVIDENCE,
            '"": {direction: comparator',
            "associations[0](rs1-survival).genotypes.",
            "String should have at least 1 character, not ''",
        ),
    ),
    "third assembly": (
        (VARIANTS, RS6_37, RS6_37.replace("GRCh37", "T2T")),
        (
            VARIANTS,
            "T2T",
            "variants[5](rs6).loci.T2T",
            "Input should be 'GRCh37' or 'GRCh38', not 'T2T'",
        ),
    ),
}

WORDS: dict[str, tuple[Edit, str, tuple[str, ...]]] = {
    "strand of a gene": (
        (FRAME, 'strand: "-"', "strand: minus"),
        "genes[1](BBB).strand",
        ("+", "-"),
    ),
    "category": (
        (FRAME, "category: toxicity", "category: harm"),
        "outcomes[3](pain).category",
        ("efficacy", "exposure", "estradiol_suppression", "toxicity", "background"),
    ),
    "what higher is": (
        (FRAME, "group: joints, higher_is: worse", "group: joints, higher_is: bad"),
        "outcomes[3](pain).higher_is",
        ("better", "worse", "neutral"),
    ),
    "sex of a setting": (
        (FRAME, "name: adjuvant, sex: female", "name: adjuvant, sex: women"),
        "settings[0](adjuvant).sex",
        ("female", "male", "any"),
    ),
    "off label": (
        (
            FRAME,
            'name: adjuvant, sex: female, off_label: "no"',
            "name: a, sex: any, off_label: none",
        ),
        "settings[0](adjuvant).off_label",
        ("yes", "no", "not_applicable"),
    ),
    "type of a variant": (
        (VARIANTS, "type: deletion", "type: indel"),
        "variants[4](rs5).type",
        ("snv", "insertion", "deletion", "repeat"),
    ),
    "level of ClinPGx": (
        (
            VARIANTS,
            "studied_allele: A",
            'clinpgx: [{id: "1", level: "5", drugs: [x], about: x}]',
        ),
        "variants[0](rs1).clinpgx[0](1).level",
        ("1A", "1B", "2A", "2B", "3", "4"),
    ),
    "kind of evidence": (
        (EVIDENCE, "variants: [rs1]\n    kind: clinical", "variants: [rs1]\n    kind: trial"),
        "evidence[0](one-rs1-survival).kind",
        ("clinical", "meta_analysis", "laboratory", "background"),
    ),
    "sex of a population": (
        (EVIDENCE, "{sex: female, menopause: postmenopausal}", "{sex: any}"),
        "evidence[0](one-rs1-survival).population.sex",
        ("female", "male", "both", "not_applicable", "not_stated"),
    ),
    "menopause": (
        (EVIDENCE, "menopause: postmenopausal", "menopause: after"),
        "evidence[0](one-rs1-survival).population.menopause",
        ("postmenopausal", "premenopausal", "mixed", "not_applicable", "not_stated"),
    ),
    "strand of a wording": (
        (EVIDENCE, "wording: A carriers\n    strand: plus", "wording: x\n    strand: coding"),
        "evidence[0](one-rs1-survival).strand",
        ("plus", "minus", "mixed", "inferred", "unknown", "not_applicable"),
    ),
    "result": (
        (EVIDENCE, "result: association", "result: positive"),
        "evidence[0](one-rs1-survival).result",
        ("association", "null", "unclear"),
    ),
    "genetic model": (
        (EVIDENCE, "model: carriers", "model: dominant"),
        "evidence[0](one-rs1-survival).model",
        ("carriers", "homozygotes", "per_allele", "genotypes", "haplotype", "not_stated"),
    ),
    "direction of evidence": (
        (EVIDENCE, "direction: higher\n    effects", "direction: longer\n    effects"),
        "evidence[0](one-rs1-survival).direction",
        ("higher", "lower", "none", "unknown"),
    ),
    "significance": (
        (EVIDENCE, "significance: corrected", "significance: significant"),
        "evidence[0](one-rs1-survival).significance",
        ("corrected", "nominal", "not_significant", "not_stated"),
    ),
    "specified": (
        (EVIDENCE, "specified: pre_specified", "specified: before"),
        "evidence[0](one-rs1-survival).specified",
        ("pre_specified", "post_hoc", "exploratory", "not_stated"),
    ),
    "reading": (
        (EVIDENCE, "read: full_text", "read: all"),
        "evidence[0](one-rs1-survival).read",
        ("full_text", "abstract", "partial", "second_hand"),
    ),
    "direction of a claim": (
        (EVIDENCE, "allele: A\n    direction: higher", "allele: A\n    direction: unknown"),
        "associations[0](rs1-survival).direction",
        ("higher", "lower", "none", "unsettled"),
    ),
    "direction of a genotype": (
        (EVIDENCE, "C/C: {direction: comparator", "C/C: {direction: reference"),
        "associations[0](rs1-survival).genotypes.C/C.direction",
        ("higher", "lower", "none", "comparator", "not_studied"),
    ),
}


@pytest.mark.parametrize(
    ("change", "told"), [*READING.values(), *FIELDS.values()], ids=[*READING, *FIELDS]
)
def test_a_value_that_may_not_stand_there(edited: Edited, change: Edit, told: Told) -> None:
    directory = edited(change)
    assert [row(directory, told)] == faults(directory)


@pytest.mark.parametrize(("change", "where", "words"), WORDS.values(), ids=WORDS)
def test_a_word_that_is_none_of_those_known(
    edited: Edited, change: Edit, where: str, words: tuple[str, ...]
) -> None:
    directory = edited(change)
    name, _, new = change
    field = where.rsplit(".", 1)[1]
    given = new.rsplit(f"{field}: ", 1)[1].split("\n")[0].split(",")[0].strip('"{}')
    quoted = [f"'{word}'" for word in words]
    what = f"Input should be {', '.join(quoted[:-1])} or {quoted[-1]}, not '{given}'"
    found = faults(directory)
    assert [(name, where, what)] == [(file, place, text) for file, _, place, text in found]
    line = (directory / name).read_text(encoding="utf-8").splitlines()[found[0][1] - 1]
    assert f"{field}: " in line


NAMES: dict[str, Rule] = {
    "gene of a variant": (
        (VARIANTS, "gene: BBB", "gene: ZZZ"),
        (VARIANTS, "gene: ZZZ", "variants(rs6).gene", "ZZZ"),
    ),
    "linked variant": (
        (FRAME, BEFORE_COHORTS, "linkage:\n  - {id: l, variants: [rs1, rs9], note: x}\ncohorts:\n"),
        (FRAME, "[rs1, rs9]", "linkage(l).variants", "rs9"),
    ),
    "overlapping cohort": (
        (FRAME, "the first toy cohort", "the first toy cohort, overlaps: [third]"),
        (FRAME, "[third]", "cohorts(first).overlaps", "third"),
    ),
    "publication of evidence": (
        (EVIDENCE, "publication: one-2001", "publication: one-2002"),
        (EVIDENCE, "publication: one-2002", "evidence(one-rs1-survival).publication", "one-2002"),
    ),
    "cohort of evidence": (
        (EVIDENCE, "cohort: first", "cohort: third"),
        (EVIDENCE, "cohort: third", "evidence(one-rs1-survival).cohort", "third"),
    ),
    "variant of evidence": (
        (EVIDENCE, "variants: [rs2, rs6]", "variants: [rs2, rs9]"),
        (EVIDENCE, "[rs2, rs9]", "evidence(two-rs2-level-null).variants", "rs9"),
    ),
    "drug of evidence": (
        (
            EVIDENCE,
            "drugs: [anastrozole]\n    setting: metastatic",
            "drugs: [anastrozol]\n    setting: metastatic",
        ),
        (EVIDENCE, "[anastrozol]", "evidence(one-rs1-survival).drugs", "anastrozol"),
    ),
    "setting of evidence": (
        (EVIDENCE, "setting: metastatic\n    population", "setting: late\n    population"),
        (EVIDENCE, "setting: late", "evidence(one-rs1-survival).setting", "late"),
    ),
    "outcome of evidence": (
        (EVIDENCE, "outcome: survival\n    wording", "outcome: death\n    wording"),
        (EVIDENCE, "outcome: death", "evidence(one-rs1-survival).outcome", "death"),
    ),
    "haplotype of evidence": (
        (EVIDENCE, "model: carriers", "haplotype: h"),
        (EVIDENCE, "haplotype: h", "evidence(one-rs1-survival).haplotype", "h"),
    ),
    "variant of an association": (
        (EVIDENCE, "variant: rs1\n", "variant: rs9\n"),
        (EVIDENCE, "variant: rs9", "associations(rs1-survival).variant", "rs9"),
    ),
    "outcome of an association": (
        (EVIDENCE, "outcome: survival\n    drug:", "outcome: death\n    drug:"),
        (EVIDENCE, "outcome: death", "associations(rs1-survival).outcome", "death"),
    ),
    "drug of an association": (
        (
            EVIDENCE,
            "drug: anastrozole\n    setting: metastatic",
            "drug: none\n    setting: metastatic",
        ),
        (EVIDENCE, "drug: none", "associations(rs1-survival).drug", "none"),
    ),
    "setting of an association": (
        (EVIDENCE, "setting: metastatic\n    allele", "setting: late\n    allele"),
        (EVIDENCE, "setting: late", "associations(rs1-survival).setting", "late"),
    ),
    "evidence of an association": (
        (EVIDENCE, "[one-rs1-survival]", "[one-rs1-survival, three]"),
        (EVIDENCE, ", three]", "associations(rs1-survival).evidence", "three"),
    ),
    "excluded evidence": (
        (EVIDENCE, CONCLUDED, f"{CONCLUDED}    excluded: {{three: too small}}\n"),
        (EVIDENCE, "excluded:", "associations(rs1-survival).excluded", "three"),
    ),
}


@pytest.mark.parametrize(("change", "told"), NAMES.values(), ids=NAMES)
def test_a_name_that_names_nothing(edited: Edited, change: Edit, told: Told) -> None:
    directory = edited(change)
    name, mark, where, what = told
    told = (name, mark, where, f"names no known entry: {what}")
    assert [row(directory, told)] == faults(directory)


DEFINITIONS: dict[str, Rule] = {
    "one signal in two groups": (
        (
            FRAME,
            BEFORE_COHORTS,
            (
                "linkage:\n  - {id: l, variants: [rs1, rs2], note: x}\n"
                "  - {id: m, variants: [rs1, rs4], note: x} # second\ncohorts:\n"
            ),
        ),
        (FRAME, "# second", "linkage(m).variants", "rs1 is also in l"),
    ),
    "entry twice in a file": (
        (FRAME, "id: letrozole, name: letrozole", "id: anastrozole, name: letrozole"),
        (FRAME, "name: letrozole", "drugs(anastrozole)", "is defined twice"),
    ),
    "entry twice in two files": (
        (
            EVIDENCE,
            "evidence:\n  - id: one",
            "drugs:\n  - {id: letrozole, name: x, drug_class: x}\nevidence:\n  - id: one",
        ),
        (FRAME, "id: letrozole", "drugs(letrozole)", "is defined twice"),
    ),
    "merged into two": (
        (VARIANTS, "type: deletion", "type: deletion\n    merged: [rs51, rs11]"),
        (VARIANTS, "merged: [rs51", "variants(rs5).merged", "rs11 is also rs1"),
    ),
    "merged, but a variant": (
        (VARIANTS, "type: deletion", "type: deletion\n    merged: [rs1]"),
        (VARIANTS, "merged: [rs1]", "variants(rs5).merged", "rs1 is also rs1"),
    ),
    "chromosome unlike the gene's": (
        (VARIANTS, RS6_37, RS6_37.replace('"2"', '"1"')),
        (VARIANTS, 'chrom: "1", pos: 50,', "variants(rs6).loci.GRCh37", "is on 1, but BBB is on 2"),
    ),
    "allele twice": (
        (VARIANTS, RS6_ALLELES, "alleles: [{bases: G}, {bases: T}, {bases: T}]"),
        (VARIANTS, "{bases: T}, {bases: T}]", "variants(rs6).alleles", "an allele is listed twice"),
    ),
    "one assembly": (
        (VARIANTS, f"{RS6_37}, {RS6_38}", RS6_38),
        (VARIANTS, "pos: 50,", "variants(rs6).loci", "both GRCh37 and GRCh38 are needed"),
    ),
    "no GRCh38": (
        (VARIANTS, f"{RS6_37}, {RS6_38}", RS6_37),
        (VARIANTS, "pos: 50,", "variants(rs6).loci", "both GRCh37 and GRCh38 are needed"),
    ),
    "reference that is no allele": (
        (VARIANTS, RS6_37, RS6_37.replace("ref: G", "ref: C")),
        (
            VARIANTS,
            "pos: 50, ref: C",
            "variants(rs6).loci.GRCh37",
            "the reference C is not one of the alleles",
        ),
    ),
    "first allele is not the reference": (
        (VARIANTS, RS6_ALLELES, "alleles: [{bases: T}, {bases: G}]"),
        (
            VARIANTS,
            "[{bases: T}, {bases: G}]",
            "variants(rs6).alleles",
            "the first allele must be the GRCh38 reference",
        ),
    ),
    "studied allele": (
        (VARIANTS, "studied_allele: A", "studied_allele: G"),
        (
            VARIANTS,
            "studied_allele: G",
            "variants(rs1).studied_allele",
            "G is not one of the alleles",
        ),
    ),
    "single base that is not one": (
        (VARIANTS, "type: insertion", "type: snv # long"),
        (VARIANTS, "# long", "variants(rs4).type", "snv does not fit the alleles G, GT"),
    ),
    "insertion of nothing": (
        (VARIANTS, "alleles: [{bases: G}, {bases: GT}]", "alleles: [{bases: G}, {bases: T}]"),
        (
            VARIANTS,
            "type: insertion",
            "variants(rs4).type",
            "insertion does not fit the alleles G, T",
        ),
    ),
    "frequency of a strange allele": (
        (VARIANTS, "studied_allele: A", "frequencies: [{allele: G, source: x, EUR: 0.5}]"),
        (VARIANTS, "allele: G,", "variants(rs1).frequencies.0", "G is not one of the alleles"),
    ),
    "no window": (
        (VARIANTS, RS4_37, 'GRCh37: {chrom: "1", pos: 451, ref: G}'),
        (
            VARIANTS,
            "pos: 451",
            "variants(rs4).loci.GRCh37",
            "type insertion needs window and window_start",
        ),
    ),
    "window without its start": (
        (VARIANTS, RS5_38, RS5_38.replace("window_start: 500, ", "")),
        (
            VARIANTS,
            "pos: 501",
            "variants(rs5).loci.GRCh38",
            "type deletion needs window and window_start",
        ),
    ),
    "window without REF": (
        (VARIANTS, RS5_38, RS5_38.replace("window_start: 500", "window_start: 499")),
        (
            VARIANTS,
            "pos: 501",
            "variants(rs5).loci.GRCh38",
            "the window does not hold REF at its position",
        ),
    ),
    "window behind its variant": (
        (VARIANTS, RS4_38, RS4_38.replace("window_start: 400", "window_start: 402")),
        (
            VARIANTS,
            "pos: 401",
            "variants(rs4).loci.GRCh38",
            "the window does not hold REF at its position",
        ),
    ),
    "window that ends within the repeat of an insertion": (
        (VARIANTS, RS4_38, RS4_38.replace("GGTTTTTCC", "GGTTTTT")),
        (
            VARIANTS,
            "pos: 401",
            "variants(rs4).loci.GRCh38",
            "the window is too small for the shifted spellings of GT",
        ),
    ),
    "window that ends within the repeat of a deletion": (
        (VARIANTS, RS5_38, RS5_38.replace("GGCACACATT", "GGCACACA")),
        (
            VARIANTS,
            "pos: 501",
            "variants(rs5).loci.GRCh38",
            "the window is too small for the shifted spellings of G",
        ),
    ),
}

DEFINITIONS |= {
    "reference of several bases that is not verified": (
        (VARIANTS, RS5_38, RS5_38.replace("ref: GCA", 'ref: GCA, ref_verified: "no"')),
        (
            VARIANTS,
            "ref_verified",
            "variants(rs5).loci.GRCh38",
            "only of a single base may a file tell the reference",
        ),
    ),
    "another shift between the assemblies": (
        (VARIANTS, "pos: 250, ref: A}", "pos: 251, ref: A}"),
        (
            VARIANTS,
            "pos: 251",
            "variants(rs2).loci",
            "GRCh37 - GRCh38 is 51, but 50 for most variants of AAA",
        ),
    ),
    "the other assembly alone moved": (
        (VARIANTS, 'GRCh38: {chrom: "1", pos: 300', 'GRCh38: {chrom: "1", pos: 351'),
        (
            VARIANTS,
            "pos: 351",
            "variants(rs3).loci",
            "GRCh37 - GRCh38 is -1, but 50 for most variants of AAA",
        ),
    ),
    "name of one that is another's id": (
        (VARIANTS, "names: [legacy1]", "names: [rs2]"),
        (VARIANTS, "id: rs2", "variants(rs2).merged", "rs2 is also rs1"),
    ),
    "name that two have": (
        (VARIANTS, "type: deletion", "type: deletion\n    names: [legacy1]"),
        (VARIANTS, "id: rs5", "variants(rs5).merged", "legacy1 is also rs1"),
    ),
}

NEEDED: dict[str, Rule] = {
    "assembly": (
        (
            FRAME,
            (
                "  - id: GRCh38\n    names: [GRCh38, hg38]\n    source: made up\n    contigs:\n"
                '      - {chrom: "1", length: 1000, refseq: NC_000001.11, genbank: CM000663.2}\n'
                '      - {chrom: "2", length: 700, refseq: NC_000002.12, genbank: CM000664.2}\n'
            ),
            "",
        ),
        (EVIDENCE, FIRST_LINE, "assemblies", "GRCh38 is needed"),
    ),
    "message": (
        (MESSAGES, f"  - id: no_call\n    text: {NO_CALL}\n", ""),
        (EVIDENCE, FIRST_LINE, "messages", "no_call is needed"),
    ),
    "message that is not used": (
        (MESSAGES, "  - id: no_call\n", "  - id: hint\n    text: x\n  - id: no_call\n"),
        (MESSAGES, "id: hint", "messages(hint)", "is no message that the program uses"),
    ),
    "field of a message": (
        (MESSAGES, NO_CALL, NO_CALL.replace("{reason}", "{cause}")),
        (MESSAGES, "{cause}", "messages(no_call).text", "has no field {cause}, or it is not plain"),
    ),
    "format of a field": (
        (MESSAGES, NO_CALL, NO_CALL.replace("{reason}", "{reason:5d}")),
        (
            MESSAGES,
            "{reason:5d}",
            "messages(no_call).text",
            "has no field {reason}, or it is not plain",
        ),
    ),
    "field without a name": (
        (MESSAGES, NO_CALL, NO_CALL.replace("{reason}", "{}")),
        (MESSAGES, "({})", "messages(no_call).text", "has no field {}, or it is not plain"),
    ),
    "open brace in a message": (
        (MESSAGES, NO_CALL, NO_CALL.replace("{reason}", "{reason")),
        (
            MESSAGES,
            "({reason).",
            "messages(no_call).text",
            "is no template: expected '}' before end of string",
        ),
    ),
}

RESULTS: dict[str, Rule] = {
    "base of a variant that was not studied": (
        (EVIDENCE, FOUND, FOUND.replace("rs1: A", "rs6: G")),
        (
            EVIDENCE,
            "alleles: {rs6",
            "evidence(one-rs1-survival).alleles",
            "rs6 is not in variants",
        ),
    ),
    "base of a variant that nobody knows": (
        (EVIDENCE, FOUND, FOUND.replace("rs1: A", "rs9: A")),
        (
            EVIDENCE,
            "alleles: {rs9",
            "evidence(one-rs1-survival).alleles",
            "rs9 is not in variants",
        ),
    ),
    "base that is no allele": (
        (EVIDENCE, FOUND, FOUND.replace("rs1: A", "rs1: G")),
        (
            EVIDENCE,
            "alleles: {rs1: G",
            "evidence(one-rs1-survival).alleles",
            "G is no allele of rs1",
        ),
    ),
    "palindromic base of unknown strand": (
        (
            EVIDENCE,
            NULL,
            (
                "strand: unknown\n    result: association\n    alleles: {rs2: A}\n"
                "    direction: lower\n    significance: nominal\n"
            ),
        ),
        (
            EVIDENCE,
            "strand: unknown",
            "evidence(two-rs2-level-null).strand",
            "rs2 is palindromic: its strand must be settled or the base left out",
        ),
    ),
    "null with a direction": (
        (EVIDENCE, NULL, NULL.replace("none", "lower")),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null has no direction (none) and is not significant",
        ),
    ),
    "null with a direction that is unknown": (
        (EVIDENCE, NULL, NULL.replace("none", "unknown")),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null has no direction (none) and is not significant",
        ),
    ),
    "null that is nominally significant": (
        (EVIDENCE, NULL, NULL.replace("not_significant", "nominal")),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null has no direction (none) and is not significant",
        ),
    ),
    "null that is significant after correction": (
        (EVIDENCE, NULL, NULL.replace("not_significant", "corrected")),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null has no direction (none) and is not significant",
        ),
    ),
    "association that is not significant": (
        (EVIDENCE, "significance: corrected", "significance: not_significant # trend"),
        (
            EVIDENCE,
            "# trend",
            "evidence(one-rs1-survival).significance",
            "a result that is not significant is a null",
        ),
    ),
    "association without a direction": (
        (EVIDENCE, "direction: higher\n    effects", "direction: none # neither\n    effects"),
        (
            EVIDENCE,
            "# neither",
            "evidence(one-rs1-survival).direction",
            "an association is higher, lower or unknown",
        ),
    ),
    "base with an unknown direction": (
        (EVIDENCE, "direction: higher\n    effects", "direction: unknown\n    effects"),
        (
            EVIDENCE,
            "direction: unknown",
            "evidence(one-rs1-survival).direction",
            "a base, haplotype or phenotype is named, but no direction",
        ),
    ),
    "genotypes of two variants compared": (
        (EVIDENCE, NULL, f"{NULL}    compared: {{effect: [A/A], comparator: [C/C]}}\n"),
        (
            EVIDENCE,
            "{effect: [A/A], c",
            "evidence(two-rs2-level-null).compared",
            "genotypes can be compared for one variant only",
        ),
    ),
    "strange genotype in the effect": (
        (EVIDENCE, COMPARED, "compared: {effect: [A/A, A/G], comparator: [C/C]}"),
        (
            EVIDENCE,
            "compared:",
            "evidence(one-rs1-survival).compared",
            "A/G is no genotype of rs1",
        ),
    ),
    "strange genotype in the comparator": (
        (EVIDENCE, COMPARED, "compared: {effect: [A/A, A/C], comparator: [T/T]}"),
        (
            EVIDENCE,
            "compared:",
            "evidence(one-rs1-survival).compared",
            "T/T is no genotype of rs1",
        ),
    ),
}

CONCLUSIONS: dict[str, Rule] = {
    "setting of no result": (
        (EVIDENCE, "setting: metastatic\n    allele", "setting: adjuvant\n    allele"),
        (
            EVIDENCE,
            "setting: adjuvant\n    allele: A\n    direction: higher",
            "associations(rs1-survival).setting",
            "no scored result is from it, but from metastatic",
        ),
    ),
    "setting of an excluded result": (
        (
            EVIDENCE,
            CONCLUSION,
            MORE
            + CONCLUSION.replace("setting: metastatic", "setting: adjuvant").replace(
                "survival]", "survival, three-rs1-relapse]"
            )
            + "    excluded: {three-rs1-relapse: too small}\n",
        ),
        (
            EVIDENCE,
            "setting: adjuvant\n    allele: A\n    direction: higher",
            "associations(rs1-survival).setting",
            "no scored result is from it, but from metastatic",
        ),
    ),
    "background concluded from": (
        (
            FRAME,
            "{id: survival, name: survival, category: efficacy",
            "{id: survival, name: survival, category: background",
        ),
        (
            EVIDENCE,
            "outcome: survival\n    drug:",
            "associations(rs1-survival).outcome",
            "background is not concluded from",
        ),
    ),
    "known evidence left out": (
        (EVIDENCE, CONCLUSION, MORE + CONCLUSION),
        (
            EVIDENCE,
            "evidence: [one-rs1-survival]",
            "associations(rs1-survival).evidence",
            "leaves out three-rs1-relapse, a result on rs1 in control",
        ),
    ),
    "evidence on something else": (
        (EVIDENCE, "[one-rs1-survival]", "[one-rs1-survival, two-rs2-level-null]"),
        (
            EVIDENCE,
            "evidence: [one-rs1-survival, two",
            "associations(rs1-survival).evidence",
            "two-rs2-level-null is not about rs1 and control",
        ),
    ),
    "evidence on another outcome": (
        (EVIDENCE, CONCLUSION, PAIN + CONCLUSION.replace("survival]", "survival, three-rs1-pain]")),
        (
            EVIDENCE,
            "evidence: [one-rs1-survival, three",
            "associations(rs1-survival).evidence",
            "three-rs1-pain is not about rs1 and control",
        ),
    ),
    "excluded without being listed": (
        (
            EVIDENCE,
            CONCLUSION,
            f"{MORE}{CONCLUSION}    excluded: {{three-rs1-relapse: too small}}\n",
        ),
        (
            EVIDENCE,
            "excluded:",
            "associations(rs1-survival).excluded",
            "three-rs1-relapse is not in evidence",
        ),
    ),
    "allele that the variant has not": (
        (EVIDENCE, "allele: A\n    direction: higher", "allele: G\n    direction: higher"),
        (EVIDENCE, "allele: G", "associations(rs1-survival).allele", "G is no allele of rs1"),
    ),
    "genotype that is not covered": (
        (EVIDENCE, "      C/C: {direction: comparator, statement: Was compared with.}\n", ""),
        (
            EVIDENCE,
            "A/A: {direction: higher",
            "associations(rs1-survival).genotypes",
            "C/C is not covered",
        ),
    ),
    "genotype of a strange allele": (
        (
            EVIDENCE,
            "      C/C: {direction: comparator",
            "      A/G: {direction: not_studied, statement: x}\n      C/C: {direction: comparator",
        ),
        (
            EVIDENCE,
            "A/A: {direction: higher",
            "associations(rs1-survival).genotypes",
            "A/G is no genotype of rs1 (reference allele first)",
        ),
    ),
}


@pytest.mark.parametrize(
    ("change", "told"),
    [*NEEDED.values(), *DEFINITIONS.values(), *RESULTS.values(), *CONCLUSIONS.values()],
    ids=[*NEEDED, *DEFINITIONS, *RESULTS, *CONCLUSIONS],
)
def test_a_rule_between_entries(edited: Edited, change: Edit, told: Told) -> None:
    directory = edited(change)
    assert [row(directory, told)] == faults(directory)


def test_a_window_that_begins_within_a_repeat(edited: Edited) -> None:
    """A G that is put in at 401 may stand left of 400 as well, where the windows begin."""
    directory = edited((VARIANTS, "{bases: G}, {bases: GT}", "{bases: G}, {bases: GG}"))
    what = "the window is too small for the shifted spellings of GG"
    assert [
        row(directory, (VARIANTS, "pos: 451", "variants(rs4).loci.GRCh37", what)),
        row(directory, (VARIANTS, "pos: 401", "variants(rs4).loci.GRCh38", what)),
    ] == faults(directory)


@pytest.mark.parametrize("given", ["C/A", "A|C", "C", "A/C/C", "1", "other"])
def test_a_genotype_is_spelled_with_the_reference_first(edited: Edited, given: str) -> None:
    directory = edited((EVIDENCE, "A/C: {direction: higher", f'"{given}": {{direction: higher'))
    told = (EVIDENCE, "A/A: {direction: higher", "associations(rs1-survival).genotypes")
    assert [
        row(directory, (*told, "A/C is not covered")),
        row(directory, (*told, f"{given} is no genotype of rs1 (reference allele first)")),
    ] == faults(directory)


def test_a_third_allele_needs_its_genotypes(edited: Edited) -> None:
    old = "alleles: [{bases: A}, {bases: C}]\n    studied"
    directory = edited((VARIANTS, old, old.replace("C}]", "C}, {bases: G}]")))
    told = (EVIDENCE, "A/A: {direction: higher", "associations(rs1-survival).genotypes")
    assert [
        row(directory, (*told, f"{genotype} is not covered")) for genotype in ("A/G", "C/G", "G/G")
    ] == faults(directory)


GENOTYPES = {
    0: "C/C: {direction: comparator",
    1: "A/C: {direction: higher",
    2: "A/A: {direction: higher",
}
"""Genotype of rs1 by its copies of A, as the toy association has it."""


@pytest.mark.parametrize(
    ("claim", "copies", "given"),
    [
        (*key, given)
        for key, given in product(FOLLOWS, ("higher", "lower", "none", "comparator", "not_studied"))
    ],
)
def test_the_direction_of_a_genotype_follows_from_the_claim(
    edited: Edited, claim: str, copies: int, given: str
) -> None:
    """All genotypes but one are not studied, which follows from any claim."""
    edits = [(EVIDENCE, "allele: A\n    direction: higher", f"allele: A\n    direction: {claim}")]
    for count, old in GENOTYPES.items():
        genotype, _ = old.split(": ", 1)
        direction = given if count == copies else "not_studied"
        edits.append((EVIDENCE, old, f"{genotype}: {{direction: {direction}"))
    directory = edited(*edits)
    follows = FOLLOWS[claim, copies]
    if given in follows:
        assert claim == load([directory]).associations["rs1-survival"].direction
        return
    genotype = GENOTYPES[copies][:3]
    told = (
        EVIDENCE,
        f"{genotype}: {{direction: {given}, statement: {'Was' if copies == 0 else 'Lived'}",
        f"associations(rs1-survival).genotypes.{genotype}",
        f"{given} does not follow from A {claim}; expected {' or '.join(follows)}",
    )
    assert [row(directory, told)] == faults(directory)


def test_faults_of_all_files_are_told_at_once(edited: Edited) -> None:
    """Faults between entries stand in the order of files and lines, whatever rule found them."""
    directory = edited(
        (VARIANTS, RS6_ALLELES, "alleles: [{bases: T}, {bases: G}]"),
        (VARIANTS, "studied_allele: A", "studied_allele: T"),
        (VARIANTS, RS4_37, 'GRCh37: {chrom: "2", pos: 451, ref: G}'),
        (EVIDENCE, "[one-rs1-survival]", "[one-rs1-survival, two-rs2-level-null]"),
        (EVIDENCE, "significance: corrected", "significance: not_significant # trend"),
        (EVIDENCE, "C/C: {direction: comparator", "C/C: {direction: lower"),
        (EVIDENCE, NULL, NULL.replace("none", "higher")),
    )
    told = [
        (
            EVIDENCE,
            "# trend",
            "evidence(one-rs1-survival).significance",
            "a result that is not significant is a null",
        ),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null has no direction (none) and is not significant",
        ),
        (
            EVIDENCE,
            "evidence: [one-rs1-survival, two",
            "associations(rs1-survival).evidence",
            "two-rs2-level-null is not about rs1 and control",
        ),
        (
            EVIDENCE,
            "C/C: {direction: lower",
            "associations(rs1-survival).genotypes.C/C",
            "lower does not follow from A higher; expected comparator or not_studied",
        ),
        (
            VARIANTS,
            "studied_allele: T",
            "variants(rs1).studied_allele",
            "T is not one of the alleles",
        ),
        (
            VARIANTS,
            "pos: 451",
            "variants(rs4).loci.GRCh37",
            "type insertion needs window and window_start",
        ),
        (VARIANTS, "pos: 451", "variants(rs4).loci.GRCh37", "is on 2, but AAA is on 1"),
        (
            VARIANTS,
            "[{bases: T}, {bases: G}]",
            "variants(rs6).alleles",
            "the first allele must be the GRCh38 reference",
        ),
    ]
    assert [row(directory, item) for item in told] == faults(directory)


def test_files_that_cannot_be_read_are_told_at_once(edited: Edited) -> None:
    directory = edited(
        (EVIDENCE, "n: 100", "n: many"),
        (VARIANTS, "merged: [rs11]", "merged: [*11]"),
        (FRAME, "year: 2001", "year: recent"),
        (FRAME, '"1001"', '"PMID 1001"'),
    )
    parsing = "Input should be a valid integer, unable to parse string as an integer"
    told = [
        (EVIDENCE, "n: many", "evidence[0](one-rs1-survival).n", f"{parsing}, not 'many'"),
        (FRAME, "year: recent", "publications[0](one-2001).year", f"{parsing}, not 'recent'"),
        (FRAME, "PMID 1001", "publications[0](one-2001).pmid", pattern(PMID, "PMID 1001")),
        (
            VARIANTS,
            "merged: [*11]",
            "",
            (
                "is not YAML: found undefined alias; a value that begins with * must be quoted, "
                'as in "*22"'
            ),
        ),
    ]
    assert [row(directory, item) for item in told] == faults(directory)


ALLOWED: dict[str, Edit] = {
    "setting of one result of two": (
        EVIDENCE,
        CONCLUSION,
        MORE
        + CONCLUSION.replace("setting: metastatic", "setting: adjuvant").replace(
            "survival]", "survival, three-rs1-relapse]"
        ),
    ),
    "setting where nothing is scored": (
        EVIDENCE,
        "kind: clinical\n    drugs: [anastrozole]\n    setting: metastatic",
        "kind: laboratory\n    drugs: [anastrozole]\n    setting: adjuvant",
    ),
    "setting of an unsettled claim": (
        EVIDENCE,
        "setting: adjuvant\n    allele: A\n    direction: none",
        "setting: metastatic\n    allele: A\n    direction: unsettled",
    ),
    "gene with one variant": (VARIANTS, RS6_37, RS6_37.replace("pos: 50", "pos: 61")),
    "single base whose reference is not verified": (
        VARIANTS,
        RS6_37,
        RS6_37.replace("ref: G", 'ref: G, ref_verified: "no"'),
    ),
    "window of an end that is not known": (
        VARIANTS,
        RS4_38,
        RS4_38.replace("window: GGTTTTTCC", "window: GGTTTTT, window_end: unknown"),
    ),
    "quoted star allele": (VARIANTS, "names: [legacy1]", 'names: ["*22"]'),
    "evidence of the variant on another outcome": (EVIDENCE, CONCLUSION, PAIN + CONCLUSION),
    "evidence on the outcome of another variant": (
        EVIDENCE,
        CONCLUSION,
        MORE.replace("[rs1]", "[rs3]") + CONCLUSION,
    ),
    "frequency of a known allele": (
        VARIANTS,
        "studied_allele: A",
        "frequencies: [{allele: C, source: x, all: 0, EUR: 1}]",
    ),
    "evidence that is listed and excluded": (
        EVIDENCE,
        CONCLUSION,
        MORE
        + CONCLUSION.replace("survival]", "survival, three-rs1-relapse]")
        + "    excluded: {three-rs1-relapse: too small}\n",
    ),
    "palindromic variant whose base is left out": (
        EVIDENCE,
        NULL,
        (
            "strand: unknown\n    result: association\n    direction: lower\n"
            "    significance: nominal\n"
        ),
    ),
    "palindromic base of settled strand": (
        EVIDENCE,
        NULL,
        (
            "strand: inferred\n    result: association\n    alleles: {rs2: A}\n"
            "    direction: lower\n    significance: nominal\n"
        ),
    ),
    "association of unknown direction without a base": (
        EVIDENCE,
        "    alleles: {rs1: A}\n    model: carriers\n    " + COMPARED + "\n    direction: higher\n",
        "    direction: unknown\n",
    ),
    "null of unstated significance": (
        EVIDENCE,
        NULL,
        NULL.replace("not_significant", "not_stated"),
    ),
    "reference that differs between the assemblies": (
        VARIANTS,
        RS6_37,
        RS6_37.replace("ref: G", "ref: T"),
    ),
    "shortest window of an insertion": (
        VARIANTS,
        RS4_38,
        RS4_38.replace("400, window: GGTTTTTCC", "401, window: GTTTTTC"),
    ),
    "shortest window of a deletion": (
        VARIANTS,
        RS5_38,
        RS5_38.replace("500, window: GGCACACATT", "501, window: GCACACAT"),
    ),
}


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_comes_near_a_fault_and_is_none(edited: Edited, change: Edit) -> None:
    assert "toy" == load([edited(change)]).info.name


@pytest.mark.parametrize(
    ("alleles", "expected"),
    [
        (("A", "T"), True),
        (("C", "G"), True),
        (("A", "C", "T"), True),
        (("A", "C"), False),
        (("A", "G"), False),
        (("G", "T"), False),
        (("G", "GT"), False),
        (("CA", "TG"), True),
        (("AT", "A"), False),
    ],
)
def test_palindromic_alleles(alleles: tuple[str, ...], *, expected: bool) -> None:
    """Two alleles that are each other's reverse complement read the same on either strand."""
    assert expected is is_palindromic(alleles)
