"""Every fault that a knowledge base can have, made in a copy of the toy one and told in full."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from pgx_ana.checks import is_palindromic
from pgx_ana.errors import KnowledgeBaseError
from pgx_ana.knowledge import load

Edit = tuple[str, str, str]
"""File, text in it, and the text that takes its place."""

Told = tuple[str, str, str, str]
"""File, a text that stands in the line that is told and nowhere else, place, and what is wrong."""

Row = tuple[str, int, str, str]
Edited = Callable[..., Path]
Rule = tuple[Edit, Told]

FRAME, VARIANTS, EVIDENCE = "frame.yaml", "variants.yaml", "evidence.yaml"

RS1_LOCI = (
    'loci: {GRCh37: {chrom: "1", pos: 150, ref: A}, GRCh38: {chrom: "1", pos: 100, ref: A}}'
)
RS4_37 = 'GRCh37: {chrom: "1", pos: 451, ref: G, window_start: 450, window: GGTTTTTCC}'
RS4_38 = 'GRCh38: {chrom: "1", pos: 401, ref: G, window_start: 400, window: GGTTTTTCC}'
RS5_38 = 'GRCh38: {chrom: "1", pos: 501, ref: GCA, window_start: 500, window: GGCACACATT}'
RS6_37 = 'GRCh37: {chrom: "2", pos: 50, ref: G}'
RS6_38 = 'GRCh38: {chrom: "2", pos: 50, ref: G}'
RS6_ALLELES = "alleles: [{bases: G}, {bases: T}]"
NULL = (
    "strand: plus\n    result: \"null\"\n    direction: none\n    significance: not_significant\n"
)
FOUND = "    alleles: {rs1: A}\n    model: carriers\n"
COMPARED = "compared: {effect: [A/A, A/C], comparator: [C/C]}"
CONCLUDED = "    evidence: [one-rs1-survival]\n"
BEFORE_COHORTS = "cohorts:\n"


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
        for name, old, new in edits:
            text = (target / name).read_text(encoding="utf-8")
            assert (1, old) == (text.count(old), old), "the text to change stands there once"
            (target / name).write_text(text.replace(old, new), encoding="utf-8")
        return target

    return copy


def faults(directory: Path) -> list[Row]:
    with pytest.raises(KnowledgeBaseError) as raised:
        load([directory])
    return [
        (fault.file.relative_to(directory).as_posix(), fault.line, fault.where, fault.what)
        for fault in raised.value.faults
    ]


def row(directory: Path, told: Told) -> Row:
    """Put the line number in the place of the text that marks the line."""
    name, mark, where, what = told
    text = (directory / name).read_text(encoding="utf-8")
    assert (1, mark) == (text.count(mark), mark), "the mark stands there once"
    return (name, text[: text.index(mark)].count("\n") + 1, where, what)


def extra(*, invalid: str) -> str:
    return f"Extra inputs are not permitted, not {invalid!r}"


def pattern(expression: str, invalid: str) -> str:
    return f"String should match pattern '{expression}', not {invalid!r}"


PMID, PMCID = r"^[1-9][0-9]{0,7}$", r"^PMC[1-9][0-9]*$"
DOI, RSID = r"^10\.[0-9]{4,9}/\S+$", r"^rs[1-9][0-9]*$"
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
            "is not YAML: found undefined alias; a value that begins with * must be quoted, "
            'as in "*22"',
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
        (EVIDENCE, at_id("one-rs1-survival"), "evidence[0](one-rs1-survival).wording", "Field required"),
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
        (VARIANTS, f"{RS6_ALLELES}\n    consequence: none\n", f"{RS6_ALLELES}\n    x: y\n"),
        (VARIANTS, "x: y", "variants[5](rs6).x", extra(invalid="y")),
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
        (VARIANTS, RS6_ALLELES, "alleles: [{bases: G}, {bases: t}]"),
        (VARIANTS, "bases: t", "variants[5](rs6).alleles[1].bases", pattern(BASES, "t")),
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
        (EVIDENCE, "C/C: {direction: comparator", "C: {direction: comparator"),
        (
            EVIDENCE,
            "C: {direction: comparator",
            "associations[0](rs1-survival).genotypes.C",
            pattern(GENOTYPE, "C"),
        ),
    ),
    "third assembly": (
        (VARIANTS, RS6_37, RS6_37.replace("GRCh37", "T2T")),
        (VARIANTS, "T2T", "variants[5](rs6).loci.T2T", "Input should be 'GRCh37' or 'GRCh38', not 'T2T'"),
    ),
    "format": (
        ("knowledge.yaml", 'format: "1"', 'format: "2"'),
        ("knowledge.yaml", 'format: "2"', "knowledge.format", "Input should be '1', not '2'"),
    ),
    "version": (
        ("knowledge.yaml", "version: 1.2.3", "version: 1.2"),
        (
            "knowledge.yaml",
            "version: 1.2\n",
            "knowledge.version",
            pattern(r"^\d+\.\d+\.\d+$", "1.2"),
        ),
    ),
}
