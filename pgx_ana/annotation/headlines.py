"""Headlines: each conclusion in one line that says on which drug, and how firm it is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from pgx_ana.knowledge import Basis, BasisKind, Level, Message
from pgx_ana.terms import CallSource

MAX_HEADLINE = 120
"""Characters of a headline."""

_LEVEL_WORDS = {
    Level.GUIDELINE: "named by a guideline",
    Level.REPLICATED: "replicated",
    Level.SINGLE_CORRECTED: "limited evidence",
    Level.SINGLE_NOMINAL: "weak evidence",
    Level.INDIRECT: "indirect evidence",
    Level.NOT_CONFIRMED: "not confirmed",
    Level.CONTRADICTED: "contradicted",
    Level.UNSETTLED: "unsettled",
    Level.NULL: "no difference found",
    Level.NOT_ASSESSABLE: "cannot be graded",
}
_KIND_WORDS = {BasisKind.OTHER_DRUGS: "other drugs"}
_NOTED_SOURCES = frozenset({CallSource.ASSERTED, CallSource.OTHER_STRAND})
_OTHERS = "others"
_BOTH_HOMOZYGOTES = ("one homozygote", "the other")
_THIS_GENOTYPE = "this genotype"


def level_words(level: Level) -> str:
    """Return how firm a conclusion of a level is, in words."""
    return _LEVEL_WORDS[level]


def basis_words(basis: Basis) -> str:
    """Return the kind of drugs on which a conclusion rests, in words."""
    return _KIND_WORDS.get(basis.kind, basis.name.replace("_", " "))


class HeadlineWriter:
    """Writes the headlines of one association.

    ``drug_names`` are the names of the drugs of the basis, in their order; ``drug`` is the name of
    the drug of the association.
    """

    def __init__(
        self,
        messages: Mapping[str, Message],
        outcome: str,
        level: Level,
        basis: Basis,
        drug_names: Sequence[str],
        drug: str,
    ) -> None:
        self._messages = messages
        self._outcome = outcome[:1].upper() + outcome[1:]
        self._levels = _level_phrases(level, basis, drug)
        is_plain = level in {Level.NULL, Level.NOT_ASSESSABLE, Level.UNSETTLED}
        self._qualifier = "" if is_plain else f" [{level_words(level)}]"
        self._drugs = tuple(dict.fromkeys(_drug_phrases(basis, drug_names)))

    def difference(
        self, direction: str, groups: Sequence[str], effect: str, source: CallSource
    ) -> str:
        """Return the headline of a genotype on one side of a comparison."""
        return self._shortest_needed(
            [
                self._fill(
                    "headline_difference",
                    source,
                    direction=direction,
                    groups=group,
                    effect=words,
                    drugs=drugs,
                    level=level,
                )
                for level, words, group, drugs in itertools.product(
                    self._levels,
                    dict.fromkeys((f" ({effect})" if effect else "", "")),
                    dict.fromkeys((_joined(groups), _OTHERS)),
                    self._drugs,
                )
            ]
        )

    def between(self, lower: Sequence[str], higher: Sequence[str], source: CallSource) -> str:
        """Return the headline of a heterozygote between both homozygotes."""
        return self._shortest_needed(
            [
                self._fill(
                    name,
                    source,
                    lower=ends[0],
                    higher=ends[1],
                    drugs=drugs,
                    level=level,
                )
                for ends, level, name, drugs in itertools.product(
                    ((_joined(lower), _joined(higher)), _BOTH_HOMOZYGOTES),
                    self._levels,
                    ("headline_between", "headline_between_short"),
                    self._drugs,
                )
            ]
        )

    def plain(self, name: str, source: CallSource, **fields: str) -> str:
        """Return a headline that names no genotype, such as that of no difference."""
        return self._shortest_needed(
            [
                self._fill(name, source, drugs=drugs, qualifier=self._qualifier, **fields)
                for drugs in self._drugs
            ]
        )

    def not_studied(self, genotype: str, source: CallSource) -> str:
        """Return the headline of a genotype that no study had."""
        return self._shortest_needed(
            [
                self._fill("headline_not_studied", source, genotype=text)
                for text in (genotype, _THIS_GENOTYPE)
            ]
        )

    def _fill(self, name: str, source: CallSource, **fields: str) -> str:
        text = self._messages[name].text.format(outcome=self._outcome, **fields)
        if source in _NOTED_SOURCES:
            return self._messages[f"headline_{source.value}"].text.format(headline=text)
        return text

    @staticmethod
    def _shortest_needed(texts: Sequence[str]) -> str:
        """Return the first text that is short enough, else the last."""
        return next((text for text in texts if len(text) <= MAX_HEADLINE), texts[-1])


def _level_phrases(level: Level, basis: Basis, drug: str) -> tuple[str, ...]:
    """Return how firm a difference is, and that none was found on the drug itself; then shorter."""
    words = level_words(level)
    if basis.has_null_on_drug and basis.kind is not BasisKind.DRUG:
        return (f"{words}, null on {drug}", words)
    return (words,)


def _drug_phrases(basis: Basis, drug_names: Sequence[str]) -> Iterator[str]:
    """Yield on which drugs a conclusion rests, as part of a sentence; then the same shorter."""
    if basis.kind is BasisKind.LABORATORY:
        yield "in the laboratory"
        return
    yield f"on {_joined(drug_names)}"
    if len(drug_names) > 1 or basis.kind is BasisKind.OTHER_DRUGS:
        yield f"on {basis_words(basis)}"


def _joined(groups: Sequence[str]) -> str:
    """Return ``A/G or G/G``, or of more groups ``A/A, A/G or G/G``."""
    *first, last = groups
    return f"{', '.join(first)} or {last}" if first else last
