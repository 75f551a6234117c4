"""What must hold of every input, however it was spoiled.

A file is read or refused with an error of this program; nothing is warned of; what is read can be
written in every form, says what a small reader of its own says, and says it again in another style.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pysam

from pgx_ana.api import Result
from pgx_ana.errors import KnowledgeBaseError, PgxAnaError
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import Call, CallOptions, CohortCalls, Locus, Variant
from pgx_ana.output import patient_texts, to_frame
from pgx_ana.output.callability import callability_json, callability_text, callability_tsv
from pgx_ana.output.columns import COLUMNS
from pgx_ana.output.delimited import text_chunks
from pgx_ana.pipeline import Request, Selection, call, call_by_gene, run
from pgx_ana.quality import assess_callability
from pgx_ana.terms import CallSource, CallStatus, TableName
from pgx_ana.vcf import container

_NAME = "case"
_OPTIONS = (
    CallOptions(),
    CallOptions(),
    CallOptions(absent_is_reference=True),
    CallOptions(include_filtered=True, min_gq=0, min_dp=0, min_gp=0),
    CallOptions(allow_strand_flip=True),
)
_PASSING = {b"PASS", b".", b"RefCall"}
_DIPLOID = re.compile(rb"(\d{1,3})([/|])(\d{1,3})")
_BASE = re.compile(rb"[ACGT]")

pysam.set_verbosity(0)  # nothing is to be printed, and what is made here is not always sound


class BrokenPromiseError(AssertionError):
    """Something that must hold of every input does not hold of this one."""


def expect(*, that: bool, what: str, seen: object = "") -> None:
    """Raise where something does not hold."""
    if not that:
        raise BrokenPromiseError(f"{what}: {seen!r}"[:2000])


@dataclass(frozen=True)
class Judge:
    """Judges inputs in a folder of its own, with the toy and the shipped knowledge base."""

    folder: Path
    toy: KnowledgeBase
    curated: KnowledgeBase

    def vcf(self, text: bytes) -> bool:
        """Judge a variant file; return whether it was accepted, else it was refused."""
        digest = zlib.crc32(text)
        knowledge = self.curated if b"chr15" in text else self.toy
        options = _OPTIONS[digest % len(_OPTIONS)]
        plain = self._write("", text)
        with _no_warnings():
            calls = _called(plain, knowledge, options)
            if isinstance(calls, CohortCalls):
                _judge_cells(calls)
                _judge_by_text(calls, text, knowledge, options)
                _judge_writing(
                    Result(run(_request(plain, options), knowledge)), frames=digest % 16 == 0
                )
            self._judge_check(plain, knowledge, options)
            dress = _DRESSES[(digest >> 8) % len(_DRESSES)]
            dress(self, text, calls, knowledge, options)
        return isinstance(calls, CohortCalls)

    def yaml(self, text: bytes) -> bool:
        """Judge a knowledge base; return whether it was accepted, else it was refused."""
        digest = zlib.crc32(text)
        folder = self.folder / "kb"
        folder.mkdir(exist_ok=True)
        (folder / "kb.yaml").write_bytes(text)
        alone = digest % 4 > 0
        with _no_warnings():
            try:
                knowledge = load([folder] if alone else [*self.toy.directories, folder])
            except KnowledgeBaseError as error:
                expect(that=bool(error.faults), what="refused without a fault")
                str(error).encode()
                return False
            plain = self._write("", _GOOD)
            try:
                result = Result(run(_request(plain, CallOptions()), knowledge))
            except PgxAnaError:
                return True
            _judge_cells(call(_request(plain, CallOptions()), knowledge))
            _judge_writing(result, frames=digest % 8 == 0)
            self._judge_check(plain, knowledge, CallOptions())
        return True

    def _write(self, ending: str, data: bytes) -> Path:
        path = self.folder / f"{_NAME}.vcf{ending}"
        for index in (".tbi", ".csi"):
            Path(f"{path}{index}").unlink(missing_ok=True)
        path.write_bytes(data)
        return path

    def _judge_check(self, path: Path, knowledge: KnowledgeBase, options: CallOptions) -> None:
        try:
            parts, wrong = call_by_gene(_request(path, options), knowledge)
        except PgxAnaError as error:
            str(error).encode()
            return
        found = assess_callability(parts, wrong, knowledge)
        "\n".join(callability_text(found)).encode()
        for line in callability_tsv(found):
            line.encode()
        json.loads(callability_json(found))

    # FileStyle: the same file written otherwise.

    def _gzip(self, text: bytes, *rest: Any) -> None:
        self._same_outcome(self._write(".gz", gzip.compress(text, 1)), *rest)

    def _two_gzips(self, text: bytes, *rest: Any) -> None:
        half = len(text) // 2
        data = gzip.compress(text[:half], 1) + gzip.compress(text[half:], 1)
        self._same_outcome(self._write(".gz", data), *rest)

    def _bgzf(self, text: bytes, *rest: Any) -> None:
        self._same_outcome(self._write(".gz", bgzf(text)), *rest)

    def _indexed(self, text: bytes, calls: Any, *rest: Any) -> None:
        self._sought(text, calls, *rest, csi=False)

    def _indexed_csi(self, text: bytes, calls: Any, *rest: Any) -> None:
        self._sought(text, calls, *rest, csi=True)

    def _sought(
        self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions, *, csi: bool
    ) -> None:
        """Read through an index; rows must be sorted for that, which must change nothing either."""
        ordered = in_order(text)
        if ordered != text:
            calls = _called(self._write("", ordered), knowledge, options)
        path = self._write(".gz", bgzf(ordered))
        if index_of(path, csi=csi) is not None:
            with mock.patch.object(container, "MIN_INDEXED_BYTES", 0):
                _expect_same_cells(calls, _called(path, knowledge, options), "with an index")

    def _stale_index(
        self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions
    ) -> None:
        """Read through the index of the file as it was with other rows; only judge the cells."""
        del calls
        ordered = in_order(text)
        path = self._write(".gz", bgzf(ordered))
        if index_of(path, csi=False) is not None:
            lines = ordered.split(b"\n")
            path.write_bytes(bgzf(b"\n".join(lines[: len(lines) * 2 // 3])))
            self._judge_sought(path, knowledge, options)

    def _damaged_index(
        self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions
    ) -> None:
        """Change some bytes of an index, as it is and in what is compressed; judge the cells."""
        del calls
        chance = random.Random(zlib.crc32(text))
        path = self._write(".gz", bgzf(in_order(text)))
        csi = chance.random() < 0.5
        data = index_of(path, csi=csi)
        if data is None:
            return
        raw = bytearray(gzip.decompress(data))
        for _ in range(chance.choice((1, 1, 2, 4))):
            at = chance.choice((chance.randrange(len(raw)), chance.randrange(min(len(raw), 24))))
            raw[at] = chance.choice((0, 1, 2, 127, 128, 255, chance.randrange(256)))
        if chance.random() < 0.2:
            del raw[chance.randrange(len(raw)) :]
        damaged = bgzf(bytes(raw))
        if chance.random() < 0.2:
            damaged = damaged[: chance.randrange(len(damaged))]
        Path(f"{path}{'.csi' if csi else '.tbi'}").write_bytes(damaged)
        self._judge_sought(path, knowledge, options)

    def _judge_sought(self, path: Path, knowledge: KnowledgeBase, options: CallOptions) -> None:
        for small in (0, container.MIN_INDEXED_BYTES):
            with mock.patch.object(container, "MIN_INDEXED_BYTES", small):
                found = _called(path, knowledge, options)
            if isinstance(found, CohortCalls):
                _judge_cells(found)

    def _bcf(self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions) -> None:
        data = as_bcf(self._write("", in_order(text)), self.folder)
        if data is None:
            return
        random_bytes = random.Random(zlib.crc32(text))
        path = self._write(".bcf", data)
        for turn in range(2):
            found = _called(path, knowledge, options)
            if isinstance(found, CohortCalls):
                _judge_cells(found)
            if turn == 0:
                _expect_same_alleles(calls, found)
            raw = bytearray(gzip.decompress(data))
            for _ in range(random_bytes.choice((1, 2, 5))):
                raw[random_bytes.randrange(len(raw))] = random_bytes.choice((0, 1, 127, 128, 255))
            path = self._write(".bcf", bgzf(bytes(raw)))

    def _damaged(
        self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions
    ) -> None:
        """Damage the compressed bytes: refused, or read as the whole file."""
        chance = random.Random(zlib.crc32(text))
        compress = chance.choice((bgzf, gzip.compress))
        data = bytearray(compress(text))
        if chance.random() < 0.4:
            del data[chance.randrange(len(data)) :]
        else:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        found = _called(self._write(".gz", bytes(data)), knowledge, options)
        _expect_same_cells(calls, found, "with a damaged byte")

    def _reordered(
        self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions
    ) -> None:
        if not text.endswith(b"\n"):
            return
        lines = text.split(b"\n")
        rows = [line for line in lines if line and not line.startswith(b"#")]
        start = next((n for n, line in enumerate(lines) if line in rows), len(lines))
        turned = b"\n".join([*lines[:start], *reversed(lines[start:-1]), b""])
        _expect_same_cells(
            calls, _called(self._write("", turned), knowledge, options), "with rows reversed"
        )

    def _doubled(
        self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions
    ) -> None:
        if not text.endswith(b"\n"):
            return
        lines = text.split(b"\n")[:-1]
        head = [line for line in lines if line.startswith(b"#")]
        rows = [line for line in lines if not line.startswith(b"#")]
        twice = b"\n".join([*head, *(row for row in rows for _ in range(2)), b""])
        if lines != head + rows:
            return
        _expect_same_cells(
            calls, _called(self._write("", twice), knowledge, options), "with rows doubled"
        )

    def _one_person(
        self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions
    ) -> None:
        """What is said of one person does not hang on the others."""
        if not isinstance(calls, CohortCalls):
            return
        person = zlib.crc32(text[::-1]) % len(calls.samples)
        choice = Selection(samples=(calls.samples[person],))
        path = self._write("", text)
        found = _outcome(Request((str(path),), choice, options), knowledge)
        _expect_same_cells(calls, found, "for one person", person=person)

    def _verified(
        self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions
    ) -> None:
        request = Request((str(self._write("", text)),), options=options, verify=True)
        _expect_same_cells(calls, _outcome(request, knowledge), "with verify")

    def _crlf(
        self, text: bytes, calls: Any, knowledge: KnowledgeBase, options: CallOptions
    ) -> None:
        if b"\r" in text:
            return
        path = self._write("", text.replace(b"\n", b"\r\n"))
        _expect_same_cells(calls, _called(path, knowledge, options), "with CRLF")

    def _same_outcome(
        self, path: Path, calls: Any, knowledge: KnowledgeBase, options: CallOptions
    ) -> None:
        found = _called(path, knowledge, options)
        accepted = [isinstance(outcome, CohortCalls) for outcome in (calls, found)]
        expect(
            that=accepted[0] == accepted[1],
            what=f"{path.suffix} is accepted otherwise than plain text",
            seen=(calls, found),
        )
        _expect_same_cells(calls, found, "compressed")


_DRESSES: Sequence[Callable[..., None]] = (
    Judge._gzip, Judge._two_gzips, Judge._bgzf, Judge._indexed, Judge._indexed, Judge._indexed_csi,
    Judge._stale_index, Judge._damaged_index, Judge._damaged_index, Judge._bcf, Judge._bcf,
    Judge._damaged, Judge._reordered, Judge._doubled, Judge._one_person, Judge._verified,
    Judge._crlf,
)  # fmt: skip

_GOOD = b"""##fileformat=VCFv4.2
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


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Turn every warning into an error, also where it is raised while something is thrown away."""
    unraisable: list[Any] = []
    before = sys.unraisablehook
    sys.unraisablehook = unraisable.append
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        sys.unraisablehook = before
    expect(that=not unraisable, what="raised in passing", seen=[u.exc_value for u in unraisable])


def _request(path: Path, options: CallOptions) -> Request:
    return Request((str(path),), options=options)


def _called(
    path: Path, knowledge: KnowledgeBase, options: CallOptions
) -> CohortCalls | PgxAnaError:
    return _outcome(_request(path, options), knowledge)


def _outcome(request: Request, knowledge: KnowledgeBase) -> CohortCalls | PgxAnaError:
    """Return the calls, or the error with which the file was refused: any other is a fault."""
    try:
        return call(request, knowledge)
    except PgxAnaError as error:
        str(error).encode()
        expect(that=len(str(error)) < 4000, what="a long message", seen=str(error))
        return error


def _judge_cells(calls: CohortCalls) -> None:
    n_samples = len(calls.samples)
    for site in calls.sites:
        shapes = [
            a.shape for a in (site.calls.codes, site.gq, site.dp, site.phase_set) if a is not None
        ]
        expect(that=set(shapes) == {(n_samples,)}, what="arrays are not of samples", seen=shapes)
        numbers = set(site.calls.codes.tolist())
        expect(that=numbers <= set(range(len(site.calls.values))), what="codes without cells")
        for cell in site.calls.values:
            fault = _cell_fault(cell, site.variant)
            expect(that=not fault, what=f"{site.variant.id}: {fault}", seen=cell)


def _cell_fault(cell: Call, variant: Variant) -> str:
    """Say what contradicts itself in a cell; empty where nothing does."""
    known = [allele for allele in cell.alleles if allele in variant.alleles]
    rank = [variant.alleles.index(allele) for allele in known]
    n_alleles, n_known = len(cell.alleles), len(known)
    observed = {CallStatus.CALLED, CallStatus.PARTIAL}
    rules = {
        "called without two known alleles": cell.status is not CallStatus.CALLED
        or (n_alleles == 2 and n_known == 2),
        "partial without one known allele": cell.status is not CallStatus.PARTIAL
        or (n_known == 1 and set(cell.alleles) <= {*known, "."}),
        "not called, but with an allele": cell.status is not CallStatus.NO_CALL
        or set(cell.alleles) <= {"."},
        "absent, but with something": cell.status is not CallStatus.ABSENT
        or (not cell.alleles and cell.source is CallSource.NONE),
        "all alleles known": cell.status is not CallStatus.UNKNOWN_ALLELE
        or set(cell.alleles) - {*variant.alleles, "."} != set(),
        "no reason": bool(cell.reason) or cell.status is CallStatus.CALLED,
        "a reason": not cell.reason
        or cell.status is not CallStatus.CALLED
        or cell.source is CallSource.ASSERTED,
        "more than two alleles": n_alleles <= 2,
        "an empty allele": "" not in cell.alleles,
        "phased without two alleles": not cell.phased or n_alleles == 2,
        "not in the order of alleles": cell.phased or n_known < 2 or rank == sorted(rank),
        "missing copy first": cell.phased
        or n_alleles < 2
        or cell.alleles[0] != "."
        or cell.alleles[1] == ".",
        "without a source": cell.source is not CallSource.NONE or cell.status not in observed,
    }
    return "; ".join(rule for rule, holds in rules.items() if not holds)


@dataclass(frozen=True)
class _PlainRow:
    """A row as a small reader sees it."""

    columns: list[bytes]
    chrom: str | None
    pos: int
    end: int

    def covers(self, locus: Locus) -> bool:
        """Say whether the row overlaps the window of a locus."""
        return (
            self.chrom == locus.chrom
            and self.pos <= locus.window_end
            and self.end >= locus.window_start
        )

    def tells(self, person: int) -> bool:
        """Say whether the row has anything but missing values for a person."""
        value = self.columns[9 + person] if len(self.columns) > 9 + person else b""
        return re.search(rb"\d", value) is not None


def _judge_by_text(
    calls: CohortCalls, text: bytes, knowledge: KnowledgeBase, options: CallOptions
) -> None:
    """Hold calls against the text: nothing comes from nowhere, simple rows say what they say."""
    rows = list(_plain_rows(text, knowledge))
    for site in calls.sites:
        locus = site.variant.loci[calls.assembly]
        covering = [row for row in rows if row.covers(locus)]
        for person, code in enumerate(site.calls.codes.tolist()):
            cell = site.calls.values[code]
            if cell.source is CallSource.ASSERTED:
                continue
            if cell.status in {CallStatus.CALLED, CallStatus.PARTIAL}:
                expect(
                    that=any(row.tells(person) for row in covering),
                    what=f"{site.variant.id} is called from no row",
                    seen=cell,
                )
            if len(covering) == 1 and options == CallOptions():
                expected = _simple_call(covering[0], person, site.variant, locus)
                expect(
                    that=expected in (None, (cell.status, sorted(cell.alleles))),
                    what=f"{site.variant.id} is not {expected}",
                    seen=cell,
                )


def _plain_rows(text: bytes, knowledge: KnowledgeBase) -> Iterator[_PlainRow]:
    names = {}
    for assembly in knowledge.assemblies.values():
        for contig in assembly.contigs:
            for name in (contig.chrom, f"chr{contig.chrom}", contig.refseq, contig.genbank):
                names[str(name).lower()] = contig.chrom
    for line in text.split(b"\n"):
        columns = line.rstrip(b"\r").split(b"\t")
        if line.startswith(b"#") or len(columns) < 8 or not re.fullmatch(rb"[0-9]+", columns[1]):
            continue
        pos = int(columns[1])
        ends = [pos + len(columns[3]) - 1]
        ends += [int(found) for found in re.findall(rb"\bEND=(\d+)", columns[7])]
        ends += [pos + int(found) for found in re.findall(rb"\bSVLEN=-?(\d+)", columns[7])]
        chrom = names.get(columns[0].decode("latin-1").lower())
        yield _PlainRow(columns, chrom, pos, max(ends))


def _simple_call(
    row: _PlainRow, person: int, variant: Variant, locus: Locus
) -> tuple[CallStatus, list[str]] | None:
    """Return what a plain SNV row with GT only must give; None for any other row."""
    columns = row.columns
    bases = [columns[3], *columns[4].split(b",")]
    simple = (
        variant.is_snv
        and (row.pos, columns[3].decode("latin-1")) == (locus.pos, locus.ref)
        and columns[8] == b"GT"
        and columns[6] in _PASSING
        and all(_BASE.fullmatch(base) for base in bases)
        and len(set(bases)) == len(bases)
    )
    genotype = _DIPLOID.fullmatch(columns[9 + person]) if simple else None
    if genotype is None:
        return None
    numbers = [int(genotype[1]), int(genotype[3])]
    if max(numbers) >= len(bases):
        return None
    alleles = sorted(bases[number].decode() for number in numbers)
    known = set(alleles) <= set(variant.alleles)
    return (CallStatus.CALLED if known else CallStatus.UNKNOWN_ALLELE, alleles)


def _judge_writing(result: Result, *, frames: bool) -> None:
    """Write everything, and read it back."""
    for name in TableName:
        table = result.table(name)
        n_rows = len(table.samples) * len(table.sections)
        tsv = "".join(text_chunks(table, "\t"))
        tsv.encode()
        widths = {line.count("\t") + 1 for line in tsv.removesuffix("\n").split("\n")}
        expect(that=widths == {len(COLUMNS[name])}, what=f"columns of {name}", seen=widths)
        expect(that=tsv.count("\n") == n_rows + 1, what=f"lines of {name}", seen=tsv)
        rows = list(csv.reader(io.StringIO("".join(text_chunks(table, ",")), newline="")))
        expect(that=len(rows) == n_rows + 1, what=f"CSV rows of {name}", seen=rows)
        widths = {len(row) for row in rows}
        expect(that=widths == {len(COLUMNS[name])}, what=f"CSV columns of {name}", seen=widths)
    people = []
    for text in patient_texts(result._annotations):
        text.encode()
        people.append(json.loads(text)["sample"])
    expect(that=tuple(people) == result.samples, what="documents are of others", seen=people)
    if frames:
        for name in TableName:
            frame = to_frame(result.table(name))
            shape = (len(result) * len(result.table(name).sections), len(COLUMNS[name]))
            expect(that=frame.shape == shape, what=f"frame of {name}", seen=frame.shape)


def _described(calls: CohortCalls, person: int) -> list[tuple[Any, ...]]:
    """Return what is said of a person at each site, without the name of the file."""
    said = []
    for site in calls.sites:
        cell = site.calls[person]
        numbers = [
            None if values is None or values[person] != values[person] else values[person].item()
            for values in (site.gq, site.dp, site.phase_set)
        ]
        reason = re.sub(rf"\S*{_NAME}\.\S*", "", cell.reason)
        said.append(
            (site.variant.id, cell.alleles, cell.phased, cell.status, cell.source, reason, numbers)
        )
    return said


def _expect_same_cells(
    calls: CohortCalls | PgxAnaError,
    found: CohortCalls | PgxAnaError,
    how: str,
    *,
    person: int | None = None,
) -> None:
    """Expect the same calls from both, if both were accepted."""
    if not isinstance(calls, CohortCalls) or not isinstance(found, CohortCalls):
        return
    _judge_cells(found)
    pairs = (
        [(number, number) for number in range(len(calls.samples))]
        if person is None
        else [(person, 0)]
    )
    expect(that=calls.assembly is found.assembly, what=f"another assembly {how}")
    for one, other in pairs:
        for before, after in zip(_described(calls, one), _described(found, other), strict=True):
            expect(that=before == after, what=f"another call {how}", seen=(before, after))


def _expect_same_alleles(
    calls: CohortCalls | PgxAnaError, found: CohortCalls | PgxAnaError
) -> None:
    """Expect the same alleles of what both call; BCF cannot hold all that text can."""
    if not isinstance(calls, CohortCalls) or not isinstance(found, CohortCalls):
        return
    for person in range(len(calls.samples)):
        for one, other in zip(calls.sites, found.sites, strict=True):
            before, after = one.calls[person], other.calls[person]
            expect(
                that={before.status, after.status} != {CallStatus.CALLED}
                or before.alleles == after.alleles,
                what="other alleles in BCF",
                seen=(before, after),
            )


def in_order(text: bytes) -> bytes:
    """Return a file with its rows by contig and position, as an index needs them."""
    lines = text.split(b"\n")
    head = [line for line in lines if line.startswith(b"#")]
    rows = [line for line in lines if line and not line.startswith(b"#")]
    contigs = list(dict.fromkeys(row.split(b"\t")[0] for row in rows))

    def place(row: bytes) -> tuple[int, int]:
        columns = row.split(b"\t")
        sound = len(columns) > 1 and re.fullmatch(rb"[0-9]{1,18}", columns[1])
        return contigs.index(columns[0]), int(columns[1]) if sound else 0

    ordered = b"\n".join([*head, *sorted(rows, key=place), b""])
    return ordered if text.endswith(b"\n") else ordered.removesuffix(b"\n")


def bgzf(data: bytes) -> bytes:
    """Return data in blocks of BGZF (SAM specification, section 4.1)."""
    blocks = []
    for start in range(0, len(data), 300):
        piece = data[start : start + 300]
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        packed = packer.compress(piece) + packer.flush()
        head = bytes.fromhex("1f8b08040000000000ff060042430200")
        size = (len(packed) + 25).to_bytes(2, "little")
        tail = zlib.crc32(piece).to_bytes(4, "little") + len(piece).to_bytes(4, "little")
        blocks.append(head + size + packed + tail)
    return b"".join(blocks) + container._BGZF_END


def index_of(path: Path, *, csi: bool) -> bytes | None:
    """Make an index beside a file and return its bytes; None where the file can have none."""
    for ending in (".tbi", ".csi"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    try:
        pysam.tabix_index(str(path), preset="vcf", force=True, keep_original=True, csi=csi)
    except (OSError, ValueError):
        return None
    return Path(f"{path}{'.csi' if csi else '.tbi'}").read_bytes()


def as_bcf(path: Path, folder: Path) -> bytes | None:
    """Return a file as BCF, None where htslib cannot write it."""
    target = folder / "made.bcf"
    try:
        with (
            pysam.VariantFile(str(path)) as source,
            pysam.VariantFile(str(target), "wb", header=source.header) as sink,
        ):
            for row in source:
                sink.write(row)
    except (OSError, TypeError, ValueError):
        return None
    return target.read_bytes()
