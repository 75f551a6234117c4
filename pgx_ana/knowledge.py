"""The knowledge base: YAML files joined into one immutable value, every fault told at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pgx_ana import checks, claims, entries, schema, yamlfile
from pgx_ana.cache import keep, recall
from pgx_ana.checks import check
from pgx_ana.entries import SECTIONS, Entries
from pgx_ana.errors import Fault, KnowledgeBaseError
from pgx_ana.levels import Level, Terms, Weight, weigh
from pgx_ana.model import Assembly, Locus, Variant
from pgx_ana.nomenclature import Nomenclature, nomenclature
from pgx_ana.schema import (
    AssemblyContigs,
    Association,
    Cohort,
    Document,
    Drug,
    Evidence,
    Gene,
    HaplotypeCounts,
    HaplotypeDefinition,
    HaplotypeSet,
    KnowledgeInfo,
    LinkageGroup,
    Message,
    Outcome,
    Publication,
    Setting,
    VariantDefinition,
    document_as_json,
    document_from_json,
)
from pgx_ana.version import __version__
from pgx_ana.yamlfile import read_yaml


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
    haplotype_sets: Mapping[str, HaplotypeSet]
    haplotypes: Mapping[str, HaplotypeDefinition]
    haplotype_counts: Mapping[str, HaplotypeCounts]
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
    def nomenclatures(self) -> tuple[Nomenclature, ...]:
        """All sets with a haplotype that can be called, as engine values, by gene in file order."""
        genes = {gene: rank for rank, gene in enumerate(self.genes)}
        made = (
            nomenclature(
                definition,
                self.haplotypes_of(key),
                (item for item in self.haplotype_counts.values() if item.haplotype_set == key),
                self.definitions,
            )
            for key, definition in self.haplotype_sets.items()
        )
        callable_ = (names for names in made if names.haplotypes)
        return tuple(sorted(callable_, key=lambda names: genes[names.gene]))

    def haplotypes_of(self, haplotype_set: str) -> tuple[HaplotypeDefinition, ...]:
        """Return the haplotypes of a set in file order."""
        found = (h for h in self.haplotypes.values() if h.haplotype_set == haplotype_set)
        return tuple(found)

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

    def associations_of_set(self, haplotype_set: str) -> tuple[Association, ...]:
        """Return the associations of the haplotypes of a set in file order."""
        members = {haplotype.id for haplotype in self.haplotypes_of(haplotype_set)}
        return tuple(
            item
            for item in self.associations.values()
            if item.haplotype_set == haplotype_set or item.haplotype in members
        )

    def evidence_on(self, variant: str) -> tuple[Evidence, ...]:
        """Return every result about a variant, oldest publication first."""
        found = [item for item in self.evidence.values() if variant in item.variants]
        return self._by_year(found)

    def evidence_on_set(self, haplotype_set: str) -> tuple[Evidence, ...]:
        """Return every result about the haplotypes of a set, oldest publication first."""
        members = {haplotype.id for haplotype in self.haplotypes_of(haplotype_set)}
        found = [
            item
            for item in self.evidence.values()
            if item.haplotype_set == haplotype_set or item.haplotype in members
        ]
        return self._by_year(found)

    def _by_year(self, found: Iterable[Evidence]) -> tuple[Evidence, ...]:
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

    def find_haplotype_set(self, name: str) -> str | None:
        """Return the set of that name, or that a haplotype belongs to (``CYP3A4*22``); else None.

        Upper and lower case count: P is not p.
        """
        if name in self.haplotype_sets:
            return name
        for haplotype in self.haplotypes.values():
            gene = self.haplotype_sets[haplotype.haplotype_set].gene
            named = (haplotype.name, *haplotype.names)
            if name in {
                haplotype.id,
                *(f"{gene}{n}" for n in named),
                *(f"{gene} {n}" for n in named),
            }:
                return haplotype.haplotype_set
        return None


def _names(haplotype: HaplotypeDefinition) -> tuple[str, ...]:
    return (haplotype.name, *haplotype.names)


def default_directory() -> Path:
    """Return the knowledge base that ships with the package, or the checkout's ``data/kb``."""
    package = Path(__file__).parent
    shipped = package / "data" / "kb"
    return shipped if shipped.is_dir() else package.parent / "data" / "kb"


def load(directories: Sequence[Path] = (), *, cached: bool = True) -> KnowledgeBase:
    """Load a knowledge base; entries of later directories replace those of earlier ones by id.

    One that was found to have no fault is kept in the user's cache, by the digest of its files;
    ``cached`` False reads and checks the files whatever is kept. Raises
    :class:`KnowledgeBaseError` with every fault.
    """
    places = tuple(directories) or (default_directory(),)
    sources = [_read_source(place) for place in places]
    digest = _digest(sources)
    key = _cache_key(sources, digest)
    kept = recall(key) if cached else None
    if kept is None:
        document = _checked(sources)
        keep(key, document_as_json(document))
    else:
        document = document_from_json(kept)
    assert document.knowledge is not None
    return KnowledgeBase(
        info=document.knowledge,
        digest=digest,
        directories=places,
        **{
            _field(name): MappingProxyType({entry.id: entry for entry in getattr(document, name)})
            for name in SECTIONS
        },
    )


def _checked(sources: Sequence[_Source]) -> Document:
    """Read all files into one document. Raises :class:`KnowledgeBaseError` for any fault."""
    faults = [fault for source in sources for fault in source.faults]
    collected, info = Entries(), None
    for source in sources:
        read = [read_yaml(path, content) for path, content in source.files]
        faults += [fault for _, found in read for fault in found]
        faults += collected.add([file for file, _ in read])
        for file, _ in read:
            info = file.document.knowledge or info
    if info is None and not faults:
        faults.append(
            Fault(sources[0].directory, 1, "knowledge", "no file says what this knowledge base is")
        )
    if not faults:
        faults = list(check(collected))
    if faults or info is None:
        raise KnowledgeBaseError(tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))))
    sections = {name: tuple(collected.values(name).values()) for name in SECTIONS}
    return Document(knowledge=info, **sections)


def _field(section: str) -> str:
    return "definitions" if section == "variants" else section


@dataclass(frozen=True, slots=True)
class _Source:
    """The files of one directory with what they hold, in the order of their paths.

    ``faults`` say what could not be read.
    """

    directory: Path
    files: tuple[tuple[Path, bytes], ...]
    faults: tuple[Fault, ...]


def _read_source(directory: Path) -> _Source:
    if not directory.is_dir():
        return _Source(
            directory, (), (Fault(directory, 1, "", "is not a directory with YAML files"),)
        )
    paths = sorted(directory.rglob("*.yaml"), key=lambda path: path.relative_to(directory).parts)
    if not paths:
        return _Source(directory, (), (Fault(directory, 1, "", "holds no *.yaml file"),))
    files, faults = [], []
    for path in paths:
        try:
            files.append((path, path.read_bytes()))
        except OSError as error:
            faults.append(Fault(path, 1, "", f"cannot be read: {error}"))
    return _Source(directory, tuple(files), tuple(faults))


def _digest(sources: Iterable[_Source]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        for path, content in source.files:
            name = path.relative_to(source.directory).as_posix()
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _cache_key(sources: Iterable[_Source], digest: str) -> str:
    """Return a name for a checked knowledge base: by program, layers and digest.

    What could not be read has no name: its faults are in no digest.
    """
    program = hashlib.sha256(__version__.encode())
    for module in (yamlfile, schema, entries, checks, claims):
        program.update(Path(str(module.__file__)).read_bytes())
    layers = "-".join(str(len(source.files) + 1_000_000 * len(source.faults)) for source in sources)
    return f"kb-{program.hexdigest()[:12]}-{layers}-{digest}"


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
