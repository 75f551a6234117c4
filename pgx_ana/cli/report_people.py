"""The people of ``pgx-ana report``: from variant files, or from results written before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pgx_ana.cli.options import request_from, selected_samples
from pgx_ana.cli.telling import tell_run
from pgx_ana.errors import UsageError

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.quality import Cohort
    from pgx_ana.results import Document


class People(Protocol):
    """People with their documents. Those that are counted pass by once."""

    @property
    def refused(self) -> Sequence[tuple[str, str]]:
        """Files that could not be used, with the reason."""

    def documents(self) -> Iterator[Document]:
        """Yield the documents of the people."""

    def number(self) -> int | None:
        """Return the number of people, None where only reading them shows it."""

    def count(self) -> Iterator[Document]:
        """Yield the same, and count the people; see :meth:`cohort`."""

    def cohort(self, *, unread: bool) -> Cohort:
        """Return all people in numbers; ``unread`` if :meth:`count` was not used."""

    def tell(self) -> None:
        """Print on stderr what a reader must know."""


class FilePeople:
    """The people of variant files."""

    refused: Sequence[tuple[str, str]] = ()

    def __init__(self, given: Mapping[str, Any], knowledge: KnowledgeBase) -> None:
        from pgx_ana.pipeline import Run
        from pgx_ana.quality import CohortTally

        self._given = given
        self._run = Run(request_from(given, knowledge), knowledge)
        self._tally = CohortTally(knowledge)

    def number(self) -> int:
        """Return the number of people."""
        return self._run.n_people

    def documents(self) -> Iterator[Document]:
        """Yield the documents of the people."""
        from pgx_ana.output import patient_texts

        for block in self._run.blocks():
            self._tally.run.add(block.calls)
            yield from map(json.loads, patient_texts(block))

    def count(self) -> Iterator[Document]:
        """Yield the same, and count the people."""
        from pgx_ana.output import patient_texts

        for block in self._run.blocks():
            self._tally.add(block)
            yield from map(json.loads, patient_texts(block))

    def cohort(self, *, unread: bool) -> Cohort:
        """Return all people in numbers."""
        if unread:
            for block in self._run.blocks():
                self._tally.add(block)
        return self._tally.finish()

    def tell(self) -> None:
        """Print the files, what looks wrong, and the number of calls."""
        tell_run(self._tally.run, self._given)


class StoredPeople:
    """The people of results that were written before."""

    def __init__(self, given: Mapping[str, Any], knowledge: KnowledgeBase) -> None:
        from pgx_ana.results import open_results

        self._knowledge = knowledge
        self._results = open_results(given["stored"], knowledge)
        self._samples = selected_samples(given["samples"], given["samples_file"])
        self.refused: Sequence[tuple[str, str]] = ()

    def number(self) -> int | None:
        """Return the number of people; None if some are chosen, or documents must be read."""
        return None if self._samples else self._results.number()

    def documents(self) -> Iterator[Document]:
        """Yield the documents of the selected people. Raises :class:`UsageError` for others."""
        missing = dict.fromkeys(self._samples)
        for document in self._results.documents():
            if not self._samples or document["sample"] in missing:
                missing.pop(document["sample"], None)
                yield document
            if self._samples and not missing:
                return
        if missing:
            raise UsageError(f"sample {next(iter(missing))!r} is not in the results")

    def count(self) -> Iterator[Document]:
        """Yield the same. The people are counted when the cohort is asked for."""
        return self.documents()

    def cohort(self, *, unread: bool) -> Cohort:
        """Return all people in numbers, which are annotated anew for it."""
        del unread  # documents are not counted as they pass
        from pgx_ana.quality import CohortTally

        tally, run = CohortTally(self._knowledge), self._results.run()
        for block in run.blocks():
            tally.add(block)
        self.refused = [(file.file, file.reason) for file in run.refused]
        return tally.finish()

    def tell(self) -> None:
        """Print nothing: the run that wrote the results has told it."""
