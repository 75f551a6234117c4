"""The style of a file, apart from its variants: names, fields, line ends, container."""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import strategies as st

from helpers.containers import (
    bcf,
    bcf_csi,
    bgzf,
    bgzf_csi,
    bgzf_tbi,
    plain_gzip,
    uncompressed,
)
from helpers.row_spellings import Genotype, Row
from helpers.table_text import table_text
from helpers.vcf_text import VCF_COLUMNS
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import make_table
from pgx_ana.pipeline import Request, Selection, run
from pgx_ana.terms import Assembly, TableName

INDEXED = ("bgzf-tbi", "bgzf-csi", "bcf-csi")
CONTAINERS = ("vcf", "gzip", "bgzf", "bcf", *INDEXED)
STREAMS = ("vcf", "gzip", "bgzf", "bcf")
PACKS = {
    "vcf": uncompressed,
    "gzip": plain_gzip,
    "bgzf": bgzf,
    "bcf": bcf,
    "bgzf-tbi": bgzf_tbi,
    "bgzf-csi": bgzf_csi,
    "bcf-csi": bcf_csi,
}

FORMATS = {"GT": "String", "GQ": "Integer", "DP": "Integer"}
OTHER_FORMATS = {"AF": "0.5,9", "SB": "0,3,30", "AB": "0.5", "HQ": ".", "PGT": "0|1", "XX": "any"}
OTHER_INFO = ("AC=1;AF=0.5", "DB", "NOTE=chr15:1", "ANN=A|missense|C", "END_OF=7;MQ=60.0")


@dataclass(frozen=True)
class FileStyle:
    """The properties of a file that must not affect its annotations.

    ``names`` is the style of the contig names. ``assembly_from`` is the source of the assembly: the
    ``lengths`` or ``words`` of the header, or the ``user``. ``extra_contigs`` each have one row.
    ``samples_before`` and ``samples_after`` count unrelated samples around the people.
    """

    names: str = "plain"
    assembly_from: str = "lengths"
    extra_contigs: tuple[str, ...] = ()
    info: str = "."
    formats: tuple[str, ...] = ()
    declared: bool = True
    samples_before: int = 0
    samples_after: int = 0
    line_end: str = "\n"
    container: str = "vcf"
    stdin: bool = False
    phased: bool = False


@st.composite
def file_styles(draw: st.DrawFn, *, phased: bool = False) -> FileStyle:
    """Draw a file style."""
    stdin = draw(st.booleans())
    container = draw(st.sampled_from(STREAMS if stdin else CONTAINERS))
    names = draw(st.sampled_from(["plain", "chr", "refseq", "genbank"]))
    is_bcf = container.startswith("bcf")
    unknown_contigs = st.sampled_from(["HLA-A*01:01:01:01", "chr15:1", "1:100", "chrUn_KI270302v1"])
    return FileStyle(
        names=names,
        assembly_from=draw(st.sampled_from(["lengths", "words", "user"])),
        extra_contigs=tuple(draw(st.lists(unknown_contigs, unique=True, max_size=2))),
        info=draw(st.sampled_from([".", *OTHER_INFO])),
        formats=tuple(draw(st.lists(st.sampled_from(sorted(OTHER_FORMATS)), unique=True))),
        declared=is_bcf or draw(st.booleans()),
        samples_before=draw(st.integers(0, 2)),
        samples_after=draw(st.integers(0, 2)),
        line_end="\n" if is_bcf else draw(st.sampled_from(["\n", "\r\n"])),
        container=container,
        stdin=stdin,
        phased=phased,
    )


def rendered(
    rows: Sequence[Row],
    samples: Sequence[str],
    style: FileStyle,
    knowledge: KnowledgeBase,
    assembly: Assembly,
) -> str:
    """Return the text of a file; rows are sorted if the file is to be indexed."""
    names = contig_names(style, knowledge, assembly)
    order = list(names)
    if style.container in INDEXED:
        rows = sorted(rows, key=lambda row: (order.index(row.chrom), row.pos))
    extra_rows = [extra_row(name, len(samples)) for name in style.extra_contigs]
    lines = list(header(style, knowledge, assembly))
    before = unrelated_samples("B", style.samples_before)
    after = unrelated_samples("A", style.samples_after)
    lines.append("\t".join([*VCF_COLUMNS, *before, *samples, *after]))
    lines += [row_text(row, names.get(row.chrom, row.chrom), style) for row in rows]
    lines += [row_text(row, row.chrom, style) for row in extra_rows]
    return "".join(line + style.line_end for line in lines)


def contig_names(style: FileStyle, knowledge: KnowledgeBase, assembly: Assembly) -> dict[str, str]:
    """Return the contig name of each chromosome in the file."""
    return {
        contig.chrom: {
            "plain": contig.chrom,
            "chr": f"chr{contig.chrom}",
            "refseq": contig.refseq or contig.chrom,
            "genbank": contig.genbank or contig.chrom,
        }[style.names]
        for contig in knowledge.assemblies[assembly].contigs
    }


def unrelated_samples(prefix: str, number: int) -> list[str]:
    """Return names of samples that the test does not look at."""
    return [f"{prefix}{index}" for index in range(number)]


def extra_row(name: str, n_samples: int) -> Row:
    """Return a row on an extra contig, at a position where chromosome 1 has a known variant."""
    return Row(name, 100, "A", ("C",), ((0, 1),) * n_samples)


def header(style: FileStyle, knowledge: KnowledgeBase, assembly: Assembly) -> Iterator[str]:
    """Yield the meta-information lines of the header."""
    yield "##fileformat=VCFv4.2"
    names = contig_names(style, knowledge, assembly)
    for contig in knowledge.assemblies[assembly].contigs:
        length = f",length={contig.length}" if style.assembly_from == "lengths" else ""
        yield f"##contig=<ID={names[contig.chrom]}{length}>"
    for name in style.extra_contigs:
        length = ",length=5000" if style.assembly_from == "lengths" else ""
        yield f"##contig=<ID={name}{length}>"
    if style.assembly_from == "words":
        yield f"##reference=file:///references/{assembly}.fa"
    yield '##INFO=<ID=END,Number=1,Type=Integer,Description="end">'
    for name, kind in FORMATS.items():
        yield f'##FORMAT=<ID={name},Number=1,Type={kind},Description="{name}">'
    if style.declared:
        for name in style.formats:
            yield f'##FORMAT=<ID={name},Number=.,Type=String,Description="{name}">'
        for name in ("AC", "AF", "DB", "NOTE", "ANN", "END_OF", "MQ"):
            number, kind = (0, "Flag") if name == "DB" else (".", "String")
            yield f'##INFO=<ID={name},Number={number},Type={kind},Description="{name}">'


def row_text(row: Row, name: str, style: FileStyle) -> str:
    """Return a row as text.

    Unrelated samples get random genotypes, the same ones in equal rows.
    """
    rng = random.Random(repr(row))
    formats = ["GT", *style.formats, *(["GQ", "DP"] if row.quality else [])]
    other_values = [str(OTHER_FORMATS[name]) for name in style.formats]
    unrelated = [(0, 0), (0, len(row.alts)), (None, None), (len(row.alts),) * 2, (None, 0)]
    genotypes = [
        *(rng.choice(unrelated) for _ in range(style.samples_before)),
        *row.genotypes,
        *(rng.choice(unrelated) for _ in range(style.samples_after)),
    ]
    other_values += row.quality.split()
    values = [":".join([gt(genotype, style), *other_values]) for genotype in genotypes]
    end = f"END={row.end}" if row.end else ""
    info = ";".join(part for part in (end, style.info) if part not in {"", "."}) or "."
    alts = ",".join(row.alts) or "."
    fields = [name, str(row.pos), ".", row.ref, alts, ".", "PASS", info, ":".join(formats)]
    return "\t".join([*fields, *values])


def gt(genotype: Genotype, style: FileStyle) -> str:
    """Return a genotype as text."""
    numbers = ["." if number is None else str(number) for number in genotype]
    return ("|" if style.phased else "/").join(numbers)


def packed(text: str, container: str, folder: Path) -> Path:
    """Write a file in a container; every file needs a folder of its own."""
    plain = folder / "file.vcf"
    plain.write_text(text, encoding="utf-8", newline="")
    return PACKS[container](plain)


@contextmanager
def as_stdin(data: bytes) -> Iterator[None]:
    """Provide these bytes on stdin."""
    original = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(data))
    try:
        yield
    finally:
        sys.stdin = original


@dataclass(frozen=True)
class Tables:
    """The output for the people: annotations as text, and calls by sample and variant.

    The columns ``file`` and ``source`` are left out.
    """

    annotations: str
    calls: dict[tuple[str, str], dict[str, str]]

    def without(self, *columns: str) -> Tables:
        """Return the tables without some columns of the calls."""
        calls = {
            key: {name: value for name, value in row.items() if name not in columns}
            for key, row in self.calls.items()
        }
        return replace(self, calls=calls)

    def unphased(self) -> Tables:
        """Return the tables without phase: genotypes with their alleles sorted, no phase sets.

        Annotations of haplotypes, which depend on phase, are left out.
        """
        calls = {
            key: {**row, "genotype": "/".join(sorted(row["genotype"].replace("|", "/").split("/")))}
            for key, row in self.calls.items()
        }
        variants = {variant for _, variant in self.calls}
        header, *lines = self.annotations.splitlines(keepends=True)
        kept = [line for line in lines if line.split("\t")[2] in variants]
        return replace(self, annotations="".join((header, *kept)), calls=calls).without("phase_set")


def tables_of(
    path: Path,
    knowledge: KnowledgeBase,
    samples: Sequence[str],
    *,
    assembly: Assembly | None = None,
    stdin: bool = False,
) -> Tables:
    """Annotate a file and return the output for some of its samples."""
    with as_stdin(path.read_bytes() if stdin else b""):
        request = Request(("-" if stdin else str(path),), Selection(assembly=assembly))
        result = run(request, knowledge)
    annotations = table_text(make_table(TableName.ANNOTATIONS, result))
    calls = table_text(make_table(TableName.CALLS, result)).splitlines()
    columns = calls[0].split("\t")
    rows = (dict(zip(columns, line.split("\t"), strict=True)) for line in calls[1:])
    header, *lines = (line.split("\t") for line in annotations.splitlines(keepends=True))
    source = header.index("source")
    kept = [
        "\t".join((*line[:source], *line[source + 1 :]))
        for line in (header, *(line for line in lines if line[0] in samples))
    ]
    return Tables(
        annotations="".join(kept),
        calls={
            (row["sample"], row["variant"]): {
                name: value for name, value in row.items() if name not in {"file", "source"}
            }
            for row in rows
            if row["sample"] in samples
        },
    )
