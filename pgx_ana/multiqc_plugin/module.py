"""The module of MultiQC: it finds the summaries of people and shows them side by side."""

from __future__ import annotations

import html
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from multiqc.base_module import BaseMultiqcModule, ModuleNoSamplesFound
from multiqc.plots import bargraph, table

from pgx_ana.multiqc_plugin.columns import finding_columns, general_columns, row_of_findings
from pgx_ana.multiqc_plugin.search import SEARCH_KEY
from pgx_ana.multiqc_plugin.summary import Summary
from pgx_ana.terms import FIXED_SENTENCE, STATE_COLOURS, CallStatus

log = logging.getLogger("multiqc.modules.pgx_ana")

_CALLED = CallStatus.CALLED.value
_ABSENT = "A site that is absent from a file is not a reference genotype."


class MultiqcModule(BaseMultiqcModule):
    """Shows how much of each person is called, and how much was found, by category and level."""

    def __init__(self) -> None:
        super().__init__(
            name="pgx-ana",
            anchor="pgx_ana",
            info="finds known germline variants and joins them with published evidence.",
        )
        people = self._people()
        if not people:
            raise ModuleNoSamplesFound
        log.info("Found %d summaries", len(people))
        drugs = dict.fromkeys(html.escape(person.drug) for person in people.values())
        note = FIXED_SENTENCE.format(drug=", ".join(drugs))
        self.general_stats_addcols(
            {name: _general_row(person) for name, person in people.items()}, general_columns()
        )
        self._add_calls(people, note)
        self._add_findings(people, note)
        self.write_data_file(
            {name: person.numbers() for name, person in people.items()}, "multiqc_pgx_ana"
        )

    def _people(self) -> dict[str, Summary]:
        """Return the people of all files that were found, by their names in the report."""
        people: dict[str, Summary] = {}
        for file in self.find_log_files(SEARCH_KEY):
            try:
                person = Summary.of_text(file["f"] or "")
            except ValueError as error:
                log.info("%s is no summary of pgx-ana and is left out: %s", file["fn"], error)
                continue
            name = self.clean_s_name(person.sample, file)
            if name in people:
                log.debug("Duplicate sample name found! Overwriting: %s", name)
            self.add_data_source(file, name)
            self.add_software_version(person.version, name)
            people[name] = person
        kept: dict[str, Summary] = self.ignore_samples(people)
        return kept

    def _add_calls(self, people: Mapping[str, Summary], note: str) -> None:
        genes = list(dict.fromkeys(gene for person in people.values() for gene in person.sites))
        states = {name: person.states() for name, person in people.items()}
        called = {name: _by_gene(person, [_CALLED]) for name, person in people.items()}
        others = {
            name: _by_gene(person, STATE_COLOURS.keys() - {_CALLED})
            for name, person in people.items()
        }
        self.add_section(
            name="Calls",
            anchor="pgx_ana_calls",
            description=f"Known sites by the state of their call, and by gene. {_ABSENT} {note}",
            plot=bargraph.plot(
                [states, called, others],
                [_state_categories(), _named(genes), _named(genes)],
                {
                    "id": "pgx_ana_calls_plot",
                    "title": "pgx-ana: Calls at known sites",
                    "ylab": "Sites",
                    "data_labels": [
                        {"name": "By state", "ylab": "Sites"},
                        {"name": "Called, by gene", "ylab": "Called sites"},
                        {"name": "Not called, by gene", "ylab": "Sites that are not called"},
                    ],
                },
            ),
        )

    def _add_findings(self, people: Mapping[str, Summary], note: str) -> None:
        self.add_section(
            name="Findings",
            anchor="pgx_ana_findings",
            description=(
                "How much was found in each category, and how firm the conclusions are. Those "
                "without a difference and contradicted ones are counted like all others; cohorts "
                f"are counted once for each conclusion that they bear on. {note}"
            ),
            plot=table.plot(
                {name: row_of_findings(person) for name, person in people.items()},
                finding_columns(people.values()),
                {
                    "id": "pgx_ana_findings_table",
                    "title": "pgx-ana: Findings by category and level",
                },
            ),
        )


def _general_row(person: Summary) -> dict[str, Any]:
    return {
        "called_percent": person.called_percent,
        "findings": person.findings,
        "highest_level": person.highest_level.replace("_", " "),
        "called_sites": person.called_sites,
        "known_sites": person.known_sites,
    }


def _by_gene(person: Summary, states: Iterable[str]) -> dict[str, int]:
    wanted = tuple(states)
    return {
        gene: sum(of_gene.get(state, 0) for state in wanted)
        for gene, of_gene in person.sites.items()
    }


def _state_categories() -> dict[str, dict[str, str]]:
    return {
        state: {"name": state.replace("_", " "), "color": colour}
        for state, colour in STATE_COLOURS.items()
    }


def _named(genes: Iterable[str]) -> dict[str, dict[str, str]]:
    return {gene: {"name": gene} for gene in genes}
