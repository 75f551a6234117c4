"""Summaries of people, counted from the tables by pandas: an oracle that knows no array of ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd

from pgx_ana import Result

TOLD = {"higher", "lower", "between", "no_difference", "unsettled"}
DIRECTIONS = (
    *("higher", "lower", "between", "no_difference", "unsettled"),
    *("not_studied", "undetermined", "not_assessed"),
)
LEVELS = (
    *("guideline", "replicated", "single_corrected", "single_nominal", "indirect"),
    *("not_confirmed", "contradicted", "unsettled", "null", "not_assessable"),
)
_SENTENCES = {
    "on_drug": r"On \w+ itself: (\d+) finding",
    "on_class": r"On other or pooled [\w ]+: (\d+) finding",
    "on_others": r"On other drugs or in the laboratory: (\d+) finding",
}


def expected_sites(calls: pd.DataFrame) -> dict[str, dict[str, dict[str, int]]]:
    """Return the number of sites by sample, gene and state, from a table of calls."""
    states = calls["status"].astype(str).where(calls["source"] != "asserted", "asserted")
    expected: dict[str, dict[str, dict[str, int]]] = {}
    columns = (calls["sample"].astype(str), calls["gene"].astype(str), states)
    counted = Counter(zip(*(column.tolist() for column in columns), strict=True))
    for (sample, gene, state), number in counted.items():
        expected.setdefault(sample, {}).setdefault(gene, {})[state] = number
    return expected


def expected_categories(result: Result, sample: str) -> dict[str, dict[str, Any]]:
    """Return what was found in each category, without how findings affect a person."""
    annotations = result.annotations[result.annotations["sample"] == sample]
    summary = result.summary[result.summary["sample"] == sample].set_index("category")
    categories = [str(name) for name in summary.index if name != "overall"]
    return {
        name: _category(annotations[annotations["category"] == name], summary.loc[name])
        for name in categories
    }


def _category(annotations: pd.DataFrame, summary: Any) -> dict[str, Any]:
    told = annotations[annotations["direction"].isin(TOLD)]
    level = summary["highest_level"]
    assessed = set(annotations[annotations["direction"] != "not_assessed"]["variant"])
    findings = expected_findings(str(summary["conclusion"]))
    return {
        "highest_level": level if isinstance(level, str) else None,
        "findings": {"all": sum(findings.values()), **findings},
        "markers": {
            "assessed": len(assessed),
            "not_assessed": annotations["variant"].nunique() - len(assessed),
            "undetermined": _markers_with("undetermined", annotations),
            "not_studied": _markers_with("not_studied", annotations),
        },
        "cohorts": {
            "for": int(told["supporting"].sum()),
            "null": int(told["null"].sum()),
            "against": int(told["contradicting"].sum()),
        },
        "conclusions": _counts(annotations["direction"], DIRECTIONS),
        "levels": _counts(told["level"], LEVELS),
    }


def _markers_with(direction: str, annotations: pd.DataFrame) -> int:
    return int(annotations[annotations["direction"] == direction]["variant"].nunique())


def _counts(values: Any, names: Iterable[str]) -> dict[str, int]:
    found = [str(value) for value in values]
    return {name: found.count(name) for name in names}


def expected_findings(conclusion: str) -> dict[str, int]:
    """Return the number of findings by what they rest on, as the sentences say it."""
    found = {name: re.search(words, conclusion) for name, words in _SENTENCES.items()}
    return {name: int(match[1]) if match else 0 for name, match in found.items()}
