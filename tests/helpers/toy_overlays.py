"""Overlays of the toy knowledge base: entries as YAML, and the folders that hold them.

The values of fields are YAML text. A field that is not given has the value of a made-up entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

VARIANT = {
    "gene": "AAA",
    "type": "snv",
    "consequence": "none",
    "paper_wording": "plus strand",
    "sources": "[made up]",
}
ASSOCIATION = {"drug": "letrozole", "setting": "adjuvant"}
NULL_RESULT: Mapping[str, str | None] = {
    "publication": "two-2002",
    "cohort": "second",
    "variants": None,
    "kind": "clinical",
    "drugs": "[letrozole]",
    "setting": "adjuvant",
    "population": "{sex: female}",
    "n": None,
    "design": "made up",
    "outcome": None,
    "wording": "all",
    "strand": "plus",
    "result": '"null"',
    "alleles": None,
    "direction": "none",
    "effects": None,
    "p": None,
    "significance": "not_significant",
    "specified": "exploratory",
    "flags": None,
    "read": "abstract",
    "sources": "[made up]",
    "summary": "No difference.",
}
"""The fields of a result in their order; those without a value are left out unless given."""
POLYGENIC_RESULT: Mapping[str, str | None] = {
    "publication": "two-2002",
    "cohort": "second",
    "drugs": "[letrozole]",
    "setting": "adjuvant",
    "population": "{sex: female}",
    "n": None,
    "outcome": None,
    "score": "ten variants",
    "result": '"null"',
    "effects": None,
    "p": None,
    "significance": "not_significant",
    "validated": '"no"',
    "read": "abstract",
    "sources": "[made up]",
    "summary": "No difference.",
}
"""The fields of a polygenic result in their order, with values as above."""


def written_overlay(folder: Path, *sections: str) -> Path:
    """Write a folder with these sections in one file, and return it."""
    folder.mkdir(exist_ok=True)
    (folder / "overlay.yaml").write_text("".join(sections), encoding="utf-8")
    return folder


def kb_options(layers: Iterable[Path]) -> list[str]:
    """Return the command-line options that select knowledge bases."""
    return [word for folder in layers for word in ("--kb", str(folder))]


def section(name: str, *entries: str) -> str:
    """Return a section of a knowledge base with these entries."""
    return f"{name}:\n{''.join(entries)}"


def variant_entry(rsid: str, alleles: str, *, grch37: str, grch38: str, **fields: str) -> str:
    """Return a variant; ``alleles`` are separated by spaces, as in ``"A C"``.

    A locus is written as in ``'chrom: "1", pos: 150, ref: A'``.
    """
    bases = ", ".join(f"{{bases: {allele}}}" for allele in alleles.split())
    loci = f"\n      GRCh37: {{{grch37}}}\n      GRCh38: {{{grch38}}}"
    return _entry(rsid, {**VARIANT, "loci": loci, "alleles": f"[{bases}]", **fields})


def result_entry(key: str, **fields: str) -> str:
    """Return a result, without an effect unless the fields say otherwise."""
    return _entry(key, {**NULL_RESULT, **fields})


def polygenic_entry(key: str, **fields: str) -> str:
    """Return a result on many variants at once, without an effect unless the fields say so."""
    return _entry(key, {**POLYGENIC_RESULT, **fields})


def association_entry(key: str, genotypes: Mapping[str, str], **fields: str) -> str:
    """Return an association with the direction of each genotype: ``{"A/A": "higher"}``.

    Its statement says nothing unless the fields say otherwise.
    """
    directions = "".join(f"\n      {name}: {direction}" for name, direction in genotypes.items())
    statement = fields.pop("statement", "Made up.")
    return _entry(key, {**ASSOCIATION, **fields, "genotypes": directions, "statement": statement})


def _entry(key: str, fields: Mapping[str, str | None]) -> str:
    lines = [f"    {name}: {value}\n" for name, value in fields.items() if value is not None]
    return "".join([f"  - id: {key}\n", *lines]).replace(": \n", ":\n")
