"""The assembly of a file, and the names it uses for the chromosomes.

The assembly is detected from contig lengths, else from accessions used as contig names, else from
assembly names in the header, else from the REF bases at known loci. A ``chr`` prefix is no
evidence. Contradictory or ambiguous evidence is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.errors import InputError
from pgx_ana.model import ContigTable, Record, Variant
from pgx_ana.terms import Assembly
from pgx_ana.vcf.header import Header

_REFERENCE_LINE = re.compile(r"^##(reference|assembly|contig)\b", re.IGNORECASE)
_SET_ASSEMBLY = "set it with --assembly GRCh37 or --assembly GRCh38"
FEW_MATCHES = 4
"""Where fewer known loci than this match an assembly, the loci of the other one are read too."""

_MIN_CONTRADICTING_LOCI = 2
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
    """Names of chromosomes: ``15``, ``chr15``, ``NC_000015.10`` and ``CM000677.2`` are the same."""

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
                    self._accessions[accession.casefold()] = table.assembly
        self._assembly_names = {
            table.assembly: re.compile(
                r"(?<![A-Za-z0-9])(" + "|".join(map(re.escape, table.names)) + r")(?![0-9A-Za-z])",
                re.IGNORECASE,
            )
            for table in tables
        }

    def chromosome(self, contig: str) -> str | None:
        """Return the plain name of a contig, None for one that is not a known chromosome."""
        return self._chromosomes.get(contig.casefold())

    def detect(
        self, header: Header, file: str, requested: Assembly | None = None
    ) -> DetectedAssembly | None:
        """Detect the assembly from a header; None where the header has no evidence.

        ``file`` names the file in messages. ``requested`` is the assembly that the user gave: it
        decides where the assembly names of a header contradict each other, its lengths or its
        accessions. Raises :class:`InputError` for contradictory evidence and for contig lengths of
        another genome.
        """
        named = self._by_name(header)
        by_source = {
            "contig lengths": self._by_length(header, file),
            "contig accessions": self._by_accession(header),
            "header words": named,
        }
        evidence = {source: assemblies for source, assemblies in by_source.items() if assemblies}
        if requested is not None and (len(named) > 1 or len(evidence) > 1):
            evidence.pop("header words", None)
        detected = set().union(*evidence.values())
        if len(detected) > 1:
            contigs = by_source["contig lengths"] | by_source["contig accessions"]
            advice = (
                "all contigs of a file must be of one assembly"
                if len(contigs) > 1
                else _SET_ASSEMBLY
            )
            raise InputError(
                f"{file}: the assembly is ambiguous: {' and '.join(evidence)} indicate both "
                f"GRCh37 and GRCh38; {advice}"
            )
        return DetectedAssembly(detected.pop(), next(iter(evidence))) if detected else None

    def _by_length(self, header: Header, file: str) -> set[Assembly]:
        assemblies: set[Assembly] = set()
        unknown: list[str] = []
        for contig, length in header.contigs.items():
            chromosome = self.chromosome(contig)
            if chromosome is None or length is None:
                continue
            assembly = self._lengths.get((chromosome, length))
            if assembly is None:
                unknown.append(f"{contig} has length {length}")
            else:
                assemblies.add(assembly)
        if unknown:
            raise InputError(
                f"{file}: the contig lengths match neither GRCh37 nor GRCh38 ({unknown[0]}); "
                "only these two human assemblies are supported"
            )
        return assemblies

    def _by_accession(self, header: Header) -> set[Assembly]:
        names = (contig.casefold() for contig in header.contigs)
        return {self._accessions[name] for name in names if name in self._accessions}

    def _by_name(self, header: Header) -> set[Assembly]:
        # One search over the joined lines: a header may have thousands of contigs.
        text = "\n".join(line for line in header.lines if _REFERENCE_LINE.match(line))
        return {assembly for assembly, name in self._assembly_names.items() if name.search(text)}


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


def undetermined_assembly(file: str) -> InputError:
    """Return the error for a file that has no evidence of its assembly."""
    return InputError(
        f"{file}: the assembly cannot be determined: the header has no contig lengths and names "
        f"no assembly, and no record matches REF and ALT at a known locus; {_SET_ASSEMBLY}"
    )


def count_matching_loci(
    variants: Sequence[Variant], assembly: Assembly, records: Sequence[Sequence[Record]]
) -> LocusMatches:
    """Count the known loci at which a record has REF and a known ALT of an assembly.

    ``records`` are those that overlap each of the variants. Only records that begin at the locus
    count, and reference blocks do not.
    """
    agree = disagree = 0
    for variant, overlapping in zip(variants, records, strict=True):
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
