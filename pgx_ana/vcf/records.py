"""Rows as records: genotypes and qualities of all selected samples as arrays.

The only module that uses cyvcf2. It hands over the sample columns alone, under a header of its own:
what the header of a file declares about its fields, and what is in other columns, cannot mislead
the parser.
"""

from __future__ import annotations

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
from pgx_ana.vcf.blocks import counts_copies
from pgx_ana.vcf.confidence import LIKELIHOODS, READS, depth, quality
from pgx_ana.vcf.fields import (
    DEPTH_FIELDS,
    PROBABILITIES,
    QUALITY_FIELDS,
    allele_beyond_alt,
    best_guesses,
    check_allele_numbers,
    fails_sample_filter,
    first_present,
    probability_of,
    read_genotypes,
)
from pgx_ana.vcf.lines import FIXED, TAB, Line
from pgx_ana.vcf.phase_fields import PhaseFields
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
_MISSING = b":."
_IMPUTED = re.compile(rb"(?:^|;)(?:IMP|IMPUTED)(?:;|$)")
_END = re.compile(rb"(?:^|;)END=([0-9]{1,10})(?:;|$)")
_MAX_FIELDS = 1000  # in FORMAT
_MAX_ALTS = 1 << 15  # allele numbers are kept in 16 bits
_LONG_NUMBER = re.compile(rb"[0-9]{5}")
_EMPTY = re.compile(rb"(?<![^:,\t])(?=[:,\t]|$)")
# A phase sign before the first allele (VCF 4.4, section 1.6.2), where GT is the first field.
_LEADING_SIGN = re.compile(rb"(?:(?<=\t)|^)[/|](?=[0-9.])")
_EMPTY_BETWEEN = (b"::", b":\t", b":,", b",,", b",:", b",\t", b"\t,")

# This project reports every error itself: no lines of htslib on stderr.
cyvcf2.cyvcf2.set_htslib_log_level(0)


def read_records(
    lines: Sequence[Line],
    samples: Sequence[str],
    selected: Sequence[int],
    phase_fields: PhaseFields,
) -> list[Record]:
    """Return the record of each line, for the selected samples (their numbers, rising).

    Raises :class:`InputError` where genotypes or qualities are malformed.
    """
    if not lines:
        return []
    types = {**_TYPES, **phase_fields.types}
    size = sum(len(line.text) for line in lines)
    with written_file(size) as (file, path), warnings.catch_warnings():
        warnings.simplefilter("error")
        write_spool(file, _sample_columns(lines, samples, types))
        names = None if len(selected) == len(samples) else [f"s{number}" for number in selected]
        variants = cyvcf2.VCF(path, samples=names)
        selected_samples = [samples[number] for number in selected]
        return [
            _record(line, variant, selected_samples, phase_fields)
            for line, variant in _paired(lines, variants, samples, types)
        ]


def _sample_columns(
    lines: Sequence[Line], samples: Sequence[str], types: Mapping[str, str]
) -> Iterator[bytes]:
    """Yield the lines of a VCF file of the sample columns; ``types`` are those of used fields.

    Samples are named s0, s1, ..., and fields that are not used X0, X1, ...
    """
    formats, bodies = [], []
    for line in lines:
        columns = line.text.split(TAB, FIXED + 1)
        _check_columns(line, columns, len(samples))
        names = _field_names(line, columns[FIXED], columns[FIXED + 1], types)
        formats.append(names)
        bodies.append(_for_htslib(columns[FIXED + 1], names, line, samples))
    unused = {f"X{number}": "String" for number in range(max(map(len, formats)))}
    yield b"##fileformat=VCFv4.2\n##contig=<ID=1>\n"
    for name, kind in {**types, **unused}.items():
        yield f'##FORMAT=<ID={name},Number=.,Type={kind},Description="">\n'.encode()
    header = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".replace(" ", "\t")
    yield "\t".join([header, *(f"s{number}" for number in range(len(samples)))]).encode() + b"\n"
    for number, (names, body) in enumerate(zip(formats, bodies, strict=True), 1):
        yield f"1\t{number}\t.\tN\t.\t.\t.\t.\t{':'.join(names)}\t".encode()
        yield body + b"\n"


def _check_columns(line: Line, columns: Sequence[bytes], n_samples: int) -> None:
    n_tabs = line.text.count(TAB)
    if len(columns) < FIXED + 2 or n_tabs != FIXED + n_samples:
        raise InputError(
            f"{line.place}: the row has {n_tabs + 1} columns; the header has "
            f"{FIXED + 1 + n_samples}"
        )
    if b"\0" in line.text:
        raise InputError(f"{line.place}: the row has a NUL byte")


def _field_names(
    line: Line, format_column: bytes, body: bytes, types: Mapping[str, str]
) -> list[str]:
    """Return the names of the fields of FORMAT; X and the number for those that are not used.

    Likelihoods and reads are used where a sample may lack quality or depth, if they are numbers.
    """
    given = format_column.decode("latin-1").split(":")
    if len(given) > _MAX_FIELDS:
        raise InputError(
            f"{line.place}: FORMAT has {len(given)} fields; at most {_MAX_FIELDS} can be read"
        )
    names: list[str] = []
    for number, name in enumerate(given):
        # Q is a probability where HipSTR writes it, together with GB; elsewhere it may be anything.
        is_used = name in types and name not in names and (name != "Q" or "GB" in given)
        if is_used and name in _SUBSTITUTED:
            is_lacking = _MISSING in body or _SUBSTITUTED[name].isdisjoint(given)
            is_used = is_lacking and not _not_numeric(number).search(body)
        names.append(name if is_used else f"X{number}")
    return names


@cache
def _not_numeric(position: int) -> re.Pattern[bytes]:
    """Return a pattern for a sample whose value at a position of FORMAT is not made of numbers."""
    numbers = f"{_NUMBER}?(?:,{_NUMBER}?)*".encode()
    return re.compile(
        rb"(?:^|\t)(?:[^:\t]*:){%d}(?!%s(?:[:\t]|$))" % (position, numbers), re.IGNORECASE
    )


def _for_htslib(body: bytes, names: Sequence[str], line: Line, samples: Sequence[str]) -> bytes:
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
            f"{line.place}: the genotype columns are malformed: the first value of sample "
            f"{samples[number]!r} is empty"
        )
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
    lines: Sequence[Line], variants: Any, samples: Sequence[str], types: Mapping[str, str]
) -> Iterator[tuple[Line, Any]]:
    """Yield each line with its cyvcf2 record. Raises :class:`InputError` where that has none."""
    iterator = iter(variants)
    for line in lines:
        try:
            yield line, next(iterator)
        except Exception as error:  # cyvcf2 raises bare Exception
            raise InputError(f"{line.place}: {_malformation(line, samples, types)}") from error


def _malformation(line: Line, samples: Sequence[str], types: Mapping[str, str]) -> str:
    """Say what is wrong with a row that the parser rejected, and in which sample."""
    keys, *columns = line.text.split(TAB)[FIXED:]
    names = keys.decode("latin-1").split(":")
    for sample, column in zip(samples, columns, strict=True):
        values = column.decode("latin-1").split(":")
        if len(values) > len(names):
            return f"sample {sample!r} has {len(values)} values, but FORMAT has {len(names)} fields"
        for name, value in zip(names, values, strict=False):
            kind = name if name == "GT" else types.get(name, "")
            pattern, expected = _VALID_VALUES.get(kind, (None, ""))
            if pattern is not None and not pattern.fullmatch(value):
                return f"{name} of sample {sample!r} is {value[:40]!r}, not {expected}"
    return "the genotype columns are malformed"


def _record(line: Line, variant: Any, samples: Sequence[str], phase_fields: PhaseFields) -> Record:
    columns = line.text.split(TAB, FIXED + 1)
    ref = _text(columns[3], "REF", line).upper()
    alts = _alts(columns[4], line)
    fields = set(variant.FORMAT or ())
    has_genotypes = "GT" in fields
    if has_genotypes:
        if _LONG_NUMBER.search(columns[FIXED + 1]):
            check_allele_numbers(variant, samples, len(alts), line.place)
        alleles, phased = read_genotypes(variant, samples, line.place)
        probability = probability_of(variant, fields, alleles, len(alts), phased)
        if probability is None and _IMPUTED.search(columns[7]):
            probability = np.zeros(len(samples), np.float32)  # nothing says how likely it is
    else:
        alleles, phased, probability = best_guesses(variant, fields, len(samples), len(alts))
    if len(alleles) and alleles.max() > len(alts):
        sample = samples[int(alleles.max(axis=1).argmax())]
        raise allele_beyond_alt(line.place, sample, int(alleles.max()), len(alts))
    phase = phase_fields.phase(variant, fields, alleles, phased)
    return Record(
        chrom=line.chrom,
        pos=line.pos,
        end=line.end,
        ref=ref,
        alts=alts,
        filters=tuple(_text(columns[6], "FILTER", line).split(";")),
        alleles=phase.alleles,
        phased=phase.phased,
        phase_set=phase.phase_set,
        phase_probability=phase.probability,
        gq=quality(variant, fields),
        dp=depth(variant, fields, columns[7], len(samples)),
        failed=fails_sample_filter(variant) if "FT" in fields else None,
        probability=probability,
        has_genotypes=has_genotypes,
        alt_ends=line.ends if len(set(line.ends)) > 1 else (),
        counts_copies=counts_copies(columns),
        sample_ends=_sample_ends(line, variant, columns[7]) if "LEN" in fields else None,
    )


def _sample_ends(line: Line, variant: Any, info: bytes) -> NDArray[np.int64]:
    """Return the last position of the block of each sample: by LEN, else by END or REF."""
    lengths = first_present(variant, ("LEN",), {"LEN"})
    end = _END.search(info)
    other = int(end[1]) if end else line.pos
    if lengths is None:
        return np.full(len(variant.genotypes), other, np.int64)
    return np.where(np.isnan(lengths), other, line.pos + lengths - 1).astype(np.int64)


def _alts(column: bytes, line: Line) -> tuple[str, ...]:
    if column.count(b",") >= _MAX_ALTS:
        raise InputError(f"{line.place}: the record has more than {_MAX_ALTS} ALT alleles")
    text = _text(column, "ALT", line)
    alts = () if text == "." else tuple(text.upper().split(","))
    if "" in alts:
        raise InputError(f"{line.place}: ALT {text[:40]!r} has an empty allele")
    return alts


def _text(column: bytes, name: str, line: Line) -> str:
    """Return a fixed column, called ``name`` in messages, as text; an empty one is rejected."""
    if not column:
        raise InputError(f"{line.place}: {name} is empty")
    return column.decode("utf-8", "backslashreplace")
