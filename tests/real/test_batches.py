"""Batches of real files of every kind: what each file gives alone, it gives in a batch."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.batches import IN_THIS_PROCESS as HERE
from helpers.batches import planned, settings, status

from pgx_ana.batch import Division, finish_batch, run_shard
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import CallStatus, TableName

ENDINGS = (".vcf", ".vcf.gz", ".vcf.bgz", ".bcf")


@pytest.mark.slow
@pytest.mark.parametrize("block_files", [7, 256])
def test_a_batch_of_many_kinds_of_files(
    shared: Path, curated: KnowledgeBase, tmp_path: Path, block_files: int
) -> None:
    files = [
        str(path)
        for folder in ("callers", "reports", "gvcf")
        for path in sorted((shared / folder).rglob("*"))
        if path.name.endswith(ENDINGS)
    ]
    expected: list[list[str]] = []
    rows: list[tuple[str, str, str, str]] = []
    seen: dict[str, str] = {}
    for file in files:
        try:
            people = run(Request((file,)), curated)
        except InputError as error:
            reason = str(error).replace("\n", "; ").replace("\t", " ")
            expected.append([file, ".", ".", "refused", ".", reason])
            continue
        calls = people.calls
        names = calls.samples
        name = names[0] if len(names) == 1 else "."
        double = [sample for sample in names if sample in seen]
        for sample in names:
            seen.setdefault(sample, file)
        if double:
            other = seen[double[0]]
            reason = f"{file}: sample {double[0]!r} is also in {other} (line "
            expected.append([file, str(len(names)), name, "refused", ".", reason])
            continue
        called = sum(any(c.status is CallStatus.CALLED for c in site.calls) for site in calls.sites)
        expected.append([file, str(len(names)), name, "ok", str(called), "."])
        rows += [
            (sample, site.variant.id, call.genotype, call.status.value)
            for number, sample in enumerate(names)
            for site in calls.sites
            for call in [site.calls[number]]
        ]
    manifest = tmp_path / "m.txt"
    manifest.write_text("\n".join(files) + "\n")
    chosen = settings(curated, [TableName.CALLS])
    folder, plan = planned(manifest, tmp_path / "out", chosen, curated, Division(block_files))
    run_shard(folder, plan, plan.blocks(), HERE)
    finish_batch(folder, curated, HERE)
    found = status(folder.path)
    assert [row[:5] for row in expected] == [row[:5] for row in found]
    assert all(mine[5].startswith(row[5]) for row, mine in zip(expected, found, strict=True))
    written = []
    for part in sorted((folder.path / "parts" / "calls").iterdir()):
        lines = [line.split("\t") for line in part.read_text().splitlines()]
        columns = [lines[0].index(name) for name in ("sample", "variant", "genotype", "status")]
        written += [tuple(line[column] for column in columns) for line in lines[1:]]
    assert rows == written
    assert {"ok", "refused"} == {row[3] for row in found}
