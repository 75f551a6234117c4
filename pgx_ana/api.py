"""The Python interface: paths in, data frames and documents out."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgx_ana.errors import UsageError
from pgx_ana.file_formats import COMPRESSED_ENDINGS, FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import CallOptions
from pgx_ana.names import did_you_mean
from pgx_ana.output import Table, make_table, patient_texts, to_frame
from pgx_ana.pipeline import Identity, Request, Run, Selection, run
from pgx_ana.quality import CohortTally
from pgx_ana.terms import TEXT_TABLES, TableName
from pgx_ana.writing import write

if TYPE_CHECKING:
    import pandas as pd

    from pgx_ana.annotation import Annotations

PathName = str | os.PathLike[str]
_PAGE_ENDINGS = (".html", ".htm")

__all__ = ["CallOptions", "KnowledgeBase", "Result", "annotate", "load_knowledge_base"]


class Result:
    """The annotations of a cohort, as tables and as one document per person."""

    def __init__(self, annotations: Annotations, request: Request | None = None) -> None:
        self._annotations = annotations
        self._request = request

    @property
    def samples(self) -> tuple[str, ...]:
        """Return the sample names, in the order of the files."""
        return self._annotations.calls.samples

    @property
    def assembly(self) -> str:
        """Return the assembly of the files: ``GRCh37`` or ``GRCh38``."""
        return self._annotations.calls.assembly.value

    def table(self, name: str) -> Table:
        """Return the table ``calls``, ``annotations``, ``haplotypes`` or ``summary``.

        Raises :class:`UsageError` for any other name.
        """
        if name not in TEXT_TABLES:
            hint = did_you_mean(name, TEXT_TABLES)
            raise UsageError(f"unknown table {name!r}; choose from {', '.join(TEXT_TABLES)}{hint}")
        return make_table(TableName(name), self._annotations)

    @cached_property
    def calls(self) -> pd.DataFrame:
        """One row per person and known variant."""
        return to_frame(self.table("calls"))

    @cached_property
    def annotations(self) -> pd.DataFrame:
        """One row per person and association."""
        return to_frame(self.table("annotations"))

    @cached_property
    def haplotypes(self) -> pd.DataFrame:
        """One row per person and haplotype set."""
        return to_frame(self.table("haplotypes"))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row per person and category."""
        return to_frame(self.table("summary"))

    def to_parquet(self, folder: PathName) -> None:
        """Write the tables of Parquet to a folder, which is made if it is missing.

        Raises :class:`OutputError` if it cannot be written, and :class:`UsageError` if pyarrow is
        not installed.
        """
        self._write(OutputChoice(FileFormat.PARQUET, with_names=True), folder)

    def to_excel(self, path: PathName) -> None:
        """Write a workbook with the sheets summary, findings, calls, haplotypes and about.

        Raises :class:`OutputError` if it cannot be written, and :class:`UsageError` if a sheet
        cannot hold all rows, or XlsxWriter is not installed.
        """
        self._write(OutputChoice(FileFormat.XLSX), path)

    def to_vcf(self, path: PathName, *, all_sites: bool = False, index: bool = False) -> None:
        """Write the rows of the input at known sites, with what is known of each allele.

        A name that ends in ``.bcf`` is BCF; ``.gz`` compresses. The files are read once more, so
        they must still be there. ``all_sites`` writes a row for each known site instead, with the
        calls of this result, and reads no file. ``index`` writes an index beside the file, which
        must be compressed. Raises :class:`OutputError` if it cannot be written, the errors of
        reading, and :class:`UsageError` for what cannot be written so.
        """
        name = os.fspath(path)
        is_bcf = name.casefold().endswith(".bcf")
        if index and not is_bcf and not name.casefold().endswith(COMPRESSED_ENDINGS):
            raise UsageError(f"{name}: only a compressed file has an index: end its name in .gz")
        kind = FileFormat.BCF if is_bcf else FileFormat.VCF
        choice = OutputChoice(kind, all_sites=all_sites, with_index=index)
        if all_sites:
            self._write(choice, name)
        else:
            self._write_rows(choice, name)

    def to_fhir(self, path: PathName) -> None:
        """Write a FHIR Bundle for each person, one in a line.

        A name that ends in ``.fhir.json`` is of one person; ``.gz`` compresses. Raises
        :class:`OutputError` if it cannot be written, and :class:`UsageError` for several people in
        a file of one.
        """
        self._write(OutputChoice(FileFormat.FHIR), path)

    def to_html(self, path: PathName, *, sample: str = "") -> None:
        """Write a report to read: a page on one person, or a folder of pages on several.

        ``sample`` chooses one person of several. A folder has the page on the cohort, an index, and
        up to 10,000 people a page on each of them. Raises :class:`OutputError` if it cannot be
        written, and :class:`UsageError` for an unknown sample, or a file name for several people.
        """
        if sample or len(self) == 1:
            self._write_page(os.fspath(path), sample or self.samples[0])
        else:
            self._write_pages(os.fspath(path))

    def _write(self, choice: OutputChoice, path: PathName) -> None:
        write_annotations([self._annotations], choice, os.fspath(path), len(self))

    def _write_rows(self, choice: OutputChoice, path: str) -> None:
        if self._request is None:
            raise UsageError(f"{path}: this result has no files: write the calls with all_sites")
        target = Path(path)
        if target.exists() and any(target.samefile(name) for name in self._request.paths):
            raise UsageError(f"{path}: is an input file; give another name")
        again = Run(self._request, self._annotations.knowledge)
        write_annotations(again.blocks(), choice, path, again.n_people, again.input_rows())

    def _write_page(self, path: str, sample: str) -> None:
        from pgx_ana.report import patient_page  # noqa: PLC0415  # loads jinja2

        if sample not in self.samples:
            hint = did_you_mean(sample, self.samples)
            raise UsageError(f"sample {sample!r} is not among the people of this result{hint}")
        number = self.samples.index(sample)
        (document,) = itertools.islice(self, number, number + 1)
        write([patient_page(document)], path)

    def _write_pages(self, folder: str) -> None:
        from pgx_ana.report import (  # noqa: PLC0415  # loads jinja2
            MAX_PAGES,
            CohortOptions,
            ReportedPeople,
            write_report_folder,
        )

        if Path(folder).suffix.casefold() in _PAGE_ENDINGS:
            raise UsageError(
                f"{folder}: a page is on one person, and there are {len(self):,}: choose one with "
                "sample, or name a folder"
            )
        tally = CohortTally(self._annotations.knowledge)
        tally.add(self._annotations)
        documents = self if len(self) <= MAX_PAGES else ()
        people = ReportedPeople(documents, lambda: (tally.finish(), ()))
        write_report_folder(people, folder, self._annotations.knowledge, CohortOptions())

    def __repr__(self) -> str:
        """Return the size of the cohort, its assembly and the version of the knowledge base.

        ``<Result: 1 sample, GRCh38, knowledge base 0.3.0+0123456789ab>``
        """
        count = "1 sample" if len(self) == 1 else f"{len(self)} samples"
        stamp = self._annotations.knowledge.stamp
        return f"<Result: {count}, {self.assembly}, knowledge base {stamp}>"

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the document of each person, as in the JSON output."""
        for text in patient_texts(self._annotations):
            yield json.loads(text)


def annotate(  # noqa: PLR0913  # all but the first are keywords
    paths: PathName | Sequence[PathName],
    *,
    samples: str | Sequence[str] = (),
    genes: str | Sequence[str] = (),
    assembly: str | None = None,
    kb: KnowledgeBase | PathName | Sequence[PathName] = (),
    options: CallOptions | None = None,
    reference: PathName = "",
    verify: bool = False,
    assume_sorted: bool = False,
    population: str = "",
    same_person: bool = False,
    sample_from_filename: bool = False,
    sample_sheet: PathName = "",
    sex: str | None = None,
    context: str | None = None,
) -> Result:
    """Annotate the people in one or more variant files.

    Args:
        paths: VCF or BCF files. Files with the same samples that cover different chromosomes or
            regions are joined to one cohort.
        samples: names of the samples to annotate; all if empty.
        genes: symbols of the genes to annotate, in any case; all if empty.
        assembly: ``GRCh37``, ``GRCh38`` or another name of one of them, such as ``hg38``, if it
            cannot be detected from the files.
        kb: a loaded knowledge base, or directories of knowledge bases; entries of a later one
            replace those of an earlier one, and ``default`` is the shipped one. The shipped
            knowledge base if empty.
        options: what counts as a call: ``min_gq``, ``min_dp``, ``min_gp``,
            ``min_phase_probability``, ``include_filtered``, ``absent_is_reference``,
            ``allow_strand_flip`` and ``assume_ref_order``.
        reference: an indexed FASTA file that REF is checked against.
        verify: read files completely, not only at the known sites.
        assume_sorted: read BGZF files without an index near the known sites only. Their rows must
            be sorted; one that begins a million bases before a site is not seen.
        population: ``AFR``, ``AMR``, ``EAS``, ``EUR``, ``SAS`` or ``global``. Its haplotype
            frequencies give ambiguous diplotypes a probability; none if empty.
        same_person: files that name the same sample are files of one person, whatever they cover.
        sample_from_filename: call the one sample of each file after the file.
        sample_sheet: a tab-separated table with the columns ``file`` and ``sample`` that names the
            one sample of each file; files with the same sample are files of one person. It may
            have the columns ``sex`` and ``context``.
        sex: ``female`` or ``male``, of the people for whom the sample sheet states none.
        context: the use of the drug, such as ``adjuvant`` or ``men_testosterone``, in people for
            whom the sample sheet names none. Nothing is assumed if None.

    Raises:
        InputError: a file cannot be read, trusted or matched, a sample is in none of them, or files
            with one sample name may be of different people.
        UsageError: a gene, assembly, population or context is unknown, no file was given, a file
            was given twice, or the sample sheet has faults.
        KnowledgeBaseError: the knowledge base has faults.
    """
    knowledge = kb if isinstance(kb, KnowledgeBase) else load_knowledge_base(kb)
    request = Request(
        paths=tuple(os.fspath(path) for path in _as_paths(paths)),
        selection=Selection(
            samples=_as_names(samples),
            genes=knowledge.genes_named(_as_names(genes)),
            assembly=None if assembly is None else knowledge.assembly_named(assembly),
        ),
        options=options or CallOptions(),
        reference=os.fspath(reference),
        verify=verify,
        assume_sorted=assume_sorted,
        population=population,
        identity=Identity(same_person, sample_from_filename, os.fspath(sample_sheet)),
        sex=sex,
        context=context,
    )
    return Result(run(request, knowledge), request)


def load_knowledge_base(
    directories: PathName | Sequence[PathName] = (), *, cached: bool = True
) -> KnowledgeBase:
    """Load a knowledge base: the shipped one, or that of one or more directories.

    Args:
        directories: directories with YAML files; entries of a later one replace those of an earlier
            one by identifier, and ``default`` is the shipped one. The shipped knowledge base if
            empty.
        cached: use the checked form that an earlier run saved, if the files are unchanged. False
            always reads and checks the files.

    Raises:
        KnowledgeBaseError: the knowledge base has faults; the error lists all of them.
    """
    paths = _as_paths(directories)
    if "" in paths:
        raise UsageError("a knowledge base needs a directory, not an empty text")
    return load([Path(path) for path in paths], cached=cached)


def _as_paths(paths: PathName | Sequence[PathName]) -> Sequence[PathName]:
    return [paths] if isinstance(paths, str | os.PathLike) else paths


def _as_names(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
