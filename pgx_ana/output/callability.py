"""Callability reports: text for people, a TSV table of the sites, and JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from pgx_ana.haplotypes import DiplotypeStatus
from pgx_ana.printable import printable
from pgx_ana.quality import STATES, Callability
from pgx_ana.writing import as_utf8, write


def write_callability(callability: Callability, file_format: str, destination: str) -> None:
    """Write a callability report as ``text``, ``tsv`` or ``json``. Raises :class:`OutputError`."""
    write(_callability_chunks(callability, file_format), destination)


def _callability_chunks(callability: Callability, file_format: str) -> Iterator[bytes]:
    if file_format == "json":
        yield as_utf8(callability_json(callability))
    else:
        lines = callability_tsv if file_format == "tsv" else callability_text
        yield from (as_utf8(f"{line}\n") for line in lines(callability))


def callability_text(callability: Callability) -> Iterator[str]:
    """Yield the lines of a report: the files, an aligned table of the sites, a verdict per gene.

    Columns of call states that nobody has are left out. Characters of headers and file names that
    could command a terminal are escaped.
    """
    yield from map(printable, _report_lines(callability))


def _report_lines(callability: Callability) -> Iterator[str]:
    for file, content in zip(callability.files, callability.content, strict=True):
        yield f"{file.name}"
        yield f"  format    {file.format}{', ' + file.compression if file.compression else ''}"
        yield f"  assembly  {file.assembly} ({file.assembly_source})"
        yield f"  samples   {file.samples}"
        yield f"  index     {'used' if file.indexed else 'none used'}"
        yield f"  caller    {file.caller or 'not named'}"
        yield f"  content   at the sites below: {content}"
        if file.remark:
            yield f"  remark    {file.remark}"
    yield ""
    rows = [line.split("\t") for line in callability_tsv(callability)]
    shown = [
        index
        for index, name in enumerate(rows[0])
        if name not in STATES or any(row[index] != "0" for row in rows[1:])
    ]
    widths = [max(len(row[index]) for row in rows) for index in shown]
    for row in rows:
        cells = zip((row[index] for index in shown), widths, strict=True)
        yield "  ".join(text.ljust(width) for text, width in cells).rstrip()
    yield ""
    yield from (gene.sentence for gene in callability.genes)
    for haplotype_set in callability.haplotype_sets:
        counts = ", ".join(
            f"{status.value.replace('_', ' ')} {haplotype_set.people[status.value]}"
            for status in DiplotypeStatus
            if haplotype_set.people[status.value]
        )
        yield f"Diplotypes of {haplotype_set.name}: {counts}."
    yield from (f"WARNING: {warning}" for warning in callability.warnings)


def callability_tsv(callability: Callability) -> Iterator[str]:
    """Yield the sites as tab-separated lines, header first, with the number of people per state."""
    yield "\t".join(["gene", "variant", "locus", *STATES, "reason"])
    for site in callability.sites:
        counts = [str(site.people.get(state, 0)) for state in STATES]
        fields = [site.variant.gene, site.variant.id, site.locus, *counts, site.unreadable or "."]
        yield "\t".join(fields)


def callability_json(callability: Callability) -> str:
    """Return the whole report as one JSON document."""
    files = [
        {**dataclasses.asdict(file), "content": content}
        for file, content in zip(callability.files, callability.content, strict=True)
    ]
    sites = [
        {
            "gene": site.variant.gene,
            "variant": site.variant.id,
            "locus": site.locus,
            "people": {state: site.people.get(state, 0) for state in STATES},
            "unreadable": site.unreadable or None,
        }
        for site in callability.sites
    ]
    genes = [
        {"gene": gene.gene, "answer": gene.extent.name.lower(), "verdict": gene.sentence}
        for gene in callability.genes
    ]
    document = {
        "answer": callability.extent.name.lower(),
        "samples": callability.n_samples,
        "files": files,
        "sites": sites,
        "genes": genes,
        "haplotypes": [
            {
                "haplotypes": haplotype_set.id,
                "people": {
                    status.value: haplotype_set.people[status.value] for status in DiplotypeStatus
                },
            }
            for haplotype_set in callability.haplotype_sets
        ],
        "warnings": list(callability.warnings),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
