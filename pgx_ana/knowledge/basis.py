"""What a conclusion rests on: the drugs, the people and the estimate of its strongest results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.definitions import HaplotypeDefinition
from pgx_ana.knowledge.evidence import Drug, Effect, Evidence
from pgx_ana.knowledge.levels import EvidenceGrade, Stance

_RSID = re.compile(r"\brs[1-9][0-9]*\b")
_CARRIERS_TOLD = re.compile(r"\bcarriers\b|\bper [ACGT]+\b|\) against ")
_MODEL_TEXTS = {"per_allele": "per {}", "homozygotes": "{0}/{0}"}
_CARRIERS = "{} carriers"


class BasisKind(StrEnum):
    """The drugs on which a conclusion rests, nearest to the drug of the conclusion first."""

    DRUG = "drug"
    DRUG_CLASS = "drug_class"
    OTHER_DRUGS = "other_drugs"
    LABORATORY = "laboratory"


@dataclass(frozen=True, slots=True)
class Basis:
    """What the conclusion of an association rests on.

    These are the results that decide its level, else all that it lists. Of them, only those on the
    drugs nearest to that of the association count: ``kind`` is ``DRUG`` if one of them gave that
    drug alone. ``name`` is that drug, or its class, such as ``aromatase_inhibitors``. ``n`` is the
    number of people in the largest of these results; None if none is known. ``estimate`` is the
    effect size in the largest that has one, empty if none was reported. ``settings`` are those of
    these results, without samples. ``has_null_on_drug`` tells that results on the drug alone found
    no difference, although these did.
    """

    kind: BasisKind
    name: str
    drugs: tuple[str, ...]
    n: int | None
    estimate: str
    settings: tuple[str, ...]
    has_null_on_drug: bool

    @property
    def text(self) -> str:
        """Return the name, with the drugs in brackets where they say more than it."""
        drugs = ", ".join(self.drugs)
        return self.name if drugs in {"", self.name} else f"{self.name} ({drugs})"


@dataclass(frozen=True, slots=True)
class BasisSources:
    """The sections of the knowledge base that a basis refers to, by identifier."""

    evidence: Mapping[str, Evidence]
    drugs: Mapping[str, Drug]
    haplotypes: Mapping[str, HaplotypeDefinition]


def basis_of(
    association: Association,
    grade: EvidenceGrade,
    sources: BasisSources,
) -> Basis:
    """Return what the conclusion of an association rests on."""
    drugs = sources.drugs
    listed = [sources.evidence[key] for key in association.evidence]
    items = [item for item in listed if item.id in grade.stances] or listed
    deciding = [item for item in items if item.id in grade.deciding] or items
    kind = min(
        (_kind(item, association.drug, drugs) for item in deciding), key=tuple(BasisKind).index
    )
    nearest = [item for item in deciding if _kind(item, association.drug, drugs) is kind]
    given = tuple(dict.fromkeys(drug for item in nearest for drug in item.drugs))
    sizes = [item.n for item in nearest if item.n is not None]
    return Basis(
        kind=kind,
        name=_kind_name(kind, drugs[association.drug]),
        drugs=given,
        n=max(sizes, default=None),
        estimate=_estimate(nearest, association, sources.haplotypes) if grade.deciding else "",
        settings=tuple(dict.fromkeys(item.setting for item in nearest if item.is_clinical)),
        has_null_on_drug=any(
            item.drugs == (association.drug,) and grade.stances.get(item.id) is Stance.NULL
            for item in listed
        ),
    )


def _kind(item: Evidence, drug: str, drugs: Mapping[str, Drug]) -> BasisKind:
    if not item.is_clinical:
        return BasisKind.LABORATORY
    if item.drugs == (drug,):
        return BasisKind.DRUG
    classes = {drugs[name].drug_class for name in item.drugs}
    if classes == {drugs[drug].drug_class}:
        return BasisKind.DRUG_CLASS
    return BasisKind.OTHER_DRUGS


def _kind_name(kind: BasisKind, drug: Drug) -> str:
    """Return the drug of the association, the plural of its class, or the kind."""
    names = {
        BasisKind.DRUG: drug.id,
        BasisKind.DRUG_CLASS: f"{drug.drug_class}s".replace(" ", "_"),
    }
    return names.get(kind, kind.value)


def _is_of(effect: Effect, association: Association) -> bool:
    """Return whether an effect size is about the variant, and not about another that it names."""
    named = _RSID.findall(effect.measure)
    return not named or association.variant in named


def _estimate(
    items: Sequence[Evidence],
    association: Association,
    haplotypes: Mapping[str, HaplotypeDefinition],
) -> str:
    """Return the effect size in the largest result that has one, with the carriers it is about."""
    for item in sorted(items, key=lambda item: -(item.n or 0)):
        names_haplotype = item.haplotype is not None or item.haplotype_set is not None
        if association.variant is not None and names_haplotype:
            continue  # the figure of a haplotype is not that of one of its sites
        effects = [effect for effect in item.effects if _is_of(effect, association)]
        text = _effect_text(effects)
        if text:
            carriers = _carriers_text(item, association, haplotypes)
            return text if _CARRIERS_TOLD.search(text) or not carriers else f"{text} ({carriers})"
    return ""


def _effect_text(effects: Sequence[Effect]) -> str:
    """Return the first effect size with an interval, else two groups side by side, else a number.

    >>> _effect_text([Effect(measure="HR", value=0.51, low=0.33, high=0.78)])
    'HR 0.51 [0.33, 0.78]'
    >>> _effect_text([Effect(measure="median months, A carriers", value=16.4),
    ...               Effect(measure="median months, C/C", value=13.52)])
    'median months 16.4 (A carriers) against 13.52 (C/C)'
    """
    for effect in effects:
        if effect.value is not None and effect.low is not None and effect.high is not None:
            return f"{effect.measure} {effect.value:g} [{effect.low:g}, {effect.high:g}]"
    numbers = [effect for effect in effects if effect.value is not None]
    if len(numbers) > 1:
        (measure, _, first), (other, _, second) = (
            effect.measure.partition(", ") for effect in numbers[:2]
        )
        if measure == other and first and second:
            return (
                f"{measure} {numbers[0].value:g} ({first}) against {numbers[1].value:g} ({second})"
            )
    return f"{numbers[0].measure} {numbers[0].value:g}" if numbers else ""


def _carriers_text(
    item: Evidence, association: Association, haplotypes: Mapping[str, HaplotypeDefinition]
) -> str:
    """Return in whom the effect was seen, such as ``A carriers``; empty where that is not told."""
    if item.compared is not None:
        return f"{', '.join(item.compared.effect)} against {', '.join(item.compared.comparator)}"
    if item.haplotype is not None:
        return f"{haplotypes[item.haplotype].name} carriers"
    base = item.alleles.get(association.variant or "")
    if base is not None:
        return _MODEL_TEXTS.get(item.model, _CARRIERS).format(base)
    return " or ".join((*item.diplotypes, *item.phenotypes))
