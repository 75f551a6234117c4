"""Strict reading of YAML files: no guessed types, repeated keys, aliases, tags or empty values.

Every scalar stays the text written in the file; ``schema.py`` decides its type. The YAML nodes are
kept to report each fault with its line. This is the only module that imports PyYAML.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from pgx_ana.errors import Fault
from pgx_ana.knowledge.form import Misfit, document_from
from pgx_ana.knowledge.schema import Document

PlainValue: TypeAlias = "str | list[PlainValue] | dict[str, PlainValue]"
NodePath = tuple[str | int, ...]
"""Keys and list indices that lead from the root of a document to a node."""

_PLAIN_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
_MAX_DEPTH = 32
"""Deepest nesting of lists and mappings."""

_MAX_QUOTED_LENGTH = 60
"""Characters of an invalid value that a fault quotes."""

_MAX_FAULTS = 200
"""Schema faults reported for one file."""

_EMPTY_VALUES = {"", "~", "null", "Null", "NULL"}


class _Loader(yaml.CBaseLoader):
    """The C parser, which gives every node the plain tag of its kind whatever its value."""

    depth = 0

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        """Return the tag of a node without an explicit tag."""
        return _PLAIN_TAGS[kind]

    def descend_resolver(self, *_: object) -> None:
        """Enter a node; reject nesting so deep that the parser would overflow the stack."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise yaml.YAMLError(f"nested more than {_MAX_DEPTH} levels deep")

    def ascend_resolver(self) -> None:
        """Leave a node."""
        self.depth -= 1


@dataclass(frozen=True, slots=True)
class YamlFile:
    """One file of a knowledge base: its path, its document and the root of its YAML nodes."""

    path: Path
    document: Document
    root: yaml.Node | None

    def line(self, path: NodePath) -> int:
        """Return the 1-based line of a node, or of its nearest parent that exists."""
        return _line_at(self.root, path) if self.root else 1


def read_yaml(path: Path, content: bytes) -> tuple[YamlFile, list[Fault]]:
    """Parse the content of a file; the document is empty if there are faults."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _empty(path), [Fault(path, 1, "", f"cannot be read: {error}")]
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        return _empty(path), [_syntax_fault(path, error)]
    except yaml.YAMLError as error:
        return _empty(path), [Fault(path, 1, "", f"is not valid YAML: {error}")]
    if root is None:
        return _empty(path), []
    converter = _NodeConverter(path)
    content_as_text = converter.convert(root, ())
    if converter.faults:
        return _empty(path), converter.faults
    document = document_from(content_as_text)
    if isinstance(document, Document):
        return YamlFile(path, document, root), []
    faults = [
        _schema_fault(path, root, content_as_text, misfit) for misfit in document[:_MAX_FAULTS]
    ]
    if len(document) > _MAX_FAULTS:
        faults.append(Fault(path, 1, "", f"and {len(document) - _MAX_FAULTS} more faults"))
    return _empty(path), faults


class _NodeConverter:
    """Converts YAML nodes to plain values and collects a fault for each rejected node."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self._visited: set[int] = set()

    def convert(self, node: yaml.Node, path: NodePath) -> PlainValue:
        if id(node) in self._visited:
            self._add_fault(node, path, "aliases are not allowed: write the value out")
            return ""
        self._visited.add(id(node))
        if node.tag not in _PLAIN_TAGS.values():
            self._add_fault(node, path, f"tags are not allowed: {node.tag}")
            return ""
        if isinstance(node, yaml.MappingNode):
            return self._convert_mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.convert(item, (*path, index)) for index, item in enumerate(node.value)]
        if (
            isinstance(node, yaml.ScalarNode)
            and node.style in {None, ""}
            and node.value in _EMPTY_VALUES
        ):
            self._add_fault(node, path, "has no value: leave the field out if it is unknown")
        return str(node.value)

    def _convert_mapping(self, node: yaml.MappingNode, path: NodePath) -> PlainValue:
        values: dict[str, PlainValue] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._add_fault(key_node, path, "a key must be plain text")
                continue
            key = str(key_node.value)
            if key in values:
                self._add_fault(key_node, (*path, key), "is given twice")
            values[key] = self.convert(value_node, (*path, key))
        return values

    def _add_fault(self, node: yaml.Node, path: NodePath, what: str) -> None:
        self.faults.append(Fault(self.path, _line_of(node), _path_as_text(path), what))


def _empty(path: Path) -> YamlFile:
    return YamlFile(path, Document(), None)


def _syntax_fault(path: Path, error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    problem = str(error.problem or error)
    if "alias" in f"{problem} {error.context}":
        problem += '; a value that begins with * must be quoted, as in "*22"'
    return Fault(path, line, "", f"is not valid YAML: {problem}")


def _schema_fault(path: Path, root: yaml.Node, content: PlainValue, misfit: Misfit) -> Fault:
    value = misfit.value
    quoted = f", not {value[:_MAX_QUOTED_LENGTH]!r}" if isinstance(value, str) else ""
    where = _path_as_text(misfit.path, content)
    return Fault(path, _line_at(root, misfit.path), where, f"{misfit.what}{quoted}")


def _line_of(node: yaml.Node) -> int:
    """Return the 1-based line on which a node begins."""
    return int(node.start_mark.line) + 1


def _line_at(root: yaml.Node, path: NodePath) -> int:
    """Return the 1-based line of the node at a path, or of its nearest parent that exists."""
    node = root
    for part in path:
        child = _child(node, part)
        if child is None:
            break
        node = child
    return _line_of(node)


def _child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    child: yaml.Node | None = None
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):  # a key can be a number, such as a number of copies
                child = value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child = node.value[part]
    return child


def _path_as_text(path: NodePath, content: PlainValue | None = None) -> str:
    """Format a path as ``evidence[3](liu-2013).effects[0].value``, with identifiers if known."""
    text = ""
    for part in path:
        if isinstance(part, str):
            text += f".{part}" if text else part
        else:
            text += f"[{part}]"
        content = _descend(content, part)
        if isinstance(content, dict) and isinstance(content.get("id"), str):
            text += f"({content['id']})"
    return text


def _descend(content: PlainValue | None, part: str | int) -> PlainValue | None:
    if isinstance(content, dict) and isinstance(part, str):
        return content.get(part)
    if isinstance(content, list) and isinstance(part, int) and part < len(content):
        return content[part]
    return None
