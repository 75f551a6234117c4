"""The differences between two knowledge bases, and the conclusions that change with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from pgx_ana.knowledge import SECTIONS, Entry, KnowledgeBase, field_of


def compare(old: KnowledgeBase, new: KnowledgeBase) -> Iterator[str]:
    """Yield a line for each added, removed or changed entry, then for each changed conclusion."""
    yield f"{old.info.name} {old.stamp} -> {new.info.name} {new.stamp}"
    for field in _changed_fields(old.info, new.info):
        if field != "version":
            before, after = getattr(old.info, field), getattr(new.info, field)
            yield f"~ knowledge {field}: {before} -> {after}"
    for section in SECTIONS:
        name = field_of(section)
        yield from _changed_entries(section, getattr(old, name), getattr(new, name))
    yield from _changed_conclusions(old, new)


def _changed_entries(
    section: str, before: Mapping[str, Entry], after: Mapping[str, Entry]
) -> Iterator[str]:
    for key in dict.fromkeys((*before, *after)):
        if key not in before:
            yield f"+ {section} {key}"
        elif key not in after:
            yield f"- {section} {key}"
        elif before[key] != after[key]:
            yield f"~ {section} {key}: {', '.join(_changed_fields(before[key], after[key]))}"


def _changed_fields(before: Entry, after: Entry) -> list[str]:
    """Return the names of the fields in which two entries of one kind differ."""
    names = [field.name for field in fields(before)]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _changed_conclusions(old: KnowledgeBase, new: KnowledgeBase) -> Iterator[str]:
    for key in dict.fromkeys((*old.associations, *new.associations)):
        before, after = (_level_and_directions(knowledge, key) for knowledge in (old, new))
        for item in dict.fromkeys((*before, *after)):
            old_value, new_value = before.get(item, "none"), after.get(item, "none")
            if old_value != new_value:
                yield f"! conclusion {key}: {item} {old_value} -> {new_value}"


def _level_and_directions(knowledge: KnowledgeBase, key: str) -> dict[str, str]:
    """Return what an association concludes: level, basis, and the direction of each genotype.

    Empty if the knowledge base does not have the association.
    """
    association = knowledge.associations.get(key)
    if association is None:
        return {}
    basis = knowledge.basis(key)
    told = {
        "level": knowledge.level(key).value,
        "basis": basis.text,
        "n": str(basis.n or "unknown"),
        "estimate": basis.estimate or "none",
        "higher is": knowledge.outcomes[association.outcome].higher_is,
    }
    directions = {
        f"genotype {genotype}": direction.value
        for genotype, direction in association.genotypes.items()
    }
    return {**told, **directions}
