"""Random people with any genotypes at the toy variants, and the ways to write them to a file."""

from __future__ import annotations

from hypothesis import strategies as st

from helpers.toy_people import BASES, Person, Style


@st.composite
def people(draw: st.DrawFn) -> list[Person]:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        copies = {
            rsid: (draw(st.sampled_from((*bases, "."))), draw(st.sampled_from((*bases, "."))))
            for rsid, bases in BASES.items()
        }
        phased = draw(st.frozensets(st.sampled_from(list(BASES))))
        sets = {rsid: draw(st.sampled_from([100, 200])) for rsid in sorted(phased)}
        found.append(Person(copies, phased, sets if draw(st.booleans()) else {}))
    return found


STYLES = st.builds(
    Style,
    assembly=st.sampled_from(["GRCh37", "GRCh38"]),
    prefix=st.sampled_from(["", "chr"]),
    split=st.booleans(),
    blocks=st.booleans(),
    swapped=st.booleans(),
    bcf=st.booleans(),
)
