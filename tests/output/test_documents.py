"""JSON documents: one per person, valid under the generated JSON Schema."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from helpers.fixture_types import MakeVcf
from helpers.paths import EXAMPLE
from jsonschema import Draft202012Validator

from pgx_ana.annotation import Annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.output import patient_texts
from pgx_ana.output.columns import COLUMNS
from pgx_ana.output.documents import SCHEMA_VERSION, document_chunks, json_schema
from pgx_ana.pipeline import Request, Selection, run
from pgx_ana.terms import TableName
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
    parsed: list[Document] = json.loads("".join(document_chunks(annotations, lines=False)))
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
    path = EXAMPLE / f"NA12717.{assembly}.vcf"
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


def test_head_of_a_document(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 150 A C 0/1"], assembly="GRCh37")
    annotations = annotated(toy, path)
    (document,) = documents(annotations)
    sections = {name.value: document.pop(name.value) for name in TableName}
    expected = {
        "sample": "S1",
        "schema_version": SCHEMA_VERSION,
        "pgx_ana_version": __version__,
        "knowledge_base": {"name": "toy", "version": "1.2.3", "sha256": toy.digest},
        "assembly": "GRCh37",
        "options": {
            "min_gq": 10,
            "min_dp": 1,
            "min_gp": 0.9,
            "min_phase_probability": 0.9,
            "allow_strand_flip": False,
            "include_filtered": False,
            "absent_is_reference": False,
            "population": None,
        },
        "inputs": [
            {
                "name": str(path),
                "format": "VCF",
                "header_sha256": annotations.calls.files[0].header_sha256,
                "assembly": "GRCh37",
                "assembly_source": "contig lengths",
            }
        ],
    }
    assert expected == document
    rows = {"calls": 6, "annotations": 2, "haplotypes": 0, "summary": 4}
    assert rows == {name: len(section) for name, section in sections.items()}


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


def test_sections_hold_the_columns_of_the_tables(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    (document,) = documents(annotated(toy, make_vcf(["1 100 A C 0/1:9"], fmt="GT:GQ")))
    for name in TableName:
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
    text = "".join(document_chunks(annotations, lines=True))
    assert text.endswith("}\n")
    lines = text.splitlines()
    assert lines == list(patient_texts(annotations))
    assert documents(annotations) == [json.loads(line) for line in lines]
    genotypes = [json.loads(line)["calls"][0]["genotype"] for line in lines]
    assert [("A/C", "C/C", "./.")[number % 3] for number in range(people)] == genotypes
    assert samples == [json.loads(line)["sample"] for line in lines]


def test_text_beyond_ascii_is_not_escaped(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1"], samples=(ACCENTED,))
    text = "".join(document_chunks(annotated(toy, path), lines=True))
    assert text.startswith('{"sample": "Jos\N{LATIN SMALL LETTER E WITH ACUTE} \\"J\\" \\\\", ')
