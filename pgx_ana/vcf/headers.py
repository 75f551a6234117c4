"""The headers of a run: files of one pipeline share most of theirs, above all the contigs.

What the contigs say is worked out once for files that have the same; so is all that the ``##``
lines say, where files differ only in the names of their samples.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from pgx_ana.vcf.assembly import ContigNames
from pgx_ana.vcf.header import (
    Contigs,
    Header,
    calling_program,
    declares_whole_number,
    decode_header,
    hides_ends,
    is_paired_vardict,
    may_span_far,
    other_lines,
    parse_contigs,
    read_header_lines,
    somatic_program,
    tumour_and_normal,
)
from pgx_ana.vcf.phase_fields import PhaseDeclarations

_MAX_KNOWN = 16
_PIECE_BYTES = 1 << 16
_MAX_QUICK_BYTES = 1 << 24
_MAX_CONTIG_BYTES = 1 << 10
_CONTIG = b"##contig="


@dataclass(frozen=True, slots=True, eq=False)
class MetaLines:
    """The ``##`` lines of a header, and what they say whoever the samples are.

    ``content`` are their bytes with line feeds alone, ``others`` those that are about no contig.
    ``caller`` is the program that wrote the file, where it names itself, ``somatic`` the line that
    shows a caller of somatic variants. ``may_span_far`` says that rows may span far more than their
    REF, other than by END.
    """

    content: bytes
    others: str
    header: Header
    caller: str
    somatic: str
    phase_declarations: PhaseDeclarations
    end_is_declared: bool
    may_span_far: bool

    @classmethod
    def of(cls, content: bytes, contigs: Contigs, others: str) -> MetaLines:
        """Read the lines; ``contigs`` are those of the lines that are not among ``others``."""
        return cls(
            content=content,
            others=others,
            header=Header(contigs, tuple(line for line in others.split("\n") if line)),
            caller=calling_program(others),
            somatic=somatic_program(others),
            phase_declarations=PhaseDeclarations.in_header(others),
            end_is_declared=declares_whole_number(others, "END"),
            may_span_far=may_span_far(others),
        )

    def hides_ends(self, *, is_bcf: bool) -> str:
        """Return why an index of the file may not know where a row ends; empty where it does."""
        return hides_ends(self.others, is_bcf=is_bcf)

    def shown_as_somatic(self, samples: Sequence[str]) -> str:
        """Return why the file is that of a caller of somatic variants; empty where it is not."""
        if self.somatic:
            return self.somatic
        paired = "VarDict, paired samples" if is_paired_vardict(self.others) else ""
        return tumour_and_normal(samples) or (paired if len(set(samples)) > 1 else "")


@dataclass(frozen=True, slots=True, eq=False)
class FileHeader:
    """The header of one file: its ``##`` lines, its last line, and its bytes in the file."""

    meta: MetaLines
    last_line: str
    n_bytes: int

    @property
    def n_lines(self) -> int:
        """Return the number of lines."""
        return self.meta.content.count(b"\n") + 1

    @property
    def sha256(self) -> str:
        """Return the digest of all lines, with line feeds alone."""
        last_line = f"{self.last_line}\n".encode()
        return hashlib.sha256(self.meta.content + last_line).hexdigest()


class Headers:
    """Reads headers. ``contig_names`` are the names that contigs may have."""

    def __init__(self, contig_names: ContigNames) -> None:
        self.contig_names = contig_names
        self._known: dict[bytes, MetaLines] = {}
        self._contigs: dict[bytes, Contigs] = {}

    def of_bcf(self, header: bytes, name: str) -> FileHeader:
        """Return the header of a BCF file from its text."""
        *meta, last = header.splitlines(keepends=True)
        return self._file_header(b"".join(meta), last, name)

    def read(self, open_file: Callable[[], IO[bytes]], name: str) -> tuple[FileHeader, bytes]:
        """Return the header of a file, and the beginning of its first row.

        ``name`` is that of the file, for messages. Raises :class:`InputError` where the header is
        truncated, damaged, or not UTF-8.
        """
        with open_file() as stream:
            quick = _quickly(stream)
        if quick is not None:
            meta, last, first_row = quick
            return self._file_header(meta, last, name), first_row
        with open_file() as stream:
            *lines, last = read_header_lines(stream, name)
            first_row = _beginning_of_row(stream)
        return self._file_header(b"".join(lines), last, name), first_row

    def _file_header(self, raw: bytes, last: bytes, name: str) -> FileHeader:
        if raw not in self._known:
            content = raw
            if b"\r" in raw or not raw.endswith(b"\n"):
                lines = raw.splitlines(keepends=True)
                content = b"".join(line.rstrip(b"\r\n") + b"\n" for line in lines)
            _make_room(self._known)
            self._known[raw] = MetaLines.of(content, *self._parts(content, name))
        last_line = decode_header(last.rstrip(b"\r\n"), name)
        return FileHeader(self._known[raw], last_line, len(raw) + len(last))

    def _parts(self, content: bytes, name: str) -> tuple[Contigs, str]:
        """Return the contigs of a header, those of an earlier one if it has the same; and the rest.

        In most headers, the lines of the contigs are next to each other.
        """
        start = max(content.find(_CONTIG), 0)
        end = content.find(b"\n", content.rfind(_CONTIG)) + 1
        part = content[start:end] if _CONTIG in content else b""
        if part.count(_CONTIG) != part.count(b"\n"):  # other lines are among them
            text = decode_header(content, name)
            return parse_contigs(text), "\n".join(other_lines(text))
        if part not in self._contigs:
            _make_room(self._contigs)
            self._contigs[part] = parse_contigs(decode_header(part, name))
        return self._contigs[part], decode_header(content.replace(part, b"", 1), name)


def _make_room(known: dict[bytes, Any]) -> None:
    if len(known) >= _MAX_KNOWN:
        del known[next(iter(known))]


def _quickly(stream: IO[bytes]) -> tuple[bytes, bytes, bytes] | None:
    """Return the ``##`` lines of a header, its last line, and the beginning of the first row.

    None where anything is unusual: then the header is read again, line by line.
    """
    content, at = b"", -1
    try:
        while at < 0 and len(content) < _MAX_QUICK_BYTES and (piece := stream.read(_PIECE_BYTES)):
            content += piece
            at = content.find(b"\n#CHROM\t")
        last = content[at + 1 :] + (b"" if b"\n" in content[at + 1 :] else stream.readline())
        last, feed, rest = last.partition(b"\n")
        first_row = rest if b"\t" in rest else rest + _beginning_of_row(stream)
    except (OSError, EOFError, ValueError, zlib.error):
        return None
    meta = content[: at + 1]
    is_plain = meta.startswith(b"##") and meta.count(b"\n##") + 1 == meta.count(b"\n")
    if at < 0 or not feed or not is_plain or b"\r" in meta or b"\r" in last:
        return None
    return meta, last + feed, first_row[:_MAX_CONTIG_BYTES]


def _beginning_of_row(stream: IO[bytes]) -> bytes:
    """Return the beginning of the row at which a stream is; nothing where there is none."""
    try:
        return stream.readline(_MAX_CONTIG_BYTES)
    except (OSError, EOFError, zlib.error):
        return b""  # the damage is an error where the rows are read
