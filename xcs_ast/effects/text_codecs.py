"""Names of text encodings and of error handlers: those of the standard library, and those of somebody's own.

A codec that the program has registered is code of the program's, which C code runs wherever it is named.

Guarantees: no user code runs, and no codec is loaded. Assumes: nobody takes the standard library's search
function out of the registry; while it is there, its names cannot be given to others.
"""

from __future__ import annotations

import codecs
import encodings
import sys
import types
from collections.abc import Mapping, Sequence
from encodings.aliases import aliases

from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = ["OWN_CODEC", "are_standard", "is_standard_codec", "is_standard_handler"]

OWN_CODEC: Final = "goes by a codec that may be the program's own"
_BESIDE: Final = {"utf_8_sig", "idna", "punycode", "unicode_escape", "raw_unicode_escape"}
_ELSEWHERE: Final = frozenset() if sys.platform == "win32" else frozenset({"ansi", "dbcs", "mbcs", "oem"})
"""Names of Windows: elsewhere the library has nothing for them, and programs bring their own."""
_CODECS: Final = frozenset({*aliases, *aliases.values(), *_BESIDE}) - _ELSEWHERE
"""Taken before the program may have added to them."""
_HANDLERS: Final = frozenset(
    {"strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace"}
    | {"surrogateescape", "surrogatepass"}
)


def is_standard_codec(name: object) -> bool:
    """Whether this argument for an encoding leads to no code of the program's."""
    return name is None or (type(name) is str and encodings.normalize_encoding(name).lower() in _CODECS)


def is_standard_handler(name: object) -> bool:
    """The same of an error handler: these can be replaced."""
    if name is None:
        return True
    return (
        type(name) is str
        and name in _HANDLERS
        and type(codecs.lookup_error(name)) is types.BuiltinFunctionType
    )


def are_standard(args: Sequence[object], kwargs: Mapping[str, object]) -> bool:
    """Both, for the arguments of `encode` and `decode`."""
    codec = args[0] if args else kwargs.get("encoding")
    handler = args[1] if len(args) > 1 else kwargs.get("errors")
    return is_standard_codec(codec) and is_standard_handler(handler)
