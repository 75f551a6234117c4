"""Checks between the entries of a knowledge base: required entries, references and variants.

``schema.py`` validates each field on its own. The checks here run after all files are read, because
an entry may refer to entries in other files. ``haplotype_checks.py`` and ``evidence_checks.py``
have the checks of haplotypes and of evidence.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterator

from pgx_ana.bases import common_prefix_length
from pgx_ana.errors import Fault
from pgx_ana.knowledge.association_checks import association_faults
from pgx_ana.knowledge.definitions import VariantDefinition
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.evidence_checks import evidence_faults
from pgx_ana.knowledge.haplotype_checks import haplotype_faults
from pgx_ana.knowledge.linkage_checks import linkage_faults
from pgx_ana.knowledge.text_checks import text_faults

MESSAGES = {
    "absent": {"variant", "ref"},
    "absent_reference_studied": {"variant", "ref"},
    "no_call": {"variant", "genotype", "reason"},
    "filtered": {"variant", "genotype", "reason"},
    "unknown_allele": {"variant", "genotype", "reason"},
    "mismatch": {"variant", "genotype", "reason"},
    "not_assessable": {"variant", "genotype", "reason"},
    "undetermined": {"genotypes", "deciding"},
    "haplotypes_beside": {"diplotype"},
    "haplotypes_without_phenotype": {"haplotypes"},
    "haplotypes_not_assessed": {"haplotypes", "deciding"},
    "headline_difference": {"outcome", "direction", "groups", "effect", "drugs", "level"},
    "headline_between": {"outcome", "lower", "higher", "drugs", "level"},
    "headline_between_short": {"outcome", "lower", "higher", "drugs", "level"},
    "headline_no_difference": {"outcome", "drugs", "qualifier"},
    "headline_unsettled": {"outcome", "drugs"},
    "headline_not_studied": {"outcome", "genotype"},
    "headline_undetermined": {"outcome"},
    "headline_not_assessed": {"outcome", "status"},
    "headline_asserted": {"headline"},
    "headline_other_strand": {"headline"},
    "summary_nothing": set(),
    "summary_no_evidence": set(),
    "summary_established": {"established"},
    "summary_not_established": set(),
    "summary_no_finding": {"assessed", "total"},
    "summary_on_drug": {"drug", "findings"},
    "summary_on_class": {"drug_class", "findings"},
    "summary_on_others": {"findings"},
    "summary_undetermined": {"undetermined"},
    "summary_not_studied": {"not_studied"},
    "summary_asserted": {"asserted"},
    "summary_missing": {"missing", "total", "statuses"},
    "overall_sites": {"called", "sites", "assessed", "total"},
    "overall_findings": {"findings", "level"},
    "overall_no_findings": set(),
    "overall_studied_in": {"settings"},
    "overall_questions": {"drug", "questions", "on_drug", "on_class", "unstudied", "in_men"},
    "overall_context": {"context", "label", "same", "total"},
    "overall_monitored": {"monitored"},
    "men": {"drug"},
}
"""The sentence templates that the program fills in, and the fields that each may use."""


def entry_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield every fault between entries; the later checks need all references to resolve."""
    unresolved = [*_required_entry_faults(entries), *_reference_faults(entries)]
    yield from unresolved
    if unresolved:
        return
    yield from _variant_faults(entries)
    yield from _shift_faults(entries)
    yield from haplotype_faults(entries)
    yield from evidence_faults(entries)
    yield from association_faults(entries)
    yield from linkage_faults(entries)
    yield from text_faults(entries)


def _required_entry_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield the assemblies and messages that are missing, and the messages that cannot be used."""
    for section, required in (("assemblies", {"GRCh37", "GRCh38"}), ("messages", set(MESSAGES))):
        for key in sorted(required - set(entries.values(section))):
            yield Fault(entries.first_file, 1, section, f"{key} is missing")
    for key, message in entries.values("messages").items():
        if key not in MESSAGES:
            yield entries.fault("messages", key, "id", "is not a message that the program uses")
            continue
        try:
            parts = list(string.Formatter().parse(message.text))
        except ValueError as error:
            yield entries.fault("messages", key, "text", f"is not a valid template: {error}")
            continue
        for _, field, format_spec, conversion in parts:
            if field is not None and (field not in MESSAGES[key] or format_spec or conversion):
                what = f"{{{field}}} is not a field of this message, or has a format or conversion"
                yield entries.fault("messages", key, "text", what)


_REFERENCES = (
    ("variants", "gene", "genes"),
    ("haplotype_sets", "gene", "genes"),
    ("haplotype_sets", "sites", "variants"),
    ("haplotype_sets", "further_sites", "variants"),
    ("haplotypes", "haplotype_set", "haplotype_sets"),
    ("haplotypes", "alleles", "variants"),
    ("haplotypes", "usual", "variants"),
    ("haplotype_counts", "haplotype_set", "haplotype_sets"),
    ("haplotype_counts", "not_in_panel", "variants"),
    ("linkage", "variants", "variants"),
    ("linkage", "together", "variants"),
    ("linkage", "conflicts", "associations"),
    ("contexts", "settings", "settings"),
    ("cohorts", "overlaps", "cohorts"),
    ("evidence", "publication", "publications"),
    ("evidence", "cohort", "cohorts"),
    ("evidence", "variants", "variants"),
    ("evidence", "drugs", "drugs"),
    ("evidence", "setting", "settings"),
    ("evidence", "outcome", "outcomes"),
    ("evidence", "haplotype", "haplotypes"),
    ("evidence", "haplotype_set", "haplotype_sets"),
    ("associations", "variant", "variants"),
    ("associations", "haplotype", "haplotypes"),
    ("associations", "haplotype_set", "haplotype_sets"),
    ("associations", "outcome", "outcomes"),
    ("associations", "drug", "drugs"),
    ("associations", "setting", "settings"),
    ("associations", "evidence", "evidence"),
    ("associations", "excluded", "evidence"),
    ("polygenic", "publication", "publications"),
    ("polygenic", "cohort", "cohorts"),
    ("polygenic", "drugs", "drugs"),
    ("polygenic", "setting", "settings"),
    ("polygenic", "outcome", "outcomes"),
)
"""Section, field with identifiers, and the section that must define them."""


def _reference_faults(entries: EntryIndex) -> Iterator[Fault]:
    for section, field, target in _REFERENCES:
        known = entries.values(target)
        for key, entry in entries.values(section).items():
            value = getattr(entry, field)
            names = (value,) if isinstance(value, str) else tuple(value or ())
            for name in names:
                if name not in known:
                    yield entries.fault(section, key, field, f"refers to an unknown entry: {name}")


def _variant_faults(entries: EntryIndex) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for key, variant in entries.values("variants").items():
        for field, what in _definition_faults(variant):
            yield entries.fault("variants", key, field, what)
        for alias in dict.fromkeys((key, *variant.merged, *variant.names)):
            if alias in owners:
                what = f"{alias} already identifies {owners[alias]}"
                yield entries.fault("variants", key, "merged", what)
            owners[alias] = key
        gene = entries.values("genes")[variant.gene]
        for assembly, locus in variant.loci.items():
            if locus.chrom != gene.chrom:
                what = (
                    f"is on chromosome {locus.chrom}, "
                    f"but {variant.gene} is on chromosome {gene.chrom}"
                )
                yield entries.fault("variants", key, f"loci.{assembly}", what)


def _shift_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield the variants with another GRCh37 - GRCh38 offset than most variants of their gene."""
    shifts: dict[str, dict[str, int]] = {}
    for key, variant in entries.values("variants").items():
        if set(variant.loci) == {"GRCh37", "GRCh38"}:
            shift = variant.loci["GRCh37"].pos - variant.loci["GRCh38"].pos
            shifts.setdefault(variant.gene, {})[key] = shift
    for gene, shift_of in shifts.items():
        ((usual_shift, _),) = Counter(shift_of.values()).most_common(1)
        for key, shift in shift_of.items():
            if shift != usual_shift:
                what = (
                    f"the GRCh37 position minus the GRCh38 position is {shift}, "
                    f"but {usual_shift} for most variants of {gene}"
                )
                yield entries.fault("variants", key, "loci", what)


def _definition_faults(variant: VariantDefinition) -> Iterator[tuple[str, str]]:
    """Yield the faults of a variant on its own, each with its field."""
    bases = [allele.bases for allele in variant.alleles]
    if len(set(bases)) != len(bases):
        yield "alleles", "an allele is listed twice"
    if set(variant.loci) != {"GRCh37", "GRCh38"}:
        yield "loci", "both GRCh37 and GRCh38 are required"
    for assembly, locus in variant.loci.items():
        if locus.ref not in bases:
            yield f"loci.{assembly}", f"REF {locus.ref} is not one of the alleles"
        yield from _window_faults(variant, assembly)
    if "GRCh38" in variant.loci and bases[0] != variant.loci["GRCh38"].ref:
        yield "alleles", "the first allele must be the GRCh38 reference allele"
    if variant.studied_allele is not None and variant.studied_allele not in bases:
        yield "studied_allele", f"{variant.studied_allele} is not one of the alleles"
    if (variant.type == "snv") != all(len(base) == 1 for base in bases):
        yield "type", f"{variant.type} does not fit the alleles {', '.join(bases)}"
    for index, frequency in enumerate(variant.frequencies):
        if frequency.allele not in bases:
            yield f"frequencies.{index}", f"{frequency.allele} is not one of the alleles"


def _window_faults(variant: VariantDefinition, assembly: str) -> Iterator[tuple[str, str]]:
    """Yield the faults of a window: it must contain every shifted representation of an indel."""
    locus = variant.loci[assembly]  # type: ignore[index]  # the caller iterates over the keys
    field = f"loci.{assembly}"
    if variant.type == "snv":
        return
    if locus.ref_verified == "no":
        yield field, "ref_verified can be no only for a single-nucleotide variant"
    if locus.window is None or locus.window_start is None:
        yield field, f"type {variant.type} needs window and window_start"
        return
    offset = locus.pos - locus.window_start
    if locus.window[max(offset, 0) : offset + len(locus.ref)] != locus.ref:
        yield field, "the window does not contain REF at the position of the variant"
        return
    for allele in variant.alleles:
        if allele.bases == locus.ref or locus.window_end == "unknown":
            continue
        if _shifts_to_edge(locus.window, offset, locus.ref, allele.bases):
            what = f"the window is too short for the shifted representations of {allele.bases}"
            yield field, what


def _shifts_to_edge(window: str, offset: int, ref: str, alt: str) -> bool:
    """Return whether an insertion or deletion can be shifted to an edge of the window."""
    alternate = window[:offset] + alt + window[offset + len(ref) :]
    shorter = min(len(window), len(alternate))
    return (
        common_prefix_length(window, alternate) >= shorter
        or common_prefix_length(window[::-1], alternate[::-1]) >= shorter
    )
