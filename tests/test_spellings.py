"""One person, written in any way: the annotations are the same.

Rows are rewritten at random: padded, shifted, merged into MNVs and replacements, split, written as
blocks, repeated and put in another order; then the file gets other names, fields and containers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from clothes import INDEXED, Clothes, Tables, clothes, packed, rendered, tables_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from spellings import (
    ANY_ALLELE,
    STAR,
    Genotype,
    Reference,
    Row,
    as_block,
    meant,
    merged,
    respellings,
    split,
    told,
    turned,
    with_any_allele,
)

from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import Assembly, Locus, Variant

GRCH37, GRCH38 = Assembly
Bcftools = Callable[..., str]
Write = Callable[..., Path]

FIXED = settings(
    derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate]
)
"""The same examples on every machine; they are small, so that failing ones need not shrink."""

REACH = 8
FLANK = 30
FAR = 100

MORE_TOY_VARIANTS = """\
variants:
  - id: rs7
    gene: BBB
    type: repeat
    loci:
      GRCh37:
        {chrom: "2", pos: 301, ref: CTTTATTTATTTA, window_start: 300, window: CCTTTATTTATTTAGG}
      GRCh38:
        chrom: "2"
        pos: 201
        ref: CTTTATTTATTTATTTA
        window_start: 200
        window: CCTTTATTTATTTATTTAGG
    alleles: [{bases: CTTTATTTATTTATTTA}, {bases: CTTTATTTATTTA}, {bases: CTTTATTTA}, {bases: C}]
    consequence: none
    paper_wording: four copies
    sources: [made up]
  - id: rs8
    gene: AAA
    type: insertion
    loci:
      GRCh37: {chrom: "1", pos: 651, ref: CA, window_start: 650, window: GCACACAAAGT}
      GRCh38: {chrom: "1", pos: 601, ref: CA, window_start: 600, window: GCACACAAAGT}
    alleles: [{bases: CA}, {bases: CACA}, {bases: C}, {bases: CAGT}]
    consequence: none
    paper_wording: several
    sources: [made up]
"""


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

    def told(self, row: Row) -> list[list[str | None]]:
        """Return what a row tells of every variant near it."""
        return [
            told(row, variant, locus)
            for variant, locus in self.loci
            if locus.chrom == row.chrom and abs(locus.pos - row.pos) < FAR
        ]


@dataclass(frozen=True)
class Neighbour:
    """A change beside a variant: ``distance`` bases before it, or behind it where positive."""

    distance: int
    kind: str
    genotypes: tuple[Genotype, ...]


@dataclass(frozen=True)
class Site:
    """What people have at a variant, as bases (None missing), and what stands beside it.

    ``listed`` are alleles that nobody has and the file lists all the same. A site without ``bases``
    has no row.
    """

    variant: Variant = field(repr=False)
    name: str
    bases: tuple[tuple[str | None, ...], ...]
    listed: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class Cluster:
    """The rows at one variant, and those beside it."""

    variant: Variant
    locus: Locus
    own: tuple[Row, ...]
    neighbours: tuple[Row, ...]


# people


@st.composite
def sites(draw: st.DrawFn, variants: Sequence[Variant], n_samples: int, *, odd: bool) -> list[Site]:
    """Draw what people have at some variants.

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
            neighbours=tuple(draw(st.lists(neighbours(n_samples), max_size=2))),
        )
        for variant in chosen
    ]


def by_id(variant: Variant) -> str:
    return variant.id


@st.composite
def genotypes_of(
    draw: st.DrawFn, variant: Variant, n_samples: int, *, odd: bool
) -> tuple[tuple[str | None, ...], ...]:
    """Draw the alleles of each person at a variant."""
    unknown = sorted(set("ACGT") - set(variant.alleles))[:1] if variant.is_snv and odd else []
    alleles: list[str | None] = [*variant.alleles, *variant.alleles, *unknown]
    found = []
    for _ in range(n_samples):
        first, second = draw(st.sampled_from(alleles)), draw(st.sampled_from(alleles))
        how = draw(st.sampled_from(["both", "both", "both", "half", "none", "haploid"]))
        pair: tuple[str | None, ...] = (first, second)
        if odd and how != "both":
            pair = {"half": (first, None), "none": (None, None), "haploid": (first,)}[how]
        found.append(pair)
    return tuple(found)


@st.composite
def neighbours(draw: st.DrawFn, n_samples: int) -> Neighbour:
    """Draw a change beside a variant."""
    return Neighbour(
        distance=draw(st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4])),
        kind=draw(st.sampled_from(["base", "base", "insertion", "deletion"])),
        genotypes=tuple(
            draw(st.sampled_from([(0, 0), (0, 1), (1, 0), (1, 1)])) for _ in range(n_samples)
        ),
    )


def cluster_of(site: Site, world: World) -> Cluster:
    """Write a site in the plainest way."""
    locus = site.variant.loci[world.assembly]
    own = [row_of(site, locus)] if site.bases else []
    beside: list[Row] = []
    for neighbour in site.neighbours:
        row = neighbour_row(neighbour, locus, world.reference)
        if all(row.stop < other.pos or other.stop < row.pos for other in beside):
            beside.append(row)
    return Cluster(site.variant, locus, tuple(own), tuple(beside))


def row_of(site: Site, locus: Locus) -> Row:
    seen = dict.fromkeys(base for pair in site.bases for base in pair if base)
    alleles = list(dict.fromkeys([locus.ref, *seen, *site.listed]))
    numbers = {base: number for number, base in enumerate(alleles)}
    genotypes = [
        tuple(None if base is None else numbers[base] for base in pair) for pair in site.bases
    ]
    return Row(locus.chrom, locus.pos, locus.ref, tuple(alleles[1:]), tuple(genotypes))


def neighbour_row(neighbour: Neighbour, locus: Locus, reference: Reference) -> Row:
    """Write a change beside the window of a variant."""
    before = neighbour.distance < 0
    pos = (locus.window_start if before else locus.window_end) + neighbour.distance
    ref = reference.base(locus.chrom, pos)
    alt = "ACGT"["ACGT".index(ref) - 1]
    if neighbour.kind == "insertion":
        alt = ref + alt
    elif neighbour.kind == "deletion":
        pos -= 2 * before
        ref = reference.stretch(locus.chrom, pos, pos + 2)
        alt = ref[0]
    return Row(locus.chrom, pos, ref, (alt,), neighbour.genotypes)


# spellings


def spelled(draw: st.DrawFn, cluster: Cluster, world: World, *, phased: bool) -> list[Row]:
    """Draw another way of writing a cluster."""
    rows = [*cluster.own, *cluster.neighbours]
    if rows and not phased:
        people = draw(some_of(len(rows[0].genotypes)))
        rows = [turned(row, people) for row in rows]
        cluster = replace(
            cluster,
            own=tuple(rows[: len(cluster.own)]),
            neighbours=tuple(rows[len(cluster.own) :]),
        )
    way = draw(st.sampled_from(WAYS))
    rows = list(way(draw, cluster, world)) if cluster.own else rows
    rows = [padded_or_shifted(draw, row, world) for row in rows]
    if way in READ_IN_ANY_ORDER and not phased:
        rows = [turned(row, draw(some_complete(row))) for row in rows]
    return [row for row in rows for _ in range(draw(st.sampled_from([1, 1, 1, 2])))]


def some_of(number: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, number - 1), unique=True)


def some_complete(row: Row) -> st.SearchStrategy[list[int]]:
    """Draw people of whom a row has every copy."""
    people = [number for number, pair in enumerate(row.genotypes) if None not in pair]
    return st.lists(st.sampled_from(people), unique=True) if people else st.just([])


def padded_or_shifted(draw: st.DrawFn, row: Row, world: World) -> Row:
    """Write a row with the same meaning, if it tells the same of every variant."""
    if not row.is_plain:
        return row
    other = draw(st.sampled_from([row, *respellings(row, world.reference, REACH)]))
    return other if world.told(row) == world.told(other) else row


def as_it_is(_: st.DrawFn, cluster: Cluster, __: World) -> Sequence[Row]:
    return [*cluster.own, *cluster.neighbours]


def as_one(draw: st.DrawFn, cluster: Cluster, world: World) -> Sequence[Row]:
    """Write rows with all or some of their neighbours as one, perhaps split by ALT again."""
    chosen = draw(some_of(len(cluster.neighbours))) if cluster.neighbours else []
    rows = [*cluster.own, *(cluster.neighbours[number] for number in chosen)]
    rest = [row for number, row in enumerate(cluster.neighbours) if number not in chosen]
    found = merged(rows, world.reference) if all(row.alts for row in rows) else None
    if found is None:
        return as_it_is(draw, cluster, world)
    row, edits = found
    if told(row, cluster.variant, cluster.locus) != [
        meant(changed, cluster.variant, cluster.locus) or "" for changed in edits
    ]:
        return as_it_is(draw, cluster, world)
    written = split(row, "0") if draw(st.booleans()) else [row]
    return [*written, *rest]


def as_several(_: st.DrawFn, cluster: Cluster, __: World) -> Sequence[Row]:
    """Write a row for each ALT; a copy that has another one is 0."""
    return split_own(cluster, "0")


def as_several_in_order(draw: st.DrawFn, cluster: Cluster, _: World) -> Sequence[Row]:
    """Write a row for each ALT; a copy that has another one is missing, or the star."""
    return split_own(cluster, draw(st.sampled_from([".", STAR])))


def split_own(cluster: Cluster, other: str) -> Sequence[Row]:
    own = [row for one in cluster.own for row in (split(one, other) if one.alts else [one])]
    return [*own, *cluster.neighbours]


def as_blocks(draw: st.DrawFn, cluster: Cluster, world: World) -> Sequence[Row]:
    """Write rows in which everybody has reference copies as blocks, or as rows without ALT."""
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
    """Add the ALT that stands for every other allele."""
    name = draw(st.sampled_from(ANY_ALLELE))
    own = [with_any_allele(row, name) for row in cluster.own]
    return [*(own if len(own) == 1 else cluster.own), *cluster.neighbours]


WAYS = (as_it_is, as_one, as_one, as_several, as_several_in_order, as_blocks, as_gvcf)

READ_IN_ANY_ORDER = (as_it_is, as_several, as_blocks, as_gvcf)
"""Ways in which each row may write its copies in its own order, if none is missing."""


@dataclass(frozen=True)
class Telling:
    """The same people twice: written plainly, and in another way."""

    samples: tuple[str, ...]
    plain: tuple[Row, ...]
    other: tuple[Row, ...]
    clothes: Clothes


@st.composite
def tellings(draw: st.DrawFn, clusters: Sequence[Cluster], world: World) -> Telling:
    """Draw another way of writing the people of some clusters."""
    rows = [row for cluster in clusters for row in (*cluster.own, *cluster.neighbours)]
    n_samples = len(rows[0].genotypes) if rows else 1
    style = draw(clothes(phased=draw(st.booleans())))
    other = [
        row for cluster in clusters for row in spelled(draw, cluster, world, phased=style.phased)
    ]
    if style.container not in INDEXED:
        other = draw(st.permutations(other))
    samples = tuple(f"S{number}" for number in range(n_samples))
    return Telling(samples, tuple(rows), tuple(other), style)


@st.composite
def toy_tellings(draw: st.DrawFn, world: World, *, odd: bool = True) -> Telling:
    """Draw toy people and another way of writing them."""
    found = draw(sites(world.knowledge.variants, draw(st.integers(1, 3)), odd=odd))
    return draw(tellings([cluster_of(site, world) for site in found], world))


# toy people


@pytest.fixture(scope="module", autouse=True)
def indexes_count() -> Iterator[None]:
    """Small files are otherwise read without their index."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pgx_ana.container.SMALL", 0)
        yield


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Return a function that writes rows as a file: write(rows, samples, clothes, world)."""

    def rows_to_file(
        rows: Sequence[Row], samples: Sequence[str], style: Clothes, world: World
    ) -> Path:
        text = rendered(rows, samples, style, world.knowledge, world.assembly)
        return packed(text, style.container, tmp_path_factory.mktemp("spelling"))

    return rows_to_file


@pytest.fixture(scope="module")
def toy_worlds(
    toy_directory: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[Assembly, World]:
    """Return the toy knowledge base, with a repeat and a locus of several lengths, and flanks."""
    more = tmp_path_factory.mktemp("more")
    (more / "variants.yaml").write_text(MORE_TOY_VARIANTS)
    knowledge = load([toy_directory, more])
    return {
        assembly: World(knowledge, assembly, Reference(made_up(knowledge.variants, assembly)))
        for assembly in Assembly
    }


def made_up(variants: Sequence[Variant], assembly: Assembly) -> dict[tuple[str, int], str]:
    """Return bases around variants, the same in both assemblies and without repeats."""
    bases: dict[tuple[str, int], str] = {}
    for variant in variants:
        locus = variant.loci[assembly]
        ends = [variant.loci[item].window[at] for item in Assembly for at in (0, -1)]
        rng = random.Random(variant.id)
        left = flank(rng, set(ends))[::-1]
        start = locus.window_start - FLANK
        for pos, base in enumerate(left + locus.window + flank(rng, set(ends)), start):
            bases[locus.chrom, pos] = base
    return bases


def flank(rng: random.Random, avoided: set[str]) -> str:
    """Return bases of which none is like one of the two before it; the first is none of these."""
    found = rng.choice(sorted(set("ACGT") - avoided))
    while len(found) < FLANK:
        found += rng.choice(sorted(set("ACGT") - set(found[-2:])))
    return found


def test_made_up_reference_has_the_windows_and_no_repeats(
    toy_worlds: Mapping[Assembly, World],
) -> None:
    for world in toy_worlds.values():
        for _, locus in world.loci:
            start, stop = locus.window_start, locus.window_end
            assert locus.window == world.reference.stretch(locus.chrom, start, stop)
            for first, last in ((start - FLANK, start - 1), (stop + 1, stop + FLANK)):
                beside = world.reference.stretch(locus.chrom, first, last)
                assert "N" not in beside
                assert all(beside[i] not in beside[max(i - 2, 0) : i] for i in range(FLANK))


def plain_and_other(telling: Telling, world: World, write: Write) -> tuple[Tables, Tables]:
    """Annotate the same people from the plain and from the other way of writing them."""
    style, samples = telling.clothes, telling.samples
    plain = write(telling.plain, samples, Clothes(phased=style.phased), world)
    other = write(telling.other, samples, style, world)
    said = world.assembly if style.told_by == "user" else None
    return (
        tables_of(plain, world.knowledge, samples),
        tables_of(other, world.knowledge, samples, assembly=said, stdin=style.stdin),
    )


def differing(expected: Tables, actual: Tables) -> list[str]:
    """Return what differs between two tellings of the same people."""
    found = [
        f"{key}: {column} {row.get(column)} became {actual.calls.get(key, {}).get(column)}"
        for key, row in expected.calls.items()
        for column in row
        if row.get(column) != actual.calls.get(key, {}).get(column)
    ]
    if expected.annotations != actual.annotations or expected.calls.keys() != actual.calls.keys():
        found += [expected.annotations, actual.annotations]
    return found


@pytest.mark.parametrize("assembly", Assembly)
@settings(FIXED, max_examples=150)
@given(data=st.data())
def test_toy_people_in_other_spellings(
    data: st.DataObject, assembly: Assembly, toy_worlds: Mapping[Assembly, World], write: Write
) -> None:
    """SNVs, an insertion, a deletion, a repeat, and loci of several alleles."""
    world = toy_worlds[assembly]
    expected, actual = plain_and_other(data.draw(toy_tellings(world)), world, write)
    assert [] == differing(expected, actual)


def in_order(variant: Variant) -> Callable[[str], int]:
    return variant.alleles.index


@settings(FIXED, max_examples=60)
@given(data=st.data())
def test_plain_rows_give_the_people(
    data: st.DataObject, toy_worlds: Mapping[Assembly, World], write: Write
) -> None:
    """Otherwise equal tables would show little."""
    world = toy_worlds[GRCH38]
    found = data.draw(sites(world.knowledge.variants, 2, odd=False))
    rows = [row for site in found for row in (cluster_of(site, world).own)]
    samples = ("S0", "S1")
    calls = tables_of(write(rows, samples, Clothes(), world), world.knowledge, samples).calls
    calls = {key: row for key, row in calls.items() if key[1] in {s.variant.id for s in found}}
    assert calls == {
        (sample, site.variant.id): {
            **calls[sample, site.variant.id],
            "genotype": "/".join(sorted(map(str, site.bases[number]), key=in_order(site.variant)))
            if site.bases
            else ".",
            "status": "called" if site.bases else "absent",
        }
        for site in found
        for number, sample in enumerate(samples)
    }


@settings(FIXED, max_examples=40)
@given(data=st.data())
def test_phase_changes_the_order_of_alleles_alone(
    data: st.DataObject, toy_worlds: Mapping[Assembly, World], write: Write
) -> None:
    world = toy_worlds[GRCH38]
    telling = data.draw(toy_tellings(world))
    expected, actual = (
        tables_of(
            write(telling.plain, telling.samples, style, world), world.knowledge, telling.samples
        )
        for style in (Clothes(), Clothes(phased=True))
    )
    assert expected.unphased() == actual.unphased()


@settings(FIXED, max_examples=40)
@given(data=st.data())
def test_one_person_on_two_assemblies(
    data: st.DataObject, toy_worlds: Mapping[Assembly, World], write: Write
) -> None:
    """rs3 has another reference base, rs7 another number of copies in the reference."""
    knowledge = toy_worlds[GRCH38].knowledge
    found = data.draw(sites(knowledge.variants, 2, odd=True))
    tables = []
    for world in toy_worlds.values():
        clusters = [cluster_of(site, world) for site in found]
        rows = [row for cluster in clusters for row in (*cluster.own, *cluster.neighbours)]
        path = write(rows, ("S0", "S1"), Clothes(), world)
        tables.append(tables_of(path, knowledge, ("S0", "S1")).without("assembly", "pos", "ref"))
    assert [] == differing(*tables)


@settings(FIXED, max_examples=40)
@given(data=st.data())
def test_one_person_alone_or_in_a_cohort(
    data: st.DataObject, toy_worlds: Mapping[Assembly, World], write: Write
) -> None:
    world = toy_worlds[GRCH38]
    found = data.draw(sites(world.knowledge.variants, 3, odd=True))
    clusters = [cluster_of(site, world) for site in found]
    rows = [row for cluster in clusters for row in (*cluster.own, *cluster.neighbours)]
    samples = ("S0", "S1", "S2")
    together = write(rows, samples, Clothes(), world)
    for number, sample in enumerate(samples):
        own = [replace(row, genotypes=(row.genotypes[number],)) for row in rows]
        alone = write(own, (sample,), Clothes(), world)
        expected = tables_of(alone, world.knowledge, (sample,))
        assert [] == differing(expected, tables_of(together, world.knowledge, (sample,)))
