"""Findings that carry one signal are counted once, and are told to conflict if they do."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from pgx_ana.annotation.signals import Finding, Signal, SignalCounter, highest
from pgx_ana.knowledge import BasisKind, Level

DRUG, DRUG_CLASS, OTHERS, LABORATORY = BasisKind
NOMINAL, CORRECTED, REPLICATED = (
    Level.SINGLE_NOMINAL,
    Level.SINGLE_CORRECTED,
    Level.REPLICATED,
)
Told = tuple[str, Level, BasisKind]
LINKED = (("rs1", "rs2", "rs3"), ("rs4", "rs5"))


def finding(
    marker: str,
    effect: str = "better",
    *,
    outcome: str = "",
    group: str = "pain",
    sites: tuple[str, ...] = (),
    level: Level = NOMINAL,
    kind: BasisKind = DRUG,
) -> Finding:
    """Return a finding; one with ``sites`` is on a haplotype set with these core sites."""
    members = (marker, *sites) if sites else ()
    return Finding(
        marker=marker,
        set_members=members,
        outcome=outcome or group,
        group=group,
        effect=effect,
        level=level,
        kind=kind,
        text=f"{marker} {effect}",
    )


def counted(findings: Sequence[Finding]) -> list[Told]:
    """Return effect, level and drugs of each signal."""
    signals = SignalCounter(LINKED).signals(findings)
    return [(found.effect, found.level, found.kind) for found in signals]


def of_kinds(members: Sequence[tuple[Level, BasisKind]]) -> list[Finding]:
    """Return findings on linked variants, which tell the person the same."""
    return [
        finding(rsid, level=level, kind=kind)
        for rsid, (level, kind) in zip(LINKED[0], members, strict=False)
    ]


def signal(effect: str = "better", level: Level = NOMINAL, kind: BasisKind = DRUG) -> Told:
    return effect, level, kind


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([finding("rs1"), finding("rs2")], [signal()], id="linked"),
        pytest.param([finding("rs1"), finding("rs4")], [signal(), signal()], id="not-linked"),
        pytest.param([finding("rs8"), finding("rs9")], [signal(), signal()], id="in-no-group"),
        pytest.param(
            [finding("rs1"), finding("rs2", group="bone")],
            [signal(), signal()],
            id="linked-but-on-different-outcomes",
        ),
        pytest.param(
            [finding("rs1"), finding("rs1")], [signal()], id="two-associations-of-one-variant"
        ),
        pytest.param(
            [finding("rs1", "worse"), finding("rs4", "better"), finding("rs3", "worse")],
            [signal("worse"), signal("better")],
            id="in-the-order-of-their-first-findings",
        ),
    ],
)
def test_linked_variants_are_one_signal_on_one_outcome(
    findings: list[Finding], expected: list[Told]
) -> None:
    assert expected == counted(findings)


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        (("better", "worse"), "conflicting"),
        (("worse", "in between", "better"), "conflicting"),
        (("better", "in between"), "better"),
        (("in between", "worse"), "worse"),
        (("in between", "in between"), "in between"),
        (("higher", "higher"), "higher"),
    ],
)
def test_the_effect_of_a_signal(effects: tuple[str, ...], expected: str) -> None:
    findings = [finding(rsid, effect) for rsid, effect in zip(LINKED[0], effects, strict=False)]
    assert [signal(expected)] == counted(findings)


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        (("higher", "lower"), "conflicting"),
        (("lower", "in between", "higher"), "conflicting"),
        (("in between", "higher"), "in between"),
        (("better", "higher"), "better"),
    ],
)
def test_the_effect_of_a_signal_that_is_neither_better_nor_worse(
    effects: tuple[str, ...], expected: str
) -> None:
    """Without a side for the person, the first of the strongest findings tells the effect."""
    findings = [finding(rsid, effect) for rsid, effect in zip(LINKED[0], effects, strict=False)]
    assert [signal(expected)] == counted(findings)


def test_opposite_effects_of_unlinked_variants_do_not_conflict() -> None:
    findings = [finding("rs1", "better"), finding("rs4", "worse")]
    assert [signal("better"), signal("worse")] == counted(findings)


def test_opposite_effects_on_different_outcomes_do_not_conflict() -> None:
    findings = [finding("rs1", "better"), finding("rs2", "worse", group="bone")]
    assert [signal("better"), signal("worse")] == counted(findings)


SITES = ("rs8", "rs9")


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param(
            [finding("rs8"), finding("star", sites=SITES)], [signal()], id="one-site-and-the-set"
        ),
        pytest.param(
            [finding("rs8"), finding("rs9"), finding("star", sites=SITES)],
            [signal()],
            id="both-sites-and-the-set",
        ),
        pytest.param(
            [finding("rs8", "worse"), finding("star", sites=SITES)],
            [signal("conflicting")],
            id="against-its-site",
        ),
        pytest.param(
            [finding("rs7"), finding("star", sites=SITES)], [signal(), signal()], id="another-site"
        ),
        pytest.param(
            [finding("rs8"), finding("rs9")], [signal(), signal()], id="no-finding-on-the-set"
        ),
    ],
)
def test_a_haplotype_set_is_one_signal_with_its_core_sites(
    findings: list[Finding], expected: list[Told]
) -> None:
    assert expected == counted(findings)


def test_signals_are_joined_through_a_chain() -> None:
    """rs2 is linked with rs1, and a core site of the set; rs8 is the other one."""
    findings = [finding("rs1"), finding("rs8"), finding("star", sites=("rs2", "rs8"))]
    assert [signal()] == counted(findings)
    two_sets = [
        finding("rs5"),
        finding("rs6"),
        finding("one", sites=("rs4", "rs7")),
        finding("two", sites=("rs6", "rs7")),
    ]
    assert [signal()] == counted(two_sets)


def test_a_set_joins_its_sites_only_on_the_outcomes_that_it_was_found_with() -> None:
    on_bone = [finding("rs8", group="bone"), finding("rs9", group="bone")]
    findings = [finding("rs8"), finding("star", sites=SITES), finding("rs9"), *on_bone]
    assert [signal(), signal(), signal()] == counted(findings)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param([(NOMINAL, DRUG), (CORRECTED, DRUG)], CORRECTED, id="the-second"),
        pytest.param([(CORRECTED, DRUG), (NOMINAL, DRUG)], CORRECTED, id="the-first"),
        pytest.param(
            [(Level.NOT_CONFIRMED, DRUG), (Level.INDIRECT, DRUG)],
            Level.INDIRECT,
            id="below-the-ladder",
        ),
    ],
)
def test_a_signal_has_the_level_of_its_strongest_finding(
    members: list[tuple[Level, BasisKind]], expected: Level
) -> None:
    assert [signal("better", expected)] == counted(of_kinds(members))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(
            [(NOMINAL, OTHERS), (NOMINAL, DRUG)], [(NOMINAL, OTHERS), (NOMINAL, DRUG)], id="two"
        ),
        pytest.param(
            [(NOMINAL, DRUG), (REPLICATED, DRUG_CLASS), (CORRECTED, DRUG)],
            [(CORRECTED, DRUG), (REPLICATED, DRUG_CLASS)],
            id="each-with-its-level",
        ),
        pytest.param(
            [(NOMINAL, LABORATORY), (NOMINAL, OTHERS), (NOMINAL, DRUG_CLASS)],
            [(NOMINAL, LABORATORY), (NOMINAL, OTHERS), (NOMINAL, DRUG_CLASS)],
            id="three",
        ),
    ],
)
def test_findings_that_agree_are_one_signal_for_each_kind_of_drugs(
    members: list[tuple[Level, BasisKind]], expected: list[tuple[Level, BasisKind]]
) -> None:
    assert [signal("better", *item) for item in expected] == counted(of_kinds(members))


CONFLICTING = (
    finding("rs1", "better", level=REPLICATED, kind=OTHERS),
    finding("rs2", "worse", level=NOMINAL, kind=DRUG_CLASS),
    finding("rs3", "in between", level=CORRECTED, kind=LABORATORY),
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_findings_that_conflict_are_one_signal_whatever_their_drugs(order: tuple[int, ...]) -> None:
    """It has the drugs nearest to the drug, and the strongest level of any of them."""
    findings = [CONFLICTING[number] for number in order]
    assert [signal("conflicting", REPLICATED, DRUG_CLASS)] == counted(findings)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param(
            [
                finding("rs2", outcome="joint pain"),
                finding("rs4", outcome="muscle pain"),
                finding("rs1", outcome="stiffness"),
                finding("rs2", outcome="muscle pain"),
            ],
            [
                Signal(("rs2", "rs1"), "joint pain", *signal()),
                Signal(("rs4",), "muscle pain", *signal()),
            ],
            id="linked-and-alone",
        ),
        pytest.param(
            [finding("rs1", "worse"), finding("star", sites=("rs1", "rs9"), outcome="stiffness")],
            [Signal(("rs1", "star"), "pain", *signal("conflicting"))],
            id="conflicting",
        ),
        pytest.param(
            [finding("rs1"), finding("rs2", kind=OTHERS), finding("rs3", outcome="stiffness")],
            [
                Signal(("rs1", "rs3"), "pain", *signal()),
                Signal(("rs2",), "pain", *signal(kind=OTHERS)),
            ],
            id="of-two-kinds-of-drugs",
        ),
    ],
)
def test_a_signal_names_its_markers_and_the_outcome_of_its_first_finding(
    findings: list[Finding], expected: list[Signal]
) -> None:
    assert expected == SignalCounter(LINKED).signals(findings)


def test_one_counter_serves_many_people() -> None:
    """What it keeps of one person does not change what it tells of another."""
    one, two, star = finding("rs8"), finding("rs9", "worse"), finding("star", sites=SITES)
    people = [[one], [one, two], [one, two, star], [one, two], [two, star], [one], []]
    counter = SignalCounter(LINKED)
    expected = [SignalCounter(LINKED).signals(findings) for findings in people]
    assert expected == [counter.signals(findings) for findings in people]
    assert [1, 2, 1, 2, 1, 1, 0] == list(map(len, expected))


def test_a_finding_is_equal_to_itself_only() -> None:
    """Findings are made once for all people, so that those of one person are compared fast."""
    one = finding("rs1")
    assert [one] == [one]
    assert one != finding("rs1")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([], None),
        ([Level.NULL, Level.CONTRADICTED], Level.CONTRADICTED),
        ([Level.NOT_ASSESSABLE], Level.NOT_ASSESSABLE),
        ([Level.INDIRECT, Level.GUIDELINE, Level.REPLICATED], Level.GUIDELINE),
    ],
)
def test_the_highest_level(levels: list[Level], expected: Level | None) -> None:
    assert expected == highest(levels)
