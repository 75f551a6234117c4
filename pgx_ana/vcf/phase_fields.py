"""Phase sets and phase probabilities of one row: PS, PSL, PQ, PSQ and PP.

A phase set is a number or a name. Numbers are kept as they are. Each name has a number of its own,
from ``FIRST_NAMED_SET`` on, so that it equals no set with a number.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.model import FIRST_NAMED_SET, NO_COPY
from pgx_ana.vcf.imputation import Alleles, Floats

_DECLARATION = re.compile(r"^##FORMAT=<ID=(?P<id>PQ|PSQ|PP),(?P<rest>[^\n]*)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"\b(Number|Type)=([^,>]+)")
_SHORT_NUMBER = re.compile(rb"\.?|[0-9]{1,9}")  # htslib drops integers beyond 32 bits
_MAX_DIGITS = 18  # of a phase set that 64 bits hold
_MAX_NUMBER = 1e9  # any number above says the same, and fits into single precision
_MISSING_TEXTS = frozenset({"", "."})
_NO_SET = -1

Bools = NDArray[np.bool_]
Sets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PhaseDeclarations:
    """What a header declares about PQ, PSQ and PP: by field, its Number and Type."""

    by_field: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    @classmethod
    def in_header(cls, header: str) -> PhaseDeclarations:
        """Return the declarations of a header."""
        return cls(
            tuple(
                (
                    match["id"],
                    tuple(_ATTRIBUTE.findall(match["rest"].partition("Description=")[0])),
                )
                for match in _DECLARATION.finditer(header)
            )
        )

    def of(self, rows: Sequence[tuple[bytes, bytes]]) -> PhaseFields:
        """Return how the phase fields of some rows are read.

        ``rows`` are their FORMAT and sample columns. A field that is not declared as a number is
        read as text, so that another meaning of it cannot make a row unreadable. PS is read as
        text where any of it is no number; numbers and names of sets mean the same either way.
        """
        declared = {name: dict(attributes) for name, attributes in self.by_field}
        types = {"PS": "String" if _has_named_sets(rows) else "Integer", "PSL": "String"}
        for name in ("PQ", "PSQ", "PP"):
            kind = declared.get(name, {}).get("Type")
            types[name] = "Float" if kind in {"Integer", "Float"} else "String"
        if not _may_be_probability(declared.get("PP", {})):
            del types["PP"]
        return PhaseFields(types)


@dataclass(frozen=True, slots=True)
class Phase:
    """The phase of one row, for all samples.

    ``alleles`` (samples, 2) and ``phased`` are those of GT, except under phase set lists (PSL):
    where the names of a list are out of order, the two copies change places, and where a list names
    no set, the phase is open. ``phase_set`` is int64, -1 for none; ``probability`` is float32, the
    lowest that the row has for the order of the two copies, NaN where it has none. Both are None if
    the row has no such field.
    """

    alleles: Alleles
    phased: Bools
    phase_set: Sets | None
    probability: Floats | None


@dataclass(frozen=True, slots=True)
class PhaseFields:
    """How the phase fields of a file are read.

    ``types`` are those under which the parser reads them. A PP that cannot be a phase probability
    by its declaration has none.
    """

    types: Mapping[str, str]

    def phase(self, variant: Any, fields: set[str], alleles: Alleles, phased: Bools) -> Phase:
        """Return the phase of a row whose genotypes were read, from its cyvcf2 record."""
        sets = _by_number(variant.format("PS")) if "PS" in fields else None
        probability = _lowest(
            _probabilities(variant.format(name), name)
            for name in ("PP", "PQ", "PSQ")
            if name in fields
        )
        lists = variant.format("PSL") if "PSL" in fields else None
        if lists is None:
            return Phase(alleles, phased, sets, probability)
        listed, is_swapped = _by_list(lists)
        has_list = listed != _NO_SET
        swapped = is_swapped & phased & (alleles[:, 1] != NO_COPY)
        alleles = np.where(swapped[:, None], alleles[:, ::-1], alleles)
        sets = np.full(len(listed), _NO_SET, np.int64) if sets is None else sets
        is_open = ~has_list & (sets == _NO_SET) & (alleles[:, 0] != alleles[:, 1])
        return Phase(alleles, phased & ~is_open, np.where(has_list, listed, sets), probability)


def _by_number(values: NDArray[Any] | None) -> Sets | None:
    """Return the sets of PS, numbers or names."""
    if values is None:
        return None
    if values.dtype.kind == "i":
        return np.maximum(values[:, 0].astype(np.int64), _NO_SET)  # missing is below zero
    texts, codes = np.unique(values.astype(str), return_inverse=True)
    return np.array([_set_of(text) for text in texts.tolist()], np.int64)[codes.reshape(-1)]


def _set_of(text: str) -> int:
    if text in _MISSING_TEXTS:
        return _NO_SET
    if text.isascii() and text.isdecimal() and len(text.lstrip("0")) <= _MAX_DIGITS:
        return int(text)
    return _number_of("PS", text)


def _by_list(values: NDArray[Any]) -> tuple[Sets, Bools]:
    """Return the sets of PSL, and where the second copy belongs to the first name.

    In a list, a name belongs to a chromosome, not to the first or second copy (VCF 4.4, section
    1.6.2). The set of a genotype is that of its two names, which order the copies; one name for
    both copies leaves them in the order of GT.
    """
    texts, codes = np.unique(values.astype(str), return_inverse=True)
    sets, swaps = zip(*map(_set_of_list, texts.tolist()), strict=True)
    codes = codes.reshape(-1)
    return np.array(sets, np.int64)[codes], np.array(swaps, np.bool_)[codes]


def _set_of_list(text: str) -> tuple[int, bool]:
    names = text.split(",")
    if len(names) == 1:
        names *= 2
    known = sorted(set(names) - _MISSING_TEXTS)
    if len(names) != 2 or not known:
        return _NO_SET, False
    kind = "PSL" if _MISSING_TEXTS.isdisjoint(names) else "PSL of one copy"
    return _number_of(kind, *known), names[0] != known[0]


def _number_of(*name: str) -> int:
    """Return the number of a named set: a hash, so that it does not depend on the rows read before.

    Among 62 bits, two of a million names in a file are alike once in ten million files.
    """
    digest = hashlib.blake2b("\t".join(name).encode(), digest_size=8).digest()
    return FIRST_NAMED_SET + int.from_bytes(digest, "little") % FIRST_NAMED_SET


def _may_be_probability(declaration: Mapping[str, str]) -> bool:
    """Say whether PP, as it is declared, may be the probability of a phase.

    SHAPEIT5 declares one Float. VCF 4.3 reserves PP for the posterior probabilities of genotypes,
    Integers with one value per genotype; others count reads with it.
    """
    return declaration.get("Type") != "Integer" and declaration.get("Number", ".") in {"1", "."}


def _has_named_sets(rows: Iterable[tuple[bytes, bytes]]) -> bool:
    """Say whether any PS is something else than a number that the parser can read."""
    for names, body in rows:
        position = names.split(b":").index(b"PS") if b"PS" in names.split(b":") else -1
        if position >= 0:
            values = re.findall(rb"(?:^|\t)(?:[^:\t]*:){%d}([^:\t]*)" % position, body)
            if not all(_SHORT_NUMBER.fullmatch(value) for value in set(values)):
                return True
    return False


def _lowest(columns: Iterable[Floats | None]) -> Floats | None:
    present = [column for column in columns if column is not None]
    return np.fmin.reduce(present) if present else None


def _probabilities(values: NDArray[Any] | None, name: str) -> Floats | None:
    """Return the probability that the order of the copies is right, by PP, PQ or PSQ.

    A PP counts if it is one value between 0 and 1. PQ and PSQ are phred-scaled probabilities of a
    wrong order; the lowest of several counts.
    """
    if values is None:
        return None
    numbers = _numbers(values)
    if name == "PP":
        is_probability = (~np.isnan(numbers)).sum(axis=1) == 1
        is_probability &= (numbers[:, 0] >= 0) & (numbers[:, 0] <= 1)
        return np.where(is_probability, numbers[:, 0], np.float32(np.nan))
    lowest = np.maximum(np.fmin.reduce(numbers, axis=1), np.float32(0))
    probabilities: Floats = (1 - np.power(np.float32(10), -lowest / 10)).astype(np.float32)
    return probabilities


def _numbers(values: NDArray[Any]) -> Floats:
    """Return the values of a field, of shape (samples, values).

    A missing value is NaN, and a text that is no number is infinite.
    """
    if values.dtype.kind == "f":
        # The missing value of BCF is a signalling NaN, which would spread through a minimum.
        numbers: Floats = np.where(np.isnan(values), np.float32(np.nan), values)
        return numbers
    texts, codes = np.unique(values.astype(str), return_inverse=True)
    split = [text.split(",") for text in texts.tolist()]
    by_text = np.full((len(split), max(map(len, split))), np.nan, np.float32)
    for row, words in enumerate(split):
        by_text[row, : len(words)] = [_number(word) for word in words]
    return by_text[codes.reshape(-1)]


def _number(text: str) -> float:
    if text in _MISSING_TEXTS:
        return math.nan
    try:
        return min(float(text), _MAX_NUMBER)
    except ValueError:
        return math.inf
