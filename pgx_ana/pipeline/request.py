"""What one run is asked to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, Variant
from pgx_ana.pipeline.sample_sheet import SheetRow, rows_by_path
from pgx_ana.terms import Assembly


@dataclass(frozen=True, slots=True)
class Selection:
    """What to annotate: samples and genes (all where empty), and the assembly if one was given."""

    samples: tuple[str, ...] = ()
    genes: tuple[str, ...] = ()
    assembly: Assembly | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose the files are, where their sample names do not say it.

    With ``same_person``, a sample name in several files is always one person. With
    ``from_file_name``, the one sample of each file is called after the file. ``sample_sheet`` is a
    table that names the one sample of each file, empty for none. ``rows`` are those of a sheet that
    has been read, with the paths of the request; they need not name a sample.
    """

    same_person: bool = False
    from_file_name: bool = False
    sample_sheet: str = ""
    rows: tuple[SheetRow, ...] = ()

    def __post_init__(self) -> None:
        """Raise :class:`UsageError` if the samples are to be named in two ways."""
        if self.from_file_name and self.sample_sheet:
            raise UsageError("--sample-from-filename and --sample-sheet cannot be combined")

    @property
    def place(self) -> str:
        """Return the sheet as messages call it."""
        return self.sample_sheet if self.rows else f"--sample-sheet {self.sample_sheet}"

    def rows_of(self, paths: Sequence[str]) -> Mapping[str, SheetRow]:
        """Return the row of the sheet for each path; empty where there is no sheet.

        Raises :class:`UsageError` for a sheet with faults, and for a path without a row.
        """
        if self.rows:
            return {row.file: row for row in self.rows}
        return rows_by_path(paths, self.sample_sheet) if self.sample_sheet else {}


@dataclass(frozen=True, slots=True)
class Request:
    """One run: the files, what to annotate in them, what counts as a call, whose the files are.

    ``reference`` is an indexed FASTA file that REF is checked against, empty for none. With
    ``verify`` every file is read to its end. With ``assume_sorted``, a BGZF file without an index
    is read near the known sites only, unless it is verified or absent sites are reference.
    ``population`` is the panel population whose haplotype frequencies weight ambiguous diplotypes,
    empty for none. ``sex`` (female or male) and ``context``, the use of the drug, are those of
    people for whom the sample sheet names none; None where they are not stated.
    """

    paths: tuple[str, ...]
    selection: Selection = field(default_factory=Selection)
    options: CallOptions = field(default_factory=CallOptions)
    reference: str = ""
    verify: bool = False
    assume_sorted: bool = False
    population: str = ""
    identity: Identity = field(default_factory=Identity)
    sex: str | None = None
    context: str | None = None


def check_paths(paths: Sequence[str]) -> None:
    """Raise :class:`UsageError` if there is no file, or the same file twice."""
    if not paths:
        raise UsageError("no file was given")
    for path, count in Counter(paths).items():
        if count > 1:
            raise UsageError(f"{path}: the file was given twice")


def selected_variants(genes: Sequence[str], knowledge: KnowledgeBase) -> tuple[Variant, ...]:
    """Return the variants of some genes, of all where empty, in the order of the knowledge base.

    Raises :class:`UsageError` for a gene without variants.
    """
    known = {variant.gene for variant in knowledge.variants}
    unknown = sorted(set(genes) - known)
    if unknown:
        raise UsageError(
            f"the knowledge base has no variant in {', '.join(unknown)}; genes with variants: "
            f"{', '.join(sorted(known))}"
        )
    return tuple(v for v in knowledge.variants if not genes or v.gene in genes)
