"""A cohort counted while its people pass by in blocks: memory does not grow with their number."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from pgx_ana.annotation import (
    Annotations,
    AssociationResult,
    CategoryTally,
    MarkerCall,
    count_levels,
    tally_categories,
    unphased_genotype,
)
from pgx_ana.coded import Coded
from pgx_ana.haplotypes import Diplotype, DiplotypeCall, DiplotypeStatus, Nomenclature
from pgx_ana.knowledge import KnowledgeBase, Level
from pgx_ana.model import Call, CallOptions, Variant
from pgx_ana.quality.allele_frequencies import FrequencyCheck, check_frequencies
from pgx_ana.quality.call_counts import ASSERTED, state_of
from pgx_ana.quality.cohort import (
    AssociationPeople,
    CategoryPeople,
    Cell,
    Cohort,
    FileFacts,
    Person,
    SetCell,
    SetPeople,
    SiteCell,
    SiteFrequency,
    SitePeople,
)
from pgx_ana.quality.partition import Partition
from pgx_ana.quality.run_tally import RunTally
from pgx_ana.terms import OBSERVED, CallSource

MAX_LISTED_PEOPLE = 1_000
"""People up to whom each is listed by name."""

_MAX_LISTED_FILES = 50
_MAX_DIPLOTYPES = 2_000
"""Different diplotypes of one set that are counted one by one; those seen later, together."""

_MAX_KINDS = 10
_MAX_DECIDING = 10
_MAX_DECIDING_KEPT = 5_000

T = TypeVar("T")
U = TypeVar("U", bound=Hashable)
C = TypeVar("C", SiteCell, SetCell)


class CohortTally:
    """Counts the people of a cohort, one block after another.

    ``run`` has the files and the call states of the same people; it is added to here.
    """

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self.run = RunTally(knowledge)
        self._sites: dict[str, Counter[SiteCell]] = {}
        self._sets: dict[str, _SetTally] = {}
        self._directions: dict[str, dict[Cell, str]] = {}
        self._highest: dict[str, Counter[Level | None]] = {}
        self._with_level: dict[str, Counter[Level]] = {}
        self._n_findings: Counter[str] = Counter()
        self._sexes: Counter[str] = Counter()
        self._contexts: Counter[str] = Counter()
        self._people: list[Person] | None = []
        self._options, self._population = CallOptions(), ""
        self._genes: dict[str, None] | None = {}

    def add(self, block: Annotations) -> None:
        """Add the people of a block."""
        self.run.add(block.calls)
        self._options, self._population = block.calls.options, block.population
        for site in block.calls.sites:
            counts = self._sites.setdefault(site.variant.id, Counter())
            _add(counts, site.calls, functools.partial(_site_cell, variant=site.variant))
        for of_set in block.haplotypes:
            key = of_set.nomenclature.id
            if key not in self._sets:
                associations = self._knowledge.associations_of_set(key)
                ids = tuple(association.id for association in associations)
                self._sets[key] = _SetTally(of_set.nomenclature, ids)
            self._sets[key].add(of_set.diplotypes, block)
        for result in block.associations:
            if not result.marker.sites:
                self._add_directions(result)
        self._add_findings(block)
        _add(self._sexes, block.circumstances, lambda person: person.sex)
        _add(self._contexts, block.circumstances, lambda person: person.context)
        self._options, self._population = block.calls.options, block.population
        if self._genes is not None:
            genes = block.chosen_genes
            self._genes = {**self._genes, **dict.fromkeys(genes)} if genes else None

    def _add_directions(self, result: AssociationResult) -> None:
        """Keep what an association of a variant says of each genotype of the block."""
        said = self._directions.setdefault(result.association.id, {})
        for call, conclusion in zip(result.marker.calls.values, result.conclusions, strict=True):
            said[_marker_cell(call)] = conclusion.direction

    def _add_findings(self, block: Annotations) -> None:
        tallies = tally_categories(block)
        for tally in tallies:
            counts = self._highest.setdefault(tally.category, Counter())
            _add(counts, tally.highest_level, lambda level: level)
            self._n_findings[tally.category] += int(tally.n_findings.sum(dtype=np.int64))
        for category, counted in count_levels(block).items():
            self._with_level.setdefault(category, Counter()).update(counted)
        self._list_people(block.calls.samples, tallies)

    def _list_people(self, names: Sequence[str], tallies: Sequence[CategoryTally]) -> None:
        """List the people of a block, or nobody once they are too many."""
        if self._people is None or len(self._people) + len(names) > MAX_LISTED_PEOPLE:
            self._people = None
            return
        *categories, overall = tallies
        self._people += (
            Person(
                name,
                0 if overall.n_called_sites is None else int(overall.n_called_sites[number]),
                {tally.category: int(tally.n_findings[number]) for tally in categories},
                overall.highest_level[number],
            )
            for number, name in enumerate(names)
        )

    def finish(self) -> Cohort:
        """Return the cohort of all people that were added."""
        n_people = self.run.n_people
        return Cohort(
            n_people=n_people,
            files=_file_facts(self.run),
            sites=tuple(self._site_people()),
            haplotype_sets=tuple(tally.people(n_people) for tally in self._sets.values()),
            associations=tuple(self._association_people()),
            categories=tuple(
                CategoryPeople(
                    category,
                    Partition(n_people, dict(counts)),
                    dict(self._with_level.get(category, {})),
                    self._n_findings[category],
                )
                for category, counts in self._highest.items()
            ),
            sexes=Partition(n_people, dict(self._sexes)),
            contexts=Partition(n_people, dict(self._contexts)),
            people=None if self._people is None else tuple(self._people),
            options=self._options,
            population=self._population,
            genes=tuple(self._genes or ()),
        )

    def _association_people(self) -> Iterator[AssociationPeople]:
        """Yield what each association says, in the order of the knowledge base."""
        of_sets = {
            key: (id_of_set, said)
            for id_of_set, tally in self._sets.items()
            for key, said in tally.directions().items()
        }
        for key, association in self._knowledge.associations.items():
            category = self._knowledge.outcomes[association.outcome].category.value
            if key in self._directions:
                said = dict(self._directions[key])
                yield AssociationPeople(key, category, str(association.variant), said)
            elif key in of_sets:
                yield AssociationPeople(key, category, *of_sets[key])

    def _site_people(self) -> Iterator[SitePeople]:
        for check in check_frequencies(self.run.sites, self._knowledge):
            counts = self._sites[check.variant]
            people = Partition(counts.total(), _most_frequent_first(counts))
            yield SitePeople(check.variant, people, _frequency(check, self._knowledge))


class _SetTally:
    """Counts the diplotypes of one haplotype set; ``associations`` are those of the set."""

    def __init__(self, nomenclature: Nomenclature, associations: tuple[str, ...]) -> None:
        self._id = nomenclature.id
        self._sites = nomenclature.sites
        self._associations = associations
        self._cells: Counter[SetCell] = Counter()
        self._deciding: Counter[str] = Counter()

    def add(self, diplotypes: Coded[DiplotypeCall], block: Annotations) -> None:
        """Add the people of a block, whose diplotypes are given."""
        results = block.by_marker.get(self._id, ())
        said = zip(*(result.conclusions for result in results), strict=True)
        directions = [tuple(item.direction for item in of_call) for of_call in said]
        for number, (call, count) in enumerate(diplotypes.counts()):
            if count:
                cell = self._cell(call.diplotype, directions[number] if directions else ())
                self._cells[cell] += count
                self._add_deciding(call.diplotype, count)

    def _cell(self, diplotype: Diplotype, directions: tuple[str, ...]) -> SetCell:
        cell = SetCell(diplotype.status.value, diplotype.diplotype, diplotype.phenotype, directions)
        if cell in self._cells or len(self._cells) < _MAX_DIPLOTYPES:
            return cell
        return cell._replace(diplotype="", is_rest=True)

    def _add_deciding(self, diplotype: Diplotype, count: int) -> None:
        """Count what would settle a diplotype that is not determined."""
        if diplotype.status is DiplotypeStatus.DETERMINED:
            return
        for text in diplotype.deciding:
            if text in self._deciding or len(self._deciding) < _MAX_DECIDING_KEPT:
                self._deciding[text] += count

    def people(self, n_people: int) -> SetPeople:
        """Return the people of all blocks."""
        deciding = sorted(self._deciding.items(), key=lambda item: (-item[1], item[0]))
        return SetPeople(
            self._id,
            self._sites,
            Partition(n_people, _most_frequent_first(self._cells)),
            tuple(deciding[:_MAX_DECIDING]),
        )

    def directions(self) -> dict[str, dict[Cell, str]]:
        """Return what each association of the set says of the people in each cell."""
        return {
            key: {cell: cell.directions[number] for cell in self._cells}
            for number, key in enumerate(self._associations)
        }


def _add(counts: Counter[U], values: Coded[T], key: Callable[[T], U]) -> None:
    """Add the number of people of each key, made once of each distinct value."""
    for value, count in values.counts():
        if count:
            counts[key(value)] += count


def _most_frequent_first(counts: Counter[C]) -> dict[C, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _site_cell(call: Call, variant: Variant) -> SiteCell:
    is_told = call.status in OBSERVED
    return SiteCell(state_of(call), unphased_genotype(call, variant) if is_told else "")


def _marker_cell(call: MarkerCall) -> SiteCell:
    """Return the cell of a variant's call as it is shown to the reader."""
    state = ASSERTED if call.source is CallSource.ASSERTED else call.status.value
    return SiteCell(state, call.genotype if call.status in OBSERVED else "")


def _frequency(check: FrequencyCheck, knowledge: KnowledgeBase) -> SiteFrequency | None:
    """Return the frequency of the allele whose population frequencies are known, if any are."""
    known = knowledge.definitions[check.variant].frequencies
    if not known:
        return None
    return SiteFrequency(
        allele=check.allele,
        observed=check.observed,
        populations=known[0].known,
        is_compared=check.is_compared,
        is_outlier=check.outlier is not None,
        is_swapped=check.outlier is not None and check.outlier.swapped,
    )


def _file_facts(run: RunTally) -> FileFacts:
    kinds = (" ".join(filter(None, (f.format, f.compression, f.caller))) for f in run.files)
    return FileFacts(
        first=run.files[:_MAX_LISTED_FILES],
        n_files=len(run.files),
        assemblies=tuple(sorted({file.assembly.value for file in run.files})),
        kinds=dict(Counter(kinds).most_common(_MAX_KINDS)),
        remarks=dict(
            Counter(file.remark for file in run.files if file.remark).most_common(_MAX_KINDS)
        ),
        in_several=run.in_several_files,
    )
