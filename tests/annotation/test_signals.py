"""Findings that carry one signal are counted once, and are told to conflict if they do."""

from __future__ import annotations

import pytest

from pgx_ana.annotation.signals import Finding, Signal, highest, signals
from pgx_ana.knowledge import BasisKind, Level

DRUG, DRUG_CLASS, OTHERS = BasisKind.DRUG, BasisKind.DRUG_CLASS, BasisKind.OTHER_DRUGS
NOMINAL, CORRECTED, REPLICATED = (
    Level.SINGLE_NOMINAL,
    Level.SINGLE_CORRECTED,
    Level.REPLICATED,
)
LINKED = (("rs1", "rs2", "rs3"), ("rs4", "rs5"))


def finding(
    marker: str,
    effect: str = "better",
    *,
    group: str = "pain",
    sites: tuple[str, ...] = (),
    level: Level = NOMINAL,
    kind: BasisKind = DRUG,
) -> Finding:
    """Return a finding; one with ``sites`` is on a haplotype set with these core sites."""
    members = (marker, *sites) if sites else ()
    return Finding(marker, members, group, effect, level, kind, f"{marker} {effect}")


def signal(effect: str = "better", level: Level = NOMINAL, kind: BasisKind = DRUG) -> Signal:
    return Signal(effect, level, kind)


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
    findings: list[Finding], expected: list[Signal]
) -> None:
    assert expected == signals(findings, LINKED)


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
    assert [signal(expected)] == signals(findings, LINKED)


def test_opposite_effects_of_unlinked_variants_do_not_conflict() -> None:
    findings = [finding("rs1", "better"), finding("rs4", "worse")]
    assert [signal("better"), signal("worse")] == signals(findings, LINKED)


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
    findings: list[Finding], expected: list[Signal]
) -> None:
    assert expected == signals(findings, LINKED)


def test_signals_are_joined_through_a_chain() -> None:
    """rs2 is linked with rs1, and a core site of the set; rs8 is the other one."""
    findings = [finding("rs1"), finding("rs8"), finding("star", sites=("rs2", "rs8"))]
    assert [signal()] == signals(findings, LINKED)
    two_sets = [
        finding("rs5"),
        finding("rs6"),
        finding("one", sites=("rs4", "rs7")),
        finding("two", sites=("rs6", "rs7")),
    ]
    assert [signal()] == signals(two_sets, LINKED)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param([(NOMINAL, DRUG), (CORRECTED, DRUG)], (CORRECTED, DRUG), id="higher-level"),
        pytest.param([(NOMINAL, OTHERS), (NOMINAL, DRUG)], (NOMINAL, DRUG), id="nearer-drug"),
        pytest.param(
            [(REPLICATED, DRUG_CLASS), (NOMINAL, DRUG)],
            (NOMINAL, DRUG),
            id="nearer-drug-before-higher-level",
        ),
        pytest.param(
            [(Level.NOT_CONFIRMED, DRUG), (Level.INDIRECT, DRUG)],
            (Level.INDIRECT, DRUG),
            id="below-the-ladder",
        ),
    ],
)
def test_a_signal_has_the_level_and_drugs_of_its_nearest_finding(
    members: list[tuple[Level, BasisKind]], expected: tuple[Level, BasisKind]
) -> None:
    findings = [
        finding(rsid, level=level, kind=kind)
        for rsid, (level, kind) in zip(LINKED[0], members, strict=False)
    ]
    assert [signal("better", *expected)] == signals(findings, LINKED)
    assert [signal("better", *expected)] == signals(findings[::-1], LINKED)


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
