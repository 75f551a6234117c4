"""What changed between two knowledge bases, and which conclusions change with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from pgx_ana.knowledge import SECTIONS, KnowledgeBase, field_of


def compare(old: KnowledgeBase, new: KnowledgeBase) -> Iterator[str]:
    """Yield one line for each entry that is new, gone or changed, then the changed conclusions."""
    yield f"{old.info.name} {old.stamp} -> {new.info.name} {new.stamp}"
    for section in SECTIONS:
        name = field_of(section)
        yield from _entries(section, getattr(old, name), getattr(new, name))
    yield from _conclusions(old, new)


def _entries(
    section: str, before: Mapping[str, BaseModel], after: Mapping[str, BaseModel]
) -> Iterator[str]:
    for key in dict.fromkeys((*before, *after)):
        if key not in before:
            yield f"+ {section} {key}"
        elif key not in after:
            yield f"- {section} {key}"
        elif before[key] != after[key]:
            one, other = before[key].model_dump(), after[key].model_dump()
            fields = [field for field in one if one[field] != other.get(field)]
            yield f"~ {section} {key}: {', '.join(fields)}"


def _conclusions(old: KnowledgeBase, new: KnowledgeBase) -> Iterator[str]:
    for key in dict.fromkeys((*old.associations, *new.associations)):
        before, after = (_said(knowledge, key) for knowledge in (old, new))
        for what in dict.fromkeys((*before, *after)):
            one, other = before.get(what, "none"), after.get(what, "none")
            if one != other:
                yield f"! conclusion {key}: {what} {one} -> {other}"


def _said(knowledge: KnowledgeBase, key: str) -> dict[str, str]:
    """Return the level of an association and its direction for each genotype."""
    association = knowledge.associations.get(key)
    if association is None:
        return {}
    said = {g: conclusion.direction.value for g, conclusion in association.genotypes.items()}
    return {"level": knowledge.level(key).value, **said}
