"""The names that models share with the engine, and the engine with the verifier. Data only."""

from __future__ import annotations

from xcs_ast.native import Final

__all__ = ["CHANNELS", "ODD_CLASS", "OUTSIDE", "RELIED_ON", "RULES"]

CHANNELS: Final = frozenset(
    {
        "stdout", "stderr", "stdin", "filesystem", "network", "inference", "clock", "random", "entropy",
        "environment", "cwd", "subprocess", "process", "log", "database", "warnings", "locale", "gc", "stack",
        "settings", "pause",
    }
)  # fmt: skip
"""Every channel. No model names `pause`: that is a place in a region where time is to pass."""

OUTSIDE: Final = frozenset(
    {"network", "inference", "filesystem", "database", "subprocess", "process", "stdin"}
)
"""Channels where what one gets may depend on when one asks."""

RELIED_ON: Final = "on which models rely"
"""How the reason of an unknown effect ends that changes the inside of a library."""
ODD_CLASS: Final = "whose metaclass hashes or compares classes in its own way"
"""The same of a class that neither the analysis nor the recorder can tell from others without asking it."""

RULES: Final[dict[str, str]] = {
    "attrgetter": "`operator.attrgetter` called: reads its attributes (`__reduce__()[1]`) from argument 0",
    "catches": "all arguments are exception classes of which no metaclass decides what is a subclass",
    "cached": "an attribute that the library makes when it is first asked for; then it is always the same",
    "call-self": "the receiver is called with these arguments (`type.__call__`, `function.__call__`)",
    "decimals": "the thread's context of decimal arithmetic, which is made when it is first needed",
    "format": "`str.format`: formats the arguments; where the template has `.` or `[`, looks things up",
    "generator": "runs the body of the generator, and changes its state",
    "getattr": "`getattr(0, 1[, 2])` and `hasattr`: a computed attribute access",
    "http": "a request: method and URL decide: network or inference, read or write (see `endpoints.txt`);"
    " `urllib.request._opener`, if anybody installed one, makes it unknown",
    "isinstance": "`isinstance` / `issubclass`: `__instancecheck__` where the metaclass is not `type`",
    "iter": "`iter(0)`: `__iter__`; what it gives shows the present contents. `iter(f, end)`: calls f later",
    "log": "handlers, filters and formatters of the logger and its parents must be logging's own classes",
    "max": "one positional argument: its elements, else all of them: `key` is called; `<`, `>` compare",
    "methodcaller": "`operator.methodcaller` called: calls the method (`__reduce__()`) of argument 0",
    "next": "`next(0[, 1])`: `__next__`; changes the iterator",
    "new": "`object.__new__(cls)`: a new instance of `cls` without attributes",
    "open": "`open(file, mode)`: filesystem, by mode; a relative name reads the working directory",
    "partial": "`functools.partial` called: calls its function with its arguments and these",
    "print": "`print`: a given `file`, or a replaced `sys.stdout`, is written to (`write`, `flush`)",
    "setattr": "`setattr` / `delattr`: a computed attribute assignment",
    "super": "`super()`: binds to the class and the first argument of the method that it stands in",
    "type": "`type(0)`: the exact class of argument 0; with three arguments unknown",
    "vars": "`vars(0)` / `.__dict__`: the instance dictionary itself",
}
"""The rules that a model may name, and what the engine's Python code does for each."""
