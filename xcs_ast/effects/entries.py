"""Entries of the effect models: what one line of a `.effects` file says, as immutable data, and its parser.

The format is described for people in `docs/reference/effect-models.md`. In short, one entry per line:
`NAME(PARAMS) @VERSION: clause; clause -> RESULT`.

Guarantees: parsing runs no user code and imports nothing; a malformed entry raises `ModelError` with its place,
and never yields an entry that says less than its text. Assumes: nothing.

How the effects engine reads an entry (this is the contract between the two):

1. `entry.place(positional, keywords)` tells which argument belongs to which key; `None` means that the call does
   not fit the entry: treat the call as unknown.
2. Every argument whose key `entry.speaks_of` denies must be an exact builtin immutable (`SCALARS`), else the call
   is unknown: the model was written without anything else in mind.
3. Carry out all clauses, in any order, with absent arguments standing for nothing, then evaluate `result`.
4. An entry with an `UnknownEffect` clause is unknown: its other clauses only help to explain it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NoReturn, TypeVar, final

__all__ = [
    "CHANNELS",
    "SCALARS",
    "Access",
    "Arg",
    "Attr",
    "Blocks",
    "Calls",
    "Clause",
    "ClauseKind",
    "Elem",
    "Entry",
    "EntryKind",
    "Exact",
    "Fresh",
    "Json",
    "Later",
    "ModelError",
    "New",
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
    "parse_entry",
    "parse_spec",
]

T = TypeVar("T")

SCALARS: Final[frozenset[type]] = frozenset(
    {int, float, complex, bool, str, bytes, type(None), type(Ellipsis), type(NotImplemented)}
)
"""The exact types whose instances are immutable, hold nothing, and have no Python-coded special methods."""


class ModelError(ValueError):
    """A line of a model file that cannot be understood."""


# ---------------------------------------------------------------------------------------------- values


@final
@dataclass(frozen=True, slots=True)
class Self:
    """The receiver of a method; in a `()` or `__init__` entry, the object under construction."""


@final
@dataclass(frozen=True, slots=True)
class Arg:
    """The argument with this key: a parameter's name, a position (after self), or `*` / `**` for all of them.

    A key of `*args` / `**kwargs` kind stands for each of its arguments.
    """

    key: str | int


@final
@dataclass(frozen=True, slots=True)
class Elem:
    """What iterating over `of` yields (the keys of a dict)."""

    of: Spec


@final
@dataclass(frozen=True, slots=True)
class Value:
    """The values of the mapping `of`."""

    of: Spec


@final
@dataclass(frozen=True, slots=True)
class Attr:
    """The attribute `name` of `of`, as found in the instance (no descriptor of the user's is run)."""

    of: Spec
    name: str


@final
@dataclass(frozen=True, slots=True)
class ResultOf:
    """What calling `of` returned; the entry has a `calls` clause for it."""

    of: Spec


@final
@dataclass(frozen=True, slots=True)
class SpecialResult:
    """What the special method `method` of `of` returned; the entry has a `special` clause for it."""

    of: Spec
    method: str


@final
@dataclass(frozen=True, slots=True)
class Scalar:
    """A builtin immutable of exactly one of these types."""

    types: frozenset[type]


@final
@dataclass(frozen=True, slots=True)
class Fresh:
    """A new builtin container: `list`, `tuple`, `set`, `frozenset`, `dict` (keys, values), or `iter`.

    `iter` is a new iterator of unspecified builtin class; only iterating over it is described (`Later` clauses
    of the same entry take place then).
    """

    kind: str
    parts: tuple[Spec, ...]


@final
@dataclass(frozen=True, slots=True)
class View:
    """A new object of class `name` which keeps `of` and shows its present contents whenever it is used."""

    name: str
    of: Spec


@final
@dataclass(frozen=True, slots=True)
class Json:
    """A new tree of `dict`, `list`, `str`, `int`, `float`, `bool` and `None`."""


@final
@dataclass(frozen=True, slots=True)
class New:
    """A new instance of the class with this dotted name (see `catalog.class_named`), reaching only `parts`."""

    name: str
    parts: tuple[Spec, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Union:
    """One of several."""

    options: tuple[Spec, ...]


@final
@dataclass(frozen=True, slots=True)
class UnknownValue:
    """Any object at all, shared or not."""


Spec = (
    Self
    | Arg
    | Elem
    | Value
    | Attr
    | ResultOf
    | SpecialResult
    | Scalar
    | Fresh
    | View
    | Json
    | New
    | Union
    | UnknownValue
)

# --------------------------------------------------------------------------------------------- clauses


class ClauseKind(Enum):
    """What a `Touch` clause does to its subject."""

    IGNORES = "ignores"
    """Nothing is done with it that could run code or depend on its state (identity, type, or mere passing on)."""
    READS = "reads"
    """The content (of a container) or the state (of an object) itself is read; nothing inside it is."""
    WRITES = "writes"
    """That content or state is changed (and read)."""
    ITERATES = "iterates"
    """As `for _ in X` does: reads a container, advances an iterator, calls `__iter__`, `__next__`, `__getitem__`."""
    DEEP = "deep"
    """Everything reachable through builtin containers is read; any object inside that is not builtin data
    (exact `SCALARS`, `list`, `tuple`, `dict`, `set`, `frozenset`, `bytearray`) makes the call unknown."""


@final
@dataclass(frozen=True, slots=True)
class Touch:
    """`ignores X`, `reads X`, `writes X`, `iterates X`, `deep X`."""

    kind: ClauseKind
    subject: Spec


@final
@dataclass(frozen=True, slots=True)
class Stores:
    """`stores Y in X`: `what` becomes reachable from `into` (which has a `writes` of its own if it is shared)."""

    what: Spec
    into: Spec


@final
@dataclass(frozen=True, slots=True)
class Calls:
    """`calls F(A, B)`: `function` may be called any number of times; `None` or absent: not called."""

    function: Spec
    args: tuple[Spec, ...]


@final
@dataclass(frozen=True, slots=True)
class Special:
    """`special X __m__(A)`: the method of this name on `type(X)`, if there is one, may be called."""

    subject: Spec
    method: str
    args: tuple[Spec, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Exact:
    """`exact X m.Class ...`: X must be of exactly one of these classes, or in `SCALARS`; else unknown."""

    subject: Spec
    classes: tuple[str, ...]


class Access(Enum):
    """How a channel is used."""

    READ = "read"
    """Unordered: commutes with its like."""
    WRITE = "write"
    """Ordered."""


@final
@dataclass(frozen=True, slots=True)
class UsesChannel:
    """`channel NAME read|write`."""

    name: str
    access: Access


@final
@dataclass(frozen=True, slots=True)
class Blocks:
    """`blocks` (it is what the call is for) or `may-block`."""

    certainly: bool


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """`rule NAME`: a rule in Python says the rest. An engine without that rule must answer unknown."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class UnknownEffect:
    """`unknown REASON`: nothing can be promised."""

    reason: str


@final
@dataclass(frozen=True, slots=True)
class Later:
    """`later CLAUSE`: takes place whenever the result is iterated or used, not (only) at the call.

    An engine which cannot follow the result must count the clause at the call and, where the result
    leaves the piece of code under analysis, treat it as unknown.
    """

    clause: Clause


Clause = Touch | Stores | Calls | Special | Exact | UsesChannel | Blocks | Rule | UnknownEffect | Later

# --------------------------------------------------------------------------------------------- entries


class EntryKind(Enum):
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


class ParamKind(Enum):
    """How a parameter is passed."""

    POSITIONAL = "positional"
    EITHER = "either"
    KEYWORD = "keyword"
    VAR_POSITIONAL = "*"
    VAR_KEYWORD = "**"


@final
@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a described callable."""

    name: str
    kind: ParamKind


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
        return _place_by_params(self.params, positional, named, placed)


def _place_by_params(
    params: tuple[Param, ...], positional: Sequence[T], named: dict[str, T], placed: dict[str | int, tuple[T, ...]]
) -> dict[str | int, tuple[T, ...]] | None:
    rest = list(positional)
    for param in params:
        if param.kind in (ParamKind.POSITIONAL, ParamKind.EITHER):
            if rest:
                if param.kind is ParamKind.EITHER and param.name in named:
                    return None
                placed[param.name] = (rest.pop(0),)
            elif param.kind is ParamKind.EITHER and param.name in named:
                placed[param.name] = (named.pop(param.name),)
        elif param.kind is ParamKind.VAR_POSITIONAL:
            placed[param.name] = tuple(rest)
            rest.clear()
        elif param.kind is ParamKind.KEYWORD:
            if param.name in named:
                placed[param.name] = (named.pop(param.name),)
        else:
            placed[param.name] = tuple(named.values())
            named.clear()
    return None if rest or named else placed


# ---------------------------------------------------------------------------------------------- parser

_TOKEN: Final = re.compile(r"\s*(->|\*\*|[A-Za-z_][\w]*|\d+|[().,;:|\[\]*/=@-])")
_SCALAR_NAMES: Final[dict[str, frozenset[type]]] = {
    "None": frozenset({type(None)}),
    "bool": frozenset({bool}),
    "int": frozenset({int}),
    "float": frozenset({float}),
    "complex": frozenset({complex}),
    "str": frozenset({str}),
    "bytes": frozenset({bytes}),
    "ellipsis": frozenset({type(Ellipsis)}),
    "NotImplemented": frozenset({type(NotImplemented)}),
    "scalar": SCALARS,
}
_CONTAINERS: Final = {"list": 1, "tuple": 1, "set": 1, "frozenset": 1, "dict": 2, "iter": 1}
_NONE: Final = Scalar(frozenset({type(None)}))
_TOUCHES: Final = {kind.value: kind for kind in ClauseKind}
CHANNELS: Final = frozenset(
    "stdout stderr stdin filesystem network inference clock random entropy environment cwd subprocess process log"
    " database warnings locale gc stack".split()
)
"""Every channel that a model may name."""


@final
class _Tokens:
    """The words of one entry, read from left to right."""

    __slots__ = ("_at", "_text", "_words")

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: list[str] = []
        self._at = 0
        end = 0
        stripped = text.rstrip()
        while end < len(stripped):
            match = _TOKEN.match(stripped, end)
            if match is None:
                raise ModelError(f"cannot read {stripped[end:]!r} in {text!r}")
            self._words.append(match.group(1))
            end = match.end()

    def peek(self, offset: int = 0) -> str:
        at = self._at + offset
        return self._words[at] if at < len(self._words) else ""

    def take(self, expected: str = "") -> str:
        word = self.peek()
        if not word or (expected and word != expected):
            self.fail(f"expected {expected or 'more'!r}, found {word or 'the end'!r}")
        self._at += 1
        return word

    def accept(self, word: str) -> bool:
        if self.peek() != word:
            return False
        self._at += 1
        return True

    def fail(self, message: str) -> NoReturn:
        raise ModelError(f"{message} in {self._text.strip()!r}")

    def end(self) -> None:
        if self.peek():
            self.fail(f"unexpected {self.peek()!r}")


_NOT_A_SUBJECT: Final = frozenset({"", "in", ",", ")", "]", "|", ";", "."})


def _subject(tokens: _Tokens) -> Spec:
    """`X`: an argument, `self`, or something reached from one."""
    word = tokens.take()
    prefixed = word in ("elem", "value", "result", "arg") and tokens.peek() not in _NOT_A_SUBJECT
    if prefixed:
        inner = _subject(tokens)
        if word == "elem":
            return Elem(inner)
        if word == "value":
            return Value(inner)
        if word == "arg":
            return inner
        if isinstance(inner, Attr) and inner.name.startswith("__") and inner.name.endswith("__"):
            return SpecialResult(inner.of, inner.name)
        return ResultOf(inner)
    spec: Spec
    if word == "self":
        spec = Self()
    elif word.isdigit():
        spec = Arg(int(word))
    elif word in ("*", "**") or word.isidentifier():
        spec = Arg(word)
    else:
        tokens.fail(f"not an argument: {word!r}")
    while tokens.accept("."):
        spec = Attr(spec, tokens.take())
    return spec


def _subjects(tokens: _Tokens) -> tuple[Spec, ...]:
    """`(A, B)`, with results of any kind as A and B."""
    found: list[Spec] = []
    tokens.take("(")
    while not tokens.accept(")"):
        found.append(_result(tokens))
        if tokens.peek() != ")":
            tokens.take(",")
    return tuple(found)


def _result(tokens: _Tokens) -> Spec:
    options = [_one_result(tokens)]
    while tokens.accept("|"):
        options.append(_one_result(tokens))
    if len(options) == 1:
        return options[0]
    scalars = [option.types for option in options if isinstance(option, Scalar)]
    others = [option for option in options if not isinstance(option, Scalar)]
    if scalars:
        others.insert(0, Scalar(frozenset().union(*scalars)))
    return others[0] if len(others) == 1 else Union(tuple(others))


def _one_result(tokens: _Tokens) -> Spec:
    word = tokens.peek()
    if word in _SCALAR_NAMES:
        return Scalar(_SCALAR_NAMES[tokens.take()])
    if word in _CONTAINERS:
        tokens.take()
        parts: list[Spec] = []
        tokens.take("[")
        while not tokens.accept("]"):
            parts.append(_result(tokens))
            if tokens.peek() != "]":
                tokens.take(",")
        if len(parts) not in (0, _CONTAINERS[word]):
            tokens.fail(f"{word} has {_CONTAINERS[word]} part(s)")
        return Fresh(word, tuple(parts))
    if word == "json":
        tokens.take()
        return Json()
    if word == "unknown":
        tokens.take()
        return UnknownValue()
    if word == "new":
        tokens.take()
        name = _dotted(tokens)
        held: list[Spec] = []
        if tokens.accept("["):
            while not tokens.accept("]"):
                held.append(_result(tokens))
                if tokens.peek() != "]":
                    tokens.take(",")
        return New(name, tuple(held))
    if word == "view":
        tokens.take()
        return View(_dotted(tokens), _subject(tokens))
    return _subject(tokens)


def _dotted(tokens: _Tokens) -> str:
    name = tokens.take()
    while tokens.accept("."):
        name += "." + tokens.take()
    return name


def _clause(text: str) -> tuple[Clause, ...]:
    """What one clause says; `pure` says nothing, and `special X a b` says two things."""
    word, _, rest = text.strip().partition(" ")
    if word == "unknown":
        if not rest.strip():
            raise ModelError("unknown without a reason")
        return (UnknownEffect(rest.strip()),)
    if word == "later":
        return tuple(Later(clause) for clause in _clause(rest))
    tokens = _Tokens(rest)
    found: tuple[Clause, ...]
    if word in _TOUCHES:
        found = (Touch(_TOUCHES[word], _subject(tokens)),)
    elif word == "stores":
        what = _result(tokens)
        tokens.take("in")
        found = (Stores(what, _subject(tokens)),)
    elif word == "calls":
        found = (Calls(_subject(tokens), _subjects(tokens)),)
    elif word == "special":
        subject = _subject(tokens)
        methods = []
        while tokens.peek():
            name = tokens.take()
            methods.append(Special(subject, name, _subjects(tokens) if tokens.peek() == "(" else ()))
        if not methods:
            raise ModelError(f"special without a method: {text!r}")
        found = tuple(methods)
    elif word == "exact":
        subject = _subject(tokens)
        classes = [_dotted(tokens)]
        while tokens.peek():
            classes.append(_dotted(tokens))
        found = (Exact(subject, tuple(classes)),)
    elif word == "channel":
        name, access = tokens.take(), tokens.take()
        if name not in CHANNELS or access not in ("read", "write"):
            raise ModelError(f"no such channel use: {text!r}")
        found = (UsesChannel(name, Access(access)),)
    elif word in ("blocks", "may-block"):
        found = (Blocks(word == "blocks"),)
    elif word == "rule":
        found = (Rule(tokens.take()),)
    elif word == "pure":
        found = ()
    else:
        raise ModelError(f"no such clause: {text!r}")
    tokens.end()
    return found


def _params(text: str) -> tuple[Param, ...]:
    names = [part.strip() for part in text.split(",") if part.strip()]
    found: list[Param] = []
    kind = ParamKind.EITHER
    for name in names:
        if name == "/":
            found = [Param(param.name, ParamKind.POSITIONAL) for param in found]
        elif name == "*":
            kind = ParamKind.KEYWORD
        elif name.startswith("**"):
            found.append(Param(name[2:], ParamKind.VAR_KEYWORD))
        elif name.startswith("*"):
            found.append(Param(name[1:], ParamKind.VAR_POSITIONAL))
            kind = ParamKind.KEYWORD
        elif name.isidentifier():
            found.append(Param(name, kind))
        else:
            raise ModelError(f"not a parameter: {name!r}")
    return tuple(found)


def _specs(item: Clause | Spec) -> Iterator[Spec]:
    """Every spec inside a clause or a spec, outermost first."""
    match item:
        case Later(clause):
            yield from _specs(clause)
        case Touch(_, subject) | Exact(subject, _):
            yield from _specs(subject)
        case Stores(what, into):
            yield from _specs(what)
            yield from _specs(into)
        case Calls(function, args) | Special(function, _, args):
            yield from _specs(function)
            for arg in args:
                yield from _specs(arg)
        case UsesChannel() | Blocks() | Rule() | UnknownEffect():
            return
        case Elem(of) | Value(of) | Attr(of, _) | ResultOf(of) | SpecialResult(of, _) | View(_, of):
            yield item
            yield from _specs(of)
        case Fresh(_, parts) | New(_, parts) | Union(parts):
            yield item
            for part in parts:
                yield from _specs(part)
        case Self() | Arg() | Scalar() | Json() | UnknownValue():
            yield item


_HEAD: Final = re.compile(
    r"(?P<kind>const |classmethod |static )?(?P<names>\(\)|\.?[A-Za-z_]\w*(?: +\.?[A-Za-z_]\w*)*)\s*"
    r"(?:\((?P<params>[^)]*)\))?\s*(?:@(?P<since>\d+\.\d+))?\s*(?:@-(?P<until>\d+\.\d+))?"
)
_PREFIXES: Final = {
    "const ": EntryKind.CONST,
    "classmethod ": EntryKind.CLASSMETHOD,
    "static ": EntryKind.STATICMETHOD,
}


def split_head(line: str) -> tuple[str, str]:
    """The head of an entry and what follows its colon."""
    head, colon, body = line.partition(":")
    if not colon:
        raise ModelError(f"no colon in {line!r}")
    return head.strip(), body.strip()


def head_names(head: str) -> tuple[str, ...]:
    """The keys under which the entries with this head are looked up: `()`, `.attr`, `const NAME` or `NAME`."""
    match = _HEAD.fullmatch(head)
    if match is None:
        raise ModelError(f"cannot read the head {head!r}")
    prefix = "const " if match["kind"] == "const " else ""
    return tuple(prefix + name for name in match["names"].split())


def _kind(prefix: str | None, name: str, of_class: bool) -> EntryKind:
    if prefix:
        return _PREFIXES[prefix]
    if name == "()":
        return EntryKind.CONSTRUCT
    if name.startswith("."):
        return EntryKind.ATTRIBUTE
    return EntryKind.METHOD if of_class else EntryKind.FUNCTION


def _version(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def parse_entry(owner: str, key: str, text: str, *, of_class: bool, place: str = "") -> Entry:
    """The entry called `key` (one of `head_names`) on the line `text` of the section `owner`.

    Raises:
        ModelError: the line cannot be understood, or names an argument that its parameters do not have.
    """
    try:
        return _parse(owner, key, text, of_class, place)
    except ModelError as error:
        raise ModelError(f"{place}: {error}") from None


def _parse(owner: str, key: str, text: str, of_class: bool, place: str) -> Entry:
    head, body = split_head(text)
    match = _HEAD.fullmatch(head)
    if match is None:
        raise ModelError(f"cannot read the head {head!r}")
    before, arrow, after = body.rpartition("->")
    if not arrow:
        before, result = body, _NONE
    else:
        tokens = _Tokens(after)
        result = _result(tokens)
        tokens.end()
    clauses = tuple(clause for part in before.split(";") if part.strip() for clause in _clause(part))
    params = None if match["params"] is None else _params(match["params"])
    name = key.removeprefix("const ").removeprefix(".")
    return Entry(
        owner=owner,
        name=name,
        kind=_kind(match["kind"], key, of_class),
        clauses=clauses,
        result=result,
        params=params,
        since=_version(match["since"]),
        until=_version(match["until"]),
        place_in_file=place,
        mentioned=_mentioned(clauses, result, params, text),
    )


def _mentioned(
    clauses: tuple[Clause, ...], result: Spec, params: tuple[Param, ...] | None, text: str
) -> frozenset[str | int]:
    found: set[str | int] = set()
    for item in (*clauses, result):
        for spec in _specs(item):
            if isinstance(spec, Arg):
                found.add(spec.key)
    if params is not None:
        strange = found - {param.name for param in params}
        if strange:
            raise ModelError(f"no parameter {sorted(map(str, strange))} in {text!r}")
    return frozenset(found)


def parse_spec(text: str) -> Spec:
    """A result by itself: `list[elem 0]|None`."""
    tokens = _Tokens(text)
    found = _result(tokens)
    tokens.end()
    return found
