"""Variant files read through htslib: VCF and BCF, plain, gzip or BGZF, by index or in one pass.

The door to cyvcf2 and pysam. cyvcf2 gives genotypes as arrays, but its region queries end silently
where a file is damaged; so every indexed read is counted again through pysam, which raises.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cyvcf2
import pysam

from pgx_ana.assembly import ContigNames, Header
from pgx_ana.container import STDIN, inspect, spooled
from pgx_ana.errors import InputError
from pgx_ana.fields import (
    DEPTH_FIELDS,
    QUALITY_FIELDS,
    end_of,
    failed_of,
    genotypes_of,
    numbers_of,
    phase_sets_of,
    refuse_wrapped,
)
from pgx_ana.model import Record

_CONTIG = re.compile(r"^##contig=<(?P<body>.*)>\s*$")
_CONTIG_ID = re.compile(r"(?:^|,)ID=(?P<id>[^,>]+)")
_CONTIG_LENGTH = re.compile(r"(?:^|,)length=(?P<length>\d+)")
_INFO_END = re.compile(r"(?:^|;)END=(?P<end>[0-9]+)")

# What is wrong is told by this module; htslib's own lines on stderr would stand beside it.
cyvcf2.cyvcf2.set_htslib_log_level(0)
pysam.set_verbosity(0)


@dataclass(frozen=True, slots=True)
class Target:
    """A stretch of a chromosome (plain name, 1-based inclusive) whose records are wanted."""

    chrom: str
    start: int
    end: int


class VariantFile:
    """One variant file, opened and checked; read through :meth:`collect`.

    ``remark`` is what a user should know of how it is read.

    Raises :class:`InputError` when the file is missing, empty, truncated, not VCF or BCF, or has no
    samples.
    """

    def __init__(self, path: str, contig_names: ContigNames) -> None:
        self.name = path if path != STDIN else "<stdin>"
        self._contig_names = contig_names
        self._copy = spooled(path)
        self._path = path if self._copy is None else self._copy.name
        self.format, self._index = inspect(Path(self._path), self.name)
        self.remark = ""
        if self._index and self._index.stat().st_mtime < Path(self._path).stat().st_mtime:
            # It may be of another generation of the file, and would then hide records.
            self._read_in_one_pass(f"{self._index.name} is older than the file and is not used")
        self._vcf = self._open()
        text = self._header_text()
        self.header_sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.header = _parse_header(text)
        declared = {line.split(",")[0] for line in self.header.lines}
        if "##INFO=<ID=SVLEN" in declared and "##INFO=<ID=END" not in declared and self._index:
            # An index knows where a record ends by END alone, and would not find it further on.
            self._read_in_one_pass("structural variants have SVLEN and no END: index not used")
        self.samples: tuple[str, ...] = tuple(self._vcf.samples or ())
        if not self.samples:
            raise InputError(f"{self.name}: has no samples, so there are no genotypes to annotate")
        self._contigs = self._contigs_by_plain_name()

    @property
    def indexed(self) -> bool:
        """Say whether loci are sought through an index."""
        return self._index is not None

    def choose(self, wanted: Sequence[str]) -> bool:
        """Read only the wanted samples (all where empty), in the order of the file.

        Returns whether the file has any of them.
        """
        if wanted:
            names = set(wanted)
            self.samples = tuple(sample for sample in self.samples if sample in names)
            self._vcf.set_samples(list(self.samples))
            if tuple(self._vcf.samples) != self.samples:
                # htslib takes a list apart at commas, and ^ and - to mean something.
                raise InputError(
                    f"{self.name}: samples whose names hold a comma, or begin with ^ or -, cannot "
                    "be chosen; annotate all samples"
                )
        return bool(self.samples)

    def close(self) -> None:
        """Let go of the file; what was read from its header stays."""
        self._vcf = None
        if self._copy is not None:
            self._copy.close()

    def collect(self, targets: Sequence[Target]) -> list[list[Record]]:
        """Return, for each target, the records that overlap it, in the order of the file."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return self._seek(targets) if self.indexed else self._stream(targets)

    def _read_in_one_pass(self, why: str) -> None:
        self._index = None
        self.remark = why

    def _open(self) -> Any:
        try:
            return cyvcf2.VCF(self._path)
        except Exception as error:  # cyvcf2 raises bare Exception for bad headers
            raise InputError(f"{self.name}: is not a readable VCF or BCF file: {error}") from error

    def _header_text(self) -> str:
        try:
            self._vcf.samples  # noqa: B018  # decoded when they are asked for
            return str(self._vcf.raw_header)
        except UnicodeDecodeError as error:
            raise InputError(f"{self.name}: its header is not UTF-8: {error}") from error

    def _contigs_by_plain_name(self) -> dict[str, list[str]]:
        names = self._indexed_contigs() if self.indexed else list(self.header.contigs)
        contigs: dict[str, list[str]] = defaultdict(list)
        for name in names:
            plain = self._contig_names.plain(name)
            if plain is not None:
                contigs[plain].append(name)
        return contigs

    def _indexed_contigs(self) -> list[str]:
        if self.format == "BCF":
            return list(self.header.contigs)
        with self._tabix() as index:
            return list(index.contigs)

    def _tabix(self) -> pysam.TabixFile:
        try:
            return pysam.TabixFile(self._path, index=str(self._index), encoding="latin-1")
        except (OSError, ValueError) as error:
            message = f"{self.name}: its index {self._index} cannot be read: {error}; make it again"
            raise InputError(message) from error

    def _seek(self, targets: Sequence[Target]) -> list[list[Record]]:
        with _Counter(self._path, self.format, str(self._index), self.name) as counter:
            return [
                [
                    record
                    for contig in self._contigs.get(target.chrom, ())
                    for record in self._seek_one(contig, target, counter)
                ]
                for target in targets
            ]

    def _seek_one(self, contig: str, target: Target, counter: _Counter) -> Iterator[Record]:
        wanted = _Wanted([target])
        seen = 0
        for variant in self._guarded(self._vcf(f"{contig}:{target.start}-{target.end}")):
            # The counter knows END, but no SVLEN: it must not be asked for such a record.
            seen += _meets(variant.POS, int(variant.end), target)
            if wanted.hits(target.chrom, variant.POS, end_of(variant)):
                yield self._record(variant, target.chrom)
        counter.compare(contig, target, seen)

    def _stream(self, targets: Sequence[Target]) -> list[list[Record]]:
        found: list[list[Record]] = [[] for _ in targets]
        wanted = _Wanted(targets)
        plain: dict[str, str | None] = {}
        for variant in self._guarded(self._vcf):
            contig = variant.CHROM
            if contig not in plain:
                plain[contig] = self._contig_names.plain(contig)
            chrom = plain[contig]
            if chrom is None or chrom not in wanted.chroms:
                continue
            hits = wanted.hits(chrom, variant.POS, end_of(variant))
            if hits:
                record = self._record(variant, chrom)
                for index in hits:
                    found[index].append(record)
        return found

    def _guarded(self, variants: Iterator[Any]) -> Iterator[Any]:
        """Turn what cyvcf2 raises while reading into an :class:`InputError` with the place."""
        last = "the first record"
        iterator = iter(variants)
        while True:
            try:
                variant = next(iterator)
            except StopIteration:
                return
            except Exception as error:  # cyvcf2 raises bare Exception
                raise InputError(
                    f"{self.name}: cannot be read on after {last}: malformed or truncated ({error})"
                ) from error
            last = f"{variant.CHROM}:{variant.POS}"
            yield variant

    def _record(self, variant: Any, chrom: str) -> Record:
        place = f"{self.name}: {variant.CHROM}:{variant.POS}"
        alts = tuple(alt.upper() for alt in variant.ALT)
        fields = set(variant.FORMAT or ())
        alleles, phased = genotypes_of(variant, len(self.samples), place, has_gt="GT" in fields)
        refuse_wrapped(variant, place)
        if len(alleles) and alleles.max() > len(alts):
            number = int(alleles.max(axis=1).argmax())
            raise InputError(
                f"{place}: sample {self.samples[number]!r} has allele {alleles.max()}, "
                f"but the record has {len(alts)} ALT"
            )
        return Record(
            chrom=chrom,
            pos=variant.POS,
            end=end_of(variant),
            ref=variant.REF.upper(),
            alts=alts,
            filters=tuple(variant.FILTERS),
            alleles=alleles,
            phased=phased,
            phase_set=phase_sets_of(variant) if "PS" in fields else None,
            gq=numbers_of(variant, QUALITY_FIELDS, fields),
            dp=numbers_of(variant, DEPTH_FIELDS, fields),
            failed=failed_of(variant) if "FT" in fields else None,
            has_genotypes="GT" in fields,
        )


class _Wanted:
    """Finds the targets that a record overlaps, quickly for the many that overlap none."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._at: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index, target in enumerate(targets):
            for pos in range(target.start, target.end + 1):
                self._at[target.chrom][pos].append(index)
        self.chroms = frozenset(self._at)

    def hits(self, chrom: str, start: int, end: int) -> list[int]:
        """Return the numbers of the targets that a stretch overlaps, in their order."""
        at = self._at[chrom]
        if end - start < len(at):
            return sorted({i for pos in range(start, end + 1) if pos in at for i in at[pos]})
        return sorted({i for pos, found in at.items() if start <= pos <= end for i in found})


class _Counter:
    """Counts the records of a region a second time, through pysam, which raises on damage."""

    def __init__(self, path: str, file_format: str, index: str, name: str) -> None:
        self._name = name
        try:
            if file_format == "BCF":
                self._file: Any = pysam.VariantFile(path, index_filename=index)
            else:
                self._file = pysam.TabixFile(path, index=index, encoding="latin-1")
        except (OSError, ValueError) as error:
            raise InputError(f"{name}: cannot be read through {index}: {error}") from error

    def __enter__(self) -> _Counter:
        return self

    def __exit__(self, *_: object) -> None:
        # After a damaged block, closing fails as well; what is wrong was told before.
        with contextlib.suppress(OSError):
            self._file.close()

    def compare(self, contig: str, target: Target, seen: int) -> None:
        """Raise where another number of records is there than was read."""
        place = f"{self._name}: {contig}:{target.start}-{target.end}"
        try:
            fetched = self._file.fetch(contig, target.start - 1, target.end)
            there = sum(_overlaps(row, target) for row in fetched)
        except (OSError, ValueError) as error:
            raise InputError(f"{place}: the file is damaged here ({error})") from error
        if there != seen:
            raise InputError(
                f"{place}: {there} records are there, but only {seen} can be read; "
                "the file or its index is damaged"
            )


def _overlaps(row: Any, target: Target) -> bool:
    """Say whether a row of a region, as text or as pysam's record, overlaps it by REF or END."""
    if not isinstance(row, str):
        return _meets(row.pos, row.stop, target)
    _, pos, _, ref, _, _, _, info, *_ = f"{row}\t".split("\t", 8)
    end = _INFO_END.search(info)
    last = int(pos) + len(ref) - 1
    return _meets(int(pos), max(last, int(end["end"]) if end else 0), target)


def _meets(start: int, end: int, target: Target) -> bool:
    return start <= target.end and end >= target.start


def _parse_header(text: str) -> Header:
    contigs: dict[str, int | None] = {}
    lines = tuple(line for line in text.splitlines() if line.startswith("##"))
    for line in lines:
        match = _CONTIG.match(line)
        found = _CONTIG_ID.search(match["body"]) if match else None
        if match and found:
            length = _CONTIG_LENGTH.search(match["body"])
            contigs[found["id"]] = int(length["length"]) if length else None
    return Header(contigs, lines)
