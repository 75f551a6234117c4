"""Inputs for the fuzzer: variant files and knowledge bases, made well and then spoiled.

Everything is drawn from one ``random.Random``, so that a seed gives the same inputs again. A
variant file is bytes of VCF text; a knowledge base is one YAML document with all sections.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from helpers.paths import TOY

TOY_SITES = (
    ("1", 100, "A", "C"),
    ("1", 200, "A", "C,T"),
    ("1", 300, "T", "C"),
    ("1", 401, "G", "GT"),
    ("1", 501, "GCA", "G"),
    ("2", 50, "G", "T"),
)
_LENGTHS = {"GRCh37": (900, 800), "GRCh38": (1000, 700)}

CHROMS = ["1", "2", "chr1", "CHR2", "NC_000001.11", "CM000663.1", "3", "", "X", "1 ", "\u0661", "*"]
POSITIONS = [
    *("99", "100", "101", "150", "200", "300", "399", "400", "401", "402", "403", "405", "408"),
    *("451", "499", "500", "501", "502", "503", "505", "507", "551", "50", "49", "51"),
    *("0", "1", "-1", "", ".", "2147483647", "2147483648", "4294967396", "9999999999"),
    *(
        "10000000000",
        "99999999999999999999",
        "1e2",
        " 100",
        "100 ",
        "00100",
        "+100",
        "1_00",
        "\u0661",
    ),
]
REFS = [
    *(
        "A",
        "C",
        "G",
        "T",
        "N",
        "a",
        "GCA",
        "GT",
        "GTT",
        "AC",
        "AAAA",
        "GCACACA",
        "TTTTT",
        "GGTTTTTCC",
    ),
    *("R", "", ".", "*", "<DEL>", "A,C", "A" * 120, "AC" * 700, "U", "-", "\u00c4", "A ", "0"),
]
ALTS = [
    *("A", "C", "G", "T", "N", "c", "CC", "GT", "GTT", "G", "GCACA", "GTTTTTT", "GCACACACA", "TT"),
    *("C,T", "T,C", "C,C", "C,<NON_REF>", "<NON_REF>", "<*>", "C,<*>", "C,*", "*", "*,*", "G,GTT"),
    *(
        "<DEL>",
        "<DEL:ME>",
        "<DUP>",
        "<CNV>",
        "<CN0>",
        "<CN0>,<CN2>",
        "<INS>",
        "<INS:ME:ALU>",
        "<INV>",
    ),
    *("G]2:60]", "]1:100]A", "[2:60[T", "A[<ctg>:1[", ".A", "A.", "<X", "X>", "<>", "<a b>"),
    *(".", "", ",", "C,", ",C", "C,.", "R", "A,C,G,T,N", "C" * 400, "GC" * 800, "\u2028", "-", "0"),
    ",".join("C" * number for number in range(1, 130)),
]
FILTERS = [
    "PASS",
    ".",
    "LowQual",
    "",
    "PASS;LowQual",
    "RefCall",
    "0",
    ";",
    "q10;q10",
    "\x1b[1m",
    "pass",
]
INFOS = [
    *(".", "", "END=100", "END=110", "END=350", "END=700", "END=99", "END=0", "END=-5", "END="),
    *(
        "END=2147483648",
        "END=9999999999",
        "END=10000000000",
        "END=1e3",
        "END=110;END=90",
        "CIEND=1",
    ),
    *(
        "SVTYPE=DEL;END=320",
        "SVTYPE=DEL;SVLEN=-120",
        "SVLEN=120",
        "SVLEN=-5,7",
        "SVLEN=",
        "SVLEN=.",
    ),
    *(
        "SVTYPE=DUP;SVLEN=9999999999",
        "X;END=205",
        "END=205;X",
        "XEND=700",
        "AF=0.5",
        ";;",
        "\u00e9",
    ),
]
GENOTYPES = [
    *(
        "0/0",
        "0/1",
        "1/1",
        "0|1",
        "1|0",
        "1|1",
        "0|0",
        "./.",
        ".",
        "./1",
        "0|.",
        ".|1",
        "0",
        "1",
        "1/0",
    ),
    *("1/2", "2/2", "0/2", "2|1", "0/3", "9/9", "0/1/1", "0|0|1", "0/1/.", "././.", "0|1/1"),
    *(
        "",
        "/",
        "|",
        "0/",
        "/1",
        "|0",
        "0//1",
        "-1/0",
        "0/-1",
        "a/b",
        "0 / 1",
        "0/1 ",
        "00/01",
        "+1/0",
    ),
    *(
        "127/0",
        "128/0",
        "255/1",
        "256/0",
        "32767/0",
        "32768/0",
        "65536/65536",
        "4294967296/0",
        "1\\0",
    ),
]
NUMBERS = [
    *(
        "99",
        "30",
        "10",
        "9.99",
        "5",
        "1",
        "0",
        ".",
        "",
        "-1",
        "0.5",
        "1e3",
        "nan",
        "inf",
        "-inf",
        "1e400",
    ),
    *("2147483647", "2147483648", "-2147483648", "-2147483647", "4294967295", "1,2", "99,", ",99"),
    *("abc", "0x10", "9" * 30, "1e-400", "5 ", "+7", "1_0", "\u0665"),
]
PROBABILITIES = [
    *(
        "0.9,0.1,0",
        "1,0,0",
        "0,1,0",
        "0.02,0.03,0.95",
        "0.33,0.33,0.34",
        "0,30,40",
        "0,0,0",
        "1,1,1",
    ),
    *(
        "0.9,0.1",
        "1",
        ".",
        "",
        ".,.,.",
        "nan,nan,nan",
        "0.9,.,0.1",
        "-1,2,0",
        "inf,0,0",
        "1e30,1e30,0",
    ),
    *(
        "0,0,0,0,0,1",
        "1,0,0,0,0,0",
        "0.5",
        "1.98",
        "2",
        "0.01,0.99",
        "1,1",
        "0.4,0.6",
        "-0.1",
        "2.4",
        "a",
    ),
]
FIELDS: dict[str, list[str]] = {
    "GT": GENOTYPES,
    "GQ": NUMBERS,
    "DP": NUMBERS,
    "PS": [*NUMBERS, "100_A_C", "7"],
    "FT": ["PASS", ".", "", "LowQual", "a;b", "pass", "PASS;x", "\u00e9"],
    "GP": PROBABILITIES,
    "DS": PROBABILITIES,
    "HDS": PROBABILITIES,
    "Q": PROBABILITIES,
    "GB": ["0|0", "1|-2", "."],
    "RGQ": NUMBERS,
    "GQX": NUMBERS,
    "MIN_DP": NUMBERS,
    "AD": ["3,4", ".", "1", ""],
    "PL": ["0,30,300", ".", "0"],
}
FORMATS = [
    *(
        "GT",
        "GT:GQ:DP",
        "GT:GQ:DP:PS",
        "GT:FT",
        "GT:GQ:FT:PS",
        "GT:GP",
        "GT:DS:GP",
        "GP",
        "DS",
        "HDS",
    ),
    *(
        "GP:DS:HDS",
        "GT:HDS:DS",
        "GT:GB:Q:DP",
        "Q:GT",
        "GT:Q",
        "GT:MIN_DP:DP",
        "GT:RGQ:GQX:GQ",
        "DP:GT",
    ),
    *(
        "GT:GT",
        "GT:GQ:GQ",
        "",
        ".",
        ":",
        "GT:",
        ":GT",
        "gt",
        "GT:AD:DP:GQ:PL",
        "AD",
        "G T",
        "GT:X\u00e9",
    ),
    ":".join(["GT", *(f"F{number}" for number in range(300))]),
]
HEADER_LINES = [
    '##FORMAT=<ID=GT,Number=1,Type=Integer,Description="x">',
    '##FORMAT=<ID=GQ,Number=1,Type=String,Description="x">',
    '##FORMAT=<ID=DP,Number=0,Type=Flag,Description="x">',
    '##FORMAT=<ID=PS,Number=1,Type=String,Description="x">',
    '##FORMAT=<ID=GP,Number=G,Type=Float,Description="x">',
    '##FORMAT=<ID=HDS,Number=2,Type=Float,Description="x">',
    "##FORMAT=<ID=GQ>",
    "##FORMAT=<",
    '##INFO=<ID=END,Number=1,Type=String,Description="x">',
    '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="x">',
    "##contig=<ID=1,length=1000>",
    "##contig=<ID=1,length=900>",
    "##contig=<ID=chr1,length=1000>",
    "##contig=<ID=1,length=5>",
    "##contig=<ID=1,length=99999999999>",
    "##contig=<ID=3>",
    "##contig=<ID=>",
    "##contig=<ID=NC_000001.10>",
    "##contig=<ID=\u00e9,length=1>",
    "##reference=GRCh37",
    "##reference=hg38.fa",
    "##assembly=b37 and hg38",
    '##ALT=<ID=DEL,Description="x">',
    "##source=someone \x1b[31m",
    '##source="',
    "##GATKCommandLine=<ID=,x>",
    "##bcftools_version=1",
    "##",
    "##=",
    "##fileformat=VCFv4.3",
    "#comment",
    "",
    "##x=" + "y" * 3000,
]
SAMPLES = [
    "S1",
    "S2",
    'Anna, "A"',
    "a b",
    "\u00e9",
    "",
    ".",
    "=1+1",
    "x\x85y",
    "s\u2028t",
    "\x00",
    "\ufeff",
]
NOISE = [
    *(
        b"\x00",
        b"\r",
        b"\r\n",
        b"\n",
        b"\n\n",
        b"\t",
        b"\t\t",
        b" ",
        b"\xff",
        b"\xc3",
        b"\xe2\x80\xa8",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\x1a",
        b"\x0b",
        b"\x0c",
        b"\x85",
        b"#",
        b"##",
        b",",
        b":",
        b";",
        b"/",
        b"|",
        b".",
    ),
    *(b"<", b">", b"*", b'"', b"0", b"9", b"-", b"%3A", b"BCF\x02\x02", b"\x1f\x8b"),
]


def fresh_vcf(rng: random.Random) -> bytes:
    """Return a small file for the toy knowledge base, sound but for what was drawn oddly."""
    samples = [f"S{number}" for number in range(1, rng.choice((2, 2, 3, 4)))]
    assembly = rng.choice(("GRCh38", "GRCh38", "GRCh37"))
    prefix = rng.choice(("", "", "chr"))
    lines = ["##fileformat=VCFv4.2"]
    if rng.random() < 0.95:
        for name, length in zip("12", _LENGTHS[assembly], strict=True):
            lines.append(f"##contig=<ID={prefix}{name},length={length}>")
    for field, kind in (("GT", "String"), ("GQ", "Integer"), ("DP", "Integer"), ("PS", "Integer")):
        lines.append(f'##FORMAT=<ID={field},Number=1,Type={kind},Description="x">')
    lines.append('##INFO=<ID=END,Number=1,Type=Integer,Description="x">')
    lines += rng.sample(HEADER_LINES, rng.choice((0, 0, 0, 1, 2)))
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]
    lines.append("\t".join(columns))
    shift = 50 if assembly == "GRCh37" else 0
    for _ in range(rng.choice((1, 2, 3, 6, 9))):
        lines.append(_fresh_row(rng, prefix, shift, len(samples)))
    return ("\n".join(lines) + "\n").encode()


def _fresh_row(rng: random.Random, prefix: str, shift: int, n_samples: int) -> str:
    chrom, pos, ref, alt = rng.choice(TOY_SITES)
    pos += shift if chrom == "1" else 0
    if shift and pos == 350:
        ref, alt = "C", "T"
    alt = rng.choice((alt, alt, alt.split(",")[0], rng.choice(ALTS)))
    if rng.random() < 0.15:
        pos += rng.randint(-4, 4)
    if rng.random() < 0.1:
        ref = rng.choice(REFS)
    keys = rng.choice(FORMATS[:12] if rng.random() < 0.8 else FORMATS)
    info = rng.choice(INFOS) if rng.random() < 0.25 else "."
    people = [_fresh_sample(rng, keys) for _ in range(n_samples)]
    filters = rng.choice(FILTERS[:3])
    return "\t".join([prefix + chrom, str(pos), ".", ref, alt, ".", filters, info, keys, *people])


def _fresh_sample(rng: random.Random, keys: str) -> str:
    values = []
    for key in keys.split(":"):
        known = FIELDS.get(key, ["."])
        values.append(rng.choice(known[:5]) if rng.random() < 0.85 else rng.choice(known))
    return ":".join(values)


def spoiled_vcf(rng: random.Random, text: bytes) -> bytes:
    """Return a file with one to four changes."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        change = rng.choices(_VCF_CHANGES, _VCF_WEIGHTS)[0]
        text = change(rng, text)
    return text


def _rows_of(text: bytes) -> tuple[list[bytes], list[int], list[int]]:
    """Return all lines, and the numbers of those that are rows and of those of the header."""
    lines = text.split(b"\n")
    rows = [n for n, line in enumerate(lines) if line and not line.startswith(b"#")]
    header = [n for n, line in enumerate(lines) if line.startswith(b"#")]
    return lines, rows, header


def _column(rng: random.Random, text: bytes) -> bytes:
    """Give one column of one row another value, most often a fitting one."""
    lines, rows, _ = _rows_of(text)
    if not rows:
        return text + _fresh_row(rng, "", 0, 1).encode() + b"\n"
    row = rng.choice(rows)
    columns = lines[row].split(b"\t")
    place = rng.choice([0, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 7, 7, 8, 8, *range(9, len(columns))])
    values = [CHROMS, POSITIONS, ["rs1", "."], REFS, ALTS, NUMBERS, FILTERS, INFOS, FORMATS]
    if place < len(values) and rng.random() < 0.9:
        new = rng.choice(values[place])
    elif place >= len(values) and len(columns) > 8:
        new = _fresh_sample(rng, columns[8].decode("utf-8", "replace"))
    else:
        new = rng.choice(rng.choice(values))
    if place < len(columns):
        columns[place] = new.encode()
    lines[row] = b"\t".join(columns)
    return b"\n".join(lines)


def _value(rng: random.Random, text: bytes) -> bytes:
    """Give one FORMAT value of one person another value, or drop trailing ones."""
    lines, rows, _ = _rows_of(text)
    found = [n for n in rows if lines[n].count(b"\t") > 8]
    if not found:
        return text
    row = rng.choice(found)
    columns = lines[row].split(b"\t")
    person = rng.randrange(9, len(columns))
    keys, values = columns[8].split(b":"), columns[person].split(b":")
    place = rng.randrange(len(values))
    key = keys[place].decode("utf-8", "replace") if place < len(keys) else ""
    if rng.random() < 0.1:
        values = values[:place]
    elif rng.random() < 0.1:
        values.append(rng.choice(NUMBERS).encode())
    else:
        values[place] = rng.choice(FIELDS.get(key, NUMBERS)).encode()
    columns[person] = b":".join(values)
    lines[row] = b"\t".join(columns)
    return b"\n".join(lines)


def _field(rng: random.Random, text: bytes) -> bytes:
    """Give a row another FORMAT, with values for everyone."""
    lines, rows, _ = _rows_of(text)
    found = [n for n in rows if lines[n].count(b"\t") > 8]
    if not found:
        return text
    row = rng.choice(found)
    columns = lines[row].split(b"\t")
    keys = rng.choice(FORMATS)
    if rng.random() < 0.4:
        keys = ":".join(rng.sample(list(FIELDS), rng.randint(1, 5)))
    people = [_fresh_sample(rng, keys).encode() for _ in columns[9:]]
    lines[row] = b"\t".join([*columns[:8], keys.encode(), *people])
    return b"\n".join(lines)


def _row(rng: random.Random, text: bytes) -> bytes:
    """Add, drop, double, move, cut or swap a row."""
    lines, rows, header = _rows_of(text)
    n_samples = max(lines[header[-1]].count(b"\t") - 8, 1) if header else 1
    kind = rng.choice(("add", "add", "drop", "double", "move", "swap", "columns"))
    if kind == "add" or not rows:
        prefix = "chr" if b"\nchr" in text else ""
        shift = 50 if b"length=900" in text else 0
        new = _fresh_row(rng, prefix, shift, n_samples).encode()
        lines.insert(rng.randint(header[-1] + 1 if header else 0, len(lines)), new)
        return b"\n".join(lines)
    row, other = rng.choice(rows), rng.choice(rows)
    if kind == "drop":
        del lines[row]
    elif kind == "double":
        lines.insert(row, lines[row])
    elif kind == "move":
        lines.insert(rng.choice(rows), lines.pop(row))
    elif kind == "swap":
        lines[row], lines[other] = lines[other], lines[row]
    else:
        columns = lines[row].split(b"\t")
        one, two = rng.randrange(len(columns)), rng.randrange(len(columns))
        columns[one], columns[two] = columns[two], columns[one]
        if rng.random() < 0.3:
            columns.pop(one)
        elif rng.random() < 0.3:
            columns.insert(one, columns[two])
        lines[row] = b"\t".join(columns)
    return b"\n".join(lines)


def _header(rng: random.Random, text: bytes) -> bytes:
    """Add, drop, double or swap a line of the header, or change its samples."""
    lines, _, header = _rows_of(text)
    if not header:
        return b"##fileformat=VCFv4.2\n" + text
    line = rng.choice(header)
    kind = rng.choice(("add", "add", "drop", "double", "swap", "samples", "samples"))
    if kind == "add":
        lines.insert(rng.choice(header), rng.choice(HEADER_LINES).encode())
    elif kind == "drop":
        del lines[line]
    elif kind == "double":
        lines.insert(line, lines[line])
    elif kind == "swap":
        other = rng.choice(header)
        lines[line], lines[other] = lines[other], lines[line]
    else:
        columns = lines[header[-1]].split(b"\t")
        place = rng.randrange(len(columns)) if rng.random() < 0.3 else len(columns) - 1
        columns[place] = rng.choice(SAMPLES).encode()
        lines[header[-1]] = b"\t".join(columns)
    return b"\n".join(lines)


def _bytes(rng: random.Random, text: bytes) -> bytes:
    """Put noise in, take bytes out, cut the end off, or change single bytes."""
    data = bytearray(text)
    at = rng.randint(0, len(data))
    kind = rng.choice(("put", "put", "over", "take", "cut", "flip", "repeat"))
    if kind == "put":
        data[at:at] = rng.choice(NOISE)
    elif kind == "over":
        noise = rng.choice(NOISE)
        data[at : at + len(noise)] = noise
    elif kind == "take":
        del data[at : at + rng.choice((1, 1, 2, 10, 100))]
    elif kind == "cut":
        del data[at:]
    elif kind == "flip" and data:
        data[at % len(data)] = rng.randrange(256)
    elif kind == "repeat":
        data[at:at] = data[at : at + rng.choice((1, 5, 50))] * rng.choice((1, 2, 40))
    return bytes(data)


def _line_ends(rng: random.Random, text: bytes) -> bytes:
    """Change all line ends, or the last."""
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


def _number(rng: random.Random, text: bytes) -> bytes:
    """Give one number anywhere another value."""
    found = list(re.finditer(rb"\d+", text))
    if not found:
        return text
    match = rng.choice(found)
    near = str(int(match[0][:15]) + rng.choice((-1, 1, 50, -50))).encode()
    new = rng.choice((near, near, rng.choice(NUMBERS).encode(), rng.choice(POSITIONS).encode()))
    return text[: match.start()] + new + text[match.end() :]


_VCF_CHANGES: Sequence[Callable[[random.Random, bytes], bytes]] = (
    _column, _value, _field, _row, _header, _bytes, _line_ends, _number,
)  # fmt: skip
_VCF_WEIGHTS = (30, 22, 8, 16, 7, 8, 1, 8)


def spliced(rng: random.Random, one: bytes, two: bytes) -> bytes:
    """Return the header of one file over rows of both, in any order."""
    lines, rows, header = _rows_of(one)
    others, other_rows, _ = _rows_of(two)
    both = [lines[n] for n in rows] + [others[n] for n in other_rows]
    chosen = rng.sample(both, rng.randint(0, len(both)))
    return b"\n".join([*(lines[n] for n in header), *chosen, b""])


_OTHER_SECTIONS = b"""linkage:
  - id: one-signal
    variants: [rs1, rs2]
    note: made up
"""


def knowledge_seed(folder: Path = TOY) -> bytes:
    """Return the toy knowledge base and haplotypes as one document, with the sections they lack."""
    toy = b"".join(path.read_bytes() for path in sorted(folder.glob("*.yaml")))
    over = (folder.parent / "toy_haplotypes" / "haplotypes.yaml").read_bytes()
    # A section may stand there once: what both have is joined.
    sets, evidence, associations = re.split(rb"^(?:evidence|associations):\n", over, flags=re.M)
    before, after = toy.split(b"associations:\n")
    return b"".join(
        (before, evidence, b"associations:\n", associations, after, sets, _OTHER_SECTIONS)
    )


YAML_VALUES = [
    *(
        "no",
        "null",
        "~",
        "",
        "1e-3",
        "1:30",
        "2001-01-01",
        "0x10",
        "0b1",
        "0o7",
        ".nan",
        ".inf",
        "-.inf",
    ),
    *(
        "-1",
        "0",
        "1",
        "2",
        "1.5",
        "9" * 25,
        "9" * 5000,
        "1e999",
        "1e308",
        "-0.0",
        "1_000",
        "\u0661",
        "true",
    ),
    *(
        '""',
        '" "',
        "'x'",
        '"\\0"',
        '"\\x1b"',
        '"\\uD800"',
        '"\\n"',
        '"a\\tb"',
        '"\\U0010FFFF"',
        '"\\u2028"',
    ),
    *(
        "*a",
        "&a x",
        "!!int 1",
        "!!python/object:os.system {}",
        "!x y",
        "!!binary aGk=",
        "<<",
        "? x",
        "- x",
    ),
    *(
        "[]",
        "{}",
        "[[]]",
        "{a: b}",
        "[A, A]",
        "[" * 40 + "]" * 40,
        "{a: " * 40 + "}" * 40,
        "|\n  x",
        ">-\n  y",
    ),
    *(
        "A",
        "T",
        "G",
        "C",
        "GT",
        "GCA",
        "A/A",
        "A/C",
        "C/A",
        "T/T",
        "AC/GT",
        "rs1",
        "rs2",
        "rs9",
        "RS1",
        "AAA",
    ),
    *(
        "GRCh37",
        "GRCh38",
        "hg38",
        "higher",
        "lower",
        "none",
        "comparator",
        "not_studied",
        "association",
    ),
    *(
        "{variant}",
        "{",
        "}",
        "{0}",
        "{variant!r}",
        "{variant.x}",
        "{variant:>9999999999}",
        "{x}",
        "%s",
        "$a",
    ),
    *(
        "a" * 20000,
        "(",
        "\\",
        "[a-",
        "(a+)+$",
        "\u202e",
        "\ufeff",
        "\x85",
        "e\u0301",
        "\U0001f9ec",
        "1.2.3",
        "*",
    ),
]
_YAML_NOISE = [
    *(
        b"\t",
        b"\r",
        b"\x00",
        b"\x1b",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b": ",
        b"- ",
        b"#",
        b"&a ",
    ),
    *(
        b"*a",
        b"!!str ",
        b"---\n",
        b"...\n",
        b"%YAML 9.9\n",
        b"%TAG ! x\n",
        b"|",
        b">",
        b"'",
        b'"',
        b"{",
        b"[",
        b"? ",
    ),
    *(b"}", b"]", b"\n", b" ", b"  ", b"<<: ", b"\x85", b"\xed\xa0\x80", b"\xc2\xa0"),
]
_VALUE = re.compile(rb"(?<=[:\[,{] )[^\s,\[\]{}][^,\n\[\]{}]*|(?<=- )[^\n{\[]+")
_PAIR = re.compile(
    rb"(?P<key>\w+): (?P<value>[^\s,\[\]{}][^,\n\[\]{}]*|\[[^\n\[\]{}]*\]|\{[^\n{}]*\})"
)
_ENTRY = re.compile(rb"(?m)^  - (?:.*\n)(?:    .*\n)*")


def spoiled_yaml(rng: random.Random, text: bytes) -> bytes:
    """Return a knowledge base with one to three changes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        change = rng.choices(_YAML_CHANGES, (30, 30, 15, 15, 8, 10))[0]
        text = change(rng, text)
    return text


def _yaml_same(rng: random.Random, text: bytes) -> bytes:
    """Give one key the value that the same key has elsewhere, or change a number in it."""
    found = list(_PAIR.finditer(text))
    if not found:
        return text
    match = rng.choice(found)
    new = rng.choice([other["value"] for other in found if other["key"] == match["key"]])
    if new == match["value"]:
        more = str(rng.choice((-50, -1, 1, 2, 100)))
        new = re.sub(rb"[0-9]{1,9}", lambda n: str(int(n[0]) + int(more)).encode(), new, count=1)
    return text[: match.start("value")] + new + text[match.end("value") :]


def _yaml_value(rng: random.Random, text: bytes) -> bytes:
    """Give one value another one: out of a list, or that of another place."""
    found = list(_VALUE.finditer(text))
    if not found:
        return text
    match = rng.choice(found)
    new = rng.choice(found)[0] if rng.random() < 0.35 else rng.choice(YAML_VALUES).encode()
    return text[: match.start()] + new + text[match.end() :]


def _yaml_line(rng: random.Random, text: bytes) -> bytes:
    """Drop, double, move or indent a line."""
    lines = text.split(b"\n")
    line, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.choice(("drop", "drop", "double", "move", "in", "out"))
    if kind == "drop":
        del lines[line]
    elif kind == "double":
        lines.insert(line, lines[line])
    elif kind == "move":
        lines.insert(other, lines.pop(line))
    else:
        lines[line] = b"  " + lines[line] if kind == "in" else lines[line].removeprefix(b"  ")
    return b"\n".join(lines)


def _yaml_entry(rng: random.Random, text: bytes) -> bytes:
    """Drop, double or move a whole entry."""
    found = list(_ENTRY.finditer(text))
    if not found:
        return text
    match, other = rng.choice(found), rng.choice(found)
    kind = rng.choice(("drop", "double", "copy"))
    if kind == "drop":
        return text[: match.start()] + text[match.end() :]
    new = match[0]
    if rng.random() < 0.7:
        new = re.sub(rb"id: ([\w-]+)", rb"id: \g<1>9", new, count=1)
    at = match.end() if kind == "double" else other.start()
    return text[:at] + new + text[at:]


def _yaml_bytes(rng: random.Random, text: bytes) -> bytes:
    """Put noise in, take bytes out or cut the end off."""
    data = bytearray(text)
    at = rng.randint(0, len(data))
    kind = rng.choice(("put", "put", "take", "cut", "flip"))
    if kind == "put":
        data[at:at] = rng.choice(_YAML_NOISE)
    elif kind == "take":
        del data[at : at + rng.choice((1, 1, 2, 20))]
    elif kind == "cut":
        del data[at:]
    elif data:
        data[at % len(data)] = rng.randrange(256)
    return bytes(data)


def _yaml_key(rng: random.Random, text: bytes) -> bytes:
    """Give one key another name, often that of another key."""
    found = list(re.finditer(rb"[A-Za-z_]\w*(?=:)", text))
    if not found:
        return text
    match = rng.choice(found)
    other = rng.choice(found)[0]
    names = (
        other,
        other,
        b'""',
        b"? [a]\n",
        b"{}",
        b"&a x",
        b"!!str x",
        b"1",
        b"haplotypes",
        b"linkage",
    )
    return text[: match.start()] + rng.choice(names) + text[match.end() :]


_YAML_CHANGES: Sequence[Callable[[random.Random, bytes], bytes]] = (
    _yaml_same, _yaml_value, _yaml_line, _yaml_entry, _yaml_bytes, _yaml_key,
)  # fmt: skip
