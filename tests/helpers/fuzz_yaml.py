"""Random knowledge bases for fuzzing: mutations of the toy knowledge base as one YAML document.

Everything is drawn from one ``random.Random``, so that a seed gives the same inputs again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from helpers.fuzz_bytes import changed_bytes
from helpers.fuzz_values import YAML_NOISE, YAML_VALUES
from helpers.paths import TOY, TOY_HAPLOTYPES

_LINKAGE = b"""linkage:
  - id: one-signal
    variants: [rs1, rs2]
    note: made up
"""
_VALUE = re.compile(rb"(?<=[:\[,{] )[^\s,\[\]{}][^,\n\[\]{}]*|(?<=- )[^\n{\[]+")
_PAIR = re.compile(
    rb"(?P<key>\w+): (?P<value>[^\s,\[\]{}][^,\n\[\]{}]*|\[[^\n\[\]{}]*\]|\{[^\n{}]*\})"
)
_ENTRY = re.compile(rb"(?m)^  - (?:.*\n)(?:    .*\n)*")


def toy_document() -> bytes:
    """Return the toy knowledge base and haplotypes as one document with every section.

    A section may occur only once, so those that both have are joined.
    """
    toy = b"".join(path.read_bytes() for path in sorted(TOY.glob("*.yaml")))
    haplotypes = (TOY_HAPLOTYPES / "haplotypes.yaml").read_bytes()
    sets, evidence, associations = re.split(
        rb"^(?:evidence|associations):\n", haplotypes, flags=re.M
    )
    before, after = toy.split(b"associations:\n")
    return b"".join((before, evidence, b"associations:\n", associations, after, sets, _LINKAGE))


def mutated_yaml(rng: random.Random, text: bytes) -> bytes:
    """Return a knowledge base with one to three mutations."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        mutate = rng.choices(_MUTATIONS, _WEIGHTS)[0]
        text = mutate(rng, text)
    return text


def _copy_value(rng: random.Random, text: bytes) -> bytes:
    """Give one key a value that the same key has elsewhere, or change a number in its value."""
    pairs = list(_PAIR.finditer(text))
    if not pairs:
        return text
    match = rng.choice(pairs)
    new = rng.choice([other["value"] for other in pairs if other["key"] == match["key"]])
    if new == match["value"]:
        change = rng.choice((-50, -1, 1, 2, 100))
        new = re.sub(rb"[0-9]{1,9}", lambda n: str(int(n[0]) + change).encode(), new, count=1)
    return text[: match.start("value")] + new + text[match.end("value") :]


def _change_value(rng: random.Random, text: bytes) -> bytes:
    """Replace one value by an unusual one, or by a value from elsewhere in the document."""
    values = list(_VALUE.finditer(text))
    if not values:
        return text
    match = rng.choice(values)
    new = rng.choice(values)[0] if rng.random() < 0.35 else rng.choice(YAML_VALUES).encode()
    return text[: match.start()] + new + text[match.end() :]


def _change_line(rng: random.Random, text: bytes) -> bytes:
    """Drop, duplicate, move, indent or dedent a line."""
    lines = text.split(b"\n")
    line, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.choice(("drop", "drop", "duplicate", "move", "indent", "dedent"))
    if kind == "drop":
        del lines[line]
    elif kind == "duplicate":
        lines.insert(line, lines[line])
    elif kind == "move":
        lines.insert(other, lines.pop(line))
    elif kind == "indent":
        lines[line] = b"  " + lines[line]
    else:
        lines[line] = lines[line].removeprefix(b"  ")
    return b"\n".join(lines)


def _change_entry(rng: random.Random, text: bytes) -> bytes:
    """Drop a whole entry, or copy it behind itself or before another one."""
    entries = list(_ENTRY.finditer(text))
    if not entries:
        return text
    match, other = rng.choice(entries), rng.choice(entries)
    kind = rng.choice(("drop", "duplicate", "copy"))
    if kind == "drop":
        return text[: match.start()] + text[match.end() :]
    new = match[0]
    if rng.random() < 0.7:
        new = re.sub(rb"id: ([\w-]+)", rb"id: \g<1>9", new, count=1)
    offset = match.end() if kind == "duplicate" else other.start()
    return text[:offset] + new + text[offset:]


def _change_bytes(rng: random.Random, text: bytes) -> bytes:
    """Insert noise, delete or replace bytes, or truncate the document."""
    kinds = ("insert", "insert", "delete", "truncate", "replace")
    return changed_bytes(rng, text, kinds, YAML_NOISE, (1, 1, 2, 20))


def _change_key(rng: random.Random, text: bytes) -> bytes:
    """Rename one key, often to another key of the document."""
    keys = list(re.finditer(rb"[A-Za-z_]\w*(?=:)", text))
    if not keys:
        return text
    match = rng.choice(keys)
    other = rng.choice(keys)[0]
    names = (
        other, other, b'""', b"? [a]\n", b"{}", b"&a x", b"!!str x", b"1",
        b"haplotypes", b"linkage",
    )  # fmt: skip
    return text[: match.start()] + rng.choice(names) + text[match.end() :]


_MUTATIONS: Sequence[Callable[[random.Random, bytes], bytes]] = (
    _copy_value, _change_value, _change_line, _change_entry, _change_bytes, _change_key,
)  # fmt: skip
_WEIGHTS = (30, 30, 15, 15, 8, 10)
