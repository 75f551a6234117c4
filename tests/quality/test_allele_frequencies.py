"""Allele frequency check: cohorts of real people raise no warning, swapped alleles do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from helpers.fixture_types import Bcftools, MakeVcf, Run
from helpers.paths import PANEL_GENES

from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.pipeline import Request, Selection, call
from pgx_ana.quality import RunTally
from pgx_ana.quality.allele_frequencies import FrequencyOutlier
from pgx_ana.terms import Assembly

ASSEMBLIES = ("GRCh37", "GRCh38")
SWAP = str.maketrans("01", "10")
CAUSE = ": the alleles may be swapped, or read on the other strand"

# Frequencies in all 2,504 people (3,202 on GRCh38) after the alleles of a site are swapped, for
# some sites at which no population has such a frequency. In the order of the knowledge base.
DETECTABLE_SWAPS = {
    "rs4646": "C has frequency 0.34 among {n} people, 0.53 to 0.72 in populations",
    "rs700519": "A has frequency 0.86 among {n} people, 0.03 to 0.24 in populations",
    "rs11575899": "AAAG has frequency {0.32|0.33} among {n} people, 0.61 to 0.73 in populations",
    "rs700518": "C has frequency {0.67|0.68} among {n} people, 0.16 to 0.47 in populations",
    "rs727479": "A has frequency 0.28 among {n} people, 0.62 to 0.82 in populations",
    "rs2236722": "G has frequency 0.99 among {n} people, 0.00 to 0.03 in populations",
    "rs1062033": "G has frequency {0.71|0.72} among {n} people, 0.10 to 0.44 in populations",
    "rs6493497": "A has frequency 0.78 among {n} people, 0.15 to 0.27 in populations",
    "rs7176005": "T has frequency 0.72 among {n} people, 0.15 to 0.47 in populations",
    "rs35599367": "A has frequency 0.99 among {n} people, 0.00 to 0.05 in populations",
    "rs3732219": "T has frequency 0.86 among {n} people, 0.08 to 0.23 in populations",
    "rs3732218": "A has frequency 0.86 among {n} people, 0.08 to 0.23 in populations",
    "rs6755571": "A has frequency 0.98 among {n} people, 0.00 to 0.05 in populations",
    "rs2011425": "G has frequency {0.86|0.87} among {n} people, 0.08 to 0.22 in populations",
}

# Sites whose frequencies differ so much between populations that the swapped frequency fits, too.
UNDETECTABLE_SWAPS = (
    "rs10046",
    "rs10459592",
    "rs1008805",
    "rs749292",
    "rs2740574",
    "rs1045642",
    "rs2032582",
    "rs1128503",
)

Slices = Callable[..., Path]
Rows = dict[str, tuple[list[str], dict[str, list[str]]]]


def expected_warning(variant: str, assembly: str) -> str:
    """Return the warning for a site whose alleles are swapped in everybody."""
    text, number = DETECTABLE_SWAPS[variant], ASSEMBLIES.index(assembly)
    for choice in ("0.32|0.33", "0.67|0.68", "0.71|0.72", "0.86|0.87"):
        text = text.replace(f"{{{choice}}}", choice.split("|")[number])
    return f"{variant}: {text.replace('{n}', ('2504', '3202')[number])}{CAUSE}"


@pytest.fixture(scope="module")
def rows(shared: Path, bcftools: Bcftools, curated: KnowledgeBase) -> Rows:
    """Return, for each panel, its header lines and its rows at each listed site."""
    by_assembly = {}
    for name in ASSEMBLIES:
        folder = shared / "1000genomes" / name
        header = bcftools("view", "-h", folder / "CYP19A1.vcf.gz").splitlines()
        sites: dict[str, list[str]] = {}
        loci = [
            (variant.id, variant.gene, variant.loci[Assembly(name)].pos)
            for variant in curated.variants
            if variant.id in {*DETECTABLE_SWAPS, *UNDETECTABLE_SWAPS}
        ]
        assert len(DETECTABLE_SWAPS) + len(UNDETECTABLE_SWAPS) == len(loci)
        for variant, gene, pos in loci:
            path = folder / f"{gene}.vcf.gz"
            chrom = bcftools("index", "-s", path).split()[0]
            lines = bcftools("view", "-H", "-r", f"{chrom}:{pos}-{pos}", path).splitlines()
            sites[variant] = [line for line in lines if f"\t{pos}\t" in line]
            assert sites[variant]
        by_assembly[name] = (header, sites)
    return by_assembly


@pytest.fixture
def slices(tmp_path: Path, rows: Rows) -> Slices:
    """Return a builder of a file with the listed sites of a panel, some with 0 and 1 swapped.

    ``change`` replaces the genotypes of the swapped sites.
    """

    def build(
        assembly: str,
        swapped: Iterable[str] = (),
        change: Callable[[list[str]], list[str]] | None = None,
    ) -> Path:
        header, sites = rows[assembly]
        lines = list(header)
        for variant, site_rows in sites.items():
            for line in site_rows:
                columns = line.split("\t")
                genotypes = columns[9:]
                if variant in set(swapped):
                    genotypes = [text.translate(SWAP) for text in genotypes]
                    genotypes = change(genotypes) if change else genotypes
                lines.append("\t".join([*columns[:9], *genotypes]))
        path = tmp_path / f"{assembly}.vcf"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return build


def warnings(
    paths: Sequence[Path] | Path, knowledge: KnowledgeBase, **selection: tuple[str, ...]
) -> list[str]:
    """Return the frequency warnings for files; ``selection`` has samples and genes."""
    listed = (paths,) if isinstance(paths, Path) else paths
    request = Request(tuple(map(str, listed)), Selection(**selection))  # type: ignore[arg-type]
    tally = RunTally(knowledge)
    tally.add(call(request, knowledge))
    return tally.warnings()


@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_real_people_raise_no_warning(shared: Path, curated: KnowledgeBase, assembly: str) -> None:
    paths = sorted((shared / "1000genomes" / assembly).glob("*.vcf.gz"))
    assert 4 == len(paths)
    assert [] == warnings(paths, curated)


@pytest.mark.parametrize(
    ("variant", "assembly"), list(zip(DETECTABLE_SWAPS, ASSEMBLIES * 7, strict=True))
)
def test_a_swapped_site_is_reported(
    slices: Slices, curated: KnowledgeBase, assembly: str, variant: str
) -> None:
    gene = curated.definitions[variant].gene
    path = slices(assembly, [variant])
    assert [expected_warning(variant, assembly)] == warnings(path, curated, genes=(gene,))


@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_swapped_sites_with_plausible_frequencies_are_not_reported(
    slices: Slices, curated: KnowledgeBase, assembly: str
) -> None:
    """A swap cannot be detected if frequencies differ widely between populations."""
    assert [] == warnings(slices(assembly, UNDETECTABLE_SWAPS), curated)


@pytest.mark.parametrize("genes", [PANEL_GENES, ()], ids=["four-genes", "all-genes"])
@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_a_file_with_all_alleles_swapped_is_reported_as_such(
    slices: Slices, curated: KnowledgeBase, assembly: str, genes: tuple[str, ...]
) -> None:
    """The last warning is about the whole file. Genes without a row in it do not count."""
    swapped = [*DETECTABLE_SWAPS, *UNDETECTABLE_SWAPS]
    found = warnings(slices(assembly, swapped), curated, genes=genes)
    expected = [expected_warning(variant, assembly) for variant in DETECTABLE_SWAPS]
    # On GRCh38 rs2032582 has two rows, which contradict one another when swapped.
    expected.append(
        f"the frequencies of 14 of {22 if assembly == 'GRCh37' else 21} variants fit no "
        f"population: the file may not be on {assembly}, or not be of people"
    )
    assert expected == found


def test_a_few_swapped_sites_put_no_doubt_on_the_file(
    slices: Slices, curated: KnowledgeBase
) -> None:
    swapped = list(DETECTABLE_SWAPS)[:4]
    found = warnings(slices("GRCh38", swapped), curated, genes=PANEL_GENES)
    assert [expected_warning(variant, "GRCh38") for variant in swapped] == found


@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_a_palindromic_site_on_the_other_strand_is_reported(
    slices: Slices, curated: KnowledgeBase, assembly: str
) -> None:
    """Its alleles are the same on both strands; only frequencies show the error."""
    (variant,) = (known for known in curated.variants if known.id == "rs1062033")
    assert ("C", "G") == variant.alleles
    assert [] == warnings(slices(assembly), curated, genes=("CYP19A1",))
    found = warnings(slices(assembly, ["rs1062033"]), curated, genes=("CYP19A1",))
    assert [expected_warning("rs1062033", assembly)] == found


def test_an_outlier_that_swapping_does_not_explain(slices: Slices, curated: KnowledgeBase) -> None:
    path = slices("GRCh38", ["rs4646"], lambda genotypes: ["0|0"] * len(genotypes))
    expected = "rs4646: C has frequency 0.00 among 3202 people, 0.53 to 0.72 in populations"
    assert [expected] == warnings(path, curated, genes=("CYP19A1",))


@pytest.mark.parametrize(("people", "expected"), [(49, 0), (50, 1)])
def test_a_cohort_needs_at_least_50_people(
    rows: Rows,
    slices: Slices,
    curated: KnowledgeBase,
    people: int,
    expected: int,
) -> None:
    names = rows["GRCh38"][0][-1].split("\t")[9 : 9 + people]
    path = slices("GRCh38", ["rs35599367"])
    found = warnings(path, curated, genes=("CYP3A4",), samples=tuple(names))
    assert expected == len(found)
    assert all(f"among {people} people" in warning for warning in found)


CALL_RATES: dict[str, tuple[int, list[str]]] = {
    "enough": (90, ["rs1: C has frequency 1.00 among 90 people, 0.10 to 0.30 in populations"]),
    "too few": (89, []),
    "nobody": (0, []),
}


@pytest.mark.parametrize(("called", "expected"), CALL_RATES.values(), ids=CALL_RATES)
@pytest.mark.parametrize("missing", ["./.", "0/.", "0/0:LowQual"])
def test_frequencies_need_a_call_rate_of_90_percent(
    make_vcf: MakeVcf,
    tmp_path: Path,
    toy_directory: Path,
    called: int,
    expected: list[str],
    missing: str,
) -> None:
    """There are 100 people. Partial and filtered calls do not count as called."""
    knowledge = with_frequencies(tmp_path, toy_directory, {"all": 0.3, "AFR": 0.1})
    genotypes = ["1/1:PASS"] * called + [missing] * (100 - called)
    samples = [f"S{number}" for number in range(100)]
    path = make_vcf([f"1 100 A C {' '.join(genotypes)}"], samples=samples, fmt="GT:FT")
    assert [text + CAUSE for text in expected] == warnings(path, knowledge)


LIMITS: dict[str, tuple[int, Mapping[str, float], list[str]]] = {
    "as in the population": (100, {"all": 0.5, "EUR": 0.5}, []),
    "a little more": (150, {"all": 0.5, "EUR": 0.5}, []),
    "just within chance": (158, {"all": 0.5, "EUR": 0.5}, []),
    "beyond chance": (
        159,
        {"all": 0.5, "EUR": 0.5},
        ["rs1: C has frequency 0.80 among 100 people, 0.50 to 0.50 in populations"],
    ),
    "just below it": (
        41,
        {"all": 0.5, "EUR": 0.5},
        ["rs1: C has frequency 0.20 among 100 people, 0.50 to 0.50 in populations"],
    ),
    "within chance, below": (42, {"all": 0.5, "EUR": 0.5}, []),
    "far from the only population that is known": (200, {"EUR": 0.1}, []),
    "between two populations": (100, {"all": 0.1, "EAS": 0.9}, []),
    "rare": (30, {"all": 0.0, "EUR": 0.0}, []),
    "too frequent for a rare one": (
        31,
        {"all": 0.0, "EUR": 0.0},
        ["rs1: C has frequency 0.15 among 100 people, 0.00 to 0.00 in populations"],
    ),
}


@pytest.mark.parametrize(("copies", "known", "expected"), LIMITS.values(), ids=LIMITS)
def test_how_far_an_outlier_is(
    make_vcf: MakeVcf,
    tmp_path: Path,
    toy_directory: Path,
    copies: int,
    known: Mapping[str, float],
    expected: list[str],
) -> None:
    """More than 0.15 plus four standard errors; there are 200 copies."""
    knowledge = with_frequencies(tmp_path, toy_directory, known)
    genotypes = ["1/1"] * (copies // 2) + ["0/1"] * (copies % 2)
    genotypes += ["0/0"] * (100 - len(genotypes))
    samples = [f"S{number}" for number in range(100)]
    path = make_vcf([f"1 100 A C {' '.join(genotypes)}"], samples=samples)
    found = [warning.removesuffix(CAUSE) for warning in warnings(path, knowledge)]
    assert expected == found


def with_frequencies(
    tmp_path: Path, toy_directory: Path, known: Mapping[str, float]
) -> KnowledgeBase:
    """Return the toy knowledge base with population frequencies of C at rs1."""
    folder = tmp_path / "frequencies"
    folder.mkdir()
    values = ", ".join(f"{name}: {value}" for name, value in known.items())
    text = (toy_directory / "variants.yaml").read_text(encoding="utf-8")
    entry = text[text.index("  - id: rs1\n") : text.index("  - id: rs2\n")]
    added = f"    frequencies: [{{allele: C, source: made up, {values}}}]\n"
    (folder / "frequencies.yaml").write_text(f"variants:\n{entry}{added}", encoding="utf-8")
    return load([toy_directory, folder])


@pytest.mark.parametrize(
    ("swapped", "expected"),
    [
        (False, "rs1: C has frequency 0.90 among 60 people, 0.10 to 0.20 in populations"),
        (True, f"rs1: C has frequency 0.90 among 60 people, 0.10 to 0.20 in populations{CAUSE}"),
    ],
)
def test_text_of_a_warning(swapped: bool, expected: str) -> None:
    assert expected == str(FrequencyOutlier("rs1", "C", 0.9, 60, 0.1, 0.2, swapped))


@pytest.mark.parametrize("quiet", [True, False])
def test_annotate_warns_on_stderr(run: Run, slices: Slices, quiet: bool) -> None:
    """Results and exit code (0) are as without a warning."""
    path = slices("GRCh38", ["rs35599367"])
    result = run("annotate", path, "-g", "CYP3A4", *(["-q"] if quiet else []))
    assert 0 == result.exit_code
    lines = result.stderr.splitlines()
    assert f"WARNING: {expected_warning('rs35599367', 'GRCh38')}" == lines[0]
    assert (1 if quiet else 3) == len(lines)
    assert 3202 < result.stdout.count(os.linesep)
    assert "WARNING" not in result.stdout


def test_check_prints_the_warning(run: Run, slices: Slices) -> None:
    """Exit code 5: rare variants of the gene have no row here, so only part can be answered."""
    result = run("check", slices("GRCh38", ["rs35599367"]), "-g", "CYP3A4")
    assert (5, "") == (result.exit_code, result.stderr)
    expected = f"WARNING: {expected_warning('rs35599367', 'GRCh38')}"
    assert [expected] == [line for line in result.stdout.splitlines() if "WARNING" in line]
