"""Allele frequencies of a cohort: real people raise no warning, swapped alleles do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import Result

from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.pipeline import Request, Selection, call
from pgx_ana.quality import frequency_warnings
from pgx_ana.quality.allele_frequencies import FrequencyOutlier
from pgx_ana.terms import Assembly

Run = Callable[..., Result]
Bcftools = Callable[..., str]
MakeVcf = Callable[..., Path]

GENES = ("ABCB1", "CYP19A1", "CYP3A4", "UGT1A4")
ASSEMBLIES = ("GRCh37", "GRCh38")
SWAP = str.maketrans("01", "10")
CAUSE = ": the alleles may be swapped, or read on the other strand"

# What all 2,504 people (3,202 on GRCh38) have once the genotypes of a site are swapped, where that
# fits no population. These are some of the many such sites, in the order of the knowledge base.
ODD = {
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

# Where the frequencies of a site differ so much between populations that the swapped one fits.
SILENT = (
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


def odd(variant: str, assembly: str) -> str:
    """Return the warning for a site whose genotypes are swapped in everybody."""
    text, number = ODD[variant], ASSEMBLIES.index(assembly)
    for choice in ("0.32|0.33", "0.67|0.68", "0.71|0.72", "0.86|0.87"):
        text = text.replace(f"{{{choice}}}", choice.split("|")[number])
    return f"{variant}: {text.replace('{n}', ('2504', '3202')[number])}{CAUSE}"


@pytest.fixture(scope="module")
def rows(shared: Path, bcftools: Bcftools, curated: KnowledgeBase) -> Rows:
    """Return the header lines of each panel, and its rows at each listed site."""
    found = {}
    for name in ASSEMBLIES:
        folder = shared / "1000genomes" / name
        header = bcftools("view", "-h", folder / "CYP19A1.vcf.gz").splitlines()
        sites: dict[str, list[str]] = {}
        places = [
            (variant.id, variant.gene, variant.loci[Assembly(name)].pos)
            for variant in curated.variants
            if variant.id in {*ODD, *SILENT}
        ]
        assert len(ODD) + len(SILENT) == len(places)
        for variant, gene, pos in places:
            path = folder / f"{gene}.vcf.gz"
            chrom = bcftools("index", "-s", path).split()[0]
            lines = bcftools("view", "-H", "-r", f"{chrom}:{pos}-{pos}", path).splitlines()
            sites[variant] = [line for line in lines if f"\t{pos}\t" in line]
            assert sites[variant]
        found[name] = (header, sites)
    return found


@pytest.fixture
def slices(tmp_path: Path, rows: Rows) -> Slices:
    """Return a builder of a file with a panel's listed sites, some with 0 and 1 swapped."""

    def build(
        assembly: str,
        swapped: Iterable[str] = (),
        change: Callable[[list[str]], list[str]] | None = None,
    ) -> Path:
        header, sites = rows[assembly]
        lines = list(header)
        for variant, of_site in sites.items():
            for line in of_site:
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
    paths: Sequence[Path] | Path, knowledge: KnowledgeBase, **choice: tuple[str, ...]
) -> list[str]:
    given = (paths,) if isinstance(paths, Path) else paths
    request = Request(tuple(map(str, given)), Selection(**choice))  # type: ignore[arg-type]
    return frequency_warnings(call(request, knowledge), knowledge)


@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_real_people_raise_no_warning(shared: Path, curated: KnowledgeBase, assembly: str) -> None:
    paths = sorted((shared / "1000genomes" / assembly).glob("*.vcf.gz"))
    assert 4 == len(paths)
    assert [] == warnings(paths, curated)


@pytest.mark.parametrize(("variant", "assembly"), list(zip(ODD, ASSEMBLIES * 7, strict=True)))
def test_one_swapped_site_is_named(
    slices: Slices, curated: KnowledgeBase, assembly: str, variant: str
) -> None:
    gene = curated.definitions[variant].gene
    path = slices(assembly, [variant])
    assert [odd(variant, assembly)] == warnings(path, curated, genes=(gene,))


@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_swapped_sites_that_a_population_could_have(
    slices: Slices, curated: KnowledgeBase, assembly: str
) -> None:
    """Nothing can be said where frequencies differ widely between populations."""
    assert [] == warnings(slices(assembly, SILENT), curated)


@pytest.mark.parametrize("genes", [GENES, ()], ids=["four-genes", "all-genes"])
@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_a_file_with_all_alleles_swapped(
    slices: Slices, curated: KnowledgeBase, assembly: str, genes: tuple[str, ...]
) -> None:
    """The last line says that it is the file; genes without a row in it do not count."""
    found = warnings(slices(assembly, [*ODD, *SILENT]), curated, genes=genes)
    expected = [odd(variant, assembly) for variant in ODD]
    # On GRCh38 rs2032582 has two rows, which contradict one another when swapped.
    expected.append(
        f"the frequencies of 14 of {22 if assembly == 'GRCh37' else 21} variants fit no "
        f"population: the file may not be on {assembly}, or not be of people"
    )
    assert expected == found


def test_a_few_swapped_sites_are_not_the_file(slices: Slices, curated: KnowledgeBase) -> None:
    swapped = list(ODD)[:4]
    found = warnings(slices("GRCh38", swapped), curated, genes=GENES)
    assert [odd(variant, "GRCh38") for variant in swapped] == found


@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_a_palindromic_site_on_the_other_strand(
    slices: Slices, curated: KnowledgeBase, assembly: str
) -> None:
    """Its letters look sound on either strand; only frequencies tell."""
    (variant,) = (one for one in curated.variants if one.id == "rs1062033")
    assert ("C", "G") == variant.alleles
    assert [] == warnings(slices(assembly), curated, genes=("CYP19A1",))
    found = warnings(slices(assembly, ["rs1062033"]), curated, genes=("CYP19A1",))
    assert [odd("rs1062033", assembly)] == found


def test_a_frequency_that_swapping_does_not_explain(slices: Slices, curated: KnowledgeBase) -> None:
    path = slices("GRCh38", ["rs4646"], lambda genotypes: ["0|0"] * len(genotypes))
    expected = "rs4646: C has frequency 0.00 among 3202 people, 0.53 to 0.72 in populations"
    assert [expected] == warnings(path, curated, genes=("CYP19A1",))


@pytest.mark.parametrize(("people", "expected"), [(49, 0), (50, 1)])
def test_few_people_are_no_population(
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


CALLED: dict[str, tuple[int, list[str]]] = {
    "enough": (90, ["rs1: C has frequency 1.00 among 90 people, 0.10 to 0.30 in populations"]),
    "too few": (89, []),
    "nobody": (0, []),
}


@pytest.mark.parametrize(("called", "expected"), CALLED.values(), ids=CALLED)
@pytest.mark.parametrize("missing", ["./.", "0/.", "0/0:LowQual"])
def test_where_few_are_called_frequencies_say_nothing(
    make_vcf: MakeVcf,
    tmp_path: Path,
    toy_directory: Path,
    called: int,
    expected: list[str],
    missing: str,
) -> None:
    """Of 100 people; those with half a call, or a filtered one, are not called."""
    knowledge = with_frequencies(tmp_path, toy_directory, {"all": 0.3, "AFR": 0.1})
    genotypes = ["1/1:PASS"] * called + [missing] * (100 - called)
    samples = [f"S{number}" for number in range(100)]
    path = make_vcf([f"1 100 A C {' '.join(genotypes)}"], samples=samples, fmt="GT:FT")
    swapped = [text + CAUSE for text in expected]
    assert swapped == warnings(path, knowledge)


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
def test_how_far_is_odd(
    make_vcf: MakeVcf,
    tmp_path: Path,
    toy_directory: Path,
    copies: int,
    known: Mapping[str, float],
    expected: list[str],
) -> None:
    """More than 0.15 and four standard errors, of 200 copies."""
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
    """Return the toy knowledge base with frequencies of C at rs1."""
    folder = tmp_path / "frequencies"
    folder.mkdir()
    values = ", ".join(f"{name}: {value}" for name, value in known.items())
    text = (toy_directory / "variants.yaml").read_text(encoding="utf-8")
    one = text[text.index("  - id: rs1\n") : text.index("  - id: rs2\n")]
    added = f"    frequencies: [{{allele: C, source: made up, {values}}}]\n"
    (folder / "frequencies.yaml").write_text(f"variants:\n{one}{added}", encoding="utf-8")
    return load([toy_directory, folder])


@pytest.mark.parametrize(
    ("swapped", "expected"),
    [
        (False, "rs1: C has frequency 0.90 among 60 people, 0.10 to 0.20 in populations"),
        (True, f"rs1: C has frequency 0.90 among 60 people, 0.10 to 0.20 in populations{CAUSE}"),
    ],
)
def test_wording(swapped: bool, expected: str) -> None:
    assert expected == str(FrequencyOutlier("rs1", "C", 0.9, 60, 0.1, 0.2, swapped))


@pytest.mark.parametrize("quiet", [True, False])
def test_annotate_warns_on_stderr(run: Run, slices: Slices, quiet: bool) -> None:
    """Nothing else changes: the results are written, the exit code is 0."""
    path = slices("GRCh38", ["rs35599367"])
    result = run("annotate", path, "-g", "CYP3A4", *(["-q"] if quiet else []))
    assert 0 == result.exit_code
    lines = result.stderr.splitlines()
    assert f"WARNING: {odd('rs35599367', 'GRCh38')}" == lines[0]
    assert (1 if quiet else 2) == len(lines)
    assert 3202 < result.stdout.count(os.linesep)
    assert "WARNING" not in result.stdout


def test_check_warns_too(run: Run, slices: Slices) -> None:
    """Rare variants of the gene have no row here, so that only a part can be answered (5)."""
    result = run("check", slices("GRCh38", ["rs35599367"]), "-g", "CYP3A4")
    assert (5, "") == (result.exit_code, result.stderr)
    expected = f"WARNING: {odd('rs35599367', 'GRCh38')}"
    assert [expected] == [line for line in result.stdout.splitlines() if "WARNING" in line]
