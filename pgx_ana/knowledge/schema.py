"""The document of a knowledge base: the sections that its YAML files may contain.

One file may contain any sections of :class:`Document`. Files are read in the order of their paths
and merged. Every entry is frozen, rejects unknown keys, and explains its fields in their
descriptions; the JSON Schema for editors is generated from them (see ``form.py``).
"""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Literal

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
from pgx_ana.knowledge.entry import Entry, Limits, described, entry
from pgx_ana.knowledge.evidence import (
    Cohort,
    Drug,
    Evidence,
    Outcome,
    PolygenicResult,
    Publication,
    Setting,
)
from pgx_ana.knowledge.vocabulary import Identifier, Text


@entry
class KnowledgeInfo(Entry):
    """Name, version and licence of a knowledge base."""

    name: Text
    format: Literal["2"] = described("version of the file format")
    version: Annotated[str, Limits(pattern=r"^\d+\.\d+\.\d+$")]
    licence: Text
    drug: Identifier = described("the drug that the knowledge base is about")
    description: Text


@entry
class Message(Entry):
    """A sentence template with named fields in braces."""

    id: Identifier
    text: Text


@entry
class Document(Entry):
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


SECTIONS = tuple(field.name for field in fields(Document) if field.name != "knowledge")
"""The sections that hold entries, in the order of the document."""
