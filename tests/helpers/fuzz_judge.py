"""Judges of fuzzed inputs: what must hold for every file and knowledge base.

An input is accepted or rejected with an error of this program, without warnings. The result of an
accepted one passes :mod:`helpers.fuzz_checks`, and a variation of the same file gives it again.
"""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

from helpers.fuzz_bgen import unbundled
from helpers.fuzz_checks import (
    FILE_STEM,
    Outcome,
    check_against_text,
    check_calls,
    check_output,
    no_warnings,
    require,
    require_same_alleles,
    require_same_calls,
)
from helpers.fuzz_containers import bcf_of, bgzf, make_index, sorted_by_position
from helpers.toy_genomes import toy_genomes, write_fasta
from pgx_ana.api import Result
from pgx_ana.errors import KnowledgeBaseError, PgxAnaError
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import CallOptions, CohortCalls
from pgx_ana.output.callability import callability_json, callability_text, callability_tsv
from pgx_ana.pipeline import Identity, Request, Selection, call, call_readable, run
from pgx_ana.quality import assess_callability
from pgx_ana.vcf import container

_MAX_MESSAGE = 4000  # characters
_OPTIONS = (
    CallOptions(),
    CallOptions(),
    CallOptions(absent_is_reference=True),
    CallOptions(include_filtered=True, min_gq=0, min_dp=0, min_gp=0),
    CallOptions(allow_strand_flip=True),
    CallOptions(assume_ref_order=True),
)

VALID_VCF = b"""##fileformat=VCFv4.2
##contig=<ID=1,length=1000>
##contig=<ID=2,length=700>
##FORMAT=<ID=GT,Number=1,Type=String,Description="x">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	S1	S2
1	100	.	A	C	.	PASS	.	GT	0/1	1|1
1	200	.	A	C,T	.	PASS	.	GT	1/2	./1
1	401	.	G	GT	.	PASS	.	GT	0/1	0/0
1	501	.	GCA	G	.	LowQual	.	GT	1/1	./.
2	50	.	G	T	.	PASS	.	GT	0|1	0/0
"""


@dataclass(frozen=True)
class _Case:
    """A VCF text, how it is read, and the outcome for the plain file."""

    text: bytes
    knowledge: KnowledgeBase
    options: CallOptions
    expected: Outcome

    def call(self, path: Path) -> Outcome:
        """Return the outcome for another file."""
        return _outcome(_request(path, self.options), self.knowledge)


@dataclass(frozen=True)
class Judge:
    """Judges inputs with the toy and the shipped knowledge base, in a folder of its own."""

    folder: Path
    toy: KnowledgeBase
    curated: KnowledgeBase

    def vcf(self, text: bytes) -> bool:
        """Judge a VCF file and one variation of it; return whether the file was accepted."""
        digest = zlib.crc32(text)
        knowledge = self.curated if b"chr15" in text else self.toy
        options = _OPTIONS[digest % len(_OPTIONS)]
        path = self._write("", text)
        with no_warnings():
            outcome = _outcome(_request(path, options), knowledge)
            if isinstance(outcome, CohortCalls):
                check_calls(outcome)
                check_against_text(outcome, text, knowledge, options)
                result = Result(run(_request(path, options), knowledge))
                check_output(result, frames=digest % 16 == 0)
            _check_callability(path, knowledge, options)
            judge_variation = _VARIATIONS[(digest >> 8) % len(_VARIATIONS)]
            judge_variation(self, _Case(text, knowledge, options, outcome))
        return isinstance(outcome, CohortCalls)

    def bgen(self, data: bytes) -> bool:
        """Judge a BGEN file with its companions; return whether it was accepted."""
        path = self.folder / f"{FILE_STEM}.bgen"
        names = (path, Path(f"{path}.bgi"), path.with_suffix(".sample"))
        return self._with_companions(data, names)

    def pgen(self, data: bytes) -> bool:
        """Judge a PGEN file with its lists; return whether it was accepted."""
        path = self.folder / f"{FILE_STEM}.pgen"
        return self._with_companions(data, (path, *map(path.with_suffix, (".pvar", ".psam"))))

    def bed(self, data: bytes) -> bool:
        """Judge a PLINK bed file with its lists; return whether it was accepted."""
        path = self.folder / f"{FILE_STEM}.bed"
        return self._with_companions(data, (path, *map(path.with_suffix, (".bim", ".fam"))))

    def _with_companions(self, data: bytes, names: Sequence[Path]) -> bool:
        """Judge a bundle of files, of which the first has the genotypes."""
        path = names[0]
        for name, content in zip(names, unbundled(data), strict=True):
            name.unlink(missing_ok=True)
            if content or name is path:
                name.write_bytes(content)
        digest = zlib.crc32(data)
        request = _request(path, _OPTIONS[digest % len(_OPTIONS)])
        with no_warnings():
            outcome = _outcome(request, self.toy)
            _check_callability(path, self.toy, request.options)
            verified = _outcome(replace(request, verify=True), self.toy)
            for error in (outcome, verified):
                if isinstance(error, PgxAnaError):
                    require(that="\n" not in str(error), what="several lines", found=str(error))
            if isinstance(verified, CohortCalls):
                require_same_calls(outcome, verified, "with verify")
            if not isinstance(outcome, CohortCalls):
                return False
            check_calls(outcome)
            check_output(Result(run(request, self.toy)), frames=digest % 16 == 0)
            sample = digest % len(outcome.samples)
            selection = Selection(samples=(outcome.samples[sample],))
            actual = _outcome(replace(request, selection=selection), self.toy)
            require_same_calls(outcome, actual, "for one sample", sample=sample)
        return True

    def yaml(self, text: bytes) -> bool:
        """Judge a knowledge base; return whether it was accepted."""
        digest = zlib.crc32(text)
        folder = self.folder / "kb"
        folder.mkdir(exist_ok=True)
        (folder / "kb.yaml").write_bytes(text)
        is_overlay = digest % 4 == 0
        with no_warnings():
            try:
                knowledge = load([*self.toy.directories, folder] if is_overlay else [folder])
            except KnowledgeBaseError as error:
                require(that=bool(error.faults), what="rejected without a fault")
                str(error).encode()
                return False
            path = self._write("", VALID_VCF)
            request = _request(path, CallOptions())
            try:
                result = Result(run(request, knowledge))
            except PgxAnaError:
                return True
            check_calls(call(request, knowledge))
            check_output(result, frames=digest % 8 == 0)
            _check_callability(path, knowledge, CallOptions())
        return True

    def _write(self, suffix: str, data: bytes) -> Path:
        path = self.folder / f"{FILE_STEM}.vcf{suffix}"
        for index in (".tbi", ".csi"):
            Path(f"{path}{index}").unlink(missing_ok=True)
        path.write_bytes(data)
        return path

    # Variations: the same file in another form must give the same calls.

    def _gzip(self, case: _Case) -> None:
        self._judge_compressed(case, gzip.compress(case.text, 1))

    def _two_gzip_members(self, case: _Case) -> None:
        half = len(case.text) // 2
        members = (case.text[:half], case.text[half:])
        self._judge_compressed(case, b"".join(gzip.compress(member, 1) for member in members))

    def _bgzf(self, case: _Case) -> None:
        self._judge_compressed(case, bgzf(case.text))

    def _judge_compressed(self, case: _Case, data: bytes) -> None:
        actual = case.call(self._write(".gz", data))
        accepted = [isinstance(outcome, CohortCalls) for outcome in (case.expected, actual)]
        require(
            that=accepted[0] == accepted[1],
            what="only one of the compressed and the plain file is accepted",
            found=(case.expected, actual),
        )
        require_same_calls(case.expected, actual, "compressed")

    def _tbi(self, case: _Case) -> None:
        self._judge_indexed(case, csi=False)

    def _csi(self, case: _Case) -> None:
        self._judge_indexed(case, csi=True)

    def _judge_indexed(self, case: _Case, *, csi: bool) -> None:
        """Read through an index; an index requires sorted rows, which must not matter either."""
        text = sorted_by_position(case.text)
        expected = case.expected
        if text != case.text:
            expected = case.call(self._write("", text))
        path = self._write(".gz", bgzf(text))
        if make_index(path, csi=csi):
            with mock.patch.object(container, "MIN_INDEXED_BYTES", 0):
                require_same_calls(expected, case.call(path), "with an index")

    def _stale_index(self, case: _Case) -> None:
        """Read through the index of a file that had more rows; calls must only be consistent."""
        text = sorted_by_position(case.text)
        path = self._write(".gz", bgzf(text))
        if make_index(path, csi=False):
            lines = text.split(b"\n")
            path.write_bytes(bgzf(b"\n".join(lines[: len(lines) * 2 // 3])))
            self._check_with_and_without_index(case, path)

    def _damaged_index(self, case: _Case) -> None:
        """Damage an index, uncompressed and compressed; calls must only be consistent."""
        rng = random.Random(zlib.crc32(case.text))
        path = self._write(".gz", bgzf(sorted_by_position(case.text)))
        index = make_index(path, csi=rng.random() < 0.5)
        if index is None:
            return
        raw = bytearray(gzip.decompress(index.read_bytes()))
        for _ in range(rng.choice((1, 1, 2, 4))):
            offset = rng.choice((rng.randrange(len(raw)), rng.randrange(min(len(raw), 24))))
            raw[offset] = rng.choice((0, 1, 2, 127, 128, 255, rng.randrange(256)))
        if rng.random() < 0.2:
            del raw[rng.randrange(len(raw)) :]
        damaged = bgzf(bytes(raw))
        if rng.random() < 0.2:
            damaged = damaged[: rng.randrange(len(damaged))]
        index.write_bytes(damaged)
        self._check_with_and_without_index(case, path)

    def _check_with_and_without_index(self, case: _Case, path: Path) -> None:
        for small in (0, container.MIN_INDEXED_BYTES):
            with mock.patch.object(container, "MIN_INDEXED_BYTES", small):
                outcome = case.call(path)
            if isinstance(outcome, CohortCalls):
                check_calls(outcome)

    def _bcf(self, case: _Case) -> None:
        """Read as BCF, then with damaged bytes; damaged, calls must only be consistent."""
        data = bcf_of(self._write("", sorted_by_position(case.text)), self.folder)
        if data is None:
            return
        rng = random.Random(zlib.crc32(case.text))
        intact = case.call(self._write(".bcf", data))
        require_same_alleles(case.expected, intact, "in BCF")
        raw = bytearray(gzip.decompress(data))
        for _ in range(rng.choice((1, 2, 5))):
            raw[rng.randrange(len(raw))] = rng.choice((0, 1, 127, 128, 255))
        damaged = case.call(self._write(".bcf", bgzf(bytes(raw))))
        for outcome in (intact, damaged):
            if isinstance(outcome, CohortCalls):
                check_calls(outcome)

    def _damaged(self, case: _Case) -> None:
        """Damage the compressed bytes: the file is rejected, or read like the intact one."""
        rng = random.Random(zlib.crc32(case.text))
        compress = rng.choice((bgzf, gzip.compress))
        data = bytearray(compress(case.text))
        if rng.random() < 0.4:
            del data[rng.randrange(len(data)) :]
        else:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        actual = case.call(self._write(".gz", bytes(data)))
        require_same_calls(case.expected, actual, "with a damaged byte")

    def _reversed_rows(self, case: _Case) -> None:
        if not case.text.endswith(b"\n"):
            return
        lines = case.text.split(b"\n")
        rows = [line for line in lines if line and not line.startswith(b"#")]
        start = next((n for n, line in enumerate(lines) if line in rows), len(lines))
        text = b"\n".join([*lines[:start], *reversed(lines[start:-1]), b""])
        require_same_calls(case.expected, case.call(self._write("", text)), "with rows reversed")

    def _duplicated_rows(self, case: _Case) -> None:
        if not case.text.endswith(b"\n"):
            return
        lines = case.text.split(b"\n")[:-1]
        head = [line for line in lines if line.startswith(b"#")]
        rows = [line for line in lines if not line.startswith(b"#")]
        if lines != head + rows:
            return
        text = b"\n".join([*head, *(row for row in rows for _ in range(2)), b""])
        require_same_calls(case.expected, case.call(self._write("", text)), "with rows doubled")

    def _one_sample(self, case: _Case) -> None:
        """The calls of one sample do not depend on the others."""
        if not isinstance(case.expected, CohortCalls):
            return
        sample = zlib.crc32(case.text[::-1]) % len(case.expected.samples)
        selection = Selection(samples=(case.expected.samples[sample],))
        request = Request((str(self._write("", case.text)),), selection, case.options)
        actual = _outcome(request, case.knowledge)
        require_same_calls(case.expected, actual, "for one sample", sample=sample)

    def _two_files(self, case: _Case) -> None:
        """Divide the rows between two files of the same people: by chromosome, or at random."""
        rng = random.Random(zlib.crc32(case.text))
        lines = case.text.split(b"\n")
        rows = [line for line in lines if line and not line.startswith(b"#")]
        by_chrom = rng.random() < 0.5
        first = {row for row in rows if (b"1\t" in row[:5] if by_chrom else rng.random() < 0.5)}
        paths = []
        for name, others in (("a", set(rows) - first), ("b", first)):
            path = self.folder / f"{FILE_STEM}.{name}.vcf"
            path.write_bytes(b"\n".join(line for line in lines if line not in others))
            paths.append(str(path))
        identity = Identity(same_person=rng.random() < 0.8)
        request = Request(tuple(paths), options=case.options, identity=identity)
        actual = _outcome(request, case.knowledge)
        if isinstance(actual, CohortCalls):
            check_calls(actual)
            check_output(Result(run(request, case.knowledge)), frames=False)
        require_same_alleles(case.expected, actual, "in two files", ordered=False)

    def _with_reference(self, case: _Case) -> None:
        """Compare REF with a genome: a file is rejected, or its alleles stay as they are.

        A file that does not name its assembly has that of the genome.
        """
        if case.knowledge is not self.toy:
            return
        path = self._write("", case.text)
        for assembly, genome in toy_genomes(self.toy).items():
            fasta = write_fasta(self.folder / f"{assembly.name}.fa", genome)
            request = Request((str(path),), options=case.options, reference=str(fasta))
            actual = _outcome(request, self.toy)
            if not isinstance(actual, CohortCalls):
                continue
            check_calls(actual)
            check_output(Result(run(request, self.toy)), frames=False)
            if isinstance(case.expected, CohortCalls) and (
                case.expected.assembly is actual.assembly
            ):
                require_same_alleles(case.expected, actual, "with a reference genome")

    def _verified(self, case: _Case) -> None:
        path = self._write("", case.text)
        request = Request((str(path),), options=case.options, verify=True)
        require_same_calls(case.expected, _outcome(request, case.knowledge), "with verify")

    def _crlf(self, case: _Case) -> None:
        if b"\r" in case.text:
            return
        path = self._write("", case.text.replace(b"\n", b"\r\n"))
        require_same_calls(case.expected, case.call(path), "with CRLF")


_VARIATIONS: Sequence[Callable[[Judge, _Case], None]] = (
    Judge._gzip, Judge._two_gzip_members, Judge._bgzf, Judge._tbi, Judge._tbi, Judge._csi,
    Judge._stale_index, Judge._damaged_index, Judge._damaged_index, Judge._bcf, Judge._bcf,
    Judge._damaged, Judge._reversed_rows, Judge._duplicated_rows, Judge._one_sample,
    Judge._verified, Judge._crlf, Judge._two_files, Judge._two_files, Judge._with_reference,
)  # fmt: skip


def _request(path: Path, options: CallOptions) -> Request:
    return Request((str(path),), options=options)


def _outcome(request: Request, knowledge: KnowledgeBase) -> Outcome:
    """Return the calls, or the error that rejected the file; any other exception is a fault."""
    try:
        return call(request, knowledge)
    except PgxAnaError as error:
        str(error).encode()
        require(that=len(str(error)) < _MAX_MESSAGE, what="a long message", found=str(error))
        return error


def _check_callability(path: Path, knowledge: KnowledgeBase, options: CallOptions) -> None:
    """Check that the report of ``check`` can be written in every format."""
    try:
        calls, unreadable = call_readable(_request(path, options), knowledge)
    except PgxAnaError as error:
        str(error).encode()
        return
    callability = assess_callability(calls, unreadable, knowledge)
    "\n".join(callability_text(callability)).encode()
    for line in callability_tsv(callability):
        line.encode()
    json.loads(callability_json(callability))
