"""The assembly of a file, and the names it uses for the chromosomes.

The assembly is detected from contig lengths, else from accessions or assemblies in the names of
contigs, else from assembly names in the header, else from the REF bases at known loci. A ``chr``
prefix is no evidence. Contradictory or ambiguous evidence is an error.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pgx_ana.errors import InputError
from pgx_ana.model import ContigTable, Record, Variant
from pgx_ana.terms import Assembly
from pgx_ana.vcf.header import Contigs, Header

_REFERENCE_LINE = re.compile(r"^##(reference|assembly|contig)\b", re.IGNORECASE)
_SET_ASSEMBLY = "set it with --assembly GRCh37 or --assembly GRCh38"
FEW_MATCHES = 4
"""Where fewer known loci than this match an assembly, the loci of the other one are read too."""

# Written where a length is unknown: the largest numbers of 32 bits, and the limit of a tabix index.
_NO_LENGTHS = frozenset({0, 1, 2**29 - 1, 2**29, 2**31 - 1, 2**31, 2**32 - 1})
_PREFIX = r"(?:(?:chromosome|chrom|chr)[_-]?)?"
_MIN_CONTRADICTING_LOCI = 2
_MAX_HEADERS = 64
_MIN_RATIO = 4  # matching loci of one assembly, to those of the other


@dataclass(frozen=True, slots=True)
class DetectedAssembly:
    """An assembly and the evidence that it was detected from."""

    assembly: Assembly
    source: str


@dataclass(frozen=True, slots=True)
class LocusMatches:
    """The number of known loci whose REF and ALT match an assembly, and of those that do not."""

    agree: int
    disagree: int


class ContigNames:
    """Names of chromosomes: ``15``, ``chr15``, ``NC_000015.10`` and ``CM000677.2`` are the same.

    So are ``Chr15``, ``07`` and ``chr07``, an accession without its version, and names that begin
    with an assembly, such as ``GRCh38#0#chr15`` (PanSN) and ``hg38.chr15`` (UCSC alignments).
    """

    def __init__(self, tables: Sequence[ContigTable]) -> None:
        self._chromosomes: dict[str, str] = {}
        self._accessions: dict[str, Assembly] = {}
        self._lengths: dict[tuple[str, int], Assembly] = {}
        for table in tables:
            for chromosome in table.chromosomes:
                self._lengths[chromosome.name, chromosome.length] = table.assembly
                for alias in (chromosome.name, f"chr{chromosome.name}"):
                    self._chromosomes[alias.casefold()] = chromosome.name
                for accession in chromosome.accessions:
                    self._chromosomes[accession.casefold()] = chromosome.name
                    self._chromosomes[accession.casefold().partition(".")[0]] = chromosome.name
                    self._accessions[accession.casefold()] = table.assembly
        self._assembly_names = {
            table.assembly: re.compile(
                r"(?<![A-Za-z0-9])(" + "|".join(map(re.escape, table.names)) + r")(?![0-9A-Za-z])",
                re.IGNORECASE,
            )
            for table in tables
        }
        self._assembly_of = {
            name.casefold(): table.assembly for table in tables for name in table.names
        }
        # Asked several times of each contig, and there may be thousands.
        self._spelled = lru_cache(1 << 14)(self._read_spelling)
        # Asked of each file, and files share their contigs.
        self._evidence = lru_cache(_MAX_HEADERS)(self._read_evidence)
        self._lengths_in = lru_cache(_MAX_HEADERS)(self._read_lengths)
        self.ignored = lru_cache(_MAX_HEADERS)(self._read_ignored)
        """Gives the contigs with a version where another contig is the same chromosome.

        There, ``chr15.1`` may be any sequence; elsewhere, ``.1`` is a version of chromosome 15.
        """
        assemblies = "|".join(map(re.escape, self._assembly_of))
        self._spelling = re.compile(
            rf"(?:(?P<assembly>{assemblies})(?:\.p[0-9]+)?(?:#[0-9]+)?[#._:|-])?"
            r"(?P<bar>(?:gi\|[0-9]+\|)?(?:ref|gb)\||gi\|[0-9]+\|)?"
            rf"(?P<name>(?:nc_|cm)[0-9]+(?:\.[0-9]+)?|{_PREFIX}[0-9]{{1,2}}|{_PREFIX}[xy])"
            r"(?P<version>\.[0-9])?(?(bar)\|?)"
        )

    def chromosome(self, contig: str) -> str | None:
        """Return the plain name of a contig, None for one that is not a known chromosome."""
        known = self._chromosomes.get(contig.casefold())
        return known or self._spelled(contig)[0]

    def is_versioned(self, contig: str) -> bool:
        """Say whether a contig is a chromosome only if ``.1`` behind its name is a version."""
        chromosome, _, version = self._spelled(contig)
        return chromosome is not None and version

    def _read_spelling(self, contig: str) -> tuple[str | None, Assembly | None, bool]:
        """Return chromosome and assembly that a contig names, and whether it has a version."""
        match = self._spelling.fullmatch(contig.casefold())
        if match is None:
            return None, None, False
        name = re.sub(rf"^{_PREFIX}0?(?=[0-9xy]+$)", "", match["name"])
        chromosome = self._chromosomes.get(name)
        has_version = match["version"] is not None
        if chromosome is None or (has_version and "." in name):
            return None, None, False
        return chromosome, self._assembly_of.get(match["assembly"] or ""), has_version

    def detect(
        self, header: Header, file: str, requested: Assembly | None = None
    ) -> DetectedAssembly | None:
        """Detect the assembly from a header; None where the header has no evidence.

        ``file`` names the file in messages. ``requested`` is the assembly that the user gave: it
        decides where the assembly names of a header contradict each other, its lengths or the names
        of its contigs. Lengths that are those of no assembly are no evidence. Raises
        :class:`InputError` for contradictory evidence.
        """
        accessions, spelled, named = self._evidence(header.contigs)
        named |= self._named_in(header.lines)
        by_contig = {
            "contig lengths": self._by_length(header.contigs, requested),
            "contig accessions": accessions,
            "contig names": spelled,
        }
        by_source = {**by_contig, "header words": named}
        evidence = {source: assemblies for source, assemblies in by_source.items() if assemblies}
        if requested is not None and (len(named) > 1 or len(evidence) > 1):
            evidence.pop("header words", None)
        detected = set().union(*evidence.values())
        if len(detected) > 1:
            advice = (
                "all contigs of a file must be of one assembly"
                if len(set().union(*by_contig.values())) > 1
                else _SET_ASSEMBLY
            )
            raise InputError(
                f"{file}: the assembly is ambiguous: {' and '.join(evidence)} indicate both "
                f"GRCh37 and GRCh38; {advice}"
            )
        return DetectedAssembly(detected.pop(), next(iter(evidence))) if detected else None

    def unknown_lengths(self, header: Header) -> list[str]:
        """List the chromosomes whose length is that of no assembly, each with its length."""
        return self._lengths_in(header.contigs)[1]

    def _read_ignored(self, contigs: Contigs) -> frozenset[str]:
        by_chromosome: dict[str, list[str]] = defaultdict(list)
        for contig in contigs.lengths:
            chromosome = self.chromosome(contig)
            if chromosome is not None:
                by_chromosome[chromosome].append(contig)
        return frozenset(
            contig
            for same in by_chromosome.values()
            for contig in same
            if len(same) > 1 and self.is_versioned(contig)
        )

    def _read_evidence(
        self, contigs: Contigs
    ) -> tuple[frozenset[Assembly], frozenset[Assembly], frozenset[Assembly]]:
        """Return the assemblies by accessions, by the names of contigs, and by words."""
        spelled = (self._spelled(contig)[1] for contig in contigs.lengths)
        return (
            self._by_accession(contigs),
            frozenset(assembly for assembly in spelled if assembly is not None),
            self._named_in(contigs.lines),
        )

    def _read_lengths(self, contigs: Contigs) -> tuple[list[Assembly], list[str]]:
        """Return the assembly of each chromosome by its length, and those of no assembly."""
        known: list[Assembly] = []
        unknown: list[str] = []
        for contig, length in contigs.lengths.items():
            chromosome = self.chromosome(contig)
            if chromosome is None or length is None or length in _NO_LENGTHS:
                continue
            assembly = self._lengths.get((chromosome, length))
            if assembly is None:
                unknown.append(f"{contig} has length {length}")
            else:
                known.append(assembly)
        return known, unknown

    def _by_length(self, contigs: Contigs, requested: Assembly | None) -> set[Assembly]:
        """Return the assemblies by contig lengths, if most lengths are those of an assembly.

        Some genomes have one chromosome of another: CHM13 version 1.1 was used with chromosome Y of
        GRCh38. Against the user's choice, a single length counts.
        """
        known, unknown = self._lengths_in(contigs)
        return set(known) if requested is not None or len(known) >= len(unknown) else set()

    def _by_accession(self, contigs: Contigs) -> frozenset[Assembly]:
        names = "\n".join(contigs.lengths).casefold()
        found = re.findall(r"(?<![^\n|#._:-])(?:nc_|cm)[0-9]+\.[0-9]+(?![^\n|])", names)
        return frozenset(self._accessions[name] for name in found if name in self._accessions)

    def _named_in(self, lines: Sequence[str]) -> frozenset[Assembly]:
        """Return the assemblies that lines name."""
        # One search over the joined lines: a header may have thousands of contigs.
        text = "\n".join(line for line in lines if _REFERENCE_LINE.match(line))
        return frozenset(
            assembly for assembly, name in self._assembly_names.items() if name.search(text)
        )


def decide_assembly(
    requested: Assembly | None,
    detected: DetectedAssembly | None,
    matches: Mapping[Assembly, LocusMatches],
    file: str,
) -> DetectedAssembly | None:
    """Decide the assembly of a file from the user's choice, its header and its REF bases.

    ``requested`` is the assembly that the user gave, ``detected`` that of the header. ``matches``
    has the assemblies whose loci were read. Returns None where there is no evidence. Raises
    :class:`InputError` for contradictory and for ambiguous evidence.
    """
    if requested is not None and detected is not None and requested is not detected.assembly:
        raise InputError(
            f"{file}: --assembly {requested} contradicts the file: its {detected.source} indicate "
            f"{detected.assembly}; correct or omit --assembly"
        )
    decided = DetectedAssembly(requested, "--assembly") if requested is not None else detected
    if decided is None:
        return _by_matches(matches, file)
    other = _other(decided.assembly)
    if other in matches:
        n_own, n_other = matches[decided.assembly].agree, matches[other].agree
        if n_other >= _MIN_CONTRADICTING_LOCI and n_other > _MIN_RATIO * n_own:
            claim = "--assembly is" if requested is not None else f"the {decided.source} indicate"
            raise InputError(
                f"{file}: {claim} {decided.assembly}, but records match REF and ALT at {n_other} "
                f"known loci of {other} and at {n_own or 'none'} of {decided.assembly}; check "
                "which assembly the file is on"
            )
    return decided


def undetermined_assembly(file: str, unknown_lengths: Sequence[str] = ()) -> InputError:
    """Return the error for a file that has no evidence of its assembly.

    ``unknown_lengths`` are those of its contigs that are the lengths of no assembly.
    """
    lengths = "the header has no contig lengths and names"
    if unknown_lengths:
        more = f" and {len(unknown_lengths) - 1} more" if len(unknown_lengths) > 1 else ""
        lengths = (
            f"the contig lengths match neither GRCh37 nor GRCh38 ({unknown_lengths[0]}{more}), the "
            "header names"
        )
    advice = "; only these two human assemblies are supported" if unknown_lengths else ""
    return InputError(
        f"{file}: the assembly cannot be determined: {lengths} no assembly, and no record matches "
        f"REF and ALT at a known locus; {_SET_ASSEMBLY}{advice}"
    )


def count_matching_loci(
    variants: Sequence[Variant], assembly: Assembly, records: Mapping[int, Sequence[Record]]
) -> LocusMatches:
    """Count the known loci at which a record has REF and a known ALT of an assembly.

    ``records`` are those that overlap each of the variants, by its number. Only records that begin
    at the locus count, and reference blocks do not.
    """
    agree = disagree = 0
    for number, overlapping in records.items():
        variant = variants[number]
        locus = variant.loci[assembly]
        if not locus.ref_is_certain:
            continue
        at_locus = [record for record in overlapping if record.pos == locus.pos]
        with_alt = [record for record in at_locus if not record.is_block]
        if not with_alt:
            continue
        matches = any(
            record.ref == locus.ref and not set(record.alts).isdisjoint(variant.alleles)
            for record in with_alt
        )
        agree += matches
        disagree += not matches
    return LocusMatches(agree, disagree)


def _other(assembly: Assembly) -> Assembly:
    return Assembly.GRCH38 if assembly is Assembly.GRCH37 else Assembly.GRCH37


def _by_matches(matches: Mapping[Assembly, LocusMatches], file: str) -> DetectedAssembly | None:
    best, other = sorted(matches, key=lambda assembly: -matches[assembly].agree)
    n_best, n_mismatched, n_other = (
        matches[best].agree,
        matches[best].disagree,
        matches[other].agree,
    )
    if n_best == 0:
        return None
    if n_best < _MIN_RATIO * n_other or n_best < n_mismatched:
        raise InputError(
            f"{file}: the assembly cannot be determined: known loci whose REF and ALT match: "
            f"{n_best} of {best} ({n_mismatched} do not match), {n_other} of {other}; "
            f"{_SET_ASSEMBLY}"
        )
    return DetectedAssembly(best, "REF bases at known loci")
