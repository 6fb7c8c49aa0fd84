"""The heads of entries, which tell what stands where in a file of models.

Guarantees: a malformed head raises `ModelError`. Assumes: nothing.
"""

from __future__ import annotations

from xcs_ast.effects.entries import EntryKind, ModelError
from xcs_ast.effects.node import Node
from xcs_ast.native import Final, final, use_own

use_own(globals())

__all__ = ["Head", "head_names", "kind_of", "read_head", "split_head"]


@final
class Head(Node):
    """What stands before the colon: `classmethod f g(a, *, b) @3.12 @-3.14`."""

    prefix: str
    names: tuple[str, ...]
    params: str | None
    since: _Version | None
    until: _Version | None


def read_head(head: str) -> Head:
    """Take the head of an entry apart."""
    return Head(*_parts(head))


def _parts(head: str) -> _Parts:
    """The fields of a `Head`: for an index of hundreds of entries they are enough."""
    since = until = params = None
    rest, *versions = head.split("@")
    for version in versions:
        if version.startswith("-"):
            until = _version(version[1:])
        else:
            since = _version(version)
    rest = rest.strip()
    construct = rest.startswith("()")
    rest = rest[2:].strip() if construct else rest
    if "(" in rest:
        rest, _, params = rest.partition("(")
        params, closing, after = params.partition(")")
        if not closing or after.strip():
            raise ModelError(f"cannot read the head {head!r}")
    names = ["()"] if construct else rest.split()
    prefix = names.pop(0) if len(names) > 1 and names[0] in _PREFIXES else ""
    if not names or (construct and rest.strip()) or not (construct or all(map(_is_key, names))):
        raise ModelError(f"cannot read the head {head!r}")
    return prefix, tuple(names), params, since, until


def _is_key(name: str) -> bool:
    return name.removeprefix(".").isidentifier()


_Version = tuple[int, int]
_Parts = tuple[str, tuple[str, ...], str | None, _Version | None, _Version | None]

_PREFIXES: Final = {
    "const": EntryKind.CONST,
    "classmethod": EntryKind.CLASSMETHOD,
    "static": EntryKind.STATICMETHOD,
}


def split_head(line: str) -> tuple[str, str]:
    """The head of an entry and what follows its colon."""
    head, colon, body = line.partition(":")
    if not colon:
        raise ModelError(f"no colon in {line!r}")
    return head.strip(), body.strip()


def head_names(head: str) -> tuple[str, ...]:
    """The keys of the entries with this head: `()`, `.attr`, `const NAME` or `NAME`."""
    prefix, names, _, _, _ = _parts(head)
    return tuple([f"const {name}" for name in names]) if prefix == "const" else names


_IMPLICIT: Final = {
    "__new__": "static",
    "__class_getitem__": "classmethod",
    "__init_subclass__": "classmethod",
    "__prepare__": "classmethod",
    "__subclasshook__": "classmethod",
}


def kind_of(prefix: str, name: str, of_class: bool) -> EntryKind:
    """What an entry with this prefix and key describes."""
    if prefix or name in _IMPLICIT:
        return _PREFIXES[prefix or _IMPLICIT[name]]
    if name == "()":
        return EntryKind.CONSTRUCT
    if name.startswith("."):
        return EntryKind.ATTRIBUTE
    return EntryKind.METHOD if of_class else EntryKind.FUNCTION


def _version(text: str) -> _Version:
    major, _, minor = text.strip().partition(".")
    if not (major.isdigit() and minor.isdigit()):
        raise ModelError(f"not a version: {text!r}")
    return int(major), int(minor)
