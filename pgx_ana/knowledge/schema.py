"""The document of a knowledge base: the sections that its YAML files may have.

One file may hold any of the sections of :class:`Document`; files are read in the order of their
paths and joined. Every model is frozen, forbids unknown keys, and carries the meaning of each field
in its description, from which the JSON Schema for editors is generated.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pgx_ana.knowledge.definitions import (
    AssemblyContigs,
    Gene,
    HaplotypeCounts,
    HaplotypeDefinition,
    HaplotypeSet,
    LinkageGroup,
    VariantDefinition,
)
from pgx_ana.knowledge.evidence import (
    Association,
    Cohort,
    Drug,
    Evidence,
    Outcome,
    Publication,
    Setting,
)
from pgx_ana.knowledge.vocabulary import Identifier, Model, Text


class KnowledgeInfo(Model):
    """What a knowledge base is and under which terms it may be used."""

    name: Text
    format: Literal["1"] = Field(description="version of this format")
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    licence: Text
    description: Text


class Message(Model):
    """A sentence template; its fields are named in braces."""

    id: Identifier
    text: Text


class Document(Model):
    """One YAML file of a knowledge base, or all of them together."""

    knowledge: KnowledgeInfo | None = None
    assemblies: tuple[AssemblyContigs, ...] = ()
    genes: tuple[Gene, ...] = ()
    drugs: tuple[Drug, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    settings: tuple[Setting, ...] = ()
    publications: tuple[Publication, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    variants: tuple[VariantDefinition, ...] = ()
    linkage: tuple[LinkageGroup, ...] = ()
    haplotype_sets: tuple[HaplotypeSet, ...] = ()
    haplotypes: tuple[HaplotypeDefinition, ...] = ()
    haplotype_counts: tuple[HaplotypeCounts, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    associations: tuple[Association, ...] = ()
    messages: tuple[Message, ...] = ()


def document_as_json(document: Document) -> bytes:
    """Return a document as JSON, without what was not given."""
    return document.model_dump_json(exclude_unset=True).encode()


def document_from_json(content: bytes) -> Document:
    """Return the document that a JSON text was made from."""
    return Document.model_validate_json(content)
