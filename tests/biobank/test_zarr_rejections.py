"""VCF Zarr stores that cannot be trusted are rejected, each with one line."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.containers import SAMPLES, calls_of, rejection, varied_vcf
from helpers.fixture_types import MakeVcf, Run
from helpers.fuzz_bytes import changed_bytes
from helpers.zarr_stores import (
    Vcf,
    arrays_of,
    change_metadata,
    region_index,
    remove,
    store_of,
    write_store,
)

from pgx_ana.errors import PgxAnaError, UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request, run

Arrays = dict[str, np.ndarray[Any, Any]]


def without_marks(store: Path) -> None:
    """Take away what a store of other data has not."""
    (store / ".zattrs").write_text("{}")
    remove(store, "call_genotype")


SCALED = {"id": "fixedscaleoffset", "offset": 0, "scale": 9, "dtype": "<i4"}

DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no description": (
        lambda store: (store / ".zgroup").unlink(),
        "the store is damaged at its description (",
    ),
    "description cut": (
        lambda store: (store / ".zgroup").write_text('{"zarr_for'),
        "the store is damaged at its description (",
    ),
    "other zarr": (
        without_marks,
        "is a Zarr store, but no VCF Zarr: it has no vcf_zarr_version",
    ),
    "no positions": (
        lambda store: remove(store, "variant_position"),
        "has no array variant_position, so it is no complete VCF Zarr",
    ),
    "no alleles": (
        lambda store: remove(store, "variant_allele"),
        "has no array variant_allele, so it is no complete VCF Zarr",
    ),
    "no people": (
        lambda store: remove(store, "sample_id"),
        "has no array sample_id, so it is no complete VCF Zarr",
    ),
    "filters without names": (
        lambda store: remove(store, "filter_id"),
        "has no array filter_id, so it is no complete VCF Zarr",
    ),
    "pickled objects": (
        lambda store: change_metadata(store, "sample_id", filters=[{"id": "pickle"}]),
        "the store is damaged at the description of sample_id (",
    ),
    "an unknown filter": (
        lambda store: change_metadata(store, "call_GQ", filters=[SCALED]),
        "call_GQ is written with 'fixedscaleoffset', which is not read",
    ),
    "more rows of genotypes": (
        lambda store: change_metadata(store, "call_genotype", shape=[10, 3, 2]),
        "call_genotype has the shape (10, 3, 2); expected (9, 3, any)",
    ),
    "fewer people": (
        lambda store: change_metadata(store, "call_GQ", shape=[9, 2]),
        "call_GQ has the shape (9, 2); expected (9, 3)",
    ),
    "genotypes as floats": (
        lambda store: change_metadata(store, "call_genotype", dtype="<f4"),
        "call_genotype is made of number values; expected whole number",
    ),
    "quality as dates": (
        lambda store: change_metadata(store, "call_GQ", dtype="<M8[s]"),
        "call_GQ is made of datetime64[s], which is not read",
    ),
    "a giant chunk": (
        lambda store: change_metadata(store, "call_GQ", chunks=[1 << 20, 1 << 20]),
        "a chunk of call_GQ is larger than memory should be",
    ),
    "a lost chunk of positions": (
        lambda store: (store / "variant_position" / "1").unlink(),
        "variant 3 has no valid contig and position: the store is damaged or incomplete; copy",
    ),
    "a lost chunk of alleles": (
        lambda store: (store / "variant_allele" / "0.0").unlink(),
        "variant 2: the allele '' is none of a VCF file: the store is damaged or incomplete; copy",
    ),
    "a lost chunk of names": (
        lambda store: (store / "sample_id" / "0").unlink(),
        "sample_id has the name '': the store is damaged or incomplete; copy it again",
    ),
    "a cut chunk of genotypes": (
        lambda store: (store / "call_genotype" / "0.0.0").write_bytes(b"\x02\x01"),
        "the store is damaged at call_genotype (0-1, 0-1) (",
    ),
    "a cut chunk of quality": (
        lambda store: (store / "call_GQ" / "0.0").write_bytes(b""),
        "the store is damaged at call_GQ (0-1, 0-1) (",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_store_is_rejected(toy: KnowledgeBase, make_vcf: MakeVcf, name: str) -> None:
    damage, expected = DAMAGES[name]
    store = store_of(varied_vcf(make_vcf))
    damage(store)
    message = rejection(toy, store)
    assert message.startswith(f"{store}: {expected}")
    assert "\n" not in message


def changed(arrays: Arrays, name: str, value: object, *at: int) -> Arrays:
    copied = {name: values.copy() for name, values in arrays.items()}
    copied[name][at] = value
    return copied


@pytest.mark.parametrize(
    ("name", "value", "at", "expected"),
    [
        ("call_genotype", 2, (0, 1, 0), "sample 'S2' has allele 2, but the record has 1 ALT"),
        ("call_genotype", -3, (0, 1, 0), "call_genotype has a value that is no allele number"),
        ("call_genotype", -2, (0, 1, 0), "a genotype has a second copy and no first one"),
        ("variant_contig", 2, (0,), "variant 1 has no valid contig and position"),
        ("variant_position", -1, (0,), "variant 1 has no valid contig and position"),
        ("variant_allele", "A\tC", (0, 1), "variant 1: the allele 'A\\tC' is none of a VCF file"),
        ("sample_id", "S2", (0,), "sample_id has 'S2' more than once"),
        ("sample_id", "S\n", (0,), "sample_id has the name 'S\\n'"),
        ("filter_id", "a;b", (1,), "filter_id has a name that is none of a filter"),
    ],
)
def test_values_that_no_file_has(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    name: str,
    value: object,
    at: tuple[int, ...],
    expected: str,
) -> None:
    vcf = make_vcf(["1 100 A C 0/1 0/1 1/1", "2 50 G T 0/1 0/1 1/1"], samples=SAMPLES)
    arrays = changed(arrays_of(Vcf.read(vcf)), name, value, *at)
    assert expected in rejection(toy, write_store(vcf.with_name("made.vcz"), arrays))


def test_three_copies_are_rejected(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    store = store_of(make_vcf(["1 100 A C 0/0/1"]))
    expected = f"{store}: 1:100: a genotype has more than two copies; expected at most two"
    assert expected == rejection(toy, store)


def test_texts_that_are_no_numbers_are_rejected(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    vcf = make_vcf(["1 100 A C 0/1"])
    arrays = arrays_of(Vcf.read(vcf))
    good = {**arrays, "call_GQ": np.array([["5"]], object)}
    found = calls_of(toy, write_store(vcf.with_name("made.vcz"), good))
    assert "GQ below 10" in found[1]
    bad = {**arrays, "call_GQ": np.array([["high"]], object)}
    store = write_store(vcf.with_name("bad.vcz"), bad)
    assert f"{store}: call_GQ holds a text that is no number: " in rejection(toy, store)


def test_a_lost_chunk_of_genotypes_shows_in_their_mask(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    vcf = make_vcf(["1 100 A C 0/0 ./."], samples=("A", "B"))
    arrays = arrays_of(Vcf.read(vcf))
    arrays["call_genotype_mask"] = arrays["call_genotype"] < 0
    store = write_store(vcf.with_name("made.vcz"), arrays)
    (store / "call_genotype" / "0.0.0").unlink()
    assert rejection(toy, store) == (
        f"{store}: a chunk of call_genotype is not there, but call_genotype_mask says that it had "
        "missing genotypes: the store is incomplete; copy it again"
    )


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (0, 5, "its region_index does not fit its 3 variants; write the store again"),
        (0, 1, "its region_index does not fit its 3 variants; write the store again"),
        (0, 2, "its region_index does not fit variants 1 to 2: the store is damaged"),
    ],
)
def test_an_index_of_other_rows_is_rejected(
    toy: KnowledgeBase, make_vcf: MakeVcf, row: int, column: int, expected: str
) -> None:
    vcf = make_vcf(["1 100 A C 0/1", "1 200 A C 0/1", "2 50 G T 0/1"])
    arrays = arrays_of(Vcf.read(vcf))
    arrays["region_index"] = region_index(arrays, 2)
    arrays["region_index"][row, column] += 7
    assert expected in rejection(toy, write_store(vcf.with_name("made.vcz"), arrays))


def test_damage_away_from_all_sites_needs_verify(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    rows = ["1 100 A C 0/1", "1 900 A C 0/1"]
    vcf = make_vcf(rows)
    store = store_of(vcf, chunks=(1, 1))
    (store / "call_genotype" / "1.0.0").write_bytes(b"damaged")
    assert calls_of(toy, vcf) == calls_of(toy, store)
    with pytest.raises(PgxAnaError, match=r"damaged at call_genotype \(1-1, 0-0\)"):
        run(Request((str(store),), verify=True), toy)


def test_a_folder_called_like_a_store(toy: KnowledgeBase, tmp_path: Path) -> None:
    folder = tmp_path / "x.vcz"
    folder.mkdir()
    assert rejection(toy, folder).startswith(f"{folder}: the store is damaged at its description")


def test_the_library_is_named_where_it_is_missing(
    toy: KnowledgeBase, make_vcf: MakeVcf, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(make_vcf(["1 100 A C 0/1"]))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UsageError) as caught:
        run(Request((str(store),)), toy)
    assert str(caught.value) == (
        f"{store}: VCF Zarr is read by zarr, which is not installed: pip install 'pgx-ana[zarr]'"
    )


def test_a_damaged_store_is_exit_code_3(run: Run, toy_directory: Path, make_vcf: MakeVcf) -> None:
    store = store_of(make_vcf(["1 100 A C 0/1"]))
    remove(store, "contig_id")
    result = run("annotate", store, "--kb", toy_directory)
    expected = f"Error: {store}: has no array contig_id, so it is no complete VCF Zarr\n"
    assert (3, "", expected) == (result.exit_code, result.stdout, result.stderr)


CHANGES = ("insert", "overwrite", "overwrite", "delete", "truncate", "replace")
NOISE = (b"\0", b"\xff", b"9", b"-1", b"null", b"\xff\xff\xff\x7f", b"0", b'"', b"\xc3\x28")


@pytest.mark.slow
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_changed_store_is_read_or_rejected(
    toy: KnowledgeBase, make_vcf: MakeVcf, zarr_format: int
) -> None:
    """Every change of a file is an error of one line, or one of values that no reader can see."""
    rng = random.Random(zarr_format)
    vcf = varied_vcf(make_vcf)
    arrays = arrays_of(Vcf.read(vcf))
    arrays["region_index"] = region_index(arrays, 2)
    store = write_store(vcf.with_name("made.vcz"), arrays, zarr_format=2 if zarr_format == 2 else 3)
    files = sorted(file for file in store.rglob("*") if file.is_file())
    messages = []
    for _ in range(200):
        file = rng.choice(files)
        content = file.read_bytes()
        file.write_bytes(changed_bytes(rng, content, CHANGES, NOISE, (1, 1, 4, 100)))
        try:
            calls_of(toy, store)
        except PgxAnaError as error:
            messages.append(str(error))
        file.write_bytes(content)
    assert [] == [text for text in messages if "\n" in text or str(store) not in text]
    assert len(messages) > 50
    assert calls_of(toy, vcf) == calls_of(toy, store)
