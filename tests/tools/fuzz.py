"""Fuzz the program: search for inputs that break it.

Run as ``PYTHONPATH=tests python -m tools.fuzz --seconds 600``.

VCF files, BGEN files, PLINK files and knowledge bases come from :mod:`helpers.fuzz_vcf`,
:mod:`helpers.fuzz_bgen`, :mod:`helpers.fuzz_plink` and :mod:`helpers.fuzz_yaml`;
:mod:`helpers.fuzz_judge` judges them. If atheris is installed, inputs that reach new code are kept
and mutated further; otherwise every input starts from a valid one. The search runs in child
processes, so that a crash, an exit, a hang of more than 10 seconds or the use of more than 1 GB
counts as one more fault and the search continues. The output folder has one file for each fault.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import importlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.fuzz_bgen import mutated_bgen, random_bgen
from helpers.fuzz_plink import mutated_plink, random_bed, random_pgen
from helpers.fuzz_vcf import mutated_vcf, random_vcf, recombined_vcf
from helpers.fuzz_yaml import mutated_yaml, toy_document
from helpers.paths import ROOT, TESTS, TOY

KINDS = ("vcf", "yaml", "bgen", "pgen", "bed")
_TURNS = ("vcf", "bgen", "vcf", "yaml", "pgen", "bed")
MAX_SECONDS = 10  # for one input
MAX_MEMORY_MB = 1024
MAX_INPUT_BYTES = 1 << 16
CHILD_SECONDS = 150
GRACE_SECONDS = 300  # for a child to read all inputs kept so far before its time starts
MIN_CHILD_SECONDS = 20  # no child is started for less
N_SEED_INPUTS = 60
MAX_TRACEBACK = 6000  # characters
_MUTATIONS: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "vcf": mutated_vcf,
    "yaml": mutated_yaml,
    "bgen": mutated_bgen,
    "pgen": mutated_plink,
    "bed": mutated_plink,
}
_VALID: dict[str, Callable[[random.Random], bytes]] = {
    "bgen": random_bgen,
    "pgen": random_pgen,
    "bed": random_bed,
}
EXAMPLES = (
    "data/example/spoiled.GRCh37.vcf",
    "data/example/spoiled.GRCh38.vcf",
    "tests/golden/toy.vcf",
)


def main() -> None:
    """Run one child after another until the time is over, then print statistics."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("fuzzed"))
    parser.add_argument("--kind", choices=KINDS, help="only inputs of this kind")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _Child(given.kind, given.seed, given.out).search(given.seconds)
        return
    end = time.monotonic() + given.seconds
    turn = 0
    while turn == 0 or time.monotonic() < end - MIN_CHILD_SECONDS:
        kind = given.kind or _TURNS[turn % len(_TURNS)]
        seconds = min(CHILD_SECONDS, end - time.monotonic())
        _run_child(given.out, kind, given.seed * 10_000 + turn, seconds)
        turn += 1
    _print_statistics(given.out)


def _run_child(out: Path, kind: str, seed: int, seconds: float) -> None:
    """Run one child; a crash or a hang is recorded as a fault of its last input."""
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tools.fuzz", "--child", "--kind", kind, "--seed", str(seed)]
    command += ["--out", str(out), "--seconds", str(int(seconds))]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{TESTS}", "PYTHONHASHSEED": "0"}
    with (out / f"{kind}.log").open("ab") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            status = child.wait(seconds + GRACE_SECONDS)
            failure = "" if status == 0 else f"ended with {status}"
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            failure = "hang"
    last_input = out / f"{kind}.last"
    if failure and last_input.exists():
        _record_fault(out, kind, f"child {failure}", last_input.read_bytes(), "see the log")
        _add_counts(out, kind, {"crashes or hangs": 1})


def _record_fault(out: Path, kind: str, title: str, data: bytes, report: str) -> None:
    """Write the input and the report of a fault; the shortest input of each fault is kept."""
    name = "".join(c if c.isalnum() else "-" for c in title)[:100]
    path = out / "faults" / f"{kind}-{name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
        path.with_name(path.name + ".report").write_text(report, encoding="utf-8")


def _add_counts(out: Path, kind: str, counts: dict[str, float]) -> None:
    """Add to the counts in the output folder."""
    path = out / f"{kind}.json"
    total = Counter(json.loads(path.read_text())) if path.exists() else Counter()
    total.update(counts)
    path.write_text(json.dumps(total))


def _print_statistics(out: Path) -> None:
    for kind in KINDS:
        path = out / f"{kind}.json"
        if path.exists():
            counts = json.loads(path.read_text())
            speed = counts.get("inputs", 0) / max(counts.get("seconds", 0), 1)
            shown = ", ".join(f"{name} {number:.0f}" for name, number in sorted(counts.items()))
            print(f"{kind}: {shown}, {speed:.1f} per second")
    for fault in sorted((out / "faults").glob("*")) if (out / "faults").exists() else ():
        if fault.suffix != ".report":
            print(f"fault: {fault}")


class _Child:
    """The search in this process, which a fault may end at any time."""

    def __init__(self, kind: str, seed: int, out: Path) -> None:
        self.kind, self.seed, self.out = kind, seed, out
        self.counts: Counter[str] = Counter()
        self.start = time.monotonic()
        self.atheris: Any = None
        with contextlib.suppress(ImportError):
            self.atheris = importlib.import_module("atheris")
        # The program must first be imported here, so that atheris can instrument it.
        instrumented = (
            contextlib.nullcontext()
            if self.atheris is None
            else self.atheris.instrument_imports(include=["pgx_ana"])
        )
        with instrumented:
            judge_module = importlib.import_module("helpers.fuzz_judge")
        load = importlib.import_module("pgx_ana.knowledge").load
        self._folder = tempfile.TemporaryDirectory()
        judge = judge_module.Judge(Path(self._folder.name), load([TOY]), load())
        self._is_accepted: Callable[[bytes], bool] = getattr(judge, kind)

    def search(self, seconds: float) -> None:
        """Judge inputs until the time is over."""
        atexit.register(self._save_counts)
        if self.atheris is None:
            self._search_without_coverage(seconds)
            return
        corpus = self.out / f"{self.kind}.corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        rng = random.Random(self.seed)
        for number in range(N_SEED_INPUTS):
            (corpus / f"seed-{number}").write_bytes(self._valid_input(rng))
        arguments = [
            sys.argv[0],
            str(corpus),
            f"-max_total_time={seconds:.0f}",
            f"-seed={self.seed % 2**31}",
            f"-timeout={MAX_SECONDS}",
            f"-rss_limit_mb={MAX_MEMORY_MB}",
            f"-max_len={MAX_INPUT_BYTES}",
            "-len_control=0",
            f"-artifact_prefix={self.out}/{self.kind}-",
            "-print_final_stats=1",
        ]
        self.atheris.Setup(
            arguments,
            self.judge,
            custom_mutator=self._atheris_mutator,
            custom_crossover=self._atheris_crossover,
        )
        self.atheris.Fuzz()

    def judge(self, data: bytes) -> None:
        """Judge one input, count its outcome, and record a fault."""
        (self.out / f"{self.kind}.last").write_bytes(data)
        self.counts["inputs"] += 1
        try:
            accepted = self._is_accepted(data)
        except Exception as error:  # noqa: BLE001  # any exception is a fault
            self.counts["faults"] += 1
            report = traceback.format_exc()[-MAX_TRACEBACK:]
            _record_fault(self.out, self.kind, _title(error), data, report)
        else:
            self.counts["accepted" if accepted else "rejected"] += 1
        if self.counts["inputs"] % 100 == 0:
            self._save_counts()

    def _search_without_coverage(self, seconds: float) -> None:
        rng = random.Random(self.seed)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            signal.alarm(MAX_SECONDS)
            self.judge(self._mutated(rng, self._valid_input(rng)))

    def _valid_input(self, rng: random.Random) -> bytes:
        if self.kind == "yaml":
            return toy_document()
        if self.kind in _VALID:
            return _VALID[self.kind](rng)
        if rng.random() < 0.1:
            return (ROOT / rng.choice(EXAMPLES)).read_bytes()
        return random_vcf(rng)

    def _mutated(self, rng: random.Random, data: bytes) -> bytes:
        return _MUTATIONS[self.kind](rng, data)

    def _atheris_mutator(self, data: bytes, max_size: int, seed: int) -> bytes:
        rng = random.Random(seed)
        chance = rng.random()
        if chance < 0.05:
            return bytes(self.atheris.Mutate(data, max_size))
        if chance < (0.6 if self.kind == "yaml" else 0.3):
            data = self._valid_input(rng)
        return self._mutated(rng, data)[:max_size]

    def _atheris_crossover(self, first: bytes, second: bytes, max_size: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if self.kind != "vcf":
            return self._mutated(rng, first)[:max_size]
        return recombined_vcf(rng, first, second)[:max_size]

    def _save_counts(self) -> None:
        now = time.monotonic()
        _add_counts(self.out, self.kind, {**self.counts, "seconds": now - self.start})
        self.counts.clear()
        self.start = now


def _title(error: Exception) -> str:
    """Return what identifies a fault: the kind of error and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "pgx_ana" in Path(frame.filename).parts] or frames
    place = f"{Path(own[-1].filename).stem} {own[-1].lineno}"
    invariant = str(error).split(":")[:2] if type(error).__name__ == "InvariantError" else []
    return " ".join([type(error).__name__, place, *invariant])


if __name__ == "__main__":
    main()
