"""Distinct values with integer codes: each operation, compared with a plain list of values."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.synthetic_calls import coded
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pgx_ana.coded import Coded, combine, concatenate, distinct_rows

WORDS = st.lists(st.sampled_from(["A/A", "A/C", "C/C", "./."]), max_size=12)


@given(words=WORDS)
def test_one_value_for_each_sample(words: list[str]) -> None:
    column = coded(words)
    assert words == list(column) == [column[sample] for sample in range(len(words))]
    assert len(words) == len(column)
    assert np.uint8 == column.codes.dtype


def test_a_constant() -> None:
    column = Coded.constant("A/A", 3)
    assert (("A/A",), ["A/A"] * 3) == (column.values, list(column))
    assert [] == list(Coded.constant("A/A", 0))


@given(words=WORDS)
def test_map_is_called_once_for_each_distinct_value(words: list[str]) -> None:
    column = coded(words)
    arguments: list[str] = []

    def length(word: str) -> int:
        arguments.append(word)
        return len(word)

    mapped = column.map(length)
    assert [len(word) for word in words] == list(mapped)
    assert list(dict.fromkeys(words)) == arguments
    assert column.codes is mapped.codes


@given(words=WORDS)
def test_mask_and_counts(words: list[str]) -> None:
    column = coded(words)
    assert [word == "A/C" for word in words] == column.mask(lambda word: word == "A/C").tolist()
    expected = [(word, words.count(word)) for word in dict.fromkeys(words)]
    assert expected == column.counts()


def test_counts_of_values_that_no_sample_has() -> None:
    assert [("a", 0), ("b", 2)] == Coded(("a", "b"), np.array([1, 1], np.int32)).counts()


@given(words=WORDS, start=st.integers(0, 12), stop=st.integers(0, 12))
def test_take(words: list[str], start: int, stop: int) -> None:
    assert words[start:stop] == list(coded(words).take(slice(start, stop)))
    order = np.arange(len(words))[::-1].astype(np.intp)
    assert words[::-1] == list(coded(words).take(order))


@given(words=WORDS, start=st.integers(0, 12))
def test_compact_drops_unused_values_and_keeps_the_order(words: list[str], start: int) -> None:
    column = coded(words)
    rest = column.take(slice(start, None)).compact()
    assert words[start:] == list(rest)
    assert [value for value in column.values if value in words[start:]] == list(rest.values)
    assert column.compact() is column


def test_unique_merges_equal_values() -> None:
    column = coded(["A/A", "A|A", "C/C", "A/A"]).map(lambda word: word[0]).unique()
    assert (("A", "C"), ["A", "A", "C", "A"]) == (column.values, list(column))


@given(parts=st.lists(WORDS, max_size=4))
def test_concatenate(parts: list[list[str]]) -> None:
    column = concatenate([coded(words) for words in parts])
    assert [word for words in parts for word in words] == list(column)
    assert len(set(column.values)) == len(column.values)


@given(rows=st.lists(st.tuples(*[st.sampled_from("abc")] * 3), max_size=12))
def test_combine(rows: list[tuple[str, str, str]]) -> None:
    columns = [coded([row[place] for row in rows]) for place in range(3)]
    combined = combine(columns)
    assert rows == list(combined)
    assert len(set(rows)) == len(combined.values)
    codes = [
        tuple(c.values.index(v) for c, v in zip(columns, r, strict=True)) for r in combined.values
    ]
    assert sorted(codes) == codes


NUMBERS = st.one_of(st.integers(0, 3), st.sampled_from([0, 1 << 22, (1 << 31) - 1]))
MATRICES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.tuples(*[NUMBERS] * width), max_size=12).map(
        lambda rows: np.array(rows, np.int32).reshape(-1, width)
    )
)


@settings(deadline=None)
@given(matrix=MATRICES)
def test_distinct_rows(matrix: NDArray[np.int32]) -> None:
    expected, inverse = np.unique(matrix, axis=0, return_inverse=True)
    codes, samples = distinct_rows(list(matrix.T))

    assert expected.tolist() == matrix[samples].tolist()
    assert inverse.reshape(-1).tolist() == codes.tolist()
    assert np.uint8 == codes.dtype


def test_distinct_rows_of_many_columns() -> None:
    """The number of possible combinations exceeds 64 bits."""
    matrix = np.random.default_rng(1).integers(0, 50, (2000, 40), np.int32)
    matrix[1000:] = matrix[:1000]
    codes, samples = distinct_rows(list(matrix.T))

    assert 1000 == len(samples)
    assert matrix.tolist() == matrix[samples][codes].tolist()
    assert sorted(matrix[samples].tolist()) == matrix[samples].tolist()


@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.int32])
def test_distinct_rows_of_any_integers(kind: type[np.generic]) -> None:
    codes, samples = distinct_rows([np.array([1, 0, 1, 0], kind), np.array([0, 0, 0, 1], kind)])
    assert ([2, 0, 2, 1], [1, 3, 0]) == (codes.tolist(), samples.tolist())
