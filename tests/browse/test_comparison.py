"""`pgx-ana kb diff OLD NEW`: added, removed and changed entries, and changed conclusions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgx_ana.browse import compare
from pgx_ana.knowledge import SECTIONS, load

if TYPE_CHECKING:
    from helpers.fixture_types import Run

Edit = tuple[str, str, str]
"""File, text to replace in it, and its replacement."""

Edited = Callable[..., Path]

FRAME, VARIANTS, EVIDENCE = "frame.yaml", "variants.yaml", "evidence.yaml"
MESSAGES, MORE = "messages.yaml", "more.yaml"

ENTRIES = {
    "genes": "{id: CCC, name: third, chrom: '2', role: r, source: s}",
    "drugs": "{id: none-given, name: none, drug_class: none}",
    "outcomes": "{id: fall, name: fall, category: exposure, group: fall, higher_is: neutral}",
    "settings": "{id: healthy, name: healthy, sex: any}",
    "contexts": "{id: prevention, name: prevention, sex: female, off_label: 'yes'}",
    "questions": "{id: bone, name: bone, searched: made up, searched_on: '2026-01-02'}",
    "publications": "{id: three-2003, first_author: Three C}",
    "cohorts": "{id: third, name: Third, description: the third toy cohort}",
    "variants": (
        "{id: rs9, gene: BBB, type: snv, alleles: [{bases: C}, {bases: A}], consequence: none, "
        "loci: {GRCh37: {chrom: '2', pos: 70, ref: C}, GRCh38: {chrom: '2', pos: 70, ref: C}}, "
        "paper_wording: plus strand, sources: [made up]}"
    ),
    "linkage": "{id: pair, variants: [rs1, rs2], note: one signal}",
    "haplotype_sets": (
        "{id: star, gene: AAA, name: stars, sites: [rs1], elsewhere: named, source: made up}"
    ),
    "haplotypes": (
        "{id: star2, haplotype_set: star, name: '*2', alleles: {rs1: C}, source: made up}"
    ),
    "haplotype_counts": (
        "{id: counted, haplotype_set: star, panel: made up, "
        "counts: [{alleles: {rs1: C}, AFR: 1}], source: made up}"
    ),
    "evidence": (
        "{id: three-rs3-fall, publication: two-2002, cohort: second, variants: [rs3], "
        "kind: clinical, drugs: [letrozole], setting: adjuvant, population: {sex: female}, "
        "design: made up, outcome: level, wording: C, strand: plus, result: association, "
        "alleles: {rs3: C}, direction: lower, significance: nominal, specified: exploratory, "
        "read: abstract, sources: [made up], summary: Less in carriers of C.}"
    ),
    "associations": (
        "{id: rs6-level, variant: rs6, outcome: level, drug: anastrozole, setting: adjuvant, "
        "evidence: [two-rs2-level-null], statement: No difference., "
        "genotypes: {G/G: no_difference, G/T: no_difference, T/T: not_studied}}"
    ),
    "polygenic": (
        "{id: two-score-pain, publication: two-2002, cohort: second, drugs: [letrozole], "
        "setting: adjuvant, population: {sex: female}, outcome: pain, score: ten variants, "
        "result: association, significance: nominal, validated: 'no', read: abstract, "
        "sources: [made up], summary: More pain with a high score.}"
    ),
}
"""A new entry for each section that can have more entries."""

NEW_ENTRIES = [
    f"{section} {entry[5 : entry.index(',')]}"
    for section, entry in ENTRIES.items()
    if entry.startswith("{id: ")
]
NEW_CONCLUSION = {
    "level": "null",
    "basis": "anastrozole",
    "n": "50",
    "higher is": "neutral",
    "genotype G/G": "no_difference",
    "genotype G/T": "no_difference",
    "genotype T/T": "not_studied",
}


@pytest.fixture
def edited(tmp_path: Path, toy_directory: Path) -> Edited:
    """Return a function that copies the toy knowledge base and replaces texts in the copy."""

    def copy(*edits: Edit, name: str = "new", more: str = "") -> Path:
        target = tmp_path / name
        shutil.copytree(toy_directory, target)
        if more:
            (target / MORE).write_text(more, encoding="utf-8")
        for file, old, new in edits:
            text = (target / file).read_text(encoding="utf-8")
            assert (1, old) == (text.count(old), old), "the text to replace must occur once"
            (target / file).write_text(text.replace(old, new), encoding="utf-8")
        return target

    return copy


def difference(old: Path, new: Path) -> list[str]:
    """Return the lines of the comparison after the first, which names both knowledge bases."""
    first, *lines = compare(load([old]), load([new]))
    assert f"toy {load([old]).stamp} -> toy {load([new]).stamp}" == first
    return lines


def yaml_of(entries: dict[str, str]) -> str:
    return "".join(f"{section}:\n  - {entry}\n" for section, entry in entries.items())


def test_identical_knowledge_bases(run: Run, toy_directory: Path) -> None:
    stamp = load([toy_directory]).stamp
    result = run("kb", "diff", toy_directory, toy_directory)
    assert (0, f"toy {stamp} -> toy {stamp}\n", "") == (
        result.exit_code,
        result.stdout,
        result.stderr,
    )


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param((VARIANTS, "# Positions", "# All positions"), id="comment"),
        pytest.param((FRAME, "name: first toy gene", 'name: "first toy gene"'), id="quotes"),
        pytest.param((FRAME, "source: made up\ndrugs:", "source: made up\n\n\ndrugs:"), id="lines"),
        pytest.param(
            (VARIANTS, "merged: [rs11]", "merged: [rs11]\n    notes: []"), id="empty default"
        ),
        pytest.param((FRAME, "version: 1.2.3", "version: 1.3.0"), id="version only"),
    ],
)
def test_changes_of_the_files_that_change_no_entry(
    edit: Edit, edited: Edited, toy_directory: Path
) -> None:
    new = edited(edit)
    assert load([toy_directory]).stamp != load([new]).stamp
    assert [] == difference(toy_directory, new)


def test_added_and_removed_entries(edited: Edited, toy_directory: Path) -> None:
    new = edited(more=yaml_of(ENTRIES))
    gained = [f"! conclusion rs6-level: {item} none -> {x}" for item, x in NEW_CONCLUSION.items()]
    lost = [f"! conclusion rs6-level: {item} {x} -> none" for item, x in NEW_CONCLUSION.items()]
    assert [*(f"+ {name}" for name in NEW_ENTRIES), *gained] == difference(toy_directory, new)
    assert [*(f"- {name}" for name in NEW_ENTRIES), *lost] == difference(new, toy_directory)


def test_an_unknown_message_is_a_fault(edited: Edited, run: Run, toy_directory: Path) -> None:
    """Messages and assemblies can be changed, but not added or removed: the program uses them."""
    new = edited(more="messages:\n  - {id: hint, text: x}\n")
    result = run("kb", "diff", toy_directory, new)
    fault = f"{new / MORE}:2: messages(hint): is not a message that the program uses"
    assert (4, "", f"Error: the knowledge base has 1 fault:\n{fault}\n") == (
        result.exit_code,
        result.stdout,
        result.stderr,
    )


CHANGED: dict[str, tuple[Edit, list[str]]] = {
    "assemblies": (
        (FRAME, "names: [GRCh38, hg38]", "names: [GRCh38, hg38, b38]"),
        ["~ assemblies GRCh38: names"],
    ),
    "genes": ((FRAME, "name: first toy gene", "name: other gene"), ["~ genes AAA: name"]),
    "drugs": (
        (FRAME, "{id: letrozole, name: letrozole,", "{id: letrozole, name: Letrozole,"),
        ["~ drugs letrozole: name"],
    ),
    "outcomes": (
        (FRAME, "name: joint pain, category", "name: pain, category"),
        ["~ outcomes pain: name"],
    ),
    "settings": (
        (FRAME, "name: adjuvant, sex: female}", "name: a, sex: male}"),
        ["~ settings adjuvant: name, sex"],
    ),
    "contexts": (
        (FRAME, 'off_label: "yes", monitored: [testosterone]', 'off_label: "no"'),
        ["~ contexts men: off_label, monitored"],
    ),
    "questions": (
        (FRAME, "note: Nobody asked.", "sex: male"),
        ["~ questions fertility: sex, note"],
    ),
    "publications": (
        (FRAME, 'year: 2001, pmid: "1001"', "year: 2002, title: A title"),
        ["~ publications one-2001: year, title, pmid"],
    ),
    "cohorts": ((FRAME, "name: Second", "name: Twice"), ["~ cohorts second: name"]),
    "variants": (
        (VARIANTS, "names: [legacy1]", "names: [legacy1, older1]\n    notes: [A note.]"),
        ["~ variants rs1: names, notes"],
    ),
    "linkage": ((MORE, "note: one signal", "note: two"), ["~ linkage pair: note"]),
    "haplotype_sets": (
        (MORE, "name: stars", "name: star alleles, note: A note."),
        ["~ haplotype_sets star: name, note"],
    ),
    "haplotypes": (
        (MORE, "alleles: {rs1: C}, source", "alleles: {rs1: A}, source"),
        ["~ haplotypes star2: alleles"],
    ),
    "haplotype_counts": (
        (MORE, "AFR: 1}]", "AFR: 1, EUR: 2}]"),
        ["~ haplotype_counts counted: counts"],
    ),
    "evidence": (
        (EVIDENCE, "n: 50", "n: 50\n    n_note: of 60"),
        ["~ evidence two-rs2-level-null: n_note"],
    ),
    "associations": (
        (
            EVIDENCE,
            "statement: No difference.",
            "statement: No difference.\n    caution: Few people.",
        ),
        ["~ associations rs2-level: caution"],
    ),
    "polygenic": (
        (MORE, "validated: 'no'", "validated: 'yes'"),
        ["~ polygenic two-score-pain: validated"],
    ),
    "messages": (
        (MESSAGES, '"Not assessed: {variant} was not called', '"{variant} was not called'),
        ["~ messages no_call: text"],
    ),
}


@pytest.mark.parametrize(("edit", "lines"), CHANGED.values(), ids=CHANGED)
def test_a_changed_entry_is_listed_with_its_changed_fields(
    edit: Edit, lines: list[str], edited: Edited
) -> None:
    more = yaml_of(ENTRIES)
    old, new = edited(name="old", more=more), edited(edit, more=more)
    assert (lines, lines) == (difference(old, new), difference(new, old))


def test_changes_are_tested_in_every_section() -> None:
    assert sorted(SECTIONS) == sorted(CHANGED)


CONTRADICTION = "result: association\n    alleles: {rs1: A}\n    direction: higher"
FIELDS_OF_CONTRADICTION = "variants, outcome, result, alleles, direction, significance"
NULL_GENOTYPES = ("A/A", "A/C", "C/C")
SECOND_RESULT_ON_SURVIVAL: list[Edit] = [
    (EVIDENCE, "variants: [rs2, rs6]", "variants: [rs2, rs6, rs1]"),
    (EVIDENCE, "outcome: level\n    wording", "outcome: relapse\n    wording"),
    (EVIDENCE, "outcome: level\n    drug", "outcome: relapse\n    drug"),
    (
        EVIDENCE,
        "evidence: [one-rs1-survival]",
        "evidence: [one-rs1-survival, two-rs2-level-null]",
    ),
]
"""The result on the level becomes one on relapse, of rs1 too."""

CONCLUSIONS: dict[str, tuple[list[Edit], list[str], list[str]]] = {
    "level, from evidence only": (
        [(EVIDENCE, "significance: corrected", "significance: nominal")],
        ["~ evidence one-rs1-survival: significance"],
        ["rs1-survival: level single_corrected -> single_nominal"],
    ),
    "direction of one genotype": (
        [(EVIDENCE, "A/C: higher", "A/C: not_studied")],
        ["~ associations rs1-survival: genotypes"],
        ["rs1-survival: genotype A/C higher -> not_studied"],
    ),
    "statement and caution only": (
        [
            (
                EVIDENCE,
                "statement: Carriers of A lived longer than C/C.",
                "statement: C/C died earlier.\n    caution: Few people.",
            )
        ],
        ["~ associations rs1-survival: statement, caution"],
        [],
    ),
    "level and every direction": (
        [
            (EVIDENCE, "direction: higher\n    effects", "direction: lower\n    effects"),
            (EVIDENCE, "significance: corrected", "significance: nominal"),
            (EVIDENCE, "A/A: higher", "A/A: lower"),
            (EVIDENCE, "A/C: higher", "A/C: between"),
            (EVIDENCE, "C/C: lower", "C/C: higher"),
        ],
        [
            "~ evidence one-rs1-survival: direction, significance",
            "~ associations rs1-survival: genotypes",
        ],
        [
            "rs1-survival: level single_corrected -> single_nominal",
            "rs1-survival: genotype A/A higher -> lower",
            "rs1-survival: genotype A/C higher -> between",
            "rs1-survival: genotype C/C lower -> higher",
        ],
    ),
    "difference whose base is unknown": (
        [
            (EVIDENCE, "    alleles: {rs1: A}\n", ""),
            (EVIDENCE, "A/A: higher", "A/A: unsettled"),
            (EVIDENCE, "A/C: higher", "A/C: unsettled"),
            (EVIDENCE, "C/C: lower", "C/C: unsettled"),
        ],
        ["~ evidence one-rs1-survival: alleles", "~ associations rs1-survival: genotypes"],
        [
            "rs1-survival: level single_corrected -> unsettled",
            "rs1-survival: genotype A/A higher -> unsettled",
            "rs1-survival: genotype A/C higher -> unsettled",
            "rs1-survival: genotype C/C lower -> unsettled",
        ],
    ),
    "contradicting evidence": (
        [
            *SECOND_RESULT_ON_SURVIVAL,
            (EVIDENCE, 'result: "null"\n    direction: none', CONTRADICTION),
            (EVIDENCE, "significance: not_significant", "significance: corrected"),
            (EVIDENCE, "lived longer than C/C", "lived longer, or the opposite"),
            *((EVIDENCE, f"{key}: no_difference", f"{key}: unsettled") for key in NULL_GENOTYPES),
        ],
        [
            f"~ evidence two-rs2-level-null: {FIELDS_OF_CONTRADICTION}",
            "~ associations rs1-survival: evidence, statement",
            "~ associations rs2-level: outcome, genotypes",
        ],
        [
            "rs1-survival: level single_corrected -> contradicted",
            "rs2-level: level null -> unsettled",
            "rs2-level: higher is neutral -> worse",
            *(f"rs2-level: genotype {key} no_difference -> unsettled" for key in NULL_GENOTYPES),
        ],
    ),
    "a null in more people": (
        [
            *SECOND_RESULT_ON_SURVIVAL,
            (EVIDENCE, "n: 50", "n: 100"),
            (EVIDENCE, "lived longer than C/C", "lived longer, which was not confirmed"),
        ],
        [
            "~ evidence two-rs2-level-null: variants, n, outcome",
            "~ associations rs1-survival: evidence, statement",
            "~ associations rs2-level: outcome",
        ],
        [
            "rs1-survival: level single_corrected -> not_confirmed",
            "rs2-level: n 50 -> 100",
            "rs2-level: higher is neutral -> worse",
        ],
    ),
    "a null in fewer people": (
        SECOND_RESULT_ON_SURVIVAL,
        [
            "~ evidence two-rs2-level-null: variants, outcome",
            "~ associations rs1-survival: evidence",
            "~ associations rs2-level: outcome",
        ],
        ["rs2-level: higher is neutral -> worse"],
    ),
    "people": (
        [(EVIDENCE, "    n: 50\n", "")],
        ["~ evidence two-rs2-level-null: n"],
        ["rs2-level: n 50 -> unknown"],
    ),
    "estimate": (
        [(EVIDENCE, "value: 0.5,", "value: 0.4,")],
        ["~ evidence one-rs1-survival: effects"],
        [
            (
                "rs1-survival: estimate HR 0.5 [0.3, 0.8] (A/A, A/C against C/C) -> "
                "HR 0.4 [0.3, 0.8] (A/A, A/C against C/C)"
            )
        ],
    ),
    "drugs of the basis": (
        [
            (
                EVIDENCE,
                "drugs: [anastrozole]\n    setting: adjuvant",
                "drugs: [letrozole]\n    setting: adjuvant",
            )
        ],
        ["~ evidence two-rs2-level-null: drugs"],
        ["rs2-level: basis anastrozole -> aromatase_inhibitors (letrozole)"],
    ),
    "what is better": (
        [(FRAME, "group: control, higher_is: better}", "group: control, higher_is: neutral}")],
        ["~ outcomes survival: higher_is"],
        ["rs1-survival: higher is better -> neutral"],
    ),
}


@pytest.mark.parametrize(("edits", "entries", "conclusions"), CONCLUSIONS.values(), ids=CONCLUSIONS)
def test_changed_conclusions_are_listed_last(
    edits: list[Edit],
    entries: list[str],
    conclusions: list[str],
    edited: Edited,
    toy_directory: Path,
) -> None:
    expected = [*entries, *(f"! conclusion {line}" for line in conclusions)]
    assert expected == difference(toy_directory, edited(*edits))


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ((FRAME, "drug: anastrozole", "drug: letrozole"), "drug: anastrozole -> letrozole"),
        ((FRAME, "  licence: MIT", "  licence: CC0"), "licence: MIT -> CC0"),
        (
            (FRAME, "description: made up for tests", "description: made up"),
            "description: made up for tests -> made up",
        ),
    ],
)
def test_what_the_knowledge_base_says_of_itself_is_compared(
    edit: Edit, expected: str, edited: Edited, toy_directory: Path
) -> None:
    assert [f"~ knowledge {expected}"] == difference(toy_directory, edited(edit))


def test_a_renamed_entry_is_removed_and_added(edited: Edited, toy_directory: Path) -> None:
    edits = [
        (EVIDENCE, "- id: one-rs1-survival", "- id: one-rs1-again"),
        (EVIDENCE, "evidence: [one-rs1-survival]", "evidence: [one-rs1-again]"),
    ]
    assert [
        "- evidence one-rs1-survival",
        "+ evidence one-rs1-again",
        "~ associations rs1-survival: evidence",
    ] == difference(toy_directory, edited(*edits))


def test_default_is_the_shipped_knowledge_base(
    run: Run, edited: Edited, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Even if there is a folder of that name."""
    edited(name="default")
    monkeypatch.chdir(tmp_path)
    shipped = load()
    name = f"{shipped.info.name} {shipped.stamp}"
    result = run("kb", "diff", "default", "default")
    assert (0, f"{name} -> {name}\n", "") == (result.exit_code, result.stdout, result.stderr)
    result = run("kb", "diff", "default", tmp_path / "default")
    first, *lines = result.stdout.splitlines()
    assert f"{name} -> toy {load([tmp_path / 'default']).stamp}" == first
    removed = [f"- evidence {key}" for key in shipped.evidence]
    assert removed == [line for line in lines if line.startswith("- evidence")]


@pytest.mark.parametrize("faulty_first", [True, False])
def test_a_faulty_knowledge_base_is_not_compared(
    faulty_first: bool, run: Run, edited: Edited, toy_directory: Path
) -> None:
    faulty = edited((VARIANTS, "studied_allele: A", "studied_allele: G"))
    directories = (faulty, toy_directory) if faulty_first else (toy_directory, faulty)
    result = run("kb", "diff", *directories)
    fault = f"{faulty / VARIANTS}:10: variants(rs1).studied_allele: G is not one of the alleles"
    assert (4, "", f"Error: the knowledge base has 1 fault:\n{fault}\n") == (
        result.exit_code,
        result.stdout,
        result.stderr,
    )


@pytest.mark.parametrize("directories", [[], ["default"], ["default", "default", "default"]])
def test_exactly_two_knowledge_bases_are_compared(directories: list[str], run: Run) -> None:
    result = run("kb", "diff", *directories)
    assert (2, "") == (result.exit_code, result.stdout)
