"""The columns of the tables: one registry for headers, JSON, data frames, docs and schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pgx_ana.terms import TableName

ColumnType = Literal["text", "category", "integer", "number", "list"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type and meaning.

    Missing values are ``.`` in text, null in JSON and NA in data frames.
    """

    name: str
    type: ColumnType
    meaning: str


_SAMPLE = Column("sample", "category", "sample name in the file")
_GENE = Column("gene", "category", "approved gene symbol")
_VARIANT = Column("variant", "category", "rsID")
_STAMPS = (
    Column(
        "kb_version",
        "category",
        "version of the knowledge base, + and the start of its SHA-256 digest",
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
            "reference base or bases in that assembly; missing where they are not verified",
        ),
        Column(
            "genotype",
            "category",
            "plus-strand bases, A/C unphased or A|C phased; . for a missing copy or genotype, "
            "* for a deleted copy",
        ),
        Column(
            "status",
            "category",
            "called, partial, no_call, filtered, absent, unknown_allele, mismatch, not_assessable",
        ),
        Column("source", "category", "record, reference_block, other_strand, asserted or none"),
        Column("reason", "category", "why the status is not called, or what qualifies the call"),
        Column(
            "phase_set",
            "integer",
            "PS of a phased genotype, where it is a number; empty for phase sets with a name",
        ),
        Column(
            "gq", "number", "genotype quality (GQ, else RGQ, else GQX), the lowest of the records"
        ),
        Column(
            "dp", "number", "read depth (MIN_DP of a block, else DP), the lowest of the records"
        ),
        Column("filter", "category", "FILTER of the records"),
        Column("file", "category", "input file of the call"),
        *_STAMPS,
    ),
    TableName.ANNOTATIONS: (
        _SAMPLE,
        _GENE,
        Column(
            "variant", "category", "rsID, or the haplotype set for a conclusion about haplotypes"
        ),
        Column(
            "genotype",
            "category",
            "plus-strand bases in a fixed order regardless of phase, or diplotype",
        ),
        Column(
            "status",
            "category",
            "status of the call (only called and partial are observed), or of the diplotype",
        ),
        Column(
            "source",
            "category",
            "origin of the call: record, reference_block, other_strand, asserted or none",
        ),
        Column("category", "category", "efficacy, exposure, estradiol_suppression or toxicity"),
        Column("outcome", "category", "quantity that the studies measured"),
        Column(
            "direction",
            "category",
            "the outcome with this genotype: higher or lower than with compared_with; between "
            "(heterozygote of a result per allele, between both homozygotes); no_difference; "
            "unsettled (a difference was reported, or a result that cannot be scored, and nobody "
            "can say in whom); not_studied (no study has a usable result for this genotype); "
            "undetermined (a copy or the phase is unknown, and the possible genotypes differ); "
            "not_assessed",
        ),
        Column(
            "compared_with",
            "list",
            "genotypes that this one is compared with; for between, the lower ones first",
        ),
        Column(
            "effect",
            "category",
            "better or worse for the person; neutral where neither, as for a drug level; missing "
            "where no difference applies",
        ),
        Column("headline", "text", "the conclusion in a line of at most 120 characters"),
        Column(
            "basis",
            "category",
            "what the conclusion rests on: anastrozole (given alone), aromatase_inhibitors (others "
            "or pooled), other_drugs (any other drug among them) or laboratory",
        ),
        Column("basis_drugs", "list", "drugs given in the results that it rests on"),
        Column(
            "level",
            "category",
            "strength of the association, computed from its evidence, whatever the genotype",
        ),
        Column(
            "n",
            "integer",
            "people in the largest of the results that the conclusion rests on",
        ),
        Column(
            "estimate",
            "text",
            "effect size in the largest of the results that it rests on, with the interval in "
            "brackets and the carriers it is about; missing if no number was reported",
        ),
        Column("supporting", "integer", "number of cohorts that support the association"),
        Column(
            "contradicting",
            "integer",
            "number of cohorts that found the opposite, or a difference that a null association "
            "denies",
        ),
        Column("null", "integer", "number of cohorts that found no difference"),
        Column("setting", "category", "clinical setting: who is treated, and for what"),
        Column(
            "evidence_context",
            "category",
            "whether the results that the conclusion rests on come from the person's context "
            "(--context): same, other, or none (no result of patients); missing without a context",
        ),
        Column(
            "pmids",
            "list",
            "publications (PMID, else DOI, PMCID or identifier in the knowledge base)",
        ),
        Column("statement", "text", "what was found, or why nothing was assessed"),
        Column("caution", "text", "what must not be concluded from it"),
        Column("association", "category", "identifier of the association in the knowledge base"),
        *_STAMPS,
    ),
    TableName.HAPLOTYPES: (
        _SAMPLE,
        _GENE,
        Column("haplotypes", "category", "haplotype set, such as the star alleles of a gene"),
        Column(
            "diplotype",
            "category",
            "the two haplotypes, if determined or presumed; [*1 + rs1 A] is *1 with an additional "
            "allele",
        ),
        Column(
            "status",
            "category",
            "determined; presumed (unphased, and only this diplotype consists of named "
            "haplotypes); ambiguous (unphased); incomplete (a site is not called); unknown_allele; "
            "not_assessed (no site is called)",
        ),
        Column(
            "candidates",
            "list",
            "every compatible diplotype; *22|*37/*1 is *1 with either *22 or *37",
        ),
        Column(
            "not_excluded",
            "list",
            "if no diplotype is reported: every named haplotype that may be present, alone or "
            "combined with another",
        ),
        Column(
            "likeliest",
            "category",
            "most likely candidate, if a population was chosen: an estimate, not an observation",
        ),
        Column(
            "probability",
            "number",
            "its probability, from haplotype frequencies of a panel under Hardy-Weinberg",
        ),
        Column(
            "probabilities",
            "list",
            "each single compatible diplotype with its probability; those below 0.001 are omitted",
        ),
        Column("population", "category", "panel population of the probabilities"),
        Column("deciding", "list", "what would determine the diplotype: missing sites, or phase"),
        Column(
            "extra_variants",
            "list",
            "alleles at sites of the set that the reported haplotypes do not explain, and alleles "
            "that these haplotypes usually have but the person lacks",
        ),
        Column("function", "category", "functions of both haplotypes, if the set assigns any"),
        Column(
            "phenotype",
            "category",
            "phenotype of the diplotype, or the one that all possible diplotypes share",
        ),
        Column(
            "source",
            "category",
            "record; asserted or other_strand if any site depends on that; none",
        ),
        *_STAMPS,
    ),
    TableName.SUMMARY: (
        _SAMPLE,
        Column(
            "category",
            "category",
            "efficacy, exposure, estradiol_suppression or toxicity; overall for the person as a "
            "whole",
        ),
        Column(
            "conclusion",
            "text",
            "what was found, on which drugs and how firmly, and what was not assessed",
        ),
        Column(
            "highest_level",
            "category",
            "level of the firmest finding that applies; missing if none does, not_assessable if "
            "nothing was assessed",
        ),
        Column("sex", "category", "sex stated in the sample sheet or implied by the context"),
        Column("context", "category", "use of the drug (--context or sample sheet)"),
        Column("label_use", "category", "on_label or off_label, for the context"),
        Column(
            "findings",
            "list",
            "genotype and headline of each finding that applies; overall has none of its own",
        ),
        Column(
            "assessed",
            "list",
            "variants and haplotype sets with evidence that were called, with the genotype",
        ),
        Column(
            "not_assessed",
            "list",
            "variants and haplotype sets with evidence that were not called, with the status",
        ),
        *_STAMPS,
    ),
}

_SAMPLE_INDEX = Column("sample_index", "integer", "number of the person in the run, from 0")
_PERSON = (
    _SAMPLE_INDEX,
    Column("sample", "category", "sample name in the file; only with --names above 20,000 people"),
)
_KEY = Column(
    "conclusion",
    "category",
    "joins calls and haplotypes with the table conclusions: a digest of the call and of what is "
    "concluded from it; missing where no association is about the variant or set",
)


def _of(table: TableName, *names: str) -> tuple[Column, ...]:
    """Return columns of a table of text by name."""
    columns = {column.name: column for column in COLUMNS[table]}
    return tuple(columns[name] for name in names)


def _without(table: TableName, *names: str) -> tuple[Column, ...]:
    """Return the columns of a table of text without some, and without those of each run."""
    dropped = {"sample", "kb_version", "pgx_ana_version", *names}
    return tuple(column for column in COLUMNS[table] if column.name not in dropped)


_CONTEXT = _of(TableName.SUMMARY, "sex", "context")
_PHASE_BLOCK = Column(
    "phase_block",
    "category",
    "what gives the copies an order, where it is not phase_set: row or reversed row (an unphased "
    "row over several sites, in its order or the opposite one), set (a phase set with a name, as a "
    "digest), or phased (a haploid call)",
)

PARQUET_COLUMNS: dict[TableName, tuple[Column, ...]] = {
    TableName.SAMPLES: (
        _SAMPLE_INDEX,
        _SAMPLE,
        Column("files", "list", "input files with the sample"),
        Column(
            "inputs",
            "text",
            "what documents say of these files: name, format, digest of the header and so on, as "
            "a JSON array",
        ),
        *_of(TableName.CALLS, "assembly"),
        *_CONTEXT,
    ),
    TableName.VARIANTS: _of(TableName.CALLS, "gene", "variant", "assembly", "chrom", "pos", "ref"),
    TableName.CALLS: (
        *_PERSON,
        *_without(TableName.CALLS, "gene", "assembly", "chrom", "pos", "ref"),
        _PHASE_BLOCK,
        _KEY,
    ),
    TableName.HAPLOTYPES: (*_PERSON, *_without(TableName.HAPLOTYPES), _KEY),
    TableName.SUMMARY: (
        *_PERSON,
        *_of(TableName.SUMMARY, "category", "highest_level"),
        Column("n_findings", "integer", "findings that apply, linked variants counted once"),
        Column("n_better", "integer", "findings that are better for the person"),
        Column("n_worse", "integer", "findings that are worse for the person"),
        Column("n_other_effect", "integer", "findings that are neither, or conflicting"),
        Column("n_on_drug", "integer", "findings on the drug given alone"),
        Column("n_on_class", "integer", "findings on its class: others of it, or pooled"),
        Column("n_on_others", "integer", "findings on other drugs, or in the laboratory"),
        Column("n_assessed", "integer", "variants and haplotype sets with evidence and a genotype"),
        Column("n_not_assessed", "integer", "those with evidence, but without a genotype"),
        Column("n_undetermined", "integer", "those of which a copy or the phase is unknown"),
        Column("n_not_studied", "integer", "those with a genotype that no study has a result for"),
        Column("n_called_sites", "integer", "known variants that are called; only in overall"),
        *_CONTEXT,
        *_of(TableName.SUMMARY, "label_use"),
    ),
    TableName.CONCLUSIONS: (
        _KEY,
        Column("context", "category", "use of the drug that the row is for; missing for none"),
        Column(
            "association_number",
            "integer",
            "position of the association among those of the run, from 0",
        ),
        *_without(TableName.ANNOTATIONS),
    ),
    TableName.ANNOTATIONS: (*_PERSON, *_without(TableName.ANNOTATIONS)),
}
"""The columns of the tables in Parquet, where versions are metadata and site facts a table."""
