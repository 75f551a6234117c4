"""What MultiQC reads: a summary of each person, and the calls of the cohort by gene."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.expected_summaries import expected_categories, expected_sites
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import EXAMPLE, GOLDEN, TOY, TOY_HAPLOTYPES
from helpers.people_in_blocks import in_blocks
from helpers.varied_people import SAMPLES, varied_people

from pgx_ana import Result, __version__, annotate, load_knowledge_base
from pgx_ana.annotation import Annotations
from pgx_ana.errors import OutputError, UsageError
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.output.multiqc import COHORT_FILE, VERSIONS_FILE
from pgx_ana.quality import CALL_STATES
from pgx_ana.terms import STATE_COLOURS

CHOICE = OutputChoice(FileFormat.MULTIQC)
COHORT_FILES = {COHORT_FILE, VERSIONS_FILE, ".pgx-ana-pages"}
NOTE = (
    "For research use. No guideline links any germline variant to the use of anastrozole, and "
    "nothing here is treatment advice."
)


@pytest.fixture
def varied(make_vcf: MakeVcf, toy_haplotypes: KnowledgeBase) -> Annotations:
    return varied_people(make_vcf, toy_haplotypes)


def written(blocks: Iterator[Annotations] | list[Annotations], folder: Path) -> dict[str, bytes]:
    write_annotations(blocks, CHOICE, str(folder), 3)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def people_of(files: dict[str, bytes]) -> dict[str, Any]:
    """Return the summaries in a folder by sample."""
    texts = (text for name, text in files.items() if name not in COHORT_FILES)
    return {person["sample"]: person for person in map(json.loads, texts)}


RESULTS = {
    "toy people": lambda: annotate(
        GOLDEN / "toy.vcf", kb=load_knowledge_base([TOY, TOY_HAPLOTYPES])
    ),
    "asserted": lambda: annotate(
        GOLDEN / "toy.vcf",
        kb=load_knowledge_base([TOY, TOY_HAPLOTYPES]),
        options=CallOptions(absent_is_reference=True),
    ),
    "one gene": lambda: annotate(GOLDEN / "toy.vcf", kb=load_knowledge_base([TOY]), genes=["AAA"]),
    "a real person": lambda: annotate(EXAMPLE / "spoiled.GRCh38.vcf"),
}


@pytest.fixture(params=RESULTS.values(), ids=list(RESULTS))
def result(request: pytest.FixtureRequest) -> Result:
    found: Result = request.param()
    return found


def test_a_summary_counts_the_rows_of_the_tables(result: Result, tmp_path: Path) -> None:
    people = people_of(written([result._annotations], tmp_path / "out"))
    assert set(result.samples) == set(people)
    sites = expected_sites(result.calls)
    for sample, person in people.items():
        called = sum(states.get("called", 0) for states in sites[sample].values())
        known = sum(sum(states.values()) for states in sites[sample].values())
        assert sites[sample] == person["sites"]
        assert (known, called) == (person["known_sites"], person["called_sites"])
        for name, expected in expected_categories(result, sample).items():
            category = person["categories"][name]
            effects = [category["findings"].pop(key) for key in ("better", "worse", "other")]
            assert expected["findings"]["all"] == sum(effects)
            assert expected == category


def test_a_person_as_a_whole(result: Result, tmp_path: Path) -> None:
    overall = result.summary[result.summary["category"] == "overall"].set_index("sample")
    for sample, person in people_of(written([result._annotations], tmp_path / "out")).items():
        level = overall.loc[sample, "highest_level"]
        assert (level if isinstance(level, str) else None) == person["highest_level"]
        parts = [category["findings"] for category in person["categories"].values()]
        assert person["findings"] == {key: sum(part[key] for part in parts) for key in parts[0]}


def test_a_summary_carries_the_stamps_of_a_document(result: Result, tmp_path: Path) -> None:
    people = people_of(written([result._annotations], tmp_path / "out"))
    for document in result:
        person = people[document["sample"]]
        stamps = (
            *("schema_version", "pgx_ana_version", "knowledge_base", "assembly", "options"),
            "genes",
        )
        assert {key: document[key] for key in stamps} == {key: person[key] for key in stamps}
        assert (NOTE, []) == (person["note"], person["warnings"])


def test_the_first_line_names_the_program(varied: Annotations, tmp_path: Path) -> None:
    files = written([varied], tmp_path / "out")
    first = f'{{"pgx_ana": {{"program": "pgx-ana", "version": "{__version__}"}},'
    for name, text in files.items():
        if name not in COHORT_FILES:
            assert first == text.decode().splitlines()[0]
            assert len(text) < 4000


@pytest.mark.parametrize("people", [1, 2])
def test_the_size_of_blocks_changes_no_byte(
    varied: Annotations, tmp_path: Path, people: int
) -> None:
    at_once = written([varied], tmp_path / "at_once")
    assert at_once == written(in_blocks(varied, people), tmp_path / "in_blocks")
    assert SAMPLES == tuple(sorted(people_of(at_once), key=SAMPLES.index))


def test_the_cohort_has_the_calls_of_all_people_by_gene(result: Result, tmp_path: Path) -> None:
    cohort = json.loads(written([result._annotations], tmp_path / "out")[COHORT_FILE])
    expected: dict[str, Counter[str]] = {}
    for of_person in expected_sites(result.calls).values():
        for gene, states in of_person.items():
            words = {state.replace("_", " "): number for state, number in states.items()}
            expected.setdefault(gene, Counter()).update(words)
    assert expected == cohort["data"]
    assert set(cohort["categories"]) >= {
        state for of_gene in expected.values() for state in of_gene
    }
    assert ("pgx_ana_cohort", "bargraph") == (cohort["id"], cohort["plot_type"])
    assert cohort["description"].endswith(NOTE)
    stamp = result.calls["kb_version"].iloc[0]
    assert f"knowledge base {stamp}, pgx-ana {__version__})" in cohort["description"]


def test_every_state_has_a_colour_in_the_order_of_all_lists() -> None:
    assert tuple(STATE_COLOURS) == CALL_STATES
    assert len(CALL_STATES) == len(set(STATE_COLOURS.values()))


def test_the_versions_that_multiqc_lists(varied: Annotations, tmp_path: Path) -> None:
    text = written([varied], tmp_path / "out")[VERSIONS_FILE]
    assert {"pgx-ana": {"pgx-ana": __version__}} == json.loads(text)


def test_names_are_safe_and_samples_stay_as_they_are(
    make_vcf: MakeVcf, toy: KnowledgeBase, tmp_path: Path
) -> None:
    samples = ("../up", "CON", "S1", "s1", "a" * 200, "-", "pgx-ana_cohort_mqc", "<b>\u00e9")
    path = make_vcf([" ".join(["1 100 A C", *["0/1"] * len(samples)])], samples=samples)
    files = written([annotate(path, kb=toy)._annotations], tmp_path / "in" / "out")
    assert set(samples) == set(people_of(files))
    names = set(files) - COHORT_FILES
    assert len(samples) == len({name.casefold() for name in names})
    assert all(name.endswith(".pgx-ana.json") for name in names)
    assert {"S1.pgx-ana.json", "-.pgx-ana.json"} <= names
    assert ["out"] == [path.name for path in (tmp_path / "in").iterdir()]


def test_what_is_remarked_about_the_files_of_a_person(varied: Annotations, tmp_path: Path) -> None:
    (file,) = varied.calls.files
    calls = dataclasses.replace(
        varied.calls, files=(dataclasses.replace(file, remark='old "index"'),)
    )
    remarked = dataclasses.replace(varied, calls=calls)
    for person in people_of(written([remarked], tmp_path / "out")).values():
        assert [f'{file.name}: old "index"'] == person["warnings"]


def test_one_person_is_one_file(run: Run, make_vcf: MakeVcf, tmp_path: Path) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    command = ("annotate", path, "--kb", TOY, "-q")
    target = tmp_path / "S1.pgx-ana.json"
    for words in (["-o", target], ["-f", "multiqc", "-o", tmp_path / "folder"]):
        assert (0, "") == ((found := run(*command, *words)).exit_code, found.output)
    expected = target.read_bytes()
    assert expected == (tmp_path / "folder" / "S1.pgx-ana.json").read_bytes()
    assert expected == run(*command, "-f", "multiqc").stdout_bytes


@pytest.mark.parametrize("name", ["-", "x.pgx-ana.json", "X.PGX-ANA.JSON"])
def test_several_people_need_a_folder(run: Run, tmp_path: Path, name: str) -> None:
    target = name if name == "-" else tmp_path / name
    found = run("annotate", GOLDEN / "toy.vcf", "--kb", TOY, "-q", "-f", "multiqc", "-o", target)
    message = (
        "Error: --format multiqc has a file for each person, and there are 3 people: name a folder "
        "with -o\n"
    )
    assert (2, message) == (found.exit_code, found.output)
    assert [] == list(tmp_path.iterdir())


def test_it_has_no_tables(run: Run, tmp_path: Path) -> None:
    found = run("annotate", GOLDEN / "toy.vcf", "-f", "multiqc", "-t", "calls", "-o", tmp_path)
    message = "Error: --format multiqc has no tables to choose; omit --table\n"
    assert (2, message) == (found.exit_code, found.output)


def test_a_folder_appears_whole_or_not_at_all(varied: Annotations, tmp_path: Path) -> None:
    earlier = written([varied], tmp_path / "out")

    def failing() -> Iterator[Annotations]:
        yield next(in_blocks(varied, 2))
        raise UsageError("broken")

    with pytest.raises(UsageError, match="broken"):
        written(failing(), tmp_path / "out")
    assert earlier == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    one = written([next(in_blocks(varied, 1))], tmp_path / "out")
    assert {"S1"} == set(people_of(one))


def test_a_folder_with_other_files_is_refused(varied: Annotations, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds 'notes\.txt'"):
        written([varied], tmp_path / "out")
    assert ["notes.txt"] == [path.name for path in (tmp_path / "out").iterdir()]
