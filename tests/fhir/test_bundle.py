"""Bundles: what each call, diplotype and conclusion becomes, and what is never written."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from helpers.bundle_reader import (
    LABELS,
    REGIONS,
    BundleReading,
    artifacts,
    code_of,
    components,
    references_in,
)
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import EXAMPLE, GOLDEN
from helpers.varied_people import varied_people

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.fhir.bundle import bundle_texts
from pgx_ana.fhir.implications import Implications
from pgx_ana.knowledge import KnowledgeBase, Level
from pgx_ana.model import CallOptions, Circumstances
from pgx_ana.output import make_table
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import Assembly, TableName

GENOTYPE, VARIANT, PHASE = "84413-4", "69548-6", "82120-7"
HAPLOTYPE, IMPLICATION = "84414-2", "therapeutic-implication"
CATEGORIES = [
    {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                "code": "laboratory",
            }
        ]
    },
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "GE"}]},
]
ADVICE = re.compile(r"\b(recommend|should|advis|dose|dosing|avoid|consider)", re.IGNORECASE)


def bundles(annotations: Annotations) -> list[BundleReading]:
    return [BundleReading(json.loads(text)) for text in bundle_texts(annotations)]


def of_row(
    make_vcf: MakeVcf, knowledge: KnowledgeBase, *rows: str, asserted: bool = False
) -> BundleReading:
    """Return the Bundle of a person with these rows."""
    options = CallOptions(absent_is_reference=asserted)
    path = make_vcf(rows, fmt="GT:PS" if ":" in rows[0] else "GT")
    (bundle,) = bundles(run(Request((str(path),), options=options), knowledge))
    return bundle


@pytest.fixture(scope="module")
def example(curated: KnowledgeBase) -> BundleReading:
    (bundle,) = bundles(run(Request((str(EXAMPLE / "spoiled.GRCh38.vcf"),)), curated))
    return bundle


@pytest.fixture(scope="module")
def toy_people(toy_haplotypes: KnowledgeBase) -> Annotations:
    return run(Request((str(GOLDEN / "toy.vcf"),)), toy_haplotypes)


@pytest.fixture
def everybody(
    example: BundleReading,
    toy_people: Annotations,
    make_vcf: MakeVcf,
    toy_haplotypes: KnowledgeBase,
) -> list[BundleReading]:
    """Return people with every status, haplotypes, phase, and nothing at all."""
    nobody = of_row(make_vcf, toy_haplotypes, "1 900 A C 0/1")
    varied = varied_people(make_vcf, toy_haplotypes)
    return [example, nobody, *bundles(toy_people), *bundles(varied)]


def test_every_bundle_is_whole(everybody: list[BundleReading]) -> None:
    for bundle in everybody:
        assert ("Bundle", "collection") == (
            bundle.bundle["resourceType"],
            bundle.bundle["type"],
        )
        assert len(bundle.by_url) == len(bundle.resources)
        assert list(bundle.by_url) == [f"urn:uuid:{each['id']}" for each in bundle.resources]
        pattern = r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
        assert all(re.fullmatch(pattern, url) for url in bundle.by_url)
        assert set(references_in(bundle.bundle)) <= bundle.by_url.keys()
        assert "DiagnosticReport" == bundle.resources[0]["resourceType"]
        assert {"DiagnosticReport": 1, "Patient": 1, "Device": 1, "Procedure": 2} == {
            kind: count
            for kind, count in Counter(x["resourceType"] for x in bundle.resources).items()
            if kind != "Observation"
        }


def test_no_identifier_is_shared_between_people(everybody: list[BundleReading]) -> None:
    counts = Counter(url for bundle in everybody for url in bundle.by_url)
    assert {1} == set(counts.values())


def test_the_report_has_all_observations(everybody: list[BundleReading]) -> None:
    for bundle in everybody:
        report = bundle.report
        assert "51969-4" == code_of(report["code"])
        assert ["LAB", "GE"] == [code_of(each) for each in report["category"]]
        observations = [f"urn:uuid:{each['id']}" for each in bundle.of_type("Observation")]
        assert observations == [each["reference"] for each in report.get("result", [])]
        (study,) = report["extension"]
        assert study["url"].endswith("/genomic-study-reference")
        linked = bundle.by_url[study["valueReference"]["reference"]]
        assert bundle.profile("genomic-study") == [linked]
        (analysis,) = linked["extension"]
        linked = bundle.by_url[analysis["valueReference"]["reference"]]
        assert bundle.profile("genomic-study-analysis") == [linked]


def test_every_observation_has_what_its_profile_asks_for(everybody: list[BundleReading]) -> None:
    profiles = {
        GENOTYPE: "genotype",
        VARIANT: "variant",
        PHASE: "sequence-phase-relationship",
        HAPLOTYPE: "haplotype",
        IMPLICATION: "therapeutic-implication",
    }
    seen = Counter[str]()
    for bundle in everybody:
        (patient,) = bundle.of_type("Patient")
        for each in bundle.of_type("Observation"):
            code = code_of(each["code"])
            seen[code] += 1
            assert profiles[code] == each["meta"]["profile"][0].rsplit("/", 1)[1]
            assert CATEGORIES == each["category"]
            assert "final" == each["status"]
            assert patient is bundle.by_url[each["subject"]["reference"]]
            assert (code == IMPLICATION) == ("valueCodeableConcept" not in each)
    assert profiles.keys() == {code for code, count in seen.items() if count > 2}


STATUSES = {
    # genotype observation, variant observations, status and kind of the region
    "0/0": ("A/A", [], "called", "called"),
    "0/1": ("A/C", ["Present C LA6706-1"], "called", "called"),
    "1/1": ("C/C", ["Present C LA6705-3"], "called", "called"),
    "1": ("C", ["Present C LA6707-9"], "partial", "called"),
    "./1": ("C/.", ["Present C"], "partial", "called"),
    "./0": ("A/.", [], "partial", "called"),
    "./.": (None, ["No call"], "no_call", "uncalled"),
}


def variants_of(bundle: BundleReading) -> Iterator[str]:
    for each in bundle.observations(VARIANT):
        found = components(each)
        (value,) = each["valueCodeableConcept"]["coding"]
        words = (*found.get("69551-0", ()), *found.get("53034-5", ()))
        yield " ".join([value["display"], *words])


@pytest.mark.parametrize("gt", STATUSES)
def test_a_call(make_vcf: MakeVcf, toy: KnowledgeBase, gt: str) -> None:
    genotype, variants, status, kind = STATUSES[gt]
    bundle = of_row(make_vcf, toy, f"1 100 A C {gt}")
    texts = {rsid: each["valueCodeableConcept"] for rsid, each in bundle.genotypes().items()}
    assert ({} if genotype is None else {"rs1": {"text": f"rs1 {genotype}"}}) == texts
    assert variants == list(variants_of(bundle))
    assert (genotype or ".", status) == bundle.calls()["rs1"]
    assert "rs1" in {region["coding"][0]["code"] for region in bundle.regions(kind)}


UNOBSERVED = {
    "filtered": (["1 100 A C 0/1"], {0: "LowQual"}),
    "absent": (["1 300 T C 0/1"], {}),
    "unknown_allele": (["1 100 A G 0/1"], {}),
    "mismatch": (["1 100 G C 0/1"], {}),
}


@pytest.mark.parametrize("status", UNOBSERVED)
def test_what_is_not_observed_is_a_region_alone(
    make_vcf: MakeVcf, toy: KnowledgeBase, status: str
) -> None:
    rows, filters = UNOBSERVED[status]
    annotations = run(Request((str(make_vcf(rows, filters=filters)),)), toy)
    (bundle,) = bundles(annotations)
    assert (".", status) == bundle.calls()["rs1"]
    about = [each for each in bundle.of_type("Observation") if "rs1" in json.dumps(each)]
    assert [] == about
    (region,) = (x for x in bundle.regions("uncalled") if x["coding"][0]["code"] == "rs1")
    assert region["text"].startswith(f"rs1 {status.replace('_', ' ')}: ")
    assert "urn:pgx-ana:code-system:call-status" == region["coding"][1]["system"]


def test_every_site_is_called_or_uncalled_once(example: BundleReading, curated: Any) -> None:
    annotations = run(Request((str(EXAMPLE / "spoiled.GRCh38.vcf"),)), curated)
    rows = make_table(TableName.CALLS, annotations).sections
    assert len(rows) == len(example.calls())
    assert len(rows) == len(example.regions("called")) + len(example.regions("uncalled"))


def test_absent_sites_that_the_user_asserts(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    """They are genotypes, and say what they rest on."""
    bundle = of_row(make_vcf, toy, "1 300 T C 0/1", asserted=True)
    found = bundle.genotypes()["rs1"]
    assert "rs1 A/A" == found["valueCodeableConcept"]["text"]
    assert "assert" in found["note"][0]["text"]


def test_variants_without_rsid_have_no_code_of_dbsnp(
    example: BundleReading, curated: KnowledgeBase
) -> None:
    codings = [each["coding"][0] for kind in REGIONS for each in example.regions(kind)]
    systems = {each["code"]: each["system"] for each in codings}
    expected = {
        variant.id: "http://www.ncbi.nlm.nih.gov/projects/SNP"
        if re.fullmatch("rs[0-9]+", variant.id)
        else "urn:pgx-ana:variant"
        for variant in curated.variants
        if Assembly.GRCH38 in variant.loci
    }
    assert expected == systems
    assert 2 == len(set(expected.values()))


def test_the_place_of_a_variant(example: BundleReading) -> None:
    (found,) = (
        each for each in example.observations(VARIANT) if "rs4646" in components(each)["81252-9"]
    )
    expected = {
        "48018-6": ["HGNC:2594"],
        "62374-4": ["LA26806-2"],
        "48013-7": ["NC_000015.10"],
        "92822-6": ["LA30102-0"],
        "81254-5": [{"low": {"value": 51210647}, "high": {"value": 51210647}}],
        "81252-9": ["rs4646"],
        "48002-0": ["LA6683-2"],
        "69547-8": ["A"],
        "69551-0": ["C"],
        "53034-5": ["LA6705-3"],
    }
    assert expected == components(found)
    genotype = example.genotypes()["rs4646"]
    assert [{"reference": f"urn:uuid:{found['id']}"}] == genotype["derivedFrom"]
    assert {"48018-6": ["HGNC:2594"]} == components(genotype)


@pytest.mark.parametrize(
    ("gts", "relations"),
    [
        (("0|1", "0|1"), ["Cis"]),
        (("0|1", "1|0"), ["Trans"]),
        (("0/1", "0|1"), []),
        (("0|1", "1|1"), []),
        (("0|1:1", "0|1:1"), ["Cis"]),
        (("0|1:1", "0|1:2"), []),
        (("0|1", "1|2"), ["Trans", "Trans"]),
    ],
)
def test_phase(
    make_vcf: MakeVcf, toy: KnowledgeBase, gts: tuple[str, str], relations: list[str]
) -> None:
    """Two heterozygous variants of a gene whose copies have the same order."""
    bundle = of_row(make_vcf, toy, f"1 100 A C {gts[0]}", f"1 200 A C,T {gts[1]}")
    found = bundle.observations(PHASE)
    assert relations == [code_of(each["valueCodeableConcept"]) for each in found]
    for each in found:
        sources = [bundle.by_url[item["reference"]] for item in each["derivedFrom"]]
        assert [VARIANT] * 2 == [code_of(source["code"]) for source in sources]


def test_a_diplotype_that_is_known(make_vcf: MakeVcf, toy_haplotypes: KnowledgeBase) -> None:
    bundle = of_row(make_vcf, toy_haplotypes, "1 100 A C 0|1", "1 200 A C,T 0|0", "1 401 G GT 0|0")
    name = "AAA star alleles"
    haplotypes = bundle.observations(HAPLOTYPE)
    texts = [each["valueCodeableConcept"] for each in haplotypes]
    assert [{"text": f"{name}: *1"}, {"text": f"{name}: *2"}] == texts
    assert "derivedFrom" not in haplotypes[0]
    (variant,) = bundle.observations(VARIANT)
    assert [{"reference": f"urn:uuid:{variant['id']}"}] == haplotypes[1]["derivedFrom"]
    (genotype,) = (
        each
        for each in bundle.observations(GENOTYPE)
        if each["valueCodeableConcept"]["text"].startswith(name)
    )
    assert {"text": f"{name}: *1/*2"} == genotype["valueCodeableConcept"]
    sources = [bundle.by_url[item["reference"]] for item in genotype["derivedFrom"]]
    assert haplotypes == sources
    assert "phenotype: intermediate metaboliser" in genotype["note"][0]["text"]


def test_a_diplotype_that_is_not_known_has_candidates_and_no_code(
    toy_people: Annotations,
) -> None:
    anna, _, clara = bundles(toy_people)
    texts = [each["valueCodeableConcept"] for each in anna.observations(GENOTYPE)]
    expected = "AAA star alleles: incomplete; candidates *3/[*2 + rs2 T];*4/[*1 + rs2 T]"
    assert {"text": expected} in texts
    assert all(set(text) == {"text"} for text in texts)
    assert "star" not in json.dumps(clara.observations(GENOTYPE))


def test_an_implication(example: BundleReading, curated: KnowledgeBase) -> None:
    found = {
        association: each
        for (association, _), each in zip(
            example.findings(), example.observations(IMPLICATION), strict=True
        )
    }
    each = found["rs4646-disease-control"]
    (genotype,) = (example.by_url[item["reference"]] for item in each["derivedFrom"])
    assert genotype is example.genotypes()["rs4646"]
    values = components(each)
    (sentence,) = values.pop("conclusion-string")
    association = curated.associations["rs4646-disease-control"]
    assert {
        "48018-6": ["HGNC:2594"],
        "51963-7": ["84857"],
        "93044-6": ["contradicted"],
        "81259-4": [curated.settings[association.setting].name],
    } == values
    assert sentence.startswith("Disease control on treatment: lower than A/A or A/C (worse)")
    assert [{"text": association.caution}] == each["note"]
    labels = [item["label"] for item in artifacts(each) if item["type"] == "citation"]
    assert {"for", "null", "against"} == set(labels)
    assert all(item["citation"] for item in artifacts(each) if item["type"] == "citation")


def test_every_study_is_cited_with_its_side(curated: KnowledgeBase, example: BundleReading) -> None:
    """All cohorts with a graded result are there, nulls and contradictions among them."""
    stances = dict(zip(("supports", "null", "contradicts", "unplaced"), LABELS, strict=True))
    for (key, _), each in zip(example.findings(), example.observations(IMPLICATION), strict=True):
        grade, evidence = curated.grades[key], curated.associations[key].evidence
        expected = Counter(
            {
                (stances[grade.stances[item]], result.cohort, result.publication)
                for item in evidence
                if grade.stances.get(item, "not_scored") != "not_scored"
                for result in [curated.evidence[item]]
            }
        )
        cited = [
            (item["label"], item["display"].partition("; ")[0])
            for item in artifacts(each)
            if item["type"] == "citation"
        ]
        names = ((label, curated.cohorts[cohort].name) for label, cohort, _ in expected)
        assert Counter(names) == Counter(cited)


def test_no_conclusion_is_coded_unless_it_is_replicated(
    toy_people: Annotations, example: BundleReading
) -> None:
    assert all(
        "therapeutic-implication" not in components(each)
        for each in example.observations(IMPLICATION)
    )
    (result,) = (x for x in toy_people.associations if x.association.id == "rs1-survival")
    (conclusion, *_) = (item for item in result.conclusions if item.effect == "better")
    codes = []
    for level in Level:
        grade = dataclasses.replace(result.grade, level=level)
        written = Implications(dataclasses.replace(result, grade=grade), toy_people.knowledge)
        text = written.shared(conclusion, "").entries[1:].decode()
        found = components(json.loads(text)["resource"]).get("therapeutic-implication")
        codes += [(level, code) for code in found or ()]
    assert [(Level.GUIDELINE, "LA6677-4"), (Level.REPLICATED, "LA6677-4")] == codes


def test_the_context_of_the_person(toy_people: Annotations) -> None:
    people = Coded((Circumstances("female", "adjuvant"),), toy_people.circumstances.codes * 0)
    (anna, *_) = bundles(dataclasses.replace(toy_people, circumstances=people))
    contexts = {
        text for each in anna.observations(IMPLICATION) for text in components(each)["81259-4"]
    }
    assert "use of the drug: adjuvant use" in contexts


def test_the_analysis_says_what_made_it(example: BundleReading, curated: KnowledgeBase) -> None:
    (device,) = example.of_type("Device")
    stamps = json.dumps(device["version"])
    assert "pgx-ana" == device["deviceName"][0]["name"]
    assert curated.info.version in stamps
    assert curated.digest in stamps
    (analysis,) = example.profile("genomic-study-analysis")
    assert "min_gq" in analysis["note"][0]["text"]
    builds = [x for x in analysis["extension"] if x["url"].endswith("-genome-build")]
    assert ["LA26806-2"] == [code_of(each["valueCodeableConcept"]) for each in builds]
    genes = {
        gene
        for variant in curated.variants
        for gene in [variant.gene]
        if Assembly.GRCH38 in variant.loci
    }
    studied = example.regions("studied")
    assert len(genes) == len(studied)
    assert {"HGNC:2594", "HGNC:3467"} <= {code_of(each) for each in studied}


def test_nothing_advises(everybody: list[BundleReading]) -> None:
    """No task, no request, no word of advice outside of titles of publications."""
    for bundle in everybody:
        kinds = {each["resourceType"] for each in bundle.resources}
        assert kinds <= {"DiagnosticReport", "Patient", "Device", "Procedure", "Observation"}
        for each in bundle.resources:
            each = {**each, "extension": []}
            assert None is ADVICE.search(json.dumps(each)), each


HOSTILE = (
    '"<b>\\u0001&\\',
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
    "\uffff\uffff-8",
    "a\x01b\x7f",
    "x" * 300,
    "urn:uuid:00000000-0000-0000-0000-000000000000",
)


def test_hostile_names(toy_people: Annotations) -> None:
    """They change nothing but the name, in which FHIR forbids some characters."""
    for name in HOSTILE:
        calls = dataclasses.replace(toy_people.calls, samples=(name, "B", "C"))
        texts = list(bundle_texts(dataclasses.replace(toy_people, calls=calls)))
        bundle = BundleReading(json.loads(texts[0]))
        assert re.sub("[\x01\uffff]", "\ufffd", name) == bundle.sample
        assert set(references_in(bundle.bundle)) <= bundle.by_url.keys()
        assert len(bundles(toy_people)[0].resources) == len(bundle.resources)


def test_the_same_bytes_twice_and_others_for_others(
    toy_people: Annotations, toy_haplotypes: KnowledgeBase
) -> None:
    again = run(Request((str(GOLDEN / "toy.vcf"),)), toy_haplotypes)
    assert list(bundle_texts(toy_people)) == list(bundle_texts(again))
    calls = dataclasses.replace(toy_people.calls, samples=("A", "A", "A"))
    renamed = bundles(dataclasses.replace(toy_people, calls=calls))
    assert 3 == len({bundle.bundle["id"] for bundle in renamed})


def annotate(run: Run, *words: object) -> Result:
    return run("annotate", GOLDEN / "toy.vcf", "--kb", GOLDEN.parent / "toy_kb", "-q", *words)


def test_files(run: Run, tmp_path: Path) -> None:
    for name in ("one.fhir.json", "all.fhir.ndjson", "all.fhir.ndjson.gz"):
        words = ["-s", "Berta"] if name.startswith("one") else []
        assert (0, "") == ((x := annotate(run, "-o", tmp_path / name, *words)).exit_code, x.output)
    assert "Berta" == BundleReading(json.loads((tmp_path / "one.fhir.json").read_bytes())).sample
    lines = (tmp_path / "all.fhir.ndjson").read_text(encoding="utf-8").splitlines()
    samples = [BundleReading(json.loads(line)).sample for line in lines]
    assert ['Anna, "A"', "Berta", "Clara"] == samples
    assert lines == annotate(run, "--format", "fhir").output.splitlines()


@pytest.mark.parametrize("name", ["x.fhir.json", "x.FHIR.json.gz"])
def test_a_file_for_one_person(run: Run, tmp_path: Path, name: str) -> None:
    result = annotate(run, "-o", tmp_path / name)
    message = (
        f"Error: -o {tmp_path / name}: a file with this ending holds one person, and there are 3; "
        "use the ending .fhir.ndjson, with one person per line\n"
    )
    assert (2, message) == (result.exit_code, result.output)
    assert [] == list(tmp_path.iterdir())
