"""Compare diplotypes with those of PyPGx on the same phased files.

Run as ``make compare``, which installs PyPGx into an environment of its own. ``call`` runs there
and writes the diplotypes that PyPGx calls. ``compare`` runs in the environment of the project,
calls the same people, and prints the agreement.
"""

from __future__ import annotations

import csv
import functools
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parents[3] / "shared" / "data" / "1000genomes"
SETS = {
    "CYP3A4": "CYP3A4-star",
    "UGT1A4": "UGT1A4-star",
    "CYP19A1": "CYP19A1-star",
    "ABCB1": "ABCB1-1236-2677-3435",
}
_BATCH_SIZE = 200  # people


def call(assembly: str) -> Iterator[tuple[str, str, str]]:
    """Yield gene, sample and diplotype as called by PyPGx.

    For speed, its tables are cached, rows that define no allele are dropped after the import, and
    people are called in batches. None of this changes a diplotype.
    """
    import pandas as pd
    from fuc import pyvcf
    from pypgx import sdk
    from pypgx.api import core, genotype, utils

    for name in [name for name in dir(core) if name.startswith("load_")]:
        setattr(core, name, functools.cache(getattr(core, name)))
    for gene in SETS:
        path = str(DATA / assembly / f"{gene}.vcf.gz")
        imported = utils.import_variants(gene, path, assembly=assembly)
        known = core.list_variants(gene, assembly=assembly)
        known += list(core.get_variant_synonyms(gene, assembly=assembly))
        rows = imported.data.df
        rows = rows[rows.POS.isin({int(name.split("-")[1]) for name in known})]
        frame = pyvcf.VcfFrame(imported.data.meta, rows.reset_index(drop=True))
        samples = frame.samples
        parts = [
            utils.predict_alleles(
                sdk.Archive(imported.copy_metadata(), frame.subset(samples[i : i + _BATCH_SIZE]))
            ).data
            for i in range(0, len(samples), _BATCH_SIZE)
        ]
        alleles = sdk.Archive(imported.copy_metadata(), pd.concat(parts))
        alleles.metadata["SemanticType"] = "SampleTable[Alleles]"
        called = genotype.call_genotypes(alleles=alleles).data
        for sample, diplotype in called.Genotype.items():
            yield gene, sample, diplotype


def compare(assembly: str, pypgx_calls: Path) -> Iterator[str]:
    """Yield a line of agreement for each gene, and one for each kind of difference."""
    from pgx_ana.knowledge import load
    from pgx_ana.model import CallOptions
    from pgx_ana.pipeline import Request, run

    paths = tuple(str(DATA / assembly / f"{gene}.vcf.gz") for gene in SETS)
    result = run(Request(paths, options=CallOptions(absent_is_reference=True)), load())
    by_set = {calls.nomenclature.id: calls for calls in result.haplotypes}
    by_gene: dict[str, dict[str, str]] = defaultdict(dict)
    with pypgx_calls.open(encoding="utf-8") as lines:
        for gene, sample, genotype in csv.reader(lines, delimiter="\t"):
            by_gene[gene][sample] = genotype
    for gene, haplotypes in SETS.items():
        calls = by_set[haplotypes]
        differences: Counter[tuple[str, str]] = Counter()
        for sample, call in zip(result.calls.samples, calls.diplotypes, strict=True):
            diplotype = call.diplotype
            ours = diplotype.diplotype or f"{diplotype.status}: {diplotype.candidates[0].text}"
            expected = _sorted(by_gene[gene][sample])
            if expected != _sorted(_as_pypgx(ours, gene)):
                differences[expected, ours] += 1
        people = len(result.calls.samples)
        yield f"{assembly} {gene}: {people - differences.total()} of {people} equal"
        for (expected, ours), count in differences.most_common():
            yield f"  {count} PyPGx {expected}, here {ours}"


def _as_pypgx(diplotype: str, gene: str) -> str:
    """Rename every haplotype of ABCB1 except C-G-C to *2, the catch-all allele of PyPGx."""
    if gene != "ABCB1":
        return diplotype
    return "/".join("*1" if name == "C-G-C" else "*2" for name in diplotype.split("/"))


def _sorted(diplotype: str) -> str:
    """Return a diplotype with its haplotypes in order of their numbers."""

    def key(name: str) -> tuple[int, str]:
        number = re.search(r"\d+", name)
        return (int(number[0]) if number else 0, name)

    return "/".join(sorted(diplotype.split("/"), key=key))


def main() -> None:
    """Run ``call`` or ``compare``; the arguments are the mode, the assembly and the PyPGx calls."""
    mode, assembly, file = sys.argv[1:]
    if mode == "call":
        with Path(file).open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, delimiter="\t", lineterminator="\n").writerows(call(assembly))
    else:
        print("\n".join(compare(assembly, Path(file))))


if __name__ == "__main__":
    main()
