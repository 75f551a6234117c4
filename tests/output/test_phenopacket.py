"""Phenopackets: valid by the schema, the alternate alleles that people carry, and nothing else."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.json_format import (  # type: ignore[import-untyped]
    MessageToDict,
    Parse,
)
from helpers.fixture_types import MakeVcf
from helpers.paths import EXAMPLE
from helpers.people_in_blocks import in_blocks
from helpers.varied_people import varied_people
from phenopackets import Phenopacket  # type: ignore[import-untyped]

from pgx_ana.annotation import Annotations
from pgx_ana.errors import UsageError
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output.phenopacket import NO_TIME, PhenopacketWriter, creation_time
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import Assembly
from pgx_ana.version import __version__

if TYPE_CHECKING:
    from helpers.fixture_types import Run

Packet = dict[str, Any]

UNKNOWN = {
    "interpretationStatus": "UNKNOWN_STATUS",
    "progressStatus": "UNKNOWN_PROGRESS",
    "acmgPathogenicityClassification": "NOT_PROVIDED",
    "therapeuticActionability": "UNKNOWN_ACTIONABILITY",
}
"""The values that stand for unknown, which protobuf leaves out when it writes."""


def annotated(knowledge: KnowledgeBase, path: Path) -> Annotations:
    return run(Request((str(path),)), knowledge)


def lines(*blocks: Annotations, created: str = NO_TIME) -> list[bytes]:
    stream = BytesIO()
    writer = PhenopacketWriter(stream, created)
    for block in blocks:
        writer.write(block)
    writer.close()
    text = stream.getvalue()
    assert text.endswith(b"\n")
    return text.splitlines()


def packets(annotations: Annotations) -> list[Packet]:
    return [json.loads(line) for line in lines(annotations)]


def descriptors(packet: Packet) -> list[Packet]:
    return [
        item["variantInterpretation"]["variationDescriptor"]
        for interpretation in packet.get("interpretations", [])
        for item in interpretation["diagnosis"]["genomicInterpretations"]
    ]


def without_unknown(value: Any) -> Any:
    """Return a value without the keys that protobuf leaves out: those with the default."""
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if UNKNOWN.get(key) != one and one != ""}
        return {key: without_unknown(one) for key, one in kept.items()}
    return [*map(without_unknown, value)] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["spoiled.GRCh37.vcf", "spoiled.GRCh38.vcf"])
def test_protobuf_reads_and_writes_the_same(curated: KnowledgeBase, name: str) -> None:
    (line,) = lines(annotated(curated, EXAMPLE / name))
    packet = json.loads(line)
    assert len(descriptors(packet)) > 10
    assert MessageToDict(Parse(line, Phenopacket())) == without_unknown(packet)


REQUIRED = {
    "": ("id", "metaData"),
    "subject": ("id",),
    "interpretations": ("id", "progressStatus"),
    "diagnosis": ("disease",),
    "disease": ("id", "label"),
    "genomicInterpretations": (
        "subjectOrBiosampleId", "interpretationStatus", "variantInterpretation",
    ),
    "variantInterpretation": (
        "acmgPathogenicityClassification", "therapeuticActionability", "variationDescriptor",
    ),
    "variationDescriptor": ("id", "moleculeContext", "allelicState"),
    "allelicState": ("id", "label"),
    "geneContext": ("valueId", "symbol"),
    "vcfRecord": ("genomeAssembly", "chrom", "pos", "ref", "alt"),
    "expressions": ("syntax", "value"),
    "extensions": ("name", "value"),
    "metaData": ("created", "createdBy", "resources", "phenopacketSchemaVersion"),
    "resources": ("id", "name", "namespacePrefix", "url", "version", "iriPrefix"),
}  # fmt: skip
"""The keys that the documentation of the schema (2.0) requires, by the key of their object."""


def missing_keys(value: Any, name: str = "") -> list[str]:
    if isinstance(value, list):
        return [fault for one in value for fault in missing_keys(one, name)]
    if not isinstance(value, dict):
        return []
    found = [f"{name}.{key}" for key in REQUIRED.get(name, ()) if key not in value]
    return found + [fault for key, one in value.items() for fault in missing_keys(one, key)]


def test_nothing_that_the_schema_requires_is_missing(curated: KnowledgeBase) -> None:
    (packet,) = packets(annotated(curated, EXAMPLE / "spoiled.GRCh38.vcf"))
    assert [] == missing_keys(packet)
    prefixes = {item["namespacePrefix"] for item in packet["metaData"]["resources"]}
    text = json.dumps(packet["interpretations"])
    used = {prefix for prefix in ("GENO", "NCIT", "HGNC", "MONDO", "SO") if f'"{prefix}:' in text}
    assert used == prefixes


def test_only_alternates_are_listed_with_their_zygosity(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    """The reference, an absent site, a refused call and an unknown allele are no variants."""
    rows = ["1 100 A C 0/1 1|1 ./1 0/0 ./. 1", "1 300 T G 1/1 1/1 1/1 1/1 1/1 1/1"]
    people = ("het", "hom", "half", "ref", "none", "haploid")
    found = {
        packet["subject"]["id"]: [(d["id"], d["allelicState"]["id"]) for d in descriptors(packet)]
        for packet in packets(annotated(toy, make_vcf(rows, samples=people)))
    }
    assert found == {
        "het": [("rs1:A>C", "GENO:0000135")],
        "hom": [("rs1:A>C", "GENO:0000136")],
        "half": [("rs1:A>C", "GENO:0000137")],
        "ref": [],
        "none": [],
        "haploid": [("rs1:A>C", "GENO:0000137")],
    }


def test_both_alternates_of_a_repeat_are_listed(curated: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["2 233760233 CAT C,CATAT 1/2"], assembly=None)
    (packet,) = packets(annotated(curated, path))
    record = {"genomeAssembly": "GRCh38", "chrom": "2", "pos": "233760233", "id": "rs3064744"}
    state = {"id": "GENO:0000135", "label": "heterozygous"}
    assert descriptors(packet) == [
        {
            "id": f"rs3064744:CAT>{bases}",
            "label": f"rs3064744 CAT>{bases}",
            "vcfRecord": record | {"ref": "CAT", "alt": bases},
            "alternateLabels": names,
            "extensions": [{"name": "vrs_allele_id", "value": identifier}],
            "moleculeContext": "genomic",
            "allelicState": state,
        }
        for bases, names, identifier in (
            ("C", ["(TA)5", "UGT1A1*36"], "ga4gh:VA.QE4kfcqQmYeStUIsCGMsjoZZj3D585YP"),
            ("CATAT", ["(TA)7", "UGT1A1*28"], "ga4gh:VA.gP2yq16P1nOu6kZH5FktdtxjpX31JHRd"),
        )
    ]


def test_a_person_without_alternates_is_told_from_one_without_calls(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    """Neither lists an allele, and the summary says for how many variants there is a genotype."""
    path = make_vcf(["1 100 A C 0/0 ./. 0/1", "1 200 A C 0/0 ./. ./0"], samples=("A", "B", "C"))
    found = packets(annotated(toy, path))
    assert [0, 0, 1] == [len(descriptors(packet)) for packet in found]
    summaries = [one["summary"] for packet in found for one in packet["interpretations"]]
    assert [
        "Alternate alleles of 6 known variants: 2 have a genotype, 4 have none",
        "Alternate alleles of 6 known variants: 0 have a genotype, 6 have none",
        "Alternate alleles of 6 known variants: 2 have a genotype, 4 have none",
    ] == [summary.partition(". ")[0] for summary in summaries]


def test_a_variant_whose_reference_is_not_verified_is_named_but_not_listed(
    curated: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    (variant,) = (one for one in curated.variants if one.id == "rs9340835")
    locus, (first, second) = variant.loci[Assembly.GRCH38], variant.alleles
    rows = [f"{locus.chrom} {locus.pos} {first} {second} 1/1", "19 44908822 C T 0/1"]
    contigs = [f"##contig=<ID={name}>" for name in ("6", "19")]
    path = make_vcf(rows, assembly=None, extra_header=contigs)
    (packet,) = packets(annotated(curated, path))
    assert ["rs7412:C>T"] == [found["id"] for found in descriptors(packet)]
    (interpretation,) = packet["interpretations"]
    assert "the 18 variants whose reference allele is not verified: " in interpretation["summary"]
    assert "rs9340835" in interpretation["summary"]


def test_no_disease_and_no_class_is_claimed(curated: KnowledgeBase) -> None:
    (packet,) = packets(annotated(curated, EXAMPLE / "spoiled.GRCh38.vcf"))
    (interpretation,) = packet["interpretations"]
    assert interpretation["progressStatus"] == UNKNOWN["progressStatus"]
    diagnosis = interpretation["diagnosis"]
    assert diagnosis["disease"] == {"id": "NCIT:C48660", "label": "Not Applicable"}
    for item in diagnosis["genomicInterpretations"]:
        assert item["interpretationStatus"] == UNKNOWN["interpretationStatus"]
        found = item["variantInterpretation"]
        for key in ("acmgPathogenicityClassification", "therapeuticActionability"):
            assert found[key] == UNKNOWN[key]


def test_hgvs_names_are_those_of_the_allele(curated: KnowledgeBase) -> None:
    """A name on the genome ends with the change of this record, on both assemblies."""
    from pgx_ana.output.phenopacket import _hgvs  # the one rule worth a look

    named = 0
    for definition in curated.definitions.values():
        for name, locus in definition.loci.items():
            for allele in definition.alleles:
                names = _hgvs(definition, Assembly(name), allele.bases)
                assert not (names and allele.bases == locus.ref)
                for text in names:
                    if ":g." in text and definition.type == "snv":
                        assert text.endswith(f":g.{locus.pos}{locus.ref}>{allele.bases}")
                        named += 1
    assert named > 200


def test_what_made_it(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    (packet,) = packets(annotated(toy, make_vcf(["1 100 A C 0/1"])))
    meta = packet["metaData"]
    assert (meta["created"], meta["createdBy"]) == (NO_TIME, f"pgx-ana {__version__}")
    assert meta["phenopacketSchemaVersion"] == "2.0"
    (reference,) = meta["externalReferences"]
    assert reference["reference"] == f"knowledge base toy {toy.stamp}"
    facts = json.loads(reference["description"])
    assert list(facts) == ["pgx_ana_version", "knowledge_base", "assembly", "options"]
    assert facts["knowledge_base"]["sha256"] == toy.digest


def test_the_sex_that_was_given(run: Run) -> None:
    path = EXAMPLE / "spoiled.GRCh38.vcf"
    result = run("annotate", path, "--format", "phenopacket", "--sex", "female")
    assert json.loads(result.stdout)["subject"] == {"id": "NA12717", "sex": "FEMALE"}


def test_blocks_do_not_matter(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    people = varied_people(make_vcf, toy)
    assert lines(people) == lines(*in_blocks(people, 2))


def test_a_file_for_one_person_takes_no_others(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    people = annotated(toy, make_vcf(["1 100 A C 0/1 1/1"], samples=("A", "B")))
    choice = OutputChoice(FileFormat.PHENOPACKET)
    for ending in ("", ".gz"):
        target = tmp_path / f"x.Phenopacket.json{ending}"
        with pytest.raises(UsageError) as raised:
            write_annotations([people], choice, str(target), 2)
        assert str(raised.value) == (
            f"-o {target}: a file with this ending holds one person, and there are 2; "
            "use the ending .phenopacket.ndjson, with one person per line"
        )
        assert not target.exists()
    target = tmp_path / "x.phenopacket.ndjson"
    write_annotations([people], choice, str(target), 2)
    assert target.read_bytes().splitlines() == lines(people)


def test_the_ending_chooses_the_format(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "x.phenopacket.json"
    result = run("annotate", EXAMPLE / "spoiled.GRCh38.vcf", "-o", target)
    assert result.exit_code == 0
    assert json.loads(target.read_text())["id"] == "pgx-ana:NA12717"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, NO_TIME),
        ({"SOURCE_DATE_EPOCH": ""}, NO_TIME),
        ({"SOURCE_DATE_EPOCH": "1700000000"}, "2023-11-14T22:13:20Z"),
    ],
)
def test_the_time_of_creation(given: dict[str, str], expected: str) -> None:
    assert creation_time(given) == expected


@pytest.mark.parametrize("given", ["today", "1.5", "9" * 20])
def test_a_time_that_is_none(given: str) -> None:
    with pytest.raises(UsageError, match=f"^SOURCE_DATE_EPOCH={given}: is no number of"):
        creation_time({"SOURCE_DATE_EPOCH": given})
