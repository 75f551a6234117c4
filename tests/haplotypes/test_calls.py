"""The haplotypes of many people: what one person has does not hang on the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from helpers.synthetic_calls import coded
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.haplotypes import Diplotype, HaplotypeCalls, Nomenclature
from pgx_ana.haplotypes.calls import call_haplotypes
from pgx_ana.haplotypes.diplotypes import AllelePair, Genotype, call_diplotype
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import ABSENT, Call, SiteCalls, Variant
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import CallSource, CallStatus

MakeVcf = Callable[..., Path]

CORE = ("rs1", "rs2", "rs4")
FURTHER = ("rs5",)


@dataclass(frozen=True)
class Seen:
    """What was seen of one person at one site; ``phase_set`` is None where the file has none."""

    cell: Call
    phase_set: int | None = None


@pytest.fixture(scope="module")
def variants(toy_haplotypes: KnowledgeBase) -> dict[str, Variant]:
    return {variant.id: variant for variant in toy_haplotypes.variants}


def cell(
    genotype: str, status: str = "", source: CallSource = CallSource.RECORD, file: str = "a"
) -> Call:
    """Return a cell from ``A/C``, ``A|C``, ``C/.``, ``C`` or ``.``."""
    alleles = tuple(genotype.replace("|", "/").split("/")) if genotype != "." else ()
    told = CallStatus(status) if status else CallStatus.CALLED
    if not status and (len(alleles) == 1 or "." in alleles):
        told = CallStatus.PARTIAL
    reason = f"{genotype} is {told.value}"
    return Call(alleles, "|" in genotype, told, source, reason=reason, file=file)


def sites_of(
    variants: Mapping[str, Variant], people: Sequence[Mapping[str, Seen]]
) -> dict[str, SiteCalls]:
    """Return the calls of some people at each site."""
    found = {}
    for rsid in people[0]:
        column = [person[rsid] for person in people]
        phase_set = None
        if any(seen.phase_set is not None for seen in column):
            numbers = [-1 if seen.phase_set is None else seen.phase_set for seen in column]
            phase_set = np.array(numbers, np.int64)
        found[rsid] = SiteCalls(
            variants[rsid], coded([seen.cell for seen in column]), phase_set=phase_set
        )
    return found


def person_of(*words: str, file: str = "a") -> dict[str, Seen]:
    """Return one person from words: a genotype for each core site, ``A|C:7`` with a phase set."""
    found = {}
    for rsid, word in zip((*CORE, *FURTHER), (*words, "GCA/GCA"), strict=True):
        genotype, _, phase_set = word.partition(":")
        found[rsid] = Seen(cell(genotype, file=file), int(phase_set) if phase_set else None)
    return found


def alone(names: Nomenclature, person: Mapping[str, Seen], population: str) -> Diplotype:
    """Call one person from the cells: phased copies are of one block by file and phase set."""
    core = []
    numbers: dict[tuple[str, int | None], int] = {}
    for rsid in names.sites:
        seen = person[rsid]
        key = (seen.cell.file, -1 if seen.phase_set is None else seen.phase_set)
        block = numbers.setdefault(key, len(numbers)) if seen.cell.phased else None
        copies = copies_of(seen.cell)
        is_partial = seen.cell.status is CallStatus.PARTIAL
        gap = seen.cell.reason if is_partial else seen.cell.status.value
        core.append(Genotype(copies, block, gap if None in copies else ""))
    further = {rsid: copies_of(person[rsid].cell) for rsid in names.further_sites}
    return call_diplotype(names, core, further, population)


def copies_of(seen: Call) -> AllelePair:
    observed = {CallStatus.CALLED, CallStatus.PARTIAL, CallStatus.UNKNOWN_ALLELE}
    if seen.status not in observed:
        return (None, None)
    first, second = (None if base == "." else base for base in (*seen.alleles, ".")[:2])
    return (first, second)


def everyone(calls: HaplotypeCalls) -> list[Diplotype]:
    return [call.diplotype for call in calls.diplotypes]


def seen_at(rsid: str, bases: Sequence[str]) -> st.SearchStrategy[Seen]:
    """Draw what is seen at a site, of either of two files, with a phase set or without."""
    copy = st.sampled_from([*bases, *bases, bases[-1], "."])
    other = st.sampled_from(["no_call", "filtered", "mismatch", "not_assessable"])
    file = st.sampled_from(["a", "a", "b"])
    pairs = st.builds("{}{}{}".format, copy, st.sampled_from("||/"), copy).filter(
        lambda text: text.replace("|", "/") != "./."
    )
    cells = st.one_of(
        *[st.builds(cell, pairs, file=file)] * 3,
        st.builds(cell, st.sampled_from([f"{bases[0]}|X", "X/X"]), st.just("unknown_allele")),
        st.builds(cell, st.sampled_from(bases), file=file),
        st.builds(cell, st.sampled_from([".", "/".join(bases[:2])]), other, file=file),
        st.just(ABSENT),
    )
    return st.builds(Seen, cells, st.sampled_from([None, 7, 9, -1]))


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "rs1": seen_at("rs1", ("A", "C")),
            "rs2": seen_at("rs2", ("A", "C", "T")),
            "rs4": seen_at("rs4", ("G", "GT")),
            "rs5": seen_at("rs5", ("GCA", "G")),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(people=PEOPLE, population=st.sampled_from(["", "EUR"]), has_sets=st.booleans())
def test_everybody_is_called_as_if_alone(
    star: Nomenclature,
    variants: dict[str, Variant],
    people: list[dict[str, Seen]],
    population: str,
    has_sets: bool,
) -> None:
    if not has_sets:
        people = [{rsid: Seen(seen.cell) for rsid, seen in one.items()} for one in people]
    calls = call_haplotypes(star, sites_of(variants, people), population)

    assert [alone(star, person, population) for person in people] == everyone(calls)
    assert ("int32", (len(people),)) == (
        calls.diplotypes.codes.dtype.name,
        calls.diplotypes.codes.shape,
    )
    assert set(range(len(calls.diplotypes.values))) == set(calls.diplotypes.codes.tolist())


PHASES = {
    "no set at all": (("A|C", "A|C", "G/G"), "*1/*4"),
    "one set": (("A|C:7", "A|C:7", "G/G"), "*1/*4"),
    "one set, the other way round": (("C|A:7", "C|A:7", "G/G"), "*1/*4"),
    "two sets": (("A|C:7", "A|C:9", "G/G"), "*1/*4;*2/*3"),
    "two sets across one another": (("A|C:7", "A|C:9", "G|GT:7"), "*1/[*4 + *5];*3/[*2 + *5]"),
    "the number is missing at one": (("A|C:7", "A|C", "G/G"), "*1/*4;*2/*3"),
    "the number is missing at all": (("A|C:-1", "A|C:-1", "G/G"), "*1/*4"),
    "no phase at one": (("A|C:7", "A/C", "G/G"), "*1/*4;*2/*3"),
    "numbers too large for 32 bits": (
        ("A|C:4294967303", "A|C:7", "G/G"),
        "*1/*4;*2/*3",
    ),
    "a homozygous site has a number of its own": (("A|C:7", "C|C:9", "G|GT:7"), "*3/[*4 + *5]"),
}


@pytest.mark.parametrize(("words", "expected"), PHASES.values(), ids=PHASES)
def test_phase_sets(
    star: Nomenclature, variants: dict[str, Variant], words: tuple[str, ...], expected: str
) -> None:
    """Sites of one phase set lie as they are written; so do those without any number."""
    (called,) = everyone(call_haplotypes(star, sites_of(variants, [person_of(*words)])))

    assert expected == ";".join(candidate.text for candidate in called.candidates)


def test_phase_sets_of_people_differ(star: Nomenclature, variants: dict[str, Variant]) -> None:
    """All at once: nobody's numbers are mistaken for those of another."""
    people = [person_of(*words) for words, _ in PHASES.values()]
    calls = call_haplotypes(star, sites_of(variants, people))

    found = [";".join(c.text for c in called.candidates) for called in everyone(calls)]
    assert [expected for _, expected in PHASES.values()] == found


def test_phase_goes_no_further_than_a_file(
    star: Nomenclature, variants: dict[str, Variant]
) -> None:
    """Equal numbers of phase sets in two files say nothing."""
    one, two = (person_of("A|C:7", "A|C:7", "G/G", file=file) for file in "ab")
    mixed = {"rs1": one["rs1"], "rs2": two["rs2"], "rs4": one["rs4"], "rs5": two["rs5"]}
    calls = call_haplotypes(star, sites_of(variants, [one, mixed, two]))

    expected = [["*1/*4"], ["*1/*4", "*2/*3"], ["*1/*4"]]
    assert expected == [[c.text for c in called.candidates] for called in everyone(calls)]


def test_several_files(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Files of other people with and without PS; and one person whose sites are in two files."""
    rest = ["1 401 G GT 0/0", "1 501 GCA G 0/0"]
    one = make_vcf(["1 100 A C 0|1", "1 200 A C 0|1", *rest], samples=["P1"], name="1.vcf")
    with_ps = [f"{row}:7" for row in ("1 100 A C 0|1", "1 200 A C 0|1", *rest)]
    with_ps[1] = "1 200 A C 0|1:9"
    two = make_vcf(with_ps, samples=["P2"], name="2.vcf", fmt="GT:PS")
    three = make_vcf(["1 100 A C 0|1"], samples=["P3"], name="3.vcf")
    four = make_vcf(["1 200 A C 0|1", *rest], samples=["P3"], name="4.vcf")
    made = run(Request(tuple(str(path) for path in (one, two, three, four))), toy_haplotypes)

    both = ["*1/*4", "*2/*3"]
    assert ("P1", "P2", "P3") == made.calls.samples
    found = [[c.text for c in called.candidates] for called in everyone(made.haplotypes[0])]
    assert [["*1/*4"], both, both] == found


def test_each_combination_is_resolved_once(
    star: Nomenclature, variants: dict[str, Variant]
) -> None:
    kinds = [person_of("A/C", "A/A", "G/G"), person_of("A/A", "C/C", "G/G")]
    calls = call_haplotypes(star, sites_of(variants, [kinds[n % 2] for n in range(1000)]))

    assert 2 == len(calls.diplotypes.values)
    assert ["*1/*2", "*3/*3"] * 500 == [called.diplotype for called in everyone(calls)]


def test_numbers_of_phase_sets_make_no_combinations(
    star: Nomenclature, variants: dict[str, Variant]
) -> None:
    """Only what lies together with what counts, and of unphased copies not even that."""
    people = [
        *(person_of(f"A|C:{n}", f"A|C:{n}", "G|GT:0") for n in range(1, 50)),
        *(person_of("A|C:7", f"A/C:{n}", "G/G") for n in range(1, 50)),
    ]

    assert 2 == len(call_haplotypes(star, sites_of(variants, people)).diplotypes.values)


SOURCES = {
    "records": ("record", "record", "record"),
    "blocks are records": ("reference_block", "reference_block", "record"),
    "any of it asserted": ("record", "asserted", "asserted"),
    "asserted counts more": ("other_strand", "asserted", "asserted"),
    "other strand": ("other_strand", "reference_block", "other_strand"),
}


@pytest.mark.parametrize(("first", "second", "expected"), SOURCES.values(), ids=SOURCES)
def test_source(
    star: Nomenclature, variants: dict[str, Variant], first: str, second: str, expected: str
) -> None:
    """What the user said of any core site is said of the diplotype; further sites do not count."""
    person = person_of("A/A", "A/A", "G/G")
    for rsid, source in (("rs1", first), ("rs2", second), ("rs5", "asserted")):
        seen = person[rsid].cell
        person[rsid] = Seen(cell(seen.genotype, source=CallSource(source)))
    calls = call_haplotypes(star, sites_of(variants, [person]))

    assert [expected] == [found.source for found in calls.diplotypes.values]


def test_source_where_nothing_was_seen(star: Nomenclature, variants: dict[str, Variant]) -> None:
    """A genotype that did not pass is not what anything rests on."""
    asserted = cell("A/A", "filtered", source=CallSource.ASSERTED)
    person = {rsid: Seen(ABSENT) for rsid in (*CORE, *FURTHER)} | {"rs1": Seen(asserted)}
    (found,) = call_haplotypes(star, sites_of(variants, [person])).diplotypes.values

    assert ("none", "not_assessed") == (found.source, found.diplotype.status)
    assert ("rs1 filtered", "rs2 absent", "rs4 absent") == found.diplotype.deciding
