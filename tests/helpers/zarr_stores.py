"""VCF Zarr stores of small VCF files, written with zarr by the words of the specification."""

from __future__ import annotations

import json
import shutil
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import zarr
from numpy.typing import NDArray

MISSING, FILL = -1, -2
FLOAT_MISSING, FLOAT_FILL = np.array([0x7F800001, 0x7F800002], np.uint32).view(np.float32)
_INTEGERS = ("GQ", "DP", "MIN_DP", "PS", "PL", "LEN", "CN", "AD")
_FLOATS = ("GP", "DS")


@dataclass(frozen=True, slots=True)
class Vcf:
    """The text of a VCF file, taken apart."""

    meta: list[str]
    samples: list[str]
    rows: list[list[str]]

    @classmethod
    def read(cls, path: Path) -> Vcf:
        """Read an uncompressed file."""
        lines = path.read_text().splitlines()
        meta = [line for line in lines if line.startswith("##")]
        columns = next(line for line in lines if line.startswith("#CHROM")).split("\t")
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        return cls(meta, columns[9:], rows)

    def contigs(self) -> dict[str, int]:
        """Return the lengths of contigs, -1 for none."""
        found = {}
        for line in self.meta:
            if line.startswith("##contig="):
                words = dict(word.split("=") for word in line[10:-1].split(","))
                found[words["ID"]] = int(words.get("length", -1))
        return found

    def filters(self) -> list[str]:
        """Return the names of filters."""
        named = [line[13:].split(",")[0] for line in self.meta if line.startswith("##FILTER=<ID=")]
        return ["PASS", *(name for name in named if name != "PASS")]

    def values(self, field: str) -> list[list[str]]:
        """Return the texts of a field by row and sample, ``.`` where there is none."""
        found = []
        for row in self.rows:
            names = row[8].split(":")
            number = names.index(field) if field in names else -1
            texts = [sample.split(":") for sample in row[9:]]
            found.append([t[number] if 0 <= number < len(t) else "." for t in texts])
        return found


def arrays_of(vcf: Vcf) -> dict[str, NDArray[Any]]:
    """Return the arrays of a store by name, those of texts with objects."""
    contigs, filters = list(vcf.contigs()), vcf.filters()
    alleles = [[row[3], *(row[4].split(",") if row[4] != "." else [])] for row in vcf.rows]
    infos = [dict(word.partition("=")[::2] for word in row[7].split(";")) for row in vcf.rows]
    positions = [int(row[1]) for row in vcf.rows]
    ends = [int(info.get("END", MISSING)) for info in infos]
    last = [max(e, p + len(a[0]) - 1) for e, p, a in zip(ends, positions, alleles, strict=True)]
    arrays: dict[str, NDArray[Any]] = {
        "sample_id": np.array(vcf.samples, object),
        "contig_id": np.array(contigs, object),
        "contig_length": np.array(list(vcf.contigs().values()), np.int64),
        "filter_id": np.array(filters, object),
        "variant_contig": np.array([contigs.index(row[0]) for row in vcf.rows], np.int8),
        "variant_position": np.array(positions, np.int32),
        "variant_length": np.array(last, np.int32) - np.array(positions, np.int32) + 1,
        "variant_allele": _padded(alleles),
        "variant_filter": np.array(
            [[name in row[6].split(";") for name in filters] for row in vcf.rows], np.bool_
        ),
        "variant_END": np.array(ends, np.int32),
    }
    fields = {name for row in vcf.rows for name in row[8].split(":")}
    if "GT" in fields:
        arrays["call_genotype"], arrays["call_genotype_phased"] = _genotypes(vcf.values("GT"))
    for name in fields.intersection(_INTEGERS):
        arrays[f"call_{name}"] = _numbers(vcf.values(name), np.int32, MISSING, FILL)
    for name in fields.intersection(_FLOATS):
        arrays[f"call_{name}"] = _numbers(vcf.values(name), np.float32, FLOAT_MISSING, FLOAT_FILL)
    if "FT" in fields:
        arrays["call_FT"] = np.array(vcf.values("FT"), object)
    return arrays


def write_store(
    path: Path,
    arrays: dict[str, NDArray[Any]],
    *,
    zarr_format: Literal[2, 3] = 2,
    chunks: tuple[int, int] = (2, 2),
    attributes: dict[str, Any] | None = None,
    fill: dict[str, int] | None = None,
) -> Path:
    """Write arrays to a new store; ``chunks`` are those of variants and people."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # format 3 does not describe texts yet
        group = zarr.open_group(str(path), mode="w", zarr_format=zarr_format)
        group.attrs.update({"vcf_zarr_version": "0.4", **(attributes or {})})
        for name, values in arrays.items():
            is_call = name.startswith("call_")
            is_variant = is_call or name.startswith("variant_")
            wanted = (chunks[:1] if is_variant else ()) + (chunks[1:] if is_call else ())
            shape = tuple(max(length, 1) for length in values.shape)
            of_chunk = tuple(map(min, wanted, shape)) + shape[len(wanted) :]
            array = group.create_array(
                name,
                shape=values.shape,
                chunks=of_chunk,
                dtype=str if values.dtype == object else values.dtype,
                fill_value=(fill or {}).get(name, "" if values.dtype == object else 0),
            )
            array[...] = values
    return path


def store_of(path: Path, name: str = "made.vcz", **options: Any) -> Path:
    """Write the store of a VCF file beside it."""
    return write_store(path.with_name(name), arrays_of(Vcf.read(path)), **options)


def zipped(store: Path) -> Path:
    """Return a zip file of a store."""
    target = store.with_name(f"{store.name}.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(store.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(store))
    return target


def region_index(arrays: dict[str, NDArray[Any]], width: int) -> NDArray[np.int32]:
    """Return the index of rows, for chunks of a width."""
    rows = []
    for start in range(0, len(arrays["variant_position"]), width):
        part = slice(start, start + width)
        contigs, first = arrays["variant_contig"][part], arrays["variant_position"][part]
        last = first + arrays["variant_length"][part] - 1
        for contig in sorted(set(contigs.tolist())):
            here = contigs == contig
            rows.append(
                [start // width, contig, first[here].min(), first[here].max(), last[here].max(),
                 here.sum()]
            )  # fmt: skip
    return np.array(rows, np.int32)


def change_metadata(store: Path, array: str, **changes: Any) -> None:
    """Change the description of an array in a store of format 2."""
    file = store / array / ".zarray"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def remove(store: Path, array: str) -> None:
    """Remove an array."""
    shutil.rmtree(store / array)


def _padded(texts: Sequence[Sequence[str]]) -> NDArray[Any]:
    width = max(map(len, texts))
    return np.array([[*row, *[""] * (width - len(row))] for row in texts], object)


def _genotypes(texts: list[list[str]]) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    copies = [[text.replace("|", "/").split("/") for text in row] for row in texts]
    width = max(len(one) for row in copies for one in row)
    alleles = np.full((len(texts), len(texts[0]), width), FILL, np.int8)
    for row, of_row in enumerate(copies):
        for person, of_person in enumerate(of_row):
            numbers = [MISSING if copy == "." else int(copy) for copy in of_person]
            alleles[row, person, : len(numbers)] = numbers
    return alleles, np.array([["|" in text for text in row] for row in texts], np.bool_)


def _numbers(
    texts: list[list[str]], dtype: type[np.generic], missing: Any, fill: Any
) -> NDArray[Any]:
    split = [[text.split(",") for text in row] for row in texts]
    width = max(len(one) for row in split for one in row)
    bits = np.full((len(texts), len(texts[0]), width), fill, dtype).view(np.uint32)
    for row, of_row in enumerate(split):
        for person, words in enumerate(of_row):
            for number, word in enumerate(words):
                value = missing if word == "." else dtype(word)
                bits[row, person, number] = np.asarray(value, dtype).view(np.uint32)
    values = bits.view(dtype)
    return values[:, :, 0] if width == 1 else values
