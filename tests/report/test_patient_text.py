"""The report on one person as text says what their document says, in any width."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from helpers.paths import EXAMPLE, GOLDEN, REAL
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.cli import main
from pgx_ana.report import patient_text
from pgx_ana.report.patient import patient_report
from pgx_ana.report.sheet import columns
from pgx_ana.report.words import STATUSES

GVCF = REAL / "gvcf" / "NA18518.g.vcf.gz"
FILES = {
    "GRCh38": (EXAMPLE / "spoiled.GRCh38.vcf", []),
    "GRCh37": (EXAMPLE / "spoiled.GRCh37.vcf", []),
    "man": (EXAMPLE / "spoiled.GRCh38.vcf", ["--context", "men_testosterone"]),
    "gVCF": (GVCF, []),
}
APPLIES = ("What applies: ", "What was reported of these genotypes, not in men: ")
_STYLE = re.compile("\x1b\\[[0-9;]*m")


def toy_people() -> Iterator[dict[str, Any]]:
    for name in ("toy.json", "toy_haplotypes.json", "toy_haplotypes.EUR.json"):
        yield from json.loads((GOLDEN / name).read_text(encoding="utf-8"))


def annotated(path: Path, *options: str) -> dict[str, Any]:
    words = ["annotate", str(path), "--quiet", "--format", "json", *options]
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert 0 == result.exit_code
    (document,) = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


@pytest.fixture(scope="module", params=FILES)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    path, options = FILES[request.param]
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return annotated(path, *options)


def shown(document: dict[str, Any], width: int = 100, *, detail: bool = False) -> str:
    """Return the words of a report in one line, for texts that are wrapped."""
    lines = patient_text(document, width, styled=False, detail=detail)
    return " ".join(" ".join(lines).split())


def section(
    document: dict[str, Any], title: str | tuple[str, ...], *, detail: bool = False
) -> list[str]:
    """Return the lines of a section, without its heading."""
    lines = list(patient_text(document, 100, styled=False, detail=detail))
    starts = [number for number, line in enumerate(lines) if line and set(line) == {"─"}]
    (start,) = (number for number in starts if lines[number - 1].startswith(title))
    end = next((number - 1 for number in starts if number > start), len(lines) + 1)
    return lines[start + 1 : end - 1]


def test_every_conclusion_with_a_difference_stands_under_its_level(
    document: dict[str, Any],
) -> None:
    """In both lengths, in the order of the levels, with headline, genotype and cohorts."""
    rows = {(row["variant"], row["headline"]): row for row in document["annotations"]}
    report = patient_report(document)
    for detail in (False, True):
        words = " ".join(" ".join(section(document, APPLIES, detail=detail)).split())
        place, told = 0, set()
        for group in report.groups:
            place = words.index(f"{group.level.shape} {group.level.word}: ", place)
            for card in group.cards:
                row = rows[card.marker, card.headline]
                counts = (row["supporting"], row["null"], row["contradicting"])
                title = f"{row['gene']} {row['variant']} {row['genotype']} "
                place = words.index(title, place)
                place = words.index("{} for, {} null, {} against".format(*counts), place)
                place = words.index(f"{row['headline']}.", place)
                told.add((row["variant"], row["headline"]))
                for other in card.same_signal:
                    row = rows[other.marker, other.headline]
                    title = f"The same at {row['variant']} {row['genotype']}: "
                    place = words.index(f"{title}{row['headline']}.", place)
                    told.add((row["variant"], row["headline"]))
        expected = {
            key for key, row in rows.items() if row["direction"] in {"higher", "lower", "between"}
        }
        assert expected == told


def test_the_short_text_has_one_entry_for_each_signal(document: dict[str, Any]) -> None:
    lines = section(document, APPLIES)
    titles = [line for line in lines if re.match(r"  \S.* against; n ", line)]
    assert len(titles) == sum(len(group.cards) for group in patient_report(document).groups)


def test_every_result_behind_a_conclusion_is_in_the_full_text(document: dict[str, Any]) -> None:
    report = patient_report(document)
    cards = [card for group in report.groups for card in group.cards]
    expected = sum(card.n_rows for card in cards)
    verdict = re.compile(r"    (▲ for|○ null|▼ against|\? not placed|- not scored|✕ left out)")
    lines = section(document, APPLIES, detail=True)
    found = sum(bool(verdict.match(line)) for line in lines)
    more = re.findall(r"\((\d+) results\)", " ".join(" ".join(lines).split()))
    assert expected == found + sum(int(number) - 1 for number in more)
    words = shown(document, 60, detail=True)  # p stands below the words, not beside them
    for item in (report.no_difference, report.open, report.others):
        for row in (item.row for outcome in item.outcomes for item in outcome.rows):
            assert f"{row.label} #{row.reference}" in words
            assert row.short_estimate in words
            assert row.p.lstrip("<>") in words


def test_the_categories_have_the_counts_of_the_summary(document: dict[str, Any]) -> None:
    table = section(document, "Categories")
    rows = {row["category"]: row for row in document["summary"]}
    for row in patient_report(document).categories:
        summary = rows[row.key]
        n_assessed = len(summary["assessed"])
        total = n_assessed + len(summary["not_assessed"])
        firmest = row.level or row.level_elsewhere
        star = "" if row.level else "*"
        level = f"{firmest.shape} {firmest.word}{star}" if firmest else "= no finding applies"
        (line,) = (line for line in table if line.startswith(row.name))
        cells = [row.name, level, *map(str, row.tally), f"{n_assessed} of {total}"]
        assert cells == re.split(" {2,}", line)
        words = " ".join(" ".join(table).split())
        assert all(part in words for part in (row.title, *row.text.split(". ")))


def test_the_strip_has_a_sign_for_every_site(document: dict[str, Any]) -> None:
    shapes = {status: mark.shape for status, mark in STATUSES.items()}
    expected: dict[str, str] = {}
    for call in document["calls"]:
        expected[call["gene"]] = expected.get(call["gene"], "") + shapes[call["status"]]
    strip = section(document, "All known sites")
    words = " ".join(strip).split()
    legend = words[: words.index(next(iter(expected)))]
    found = dict(zip(*[iter(words[len(legend) :])] * 2, strict=True))
    assert expected == found
    counts = [int(word) for word in legend if word.isdigit()]
    assert len(document["calls"]) == sum(counts)


def test_what_cannot_be_told_names_every_site_without_a_genotype(
    document: dict[str, Any],
) -> None:
    missing = {
        row["variant"]
        for row in document["annotations"]
        if row["direction"] == "not_assessed"
        and any(call["variant"] == row["variant"] for call in document["calls"])
    }
    for detail in (False, True):
        lines = section(document, "What cannot be told", detail=detail)
        assert set() == missing - set(re.findall(r"[\w-]+", " ".join(lines)))
    assert missing


def test_haplotype_sets_that_are_not_determined_are_told(document: dict[str, Any]) -> None:
    names = {item["haplotypes"]: item["name"] for item in document["haplotype_sets"]}
    missing = {
        row["variant"]
        for row in document["annotations"]
        if row["direction"] == "not_assessed" and row["variant"] in names
    }
    for detail in (False, True):
        words = " ".join(" ".join(section(document, "What cannot be told", detail=detail)).split())
        _, _, told = words.partition("Haplotypes not determined: ")
        assert (f"{len(missing)} set" if missing else "") == told[: len(f"{len(missing)} set")]
        assert [] == [key for key in missing if f"{names[key]} (" not in told]


def test_findings_that_nobody_studied_in_men_do_not_apply() -> None:
    document = annotated(EXAMPLE / "spoiled.GRCh38.vcf", "--sex", "male")
    report = patient_report(document)
    assert report.is_unstudied_man
    assert f"{APPLIES[1]}{report.n_findings} conclusions with a difference" in shown(document)


def test_linked_variants_that_tell_the_opposite_are_told() -> None:
    """In both lengths, on each of the two findings."""
    document = next(toy_people())
    first = next(row for row in document["annotations"] if row["direction"] in {"higher", "lower"})
    (marker,) = (item for item in document["markers"] if item["marker"] == first["variant"])
    other = {**copy.deepcopy(marker), "marker": "rs99", "linked": [first["variant"]]}
    for item in other["associations"]:
        item["association"] += "-99"
    marker["linked"].append("rs99")
    direction = {"higher": "lower", "lower": "higher"}[first["direction"]]
    document["markers"].append(other)
    document["annotations"].append(
        {
            **first,
            "variant": "rs99",
            "association": f"{first['association']}-99",
            "direction": direction,
        }
    )
    genotype = first["genotype"]
    for detail in (False, True):
        words = shown(document, detail=detail)
        for name in ("rs99", first["variant"]):
            told = f"Caution: The linked {name} {genotype} tells the opposite in this person: "
            assert 1 == words.count(told), (detail, name)


def test_own_genotype_is_marked_in_every_result_that_compares_it(
    document: dict[str, Any],
) -> None:
    results = {
        (marker["marker"], result["result"]): result
        for marker in document["markers"]
        for result in marker["results"]
    }
    genotypes = {row["variant"]: row["genotype"] for row in document["annotations"]}
    expected = []
    for card in (card for group in patient_report(document).groups for card in group.cards):
        where = {  # a result on several linked markers is shown for the first
            row.result: row.at or card.marker for block in card.blocks for row in block.rows
        }
        rows = {  # results in the same words are shown as one
            replace(row, result=""): row.result
            for row in (row for block in card.blocks for row in block.rows)
            if row.shown_at == card.marker
        }
        for result in rows.values():
            compared = results[where[result], result]["compared"]
            genotype = genotypes[where[result]]
            if compared and genotype in (*compared["effect"], *compared["comparator"]):
                expected.append(f"[{genotype}]")
    lines = section(document, APPLIES, detail=True)
    assert expected == re.findall(r"\[[ACGT*0-9]+/[ACGT*0-9]+\]", " ".join(lines))
    assert expected


def test_results_on_a_linked_marker_name_it() -> None:
    document = annotated(EXAMPLE / "spoiled.GRCh38.vcf")
    card = patient_report(document).groups[0].cards[0]
    assert ("rs6493497", ["rs7176005"]) == (card.marker, [c.marker for c in card.same_signal])
    own = {row.result for block in card.blocks for row in block.rows if not row.at}
    linked = {row.result for block in card.blocks for row in block.rows if row.at}
    assert linked == {
        "wang-2010-rs7176005-residual-estradiol",
        "wang-2010-rs7176005-residual-estrone",
    }
    results = {m["marker"]: {r["result"] for r in m["results"]} for m in document["markers"]}
    assert own <= results["rs6493497"]
    words = " ".join(" ".join(section(document, APPLIES, detail=True)).split())
    assert "rs7176005 per T; fold difference" in words


def test_a_phased_genotype_is_marked_too() -> None:
    """Results that no conclusion counts are held against the genotype as papers write it."""
    document = annotated(EXAMPLE / "spoiled.GRCh38.vcf")
    (call,) = (call for call in document["calls"] if call["variant"] == "rs35599367")
    assert "A|G" == call["genotype"]
    words = " ".join(section(document, "Further results", detail=True))
    assert "[G/A]" in words


def test_the_use_of_the_drug_is_told() -> None:
    document = annotated(EXAMPLE / "spoiled.GRCh38.vcf", "--context", "men_testosterone")
    for detail in (False, True):
        words = " ".join(" ".join(section(document, "The use of the drug", detail=detail)).split())
        assert document["context"]["note"] in words
        assert ", ".join(document["context"]["monitored"]) in words
    table = section(document, "The use of the drug", detail=True)
    for question in document["questions"]:
        counts = (question[key] for key in ("on_drug", "on_drug_class", "in_men", "without_drug"))
        (row,) = (line for line in table if line.startswith(f"{question['name']} "))
        unstudied = not (question["on_drug"] or question["on_drug_class"])
        expected = [*map(str, counts), *(["∅"] if unstudied else [])]
        assert expected == row.removeprefix(question["name"]).split()
    assert f"{document['context']['name']} (off-label use)" in shown(document)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, ["●●○ limited evidence", "= no finding applies"]),
        (1, ["= no finding applies", "= no finding applies"]),
        (2, ["✕ not assessed", "✕ not assessed"]),
    ],
)
def test_empty_states_are_unlike(number: int, expected: list[str]) -> None:
    """No evidence, nothing that applies, and nothing that could be looked at."""
    table = section(list(toy_people())[number], "Categories")
    rows = [line for line in table if re.match(r"[EPT]\w.*? {2}", line)]
    states = [re.split(" {2,}", row)[1] for row in rows]
    assert [*expected, "∅ no evidence", "∅ no evidence"] == states


NAMES = st.text(max_size=200) | st.sampled_from(
    ["\x1b[31mred\x1b[0m", "\u202egnp.exe", "a\tb\nc", "王小明" * 40, "e\u0301" * 90, "<script>"]
)


@settings(max_examples=60, deadline=None)
@given(
    person=st.sampled_from(list(toy_people())),
    name=NAMES,
    width=st.integers(40, 200),
    detail=st.booleans(),
)
def test_lines_fit_and_command_nothing(
    person: dict[str, Any], name: str, width: int, detail: bool
) -> None:
    document = copy.deepcopy(person)
    document["sample"] = name
    document["inputs"][0] |= {"name": name, "caller": name, "remark": name}
    lines = list(patient_text(document, width, styled=False, detail=detail))
    assert [] == [line for line in lines if columns(line) > width]
    assert all(line.isprintable() and line == line.rstrip(" ") for line in lines)
    assert lines[0]
    assert lines[-1]
    styled = list(patient_text(document, width, styled=True, detail=detail))
    assert lines == [_STYLE.sub("", line) for line in styled]


@pytest.mark.parametrize("width", [40, 60, 77, 78, 80, 120, 200])
def test_lines_of_a_whole_person_fit(document: dict[str, Any], width: int) -> None:
    for detail in (False, True):
        lines = list(patient_text(document, width, styled=False, detail=detail))
        assert [] == [line for line in lines if columns(line) > width or line != line.rstrip()]
        styled = list(patient_text(document, width, styled=True, detail=detail))
        assert lines == [_STYLE.sub("", line) for line in styled]
        assert lines != styled


def test_a_narrower_terminal_gets_forty_columns() -> None:
    person = next(toy_people())
    assert list(patient_text(person, 40, styled=False)) == list(
        patient_text(person, 1, styled=False)
    )
