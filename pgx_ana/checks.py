"""What must hold between the entries of a knowledge base.

``schema.py`` says what an entry may look like; here stands what entries owe each other: that names
exist, that genotypes are covered, that no known result is left out of a conclusion.
"""

from __future__ import annotations

import itertools
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pgx_ana.alleles import is_palindromic
from pgx_ana.errors import Fault
from pgx_ana.levels import Stance, Terms, stance
from pgx_ana.schema import (
    Association,
    Category,
    Direction,
    Document,
    Evidence,
    Result,
    Significance,
    VariantDefinition,
)
from pgx_ana.yamlfile import YamlFile

SECTIONS = tuple(name for name in Document.model_fields if name != "knowledge")
MESSAGES = {
    "absent": {"variant", "ref"},
    "absent_reference_studied": {"variant", "ref"},
    "no_call": {"variant", "genotype", "reason"},
    "filtered": {"variant", "genotype", "reason"},
    "unknown_allele": {"variant", "genotype", "reason"},
    "mismatch": {"variant", "genotype", "reason"},
    "not_assessable": {"variant", "genotype", "reason"},
    "partial_agrees": {"known", "reason", "statement"},
    "partial_open": {"known", "reason", "possible"},
    "asserted": {"statement"},
    "other_strand": {"statement"},
    "summary_nothing": {"total"},
    "summary_replicated": {"replicated"},
    "summary_not_replicated": set(),
    "summary_unreplicated": {"unreplicated"},
    "summary_contradicted": {"contradicted"},
    "summary_no_finding": {"assessed", "total"},
    "summary_no_evidence": set(),
    "summary_undetermined": {"undetermined"},
    "summary_not_studied": {"not_studied"},
    "summary_asserted": {"asserted"},
    "summary_missing": {"missing"},
}
"""The sentences that the program fills in, and the fields that each may have."""


class Entries:
    """All entries by section and identifier, each with the file and line that it came from."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, tuple[Any, YamlFile, int]]] = {
            section: {} for section in SECTIONS
        }
        self._first = Path()

    def add(self, files: Sequence[YamlFile]) -> list[Fault]:
        """Add the files of one directory; an id may replace an earlier directory's, not its own."""
        faults: list[Fault] = []
        self._first = next((file.path for file in files), self._first)
        fresh: set[tuple[str, str]] = set()
        for file, section in itertools.product(files, SECTIONS):
            for index, entry in enumerate(getattr(file.document, section)):
                if (section, entry.id) in fresh:
                    what = "is defined twice"
                    faults.append(self._fault(file, section, index, entry.id, what))
                fresh.add((section, entry.id))
                self._entries[section][entry.id] = (entry, file, index)
        return faults

    @property
    def first_file(self) -> Path:
        """Return the file to name where something is missing altogether."""
        return self._first

    def values(self, section: str) -> dict[str, Any]:
        """Return the entries of a section by identifier, in the order they were read."""
        return {key: entry for key, (entry, _, _) in self._entries[section].items()}

    def fault(self, section: str, key: str, field: str, what: str) -> Fault:
        """Return a fault at a field of an entry."""
        _, file, index = self._entries[section][key]
        return self._fault(file, section, index, f"{key}", what, field)

    @staticmethod
    def _fault(
        file: YamlFile, section: str, index: int, key: str, what: str, field: str = "id"
    ) -> Fault:
        steps = (int(step) if step.isdecimal() else step for step in field.split("."))
        line = file.line((section, index, *steps))
        where = f"{section}({key})" + ("" if field == "id" else f".{field}")
        return Fault(file.path, line, where, what)


def check(entries: Entries) -> Iterator[Fault]:
    """Yield every fault between entries."""
    missing = [*_frame_faults(entries), *_missing_names(entries)]
    yield from missing
    if missing:
        return
    yield from _variant_faults(entries)
    yield from _linkage_faults(entries)
    yield from _shift_faults(entries)
    yield from _haplotype_faults(entries)
    yield from _evidence_faults(entries)
    yield from _association_faults(entries)


def _frame_faults(entries: Entries) -> Iterator[Fault]:
    """Yield what the program needs and does not find."""
    for section, wanted in (("assemblies", {"GRCh37", "GRCh38"}), ("messages", set(MESSAGES))):
        for key in sorted(wanted - set(entries.values(section))):
            yield Fault(entries.first_file, 1, section, f"{key} is needed")
    for key, message in entries.values("messages").items():
        if key not in MESSAGES:
            yield entries.fault("messages", key, "id", "is no message that the program uses")
            continue
        try:
            parts = list(string.Formatter().parse(message.text))
        except ValueError as error:
            yield entries.fault("messages", key, "text", f"is no template: {error}")
            continue
        for _, field, form, conversion in parts:
            if field is not None and (field not in MESSAGES[key] or form or conversion):
                what = f"has no field {{{field}}}, or it is not plain"
                yield entries.fault("messages", key, "text", what)


_NAMES = (
    ("variants", "gene", "genes"),
    ("haplotypes", "gene", "genes"),
    ("haplotypes", "alleles", "variants"),
    ("linkage", "variants", "variants"),
    ("cohorts", "overlaps", "cohorts"),
    ("evidence", "publication", "publications"),
    ("evidence", "cohort", "cohorts"),
    ("evidence", "variants", "variants"),
    ("evidence", "drugs", "drugs"),
    ("evidence", "setting", "settings"),
    ("evidence", "outcome", "outcomes"),
    ("evidence", "haplotype", "haplotypes"),
    ("associations", "variant", "variants"),
    ("associations", "outcome", "outcomes"),
    ("associations", "drug", "drugs"),
    ("associations", "setting", "settings"),
    ("associations", "evidence", "evidence"),
    ("associations", "excluded", "evidence"),
)


def _missing_names(entries: Entries) -> Iterator[Fault]:
    for section, field, target in _NAMES:
        known = entries.values(target)
        for key, entry in entries.values(section).items():
            value = getattr(entry, field)
            names = (value,) if isinstance(value, str) else tuple(value or ())
            for name in names:
                if name not in known:
                    yield entries.fault(section, key, field, f"names no known entry: {name}")


def _variant_faults(entries: Entries) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for key, variant in entries.values("variants").items():
        for field, what in _definition_faults(variant):
            yield entries.fault("variants", key, field, what)
        for alias in dict.fromkeys((key, *variant.merged, *variant.names)):
            if alias in owners:
                yield entries.fault("variants", key, "merged", f"{alias} is also {owners[alias]}")
            owners[alias] = key
        gene = entries.values("genes")[variant.gene]
        for assembly, locus in variant.loci.items():
            if locus.chrom != gene.chrom:
                what = f"is on {locus.chrom}, but {variant.gene} is on {gene.chrom}"
                yield entries.fault("variants", key, f"loci.{assembly}", what)


def _linkage_faults(entries: Entries) -> Iterator[Fault]:
    """Tell variants that are in two groups: one signal would be counted as two, or two as one."""
    owners: dict[str, str] = {}
    for key, group in entries.values("linkage").items():
        for rsid in group.variants:
            if rsid in owners:
                yield entries.fault("linkage", key, "variants", f"{rsid} is also in {owners[rsid]}")
            owners[rsid] = key


def _shift_faults(entries: Entries) -> Iterator[Fault]:
    """Yield the variants that the assemblies place unlike most others of their gene."""
    shifts: dict[str, dict[str, int]] = {}
    for key, variant in entries.values("variants").items():
        if set(variant.loci) == {"GRCh37", "GRCh38"}:
            shift = variant.loci["GRCh37"].pos - variant.loci["GRCh38"].pos
            shifts.setdefault(variant.gene, {})[key] = shift
    for gene, found in shifts.items():
        ((usual, _),) = Counter(found.values()).most_common(1)
        for key, shift in found.items():
            if shift != usual:
                what = f"GRCh37 - GRCh38 is {shift}, but {usual} for most variants of {gene}"
                yield entries.fault("variants", key, "loci", what)


def _haplotype_faults(entries: Entries) -> Iterator[Fault]:
    variants = entries.values("variants")
    for key, haplotype in entries.values("haplotypes").items():
        for rsid, bases in haplotype.alleles.items():
            if bases not in {allele.bases for allele in variants[rsid].alleles}:
                yield entries.fault("haplotypes", key, "alleles", f"{bases} is no allele of {rsid}")
            if variants[rsid].gene != haplotype.gene:
                what = f"{rsid} is in {variants[rsid].gene}, not in {haplotype.gene}"
                yield entries.fault("haplotypes", key, "alleles", what)


def _definition_faults(variant: VariantDefinition) -> Iterator[tuple[str, str]]:
    bases = [allele.bases for allele in variant.alleles]
    if len(set(bases)) != len(bases):
        yield "alleles", "an allele is listed twice"
    if set(variant.loci) != {"GRCh37", "GRCh38"}:
        yield "loci", "both GRCh37 and GRCh38 are needed"
    for assembly, locus in variant.loci.items():
        if locus.ref not in bases:
            yield f"loci.{assembly}", f"the reference {locus.ref} is not one of the alleles"
        yield from _window_faults(variant, assembly)
    if "GRCh38" in variant.loci and bases[0] != variant.loci["GRCh38"].ref:
        yield "alleles", "the first allele must be the GRCh38 reference"
    if variant.studied_allele is not None and variant.studied_allele not in bases:
        yield "studied_allele", f"{variant.studied_allele} is not one of the alleles"
    if (variant.type == "snv") != all(len(base) == 1 for base in bases):
        yield "type", f"{variant.type} does not fit the alleles {', '.join(bases)}"
    for index, frequency in enumerate(variant.frequencies):
        if frequency.allele not in bases:
            yield f"frequencies.{index}", f"{frequency.allele} is not one of the alleles"


def _window_faults(variant: VariantDefinition, assembly: str) -> Iterator[tuple[str, str]]:
    locus = variant.loci[assembly]  # type: ignore[index]  # a key of that very mapping
    field = f"loci.{assembly}"
    if variant.type == "snv":
        return
    if locus.ref_verified == "no":
        yield field, "only of a single base may a file tell the reference"
    if locus.window is None or locus.window_start is None:
        yield field, f"type {variant.type} needs window and window_start"
        return
    offset = locus.pos - locus.window_start
    if locus.window[max(offset, 0) : offset + len(locus.ref)] != locus.ref:
        yield field, "the window does not hold REF at its position"
        return
    for allele in variant.alleles:
        if allele.bases == locus.ref or locus.window_end == "unknown":
            continue
        if _shifts_out(locus.window, offset, locus.ref, allele.bases):
            yield field, f"the window is too small for the shifted spellings of {allele.bases}"


def _shifts_out(window: str, offset: int, ref: str, alt: str) -> bool:
    """Say whether an insertion or deletion can be shifted to an end of the window."""
    changed = window[:offset] + alt + window[offset + len(ref) :]
    left = len(_common_start(window, changed))
    right = len(_common_start(window[::-1], changed[::-1]))
    shorter = min(len(window), len(changed))
    return left >= shorter or right >= shorter


def _common_start(first: str, second: str) -> str:
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    return "".join(base for base, _ in pairs)


def _evidence_faults(entries: Entries) -> Iterator[Fault]:
    variants = entries.values("variants")
    for key, item in entries.values("evidence").items():
        for field, what in _result_faults(item):
            yield entries.fault("evidence", key, field, what)
        for rsid, base in item.alleles.items():
            known = [allele.bases for allele in variants[rsid].alleles] if rsid in variants else []
            if rsid not in item.variants:
                yield entries.fault("evidence", key, "alleles", f"{rsid} is not in variants")
            elif base not in known:
                yield entries.fault("evidence", key, "alleles", f"{base} is no allele of {rsid}")
            elif item.strand == "unknown" and is_palindromic(known):
                what = f"{rsid} is palindromic: its strand must be settled or the base left out"
                yield entries.fault("evidence", key, "strand", what)
        if item.compared is not None:
            yield from _comparison_faults(entries, item)


def _result_faults(item: Evidence) -> Iterator[tuple[str, str]]:
    significant = item.significance in {Significance.CORRECTED, Significance.NOMINAL}
    if item.result is Result.NULL and (significant or item.direction != "none"):
        yield "result", "a null has no direction (none) and is not significant"
    if item.result is Result.ASSOCIATION:
        if item.significance is Significance.NOT_SIGNIFICANT:
            yield "significance", "a result that is not significant is a null"
        if item.direction == "none":
            yield "direction", "an association is higher, lower or unknown"
        if item.alleles and item.direction == "unknown":
            yield "direction", "a base is named, but no direction"


def _comparison_faults(entries: Entries, item: Evidence) -> Iterator[Fault]:
    assert item.compared is not None
    if len(item.variants) != 1:
        what = "genotypes can be compared for one variant only"
        yield entries.fault("evidence", item.id, "compared", what)
        return
    known = {allele.bases for allele in entries.values("variants")[item.variants[0]].alleles}
    for genotype in (*item.compared.effect, *item.compared.comparator):
        if not set(genotype.split("/")) <= known:
            what = f"{genotype} is no genotype of {item.variants[0]}"
            yield entries.fault("evidence", item.id, "compared", what)


def _association_faults(entries: Entries) -> Iterator[Fault]:
    outcomes, evidence = entries.values("outcomes"), entries.values("evidence")
    for key, item in entries.values("associations").items():
        outcome = outcomes[item.outcome]
        if outcome.category is Category.BACKGROUND:
            yield entries.fault("associations", key, "outcome", "background is not concluded from")
        expected = [
            other.id
            for other in evidence.values()
            if item.variant in other.variants and outcomes[other.outcome].group == outcome.group
        ]
        named = {*item.evidence, *item.excluded}
        for other in expected:
            if other not in named:
                what = f"leaves out {other}, a result on {item.variant} in {outcome.group}"
                yield entries.fault("associations", key, "evidence", what)
        for other in sorted(named - set(expected)):
            what = f"{other} is not about {item.variant} and {outcome.group}"
            yield entries.fault("associations", key, "evidence", what)
        for other in item.excluded:
            if other not in item.evidence:
                yield entries.fault("associations", key, "excluded", f"{other} is not in evidence")
        yield from _setting_faults(entries, item)
        yield from _genotype_faults(entries, item)


def _setting_faults(entries: Entries, item: Association) -> Iterator[Fault]:
    """Yield the setting of a claim where results are scored, and none of them is from it."""
    terms = Terms(*(entries.values(name) for name in ("outcomes", "cohorts", "variants")))
    listed = (entries.values("evidence")[key] for key in item.evidence if key not in item.excluded)
    scored = {e.setting for e in listed if stance(item, e, terms) is not Stance.NOT_SCORED}
    if scored and item.setting not in scored and item.direction != "unsettled":
        what = f"no scored result is from it, but from {', '.join(sorted(scored))}"
        yield entries.fault("associations", item.id, "setting", what)


def _genotype_faults(entries: Entries, item: Association) -> Iterator[Fault]:
    variant = entries.values("variants")[item.variant]
    bases = [allele.bases for allele in variant.alleles]
    if item.allele not in bases:
        what = f"{item.allele} is no allele of {item.variant}"
        yield entries.fault("associations", item.id, "allele", what)
        return
    wanted = {f"{a}/{b}" for a, b in itertools.combinations_with_replacement(bases, 2)}
    for genotype in sorted(wanted - set(item.genotypes)):
        yield entries.fault("associations", item.id, "genotypes", f"{genotype} is not covered")
    for genotype in sorted(set(item.genotypes) - wanted):
        what = f"{genotype} is no genotype of {item.variant} (reference allele first)"
        yield entries.fault("associations", item.id, "genotypes", what)
    for genotype in sorted(wanted & set(item.genotypes)):
        given = item.genotypes[genotype].direction
        allowed = _directions(item, genotype.split("/").count(item.allele))
        if given not in allowed:
            what = f"{given} does not follow from {item.allele} {item.direction}; expected " + (
                " or ".join(allowed)
            )
            yield entries.fault("associations", item.id, f"genotypes.{genotype}", what)


def _directions(item: Association, copies: int) -> tuple[Direction, ...]:
    """Return the directions that a genotype with so many copies of the allele may have."""
    if item.direction in {"none", "unsettled"}:
        return (Direction.NONE, Direction.NOT_STUDIED)
    claim = Direction(item.direction)
    if copies == 2:
        return (claim, Direction.NOT_STUDIED)
    if copies == 1:
        return (claim, Direction.COMPARATOR, Direction.NONE, Direction.NOT_STUDIED)
    return (Direction.COMPARATOR, Direction.NOT_STUDIED)
