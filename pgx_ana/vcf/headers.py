"""The headers of a run: files of one pipeline share all of theirs but the names of samples.

What the ``##`` lines say is worked out once for files that have the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from pgx_ana.vcf.assembly import ContigNames
from pgx_ana.vcf.header import (
    Header,
    calling_program,
    declares_whole_number,
    decode_header,
    hides_ends,
    is_paired_vardict,
    parse_header,
    read_header_lines,
    somatic_program,
    tumour_and_normal,
)
from pgx_ana.vcf.phase_fields import PhaseDeclarations

_MAX_KNOWN = 16
_MAX_LAST_LINE = 1 << 26


@dataclass(frozen=True, slots=True, eq=False)
class MetaLines:
    """The ``##`` lines of a header, and what they say whoever the samples are.

    ``raw`` are their bytes as they are in the file, ``text`` has line feeds alone. ``caller`` is
    the program that wrote the file, where it names itself, ``somatic`` the line that shows a caller
    of somatic variants.
    """

    raw: bytes
    text: str
    header: Header
    caller: str
    somatic: str
    phase_declarations: PhaseDeclarations
    end_is_declared: bool

    @classmethod
    def of(cls, raw: bytes, text: str) -> MetaLines:
        """Read the lines."""
        return cls(
            raw=raw,
            text=text,
            header=parse_header(text),
            caller=calling_program(text),
            somatic=somatic_program(text),
            phase_declarations=PhaseDeclarations.in_header(text),
            end_is_declared=declares_whole_number(text, "END"),
        )

    def hides_ends(self, *, is_bcf: bool) -> str:
        """Return why an index of the file may not know where a row ends; empty where it does."""
        return hides_ends(self.text, is_bcf=is_bcf)

    def shown_as_somatic(self, samples: Sequence[str]) -> str:
        """Return why the file is that of a caller of somatic variants; empty where it is not."""
        if self.somatic:
            return self.somatic
        paired = "VarDict, paired samples" if is_paired_vardict(self.text) else ""
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
        return self.meta.text.count("\n") + 1

    @property
    def sha256(self) -> str:
        """Return the digest of all lines, with line feeds alone."""
        return hashlib.sha256(f"{self.meta.text}{self.last_line}\n".encode()).hexdigest()


class Headers:
    """Reads headers. ``contig_names`` are the names that contigs may have."""

    def __init__(self, contig_names: ContigNames) -> None:
        self.contig_names = contig_names
        self._known: dict[bytes, MetaLines] = {}
        self._latest: MetaLines | None = None

    def of_bcf(self, header: bytes, name: str) -> FileHeader:
        """Return the header of a BCF file from its text."""
        return self._file_header(header.splitlines(keepends=True), name)

    def read(self, open_file: Callable[[], IO[bytes]], name: str) -> tuple[FileHeader, IO[bytes]]:
        """Return the header of a file, and the stream behind it, which the caller closes.

        ``name`` is that of the file, for messages. Raises :class:`InputError` where the header is
        truncated, damaged, or not UTF-8.
        """
        stream = open_file()
        try:
            header = self._as_latest(stream, name)
            if header is None:
                stream.close()
                stream = open_file()
                header = self._file_header(list(read_header_lines(stream, name)), name)
        except BaseException:
            stream.close()
            raise
        return header, stream

    def _as_latest(self, stream: IO[bytes], name: str) -> FileHeader | None:
        """Return the header of a file with the ``##`` lines of the one before; None for others."""
        latest = self._latest
        if latest is None:
            return None
        try:
            if stream.read(len(latest.raw)) != latest.raw:
                return None
            line = stream.readline(_MAX_LAST_LINE)
        except (OSError, EOFError, ValueError):
            return None  # read again from its start, for the message
        if not (line.startswith(b"#CHROM") and line.endswith(b"\n")) or b"\r#" in line:
            return None
        last_line = decode_header(line.rstrip(b"\r\n"), name)
        return FileHeader(latest, last_line, len(latest.raw) + len(line))

    def _file_header(self, lines: Sequence[bytes], name: str) -> FileHeader:
        *meta, last = lines
        raw = b"".join(meta)
        if raw not in self._known:
            text = b"".join(line.rstrip(b"\r\n") + b"\n" for line in meta)
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[raw] = MetaLines.of(raw, decode_header(text, name))
        self._latest = self._known[raw]
        last_line = decode_header(last.rstrip(b"\r\n"), name)
        return FileHeader(self._latest, last_line, len(raw) + len(last))
