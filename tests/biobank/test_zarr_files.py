"""VCF Zarr: what a store says is what its VCF file says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from helpers.containers import SAMPLES, calls_of, varied_vcf
from helpers.fixture_types import MakeVcf, Run
from helpers.zarr_stores import (
    Vcf,
    arrays_of,
    region_index,
    store_of,
    write_store,
    zipped,
)

from pgx_ana.batch.plan import PlannedFile
from pgx_ana.biobank.zarr_store import StoredArray
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Identity, Request, Selection, run
from pgx_ana.pipeline.sample_sheet import SheetRow, name_from_path

FIELDS = [
    '##FORMAT=<ID=FT,Number=1,Type=String,Description="x">',
    '##FORMAT=<ID=GP,Number=G,Type=Float,Description="x">',
    '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="x">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="x">',
]


@pytest.mark.parametrize("chunks", [(1, 1), (2, 2), (100, 100)])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_store_has_the_calls_of_its_file(
    toy: KnowledgeBase, make_vcf: MakeVcf, zarr_format: Literal[2, 3], chunks: tuple[int, int]
) -> None:
    vcf = varied_vcf(make_vcf)
    store = store_of(vcf, zarr_format=zarr_format, chunks=chunks)
    expected = calls_of(toy, vcf)
    assert expected == calls_of(toy, store)
    assert expected == calls_of(toy, zipped(store))
    statuses = {row[expected[0].index("status")] for row in expected[1:]}
    assert {"called", "filtered", "no_call"} <= statuses


def test_what_filters_a_genotype_filters_it_in_a_store(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    rows = [
        "1 100 A C 0/1:5:30:PASS:. 0/1:99:0:PASS:. 0/1:99:30:bad:. 0/1:.:.:.:.",
        "1 200 A C 0/1:99:30:.:0.3,0.6,0.1 0/1:99:30:.:0,1,0 0/1:.:.:.:. 1:99:30:.:0.4,0.6",
        "2 50 G T 0/1:99:30:.:. 0|1:99:30:.:. ./.:.:.:.:. ./1:99:30:.:.",
    ]
    vcf = make_vcf(
        rows, samples=("A", "B", "C", "D"), fmt="GT:GQ:DP:FT:GP", extra_header=FIELDS,
        filters={2: "LowQual"},
    )  # fmt: skip
    found = calls_of(toy, store_of(vcf))
    assert calls_of(toy, vcf) == found
    header = found[0]
    reason, status = header.index("reason"), header.index("status")
    at_100 = [row for row in found if row[header.index("pos")] == "100"]
    assert ["filtered", "filtered", "filtered", "called"] == [row[status] for row in at_100]
    assert ["GQ below 10", "DP below 1", "FT", "."] == [row[reason] for row in at_100]


def test_likelihoods_and_reads_stand_in_for_quality_and_depth(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    rows = ["1 100 A C 0/1:.:.:3,0,50:0,0 0/1:.:.:50,0,60:9,8 0/1:99:.:.:0,0"]
    vcf = make_vcf(rows, samples=SAMPLES, fmt="GT:GQ:DP:PL:AD", extra_header=FIELDS)
    found = calls_of(toy, store_of(vcf))
    assert calls_of(toy, vcf) == found
    arrays = arrays_of(Vcf.read(vcf))
    local = {"call_PL": "call_LPL", "call_AD": "call_LAD"}
    renamed = {local.get(name, name): values for name, values in arrays.items()}
    assert found == calls_of(toy, write_store(vcf.with_name("local.vcz"), renamed))


@pytest.mark.parametrize("dropped", [(), ("variant_END",), ("variant_length",)])
def test_reference_blocks_reach_as_far_as_in_the_file(
    toy: KnowledgeBase, make_vcf: MakeVcf, dropped: tuple[str, ...]
) -> None:
    rows = ["1 90 G <NON_REF> 0/0:50:9", "1 195 G <NON_REF> 0/0:5:9", "2 50 G . 0/0:50:9"]
    vcf = make_vcf(rows, fmt="GT:GQ:DP", info={0: "END=150", 1: "END=210"})
    arrays = arrays_of(Vcf.read(vcf))
    kept = {name: values for name, values in arrays.items() if name not in dropped}
    found = calls_of(toy, write_store(vcf.with_name("made.vcz"), kept))
    assert calls_of(toy, vcf) == found
    source = found[0].index("source")
    assert "reference_block" in {row[source] for row in found[1:]}


def test_copies_padded_missing_and_single(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    vcf = make_vcf(["1 100 A C 1 ./1 .", "1 200 A C,T 0|2 1/2 ./."], samples=SAMPLES)
    arrays = arrays_of(Vcf.read(vcf))
    assert [[1, -2], [-1, 1], [-1, -2]] == arrays["call_genotype"][0].tolist()
    assert calls_of(toy, vcf) == calls_of(toy, store_of(vcf))
    haploid = make_vcf(["1 100 A C 1 0 ."], samples=SAMPLES, name="haploid.vcf")
    assert (1, 3, 1) == arrays_of(Vcf.read(haploid))["call_genotype"].shape
    assert calls_of(toy, haploid) == calls_of(toy, store_of(haploid, "haploid.vcz"))


def test_some_people_are_the_same_as_among_all(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    store = store_of(varied_vcf(make_vcf))
    everybody = run(Request((str(store),)), toy)
    some = run(Request((str(store),), Selection(samples=("S1", "S3"))), toy)
    assert ("S1", "S3") == some.calls.samples
    for site, of_all in zip(some.calls.sites, everybody.calls.sites, strict=True):
        assert [of_all.calls[0], of_all.calls[2]] == list(site.calls)


def reads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return what is read from now on: name and bounds."""
    found: list[tuple[Any, ...]] = []
    read = StoredArray.read

    def noting(self: StoredArray, *bounds: tuple[int, int]) -> Any:
        found.append((self.name, *bounds))
        return read(self, *bounds)

    monkeypatch.setattr(StoredArray, "read", noting)
    return found


@pytest.mark.parametrize("with_index", [True, False])
def test_a_chunk_is_decoded_once_and_only_where_a_site_is(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    monkeypatch: pytest.MonkeyPatch,
    with_index: bool,
) -> None:
    rows = [*(f"1 {pos} A C 0/0 0/1 ./." for pos in (100, 200)), "1 900 A C 0/1 0/1 0/1"]
    rows += ["1 901 A C 0/1 0/1 0/1", "2 50 G T 0/1 0/1 0/1"]
    vcf = make_vcf(rows, samples=SAMPLES)
    arrays = arrays_of(Vcf.read(vcf))
    if with_index:
        arrays["region_index"] = region_index(arrays, 2)
    store = write_store(vcf.with_name("made.vcz"), arrays)
    found = reads(monkeypatch)
    calls_of(toy, store)
    genotypes = [bounds for name, *bounds in found if name == "call_genotype"]
    expected = [[(0, 2), (0, 2)], [(0, 2), (2, 3)], [(4, 5), (0, 2)], [(4, 5), (2, 3)]]
    assert expected == sorted(genotypes)
    positions = {bounds[0] for name, *bounds in found if name == "variant_position"}
    assert ({(0, 2), (4, 5)} if with_index else {(0, 5), (0, 2), (4, 5)}) == positions


def test_chunks_left_out_are_reference_and_named(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    vcf = make_vcf(["1 100 A C 0/0 0/0", "2 50 G T 0/1 0/0"], samples=("A", "B"))
    store = store_of(vcf, chunks=(1, 2))
    assert not (store / "call_genotype" / "0.0.0").exists()
    assert calls_of(toy, vcf) == calls_of(toy, store)
    (file,) = run(Request((str(store),)), toy).calls.files
    assert file.remark == (
        "chunks of genotypes that are all 0/0 are not stored, which a lost chunk looks like: if "
        "the store was copied, make sure that it is complete"
    )


def test_the_header_that_a_store_keeps(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Names the program, and the assembly where contigs have no lengths."""
    vcf = make_vcf(["1 100 A C 0/1"], assembly=None)
    kept = {"vcf_meta_information": [["source", "Caller 1"], ["reference", "hg38.fa"]]}
    (file,) = run(Request((str(store_of(vcf, attributes=kept)),)), toy).calls.files
    old = {"vcf_header": "##source=Caller 1\n##reference=hg38.fa\n#CHROM\n"}
    (other,) = run(Request((str(store_of(vcf, "old.vcz", attributes=old)),)), toy).calls.files
    for one in (file, other):
        assert ("VCF Zarr", "GRCh38", "Caller 1", 1) == (
            one.format, one.assembly.value, one.caller, one.samples,
        )  # fmt: skip


def test_stores_are_checked_and_named_like_files(
    run: Run, toy_directory: Path, make_vcf: MakeVcf
) -> None:
    store = store_of(varied_vcf(make_vcf))
    result = run("check", store, "--kb", toy_directory, "--exit-zero")
    assert (0, "") == (result.exit_code, result.stderr)
    assert "VCF Zarr" in result.stdout
    assert "made" == name_from_path(f"{store}/") == name_from_path("run/made.vcz.zip")


def test_one_person_is_named_by_the_store(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    store = store_of(make_vcf(["1 100 A C 0/1"]), "NA1.vcz")
    calls = run(Request((str(store),), identity=Identity(from_file_name=True)), toy).calls
    assert ("NA1",) == calls.samples


def test_a_plan_sees_that_a_chunk_has_changed(make_vcf: MakeVcf) -> None:
    store = store_of(varied_vcf(make_vcf))
    for folder in (store, *store.iterdir()):
        os.utime(folder, ns=(0, 0))  # clocks of file systems are coarse
    planned = PlannedFile.of(SheetRow(str(store)))
    assert planned.size > 0
    assert not planned.has_changed()
    (store / "call_genotype" / "0.0.0").unlink()
    assert planned.has_changed()


def test_imputed_genotypes_without_a_probability_are_not_certain(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    vcf = make_vcf(["1 100 A C 0/1"], info={0: "IMP"})
    arrays = arrays_of(Vcf.read(vcf)) | {"variant_IMP": np.array([True])}
    assert calls_of(toy, vcf) == calls_of(toy, write_store(vcf.with_name("made.vcz"), arrays))


def test_a_store_of_plink_does_not_tell_the_reference(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    """Its first allele is A2, whichever that is, and an allele that nobody has is called 0."""
    vcf = make_vcf(["1 100 A C 0/1 1/1", "2 50 G T 0/0 0/0"], samples=("A", "B"))
    arrays = arrays_of(Vcf.read(vcf))
    kept = {name: v for name, v in arrays.items() if "filter" not in name and "END" not in name}
    kept["variant_allele"] = np.array([["C", "A"], ["G", "0"]], object)
    kept["call_genotype"] = kept["call_genotype"].copy()
    kept["call_genotype"][0] = [[0, 1], [0, 0]]
    found = calls_of(toy, write_store(vcf.with_name("made.vcz"), kept))
    header = found[0]
    pos, genotype = header.index("pos"), header.index("genotype")
    shown = {(row[pos], row[0], row[genotype]) for row in found if row[pos] in {"100", "50"}}
    assert {
        ("100", "A", "A/C"),
        ("100", "B", "C/C"),
        ("50", "A", "G/G"),
        ("50", "B", "G/G"),
    } == shown
