"""Random VCF files for fuzzing: mostly valid files for the toy knowledge base, and mutations.

Everything is drawn from one ``random.Random``, so that a seed gives the same inputs again. A file
is the bytes of its VCF text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from helpers.fuzz_bytes import changed_bytes
from helpers.fuzz_values import (
    ALTS,
    CHROMS,
    FIELDS,
    FILTERS,
    FORMATS,
    HEADER_LINES,
    INFOS,
    NOISE,
    NUMBERS,
    POSITIONS,
    REFS,
    SAMPLES,
)
from helpers.vcf_text import CONTIG_LENGTHS, VCF_COLUMNS

TOY_SITES = (
    ("1", 100, "A", "C"),
    ("1", 200, "A", "C,T"),
    ("1", 300, "T", "C"),
    ("1", 401, "G", "GT"),
    ("1", 501, "GCA", "G"),
    ("2", 50, "G", "T"),
)
_SHIFT = 50  # from GRCh38 to GRCh37 on chromosome 1 of the toy knowledge base


def random_vcf(rng: random.Random) -> bytes:
    """Return a small file for the toy knowledge base, mostly with valid content."""
    samples = [f"S{number}" for number in range(1, rng.choice((2, 2, 3, 4)))]
    assembly = rng.choice(("GRCh38", "GRCh38", "GRCh37"))
    prefix = rng.choice(("", "", "chr"))
    lines = ["##fileformat=VCFv4.2"]
    if rng.random() < 0.95:
        for name, length in CONTIG_LENGTHS[assembly].items():
            lines.append(f"##contig=<ID={prefix}{name},length={length}>")
    for field, kind in (("GT", "String"), ("GQ", "Integer"), ("DP", "Integer"), ("PS", "Integer")):
        lines.append(f'##FORMAT=<ID={field},Number=1,Type={kind},Description="x">')
    lines.append('##INFO=<ID=END,Number=1,Type=Integer,Description="x">')
    lines += rng.sample(HEADER_LINES, rng.choice((0, 0, 0, 1, 2)))
    lines.append("\t".join([*VCF_COLUMNS, *samples]))
    shift = _SHIFT if assembly == "GRCh37" else 0
    for _ in range(rng.choice((1, 2, 3, 6, 9))):
        lines.append(_random_row(rng, prefix, shift, len(samples)))
    return ("\n".join(lines) + "\n").encode()


def _random_row(rng: random.Random, prefix: str, shift: int, n_samples: int) -> str:
    """Return a row at or near a toy site; ``shift`` is added to positions on chromosome 1."""
    chrom, pos, ref, alt = rng.choice(TOY_SITES)
    pos += shift if chrom == "1" else 0
    if shift and pos == 350:  # rs3: the assemblies have different reference bases
        ref, alt = "C", "T"
    alt = rng.choice((alt, alt, alt.split(",")[0], rng.choice(ALTS)))
    if rng.random() < 0.15:
        pos += rng.randint(-4, 4)
    if rng.random() < 0.1:
        ref = rng.choice(REFS)
    keys = rng.choice(FORMATS[:12] if rng.random() < 0.8 else FORMATS)
    info = rng.choice(INFOS) if rng.random() < 0.25 else "."
    people = [_random_sample(rng, keys) for _ in range(n_samples)]
    filters = rng.choice(FILTERS[:3])
    return "\t".join([prefix + chrom, str(pos), ".", ref, alt, ".", filters, info, keys, *people])


def _random_sample(rng: random.Random, keys: str) -> str:
    """Return the column of one sample, mostly with valid values."""
    values = []
    for key in keys.split(":"):
        known = FIELDS.get(key, ["."])
        values.append(rng.choice(known[:5]) if rng.random() < 0.85 else rng.choice(known))
    return ":".join(values)


def mutated_vcf(rng: random.Random, text: bytes) -> bytes:
    """Return a file with one to four mutations."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        mutate = rng.choices(_MUTATIONS, _WEIGHTS)[0]
        text = mutate(rng, text)
    return text


def recombined_vcf(rng: random.Random, first: bytes, second: bytes) -> bytes:
    """Return the header of the first file above rows of both, in random order."""
    lines, rows, header = _lines_of(first)
    second_lines, second_rows, _ = _lines_of(second)
    both = [lines[n] for n in rows] + [second_lines[n] for n in second_rows]
    chosen = rng.sample(both, rng.randint(0, len(both)))
    return b"\n".join([*(lines[n] for n in header), *chosen, b""])


def _lines_of(text: bytes) -> tuple[list[bytes], list[int], list[int]]:
    """Return all lines, the indices of the rows, and the indices of the header lines."""
    lines = text.split(b"\n")
    rows = [n for n, line in enumerate(lines) if line and not line.startswith(b"#")]
    header = [n for n, line in enumerate(lines) if line.startswith(b"#")]
    return lines, rows, header


def _change_column(rng: random.Random, text: bytes) -> bytes:
    """Replace one column of one row, usually by a value meant for that column."""
    lines, rows, _ = _lines_of(text)
    if not rows:
        return text + _random_row(rng, "", 0, 1).encode() + b"\n"
    row = rng.choice(rows)
    columns = lines[row].split(b"\t")
    index = rng.choice([0, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 7, 7, 8, 8, *range(9, len(columns))])
    values = [CHROMS, POSITIONS, ["rs1", "."], REFS, ALTS, NUMBERS, FILTERS, INFOS, FORMATS]
    if index < len(values) and rng.random() < 0.9:
        new = rng.choice(values[index])
    elif index >= len(values) and len(columns) > 8:
        new = _random_sample(rng, columns[8].decode("utf-8", "replace"))
    else:
        new = rng.choice(rng.choice(values))
    if index < len(columns):
        columns[index] = new.encode()
    lines[row] = b"\t".join(columns)
    return b"\n".join(lines)


def _chosen_row(rng: random.Random, text: bytes) -> tuple[list[bytes], int, list[bytes]] | None:
    """Return all lines, the index of a row with sample columns, and its columns."""
    lines, rows, _ = _lines_of(text)
    rows = [n for n in rows if lines[n].count(b"\t") > 8]
    if not rows:
        return None
    row = rng.choice(rows)
    return lines, row, lines[row].split(b"\t")


def _change_value(rng: random.Random, text: bytes) -> bytes:
    """Replace one FORMAT value of one sample, add one, or drop trailing ones."""
    chosen = _chosen_row(rng, text)
    if chosen is None:
        return text
    lines, row, columns = chosen
    sample = rng.randrange(9, len(columns))
    keys, values = columns[8].split(b":"), columns[sample].split(b":")
    index = rng.randrange(len(values))
    key = keys[index].decode("utf-8", "replace") if index < len(keys) else ""
    if rng.random() < 0.1:
        values = values[:index]
    elif rng.random() < 0.1:
        values.append(rng.choice(NUMBERS).encode())
    else:
        values[index] = rng.choice(FIELDS.get(key, NUMBERS)).encode()
    columns[sample] = b":".join(values)
    lines[row] = b"\t".join(columns)
    return b"\n".join(lines)


def _change_format(rng: random.Random, text: bytes) -> bytes:
    """Give one row another FORMAT, with values for every sample."""
    chosen = _chosen_row(rng, text)
    if chosen is None:
        return text
    lines, row, columns = chosen
    keys = rng.choice(FORMATS)
    if rng.random() < 0.4:
        keys = ":".join(rng.sample(list(FIELDS), rng.randint(1, 5)))
    people = [_random_sample(rng, keys).encode() for _ in columns[9:]]
    lines[row] = b"\t".join([*columns[:8], keys.encode(), *people])
    return b"\n".join(lines)


def _change_rows(rng: random.Random, text: bytes) -> bytes:
    """Add, drop, duplicate, move or swap rows, or rearrange the columns of one."""
    lines, rows, header = _lines_of(text)
    n_samples = max(lines[header[-1]].count(b"\t") - 8, 1) if header else 1
    kind = rng.choice(("add", "add", "drop", "duplicate", "move", "swap", "columns"))
    if kind == "add" or not rows:
        prefix = "chr" if b"\nchr" in text else ""
        shift = _SHIFT if b"length=900" in text else 0
        new = _random_row(rng, prefix, shift, n_samples).encode()
        lines.insert(rng.randint(header[-1] + 1 if header else 0, len(lines)), new)
        return b"\n".join(lines)
    row, other = rng.choice(rows), rng.choice(rows)
    if kind == "drop":
        del lines[row]
    elif kind == "duplicate":
        lines.insert(row, lines[row])
    elif kind == "move":
        lines.insert(rng.choice(rows), lines.pop(row))
    elif kind == "swap":
        lines[row], lines[other] = lines[other], lines[row]
    else:
        lines[row] = _rearranged_columns(rng, lines[row])
    return b"\n".join(lines)


def _rearranged_columns(rng: random.Random, row: bytes) -> bytes:
    """Swap two columns of a row, and maybe drop or duplicate one."""
    columns = row.split(b"\t")
    first, second = rng.randrange(len(columns)), rng.randrange(len(columns))
    columns[first], columns[second] = columns[second], columns[first]
    if rng.random() < 0.3:
        columns.pop(first)
    elif rng.random() < 0.3:
        columns.insert(first, columns[second])
    return b"\t".join(columns)


def _change_header(rng: random.Random, text: bytes) -> bytes:
    """Add, drop, duplicate or swap header lines, or change a column of the last one."""
    lines, _, header = _lines_of(text)
    if not header:
        return b"##fileformat=VCFv4.2\n" + text
    line = rng.choice(header)
    kind = rng.choice(("add", "add", "drop", "duplicate", "swap", "samples", "samples"))
    if kind == "add":
        lines.insert(rng.choice(header), rng.choice(HEADER_LINES).encode())
    elif kind == "drop":
        del lines[line]
    elif kind == "duplicate":
        lines.insert(line, lines[line])
    elif kind == "swap":
        other = rng.choice(header)
        lines[line], lines[other] = lines[other], lines[line]
    else:
        columns = lines[header[-1]].split(b"\t")
        index = rng.randrange(len(columns)) if rng.random() < 0.3 else len(columns) - 1
        columns[index] = rng.choice(SAMPLES).encode()
        lines[header[-1]] = b"\t".join(columns)
    return b"\n".join(lines)


def _change_bytes(rng: random.Random, text: bytes) -> bytes:
    """Insert noise, overwrite, delete, replace or repeat bytes, or truncate the file."""
    kinds = ("insert", "insert", "overwrite", "delete", "truncate", "replace", "repeat")
    return changed_bytes(rng, text, kinds, NOISE, (1, 1, 2, 10, 100))


def _change_line_ends(rng: random.Random, text: bytes) -> bytes:
    """Change all line ends, or the end of the file."""
    return rng.choice(
        (
            text.replace(b"\n", b"\r\n"),
            text.replace(b"\n", b"\r"),
            text.rstrip(b"\n"),
            text + b"\n\n",
            text + b" \n",
            text + b"\x1a",
            text + b"\x00" * 30,
        )
    )


def _change_number(rng: random.Random, text: bytes) -> bytes:
    """Replace one number anywhere in the file."""
    numbers = list(re.finditer(rb"\d+", text))
    if not numbers:
        return text
    match = rng.choice(numbers)
    near = str(int(match[0][:15]) + rng.choice((-1, 1, 50, -50))).encode()
    new = rng.choice((near, near, rng.choice(NUMBERS).encode(), rng.choice(POSITIONS).encode()))
    return text[: match.start()] + new + text[match.end() :]


_MUTATIONS: Sequence[Callable[[random.Random, bytes], bytes]] = (
    _change_column, _change_value, _change_format, _change_rows, _change_header, _change_bytes,
    _change_line_ends, _change_number,
)  # fmt: skip
_WEIGHTS = (30, 22, 8, 16, 7, 8, 1, 8)
