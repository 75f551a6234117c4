"""Where a report comes from: files, versions, unusual options, publications."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.model import CallOptions
from pgx_ana.report.studies import Facts

_OPTION_TEXTS = {
    "min_gq": "minimum genotype quality (GQ) {}",
    "min_dp": "minimum read depth (DP) {}",
    "min_gp": "minimum genotype probability {}",
    "min_phase_probability": "minimum probability of a phase {}",
    "include_filtered": "calls that did not pass FILTER or FT are used",
    "absent_is_reference": "absent sites are taken for reference: asserted, not observed",
    "allow_strand_flip": "alleles that fit the other strand only are used",
    "assume_ref_order": "REF is taken to be where it is at the other known sites of the file",
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An input file, with the digest of its header and how its assembly was told."""

    name: str
    kind: str
    assembly: str
    told_by: str
    digest: str
    caller: str
    remark: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A publication with its number on the page; ``link`` is empty where nothing can be linked."""

    number: int
    text: str
    link: str
    link_text: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The versions, files and options of a report."""

    program: str
    knowledge_name: str
    knowledge_version: str
    knowledge_digest: str
    schema_version: str
    assembly: str
    files: tuple[SourceFile, ...]
    options: tuple[str, ...]
    asserts_reference: bool


def origin(document: Facts) -> Origin:
    """Return where the document of a person comes from."""
    knowledge = document["knowledge_base"]
    return Origin(
        program=document["pgx_ana_version"],
        knowledge_name=knowledge["name"],
        knowledge_version=f"{knowledge['version']}+{knowledge['sha256'][:12]}",
        knowledge_digest=knowledge["sha256"],
        schema_version=document["schema_version"],
        assembly=document["assembly"],
        files=tuple(_source_file(item) for item in document["inputs"]),
        options=tuple(option_texts(document["options"], document["genes"] or ())),
        asserts_reference=document["options"]["absent_is_reference"],
    )


def _source_file(item: Facts) -> SourceFile:
    return SourceFile(
        item["name"],
        item["format"],
        item["assembly"],
        item["assembly_source"],
        item["header_sha256"],
        item["caller"] or "not named",
        item["remark"] or "",
    )


def option_texts(options: Mapping[str, object], genes: Sequence[str]) -> Iterator[str]:
    """Yield the options that differ from the defaults, in words; ``genes`` are those chosen."""
    if genes:
        yield f"only the genes {', '.join(genes)}"
    for name, default in dataclasses.asdict(CallOptions()).items():
        if options[name] != default:
            yield _OPTION_TEXTS[name].format(options[name])
    if options["population"]:
        yield f"diplotypes are weighed by haplotype frequencies of {options['population']}"


def references(document: Facts, cited: Mapping[str, int]) -> Iterator[Reference]:
    """Yield the cited publications in the order of their numbers."""
    publications = {item["publication"]: item for item in document["publications"]}
    for key, number in cited.items():
        item = publications[key]
        year = item["year"] or "year unknown"
        yield Reference(number, f"{item['author']} {year}", *_link(item))


def _link(item: Facts) -> tuple[str, str]:
    if item["pmid"]:
        return f"https://pubmed.ncbi.nlm.nih.gov/{item['pmid']}", f"PMID {item['pmid']}"
    if item["doi"]:
        return f"https://doi.org/{item['doi']}", f"doi {item['doi']}"
    if item["pmcid"]:
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{item['pmcid']}/", item["pmcid"]
    return "", ""
