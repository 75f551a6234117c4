"""The report on one person, as values: made from their document, shown as a page or as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pgx_ana.report.cards import Card, by_signal, cards, each_result_once, other_results
from pgx_ana.report.gathered import Answered, OutcomeRows, answered, gathered
from pgx_ana.report.haplotype_map import HaplotypeMap, haplotype_maps
from pgx_ana.report.origin import Origin, Reference, origin, references
from pgx_ana.report.overview import (
    CategoryRow,
    GeneStrip,
    answer,
    category_rows,
    gene_strips,
    opening,
    status_counts,
)
from pgx_ana.report.studies import Facts, StudyWriter
from pgx_ana.report.unknowns import MissingSet, MissingSites, missing_sets, missing_sites
from pgx_ana.report.words import FINDING_DIRECTIONS, Mark, level_rank, site_mark

_UNDECIDED = frozenset({"unsettled", "not_studied", "undetermined"})


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """Conclusions of one level; those of one signal share a card."""

    level: Mark
    cards: tuple[Card, ...]

    @property
    def n_findings(self) -> int:
        """Return the number of conclusions."""
        return sum(1 + len(card.same_signal) for card in self.cards)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Conclusions that report no difference for the person, and their results by outcome."""

    answers: tuple[Answered, ...]
    outcomes: tuple[OutcomeRows, ...]

    @property
    def n_conclusions(self) -> int:
        """Return the number of conclusions."""
        return sum(item.n_conclusions for item in self.answers)

    @property
    def n_results(self) -> int:
        """Return the number of rows with results."""
        return sum(len(item.rows) for item in self.outcomes)


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question that the field asks, and how many results there are on it."""

    name: str
    on_drug: int
    on_drug_class: int
    in_men: int
    without_drug: int

    @property
    def is_unstudied(self) -> bool:
        """Return whether nobody has studied it on the drug or its class."""
        return not (self.on_drug or self.on_drug_class)


@dataclass(frozen=True, slots=True)
class ContextFacts:
    """The use of the drug, as far as it was stated.

    ``same`` counts the findings that rest on results from this use, ``other`` those that do not.
    """

    name: str
    label: str
    monitored: tuple[str, ...]
    note: str
    same: int
    other: int


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One known site of a person.

    ``told`` is the status, where it is not called, and the reason for it or for a remark.
    """

    variant: str
    place: str
    reference: str
    genotype: str
    status: Mark
    told: str


@dataclass(frozen=True, slots=True)
class GeneSites:
    """The known sites of a gene; of the absent ones, the variant alone."""

    gene: str
    rows: tuple[SiteRow, ...]
    absent: tuple[str, ...]
    called: int

    @property
    def n_sites(self) -> int:
        """Return the number of sites."""
        return len(self.rows) + len(self.absent)


@dataclass(frozen=True, slots=True)
class PatientReport:
    """All that a report on one person shows, in the order in which it does.

    ``opening`` holds of all that is said, such as that men were not studied. ``groups`` are the
    findings by level, ``no_difference`` the conclusions that found none, and
    ``open`` those that cannot be told: unsettled, undetermined or without a usable result.
    ``others`` are results that no conclusion lists. ``treatment_notes`` say what other treatment
    the people of a publication had, whose rows are marked.
    """

    sample: str
    sex: str
    origin: Origin
    answer: str
    opening: str
    overall: str
    categories: tuple[CategoryRow, ...]
    strips: tuple[GeneStrip, ...]
    statuses: tuple[tuple[Mark, int], ...]
    groups: tuple[LevelGroup, ...]
    no_difference: Gathered
    open: Gathered
    others: Gathered
    context: ContextFacts | None
    questions: tuple[QuestionRow, ...]
    missing: tuple[MissingSites, ...]
    missing_sets: tuple[MissingSet, ...]
    haplotypes: tuple[HaplotypeMap, ...]
    genes: tuple[GeneSites, ...]
    references: tuple[Reference, ...]
    treatment_notes: tuple[str, ...]

    @property
    def is_unstudied_man(self) -> bool:
        """Return whether the person is a man, and nothing was studied in men on the drug."""
        return self.sex == "male" and not any(question.in_men for question in self.questions)

    @property
    def levels(self) -> frozenset[str]:
        """Return the keys of the levels that the report names."""
        return frozenset(group.level.key for group in self.groups)

    @property
    def n_sites(self) -> int:
        """Return the number of known sites."""
        return sum(gene.n_sites for gene in self.genes)

    @property
    def n_findings(self) -> int:
        """Return the number of conclusions that report a difference for the person."""
        return sum(group.n_findings for group in self.groups)


def patient_report(document: Facts) -> PatientReport:
    """Return the report on the person of a document, which follows the schema of this version."""
    results = [result for marker in document["markers"] for result in marker["results"]]
    drug = document["knowledge_base"]["drug"]
    studies = StudyWriter(document["publications"], results, drug)
    found = tuple(cards(document, studies))
    nulls = [card for card in found if card.direction == "no_difference"]
    undecided = [card for card in found if card.direction in _UNDECIDED]
    findings = [card for card in found if card.direction in FINDING_DIRECTIONS]
    (overall,) = (row for row in document["summary"] if row["category"] == "overall")
    return PatientReport(
        sample=document["sample"],
        sex=document["sex"] or "",
        origin=origin(document),
        answer=answer(document, found),
        opening=opening(document),
        overall=overall["conclusion"].removeprefix(opening(document)).lstrip(),
        categories=tuple(category_rows(document, found)),
        strips=gene_strips(document),
        statuses=status_counts(document),
        groups=_by_level(findings),
        no_difference=Gathered(answered(nulls), gathered(nulls)),
        open=Gathered(answered(undecided), gathered(undecided)),
        others=Gathered((), gathered(tuple(other_results(document, studies)))),
        context=_context(document, findings),
        questions=tuple(_question(item) for item in document["questions"]),
        missing=tuple(missing_sites(document)),
        missing_sets=tuple(missing_sets(document)),
        haplotypes=tuple(haplotype_maps(document)),
        genes=_gene_sites(document),
        references=tuple(references(document, studies.cited)),
        treatment_notes=tuple(studies.treatment_notes),
    )


def _by_level(findings: Sequence[Card]) -> tuple[LevelGroup, ...]:
    by_level: dict[str, list[Card]] = {}
    in_order = sorted(findings, key=lambda card: level_rank(card.level.key))
    for card in each_result_once(tuple(by_signal(in_order))):
        by_level.setdefault(card.level.key, []).append(card)
    return tuple(LevelGroup(group[0].level, tuple(group)) for group in by_level.values())


def _question(item: Facts) -> QuestionRow:
    return QuestionRow(
        item["name"],
        item["on_drug"],
        item["on_drug_class"],
        item["in_men"],
        item["without_drug"],
    )


def _context(document: Facts, findings: Sequence[Card]) -> ContextFacts | None:
    context = document["context"]
    if context is None:
        return None
    same = sum(card.context == "same" for card in findings)
    return ContextFacts(
        name=context["name"],
        label="off-label use" if context["off_label"] else "use on the label",
        monitored=tuple(context["monitored"]),
        note=context["note"] or "",
        same=same,
        other=len(findings) - same,
    )


def _gene_sites(document: Facts) -> tuple[GeneSites, ...]:
    by_gene: dict[str, list[SiteRow]] = {}
    for call in document["calls"]:
        by_gene.setdefault(call["gene"], []).append(_site(call))
    return tuple(
        GeneSites(
            gene,
            tuple(row for row in rows if not _is_absent(row)),
            tuple(row.variant for row in rows if _is_absent(row)),
            sum(row.status.key == "called" for row in rows),
        )
        for gene, rows in by_gene.items()
    )


def _is_absent(row: SiteRow) -> bool:
    return row.status.key == "absent"


def _site(call: Facts) -> SiteRow:
    status, reason = site_mark(call), call["reason"] or ""
    word = "" if call["status"] == "called" else status.word
    return SiteRow(
        variant=call["variant"],
        place=f"{call['chrom']}:{call['pos']}",
        reference=call["ref"] or "not verified",
        genotype=call["genotype"] or "",
        status=status,
        told=": ".join(filter(None, (word, reason))),
    )
