"""One genotype in many representations: the annotations are the same.

Rows are rewritten at random: padded, shifted, merged into MNVs and complex replacements, split,
written as blocks, repeated and reordered. The file then gets other contig names, fields and
containers.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pytest
from helpers.file_styles import INDEXED, FileStyle, Tables, file_styles, packed, rendered, tables_of
from helpers.fixture_types import Bcftools, MakeVcf
from helpers.paths import PANEL_GENES
from helpers.row_spellings import (
    ANY_ALLELE,
    STAR,
    Genotype,
    Reference,
    Row,
    alt_alleles,
    as_block,
    copies_swapped,
    edited_allele,
    merged,
    respellings,
    split,
    with_any_allele,
)
from helpers.toy_overlays import section, variant_entry, written_overlay
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import Locus, Variant
from pgx_ana.terms import Assembly

GRCH37, GRCH38 = Assembly
Write = Callable[..., Path]

FIXED = settings(
    derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate]
)
"""The same examples on every machine. Examples are small, so failing ones need not be shrunk."""

Rewriting = Callable[[st.DrawFn, "Cluster", "World"], Sequence[Row]]
"""A function that draws other rows with the meaning of the rows of a cluster."""

MAX_SHIFT = 8
"""Bases by which a row is padded or shifted at most."""

FLANK = 30
"""Synthetic reference bases on each side of a window."""

MAX_ROW_DISTANCE = 100
"""Rows farther from a variant cannot concern it."""

MIN_DISTANCE = 15
"""A row near a variant does not extend farther than this, however it is padded."""

REPEAT_WITHOUT_ROW = ("not_assessable", "no row of this file shows the repeat")

MORE_TOY_VARIANTS = (
    variant_entry(
        "rs7",
        "CTTTATTTATTTATTTA CTTTATTTATTTA CTTTATTTA C",
        gene="BBB",
        type="repeat",
        grch37='chrom: "2", pos: 201, ref: CTTTATTTATTTA, window_start: 200, '
        "window: CCTTTATTTATTTAGG",
        grch38='chrom: "2", pos: 201, ref: CTTTATTTATTTATTTA, window_start: 200, '
        "window: CCTTTATTTATTTATTTAGG",
    ),
    variant_entry(
        "rs8",
        "CA CACA C CAGT",
        type="insertion",
        grch37='chrom: "1", pos: 651, ref: CA, window_start: 650, window: GCACACAAAGT',
        grch38='chrom: "1", pos: 601, ref: CA, window_start: 600, window: GCACACAAAGT',
    ),
)


class World:
    """A knowledge base in one assembly, and the reference bases around its variants."""

    def __init__(self, knowledge: KnowledgeBase, assembly: Assembly, reference: Reference) -> None:
        self.knowledge = knowledge
        self.assembly = assembly
        self.reference = reference

    def __repr__(self) -> str:
        return f"World({self.assembly})"

    @property
    def loci(self) -> Iterator[tuple[Variant, Locus]]:
        """Return each variant with its locus."""
        return ((v, v.loci[self.assembly]) for v in self.knowledge.variants)

    @cached_property
    def known(self) -> tuple[Variant, ...]:
        """Return the variants with a certain REF and a completely known surrounding sequence.

        Rows cannot be generated at other variants, because the neighbouring bases are unknown.
        """
        return tuple(
            variant
            for variant, locus in self.loci
            if locus.ref_is_certain and "N" not in self.around(locus)
        )

    @cached_property
    def isolated(self) -> tuple[Variant, ...]:
        """Return the known variants that no row generated at another variant can reach.

        Such a row would report reference at the neighbouring variant.
        """
        return tuple(
            variant
            for variant in self.known
            if not any(
                other.id != variant.id and near(locus, variant.loci[self.assembly])
                for other, locus in self.loci
            )
        )

    def around(self, locus: Locus) -> str:
        """Return the reference bases of a window and its surroundings."""
        return self.reference.stretch(locus.chrom, locus.window_start - 10, locus.window_end + 8)

    def meaning(self, row: Row) -> list[list[str | None]]:
        """Return what a row reports for every variant near it."""
        return [
            alt_alleles(row, variant, locus)
            for variant, locus in self.loci
            if locus.chrom == row.chrom and abs(locus.pos - row.pos) < MAX_ROW_DISTANCE
        ]


def near(first: Locus, second: Locus) -> bool:
    """Return whether a row at one locus may reach the other."""
    reaches = first.pos - second.end < MIN_DISTANCE and second.pos - first.end < MIN_DISTANCE
    return first.chrom == second.chrom and reaches


@dataclass(frozen=True)
class Neighbour:
    """A change near a variant: ``distance`` bases after its window, or before it if negative."""

    distance: int
    kind: str
    genotypes: tuple[Genotype, ...]


@dataclass(frozen=True)
class Site:
    """The genotypes of samples at a variant, as bases (None for missing), and nearby changes.

    ``listed`` are alleles that the file lists even if no sample has them. A site without ``bases``
    has no row.
    """

    variant: Variant = field(repr=False)
    name: str
    bases: tuple[tuple[str | None, ...], ...]
    listed: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class Cluster:
    """The rows at one variant, and those near it."""

    variant: Variant
    locus: Locus
    own: tuple[Row, ...]
    neighbours: tuple[Row, ...]


# genotypes


@st.composite
def sites(
    draw: st.DrawFn,
    variants: Sequence[Variant],
    n_samples: int,
    *,
    odd: bool,
    min_neighbours: int = 0,
) -> list[Site]:
    """Draw genotypes at some variants, and changes near each of them.

    ``odd`` adds missing copies, haploid calls and unknown bases.
    """
    chosen = draw(st.lists(st.sampled_from(variants), min_size=1, max_size=3, unique_by=by_id))
    return [
        Site(
            variant=variant,
            name=variant.id,
            bases=draw(genotypes_of(variant, n_samples, odd=odd))
            if draw(st.integers(0, 9))
            else (),
            listed=tuple(draw(st.lists(st.sampled_from(variant.alleles), unique=True))),
            neighbours=tuple(
                draw(st.lists(neighbours(n_samples), min_size=min_neighbours, max_size=2))
            ),
        )
        for variant in chosen
    ]


def by_id(variant: Variant) -> str:
    return variant.id


@st.composite
def genotypes_of(
    draw: st.DrawFn, variant: Variant, n_samples: int, *, odd: bool
) -> tuple[tuple[str | None, ...], ...]:
    """Draw the alleles of each sample at a variant."""
    unknown = sorted(set("ACGT") - set(variant.alleles))[:1] if variant.is_snv and odd else []
    alleles: list[str | None] = [*variant.alleles, *variant.alleles, *unknown]
    genotypes = []
    for _ in range(n_samples):
        first, second = draw(st.sampled_from(alleles)), draw(st.sampled_from(alleles))
        kind = draw(
            st.sampled_from(["called", "called", "called", "partial", "missing", "haploid"])
        )
        genotype: tuple[str | None, ...] = (first, second)
        if odd and kind != "called":
            genotype = {"partial": (first, None), "missing": (None, None), "haploid": (first,)}[
                kind
            ]
        genotypes.append(genotype)
    return tuple(genotypes)


@st.composite
def neighbours(draw: st.DrawFn, n_samples: int) -> Neighbour:
    """Draw a change near a variant."""
    return Neighbour(
        distance=draw(st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4])),
        kind=draw(st.sampled_from(["base", "base", "insertion", "deletion"])),
        genotypes=tuple(
            draw(st.sampled_from([(0, 0), (0, 1), (1, 0), (1, 1)])) for _ in range(n_samples)
        ),
    )


def cluster_of(site: Site, world: World) -> Cluster:
    """Return the simplest representation of a site."""
    locus = site.variant.loci[world.assembly]
    own = [row_of(site, locus)] if site.bases else []
    rows: list[Row] = []
    for neighbour in site.neighbours:
        row = neighbour_row(neighbour, locus, world.reference)
        if all(row.stop < other.pos or other.stop < row.pos for other in rows):
            rows.append(row)
    return Cluster(site.variant, locus, tuple(own), tuple(rows))


def row_of(site: Site, locus: Locus) -> Row:
    observed = dict.fromkeys(base for pair in site.bases for base in pair if base)
    alleles = list(dict.fromkeys([locus.ref, *observed, *site.listed]))
    numbers = {base: number for number, base in enumerate(alleles)}
    genotypes = [
        tuple(None if base is None else numbers[base] for base in pair) for pair in site.bases
    ]
    return Row(locus.chrom, locus.pos, locus.ref, tuple(alleles[1:]), tuple(genotypes))


def neighbour_row(neighbour: Neighbour, locus: Locus, reference: Reference) -> Row:
    """Return the row of a change near the window of a variant."""
    is_before = neighbour.distance < 0
    pos = (locus.window_start if is_before else locus.window_end) + neighbour.distance
    ref = reference.base(locus.chrom, pos)
    alt = "ACGT"["ACGT".index(ref) - 1]
    if neighbour.kind == "insertion":
        alt = ref + alt
    elif neighbour.kind == "deletion":
        pos -= 2 * is_before
        ref = reference.stretch(locus.chrom, pos, pos + 2)
        alt = ref[0]
    return Row(locus.chrom, pos, ref, (alt,), neighbour.genotypes)


# representations


def rewritten(
    draw: st.DrawFn,
    cluster: Cluster,
    world: World,
    *,
    phased: bool,
    rewritings: Sequence[Rewriting],
) -> list[Row]:
    """Draw another representation of a cluster."""
    rows = [*cluster.own, *cluster.neighbours]
    if rows and not phased:
        samples = draw(some_of(len(rows[0].genotypes)))
        rows = [copies_swapped(row, samples) for row in rows]
        cluster = replace(
            cluster,
            own=tuple(rows[: len(cluster.own)]),
            neighbours=tuple(rows[len(cluster.own) :]),
        )
    rewriting = draw(st.sampled_from(rewritings))
    rows = list(rewriting(draw, cluster, world)) if cluster.own else rows
    rows = [padded_or_shifted(draw, row, world) for row in rows]
    if rewriting in WITH_ANY_COPY_ORDER and not phased:
        rows = [copies_swapped(row, draw(some_complete(row))) for row in rows]
    return [row for row in rows for _ in range(draw(st.sampled_from([1, 1, 1, 2])))]


def some_of(number: int, at_least: int = 0) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, number - 1), min_size=at_least, unique=True)


def some_complete(row: Row) -> st.SearchStrategy[list[int]]:
    """Draw samples without a missing copy in a row."""
    samples = [number for number, pair in enumerate(row.genotypes) if None not in pair]
    return st.lists(st.sampled_from(samples), unique=True) if samples else st.just([])


def padded_or_shifted(draw: st.DrawFn, row: Row, world: World) -> Row:
    """Draw a padded or shifted row that reports the same for every variant."""
    if not row.is_plain:
        return row
    other = draw(st.sampled_from([row, *respellings(row, world.reference, MAX_SHIFT)]))
    return other if world.meaning(row) == world.meaning(other) else row


def unchanged(_: st.DrawFn, cluster: Cluster, __: World) -> Sequence[Row]:
    return [*cluster.own, *cluster.neighbours]


def as_one(draw: st.DrawFn, cluster: Cluster, world: World) -> Sequence[Row]:
    """Merge the rows at the variant and all or some of their neighbours into one."""
    chosen = draw(some_of(len(cluster.neighbours), at_least=1)) if cluster.neighbours else []
    rows = [*cluster.own, *(cluster.neighbours[number] for number in chosen)]
    rest = [row for number, row in enumerate(cluster.neighbours) if number not in chosen]
    merger = merged(rows, world.reference) if all(row.alts for row in rows) else None
    if merger is None:
        return unchanged(draw, cluster, world)
    row, edits = merger
    if alt_alleles(row, cluster.variant, cluster.locus) != [
        edited_allele(changed, cluster.variant, cluster.locus) or "" for changed in edits
    ]:
        return unchanged(draw, cluster, world)
    return [row, *rest]


def as_one_split(draw: st.DrawFn, cluster: Cluster, world: World) -> Sequence[Row]:
    """Merge rows with their neighbours into one, and split that into a row for each ALT."""
    row, *rest = as_one(draw, cluster, world)
    return [*(split(row, "0") if row.alts else [row]), *rest]


def as_several(_: st.DrawFn, cluster: Cluster, __: World) -> Sequence[Row]:
    """Write a row for each ALT; a copy with another ALT is 0."""
    return split_own(cluster, "0")


def as_several_in_order(draw: st.DrawFn, cluster: Cluster, _: World) -> Sequence[Row]:
    """Write a row for each ALT; a copy with another ALT is missing, or the star."""
    return split_own(cluster, draw(st.sampled_from([".", STAR])))


def split_own(cluster: Cluster, other: str) -> Sequence[Row]:
    own = [row for one in cluster.own for row in (split(one, other) if one.alts else [one])]
    return [*own, *cluster.neighbours]


def as_blocks(draw: st.DrawFn, cluster: Cluster, world: World) -> Sequence[Row]:
    """Write rows with reference copies only as blocks, or as rows without ALT."""
    rows: list[Row] = []
    for row in cluster.own:
        alts = draw(st.sampled_from([(), *((name,) for name in ANY_ALLELE)]))
        left, right = draw(st.integers(0, 5)), draw(st.integers(0, 5))
        if row.is_reference and len(cluster.own) == 1:
            rows.append(as_block(row, left, right, alts, world.reference))
        else:
            rows.append(row)
    return [*rows, *cluster.neighbours]


def as_gvcf(draw: st.DrawFn, cluster: Cluster, _: World) -> Sequence[Row]:
    """Add the ALT that stands for any other allele."""
    name = draw(st.sampled_from(ANY_ALLELE))
    own = [with_any_allele(row, name) for row in cluster.own]
    return [*(own if len(own) == 1 else cluster.own), *cluster.neighbours]


REWRITINGS: tuple[Rewriting, ...] = (
    unchanged,
    as_one,
    as_several,
    as_several_in_order,
    as_blocks,
    as_gvcf,
)

WITH_ANY_COPY_ORDER = (unchanged, as_several, as_blocks, as_gvcf)
"""Rewritings in which each row may have its own order of copies, if no copy is missing."""


@dataclass(frozen=True)
class Example:
    """The same genotypes in a simple representation and in another one."""

    samples: tuple[str, ...]
    plain: tuple[Row, ...]
    other: tuple[Row, ...]
    style: FileStyle


@st.composite
def examples(
    draw: st.DrawFn, clusters: Sequence[Cluster], world: World, rewritings: Sequence[Rewriting]
) -> Example:
    """Draw another representation of the rows of some clusters."""
    rows = [row for cluster in clusters for row in (*cluster.own, *cluster.neighbours)]
    n_samples = len(rows[0].genotypes) if rows else 1
    style = draw(file_styles(phased=draw(st.booleans())))
    other = [
        row
        for cluster in clusters
        for row in rewritten(draw, cluster, world, phased=style.phased, rewritings=rewritings)
    ]
    if style.container not in INDEXED:
        other = draw(st.permutations(other))
    samples = tuple(f"S{number}" for number in range(n_samples))
    return Example(samples, tuple(rows), tuple(other), style)


@st.composite
def toy_examples(draw: st.DrawFn, world: World) -> Example:
    """Draw genotypes at toy variants and another representation of them."""
    drawn = draw(sites(world.isolated, draw(st.integers(1, 3)), odd=True))
    return draw(examples([cluster_of(site, world) for site in drawn], world, REWRITINGS))


@st.composite
def toy_replacements(
    draw: st.DrawFn, variants: Sequence[Variant], world: World, rewriting: Rewriting = as_one
) -> Example:
    """Draw genotypes with adjacent changes, and a representation that merges these."""
    drawn = draw(sites(variants, draw(st.integers(1, 3)), odd=False, min_neighbours=1))
    return draw(examples([cluster_of(site, world) for site in drawn], world, [rewriting]))


# toy variants


@pytest.fixture(scope="module", autouse=True)
def always_use_the_index() -> Iterator[None]:
    """Read small files by their index, too; by default it is not used for them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pgx_ana.vcf.container.MIN_INDEXED_BYTES", 0)
        yield


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Return a function that writes rows as a file: write(rows, samples, style, world)."""

    def rows_to_file(
        rows: Sequence[Row], samples: Sequence[str], style: FileStyle, world: World
    ) -> Path:
        text = rendered(rows, samples, style, world.knowledge, world.assembly)
        return packed(text, style.container, tmp_path_factory.mktemp("spelling"))

    return rows_to_file


@pytest.fixture(scope="module")
def toy_worlds(
    toy_directory: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[Assembly, World]:
    """Return the toy knowledge base with a repeat, a locus of several lengths, and flanks."""
    more = tmp_path_factory.mktemp("more")
    written_overlay(more, section("variants", *MORE_TOY_VARIANTS))
    knowledge = load([toy_directory, more])
    return {
        assembly: World(
            knowledge, assembly, Reference(synthetic_reference(knowledge.variants, assembly))
        )
        for assembly in Assembly
    }


def synthetic_reference(
    variants: Sequence[Variant], assembly: Assembly
) -> dict[tuple[str, int], str]:
    """Return bases around variants, equal in both assemblies and without repeats."""
    bases: dict[tuple[str, int], str] = {}
    for variant in variants:
        locus = variant.loci[assembly]
        ends = [variant.loci[item].window[index] for item in Assembly for index in (0, -1)]
        rng = random.Random(variant.id)
        left = flank(rng, set(ends))[::-1]
        start = locus.window_start - FLANK
        for pos, base in enumerate(left + locus.window + flank(rng, set(ends)), start):
            bases[locus.chrom, pos] = base
    return bases


def flank(rng: random.Random, avoided: set[str]) -> str:
    """Return bases that differ from the two before them; the first is not one of ``avoided``."""
    bases = rng.choice(sorted(set("ACGT") - avoided))
    while len(bases) < FLANK:
        bases += rng.choice(sorted(set("ACGT") - set(bases[-2:])))
    return bases


def test_synthetic_reference_has_the_windows_and_no_repeats(
    toy_worlds: Mapping[Assembly, World],
) -> None:
    for world in toy_worlds.values():
        assert world.knowledge.variants == world.isolated
        for _, locus in world.loci:
            start, stop = locus.window_start, locus.window_end
            assert locus.window == world.reference.stretch(locus.chrom, start, stop)
            for first, last in ((start - FLANK, start - 1), (stop + 1, stop + FLANK)):
                bases = world.reference.stretch(locus.chrom, first, last)
                assert "N" not in bases
                assert all(bases[i] not in bases[max(i - 2, 0) : i] for i in range(FLANK))


def plain_and_other(example: Example, world: World, write: Write) -> tuple[Tables, Tables]:
    """Annotate both representations of an example."""
    style, samples = example.style, example.samples
    plain = write(example.plain, samples, FileStyle(phased=style.phased), world)
    other = write(example.other, samples, style, world)
    assembly = world.assembly if style.assembly_from == "user" else None
    return (
        tables_of(plain, world.knowledge, samples),
        tables_of(other, world.knowledge, samples, assembly=assembly, stdin=style.stdin),
    )


def differing(expected: Tables, actual: Tables) -> list[str]:
    """Return the differences between the tables of two representations."""
    differences = [
        f"{key}: {column} {row.get(column)} became {actual.calls.get(key, {}).get(column)}"
        for key, row in expected.calls.items()
        for column in row
        if row.get(column) != actual.calls.get(key, {}).get(column)
    ]
    if expected.annotations != actual.annotations or expected.calls.keys() != actual.calls.keys():
        differences += [expected.annotations, actual.annotations]
    return differences


@pytest.mark.parametrize("assembly", Assembly)
@settings(FIXED, max_examples=150)
@given(data=st.data())
def test_toy_genotypes_in_other_representations(
    data: st.DataObject, assembly: Assembly, toy_worlds: Mapping[Assembly, World], write: Write
) -> None:
    """SNVs, an insertion, a deletion, a repeat, and loci of several alleles."""
    world = toy_worlds[assembly]
    expected, actual = plain_and_other(data.draw(toy_examples(world)), world, write)
    assert [] == differing(expected, actual)


@pytest.mark.slow
@pytest.mark.parametrize("assembly", Assembly)
@settings(FIXED, max_examples=100)
@given(data=st.data())
def test_adjacent_changes_as_one_row(
    data: st.DataObject, assembly: Assembly, toy_worlds: Mapping[Assembly, World], write: Write
) -> None:
    """MNVs and complex replacements."""
    world = toy_worlds[assembly]
    example = data.draw(toy_replacements(world.isolated, world))
    expected, actual = plain_and_other(example, world, write)
    assert [] == differing(expected, actual)


@pytest.mark.slow
@pytest.mark.parametrize("of_bases", [True, False], ids=["bases", "lengths"])
@settings(FIXED, max_examples=60)
@given(data=st.data())
def test_adjacent_changes_as_a_row_for_each_combination(
    data: st.DataObject, *, of_bases: bool, toy_worlds: Mapping[Assembly, World], write: Write
) -> None:
    """An allele may be in several rows, alone and together with an adjacent change."""
    world = toy_worlds[GRCH38]
    variants = [variant for variant in world.isolated if variant.is_snv is of_bases]
    example = data.draw(toy_replacements(variants, world, as_one_split))
    expected, actual = plain_and_other(example, world, write)
    assert [] == differing(expected, actual)


IN_SEVERAL_ROWS = {
    "an insertion with an adjacent SNV, and alone": (
        "rs4",
        ["1 399 A C 0|1", "1 401 G GT 0|1"],
        ["1 399 AGG CGGT 0|1", "1 399 A C 0|0", "1 401 G GT 0|0"],
        "G|GT",
    ),
    "both copies, one with an adjacent SNV": (
        "rs4",
        ["1 399 A C 0/1", "1 401 G GT 1/1"],
        ["1 399 AGG CGGT 0/1", "1 401 G GT 1/0"],
        "GT/GT",
    ),
    "an SNV in an MNV, and alone": (
        "rs1",
        ["1 99 G T 1|0", "1 100 A C 1|0"],
        ["1 99 GA TC 1|0", "1 100 A C 0|0"],
        "C|A",
    ),
    "rows that differ in another sample only": (
        "rs1",
        ["1 99 G T 1|0 0|0", "1 100 A C 1|0 0|0"],
        ["1 99 GA TC 1|0 0|0", "1 99 GA TC 1|0 .|.", "1 100 A C 0|0 0|0"],
        "C|A",
    ),
    "rows of one MNV that are padded differently": (
        "rs1",
        ["1 99 G T 1|0", "1 100 A C 1|0"],
        ["1 99 GA TC 1|0", "1 99 GAT TCT 1|0", "1 100 A C 0|0"],
        "C|A",
    ),
}


@pytest.mark.parametrize(
    ("variant", "plain", "other", "genotype"), IN_SEVERAL_ROWS.values(), ids=IN_SEVERAL_ROWS.keys()
)
def test_one_allele_in_several_rows(
    variant: str,
    plain: list[str],
    other: list[str],
    genotype: str,
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
) -> None:
    samples = [f"S{number}" for number in range(len(plain[0].split()) - 4)]
    for rows in (plain, other):
        call = tables_of(make_vcf(rows, samples=samples), toy, ["S0"]).calls["S0", variant]
        assert (genotype, "called") == (call["genotype"], call["status"])


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("2 48 GGG GG", id="one of three"),
        pytest.param("2 50 GG G", id="one of two"),
        pytest.param("2 50 GCG G", id="a unit, anchored at it"),
        pytest.param("2 49 CGCG CG", id="a unit, from the base before on"),
        pytest.param("2 47 AGCGTACT AGTACTG", id="a unit, and an insertion later"),
    ],
)
def test_a_base_that_may_be_deleted_or_kept(
    row: str, toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    """Within a repeat, it is ambiguous which base is deleted; the base of the locus is kept."""
    path = make_vcf([f"{row} 0/1", "2 50 G T 0/0"])
    call = tables_of(path, toy, ["S1"]).calls["S1", "rs6"]
    assert ("G/G", "called") == (call["genotype"], call["status"])


UNKNOWN_LENGTHS = {
    "rs4 longer by two": ("rs4", "1", 401, "G", "GTT"),
    "rs4 shorter by one": ("rs4", "1", 401, "GT", "G"),
    "rs4 with another base": ("rs4", "1", 406, "T", "TA"),
    "rs5 shorter by two units": ("rs5", "1", 501, "GCACA", "G"),
    "rs5 shorter by one base": ("rs5", "1", 501, "GC", "G"),
    "rs7 with one copy": ("rs7", "2", 201, "CTTTATTTATTTA", "C"),
    "rs7 with five copies": ("rs7", "2", 201, "C", "CTTTA"),
    "rs8 longer by two units": ("rs8", "1", 600, "G", "GCACA"),
}


@pytest.mark.parametrize(
    ("variant", "chrom", "pos", "ref", "alt"),
    UNKNOWN_LENGTHS.values(),
    ids=UNKNOWN_LENGTHS.keys(),
)
def test_an_unknown_length_has_one_name(
    variant: str,
    chrom: str,
    pos: int,
    ref: str,
    alt: str,
    toy_worlds: Mapping[Assembly, World],
    write: Write,
) -> None:
    """The call is the same however the row is padded and shifted."""
    world = toy_worlds[GRCH38]
    plain = Row(chrom, pos, ref, (alt,), ((0, 1),))
    rows = [plain, *respellings(plain, world.reference, 6)][::5]
    results = []
    for row in rows:
        calls = tables_of(write([row], ["S0"], FileStyle(), world), world.knowledge, ["S0"]).calls
        results += [
            (call["variant"], call["genotype"], call["status"], call["reason"])
            for call in calls.values()
            if call["status"] != "absent" and (call["status"], call["reason"]) != REPEAT_WITHOUT_ROW
        ]
    assert variant == results[0][0]
    assert "unknown_allele" == results[0][2]
    assert [results[0]] * len(rows) == results


# real loci, samples and blocks


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as stream:
        yield from csv.DictReader(stream, delimiter="\t")


def real_bases(shared: Path, assembly: Assembly) -> dict[tuple[str, int], str]:
    """Return the known reference bases around real loci."""
    column = {GRCH37: "pos37", GRCH38: "pos38"}[assembly]
    bases = {
        (row["chrom"].removeprefix("chr"), int(row[column])): row["base"]
        for row in rows_of(shared / "truth" / "known_reference_bases.tsv")
        if row[column].isdigit()
    }
    for row in rows_of(shared / "truth" / "reference_windows.tsv"):
        if row["assembly"] == assembly:
            for pos, base in enumerate(row["sequence"], int(row["start"])):
                assert base == bases.setdefault((row["chrom"], pos), base)
    return bases


@pytest.fixture(scope="module")
def real_worlds(shared: Path, curated: KnowledgeBase) -> Mapping[Assembly, World]:
    """Return the curated variants with the known bases around them."""
    return {
        assembly: World(curated, assembly, Reference(real_bases(shared, assembly)))
        for assembly in Assembly
    }


def test_real_windows_are_those_of_both_assemblies(real_worlds: Mapping[Assembly, World]) -> None:
    for world in real_worlds.values():
        for _, locus in world.loci:
            known = world.reference.stretch(locus.chrom, locus.window_start, locus.window_end)
            pairs = zip(locus.window, known, strict=True)
            assert all(base in {"N", shipped} for shipped, base in pairs)


def test_real_bases_are_known_around_many_variants(
    real_worlds: Mapping[Assembly, World],
) -> None:
    """Otherwise the tests below would cover a few variants only."""
    for world in real_worlds.values():
        assert (96, 77) == (len(world.known), len(world.isolated))
        lengths = {variant.id for variant in world.isolated if not variant.is_snv}
        assert {"rs67666821", "rs3064744", "UGT1A4-127delA", "UGT1A4-175delG"} == lengths


@pytest.mark.slow
@pytest.mark.parametrize("assembly", Assembly)
@settings(FIXED, max_examples=40)
@given(data=st.data())
def test_synthetic_genotypes_at_real_loci(
    data: st.DataObject, assembly: Assembly, real_worlds: Mapping[Assembly, World], write: Write
) -> None:
    """The sequence around real loci has repeats, so that more rows can be shifted."""
    world = real_worlds[assembly]
    example = data.draw(st.one_of(toy_examples(world), toy_replacements(world.isolated, world)))
    expected, actual = plain_and_other(example, world, write)
    assert [] == differing(expected, actual)


ADJACENT = {
    "codon 268": ("rs145582851", "rs138105638", 99766439, "CG", "TA"),
    "codon 162": ("rs4986907", "rs57409622", 99769804, "CG", "TA"),
    "codon 130": ("rs72552799", "rs778013004", 99770165, "CG", "TA"),
}


@pytest.mark.parametrize(
    ("first", "second", "pos", "ref", "alt"), ADJACENT.values(), ids=ADJACENT.keys()
)
@pytest.mark.parametrize("opposite_copies", [False, True])
def test_adjacent_variants_as_one_row(
    first: str,
    second: str,
    pos: int,
    ref: str,
    alt: str,
    opposite_copies: bool,
    real_worlds: Mapping[Assembly, World],
    write: Write,
) -> None:
    """Two adjacent known variants, on the same copy or on opposite ones."""
    world = real_worlds[GRCH38]
    copies = (0, 1) if opposite_copies else (1, 0)
    plain = [
        Row("7", pos, ref[0], (alt[0],), ((1, 0),)),
        Row("7", pos + 1, ref[1], (alt[1],), (copies,)),
    ]
    one = (
        Row("7", pos, ref, (alt[0] + ref[1], ref[0] + alt[1]), ((1, 2),))
        if opposite_copies
        else Row("7", pos, ref, (alt,), ((1, 0),))
    )
    style = FileStyle(phased=True)
    expected = tables_of(write(plain, ["S0"], style, world), world.knowledge, ["S0"])
    actual = tables_of(write([one], ["S0"], style, world), world.knowledge, ["S0"])
    second_genotype = f"{ref[1]}|{alt[1]}" if opposite_copies else f"{alt[1]}|{ref[1]}"
    genotypes = [expected.calls["S0", variant]["genotype"] for variant in (first, second)]
    assert [f"{alt[0]}|{ref[0]}", second_genotype] == genotypes
    assert [] == differing(expected, actual)


PANEL_SAMPLES = ("HG00096", "NA12717", "NA18868", "HG01845", "NA20509")


@dataclass(frozen=True)
class Panel:
    """Real samples: the clusters of their rows, and the tables from their original file."""

    samples: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    tables: Tables


@pytest.fixture(scope="module")
def panel(
    shared: Path,
    real_worlds: Mapping[Assembly, World],
    bcftools: Bcftools,
    tmp_path_factory: pytest.TempPathFactory,
) -> Panel:
    """Return some samples of the panel, and for each row near a known variant a carrier."""
    world = real_worlds[GRCH38]
    folder = tmp_path_factory.mktemp("panel")
    chosen_variants = [v for v in world.isolated if v.gene in PANEL_GENES and v.is_snv]
    loci = [(variant, variant.loci[GRCH38]) for variant in chosen_variants]
    regions = ",".join(f"chr{x.chrom}:{x.pos - 10}-{x.pos + 10}" for _, x in loci)
    parts = [folder / f"{gene}.vcf.gz" for gene in PANEL_GENES]
    for part in parts:
        source = shared / "1000genomes" / "GRCh38" / part.name
        bcftools("view", "--no-version", "-r", regions, "-Oz", "-o", part, source)
        bcftools("index", part)
    whole = folder / "whole.vcf"
    whole.write_text(bcftools("concat", "--no-version", "-a", *parts))
    carriers = bcftools("query", "-f", "[%SAMPLE %GT\n]\n", whole).split("\n\n")
    firsts = {
        line.split()[0]
        for lines in carriers
        for line in [x for x in lines.splitlines() if "1" in x.split()[1]][:1]
    }
    chosen = sorted({*PANEL_SAMPLES, *firsts})
    path = folder / "samples.vcf"
    path.write_text(bcftools("view", "--no-version", "-s", ",".join(chosen), whole))
    rows = [real_row(line) for line in path.read_text().splitlines() if not line.startswith("#")]
    clusters = tuple(real_cluster(variant, locus, rows) for variant, locus in loci)
    assert sum(len(cluster.own) + len(cluster.neighbours) for cluster in clusters) == len(rows)
    return Panel(tuple(chosen), clusters, tables_of(path, world.knowledge, chosen))


def real_row(line: str) -> Row:
    """Parse a row of the panel: phased, and without quality."""
    chrom, pos, _, ref, alts, _, _, _, _, *values = line.split("\t")
    genotypes = [tuple(int(number) for number in value.split("|")) for value in values]
    name = chrom.removeprefix("chr")
    return Row(name, int(pos), ref, tuple(alts.split(",")), tuple(genotypes), quality="")


def real_cluster(variant: Variant, locus: Locus, rows: Sequence[Row]) -> Cluster:
    near = [row for row in rows if row.chrom == locus.chrom and abs(row.pos - locus.pos) <= 10]
    own = [row for row in near if row.pos == locus.pos]
    return Cluster(variant, locus, tuple(own), tuple(row for row in near if row not in own))


def test_the_panel_has_neighbours_and_split_rows(panel: Panel) -> None:
    """Otherwise there would be no rows to merge."""
    assert {"rs2032582": 2} == {c.variant.id: len(c.own) for c in panel.clusters if len(c.own) > 1}
    neighbours = {c.variant.id: len(c.neighbours) for c in panel.clusters if c.neighbours}
    assert {
        "rs727479": 1,
        "rs2236722": 1,
        "rs1062033": 1,
        "rs749292": 1,
        "rs730154": 1,
        "rs774109750": 1,
        "rs2011425": 3,
        "rs10276036": 1,
        "rs9282564": 1,
    } == neighbours
    assert 50 == len(panel.clusters)


N_REWRITTEN = 12
"""Variants rewritten at a time: examples stay small enough for hypothesis to repeat them."""


@pytest.mark.slow
@settings(FIXED, max_examples=60)
@given(data=st.data())
def test_real_genotypes_in_other_representations(
    data: st.DataObject, panel: Panel, real_worlds: Mapping[Assembly, World], write: Write
) -> None:
    world = real_worlds[GRCH38]
    start = data.draw(st.integers(0, len(panel.clusters) - N_REWRITTEN))
    chosen = panel.clusters[start : start + N_REWRITTEN]
    example = data.draw(examples(chosen, world, REWRITINGS))
    style = example.style
    kept = (cluster for cluster in panel.clusters if cluster not in chosen)
    rows = [*example.other, *(row for c in kept for row in (*c.own, *c.neighbours))]
    path = write(rows, panel.samples, style, world)
    assembly = GRCH38 if style.assembly_from == "user" else None
    expected = panel.tables
    actual = tables_of(path, world.knowledge, panel.samples, assembly=assembly, stdin=style.stdin)
    if not style.phased:
        expected, actual = expected.unphased(), actual.unphased()
    assert [] == differing(expected, actual)


BLOCK_FORMAT = "%CHROM %POS %REF %ALT %END [%GT %GQ %MIN_DP %DP]\n"


@dataclass(frozen=True)
class Gvcf:
    """A real gVCF: its sample, its rows at known loci, and the tables of the sample."""

    sample: str
    rows: tuple[Row, ...]
    tables: Tables


@pytest.fixture(scope="module", params=["NA12717", "NA18868", "NA19122"])
def gvcf(
    request: pytest.FixtureRequest,
    shared: Path,
    real_worlds: Mapping[Assembly, World],
    bcftools: Bcftools,
) -> Gvcf:
    world = real_worlds[GRCH38]
    path = shared / "gvcf" / f"{request.param}.g.vcf.gz"
    loci = [locus for _, locus in world.loci]
    regions = ",".join(f"chr{x.chrom}:{x.window_start}-{x.window_end}" for x in loci)
    lines = bcftools("query", "-r", regions, "-f", BLOCK_FORMAT, path).splitlines()
    rows = tuple(dict.fromkeys(gvcf_row(line) for line in lines))
    assert {True, False} == {bool(row.end) for row in rows}
    tables = tables_of(path, world.knowledge, (request.param,))
    return Gvcf(request.param, rows, of_genotypes(tables))


@pytest.mark.slow
@settings(FIXED, max_examples=12)
@given(data=st.data())
def test_real_blocks_in_other_representations(
    data: st.DataObject, gvcf: Gvcf, real_worlds: Mapping[Assembly, World], write: Write
) -> None:
    """Blocks become rows of the site alone, shorter blocks, or two adjacent blocks.

    They are kept where bases are unknown or REF is uncertain: a row that starts at such a locus
    would report a base that the block does not.
    """
    world = real_worlds[GRCH38]
    rows = [
        row
        for variant, locus in world.loci
        for one in gvcf.rows
        if one.chrom == locus.chrom
        and one.pos <= locus.window_end
        and locus.window_start <= one.stop
        for row in (
            other_block(data.draw, one, variant, locus, world)
            if variant.is_snv and variant in world.known and one.pos <= locus.pos <= one.stop
            else [one]
        )
    ]
    path = write(data.draw(st.permutations(rows)), (gvcf.sample,), FileStyle(names="chr"), world)
    actual = tables_of(path, world.knowledge, (gvcf.sample,))
    assert [] == differing(gvcf.tables, of_genotypes(actual))


def of_genotypes(tables: Tables) -> Tables:
    """Remove phase, and FILTER, which the rows of a gVCF lack."""
    return tables.unphased().without("filter")


def gvcf_row(line: str) -> Row:
    """Parse a row of a gVCF; the depth of a block is that of its worst base."""
    chrom, pos, ref, alts, end, gt, gq, least, depth = line.replace("[", "").split()
    numbers = tuple(None if x == "." else int(x) for x in gt.replace("|", "/").split("/"))
    is_block = alts == ANY_ALLELE[0]
    return Row(
        chrom=chrom.removeprefix("chr"),
        pos=int(pos),
        ref=ref,
        alts=tuple(alts.split(",")),
        genotypes=(numbers,),
        end=int(end) if is_block else 0,
        quality=f"{gq} {depth if least == '.' else least}",
    )


def other_block(
    draw: Callable[[st.SearchStrategy[str]], str],
    row: Row,
    variant: Variant,
    locus: Locus,
    world: World,
) -> list[Row]:
    """Draw another representation of a row at an SNV."""
    if not row.end:
        return [row] if draw(st.sampled_from(["any", "own"])) == "any" else [without_any(row)]
    site = replace(row, pos=locus.pos, ref=locus.ref, alts=(), end=0)
    others = tuple(base for base in variant.alleles if base != locus.ref)
    first = replace(row, end=locus.pos)
    second = replace(row, pos=locus.pos + 1, ref=world.reference.base(row.chrom, locus.pos + 1))
    representations = {
        "no ALT": [site],
        "known ALT": [replace(site, alts=others)],
        "<NON_REF>": [replace(site, alts=ANY_ALLELE[1:])],
        "shorter": [first],
        "two blocks": [first, second] if row.end > locus.pos else [first],
        "the same": [row],
    }
    return representations[draw(st.sampled_from(sorted(representations)))]


def without_any(row: Row) -> Row:
    """Remove the ALT that stands for any other allele."""
    return replace(row, alts=tuple(alt for alt in row.alts if alt not in ANY_ALLELE))
