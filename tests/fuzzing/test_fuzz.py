"""A short fuzzing run: every mutated input is read or rejected, never worse.

The inputs are the same in every run; ``tests/tools/fuzz.py`` searches further. The faults that it
found are in ``test_found_faults.py``.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.fuzz_bgen import mutated_bgen, random_bgen
from helpers.fuzz_checks import (
    InvariantError,
    call_fault,
    check_against_text,
    require_same_calls,
)
from helpers.fuzz_judge import VALID_VCF, Judge
from helpers.fuzz_vcf import mutated_vcf, random_vcf
from helpers.fuzz_yaml import mutated_yaml, toy_document

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Call, CallOptions
from pgx_ana.pipeline import Request, call
from pgx_ana.terms import CallSource, CallStatus

N_FILES = 300
N_KNOWLEDGE_BASES = 300
PARTS = range(5)


@pytest.fixture
def judge(tmp_path: Path, toy: KnowledgeBase, curated: KnowledgeBase) -> Judge:
    return Judge(tmp_path, toy, curated)


def vcf_input(rng: random.Random) -> bytes:
    """Return a VCF file, mutated in four of five cases."""
    text = random_vcf(rng)
    return mutated_vcf(rng, text) if rng.random() < 0.8 else text


def bgen_input(rng: random.Random) -> bytes:
    """Return a BGEN file with its companions, mutated in three of five cases."""
    data = random_bgen(rng)
    return mutated_bgen(rng, data) if rng.random() < 0.6 else data


def yaml_input(rng: random.Random) -> bytes:
    """Return a mutated knowledge base."""
    return mutated_yaml(rng, toy_document())


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("kind", "make_input", "number"),
    [
        ("vcf", vcf_input, N_FILES),
        ("bgen", bgen_input, N_FILES),
        ("yaml", yaml_input, N_KNOWLEDGE_BASES),
    ],
    ids=["vcf", "bgen", "yaml"],
)
def test_every_input_is_read_or_rejected(
    judge: Judge,
    capfd: pytest.CaptureFixture[str],
    kind: str,
    make_input: Callable[[random.Random], bytes],
    number: int,
    part: int,
) -> None:
    """Both outcomes occur, every invariant holds, and nothing is printed."""
    rng = random.Random(f"{kind} {part}")
    outcomes: Counter[bool] = Counter()
    for _ in range(number // len(PARTS)):
        text = make_input(rng)
        try:
            outcomes[getattr(judge, kind)(text)] += 1
        except Exception as error:
            error.add_note(f"the input was {text!r}")
            raise
    assert {True, False} == set(outcomes)
    assert ("", "") == capfd.readouterr()


def test_a_seed_gives_the_same_inputs_again() -> None:
    for make_input in (vcf_input, bgen_input, yaml_input):
        first, second = (make_input(random.Random(3)) for _ in range(2))
        assert first == second


def test_the_judge_detects_a_call_without_a_row(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a site without a record were called."""
    called = Call(("T", "T"), phased=False, status=CallStatus.CALLED, source=CallSource.RECORD)
    monkeypatch.setattr("pgx_ana.calling.genotypes.ABSENT", called)
    with pytest.raises(InvariantError, match="rs2 is called from no row"):
        judge.vcf(VALID_VCF.replace(b"1\t200", b"1\t250"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"alleles": ("A",)}, "called without two known alleles"),
        ({"alleles": ("A", "G")}, "called without two known alleles"),
        ({"alleles": ("C", "A")}, "unphased and not in allele order"),
        ({"status": CallStatus.PARTIAL, "reason": "x"}, "partial without one known allele"),
        ({"status": CallStatus.NO_CALL, "reason": "x"}, "no_call with an allele"),
        (
            {"status": CallStatus.UNKNOWN_ALLELE, "reason": "x"},
            "unknown_allele without one",
        ),
        ({"status": CallStatus.ABSENT, "reason": "x"}, "absent with alleles or a source"),
        ({"status": CallStatus.FILTERED}, "a reason is missing"),
        ({"source": CallSource.NONE}, "observed without a source"),
        ({"reason": "x"}, "called with a reason"),
        ({}, ""),
    ],
)
def test_contradictory_calls_are_detected(
    toy: KnowledgeBase, change: dict[str, object], expected: str
) -> None:
    valid = Call(("A", "C"), phased=False, status=CallStatus.CALLED, source=CallSource.RECORD)
    contradictory = replace(valid, **change)  # type: ignore[arg-type]
    assert expected == call_fault(contradictory, toy.variants[0])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"0/1\t1|1", b"0/0\t1|1", "rs1 is not"),
        (b"0/1\t1|1", b"0/1\t./.", "rs1 is called from no row"),
        (b"1/2\t./1", b"1/1\t./1", "rs2 is not"),
        (b"2\t50\t.\tG\tT", b"2\t50\t.\tG\tC", "rs6 is not"),
        (b"2\t50", b"2\t51", "rs6 is called from no row"),
        (b"1\t401", b"3\t401", "rs4 is called from no row"),
    ],
)
def test_calls_that_contradict_the_text_are_detected(
    tmp_path: Path, toy: KnowledgeBase, old: bytes, new: bytes, expected: str
) -> None:
    path = tmp_path / "valid.vcf"
    path.write_bytes(VALID_VCF)
    calls = call(Request((str(path),)), toy)
    check_against_text(calls, VALID_VCF, toy, CallOptions())
    with pytest.raises(InvariantError, match=expected):
        check_against_text(calls, VALID_VCF.replace(old, new), toy, CallOptions())
    path.write_bytes(VALID_VCF.replace(old, new))
    other_calls = call(Request((str(path),)), toy)
    with pytest.raises(InvariantError, match="another call otherwise"):
        require_same_calls(calls, other_calls, "otherwise")
