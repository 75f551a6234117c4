"""The knowledge base: what is known of variants, haplotypes and studies.

Takes: directories of YAML files.
Gives: one immutable :class:`KnowledgeBase` with every definition, published result and association,
    and the levels that are computed from the evidence; or all faults of the files at once.
Never: looks at a genotype, or guesses a value that a file leaves out.
"""

from pgx_ana.knowledge.base import KnowledgeBase, field_of
from pgx_ana.knowledge.definitions import (
    AlleleFrequencies,
    HaplotypeCounts,
    HaplotypeDefinition,
    HaplotypeSet,
    VariantDefinition,
)
from pgx_ana.knowledge.entry_index import SECTIONS
from pgx_ana.knowledge.evidence import (
    Association,
    Effect,
    Evidence,
    GenotypeConclusion,
    Publication,
)
from pgx_ana.knowledge.levels import LADDER, EvidenceGrade, Level, Stance
from pgx_ana.knowledge.loading import default_directory, load
from pgx_ana.knowledge.schema import Message
from pgx_ana.knowledge.vocabulary import OTHER_DIPLOTYPES, Category, Direction

__all__ = [
    "LADDER",
    "OTHER_DIPLOTYPES",
    "SECTIONS",
    "AlleleFrequencies",
    "Association",
    "Category",
    "Direction",
    "Effect",
    "Evidence",
    "EvidenceGrade",
    "GenotypeConclusion",
    "HaplotypeCounts",
    "HaplotypeDefinition",
    "HaplotypeSet",
    "KnowledgeBase",
    "Level",
    "Message",
    "Publication",
    "Stance",
    "VariantDefinition",
    "default_directory",
    "field_of",
    "load",
]
