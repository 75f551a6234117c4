"""Variant files read through htslib: VCF and BCF, plain, gzip or BGZF, by index or in one pass.

The door to cyvcf2 and pysam. cyvcf2 gives genotypes as arrays, but its region queries end silently
where a file is damaged; so every indexed read is counted again through pysam, which raises.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import math
import re
import shutil
import stat
import sys
import tempfile
import warnings
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import cyvcf2
import numpy as np
import pysam
from numpy.typing import NDArray

from pgx_ana.assembly import ContigNames, Header
from pgx_ana.errors import InputError
from pgx_ana.model import NO_COPY, Record

STDIN = "-"

_GZIP = b"\x1f\x8b"
# The empty block that ends every complete BGZF file (SAM specification, section 4.1.2).
_BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_CONTIG = re.compile(r"^##contig=<(?P<body>.*)>\s*$")
_CONTIG_ID = re.compile(r"(?:^|,)ID=(?P<id>[^,>]+)")
_CONTIG_LENGTH = re.compile(r"(?:^|,)length=(?P<length>\d+)")
_INT_MISSING = np.iinfo(np.int32).min + 1  # and one below: end of vector

_INFO_END = re.compile(r"(?:^|;)END=(?P<end>[0-9]+)")
_LONG_NUMBER = re.compile(r"[0-9]{5}")
_SPANNING = ("<DEL", "<DUP", "<CNV")

# The first of each that a record has; GQX is Isaac's and Strelka's, RGQ GATK's for reference calls,
# MIN_DP the least depth within a reference block.
_QUALITY_FIELDS = ("GQ", "RGQ", "GQX")
_DEPTH_FIELDS = ("MIN_DP", "DP")

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
        self._copy = _spooled(path)
        self._path = path if self._copy is None else self._copy.name
        self.format, self._index = _inspect(Path(self._path), self.name)
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
            return pysam.TabixFile(self._path, index=str(self._index), encoding="utf-8")
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
            if wanted.hits(target.chrom, variant.POS, _end(variant)):
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
            hits = wanted.hits(chrom, variant.POS, _end(variant))
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
        alleles, phased = _genotypes(variant, len(self.samples), place, has_gt="GT" in fields)
        _refuse_wrapped(variant, place)
        if len(alleles) and alleles.max() > len(alts):
            number = int(np.argmax(alleles.max(axis=1)))
            raise InputError(
                f"{place}: sample {self.samples[number]!r} has allele {alleles.max()}, "
                f"but the record has {len(alts)} ALT"
            )
        return Record(
            chrom=chrom,
            pos=variant.POS,
            end=_end(variant),
            ref=variant.REF.upper(),
            alts=alts,
            filters=tuple(variant.FILTERS),
            alleles=alleles,
            phased=phased,
            phase_set=_phase_sets(variant) if "PS" in fields else None,
            gq=_numbers(variant, _QUALITY_FIELDS, fields),
            dp=_numbers(variant, _DEPTH_FIELDS, fields),
            failed=_failed(variant) if "FT" in fields else None,
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


def _spooled(path: str) -> IO[bytes] | None:
    """Copy stdin, or what is no regular file, to a temporary file; None for a regular file.

    What can be read only once could not be checked for its end, nor read again.
    """
    try:
        if path == STDIN:
            return _copied(sys.stdin.buffer)
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path}: is a directory, not a variant file")
        if stat.S_ISREG(mode):
            return None
        with Path(path).open("rb") as stream:
            return _copied(stream)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _copied(stream: IO[bytes]) -> IO[bytes]:
    copy = tempfile.NamedTemporaryFile(prefix="pgx-ana.")  # noqa: SIM115  # closed by its owner
    shutil.copyfileobj(stream, copy, 1 << 20)
    copy.flush()
    return copy


def _inspect(path: Path, name: str) -> tuple[str, Path | None]:
    """Return a file's format and its index, if it has one that can be used."""
    try:
        with path.open("rb") as stream:
            start = stream.read(18)
            size = stream.seek(0, 2)
            stream.seek(max(size - len(_BGZF_END), 0))
            end = stream.read()
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error
    if not start:
        raise InputError(f"{name}: is empty")
    compressed = start.startswith(_GZIP)
    bgzf = compressed and start[3:4] == b"\x04" and start[12:14] == b"BC"
    first = _first_bytes(path, name) if compressed else start
    if first.startswith(b"BCF"):
        kind = "BCF"
    elif first.startswith(b"##fileformat=VCF"):
        kind = "VCF"
    else:
        raise InputError(
            f"{name}: is not a VCF or BCF file: it does not begin with ##fileformat=VCF"
        )
    if bgzf and end != _BGZF_END:
        raise InputError(f"{name}: is truncated: its BGZF end-of-file block is missing")
    index = next((i for i in (Path(f"{path}.tbi"), Path(f"{path}.csi")) if i.exists()), None)
    return kind, index if bgzf else None


def _first_bytes(path: Path, name: str) -> bytes:
    try:
        with gzip.open(path) as stream:
            first = stream.read(16)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name}: its compression is damaged: {error}") from error
    if not first:
        raise InputError(f"{name}: is empty")
    return first


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


def _end(variant: Any) -> int:
    """Return the last position of a record; of a structural variant without END by its SVLEN."""
    end = int(variant.end)
    if end == variant.POS and any(alt.startswith(_SPANNING) for alt in variant.ALT):
        length = variant.INFO.get("SVLEN")
        first = length[0] if isinstance(length, tuple) else length
        if isinstance(first, int):
            return int(variant.POS) + abs(first)
    return end


def _genotypes(
    variant: Any, n_samples: int, place: str, *, has_gt: bool
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """Return allele numbers (samples, 2) and phase; all missing where there is no GT."""
    if not has_gt:
        return np.full((n_samples, 2), -1, np.int16), np.zeros(n_samples, np.bool_)
    try:
        array = variant.genotype.array()
    except Exception as error:  # cyvcf2 raises bare Exception
        raise InputError(f"{place}: its genotypes cannot be read: {error}") from error
    numbers, phased = array[:, :-1], array[:, -1].astype(np.bool_)
    if numbers.shape[1] == 1:
        second = np.full(n_samples, NO_COPY, np.int16)
        return np.column_stack([numbers[:, 0], second]).astype(np.int16), phased
    if numbers.shape[1] > 2:
        if (numbers[:, 2:] != NO_COPY).any():
            raise InputError(f"{place}: has a genotype of {numbers.shape[1]} copies; expected two")
        numbers = numbers[:, :2]
    return np.ascontiguousarray(numbers, np.int16), phased


def _refuse_wrapped(variant: Any, place: str) -> None:
    """Refuse allele numbers that the 16 bits of cyvcf2's arrays cannot hold and would wrap."""
    try:
        columns = str(variant).split("\t", 9)
        suspicious = len(columns) > 9 and _LONG_NUMBER.search(columns[9]) is not None
    except UnicodeDecodeError:
        suspicious = True
    if suspicious:
        most = max((max(genotype[:-1]) for genotype in variant.genotypes), default=0)
        if most > len(variant.ALT):
            raise InputError(
                f"{place}: a sample has allele {most}, but the record has {len(variant.ALT)} ALT"
            )


def _numbers(variant: Any, names: Sequence[str], fields: set[str]) -> NDArray[np.float32] | None:
    """Return, for each sample, the first of the named FORMAT fields that it has; NaN for none."""
    found: NDArray[np.float32] | None = None
    for name in names:
        values = variant.format(name) if name in fields else None
        if values is not None:
            numbers = _first_numbers(values)
            numbers = np.where(np.isfinite(numbers), numbers, np.float32(np.nan))
            found = numbers if found is None else np.where(np.isnan(found), numbers, found)
    return found


def _failed(variant: Any) -> NDArray[np.bool_]:
    """Say whose genotype has a filter (FT) other than PASS."""
    values = variant.format("FT")
    texts = [] if values is None else [str(value) for value in values.tolist()]
    return np.array([text not in {"PASS", ".", ""} for text in texts], np.bool_)


def _first_numbers(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return the first number of each sample; a field that is not declared comes as text."""
    if values.dtype.kind in "UO":
        firsts = [str(value).split(",")[0] for value in values.tolist()]
        return np.array([_number(text) for text in firsts], np.float32)
    first = values[:, 0]
    numbers: NDArray[np.float32] = first.astype(np.float32)
    if values.dtype.kind == "i":
        numbers[first <= _INT_MISSING] = np.nan
    return numbers


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _phase_sets(variant: Any) -> NDArray[np.int64] | None:
    values = variant.format("PS")
    if values is None:
        return None
    if values.dtype.kind != "i":
        texts = (str(value) for value in values.tolist())
        return np.array([int(text) if text.isdecimal() else -1 for text in texts], np.int64)
    first = values[:, 0].astype(np.int64)
    return np.where(first <= _INT_MISSING, -1, first)
