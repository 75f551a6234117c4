"""Values for fuzzing: valid, unusual and invalid content of VCF columns and YAML scalars.

The order matters: inputs are drawn by position, so that a seed gives the same inputs again.
"""

from __future__ import annotations

# fmt: off

CHROMS = [
    "1", "2", "chr1", "CHR2", "NC_000001.11", "CM000663.1", "3", "", "X", "1 ", "\u0661", "*",
]
POSITIONS = [
    "99", "100", "101", "150", "200", "300", "399", "400", "401", "402", "403", "405", "408", "451",
    "499", "500", "501", "502", "503", "505", "507", "551", "50", "49", "51", "0", "1", "-1", "",
    ".", "2147483647", "2147483648", "4294967396", "9999999999", "10000000000",
    "99999999999999999999", "1e2", " 100", "100 ", "00100", "+100", "1_00", "\u0661",
]
REFS = [
    "A", "C", "G", "T", "N", "a", "GCA", "GT", "GTT", "AC", "AAAA", "GCACACA", "TTTTT", "GGTTTTTCC",
    "R", "", ".", "*", "<DEL>", "A,C", "A" * 120, "AC" * 700, "U", "-", "\u00c4", "A ", "0",
]
ALTS = [
    "A", "C", "G", "T", "N", "c", "CC", "GT", "GTT", "G", "GCACA", "GTTTTTT", "GCACACACA", "TT",
    "C,T", "T,C", "C,C", "C,<NON_REF>", "<NON_REF>", "<*>", "C,<*>", "C,*", "*", "*,*", "G,GTT",
    "<DEL>", "<DEL:ME>", "<DUP>", "<CNV>", "<CN0>", "<CN0>,<CN2>", "<INS>", "<INS:ME:ALU>", "<INV>",
    "G]2:60]", "]1:100]A", "[2:60[T", "A[<ctg>:1[", ".A", "A.", "<X", "X>", "<>", "<a b>", ".", "",
    ",", "C,", ",C", "C,.", "R", "A,C,G,T,N", "C" * 400, "GC" * 800, "\u2028", "-", "0",
    ",".join("C" * number for number in range(1, 130)),
]
FILTERS = [
    "PASS", ".", "LowQual", "", "PASS;LowQual", "RefCall", "0", ";", "q10;q10", "\x1b[1m", "pass",
]
INFOS = [
    ".", "", "END=100", "END=110", "END=350", "END=700", "END=99", "END=0", "END=-5", "END=",
    "END=2147483648", "END=9999999999", "END=10000000000", "END=1e3", "END=110;END=90", "CIEND=1",
    "SVTYPE=DEL;END=320", "SVTYPE=DEL;SVLEN=-120", "SVLEN=120", "SVLEN=-5,7", "SVLEN=", "SVLEN=.",
    "SVTYPE=DUP;SVLEN=9999999999", "X;END=205", "END=205;X", "XEND=700", "AF=0.5", ";;", "\u00e9",
]
GENOTYPES = [
    "0/0", "0/1", "1/1", "0|1", "1|0", "1|1", "0|0", "./.", ".", "./1", "0|.", ".|1", "0", "1",
    "1/0", "1/2", "2/2", "0/2", "2|1", "0/3", "9/9", "0/1/1", "0|0|1", "0/1/.", "././.", "0|1/1",
    "", "/", "|", "0/", "/1", "|0", "0//1", "-1/0", "0/-1", "a/b", "0 / 1", "0/1 ", "00/01", "+1/0",
    "127/0", "128/0", "255/1", "256/0", "32767/0", "32768/0", "65536/65536", "4294967296/0", "1\\0",
]
NUMBERS = [
    "99", "30", "10", "9.99", "5", "1", "0", ".", "", "-1", "0.5", "1e3", "nan", "inf", "-inf",
    "1e400", "2147483647", "2147483648", "-2147483648", "-2147483647", "4294967295", "1,2", "99,",
    ",99", "abc", "0x10", "9" * 30, "1e-400", "5 ", "+7", "1_0", "\u0665",
]
PROBABILITIES = [
    "0.9,0.1,0", "1,0,0", "0,1,0", "0.02,0.03,0.95", "0.33,0.33,0.34", "0,30,40", "0,0,0", "1,1,1",
    "0.9,0.1", "1", ".", "", ".,.,.", "nan,nan,nan", "0.9,.,0.1", "-1,2,0", "inf,0,0",
    "1e30,1e30,0", "0,0,0,0,0,1", "1,0,0,0,0,0", "0.5", "1.98", "2", "0.01,0.99", "1,1", "0.4,0.6",
    "-0.1", "2.4", "a",
]
"""Values of GP, DS, HDS and HipSTR's Q."""
FIELDS: dict[str, list[str]] = {
    "GT": GENOTYPES,
    "GQ": NUMBERS,
    "DP": NUMBERS,
    "PS": [*NUMBERS, "100_A_C", "7"],
    "PSL": ["a,a", "a,b", "b,a", ".,a", ".", "", "a", "a,b,c", ",", "\u00e9,a"],
    "PP": PROBABILITIES,
    "PQ": NUMBERS,
    "PSQ": NUMBERS,
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
"""Values of each FORMAT field; the first five of each are mostly valid."""
FORMATS = [
    "GT", "GT:GQ:DP", "GT:GQ:DP:PS", "GT:FT", "GT:GQ:FT:PS", "GT:GP", "GT:DS:GP", "GP", "DS", "HDS",
    "GP:DS:HDS", "GT:HDS:DS", "GT:GB:Q:DP", "Q:GT", "GT:Q", "GT:MIN_DP:DP", "GT:RGQ:GQX:GQ",
    "GT:PP:PS", "GT:PSL:PSQ", "GT:PS:PQ:PSL:PP",
    "DP:GT", "GT:GT", "GT:GQ:GQ", "", ".", ":", "GT:", ":GT", "gt", "GT:AD:DP:GQ:PL", "AD", "G T",
    "GT:X\u00e9", ":".join(["GT", *(f"F{number}" for number in range(300))]),
]
"""FORMAT columns; the first twelve are valid."""
HEADER_LINES = [
    '##FORMAT=<ID=GT,Number=1,Type=Integer,Description="x">',
    '##FORMAT=<ID=GQ,Number=1,Type=String,Description="x">',
    '##FORMAT=<ID=DP,Number=0,Type=Flag,Description="x">',
    '##FORMAT=<ID=PS,Number=1,Type=String,Description="x">',
    '##FORMAT=<ID=PP,Number=1,Type=Float,Description="x">',
    '##FORMAT=<ID=PP,Number=G,Type=Integer,Description="x">',
    '##FORMAT=<ID=PQ,Number=1,Type=Integer,Description="x">',
    '##FORMAT=<ID=PSL,Number=P,Type=String,Description="x">',
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
    "S1", "S2", 'Anna, "A"', "a b", "\u00e9", "", ".", "=1+1", "x\x85y", "s\u2028t", "\x00",
    "\ufeff",
]
NOISE = [
    b"\x00", b"\r", b"\r\n", b"\n", b"\n\n", b"\t", b"\t\t", b" ", b"\xff", b"\xc3",
    b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\x1a", b"\x0b", b"\x0c", b"\x85", b"#", b"##", b",", b":",
    b";", b"/", b"|", b".", b"<", b">", b"*", b'"', b"0", b"9", b"-", b"%3A", b"BCF\x02\x02",
    b"\x1f\x8b",
]
"""Bytes to put into a VCF file."""
YAML_VALUES = [
    "no", "null", "~", "", "1e-3", "1:30", "2001-01-01", "0x10", "0b1", "0o7", ".nan", ".inf",
    "-.inf", "-1", "0", "1", "2", "1.5", "9" * 25, "9" * 5000, "1e999", "1e308", "-0.0", "1_000",
    "\u0661", "true", '""', '" "', "'x'", '"\\0"', '"\\x1b"', '"\\uD800"', '"\\n"', '"a\\tb"',
    '"\\U0010FFFF"', '"\\u2028"', "*a", "&a x", "!!int 1", "!!python/object:os.system {}", "!x y",
    "!!binary aGk=", "<<", "? x", "- x", "[]", "{}", "[[]]", "{a: b}", "[A, A]",
    "[" * 40 + "]" * 40, "{a: " * 40 + "}" * 40, "|\n  x", ">-\n  y", "A", "T", "G", "C", "GT",
    "GCA", "A/A", "A/C", "C/A", "T/T", "AC/GT", "rs1", "rs2", "rs9", "RS1", "AAA", "GRCh37",
    "GRCh38", "hg38", "higher", "lower", "between", "none", "no_difference", "unsettled",
    "not_studied", "association", "diplotype", "phenotype", "other", "*1/*2",
    "{variant}", "{", "}", "{0}", "{variant!r}", "{variant.x}", "{variant:>9999999999}", "{x}",
    "%s", "$a", "a" * 20000, "(", "\\", "[a-", "(a+)+$", "\u202e", "\ufeff", "\x85", "e\u0301",
    "\U0001f9ec", "1.2.3", "*",
]
YAML_NOISE = [
    b"\t", b"\r", b"\x00", b"\x1b", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b": ", b"- ", b"#",
    b"&a ", b"*a", b"!!str ", b"---\n", b"...\n", b"%YAML 9.9\n", b"%TAG ! x\n", b"|", b">", b"'",
    b'"', b"{", b"[", b"? ", b"}", b"]", b"\n", b" ", b"  ", b"<<: ", b"\x85", b"\xed\xa0\x80",
    b"\xc2\xa0",
]
"""Bytes to put into a YAML file."""
# fmt: on
