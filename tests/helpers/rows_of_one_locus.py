"""Rows at one SNV, and the genotype that they have together.

A row is ALT and the genotype of one sample, with allele numbers as in a file: ``"C,T 0/2"``. The
reference is A. Rows that contradict one another are a ``conflict``.
"""

from __future__ import annotations

SPLIT_ROWS = {
    "0 for the other: A/A": (["C 0/0", "T 0/0"], "A/A"),
    "0 for the other: A/C": (["C 0/1", "T 0/0"], "A/C"),
    "0 for the other: C/T": (["C 0/1", "T 1/0"], "C/T"),
    "0 for the other, order not kept: C/T": (["C 0/1", "T 0/1"], "C/T"),
    "0 for the other: C/C": (["C 1/1", "T 0/0"], "C/C"),
    ". for the other: A/T": (["C 0/.", "T 0/1"], "A/T"),
    ". for the other: C/T": (["C ./1", "T 1/."], "C/T"),
    ". for the other: T/T": (["C ./.", "T 1/1"], "T/T"),
    "* for the other: C/T": (["C,* 2/1", "T,* 1/2"], "C/T"),
    "* for the other: T/T": (["C,* 2/2", "T,* 1/1"], "T/T"),
    "* for the other: A|T": (["C,* 0|2", "T,* 0|1"], "A|T"),
    "phased: T|C": (["C 0|1", "T 1|0"], "T|C"),
    "phased, . for the other: T|C": (["C .|1", "T 1|."], "T|C"),
    "one phased, one not": (["C 0|1", "T 0/1"], "C/T"),
    "a homozygote needs no phase": (["C 0|1", "T 0/0"], "A|C"),
    "three copies": (["C 0|1", "T 1/1"], "conflict"),
    "three copies, unphased": (["C 1/1", "T 0/1"], "conflict"),
    "two alternates on one copy": (["C 0|1", "T 0|1"], "conflict"),
    "multiallelic and split": (["C,T 1/2", "C 0/1", "T 1/0"], "C/T"),
    "multiallelic and one of its ALTs split": (["C,T 0/2", "C 0/0"], "A/T"),
    "multiallelic and split, contradicting": (["C,T 0/2", "C 0/1"], "conflict"),
}
"""Rows of different alternates."""

DUPLICATE_ROWS = {
    "equal": (["C 0/1", "C 0/1"], "A/C"),
    "other order": (["C 0/1", "C 1/0"], "A/C"),
    "equal and phased": (["C 0|1", "C 0|1"], "A|C"),
    "one of them phased": (["C 0|1", "C 0/1"], "A/C"),
    "haploid": (["C 1", "C 1"], "C"),
    "hom and het": (["C 0/0", "C 0/1"], "conflict"),
    "het and hom": (["C 0/1", "C 1/1"], "conflict"),
    "hom and hom": (["C 0/0", "C 1/1"], "conflict"),
    "phased": (["C 0|0", "C 0|1"], "conflict"),
    "two alternates": (["C,T 0/1", "C,T 0/2"], "conflict"),
    "reference and both": (["C,T 0/0", "C,T 1/2"], "conflict"),
    "haploid, different base": (["C 0", "C 1"], "conflict"),
    "one no-call, reference": (["C 0/0", "C ./."], "A/A"),
    "one no-call, het": (["C 0/1", "C ./."], "A/C"),
    "one partial": (["C 0/1", "C ./1"], "A/C"),
    "hom and partial": (["C 1/1", "C ./1"], "C/C"),
    "hom and partial of another allele": (["C 0/0", "C ./1"], "conflict"),
    "both partial": (["C ./1", "C ./1"], "C/."),
    "both partial, reference": (["C 0/.", "C 0/."], "A/."),
    "both no-call": (["C ./.", "C ./."], "./."),
}
"""Rows of the same alternates."""

INCOMPLETE_ROWS = {
    "reference, T no-call": (["C 0/0", "T ./."], "./."),
    "A/C, T no-call": (["C 0/1", "T ./."], "C/."),
    "C/C leaves no other copy": (["C 1/1", "T ./."], "C/C"),
    "partial T": (["C 0/0", "T ./1"], "T/."),
    "partial reference, T row": (["C 0/0", "T 0/."], "A/."),
    "neither called": (["C ./.", "T ./."], "./."),
    "partial C": (["C ./1", "T 0/0"], "C/."),
    "partial C, T has the rest": (["C ./1", "T 0/1"], "C/T"),
    "phased partial": (["C 0|.", "T 0|0"], "A|."),
    "phased partial and the other copy": (["C .|0", "T 0|1"], ".|T"),
    "phased, T no-call": (["C 0|1", "T .|."], ".|C"),
    "phased, both no-call": (["C .|.", "T .|."], ".|."),
    "phased, each copy missing once": (["C 0|.", "T .|0"], ".|."),
    "haploid, T no-call": (["C 0", "T ."], "."),
    "haploid T, C no-call": (["C .", "T 1"], "T"),
}
"""Rows of different alternates, some of them without a complete genotype."""
