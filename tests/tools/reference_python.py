"""The page on the Python interface, made from what the package offers."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cached_property

import pgx_ana
from pgx_ana.errors import PgxAnaError

_HEAD = """# Python

All names of the package `pgx_ana`, with what they take, give and raise. This page is made from
them. Other modules may change at any time. How they are used:
[results from Python](formats/python.md).
"""


def python_page() -> str:
    """Return the page."""
    lines = [_HEAD]
    offered = [getattr(pgx_ana, name) for name in pgx_ana.__all__]
    for thing in offered:
        if inspect.isfunction(thing):
            lines += _function(thing)
    for thing in offered:
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            lines += _class(thing)
    lines += _errors()
    return "\n".join(lines)


def _function(function: Callable[..., object]) -> Iterator[str]:
    name = function.__name__
    yield f"## pgx_ana.{name}\n"
    yield from _signature(name, function)
    yield from _text(function)


def _class(thing: type) -> Iterator[str]:
    yield f"## pgx_ana.{thing.__name__}\n"
    yield from _text(thing)
    if dataclasses.is_dataclass(thing):
        yield from _fields(thing)
    if thing is pgx_ana.Result:
        yield from _members(thing)


def _members(thing: type) -> Iterator[str]:
    """Yield what can be used of an object: first values, then methods."""
    members = [(name, value) for name, value in vars(thing).items() if not name.startswith("_")]
    yield "| value | type | meaning |\n|---|---|---|"
    for name, value in members:
        if isinstance(value, property | cached_property):
            getter = value.fget if isinstance(value, property) else value.func
            meaning = _prose(inspect.getdoc(value) or "").removeprefix("Return ")
            kind = getattr(getter, "__annotations__", {}).get("return", "")
            yield f"| `{name}` | `{kind}` | {meaning} |"
    yield "| `len(result)` | `int` | number of people |"
    yield f"| iteration | `dict` | {_prose(inspect.getdoc(vars(thing)['__iter__']) or '')} |\n"
    for name, value in members:
        if inspect.isfunction(value):
            yield f"### {thing.__name__}.{name}\n"
            yield from _signature(name, value)
            yield from _text(value)


def _fields(thing: type) -> Iterator[str]:
    yield "| field | type | default |\n|---|---|---|"
    for field in dataclasses.fields(thing):
        default = "required" if field.default is dataclasses.MISSING else f"`{field.default!r}`"
        yield f"| `{field.name}` | `{field.type}` | {default} |"
    yield ""


def _signature(name: str, function: Callable[..., object]) -> Iterator[str]:
    """Yield how a function is called, a parameter a line if they are many."""
    signature = inspect.signature(function)
    shown = list(_parameters(signature))
    line = f"{name}({', '.join(shown)}) -> {signature.return_annotation}"
    if len(line) > 90:
        lines = "".join(f"    {item},\n" for item in shown)
        line = f"{name}(\n{lines}) -> {signature.return_annotation}"
    yield f"```text\n{line}\n```\n"


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    """Yield the parameters of a function or method, and the mark from which they are named."""
    is_named = False
    for item in signature.parameters.values():
        if item.kind is item.KEYWORD_ONLY and not is_named:
            is_named = True
            yield "*"
        if item.name != "self":
            default = "" if item.default is item.empty else f" = {item.default!r}"
            yield f"{item.name}: {item.annotation}{default}"


def _text(thing: object) -> Iterator[str]:
    """Yield a docstring as Markdown: paragraphs, and lists of arguments and errors."""
    own = inspect.getdoc(thing) or ""
    for paragraph in own.split("\n\n"):
        title, _, rest = paragraph.partition("\n")
        if title in ("Args:", "Raises:"):
            yield f"**{title.removesuffix(':')}**\n"
            yield from _list(inspect.cleandoc(rest))
            yield ""
        else:
            yield f"{_prose(paragraph)}\n"


def _list(text: str) -> Iterator[str]:
    items = re.split(r"\n(?=\S)", text)
    for item in items:
        name, _, meaning = item.partition(": ")
        yield f"- `{name}`: {_prose(meaning)}"


def _errors() -> Iterator[str]:
    yield "## Errors\n"
    yield f"{_prose(inspect.getdoc(PgxAnaError) or '')} All others are its subclasses.\n"
    yield "| class | exit code of the program | meaning |\n|---|---|---|"
    for name in pgx_ana.__all__:
        thing = getattr(pgx_ana, name)
        if inspect.isclass(thing) and issubclass(thing, PgxAnaError):
            meaning = _prose(inspect.getdoc(thing) or "")
            yield f"| `{name}` | {thing.exit_code} | {meaning} |"
    yield ""


def _prose(text: str) -> str:
    """Return a docstring's text as Markdown on one line."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())
