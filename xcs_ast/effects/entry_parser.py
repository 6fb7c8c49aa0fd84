"""The parser of effect models: from a line of a `.effects` file to an `Entry`.

One entry per line, `NAME(PARAMS) @VERSION: clause; clause -> RESULT`; indented lines continue it.

Guarantees: parsing runs no user code and imports nothing; a malformed entry raises `ModelError` with its
place, and never yields an entry that says less than its text. Assumes: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xcs_ast.effects.entries import (
    CHANNELS,
    RULES,
    SCALARS,
    Access,
    Arg,
    Attr,
    Blocks,
    Calls,
    Clause,
    ClauseKind,
    Codec,
    Copy,
    Elem,
    Entry,
    Exact,
    Fresh,
    Inside,
    Json,
    KeyOf,
    Later,
    Logs,
    ModelError,
    New,
    Off,
    Param,
    ParamKind,
    ResultOf,
    Rule,
    Scalar,
    Self,
    Spec,
    Special,
    SpecialResult,
    Stores,
    Touch,
    Union,
    UnknownEffect,
    UnknownValue,
    UsesChannel,
    Value,
    View,
)
from xcs_ast.effects.entry_heads import kind_of, read_head, split_head
from xcs_ast.native import Final, NoReturn, final, use_own

use_own(globals())

__all__ = ["parse_entry", "parse_spec"]

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
_CONTAINERS: Final = {"list": 1, "tuple": 1, "set": 1, "frozenset": 1, "dict": 2, "iter": 1, "row": 1}
_NONE: Final[Spec] = Scalar(frozenset({type(None)}))
_TOUCHES: Final = {kind.value: kind for kind in ClauseKind}


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


_NOT_A_SUBJECT: Final = frozenset({"", "in", "as", ",", "(", ")", "]", "|", ";", "."})
_PREFIXED: Final = ("elem", "value", "keyof", "result", "arg")


def _subject(tokens: _Tokens) -> Spec:
    """`X`: an argument, `self`, or something reached from one."""
    word = tokens.take()
    if word in _PREFIXED and (tokens.peek() not in _NOT_A_SUBJECT or _parenthesis(tokens)):
        if word == "arg":
            return _with_attributes(_named(tokens.take(), tokens), tokens)
        inner = _subject(tokens)
        if word == "elem":
            return Elem(inner)
        if word == "value":
            return Value(inner)
        if word == "keyof":
            return KeyOf(inner)
        if isinstance(inner, Attr) and inner.name.startswith("__") and inner.name.endswith("__"):
            return SpecialResult(inner.of, inner.name)
        return ResultOf(inner)
    if word == "(":
        spec = _subject(tokens)
        tokens.take(")")
    elif word == "self":
        spec = Self()
    else:
        spec = _named(word, tokens)
    return _with_attributes(spec, tokens)


def _named(word: str, tokens: _Tokens) -> Spec:
    if word.isdigit():
        return Arg(int(word))
    if word not in ("*", "**") and not word.isidentifier():
        tokens.fail(f"not an argument: {word!r}")
    return Arg(word)


def _with_attributes(spec: Spec, tokens: _Tokens) -> Spec:
    while tokens.accept("."):
        spec = Attr(spec, tokens.take())
    return spec


def _parenthesis(tokens: _Tokens) -> bool:
    """Whether `(elem self).__lt__` follows, rather than the arguments of a call."""
    return tokens.peek() == "(" and tokens.peek(1) in _PREFIXED and tokens.peek(3) == ")"


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
    others: list[Spec] = [option for option in options if not isinstance(option, Scalar)]
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
        if len(parts) not in (0, _CONTAINERS[word]) and word != "tuple":
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
    if word in ("copy", "deepcopy") and tokens.peek(1) not in _NOT_A_SUBJECT:
        tokens.take()
        return Copy(_subject(tokens), deep=word == "deepcopy")
    if word == "view":
        tokens.take()
        return View(_dotted(tokens), _subject(tokens))
    return _subject(tokens)


def _dotted(tokens: _Tokens) -> str:
    name = tokens.take()
    while tokens.accept("."):
        name += "." + tokens.take()
    return name


def _both_ways(left: Spec, right: Spec, methods: tuple[tuple[str, str], ...]) -> tuple[Clause, ...]:
    """`left OP right` with its reflected form, and the truth test of what either gives."""
    found: list[Clause] = []
    for here, there in methods:
        for one, method, other in ((left, here, right), (right, there, left)):
            found.append(Special(one, method, (other,)))
            found.append(Special(SpecialResult(one, method), "__bool__"))
    return tuple(dict.fromkeys(found))


def _keyed(tokens: _Tokens) -> tuple[Clause, ...]:
    """`keyed K in D`: K is hashed and compared with the keys (elements) of D."""
    key = _subject(tokens)
    tokens.take("in")
    table = Elem(_subject(tokens))
    return (Special(key, "__hash__"), *_both_ways(key, table, (("__eq__", "__eq__"),)))


def _equates(tokens: _Tokens) -> tuple[Clause, ...]:
    """`equates X Y`: `X == Y`."""
    return _both_ways(_subject(tokens), _subject(tokens), (("__eq__", "__eq__"),))


def _orders(tokens: _Tokens) -> tuple[Clause, ...]:
    """`orders X Y`: `X < Y` or `Y < X`."""
    return _both_ways(_subject(tokens), _subject(tokens), (("__lt__", "__gt__"), ("__gt__", "__lt__")))


def _buffer(tokens: _Tokens) -> tuple[Clause, ...]:
    """`buffer X`: the memory of a bytes-like object is read."""
    subject = _subject(tokens)
    return (
        Touch(ClauseKind.READS, subject),
        Special(subject, "__buffer__", (Scalar(frozenset({int})),)),
        Special(subject, "__release_buffer__", (SpecialResult(subject, "__buffer__"),)),
    )


_SUGAR: Final = {"buffer": _buffer, "keyed": _keyed, "equates": _equates, "orders": _orders}


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
        into = _subject(tokens)
        role = "elem"
        if tokens.accept("as"):
            role = "." + tokens.take() if tokens.accept(".") else tokens.take("value")
        found = (Stores(what, into, role),)
    elif word in _SUGAR:
        found = _SUGAR[word](tokens)
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
    elif word == "inside":
        what = _subject(tokens)
        packages = [tokens.take()]
        while tokens.peek():
            packages.append(tokens.take())
        found = (Inside(what, tuple(packages)),)
    elif word == "off":
        found = (Off(_subject(tokens)),)
    elif word in ("codec", "handler"):
        found = (Codec(_subject(tokens), word == "handler"),)
    elif word == "logs":
        found = (Logs(_dotted(tokens), tokens.take()),)
        if found[0].level not in ("DEBUG", "INFO", "WARNING"):
            raise ModelError(f"no such level: {text!r}")
    elif word == "channel":
        name, access = tokens.take(), tokens.take()
        if name not in CHANNELS or access not in ("read", "write"):
            raise ModelError(f"no such channel use: {text!r}")
        found = (UsesChannel(name, Access(access)),)
    elif word in ("blocks", "may-block"):
        found = (Blocks(word == "blocks"),)
    elif word == "rule":
        name = tokens.take()
        while tokens.accept("-"):
            name += "-" + tokens.take()
        if name not in RULES:
            raise ModelError(f"no such rule: {name!r}")
        found = (Rule(name),)
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
        case Touch(_, subject) | Exact(subject, _) | Off(subject) | Inside(subject, _) | Codec(subject, _):
            yield from _specs(subject)
        case Stores(what, into, _):
            yield from _specs(what)
            yield from _specs(into)
        case Calls(function, args) | Special(function, _, args):
            yield from _specs(function)
            for arg in args:
                yield from _specs(arg)
        case UsesChannel() | Blocks() | Logs() | Rule() | UnknownEffect():
            return
        case Elem(of) | Value(of) | KeyOf(of) | ResultOf(of):
            yield item
            yield from _specs(of)
        case Attr(of, _) | SpecialResult(of, _) | View(_, of) | Copy(of, _):
            yield item
            yield from _specs(of)
        case Fresh(_, parts) | New(_, parts) | Union(parts):
            yield item
            for part in parts:
                yield from _specs(part)
        case Self() | Arg() | Scalar() | Json() | UnknownValue():
            yield item


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
    read = read_head(head)
    before, arrow, after = body.rpartition("->")
    if not arrow:
        before, result = body, Self() if key == "()" else _NONE
    else:
        tokens = _Tokens(after)
        result = _result(tokens)
        tokens.end()
    parts = [part.strip() for part in before.split(";") if part.strip()]
    intact = tuple(name for part in parts if part.startswith("intact ") for name in part.split()[1:])
    clauses = tuple(clause for part in parts if not part.startswith("intact ") for clause in _clause(part))
    params = None if read.params is None else _params(read.params)
    name = key.removeprefix("const ").removeprefix(".")
    return Entry(
        owner=owner,
        name=name,
        kind=kind_of(read.prefix, key, of_class),
        clauses=clauses,
        result=result,
        params=params,
        since=read.since,
        until=read.until,
        intact=intact,
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
