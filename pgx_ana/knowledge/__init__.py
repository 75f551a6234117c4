"""The knowledge base: curated facts about variants, haplotypes and published studies.

Takes: directories of YAML files.
Gives: one immutable :class:`KnowledgeBase` with every definition, published result and association,
    and with the evidence levels computed from them; or every fault of the files at once.
Never: reads a genotype, or guesses a value that a file omits.
"""

from pgx_ana.knowledge.answers import Answer
from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.base import KnowledgeBase, field_of
from pgx_ana.knowledge.basis import Basis, BasisKind
from pgx_ana.knowledge.context import Context, Question
from pgx_ana.knowledge.definitions import (
    AlleleFrequencies,
    HaplotypeCounts,
    HaplotypeDefinition,
    HaplotypeSet,
    VariantDefinition,
)
from pgx_ana.knowledge.entry import Entry
from pgx_ana.knowledge.evidence import Effect, Evidence, Outcome, PolygenicResult, Publication
from pgx_ana.knowledge.level_reasons import level_reason
from pgx_ana.knowledge.levels import LADDER, EvidenceGrade, Level, Stance
from pgx_ana.knowledge.loading import default_directory, load, load_compiled
from pgx_ana.knowledge.schema import SECTIONS, Message
from pgx_ana.knowledge.vocabulary import COMPARED, OTHER_DIPLOTYPES, Category, Direction
from pgx_ana.knowledge.vrs import Unidentified, VrsAllele, VrsAlleles

__all__ = [
    "COMPARED",
    "LADDER",
    "OTHER_DIPLOTYPES",
    "SECTIONS",
    "AlleleFrequencies",
    "Answer",
    "Association",
    "Basis",
    "BasisKind",
    "Category",
    "Context",
    "Direction",
    "Effect",
    "Entry",
    "Evidence",
    "EvidenceGrade",
    "HaplotypeCounts",
    "HaplotypeDefinition",
    "HaplotypeSet",
    "KnowledgeBase",
    "Level",
    "Message",
    "Outcome",
    "PolygenicResult",
    "Publication",
    "Question",
    "Stance",
    "Unidentified",
    "VariantDefinition",
    "VrsAllele",
    "VrsAlleles",
    "default_directory",
    "field_of",
    "level_reason",
    "load",
    "load_compiled",
]
