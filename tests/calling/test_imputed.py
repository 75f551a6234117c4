"""Imputed genotypes: a call if one is probable enough, otherwise no call with a reason."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from helpers.fixture_types import MakeVcf, Run
from helpers.toy_overlays import section, variant_entry, written_overlay
from numpy.typing import NDArray

import pgx_ana
from pgx_ana.api import Result as People
from pgx_ana.errors import UsageError
from pgx_ana.model import MISSING, NO_COPY, CallOptions
from pgx_ana.vcf.fields import best_guesses, probability_of

Outcome = tuple[str, str, str]
"""Genotype, status and reason of a call."""

NONE_PROBABLE = "the record has no GT, and no genotype has a probability of 0.9"
NO_CALL = ("./.", "no_call", NONE_PROBABLE)
PHASED_NO_CALL = (".|.", "no_call", NONE_PROBABLE)
HAPLOID_NO_CALL = ("", "no_call", NONE_PROBABLE)


def called(genotype: str) -> Outcome:
    return genotype, "called", ""


def haploid(base: str) -> Outcome:
    return base, "partial", "haploid call"


def filtered(genotype: str, threshold: str = "0.9") -> Outcome:
    return genotype, "filtered", f"GP below {threshold}"


def calls(people: People, variant: str) -> list[Outcome]:
    table = people.calls[people.calls["variant"] == variant]
    chosen = table[["genotype", "status", "reason"]].astype(object).fillna("")
    return list(chosen.itertuples(index=False, name=None))


class Fields:
    """Stub of a row in a file: the values of its FORMAT fields, by name."""

    def __init__(self, **values: Sequence[Sequence[float]]) -> None:
        self._values = values

    def format(self, name: str) -> NDArray[np.float32] | None:
        values = self._values.get(name)
        return None if values is None else np.array(values, np.float32)


GUESSES: dict[str, tuple[int, Mapping[str, list[float]], tuple[list[int], bool, float]]] = {
    "GP": (1, {"GP": [0.02, 0.95, 0.03]}, ([0, 1], False, 0.95)),
    "GP uncertain": (1, {"GP": [0.4, 0.25, 0.35]}, ([0, 0], False, 0.4)),
    "GP phred-scaled": (1, {"GP": [30, 40, 0]}, ([1, 1], False, 1.0)),
    "GP haploid": (1, {"GP": [0.03, 0.97]}, ([1, NO_COPY], False, 0.97)),
    "GP of two ALT": (2, {"GP": [0, 0, 0.01, 0, 0.98, 0.01]}, ([1, 2], False, 0.98)),
    "GP of two ALT, haploid": (2, {"GP": [0.01, 0.01, 0.98]}, ([2, NO_COPY], False, 0.98)),
    "HDS": (1, {"HDS": [0.02, 0.9]}, ([0, 1], True, 0.882)),
    "HDS, ALT first": (1, {"HDS": [1, 0]}, ([1, 0], True, 1)),
    "HDS haploid": (1, {"HDS": [0.97]}, ([1, NO_COPY], True, 0.97)),
    "DS": (1, {"DS": [1.12]}, ([0, 1], False, 0.88)),
    "DS 0": (1, {"DS": [0]}, ([0, 0], False, 1)),
    "DS near 2": (1, {"DS": [1.95]}, ([1, 1], False, 0.95)),
    "DS of two ALT": (2, {"DS": [1.02, 0.95]}, ([1, 2], False, 0.95)),
    "DS 2 for the second ALT": (2, {"DS": [0, 2]}, ([2, 2], False, 1)),
    "GP before HDS and DS": (
        1,
        {"GP": [0.95, 0.05, 0], "HDS": [0.02, 0.03], "DS": [0.05]},
        ([0, 0], False, 0.95),
    ),
    "HDS before DS": (1, {"HDS": [0.99, 0], "DS": [0.98]}, ([1, 0], True, 0.98)),
    "GP against HDS and DS": (
        1,
        {"GP": [0.95, 0.05, 0], "HDS": [1, 1], "DS": [2]},
        ([0, 0], False, 0),
    ),
    "HDS against DS": (1, {"HDS": [0.99, 0], "DS": [2]}, ([1, 0], True, 0)),
    "HDS where GP is missing": (
        1,
        {"GP": [math.nan] * 3, "HDS": [0, 0.98], "DS": [0.98]},
        ([0, 1], True, 0.98),
    ),
    "DS where GP and HDS are missing": (
        1,
        {"GP": [math.nan] * 3, "HDS": [math.nan] * 2, "DS": [2]},
        ([1, 1], False, 1),
    ),
    "DS of two ALT, HDS of too few": (
        2,
        {"HDS": [0, 1], "DS": [0, 1]},
        ([0, 2], False, 1),
    ),
}


@pytest.mark.parametrize(("n_alts", "fields", "expected"), GUESSES.values(), ids=GUESSES)
def test_most_probable_genotype_and_its_probability(
    n_alts: int, fields: Mapping[str, list[float]], expected: tuple[list[int], bool, float]
) -> None:
    row = Fields(**{name: [values] for name, values in fields.items()})
    alleles, phased, probability = best_guesses(row, set(fields), 1, n_alts)
    assert probability is not None
    expected_alleles, expected_phased, expected_probability = expected
    assert expected_phased == phased[0]
    assert expected_alleles == in_order(alleles[0].tolist(), phased=expected_phased)
    assert pytest.approx(expected_probability, abs=0.002) == float(probability[0])


def in_order(numbers: list[int], *, phased: bool) -> list[int]:
    """Sort two unphased copies; ``NO_COPY`` stays last."""
    return numbers if phased or NO_COPY in numbers else sorted(numbers)


UNUSABLE: dict[str, tuple[int, dict[str, list[float]]]] = {
    "GP missing": (1, {"GP": [math.nan] * 3}),
    "GP partly missing": (1, {"GP": [0.95, math.nan, math.nan]}),
    "GP sum below 1": (1, {"GP": [0.5, 0.2, 0.1]}),
    "GP sum above 1": (1, {"GP": [0.95, 0.95, 0.95]}),
    "GP negative": (1, {"GP": [-0.1, 1.1, 0]}),
    "GP all 0": (1, {"GP": [0, 0, 0]}),
    "GP of too few genotypes": (2, {"GP": [0, 0, 0, 1]}),
    "GP of too many genotypes": (1, {"GP": [0, 0, 1, 0]}),
    "HDS missing": (1, {"HDS": [math.nan, math.nan]}),
    "HDS of the first missing": (1, {"HDS": [math.nan, 1]}),
    "HDS above 1": (1, {"HDS": [0, 1.2]}),
    "HDS below 0": (1, {"HDS": [-0.2, 0]}),
    "HDS of three": (1, {"HDS": [0, 0, 0]}),
    "DS missing": (1, {"DS": [math.nan]}),
    "DS above 2": (1, {"DS": [2.6]}),
    "DS below 0": (1, {"DS": [-0.6]}),
    "DS halfway": (1, {"DS": [0.5]}),
    "DS sum of 3": (2, {"DS": [2, 1]}),
    "DS of too few ALT": (2, {"DS": [1]}),
}


@pytest.mark.parametrize(("n_alts", "fields"), UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_values_give_no_genotype(n_alts: int, fields: dict[str, list[float]]) -> None:
    row = Fields(**{name: [values] for name, values in fields.items()})
    alleles, phased, probability = best_guesses(row, set(fields), 1, n_alts)
    assert probability is not None
    assert ([MISSING, MISSING], False) == (alleles[0].tolist(), bool(phased[0]))
    assert math.isnan(probability[0])


def test_a_row_without_any_probability() -> None:
    alleles, phased, probability = best_guesses(Fields(), {"DP"}, 2, 1)
    assert ([[MISSING, MISSING]] * 2, [False, False], None) == (
        alleles.tolist(),
        phased.tolist(),
        probability,
    )


CALLED: dict[str, tuple[dict[str, list[float]], tuple[int, int], float | None]] = {
    "GP": ({"GP": [0.02, 0.95, 0.03]}, (0, 1), 0.95),
    "GP of a phased genotype": ({"GP": [0.02, 0.95, 0.03]}, (1, 0), 0.95),
    "GP of an improbable genotype": ({"GP": [0.02, 0.95, 0.03]}, (1, 1), 0.03),
    "GP of a missing genotype": ({"GP": [0.02, 0.95, 0.03]}, (MISSING, MISSING), None),
    "GP of a partial genotype": ({"GP": [0.02, 0.95, 0.03]}, (MISSING, 1), None),
    "GP missing": ({"GP": [math.nan] * 3}, (0, 1), None),
    "GP sum below 1": ({"GP": [0.5, 0.2, 0.1]}, (0, 1), None),
    "GP phred-scaled": ({"GP": [30, 0, 40]}, (0, 0), 0.001),
    "GP haploid": ({"GP": [0.6, 0.4]}, (1, NO_COPY), 0.4),
    "Q": ({"Q": [0.7]}, (0, 1), 0.7),
    "Q before GP": ({"Q": [0.7], "GP": [0, 1, 0]}, (0, 1), 0.7),
    "neither": ({}, (0, 1), None),
}


@pytest.mark.parametrize(("fields", "alleles", "expected"), CALLED.values(), ids=CALLED)
def test_probability_of_a_called_genotype(
    fields: dict[str, list[float]], alleles: tuple[int, int], expected: float | None
) -> None:
    row = Fields(**{name: [values] for name, values in fields.items()})
    values = probability_of(row, set(fields), np.array([alleles], np.int16), 1)
    probability = None if values is None or math.isnan(values[0]) else float(values[0])
    assert (None if expected is None else pytest.approx(expected, abs=0.001)) == probability


ROWS: dict[str, tuple[str, str, list[tuple[str, Outcome]]]] = {
    "GP": (
        "1 100 A C",
        "GP",
        [
            ("0.95,0.04,0.01", called("A/A")),
            ("0.02,0.9,0.08", called("A/C")),
            ("0.02,0.89,0.09", NO_CALL),
            ("0,0.005,0.995", called("C/C")),
            ("0.4,0.3,0.3", NO_CALL),
            ("1,0,0", called("A/A")),
            (".", NO_CALL),
            (".,.,.", NO_CALL),
            ("0.95,.,.", NO_CALL),
            ("0.5,0.2,0.1", NO_CALL),
            ("-0.1,1.1,0", NO_CALL),
            ("nan,nan,nan", NO_CALL),
            ("inf,0,0", NO_CALL),
            ("0.333,0.333,0.333", NO_CALL),
        ],
    ),
    "GP phred-scaled": (
        "1 100 A C",
        "GP",
        [
            ("0,40,50", called("A/A")),
            ("30,0.004,60", called("A/C")),
            ("60,30,0", called("C/C")),
            ("3,3,40", NO_CALL),
            ("0,0,0", NO_CALL),
            ("30,30,30", NO_CALL),
        ],
    ),
    "GP of two ALT, in the order of the specification": (
        "1 200 A C,T",
        "GP",
        [
            ("1,0,0,0,0,0", called("A/A")),
            ("0,1,0,0,0,0", called("A/C")),
            ("0,0,1,0,0,0", called("C/C")),
            ("0,0,0,1,0,0", called("A/T")),
            ("0,0,0,0,1,0", called("C/T")),
            ("0,0,0,0,0,1", called("T/T")),
            ("0,0.5,0,0.5,0,0", NO_CALL),
            ("0.95,0.05,0", haploid("A")),
        ],
    ),
    "GP haploid": (
        "1 100 A C",
        "GP",
        [
            ("0.95,0.05", haploid("A")),
            ("0.02,0.98", haploid("C")),
            ("0.5,0.5", HAPLOID_NO_CALL),
        ],
    ),
    "HDS": (
        "1 100 A C",
        "HDS",
        [
            ("0.01,0.99", called("A|C")),
            ("0.99,0.01", called("C|A")),
            ("0,0", called("A|A")),
            ("0.98,0.97", called("C|C")),
            ("0,0.9", called("A|C")),
            ("0.1,1", called("A|C")),
            ("0.05,0.94", PHASED_NO_CALL),
            ("0.5,0", PHASED_NO_CALL),
            (".", NO_CALL),
            (".,.", NO_CALL),
            ("1.5,0", NO_CALL),
        ],
    ),
    "HDS haploid": (
        "1 100 A C",
        "HDS",
        [("0.99", haploid("C")), ("0.02", haploid("A")), ("0.6", HAPLOID_NO_CALL)],
    ),
    "haploid and diploid samples, GP": (
        "1 100 A C",
        "GP",
        [
            ("0.03,0.97", haploid("C")),
            ("0,1,0", called("A/C")),
            ("0.99,0.01", haploid("A")),
            ("0.97,0.03,.", NO_CALL),
            (".", NO_CALL),
        ],
    ),
    "haploid and diploid samples, HDS": (
        "1 100 A C",
        "HDS",
        [
            ("0.97", haploid("C")),
            ("0,1", called("A|C")),
            ("0.02", haploid("A")),
            ("1,.", NO_CALL),
            (".,1", NO_CALL),
        ],
    ),
    "DS": (
        "1 100 A C",
        "DS",
        [
            ("0", called("A/A")),
            ("1", called("A/C")),
            ("2.000", called("C/C")),
            ("0.1", called("A/A")),
            ("1.1", called("A/C")),
            ("1.9", called("C/C")),
            ("0.11", NO_CALL),
            ("0.89", NO_CALL),
            ("1.5", NO_CALL),
            ("1.89", NO_CALL),
            (".", NO_CALL),
            ("3", NO_CALL),
            ("-1", NO_CALL),
            ("2.2", NO_CALL),
            ("-0.2", NO_CALL),
        ],
    ),
    "DS of two ALT": (
        "1 200 A C,T",
        "DS",
        [
            ("0,0", called("A/A")),
            ("1,0", called("A/C")),
            ("0,1.05", called("A/T")),
            ("0.97,1", called("C/T")),
            ("0,2", called("T/T")),
            ("1.95,0.02", called("C/C")),
            ("0.8,0", NO_CALL),
            ("2,1", NO_CALL),
            ("1", NO_CALL),
        ],
    ),
    "GP, HDS and DS, the genotype of the first available": (
        "1 100 A C",
        "DS:HDS:GP",
        [
            ("0.05:0,0.05:0.95,0.05,0", called("A/A")),
            ("1:0,1:.,.,.", called("A|C")),
            ("2:.,.:.,.,.", called("C/C")),
            ("2:0,1:0.95,0.05,0", NO_CALL),
            ("2:0,1:.,.,.", PHASED_NO_CALL),
            ("0:0,0:0.5,0.5,0", NO_CALL),
            (".:.:.", NO_CALL),
        ],
    ),
    "GT with GP": (
        "1 100 A C",
        "GT:GP",
        [
            ("0/1:0.05,0.92,0.03", called("A/C")),
            ("0/1:0.06,0.9,0.04", called("A/C")),
            ("0/1:0.1,0.89,0.01", filtered("A/C")),
            ("1|0:0.3,0.7,0", filtered("C|A")),
            ("0/0:0.02,0.97,0.01", filtered("A/A")),
            ("0/1:.", called("A/C")),
            ("./.:0.98,0.01,0.01", ("./.", "no_call", "genotype missing")),
            ("0/1:0.5,0.2,0.1", called("A/C")),
        ],
    ),
    "GT with GP, phred-scaled": (
        "1 100 A C",
        "GT:GP",
        [("0/1:40,0,40", called("A/C")), ("0/1:3,3,40", filtered("A/C"))],
    ),
    "GT with GP of two ALT": (
        "1 200 A C,T",
        "GT:GP",
        [
            ("1/2:0,0,0,0,0.95,0.05", called("C/T")),
            ("2/1:0,0,0,0,0.95,0.05", called("C/T")),
            ("0/2:0,0.9,0,0.1,0,0", filtered("A/T")),
        ],
    ),
    "haploid GT with GP": (
        "1 100 A C",
        "GT:GP",
        [("1:0.02,0.98", haploid("C")), ("1:0.4,0.6", filtered("C"))],
    ),
    "Q of HipSTR, with GB": (
        "1 100 A C",
        "GT:GB:Q",
        [
            ("0|1:0|0:0.95", called("A|C")),
            ("0|1:0|0:0.90", called("A|C")),
            ("0|1:0|0:0.6", filtered("A|C")),
            ("0|1:0|0:.", called("A|C")),
            ("./.:.:0.3", ("./.", "no_call", "genotype missing")),
        ],
    ),
    "Q of another caller": (
        "1 100 A C",
        "GT:Q",
        [("0|1:0.6", called("A|C")), ("0/0:30", called("A/A"))],
    ),
    "none of these": (
        "1 100 A C",
        "DP",
        [
            ("30", ("./.", "no_call", "the record has no GT")),
            (".", ("./.", "no_call", "the record has no GT")),
        ],
    ),
}


@pytest.mark.parametrize(("row", "fmt", "cases"), ROWS.values(), ids=ROWS)
def test_calls_of_a_row(
    make_vcf: MakeVcf,
    toy_directory: Path,
    row: str,
    fmt: str,
    cases: list[tuple[str, Outcome]],
) -> None:
    samples = [f"S{number}" for number in range(len(cases))]
    path = make_vcf([" ".join([row, *(value for value, _ in cases)])], samples=samples, fmt=fmt)
    variant = "rs1" if " 100 " in row else "rs2"
    outcomes = calls(pgx_ana.annotate(path, kb=toy_directory), variant)
    assert dict(cases) == dict(zip((value for value, _ in cases), outcomes, strict=True))


THRESHOLDS = [
    ("0", "GP", "0.4,0.3,0.3", called("A/A")),
    ("0.75", "GP", "0.25,0.75,0", called("A/C")),
    ("0.76", "GP", "0.25,0.75,0", ("./.", "no_call", NONE_PROBABLE.replace("0.9", "0.76"))),
    ("1", "GP", "0,1,0", called("A/C")),
    ("1", "GP", "0,0.999,0.001", ("./.", "no_call", NONE_PROBABLE.replace("0.9", "1"))),
    ("0.75", "HDS", "0,0.75", called("A|C")),
    ("0.76", "HDS", "0,0.75", (".|.", "no_call", NONE_PROBABLE.replace("0.9", "0.76"))),
    ("0.75", "DS", "0.75", called("A/C")),
    ("0.76", "DS", "0.75", ("./.", "no_call", NONE_PROBABLE.replace("0.9", "0.76"))),
    ("0", "DS", "1.5", ("./.", "no_call", NONE_PROBABLE.replace("0.9", "0"))),
    ("0.75", "GT:GP", "0/1:0.25,0.75,0", called("A/C")),
    ("0.76", "GT:GP", "0/1:0.25,0.75,0", filtered("A/C", "0.76")),
    ("0", "GT:GP", "0/1:1,0,0", called("A/C")),
    ("0.5", "GT:GB:Q", "0/1:.:0.5", called("A/C")),
    ("0.51", "GT:GB:Q", "0/1:.:0.5", filtered("A/C", "0.51")),
]


@pytest.mark.parametrize(("min_gp", "fmt", "value", "expected"), THRESHOLDS)
def test_a_probability_at_the_threshold_passes(
    run: Run,
    make_vcf: MakeVcf,
    toy_directory: Path,
    min_gp: str,
    fmt: str,
    value: str,
    expected: Outcome,
) -> None:
    path = make_vcf([f"1 100 A C {value}"], fmt=fmt)
    result = run("annotate", path, "--kb", toy_directory, "-f", "json", "--min-gp", min_gp)
    assert (0, [f"{path}: GRCh38 (contig lengths), 1 sample"]) == (
        result.exit_code,
        result.stderr.splitlines()[:-1],
    )
    (document,) = json.loads(result.stdout)
    (call,) = [call for call in document["calls"] if call["variant"] == "rs1"]
    assert float(min_gp) == document["options"]["min_gp"]
    assert expected == (call["genotype"], call["status"], call["reason"] or "")


@pytest.mark.parametrize("value", ["-0.1", "1.1", "nan", "inf", "much"])
def test_a_threshold_that_is_not_a_probability_is_rejected(
    run: Run, make_vcf: MakeVcf, toy_directory: Path, value: str
) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    result = run("annotate", path, "--kb", toy_directory, "--min-gp", value)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "min" in result.stderr.splitlines()[-1]
    assert "gp" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-0.1, "min_gp must be a number of 0 or more"),
        (math.nan, "min_gp must be a number of 0 or more"),
        (1.1, "min_gp must be a probability, between 0 and 1"),
    ],
)
def test_options_reject_what_is_not_a_probability(value: float, message: str) -> None:
    with pytest.raises(UsageError) as error:
        CallOptions(min_gp=value)
    assert message == str(error.value)


def test_improbable_genotypes_are_not_assessed(
    run: Run, make_vcf: MakeVcf, toy_directory: Path
) -> None:
    path = make_vcf(["1 100 A C 0.1,0.8,0.1 0,0.95,0.05"], samples=("S1", "S2"), fmt="GP")
    result = run("annotate", path, "--kb", toy_directory, "-f", "json", "-q", "-g", "AAA")
    annotations = {
        document["sample"]: [
            (item["status"], item["direction"], item["statement"])
            for item in document["annotations"]
            if item["variant"] == "rs1"
        ]
        for document in json.loads(result.stdout)
    }
    expected = {
        "S1": [("no_call", "not_assessed", f"Not assessed: rs1 was not called ({NONE_PROBABLE}).")],
        "S2": [("called", "higher", "Carriers of A lived longer than C/C.")],
    }
    assert expected == annotations


GENES = """\
genes:
  - id: ZZZ
    name: made up around real rows
    strand: "+"
    chrom: "{chrom}"
    bounds: {{GRCh37: {{start: {pos}, end: {pos}}}, GRCh38: {{start: {pos}, end: {pos}}}}}
    role: made up
    source: made up
"""


@pytest.fixture
def call_real(tmp_path: Path, run: Run) -> Callable[..., Counter[tuple[str, ...]]]:
    """Return a function that counts the calls of a file at a site added to the knowledge base."""

    def count(path: Path, chrom: str, pos: int, ref: str, alt: str) -> Counter[tuple[str, ...]]:
        locus = f'chrom: "{chrom}", pos: {pos}, ref: {ref}'
        site = variant_entry("rs999999999", f"{ref} {alt}", gene="ZZZ", grch37=locus, grch38=locus)
        genes = GENES.format(chrom=chrom, pos=pos)
        overlay = written_overlay(tmp_path / "overlay", genes, section("variants", site))
        options = ["--kb", "default", "--kb", overlay, "--assembly", "GRCh37", "-g", "ZZZ"]
        result = run("annotate", path, *options, "-t", "calls", "-q")
        assert (0, "") == (result.exit_code, result.stderr)
        header, *rows = (line.split("\t") for line in result.stdout.splitlines())
        columns = [header.index(name) for name in ("genotype", "status", "source", "reason")]
        return Counter(tuple(row[column] for column in columns) for row in rows)

    return count


GP_REASON = "GP below 0.9"
MINIMAC: dict[str, tuple[set[str], dict[tuple[str, str, str], int]]] = {
    "all fields": (
        {"GT", "DS", "HDS", "GP"},
        {
            ("G|G", "called", "."): 10,
            ("G|T", "called", "."): 2,
            ("G|G", "filtered", GP_REASON): 20,
            ("G|T", "filtered", GP_REASON): 8,
            ("T|G", "filtered", GP_REASON): 7,
            ("T|T", "filtered", GP_REASON): 4,
        },
    ),
    "GP only": (
        {"GP"},
        {
            ("G/G", "called", "."): 10,
            ("G/T", "called", "."): 2,
            ("./.", "no_call", NONE_PROBABLE): 39,
        },
    ),
    "HDS only": (
        {"HDS"},
        {
            ("G|G", "called", "."): 10,
            ("G|T", "called", "."): 2,
            (".|.", "no_call", NONE_PROBABLE): 39,
        },
    ),
    "DS only": (
        {"DS"},
        {
            ("G/G", "called", "."): 10,
            ("G/T", "called", "."): 6,
            ("./.", "no_call", NONE_PROBABLE): 35,
        },
    ),
}


@pytest.mark.parametrize(("fields", "expected"), MINIMAC.values(), ids=MINIMAC)
def test_real_imputed_genotypes(
    shared: Path,
    tmp_path: Path,
    call_real: Callable[..., Counter[tuple[str, ...]]],
    fields: set[str],
    expected: dict[tuple[str, str, str], int],
) -> None:
    """51 samples of minimac4 at a poorly imputed site, with some of their fields removed."""
    source = shared / "callers" / "minimac_imputed_DS_GP_HDS.vcf"
    path = tmp_path / "imputed.vcf"
    lines = source.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f"{with_fields(line, fields)}\n" for line in lines), encoding="utf-8")
    counts = call_real(path, "20", 61795, "G", "T")
    assert 51 == sum(expected.values())
    assert {(g, status, "record", why): n for (g, status, why), n in expected.items()} == counts


def with_fields(line: str, fields: set[str]) -> str:
    """Return a line of a file, restricted to some FORMAT fields."""
    columns = line.split("\t")
    if line.startswith("#"):
        return line
    kept = [number for number, name in enumerate(columns[8].split(":")) if name in fields]
    values = [":".join(column.split(":")[number] for number in kept) for column in columns[8:]]
    return "\t".join([*columns[:8], *values])


@pytest.mark.parametrize(
    ("pos", "ref", "alt", "expected"),
    [
        (
            776546,
            "A",
            "G",
            {
                ("A/A", "called", "record", "."): 54,
                ("A/G", "called", "record", "."): 38,
                ("G/G", "called", "record", "."): 8,
            },
        ),
        (82154, "A", "G", {("./.", "no_call", "record", NONE_PROBABLE): 100}),
    ],
    ids=["called", "missing"],
)
def test_real_dosages(
    shared: Path,
    call_real: Callable[..., Counter[tuple[str, ...]]],
    pos: int,
    ref: str,
    alt: str,
    expected: dict[tuple[str, ...], int],
) -> None:
    """100 samples of a file with dosages only."""
    path = shared / "callers" / "dosage_DS_only.vcf"
    assert expected == call_real(path, "1", pos, ref, alt)
