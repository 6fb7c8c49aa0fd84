"""Entries of the effect models: what one line of a `.effects` file says, as immutable data.

`entry_parser` reads them; `docs/reference/effect-models.md` describes the format for people.

How the effects engine reads an entry (this is the contract between the two):

1. `entry.place(positional, keywords)` tells which argument belongs to which key; `None` means that the
   call does not fit the entry: treat the call as unknown.
2. Every argument whose key `entry.speaks_of` denies must be an exact builtin immutable (`SCALARS`), else
   the call is unknown: the model was written without anything else in mind.
3. Carry out all clauses, in the order written, with absent arguments standing for nothing, then evaluate
   `result`.
4. An entry with an `UnknownEffect` clause is unknown: its other clauses only help to explain it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xcs_ast.effects.node import Node
from xcs_ast.effects.params import Param, ParamKind, T, place_by_params
from xcs_ast.effects.vocabulary import CHANNELS, RULES
from xcs_ast.native import Final, Kind, final, use_own
from xcs_ast.records import dataclass, field

use_own(globals())

__all__ = [
    "CHANNELS",
    "RULES",
    "SCALARS",
    "Access",
    "Arg",
    "Attr",
    "Blocks",
    "Calls",
    "Clause",
    "ClauseKind",
    "Codec",
    "Copy",
    "Elem",
    "Entry",
    "EntryKind",
    "Exact",
    "Fresh",
    "Inside",
    "Json",
    "KeyOf",
    "Later",
    "Logs",
    "ModelError",
    "New",
    "Off",
    "Param",
    "ParamKind",
    "ResultOf",
    "Rule",
    "Scalar",
    "Self",
    "Spec",
    "Special",
    "SpecialResult",
    "Stores",
    "Touch",
    "Union",
    "UnknownEffect",
    "UnknownValue",
    "UsesChannel",
    "Value",
    "View",
]

SCALARS: Final[frozenset[type]] = frozenset(
    {int, float, complex, bool, str, bytes, type(None), type(Ellipsis), type(NotImplemented)}
)
"""The exact types whose instances are immutable, hold nothing, and have no Python-coded special methods."""


class ModelError(ValueError):
    """A line of a model file that cannot be understood."""


# ---------------------------------------------------------------------------------------------- values


@final
class Self(Node):
    """The receiver of a method; in a `()` or `__init__` entry, the object under construction."""


@final
class Arg(Node):
    """The argument with this key: a parameter's name, a position (after self), or `*` / `**` for all of them.

    A key of `*args` / `**kwargs` kind stands for each of its arguments.
    """

    key: str | int


@final
class Elem(Node):
    """What iterating over `of` yields (the keys of a dict)."""

    of: Spec


@final
class Value(Node):
    """The values of `dict(of)`: of a mapping, or the second parts of an iterable of pairs."""

    of: Spec


@final
class KeyOf(Node):
    """The keys of `dict(of)`: of a mapping, or the first parts of an iterable of pairs."""

    of: Spec


@final
class Attr(Node):
    """The attribute `name` of `of`, as found in the instance (no descriptor of the user's is run)."""

    of: Spec
    name: str


@final
class ResultOf(Node):
    """What calling `of` returned; the entry has a `calls` clause for it."""

    of: Spec


@final
class SpecialResult(Node):
    """What the special method `method` of `of` returned, `NotImplemented` aside.

    The entry has a `special` clause for it. An object without that method contributes nothing.
    """

    of: Spec
    method: str


@final
class Scalar(Node):
    """A builtin immutable of exactly one of these types."""

    types: frozenset[type]


@final
class Fresh(Node):
    """A new builtin container: `list`, `tuple`, `set`, `frozenset`, `dict` (keys, values), `iter`, or `row`.

    `tuple` with several parts has exactly those elements in that order; with one, any number of such
    elements. `row` is a tuple whose single part stands for one element for each positional argument.

    `iter` is a new iterator of unspecified builtin class; only iterating over it is described (`Later`
    clauses of the same entry take place then).
    """

    kind: str
    parts: tuple[Spec, ...]


@final
class View(Node):
    """A new object of class `name` which keeps `of` and shows its present contents whenever it is used."""

    name: str
    of: Spec


@final
class Copy(Node):
    """`copy X`: a new object of X's class with X's contents (X itself, if it is immutable).

    If `deep`, what is mutable inside is new as well (`deepcopy X`).
    """

    of: Spec
    deep: bool


@final
class Json(Node):
    """A new tree of `dict`, `list`, `str`, `int`, `float`, `bool` and `None`."""


@final
class New(Node):
    """A new instance of the class that `catalog.class_named` finds, reaching only `parts`.

    A part that is an attribute of something becomes the attribute of the same name.
    """

    name: str
    parts: tuple[Spec, ...] = ()


@final
class Union(Node):
    """One of several."""

    options: tuple[Spec, ...]


@final
class UnknownValue(Node):
    """Any object at all, shared or not."""


Spec = (
    Self
    | Arg
    | Elem
    | Value
    | KeyOf
    | Attr
    | ResultOf
    | SpecialResult
    | Scalar
    | Fresh
    | View
    | Copy
    | Json
    | New
    | Union
    | UnknownValue
)

# --------------------------------------------------------------------------------------------- clauses


class ClauseKind(Kind):
    """What a `Touch` clause does to its subject."""

    IGNORES = "ignores"
    """Nothing is done with it that could run code or depend on its state: identity, type, passing on."""
    READS = "reads"
    """The content (of a container) or the state (of an object) itself is read; nothing inside it is."""
    WRITES = "writes"
    """That content or state is changed (and read)."""
    ITERATES = "iterates"
    """As `for _ in X` does: reads a container, advances an iterator, calls `__iter__` and `__next__`.

    `elem X` are then the elements."""
    MERGES = "merges"
    """As `dict(X)` does: a mapping's keys and values, or an iterable of pairs (each iterated as well)."""
    DEEP = "deep"
    """Everything reachable through builtin containers is read; any object inside that is not builtin data
    (exact `SCALARS`, `list`, `tuple`, `dict`, `set`, `frozenset`, `bytearray`) makes the call unknown."""


@final
class Touch(Node):
    """`ignores X`, `reads X`, `writes X`, `iterates X`, `deep X`."""

    kind: ClauseKind
    subject: Spec


@final
class Stores(Node):
    """`stores Y in X`: `what` becomes reachable from `into`; counts as a write of `into` too.

    `role` is `elem` (an element; the key of a dict), `value` (of a dict), or `.name` (an attribute).
    """

    what: Spec
    into: Spec
    role: str = "elem"


@final
class Calls(Node):
    """`calls F(A, B)`: `function` may be called any number of times; `None` or absent: not called."""

    function: Spec
    args: tuple[Spec, ...]


@final
class Special(Node):
    """`special X __m__(A)`: the method of this name on `type(X)`, if there is one, may be called.

    A name without underscores (`special fp write(str)`) is called as `X.name(A)` is in Python.
    """

    subject: Spec
    method: str
    args: tuple[Spec, ...] = ()


@final
class Exact(Node):
    """`exact X m.Class ...`: X must be of exactly one of these classes, or in `SCALARS`; else unknown."""

    subject: Spec
    classes: tuple[str, ...]


class Access(Kind):
    """How a channel is used."""

    READ = "read"
    """Unordered: commutes with its like."""
    WRITE = "write"
    """Ordered."""


@final
class UsesChannel(Node):
    """`channel NAME read|write`."""

    name: str
    access: Access


@final
class Blocks(Node):
    """`blocks` (it is what the call is for) or `may-block`."""

    certainly: bool


@final
class Logs(Node):
    """`logs LOGGER LEVEL`: logs what it does at this level, or below, where that is listened to."""

    logger: str
    level: str


@final
class Off(Node):
    """`off X`: X is absent, `None` or `False`; else unknown."""

    what: Spec


@final
class Codec(Node):
    """`codec X`: X is absent or names a text encoding of the standard library's; else unknown.

    `handler X`: the same of an error handler.
    """

    what: Spec
    handles_errors: bool


@final
class Inside(Node):
    """`inside X PACKAGE ...`: all that X leads to is of these packages, of the standard library, or data.

    So nothing of the program's is called. X is read; that it changes while it is used (connections that are
    kept, say) nobody can tell, and it bears several threads at once.
    """

    what: Spec
    packages: tuple[str, ...]


@final
class Rule(Node):
    """`rule NAME`: a rule in Python says the rest. An engine without that rule must answer unknown."""

    name: str


@final
class UnknownEffect(Node):
    """`unknown REASON`: nothing can be promised."""

    reason: str


@final
class Later(Node):
    """`later CLAUSE`: takes place whenever the result is iterated or used, not (only) at the call.

    An engine which cannot follow the result must count the clause at the call and, where the result
    leaves the piece of code under analysis, treat it as unknown.
    """

    clause: Clause


Clause = (
    Touch
    | Stores
    | Calls
    | Special
    | Exact
    | UsesChannel
    | Blocks
    | Logs
    | Off
    | Codec
    | Inside
    | Rule
    | UnknownEffect
    | Later
)

# --------------------------------------------------------------------------------------------- entries


class EntryKind(Kind):
    """What the entry describes."""

    FUNCTION = "function"
    """A module-level callable that is not a class."""
    METHOD = "method"
    """Found on a class. Called through the class, its first positional argument is the receiver."""
    CLASSMETHOD = "classmethod"
    STATICMETHOD = "staticmethod"
    CONSTRUCT = "construct"
    """`()`: calling the exact class."""
    ATTRIBUTE = "attribute"
    """`.name`: reading the attribute."""
    CONST = "const"
    """`const NAME`: reading the module attribute."""


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """One modelled callable, attribute or constant."""

    owner: str
    """Dotted name of the module, or of the class for methods, attributes and constructions."""
    name: str
    kind: EntryKind
    clauses: tuple[Clause, ...]
    result: Spec
    params: tuple[Param, ...] | None = None
    """`None`: only positions are known; keywords must be among those that the clauses mention."""
    since: tuple[int, int] | None = None
    until: tuple[int, int] | None = None
    """First version of Python without it."""
    intact: tuple[str, ...] = ()
    """Functions and classes inside of the library that must be the original ones; `catalog` sees to that."""
    place_in_file: str = field(default="", compare=False)
    mentioned: frozenset[str | int] = field(default=frozenset(), compare=False)

    @property
    def dotted(self) -> str:
        """The name for people: `json.dumps`, `builtins.list.append`."""
        return self.owner if self.kind is EntryKind.CONSTRUCT else f"{self.owner}.{self.name}"

    @property
    def unknown_reason(self) -> str | None:
        """Why nothing can be promised; `None` if something can."""
        for clause in self.clauses:
            if isinstance(clause, UnknownEffect):
                return clause.reason
        return None

    def speaks_of(self, key: str | int) -> bool:
        """Whether some clause or the result tells what happens to the argument with this key.

        `False`: the argument must be an exact builtin immutable, or the call is unknown.
        """
        if key in self.mentioned or any(type(clause) is Rule for clause in self.clauses):
            return True
        return self.params is None and ("*" if isinstance(key, int) else "**") in self.mentioned

    def place(
        self, positional: Sequence[T], keywords: Mapping[str, T] | Iterable[tuple[str, T]] = ()
    ) -> dict[str | int, tuple[T, ...]] | None:
        """Which arguments belong to which key; `None` if the call does not fit the entry.

        `positional` is without the receiver. The answer has a key for each argument passed (a parameter's
        name, or without parameters the position or keyword) and, besides, `*` and `**` with all of them.
        """
        named = dict(keywords)
        placed: dict[str | int, tuple[T, ...]] = {"*": tuple(positional), "**": tuple(named.values())}
        if self.params is None:
            for index, value in enumerate(positional):
                placed[index] = (value,)
            for name, value in named.items():
                if not self.speaks_of(name):
                    return None
                placed[name] = (value,)
            return placed
        return place_by_params(self.params, positional, named, placed)
