"""The document of a knowledge base: the sections that its YAML files may contain.

One file may contain any sections of :class:`Document`. Files are read in the order of their paths
and merged. Every model is frozen, rejects unknown keys, and explains its fields in their
descriptions; the JSON Schema for editors is generated from them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.context import Context, Question
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
    Cohort,
    Drug,
    Evidence,
    Outcome,
    PolygenicResult,
    Publication,
    Setting,
)
from pgx_ana.knowledge.vocabulary import Identifier, Model, Text


class KnowledgeInfo(Model):
    """Name, version and licence of a knowledge base."""

    name: Text
    format: Literal["2"] = Field(description="version of the file format")
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    licence: Text
    drug: Identifier = Field(description="the drug that the knowledge base is about")
    description: Text


class Message(Model):
    """A sentence template with named fields in braces."""

    id: Identifier
    text: Text


class Document(Model):
    """One YAML file of a knowledge base, or all of its files merged."""

    knowledge: KnowledgeInfo | None = None
    assemblies: tuple[AssemblyContigs, ...] = ()
    genes: tuple[Gene, ...] = ()
    drugs: tuple[Drug, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    settings: tuple[Setting, ...] = ()
    contexts: tuple[Context, ...] = ()
    questions: tuple[Question, ...] = ()
    publications: tuple[Publication, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    variants: tuple[VariantDefinition, ...] = ()
    linkage: tuple[LinkageGroup, ...] = ()
    haplotype_sets: tuple[HaplotypeSet, ...] = ()
    haplotypes: tuple[HaplotypeDefinition, ...] = ()
    haplotype_counts: tuple[HaplotypeCounts, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    associations: tuple[Association, ...] = ()
    polygenic: tuple[PolygenicResult, ...] = ()
    messages: tuple[Message, ...] = ()


SECTIONS = tuple(name for name in Document.model_fields if name != "knowledge")
"""The sections that hold entries, in the order of the document."""


def document_as_json(document: Document) -> bytes:
    """Return a document as JSON, without the fields that were not set."""
    return document.model_dump_json(exclude_unset=True).encode()


def document_from_json(content: bytes) -> Document:
    """Return the document from the JSON written by :func:`document_as_json`."""
    return Document.model_validate_json(content)
