"""Loading a knowledge base: merged files, overlays, digest and lookups."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import pytest
from helpers.toy_overlays import polygenic_entry, result_entry, section, variant_entry

from pgx_ana.errors import KnowledgeBaseError, UsageError
from pgx_ana.knowledge import (
    SECTIONS,
    Context,
    Effect,
    EvidenceGrade,
    KnowledgeBase,
    Level,
    PolygenicResult,
    Question,
    Stance,
    default_directory,
    load,
)
from pgx_ana.knowledge.evidence import Drug, Population
from pgx_ana.knowledge.schema import Document, KnowledgeInfo
from pgx_ana.knowledge.vocabulary import Reading, Result, Significance
from pgx_ana.model import Locus, Variant
from pgx_ana.terms import Assembly

Overlay = Callable[..., Path]

INFO = """\
knowledge:
  {name: other, format: "2", version: 9.8.7, licence: MIT, drug: letrozole, description: made up}
"""
RS7 = section(
    "variants",
    variant_entry(
        "rs7",
        "C T",
        names='[Legacy7, "c.7A>G"]',
        merged="[rs77, rs777]",
        grch37='chrom: "1", pos: 125, ref: C',
        grch38='chrom: "1", pos: 75, ref: C',
    ),
)
RS1_OVERLAY = section(
    "variants",
    variant_entry(
        "rs1",
        "A C",
        grch37='chrom: "1", pos: 160, ref: A',
        grch38='chrom: "1", pos: 110, ref: A',
        consequence="overlaid",
    ),
)


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    """Return a function that writes a directory from texts by file name."""

    def write(files: dict[str, str], name: str = "overlay") -> Path:
        for path, text in files.items():
            target = tmp_path / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def messages(*directories: Path) -> list[str]:
    """Return the faults of these directories as users see them."""
    with pytest.raises(KnowledgeBaseError) as raised:
        load(directories)
    return [str(fault) for fault in raised.value.faults]


# loaded values


def test_sections_keep_the_order_of_the_files(toy: KnowledgeBase) -> None:
    assert {
        "assemblies": ["GRCh37", "GRCh38"],
        "genes": ["AAA", "BBB"],
        "drugs": ["anastrozole", "letrozole"],
        "outcomes": ["survival", "relapse", "level", "pain", "promoter"],
        "settings": ["adjuvant", "metastatic"],
        "contexts": ["adjuvant", "men"],
        "questions": ["survival", "level", "fertility"],
        "publications": ["one-2001", "two-2002"],
        "cohorts": ["first", "second"],
        "definitions": ["rs1", "rs2", "rs3", "rs4", "rs5", "rs6"],
        "linkage": [],
        "haplotype_sets": [],
        "haplotypes": [],
        "haplotype_counts": [],
        "evidence": ["one-rs1-survival", "two-rs2-level-null"],
        "associations": ["rs1-survival", "rs2-level"],
        "polygenic": [],
    } == {
        section: list(getattr(toy, section))
        for section in (
            "assemblies",
            "genes",
            "drugs",
            "outcomes",
            "settings",
            "contexts",
            "questions",
            "publications",
            "cohorts",
            "definitions",
            "linkage",
            "haplotype_sets",
            "haplotypes",
            "haplotype_counts",
            "evidence",
            "associations",
            "polygenic",
        )
    }


def test_every_section_of_a_document_is_loaded() -> None:
    assert {field.name for field in dataclasses.fields(Document)} - {"knowledge"} == set(SECTIONS)


def test_info_and_directories(toy: KnowledgeBase, toy_directory: Path) -> None:
    assert (
        KnowledgeInfo(
            name="toy",
            format="2",
            version="1.2.3",
            licence="MIT",
            drug="anastrozole",
            description="made up for tests",
        ),
        (toy_directory,),
    ) == (toy.info, toy.directories)


def test_contexts(toy: KnowledgeBase) -> None:
    assert [
        Context(
            id="adjuvant",
            name="adjuvant use",
            sex="female",
            off_label="no",
            settings=("adjuvant",),
            monitored=("pain", "lipids"),
        ),
        Context(
            id="men",
            name="use in men",
            sex="male",
            off_label="yes",
            monitored=("testosterone",),
            note="Nothing was studied in men.",
        ),
    ] == list(toy.contexts.values())


def test_questions(toy: KnowledgeBase) -> None:
    """A question that no group of outcomes answers has none; without a sex, it is asked of all."""
    assert [
        Question(
            id="level",
            name="drug level",
            groups=("level",),
            sex="any",
            searched="made up",
            searched_on="2026-01-02",
        ),
        Question(
            id="fertility",
            name="fertility",
            groups=(),
            sex="any",
            searched="made up",
            searched_on="2026-01-02",
            note="Nobody asked.",
        ),
    ] == [toy.questions["level"], toy.questions["fertility"]]


@pytest.mark.parametrize("name", ["men", "Men", "MEN"])
def test_context_is_found_in_any_case(toy: KnowledgeBase, name: str) -> None:
    assert "men" == toy.context_named(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("adjuvnt", "; did you mean adjuvant?"),
        ("use in men", ""),
    ],
)
def test_unknown_context(toy: KnowledgeBase, name: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        toy.context_named(name)
    assert f"unknown context {name!r}; known: adjuvant, men{hint}" == str(raised.value)


def test_context_of_a_knowledge_base_without_contexts(toy: KnowledgeBase) -> None:
    with pytest.raises(UsageError) as raised:
        dataclasses.replace(toy, contexts=MappingProxyType({})).context_named("men")
    assert "unknown context 'men'; known: none" == str(raised.value)


def test_polygenic_results(toy_directory: Path, overlay: Overlay) -> None:
    entry = polygenic_entry(
        "score",
        outcome="pain",
        n="40",
        result="association",
        effects="[{measure: AUC, value: 0.7}]",
        p='"0.02"',
        significance="nominal",
        validated='"yes"',
    )
    knowledge = load([toy_directory, overlay({"more.yaml": section("polygenic", entry)})])
    assert [
        PolygenicResult(
            id="score",
            publication="two-2002",
            cohort="second",
            drugs=("letrozole",),
            setting="adjuvant",
            population=Population(sex="female"),
            n=40,
            outcome="pain",
            score="ten variants",
            result=Result.ASSOCIATION,
            effects=(Effect(measure="AUC", value=0.7),),
            p="0.02",
            significance=Significance.NOMINAL,
            validated="yes",
            read=Reading.ABSTRACT,
            sources=("made up",),
            summary="No difference.",
        )
    ] == list(knowledge.polygenic.values())


@pytest.mark.parametrize(
    ("drug", "sex", "kind", "expected"),
    [
        ("anastrozole", "male", "clinical", True),
        ("anastrozole", "both", "clinical", True),
        ("anastrozole, letrozole", "male", "meta_analysis", True),
        ("anastrozole", "female", "clinical", False),
        ("anastrozole", "not_stated", "clinical", False),
        ("letrozole", "male", "clinical", False),
        ("anastrozole", "male", "laboratory", False),
        ("anastrozole", "male", "background", False),
    ],
)
def test_whether_the_drug_was_studied_in_men(
    toy_directory: Path, overlay: Overlay, drug: str, sex: str, kind: str, *, expected: bool
) -> None:
    result = result_entry(
        "x",
        variants="[rs3]",
        outcome="pain",
        kind=kind,
        drugs=f"[{drug}]",
        population=f"{{sex: {sex}}}",
    )
    directory = overlay({"more.yaml": section("evidence", result)})
    assert expected is load([toy_directory, directory]).was_studied_in_men


def test_variants_of_the_domain_model(toy: KnowledgeBase) -> None:
    """The window of an SNV is its REF; other variants keep the window of the file."""
    by_id = {variant.id: variant for variant in toy.variants}
    assert [
        Variant(
            id="rs3",
            gene="AAA",
            type="snv",
            alleles=("T", "C"),
            loci=MappingProxyType(
                {
                    Assembly.GRCH37: Locus("1", 350, "C", 350, "C"),
                    Assembly.GRCH38: Locus("1", 300, "T", 300, "T"),
                }
            ),
        ),
        Variant(
            id="rs5",
            gene="AAA",
            type="deletion",
            alleles=("GCA", "G"),
            loci=MappingProxyType(
                {
                    Assembly.GRCH37: Locus("1", 551, "GCA", 550, "GGCACACATT"),
                    Assembly.GRCH38: Locus("1", 501, "GCA", 500, "GGCACACATT"),
                }
            ),
        ),
    ] == [by_id["rs3"], by_id["rs5"]]


def test_variants_are_sorted_by_gene_and_position(toy_directory: Path, overlay: Overlay) -> None:
    """rs7 is read last and has the first position of its gene."""
    knowledge = load([toy_directory, overlay({"more.yaml": RS7})])
    assert ["rs7", "rs1", "rs2", "rs3", "rs4", "rs5", "rs6"] == [
        variant.id for variant in knowledge.variants
    ]


def test_knowledge_base_is_immutable(toy: KnowledgeBase) -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        toy.drugs["other"] = toy.drugs["letrozole"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        toy.digest = ""  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        toy.drugs["letrozole"].name = "other"  # type: ignore[misc]


def test_associations_of_a_variant(toy: KnowledgeBase) -> None:
    assert {"rs1": ["rs1-survival"], "rs2": ["rs2-level"], "rs6": [], "rs99": []} == {
        variant: [item.id for item in toy.associations_of(variant)]
        for variant in ("rs1", "rs2", "rs6", "rs99")
    }


def test_evidence_on_a_variant(toy: KnowledgeBase) -> None:
    """A result on two variants is evidence on both."""
    assert {
        "rs1": ["one-rs1-survival"],
        "rs2": ["two-rs2-level-null"],
        "rs6": ["two-rs2-level-null"],
        "rs3": [],
    } == {
        variant: [item.id for item in toy.evidence_on(variant)]
        for variant in ("rs1", "rs2", "rs6", "rs3")
    }


def test_evidence_is_sorted_by_year_with_unknown_years_last(
    toy_directory: Path, overlay: Overlay
) -> None:
    template = """\
  - id: {id}
    publication: {paper}
    cohort: first
    variants: [rs3]
    kind: background
    drugs: [letrozole]
    setting: adjuvant
    population: {{sex: female}}
    design: made up
    outcome: promoter
    wording: none
    strand: not_applicable
    result: unclear
    direction: unknown
    significance: not_stated
    specified: not_stated
    read: abstract
    sources: [made up]
    summary: Made up.
"""
    papers = (("a", "no-year"), ("d", "two-2002"), ("c", "two-2002"), ("e", "one-2001"))
    text = "publications:\n  - {id: no-year, first_author: Three C}\nevidence:\n" + "".join(
        template.format(id=key, paper=paper) for key, paper in papers
    )
    knowledge = load([toy_directory, overlay({"more.yaml": text})])
    assert ["e", "c", "d", "a"] == [item.id for item in knowledge.evidence_on("rs3")]


def test_grades_of_all_associations(toy: KnowledgeBase) -> None:
    assert {
        "rs1-survival": EvidenceGrade(
            Level.SINGLE_CORRECTED,
            ("first",),
            (),
            (),
            {"one-rs1-survival": Stance.SUPPORTS},
            ("one-rs1-survival",),
        ),
        "rs2-level": EvidenceGrade(
            Level.NULL,
            (),
            (),
            ("second",),
            {"two-rs2-level-null": Stance.NULL},
            ("two-rs2-level-null",),
        ),
    } == toy.grades
    assert Level.SINGLE_CORRECTED is toy.level("rs1-survival")


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("rs7", "rs7"),
        ("RS7", "rs7"),
        ("rs77", "rs7"),
        ("Rs777", "rs7"),
        ("Legacy7", "rs7"),
        ("LEGACY7", "rs7"),
        ("C.7a>g", "rs7"),
        ("rs11", "rs1"),
        ("legacy1", "rs1"),
        ("rs", None),
        ("rs111", None),
        ("7", None),
        ("", None),
    ],
)
def test_find_variant_accepts_any_of_its_names(
    toy_directory: Path, overlay: Overlay, name: str, variant: str | None
) -> None:
    assert variant == load([toy_directory, overlay({"more.yaml": RS7})]).find_variant(name)


# directories


def test_default_directory_contains_a_knowledge_base() -> None:
    assert (default_directory() / "knowledge.yaml").is_file()


@pytest.mark.parametrize(
    ("made", "expected"),
    [("pgx_ana/data/kb", "pgx_ana/data/kb"), ("data/kb", "data/kb")],
    ids=["inside the package", "next to the package"],
)
def test_default_directory_of_an_installation_and_of_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: str, expected: str
) -> None:
    (tmp_path / made).mkdir(parents=True)
    monkeypatch.setattr(
        "pgx_ana.knowledge.loading.__file__", str(tmp_path / "pgx_ana" / "knowledge" / "loading.py")
    )
    assert tmp_path / expected == default_directory()


def test_files_in_subdirectories_are_read_in_the_order_of_their_paths(
    toy_directory: Path, overlay: Overlay
) -> None:
    drug = "drugs: [{{id: {0}, name: {0}, drug_class: made up}}]\n"
    directory = overlay(
        {
            "z.yaml": drug.format("last"),
            "a/b/c.yaml": drug.format("second"),
            "a/a.yaml": drug.format("first"),
            "b.yaml": drug.format("third"),
            "notes.md": "not YAML: [",
            "b.yml": "not read: [",
        }
    )
    knowledge = load([toy_directory, directory])
    assert ["anastrozole", "letrozole", "first", "second", "third", "last"] == list(knowledge.drugs)


def test_overlay_replaces_entries_by_id_and_adds_entries(
    toy_directory: Path, overlay: Overlay
) -> None:
    text = (
        "drugs:\n"
        "  - {id: exemestane, name: exemestane, drug_class: other}\n"
        "  - {id: letrozole, name: overlaid, drug_class: other}\n"
    )
    directory = overlay({"drugs.yaml": text, "variants.yaml": RS1_OVERLAY})
    base, knowledge = load([toy_directory]), load([toy_directory, directory])
    assert [
        Drug(id="anastrozole", name="anastrozole", drug_class="aromatase inhibitor"),
        Drug(id="letrozole", name="overlaid", drug_class="other"),
        Drug(id="exemestane", name="exemestane", drug_class="other"),
    ] == list(knowledge.drugs.values())
    assert (toy_directory, directory) == knowledge.directories
    assert ["rs1"] == [
        key
        for key, definition in knowledge.definitions.items()
        if definition != base.definitions[key]
    ]
    assert 110 == knowledge.variants[0].loci[Assembly.GRCH38].pos
    # An entry is replaced as a whole, with its names.
    assert ("rs1", None) == (base.find_variant("legacy1"), knowledge.find_variant("legacy1"))
    assert (base.info, base.evidence) == (knowledge.info, knowledge.evidence)


def test_later_overlay_takes_precedence(toy_directory: Path, overlay: Overlay) -> None:
    text = "drugs: [{{id: letrozole, name: {}, drug_class: other}}]\n"
    first = overlay({"drugs.yaml": text.format("first")}, "first")
    second = overlay({"drugs.yaml": text.format("second")}, "second")
    assert ("second", "first") == (
        load([toy_directory, first, second]).drugs["letrozole"].name,
        load([toy_directory, second, first]).drugs["letrozole"].name,
    )


def test_overlay_can_replace_name_drug_and_version(toy_directory: Path, overlay: Overlay) -> None:
    knowledge = load([toy_directory, overlay({"knowledge.yaml": INFO})])
    assert ("other", "letrozole", f"9.8.7+{knowledge.digest[:12]}") == (
        knowledge.info.name,
        knowledge.info.drug,
        knowledge.stamp,
    )


def test_overlay_is_checked_together_with_the_layers_below(
    toy_directory: Path, overlay: Overlay
) -> None:
    """A third allele of rs1 adds genotypes that an association of the lower layer lacks."""
    text = RS1_OVERLAY.replace("{bases: C}]", "{bases: C}, {bases: T}]")
    directory = overlay({"variants.yaml": text})
    evidence = toy_directory / "evidence.yaml"
    lines = evidence.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "A/A: higher" in text)
    assert [
        f"{evidence}:{line}: associations(rs1-survival).genotypes: {genotype} is not covered"
        for genotype in ("A/T", "C/T", "T/T")
    ] == messages(toy_directory, directory)


def test_overlay_must_not_define_an_entry_twice(toy_directory: Path, overlay: Overlay) -> None:
    drug = "drugs:\n  - {id: letrozole, name: x, drug_class: x}\n"
    directory = overlay({"a.yaml": drug, "b.yaml": drug})
    assert [f"{directory / 'b.yaml'}:2: drugs(letrozole): is defined twice"] == messages(
        toy_directory, directory
    )


def test_overlay_alone_lacks_the_knowledge_section(overlay: Overlay) -> None:
    directory = overlay({"drugs.yaml": "drugs: [{id: a, name: a, drug_class: a}]\n"})
    what = "no file has this section, which names and versions the knowledge base"
    assert [f"{directory}:1: knowledge: {what}"] == messages(directory)


def test_all_unreadable_directories_are_reported(
    toy_directory: Path, overlay: Overlay, tmp_path: Path
) -> None:
    empty = overlay({"readme.md": ""}, "empty")
    file = overlay({"file.yaml": INFO}, "files") / "file.yaml"
    missing = tmp_path / "missing"
    assert [
        f"{empty}:1: contains no *.yaml file",
        f"{file}:1: is not a directory with YAML files",
        f"{missing}:1: is not a directory with YAML files",
    ] == messages(toy_directory, missing, empty, file)


@pytest.mark.parametrize(
    ("drugs", "first_line"),
    [("[{id: a}]", "the knowledge base has 2 faults:"), ("[a]", "the knowledge base has 1 fault:")],
)
def test_error_message_counts_and_lists_the_faults(
    toy_directory: Path, overlay: Overlay, drugs: str, first_line: str
) -> None:
    directory = overlay({"drugs.yaml": f"drugs: {drugs}\n"})
    with pytest.raises(KnowledgeBaseError) as raised:
        load([toy_directory, directory])
    assert [first_line, *map(str, raised.value.faults)] == str(raised.value).splitlines()
    assert 4 == raised.value.exit_code


# digest


def copied(toy_directory: Path, target: Path) -> Path:
    shutil.copytree(toy_directory, target)
    return target


def test_stamp_is_version_and_shortened_digest(toy: KnowledgeBase) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", toy.digest)
    assert f"1.2.3+{toy.digest[:12]}" == toy.stamp


def test_digest_does_not_depend_on_the_directory(
    toy: KnowledgeBase, toy_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copied(toy_directory, tmp_path / "deep" / "directory")
    assert toy.digest == load([copy]).digest
    monkeypatch.chdir(copy.parent)
    assert toy.digest == load([Path("directory")]).digest


def test_digest_ignores_files_that_are_not_read(
    toy: KnowledgeBase, toy_directory: Path, tmp_path: Path
) -> None:
    copy = copied(toy_directory, tmp_path / "kb")
    (copy / "README.md").write_text("words", encoding="utf-8")
    assert toy.digest == load([copy]).digest


@pytest.mark.parametrize("name", ["evidence.yaml", "frame.yaml", "messages.yaml", "variants.yaml"])
@pytest.mark.parametrize(
    "change",
    [lambda content: content + b"\n", lambda content: content.replace(b"\n", b"\r\n", 1)],
    ids=["empty line at the end", "CRLF"],
)
def test_every_byte_of_every_file_changes_the_digest(
    toy: KnowledgeBase,
    toy_directory: Path,
    tmp_path: Path,
    name: str,
    change: Callable[[bytes], bytes],
) -> None:
    """The digest changes even if the entries stay the same."""
    copy = copied(toy_directory, tmp_path / "kb")
    (copy / name).write_bytes(change((copy / name).read_bytes()))
    knowledge = load([copy])
    assert toy.definitions == knowledge.definitions
    assert toy.evidence == knowledge.evidence
    assert toy.digest != knowledge.digest


def test_digest_depends_on_file_names_and_file_boundaries(
    toy: KnowledgeBase, toy_directory: Path, tmp_path: Path
) -> None:
    """The same text in a renamed file, in a subdirectory, or with another file boundary."""
    renamed = copied(toy_directory, tmp_path / "renamed")
    (renamed / "variants.yaml").rename(renamed / "variants2.yaml")
    deeper = copied(toy_directory, tmp_path / "deeper")
    (deeper / "folder").mkdir()
    (deeper / "variants.yaml").rename(deeper / "folder" / "variants.yaml")
    end = copied(toy_directory, tmp_path / "end")
    comment = "# between two files\n"
    text = (end / "evidence.yaml").read_text(encoding="utf-8")
    (end / "evidence.yaml").write_text(text + comment, encoding="utf-8")
    start = copied(toy_directory, tmp_path / "start")
    text = (start / "frame.yaml").read_text(encoding="utf-8")
    (start / "frame.yaml").write_text(comment + text, encoding="utf-8")
    digests = {
        toy.digest,
        *(load([directory]).digest for directory in (renamed, deeper, end, start)),
    }
    assert 5 == len(digests)


def test_overlay_changes_the_digest(
    toy: KnowledgeBase, toy_directory: Path, overlay: Overlay
) -> None:
    directory = overlay({"empty.yaml": "# nothing\n"})
    knowledge = load([toy_directory, directory])
    assert toy.drugs == knowledge.drugs
    assert toy.digest != knowledge.digest
