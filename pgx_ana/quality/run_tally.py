"""What is known of a run as a whole, added up while its people pass by in blocks."""

from __future__ import annotations

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CohortCalls, InputFile
from pgx_ana.quality.allele_frequencies import (
    SiteTally,
    add_tallies,
    frequency_warnings,
    tally_sites,
)
from pgx_ana.quality.call_counts import CallCounts, count_calls


class RunTally:
    """The files of a run, and what its people have at each variant.

    ``files`` are in the order in which they were read; ``in_several_files`` is the number of people
    who are in more than one.
    """

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._sites: tuple[SiteTally, ...] = ()
        self._files: dict[str, InputFile] = {}
        self._n_people = 0
        self.in_several_files = 0

    @property
    def files(self) -> tuple[InputFile, ...]:
        """Return the files that people were read from."""
        return tuple(self._files.values())

    @property
    def n_people(self) -> int:
        """Return the number of people."""
        return self._n_people

    @property
    def sites(self) -> tuple[SiteTally, ...]:
        """Return what the people have at each variant."""
        return self._sites

    def add(self, calls: CohortCalls) -> None:
        """Add the people of a block."""
        self._n_people += len(calls.samples)
        for file in calls.files:
            self._files.setdefault(file.name, file)
        self.in_several_files += sum(
            count for files, count in calls.sample_files.counts() if len(files) > 1
        )
        self._sites = add_tallies([self._sites, tally_sites(calls, self._knowledge)])

    def warnings(self) -> list[str]:
        """Return what looks wrong in the allele frequencies of all people."""
        assembly = ", ".join(sorted({file.assembly for file in self.files}))
        return frequency_warnings(self._n_people, self._sites, assembly, self._knowledge)

    def call_counts(self) -> CallCounts:
        """Return how many calls of the run have which status."""
        return count_calls(self._n_people, [tally.states for tally in self._sites])
