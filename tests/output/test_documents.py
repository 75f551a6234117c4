"""JSON documents: one per person, valid under the generated JSON Schema."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.fixture_types import MakeVcf
from helpers.paths import EXAMPLE
from helpers.table_text import documents_text
from helpers.toy_overlays import polygenic_entry, result_entry, section, written_overlay
from jsonschema import Draft202012Validator

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import CallOptions, Circumstances
from pgx_ana.output import json_schema, patient_texts
from pgx_ana.output.columns import COLUMNS
from pgx_ana.output.provenance import SCHEMA_VERSION
from pgx_ana.pipeline import Request, Selection, run
from pgx_ana.terms import TEXT_TABLES, Assembly
from pgx_ana.version import __version__

Document = dict[str, Any]

ACCENTED = 'Jos\N{LATIN SMALL LETTER E WITH ACUTE} "J" \\'


def annotated(
    knowledge: KnowledgeBase, *paths: Path, genes: Sequence[str] = (), asserted: bool = False
) -> Annotations:
    """Annotate files; ``asserted`` treats absent sites as reference."""
    options = CallOptions(absent_is_reference=asserted)
    return run(Request(tuple(map(str, paths)), Selection(genes=tuple(genes)), options), knowledge)


def documents(annotations: Annotations) -> list[Document]:
    parsed: list[Document] = json.loads(documents_text(annotations))
    return parsed


def schema_violations(document: Document) -> list[str]:
    validator = Draft202012Validator(json_schema())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


VARIED = {
    "nothing": ([], "GT"),
    "every-status": (
        [
            "1 100 A C 0/1:50:7:12 1/.:20:8:.",
            "1 200 A C,T 1|2:99:30:150 ./.:.:.:.",
            "1 300 T G 0/1:60:31:. 0/0:61:1:.",
            "1 401 G GTT 0/1:30:9:. 0/0:3:4:.",
            "2 49 AG A 0/1:62:3:. 1/1:63:4:.",
        ],
        "GT:GQ:DP:PS",
    ),
    "no-genotypes": (["1 100 A C 30 31"], "DP"),
    "mismatch": (["2 50 T G 0/1 1/1"], "GT"),
}


def test_schema_is_valid() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert "https://json-schema.org/draft/2020-12/schema" == json_schema()["$schema"]


@pytest.mark.parametrize("asserted", [False, True], ids=["observed", "asserted"])
@pytest.mark.parametrize(("rows", "fmt"), VARIED.values(), ids=VARIED.keys())
def test_toy_documents_are_valid(
    toy: KnowledgeBase, make_vcf: MakeVcf, rows: list[str], fmt: str, asserted: bool
) -> None:
    path = make_vcf(rows, samples=("S1", ACCENTED), fmt=fmt)
    parsed = documents(annotated(toy, path, asserted=asserted))
    assert ["S1", ACCENTED] == [document["sample"] for document in parsed]
    assert [[], []] == [schema_violations(document) for document in parsed]


@pytest.mark.parametrize("population", ["", "EUR", "global"])
@pytest.mark.parametrize(("rows", "fmt"), VARIED.values(), ids=VARIED.keys())
def test_documents_with_haplotypes_are_valid(
    toy_haplotypes: KnowledgeBase,
    make_vcf: MakeVcf,
    rows: list[str],
    fmt: str,
    population: str,
) -> None:
    path = make_vcf(rows, samples=("S1", ACCENTED), fmt=fmt)
    parsed = documents(run(Request((str(path),), population=population), toy_haplotypes))
    assert [[], []] == [schema_violations(document) for document in parsed]
    for document in parsed:
        assert (population or None) == document["options"]["population"]
        sets = [row["haplotypes"] for row in document["haplotypes"]]
        assert ["AAA-star", "AAA-pair"] == sets


@pytest.mark.parametrize("genes", [(), ("CYP19A1",), ("ABCB1", "ESR1")], ids=["all", "one", "two"])
@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_example_documents_are_valid(
    curated: KnowledgeBase, assembly: str, genes: tuple[str, ...]
) -> None:
    path = EXAMPLE / f"spoiled.{assembly}.vcf"
    (document,) = documents(annotated(curated, path, genes=genes))
    assert [] == schema_violations(document)
    assert set(genes or curated.genes) >= {row["gene"] for row in document["annotations"]}
    assert document["annotations"]


def test_a_gene_without_associations_has_an_empty_list(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    (document,) = documents(annotated(toy, make_vcf(["2 50 G T 0/1"]), genes=["BBB"]))
    assert [] == schema_violations(document)
    assert [] == document["annotations"]
    assert ["rs6"] == [row["variant"] for row in document["calls"]]


def remove_sample(document: Document) -> None:
    del document["sample"]


def add_key(document: Document) -> None:
    document["extra"] = 1


def add_column(document: Document) -> None:
    document["calls"][0]["extra"] = None


def remove_column(document: Document) -> None:
    del document["annotations"][0]["direction"]


def number_as_text(document: Document) -> None:
    document["calls"][0]["pos"] = "100"


def list_as_text(document: Document) -> None:
    document["summary"][0]["findings"] = "rs1"


def null_list(document: Document) -> None:
    document["summary"][0]["findings"] = None


def empty_population(document: Document) -> None:
    document["options"]["population"] = ""


def unknown_sex(document: Document) -> None:
    document["sex"] = "unknown"


def remove_questions(document: Document) -> None:
    del document["questions"]


def context_as_text(document: Document) -> None:
    document["context"] = "adjuvant"


def negative_count(document: Document) -> None:
    document["questions"][0]["on_drug"] = -1


def empty_n(document: Document) -> None:
    document["annotations"][0]["n"] = ""


def wrong_version(document: Document) -> None:
    document["schema_version"] = "9.9"


@pytest.mark.parametrize(
    "spoil",
    [
        remove_sample,
        add_key,
        add_column,
        remove_column,
        number_as_text,
        list_as_text,
        null_list,
        empty_population,
        unknown_sex,
        remove_questions,
        context_as_text,
        negative_count,
        empty_n,
        wrong_version,
    ],
)
def test_schema_rejects_malformed_documents(
    toy: KnowledgeBase, make_vcf: MakeVcf, spoil: Callable[[Document], None]
) -> None:
    (document,) = documents(annotated(toy, make_vcf(["1 100 A C 0/1"])))
    malformed = copy.deepcopy(document)
    spoil(malformed)
    assert 0 == len(schema_violations(document))
    assert 1 == len(schema_violations(malformed))


NO_RESULTS = {"on_drug": 0, "on_drug_class": 0, "in_men": 0, "without_drug": 0, "polygenic": []}
QUESTIONS = [
    {"question": "survival", "name": "survival", **NO_RESULTS, "on_drug": 1},
    {"question": "level", "name": "drug level", **NO_RESULTS, "on_drug": 1},
    {"question": "fertility", "name": "fertility", **NO_RESULTS},
]


def test_head_of_a_document(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 150 A C 0/1"], assembly="GRCh37")
    annotations = annotated(toy, path)
    (document,) = documents(annotations)
    literature = ("markers", "vrs", "studied_references", "publications", "haplotype_sets")
    sections = {name: document.pop(name) for name in (*TEXT_TABLES, *literature)}
    expected = {
        "sample": "S1",
        "schema_version": SCHEMA_VERSION,
        "pgx_ana_version": __version__,
        "knowledge_base": {
            "name": "toy",
            "version": "1.2.3",
            "sha256": toy.digest,
            "drug": "anastrozole",
        },
        "assembly": "GRCh37",
        "options": {
            "min_gq": 10,
            "min_dp": 1,
            "min_gp": 0.9,
            "min_phase_probability": 0.9,
            "allow_strand_flip": False,
            "assume_ref_order": False,
            "include_filtered": False,
            "absent_is_reference": False,
            "population": None,
        },
        "genes": None,
        "inputs": [
            {
                "name": str(path),
                "format": "VCF",
                "header_sha256": annotations.calls.files[0].header_sha256,
                "assembly": "GRCh37",
                "assembly_source": "contig lengths",
                "compression": None,
                "samples": 1,
                "caller": None,
                "remark": None,
            }
        ],
        "sex": None,
        "context": None,
        "questions": QUESTIONS,
    }
    assert expected == document
    rows = {"calls": 6, "annotations": 2, "haplotypes": 0, "summary": 5}
    rows |= {
        "markers": 1,
        "vrs": 1,
        "studied_references": 1,
        "publications": 2,
        "haplotype_sets": 0,
    }
    assert rows == {name: len(section) for name, section in sections.items()}


ADJUVANT = {
    "id": "adjuvant",
    "name": "adjuvant use",
    "sex": "female",
    "off_label": False,
    "monitored": ["pain", "lipids"],
    "note": None,
}
IN_MEN = {
    "id": "men",
    "name": "use in men",
    "sex": "male",
    "off_label": True,
    "monitored": ["testosterone"],
    "note": "Nothing was studied in men.",
}


@pytest.mark.parametrize(
    ("person", "sex", "context"),
    [
        (Circumstances(), None, None),
        (Circumstances("male", ""), "male", None),
        (Circumstances("female", "adjuvant"), "female", ADJUVANT),
        (Circumstances("male", "men"), "male", IN_MEN),
    ],
)
def test_the_circumstances_of_a_person(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    person: Circumstances,
    sex: str | None,
    context: Document | None,
) -> None:
    annotations = annotated(toy, make_vcf(["1 100 A C 0/1"]))
    circumstances = Coded.constant(person, 1)
    (document,) = documents(dataclasses.replace(annotations, circumstances=circumstances))
    assert [] == schema_violations(document)
    assert (sex, context, QUESTIONS) == tuple(
        document[key] for key in ("sex", "context", "questions")
    )


def test_each_person_of_a_cohort_has_the_own_circumstances(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    samples = ("S1", "S2", "S3")
    annotations = annotated(toy, make_vcf(["1 100 A C 0/1 0/1 0/0"], samples=samples))
    circumstances = Coded(
        (Circumstances(), Circumstances("female", "adjuvant"), Circumstances("male", "men")),
        np.array([2, 0, 1], np.int32),
    )
    parsed = documents(dataclasses.replace(annotations, circumstances=circumstances))
    assert [[], [], []] == [schema_violations(document) for document in parsed]
    assert [("S1", "male", IN_MEN), ("S2", None, None), ("S3", "female", ADJUVANT)] == [
        (document["sample"], document["sex"], document["context"]) for document in parsed
    ]
    assert [["other"] * 2, [None] * 2, ["other", "same"]] == [
        [row["evidence_context"] for row in document["annotations"]] for document in parsed
    ]


def test_every_context_and_question_is_valid(curated: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Some question was answered by a result on many variants at once."""
    path = make_vcf(["15 51210647 A C 0/1"], name="toy.vcf", assembly=None)
    request = Request((str(path),), Selection(assembly=Assembly.GRCH38))
    seen = [
        document
        for context in curated.contexts
        for document in documents(run(dataclasses.replace(request, context=context), curated))
    ]
    assert [] == [problem for document in seen for problem in schema_violations(document)]
    assert list(curated.contexts) == [document["context"]["id"] for document in seen]
    assert list(curated.questions) == [item["question"] for item in seen[0]["questions"]]
    polygenic = {name for item in seen[0]["questions"] for name in item["polygenic"]}
    assert set(curated.polygenic) == polygenic


JOINTS = """\
questions:
  - {id: joints, name: joint pain, groups: [joints], searched: made up, searched_on: "2026-01-02"}
"""


def test_the_counts_of_a_question(toy_directory: Path, make_vcf: MakeVcf, tmp_path: Path) -> None:
    pain = {"variants": "[rs3]", "outcome": "pain"}
    results = (
        result_entry("on-drug", **pain, drugs="[anastrozole]"),
        result_entry("on-class-1", **pain),
        result_entry("on-class-2", **pain),
        result_entry("on-class-in-men", **pain, population="{sex: male}"),
        *(result_entry(f"in-vitro-{n}", **pain, kind="laboratory") for n in range(4)),
    )
    sections = (
        section("evidence", *results),
        section("polygenic", polygenic_entry("score-pain", outcome="pain")),
        JOINTS,
    )
    knowledge = load([toy_directory, written_overlay(tmp_path / "more", *sections)])
    (document,) = documents(annotated(knowledge, make_vcf(["1 100 A C 0/1"])))
    assert [] == schema_violations(document)
    joints = {
        "question": "joints",
        "name": "joint pain",
        "on_drug": 1,
        "on_drug_class": 3,
        "in_men": 1,
        "without_drug": 4,
        "polygenic": ["score-pain"],
    }
    assert [*QUESTIONS, joints] == document["questions"]


def test_what_was_published_is_in_the_documents_of_those_whose_genotype_is_known(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    path = make_vcf(["1 100 A C 0/0 ./. ./0"], samples=("Anna", "Berta", "Cleo"))
    known = {
        document["sample"]: [marker["marker"] for marker in document["markers"]]
        for document in documents(annotated(toy, path))
    }
    assert {"Anna": ["rs1"], "Berta": [], "Cleo": ["rs1"]} == known


def test_alleles_of_known_genotypes_have_their_vrs_identifiers(
    curated: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    """Each allele of the variant has one, the reference too; whether it is carried or not."""
    contig = ["##contig=<ID=19,length=58617616>"]
    rows = ["19 44908822 C T 0/0 ./1 ./.", "2 233760233 CAT C 0/1 ./. 0/0"]
    people = ("Anna", "Berta", "Cleo")
    path = make_vcf(rows, samples=people, assembly=None, extra_header=contig)
    found = {
        document["sample"]: document["vrs"] for document in documents(annotated(curated, path))
    }
    rs7412 = {
        "C": "ga4gh:VA.9QcijLC2t6We1dDJ9VJSDop4NmKRSotU",
        "T": "ga4gh:VA.0AePZIWZUNsUlQTamyLrjm2HWUw2opLt",
    }
    rs3064744 = {
        "CAT": "ga4gh:VA.2gYnWNUxaou7Tc95AuhcIUKssqAdy5OU",
        "C": "ga4gh:VA.QE4kfcqQmYeStUIsCGMsjoZZj3D585YP",
        "CATAT": "ga4gh:VA.gP2yq16P1nOu6kZH5FktdtxjpX31JHRd",
        "CATATAT": "ga4gh:VA.d5aovy5aInL-EloPtG0PAgS3pCXEburj",
    }
    assert found == {
        "Anna": {"rs7412": rs7412, "rs3064744": rs3064744},
        "Berta": {"rs7412": rs7412},
        "Cleo": {"rs3064744": rs3064744},
    }


def test_an_allele_without_an_identifier_has_null(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    (document,) = documents(annotated(toy, make_vcf(["1 100 A C 0/1"])))
    assert {"rs1": {"A": None, "C": None}} == document["vrs"]


def test_the_schema_version() -> None:
    assert "2.2" == SCHEMA_VERSION


def test_a_call_in_a_document(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Missing values are null; whole numbers have no decimal point."""
    path = make_vcf(["1 100 A C 1|0:99:30:150"], fmt="GT:GQ:DP:PS")
    (document,) = documents(annotated(toy, path))
    stamps = {"kb_version": toy.stamp, "pgx_ana_version": __version__}
    called = {
        "gene": "AAA",
        "variant": "rs1",
        "assembly": "GRCh38",
        "chrom": "1",
        "pos": 100,
        "ref": "A",
        "genotype": "C|A",
        "status": "called",
        "source": "record",
        "reason": None,
        "phase_set": 150,
        "gq": 99,
        "dp": 30,
        "filter": "PASS",
        "file": str(path),
        **stamps,
    }
    absent = called | {
        "variant": "rs2",
        "pos": 200,
        "genotype": None,
        "status": "absent",
        "source": "none",
        "reason": "no record covers the locus",
        "phase_set": None,
        "gq": None,
        "dp": None,
        "filter": None,
        "file": None,
    }
    assert [called, absent] == document["calls"][:2]
    assert isinstance(document["calls"][0]["gq"], int)


def test_an_annotation_in_a_document(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    (document,) = documents(annotated(toy, make_vcf(["1 100 A C 1/1"])))
    assert {
        "gene": "AAA",
        "variant": "rs1",
        "genotype": "C/C",
        "status": "called",
        "source": "record",
        "category": "efficacy",
        "outcome": "survival",
        "direction": "lower",
        "compared_with": ["A/A", "A/C"],
        "effect": "worse",
        "headline": "Survival: lower than A/A or A/C (worse), on anastrozole [limited evidence]",
        "basis": "anastrozole",
        "basis_drugs": ["anastrozole"],
        "level": "single_corrected",
        "n": 100,
        "estimate": "HR 0.5 [0.3, 0.8] (A/A, A/C against C/C)",
        "supporting": 1,
        "contradicting": 0,
        "null": 0,
        "setting": "metastatic",
        "evidence_context": None,
        "pmids": ["1001"],
        "statement": "Carriers of A lived longer than C/C.",
        "caution": None,
        "association": "rs1-survival",
        "kb_version": toy.stamp,
        "pgx_ana_version": __version__,
    } == document["annotations"][0]


def test_sections_hold_the_columns_of_the_tables(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    (document,) = documents(annotated(toy, make_vcf(["1 100 A C 0/1:9"], fmt="GT:GQ")))
    for name in TEXT_TABLES:
        expected = {column.name for column in COLUMNS[name]} - {"sample"}
        assert [expected] * len(document[name.value]) == [set(row) for row in document[name.value]]


def test_inputs_are_the_files_that_contain_the_sample(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    first = make_vcf(["1 100 A C 0/1 0/0"], samples=("A", "B"), name="1.vcf")
    second = make_vcf(["2 50 G T 0/1 0/0"], samples=("B", "C"), name="2.vcf")
    parsed = documents(annotated(toy, first, second))
    expected = {"A": [first], "B": [first, second], "C": [second]}
    actual = {d["sample"]: [Path(file["name"]) for file in d["inputs"]] for d in parsed}
    assert expected == actual


@pytest.mark.parametrize("people", [1, 2, 1025])
def test_lines_and_array_hold_the_same_documents(
    toy: KnowledgeBase, make_vcf: MakeVcf, people: int
) -> None:
    """Documents are rendered in batches of 512 samples."""
    samples = [f"S{number}" for number in range(people)]
    calls = (("0/1", "1/1", "./.")[number % 3] for number in range(people))
    path = make_vcf([f"1 100 A C {' '.join(calls)}"], samples=samples)
    annotations = annotated(toy, path)
    text = documents_text(annotations, lines=True).encode()
    assert text.endswith(b"}\n")
    lines = text.splitlines()
    assert lines == list(patient_texts(annotations))
    assert documents(annotations) == [json.loads(line) for line in lines]
    genotypes = [json.loads(line)["calls"][0]["genotype"] for line in lines]
    assert [("A/C", "C/C", "./.")[number % 3] for number in range(people)] == genotypes
    assert samples == [json.loads(line)["sample"] for line in lines]


def test_text_beyond_ascii_is_not_escaped(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1"], samples=(ACCENTED,))
    text = documents_text(annotated(toy, path), lines=True)
    assert text.startswith('{"sample": "Jos\N{LATIN SMALL LETTER E WITH ACUTE} \\"J\\" \\\\", ')
