"""VCF Zarr (https://github.com/sgkit-dev/vcf-zarr-spec): the rows of a VCF file as arrays.

What a row means is decided as for a row of a VCF file, by the same code. A store without FILTER and
without the header of a VCF file was made of another format: bio2zarr takes allele A2 of PLINK for
REF, so that such a store does not tell which allele is the reference.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.reference_order import UNNAMED
from pgx_ana.biobank.source import Entry, Genotypes
from pgx_ana.biobank.zarr_fields import CallFields
from pgx_ana.biobank.zarr_sites import Names, SiteTable
from pgx_ana.biobank.zarr_store import ZarrStore
from pgx_ana.coded import code_dtype, distinct_rows
from pgx_ana.errors import InputError, PgxAnaError, UsageError
from pgx_ana.model import Record
from pgx_ana.vcf import (
    ChromosomeOf,
    Contigs,
    Extent,
    FieldRow,
    Header,
    MetaLines,
    PhaseFields,
    TargetIndex,
    extents_of,
    parse_contigs,
    record_of,
)

_UNUSABLE = frozenset("\t\n\r\0")
_UNNAMED = frozenset({"0", "."})
_MAX_SHOWN = 40
_NO_FILTERS = (
    "chunks of rows without FILTER are not stored, which a lost chunk looks like: if the store was "
    "copied, make sure that it is complete"
)
_LEFT_OUT = (
    "chunks of genotypes that are all 0/0 are not stored, which a lost chunk looks like: if the "
    "store was copied, make sure that it is complete"
)


class VcfZarrSource:
    """One store. ``name`` is what messages call it.

    Raises :class:`InputError` where an array is missing, damaged, or does not fit the others.
    """

    is_indexed: bool

    def __init__(self, path: str, name: str, index: str) -> None:
        if index:
            raise UsageError(f"{name}: is a VCF Zarr, which has its index in itself: name none")
        self.compression = ""
        self._name = name
        self._rows: dict[int, FieldRow] = {}
        self.remarks: dict[str, None] = {}
        self._store = ZarrStore(path, name)
        try:
            self._open()
        except PgxAnaError:
            self.close()
            raise

    def entries(
        self, targets: TargetIndex, chromosome_of: ChromosomeOf
    ) -> Iterator[tuple[Entry, list[int]]]:
        """Yield the rows that overlap a target, and the numbers of the targets."""
        for number, row, numbers in self._sites.near(targets, chromosome_of):
            if number not in self._rows:
                self._rows[number] = row
                self._fields.add_row(number)
            site = row.site if self._is_of_vcf else _with_unnamed(row.site)
            yield Entry(site, number, row.place, is_ordered=self._is_of_vcf), numbers
        if self._sites.lacks_filters:
            self.remarks[_NO_FILTERS] = None

    def extents(self, chromosome_of: ChromosomeOf) -> dict[str, Extent]:
        """Return, for each known chromosome with rows, the first and the last position."""
        known = self._sites.extents().items()
        return extents_of(((c, pos) for c, extent in known for pos in extent), chromosome_of)

    def verify(self) -> None:
        """Decode every chunk of what is read."""
        self._sites.verify()
        self._fields.verify()

    def genotypes(self, entry: Entry, people: NDArray[np.intp]) -> Genotypes:
        """Return the genotypes and qualities of some people, by their numbers, rising."""
        row, fields = self._rows[entry.number], self._fields.fields
        found = None
        if self._fields.has_genotypes:
            found = self._fields.genotypes(entry.number, people, entry.place)
        if self._fields.n_left_out:
            self.remarks[_LEFT_OUT] = None
        names = _Chosen(self.samples, people)
        values = self._fields.values(entry.number, people)
        record = record_of(row, values, fields, found, names, PhaseFields({}))
        return _coded(record, row, is_plain=not fields)

    def close(self) -> None:
        """Release the store."""
        self._store.close()

    def _open(self) -> None:
        store = self._store
        attributes = store.attributes
        if "vcf_zarr_version" not in attributes and "call_genotype" not in store.names():
            raise InputError(
                f"{self._name}: is a Zarr store, but no VCF Zarr: it has no vcf_zarr_version"
            )
        self.samples: Sequence[str] = _sample_names(store)
        contigs = _texts(store, "contig_id")
        marks = ("vcf_meta_information", "vcf_header")
        has_header = any(mark in attributes for mark in marks)
        self._is_of_vcf = has_header or "variant_filter" in store.names()
        meta = self._meta_lines(contigs)
        self.header = Header(meta.header.contigs, meta.header.lines)
        self.caller = meta.caller
        somatic = meta.shown_as_somatic(self.samples)
        if somatic:
            remark = f"written by a somatic caller ({somatic}): its genotypes are not germline ones"
            self.remarks[remark] = None
        n_variants = store.array("variant_position").expect((None,), "whole number").shape[0]
        self._fields = CallFields(store, n_variants, len(self.samples))
        filters = self._filters()
        self._sites = SiteTable(store, Names(contigs, filters), self._fields)
        self.is_indexed = self._sites.is_indexed
        described = json.dumps(attributes, sort_keys=True, default=str)
        content = "\n".join([described, *contigs, "", *(filters or ()), "", *self.samples])
        self.digest = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()

    def _filters(self) -> tuple[str, ...] | None:
        present = {"variant_filter", "filter_id"} & self._store.names()
        if not present:
            self.remarks["the store has no FILTER"] = None
            return None
        filters = _texts(self._store, "filter_id")
        if any(not name or ";" in name for name in filters):
            raise InputError(f"{self._name}: filter_id has a name that is none of a filter")
        return filters

    def _meta_lines(self, contigs: tuple[str, ...]) -> MetaLines:
        """Return the header that the store keeps of its VCF file, with its own contigs."""
        attributes = self._store.attributes
        lines = []
        for pair in _pairs(attributes.get("vcf_meta_information", ()), self._name):
            lines.append("##{}={}".format(*pair))
        header = attributes.get("vcf_header", "")
        if not isinstance(header, str):
            raise InputError(f"{self._name}: vcf_header is no text")
        lines += [line for line in header.splitlines() if line.startswith("##")]
        others = "\n".join(line for line in lines if not line.startswith("##contig="))
        in_header = parse_contigs(header)
        lengths = dict.fromkeys(contigs, None) | _lengths(self._store, contigs)
        known = Contigs(lengths, in_header.lines)
        return MetaLines.of("\n".join(lines).encode("utf-8", "replace"), known, others)


def _with_unnamed(site: Record) -> Record:
    """Return a site with alleles that have no name as empty texts, and two alleles at least."""
    ref, *alts = ("" if text in _UNNAMED else text for text in (site.ref, *site.alts))
    return dataclasses.replace(site, ref=ref, alts=tuple(alts) or (UNNAMED,))


class _Chosen(Sequence[str]):
    """The names of some people, looked up when a message needs one."""

    def __init__(self, samples: Sequence[str], people: NDArray[np.intp]) -> None:
        self._samples, self._people = samples, people

    def __len__(self) -> int:
        return len(self._people)

    def __getitem__(self, number: Any) -> Any:
        return self._samples[int(self._people[number])]


def _coded(record: Record, row: FieldRow, *, is_plain: bool) -> Genotypes:
    """Return the genotypes of a record, each once where there is nothing else in the store."""
    if is_plain and record.probability is None:
        alleles = record.alleles
        codes, people = distinct_rows([alleles[:, 0] + 2, alleles[:, 1] + 2, record.phased])
    else:
        people = np.arange(len(record.alleles))
        codes = people.astype(code_dtype(len(people)))
    probability = record.probability
    if row.is_imputed and probability is not None:
        # A store does not tell whether its file had the probability of a genotype or left it out.
        probability = np.nan_to_num(probability, nan=0.0)
    arrays = {
        name: None if (values := getattr(record, name)) is None else values[people]
        for name in ("phase_set", "gq", "dp", "failed", "phase_probability", "sample_ends")
    }
    return Genotypes(
        record.alleles[people],
        record.phased[people],
        codes.astype(code_dtype(len(people))),
        None if probability is None else probability[people],
        is_best_guess=not record.has_genotypes,
        **arrays,
    )


def _texts(store: ZarrStore, name: str) -> tuple[str, ...]:
    """Return the texts of an array. Raises :class:`InputError` for one that no VCF file has."""
    texts = tuple(map(str, store.array(name).expect((None,), "text").read_all().tolist()))
    for text in texts:
        if not text or not _UNUSABLE.isdisjoint(text):
            raise InputError(
                f"{store.name}: {name} has the name {text[:_MAX_SHOWN]!r}: the store is damaged or "
                "incomplete; copy it again"
            )
    if len(set(texts)) < len(texts):
        ((text, _),) = Counter(texts).most_common(1)
        raise InputError(f"{store.name}: {name} has {text[:_MAX_SHOWN]!r} more than once")
    return texts


def _sample_names(store: ZarrStore) -> tuple[str, ...]:
    samples = _texts(store, "sample_id")
    if not samples:
        raise InputError(
            f"{store.name}: the file has no samples, so there are no genotypes to annotate"
        )
    return samples


def _lengths(store: ZarrStore, contigs: tuple[str, ...]) -> dict[str, int | None]:
    """Return the lengths of contigs, None where they are not known."""
    if "contig_length" not in store.names():
        return {}
    array = store.array("contig_length").expect((len(contigs),), "whole number", "number")
    known = np.nan_to_num(array.read_all().astype(np.float64), nan=-1)
    return {
        contig: int(length) if 0 < length < 1e10 else None
        for contig, length in zip(contigs, known.tolist(), strict=True)
    }


def _pairs(stored: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield the keys and values of ``vcf_meta_information``."""
    wrong = InputError(f"{name}: vcf_meta_information is no list of keys and values")
    if not isinstance(stored, (list, tuple)):
        raise wrong
    for pair in stored:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise wrong
        key, value = map(str, pair)
        if "\n" in key + value:
            raise wrong
        yield key, value
