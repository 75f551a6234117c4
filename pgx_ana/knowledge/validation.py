"""Files as one checked document, or every fault in them."""

from __future__ import annotations

from collections.abc import Sequence

from pgx_ana.errors import Fault, KnowledgeBaseError
from pgx_ana.knowledge.checks import entry_faults
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.schema import SECTIONS, Document
from pgx_ana.knowledge.sources import Source
from pgx_ana.knowledge.yamlfile import read_yaml


def checked_document(sources: Sequence[Source]) -> Document:
    """Read all files into one document. Raises :class:`KnowledgeBaseError` with every fault."""
    faults = [fault for source in sources for fault in source.faults]
    entries, info = EntryIndex(), None
    for source in sources:
        parsed = [read_yaml(path, content) for path, content in source.files]
        faults += [fault for _, file_faults in parsed for fault in file_faults]
        faults += entries.add([file for file, _ in parsed])
        for file, _ in parsed:
            info = file.document.knowledge or info
    other_format = [fault for fault in faults if fault.where == "knowledge.format"]
    if other_format:
        # Every entry of another format has faults, which would hide the one that matters.
        raise KnowledgeBaseError(tuple(other_format))
    if info is None and not faults:
        what = "no file has this section, which names and versions the knowledge base"
        faults.append(Fault(sources[0].directory, 1, "knowledge", what))
    if not faults and info is not None:
        faults = list(entry_faults(entries))
        if info.drug not in entries.values("drugs"):
            what = f"refers to an unknown entry: {info.drug}"
            faults.append(Fault(entries.first_file, 1, "knowledge.drug", what))
    if faults or info is None:
        raise KnowledgeBaseError(tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))))
    sections = {name: tuple(entries.values(name).values()) for name in SECTIONS}
    return Document(knowledge=info, **sections)
