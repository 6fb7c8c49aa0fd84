"""Options: defaults, then `[tool.xcs_ast]` of the user's `pyproject.toml`, then `XCS_AST_*`, then code.

Guarantees: `Options` is immutable and valid; reading it costs one call; nothing is read before the first
`current()`, and no TOML parser is imported where no file has a key of ours. A reader that sees an old value
during a concurrent `configure` sees a consistent one.
Assumes: the configuration file does not change while the process runs (`reload` reads it again).
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping

from xcs_ast.errors import ConfigError
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass, replace

use_own(globals())

__all__ = [
    "BAD_EFFECT",
    "BAD_VALUE",
    "DECLARATIONS",
    "UNKNOWN_OPTION",
    "UNREADABLE",
    "Options",
    "configure",
    "current",
    "find_file",
    "load",
    "overridden",
    "reload",
]

UNKNOWN_OPTION: Final = "XCS401"
BAD_VALUE: Final = "XCS402"
UNREADABLE: Final = "XCS403"
BAD_EFFECT: Final = "XCS404"

DECLARATIONS: Final = ("pure", "unordered", "ordered", "off")
"""What a name in `[tool.xcs_ast.effects]` can be declared to be."""
VERIFY: Final = ("always", "sample", "never")
_PREFIX: Final = "XCS_AST_"
_FILE: Final = "pyproject.toml"
_KEY: Final = b"xcs_ast"
_MOST: Final = 4096


@final
@dataclass(frozen=True, slots=True)
class Options:
    """Every option, validated.

    Raises:
        ConfigError: a value is of the wrong type or out of range.
    """

    enabled: bool = True
    """`False`: every region runs as plain Python."""
    workers: int = 32
    """The most threads of our own; 0 runs every task in place."""
    window: int = 32
    """How many tasks at most are ahead of the program. Follows `workers` where only that is set."""
    min_task_us: float = 20.0
    """Tasks shorter than this do not pay; the loop goes back to plain Python."""
    hedge_us: float = 300.0
    """How long the first iteration may take before the next ones start, where a body only *may* block."""
    speculation: bool = True
    """Let regions that are not PROVEN run ahead through the recorder; `False`: they run as plain Python."""
    verify: str = "sample"
    """How often a region is cross-checked: `always`, `sample`, `never`."""
    eager: bool = False
    """Run ahead whatever is legal, whether it pays or not (for tests)."""
    report: bool = False
    """Print a table of all regions when the program ends."""
    cache: bool = True
    """Keep rewritten code on disk."""
    effects: tuple[tuple[str, str], ...] = ()
    """Declared names, `("package.module.function", "pure")`."""

    def __post_init__(self) -> None:
        for name, (check, wanted) in _RULES.items():
            value = getattr(self, name)
            if not check(value):
                raise ConfigError(BAD_VALUE, f"`{name}` must be {wanted}, not {value!r}")


def _whole(least: int, most: int) -> Callable[[object], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _positive(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value < 1e12  # type: ignore[operator]


def _flag(value: object) -> bool:
    return type(value) is bool


def _declared(value: object) -> bool:
    return type(value) is tuple and all(
        type(pair) is tuple and len(pair) == 2 and pair[1] in DECLARATIONS for pair in value
    )


_RULES: Final[dict[str, tuple[Callable[[object], bool], str]]] = {
    "enabled": (_flag, "true or false"),
    "workers": (_whole(0, _MOST), f"a whole number from 0 to {_MOST}"),
    "window": (_whole(1, _MOST), f"a whole number from 1 to {_MOST}"),
    "min_task_us": (_positive, "a number of microseconds"),
    "hedge_us": (_positive, "a number of microseconds"),
    "speculation": (_flag, "true or false"),
    "verify": (lambda value: value in VERIFY, "one of " + ", ".join(map(repr, VERIFY))),
    "eager": (_flag, "true or false"),
    "report": (_flag, "true or false"),
    "cache": (_flag, "true or false"),
    "effects": (_declared, "pairs of a dotted name and one of " + ", ".join(map(repr, DECLARATIONS))),
}
_NAMES: Final = tuple(_RULES)
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})

_in_code: dict[str, Any] = {}
_current: Options | None = None


def current() -> Options:
    """The options in force. The first call reads the file and the environment.

    Raises:
        ConfigError: what they say is not valid.
    """
    options = _current
    return reload() if options is None else options


def reload() -> Options:
    """Reads the file and the environment again; what was set in code stays on top.

    Raises:
        ConfigError: what they say is not valid.
    """
    global _current
    options = load(in_code=_in_code)
    _current = options
    return options


def configure(**options: Any) -> Options:
    """Sets options from code; they go before the environment and the file.

    `effects` may be a mapping of dotted names to declarations.

    Raises:
        ConfigError: an unknown option, or a value that it cannot have. Nothing is changed then.
    """
    global _current
    wanted = {**_in_code, **_checked(options, "configure()")}
    result = load(in_code=wanted)
    _in_code.clear()
    _in_code.update(wanted)
    _current = result
    return result


@final
class overridden:
    """Sets options from code for the time of a `with` block.

    Raises:
        ConfigError: as `configure` does.
    """

    def __init__(self, **options: Any) -> None:
        self._options = options

    def __enter__(self) -> Options:
        self._before, self._before_in_code = _current, dict(_in_code)
        return configure(**self._options)

    def __exit__(self, *_: object) -> None:
        global _current
        _in_code.clear()
        _in_code.update(self._before_in_code)
        _current = self._before


def load(
    start: str | None = None,
    environ: Mapping[str, str] | None = None,
    in_code: Mapping[str, Any] | None = None,
) -> Options:
    """What file, environment and code say together; sets nothing.

    `start` is the directory where the search for `pyproject.toml` begins: by default that of the
    running script, then the working directory.

    Raises:
        ConfigError: one of them is not valid.
    """
    found: dict[str, Any] = {}
    path = find_file(start)
    if path is not None:
        found.update(_from_file(path))
    found.update(_from_environment(os.environ if environ is None else environ))
    found.update(in_code or {})
    if "workers" in found and "window" not in found:
        found["window"] = max(1, found["workers"])
    return replace(Options(), **found)


def find_file(start: str | None = None) -> str | None:
    """The nearest `pyproject.toml`, upward from the given directory, that speaks of us; or `None`."""
    starts = [start] if start is not None else _default_starts()
    for directory in starts:
        while True:
            path = os.path.join(directory, _FILE)
            if _speaks_of_us(path):
                return path
            parent = os.path.dirname(directory)
            if parent == directory:
                break
            directory = parent
    return None


def _default_starts() -> list[str]:
    starts = []
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    if isinstance(script, str):
        starts.append(os.path.dirname(os.path.abspath(script)))
    try:
        starts.append(os.getcwd())
    except OSError:
        pass
    return starts


def _speaks_of_us(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return False
    at = content.find(_KEY)
    while at >= 0:
        if _is_key(content, at):
            return True
        at = content.find(_KEY, at + 1)
    return False


def _is_key(content: bytes, at: int) -> bool:
    """Whether what stands there may be a key, or a part of one: many files name us in some list only.

    So the parser, which takes longer to load than all that a small program needs, can be spared.
    """
    start, after = at, at + len(_KEY)
    quote = content[at - 1 : at]
    if quote in (b'"', b"'"):
        if content[after : after + 1] != quote:
            return False
        start, after = at - 1, after + 1
    line, end = content.rfind(b"\n", 0, at) + 1, content.find(b"\n", after)
    before, rest = content[line:start].strip(), content[after : end if end >= 0 else None].strip()
    if before and before[-1:] not in (b".", b",", b"{", b"["):
        return False
    if rest[:1] in (b".", b"="):
        return True
    # Else it is the name of a table, whose bracket somebody may have forgotten; or stands in a list.
    return rest[:1] in (b"]", b"", b"#") and before[:1] == b"["


def _from_file(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise ConfigError(UNREADABLE, f"cannot be read: {error}", path) from None
    return _said_by(content, path)


@functools.lru_cache(maxsize=4)
def _said_by(content: bytes, path: str) -> dict[str, Any]:
    """The options in a file, which is read often and seldom changes: nobody writes into the answer."""
    import tomllib

    try:
        data = tomllib.loads(content.decode())
    except ValueError as error:
        raise ConfigError(UNREADABLE, f"cannot be read: {error}", path) from None
    tool = data.get("tool")
    table = tool.get("xcs_ast") if isinstance(tool, dict) else None
    if table is None:
        return {}
    if not isinstance(table, dict):
        raise ConfigError(BAD_VALUE, "`tool.xcs_ast` must be a table", path)
    return _checked(table, path)


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in environ:
        if not key.startswith(_PREFIX):
            continue
        name = key.removeprefix(_PREFIX).lower()
        if name not in _RULES or name == "effects":
            raise ConfigError(UNKNOWN_OPTION, f"there is no such option{_meant(name)}", key)
        found.update(_checked({name: _parsed(name, environ[key])}, key))
    return found


def _parsed(name: str, text: str) -> object:
    default = getattr(Options(), name)
    word = text.strip()
    try:
        match default:
            case bool():
                low = word.lower()
                return True if low in _TRUE else False if low in _FALSE else word
            case int():
                return int(word)
            case float():
                return float(word)
    except ValueError:
        pass
    return word


def _checked(table: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The options of one source, each alone valid."""
    out: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in _RULES:
            raise ConfigError(UNKNOWN_OPTION, f"there is no option `{key}`{_meant(name)}", source)
        if name == "effects":
            value = _effects(value, source)
        check, wanted = _RULES[name]
        if not check(value):
            raise ConfigError(BAD_VALUE, f"`{key}` must be {wanted}, not {value!r}", source)
        out[name] = value
    return out


def _effects(value: object, source: str) -> object:
    """Pairs from a mapping; anything that is not one is left for the check."""
    if not isinstance(value, Mapping):
        return value
    for name, declared in value.items():
        if declared not in DECLARATIONS:
            choice = ", ".join(map(repr, DECLARATIONS))
            message = f"effects: `{name}` must be one of {choice}, not {declared!r}"
            raise ConfigError(BAD_EFFECT, message, source)
        if not all(part.isidentifier() for part in str(name).split(".")):
            message = f"effects: {name!r} is not a dotted name (quote it in TOML)"
            raise ConfigError(BAD_EFFECT, message, source)
    return tuple((str(name), str(declared)) for name, declared in value.items())


def _meant(name: str) -> str:
    """A guess at what was meant, in words."""
    import difflib

    near = difflib.get_close_matches(name, _NAMES, 1)
    return f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(_NAMES)}"
