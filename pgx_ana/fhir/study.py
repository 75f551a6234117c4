"""What is the same in the Bundles of a run: the program, the analysis, the study, the report."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pgx_ana.annotation import Annotations
from pgx_ana.fhir.codes import (
    ASSEMBLIES,
    GENETICS,
    GUIDE,
    LABORATORY,
    LABORATORY_SERVICE,
    Profile,
    Resource,
)
from pgx_ana.fhir.entries import PATIENT, REPORT, clean, entry, gene_concept, reference, to_json
from pgx_ana.output import SCHEMA_VERSION, input_facts, run_facts
from pgx_ana.version import __version__

_DEVICE, _STUDY, _ANALYSIS = "device", "study", "analysis"
_REGIONS = (
    "studied: the genes whose known variants were looked for. called and uncalled: these variants "
    "one by one. A variant that is uncalled is never known to be reference."
)
_MARK = "\ufffe"
"""Stands for the part of a resource that differs between people."""


def patient(sample: str) -> bytes:
    """Return the person: the name of the sample is all that is known."""
    return entry(PATIENT, "Patient", {"identifier": [{"value": clean(sample)}]})


def device(block: Annotations) -> bytes:
    """Return the program, with its version and that of the knowledge base."""
    info = block.knowledge.info
    versions = {
        "program": __version__,
        f"knowledge base {info.name}": f"{info.version}, SHA-256 {block.knowledge.digest}",
        "schema of documents": SCHEMA_VERSION,
    }
    content: Resource = {
        "deviceName": [{"name": "pgx-ana", "type": "model-name"}],
        "version": [{"type": {"text": kind}, "value": text} for kind, text in versions.items()],
    }
    return entry(_DEVICE, "Device", content)


def study() -> bytes:
    """Return the study, which has one analysis."""
    content: Resource = {
        "meta": Profile.STUDY.meta,
        "extension": [_extension("genomic-study-analysis-ext", reference(_ANALYSIS))],
        "status": "completed",
        "category": LABORATORY,
        "subject": reference(PATIENT),
    }
    return entry(_STUDY, "Procedure", content)


def analysis(block: Annotations, numbers: Sequence[int]) -> tuple[bytes, bytes]:
    """Return the analysis of people by the numbers of their files: what is around the regions."""
    genes = dict.fromkeys(site.variant.gene for site in block.calls.sites)
    regions: list[Resource] = [{"url": "description", "valueString": _REGIONS}]
    regions += [
        {"url": "studied", "valueCodeableConcept": gene_concept(gene, block.knowledge)}
        for gene in genes
    ]
    regions.append({"url": _MARK})
    content: Resource = {
        "meta": Profile.ANALYSIS.meta,
        "extension": [
            {
                "url": _profile("genomic-study-analysis-genome-build"),
                "valueCodeableConcept": ASSEMBLIES[block.calls.assembly],
            },
            {"url": _profile("genomic-study-analysis-regions"), "extension": regions},
            {
                "url": _profile("genomic-study-analysis-device"),
                "extension": [{"url": "device", "valueReference": reference(_DEVICE)}],
            },
        ],
        "status": "completed",
        "category": LABORATORY,
        "subject": reference(PATIENT),
        "note": [{"text": clean(text)} for text in _notes(block, numbers)],
    }
    before, _, after = entry(_ANALYSIS, "Procedure", content).partition(
        b"," + to_json({"url": _MARK})
    )
    return before, after


def report(conclusion: str) -> tuple[bytes, bytes]:
    """Return the report of people with a conclusion: what is around its results."""
    content: Resource = {
        "meta": Profile.REPORT.meta,
        "extension": [_extension("genomic-study-reference", reference(_STUDY))],
        "status": "final",
        "category": [LABORATORY_SERVICE, GENETICS],
        "code": Profile.REPORT.code,
        "subject": reference(PATIENT),
        "result": _MARK,
        "conclusion": clean(conclusion),
    }
    mark = b"," + to_json({"result": _MARK})[1:-1]
    before, _, after = entry(REPORT, "DiagnosticReport", content).partition(mark)
    return before, after


def _notes(block: Annotations, numbers: Sequence[int]) -> list[str]:
    """Return the options of the run, and what is known of the files."""
    options = json.dumps(run_facts(block)["options"], ensure_ascii=False)
    files = json.dumps(input_facts(block.calls, numbers), ensure_ascii=False)
    return [f"options: {options}", f"inputs: {files}"]


def _profile(name: str) -> str:
    return f"{GUIDE}/StructureDefinition/{name}"


def _extension(name: str, value: Resource) -> Resource:
    return {"url": _profile(name), "valueReference": value}
