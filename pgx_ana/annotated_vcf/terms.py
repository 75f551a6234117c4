"""What annotated VCF files say of known sites: fields, status codes, and the stamps of the run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from pgx_ana.annotated_vcf.identifiers import RowIdentifiers
from pgx_ana.annotation import Annotations
from pgx_ana.knowledge import Association, KnowledgeBase, Level
from pgx_ana.model import Call, Variant
from pgx_ana.output import METADATA_KEY, run_facts
from pgx_ana.terms import STATUS_MEANINGS, Assembly, CallSource, CallStatus
from pgx_ana.writing import as_utf8

MISSING_VALUE = b"."
ANNOTATION_KEY = "PGXANA"
VARIANTS_KEY = "PGXID"
STATUS_KEY = "PGXS"
OWN_LINE = f"##{METADATA_KEY}_"
"""The beginning of the lines of a header that are those of this program alone."""

OWN_KEYS = frozenset({ANNOTATION_KEY, VARIANTS_KEY, STATUS_KEY})

_LEVELS = tuple(Level)
_RESERVED = re.compile(r"[^A-Za-z0-9_./<>*()\[\]{}'\"!?@#$-]")
"""What is percent-encoded: the separators of VCF and of the annotation, blanks, and all else."""

_ANNOTATION_FIELDS = (
    "Allele",
    "Allele_number",
    "Variant",
    "Gene",
    "Consequence",
    "Bases",
    "Known",
    "Studied",
    "Level",
    "Associations",
)

_SOURCES: Mapping[CallSource, tuple[str, str]] = MappingProxyType(
    {
        CallSource.ASSERTED: ("_asserted", "absent, and reference as the user asserts"),
        CallSource.OTHER_STRAND: ("_other_strand", "read on the other strand, as the user allows"),
    }
)


def escaped(text: str) -> str:
    """Return text as a part of a value: UTF-8 bytes with a meaning elsewhere as ``%2C``."""
    return _RESERVED.sub(lambda found: "".join(f"%{b:02X}" for b in as_utf8(found[0])), text)


def status_code(call: Call) -> bytes:
    """Return the status of a call, with its source where the user is responsible for it."""
    suffix, _ = _SOURCES.get(call.source, ("", ""))
    return as_utf8(call.status.value + suffix)


def info_lines(*, per: str) -> Iterator[str]:
    """Yield the declarations of the fields that rows have; ``per`` says what entries are for."""
    yield (
        f'##INFO=<ID={VARIANTS_KEY},Number=.,Type=String,Description="Known variants of the row">'
    )
    yield (
        f'##INFO=<ID={ANNOTATION_KEY},Number=.,Type=String,Description="What is known of each '
        f"allele, {per}. Values are percent-encoded. Associations: & between them, ^ between "
        "identifier, outcome, level, numbers of supporting, contradicting and null cohorts, and "
        "the genotypes with the allele (A/A~direction+A/C~direction). "
        f'Format: {"|".join(_ANNOTATION_FIELDS)}">'
    )


def status_line() -> str:
    """Return the declaration of the status of people."""
    return (
        f'##FORMAT=<ID={STATUS_KEY},Number=.,Type=String,Description="Status of the call of each '
        f'variant of {VARIANTS_KEY}, in this order; see {OWN_LINE.lstrip("#")}status">'
    )


def stamp_lines(block: Annotations) -> Iterator[str]:
    """Yield what the run is: versions, assembly and options, and what each status code means."""
    facts = run_facts(block)
    yield f"{OWN_LINE}run={json.dumps(facts, sort_keys=True)}"
    for status in CallStatus:
        yield f'{OWN_LINE}status=<ID={status},Description="{STATUS_MEANINGS[status]}">'
    for suffix, meaning in _SOURCES.values():
        for status in (CallStatus.CALLED, CallStatus.PARTIAL):
            yield f'{OWN_LINE}status=<ID={status}{suffix},Description="{status}: {meaning}">'


class AlleleNotes:
    """What the knowledge base says of the alleles of variants, as entries of ``PGXANA``.

    ``identifiers`` has their VRS identifiers.
    """

    def __init__(self, knowledge: KnowledgeBase, assembly: Assembly) -> None:
        self._knowledge = knowledge
        self.identifiers = RowIdentifiers(knowledge, assembly)

    def entries(
        self, variant: Variant, alleles: Sequence[str], bases: Sequence[str]
    ) -> Iterator[str]:
        """Yield an entry for each allele of a row, REF first; ``bases`` are those at the variant.

        Bases are empty where they are not known.
        """
        definition = self._knowledge.definitions[variant.id]
        studied = definition.studied_allele
        associations = self._knowledge.associations_of(variant.id)
        levels = {self._knowledge.level(item.id) for item in associations}
        level = min(levels, key=_LEVELS.index).value if levels else "."
        for number, (allele, of_variant) in enumerate(zip(alleles, bases, strict=True)):
            is_known = of_variant in variant.alleles
            about = [self._about(item, of_variant) for item in associations] if is_known else []
            can_tell = studied is not None and of_variant != ""
            yield "|".join(
                (
                    escaped(allele),
                    str(number),
                    escaped(variant.id),
                    escaped(variant.gene),
                    escaped(definition.consequence),
                    escaped(of_variant) or ".",
                    _yes(is_known) if of_variant else ".",
                    _yes(of_variant == studied) if can_tell else ".",
                    level if is_known else ".",
                    "&".join(about) or ".",
                )
            )

    def _about(self, association: Association, bases: str) -> str:
        grade = self._knowledge.grades[association.id]
        genotypes = (
            f"{escaped(genotype)}~{direction}"
            for genotype, direction in association.genotypes.items()
            if bases in genotype.split("/")
        )
        counts = map(str, map(len, (grade.supporting, grade.contradicting, grade.null)))
        head = (escaped(association.id), escaped(association.outcome), grade.level.value)
        return "^".join((*head, *counts, "+".join(genotypes) or "."))


def _yes(is_so: bool) -> str:  # noqa: FBT001  # a word for a truth value
    return "yes" if is_so else "no"
