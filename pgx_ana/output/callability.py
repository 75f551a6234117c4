"""What files can answer, as text for the reader, as a table of sites, and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from pgx_ana.haplotypes import DiplotypeStatus
from pgx_ana.quality import STATES, Callability


def callability_text(found: Callability) -> Iterator[str]:
    """Yield lines for the reader: the files, the sites as an aligned table, a verdict per gene."""
    for file, content in zip(found.files, found.content, strict=True):
        yield f"{file.name}"
        yield f"  format    {file.format}{', ' + file.compression if file.compression else ''}"
        yield f"  assembly  {file.assembly} ({file.assembly_source})"
        yield f"  samples   {file.samples}"
        yield f"  index     {'used' if file.indexed else 'none used'}"
        yield f"  caller    {file.caller or 'not named'}"
        yield f"  content   {content}"
        if file.remark:
            yield f"  remark    {file.remark}"
    yield ""
    rows = [line.split("\t") for line in callability_tsv(found)]
    kept = [
        number
        for number, name in enumerate(rows[0])
        if name not in STATES or any(row[number] != "0" for row in rows[1:])
    ]
    widths = [max(len(row[number]) for row in rows) for number in kept]
    for row in rows:
        pairs = zip((row[number] for number in kept), widths, strict=True)
        yield "  ".join(text.ljust(width) for text, width in pairs).rstrip()
    yield ""
    yield from (gene.sentence for gene in found.genes)
    for of_set in found.sets:
        told = ", ".join(
            f"{status.value.replace('_', ' ')} {of_set.people[status.value]}"
            for status in DiplotypeStatus
            if of_set.people[status.value]
        )
        yield f"Diplotypes of {of_set.name}: {told}."
    yield from (f"WARNING: {warning}" for warning in found.warnings)


def callability_tsv(found: Callability) -> Iterator[str]:
    """Yield the sites as tab-separated lines, header first; people are counted in each state."""
    yield "\t".join(["gene", "variant", "locus", *STATES, "reason"])
    for site in found.sites:
        counts = [str(site.people.get(state, 0)) for state in STATES]
        fields = [site.variant.gene, site.variant.id, site.place, *counts, site.unreadable or "."]
        yield "\t".join(fields)


def callability_json(found: Callability) -> str:
    """Return everything as one JSON document."""
    files = [
        {**dataclasses.asdict(file), "content": content}
        for file, content in zip(found.files, found.content, strict=True)
    ]
    sites = [
        {
            "gene": site.variant.gene,
            "variant": site.variant.id,
            "locus": site.place,
            "people": {state: site.people.get(state, 0) for state in STATES},
            "unreadable": site.unreadable or None,
        }
        for site in found.sites
    ]
    genes = [
        {"gene": gene.gene, "answer": gene.extent.name.lower(), "verdict": gene.sentence}
        for gene in found.genes
    ]
    document = {
        "answer": found.extent.name.lower(),
        "samples": found.n_samples,
        "files": files,
        "sites": sites,
        "genes": genes,
        "haplotypes": [
            {
                "haplotypes": of_set.id,
                "people": {s.value: of_set.people[s.value] for s in DiplotypeStatus},
            }
            for of_set in found.sets
        ],
        "warnings": list(found.warnings),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
