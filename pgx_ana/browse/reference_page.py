"""Pages that lead to others: what the knowledge base has on a gene, on a drug, or under a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pgx_ana.browse.study_table import aligned
from pgx_ana.knowledge import (
    LADDER,
    Association,
    Evidence,
    HaplotypeDefinition,
    KnowledgeBase,
    Level,
)

_Row = tuple[str, ...]


def gene_lines(gene_id: str, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the page on a gene: its variants, haplotype sets, and the levels of its conclusions."""
    gene = knowledge.genes[gene_id]
    yield f"{gene.id}  {gene.name}"
    places = [f"chromosome {gene.chrom}"] + [f"strand {gene.strand}"] * bool(gene.strand)
    places += [f"{name} {span.start}-{span.end}" for name, span in gene.bounds.items()]
    yield f"  {', '.join(places)}"
    yield f"  {gene.role}"
    named = {"HGNC": gene.hgnc, "NCBI": gene.ncbi, "Ensembl": gene.ensembl}
    ids = [f"{system} {value.removeprefix('HGNC:')}" for system, value in named.items() if value]
    ids += [f"transcript {gene.transcript}"] if gene.transcript else []
    if ids:
        yield f"  {', '.join(ids)}"
    yield f"  source: {gene.source}"
    variants = [variant.id for variant in knowledge.variants if variant.gene == gene_id]
    sets = [key for key, item in knowledge.haplotype_sets.items() if item.gene == gene_id]
    on_variant = {key: knowledge.evidence_on(key) for key in variants}
    on_set = {key: knowledge.evidence_on_set(key) for key in sets}
    of_variant = {key: knowledge.associations_of(key) for key in variants}
    of_set = {key: knowledge.associations_of_set(key) for key in sets}
    yield from ("", "VARIANTS")
    names = {key: ", ".join(knowledge.definitions[key].names) or "." for key in variants}
    rows = [(key, names[key], *_counts(on_variant[key], of_variant[key])) for key in variants]
    yield from _table(("variant", "names", "results", "conclusions"), rows)
    if sets:
        yield from ("", "HAPLOTYPE SETS")
        rows = [(key, _haplotype_names(key, knowledge), *_counts(on_set[key], of_set[key]))
                for key in sets]  # fmt: skip
        yield from _table(("set", "haplotypes", "results", "conclusions"), rows)
    results = [item for group in (*on_variant.values(), *on_set.values()) for item in group]
    associations = [item for group in (*of_variant.values(), *of_set.values()) for item in group]
    yield from _level_lines(results, associations, knowledge)


def drug_lines(drug_id: str, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the page on a drug: its identifiers, and the variants and sets with results on it."""
    drug = knowledge.drugs[drug_id]
    yield f"{drug.id}  {drug.name}"
    yield f"  class: {drug.drug_class}"
    if drug.ids:
        yield f"  {', '.join(f'{system} {value}' for system, value in drug.ids.items())}"
    results = [item for item in knowledge.evidence.values() if drug_id in item.drugs]
    yield from ("", "WHAT HAS RESULTS ON IT")
    rows: list[_Row] = []
    associations: list[Association] = []
    subjects = [(v.gene, v.id, knowledge.associations_of(v.id)) for v in knowledge.variants]
    subjects += [
        (definition.gene, key, knowledge.associations_of_set(key))
        for key, definition in knowledge.haplotype_sets.items()
    ]
    for gene, key, concluded in subjects:
        all_on_it = (*knowledge.evidence_on(key), *knowledge.evidence_on_set(key))
        on_it = [item for item in all_on_it if drug_id in item.drugs]
        of_it = [item for item in concluded if item.drug == drug_id]
        if on_it:
            rows.append((gene, key, *_counts(on_it, of_it)))
            associations += of_it
    yield from _table(("gene", "variant or set", "results", "conclusions"), rows)
    yield from _level_lines(results, associations, knowledge)


def haplotype_choices(
    name: str, haplotypes: Sequence[HaplotypeDefinition], knowledge: KnowledgeBase
) -> Iterator[str]:
    """Yield the haplotypes of several sets that have one name, with the names that tell them apart.

    A star name such as ``*22`` belongs to a gene.
    """
    yield f"{name} is the name of {len(haplotypes)} haplotypes:"
    rows = []
    for haplotype in haplotypes:
        gene = knowledge.haplotype_sets[haplotype.haplotype_set].gene
        alleles = " ".join(f"{rsid} {bases}" for rsid, bases in haplotype.alleles.items())
        command = f"pgx-ana kb show '{haplotype.id}'"
        rows.append((gene, haplotype.haplotype_set, haplotype.name, alleles or ".", command))
    yield from _table(("gene", "set", "haplotype", "alleles", "show it with"), rows)


def _table(header: _Row, rows: Iterable[_Row]) -> Iterator[str]:
    """Yield an aligned table, or that there is nothing to show."""
    listed = list(rows)
    yield from (f"  {line}" for line in aligned([header, *listed])) if listed else ("  None.",)


def _counts(results: Sequence[Evidence], associations: Sequence[Association]) -> tuple[str, str]:
    return str(len(results)), str(len(associations))


def _haplotype_names(key: str, knowledge: KnowledgeBase) -> str:
    return ", ".join(haplotype.name for haplotype in knowledge.haplotypes_of(key))


def _level_lines(
    results: Sequence[Evidence], associations: Sequence[Association], knowledge: KnowledgeBase
) -> Iterator[str]:
    """Yield how many results and conclusions there are, each counted once, and of which level."""
    result_ids = {item.id for item in results}
    levels = Counter(knowledge.level(key) for key in {item.id for item in associations})
    yield from ("", "RESULTS AND CONCLUSIONS")
    yield f"  {_counted(len(result_ids), 'result')}, {_counted(levels.total(), 'conclusion')}"
    order = [*LADDER, *(level for level in Level if level not in LADDER)]
    for level in order:
        if levels[level]:
            yield f"  {level}: {levels[level]}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
