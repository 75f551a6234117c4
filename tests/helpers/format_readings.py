"""What each format says of people, read back by a foreign library where there is one."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pysam
from google.protobuf.json_format import Parse  # type: ignore[import-untyped]
from phenopackets import Phenopacket  # type: ignore[import-untyped]

from helpers.bundle_reader import BundleReading
from helpers.paths import TOY
from helpers.workbook import records_of
from pgx_ana import load_knowledge_base
from pgx_ana.file_formats import FileFormat
from pgx_ana.knowledge import COMPARED
from pgx_ana.terms import CallStatus

Site = tuple[str, str]
"""A person and a variant."""

Finding = tuple[str, str, str]
"""A person, an association, and its direction."""

NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True)
class Reading:
    """The genotype and status of every site, and the direction of every association.

    A format that does not hold all of it has less.
    """

    calls: Mapping[Site, tuple[str, str]]
    findings: frozenset[Finding]


@dataclass(frozen=True)
class FormatReader:
    """How a format is read: the name of its output, what reads it, and what it holds of the truth.

    A name without an ending is that of a folder with all tables. ``held`` reduces what the tables
    say to what this format can say, and its docstring says why that is less.
    """

    name: str
    read: Callable[[Path], Reading]
    held: Callable[[Reading], Reading]


def reading_of_rows(
    calls: Iterable[Mapping[str, Any]], annotations: Iterable[Mapping[str, Any]]
) -> Reading:
    """Return what rows of both tables say."""
    return Reading(
        {(row["sample"], row["variant"]): (_genotype(row), row["status"]) for row in calls},
        frozenset((row["sample"], row["association"], row["direction"]) for row in annotations),
    )


def _genotype(row: Mapping[str, Any]) -> str:
    """Return the genotype of a row, a point where it has none."""
    found = row["genotype"]
    return found if isinstance(found, str) else "."


def everything(truth: Reading) -> Reading:
    """Return all of it."""
    return truth


def _separated(folder: Path, ending: str, separator: str) -> Reading:
    tables = (
        pd.read_csv(folder / f"{name}.{ending}", sep=separator, dtype=str, keep_default_na=False)
        for name in ("calls", "annotations")
    )
    return reading_of_rows(*(records(table) for table in tables))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _documents(documents: Iterable[Mapping[str, Any]]) -> Reading:
    calls, annotations = [], []
    for document in documents:
        sample = {"sample": document["sample"]}
        calls += [{**row, **sample} for row in document["calls"]]
        annotations += [{**row, **sample} for row in document["annotations"]]
    return reading_of_rows(calls, annotations)


def _lines(path: Path) -> Iterator[Any]:
    return map(json.loads, path.read_text(encoding="utf-8").split("\n")[:-1])


def _parquet(folder: Path) -> Reading:
    calls, annotations = (
        records(pd.read_parquet(folder / f"{name}.parquet").astype(object))
        for name in ("calls", "annotations")
    )
    return reading_of_rows(calls, annotations)


def _workbook(path: Path) -> Reading:
    calls, findings = (records_of(path, name) for name in ("calls", "findings"))
    return reading_of_rows(calls, findings)


def differences(truth: Reading) -> Reading:
    """Return calls and the findings with a difference: a workbook has those for readers."""
    kept = frozenset(found for found in truth.findings if found[2] in COMPARED)
    return Reading(truth.calls, kept)


def _counted(truth: Reading) -> Reading:
    """Return counts: a summary says how many sites of a person have a status, not which ones.

    They stand in the places of variants and associations.
    """
    calls = Counter((sample, status) for (sample, _), (_, status) in truth.calls.items())
    findings = Counter((sample, direction) for sample, _, direction in truth.findings)
    return Reading(
        {(sample, status): (str(n), status) for (sample, status), n in calls.items()},
        frozenset((sample, str(n), direction) for (sample, direction), n in findings.items()),
    )


def _summaries(folder: Path) -> Reading:
    calls: Counter[tuple[str, str]] = Counter()
    findings: Counter[tuple[str, str]] = Counter()
    for path in folder.glob("*.pgx-ana.json"):
        person = json.loads(path.read_bytes())
        for states in person["sites"].values():
            calls.update({(person["sample"], state): n for state, n in states.items()})
        for category in person["categories"].values():
            said = category["conclusions"]
            found = {(person["sample"], direction): n for direction, n in said.items()}
            findings.update({key: n for key, n in found.items() if n})
    return Reading(
        {key: (str(n), key[1]) for key, n in calls.items()},
        frozenset((sample, str(n), direction) for (sample, direction), n in findings.items()),
    )


def _without_what_bundles_lack(truth: Reading) -> Reading:
    """Return observed genotypes alone, with any status, and conclusions that were drawn.

    A genotype that is not observed is no observation, and neither is what was not assessed.
    """
    calls = {
        site: (genotype if status in {"called", "partial"} else ".", status)
        for site, (genotype, status) in truth.calls.items()
    }
    drawn = (finding for finding in truth.findings if finding[2] != NOT_ASSESSED)
    return Reading(calls, frozenset(drawn))


def _bundles(path: Path) -> Reading:
    calls: dict[Site, tuple[str, str]] = {}
    findings: set[Finding] = set()
    for bundle in _lines(path):
        reading = BundleReading(bundle)
        calls |= {(reading.sample, rsid): found for rsid, found in reading.calls().items()}
        findings |= {(reading.sample, *found) for found in reading.findings()}
    return Reading(calls, frozenset(findings))


_WITH_BASES = frozenset({"called", "partial", "filtered"})


def genotypes(truth: Reading) -> Reading:
    """Return calls: a row says what is known of its alleles, not what follows for a person.

    An allele that is not known need not have a sequence in VCF, and contradictions have none.
    """
    return Reading(
        {
            site: (genotype if status in _WITH_BASES else ".", status)
            for site, (genotype, status) in truth.calls.items()
        },
        frozenset(),
    )


def _variant_rows(path: Path) -> Reading:
    with pysam.VariantFile(str(path)) as file:
        calls = {
            (str(sample), str(row.id)): (_bases(person, person["PGXS"][0]), str(person["PGXS"][0]))
            for row in file
            for sample, person in row.samples.items()
        }
    return Reading(calls, frozenset())


def _bases(person: Any, status: str) -> str:
    if status not in _WITH_BASES:
        return "."
    return ("|" if person.phased else "/").join(bases or "." for bases in person.alleles)


def heterozygous(truth: Reading) -> Reading:
    """Return the genotypes that need no reference allele to be told as carriers of an alternate.

    Phenopackets hold nothing else but homozygous alternates, have no phase and no finding, and
    leave out variants whose reference is not verified.
    """
    return Reading(
        {
            site: ("/".join(alleles), status)
            for site, (genotype, status) in truth.calls.items()
            if status == CallStatus.CALLED and site[1] not in _unverified()
            for alleles in [sorted(re.split(r"[/|]", genotype))]
            if len(set(alleles)) > 1
        },
        frozenset(),
    )


@cache
def _unverified() -> frozenset[str]:
    """Return the variants of all knowledge bases whose reference allele is not verified."""
    bases = (load_knowledge_base(directories) for directories in ((), (TOY,)))
    variants = (variant for base in bases for variant in base.variants)
    return frozenset(
        variant.id
        for variant in variants
        if not all(locus.ref_is_certain for locus in variant.loci.values())
    )


def _phenopackets(path: Path) -> Reading:
    records: dict[Site, list[tuple[str, str]]] = {}
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        packet = Parse(line, Phenopacket())
        for interpretation in packet.interpretations:
            for one in interpretation.diagnosis.genomic_interpretations:
                found = one.variant_interpretation.variation_descriptor
                if found.allelic_state.label == "heterozygous":
                    site = (packet.subject.id, found.id.split(":")[0])
                    record = found.vcf_record.ref, found.vcf_record.alt
                    records.setdefault(site, []).append(record)
    calls = {}
    for site, found in records.items():
        alternates = [alternate for _, alternate in found]
        both = alternates if len(found) > 1 else [found[0][0], *alternates]
        calls[site] = ("/".join(sorted(both)), "called")
    return Reading(calls, frozenset())


READERS: Mapping[FileFormat, FormatReader] = {
    FileFormat.TSV: FormatReader("tables", lambda at: _separated(at, "tsv", "\t"), everything),
    FileFormat.CSV: FormatReader("tables", lambda at: _separated(at, "csv", ","), everything),
    FileFormat.JSON: FormatReader(
        "people.json", lambda at: _documents(json.loads(at.read_bytes())), everything
    ),
    FileFormat.JSONL: FormatReader("people.jsonl", lambda at: _documents(_lines(at)), everything),
    FileFormat.FHIR: FormatReader("people.fhir.ndjson", _bundles, _without_what_bundles_lack),
    FileFormat.PARQUET: FormatReader("tables", _parquet, everything),
    FileFormat.XLSX: FormatReader("people.xlsx", _workbook, differences),
    FileFormat.MULTIQC: FormatReader("summaries", _summaries, _counted),
    FileFormat.VCF: FormatReader("people.vcf", _variant_rows, genotypes),
    FileFormat.BCF: FormatReader("people.bcf", _variant_rows, genotypes),
    FileFormat.PHENOPACKET: FormatReader("people.phenopacket.ndjson", _phenopackets, heterozygous),
}
"""Every format has a reader: a new one that has none fails the test."""
