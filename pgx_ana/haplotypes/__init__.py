"""Star alleles and other named haplotypes: every diplotype that fits the calls of a person.

Takes: calls at the sites of a haplotype set, and the definitions of the knowledge base.
Gives: the diplotype where only one fits, or only one consists of named haplotypes; else all
    candidates, what would decide between them, and with a population the probability of each one.
Never: takes a missing site for reference, or reports a diplotype because it is the likeliest one.
"""

from pgx_ana.haplotypes.calls import DiplotypeCall, HaplotypeCaller, HaplotypeCalls
from pgx_ana.haplotypes.chromosomes import Labels
from pgx_ana.haplotypes.diplotypes import Candidate, Diplotype, DiplotypeStatus
from pgx_ana.haplotypes.nomenclature import Label, Nomenclature, nomenclature_of

__all__ = [
    "Candidate",
    "Diplotype",
    "DiplotypeCall",
    "DiplotypeStatus",
    "HaplotypeCaller",
    "HaplotypeCalls",
    "Label",
    "Labels",
    "Nomenclature",
    "nomenclature_of",
]
