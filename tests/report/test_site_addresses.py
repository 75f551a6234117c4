"""Addresses of pages: safe on every file system, and never the same twice."""

from __future__ import annotations

import re

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.report.site_addresses import SiteAddresses, _addresses


def test_addresses_are_safe_and_distinct() -> None:
    keys = ["rs1", "CON", "AAA-1A>C", "AAA-1A_C", "a", "A", "x.", "x" * 300, "APOE-e", "APOE-E"]
    addresses = _addresses("variants", keys)
    assert keys == list(addresses)
    assert addresses["rs1"] == "variants/rs1.html"
    assert addresses["AAA-1A_C"] == "variants/AAA-1A_C.html"
    assert len(keys) == len({address.casefold() for address in addresses.values()})
    for address in addresses.values():
        assert re.fullmatch(
            r"variants/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}[A-Za-z0-9]\.html", address
        ) or (address in {"variants/a.html"})
        stem = address.partition("/")[2].partition(".")[0]
        assert stem.casefold() not in {"con", "prn", "aux", "nul"}


def test_addresses_are_the_same_in_every_run(toy_haplotypes: KnowledgeBase) -> None:
    first, second = SiteAddresses(toy_haplotypes), SiteAddresses(toy_haplotypes)
    assert vars(first) == vars(second)
    assert first.conclusion("rs1", "rs1-survival") == "variants/rs1.html#c-rs1-survival"
