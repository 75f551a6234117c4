"""Faults between entries: required entries, references and variants."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.broken_knowledge import (
    EVIDENCE,
    FRAME,
    KNOWLEDGE,
    MESSAGES,
    VARIANTS,
    Edit,
    ExpectedFault,
    Rule,
    edited_toy,
    joined,
    located,
    reported,
    unknown_entries,
)
from helpers.toy_overlays import polygenic_entry, section

from pgx_ana.knowledge import load

FIRST_LINE = "evidence:\n  - id: one"
"""Beginning of the first file, at which missing entries are reported."""

NO_CALL = '"Not assessed: {variant} was not called ({reason})."'
COHORTS_SECTION = "cohorts:\n"
LISTED_EVIDENCE = "    evidence: [one-rs1-survival]\n"
RS4_37 = 'GRCh37: {chrom: "1", pos: 451, ref: G, window_start: 450, window: GGTTTTTCC}'
RS4_38 = 'GRCh38: {chrom: "1", pos: 401, ref: G, window_start: 400, window: GGTTTTTCC}'
RS5_38 = 'GRCh38: {chrom: "1", pos: 501, ref: GCA, window_start: 500, window: GGCACACATT}'
RS6_37 = 'GRCh37: {chrom: "2", pos: 50, ref: G}'
RS6_38 = 'GRCh38: {chrom: "2", pos: 50, ref: G}'
RS6_ALLELES = "alleles: [{bases: G}, {bases: T}]"

REQUIRED_ENTRIES: dict[str, Rule] = {
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
        (EVIDENCE, FIRST_LINE, "assemblies", "GRCh38 is missing"),
    ),
    "message": (
        (MESSAGES, f"  - id: no_call\n    text: {NO_CALL}\n", ""),
        (EVIDENCE, FIRST_LINE, "messages", "no_call is missing"),
    ),
    "unused message": (
        (MESSAGES, "  - id: no_call\n", "  - id: hint\n    text: x\n  - id: no_call\n"),
        (MESSAGES, "id: hint", "messages(hint)", "is not a message that the program uses"),
    ),
    "unknown field of a message": (
        (MESSAGES, NO_CALL, NO_CALL.replace("{reason}", "{cause}")),
        (
            MESSAGES,
            "{cause}",
            "messages(no_call).text",
            "{cause} is not a field of this message, or has a format or conversion",
        ),
    ),
    "format of a field": (
        (MESSAGES, NO_CALL, NO_CALL.replace("{reason}", "{reason:5d}")),
        (
            MESSAGES,
            "{reason:5d}",
            "messages(no_call).text",
            "{reason} is not a field of this message, or has a format or conversion",
        ),
    ),
    "field without a name": (
        (MESSAGES, NO_CALL, NO_CALL.replace("{reason}", "{}")),
        (
            MESSAGES,
            "({})",
            "messages(no_call).text",
            "{} is not a field of this message, or has a format or conversion",
        ),
    ),
    "unclosed brace in a message": (
        (MESSAGES, NO_CALL, NO_CALL.replace("{reason}", "{reason")),
        (
            MESSAGES,
            "({reason).",
            "messages(no_call).text",
            "is not a valid template: expected '}' before end of string",
        ),
    ),
}

REFERENCES: dict[str, Rule] = {
    "gene of a variant": (
        (VARIANTS, "gene: BBB", "gene: ZZZ"),
        (VARIANTS, "gene: ZZZ", "variants(rs6).gene", "ZZZ"),
    ),
    "linked variant": (
        (
            FRAME,
            COHORTS_SECTION,
            "linkage:\n  - {id: l, variants: [rs1, rs9], note: x}\ncohorts:\n",
        ),
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
        (EVIDENCE, "setting: metastatic\n    evidence", "setting: late\n    evidence"),
        (EVIDENCE, "setting: late", "associations(rs1-survival).setting", "late"),
    ),
    "evidence of an association": (
        (EVIDENCE, "[one-rs1-survival]", "[one-rs1-survival, three]"),
        (EVIDENCE, ", three]", "associations(rs1-survival).evidence", "three"),
    ),
    "excluded evidence": (
        (EVIDENCE, LISTED_EVIDENCE, f"{LISTED_EVIDENCE}    excluded: {{three: too small}}\n"),
        (EVIDENCE, "excluded:", "associations(rs1-survival).excluded", "three"),
    ),
}

CONTEXT_SETTINGS = "settings: [adjuvant], monitored"
POLYGENIC = section("polygenic", polygenic_entry("p", outcome="pain"))
BEGINNING = "evidence:\n  - id: one"
UNKNOWN_TOGETHER = (
    "linkage:\n  - {id: l, variants: [rs1, rs2], note: x, together: {rs9: A}}\ncohorts:\n"
)
UNKNOWN_CONFLICT = (
    "linkage:\n  - {id: l, variants: [rs1, rs2], note: x, conflicts: [rs9-pain]}\ncohorts:\n"
)
REFERENCES |= {
    "linked allele of a variant": (
        (FRAME, COHORTS_SECTION, UNKNOWN_TOGETHER),
        (FRAME, "{rs9: A}", "linkage(l).together", "rs9"),
    ),
    "conflict of an association": (
        (FRAME, COHORTS_SECTION, UNKNOWN_CONFLICT),
        (FRAME, "[rs9-pain]", "linkage(l).conflicts", "rs9-pain"),
    ),
    "setting of a context": (
        (FRAME, CONTEXT_SETTINGS, "settings: [adjuvant, late], monitored"),
        (FRAME, "[adjuvant, late]", "contexts(adjuvant).settings", "late"),
    ),
    **{
        f"{field} of a polygenic result": (
            (EVIDENCE, BEGINNING, POLYGENIC.replace(f"{field}: {known}", unknown) + BEGINNING),
            (EVIDENCE, unknown, f"polygenic(p).{field}", "nothing"),
        )
        for field, known, unknown in (
            ("publication", "two-2002", "publication: nothing"),
            ("cohort", "second", "cohort: nothing"),
            ("drugs", "[letrozole]", "drugs: [nothing]"),
            ("setting", "adjuvant", "setting: nothing"),
            ("outcome", "pain", "outcome: nothing"),
        )
    },
}

DEFINITIONS: dict[str, Rule] = {
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
    "rsID merged into two variants": (
        (VARIANTS, "type: deletion", "type: deletion\n    merged: [rs51, rs11]"),
        (VARIANTS, "merged: [rs51", "variants(rs5).merged", "rs11 already identifies rs1"),
    ),
    "merged rsID that is a variant": (
        (VARIANTS, "type: deletion", "type: deletion\n    merged: [rs1]"),
        (VARIANTS, "merged: [rs1]", "variants(rs5).merged", "rs1 already identifies rs1"),
    ),
    "variant on another chromosome than its gene": (
        (VARIANTS, RS6_37, RS6_37.replace('"2"', '"1"')),
        (
            VARIANTS,
            'chrom: "1", pos: 50,',
            "variants(rs6).loci.GRCh37",
            "is on chromosome 1, but BBB is on chromosome 2",
        ),
    ),
    "allele twice": (
        (VARIANTS, RS6_ALLELES, "alleles: [{bases: G}, {bases: T}, {bases: T}]"),
        (VARIANTS, "{bases: T}, {bases: T}]", "variants(rs6).alleles", "an allele is listed twice"),
    ),
    "one assembly": (
        (VARIANTS, f"{RS6_37}, {RS6_38}", RS6_38),
        (VARIANTS, "pos: 50,", "variants(rs6).loci", "both GRCh37 and GRCh38 are required"),
    ),
    "no GRCh38": (
        (VARIANTS, f"{RS6_37}, {RS6_38}", RS6_37),
        (VARIANTS, "pos: 50,", "variants(rs6).loci", "both GRCh37 and GRCh38 are required"),
    ),
    "reference that is not an allele": (
        (VARIANTS, RS6_37, RS6_37.replace("ref: G", "ref: C")),
        (
            VARIANTS,
            "pos: 50, ref: C",
            "variants(rs6).loci.GRCh37",
            "REF C is not one of the alleles",
        ),
    ),
    "first allele is not the reference": (
        (VARIANTS, RS6_ALLELES, "alleles: [{bases: T}, {bases: G}]"),
        (
            VARIANTS,
            "[{bases: T}, {bases: G}]",
            "variants(rs6).alleles",
            "the first allele must be the GRCh38 reference allele",
        ),
    ),
    "studied allele that is not an allele": (
        (VARIANTS, "studied_allele: A", "studied_allele: G"),
        (
            VARIANTS,
            "studied_allele: G",
            "variants(rs1).studied_allele",
            "G is not one of the alleles",
        ),
    ),
    "SNV with an allele of two bases": (
        (VARIANTS, "type: insertion", "type: snv # long"),
        (VARIANTS, "# long", "variants(rs4).type", "snv does not fit the alleles G, GT"),
    ),
    "insertion with alleles of one base": (
        (VARIANTS, "alleles: [{bases: G}, {bases: GT}]", "alleles: [{bases: G}, {bases: T}]"),
        (
            VARIANTS,
            "type: insertion",
            "variants(rs4).type",
            "insertion does not fit the alleles G, T",
        ),
    ),
    "frequency of an unknown allele": (
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
            "the window does not contain REF at the position of the variant",
        ),
    ),
    "window that begins after its variant": (
        (VARIANTS, RS4_38, RS4_38.replace("window_start: 400", "window_start: 402")),
        (
            VARIANTS,
            "pos: 401",
            "variants(rs4).loci.GRCh38",
            "the window does not contain REF at the position of the variant",
        ),
    ),
    "window that ends within the repeat of an insertion": (
        (VARIANTS, RS4_38, RS4_38.replace("GGTTTTTCC", "GGTTTTT")),
        (
            VARIANTS,
            "pos: 401",
            "variants(rs4).loci.GRCh38",
            "the window is too short for the shifted representations of GT",
        ),
    ),
    "window that ends within the repeat of a deletion": (
        (VARIANTS, RS5_38, RS5_38.replace("GGCACACATT", "GGCACACA")),
        (
            VARIANTS,
            "pos: 501",
            "variants(rs5).loci.GRCh38",
            "the window is too short for the shifted representations of G",
        ),
    ),
}

DEFINITIONS |= {
    "deletion whose reference is not verified": (
        (VARIANTS, RS5_38, RS5_38.replace("ref: GCA", 'ref: GCA, ref_verified: "no"')),
        (
            VARIANTS,
            "ref_verified",
            "variants(rs5).loci.GRCh38",
            "ref_verified can be no only for a single-nucleotide variant",
        ),
    ),
    "GRCh37 position with another offset": (
        (VARIANTS, "pos: 250, ref: A}", "pos: 251, ref: A}"),
        (
            VARIANTS,
            "pos: 251",
            "variants(rs2).loci",
            "the GRCh37 position minus the GRCh38 position is 51, but 50 for most variants of AAA",
        ),
    ),
    "GRCh38 position with another offset": (
        (VARIANTS, 'GRCh38: {chrom: "1", pos: 300', 'GRCh38: {chrom: "1", pos: 351'),
        (
            VARIANTS,
            "pos: 351",
            "variants(rs3).loci",
            "the GRCh37 position minus the GRCh38 position is -1, but 50 for most variants of AAA",
        ),
    ),
    "name that is the rsID of another variant": (
        (VARIANTS, "names: [legacy1]", "names: [rs2]"),
        (VARIANTS, "id: rs2", "variants(rs2).merged", "rs2 already identifies rs1"),
    ),
    "name of two variants": (
        (VARIANTS, "type: deletion", "type: deletion\n    names: [legacy1]"),
        (VARIANTS, "id: rs5", "variants(rs5).merged", "legacy1 already identifies rs1"),
    ),
}
ALLOWED: dict[str, Edit] = {
    "gene with one variant": (VARIANTS, RS6_37, RS6_37.replace("pos: 50", "pos: 61")),
    "SNV whose reference is not verified": (
        VARIANTS,
        RS6_37,
        RS6_37.replace("ref: G", 'ref: G, ref_verified: "no"'),
    ),
    "short window before unknown sequence": (
        VARIANTS,
        RS4_38,
        RS4_38.replace("window: GGTTTTTCC", "window: GGTTTTT, window_end: unknown"),
    ),
    "frequency of a known allele": (
        VARIANTS,
        "studied_allele: A",
        "frequencies: [{allele: C, source: x, all: 0, EUR: 1}]",
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
RULES = joined(REQUIRED_ENTRIES, unknown_entries(REFERENCES), DEFINITIONS)


@pytest.mark.parametrize(("change", "fault"), RULES.values(), ids=RULES)
def test_broken_rule_is_reported(tmp_path: Path, change: Edit, fault: ExpectedFault) -> None:
    directory = edited_toy(tmp_path, change)
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_borderline_case_is_valid(tmp_path: Path, change: Edit) -> None:
    assert "toy" == load([edited_toy(tmp_path, change)]).info.name


def test_window_that_begins_within_a_repeat(tmp_path: Path) -> None:
    """A G inserted at 401 can be shifted left of 400, where the windows begin."""
    change = (VARIANTS, "{bases: G}, {bases: GT}", "{bases: G}, {bases: GG}")
    directory = edited_toy(tmp_path, change)
    what = "the window is too short for the shifted representations of GG"
    expected = [
        (VARIANTS, "pos: 451", "variants(rs4).loci.GRCh37", what),
        (VARIANTS, "pos: 401", "variants(rs4).loci.GRCh38", what),
    ]
    assert located(directory, *expected) == reported(directory)


def test_drug_of_the_knowledge_base_must_be_defined(tmp_path: Path) -> None:
    """The knowledge base may span several files, so that the first one is reported."""
    directory = edited_toy(tmp_path, (KNOWLEDGE, "drug: anastrozole", "drug: exemestane"))
    what = "refers to an unknown entry: exemestane"
    expected = (EVIDENCE, FIRST_LINE, "knowledge.drug", what)
    assert located(directory, expected) == reported(directory)


def test_drug_of_the_knowledge_base_is_checked_with_the_entries(tmp_path: Path) -> None:
    directory = edited_toy(
        tmp_path,
        (KNOWLEDGE, "drug: anastrozole", "drug: exemestane"),
        (VARIANTS, "studied_allele: A", "studied_allele: T"),
    )
    what = "refers to an unknown entry: exemestane"
    expected = [
        (EVIDENCE, FIRST_LINE, "knowledge.drug", what),
        (
            VARIANTS,
            "studied_allele: T",
            "variants(rs1).studied_allele",
            "T is not one of the alleles",
        ),
    ]
    assert located(directory, *expected) == reported(directory)


def test_faults_of_all_files_are_reported_together(tmp_path: Path) -> None:
    """Faults between entries are in the order of files and lines, whichever check found them."""
    directory = edited_toy(
        tmp_path,
        (VARIANTS, RS6_ALLELES, "alleles: [{bases: T}, {bases: G}]"),
        (VARIANTS, "studied_allele: A", "studied_allele: T"),
        (VARIANTS, RS4_37, 'GRCh37: {chrom: "2", pos: 451, ref: G}'),
        (EVIDENCE, "[one-rs1-survival]", "[one-rs1-survival, two-rs2-level-null]"),
        (EVIDENCE, "significance: corrected", "significance: not_significant # trend"),
        (EVIDENCE, "C/C: lower", "C/C: not_studied"),
        (EVIDENCE, 'result: "null"\n    direction: none', 'result: "null"\n    direction: higher'),
    )
    expected = [
        (
            EVIDENCE,
            "# trend",
            "evidence(one-rs1-survival).significance",
            "a result that is not significant must be a null",
        ),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null must have the direction none and must not be significant",
        ),
        (
            EVIDENCE,
            "evidence: [one-rs1-survival, two",
            "associations(rs1-survival).evidence",
            "two-rs2-level-null is not a result on rs1 in the outcome group control",
        ),
        (
            EVIDENCE,
            "A/A: higher",
            "associations(rs1-survival).genotypes",
            "higher has nothing to be compared with",
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
        (
            VARIANTS,
            "pos: 451",
            "variants(rs4).loci.GRCh37",
            "is on chromosome 2, but AAA is on chromosome 1",
        ),
        (
            VARIANTS,
            "[{bases: T}, {bases: G}]",
            "variants(rs6).alleles",
            "the first allele must be the GRCh38 reference allele",
        ),
    ]
    assert located(directory, *expected) == reported(directory)
