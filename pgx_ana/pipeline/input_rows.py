"""The rows of the input files at known sites, for an output that keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pgx_ana.calling import alleles_at
from pgx_ana.errors import UsageError
from pgx_ana.model import Variant
from pgx_ana.pipeline.division import BlockMember
from pgx_ana.pipeline.file_rows import FileRows
from pgx_ana.terms import Assembly
from pgx_ana.vcf import RecordFile, TextRow, VariantFile

_ADVICE = "use --all-sites, which writes the calls themselves"


@dataclass(frozen=True, slots=True, eq=False)
class SourceRow:
    """A row with the variants that it tells something of.

    ``fixed`` are the columns from CHROM to INFO and ``format`` is FORMAT, as they are in the file.
    ``sites`` has the identifier of each variant and what the alleles of the row, REF first, are
    there: see :func:`pgx_ana.calling.alleles_at`. ``member`` is the number of the file among those
    of a block.
    """

    fixed: bytes
    format: bytes
    sites: tuple[tuple[str, tuple[str, ...]], ...]
    member: int
    text_row: TextRow


class InputRows:
    """The rows of all files, which must have the same people.

    They can be read while a block is current: :meth:`show` says which. Raises :class:`UsageError`
    for files whose rows cannot be written.
    """

    def __init__(
        self, files: Sequence[RecordFile], variants: Sequence[Variant], *, allow_strand_flip: bool
    ) -> None:
        for file in files:
            if not isinstance(file, VariantFile):
                raise UsageError(f"{file.name}: a {file.format} file has no rows of VCF; {_ADVICE}")
            if file.samples != files[0].samples:
                raise UsageError(
                    f"{files[0].name} and {file.name} have different samples, so their rows do "
                    f"not fit into one VCF file; {_ADVICE}"
                )
        self._files = cast(Sequence[VariantFile], files)
        self._variants = variants
        self._allow_strand_flip = allow_strand_flip
        self._members: Sequence[BlockMember] = ()
        self._rows: list[SourceRow] | None = None

    def show(
        self,
        members: Sequence[BlockMember],
        located: Mapping[int, FileRows],
        assembly: Assembly,
    ) -> None:
        """Make a block current: its people in all files, and the rows of these."""
        self._members = members
        if self._rows is None:
            ranks = _contig_ranks(self.meta_lines())
            rows = [
                row
                for number, member in enumerate(members)
                for row in self._of_file(number, located[member.file], assembly)
            ]
            for row in rows:
                ranks.setdefault(_contig(row), len(ranks))
            rows.sort(key=lambda row: (ranks[_contig(row)], row.text_row.site.pos))
            self._rows = rows

    def meta_lines(self) -> bytes:
        """Return the ``##`` lines of all files.

        Raises :class:`UsageError` where two files declare a field in different ways.
        """
        first, *others = dict.fromkeys(file.meta_lines() for file in self._files)
        lines = dict.fromkeys(first.splitlines())
        known = {key: line for line in lines if (key := _declared(line))}
        for header in others:
            for line in header.splitlines():
                key = _declared(line)
                if key and _type_of(known.setdefault(key, line)) != _type_of(line):
                    field = " ".join(part.decode("utf-8", "replace") for part in key)
                    raise UsageError(
                        f"the headers of the files declare {field} in different ways, so their "
                        f"rows do not fit into one VCF file; {_ADVICE}"
                    )
                if known[key] is line if key else not line.startswith(b"##fileformat="):
                    lines.setdefault(line)
        return b"".join(line + b"\n" for line in lines)

    def rows(self) -> Sequence[SourceRow]:
        """Return the rows, sorted by position; those at one position in the order of the files."""
        return self._rows or ()

    def columns(self, number: int) -> list[bytes]:
        """Return the columns of the people of the current block in a row."""
        row = self.rows()[number]
        people = self._members[row.member].people
        start, stop = int(people[0]), int(people[-1]) + 1
        columns = row.text_row.columns.read(start, stop).split(b"\t")
        if len(people) == stop - start:
            return columns
        return [columns[at] for at in (people - start).tolist()]

    def _of_file(self, member: int, part: FileRows, assembly: Assembly) -> list[SourceRow]:
        """Return the rows of a file that tell something of a variant, each as often as it is there.

        A row that overlaps several windows is found in each of them.
        """
        by_variant = part.rows.get(assembly, {})
        ordered = sorted(by_variant, key=lambda n: self._variants[n].loci[assembly].window_start)
        sites: dict[int, dict[str, tuple[str, ...]]] = {}
        rows: dict[int, list[TextRow]] = {}
        for number in ordered:
            variant = self._variants[number]
            found = cast(list[TextRow], by_variant[number])
            records = [row.site for row in found]
            alleles = alleles_at(
                variant, assembly, records, allow_strand_flip=self._allow_strand_flip
            )
            times: dict[int, int] = {}
            for row, at_variant in zip(found, alleles, strict=True):
                # A row that was checked against a genome is another object with the same columns.
                key = id(row.columns)
                times[key] = times.get(key, 0) + 1
                if at_variant is not None:
                    sites.setdefault(key, {})[variant.id] = at_variant
                    copies = rows.setdefault(key, [])
                    copies += [row] * (times[key] - len(copies))
        return [
            SourceRow(row.fixed, row.format, tuple(sites[key].items()), member, row)
            for key, copies in rows.items()
            for row in copies
        ]


def _contig(row: SourceRow) -> bytes:
    return row.fixed.partition(b"\t")[0]


def _contig_ranks(header: bytes) -> dict[bytes, int]:
    """Return the place of each contig in a header."""
    keys = map(_declared, header.splitlines())
    names = dict.fromkeys(key[1] for key in keys if key and key[0] == b"contig")
    return {name: rank for rank, name in enumerate(names)}


def _declared(line: bytes) -> tuple[bytes, bytes] | None:
    """Return what a line of a header declares: its kind and identifier; None for other lines."""
    kind, is_list, body = line.removeprefix(b"##").partition(b"=<")
    if not is_list or b"ID=" not in body:
        return None
    return kind, body.partition(b"ID=")[2].split(b",")[0].rstrip(b">")


def _type_of(line: bytes) -> tuple[bytes, ...]:
    """Return the Number, Type and length of a line; descriptions may differ."""
    body = line.partition(b"Description=")[0].rstrip(b">")
    return tuple(
        sorted(
            part for part in body.split(b",") if part.startswith((b"Number=", b"Type=", b"length="))
        )
    )
