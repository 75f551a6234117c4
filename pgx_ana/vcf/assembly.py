"""Which assembly a file is on, and what it calls the chromosomes.

Told from contig lengths, else from accessions used as contig names, else from words in the header,
else from the REF bases at known loci. A ``chr`` prefix says nothing. Contradiction and doubt are
errors.
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
_HOW_TO_SAY = "say which it is with --assembly GRCh37 or --assembly GRCh38"
FEW_MATCHES = 4
"""Below so many records that agree with an assembly, the other one is looked at as well."""

_ENOUGH = 2
_CLEARLY = 4


@dataclass(frozen=True, slots=True)
class DetectedAssembly:
    """An assembly and how it was told."""

    assembly: Assembly
    source: str


@dataclass(frozen=True, slots=True)
class LocusMatches:
    """How many known loci agree with an assembly's REF and ALT, and how many have another REF."""

    agree: int
    disagree: int


class ContigNames:
    """Names of chromosomes: ``15``, ``chr15``, ``NC_000015.10`` and ``CM000677.2`` are one."""

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
        self._words = {
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
        self, header: Header, name: str, said: Assembly | None = None
    ) -> DetectedAssembly | None:
        """Tell the assembly from a header, None if it says nothing.

        Raises :class:`InputError` where it contradicts itself or is of another genome; what the
        user said settles a header whose words alone contradict its lengths or accessions.
        """
        by_words = self._by_words(header)
        told = [
            (how, found)
            for how, found in (
                ("contig lengths", self._by_length(header, name)),
                ("contig accessions", self._by_accession(header)),
                ("header words", by_words),
            )
            if found
        ]
        if said is not None and (len(by_words) > 1 or len(told) > 1):
            told = [(how, found) for how, found in told if how != "header words"]
        seen = {assembly for _, found in told for assembly in found}
        if len(seen) > 1:
            sources = " and ".join(how for how, _ in told)
            advice = f"; {_HOW_TO_SAY}" if said is None else ""
            raise InputError(f"{name}: the {sources} speak for both assemblies{advice}")
        return DetectedAssembly(seen.pop(), told[0][0]) if told else None

    def _by_length(self, header: Header, name: str) -> set[Assembly]:
        found: set[Assembly] = set()
        strange: list[str] = []
        for contig, length in header.contigs.items():
            plain = self.chromosome(contig)
            if plain is None or length is None:
                continue
            assembly = self._lengths.get((plain, length))
            if assembly is None:
                strange.append(f"{contig} has length {length}")
            else:
                found.add(assembly)
        if strange:
            raise InputError(
                f"{name}: the contig lengths fit neither GRCh37 nor GRCh38 ({strange[0]}); "
                "only these two human assemblies can be annotated"
            )
        return found

    def _by_accession(self, header: Header) -> set[Assembly]:
        names = (contig.casefold() for contig in header.contigs)
        return {self._accessions[name] for name in names if name in self._accessions}

    def _by_words(self, header: Header) -> set[Assembly]:
        # Searched as one text: a header may have thousands of contigs.
        text = "\n".join(line for line in header.lines if _REFERENCE_LINE.match(line))
        return {assembly for assembly, words in self._words.items() if words.search(text)}


def decide_assembly(
    said: Assembly | None,
    header: DetectedAssembly | None,
    matches: Mapping[Assembly, LocusMatches],
    name: str,
) -> DetectedAssembly | None:
    """Settle the assembly of a file from what the user said, its header and its REF bases.

    ``matches`` holds the assemblies whose loci were looked at. Returns None where nothing tells.
    Raises :class:`InputError` on contradiction and doubt.
    """
    if said is not None and header is not None and said is not header.assembly:
        raise InputError(
            f"{name}: --assembly {said} contradicts the file, whose {header.source} are those of "
            f"{header.assembly}"
        )
    finding = DetectedAssembly(said, "--assembly") if said is not None else header
    if finding is None:
        return _by_matches(matches, name)
    other = _other(finding.assembly)
    if other in matches:
        own, others = matches[finding.assembly].agree, matches[other].agree
        if others >= _ENOUGH and others > _CLEARLY * own:
            raise InputError(
                f"{name}: {finding.source} say {finding.assembly}, but {others} records stand at "
                f"loci of {other} with its REF and ALT, and {own or 'none'} at those of "
                f"{finding.assembly}"
            )
    return finding


def undetermined_assembly(name: str) -> InputError:
    """Return the error for a file whose assembly nothing tells."""
    return InputError(
        f"{name}: the assembly cannot be told: no contig lengths, no name in the header, and "
        f"no record at a known locus; {_HOW_TO_SAY}"
    )


def count_matching_loci(
    variants: Sequence[Variant], assembly: Assembly, records: Sequence[Sequence[Record]]
) -> LocusMatches:
    """Count the known loci at which a record starts with REF and a known ALT of an assembly."""
    agree = disagree = 0
    for variant, found in zip(variants, records, strict=True):
        locus = variant.loci[assembly]
        if not locus.ref_is_certain:
            continue
        here = [record for record in found if record.pos == locus.pos and not record.is_block]
        if not here:
            continue
        known = any(
            record.ref == locus.ref and not set(record.alts).isdisjoint(variant.alleles)
            for record in here
        )
        agree += known
        disagree += not known
    return LocusMatches(agree, disagree)


def _other(assembly: Assembly) -> Assembly:
    return Assembly.GRCH38 if assembly is Assembly.GRCH37 else Assembly.GRCH37


def _by_matches(matches: Mapping[Assembly, LocusMatches], name: str) -> DetectedAssembly | None:
    best, other = sorted(matches, key=lambda assembly: -matches[assembly].agree)
    winner, loser = matches[best].agree, matches[other].agree
    if winner == 0:
        return None
    if winner < _CLEARLY * loser or winner < matches[best].disagree:
        raise InputError(
            f"{name}: the assembly cannot be told: {winner} records fit loci of {best} and {loser} "
            f"those of {other}; {_HOW_TO_SAY}"
        )
    return DetectedAssembly(best, "REF bases at known loci")
