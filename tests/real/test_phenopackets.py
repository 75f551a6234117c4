"""The phenopackets of a cohort of real people: the alternates that bcftools finds in them."""

from __future__ import annotations

import json
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from google.protobuf.json_format import Parse  # type: ignore[import-untyped]
from helpers.fixture_types import Bcftools
from phenopackets import Phenopacket  # type: ignore[import-untyped]

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output.phenopacket import NO_TIME, PhenopacketWriter
from pgx_ana.pipeline import Request, Run, Selection
from pgx_ana.terms import Assembly

COPIES = {"heterozygous": 1, "homozygous": 2}
Carried = Counter[tuple[str, str]]
"""How many copies the people have, by person and ``position ref>alt``."""


@pytest.mark.slow
@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_the_alternates_of_a_cohort(
    shared: Path, curated: KnowledgeBase, bcftools: Bcftools, assembly: str
) -> None:
    path = shared / "1000genomes" / assembly / "CYP19A1.vcf.gz"
    request = Request((str(path),), Selection(genes=("CYP19A1",)))
    stream = BytesIO()
    writer = PhenopacketWriter(stream, NO_TIME)
    for block in Run(request, curated).blocks(1000):
        writer.write(block)
    writer.close()
    found: Carried = Counter()
    for line in stream.getvalue().splitlines():
        packet = Parse(line, Phenopacket())
        sample = json.loads(line)["subject"]["id"]
        assert packet.id == f"pgx-ana:{sample}"
        for interpretation in packet.interpretations:
            for item in interpretation.diagnosis.genomic_interpretations:
                allele = item.variant_interpretation.variation_descriptor
                record = allele.vcf_record
                if len(record.ref) == len(record.alt) == 1:
                    key = (sample, f"{record.pos} {record.ref}>{record.alt}")
                    found[key] += COPIES[allele.allelic_state.label]
    assert len(found) > 1000
    assert found == expected(path, curated, Assembly(assembly), bcftools)


def expected(
    path: Path, knowledge: KnowledgeBase, assembly: Assembly, bcftools: Bcftools
) -> Carried:
    known = {
        f"{locus.pos} {locus.ref}>{bases}"
        for variant in knowledge.variants
        if variant.gene == "CYP19A1" and variant.is_snv
        for locus in [variant.loci[assembly]]
        if locus.ref_is_certain
        for bases in variant.alleles
        if bases != locus.ref
    }
    text = bcftools("query", "-f", "[%SAMPLE\t%POS\t%REF\t%ALT\t%GT\n]", str(path))
    carried: Carried = Counter()
    for line in text.splitlines():
        sample, pos, ref, alts, genotype = line.split("\t")
        for number in genotype.replace("|", "/").split("/"):
            if number not in {"0", "."}:
                key = f"{pos} {ref}>{alts.split(',')[int(number) - 1]}"
                if key in known:
                    carried[sample, key] += 1
    return carried
