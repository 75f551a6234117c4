"""File names are safe on every file system, each is of one sample, and they last."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgx_ana.writing.file_names import FileNames

SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.html")
DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}


def names(*samples: str) -> list[str]:
    files = FileNames(".html")
    return [files.name(sample) for sample in samples]


def digest(sample: str) -> str:
    return hashlib.sha256(sample.encode("utf-8", "surrogatepass")).hexdigest()[:8]


@pytest.mark.parametrize(
    ("sample", "stem"),
    {
        "NA12717": "NA12717",
        "a-b_c.d": "a-b_c.d",
        "two words": "two_words-{}",
        "../../etc/passwd": "_.._etc_passwd-{}",
        "<script>": "_script_-{}",
        "N" * 200: "N" * 60 + "-{}",
        ".hidden": "hidden-{}",
        "dot.": "dot-{}",
        "...": "{}",
        "": "{}",
        "CON": "CON-{}",
        "nul.txt": "nul_txt-{}",
        "com1": "com1-{}",
        "\u05e9\u05dc\u05d5\u05dd": "_-{}",
        "\udcff": "_-{}",
    }.items(),
    ids=repr,
)
def test_what_is_not_safe_is_replaced_and_told_apart(sample: str, stem: str) -> None:
    assert [f"{stem.format(digest(sample))}.html"] == names(sample)


def test_names_that_differ_in_case_alone_are_told_apart() -> None:
    assert ["S1.html", f"s1-{digest('s1')}.html"] == names("S1", "s1")


def test_a_name_like_that_of_another_with_its_digest_has_its_own() -> None:
    sample = "a b"
    taken = f"a_b-{digest(sample)}"
    whole = hashlib.sha256(sample.encode()).hexdigest()
    assert [f"{taken}.html", f"a_b-{whole[:9]}.html"] == names(taken, sample)


ANY_NAME = (
    st.text(st.characters(), max_size=80)
    | st.text("aA.-_ /\\\u00e9", max_size=5)
    | st.sampled_from([*DEVICES, "nul.x"])
)


@given(st.lists(ANY_NAME, unique=True, max_size=30))
def test_every_sample_has_a_safe_name_of_its_own(samples: list[str]) -> None:
    found = names(*samples)
    assert names(*samples) == found
    assert len({name.casefold() for name in found}) == len(samples)
    for name in found:
        assert SAFE.fullmatch(name)
        assert len(name) <= 60 + 1 + 64 + 5
        assert name.partition(".")[0].casefold() not in DEVICES
