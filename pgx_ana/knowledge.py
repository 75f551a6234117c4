"""The knowledge base: YAML files joined into one immutable value, every fault told at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pgx_ana.checks import SECTIONS, Entries, check
from pgx_ana.errors import Fault, KnowledgeBaseError
from pgx_ana.levels import Level, Terms, Weight, weigh
from pgx_ana.model import Assembly, Locus, Variant
from pgx_ana.schema import (
    AssemblyContigs,
    Association,
    Cohort,
    Drug,
    Evidence,
    Gene,
    HaplotypeDefinition,
    KnowledgeInfo,
    LinkageGroup,
    Message,
    Outcome,
    Publication,
    Setting,
    VariantDefinition,
)
from pgx_ana.yamlfile import YamlFile, read_yaml


@dataclass(frozen=True)
class KnowledgeBase:
    """Everything the tool knows: definitions, evidence and conclusions, indexed by identifier.

    ``digest`` is the SHA-256 of all files with their paths; it and ``version`` travel with every
    output, as ``stamp``.
    """

    info: KnowledgeInfo
    digest: str
    directories: tuple[Path, ...]
    assemblies: Mapping[str, AssemblyContigs]
    genes: Mapping[str, Gene]
    drugs: Mapping[str, Drug]
    outcomes: Mapping[str, Outcome]
    settings: Mapping[str, Setting]
    publications: Mapping[str, Publication]
    cohorts: Mapping[str, Cohort]
    definitions: Mapping[str, VariantDefinition]
    linkage: Mapping[str, LinkageGroup]
    haplotypes: Mapping[str, HaplotypeDefinition]
    evidence: Mapping[str, Evidence]
    associations: Mapping[str, Association]
    messages: Mapping[str, Message]

    @property
    def stamp(self) -> str:
        """Return version and shortened digest, as ``1.2.0+0123456789ab``."""
        return f"{self.info.version}+{self.digest[:12]}"

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """All known variants as engine values: by gene in file order, then GRCh38 position."""
        genes = {gene: rank for rank, gene in enumerate(self.genes)}
        ordered = sorted(
            self.definitions.values(),
            key=lambda definition: (genes[definition.gene], definition.loci["GRCh38"].pos),
        )
        return tuple(_variant(definition) for definition in ordered)

    @cached_property
    def weights(self) -> Mapping[str, Weight]:
        """The computed weight of every association."""
        terms = Terms(self.outcomes, self.cohorts, self.definitions)
        return MappingProxyType(
            {
                key: weigh(
                    association, (self.evidence[item] for item in association.evidence), terms
                )
                for key, association in self.associations.items()
            }
        )

    def level(self, association: str) -> Level:
        """Return the computed level of an association."""
        return self.weights[association].level

    def associations_of(self, variant: str) -> tuple[Association, ...]:
        """Return the associations of a variant in file order."""
        return tuple(item for item in self.associations.values() if item.variant == variant)

    def evidence_on(self, variant: str) -> tuple[Evidence, ...]:
        """Return every result about a variant, oldest publication first."""
        found = [item for item in self.evidence.values() if variant in item.variants]
        return tuple(sorted(found, key=lambda item: (self._year(item), item.id)))

    def _year(self, item: Evidence) -> int:
        return self.publications[item.publication].year or 9999

    def find_variant(self, name: str) -> str | None:
        """Return the rsID for an rsID, merged rsID or legacy name, whatever its case; else None."""
        wanted = name.casefold()
        if wanted in self.definitions:
            return wanted
        for key, definition in self.definitions.items():
            names = (key, *definition.merged, *definition.names)
            if wanted in {other.casefold() for other in names}:
                return key
        return None


def default_directory() -> Path:
    """Return the knowledge base that ships with the package, or the checkout's ``data/kb``."""
    package = Path(__file__).parent
    shipped = package / "data" / "kb"
    return shipped if shipped.is_dir() else package.parent / "data" / "kb"


def load(directories: Sequence[Path] = ()) -> KnowledgeBase:
    """Load a knowledge base; entries of later directories replace those of earlier ones by id.

    Raises :class:`KnowledgeBaseError` with every fault.
    """
    places = tuple(directories) or (default_directory(),)
    layers = [_read_layer(place) for place in places]
    faults = [fault for layer in layers for fault in layer.faults]
    entries, info = Entries(), None
    for layer in layers:
        faults += entries.add(layer.files)
        for file in layer.files:
            info = file.document.knowledge or info
    if info is None and not faults:
        faults.append(Fault(places[0], 1, "knowledge", "no file says what this knowledge base is"))
    if not faults:
        faults = list(check(entries))
    if faults or info is None:
        raise KnowledgeBaseError(tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))))
    return KnowledgeBase(
        info=info,
        digest=_digest(layers),
        directories=places,
        **{_field(name): MappingProxyType(entries.values(name)) for name in SECTIONS},
    )


def _field(section: str) -> str:
    return "definitions" if section == "variants" else section


@dataclass(frozen=True, slots=True)
class _Layer:
    """The files of one directory, in the order of their paths, and what is wrong with them."""

    directory: Path
    files: tuple[YamlFile, ...]
    faults: tuple[Fault, ...]


def _read_layer(directory: Path) -> _Layer:
    if not directory.is_dir():
        fault = Fault(directory, 1, "", "is not a directory with YAML files")
        return _Layer(directory, (), (fault,))
    paths = sorted(directory.rglob("*.yaml"), key=lambda path: path.relative_to(directory).parts)
    if not paths:
        return _Layer(directory, (), (Fault(directory, 1, "", "holds no *.yaml file"),))
    read = [read_yaml(path) for path in paths]
    faults = [fault for _, found in read for fault in found]
    return _Layer(directory, tuple(file for file, _ in read), tuple(faults))


def _digest(layers: Iterable[_Layer]) -> str:
    digest = hashlib.sha256()
    for name, content in _contents(layers):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _contents(layers: Iterable[_Layer]) -> Iterator[tuple[str, bytes]]:
    for layer in layers:
        for file in layer.files:
            yield file.path.relative_to(layer.directory).as_posix(), file.path.read_bytes()


def _variant(definition: VariantDefinition) -> Variant:
    loci: dict[Assembly, Locus] = {}
    for name, locus in definition.loci.items():
        start: Any = locus.window_start or locus.pos
        loci[Assembly(name)] = Locus(
            locus.chrom,
            locus.pos,
            locus.ref,
            start,
            locus.window or locus.ref,
            ref_is_certain=locus.ref_verified == "yes",
        )
    return Variant(
        id=definition.id,
        gene=definition.gene,
        type=definition.type,
        alleles=tuple(allele.bases for allele in definition.alleles),
        loci=MappingProxyType(loci),
    )
