"""Haplotype calls of a cohort: each sample is called as if it were alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from helpers.fixture_types import MakeVcf
from helpers.synthetic_calls import coded
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.haplotypes import Diplotype, HaplotypeCalls, Nomenclature
from pgx_ana.haplotypes.calls import call_haplotypes
from pgx_ana.haplotypes.diplotypes import call_diplotype
from pgx_ana.haplotypes.phasing import AllelePair, Genotype
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import ABSENT, Call, SiteCalls, Variant
from pgx_ana.pipeline import Identity, Request, run
from pgx_ana.terms import CallSource, CallStatus

CORE = ("rs1", "rs2", "rs4")
FURTHER = ("rs5",)


@dataclass(frozen=True)
class Observation:
    """The call of one person at one site; ``phase_set`` is None where the file has none."""

    call: Call
    phase_set: int | None = None


@pytest.fixture(scope="module")
def variants(toy_haplotypes: KnowledgeBase) -> dict[str, Variant]:
    return {variant.id: variant for variant in toy_haplotypes.variants}


def make_call(
    genotype: str, status: str = "", source: CallSource = CallSource.RECORD, file: str = "a"
) -> Call:
    """Return a call from ``A/C``, ``A|C``, ``C/.``, ``C`` or ``.``."""
    alleles = tuple(genotype.replace("|", "/").split("/")) if genotype != "." else ()
    call_status = CallStatus(status) if status else CallStatus.CALLED
    if not status and (len(alleles) == 1 or "." in alleles):
        call_status = CallStatus.PARTIAL
    reason = f"{genotype} is {call_status.value}"
    return Call(alleles, "|" in genotype, call_status, source, reason=reason, file=file)


def sites_of(
    variants: Mapping[str, Variant], people: Sequence[Mapping[str, Observation]]
) -> dict[str, SiteCalls]:
    """Return the calls of some people at each site."""
    sites = {}
    for rsid in people[0]:
        column = [person[rsid] for person in people]
        phase_set = None
        if any(each.phase_set is not None for each in column):
            numbers = [-1 if each.phase_set is None else each.phase_set for each in column]
            phase_set = np.array(numbers, np.int64)
        calls = coded([each.call for each in column])
        sites[rsid] = SiteCalls(variants[rsid], calls, phase_set=phase_set)
    return sites


def make_person(*words: str, file: str = "a") -> dict[str, Observation]:
    """Return one person from words: a genotype for each core site, ``A|C:7`` with a phase set."""
    person = {}
    for rsid, word in zip((*CORE, *FURTHER), (*words, "GCA/GCA"), strict=True):
        genotype, _, phase_set = word.partition(":")
        phase_set_number = int(phase_set) if phase_set else None
        person[rsid] = Observation(make_call(genotype, file=file), phase_set_number)
    return person


def call_alone(
    nomenclature: Nomenclature, person: Mapping[str, Observation], population: str
) -> Diplotype:
    """Call one person directly: phased copies of one file and phase set are one block."""
    core = []
    blocks: dict[tuple[str, int | None], int] = {}
    for rsid in nomenclature.sites:
        call, phase_set = person[rsid].call, person[rsid].phase_set
        key = (call.file, -1 if phase_set is None else phase_set)
        block = blocks.setdefault(key, len(blocks)) if call.phased else None
        alleles = allele_pair(call)
        gap = call.reason if call.status is CallStatus.PARTIAL else call.status.value
        core.append(Genotype(alleles, block, gap if None in alleles else ""))
    further = {rsid: allele_pair(person[rsid].call) for rsid in nomenclature.further_sites}
    return call_diplotype(nomenclature, core, further, population)


def allele_pair(call: Call) -> AllelePair:
    observed = {CallStatus.CALLED, CallStatus.PARTIAL, CallStatus.UNKNOWN_ALLELE}
    if call.status not in observed:
        return (None, None)
    first, second = (None if allele == "." else allele for allele in (*call.alleles, ".")[:2])
    return (first, second)


def diplotypes_of(calls: HaplotypeCalls) -> list[Diplotype]:
    return [call.diplotype for call in calls.diplotypes]


def candidates_of(calls: HaplotypeCalls) -> list[list[str]]:
    """Return the text of every candidate, sample by sample."""
    return [[c.text for c in called.candidates] for called in diplotypes_of(calls)]


def observations(bases: Sequence[str]) -> st.SearchStrategy[Observation]:
    """Draw the call at a site, from either of two files, with or without a phase set."""
    copy = st.sampled_from([*bases, *bases, bases[-1], "."])
    unobserved = st.sampled_from(["no_call", "filtered", "mismatch", "not_assessable"])
    file = st.sampled_from(["a", "a", "b"])
    pairs = st.builds("{}{}{}".format, copy, st.sampled_from("||/"), copy).filter(
        lambda text: text.replace("|", "/") != "./."
    )
    unknown = st.sampled_from([f"{bases[0]}|X", "X/X"])
    calls = st.one_of(
        *[st.builds(make_call, pairs, file=file)] * 3,
        st.builds(make_call, unknown, st.just("unknown_allele")),
        st.builds(make_call, st.sampled_from(bases), file=file),
        st.builds(make_call, st.sampled_from([".", "/".join(bases[:2])]), unobserved, file=file),
        st.just(ABSENT),
    )
    return st.builds(Observation, calls, st.sampled_from([None, 7, 9, -1]))


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "rs1": observations(("A", "C")),
            "rs2": observations(("A", "C", "T")),
            "rs4": observations(("G", "GT")),
            "rs5": observations(("GCA", "G")),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(people=PEOPLE, population=st.sampled_from(["", "EUR"]), has_phase_sets=st.booleans())
def test_every_person_is_called_as_if_alone(
    star: Nomenclature,
    variants: dict[str, Variant],
    people: list[dict[str, Observation]],
    population: str,
    has_phase_sets: bool,
) -> None:
    if not has_phase_sets:
        people = [
            {rsid: Observation(each.call) for rsid, each in person.items()} for person in people
        ]
    calls = call_haplotypes(star, sites_of(variants, people), population)

    assert [call_alone(star, person, population) for person in people] == diplotypes_of(calls)
    assert ("uint8", (len(people),)) == (
        calls.diplotypes.codes.dtype.name,
        calls.diplotypes.codes.shape,
    )
    assert set(range(len(calls.diplotypes.values))) == set(calls.diplotypes.codes.tolist())


PHASES = {
    "no phase set at all": (("A|C", "A|C", "G/G"), "*1/*4"),
    "one phase set": (("A|C:7", "A|C:7", "G/G"), "*1/*4"),
    "one phase set, copies swapped": (("C|A:7", "C|A:7", "G/G"), "*1/*4"),
    "two phase sets": (("A|C:7", "A|C:9", "G/G"), "*1/*4;*2/*3"),
    "two interleaved phase sets": (("A|C:7", "A|C:9", "G|GT:7"), "*1/[*4 + *5];*3/[*2 + *5]"),
    "phase set missing at one site": (("A|C:7", "A|C", "G/G"), "*1/*4;*2/*3"),
    "phase set missing at all sites": (("A|C:-1", "A|C:-1", "G/G"), "*1/*4"),
    "one site unphased": (("A|C:7", "A/C", "G/G"), "*1/*4;*2/*3"),
    "phase set numbers beyond 32 bits": (
        ("A|C:4294967303", "A|C:7", "G/G"),
        "*1/*4;*2/*3",
    ),
    "a homozygous site in a phase set of its own": (("A|C:7", "C|C:9", "G|GT:7"), "*3/[*4 + *5]"),
}


@pytest.mark.parametrize(("words", "expected"), PHASES.values(), ids=PHASES)
def test_phase_sets(
    star: Nomenclature, variants: dict[str, Variant], words: tuple[str, ...], expected: str
) -> None:
    """Sites of one phase set keep their written order; so do phased sites without a phase set."""
    calls = call_haplotypes(star, sites_of(variants, [make_person(*words)]))

    assert [expected.split(";")] == candidates_of(calls)


def test_phase_sets_of_different_people_are_kept_apart(
    star: Nomenclature, variants: dict[str, Variant]
) -> None:
    """All cases in one cohort give the same as one by one."""
    people = [make_person(*words) for words, _ in PHASES.values()]
    calls = call_haplotypes(star, sites_of(variants, people))

    assert [expected.split(";") for _, expected in PHASES.values()] == candidates_of(calls)


def test_phase_does_not_extend_beyond_a_file(
    star: Nomenclature, variants: dict[str, Variant]
) -> None:
    """Equal phase set numbers in two files are unrelated."""
    in_a, in_b = (make_person("A|C:7", "A|C:7", "G/G", file=file) for file in "ab")
    in_both = {"rs1": in_a["rs1"], "rs2": in_b["rs2"], "rs4": in_a["rs4"], "rs5": in_b["rs5"]}
    calls = call_haplotypes(star, sites_of(variants, [in_a, in_both, in_b]))

    assert [["*1/*4"], ["*1/*4", "*2/*3"], ["*1/*4"]] == candidates_of(calls)


def test_several_files(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Two people in files with and without PS, and one person whose sites are in two files."""
    rest = ["1 401 G GT 0/0", "1 501 GCA G 0/0"]
    one = make_vcf(["1 100 A C 0|1", "1 200 A C 0|1", *rest], samples=["P1"], name="1.vcf")
    with_ps = [f"{row}:7" for row in ("1 100 A C 0|1", "1 200 A C 0|1", *rest)]
    with_ps[1] = "1 200 A C 0|1:9"
    two = make_vcf(with_ps, samples=["P2"], name="2.vcf", fmt="GT:PS")
    three = make_vcf(["1 100 A C 0|1"], samples=["P3"], name="3.vcf")
    four = make_vcf(["1 200 A C 0|1", *rest], samples=["P3"], name="4.vcf")
    paths = tuple(str(path) for path in (one, two, three, four))
    annotations = run(Request(paths, identity=Identity(same_person=True)), toy_haplotypes)

    open_phase = ["*1/*4", "*2/*3"]
    assert ("P1", "P2", "P3") == annotations.calls.samples
    assert [["*1/*4"], open_phase, open_phase] == candidates_of(annotations.haplotypes[0])


def test_each_combination_is_resolved_once(
    star: Nomenclature, variants: dict[str, Variant]
) -> None:
    people = [make_person("A/C", "A/A", "G/G"), make_person("A/A", "C/C", "G/G")] * 500
    calls = call_haplotypes(star, sites_of(variants, people))

    assert 2 == len(calls.diplotypes.values)
    assert ["*1/*2", "*3/*3"] * 500 == [called.diplotype for called in diplotypes_of(calls)]


def test_phase_set_numbers_do_not_multiply_combinations(
    star: Nomenclature, variants: dict[str, Variant]
) -> None:
    """Only the grouping of sites counts; the phase set of an unphased genotype is ignored."""
    people = [
        *(make_person(f"A|C:{n}", f"A|C:{n}", "G|GT:0") for n in range(1, 50)),
        *(make_person("A|C:7", f"A/C:{n}", "G/G") for n in range(1, 50)),
    ]

    assert 2 == len(call_haplotypes(star, sites_of(variants, people)).diplotypes.values)


SOURCES = {
    "records": ("record", "record", "record"),
    "reference blocks count as records": ("reference_block", "reference_block", "record"),
    "any site asserted": ("record", "asserted", "asserted"),
    "asserted takes precedence": ("other_strand", "asserted", "asserted"),
    "other strand": ("other_strand", "reference_block", "other_strand"),
}


@pytest.mark.parametrize(("first", "second", "expected"), SOURCES.values(), ids=SOURCES)
def test_source(
    star: Nomenclature, variants: dict[str, Variant], first: str, second: str, expected: str
) -> None:
    """An assertion at any core site marks the diplotype; further sites do not count."""
    person = make_person("A/A", "A/A", "G/G")
    for rsid, source in (("rs1", first), ("rs2", second), ("rs5", "asserted")):
        genotype = person[rsid].call.genotype
        person[rsid] = Observation(make_call(genotype, source=CallSource(source)))
    calls = call_haplotypes(star, sites_of(variants, [person]))

    assert [expected] == [call.source for call in calls.diplotypes.values]


def test_source_where_nothing_was_observed(
    star: Nomenclature, variants: dict[str, Variant]
) -> None:
    """A genotype that did not pass the filters contributes no source."""
    asserted = make_call("A/A", "filtered", source=CallSource.ASSERTED)
    person = {rsid: Observation(ABSENT) for rsid in (*CORE, *FURTHER)}
    person["rs1"] = Observation(asserted)
    (call,) = call_haplotypes(star, sites_of(variants, [person])).diplotypes.values

    assert ("none", "not_assessed") == (call.source, call.diplotype.status)
    assert ("rs1 filtered", "rs2 absent", "rs4 absent") == call.diplotype.deciding
