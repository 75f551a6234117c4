"""Three people whose rows lead to every call status except ``not_assessable``."""

from __future__ import annotations

from helpers.fixture_types import MakeVcf
from pgx_ana.annotation import Annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request, run

SAMPLES = ("S1", 'Jos\N{LATIN SMALL LETTER E WITH ACUTE}, "J"', "two words")
GQX = '##FORMAT=<ID=GQX,Number=1,Type=Float,Description="quality with a fraction">'
VARIED = [
    "1 99 CA C 0/0:50:7:. ./.:.:.:. 0/0:12:1:.",
    "1 200 A C,T 0|1:99.5:30:150 1/2:20:.:. ./.:.:.:.",
    "1 300 T C 1|0:98.25:31:150 ./1:15:8:. 0/1:3.5:2:.",
    "1 401 G GT,GTT 0/2:30:9:. 1:31:4:. 0/0:.:0:.",
    "2 50 T G 0/1:60:20:. 1/1:61:21:. 0/0:62:22:.",
]
"""Phased and haploid calls are among them."""


def varied_people(make_vcf: MakeVcf, knowledge: KnowledgeBase) -> Annotations:
    path = make_vcf(VARIED, samples=SAMPLES, fmt="GT:GQX:DP:PS", extra_header=[GQX])
    return run(Request((str(path),), population="EUR"), knowledge)
