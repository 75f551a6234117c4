"""Made-up cohorts of any size, block by block, without files."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from helpers.synthetic_calls import called, partial, unobserved
from pgx_ana.annotation import Annotations, Annotator
from pgx_ana.coded import Coded
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import (
    Call,
    CallOptions,
    Circumstances,
    CohortCalls,
    InputFile,
    SiteCalls,
    Variant,
)
from pgx_ana.terms import Assembly, CallStatus

_KINDS = 1_000
"""Different people; all others are like one of them."""

_BLOCK = 50_000


def made_up_people(knowledge: KnowledgeBase, n_people: int) -> Iterator[Annotations]:
    """Yield the annotations of people in blocks; all genotypes and most statuses occur."""
    random = np.random.default_rng(1)
    values = [_calls(variant) for variant in knowledge.variants]
    kinds = [random.geometric(0.4, _KINDS).clip(max=len(calls)) - 1 for calls in values]
    annotator = Annotator(knowledge)
    file = InputFile("made-up.vcf", "0" * 64, Assembly.GRCH38, "made up", "VCF", False, n_people)
    for start in range(0, n_people, _BLOCK):
        people = random.integers(0, _KINDS, min(_BLOCK, n_people - start))
        calls = CohortCalls(
            tuple(f"P{number}" for number in range(start, start + len(people))),
            Coded.constant((0,), len(people)),
            (file,),
            Assembly.GRCH38,
            CallOptions(),
            tuple(
                SiteCalls(variant, Coded(of_site, codes[people]))
                for variant, of_site, codes in zip(knowledge.variants, values, kinds, strict=True)
            ),
        )
        yield annotator.annotate(calls, Coded.constant(Circumstances(), len(people)))


def _calls(variant: Variant) -> tuple[Call, ...]:
    """Return calls of a variant, the most frequent first."""
    pairs = itertools.combinations_with_replacement(variant.alleles, 2)
    return (
        *(called("|".join(pair)) for pair in pairs),
        partial(variant.alleles[0], "."),
        unobserved(CallStatus.NO_CALL),
        unobserved(CallStatus.FILTERED, (variant.alleles[0],) * 2),
        unobserved(CallStatus.ABSENT),
    )
