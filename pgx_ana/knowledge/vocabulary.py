"""The types of single values in a knowledge base, and its controlled vocabularies.

Scalars reach these types as the text written in the file (see ``yamlfile.py``). The type of a value
is therefore decided here and never by its spelling: ``no`` stays a word, ``1.10`` stays a version.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pgx_ana.knowledge.entry import Limits

Identifier = Annotated[str, Limits(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:+-]*$")]
Text = Annotated[str, Limits(min_length=1)]
Name = Annotated[str, Limits(min_length=1, pattern=r"^[^;\t\r\n]+$")]
"""A name that becomes part of a list in a cell: without the separators of items and cells."""
Bases = Annotated[str, Limits(pattern=r"^[ACGT]+$")]
GenotypeName = Annotated[str, Limits(pattern=r"^[ACGT]+/[ACGT]+$")]
Rsid = Annotated[str, Limits(pattern=r"^(rs[1-9][0-9]*|[A-Z][A-Z0-9]+-[0-9]+[A-Za-z0-9>_+-]*)$")]
"""An rsID; for a variant without one, its gene and published name (``UGT1A4-127delA``)."""
Pmid = Annotated[str, Limits(pattern=r"^[1-9][0-9]{0,7}$")]
Pmcid = Annotated[str, Limits(pattern=r"^PMC[1-9][0-9]*$")]
Doi = Annotated[str, Limits(pattern=r"^10\.[0-9]{4,9}/\S+$")]
RefgetAccession = Annotated[str, Limits(pattern=r"^SQ\.[A-Za-z0-9_-]{32}$")]
Position = Annotated[int, Limits(ge=1)]
Frequency = Annotated[float, Limits(ge=0, le=1)]
HaplotypeName = Annotated[str, Limits(pattern=r"^[^\s/|;=?\[\]]+$")]
"""Excludes the punctuation of diplotypes and lists of diplotypes: *22|*37/*1, [*1 + rs1 A]."""
Count = Annotated[int, Limits(ge=0)]
FunctionPair = Annotated[str, Limits(pattern=r"^[^/]+/[^/]+$")]
ConclusionKey = Annotated[str, Limits(min_length=1)]

OTHER_DIPLOTYPES = "other"
"""Key of the conclusion on all diplotypes that the association does not list."""


class Category(StrEnum):
    """What an outcome measures; ``background`` is shown as evidence but supports no association."""

    EFFICACY = "efficacy"
    EXPOSURE = "exposure"
    ESTRADIOL_SUPPRESSION = "estradiol_suppression"
    TOXICITY = "toxicity"
    BACKGROUND = "background"


class Direction(StrEnum):
    """What an association says of the outcome in people with one genotype.

    ``higher`` and ``lower`` are the two sides of a comparison. ``between`` is the heterozygote of a
    result per allele, between both homozygotes. ``unsettled`` means that a difference was reported,
    or a result that cannot be scored, and that nobody can say in whom the outcome is higher.
    """

    HIGHER = "higher"
    LOWER = "lower"
    BETWEEN = "between"
    NO_DIFFERENCE = "no_difference"
    UNSETTLED = "unsettled"
    NOT_STUDIED = "not_studied"


COMPARED = frozenset({Direction.HIGHER, Direction.LOWER, Direction.BETWEEN})
"""The directions of a genotype in a comparison that found a difference."""


class Result(StrEnum):
    """Outcome of one published comparison."""

    ASSOCIATION = "association"
    NULL = "null"
    UNCLEAR = "unclear"


class Significance(StrEnum):
    """Statistical significance of a result."""

    CORRECTED = "corrected"
    NOMINAL = "nominal"
    NOT_SIGNIFICANT = "not_significant"
    NOT_STATED = "not_stated"


class Reading(StrEnum):
    """How completely the source of a result was read."""

    FULL_TEXT = "full_text"
    ABSTRACT = "abstract"
    PARTIAL = "partial"
    SECOND_HAND = "second_hand"
