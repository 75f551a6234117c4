"""Faults of a single entry: rejected YAML, unknown keys, and values of the wrong type."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.broken_knowledge import (
    EVIDENCE,
    FRAME,
    KNOWLEDGE,
    VARIANTS,
    Edit,
    ExpectedFault,
    Rule,
    edited_toy,
    joined,
    located,
    reported,
)
from helpers.toy_overlays import polygenic_entry, section

from pgx_ana.knowledge import load

COHORTS_SECTION = "cohorts:\n"
RS6_37 = 'GRCh37: {chrom: "2", pos: 50, ref: G}'
RS6_ALLELES = "alleles: [{bases: G}, {bases: T}]"
SEARCHED_IN_MAY = 'name: fertility, searched: made up, searched_on: "2026-05"'
POLYGENIC = section("polygenic", polygenic_entry("p", outcome="pain"))
HALF_VALIDATED = POLYGENIC.replace('validated: "no"', "validated: partly")
POLYGENIC_WITHOUT_SCORE = POLYGENIC.replace("    score: ten variants\n", "")
COMPARED = "compared: {effect: [A/A, A/C], comparator: [C/C]}"


def at_id(key: str) -> str:
    """Return the line that begins an entry."""
    return f"- id: {key}\n"


def extra(*, invalid: str) -> str:
    return f"Extra inputs are not permitted, not {invalid!r}"


def pattern(expression: str, invalid: str) -> str:
    return f"String should match pattern '{expression}', not {invalid!r}"


PMID, PMCID = r"^[1-9][0-9]{0,7}$", r"^PMC[1-9][0-9]*$"
DOI = r"^10\.[0-9]{4,9}/\S+$"
RSID = r"^(rs[1-9][0-9]*|[A-Z][A-Z0-9]+-[0-9]+[A-Za-z0-9>_+-]*)$"
IDENTIFIER, BASES = r"^[A-Za-z0-9][A-Za-z0-9_.:+-]*$", r"^[ACGT]+$"
GENOTYPE = r"^[ACGT]+/[ACGT]+$"

UNQUOTED_STAR = (
    "is not valid YAML: found undefined alias; a value that begins with * must be quoted, "
    'as in "*22"'
)

YAML_SYNTAX: dict[str, Rule] = {
    "repeated key": (
        (VARIANTS, "merged: [rs11]", "merged: [rs11]\n    type: snv # again"),
        (VARIANTS, "# again", "variants[0].type", "is given twice"),
    ),
    "repeated section": (
        (FRAME, COHORTS_SECTION, "drugs: [] # again\ncohorts:\n"),
        (FRAME, "# again", "drugs", "is given twice"),
    ),
    "unquoted star allele": (
        (VARIANTS, "names: [legacy1]", "names: [*22]"),
        (
            VARIANTS,
            "names: [*22]",
            "",
            UNQUOTED_STAR,
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
    "key that is a list": (
        (EVIDENCE, "n: 100", "n: 100\n    [n]: 100"),
        (EVIDENCE, "[n]:", "evidence[0]", "a key must be plain text"),
    ),
}

FIELDS: dict[str, Rule] = {
    "unknown section": (
        (FRAME, COHORTS_SECTION, "cohort: []\ncohorts:\n"),
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
    "word instead of an integer": (
        (EVIDENCE, "n: 100", "n: many"),
        (
            EVIDENCE,
            "n: many",
            "evidence[0](one-rs1-survival).n",
            "Input should be a valid integer, unable to parse string as an integer, not 'many'",
        ),
    ),
    "word instead of an effect size": (
        (EVIDENCE, "value: 0.5", "value: half"),
        (
            EVIDENCE,
            "value: half",
            "evidence[0](one-rs1-survival).effects[0].value",
            "Input should be a valid number, unable to parse string as a number, not 'half'",
        ),
    ),
    "text instead of a list": (
        (VARIANTS, "names: [legacy1]", "names: legacy1"),
        (
            VARIANTS,
            "names: legacy1",
            "variants[0](rs1).names",
            "Input should be a valid tuple, not 'legacy1'",
        ),
    ),
    "list instead of text": (
        (EVIDENCE, "wording: A carriers", "wording: [A carriers]"),
        (
            EVIDENCE,
            "wording: [A",
            "evidence[0](one-rs1-survival).wording",
            "Input should be a valid string",
        ),
    ),
    "list instead of a mapping": (
        (EVIDENCE, "alleles: {rs1: A}", "alleles: [rs1]"),
        (
            EVIDENCE,
            "alleles: [rs1]",
            "evidence[0](one-rs1-survival).alleles",
            "Input should be a valid dictionary",
        ),
    ),
    "sample size of zero": (
        (EVIDENCE, "n: 100", "n: 0"),
        (
            EVIDENCE,
            "n: 0",
            "evidence[0](one-rs1-survival).n",
            "Input should be greater than or equal to 1, not '0'",
        ),
    ),
    "sample size of more people than there are": (
        (EVIDENCE, "n: 100", "n: 1000000001"),
        (
            EVIDENCE,
            "n: 1000000001",
            "evidence[0](one-rs1-survival).n",
            "Input should be less than or equal to 1000000000, not '1000000001'",
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
    "year out of range": (
        (FRAME, "year: 2001", "year: 201"),
        (
            FRAME,
            "year: 201,",
            "publications[0](one-2001).year",
            "Input should be greater than or equal to 1950, not '201'",
        ),
    ),
    "frequency above one": (
        (VARIANTS, "studied_allele: A", "frequencies: [{allele: A, source: x, EUR: 1.5}]"),
        (
            VARIANTS,
            "EUR: 1.5",
            "variants[0](rs1).frequencies[0].EUR",
            "Input should be less than or equal to 1, not '1.5'",
        ),
    ),
    "single allele": (
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
    "association without evidence": (
        (EVIDENCE, "evidence: [one-rs1-survival]", "evidence: []"),
        (
            EVIDENCE,
            "evidence: []",
            "associations[0](rs1-survival).evidence",
            "Tuple should have at least 1 item after validation, not 0",
        ),
    ),
    "linkage group of one variant": (
        (FRAME, COHORTS_SECTION, "linkage: [{id: l, variants: [rs1], note: x}]\ncohorts:\n"),
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
    "DOI as a URL": (
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
    "rsID in upper case": (
        (EVIDENCE, "variant: rs1\n", "variant: RS1\n"),
        (EVIDENCE, "variant: RS1", "associations[0](rs1-survival).variant", pattern(RSID, "RS1")),
    ),
    "id with a space": (
        (FRAME, "id: letrozole", "id: letro zole"),
        (FRAME, "letro zole", "drugs[1](letro zole).id", pattern(IDENTIFIER, "letro zole")),
    ),
    "base in lower case": (
        (VARIANTS, "{bases: C}, {bases: T}]", "{bases: C}, {bases: t}]"),
        (VARIANTS, "bases: t", "variants[1](rs2).alleles[2].bases", pattern(BASES, "t")),
    ),
    "unknown base": (
        (EVIDENCE, "alleles: {rs1: A}", "alleles: {rs1: N}"),
        (
            EVIDENCE,
            "alleles: {rs1: N}",
            "evidence[0](one-rs1-survival).alleles.rs1",
            pattern(BASES, "N"),
        ),
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
    "conclusion with an empty key": (
        (EVIDENCE, "C/C: lower", '"": lower'),
        (
            EVIDENCE,
            '"": lower',
            "associations[0](rs1-survival).genotypes.",
            "String should have at least 1 character, not ''",
        ),
    ),
    "association without a statement": (
        (EVIDENCE, "    statement: Carriers of A lived longer than C/C.\n", ""),
        (
            EVIDENCE,
            at_id("rs1-survival"),
            "associations[0](rs1-survival).statement",
            "Field required",
        ),
    ),
    "statement of a single genotype": (
        (EVIDENCE, "C/C: lower", "C/C: {direction: lower, statement: x}"),
        (
            EVIDENCE,
            "C/C: {",
            "associations[0](rs1-survival).genotypes.C/C",
            (
                "Input should be 'higher', 'lower', 'between', 'no_difference', 'unsettled' or "
                "'not_studied'"
            ),
        ),
    ),
    "direction of the whole association": (
        (EVIDENCE, "variant: rs1\n", "variant: rs1\n    direction: higher # of all\n"),
        (
            EVIDENCE,
            "# of all",
            "associations[0](rs1-survival).direction",
            extra(invalid="higher"),
        ),
    ),
    "another version of the format": (
        (KNOWLEDGE, 'format: "2"', 'format: "1"'),
        (KNOWLEDGE, 'format: "1"', "knowledge.format", "Input should be '2', not '1'"),
    ),
    "knowledge base without a drug": (
        (KNOWLEDGE, "  drug: anastrozole\n", ""),
        (KNOWLEDGE, "name: toy", "knowledge.drug", "Field required"),
    ),
    "context without a sex": (
        (FRAME, "name: use in men, sex: male", "name: use in men"),
        (FRAME, "name: use in men", "contexts[1](men).sex", "Field required"),
    ),
    "question without a search": (
        (FRAME, "name: fertility, searched: made up", "name: fertility"),
        (FRAME, "name: fertility", "questions[2](fertility).searched", "Field required"),
    ),
    "search without a day": (
        (FRAME, 'name: fertility, searched: made up, searched_on: "2026-01-02"', SEARCHED_IN_MAY),
        (
            FRAME,
            "2026-05",
            "questions[2](fertility).searched_on",
            pattern(r"^\d{4}-\d{2}-\d{2}$", "2026-05"),
        ),
    ),
    "polygenic result without a score": (
        (EVIDENCE, "evidence:\n  - id: one", f"{POLYGENIC_WITHOUT_SCORE}evidence:\n  - id: one"),
        (EVIDENCE, at_id("p"), "polygenic[0](p).score", "Field required"),
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

CONTROLLED_TERMS: dict[str, tuple[Edit, str, tuple[str, ...]]] = {
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
        (FRAME, 'sex: female, off_label: "no"', "sex: female, off_label: sometimes"),
        "contexts[0](adjuvant).off_label",
        ("yes", "no"),
    ),
    "sex of a context": (
        (FRAME, "name: use in men, sex: male", "name: use in men, sex: any"),
        "contexts[1](men).sex",
        ("female", "male"),
    ),
    "sex of a question": (
        (FRAME, "name: fertility,", "name: fertility, sex: men,"),
        "questions[2](fertility).sex",
        ("female", "male", "any"),
    ),
    "whether a score was validated": (
        (
            EVIDENCE,
            "evidence:\n  - id: one",
            f"{HALF_VALIDATED}evidence:\n  - id: one",
        ),
        "polygenic[0](p).validated",
        ("yes", "no", "not_stated"),
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
    "keys of the genotypes": (
        (EVIDENCE, "variant: rs1\n", "haplotype_set: s\n    keyed_by: haplotype\n"),
        "associations[0](rs1-survival).keyed_by",
        ("diplotype", "phenotype"),
    ),
    "direction of a genotype": (
        (EVIDENCE, "C/C: lower", "C/C: comparator"),
        "associations[0](rs1-survival).genotypes.C/C",
        ("higher", "lower", "between", "no_difference", "unsettled", "not_studied"),
    ),
}
RULES = joined(YAML_SYNTAX, FIELDS)


@pytest.mark.parametrize(("change", "fault"), RULES.values(), ids=RULES)
def test_broken_rule_is_reported(tmp_path: Path, change: Edit, fault: ExpectedFault) -> None:
    directory = edited_toy(tmp_path, change)
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize(
    ("change", "where", "terms"), CONTROLLED_TERMS.values(), ids=CONTROLLED_TERMS
)
def test_value_outside_a_controlled_vocabulary_is_reported(
    tmp_path: Path, change: Edit, where: str, terms: tuple[str, ...]
) -> None:
    directory = edited_toy(tmp_path, change)
    name, _, new = change
    field = where.rsplit(".", 1)[1]
    given = new.rsplit(f"{field}: ", 1)[1].split("\n")[0].split(",")[0].strip('"{}')
    quoted = [f"'{term}'" for term in terms]
    what = f"Input should be {', '.join(quoted[:-1])} or {quoted[-1]}, not '{given}'"
    faults = reported(directory)
    assert [(name, where, what)] == [(file, place, text) for file, _, place, text in faults]
    line = (directory / name).read_text(encoding="utf-8").splitlines()[faults[0][1] - 1]
    assert f"{field}: " in line


def test_faults_of_all_unreadable_files_are_reported_together(tmp_path: Path) -> None:
    directory = edited_toy(
        tmp_path,
        (EVIDENCE, "n: 100", "n: many"),
        (VARIANTS, "merged: [rs11]", "merged: [*11]"),
        (FRAME, "year: 2001", "year: recent"),
        (FRAME, '"1001"', '"PMID 1001"'),
    )
    parsing = "Input should be a valid integer, unable to parse string as an integer"
    expected = [
        (EVIDENCE, "n: many", "evidence[0](one-rs1-survival).n", f"{parsing}, not 'many'"),
        (FRAME, "year: recent", "publications[0](one-2001).year", f"{parsing}, not 'recent'"),
        (FRAME, "PMID 1001", "publications[0](one-2001).pmid", pattern(PMID, "PMID 1001")),
        (VARIANTS, "merged: [*11]", "", UNQUOTED_STAR),
    ]
    assert located(directory, *expected) == reported(directory)


def test_other_format_is_the_only_fault_reported(tmp_path: Path) -> None:
    """Every entry of another format would have faults."""
    directory = edited_toy(
        tmp_path, (KNOWLEDGE, 'format: "2"', 'format: "1"'), (EVIDENCE, "n: 100", "n: many")
    )
    expected = (KNOWLEDGE, 'format: "1"', "knowledge.format", "Input should be '2', not '1'")
    assert located(directory, expected) == reported(directory)


def test_quoted_star_allele_is_valid(tmp_path: Path) -> None:
    directory = edited_toy(tmp_path, (VARIANTS, "names: [legacy1]", 'names: ["*22"]'))
    assert ("*22",) == load([directory]).definitions["rs1"].names
