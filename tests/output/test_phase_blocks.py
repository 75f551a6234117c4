"""What Parquet keeps of the order of copies, as text and back."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.synthetic_calls import called
from hypothesis import given
from hypothesis import strategies as st

from pgx_ana.coded import Coded
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import FIRST_NAMED_SET, Call, SiteCalls
from pgx_ana.output import PhaseBlock
from pgx_ana.output.phase_blocks import phase_blocks
from pgx_ana.terms import CallSource, CallStatus

BLOCKS = st.one_of(
    st.builds(PhaseBlock, st.text(min_size=1), st.booleans()),
    st.builds(
        lambda number: PhaseBlock(named_set=number),
        st.integers(FIRST_NAMED_SET, 2 * FIRST_NAMED_SET - 1),
    ),
    st.just(PhaseBlock()),
)


@given(BLOCKS)
def test_a_block_is_what_its_text_says(block: PhaseBlock) -> None:
    assert block == PhaseBlock.from_text(block.text)


@pytest.mark.parametrize(
    "text", ["", "row", "row ", "set xyz", "set 7", "set -1", "phase", "SET 1"]
)
def test_other_texts(text: str) -> None:
    with pytest.raises(ValueError, match=r"unknown phase|invalid literal"):
        PhaseBlock.from_text(text)


def test_the_blocks_of_people(toy: KnowledgeBase) -> None:
    """A set with a name counts where the genotype is phased."""
    over_sites = Call(
        ("A", "C"),
        phased=False,
        status=CallStatus.CALLED,
        source=CallSource.RECORD,
        spanning_row="99 GA>TC",
        swapped=True,
    )
    haploid = Call(("C",), phased=True, status=CallStatus.PARTIAL, source=CallSource.RECORD)
    calls = (called("A/C"), called("A|C"), over_sites, haploid)
    codes = np.array([0, 1, 1, 2, 3, 1, 0])
    first, second = FIRST_NAMED_SET, FIRST_NAMED_SET + 255
    sets = np.array([-1, second, first, -1, -1, 7, second], np.int64)
    site = SiteCalls(toy.variants[0], Coded(calls, codes), phase_set=sets)
    found = phase_blocks(site)
    assert found is not None
    assert [
        None,
        f"set {second:x}",
        f"set {first:x}",
        "reversed row 99 GA>TC",
        "phased",
        None,
        None,
    ] == list(found)
    assert "set 40000000000000ff" == found[1]


def test_nobody_has_one(toy: KnowledgeBase) -> None:
    calls = Coded((called("A/C"), called("A|C")), np.array([0, 1, 1]))
    assert phase_blocks(SiteCalls(toy.variants[0], calls)) is None
    sets = np.array([-1, 5, 7], np.int64)
    assert phase_blocks(SiteCalls(toy.variants[0], calls, phase_set=sets)) is None
