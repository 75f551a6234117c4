"""Rows as records: genotypes and qualities of all chosen samples as arrays.

The door to cyvcf2. It is given the sample columns only, under a header of this module: what a
file's own header declares of its fields, and what stands in other columns, cannot mislead it.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import cyvcf2

from pgx_ana.errors import InputError
from pgx_ana.model import Record
from pgx_ana.vcf.fields import (
    DEPTH_FIELDS,
    PROBABILITIES,
    QUALITY_FIELDS,
    best_guesses,
    check_allele_numbers,
    failed_of,
    genotypes_of,
    numbers_of,
    phase_sets_of,
    probability_of,
)
from pgx_ana.vcf.lines import FIXED, TAB, Line

_TYPES = {
    "GT": "String",
    "FT": "String",
    "PS": "Integer",
    **dict.fromkeys((*QUALITY_FIELDS, *DEPTH_FIELDS, *PROBABILITIES), "Float"),
}
_NUMBER = r"(?:\.|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:inf|nan))"
_SHAPES = {
    "GT": re.compile(r"[|/]?(?:\.|[0-9]+)(?:[|/](?:\.|[0-9]+))*"),
    "Integer": re.compile(r"(?:\.|-?[0-9]+)(?:,(?:\.|-?[0-9]+))*"),
    "Float": re.compile(f"{_NUMBER}(?:,{_NUMBER})*", re.IGNORECASE),
}
_MAX_FIELDS = 1000
_MAX_ALTS = 1 << 15  # allele numbers are kept in 16 bits
_LONG_NUMBER = re.compile(rb"[0-9]{5}")
_EMPTY = re.compile(rb"(?<![^:,\t])(?=[:,\t]|$)")
_EMPTY_BETWEEN = (b"::", b":\t", b":,", b",,", b",:", b",\t", b"\t,")
_ASCII = bytes(range(128)) + b"?" * 128

# What is wrong is told here; htslib's own lines on stderr would stand beside it.
cyvcf2.cyvcf2.set_htslib_log_level(0)


def read_records(
    lines: Sequence[Line], samples: Sequence[str], chosen: Sequence[int], *, text_ps: bool
) -> list[Record]:
    """Return the record of each line, for the chosen of the samples (their numbers, rising).

    ``text_ps`` says that PS holds words, not numbers. Raises :class:`InputError` where genotypes or
    qualities are malformed.
    """
    if not lines:
        return []
    with tempfile.NamedTemporaryFile(prefix="pgx-ana.") as file, warnings.catch_warnings():
        warnings.simplefilter("error")
        file.writelines(_rewritten(lines, len(samples), text_ps=text_ps))
        file.flush()
        names = None if len(chosen) == len(samples) else [f"s{number}" for number in chosen]
        variants = cyvcf2.VCF(file.name, samples=names)
        people = [samples[number] for number in chosen]
        return [
            _record(line, variant, people) for line, variant in _paired(lines, variants, samples)
        ]


def _rewritten(lines: Sequence[Line], n_samples: int, *, text_ps: bool) -> Iterator[bytes]:
    """Yield a VCF of the sample columns; fields of no concern here are named X0, X1, ..."""
    formats, bodies, most = [], [], 0
    for line in lines:
        columns = line.text.split(TAB, FIXED + 1)
        if len(columns) < FIXED + 2 or line.text.count(TAB) != FIXED + n_samples:
            raise InputError(
                f"{line.place}: the row has {line.text.count(TAB) + 1} columns; the header has "
                f"{FIXED + 1 + n_samples}"
            )
        if b"\0" in line.text:
            raise InputError(f"{line.place}: the row has a NUL byte")
        names = []
        given = columns[FIXED].decode("latin-1").split(":")
        if len(given) > _MAX_FIELDS:
            raise InputError(f"{line.place}: FORMAT has {len(given)} fields")
        for number, name in enumerate(given):
            # Q is a probability where HipSTR writes it, beside GB; elsewhere it may be anything.
            known = name in _TYPES and name not in names and (name != "Q" or "GB" in given)
            names.append(name if known else f"X{number}")
        formats.append(":".join(names))
        bodies.append(_readable(columns[FIXED + 1], names, line))
        most = max(most, len(names))
    types = {**_TYPES, "PS": "String" if text_ps else "Integer"}
    types |= {f"X{number}": "String" for number in range(most)}
    yield b"##fileformat=VCFv4.2\n##contig=<ID=1>\n"
    for name, kind in types.items():
        yield f'##FORMAT=<ID={name},Number=.,Type={kind},Description="">\n'.encode()
    header = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".replace(" ", "\t")
    yield "\t".join([header, *(f"s{number}" for number in range(n_samples))]).encode() + b"\n"
    for number, (names_of_row, body) in enumerate(zip(formats, bodies, strict=True), 1):
        yield f"1\t{number}\t.\tN\t.\t.\t.\t.\t{names_of_row}\t".encode()
        yield body + b"\n"


def _readable(body: bytes, names: Sequence[str], line: Line) -> bytes:
    """Return the values of a row as htslib reads them rightly.

    It takes an empty number for 0, and ends the program where FORMAT names a GT that no one has. Of
    letters it reads ASCII only; no value that is used has others. Raises :class:`InputError` where
    the first value of a person is empty: then nothing is certain.
    """
    if body.startswith((TAB, b":")) or body.endswith(TAB) or b"\t\t" in body or b"\t:" in body:
        columns = enumerate(body.split(TAB), FIXED + 2)
        number = next(n for n, values in columns if not values or values.startswith(b":"))
        raise InputError(
            f"{line.place}: the genotype columns are malformed: column {number} begins with no "
            "value"
        )
    ends_empty = body.startswith(b",") or body.endswith((b":", b","))
    if ends_empty or any(pair in body for pair in _EMPTY_BETWEEN):
        body = _EMPTY.sub(b".", body)
    if "GT" in names[1:]:
        place = names.index("GT")
        people = (values + b":." * (place - values.count(b":")) for values in body.split(TAB))
        body = TAB.join(people)
    return body if body.isascii() else body.translate(_ASCII)


def _paired(
    lines: Sequence[Line], variants: Any, samples: Sequence[str]
) -> Iterator[tuple[Line, Any]]:
    iterator = iter(variants)
    for line in lines:
        try:
            yield line, next(iterator)
        except Exception as error:  # cyvcf2 raises bare Exception
            raise InputError(f"{line.place}: {_blamed(line, samples)}") from error


def _blamed(line: Line, samples: Sequence[str]) -> str:
    """Say what is wrong with a row that cannot be read, and in which sample."""
    keys, *columns = line.text.split(TAB)[FIXED:]
    names = keys.decode("latin-1").split(":")
    for sample, column in zip(samples, columns, strict=True):
        values = column.decode("latin-1").split(":")
        if len(values) > len(names):
            return f"sample {sample!r} has {len(values)} values for the {len(names)} of FORMAT"
        for name, value in zip(names, values, strict=False):
            shape = _SHAPES.get(_TYPES.get(name, "") if name != "GT" else name)
            if shape is not None and not shape.fullmatch(value):
                return f"{name} of sample {sample!r} is {value[:40]!r}"
    return "the genotype columns are malformed"


def _record(line: Line, variant: Any, people: Sequence[str]) -> Record:
    columns = line.text.split(TAB, FIXED + 1)
    ref = _text(columns[3], line).upper()
    if columns[4].count(b",") >= _MAX_ALTS:
        raise InputError(f"{line.place}: has more than {_MAX_ALTS} ALT")
    alts = _alts(_text(columns[4], line), line)
    fields = set(variant.FORMAT or ())
    has_genotypes = "GT" in fields
    probability = None
    if has_genotypes:
        if _LONG_NUMBER.search(columns[FIXED + 1]):
            check_allele_numbers(variant, len(alts), line.place)
        alleles, phased = genotypes_of(variant, len(people), line.place)
        probability = probability_of(variant, fields, alleles, len(alts))
    else:
        alleles, phased, probability = best_guesses(variant, fields, len(people), len(alts))
    if len(alleles) and alleles.max() > len(alts):
        number = int(alleles.max(axis=1).argmax())
        raise InputError(
            f"{line.place}: sample {people[number]!r} has allele {alleles.max()}, but the record "
            f"has {len(alts)} ALT"
        )
    return Record(
        chrom=line.chrom,
        pos=line.pos,
        end=line.end,
        ref=ref,
        alts=alts,
        filters=tuple(_text(columns[6], line).split(";")),
        alleles=alleles,
        phased=phased,
        phase_set=phase_sets_of(variant) if "PS" in fields else None,
        gq=numbers_of(variant, QUALITY_FIELDS, fields),
        dp=numbers_of(variant, DEPTH_FIELDS, fields),
        failed=failed_of(variant) if "FT" in fields else None,
        probability=probability,
        has_genotypes=has_genotypes,
    )


def _alts(text: str, line: Line) -> tuple[str, ...]:
    alts = () if text == "." else tuple(text.upper().split(","))
    if "" in alts:
        raise InputError(f"{line.place}: ALT {text[:40]!r} has an empty allele")
    return alts


def _text(column: bytes, line: Line) -> str:
    if not column:
        raise InputError(f"{line.place}: REF, ALT or FILTER is empty")
    return column.decode("utf-8", "backslashreplace")
