"""Variants and haplotype sets as the markers of associations, and what was concluded on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pgx_ana.annotation.conclusions import Conclusion
from pgx_ana.coded import Coded
from pgx_ana.haplotypes import DiplotypeStatus
from pgx_ana.knowledge import Association, Basis, Category, EvidenceGrade
from pgx_ana.terms import CallSource, CallStatus


class AnnotatedCategory(StrEnum):
    """The categories with conclusions, in the order of the summary."""

    EFFICACY = Category.EFFICACY.value
    EXPOSURE = Category.EXPOSURE.value
    ESTRADIOL_SUPPRESSION = Category.ESTRADIOL_SUPPRESSION.value
    TOXICITY = Category.TOXICITY.value


@dataclass(frozen=True, slots=True)
class MarkerCall:
    """A genotype or diplotype at a marker as text; ``.`` where none was called."""

    genotype: str
    status: CallStatus | DiplotypeStatus
    source: CallSource


@dataclass(frozen=True, slots=True, eq=False)
class Marker:
    """What an association is about, a variant or a haplotype set, with its calls in all samples.

    ``sites`` are the core sites of a haplotype set; empty for a variant.
    """

    id: str
    gene: str
    sites: tuple[str, ...]
    calls: Coded[MarkerCall]


@dataclass(frozen=True, slots=True, eq=False)
class AssociationResult:
    """One association, with a conclusion for each distinct call of its marker, in their order."""

    association: Association
    category: AnnotatedCategory
    grade: EvidenceGrade
    basis: Basis
    marker: Marker
    conclusions: tuple[Conclusion, ...]
