"""The columns of the tables: one registry for headers, JSON keys, data frames, docs and schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pgx_ana.terms import TableName

ColumnType = Literal["text", "category", "integer", "number", "list"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type and meaning. Missing values are ``.`` in text and null in JSON."""

    name: str
    type: ColumnType
    meaning: str


_SAMPLE = Column("sample", "category", "sample name as in the file")
_GENE = Column("gene", "category", "approved gene symbol")
_VARIANT = Column("variant", "category", "rsID")
_STAMPS = (
    Column(
        "kb_version", "category", "version of the knowledge base, + and the start of its digest"
    ),
    Column("pgx_ana_version", "category", "version of this program"),
)

COLUMNS: dict[TableName, tuple[Column, ...]] = {
    TableName.CALLS: (
        _SAMPLE,
        _GENE,
        _VARIANT,
        Column("assembly", "category", "GRCh37 or GRCh38"),
        Column("chrom", "category", "chromosome without prefix"),
        Column("pos", "integer", "1-based position in that assembly"),
        Column(
            "ref",
            "category",
            "reference base or bases in that assembly; missing where not verified",
        ),
        Column(
            "genotype",
            "category",
            "plus-strand bases, A/C unphased or A|C phased; . for a missing copy or no genotype, "
            "* for a deleted copy",
        ),
        Column(
            "status",
            "category",
            "called, partial, no_call, filtered, absent, unknown_allele, mismatch, not_assessable",
        ),
        Column("source", "category", "record, reference_block, other_strand, asserted or none"),
        Column("reason", "category", "why the status is not plainly called"),
        Column("phase_set", "integer", "PS of a phased genotype"),
        Column(
            "gq", "number", "genotype quality (GQ, else RGQ, else GQX), the least of the records"
        ),
        Column("dp", "number", "read depth (MIN_DP of a block, else DP), the least of the records"),
        Column("filter", "category", "FILTER of the records"),
        Column("file", "category", "the file that the call comes from"),
        *_STAMPS,
    ),
    TableName.ANNOTATIONS: (
        _SAMPLE,
        _GENE,
        Column("variant", "category", "rsID; where the conclusion is about haplotypes, their set"),
        Column(
            "genotype",
            "category",
            "plus-strand bases in a fixed order, whatever their phase; or diplotype",
        ),
        Column(
            "status",
            "category",
            "status of the call (only called and partial are observed) or of the diplotype",
        ),
        Column("category", "category", "efficacy, exposure, estradiol_suppression or toxicity"),
        Column("outcome", "category", "what was measured"),
        Column("drug", "category", "the drug that the conclusion is about"),
        Column("studied_drugs", "list", "the drugs that the listed studies gave"),
        Column("setting", "category", "in whom and for what"),
        Column(
            "direction",
            "category",
            "higher or lower outcome in this genotype, none, comparator (the group compared with), "
            "not_studied, undetermined (a copy or the phase is unknown) or not_assessed",
        ),
        Column("level", "category", "strength of the association, computed from its evidence"),
        Column("supporting", "integer", "cohorts that support the claim"),
        Column(
            "contradicting",
            "integer",
            "cohorts that found the opposite, or found what a null denies",
        ),
        Column("null", "integer", "cohorts that found nothing"),
        Column("pmids", "list", "the publications (PMID, else DOI, PMCID or name)"),
        Column("statement", "text", "what is known of this genotype, in a sentence"),
        Column("association", "category", "identifier in the knowledge base"),
        *_STAMPS,
    ),
    TableName.HAPLOTYPES: (
        _SAMPLE,
        _GENE,
        Column("haplotypes", "category", "the set of haplotypes, such as star alleles"),
        Column(
            "diplotype",
            "category",
            "the two haplotypes where they are told; [*1 + rs1 A] is one with alleles beside it",
        ),
        Column(
            "status",
            "category",
            "determined; presumed (phase is open, and only this one is made of named haplotypes); "
            "ambiguous (phase is open); incomplete (a site is not known); unknown_allele; "
            "not_assessed (no site is known)",
        ),
        Column(
            "candidates",
            "list",
            "every diplotype that fits; *22|*37/*1 is one of *22 and *37 with *1",
        ),
        Column(
            "not_excluded",
            "list",
            "where no diplotype is told: every named haplotype that may be there, alone or beside "
            "another",
        ),
        Column(
            "likeliest",
            "category",
            "the likeliest candidate, where a population was chosen: an estimate, no observation",
        ),
        Column("probability", "number", "its probability: frequencies of a panel, Hardy-Weinberg"),
        Column(
            "probabilities",
            "list",
            "each single diplotype that fits with its probability; those below 0.001 are left out",
        ),
        Column("population", "category", "the population of the panel that these rest on"),
        Column("deciding", "list", "what would settle it: sites that are missing, or phase"),
        Column(
            "extra_variants",
            "list",
            "alleles at the sites of the set that the haplotypes told do not account for, or lack",
        ),
        Column("function", "category", "functions of the two, where any is assigned in the set"),
        Column(
            "phenotype",
            "category",
            "phenotype of the diplotype told, or the one that all that is possible has",
        ),
        Column(
            "source",
            "category",
            "record; asserted or other_strand where any site rests on that; none",
        ),
        *_STAMPS,
    ),
    TableName.SUMMARY: (
        _SAMPLE,
        Column("category", "category", "efficacy, exposure, estradiol_suppression or toxicity"),
        Column("conclusion", "text", "what was concluded and what could not be, in words"),
        Column(
            "highest_level",
            "category",
            "level of the strongest finding that applies; none where no finding does",
        ),
        Column("findings", "list", "association, genotype, direction and level of what applies"),
        Column(
            "assessed",
            "list",
            "variants and haplotypes with evidence that were called, with the genotype",
        ),
        Column("not_assessed", "list", "those with evidence that were not, with the status"),
        *_STAMPS,
    ),
}
