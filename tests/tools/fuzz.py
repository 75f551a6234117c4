"""Search for inputs that break the program.

Run as ``PYTHONPATH=tests python -m tools.fuzz --seconds 600``.

Variant files and knowledge bases are made and spoiled by :mod:`fuzz_inputs` and judged by
:mod:`fuzz_judge`. Where atheris is installed, inputs that reach new code are kept and spoiled
further; without it every input starts from a sound one. The work is done in a child process, so
that a crash, an exit, a hang of more than 10 seconds or the use of more than 1 GB is one more
fault, and the search goes on. What was found is kept in the folder, one file for each fault.
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

from helpers.paths import ROOT, TESTS, TOY

KINDS = ("vcf", "yaml")
MAX_SECONDS = 10
MAX_MEMORY = 1024
LONGEST = 1 << 16
TURN = 150  # seconds that a child runs
LEEWAY = 300  # more seconds, since it reads all inputs kept so far before it looks at the time
MIN = 20  # seconds for which no child is started
EXAMPLES = (
    *("data/example/NA12717.GRCh37.vcf", "data/example/NA12717.GRCh38.vcf"),
    "tests/golden/toy.vcf",
)


def main() -> None:
    """Search in children, one after the other, and print figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("fuzzed"))
    parser.add_argument("--kind", choices=KINDS, help="only these inputs")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _Child(given.kind, given.seed, given.out).search(given.seconds)
        return
    end = time.monotonic() + given.seconds
    turn = 0
    while turn == 0 or time.monotonic() < end - MIN:
        kind = given.kind or KINDS[turn % 3 == 2]  # knowledge bases every third time
        _turn(given.out, kind, given.seed * 10_000 + turn, min(TURN, end - time.monotonic()))
        turn += 1
    _print_figures(given.out)


def _turn(out: Path, kind: str, seed: int, seconds: float) -> None:
    """Run one child to its end, however it comes."""
    out.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "tools.fuzz", "--child", "--kind", kind, "--seed", str(seed)]
    words += ["--out", str(out), "--seconds", str(int(seconds))]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{TESTS}", "PYTHONHASHSEED": "0"}
    with (out / f"{kind}.log").open("ab") as log:
        child = subprocess.Popen(words, stdout=log, stderr=log, env=environment)
        try:
            status = child.wait(seconds + LEEWAY)
            how = "" if status == 0 else f"ended with {status}"
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            how = "hang"
    last = out / f"{kind}.last"
    if how and last.exists():
        _keep(out, kind, f"child {how}", last.read_bytes(), "see the log")
        _add(out, kind, {"crashes or hangs": 1})


def _keep(out: Path, kind: str, title: str, data: bytes, told: str) -> None:
    """Keep the shortest input of each fault."""
    name = "".join(c if c.isalnum() else "-" for c in title)[:100]
    path = out / "faults" / f"{kind}-{name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
        path.with_name(path.name + ".told").write_text(told, encoding="utf-8")


def _add(out: Path, kind: str, counted: dict[str, float]) -> None:
    path = out / f"{kind}.json"
    before = Counter(json.loads(path.read_text())) if path.exists() else Counter()
    before.update(counted)
    path.write_text(json.dumps(before))


def _print_figures(out: Path) -> None:
    for kind in KINDS:
        path = out / f"{kind}.json"
        if path.exists():
            counted = json.loads(path.read_text())
            speed = counted.get("inputs", 0) / max(counted.get("seconds", 0), 1)
            shown = ", ".join(f"{name} {number:.0f}" for name, number in sorted(counted.items()))
            print(f"{kind}: {shown}, {speed:.1f} per second")
    for fault in sorted((out / "faults").glob("*")) if (out / "faults").exists() else ():
        if fault.suffix != ".told":
            print(f"fault: {fault}")


class _Child:
    """Searches in this process, which may come to any end."""

    def __init__(self, kind: str, seed: int, out: Path) -> None:
        self.kind, self.seed, self.out = kind, seed, out
        self.counted: Counter[str] = Counter()
        self.start = time.monotonic()
        self.atheris: Any = None
        with contextlib.suppress(ImportError):
            self.atheris = importlib.import_module("atheris")
        self.inputs = importlib.import_module("helpers.fuzz_inputs")
        if self.atheris is None:
            judging = importlib.import_module("helpers.fuzz_judge")
        else:
            with self.atheris.instrument_imports(include=["pgx_ana"]):
                judging = importlib.import_module("helpers.fuzz_judge")
        load = importlib.import_module("pgx_ana.knowledge").load
        self._folder = tempfile.TemporaryDirectory()
        judge = judging.Judge(Path(self._folder.name), load([TOY]), load())
        self._judged: Callable[[bytes], bool] = getattr(judge, kind)

    def search(self, seconds: float) -> None:
        """Search until the time is over."""
        atexit.register(self._count)
        if self.atheris is None:
            self._search_blindly(seconds)
            return
        corpus = self.out / f"{self.kind}.corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        rng = random.Random(self.seed)
        for number in range(60):
            (corpus / f"seed-{number}").write_bytes(self._sound(rng))
        words = [
            *(
                sys.argv[0],
                str(corpus),
                f"-max_total_time={seconds:.0f}",
                f"-seed={self.seed % 2**31}",
            ),
            *(f"-timeout={MAX_SECONDS}", f"-rss_limit_mb={MAX_MEMORY}", f"-max_len={LONGEST}"),
            *(
                "-len_control=0",
                f"-artifact_prefix={self.out}/{self.kind}-",
                "-print_final_stats=1",
            ),
        ]
        self.atheris.Setup(
            words, self.judge, custom_mutator=self._mutated, custom_crossover=self._crossed
        )
        self.atheris.Fuzz()

    def judge(self, data: bytes) -> None:
        """Judge one input and count how it ends; keep what breaks a promise."""
        (self.out / f"{self.kind}.last").write_bytes(data)
        self.counted["inputs"] += 1
        try:
            accepted = self._judged(data)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a fault
            self.counted["faults"] += 1
            _keep(self.out, self.kind, _title(error), data, traceback.format_exc()[-6000:])
        else:
            self.counted["accepted" if accepted else "refused"] += 1
        if self.counted["inputs"] % 100 == 0:
            self._count()

    def _search_blindly(self, seconds: float) -> None:
        rng = random.Random(self.seed)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            signal.alarm(MAX_SECONDS)
            self.judge(self._spoiled(rng, self._sound(rng)))

    def _sound(self, rng: random.Random) -> bytes:
        if self.kind == "yaml":
            return bytes(self.inputs.knowledge_seed())
        if rng.random() < 0.1:
            return (ROOT / rng.choice(EXAMPLES)).read_bytes()
        return bytes(self.inputs.fresh_vcf(rng))

    def _spoiled(self, rng: random.Random, data: bytes) -> bytes:
        spoil = self.inputs.spoiled_yaml if self.kind == "yaml" else self.inputs.spoiled_vcf
        return bytes(spoil(rng, data))

    def _mutated(self, data: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)
        chance = rng.random()
        if chance < 0.05:
            return bytes(self.atheris.Mutate(data, most))
        if chance < (0.6 if self.kind == "yaml" else 0.3):
            data = self._sound(rng)
        return self._spoiled(rng, data)[:most]

    def _crossed(self, one: bytes, two: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if self.kind == "yaml":
            return self._spoiled(rng, one)[:most]
        return bytes(self.inputs.spliced(rng, one, two))[:most]

    def _count(self) -> None:
        now = time.monotonic()
        _add(self.out, self.kind, {**self.counted, "seconds": now - self.start})
        self.counted.clear()
        self.start = now


def _title(error: Exception) -> str:
    """Return what tells one fault from another: the kind of error and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "pgx_ana" in Path(frame.filename).parts] or frames
    place = f"{Path(own[-1].filename).stem} {own[-1].lineno}"
    words = str(error).split(":")[:2] if type(error).__name__ == "BrokenPromiseError" else []
    return " ".join([type(error).__name__, place, *words])


if __name__ == "__main__":
    main()
