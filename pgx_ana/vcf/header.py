"""The header of a variant file: its contigs, its samples and the program that wrote it."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from pgx_ana.errors import InputError
from pgx_ana.printable import printable
from pgx_ana.vcf.lines import CARRIAGE_RETURNS, FIXED

_CONTIG = re.compile(r"^##contig=<(?P<body>.*)>[^\S\n]*$", re.MULTILINE)
_CONTIG_ID = re.compile(r"(?:^|,)ID=(?P<id>[^,>]+)")
_CONTIG_LENGTH = re.compile(r"(?:^|,)length=(?P<length>\d{1,10})(?!\d)")
# The program that wrote the file names itself in one of these lines, the most reliable first.
_CALLERS = (
    re.compile(r"^##source=\"?(?P<name>[^\"\n]+)", re.MULTILINE),
    re.compile(r"^##GATKCommandLine[^\n]*?ID=(?P<name>[^,>\n]+)", re.MULTILINE),
    re.compile(r"^##(?P<name>[A-Za-z0-9]+_version=[^\n]+)", re.MULTILINE),
    re.compile(r"^##command=(?P<name>[^ \n]+)", re.MULTILINE),
)
_COLUMNS = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
# Half a million samples and a hundred thousand contigs take a tenth of this.
_MAX_HEADER_BYTES = 1 << 26
_MAX_HEADER_LINES = 1_000_000
# Lines that only callers of somatic variants write. Strelka names the kind of its content.
_SOMATIC = re.compile(
    r"^##(?:source=\"?[^\n]{0,20}?(?:mutect|tnscope|tnhaplotyper|muse|somaticsniper|clairs|lancet)"
    r"|mutectversion=|muse_version=|tumou?r_sample=|content=strelka somatic"
    r"|gatkcommandline[^\n]{0,8}(?:id=)?(?:mutect|filtermutect)"
    r"|sentieoncommandline\.tn(?:scope|haplotyper)|deepsomatic_version="
    r"|dragencommandline=[^\n]*--tumor-(?:fastq|bam|cram))[^\n]*",
    re.MULTILINE | re.IGNORECASE,
)
_PAIRED_VARDICT = re.compile(r"^##source=\"?vardict", re.MULTILINE | re.IGNORECASE)
_STATUS_OF_PAIRS = re.compile(r"^##INFO=<ID=(?:STATUS|SSF),", re.MULTILINE)
_TUMOURS = frozenset({"tumor", "tumour"})
_NORMALS = frozenset({"normal", "control", "blood", "germline"})
_MAX_SHOWN_LINE = 60
_DECLARATIONS = re.compile(r"^##((?:INFO|FORMAT|ALT)=<ID=[^,>\n]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """The contig names of a header with their lengths (None where not given), and its ## lines.

    It is equal to itself only, so that what follows from it can be remembered.
    """

    contigs: Mapping[str, int | None]
    lines: tuple[str, ...]


def read_header_lines(stream: IO[bytes], name: str) -> Iterator[bytes]:
    """Yield the lines of a header up to the ``#CHROM`` line, and leave the stream behind it.

    ``name`` is that of the file, for messages. Raises :class:`InputError` where the header is
    truncated, damaged, too long, or has no ``#CHROM`` line.
    """
    bytes_left, lines_left = _MAX_HEADER_BYTES, _MAX_HEADER_LINES
    try:
        while line := stream.readline(bytes_left):
            bytes_left, lines_left = bytes_left - len(line), lines_left - 1
            if bytes_left <= 0 or lines_left <= 0:
                raise InputError(
                    f"{name}: the header is longer than {_MAX_HEADER_BYTES} bytes or "
                    f"{_MAX_HEADER_LINES} lines"
                )
            number = _MAX_HEADER_LINES - lines_left
            if line.startswith(b'"#'):
                raise InputError(
                    f"{name}: line {number} of the header is in quotes, as spreadsheets write it; "
                    "take the original file, or remove the quotes"
                )
            if b"\r#" in line:
                raise InputError(f"{name}: line {number}: {CARRIAGE_RETURNS}")
            if not line.startswith(b"#"):
                raise InputError(
                    f"{name}: the header has no line that begins with #CHROM before line {number}"
                )
            yield line
            if not line.startswith(b"##"):
                return
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{name}: the header is truncated or damaged: {error}; copy or download the file again"
        ) from error
    raise InputError(
        f"{name}: the header is truncated: it has no line that begins with #CHROM; copy or "
        "download the file again"
    )


def decode_header(header: bytes, name: str) -> str:
    """Return a header as text. Raises :class:`InputError` where it is not UTF-8."""
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(name, error) from error


def not_utf8(name: str, error: UnicodeDecodeError) -> InputError:
    """Return the error for a file, called ``name``, whose header is not UTF-8."""
    return InputError(f"{name}: the header is not UTF-8: {error}; convert the file to UTF-8")


def parse_header(text: str) -> Header:
    """Return the contigs and the meta-information lines of a header."""
    contigs: dict[str, int | None] = {}
    lines = tuple(line for line in text.split("\n") if line.startswith("##"))
    for match in _CONTIG.finditer(text):
        contig = _CONTIG_ID.search(match["body"])
        if contig:
            length = _CONTIG_LENGTH.search(match["body"])
            contigs[contig["id"]] = int(length["length"]) if length else None
    return Header(contigs, lines)


def sample_names(header: str, name: str) -> tuple[str, ...]:
    """Return the sample names of the ``#CHROM`` line, which is the last one of a header.

    ``name`` is that of the file, for messages. Raises :class:`InputError` where the columns are not
    those of VCF, there is no sample, or a sample name is empty, repeated or unusable.
    """
    columns = header.rstrip("\n").rpartition("\n")[2].split("\t")
    n_trailing = len(columns) - len("\t".join(columns).rstrip("\t").split("\t"))
    if n_trailing:
        tabs = "a tab" if n_trailing == 1 else f"{n_trailing} tabs"
        raise InputError(
            f"{name}: the #CHROM line ends with {tabs}, as spreadsheets write it; take the "
            "original file, or remove the tabs at the ends of its lines"
        )
    if columns[:FIXED] != _COLUMNS[:FIXED]:
        raise InputError(
            f"{name}: the #CHROM line must begin with the columns {' '.join(_COLUMNS)}, separated "
            "by tabs"
        )
    samples = columns[FIXED + 1 :]
    if columns[FIXED : FIXED + 1] != _COLUMNS[FIXED:] or not samples:
        raise InputError(f"{name}: the file has no samples, so there are no genotypes to annotate")
    if len(set(samples)) != len(samples):
        ((repeated, _),) = Counter(samples).most_common(1)
        raise InputError(
            f"{name}: the header names sample {repeated!r} more than once; rename the samples"
        )
    for sample in samples:
        if not sample:
            raise InputError(f"{name}: the header has an empty sample name; rename the sample")
        if "\r" in sample or "\0" in sample:
            raise InputError(
                f"{name}: the sample name {sample!r} has a carriage return or NUL; rename the "
                "sample"
            )
    return tuple(samples)


def calling_program(text: str) -> str:
    """Return the program that a header names as its origin; empty where it names none."""
    match = next(filter(None, (caller.search(text) for caller in _CALLERS)), None)
    return printable(match["name"].strip()) if match else ""


def somatic_program(text: str) -> str:
    """Return the line of a header that only a caller of somatic variants writes; empty for none.

    Such callers write the genotype of a tumour model, and leave out germline variants.
    """
    match = _SOMATIC.search(text)
    return printable(match[0].lstrip("#")[:_MAX_SHOWN_LINE]) if match else ""


def tumour_and_normal(samples: Sequence[str]) -> str:
    """Return that samples are called a tumour and its normal tissue; empty where they are not."""
    names = {sample.casefold() for sample in samples}
    is_pair = len(names) > 1 and names & _TUMOURS and names & _NORMALS
    return f"samples {', '.join(map(repr, samples))}" if is_pair else ""


def is_paired_vardict(text: str) -> bool:
    """Say whether a header is that of VarDict for a tumour and its normal tissue."""
    return _PAIRED_VARDICT.search(text) is not None and _STATUS_OF_PAIRS.search(text) is not None


def declares_whole_number(text: str, field: str) -> bool:
    """Say whether a header declares a field of INFO as one whole number."""
    declaration = re.search(rf"^##INFO=<ID={field},[^\n]*", text, re.MULTILINE)
    return declaration is not None and ",Type=Integer" in declaration[0]


def _has_structural_alts(declared: set[str]) -> bool:
    return any(name.startswith(("ALT=<ID=DEL", "ALT=<ID=DUP", "ALT=<ID=CN")) for name in declared)


def hides_ends(text: str, *, is_bcf: bool) -> str:
    """Return why an index of the file may not know where a row ends; empty where it does.

    An index of VCF has the END of a row, and one of BCF if the header declares END as a whole
    number. Neither has the length by SVLEN, or by LEN of a sample (VCF 4.5).
    """
    declared = set(_DECLARATIONS.findall(text))
    if "INFO=<ID=SVLEN" in declared:
        return "structural variants may have SVLEN and no END: index not used"
    if _has_structural_alts(declared) and "INFO=<ID=END" not in declared:
        return "structural variants are declared, and no END: index not used"
    if "FORMAT=<ID=LEN" in declared:
        return "reference blocks may have LEN and no END: index not used"
    if is_bcf and "INFO=<ID=END" in declared and not declares_whole_number(text, "END"):
        return "END is not declared as a whole number: index not used"
    return ""
