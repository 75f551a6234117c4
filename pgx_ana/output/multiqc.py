"""What MultiQC reads: a small summary of each person, and the cohort as custom content."""

from __future__ import annotations

import json
from collections import Counter

from pgx_ana.annotation import Annotations
from pgx_ana.file_formats import FORMATS, FileFormat
from pgx_ana.output.person_summary import person_summaries
from pgx_ana.output.rendering import ByteStream
from pgx_ana.quality import RunTally
from pgx_ana.terms import FIXED_SENTENCE, STATE_COLOURS
from pgx_ana.version import __version__
from pgx_ana.writing import FileNames, PageFolder, as_utf8

COHORT_FILE = "pgx-ana_cohort_mqc.json"
"""Custom content, which MultiQC shows without a plugin."""

VERSIONS_FILE = "pgx-ana_mqc_versions.yml"

(_ENDING,) = FORMATS[FileFormat.MULTIQC].endings


class SummaryFileWriter:
    """Writes the summary of the one person of a run to a file."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    def write(self, block: Annotations) -> None:
        """Write the summary."""
        for text in person_summaries(block):
            self._stream.write(text)

    def close(self) -> None:
        """Nothing comes after the last block."""


class SummaryFolderWriter:
    """Writes a file for each person to a folder, and the cohort as custom content."""

    def __init__(self, folder: PageFolder) -> None:
        self._folder = folder
        self._names = FileNames(_ENDING)
        self._tally: RunTally | None = None
        self._genes: dict[str, str] = {}
        self._run = ""
        self._drug = ""

    def write(self, block: Annotations) -> None:
        """Write the summaries of a block."""
        knowledge = block.knowledge
        if self._tally is None:
            self._tally = RunTally(knowledge)
            self._drug = knowledge.drugs[knowledge.info.drug].name
            self._run = f"{block.calls.assembly}, knowledge base {knowledge.stamp}"
        self._tally.add(block.calls)
        self._genes |= {site.variant.id: site.variant.gene for site in block.calls.sites}
        for sample, text in zip(block.calls.samples, person_summaries(block), strict=True):
            self._folder.write(self._names.name(sample), text)

    def close(self) -> None:
        """Write what is about all people."""
        self._folder.write(COHORT_FILE, as_utf8(json.dumps(self._cohort(), indent=1) + "\n"))
        versions = json.dumps({"pgx-ana": {"pgx-ana": __version__}})  # JSON is YAML
        self._folder.write(VERSIONS_FILE, as_utf8(versions + "\n"))

    def _cohort(self) -> dict[str, object]:
        """Return the states of all calls by gene, as MultiQC takes custom content."""
        tallies = () if self._tally is None else self._tally.sites
        n_people = 0 if self._tally is None else self._tally.n_people
        by_gene: dict[str, Counter[str]] = {}
        for tally in tallies:
            by_gene.setdefault(self._genes[tally.variant], Counter()).update(tally.states)
        words = {state: state.replace("_", " ") for state in STATE_COLOURS}
        people = "1 person" if n_people == 1 else f"{n_people} people"
        sites = "1 known site" if len(tallies) == 1 else f"{len(tallies)} known sites"
        return {
            "id": "pgx_ana_cohort",
            "section_name": "pgx-ana: calls by gene",
            "description": (
                f"The calls of {people} at {sites} ({self._run}, pgx-ana {__version__}). A site "
                "that is absent from a file is not a reference genotype. "
                f"{FIXED_SENTENCE.format(drug=self._drug)}"
            ),
            "plot_type": "bargraph",
            "pconfig": {
                "id": "pgx_ana_cohort_plot",
                "title": "pgx-ana: calls by gene",
                "ylab": "Calls",
                "cpswitch_c_active": False,
                "hide_zero_cats": True,
            },
            "categories": {
                words[state]: {"name": words[state], "color": colour}
                for state, colour in STATE_COLOURS.items()
            },
            "data": {
                gene: {words[state]: states[state] for state in STATE_COLOURS if states[state]}
                for gene, states in by_gene.items()
            },
        }
