"""Variant files: VCF and BCF, plain, gzip or BGZF, read through an index or in one pass.

Takes: paths, and the loci to read.
Gives: the rows that overlap each locus, their records for any of their people, and the assembly of
    the file with the evidence for it.
    A file that cannot be trusted is rejected as a whole, with one message.
Never: calls a genotype, or knows what a variant means. Contig tables and loci come in as values;
    REF and ALT are compared with them only to detect the assembly, and REF with ``--reference``.
"""

from pgx_ana.vcf.assembly import (
    FEW_MATCHES,
    ContigNames,
    DetectedAssembly,
    LocusMatches,
    count_matching_loci,
    decide_assembly,
    undetermined_assembly,
)
from pgx_ana.vcf.contigs import FileContigs
from pgx_ana.vcf.extents import Extent, extents_of
from pgx_ana.vcf.fasta import Genome
from pgx_ana.vcf.header import Contigs, Header, other_lines, parse_contigs
from pgx_ana.vcf.headers import Headers, MetaLines
from pgx_ana.vcf.imputation import GUESSES, PROBABILITIES
from pgx_ana.vcf.line_table import LineTable, line_tables
from pgx_ana.vcf.lines import ChromosomeOf, parse_line
from pgx_ana.vcf.phase_fields import PhaseDeclarations, PhaseFields
from pgx_ana.vcf.pooling import pooled, read_pool
from pgx_ana.vcf.reader import VariantFile
from pgx_ana.vcf.record_fields import FieldRow, info_facts, record_of
from pgx_ana.vcf.record_file import RecordFile, Row
from pgx_ana.vcf.rows import TextRow, site_of
from pgx_ana.vcf.sample_line import samples_in_header
from pgx_ana.vcf.spool import unnamed_file, write_spool
from pgx_ana.vcf.targets import Target, TargetIndex

__all__ = [
    "FEW_MATCHES",
    "GUESSES",
    "PROBABILITIES",
    "ChromosomeOf",
    "ContigNames",
    "Contigs",
    "DetectedAssembly",
    "Extent",
    "FieldRow",
    "FileContigs",
    "Genome",
    "Header",
    "Headers",
    "LineTable",
    "LocusMatches",
    "MetaLines",
    "PhaseDeclarations",
    "PhaseFields",
    "RecordFile",
    "Row",
    "Target",
    "TargetIndex",
    "TextRow",
    "VariantFile",
    "count_matching_loci",
    "decide_assembly",
    "extents_of",
    "info_facts",
    "line_tables",
    "other_lines",
    "parse_contigs",
    "parse_line",
    "pooled",
    "read_pool",
    "record_of",
    "samples_in_header",
    "site_of",
    "undetermined_assembly",
    "unnamed_file",
    "write_spool",
]
