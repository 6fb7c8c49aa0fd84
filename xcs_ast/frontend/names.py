"""What a name alone tells: builtins, mutators of builtin containers, methods that are never worth a task.

These lists only choose *candidates*. Whether a candidate may run ahead is decided over live objects, so a
name that is listed wrongly costs speed, never equivalence. The one exception is `CONSUMERS`, which is used
only where the name is not shadowed.
"""

from __future__ import annotations

import builtins

from xcs_ast.native import Final, use_own

use_own(globals())

__all__ = [
    "ALWAYS_CHEAP_METHODS",
    "BUILTINS",
    "CHEAP_METHODS",
    "CHEAP_MODULES",
    "CONSUMERS",
    "DRAINS",
    "EARLY_CONSUMERS",
    "KEY_TAKERS",
    "LOGGING",
    "MUTATORS",
    "REFLECTIVE",
    "REFLECTIVE_ATTRIBUTES",
    "REFLECTIVE_WITHOUT_ARGUMENTS",
    "mangled",
]

BUILTINS: Final = frozenset(dir(builtins)) - {"__name__", "__doc__", "__package__", "__loader__", "__spec__"}

CONSUMERS: Final = frozenset({"list", "tuple", "set", "frozenset", "sum", "max", "min", "dict", "sorted"})
"""Builtins that take everything from a generator expression before they return."""

EARLY_CONSUMERS: Final = frozenset({"any", "all", "next"})
"""Builtins that may stop half-way, on a value."""

DRAINS: Final = CONSUMERS | EARLY_CONSUMERS
"""Builtins that are done with a generator expression when they return."""

KEY_TAKERS: Final = frozenset({"sorted", "min", "max"})
"""Builtins that call `key=` before they return and do not keep it."""

REFLECTIVE: Final = frozenset({"locals", "globals", "exec", "eval"})
"""Builtins that can see or change the names of their caller."""

REFLECTIVE_WITHOUT_ARGUMENTS: Final = frozenset({"vars", "dir"})

REFLECTIVE_ATTRIBUTES: Final = frozenset(
    {
        "_getframe",
        "_getframemodulename",
        "_current_frames",
        "currentframe",
        "getouterframes",
        "getinnerframes",
        "extract_stack",
        "walk_stack",
        "print_stack",
        "format_stack",
    }
)

MUTATORS: Final = frozenset(
    {
        "append",
        "appendleft",
        "add",
        "clear",
        "close",
        "difference_update",
        "discard",
        "extend",
        "extendleft",
        "flush",
        "insert",
        "intersection_update",
        "move_to_end",
        "pop",
        "popitem",
        "popleft",
        "put",
        "put_nowait",
        "remove",
        "reverse",
        "rotate",
        "seek",
        "setdefault",
        "sort",
        "subtract",
        "symmetric_difference_update",
        "truncate",
        "update",
        "write",
        "writelines",
        "writerow",
        "writerows",
    }
)

CHEAP_METHODS: Final = frozenset(
    {
        "__hash__",
        "__len__",
        "__repr__",
        "__str__",
        "as_posix",
        "bit_length",
        "capitalize",
        "casefold",
        "copy",
        "count",
        "decode",
        "encode",
        "endswith",
        "expandtabs",
        "find",
        "format_map",
        "fromkeys",
        "get",
        "group",
        "groupdict",
        "groups",
        "hexdigest",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isoformat",
        "isprintable",
        "isspace",
        "istitle",
        "isupper",
        "items",
        "join",
        "keys",
        "ljust",
        "lower",
        "lstrip",
        "maketrans",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strftime",
        "strip",
        "swapcase",
        "title",
        "total_seconds",
        "translate",
        "union",
        "upper",
        "values",
        "with_suffix",
        "zfill",
    }
)
"""Methods of builtin types: no reason to start a task where the arguments are constants."""

ALWAYS_CHEAP_METHODS: Final = frozenset(["endswith", "format", "items", "keys", "startswith", "values"])

LOGGING: Final = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "write", "append", "add"}
)
"""Methods whose exceptions nobody means to decide anything by."""

CHEAP_MODULES: Final = frozenset(
    {
        "abc",
        "array",
        "ast",
        "base64",
        "binascii",
        "bisect",
        "calendar",
        "cmath",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "errno",
        "fnmatch",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "html",
        "inspect",
        "io",
        "itertools",
        "keyword",
        "logging",
        "math",
        "ntpath",
        "numbers",
        "operator",
        "os.path",
        "posixpath",
        "random",
        "re",
        "reprlib",
        "shlex",
        "statistics",
        "string",
        "struct",
        "sys",
        "textwrap",
        "token",
        "tokenize",
        "types",
        "typing",
        "typing_extensions",
        "unicodedata",
        "uuid",
        "warnings",
        "weakref",
    }
)
"""Modules whose functions compute and never wait."""


def mangled(name: str, class_name: str) -> str:
    """A private name as the compiler sees it inside a class.

    >>> mangled("__key", "_Store")
    '_Store__key'
    """
    stripped = class_name.lstrip("_")
    if not stripped or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    return f"_{stripped}{name}"
