"""The order of the stages: open files, locate their rows, and call and annotate block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgx_ana.annotation import Annotations, Annotator
from pgx_ana.errors import InputError, UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CohortCalls
from pgx_ana.names import did_you_mean
from pgx_ana.pipeline.assertions import check_assertion, known_chromosomes
from pgx_ana.pipeline.block_calls import Rules, call_block
from pgx_ana.pipeline.circumstances import Stated, stated_circumstances
from pgx_ana.pipeline.division import PEOPLE_IN_BLOCK, PeopleBlock, divide
from pgx_ana.pipeline.faults import GeneFaults, raise_all
from pgx_ana.pipeline.file_rows import FileRows, ReadContext, locate_rows
from pgx_ana.pipeline.input_rows import InputRows
from pgx_ana.pipeline.intake import open_files
from pgx_ana.pipeline.people import People
from pgx_ana.pipeline.request import Request, selected_variants
from pgx_ana.terms import GLOBAL, POPULATIONS
from pgx_ana.vcf import (
    ContigNames,
    DetectedAssembly,
    Genome,
    Headers,
    RecordFile,
    undetermined_assembly,
)

AS_OTHER_FILES = "as the other files"
"""The source of an assembly that a file does not show itself."""


def run(request: Request, knowledge: KnowledgeBase) -> Annotations:
    """Annotate all selected people of the files, as one block.

    Raises :class:`InputError` for files that cannot be read, trusted or matched, and
    :class:`UsageError` for unknown genes, populations and contexts.
    """
    (annotations,) = Run(request, knowledge).blocks(None)
    return annotations


class Run:
    """The people of some files, annotated some at a time.

    ``n_people`` is the number of all selected people. ``annotator`` is that of earlier runs with
    the same knowledge base and population, None for a new one. Raises the same errors as
    :func:`run`: files are opened and checked at once.
    """

    def __init__(
        self, request: Request, knowledge: KnowledgeBase, annotator: Annotator | None = None
    ) -> None:
        self._stated = _checked(request, knowledge)
        self._annotator = annotator or Annotator(knowledge, request.population)
        self._files = _Files(request, knowledge, GeneFaults(strict=True))
        self.n_people = self._files.n_people

    def input_rows(self) -> InputRows:
        """Return the rows of the files, which can be read while a block is current.

        Raises :class:`UsageError` for files whose rows do not fit into one VCF file.
        """
        return self._files.input_rows()

    def blocks(self, people: int | None = PEOPLE_IN_BLOCK) -> Iterator[Annotations]:
        """Yield all people, at most ``people`` at a time, in the order of the files.

        Memory grows with the people of a block, not with those of the run. A run has one pass.
        """
        for calls in self._files.blocks(people):
            yield self._annotator.annotate(calls, self._stated.of(calls.samples))


def call(request: Request, knowledge: KnowledgeBase) -> CohortCalls:
    """Call all known variants of the selected genes in all selected people.

    Raises the same errors as :func:`run`.
    """
    (calls,) = _Files(request, knowledge, GeneFaults(strict=True)).blocks(None)
    return calls


def call_readable(request: Request, knowledge: KnowledgeBase) -> tuple[CohortCalls, dict[str, str]]:
    """Call all selected genes that can be read. Every file is read once.

    Returns the calls, and the error message of each gene with a row that cannot be read. Raises
    :class:`InputError` for all files that cannot be read together, and if no gene can be read.
    """
    faults = GeneFaults(strict=False)
    (calls,) = _Files(request, knowledge, faults).blocks(None)
    if not calls.sites:
        raise next(iter(faults.by_gene.values()))
    return calls, {gene: str(error) for gene, error in faults.by_gene.items()}


def _checked(request: Request, knowledge: KnowledgeBase) -> Stated:
    """Return what is stated of the people. Raises :class:`UsageError` for unknown words."""
    if request.population not in {"", GLOBAL, *POPULATIONS}:
        known = ", ".join((*POPULATIONS, GLOBAL))
        hint = did_you_mean(request.population, (*POPULATIONS, GLOBAL))
        raise UsageError(f"unknown population {request.population!r}; choose from {known}{hint}")
    return stated_circumstances(request, knowledge)


class _Files:
    """The files of a run: opened at once, and read when a block first needs them."""

    def __init__(self, request: Request, knowledge: KnowledgeBase, faults: GeneFaults) -> None:
        variants = selected_variants(request.selection.genes, knowledge)
        contig_names = ContigNames(knowledge.contig_tables)
        genome = Genome(request.reference, contig_names) if request.reference else None
        if genome is not None:
            genome.check_loci(variants)
        self._rules = Rules(variants, request.options, faults)
        self._context = ReadContext(
            contig_names, variants, request, knowledge, genome, faults.strict
        )
        self._files = open_files(request, Headers(contig_names))
        identity = request.identity
        is_one_person = identity.same_person or bool(identity.sample_sheet)
        self._people = People([] if is_one_person else self._files, variants)
        self._located: dict[int, FileRows] = {}
        self._chromosomes: dict[int, frozenset[str]] = {}
        self._assembly: DetectedAssembly | None = None
        self._assembly_file = ""
        self._input_rows: InputRows | None = None

    def input_rows(self) -> InputRows:
        """Return the rows of the files; see :class:`InputRows`."""
        allow_strand_flip = self._rules.options.allow_strand_flip
        self._input_rows = InputRows(
            self._files, self._rules.variants, allow_strand_flip=allow_strand_flip
        )
        return self._input_rows

    @property
    def n_people(self) -> int:
        """Return the number of selected people in all files."""
        return len({sample for file in self._files for sample in file.samples})

    def blocks(self, people: int | None) -> Iterator[CohortCalls]:
        """Yield the calls of at most ``people`` people at a time; of all together for None."""
        try:
            for block in divide(self._files, people):
                yield self._call(block)
                for number in block.finished:
                    self._located.pop(number).file.close()
        finally:
            for file in self._files:
                file.close()

    def _call(self, block: PeopleBlock) -> CohortCalls:
        self._locate([member.file for member in block.members])
        assembly = self._assembly_of(block)
        calls = call_block(block, self._located, assembly, self._rules)
        if self._input_rows is not None:
            self._input_rows.show(block.members, self._located, assembly.assembly)
        if self._rules.options.absent_is_reference:
            check_assertion(calls, [self._chromosomes[member.file] for member in block.members])
        return calls

    def _locate(self, numbers: Sequence[int]) -> None:
        """Locate the rows of files that were not looked at before.

        Raises :class:`FileFaultsError` for all files that cannot be read, and :class:`InputError`
        for files that may be those of different people.
        """
        errors: dict[str, InputError] = {}
        new = [number for number in numbers if number not in self._located]
        for number in new:
            file = self._files[number]
            try:
                self._located[number] = self._look_at(file, number)
            except InputError as error:
                errors[file.path] = error
        raise_all(errors, len(self._files))
        for number in new:
            self._people.add(self._located[number])

    def _look_at(self, file: RecordFile, number: int) -> FileRows:
        part = locate_rows(file, self._context)
        if self._rules.options.absent_is_reference:
            needed = {
                locus.chrom for variant in self._rules.variants for locus in variant.loci.values()
            }
            self._chromosomes[number] = known_chromosomes(file, needed)
        file.forget_index()
        return part

    def _assembly_of(self, block: PeopleBlock) -> DetectedAssembly:
        """Return the one assembly of the files of a block, and of all blocks before it.

        A file that does not show its own assembly is on that of the others. Raises
        :class:`InputError` where files are on different assemblies, and where none shows it.
        """
        parts = [self._located[member.file] for member in block.members]
        if self._assembly is None and all(part.detected is None for part in parts):
            self._look_ahead()
        found = {} if self._assembly is None else {self._assembly.assembly: self._assembly_file}
        for part in parts:
            if part.detected is not None:
                found.setdefault(part.detected.assembly, part.file.name)
        if len(found) > 1:
            listed = ", ".join(f"{name} is {assembly}" for assembly, name in found.items())
            raise InputError(
                f"the files are on different assemblies ({listed}); annotate them separately"
            )
        if not found:
            file = parts[0].file
            raise undetermined_assembly(file.name, file.unknown_lengths)
        ((assembly, self._assembly_file),) = found.items()
        self._assembly = DetectedAssembly(assembly, AS_OTHER_FILES)
        return self._assembly

    def _look_ahead(self) -> None:
        """Locate rows of later files until one shows its assembly."""
        for number, file in enumerate(self._files):
            self._locate([number])
            detected = self._located[number].detected
            if detected is not None:
                self._assembly, self._assembly_file = detected, file.name
                return
