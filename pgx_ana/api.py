"""Annotation from Python: paths in, data frames and documents out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import CallOptions
from pgx_ana.output import Table, make_table, patient_texts, to_frame
from pgx_ana.pipeline import Request, Selection, run
from pgx_ana.terms import Assembly, TableName

if TYPE_CHECKING:
    import pandas as pd

    from pgx_ana.annotation import Annotations

PathName = str | os.PathLike[str]


__all__ = ["CallOptions", "KnowledgeBase", "Result", "annotate", "load_knowledge_base"]


class Result:
    """The annotations of a cohort, as tables and as one document per patient."""

    def __init__(self, annotations: Annotations) -> None:
        self._annotations = annotations

    @property
    def samples(self) -> tuple[str, ...]:
        """Return the names of the people, in the order of the files."""
        return self._annotations.calls.samples

    @property
    def assembly(self) -> str:
        """Return ``GRCh37`` or ``GRCh38``."""
        return self._annotations.calls.assembly.value

    def table(self, name: str) -> Table:
        """Return the table ``calls``, ``annotations``, ``haplotypes`` or ``summary``."""
        if name not in set(TableName):
            raise UsageError(f"no table {name!r}; there are {', '.join(TableName)}")
        return make_table(TableName(name), self._annotations)

    @cached_property
    def calls(self) -> pd.DataFrame:
        """One row for each person and known variant."""
        return to_frame(self.table("calls"))

    @cached_property
    def annotations(self) -> pd.DataFrame:
        """One row for each person and association."""
        return to_frame(self.table("annotations"))

    @cached_property
    def haplotypes(self) -> pd.DataFrame:
        """One row for each person and set of haplotypes."""
        return to_frame(self.table("haplotypes"))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row for each person and category."""
        return to_frame(self.table("summary"))

    def __repr__(self) -> str:
        """Return the size of the cohort and what it was annotated with.

        ``<Result: 1 sample, GRCh38, knowledge base 0.3.0+0123456789ab>``
        """
        count = "1 sample" if len(self) == 1 else f"{len(self)} samples"
        stamp = self._annotations.knowledge.stamp
        return f"<Result: {count}, {self.assembly}, knowledge base {stamp}>"

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the document of each person, as in the JSON output."""
        for text in patient_texts(self._annotations):
            yield json.loads(text)


def annotate(  # noqa: PLR0913  # all but the first are keywords
    paths: PathName | Sequence[PathName],
    *,
    samples: str | Sequence[str] = (),
    genes: str | Sequence[str] = (),
    assembly: str | None = None,
    kb: PathName | Sequence[PathName] = (),
    options: CallOptions | None = None,
    reference: PathName = "",
    verify: bool = False,
    population: str = "",
) -> Result:
    """Annotate the people of one or several variant files.

    Args:
        paths: VCF or BCF files; files with the same samples are one cohort.
        samples: names of the people wanted; all where empty.
        genes: symbols of the genes wanted; all where empty.
        assembly: ``GRCh37`` or ``GRCh38``, where the files do not tell.
        kb: directories of knowledge bases, later ones overlaying earlier ones; the one that ships
            with the package where empty.
        options: what counts as a call.
        reference: an indexed FASTA file that REF is held against.
        verify: read files whole, not only where the sites are.
        population: ``AFR``, ``AMR``, ``EAS``, ``EUR``, ``SAS`` or ``global``: by its frequencies
            ambiguous diplotypes get a probability.

    Raises:
        InputError: a file cannot be read, trusted or matched.
        UsageError: a gene, assembly or population is not known, or no file was given.
        KnowledgeBaseError: the knowledge base has faults.
    """
    knowledge = load_knowledge_base(kb)
    choice = Selection(_words(samples), _words(genes), _assembly(assembly))
    files = tuple(os.fspath(path) for path in _listed(paths))
    genome = os.fspath(reference)
    request = Request(files, choice, options or CallOptions(), genome, verify, population)
    return Result(run(request, knowledge))


def load_knowledge_base(
    directories: PathName | Sequence[PathName] = (), *, cached: bool = True
) -> KnowledgeBase:
    """Load a knowledge base: the shipped one, or that of one or several directories.

    Args:
        directories: directories with YAML files, later ones overlaying earlier ones by identifier;
            the knowledge base that ships with the package where empty.
        cached: use the form that an earlier run checked and kept; False reads and checks the files.

    Raises:
        KnowledgeBaseError: the knowledge base has faults; the error lists all of them.
    """
    return load([Path(place) for place in _listed(directories)], cached=cached)


def _listed(paths: PathName | Sequence[PathName]) -> Sequence[PathName]:
    return [paths] if isinstance(paths, str | os.PathLike) else paths


def _words(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _assembly(name: str | None) -> Assembly | None:
    if name is None:
        return None
    if name not in set(Assembly):
        raise UsageError(f"no assembly {name!r}; there are {', '.join(Assembly)}")
    return Assembly(name)
