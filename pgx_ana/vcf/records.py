"""Rows as records: genotypes and qualities of all selected samples as arrays.

The only module that uses cyvcf2. It hands over the sample columns alone, under a header of its own:
what the header of a file declares about its fields, and what is in other columns, cannot mislead
the parser.
"""

from __future__ import annotations

import dataclasses
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import cyvcf2
import numpy as np
from numpy.typing import NDArray

from pgx_ana.errors import InputError
from pgx_ana.model import Record
from pgx_ana.vcf.confidence import LIKELIHOODS, READS
from pgx_ana.vcf.fields import (
    DEPTH_FIELDS,
    PROBABILITIES,
    QUALITY_FIELDS,
    check_allele_numbers,
    read_genotypes,
)
from pgx_ana.vcf.gt_rows import read_gt_column
from pgx_ana.vcf.lines import TAB
from pgx_ana.vcf.phase_fields import PhaseDeclarations, PhaseFields
from pgx_ana.vcf.record_fields import check_numbers, record_of
from pgx_ana.vcf.rows import TextRow
from pgx_ana.vcf.spool import write_spool, written_file

_TYPES = {
    "GT": "String",
    "FT": "String",
    **dict.fromkeys((*QUALITY_FIELDS, *DEPTH_FIELDS, *PROBABILITIES, "LEN"), "Float"),
    **dict.fromkeys((*LIKELIHOODS, *READS), "Float"),
}
_NUMBER = r"(?:\.|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:inf|nan))"
# Of the fields that the parser may reject: how a valid value looks, and what messages call it.
_VALID_VALUES = {
    "GT": (re.compile(r"[|/]?(?:\.|[0-9]+)(?:[|/](?:\.|[0-9]+))*"), "a genotype"),
    "Integer": (re.compile(r"(?:\.|-?[0-9]+)(?:,(?:\.|-?[0-9]+))*"), "a whole number"),
    "Float": (re.compile(f"{_NUMBER}(?:,{_NUMBER})*", re.IGNORECASE), "a number"),
}
# The fields that likelihoods and reads stand in for; where a row has these, they are not read.
_SUBSTITUTED = {
    **dict.fromkeys(LIKELIHOODS, frozenset(QUALITY_FIELDS)),
    **dict.fromkeys(READS, frozenset(DEPTH_FIELDS)),
}
# What a body may have where a sample lacks a value, or has one that is no finite number.
_LACKING = (b":.", b"\t.:", b"::", b":\t", b":,", b"\t,", b"n", b"N", b"e", b"E")
_LACKING_AT_START = (b".:", b",")
_MAX_FIELDS = 1000  # in FORMAT
_LONG_NUMBER = re.compile(rb"[0-9]{5}")
_EMPTY = re.compile(rb"(?<![^:,\t])(?=[:,\t]|$)")
# A phase sign before the first allele (VCF 4.4, section 1.6.2), where GT is the first field.
_LEADING_SIGN = re.compile(rb"(?:(?<=\t)|^)[/|](?=[0-9.])")
_EMPTY_BETWEEN = (b"::", b":\t", b":,", b",,", b",:", b",\t", b"\t,")

# This project reports every error itself: no lines of htslib on stderr.
cyvcf2.cyvcf2.set_htslib_log_level(0)


def read_records(
    rows: Sequence[TextRow],
    bodies: Sequence[bytes],
    samples: Sequence[str],
    selected: NDArray[np.intp] | None,
    phase_fields: PhaseDeclarations,
) -> list[Record]:
    """Return the record of each row, for some of its people.

    ``bodies`` has the columns of the same ``samples`` for each row. ``selected`` are the numbers of
    those to read, rising; all where None. Raises :class:`InputError` where genotypes or qualities
    are malformed.
    """
    records = [_plain_record(*pair, samples, selected) for pair in zip(rows, bodies, strict=True)]
    general = [number for number, record in enumerate(records) if record is None]
    read = _read_fields(
        [rows[number] for number in general],
        [bodies[number] for number in general],
        samples,
        selected,
        phase_fields,
    )
    by_number = dict(zip(general, read, strict=True))
    return [by_number[n] if record is None else record for n, record in enumerate(records)]


def _plain_record(
    row: TextRow, body: bytes, samples: Sequence[str], selected: NDArray[np.intp] | None
) -> Record | None:
    """Return the record of a row that has nothing but plain genotypes; None for any other."""
    if row.format != b"GT" or row.is_imputed or row.has_no_reads:
        return None
    column = read_gt_column(body, len(samples))
    if column is None:
        return None
    codes = column.codes if selected is None else column.codes[selected]
    n_alts = len(row.site.alts)
    if int(column.alleles.max(initial=0)) > n_alts:
        check_numbers(column.alleles[codes], samples, selected, n_alts, row.place)
    return dataclasses.replace(row.site, alleles=column.alleles, phased=column.phased, codes=codes)


def _read_fields(
    rows: Sequence[TextRow],
    bodies: Sequence[bytes],
    samples: Sequence[str],
    selected: NDArray[np.intp] | None,
    phase_fields: PhaseDeclarations,
) -> list[Record]:
    """Return the record of each row, parsed by cyvcf2."""
    if not rows:
        return []
    fields = phase_fields.of([(r.format, body) for r, body in zip(rows, bodies, strict=True)])
    types = {**_TYPES, **fields.types}
    names = None if selected is None else [f"s{number}" for number in selected.tolist()]
    chosen = samples if selected is None else [samples[number] for number in selected.tolist()]
    with written_file(sum(map(len, bodies))) as (file, path), warnings.catch_warnings():
        warnings.simplefilter("error")
        write_spool(file, _sample_columns(rows, bodies, samples, types))
        variants = cyvcf2.VCF(path, samples=names)
        paired = _paired(rows, bodies, variants, samples, types)
        return [_record(row, body, variant, chosen, fields) for row, body, variant in paired]


def _sample_columns(
    rows: Sequence[TextRow],
    bodies: Sequence[bytes],
    samples: Sequence[str],
    types: Mapping[str, str],
) -> Iterator[bytes]:
    """Yield the lines of a VCF file of the sample columns; ``types`` are those of used fields.

    Samples are named s0, s1, ..., and fields that are not used X0, X1, ...
    """
    formats = [_field_names(row, body, types) for row, body in zip(rows, bodies, strict=True)]
    unused = {f"X{number}": "String" for number in range(max(map(len, formats)))}
    yield b"##fileformat=VCFv4.2\n##contig=<ID=1>\n"
    for name, kind in {**types, **unused}.items():
        yield f'##FORMAT=<ID={name},Number=.,Type={kind},Description="">\n'.encode()
    header = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".replace(" ", "\t")
    yield "\t".join([header, *(f"s{number}" for number in range(len(samples)))]).encode() + b"\n"
    for number, (names, row, body) in enumerate(zip(formats, rows, bodies, strict=True), 1):
        yield f"1\t{number}\t.\tN\t.\t.\t.\t.\t{':'.join(names)}\t".encode()
        yield _for_htslib(body, names, row.place, samples) + b"\n"


def _field_names(row: TextRow, body: bytes, types: Mapping[str, str]) -> list[str]:
    """Return the names of the fields of FORMAT; X and the number for those that are not used.

    Likelihoods and reads are used where a sample may lack quality or depth.
    """
    given = row.format.decode("latin-1").split(":")
    if len(given) > _MAX_FIELDS:
        raise InputError(
            f"{row.place}: FORMAT has {len(given)} fields; at most {_MAX_FIELDS} can be read"
        )
    names: list[str] = []
    for number, name in enumerate(given):
        # Q is a probability where HipSTR writes it, together with GB; elsewhere it may be anything.
        is_used = name in types and name not in names and (name != "Q" or "GB" in given)
        if is_used and name in _SUBSTITUTED:
            is_used = _SUBSTITUTED[name].isdisjoint(given) or _may_lack(body, len(given))
        names.append(name if is_used else f"X{number}")
    return names


def _may_lack(body: bytes, n_fields: int) -> bool:
    """Say whether a sample may lack a value; never no if one does.

    Where each has all of them, likelihoods and reads, which are slow to read, are not needed.
    """
    n_samples = body.count(TAB) + 1
    return (
        body.count(b":") < n_samples * (n_fields - 1)
        or body.startswith(_LACKING_AT_START)
        or body.endswith(b":")
        or any(sign in body for sign in _LACKING)
    )


@cache
def _not_numeric(position: int) -> re.Pattern[bytes]:
    """Return a pattern for the value at a position of FORMAT, where it is not made of numbers.

    Its group is what the sample has in front of it.
    """
    numbers = f"{_NUMBER}?(?:,{_NUMBER}?)*".encode()
    return re.compile(
        rb"((?:^|\t)(?:[^:\t]*:){%d})(?!%s(?:[:\t]|$))[^:\t]*" % (position, numbers), re.IGNORECASE
    )


def _for_htslib(body: bytes, names: Sequence[str], place: str, samples: Sequence[str]) -> bytes:
    """Return the sample columns of a row in a form that htslib reads correctly.

    It reads an empty number as 0, and aborts the program where FORMAT names a GT that no sample
    has. A phase sign before the first allele is left out: of two copies, the sign between them says
    as much, and a BCF file does not tell whether it was written. Only ASCII text can be read; other
    letters are escaped, so that names that differ stay different. Raises :class:`InputError` where
    the first value of a sample is empty: then no value can be trusted.
    """
    if body.startswith((TAB, b":")) or body.endswith(TAB) or b"\t\t" in body or b"\t:" in body:
        columns = enumerate(body.split(TAB))
        number = next(n for n, values in columns if not values or values.startswith(b":"))
        raise InputError(
            f"{place}: the genotype columns are malformed: the first value of sample "
            f"{samples[number]!r} is empty"
        )
    for number, name in enumerate(names):
        if name in _SUBSTITUTED:  # of this sample alone: what others have must not matter
            body = _not_numeric(number).sub(rb"\1.", body)
    ends_empty = body.startswith(b",") or body.endswith((b":", b","))
    if ends_empty or any(pair in body for pair in _EMPTY_BETWEEN):
        body = _EMPTY.sub(b".", body)
    if "GT" in names[1:]:
        # GT is filled in where a sample drops its trailing values.
        position = names.index("GT")
        filled = [values + b":." * (position - values.count(b":")) for values in body.split(TAB)]
        body = TAB.join(_without_leading_sign(values, position) for values in filled)
    elif names[0] == "GT" and (body[:1] in b"/|" or b"\t|" in body or b"\t/" in body):
        body = _LEADING_SIGN.sub(b"", body)
    return body if body.isascii() else body.decode("latin-1").encode("ascii", "backslashreplace")


def _without_leading_sign(values: bytes, position: int) -> bytes:
    """Return the values of a sample without a phase sign before the GT at a position."""
    fields = values.split(b":")
    fields[position] = _LEADING_SIGN.sub(b"", fields[position])
    return b":".join(fields)


def _paired(
    rows: Sequence[TextRow],
    bodies: Sequence[bytes],
    variants: Any,
    samples: Sequence[str],
    types: Mapping[str, str],
) -> Iterator[tuple[TextRow, bytes, Any]]:
    """Yield each row with its cyvcf2 record. Raises :class:`InputError` where that has none."""
    iterator = iter(variants)
    for row, body in zip(rows, bodies, strict=True):
        try:
            yield row, body, next(iterator)
        except Exception as error:  # cyvcf2 raises bare Exception
            malformation = _malformation(row, body, samples, types)
            raise InputError(f"{row.place}: {malformation}") from error


def _malformation(
    row: TextRow, body: bytes, samples: Sequence[str], types: Mapping[str, str]
) -> str:
    """Say what is wrong with a row that the parser rejected, and in which sample."""
    names = row.format.decode("latin-1").split(":")
    for sample, column in zip(samples, body.split(TAB), strict=True):
        values = column.decode("latin-1").split(":")
        if len(values) > len(names):
            return f"sample {sample!r} has {len(values)} values, but FORMAT has {len(names)} fields"
        for name, value in zip(names, values, strict=False):
            if name in _SUBSTITUTED:
                continue
            kind = name if name == "GT" else types.get(name, "")
            pattern, expected = _VALID_VALUES.get(kind, (None, ""))
            if pattern is not None and not pattern.fullmatch(value):
                return f"{name} of sample {sample!r} is {value[:40]!r}, not {expected}"
    return "the genotype columns are malformed"


def _record(
    row: TextRow, body: bytes, variant: Any, samples: Sequence[str], phase_fields: PhaseFields
) -> Record:
    fields = set(variant.FORMAT or ())
    genotypes = None
    if "GT" in fields:
        if _LONG_NUMBER.search(body):
            check_allele_numbers(variant, samples, len(row.site.alts), row.place)
        genotypes = read_genotypes(variant, samples, row.place)
    return record_of(row, variant, fields, genotypes, samples, phase_fields)
