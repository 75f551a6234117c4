"""YAML files read strictly: no guessed types, repeated keys, aliases, tags or empty values.

Every scalar stays the text that was typed; ``schema.py`` decides what it means. The nodes are kept,
so that each fault can be told with its line. The door to PyYAML.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml
from pydantic import ValidationError

from pgx_ana.errors import Fault
from pgx_ana.knowledge.schema import Document

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"
Place = tuple[str | int, ...]

_PLAIN_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
_DEEPEST = 32
_SHOWN = 60
_MAX_FAULTS = 200
_NOTHING = {"", "~", "null", "Null", "NULL"}


class _Loader(yaml.CBaseLoader):
    """The C parser with the plain tag of each kind of node, without looking at values."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        """Return the tag of a node that has none."""
        return _PLAIN_TAGS[kind]

    depth = 0

    def descend_resolver(self, *_: object) -> None:
        """Refuse what is nested so deeply that the parser would run out of stack."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise yaml.YAMLError(f"it is nested more than {_DEEPEST} deep")

    def ascend_resolver(self) -> None:
        """Come back from a node."""
        self.depth -= 1


@dataclass(frozen=True, slots=True)
class YamlFile:
    """One file of a knowledge base: its path, its document and the nodes it was made from."""

    path: Path
    document: Document
    root: yaml.Node | None

    def line(self, place: Place) -> int:
        """Return the 1-based line of a place inside the document, or of its nearest parent."""
        return _node_at(self.root, place).start_mark.line + 1 if self.root else 1


def read_yaml(path: Path, content: bytes) -> tuple[YamlFile, list[Fault]]:
    """Read what a file holds; the document is empty where there are faults."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _empty(path), [Fault(path, 1, "", f"cannot be read: {error}")]
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        return _empty(path), [_syntax_fault(path, error)]
    except yaml.YAMLError as error:
        return _empty(path), [Fault(path, 1, "", f"is not YAML: {error}")]
    if root is None:
        return _empty(path), []
    builder = _Builder(path)
    plain = builder.build(root, ())
    if builder.faults:
        return _empty(path), builder.faults
    try:
        document = Document.model_validate(plain)
    except ValidationError as error:
        details = error.errors()
        faults = [_schema_fault(path, root, plain, detail) for detail in details[:_MAX_FAULTS]]
        if len(details) > _MAX_FAULTS:
            faults.append(Fault(path, 1, "", f"and {len(details) - _MAX_FAULTS} more faults"))
        return _empty(path), faults
    return YamlFile(path, document, root), []


class _Builder:
    """Turns nodes into plain values and collects what is not allowed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, place: Place) -> Plain:
        if id(node) in self._seen:
            self._fault(node, place, "aliases are not allowed: write the value out")
            return ""
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS.values():
            self._fault(node, place, f"tags are not allowed: {node.tag}")
            return ""
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*place, index)) for index, item in enumerate(node.value)]
        if (
            isinstance(node, yaml.ScalarNode)
            and node.style in {None, ""}
            and node.value in _NOTHING
        ):
            self._fault(node, place, "has no value: leave the field out when it is unknown")
        return str(node.value)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> Plain:
        values: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, place, "a key must be a word")
                continue
            key = str(key_node.value)
            if key in values:
                self._fault(key_node, (*place, key), "is given twice")
            values[key] = self.build(value_node, (*place, key))
        return values

    def _fault(self, node: yaml.Node, place: Place, what: str) -> None:
        self.faults.append(Fault(self.path, node.start_mark.line + 1, _spell(place), what))


def _empty(path: Path) -> YamlFile:
    return YamlFile(path, Document(), None)


def _syntax_fault(path: Path, error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    problem = str(error.problem or error)
    if "alias" in f"{problem} {error.context}":
        problem += '; a value that begins with * must be quoted, as in "*22"'
    return Fault(path, line, "", f"is not YAML: {problem}")


def _schema_fault(path: Path, root: yaml.Node, plain: Plain, detail: object) -> Fault:
    assert isinstance(detail, dict)
    place: Place = tuple(part for part in detail["loc"] if part != "[key]")
    line = _node_at(root, place).start_mark.line + 1
    given = detail.get("input")
    shown = f", not {given[:_SHOWN]!r}" if isinstance(given, str) else ""
    return Fault(path, line, _spell(place, plain), f"{detail['msg']}{shown}")


def _node_at(root: yaml.Node, place: Place) -> yaml.Node:
    node = root
    for part in place:
        child = _child(node, part)
        if child is None:
            break
        node = child
    return node


def _child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    found: yaml.Node | None = None
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):  # a number of copies is a key, too
                found = value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found = node.value[part]
    return found


def _spell(place: Place, plain: Plain | None = None) -> str:
    """Write a place as ``evidence[3](liu-2013).effects[0].value``."""
    words = ""
    for part in place:
        if isinstance(part, str):
            words += f".{part}" if words else part
        else:
            words += f"[{part}]"
        plain = _step(plain, part)
        if isinstance(plain, dict) and isinstance(plain.get("id"), str):
            words += f"({plain['id']})"
    return words


def _step(plain: Plain | None, part: str | int) -> Plain | None:
    if isinstance(plain, dict) and isinstance(part, str):
        return plain.get(part)
    if isinstance(plain, list) and isinstance(part, int) and part < len(plain):
        return plain[part]
    return None
