"""A short search with the fuzzer: what is spoiled is read or refused, never worse.

The same inputs every time; ``tests/fuzz.py`` searches on. What it found stands in
``test_fuzzed.py``.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers import fuzz_inputs, fuzz_judge

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Call, CallOptions
from pgx_ana.pipeline import Request, call
from pgx_ana.terms import CallSource, CallStatus

N_FILES = 300
N_KNOWLEDGE_BASES = 150
PARTS = range(5)


@pytest.fixture
def judge(tmp_path: Path, toy: KnowledgeBase, curated: KnowledgeBase) -> Any:
    return fuzz_judge.Judge(tmp_path, toy, curated)


def variant_file(rng: random.Random) -> bytes:
    text: bytes = fuzz_inputs.fresh_vcf(rng)
    return fuzz_inputs.spoiled_vcf(rng, text) if rng.random() < 0.8 else text


def knowledge_base(rng: random.Random) -> bytes:
    text: bytes = fuzz_inputs.spoiled_yaml(rng, fuzz_inputs.knowledge_seed())
    return text


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("judged", "made", "number"),
    [("vcf", variant_file, N_FILES), ("yaml", knowledge_base, N_KNOWLEDGE_BASES)],
    ids=["vcf", "yaml"],
)
def test_every_input_is_read_or_refused(
    judge: Any,
    capfd: pytest.CaptureFixture[str],
    judged: str,
    made: Callable[[random.Random], bytes],
    number: int,
    part: int,
) -> None:
    """Both happen, no promise is broken, and nothing is printed."""
    rng = random.Random(f"{judged} {part}")
    ends: Counter[bool] = Counter()
    for _ in range(number // len(PARTS)):
        text = made(rng)
        try:
            ends[getattr(judge, judged)(text)] += 1
        except Exception as error:
            error.add_note(f"the input was {text!r}")
            raise
    assert {True, False} == set(ends)
    assert ("", "") == capfd.readouterr()


def test_a_seed_gives_the_same_inputs_again() -> None:
    for made in (variant_file, knowledge_base):
        assert [made(random.Random(3)) for _ in range(2)] == [made(random.Random(3))] * 2


def test_an_input_that_breaks_a_promise_is_found(
    judge: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge would see a site without rows called reference."""
    called = Call(("T", "T"), phased=False, status=CallStatus.CALLED, source=CallSource.RECORD)
    monkeypatch.setattr("pgx_ana.calling.genotypes.ABSENT", called)
    with pytest.raises(fuzz_judge.BrokenPromiseError, match="rs2 is called from no row"):
        judge.vcf(fuzz_judge._GOOD.replace(b"1\t200", b"1\t250"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"alleles": ("A",)}, "called without two known alleles"),
        ({"alleles": ("A", "G")}, "called without two known alleles"),
        ({"alleles": ("C", "A")}, "not in the order of alleles"),
        ({"status": CallStatus.PARTIAL, "reason": "x"}, "partial without one known allele"),
        ({"status": CallStatus.NO_CALL, "reason": "x"}, "not called, but with an allele"),
        ({"status": CallStatus.UNKNOWN_ALLELE, "reason": "x"}, "all alleles known"),
        ({"status": CallStatus.ABSENT, "reason": "x"}, "absent, but with something"),
        ({"status": CallStatus.FILTERED}, "no reason"),
        ({"source": CallSource.NONE}, "without a source"),
        ({"reason": "x"}, "a reason"),
        ({}, ""),
    ],
)
def test_cells_that_contradict_themselves_are_found(
    toy: KnowledgeBase, change: dict[str, object], expected: str
) -> None:
    sound = Call(("A", "C"), phased=False, status=CallStatus.CALLED, source=CallSource.RECORD)
    cell = replace(sound, **change)  # type: ignore[arg-type]
    assert expected == fuzz_judge._cell_fault(cell, toy.variants[0])


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
def test_calls_that_the_text_does_not_bear_out_are_found(
    tmp_path: Path, toy: KnowledgeBase, old: bytes, new: bytes, expected: str
) -> None:
    path = tmp_path / "good.vcf"
    path.write_bytes(fuzz_judge._GOOD)
    calls = call(Request((str(path),)), toy)
    fuzz_judge._judge_by_text(calls, fuzz_judge._GOOD, toy, CallOptions())
    with pytest.raises(fuzz_judge.BrokenPromiseError, match=expected):
        fuzz_judge._judge_by_text(calls, fuzz_judge._GOOD.replace(old, new), toy, CallOptions())
    path.write_bytes(fuzz_judge._GOOD.replace(old, new))
    others = call(Request((str(path),)), toy)
    with pytest.raises(fuzz_judge.BrokenPromiseError, match="another call otherwise"):
        fuzz_judge._expect_same_cells(calls, others, "otherwise")
