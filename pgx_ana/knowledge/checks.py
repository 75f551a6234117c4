"""What must hold between the entries of a knowledge base.

``schema.py`` says what an entry may look like; here stands what entries owe each other: that names
exist, that genotypes are covered, that no known result is left out of a conclusion.
"""

from __future__ import annotations

import itertools
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pgx_ana.errors import Fault
from pgx_ana.knowledge.definitions import HaplotypeDefinition, HaplotypeSet, VariantDefinition
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.evidence_checks import evidence_faults

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
    "haplotypes_agree": {"candidates", "statement"},
    "haplotypes_open": {"candidates", "deciding"},
    "haplotypes_beside": {"diplotype"},
    "haplotypes_without_phenotype": {"haplotypes"},
    "haplotypes_not_assessed": {"haplotypes", "deciding"},
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


def check(entries: EntryIndex) -> Iterator[Fault]:
    """Yield every fault between entries."""
    missing = [*_frame_faults(entries), *_missing_names(entries)]
    yield from missing
    if missing:
        return
    yield from _variant_faults(entries)
    yield from _linkage_faults(entries)
    yield from _shift_faults(entries)
    yield from _haplotype_faults(entries)
    yield from evidence_faults(entries)


def _frame_faults(entries: EntryIndex) -> Iterator[Fault]:
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
    ("haplotype_sets", "gene", "genes"),
    ("haplotype_sets", "sites", "variants"),
    ("haplotype_sets", "further_sites", "variants"),
    ("haplotypes", "haplotype_set", "haplotype_sets"),
    ("haplotypes", "alleles", "variants"),
    ("haplotypes", "usual", "variants"),
    ("haplotype_counts", "haplotype_set", "haplotype_sets"),
    ("haplotype_counts", "not_in_panel", "variants"),
    ("linkage", "variants", "variants"),
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
)


def _missing_names(entries: EntryIndex) -> Iterator[Fault]:
    for section, field, target in _NAMES:
        known = entries.values(target)
        for key, entry in entries.values(section).items():
            value = getattr(entry, field)
            names = (value,) if isinstance(value, str) else tuple(value or ())
            for name in names:
                if name not in known:
                    yield entries.fault(section, key, field, f"names no known entry: {name}")


def _variant_faults(entries: EntryIndex) -> Iterator[Fault]:
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


def _linkage_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Tell variants that are in two groups: one signal would be counted as two, or two as one."""
    owners: dict[str, str] = {}
    for key, group in entries.values("linkage").items():
        for rsid in group.variants:
            if rsid in owners:
                yield entries.fault("linkage", key, "variants", f"{rsid} is also in {owners[rsid]}")
            owners[rsid] = key


def _shift_faults(entries: EntryIndex) -> Iterator[Fault]:
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


def _haplotype_faults(entries: EntryIndex) -> Iterator[Fault]:
    variants = entries.values("variants")
    sets = entries.values("haplotype_sets")
    for key, definition in sets.items():
        for field, what in _set_faults(definition, variants):
            yield entries.fault("haplotype_sets", key, field, what)
    current = [h for h in entries.values("haplotypes").values() if h.state == "current"]
    for key in dict.fromkeys(haplotype.haplotype_set for haplotype in current):
        plain = [h for h in current if h.haplotype_set == key and not h.alleles]
        if sets[key].elsewhere == "reference" and not plain:
            what = "no haplotype is the one with the reference at all sites"
            yield entries.fault("haplotype_sets", key, "elsewhere", what)
    owners: dict[tuple[str, object], str] = {}
    for key, haplotype in entries.values("haplotypes").items():
        definition = sets[haplotype.haplotype_set]
        for field, what in _member_faults(haplotype, definition, variants):
            yield entries.fault("haplotypes", key, field, what)
        claims: list[tuple[str, object]] = [
            ("name", name) for name in dict.fromkeys((haplotype.name, *haplotype.names))
        ]
        if haplotype.state == "current":
            claims.append(("alleles", frozenset(haplotype.alleles.items())))
        for field, value in claims:
            owner = owners.setdefault((definition.id, value), key)
            if owner != key:
                yield entries.fault("haplotypes", key, field, f"is that of {owner}, too")
    yield from _count_faults(entries)


def _member_faults(
    haplotype: HaplotypeDefinition,
    definition: HaplotypeSet,
    variants: Mapping[str, VariantDefinition],
) -> Iterator[tuple[str, str]]:
    for what in _allele_faults(haplotype.alleles, definition.sites, definition, variants):
        yield "alleles", what
    for what in _allele_faults(haplotype.usual, definition.further_sites, definition, variants):
        yield "usual", what
    functions = {f for rule in definition.phenotypes for p in rule.functions for f in p.split("/")}
    if haplotype.function is not None and functions and haplotype.function not in functions:
        yield "function", f"{haplotype.function} is in no phenotype of {definition.id}"
    if haplotype.state != "current":
        if haplotype.note is None:
            yield "state", "needs a note with the reason"
    elif definition.elsewhere == "named" and set(haplotype.alleles) != set(definition.sites):
        yield "alleles", f"names not all sites of {definition.id}"


def _set_faults(
    definition: HaplotypeSet, variants: Mapping[str, VariantDefinition]
) -> Iterator[tuple[str, str]]:
    sites = (*definition.sites, *definition.further_sites)
    for rsid in sorted({rsid for rsid in sites if sites.count(rsid) > 1}):
        yield "sites", f"{rsid} is listed twice"
    for rsid in sites:
        if variants[rsid].gene != definition.gene:
            yield "sites", f"{rsid} is in {variants[rsid].gene}, not in {definition.gene}"
    pairs = [
        "/".join(sorted(pair.split("/")))
        for rule in definition.phenotypes
        for pair in rule.functions
    ]
    for pair in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        yield "phenotypes", f"{pair} has two"


def _allele_faults(
    alleles: Mapping[str, str],
    sites: Sequence[str],
    definition: HaplotypeSet,
    variants: Mapping[str, VariantDefinition],
) -> Iterator[str]:
    for rsid, bases in alleles.items():
        known = [allele.bases for allele in variants[rsid].alleles] if rsid in sites else []
        if rsid not in sites:
            yield f"{rsid} is no such site of {definition.id}"
        elif bases not in known:
            yield f"{bases} is no allele of {rsid}"
        elif definition.elsewhere == "reference" and bases == known[0]:
            yield f"{bases} is the reference of {rsid}, which is not named in {definition.id}"


def _count_faults(entries: EntryIndex) -> Iterator[Fault]:
    variants = entries.values("variants")
    for key, panel in entries.values("haplotype_counts").items():
        definition = entries.values("haplotype_sets")[panel.haplotype_set]
        for rsid in panel.not_in_panel:
            if rsid not in definition.sites:
                what = f"{rsid} is no core site of {definition.id}"
                yield entries.fault("haplotype_counts", key, "not_in_panel", what)
        seen: set[frozenset[tuple[str, str]]] = set()
        for index, row in enumerate(panel.counts):
            for what in _allele_faults(row.alleles, definition.sites, definition, variants):
                yield entries.fault("haplotype_counts", key, f"counts.{index}", what)
            if definition.elsewhere == "named" and set(row.alleles) != set(definition.sites):
                what = f"names not all sites of {definition.id}"
                yield entries.fault("haplotype_counts", key, f"counts.{index}", what)
            alleles = frozenset(row.alleles.items())
            if alleles in seen:
                what = "the same haplotype is counted twice"
                yield entries.fault("haplotype_counts", key, f"counts.{index}", what)
            seen.add(alleles)


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
