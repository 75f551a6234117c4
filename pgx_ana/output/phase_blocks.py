"""What gives the copies of a genotype an order, where no other column of the calls shows it.

With it, haplotypes can be called again from stored calls: an unphased genotype may be carried by a
row over several sites, a phase set may have a name in place of a number, and the genotype of one
copy does not show whether it is phased.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from pgx_ana.coded import Coded
from pgx_ana.model import FIRST_NAMED_SET, Call, SiteCalls

_PHASED = "phased"
_TEXT = re.compile(r"(?P<kind>row|reversed row|set) (?P<what>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PhaseBlock:
    """What gives the copies an order: a row over several sites, or a phase set with a name.

    ``spanning_row`` and ``swapped`` are those of :class:`~pgx_ana.model.Call`. ``named_set`` is the
    number of the phase set, -1 for none. All are empty for a haploid call that is phased.
    """

    spanning_row: str = ""
    swapped: bool = False
    named_set: int = -1

    @property
    def text(self) -> str:
        """Return ``row 100 AC>GT``, ``reversed row 100 AC>GT``, ``set`` and digits, or a word."""
        if self.spanning_row:
            return f"{'reversed ' if self.swapped else ''}row {self.spanning_row}"
        return f"set {self.named_set:x}" if self.named_set >= 0 else _PHASED

    @classmethod
    def from_text(cls, text: str) -> PhaseBlock:
        """Return the block that a cell shows. Raises :class:`ValueError` for any other text."""
        match = _TEXT.fullmatch(text)
        if match is None:
            if text != _PHASED:
                raise ValueError(f"unknown phase block {text!r}")
            return cls()
        if match["kind"] != "set":
            return cls(match["what"], swapped=match["kind"] != "row")
        number = int(match["what"], 16)
        if not FIRST_NAMED_SET <= number < 2 * FIRST_NAMED_SET:
            raise ValueError(f"unknown phase set {text!r}")
        return cls(named_set=number)


def phase_blocks(site: SiteCalls) -> Coded[str | None] | None:
    """Return the phase block of each person as text; None where nobody has one."""
    of_calls = site.calls.map(_of_call)
    if site.phase_set is None or not (site.phase_set >= FIRST_NAMED_SET).any():
        return of_calls if any(of_calls.values) else None
    is_named = (site.phase_set >= FIRST_NAMED_SET) & site.calls.mask(lambda call: call.phased)
    numbers, codes_of_sets = np.unique(site.phase_set[is_named], return_inverse=True)
    codes = of_calls.codes.astype(np.int32)
    codes[is_named] = codes_of_sets.reshape(-1) + len(of_calls.values)
    named = (PhaseBlock(named_set=number).text for number in numbers.tolist())
    return Coded((*of_calls.values, *named), codes).compact()


def _of_call(call: Call) -> str | None:
    if call.spanning_row:
        return PhaseBlock(call.spanning_row, call.swapped).text
    return _PHASED if call.phased and len(call.alleles) == 1 else None
